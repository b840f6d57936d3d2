"""From pages to figures of indicators: everything on them is read, asked about, or named with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from zoneplan.data.importer.columns import Meaning, Talk, ask_kind, meanings
from zoneplan.data.importer.layout import Block, blocks
from zoneplan.data.importer.numbers import CUMULATIVE, Typed, date_shown, figure, figure_text
from zoneplan.data.importer.questions import LEAVE, Question, checked
from zoneplan.data.importer.words import (
    ACTUAL, GROWTH, TARGET, WORDS, Name, Unit, known_names, head_of, name_of, part_marks, plain,
    scope_in, unit_in, zone_name,
)  # fmt: skip
from zoneplan.data.importer.workbook import Cell, Page, pages, refusal
from zoneplan.data.suspicious_jumps import jumps
from zoneplan.data.units import canonical, convert, convertible

NO_HEADER = "no header row with years, or with indicator, year and value, above it"
HEADER = (
    "a header row with years, and the word 目标/target or 实际/actual in it, above it or in the sheet's name"
)
NO_NAME = "no name of an indicator in its row"
ALONE = "average growth without a target beside it"
FALL = "a fall: write it as growth, with a minus sign"
RATES = ("%", "‰")
PERCENT = Unit("%")
COUNTS = ("家", "个", "件", "所", "辆", "台", "套", "张", "次", "人次", "count", "zones")
AREAS = ("平方公里", "公顷", "亩")
PEOPLE = ("人", "万人")
MONEY = ("元", "万元", "百万元", "亿元", "万美元", "百万美元", "亿美元")
COLUMNS = (
    "table indicator_id name year value value_high unit kind direction force scope responsible note "
    "sheet cell known"
).split()
WHOLE_ZONE = "全区"


@dataclass(frozen=True)
class Understood:
    """What a file was understood to say, what it was not, and what has to be asked.

    ``zone``, ``day`` and ``scope`` are answers or defaults; ``questions`` are those that are open.
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

        Columns table (target, observation or average growth), indicator_id, name, year, value, value_high (the upper
        end of a range of targets, which counts as met from its nearer end on), unit, kind, direction, force, scope,
        responsible, note, sheet, cell and known (whether the name is one that the project knows).
        """
        return self.rows.copy()

    def not_understood(self) -> pd.DataFrame:
        """Columns sheet, cell, text and why: every cell that looks like a figure or a name and was not used."""
        return self.left.copy()

    def remarks(self) -> pd.DataFrame:
        """Columns sheet, cell, text and how: cells that were used, and what was parted from them."""
        return self.told.copy()

    def yearly_counts(self) -> list[str]:
        """Counts whose name says that each year's new cases are meant."""
        rows = self.rows[
            (self.rows["kind"] == "count") & self.rows["name"].str.contains("新增|new ", case=False)
        ]
        return list(dict.fromkeys(rows["indicator_id"]))

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
        An .xlsx or CSV file. One row an indicator with years across, or one row a figure; heads in Chinese or English.
    answers
        Answers to questions by their id, or by their kind for all of one kind.
    words
        Other words for the options of a question.

    Returns
    -------
    Understood
        A figure whose year, kind, unit or scope the file does not tell is in no row before its question is answered.

    Raises
    ------
    DataError
        The file is no such file, unpacks to more than 20 MB or 100,000 cells, holds nothing that could be a figure, or
        an answer fits no question.

    Notes
    -----
    Compare ``table()`` with the sheet, then look at every line of ``not_understood()``.
    """
    file = Path(file)
    found = pages(file)
    given = dict(answers or {})
    reader = _read(file, found, given)
    good = checked(given, reader.asked.values(), words or {})
    if any(good[k] != given[k] for k in good):
        reader = _read(file, found, good)
    for name in given.keys() - good.keys():
        reader.tell("--answer", name, given[name], "no question of this id")
    return _understood(reader)


class Reader(Talk):
    """A file on its way through: figures as they are found, with what is asked and told."""

    def __init__(self, file: Path, answers: dict[str, str]):
        super().__init__(answers)
        self.file = file
        self.found: list[dict[str, Any]] = []
        self.titles: list[str] = []
        self.spans: list[tuple[int, int]] = []
        self.zone = self.day = self.scope = ""
        self.base_year: int | None = None


def _read(file: Path, found: list[Page], answers: dict[str, str]) -> Reader:
    reader = Reader(file, answers)
    for page in found:
        tables = blocks(page)
        if not tables and page.cells:
            cell = min(page.cells.values())
            reader.leave(page.title, cell.place, cell.value, NO_HEADER)
        for block in tables:
            reader.titles += block.titles
            reader.spans += [h.span for h in block.context if h.span]
            _read_block(block, reader)
    _choose_area(reader)
    _fractions(reader)
    _once(reader)
    _describe(reader)
    return reader


# Rows and cells ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A row of a block: the name in it, what stands beside it, and the area that it is of."""

    number: int
    name: Name
    place: str
    beside: Mapping[str, str]
    area: str = ""


