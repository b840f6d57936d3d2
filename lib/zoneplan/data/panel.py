"""A panel of anybody's series: many units, one yearly level each, on one grid of years."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.errors import DataError, Problem

COLUMNS = ("unit_id", "year", "value")
# Growth compounds: beyond ten years ahead an interval no longer tells a reader anything.
FURTHEST = 10
YEARS = (1900, 2200)
# A figure that strays in a year by so many times from the growth of the others is asked about.
JUMP = 2.0
# The median of fewer units would follow each of them.
FEWEST_UNITS = 5
# More rows than this share that stand twice are several series in one file, not slips.
TWICE = 0.05
EXAMPLES = 3
_AT_ONCE = 50_000
MISSING = {
    "",
    ".",
    "..",
    "...",
    ":",
    "-",
    "--",
    "—",
    "——",
    "–",
    "…",
    "……",
    "/",
    "#n/a",
    "na",
    "n/a",
}
MISSING |= {
    "n.a.",
    "n.a",
    "nan",
    "<na>",
    "nat",
    "null",
    "none",
    "missing",
    "缺失",
    "缺",
    "无",
    "空",
}
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
# Marks that statistical offices set behind a figure: provisional, estimated, revised, forecast,
# unreliable.
MARKED = re.compile(r"(.*\d)\s*(?:\(?[pefrsu]\)?|\*+|[①-⑳])", re.IGNORECASE)
POINT = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
COMMA = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d*)?")
# What only a comma that parts thousands, or only a decimal comma, can have around it.
AS_POINT = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*|(?<=,\d{3},\d{3}))")
AS_COMMA = re.compile(r"[-+]?(?:\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3})+,\d*|0,\d+|\d{4,},\d+)")
DATE = re.compile(
    r"(\d{4})(?:\.0+|年(?:度|末|底)?|年\d{1,2}月(?:\d{1,2}日)?|\.\d{1,2}\.\d{1,2}"
    r"|[-/]\d{1,2}(?:[-/]\d{1,2})?(?:[ T][\d:.]+)?)?"
    r"|(?:\d{1,2}[./-]){2}(\d{4})"
)
# Months and days at which a year begins or ends; another date may be that of a part of it.
YEAR_ENDS = ({1}, {12}, {12, 31})


@dataclass(frozen=True)
class Panel:
    """Yearly levels of many units as logarithms on one grid of consecutive years; NaN where nothing
    is known.

    Sorted by unit and year, so that the order of the rows it came from cannot matter.
    """

    units: np.ndarray
    years: np.ndarray
    logs: np.ndarray

    @property
    def last_years(self) -> np.ndarray:
        """The last year known of each unit."""
        return self.years[_last(np.isfinite(self.logs))]

    def until(self, year: int) -> Panel:
        """What was known of each unit up to a year; units without any figure by then are left
        out.
        """
        return self._in(self.years <= year)

    def since(self, year: int) -> Panel:
        """What was known of each unit from a year on; units without any figure since then are left
        out.
        """
        return self._in(self.years >= year)

    def _in(self, seen: np.ndarray) -> Panel:
        rows = np.isfinite(self.logs[:, seen]).any(axis=1)
        return Panel(self.units[rows], self.years[seen], self.logs[rows][:, seen])

    def where(self, keep: np.ndarray) -> Panel:
        """The units marked in a boolean array."""
        return Panel(self.units[keep], self.years, self.logs[keep])

    def on(self, years: np.ndarray) -> np.ndarray:
        """The logarithms on another grid of years (units by years), NaN outside the panel's own."""
        out = np.full((len(self.units), len(years)), np.nan)
        _, mine, theirs = np.intersect1d(self.years, years, return_indices=True)
        out[:, theirs] = self.logs[:, mine]
        return out

    def rows(self) -> pd.DataFrame:
        """Long table with the columns unit_id, year and value, without the missing years."""
        unit, year = np.nonzero(np.isfinite(self.logs))
        values = np.exp(self.logs[unit, year])
        return pd.DataFrame(
            {"unit_id": self.units[unit], "year": self.years[year], "value": values}
        )


