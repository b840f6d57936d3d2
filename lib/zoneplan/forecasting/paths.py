"""Equally likely paths of growth of a zone like its class: one set of draws behind every answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.forecasting import growth as common
from zoneplan.forecasting.classes import LONGEST, ReferenceClass, apart, stamps
from zoneplan.forecasting.correlation import root
from zoneplan.forecasting.settings import SETTINGS, Settings

# Fewer yearly growth rates of a class than this say nothing about how far its path can move.
FEWEST_YEARS = 3
# Fewer regions than this make no distribution in one window: those of all windows are taken
# together.
FEW_UNITS = 30
# Years next to each other are never taken for one and the same.
CLOSEST = 0.99


def stratified(draws: int, columns: int) -> np.ndarray:
    """Points that fill the unit cube evenly (draws by columns); each column holds every stratum's
    middle once.

    A Sobol sequence, ranked column by column: no seed, the same on every machine.
    """
    return _stratified(draws, columns)


@lru_cache(maxsize=16)
def _stratified(draws: int, columns: int) -> np.ndarray:
    from scipy.stats.qmc import Sobol

    points = Sobol(columns, scramble=False).random_base2(int(np.log2(draws)))
    return (ranks(points) + 0.5) / draws


def ranks(values: np.ndarray) -> np.ndarray:
    """The rank of each value within its column, from 0; equal values in their order."""
    order, out = np.argsort(values, axis=0, kind="stable"), np.empty(values.shape, dtype="int64")
    np.put_along_axis(out, order, np.arange(len(values)).reshape(-1, *[1] * (values.ndim - 1)), 0)
    return out


def together(uniform: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Ranks by column of a Gaussian copula: columns move together as asked, each holds every rank
    once.
    """
    from scipy.special import ndtri

    return ranks(ndtri(uniform) @ root(correlation).T)


@dataclass(frozen=True)
class GrowthPaths:
    """Log growth of a zone like its class from one year to each of some later ones, draw by draw.

    ``middle`` is the expected log growth of the class by year; ``common`` and ``unit`` (draws by
    years) are what the error of the common path and the zone's own deviation add, cumulated for a
    level, year by year for a rate.
    """

    class_: ReferenceClass
    years: tuple[int, ...]
    middle: np.ndarray
    common: np.ndarray
    unit: np.ndarray
    window: pd.Series
    known_to: int

    def draws(self, cumulated: bool, extra: Mapping[int, float]) -> np.ndarray:
        """Log growth with percentage points added by year (draws by years)."""
        points = np.array([extra.get(y, 0.0) for y in self.years])
        yearly = np.log1p(np.expm1(self.middle) + points / 100)
        return (yearly.cumsum() if cumulated else yearly) + self.common + self.unit


def growth_paths(
    class_: ReferenceClass,
    as_of: date,
    start: int,
    years: Sequence[int],
    cumulated: bool,
    settings: Settings = SETTINGS,
) -> GrowthPaths | None:
    """Paths of growth of a zone like its class, from what was known on a day.

    Parameters
    ----------
    class_ : the reference class.
    as_of : day of judgement.
    start : the year of the level that grows (for a rate, the year before the first).
    years : the years asked for, all after ``start``.
    cumulated : growth since ``start`` (of a level), or of each year by itself (of a rate).

    Returns
    -------
    GrowthPaths over all years from ``start`` to the last of ``years``, or None where fewer than
    three yearly medians of the class were known, or ``start`` lies before them.

    The class median's path is known as far as its windows go and then expected to slow down; its
    error grows with the years ahead to the power ``exponent``, as that of fractional Brownian
    motion, so that errors of single years are alike. Units lie from the median as in the last known
    window of one, two and three years (in a class of fewer than thirty, as in all windows),
    ``wider`` times as far; how a unit's years go together follows from how these spreads grow. Both
    parts are joined by a Gaussian copula over the years.
    """
    span = tuple(range(start + 1, max(years) + 1))
    # Switches that move no path make no other one.
    settings = replace(settings, host=True, level_shift=0.0, nested=True)
    return _growth_paths(class_, as_of, span, cumulated, settings, stamps())


