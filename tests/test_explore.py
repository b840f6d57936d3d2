"""The explorer: the same answers as library calls, a scenario that reads back, a panel that follows its sliders."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.errors import DataError
from zoneplan.forecasting.forecasts import Assumptions, forecast
from zoneplan.messages import words
from zoneplan.plan.audit import cagr
from zoneplan.stress.scenarios import scenarios
from zoneplan.stress.whatif import Choice, answer, explorer, ground, problems


@pytest.fixture(scope="module")
def ready(plan):
    return ground(plan)


@pytest.fixture(scope="module")
def ask(plan, ready):
    return lambda *args, **kwargs: answer(plan, Choice(*args, **kwargs), ready)


@pytest.fixture(scope="module")
def shared(plan, ready):
    return explorer(plan, ready)


@pytest.fixture
def panel(shared):
    """The panel in its opening state."""
    shared.lang.value, shared.indicator.value, shared.scenario.value = "en", "gdp", "baseline"
    shared.base.value, shared.prices.value = "implied", "current"
    shared.title.value, shared.folder.value = "", "reports/explore"
    shared.reset.click()
    return shared


def pasted(plan, block, folder):
    """The last scenario of a file that holds this text."""
    file = folder / "scenarios.yml"
    file.write_text(block, encoding="utf-8")
    return list(scenarios(plan, file).values())[-1]


def same_draws(one, other):
    return all((one.draws[y] == other.draws[y]).all() for y in one.draws) and set(one.draws) == set(
        other.draws
    )


# Answers --------------------------------------------------------------------------------------------------------


def test_every_level_with_odds_can_be_explored(plan, ready):
    levels = plan.targets[
        plan.targets["unit"].isin(["亿元", "万美元"]) & (plan.targets["section"] == "annex")
    ]
    assert list(ready.headlines) == [
        i for i in levels["indicator_id"].unique() if forecast(plan, i) is not None
    ]


@pytest.mark.parametrize("indicator", ["gdp", "trade_total", "fdi_actual"])
def test_no_deviation_is_the_plain_forecast(plan, ask, indicator):
    made, plain = ask(indicator, points={2018: 0.0, 2020: 0.0}), forecast(plan, indicator)
    assert same_draws(made.forecast, plain)
    assert made.odds == made.headline == plain.odds(2020, plan.target(indicator, 2020))


def test_one_point_in_one_year_moves_only_later_years(plan, ask):
    plain, made = forecast(plan, "gdp"), ask(points={2019: 1.0})
    assert (made.forecast.draws[2018] == plain.draws[2018]).all()
    assert all((made.forecast.draws[y] > plain.draws[y]).all() for y in (2019, 2020))
    rows = made.growth.set_index("year")
    assert rows["own"].to_dict() == {2018: 0.0, 2019: 1.0, 2020: 0.0}
    assert (rows["assumed"] == rows["expected"] + rows["own"]).all()


def test_points_come_on_top_of_the_scenario(plan, ready, ask):
    told = ready.scenarios["catch_up"].assumptions("gdp").extra
    made = ask("gdp", "catch_up", {2019: -0.5})
    by_hand = forecast(plan, "gdp", Assumptions(extra={**told, 2019: told[2019] - 0.5}))
    assert same_draws(made.forecast, by_hand)
    assert made.growth.set_index("year").loc[2019, "scenario"] == pytest.approx(told[2019])


def test_base_level_and_prices_replace_the_scenarios(plan, ask):
    assert same_draws(ask(base="observed").forecast, forecast(plan, "gdp", "observed"))
    own = ask(level=200.0)
    assert same_draws(own.forecast, forecast(plan, "gdp", Assumptions(level=200.0)))
    assert own.needed == cagr(200.0, 270.0, 3) and 200 * (
        1 + own.needed / 100
    ) ** 3 == pytest.approx(270)
    real = ask(prices="constant")
    assert real.forecast.growth[2020].class_.indicator_id == "gdp_real" and real.odds < ask().odds


def test_growth_runs_from_the_year_after_the_base(ask):
    assert ask(base="observed").growth["year"].tolist() == [2017, 2018, 2019, 2020]


def test_table_holds_quantiles_targets_and_odds(plan, ask):
    rows = ask("trade_total").table()
    assert rows["target"].tolist() == [plan.target("trade_total", y) for y in plan.years]
    assert (rows[["q10", "q25", "q50", "q75", "q90"]].diff(axis=1).iloc[:, 1:] > 0).all(axis=None)
    assert rows["odds"].iloc[-1] == ask("trade_total").odds


# Words ----------------------------------------------------------------------------------------------------------


def test_sentence_in_both_languages(ask):
    english, chinese = ask(points={2019: 1.0}), ask(points={2019: 1.0}, lang="zh")
    assert english.odds == chinese.odds
    for number in re.findall(r"\d+(?:\.\d+)?(?= %)|20\d\d", english.sentence()):
        assert number in chinese.sentence()
    assert "CNY 27 billion" in english.sentence() and "270亿元" in chinese.sentence()
    assert (
        "base of CNY 20.9 billion" in english.sentence() and "基数209.2亿元" in chinese.sentence()
    )
    assert "points above the headline" in english.sentence() and "个百分点" in chinese.sentence()
    assert not re.search(r"[A-Za-z<>]| %", chinese.sentence())
    assert (
        "as in the headline" in ask().sentence()
        and "below the headline" in ask(points={2020: -3.0}).sentence()
    )


def test_small_odds_in_chinese(ask):
    assert (
        ask(level=150.0, lang="zh").odds_text() == "不足1%"
        and ask(level=150.0).odds_text() == "<1 %"
    )


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice("gdp", "pandemic"), "Sized on figures published after 30 October 2018"),
        (Choice("gdp", "tax_cut"), "says nothing of its own about GDP"),
        (Choice("gdp", prices="constant"), "Constant prices"),
        (Choice("gdp", "pandemic", lang="zh"), "2018年10月30日之后"),
    ],
)
def test_remarks_warn(plan, ready, choice, words):
    assert words in " ".join(answer(plan, choice, ready).remarks())


def test_no_remark_without_need(ask):
    assert ask().remarks() == [] and ask("gdp", "catch_up").remarks() == []


@pytest.mark.parametrize(
    "choice",
    [
        Choice(points={2019: 1.5}),
        Choice("fdi_actual", lang="zh"),
        Choice("gdp", "pandemic", lang="zh"),
    ],
)
def test_chart_keeps_the_contract(plan, ready, choice):
    chart = answer(plan, choice, ready).plot()
    assert chart.problems() == []
    texts = " ".join(chart.texts())
    assert (words("zh")("charts.path.target", value="") in texts) == (choice.lang == "zh")
    if choice.lang == "zh":
        assert chart.source.startswith("资料来源") and "Forecast" not in chart.alt


def test_chart_names_tell_choices_apart(ask):
    choices = [
        ask(),
        ask(points={2019: 1.5}),
        ask(points={2019: -1.5}),
        ask(points={2020: 1.5}),
        ask("gdp", "catch_up"),
        ask(base="observed"),
        ask(level=210.5),
        ask(prices="constant"),
    ]
    names = [a.id for a in choices]
    assert len(set(names)) == len(names) and all(re.fullmatch(r"[A-Za-z0-9_-]+", n) for n in names)


# Scenarios to paste ---------------------------------------------------------------------------------------------

CHOICES = [
    Choice(),
    Choice(points={2019: 1.0}),
    Choice("trade_total", "trade_slump", {2018: 0.1, 2020: -2.5}, base="observed"),
    Choice("gdp", "national_average", {2020: 0.3}),
    Choice("gdp", "catch_up", {2019: 1e-7}, prices="constant"),
    Choice("budget_revenue", "tax_cut", level=12.3),
]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda c: f"{c.indicator_id}-{c.scenario}")
def test_pasted_block_gives_the_same_odds(plan, ready, choice, tmp_path):
    made = answer(plan, choice, ready)
    story = pasted(plan, made.yaml(), tmp_path)
    again = story.forecast(choice.indicator_id)
    assert same_draws(again, made.forecast)
    assert again.odds(2020, made.target) == made.odds
    # Pasted and picked again it is the same once more.
    ground_with_it = dataclasses.replace(ready, scenarios={**ready.scenarios, story.id: story})
    assert answer(plan, Choice(choice.indicator_id, story.id), ground_with_it).odds == made.odds
    # A level belongs to its base: another base comes with its own.
    other = answer(plan, Choice(choice.indicator_id, story.id, base="implied"), ground_with_it)
    assert other.assumed.level is None


def test_block_stands_at_the_end_of_the_plans_own_file(plan, ready, ask, tmp_path):
    own = (plan.folder / "scenarios.yml").read_text(encoding="utf-8")
    story = pasted(plan, own + ask(points={2019: 1.0}).yaml("Mine"), tmp_path)
    assert story.title_en == "Mine" and story.id not in ready.scenarios


@settings(derandomize=True, max_examples=8, deadline=None)
@given(
    points=st.dictionaries(
        st.sampled_from([2018, 2019, 2020]), st.floats(-30, 30, allow_nan=False), max_size=3
    )
)
def test_any_points_read_back_bit_for_bit(plan, ready, tmp_path_factory, points):
    made = answer(plan, Choice(points=points), ready)
    story = pasted(plan, made.yaml(), tmp_path_factory.mktemp("paste"))
    assert story.forecast("gdp").odds(2020, made.target) == made.odds


@pytest.mark.parametrize(
    "title", ["A boom: then, a 'pause' # not", "先扬后抑：“假定”", "- yes\n{no}"]
)
def test_any_title_can_be_typed(plan, ask, tmp_path, title):
    story = pasted(plan, ask(points={2019: 2.0}).yaml(title), tmp_path)
    assert story.title_en == " ".join(title.split()) and "2019年+2" in story.title_zh
    chinese = pasted(plan, ask(points={2019: 2.0}, lang="zh").yaml(title), tmp_path)
    assert chinese.title_zh == " ".join(title.split()) and "2019 +2" in chinese.title_en


# What cannot be -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (Choice("happiness"), "indicator 'happiness': choose one of gdp"),
        (Choice("gdp_growth"), "indicator 'gdp_growth'"),
        (Choice("gdp", "boom"), "scenario 'boom': choose one of baseline"),
        (Choice(points={2031: 1.0}), "year 2031: the plan runs from 2018 to 2020"),
        (Choice(points={2019: float("nan")}), "points in 2019: nan is no number"),
        (
            Choice(points={2019: -120.0}),
            "growth in 2019 would be -112.7 %: it must stay above -100 %",
        ),
        (Choice(base="planned"), "base 'planned'"),
        (Choice("fdi_actual", base="observed"), "Foreign investment used was never observed"),
        (Choice(level=-5.0), "base level -5: it must be a number above 0"),
        (Choice(level=float("inf")), "base level inf"),
        (Choice(prices="real"), "price basis 'real'"),
        (Choice("trade_total", prices="constant"), "known for GDP only"),
        (Choice("gdp", "national_average", prices="constant"), "no growth at constant prices"),
        (Choice(lang="fr"), "language 'fr'"),
    ],
)
def test_what_cannot_be_is_told(plan, ready, choice, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        answer(plan, choice, ready)


def test_every_reason_at_once_and_in_chinese(ready):
    wrong = dataclasses.replace(Choice("x", "y", {2030: 1.0}, "z", -1.0, "q"), lang="zh")
    assert len(problems(ready, wrong)) == 6 and "须为大于0的数字" in "".join(problems(ready, wrong))
    assert problems(ready, Choice()) == []


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ([1], "a level by indicator"),
        ({"gdp": -1}, "a number above 0"),
        ({"gdp": True}, "a number above 0"),
        ({"gdp_growth": 5}, "one of "),
        ({"gdp": "much"}, "a number above 0"),
    ],
)
def test_a_wrong_level_in_the_file_is_told(plan, ask, tmp_path, level, told):
    with pytest.raises(DataError, match=told):
        pasted(plan, ask(level=200.0).yaml().replace("{gdp: 200.0}", str(level)), tmp_path)


# The panel ------------------------------------------------------------------------------------------------------


def odds_shown(panel):
    found = re.search(r'class="zoneplan-odds"[^>]*>([^<]+|&lt;[^<]+)<', panel.verdict.value)
    return found and found.group(1)


def test_panel_opens_with_the_headline(panel, ask):
    assert odds_shown(panel) == ask().odds_text() and ask().sentence() in repr(panel)
    assert bytes(panel.picture.value[:4]) == b"\x89PNG" and panel.picture.layout.display is None
    assert set(panel._repr_mimebundle_()) >= {
        "application/vnd.jupyter.widget-view+json",
        "text/plain",
        "text/html",
    }


def test_a_slider_moves_text_and_picture(panel, ask):
    before = panel.verdict.value, panel.growth.value, panel.picture.value
    panel.points[2019].value = 5.0
    assert odds_shown(panel) == ask(points={2019: 5.0}).odds_text() != ask().odds_text()
    assert all(
        a != b
        for a, b in zip(
            before, (panel.verdict.value, panel.growth.value, panel.picture.value), strict=True
        )
    )
    panel.reset.click()
    assert (panel.verdict.value, panel.growth.value, panel.picture.value) == before


def test_pickers_lead_to_the_same_library_calls(panel, ask):
    panel.indicator.value, panel.scenario.value, panel.base.value = (
        "trade_total",
        "trade_slump",
        "observed",
    )
    panel.points[2020].value = 2.0
    assert panel.answer.odds == ask("trade_total", "trade_slump", {2020: 2.0}, base="observed").odds
    assert panel.prices.disabled and panel.level.disabled and panel.level.value == 70.7
    panel.indicator.value = "fdi_actual"
    assert (
        "observed" not in dict(map(reversed, panel.base.options)) and panel.base.value == "implied"
    )


def test_panel_in_chinese(panel):
    panel.points[2019].value = 1.0
    odds = panel.answer.odds
    panel.lang.value = "zh"
    assert panel.answer.odds == odds and panel.copy.description == "生成情景代码"
    options = [text for text, _ in panel.base.options + panel.scenario.options]
    shown = [panel.verdict.value, panel.growth.value, panel.story.value, *options]
    assert not any(re.search(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", "", text)) for text in shown)


def test_wrong_input_is_told_in_the_panel(panel):
    panel.base.value = "own"
    assert not panel.level.disabled
    panel.level.value = -5.0
    assert "base level -5: it must be a number above 0" in panel.verdict.value
    assert panel.picture.layout.display == "none" and panel.copy.disabled and panel.save.disabled
    panel.level.value = 215.0
    assert odds_shown(panel) == panel.answer.odds_text() and not panel.copy.disabled


def test_copy_writes_the_block_and_a_move_clears_it(panel, ask):
    panel.points[2019].value = 1.0
    panel.title.value = "A better year"
    panel.copy.click()
    assert panel.yaml.value == ask(points={2019: 1.0}).yaml("A better year")
    panel.points[2019].value = 2.0
    assert panel.yaml.value == ""


def test_save_writes_three_files_and_says_where(panel, tmp_path):
    panel.folder.value = str(tmp_path / "new" / "folder")
    panel.save.click()
    names = {p.name for p in (tmp_path / "new" / "folder").iterdir()}
    assert names == {f"explore_gdp_baseline.{kind}" for kind in ("png", "svg", "pdf")}
    assert all(n in panel.message.value for n in names) and str(tmp_path) in panel.message.value


def test_a_folder_that_cannot_be_is_told(panel, tmp_path):
    (tmp_path / "file").write_text("")
    panel.folder.value = str(tmp_path / "file" / "inside")
    panel.save.click()
    assert "Nothing saved" in panel.message.value


def test_a_title_cannot_smuggle_markup(panel):
    panel.folder.value = "/dev/null/<b>x</b>"
    panel.save.click()
    assert "<b>x" not in panel.message.value and "&lt;b&gt;" in panel.message.value


def test_library_stays_light():
    code = "import sys, zoneplan.stress.whatif; sys.exit(bool({'ipywidgets', 'matplotlib.figure'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
