"""Chances of plans of one's own: directions, bases, gaps, evidence, private figures, classes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plan_folders import ABOUT, GDP

from zoneplan import load_plan
from zoneplan.forecasting.aims import aim
from zoneplan.forecasting.classes import class_of, gdp_of, record_ends
from zoneplan.forecasting.forecasts import ForecastTable, base_of, growth_of_class
from zoneplan.plan.targets import Target
from zoneplan.stress import attribution as at

COUNTY, COAST = ("county", "coastal_size_matched"), ("prefecture", "coastal_provinces")
OBSERVED = "gdp,2016,204.72,亿元,level,"


def turned(direction: str, high: str = "", value: str = "270") -> list[str]:
    """The GDP targets, the last one of another direction."""
    last = f"gdp,GDP,2020,{value},亿元,,{direction},{high},9"
    return [*GDP[:2], last]


# Each row by hand -------------------------------------------------------------------------------


def test_a_row_by_hand(made, judged):
    for i in ("gdp", "budget_revenue", "trade_total"):
        for year in made.plan.years:
            row = judged.rows.set_index("target_id").loc[f"{i}-{year}"]
            target = made.plan.target(i, year)
            by = {b: (made.of(i, b).draws[year] >= target.value).mean()
                  for b in ("implied", "observed")}  # fmt: skip
            assert row[["probability_implied", "probability_observed"]].tolist() == list(
                by.values()
            )
            assert row["probability_low"] == min(by.values())
            assert row["probability_high"] == max(by.values())
            wide = max(by.values()) - min(by.values()) > 0.15
            assert np.isnan(row["probability"]) == wide
            assert wide or row["probability"] == by["implied"]
            quantiles = np.quantile(made.of(i).draws[year], [0.1, 0.5, 0.9])
            assert row[["q10", "q50", "q90"]].tolist() == pytest.approx(list(quantiles))
            base = made.of(i).base
            needed = 100 * ((target.value / base.level.mid) ** (1 / (year - base.year)) - 1)
            assert row["needed_growth"] == pytest.approx(needed)


def test_naive_is_the_last_published_figure(plan, judged):
    naive = judged.final().set_index("indicator_id")["naive"]
    assert naive[["gdp", "industrial_value_added", "trade_total"]].tolist() == [204.72, 82.98, 70.7]
    assert (
        naive["fixed_asset_investment"] == plan.growths("fixed_asset_investment")["value"].iloc[-1]
    )
    assert np.isnan(naive["backbone_firms"])
    assert np.isnan(naive["fdi_actual"])


def test_evidence_of_the_shipped_plan(judged):
    final = judged.final().set_index("indicator_id")
    has = final["probability_low"].notna()
    assert final.loc[has, "evidence"].to_dict() == {
        "gdp": "B", "industrial_value_added": "B", "fiscal_revenue_total": "C",
        "budget_revenue": "B", "trade_total": "B", "fixed_asset_investment": "D",
        "industrial_investment": "D", "transport_investment": "D", "eco_public_investment": "D",
        "private_investment": "D", "projects_over_1bn": "B", "projects_over_2bn": "B",
        "projects_over_5bn": "B", "returned_merchant_funds": "B", "fdi_actual": "C",
        "rd_to_gdp": "C",
    }  # fmt: skip
    assert set(final.loc[~has, "evidence"]) == {"N", "administrative"}
    assert final.loc[~has, "missing_number"].str.len().gt(0).all()
    assert final.loc[~has, "basis"].eq("none").all()


def test_a_growth_promise_needs_just_that_growth(judged):
    rows = judged.rows.set_index("target_id")
    assert rows.loc["fixed_asset_investment-2020", "needed_growth"] == 18
    assert rows.loc["trade_growth_each_year", "needed_growth"] == 10
    each = rows.loc["trade_growth_each_year"]
    assert each["basis"] == "imports and exports of coastal prefectures"
    assert each["missing_number"] == "zone trade 2017", "what its twin waits for"
    assert each["q10"] < each["q50"] < 10 < each["q90"], "one in ten keeps it"
    core = rows.loc["core_output"]
    assert (core["evidence"], core["basis"]) == ("D", "observed 2016: 650.8")
    assert (core["range_reason"], core["probability_low"]) == ("bound", 0)
    total = rows.loc["projects_over_10bn_total"]
    assert (total["evidence"], total["basis"], total["reading"]) == ("B", "own counts", "sum")


def test_one_number_with_two_readings_never_has_one_chance(made, judged):
    rows = judged.rows.set_index("target_id")
    year, total = rows.loc["fdi_actual-2020"], rows.loc["fdi_actual_cumulative"]
    draws = made.of("fdi_actual").draws
    want = (draws[2020] >= 8400).mean(), (draws[2018] + draws[2019] + draws[2020] >= 8400).mean()
    for row in (year, total):
        assert (row["probability_low"], row["probability_high"]) == want
        assert row["range_reason"] == "reading"
        assert np.isnan(row["probability"])
    assert (year["probability_implied"], total["probability_implied"]) == want
    # What is asked of the years before is meant one way.
    assert rows.loc["fdi_actual-2018", "range_reason"] == ""


def test_a_text_promise_of_an_average_is_read_from_one_path(made, judged):
    row = judged.rows.set_index("target_id").loc["gdp_growth"]
    found = growth_of_class(
        made, made.plan.targets.set_index("target_id", drop=False).loc["gdp_growth"]
    )
    assert found.class_.indicator_id == "gdp_real"
    logs = found.paths.draws(True, {})[:, -1]
    assert found.values == pytest.approx(100 * np.expm1(logs / 3))
    chance = (found.values >= 9).mean()
    assert row[["probability", "probability_low", "probability_high"]].tolist() == [chance] * 3
    assert (row["evidence"], row["needed_growth"]) == ("D", 9)


def test_bases_are_named(judged):
    basis = judged.final().set_index("indicator_id")["basis"]
    assert basis["gdp"] == "implied 2017: 209.2; observed 2016: 204.7"
    assert basis["fiscal_revenue_total"] == "implied 2017: 23.5"
    assert basis["fixed_asset_investment"] == "class growth"


def test_the_leading_target_speaks_for_the_plan(judged, own):
    assert judged.lead()["indicator_id"] == "gdp"
    facts = judged.facts("en")
    assert (facts["n"], facts["total"], facts["name"], facts["year"]) == (16, 22, "GDP", 2020)
    low, high = (100 * judged.lead()[f"probability_{e}"] for e in ("low", "high"))
    assert facts["span"] == f"{low:.0f}-{high:.0f} %"
    rows = [r.replace("gdp,GDP", "exports,Exports") for r in GDP]
    assert own(rows).forecast().odds().lead()["indicator_id"] == "exports"


def test_without_a_chance_there_is_a_reason(own, judged):
    none = own(["park_tax,T,2020,5,亿元,,,,"]).forecast().odds()
    assert len(none.rows) == 1
    assert none.assessable().empty
    assert none.reason() == judged.reason() == "", "its row says what is missing"
    assert none.case() == "none"
    assert "missing" in none.summary()


def test_tables_begin_at_row_zero(made, judged):
    for table in (judged.rows, judged.final(), judged.assessable(), made.missing_numbers().rows):
        assert table.index.tolist() == list(range(len(table)))
    assert judged.assessable()["probability_low"].notna().all()
    assert set(judged.final()["section"]) == {"annex"}


# Directions in every table ----------------------------------------------------------------------


def test_a_short_plan_gives_the_chances_of_the_full_one(own, made):
    mine = own(GDP).at("2018-11-05").forecast().odds().rows
    # The host's news is the one thing that the short plan does not have.
    full = ForecastTable(made.plan, settings=replace(made.settings, host=False))
    theirs = [full.of("gdp").probability(made.plan.target("gdp", y)) for y in (2018, 2019, 2020)]
    assert mine["probability_implied"].tolist() == theirs
    assert mine["evidence"].tolist() == ["C"] * 3
    assert not mine["own"].any()


@pytest.mark.parametrize(
    ("direction", "high", "value"),
    [("at_least", "", "270"), ("at_most", "", "270"), ("about", "", "270"),
     ("range", "280", "265")],
)  # fmt: skip
def test_a_direction_means_the_same_in_every_table(own, direction, high, value):
    made = own(turned(direction, high, value), [OBSERVED]).forecast()
    draws, _target = made.of("gdp").draws[2020], made.plan.target("gdp")
    kept = {"at_least": draws >= 270, "at_most": draws <= 270, "about": draws >= 269.5,
            "range": (draws >= 265) & (draws <= 280)}[direction]  # fmt: skip
    want = kept.mean()
    assert made.odds().final()["probability_implied"].tolist() == [want]
    joint = made.joint()
    assert joint.listed["implied"].tolist() == [want]
    assert joint.filter(base="implied").rows["expected"].tolist() == [want] * 5
    assert at.drivers(made, "gdp").met.mean() == want
    found = at.discover(made, "gdp")
    assert found.share == pytest.approx(want if found.met else 1 - want)
    assert made["gdp"].ladder().filter(step=["newest_year"]).rows["probability"].tolist() == [want]
    assert made["gdp"].classes().filter(chosen=True).rows["probability"].tolist() == [want]
    warn = made["gdp"].early_warning().rows
    rising, falling = (
        warn["probability"].is_monotonic_increasing,
        warn["probability"].is_monotonic_decreasing,
    )
    assert {"at_least": rising, "about": rising, "at_most": falling, "range": not rising}[direction]
    even = made.aims().rows.set_index("indicator_id").loc["gdp"]
    assert even["even_implied"] == np.median(draws)
    # Needed growth knows no upper end.
    needed = made.needed_growth().rows
    assert len(needed) == (direction in ("at_least", "about"))
    if len(needed):
        assert needed["probability_implied"].tolist() == [want]


def test_an_upper_limit_has_the_other_chance(own):
    least, most = (own(turned(d)).forecast().odds().final()["probability_implied"].iloc[0]
                   for d in ("at_least", "at_most"))  # fmt: skip
    # No draw lies on the target itself.
    assert least + most == pytest.approx(1.0)


def test_an_aim_turns_around_for_an_upper_limit():
    row = {"target_id": "t", "indicator_id": "x", "year": 2020, "value": 7.0, "unit": "亿元"}
    row |= {"precision": 1.0, "kind": "flow", "value_high": np.nan}
    values = np.arange(3001.0)
    floor, limit = (aim(Target.of(pd.Series(row | {"direction": d})), values)
                    for d in ("at_least", "at_most"))  # fmt: skip
    assert floor.tolist() == pytest.approx([1500, 1000])
    assert limit.tolist() == pytest.approx([1500, 2000])


# Bases, gaps and known years ---------------------------------------------------------------------


def test_without_a_printed_growth_the_last_level_is_the_base(own):
    rows = ["gdp,GDP,2018,228,亿元,,,,", "gdp,GDP,2020,270,亿元,,,,"]
    plan = own(rows, ["gdp,2016,2047200,万元,level,"])
    made = plan.forecast()
    row, f = made.odds().final().iloc[0], made.of("gdp")
    assert (f.base.kind, f.base.year) == ("observed", 2016)
    assert f.base.level.mid == pytest.approx(204.72)
    chance = f.probability(plan.target("gdp"))
    assert row["probability_low"] == row["probability_high"] == row["probability"] == chance
    assert row["needed_growth"] == pytest.approx(100 * ((270 / 204.72) ** 0.25 - 1))
    needed = made.needed_growth().rows.iloc[0]
    assert needed["needed_implied"] == needed["needed_observed"] == row["needed_growth"]
    drawn = at.tornado(made, "gdp").rows["driver"]
    assert sorted(drawn) == [f"growth {y}" for y in range(2017, 2021)], "no quarrel about the base"


def test_without_any_base_nothing_is_said(own):
    plan = own([row.removesuffix("9") for row in GDP])
    assert base_of(plan, "gdp", "implied") is base_of(plan, "gdp", "observed") is None
    assert plan.forecast().of("gdp") is None
    row = plan.forecast().odds().final().iloc[0]
    assert (row["evidence"], row["missing_number"]) == ("N", "zone figure for 2017: GDP")


def test_years_without_targets_change_no_chance(own):
    seen = [OBSERVED, "exports,2016,41,亿元,level,"]
    years, values = (2018, 2019, 2020, 2021), (("gdp", 228), ("exports", 45))
    whole = [f"{i},X,{y},{v},亿元,,,," for i, v in values for y in years]
    gaps = [row for row in whole if ",2019," not in row and ",2020," not in row]
    chances = [
        own(t, seen, about=ABOUT.replace("[2018, 2019, 2020]", y)).forecast().odds().rows
        for t, y in ((whole, "[2018, 2019, 2020, 2021]"), (gaps, "[2018, 2021]"))
    ]
    every, some = (t.set_index(["indicator_id", "year"])["probability_implied"] for t in chances)
    assert list(some.index) == [(i, y) for i, _ in values for y in (2018, 2021)]
    assert some.tolist() == pytest.approx(every[some.index].tolist(), abs=1e-12)


def test_a_series_without_a_last_target_is_passed_over(own):
    plan = own([*GDP, "exports,X,2018,45,亿元,,,,"], [OBSERVED, "exports,2016,41,亿元,level,"])
    made = plan.forecast()
    assert made.levels() == ["gdp"]
    assert made.leading() == ("gdp", "gdp")
    for story in plan.scenarios:
        assert plan.forecast(story).compare(made).rows["indicator_id"].tolist() == ["gdp"]
    rows = made.odds().rows.set_index(["indicator_id", "year"])
    assert rows["probability"].notna()["exports", 2018], "its earlier target has a chance"
    assert made["exports"].ladder().rows.empty
    assert made["exports"].early_warning().rows.empty
    assert made.joint().listed["indicator_id"].tolist() == ["gdp", "exports"]


def test_a_year_that_is_known_is_not_forecast(own):
    seen = ["gdp,2017,210,亿元,level,", "gdp,2018,230,亿元,level,", "gdp,2019,240,亿元,level,"]
    plan = own(GDP, seen)
    made = plan.forecast()
    rows, f = made.odds().rows, made.of("gdp")
    assert rows["probability"].tolist()[:2] == [1.0, 0.0]
    assert rows["resolution"].tolist() == ["met", "missed", "open"]
    assert rows["q10"].tolist()[:2] == rows["q90"].tolist()[:2] == [230, 240]
    assert f.open_years == (2020,)
    assert (f.base.kind, f.base.year, f.base.level.mid) == ("observed", 2019, 240)
    assert f.growth().shape[1] == 1
    assert rows["basis"].tolist()[:2] == ["known figure"] * 2
    assert np.isnan(rows["needed_growth"].iloc[0])
    assert rows["needed_growth"].iloc[2] == pytest.approx(100 * (270 / 240 - 1))
    assert at.tornado(made, "gdp").rows["driver"].tolist() == ["growth 2020"]
    assert made["gdp"].early_warning().rows.empty, "one open year has no year before it"
    assert 0 < rows["probability"].iloc[2] < 1
    # Seen from an earlier day the same plan knows less.
    early = plan.at("2018-10-30").forecast().odds().rows
    assert 0 < early["probability_implied"].iloc[0] < 1


def test_a_plan_that_is_over_has_no_open_year(own):
    seen = [f"gdp,{y},{v},亿元,level," for y, v in ((2018, 230), (2019, 250), (2020, 260))]
    made = own(GDP, seen).forecast()
    f = made.of("gdp")
    assert f.open_years == ()
    assert made.odds().rows["probability"].tolist() == [1, 1, 0]
    with pytest.raises(ValueError, match="gdp does not grow: all its years are known"):
        f.log_growth()
    assert made.levels() == []
    assert made.leading() is None
    assert made.joint().rows.empty
    assert made["gdp"].tornado().rows.empty
    assert made.needed_growth().rows.empty


# Evidence, private figures, classes ---------------------------------------------------------------


def test_the_steps_of_evidence_are_worked_out(own):
    targets = [
        *GDP, "budget_revenue,B,2020,20,亿元,,,,15", "budget_revenue,B,2018,15,亿元,,,,",
        "park_tax,T,2020,5,亿元,,,,", "trade_total,F,2020,104,亿元,,,,",
        "exports,E,2018,45,亿元,,,,10", "exports,E,2020,55,亿元,,,,10",
        "new_firms,N,2020,5,家,,,,", "budget_revenue_growth,G,2020,7,%,growth,,,",
    ]  # fmt: skip
    seen = [f"gdp,{y},{170 + 9 * n},亿元,level," for n, y in enumerate(range(2012, 2017))]
    seen += ["budget_revenue,2016,11.3,亿元,level,", "new_firms,2016,3,家,count,"]
    plan = own(targets, seen, about=ABOUT + "yearly_counts: [new_firms]\n")
    final = plan.forecast().odds().final().set_index("indicator_id")
    assert final["evidence"].to_dict() == {
        "gdp": "A", "budget_revenue": "B", "park_tax": "N", "trade_total": "N", "exports": "C",
        "new_firms": "B", "budget_revenue_growth": "D",
    }  # fmt: skip
    missing = final["missing_number"]
    assert "no reference class for T; name one under classes" in missing["park_tax"]
    assert missing["trade_total"] == "zone figure for 2017: F"
    assert missing["gdp"] == "zone figure after 2016: GDP"
    assert missing["exports"] == "zone figure for 2017: E"
    assert missing["budget_revenue_growth"] == "zone figure for 2017: G"


@pytest.mark.parametrize(("points", "step"), [(4, "B"), (5, "A")])
def test_five_points_make_a_series(own, points, step):
    seen = [f"gdp,{2016 - n},{200 - n},亿元,level," for n in range(points)]
    assert own(GDP, seen).forecast().odds().final()["evidence"].tolist() == [step]


def test_private_figures_change_grades_and_chances_at_once(tmp_path, plan, judged):
    folder = Path(shutil.copytree(plan.folder, tmp_path / "mine"))
    same = load_plan(folder).forecast().odds().rows
    assert same.drop(columns="own").equals(judged.rows.drop(columns="own"))
    assert not same["own"].any()
    with (folder / "observations.csv").open("a", encoding="utf-8", newline="") as file:
        for n, (i, year, value) in enumerate(
            (("gdp", 2017, 209), ("fiscal_revenue_total", 2017, 23), ("gdp", 2016, 190))
        ):
            file.write(f"own-{n},zone,{i},{year},full_year,{value},亿元,level,,2018-03-31,P,own,\n")
    mine = load_plan(folder)
    final = mine.forecast().odds().final().set_index("indicator_id")
    before = judged.final().set_index("indicator_id")
    assert final.index[final["own"]].tolist() == ["gdp", "fiscal_revenue_total"]
    assert np.isnan(before.loc["gdp", "probability"])
    assert final.loc["gdp", "probability"] > 0
    assert np.isnan(before.loc["fiscal_revenue_total", "probability_observed"])
    assert final.loc["fiscal_revenue_total", "probability_observed"] > 0
    # Where two figures stand for one year, the private one is used.
    assert mine.levels("gdp").set_index("year").loc[2016, "value"] == 190


def test_growth_is_judged_by_growth_of_its_kind(own):
    ids = ("gdp_growth", "budget_revenue_growth", "industrial_value_added_growth")
    made = own([f"{i},X,{y},7,%,growth,,," for i in ids for y in (2018, 2020)]).forecast()
    classes = [class_of(made.plan, i) for i in ids]
    assert [k and k.indicator_id for k in classes] == ["gdp_real", "budget_revenue", None]
    final = made.odds().final()
    assert final["evidence"].tolist() == ["D", "D", "N"]
    assert final["probability"].isna().tolist() == [False, False, True]
    assert made.levels() == []
    f = made.of("gdp_growth")
    assert (f.base, f.is_proxy) == (None, False)
    assert f.growth()[:, 2].tolist() == f.draws[2020].tolist()


def test_a_plan_may_name_a_class_for_an_indicator_of_its_own(own):
    rows = ["park_tax,T,2018,15,亿元,,,,", "park_tax,T,2020,20,亿元,,,,15"]
    about = ABOUT + "classes: {park_tax: [prefecture, coastal_provinces, budget_revenue]}\n"
    named = own(rows, about=about).forecast()
    chance = named.odds().final()["probability"].iloc[0]
    assert named.of("park_tax").is_proxy
    usual = own([r.replace("park_tax", "budget_revenue") for r in rows]).forecast()
    assert usual.odds().final()["probability"].iloc[0] == chance
    assert not usual.of("budget_revenue").is_proxy
    assert named["park_tax"].classes().rows[
        ["level", "name", "series", "chosen"]
    ].values.tolist() == [["prefecture", "coastal_provinces", "budget_revenue", True]]


@pytest.mark.parametrize(
    ("rows", "seen", "regions"),
    [
        # 0.4 and 2.5 times the shipped zone's 204.72 亿元 are 81.9 and 511.8.
        (GDP, [], COUNTY),
        (GDP, ["gdp,2017,82,亿元,level,"], COUNTY),
        (GDP, ["gdp,2017,81.9,亿元,level,"], ("county", "coastal_provinces")),
        (GDP, ["gdp,2017,512,亿元,level,"], COUNTY),
        (GDP, ["gdp,2015,90,亿元,level,", "gdp,2017,513,亿元,level,"], COAST),
        (["gdp,GDP,2020,5200000,万元,,,,"], [], COAST),
        (["gdp,GDP,2020,,亿元,flow,,,"], [], ("county", "coastal_provinces")),
        (["gdp,GDP,2020,7,%,growth,,,"], [], ("county", "coastal_provinces")),
        (["budget_revenue,B,2020,20,亿元,,,,"], [], ("county", "coastal_provinces")),
    ],
)
def test_counties_stand_in_for_a_zone_of_their_size_only(own, rows, seen, regions):
    plan = own(
        [*rows, "secondary_value_added,V,2020,90,亿元,,,,", "fdi_actual,F,2020,3,亿美元,,,,"], seen
    )
    found = class_of(plan, "secondary_value_added")
    assert (found.level, found.name) == regions
    fdi = class_of(plan, "fdi_actual")
    assert (fdi.level, fdi.name) == COAST, "prefectures of any size"


def test_size_is_what_was_seen_last_or_else_promised_first(own):
    assert gdp_of(own(GDP)) == 228
    assert gdp_of(own(GDP, [OBSERVED, "gdp,2017,211,亿元,level,"])) == 211
    assert gdp_of(own(["gdp,GDP,2020,5200000,万元,,,,"])) == 520
    assert gdp_of(own(["gdp,GDP,2020,7,%,growth,,,"])) is None


def test_how_far_the_record_of_similar_regions_reaches(plan, own):
    assert record_ends(plan.at("2018-10-30")) == 2016
    assert record_ends(plan) == 2017
    assert record_ends(own(["park_tax,T,2020,5,亿元,,,,"])) is None


def test_a_text_row_waits_for_what_its_twin_waits_for(judged):
    rows = judged.rows.set_index("target_id")
    twin = rows.loc["trade_total-2020", "missing_number"]
    assert rows.loc["trade_growth_each_year", "missing_number"] == twin
    # Growth of GDP is no repetition of its level: it asks for its own base year.
    assert rows.loc["gdp_growth", "missing_number"] != rows.loc["gdp-2020", "missing_number"]


def test_class_problems_are_named(own):
    from zoneplan.forecasting.classes import class_problems

    about = ABOUT + "classes: {gdp: [county, moon, gdp], x: [county, china, gdp]}\n"
    (problem,) = class_problems(own(GDP, about=about))
    assert (problem.column, problem.found) == ("classes: gdp", "county, moon, gdp")
    assert problem.expected.startswith("one of county, ")
