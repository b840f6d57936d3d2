"""A panel of anybody's series: many units, one yearly level each, read from a CSV file or a frame."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from zoneplan.data.sheets import BOM, not_utf8, other_marks
from zoneplan.errors import DataError, Problem

COLUMNS = ("unit_id", "year", "value")
# Growth compounds: beyond ten years ahead an interval no longer tells a reader anything.
FURTHEST = 10
YEARS = (1900, 2200)
TOO_MANY = "{} cells in a row of {}"


@dataclass(frozen=True)
class Panel:
    """Yearly levels of many units as logarithms on one grid of consecutive years; NaN where nothing is known.

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
        """What was known of each unit up to a year; units without any figure by then are left out."""
        return self._in(self.years <= year)

    def since(self, year: int) -> Panel:
        """What was known of each unit from a year on; units without any figure since then are left out."""
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
        shared, mine, theirs = np.intersect1d(self.years, years, return_indices=True)
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


def panel_of(rows: pd.DataFrame) -> Panel:
    """A panel from a long table with the columns unit_id, year and value (positive levels in one unit each).

    How to read it: ``panel.logs[i, t]`` is the natural logarithm of unit ``i`` in ``panel.years[t]``.
    """
    wide = rows.pivot(index="unit_id", columns="year", values="value").sort_index()
    years = np.arange(int(min(wide.columns)), int(max(wide.columns)) + 1)
    levels = wide.reindex(columns=years).to_numpy(dtype="float64")
    return Panel(wide.index.to_numpy(), years, np.log(levels))


def read_panel(
    file: str | Path, to: int | None = None, skip_bad: bool = False
) -> tuple[Panel, list[Problem]]:
    """Read anybody's panel from a CSV file with the columns unit_id, year and value; other columns are ignored.

    Parameters
    ----------
    file : UTF-8 text, cells parted by commas, header in row 1.
    to : last year to forecast; a unit whose last figure lies more than ten years before it is a problem.
    skip_bad : leave bad rows out instead of refusing the file.

    Returns
    -------
    The panel and the problems of the rows that were left out (none unless ``skip_bad``).

    Raises
    ------
    DataError
        The file cannot be used at all, or rows are bad and ``skip_bad`` is not set; all are listed.

    How to read it: an empty list of problems means that every row is in the panel.
    """
    name = str(file)
    numbered = _records(Path(file))
    problems, good, seen = [], [], {}
    for n, row in numbered:
        wrong = _row_problems(name, n, row)
        key = (row["unit_id"], row["year"])
        if not wrong and key in seen:
            wrong = [
                Problem(
                    name,
                    n,
                    "unit_id,year",
                    ",".join(key) + " again",
                    f"once, as in row {seen[key]}",
                )
            ]
        seen.setdefault(key, n)
        problems += wrong
        if not wrong:
            good.append((row["unit_id"], int(row["year"]), float(row["value"]), n))
    table = pd.DataFrame(good, columns=[*COLUMNS, "row"])
    stale = _stale(table, to)
    expected = f"a figure not more than {FURTHEST} years before {to}"
    problems += [
        Problem(name, r.row, "year", f"{r.unit_id}: last in {r.year}", expected)
        for r in stale.itertuples()
    ]
    problems.sort(key=lambda p: p.row)
    if problems and not skip_bad:
        raise DataError(problems)
    table = table[~table["unit_id"].isin(stale["unit_id"])]
    if table.empty:
        raise DataError(
            [
                *problems,
                Problem(name, None, None, "no row that can be used", "unit_id, year and value"),
            ]
        )
    return panel_of(table), problems


def _records(file: Path) -> list[tuple[int, dict[str, str]]]:
    name = str(file)
    try:
        raw = file.read_bytes().removeprefix(BOM)
        text = raw.decode("utf-8")
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except OSError as error:
        raise DataError(
            [Problem(name, None, None, error.strerror or str(error), "a CSV file")]
        ) from None
    except UnicodeDecodeError as error:
        raise DataError([not_utf8(name, raw, error.start)]) from None
    except csv.Error as error:
        raise DataError(
            [Problem(name, None, None, str(error), "cells parted by commas, with quotes in pairs")]
        ) from None
    header = [c.strip() for c in records[0]] if records else []
    other = other_marks(name, header)
    if other:
        raise DataError([other])
    found = {c: header.count(c) for c in COLUMNS if header.count(c) != 1}
    if found:
        said = {c: f"{n} columns of this name" if n else "no such column" for c, n in found.items()}
        raise DataError(
            [Problem(name, 1, c, text, "one column of this name") for c, text in said.items()]
        )
    places = {c: header.index(c) for c in COLUMNS}
    cells = [(n, r) for n, r in enumerate(records[1:], start=2) if any(c.strip() for c in r)]
    rows = [
        (n, {c: r[i].strip() if i < len(r) else "" for c, i in places.items()}, len(r))
        for n, r in cells
    ]
    # A thousands separator without quotes makes one number two cells; neither of them is the figure.
    return [
        (n, row | ({"value": TOO_MANY.format(size, len(header))} if size > len(header) else {}))
        for n, row, size in rows
    ]


def _row_problems(name: str, n: int, row: dict[str, str]) -> list[Problem]:
    problems = [] if row["unit_id"] else [Problem(name, n, "unit_id", "nothing", "a name")]
    year = row["year"]
    # Four digits, so that no year can be written in two ways.
    if not (
        len(year) == 4 and year.isascii() and year.isdigit() and YEARS[0] <= int(year) <= YEARS[1]
    ):
        problems.append(
            Problem(name, n, "year", repr(year), f"a year from {YEARS[0]} to {YEARS[1]}")
        )
    try:
        value = (
            float(row["value"]) if row["value"].isascii() and "_" not in row["value"] else math.nan
        )
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        problems.append(Problem(name, n, "value", repr(row["value"]), "a level above zero"))
    return problems


def _stale(table: pd.DataFrame, to: int | None) -> pd.DataFrame:
    """The last row of each unit that ends too long before the year to forecast."""
    last = table.sort_values("year").drop_duplicates("unit_id", keep="last")
    return last[:0] if to is None else last[to - last["year"] > FURTHEST]
