from multiprocessing import Process, shared_memory


def write(name):
    block = shared_memory.SharedMemory(name=name)
    block.buf[:5] = b"hello"
    block.close()


if __name__ == "__main__":
    block = shared_memory.SharedMemory(create=True, size=1 << 20)
    child = Process(target=write, args=(block.name,))
    child.start()
    child.join()
    print(bytes(block.buf[:5]), child.exitcode)
    block.close()
    block.unlink()
