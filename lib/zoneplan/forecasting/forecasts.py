"""A first honest forecast: the last known level, carried forward by the growth of similar regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.forecasting import classes
from zoneplan.plan.audit import Interval, implied_base
from zoneplan.plan.document import Goal
from zoneplan.text import num

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan

BASES = ("implied", "observed")
QUANTILES = {"q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90}
# The base's rounding interval is walked in its five equal parts, each at its middle.
BASE_STEPS = 5


@dataclass(frozen=True)
class Base:
    """The level a forecast starts from, with its year and where it comes from."""

    kind: str
    year: int
    level: Interval
    source_id: str
    scope_note: str


@dataclass(frozen=True)
class Assumptions:
    """What a forecast takes for granted; each default is the headline's.

    ``base`` is ``implied`` or ``observed``, ``level`` replaces its level; ``class_`` replaces the reference class;
    ``extra`` adds percentage points to the class's expected growth, by year.
    """

    base: str = "implied"
    level: float | None = None
    class_: classes.ReferenceClass | None = None
    extra: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast:
    """Forecast of one annex series: draws of the level (or growth rate) for each year of the plan.

    A year that was known on the plan's day has one draw, the known figure, and no growth; a year before the base that
    nobody published has none.
    """

    indicator_id: str
    unit: str
    base: Base | None
    draws: dict[int, np.ndarray]
    growth: dict[int, classes.Growth]

    def table(self) -> pd.DataFrame:
        """Quantiles by year, in the unit of the target."""
        rows = [
            {"year": y, **{k: float(np.quantile(d, q)) for k, q in QUANTILES.items()}}
            for y, d in self.draws.items()
        ]
        return pd.DataFrame(rows)

    def odds(self, year: int, target: float | Goal) -> float:
        """Probability that the value of ``year`` is at least ``target``, or lies in it if it is a :class:`zoneplan.plan.document.Goal`."""
        goal = target if isinstance(target, Goal) else Goal(target, np.inf)
        return float(goal.holds(self.draws[year]).mean())

    @property
    def is_proxy(self) -> bool:
        """Whether the reference class only stands in for the indicator."""
        return any(g.class_.is_proxy for g in self.growth.values())


def observed_base(plan: Plan, indicator_id: str) -> Base | None:
    """The last observed level known on the plan's day, or None."""
    seen = plan.levels(indicator_id)
    if seen.empty:
        return None
    row = seen.iloc[-1]
    level = Interval(row["value"], row["value"], row["value"])
    return Base("observed", int(row["year"]), level, row["source_id"], row["scope_note"])


def base_of(plan: Plan, indicator_id: str, kind: str) -> Base | None:
    """The base of a forecast: ``implied`` by the plan for its base year, or last ``observed``.

    Where the plan prints no growth that could imply one, the observed base stands in; so it does where the zone's
    figures reach beyond the base year, because what is known needs no implying.
    """
    if kind not in BASES:
        raise ValueError(f"base must be one of {', '.join(BASES)}; found {kind!r}")
    seen = observed_base(plan, indicator_id)
    silent = np.isnan(plan.stated_growth(indicator_id)) or np.isnan(
        plan.target(indicator_id, plan.years[0])
    )
    if kind == "observed" or silent or (seen is not None and seen.year > plan.base_year):
        return seen
    # The shipped annex says of itself that it counts by territory; another plan says nothing of the kind.
    scope = "在地" if tables.is_shipped(plan.folder) else ""
    return Base("implied", plan.base_year, implied_base(plan, indicator_id), tables.PLAN, scope)


def forecast(
    plan: Plan, indicator_id: str, assumed: Assumptions | str = "implied"
) -> Forecast | None:
    """Forecast an annex series for every year of the plan.

    Parameters
    ----------
    plan : the plan, seen from a day.
    indicator_id : an annex series.
    assumed : assumptions, or only a base: ``implied`` (2017 level implied by the plan) or ``observed`` (last
        published level).

    Returns
    -------
    Forecast, or None where the series has no reference class or no base. What the zone's own figures tell already is
    not forecast.

    For a level, ``L(t) = B (1 + g_h / 100)^h`` with base ``B``, ``h = t - base year`` and ``g_h`` the average
    annual growth of similar regions over those years (:func:`zoneplan.forecasting.classes.coming_growth`).
    For a growth-rate target the forecast of each year is the class's one-year growth.

    How to read it: q10 to q90 holds four of five outcomes if the zone does as similar regions did; it
    knows nothing of what the zone itself will do differently.
    """
    assumed = Assumptions(base=assumed) if isinstance(assumed, str) else assumed
    is_rate = plan.is_rate(indicator_id)
    start = None if is_rate else base_of(plan, indicator_id, assumed.base)
    if start is None and not is_rate:
        return None
    if assumed.level is not None and start is not None:
        start = replace(start, level=Interval(assumed.level, assumed.level, assumed.level))
    class_ = assumed.class_ or classes.class_of(plan, indicator_id)
    seen = (plan.growths if is_rate else plan.levels)(indicator_id).set_index("year")["value"]
    known = {y: np.array([seen[y]]) for y in plan.years if y in seen.index}
    spans = {y: 1 if is_rate else y - start.year for y in plan.years if y not in known}
    ahead = {y: h for y, h in spans.items() if h > 0}
    coming = {
        y: classes.coming_growth(class_, h, plan.as_of, y, assumed.extra) for y, h in ahead.items()
    }
    growth = {y: g for y, g in coming.items() if g is not None}
    if not (growth or known):
        return None
    draws = known | {y: g.draws if is_rate else _levels(start, y, g) for y, g in growth.items()}
    return Forecast(
        indicator_id, str(plan.unit(indicator_id)), start, dict(sorted(draws.items())), growth
    )


def _levels(base: Base, year: int, growth: classes.Growth) -> np.ndarray:
    parts = (np.arange(BASE_STEPS) + 0.5) / BASE_STEPS
    starts = base.level.low + parts * (base.level.high - base.level.low)
    return np.multiply.outer(starts, (1 + growth.draws / 100) ** (year - base.year)).ravel()


def describe_base(base: Base | None) -> str:
    """One phrase that names a base, for tables."""
    if base is None:
        return "class growth"
    return f"{base.kind} {base.year}: {num(base.level.mid, 1)}"
