"""What the usual progress arrow of indicator reports says of a target, beside its chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from zoneplan.plan.document import ANNEX, GROWTH, PlanDocument

# Steps of the arrow: observed over required growth.
STEPS = ((0.95, "on_track"), (0.6, "moderate"), (0.0, "slow"))
UNKNOWN = "unknown"
SIGNS = {"reached": "✓", "on_track": "↑", "moderate": "↗", "slow": "↘", "away": "↓", UNKNOWN: ""}


def progress_arrow(
    base_level: float,
    base_year: int,
    last_level: float,
    last_year: int,
    target_level: float,
    target_year: int,
) -> str:
    """Tell what the usual traffic light of indicator reports says of a target.

    Parameters
    ----------
    base_level, last_level, target_level : positive levels in one unit, more being better.
    base_year, last_year, target_year : their years.

    Returns
    -------
    ``reached`` where the last level is at the target; else, by the compound growth since the base
    over that needed from the base to the target, ``on_track`` (0.95 or more), ``moderate`` (0.6),
    ``slow`` (0) or ``away``; ``unknown`` where there is no growth to compare.

    Source: Eurostat's monitoring of the Sustainable Development Goals, as in ProgressMeasure of
    open-sdg/sdg-build.

    How to read it: it looks back only; it knows neither the class nor how uncertain the way is.
    """
    levels = np.array([base_level, last_level, target_level], dtype=float)
    if not (np.isfinite(levels) & (levels > 0)).all():
        return UNKNOWN
    if last_level >= target_level:
        return "reached"
    if last_year <= base_year or target_year <= base_year:
        return UNKNOWN
    observed = (last_level / base_level) ** (1 / (last_year - base_year)) - 1
    required = abs((target_level / base_level) ** (1 / (target_year - base_year)) - 1)
    ratio = observed / required if required else np.copysign(np.inf, observed)
    return next((name for step, name in STEPS if ratio >= step), "away")


def arrow(plan: PlanDocument, row: pd.Series) -> str:
    """The arrow of one of the plan's targets, from the first to the last of the zone's own
    comparable levels; unknown where there are fewer than two.
    """
    levels = plan.levels(row["indicator_id"])
    if row["section"] != ANNEX or row["direction"] == "at_most" or len(levels) < 2:
        return UNKNOWN
    base, last = ((float(r["value"]), int(r["year"])) for _, r in levels.iloc[[0, -1]].iterrows())
    wanted, year = float(row["value"]), int(row["year"])
    if row["kind"] == GROWTH:
        # A promised rate is itself the growth that is needed.
        wanted = base[0] * (1 + wanted / 100) ** (year - base[1])
    return progress_arrow(*base, *last, wanted, year)
