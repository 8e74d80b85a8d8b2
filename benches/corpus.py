#!/usr/bin/env python3
"""Writes the guides that fencepost and its peers are measured with: the same bytes for the same seed.

The corpus `small` is what documentation is mostly made of: short standalone examples of the standard
library that print, with prose, tables and other fences between. Each prints `example NUMBER: VALUE`
and asserts the value, so that any tool that runs Python blocks can run it, and a reader of its output
can count which ones ran. Values are found by running each example once, here.

    corpus.py FOLDER [--kind small|naps|mixed-load|fences] [--examples N] [--guides N] [--seed N]
              [--form fences|prompts]
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import random
import re
from pathlib import Path

TOPICS = ("lists", "dictionaries", "classes", "generators", "text", "functions", "files", "tasks")

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty")

# Code with the number of times that it is taken in a hundred; `value` is what it is about. What they
# import, and how often, is as in the guides under `content/`: asyncio in 13 of 100, dataclasses in 5.
TEMPLATES: tuple[tuple[int, str], ...] = (
    (12, "numbers = [{a}, {b}, {c}]\nnumbers.append({number})\nvalue = sum(number * 2 for number in numbers)\n"),
    (10, "stock = {{'{word}': {a}, '{other}': {b}}}\nstock['{word}'] += {number}\n"
         "value = sorted(stock.items(), key=lambda item: item[1])\n"),
    (9, "class Account:\n    def __init__(self, owner, balance=0):\n        self.owner = owner\n"
         "        self.balance = balance\n\n    def deposit(self, amount):\n        self.balance += amount\n"
         "        return self\n\n\nvalue = Account('{word}').deposit({a}).deposit({number}).balance\n"),
    (7, "def countdown(start):\n    while start > 0:\n        yield start\n        start -= {b}\n\n\n"
        "value = list(countdown({b} * 5)) + [{number}]\n"),
    (8, "text = '{word} {other} {number}'\nvalue = ' '.join(word.title() for word in text.split())\n"),
    (7, "def outer():\n    total = {a}\n\n    def inner(step):\n        nonlocal total\n        total += step\n"
        "        return total\n\n    return inner\n\n\nadd = outer()\nadd({b})\nvalue = add({number})\n"),
    (7, "from collections import Counter\n\nvalue = Counter('{word}{other}').most_common(2) + [{number}]\n"),
    (5, "import functools\n\n\n@functools.lru_cache(maxsize=None)\ndef fibonacci(n):\n"
        "    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)\n\n\nvalue = fibonacci({a} % 40) + {number}\n"),
    (4, "try:\n    value = int('{word}')\nexcept ValueError as error:\n    value = f'{{type(error).__name__}}, {number}'\n"),
    (5, "import json\n\nrecord = json.dumps({{'name': '{word}', 'size': {number}}}, sort_keys=True)\n"
        "value = json.loads(record)['size']\n"),
    (5, "from dataclasses import dataclass, replace\n\n\n@dataclass(frozen=True)\nclass Point:\n    x: int\n    y: int\n\n\n"
        "point = replace(Point({a}, {b}), y={number})\nvalue = (point.x, point.y)\n"),
    (13, "import asyncio\n\n\nasync def double(number):\n    await asyncio.sleep(0)\n    return number * 2\n\n\n"
        "async def main():\n    return await asyncio.gather(double({a}), double({number}))\n\n\nvalue = asyncio.run(main())\n"),
    (4, "import re\n\nvalue = re.findall(r'[aeiou]+', '{word}{other}') + [{number}]\n"),
    (3, "from contextlib import contextmanager\n\n\n@contextmanager\ndef closing(name, log):\n    log.append(f'open {{name}}')\n"
        "    yield name\n    log.append(f'close {{name}}')\n\n\nlog = []\nwith closing('{word}', log):\n"
        "    log.append('{number}')\nvalue = log\n"),
    (1, "from enum import Enum\n\n\nclass Colour(Enum):\n    RED = {a}\n    BLUE = {number} + {a}\n\n\n"
        "value = [colour.name for colour in Colour] + [Colour.BLUE.value]\n"),
)

PROSE = (
    "The order in which *names* are looked up is fixed: `local`, `enclosing`, `global`, `built-in`.",
    "Nothing is copied here. Both names are bound to one object, and a change through one is seen through the other.",
    "See the [reference](https://docs.python.org/3/reference/) for the whole of it; what follows is the part that matters.",
    "> A surprise for many readers: the default is evaluated **once**, when the function is defined.",
    "- first, the value is computed;\n- then it is bound;\n- at last it is printed.",
    "| operation | cost |\n|---|---|\n| look-up | O(1) |\n| insertion | O(1), amortised |",
)

OTHER_FENCES = (
    "```sh\npython -m pip install example\n```",
    "```json\n{\"name\": \"example\", \"size\": 3}\n```",
    "```mermaid\ngraph LR\n  guide --> block --> run\n```",
)


def main() -> None:
    """Understands the command line and writes the corpus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kind", choices=tuple(KINDS), default="small")
    parser.add_argument("--examples", type=int, default=1000)
    parser.add_argument("--guides", type=int, default=50)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--form", choices=("fences", "prompts"), default="fences")
    given = parser.parse_args()
    if not 0 < given.guides <= given.examples:
        parser.error("there are at least one guide, and one example in each")
    write(given.folder, given.kind, given.examples, given.guides, given.seed, given.form)


