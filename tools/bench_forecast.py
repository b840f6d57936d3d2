"""How the borrowing forecaster compares on any panel: losses, coverage and times, beside
statsforecast's models.

Usage: python bench_forecast.py PANEL.csv FIRST_ORIGIN LAST_ORIGIN RIVALS_PYTHON OUT_FOLDER

Writes forecast.csv (loss and coverage by case, method and horizon), forecast_speed.csv, and
cities.csv: the same of the Zhejiang cities that the project ships. Rivals run in their own
environment on the same panel, once on levels as most people use them and once on logarithms.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel
from zoneplan.data.panel_io import read_panel
from zoneplan.evaluation.backtest import (
    METHOD,
    Scores,
    all_tables,
    back_test,
    city_panels,
    judged,
    pseudo_targets,
    rolling,
)
from zoneplan.forecasting import baselines
from zoneplan.forecasting.panel_model import QUANTILES, learn

HORIZON = 3
SEED = 20181030
BIG_UNITS, BIG_YEARS = 2400, 20
HERE = Path(__file__).resolve().parent


def rivals(
    python: str, panel: str, first: int, last: int, scale: str, folder: Path
) -> pd.DataFrame:
    """Quantiles of statsforecast's models from every origin, with the seconds each took."""
    out = folder / f"{scale}.csv"
    command = [
        python,
        str(HERE / "bench_rivals.py"),
        panel,
        str(out),
        str(first),
        str(last),
        str(HORIZON),
        scale,
    ]
    subprocess.run(command, check=True)
    table = pd.read_csv(out, dtype={"unit_id": "str"})
    return table.assign(method=table["method"] + (" (logs)" if scale == "log" else " (levels)"))


def together(own: Scores, others: list[pd.DataFrame], panel: Panel) -> Scores:
    """All methods on the cases that every one of them has; quantiles below zero count as a
    thousandth of the actual.
    """
    rows = pd.concat(others, ignore_index=True).dropna(subset=list(QUANTILES))
    floor = rows.merge(panel.rows(), on=["unit_id", "year"], how="left")["value"].to_numpy() / 1000
    for q in QUANTILES:
        rows[q] = np.maximum(rows[q], floor)
    rows = pd.concat([own.rows, judged(rows.drop(columns="seconds"), panel)], ignore_index=True)
    cases = rows.groupby(["unit_id", "origin_year", "year"])["method"].transform("nunique")
    return Scores(rows[cases == rows["method"].nunique()].reset_index(drop=True), own.fallbacks)


def sparse(panel: Panel, origins: range) -> pd.DataFrame:
    """One to three scattered points of half the units, the other half as reference; against a point
    forecast by drift.
    """
    rng = np.random.default_rng(SEED)
    parts = []
    for origin in origins:
        seen = panel.until(origin)
        mixed = rng.permutation(len(seen.units))
        for half in (mixed[::2], mixed[1::2]):
            inside = np.isin(np.arange(len(seen.units)), half)
            targets = scattered(seen.where(inside), rng)
            made = learn(seen.where(~inside), origin + HORIZON).forecast(targets).table()
            drift = baselines.baseline(targets, origin + HORIZON, "drift").table()
            for name in QUANTILES:
                drift[name] = drift["q50"]
            for method, table in ((METHOD, made), ("drift, point", drift)):
                table = judged(table[table["year"] > origin], panel)
                # Counted from the year the forecast is made in, whatever the unit's last point.
                parts.append(
                    table.assign(method=method, horizon=table["year"] - origin, origin_year=origin)
                )
    return Scores(pd.concat(parts, ignore_index=True), pd.DataFrame()).table()


def scattered(panel: Panel, rng: np.random.Generator) -> Panel:
    """Keep one to three points of each unit: the last zero to two years old, the others anywhere
    before.
    """
    logs = np.full_like(panel.logs, np.nan)
    for k, row in enumerate(panel.logs):
        known = np.flatnonzero(np.isfinite(row[: len(row) - int(rng.integers(0, 3))]))
        if len(known):
            n = min(int(rng.integers(1, 4)), len(known))
            kept = np.append(rng.choice(known[:-1], n - 1, replace=False), known[-1])
            logs[k, kept.astype(int)] = row[kept.astype(int)]
    return replace(panel, logs=logs).where(np.isfinite(logs).any(axis=1))


