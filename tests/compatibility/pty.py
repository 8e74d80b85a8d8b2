import os
import pty

child, terminal = pty.fork()
if child == 0:
    os.write(1, b"tty " + str(os.isatty(0)).encode())
    os._exit(0)
print(os.read(terminal, 100))
os.waitpid(child, 0)
master, slave = os.openpty()
print(os.ttyname(slave).startswith("/dev/pts/"))
with open("/dev/ptmx", "r+b", 0) as multiplexer:
    print(os.isatty(multiplexer.fileno()))
