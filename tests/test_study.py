"""The facades: every question of a plan and its forecasts, asked as an economist would."""

from __future__ import annotations

import pytest

from zoneplan import DataError, Scenario
from zoneplan.result import Result


def test_a_plan_says_what_it_is(plan, made):
    assert repr(plan) == (
        "Zhenan agglomeration area, Wenzhou - three-year action plan 2018-2020: seen from "
        f"2018-11-05, 22 series, {len(plan.observations)} known figures of the zone"
    )
    assert repr(made) == f"{plan!r}; forecasts under headline"


def test_the_headline_is_made_once_and_a_scenario_anew(plan):
    assert plan.forecast() is plan.forecast()
    other = plan.forecast(Scenario("own", points={"gdp": {2019: 1.0}}))
    assert other is not plan.forecast()
    assert other.scenario.id == "own"
    assert plan.forecast("tax_cut").scenario is plan.scenarios["tax_cut"]
    assert plan.at("2018-10-30").forecast() is not plan.forecast()


def test_scenarios_by_name_and_added_up(plan):
    both = plan.scenario("tax_cut+one_large_project")
    assert both.id == "tax_cut+one_large_project"
    assert set(both.points) == {"fiscal_revenue_total", "budget_revenue", "fixed_asset_investment"}
    with pytest.raises(DataError) as error:
        plan.scenario("boom+tax_cut+bust")
    assert [p.found for p in error.value.problems] == ["'boom'", "'bust'"]
    assert error.value.problems[0].expected.startswith("one of baseline, plan_as_printed, ")


def test_history_is_what_was_observed(plan):
    rows = plan.history("gdp", "fixed_asset_investment").rows
    gdp = rows[rows["indicator_id"] == "gdp"]
    assert gdp["year"].tolist() == plan.levels("gdp")["year"].tolist()
    assert gdp["value"].iloc[-1] == 204.72
    assert rows.columns.tolist() == (
        ["indicator_id", "year", "value", "unit", "scope_note", "grade", "known_from", "source_id"]
    )
    every = plan.history().rows
    assert set(every["indicator_id"]) <= set(plan.series())
    assert len(every) > len(rows)
    assert plan.history("gdp").sources.index.is_unique


def test_a_series_answers_for_itself(made, judged):
    gdp = made["gdp"]
    assert list(made) == made.plan.series()
    assert gdp.forecast() is made.of("gdp")
    assert gdp.forecast("observed").base.kind == "observed"
    assert gdp.odds().rows["year"].tolist() == [2018, 2019, 2020]
    assert gdp.odds(2019).rows["target"].tolist() == [249]
    assert gdp.even_chance().rows["indicator_id"].tolist() == ["gdp"]
    assert gdp.classes().rows["chosen"].tolist()[0]
    assert gdp.ladder().indicator_id == gdp.tornado().indicator_id == "gdp"
    assert gdp.early_warning("observed").rows["growth"].notna().all()
    assert len(gdp.variance_shares().rows) == 4
    assert gdp.two_way("growth 2019", "growth 2020").first == "growth 2019"
    assert 0 < gdp.discover().share < 1
    with pytest.raises(DataError, match="'gpd'; expected one of gdp, industrial_value_added"):
        made["gpd"]


def test_the_missing_ones_are_named(made, judged):
    rows = made.unassessable().rows
    assert len(rows) + len(judged.assessable()) == len(judged.final()) == 22
    assert rows["missing_number"].str.len().min() > 3
    assert set(rows["evidence"]) == {"N", "administrative"}


def test_every_verb_answers_with_a_result(plan, made):
    asked = (
        plan.audit, plan.outcomes, plan.track_record, plan.story_check, made.odds, made.joint,
        made.scorecard, made.needed_growth, made.missing_numbers, made.aims, made.unassessable,
    )  # fmt: skip
    for ask in asked:
        found = ask()
        assert isinstance(found, Result)
        assert found.plan is plan
        assert isinstance(repr(found), str)
    assert made.compare(made).rows["change"].eq(0).all()


def test_chances_are_made_once(made):
    assert made.odds() is made.odds()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_answer_says_itself_in_both_languages(plan, made, lang):
    gdp = made["gdp"]
    told = [
        made.odds(), made.joint(), gdp.ladder(), plan.audit(), made.needed_growth(), gdp.tornado(),
        gdp.two_way("growth 2018", "growth 2020"), gdp.discover(), plan.story_check(),
        gdp.variance_shares(), made.aims(), made.early_warning(), made.scorecard(),
        made.by_scenario(), made.classes(), made.fans(), made.promises(), made.missing_numbers(),
        made.sensitivity(),
        plan.ratios(), plan.neighbours(), plan.promise_record(),
    ]  # fmt: skip
    said = [answer.summary(lang) for answer in told]
    assert all("{" not in s and len(s) > 15 for s in said)
    assert len(set(said)) == len(said)
    assert all(s.isascii() == (lang == "en") for s in said)
    # Without a message of its own an answer says what stands behind it.
    assert plan.history().summary(lang) == plan.history().evidence_note(lang)


def test_sentences_by_hand(plan, made, china):
    assert plan.audit().summary() == (
        "46 statements checked: contradictions 1, breaks with the record 1, "
        "pairs that leave room 1."
    )
    lead = made.odds().lead()
    low, high = (f"{100 * lead[f'probability_{e}']:.0f}" for e in ("low", "high"))
    assert made.odds().summary() == f"16 of 22 targets of 2020 have a chance. GDP: {low}-{high} %."
    steps = made["gdp"].ladder().rows.set_index("step")["probability"]
    assert made["gdp"].ladder().summary() == (
        f"GDP: {100 * steps['all_windows']:.0f} % of similar regions reached the growth needed; "
        f"with all that was known the chance is {low} %."
    )
    swings = made["gdp"].tornado()
    assert f"(target CNY {swings.target / 10:.1f} billion)" in swings.summary()
    record = china.track_record().summary()
    assert record.startswith(
        "13 promises had a chance before their outcome was known; 11 were kept"
    )
    found = made["gdp"].discover()
    side = "above" if found.met else "below"
    assert f" {side} {found.rows['bound'].iloc[0]:.1f} %" in found.summary()


def test_a_series_without_a_chance_still_shows_its_rows(made):
    odds = made["hightech_va_share"].odds()
    assert len(odds.rows) == 3
    assert odds.reason() == ""
    assert "names the figure that is missing" in odds.summary()
    assert made["hightech_va_share"].ladder().summary() == "There is no chance to take apart."
    assert "no rule" in made["hightech_va_share"].discover().summary()


def test_the_wing_looks_from_the_day_of_the_plan(plan):
    assert plan.peers().plan is plan
