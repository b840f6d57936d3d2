"""How regions like the zone grew before: reference classes of average annual growth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import convert
from zoneplan.errors import Problem
from zoneplan.forecasting import growth as common
from zoneplan.messages import words
from zoneplan.plan.document import known

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan

LEVELS = np.array([1, *range(5, 100, 5), 99])
COLUMNS = [f"p{q:02d}" for q in LEVELS]
# Past growth is described over three windows: one alone carries a single common shock, many reach back to a
# faster age. `odds_by_origin` shows what each window alone would say.
WINDOWS_DESCRIBED = 3
# Fewer yearly growth rates of a class than this say nothing about how far its path can move.
FEWEST_YEARS = 3
# The error of the common path is read at the middle of so many equally likely steps of a t distribution.
PATH_STEPS = 41
# Probabilities are read on a grid of the middle of each half per cent.
GRID = np.arange(0.25, 100, 0.5)


@dataclass(frozen=True)
class ReferenceClass:
    """Which regions stand in for an indicator of the zone, and whether they only proxy it."""

    level: str
    name: str
    indicator_id: str
    is_proxy: bool
    label: str

    def said(self, lang: str = "en") -> str:
        """Which regions these are, in the words of a language; the label where it has no words for them."""
        w = words(lang)
        series = w.texts.get(f"common.series.{self.indicator_id}")
        regions = w.texts.get(f"common.region.{self.level}_{self.name}")
        if series is None or regions is None:
            return self.label
        return w(
            "common.proxy" if self.is_proxy else "common.class", series=series, regions=regions
        )


_SIZE = ("county", "coastal_size_matched")
_COAST = ("prefecture", "coastal_provinces")
# Size-matched counties come first; where no county class exists the coastal prefectures stand in.
CLASSES = {
    "gdp": ReferenceClass(*_SIZE, "gdp", False, "GDP of coastal counties of the zone's size"),
    "industrial_value_added": ReferenceClass(
        *_SIZE,
        "secondary_value_added",
        True,
        "secondary value added of coastal counties of the zone's size (proxy)",
    ),
    "fiscal_revenue_total": ReferenceClass(
        *_COAST, "budget_revenue", True, "budget revenue of coastal prefectures (proxy)"
    ),
    "budget_revenue": ReferenceClass(
        *_COAST, "budget_revenue", False, "budget revenue of coastal prefectures"
    ),
    "trade_total": ReferenceClass(
        *_SIZE, "exports", True, "exports of coastal counties of the zone's size (proxy)"
    ),
    "exports": ReferenceClass(
        *_SIZE, "exports", False, "exports of coastal counties of the zone's size"
    ),
    "secondary_value_added": ReferenceClass(
        *_SIZE,
        "secondary_value_added",
        False,
        "secondary value added of coastal counties of the zone's size",
    ),
    "fixed_asset_investment": ReferenceClass(
        *_COAST, "fixed_asset_investment", False, "fixed-asset investment of coastal prefectures"
    ),
    "industrial_investment": ReferenceClass(
        *_COAST,
        "fixed_asset_investment",
        True,
        "all fixed-asset investment of coastal prefectures (proxy)",
    ),
    "fdi_actual": ReferenceClass(
        *_COAST, "fdi_actual", False, "foreign investment used by coastal prefectures"
    ),
    "gdp_growth": ReferenceClass(*_COAST, "gdp_real", False, "real GDP of coastal prefectures"),
    "fiscal_revenue_total_growth": ReferenceClass(
        *_COAST, "budget_revenue", True, "budget revenue of coastal prefectures (proxy)"
    ),
    "above_limit_investment_growth": ReferenceClass(
        *_COAST,
        "fixed_asset_investment",
        True,
        "all fixed-asset investment of coastal prefectures (proxy)",
    ),
    "trade_growth_each_year": ReferenceClass(
        *_SIZE, "exports", True, "exports of coastal counties of the zone's size (proxy)"
    ),
}


# The counties of the zone's size have 0.4 to 2.5 times the 204.72 亿元 of GDP that the shipped zone had in 2016. They are
# no likeness of a much larger or smaller zone: other regions stand in for it.
MATCHED = (82.0, 512.0)
_LARGER = {"gdp": _COAST, "secondary_value_added": _COAST}
_ANY_SIZE = ("county", "coastal_provinces")

# A year's growth of regions is printed late in the next, so the record usually ends two years before a plan's first year.
OLD = 2

# Growth that is real by convention, but of which no class prints real growth: nominal growth is no stand-in.
_REAL_WITHOUT_CLASS = ("industrial_value_added", "secondary_value_added")


def class_of(plan: Plan, indicator_id: str) -> ReferenceClass | None:
    """Which regions stand in for an indicator of a plan: those the plan names itself, else the usual ones, else None.

    A growth target follows the growth of its indicator: real for GDP, nominal for money flows. Counties of the shipped
    zone's size stand in for zones of that size only; coastal prefectures (of exports, coastal counties) for a larger
    zone, coastal counties for a smaller one or one whose GDP nobody knows.

    How to read it: None means that no odds can be given before somebody names a class in ``plan.yml``.
    """
    if indicator_id in plan.classes:
        level, name, series = plan.classes[indicator_id]
        label = f"{series.replace('_', ' ')} of {level} regions, {name.replace('_', ' ')} (named by the plan)"
        return ReferenceClass(level, name, series, True, label)
    plain = indicator_id.removesuffix("_growth")
    if plan.is_rate(indicator_id):
        if plain in _REAL_WITHOUT_CLASS:
            return None
        return _of_size(plan, CLASSES.get(f"{plain}_growth") or CLASSES.get(plain))
    return _of_size(plan, CLASSES.get(indicator_id))


def _of_size(plan: Plan, usual: ReferenceClass | None) -> ReferenceClass | None:
    """The usual class if its regions are of the zone's size or of any, else the same series of regions that are."""
    if usual is None or (usual.level, usual.name) != _SIZE or tables.is_shipped(plan.folder):
        return usual
    gdp = gdp_of(plan)
    if gdp is not None and MATCHED[0] <= gdp <= MATCHED[1]:
        return usual
    larger = gdp is not None and gdp > MATCHED[1]
    level, name = _LARGER.get(usual.indicator_id, _ANY_SIZE) if larger else _ANY_SIZE
    other = replace(usual, level=level, name=name)
    return replace(other, label=other.said())


