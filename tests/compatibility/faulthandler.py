import faulthandler
import os

faulthandler.enable()
with open("trace", "w") as file:
    faulthandler.dump_traceback(file)
print("example.py" in open("trace").read())
faulthandler.dump_traceback_later(60)
faulthandler.cancel_dump_traceback_later()
print(faulthandler.is_enabled())