def _read_block(block: Block, reader: Reader) -> None:
    columns = [] if block.is_long else meanings(block, reader)
    above: Name | None = None
    section = next((h.scope for h in block.context if h.scope), "")
    for number in range(block.first, block.last + 1):
        row = _row(block, number, above, section, reader)
        cells = list(_cells_of(block, number, columns, reader, row))
        for cell, meaning in cells:
            if row is None:
                reader.leave(block.page.title, cell.place, cell.value, NO_NAME)
                continue
            made = _figure(cell, meaning, row, block, reader)
            if isinstance(made, str):
                reader.leave(block.page.title, cell.place, cell.value, made)
            elif made is not None:
                reader.found.append(made)
        if row is not None and not cells:
            # A line that names an area heads the rows of it.
            section = scope_in(row.name.text) or section
        if row is not None and not row.name.growth:
            above = row.name


def _row(
    block: Block, number: int, above: Name | None, section: str, reader: Reader
) -> Row | None:
    """The name of a row: the innermost that is there; growth without a name is that of the row above."""
    page = block.page
    named = [page.cell(number, c) for c in reversed(block.names)]
    named = [c for c in named if c is not None and plain(c.value)]
    cell = named[0] if named else None
    beside = {f: str(page.raw(number, c) or "").strip() for f, c in block.fields.items()}
    outer = [str(c.value) for c in named[1:]] + [beside.get("group", "")]
    area = beside.get("scope", "") or next(filter(None, map(scope_in, outer)), "") or section
    if cell is None:
        if above is None or unit_in(beside.get("unit", "")) != PERCENT:
            return None
        place = page.cells.get((number, block.fields["unit"]))
        where = place.place if place else ""
        answer = reader.ask(
            "rows", "", default="growth", options=("growth", LEAVE), text=above.text,
            place=f"{page.title}!{where}",
        )  # fmt: skip
        return Row(number, _grown(above), where, beside, area) if answer == "growth" else None
    name = name_of(str(cell.value))
    if name.marks:
        reader.tell(page.title, cell.place, cell.value, f"the mark {name.marks} is no part of the name")
    if name.of_above and above is not None:
        name = replace(_grown(above, name.average), unit=name.unit)
    return Row(number, name, cell.place, beside, name.scope or area)


def _grown(level: Name, average: bool = False) -> Name:
    return replace(level, growth=True, average=average, share=False, text=f"{level.text}增长", unit=None)


def _cells_of(
    block: Block, number: int, columns: list[Meaning], reader: Reader, row: Row | None
) -> Iterator[tuple[Cell, Meaning]]:
    """The filled cells of a row that may be figures, with what their columns mean."""
    if not block.is_long:
        pairs = ((block.page.cells.get((number, m.column.index)), m) for m in columns)
        yield from ((cell, m) for cell, m in pairs if cell is not None)
        return
    cell = block.page.cells.get((number, block.fields["value"]))
    if cell is not None and row is not None:
        meaning = _long_meaning(cell, row, block, reader)
        if isinstance(meaning, str):
            reader.leave(block.page.title, cell.place, cell.value, meaning)
        elif meaning is not None:
            yield cell, meaning


