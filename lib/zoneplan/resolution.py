"""What came of a promise: later figures that settle or bound it. They never enter odds dated before them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from zoneplan.plan import Plan

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

    An upper limit below an at-least target speaks against it; a figure of a later year decides nothing.

    How to read it: always with the reservation beside it; what is not listed is open.
    """
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
                "resolution": outcome(line.reading, line.settles == "yes", target["value"], figure["value"]),
                "reservation": line.reservation,
                "known_from": figure["known_from"],
                "source_id": figure["source_id"],
                "row_id": line.row_id,
            }
        )
    return Resolutions(pd.DataFrame(rows))


def outcome(reading: str, settles: bool, target: float, found: float) -> str:
    """The word for one promise.

    Parameters
    ----------
    reading : ``value`` (the figure itself), ``upper`` or ``lower`` (it can be no higher, no lower), ``yes_no`` (1
        reached, 0 not), ``later`` (of a later year).
    settles : whether the figure is of the same thing, scope and year.
    target, found : in the same unit; the promise is to reach at least ``target``.
    """
    reached = {"value": found >= target, "lower": found >= target, "upper": found >= target, "yes_no": found == 1}
    decides = {"value": True, "lower": found >= target, "upper": found < target, "yes_no": True}
    if not decides.get(reading, False):
        return OPEN
    if not settles:
        return "bounded"
    return "met" if reached[reading] else "missed"