def _last(known: np.ndarray) -> np.ndarray:
    return known.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)


def bridged(logs: np.ndarray) -> np.ndarray:
    """Units by years with even growth over the gaps between known figures; the ends stay open."""
    known = np.isfinite(logs)
    if known.all():
        return logs
    here = np.arange(logs.shape[1])
    before = np.maximum.accumulate(np.where(known, here, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, here, len(here))[:, ::-1], axis=1)[:, ::-1]
    inner = ~known & (before >= 0) & (after < len(here))
    out = logs.copy()
    unit, year = np.nonzero(inner)
    low, high = before[unit, year], after[unit, year]
    share = (year - low) / (high - low)
    out[unit, year] = (1 - share) * logs[unit, low] + share * logs[unit, high]
    return out


@dataclass(frozen=True)
class Reading:
    """A panel as it was read; ``told`` says line by line what was assumed, is asked or was
    ``left_out``.
    """

    panel: Panel
    told: tuple[str, ...]
    left_out: tuple[Problem, ...]


def panel_of(rows: pd.DataFrame) -> Panel:
    """A panel from a long table with the columns unit_id, year and value (positive levels in one
    unit each).

    Years may be numbers, dates or text such as 2009年; a missing value is a gap.

    Raises
    ------
    DataError
        A column is missing, or a year, a name or a level cannot be read, is not above zero, or
        stands twice.

    How to read it: ``panel.logs[i, t]`` is the natural logarithm of unit ``i`` in
    ``panel.years[t]``.
    """
    lacking = [c for c in COLUMNS if c not in rows.columns]
    if lacking:
        found = "the columns " + ", ".join(map(str, rows.columns))
        raise DataError([Problem("panel", None, ", ".join(lacking), found, "unit_id, year, value")])
    heap = Heap("panel")
    units, years, values = (rows[c] for c in COLUMNS)
    heap.add(units, years, values, first_row=0)
    return heap.reading(strict=True).panel


