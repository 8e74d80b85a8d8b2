import subprocess
import venv

venv.create("environment", with_pip=True)
code = "import sys, pip; print(sys.prefix != sys.base_prefix, sys.prefix)"
print(subprocess.check_output(["environment/bin/python", "-c", code], text=True), end="")
