#!/usr/bin/env python3
"""How fencepost stands more of everything: `make bench-scale` and `make bench-many`.

    scale.py interpreters   four interpreters against one
    scale.py load           examples that sleep beside examples that burn CPU
    scale.py naps           examples that only sleep
    scale.py extraction     3,000 guides against pulldown-cmark's bare loop
    scale.py many           20,000 examples against 1,000: time of each, memory, what grows

Every run of examples is cold, in the full sandbox, and counted: fewer results than examples, or any that failed,
end the measurement.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import corpus
from measure import (ROOT, WORK, Aim, Measured, empty, fencepost, heading, interpreter, measure, renew, say,
                     surroundings, table, told)

MANY_SECONDS = 280.0
"""What the large run of `many` may take; where it would take longer, it gets fewer examples, and says so."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default")
    parser.add_argument("--examples", type=int, help="instead of each part's own number")
    parser.add_argument("--rounds", type=int, default=2)
    given = parser.parse_args()
    for part in given.parts:
        if part not in PARTS:
            parser.error(f"there is no part `{part}`: {', '.join(PARTS)}")
    for part in given.parts or PARTS:
        print(heading(f"benches/scale.py {part}"))
        PARTS[part](given.examples, given.rounds)
        print(flush=True)


def interpreters(examples: int | None, rounds: int) -> None:
    """Measures four interpreters in one run against the mean of each alone, in turns."""
    folder, count = guides("small", examples or 1000, 50)
    chosen = four()
    ratios, ones, fours = [], [], []
    for _ in range(rounds):
        alone = [check(folder, count, [path]).wall for path in chosen.values()]
        together = check(folder, count, list(chosen.values())).wall
        ones.append(statistics.mean(alone))
        fours.append(together)
        ratios.append(together / ones[-1])
    print(table(("interpreters", "examples", "seconds"),
                [("one (mean of four)", count, f"{statistics.median(ones):.2f}"),
                 (", ".join(chosen), count, f"{statistics.median(fours):.2f}")]))
    print()
    print(told([Aim("four interpreters : one", statistics.median(ratios), 4.2)]))


def load(examples: int | None, rounds: int) -> None:
    """Measures sleepers of 0.3 s beside burners of 50 ms."""
    scheduled("mixed-load", examples or 600, 6, rounds)


def naps(examples: int | None, rounds: int) -> None:
    """Measures sleepers of 0.2 s alone."""
    scheduled("naps", examples or 200, 4, rounds)


def scheduled(kind: str, examples: int, in_guides: int, rounds: int) -> None:
    """Measures a run's wall time against what no schedule can go below."""
    folder, count = guides(kind, examples, in_guides)
    measured = [check(folder, count, [interpreter()]) for _ in range(rounds)]
    bounds = [max(run.longest, run.busy / (os.cpu_count() or 1)) for run in measured]
    rows = [(count, f"{run.wall:.2f}", f"{run.longest:.2f}", f"{run.busy:.2f}", f"{bound:.2f}")
            for run, bound in zip(measured, bounds)]
    print(table(("examples", "seconds", "longest example", "CPU seconds of the machine", "bound"), rows))
    print()
    ratio = statistics.median(run.wall / bound for run, bound in zip(measured, bounds))
    print(told([Aim(f"{kind}: wall : max(longest, CPU / CPUs)", ratio, 1.25)]))


