"""Simulated panels whose truth is known, shared by the tests of the panel method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, panel_of
from zoneplan.forecasting import common_path
from zoneplan.forecasting.panel_model import ReferenceModel, Settings, learn
from zoneplan.forecasting.pooled_regression import PooledRegression

FIRST, PAST, HORIZON = 2000, 14, 3
LAST = FIRST + PAST - 1
SET = Settings()
# Noise, steps that stay, growth that fades soon, later and last, growth that stays.
MIXED = (1e-4, 9e-4, 3e-4, 3e-4, 0.0, 0.0)
NOTHING = PooledRegression(np.zeros((0, 7)), np.zeros((0, 7)), 0.0, np.zeros(1))


def deviations(rng, n, width, weights=MIXED):
    """Log deviations of many units that follow the parts of the variogram exactly."""
    noise, step, *fading, lasting = np.sqrt(weights)
    walk = np.cumsum(step * rng.normal(size=(n, width)), axis=1)
    for size, memory in zip(fading, SET.fading, strict=True):
        growth = np.empty((n, width))
        growth[:, 0] = rng.normal(size=n)
        for k in range(1, width):
            fresh = np.sqrt(1 - memory**2) * rng.normal(size=n)
            growth[:, k] = memory * growth[:, k - 1] + fresh
        walk += size * np.cumsum(growth, axis=1)
    drift = lasting * rng.normal(size=(n, 1)) * np.arange(width)
    return rng.normal(size=(n, 1)) + walk + drift + noise * rng.normal(size=(n, width))


def world(seed, n=30, weights=MIXED, error=0.0, settings=SET):
    """Make a panel whose common path goes on as expected but for an error in its standard
    deviations.
    """
    rng = np.random.default_rng(seed)
    growth = rng.normal(0.09, 0.02, PAST - 1)
    own = deviations(rng, n, PAST + HORIZON, weights)
    step = float(np.median(np.abs(np.diff(own[:, :PAST], axis=1)))) / 0.6745
    later = np.cumsum(common_path.ahead(growth, HORIZON, settings))
    later += error * common_path.spread(growth, HORIZON, step, n, settings)
    path = np.concatenate([[0], np.cumsum(growth), growth.sum() + later])
    units = np.array([f"u{i:03}" for i in range(n)])
    return Panel(units, np.arange(FIRST, FIRST + PAST + HORIZON), path + own)


def with_gaps(panel, seed, share=0.4):
    """Return the panel without some inner figures and with last years of its own for each unit."""
    rng = np.random.default_rng(seed)
    logs = panel.logs.copy()
    inner = logs[:, 1:-1]
    inner[rng.random(inner.shape) < share] = np.nan
    ends = len(panel.years) - rng.integers(0, 4, len(logs))
    logs[np.arange(len(panel.years)) >= ends[:, None]] = np.nan
    return Panel(panel.units, panel.years, logs)


def forecast(panel, to=LAST + HORIZON, reference=None, settings=None):
    """Learn and forecast in one step; the table."""
    model = learn(panel if reference is None else reference, to, settings)
    return model.forecast(panel).table()


def known_model(weights=MIXED, width=12, path=None, path_sd=None, tails=None, settings=SET):
    """Make a model whose truth is given, not learnt."""
    from scipy.stats import norm

    zero = np.zeros(width)
    return ReferenceModel(
        np.arange(FIRST, FIRST + width),
        FIRST + width - 1 - HORIZON,
        zero if path is None else path,
        zero if path_sd is None else path_sd,
        np.array(weights),
        np.array([1.0, 0.0, 0.0, 0.0]),
        norm.ppf(0.5 + (np.arange(100) + 0.5) / 200) if tails is None else tails,
        NOTHING,
        99,
        FIRST + width - 1,
        settings,
    )


def points(levels: dict) -> Panel:
    """Make a panel of one unit from its levels by year."""
    rows = [("x", y, v) for y, v in levels.items()]
    return panel_of(pd.DataFrame(rows, columns=["unit_id", "year", "value"]))
