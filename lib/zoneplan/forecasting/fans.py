"""What was published of level series, where they are headed from either base, and where the plan
wants them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.data.sources import PLAN
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.scenario import BASES
from zoneplan.plan.intervals import cagr
from zoneplan.result import Result
from zoneplan.text import rounded


@dataclass(frozen=True)
class Fans(Result):
    """Paths of level series from both bases to their targets."""

    SUBJECT: ClassVar[str] = "answers.fans"

    def facts(self, lang: str) -> dict[str, Any]:
        """Where the last year of the first series is expected over its bases, and its target."""
        rows = self.rows[self.rows["indicator_id"] == self.rows["indicator_id"].iloc[0]]
        rows = rows[rows["year"] == rows["year"].max()].set_index("series")
        i, unit = rows["indicator_id"].iloc[0], rows["unit"].iloc[0]
        ends = {"low": rows.loc[["q10"], "value"].min(), "high": rows.loc[["q90"], "value"].max()}
        ends["target"] = rows.loc[["target"], "value"].iloc[0]
        told = {k: rounded(float(v), unit, lang) for k, v in ends.items()}
        return {"name": self.plan.name(i, lang), "year": int(rows["year"].iloc[0]), **told}


def fans(made: ForecastTable, *indicators: str) -> Fans:
    """Published levels, bases, quantiles and targets of level series, one row a point.

    Parameters
    ----------
    indicators : annex series; none means all level series that have a chance.

    Returns
    -------
    Fans with the columns indicator_id, base (``implied`` or ``observed``; empty for what rests on
    none), series (``published``, ``base``, ``q10`` to ``q90`` or ``target``), year, value, unit,
    scope_note, growth (percent a year that the last target needs from a base) and source_id.
    """
    rows = [row for i in indicators or made.levels() for row in _rows(made, i)]
    columns = "indicator_id base series year value unit scope_note growth source_id"
    return Fans(made.plan, pd.DataFrame(rows, columns=columns.split()))


def _rows(made: ForecastTable, i: str) -> Iterator[tuple[Any, ...]]:
    plan, unit = made.plan, made.plan.unit(i)
    target = plan.target(i)
    found = {b: f for b in BASES if (f := made.of(i, b)) is not None and f.base is not None}
    if target is None or not found:
        return
    for r in plan.levels(i).itertuples():
        yield i, "", "published", r.year, r.value, unit, r.scope_note, np.nan, r.source_id
    for k, (kind, f) in enumerate(found.items()):
        base = f.base
        if base is None or (k and base == next(iter(found.values())).base):
            continue
        level, years = base.level.mid, target.year - base.year
        needed = cagr(level, target.value, years) if years > 0 else np.nan
        scope = base.scope_note
        yield i, kind, "base", base.year, level, unit, scope, needed, base.source_id
        source = PLAN if f.paths is None else f.paths.window["source_id"]
        for q, part in f.table().set_index("year").items():
            for year, value in part.loc[list(f.open_years)].items():
                yield i, kind, q, year, value, unit, scope, np.nan, source
    for r in plan.annex(i).dropna(subset=["value"]).itertuples():
        yield i, "", "target", r.year, r.value, unit, plan.about.scope, np.nan, r.source_id
