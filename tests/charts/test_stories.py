"""Every chart of the plan in both languages: the same figures, whole, apart, in one language."""

import re

import numpy as np
import pytest
from zoneplan.stress.drivers import discover, drivers, two_way
from zoneplan.stress.tornado import swings

from zoneplan.charts import theme
from zoneplan.charts.page import word_count
from zoneplan.charts.stories import figures, path_chart
from zoneplan.forecasting import classes

HAN = re.compile(r"[\u4e00-\u9fff]")
# What a unit of the English charts is worth in the printed one.
WORTH = {"CNY billion": ("亿元", 10.0), "USD million": ("万美元", 100.0)}


@pytest.fixture(scope="module")
def both(plan):
    return {lang: {c.id: c for c in figures(plan, lang)} for lang in ("en", "zh")}


def test_both_languages_draw_the_same_charts_in_the_same_order(both):
    assert list(both["en"]) == list(both["zh"])
    assert len(both["en"]) > 25
    assert {c.lang for c in both["en"].values()} == {"en"}
    assert {c.lang for c in both["zh"].values()} == {"zh"}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_chart_keeps_the_contract(both, lang):
    assert {id: c.problems() for id, c in both[lang].items() if c.problems()} == {}


def test_both_languages_hold_the_same_figures(both):
    for id, english in both["en"].items():
        one, two = english.table(), both["zh"][id].table()
        assert one.shape == two.shape, id
        assert list(one.columns) == list(two.columns), id
        money = {"亿元": 10.0, "万美元": 100.0}.get(
            two["unit"].iloc[0] if "unit" in two else "", 1.0
        )
        for column in one.select_dtypes("number"):
            a, b = one[column].to_numpy("float64"), two[column].to_numpy("float64")
            assert np.allclose(a, b, equal_nan=True) or np.allclose(money * a, b, equal_nan=True), (
                id,
                column,
            )


def test_money_is_drawn_in_the_unit_of_the_reader(plan, both):
    for id in (
        "path_gdp",
        "hedgehog_gdp",
        "swings_gdp",
        "peers",
        "zones_mean",
        "zones_catching_up",
    ):
        assert set(both["en"][id].table()["unit"]) == {"CNY billion"}
        assert set(both["zh"][id].table()["unit"]) == {"亿元"}
    foreign = {lang: path_chart(plan, "fdi_actual", lang) for lang in ("en", "zh")}
    for lang, unit, target in (("en", "USD million", 84.0), ("zh", "万美元", 8400.0)):
        data = foreign[lang].table()
        assert set(data["unit"]) == {unit}
        assert data.loc[data["series"] == "target", "value"].iloc[-1] == pytest.approx(target)
    assert "USD 84 million" in foreign["en"].title
    assert "8,400万美元" in foreign["zh"].title
    assert both["en"]["path_gdp"].title.startswith("GDP of CNY 27 billion in 2020: odds ")
    assert both["zh"]["path_gdp"].title.startswith("2020年地区生产总值270亿元：概率")


@pytest.mark.parametrize(("lang", "factor"), [("en", 0.1), ("zh", 1.0)])
def test_the_artists_of_a_path_are_its_data(plan, lang, factor):
    chart = path_chart(plan, "gdp", lang)
    drawn = [
        ln
        for ln in chart.figure.axes[0].lines
        if ln.get_color() == theme.TARGET and ln.get_marker() == "D"
    ]
    assert drawn[0].get_ydata().tolist() == pytest.approx(
        [factor * plan.target("gdp", y) for y in plan.years]
    )
    seen = [
        ln
        for ln in chart.figure.axes[0].lines
        if ln.get_color() == theme.ZONE and ln.get_marker() == "o" and ln.get_lw() == 2
    ]
    levels = plan.levels("gdp")
    assert sorted(y for ln in seen for y in ln.get_ydata()) == pytest.approx(
        sorted(factor * levels["value"])
    )
    last = factor * plan.target("gdp", plan.years[-1])
    assert any(f"{last:.0f}" in t for t in chart.texts() if t.startswith(("target", "目标")))


