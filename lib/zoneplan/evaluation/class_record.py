"""How forecasts of the reference classes would have fared before, made by the rule behind the
plan's chances.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from zoneplan.data.indicators import indicators
from zoneplan.evaluation.backtest import PSEUDO, Reliability
from zoneplan.forecasting.classes import LONGEST, ReferenceClass, class_of, regions_of, spread_units
from zoneplan.forecasting.growth import for_few
from zoneplan.forecasting.paths import growth_paths
from zoneplan.forecasting.settings import SETTINGS, Settings
from zoneplan.plan.document import PlanDocument
from zoneplan.result import Result

# Forecasts of the past are made on the day of the year on which the plan was published.
DAY = (11, 5)
# The last day from which windows and outcomes are judged: everything in the tables was known.
TODAY = date(2026, 11, 1)
# The record is of the bare rule: what is widened for want of origins is widened by it.
BARE = replace(SETTINGS, few_origins=0)
HORIZONS = (1, LONGEST)


def past_forecasts(
    class_: ReferenceClass, horizon: int, as_of: date, settings: Settings = BARE
) -> Iterator[tuple[int, pd.Series, np.ndarray]]:
    """Every forecast of a class that the rule would have made before, with the window that
    followed.

    Yields
    ------
    The year it was made in (on 5 November, the plan's day), the row of the window that it was
    about, known on ``as_of``, and equally likely average growth rates (percent), from nothing later
    than its day.
    """
    rows = class_.windows(min(horizon, LONGEST), as_of)
    for _, row in rows.iterrows():
        made = int(row["end_year"]) - horizon + 1
        end, day = int(row["end_year"]), date(made, *DAY)
        paths = growth_paths(class_, day, end - horizon, [end], True, settings)
        if paths is not None:
            yield made, row, 100 * np.expm1(paths.draws(True, {})[:, -1] / horizon)


def past_record(class_: ReferenceClass, horizon: int, as_of: date) -> pd.DataFrame:
    """How forecasts of a class would have fared before: coverage of their 80 % interval, origin by
    origin.

    Returns
    -------
    Columns made_in, end_year, coverage (share of units inside P10 to P90), error (class median
    minus forecast median, percentage points). Coverage near 0.8 means honest intervals; origins
    share common shocks, so a few of them are little evidence.
    """
    out = []
    for made, row, forecast in past_forecasts(class_, horizon, as_of):
        units = spread_units(row)
        low, middle, high = np.quantile(forecast, [0.1, 0.5, 0.9])
        inside = float(((units >= low) & (units <= high)).mean())
        out.append((made, int(row["end_year"]), inside, row["p50"] - middle))
    return pd.DataFrame(out, columns=["made_in", "end_year", "coverage", "error"])


def class_records(plan: PlanDocument) -> Result:
    """The record of every class that a promise of the plan rests on, as of the plan's day.

    Returns
    -------
    Result with the columns indicator_id (the series of the class), level, reference_class, horizon
    (years), origins (years tried), coverage (mean share of units inside P10 to P90, of 0.8), error
    (mean, percentage points) and widened (by how much the error of the common path is widened
    because so few one-year errors are known; 1 where enough are). Provinces are tried on provinces,
    so without what makes them as wide as a zone.
    """
    classes = {class_of(plan, i): None for i in plan.distinct()["indicator_id"]}
    rows = []
    for class_ in (replace(c, wider=()) for c in classes if c is not None):
        few = for_few(len(past_record(class_, 1, plan.as_of)), SETTINGS)
        for horizon in HORIZONS:
            made = past_record(class_, horizon, plan.as_of)
            held = made[["coverage", "error"]].mean()
            place = class_.indicator_id, class_.level, class_.name
            rows.append((*place, horizon, len(made), *held, few))
    columns = [
        "indicator_id",
        "level",
        "reference_class",
        "horizon",
        "origins",
        "coverage",
        "error",
        "widened",
    ]
    table = pd.DataFrame(rows, columns=columns)
    return Result(plan, table.drop_duplicates().reset_index(drop=True))


def class_pseudo_targets(horizon: int, as_of: date) -> Reliability:
    """Targets at percentiles of the past for every reference class, each once, and how often they
    were met.

    The target is a percentile of the last window of the class known on the day; ``met`` is the
    share of its units that reached that growth in the window that followed, as far as it was known
    on ``as_of``.

    Returns
    -------
    Reliability with one case per class, window and percentile.
    """
    named = (s for i in indicators() for s in (i.series, i.proxy) if s)
    rows = []
    for series in dict.fromkeys(named):
        class_ = ReferenceClass(*regions_of(series)[0], series)
        for made, row, forecast in past_forecasts(class_, horizon, as_of):
            seen = class_.windows(min(horizon, LONGEST), date(made, *DAY))
            before, after = spread_units(seen.iloc[-1]), spread_units(row)
            for p in PSEUDO:
                target = np.percentile(before, p)
                odds, met = (float((x >= target).mean()) for x in (forecast, after))
                rows.append((made, series, p, odds, met))
    columns = ["origin_year", "indicator_id", "percentile", "odds", "met"]
    return Reliability(pd.DataFrame(rows, columns=columns))
