"""Scenarios: stories about growth, each with the rows it is sized on, turned into assumptions of a forecast."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import convert
from zoneplan.data.yaml_file import read_yaml
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import BASES, Assumptions, Forecast, base_of, forecast
from zoneplan.forecasting.joint_odds import INSIDE_ANOTHER
from zoneplan.messages import LANGS, words
from zoneplan.text import num

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan

FILE = "scenarios.yml"
TEXTS = ("id", "title_en", "title_zh", "text_en", "text_zh")
KEYS = {*TEXTS, "growth", "base", "level", "class", "prices"}
# How the growth of an entry is said, and what else such an entry needs. A project names a row too, so it comes first.
KINDS = {
    "project": ("over", "table", "row"),
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
CONSTANT = "constant"
# Expected growth by year, percent, of an indicator (or of regions, prices and indicator); None where it has no class.
Paths: TypeAlias = "Callable[..., pd.Series | None]"
# Growth that lies further off its path than so many points is a slip of the pen.
MOST_POINTS = 50
# Real growth is known for prefectures only.
REAL = ("prefecture", "coastal_provinces")


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
    base_levels: Mapping[str, float]
    rows: pd.DataFrame
    plan: Plan

    def table(self) -> pd.DataFrame:
        """Columns indicator_id, year, growth and expected (percent), points, sign, rows (ids), hindsight (bool)."""
        return self.rows.copy()

    def assumptions(self, indicator_id: str) -> Assumptions:
        """What a forecast of one indicator takes for granted in this scenario."""
        rows = self.rows[self.rows["indicator_id"] == indicator_id]
        class_ = _class(self.plan, self.class_, self.constant_prices, indicator_id)
        extra = dict(zip(rows["year"], rows["points"], strict=True))
        return Assumptions(self.base, self.base_levels.get(indicator_id), class_, extra)

    def forecast(self, indicator_id: str) -> Forecast | None:
        """The forecast of one annex series in this scenario; None where the series has none at all."""
        return forecast(self.plan, indicator_id, self.assumptions(indicator_id))

    def odds(self) -> pd.DataFrame:
        """Odds of every assessable target of the last year beside the headline's: odds, baseline, change (points)."""
        year, out = self.plan.years[-1], []
        for i in self.plan.series():
            plain, made = forecast(self.plan, i), self.forecast(i)
            if (
                plain is not None
                and made is not None
                and year in made.growth
                and not np.isnan(self.plan.target(i, year))
            ):
                goal = self.plan.goal(i, year)
                here, there = made.odds(year, goal), plain.odds(year, goal)
                out.append((i, self.plan.name(i), here, there, 100 * (here - there)))
        return pd.DataFrame(out, columns=["indicator_id", "name_en", "odds", "baseline", "change"])

    def levels(self, indicator_id: str) -> pd.Series | None:
        """The middle path of a level by year, from its base on; None where there is no base or no class.

        ``L(t) = L(t - 1) (1 + (g(t) + points(t)) / 100)``, ``g`` the growth expected of the class.

        How to read it: what the story adds up to, without any uncertainty.
        """
        start = (
            None if self.plan.is_rate(indicator_id) else base_of(self.plan, indicator_id, self.base)
        )
        path = _path(self.plan, self.class_, self.constant_prices, indicator_id)
        if start is None or path is None:
            return None
        extra = pd.Series(self.assumptions(indicator_id).extra, dtype="float64")
        growth = path.loc[start.year + 1 : self.plan.years[-1]].add(extra, fill_value=0.0)
        level = self.base_levels.get(indicator_id, start.level.mid)
        return pd.concat([pd.Series({start.year: level}), level * (1 + growth / 100).cumprod()])


