"""Problems a user can mend: each names the place, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Of what was found so much tells a reader which cell is meant; what is expected may be a list to
# choose from.
LONGEST, LONGEST_EXPECTED = 200, 1000


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. Rows count the header as 1; a missing row or column is left out."""

    file: str
    row: int | None
    column: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        place = ":".join(
            readable(str(p)) for p in (self.file, self.row, self.column) if p is not None
        )
        expected = readable(self.expected, LONGEST_EXPECTED)
        return f"{place}: found {readable(self.found)}; expected {expected}"


def readable(text: str, most: int = LONGEST) -> str:
    """A text from anybody's file in one line: signs that a terminal would obey are spelled out, a
    long one is cut.
    """
    cut = text if len(text) <= most else text[:most] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


class DataError(Exception):
    """All problems of one input, listed at once."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))
