"""Textbook forecasts of a panel by statsforecast, in an environment of its own (it needs an older
pandas).

Usage: python bench_rivals.py PANEL.csv OUT.csv FIRST_ORIGIN LAST_ORIGIN HORIZON SCALE [METHOD]

PANEL has the columns unit_id, year and value; SCALE is ``level`` or ``log``; METHOD is one of the
models, all without it. Every origin sees only the years up to it. OUT gets the quantiles by method
and the seconds each method took over all origins.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta

LEVELS = [50, 80, 90]
# Bounds of the central intervals, as quantiles.
NAMES = {
    "-lo-90": "q05",
    "-lo-80": "q10",
    "-lo-50": "q25",
    "": "q50",
    "-hi-50": "q75",
    "-hi-80": "q90",
    "-hi-90": "q95",
}
MODELS = {
    "AutoETS": AutoETS,
    "AutoARIMA": AutoARIMA,
    "DynamicOptimizedTheta": DynamicOptimizedTheta,
}


def forecasts(panel: pd.DataFrame, origin: int, horizon: int, name: str) -> pd.DataFrame:
    """Quantiles of one method from one origin, on the scale of the panel."""
    seen = panel[panel["ds"] <= origin]
    whole = seen.groupby("unique_id")["ds"].transform(
        lambda years: years.max() == origin and len(years) > 3
    )
    model = StatsForecast(models=[MODELS[name](season_length=1, alias=name)], freq=1, n_jobs=1)
    out = model.forecast(df=seen[whole], h=horizon, level=LEVELS)
    out = out.rename(
        columns={name + end: q for end, q in NAMES.items()} | {"unique_id": "unit_id", "ds": "year"}
    )
    return out[["unit_id", "year", *NAMES.values()]].assign(origin_year=origin, method=name)


def main(
    panel: str, out: str, first: str, last: str, horizon: str, scale: str, only: str = ""
) -> None:
    """Forecast from every origin by every method and write the quantiles."""
    rows = pd.read_csv(panel, dtype={"unit_id": "str"})
    table = pd.DataFrame({"unique_id": rows["unit_id"], "ds": rows["year"], "y": rows["value"]})
    if scale == "log":
        table["y"] = np.log(table["y"])
    parts = []
    for name in [only] if only else MODELS:
        # The first call compiles; its time is nobody's forecast.
        forecasts(
            table[table["unique_id"].isin(table["unique_id"].unique()[:2])],
            int(first),
            int(horizon),
            name,
        )
        for origin in range(int(first), int(last) + 1):
            start = time.perf_counter()
            part = forecasts(table, origin, int(horizon), name)
            seconds = time.perf_counter() - start
            print(f"{name} from {origin}: {seconds:.1f} s", file=sys.stderr, flush=True)
            parts.append(part.assign(seconds=seconds))
    done = pd.concat(parts, ignore_index=True)
    if scale == "log":
        done[list(NAMES.values())] = np.exp(done[list(NAMES.values())])
    done.to_csv(out, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