def scenarios(plan: Plan, file: str | Path | None = None) -> dict[str, Scenario]:
    """Every scenario of a plan by its id, in the order of the file.

    Parameters
    ----------
    plan : the plan, seen from a day.
    file : a YAML file; None means ``scenarios.yml`` in the plan's folder or, if it has none, :func:`usual`.

    Raises
    ------
    DataError
        The file cannot be read, or entries are wrong; every problem is listed with its place in the file.

    How to read it: a scenario is no forecast; it says what would follow if its story came true.
    """
    given = file is not None
    file = Path(file) if given else plan.folder / FILE
    stories, problems = _read(file) if given or file.exists() else (usual(plan), [])
    # Most stories speak of the usual classes, whose paths are worked out once.
    paths = functools.cache(functools.partial(_path, plan))
    for n, story in enumerate(stories, start=1):
        problems += _story_problems(plan, file.name, n, story, paths)
    ids = [s.get("id") for s in stories if isinstance(s, dict)]
    twice = sorted({str(i) for i in ids if ids.count(i) > 1})
    problems += [Problem(file.name, None, i, "the id twice", "each id once") for i in twice]
    if problems:
        raise DataError(problems)
    return {story["id"]: _scenario(plan, story, paths) for story in stories}


def usual(plan: Plan) -> list[dict]:
    """The stories of a plan that brings none: as expected, as printed, as the whole country, and a slump of trade.

    They are put together from what the plan holds: a story that would move nothing is left out.
    """
    texts, years = words_by_story(), list(plan.years)
    with_class = [i for i in plan.series() if _path(plan, None, False, i) is not None]
    printed = [i for i in with_class if not plan.is_rate(i) and not np.isnan(plan.stated_growth(i))]
    whole = [i for i in with_class if _class(plan, COUNTRY, False, i) is not None]
    shocks = {y: s for y, s in zip(years, SLUMP, strict=False)}
    known = [i for i in with_class if all(_has_shock(plan, i, s) for s in shocks.values())]
    slump = [{"indicators": known, "years": [y], "shock": s} for y, s in shocks.items()]
    stories = {
        "baseline": {"growth": []},
        "plan_as_printed": {"growth": [{"indicators": printed, "years": years, "plan": PRINTED}]}
        if printed
        else None,
        "national_average": {
            "growth": [],
            "class": dict(zip(("level", "name"), COUNTRY, strict=True)),
        }
        if whole
        else None,
        "trade_slump": {"growth": slump} if known else None,
    }
    return [{"id": i, **texts[i], **story} for i, story in stories.items() if story is not None]


def words_by_story() -> dict[str, dict[str, str]]:
    """Title and text of the usual stories in both languages, by id."""
    keys = [(i, part, lang) for i in USUAL for part in ("title", "text") for lang in LANGS]
    out: dict[str, dict[str, str]] = {i: {} for i in USUAL}
    for i, part, lang in keys:
        out[i][f"{part}_{lang}"] = words(lang).raw(f"scenarios.{i}.{part}")
    return out


def _has_shock(plan: Plan, indicator_id: str, year: int) -> bool:
    try:
        classes.surprise(classes.class_of(plan, indicator_id), year, plan.as_of)
    except ValueError:
        return False
    return True


def odds_by_scenario(stories: Mapping[str, Scenario]) -> pd.DataFrame:
    """Odds of the last year's targets (0 to 1), one row a scenario, one column an indicator in English.

    How to read it: down a column stands what each story would do to one target.
    """
    odds = {s.title_en: s.odds().set_index("name_en")["odds"] for s in stories.values()}
    return pd.DataFrame(odds).T.rename_axis("scenario").reset_index()


def sizes(stories: Mapping[str, Scenario]) -> pd.DataFrame:
    """What every scenario is sized on, one row per scenario and indicator.

    Returns columns scenario, indicator_id, years, growth and expected (percent, year by year), sign (of the deviation,
    year by year), rows (ids of the rows behind) and hindsight (whether any was published after the plan's day).

    How to read it: a row id leads to the figure and its source; a plus means more growth than was expected.
    """
    rows = []
    for made in stories.values():
        for indicator, part in made.table().groupby("indicator_id", sort=False):
            years, ids = part["year"].tolist(), list(dict.fromkeys(part["rows"]))
            span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
            growth, expected = (", ".join(num(x) for x in part[c]) for c in ("growth", "expected"))
            signs, later = " ".join(part["sign"]), part["hindsight"].any()
            rows.append((made.id, indicator, span, growth, expected, signs, ", ".join(ids), later))
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
    return pd.DataFrame(rows, columns=columns)


