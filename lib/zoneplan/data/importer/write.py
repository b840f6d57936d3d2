"""What was understood, written into a plan folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.importer.names import bare, known_names
from zoneplan.data.importer.numbers import Typed, figure_text
from zoneplan.data.importer.questions import read_answers
from zoneplan.data.importer.reading import Understood
from zoneplan.data.importer.words import ACTUAL, GROWTH, TARGET
from zoneplan.data.indicators import growth_of, indicator
from zoneplan.data.own_plan import OWN, printed_step
from zoneplan.data.own_plan import PLAN as OF_PLAN
from zoneplan.data.plan_folder import (
    OBSERVATIONS,
    SOURCES,
    TARGETS,
    guard,
    merge,
    number_text,
    rows_of,
)
from zoneplan.data.template import PLAN, quoted, set_keys, start
from zoneplan.data.units import canonical, convertible
from zoneplan.data.yaml_file import read_yaml
from zoneplan.errors import DataError, Problem

# Answers that were taken by default stand here until they are looked at.
OPEN = "questions.txt"
# Years that the tables of a plan hold.
YEARS = (1978, 2050)


def plan_tables(read: Understood) -> Iterator[tuple[str, pd.DataFrame]]:
    """List the tables of a plan folder that a file fills: (file name, table of texts)."""
    place = read.rows["sheet"] + "!" + read.rows["cell"]
    years = ["" if pd.isna(y) else str(int(y)) for y in read.rows["year"]]
    rows = read.rows.assign(place=place, year=years, source_id=OWN)
    growth = rows[rows["table"] == GROWTH].drop_duplicates("indicator_id")
    stated = dict(zip(growth["indicator_id"], map(number_text, growth["value"]), strict=True))
    targets = rows[rows["table"] == TARGET]
    last = targets.groupby("indicator_id")["year"].transform("max") == targets["year"]
    names = [in_both(*x) for x in zip(targets["name"], targets["indicator_id"], strict=True)]
    texts = targets["value"].map(number_text)
    yield (
        TARGETS,
        targets.assign(
            name_zh=[zh for zh, _ in names],
            name_en=[en for _, en in names],
            value=texts,
            value_high=["" if pd.isna(v) else number_text(v) for v in targets["value_high"]],
            precision=texts.map(printed_step),
            stated_growth=[stated.get(i, "") for i in targets["indicator_id"].where(last)],
            locator=targets["place"],
        )[
            [
                "indicator_id",
                "name_zh",
                "name_en",
                "year",
                "value",
                "value_high",
                "unit",
                "precision",
                "kind",
                "direction",
                "force",
                "responsible",
                "stated_growth",
                "locator",
                "note",
                "source_id",
            ]
        ],
    )
    seen = rows[rows["table"] == ACTUAL]
    kinds = zip(seen["indicator_id"], seen["kind"], strict=True)
    yield (
        OBSERVATIONS,
        seen.assign(
            value=seen["value"].map(number_text),
            kind=[observed_kind(i, k) for i, k in kinds],
            scope_note=read.scope,
            note=seen["place"] + seen["note"].map(lambda n: f"; {n}" if n else ""),
        )[["indicator_id", "year", "value", "unit", "kind", "scope_note", "source_id", "note"]],
    )
    cited = {OWN: "own figures", OF_PLAN: "own plan"}
    documents = [(i, who, read.file, "", "") for i, who in cited.items()]
    columns = ["source_id", "publisher", "title", "url", "published"]
    yield SOURCES, pd.DataFrame(documents, columns=columns)


@cache
def in_both(name: str, indicator_id: str) -> tuple[str, str]:
    """Put the name of an indicator in Chinese and English: as typed in its language, else
    as usual.
    """
    usual = indicator(indicator_id)
    if usual.name_zh == "":
        return name, name
    return (usual.name_zh, name) if name.isascii() else (name, usual.name_en)


def observed_kind(indicator_id: str, kind: str) -> str:
    """Tell what an observation is called that has some kind as a target."""
    if kind == "growth":
        return "growth_real" if growth_of(indicator_id).is_real else "growth_nominal"
    return {"flow": "level", "area": "level"}.get(kind, kind)


def national(zone: str) -> tuple[str, str, str]:
    """Look a national zone up by either name: id, Chinese and English name; no id if it is
    unknown.
    """
    zones = tables.read("peer_zones")[["zone_id", "zone_zh", "zone_en"]].drop_duplicates()
    same = zones[(zones["zone_zh"] == zone) | (zones["zone_en"].str.casefold() == zone.casefold())]
    return tuple(same.iloc[0]) if len(same) == 1 else ("", zone, zone)


def write_plan(
    read: Understood,
    folder: Path,
    lang: str = "en",
    replace: bool = True,
    chosen: Mapping[str, str] | None = None,
) -> list[Path]:
    """Write what was understood into a plan folder: rows that are there stay, others are added.

    Parameters
    ----------
    read, folder
        What was understood of a file, and the plan; made if it is not there.
    lang
        Language of the remarks in new files.
    replace
        Whether a figure that differs takes the place of the old one; else the old one stays.
    chosen
        Answers that were taken by default, kept for ``zoneplan check`` to ask again.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    DataError
        The folder is a plan of the project, or cannot be written, or a unit does not fit the series
        that is there.
    """
    guard(folder)
    made = {name: table for name, table in plan_tables(read) if len(table)}
    about, fresh = folder / PLAN, not (folder / PLAN).exists()
    if not fresh:
        # What cannot be read is not written over.
        read_yaml(about)
    start(folder, lang)
    there = re.search(r"(?m)^years:(.*)$", about.read_text(encoding="utf-8"))
    years = sorted({*read.years(), *map(int, re.findall("[0-9]{4}", there[1] if there else ""))})
    keys = {"years": f"[{', '.join(map(str, years))}]"} if years else {}
    if fresh and years:
        home, zh, en = national(read.zone)
        keys |= {"zone_zh": quoted(zh), "zone_en": quoted(en), "adopted": read.day}
        keys |= {"home": home} if home else {}
        keys |= {"base_year": str(read.base_year)} if read.base_year != years[0] - 1 else {}
        counts = ", ".join(read.yearly_counts())
        keys |= {"yearly_counts": f"[{counts}]"} if counts else {}
    set_keys(about, keys)
    for name, table in made.items():
        merge(folder / name, table, replace)
    kept = {OPEN: chosen} if chosen and fresh else {}
    for name, answers in kept.items():
        lines = "".join(f"{k} = {v}\n" for k, v in answers.items())
        (folder / name).write_text(lines, encoding="utf-8", newline="\n")
    return [folder / name for name in ([PLAN] if keys else []) + [*made, *kept]]


def open_answers(folder: Path) -> dict[str, str]:
    """List answers that were taken by default when a plan was made, and that nobody has changed."""
    if not (folder / OPEN).exists():
        return {}
    answers = read_answers(folder / OPEN)
    about = (folder / PLAN).read_text(encoding="utf-8")
    zone = quoted(answers.get("zone", ""))
    stands = {"day": f"adopted: {answers.get('day')}" in about, "zone": f": {zone}" in about}
    return {k: v for k, v in answers.items() if stands.get(k, True)}


def _refused(where: str, found: str, expected: str) -> DataError:
    return DataError([Problem(where, None, None, found, expected)])


def observation(name: str, year: int, value: str, folder: Path) -> pd.DataFrame:
    """Make a row of one observation, in the unit of its series unless the value names another.

    Raises
    ------
    DataError
        The value is no number, or nothing tells its unit.
    """
    typed = figure_text(value)
    exact = isinstance(typed, Typed) and not (typed.doubt or typed.bound or typed.high)
    if not isinstance(typed, Typed) or not exact:
        found = f"{value!r}: {typed if isinstance(typed, str) else 'no one number'}"
        raise _refused("VALUE", found, "a number such as 215 or 215亿元")
    if not YEARS[0] <= year <= YEARS[1]:
        raise _refused("YEAR", str(year), f"a number from {YEARS[0]} to {YEARS[1]}")
    rows = [r for table in (TARGETS, OBSERVATIONS) for r in rows_of(folder / table)]
    named = {
        bare(r[k]): r["indicator_id"] for r in rows for k in ("name_zh", "name_en") if r.get(k)
    }
    growing = name.endswith("_growth")
    known = growing or name in {r.get("indicator_id") for r in rows}
    i = name if known else named.get(bare(name)) or known_names().get(bare(name), name)
    same = next((r for r in rows if r.get("indicator_id") == i), {})
    unit = typed.unit.name if typed.unit else "%" if growing else same.get("unit", "")
    if not unit:
        found = f"no unit of {i}, which the plan does not hold"
        raise _refused("VALUE", found, f"a value with its unit, such as {value}亿元")
    if same and not convertible(unit, same["unit"]):
        raise _refused("VALUE", value, f"a value in {same['unit']}, as the plan has")
    number, unit = canonical(typed.value, unit)
    kind = same.get("kind") or ("growth" if growing else "flow")
    kind = kind if kind.startswith(("growth_", "level")) else observed_kind(i, kind)
    row = (i, str(year), number_text(number), unit, kind, OWN)
    columns = ["indicator_id", "year", "value", "unit", "kind", "source_id"]
    return pd.DataFrame([row], columns=columns)
