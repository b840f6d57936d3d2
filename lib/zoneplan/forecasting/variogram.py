"""How units stray from the path they share: the spread of deviations by distance in time, and the
best guess from it.

Arrays of deviations are units by years, natural logarithms, NaN where nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneplan.data.panel import FEWEST_UNITS, bridged
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.panel_settings import Settings


@dataclass(frozen=True)
class Guess:
    """What is expected of each unit after its last point.

    ``last`` is the place of that point and ``level`` its deviation; ``change`` the expected change
    of deviation and ``variance`` its variance in a typical unit, both by year asked for; ``scale``
    the unit's own roughness as a multiple of the class's; ``points`` how many figures it has.
    """

    last: np.ndarray
    level: np.ndarray
    change: np.ndarray
    variance: np.ndarray
    scale: np.ndarray
    points: np.ndarray


def parts(lag: np.ndarray, fading: tuple[float, ...]) -> np.ndarray:
    """Return the parts of the variogram at lags in years, along a last axis.

    Noise that does not last, steps that stay, growth that fades with each memory in ``fading``,
    growth that stays.
    """
    k = np.abs(np.asarray(lag, dtype="float64"))
    faded = [k * (1 + f) / (1 - f) - 2 * f * (1 - f**k) / (1 - f) ** 2 for f in fading]
    return np.stack([2.0 * (k > 0), k, *faded, k**2], axis=-1)


def fit(deviations: np.ndarray, settings: Settings) -> np.ndarray:
    """Return the non-negative weights of the parts that fit the spread at each lag with equal
    relative care.

    Raises
    ------
    DataError
        Figures lie so far apart that nothing is seen of how units stray.

    """
    from scipy.optimize import nnls

    n = deviations.shape[1]
    deviations = deviations[~wild_units(deviations, settings.wild)]
    lags, spreads = [], []
    for lag in range(1, min(settings.longest_lag, n - 1) + 1):
        steps = deviations[:, lag:] - deviations[:, :-lag]
        known = np.isfinite(steps)
        if known.sum() >= FEWEST_UNITS:
            ages = 0.5 ** (np.arange(n - lag)[::-1] / settings.half_life)
            weights = np.broadcast_to(ages, steps.shape)[known]
            lags.append(lag)
            spreads.append(cut_variance(np.abs(steps[known]), weights, settings.cut))
    if not lags:
        found = f"no {FEWEST_UNITS} pairs of figures of a unit within {settings.longest_lag} years"
        wanted = "a reference panel with fewer gaps"
        raise DataError([Problem("reference panel", None, "year", found, wanted)])
    # Units that move as one leave no spread; the least that logs can tell apart stands in.
    spread = np.maximum(spreads, 1e-12)
    shapes = parts(np.array(lags), settings.fading)
    weights = nnls(shapes / spread[:, None], np.ones(len(lags)))[0]
    # Were only growth that stays left, one figure would tell the next without error, and errors of
    # the past would be divided by nothing.
    weights[1] = max(
        weights[1], settings.floor * float(parts(np.array(1), settings.fading) @ weights)
    )
    return weights


def wild_units(deviations: np.ndarray, times: float) -> np.ndarray:
    """Mark the units whose steps are, in the middle, many times as large as those of the middle
    unit.
    """
    sizes = row_median(np.abs(np.diff(bridged(deviations), axis=1)))
    return sizes > times * np.nanmedian(sizes)


def row_median(sizes: np.ndarray) -> np.ndarray:
    """Return the median of each row without its gaps; NaN where it has nothing else."""
    ordered = np.sort(sizes, axis=1)
    n = np.isfinite(ordered).sum(axis=1)
    rows, top = np.arange(len(ordered)), np.maximum(n - 1, 0)
    middle = (ordered[rows, top // 2] + ordered[rows, np.minimum(n // 2, top)]) / 2
    return np.where(n > 0, middle, np.nan)


def cut_variance(sizes: np.ndarray, weights: np.ndarray, cut: float) -> float:
    """Return the weighted mean square of sizes, cut at robust deviations so that no wild unit
    decides it.
    """
    order = np.argsort(sizes)
    mass = np.cumsum(weights[order])
    robust = sizes[order][np.searchsorted(mass, mass[-1] / 2)] / 0.6745
    return float(weights @ np.minimum(sizes, cut * robust) ** 2 / weights.sum())


def guess(
    deviations: np.ndarray, weights: np.ndarray, ahead: np.ndarray, settings: Settings
) -> Guess:
    """Return the best linear guess of each unit's change after its last point.

    Parameters
    ----------
    deviations : units by years, at least one figure each.
    weights : of the variogram's parts.
    ahead : places of the years asked for, on the same grid; they may lie beyond it.
    settings : of the method.

    """
    n, width = deviations.shape
    known = np.isfinite(deviations)
    here = np.arange(width)
    last = width - 1 - np.argmax(known[:, ::-1], axis=1)
    before = np.maximum.accumulate(np.where(known, here, -1), axis=1)
    before = np.concatenate([np.full((n, 1), -1), before[:, :-1]], axis=1)
    stepped = known & (before >= 0)
    by_lag = np.sqrt(parts(np.arange(width + 1), settings.fading) @ weights)
    expected = by_lag[np.where(stepped, here - before, 1)]
    previous = np.take_along_axis(deviations, np.maximum(before, 0), axis=1)
    steps = np.where(stepped, (deviations - previous) / expected, 0.0)
    ages = np.where(stepped, 0.5 ** ((last[:, None] - here) / settings.half_life), 0.0)
    square = (ages * np.minimum(steps**2, settings.cut**2)).sum(axis=1)
    own = settings.scale_weight
    scale = np.sqrt((own + square) / (own + ages.sum(axis=1)))
    limit = settings.cut * scale[:, None]
    walked = np.cumsum(np.clip(steps, -limit, limit) * expected, axis=1)
    rows = np.arange(n)
    walked -= walked[rows, last][:, None]

    # Units with points in the same years share their weights, so each pattern is solved once, all
    # in one call.
    packed = np.ascontiguousarray(np.packbits(known, axis=1))
    _, first, which = np.unique(
        packed.view(np.dtype((np.void, packed.shape[1]))).ravel(),
        return_index=True,
        return_inverse=True,
    )
    solved, variance = kriging(known[first], weights, ahead, settings.fading)
    points = known.sum(axis=1)
    change = np.empty((n, len(ahead)))
    for k in range(len(first)) if len(first) <= 4 else ():
        change[which == k] = np.where(known, walked, 0.0)[which == k] @ solved[k]
    if len(first) > 4:
        change = np.einsum("np,npf->nf", np.where(known, walked, 0.0), solved[which])
    return Guess(last, deviations[rows, last], change, variance[which], scale, points)


def kriging(
    patterns: np.ndarray, weights: np.ndarray, ahead: np.ndarray, fading: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (pattern by point by year ahead) of past deviations less the last one, and
    variances.

    Source: kriging (Cressie 1993), which is best linear unbiased prediction (Robinson 1991).
    """
    width = patterns.shape[1]
    last = width - 1 - np.argmax(patterns[:, ::-1], axis=1)
    here = np.arange(width)
    spread = parts(np.subtract.outer(here, here), fading) @ weights
    to_ahead = parts(np.subtract.outer(here, ahead), fading) @ weights
    used = patterns.copy()
    used[np.arange(len(patterns)), last] = False
    from_last = spread[last]
    covariance = 0.5 * (from_last[:, :, None] + from_last[:, None, :] - spread)
    # Unused points become independent of all, with no weight, so that every pattern has the same
    # size.
    both = used[:, :, None] & used[:, None, :]
    system = np.where(both, covariance, np.eye(width))
    system += 1e-9 * spread.max() * np.eye(width)
    towards = to_ahead[last]
    wanted = np.where(
        used[:, :, None], 0.5 * (from_last[:, :, None] + towards[:, None, :] - to_ahead), 0.0
    )
    solved = np.linalg.solve(system, wanted)
    variance = towards - np.einsum("ptf,ptf->pf", wanted, solved)
    return solved, np.maximum(variance, 1e-12 * spread.max())
