"""How regions like the zone grew before: reference classes of average annual growth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from zoneplan import tables
from zoneplan.plan import known

LEVELS = np.array([1, *range(5, 100, 5), 99])
COLUMNS = [f"p{q:02d}" for q in LEVELS]
# Three past windows are pooled: one alone carries a single common shock, many reach back to a faster age.
# `odds_by_origin` shows what each window alone would say.
ORIGINS_POOLED = 3
# Probabilities are read on a grid of the middle of each half per cent.
GRID = np.arange(0.25, 100, 0.5)


@dataclass(frozen=True)
class ReferenceClass:
    """Which regions stand in for an indicator of the zone, and whether they only proxy it."""

    level: str
    name: str
    indicator_id: str
    is_proxy: bool
    label: str


_SIZE = ("county", "coastal_size_matched")
_COAST = ("prefecture", "coastal_provinces")
# Size-matched counties come first; where no county class exists the coastal prefectures stand in.
CLASSES = {
    "gdp": ReferenceClass(*_SIZE, "gdp", False, "GDP of coastal counties of the zone's size"),
    "industrial_value_added": ReferenceClass(
        *_SIZE, "secondary_value_added", True, "secondary value added of coastal counties of the zone's size (proxy)"
    ),
    "fiscal_revenue_total": ReferenceClass(
        *_COAST, "budget_revenue", True, "budget revenue of coastal prefectures (proxy)"
    ),
    "budget_revenue": ReferenceClass(*_COAST, "budget_revenue", False, "budget revenue of coastal prefectures"),
    "trade_total": ReferenceClass(*_SIZE, "exports", True, "exports of coastal counties of the zone's size (proxy)"),
    "fixed_asset_investment": ReferenceClass(
        *_COAST, "fixed_asset_investment", False, "fixed-asset investment of coastal prefectures"
    ),
    "industrial_investment": ReferenceClass(
        *_COAST, "fixed_asset_investment", True, "all fixed-asset investment of coastal prefectures (proxy)"
    ),
    "fdi_actual": ReferenceClass(*_COAST, "fdi_actual", False, "foreign investment used by coastal prefectures"),
    "gdp_growth": ReferenceClass(*_COAST, "gdp_real", False, "real GDP of coastal prefectures"),
    "fiscal_revenue_total_growth": ReferenceClass(
        *_COAST, "budget_revenue", True, "budget revenue of coastal prefectures (proxy)"
    ),
    "above_limit_investment_growth": ReferenceClass(
        *_COAST, "fixed_asset_investment", True, "all fixed-asset investment of coastal prefectures (proxy)"
    ),
    "trade_growth_each_year": ReferenceClass(
        *_SIZE, "exports", True, "exports of coastal counties of the zone's size (proxy)"
    ),
}


def windows(class_: ReferenceClass, horizon: int, as_of: date) -> pd.DataFrame:
    """The growth windows of a class known on a day, as printed at the time, oldest first.

    Parameters
    ----------
    class_ : the reference class.
    horizon : length of the window in years (1 to 3).
    as_of : day of judgement; a window is known from 1 November after its last year.

    Returns
    -------
    Rows of the growth_reference table: average annual growth in percent, percentiles p01 to p99 over units.

    How to read it: p50 = 8.6 means that half of the regions grew faster than 8.6 % a year in that window.
    """
    rows = known(tables.read("growth_reference"), as_of)
    keep = (
        (rows["level"] == class_.level)
        & (rows["reference_class"] == class_.name)
        & (rows["indicator_id"] == class_.indicator_id)
        & (rows["series"] == "as_printed")
        & (rows["horizon_years"] == horizon)
    )
    return rows[keep].sort_values("origin_year").reset_index(drop=True)


@dataclass(frozen=True)
class Growth:
    """Past average annual growth of a class over one horizon, ready to be read as a distribution."""

    class_: ReferenceClass
    horizon: int
    rows: pd.DataFrame

    @property
    def draws(self) -> np.ndarray:
        """Equally likely growth rates, percent: the pooled windows' quantile functions on one fine grid."""
        return np.sort(np.concatenate([np.interp(GRID, LEVELS, row) for row in self.rows[COLUMNS].to_numpy()]))

    def quantile(self, q: float | list[float]) -> np.ndarray:
        """Growth at probability ``q`` (0 to 1), percent a year."""
        return np.quantile(self.draws, q)

    def odds(self, needed: float) -> float:
        """Share of regions and windows that grew at least ``needed`` percent a year."""
        return float((self.draws >= needed).mean())

    def odds_by_origin(self, needed: float) -> pd.DataFrame:
        """The same share for each window alone: how much the pooled odds owe to the year."""
        shares = [float((np.interp(GRID, LEVELS, r) >= needed).mean()) for r in self.rows[COLUMNS].to_numpy()]
        return self.rows[["origin_year", "end_year", "n_units"]].assign(share=shares)

    def table(self) -> pd.DataFrame:
        """The pooled windows with their main percentiles."""
        return self.rows[["origin_year", "end_year", "n_units", "p10", "p25", "p50", "p75", "p90", "source_id"]]


def growth(indicator_id: str, horizon: int, as_of: date, origins: int = ORIGINS_POOLED) -> Growth | None:
    """Past growth of the reference class of an indicator, pooled over the last known windows.

    Parameters
    ----------
    indicator_id : an indicator of the plan.
    horizon : years ahead; above three the three-year windows' average annual growth is used.
    as_of : day of judgement.
    origins : how many of the last windows are pooled, each with equal weight.

    Returns
    -------
    Growth, or None where no class exists or fewer than ``origins`` windows were known.

    The pooled distribution is the equal mixture of the windows' distributions over units, each read by
    linear interpolation between its printed percentiles; beyond p01 and p99 nothing is assumed. Method:
    reference-class forecasting (Kahneman and Tversky 1979; Flyvbjerg 2008).

    How to read it: the odds are the share of similar regions that managed it in the recent past.
    """
    class_ = CLASSES.get(indicator_id)
    if class_ is None:
        return None
    rows = windows(class_, min(horizon, 3), as_of)
    if len(rows) < origins:
        return None
    return Growth(class_, min(horizon, 3), rows.tail(origins).reset_index(drop=True))
