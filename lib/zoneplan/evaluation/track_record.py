"""Odds given before, held against what came: how good were the verdicts on a plan whose outcomes are known?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import forecast
from zoneplan.messages import words
from zoneplan.plan.outcomes import outcomes
from zoneplan.text import day, num, odds

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan

# A target of a year is announced by the end of its March; odds of a yearly plan are as of that day.
ANNOUNCED = (3, 31)
EVEN = 0.5
# Few cases bear no more than three bins: unlikely, open, likely.
BINS = (0.0, 1 / 3, 2 / 3, 1.0)
COLUMNS = "target_id indicator_id name_en name_zh year as_of target unit odds outcome met right known_from source_id".split()


@dataclass(frozen=True)
class Hits:
    """Every promise with odds given before its outcome was known, beside that outcome."""

    plan: Plan
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """See :func:`hits` for the columns."""
        return self.rows.copy()

    def summary(self) -> pd.DataFrame:
        """One row: cases, met, right, brier, brier_even (odds of one half for all), brier_share (the share met, known only
        afterwards) and skill against even odds.

        ``brier = mean((odds - met)^2)``, 0 at best; ``skill = 1 - brier / brier_even``.

        Source: Brier 1950.

        How to read it: a skill above 0 means that the odds said more than a coin; under 30 cases may be luck.
        """
        met, given = self.rows["met"].to_numpy(dtype="float64"), self.rows["odds"].to_numpy()
        brier, even = float(np.mean((given - met) ** 2)), float(np.mean((EVEN - met) ** 2))
        row = {
            "cases": len(met),
            "met": int(met.sum()),
            "right": int(self.rows["right"].sum()),
            "brier": brier,
            "brier_even": even,
            "brier_share": float(met.var()),
            "skill": 1 - brier / even,
        }
        return pd.DataFrame([row])

    def calibration(self) -> pd.DataFrame:
        """Odds given against the share that came true: columns low, high, cases, odds (mean given), met (share, 0 to 1).

        How to read it: in a row with many cases the two should be near each other.
        """
        at = np.clip(np.searchsorted(BINS, self.rows["odds"], side="right") - 1, 0, len(BINS) - 2)
        by = self.rows.groupby(at).agg(
            cases=("met", "size"), odds=("odds", "mean"), met=("met", "mean")
        )
        bounds = [(BINS[k], BINS[k + 1]) for k in by.index]
        return pd.DataFrame(bounds, columns=["low", "high"]).join(by.reset_index(drop=True))

    def answer(self, lang: str = "en") -> str:
        """The summary in a sentence or two, in English (``en``) or Chinese (``zh``)."""
        s = self.summary().iloc[0]
        return words(lang)(
            "hits.answer",
            cases=num(s["cases"], 0),
            met=num(s["met"], 0),
            right=num(s["right"], 0),
            brier=num(s["brier"], 3),
            even=num(s["brier_even"], 2),
            mean=odds(float(self.rows["odds"].mean()), lang),
        )

    def plot(self, lang: str = "en") -> Chart:
        """Odds given against the share that came true, with the number of cases.

        How to read it: above the dashed line more came true than the odds had said, below it less.
        """
        from zoneplan.charts.kinds import reliability

        w, s = words(lang), self.summary().iloc[0]
        data = self.calibration().rename(
            columns={"odds": "forecast", "met": "observed", "cases": "n"}
        )
        return reliability(
            f"hits_{self.plan.id}",
            data,
            title=w("hits.title", right=num(s["right"], 0), cases=num(s["cases"], 0)),
            subtitle=w(
                "hits.subtitle",
                zone=self.plan.zone_zh if lang == "zh" else self.plan.zone_en,
                first=int(self.rows["year"].min()),
                last=int(self.rows["year"].max()),
            ),
            sources=sorted({*self.rows["source_id"], *self.plan.targets["source_id"]}),
            note=w("hits.note", day=day(max(self.rows["as_of"]), lang)),
            lang=lang,
        )


def hits(plan: Plan) -> Hits:
    """Score the odds that the plan's annex promises were given before against what came of them.

    Of a plan announced year by year each promise is judged on 31 March of its own year, by when it was announced; of any
    other plan on the day of its adoption. Only what was known on that day enters; a promise whose outcome was known by
    then is no case, nor is one without odds.

    Returns
    -------
    Hits with the columns target_id, indicator_id, names, year, as_of, target, unit, odds (0 to 1, of the headline base),
    outcome (as first released), met, right (whether the likelier side came true), known_from and source_id of the outcome.

    Raises
    ------
    ValueError
        No promise has both odds and an outcome.

    How to read it: single rows prove nothing; read the sum, and remember how few cases there are.
    """
    rows = [
        row
        for _, t in plan.targets[plan.targets["section"] == "annex"].iterrows()
        if (row := _row(plan, t)) is not None
    ]
    if not rows:
        raise ValueError(
            f"no promise of {plan.zone_en} has both odds given before and a published outcome"
        )
    return Hits(plan, pd.DataFrame(rows, columns=COLUMNS))


def _row(plan: Plan, target: pd.Series) -> tuple | None:
    i, year = target["indicator_id"], int(target["year"])
    judged = date(year, *ANNOUNCED) if plan.yearly else plan.adopted
    found = outcomes(plan, i)
    made = forecast(plan.seen_from(judged), i)
    # A year that was known on the day is not forecast, and so is no case.
    if year not in found.index or made is None or year not in made.growth:
        return None
    outcome, goal = found.loc[year], plan.goal(i, year)
    p, met = made.odds(year, goal), bool(goal.holds(outcome["value"]))
    return (
        target["target_id"],
        i,
        target["name_en"],
        target["name_zh"],
        year,
        judged,
        target["value"],
        target["unit"],
        p,
        float(outcome["value"]),
        met,
        (p > EVEN) == met,
        outcome["known_from"],
        outcome["source_id"],
    )
