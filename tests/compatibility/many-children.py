import os

children = []
for n in range(60):
    child = os.fork()
    if child == 0:
        os._exit(n)
    children.append(child)
print(sum(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
