"""Forecasts from short histories that borrow strength from similar units.

The logarithm of a level is the path that all units share plus the unit's own deviation from it::

    y[i, t] = c[t] + d[i, t]

The path ``c`` comes from the reference panel (median growth by year) and is carried on by :mod:`zoneplan.forecasting.growth`.
How far and how lastingly units stray from it is read off the spread of deviations by distance in time, the
variogram; the best linear guess of each unit's deviation then follows for any number of points with any gaps.
The tails come from errors such guesses made before, inside the reference panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting import growth as common

QUANTILES = {
    "q05": 0.05,
    "q10": 0.10,
    "q25": 0.25,
    "q50": 0.50,
    "q75": 0.75,
    "q90": 0.90,
    "q95": 0.95,
}
# The median of fewer units would follow each of them.
FEWEST_UNITS = 5
# Distances in time, in years, that the variogram is fitted to: longer ones rest on few, overlapping spans.
LONGEST_LAG = 8
# Memory of the unit's growth in the part that fades.
FADING = 0.6
# Yearly steps lose half their weight in so many years: the spread between regions changes with the times.
HALF_LIFE = 6.0
# What lies further out than this many robust deviations is cut there when scales and trends are learnt.
CUT = 3.0
# Units whose middle step is so many times the class's say nothing of how the others stray. Leaving them out of the
# variogram changes the errors on 296 prefectures by under 0.1 %, and no wild unit can tilt it.
WILD = 5.0
# A unit's own scale starts as the class's with the weight of so many observed steps.
SCALE_WEIGHT = 4.0
# Origins in the reference panel whose errors give the tails (after so many years), and the t(5) they are
# joined to, with the weight of so many errors.
ORIGINS = 6
WARM_UP = 3
TAIL_WEIGHT = 60
TAIL_FREEDOM = 5
PATH_STEPS = 100
_GRID = (np.arange(200) + 0.5) / 200


@dataclass(frozen=True)
class ReferenceModel:
    """What a reference panel teaches: the common path, how units stray from it, and the tails of errors.

    ``path`` is the common log level on ``years``, known up to ``last_year`` and expected beyond; ``path_sd`` its
    standard deviation; ``weights`` the parts of the variogram; ``tails`` standardised errors of units in rising
    order, equally likely; ``to`` the last year to forecast.
    """

    years: np.ndarray
    last_year: int
    path: np.ndarray
    path_sd: np.ndarray
    weights: np.ndarray
    tails: np.ndarray
    n_units: int
    to: int

    def variogram(self, lag: np.ndarray) -> np.ndarray:
        """Variance of the change of a unit's deviation over ``lag`` years."""
        return _variogram(lag, self.weights)

    def forecast(self, series: Panel) -> PanelForecast:
        """Forecast every unit of a panel from its last year to the last year asked for.

        Parameters
        ----------
        series : panel of one to any number of points per unit, with gaps, ending in any year.

        Returns
        -------
        PanelForecast with the quantiles of every unit and year. Units without any figure in the model's years
        are not in it; those that reach the last year have no rows in its table.

        For unit ``i`` with last point ``L`` the median is ``d[i, L] + w' x + c[t]``: ``x`` the earlier
        deviations relative to the last, ``w = K^-1 k`` the kriging weights (``K``, ``k`` covariances that the
        variogram implies), and ``v = V(t - L) - k' w`` its variance, scaled by how much rougher the unit's own
        steps were than the class's. Around it the unit's error and the error of the common path are added as
        independent variables.

        Source: best linear unbiased prediction (Robinson 1991), kriging (Cressie 1993), partial pooling of
        scales (Gelman and Hill 2007), empirical errors as in reference-class forecasting (Flyvbjerg 2008) and
        split conformal prediction (Vovk, Gammerman and Shafer 2005).

        How to read it: with a single point the unit moves with its class and its interval is as wide as
        units of the class stray; each further point moves the median and narrows the interval.
        """
        deviations = series.on(self.years) - self.path
        usable = np.isfinite(deviations).any(axis=1)
        units, logs = series.units[usable], deviations[usable]
        guess = _guess(logs, self.weights)
        unit_sd = guess.scale[:, None] * np.sqrt(guess.variance)
        middle = guess.level[:, None] + guess.change + self.path
        quantiles = middle[..., None] + _joined(self.path_sd, unit_sd, self.tails)
        origin = series.last_years[usable]
        return PanelForecast(
            units, origin, self.years, np.exp(quantiles), guess.change, unit_sd, self
        )


