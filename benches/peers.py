#!/usr/bin/env python3
"""fencepost beside its peers, on one corpus, in turns: `make bench-peers`.

Every tool runs all examples of the same guides on the same interpreter, each in the way that its own
documentation shows. Before anything is timed, each has to prove that it runs every example (by what the
examples print, else by its own count) and that it can fail (on a guide whose last assertion is false).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import corpus
from measure import (ROOT, WORK, Aim, Measured, Rounds, empty, fencepost, heading, interpreter, measure, renew,
                     say, surroundings, table, told)

HERE = ROOT / "benches" / "peers"
# What no tool can be below that gives each example a process and namespaces: no contender, but a measure.
FLOOR = "(a bare loop of forks)"


@dataclass(frozen=True)
class Guides:
    """A corpus in every form that a tool needs."""

    folder: Path
    examples: int
    guides: int

    @property
    def scripts(self) -> Path:
        return self.folder / "scripts"


@dataclass(frozen=True)
class Tool:
    """A way to run all examples, and to see from its output which ones ran."""

    name: str
    isolation: str
    run: Callable[[Guides, Sequence[int]], Measured]
    """Runs everything; the second argument are the statuses that it may end with."""
    ran: Callable[[Guides, bytes], int]
    """Returns how many examples ran and held, from what a run printed."""
    prove: Callable[[Guides], Measured] | None = None
    """Runs everything so that what the examples print is seen, where the timed way hides it."""


def main() -> None:
    parser = argparse.ArgumentParser(description="fencepost beside its peers")
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--guides", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=8)
    given = parser.parse_args()
    bin_folder = environment()
    tools = [tool for tool in tools_of(bin_folder)]
    small = prepare("small", 20, 2, given.seed)
    spoilt = prepare("spoilt", 20, 2, given.seed)
    spoil(spoilt)
    guides = prepare("peers", given.examples, given.guides, given.seed)
    for tool in tools:
        demand_that_it_can_fail(tool, small, spoilt)
    record(guides)
    for tool in tools:
        demand_that_all_ran(tool, guides)
    begun = heading("make bench-peers")
    rounds = Rounds({tool.name: lambda tool=tool: timed(tool, guides) for tool in tools})
    rounds.run(given.rounds)
    again = second_run(tools, guides)
    demand_that_one_runs_again(guides)
    print(begun)
    print(ratios(tools, rounds, guides))
    print()
    print(told([*aims(rounds), again]))
    print("\nAll ran every example; after a change to one example, exactly that one ran again.")


def environment() -> Path:
    """Makes the peers' virtual environment, once for each list of requirements and interpreter."""
    requirements = HERE / "requirements.txt"
    name = hashlib.sha256(requirements.read_bytes() + bytes(interpreter())).hexdigest()[:12]
    folder = WORK / f"peers-{name}"
    if not (folder / "complete").exists():
        say(f"installing the peers into {folder.relative_to(ROOT)}")
        WORK.mkdir(parents=True, exist_ok=True)
        empty(folder)
        measure([interpreter(), "-m", "venv", folder], WORK)
        measure([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary",
                 ":all:", "--no-deps", "-r", requirements], WORK)
        measure([folder / "bin" / "python", "-m", "compileall", "-q", folder / "lib"], WORK, accepted=(0, 1))
        (folder / "complete").touch()
    return folder / "bin"


def prepare(name: str, examples: int, guides: int, seed: int) -> Guides:
    """Writes a corpus: as fences, as sessions for byexample, as scripts for `xargs`, and each tool's set-up."""
    folder = empty(WORK / name) / "corpus"
    corpus.write(folder, "small", examples, guides, seed)
    corpus.write(folder / "sessions", "small", examples, guides, seed, "prompts")
    shutil.copy(HERE / "pytest_examples_suite.py", folder)
    shutil.copy(HERE / "mktestdocs_suite.py", folder)
    (folder / "sybil").mkdir()
    shutil.copy(HERE / "sybil_conftest.py", folder / "sybil" / "conftest.py")
    os.symlink(folder / "guides", folder / "sybil" / "guides")
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "phmdoctest.toml").write_text(
        '[tool.phmdoctest]\nmarkdown_globs = ["guides/*.md"]\nexclude_globs = []\n'
        'output_directory = "phmdoctest"\nprint = []\n'
    )
    prepared = Guides(folder, examples, guides)
    write_scripts(prepared)
    return prepared


def write_scripts(guides: Guides) -> None:
    """Writes each example as a file of its own, for `xargs`."""
    empty(guides.scripts)
    blocks = (block for guide in sorted((guides.folder / "guides").glob("*.md"))
              for block in re.findall(r"^```python\n(.*?)^```$", guide.read_text(), re.MULTILINE | re.DOTALL))
    for number, block in enumerate(blocks):
        (guides.scripts / f"{number:05}.py").write_text(block)