def _read(file: Path) -> tuple[list, list[Problem]]:
    stories, problems = read_yaml(file)
    if not isinstance(stories, list) or not stories:
        raise DataError(
            [Problem(file.name, None, None, type(stories).__name__, "a list of scenarios")]
        )
    return stories, problems


def _story_problems(plan: Plan, file: str, n: int, story: Any, paths: Paths) -> list[Problem]:
    place = f"scenario {n}"
    if not isinstance(story, dict):
        return [Problem(file, None, place, type(story).__name__, "keys and values")]
    place = f"{place} ({story.get('id', 'no id')})"
    texts = [k for k in TEXTS if not isinstance(story.get(k), str) or not story[k].strip()]
    found = [Problem(file, None, place, f"no {k}", "a text") for k in texts]
    allowed = "one of " + ", ".join(sorted(KEYS))
    found += [Problem(file, None, place, f"the key {k!r}", allowed) for k in story if k not in KEYS]
    if story.get("base", BASES[0]) not in BASES:
        found.append(Problem(file, None, f"{place}: base", repr(story["base"]), " or ".join(BASES)))
    found += _level_problems(plan, file, f"{place}: level", story.get("level", {}))
    other = _class_problems(plan, file, place, story)
    expected = functools.partial(paths, *((None, False) if other else _regions(story)))
    entries = story.get("growth")
    if not isinstance(entries, list):
        return [
            *found,
            *other,
            Problem(file, None, f"{place}: growth", repr(entries), "a list of entries, or []"),
        ]
    for k, entry in enumerate(entries, start=1):
        found += _entry_problems(plan, file, f"{place}: entry {k}", entry, expected)
    return found + other + _contradictions(file, place, entries)


def _level_problems(plan: Plan, file: str, place: str, levels: Any) -> list[Problem]:
    """What is wrong with the levels that a story puts in place of those of its base."""
    if not isinstance(levels, dict):
        return [
            Problem(
                file, None, place, repr(levels), "a level by indicator, in the unit of its target"
            )
        ]
    known = [i for i in plan.series() if not plan.is_rate(i)]
    found = [
        Problem(file, None, place, repr(i), "one of " + ", ".join(known))
        for i in levels
        if i not in known
    ]
    wrong = [(i, v) for i, v in levels.items() if not (_is_number(v) and 0 < v < np.inf)]
    return found + [
        Problem(file, None, f"{place}: {i}", repr(v), "a number above 0") for i, v in wrong
    ]


def _class_problems(plan: Plan, file: str, place: str, story: dict) -> list[Problem]:
    """What is wrong with the other regions or the prices that a story asks for."""
    if story.get("prices", CONSTANT) != CONSTANT:
        return [
            Problem(
                file, None, f"{place}: prices", repr(story["prices"]), f"{CONSTANT}, or nothing"
            )
        ]
    given = story.get("class")
    if given is not None and not (isinstance(given, dict) and set(given) == {"level", "name"}):
        return [Problem(file, None, f"{place}: class", repr(given), "a level and a name")]
    regions, constant = _regions(story)
    rows = tables.read("growth_reference")
    if constant:
        rows = rows[rows["indicator_id"] == "gdp_real"]
    there = dict.fromkeys(zip(rows["level"], rows["reference_class"], strict=True))
    if regions is None or regions in list(there):
        return []
    real = " with real growth" if constant else ""
    known = ", ".join(" ".join(x) for x in there)
    return [
        Problem(file, None, f"{place}: class", " ".join(map(str, regions)), f"one{real} of {known}")
    ]


