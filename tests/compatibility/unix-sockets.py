import socket
import tempfile

for address in [tempfile.gettempdir() + "/socket", "\0abstract"]:
    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
    connection, _ = server.accept()
    client.sendall(b"hello")
    print(connection.recv(10))
left, right = socket.socketpair()
left.sendall(b"pair")
print(right.recv(10))
