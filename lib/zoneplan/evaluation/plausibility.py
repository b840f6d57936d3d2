"""What a careful reader would ask about a valid plan of one's own before trusting its odds."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.importer import listed_names
from zoneplan.data.suspicious_jumps import jumps
from zoneplan.errors import Problem
from zoneplan.forecasting import classes
from zoneplan.plan.audit import cagr
from zoneplan.stress.simulation import level_series
from zoneplan.text import num, pct

if TYPE_CHECKING:
    from zoneplan.plan.document import Plan

# Points of growth by which a level may differ from the growth that is reported beside it: prices and areas differ too.
APART = 8
# Growth of similar regions is known over so many years at most.
LONGEST = 3


def doubts(plan: Plan, today: date) -> list[str]:
    """Everything in a plan of one's own that is allowed but unusual, one line each.

    Parameters
    ----------
    plan : a valid plan.
    today : the day of asking; a year that is not over by then has no figure.

    Returns
    -------
    Lines that name the indicator, the year, what was found and what would be usual.

    How to read it: each line may be right; if it is a slip of the keys, the odds are wrong.
    """
    return [
        *_unused(plan),
        *_early(plan, today),
        *_jumping(plan),
        *_at_odds(plan),
        *_outside(plan),
        *_without_end(plan),
        *_one_language(plan),
    ]


def place_problems(plan: Plan) -> list[Problem]:
    """A home or a host of plan.yml that no table knows."""
    known = {
        "home": sorted(
            set(tables.read("peer_zones")["zone_id"])
            | set(tables.read("rankings")["zone_id"].dropna())
        ),
        "host": sorted(set(tables.read("context_observations")["entity_id"])),
    }
    said = {"home": plan.home, "host": plan.host}
    return [
        Problem(
            "plan.yml",
            None,
            key,
            repr(said[key]),
            f"nothing, or an id of {'peer_zones' if key == 'home' else 'context_observations'} such as {there[0]}",
        )
        for key, there in known.items()
        if said[key] is not None and said[key] not in there
    ]


def records(plan: Plan) -> pd.DataFrame:
    """How the zone itself grew, beside similar regions over as many years.

    Returns
    -------
    Columns indicator_id, start and end (years of the zone's first and last level within three years), own (percent a
    year), p10 and p90 (of the class's growth over windows of that length), for level series with two levels or more, all
    on one scope.

    How to read it: own growth outside p10 to p90 is rare among the regions that the odds are borrowed from.
    """
    rows = []
    for i in level_series(plan):
        levels = plan.levels(i)
        levels = levels[levels["year"] >= levels["year"].max() - LONGEST]
        # Levels of different areas tell no growth.
        if (
            len(levels) < 2
            or not (levels["value"] > 0).all()
            or levels["scope_note"].nunique(dropna=False) > 1
        ):
            continue
        first, last = levels.iloc[0], levels.iloc[-1]
        years = int(last["year"] - first["year"])
        growth = classes.past_growth(classes.class_of(plan, i), years, plan.as_of)
        if growth is not None:
            p10, p90 = growth.quantile([0.1, 0.9])
            rows.append(
                (
                    i,
                    int(first["year"]),
                    int(last["year"]),
                    cagr(first["value"], last["value"], years),
                    p10,
                    p90,
                )
            )
    return pd.DataFrame(rows, columns=["indicator_id", "start", "end", "own", "p10", "p90"])


def outside(plan: Plan) -> pd.DataFrame:
    """The rows of :func:`records` whose own growth lies outside what four in five similar regions had."""
    rows = records(plan)
    return rows[(rows["own"] < rows["p10"]) | (rows["own"] > rows["p90"])].reset_index(drop=True)


def _private(plan: Plan) -> pd.DataFrame:
    rows = plan.all_observations
    return rows[rows["grade"] == tables.PRIVATE]


def _unused(plan: Plan) -> list[str]:
    """Observations of something that the plan has no target for and no table knows."""
    stems = {i.removesuffix("_growth") for i in plan.targets["indicator_id"]} | set(listed_names())
    rows = _private(plan)
    rows = rows[~rows["indicator_id"].str.removesuffix("_growth").isin(stems)]
    return [
        f"observations.csv: {i!r} has no target and is no known name, so {len(part)} of its figures are not used"
        for i, part in rows.groupby("indicator_id")
    ]


def _early(plan: Plan, today: date) -> list[str]:
    rows = _private(plan)
    rows = rows[(rows["period"] == "full_year") & (rows["year"] >= today.year)]
    return [
        f"observations.csv: a figure of {r.indicator_id} for all of {r.year}, which was not over on {today.isoformat()}"
        for r in rows.itertuples()
    ]


def _jumping(plan: Plan) -> list[str]:
    """Levels that jump from one year to the next, the targets of years that are not known among them."""
    levels = [i for i in plan.series() if not plan.is_rate(i)]
    parts = [
        part.assign(indicator_id=i, name=plan.name(i), where=where)
        for i in levels
        for part, where in ((plan.levels(i), "observations.csv"), (plan.annex(i), "targets.csv"))
    ]
    if not parts:
        return []
    rows = pd.concat(
        [part[["indicator_id", "name", "year", "value", "unit", "kind", "where"]] for part in parts]
    )
    return jumps(
        rows[rows["kind"].isin(["level", "flow"])].drop_duplicates(["indicator_id", "year"])
    )


def _at_odds(plan: Plan) -> list[str]:
    """Levels whose growth is far from the growth that is given for the same year."""
    lines = []
    for stem in dict.fromkeys(i.removesuffix("_growth") for i in plan.series()):
        levels = plan.levels(stem).set_index("year")["value"]
        growth = plan.growths(f"{stem}_growth").set_index("year")["value"]
        for was, now in pairwise(sorted(levels.index)):
            if now - was == 1 and now in growth.index and levels[was] > 0:
                grown = cagr(levels[was], levels[now], 1)
                if abs(grown - growth[now]) > APART:
                    lines.append(
                        f"{stem} in {now}: its levels grew by {pct(grown)}, its growth is given as {pct(growth[now])}: other areas or prices?"
                    )
    return lines


def _outside(plan: Plan) -> list[str]:
    return [
        f"{plan.name(r.indicator_id)} grew by {pct(r.own)} a year from {r.start} to {r.end}; four in five similar regions had "
        f"{num(r.p10)} to {pct(r.p90)}. No trend of the zone's own enters the odds."
        for r in outside(plan).itertuples()
    ]


def _without_end(plan: Plan) -> list[str]:
    last = plan.years[-1]
    short = [plan.name(i) for i in plan.series() if np.isnan(plan.target(i, last))]
    lines = []
    if short:
        lines.append(
            f"{'; '.join(short)}: no target for {last}, the year that the paper tells odds of"
        )
    if plan.verdicts().assessable().empty:
        lines.append(f"no target of {last} has odds; zoneplan verdicts names the missing numbers")
    return lines


def _one_language(plan: Plan) -> list[str]:
    return (
        []
        if plan.zone_en.isascii()
        else [
            f"plan.yml: zone_en is {plan.zone_en!r}; the English paper would print a name in English"
        ]
    )