def gdp_of(plan: Plan) -> float | None:
    """The zone's GDP in 亿元: the last level observed, else the first promised; None if the plan knows neither."""
    seen = plan.levels("gdp")
    if len(seen):
        return convert(float(seen["value"].iloc[-1]), seen["unit"].iloc[-1], "亿元")
    promised = (
        plan.annex("gdp").dropna(subset=["value"])
        if "gdp" in plan.series() and not plan.is_rate("gdp")
        else []
    )
    return (
        convert(float(promised["value"].iloc[0]), promised["unit"].iloc[0], "亿元")
        if len(promised)
        else None
    )


def has_class(indicator_id: str) -> bool:
    """Whether similar regions are known for an indicator by its id alone, without a word of the plan."""
    plain = indicator_id.removesuffix("_growth")
    if plain == indicator_id:
        return indicator_id in CLASSES
    return plain not in _REAL_WITHOUT_CLASS and bool({indicator_id, plain} & CLASSES.keys())


def record_ends(plan: Plan) -> int | None:
    """The last year in which growth of all the plan's classes was known on its day; None if it has no class.

    How to read it: targets more than :data:`OLD` years later rest on a growth that nobody at hand has seen.
    """
    classes = {class_of(plan, i) for i in plan.series()} - {None}
    known_to = [rows["end_year"].max() for c in classes if len(rows := windows(c, 1, plan.as_of))]
    return int(min(known_to)) if known_to else None


def class_problems(plan: Plan) -> list[Problem]:
    """Classes that a plan names itself and nobody has figures of."""
    rows = tables.read("growth_reference")
    there = dict.fromkeys(
        zip(rows["level"], rows["reference_class"], rows["indicator_id"], strict=True)
    )
    known = "one of " + "; ".join(", ".join(c) for c in there)
    return [
        Problem("plan.yml", None, f"classes: {i}", ", ".join(c), known)
        for i, c in plan.classes.items()
        if c not in there
    ]


def windows(class_: ReferenceClass, horizon: int, as_of: date) -> pd.DataFrame:
    """The growth windows of a class known on a day, as printed at the time, oldest first.

    Parameters
    ----------
    class_ : the reference class.
    horizon : length of the window in years (1 to 3).
    as_of : day of judgement; a window is known from 1 November after its last year.

    Returns
    -------
    Rows of the growth_reference table: average annual growth in percent, percentiles p01 to p99 over units.

    How to read it: p50 = 8.6 means that half of the regions grew faster than 8.6 % a year in that window.
    """
    return _windows(class_, horizon, as_of, _stamp()).copy()


@lru_cache(maxsize=1024)
def _windows(class_: ReferenceClass, horizon: int, as_of: date, stamp: tuple) -> pd.DataFrame:
    rows = known(tables.read("growth_reference"), as_of)
    keep = (
        (rows["level"] == class_.level)
        & (rows["reference_class"] == class_.name)
        & (rows["indicator_id"] == class_.indicator_id)
        & (rows["series"] == "as_printed")
        & (rows["horizon_years"] == horizon)
    )
    return rows[keep].sort_values("origin_year").reset_index(drop=True)