def write(folder: Path, kind: str, examples: int, guides: int, seed: int = 8, form: str = "fences") -> None:
    """Writes guides to a folder that is new or empty, with a configuration that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SystemExit(f"error: `{folder}` is not empty")
    chance = random.Random(f"{kind} {examples} {guides} {seed}")
    make = KINDS[kind]
    (folder / "fencepost.toml").write_text('guides = ["guides/**/*.md"]\nexpected = "expected"\n')
    (folder / "guides").mkdir()
    for guide in range(guides):
        numbers = range(guide * examples // guides, (guide + 1) * examples // guides)
        topic = TOPICS[guide % len(TOPICS)]
        parts = [f"# {topic.title()}, part {guide + 1}\n"]
        parts.extend(make(chance, number, examples, form) for number in numbers)
        (folder / "guides" / f"{guide:04}-{topic}.md").write_text("\n".join(parts))


def small(chance: random.Random, number: int, _examples: int, form: str) -> str:
    """Returns a section with a short example of the standard library."""
    code = short_code(chance, number)
    output, _ = run(code)
    block = prompts(code) if form == "prompts" else fence("python", code)
    shown = f"\n\nOutput:\n\n{fence('text', output)}" if form == "fences" and chance.random() < 0.3 else ""
    other = f"\n\n{chance.choice(OTHER_FENCES)}" if chance.random() < 0.2 else ""
    return f"## Section {number}\n\n{prose(chance)}\n\n{block}{shown}{other}\n"


def short_code(chance: random.Random, number: int) -> str:
    """Returns an example that prints its number and asserts its value."""
    weights = [weight for weight, _ in TEMPLATES]
    template = chance.choices([text for _, text in TEMPLATES], weights)[0]
    word, other = chance.sample(WORDS, 2)
    a, b, c = (chance.randint(2, 99) for _ in range(3))
    code = template.format(number=number, word=word, other=other, a=a, b=b, c=c)
    _, value = run(code)
    return f"{code}print('example {number}:', value)\nassert str(value) == {str(value)!r}\n"


def naps(_chance: random.Random, number: int, _examples: int, _form: str) -> str:
    """Returns a section whose example sleeps for 0.2 s."""
    return f"## Section {number}\n\n{fence('python', sleeper(number, 0.2))}\n"


def mixed_load(_chance: random.Random, number: int, examples: int, _form: str) -> str:
    """Returns a section whose example sleeps for 0.3 s, in the first half, or burns 50 ms of CPU."""
    code = sleeper(number, 0.3) if number < examples // 2 else burner(number, 0.05)
    return f"## Section {number}\n\n{fence('python', code)}\n"


def sleeper(number: int, seconds: float) -> str:
    return f"import time\n\ntime.sleep({seconds})\nprint('example {number}: slept')\n"


def burner(number: int, seconds: float) -> str:
    return (
        f"import time\n\nbegun = time.process_time()\nwhile time.process_time() - begun < {seconds}:\n"
        f"    sum(range(1000))\nprint('example {number}: burnt')\n"
    )


def fences(chance: random.Random, number: int, _examples: int, _form: str) -> str:
    """Returns a section with one fence as guides in the wild write them; only for tools that read Markdown."""
    code = short_code(chance, number)
    shape = chance.choices(("plain", "output", "list", "quote", "tilde", "details", "other", "prompts"),
                           (60, 16, 5, 1, 2, 2, 10, 4))[0]
    if shape == "output":
        block = f"{fence('py', code)}\n\nOutput:\n\n{fence('text', run(code)[0])}"
    elif shape == "list":
        block = "- a step\n\n" + indented(fence("python", code), "  ")
    elif shape == "quote":
        block = indented(fence("python", code), "> ")
    elif shape == "tilde":
        block = fence("python", code).replace("```", "~~~")
    elif shape == "details":
        titled = fence('python title="answer.py"', code)
        block = f"<details>\n<summary>Answer</summary>\n\n{titled}\n\n</details>"
    elif shape == "other":
        block = chance.choice(OTHER_FENCES)
    elif shape == "prompts":
        block = prompts(code)
    else:
        block = fence("python", code)
    return f"## Section {number}\n\n{prose(chance)}\n\n{block}\n"


def prose(chance: random.Random) -> str:
    return "\n\n".join(chance.sample(PROSE, chance.randint(1, 3)))


def fence(info: str, text: str) -> str:
    return f"```{info}\n{text}```"


def indented(text: str, by: str) -> str:
    return "\n".join((by + line).rstrip() for line in text.splitlines())


def prompts(code: str) -> str:
    """Returns code as a session at Python's prompt, with what each statement prints."""
    lines = code.splitlines()
    namespace: dict[str, object] = {"__name__": "__main__"}
    shown = []
    for statement in ast.parse(code).body:
        decorators = getattr(statement, "decorator_list", [])
        first = min([statement.lineno] + [decorator.lineno for decorator in decorators])
        source = lines[first - 1:statement.end_lineno]
        shown.append(f">>> {source[0]}")
        shown.extend(f"... {line}".rstrip() for line in source[1:])
        if len(source) > 1:
            shown.append("...")
        shown.extend(execute("\n".join(source) + "\n", namespace, "single").splitlines())
    return fence("python", "\n".join(shown) + "\n")


def run(code: str) -> tuple[str, object]:
    """Returns what an example prints, and its `value`."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    output = execute(code, namespace, "exec")
    return output, namespace.get("value")


def execute(code: str, namespace: dict[str, object], mode: str) -> str:
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(code, "<example>", mode), namespace)
    return output.getvalue()


KINDS = {"small": small, "naps": naps, "mixed-load": mixed_load, "fences": fences}

# Not at the beginning of a line: pytest prints its dots before. Not in quotes: that is the source.
PRINTED = re.compile(rb"(?<!['\"])\bexample (\d+):")


def numbers_in(output: bytes) -> set[int]:
    """Returns the numbers of the examples whose line stands in what a tool printed."""
    return {int(number) for number in PRINTED.findall(output)}


if __name__ == "__main__":
    main()
