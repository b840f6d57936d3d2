"""Forecasts of the series of a plan: bases, draws that belong together, what is known,
scenarios.
"""

from __future__ import annotations

import numpy as np
import pytest

from zoneplan.errors import DataError
from zoneplan.forecasting.forecasts import (
    ForecastTable,
    base_of,
    forecast,
    growth_of_class,
)  # fmt: skip
from zoneplan.forecasting.scenario import Scenario
from zoneplan.forecasting.settings import SETTINGS, Settings

PLAIN = Settings(host=False)


@pytest.fixture(scope="module")
def made(plan):
    return ForecastTable(plan, settings=PLAIN)


def test_the_implied_base_is_the_first_target_less_its_printed_growth(plan):
    base = base_of(plan, "gdp", "implied")
    assert (base.kind, base.year) == ("implied", 2017)
    assert base.level.mid == pytest.approx(228 / 1.09)
    assert base.level.low == pytest.approx(227.5 / 1.095)
    assert base.scope_note == "在地"


def test_the_observed_base_is_the_last_level_known(plan):
    base = base_of(plan, "gdp", "observed")
    assert (base.year, base.level.mid) == (2016, 204.72)


def test_a_level_is_its_base_times_the_growth_of_the_class(made):
    f = made.of("gdp")
    start = f.draws[2020] / np.exp(f.log_growth()[:, -1])
    assert start.min() >= f.base.level.low
    assert start.max() <= f.base.level.high


def test_draws_of_one_row_grow_from_each_other(made):
    f = made.of("gdp")
    assert np.corrcoef(f.draws[2018], f.draws[2020])[0, 1] > 0.5
    growth = f.growth()
    assert f.draws[2019] == pytest.approx(f.draws[2018] * (1 + growth[:, 1] / 100))


def test_every_year_has_as_many_equally_weighted_draws(made):
    for i in made.plan.series():
        f = made.of(i)
        if f is not None:
            assert {len(d) for d in f.draws.values()} == {SETTINGS.draws}


def test_quantiles_do_not_cross(made):
    for i in made.levels():
        rows = made.of(i).table().drop(columns="year").to_numpy()
        assert (np.diff(rows, axis=1) >= 0).all()


def test_each_forecast_is_made_once(made):
    assert made.of("gdp") is made.of("gdp", "implied")


def test_more_is_never_likelier(made, plan):
    f, target = made.of("gdp"), plan.target("gdp")
    levels = np.linspace(200, 350, 30)
    chances = [(f.draws[2020] >= x).mean() for x in levels]
    assert (np.diff(chances) <= 0).all()
    assert f.probability(target) == (f.draws[2020] >= 270).mean()


def test_what_is_known_is_not_forecast(plan):
    later = plan.at("2026-01-01")
    seen = later.levels("gdp")
    assert int(seen["year"].max()) < 2018, "no figure of 2018 to 2020 was ever published"
    f = ForecastTable(later).of("gdp")
    assert f.open_years == (2018, 2019, 2020)


def test_no_class_means_no_forecast(made):
    assert made.of("hidden_champions") is None


def test_growth_as_it_is_meant_is_the_growth_of_the_class(plan):
    plain = forecast(plan, "gdp", settings=PLAIN)
    meant = forecast(
        plan, "gdp", scenario=Scenario("x", growth={"gdp": {2019: 8.0}}), settings=PLAIN
    )
    expected = 100 * np.expm1(plain.paths.middle[1])
    moved = np.log(meant.draws[2020] / plain.draws[2020])
    assert moved == pytest.approx(np.log(1.08) - np.log1p(expected / 100))
    assert np.array_equal(meant.draws[2018], plain.draws[2018])


def test_scenarios_add_up(plan):
    one = Scenario("one", points={"gdp": {2019: -2.0}})
    two = Scenario("two", growth={"gdp": {2019: 8.0}}, points={"gdp": {2020: 1.0}})
    both = one + two
    assert both.extra(plan, "gdp") == pytest.approx(
        {2019: -2.0 + 8.0 - two.path(plan, "gdp")[2019], 2020: 1.0}
    )
    assert (two + one).extra(plan, "gdp") == pytest.approx(both.extra(plan, "gdp"))
    assert (one + one).points == {"gdp": {2019: -4.0}}


def test_two_that_mean_another_growth_of_one_year_do_not_add_up():
    one, two = (Scenario(n, growth={"gdp": {2019: g}}) for n, g in (("a", 8.0), ("b", 7.0)))
    with pytest.raises(DataError, match="growth of gdp in 2019"):
        one + two


@pytest.mark.parametrize(("key", "value"), [("base", "guessed"), ("prices", "real")])
def test_what_no_scenario_can_be_is_refused(key, value):
    with pytest.raises(DataError, match=value):
        Scenario(**{key: value})


def test_a_level_of_ones_own_replaces_the_base(plan):
    f = forecast(plan, "gdp", scenario=Scenario(levels={"gdp": 215.0}), settings=PLAIN)
    assert f.base.level.low == f.base.level.high == 215.0
    assert np.median(f.draws[2018]) == pytest.approx(215 * np.exp(np.median(f.log_growth()[:, 0])))


def test_another_base_goes_for_both(plan):
    made = ForecastTable(plan, Scenario(base="observed"), PLAIN)
    assert made.of("gdp") is made.of("gdp", "observed")


def test_no_later_figure_enters_an_earlier_chance(plan):
    early = plan.at("2018-10-30")
    f = forecast(early, "gdp", settings=PLAIN)
    assert f.paths.known_to == 2016
    assert forecast(plan, "gdp", settings=PLAIN).paths.known_to == 2017


def test_before_any_record_nothing_is_said_of_the_text(plan):
    early = ForecastTable(plan.at("2005-01-01"))
    row = plan.targets.set_index("target_id", drop=False).loc["gdp_growth"]
    assert growth_of_class(early, row) is None
    assert growth_of_class(early, row.replace("gdp_growth", "core_output_growth")) is None
    assert early.of("fixed_asset_investment") is None


def test_a_promise_of_the_text_is_read_once(plan):
    table = ForecastTable(plan)
    row = plan.targets.set_index("target_id", drop=False).loc["gdp_growth"]
    assert growth_of_class(table, row) is growth_of_class(table, row)


def test_forecasts_by_the_kind_of_base_that_they_start_from(made):
    assert list(made.by_base("gdp", 2020)) == ["implied", "observed"]
    assert list(made.by_base("fdi_actual", 2020)) == ["implied"]
    assert list(made.by_base("fixed_asset_investment", 2020)) == ["implied"]
    assert made.by_base("gdp", 2031) == {}


def test_two_series_stand_for_the_plan(made):
    assert made.leading() == ("gdp", "trade_total")
    assert made.levels() == [
        "gdp", "industrial_value_added", "fiscal_revenue_total", "budget_revenue", "trade_total",
        "returned_merchant_funds", "fdi_actual",
    ]  # fmt: skip


def test_other_assumptions_keep_the_rest(made):
    other = made.with_(scenario=Scenario("x"))
    assert (other.plan, other.settings, other.scenario.id) == (made.plan, made.settings, "x")


def test_quantiles_by_year(made):
    table = made.of("gdp").table().set_index("year")
    assert list(table.index) == [2018, 2019, 2020]
    want = np.quantile(made.of("gdp").draws[2019], [0.1, 0.25, 0.5, 0.75, 0.9])
    assert table.loc[2019].tolist() == want.tolist()
