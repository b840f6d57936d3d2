"""Forecasts from short histories that learn from similar units.

The logarithm of a level is the path that all units share plus the unit's own deviation from it::

    y[i, t] = c[t] + d[i, t]

The path ``c`` comes from the reference panel (:mod:`~zoneplan.forecasting.common_path`). How far
and how lastingly units stray from it is read off the spread of deviations by distance in time
(:mod:`~zoneplan.forecasting.variogram`); the best linear guess of each unit's deviation then
follows for any number of points with any gaps, moved half-way towards what a regression over all
units foretells (:mod:`~zoneplan.forecasting.pooled_regression`). That guess is weighed with three
others by the errors each made before, inside the reference panel: the regression alone, the class
alone, and half the unit's own trend, which is Theta's. The tails come from such errors too.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, bridged
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting import common_path
from zoneplan.forecasting.common_path import common_growth, from_first
from zoneplan.forecasting.panel_settings import Settings
from zoneplan.forecasting.pooled_regression import PooledRegression, learn_regression
from zoneplan.forecasting.variogram import Guess, fit, guess, parts, wild_units

__all__ = [
    "QUANTILES",
    "PanelForecast",
    "ReferenceModel",
    "Settings",
    "common_growth",
    "learn",
    "load_model",
    "odds",
]

QUANTILES = {
    "q05": 0.05,
    "q10": 0.10,
    "q25": 0.25,
    "q50": 0.50,
    "q75": 0.75,
    "q90": 0.90,
    "q95": 0.95,
}
FORMAT = 2
_PATH_STEPS = 100
# Guesses are weighed by their errors so many years ahead.
_NEAR = 3
_GRID = (np.arange(100) + 0.5) / 100
_SEED = 20181030


@dataclass(frozen=True)
class ReferenceModel:
    """What a reference panel teaches: the common path, how units stray from it, and the tails of
    errors.

    ``path`` is the common log level on ``years``, known up to ``last_year`` and expected beyond;
    ``path_sd`` its standard deviation; ``weights`` the parts of the variogram; ``mix`` the
    weights of the guesses of a unit's change; ``tails`` the sizes of standardised errors of units
    in rising order, equally likely; ``to`` the last year to forecast. Nothing of a single unit is
    in it.
    """

    years: np.ndarray
    last_year: int
    path: np.ndarray
    path_sd: np.ndarray
    weights: np.ndarray
    mix: np.ndarray
    tails: np.ndarray
    regression: PooledRegression
    n_units: int
    to: int
    settings: Settings = Settings()

    def variogram(self, lag: np.ndarray) -> np.ndarray:
        """Return the variance of the change of a unit's deviation over ``lag`` years."""
        return np.asarray(parts(lag, self.settings.fading) @ self.weights)

    def forecast(
        self,
        series: Panel,
        to: int | None = None,
        levels: Sequence[float] | None = None,
        bad_years: bool = False,
    ) -> PanelForecast:
        """Forecast every unit of a panel from its last year to the last year asked for.

        Parameters
        ----------
        series : panel of one to any number of points per unit, with gaps, ending in any year.
        to : last year to forecast, at most the model's own (default).
        levels : probabilities of the quantiles, rising (default: those of :data:`QUANTILES`).
        bad_years : count a stated share of years as bad as 2009 and 2020, which widens intervals
            (the share is not
            needed for a cover of eight in ten over all years, but is where the next years may be
            such).

        Returns
        -------
        PanelForecast with the quantiles of every unit and year. Units without any figure in the
        model's years are not in it; those that reach the last year have no rows in its table.

        For unit ``i`` with last point ``L`` the median is ``d[i, L] + a w' x + c[t]``: ``x`` the
        earlier deviations relative to the last, ``w = K^-1 k`` the kriging weights (``K``, ``k``
        covariances that the variogram implies), ``a`` a share that grows from 0 with one point to 1
        with many; its variance is
        ``V(t - L) - a (2 - a) k' w``, scaled by how much rougher the unit's own steps were than the
        class's. The median moves half-way towards the pooled regression and is averaged, by
        ``mix``, with that regression alone, with no change of its own and with half the unit's own
        trend. Around it the unit's error and the error of the common path are added as independent
        variables.

        Source: best linear unbiased prediction (Robinson 1991), kriging (Cressie 1993), partial
        pooling of scales (Gelman and Hill 2007), empirical errors as in reference-class forecasting
        (Flyvbjerg 2008) and split conformal prediction (Vovk, Gammerman and Shafer 2005);
        combination by past errors (Bates and Granger 1969) with half the trend, the drift of Theta
        (Hyndman and Billah 2003).

        How to read it: with a single point the unit moves with its class and its interval is as
        wide as units of the class stray; each further point moves the median and narrows the
        interval.
        """
        to = self.to if to is None else min(to, self.to)
        wanted = np.array(list(QUANTILES.values()) if levels is None else levels, dtype="float64")
        grid = self.years[self.years <= max(to, self.last_year)]
        deviations = series.on(grid) - self.path[: len(grid)]
        usable = np.isfinite(deviations).any(axis=1)
        units, logs = series.units[usable], deviations[usable]
        origin = series.last_years[usable]
        asked = np.arange(int(origin.min()) + 1 if len(origin) else to + 1, to + 1)
        places = asked - self.years[0]
        made, guesses = _guesses(logs, places, self.path, self)
        change = np.tensordot(self.mix, guesses, 1)
        unit_sd = made.scale[:, None] * np.sqrt(made.variance)
        middle = made.level[:, None] + change + self.path[places]
        around = self._around(asked, unit_sd, wanted, bad_years)
        quantiles = np.exp(middle[..., None] + around)
        return PanelForecast(units, origin, asked, wanted, quantiles, change, unit_sd)

    def _around(
        self, years: np.ndarray, unit_sd: np.ndarray, levels: np.ndarray, bad_years: bool
    ) -> np.ndarray:
        """Return quantiles of the sum of the path's error and the unit's, by unit, year and level.

        The shape of the sum depends only on the share of the path in the two deviations; it is
        computed on a grid of shares and read off between them.
        """
        shares = np.linspace(0, 1, 21)
        half = np.quantile(self.tails, (np.arange(50) + 0.5) / 50)
        unit = np.concatenate([-half[::-1], half])
        out = np.empty((*unit_sd.shape, len(levels)))
        for k, year in enumerate(years):
            sd = self.path_sd[year - self.years[0]]
            path = common_path.errors(
                _PATH_STEPS, int(year) - self.last_year, self.settings, bad_years
            )
            sums = [np.add.outer(s * path, (1 - s) * unit).ravel() for s in shares]
            # Midway between neighbours, so that steps of equal size leave both sides alike.
            shape = np.array([np.quantile(s, levels, method="hazen") for s in sums])
            total = sd + unit_sd[:, k]
            for j, column in enumerate(shape.T):
                out[:, k, j] = np.interp(sd / total, shares, column) * total
        return out

    def save(self, file: str | Path) -> None:
        """Write the model as readable JSON: a few kilobytes, without any unit's figures.

        Raises
        ------
        DataError
            The file cannot be written.

        """
        held = {"format": "zoneplan panel model", "version": FORMAT} | _plain(asdict(self))
        try:
            text = json.dumps(held, indent=1, ensure_ascii=False) + "\n"
            Path(file).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            found = error.strerror or str(error)
            raise DataError([Problem(str(file), None, None, found, _WRITABLE)]) from None


