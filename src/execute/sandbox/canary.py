# A real interpreter behind the walls tries to get out; says `behind walls` if nothing let it.
import errno
import os
import socket
import sys

secret, port = sys.argv[1], int(sys.argv[2])
holes = []


def hole(name, attempt):
    try:
        attempt()
    except OSError:
        return
    holes.append(name)


def own_processes():
    pids = {int(name) for name in os.listdir("/proc") if name.isdigit()}
    if pids == {1, os.getpid()}:
        raise OSError


def status(line):
    with open("/proc/self/status") as file:
        if line in file.read().replace("\t", " "):
            raise OSError


hole("host-file", lambda: open(secret).close())
hole("host-loopback", lambda: socket.create_connection(("127.0.0.1", port), 1).close())
hole("host-process", own_processes)
hole("root-folder", lambda: os.mkdir("/new-folder"))
hole("system-folder", lambda: open("/usr/new-file", "w").close())
hole("capabilities", lambda: status("CapEff: 0000000000000000"))
hole("privileges", lambda: status("NoNewPrivs: 1"))
hole("system-calls", lambda: status("Seccomp: 2"))
print("behind walls" if not holes else " ".join(holes))
