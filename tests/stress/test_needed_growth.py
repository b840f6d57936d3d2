"""Growth still needed, years late, and the number to ask for first."""

from __future__ import annotations

import numpy as np
import pytest

from zoneplan.forecasting.chances import chances
from zoneplan.forecasting.forecasts import Base, ForecastTable
from zoneplan.plan.intervals import Interval
from zoneplan.stress import needed_growth as n


@pytest.fixture(scope="module")
def made(plan):
    return ForecastTable(plan)


@pytest.fixture(scope="module")
def rows(made):
    return n.needed_growth(made).rows.set_index("indicator_id")


def test_needed_growth_by_hand(rows):
    # (270 / (228 / 1.09))^(1/3) and (270 / 204.72)^(1/4)
    assert rows.loc["gdp", "needed_implied"] == pytest.approx(100 * ((270 * 1.09 / 228) ** (1 / 3) - 1))
    assert rows.loc["gdp", "needed_observed"] == pytest.approx(100 * ((270 / 204.72) ** 0.25 - 1))


def test_it_stands_beside_the_last_window_of_the_class(made, rows):
    window = made.class_of("gdp").windows(3, made.plan.as_of).iloc[-1]
    assert rows.loc["gdp", "class_median"] == window["p50"]
    assert (rows.loc["gdp", "origin_year"], rows.loc["gdp", "end_year"]) == (2014, 2017)


def test_chances_are_those_of_the_forecasts(made, rows):
    target = made.plan.target("gdp")
    for base in ("implied", "observed"):
        assert rows.loc["gdp", f"probability_{base}"] == made.of("gdp", base).probability(target)


def test_a_target_at_the_expected_level_is_on_time(made):
    target = made.plan.target("gdp")
    level = Interval.exact(target.value / 1.2)
    late = n.years_late(made, Base("own", 2017, level, "own", ""), target)
    assert late == 0.0
    far = n.years_late(made, Base("own", 2017, Interval.exact(1.0), "own", ""), target)
    assert far == float("inf")


def test_growing_by_hand_year_by_year(made):
    from zoneplan.forecasting.paths import expected_path

    target, base = made.plan.target("gdp"), made.of("gdp").base
    path = expected_path(made.class_of("gdp"), made.plan.as_of, 2050)["growth"]
    level, year = base.level.mid, base.year
    while level < target.value:
        year += 1
        level *= 1 + path[year] / 100
    assert n.years_late(made, base, target) == max(year - 2020, 0)


def test_missing_numbers_are_ranked_by_what_they_could_move(made):
    table = n.missing_numbers(made, chances(made)).rows
    points = table["points"].dropna()
    assert points.is_monotonic_decreasing
    assert points.iloc[0] == n.ANYWHERE
    gdp = table.set_index("indicator_id").loc["gdp"]
    assert gdp["probability_low"] < gdp["probability_high"]
    assert gdp["points"] == pytest.approx(100 * (gdp["probability_high"] - gdp["probability_low"]))
    assert np.isnan(table.set_index("indicator_id").loc["fdi_actual", "probability_low"])
