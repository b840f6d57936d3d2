"""What if: chances of a scenario for one target, worked by hand; what cannot be; the command."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from plan_folders import GDP

from zoneplan import DataError, Scenario, load_plan
from zoneplan.cli import main
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.stress.whatif import explorable, regions_of, what_if


@pytest.fixture(scope="module")
def head(plan):
    return plan.forecast()


@pytest.fixture(scope="module")
def ask(head):
    return lambda i="gdp", lang=None, **assumed: what_if(head, Scenario(**assumed), i, lang)


def copied(plan, folder, direction, value_high=""):
    """The plan with another direction of its GDP target of 2020, for a user to own."""
    folder = folder / direction
    folder.mkdir()
    for file in plan.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    rows = pd.read_csv(folder / "targets.csv", dtype=str, keep_default_na=False)
    here = rows["indicator_id"].eq("gdp") & rows["year"].eq("2020") & rows["section"].eq("annex")
    assert here.sum() == 1
    rows.loc[here, ["direction", "value_high"]] = direction, value_high
    rows.to_csv(folder / "targets.csv", index=False, lineterminator="\n")
    return load_plan(folder)


# Answers


def test_nothing_assumed_is_the_headline(plan, head, ask):
    made, target = ask(), plan.target("gdp")
    assert made.chances == made.without
    assert made.probability == made.headline == head.of("gdp").probability(target)
    assert made.chances["observed"] == head.of("gdp", "observed").probability(target)


def test_growth_is_assumed_as_it_is_meant(plan, ask):
    made = ask(growth={"gdp": {2019: 8.0}})
    rows = made.rows[made.rows["base"] == "implied"].set_index("year")
    assert rows.loc[2019, "assumed"] == pytest.approx(8.0, abs=1e-12)
    assert rows.loc[2019, "scenario"] == 8.0 - rows.loc[2019, "expected"]
    assert rows.loc[[2018, 2020], "scenario"].tolist() == [0.0, 0.0]
    by_hand = Scenario(points={"gdp": {2019: 8.0 - rows.loc[2019, "expected"]}})
    plain = ForecastTable(plan, by_hand).of("gdp")
    assert made.probability == plain.probability(plan.target("gdp"))


def test_expected_growth_is_that_of_the_forecast(plan, head):
    for i in explorable(head):
        for kind, made in what_if(head, Scenario(), i).forecasts.items():
            rows = what_if(head, Scenario(), i).rows
            seen = rows[rows["base"] == kind].set_index("year")["expected"]
            middle = dict(zip(made.paths.years, 100 * np.expm1(made.paths.middle), strict=True))
            assert seen.to_dict() == pytest.approx({y: middle[y] for y in seen.index})


def test_growth_as_meant_is_what_a_checked_proxy_grows_by(plan, head):
    """Printed growth takes the place of the proxy's: 12 % typed is 12 %, not 12 less 11.6 on it."""
    series, typed = "transport_investment", 12.0
    made = what_if(head, Scenario(growth={series: {2020: typed}}), series).forecasts["rate"]
    errors = (made.paths.common + made.paths.unit)[:, made.paths.years.index(2020)]
    by_hand = 100 * np.expm1(np.log1p(typed / 100) + errors)
    assert made.draws[2020] == pytest.approx(by_hand)


def test_growth_in_one_year_moves_only_later_years(ask):
    before, after = (ask(growth=g).rows for g in ({}, {"gdp": {2019: 9.0}}))
    early = before["year"] < 2019
    seen = ["q10", "q50", "q90", "probability"]
    pd.testing.assert_frame_equal(before.loc[early, seen], after.loc[early, seen])
    assert (after.loc[~early, seen] > before.loc[~early, seen]).all(axis=None)


def test_scenarios_add_up(plan, head, ask):
    slump = plan.scenarios["trade_slump"]
    both = what_if(head, Scenario(growth={"gdp": {2019: 8.0}}) + slump, "gdp")
    rows = both.rows[both.rows["base"] == "implied"].set_index("year")
    assert rows.loc[2019, "assumed"] == pytest.approx(8.0 + slump.points["gdp"][2019], abs=1e-12)
    assert both.probability < ask(growth={"gdp": {2019: 8.0}}).probability


def test_needed_growth_leads_from_the_base_to_the_target(ask):
    made = ask(levels={"gdp": 200.0})
    # (270 / 200) ** (1 / 3) = 1.10521 by hand.
    assert made.needed_growth == pytest.approx(10.521, abs=0.001)
    assert 200 * (1 + made.needed_growth / 100) ** 3 == pytest.approx(270.0)
    assert list(made.chances) == ["implied"]
    assert made.base.level.mid == 200.0


def test_a_base_that_is_named_stands_alone(ask):
    made = ask(base="observed")
    assert list(made.chances) == ["observed"]
    assert made.base.year == 2016
    assert made.rows["year"].tolist() == [2017, 2018, 2019, 2020]
    assert math.isnan(made.rows.loc[0, "q50"])


