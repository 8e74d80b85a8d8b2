"""Evaluates a guide with sybil, as its documentation sets it up: `sybil_tool.py markdown|myst GUIDE`."""

import contextlib
import sys
from pathlib import Path
from unittest import SkipTest

sys.path.insert(0, str(Path(__file__).parent.parent))

from blocks import FAIL, PASS, SKIP, fence_at, fences_in, told, worst
from sybil import Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers import markdown, myst


def parsers(flavour):
    own = [myst.DocTestDirectiveParser()] if flavour is myst else []
    return own + [flavour.PythonCodeBlockParser(), flavour.SkipParser(), flavour.ClearNamespaceParser()]


def outcome_of(example):
    try:
        with contextlib.redirect_stdout(sys.stderr):
            example.evaluate()
    except SkipTest:
        return SKIP
    except Exception as error:
        print(f"{example}: {error}", file=sys.stderr)
        return FAIL
    return PASS


def main(flavour, guide):
    flavour = {"markdown": markdown, "myst": myst}[flavour]
    path = Path(guide).resolve()
    fences = fences_in(path.read_text())
    document = Sybil(parsers=parsers(flavour), path=str(path.parent), pattern=path.name).parse(path)
    outcomes = {}
    for example in document.examples():
        outcome = outcome_of(example)
        runs = isinstance(example.region.evaluator, (PythonEvaluator, DocTestEvaluator))
        if runs or outcome == FAIL:
            outcomes.setdefault(fence_at(fences, example.line), []).append(outcome)
    for line, parts in outcomes.items():
        told([line], worst(parts))


main(*sys.argv[1:])
