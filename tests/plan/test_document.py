"""What a plan knows of itself on a day: chosen figures, units, names, targets and bases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from plan_folders import ABOUT, GDP

from zoneplan.errors import DataError
from zoneplan.plan.document import as_day, chosen, in_unit, known, last_own, latin_names, ordered

LEVELS = ("level", "count")


def seen(*rows: dict) -> pd.DataFrame:
    """Observations with only what a test is about; the rest is filled in."""
    usual = {"indicator_id": "gdp", "year": 2016, "period": "full_year", "value": 1.0}
    usual |= {"unit": "亿元", "kind": "level", "grade": "B", "scope_note": "x", "source_id": "s"}
    usual |= {"known_from": pd.Timestamp("2017-03-31")}
    return pd.DataFrame([{"row_id": f"o{n}", **usual, **r} for n, r in enumerate(rows)])


LATER = {"known_from": pd.Timestamp("2019-01-01")}


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([{"value": 1.0, "grade": "C", **LATER}, {"value": 2.0}, {"value": 3.0, "grade": "A"}], 3),
        ([{"value": 1.0}, {"value": 2.0, **LATER}, {"value": 3.0}], 2),
        ([{"value": 1.0, "grade": "C", **LATER}, {"value": 2.0}], 2),
        ([{"value": 1.0, "row_id": "z"}, {"value": 2.0, "row_id": "b"}], 2),
        ([{"value": 1.0, "grade": "A"}, {"value": 2.0, "grade": "P"}], 2),
    ],
)
def test_the_better_grade_wins_then_the_later_publication_then_the_row(rows, value):
    table = chosen(ordered(seen(*rows)), "gdp", LEVELS)
    assert table["value"].tolist() == [value]
    assert table.index.tolist() == [0]
    assert "rank" not in table


def test_only_full_years_of_the_kind_on_one_area_are_chosen():
    rows = seen(
        {"year": 2012},
        {"year": 2013, "value": 3.0},
        {"year": 2014, "period": "h1"},
        {"year": 2014, "kind": "growth_real"},
        {"year": 2015, "indicator_id": "exports"},
        {"year": 2016, "value": 6.0, "kind": "count"},
    )
    table = chosen(ordered(rows), "gdp", LEVELS, 2013)
    assert table[["year", "value"]].to_numpy().tolist() == [[2013, 3.0], [2016, 6.0]]
    assert table.index.tolist() == [0, 1]
    assert table.columns.tolist() == rows.columns.tolist()


def test_growth_may_be_booked_under_either_name():
    rows = seen({"kind": "growth_real"}, {"kind": "growth_real", "year": 2015})
    rows.loc[1, "indicator_id"] = "gdp_growth"
    assert chosen(ordered(rows), "gdp_growth", ("growth_real",))["year"].tolist() == [2015, 2016]
    assert chosen(ordered(rows), "gdp", ("growth_real",))["year"].tolist() == [2016]


def test_a_level_is_read_in_the_unit_of_the_plan():
    rows = seen({"value": 20000.0, "unit": "万元"}, {"value": 7.0, "unit": "亿美元", "year": 2017})
    table = in_unit(rows, "亿元")
    assert table["value"].tolist() == [2.0, 7.0]
    assert table["unit"].tolist() == ["亿元", "亿美元"], "dollars need a rate and stay dollars"
    assert in_unit(rows, None) is rows


def test_what_is_known_on_a_day_keeps_its_columns(plan):
    rows = plan.all_observations
    for day in (date(2014, 3, 31), plan.as_of):
        table = known(rows, day)
        dates = zip(rows["row_id"], rows["known_from"], strict=True)
        assert table["row_id"].tolist() == [i for i, d in dates if d <= pd.Timestamp(day)]
        assert table.index.tolist() == list(range(len(table)))
        assert table.columns.tolist() == rows.columns.tolist()
    undated = rows.assign(known_from=pd.NaT)
    assert known(undated, date(2100, 1, 1)).empty, "hindsight without a date is never known"


def test_a_figure_is_known_from_its_very_day(plan):
    rows = plan.all_observations
    day = rows["known_from"].iloc[0].date()
    assert rows["row_id"].iloc[0] in set(known(rows, day)["row_id"])


def test_another_day_is_another_view(plan):
    early = plan.at("2017-01-01")
    assert early.as_of == date(2017, 1, 1)
    assert 0 < len(early.observations) < len(plan.observations)
    assert early.levels("gdp")["year"].max() < plan.levels("gdp")["year"].max()
    assert early.at(date(2018, 11, 5)).levels("gdp").equals(plan.levels("gdp"))
    assert plan.at(None).as_of == plan.as_of
    with pytest.raises(DataError, match="found yesterday; expected a date such as 2018-10-30"):
        plan.at("yesterday")
    assert as_day(date(2020, 1, 1)) == date(2020, 1, 1)


def test_the_days_of_the_plan(plan, own):
    assert (plan.adopted, plan.published) == (date(2018, 10, 30), date(2018, 11, 5))
    assert plan.as_of == plan.published
    mine = own(GDP)
    assert mine.as_of == mine.published == mine.adopted == date(2018, 10, 30)
    dated = own(GDP, about=ABOUT + "published: 2018-12-01\n")
    assert (dated.published, dated.as_of) == (date(2018, 12, 1), date(2018, 12, 1))
    assert own(GDP, about=ABOUT + "as_of: 2019-05-01\n").as_of == date(2019, 5, 1)


def test_own_figures_move_the_day_to_when_the_last_was_known(own):
    assert own(GDP, ["gdp,2018,230,亿元,level,"]).as_of == date(2019, 3, 31)
    assert own(GDP, ["gdp,2016,200,亿元,level,"]).as_of == date(2018, 10, 30)
    rows = seen({"grade": "P", **LATER}, {"grade": "B", "known_from": pd.Timestamp("2020-01-01")})
    assert last_own(rows, date(2018, 1, 1)) == date(2019, 1, 1)
    assert last_own(rows.iloc[1:], date(2018, 1, 1)) == date(2018, 1, 1)


def test_the_shipped_zone_is_comparable_from_2013(plan):
    assert plan.levels("gdp")["year"].min() == 2013
    # Its revenue of 2013 to 2015 was never published on one scope.
    assert plan.levels("budget_revenue")["year"].min() >= 2013


def test_a_frame_is_ones_own(plan):
    for ask in (lambda: plan.levels("gdp"), lambda: plan.annex("gdp")):
        frame = ask()
        frame["value"] = 0.0
        assert (ask()["value"] > 0).all()


def test_observed_is_growth_of_a_rate_and_level_of_the_rest(plan):
    assert plan.is_rate("fixed_asset_investment")
    assert not plan.is_rate("gdp")
    assert set(plan.observed("fixed_asset_investment")["kind"]) == {"growth_nominal"}
    assert plan.observed("gdp").equals(plan.levels("gdp"))
    assert set(plan.growths("gdp")["kind"]) <= {"growth_real"}


def test_targets_by_year(plan):
    assert plan.target("gdp").value == plan.target("gdp", 2020).value == 270
    assert plan.target("gdp", 2018).value == 228
    assert plan.target("projects_over_5bn", 2018) is None
    assert plan.target("nothing") is None
    assert plan.is_whole("gdp")
    assert not plan.is_whole("projects_over_5bn")


def test_an_unknown_series_is_named_with_those_there_are(plan):
    with pytest.raises(KeyError, match="'growth' is no annex series; there are: gdp, "):
        plan.annex("growth")


def test_the_implied_base_of_gdp(plan):
    base = plan.implied_base("gdp")
    assert base.mid == pytest.approx(228 / 1.09)
    assert (base.low, base.high) == pytest.approx((227.5 / 1.095, 228.5 / 1.085))
    with pytest.raises(KeyError, match="no target for 2018"):
        plan.implied_base("projects_over_5bn")


@pytest.mark.parametrize("at", [0, 1, 2])
def test_the_printed_average_counts_whatever_its_row(own, at):
    rows = [row.removesuffix("9") for row in GDP]
    rows[at] += "9"
    plan = own(rows)
    assert plan.stated_growth("gdp") == 9
    assert plan.implied_base("gdp").mid == pytest.approx(228 / 1.09)


def test_without_a_printed_average_there_is_none(own):
    assert np.isnan(own([row.removesuffix("9") for row in GDP]).stated_growth("gdp"))


def test_units_series_and_departments(plan):
    assert (plan.unit("fdi_actual"), plan.unit("nothing")) == ("万美元", None)
    assert plan.series()[:2] == ["gdp", "industrial_value_added"]
    assert len(plan.series()) == 22
    assert plan.has("gdp", "core_output")
    assert not plan.has("gdp", "nothing")
    by = plan.departments().set_index("indicator_id")["responsible"]
    assert by.loc["budget_revenue"] == "财政局"
    assert len(by) == 22


def test_every_promise_stands_once(plan):
    rows = plan.distinct()
    assert rows["indicator_id"].is_unique
    assert rows["value"].notna().all()
    assert not set(rows["indicator_id"]) & {"core_project_area", "gdp_growth", "rd_to_gdp_text"}
    assert rows.set_index("indicator_id").loc["gdp", "year"] == 2020


def test_names_in_both_languages(plan, own):
    assert plan.name("gdp") == "GDP"
    assert plan.name("gdp", "zh") == "地区生产总值"
    assert plan.name("exports", "zh") == "出口总额"
    assert plan.name("my_own_thing") == "my own thing"
    assert (plan.zone(), plan.zone("zh")) == ("the Zhenan zone", "浙南产业集聚区")
    assert plan.title().endswith("action plan 2018-2020")
    assert plan.title("zh").startswith("温州")
    chinese = replace(plan, lang="zh", _made={})
    assert (chinese.name("gdp"), chinese.zone()) == ("地区生产总值", "浙南产业集聚区")
    assert chinese.title() == plan.title("zh")
    mine = own(GDP)
    assert mine.title() == "Test zone - targets 2018-2020"
    assert mine.title("zh") == "Test zone发展目标(2018-2020)"
    assert latin_names(mine)[:2] == ["Test zone", mine.title("zh")]


def test_texts_of_the_tables_are_translated(plan):
    assert plan.translate("zone GDP 2017 in 在地 scope", "zh") != "zone GDP 2017 in 在地 scope"
    assert plan.translate("never heard of", "zh") == "never heard of"
    assert plan.translate(np.nan) == "–"
    missing = "zone figure for 2017: Core-area industrial output"
    assert plan.translate(missing) == missing
    assert "2017" in plan.translate(missing, "zh")
    assert plan.translate(missing, "zh").isascii() is False


def test_every_missing_number_of_the_plan_has_its_chinese(plan, judged):
    texts = judged.rows["missing_number"].replace("", np.nan).dropna()
    latin = [t for t in texts if plan.translate(t, "zh") == t]
    assert not latin


def test_who_announces_when(plan, china):
    assert (plan.yearly, china.yearly) == (False, True)
    assert (plan.home, plan.host, china.home, china.host) == ("wenzhou", "wenzhou", None, "china")
