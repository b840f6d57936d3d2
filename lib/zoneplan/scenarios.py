"""Scenarios: stories about growth, each with the rows it is sized on, turned into assumptions of a forecast."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan import reference, tables
from zoneplan.errors import DataError, Problem
from zoneplan.forecast import BASES, Assumptions, Forecast, forecast

if TYPE_CHECKING:
    from zoneplan.plan import Plan

TEXTS = ("id", "title_en", "title_zh", "text_en", "text_zh")
KEYS = {*TEXTS, "growth", "base", "class", "prices"}
# How the growth of an entry is said, and what else such an entry needs.
KINDS = {"points": (), "row": ("table",), "cities": ("year",), "plan": (), "project": ("over", "table", "row")}
ENTRY_KEYS = {"indicators", "years", "column", *KINDS, *(k for more in KINDS.values() for k in more)}
INSIDE_ANOTHER = ("330782",)


@dataclass(frozen=True)
class Scenario:
    """One story: points of growth added to the expected path, by indicator and year, with the rows behind them."""

    id: str
    title_en: str
    title_zh: str
    text_en: str
    text_zh: str
    base: str
    class_: tuple[str, str] | None
    constant_prices: bool
    rows: pd.DataFrame
    plan: Plan

    def table(self) -> pd.DataFrame:
        """Columns indicator_id, year, growth and expected (percent), points, sign, rows (ids), hindsight (bool)."""
        return self.rows.copy()

    def assumptions(self, indicator_id: str) -> Assumptions:
        """What a forecast of one indicator takes for granted in this scenario."""
        rows = self.rows[self.rows["indicator_id"] == indicator_id]
        return Assumptions(self.base, None, self._class(indicator_id), dict(zip(rows["year"], rows["points"], strict=True)))

    def forecast(self, indicator_id: str) -> Forecast | None:
        """The forecast of one annex series in this scenario; None where the series has none at all."""
        return forecast(self.plan, indicator_id, self.assumptions(indicator_id))

    def odds(self) -> pd.DataFrame:
        """Odds of every assessable target of the last year, with the baseline's: indicator_id, odds, baseline, change."""
        year, out = self.plan.years[-1], []
        for i in self.plan.series():
            plain, made = forecast(self.plan, i, self.base), self.forecast(i)
            if plain is not None and made is not None:
                target = self.plan.target(i, year)
                here, there = made.odds(year, target), plain.odds(year, target)
                out.append((i, self.plan.name(i), here, there, 100 * (here - there)))
        return pd.DataFrame(out, columns=["indicator_id", "name_en", "odds", "baseline", "change"])

    def _class(self, indicator_id: str) -> reference.ReferenceClass | None:
        usual = reference.CLASSES.get(indicator_id)
        if usual is None or (self.class_ is None and not self.constant_prices):
            return None
        level, name = self.class_ or ("prefecture", "coastal_provinces")
        if self.constant_prices and usual.indicator_id == "gdp":
            return dataclasses.replace(usual, level=level, name=name, indicator_id="gdp_real", label="real GDP")
        other = dataclasses.replace(usual, level=level, name=name, label=f"{usual.indicator_id}: {level}, {name}")
        return other if reference.expected_path(other, self.plan.as_of, self.plan.years[-1]) is not None else None


def scenarios(plan: Plan, file: str | Path | None = None) -> dict[str, Scenario]:
    """Every scenario of a plan by its id, in the order of the file.

    Parameters
    ----------
    plan : the plan, seen from a day.
    file : a YAML file; None means ``scenarios.yml`` in the plan's folder.

    Raises
    ------
    DataError
        The file cannot be read, or entries are wrong; every problem is listed with its place in the file.

    How to read it: a scenario is no forecast; it says what would follow if its story came true.
    """
    file = Path(file) if file is not None else plan.folder / "scenarios.yml"
    stories = _read(file)
    problems = [p for n, story in enumerate(stories, start=1) for p in _story_problems(plan, file.name, n, story)]
    ids = [s.get("id") for s in stories if isinstance(s, dict)]
    problems += [Problem(file.name, None, str(i), "the id twice", "each id once") for i in sorted({str(i) for i in ids if ids.count(i) > 1})]
    if problems:
        raise DataError(problems)
    return {story["id"]: _scenario(plan, story) for story in stories}


