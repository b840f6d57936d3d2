"""Will each target be met? The chances, what they rest on, and the missing number where there are none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from zoneplan.data.tables import PRIVATE
from zoneplan.forecasting.forecasts import Base, Forecast, ForecastTable, growth_of_class
from zoneplan.plan.document import ANNEX
from zoneplan.plan.intervals import cagr
from zoneplan.plan.loading import lacking
from zoneplan.plan.outcomes import OPEN, resolutions
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import num, odds_range

# Beyond this gap between the two bases the range is the headline, not a point.
BASE_DEPENDENT = 0.15
# So many comparable points make a series of the zone's own.
OWN_SERIES = 5

COLUMNS = (
    "target_id indicator_id name_en name_zh year target unit q10 q50 q90 probability probability_low "
    "probability_high probability_implied probability_observed evidence needed_growth naive missing_number basis "
    "resolution section own"
).split()


@dataclass(frozen=True)
class Chances(Result):
    """One row per quantified target and year, with a chance where one can be given, as of a day."""

    made: ForecastTable | None = field(default=None, kw_only=True, repr=False, compare=False)
    SUBJECT: ClassVar[str] = "chances"

    def final(self) -> pd.DataFrame:
        """Annex targets of the last year only, in printed order."""
        rows = self.rows[self.rows["section"] == ANNEX]
        return rows[rows["year"] == rows["year"].max()].reset_index(drop=True)

    def assessable(self) -> pd.DataFrame:
        """The final annex targets that have a chance."""
        rows = self.final()
        return rows[rows["probability_low"].notna()].reset_index(drop=True)

    def facts(self, lang: str) -> dict[str, object]:
        """Counts, and the span of the leading target."""
        final, some = self.final(), self.assessable()
        lead = self.lead()
        span = odds_range(lead["probability_low"], lead["probability_high"], lang)
        name, year = lead[f"name_{lang}"], int(lead["year"])
        return {"n": len(some), "total": len(final), "name": name, "year": year, "span": span}

    def lead(self) -> pd.Series:
        """The target that speaks for the plan: GDP where it has a chance, else the first that has one."""
        rows = self.assessable()
        return rows.iloc[int(rows["indicator_id"].eq("gdp").to_numpy().argmax())]

    def reason(self, lang: str | None = None) -> str:
        """Why there is nothing to show: no target of the last year has a chance."""
        some = not self.rows.empty and not self.assessable().empty
        return "" if some else Result.reason(Chances(self.plan, self.rows.iloc[:0]), lang)


def chances(made: ForecastTable) -> Chances:
    """The chance of every quantified target of the plan, as of the plan's day.

    Returns
    -------
    Chances with the columns target_id, indicator_id, names, year, target, unit, q10, q50, q90 (of the headline base),
    probability (missing where the two bases differ by more than 15 points), probability_low and probability_high (over
    the bases), probability_implied and probability_observed (by base), evidence (B own points and a class, C
    plan-implied base and a class, D class only, N not assessable, administrative), needed_growth (percent a year from
    the headline base), naive (the last published value), missing_number, basis, resolution (what later figures say:
    met, missed, bounded, open), section and own (whether the row rests on the user's own figures, those of grade P).

    A blank probability with a range means that the answer hangs on the base year; a blank with a missing number means
    that no figure at hand supports a chance.
    """
    plan = made.plan
    evidence = plan.evidence.set_index("indicator_id")[["step", "missing_number"]]
    annex = plan.targets[plan.targets["section"] == ANNEX]
    rows = [_annex_row(made, target, evidence) for _, target in annex.iterrows()]
    text = plan.targets[(plan.targets["section"] == "text") & plan.targets["value"].notna()]
    twins = {row["indicator_id"]: row for row in rows}
    rows += [
        _like_its_twin(_text_row(made, target), twins.get(target["same_as"]))
        for _, target in text.iterrows()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    settled = resolutions(plan).rows.set_index("target_id")["resolution"]
    said = [settled.get(t, OPEN) for t in table["target_id"]]
    return Chances(plan, table.assign(resolution=said), made=made)


def _blank(target: pd.Series) -> dict:
    kept = ("target_id", "indicator_id", "name_en", "name_zh", "year", "unit", "section")
    empty = {"target": target["value"], "missing_number": "", "basis": "none", "evidence": "N"}
    return dict.fromkeys(COLUMNS, np.nan) | {c: target[c] for c in kept} | empty


def _annex_row(made: ForecastTable, row: pd.Series, evidence: pd.DataFrame) -> dict:
    plan, i = made.plan, row["indicator_id"]
    out, seen = _blank(row), plan.observed(row["indicator_id"])
    out["own"] = bool(seen["grade"].eq(PRIVATE).any())
    if row["kind"] in ("flow", "level", "count", "growth") and not seen.empty:
        out["naive"] = float(seen["value"].iloc[-1])
    found = made.by_base(i, int(row["year"]))
    step, missing = evidence.loc[i] if i in evidence.index else graded(made, i, bool(found))
    out |= {"evidence": step, "missing_number": missing}
    if found:
        return out | _chance(found, Target.of(row))
    # The ladder's step speaks of evidence; without a class or base there is nothing to compute yet.
    return out | {"evidence": step if step == "administrative" else "N"}


def graded(made: ForecastTable, indicator_id: str, has_forecast: bool) -> tuple[str, str]:
    """The step of the evidence ladder that an annex series stands on, worked out from the data, and what is missing.

    Used where a plan brings no ``evidence.csv``. A needs five comparable points of its own, B any, C the base that the
    plan implies, D a growth promise without any; without a forecast it is N. The second text is the number to ask for
    first.
    """
    plan = made.plan
    seen, name = plan.observed(indicator_id), plan.name(indicator_id, "en")
    own = "A" if len(seen) >= OWN_SERIES else "B"
    if indicator_id in plan.about.yearly_counts and len(seen):
        return own, lacking("count", name)
    if made.class_of(indicator_id) is None:
        return "N", lacking("class", name)
    if not has_forecast:
        return "N", lacking("base", name, plan.base_year)
    if len(seen):
        return own, lacking("after", name, int(seen["year"].iloc[-1]))
    return ("D" if plan.is_rate(indicator_id) else "C"), lacking("base", name, plan.base_year)


def _chance(found: dict[str, Forecast], target: Target) -> dict:
    head = next(iter(found.values()))
    by_base = {kind: f.probability(target) for kind, f in found.items()}
    first, low, high = next(iter(by_base.values())), min(by_base.values()), max(by_base.values())
    middle = head.table().set_index("year").loc[target.year]
    known = target.year not in head.open_years
    bases = "; ".join(dict.fromkeys(describe_base(f.base) for f in found.values()))
    needed = target.value if head.base is None else np.nan
    if head.base is not None and target.year > head.base.year:
        needed = cagr(head.base.level.mid, target.value, target.year - head.base.year)
    return {
        **{k: float(middle[k]) for k in ("q10", "q50", "q90")},
        "probability_low": low,
        "probability_high": high,
        "probability_implied": first,
        **{f"probability_{kind}": p for kind, p in by_base.items()},
        "probability": first if high - low <= BASE_DEPENDENT else np.nan,
        "basis": "known figure" if known else bases,
        "needed_growth": needed,
    }


def _one(p: float) -> dict:
    """The chance where the base makes no difference."""
    columns = ("probability", "probability_low", "probability_high", "probability_implied")
    return dict.fromkeys(columns, p)


def _like_its_twin(row: dict, twin: dict | None) -> dict:
    """A text row without a chance that repeats an annex row without one is missing the same number."""
    if twin is None or row["evidence"] != "N" or twin["evidence"] not in ("N", "administrative"):
        return row
    return row | {key: twin[key] for key in ("evidence", "missing_number")}


def _text_row(made: ForecastTable, row: pd.Series) -> dict:
    plan, out, every = made.plan, _blank(row), row["aggregation"] == "sum"
    base_year = None if every else plan.base_year
    out["missing_number"] = lacking("every" if every else "base", row["name_en"], base_year)
    found = growth_of_class(made, row) if row["kind"] == "growth" else None
    if found is None:
        return out
    values, class_ = found.values, found.class_
    target = Target.of(row)
    quantiles = dict(zip(("q10", "q50", "q90"), np.quantile(values, [0.1, 0.5, 0.9]), strict=True))
    return (
        out
        | _one(float(target.is_met(values).mean()))
        | quantiles
        | {"evidence": "D", "needed_growth": target.value, "basis": class_.describe()}
        | {"missing_number": "the base year"}
    )


def describe_base(base: Base | None) -> str:
    """One phrase that names a base, for tables."""
    return "class growth" if base is None else f"{base.kind} {base.year}: {num(base.level.mid, 1)}"
