import os
import resource

print(resource.getrlimit(resource.RLIMIT_CORE))
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (20, hard))
try:
    files = [open("/dev/null") for _ in range(30)]
except OSError as error:
    print(error.strerror)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(len(os.sched_getaffinity(0)) >= 1, os.nice(1))
