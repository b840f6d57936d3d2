"""The values that each promise of a plan may take: one set of draws a promise and base, read by every answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import BASES, ForecastTable, growth_of_class
from zoneplan.plan.document import ANNEX, GROWTH
from zoneplan.plan.targets import Target

HEADLINE = "headline"


@dataclass(frozen=True)
class Promise:
    """A promise that figures speak of, with equally likely values by base (one base where only one exists).

    ``question`` is the series that its growth is read from: promises of one question rise and fall nearly as one.
    ``common`` and ``unit`` are the standard deviations of both parts of its log growth.
    """

    target: Target
    values: dict[str, np.ndarray]
    question: str
    level: str
    headline: bool
    common: float
    unit: float

    def on(self, base: str) -> np.ndarray:
        """The values on a base, or on the only one there is."""
        return self.values.get(base, next(iter(self.values.values())))

    def probability(self, base: str) -> float:
        """The chance that the promise is kept on a base."""
        return float(self.target.is_met(self.on(base)).mean())


def promises(made: ForecastTable) -> list[Promise]:
    """Every distinct promise that has a chance, once: of an annex series that of the last year.

    Repeats (``same_as``) are left out, and so are earlier years of a series.
    """
    rows = made.plan.targets
    rows = rows[rows["value"].notna() & rows["same_as"].isna()]
    last = rows.drop_duplicates("indicator_id", keep="last")
    found = [promise(made, row) for _, row in last.iterrows()]
    return [p for p in found if p is not None]


def promise(made: ForecastTable, row: pd.Series) -> Promise | None:
    """One promise with its values; None where no figure supports any."""
    if row["section"] == ANNEX:
        by_base = {b: made.of(row["indicator_id"], b) for b in BASES}
        kept = {
            b: f for b, f in by_base.items() if f is not None and int(row["year"]) in f.open_years
        }
        if not kept:
            return None
        some = next(iter(kept.values()))
        values = {b: f.draws[int(row["year"])] for b, f in kept.items()}
        paths, class_ = some.paths, some.class_
    elif row["kind"] == GROWTH and (found := growth_of_class(made, row)) is not None:
        drawn, class_ = found.values, found.class_
        values, paths = {BASES[0]: drawn}, found.paths
    else:
        return None
    if class_ is None or paths is None:
        return None
    sd = float(paths.common[:, -1].std()), float(paths.unit[:, -1].std())
    headline = row["group"] == HEADLINE and row["section"] == ANNEX
    return Promise(Target.of(row), values, class_.indicator_id, class_.level, headline, *sd)
