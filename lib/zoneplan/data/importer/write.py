"""What was understood, written into a plan folder: new files, or rows that are added to those that are there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.own_plan import OWN, printed_step
from zoneplan.data.own_plan import PLAN as OWN_PLAN
from zoneplan.data.importer.numbers import Typed, figure_text
from zoneplan.data.importer.questions import read_answers
from zoneplan.data.importer.reading import Understood
from zoneplan.data.importer.names import bare, known_names
from zoneplan.data.importer.words import ACTUAL, GROWTH, TARGET
from zoneplan.data.indicators import growth_of, indicator
from zoneplan.data.template import PLAN, quoted, set_keys, start
from zoneplan.data.units import canonical, convert, convertible
from zoneplan.errors import DataError, Problem

TARGETS, OBSERVATIONS, SOURCES = "targets.csv", "observations.csv", "sources.csv"
KEYS = {TARGETS: ("indicator_id", "year"), OBSERVATIONS: ("indicator_id", "year"), SOURCES: ("source_id",)}
# Answers that were taken by default stand here until they are looked at.
OPEN = "questions.txt"
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


def plan_tables(read: Understood) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of a plan folder that a file fills: (file name, table of texts)."""
    rows = read.rows.assign(
        place=read.rows["sheet"] + "!" + read.rows["cell"],
        year=read.rows["year"].map(lambda y: "" if pd.isna(y) else str(int(y))),
    )
    growth = rows[rows["table"] == GROWTH].drop_duplicates("indicator_id")
    stated = growth.set_index("indicator_id")["value"]
    targets = rows[rows["table"] == TARGET]
    last = targets.groupby("indicator_id")["year"].transform("max")
    texts = [number_text(v) for v in targets["value"]]
    names = [in_both(n, i) for n, i in zip(targets["name"], targets["indicator_id"], strict=True)]
    beside = [
        number_text(stated[i]) if i in stated.index and y == z else ""
        for i, y, z in zip(targets["indicator_id"], targets["year"], last, strict=True)
    ]
    yield (
        TARGETS,
        pd.DataFrame(
            {
                "indicator_id": targets["indicator_id"],
                "name_zh": [zh for zh, _ in names],
                "name_en": [en for _, en in names],
                "year": targets["year"],
                "value": texts,
                "value_high": ["" if pd.isna(v) else number_text(v) for v in targets["value_high"]],
                "unit": targets["unit"],
                "precision": [printed_step(t) for t in texts],
                "kind": targets["kind"],
                "direction": targets["direction"],
                "force": targets["force"],
                "responsible": targets["responsible"],
                "stated_growth": beside,
                "locator": targets["place"],
                "note": targets["note"],
                "source_id": OWN,
            }
        ),
    )
    seen = rows[rows["table"] == ACTUAL]
    kinds = zip(seen["indicator_id"], seen["kind"], strict=True)
    yield (
        OBSERVATIONS,
        pd.DataFrame(
            {
                "indicator_id": seen["indicator_id"],
                "year": seen["year"],
                "value": [number_text(v) for v in seen["value"]],
                "unit": seen["unit"],
                "kind": [observed_kind(i, k) for i, k in kinds],
                "scope_note": read.scope,
                "source_id": OWN,
                "note": [f"{p}; {n}" if n else p for p, n in zip(seen["place"], seen["note"], strict=True)],
            }
        ),
    )
    cited = {OWN: "own figures", OWN_PLAN: "own plan"}
    yield (
        SOURCES,
        pd.DataFrame(
            [
                {"source_id": i, "publisher": who, "title": read.file, "url": "", "published": ""}
                for i, who in cited.items()
            ]
        ),
    )


def number_text(value: float) -> str:
    """A value as it is typed into a table: no thousands separators, no noise."""
    return f"{value:.12g}"


def in_both(name: str, indicator_id: str) -> tuple[str, str]:
    """The Chinese and the English name of an indicator: as typed in its own language, else as usual."""
    usual = indicator(indicator_id)
    if usual.name_zh == "":
        return name, name
    return (usual.name_zh, name) if name.isascii() else (name, usual.name_en)


def observed_kind(indicator_id: str, kind: str) -> str:
    """What an observation is called that has some kind as a target."""
    if kind == "growth":
        return "growth_real" if growth_of(indicator_id).is_real else "growth_nominal"
    return {"flow": "level", "area": "level"}.get(kind, kind)


