"""Which year, kind and measure each column of a block has: by its head, title, neighbours or an
answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from zoneplan.data.importer.heads import VERSIONS, Head
from zoneplan.data.importer.layout import Block, Column
from zoneplan.data.importer.questions import LEAVE, Talk
from zoneplan.data.importer.words import ACTUAL, GROWTH, TARGET, WORDS

NOT_READ = "a column of neither years nor units: it is not read"
OTHER = WORDS["not_read"]
LONG_GROWTH = "growth over several years, or from a year that is not the one before"
OTHER_VERSION = "another version of a target, of which one is taken"
PAST = "the average growth of the past, which is no target"
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
        """Which version of a target it is."""
        return next((v for v in VERSIONS if v in self.head.said), "plain")


def meanings(block: Block, talk: Talk) -> list[Meaning]:
    """List the columns of a block that hold figures; what is said of the others is told."""
    made: list[Meaning] = []
    # Growth without a year is that of the figures on its left, or as little to be used as these.
    beside = ""
    for column in block.columns:
        texts = block.texts(column.index)
        figures = any(re.search("[0-9]|番|倍", t) for t in texts)
        if not texts or (column.index < block.names[0] and not figures):
            continue
        head, growth = column.head, "growth" in column.head.said
        why = (_no_figures(column, block, talk) if figures else None) or (
            "" if figures else NOT_READ
        )
        why = why or (beside if growth and not head.years else "")
        if not why:
            meaning = _beside(_dated(column, block, talk), made)
            why = LONG_GROWTH if head.against and meaning.year != head.against + 1 else ""
            meaning, why = _annual(meaning, made, block, talk) if not why else (meaning, why)
        if why:
            talk.leave(column.place, head.text, why)
            beside = why if why in (OTHER["part"], OTHER["cumulative"]) else beside
        else:
            made.append(meaning)
            beside = beside if growth else ""
    return _versions(_kinds(made, block, talk), talk)


def _no_figures(column: Column, block: Block, talk: Talk) -> str | None:
    """Why a column is not read, if it is not."""
    head = column.head
    if not head.heads_figures:
        return NOT_READ
    said = set(head.said)
    said -= {"cumulative"} if said & {"average", "full"} else set()
    said -= {"real"} if said & {"growth", "average"} else set()
    of_part = not said & {"whole", "full"} and _of_part(head, block)
    if of_part and TARGET not in head.kinds:
        said.add("part")
    if "mean" in said and (head.unit and head.unit.name == "%" or _is_growth(column, said, talk)):
        said.remove("mean")
    if other := next((why for word, why in OTHER.items() if word in said), None):
        return other
    asked = {"text": head.text, "words": head.unknown}
    if head.unknown and talk.ask("column", column.place, column.place, LEAVE, **asked) == LEAVE:
        return f"words of the head that are not known: {head.unknown}"
    if of_part and talk.ask("whole", column.place, column.place, "whole", **asked) != "whole":
        return talk.why("whole", column.place)
    if len(head.years) > 1:
        return "several years in one head"
    if "average" in said and "actual" in said:
        return PAST
    both = {"target", "actual"} <= said
    return "a target and an actual figure in one head" if both else None


def _is_growth(column: Column, said: set[str], talk: Talk) -> bool:
    """Whether a yearly average is one of growth: by a word, else asked."""
    place, text = column.place, column.head.text
    return "growth" in said or talk.ask("mean", place, place, "growth", text=text) == "growth"


def _of_part(head: Head, block: Block) -> bool:
    """Whether a title speaks of a part of the year of a column."""
    titles = [said for said in block.context if "part" in said.said]
    return any(not head.years or said.years in ((), head.years) for said in titles)


# Years ------------------------------------------------------------------------------------------


def _dated(column: Column, block: Block, talk: Talk) -> Meaning:
    head = column.head
    if "average" in head.said:
        return Meaning(column, None, GROWTH)
    kinds = [k for k in head.kinds if k in (TARGET, ACTUAL)]
    year = _year(column, block, talk)
    return Meaning(column, year, next(iter(kinds), None), "growth" in head.said)


def _year(column: Column, block: Block, talk: Talk) -> int | None:
    """The year of a column: from its head, else from the title or the name of the sheet, else
    asked.
    """
    head = column.head
    near = (abs(head.years[0] - y) for c in block.columns for y in c.head.years if head.years)
    if head.years and not (head.short_year and not any(0 < d <= 10 for d in near)):
        return head.years[0]
    titled = {said.years[0] for said in block.context if len(said.years) == 1}
    if not head.years and not head.span:
        if len(titled) == 1:
            return titled.pop() + (head.relative or 0)
        if "growth" in head.said:
            # That of the column beside it.
            return None
    spans = [said.span[1] for said in (head, *block.context) if said.span]
    others = {y for c in block.columns for y in c.head.years}
    likely = [*head.years, *spans, *(others if len(others) == 1 else ())]
    default = str(next(iter(likely), ""))
    answer = talk.ask("year", column.place, column.place, default, text=head.text)
    return int(answer) if answer and answer.isdecimal() else None


def _beside(growth: Meaning, others: list[Meaning]) -> Meaning:
    """Growth without a word of its own has the year and the kind of the column on its left."""
    if not growth.growth or (growth.table and growth.year):
        return growth
    levels = [m for m in others if not m.growth and m.table != GROWTH]
    same = [m for m in levels if growth.year in (None, m.year)]
    if not same:
        return growth
    return replace(growth, year=growth.year or same[-1].year, table=growth.table or same[-1].table)


def _annual(m: Meaning, made: list[Meaning], block: Block, talk: Talk) -> tuple[Meaning, str]:
    """Annual growth beside a target of years ahead: of that year or on average, and if neither,
    why.
    """
    years = {y for c in block.columns for y in c.head.years}
    seen = m.table == ACTUAL or titled_kinds(block) == {ACTUAL}
    if "yearly" not in m.head.said or m.head.years or seen or not m.year or m.year - 1 in years:
        return m, ""
    place = m.column.place
    answer = talk.ask("annual", place, place, "average", text=m.head.text, year=m.year)
    if answer == "average":
        return replace(m, year=None, table=GROWTH, growth=False), ""
    return m, "" if answer == "in_year" else talk.why("annual", place)


def titled_kinds(block: Block) -> set[str]:
    """The kinds of figures that the titles name."""
    return {k for said in block.context for k in said.kinds}


# Targets or actual figures ----------------------------------------------------------------------


def _kinds(made: list[Meaning], block: Block, talk: Talk) -> list[Meaning]:
    """The kind of every column; a plan's title tells none, as the year it starts from is in
    it too.
    """
    done = []
    for m in made:
        table = m.table
        if table is None and m.year is not None:
            if block.kinds_run_down:
                done.append(m)
                continue
            told = titled_kinds(block) == {ACTUAL} and "estimate" not in m.head.said
            table = ACTUAL if told else ask_kind(m, made, block, talk)
        if table is not None and (m.year or table == GROWTH):
            done.append(replace(m, table=table))
        else:
            why = talk.why("kind", m.year) if m.year else talk.why("year", m.column.place)
            talk.leave(m.column.place, m.head.text, why)
    return done


def ask_kind(m: Meaning, made: Iterable[Meaning], block: Block, talk: Talk) -> str | None:
    """Ask whether the figures of a year are targets or actual ones; the others tell the default."""
    year, place = m.year or 0, m.column.place
    default = _usual_kind(year, list(made), block)
    answer = talk.ask("kind", year, place, default, year=year, text=m.head.text)
    return ANSWERS.get(answer or "")


def _usual_kind(year: int, made: list[Meaning], block: Block) -> str:
    """What figures of a year most likely are: actual before the plan's period, targets in it."""
    spans = [said.span for said in block.context if said.span]
    targets = {m.year for m in made if m.table == TARGET and m.year}
    seen = {m.year for m in made if m.table == ACTUAL and m.year}
    guessed = {m.year for m in made if "estimate" in m.head.said and m.year}
    bare = sorted({m.year for m in made if m.table is None and m.year})
    if year in guessed:
        return ""
    if spans and year <= spans[0][1]:
        return "target" if spans[0][0] <= year else "actual"
    if targets:
        return "actual" if year < min(targets) else "target" if year > max(targets) else ""
    if seen or guessed:
        first = max(seen) if seen else min(guessed)
        return "actual" if year < first else "target" if seen and year > first else ""
    planned = any(TARGET in said.kinds for said in block.context)
    apart = len(bare) > 1 and bare[1] - bare[0] > 1 and year == bare[0]
    return ("actual" if apart else "target") if planned else ""


def _versions(made: list[Meaning], talk: Talk) -> list[Meaning]:
    """One version of each target, where several stand side by side."""
    kept = []
    for m in made:
        alike = (m.year, m.table, m.growth, m.head.scope)
        same = [o for o in made if (o.year, o.table, o.growth, o.head.scope) == alike]
        versions = list(dict.fromkeys(o.version for o in same))
        if len(versions) > 1:
            usual = next((v for v in ("revised", "floor") if v in versions), versions[0])
            place, text = m.column.place, m.head.text
            answer = talk.ask("version", m.year, place, usual, versions, year=m.year, text=text)
            if answer != m.version:
                why = OTHER_VERSION if answer else talk.why("version", m.year)
                talk.leave(place, text, why)
                continue
        kept.append(m)
    return kept
