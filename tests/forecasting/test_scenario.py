"""Scenarios as values: what they replace, what they add and how they add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.errors import DataError
from zoneplan.forecasting.classes import class_of
from zoneplan.forecasting.forecasts import ForecastTable, growth_of_class
from zoneplan.forecasting.scenario import HEADLINE, ROWS, Scenario

LEVELS = ("gdp", "industrial_value_added", "trade_total", "budget_revenue", "fdi_actual")
POINTS = st.dictionaries(
    st.sampled_from(["gdp", "trade_total"]),
    st.dictionaries(st.sampled_from([2018, 2019]), st.integers(-50, 50).map(float), max_size=2),
)


@given(POINTS, POINTS, POINTS)
def test_points_add_up_in_any_order(a, b, c):
    one, two, three = (Scenario(n, points=p) for n, p in zip("abc", (a, b, c), strict=True))
    both = (one + two) + three
    assert both.points == (one + (two + three)).points
    for i in both.points:
        for year in both.points[i]:
            assert both.points[i][year] == sum(p.get(i, {}).get(year, 0.0) for p in (a, b, c))
    assert a == one.points, "the parts stay as they are"


def test_what_one_names_the_other_takes_over():
    one = Scenario("a", base="observed", title={"en": "A", "zh": "甲"}, text={"en": "It."})
    two = Scenario("b", regions=("county", "china"), levels={"gdp": 3.0}, prices="constant",
                   title={"en": "B"}, text={"en": "That."})  # fmt: skip
    both = one + two
    assert (both.id, both.base, both.regions, both.prices) == (
        "a+b", "observed", ("county", "china"), "constant",
    )  # fmt: skip
    assert both.levels == {"gdp": 3.0}
    assert both.title == {"en": "A + B"}
    assert both.text == {"en": "It. That."}
    assert (one + one).base == "observed", "twice the same is no clash"


@pytest.mark.parametrize(
    ("one", "two", "told"),
    [
        ({"base": "observed"}, {"base": "implied"}, "both name base"),
        ({"regions": ("a", "b")}, {"regions": ("a", "c")}, "both name regions"),
        ({"prices": "constant"}, {"prices": "current"}, "both name prices"),
        ({"levels": {"gdp": 1.0}}, {"levels": {"gdp": 1.0}}, "both name level of gdp"),
        ({"growth": {"gdp": {2019: 1.0}}}, {"growth": {"gdp": {2019: 2.0}}},
         "both name growth of gdp in 2019"),
    ],
)  # fmt: skip
def test_two_that_name_the_same_do_not_add_up(one, two, told):
    with pytest.raises(DataError, match=f"a and b {told}; expected one of the two, or neither"):
        Scenario("a", **one) + Scenario("b", **two)


def test_what_a_story_was_sized_on_goes_along():
    rows = pd.DataFrame([("gdp", 2019, 8.0, 7.0, 1.0, "+", "x", False)], columns=ROWS)
    plain, sized = Scenario("a"), Scenario("b", rows=rows)
    assert (plain + sized).rows["rows"].tolist() == ["x"]
    assert len((sized + sized).rows) == 2
    assert (plain + plain).rows.columns.tolist() == ROWS
    assert plain == Scenario("a", rows=rows), "two that assume the same are the same"


def test_titles_by_language():
    story = Scenario("a", title={"zh": "甲"}, text={"en": "It.", "zh": "如此"})
    assert (story.said("title", "zh"), story.said("title", "en")) == ("甲", "甲")
    assert story.said("text", "en") == "It."
    assert Scenario("a").said("title", "en") == "a"


def test_growth_as_meant_is_a_distance_from_the_path(plan):
    path = HEADLINE.path(plan, "gdp")
    assert path.index[-1] == 2020
    story = Scenario("a", growth={"gdp": {2019: 8.0}}, points={"gdp": {2018: 1.0, 2019: 0.5}})
    assert story.extra(plan, "gdp") == {2018: 1.0, 2019: pytest.approx(8.5 - path[2019])}
    assert story.extra(plan, "trade_total") == {}
    assert HEADLINE.path(plan, "hidden_champions").empty
    assert HEADLINE.extra(plan, "hidden_champions") == {}


def test_constant_prices_change_gdp_alone(plan):
    story = Scenario("a", prices="constant")
    found = story.class_of(plan, "gdp")
    assert (found.level, found.name, found.indicator_id) == (
        "prefecture", "coastal_provinces", "gdp_real",
    )  # fmt: skip
    assert all(story.class_of(plan, i) == class_of(plan, i) for i in LEVELS[1:])
    elsewhere = Scenario("b", prices="constant", regions=("prefecture", "china"))
    assert elsewhere.class_of(plan, "gdp").name == "china"
    assert Scenario("c", prices="current").class_of(plan, "gdp") == class_of(plan, "gdp")


def test_other_regions_stand_in_where_they_have_rows(plan):
    story = Scenario("a", regions=("county", "china"))
    assert story.class_of(plan, "gdp").name == "china"
    assert story.class_of(plan, "budget_revenue") == class_of(plan, "budget_revenue")
    assert story.class_of(plan, "hidden_champions") is None


def test_one_point_moves_its_year_and_what_builds_on_it(plan, made):
    moved = ForecastTable(plan, Scenario("a", points={"gdp": {2019: 1.0}}))
    usual, f = made.of("gdp"), moved.of("gdp")
    assert np.array_equal(f.draws[2018], usual.draws[2018])
    factor = 1 + 0.01 / np.exp(usual.paths.middle[1])
    for year in (2019, 2020):
        assert f.draws[year] == pytest.approx(factor * usual.draws[year], rel=1e-12)
    assert np.array_equal(moved.of("trade_total").draws[2020], made.of("trade_total").draws[2020])


def test_one_point_on_a_rate_moves_its_own_year_only(plan, made):
    rate = "fixed_asset_investment"
    moved = ForecastTable(plan, Scenario("a", points={rate: {2019: 1.0}})).of(rate)
    usual = made.of(rate)
    assert all(np.array_equal(moved.draws[y], usual.draws[y]) for y in (2018, 2020))
    assert (moved.draws[2019] > usual.draws[2019]).all()


def test_no_deviation_is_the_headline_to_the_last_digit(plan, made):
    zero = {i: {y: 0.0 for y in plan.years} for i in LEVELS}
    still = ForecastTable(plan, Scenario("a", points=zero))
    for i in LEVELS:
        assert np.array_equal(still.of(i).draws[2020], made.of(i).draws[2020])


@pytest.mark.parametrize(
    ("promise", "named"), [("gdp_growth", "gdp"), ("trade_growth_each_year",) * 2]
)
def test_a_text_promise_follows_the_story_of_what_it_repeats(plan, made, promise, named):
    row = plan.targets.set_index("target_id", drop=False).loc[promise]
    story = Scenario("a", points={named: dict.fromkeys(plan.years, 2.0)})
    moved = growth_of_class(ForecastTable(plan, story), row).values
    more = moved - growth_of_class(made, row).values
    assert more.min() > 0
    assert np.median(more) == pytest.approx(2.0, abs=0.2)
