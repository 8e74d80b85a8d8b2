import getpass
import grp
import os
import pathlib
import pwd

print(pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name, getpass.getuser())
print(os.path.expanduser("~"), pathlib.Path.home(), os.path.expanduser("~root"), pathlib.Path("example.py").owner())