@lru_cache(maxsize=256)
def _growth_paths(
    class_: ReferenceClass,
    as_of: date,
    span: tuple[int, ...],
    cumulated: bool,
    settings: Settings,
    stamp: tuple[Any, ...],
) -> GrowthPaths | None:
    path = expected_path(class_, as_of, span[-1], settings)
    last = class_.windows(1, as_of).tail(1)
    if path is None or span[0] - 1 < path.index[0] - 1:
        return None
    known_to = int(last["end_year"].iloc[0])
    middle = np.log1p(path["growth"].reindex(span).to_numpy() / 100)
    if np.isnan(middle).any():
        return None
    uniform = stratified(settings.draws, 2 * len(span) + 1)
    error = _common(class_, as_of, span, cumulated, uniform[:, 1 : len(span) + 1], settings)
    unit, window = _units(class_, as_of, span, cumulated, uniform[:, len(span) + 1 :], settings)
    return GrowthPaths(class_, span, middle, error, unit, window, known_to)


def expected_path(
    class_: ReferenceClass, as_of: date, to: int, settings: Settings = SETTINGS
) -> pd.DataFrame | None:
    """The yearly growth of a class median, known and expected, as of a day.

    Returns
    -------
    A frame by year with the columns growth (percent) and known (whether it was known on the day);
    None where fewer than three yearly medians were known.
    """
    seen = class_.windows(1, as_of).set_index("end_year")["p50"]
    if len(seen) < FEWEST_YEARS:
        return None
    logs, last = np.log1p(seen.to_numpy() / 100), int(seen.index[-1])
    horizon = max(to - last, 0)
    coming = common.expected_growth(logs, horizon, settings)
    if not settings.slowing:
        coming = np.full(horizon, _last_growth(class_, as_of))
    years = range(last + 1, last + horizon + 1)
    growth = pd.concat([seen, pd.Series(100 * np.expm1(coming), index=years)])
    return pd.DataFrame({"growth": growth, "known": growth.index <= last}, index=growth.index)


def _last_growth(class_: ReferenceClass, as_of: date) -> float:
    """Average log growth of the class median over the last window of three years."""
    return float(np.log1p(class_.windows(LONGEST, as_of)["p50"].iloc[-1] / 100))


def _common(
    class_: ReferenceClass,
    as_of: date,
    span: tuple[int, ...],
    cumulated: bool,
    uniform: np.ndarray,
    settings: Settings,
) -> np.ndarray:
    """Error of the common path by year; none in years whose growth is known."""
    seen = class_.windows(1, as_of).set_index("end_year")["p50"]
    logs, known_to = np.log1p(seen.to_numpy() / 100), int(seen.index[-1])
    out = np.zeros((len(uniform), len(span)))
    ahead = [k for k, year in enumerate(span) if year > known_to]
    if not ahead or not settings.common_error:
        return out
    few = common.for_few(len(common.past_errors(logs, settings)), settings)
    sd, shock = few * common.error_sd(logs, settings), common.bad_shock(logs, settings)
    steps = np.arange(1, len(ahead) + 1)
    shape = (
        fractional(steps, settings.exponent) if cumulated else increments(steps, settings.exponent)
    )
    order = together(uniform[:, ahead], shape)
    for k, place in enumerate(ahead):
        horizon = k + 1 if cumulated else 1
        errors = common.common_quantiles(sd, shock, horizon, len(uniform), settings)
        out[:, place] = errors[order[:, k]]
    return out