def test_growth_that_is_promised_has_no_base(plan, head):
    made = what_if(
        head, Scenario(growth={"fixed_asset_investment": {2020: 18.0}}), "fixed_asset_investment"
    )
    assert made.base is None
    assert made.needed_growth == plan.target("fixed_asset_investment").value == 18.0
    assert made.rows["base"].unique().tolist() == ["rate"]
    # Only the year itself counts for a rate.
    other = what_if(
        head, Scenario(growth={"fixed_asset_investment": {2019: 18.0}}), "fixed_asset_investment"
    )
    assert made.probability > other.probability == other.headline


@pytest.mark.parametrize(
    ("direction", "high", "words"),
    [
        ("at_most", "", "is at most CNY 27 billion"),
        ("range", "300", "lies between CNY 27 billion and CNY 30 billion"),
        ("about", "", "reaches CNY 27 billion"),
    ],
)
def test_any_direction_of_a_target(plan, tmp_path, direction, high, words):
    own = copied(plan, tmp_path, direction, high)
    made = own.forecast().what_if(Scenario(), "gdp")
    draws = own.forecast().of("gdp").draws[2020]
    kept = {
        "at_most": draws <= 270,
        "range": (draws >= 270) & (draws <= 300),
        "about": draws >= 269.5,
    }
    assert made.probability == kept[direction].mean()
    assert words in made.summary()
    odds = own.forecast().odds().rows.set_index(["indicator_id", "year"])
    assert made.probability == odds.loc[("gdp", 2020), "probability_implied"]


def test_what_can_be_explored(plan, head):
    named = explorable(head)
    odds = head.odds().final().set_index("indicator_id")["probability_low"]
    assert set(named) <= set(odds.dropna().index)
    assert {"gdp", "trade_total", "fixed_asset_investment"} <= set(named)


def test_regions_with_figures(plan):
    assert ("county", "zhejiang") in regions_of(plan, "gdp", "current")
    assert {level for level, _ in regions_of(plan, "gdp", "constant")} == {"prefecture"}
    assert regions_of(plan, "trade_total", "constant") == []
    investment = {level for level, _ in regions_of(plan, "transport_investment", "current")}
    assert investment == {"province"}
    assert ("province", "zhejiang") not in regions_of(plan, "transport_investment", "current")
    # Regions that would be replaced by the usual ones in silence are not offered.
    assert not {level for level, _ in regions_of(plan, "gdp", "current")} - {
        "county",
        "prefecture",
        "province",
    }


def test_the_leading_series_if_none_is_named(ask, plan):
    assert plan.forecast().what_if().indicator_id == "gdp"
    assert plan.forecast().what_if().chances == ask().chances


def test_a_plan_without_anything_open_says_so(plan):
    nobody = plan.at("1995-01-01").forecast().what_if()
    assert nobody.summary("en").startswith("Nothing can be assumed")
    assert nobody.summary("zh").startswith("暂无")
    assert nobody.remarks() == []
    assert math.isnan(nobody.probability)
    assert nobody.chance() == "–"
    assert repr(nobody) == nobody.summary()


# Words


def test_summary_in_both_languages(ask):
    made = ask(growth={"gdp": {2019: 8.0}})
    english, chinese = made.summary("en"), made.summary("zh")
    assert english.startswith("The chance that GDP reaches CNY 27 billion in 2020 is")
    assert "2020年地区生产总值达到270亿元的概率为" in chinese
    for number in ("8.0", "2017", "2016", f"{made.needed_growth:.1f}"):
        assert number in english
        assert number in chinese
    assert "odds" not in english


@pytest.mark.parametrize(
    ("story", "lang", "told"),
    [
        ("pandemic", "en", "Sized on figures published after 5 November 2018"),
        ("pandemic", "zh", "2018年11月5日之后"),
        ("tax_cut", "en", "says nothing of its own about GDP"),
    ],
)
def test_remarks_of_stories(plan, head, story, lang, told):
    assert told in " ".join(what_if(head, plan.scenarios[story], "gdp").remarks(lang))


def test_remarks_of_prices_and_regions(ask):
    assert "Constant prices" in ask(prices="constant").remarks("en")[0]
    assert "usual class" in ask("trade_total", regions=("county", "zhejiang")).remarks("en")[0]
    assert ask().remarks() == ask(growth={"gdp": {2019: 9.0}}).remarks() == []


def test_the_picture_as_data(plan, ask):
    made = ask(growth={"gdp": {2019: 8.0}})
    rows, english = made.sketch("zh"), made.sketch("en")
    assert (10 * english["value"]).tolist() == pytest.approx(rows["value"].tolist())
    by = rows.groupby("series")["year"].agg(list).to_dict()
    assert by["base"] == [2017]
    assert by["other"] == [2016, 2018, 2019, 2020]
    assert by["target"] == by["q50"] == [2018, 2019, 2020]
    assert set(made.sources.index) >= {"plan"}
    assert rows["source_id"].notna().all()


