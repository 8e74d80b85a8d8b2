import threading

barrier = threading.Barrier(50)
seen = []


def work(n):
    barrier.wait()
    seen.append(n)


threads = [threading.Thread(target=work, args=(n,)) for n in range(50)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(sorted(seen) == list(range(50)))
