"""Which year, kind and measure each column of a block has: by its head, the title, its neighbours, or an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from zoneplan.data.importer.layout import Block, Column
from zoneplan.data.importer.questions import LEAVE, Interview
from zoneplan.data.importer.words import ACTUAL, GROWTH, TARGET, VERSIONS, WORDS, Head

NOT_READ = "a column of neither years nor units: it is not read"
# Words of a head that make its column another thing than the indicator of a year.
OTHER_MEASURES = {
    "part": "figures of part of a year, which are not those of the year",
    "rate": "how far a target is reached, not the indicator itself",
    "change": "a change or a gap, not the indicator itself",
    "rank": "a rank, not the indicator itself",
    "share": "a share of something, not the indicator itself",
    "cumulative": "figures over several years or areas together",
    "real": "figures at constant prices, which are another series",
}
LONG_GROWTH = "growth over several years, or from a year that is not the one before"
OTHER_VERSION = "another version of a target, of which one is taken"
ANSWERS = {"actual": ACTUAL, "target": TARGET}


@dataclass(frozen=True)
class Meaning:
    """What a column holds: of which year, whether targets or actual figures, and whether growth."""

    column: Column
    year: int | None = None
    table: str | None = None
    growth: bool = False

    @property
    def head(self) -> Head:
        """What its head says."""
        return self.column.head

    @property
    def version(self) -> str:
        """Which version of a target it is, if its head tells."""
        return next((v for v in VERSIONS if v in self.head.said), "")


class Talk(Interview):
    """Questions and answers, and what is told of cells: those left out, and those read with a remark."""

    def __init__(self, answers: dict[str, str]):
        super().__init__(answers)
        self.left: list[tuple[str, str, str, str]] = []
        self.told: list[tuple[str, str, str, str]] = []

    def leave(self, sheet: str, place: str, text: object, why: str) -> None:
        """Name a cell that is not used."""
        self.left.append((sheet, place, str(text)[:60], why))

    def tell(self, sheet: str, place: str, text: object, how: str) -> None:
        """Name a cell that is used in a way that should be known."""
        self.told.append((sheet, place, str(text)[:60], how))


def meanings(block: Block, talk: Talk) -> list[Meaning]:
    """The columns of a block that hold figures; what is said of the others is told."""
    made: list[Meaning] = []
    # Growth without words of its own is that of the figures on its left, or as little to be used as these.
    beside: Meaning | str | None = None
    for column in block.columns:
        if not _filled(block, column):
            continue
        why = _no_figures(column, block, talk)
        bare = "growth" in column.head.said and not (column.head.kinds and column.head.years)
        if why is None and bare and isinstance(beside, str) and not column.head.years:
            why = beside
        if why is None:
            meaning = _beside(_dated(column, block, talk), made)
            against = column.head.against
            why = LONG_GROWTH if against and meaning.year != against + 1 else None
        if why is None:
            made.append(meaning)
            beside = beside if meaning.growth else meaning
        else:
            talk.leave(block.page.title, column.place, column.head.text, why)
            beside = why if why in (OTHER_MEASURES["part"], OTHER_MEASURES["cumulative"]) else beside
    return _versions(_kinds(made, block, talk), block, talk)


def _filled(block: Block, column: Column) -> bool:
    """Whether a column holds anything but the groups that stand before the names."""
    texts = _texts(block, column)
    return _holds_figures(texts) or (column.index > block.names[0] and bool(texts))


def _texts(block: Block, column: Column) -> list[str]:
    rows = range(block.first, block.last + 1)
    texts = (block.page.text(r, column.index) for r in rows)
    return [t for t in texts if t not in WORDS["figure"]["empty"]]


def _holds_figures(texts: list[str]) -> bool:
    return any(re.search("[0-9]|番|倍", t) for t in texts)


def _no_figures(column: Column, block: Block, talk: Talk) -> str | None:
    """Why a column is not read, if it is not."""
    head = column.head
    if not head.heads_figures or not _holds_figures(_texts(block, column)):
        return NOT_READ
    said = head.said - ({"cumulative"} if "average" in head.said else set())
    said -= {"real"} if said & {"growth", "average"} else set()
    if "whole" not in said and _in_part_of_a_year(column, block):
        said |= {"part"}
    other = next((why for word, why in OTHER_MEASURES.items() if word in said), None)
    if other:
        return other
    if head.unknown:
        read = talk.ask(
            "column", column.place, default=LEAVE, options=("read", LEAVE), safe=True,
            place=f"{block.page.title}!{column.place}", text=head.text, words=head.unknown,
        )  # fmt: skip
        if read == LEAVE:
            return f"words of the head that are not known: {head.unknown}"
    if len(head.years) > 1:
        return "several years in one head"
    if "part" not in said and "whole" not in said and _of_part(column, block):
        whole = talk.ask(
            "whole", column.place, default="whole", options=("whole", LEAVE), text=head.text,
            place=f"{block.page.title}!{column.place}",
        )  # fmt: skip
        if whole != "whole":
            return talk.why("whole", column.place)
    if {"target", "actual"} <= said:
        return "a target and an actual figure in one head"
    if "average" in said and "actual" in said:
        return "the average growth of the past, which is no target"
    return None


def _in_part_of_a_year(column: Column, block: Block) -> bool:
    """Whether the title says that the figures seen in a year are those of a part of it."""
    return TARGET not in column.head.kinds and _of_part(column, block)


def _of_part(column: Column, block: Block) -> bool:
    """Whether a title speaks of a part of the year of a column."""
    years = column.head.years
    titles = (said for said in block.context if "part" in said.said)
    return any(not years or (not said.years or years == said.years) for said in titles)


# Years ------------------------------------------------------------------------------------------


def _dated(column: Column, block: Block, talk: Talk) -> Meaning:
    head = column.head
    if "average" in head.said:
        return Meaning(column, None, GROWTH)
    kinds = [k for k in head.kinds if k in (TARGET, ACTUAL)]
    growth = "growth" in head.said
    year = _year(column, block, talk)
    return Meaning(column, year, next(iter(kinds), None), growth)


def _year(column: Column, block: Block, talk: Talk) -> int | None:
    """The year of a column: from its head, else from the title or the name of the sheet, else asked."""
    head = column.head
    if len(head.years) == 1 and not (head.short_year and _alone(column, block)):
        return head.years[0]
    titled = {y for said in block.context for y in said.years if len(said.years) == 1}
    if not head.years and not head.span and len(titled) == 1:
        return titled.pop() + (head.relative or 0)
    if "growth" in head.said and not head.years and not head.span:
        # Growth without a year is that of the column beside it.
        return None
    spans = [said.span for said in (head, *block.context) if said.span]
    default = head.years[0] if head.years else spans[0][1] if spans else ""
    answer = talk.ask(
        "year", column.place, default=str(default), options=(), text=head.text,
        place=f"{block.page.title}!{column.place}",
    )  # fmt: skip
    return int(answer) if answer and answer.isdecimal() else None


def _alone(column: Column, block: Block) -> bool:
    """Whether no other column of a block has a year near the two digits of one."""
    year = column.head.years[0]
    others = (y for c in block.columns if c != column for y in c.head.years)
    return not any(0 < abs(year - y) <= 10 for y in others)


def _beside(growth: Meaning, others: list[Meaning]) -> Meaning:
    """Growth without a word of its own has the year and the kind of the column on its left."""
    if not growth.growth or (growth.table and growth.year):
        return growth
    levels = [m for m in others if not m.growth and m.table != GROWTH]
    same = [m for m in levels if growth.year in (None, m.year)]
    before = [m for m in same if m.column.index < growth.column.index]
    if not before:
        return growth
    near = max(before, key=lambda m: m.column.index)
    return replace(growth, year=growth.year or near.year, table=growth.table or near.table)


# Targets or actual figures ----------------------------------------------------------------------


def _kinds(made: list[Meaning], block: Block, talk: Talk) -> list[Meaning]:
    """The kind of every column; a plan's title does not tell, as the year it starts from stands in it too."""
    titled = {k for said in block.context for k in said.kinds}
    done = []
    for m in made:
        table = m.table
        sure = "estimate" not in m.head.said
        if table is None and sure and titled == {ACTUAL}:
            table = ACTUAL
        elif table is None and "kind" in block.fields and m.year is not None:
            done.append(m)
            continue
        elif table is None and m.year is not None:
            table = ask_kind(m.year, made, block, talk, m.column.place, m.head.text)
        if m.year is None and table != GROWTH:
            table = None
        if table is not None:
            done.append(replace(m, table=table))
        else:
            why = talk.why("kind", m.year) if m.year else talk.why("year", m.column.place)
            talk.leave(block.page.title, m.column.place, m.head.text, why)
    return done


