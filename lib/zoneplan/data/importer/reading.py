"""From a file to figures of indicators: everything in it is read, asked about, or named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from zoneplan.data.importer.columns import OTHER, PAST, Meaning, ask_kind, meanings, titled_kinds
from zoneplan.data.importer.figures import NO_NAME, PERCENT, Left, Row, figure_of
from zoneplan.data.importer.heads import head_of
from zoneplan.data.importer.layout import Block, Column, blocks
from zoneplan.data.importer.names import (
    Name,
    growth_name,
    known_names,
    name_of,
    saying,
    scope_in,
    zone_name,
)
from zoneplan.data.importer.numbers import exact
from zoneplan.data.importer.questions import Question, Talk, checked
from zoneplan.data.importer.words import ACTUAL, GROWTH, TARGET, WORDS, plain, unit_in
from zoneplan.data.importer.workbook import Cell, Page, pages, refusal
from zoneplan.data.suspicious_jumps import jumps
from zoneplan.data.units import convert, convertible

NO_HEADER = "no header row with years, or with indicator, year and value, above it"
HEADER = (
    "a header row with 指标/indicator above the names and years, and the word 目标/target or "
    "实际/actual in it, above it or in the sheet's name"
)
ALONE = "average growth without a target beside it"
OTHER_YEARS = "average growth of other years than the plan's"
WHOLE_ZONE = "全区"
COLUMNS = [
    "table",
    "indicator_id",
    "name",
    "year",
    "value",
    "value_high",
    "unit",
    "kind",
    "direction",
    "force",
    "scope",
    "responsible",
    "note",
    "sheet",
    "cell",
    "known",
]


@dataclass(frozen=True)
class Understood:
    """What a file was understood to say, what it was not, and what has to be asked.

    ``zone``, ``day``, ``scope`` and ``base_year`` are answers or defaults; ``left`` and ``told``
    are the cells that were not used, and those that were used with a remark; ``questions`` are
    open.
    """

    file: str
    zone: str
    day: str
    scope: str
    base_year: int | None
    rows: pd.DataFrame
    left: pd.DataFrame
    told: pd.DataFrame
    questions: tuple[Question, ...]

    def table(self) -> pd.DataFrame:
        """Every figure that can be written.

        Columns table (target, observation or average growth), indicator_id, name, year, value,
        value_high (the upper end of a range of targets, which counts as met from its nearer end
        on), unit, kind, direction, force, scope, responsible, note, sheet, cell and known (whether
        the name is one that the project knows).
        """
        return self.rows.copy()

    def not_understood(self) -> pd.DataFrame:
        """Columns sheet, cell, text and why: every cell with a figure or a name that was
        not used.
        """
        return self.left.copy()

    def yearly_counts(self) -> list[str]:
        """Counts whose name says that each year's new cases are meant."""
        new = self.rows["name"].str.contains("新增|new ", case=False)
        return list(
            dict.fromkeys(self.rows.loc[new & (self.rows["kind"] == "count"), "indicator_id"])
        )

    def jumps(self) -> list[str]:
        """Levels that jump from one year to the next: often a slip of the keys."""
        flows = self.rows[self.rows["kind"] == "flow"]
        return jumps(flows.assign(where=flows["sheet"] + "!" + flows["cell"]))

    def years(self) -> list[int]:
        """The years that have targets, rising."""
        return sorted({int(y) for y in self.rows.loc[self.rows["table"] == TARGET, "year"]})


def read_workbook(
    file: str | Path,
    answers: Mapping[str, str] | None = None,
    words: Mapping[str, Iterable[str]] | None = None,
) -> Understood:
    """Read targets and observations from a spreadsheet or a CSV file; nothing is written.

    Parameters
    ----------
    file
        An .xlsx or CSV file: one row an indicator with years across, one row a figure, or years
        down; heads in Chinese or English.
    answers
        Answers to questions by their id, or by their kind for all of one kind.
    words
        Other words for the options of a question.

    Returns
    -------
    Understood
        A figure whose year, kind, unit or scope the file does not tell is in no row before its
        question is answered.

    Raises
    ------
    DataError
        The file is no such file, unpacks to more than 20 MB or 100,000 cells, holds nothing that
        could be a figure, or an answer fits no question.

    Notes
    -----
    Compare ``table()`` with the sheet, then look at every line of ``not_understood()``.
    """
    file, given = Path(file), dict(answers or {})
    found = pages(file)
    reader = Reader(file, found, given)
    good = checked(given, reader.asked.values(), words or {})
    if any(good[k] != given[k] for k in good):
        reader = Reader(file, found, good)
    reader.sheet = "--answer"
    for name in (n for n in given if n not in good):
        reader.tell(name, given[name], "no question of this id")
    return reader.understood()


