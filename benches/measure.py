"""What all measurements share: commands with their time and memory, medians, and tables in Markdown."""

from __future__ import annotations

import atexit
import datetime
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCEPOST = Path(os.environ.get("FENCEPOST", ROOT / "target" / "release" / "fencepost"))
WORK = ROOT / "target" / "bench"


@dataclass(frozen=True)
class Measured:
    """One command that ended."""

    wall: float
    """Seconds from start to end."""
    cpu: float
    """Seconds of CPU, its own and its descendants' that it waited for."""
    peak: int
    """Most bytes of memory that it, or any one descendant that it waited for, had resident."""
    status: int
    output: bytes
    """stdout and stderr, as they came."""


@dataclass(frozen=True)
class Aim:
    """A figure, and how far it may go."""

    name: str
    value: float
    most: float
    unit: str = ""

    def is_met(self) -> bool:
        return self.value <= self.most


def measure(command: Sequence[object], folder: Path, *, environment: dict[str, str] | None = None,
            accepted: Sequence[int] = (0,), watch: Callable[[int], None] | None = None) -> Measured:
    """Runs a command to its end; `watch` is called with its pid again and again. Another status is the end of all."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        child = subprocess.Popen(words, cwd=folder, env=environment or surroundings(), stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=subprocess.STDOUT)
        while watch is not None:
            try:
                watch(child.pid)
            except OSError:
                pass  # What was looked at has just ended.
            if os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break
            time.sleep(0.05)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if child.returncode not in accepted:
        shown = text.decode(errors="replace")[-3000:]
        raise SystemExit(f"{shown}\nerror: `{' '.join(words)}` ended with {child.returncode} in `{folder}`")
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, child.returncode, text)


def surroundings(**added: object) -> dict[str, str]:
    """Returns the environment of a measured command: this one, without what changes how Python starts."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "CI"))}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1"} | {name: str(value) for name, value in added.items()}


def empty(folder: Path) -> Path:
    """Makes a folder that is empty, whatever was there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def renew(folder: Path) -> Path:
    """Makes a folder that is empty; what was there is deleted when the measurements are over.

    A file system may look at every inode that was freed a moment ago before it hands out another (ext4
    does for five seconds): whoever is measured right after a deletion pays for it.
    """
    if folder.exists():
        aside = folder.rename(folder.with_name(f"{folder.name}-{uuid.uuid4().hex}"))
        atexit.register(shutil.rmtree, aside, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def fencepost() -> Path:
    """Returns the program that is measured."""
    if not FENCEPOST.is_file():
        raise SystemExit(f"error: `{FENCEPOST}` is not there\nhint: make build")
    return FENCEPOST


def interpreter() -> Path:
    """Returns the interpreter that this script runs on, itself, not a link or an environment of it."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


@dataclass
class Rounds:
    """Contenders measured in turns: what disturbs the machine for a while disturbs all of them."""

    contenders: dict[str, Callable[[], Measured]]
    measured: dict[str, list[Measured]] = field(default_factory=dict)

    def run(self, rounds: int, slow: float = 10.0, rounds_of_slow: int = 2) -> None:
        """Runs everyone once a round; those that take more than `slow` seconds only in the first few."""
        for number in range(rounds):
            for name, contender in self.contenders.items():
                known = self.measured.setdefault(name, [])
                if number >= rounds_of_slow and known[0].wall > slow:
                    continue
                known.append(contender())
                say(f"round {number + 1}: {name} {known[-1].wall:.2f} s")

    def wall(self, name: str) -> float:
        return statistics.median(measured.wall for measured in self.measured[name])

    def ratio(self, name: str, other: str) -> float:
        """Returns the median of the ratios within each round."""
        pairs = zip(self.measured[name], self.measured[other])
        return statistics.median(one.wall / two.wall for one, two in pairs)


def say(text: str) -> None:
    """Tells of progress, beside the table."""
    print(text, file=sys.stderr, flush=True)


def heading(command: str) -> str:
    """Returns the line above a table: when, with what, on what, and beside what."""
    load = ", ".join(f"{number:.1f}" for number in os.getloadavg())
    date = datetime.date.today().isoformat()
    return (f"`{command}`, {date}, {os.cpu_count()} CPUs, CPython {platform.python_version()} that starts in "
            f"{start():.0f} ms ({start('-S'):.0f} ms without `site`), Linux {platform.release()}, load {load}:\n")


def start(*flags: str) -> float:
    """Returns the milliseconds that the interpreter takes to start: some import much before any script runs."""
    def once() -> float:
        begun = time.perf_counter()
        subprocess.run([interpreter(), *flags, "-c", "pass"], env=surroundings(), check=True)
        return (time.perf_counter() - begun) * 1000
    return statistics.median(once() for _ in range(7))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Returns a Markdown table; cells that are numbers are set to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    right = [all(text[:1].isdigit() for text in column) for column in zip(*texts)]
    widths = [max(len(text) for text in column) for column in zip(columns, *texts)]
    def line(cells: Sequence[str]) -> str:
        set_out = (cell.rjust(width) if is_right else cell.ljust(width)
                   for cell, width, is_right in zip(cells, widths, right))
        return f"| {' | '.join(set_out)} |"
    rule = "|".join(f"{'-' * (width + 1)}{':' if is_right else '-'}" for width, is_right in zip(widths, right))
    return "\n".join([line(columns), f"|{rule}|", *(line(row) for row in texts)])


def told(aims: Sequence[Aim]) -> str:
    """Returns a table of aims and whether they are met."""
    rows = [(aim.name, f"{aim.value:.2f}{aim.unit}", f"≤ {aim.most:g}{aim.unit}", "met" if aim.is_met() else "MISSED")
            for aim in aims]
    return table(("figure", "measured", "aim", ""), rows)
