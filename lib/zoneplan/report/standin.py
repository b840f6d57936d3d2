"""The shipped plan in the place of one that lacks what a notebook shows, and the words that say so."""

from __future__ import annotations

import numpy as np

from zoneplan import load_plan
from zoneplan.data import tables
from zoneplan.plan.document import Plan
from zoneplan.stress.simulation import level_series


def with_odds(plan: Plan) -> tuple[Plan, str]:
    """The plan itself if a target of its last year has odds, else the shipped one; and a note, empty for the plan itself.

    How to read it: print the note before anything else; it names the plan that is not shown and says what it lacks.
    """
    return _or_shipped(
        plan,
        not plan.verdicts().assessable().empty,
        f"no target for {plan.years[-1]} that can be given odds",
    )


def with_levels(plan: Plan) -> tuple[Plan, str]:
    """As :func:`with_odds`, for an open level target of the last year with a base and a class."""
    return _or_shipped(
        plan,
        bool(level_series(plan)),
        "no level target of its last year that is open and has a base and a class",
    )


def with_average(plan: Plan) -> tuple[Plan, str]:
    """As :func:`with_odds`, for a printed average growth of GDP."""
    printed = "gdp" in plan.series() and not np.isnan(plan.stated_growth("gdp"))
    return _or_shipped(plan, printed, "no average growth of GDP printed")


def _or_shipped(plan: Plan, has_it: bool, lacks: str) -> tuple[Plan, str]:
    if has_it:
        return plan, ""
    shipped = load_plan(tables.data_dir() / tables.SHIPPED)
    return (
        shipped,
        f"**What follows is about {shipped.zone_en}, not about {plan.zone_en}**, whose plan has {lacks}: the shipped plan shows the method.\n\n",
    )
