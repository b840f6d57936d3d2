"""One cell as a figure of an indicator: its number, unit and kind, or why it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from zoneplan.data.importer.columns import OTHER, PAST, Meaning, ask_kind
from zoneplan.data.importer.heads import head_of
from zoneplan.data.importer.layout import Block
from zoneplan.data.importer.names import Name, growth_name
from zoneplan.data.importer.numbers import CUMULATIVE, Typed, exact, figure, figure_text
from zoneplan.data.importer.questions import LEAVE, Talk
from zoneplan.data.importer.words import (
    ACTUAL,
    GROWTH,
    SCALES,
    TARGET,
    WORDS,
    Unit,
    part_marks,
    plain,
    unit_in,
)
from zoneplan.data.importer.workbook import Cell
from zoneplan.data.indicators import indicator
from zoneplan.data.units import canonical, convert, convertible, kind_of

NO_NAME = "no name of an indicator in its row"
NO_INDICATOR = "growth of what? no indicator stands above it"
FALL = "a fall: write it as growth, with a minus sign"
GROWTH_UNIT = "growth in a unit other than %"
BARE_GROWTH = "growth without a percent sign: type it with one"
RANGE = "a range where one number is expected: only targets may be ranges"
POINTS = "a change in percentage points, which is no level and no growth"
RATES = ("%", "‰")
PERCENT = Unit("%")
# The answer that leaves a number as it is; the other one takes what it may be instead.
AS_IT_IS = {"sign": "minus", "format": "stored", "percent": "shown"}
PROPOSED = {"sign": "minus", "format": "shown", "percent": "typed"}


@dataclass(frozen=True)
class Row:
    """A row of a block: the name in it, what stands beside it, and the area that it is of."""

    name: Name
    place: str
    beside: Mapping[str, str]
    area: str = ""


class Left(Exception):
    """Why a cell is no figure."""


def figure_of(
    cell: Cell, meaning: Meaning, row: Row, block: Block, talk: Talk
) -> dict[str, Any] | None:
    """Read one figure with everything that is said of it; None for an empty cell.

    Raises
    ------
    Left
        It is none, or a question about it is open.
    """
    name = row.name
    if name.of_above or not name.key:
        raise Left(NO_INDICATOR if name.of_above else NO_NAME)
    beside = head_of(row.beside.get("kind", ""))
    if other := next((why for word, why in OTHER.items() if word in beside.said), None):
        raise Left(other)
    meaning = replace(meaning, growth=meaning.growth or "growth" in beside.said)
    said = figure(cell.value, cell.format)
    if said is None:
        return None
    force = row.beside.get("force", "")
    if said == CUMULATIVE and force:
        said = f"{said}; the sheet calls it {force}"
    typed = _without_doubt(cell, cell.fault or said, talk)
    if name.says("fall") and meaning.table != GROWTH:
        raise Left(FALL)
    table = _table(typed, meaning, row, block, talk)
    unit = _unit(typed, meaning, row, block, talk)
    grows = meaning.growth or typed.rises
    rises = grows or name.growth or typed.average or table == GROWTH
    if unit.name == "位" and not name.says("rank"):
        unit = Unit("人", unit.factor)
    kind = _kind(unit, rises, row, talk)
    grows = grows or (kind == "growth" and bool(name.indicator) and table != GROWTH)
    if typed.high is not None and table != TARGET:
        raise Left(RANGE)
    if typed.direction in ("at_least", "at_most") and table == ACTUAL:
        bound = f"a limit ({typed.bound}) where an actual figure is expected"
        raise Left(f"{bound}: type the figure")
    # Average growth of a level stands beside its targets, that of a rate beside those of the rate.
    rate = name.growth and not name.average if table == GROWTH else kind == "growth"
    return {
        "table": table,
        "indicator_id": name.indicator,
        "name": growth_name(name.text, meaning.head.text)
        if grows and not name.growth
        else name.text,
        "year": None if table == GROWTH else meaning.year,
        **_amount(typed, unit, table, kind, name),
        "kind": kind,
        "force": _force(row, typed) if table == TARGET else "",
        "scope": meaning.head.scope or row.area,
        "responsible": row.beside.get("department", ""),
        "note": _note(cell, typed, table, talk),
        "sheet": talk.sheet,
        "cell": cell.place,
        "known": bool(name.indicator),
        "row": row,
        "rate": rate,
        "span": meaning.head.span,
        "bare": kind in ("growth", "share") and typed.unit is None and unit.name == "%",
    }


def _without_doubt(cell: Cell, typed: Typed | str, talk: Talk) -> Typed:
    """A number with the answer to what it or its format leaves open."""
    place = cell.place
    if isinstance(typed, str):
        if cell.fault or not isinstance(cell.value, date):
            raise Left(typed)
        shown = f"{cell.value.month}-{cell.value.day}"
        answer = talk.ask("date", place, place, shown, text=shown)
        said = figure_text(answer) if answer not in (None, LEAVE) else None
        if not isinstance(said, Typed):
            raise Left(f"{typed}: {talk.why('date', place)}")
        return said
    if not typed.doubt:
        return typed
    kind = typed.doubt if typed.doubt in PROPOSED else "sign"
    key = {"sign": typed.doubt, "format": place.rstrip("0123456789")}.get(kind, place)
    texts = {"text": cell.value, "one": f"{typed.value:,.12g}", "other": f"{typed.other:,.12g}"}
    answer = talk.ask(kind, key, place, PROPOSED[kind], **texts)
    if answer in (None, LEAVE):
        raise Left(talk.why(kind, key))
    return replace(typed, value=typed.value if answer == AS_IT_IS[kind] else typed.other)


def _table(typed: Typed, meaning: Meaning, row: Row, block: Block, talk: Talk) -> str:
    """Whether a figure is a target, an actual one or average growth."""
    said = [k for k in head_of(row.beside.get("kind", "")).kinds if k in (TARGET, ACTUAL)]
    table = meaning.table or (said[0] if len(said) == 1 else ask_kind(meaning, (), block, talk))
    if table is None:
        raise Left(talk.why("kind", meaning.year))
    if not (row.name.average or typed.average):
        return table
    if table == ACTUAL:
        raise Left(PAST)
    return GROWTH


# Units and kinds --------------------------------------------------------------------------------


def _unit(typed: Typed, meaning: Meaning, row: Row, block: Block, talk: Talk) -> Unit:
    """The unit of a figure: of its cell, its row, its column or the title, in this order; else
    asked.
    """
    own, head, name = typed.unit, meaning.head.unit, row.name
    if meaning.growth or meaning.table == GROWTH:
        if any(u is not None and u.name != "%" for u in (own, head)):
            raise Left(GROWTH_UNIT)
        return PERCENT
    text = row.beside.get("unit", "")
    said = unit_in(part_marks(text)[0]) if text else None
    said = said if said and said.name else None
    if (typed.rises or typed.average) and not name.growth:
        return _of_growth(own, said)
    if own is not None and own.name:
        named = said or name.unit
        if named and not convertible(own.name, named.name):
            raise Left(f"another unit than {named.name}, which its row has")
        return Unit(own.name)
    if own is not None:
        scale = next(w for w, f in SCALES.items() if f == own.factor)
        return _asked(scale, _likely(scale, name), row, talk)
    if text and not said:
        return _asked(text, _likely(text, name), row, talk)
    units = [u for u in (said, name.unit) if u]
    if head and head.name == "%" and units and units[0].name != "%":
        place, unit = meaning.column.place, units[0].name
        if (
            talk.ask("measure", place, place, "growth", text=meaning.head.text, unit=unit)
            != "growth"
        ):
            raise Left(talk.why("measure", place))
        return PERCENT
    if head and not units and (name.growth or name.share) and head.name not in RATES:
        return _asked(row.place, "%", row, talk, ("%", head.name))
    units += [head] if head else []
    different = list(dict.fromkeys(u.name for u in units))
    if len(different) > 1:
        return _asked(row.place, "", row, talk, different)
    return units[0] if units else _titled(row, block, talk)


def _of_growth(own: Unit | None, said: Unit | None) -> Unit:
    """The unit of growth that a cell speaks of beside a number."""
    if own is None and said != PERCENT:
        raise Left(BARE_GROWTH)
    return own or PERCENT


def _titled(row: Row, block: Block, talk: Talk) -> Unit:
    """Of the units that a title names, the one that goes with a name."""
    name = row.name
    if name.growth and not block.units:
        return PERCENT
    named = [u for u in block.units if isinstance(u, Unit) and u.name]
    if name.growth or name.share:
        fits = [u for u in named if u.name in RATES]
    elif len(named) == len(block.units) == 1:
        fits = named
    else:
        fits = [u for u in named if _goes_with(u, name)]
    if len(fits) == 1 and len(named) == len(block.units):
        return fits[0]
    rate = name.growth or name.share
    likely = "%" if rate else fits[0].name if fits else _likely("", name)
    options = [likely, *(u.name for u in named)] if named else []
    return _asked(row.place, likely, row, talk, options)


def _goes_with(unit: Unit, name: Name) -> bool:
    """Whether what a name names can be measured in a unit."""
    if unit.name.endswith("元"):
        abroad = "美元" in unit.name and not name.says("dollars")
        return not abroad and name.says("money")
    return kind_of(unit.name) == "count" and name.says("count")


def _likely(text: str, name: Name) -> str:
    """The unit that is probably meant where none that is known is typed."""
    if not text:
        return "%" if name.growth or name.share else "家" if name.says("count") else ""
    found = unit_in(re.sub(r"\(.*?\)", "", plain(text)))
    if found and not found.name and name.says("money"):
        found = unit_in(plain(text) + "元")
    return found.name if found and found.factor == 1 else ""


def _asked(key: str, likely: str, row: Row, talk: Talk, options: Any = ()) -> Unit:
    possible = [*dict.fromkeys(o for o in options if o), LEAVE] if options else []
    found = key if key != row.place else "-"
    answer = talk.ask("unit", key, row.place, likely, possible, name=row.name.text, text=found)
    unit = unit_in(answer) if answer else None
    if unit is None or not unit.name:
        raise Left(talk.why("unit", key))
    return unit


def _kind(unit: Unit, rises: bool, row: Row, talk: Talk) -> str:
    """What a figure measures: growth, share, count, area, rank, level or flow."""
    name = row.name
    if unit.name == "pp":
        raise Left(POINTS)
    if rises:
        if unit.name != "%":
            raise Left(GROWTH_UNIT)
        return "growth"
    if unit.name not in RATES:
        kind = kind_of(unit.name)
        levels = name.says("per_head") or indicator(name.indicator or "").kind == "level"
        return "level" if kind == "flow" and levels else kind
    if name.share or name.indicator:
        return "share" if name.share else "growth"
    answer = talk.ask("rate", row.place, row.place, name=name.text)
    if answer not in ("growth", "share"):
        raise Left(talk.why("rate", row.place))
    return answer


# What else is said ------------------------------------------------------------------------------


def _amount(typed: Typed, unit: Unit, table: str, kind: str, name: Name) -> dict[str, Any]:
    """Value, upper end, unit and direction of a figure."""
    made = typed if typed.unit and typed.unit.name else typed.times(unit.factor)
    value, high, shown = made.value, made.high, unit.name
    aim = typed.direction or ("at_most" if name.says("less") else "at_least")
    if high is not None:
        # A range is met from its nearer end on, as growth above a range is no miss.
        aim, value = ("at_most", high) if aim == "at_most" else ("at_least", value)
    if table == ACTUAL and kind == "level" and convertible(shown, "元"):
        # Of a person money is told in single yuan.
        value, shown = convert(value, shown, "元"), "元"
    elif table == ACTUAL:
        value, shown = canonical(value, shown)
    direction = aim if table == TARGET else ""
    return {"value": exact(value), "value_high": high, "unit": shown, "direction": direction}


def _force(row: Row, typed: Typed) -> str:
    said = plain(row.beside.get("force", ""))
    return next((f for f, words in WORDS["force"].items() if said in words), typed.force)


def _note(cell: Cell, typed: Typed, table: str, talk: Talk) -> str:
    """What was parted from a number, told and kept beside it."""
    notes = []
    if typed.marks:
        notes.append(f"marked {typed.marks}")
        talk.tell(cell.place, cell.value, f"read as {typed.value:,.12g}: {typed.marks} is a mark")
    if table == ACTUAL and typed.bound:
        notes.append(f"typed as {plain(cell.value)}")
        talk.tell(cell.place, cell.value, f"read as {typed.value:,.12g}, which is not exact")
    return "; ".join(notes)
