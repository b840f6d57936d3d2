"""The cities of Zhejiang as their yearbooks printed them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.panel import Panel, panel_of

# Yiwu lies inside Jinhua.
INSIDE_ANOTHER = ("330782",)


def city_panels(series: Iterable[str], as_of: date | None = None) -> dict[str, Panel]:
    """One panel per series, in the unit with most years, of what was known on a day or ever.

    Figures of a year were known from November of the next. Series without any figure are left out.
    """
    rows = tables.read("zhejiang_cities")
    rows = rows[~rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)]
    rows = rows if as_of is None else rows[rows["known_from"] <= pd.Timestamp(as_of)]
    panels = {}
    for indicator in series:
        part = rows[rows["indicator_id"] == indicator]
        if len(part):
            unit = part.groupby("unit", observed=True)["year"].nunique().idxmax()
            part = part.loc[part["unit"] == unit, ["unit_id", "year", "value"]]
            panels[indicator] = panel_of(part)
    return panels
