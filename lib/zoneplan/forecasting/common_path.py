"""The growth that all units of a panel share: its past, where it goes, and how wrong such forecasts
were.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from zoneplan.data.panel import FEWEST_UNITS, Panel, bridged
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.panel_settings import Settings

# Cumulated growth is judged over so many years, after so many years of growth.
_YEARS, _WARM_UP = 3, 3


def common_growth(panel: Panel) -> np.ndarray:
    """Return the median log growth by year, from the second year to the last that enough units
    report.

    A gap adds its average growth to each of its years. Inner years that too few units report take
    the growth of the year before.

    Raises
    ------
    DataError
        Growth of fewer than five units is known in any year.

    """
    growth, enough = _growth(panel)
    if not enough.any():
        found = f"growth of fewer than {FEWEST_UNITS} units in any year"
        wanted = "more units, or a larger panel given with --reference"
        raise DataError([Problem("reference panel", None, None, found, wanted)])
    middle = np.full(len(enough) - int(np.argmax(enough[::-1])), np.nan)
    for k in np.flatnonzero(enough):
        known = growth[:, k]
        middle[k] = np.median(known[np.isfinite(known)])
    known = np.isfinite(middle)
    before = np.maximum.accumulate(np.where(known, np.arange(len(middle)), 0))
    return middle[np.maximum(before, int(np.argmax(known)))]


def from_first(panel: Panel) -> Panel:
    """Return the panel from the first year since which enough units show growth; a stray one says
    nothing.
    """
    enough = _growth(panel)[1]
    return panel.since(int(panel.years[np.argmax(enough)])) if enough.any() else panel


def _growth(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Return log growth by unit and year and marks of the years that enough units report."""
    growth = np.diff(bridged(panel.logs), axis=1)
    return growth, np.isfinite(growth).sum(axis=0) >= FEWEST_UNITS


def ahead(growth: np.ndarray, horizon: int, settings: Settings) -> np.ndarray:
    """Return the expected log growth of the next years of a common path.

    Parameters
    ----------
    growth : log growth by year, oldest first.
    horizon : years ahead.
    settings : of the method.

    Each speed of smoothing gives ``g / (1 + |g| k)`` for ``k = 1 .. horizon``, with ``g`` the
    smoothed growth: the yearly addition stays about the same while the level grows. Their mean is
    weighted by ``p L^-n``: ``p`` the weight a speed has before the past is seen, ``L`` its mean
    error over up to three years from every year inside the panel as a multiple of the first
    speed's.

    Source: regression to the mean of growth (Easterly, Kremer, Pritchett and Summers 1993;
    Pritchett and Summers 2014); damped trends (Gardner and McKenzie 1985); forecast combination
    (Bates and Granger 1969).
    """
    made = [_faded(growth, speed, horizon) for speed in settings.speeds]
    return np.asarray(_weights(growth, settings) @ np.array(made))


def _faded(growth: np.ndarray, speed: float, horizon: int) -> np.ndarray:
    weights = (1 - speed) ** np.arange(len(growth))[::-1]
    now = float(weights @ growth / weights.sum())
    return now / (1 + abs(now) * np.arange(1, horizon + 1))


def _weights(growth: np.ndarray, settings: Settings) -> np.ndarray:
    """Return the weight of each speed of smoothing, from the errors it made inside the panel."""
    prior = np.array(settings.speed_weights)
    seen = len(growth) - _WARM_UP
    if seen < 1:
        return prior / prior.sum()
    loss = np.zeros(len(prior))
    for t in range(_WARM_UP, len(growth)):
        came = np.cumsum(growth[t : t + _YEARS])
        wide = np.arange(1, len(came) + 1) ** settings.widening
        for k, speed in enumerate(settings.speeds):
            said = np.cumsum(_faded(growth[:t], speed, len(came)))
            loss[k] += float(np.sum(np.abs(came - said) / wide))
    if loss[0] <= 0:
        return prior / prior.sum()
    power = settings.speed_power * seen / (seen + settings.speed_years)
    weights = prior * np.maximum(loss / loss[0], 1e-3) ** -power
    return np.asarray(weights / weights.sum())


def spread(growth: np.ndarray, horizon: int, step: float, n: int, settings: Settings) -> np.ndarray:
    """Return the standard deviation of the error of cumulated growth by years ahead.

    ``s_k = s_1 k^0.8``; ``s_1`` is the root mean square of the one-year errors made on this very
    path, of which recent ones weigh more, averaged with a weak prior of a third of growth and half
    a unit's step; the error of the median of ``n`` units is added.
    """
    start = max(min(_WARM_UP, len(growth) - 1), 1)
    made = range(start, len(growth))
    errors = np.array([growth[t] - ahead(growth[:t], 1, settings)[0] for t in made])
    weights = 0.5 ** (np.arange(len(errors))[::-1] / settings.path_half_life)
    now = float(ahead(growth, 1, settings)[0])
    prior = np.hypot(settings.growth_share * now, settings.step_share * step)
    seen, own = weights.sum(), settings.path_weight
    # Deviations, not variances, are averaged: a smooth path soon outweighs a prior ten times it.
    one = (np.sqrt(seen * (weights @ errors**2)) + own * prior) / (seen + own)
    one = np.hypot(one, settings.median_error * step / np.sqrt(n))
    return one * np.arange(1, horizon + 1) ** settings.widening


def errors(steps: int, years: int, settings: Settings, bad_years: bool = False) -> np.ndarray:
    """Return equally likely errors of a path ``years`` ahead, in its standard deviations, in rising
    order.

    A t distribution; with ``bad_years`` a stated share of years is as bad as 2009 or 2020 were,
    several times as wide.
    """
    share = 1 - (1 - settings.bad_share) ** max(years, 0) if bad_years else 0.0
    return np.array(_errors(steps, share, settings.bad_size, settings.path_freedom))


@lru_cache(maxsize=64)
def _errors(steps: int, share: float, size: float, freedom: float) -> tuple[float, ...]:
    from scipy.stats import t

    unit = np.sqrt((freedom - 2) / freedom)
    wanted = (np.arange(steps) + 0.5) / steps
    narrow = unit * t(freedom).ppf(wanted)
    if share <= 0:
        return tuple(narrow)
    grid = np.linspace(size * narrow[0], size * narrow[-1], 20_001)
    mass = (1 - share) * t(freedom).cdf(grid / unit) + share * t(freedom).cdf(grid / unit / size)
    found = np.interp(wanted, mass, grid)
    return tuple((found - found[::-1]) / 2)
