"""One promise of a plan: the value printed for a year, and all values with which it counts
as kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd

from zoneplan.plan.intervals import Interval


@dataclass(frozen=True)
class Target:
    """The promise of one indicator for one year.

    ``low`` to ``high``, both included, are the values with which it is kept: ``at_least`` and
    ``at_most`` reach to infinity, ``range`` from one printed value to the other. ``about`` holds
    what prints as the target, half a step of its precision each way; but more than about so much
    growth, money or firms is no miss, so there it has no upper end.
    """

    target_id: str
    indicator_id: str
    year: int
    value: float
    unit: str
    kind: str
    low: float
    high: float
    printed: Interval

    @classmethod
    def of(cls, row: pd.Series) -> Target:
        """The promise of one row of ``targets.csv``."""
        value, step = float(row["value"]), float(row["precision"])
        low, high = _kept(row, value, step)
        return cls(
            row["target_id"],
            row["indicator_id"],
            int(row["year"]),
            value,
            row["unit"],
            row["kind"],
            low,
            high,
            Interval.printed(value, step),
        )

    def is_met(self, values: float | np.ndarray) -> np.ndarray:
        """Which values keep the promise."""
        return (np.asarray(values) >= self.low) & (np.asarray(values) <= self.high)


def _kept(row: pd.Series, value: float, step: float) -> tuple[float, float]:
    direction = row["direction"]
    if direction == "at_most":
        return -inf, value
    if direction == "range" and pd.notna(row["value_high"]):
        return value, float(row["value_high"])
    if direction == "about" and pd.notna(step):
        return value - step / 2, value + step / 2 if row["kind"] in ("area", "rank") else inf
    return value, inf
