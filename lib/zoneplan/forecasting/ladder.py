"""What each piece of knowledge did to a chance: from the bare record of similar regions to the
answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.classes import LONGEST, classes_of, spread_units
from zoneplan.forecasting.forecasts import Forecast, ForecastTable, forecast
from zoneplan.forecasting.scenario import BASES, CONSTANT, Scenario
from zoneplan.plan.intervals import cagr
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import odds

STEPS = (
    "all_windows", "last_window", "slowing", "common_error", "newest_year", "host", "other_base",
    "prices_0", "prices_1", "prices_2", "prices_3", "real_reading",
)  # fmt: skip
# The steps that lead to the answer, each added to those before it; the others are the answer made
# otherwise.
ADDED = STEPS[:6]
PRICES = (0, 1, 2, 3)


@dataclass(frozen=True)
class Ladder(Result):
    """The chance of one target step by step; ``indicator_id`` names it."""

    indicator_id: str
    SUBJECT: ClassVar[str] = "answers.ladder"

    def facts(self, lang: str) -> dict[str, Any]:
        """The first step and the answer."""
        chain = self.rows.loc[self.rows["step"].isin(ADDED), "probability"]
        first, answer = (odds(float(p), lang) for p in chain.iloc[[0, -1]])
        named = {"name": self.plan.name(self.indicator_id, lang)}
        return {**named, "first": first, "answer": answer}


def ladder(made: ForecastTable, indicator_id: str) -> Ladder:
    """What each piece of knowledge did to the chance of the last year's target of a level series.

    Returns
    -------
    Ladder with the columns step, probability and change (points from the step before it in the
    chain, or from the answer) and without (the answer without this step alone, where it is part of
    the chain). The chain, in a fixed order: the share of similar regions that reached the needed
    growth in all windows known when the plan was adopted; in the last of them; with growth slowing
    from there; with the error of the common path; with what became known by the day of judgement;
    with the host's running year: the answer. Then the answer made otherwise: from the other base;
    with a real path and prices of 0 to 3 % a year (GDP only); read as real growth (GDP only). A
    series without a chance now or then has no rows.
    """
    target, head = made.plan.target(indicator_id), made.of(indicator_id)
    empty = Ladder(made.plan, pd.DataFrame(columns=COLUMNS), indicator_id)
    if head is None or target is None or target.year not in head.open_years:
        return empty
    if head.base is None or head.class_ is None:
        return empty
    answer = head.probability(target)
    rows, before = [], np.nan
    for step, chance, without in _chain(made, indicator_id, head, target):
        rows.append((step, chance, 100 * (chance - before), without))
        before = chance
    if not rows:
        return empty
    rows += [
        (step, chance, 100 * (chance - answer), np.nan)
        for step, chance in _otherwise(made, indicator_id, head, target)
    ]
    return Ladder(made.plan, pd.DataFrame(rows, columns=COLUMNS), indicator_id)


COLUMNS = ["step", "probability", "change", "without"]


def _chain(
    made: ForecastTable, i: str, head: Forecast, target: Target
) -> Iterator[tuple[str, float, float]]:
    adopted, settings = made.plan.at(made.plan.adopted), made.settings
    then = made.with_(plan=adopted, settings=replace(settings, host=False, common_error=False))
    start = then.of(i)
    if start is None or start.base is None or start.class_ is None:
        return
    years = target.year - start.base.year
    needed = cagr(start.base.level.mid, target.value, years)
    windows = start.class_.windows(min(years, LONGEST), adopted.as_of)
    shares = [float((spread_units(row) >= needed).mean()) for _, row in windows.iterrows()]
    yield "all_windows", float(np.mean(shares)), np.nan
    yield "last_window", shares[-1], np.nan

    def chance(table: ForecastTable) -> float:
        found = table.of(i)
        return np.nan if found is None else found.probability(target)

    def without(**switch: Any) -> float:
        return chance(made.with_(settings=replace(settings, **switch)))

    yield "slowing", chance(then), without(slowing=False)
    errors = made.with_(plan=adopted, settings=replace(settings, host=False))
    yield "common_error", chance(errors), without(common_error=False)
    yield "newest_year", without(host=False), chance(made.with_(plan=adopted))
    if head.news is not None:
        yield "host", chance(made), without(host=False)


def _otherwise(
    made: ForecastTable, i: str, head: Forecast, target: Target
) -> Iterator[tuple[str, float]]:
    other = made.of(i, BASES[1])
    if other is not None and other.base != head.base:
        yield "other_base", other.probability(target)
    if head.class_ is None or head.class_.indicator_id != "gdp":
        return
    for prices in PRICES:
        path = Scenario(prices=CONSTANT, points={i: dict.fromkeys(head.open_years, float(prices))})
        found = made.with_(scenario=made.scenario + path).of(i)
        if found is not None:
            yield f"prices_{prices}", found.probability(target)
    growth = made.plan.stated_growth(i)
    real = made.with_(scenario=made.scenario + Scenario(prices=CONSTANT)).of(i)
    if real is not None and not np.isnan(growth):
        logs = real.log_growth()[:, -1] / len(head.open_years)
        yield "real_reading", float((100 * np.expm1(logs) >= growth).mean())


@dataclass(frozen=True)
class Alternatives(Result):
    """The chance of targets under every class that could stand in."""

    SUBJECT: ClassVar[str] = "answers.alternatives"

    def facts(self, lang: str) -> dict[str, Any]:
        """The series whose chance hangs most on its class, and how far."""
        by = self.rows.groupby("indicator_id")["probability"]
        most = (by.max() - by.min()).idxmax()
        span = {"low": odds(float(by.min()[most]), lang), "high": odds(float(by.max()[most]), lang)}
        return {"name": self.plan.name(most, lang), "n": int(by.size()[most]), **span}


def alternatives(made: ForecastTable, *indicators: str) -> Alternatives:
    """The chance of the last year's target under every class that could stand in for an indicator.

    Parameters
    ----------
    indicators : annex series; none means all that have a chance.

    Returns
    -------
    Alternatives with the columns indicator_id, level, name, series, is_proxy, probability and
    chosen (whether it is the one that the written rule takes). Where two of them differ by ten
    points or more, the range is part of the answer.
    """
    plan, rows = made.plan, []
    for i in indicators or [i for i in plan.series() if made.of(i) is not None]:
        target = plan.target(i)
        for k, class_ in enumerate(classes_of(plan, i) if target is not None else []):
            how = made.scenario, made.settings, class_
            found = forecast(plan, i, BASES[0], *how) if k else made.of(i)
            if found is not None and target is not None and target.year in found.open_years:
                named = class_.level, class_.name, class_.indicator_id, class_.is_proxy
                rows.append((i, *named, found.probability(target), k == 0))
    columns = ["indicator_id", "level", "name", "series", "is_proxy", "probability", "chosen"]
    return Alternatives(plan, pd.DataFrame(rows, columns=columns))
