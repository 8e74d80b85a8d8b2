"""Runs a guide under pytest-examples, its settings read as pydantic's own documentation tests read them.

pytest-examples leaves the meaning of `test="skip"`, `requires` and `group` to the test that its user writes.
"""

import contextlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import pytest
from blocks import FAIL, PASS, SKIP, told
from pytest_examples import find_examples

GUIDE = os.environ.get("GUIDE", "")
GROUPS = {}


def reason_to_skip(settings):
    version = settings.get("requires")
    if version and sys.version_info < tuple(int(part) for part in version.split(".")):
        return f"requires {version}"
    test = settings.get("test", "")
    return test if test.startswith("skip") else None


@pytest.mark.parametrize("example", find_examples(GUIDE, skip=not GUIDE), ids=str)
def test_example(example, eval_example):
    settings = example.prefix_settings()
    if reason := reason_to_skip(settings):
        pytest.skip(reason)
    if settings.get("output") == "json":
        eval_example.print_callback = as_json
    known = GROUPS.get(settings.get("group"))
    intercepts = settings.get("test") != "no-print-intercept"
    run = eval_example.run_print_check if intercepts else eval_example.run
    names = run(example, module_globals=known)
    if "group" in settings:
        GROUPS[settings["group"]] = names


def as_json(text):
    import ast
    import json

    with contextlib.suppress(ValueError, SyntaxError):
        return json.dumps(ast.literal_eval(text), indent=4)
    return text


class Recorder:
    """Keeps how each block ended; one that is to fail passes by failing."""

    def __init__(self):
        self.outcomes = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = (yield).get_result()
        example = item.callspec.params["example"]
        fails = example.prefix_settings().get("test", "").startswith("xfail")
        if report.failed:
            self.outcomes[example.start_line] = PASS if fails else FAIL
        elif report.skipped:
            self.outcomes.setdefault(example.start_line, SKIP)
        elif report.when == "call":
            self.outcomes.setdefault(example.start_line, PASS)


if __name__ == "__main__":
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ["GUIDE"] = sys.argv[1]
    recorder = Recorder()
    with contextlib.redirect_stdout(sys.stderr):
        pytest.main(["-p", "pytest_examples", "-p", "no:cacheprovider", "-q", __file__], plugins=[recorder])
    for line, outcome in recorder.outcomes.items():
        told([line], outcome)
