"""What came of a promise: later figures that settle or bound it.

They never enter chances dated before them.
"""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from zoneplan.plan.document import ANNEX, PlanDocument
from zoneplan.result import Result
from zoneplan.text import num

OPEN = "open"
COLUMNS = [
    "target_id",
    "target",
    "found",
    "year",
    "resolution",
    "reservation",
    "known_from",
    "source_id",
    "row_id",
]


def resolutions(plan: PlanDocument) -> Result:
    """What later figures say of the plan's promises.

    Returns
    -------
    Result with the columns target_id, target, found, year, resolution (``met`` or ``missed`` where
    a figure of the same thing settles it, ``bounded`` where a figure of another scope or year lies
    on the wrong side of the target, ``open`` where it decides nothing), reservation, known_from,
    source_id, row_id.

    An upper limit below an at-least target speaks against it; a figure of a later year decides
    nothing. Where the plan brings no ``resolutions.csv``, a full-year figure of the same indicator
    and year settles each annex promise. Always to be read with the reservation beside it; what is
    not listed is open.
    """
    if plan.resolutions.empty:
        return Result(plan, _by_year(plan))
    targets = plan.targets.set_index("target_id")
    seen = plan.all_observations.set_index("row_id")
    rows = []
    for line in plan.resolutions.itertuples():
        target, figure = targets.loc[line.target_id, "value"], seen.loc[line.row_id]
        found = figure["value"]
        word = outcome(line.reading, line.settles == "yes", target, found)
        place = figure["known_from"], figure["source_id"], line.row_id
        rows.append((line.target_id, target, found, figure["year"], word, line.reservation, *place))
    return Result(plan, pd.DataFrame(rows, columns=COLUMNS))


def _by_year(plan: PlanDocument) -> pd.DataFrame:
    """Annex promises beside the zone's own figures of the same year, whenever they were
    published.
    """
    rows = []
    for row in plan.targets[plan.targets["section"] == ANNEX].itertuples():
        target, found = (
            plan.target(row.indicator_id, int(row.year)),
            outcomes(plan, row.indicator_id),
        )
        if target is None or target.year not in found.index:
            continue
        figure = found.loc[target.year]
        word = "met" if target.is_met(figure["value"]) else "missed"
        note = f"{num(figure['value'], 2)} {figure['unit']} ({target.year})"
        place = figure["known_from"], figure["source_id"], figure["row_id"]
        rows.append((row.target_id, target.value, figure["value"], row.year, word, note, *place))
    return pd.DataFrame(rows, columns=COLUMNS)


def outcomes(plan: PlanDocument, indicator_id: str) -> pd.DataFrame:
    """The figures of an annex series by year, hindsight included; the first release of each, as it
    is judged by.
    """
    every = replace(plan, observations=first_released(plan.all_observations))
    return every.observed(indicator_id).set_index("year")


def first_released(rows: pd.DataFrame) -> pd.DataFrame:
    """Observations without their later revisions: of each figure only what was published on its
    first day.
    """
    keys = ["entity_id", "indicator_id", "year", "period", "kind"]
    first = rows.groupby(keys)["known_from"].transform("min")
    return rows[(rows["known_from"] == first) | first.isna()].reset_index(drop=True)


def outcome(reading: str, settles: bool, target: float, found: float) -> str:
    """The word for one promise.

    Parameters
    ----------
    reading : ``value`` (the figure itself), ``upper`` or ``lower`` (it can be no higher, no lower),
        ``yes_no`` (1 reached, 0 not), ``later`` (of a later year).
    settles : whether the figure is of the same thing, scope and year.
    target, found : in the same unit; the promise is to reach at least ``target``.
    """
    reached = found == 1 if reading == "yes_no" else found >= target
    decides = {"value": True, "yes_no": True, "lower": reached, "upper": not reached}
    if not decides.get(reading, False):
        return OPEN
    if not settles:
        return "bounded"
    return "met" if reached else "missed"
