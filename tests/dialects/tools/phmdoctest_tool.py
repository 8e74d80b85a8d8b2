"""Runs the test module that phmdoctest makes of a guide: `phmdoctest_tool.py GUIDE`."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from blocks import FAIL, PASS, SKIP, told
from phmdoctest import tool
from phmdoctest.fenced import convert_nodes
from phmdoctest.fillrole import identify_code_output_session_blocks

SURROUNDINGS = ("SETUP", "TEARDOWN")


def blocks_of(guide):
    """Returns the guide's blocks as phmdoctest sees them, those that hold code or an output."""
    with open(guide, encoding="utf-8") as lines:
        blocks = convert_nodes(tool.fenced_block_nodes(lines))
    identify_code_output_session_blocks(blocks)
    return blocks


def labels_of(blocks):
    """Returns the line of the code that each label stands for."""
    found, code = {}, None
    for block in blocks:
        code = block.line if block.type.startswith("py") else code
        found.update({one.value: code for one in block.directives if one.type.name == "LABEL"})
    return found


class Recorder:
    """Keeps how each test ended; its name holds the line of its code, or is a label."""

    def __init__(self, labels):
        self.labels, self.outcomes = labels, {}

    def line(self, name):
        number = re.search(r"test_code_(\d+)|_line_(\d+)", name)
        if number:
            return int(number[1] or number[2]) - 1
        return next(line for label, line in self.labels.items() if label in name) - 1

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        line = self.line(item.name)
        if report.failed:
            self.outcomes[line] = FAIL
        elif report.skipped:
            self.outcomes.setdefault(line, SKIP)
        elif report.when == "call":
            self.outcomes.setdefault(line, PASS)


def main(guide):
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    blocks = blocks_of(guide)
    recorder = Recorder(labels_of(blocks))
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "test_guide.py")
        words = [sys.executable, "-m", "phmdoctest", guide, "--outfile", str(module)]
        subprocess.run(words, check=True, stdout=sys.stderr)
        words = ["-p", "no:cacheprovider", "--doctest-modules", "-q", str(module)]
        with contextlib.redirect_stdout(sys.stderr):
            pytest.main(words, plugins=[recorder])
    for line, outcome in recorder.outcomes.items():
        told([line], outcome)
    # They are fixtures of the module: it has outcomes only where they ran.
    for block in blocks:
        if recorder.outcomes and any(one.type.name in SURROUNDINGS for one in block.directives):
            told([block.line - 1], PASS)


main(sys.argv[1])