def _long_meaning(cell: Cell, row: Row, block: Block, reader: Reader) -> Meaning | str | None:
    """What a row of a long table says of its figure."""
    from zoneplan.data.importer.layout import Column

    when, kind = head_of(row.beside["year"]), head_of(row.beside.get("kind", ""))
    head = kind.under(when)
    column = Column(cell.column, cell.place, head)
    if "part" in head.said:
        return "figures of part of a year, which are not those of the year"
    if head.unknown:
        return f"words of the head that are not known: {head.unknown}"
    if "average" in head.said:
        return Meaning(column, None, GROWTH)
    if len(when.years) != 1:
        return "no year for it"
    kinds = [k for k in head.kinds if k in (TARGET, ACTUAL)]
    titled = {k for said in block.context for k in said.kinds}
    table = kinds[0] if len(kinds) == 1 else titled.pop() if titled in ({TARGET}, {ACTUAL}) else None
    year = when.years[0]
    table = table or ask_kind(year, (), block, reader, cell.place, row.beside["year"])
    growth = "growth" in head.said
    return Meaning(column, year, table, growth) if table else reader.why("kind", year)


def _figure(
    cell: Cell, meaning: Meaning, row: Row, block: Block, reader: Reader
) -> dict[str, Any] | str | None:
    """One figure as a row of :meth:`Understood.table`, or why it is none; None for an empty cell."""
    name, sheet = row.name, block.page.title
    if name.of_above:
        return "growth of what? no indicator stands above it"
    if not name.key:
        return NO_NAME
    typed = figure(cell.value, cell.format)
    if typed is None:
        return None
    if cell.fault:
        return cell.fault
    typed = _without_doubt(cell, typed, block, reader)
    if isinstance(typed, str):
        return typed
    if name.fall and meaning.table != GROWTH:
        return FALL
    table = meaning.table or _kind_beside(meaning, row, block, reader)
    if table is None:
        return reader.why("kind", meaning.year)
    if (name.average or typed.average) and table != GROWTH:
        if table == ACTUAL:
            return "the average growth of the past, which is no target"
        table = GROWTH
    unit = _unit(cell, typed, meaning, row, block, reader)
    if isinstance(unit, str):
        return unit
    growth = meaning.growth or name.growth or typed.average
    kind = _kind(unit, growth or table == GROWTH, row, block, reader)
    if kind not in KIND_NAMES:
        return kind
    why = _unfit(typed, table)
    if why:
        return why
    return _made(cell, typed, unit, kind, table, meaning, row, block, reader)


def _kind_beside(meaning: Meaning, row: Row, block: Block, reader: Reader) -> str | None:
    """Whether the figures of a row are targets or actual ones, as a column beside them says."""
    said = head_of(row.beside.get("kind", "")).kinds
    if len(said) == 1 and said[0] in (TARGET, ACTUAL):
        return said[0]
    return ask_kind(meaning.year or 0, (), block, reader, meaning.column.place, meaning.head.text)


KIND_NAMES = ("growth", "share", "count", "area", "rank", "level", "flow")


def _unfit(typed: Typed, table: str | None) -> str | None:
    """Why a number cannot stand where it does."""
    if typed.high is not None and table != TARGET:
        return "a range where one number is expected: only targets may be ranges"
    if typed.direction in ("at_least", "at_most") and table == ACTUAL:
        return f"a limit ({typed.bound}) where an actual figure is expected: type the figure"
    return None


def _without_doubt(
    cell: Cell, typed: Typed | str, block: Block, reader: Reader
) -> Typed | str:
    """A number with the answer to what it or its format leaves open."""
    sheet = block.page.title
    where = f"{sheet}!{cell.place}"
    if not isinstance(typed, Typed) and hasattr(cell.value, "day"):
        shown = f"{cell.value.month}-{cell.value.day}"
        answer = reader.ask("date", cell.place, default=shown, place=where, text=shown)
        said = figure_text(answer) if answer not in (None, LEAVE) else None
        return said if isinstance(said, Typed) else f"{typed}: {reader.why('date', cell.place)}"
    if isinstance(typed, str) or not typed.doubt:
        return typed
    shown = f"{typed.other:,.12g}"
    if typed.doubt in ("brackets", "triangle"):
        asked = ("sign", typed.doubt)
        answer = reader.ask(
            *asked, default="minus", options=("minus", "plus", LEAVE), place=where,
            text=str(cell.value),
        )  # fmt: skip
        first = "minus"
    elif typed.doubt == "scaled":
        asked = ("format", cell.place.rstrip("0123456789"))
        answer = reader.ask(
            *asked, default="shown",
            options=("shown", "stored", LEAVE), place=where, shown=shown, stored=f"{typed.value:,.12g}",
        )  # fmt: skip
        first = "stored"
    else:
        asked = ("percent", cell.place)
        answer = reader.ask(
            *asked, default="typed", options=("shown", "typed", LEAVE), place=where,
            shown=f"{typed.value:,.12g}", typed=shown,
        )  # fmt: skip
        first = "shown"
    if answer in (None, LEAVE):
        return reader.why(*asked)
    return replace(typed, value=typed.value if answer == first else typed.other, doubt="")


