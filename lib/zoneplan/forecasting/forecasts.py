"""Every promise of a plan forecast once: draws that all answers read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.sources import PLAN
from zoneplan.forecasting.classes import ReferenceClass
from zoneplan.forecasting.counts import counted
from zoneplan.forecasting.news import News, host_news
from zoneplan.forecasting.paths import GrowthPaths, growth_paths, stratified
from zoneplan.forecasting.proxies import FAILED, level_check
from zoneplan.forecasting.scenario import BASES, HEADLINE, Scenario
from zoneplan.forecasting.settings import SETTINGS, Settings
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target

QUANTILES = {"q10": 0.10, "q25": 0.25, "q50": 0.50, "q75": 0.75, "q90": 0.90}


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
    """Forecast of one annex series from one base: equally likely values for each year of the plan.

    ``draws`` hold one value a draw and year, rows of all years belonging together: draw 17 of 2020
    grew from draw 17 of
    2019. A year that was known on the plan's day has one value in every draw; ``open_years`` are
    the others. A year before the base that nobody published has none.
    """

    indicator_id: str
    unit: str
    base: Base | None
    draws: dict[int, np.ndarray]
    open_years: tuple[int, ...]
    class_: ReferenceClass | None
    paths: GrowthPaths | None = None
    news: News | None = None

    def table(self) -> pd.DataFrame:
        """Quantiles by year, in the unit of the target."""
        rows = [
            {
                "year": y,
                **dict(zip(QUANTILES, np.quantile(d, list(QUANTILES.values())), strict=True)),
            }
            for y, d in self.draws.items()
        ]
        return pd.DataFrame(rows)

    def probability(self, target: Target) -> float:
        """Probability (0 to 1) that a promise is kept."""
        return float(target.is_met(self.draws[target.year]).mean())

    @property
    def is_proxy(self) -> bool:
        """Whether the reference class only stands in for the indicator."""
        return self.class_ is not None and self.class_.is_proxy

    def growth(self) -> np.ndarray:
        """Percent growth of each year since the base (draws by years); of a rate, the rate
        itself.
        """
        if self.base is None or self.paths is None:
            return np.stack([self.draws[y] for y in self.open_years], axis=1)
        return 100 * np.expm1(np.diff(self.log_growth(), axis=1, prepend=0.0))

    def log_growth(self) -> np.ndarray:
        """Cumulated log growth since the base (draws by years of ``paths``)."""
        if self.paths is None:
            raise ValueError(f"{self.indicator_id} does not grow: all its years are known")
        return self._logs

    _logs: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False, compare=False)


@dataclass(frozen=True)
class ForecastTable:
    """The forecasts of a plan under a scenario, each made once, when it is first asked for."""

    plan: PlanDocument
    scenario: Scenario = HEADLINE
    settings: Settings = SETTINGS
    _made: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def of(self, indicator_id: str, base: str = BASES[0]) -> Forecast | None:
        """One series from one base; None where it has no reference class or no base."""
        key = indicator_id, self.scenario.base or base
        if not self.scenario.concerns(indicator_id):
            # The headline's, whatever the story says of other series: made once for the plan.
            return self.plan.once(
                ("forecast", *key, self.settings),
                lambda: forecast(self.plan, *key, HEADLINE, self.settings),
            )
        if key not in self._made:
            self._made[key] = forecast(self.plan, *key, self.scenario, self.settings)
        return self._made[key]

    def by_base(self, indicator_id: str, year: int) -> dict[str, Forecast]:
        """The forecasts of a series that reach a year, by the kind of base they really
        start from.
        """
        made = [f for b in BASES if (f := self.of(indicator_id, b)) is not None]
        return {f.base.kind if f.base else BASES[0]: f for f in made if year in f.draws}

    def class_of(self, indicator_id: str) -> ReferenceClass | None:
        """The class that stands in for an indicator."""
        return self.scenario.class_of(self.plan, indicator_id)

    def levels(self) -> list[str]:
        """The series with a base to grow from, a class to grow by and an open last target that is
        to be reached.
        """
        last = self.plan.years[-1]
        return [
            i
            for i in self.plan.series()
            if (f := self.of(i)) is not None
            and f.base is not None
            and last in f.open_years
            and (t := self.plan.target(i, last)) is not None
            and t.high == np.inf
            and not self.plan.is_share(i)
        ]

    def leading(self) -> tuple[str, str] | None:
        """The two level series that stand for the plan:

        GDP and trade, else the first there are; None without any.
        """
        levels = self.levels()
        if not levels:
            return None
        lead = "gdp" if "gdp" in levels else levels[0]
        others = [i for i in levels if i != lead] or [lead]
        return lead, "trade_total" if "trade_total" in others else others[0]

    def on_adoption(self) -> ForecastTable:
        """The same forecasts as on the day on which the plan was adopted, made once."""
        if "adopted" not in self._made:
            self._made["adopted"] = self.with_(plan=self.plan.at(self.plan.adopted))
        return self._made["adopted"]

    def with_(self, **changes: Any) -> ForecastTable:
        """The same plan under another scenario or other settings."""
        return ForecastTable(
            changes.get("plan", self.plan),
            changes.get("scenario", self.scenario),
            changes.get("settings", self.settings),
        )


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

    Where the plan prints nothing that could imply one, the observed base stands in; so it does
    where the zone's figures reach beyond the base year, because what is known needs no implying.
    """
    seen = observed_base(plan, indicator_id)
    silent = not plan.implies_base(indicator_id)
    if kind == "observed" or silent or (seen is not None and seen.year > plan.base_year):
        return seen
    level = plan.implied_base(indicator_id)
    return Base("implied", plan.base_year, level, PLAN, plan.about.scope)