def extraction(examples: int | None, _rounds: int) -> None:
    """Measures the extraction of 20,000 fences in 3,000 files, by `benches/extraction.rs`."""
    folder, _ = guides("fences", examples or 20_000, 3_000 if examples is None else max(1, examples // 7))
    command = ["cargo", "bench", "--quiet", "--locked", "--bench", "extraction", "--", folder]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0 or b"| extraction : bare loop |" not in done.stdout:
        raise SystemExit("error: the extraction was not measured")
    print(done.stdout.decode())


def many(examples: int | None, _rounds: int) -> None:
    """Measures 20,000 examples against 1,000 just before and just after: each one's time, memory, what grows."""
    few_folder, few = guides("small", 1000, 50)
    before = check(few_folder, few, [interpreter()]).wall / few
    wanted = examples or 20_000
    fitting = min(wanted, int(MANY_SECONDS / before))
    folder, count = guides("small", fitting, max(1, fitting // 20))
    growth = Growth()
    mounts = mounts_of("self")
    run = check(folder, count, [interpreter()], growth.sample)
    left = mounts_of("self") - mounts
    after = check(few_folder, few, [interpreter()]).wall / few
    each = run.wall / count
    note = "" if count == wanted else f" (instead of {wanted}, which would take too long)"
    print(table(("examples", "ms each", "peak MiB"),
                [(few, f"{before * 1000:.1f} and {after * 1000:.1f}", ""),
                 (f"{count}{note}", f"{each * 1000:.1f}", f"{run.peak / 2**20:.0f}")]))
    print()
    aims = [Aim("time of an example : that among 1,000", each / statistics.mean((before, after)), 1.1),
            Aim("peak memory of fencepost", run.peak / 1e6, 100, " MB"),
            Aim("mounts left", left, 0)]
    print(told(aims + growth.aims()))


@dataclass
class Growth:
    """What there was of a run at each moment."""

    samples: list[tuple[int, int, int]] = field(default_factory=list)
    """Descriptors of fencepost and its launchers, processes below it, mounts that its launchers see."""

    def sample(self, pid: int) -> None:
        below = children(pid)
        launchers = [child for child in below if is_launcher(child)]
        descriptors = sum(descriptors_of(process) for process in [pid, *launchers])
        mounts = max((mounts_of(process) for process in launchers), default=0)
        self.samples.append((descriptors, len(below), mounts))

    def aims(self) -> list[Aim]:
        """Returns how much more there was at most in the last third of the run than in the one before."""
        third = len(self.samples) // 3
        if third < 5:
            raise SystemExit("error: the run was over before it could be looked at often enough")
        names = ("descriptors", "processes", "mounts")
        middle, last = self.samples[third:-third], self.samples[-third:]
        most = [max(sample[index] for sample in part) for part in (middle, last) for index in range(3)]
        say(f"most {', '.join(names)} in the middle and in the last third: {most[:3]}, {most[3:]}")
        # The number at one moment is chance: an example may have a child of its own. A leak is far more.
        return [Aim(f"growth of {name}", most[index + 3] - most[index], 8) for index, name in enumerate(names)]


def children(pid: int) -> list[int]:
    """Returns all processes below one."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(") ")[2].split()[1])
            parents.setdefault(parent, []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        below = parents.get(waiting.pop(), [])
        found.extend(below)
        waiting.extend(below)
    return found


def is_launcher(pid: int) -> bool:
    try:
        return b"launcher" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def descriptors_of(pid: int) -> int:
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def mounts_of(pid: int | str) -> int:
    try:
        return Path(f"/proc/{pid}/mountinfo").read_bytes().count(b"\n")
    except OSError:
        return 0


@dataclass(frozen=True)
class Checked(Measured):
    """A `fencepost check` that ran everything."""

    longest: float
    """Seconds of the longest example."""
    busy: float
    """Seconds of CPU that the machine spent: nobody waits for processes that end in namespaces of their own."""


def guides(kind: str, examples: int, in_guides: int) -> tuple[Path, int]:
    folder = WORK / f"scale-{kind}-{examples}"
    corpus.write(empty(folder), kind, examples, in_guides)
    return folder, examples


def check(folder: Path, examples: int, on: Sequence[Path], watch: Callable[[int], None] | None = None) -> Checked:
    """Runs everything with an empty cache, and counts what held."""
    cache = renew(WORK / "scale-cache")
    results = WORK / "results.json"
    busy = cpu_seconds()
    choice = [word for path in on for word in ("--python", path)]
    run = measure([fencepost(), "check", *choice, "--format", "json", "--output", results], folder,
                  environment=surroundings(XDG_CACHE_HOME=cache), watch=watch)
    busy = cpu_seconds() - busy
    held, longest = 0, 0
    with results.open() as lines:
        for line in lines:
            result = json.loads(line)
            if result["type"] == "result" and not result["cached"] and result["ending"] == {"kind": "exited", "code": 0}:
                held += "example " in result["stdout"]
                longest = max(longest, result["duration_ms"])
    if result["type"] != "summary" or result["sandbox"] != "full" or held != examples * len(on):
        raise SystemExit(f"error: {held} of {examples} examples on {len(on)} interpreters held, in `{folder}`")
    say(f"{folder.name} on {len(on)}: {run.wall:.2f} s")
    return Checked(run.wall, run.cpu, run.peak, run.status, b"", longest / 1000, busy)


def cpu_seconds() -> float:
    """Returns the seconds of CPU that the machine has spent since its start."""
    user, nice, system, _idle, _waiting, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:8])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def four() -> dict[str, Path]:
    """Returns the newest four minor versions of CPython here, by version."""
    listed = measure([fencepost(), "python", "list", "--format", "json"], WORK.parent)
    found = {}
    for line in listed.output.decode().splitlines():
        python = json.loads(line) if line.startswith("{") else {}
        if python.get("build") == "default":
            minor = tuple(int(part) for part in python["version"].split(".")[:2])
            found[minor] = (python["version"], Path(python["path"]))
    chosen = sorted(found)[-4:]
    if len(chosen) < 4:
        raise SystemExit(f"error: four interpreters are needed, and {len(chosen)} are here")
    return dict(found[minor] for minor in chosen)


PARTS = {"interpreters": interpreters, "load": load, "naps": naps, "extraction": extraction, "many": many}

if __name__ == "__main__":
    main()