# Units and kinds --------------------------------------------------------------------------------


def _unit(
    cell: Cell, typed: Typed, meaning: Meaning, row: Row, block: Block, reader: Reader
) -> Unit | str:
    """The unit of a figure: of its cell, its row, its column or the title, in this order; else asked for."""
    own, head = typed.unit, meaning.head.unit
    if meaning.growth or meaning.table == GROWTH:
        other = next((u for u in (own, head) if u is not None and u.name != "%"), None)
        return "growth in a unit other than %" if other else PERCENT
    text = row.beside.get("unit", "")
    said = unit_in(part_marks(text)[0]) if text else None
    if own is not None and own.name:
        rows = said if said and said.name else row.name.unit
        other = rows is not None and not convertible(own.name, rows.name)
        return f"another unit than {rows.name}, which its row has" if other and rows else own
    if own is not None:
        scale = next(w for w, f in WORDS["unit"]["scale"].items() if f == own.factor)
        return _asked_unit(scale, _likely_unit(scale, row.name), row, block, reader)
    if text and (said is None or not said.name):
        return _asked_unit(text, _likely_unit(text, row.name), row, block, reader)
    units = [u for u in (said, row.name.unit) if u is not None]
    if head is not None and head.name == "%" and units and units[0].name != "%":
        answer = reader.ask(
            "measure", meaning.column.place, default="growth", options=("growth", LEAVE),
            place=f"{block.page.title}!{meaning.column.place}", text=meaning.head.text, unit=units[0].name,
        )  # fmt: skip
        return PERCENT if answer == "growth" else reader.why("measure", meaning.column.place)
    rate = row.name.growth or row.name.share
    if head is not None and not units and rate and head.name not in RATES:
        return _asked_unit(row.place, "%", row, block, reader, ("%", head.name, LEAVE))
    units += [head] if head is not None else []
    different = list(dict.fromkeys(u.name for u in units))
    if len(different) > 1:
        options = (*different, LEAVE)
        return _asked_unit(row.place, "", row, block, reader, options)
    return units[0] if units else _titled_unit(row, block, reader)


def _titled_unit(row: Row, block: Block, reader: Reader) -> Unit | str:
    """Of the units that a title names, the one that goes with a name."""
    named = [u for u in block.units if isinstance(u, Unit) and u.name]
    name = row.name
    if name.growth and not block.units:
        return PERCENT
    if name.growth or name.share:
        fits = [u for u in named if u.name in RATES]
        likely = "%"
    elif len(named) == len(block.units) == 1:
        fits, likely = named, named[0].name
    else:
        fits = [u for u in named if _goes_with(u, name)]
        likely = fits[0].name if fits else _likely_unit("", name)
    if len(fits) == 1 and (len(named) == len(block.units)):
        return fits[0]
    options = (*dict.fromkeys([*([likely] if likely else []), *(u.name for u in named)]), LEAVE)
    return _asked_unit(row.place, likely, row, block, reader, options if named else ())


def _goes_with(unit: Unit, name: Name) -> bool:
    """Whether what a name names can be measured in a unit."""
    if unit.name in MONEY:
        abroad = "美元" in unit.name and not name.says("dollars")
        return not abroad and (name.says("money") or name.key == "gdp")
    if unit.name in COUNTS:
        return name.says("count")
    return False


