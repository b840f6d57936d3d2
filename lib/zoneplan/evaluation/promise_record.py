"""Do public promises come true?

Real growth targets of provinces and prefectures, from the shipped tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.evaluation.backtest import BENCH
from zoneplan.result import Result
from zoneplan.text import num, odds

# Who promised, and the sources of their targets and of what came.
SOURCES = {"provinces": "s02778bda", "prefectures": "s901f022c"}
KEYS = ["promises", "years_ahead", "points"]


@dataclass(frozen=True)
class PromiseRecord(Result):
    """Scores of the chances of real growth targets by era and method.

    ``reliability`` is the share met along the scale of chances, ``years`` and ``stretch`` the share
    met beside the mean chance by year and by how far a target lay above the last growth; ``of``
    says whose targets they are.
    """

    reliability: pd.DataFrame
    years: pd.DataFrame
    stretch: pd.DataFrame
    of: str
    SUBJECT: ClassVar[str] = "answers.promise_record"

    def facts(self, lang: str) -> dict[str, Any]:
        """Cases, the share met in either era and the score beside the share met so far, the rival
        to beat.
        """
        rows = self.rows.set_index(["method", "era"])
        early, late, whole = (rows.loc["odds", era] for era in ("before 2012", "from 2012", "all"))
        told = {"early": odds(early["met"], lang), "late": odds(late["met"], lang)}
        told |= {"cases": num(whole["cases"], 0), "brier": num(whole["brier"], 3)}
        return told | {"rival": num(rows.loc[("share", "all"), "brier"], 3)}


def promise_record(
    plan: Any, of: str = "provinces", years_ahead: int = 1, points: str = "all"
) -> PromiseRecord:
    """How chances of real promises turned out, made each year from what was known then.

    Parameters
    ----------
    plan : the plan whose language and sources the result takes.
    of : ``provinces`` or ``prefectures`` of China.
    years_ahead : length of the promises in years (1, or 3: the rate held on).
    points : ``all``, or ``3`` for histories cut to one to three points, as a zone has.

    Returns
    -------
    PromiseRecord with the columns era, method, brier, low and high (band over years), better,
    slope, auc, mean, met, cases and years, as :func:`zoneplan.evaluation.promise_scores.scores`
    gives them.

    Raises
    ------
    DataError
        There are no such promises.
    """
    asked = (of, years_ahead, points)
    if asked not in set(_bench("").set_index(KEYS).index):
        known = "provinces or prefectures, 1 or 3 years ahead, points all or 3"
        raise DataError([Problem("promises", None, None, str(asked), known)])
    rows, near, years, shares = (
        _of(_bench(part), *asked) for part in ("", "_reliability", "_years", "_shares")
    )
    source = SOURCES[of]
    stretch = shares[shares["by"] == "stretch"].reset_index(drop=True) if len(shares) else shares
    return PromiseRecord(
        plan, rows.assign(source_id=source), near, years, stretch.drop(columns="by"), of
    )


def _of(rows: pd.DataFrame, *asked: object) -> pd.DataFrame:
    keep = (rows[KEYS] == list(asked)).all(axis=1)
    return rows[keep].drop(columns=KEYS).reset_index(drop=True)


@cache
def _bench(part: str) -> pd.DataFrame:
    """One table of the benchmark, as shipped beside the reports."""
    file = BENCH / f"promises{part}.csv"
    return pd.read_csv(file, dtype={"points": str, "value": str})