@dataclass(frozen=True)
class PanelForecast:
    """Quantiles of every unit, year and level of :data:`QUANTILES`, valid after each unit's ``origin``."""

    units: np.ndarray
    origin: np.ndarray
    years: np.ndarray
    quantiles: np.ndarray
    own_change: np.ndarray
    unit_sd: np.ndarray
    model: ReferenceModel

    def table(self) -> pd.DataFrame:
        """One row per unit and year after its last, up to the last asked for: unit_id, origin_year, year, q05 to q95 in the unit's own unit."""
        asked = self.years <= self.model.to
        unit, year = np.nonzero(asked & (self.years > self.origin[:, None]))
        keys = {
            "unit_id": self.units[unit],
            "origin_year": self.origin[unit],
            "year": self.years[year],
        }
        return pd.DataFrame(keys | dict(zip(QUANTILES, self.quantiles[unit, year].T, strict=True)))


def odds(quantiles: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Probability that each level reaches its target.

    Parameters
    ----------
    quantiles : case by level of :data:`QUANTILES`, positive, in the target's unit.
    targets : one positive target for each case.

    Between quantiles, and on beyond the outer ones, the normal score of the probability runs straight in the
    logarithm of the level.

    How to read it: 0.3 means that three in ten such cases reach their target.
    """
    from scipy.stats import norm

    scores, logs, wanted = norm.ppf(list(QUANTILES.values())), np.log(quantiles), np.log(targets)
    rows = np.arange(len(logs))
    k = np.clip((logs < wanted[:, None]).sum(axis=1) - 1, 0, len(scores) - 2)
    share = (wanted - logs[rows, k]) / (logs[rows, k + 1] - logs[rows, k])
    return norm.sf(scores[k] + share * (scores[k + 1] - scores[k]))


@dataclass(frozen=True)
class _Guess:
    last: np.ndarray
    level: np.ndarray
    change: np.ndarray
    variance: np.ndarray
    scale: np.ndarray


def learn(reference: Panel, to: int) -> ReferenceModel:
    """Learn from a reference panel what forecasts up to the year ``to`` need.

    Parameters
    ----------
    reference : panel of similar units, known up to its last year; nothing later is used.
    to : last year to forecast.

    Raises
    ------
    DataError
        Fewer than five units show growth: their median would follow each of them. Or figures lie so far
        apart that nothing is seen of how units stray within eight years.

    How to read it: the result depends on the class only; it can forecast any unit.
    """
    reference = _from_first(reference)
    growth = common_growth(reference)
    known = reference.years[: len(growth) + 1]
    horizon = max(to - int(known[-1]), 0)
    years = np.arange(known[0], max(to, int(known[-1])) + 1)
    steps = np.concatenate([[0.0], growth, common.expected_growth(growth, horizon)])
    sd = np.concatenate([np.zeros(len(known)), common.error_sd(growth, horizon)])
    path = np.cumsum(steps)
    deviations = (reference.on(years) - path)[:, : len(known)]
    deviations = deviations[np.isfinite(deviations).any(axis=1)]
    weights = _fit_variogram(deviations)
    tails = _tails(deviations, weights)
    return ReferenceModel(years, int(known[-1]), path, sd, weights, tails, len(deviations), to)


def common_growth(panel: Panel) -> np.ndarray:
    """Median log growth of the panel by year, from its second year to the last that enough units report.

    A gap adds its average growth to each of its years. Inner years that too few units report take the growth
    of the year before.
    """
    growth, enough = _bridged_growth(panel)
    if not enough.any():
        found = f"growth of fewer than {FEWEST_UNITS} units in any year"
        expected = "more units, or a larger panel given with --reference"
        raise DataError([Problem("reference panel", None, None, found, expected)])
    last = len(enough) - int(np.argmax(enough[::-1]))
    growth = growth[:, :last]
    growth[:, ~enough[:last]] = np.nan
    middle = pd.Series(np.full(last, np.nan))
    middle[enough[:last]] = np.nanmedian(growth[:, enough[:last]], axis=0)
    return middle.ffill().bfill().to_numpy()


def _bridged_growth(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """Log growth by unit and year, gaps at their average growth; marks of the years that enough units report."""
    bridged = pd.DataFrame(panel.logs).interpolate(axis=1, limit_area="inside").to_numpy()
    growth = np.diff(bridged, axis=1)
    return growth, np.isfinite(growth).sum(axis=0) >= FEWEST_UNITS


def _from_first(panel: Panel) -> Panel:
    """The panel from the first year since which enough units show growth; a stray earlier year says nothing."""
    enough = _bridged_growth(panel)[1]
    return panel.since(int(panel.years[np.argmax(enough)])) if enough.any() else panel


def _parts(lag: np.ndarray) -> np.ndarray:
    """The variogram's parts: noise that does not last, steps that stay, growth that fades, growth that stays."""
    k = np.abs(np.asarray(lag, dtype="float64"))
    fading = k * (1 + FADING) / (1 - FADING) - 2 * FADING * (1 - FADING**k) / (1 - FADING) ** 2
    return np.stack([2.0 * (k > 0), k, fading, k**2], axis=-1)


def _variogram(lag: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return _parts(lag) @ weights


def _ages(n: int) -> np.ndarray:
    return 0.5 ** (np.arange(n)[::-1] / HALF_LIFE)


def _fit_variogram(deviations: np.ndarray) -> np.ndarray:
    """Non-negative weights of the parts that fit the spread at each lag with equal relative care."""
    from scipy.optimize import nnls

    n = deviations.shape[1]
    deviations = deviations[~_wild(deviations)]
    lags, spreads = [], []
    for lag in range(1, min(LONGEST_LAG, n - 1) + 1):
        steps = deviations[:, lag:] - deviations[:, :-lag]
        known = np.isfinite(steps)
        if known.sum() >= FEWEST_UNITS:
            weights = np.broadcast_to(_ages(n - lag), steps.shape)[known]
            lags.append(lag)
            spreads.append(_cut_variance(np.abs(steps[known]), weights))
    if not lags:
        found = f"no {FEWEST_UNITS} pairs of figures of a unit within {LONGEST_LAG} years"
        raise DataError(
            [Problem("reference panel", None, "year", found, "a reference panel with fewer gaps")]
        )
    # Units that move as one leave no spread; the least that logs can tell apart stands in.
    spread = np.maximum(spreads, 1e-12)
    return nnls(_parts(np.array(lags)) / spread[:, None], np.ones(len(lags)))[0]


def _wild(deviations: np.ndarray) -> np.ndarray:
    """Marks the units whose steps are, in the middle, many times as large as those of the middle unit."""
    bridged = pd.DataFrame(deviations).interpolate(axis=1, limit_area="inside")
    sizes = bridged.diff(axis=1).abs().median(axis=1)
    return (sizes > WILD * sizes.median()).to_numpy()


def _cut_variance(sizes: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean square of sizes, cut at three robust deviations so that no wild unit decides it."""
    order = np.argsort(sizes)
    mass = np.cumsum(weights[order])
    robust = sizes[order][np.searchsorted(mass, mass[-1] / 2)] / 0.6745
    return float(weights @ np.minimum(sizes, CUT * robust) ** 2 / weights.sum())


def _guess(deviations: np.ndarray, parts: np.ndarray) -> _Guess:
    """The best linear guess of each unit's change after its last point, for every year of the grid at once."""
    n, width = deviations.shape
    known = np.isfinite(deviations)
    here = np.arange(width)
    last = width - 1 - np.argmax(known[:, ::-1], axis=1)
    before = np.maximum.accumulate(np.where(known, here, -1), axis=1)
    before = np.concatenate([np.full((n, 1), -1), before[:, :-1]], axis=1)
    stepped = known & (before >= 0)
    expected = np.sqrt(_variogram(np.where(stepped, here - before, 1), parts))
    previous = np.take_along_axis(deviations, np.maximum(before, 0), axis=1)
    steps = np.where(stepped, (deviations - previous) / expected, 0.0)
    ages = np.where(stepped, 0.5 ** ((last[:, None] - here) / HALF_LIFE), 0.0)
    square = (ages * np.minimum(steps**2, CUT**2)).sum(axis=1)
    scale = np.sqrt((SCALE_WEIGHT + square) / (SCALE_WEIGHT + ages.sum(axis=1)))
    limit = CUT * scale[:, None]
    walked = np.cumsum(np.clip(steps, -limit, limit) * expected, axis=1)
    rows = np.arange(n)
    walked -= walked[rows, last][:, None]

    # Units with points in the same years share their weights, so each pattern is solved once, all in one call.
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    which = which.ravel()
    weights, variance = _kriging(patterns, _variogram(np.subtract.outer(here, here), parts))
    change = np.einsum("np,npf->nf", np.where(known, walked, 0.0), weights[which])
    return _Guess(last, deviations[rows, last], change, variance[which], scale)


def _kriging(patterns: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights (pattern by point by year) of past deviations relative to the last point, and variances."""
    width = patterns.shape[1]
    last = width - 1 - np.argmax(patterns[:, ::-1], axis=1)
    rows = np.arange(len(patterns))
    used = patterns.copy()
    used[rows, last] = False
    from_last = spread[last]
    covariance = 0.5 * (from_last[:, :, None] + from_last[:, None, :] - spread)
    # Unused points become independent of all, with no weight, so that every pattern has the same size.
    both = used[:, :, None] & used[:, None, :]
    system = np.where(both, covariance, np.eye(width))
    system += 1e-9 * spread.max() * np.eye(width)
    wanted = np.where(used[:, :, None], covariance, 0.0)
    weights = np.linalg.solve(system, wanted)
    variance = from_last - np.einsum("ptf,ptf->pf", wanted, weights)
    return weights, np.maximum(variance, 1e-12 * spread.max())


def _tails(deviations: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Standardised errors of guesses made before, symmetric, joined to those of a t distribution."""
    from scipy.stats import t

    width = deviations.shape[1]
    errors = []
    for origin in range(max(WARM_UP, width - 1 - ORIGINS), width - 1):
        seen = np.where(np.arange(width) <= origin, deviations, np.nan)
        rows = np.isfinite(seen[:, origin])
        guess = _guess(seen[rows], parts)
        error = deviations[rows] - guess.level[:, None] - guess.change
        errors.append(
            (error / guess.scale[:, None] / np.sqrt(guess.variance))[:, origin + 1 :].ravel()
        )
    sizes = np.abs(np.concatenate(errors)) if errors else np.empty(0)
    sizes = sizes[np.isfinite(sizes)]
    prior = t(TAIL_FREEDOM).ppf(0.5 + _GRID / 2)
    if not len(sizes):
        return np.concatenate([-prior[::-1], prior])
    seen = (len(sizes) * np.quantile(sizes, _GRID) + TAIL_WEIGHT * prior) / (
        len(sizes) + TAIL_WEIGHT
    )
    return np.concatenate([-seen[::-1], seen])


def _joined(path_sd: np.ndarray, unit_sd: np.ndarray, tails: np.ndarray) -> np.ndarray:
    """Quantiles of the sum of the path's error and the unit's, by unit, year and level.

    The shape of the sum depends only on the share of the path in the two deviations; it is computed on a grid
    of shares and read off between them.
    """
    path = common.t_quantiles(PATH_STEPS)
    unit = np.quantile(tails, (np.arange(100) + 0.5) / 100)
    shares = np.linspace(0, 1, 21)
    wanted = list(QUANTILES.values())
    sums = [np.add.outer(s * path, (1 - s) * unit).ravel() for s in shares]
    # Midway between neighbours, so that steps of equal size leave both sides alike.
    shape = np.array([np.quantile(s, wanted, method="hazen") for s in sums])
    total = path_sd + unit_sd
    share = path_sd / total
    return (
        np.stack([np.interp(share, shares, column) for column in shape.T], axis=-1)
        * total[..., None]
    )