def forecast(
    plan: PlanDocument,
    indicator_id: str,
    base: str = BASES[0],
    scenario: Scenario = HEADLINE,
    settings: Settings = SETTINGS,
    class_: ReferenceClass | None = None,
) -> Forecast | None:
    """Forecast an annex series for every year of the plan.

    Parameters
    ----------
    plan : the plan, seen from a day.
    indicator_id : an annex series.
    base : ``implied`` (the level that the plan implies for its base year) or ``observed`` (the last
        published one).
    scenario : what is taken for granted instead of the headline's assumptions.
    settings : constants and switches of the rule.
    class_ : another class than the scenario's.

    Returns
    -------
    Forecast, or None where the series has no reference class or no base. What the zone's own
    figures tell already is not forecast.

    For a level, ``L(t) = B exp(g)`` with base ``B`` (equally likely within its rounding) and ``g``
    the cumulated log growth of a zone like its class
    (:func:`zoneplan.forecasting.paths.growth_paths`), moved by the host's news where there are any.
    A share grows on the logit scale: ``s / (100 - s)`` takes the place of the level. For a
    growth-rate target the forecast of each year is the class's one-year growth, for a count that of
    :func:`zoneplan.forecasting.counts.counted`.
    """
    unit, is_rate = str(plan.unit(indicator_id)), plan.is_rate(indicator_id)
    seen = plan.observed(indicator_id).set_index("year")["value"]
    counts = counted(plan, indicator_id, settings)
    if counts is not None:
        coming = tuple(y for y in counts if y not in seen.index)
        return Forecast(indicator_id, unit, None, counts, coming, None)
    start = None if is_rate else base_of(plan, indicator_id, base)
    if start is None and not is_rate:
        return None
    if start is not None and (level := scenario.levels.get(indicator_id)) is not None:
        start = replace(start, level=Interval.exact(level))
    draws = {y: np.full(settings.draws, float(seen[y])) for y in plan.years if y in seen.index}
    first = (
        min([y for y in plan.years if y not in draws], default=0) - 1
        if start is None
        else start.year
    )
    coming = tuple(y for y in plan.years if y not in draws and y > first)
    class_ = class_ or scenario.class_of(plan, indicator_id)
    paths = _paths(plan, indicator_id, class_, first, coming, settings)
    if paths is None:
        return Forecast(indicator_id, unit, start, draws, (), class_) if draws else None
    logs = paths.draws(not is_rate, scenario.extra(plan, indicator_id))
    news = None if is_rate else host_news(plan, paths, settings)
    if news is not None:
        logs = logs + news.apply(paths)
    values = _grown(start, logs, plan.is_share(indicator_id), settings)
    draws |= {y: values[:, paths.years.index(y)] for y in coming}
    return Forecast(
        indicator_id, unit, start, dict(sorted(draws.items())), coming, class_, paths, news, logs
    )


def _paths(
    plan: PlanDocument,
    indicator_id: str,
    class_: ReferenceClass | None,
    first: int,
    coming: tuple[int, ...],
    settings: Settings,
) -> GrowthPaths | None:
    """Paths of the class; where its level failed the check, around printed growth, or none."""
    check = level_check(plan, indicator_id, class_, settings)
    if class_ is None or not coming or (check is not None and check.outcome == FAILED):
        return None
    cumulated = not plan.is_rate(indicator_id)
    paths = growth_paths(class_, plan.as_of, first, coming, cumulated, settings)
    return paths if paths is None or check is None else check.applied(paths, settings)


def _grown(start: Base | None, logs: np.ndarray, is_share: bool, settings: Settings) -> np.ndarray:
    """What becomes of a base, draw by draw; without one, the growth itself in percent."""
    if start is None:
        return 100 * np.expm1(logs)
    uniform = stratified(settings.draws, 2 * logs.shape[1] + 1)[:, 0]
    level = start.level.low + uniform * (start.level.high - start.level.low)
    if not is_share:
        return level[:, None] * np.exp(logs)
    odds = (level / (100 - level))[:, None] * np.exp(logs)
    return 100 * odds / (1 + odds)


@dataclass(frozen=True)
class ClassGrowth:
    """Values of a growth promise of the text, percent a year, with the class and the paths that
    they are read from.
    """

    values: np.ndarray
    class_: ReferenceClass
    paths: GrowthPaths


def growth_of_class(made: ForecastTable, row: pd.Series) -> ClassGrowth | None:
    """Values of a growth promise of the text: average growth over the plan, or the lowest of its
    years; percent a year.

    None where no class stands in for it. ``each_year`` promises are kept if the lowest year reaches
    the target.
    """
    key = "text", row["target_id"]
    if key not in made._made:
        made._made[key] = _growth_of_class(made, row)
    return made._made[key]


def _growth_of_class(made: ForecastTable, row: pd.Series) -> ClassGrowth | None:
    plan, settings = made.plan, made.settings
    class_ = made.class_of(row["indicator_id"])
    if class_ is None:
        return None
    yearly = row["aggregation"] == "each_year"
    paths = growth_paths(class_, plan.as_of, plan.base_year, plan.years, not yearly, settings)
    if paths is None:
        return None
    # What repeats a series follows its story.
    story = row["indicator_id"] if pd.isna(row["same_as"]) else row["same_as"]
    logs = paths.draws(not yearly, made.scenario.extra(plan, story))
    news = None if yearly else host_news(plan, paths, settings)
    logs = logs if news is None else logs + news.apply(paths)
    asked = [paths.years.index(y) for y in plan.years]
    lowest = logs[:, asked].min(axis=1) if yearly else logs[:, -1] / len(paths.years)
    return ClassGrowth(100 * np.expm1(lowest), class_, paths)
