import threading

go = threading.Event()
answers = []


def wait(number):
    go.wait()
    answers.append(number)


threads = [threading.Thread(target=wait, args=(n,)) for n in range(100)]
for thread in threads:
    thread.start()
go.wait(0.2)
go.set()
for thread in threads:
    thread.join()
print(sorted(answers) == list(range(100)))