def national(zone: str) -> tuple[str, str, str]:
    """The id, the Chinese and the English name of a national zone by either name; no id if the tables do not know it."""
    zones = tables.read("peer_zones")[["zone_id", "zone_zh", "zone_en"]].drop_duplicates()
    same = zones[(zones["zone_zh"] == zone) | (zones["zone_en"].str.casefold() == zone.casefold())]
    return tuple(same.iloc[0]) if len(same) == 1 else ("", zone, zone)


# Into a folder ----------------------------------------------------------------------------------


def guard(folder: Path) -> None:
    """Refuse to write into the plans that come with the project.

    Raises
    ------
    DataError
        The folder lies in the data of the project.
    """
    home = tables.data_dir().resolve()
    if folder.resolve().is_relative_to(home):
        found, expected = "a plan that comes with the project", "a folder of your own: --plan DIR or --to DIR"
        raise DataError([Problem(str(folder), None, None, found, expected)])


@dataclass(frozen=True)
class Table:
    """A table of a plan folder as text: remarks, heads and rows."""

    remarks: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def read_rows(file: Path) -> Table:
    """A table as it stands, whatever encoding it was saved in; an absent one is empty."""
    if not file.exists():
        return Table((), (), ())
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    remarks = [line for line in text.splitlines() if line.lstrip('"').startswith("#")]
    kept = [r for r in lines if r and not r[0].startswith("#")]
    heads, *rows = kept or [[]]
    found = [dict(zip(heads, r, strict=False)) for r in rows]
    return Table(tuple(remarks), tuple(heads), tuple(found))


def changes(tables_: dict[str, pd.DataFrame], folder: Path) -> list[Change]:
    """Figures that are in a folder already and differ from the new ones."""
    found = []
    for name in (TARGETS, OBSERVATIONS):
        there = {_key(name, r): r for r in read_rows(folder / name).rows}
        for row in tables_.get(name, pd.DataFrame()).to_dict("records"):
            old = there.get(_key(name, row))
            if old is not None and not _same(old, row):
                shown = (f"{r.get('value', '')} {r.get('unit', '')}".strip() for r in (old, row))
                found.append(Change(name, row["indicator_id"], row["year"], *shown))
    return found


def _key(name: str, row: dict[str, str]) -> tuple[str, ...]:
    return tuple(str(row.get(k, "")).strip() for k in KEYS[name])


def _same(old: dict[str, str], new: dict[str, str]) -> bool:
    try:
        a = canonical(float(old["value"]), old["unit"])
        b = canonical(float(new["value"]), new["unit"])
    except (KeyError, ValueError):
        return False
    return a[1] == b[1] and abs(a[0] - b[0]) <= 1e-9 * abs(b[0])


def write_plan(
    read: Understood, folder: Path, lang: str = "en", replace: bool = True, chosen: dict[str, str] | None = None
) -> list[Path]:
    """Write what was understood into a plan folder: rows that are there stay, others are added.

    Parameters
    ----------
    read : what was understood of a file.
    folder : the plan; made if it is not there.
    lang : language of the remarks in new files.
    replace : whether a figure that differs takes the place of the old one; else the old one stays.
    chosen : answers that were taken by default, kept for ``zoneplan check`` to ask again.

    Returns
    -------
    The files written.

    Raises
    ------
    DataError
        The folder is a plan of the project, or cannot be written, or a unit does not fit the series that is there.
    """
    guard(folder)
    made = {name: table for name, table in plan_tables(read) if len(table)}
    fresh = not (folder / PLAN).exists()
    start(folder, lang)
    years = sorted({*read.years(), *({} if fresh else _years_of(folder / PLAN))})
    keys: dict[str, str] = {}
    if years:
        keys["years"] = f"[{', '.join(map(str, years))}]"
    if fresh and years:
        home, zh, en = national(read.zone)
        keys |= {"zone_zh": quoted(zh), "zone_en": quoted(en), "adopted": read.day}
        keys |= {"home": home} if home else {}
        keys |= {"base_year": str(read.base_year)} if read.base_year not in (None, years[0] - 1) else {}
        counts = read.yearly_counts()
        keys |= {"yearly_counts": f"[{', '.join(counts)}]"} if counts else {}
    if keys:
        set_keys(folder / PLAN, keys)
    for name, table in made.items():
        merge(folder / name, table, replace)
    written = [folder / name for name in ([PLAN] if keys else []) + list(made)]
    if chosen and fresh:
        lines = "".join(f"{k} = {v}\n" for k, v in chosen.items())
        (folder / OPEN).write_text(lines, encoding="utf-8", newline="\n")
        written.append(folder / OPEN)
    return written


