"""Ratios between the plan's own levels, as published and as planned: what a reviewer of plans looks
at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.data.sources import PLAN
from zoneplan.data.units import convert, convertible
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.macro import INVESTMENT, OUTPUT, carried
from zoneplan.result import Result
from zoneplan.text import num

GDP, ADDED, ALL_OUTPUT = "gdp", "industrial_value_added", "industrial_output_all"
PAIRS = (
    ("fiscal_revenue_total", GDP),
    ("budget_revenue", GDP),
    (INVESTMENT, GDP),
    ("trade_total", GDP),
    (ADDED, GDP),
    (ADDED, ALL_OUTPUT),
)


@dataclass(frozen=True)
class Ratios(Result):
    """One level in percent of another by year, published and planned."""

    SUBJECT: ClassVar[str] = "answers.ratios"

    def facts(self, lang: str) -> dict[str, Any]:
        """How far the ratio that moves most is to move over the plan's years."""
        planned = self.rows[self.rows["planned"]].groupby(["part", "whole"], sort=False)["percent"]
        first, last = planned.first(), planned.last()
        part, whole = most = (np.log(last / first)).abs().idxmax()
        named = {"part": self.plan.name(part, lang), "whole": self.plan.name(whole, lang)}
        told = {"first": num(float(first[most]), 1), "last": num(float(last[most]), 1)}
        return {"n": len(first), **named, **told}


def ratios(plan: PlanDocument) -> Ratios:
    """The ratios that the plan's targets lead to, beside those that were published.

    Returns
    -------
    Ratios with the columns part, whole, year, percent, planned (whether both are the plan's),
    carried (whether one is a published level carried on by the plan's growth rates) and source_id.
    Published ratios hold only where both figures stand for one area.
    """
    out = []
    for part, whole in PAIRS:
        a, b = _levels(plan, part), _levels(plan, whole)
        keys = ["year", "planned", "scope_note"]
        both = a.merge(b, on=keys, suffixes=("", "_whole"))
        if not both["planned"].any():
            continue
        same = both["unit"].combine(both["unit_whole"], convertible)
        for r in both[same.astype(bool)].sort_values("year").itertuples():
            percent = 100 * convert(1.0, r.unit, r.unit_whole) * r.value / r.value_whole
            ids = ";".join(dict.fromkeys((r.source_id, r.source_id_whole)))
            how = r.planned, r.carried or r.carried_whole
            out.append((part, whole, int(r.year), percent, *how, ids))
    columns = "part whole year percent planned carried source_id"
    return Ratios(plan, pd.DataFrame(out, columns=columns.split()))


def _levels(plan: PlanDocument, indicator_id: str) -> pd.DataFrame:
    """Published levels before the plan's years, and the plan's own: its targets, or rates carried
    on.
    """
    columns = ["year", "value", "unit", "scope_note", "source_id"]
    seen = plan.levels(indicator_id)
    seen = seen.loc[seen["year"] < plan.years[0], columns].assign(planned=False, carried=False)
    own = {"planned": True, "scope_note": "", "source_id": PLAN}
    if indicator_id in plan.series() and not plan.is_rate(indicator_id):
        rows = plan.annex(indicator_id).dropna(subset=["value"])[["year", "value", "unit"]]
        return pd.concat([seen, rows.assign(**own, carried=False)], ignore_index=True)
    path = carried(plan, indicator_id, _rates(plan, indicator_id))
    if path is None:
        return seen
    rows = path.rename("value").rename_axis("year").reset_index()
    rows = rows.assign(unit=seen["unit"].iloc[-1], carried=True, **own)
    return pd.concat([seen, rows], ignore_index=True)


def _rates(plan: PlanDocument, indicator_id: str) -> dict[int, float]:
    """The growth that the plan asks for by year: of a rate its targets, of all output the core
    area's.
    """
    if indicator_id in plan.series() and plan.is_whole(indicator_id):
        return dict(plan.annex(indicator_id)[["year", "value"]].itertuples(index=False))
    name = f"{OUTPUT}_growth" if indicator_id == ALL_OUTPUT else ""
    rows = plan.targets.loc[plan.targets["indicator_id"] == name, "value"]
    rate = float(rows.iloc[0]) if len(rows) else np.nan
    return {} if np.isnan(rate) else dict.fromkeys(plan.years, rate)