@dataclass(frozen=True)
class Growth:
    """Average annual growth of a class over one horizon, ready to be read as a distribution.

    ``paths`` are equally likely growth rates of the class median, in percent a year, for the time to come;
    where there are none, the windows are described as they were.
    """

    class_: ReferenceClass
    horizon: int
    rows: pd.DataFrame
    paths: tuple[float, ...] = ()

    @cached_property
    def draws(self) -> np.ndarray:
        """Equally likely growth rates, percent: every unit of the windows, moved to each path."""
        units = [grown(row) for _, row in self.rows.iterrows()]
        if not self.paths:
            return np.sort(np.concatenate(units))
        apart = [
            np.log1p(u / 100) - np.log1p(m / 100)
            for u, m in zip(units, self.rows["p50"], strict=True)
        ]
        moved = np.add.outer(np.concatenate(apart), np.log1p(np.asarray(self.paths) / 100))
        return np.sort(100 * np.expm1(moved).ravel())

    def quantile(self, q: float | list[float]) -> np.ndarray:
        """Growth at probability ``q`` (0 to 1), percent a year."""
        return np.quantile(self.draws, q)

    def odds(self, needed: float) -> float:
        """Probability of at least ``needed`` percent a year."""
        return float((self.draws >= needed).mean())

    def odds_by_origin(self, needed: float) -> pd.DataFrame:
        """The share of regions that reached ``needed``, window by window: how much hangs on the year."""
        shares = [float((grown(row) >= needed).mean()) for _, row in self.rows.iterrows()]
        return self.rows[["origin_year", "end_year", "n_units"]].assign(share=shares)

    def table(self) -> pd.DataFrame:
        """The windows with their main percentiles."""
        return self.rows[
            ["origin_year", "end_year", "n_units", "p10", "p25", "p50", "p75", "p90", "source_id"]
        ]


def past_growth(
    class_: str | ReferenceClass | None, horizon: int, as_of: date, last: int = WINDOWS_DESCRIBED
) -> Growth | None:
    """How the reference class of an indicator grew in the last windows known on a day.

    Parameters
    ----------
    class_ : a reference class, or an indicator of the shipped plan for the usual one.
    horizon : years; above three the three-year windows are used.
    as_of : day of judgement.
    last : how many windows are taken, each with equal weight.

    Returns
    -------
    Growth, or None where no class exists or fewer than ``last`` windows were known.

    The distribution is the equal mixture of the windows' distributions over units, each read by linear
    interpolation between its printed percentiles; beyond p01 and p99 nothing is assumed.

    How to read it: the odds are the share of similar regions that managed it in the recent past.
    """
    class_ = CLASSES.get(class_) if isinstance(class_, str) else class_
    if class_ is None:
        return None
    rows = windows(class_, min(horizon, 3), as_of)
    if len(rows) < last:
        return None
    return Growth(class_, min(horizon, 3), rows.tail(last).reset_index(drop=True))


def coming_growth(
    class_: str | ReferenceClass | None,
    horizon: int,
    as_of: date,
    end_year: int,
    extra: Mapping[int, float] | None = None,
) -> Growth | None:
    """What growth to expect over the ``horizon`` years that end in ``end_year``, from what was known on a day.

    Parameters
    ----------
    class_ : an indicator of the plan, or a reference class of one's own choice.
    horizon : years of growth; above three the three-year windows give the spread between units.
    as_of : day of judgement.
    end_year : last year of the growth.
    extra : percentage points added to the expected growth of the class, by year: a scenario.

    Returns
    -------
    Growth, or None where no class exists, fewer than three yearly medians were known, or the years lie before them.

    ``g = (c[end] - c[end - horizon]) / horizon + e + u``: ``c`` the path of the class median from
    :func:`expected_path`; ``e`` its error, t-distributed with variance ``s[end]^2 - s[end - horizon]^2`` from
    :func:`zoneplan.forecasting.growth.spread`; ``u`` how far units lay from the median in the last known window.

    Method: reference-class forecasting (Kahneman and Tversky 1979; Flyvbjerg 2008) around a damped common path.

    How to read it: the odds are those of a typical similar region, common shocks included.
    """
    class_ = CLASSES.get(class_) if isinstance(class_, str) else class_
    added = tuple(sorted((extra or {}).items()))
    return (
        None
        if class_ is None
        else _coming_growth(class_, horizon, as_of, end_year, added, _stamp())
    )


def _stamp() -> tuple:
    """What windows are read from, so that nothing is computed twice from the same table."""
    return tables.stamp("growth_reference")


