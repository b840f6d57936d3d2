"""The growth that all units of a class share: where it goes, and how wrong such forecasts were."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

# Weight of the newest year in the smoothed growth; 0.3 to 0.8 change the errors of the method by under 6 %.
SMOOTHING = 0.5
# Errors of the cumulated growth widen with the horizon to this power: 0.5 were yearly shocks that do not last, 1 a
# lasting error in growth. The class medians of the growth reference give 0.5 (exports) to 1.2 (real GDP); this is
# their middle.
HORIZON_EXPONENT = 0.85
# Before errors are seen, the one-year error is taken as this share of the growth itself, with the weight of so many
# observed errors. The same medians give 0.1 (real GDP) to 1.1 (exports), 0.35 on average.
PRIOR_SHARE = 1 / 3
PRIOR_WEIGHT = 3
# Few common shocks are ever seen, so their tails stay those of a t distribution.
COMMON_FREEDOM = 8
# A smoothed growth needs this many years before its error counts.
WARM_UP = 3


def smoothed(growth: np.ndarray) -> float:
    """Growth now: the mean of past log growth with weights halving year by year into the past."""
    weights = (1 - SMOOTHING) ** np.arange(len(growth))[::-1]
    return float(weights @ growth / weights.sum())


def expected_growth(growth: np.ndarray, horizon: int) -> np.ndarray:
    """Expected log growth of the next years of a common path.

    Parameters
    ----------
    growth : log growth by year, oldest first.
    horizon : years ahead.

    Returns
    -------
    ``g_k = g / (1 + |g| k)`` for ``k = 1 .. horizon`` with ``g`` the smoothed growth: the yearly addition stays about
    the same while the level grows, so fast growth slows sooner than slow growth (20 % to 12.5 % in three years, 5 % to
    4.3 %).

    Source: regression to the mean of growth (Easterly, Kremer, Pritchett and Summers 1993; Pritchett and Summers
    2014); damped trends (Gardner and McKenzie 1985).
    """
    g = smoothed(growth)
    return g / (1 + abs(g) * np.arange(1, horizon + 1))


def error_sd(growth: np.ndarray, horizon: int) -> np.ndarray:
    """Standard deviation of the error of the cumulated log growth, by years ahead.

    ``s_k = s_1 k^0.85``; ``s_1`` is the root mean square of the one-year errors that :func:`expected_growth` would
    have made on this very path, joined by a weak prior of a third of growth.
    """
    start = max(min(WARM_UP, len(growth) - 1), 1)
    errors = [growth[t] - expected_growth(growth[:t], 1)[0] for t in range(start, len(growth))]
    prior = PRIOR_SHARE * smoothed(growth)
    squares = np.sum(np.square(errors)) + PRIOR_WEIGHT * prior**2
    one = np.sqrt(squares / (len(errors) + PRIOR_WEIGHT))
    return one * np.arange(1, horizon + 1) ** HORIZON_EXPONENT


def t_quantiles(steps: int) -> np.ndarray:
    """Equally likely errors of a common path in units of its standard deviation, in rising order."""
    return np.array(_t_quantiles(steps, COMMON_FREEDOM))


@lru_cache(maxsize=16)
def _t_quantiles(steps: int, freedom: float) -> tuple[float, ...]:
    from scipy.stats import t

    middles = (np.arange(steps) + 0.5) / steps
    return tuple(np.sqrt((freedom - 2) / freedom) * t(freedom).ppf(middles))
