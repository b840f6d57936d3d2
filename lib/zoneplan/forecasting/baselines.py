"""Textbook forecasts of a panel, so that no number stands alone: each unit by itself, and a pooled
naive rule.

All work on logarithms, so that quantiles are positive and scaling a series scales its forecast.
Gaps inside a series are bridged by even growth.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, bridged
from zoneplan.forecasting.common_path import common_growth
from zoneplan.forecasting.panel_model import QUANTILES

# With fewer points the models of statsmodels have as many parameters as figures.
FEWEST_POINTS = 6
# A median that doubles or halves the level every year, or a 90 % interval that spans a
# thousandfold, is absurd.
ABSURD_STEP = np.log(2)
ABSURD_WIDTH = np.log(1000)
LEVELS = np.array(list(QUANTILES.values()))


@dataclass(frozen=True)
class Baseline:
    """Quantiles of one textbook method by unit, and how many units fell back to drift.

    ``too_short`` had too few points for the method; ``blown_up`` gave a forecast that is not finite
    or absurd.
    """

    method: str
    rows: pd.DataFrame
    too_short: int
    blown_up: int

    def table(self) -> pd.DataFrame:
        """One row per unit and year: unit_id, origin_year, year, q05 to q95; no interval from under
        three points.
        """
        return self.rows.copy()


def baseline(panel: Panel, to: int, method: str) -> Baseline:
    """What a textbook method says of every unit of a panel.

    Parameters
    ----------
    panel : yearly levels, any number of points per unit.
    to : last year to forecast.
    method : one of :data:`METHODS`: ``naive`` (the last level stays), ``drift`` (its average growth
        goes on),
        ``theta`` (Assimakopoulos and Nikolopoulos 2000), ``damped`` (damped additive trend, Gardner
        and McKenzie 1985), ``arima`` (ARIMA(0,1,1) with drift), ``theta_damped`` (mean of the
        quantiles of both), ``pooled`` (the last growth of the panel's median unit goes on, with the
        errors that this rule made before, all units together).

    Returns
    -------
    Baseline. Units that reach ``to`` have no rows.

    Raises
    ------
    ValueError
        The method is unknown.

    Intervals of naive and drift are those of a random walk with normal steps, without and with
    drift; theta, damped and arima are statsmodels' own.

    How to read it: what a careful analyst without a reference class would say.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; expected one of {', '.join(METHODS)}")
    filled = bridged(panel.logs)
    ends = panel.last_years
    longest = max(to - int(ends.min()), 0)
    horizon = np.maximum(to - ends, 0)
    fallbacks = {"too_short": 0, "blown_up": 0}
    if method == "pooled":
        quantiles = _pooled(panel, filled, longest)
    elif method in ("naive", "drift"):
        walk = _naive if method == "naive" else _drift
        quantiles = np.stack([walk(row[np.isfinite(row)], longest) for row in filled])
    else:
        from threadpoolctl import threadpool_limits

        quantiles = np.full((len(filled), longest, len(LEVELS)), np.nan)
        # Many threads on such short series would only wait for each other.
        with threadpool_limits(1):
            for k in np.flatnonzero(horizon):
                logs = filled[k][np.isfinite(filled[k])]
                quantiles[k, : horizon[k]], reason = _modelled(method, logs, int(horizon[k]))
                if reason:
                    fallbacks[reason] += 1
    unit, step = np.nonzero(np.arange(longest) < horizon[:, None])
    keys = {"unit_id": panel.units[unit], "origin_year": ends[unit], "year": ends[unit] + 1 + step}
    values = np.exp(quantiles[unit, step])
    return Baseline(
        method, pd.DataFrame(keys | dict(zip(QUANTILES, values.T, strict=True))), **fallbacks
    )


