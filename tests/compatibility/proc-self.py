import os

print(os.readlink("/proc/self") == str(os.getpid()), os.readlink("/proc/self/cwd"))
print(os.path.samefile("/proc/self/exe", os.path.realpath(os.sys.executable)))
print(len(os.listdir("/proc/self/task")), os.listdir("/proc/self/fd")[:3])
with open("/proc/self/status") as status:
    print(next(status).split()[0])
print(open("/proc/cpuinfo").read() != "", open("/proc/meminfo").readline().split()[0])
