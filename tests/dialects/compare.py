"""Compares fencepost with the tools whose markup it reads, block by block, on the same guides.

`compare.py FENCEPOST` runs every tool beside fencepost on `fixtures/` and fails where a block's outcomes are not those
of `outcomes.json`, where a difference stands unexplained in `differences.toml` or an explanation explains none, and
where `docs/dialects.md` is not what these make. `compare.py FENCEPOST --write` writes `outcomes.json` and the page.

An outcome is `pass`, `fail`, `skip`, `missed` (the block is not looked at, and nobody is told) or, of fencepost alone,
`lookalike` (it is not run, and that is a finding).
"""

import difflib
import json
import os
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

from blocks import FAIL, PASS, SKIP, worst

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
OUTCOMES = HERE / "outcomes.json"
PAGE = HERE.parent.parent / "docs" / "dialects.md"
MISSED = "missed"

# Each tool: the package that is asked for its version, and for each guide what runs it.
TOOLS = {
    "pytest-markdown-docs": {
        "pytest-markdown-docs.md": ["pytest_plugins.py", "pytest-markdown-docs"],
        "pytest-markdown-docs-mdx.mdx": ["pytest_plugins.py", "pytest-markdown-docs"],
    },
    "pytest-examples": {"pytest-examples.md": ["pytest_examples_tool.py"]},
    "markdown-pytest": {
        "markdown-pytest.md": ["pytest_plugins.py", "markdown-pytest"],
        "markdown-pytest-session.md": ["pytest_plugins.py", "markdown-pytest"],
    },
    "pytest-codeblocks": {
        "pytest-codeblocks.md": ["pytest_plugins.py", "pytest-codeblocks"],
        "pytest-codeblocks-skipfile.md": ["pytest_plugins.py", "pytest-codeblocks"],
    },
    "pytest-codeblock": {"pytest-codeblock.md": ["pytest_plugins.py", "pytest-codeblock"]},
    "phmdoctest": {
        "phmdoctest.md": ["phmdoctest_tool.py"],
        "phmdoctest-setup.md": ["phmdoctest_tool.py"],
        "phmdoctest-setup-false.md": ["phmdoctest_tool.py"],
    },
    "sybil": {
        "sybil.md": ["sybil_tool.py", "markdown"],
        "sybil-false.md": ["sybil_tool.py", "markdown"],
        "sybil-myst.md": ["sybil_tool.py", "myst"],
    },
    "doccmd": {
        "doccmd.md": ["doccmd_tool.py", "markdown"],
        "doccmd-mdx.mdx": ["doccmd_tool.py", "mdx"],
        "doccmd-myst.md": ["doccmd_tool.py", "myst"],
    },
    "mktestdocs": {
        "mktestdocs.md": ["mktestdocs_tool.py", "alone"],
        "mktestdocs-memory.md": ["mktestdocs_tool.py", "memory"],
    },
    "Sphinx": {"sphinx.md": ["sphinx_tool.py"]},
    "byexample": {"byexample.md": ["byexample_tool.py"]},
    "pytest-doctestplus": {"pytest-doctestplus.md": ["doctestplus_tool.py"]},
}


def lines_of(words):
    """Runs a command; returns its lines of JSON."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "NO_COLOR": "1"}
    ran = subprocess.run(words, capture_output=True, text=True, cwd=FIXTURES, env=environment)
    try:
        return [json.loads(line) for line in ran.stdout.splitlines()]
    except json.JSONDecodeError:
        sys.exit(f"{words}:\n{ran.stdout}\n{ran.stderr}")


def theirs(script, guide):
    """Returns the blocks of each test of a tool, with its outcome."""
    words = [sys.executable, str(HERE / "tools" / script[0]), *script[1:], guide]
    return [(tuple(one["lines"]), one["outcome"]) for one in lines_of(words)]


def ours(fencepost, guide):
    """Returns fencepost's outcome for each Python fence of a guide, by the line where it opens."""
    words = [fencepost, "check", "--format", "json", "--no-cache", "--python", sys.executable, guide]
    told = lines_of(words)
    results = {one["id"]: one for one in told if one["type"] == "result"}
    fences = [one for one in told if one["type"] == "fence"]
    found = {}
    for fence in fences:
        if fence["fate"] == "run":
            found[fence["line"]] = outcome_of(fence, results[fence["id"]], fences)
        elif fence["fate"] in ("skipped", "lookalike"):
            found[fence["line"]] = SKIP if fence["fate"] == "skipped" else "lookalike"
    return found


