"""How chances of real promises turned out, beside what simpler methods would have said then.

All promises of a year share its shock, so years, not promises, are the independent cases: every
band is a bootstrap over years, and order and slope are taken within years.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, panel_of
from zoneplan.evaluation.promises import odds
from zoneplan.forecasting.arrow import progress_arrow

RIVALS = ("share", "half", "logit", "arrow")
# The rule with and without the record of promises, and its rivals.
METHODS = ("odds", "plain", *RIVALS)
TURN = 2012
ARROW_YEARS = 5
# Levels chained from printed rates give them back but for the last digits.
TOLERANCE = 1e-9
# Fewest known promises that the logit is fitted to; its ridge only keeps it finite.
FEWEST, RIDGE = 10, 0.01
STRETCH = (-np.inf, -3, -1.5, -0.5, 0.25, 1, 2, np.inf)
DISTANCE = (-np.inf, 0, 0.01, 1.01, 2.01, 4.01, np.inf)
KERNEL = 0.07
GRID = np.round(np.arange(0.05, 0.96, 0.05), 2)
RESAMPLES, SEED, BAND = 2000, 20181030, (0.05, 0.95)


def judged(promises: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Hold promises against the levels of their units.

    Returns
    -------
    The rows with made_in and kind filled in; ``outcome`` and ``met`` (NaN where the levels do not
    tell); ``last``, growth in made_in in percent; ``step`` of :func:`progress_arrow` since five
    years before made_in, or since the first later level.
    """
    defaults = {"kind": "growth", "made_in": promises["year"] - 1}
    rows = promises.assign(**{c: v for c, v in defaults.items() if c not in promises})
    panel, made_in = panel_of(history), rows["made_in"].to_numpy()
    target, growth = rows["target"].to_numpy(dtype=float), (rows["kind"] == "growth").to_numpy()
    ahead = rows["year"].to_numpy() - made_in
    start, end = (_levels(panel, rows["unit_id"], rows[c].to_numpy()) for c in ("made_in", "year"))
    outcome = np.where(growth, 100 * np.expm1(np.log(end / start) / ahead), end)
    base, base_year = np.full(len(rows), np.nan), made_in
    for years in range(1, ARROW_YEARS + 1):
        earlier = _levels(panel, rows["unit_id"], made_in - years)
        base_year = np.where(np.isfinite(earlier), made_in - years, base_year)
        base = np.where(np.isfinite(earlier), earlier, base)
    wanted = np.where(growth, start * (1 + target / 100) ** ahead, target)
    arrows = zip(base, base_year, start, made_in, wanted, rows["year"], strict=True)
    last = 100 * (start / _levels(panel, rows["unit_id"], made_in - 1) - 1)
    reached = outcome >= target - TOLERANCE * np.abs(target)
    return rows.assign(
        outcome=outcome,
        met=np.where(np.isfinite(outcome), reached, np.nan),
        last=last,
        step=[progress_arrow(*arrow) for arrow in arrows],
    )


def _levels(panel: Panel, units: pd.Series, years: np.ndarray) -> np.ndarray:
    """Read the level of each row's unit in each row's year, NaN where there is none."""
    row = pd.Series(np.arange(len(panel.units)), index=panel.units).reindex(units).to_numpy()
    column = years - panel.years[0]
    known = np.isfinite(row) & (column >= 0) & (column < len(panel.years))
    out = np.full(len(years), np.nan)
    out[known] = np.exp(panel.logs[row[known].astype(int), column[known]])
    return out


def rivals(rows: pd.DataFrame) -> pd.DataFrame:
    """Give the chances of simpler methods, each from promises with an outcome by ``made_in``.

    Parameters
    ----------
    rows : as :func:`judged` gives them.

    Returns
    -------
    ``share``, the share met among promises of the newest year known; ``half``, one half; ``logit``,
    a logit on last growth less target, fitted again every year; ``arrow``, the share met among
    known promises in the same step. Where a method knows nothing yet it says one half.
    """
    out = pd.DataFrame(0.5, index=rows.index, columns=list(RIVALS))
    slack = rows["last"] - rows["target"]
    for made_in, group in rows.groupby("made_in"):
        known = rows[(rows["year"] <= made_in) & rows["met"].notna()]
        if known.empty:
            continue
        newest = known.loc[known["year"] == known["year"].max(), "met"].mean()
        by_step = known.groupby("step")["met"].mean()
        fitted = _logit(slack[known.index], known["met"], slack[group.index])
        out.loc[group.index, "share"] = newest
        out.loc[group.index, "logit"] = fitted.fillna(newest)
        out.loc[group.index, "arrow"] = group["step"].map(by_step).fillna(known["met"].mean())
    return out