def _likely_unit(text: str, name: Name) -> str:
    """The unit that is probably meant where none that is known is typed."""
    stripped = unit_in(re.sub(r"\(.*?\)", "", plain(text))) if text else None
    if stripped is not None and stripped.name:
        return stripped.name
    if stripped is not None and (name.says("money") or name.key == "gdp"):
        scaled = unit_in(plain(text) + "元")
        return scaled.name if scaled and scaled.factor == 1 else ""
    if text:
        return ""
    return "%" if name.growth or name.share else "家" if name.says("count") else ""


def _asked_unit(
    key: str, default: str, row: Row, block: Block, reader: Reader, options: tuple[str, ...] = ()
) -> Unit | str:
    answer = reader.ask(
        "unit", key, default=default, options=options, place=f"{block.page.title}!{row.place}",
        name=row.name.text, text=key,
    )  # fmt: skip
    unit = unit_in(answer) if answer else None
    return unit if unit and unit.name else reader.why("unit", key)


def _kind(unit: Unit, growth: bool, row: Row, block: Block, reader: Reader) -> str:
    """What a figure measures; a text that is none of the kinds says why it cannot be told."""
    name = row.name
    if unit.name == "pp":
        return "a change in percentage points, which is no level and no growth"
    if growth:
        return "growth" if unit.name == "%" else "growth in a unit other than %"
    if unit.name in RATES:
        if name.share:
            return "share"
        if name.indicator:
            return "growth"
        answer = reader.ask(
            "rate", row.place, options=("growth", "share", LEAVE), name=name.text,
            place=f"{block.page.title}!{row.place}",
        )  # fmt: skip
        return answer if answer in ("growth", "share") else reader.why("rate", row.place)
    if unit.name == "位" or (unit.name == "人" and "位" in row.beside.get("unit", "")):
        return "rank"
    flat = unit.name in MONEY or unit.name in PEOPLE
    return (
        "count" if unit.name in COUNTS else "area" if unit.name in AREAS else "flow" if flat else "level"
    )


def _made(
    cell: Cell, typed: Typed, unit: Unit, kind: str, table: str | None, meaning: Meaning, row: Row,
    block: Block, reader: Reader,
) -> dict[str, Any]:  # fmt: skip
    """A figure with everything that is said of it."""
    name, sheet = row.name, block.page.title
    explicit = typed.unit is not None
    factor = 1.0 if explicit else unit.factor
    value, high = (
        None if v is None else float(f"{v * factor:.12g}") for v in (typed.value, typed.high)
    )
    if explicit and not (typed.unit and typed.unit.name):
        value = float(f"{typed.value * unit.factor:.12g}")
    shown = unit.name
    aim = typed.direction or ("at_most" if name.says("less") else "at_least")
    if high is not None:
        # A range is met from its nearer end on, as growth above a range is no miss.
        aim, value = ("at_most", high) if aim == "at_most" else ("at_least", value)
    if table == ACTUAL:
        value, shown = canonical(value, shown)
    note = []
    if typed.marks:
        note.append(f"marked {typed.marks}")
        reader.tell(sheet, cell.place, cell.value, f"read as {typed.value:,.12g}: {typed.marks} is a mark")
    if table == ACTUAL and typed.bound:
        note.append(f"typed as {plain(cell.value)}")
        reader.tell(sheet, cell.place, cell.value, f"read as {typed.value:,.12g}, which is not exact")
    forces = (f for f, words in WORDS["force"].items() if plain(row.beside.get("force", "")) in words)
    stem = name.indicator
    # Average growth of a level stands beside its targets, that of a rate beside those of the rate.
    growing = name.growth and not name.average if table == GROWTH else kind == "growth"
    return {
        "table": table,
        "indicator_id": f"{stem}_growth" if stem and growing else stem,
        "growing": growing,
        "name": name.text if name.growth or not meaning.growth else f"{name.text}增长",
        "key": name.key,
        "near": name.near,
        "row_place": row.place,
        "year": meaning.year if table != GROWTH else None,
        "value": value,
        "value_high": high,
        "unit": shown,
        "kind": kind,
        "direction": aim if table == TARGET else "",
        "force": (next(forces, typed.force) if table == TARGET else ""),
        "scope": meaning.head.scope or row.area,
        "responsible": row.beside.get("department", ""),
        "note": "; ".join(note),
        "sheet": sheet,
        "cell": cell.place,
        "known": bool(stem),
        "span": meaning.head.span,
        "plain_percent": kind in ("growth", "share") and not explicit and shown == "%",
    }  # fmt: skip


