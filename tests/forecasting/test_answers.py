"""Chances, aims, early warning, ladder and joint chances: every road reads the same draws."""

from __future__ import annotations

import numpy as np
import pytest
from plan_folders import GDP

from zoneplan.forecasting import joint as j
from zoneplan.forecasting.aims import aims, early_warning, given
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.ladder import ADDED, alternatives, ladder
from zoneplan.forecasting.scenario import Scenario
from zoneplan.forecasting.settings import Settings
from zoneplan.forecasting.values import promises
from zoneplan.stress.attribution import drivers


def test_every_road_gives_the_same_chance_to_the_last_digit(made, judged):
    final = judged.final().set_index("indicator_id")
    listed = made.joint().listed.set_index("target_id")
    for p in promises(made):
        i, target = p.target.indicator_id, p.target
        if i not in final.index:
            continue
        want = final.loc[i, "probability_implied"]
        assert p.probability("implied") == want
        assert made.of(i).probability(target) == want
        assert listed.loc[target.target_id, "implied"] == want
        if (model := drivers(made, i)) is not None:
            assert model.met.mean() == want
            assert target.is_met(np.exp(model.log_level)).mean() == pytest.approx(want, abs=2e-4)
        rows = ladder(made, i).rows
        if len(rows):
            chain = rows[rows["step"].isin(ADDED)]
            assert chain["probability"].iloc[-1] == want


def test_each_target_has_one_row(plan, judged):
    rows = plan.targets[plan.targets["value"].notna()]
    listed = rows[rows["section"].isin(["annex", "text"])]
    assert judged.rows["target_id"].tolist() == listed["target_id"].tolist()


def test_a_gap_between_the_bases_is_a_range(judged):
    final = judged.final().set_index("indicator_id")
    gdp = final.loc["gdp"]
    assert gdp["probability_high"] - gdp["probability_low"] > 0.15
    assert np.isnan(gdp["probability"])
    assert (
        final.loc["budget_revenue", "probability"]
        == final.loc["budget_revenue", "probability_implied"]
    )


def test_a_promise_of_every_year_is_kept_by_its_lowest_year(made, judged):
    row = judged.rows.set_index("target_id").loc["trade_growth_each_year"]
    yearly = made.of("trade_total").growth()
    assert row["probability"] < (yearly >= 10).mean(axis=0).min()


def test_an_even_chance_is_the_middle(made):
    rows = aims(made).rows.set_index("indicator_id")
    gdp = made.of("gdp").draws[2020]
    assert rows.loc["gdp", "even_implied"] == np.median(gdp)
    assert (gdp >= rows.loc["gdp", "two_in_three_implied"]).mean() == pytest.approx(2 / 3, abs=1e-3)
    assert rows.loc["budget_revenue", "shortfall_implied"] == pytest.approx(
        20 - rows.loc["budget_revenue", "even_implied"]
    )


def test_a_reading_by_hand():
    drawn = np.arange(1000.0)
    assert given(drawn, drawn >= 500, 500) == pytest.approx(0.5, abs=0.01)
    assert given(drawn, drawn >= 500, 900) == 1.0
    assert given(drawn, drawn >= 500, -5) == 0.0


def test_a_better_first_year_raises_the_chance_of_the_last(made):
    rows = early_warning(made, "gdp").rows
    assert rows["probability"].is_monotonic_increasing
    assert 228.0 in set(rows["reading"])
    weights = [0.1, 0.25, 0.5, 0.75, 0.9]
    assert rows[rows["quantile"].isin(weights)]["probability"].mean() == pytest.approx(
        made.of("gdp").probability(made.plan.target("gdp")), abs=0.05
    )


def test_the_ladder_begins_with_the_bare_record(plan, made):
    rows = ladder(made, "gdp").rows.set_index("step")
    early = plan.at("2018-10-30")
    windows = made.class_of("gdp").windows(3, early.as_of)
    needed = 100 * ((270 / (228 / 1.09)) ** (1 / 3) - 1)
    assert windows["end_year"].max() == 2016
    assert 0 < rows.loc["last_window", "probability"] < rows.loc["all_windows", "probability"] < 1
    assert needed == pytest.approx(8.88, abs=0.01)
    assert rows.loc["other_base", "probability"] > rows.loc["host", "probability"]
    prices = [rows.loc[f"prices_{p}", "probability"] for p in range(4)]
    assert prices == sorted(prices)
    without = rows.loc["host", "without"]
    assert without == rows.loc["newest_year", "probability"]


def test_a_series_without_a_chance_has_no_ladder(made):
    assert ladder(made, "hidden_champions").rows.empty
    assert alternatives(made, "hidden_champions").rows.empty


def test_the_rule_takes_the_first_of_the_classes(made, judged):
    rows = alternatives(made, "fixed_asset_investment").rows
    assert rows["chosen"].tolist() == [True] + [False] * (len(rows) - 1)
    final = judged.final().set_index("indicator_id")
    assert rows["probability"].iloc[0] == final.loc["fixed_asset_investment", "probability_implied"]