def _years_of(file: Path) -> list[int]:
    found = re.search(r"(?m)^years:(.*)$", file.read_text(encoding="utf-8"))
    return [int(y) for y in re.findall(r"[0-9]{4}", found[1])] if found else []


def merge(file: Path, new: pd.DataFrame, replace: bool) -> None:
    """Add rows to a table that may hold some; of a row that is there only the figure changes.

    Raises
    ------
    DataError
        A new figure has a unit into which that of its series cannot be converted.
    """
    there = read_rows(file)
    # The remarks of an empty table tell how to fill it in.
    there = there if there.rows else Table((), (), ())
    empty = [c for c in new.columns if file.name != SOURCES and not new[c].astype(bool).any()]
    heads = [*there.heads, *(c for c in new.columns if c not in there.heads and c not in empty)]
    rows = {_key(file.name, r): dict(r) for r in there.rows}
    units = {r.get("indicator_id"): r.get("unit", "") for r in there.rows}
    problems = []
    for row in new.astype(str).to_dict("records"):
        key, unit = _key(file.name, row), units.get(row.get("indicator_id"))
        if file.name == TARGETS and unit and unit != row["unit"]:
            if not convertible(row["unit"], unit):
                problems.append(Problem(file.name, None, "unit", f"{row['unit']} of {key[0]}", f"{unit}, as in its other rows"))
                continue
            row |= {
                c: number_text(convert(float(row[c]), row["unit"], unit))
                for c in ("value", "value_high")
                if row.get(c)
            } | {"unit": unit}
        old = rows.get(key)
        if old is None:
            rows[key] = row
        elif replace and file.name != SOURCES and not _same(old, row):
            rows[key] = old | {c: row[c] for c in WITH_VALUE if c in row}
    if problems:
        raise DataError(problems)
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows.values())
    remarks = "".join(f"{line}\n" for line in there.remarks)
    file.write_text(remarks + out.getvalue(), encoding="utf-8", newline="\n")


# One figure -------------------------------------------------------------------------------------


def observation(name: str, year: int, value: str, folder: Path) -> pd.DataFrame:
    """One observation as a table of a row, in the unit of its series unless the value names another.

    Raises
    ------
    DataError
        The value is no number, or nothing tells its unit.
    """
    typed = figure_text(value)
    if not isinstance(typed, Typed) or typed.doubt or typed.high is not None:
        why = typed if isinstance(typed, str) else "no one number"
        raise DataError([Problem("VALUE", None, None, f"{value!r}: {why}", "a number such as 215 or 215亿元")])
    rows = [r for n in (TARGETS, OBSERVATIONS) for r in read_rows(folder / n).rows]
    named = {bare(r[k]): r["indicator_id"] for r in rows for k in ("name_zh", "name_en") if r.get(k)}
    ids = {r.get("indicator_id") for r in rows}
    growing = name.endswith("_growth")
    i = name if name in ids or growing else named.get(bare(name)) or known_names().get(bare(name), name)
    same = next((r for r in rows if r.get("indicator_id") == i), {})
    unit = typed.unit.name if typed.unit and typed.unit.name else "%" if growing else same.get("unit", "")
    if not unit:
        expected = f"a value with its unit, such as {value}亿元"
        raise DataError([Problem("VALUE", None, None, f"no unit of {i}, which the plan does not hold", expected)])
    number, unit = canonical(typed.value, unit)
    kind = same.get("kind") or ("growth" if growing else "flow")
    kind = kind if kind.startswith(("growth_", "level")) else observed_kind(i, kind)
    made = {"indicator_id": i, "year": str(year), "value": number_text(number), "unit": unit, "kind": kind, "source_id": OWN}
    return pd.DataFrame([made])


# What check asks again --------------------------------------------------------------------------


def open_answers(folder: Path) -> dict[str, str]:
    """Answers that were taken by default when a plan was made, and that nobody has changed since."""
    file = folder / OPEN
    if not file.exists():
        return {}
    answers = read_answers(file)
    text = (folder / PLAN).read_text(encoding="utf-8")
    stands = {"day": f"adopted: {answers.get('day')}", "zone": f": {quoted(answers.get('zone', ''))}"}
    return {k: v for k, v in answers.items() if k not in stands or stands[k] in text}