def _normal(middle: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """Normal quantiles (step by level); the middle stands alone where the spread is unknown."""
    from scipy.stats import norm

    spread = np.multiply.outer(sd, norm.ppf(LEVELS))
    spread[:, len(LEVELS) // 2] = 0.0
    return middle[:, None] + spread


def _naive(logs: np.ndarray, horizon: int) -> np.ndarray:
    steps = np.diff(logs)
    sd = np.sqrt(np.mean(steps**2)) if len(steps) > 1 else np.nan
    ahead = np.arange(1, horizon + 1)
    return _normal(np.full(horizon, logs[-1]), sd * np.sqrt(ahead))


def _drift(logs: np.ndarray, horizon: int) -> np.ndarray:
    steps = np.diff(logs)
    n = len(steps)
    growth = steps.mean() if n else 0.0
    sd = steps.std(ddof=1) if n > 1 else np.nan
    ahead = np.arange(1, horizon + 1)
    return _normal(logs[-1] + growth * ahead, sd * np.sqrt(ahead * (1 + ahead / max(n, 1))))


def _pooled(panel: Panel, filled: np.ndarray, horizon: int) -> np.ndarray:
    """The last growth of the median unit goes on; errors of that rule from every earlier year, all
    units alike.
    """
    growth = common_growth(panel)
    last = len(growth)
    ahead = np.arange(1, horizon + 1)
    ends = np.minimum(panel.last_years - panel.years[0], last)
    middle = filled[np.arange(len(filled)), panel.last_years - panel.years[0], None]
    middle = middle + growth[np.maximum(ends - 1, 0), None] * ahead
    spread = np.full((horizon, len(LEVELS)), np.nan)
    for h in ahead:
        # Horizons longer than the panel take the errors of the longest one, stretched in
        # proportion.
        known = min(int(h), last - 1)
        if known < 1:
            break
        moved = filled[:, 1 + known : last + 1] - filled[:, 1 : last + 1 - known]
        errors = moved - known * growth[: last - known]
        spread[h - 1] = np.nanquantile(errors, LEVELS) * h / known
    return middle[..., None] + spread


def _modelled(method: str, logs: np.ndarray, horizon: int) -> tuple[np.ndarray, str | None]:
    """Quantiles of one series by a model, or drift and the reason for it."""
    if len(logs) < FEWEST_POINTS:
        return _drift(logs, horizon), "too_short"
    parts = ("theta", "damped") if method == "theta_damped" else (method,)
    made = np.mean([_fitted(part, tuple(logs), horizon) for part in parts], axis=0)
    steps = np.abs(made[:, len(LEVELS) // 2] - logs[-1]) / np.arange(1, horizon + 1)
    sane = (
        np.isfinite(made).all()
        and steps.max() <= ABSURD_STEP
        and (made[:, -1] - made[:, 0]).max() <= ABSURD_WIDTH
    )
    return (made, None) if sane else (_drift(logs, horizon), "blown_up")


@lru_cache(maxsize=4096)
def _fitted(method: str, logs: tuple[float, ...], horizon: int) -> np.ndarray:
    """Quantiles by statsmodels; NaN where the fit fails.

    The mean of two methods asks for fits that were made already, hence the memory.
    """
    # Loading it switches its own warnings on, so it has to come before they are switched off.
    import statsmodels.tools.sm_exceptions  # noqa: F401

    with warnings.catch_warnings():
        # Complaints about convergence are answered by the check for absurd forecasts.
        warnings.simplefilter("ignore")
        try:
            return _normal(*_MODELS[method](pd.Series(logs), horizon))
        except np.linalg.LinAlgError:
            return np.full((horizon, len(LEVELS)), np.nan)


def _theta(logs: pd.Series, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fit = ThetaModel(logs, period=1, deseasonalize=False).fit()
    # alpha is set so that the half width of the interval is one standard deviation.
    bounds = fit.prediction_intervals(horizon, alpha=_ONE_SD).to_numpy()
    return fit.forecast(horizon).to_numpy(), (bounds[:, 1] - bounds[:, 0]) / 2


def _damped(logs: pd.Series, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    fit = ETSModel(logs, trend="add", damped_trend=True).fit(disp=False)
    ahead = fit.get_prediction(len(logs), len(logs) + horizon - 1)
    bounds = ahead.pred_int(_ONE_SD).to_numpy()
    return ahead.predicted_mean.to_numpy(), (bounds[:, 1] - bounds[:, 0]) / 2


def _arima(logs: pd.Series, horizon: int) -> tuple[np.ndarray, np.ndarray]:
    from statsmodels.tsa.arima.model import ARIMA

    ahead = (
        ARIMA(logs.to_numpy(), order=(0, 1, 1), trend="t")
        .fit(cov_type="none")
        .get_forecast(horizon)
    )
    return ahead.predicted_mean, ahead.se_mean


# Probability outside one standard deviation of a normal variable.
_ONE_SD = 0.31731050786291415
_MODELS: dict[str, Callable[..., Any]] = {"theta": _theta, "damped": _damped, "arima": _arima}
METHODS = ("naive", "drift", "theta", "damped", "arima", "theta_damped", "pooled")
