import mmap
import os
import threading

with mmap.mmap(-1, 1 << 20) as memory:
    memory[:5] = b"hello"
    print(memory[:5])
descriptor = os.memfd_create("name")
os.write(descriptor, b"memory file")
print(os.pread(descriptor, 20, 0))
with open("file", "wb+") as file:
    file.truncate(1 << 16)
    with mmap.mmap(file.fileno(), 0) as view:
        view[0] = 65
    print(file.read(1))
os.mkfifo("/tmp/fifo")
threading.Thread(target=lambda: open("/tmp/fifo", "w").write("through the fifo")).start()
print(open("/tmp/fifo").read())