def without_names(chart, text):
    """A text without the source line and the names of publishers."""
    for name in (chart.source, *chart.caption.names):
        text = re.sub(r"\s*".join(map(re.escape, "".join(name.split()))), "", text)
    return text


def test_english_charts_hold_no_chinese(both):
    for id, chart in both["en"].items():
        held = [
            t
            for t in (*chart.texts(), chart.title, chart.subtitle, chart.alt)
            if HAN.search(without_names(chart, t))
        ]
        assert held == [], id


def test_chinese_charts_are_set_as_chinese_is(both):
    for id, chart in both["zh"].items():
        for text in (*chart.texts(), chart.alt):
            own = without_names(chart, text)
            assert text == "%" or not re.search(r"(?<!\S)%", text), (id, text)
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", own), (id, text)
        assert chart.source.startswith("资料来源：")
        assert chart.source.endswith("。")
        assert HAN.search(chart.title)
        assert HAN.search(chart.subtitle)
        assert HAN.search(chart.alt)


def test_titles_have_at_most_twelve_words(both):
    counts = {c.id: word_count(c.title) for charts in both.values() for c in charts.values()}
    assert {id: n for id, n in counts.items() if n > theme.TITLE_WORDS} == {}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_longest_names_leave_room_for_a_story(plan, lang):
    for i in ("industrial_value_added", "budget_revenue"):
        model, name = drivers(plan, i), plan.name(i, lang)
        made = [
            path_chart(plan, i, lang),
            swings(plan, i).plot(name, plan.zone(lang), lang),
            discover(model, 2000).plot(lang),
            two_way(model, "base", "growth 2020").plot(lang),
        ]
        assert [c.problems() for c in made] == [[]] * 4


def test_the_axes_of_a_two_way_table_stand_in_the_drawn_unit(plan):
    model = drivers(plan, "gdp")
    found = two_way(model, "base", "growth 2018", steps=5)
    english, chinese = found.plot(), found.plot("zh")
    assert chinese.figure.axes[0].get_ylim() == pytest.approx(
        (found.odds.index[0], found.odds.index[-1])
    )
    assert english.figure.axes[0].get_ylim() == pytest.approx(
        (found.odds.index[0] / 10, found.odds.index[-1] / 10)
    )
    assert chinese.figure.axes[0].get_xlim() == pytest.approx(english.figure.axes[0].get_xlim())
    assert chinese.problems() == []
    assert "基数（亿元）" in chinese.texts()
    assert "base, CNY billion" in english.texts()


def test_the_table_of_the_swings_is_told_in_either_language(plan):
    found = swings(plan, "gdp")
    english, chinese = found.table(), found.table("zh")
    assert english["low"].tolist() == chinese["low"].tolist()
    assert {"Growth in 2020", "Rounding of the 2017 base"} < set(english["assumption"])
    assert {"2020年增速", "2017年基数的取整误差"} < set(chinese["assumption"])
    rounding = chinese.set_index("assumption").loc["2017年基数的取整误差"]
    # 228 stands for 227.5 to 228.5 and 9 % for 8.5 to 9.5: 227.5 / 1.095 and 228.5 / 1.085.
    assert (rounding["low_label"], rounding["high_label"]) == ("207.8", "210.6")
    assert english.set_index("assumption").loc["Rounding of the 2017 base", "low_label"] == "20.78"


def test_classes_and_zones_have_names_in_both_languages():
    gdp, trade = classes.CLASSES["gdp"], classes.CLASSES["trade_total"]
    assert gdp.said("zh") == "沿海同规模县域地区生产总值"
    assert gdp.said() == gdp.label == "GDP of coastal counties of the zone's size"
    assert trade.said("zh") == "沿海同规模县域出口（替代指标）"
    assert trade.said().endswith("(proxy)")
    other = classes.ReferenceClass("county", "of_the_moon", "gdp", False, "GDP on the moon")
    assert other.said("zh") == "GDP on the moon"
