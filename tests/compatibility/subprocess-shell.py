import os
import subprocess

print(subprocess.check_output("echo $((6 * 7)) | cat; ls", shell=True, text=True), flush=True)
print(os.system("exit 5") >> 8, subprocess.run(["true"]).returncode, flush=True)
with open("/dev/stdout", "w") as out:
    print("reopened", file=out)
subprocess.run("echo shell > /dev/stdout", shell=True)
