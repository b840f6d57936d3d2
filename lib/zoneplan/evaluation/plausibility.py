"""What a careful reader would ask about a valid user plan before trusting its chances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.importer import listed_names
from zoneplan.data.suspicious_jumps import jumps
from zoneplan.errors import Problem
from zoneplan.forecasting.chances import chances
from zoneplan.forecasting.classes import LONGEST
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.intervals import cagr
from zoneplan.text import num, pct

# Points of growth by which a level may differ from the growth that is reported beside it: prices
# and areas differ too.
APART = 8


def plausibility(made: ForecastTable, today: date) -> list[str]:
    """Everything in a user plan that is allowed but unusual, one line each.

    Parameters
    ----------
    made : the forecasts of a valid plan.
    today : the day of asking; a year that is not over by then has no figure.

    Returns
    -------
    Lines that name the indicator, the year, what was found and what would be usual. Each may be
    right; if it is a slip of the keys, the chances are wrong.
    """
    plan = made.plan
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: _unused(plan),
        lambda: _early(plan, today),
        lambda: iter(_jumping(plan)),
        lambda: _at_odds(plan),
        lambda: _outside(made),
        lambda: _without_end(made),
        lambda: _one_language(plan),
    )
    return [line for check in checks for line in check()]


def place_problems(plan: PlanDocument) -> list[Problem]:
    """A home or a host of plan.yml that no table knows."""
    zones = {*tables.read("peer_zones")["zone_id"], *tables.read("rankings")["zone_id"].dropna()}
    hosts = set(tables.read("context_observations")["entity_id"])
    said = (
        ("home", plan.home, "peer_zones", zones),
        ("host", plan.host, "context_observations", hosts),
    )
    return [
        Problem(
            "plan.yml", None, key, repr(id_), f"nothing, or an id of {table} such as {min(there)}"
        )
        for key, id_, table, there in said
        if id_ is not None and id_ not in there
    ]


def records(made: ForecastTable) -> pd.DataFrame:
    """How the zone itself grew, beside similar regions over as many years.

    Returns
    -------
    Columns indicator_id, start and end (years of the zone's first and last level within three
    years), own (percent a year), p10 and p90 (of the class's growth over windows of that length),
    for level series with two levels or more, all on one scope.
    """
    plan, rows = made.plan, []
    for i in made.levels():
        levels = plan.levels(i)
        levels = levels[levels["year"] >= levels["year"].max() - LONGEST]
        # Levels of different areas tell no growth.
        one_area = levels["scope_note"].nunique(dropna=False) == 1
        if len(levels) < 2 or not (levels["value"] > 0).all() or not one_area:
            continue
        first, last = levels.iloc[0], levels.iloc[-1]
        years = int(last["year"] - first["year"])
        class_ = made.class_of(i)
        window = None if class_ is None else class_.windows(years, plan.as_of)
        if window is not None and len(window):
            own = cagr(first["value"], last["value"], years)
            span = int(first["year"]), int(last["year"])
            rows.append((i, *span, own, *window[["p10", "p90"]].tail(3).mean()))
    return pd.DataFrame(rows, columns=["indicator_id", "start", "end", "own", "p10", "p90"])


def outside(made: ForecastTable) -> pd.DataFrame:
    """The rows of :func:`records` whose own growth lies outside what four in five similar regions
    had.
    """
    rows = records(made)
    unusual = (rows["own"] < rows["p10"]) | (rows["own"] > rows["p90"])
    return rows[unusual].reset_index(drop=True)


def _private(plan: PlanDocument) -> pd.DataFrame:
    rows = plan.all_observations
    return rows[rows["grade"] == tables.PRIVATE]


def _unused(plan: PlanDocument) -> Iterator[str]:
    """Observations of something that the plan has no target for and no table knows."""
    stems = {i.removesuffix("_growth") for i in plan.targets["indicator_id"]} | set(listed_names())
    rows = _private(plan)
    rows = rows[~rows["indicator_id"].str.removesuffix("_growth").isin(stems)]
    for i, part in rows.groupby("indicator_id"):
        yield (
            f"observations.csv: {i!r} has no target and is no known name, so {len(part)} of its "
            "figures are not used"
        )


def _early(plan: PlanDocument, today: date) -> Iterator[str]:
    rows = _private(plan)
    rows = rows[(rows["period"] == "full_year") & (rows["year"] >= today.year)]
    for r in rows.itertuples():
        yield (
            f"observations.csv: a figure of {r.indicator_id} for all of {r.year}, which was not "
            f"over on {today.isoformat()}"
        )


def _jumping(plan: PlanDocument) -> list[str]:
    """Levels that jump from one year to the next, the targets of years that are not known among
    them.
    """
    parts = [
        part.assign(indicator_id=i, name=plan.name(i, "en"), where=where)
        for i in plan.series()
        if not plan.is_rate(i)
        for part, where in ((plan.levels(i), "observations.csv"), (plan.annex(i), "targets.csv"))
    ]
    if not parts:
        return []
    columns = ["indicator_id", "name", "year", "value", "unit", "kind", "where"]
    rows = pd.concat([part[columns] for part in parts])
    flows = rows[rows["kind"].isin(["level", "flow"])]
    return jumps(flows.drop_duplicates(["indicator_id", "year"]))


def _at_odds(plan: PlanDocument) -> Iterator[str]:
    """Levels whose growth is far from the growth that is given for the same year."""
    for stem in dict.fromkeys(i.removesuffix("_growth") for i in plan.series()):
        levels = plan.levels(stem).set_index("year")["value"]
        growth = plan.growths(f"{stem}_growth").set_index("year")["value"]
        for was, now in pairwise(sorted(levels.index)):
            if now - was == 1 and now in growth.index and levels[was] > 0:
                grown = cagr(levels[was], levels[now], 1)
                if abs(grown - growth[now]) > APART:
                    yield (
                        f"{stem} in {now}: its levels grew by {pct(grown)}, its growth is given as "
                        f"{pct(growth[now])}: other areas or prices?"
                    )


def _outside(made: ForecastTable) -> Iterator[str]:
    for r in outside(made).itertuples():
        yield (
            f"{made.plan.name(r.indicator_id, 'en')} grew by {pct(r.own)} a year from {r.start} to "
            f"{r.end}; four in five similar regions had {num(r.p10)} to {pct(r.p90)}. No trend of "
            "the zone's own enters the chances."
        )


def _without_end(made: ForecastTable) -> Iterator[str]:
    plan, last = made.plan, made.plan.years[-1]
    short = [plan.name(i, "en") for i in plan.series() if plan.target(i, last) is None]
    if short:
        yield f"{'; '.join(short)}: no target for {last}, the year that the paper gives chances of"
    if chances(made).assessable().empty:
        yield f"no target of {last} has a chance; zoneplan verdicts names the missing numbers"


def _one_language(plan: PlanDocument) -> Iterator[str]:
    english = plan.zone("en")
    if not english.isascii():
        yield f"plan.yml: zone_en is {english!r}; the English paper would print a name in English"