# What cannot be


@pytest.mark.parametrize(
    ("indicator", "assumed", "told"),
    [
        ("happiness", {}, "target: found happiness, which the plan does not have"),
        ("rd_to_gdp", {"levels": {"rd_to_gdp": 100.0}}, "base: found a share of 100; expected a"),
        ("projects_over_1bn", {}, "which has no similar regions, no base or no open year"),
        ("gdp", {"growth": {"gdp": {2031: 1.0}}}, "growth in 2031: found a year that is not open"),
        ("gdp", {"growth": {"gdp": {2019: math.nan}}}, "growth in 2019: found no number"),
        ("gdp", {"growth": {"gdp": {2019: 80.0}}}, "found 80.0 %; expected between -4"),
        ("gdp", {"points": {"gdp": {2019: -120.0}}}, " % with the scenarios added"),
        ("fdi_actual", {"base": "observed"}, "no published level of Foreign investment used"),
        ("gdp", {"levels": {"gdp": -5.0}}, "base: found a level of -5"),
        ("gdp", {"levels": {"gdp": math.inf}}, "base: found a level of inf"),
        ("trade_total", {"prices": "constant"}, "is known for GDP only"),
        ("gdp", {"prices": "constant", "regions": ("county", "china")}, "no growth of GDP at"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(ask, indicator, assumed, told):
    with pytest.raises(DataError) as error:
        ask(indicator, "en", **assumed)
    assert told in str(error.value)


def test_every_problem_at_once_in_chinese(ask):
    growth = {"fdi_actual": {2019: math.nan, 2020: 150.0, 2031: 3.0}}
    with pytest.raises(DataError) as error:
        ask("fdi_actual", "zh", growth=growth, base="observed", levels={"fdi_actual": -3.0})
    assert len(error.value.problems) == 5
    assert "大于0的数字" in str(error.value)
    assert "found" not in str(error.value)


def test_a_plan_whose_last_year_is_known_has_nothing_open(plan, tmp_path):
    own = copied(plan, tmp_path, "at_least")
    row = own.levels("gdp").iloc[-1]
    more = {"row_id": "own-1", "year": 2020, "value": 290.0, "kind": "level", "grade": "P"}
    file = own.folder / "observations.csv"
    head = file.read_text(encoding="utf-8").splitlines()[0].split(",")
    new = {**row.to_dict(), **more, "period": "full_year", "known_from": "2018-10-01"}
    cells = ["" if pd.isna(new.get(c, "")) else str(new.get(c, "")) for c in head]
    with file.open("a", encoding="utf-8") as out:
        out.write(",".join(f'"{c}"' for c in cells) + "\n")
    seen = load_plan(own.folder).at("2022-12-31")
    assert "gdp" not in explorable(seen.forecast())
    with pytest.raises(DataError, match="no open year"):
        seen.forecast().what_if(Scenario(), "gdp")


# The command


def test_command_answers_in_a_sentence_and_a_table(capsys):
    assert main(["whatif", "gdp", "--growth", "2019=8,2020=7", "--scenario", "trade_slump"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("The chance that GDP reaches CNY 27 billion in 2020 is")
    slump = load_plan().scenarios["trade_slump"].points["gdp"][2019]
    assert f"{8 + slump:.1f} % in 2019" in out
    assert len(out.splitlines()) > 5


def test_command_as_json_equals_the_library(plan, head, capsys):
    assert main(["whatif", "trade_total", "--base", "published", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    made = what_if(head, Scenario(base="observed"), "trade_total")
    assert found["probability"] == made.chances
    assert found["headline"] == dict(made.without)
    assert [r["year"] for r in found["rows"]] == [2017, 2018, 2019, 2020]


def test_command_in_chinese_with_a_level(capsys):
    assert main(["whatif", "gdp", "--base", "200", "--lang", "zh"]) == 0
    assert "以自定的2017年数（200.0亿元）为基数" in capsys.readouterr().out


def test_command_tells_every_wrong_option(capsys):
    wrong = ["--growth", "2019=8,2019=9,3,2020=x", "--base", "much"]
    assert main(["whatif", "gdp", *wrong]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 4
    assert sum("--growth" in line for line in told) == 3
    assert main(["whatif", "gdp", "--scenario", "boom"]) == 1
    assert "'boom'" in capsys.readouterr().err


def test_command_asks_the_plan_that_it_names(capsys, own):
    plan = own(GDP, ["gdp,2016,190,亿元,level,"])
    assert main(["whatif", "gdp", "--base", "published", "--json", "--plan", str(plan.folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    mine = what_if(plan.forecast(), Scenario(base="observed"), "gdp")
    assert found["probability"] == mine.chances
    shipped = what_if(load_plan().forecast(), Scenario(base="observed"), "gdp")
    assert mine.chances != shipped.chances