def ask_kind(
    year: int, made: Iterable[Meaning], block: Block, talk: Talk, place: str, text: str
) -> str | None:
    """Whether the figures of a year are targets or actual ones; the default follows from the others."""
    answer = talk.ask(
        "kind", year, default=_usual_kind(year, list(made), block),
        options=("actual", "target", LEAVE), place=f"{block.page.title}!{place}",
        year=year, text=text,
    )  # fmt: skip
    return ANSWERS.get(answer or "")


def _usual_kind(year: int, made: list[Meaning], block: Block) -> str:
    """What the figures of a year most likely are: actual before the period of the plan, targets in it."""
    spans = [said.span for said in block.context if said.span]
    targets = {m.year for m in made if m.table == TARGET and m.year}
    seen = {m.year for m in made if m.table == ACTUAL and m.year}
    estimates = {m.year for m in made if "estimate" in m.head.said and m.year}
    bare = sorted({m.year for m in made if m.table is None and m.year})
    if year in estimates:
        return ""
    if spans and year <= spans[0][1]:
        return "target" if spans[0][0] <= year else "actual"
    if targets:
        return "actual" if year < min(targets) else "target" if year > min(targets) else ""
    if estimates and year < min(estimates):
        return "actual"
    if seen:
        return "target" if year > max(seen) else "actual"
    planned = any(TARGET in said.kinds for said in block.context)
    apart = len(bare) > 1 and bare[1] - bare[0] > 1
    return ("actual" if apart and year == bare[0] else "target") if planned else ""


def _versions(made: list[Meaning], block: Block, talk: Talk) -> list[Meaning]:
    """One version of each target, where several stand side by side."""
    kept = []
    for m in made:
        same = [o for o in made if _alike(o) == _alike(m)]
        versions = list(dict.fromkeys(o.version or "plain" for o in same))
        if len(versions) > 1:
            usual = next((v for v in ("revised", "floor") if v in versions), versions[0])
            answer = talk.ask(
                "version", m.year, default=usual, options=tuple(versions), year=m.year,
                place=f"{block.page.title}!{m.column.place}", text=m.head.text,
            )  # fmt: skip
            if answer != (m.version or "plain"):
                why = OTHER_VERSION if answer else talk.why("version", m.year)
                talk.leave(block.page.title, m.column.place, m.head.text, why)
                continue
        kept.append(m)
    return kept


def _alike(m: Meaning) -> tuple[object, ...]:
    return m.year, m.table, m.growth, m.head.scope