@dataclass
class Heap:
    """Rows of a panel as they come in, parsed batch by batch, with what is wrong with them.

    ``heads`` are the file's own names of the unit, the year and the value.
    """

    file: str
    heads: tuple[str, str, str] = COLUMNS
    decimal: str | None = None
    ask_decimal: bool = False
    wide: bool = False
    notes: list[str] = field(default_factory=list)
    _codes: list[np.ndarray] = field(default_factory=list)
    _years: list[np.ndarray] = field(default_factory=list)
    _values: list[np.ndarray] = field(default_factory=list)
    _rows: list[np.ndarray] = field(default_factory=list)
    _names: dict[str, int] = field(default_factory=dict)
    _wrong: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    _seen: Counter[Any] = field(default_factory=Counter[Any])

    def add(
        self,
        units: Iterable[Any],
        years: Iterable[Any],
        values: Iterable[Any],
        first_row: int = 2,
        rows: np.ndarray | None = None,
    ) -> None:
        """Take a batch in; rows are counted on from ``first_row`` unless they are numbered."""
        unit, names = _factorized(_column(units))
        own = np.array([self._code(n) for n in names] + [-1], dtype=np.int32)
        codes = own[unit]
        when, year_text = _parsed(_column(years), _year)
        level, value_text = self._levels(_column(values))
        rows = np.arange(first_row, first_row + len(codes)) if rows is None else np.asarray(rows)
        whole = np.nan_to_num(when, nan=0.0)
        bad_year = ~((whole >= YEARS[0]) & (whole <= YEARS[1]) & (whole == np.floor(whole)))
        gap = np.isnan(level)
        bad_value = ~gap & ~((level > 0) & np.isfinite(level))

        def cell(k: int) -> str:
            return _shown(value_text(k)) + (f" in {whole[k]:.0f}" if self.wide else "")

        for kind, bad, text in (
            ("unit", codes < 0, lambda k: "nothing"),
            ("year", bad_year, lambda k: _shown(year_text(k))),
            ("value", bad_value, cell),
        ):
            for k in np.flatnonzero(bad).tolist():
                self._wrong[kind].append((int(rows[k]), text(k)))
        good = ~(bad_year | bad_value | gap | (codes < 0))
        for cell_of_year in filter(_inside, _dates(years)):
            self._wrong["inside"].append((0, _shown(cell_of_year)))
        empty = gap & ~bad_year & (codes >= 0)
        for k in np.flatnonzero(empty).tolist():
            self._wrong["gap"].append((int(rows[k]), cell(k)))
        self._codes.append(codes[good])
        self._years.append(whole[good].astype(np.int16))
        self._values.append(level[good])
        self._rows.append(rows[good].astype(np.int32))

    def wrong(self, kind: str, row: int, text: str) -> None:
        """Note a row that cannot be used at all."""
        self._wrong[kind].append((row, text))

    def reading(self, to: int | None = None, strict: bool = False) -> Reading:
        """The panel of all rows that are sound, and what is to be told of the others.

        Raises
        ------
        DataError
            Nothing is left, many rows stand twice, or ``strict`` and something would be left out.
        """
        code, year = _joined(self._codes, np.int32), _joined(self._years, np.int16)
        value, row = _joined(self._values, float), _joined(self._rows, np.int32)
        names = np.array(list(self._names), dtype=object)
        order = np.argsort(names)
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order))
        names, code = names[order], rank[code]
        first = int(year.min()) if len(year) else 0
        width = int(year.max()) - first + 1 if len(year) else 0
        names, code = self._same_but_for_blanks(names, code, year - first, width)
        cell = code.astype(np.int64) * width + (year - first)
        cell, value = self._once(names, first, width, cell, value, row)
        logs = np.full(len(names) * width, np.nan)
        logs[cell] = np.log(value)
        panel = Panel(names, np.arange(first, first + width), logs.reshape(len(names), width))
        panel = panel.where(np.isfinite(panel.logs).any(axis=1))
        panel = self._fresh(panel, to)
        left = self._problems()
        if (strict and left) or not len(panel.units):
            nothing = Problem(self.file, None, None, "no row that can be used", _ROWS)
            raise DataError([*left, *([] if len(panel.units) else [nothing])])
        told = [*self.notes, *_breaks(panel, self.file), *(f"left out: {p}" for p in left)]
        return Reading(panel, tuple(told), tuple(left))

    def _code(self, name: object) -> int:
        text = unit_name(name)
        return self._names.setdefault(text, len(self._names)) if text else -1

    def _levels(self, column: pd.Series) -> tuple[np.ndarray, _Text]:
        if self.decimal is None and _is_text(column):
            self.decimal = self._decimal_mark(column)

        def figure(text: str) -> float:
            value, note = _figure(text, self.decimal or ".")
            if note:
                self._seen[note] += 1
                self._wrong.setdefault(note, [])
                if len(self._wrong[note]) < EXAMPLES:
                    self._wrong[note].append((0, _shown(text)))
            return value

        return _parsed(column, figure, quick=self.decimal != ",")

    def _decimal_mark(self, column: pd.Series) -> str | None:
        """The decimal mark that the figures of a column show; None while none of them has a
        comma.
        """
        texts = [re.sub(r"\s", "", c) for c in column.array if isinstance(c, str) and "," in c]
        if not texts:
            return None
        if any(AS_POINT.fullmatch(t) for t in texts):
            return "."
        if any(AS_COMMA.fullmatch(t) for t in texts):
            return ","
        if self.ask_decimal:
            found = f"{texts[0]!r}, which may be a decimal comma or part thousands"
            raise DataError(
                [Problem(self.file, None, self.heads[2], found, "--decimal , or --decimal .")]
            )
        return "."

    def _same_but_for_blanks(
        self, names: np.ndarray, code: np.ndarray, year: np.ndarray, width: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Units whose names differ by blanks only become one where they share no year."""
        plain = [re.sub(r"\s", "", n) for n in names]
        if len(set(plain)) == len(plain):
            return names, code
        groups = defaultdict(list)
        for k, text in enumerate(plain):
            groups[text].append(k)
        into = np.arange(len(names), dtype=np.int32)
        used = np.bincount(code, minlength=len(names))
        for group in (g for g in groups.values() if len(g) > 1):
            inside = np.isin(code, group)
            shared = np.bincount(year[inside], minlength=width)
            both = " and ".join(repr(str(names[k])) for k in group)
            kept = max(group, key=lambda k: (used[k], -len(names[k]), -k))
            if np.unique(
                code[inside].astype(np.int64) * width + year[inside]
            ).size > np.count_nonzero(shared):
                self._wrong["blanks_apart"].append((0, both))
                continue
            into[group] = kept
            self._wrong["blanks"].append((0, both))
        return names, into[code]

    def _once(
        self,
        names: np.ndarray,
        first: int,
        width: int,
        cell: np.ndarray,
        value: np.ndarray,
        row: np.ndarray,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cells and values without those that stand twice: the same value again is dropped, of two
        neither is used.
        """
        if not len(cell) or np.bincount(cell, minlength=len(names) * width).max() < 2:
            return cell, value
        table = pd.DataFrame({"cell": cell, "value": value, "row": row})
        again = table[table.duplicated("cell", keep=False)]
        least = again.groupby("cell")["value"].transform("min")
        other = (again["value"] != least).groupby(again["cell"]).transform("any")
        lost = again[other | again.duplicated("cell")]
        if len(lost) > max(TWICE * len(table), 2):
            k = int(lost["cell"].iloc[0])
            found = f"{len(lost)} rows of a unit and year that stand elsewhere, such as "
            found += f"{names[k // width]} {first + k % width}"
            raise DataError([Problem(self.file, None, None, found, _ONE_SERIES)])
        for r in lost[other[lost.index]].itertuples():
            place = f"{names[r.cell // width]},{first + r.cell % width}"
            self._wrong["again"].append((int(r.row), f"{place} with another value again"))
        for r in lost[~other[lost.index]].itertuples():
            place = f"{names[r.cell // width]},{first + r.cell % width}"
            self._wrong["same"].append((int(r.row), f"{place} again"))
        kept = np.ones(len(cell), dtype=bool)
        kept[lost.index] = False
        return cell[kept], value[kept]

    def _fresh(self, panel: Panel, to: int | None) -> Panel:
        """The panel without units that end too long before the year to forecast."""
        if to is None or not len(panel.units):
            return panel
        last = panel.last_years
        stale = to - last > FURTHEST
        for k in np.flatnonzero(stale):
            self._wrong["stale"].append((0, f"{panel.units[k]}: last in {last[k]}"))
        self._stale = f"a figure not more than {FURTHEST} years before {to}"
        return panel.where(~stale) if stale.any() else panel

    def _problems(self) -> list[Problem]:
        """What is left out, equal problems as one; what is used all the same joins the notes."""
        unit, year, value = self.heads
        expected = {
            "cells": (None, "as many cells as the header has"),
            "unit": (unit, "a name"),
            "year": (year, f"a year from {YEARS[0]} to {YEARS[1]}"),
            "value": (value, "a level above zero, the number alone"),
            "again": (f"{unit},{year}", "each unit once a year; neither is used"),
            "stale": (year, getattr(self, "_stale", "")),
        }
        left = [
            grouped(self.file, column, self._wrong[kind], text)
            for kind, (column, text) in expected.items()
            if self._wrong.get(kind)
        ]
        for kind, line in _USED.items():
            if found := self._wrong.get(kind):
                count = self._seen.get(kind, len(found))
                self.notes.append(f"{self.file}: {line}: {examples(found, count)}")
        return left


_ROWS = "rows with a unit, a year and a level above zero"
_ONE_SERIES = (
    "one series in a file, one figure a year: keep one, or name the columns: --id, --value"
)
# What is used all the same, and told.
_USED = {
    "gap": "no figure, left as a gap",
    "inside": "dates inside a year, read as the year: are the figures those of whole years?",
    "mark": "a mark behind a figure, which is used without it",
    "thousands": "commas read as parting thousands",
    "decimal": "commas read as decimal marks",
    "same": "the same figure twice, used once",
    "blanks": "names that differ by blanks only, read as one unit",
    "blanks_apart": "names that differ by blanks only but share years, kept apart; look again",
}


def examples(found: list[tuple[int, str]], count: int) -> str:
    """The first few of what was found with their rows, and how many there are."""
    each = list(dict.fromkeys(found))[:EXAMPLES]
    shown = [f"{text} (row {row})" if row else text for row, text in each]
    return ", ".join(shown) + (f" and {count - len(shown)} more" if count > len(shown) else "")


def grouped(file: str, column: str | None, found: list[tuple[int, str]], expected: str) -> Problem:
    """Equal problems as one: a single one with its row, several with their count and three
    examples.
    """
    if len(found) == 1:
        return Problem(file, found[0][0] or None, column, found[0][1], expected)
    return Problem(file, None, column, f"{len(found)} times {examples(found, 0)}", expected)


def _breaks(panel: Panel, file: str) -> list[str]:
    """Ask about figures that double or halve in a year beside the growth of the others."""
    path = np.concatenate([[0.0], np.cumsum(_common(panel.logs))])
    shown: list[tuple[int, str]] = []
    count = 0
    for start in range(0, len(panel.units), _AT_ONCE):
        unit, was, now = _jumps(panel.logs[start : start + _AT_ONCE], path)
        count += len(unit)
        for u, a, b in list(zip(unit + start, was, now, strict=True))[: EXAMPLES - len(shown)]:
            figures = [f"{np.exp(panel.logs[u, t]):,.6g} in {panel.years[t]}" for t in (a, b)]
            shown.append((0, f"{panel.units[u]}: {', '.join(figures)}"))
    line = "look at these again: they more than double, or fall to less than half, in a year"
    return [f"{file}: {line}: {examples(shown, count)}"] if count else []


def _jumps(logs: np.ndarray, path: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of units, and of the figures before and after each jump."""
    known = np.isfinite(logs)
    here = np.arange(logs.shape[1])
    before = np.maximum.accumulate(np.where(known, here, -1), axis=1)
    unit, now = np.nonzero(known[:, 1:] & (before[:, :-1] >= 0))
    now += 1
    was = before[unit, now - 1]
    moved, limit = logs[unit, now] - logs[unit, was], np.log(JUMP) * (now - was)
    # What doubles as the others do is no question, nor is what stands still while they double.
    jump = (np.abs(moved - (path[now] - path[was])) > limit) & (np.abs(moved) > limit)
    return unit[jump], was[jump], now[jump]


def _common(logs: np.ndarray) -> np.ndarray:
    growth = np.diff(logs, axis=1)
    enough = np.isfinite(growth).sum(axis=0) >= FEWEST_UNITS
    middle = np.zeros(growth.shape[1])
    if enough.any():
        middle[enough] = np.nanmedian(growth[:, enough], axis=0)
    return middle


def unit_name(name: object) -> str:
    """The name of a unit as text: whole numbers without a point, one blank between words."""
    if isinstance(name, float) and name.is_integer():
        name = int(name)
    return " ".join(unicodedata.normalize("NFKC", str(name)).split()) if name is not None else ""


def _factorized(column: pd.Series) -> tuple[np.ndarray, Iterable[Any]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    return pd.factorize(column)


def _column(cells: Iterable[Any]) -> pd.Series:
    return cells if isinstance(cells, pd.Series) else pd.Series(cells, dtype=object)


def _dates(cells: Iterable[Any]) -> Iterable[Any]:
    """What may be dates in a column of years, each once."""
    column = _column(cells)
    return () if pd.api.types.is_numeric_dtype(column) else column.unique()


def _is_text(column: pd.Series) -> bool:
    return pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column)


class _Text:
    """The cell behind a parsed number, for messages."""

    def __init__(self, column: pd.Series):
        self.column = column

    def __call__(self, place: int) -> object:
        return self.column.iloc[place]


def _joined(parts: list[np.ndarray], kind: type) -> np.ndarray:
    """One array of all batches, which are given up as they are joined."""
    whole = np.concatenate(parts) if parts else np.empty(0, dtype=kind)
    parts.clear()
    return whole


def _shown(cell: object) -> str:
    return repr(cell if isinstance(cell, str) else f"{cell:g}" if _is_number(cell) else str(cell))


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float, np.number))


def _parsed(
    column: pd.Series, parse: Callable[[str], float], quick: bool = False
) -> tuple[np.ndarray, _Text]:
    """Numbers of a column of any type: NaN where nothing stands, infinite where something cannot be
    read.
    """
    text = _Text(column)
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.dt.year.to_numpy(dtype="float64", na_value=np.nan), text
    if isinstance(column.dtype, pd.PeriodDtype):
        return np.where(column.isna(), np.nan, column.dt.year).astype("float64"), text
    if not _is_text(column):
        if isinstance(column.dtype, pd.CategoricalDtype):
            return _parsed(column.astype(object), parse, quick)
        return column.to_numpy(dtype="float64", na_value=np.nan), text
    which, cells = pd.factorize(column)
    # Plain numbers all at once; what is none of them is looked at one by one.
    plain = pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce") if quick else np.nan
    numbers = np.broadcast_to(np.asarray(plain, dtype="float64"), len(cells)).copy()
    for k in np.flatnonzero(~np.isfinite(numbers)):
        numbers[k] = parse(cells[k]) if isinstance(cells[k], str) else _plain(cells[k])
    return np.append(numbers, np.nan)[which], text


def _plain(cell: object) -> float:
    """A cell of a spreadsheet that is no text: a number, or a date that stands for its year."""
    year = getattr(cell, "year", None)
    try:
        return float(year if year is not None else cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return np.inf


def _year(text: str) -> float:
    """The year of a text such as 2009, 2009.0, 2009年 or 2009-12-31; infinite if it is none."""
    found = DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return float(found[1] or found[2]) if found else np.inf


def _inside(cell: object) -> bool:
    """Whether a date lies inside a year."""
    if not np.isfinite(_year(str(cell))):
        return False
    day = re.sub(r"[ T][\d:.]+$|\.0+$", "", str(cell).strip())
    parts = {int(p) for p in re.findall(r"(?<!\d)\d{1,2}(?!\d)", day)}
    return bool(parts) and parts not in YEAR_ENDS


def year_head(text: object) -> tuple[str, int] | None:
    """What stands before the year in the head of a column of a wide table, and the year."""
    if isinstance(text, (int, float)) and float(text).is_integer():
        text = str(int(text))
    head = unicodedata.normalize("NFKC", str(text)).strip()
    found = re.fullmatch(r"(\D*?)[ _]?(\d{4})(?:\.0)?(?:年|\s*\[YR\d{4}\])?", head)
    return (
        (found.group(1), int(found.group(2)))
        if found and YEARS[0] <= int(found.group(2)) <= YEARS[1]
        else None
    )


def _figure(text: str, decimal: str) -> tuple[float, str]:
    """A figure as it was typed and what was done to read it; NaN for a mark of a missing one, else
    infinite.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if NUMBER.fullmatch(plain):
        return (float(plain), "") if decimal == "." or "." not in plain else _with_comma(plain)
    if plain.lower() in MISSING:
        return np.nan, ""
    compact = re.sub(r"(?<=\d)[\s'](?=\d{3}(?!\d))", "", plain)
    if compact != plain and NUMBER.fullmatch(compact):
        return float(compact), "thousands"
    if decimal == "," and COMMA.fullmatch(compact):
        return float(compact.replace(".", "").replace(",", ".")), "decimal"
    if decimal == "." and POINT.fullmatch(compact):
        return float(compact.replace(",", "")), "thousands"
    if marked := MARKED.fullmatch(plain):
        value, _ = _figure(marked.group(1), decimal)
        return (value, "mark") if np.isfinite(value) else (np.inf, "")
    return np.inf, ""


def _with_comma(plain: str) -> tuple[float, str]:
    """A point in a column of decimal commas parts thousands, or the figure cannot be read."""
    return (float(plain.replace(".", "")), "decimal") if COMMA.fullmatch(plain) else (np.inf, "")
