"""All promises together: how many will be met, and the chance that all are, with growth that moves
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.forecasting.chances import Chances
from zoneplan.forecasting.correlation import root
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.paths import ranks, stratified
from zoneplan.forecasting.scenario import BASES
from zoneplan.forecasting.values import Promise, promises
from zoneplan.plan.document import known
from zoneplan.result import Result
from zoneplan.text import num, odds

# Two promises read from one series are nearly one event: a stated assumption, no estimate.
ONE_QUESTION = 0.9
# Where no figures tell how two series move together they are taken for this much alike.
UNKNOWN = 0.3
# The correlation of class medians rests on few years: it is read this many standard errors down and
# up.
WIDE = 1.28
COUPLINGS = ("independent", "low", "middle", "high", "close")
CLOSE = 0.9
# Where correlations are printed, the best first: the class's own kind of regions, its coast, the
# province.
PLACES = (
    ("county", "coastal_size_matched"),
    ("prefecture", "coastal_provinces"),
    ("prefecture_yearbook", "zhejiang"),
    ("prefecture", "china"),
    ("county", "china"),
)
# What series of the classes are called in the correlation table.
CALLED = {
    "trade_total": ("exports",),
    "gdp": ("gdp", "gdp_nominal"),
    "gdp_real": ("gdp_real", "gdp"),
    "secondary_value_added": ("secondary_value_added", "industrial_va"),
    "fixed_asset_investment": ("fixed_asset_investment", "fai_total"),
}


@dataclass(frozen=True)
class Joint(Result):
    """The number of promises met by base and coupling; ``listed`` are the promises, ``pairs`` their
    correlations.
    """

    listed: pd.DataFrame
    pairs: pd.DataFrame
    SUBJECT: ClassVar[str] = "answers.joint"

    def facts(self, lang: str) -> dict[str, Any]:
        """Promises, questions, the expected number over the bases and the chance of all headline
        ones by coupling.
        """
        rows = self.rows
        all_of = rows.groupby("coupling")["headline"].agg(["min", "max"])
        span = {f"all_{c}": odds(float(all_of.loc[c, "max"]), lang) for c in COUPLINGS}
        return {
            "n": len(self.listed),
            "questions": self.listed["question"].nunique(),
            "low": round(float(rows["expected"].min()), 1),
            "high": round(float(rows["expected"].max()), 1),
            "headline": int(self.listed["headline"].sum()),
            **span,
        }


def joint(made: ForecastTable) -> Joint:
    """How many of the distinct promises will be met, and the chance that all headline ones are.

    Returns
    -------
    Joint with the columns base, coupling, promises, expected (the sum of the chances, whatever the
    coupling), q10, q50, q90 (of the number met) and headline (the chance that every headline
    promise with a chance is kept).

    Each promise keeps its draws; a Gaussian copula only decides which draw of one meets which of
    another, so that single chances stay the same to the last digit. One story of the base holds for
    all. The correlation of two promises joins that of class medians and that of units by their
    variances: ``r = (rc sc_a sc_b + ru su_a su_b) / (s_a s_b)``. Medians are few years, so ``rc``
    is also read one and a quarter standard errors lower and higher; beside it stand no correlation
    at all and 0.9 for every pair.

    Source: copulas for joint forecasts (Clemen and Reilly 1999).
    """
    listed = promises(made)
    pairs = correlations(listed, made.plan.as_of)
    rows = []
    for coupling in COUPLINGS:
        order = _orders(len(listed), matrix(len(listed), pairs, coupling), made.settings.draws)
        for base in BASES if listed else ():
            met = np.stack([_met(p, base)[order[:, k]] for k, p in enumerate(listed)], axis=1)
            count = np.quantile(met.sum(axis=1), [0.1, 0.5, 0.9], method="inverted_cdf")
            head = [k for k, p in enumerate(listed) if p.headline]
            all_of = float(met[:, head].all(axis=1).mean()) if head else np.nan
            rows.append((base, coupling, len(listed), met.mean(axis=0).sum(), *count, all_of))
    columns = ["base", "coupling", "promises", "expected", "q10", "q50", "q90", "headline"]
    told = [
        (
            p.target.target_id,
            p.target.indicator_id,
            p.question,
            p.headline,
            *(p.probability(b) for b in BASES),
        )
        for p in listed
    ]
    names = ["target_id", "indicator_id", "question", "headline", *BASES]
    return Joint(
        made.plan, pd.DataFrame(rows, columns=columns), pd.DataFrame(told, columns=names), pairs
    )


def _met(promise: Promise, base: str) -> np.ndarray:
    return promise.target.is_met(np.sort(promise.on(base), kind="stable"))


def _orders(n: int, correlation: np.ndarray, draws: int) -> np.ndarray:
    """Ranks of a Gaussian copula, draws by promises: each column is a permutation."""
    from scipy.special import ndtri

    if n == 0:
        return np.empty((draws, 0), dtype=int)
    return ranks(ndtri(stratified(draws, n)) @ root(correlation).T)


def matrix(n: int, pairs: pd.DataFrame, coupling: str) -> np.ndarray:
    """The correlation matrix of the promises under a coupling."""
    out = np.eye(n)
    if coupling in ("independent", "close"):
        out[:] = CLOSE if coupling == "close" else 0.0
        np.fill_diagonal(out, 1.0)
        return out
    for r in pairs.itertuples():
        out[r.first, r.second] = out[r.second, r.first] = getattr(r, coupling)
    return out


def correlations(listed: list[Promise], as_of: date) -> pd.DataFrame:
    """How each pair of promises moves together, from rows known on a day.

    Returns
    -------
    Columns first and second (places in the list), units and unit_years, medians and years
    (correlation of both parts and what they rest on), low, middle and high.
    """
    rows = []
    for a in range(len(listed)):
        for b in range(a + 1, len(listed)):
            rows.append((a, b, *_pair(listed[a], listed[b], as_of)))
    columns = [
        "first",
        "second",
        "units",
        "unit_years",
        "medians",
        "years",
        "low",
        "middle",
        "high",
    ]
    return pd.DataFrame(rows, columns=columns)


def _pair(a: Promise, b: Promise, as_of: date) -> tuple[Any, ...]:
    if a.question == b.question:
        return (ONE_QUESTION, 0, 1.0, 0, *(3 * (ONE_QUESTION,)))
    units, n = _printed(a.question, b.question, "unit_deviation", as_of)
    medians, years = _printed(a.question, b.question, "class_median_growth_change", as_of)
    units = UNKNOWN if units is None else units
    medians = UNKNOWN if medians is None else medians
    sd = [float(np.hypot(p.common, p.unit)) for p in (a, b)]
    half = WIDE / np.sqrt(max(years - 3, 1))

    def whole(common: float) -> float:
        cov = common * a.common * b.common + units * a.unit * b.unit
        return cov / (sd[0] * sd[1]) if min(sd) > 0 else 0.0

    ends = [
        float(np.tanh(np.arctanh(np.clip(medians, -0.99, 0.99)) + s * half)) for s in (-1, 0, 1)
    ]
    return (units, n, medians, years, *(whole(e) for e in ends))


def _printed(a: str, b: str, component: str, as_of: date) -> tuple[float | None, int]:
    """Rank correlation of two series in the best place that prints it, over the longest windows
    known on a day.
    """
    printed = _known(as_of, tables.stamp("correlations"))
    for place in PLACES:
        for one in CALLED.get(a, (a,)):
            for two in CALLED.get(b, (b,)):
                hit = printed.get((*place, component, *sorted((one, two))))
                if hit is not None:
                    return hit
    return None, 0


@lru_cache(maxsize=8)
def _known(as_of: date, stamp: tuple[Any, ...]) -> dict[tuple[Any, ...], tuple[float, int]]:
    rows = known(tables.read("correlations"), as_of)
    rows = rows.sort_values(["horizon_years", "last_origin", "n"])
    out = {}
    for r in rows.itertuples():
        pair = sorted((r.indicator_a, r.indicator_b))
        key = (r.level, r.reference_class, r.component, *pair)
        out[key] = float(r.corr_spearman), int(r.n)
    return out


@dataclass(frozen=True)
class Scorecard(Result):
    """Targets, their chances and who counts them, by responsible department."""

    SUBJECT: ClassVar[str] = "answers.scorecard"

    def facts(self, lang: str) -> dict[str, Any]:
        """Departments, their targets and how many of these are expected to be met."""
        total = self.rows.sum(numeric_only=True)
        told = {"departments": len(self.rows), "targets": int(total["targets"])}
        told |= {"assessable": int(total["assessable"]), "counted": int(total["department"])}
        return told | {k: num(float(total[f"expected_{k}"]), 1) for k in ("low", "high")}


def scorecard(made: ForecastTable, judged: Chances) -> Scorecard:
    """The last year's annex targets by responsible department, and who counts them.

    Returns
    -------
    Scorecard with the columns responsible, targets, assessable, expected_low, expected_high (sum of
    the chances over the bases) and the number counted by statistics, customs, treasury, a
    higher authority and the department itself. What a department counts itself is hard to verify.
    """
    plan = made.plan
    final = judged.final().merge(plan.departments(), on="indicator_id")
    final = final.merge(plan.measures, on="indicator_id")
    counted = pd.crosstab(final["responsible"], final["measured_by"])
    who = ["statistics", "customs", "treasury", "authority", "department"]
    summed = final.groupby("responsible", sort=False).agg(
        targets=("indicator_id", "size"),
        assessable=("probability_low", "count"),
        expected_low=("probability_low", "sum"),
        expected_high=("probability_high", "sum"),
    )
    counted = counted.reindex(columns=who, fill_value=0)
    return Scorecard(plan, summed.join(counted).reset_index())
