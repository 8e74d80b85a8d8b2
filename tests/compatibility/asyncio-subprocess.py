import asyncio
import sys


async def main():
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "print(input()[::-1])", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate(b"olleh\n")
    print(out, child.returncode)
    shell = await asyncio.create_subprocess_shell("exit 3")
    print(await shell.wait())


asyncio.run(main())
