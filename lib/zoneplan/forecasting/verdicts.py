"""Will each target be met? The odds, what they rest on, and the missing number where there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data.tables import PRIVATE
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import BASES, Forecast, describe_base, forecast
from zoneplan.messages import words
from zoneplan.plan.audit import cagr
from zoneplan.plan.document import Goal, goal_of, lacking
from zoneplan.plan.outcomes import OPEN, resolutions

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan

# Beyond this gap between the two bases the range is the headline, not a point.
BASE_DEPENDENT = 0.15
# So many comparable points make a series of the zone's own.
OWN_SERIES = 5
# A gamma prior of half a case and no exposure (Jeffreys) lets the single observed year speak.
JEFFREYS = 0.5

COLUMNS = (
    "target_id indicator_id name_en name_zh year target unit q10 q50 q90 probability probability_low "
    "probability_high probability_implied probability_observed evidence needed_growth naive missing_number basis "
    "resolution section own"
).split()


@dataclass(frozen=True)
class Verdicts:
    """One row per quantified target and year, with odds where they can be given, as of a day."""

    rows: pd.DataFrame
    plan: Plan

    def table(self) -> pd.DataFrame:
        """All rows; see :func:`verdicts` for the columns."""
        return self.rows.copy()

    def final(self) -> pd.DataFrame:
        """Annex targets of the last year only, in printed order."""
        rows = self.rows[self.rows["section"] == "annex"]
        return rows[rows["year"] == rows["year"].max()].reset_index(drop=True)

    def assessable(self) -> pd.DataFrame:
        """The final annex targets that have odds."""
        rows = self.final()
        return rows[rows["probability_low"].notna()].reset_index(drop=True)

    def plot(self, lang: str = "en") -> Chart:
        """Odds of the final annex targets as dots and ranges."""
        from zoneplan.charts.kinds import odds_strip
        from zoneplan.text import day, odds_range

        w, plan, rows = words(lang), self.plan, self.assessable()
        if rows.empty:
            raise ValueError("no target of the last year has odds, so there is nothing to draw")
        top = rows.sort_values("probability_low", ascending=False)
        table = pd.DataFrame(
            {
                "label": top[f"name_{lang}"],
                "low": top["probability_low"],
                "high": top["probability_high"],
                "p": top["probability"],
            }
        ).reset_index(drop=True)
        # GDP speaks for the plan where it is among the promises, else the first of them.
        lead = rows.iloc[int(rows["indicator_id"].eq("gdp").to_numpy().argmax())]
        span, year = (
            odds_range(lead["probability_low"], lead["probability_high"], lang),
            int(lead["year"]),
        )
        return odds_strip(
            "odds_2020",
            table,
            title=w("figures.odds.title", name=lead[f"name_{lang}"], year=year, odds=span),
            subtitle=w(
                "figures.odds.subtitle", year=year, zone=plan.zone(lang), day=day(plan.as_of, lang)
            ),
            sources=["plan", *reference_sources()],
            lang=lang,
        )


def reference_sources() -> list[str]:
    """The source ids of the reference classes."""
    from zoneplan.data import tables

    return sorted(set(tables.read("growth_reference")["source_id"]))


def verdicts(plan: Plan) -> Verdicts:
    """Odds for every quantified target of the plan, as of the plan's day.

    Returns
    -------
    Verdicts with the columns target_id, indicator_id, names, year, target, unit, q10, q50, q90 (of the
    headline base), probability (missing where the two bases differ by more than 15 points),
    probability_low and probability_high (over the bases), probability_implied and probability_observed (by
    base), evidence (B own points and a class, C plan-implied base and a class, D class only, N not assessable,
    administrative), needed_growth (percent a year from the headline base), naive (the last published value),
    missing_number, basis, resolution (what later figures say: met, missed, bounded, open), section and own (whether
    the row rests on the user's own figures, those of grade P).

    How to read it: a blank probability with a range means that the answer hangs on the base year; a blank
    with a missing number means that no figure at hand supports any odds.
    """
    evidence = plan.evidence.set_index("indicator_id")[["step", "missing_number"]]
    rows = [
        _annex_row(plan, target, evidence)
        for _, target in plan.targets[plan.targets["section"] == "annex"].iterrows()
    ]
    text = plan.targets[(plan.targets["section"] == "text") & plan.targets["value"].notna()]
    made = {row["indicator_id"]: row for row in rows}
    rows += [
        _like_its_twin(_text_row(plan, target), made.get(target["same_as"]))
        for _, target in text.iterrows()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    settled = resolutions(plan).table().set_index("target_id")["resolution"]
    return Verdicts(
        table.assign(resolution=[settled.get(t, OPEN) for t in table["target_id"]]), plan
    )


def _blank(target: pd.Series) -> dict:
    row = dict.fromkeys(COLUMNS, np.nan)
    row.update(
        {
            c: target[c]
            for c in ("target_id", "indicator_id", "name_en", "name_zh", "year", "unit", "section")
        }
    )
    row.update(target=target["value"], missing_number="", basis="none", evidence="N")
    return row


def _annex_row(plan: Plan, target: pd.Series, evidence: pd.DataFrame) -> dict:
    row = _blank(target)
    i, year, value = target["indicator_id"], int(target["year"]), float(target["value"])
    seen = plan.growths(i) if plan.is_rate(i) else plan.levels(i)
    row["own"] = bool(seen["grade"].eq(PRIVATE).any())
    if target["kind"] in ("flow", "level", "count", "growth") and not seen.empty:
        row["naive"] = float(seen["value"].iloc[-1])
    made = {
        f.base.kind if f.base else BASES[0]: f
        for b in BASES
        if (f := forecast(plan, i, b)) is not None and year in f.draws
    }
    step, missing = evidence.loc[i] if i in evidence.index else graded(plan, i, list(made.values()))
    row |= {"evidence": step, "missing_number": missing}
    if i in plan.yearly_counts and not seen.empty and not made:
        return row | _count_odds(float(seen["value"].iloc[-1]), goal_of(target))
    if not made:
        # The ladder's step speaks of evidence; without a class or base there is nothing to compute yet.
        return row | {"evidence": row["evidence"] if row["evidence"] == "administrative" else "N"}
    return row | _odds(made, year, value, goal_of(target))


def graded(plan: Plan, indicator_id: str, made: list[Forecast]) -> tuple[str, str]:
    """The step of the evidence ladder that an annex series stands on, worked out from the data, and what is missing.

    Used where a plan brings no ``evidence.csv``. A needs five comparable points of its own, B any, C the base that the
    plan implies, D a growth promise without any; without a forecast it is N.

    How to read it: the second text is the number to ask for first.
    """
    seen = plan.growths(indicator_id) if plan.is_rate(indicator_id) else plan.levels(indicator_id)
    name = plan.name(indicator_id)
    if indicator_id in plan.yearly_counts and len(seen):
        return ("A" if len(seen) >= OWN_SERIES else "B"), lacking("count", name)
    if classes.class_of(plan, indicator_id) is None:
        return "N", lacking("class", name)
    if not made:
        return "N", lacking("base", name, plan.base_year)
    if len(seen):
        return ("A" if len(seen) >= OWN_SERIES else "B"), lacking(
            "after", name, int(seen["year"].iloc[-1])
        )
    return ("D" if plan.is_rate(indicator_id) else "C"), lacking("base", name, plan.base_year)


def _odds(made: dict[str, Forecast], year: int, value: float, goal: Goal) -> dict:
    head = next(iter(made.values()))
    by_base = {kind: f.odds(year, goal) for kind, f in made.items()}
    p = list(by_base.values())
    row = head.table().set_index("year").loc[year]
    out = {k: float(row[k]) for k in ("q10", "q50", "q90")}
    low, high = min(p), max(p)
    out.update(probability_low=low, probability_high=high)
    out.update({f"probability_{kind}": odds for kind, odds in by_base.items()})
    out.setdefault("probability_implied", p[0])
    out["probability"] = p[0] if high - low <= BASE_DEPENDENT else np.nan
    out["basis"] = (
        "known figure"
        if year not in head.growth
        else "; ".join(dict.fromkeys(describe_base(f.base) for f in made.values()))
    )
    out["needed_growth"] = value if head.base is None else np.nan
    if head.base is not None and year > head.base.year:
        out["needed_growth"] = cagr(head.base.level.mid, value, year - head.base.year)
    return out


def _count_odds(seen: float, goal: Goal) -> dict:
    """Gamma-Poisson odds from one observed yearly count: the next count is negative binomial."""
    from scipy.stats import nbinom

    next_count = nbinom(seen + JEFFREYS, 0.5)
    p = float(next_count.sf(np.ceil(goal.low) - 1) - next_count.sf(goal.high))
    quantiles = {k: float(next_count.ppf(q)) for k, q in (("q10", 0.1), ("q50", 0.5), ("q90", 0.9))}
    return quantiles | _one(p) | {"basis": f"one observed year: {seen:.0f}"}


def _one(p: float) -> dict:
    """The odds where the base makes no difference."""
    return dict.fromkeys(
        ("probability", "probability_low", "probability_high", "probability_implied"), p
    )


def _like_its_twin(row: dict, twin: dict | None) -> dict:
    """A text row without odds that repeats an annex row without odds is missing the same number."""
    if twin is None or row["evidence"] != "N" or twin["evidence"] not in ("N", "administrative"):
        return row
    return row | {key: twin[key] for key in ("evidence", "missing_number")}


def _text_row(plan: Plan, target: pd.Series) -> dict:
    row = _blank(target)
    i, value, years = target["indicator_id"], float(target["value"]), plan.years
    every = target["aggregation"] == "sum"
    row["missing_number"] = lacking(
        "every" if every else "base", target["name_en"], None if every else plan.base_year
    )
    if target["kind"] != "growth":
        return row
    yearly = target["aggregation"] == "each_year"
    spans = [(1, y) for y in years] if yearly else [(len(years), years[-1])]
    class_ = classes.class_of(plan, i)
    growth = [classes.coming_growth(class_, horizon, plan.as_of, end) for horizon, end in spans]
    if growth[-1] is None:
        return row
    q10, q50, q90 = growth[-1].quantile([0.1, 0.5, 0.9])
    # Of years that depend on each other in an unknown way, all succeed at least as if by chance and at most as
    # often as the worst of them.
    odds = [float(goal_of(target).holds(g.draws).mean()) for g in growth]
    low, high = float(np.prod(odds)), min(odds)
    return (
        row
        | _one(low)
        | {
            "q10": q10,
            "q50": q50,
            "q90": q90,
            "probability": low if high - low <= BASE_DEPENDENT else np.nan,
            "probability_high": high,
            "evidence": "D",
            "needed_growth": value,
            "basis": growth[-1].class_.label,
            "missing_number": "the base year",
        }
    )