def spoil(guides: Guides) -> None:
    """Makes the last assertion of the last guide false, in every form."""
    for folder in (guides.folder, guides.folder / "sessions"):
        guide = max((folder / "guides").glob("*.md"))
        head, last = guide.read_text().rsplit("assert str(value) == ", 1)
        guide.write_text(f"{head}assert str(value) != {last}")
    write_scripts(guides)


def tools_of(bin_folder: Path) -> list[Tool]:
    """Returns every contender: the isolated baseline, those inside one process, and fencepost."""
    def suite(*words: str, folder: str = "."):
        def run(guides: Guides, accepted: Sequence[int] = (0,), *further: str) -> Measured:
            command = [bin_folder / "pytest", "-q", "-p", "no:cacheprovider", *further, *words]
            return measure(command, guides.folder / folder, accepted=accepted)
        return {"run": run, "prove": lambda guides: run(guides, (0,), "-s"), "ran": count_printed}

    def phmdoctest(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
        shutil.rmtree(guides.folder / "phmdoctest", ignore_errors=True)
        made = measure([bin_folder / "phmdoctest", "phmdoctest.toml"], guides.folder)
        tested = measure([bin_folder / "pytest", "-q", "-p", "no:cacheprovider", "phmdoctest"], guides.folder,
                         accepted=accepted)
        return Measured(made.wall + tested.wall, made.cpu + tested.cpu, max(made.peak, tested.peak), tested.status,
                        tested.output)

    def byexample(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
        folder = guides.folder / "sessions"
        path = f"{bin_folder}:{os.environ['PATH']}"
        files = sorted((folder / "guides").glob("*.md"))
        command = [bin_folder / "byexample", "--language", "python", "--jobs", "cpu", "--timeout", "20",
                   "--no-progress-bar", *files]
        return measure(command, folder, environment=surroundings(PATH=path), accepted=accepted)

    def xargs(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
        command = f"ls {guides.scripts}/*.py | xargs -P{os.cpu_count()} -n1 {interpreter()} -I"
        # xargs tells by 123 that a command failed.
        return measure(["sh", "-c", command], guides.folder, accepted=[123 if code == 1 else code for code in accepted])

    def floor(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
        return measure([interpreter(), HERE / "floor.py", guides.scripts], guides.folder, accepted=accepted)

    in_process = "none: one process for all"
    return [
        Tool(f"xargs -P{os.cpu_count()} python -I", "a process each", xargs, count_printed),
        Tool("byexample", "a process for each guide", byexample, count_prompts),
        Tool("phmdoctest", in_process, phmdoctest, count_passed),
        Tool("pytest-examples", in_process, **suite("pytest_examples_suite.py")),
        Tool("pytest-markdown-docs", in_process, **suite("--markdown-docs", "guides")),
        Tool("sybil", in_process, **suite("guides", folder="sybil")),
        Tool("mktestdocs", in_process, **suite("mktestdocs_suite.py")),
        Tool(FLOOR, "namespaces each, no walls", floor, count_printed),
        Tool("fencepost", "full sandbox each", check, count_matches),
    ]


def check(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
    """Runs fencepost with nothing kept of earlier runs."""
    renew(guides.folder.parent / "cache")
    return check_again(guides, accepted)


def check_again(guides: Guides, accepted: Sequence[int] = (0,)) -> Measured:
    """Runs fencepost with what the run before has kept."""
    cache = guides.folder.parent / "cache"
    command = [fencepost(), "check", "--python", interpreter(), "--format", "json"]
    return measure(command, guides.folder, environment=surroundings(XDG_CACHE_HOME=cache), accepted=accepted)


def second_run(tools: Sequence[Tool], guides: Guides, rounds: int = 7) -> Aim:
    """Measures a check in which nothing has changed against sybil, in turns."""
    say("checking again, with nothing changed")
    check(guides)
    sybil = next(tool for tool in tools if tool.name == "sybil")
    in_turns = Rounds({"sybil": lambda: sybil.run(guides, (0,)), "again": lambda: check_again(guides)})
    in_turns.run(rounds)
    if (made := made_now(in_turns.measured["again"][-1].output)) != []:
        raise SystemExit(f"error: with nothing changed, these ran again: {made}")
    return Aim("fencepost, second run : sybil", in_turns.ratio("again", "sybil"), 0.05)


def demand_that_one_runs_again(guides: Guides) -> None:
    """Ends everything unless a change to one example runs that one again and no other."""
    guide = sorted((guides.folder / "guides").glob("*.md"))[guides.guides // 2]
    text = guide.read_text()
    number = re.findall(r"'example (\d+):'", text)[1]
    place = text.index(f"print('example {number}:'")
    guide.write_text(f"{text[:place]}# touched\n{text[place:]}")
    output = check_again(guides).output
    guide.write_text(text)
    made = made_now(output)
    if [corpus.numbers_in(stdout.encode()) for stdout in made] != [{int(number)}]:
        raise SystemExit(f"error: example {number} was changed, and these ran again: {made}")
    if count_held(output) != guides.examples:
        raise SystemExit("error: not every example matches after a change to one")


def results(output: bytes) -> list[dict]:
    """Returns the results that a check printed as JSON lines."""
    lines = (json.loads(line) for line in output.splitlines() if line.startswith(b'{"type":"result"'))
    return list(lines)


def made_now(output: bytes) -> list[str]:
    """Returns what the examples printed that did not come out of the cache."""
    return [result["stdout"] for result in results(output) if not result["cached"]]


def count_held(output: bytes) -> int:
    return sum(result["verdict"] == "match" and result["recorded"] for result in results(output))


def record(guides: Guides) -> None:
    """Records expectations for fencepost, which is the only one that has any."""
    say("recording expectations")
    cache = renew(guides.folder.parent / "cache")
    measure([fencepost(), "record", "--python", interpreter(), "--quiet"], guides.folder,
            environment=surroundings(XDG_CACHE_HOME=cache))


def count_printed(_guides: Guides, output: bytes) -> int:
    """Counts the examples whose line was printed."""
    return len(corpus.numbers_in(output))


def count_passed(_guides: Guides, output: bytes) -> int:
    """Counts tests as pytest does in its last line."""
    found = re.search(rb"^(\d+) passed in ", output, re.MULTILINE)
    return int(found[1]) if found else 0


def count_prompts(guides: Guides, output: bytes) -> int:
    """Returns the number of examples where every prompt of every guide passed; what is printed is compared."""
    passed = sum(int(number) for number in re.findall(rb"Pass: (\d+) Fail: 0 Skip: 0", output))
    sessions = (guide.read_text() for guide in (guides.folder / "sessions" / "guides").glob("*.md"))
    prompts = sum(len(re.findall(r"^>>> ", session, re.MULTILINE)) for session in sessions)
    return guides.examples if passed == prompts else 0


def count_matches(guides: Guides, output: bytes) -> int:
    """Counts results that match what was recorded, were made now, and printed their line."""
    if b'"sandbox":"full"' not in output:
        return 0
    return len(corpus.numbers_in("\n".join(made_now(output)).encode())) if count_held(output) == guides.examples else 0


def demand_that_it_can_fail(tool: Tool, small: Guides, spoilt: Guides) -> None:
    """Ends everything unless a tool accepts good guides and refuses a false assertion."""
    tool.run(small, (0,))
    # 3: pytest 9 on CPython 3.11 trips over the traceback that it is to show of pytest-examples.
    refused = tool.run(spoilt, (0, 1, 3))
    if refused.status == 0:
        raise SystemExit(f"error: {tool.name} takes a false assertion for true")


def demand_that_all_ran(tool: Tool, guides: Guides) -> None:
    """Ends everything unless a tool ran every example."""
    output = (tool.prove or tool.run)(guides).output
    demand_count(tool, guides, tool.ran(guides, output))
    say(f"{tool.name} runs all {guides.examples} examples")


def demand_count(tool: Tool, guides: Guides, count: int) -> None:
    if count != guides.examples:
        raise SystemExit(f"error: {tool.name} ran {count} of {guides.examples} examples")


def timed(tool: Tool, guides: Guides) -> Measured:
    """Runs a tool once more, and counts again where its output tells without being asked."""
    measured = tool.run(guides, (0,))
    if tool.prove is None:
        demand_count(tool, guides, tool.ran(guides, measured.output))
    return measured


def ratios(tools: Sequence[Tool], rounds: Rounds, guides: Guides) -> str:
    """Returns the table of everyone's time, the slowest first."""
    ordered = sorted(tools, key=lambda tool: -rounds.wall(tool.name))
    rows = [(tool.name, tool.isolation, f"{rounds.wall(tool.name):.2f}", f"{rounds.ratio(tool.name, 'sybil'):.2f}",
             len(rounds.measured[tool.name])) for tool in ordered]
    columns = (f"{guides.examples} examples in {guides.guides} guides", "isolation", "seconds", "× sybil", "runs")
    return table(columns, rows)


def aims(rounds: Rounds) -> list[Aim]:
    baseline = next(name for name in rounds.measured if name.startswith("xargs"))
    return [
        Aim("fencepost : sybil", rounds.ratio("fencepost", "sybil"), 1.0),
        Aim("fencepost : mktestdocs (stretch)", rounds.ratio("fencepost", "mktestdocs"), 1.0),
        Aim(f"fencepost : {baseline}", rounds.ratio("fencepost", baseline), 1 / 8),
    ]


if __name__ == "__main__":
    main()
