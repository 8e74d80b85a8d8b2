import os
import select
import selectors

reading, writing = os.pipe()
with selectors.DefaultSelector() as selector:
    selector.register(reading, selectors.EVENT_READ)
    os.write(writing, b"x")
    print(len(selector.select(1)))
print(select.select([reading], [writing], [], 0) == ([reading], [writing], []))
poll = select.epoll()
poll.register(reading)
print(len(poll.poll(1)))
