"""What heads of columns, titles and names of sheets say: read word by word, nothing passed over."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache

from zoneplan.data.importer.words import (
    ACTUAL,
    BRACKETS,
    TARGET,
    WORDS,
    Unit,
    any_of,
    part_marks,
    plain,
    unit_in,
)

YEAR = r"(?<![0-9.,])((?:19|20)[0-9]{2})(?![0-9]|,[0-9]|\.[0-9]*[1-9])"
DIGITS = str.maketrans("〇○零o一二三四五六七八九", "0000123456789")
KINDS = {"target": TARGET, "actual": ACTUAL, "estimate": "estimate"}
FLAGS = {"a": "actual", None: ""}
VERSIONS = ("original", "revised", "floor", "stretch", "given", "self")
# What changes nothing, and does not make a column one of figures.
BESIDE = {"nothing", "nominal", "real", "share", *VERSIONS}
PATTERNS = {
    kind: re.compile(pattern)
    for kind, pattern in {
        "day": YEAR + r"(?:[-./]|年)([0-9]{1,2})(?:[-./]|月)([0-9]{1,2})(?:日|(?![0-9月-]))",
        "month": YEAR + r"\s*[-/]\s*([0-9]{1,2})(?![0-9])",
        "dotted": r"((?:19|20)[0-9]{2})\.(0?[1-9]|1[0-2])"
        r"(?:[-~—–](?:[0-9]{4}\.)?[0-9]{1,2})?(?![0-9.])月?",
        "against": r"(?:比|较|与|对比)" + YEAR + "年?",
        "span": YEAR + r"\s*年?\s*[-~—–至到]+\s*((?:19|20)[0-9]{2})(?![0-9])年?",
        "plan": r"第?十([一二三四五六])(?:个五年|五)[\"”]?(?:时期|期间)?(末|期末|终期|初)?",
        "year": rf"(?:fy|cy)?\s*{YEAR}\s*(?:\.0)?年?度?(?:\(?([aefpb])(?![a-z])\)?)?年?度?",
        "short": r"(?:(?:fy|cy|['’])([0-9]{2})(?![0-9])(?:年度?)?|([0-9]{2})年度?)"
        r"([aefpb](?![a-z]))?",
        "full": WORDS["pattern"]["full"],
        "part": WORDS["pattern"]["part"],
        "relative": any_of(WORDS["pattern"]["relative"]),
    }.items()
}
SAID = {w: kind for kind, words in WORDS["head"].items() for w in words}
AREAS = [w for words in WORDS["scope"].values() for w in words]
WORD = re.compile(any_of([*SAID, *AREAS]))
SEPARATOR = re.compile(r"[\s()\[\]{}〔〕【】“”\"'‘’、，,:;/\\\-—–~·.*±|&?]")


@dataclass(frozen=True)
class Head:
    """What the head of a column, a title or the name of a sheet says.

    ``said`` are the lists of the vocabulary that hold its words, ``unknown`` the words of none;
    ``against`` is the year that growth is measured from, where that is said.
    """

    text: str = ""
    years: tuple[int, ...] = ()
    span: tuple[int, int] | None = None
    relative: int | None = None
    against: int | None = None
    short_year: bool = False
    said: frozenset[str] = frozenset()
    scope: str = ""
    unit: Unit | None = None
    unknown: str = ""

    @property
    def kinds(self) -> list[str]:
        """Target, observation or estimate, as far as it is said."""
        return [kind for word, kind in KINDS.items() if word in self.said]

    @property
    def dated(self) -> bool:
        """Whether it names a year or years."""
        return bool(self.years or self.span or self.relative is not None)

    @property
    def heads_figures(self) -> bool:
        """Whether a column below it may hold figures of years."""
        return self.dated or bool(self.said - BESIDE)

    def under(self, above: Head) -> Head:
        """Join it with a head above it; where both say something, the lower one counts."""
        when = self if self.dated else above
        return replace(
            when,
            text=f"{above.text} {self.text}".strip(),
            against=self.against or above.against,
            said=self.said | (above.said - (KINDS.keys() if self.kinds else set())),
            scope=self.scope or above.scope,
            unit=self.unit or above.unit,
            unknown=f"{above.unknown} {self.unknown}".strip(),
        )


@cache
def head_of(text: str) -> Head:
    """Read a head word by word."""
    rest = plain(part_marks(text)[0])
    unit = None
    for inside in BRACKETS.findall(rest):
        found = unit_in(inside)
        if found is not None and found.name:
            unit, rest = unit or found, rest.replace(f"({inside})", " ", 1)
    rest = re.sub("[〇○零o0-9一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(DIGITS), rest)
    head, unknown = Head(text=plain(text), unit=unit), ""
    while rest := rest.lstrip():
        head, taken = _first(head, rest)
        unknown += " " if taken else rest[0]
        rest = rest[taken or 1 :]
    # Words that are left may be a unit without brackets.
    units = {w: found if (found := unit_in(w)) and found.name else None for w in unknown.split()}
    bare = next(filter(None, units.values()), None)
    left = " ".join(w for w, found in units.items() if found is None)
    return replace(head, unit=head.unit or bare, unknown=left)


def _first(head: Head, rest: str) -> tuple[Head, int]:
    """What a head says with the first word of the rest of its text, and how long that is."""
    for kind, pattern in PATTERNS.items():
        if found := pattern.match(rest):
            return _dated(head, kind, found), found.end()
    if found := WORD.match(rest):
        word = found[0]
        if word in SAID:
            also = {"yearly": {"growth"}, "mean": {"average"}}.get(SAID[word], set())
            return replace(head, said=head.said | {SAID[word]} | also), found.end()
        return replace(head, scope=word), found.end()
    separator = SEPARATOR.match(rest)
    return head, separator.end() if separator else 0


def _dated(head: Head, kind: str, found: re.Match[str]) -> Head:
    """What a head says with a date, a year, some years or a part of one."""
    if kind in ("full", "part"):
        return replace(head, said=head.said | {kind})
    if kind == "relative":
        return replace(head, relative=WORDS["pattern"]["relative"][found[0]])
    if kind == "against":
        return replace(head, against=int(found[1]), said=head.said | {"growth"})
    if kind == "plan":
        first = 1981 + 5 * ("一二三四五六".index(found[1]) + 5)
        ends = found[2] in ("末", "期末", "终期")
        return replace(head, years=(first + 4,)) if ends else replace(head, span=(first, first + 4))
    if kind == "short":
        year = 2000 + int(found[1] or found[2])
        flag = {FLAGS.get(found[3], "estimate")} - {""}
        return replace(head, years=(*head.years, year), short_year=True, said=head.said | flag)
    year, last = int(found[1]), found.groups()[-1]
    if kind == "span":
        return replace(head, span=(year, int(last)))
    if kind == "month" and int(last) > 12:
        return replace(head, years=(*head.years, year, year + 1))
    said = FLAGS.get(last, "estimate") if kind == "year" else "part"
    if kind == "day" and (int(found[2]), int(last)) in ((12, 31), (1, 1)):
        said = "whole"
    years = head.years if year in head.years else (*head.years, year)
    return replace(head, years=years, said=head.said | ({said} - {""}))


@cache
def column_of(text: str) -> str | None:
    """Tell what a column holds by its head alone: name, unit, year, value and so on."""
    bare = re.sub(r"[\s:()]", "", BRACKETS.sub("", plain(part_marks(text)[0]))) or plain(text)
    return next((f for f, words in WORDS["column"].items() if bare in words), None)
