"""What one chance owes to each choice behind it: the base, the regions, the prices, the trend, the first half-year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from zoneplan.data import tables
from zoneplan.forecasting.classes import ReferenceClass
from zoneplan.forecasting.distribution import expected_path
from zoneplan.forecasting.forecasts import BASES, Forecast, ForecastTable, base_of, forecast
from zoneplan.forecasting.scenario import REAL, Scenario
from zoneplan.messages import words
from zoneplan.plan.document import PlanDocument, known
from zoneplan.result import Result
from zoneplan.text import pct

# Other classes that could stand in for the zone: larger regions of its coast, of its province, of the country.
REGIONS = (("prefecture", "coastal_provinces"), ("prefecture", "zhejiang"), ("county", "china"))
# The host's growth in the first half of the plan's first year, where it is of the kind of the target.
FIRST_HALF = ("fiscal_revenue_total", "budget_revenue", "trade_total", "fixed_asset_investment")


@dataclass(frozen=True)
class Decomposition(Result):
    """The chance of one target when one choice at a time is made otherwise."""

    indicator_id: str
    class_: ReferenceClass | None
    SUBJECT: ClassVar[str] = "decomposition"

    def told(self, lang: str = "en") -> pd.DataFrame:
        """Columns choice (base, scope, price basis, trend, first half), otherwise, odds, change (points)."""
        w = words(lang)

        def say(choice: str, facts: dict) -> str:
            if choice == "headline" and self.class_ is not None:
                return self.class_.describe(lang)
            region = {"region": w(f"common.region.{facts['region']}")} if "region" in facts else {}
            rate = {"rate": pct(facts["rate"], lang=lang)} if "rate" in facts else {}
            return w(f"sensitivity.otherwise.{choice}", **facts | region | rate)

        said = {
            "choice": [w(f"sensitivity.choice.{c}") for c in self.rows["choice"]],
            "otherwise": [say(r.choice, r.facts) for r in self.rows.itertuples()],
        }
        return pd.DataFrame(said).join(self.rows[["odds", "change"]])


def decomposition(made: ForecastTable, indicator_id: str) -> Decomposition:
    """What the chance of the last year's target owes to the base, the scope, the price basis and the trend.

    Each choice is changed alone, all else as in the headline: the base to the observed one; the scope of the class to
    wider regions; the price basis from current to constant prices, within one class (GDP only: no other real class
    exists); the trend from slowing growth to the class's last known growth going on; the first year to the host's
    reported first half, where that is of the same kind. A series without a chance has no rows.
    """
    plan, target, head = made.plan, made.plan.target(indicator_id), made.of(indicator_id)
    columns = ["choice", "facts", "odds", "change"]
    if head is None or target is None or target.year not in head.growth:
        return Decomposition(plan, pd.DataFrame(columns=columns), indicator_id, None)
    class_ = head.growth[target.year].class_
    # What a choice is measured against: the headline, but for prices the same class at current prices.
    against = head.probability(target)
    rows: list[tuple] = [("headline", {}, against, 0.0)]
    for choice, facts, other, start in _otherwise(plan, head, class_):
        found = forecast(plan, indicator_id, BASES[0], other)
        if found is None or target.year not in found.growth:
            continue
        base = None if start is None else forecast(plan, indicator_id, BASES[0], start)
        before = against if base is None else base.probability(target)
        chance = found.probability(target)
        rows.append((choice, facts, chance, 100 * (chance - before)))
    return Decomposition(plan, pd.DataFrame(rows, columns=columns), indicator_id, class_)


def _otherwise(
    plan: PlanDocument, head: Forecast, class_: ReferenceClass
) -> Iterator[tuple[str, dict, Scenario, Scenario | None]]:
    """(choice, facts, scenario, scenario to compare with or None) for every choice made otherwise."""
    i = head.indicator_id
    seen = None if head.base is None else base_of(plan, i, "observed")
    if seen is not None and seen != head.base:
        yield "base", {}, Scenario(base="observed"), None
    for regions in REGIONS:
        if regions != (class_.level, class_.name):
            yield "scope", {"region": "_".join(regions)}, Scenario(regions=regions), None
    if class_.indicator_id == "gdp":
        real = Scenario(regions=REAL, prices="constant")
        yield "price_basis", {"region": "_".join(REAL)}, real, Scenario(regions=REAL)
    path = expected_path(class_, plan.as_of, plan.years[-1])
    if path is None:
        return
    last, ahead = path.loc[path["known"], "growth"].iloc[-1], path.loc[~path["known"], "growth"]
    yield "trend", {"rate": last}, Scenario(points={i: dict(last - ahead)}), None
    half, first = first_half(plan, i), plan.years[0]
    if half is not None:
        extra = {i: {first: half - float(path.loc[first, "growth"])}}
        yield "first_half", {"rate": half, "year": first}, Scenario(points=extra), None


def first_half(plan: PlanDocument, indicator_id: str) -> float | None:
    """The host city's growth in the first half of the plan's first year, percent, if it was known on the day."""
    rows = known(tables.read("context_observations"), plan.as_of)
    if indicator_id not in FIRST_HALF:
        return None
    rows = rows[
        (rows["entity_id"] == plan.host)
        & (rows["indicator_id"] == indicator_id)
        & (rows["year"] == plan.years[0])
        & (rows["period"] == "h1")
        & (rows["kind"] == "growth_nominal")
    ].sort_values(["grade", "row_id"])
    return None if rows.empty else float(rows["value"].iloc[0])
