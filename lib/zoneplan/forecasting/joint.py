"""All promises together: how many will be met, and the chance that all are, with shocks that move together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.chances import Chances, promises
from zoneplan.forecasting.correlation import filled, panel_correlation, root
from zoneplan.forecasting.forecasts import BASES, ForecastTable
from zoneplan.result import Result

# What the panel cannot estimate is run at three correlations.
UNKNOWN_CORRELATIONS = {"none": 0.0, "middle": 0.3, "high": 0.6}
DRAWS = 100_000
SEED = 20181030


@dataclass(frozen=True)
class Joint(Result):
    """The number of promises met, for each base and each guess of the correlations that cannot be estimated."""

    promises: pd.DataFrame
    correlation: pd.DataFrame
    SUBJECT: ClassVar[str] = "joint"


def joint(made: ForecastTable, judged: Chances) -> Joint:
    """How many of the distinct assessable promises will be met, and the chance that all headline ones are.

    Returns
    -------
    Joint with the columns base, others and correlation (of what is not estimated), promises, expected (the sum of the
    chances, whatever the correlation), q10, q50, q90 (of the number met), headline (the chance that every assessable
    headline target is met).

    Promises are joined by a Gaussian copula: ``met_i = (z_i > Phi^-1(1 - p_i))``, ``z ~ N(0, R)``. The block of ``R``
    that the Zhejiang panel can estimate is estimated, the rest is run at zero, middle and high correlation.

    Source: copulas for joint forecasts (Clemen and Reilly 1999).
    """
    from scipy.stats import norm

    listed = promises(made, judged)
    ids = list(listed["indicator_id"])
    block = panel_correlation(made.plan, made.plan.series())
    normal = np.random.default_rng(SEED).standard_normal((DRAWS, len(listed)))
    headline = listed["headline"].to_numpy()
    rows = []
    for word, rho in UNKNOWN_CORRELATIONS.items():
        shocks = normal @ root(filled(ids, block, rho)).T
        for base in BASES:
            each = listed[base].to_numpy()
            met = shocks > norm.isf(each)
            count = np.quantile(met.sum(axis=1), [0.1, 0.5, 0.9], method="inverted_cdf")
            all_headline = float(met[:, headline].all(axis=1).mean())
            rows.append((base, word, rho, len(listed), each.sum(), *count, all_headline))
    columns = "base others correlation promises expected q10 q50 q90 headline".split()
    return Joint(made.plan, pd.DataFrame(rows, columns=columns), listed, block)


def scorecard(made: ForecastTable, judged: Chances) -> Result:
    """The last year's annex targets by responsible department, and who counts them.

    Returns
    -------
    Result with the columns responsible, targets, assessable, expected_low, expected_high (sum of the chances over the
    bases) and the number counted by statistics, customs, treasury and the department itself. Targets that a department
    measures itself are hard to verify.
    """
    plan = made.plan
    final = judged.final().merge(plan.departments(), on="indicator_id")
    final = final.merge(plan.measures, on="indicator_id")
    counted = pd.crosstab(final["responsible"], final["measured_by"])
    who = ["statistics", "customs", "treasury", "department"]
    summed = final.groupby("responsible", sort=False).agg(
        targets=("indicator_id", "size"),
        assessable=("probability_low", "count"),
        expected_low=("probability_low", "sum"),
        expected_high=("probability_high", "sum"),
    )
    counted = counted.reindex(columns=who, fill_value=0)
    return Result(plan, summed.join(counted).reset_index())
