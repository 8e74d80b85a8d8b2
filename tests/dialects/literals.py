"""Asks pytest and pytest-doctestplus what their option flags for numbers and literals accept.

`literals.py` fails where an answer is not the one in `literals.json`; `literals.py --write` writes it. Each row is a flag
list, what a session shows, what was printed, and whether the tool whose flag it is takes the one for the other.
"""

import doctest
import json
import sys
from pathlib import Path

from _pytest.doctest import _get_checker
from pytest_doctestplus.output_checker import OutputChecker

ANSWERS = Path(__file__).parent / "literals.json"

# Shown, printed: each pair is asked in both directions.
NUMBERS = [
    ("3.14", "3.14159"),
    ("3.14", "3.15"),
    ("3.14", "3.16"),
    ("3", "3.0"),
    ("3.", "3.4"),
    ("3.", "4.5"),
    ("3", "4"),
    ("1e3", "1.0e3"),
    ("1e3", "1001.0"),
    ("1.e3", "1001.0"),
    ("1.5e3", "1.52e3"),
    ("1.5E3", "1.500001E3"),
    ("1e-5", "2e-5"),
    (".5", "0.5"),
    ("-0.0", "0.0"),
    ("-1.5", "1.5"),
    ("+1.5", "1.5"),
    ("0.1", "0.10000000001"),
    ("0.30000000000000004", "0.3"),
    ("0.3", "0.30001"),
    ("1e-9", "2e-9"),
    ("100000.0", "100000.5"),
    ("100000.0", "100002.0"),
    ("nan", "nan"),
    ("nan", "1.0"),
    ("inf", "inf"),
    ("inf", "-inf"),
    ("inf", "1e300"),
    ("1e999", "inf"),
    ("1.0, 2.0", "1.0000001, 2.0000001"),
    ("1.0,2.0", "1.0,2.0000001"),
    ("(1.0, 2.0)", "(1.0000001,  2.0000001)"),
    ("[1.0  2.0]", "[1.0 2.0000001]"),
    ("[ 1.0 2.0]", "[1.0 2.0000001]"),
    ("1.0-2.0", "1.0000001-2.0"),
    ("1.0+2.0j", "1.0000001+2.0j"),
    ("(1.5+2.5j)", "(1.5000001+2.5j)"),
    ("x=1.0", "x=1.0000001"),
    ("x:1.0", "x:1.0000001"),
    ("x: 1.0", "x: 1.0000001"),
    ("'1.0'", "'1.0000001'"),
    ("{1.0}", "{1.0000001}"),
    ("<1.0>", "<1.0000001>"),
    ("1.0m", "1.0000001m"),
    ("1.0 m", "1.0000001 m"),
    ("1.0 m", "1.0000001 s"),
    ("1.0;", "1.0000001;"),
    ("1.2.3", "1.2.4"),
    ("v1.0", "v1.0000001"),
    ("1.0e", "1.0000001e"),
    ("a 1 b 2.5", "a 1 b 2.5000001"),
    ("a 1 b 2.5", "a 2 b 2.5000001"),
    ("1.0 2.0", "1.0"),
    ("1.0\n2.0", "1.0000001\n2.0000001"),
    ("1.0\n2.0", "1.0 2.0"),
    ("1.0\n<BLANKLINE>\n2.0", "1.0000001\n\n2.0"),
    ("array([1.0, 2.0])", "array([1.00000001, 2.        ])"),
    ("array([1., 2.])", "array([1.00000001, 2.])"),
    ("1_000.5", "1_000.5000001"),
    ("True", "1"),
    ("1.0 ... 3.0", "1.0000001 2.0 3.0000001"),
    ("1.0 ... 3.0", "1.0000001 2.0 4.0"),
    ("1.0 ... 2.0 ... 4.0", "1.0 2.0000001 3.0 4.0"),
    ("1.0 ... 2.0 ... 4.0", "1.0 3.0 2.5 4.0"),
    ("1.0...", "1.0000001"),
    ("a ... 1.0", "a 2.0 1.0000001"),
    ("1.0 ... 1.0", "1.0"),
    ("one ... 1.0", "two 1.0000001"),
]

LITERALS = [
    ("u'a'", "'a'"),
    ("U'a'", "'a'"),
    ("uR'a'", "R'a'"),
    ("[u'a', u'b']", "['a', 'b']"),
    ("xu'a'", "x'a'"),
    ("b'a'", "'a'"),
    ('B"a"', '"a"'),
    ("(b'a', 1)", "('a', 1)"),
    ("{b'a': u'b'}", "{'a': 'b'}"),
    ("{b'a': u'1.25'}", "{'a': '1.2500001'}"),
    ("'a'", "'b'"),
]

# Each flag list, by whose checker it is answered, and of which pairs it is asked.
ASKED = {
    "+NUMBER": ("pytest", NUMBERS),
    "+NUMBER, +ELLIPSIS": ("pytest", NUMBERS),
    "+NUMBER, +NORMALIZE_WHITESPACE": ("pytest", NUMBERS),
    "-NUMBER": ("pytest", NUMBERS),
    "+ALLOW_UNICODE": ("pytest", LITERALS),
    "+ALLOW_BYTES": ("pytest", LITERALS),
    "+ALLOW_BYTES, +ALLOW_UNICODE": ("pytest", LITERALS),
    "+ALLOW_BYTES, +ALLOW_UNICODE, +NUMBER": ("pytest", LITERALS),
    "+FLOAT_CMP": ("doctestplus", NUMBERS),
    "+FLOAT_CMP, +ELLIPSIS": ("doctestplus", NUMBERS),
    "+FLOAT_CMP, +NORMALIZE_WHITESPACE": ("doctestplus", NUMBERS),
    "+FLOAT_CMP, +DONT_ACCEPT_BLANKLINE": ("doctestplus", NUMBERS),
    "-FLOAT_CMP": ("doctestplus", NUMBERS),
    "+IGNORE_OUTPUT": ("doctestplus", LITERALS),
}


def answer(tool, flags, shown, printed):
    """Judges as the tool's runner would: a checker that fails makes the example fail."""
    checker = _get_checker() if tool == "pytest" else OutputChecker()
    bits = 0
    for flag in flags.replace(",", " ").split():
        if flag[0] == "+":
            bits |= doctest.OPTIONFLAGS_BY_NAME[flag[1:]]
    try:
        return bool(checker.check_output(shown + "\n", printed + "\n", bits))
    except ValueError:
        return False


def answers():
    rows = []
    _get_checker()
    for flags, (tool, pairs) in ASKED.items():
        both = dict.fromkeys(pairs + [(printed, shown) for shown, printed in pairs if "\n\n" not in printed])
        rows += [[flags, shown, printed, answer(tool, flags, shown, printed)] for shown, printed in both]
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"


def main():
    for flag in ("NUMBER", "ALLOW_UNICODE", "ALLOW_BYTES"):
        doctest.register_optionflag(flag)
    found = answers()
    if "--write" in sys.argv:
        ANSWERS.write_text(found)
    elif ANSWERS.read_text() != found:
        sys.exit("the tools answer otherwise than literals.json says; literals.py --write writes it anew")


main()
