"""How often such promises were kept elsewhere: evidence of last resort, a base rate and never a
chance of this one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import growth_of
from zoneplan.forecasting.classes import LONGEST
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.plan.document import PlanDocument, known

COAST = "coastal_7"
# The pace of R&D that its table tells of: points a year of its share of GDP, percent a year of its
# spending.
SHARE_PACE, SPENDING_PACE = 0.1, 15
# What a year's promise made of it is public by the end of the next March.
PUBLIC = (3, 31)

Found = dict[str, Any]


def record(made: ForecastTable, row: pd.Series, needed: float) -> Found:
    """The record of promises like one of the plan's, as far as it was known on the day.

    Parameters
    ----------
    made : the forecasts, for the plan.
    row : a row of its targets.
    needed : the growth that it asks for, percent a year (NaN where none is meant).

    Returns
    -------
    record (share kept, 0 to 1, NaN for a mere number), record_n (of how many), record_to (the last
    year), record_of (what was counted) and afterwards (the share over the plan's own years,
    hindsight); empty where there is none. The first that is there: provinces that moved as the plan
    promises (``provinces``), the same promise elsewhere with its outcome (``same``), the number on
    such a list (``list``), growth targets of GDP elsewhere as far above the last growth
    (``stretch``), such targets over as many years (``span``).
    """
    for told in ROADS:
        found = told(made.plan, row, needed)
        if found:
            return found
    return {}


def _told(of: str, share: float, n: float, to: float, afterwards: float = float("nan")) -> Found:
    names = ["record_of", "record", "record_n", "record_to", "afterwards"]
    return dict(zip(names, (of, share, n, to, afterwards), strict=True))


def _investment(plan: PlanDocument, row: pd.Series, needed: float) -> Found:
    """Provinces whose investment of a kind grew as promised on average of three years."""
    if row["section"] != "annex":
        return {}
    i, stated = row["indicator_id"], row["stated_growth"]
    rows = plan.known("structural_investment_inputs")
    kept = (rows["indicator_id"] == i) & (rows["reference_class"] == COAST)
    rows = rows[kept & (rows["mean_target"] == stated) & (rows["flag"] != "B2011")]
    if rows.empty:
        return {}
    rows = rows.sort_values("end_year")
    proxy = rows[rows["series"] == growth_of(i).proxy]
    last = (proxy if len(proxy) else rows).iloc[-1]
    return _told("provinces", last["share_mean_met"], last["n_units"], last["end_year"])


def _rd(plan: PlanDocument, row: pd.Series, needed: float) -> Found:
    """Provinces whose R&D moved at the pace that the plan asks for, before and afterwards."""
    i, horizon, column = row["indicator_id"], LONGEST, "share_rise_ge_0.1pp_per_year"
    if i == "rd_to_gdp" and row["section"] == "annex" and plan.implies_base(i):
        steps = (plan.annex(i)["value"].iloc[-1] - plan.implied_base(i).mid) / len(plan.years)
        same = abs(steps - SHARE_PACE) < 1e-6
    else:
        same, horizon = i == "rd_spending_growth" and needed == SPENDING_PACE, 1
        column = "share_spending_ge_15pct"
    if not same:
        return {}
    rows = tables.read("rd_reference")
    rows = rows[(rows["reference_class"] == COAST) & (rows["horizon_years"] == horizon)]
    before = known(rows, plan.as_of).sort_values("end_year")
    if before.empty:
        return {}
    after = rows.loc[rows["end_year"] == plan.years[-1], column]
    last = before.iloc[-1]
    return _told("provinces", last[column], last["n_units"], last["end_year"], after.max())


def _same(plan: PlanDocument, row: pd.Series, needed: float) -> Found:
    """Targets of the same indicator elsewhere whose outcome was known on the day."""
    # Of growth of GDP there are tables of thousands.
    if row["indicator_id"] == "gdp":
        return {}
    rows = plan.once("promised elsewhere", lambda: _elsewhere(plan)).get(row["indicator_id"])
    if rows is None:
        return {}
    return _told("same", (rows["outcome"] >= rows["value"]).mean(), len(rows), rows["year"].max())


def _elsewhere(plan: PlanDocument) -> dict[str, pd.DataFrame]:
    """Targets of other places with the outcome known on the day, by indicator."""
    printed = tables.read("city_targets_printed").query("outcome.notna()")
    funds = tables.read("returned_merchant_funds").query(
        "period == 'full_year' and entity_id != 'zone'"
    )
    by_kind = {k: part.set_index("year")["value"] for k, part in funds.groupby("kind")}
    if {"target", "level"} <= by_kind.keys():
        of_funds = pd.DataFrame({"value": by_kind["target"], "outcome": by_kind["level"]}).dropna()
        of_funds = of_funds.reset_index().assign(indicator_id="returned_merchant_funds")
        printed = pd.concat([printed, of_funds])
    last = plan.as_of.year - (1 if plan.as_of >= date(plan.as_of.year, *PUBLIC) else 2)
    return dict(tuple(printed[printed["year"] <= last].groupby("indicator_id")))


def _list(plan: PlanDocument, row: pd.Series, needed: float) -> Found:
    """How many firms stood on such a list in the province."""
    if row["indicator_id"] != "hidden_champions":
        return {}
    rows = plan.known("hidden_champions").dropna(subset=["year"])
    rows = rows[rows["indicator_id"] == "hidden_champion_candidates"].sort_values("year")
    if rows.empty:
        return {}
    last = rows.iloc[-1]
    return _told("list", float("nan"), last["value"], last["year"])


def _growth(plan: PlanDocument, row: pd.Series, needed: float) -> Found:
    """Growth targets elsewhere: of the same stretch where the zone's last growth is known, else
    over as many years.
    """
    if pd.isna(needed):
        return {}
    rows = plan.known("growth_target_attainment")
    own = plan.growths(row["indicator_id"].removesuffix("_growth"))["value"].tail(1)
    for stretch in needed - own:
        by = rows[rows["slice"] == "stretch_target_minus_last_growth"]
        ends = by["value"].str.extract(r"\[(.+),(.+)\)").astype("float64")
        by = by[(ends[0] <= stretch) & (stretch < ends[1])].sort_values("last_year")
        if len(by):
            last = by.iloc[-1]
            return _told("stretch", last["share_met"], last["n"], last["last_year"])
    every = tables.read("growth_target_attainment")
    span = every[(every["slice"] == "years") & (every["span_years"] == len(plan.years))]
    before = known(span, plan.as_of).sort_values("last_year")
    if before.empty:
        return {}
    after = span.loc[span["last_year"] == plan.years[-1], "share_met"]
    last = before.iloc[-1]
    return _told("span", last["share_met"], last["n"], last["last_year"], after.max())


ROADS: tuple[Callable[[PlanDocument, pd.Series, float], Found], ...] = (
    _investment, _rd, _same, _list, _growth,
)  # fmt: skip
