"""What decides the outcome: growth still needed, and one-way swings of each assumption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan import reference
from zoneplan.audit import cagr
from zoneplan.forecast import base_of
from zoneplan.text import num, pct
from zoneplan.units import convert

if TYPE_CHECKING:
    from zoneplan.plan import Plan


@dataclass(frozen=True)
class NeededGrowth:
    """Growth needed from each base to the last target, beside what similar regions did."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per indicator: needed growth from both bases, class P10, median and P90, percent a year."""
        return self.rows.copy()

    def plot(self):
        """Needed growth against the class as a dumbbell per indicator."""
        from zoneplan.charts import needed_growth

        rows = self.rows
        harder = int((rows["needed_implied"] > rows["class_median"]).sum())
        chart = pd.DataFrame(
            {"label": rows["name"], "needed": rows["needed_implied"], "achieved": rows["needed_observed"],
             "class_median": rows["class_median"]}
        )  # fmt: skip
        return needed_growth(
            "needed_growth",
            chart,
            title=f"{harder} of {len(rows)} targets need more than the median region grew",
            subtitle="Growth needed to reach the 2020 target, percent a year, the zone and its reference classes",
            sources=["plan", *sorted(set(rows["source_id"]))],
        )


def needed_growth(plan: Plan) -> NeededGrowth:
    """Growth needed to reach each level target of the last year, from both bases.

    ``needed = 100 ((target / base)^(1 / years) - 1)``, percent a year.

    How to read it: a need above the class's P90 asks for what fewer than one region in ten achieved.
    """
    last = plan.years[-1]
    rows = []
    for i in plan.series():
        growth = reference.past_growth(i, last - plan.base_year, plan.as_of)
        bases = {kind: base_of(plan, i, kind) for kind in ("implied", "observed")}
        if growth is None or bases["implied"] is None or plan.annex(i)["kind"].iloc[0] == "growth":
            continue
        need = {
            f"needed_{kind}": cagr(b.level.mid, plan.target(i, last), last - b.year) if b else float("nan")
            for kind, b in bases.items()
        }
        p10, p50, p90 = growth.quantile([0.1, 0.5, 0.9])
        rows.append(
            {"indicator_id": i, "name": plan.name(i), **need, "class_p10": p10, "class_median": p50, "class_p90": p90,
             "class": growth.class_.label, "source_id": growth.rows["source_id"].iloc[-1]}
        )  # fmt: skip
    return NeededGrowth(pd.DataFrame(rows))


@dataclass(frozen=True)
class Swings:
    """The value in the last year when one assumption at a time moves from its P10 to its P90."""

    indicator_id: str
    unit: str
    centre: float
    target: float
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns assumption, low, high (values of the last year), low_label, high_label, span; widest first."""
        return self.rows.copy()

    def plot(self, name: str, place: str):
        """The swings as a tornado around the central path."""
        from zoneplan.charts import tornado

        widest = self.rows.iloc[0]
        billions = convert(widest["span"], self.unit, "亿元") / 10
        return tornado(
            f"swings_{self.indicator_id}",
            self.rows,
            centre=self.centre,
            target=self.target,
            title=f"{widest['assumption']} moves 2020 {name} by CNY {num(billions, 1)} billion",
            subtitle=f"{name} in 2020, {place}, {self.unit}; one assumption at a time from its P10 to its P90",
            sources=["plan", *sorted(set(self.rows["source_id"]))],
        )


def swings(plan: Plan, indicator_id: str) -> Swings:
    """Move one assumption at a time from its P10 to its P90 and read the level of the last year.

    The central path is the implied base carried by the class's median one-year growth. Growth of each year
    swings over the class's one-year P10 to P90; the base swings over its rounding interval and, where the
    zone was observed, to the last observed level carried to the base year at the class median.

    Returns
    -------
    Swings, widest first.

    Raises
    ------
    ValueError
        The series has no reference class or no implied base.

    How to read it: the longest bar is the assumption to argue about first. Bars cannot be added up: one-way
    swings ignore that good and bad years come together.
    """
    growth = reference.past_growth(indicator_id, 1, plan.as_of)
    base = base_of(plan, indicator_id, "implied")
    if growth is None or base is None:
        raise ValueError(f"{indicator_id!r} has no reference class or no base, so there is nothing to swing")
    q10, q50, q90 = growth.quantile([0.1, 0.5, 0.9])
    step = 1 + q50 / 100
    centre = base.level.mid * step ** (plan.years[-1] - base.year)
    source = growth.rows["source_id"].iloc[-1]
    rows = [
        (f"Growth in {y}", centre / step * (1 + q10 / 100), centre / step * (1 + q90 / 100), pct(q10), pct(q90), source)
        for y in plan.years
    ]
    low, high = base.level.low, base.level.high
    rows.append((f"Rounding of the {base.year} base", centre * low / base.level.mid, centre * high / base.level.mid,
                 num(low, 1), num(high, 1), "plan"))  # fmt: skip
    seen = base_of(plan, indicator_id, "observed")
    if seen is not None:
        carried = seen.level.mid * step ** (base.year - seen.year)
        ends = sorted([carried, base.level.mid])
        rows.append((f"Base: observed {seen.year} or implied", *(centre * e / base.level.mid for e in ends),
                     *(num(e, 1) for e in ends), seen.source_id))  # fmt: skip
    table = pd.DataFrame(rows, columns=["assumption", "low", "high", "low_label", "high_label", "source_id"])
    table = table.assign(span=table["high"] - table["low"]).sort_values("span", ascending=False, kind="stable")
    unit = str(plan.annex(indicator_id)["unit"].iloc[0])
    return Swings(indicator_id, unit, centre, plan.target(indicator_id, plan.years[-1]), table.reset_index(drop=True))
