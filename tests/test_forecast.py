"""Forecast, verdicts and sensitivity against hand-worked cases and properties."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from zoneplan import DataError
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import base_of, forecast
from zoneplan.stress import tornado


def test_only_windows_known_on_the_day_are_used(plan):
    rows = classes.past_growth("gdp", 3, plan.as_of).rows
    assert list(rows["end_year"]) == [2014, 2015, 2016]
    later = classes.past_growth("gdp", 3, date(2018, 11, 1)).rows
    assert list(later["end_year"]) == [2015, 2016, 2017]


def test_pooled_quantile_lies_between_the_windows(plan):
    growth = classes.past_growth("gdp", 3, plan.as_of)
    for column, q in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        assert growth.rows[column].min() <= growth.quantile(q) <= growth.rows[column].max()


def test_odds_of_a_printed_percentile_in_one_window(plan):
    growth = classes.past_growth("gdp", 3, plan.as_of, last=1)
    for q in (10, 25, 50, 75, 90):
        needed = float(growth.rows[f"p{q}"].iloc[0])
        assert growth.odds(needed) == pytest.approx(1 - q / 100, abs=0.006)


@given(st.floats(-20, 40), st.floats(0, 10))
def test_more_growth_is_never_more_likely(needed, extra):
    growth = classes.past_growth("gdp", 3, date(2018, 10, 30))
    assert growth.odds(needed + extra) <= growth.odds(needed)


def test_no_class_means_no_forecast(plan):
    assert classes.past_growth("returned_merchant_funds", 3, plan.as_of) is None
    assert forecast(plan, "returned_merchant_funds") is None


def test_too_few_windows_mean_no_forecast():
    assert classes.past_growth("gdp", 3, date(2005, 1, 1)) is None


def test_path_of_the_class_is_known_then_fades(plan):
    class_ = classes.CLASSES["gdp"]
    path = classes.expected_path(class_, plan.as_of, 2020)
    printed = classes.windows(class_, 1, plan.as_of).set_index("end_year")["p50"]
    assert path.loc[path["known"], "growth"].to_dict() == printed.to_dict()
    assert list(path.index[~path["known"]]) == [2017, 2018, 2019, 2020]
    # By hand: newest year with weight 1, then a half, a quarter ..., then g / (1 + g k).
    logs = np.log1p(printed.to_numpy() / 100)
    weights = 0.5 ** np.arange(len(logs))[::-1]
    g = (weights * logs).sum() / weights.sum()
    assert path.loc[2019, "growth"] == pytest.approx(100 * np.expm1(g / (1 + 3 * g)))


def test_common_error_widens_the_spread_and_keeps_the_middle(plan):
    coming = classes.coming_growth("gdp", 3, plan.as_of, 2020)
    last = classes.past_growth("gdp", 3, plan.as_of, last=1)
    assert coming.quantile(0.9) - coming.quantile(0.1) > last.quantile(0.9) - last.quantile(0.1)
    path = classes.expected_path(classes.CLASSES["gdp"], plan.as_of, 2020)
    middle = 100 * ((1 + path.loc[2018:2020, "growth"] / 100).prod() ** (1 / 3) - 1)
    assert coming.paths[len(coming.paths) // 2] == pytest.approx(middle)


def test_extra_growth_moves_the_path_by_as_much(plan):
    plain = classes.coming_growth("gdp", 1, plan.as_of, 2019)
    more = classes.coming_growth("gdp", 1, plan.as_of, 2019, {2019: 2.0, 2020: 50.0})
    middle = len(plain.paths) // 2
    assert more.paths[middle] - plain.paths[middle] == pytest.approx(2.0)


def test_past_record_uses_only_what_was_known(plan):
    record = classes.past_record("gdp", 3, plan.as_of)
    assert record["end_year"].max() == 2016
    assert record["coverage"].between(0, 1).all() and len(record) >= 2


def test_fan_is_base_times_class_growth(plan):
    made = forecast(plan, "gdp")
    growth = classes.coming_growth("gdp", 3, plan.as_of, 2020)
    expected = made.base.level.mid * (1 + growth.quantile(0.5) / 100) ** 3
    assert made.table().set_index("year").loc[2020, "q50"] == pytest.approx(expected, rel=0.002)


def test_quantiles_do_not_cross(plan):
    for i in plan.series():
        made = forecast(plan, i)
        if made is not None:
            values = made.table()[["q10", "q25", "q50", "q75", "q90"]].to_numpy()
            assert (np.diff(values, axis=1) >= 0).all()


def test_unknown_base_is_refused(plan):
    with pytest.raises(ValueError, match="implied, observed"):
        base_of(plan, "gdp", "hoped for")


def test_observed_base_is_the_last_level(plan):
    base = base_of(plan, "gdp", "observed")
    assert (base.year, base.level.mid) == (2016, 204.72)


def test_no_later_figure_enters_earlier_odds(plan):
    assert plan.observations["known_from"].max().date() <= plan.as_of
    early = plan.seen_from("2017-01-01")
    assert len(early.observations) < len(plan.observations)


def test_a_bad_date_is_one_clear_message(plan):
    with pytest.raises(DataError, match="a date such as 2018-10-30"):
        plan.verdicts(as_of="yesterday")


def test_verdicts_cover_every_quantified_target(plan):
    table = plan.verdicts().table()
    assert len(table) == int(plan.targets["value"].notna().sum())
    assert table["target_id"].is_unique


ASSESSED = {
    "gdp": "B",
    "industrial_value_added": "B",
    "fiscal_revenue_total": "C",
    "budget_revenue": "B",
    "trade_total": "B",
    "fixed_asset_investment": "B",
    "industrial_investment": "B",
    "fdi_actual": "C",
    "upgraded_to_above_scale": "B",
}


def test_which_annex_series_have_odds_and_why(plan):
    final = plan.verdicts().final().set_index("indicator_id")
    has = final["probability_low"].notna()
    assert final.loc[has, "evidence"].str[0].to_dict() == ASSESSED
    assert set(final.loc[~has, "evidence"]) == {"N", "administrative"}
    assert final.loc[~has, "missing_number"].str.len().gt(0).all()


def test_range_is_the_headline_where_the_bases_differ(plan):
    seen = plan.observations.copy()
    low = (seen["indicator_id"] == "gdp") & (seen["year"] == 2016)
    seen.loc[low, "value"] = 150.0
    row = replace(plan, observations=seen).verdicts().final().set_index("indicator_id").loc["gdp"]
    assert row["probability_high"] - row["probability_low"] > 0.15
    assert np.isnan(row["probability"])
    low[:] = (seen["indicator_id"] == "gdp") & (seen["year"] == 2016)
    # The observed level that grows to the implied base at the class's expected rate leaves nothing to choose.
    path = classes.expected_path(classes.CLASSES["gdp"], plan.as_of, 2017)
    seen.loc[low, "value"] = base_of(plan, "gdp", "implied").level.mid / (
        1 + path.loc[2017, "growth"] / 100
    )
    row = replace(plan, observations=seen).verdicts().final().set_index("indicator_id").loc["gdp"]
    assert row["probability"] == row["probability_implied"]


def test_count_odds_are_negative_binomial(plan):
    row = plan.verdicts().final().set_index("indicator_id").loc["upgraded_to_above_scale"]
    # 35 firms in one year and a Jeffreys prior: the next count has mean 35.5.
    assert row["probability"] == pytest.approx(float(nbinom(35.5, 0.5).sf(39)))
    assert 0.25 < row["probability"] < 0.35


def test_needed_growth_inverts_the_path(plan):
    rows = tornado.needed_growth(plan).table().set_index("indicator_id")
    for i, row in rows.iterrows():
        base = base_of(plan, i, "implied").level.mid
        assert base * (1 + row["needed_implied"] / 100) ** 3 == pytest.approx(plan.target(i, 2020))
    # 204.72 to 270 in four years.
    assert rows.loc["gdp", "needed_observed"] == pytest.approx(7.164, abs=1e-3)


def test_swings_hold_the_centre_and_are_sorted(plan):
    result = tornado.swings(plan, "gdp")
    table = result.table()
    assert (table["span"].diff().dropna() <= 0).all()
    assert (table["low"] <= result.centre + 1e-9).all()
    growth = table[table["assumption"].str.startswith("Growth")]
    assert (growth["high"] > result.centre).all()


def test_swings_turn_around_the_expected_path(plan):
    path = classes.expected_path(classes.CLASSES["gdp"], plan.as_of, 2020)
    carried = (
        base_of(plan, "gdp", "implied").level.mid * (1 + path.loc[2018:2020, "growth"] / 100).prod()
    )
    assert tornado.swings(plan, "gdp").centre == pytest.approx(carried, rel=0.01)


def test_decomposition_changes_one_choice_at_a_time(plan):
    table = tornado.decomposition(plan, "gdp").table().set_index("choice")
    head, seen = forecast(plan, "gdp"), forecast(plan, "gdp", "observed")
    assert table.loc["headline", "odds"] == head.odds(2020, 270)
    assert table.loc["base", "odds"] == seen.odds(2020, 270)
    assert table.loc["base", "change"] == pytest.approx(
        100 * (seen.odds(2020, 270) - head.odds(2020, 270))
    )
    assert (table["scope":"scope"]["otherwise"]).is_unique
    # Real growth is lower than nominal growth, so a nominal level is harder to reach by it.
    assert table.loc["price basis", "change"] < 0


def test_first_half_is_used_only_where_it_is_of_the_kind(plan):
    # Wenzhou's first half of 2018: trade +14.3, budget revenue +15.3, total revenue +15.5; GDP +7.9 is real.
    rates = {
        i: tornado.first_half(plan, i)
        for i in ("trade_total", "budget_revenue", "fiscal_revenue_total", "gdp")
    }
    assert rates == {
        "trade_total": 14.3,
        "budget_revenue": 15.3,
        "fiscal_revenue_total": 15.5,
        "gdp": None,
    }
    assert tornado.first_half(plan.seen_from("2018-06-30"), "trade_total") is None


def test_growth_targets_have_no_base_to_change(plan):
    assert "base" not in set(
        tornado.decomposition(plan, "fixed_asset_investment").table()["choice"]
    )


def test_nothing_to_take_apart_is_said(plan):
    with pytest.raises(ValueError, match="nothing to take apart"):
        tornado.decomposition(plan, "returned_merchant_funds")


def test_missing_numbers_are_ranked_by_what_they_could_move(plan):
    table = tornado.missing_numbers(plan).set_index("indicator_id")
    assert "backbone_firms" not in table.index, "a list set by decision misses no number"
    moved = table["points"].dropna()
    assert moved.is_monotonic_decreasing
    final = plan.verdicts().final().set_index("indicator_id")
    none = final.index[final["evidence"] == "N"]
    assert (table.loc[none, "points"] == 100).all()
    gdp = table.loc["gdp"]
    assert gdp["points"] == pytest.approx(100 * (gdp["odds_high"] - gdp["odds_low"]))
    assert gdp["odds_low"] < gdp["odds"] < gdp["odds_high"]


def test_nothing_to_swing_is_said(plan):
    with pytest.raises(ValueError, match="nothing to swing"):
        tornado.swings(plan, "returned_merchant_funds")
