"""The values that each promise of a plan may take: one set of draws a promise and base, read by
every answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.indicators import indicator
from zoneplan.forecasting.classes import ReferenceClass
from zoneplan.forecasting.counts import PROJECTS
from zoneplan.forecasting.forecasts import Base, Forecast, ForecastTable, growth_of_class
from zoneplan.forecasting.scenario import BASES
from zoneplan.plan.document import ANNEX, ENDINGS, GROWTH
from zoneplan.plan.targets import Target

HEADLINE = "headline"
# So many comparable points make a series of the zone's own.
OWN_SERIES = 5
# The same answer made otherwise, where it is the other end of a range: a zone twice as much wider
# than provinces, the level of a proxy as far off as it may be, and projects of one size without the
# larger ones.
OTHERWISE: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "factor": ({"widening": 2.0},),
    "level": ({"level_shift": -1.0}, {"level_shift": 1.0}),
    "sizes": ({"nested": False},),
}
# A wider area of which only a part is promised: a bound from above.
BOUND = "bound"
# One printed number that the plan means as a year's value here and as a sum there.
READING = "reading"


@dataclass(frozen=True)
class Promise:
    """A promise that figures speak of, with equally likely values by base (one base where only one
    exists).

    ``question`` is the series that its growth is read from: promises of one question rise and fall
    nearly as one. ``common`` and ``unit`` are the standard deviations of both parts of its log
    growth. ``bases`` are what the values start from, ``own`` is the number of own points behind
    them; ``others`` hold the values of the other ends of a range by reason. ``reading`` says what
    was taken for the promise, ``known`` whether a figure answers it already.
    """

    target: Target
    values: dict[str, np.ndarray]
    question: str
    level: str
    headline: bool
    common: float
    unit: float
    reading: str
    bases: dict[str, Base | None]
    own: int = 0
    class_: ReferenceClass | None = None
    others: dict[str, tuple[np.ndarray, ...]] = field(default_factory=dict)
    known: bool = False

    def on(self, base: str) -> np.ndarray:
        """The values on a base, or on the only one there is."""
        return self.values.get(base, next(iter(self.values.values())))

    def probability(self, base: str) -> float:
        """The chance that the promise is kept on a base."""
        return self._chance(self.on(base))

    def _chance(self, values: np.ndarray) -> float:
        return float(self.target.is_met(values).mean())

    def by_base(self) -> dict[str, float]:
        """The chance by the kind of base that the values really start from."""
        kinds = {b: BASES[0] if (at := self.bases[b]) is None else at.kind for b in self.values}
        return {kinds[b]: self._chance(v) for b, v in self.values.items()}

    def ends(self) -> dict[str, tuple[float, ...]]:
        """The chance at every other end of a range, by reason."""
        return {reason: tuple(map(self._chance, v)) for reason, v in self.others.items()}

    @property
    def step(self) -> str:
        """The step of evidence that the values can carry at most.

        A needs five comparable points of the zone's own behind them, B any, C the base that the
        plan implies; D is growth of a class alone, or of a wider area.
        """
        if self.own and BOUND not in self.others:
            return "A" if self.own >= OWN_SERIES else "B"
        return "C" if any(self.bases.values()) and BOUND not in self.others else "D"


def promises(made: ForecastTable) -> list[Promise]:
    """Every distinct promise that has a chance, once: of an annex series that of the last year.

    Repeats (``same_as``), earlier years of a series and mere bounds are left out. Weak ones, of
    step D, are in: a count without them would be of fewer promises, not of surer ones.
    """
    rows = made.plan.targets
    rows = rows[rows["value"].notna() & rows["same_as"].isna()]
    last = rows.drop_duplicates("indicator_id", keep="last")
    found = [promise(made, row) for _, row in last.iterrows()]
    return [p for p in found if p is not None and not p.known and BOUND not in p.others]


def promise(made: ForecastTable, row: pd.Series) -> Promise | None:
    """One promise with its values; None where no figure supports any, or where it is kept by
    decision.

    Where the same answer made otherwise is part of it (:data:`OTHERWISE`), its values stand in
    ``others``.
    """
    decided = made.plan.by_decision(row["indicator_id"]) or made.plan.by_decision(row["same_as"])
    found = None if decided else _found(made, row)
    if found is None or BOUND in found.others:
        return found
    wider = found.class_ is not None and found.class_.wider
    reasons = ["factor", "level"] if wider else []
    reasons += ["sizes"] if PROJECTS.fullmatch(row["indicator_id"]) else []
    others = {reason: _otherwise(made, row, reason) for reason in reasons}
    twin = made.plan.other_reading(row["target_id"])
    read = None if twin is None else _found(made, twin)
    if read is not None:
        others[READING] = (read.on(BASES[0]),)
    return replace(found, others=others)


def _otherwise(made: ForecastTable, row: pd.Series, reason: str) -> tuple[np.ndarray, ...]:
    values = []
    for k, change in enumerate(OTHERWISE[reason]):
        key = "otherwise", reason, k
        if key not in made._made:
            made._made[key] = made.with_(settings=replace(made.settings, **change))
        other = _found(made._made[key], row)
        values += [] if other is None else [other.on(BASES[0])]
    return tuple(values)


def _found(made: ForecastTable, row: pd.Series) -> Promise | None:
    i, how = row["indicator_id"], row["aggregation"]
    if row["section"] == ANNEX:
        return _series(made, row, i, [int(row["year"])])
    if row["kind"] == GROWTH:
        return _growth(made, row)
    if pd.isna(row["year"]):
        return None
    ending = next((e for e in ENDINGS if how == "sum" and i.endswith(e)), "")
    series = i.removesuffix(ending) if pd.isna(row["same_as"]) else row["same_as"]
    years = [int(row["year"])] if how == "end" else list(made.plan.years)
    return _series(made, row, series, years) or _part(made, row, series)


def _series(made: ForecastTable, row: pd.Series, series: str, years: list[int]) -> Promise | None:
    """A year of a series, or the sum or the lowest of some years, draw by draw."""
    kept = {
        b: f for b in BASES if (f := made.of(series, b)) is not None and set(years) <= set(f.draws)
    }
    if not kept:
        return None
    how = np.min if row["aggregation"] == "each_year" else np.sum
    values = {b: how([f.draws[y] for y in years], axis=0) for b, f in kept.items()}
    reading = "value" if row["aggregation"] == "end" else row["aggregation"]
    some = next(iter(kept.values()))
    if made.plan.is_share(series) and some.base is not None and some.base.kind == BASES[0]:
        reading = "if_base_holds"
    return _promise(made, row, values, kept, reading)


def _promise(
    made: ForecastTable,
    row: pd.Series,
    values: dict[str, np.ndarray],
    kept: dict[str, Forecast],
    reading: str,
) -> Promise:
    some = next(iter(kept.values()))
    paths, class_, bases = some.paths, some.class_, {b: f.base for b, f in kept.items()}
    # Without paths there are counts, or known years only.
    enters = paths is None or any(b is not None and b.kind == BASES[1] for b in bases.values())
    own = max(len(made.plan.observed(some.indicator_id)), 1) if enters else 0
    question, level = PROJECTS.sub("projects", some.indicator_id), ""
    if class_ is not None:
        question, level = class_.indicator_id, class_.level
    sd = (0.0, 1.0)
    if paths is not None:
        sd = float(paths.common[:, -1].std()), float(paths.unit[:, -1].std())
    headline = row["group"] == HEADLINE and row["section"] == ANNEX
    return Promise(
        Target.of(row), values, question, level, headline, *sd, reading, bases, own, class_,
        known=not some.open_years or int(row["year"]) not in some.open_years,
    )  # fmt: skip


def _growth(made: ForecastTable, row: pd.Series) -> Promise | None:
    """Growth of a class, on average or in the lowest year."""
    found = growth_of_class(made, row)
    if found is None:
        return None
    sd = float(found.paths.common[:, -1].std()), float(found.paths.unit[:, -1].std())
    place = found.class_.indicator_id, found.class_.level, False
    return Promise(
        Target.of(row), {BASES[0]: found.values}, *place, *sd, row["aggregation"], {BASES[0]: None},
        class_=found.class_,
    )  # fmt: skip


def _part(made: ForecastTable, row: pd.Series, series: str) -> Promise | None:
    """What a wider area reaches: a part of it can reach no more, and may reach nothing."""
    whole = indicator(series).part_of
    if not whole or row["kind"] != "flow" or row["direction"] != "at_least":
        return None
    found = _series(made, row, whole, [int(row["year"])])
    if found is None:
        return None
    nothing = np.zeros(made.settings.draws)
    return replace(found, reading="upper_bound", others={BOUND: (nothing,)})
