"""Score chances of real growth targets: the tables promises*.csv of the benchmark.

Usage: python score_promises.py PROVINCES.csv [PREFECTURES.csv] [--out FOLDER]

Both files hold a target and what came by unit and year; levels are chained from what came. Only
aggregates are written: rows of prefectures may not be published and stay where they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from zoneplan.evaluation.promise_scores import (
    by_year,
    compared,
    reliability,
    scores,
    shares,
    tenths,
    three_years,
)

BENCH = Path(__file__).resolve().parents[1] / "reports" / "bench"
COLUMNS = {
    "gdp_growth_target_pct": "target",
    "gdp_real_growth_nbs_pct": "growth",
    "gdp_growth_real_pct": "growth",
    "province_target_pct": "province_target",
}
# Most points of the histories that are cut short.
SHORT = 3


def read(file: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read promises and the levels that their growth chains to; a gap begins a new unit."""
    rows = pd.read_csv(file, dtype={"unit_id": str}).rename(columns=COLUMNS)
    if "suspect" in rows:
        rows = rows[rows["suspect"].isna()]
    rows = rows.sort_values(["unit_id", "year"], ignore_index=True)
    known = rows[rows["growth"].notna()]
    begins = known.groupby("unit_id")["year"].diff() != 1
    chain = begins.groupby(known["unit_id"]).cumsum().astype(str)
    known = known.assign(
        unit_id=known["unit_id"] + "." + chain, log=np.log1p(known["growth"] / 100)
    )
    value = 100 * np.exp(known.groupby("unit_id")["log"].cumsum())
    first = known[begins].assign(year=known["year"] - 1, value=100.0)
    history = pd.concat([first, known.assign(value=value)])[["unit_id", "year", "value"]]
    columns = [c for c in ("unit_id", "year", "target", "province_target") if c in known]
    return known[columns].reset_index(drop=True), history.reset_index(drop=True)


def cases(files: dict[str, Path]) -> Iterator[tuple[dict[str, object], pd.DataFrame]]:
    """Judge every set of promises one and three years ahead, with full and with short histories."""
    for name, file in files.items():
        promises, history = read(file)
        for years, asked in ((1, promises), (3, three_years(promises))):
            for most in (None, SHORT):
                label = {"promises": name, "years_ahead": years, "points": most or "all"}
                yield label, compared(asked, history, most)


def main() -> None:
    """Write the tables."""
    parser = argparse.ArgumentParser(description="Score chances of growth targets.")
    parser.add_argument("provinces", type=Path)
    parser.add_argument("prefectures", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=BENCH)
    args = parser.parse_args()
    files = {"provinces": args.provinces, "prefectures": args.prefectures}
    tables = {"": scores, "_years": by_year, "_reliability": reliability, "_tenths": tenths}
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in (*tables, "_shares")}
    for label, rows in cases({n: f for n, f in files.items() if f}):
        for name, table in (tables | {"_shares": shares}).items():
            if name == "_shares" and (label["years_ahead"], label["points"]) != (1, "all"):
                continue
            made = table(rows)
            made.insert(0, "promises", label["promises"])
            made.insert(1, "years_ahead", label["years_ahead"])
            made.insert(2, "points", label["points"])
            parts[name].append(made)
    args.out.mkdir(parents=True, exist_ok=True)
    for name, made in parts.items():
        file = args.out / f"promises{name}.csv"
        text = pd.concat(made).to_csv(index=False, float_format="%.4f", lineterminator="\n")
        file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
