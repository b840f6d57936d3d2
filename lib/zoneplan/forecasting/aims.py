"""Targets that would have had an even chance, and what a year's result says of the years
after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import Forecast, ForecastTable
from zoneplan.forecasting.scenario import BASES
from zoneplan.forecasting.values import promises
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import amount, odds, odds_range, rounded

EVEN, TWO_IN_THREE = 0.5, 2 / 3
# Where a miss is money that the zone's budget lacks, the nearest to it first.
REVENUE = ("budget_revenue", "fiscal_revenue_total")
# Readings of a year, as probabilities of its own distribution.
READINGS = (0.1, 0.25, 0.5, 0.75, 0.9)
# Draws within this share of the ranks around a reading count, the nearer the more.
BAND = 0.05


@dataclass(frozen=True)
class Aims(Result):
    """The targets that would have had an even chance, and a chance of two in three."""

    SUBJECT: ClassVar[str] = "answers.aims"

    def facts(self, lang: str) -> dict[str, Any]:
        """The first target and the one with an even chance over the bases, and the revenue that is
        missing if things go as expected.
        """
        first = self.rows.iloc[0]
        even = [float(v) for v in first[[f"even_{b}" for b in BASES]].dropna()]
        return {
            "name": self.plan.name(first["indicator_id"], lang),
            "target": amount(float(first["target"]), first["unit"], lang),
            "year": first["year"],
            "low": rounded(min(even), first["unit"], lang),
            "high": rounded(max(even), first["unit"], lang),
        } | self._lost(lang)

    def case(self) -> str:
        """Whether revenue is expected to be lost."""
        return "summary" if self.lost() is None else "revenue"

    def lost(self) -> dict[str, Any] | None:
        """The budget consequence of a miss: what the first revenue series lacks of its target if
        things go as expected, in its unit and as a share of the target, over the bases; None where
        nothing is lost from any base.
        """
        rows = self.rows[self.rows["indicator_id"].isin(REVENUE)]
        for _, row in rows.sort_values(
            "indicator_id", key=lambda c: c.map(REVENUE.index)
        ).iterrows():
            missing = [float(v) for v in row[[f"shortfall_{b}" for b in BASES]].dropna()]
            if missing and min(missing) > 0:
                ends = {"low": min(missing), "high": max(missing)}
                shares = {f"share_{k}": v / float(row["target"]) for k, v in ends.items()}
                return dict(row[["indicator_id", "year", "unit", "target"]]) | ends | shares
        return None

    def _lost(self, lang: str) -> dict[str, Any]:
        lost = self.lost()
        if lost is None:
            return {}
        ends = [rounded(lost[k], lost["unit"], lang) for k in ("low", "high")]
        return {
            "revenue": self.plan.name(lost["indicator_id"], lang),
            "lost_low": ends[0],
            "lost_high": ends[1],
            "share": odds_range(lost["share_low"], lost["share_high"], lang),
        }


@dataclass(frozen=True)
class EarlyWarning(Result):
    """The chance of the last target of some series at each reading of their first open year."""

    SUBJECT: ClassVar[str] = "answers.early"

    def facts(self, lang: str) -> dict[str, Any]:
        """The chance of the first series if its first open year is on target, and else."""
        i = self.rows["indicator_id"].iloc[0]
        rows = self.rows[self.rows["indicator_id"] == i]
        told = rows[rows["planned"]] if rows["planned"].any() else rows[rows["quantile"] == EVEN]
        return {
            "name": self.plan.name(i, lang),
            "year": int(rows["year"].iloc[0]),
            "last": self.plan.years[-1],
            "reading": amount(float(told["reading"].iloc[0]), self.plan.unit(i), lang),
            "chance": odds(float(told["probability"].iloc[0]), lang),
            "low": odds(float(rows["probability"].min()), lang),
            "high": odds(float(rows["probability"].max()), lang),
        }


def aims(made: ForecastTable) -> Aims:
    """The target that would have had an even chance, and a chance of two in three, for every
    distinct promise.

    Returns
    -------
    Aims with the columns target_id, indicator_id, year, unit, target, and by base even,
    two_in_three and shortfall (the target less the even-chance target: what is missing if things go
    as expected; of revenue, the budget consequence).
    """
    rows = []
    for p in promises(made):
        row: dict[str, Any] = {
            "target_id": p.target.target_id,
            "indicator_id": p.target.indicator_id,
        }
        row |= {"year": p.target.year, "unit": p.target.unit, "target": p.target.value}
        for base in BASES:
            values = p.values.get(base)
            some = np.full(2, np.nan) if values is None else aim(p.target, values)
            row |= {f"even_{base}": some[0], f"two_in_three_{base}": some[1]}
            row[f"shortfall_{base}"] = p.target.value - some[0]
        rows.append(row)
    return Aims(made.plan, pd.DataFrame(rows))


def aim(target: Target, values: np.ndarray) -> np.ndarray:
    """The values that are kept with an even chance and with two in three; of an upper limit, the
    other way round.
    """
    chances = np.array([EVEN, TWO_IN_THREE])
    # Half a project cannot be promised.
    at = chances if target.low == -np.inf else 1 - chances
    if target.kind == "count":
        return np.quantile(values, at, method="inverted_cdf")
    return np.quantile(values, at)


def early_warning(made: ForecastTable, *indicators: str, base: str = BASES[0]) -> EarlyWarning:
    """What to conclude at each reading of the first open year: the chance of the last target given
    it.

    Parameters
    ----------
    indicators : annex series; none means all level series that have a chance.

    Returns
    -------
    EarlyWarning with the columns indicator_id, year (of the reading), reading (in the unit of the
    target, or percent), quantile (of its own distribution; the target of that year has its own
    row), growth (percent since the base) and probability (of the last year's target, given the
    reading), rising with the reading, and planned (whether the reading is the year's own target).

    The chance is the share of draws that keep the target among those whose first year lies within a
    twentieth of the ranks around the reading, the nearer the more; everything rests on the paths
    that all answers read.
    """
    rows = [row for i in indicators or made.levels() for row in _readings(made, i, base)]
    columns = ["indicator_id", "year", "reading", "quantile", "growth", "probability", "planned"]
    return EarlyWarning(made.plan, pd.DataFrame(rows, columns=columns))


def _readings(made: ForecastTable, indicator_id: str, base: str) -> list[tuple[Any, ...]]:
    f, last = made.of(indicator_id, base), made.plan.target(indicator_id)
    if f is None or last is None or len(f.open_years) < 2 or last.year not in f.open_years:
        return []
    first = f.open_years[0]
    drawn = f.draws[first]
    readings = [(float(np.quantile(drawn, q)), q, False) for q in READINGS]
    if (own := made.plan.target(indicator_id, first)) is not None:
        readings.append((own.value, float((drawn < own.value).mean()), True))
    met = last.is_met(f.draws[last.year])
    return [
        (indicator_id, first, v, q, _growth(f, v, first), given(drawn, met, v), planned)
        for v, q, planned in sorted(readings)
    ]


def given(drawn: np.ndarray, met: np.ndarray, value: float) -> float:
    """The chance of an event among the draws whose value lies near a reading."""
    order = np.argsort(drawn, kind="stable")
    at = np.searchsorted(drawn[order], value) / len(drawn)
    apart = np.abs((np.arange(len(drawn)) + 0.5) / len(drawn) - np.clip(at, BAND, 1 - BAND)) / BAND
    weights = np.maximum(1 - apart**2, 0)
    return float(weights @ met[order] / weights.sum())


def _growth(f: Forecast, value: float, year: int) -> float:
    if f.base is None:
        return value
    return 100 * ((value / f.base.level.mid) ** (1 / (year - f.base.year)) - 1)
