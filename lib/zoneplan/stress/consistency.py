"""Does a scenario hang together? The ratios it leads to, held against what cities have ever shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import convert, convertible
from zoneplan.forecasting.joint_odds import INSIDE_ANOTHER, PANEL_SERIES
from zoneplan.plan.audit import RATIOS
from zoneplan.text import num, pct

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan
    from zoneplan.stress.scenarios import Scenario

SEEN, RARE, UNHEARD = "seen", "rare", "unheard of"
# As far as the panel went in fewer than one window in twenty is rare.
FEW = 0.05
COLUMNS = (
    "scenario ratio start end change change_low change_high as_far windows ratio_low ratio_high finding reason"
).split()


@dataclass(frozen=True)
class StoryCheck:
    """Ratios between indicators by scenario, with the range that the Zhejiang cities have shown."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """See :func:`story_check` for the columns."""
        return self.rows.copy()

    def unheard(self) -> pd.DataFrame:
        """The rows whose finding is ``unheard of``."""
        return self.rows[self.rows["finding"] == UNHEARD].reset_index(drop=True)


def story_check(plan: Plan, chosen: Iterable[Scenario] | None = None) -> StoryCheck:
    """Hold the ratios that scenarios lead to against everything the Zhejiang cities have shown.

    Parameters
    ----------
    plan : the plan, seen from a day.
    chosen : scenarios; None means all of the plan's.

    Returns
    -------
    StoryCheck with the columns scenario, ratio, start and end (percent, base year and last year of the plan), change
    (of the ratio, percent), change_low and change_high (the same over as many years, lowest and highest of all cities
    and years), as_far (share of these windows that went at least as far, 0 to 1), windows, ratio_low and ratio_high
    (percent), finding and reason.

    ``change = 100 ((part_T / whole_T) / (part_0 / whole_0) - 1)``. Changes are compared rather than differences,
    because levels depend on what a series counts: exports stand in for all trade, all industry for industry above
    scale. Unheard of is a change beyond any window, or a ratio that leaves the range of the cities on the way; rare is
    a change that fewer than one window in twenty matched. All years of the panel count, also those after the plan's
    day: the check is of a story and moves no odds. GDP at constant prices makes no ratio with current ones and is
    left out.

    How to read it: "unheard of" says that no city ever had it, so the scenario needs a reason of its own.
    """
    chosen = plan.scenarios().values() if chosen is None else chosen
    years = plan.years[-1] - plan.base_year
    shown = {pair: city_ratios(*pair) for pair in RATIOS}
    rows = [
        _row(plan, made, pair, shown[pair], years)
        for made in chosen
        for pair in RATIOS
        if not (made.constant_prices and "gdp" in pair)
    ]
    return StoryCheck(pd.DataFrame([r for r in rows if r is not None], columns=list(COLUMNS)))


def city_ratios(part: str, whole: str) -> pd.DataFrame:
    """The ratio of two indicators in the Zhejiang cities, percent, city by year; dollars at the year's mean rate.

    How to read it: one row is one city; the series of the panel that stand for indicators of the plan are those of
    :data:`zoneplan.forecasting.joint_odds.PANEL_SERIES`.
    """
    rows = tables.read("zhejiang_cities")
    rows = rows[~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    value = [
        convert(r.value, r.unit, "亿元", rate.get(r.year)) if "元" in r.unit else r.value
        for r in rows.itertuples()
    ]
    rows = rows.assign(value=value)
    by = rows.pivot(index="unit_id", columns=["indicator_id", "year"], values="value")
    return (100 * by[PANEL_SERIES[part]] / by[PANEL_SERIES[whole]]).sort_index(axis=1)


def changes(ratios: pd.DataFrame, years: int) -> pd.Series:
    """Change of every city's ratio over every window of so many years, percent."""
    later = ratios.rename(columns=lambda y: y - years)
    return (100 * (later / ratios - 1)).stack().dropna()


def _row(
    plan: Plan, made: Scenario, pair: tuple[str, str], shown: pd.DataFrame, years: int
) -> tuple | None:
    if not set(pair) <= set(plan.series()) or not convertible(*map(plan.unit, pair)):
        return None
    part, whole = (made.levels(i) for i in pair)
    if part is None or whole is None:
        return None
    ratio = (100 * convert(1.0, *map(plan.unit, pair)) * part / whole).dropna()
    start, end = float(ratio.get(plan.base_year, ratio.iloc[0])), float(ratio[plan.years[-1]])
    # Where both grow alike, nothing is left but the noise of the last digit, which has no direction.
    change, windows = round(100 * (end / start - 1), 9) + 0.0, changes(shown, years)
    as_far = float((windows >= change).mean() if change >= 0 else (windows <= change).mean())
    low, high = float(shown.min().min()), float(shown.max().max())
    # A ratio that was outside from the start tells of what is counted, not of the story.
    left = low <= start <= high and not low <= end <= high
    if as_far == 0:
        finding, reason = UNHEARD, f"no city's ratio changed by {pct(change)} in {years} years"
    elif left:
        finding, reason = (
            UNHEARD,
            f"no city's ratio was ever {pct(end)}; the range is {num(low)} to {pct(high)}",
        )
    elif as_far < FEW:
        finding, reason = (
            RARE,
            f"{round(as_far * len(windows))} of {len(windows)} windows of {years} years went as far",
        )
    else:
        finding, reason = SEEN, ""
    label = f"{plan.name(pair[0])} / {plan.name(pair[1])}"
    least, most = float(windows.min()), float(windows.max())
    return (
        made.id,
        label,
        start,
        end,
        change,
        least,
        most,
        as_far,
        len(windows),
        low,
        high,
        finding,
        reason,
    )