# The file as a whole ----------------------------------------------------------------------------


def _choose_area(reader: Reader) -> None:
    """Figures of one area only: the whole, a part of it and what lies around are never mixed."""
    zone = next(filter(None, map(zone_name, reader.titles)), "")
    # In the plan of a city 全市 is the whole, as 全区 is in that of a zone.
    whole = [*WORDS["scope"]["whole"], f"全{zone[-1:]}"]
    areas = list(dict.fromkeys("" if r["scope"] in whole else r["scope"] for r in reader.found))
    titled = [head_of(t).scope for t in reader.titles]
    usual = next((s for s in titled if s), WHOLE_ZONE)
    if len(areas) <= 1:
        usual = next(filter(None, areas), usual)
        reader.scope = reader.ask("scope", default=usual, safe=True) or usual
        return
    options = tuple(a or WHOLE_ZONE for a in areas)
    answer = reader.ask("scope", default=WHOLE_ZONE if "" in areas else "", options=options, areas="、".join(options))
    reader.scope = answer or ""
    kept = []
    for r in reader.found:
        area = WHOLE_ZONE if r["scope"] in ("", *whole) else r["scope"]
        if area == answer:
            kept.append(r)
        else:
            why = f"a figure of {area}, and the plan is of {answer}" if answer else reader.why("scope")
            reader.leave(r["sheet"], r["cell"], f"{r['value']:g}", why)
    reader.found = kept


def _fractions(reader: Reader) -> None:
    """Fractions typed where percent are expected: 0.09 may be 9 %."""
    rows: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for r in reader.found:
        if r["plain_percent"] and r["value"]:
            rows.setdefault((r["sheet"], r["row_place"]), []).append(r)
    for (sheet, place), same in rows.items():
        if any(abs(r["value"]) >= 1 for r in same):
            continue
        answer = reader.ask(
            "fraction", place, default="percent", options=("percent", "typed", LEAVE),
            place=f"{sheet}!{place}", name=same[0]["name"], value=f"{same[0]['value']:g}",
            percent=f"{same[0]['value'] * 100:g}",
        )  # fmt: skip
        for r in same:
            if answer == "percent":
                r["value"] = float(f"{r['value'] * 100:.12g}")
            elif answer != "typed":
                reader.found.remove(r)
                reader.leave(sheet, r["cell"], f"{r['value']:g}", reader.why("fraction", place))


def _once(reader: Reader) -> None:
    """Every figure once, with an id for names that nobody knows; what comes again is told or asked about."""
    own: dict[str, str] = {}
    units: dict[tuple[str, str], str] = {}
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    kept = []
    for r in reader.found:
        r = _identified(r, own, reader)
        place = r["sheet"], r["cell"], f"{r['value']:g}"
        unit = units.setdefault((r["table"], r["indicator_id"]), r["unit"])
        if not convertible(r["unit"], unit):
            reader.leave(*place, f"another unit than {unit}, which the series begins with")
            continue
        if r["unit"] != unit:
            moved = {
                k: None if r[k] is None else float(f"{convert(r[k], r['unit'], unit):.12g}")
                for k in ("value", "value_high")
            }
            r = r | moved | {"unit": unit}
        before = first.setdefault((r["table"], r["indicator_id"], r["year"]), r)
        if before is r:
            kept.append(r)
        elif (before["value"], before["value_high"]) == (r["value"], r["value_high"]):
            reader.leave(*place, f"the same figure again, as in {before['sheet']}!{before['cell']}")
        else:
            kept = _one_of_two(before, r, kept, reader)
            first[r["table"], r["indicator_id"], r["year"]] = kept[-1] if kept and kept[-1] is r else before
    reader.found = kept
    if all(q.safe for q in reader.open()):
        _part_growth(reader)


def _part_growth(reader: Reader) -> None:
    """Average growth stands beside a target of its indicator, or it is told."""
    last = {r["indicator_id"]: r["year"] for r in reader.found if r["table"] == TARGET}
    kept = []
    for r in reader.found:
        year, span = last.get(r["indicator_id"]), r["span"]
        if r["table"] != GROWTH or (year and (span is None or span[0] <= year <= span[1])):
            kept.append(r)
        else:
            why = "average growth of other years than the plan's" if year else ALONE
            reader.leave(r["sheet"], r["cell"], f"{r['value']:g}", why)
    reader.found = kept


