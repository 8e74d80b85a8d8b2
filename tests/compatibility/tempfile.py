import os
import tempfile

print(tempfile.gettempdir(), os.listdir("/tmp"))
with tempfile.TemporaryDirectory() as folder:
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x")
    print(os.path.dirname(folder))
with tempfile.TemporaryFile() as file:
    file.write(b"abc")
    print(file.seek(0), file.read())