def outcome_of(fence, result, fences):
    """Blocks of a group pass up to the one where the group's difference lies."""
    reached = [one["line"] for one in result["blocks"] or [fence]]
    if result["verdict"] != "differs":
        return SKIP if result["verdict"] == "skipped" or fence["line"] not in reached else PASS
    blocks = [one["line"] for one in fences if one["id"] == result["id"] and one["fate"] == "run"]
    at = result["difference"]["line"] or blocks[-1]
    failing = max([line for line in blocks if line <= at], default=blocks[0])
    if fence["line"] >= failing:
        return FAIL
    return PASS if fence["line"] in reached else SKIP


def names_of(guide):
    """Returns a name for each line of a guide: its heading, numbered where it has several blocks."""
    names, heading = {}, ""
    for number, line in enumerate((FIXTURES / guide).read_text().splitlines(), 1):
        heading = line[3:] if line.startswith("## ") else heading
        names[number] = heading
    return names


def rows_of(guide, tests, mine):
    """Joins both sides: a row for each block that either has looked at."""
    their = {line: outcome for lines, outcome in tests for line in lines}
    for lines, _ in tests:
        whole = worst({mine[line] for line in lines if line in mine})
        mine.update({line: whole for line in lines if len(lines) > 1 and line in mine})
    lines = sorted(their.keys() | mine.keys())
    headings = names_of(guide)
    rows = []
    for line in lines:
        same = [one for one in lines if headings[one] == headings[line]]
        name = headings[line] + (f", {same.index(line) + 1}" if len(same) > 1 else "")
        row = {"block": name, "line": line, "theirs": their.get(line, MISSED), "ours": mine.get(line, MISSED)}
        rows.append(row)
    return rows


def explained(outcomes):
    """Joins the explanations to the blocks that differ; returns them by guide and block, and what is wrong."""
    wrong, reasons = [], {}
    for one in tomllib.loads((HERE / "differences.toml").read_text())["difference"]:
        for block in one["blocks"]:
            reasons[one["guide"], block] = one
    for guide, rows in outcomes.items():
        for row in rows:
            reason = reasons.get((guide, row["block"]))
            sides = {side: row[side] for side in ("theirs", "ours")}
            place = f"{guide}:{row['line']} `{row['block']}`: {sides}"
            if row["theirs"] == row["ours"]:
                if reason:
                    wrong.append(f"{place}: explained as a difference, and is none")
            elif not reason:
                wrong.append(f"{place}: not explained")
            elif {side: reason[side] for side in sides} != sides:
                wrong.append(f"{place}: explained as another difference")
    known = {(guide, row["block"]) for guide, rows in outcomes.items() for row in rows}
    wrong += [f"{guide}: no block `{block}`" for guide, block in reasons if (guide, block) not in known]
    return {key: one["why"] for key, one in reasons.items()}, wrong


def page(outcomes, reasons):
    """Writes the page that shows all of it."""
    text = (HERE / "page.md").read_text()
    for tool, guides in TOOLS.items():
        rows = [(guide, row) for guide in guides for row in outcomes[guide]]
        differing = [(guide, row) for guide, row in rows if row["theirs"] != row["ours"]]
        text += f"\n## {tool} {version(tool)}\n\n"
        text += f"{len(rows)} blocks, {len(rows) - len(differing)} with equal outcomes.\n"
        for guide in guides:
            text += f"\n`{guide}`:\n\n| block | {tool} | fencepost | why they differ |\n|---|---|---|---|\n"
            for row in outcomes[guide]:
                why = reasons.get((guide, row["block"]), "")
                text += f"| {row['block']} | {row['theirs']} | {row['ours']} | {why} |\n"
    return text


def differs(path, text):
    """Returns how a file differs from what it should hold."""
    held = path.read_text() if path.exists() else ""
    lines = difflib.unified_diff(held.splitlines(), text.splitlines(), str(path.name), "now", lineterm="")
    return list(lines)


def main(fencepost, *options):
    fencepost = str(Path(fencepost).resolve())
    guides = {guide: script for tool in TOOLS.values() for guide, script in tool.items()}
    stray = {path.name for path in FIXTURES.glob("*.md*")} - guides.keys()
    outcomes = {guide: rows_of(guide, theirs(script, guide), ours(fencepost, guide)) for guide, script in guides.items()}
    reasons, wrong = explained(outcomes)
    wrong += [f"{guide}: no tool runs it" for guide in stray]
    files = {OUTCOMES: json.dumps(outcomes, indent=1, ensure_ascii=False) + "\n", PAGE: page(outcomes, reasons)}
    for path, text in files.items():
        if "--write" in options:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        else:
            wrong += differs(path, text)
    blocks = sum(len(rows) for rows in outcomes.values())
    print("\n".join(wrong) or f"{len(TOOLS)} tools, {len(guides)} guides, {blocks} blocks: as told")
    sys.exit(bool(wrong))


main(*sys.argv[1:])