def _identified(r: dict[str, Any], own: dict[str, str], reader: Reader) -> dict[str, Any]:
    if r["known"]:
        return r
    near = r["near"]
    if near is not None:
        answer = reader.ask(
            "name", r["row_place"], default="own", options=("same", "own"), safe=True,
            place=f"{r['sheet']}!{r['row_place']}", name=r["name"], near=near,
        )  # fmt: skip
        if answer == "same":
            return r | {"indicator_id": f"{near}_growth" if r["growing"] else near, "known": True}
    stem = own.setdefault(r["key"], own_id(r["name"], len(own) + 1))
    return r | {"indicator_id": f"{stem}_growth" if r["growing"] else stem}


def _one_of_two(
    before: dict[str, Any], r: dict[str, Any], kept: list[dict[str, Any]], reader: Reader
) -> list[dict[str, Any]]:
    """Of two different figures for the same the one that is chosen."""
    cells = [f"{x['sheet']}!{x['cell']}" for x in (before, r)]
    year = "" if r["year"] is None else f"-{r['year']}"
    answer = reader.ask(
        "twice", f"{r['indicator_id']}{year}", default="first", options=("first", "last", LEAVE),
        place=cells[1], name=r["name"], year=r["year"] or "", first=f"{before['value']:g} ({cells[0]})",
        last=f"{r['value']:g} ({cells[1]})",
    )  # fmt: skip
    chosen = {"first": before, "last": r}.get(answer or "")
    for x, other in ((before, cells[1]), (r, cells[0])):
        if x is not chosen:
            why = f"another figure than in {other}, which is taken"
            why = why if chosen else reader.why("twice", f"{r['indicator_id']}{year}")
            reader.leave(x["sheet"], x["cell"], f"{x['value']:g}", why)
    rest = [x for x in kept if x is not before]
    return rest if chosen is None else [*rest, chosen] if chosen is r else kept


def own_id(name: str, number: int) -> str:
    """An id for a name that nobody knows: the name itself if it is short and of plain letters, else a number."""
    growth = "|".join(WORDS["name"]["growth"])
    made = re.sub(r"[^a-z0-9]+", "_", re.sub(rf"\(.*?\)|{growth}", "", plain(name))).strip("_")
    fits = plain(name).isascii() and 2 < len(made) < 40 and made not in known_names().values()
    return made if fits else f"own_{number:02d}"


def _understood(reader: Reader) -> Understood:
    rows = pd.DataFrame(reader.found, columns=COLUMNS).astype({"value_high": "float64"})
    if rows.empty and all(q.safe for q in reader.open()):
        say = "; ".join(f"{s}!{c} {text!r}: {why}" for s, c, text, why in reader.left[:5])
        raise refusal(reader.file, say or "no filled cell", HEADER)
    return Understood(
        reader.file.name, reader.zone, reader.day, reader.scope, reader.base_year, rows,
        pd.DataFrame(reader.left, columns=["sheet", "cell", "text", "why"]),
        pd.DataFrame(reader.told, columns=["sheet", "cell", "text", "how"]),
        reader.open(),
    )  # fmt: skip


def _describe(reader: Reader) -> None:
    """The name of the zone, the day of adoption and the base year, as answered or as they most likely are."""
    named = next(filter(None, map(zone_name, reader.titles)), reader.file.stem)
    reader.zone = reader.ask("zone", default=named, safe=True) or named
    targets = sorted({r["year"] for r in reader.found if r["table"] == TARGET})
    seen = sorted({r["year"] for r in reader.found if r["table"] == ACTUAL})
    if not targets:
        return
    before = [y for y in seen if y < targets[0]]
    starts = [a - 1 for a, z in reader.spans if a <= targets[0] <= z]
    base = before[-1] if before else starts[0] if starts and len(targets) == 1 else targets[0] - 1
    usual = f"{base + 1}-03-31"
    reader.base_year, reader.day = base, reader.ask("day", default=usual, safe=True) or usual
