"""Will each target be met?

The chances, what they rest on, and the missing number where there are none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.data.tables import PRIVATE
from zoneplan.forecasting.arrow import UNKNOWN, arrow
from zoneplan.forecasting.forecasts import Base, ForecastTable
from zoneplan.forecasting.proxies import (
    FAILED,
    FEWEST_CHANGES,
    FEWEST_PRINTED,
    comparable_changes,
    level_check,
)
from zoneplan.forecasting.values import Promise, promise
from zoneplan.plan.document import ADMINISTRATIVE, ANNEX, GROWTH
from zoneplan.plan.intervals import cagr
from zoneplan.plan.loading import lacking
from zoneplan.plan.outcomes import OPEN, resolutions
from zoneplan.result import Result
from zoneplan.text import num, odds_range

# Beyond this gap between the two bases the range is the headline, not a point.
BASE_DEPENDENT = 0.15
# Steps of evidence, the best first.
STEPS = "ABCDN"
QUANTILES = {"q10": 0.10, "q50": 0.50, "q90": 0.90}

COLUMNS = [
    "target_id",
    "indicator_id",
    "name_en",
    "name_zh",
    "year",
    "target",
    "unit",
    "q10",
    "q50",
    "q90",
    "probability",
    "probability_low",
    "probability_high",
    "probability_implied",
    "probability_observed",
    "evidence",
    "needed_growth",
    "naive",
    "missing_number",
    "basis",
    "resolution",
    "section",
    "own",
    "reading",
    "range_reason",
    "holder",
    "check",
    "check_points",
    "check_years",
    "check_needed",
    "arrow",
]


@dataclass(frozen=True)
class Chances(Result):
    """One row per quantified target and year, with a chance where one can be given, as of a day."""

    made: ForecastTable | None = field(default=None, kw_only=True, repr=False, compare=False)
    SUBJECT: ClassVar[str] = "answers.chances"

    def final(self) -> pd.DataFrame:
        """Annex targets of the last year only, in printed order."""
        rows = self.rows[self.rows["section"] == ANNEX]
        return rows[rows["year"] == rows["year"].max()].reset_index(drop=True)

    def assessable(self) -> pd.DataFrame:
        """The final annex targets that have a chance."""
        rows = self.final()
        return rows[rows["probability_low"].notna()].reset_index(drop=True)

    def facts(self, lang: str) -> dict[str, Any]:
        """Counts, and the span of the leading target."""
        final, some = self.final(), self.assessable()
        if some.empty:
            return {}
        lead = self.lead()
        span = odds_range(lead["probability_low"], lead["probability_high"], lang)
        name, year = lead[f"name_{lang}"], int(lead["year"])
        return {"n": len(some), "total": len(final), "name": name, "year": year, "span": span}

    def lead(self) -> pd.Series:
        """The target that speaks for the plan:

        GDP where it has a chance, else the first that has one.
        """
        rows = self.assessable()
        return rows.iloc[int(rows["indicator_id"].eq("gdp").to_numpy().argmax())]

    def case(self) -> str:
        """Whether any target has a chance."""
        return "none" if self.assessable().empty else "summary"


def chances(made: ForecastTable) -> Chances:
    """The chance of every quantified target of the plan, as of the plan's day.

    Returns
    -------
    Chances with the columns target_id, indicator_id, names, year, target, unit, q10, q50, q90 (of
    the headline base), probability (missing where the ends of the range lie more than 15 points
    apart), probability_low and probability_high (the range), probability_implied and
    probability_observed (by base), evidence (A a series of the zone's own, B own points and a
    class, C plan-implied base and a class, D class only, N not assessable, administrative),
    needed_growth (percent a year from the headline base), naive (the last published value),
    missing_number, basis, resolution (what later figures say: met, missed, bounded, open), section,
    own (whether the row rests on the user's own figures, those of grade P), reading (what was taken
    for the promise), range_reason (what the ends differ by: base, factor, level, sizes, bound),
    holder (who would hold the missing number), check (outcome of
    :func:`zoneplan.forecasting.proxies.level_check`), check_points (how far the proxy lies from
    printed growth), check_years (the years that could be compared), check_needed (how many a level
    needs) and arrow (what the usual progress arrow says beside the chance:
    :func:`zoneplan.forecasting.arrow.progress_arrow`).

    A blank probability with a range means that the answer hangs on the base year or on a choice
    that no figure settles; a blank with a missing number means that no figure at hand supports a
    chance.
    """
    plan = made.plan
    named = plan.evidence.set_index("indicator_id")[["step", "missing_number", "holder"]]
    targets = plan.targets
    asked = targets["section"].eq(ANNEX) | (
        targets["section"].eq("text") & targets["value"].notna()
    )
    # The annex comes first.
    listed = targets[asked].sort_values("section", kind="stable")
    table = pd.DataFrame([_row(made, r, named) for _, r in listed.iterrows()], columns=COLUMNS)
    settled = resolutions(plan).rows.set_index("target_id")["resolution"]
    said = [settled.get(t, OPEN) for t in table["target_id"]]
    return Chances(plan, table.assign(resolution=said), made=made)


def _row(made: ForecastTable, row: pd.Series, named: pd.DataFrame) -> dict[str, Any]:
    kept = ("target_id", "indicator_id", "name_en", "name_zh", "year", "unit", "section")
    out = dict.fromkeys(COLUMNS, np.nan) | {c: row[c] for c in kept}
    out |= {"target": row["value"], "basis": "none", "reading": "", "range_reason": "", "check": ""}
    out["arrow"] = UNKNOWN
    found, annex = promise(made, row), row["section"] == ANNEX
    out |= _evidence(made, row, found, named)
    if annex:
        seen = made.plan.observed(row["indicator_id"])
        out["own"] = bool(seen["grade"].eq(PRIVATE).any())
        if row["kind"] in ("flow", "level", "count", "growth") and not seen.empty:
            out["naive"] = float(seen["value"].iloc[-1])
        out |= _checked(made, row, found)
    return out if found is None else out | _chance(found) | {"arrow": arrow(made.plan, row)}


def _evidence(
    made: ForecastTable, row: pd.Series, found: Promise | None, named: pd.DataFrame
) -> dict[str, str]:
    """Step of evidence, missing number and its holder: as the plan's table has them, else worked
    out.

    The step is never above what the values carry; without any it is N, or administrative.
    """
    plan, i, twin = made.plan, row["indicator_id"], row["same_as"]
    step = "N" if found is None else found.step
    if plan.by_decision(i) or plan.by_decision(twin):
        step = ADMINISTRATIVE
    # Growth that repeats a level asks for its base year, everything else for what its twin asks
    # for.
    at = twin if found is None or row["kind"] != GROWTH else None
    at = i if i in named.index else at
    if at in named.index:
        said = named.loc[at]
        if found is not None and said["step"] in STEPS:
            step = max(step, said["step"], key=STEPS.index)
        return {
            "evidence": step,
            "missing_number": said["missing_number"],
            "holder": said["holder"],
        }
    missing = _missing(made, row, found)
    return {"evidence": step, "missing_number": missing, "holder": row["responsible"]}


def _missing(made: ForecastTable, row: pd.Series, found: Promise | None) -> str:
    """The number to ask for first, where the plan's tables do not name it."""
    plan, i, name = made.plan, row["indicator_id"], row["name_en"]
    if row["section"] != ANNEX:
        if found is not None and found.reading in ("average", "each_year"):
            return lacking("base", name, plan.base_year)
        every = row["aggregation"] == "sum"
        return lacking("every" if every else "base", name, None if every else plan.base_year)
    seen = plan.observed(i)
    if i in plan.about.yearly_counts and len(seen):
        return lacking("count", name)
    if made.class_of(i) is None:
        return lacking("class", name)
    if found is not None and len(seen):
        return lacking("after", name, int(seen["year"].iloc[-1]))
    return lacking("base", name, plan.base_year)