_WRITABLE = "a file that can be written"


def _plain(held: Any) -> Any:
    if isinstance(held, dict):
        return {k: _plain(v) for k, v in held.items()}
    if isinstance(held, np.ndarray):
        return held.tolist()
    return held.item() if isinstance(held, np.generic) else held


def load_model(file: str | Path) -> ReferenceModel:
    """Read a model that :meth:`ReferenceModel.save` has written; its forecasts are the same to the
    last digit.

    Raises
    ------
    DataError
        The file cannot be read, or is no model of this version.

    """
    try:
        held = json.loads(Path(file).read_text(encoding="utf-8"))
        if held.pop("format") != "zoneplan panel model" or held.pop("version") != FORMAT:
            raise ValueError("another format or version")
        regression: dict[str, Any] = {
            k: v if k == "roughness" else np.array(v, dtype="float64")
            for k, v in held.pop("regression").items()
        }
        settings: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in held.pop("settings").items()
        }
        arrays: dict[str, Any] = {
            k: np.array(v) if isinstance(v, list) else v for k, v in held.items()
        }
        return ReferenceModel(
            **arrays, regression=PooledRegression(**regression), settings=Settings(**settings)
        )
    except OSError as error:
        found = error.strerror or str(error)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
    wanted = f"a model of version {FORMAT}, written by zoneplan learn"
    raise DataError([Problem(str(file), None, None, found, wanted)])