def _read(file: Path) -> list:
    import yaml

    try:
        stories = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError([Problem(file.name, None, None, str(error), "a readable UTF-8 YAML file")]) from None
    if not isinstance(stories, list) or not stories:
        raise DataError([Problem(file.name, None, None, type(stories).__name__, "a list of scenarios")])
    return stories


def _story_problems(plan: Plan, file: str, n: int, story: Any) -> list[Problem]:
    place = f"scenario {n}"
    if not isinstance(story, dict):
        return [Problem(file, None, place, type(story).__name__, "keys and values")]
    place = f"{place} ({story.get('id', 'no id')})"
    found = [Problem(file, None, place, f"no {k}", "a text") for k in TEXTS if not isinstance(story.get(k), str)]
    found += [Problem(file, None, place, f"the key {k!r}", "one of " + ", ".join(sorted(KEYS))) for k in story if k not in KEYS]
    if story.get("base", BASES[0]) not in BASES:
        found.append(Problem(file, None, f"{place}: base", repr(story["base"]), " or ".join(BASES)))
    if story.get("prices", "constant") != "constant":
        found.append(Problem(file, None, f"{place}: prices", repr(story["prices"]), "constant, or nothing"))
    regions = story.get("class")
    if regions is not None and not (isinstance(regions, dict) and set(regions) == {"level", "name"}):
        found.append(Problem(file, None, f"{place}: class", repr(regions), "a level and a name"))
    entries = story.get("growth")
    if not isinstance(entries, list):
        return [*found, Problem(file, None, f"{place}: growth", repr(entries), "a list of entries, or []")]
    for k, entry in enumerate(entries, start=1):
        found += _entry_problems(plan, file, f"{place}: entry {k}", entry)
    return found + _contradictions(file, place, entries)


def _entry_problems(plan: Plan, file: str, place: str, entry: Any) -> list[Problem]:
    if not isinstance(entry, dict):
        return [Problem(file, None, place, type(entry).__name__, "keys and values")]
    found = [Problem(file, None, place, f"the key {k!r}", "one of " + ", ".join(sorted(ENTRY_KEYS))) for k in entry if k not in ENTRY_KEYS]
    for key, known in (("indicators", plan.series()), ("years", plan.years)):
        listed = entry.get(key)
        if not isinstance(listed, list) or not listed:
            found.append(Problem(file, None, f"{place}: {key}", repr(listed), "a list"))
            continue
        found += [Problem(file, None, f"{place}: {key}", repr(x), "one of " + ", ".join(map(str, known))) for x in listed if x not in known]
    kind = _kind(entry)
    if kind is None:
        return [*found, Problem(file, None, place, "no growth", "one of " + ", ".join(KINDS))]
    found += [Problem(file, None, place, f"no {k}", f"it, beside {kind}") for k in KINDS[kind] if k not in entry]
    if found:
        return found
    try:
        rates = [_rate(plan, entry, i, y) for i in entry["indicators"] for y in entry["years"]]
    except (KeyError, ValueError, TypeError, IndexError) as error:
        return [Problem(file, None, place, str(error.args[0] if error.args else error), "growth that can be found")]
    return [Problem(file, None, place, f"growth of {r:g} %", "growth above -100 %") for r in rates if not r > -100]


def _contradictions(file: str, place: str, entries: list) -> list[Problem]:
    seen: dict[tuple, int] = {}
    found = []
    for k, entry in enumerate(entries, start=1):
        for cell in _cells(entry):
            if cell in seen:
                found.append(Problem(file, None, f"{place}: entry {k}", f"{cell[0]} in {cell[1]} again", f"once, as in entry {seen[cell]}"))
            seen.setdefault(cell, k)
    return found


def _cells(entry: Any) -> list[tuple]:
    lists = [entry.get(k) if isinstance(entry, dict) else None for k in ("indicators", "years")]
    return [(i, y) for i in lists[0] for y in lists[1]] if all(isinstance(x, list) for x in lists) else []


def _kind(entry: dict) -> str | None:
    # A project names a row too: it is asked for first.
    order = ("project", "points", "cities", "plan", "row")
    return next((k for k in order if k in entry), None)


