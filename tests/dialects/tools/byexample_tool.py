"""Runs byexample over a guide: `byexample_tool.py GUIDE`.

byexample names the examples that fail and logs each one that it begins, in the guide's order.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from blocks import FAIL, PASS, SKIP, fence_at, fences_in, told, worst

EVENT = re.compile(r'^\[i:exec\.python\] (example to run|skip example)|^File "[^"]*", line (\d+)$', re.M)


def main(guide):
    here = Path(sys.executable).parent
    words = [str(here / "byexample"), "-l", "python", "--pretty", "none", "--no-progress-bar", "-vv", guide]
    path = f"{here}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PATH": path})
    text = Path(guide).read_text()
    prompts = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(">>>")]
    outcomes = []
    for begun, failed in EVENT.findall(ran.stdout):
        if failed:
            outcomes[-1] = FAIL
        else:
            outcomes.append(SKIP if begun.startswith("skip") else PASS)
    if len(outcomes) != len(prompts):
        sys.exit(f"{len(outcomes)} examples for {len(prompts)} prompts:\n{ran.stdout}\n{ran.stderr}")
    fences, blocks = fences_in(text), {}
    for line, outcome in zip(prompts, outcomes):
        blocks.setdefault(fence_at(fences, line), []).append(outcome)
    for line, parts in blocks.items():
        told([line], worst(parts))


main(sys.argv[1])
