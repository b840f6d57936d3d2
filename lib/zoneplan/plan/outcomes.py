"""What came of a promise: later figures that settle or bound it. They never enter odds dated before them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.text import num

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan

OPEN = "open"


@dataclass(frozen=True)
class Resolutions:
    """One row per promise that a later figure speaks of."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns target_id, target, found, year, resolution, reservation, known_from, source_id, row_id."""
        return self.rows.copy()


def resolutions(plan: Plan) -> Resolutions:
    """What later figures say of the plan's promises.

    Returns
    -------
    Resolutions: ``met`` or ``missed`` where a figure of the same thing settles it, ``bounded`` where a figure of
    another scope or year lies on the wrong side of the target, ``open`` where it decides nothing.

    An upper limit below an at-least target speaks against it; a figure of a later year decides nothing. Where the plan
    brings no ``resolutions.csv``, a full-year figure of the same indicator and year settles each annex promise.

    How to read it: always with the reservation beside it; what is not listed is open.
    """
    if plan.resolutions.empty:
        return Resolutions(_by_year(plan))
    targets = plan.targets.set_index("target_id")
    seen = plan.all_observations.set_index("row_id")
    rows = []
    for line in plan.resolutions.itertuples():
        target, figure = targets.loc[line.target_id], seen.loc[line.row_id]
        rows.append(
            {
                "target_id": line.target_id,
                "target": target["value"],
                "found": figure["value"],
                "year": figure["year"],
                "resolution": outcome(
                    line.reading, line.settles == "yes", target["value"], figure["value"]
                ),
                "reservation": line.reservation,
                "known_from": figure["known_from"],
                "source_id": figure["source_id"],
                "row_id": line.row_id,
            }
        )
    return Resolutions(pd.DataFrame(rows, columns=COLUMNS))


COLUMNS = "target_id target found year resolution reservation known_from source_id row_id".split()


def _by_year(plan: Plan) -> pd.DataFrame:
    """Annex promises beside the zone's own figures of the same year, whenever they were published."""
    rows = []
    for target in plan.targets[plan.targets["section"] == "annex"].itertuples():
        found = outcomes(plan, target.indicator_id)
        if target.year not in found.index:
            continue
        figure = found.loc[target.year]
        kept = plan.goal(target.indicator_id, int(target.year)).holds(figure["value"])
        rows.append(
            (
                target.target_id,
                target.value,
                figure["value"],
                target.year,
                "met" if kept else "missed",
                f"{num(figure['value'], 2)} {figure['unit']} ({target.year})",
                figure["known_from"],
                figure["source_id"],
                figure["row_id"],
            )
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def outcomes(plan: Plan, indicator_id: str) -> pd.DataFrame:
    """The figures of an annex series by year, hindsight included; the first release of each year, as it is judged by."""
    every = replace(plan, observations=first_released(plan.all_observations))
    return (every.growths if plan.is_rate(indicator_id) else every.levels)(indicator_id).set_index(
        "year"
    )


def first_released(rows: pd.DataFrame) -> pd.DataFrame:
    """Observations without their later revisions: of each figure only what was published on its first day."""
    keys = ["entity_id", "indicator_id", "year", "period", "kind"]
    first = rows.groupby(keys)["known_from"].transform("min")
    return rows[(rows["known_from"] == first) | first.isna()].reset_index(drop=True)


def outcome(reading: str, settles: bool, target: float, found: float) -> str:
    """The word for one promise.

    Parameters
    ----------
    reading : ``value`` (the figure itself), ``upper`` or ``lower`` (it can be no higher, no lower), ``yes_no`` (1
        reached, 0 not), ``later`` (of a later year).
    settles : whether the figure is of the same thing, scope and year.
    target, found : in the same unit; the promise is to reach at least ``target``.
    """
    reached = {
        "value": found >= target,
        "lower": found >= target,
        "upper": found >= target,
        "yes_no": found == 1,
    }
    decides = {"value": True, "lower": found >= target, "upper": found < target, "yes_no": True}
    if not decides.get(reading, False):
        return OPEN
    if not settles:
        return "bounded"
    return "met" if reached[reading] else "missed"
