import multiprocessing


def work(semaphore, event, queue):
    with semaphore:
        event.wait()
        queue.put("done")


if __name__ == "__main__":
    semaphore = multiprocessing.BoundedSemaphore(2)
    event, queue = multiprocessing.Event(), multiprocessing.Queue()
    children = [multiprocessing.Process(target=work, args=(semaphore, event, queue)) for _ in range(3)]
    for child in children:
        child.start()
    event.set()
    print([queue.get() for _ in children])
    for child in children:
        child.join()
    print([child.exitcode for child in children])