@lru_cache(maxsize=512)
def _coming_growth(
    class_: ReferenceClass,
    horizon: int,
    as_of: date,
    end_year: int,
    extra: tuple[tuple[int, float], ...],
    stamp: tuple,
) -> Growth | None:
    rows = windows(class_, min(horizon, 3), as_of).tail(1).reset_index(drop=True)
    path, start = expected_path(class_, as_of, end_year), end_year - horizon
    if path is None or rows.empty or start not in path.index:
        return None
    steps = path.loc[start + 1 : end_year, "growth"] + pd.Series(
        dict(extra), dtype="float64"
    ).reindex(range(start + 1, end_year + 1), fill_value=0.0)
    sd = np.sqrt(path.loc[end_year, "sd"] ** 2 - path.loc[start, "sd"] ** 2)
    paths = 100 * np.expm1((np.log1p(steps / 100).sum() + sd * common.errors(PATH_STEPS)) / horizon)
    return Growth(class_, min(horizon, 3), rows, tuple(paths))


def expected_path(class_: ReferenceClass, as_of: date, to: int) -> pd.DataFrame | None:
    """The yearly growth of a class median, known and expected, as of a day.

    Returns a frame by year with the columns growth (percent), known (whether it was known on the day) and sd
    (standard deviation of the cumulated log path since the last known year); None where fewer than three
    yearly medians were known.

    How to read it: known years are facts; later ones fade from smoothed past growth (:func:`common.ahead`).
    """
    known_growth = windows(class_, 1, as_of).set_index("end_year")["p50"]
    if len(known_growth) < FEWEST_YEARS:
        return None
    logs = np.log1p(known_growth.to_numpy() / 100)
    last = int(known_growth.index[-1])
    horizon = max(to - last, 0)
    later = pd.Series(
        100 * np.expm1(common.ahead(logs, horizon)), index=range(last + 1, last + horizon + 1)
    )
    growth = pd.concat([known_growth, later])
    sd = np.concatenate([np.zeros(len(logs)), common.spread(logs, horizon)])
    return pd.DataFrame(
        {"growth": growth, "known": growth.index <= last, "sd": sd}, index=growth.index
    )


def surprise(class_: ReferenceClass, year: int, as_of: date) -> tuple[float, pd.Series]:
    """How far the class median's growth in a year lay from what the years before it had let expect.

    Returns
    -------
    Percentage points (negative: it came in lower), and the row of that year.

    Raises
    ------
    ValueError
        The year, or three years before it, were not known on the day.

    How to read it: -8 in a slump means that growth fell eight points short of the path it was on; the size of the
    shock, whatever growth was usual in that age.
    """
    rows = windows(class_, 1, as_of).set_index("end_year")
    before = rows.index[rows.index < year]
    if year not in rows.index or len(before) < FEWEST_YEARS:
        raise ValueError(
            f"no growth of {class_.label} in {year} with {FEWEST_YEARS} years before it"
        )
    expected = common.ahead(np.log1p(rows.loc[before, "p50"].to_numpy() / 100), 1)[0]
    return float(rows.loc[year, "p50"] - 100 * np.expm1(expected)), rows.loc[year]


def past_forecasts(
    class_: str | ReferenceClass, horizon: int, as_of: date
) -> Iterator[tuple[int, pd.Series, Growth]]:
    """Every forecast of a class that the rule would have made before, with the window that followed.

    Yields the year it was made in (on 30 October, as on the plan's day), the row of the window that it was about,
    known on ``as_of``, and the forecast, from nothing later than its day.
    """
    class_ = CLASSES[class_] if isinstance(class_, str) else class_
    rows = windows(class_, min(horizon, 3), as_of)
    for _, row in rows.iterrows():
        made = int(row["end_year"]) - horizon + 1
        forecast = coming_growth(class_, horizon, date(made, 10, 30), int(row["end_year"]))
        if forecast is not None:
            yield made, row, forecast


def past_record(class_: str | ReferenceClass, horizon: int, as_of: date) -> pd.DataFrame:
    """How forecasts of a class would have fared before: coverage of their 80 % interval, origin by origin.

    Returns columns made_in, end_year, coverage (share of units inside P10 to P90), error (class median minus
    forecast median, percentage points).

    How to read it: coverage near 0.8 means the intervals are honest; origins share common shocks, so a few
    of them are little evidence.
    """
    out = []
    for made, row, forecast in past_forecasts(class_, horizon, as_of):
        units = grown(row)
        low, middle, high = forecast.quantile([0.1, 0.5, 0.9])
        out.append(
            (
                made,
                int(row["end_year"]),
                float(((units >= low) & (units <= high)).mean()),
                row["p50"] - middle,
            )
        )
    return pd.DataFrame(out, columns=["made_in", "end_year", "coverage", "error"])


def grown(row: pd.Series) -> np.ndarray:
    """Growth of equally many units of a window, percent a year, read between its printed percentiles."""
    return np.interp(GRID, LEVELS, row[COLUMNS].to_numpy(dtype="float64"))