def fractional(steps: np.ndarray, exponent: float) -> np.ndarray:
    """Correlation of fractional Brownian motion at some times: errors cumulate, single years stay
    alike.
    """
    power = 2 * exponent
    a, b = np.meshgrid(steps, steps)
    cov = (a**power + b**power - np.abs(a - b) ** power) / 2
    sd = np.sqrt(np.diag(cov))
    return cov / np.outer(sd, sd)


def increments(steps: np.ndarray, exponent: float) -> np.ndarray:
    """Correlation of the yearly steps of fractional Brownian motion."""
    a, b = np.meshgrid(steps, steps)
    lag = np.abs(a - b).astype("float64")
    power = 2 * exponent
    return (np.abs(lag + 1) ** power + np.abs(lag - 1) ** power - 2 * lag**power) / 2


def _units(
    class_: ReferenceClass,
    as_of: date,
    span: tuple[int, ...],
    cumulated: bool,
    uniform: np.ndarray,
    settings: Settings,
) -> tuple[np.ndarray, pd.Series]:
    """How far a unit lies from the class median by year, and the last window that tells it."""
    laws, window = _deviations(class_, as_of, settings, stamps())
    variance = np.array(
        [np.var(laws[min(h, LONGEST)] * h / min(h, LONGEST)) for h in range(1, len(span) + 1)]
    )
    horizons = np.arange(1, len(span) + 1) if cumulated else np.ones(len(span), dtype=int)
    shape = _spread_correlation(variance) if cumulated else _yearly_correlation(variance)
    order = together(uniform, shape)
    columns = [
        (laws[min(h, LONGEST)] * h / min(h, LONGEST))[order[:, k]]
        for k, h in enumerate(horizons.tolist())
    ]
    return np.stack(columns, axis=1), window


@lru_cache(maxsize=64)
def _deviations(
    class_: ReferenceClass, as_of: date, settings: Settings, stamp: tuple[Any, ...]
) -> tuple[dict[int, np.ndarray], pd.Series]:
    """By length of window: cumulated log deviations from the median, equally likely, in rising
    order.
    """
    laws: dict[int, np.ndarray] = {}
    middles, window = (np.arange(settings.draws) + 0.5) / settings.draws, None
    for h in range(1, LONGEST + 1):
        rows = class_.windows(h, as_of)
        # A class may be printed over shorter windows only.
        few = len(rows) and rows["n_units"].max() < FEW_UNITS
        rows = rows if settings.windows == "all" or few else rows.tail(1)
        if rows.empty:
            laws[h] = laws[h - 1] * h / (h - 1)
            continue
        wider = settings.widening * class_.wider[h - 1] if class_.wider else 1.0
        laws[h] = h * wider * np.quantile(apart(rows), middles)
        window = rows.iloc[-1]
    if window is None:
        raise ValueError(f"no window of {class_.describe()}")
    return laws, window


def _spread_correlation(variance: np.ndarray) -> np.ndarray:
    """Correlation of cumulated deviations whose spread over h years is known: steps of one law in
    every year.
    """
    n = len(variance)
    v = np.concatenate([[0.0], variance])
    a, b = np.meshgrid(np.arange(1, n + 1), np.arange(1, n + 1))
    cov = (v[a] + v[b] - v[np.abs(a - b)]) / 2
    sd = np.sqrt(variance)
    return _possible(cov / np.outer(sd, sd))


def _yearly_correlation(variance: np.ndarray) -> np.ndarray:
    """Correlation of single years of the same law, by their distance."""
    n = len(variance)
    v = np.concatenate([[0.0], variance, [np.nan]])
    lags = [(v[k + 1] + v[k - 1] - 2 * v[k]) / 2 / v[1] if 0 < k < n else 1.0 for k in range(n)]
    a, b = np.meshgrid(np.arange(n), np.arange(n))
    return _possible(np.array(lags)[np.abs(a - b)])


def _possible(correlation: np.ndarray) -> np.ndarray:
    out = np.clip(correlation, -CLOSEST, CLOSEST)
    np.fill_diagonal(out, 1.0)
    return out