class Reader(Talk):
    """A file on its way through: its figures, with what is asked and told."""

    def __init__(self, file: Path, found: list[Page], answers: dict[str, str]):
        super().__init__(answers)
        self.file = file
        self.figures: list[dict[str, Any]] = []
        self.titles: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.zone = self.day = self.scope = ""
        self.base_year: int | None = None
        for page in found:
            self.sheet = page.title
            tables = blocks(page)
            if page.cells and not tables:
                cell = min(page.cells.values(), key=lambda c: (c.row, c.column))
                self.leave(cell.place, cell.value, NO_HEADER)
            for block in tables:
                self.titles += block.titles
                self.spans += [h.span for h in block.context if h.span]
                self.read(block)
        self.choose_area()
        self.percent_or_fraction()
        self.once()
        self.describe()

    def read(self, block: Block) -> None:
        """Read the figures of a block, row by row."""
        columns = [] if block.is_long else meanings(block, self)
        above: Name | None = None
        section, kind = next((h.scope for h in block.context if h.scope), ""), ""
        rows = range(block.first, block.last + 1)
        # Shown on a console, where it takes longer than two seconds.
        for number in tqdm(rows, desc=self.sheet, delay=2, leave=False, disable=None):
            row = self.row(block, number, above, section, kind)
            cells = list(self.cells(block, number, columns, row))
            for cell, meaning in cells:
                try:
                    made = figure_of(cell, meaning, row, block, self) if row else None
                    self.figures += [made] if made else []
                    if row is None:
                        self.leave(cell.place, cell.value, NO_NAME)
                except Left as why:
                    self.leave(cell.place, cell.value, str(why))
            line = "" if cells else block.page.text(number, block.names[-1])
            # A line that names an area heads the rows of it, and one that says 目标 its targets.
            section = scope_in(line) or section
            kind = line if block.sections and saying(line).kinds else kind
            above = row.name if row is not None and not row.name.growth else above

    def row(
        self, block: Block, number: int, above: Name | None, section: str, kind: str
    ) -> Row | None:
        """Name a row by the innermost name in it; what only says 增速 or 目标 is of the outer name,
        or of the row above.
        """
        page = block.page
        named = [page.cell(number, c) for c in reversed(block.names)]
        cells = [c for c in named if c is not None and c.text]
        beside = {}
        for what, column in block.fields.items():
            cell = page.cell(number, column)
            beside[what] = str(cell.value).strip() if cell else ""
        outer = map(scope_in, [*(str(c.value) for c in cells[1:]), beside.get("group", "")])
        area = beside.get("scope") or next(filter(None, outer), "") or section
        if not cells:
            unit = page.cell(number, block.fields["unit"]) if "unit" in block.fields else None
            if above is None or unit is None or unit_in(unit.text) != PERCENT:
                return None
            answer = self.ask("rows", "", unit.place, "growth", text=above.text)
            grown = _grown(above, "".join(c.head.text for c in block.columns))
            return Row(grown, unit.place, beside, area) if answer == "growth" else None
        cell = cells[0]
        name = name_of(str(cell.value))
        if name.marks:
            self.tell(cell.place, cell.value, f"the mark {name.marks} is no part of the name")
        outer_name = name_of(str(cells[1].value)) if len(cells) > 1 else above
        if saying(cell.text).said:
            beside["kind"] = f"{beside.get('kind', '')} {cell.text}"
            return Row(outer_name, cell.place, beside, area) if outer_name else None
        if above is not None and (part := scope_in(name.text)):
            return Row(above, cell.place, beside, part)
        beside["kind"] = beside.get("kind") or kind
        if name.of_above and outer_name is not None:
            name = _of_above(name, outer_name)
        return Row(name, cell.place, beside, name.scope or area)

    def cells(
        self, block: Block, number: int, columns: list[Meaning], row: Row | None
    ) -> Iterator[tuple[Cell, Meaning]]:
        """List the filled cells of a row that may be figures, with what their columns mean."""
        if not block.is_long:
            pairs = ((block.page.cells.get((number, m.column.index)), m) for m in columns)
            yield from ((cell, m) for cell, m in pairs if cell is not None)
            return
        cell = block.page.cells.get((number, block.fields["value"]))
        if cell is not None and row is not None:
            meaning = self.meaning(cell, row, block)
            if isinstance(meaning, Meaning):
                yield cell, meaning
            else:
                self.leave(cell.place, cell.value, meaning)

    def meaning(self, cell: Cell, row: Row, block: Block) -> Meaning | str:
        """Say what a row of a long table tells of its figure, or why that is not enough."""
        when = head_of(row.beside["year"])
        head = head_of(row.beside.get("kind", "")).under(when)
        made = Meaning(Column(cell.column, cell.place, head), growth="growth" in head.said)
        if "part" in head.said:
            return OTHER["part"]
        if head.unknown:
            return f"words of the head that are not known: {head.unknown}"
        if "average" in head.said:
            return PAST if "actual" in head.said else replace(made, table=GROWTH)
        if len(when.years) != 1:
            return "no year for it"
        made = replace(made, year=when.years[0])
        kinds = [k for k in head.kinds if k in (TARGET, ACTUAL)]
        titled = titled_kinds(block)
        kinds = kinds or ([ACTUAL] if titled == {ACTUAL} else [])
        table = kinds[0] if len(kinds) == 1 else ask_kind(made, (), block, self)
        return replace(made, table=table) if table else self.why("kind", made.year)

    # The file as a whole

    def choose_area(self) -> None:
        """Keep the figures of one area: the whole, a part and what lies around are never mixed."""
        zone = next(filter(None, map(zone_name, self.titles)), "")
        # In the plan of a city 全市 is the whole, as 全区 is in that of a zone.
        whole = ["", *WORDS["scope"]["whole"], f"全{zone[-1:]}"]
        found = list(dict.fromkeys("" if r["scope"] in whole else r["scope"] for r in self.figures))
        if len(found) <= 1:
            titled = (head_of(t).scope for t in self.titles)
            usual = next(filter(None, [*found, *titled]), WHOLE_ZONE)
            self.scope = self.ask("scope", default=usual) or usual
            return
        options = [a or WHOLE_ZONE for a in found]
        usual, said = (WHOLE_ZONE if "" in found else ""), "、".join(options)
        self.scope = self.ask("scope", default=usual, options=options, areas=said) or ""
        # In a sheet of 全市 rows without a word are of the city too, if none is of 全区.
        city = self.scope[:1] == "全" and not {r["scope"] for r in self.figures} & {*whole[1:]}
        kept = []
        for r in self.figures:
            area = WHOLE_ZONE if r["scope"] in whole else r["scope"]
            area = self.scope if city and not r["scope"] else area
            why = f"a figure of {area}, and the plan is of {self.scope}"
            if area == self.scope:
                kept.append(r)
            else:
                self.drop(r, why if self.scope else self.why("scope"))
        self.figures = kept

    def drop(self, r: dict[str, Any], why: str) -> None:
        """Name a figure that is not used."""
        self.left.append((r["sheet"], r["cell"], f"{r['value']:g}", why))

    def percent_or_fraction(self) -> None:
        """Ask about fractions where percent are expected: 0.09 may be 9 %."""
        rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for r in self.figures:
            if r["bare"] and r["value"]:
                rows.setdefault((r["sheet"], r["row"].place), []).append(r)
        for (self.sheet, place), same in rows.items():
            if any(abs(r["value"]) >= 1 for r in same):
                continue
            value = same[0]["value"]
            texts = {"name": same[0]["name"], "one": f"{value:g}", "other": f"{value * 100:g}"}
            answer = self.ask("fraction", place, place, "percent", **texts)
            for r in same:
                if answer == "percent":
                    r["value"] = exact(r["value"] * 100)
                elif answer != "typed":
                    self.figures.remove(r)
                    self.drop(r, self.why("fraction", place))

    def once(self) -> None:
        """Keep every figure once, in the unit that its series begins with."""
        own: dict[str, str] = {}
        units: dict[tuple[str, str], str] = {}
        first: dict[tuple[Any, ...], dict[str, Any]] = {}
        for r in self.figures:
            self.sheet = r["sheet"]
            r["indicator_id"] = self.identified(r, own) + "_growth" * r["rate"]
            unit = units.setdefault((r["table"], r["indicator_id"]), r["unit"])
            if not convertible(r["unit"], unit):
                self.drop(r, f"another unit than {unit}, which the series begins with")
                continue
            for k in ("value", "value_high") if r["unit"] != unit else ():
                r[k] = None if r[k] is None else exact(convert(r[k], r["unit"], unit))
            r["unit"] = unit
            key = r["table"], r["indicator_id"], r["year"]
            before = first.setdefault(key, r)
            if before is not r:
                chosen = self.one_of(before, r)
                first |= {key: chosen} if chosen else {}
                if chosen is None:
                    first[key] = before | {"table": ""}
        self.figures = [r for r in first.values() if r["table"]]
        if all(q.safe for q in self.open()):
            self.keep_growth_beside_targets()

    def identified(self, r: dict[str, Any], own: dict[str, str]) -> str:
        """Find the id of a figure; a name that nobody knows gets one of its own."""
        name = r["row"].name
        if r["known"]:
            return str(name.indicator)
        if name.near:
            place = r["row"].place
            answer = self.ask("name", place, place, "own", name=r["name"], near=name.near)
            r["known"] = answer == "same"
        return (
            str(name.near)
            if r["known"]
            else own.setdefault(name.key, own_id(r["name"], len(own) + 1))
        )

    def one_of(self, before: dict[str, Any], r: dict[str, Any]) -> dict[str, Any] | None:
        """Choose one of two figures for the same; what comes again is told."""
        places = [f"{x['sheet']}!{x['cell']}" for x in (before, r)]
        if all(before[k] == r[k] for k in ("value", "value_high")):
            self.drop(r, f"the same figure again, as in {places[0]}")
            return before
        key = r["indicator_id"] + ("" if r["year"] is None else f"-{r['year']}")
        said = [f"{x['value']:g} ({p})" for x, p in zip((before, r), places, strict=True)]
        texts = {"name": r["name"], "year": r["year"] or "", "first": said[0], "last": said[1]}
        answer = self.ask("twice", key, r["cell"], "first", **texts)
        chosen = {"first": before, "last": r}.get(answer or "")
        for x, other in ((before, places[1]), (r, places[0])):
            if x is not chosen:
                why = f"another figure than in {other}, which is taken"
                self.drop(x, why if chosen else self.why("twice", key))
        return chosen

    def keep_growth_beside_targets(self) -> None:
        """Average growth stands beside a target of its indicator, or it is told."""
        last = {r["indicator_id"]: r["year"] for r in self.figures if r["table"] == TARGET}
        for r in [r for r in self.figures if r["table"] == GROWTH]:
            year, span = last.get(r["indicator_id"]), r["span"]
            if not year or (span and not span[0] <= year <= span[1]):
                self.figures.remove(r)
                self.drop(r, OTHER_YEARS if year else ALONE)

    def describe(self) -> None:
        """Name the zone, the day of adoption and the base year, as answered or most likely."""
        named = next(filter(None, map(zone_name, self.titles)), self.file.stem)
        self.zone = self.ask("zone", default=named) or named
        targets = sorted({r["year"] for r in self.figures if r["table"] == TARGET})
        if not targets:
            return
        seen = sorted({r["year"] for r in self.figures if r["table"] == ACTUAL})
        before = [y for y in seen if y < targets[0]]
        starts = [a - 1 for a, z in self.spans if len(targets) == 1 and a <= targets[0] <= z]
        base = [*starts[:1], targets[0] - 1][0] if not before else before[-1]
        self.base_year = base
        self.day = self.ask("day", default=f"{base + 1}-03-31") or f"{base + 1}-03-31"

    def understood(self) -> Understood:
        """Put together what was understood."""
        rows = pd.DataFrame(self.figures, columns=COLUMNS).astype({"value_high": "float64"})
        if rows.empty and all(q.safe for q in self.open()):
            say = "; ".join(f"{s}!{c} {text!r}: {why}" for s, c, text, why in self.left[:5])
            raise refusal(self.file, say or "no filled cell", HEADER)
        left = pd.DataFrame(self.left, columns=["sheet", "cell", "text", "why"])
        told = pd.DataFrame(self.told, columns=["sheet", "cell", "text", "how"])
        plan = self.zone, self.day, self.scope, self.base_year
        return Understood(self.file.name, *plan, rows, left, told, self.open())


def _grown(level: Name, said: str = "增") -> Name:
    """The growth of what a row names, in the language of what is said of it."""
    return replace(level, growth=True, share=False, text=growth_name(level.text, said), unit=None)


def _of_above(part: Name, level: Name) -> Name:
    """The growth or the share that a row tells of the one above it."""
    if part.growth:
        return replace(_grown(level, part.text), average=part.average, unit=part.unit)
    blank = " " if f"{level.text}{part.text}".isascii() else ""
    return replace(name_of(f"{level.text}{blank}{part.text}"), unit=part.unit)


def own_id(name: str, number: int) -> str:
    """Make an id for an unknown name: the name if it is short and of plain letters, else a
    number.
    """
    import re

    growth = "|".join(WORDS["name"]["growth"])
    made = re.sub(r"[^a-z0-9]+", "_", re.sub(rf"\(.*?\)|{growth}", "", plain(name))).strip("_")
    fits = plain(name).isascii() and 2 < len(made) < 40 and made not in known_names().values()
    return made if fits else f"own_{number:02d}"