def _regions(story: dict) -> tuple[tuple[str, str] | None, bool]:
    """The other regions of a story (level and name), if any, and whether it speaks of constant prices."""
    given = story.get("class")
    return (None if given is None else (given["level"], given["name"])), "prices" in story


def _entry_problems(plan: Plan, file: str, place: str, entry: Any, paths: Paths) -> list[Problem]:
    if not isinstance(entry, dict):
        return [Problem(file, None, place, type(entry).__name__, "keys and values")]
    found, good = [], {}
    for key, known in (("indicators", plan.series()), ("years", plan.years)):
        listed = entry.get(key)
        if not isinstance(listed, list) or not listed:
            found.append(Problem(file, None, f"{place}: {key}", repr(listed), "a list"))
            continue
        wrong = [x for x in listed if x not in known or (key == "indicators" and paths(x) is None)]
        good[key] = [x for x in listed if x not in wrong]
        if wrong and key == "indicators":
            known = [i for i in known if paths(i) is not None]
        choice = "one of " + ", ".join(map(str, known))
        found += [Problem(file, None, f"{place}: {key}", repr(x), choice) for x in wrong]
    kind = _kind(entry)
    if kind is None:
        return [*found, Problem(file, None, place, "no growth", "one of " + ", ".join(KINDS))]
    allowed = ("indicators", "years", kind, *KINDS[kind], *(["column"] if kind == "row" else []))
    only = "only " + ", ".join(allowed)
    odd = [
        Problem(file, None, place, f"the key {k!r} beside {kind}", only)
        for k in entry
        if k not in allowed
    ]
    odd += [
        Problem(file, None, place, f"no {k}", f"it, beside {kind}")
        for k in KINDS[kind]
        if k not in entry
    ]
    if odd:
        return found + odd
    try:
        # Rows are looked up even where no cell is left to use them.
        for i in good.get("indicators") or [None]:
            _rows_behind(plan, entry, i)
        rates = [_growth(plan, entry, i, y, paths(i)) for i, y in _cells(good)]
    except DataError as error:
        return [*found, *(Problem(file, None, place, p.found, p.expected) for p in error.problems)]
    except (KeyError, ValueError, TypeError, IndexError) as error:
        reason = str(error.args[0] if error.args else error)
        return [*found, Problem(file, None, place, reason, "growth that can be found")]
    impossible = [r for r in rates if not -100 < r < np.inf]
    return found + [
        Problem(file, None, place, f"growth of {r:g} %", "growth above -100 %") for r in impossible
    ]


def _contradictions(file: str, place: str, entries: list) -> list[Problem]:
    seen: dict[str, int] = {}
    found = []
    for k, entry in enumerate(entries, start=1):
        for i, year in _cells(entry):
            cell = f"{i} in {year}"
            if cell in seen:
                once = f"once, as in entry {seen[cell]}"
                found.append(Problem(file, None, f"{place}: entry {k}", f"{cell} again", once))
            seen.setdefault(cell, k)
    return found


def _cells(entry: Any) -> list[tuple]:
    lists = [entry.get(k) if isinstance(entry, dict) else None for k in ("indicators", "years")]
    return (
        [(i, y) for i in lists[0] for y in lists[1]]
        if all(isinstance(x, list) for x in lists)
        else []
    )


def _kind(entry: dict) -> str | None:
    return next((k for k in KINDS if k in entry), None)


def _scenario(plan: Plan, story: dict, paths: Paths) -> Scenario:
    regions, constant = _regions(story)
    rows = []
    for entry in story["growth"]:
        for i, year in _cells(entry):
            ids, hindsight = _rows_behind(plan, entry, i)
            path = paths(regions, constant, i)
            expected, growth = float(path.loc[year]), _growth(plan, entry, i, year, path)
            # Points are kept as they stand: a difference of sums would lose their last digits.
            points = float(entry["points"]) if "points" in entry else growth - expected
            rows.append((i, year, growth, expected, points, _sign(points), ids, hindsight))
    columns = ["indicator_id", "year", "growth", "expected", "points", "sign", "rows", "hindsight"]
    table = pd.DataFrame(rows, columns=columns)
    return Scenario(
        **{k: story[k] for k in TEXTS},
        base=story.get("base", BASES[0]),
        class_=regions,
        constant_prices=constant,
        base_levels=story.get("level", {}),
        rows=table,
        plan=plan,
    )


