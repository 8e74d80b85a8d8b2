"""What became of each block, said to the comparison as one JSON object a line."""

import json
import re

PASS, FAIL, SKIP = "pass", "fail", "skip"

OPENING = re.compile(r"^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,}|:{3,})(?P<info>[^`\n]*)$")


def told(lines, outcome):
    """Tells the outcome of one test, made of the blocks that open at these lines."""
    print(json.dumps({"lines": sorted(lines), "outcome": outcome}), flush=True)


def worst(outcomes):
    """Returns the outcome of a block from those of its parts."""
    return next((one for one in (FAIL, PASS, SKIP) if one in outcomes), SKIP)


class Fence:
    """A fence as the eye finds it: where it opens and ends, what stands in it, and where fences in it open."""

    def __init__(self, line, info):
        self.line, self.info = line, info
        self.end, self.code, self.inner = line, "", []

    def holds(self, line):
        """Says whether a line of the guide stands in it."""
        return self.line <= line <= self.end


def fences_in(text):
    """Returns the fences of a guide, in order."""
    found, mark = [], None
    for number, line in enumerate(text.splitlines(), 1):
        opening = OPENING.match(line)
        if mark is None and opening:
            mark, indent = opening["fence"], len(opening["indent"])
            found.append(Fence(number, opening["info"].strip()))
        elif mark is not None:
            found[-1].end = number
            if line.lstrip(" \t>").rstrip() == mark:
                mark = None
            else:
                found[-1].code += line[indent:] + "\n"
                if opening and opening["info"]:
                    found[-1].inner.append(number)
    return found


def fence_at(fences, line):
    """Returns where the innermost fence that holds a line opens; the line itself where none does."""
    fence = next((fence for fence in fences if fence.holds(line)), Fence(line, ""))
    return max([fence.line, *(inner for inner in fence.inner if inner <= line)])
