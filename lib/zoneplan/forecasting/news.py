"""What the host city's running year tells of the common path and of the zone, taken in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.forecasting import growth as common
from zoneplan.forecasting.classes import ReferenceClass, spread_units
from zoneplan.forecasting.paths import GrowthPaths, expected_path, fractional
from zoneplan.forecasting.settings import SETTINGS, Settings
from zoneplan.plan.document import PlanDocument

# Indicators whose counties were found to follow their host's first year of a span, out of sample.
MEASURED = "host first year of the span"
PAST = "host past 3 years"
# Real growth by which a host's half year is held against its class: no other is printed.
REAL = ReferenceClass("prefecture", "coastal_provinces", "gdp_real")
PAST_YEARS = 3


@dataclass(frozen=True)
class News:
    """A surprise in the host's running year and what it does to a zone's growth.

    ``surprise`` is the host's growth in the half year less what was expected of it (percentage
    points), ``shift`` the log growth that it adds by year (cumulated), ``common`` and ``unit`` the
    factors by which both errors shrink by year. ``share`` of the surprise is laid on the common
    path, the rest on the host.
    """

    year: int
    growth: float
    expected: float
    share: float
    shift: np.ndarray
    common: np.ndarray
    unit: float
    row_id: str
    source_id: str

    @property
    def surprise(self) -> float:
        """Growth of the half year less what was expected, percentage points."""
        return self.growth - self.expected

    def apply(self, paths: GrowthPaths) -> np.ndarray:
        """What the news adds to cumulated log growth, draw by draw (draws by years)."""
        moved = (self.common - 1) * paths.common + (self.unit - 1) * paths.unit
        return moved + self.shift


def host_news(plan: PlanDocument, paths: GrowthPaths, settings: Settings = SETTINGS) -> News | None:
    """The news of the host's first half of the plan's first year, if it was known and is measured
    to help.

    The surprise ``y`` is the host's real growth in the half year less the real growth expected of
    its class and less what its own past deviation lets expect. It is either the common path's error
    (standard deviation ``s``) or the host's own (``h``, how far prefectures lie from their median
    in one year): the first gets ``k = s^2 / (s^2 + h^2)`` of it. The common part goes on as errors
    of the path do; of the host's part the zone follows as counties were found to
    (``host_prediction``, ``host_beta``). Both are taken in one step, so that nothing is counted
    twice.

    A half year standing for a year, and real surprises standing for nominal ones, are assumptions.
    """
    key = "host_news", paths.class_, paths.years, paths.known_to, settings
    return plan.once(key, lambda: _host_news(plan, paths, settings))


def _host_news(plan: PlanDocument, paths: GrowthPaths, settings: Settings) -> News | None:
    beta = _coefficient(plan, paths.class_.indicator_id, MEASURED)
    if beta is None or not settings.host or plan.years[0] not in paths.years:
        return None
    half = plan.once("half_year", lambda: _half_year(plan))
    if half is None:
        return None
    at = paths.years.index(plan.years[0])
    path = expected_path(REAL, plan.as_of, plan.years[0], settings)
    if path is None or paths.years[at] <= paths.known_to:
        return None
    past = (_coefficient(plan, paths.class_.indicator_id, PAST) or {}).get("coefficients", 0.0)
    expected = float(path["growth"].iloc[-1]) + past * _past_deviation(plan, path)
    seen = np.log1p(REAL.windows(1, plan.as_of)["p50"].to_numpy() / 100)
    s, h = common.error_sd(seen, settings), _host_spread(plan)
    k = s**2 / (s**2 + h**2)
    surprise = np.log1p(half["value"] / 100) - np.log1p(expected / 100)
    later = np.arange(1, len(paths.years) - at + 1)
    goes_on = (
        1 + later ** (2 * settings.exponent) - np.abs(later - 1) ** (2 * settings.exponent)
    ) / 2
    first = _first_year(plan, paths.class_.indicator_id)
    # What counties follow of their host: in the first year, and on average over three.
    follows = np.interp(later, [1, 3], [first, 3 * beta["coefficients"]])
    shift, factor = np.zeros(len(paths.years)), np.ones(len(paths.years))
    shift[at:] = surprise * (k * goes_on + (1 - k) * follows)
    tied = fractional(later, settings.exponent)[0]
    factor[at:] = np.sqrt(1 - k * tied**2)
    unit = float(np.sqrt(1 - (1 - k) * beta["r2_out_of_sample"]))
    return News(plan.years[0], float(half["value"]), expected, float(k), shift, factor, unit,
                str(half["row_id"]), str(half["source_id"]))  # fmt: skip


def _coefficient(plan: PlanDocument, series: str, predictors: str) -> dict[str, Any] | None:
    rows = plan.known("host_prediction")
    rows = rows[(rows["indicator_id"] == series) & (rows["predictors"] == predictors)]
    if rows.empty or rows["mae_gain_percent"].iloc[0] <= 0:
        return None
    return rows.iloc[0].to_dict()


def _first_year(plan: PlanDocument, series: str) -> float:
    """How much of the host's deviation in a year a county shows in the same year."""
    rows = plan.known("host_beta")
    rows = rows[(rows["indicator_id"] == series) & (rows["horizon_years"] == 1)]
    return float(rows.sort_values("n").iloc[-1]["beta"])


def _half_year(plan: PlanDocument) -> pd.Series | None:
    """The host's real growth of GDP in the first half of the plan's first year, if it was known on
    the day.
    """
    rows = plan.known("context_observations")
    rows = rows[
        (rows["entity_id"] == plan.host)
        & (rows["indicator_id"] == "gdp")
        & (rows["year"] == plan.years[0])
        & (rows["period"] == "h1")
        & (rows["kind"] == "growth_real")
    ].sort_values(["grade", "row_id"])
    return None if rows.empty else rows.iloc[0]


def _past_deviation(plan: PlanDocument, path: pd.DataFrame) -> float:
    """How far the host's real growth lay from its class's median in the last three years known of
    both, points.
    """
    rows = plan.known("context_observations")
    rows = rows[
        (rows["entity_id"] == plan.host)
        & (rows["indicator_id"] == "gdp")
        & (rows["period"] == "full_year")
        & (rows["kind"] == "growth_real")
    ].sort_values(["year", "grade", "row_id"])
    own = rows.drop_duplicates("year").set_index("year")["value"]
    apart = (own - path.loc[path["known"], "growth"]).dropna().tail(PAST_YEARS)
    return 0.0 if apart.empty else float(apart.mean())


def _host_spread(plan: PlanDocument) -> float:
    """Standard deviation of prefectures' log growth around their median in the last known year."""
    row = REAL.windows(1, plan.as_of).iloc[-1]
    return float(np.std(np.log1p(spread_units(row) / 100)))
