"""Every series of a plan forecast once: a base level carried forward by the growth of its reference class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from zoneplan.data.sources import PLAN
from zoneplan.forecasting.classes import ReferenceClass
from zoneplan.forecasting.distribution import Growth, coming_growth
from zoneplan.forecasting.scenario import BASES, HEADLINE, Scenario
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target

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
class Forecast:
    """Forecast of one annex series from one base: draws of the level (or growth rate) for each year of the plan.

    A year that was known on the plan's day has one draw, the known figure, and no growth; a year before the base that
    nobody published has none.
    """

    indicator_id: str
    unit: str
    base: Base | None
    draws: dict[int, np.ndarray]
    growth: dict[int, Growth]

    def table(self) -> pd.DataFrame:
        """Quantiles by year, in the unit of the target."""
        rows = [
            {"year": y, **{k: float(np.quantile(d, q)) for k, q in QUANTILES.items()}}
            for y, d in self.draws.items()
        ]
        return pd.DataFrame(rows)

    def probability(self, target: Target) -> float:
        """Probability (0 to 1) that a promise is kept."""
        return float(target.is_met(self.draws[target.year]).mean())

    @property
    def is_proxy(self) -> bool:
        """Whether the reference class only stands in for the indicator."""
        return any(g.class_.is_proxy for g in self.growth.values())


@dataclass(frozen=True)
class ForecastTable:
    """The forecasts of a plan under a scenario, each made once, when it is first asked for."""

    plan: PlanDocument
    scenario: Scenario = HEADLINE
    _made: dict[tuple[str, str], Forecast | None] = field(
        default_factory=dict, repr=False, compare=False
    )

    def of(self, indicator_id: str, base: str = BASES[0]) -> Forecast | None:
        """One series from one base; None where it has no reference class or no base."""
        key = indicator_id, self.scenario.base or base
        if key not in self._made:
            self._made[key] = forecast(self.plan, *key, self.scenario)
        return self._made[key]

    def by_base(self, indicator_id: str, year: int) -> dict[str, Forecast]:
        """The forecasts of a series that reach a year, by the kind of base they really start from."""
        made = [f for b in BASES if (f := self.of(indicator_id, b)) is not None]
        return {f.base.kind if f.base else BASES[0]: f for f in made if year in f.draws}

    def class_of(self, indicator_id: str) -> ReferenceClass | None:
        """The class that stands in for an indicator."""
        return self.scenario.class_of(self.plan, indicator_id)

    def levels(self) -> list[str]:
        """The series with a base to grow from, a class to grow by and an open last target that is to be reached."""
        last = self.plan.years[-1]
        return [
            i
            for i in self.plan.series()
            if (f := self.of(i)) is not None
            and f.base is not None
            and last in f.growth
            and (t := self.plan.target(i, last)) is not None
            and t.high == np.inf
        ]

    def leading(self) -> tuple[str, str] | None:
        """The two level series that stand for the plan: GDP and trade, else the first there are; None without any."""
        levels = self.levels()
        if not levels:
            return None
        lead = "gdp" if "gdp" in levels else levels[0]
        others = [i for i in levels if i != lead] or [lead]
        return lead, "trade_total" if "trade_total" in others else others[0]


def observed_base(plan: PlanDocument, indicator_id: str) -> Base | None:
    """The last observed level known on the plan's day, or None."""
    seen = plan.levels(indicator_id)
    if seen.empty:
        return None
    row = seen.iloc[-1]
    level = Interval.exact(row["value"])
    return Base("observed", int(row["year"]), level, row["source_id"], row["scope_note"])


def base_of(plan: PlanDocument, indicator_id: str, kind: str) -> Base | None:
    """The base of a forecast: ``implied`` by the plan for its base year, or last ``observed``.

    Where the plan prints no growth that could imply one, the observed base stands in; so it does where the zone's
    figures reach beyond the base year, because what is known needs no implying.
    """
    seen, first = observed_base(plan, indicator_id), plan.target(indicator_id, plan.years[0])
    silent = first is None or np.isnan(plan.stated_growth(indicator_id))
    if kind == "observed" or silent or (seen is not None and seen.year > plan.base_year):
        return seen
    return Base("implied", plan.base_year, plan.implied_base(indicator_id), PLAN, plan.about.scope)


def forecast(
    plan: PlanDocument, indicator_id: str, base: str = BASES[0], scenario: Scenario = HEADLINE
) -> Forecast | None:
    """Forecast an annex series for every year of the plan.

    Parameters
    ----------
    plan : the plan, seen from a day.
    indicator_id : an annex series.
    base : ``implied`` (the level that the plan implies for its base year) or ``observed`` (the last published one).
    scenario : what is taken for granted instead of the headline's assumptions.

    Returns
    -------
    Forecast, or None where the series has no reference class or no base. What the zone's own figures tell already is
    not forecast.

    For a level, ``L(t) = B (1 + g_h / 100)^h`` with base ``B``, ``h = t - base year`` and ``g_h`` the average annual
    growth of similar regions over those years (:func:`zoneplan.forecasting.distribution.coming_growth`). For a
    growth-rate target the forecast of each year is the class's one-year growth.
    """
    is_rate = plan.is_rate(indicator_id)
    start = None if is_rate else base_of(plan, indicator_id, base)
    if start is None and not is_rate:
        return None
    if start is not None and (level := scenario.levels.get(indicator_id)) is not None:
        start = replace(start, level=Interval.exact(level))
    seen = plan.observed(indicator_id).set_index("year")["value"]
    known = {y: np.array([seen[y]]) for y in plan.years if y in seen.index}
    spans = {y: 1 if start is None else y - start.year for y in plan.years if y not in known}
    class_, extra = scenario.class_of(plan, indicator_id), scenario.extra(plan, indicator_id)
    coming = {y: coming_growth(class_, h, plan.as_of, y, extra) for y, h in spans.items() if h > 0}
    growth = {y: g for y, g in coming.items() if g is not None}
    if not (growth or known):
        return None
    draws = known | {
        y: g.draws if start is None else _grown(start, y, g) for y, g in growth.items()
    }
    return Forecast(
        indicator_id, str(plan.unit(indicator_id)), start, dict(sorted(draws.items())), growth
    )


def _grown(base: Base, year: int, growth: Growth) -> np.ndarray:
    parts = (np.arange(BASE_STEPS) + 0.5) / BASE_STEPS
    starts = base.level.low + parts * (base.level.high - base.level.low)
    return np.multiply.outer(starts, (1 + growth.draws / 100) ** (year - base.year)).ravel()
