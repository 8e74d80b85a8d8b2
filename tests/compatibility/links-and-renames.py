import os
import shutil

with open("a", "w") as file:
    file.write("content")
os.link("a", "/tmp/hard")
os.rename("a", "/tmp/moved")
os.replace("/tmp/moved", "/home/example/back")
os.symlink("/tmp/hard", "soft")
print(open("soft").read(), os.stat("back").st_nlink)
os.makedirs("folder/inner")
os.rename("folder", "/tmp/folder")
print(os.listdir("/tmp/folder"))
shutil.rmtree("/tmp/folder")
print(sorted(os.listdir("/tmp")), sorted(os.listdir()))
