"""Yearly series of M1, M3 and the tourism competition: the panel method beside its rivals, one
table.

Usage: python bench_m3.py RIVALS_PYTHON OUT.csv (or, for the first, a folder with the tables that
the rivals have written before)

sMAPE and MASE of medians at the official horizons (six years; tourism four), as the competitions
count them; the mean pinball loss of log levels times 100 and the cover of the 80 % interval, three
years ahead. Published figures stand below with their source.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, panel_of
from zoneplan.evaluation.backtest import pinball
from zoneplan.forecasting.baselines import baseline
from zoneplan.forecasting.panel_model import QUANTILES, learn

OWN = "panel method"
AHEAD = 3
# The last seen year of every series, so that all end together.
NOW = 2000
# What others have published; sMAPE as recalculated there, over all 3,003 series of every frequency.
SOURCE = "R. J. Hyndman, Forecast comparisons using the Mcomp package, pkg.robjhyndman.com/Mcomp"
PUBLISHED = [("Theta", 12.76, 1.39), ("ForecastPro", 13.06, 1.47), ("ForecastX", 13.09, 1.42)]
PUBLISHED += [("BJ automatic", 13.72, 1.54), ("AutoBox 2", 13.82, 1.51)]
# Below this share of the actual a quantile that fell under zero is cut before logs are taken.
LEAST = 1e-3


def own(panel: Panel, to: int) -> pd.DataFrame:
    """Return quantiles of the panel method and of the pooled naive rule."""
    made = learn(panel, to).forecast(panel).table().assign(method=OWN)
    naive = baseline(panel, to, "pooled").table().assign(method="pooled naive")
    return pd.concat([made, naive], ignore_index=True)


def scored(made: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """Return one row per method: sMAPE, MASE, pinball loss and cover."""
    seen = series[series["part"] == "seen"].sort_values(["unit_id", "year"])
    scale = seen.groupby("unit_id")["value"].apply(lambda v: v.diff().abs().mean())
    actual = series[series["part"] == "hidden"][["unit_id", "year", "value"]]
    rows = made.merge(actual, on=["unit_id", "year"])
    error = (rows["value"] - rows["q50"]).abs()
    rows["smape"] = 200 * error / (rows["value"].abs() + rows["q50"].abs())
    rows["mase"] = error / rows["unit_id"].map(scale)
    at = rows[rows["year"] == NOW + AHEAD].copy()
    quantiles = np.maximum(at[list(QUANTILES)].to_numpy(), LEAST * at[["value"]].to_numpy())
    at["pinball"] = pinball(at["value"].to_numpy(), quantiles)
    at["cover80"] = 100.0 * at["value"].between(at["q10"], at["q90"])
    whole = rows.groupby("method")[["smape", "mase"]].mean()
    return whole.join(at.groupby("method")[["pinball", "cover80"]].mean()).reset_index()


def main(python: str, out: str) -> None:
    """Run the rivals and our own, and write the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if Path(python).is_dir():
            folder = Path(python)
        else:
            rivals = Path(__file__).resolve().parent / "bench_m3_rivals.py"
            subprocess.run([python, str(rivals), str(folder)], check=True)
        series = pd.read_csv(folder / "series.csv", dtype={"unit_id": "str"})
        others = pd.read_csv(folder / "rivals.csv", dtype={"unit_id": "str"})
    parts = []
    for name, part in series.groupby("collection", sort=False):
        part = part.assign(year=part["year"] + NOW)
        panel = panel_of(part.loc[part["part"] == "seen", ["unit_id", "year", "value"]])
        rival = others[others["collection"] == name].assign(year=lambda r: r["year"] + NOW)
        made = pd.concat([own(panel, int(part["year"].max())), rival], ignore_index=True)
        table = scored(made.drop(columns="collection"), part)
        parts.append(table.assign(collection=name, series=len(panel.units), source="this run"))
    published = pd.DataFrame(PUBLISHED, columns=["method", "smape", "mase"])
    published = published.assign(collection="M3, all frequencies", series=3003, source=SOURCE)
    table = pd.concat([*parts, published], ignore_index=True)
    heads = ["collection", "series", "method", "smape", "mase", "pinball", "cover80", "source"]
    table = table[heads].sort_values(["collection", "source", "smape"], kind="stable")
    print(table.drop(columns="source").round(2).to_string(index=False))
    table.round(3).to_csv(out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