@dataclass(frozen=True)
class PanelForecast:
    """Quantiles by unit, year and level, valid after each unit's ``origin``."""

    units: np.ndarray
    origin: np.ndarray
    years: np.ndarray
    levels: np.ndarray
    quantiles: np.ndarray
    own_change: np.ndarray
    unit_sd: np.ndarray

    def table(self) -> pd.DataFrame:
        """Return one row per unit and year after its last: unit_id, origin_year, year, q05 to q95
        in its own unit.
        """
        unit, year = np.nonzero(self.years > self.origin[:, None])
        names = [f"q{100 * p:04.1f}".removesuffix(".0") for p in self.levels]
        names = [n if "." in n else f"q{int(n[1:]):02d}" for n in names]
        keys = {
            "unit_id": self.units[unit],
            "origin_year": self.origin[unit],
            "year": self.years[year],
        }
        return pd.DataFrame(keys | dict(zip(names, self.quantiles[unit, year].T, strict=True)))


def odds(quantiles: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the probability that each level reaches its target.

    Parameters
    ----------
    quantiles : case by level of :data:`QUANTILES`, positive, in the target's unit.
    targets : one positive target for each case.

    Between quantiles, and on beyond the outer ones, the normal score of the probability runs
    straight in the logarithm of the level.

    How to read it: 0.3 means that three in ten such cases reach their target.
    """
    from scipy.stats import norm

    scores, logs, wanted = norm.ppf(list(QUANTILES.values())), np.log(quantiles), np.log(targets)
    rows = np.arange(len(logs))
    k = np.clip((logs < wanted[:, None]).sum(axis=1) - 1, 0, len(scores) - 2)
    share = (wanted - logs[rows, k]) / (logs[rows, k + 1] - logs[rows, k])
    return np.asarray(norm.sf(scores[k] + share * (scores[k + 1] - scores[k])))


def learn(reference: Panel, to: int, settings: Settings | None = None) -> ReferenceModel:
    """Learn from a reference panel what forecasts up to the year ``to`` need.

    Parameters
    ----------
    reference : panel of similar units, known up to its last year; nothing later is used. Of very
        many units a
        fixed sample is looked at.
    to : last year to forecast.
    settings : constants other than those shipped.

    Raises
    ------
    DataError
        Fewer than five units show growth: their median would follow each of them. Or figures lie so
        far apart that nothing is seen of how units stray within eight years.

    How to read it: the result depends on the class only; it can forecast any unit.
    """
    settings = settings or Settings()
    reference = from_first(_sampled(reference, settings.sample))
    growth = common_growth(reference)
    known = reference.years[: len(growth) + 1]
    horizon = max(to - int(known[-1]), 0)
    years = np.arange(known[0], max(to, int(known[-1])) + 1)
    later = common_path.ahead(growth, max(horizon, 1), settings)[:horizon]
    path = np.cumsum(np.concatenate([[0.0], growth, later]))
    deviations = reference.on(known) - path[: len(known)]
    deviations = deviations[np.isfinite(deviations).any(axis=1)]
    filled = bridged(deviations)
    wild = wild_units(filled, settings.wild)
    steps = np.abs(np.diff(filled, axis=1))
    step = float(np.median(steps[np.isfinite(steps)])) / 0.6745
    ahead_sd = common_path.spread(growth, horizon, step, len(deviations), settings)
    model = ReferenceModel(
        years,
        int(known[-1]),
        path,
        np.concatenate([np.zeros(len(known)), ahead_sd]),
        fit(deviations, settings),
        np.array([1.0, 0.0, 0.0, 0.0]),
        _student(settings),
        learn_regression(_first_of(filled[~wild], settings.regression_sample), settings),
        len(deviations),
        to,
        settings,
    )
    mix, tails = _learnt_from_past(deviations, growth, model)
    return replace(model, mix=mix, tails=tails)


def _sampled(panel: Panel, most: int) -> Panel:
    """Return the panel, or as many of its units as a large one is learnt from, always the same."""
    n = len(panel.units)
    if n <= most:
        return panel
    chosen = np.random.default_rng(_SEED).choice(n, most, replace=False)
    return panel.where(np.isin(np.arange(n), chosen))


def _first_of(deviations: np.ndarray, most: int) -> np.ndarray:
    return deviations[:: -(-len(deviations) // most)]


def _guesses(
    deviations: np.ndarray, places: np.ndarray, path: np.ndarray, model: ReferenceModel
) -> tuple[Guess, np.ndarray]:
    """Return the best linear guess, and four guesses of each unit's change of deviation.

    The first is moved half-way towards the pooled regression; the others are the regression alone,
    no change, and half the unit's own trend.
    """
    settings = model.settings
    made = guess(deviations, model.weights, places, settings)
    ahead = places - made.last[:, None]
    # Of so few points that a trend of their own tells nothing, the change counts less and the
    # variance stays.
    few = (made.points - 1.0) ** 2
    share = (few / (few + settings.sparse**2))[:, None]
    apart = model.variogram(ahead)
    variance = apart - share * (2 - share) * (apart - made.variance)
    filled = bridged(deviations)
    told, known = model.regression.change(filled, made.last)
    moved = np.zeros_like(made.change)
    if told.shape[1]:
        # Beyond the years that were learnt, what is foretold stays at its last.
        wanted = np.take_along_axis(told, np.clip(ahead, 1, told.shape[1]) - 1, axis=1)
        moved = np.where(known[:, None] & (ahead > 0), wanted - made.change, 0.0)
    trend = _trends(filled + path[: filled.shape[1]])[:, None] * ahead / 2
    trend -= path[places] - path[made.last][:, None]
    usual, told_alone = made.change + settings.shift * moved, made.change + moved
    guesses = share * np.stack([usual, told_alone, np.zeros_like(moved), trend])
    return replace(made, variance=np.maximum(variance, 1e-12)), guesses


def _trends(logs: np.ndarray) -> np.ndarray:
    """Return each row's slope by least squares; nothing where it has one figure."""
    known = np.isfinite(logs)
    n = known.sum(axis=1)[:, None]
    year = np.where(known, np.arange(logs.shape[1]), 0)
    year = np.where(known, year - year.sum(axis=1)[:, None] / n, 0.0)
    return (year * np.where(known, logs, 0.0)).sum(axis=1) / np.maximum((year**2).sum(axis=1), 0.5)


def _student(settings: Settings) -> np.ndarray:
    from scipy.stats import t

    return np.asarray(t(settings.tail_freedom).ppf(0.5 + _GRID / 2))


def _learnt_from_past(
    deviations: np.ndarray, growth: np.ndarray, model: ReferenceModel
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of the guesses, by the errors each made before, and the sizes of the first
    one's standardised errors, joined to those of a t distribution.

    A weight is ``p (L / L1)^(-10 n / (n + 2))``: ``p`` before the past is seen, ``L`` the mean
    absolute error over one to three years from ``n`` years inside the panel, the path's included.
    """
    settings, width = model.settings, deviations.shape[1]
    errors, losses = [np.empty(0)], []
    for origin in range(max(settings.warm_up, width - 1 - settings.origins), width - 1):
        rows = np.isfinite(deviations[:, origin])
        places = np.arange(origin + 1, width)
        later = common_path.ahead(growth[:origin], len(places), settings)
        path = np.append(model.path[: origin + 1], model.path[origin] + np.cumsum(later))
        made, guesses = _guesses(deviations[rows, : origin + 1], places, path, model)
        size = made.scale[:, None] * np.sqrt(made.variance)
        came = deviations[rows][:, places] - made.level[:, None]
        errors.append(((came - guesses[0]) / size).ravel())
        missed = np.abs(came - guesses + (model.path[:width] - path)[places]) / size
        near = missed[:, np.isfinite(came[:, :_NEAR]).any(axis=1), :_NEAR]
        losses.append(np.nanmean(near, axis=(1, 2)) if near.size else np.ones(len(guesses)))
    sizes = np.abs(np.concatenate(errors))
    sizes = sizes[np.isfinite(sizes)]
    seen, n, own = len(losses), len(sizes), settings.tail_weight
    if not n:
        return model.mix, model.tails
    mix = np.array(settings.mix)
    mix[-1] *= seen / (seen + settings.trend_years)
    loss = np.sum(losses, axis=0)
    if loss[0] > 0:
        power = settings.mix_power * seen / (seen + settings.mix_years)
        mix *= np.maximum(loss / loss[0], 1e-3) ** -power
    tails = (n * np.quantile(sizes, _GRID) + own * model.tails) / (n + own)
    return mix / mix.sum(), tails
