"""All promises together: how many will be met, and the odds that all are, with shocks that move together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.plan.document import known
from zoneplan.stress.drivers import root

if TYPE_CHECKING:
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.document import Plan

# Series of the Zhejiang panel that stand for indicators of the plan when moves are compared.
PANEL_SERIES = {
    "gdp": "gdp_nominal",
    "industrial_value_added": "industrial_va",
    "fiscal_revenue_total": "fiscal_revenue_total",
    "budget_revenue": "budget_revenue",
    "trade_total": "exports",
    "fixed_asset_investment": "fai_total",
}
# Exports change their currency after 2018, and Yiwu lies inside Jinhua.
LAST_DOLLAR_YEAR = 2018
INSIDE_ANOTHER = ("330782",)
# What the panel cannot estimate is run at three correlations.
UNKNOWN_CORRELATIONS = {"none": 0.0, "middle": 0.3, "high": 0.6}
DRAWS = 100_000
SEED = 20181030


@dataclass(frozen=True)
class Joint:
    """The number of promises met, for each base and each guess of the correlations that cannot be estimated."""

    rows: pd.DataFrame
    promises: pd.DataFrame
    correlation: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns base, others (correlation of what is not estimated), promises, expected, q10, q50, q90, headline."""
        return self.rows.copy()


def joint(plan: Plan, judged: Verdicts | None = None) -> Joint:
    """How many of the distinct assessable promises will be met, and the odds that all headline ones are.

    Parameters
    ----------
    plan : the plan, seen from a day.
    judged : its verdicts, if they are at hand.

    Returns
    -------
    Joint; ``expected`` is the sum of the odds, whatever the correlation; ``q10`` to ``q90`` are quantiles of the
    number met; ``headline`` is the probability that every assessable headline target is met.

    Promises are joined by a Gaussian copula: ``met_i = (z_i > Phi^-1(1 - p_i))``, ``z ~ N(0, R)``. The block of
    ``R`` that the Zhejiang panel can estimate is estimated (:func:`panel_correlation`), the rest is run at zero, middle and high
    correlation.

    Source: copulas for joint forecasts (Clemen and Reilly 1999).

    How to read it: correlation leaves the expected number as it is, but makes "all" and "none" likelier.
    """
    from scipy.stats import norm

    judged = judged or plan.verdicts()
    promises = assessable_promises(plan, judged)
    block = panel_correlation(plan)
    rng = np.random.default_rng(SEED)
    normal = rng.standard_normal((DRAWS, len(promises)))
    headline = promises["headline"].to_numpy()
    rows = []
    for word, rho in UNKNOWN_CORRELATIONS.items():
        shocks = normal @ root(filled(list(promises["indicator_id"]), block, rho)).T
        for base in ("implied", "observed"):
            odds = promises[base].to_numpy()
            met = shocks > norm.isf(odds)
            count = np.quantile(met.sum(axis=1), [0.1, 0.5, 0.9], method="inverted_cdf")
            all_headline = float(met[:, headline].all(axis=1).mean())
            rows.append((base, word, rho, len(promises), odds.sum(), *count, all_headline))
    columns = [
        "base",
        "others",
        "correlation",
        "promises",
        "expected",
        "q10",
        "q50",
        "q90",
        "headline",
    ]
    return Joint(pd.DataFrame(rows, columns=columns), promises, block)


def assessable_promises(plan: Plan, judged: Verdicts) -> pd.DataFrame:
    """Every distinct promise that has odds, once, with the odds on both bases (where only one exists, it twice)."""
    repeated = plan.targets.set_index("target_id")["same_as"].notna()
    rows = judged.table()
    rows = rows[rows["probability_low"].notna() & ~rows["target_id"].map(repeated)]
    rows = rows.drop_duplicates("indicator_id", keep="last")
    group = plan.targets.drop_duplicates("indicator_id").set_index("indicator_id")["group"]
    return pd.DataFrame(
        {
            "indicator_id": rows["indicator_id"],
            "name_en": rows["name_en"],
            "name_zh": rows["name_zh"],
            "headline": rows["indicator_id"].map(group).eq("headline")
            & rows["section"].eq("annex"),
            "implied": rows["probability_implied"],
            "observed": rows["probability_observed"].fillna(rows["probability_implied"]),
        }
    ).reset_index(drop=True)


def panel_correlation(plan: Plan) -> pd.DataFrame:
    """Correlation of yearly growth between indicators in the Zhejiang cities, as known on the plan's day.

    Each city's growth is taken as its difference from the indicator's mean over cities and years, so that shocks
    common to all cities count; rank correlations are turned into those of a normal copula, ``2 sin(pi r / 6)``.

    How to read it: 0.5 means that a year in which one runs above its mean is mostly such a year for the other.
    """
    rows = known(tables.read("zhejiang_cities"), plan.as_of)
    rows = rows[
        (rows["year"] <= LAST_DOLLAR_YEAR) & ~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    ]
    growth = {}
    for indicator, series in PANEL_SERIES.items():
        wide = rows[rows["indicator_id"] == series].pivot(
            index="unit_id", columns="year", values="value"
        )
        growth[indicator] = np.log(wide).diff(axis=1).stack()
    ranks = pd.DataFrame(growth).corr(method="spearman")
    return 2 * np.sin(np.pi * ranks / 6)


def filled(indicators: list[str], block: pd.DataFrame, rho: float) -> np.ndarray:
    """The correlation matrix of the promises: the estimated block, and one value for all the rest."""
    matrix = block.reindex(index=indicators, columns=indicators).fillna(rho).to_numpy(copy=True)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def scorecard(plan: Plan, judged: Verdicts | None = None) -> pd.DataFrame:
    """The last year's annex targets by responsible department, and who counts them.

    Returns a frame with the columns responsible, targets, assessable, expected_low, expected_high (sum of the odds
    over the bases) and the number counted by statistics, customs, treasury and the department itself.

    How to read it: a department that counts its own targets can hardly be seen to miss them.
    """
    final = (judged or plan.verdicts()).final()
    final = final.merge(plan.annex_departments(), on="indicator_id").merge(
        plan.measures, on="indicator_id"
    )
    counted = pd.crosstab(final["responsible"], final["measured_by"])
    counted = counted.reindex(
        columns=["statistics", "customs", "treasury", "department"], fill_value=0
    )
    by = final.groupby("responsible", sort=False)
    summed = by.agg(
        targets=("indicator_id", "size"),
        assessable=("probability_low", "count"),
        expected_low=("probability_low", "sum"),
        expected_high=("probability_high", "sum"),
    )
    return summed.join(counted).reset_index()
