import socket

print(socket.gethostbyname("localhost"))
print(sorted({info[4][0] for info in socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)}))
print(socket.gethostname(), socket.gethostbyname(socket.gethostname()), socket.getfqdn())
with socket.create_server(("localhost", 0)) as server:
    with socket.create_connection(("localhost", server.getsockname()[1])) as client:
        connection, _ = server.accept()
        connection.sendall(b"hi")
        connection.close()
        print(client.recv(10))
