"""Does the plan hold together as an economy? Ratios that a reviewer of plans looks at first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from zoneplan.plan.document import PlanDocument
from zoneplan.plan.findings import CONTEXT, Finding
from zoneplan.plan.intervals import cagr
from zoneplan.text import MISSING, num

INVESTMENT, OUTPUT = "fixed_asset_investment", "core_output"


def _growth(plan: PlanDocument, indicator_id: str) -> float | None:
    """Average growth of a level series over the plan, from its implied base, percent a year."""
    first, last = plan.target(indicator_id, plan.years[0]), plan.target(indicator_id)
    if first is None or last is None or plan.is_rate(indicator_id):
        return None
    if not plan.stated_growth(indicator_id) > 0:
        return None
    base = plan.implied_base(indicator_id).mid
    return cagr(base, last.value, last.year - plan.base_year)


def buoyancy(plan: PlanDocument) -> Iterator[Finding]:
    """Growth of revenue for each percent of growth of GDP, as planned, and the share of GDP that it
    leads to.
    """
    gdp, revenue = _growth(plan, "gdp"), _growth(plan, "budget_revenue")
    if gdp is None or revenue is None or gdp <= 0:
        return
    paid, earned = plan.target("budget_revenue"), plan.target("gdp")
    share = 100 * paid.value / earned.value if paid and earned else float("nan")
    facts: dict[str, Any] = {
        "revenue": num(revenue),
        "gdp": num(gdp),
        "ratio": num(revenue / gdp, 1),
    }
    facts |= {"share": num(share), "year": plan.years[-1]}
    yield Finding("buoyancy", "budget_revenue", num(revenue), num(gdp), CONTEXT, "buoyancy", facts)


def carried(plan: PlanDocument, indicator_id: str, rates: Mapping[int, float]) -> pd.Series | None:
    """The last observed level carried to the base year by its last known growth, then by rates by
    year.

    Returns the levels of the years with a rate; None without rates or with fewer than two levels.
    """
    seen = plan.levels(indicator_id)
    if len(seen) < 2 or not rates:
        return None
    before, last = seen.iloc[-2], seen.iloc[-1]
    known = cagr(before["value"], last["value"], int(last["year"] - before["year"]))
    start = float(last["value"]) * (1 + known / 100) ** (plan.base_year - int(last["year"]))
    return start * (1 + pd.Series(dict(rates)) / 100).cumprod()


def capital(plan: PlanDocument) -> Iterator[Finding]:
    """Investment against GDP, and investment for each unit of additional GDP over the plan
    (incremental capital-output ratio).

    The level of investment is carried as by :func:`carried`.
    """
    target, seen = plan.target("gdp"), plan.levels(INVESTMENT)
    if target is None or plan.is_rate("gdp") or len(seen) < 2 or not plan.is_rate(INVESTMENT):
        return
    if not plan.is_whole(INVESTMENT) or not plan.stated_growth("gdp") > 0:
        return
    before, last = seen.iloc[-2], seen.iloc[-1]
    known = cagr(before["value"], last["value"], int(last["year"] - before["year"]))
    rates = {y: t.value for y in plan.years if (t := plan.target(INVESTMENT, y)) is not None}
    levels = carried(plan, INVESTMENT, rates)
    path = [] if levels is None else levels.tolist()
    added = target.value - plan.implied_base("gdp").mid
    facts = {"seen": (float(last["value"]), last["unit"]), "seen_year": int(last["year"])}
    facts |= {"known": num(known), "last": (path[-1], last["unit"]), "year": plan.years[-1]}
    facts |= {"share": num(100 * path[-1] / target.value, 0), "sum": (sum(path), last["unit"])}
    facts |= {"added": (added, last["unit"]), "ratio": num(sum(path) / added, 1)}
    said = num(100 * path[-1] / target.value, 0), num(sum(path) / added, 1)
    yield Finding("capital", INVESTMENT, *said, CONTEXT, "capital", facts)


def value_added_rate(plan: PlanDocument) -> Iterator[Finding]:
    """What output and value added, growing as printed, do to value added for each unit of
    output.
    """
    if not plan.has("core_output_growth", "industrial_value_added"):
        return
    rows = plan.targets.set_index("indicator_id")
    output = float(rows.loc["core_output_growth", "value"])
    added, years = plan.stated_growth("industrial_value_added"), len(plan.years)
    change = 100 * (((1 + added / 100) / (1 + output / 100)) ** years - 1)
    facts = {
        "output": num(output, 0),
        "added": num(added, 0),
        "change": num(-change),
        "years": years,
    }
    said = num(output, 0), num(added, 0)
    yield Finding("value added rate", "industrial_value_added", *said, CONTEXT, "va_rate", facts)


def output_bound(plan: PlanDocument) -> Iterator[Finding]:
    """Growth that the core area's output needs from the whole zone's, of which it is a part: a
    lower bound.
    """
    if not plan.has(OUTPUT):
        return
    rows = plan.targets.drop_duplicates("indicator_id").set_index("indicator_id")
    seen = plan.levels("industrial_output_all")
    if seen.empty:
        return
    last = seen.iloc[-1]
    years = plan.years[-1] - int(last["year"])
    wanted = [float(rows.loc[i, "value"]) for i in (OUTPUT, f"{OUTPUT}_strive") if i in rows.index]
    needed = [num(cagr(float(last["value"]), w, years)) for w in wanted]
    facts = {"seen": (float(last["value"]), last["unit"]), "seen_year": int(last["year"])}
    facts |= {"needed": needed, "targets": [num(w, 0) for w in wanted]}
    stated = num(wanted[0], 0)
    yield Finding("output bound", OUTPUT, stated, needed[0] or MISSING, CONTEXT, "output", facts)


RULES: tuple[Callable[[PlanDocument], Iterator[Finding]], ...] = (
    buoyancy,
    capital,
    value_added_rate,
    output_bound,
)
