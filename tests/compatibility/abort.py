import subprocess
import sys

for code in ["import os; os.abort()", "import ctypes; ctypes.string_at(0)", "import os; os.kill(os.getpid(), 9)"]:
    print(subprocess.run([sys.executable, "-c", code]).returncode)
