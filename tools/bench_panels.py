"""Panels of similar units from many places: the panel method beside twelve rivals, one table.

Usage: python bench_panels.py RIVALS_PYTHON OUT.csv [PREFECTURES.csv] (or, for the first, a folder
with the files that the rivals have written before)

Loss is the mean pinball loss of log levels times 100, three years ahead. ``against_best`` divides
it by that of the rival that did best on the panel, which nobody knows in advance; the other columns
by that of each rival. Six units have no rivals: they show whether intervals hold where classes are
small.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel
from zoneplan.data.tables import project_dir
from zoneplan.evaluation.backtest import pinball
from zoneplan.forecasting.panel_model import QUANTILES, learn

OWN, AHEAD = "panel method", 3
CASES = {"up to 20 points": 20, "five points": 5, "six units": 20}
# No constant was chosen with a look at these.
HELD_OUT = set(
    """SumHes: pop|Cigar: sales|Cigar: ndi|Cigarette: income|Cigarette: avgprs
MunExp: revenue|wbd_example: rgdppc|Guns: violent|Guns: income
USSeatBelts: income|Grunfeld: capital|InstInnovation: employment
castle: larceny|China, province_nbs_panel: fai_real_estate
China, province_nbs_panel: fai_transport_storage_post|China, province_nbs_panel: new_product_sales
China, province_nbs_panel: fai_water_environment_public_facilities
China, province_nbs_panel: fai_research_technical|China, zhejiang_cities: retail_sales
China, province_hightech_industry: v4_cy_scjy_lrze""".replace("\n", "|").split("|")
)


def own(series: Panel, origin: int, units: list[str], case: str) -> pd.DataFrame:
    """Return quantiles of the panel method for some units, learnt from what was known."""
    known = series.until(origin).since(origin + 1 - CASES[case])
    if case == "six units":
        known = known.where(np.isin(known.units, units[:6]))
    known = known.where(np.isfinite(known.logs).any(axis=1))
    made = learn(known, origin + AHEAD).forecast(known.where(np.isin(known.units, units)))
    return made.table().assign(method=OWN)


def judged(made: pd.DataFrame, actual: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return loss and cover by method, at one year."""
    rows = made[made["year"] == year].merge(actual, on=["unit_id", "year"])
    rows["loss"] = pinball(rows["value"].to_numpy(), rows[list(QUANTILES)].to_numpy())
    for name, low, high in (("cover80", "q10", "q90"), ("cover50", "q25", "q75")):
        rows[name] = 100.0 * rows["value"].between(rows[low], rows[high])
    return rows.groupby("method")[["loss", "cover80", "cover50"]].mean()


def scores(series: pd.DataFrame, rivals: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Give one row per case of one panel, means over origins."""
    table = series.pivot(index="unit_id", columns="year", values="value")
    years = np.arange(table.columns.min(), table.columns.max() + 1)
    logs = np.log(table.reindex(columns=years).to_numpy())
    panel = Panel(table.index.to_numpy(), years, logs)
    name = series["panel"].iloc[0]
    for case in CASES:
        seen = rivals[rivals["case"] == ("up to 20 points" if case == "six units" else case)]
        parts = []
        for origin, said in seen.groupby("origin_year"):
            came = series.loc[series["year"] == origin + AHEAD, "unit_id"]
            units = [u for u in said["unit_id"].unique() if u in set(came)]
            if case == "six units" and len(units) < 6:
                continue
            made = own(panel, int(origin), units, case)
            if case != "six units":
                made = pd.concat([made, said])
            parts.append(judged(made, series, int(origin) + AHEAD))
        if not parts:
            continue
        whole = pd.concat(parts).groupby("method").mean()
        mine, others = whole.loc[OWN], whole["loss"].drop(OWN).dropna()
        row = {"panel": name, "case": case, "units": len(panel.units), **mine}
        row["choosing"] = "held out" if name in HELD_OUT else "looked at"
        if len(others):
            row |= {"best": others.idxmin(), "against_best": mine["loss"] / others.min()}
        yield row | (mine["loss"] / others).to_dict()


def summed(table: pd.DataFrame) -> pd.DataFrame:
    """Return geometric means of ratios and means of cover, in China, elsewhere and held out."""
    ratios = [c for c in table.columns[table.columns.get_loc("against_best") :]]
    china = table["panel"].str.startswith("China")
    held = table["choosing"] == "held out"
    groups = {"all in China": china, "all elsewhere": ~china, "all held out": held}
    parts = []
    for name, which in groups.items():
        for case, rows in table[which].groupby("case", sort=False):
            row = {"panel": name, "case": case, "units": len(rows)}
            row |= rows[["cover80", "cover50"]].mean().to_dict()
            parts.append(row | np.exp(np.log(rows[ratios]).mean()).to_dict())
    return pd.DataFrame(parts)


def main(python: str, out: str, *prefectures: str) -> None:
    """Run the rivals and our own, and write the table."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if Path(python).is_dir():
            folder = Path(python)
        else:
            rivals = Path(__file__).resolve().parent / "bench_panels_rivals.py"
            sourced = project_dir() / "data" / "sourced"
            subprocess.run([python, str(rivals), str(folder), sourced, *prefectures], check=True)
        rows: list[dict[str, object]] = []
        for file in sorted(folder.glob("rivals_*.csv")):
            said = pd.read_csv(file, dtype={"unit_id": "str"})
            series = pd.read_csv(
                file.with_name(file.name.replace("rivals", "series")), dtype={"unit_id": "str"}
            )
            rows += scores(series, said)
    table = pd.DataFrame(rows)
    table = pd.concat([summed(table), table], ignore_index=True)[table.columns]
    print(table[table["panel"].str.startswith("all ")].round(2).to_string(index=False))
    table.round(3).to_csv(out, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
