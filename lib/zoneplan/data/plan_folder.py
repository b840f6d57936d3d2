"""Writing into a user's plan: rows that are there stay, others are added; the project's plans are
kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.sheets import decode, records
from zoneplan.data.units import canonical, convert, convertible
from zoneplan.errors import DataError, Problem

TARGETS, OBSERVATIONS, SOURCES = "targets.csv", "observations.csv", "sources.csv"
KEYS = {
    TARGETS: ("indicator_id", "year"),
    OBSERVATIONS: ("indicator_id", "year"),
    SOURCES: ("source_id",),
}
# Columns that say where a figure comes from and how it was printed: they go with it.
WITH_VALUE = ("value", "value_high", "unit", "precision", "direction", "locator", "note")


@dataclass(frozen=True)
class Change:
    """A figure that a plan folder holds already, and another one for it."""

    table: str
    indicator_id: str
    year: str
    old: str
    new: str


def guard(folder: Path) -> None:
    """Refuse to write into the plans that come with the project.

    Raises
    ------
    DataError
        The folder lies in the data of the project.
    """
    if folder.resolve().is_relative_to(tables.data_dir().resolve()):
        expected = "a folder of your own: --plan DIR or --to DIR"
        found = "a plan that comes with the project"
        raise DataError([Problem(str(folder), None, None, found, expected)])


def rows_of(file: Path) -> list[dict[str, str]]:
    """Read the rows of a table as text, whatever encoding it was saved in; an absent one
    has none.
    """
    if not file.exists():
        return []
    heads, *rows = (row for _, row in records(file, file.name, own=True))
    return [dict(zip(heads, row, strict=False)) for row in rows]


def changes(new: Mapping[str, pd.DataFrame], folder: Path) -> list[Change]:
    """List the figures that a folder holds otherwise than they are to be written."""
    found = []
    for name in (TARGETS, OBSERVATIONS):
        there = {_key(name, r): r for r in rows_of(folder / name)}
        for row in new.get(name, pd.DataFrame()).to_dict("records"):
            old = there.get(_key(name, row))
            if old is not None and not _same(old, row):
                said = (f"{r.get('value', '')} {r.get('unit', '')}".strip() for r in (old, row))
                found.append(Change(name, row["indicator_id"], row["year"], *said))
    return found


def _key(name: str, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(str(row.get(k, "")).strip() for k in KEYS[name])


def _same(old: Mapping[str, str], new: Mapping[str, str]) -> bool:
    try:
        (a, unit), (b, other) = (canonical(float(r["value"]), r["unit"]) for r in (old, new))
    except (KeyError, ValueError):
        return False
    return unit == other and abs(a - b) <= 1e-9 * abs(b)


def merge(file: Path, new: pd.DataFrame, replace: bool) -> None:
    """Add rows to a table that may hold some; of a row that is there only the figure changes.

    Parameters
    ----------
    file
        The table; remarks in it are kept, those of an empty one go.
    new
        Rows as text.
    replace
        Whether a figure that differs takes the place of the old one.

    Raises
    ------
    DataError
        A new figure has a unit into which that of its series cannot be converted.
    """
    name, there = file.name, rows_of(file)
    heads = list(there[0]) if there else []
    filled = [c for c in new.columns if name == SOURCES or new[c].astype(bool).any()]
    heads += [c for c in filled if c not in heads]
    rows = {_key(name, r): r for r in there}
    both = (TARGETS, OBSERVATIONS) if name != SOURCES else ()
    series = [r for t in both for r in rows_of(file.with_name(t))]
    problems = []
    for row in new.astype(str).to_dict("records"):
        key, i = _key(name, row), row.get("indicator_id")
        # What is on record of a series may be levels in one unit and growth in percent.
        same = (r.get("unit", "") for r in series if r.get("indicator_id") == i)
        units = list(dict.fromkeys(filter(None, same)))
        unit = next((u for u in units if convertible(row["unit"], u)), None)
        if units and unit is None:
            found, expected = f"{row['unit']} of {key[0]}", f"{units[0]}, as in its other rows"
            problems.append(Problem(name, None, "unit", found, expected))
            continue
        if name == TARGETS and unit and row["unit"] != unit:
            for c in (c for c in ("value", "value_high") if row[c]):
                row[c] = number_text(convert(float(row[c]), row["unit"], unit))
            row["unit"] = unit
        old = rows.get(key)
        if old is None:
            rows[key] = row
        elif replace and name != SOURCES and not _same(old, row):
            rows[key] = old | {c: row[c] for c in WITH_VALUE if c in row}
    if problems:
        raise DataError(problems)
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    text = decode(file.read_bytes())[0] if there else ""
    remarks = [line for line in text.splitlines() if line.lstrip('"').startswith("#")]
    file.write_text("\n".join([*remarks, out.getvalue()]), encoding="utf-8", newline="\n")


def number_text(value: float) -> str:
    """Put a value as it is typed into a table: no thousands separators, no noise."""
    return f"{value:.12g}"
