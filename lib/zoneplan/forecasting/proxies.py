"""Whether growth of a proxy may stand for that of an indicator: a check written down before any
chance was worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import growth_of
from zoneplan.forecasting.classes import PROVINCE, ReferenceClass, class_of
from zoneplan.forecasting.growth import smoothed
from zoneplan.forecasting.paths import GrowthPaths
from zoneplan.forecasting.settings import SETTINGS, Settings
from zoneplan.plan.document import PlanDocument

# Growth of less than half a year says little of the year; a longer part of the year comes before a
# shorter one.
PARTS = ("h1", "7m", "8m", "9m", "10m", "11m", "full_year")
# A point of something narrower checks nothing.
NARROWER = "narrower"
# One printed year is a point, two tell a level and how it moves.
FEWEST_PRINTED = 2
# Changes of a share that make a class, as windows of growth do.
FEWEST_CHANGES = 3
PASSED, PRINTED, UNCHECKED, FAILED = "passed", "printed", "unchecked", "failed"


@dataclass(frozen=True)
class LevelCheck:
    """What became of a proxy:

    ``passed`` (its level stands), ``printed`` (spread only, the level is that of printed growth),
    ``unchecked`` (nothing to check it by, but it holds all that is meant) or ``failed`` (no level,
    so no chance).

    ``difference`` is the mean distance between the proxy and printed growth of the province,
    points, over ``pairs`` years; ``growth`` the growth printed for the host city, else its
    province, percent by year. ``doubt`` says by how many points the level may be off: by that
    distance, unchecked by that of the worst proxy of the plan, never by less than passes.
    """

    outcome: str
    difference: float
    pairs: int
    growth: pd.Series
    doubt: float

    def printed(self, years: Sequence[int], settings: Settings = SETTINGS) -> np.ndarray:
        """Log growth by year of what was printed, smoothed; it slows as a common path does."""
        g = smoothed(np.log1p(self.growth.to_numpy() / 100), settings)
        ahead = np.maximum(np.array(years) - self.growth.index[-1], 0)
        return g / (1 + abs(g) * ahead)

    def applied(self, paths: GrowthPaths, settings: Settings = SETTINGS) -> GrowthPaths:
        """The paths around the level that stands, moved by ``level_shift`` times its doubt.

        The errors stay those of the proxy's path.
        """
        middle = paths.middle
        if self.outcome == PRINTED:
            middle = self.printed(paths.years, settings)
        moved = np.exp(middle) + settings.level_shift * self.doubt / 100
        return replace(paths, middle=np.log(moved))


def level_check(
    plan: PlanDocument,
    indicator_id: str,
    class_: ReferenceClass | None,
    settings: Settings = SETTINGS,
) -> LevelCheck | None:
    """Check the level of a series of provinces that only resembles an indicator; None where there
    is nothing to check.

    The rule, fixed before the proxies were tried: where growth of the province is printed for half
    a year or more and not of something narrower, the proxy must lie within ``level_points`` of it
    on average. That many points move an even chance by as much as two bases may differ and still
    count as one answer. Within them the level of the proxy stands. Beyond them it gives the spread
    only, and the level is that of printed growth, of which two years are needed; with fewer there
    is no chance. Where nothing is printed a proxy stands unchecked if it holds all that the plan
    means and another proxy of the plan could be checked, so that its doubt is known; else there is
    no chance.
    """
    key = "level", indicator_id, class_, settings.level_points
    return plan.once(key, lambda: _doubted(plan, indicator_id, class_, settings))


def _doubted(
    plan: PlanDocument, indicator_id: str, class_: ReferenceClass | None, settings: Settings
) -> LevelCheck | None:
    """The check with what the plan's other proxies tell of an unchecked level."""
    check = _check(plan, indicator_id, class_, settings)
    if check is None:
        return None
    others = [
        _check(plan, i, class_of(plan, i), settings) for i in plan.series() if not check.pairs
    ]
    seen = [c.difference for c in (check, *others) if c is not None and c.pairs]
    outcome = check.outcome if seen else FAILED
    return replace(check, outcome=outcome, doubt=max([settings.level_points, *seen]))


def _check(
    plan: PlanDocument, indicator_id: str, class_: ReferenceClass | None, settings: Settings
) -> LevelCheck | None:
    if class_ is None or class_.level != PROVINCE:
        return None
    if class_.indicator_id != growth_of(indicator_id).proxy:
        return None
    key = "check", indicator_id, class_, settings.level_points
    return plan.once(key, lambda: _checked(plan, indicator_id, class_, settings))


def _checked(
    plan: PlanDocument, indicator_id: str, class_: ReferenceClass, settings: Settings
) -> LevelCheck:
    about = tables.read("province_series").set_index("indicator_id")["covers"]
    province = _province(plan.host)
    there = _printed(plan, indicator_id, province)
    own = ReferenceClass(PROVINCE, province, class_.indicator_id).windows(1, plan.as_of)
    apart = (own.set_index("end_year")["p50"] - there).dropna().abs()
    growth = _printed(plan, indicator_id, plan.host).combine_first(there).sort_index()
    if apart.empty:
        outcome = UNCHECKED if about.get(class_.indicator_id, False) else FAILED
    elif apart.mean() <= settings.level_points:
        outcome = PASSED
    else:
        outcome = PRINTED if len(growth) >= FEWEST_PRINTED else FAILED
    return LevelCheck(outcome, float(apart.mean()), len(apart), growth, settings.level_points)


def _province(host: str | None) -> str:
    """The province of a city, told by their codes; nothing where they are not known."""
    rows = tables.read("entities")
    code = rows.loc[rows["entity_id"] == host, "code"].dropna().astype("str").str[:2]
    same = rows["code"].astype("str").str[:2].isin(code) & (rows["level"] == PROVINCE)
    return next(iter(rows.loc[same, "entity_id"]), "")


def _printed(plan: PlanDocument, indicator_id: str, entity: str | None) -> pd.Series:
    """Growth printed of a place by year, known on the day, the longest part of each year."""
    rows = plan.known("investment_points")
    kept = (rows["entity_id"] == entity) & (rows["indicator_id"] == indicator_id)
    kept &= (rows["kind"] == "growth_nominal") & rows["period"].isin(PARTS)
    rows = rows[kept & (rows["flag"] != NARROWER)]
    rows = rows.assign(part=rows["period"].map(PARTS.index)).sort_values(["year", "part"])
    last = rows.drop_duplicates("year", keep="last")
    return last.set_index(last["year"].astype("int64"))["value"].astype("float64")


def comparable_changes(plan: PlanDocument, indicator_id: str) -> int:
    """Changes of a share from one year to the next in any place, under one definition, known on the
    day.

    A class needs :data:`FEWEST_CHANGES` of them; with fewer there is no chance.
    """
    rows = plan.known("hightech_points")
    kept = (rows["indicator_id"] == indicator_id) & (rows["period"] == "full_year")
    rows = rows[kept & rows["flag"].isna()].sort_values(["entity_id", "year"])
    return int((rows.groupby("entity_id")["year"].diff() == 1).sum())