def big(panel: Panel, folder: Path) -> str:
    """A file of 2,400 units by 20 years: units of the panel drawn anew, each at a level of its
    own.
    """
    rng = np.random.default_rng(SEED)
    whole = panel.logs[:, -BIG_YEARS:]
    whole = whole[np.isfinite(whole).all(axis=1)]
    logs = whole[rng.integers(0, len(whole), BIG_UNITS)] + rng.normal(0, 1, (BIG_UNITS, 1))
    units = np.array([f"u{k:04}" for k in range(BIG_UNITS)])
    file = folder / "big.csv"
    Panel(units, panel.years[-BIG_YEARS:], logs).rows().to_csv(file, index=False)
    return str(file)


def speed(panel: Panel, python: str, folder: Path) -> pd.DataFrame:
    """Seconds and memory for 2,400 units, 20 years and 3 years ahead; the rival in the same minute
    on the same file.
    """
    file = big(panel, folder)
    last = int(panel.years[-1])
    series = read_panel(file).panel
    times = []
    for _ in range(5):
        start = time.perf_counter()
        learn(series, last + HORIZON).forecast(series).table()
        times.append(time.perf_counter() - start)
    command = [
        sys.executable,
        "-m",
        "zoneplan",
        "forecast",
        file,
        "--to",
        str(last + HORIZON),
        "--out",
        str(folder / "q.csv"),
    ]
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.perf_counter() - start
    memory = peak(command)
    rival = rivals_seconds(python, file, last, folder)
    rows = [
        ("forecast of 2,400 units, median of 5", np.median(times), "s", 0.3),
        ("whole command, start and files included", whole, "s", 3.0),
        ("peak memory of the command", memory, "MB", 500.0),
        ("AutoETS on the same file", rival, "s", np.nan),
        ("AutoETS / forecast", rival / np.median(times), "times", 20.0),
    ]
    return pd.DataFrame(rows, columns=["measure", "value", "unit", "limit"])


def peak(command: list[str]) -> float:
    """Largest memory of one command in MB, as the system counted it."""
    code = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    )
    return float(
        subprocess.run(
            [sys.executable, "-c", code, *command], check=True, capture_output=True, text=True
        ).stdout
    )


def rivals_seconds(python: str, file: str, last: int, folder: Path) -> float:
    """Seconds AutoETS takes for every unit of a file, once."""
    out = folder / "ets.csv"
    command = [
        python,
        str(HERE / "bench_rivals.py"),
        file,
        str(out),
        str(last),
        str(last),
        str(HORIZON),
        "level",
        "AutoETS",
    ]
    subprocess.run(command, check=True)
    return float(pd.read_csv(out)["seconds"].iloc[0])


def main(file: str, first: str, last: str, python: str, out: str) -> None:
    """Compute both tables, print and write them."""
    panel = read_panel(file).panel
    origins = range(int(first), int(last) + 1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        own = rolling(panel, origins, HORIZON, [METHOD, *baselines.METHODS])
        others = [
            rivals(python, file, origins[0], origins[-1], scale, folder)
            for scale in ("level", "log")
        ]
        full = together(own, others, panel)
        times = speed(panel, python, folder)
    table = pd.concat(
        [full.table().assign(case="full history"), sparse(panel, origins).assign(case="sparse")]
    )
    table = table[
        [
            "case",
            "method",
            "horizon",
            "loss",
            "coverage50",
            "coverage80",
            "coverage90",
            "cases",
            "origins",
        ]
    ]
    odds = pseudo_targets(panel, origins, HORIZON)
    pd.set_option("display.width", 200)
    print(table.round(3).to_string(index=False))
    print(
        full.by_origin()
        .query("method == @METHOD and horizon == @HORIZON")
        .round(2)
        .to_string(index=False)
    )
    print(full.skill("pooled").query("method == @METHOD").round(1).to_string(index=False))
    print(odds.table().round(3).to_string(index=False), odds.brier())
    print(times.round(2).to_string(index=False))
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    cities = all_tables(back_test(city_panels(), [METHOD, *baselines.METHODS]))
    cities.round(3).to_csv(target / "cities.csv", index=False, lineterminator="\n")
    table.round(3).to_csv(target / "forecast.csv", index=False, lineterminator="\n")
    times.round(2).to_csv(target / "forecast_speed.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
