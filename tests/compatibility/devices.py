import os
import random
import secrets

with open("/dev/null", "w") as null:
    print(null.write("gone"))
print(open("/dev/zero", "rb").read(3), len(os.urandom(4)), len(secrets.token_bytes(4)))
try:
    with open("/dev/full", "w") as full:
        full.write("x")
except OSError as error:
    print(error.strerror)
print(len(random.SystemRandom().sample(range(10), 3)))