def _class(
    plan: Plan, regions: tuple[str, str] | None, constant: bool, indicator_id: str
) -> classes.ReferenceClass | None:
    """The class a story puts in place of the usual one; None where it changes nothing or that class has no rows."""
    usual = classes.class_of(plan, indicator_id)
    if usual is None:
        return None
    if constant and usual.indicator_id == "gdp":
        level, name = regions or REAL
        label = f"real GDP: {level}, {name}"
        return dataclasses.replace(
            usual, level=level, name=name, indicator_id="gdp_real", label=label
        )
    if regions is None:
        return None
    level, name = regions
    other = dataclasses.replace(
        usual, level=level, name=name, label=f"{usual.indicator_id}: {level}, {name}"
    )
    return other if classes.expected_path(other, plan.as_of, plan.years[-1]) is not None else None


def _path(
    plan: Plan, regions: tuple[str, str] | None, constant: bool, indicator_id: str
) -> pd.Series | None:
    """Expected growth of an indicator's class by year, percent; None where it has no class or no path."""
    class_ = _class(plan, regions, constant, indicator_id) or classes.class_of(plan, indicator_id)
    path = None if class_ is None else classes.expected_path(class_, plan.as_of, plan.years[-1])
    return None if path is None else path["growth"]


def _sign(points: float) -> str:
    return "0" if points == 0 else "+" if points > 0 else "-"


def _growth(plan: Plan, entry: Mapping, indicator_id: str, year: int, path: pd.Series) -> float:
    """The growth that an entry gives one indicator in one year, percent; ``path`` is what was expected."""
    kind = _kind(entry)
    if kind == "points":
        points = _number(entry, "points")
        if MOST_POINTS < abs(points) < np.inf:
            raise _refused(f"points {points:g}", f"points from -{MOST_POINTS} to {MOST_POINTS}")
        return float(path.loc[year]) + points
    if kind == "shock":
        return float(path.loc[year]) + _shock(plan, entry, indicator_id)[0]
    if kind == "plan":
        return _printed_growth(plan, entry, indicator_id)
    if kind == "cities":
        return cities_growth(entry["cities"], _whole(entry, "year"))
    row = _row(plan, entry)
    growth = (
        _project_growth(plan, entry, row, year, path)
        if kind == "project"
        else _row_growth(entry, row)
    )
    class_ = classes.class_of(plan, indicator_id)
    fitting = dict.fromkeys((indicator_id, indicator_id if class_ is None else class_.indicator_id))
    if row["indicator_id"] not in fitting:
        raise _refused(
            f"row {entry['row']} of {row['indicator_id']}", f"a row of {' or '.join(fitting)}"
        )
    return growth


def _row_growth(entry: Mapping, row: pd.Series) -> float:
    """The growth printed in a row, percent."""
    unit = row.get("unit", "%")
    if unit != "%":
        raise ValueError(f"row {entry['row']} in {unit}, which is no growth")
    column = entry.get("column", "value")
    if not re.fullmatch(r"value|p\d\d", str(column)):
        raise ValueError(
            f"column {column!r}, which is no growth (value, or a percentile such as p50)"
        )
    return float(row[column])


def _refused(found: str, expected: str) -> DataError:
    """What one entry says wrongly; whoever reads the entry adds its place."""
    return DataError([Problem(FILE, None, None, found, expected)])