def _logit(x: pd.Series, met: pd.Series, new: pd.Series) -> pd.Series:
    """Fit a logit on one variable; NaN where it is missing or too few cases are known."""
    from scipy.optimize import minimize
    from scipy.special import expit

    a, y = x[x.notna()].to_numpy(), met[x.notna()].to_numpy()
    if len(a) < FEWEST:
        return pd.Series(np.nan, index=new.index)

    def loss(b: np.ndarray) -> float:
        z = b[0] + b[1] * a
        return float(np.sum(np.logaddexp(0, z) - y * z) + RIDGE * b @ b)

    b = minimize(loss, np.zeros(2)).x
    return expit(b[0] + b[1] * new)


def compared(
    promises: pd.DataFrame, history: pd.DataFrame, most: int | None = None
) -> pd.DataFrame:
    """Give the chances of all :data:`METHODS`, from what was known, for promises with an outcome.

    Parameters
    ----------
    promises, history : as for :func:`zoneplan.evaluation.promises.odds`.
    most : cut the history of each unit to its last one, two, ... ``most`` points, in turn by unit;
        the full panel stays as the class. None: full histories.
    """
    rows = judged(promises, history)
    asked = rows[["unit_id", "year", "target", "kind", "made_in"]]
    for method in ("odds", "plain"):
        record = method == "odds"
        if most is None:
            made = odds(asked, history, record=record)
        else:
            made = _cut_short(asked, history, most, record)
        rows[method] = made["probability"]
    rows[list(RIVALS)] = rivals(rows)
    return rows[rows["met"].notna() & rows["plain"].notna()]


def _cut_short(asked: pd.DataFrame, history: pd.DataFrame, most: int, record: bool) -> pd.DataFrame:
    """Give chances year by year, from the last points of each unit by then."""
    points = 1 + history["unit_id"].rank(method="dense").astype(int) % most
    parts = []
    for made_in in sorted(asked["made_in"].unique()):
        seen = history[history["year"] <= made_in]
        if len(seen):
            last = seen["year"].groupby(seen["unit_id"]).rank(ascending=False)
            short = seen[last <= points[seen.index]]
            made = odds(asked[asked["made_in"] <= made_in], short, seen, record)
            parts.append(made[made["made_in"] == made_in])
    return pd.concat(parts).reindex(asked.index)


def three_years(promises: pd.DataFrame) -> pd.DataFrame:
    """Read promises of one year as averages of three: the rate they name, held on."""
    return promises.assign(made_in=promises["year"] - 1, year=promises["year"] + 2)