def test_joint_chances_keep_the_single_ones(made, judged):
    found = j.joint(made)
    for base, rows in found.rows.groupby("base"):
        assert rows["expected"].nunique() == 1
        assert rows["expected"].iloc[0] == pytest.approx(found.listed[base].sum())
    middle = found.rows.set_index(["base", "coupling"])["headline"]
    for base in ("implied", "observed"):
        order = [middle[base, c] for c in ("independent", "middle", "close")]
        assert order == sorted(order)


def test_all_headline_ones_are_never_likelier_than_the_least_likely(made):
    found = j.joint(made)
    heads = found.listed[found.listed["headline"]]
    for base, rows in found.rows.groupby("base"):
        assert rows["headline"].max() <= heads[base].min() + 1e-12


def test_the_two_revenues_are_nearly_one_event(made):
    found = j.joint(made)
    place = {i: k for k, i in enumerate(found.listed["indicator_id"])}
    pair = found.pairs.set_index(["first", "second"])
    revenues = sorted((place["fiscal_revenue_total"], place["budget_revenue"]))
    assert pair.loc[tuple(revenues), "middle"] == 0.9
    assert found.listed["question"].nunique() < len(found.listed)


def test_correlations_were_known_on_the_day(plan, made):
    known = j._known(plan.as_of, j.tables.stamp("correlations"))
    assert len(known) > 0
    early = j._known(plan.at("2010-01-01").as_of, j.tables.stamp("correlations"))
    assert not early


def test_both_parts_are_joined_by_their_variances(made):
    found = j.joint(made)
    listed = promises(made)
    row = found.pairs.iloc[0]
    a, b = listed[0], listed[1]
    whole = row["medians"] * a.common * b.common + row["units"] * a.unit * b.unit
    sd = np.hypot(a.common, a.unit) * np.hypot(b.common, b.unit)
    assert row["middle"] == pytest.approx(whole / sd)
    assert row["low"] < row["middle"] < row["high"]


def test_other_settings_are_other_answers(plan):
    one = ForecastTable(plan).of("gdp").probability(plan.target("gdp"))
    other = ForecastTable(plan, settings=Settings(common_error=False, host=False)).of("gdp")
    assert other.probability(plan.target("gdp")) != one


def test_without_a_base_on_the_day_of_adoption_there_is_no_chain(own):
    rows = [row.removesuffix("9") for row in GDP]
    made = own(rows, ["gdp,2017,204.72,亿元,level,2018-12-01"]).forecast()
    assert made.of("gdp").base.kind == "observed"
    assert made["gdp"].ladder().rows.empty


def test_steps_of_the_ladder_by_their_own_forecasts(plan, made):
    rows = ladder(made, "gdp").rows.set_index("step")
    target, adopted = plan.target("gdp"), plan.at(plan.adopted)

    def chance(table_plan, base="implied", scenario=None, **switch):
        table = ForecastTable(table_plan, scenario or made.scenario, Settings(**switch))
        return table.of("gdp", base).probability(target)

    assert rows.loc["slowing", "probability"] == chance(adopted, host=False, common_error=False)
    assert rows.loc["slowing", "without"] == chance(plan, slowing=False)
    assert rows.loc["common_error", "probability"] == chance(adopted, host=False)
    assert rows.loc["common_error", "without"] == chance(plan, common_error=False)
    assert rows.loc["newest_year", "probability"] == chance(plan, host=False)
    assert rows.loc["newest_year", "without"] == chance(adopted)
    assert rows.loc["host", "probability"] == chance(plan)
    assert rows.loc["other_base", "probability"] == chance(plan, "observed")
    real = Scenario(prices="constant", points={"gdp": dict.fromkeys(plan.years, 2.0)})
    assert rows.loc["prices_2", "probability"] == chance(plan, scenario=real)
    draws = ForecastTable(plan, Scenario(prices="constant")).of("gdp").log_growth()[:, -1]
    reading = (100 * np.expm1(draws / 3) >= 9).mean()
    assert rows.loc["real_reading", "probability"] == reading
    chain = rows.loc[rows.index.isin(ADDED), "probability"]
    assert rows.loc[chain.index[1:], "change"].tolist() == (100 * np.diff(chain)).tolist()
    other = rows.drop(index=list(ADDED))
    assert other["change"].tolist() == (100 * (other["probability"] - chance(plan))).tolist()
    assert other["without"].isna().all()


def test_prices_are_asked_of_gdp_only(made):
    steps = ladder(made, "trade_total").rows["step"].tolist()
    assert steps == ["all_windows", "last_window", "slowing", "common_error", "newest_year",
                     "other_base"]  # fmt: skip


def test_readings_of_a_year_by_hand(made):
    rows = early_warning(made, "gdp").rows
    f, target = made.of("gdp"), made.plan.target("gdp")
    assert set(rows["year"]) == {2018}
    own = rows[rows["reading"] == 228].iloc[0]
    assert own["quantile"] == (f.draws[2018] < 228).mean()
    assert own["growth"] == pytest.approx(100 * (228 / f.base.level.mid - 1))
    assert own["probability"] == given(f.draws[2018], target.is_met(f.draws[2020]), 228)
    middle = rows[rows["quantile"] == 0.5].iloc[0]
    assert middle["reading"] == np.median(f.draws[2018])
    rate = early_warning(made, "fixed_asset_investment").rows
    assert rate["growth"].tolist() == rate["reading"].tolist()
