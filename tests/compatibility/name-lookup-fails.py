import socket

try:
    socket.getaddrinfo("example.org", 80)
except socket.gaierror as error:
    print("failed at once")
