"""Stories about growth, each with the rows it is sized on, read from a file into scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from zoneplan.data import tables
from zoneplan.data.cities import INSIDE_ANOTHER
from zoneplan.data.units import convert
from zoneplan.data.yaml_file import read_yaml, schema_problems
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.classes import ReferenceClass, classes_of
from zoneplan.forecasting.forecasts import ForecastTable, base_of
from zoneplan.forecasting.growth import expected_growth
from zoneplan.forecasting.paths import FEWEST_YEARS
from zoneplan.forecasting.scenario import BASES, HEADLINE, ROWS, Scenario
from zoneplan.messages import LANGS, words
from zoneplan.plan.document import PlanDocument
from zoneplan.result import Result
from zoneplan.text import odds

FILE = "scenarios.yml"
# How the growth of an entry is said, and what else such an entry needs. A project names a row too,
# so it comes first.
KINDS = {
    "project": ("over", "table", "row"),
    "growth": (),
    "points": (),
    "shock": (),
    "cities": ("year",),
    "plan": (),
    "row": ("table",),
}
PRINTED = "stated_growth"
USUAL = ("baseline", "plan_as_printed", "national_average", "trade_slump")
COUNTRY = ("county", "china")
# Years in which exports fell far short of their path.
SLUMP = (2009, 2015, 2016)
# Growth that lies further off its path than so many points is a slip of the pen.
MOST_POINTS = 50

Text = Annotated[str, StringConstraints(pattern=r"\S")]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Regions(BaseModel):
    """Other regions in place of the usual class."""

    model_config = ConfigDict(strict=True, extra="forbid")
    level: str
    name: str


class Entry(BaseModel):
    """Growth of some indicators in some years, said in one of seven ways."""

    model_config = ConfigDict(strict=True, extra="forbid")
    indicators: Annotated[list[str], Field(min_length=1)]
    years: Annotated[list[int], Field(min_length=1)]
    growth: Number | None = None
    points: Annotated[Number, Field(ge=-MOST_POINTS, le=MOST_POINTS)] | None = None
    shock: int | None = None
    cities: str | None = None
    year: int | None = None
    plan: Literal["stated_growth"] | None = None
    project: Number | None = None
    over: Annotated[int, Field(ge=1)] | None = None
    table: str | None = None
    row: str | None = None
    column: Annotated[str, StringConstraints(pattern=r"^(value|p\d\d)$")] | None = None

    @property
    def kind(self) -> str | None:
        """How the growth is said; None if it is not."""
        return next((k for k in KINDS if k in self.model_fields_set), None)

    def cells(self) -> Iterator[tuple[str, int]]:
        """Every indicator and year that the entry is about."""
        return ((i, y) for i in self.indicators for y in self.years)


class Story(BaseModel):
    """One scenario as a file has it."""

    model_config = ConfigDict(strict=True, extra="forbid", populate_by_name=False)
    id: Text
    title_en: Text
    title_zh: Text
    text_en: Text
    text_zh: Text
    base: Literal["implied", "observed"] = "implied"
    level: dict[str, Annotated[Number, Field(gt=0)]] = Field(default_factory=dict)
    regions: Regions | None = Field(default=None, alias="class")
    prices: Literal["constant"] | None = None
    growth: list[Entry]

    def empty(self) -> Scenario:
        """The scenario without its growth."""
        regions = None if self.regions is None else (self.regions.level, self.regions.name)
        return Scenario(
            self.id,
            base=None if self.base == BASES[0] else self.base,
            levels=dict(self.level),
            regions=regions,
            prices=self.prices,
            title={lang: getattr(self, f"title_{lang}") for lang in LANGS},
            text={lang: getattr(self, f"text_{lang}") for lang in LANGS},
        )


def scenarios(plan: PlanDocument, file: str | Path | None = None) -> dict[str, Scenario]:
    """Every scenario of a plan by its id, in the order of the file.

    Parameters
    ----------
    plan : the plan, seen from a day.
    file : a YAML file; None means ``scenarios.yml`` in the plan's folder or, if it has none,
        :func:`usual`.

    Raises
    ------
    DataError
        The file cannot be read, or entries are wrong; every problem is listed with its place in the
        file.

    A scenario is no forecast; it says what would follow if its story came true.
    """
    path = plan.folder / FILE if file is None else Path(file)
    said, problems = (usual(plan), []) if file is None and not path.exists() else read_yaml(path)
    if not isinstance(said, list) or not said:
        found = type(said).__name__
        raise DataError([Problem(path.name, None, None, found, "a list of scenarios")])
    made: dict[str, Scenario] = {}
    for n, raw in enumerate(said, start=1):
        try:
            scenario = _scenario(plan, path.name, n, raw)
        except DataError as error:
            problems += error.problems
            continue
        if scenario.id in made:
            where = f"scenario {n} ({scenario.id})"
            problems.append(Problem(path.name, None, where, "the id twice", "each id once"))
        made[scenario.id] = scenario
    if problems:
        raise DataError(problems)
    return made


def _scenario(plan: PlanDocument, file: str, n: int, raw: Any) -> Scenario:
    """One story, or all that is wrong with it."""
    where = f"scenario {n}" + (f" ({raw.get('id', 'no id')})" if isinstance(raw, dict) else "")
    try:
        story = Story.model_validate(raw)
    except ValidationError as error:
        raise DataError(schema_problems(file, where, error)) from None
    empty = story.empty()
    problems = _unfit(plan, file, where, empty)
    grown = [i for i in plan.series() if not empty.path(plan, i).empty]
    rows: list[tuple[Any, ...]] = []
    first: dict[tuple[str, int], int] = {}
    for k, entry in enumerate(story.growth, start=1):
        place = f"{where}: entry {k}"
        found = list(_entry_problems(plan, file, place, entry, grown))
        for i, year in entry.cells():
            if (i, year) in first:
                once = f"once, as in entry {first[i, year]}"
                found.append(Problem(file, None, place, f"{i} in {year} again", once))
            first.setdefault((i, year), k)
        problems += found
        try:
            rows += [] if found else [_row(plan, entry, i, y, empty) for i, y in entry.cells()]
        except DataError as error:
            problems += [Problem(file, None, place, p.found, p.expected) for p in error.problems]
        except (KeyError, ValueError) as error:
            reason = str(error.args[0] if error.args else error)
            problems.append(Problem(file, None, place, reason, "growth that can be found"))
    if problems:
        raise DataError(problems)
    table = pd.DataFrame(rows, columns=ROWS)
    meant = {c for e in story.growth if e.kind == "growth" for c in e.cells()}
    growth: dict[str, dict[int, float]] = {}
    points: dict[str, dict[int, float]] = {}
    for r in table.itertuples():
        part, value = (
            (growth, r.growth) if (r.indicator_id, r.year) in meant else (points, r.points)
        )
        part.setdefault(r.indicator_id, {})[int(r.year)] = float(value)
    return Scenario(**{**vars(empty), "growth": growth, "points": points, "rows": table})


def _unfit(plan: PlanDocument, file: str, place: str, story: Scenario) -> list[Problem]:
    """Levels and regions that the plan or the tables do not have."""
    known = [i for i in plan.series() if not plan.is_rate(i)]
    expected = "one of " + ", ".join(known)
    found = [
        Problem(file, None, f"{place}: level", repr(i), expected)
        for i in story.levels
        if i not in known
    ]
    if story.regions is None:
        return found
    rows = tables.read("growth_reference")
    if story.prices:
        rows = rows[rows["indicator_id"] == "gdp_real"]
    there = sorted(set(zip(rows["level"], rows["reference_class"], strict=True)))
    if story.regions not in there:
        real = " with real growth" if story.prices else ""
        expected = f"one{real} of {', '.join(' '.join(x) for x in there)}"
        found.append(Problem(file, None, f"{place}: class", " ".join(story.regions), expected))
    return found


def _entry_problems(
    plan: PlanDocument, file: str, place: str, entry: Entry, grown: list[str]
) -> Iterator[Problem]:
    """Indicators, years and keys that do not go together."""
    for key, listed, known in (
        ("indicators", entry.indicators, grown),
        ("years", entry.years, plan.years),
    ):
        expected = "one of " + ", ".join(map(str, known))
        wrong = [x for x in listed if x not in known]
        yield from (Problem(file, None, f"{place}: {key}", repr(x), expected) for x in wrong)
    kind, said = entry.kind, entry.model_fields_set - {"indicators", "years"}
    if kind is None:
        yield Problem(file, None, place, "no growth", "one of " + ", ".join(KINDS))
        return
    allowed = {kind, *KINDS[kind], *(["column"] if kind == "row" else [])}
    only = "only indicators, years, " + ", ".join(sorted(allowed))
    yield from (
        Problem(file, None, place, f"the key {k!r} beside {kind}", only)
        for k in sorted(said - allowed)
    )
    yield from (
        Problem(file, None, place, f"no {k}", f"it, beside {kind}")
        for k in KINDS[kind]
        if k not in said
    )


class Sized(NamedTuple):
    """Growth of one indicator in one year, what it was read from, and whether that came after the
    plan's day.
    """

    growth: float
    rows: str
    hindsight: bool


def _row(plan: PlanDocument, entry: Entry, i: str, year: int, story: Scenario) -> tuple[Any, ...]:
    path = story.path(plan, i)
    expected, sized = float(path.loc[year]), SIZES[str(entry.kind)](plan, entry, i, year, path)
    if not -100 < sized.growth < np.inf:
        raise ValueError(f"growth of {sized.growth:g} %, which is not above -100 %")
    # Points are kept as they stand: a difference of sums would lose their last digits.
    points = sized.growth - expected if entry.points is None else float(entry.points)
    sign = "0" if points == 0 else "+" if points > 0 else "-"
    return i, year, sized.growth, expected, points, sign, sized.rows, sized.hindsight


def _points(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    return Sized(float(path.loc[year]) + float(entry.points or 0.0), "own assumption", False)


def _growth(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    growth, expected = float(entry.growth or 0.0), float(path.loc[year])
    if abs(growth - expected) > MOST_POINTS:
        raise ValueError(f"growth of {growth:g} %, more than {MOST_POINTS} points off its path")
    return Sized(growth, "own assumption", False)


def _shock(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    points, row = class_shock(plan, i, int(entry.shock or 0))
    return Sized(float(path.loc[year]) + points, f"{row['row_id']} and the years before", False)


def class_shock(plan: PlanDocument, indicator_id: str, year: int) -> tuple[float, pd.Series]:
    """The surprise of a year in the best class whose record reaches it; of a series in dollars, in
    dollars.

    Raises
    ------
    ValueError
        No class knows the year with three years before it.
    """
    known = [replace(c, in_yuan=False) for c in classes_of(plan, indicator_id)]
    for class_ in known:
        try:
            return surprise(class_, year, plan.as_of)
        except ValueError:
            continue
    raise ValueError(f"no class of {indicator_id} knows {year} with {FEWEST_YEARS} years before it")


def _printed(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    growth = plan.stated_growth(i)
    if np.isnan(growth):
        raise ValueError(f"no growth that the plan prints beside {i}")
    return Sized(growth, "plan", False)


def _cities(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    series, of = str(entry.cities), int(entry.year or 0)
    used = city_levels(series, of)
    later = bool((used["known_from"] > pd.Timestamp(plan.as_of)).any())
    named = f"zhejiang_cities {series} {of - 1}-{of}, {len(used)} rows"
    return Sized(cities_growth(series, of), named, later)


def _from_row(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    row, id_ = _named_row(plan, entry, i), str(entry.row)
    unit = row.get("unit", "%")
    if unit != "%":
        raise ValueError(f"row {id_} in {unit}, which is no growth")
    return Sized(float(row[entry.column or "value"]), id_, _is_later(plan, row))


def _project(plan: PlanDocument, entry: Entry, i: str, year: int, path: pd.Series) -> Sized:
    """Growth of investment in one year if a project's yearly share comes on top of what was
    expected.
    """
    row, over = _named_row(plan, entry, i), int(entry.over or 1)
    share, seen = float(entry.project or 0.0) / over, int(row["year"])
    level, first = convert(float(row["value"]), row["unit"], "亿元"), plan.years[0]

    def with_project(y: int) -> float:
        expected = level * float((1 + path.loc[seen + 1 : y] / 100).prod())
        return expected + (share if first <= y < first + over else 0.0)

    growth = 100 * (with_project(year) / with_project(year - 1) - 1)
    return Sized(growth, str(entry.row), _is_later(plan, row))


SIZES: Mapping[str, Callable[[PlanDocument, Entry, str, int, pd.Series], Sized]] = {
    "growth": _growth,
    "points": _points,
    "shock": _shock,
    "plan": _printed,
    "cities": _cities,
    "row": _from_row,
    "project": _project,
}


def _named_row(plan: PlanDocument, entry: Entry, i: str) -> pd.Series:
    """The row that an entry names; it must be of the indicator or of the series of its class."""
    # A user plan has observations of its own.
    own = entry.table == "observations"
    rows = plan.all_observations if own else tables.read(str(entry.table))
    named = rows[rows["row_id"] == entry.row] if "row_id" in rows else rows[:0]
    if named.empty:
        raise KeyError(f"no row {entry.row} in {entry.table}")
    row = named.set_index("row_id").iloc[0]
    fitting = dict.fromkeys((i, *(c.indicator_id for c in classes_of(plan, i))))
    if row["indicator_id"] not in fitting:
        found = f"row {entry.row} of {row['indicator_id']}"
        raise DataError([Problem(FILE, None, None, found, f"a row of {' or '.join(fitting)}")])
    return row


def _is_later(plan: PlanDocument, row: pd.Series) -> bool:
    return bool(pd.isna(row["known_from"]) or row["known_from"] > pd.Timestamp(plan.as_of))


def city_levels(series: str, year: int) -> pd.DataFrame:
    """Levels of the Zhejiang cities in one series in a year and the year before; a city within
    another is left out.
    """
    rows = tables.read("zhejiang_cities")
    inside = rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    return rows[(rows["indicator_id"] == series) & ~inside & rows["year"].isin([year - 1, year])]


def cities_growth(series: str, year: int) -> float:
    """Median growth of the Zhejiang cities in one series from the year before, percent, as printed
    in yearbooks.

    Raises
    ------
    ValueError
        The table does not hold the series for both years in one unit.
    """
    pair = city_levels(series, year)
    if set(pair["year"]) != {year - 1, year} or pair["unit"].nunique() != 1:
        raise ValueError(f"no {series} in one unit for {year - 1} and {year}")
    wide = pair.pivot(index="unit_id", columns="year", values="value")
    return float(100 * (wide[year] / wide[year - 1] - 1).median())


def usual(plan: PlanDocument) -> list[dict[str, Any]]:
    """The stories of a plan that brings none: as expected, as printed, as the whole country, and a
    slump of trade.

    They are put together from what the plan holds: a story that would move nothing is left out.
    """
    years, country = list(plan.years), Scenario(regions=COUNTRY)
    grown = [i for i in plan.series() if not HEADLINE.path(plan, i).empty]
    printed = [i for i in grown if not plan.is_rate(i) and not np.isnan(plan.stated_growth(i))]
    whole = [i for i in grown if country.class_of(plan, i) != HEADLINE.class_of(plan, i)]
    shocks = dict(zip(years, SLUMP, strict=False))
    known = [i for i in grown if all(_has_shock(plan, i, s) for s in shocks.values())]
    slump = [{"indicators": known, "years": [y], "shock": s} for y, s in shocks.items()]
    as_printed = [{"indicators": printed, "years": years, "plan": PRINTED}]
    stories: dict[str, Any] = {
        "baseline": {"growth": []},
        "plan_as_printed": {"growth": as_printed} if printed else None,
        "national_average": {"growth": [], "class": {"level": COUNTRY[0], "name": COUNTRY[1]}}
        if whole
        else None,
        "trade_slump": {"growth": slump} if known else None,
    }
    texts = {
        i: {
            f"{part}_{lang}": words(lang).raw(f"scenarios.{i}.{part}")
            for part in ("title", "text")
            for lang in LANGS
        }
        for i in USUAL
    }
    return [{"id": i, **texts[i], **story} for i, story in stories.items() if story is not None]


def _has_shock(plan: PlanDocument, indicator_id: str, year: int) -> bool:
    try:
        return bool(class_shock(plan, indicator_id, year))
    except ValueError:
        return False


@dataclass(frozen=True)
class Comparison(Result):
    """What scenarios do to the chances of the last targets."""

    SUBJECT: ClassVar[str] = "answers.comparison"

    def facts(self, lang: str) -> dict[str, Any]:
        """How far the chance of the leading target moves over the scenarios."""
        i = self.rows["indicator_id"].iloc[0]
        rows = self.rows[self.rows["indicator_id"] == i]
        ends = {"low": rows["probability"].min(), "high": rows["probability"].max()}
        ends["baseline"] = rows["baseline"].iloc[0]
        told = {k: odds(float(v), lang) for k, v in ends.items()}
        return {"n": len(rows), "name": self.plan.name(i, lang), **told}


def compare(head: ForecastTable, *others: ForecastTable) -> Comparison:
    """What scenarios do to every assessable target of the last year.

    Returns
    -------
    Comparison with the columns scenario (its id), indicator_id, probability (in the scenario, 0 to
    1), baseline (of the headline) and change (points).
    """
    plan, rows = head.plan, []
    for made, i in product(others, plan.series()):
        plain, other, target = head.of(i), made.of(i), plan.target(i)
        if plain is None or other is None or target is None or target.year not in other.open_years:
            continue
        here, there = other.probability(target), plain.probability(target)
        rows.append((made.scenario.id, i, here, there, 100 * (here - there)))
    columns = ["scenario", "indicator_id", "probability", "baseline", "change"]
    return Comparison(plan, pd.DataFrame(rows, columns=columns))


def middle_path(plan: PlanDocument, scenario: Scenario, indicator_id: str) -> pd.Series | None:
    """The middle path of a level by year, from its base on; None where there is no base or no
    class.

    ``L(t) = L(t - 1) (1 + (g(t) + points(t)) / 100)``, ``g`` the growth expected of the class: what
    a story adds up to, without any uncertainty.
    """
    kind = scenario.base or BASES[0]
    start = None if plan.is_rate(indicator_id) else base_of(plan, indicator_id, kind)
    path = scenario.path(plan, indicator_id)
    if start is None or path.empty:
        return None
    extra = pd.Series(scenario.extra(plan, indicator_id), dtype="float64")
    growth = path.loc[start.year + 1 : plan.years[-1]].add(extra, fill_value=0.0)
    level = scenario.levels.get(indicator_id, start.level.mid)
    return pd.concat([pd.Series({start.year: level}), level * (1 + growth / 100).cumprod()])


def sizes(stories: Mapping[str, Scenario]) -> pd.DataFrame:
    """What every scenario is sized on, one row per scenario and indicator.

    Returns
    -------
    Columns scenario, indicator_id, years, growth and expected (percent, a list by year), sign (of
    the deviation, year by year), rows (ids of the rows behind) and hindsight (whether any was
    published after the plan's day).
    """
    out = []
    for made in stories.values():
        for i, part in made.rows.groupby("indicator_id", sort=False):
            years = part["year"].tolist()
            span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
            growth, expected = (part[c].tolist() for c in ("growth", "expected"))
            ids, later = ", ".join(dict.fromkeys(part["rows"])), bool(part["hindsight"].any())
            out.append((made.id, i, span, growth, expected, " ".join(part["sign"]), ids, later))
    columns = [
        "scenario",
        "indicator_id",
        "years",
        "growth",
        "expected",
        "sign",
        "rows",
        "hindsight",
    ]
    return pd.DataFrame(out, columns=columns)


def surprise(class_: ReferenceClass, year: int, as_of: date) -> tuple[float, pd.Series]:
    """How far the class median's growth in a year lay from what the years before it had let expect.

    Returns
    -------
    Percentage points (negative: it came in lower), and the row of that year.

    Raises
    ------
    ValueError
        The year, or three years before it, were not known on the day.
    """
    rows = class_.windows(1, as_of).set_index("end_year")
    before = rows.index[rows.index < year]
    if year not in rows.index or len(before) < FEWEST_YEARS:
        before_it = f"with {FEWEST_YEARS} years before it"
        raise ValueError(f"no growth of {class_.describe()} in {year} {before_it}")
    logs = np.log1p(rows.loc[before, "p50"].to_numpy() / 100)
    expected = expected_growth(logs, 1)[0]
    return float(rows.loc[year, "p50"] - 100 * np.expm1(expected)), rows.loc[year]
