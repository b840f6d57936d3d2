"""Does a scenario hang together?

The ratios it leads to, held against what cities have ever shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.cities import INSIDE_ANOTHER
from zoneplan.data.indicators import indicator, indicators
from zoneplan.data.units import convert, convertible
from zoneplan.forecasting.scenario import CONSTANT, Scenario
from zoneplan.plan.document import PlanDocument
from zoneplan.result import Result
from zoneplan.stress.scenarios import middle_path
from zoneplan.text import num, pct

SEEN, RARE, UNHEARD = "seen", "rare", "unheard of"
# As far as the panel went in fewer than one window in twenty is rare.
FEW = 0.05
COLUMNS = [
    "scenario",
    "ratio",
    "start",
    "end",
    "change",
    "change_low",
    "change_high",
    "as_far",
    "windows",
    "ratio_low",
    "ratio_high",
    "finding",
    "reason",
]


@dataclass(frozen=True)
class Consistency(Result):
    """Ratios between indicators by scenario, with the range that the Zhejiang cities have shown."""

    SUBJECT: ClassVar[str] = "answers.consistency"

    def facts(self, lang: str) -> dict[str, Any]:
        """How many ratios were checked, and how many are out of the usual."""
        found = self.rows["finding"]
        counts = {"unheard": int((found == UNHEARD).sum()), "rare": int((found == RARE).sum())}
        return {"n": len(found), **counts}

    def unheard(self) -> pd.DataFrame:
        """The rows whose finding is ``unheard of``."""
        return self.filter(finding=UNHEARD).rows


def consistency(plan: PlanDocument, stories: Iterable[Scenario]) -> Consistency:
    """Hold the ratios that scenarios lead to against everything the Zhejiang cities have shown.

    Returns
    -------
    Consistency with the columns scenario, ratio, start and end (percent, base year and last year of
    the plan), change (of the ratio, percent), change_low and change_high (the same over as many
    years, lowest and highest of all cities and years), as_far (share of these windows that went at
    least as far, 0 to 1), windows, ratio_low and ratio_high (percent), finding and reason.

    ``change = 100 ((part_T / whole_T) / (part_0 / whole_0) - 1)``. Changes are compared rather than
    differences, because levels depend on what a series counts: exports stand in for all trade, all
    industry for industry above scale. Unheard of is a change beyond any window, or a ratio that
    leaves the range of the cities on the way; rare is a change that fewer than one window in twenty
    matched. All years of the panel count, also those after the plan's day: the check is of a story
    and moves no chance. GDP at constant prices makes no ratio with current ones and is left out.
    """
    pairs = [(i.indicator_id, i.ratio_to) for i in indicators() if i.ratio_to]
    shown = {pair: city_ratios(*pair) for pair in pairs}
    rows = [
        _row(plan, made, pair, shown[pair])
        for made in stories
        for pair in pairs
        if not (made.prices == CONSTANT and "gdp" in pair)
    ]
    return Consistency(plan, pd.DataFrame([r for r in rows if r is not None], columns=COLUMNS))


def city_ratios(part: str, whole: str) -> pd.DataFrame:
    """The ratio of two indicators in the Zhejiang cities, percent, city by year; dollars at the
    year's mean rate.
    """
    rows = tables.read("zhejiang_cities")
    rows = rows[~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    values = [
        convert(r.value, r.unit, "亿元", rate.get(r.year)) if "元" in r.unit else r.value
        for r in rows.itertuples()
    ]
    rows = rows.assign(value=values)
    by = rows.pivot(index="unit_id", columns=["indicator_id", "year"], values="value")
    series = [indicator(i).panel_series for i in (part, whole)]
    return (100 * by[series[0]] / by[series[1]]).sort_index(axis=1)


def changes(ratios: pd.DataFrame, years: int) -> pd.Series:
    """Change of every city's ratio over every window of so many years, percent."""
    later = ratios.rename(columns=lambda y: y - years)
    return (100 * (later / ratios - 1)).stack().dropna()


def _row(
    plan: PlanDocument, made: Scenario, pair: tuple[str, str], shown: pd.DataFrame
) -> tuple[Any, ...] | None:
    units = [plan.unit(i) for i in pair]
    if None in units or not convertible(str(units[0]), str(units[1])):
        return None
    part, whole = (middle_path(plan, made, i) for i in pair)
    if part is None or whole is None:
        return None
    years = plan.years[-1] - plan.base_year
    ratio = (100 * convert(1.0, str(units[0]), str(units[1])) * part / whole).dropna()
    start, end = float(ratio.get(plan.base_year, ratio.iloc[0])), float(ratio[plan.years[-1]])
    # The noise of the last digit has no direction and breaks no tie.
    change = round(100 * (end / start - 1), 9) + 0.0
    windows = changes(shown, years).round(9)
    as_far = float((windows >= change if change >= 0 else windows <= change).mean())
    low, high = float(shown.min().min()), float(shown.max().max())
    # A ratio that was outside from the start tells of what is counted, not of the story.
    left = low <= start <= high and not low <= end <= high
    if as_far == 0:
        finding, reason = UNHEARD, f"no city's ratio changed by {pct(change)} in {years} years"
    elif left:
        finding = UNHEARD
        reason = f"no city's ratio was ever {pct(end)}; the range is {num(low)} to {pct(high)}"
    elif as_far < FEW:
        count = f"{round(as_far * len(windows))} of {len(windows)} windows"
        finding, reason = RARE, f"{count} of {years} years went as far"
    else:
        finding, reason = SEEN, ""
    label = " / ".join(plan.name(i, "en") for i in pair)
    ends = float(windows.min()), float(windows.max())
    found = (change, *ends, as_far, len(windows), low, high, finding, reason)
    return made.id, label, start, end, *found
