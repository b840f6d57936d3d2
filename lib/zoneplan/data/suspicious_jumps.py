"""Figures that look like slips of the keys."""

from __future__ import annotations

from itertools import pairwise
from math import log
from typing import Any

import pandas as pd

from zoneplan.data.units import canonical

# Growth of a year that is asked about: to so many times, or to one part in so many.
JUMP = 2


def jumps(rows: pd.DataFrame) -> list[str]:
    """Figures that are more than :data:`JUMP` times, or less than one part in so many of, those a
    year before.

    Parameters
    ----------
    rows : levels with the columns indicator_id, name, year, value, unit and where (the place a
        reader finds it at).

    Returns
    -------
    A line for each such pair of neighbouring years, with both figures and the place of the later
    one; over several years the factor may be as much for each of them.

    How to read it: a point or a unit in the wrong place shows here; a large project may as well.
    """
    said = []
    series: dict[str, list[Any]] = {}
    for row in rows.sort_values("year", kind="stable").itertuples():
        series.setdefault(row.indicator_id, []).append(row)
    for same in series.values():
        levels = [(canonical(r.value, r.unit)[0], r) for r in same]
        for (before, was), (after, now) in pairwise(levels):
            years = now.year - was.year
            if years and before > 0 and after > 0 and abs(log(after / before)) > years * log(JUMP):
                said.append(
                    f"{now.name}: {was.value:,g} {was.unit} in {was.year:g}, "
                    f"{now.value:,g} {now.unit} in {now.year:g} ({now.where})"
                )
    return said
