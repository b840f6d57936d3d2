"""The chances of the headline levels if zones outgrow their class, and under each account of where
the plan starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.scenario import BASES, Scenario
from zoneplan.forecasting.values import HEADLINE
from zoneplan.messages import words
from zoneplan.plan.document import ANNEX
from zoneplan.result import Result
from zoneplan.text import odds_range

# Points a year by which national zones might outgrow the regions that stand in for them. What is
# known of it leaves the sign open, so none is in the headline.
PREMIUMS = (0, 1, 2)
# Accounts of the gap between the implied base and the record, with the bases that each believes.
ACCOUNTS: Mapping[str, tuple[str, ...]] = {
    "revised": BASES[:1],
    "scope": BASES,
    "padded": BASES[1:],
}
CASES = (*(f"premium_{n}" for n in PREMIUMS), *ACCOUNTS)


@dataclass(frozen=True)
class Sensitivity(Result):
    """One row a headline level and case."""

    SUBJECT: ClassVar[str] = "answers.sensitivity"

    def wide(self) -> pd.DataFrame:
        """Low and high end by series (down) and case (across)."""
        ends = self.rows.pivot(index="indicator_id", columns="case", values=["low", "high"])
        return ends.reindex(index=self.rows["indicator_id"].unique())

    def facts(self, lang: str) -> dict[str, Any]:
        """The chances of the first series, by case."""
        first = self.rows["indicator_id"].iloc[0]
        rows = self.rows[self.rows["indicator_id"] == first].set_index("case")
        told = {c: odds_range(r["low"], r["high"], lang) for c, r in rows.iterrows()}
        return {"name": self.plan.name(first, lang), **told}

    def named(self, lang: str) -> pd.DataFrame:
        """A row a series, a column a case, with the ends of each."""
        heads, ends = words(lang).group("answers.case"), self.wide()
        out = {"indicator_id": [self.plan.name(i, lang) for i in ends.index]}
        for case in CASES:
            pairs = zip(ends["low", case], ends["high", case], strict=True)
            out[heads[case]] = [odds_range(*pair, lang) for pair in pairs]
        return pd.DataFrame(out)


def sensitivity(made: ForecastTable) -> Sensitivity:
    """The chance of each headline level of the last year under cases that no figure settles.

    Returns
    -------
    Sensitivity with the columns indicator_id, case, low and high (over the bases that the case
    allows). ``premium_0``, ``premium_1``, ``premium_2``: growth so many points a year above that of
    the class in every year of the plan; the first is the headline, which holds no premium.
    ``revised``: the record was revised down, so the implied base is right. ``scope``: plan and
    record count different areas, so the result may be counted on either. ``padded``: the plan
    starts low on purpose, so the record is right. The first and the last of these are missing where
    the plan starts no lower than its record leads to, and where nothing was published.

    How to read it: under the first account a miss is slow growth; under the second it may be the
    area alone; under the third it is growth far below that of similar regions.
    """
    plan, rows = made.plan, []
    heads = plan.targets[plan.targets["section"].eq(ANNEX) & plan.targets["group"].eq(HEADLINE)]
    levels = made.levels()
    for i in [i for i in levels if i in set(heads["indicator_id"])] or levels:
        target = plan.target(i)
        if target is None:
            continue
        for points in PREMIUMS:
            story = Scenario("premium", points={i: dict.fromkeys(plan.years, float(points))})
            more = made.with_(scenario=made.scenario + story) if points else made
            found = more.by_base(i, target.year).values()
            chances = [f.probability(target) for f in found]
            rows.append((i, f"premium_{points}", min(chances), max(chances)))
        by_base = made.by_base(i, target.year)
        middle = {b: float(np.median(f.draws[target.year])) for b, f in by_base.items()}
        low_start = set(middle) == set(BASES) and middle[BASES[0]] < middle[BASES[1]]
        for case, believed in ACCOUNTS.items():
            fits = set(believed) <= set(by_base) and (low_start or case == "scope")
            chances = [by_base[b].probability(target) for b in believed] if fits else [np.nan]
            rows.append((i, case, min(chances), max(chances)))
    return Sensitivity(plan, pd.DataFrame(rows, columns=["indicator_id", "case", "low", "high"]))
