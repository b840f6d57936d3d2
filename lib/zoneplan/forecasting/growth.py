"""The growth that all units of a class share: where it goes, and how wrong such forecasts were."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from zoneplan.forecasting.settings import SETTINGS, Settings

# A smoothed growth needs this many years before its error counts.
WARM_UP = 3
# Where no bad year is on record a shock of two percent stands for one.
LEAST_SHOCK = 0.02


def smoothed(growth: np.ndarray, settings: Settings = SETTINGS) -> float:
    """Growth now: the mean of past log growth with weights halving year by year into the past."""
    weights = (1 - settings.smoothing) ** np.arange(len(growth))[::-1]
    return float(weights @ growth / weights.sum())


def expected_growth(growth: np.ndarray, horizon: int, settings: Settings = SETTINGS) -> np.ndarray:
    """Expected log growth of the next years of a common path.

    Parameters
    ----------
    growth : log growth by year, oldest first.
    horizon : years ahead.

    Returns
    -------
    ``g_k = g / (1 + |g| k)`` for ``k = 1 .. horizon`` with ``g`` the smoothed growth: the yearly
    addition stays about the same while the level grows, so fast growth slows sooner than slow
    growth (20 % to 12.5 % in three years, 5 % to 4.3 %).

    Source: regression to the mean of growth (Easterly, Kremer, Pritchett and Summers 1993;
    Pritchett and Summers 2014); damped trends (Gardner and McKenzie 1985).
    """
    g = smoothed(growth, settings)
    return g / (1 + abs(g) * np.arange(1, horizon + 1))


def past_errors(growth: np.ndarray, settings: Settings = SETTINGS) -> np.ndarray:
    """One-year errors that :func:`expected_growth` would have made on this very path,
    oldest first.
    """
    start = max(min(WARM_UP, len(growth) - 1), 1)
    years = range(start, len(growth))
    return np.array([growth[t] - expected_growth(growth[:t], 1, settings)[0] for t in years])


def error_sd(growth: np.ndarray, settings: Settings = SETTINGS) -> float:
    """Standard deviation of the one-year error of the common path.

    The weighted root mean square of :func:`past_errors`, weights halving every ``half_life`` years
    into the past, joined by a prior of a third of growth with the weight of one error.
    """
    errors = past_errors(growth, settings)
    weights = 0.5 ** (np.arange(len(errors))[::-1] / settings.half_life)
    prior = settings.prior_share * smoothed(growth, settings)
    squares = weights @ errors**2 + settings.prior_weight * prior**2
    return float(np.sqrt(squares / (weights.sum() + settings.prior_weight)))


def for_few(origins: int, settings: Settings = SETTINGS) -> float:
    """How much wider an interval must be whose error is known from so few origins.

    The 90 % point of Student's t with ``origins - 1`` degrees of freedom over that of a normal
    distribution: 2.4 for one or two origins, 1.5 for three, 1.3 for four; 1 from ``few_origins``
    on. Source: Student (1908).
    """
    from scipy.special import ndtri, stdtrit

    if origins >= settings.few_origins:
        return 1.0
    return float(stdtrit(max(origins - 1, 1), 0.9) / ndtri(0.9))


def bad_shock(growth: np.ndarray, settings: Settings = SETTINGS) -> float:
    """The worst one-year error on record, as a negative log growth: what a bad year costs."""
    return float(min(past_errors(growth, settings).min(initial=0.0), -LEAST_SHOCK))


def common_quantiles(
    sd: float, shock: float, horizon: int, steps: int, settings: Settings = SETTINGS
) -> np.ndarray:
    """Equally likely errors of the cumulated common path over some years, in rising order.

    Student's t with standard deviation ``sd * horizon^exponent``, and with the chance that one of
    the years is bad the same moved by ``shock``: the mixture's distribution function is inverted at
    the middle of each step.
    """
    freedom = settings.freedom
    scale = sd * horizon**settings.exponent * np.sqrt((freedom - 2) / freedom)
    if scale == 0:
        return np.zeros(steps)
    return _mixture(scale, shock, 1 - (1 - settings.bad_years) ** horizon, freedom, steps)


@lru_cache(maxsize=256)
def _mixture(scale: float, shock: float, bad: float, freedom: int, steps: int) -> np.ndarray:
    from scipy.special import stdtr, stdtrit

    middles = (np.arange(steps) + 0.5) / steps
    end = stdtrit(freedom, middles[0] / 2) * scale
    grid = np.linspace(end + shock, -end, steps)
    law = (1 - bad) * stdtr(freedom, grid / scale) + bad * stdtr(freedom, (grid - shock) / scale)
    return np.interp(middles, law, grid)