def _shock(plan: Plan, entry: Mapping, indicator_id: str) -> tuple[float, pd.Series]:
    return classes.surprise(
        classes.class_of(plan, indicator_id), _whole(entry, "shock"), plan.as_of
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(entry: Mapping, key: str) -> float:
    value = entry[key]
    if not _is_number(value):
        raise TypeError(f"{key} {value!r}, which is no number")
    return float(value)


def _whole(entry: Mapping, key: str) -> int:
    value = _number(entry, key)
    if value != int(value):
        raise ValueError(f"{key} {value:g}, which is no whole number")
    return int(value)


def _printed_growth(plan: Plan, entry: Mapping, indicator_id: str) -> float:
    if entry["plan"] != PRINTED:
        raise ValueError(f"plan: {entry['plan']!r} (only {PRINTED} is printed)")
    growth = plan.stated_growth(indicator_id)
    if np.isnan(growth):
        raise ValueError(f"no growth that the plan prints beside {indicator_id}")
    return growth


def _project_growth(
    plan: Plan, entry: Mapping, row: pd.Series, year: int, path: pd.Series
) -> float:
    """Growth of investment in one year if a project's yearly share comes on top of what was expected."""
    over = _whole(entry, "over")
    if over < 1:
        raise ValueError(f"over {over} years")
    share, seen = _number(entry, "project") / over, int(row["year"])
    level = convert(float(row["value"]), row["unit"], "亿元")
    first = plan.years[0]

    def with_project(y: int) -> float:
        expected = level * float((1 + path.loc[seen + 1 : y] / 100).prod())
        return expected + (share if first <= y < first + over else 0.0)

    return 100 * (with_project(year) / with_project(year - 1) - 1)


def _row(plan: Plan, entry: Mapping) -> pd.Series:
    # A plan of one's own has observations of its own.
    rows = (
        plan.all_observations if entry["table"] == "observations" else tables.read(entry["table"])
    )
    rows = rows.set_index("row_id")
    if entry["row"] not in rows.index:
        raise KeyError(f"no row {entry['row']} in {entry['table']}")
    return rows.loc[entry["row"]]


def _cities(series: str, year: int) -> pd.DataFrame:
    """Levels of the Zhejiang cities in one series in a year and the year before; a city within another is left out."""
    rows = tables.read("zhejiang_cities")
    rows = rows[
        (rows["indicator_id"] == series) & ~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    ]
    return rows[rows["year"].isin([year - 1, year])]


def cities_growth(series: str, year: int) -> float:
    """Median growth of the Zhejiang cities in one series from the year before, percent, as printed in yearbooks.

    Raises
    ------
    ValueError
        The table does not hold the series for both years in one unit.

    How to read it: half of the cities grew faster in that year.
    """
    pair = _cities(series, year)
    if set(pair["year"]) != {year - 1, year} or pair["unit"].nunique() != 1:
        raise ValueError(f"no {series} in one unit for {year - 1} and {year}")
    wide = pair.pivot(index="unit_id", columns="year", values="value")
    return float(100 * (wide[year] / wide[year - 1] - 1).median())


def _rows_behind(plan: Plan, entry: Mapping, indicator_id: str | None) -> tuple[str, bool]:
    """Ids of the rows an entry is sized on for one indicator (None where none is left), and whether any was published after the plan's day."""
    kind = _kind(entry)
    if kind == "points":
        return "own assumption", False
    if kind == "plan":
        return "plan", False
    if kind == "cities":
        year = _whole(entry, "year")
        used = _cities(entry["cities"], year)
        named = f"zhejiang_cities {entry['cities']} {year - 1}-{year}, {len(used)} rows"
        return named, bool((used["known_from"] > pd.Timestamp(plan.as_of)).any())
    if kind == "shock":
        named = "" if indicator_id is None else _shock(plan, entry, indicator_id)[1]["row_id"]
        return f"{named} and the years before", False
    row = _row(plan, entry)
    return str(entry["row"]), bool(
        pd.isna(row["known_from"]) or row["known_from"] > pd.Timestamp(plan.as_of)
    )
