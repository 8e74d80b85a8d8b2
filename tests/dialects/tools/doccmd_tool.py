"""Has doccmd run Python over a guide's blocks: `doccmd_tool.py markdown|myst|mdx GUIDE`.

doccmd gives each block, or group, as a file padded to the block's lines, so what is not blank tells its place.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from blocks import FAIL, PASS, fence_at, fences_in, told

SUFFIXES = {"markdown": ["--markdown-extension", ".md", "--myst-extension", "."], "myst": [], "mdx": []}


def run_one(path):
    """Runs one file of doccmd's, and notes the lines that it holds."""
    code = Path(path).read_text()
    lines = [number for number, line in enumerate(code.splitlines(), 1) if line.strip()]
    ended = subprocess.run([sys.executable, path], stdout=sys.stderr)
    with open(os.environ["NOTES"], "a", encoding="utf-8") as notes:
        notes.write(json.dumps([lines, ended.returncode == 0]) + "\n")


def main(flavour, guide):
    words = [str(Path(sys.executable).with_name("doccmd")), "--language", "python", "--no-write-to-file"]
    words += ["--continue-on-error", "--command", f"{sys.executable} {__file__} --one", *SUFFIXES[flavour]]
    if flavour == "mdx":
        words += ["--group-mdx-by-attribute", "group"]
    fences = fences_in(Path(guide).read_text())
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as notes:
        subprocess.run([*words, guide], env={**os.environ, "NOTES": notes.name}, stdout=sys.stderr)
        for lines, holds in map(json.loads, notes):
            told({fence_at(fences, line) for line in lines}, PASS if holds else FAIL)


if sys.argv[1] == "--one":
    run_one(sys.argv[2])
else:
    main(*sys.argv[1:])
