"""Runs Sphinx's doctest builder over a guide that MyST reads: `sphinx_tool.py GUIDE`."""

import contextlib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from blocks import FAIL, PASS, SKIP, fences_in, told, worst
from sphinx.application import Sphinx
from sphinx.ext import doctest

LINES = {}


class Runner(doctest.SphinxDocTestRunner):
    """Keeps the outcome of each block that runs, by the line that Sphinx gives it."""

    def run(self, test, *arguments, **options):
        ran = super().run(test, *arguments, **options)
        line = (test.lineno or test.examples[0].lineno) + 1
        skipped = ran.attempted == 0 or getattr(ran, "skipped", 0) == ran.attempted
        LINES.setdefault(line, []).append(FAIL if ran.failed else SKIP if skipped else PASS)
        return ran


def main(guide):
    doctest.SphinxDocTestRunner = Runner
    text = Path(guide).read_text()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.md").write_text(text)
        settings = {
            "extensions": ["myst_parser", "sphinx.ext.doctest"],
            "myst_enable_extensions": ["colon_fence"],
        }
        with contextlib.redirect_stdout(sys.stderr):
            Sphinx(folder, None, f"{folder}/out", f"{folder}/trees", "doctest", settings, sys.stderr, sys.stderr).build()
    fences = fences_in(text)
    blocks = {}
    for line, outcomes in LINES.items():
        # A fence of colons is given the line above it.
        opens = next(fence.line for fence in fences if fence.end >= line)
        blocks.setdefault(opens, []).extend(outcomes)
    for line, outcomes in blocks.items():
        told([line], worst(outcomes))


main(sys.argv[1])
