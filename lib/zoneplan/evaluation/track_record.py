"""Chances given before, held against what came: how good were they on a plan whose outcomes are
known?
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import forecast
from zoneplan.plan.document import ANNEX, PlanDocument
from zoneplan.plan.outcomes import outcomes
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import num, odds

# A target of a year is announced by the end of its March; chances of a yearly plan are as of that
# day.
ANNOUNCED = (3, 31)
EVEN = 0.5
# Few cases bear no more than three bins: unlikely, open, likely.
BINS = (0.0, 1 / 3, 2 / 3, 1.0)
COLUMNS = [
    "target_id",
    "indicator_id",
    "name_en",
    "name_zh",
    "year",
    "as_of",
    "target",
    "unit",
    "odds",
    "outcome",
    "met",
    "right",
    "known_from",
    "source_id",
]


@dataclass(frozen=True)
class TrackRecord(Result):
    """Every promise with a chance given before its outcome was known, beside that outcome."""

    SUBJECT: ClassVar[str] = "answers.track_record"

    def scores(self) -> pd.DataFrame:
        """One row: cases, met, right, brier, brier_even (one half for all), brier_share (the share
        met, known only
        afterwards) and skill against even chances.

        ``brier = mean((chance - met)^2)``, 0 at best; ``skill = 1 - brier / brier_even`` (Brier
        1950). A skill above 0 means that the chances said more than a coin; under 30 cases may be
        luck.
        """
        met, given = self.rows["met"].to_numpy(dtype="float64"), self.rows["odds"].to_numpy()
        brier, even = float(np.mean((given - met) ** 2)), float(np.mean((EVEN - met) ** 2))
        row: dict[str, float] = {
            "cases": len(met),
            "met": int(met.sum()),
            "right": int(self.rows["right"].sum()),
        }
        row |= {"brier": brier, "brier_even": even, "brier_share": float(met.var())}
        return pd.DataFrame([row | {"skill": 1 - brier / even}])

    def calibration(self) -> pd.DataFrame:
        """Chances given against the share that came true: columns low, high, cases, odds (mean
        given), met (share).
        """
        at = np.searchsorted(BINS, self.rows["odds"], side="right") - 1
        by = self.rows.groupby(np.clip(at, 0, len(BINS) - 2)).agg(
            cases=("met", "size"), odds=("odds", "mean"), met=("met", "mean")
        )
        bounds = [(BINS[k], BINS[k + 1]) for k in by.index]
        return pd.DataFrame(bounds, columns=["low", "high"]).join(by.reset_index(drop=True))

    def facts(self, lang: str) -> dict[str, Any]:
        """Cases, hits and the Brier score."""
        s = self.scores().iloc[0]
        counts = {k: num(s[k], 0) for k in ("cases", "met", "right")}
        mean = odds(float(self.rows["odds"].mean()), lang)
        return counts | {"brier": num(s["brier"], 3), "even": num(s["brier_even"], 2), "mean": mean}


def track_record(plan: PlanDocument) -> TrackRecord:
    """Score the chances that the plan's annex promises were given before against what came of them.

    Of a plan announced year by year each promise is judged on 31 March of its own year, by when it
    was announced; of any other plan on the day of its adoption. Only what was known on that day
    enters; a promise whose outcome was known by then is no case, nor is one without a chance.

    Returns
    -------
    TrackRecord with the columns target_id, indicator_id, names, year, as_of, target, unit, odds (0
    to 1, of the headline base), outcome (as first released), met, right (whether the likelier side
    came true), known_from and source_id of the outcome. Single rows prove nothing; read the sum,
    and remember how few cases there are.
    """
    annex = plan.targets[(plan.targets["section"] == ANNEX) & plan.targets["value"].notna()]
    rows = [row for _, t in annex.iterrows() if (row := _row(plan, t)) is not None]
    return TrackRecord(plan, pd.DataFrame(rows, columns=COLUMNS))


def _row(plan: PlanDocument, row: pd.Series) -> tuple[Any, ...] | None:
    target = Target.of(row)
    i, year = target.indicator_id, target.year
    judged = date(year, *ANNOUNCED) if plan.yearly else plan.adopted
    found, made = outcomes(plan, i), forecast(plan.at(judged), i)
    # A year that was known on the day is not forecast, and so is no case.
    if year not in found.index or made is None or year not in made.open_years:
        return None
    outcome, p = found.loc[year], made.probability(target)
    met = bool(target.is_met(outcome["value"]))
    named = target.target_id, i, row["name_en"], row["name_zh"], year, judged, target.value
    came = float(outcome["value"]), met, (p > EVEN) == met
    return (*named, target.unit, p, *came, outcome["known_from"], outcome["source_id"])
