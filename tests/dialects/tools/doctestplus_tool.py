"""Runs every session of a guide under pytest-doctestplus: `doctestplus_tool.py GUIDE`.

The plugin reads no Markdown, so each block is a text file of its own.
"""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from blocks import FAIL, PASS, SKIP, fences_in, told


class Recorder:
    """Keeps how each file ended."""

    def __init__(self):
        self.outcomes = {}

    def pytest_runtest_logreport(self, report):
        name = Path(report.fspath).stem
        if report.failed:
            self.outcomes[name] = FAIL
        else:
            self.outcomes.setdefault(name, SKIP if report.skipped else PASS)
            if report.skipped and self.outcomes[name] == PASS:
                self.outcomes[name] = SKIP


def main(guide):
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    recorder = Recorder()
    fences = fences_in(Path(guide).read_text())
    with tempfile.TemporaryDirectory() as folder:
        for fence in fences:
            (Path(folder) / f"{fence.line}.rst").write_text(fence.code)
        words = ["-p", "pytest_doctestplus.plugin", "--doctest-plus", "--doctest-rst", "-p", "no:cacheprovider", "-q"]
        with contextlib.redirect_stdout(sys.stderr):
            pytest.main([*words, f"--rootdir={folder}", folder], plugins=[recorder])
    for fence in fences:
        told([fence.line], recorder.outcomes.get(str(fence.line), "missed"))


main(sys.argv[1])
