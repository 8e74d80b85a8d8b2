"""Runs a guide under a plugin of pytest that collects blocks: `pytest_plugins.py TOOL GUIDE`."""

import contextlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from blocks import FAIL, PASS, SKIP, fences_in, told


def lines_of_markdown_docs(item, text):
    """The block of one test of pytest-markdown-docs; a continuation is a test of its own."""
    return [item.start_line]


def lines_of_codeblocks(item, text):
    """A block of pytest-codeblocks, and those that its code goes on with."""
    lines, code = [], ""
    for fence in fences_in(text):
        if fence.line == item.obj.lineno or (lines and item.obj.code.startswith(code + fence.code)):
            lines.append(fence.line)
            code += fence.code
        if code == item.obj.code:
            break
    return lines


def lines_of_markdown_pytest(item, text):
    """The blocks that bear the name of one test of markdown-pytest."""
    from markdown_pytest import parse_code_blocks

    blocks = [block for block in parse_code_blocks(str(item.path)) if block.name == item.name]
    cases = [dict(block.arguments).get("case") is not None for block in blocks]
    return [block.start_line + case for block, case in zip(blocks, cases)]


def lines_of_codeblock(item, text):
    """The blocks of one test of pytest-codeblock: those of its name, and those that continue it."""
    from pytest_codeblock.md import parse_markdown

    snippets = parse_markdown(text)
    steps = [one for one in snippets if one.name == item.name and one.group not in (None, one.name)]
    whole = {item.name} | {one.group for one in steps}
    mine = [one for one in snippets if one.name == item.name or (one.group or one.name) in whole]
    return [one.line - 1 for one in (steps or mine)]


TOOLS = {
    "pytest-markdown-docs": ("pytest_markdown_docs.plugin", "--markdown-docs", lines_of_markdown_docs),
    "pytest-codeblocks": ("pytest_codeblocks.plugin", "--codeblocks", lines_of_codeblocks),
    "pytest-codeblock": ("pytest_codeblock", None, lines_of_codeblock),
    "markdown-pytest": ("markdown_pytest", None, lines_of_markdown_pytest),
}


class Recorder:
    """Keeps how each test ended, and of which blocks it was made."""

    def __init__(self, lines_of, text):
        self.lines_of, self.text = lines_of, text
        self.outcomes = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        lines = tuple(self.lines_of(item, self.text))
        if report.failed:
            self.outcomes[lines] = FAIL
        elif report.skipped and not hasattr(report, "wasxfail"):
            self.outcomes.setdefault(lines, SKIP)
        elif report.when == "call":
            self.outcomes.setdefault(lines, PASS)


def main(tool, guide):
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugin, option, lines_of = TOOLS[tool]
    recorder = Recorder(lines_of, Path(guide).read_text())
    words = ["-p", plugin, "-p", "no:cacheprovider", "-q", guide]
    if tool == "pytest-markdown-docs":
        words += ["--markdown-docs-syntax", "superfences"]
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main(words + ([option] if option else []), plugins=[recorder])
    for lines, outcome in recorder.outcomes.items():
        told(lines, outcome)


main(*sys.argv[1:])