def _scenario(plan: Plan, story: dict) -> Scenario:
    regions = story.get("class")
    made = Scenario(
        **{k: story[k] for k in TEXTS},
        base=story.get("base", BASES[0]),
        class_=None if regions is None else (regions["level"], regions["name"]),
        constant_prices="prices" in story,
        rows=pd.DataFrame(),
        plan=plan,
    )
    rows = []
    for entry in story["growth"]:
        ids, hindsight = _rows_behind(plan, entry)
        for i, year in _cells(entry):
            expected = _expected(plan, made, i, year)
            rate = _rate(plan, entry, i, year)
            points = rate if "points" in entry else rate - expected
            rows.append((i, year, expected + points, expected, points, _sign(points), ids, hindsight))
    columns = ["indicator_id", "year", "growth", "expected", "points", "sign", "rows", "hindsight"]
    return dataclasses.replace(made, rows=pd.DataFrame(rows, columns=columns))


def _expected(plan: Plan, made: Scenario, indicator_id: str, year: int) -> float:
    class_ = made._class(indicator_id) or reference.CLASSES.get(indicator_id)
    path = None if class_ is None else reference.expected_path(class_, plan.as_of, plan.years[-1])
    return np.nan if path is None else float(path.loc[year, "growth"])


def _sign(points: float) -> str:
    return "0" if points == 0 else "+" if points > 0 else "-"


def _rate(plan: Plan, entry: Mapping, indicator_id: str, year: int) -> float:
    """The growth (or, for points, the deviation) of an entry for one indicator and year, in percent."""
    kind = _kind(entry)
    if kind == "points":
        return float(entry["points"])
    if kind == "plan":
        return plan.stated_growth(indicator_id)
    if kind == "cities":
        return cities_growth(entry["cities"], int(entry["year"]))
    row = _row(entry)
    if kind == "row":
        return float(row[entry.get("column", "value")])
    return _project_rate(plan, entry, float(row["value"]), int(row["year"]), indicator_id, year)


def _project_rate(plan: Plan, entry: Mapping, level: float, base: int, indicator_id: str, year: int) -> float:
    """Growth of investment in one year if a project's yearly share comes on top of what was expected."""
    share = float(entry["project"]) / int(entry["over"])
    path = reference.expected_path(reference.CLASSES[indicator_id], plan.as_of, plan.years[-1])["growth"]
    levels = {y: level * float((1 + path.loc[base + 1 : y] / 100).prod()) for y in (year - 1, year)}
    first = plan.years[0]
    with_project = {y: v + (share if first <= y < first + int(entry["over"]) else 0.0) for y, v in levels.items()}
    return 100 * (with_project[year] / with_project[year - 1] - 1)


def _row(entry: Mapping) -> pd.Series:
    rows = tables.read(entry["table"]).set_index("row_id")
    if entry["row"] not in rows.index:
        raise KeyError(f"no row {entry['row']} in {entry['table']}")
    return rows.loc[entry["row"]]


def cities_growth(series: str, year: int) -> float:
    """Median growth of the Zhejiang cities in one series from the year before, percent, as printed in yearbooks.

    Raises
    ------
    ValueError
        The table does not hold the series for both years in one unit.
    """
    rows = tables.read("zhejiang_cities")
    rows = rows[(rows["indicator_id"] == series) & ~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)]
    pair = rows[rows["year"].isin([year - 1, year])]
    if set(pair["year"]) != {year - 1, year} or pair["unit"].nunique() != 1:
        raise ValueError(f"no {series} in one unit for {year - 1} and {year}")
    wide = pair.pivot(index="unit_id", columns="year", values="value")
    return float(100 * (wide[year] / wide[year - 1] - 1).median())


def _rows_behind(plan: Plan, entry: Mapping) -> tuple[str, bool]:
    """Ids of the rows an entry is sized on, and whether any was published after the plan's day."""
    kind = _kind(entry)
    if kind == "points":
        return "own assumption", False
    if kind == "plan":
        return "plan", False
    if kind == "cities":
        rows = tables.read("zhejiang_cities")
        used = rows[(rows["indicator_id"] == entry["cities"]) & rows["year"].isin([entry["year"] - 1, entry["year"]])]
        named = f"zhejiang_cities {entry['cities']} {entry['year'] - 1}-{entry['year']}, {len(used)} rows"
        return named, bool((used["known_from"] > pd.Timestamp(plan.as_of)).any())
    row = _row(entry)
    return str(entry["row"]), bool(pd.isna(row["known_from"]) or row["known_from"] > pd.Timestamp(plan.as_of))