def _eras(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    parts = {
        f"before {TURN}": rows["year"] < TURN,
        f"from {TURN}": rows["year"] >= TURN,
        "all": rows["year"].notna(),
    }
    return ((era, rows[keep]) for era, keep in parts.items() if keep.any())


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """Score every method by era.

    Returns
    -------
    Columns era, method, brier, low and high (5 and 95 % when years are drawn anew), better (share
    of draws in which ``odds`` has the smaller score), slope (of outcomes on chances, within years),
    auc (order within years), mean (average chance), met (share met), cases, years.

    How to read it: 0.25 is the Brier score of one half throughout; a slope of 1 means that within a
    year a chance ten points higher comes true ten points more often.
    """
    out = []
    for era, part in _eras(rows):
        losses = pd.DataFrame({m: (part[m] - part["met"]) ** 2 for m in METHODS})
        means = _drawn(losses.to_numpy(), np.ones((len(part), 1)), part["year"])
        for j, method in enumerate(METHODS):
            low, high = np.quantile(means[:, j], BAND)
            out.append(
                {
                    "era": era,
                    "method": method,
                    "brier": losses[method].mean(),
                    "low": low,
                    "high": high,
                    "better": (means[:, 0] < means[:, j]).mean() if j else np.nan,
                    "slope": slope(part, method),
                    "auc": auc(part, method),
                    "mean": part[method].mean(),
                    "met": part["met"].mean(),
                    "cases": len(part),
                    "years": part["year"].nunique(),
                }
            )
    return pd.DataFrame(out)


def _drawn(values: np.ndarray, weights: np.ndarray, years: pd.Series) -> np.ndarray:
    """Draw years anew: weighted means of each column of values, by draw."""
    above = pd.DataFrame(values).groupby(years.to_numpy()).sum().to_numpy()
    below = pd.DataFrame(weights).groupby(years.to_numpy()).sum().to_numpy()
    draws = np.random.default_rng(SEED).integers(0, len(above), (RESAMPLES, len(above)))
    return above[draws].sum(axis=1) / np.maximum(below[draws].sum(axis=1), TOLERANCE)


def slope(rows: pd.DataFrame, method: str) -> float:
    """Regress outcomes on chances within years; NaN where the chances of each year are the same."""
    part = rows[[method, "met"]]
    away = part - part.groupby(rows["year"]).transform("mean")
    square = float((away[method] ** 2).sum())
    return float((away[method] * away["met"]).sum()) / square if square > TOLERANCE else np.nan


def auc(rows: pd.DataFrame, method: str) -> float:
    """Share the pairs of a year, one met and one not, whose met one has the higher chance."""
    right = pairs = 0.0
    for _, year in rows.groupby("year"):
        met = year["met"] == 1
        n, m = int(met.sum()), int((~met).sum())
        right += year[method].rank()[met].sum() - n * (n + 1) / 2 if n and m else 0.0
        pairs += n * m
    return right / pairs if pairs else np.nan


def reliability(rows: pd.DataFrame, method: str = "odds") -> pd.DataFrame:
    """Smooth the share met along the scale of chances, by era: no bins, so no edges to rest on.

    Returns
    -------
    Columns era, chance, met, low and high (band over years), cases (promises near the chance).
    """
    out = []
    for era, part in _eras(rows):
        near = np.exp(-0.5 * ((part[method].to_numpy()[:, None] - GRID) / KERNEL) ** 2)
        hits = near * part["met"].to_numpy()[:, None]
        low, high = np.quantile(_drawn(hits, near, part["year"]), BAND, axis=0)
        cases = near.sum(axis=0)
        met = hits.sum(axis=0) / np.maximum(cases, TOLERANCE)
        columns = {"chance": GRID, "met": met, "low": low, "high": high, "cases": cases}
        out.append(pd.DataFrame({"era": era} | columns))
    return pd.concat(out, ignore_index=True)


def tenths(rows: pd.DataFrame, method: str = "odds") -> pd.DataFrame:
    """Compare mean chance and share met by tenth of the scale: a second view of reliability."""
    tenth = np.minimum((rows[method] * 10).astype(int), 9).rename("tenth")
    columns = {"chance": (method, "mean"), "met": ("met", "mean"), "cases": ("met", "size")}
    return rows.groupby(tenth).agg(**columns).reset_index()


def by_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Set the share met of each year beside mean chances and every method's Brier score."""
    losses = {f"brier_{m}": (rows[m] - rows["met"]) ** 2 for m in METHODS}
    years = rows.assign(**losses).groupby("year")
    return years[["met", "odds", "plain", *losses]].mean().assign(cases=years.size()).reset_index()


def shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Share met by year, stretch (target less last growth) and distance to the province's target.

    The last only where ``rows`` have a column province_target.
    """
    slices = {"year": rows["year"], "stretch": _bins(rows["target"] - rows["last"], STRETCH)}
    if "province_target" in rows:
        slices["distance"] = _bins(rows["target"] - rows["province_target"], DISTANCE)
    columns = {"met": ("met", "mean"), "chance": ("odds", "mean"), "cases": ("met", "size")}
    parts = [
        rows.groupby(key.rename("value"), observed=True).agg(**columns).reset_index().assign(by=by)
        for by, key in slices.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    return table[["by", "value", *columns]]


def _bins(values: pd.Series, edges: tuple[float, ...]) -> pd.Series:
    """Name the half-open bin of each value, in order."""
    names = [f"{low:g} to {high:g}" for low, high in zip(edges[:-1], edges[1:], strict=True)]
    return pd.cut(values, list(edges), right=False, labels=names)
