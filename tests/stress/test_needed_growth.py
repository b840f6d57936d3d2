"""Growth still needed, years late, and the number to ask for first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_folders import GDP

from zoneplan.forecasting.forecasts import Base, forecast
from zoneplan.forecasting.paths import growth_paths
from zoneplan.forecasting.scenario import Scenario
from zoneplan.plan.intervals import Interval
from zoneplan.stress import needed_growth as n


@pytest.fixture(scope="module")
def rows(made):
    return n.needed_growth(made).rows.set_index("indicator_id")


def test_needed_growth_by_hand(rows):
    # (270 / (228 / 1.09))^(1/3) and (270 / 204.72)^(1/4)
    assert rows.loc["gdp", "needed_implied"] == pytest.approx(
        100 * ((270 * 1.09 / 228) ** (1 / 3) - 1)
    )
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


def test_missing_numbers_are_ranked_by_what_they_could_move(made, judged):
    table = n.missing_numbers(made, judged).rows
    points = table["points"].dropna()
    assert points.is_monotonic_decreasing
    assert points.iloc[0] == n.ANYWHERE
    gdp = table.set_index("indicator_id").loc["gdp"]
    assert gdp["probability_low"] < gdp["probability_high"]
    assert gdp["points"] == pytest.approx(100 * (gdp["probability_high"] - gdp["probability_low"]))
    assert np.isnan(table.set_index("indicator_id").loc["fdi_actual", "probability_low"])


@pytest.fixture
def steady(monkeypatch):
    """The class grows by so many percent in every year."""

    def put(rate: float = 10.0):
        def path(_, __, to, *___):
            years = range(2010, to + 1)
            return pd.DataFrame({"growth": rate, "known": True}, index=years)

        monkeypatch.setattr(n, "expected_path", path)

    return put


def at(level: float, year: int = 2017) -> Base:
    return Base("own", year, Interval.exact(level), "plan", "")


@pytest.mark.parametrize(
    ("level", "year", "late"),
    [
        # 270 is reached from 270 / 1.1^3 in 2020; a hair less needs one year more, and so on.
        (270 / 1.1**3 + 1e-9, 2017, 0),
        (270 / 1.1**3 - 1e-9, 2017, 1),
        (270 / 1.1**5 + 1e-9, 2017, 2),
        (270 / 1.1**4 + 1e-9, 2016, 0),
        (270, 2017, 0),
        (400, 2017, 0),
        (270 / 1.1 ** (3 + n.LATEST) + 1e-9, 2017, n.LATEST),
        (270 / 1.1 ** (3 + n.LATEST) - 1e-3, 2017, np.inf),
    ],
)
def test_years_late_by_hand(made, steady, level, year, late):
    steady()
    assert n.years_late(made, at(level, year), made.plan.target("gdp")) == late


@pytest.mark.parametrize(
    ("rate", "level", "late"),
    [(0.0, 269.0, np.inf), (-2.0, 269.0, np.inf), (0.0, 271.0, 0), (-2.0, 271.0, np.inf)],
)
def test_what_does_not_grow_never_arrives(made, steady, rate, level, late):
    steady(rate)
    assert n.years_late(made, at(level, 2019), made.plan.target("gdp")) == late


@settings(max_examples=25)
@given(st.floats(50, 260), st.floats(1.001, 1.3))
def test_a_lower_base_is_never_earlier(made, level, factor):
    target = made.plan.target("gdp")
    assert n.years_late(made, at(level), target) >= n.years_late(made, at(level * factor), target)


def test_growing_as_needed_arrives_on_time(made, rows, steady):
    for i in rows.index:
        target, base = made.plan.target(i), made.of(i).base
        steady(rows["needed_implied"][i] + 1e-9)
        assert n.years_late(made, base, target) == 0
        steady(rows["needed_implied"][i] - 1e-6)
        assert n.years_late(made, base, target) == 1


def test_without_a_class_nothing_is_late(made):
    target = replace(made.plan.target("gdp"), indicator_id="hidden_champions")
    assert np.isnan(n.years_late(made, at(1.0), target))


def test_without_an_observed_base_its_figures_are_missing(rows):
    for part in ("needed", "late", "probability"):
        assert np.isnan(rows.loc["fdi_actual", f"{part}_observed"])
        assert not np.isnan(rows.loc["fdi_actual", f"{part}_implied"])


def test_targets_that_need_more_than_the_median_are_counted(made):
    found = n.needed_growth(made)
    harder = sum(
        a > b for a, b in zip(found.rows["needed_implied"], found.rows["class_median"], strict=True)
    )
    assert found.facts("en") == {"harder": harder, "n": len(found.rows)}


def test_the_missing_base_level_by_hand(made, judged):
    row = made.missing_numbers().rows.set_index("indicator_id").loc["gdp"]
    growth = growth_paths(made.class_of("gdp"), made.plan.as_of, 2016, [2017], True).draws(True, {})
    ends = []
    for q in (0.1, 0.9):
        level = 204.72 * np.exp(np.quantile(growth[:, -1], q))
        f = forecast(made.plan, "gdp", "implied", Scenario(levels={"gdp": float(level)}))
        ends.append(f.probability(made.plan.target("gdp")))
    assert row[["probability_low", "probability_high"]].tolist() == ends
    assert (
        row["probability"]
        == judged.final().set_index("indicator_id").loc["gdp", "probability_observed"]
    ), "the level that is missing carries the observed one on"
    assert row["missing_number"] == "zone GDP 2017 in 在地 scope"


def test_lists_set_by_decision_miss_no_number(made, judged):
    table = made.missing_numbers().rows.set_index("indicator_id")
    final = judged.final().set_index("indicator_id")
    assert not set(table.index) & set(final.index[final["evidence"] == "administrative"])
    assert (table.loc[final.index[final["evidence"] == "N"], "points"] == n.ANYWHERE).all()
    # What was never observed comes last: nothing tells how far its base could lie.
    assert table["points"].isna().tolist() == sorted(table["points"].isna().tolist())


def test_a_base_observed_in_the_base_year_is_missing_nothing(own):
    made = own(GDP, ["gdp,2017,209,亿元,level,"]).forecast()
    assert made.missing_numbers().rows[["probability_low", "points"]].isna().all(axis=None)
