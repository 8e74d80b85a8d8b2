"""Executes the blocks that mktestdocs grabs: `mktestdocs_tool.py alone|memory GUIDE`.

mktestdocs says of a guide only whether all of it runs, so its own functions are called block by block.
"""

import contextlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from blocks import FAIL, PASS, fences_in, told
from mktestdocs.__main__ import exec_python, grab_code_blocks


def outcome_of(code):
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec_python(code)
    except Exception as error:
        print(f"{error!r}", file=sys.stderr)
        return FAIL
    return PASS


def main(mode, guide):
    text = Path(guide).read_text()
    fences = iter([fence for fence in fences_in(text) if fence.code])
    before = ""
    for code in grab_code_blocks(text):
        fence = next(fence for fence in fences if code.strip() in fence.code)
        told([fence.line], outcome_of(before + code))
        if mode == "memory":
            before += code + "\n"


main(*sys.argv[1:])