def _checked(made: ForecastTable, row: pd.Series, found: Promise | None) -> dict[str, Any]:
    """What became of the check that was written down before any figure was tried, with its
    figure.
    """
    i = row["indicator_id"]
    check = level_check(made.plan, i, made.class_of(i), made.settings)
    if check is not None:
        years = check.pairs if check.pairs else len(check.growth)
        told = {"check": check.outcome, "check_points": check.difference, "check_years": years}
        return told | {"check_needed": FEWEST_PRINTED}
    if row["kind"] == "share" and found is None:
        years = comparable_changes(made.plan, i)
        return {"check": FAILED, "check_years": years, "check_needed": FEWEST_CHANGES}
    return {}


def _chance(found: Promise) -> dict[str, Any]:
    target, by_base, ends = found.target, found.by_base(), found.ends()
    first, every = next(iter(by_base.values())), [*by_base.values(), *chain(*ends.values())]
    low, high = min(every), max(every)
    reasons = ["base"] if max(by_base.values()) > min(by_base.values()) else []
    reasons += [r for r, chances in ends.items() if set(chances) - {first}]
    head = next(iter(found.values))
    base = found.bases[head]
    needed = target.value if target.kind == GROWTH else np.nan
    if base is not None and target.year > base.year and found.reading == "value":
        needed = cagr(base.level.mid, target.value, target.year - base.year)
    quantiles = np.quantile(found.values[head], list(QUANTILES.values()))
    return {
        **dict(zip(QUANTILES, map(float, quantiles), strict=True)),
        "probability_low": low,
        "probability_high": high,
        "probability_implied": first,
        **{f"probability_{kind}": p for kind, p in by_base.items()},
        "probability": first if high - low <= BASE_DEPENDENT else np.nan,
        "basis": _basis(found),
        "needed_growth": needed,
        "reading": found.reading,
        "range_reason": " ".join(reasons),
    }


def _basis(found: Promise) -> str:
    if found.known:
        return "known figure"
    if found.class_ is None:
        return "own counts"
    if found.target.kind == GROWTH and found.reading != "value":
        return found.class_.describe()
    return "; ".join(dict.fromkeys(describe_base(b) for b in found.bases.values()))


def describe_base(base: Base | None) -> str:
    """One phrase that names a base, for tables."""
    return "class growth" if base is None else f"{base.kind} {base.year}: {num(base.level.mid, 1)}"
