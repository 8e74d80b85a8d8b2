import socket

with socket.create_server(("127.0.0.1", 80)) as server:
    print(server.getsockname())
