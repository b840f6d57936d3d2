"""Growth still needed to reach each target, how late it comes otherwise, and which unpublished
number matters most.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.chances import Chances
from zoneplan.forecasting.classes import LONGEST, spread_units
from zoneplan.forecasting.forecasts import Base, Forecast, ForecastTable, base_of, forecast
from zoneplan.forecasting.paths import expected_path, growth_paths
from zoneplan.forecasting.scenario import BASES
from zoneplan.plan.intervals import cagr
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import num

# A target that growth as expected does not reach within so many years counts as never reached.
LATEST = 30
# Without any chance the number could still move it from zero to one.
ANYWHERE = 100.0


@dataclass(frozen=True)
class NeededGrowth(Result):
    """Growth needed from each base to the last target, how late it comes otherwise, and what
    similar regions did.
    """

    SUBJECT: ClassVar[str] = "answers.needed"

    def facts(self, lang: str) -> dict[str, Any]:
        """How many targets need more than the median region grew."""
        rows = self.rows
        harder = int((rows["needed_implied"] > rows["class_median"]).sum())
        return {"harder": harder, "n": len(rows)}


def needed_growth(made: ForecastTable) -> NeededGrowth:
    """Growth needed to reach each level target of the last year, from both bases, and how late it
    comes otherwise.

    ``needed = 100 ((target / base)^(1 / years) - 1)``, percent a year; ``late`` as in
    :func:`years_late`; ``probability`` the chance from the same base (0 to 1), ``reached`` the
    share of similar regions that grew at least so fast in the last window. What has no observed
    base has no such figures (missing); where the plan implies no base, the observed one stands in
    both places. A need above the class's P90 asks for what fewer than one region in ten achieved.
    """
    plan, last = made.plan, made.plan.years[-1]
    rows = []
    for i in made.levels():
        class_, target = made.class_of(i), plan.target(i, last)
        if class_ is None or target is None:
            continue
        # The last window alone: pooled ones speak of a faster age.
        window = class_.windows(min(last - plan.base_year, LONGEST), plan.as_of).iloc[-1]
        row: dict[str, Any] = {"indicator_id": i, "name": plan.name(i, "en")}
        each = {kind: _from_base(made, made.of(i, kind), target) for kind in BASES}
        for part in ("needed", "late", "probability"):
            row |= {f"{part}_{kind}": found[part] for kind, found in each.items()}
        row |= {f"class_p{q}": window[f"p{q}"] for q in (10, 25, 75, 90)}
        row["class_median"] = window["p50"]
        for kind in BASES:
            # Of a need that is unknown no share of regions can be told.
            need, grown = row[f"needed_{kind}"], spread_units(window)
            row[f"reached_{kind}"] = float((grown >= need).mean()) if need == need else np.nan
        span = {"origin_year": window["origin_year"], "end_year": window["end_year"]}
        rows.append({**row, **span, "class": class_.describe(), "source_id": window["source_id"]})
    return NeededGrowth(plan, pd.DataFrame(rows))


def _from_base(made: ForecastTable, found: Forecast | None, target: Target) -> dict[str, float]:
    if found is None or found.base is None:
        return dict.fromkeys(("needed", "late", "probability"), np.nan)
    base = found.base
    needed = cagr(base.level.mid, target.value, target.year - base.year)
    late = years_late(made, base, target)
    return {"needed": needed, "late": late, "probability": found.probability(target)}


def years_late(made: ForecastTable, base: Base, target: Target) -> float:
    """Years after its year in which a target is first reached if growth is as expected of the
    class.

    The base is carried by the damped common path of the class, year by year, until the level is at
    least the target; figures are yearly, so the delay is in whole years: 0 for on time (or
    earlier), infinity for not within 30 years.
    """
    class_ = made.class_of(target.indicator_id)
    path = None if class_ is None else expected_path(class_, made.plan.as_of, target.year + LATEST)
    if path is None:
        return float("nan")
    levels = base.level.mid * (1 + path.loc[base.year + 1 :, "growth"] / 100).cumprod()
    reached = levels.index[levels >= target.value]
    return float(max(reached[0] - target.year, 0)) if len(reached) else float("inf")


@dataclass(frozen=True)
class MissingNumbers(Result):
    """The unpublished numbers, and how far each could move its chance."""

    SUBJECT: ClassVar[str] = "answers.missing"

    def facts(self, lang: str) -> dict[str, Any]:
        """How many numbers are missing, and which would move a chance most."""
        some = self.rows.dropna(subset=["probability"])
        most = self.rows.loc[(self.rows if some.empty else some)["points"].fillna(-1.0).idxmax()]
        told = {"n": len(self.rows), "without": len(self.rows) - len(some)}
        told |= {"name": self.plan.name(most["indicator_id"], lang)}
        return told | {"missing": self.plan.translate(most["missing_number"], lang),
                       "points": num(float(most["points"]), 0)}  # fmt: skip


def missing_numbers(made: ForecastTable, judged: Chances) -> MissingNumbers:
    """Which unpublished number would move the chances most.

    For a target with an observed base the missing number is the level of the base year: the chance
    is read with that level at the P10 and the P90 of what the class's growth makes of the observed
    one. A target without a chance could land anywhere, so its missing number comes first.

    Returns
    -------
    MissingNumbers with the columns indicator_id, name_en, missing_number, probability (from the
    observed base where the number is a level of the base year, else the headline's),
    probability_low, probability_high (with the number known low or high) and points (how far it
    could move the chance).
    """
    rows = []
    for line in judged.final().itertuples():
        if line.evidence == "administrative":
            continue
        low, high = _with_base_known(made, line.indicator_id)
        points = ANYWHERE if np.isnan(line.probability_low) else 100 * (high - low)
        named = line.indicator_id, line.name_en, line.missing_number
        now = line.probability_implied if np.isnan(low) else line.probability_observed
        rows.append((*named, now, low, high, points))
    columns = [
        "indicator_id",
        "name_en",
        "missing_number",
        "probability",
        "probability_low",
        "probability_high",
        "points",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values("points", ascending=False, kind="stable", na_position="last")
    return MissingNumbers(made.plan, table.reset_index(drop=True))


def _with_base_known(made: ForecastTable, indicator_id: str) -> tuple[float, float]:
    """The chance if the level of the base year turned out low (P10) or high (P90); missing where
    nothing tells the range.
    """
    plan = made.plan
    head, seen = made.of(indicator_id), base_of(plan, indicator_id, "observed")
    target = plan.target(indicator_id)
    ahead = 0 if seen is None else plan.base_year - seen.year
    if head is None or head.base is None or seen is None or target is None or ahead < 1:
        return np.nan, np.nan
    if head.class_ is None:
        return np.nan, np.nan
    paths = growth_paths(head.class_, plan.as_of, seen.year, [plan.base_year], True, made.settings)
    if paths is None:
        return np.nan, np.nan
    logs = paths.draws(True, {})[:, -1]
    levels = seen.level.mid * np.exp(np.quantile(logs, [0.1, 0.9]))
    ends = []
    for level in levels:
        fixed = replace(made.scenario, levels={**made.scenario.levels, indicator_id: float(level)})
        known = forecast(plan, indicator_id, BASES[0], fixed, made.settings)
        ends.append(np.nan if known is None else known.probability(target))
    return ends[0], ends[1]
