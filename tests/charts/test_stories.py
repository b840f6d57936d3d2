"""Every chart of the brief in both languages: the same figures, whole, apart, in one language."""

import re

import numpy as np
import pytest
from matplotlib.text import Text
from plan_folders import GDP, plan_folder

from zoneplan import load_plan
from zoneplan.charts import theme
from zoneplan.charts.page import word_count
from zoneplan.charts.stories import brief_charts
from zoneplan.charts.wording import typeset
from zoneplan.messages import LANGS, words
from zoneplan.result import Nothing
from zoneplan.text import odds_range

HAN = re.compile(r"[\u4e00-\u9fff]")
# What a unit of the English charts is worth in the Chinese ones.
WORTH = {"亿元": 10.0, "万美元": 100.0}
# A page of paper prints the charts at 17 of their 18.3 centimetres.
PRINTED = 17 / 2.54 / theme.SIZES["page"][0]
GROWTH = (
    "gdp_growth,GDP growth,2020,8,%,growth,,,",
    "fixed_asset_investment,Fixed-asset investment growth,2020,10,%,growth,,,",
    "night_flights_growth,Growth of night flights,2020,7,%,growth,,,",
)
GAPS = (
    "gdp,GDP,2020,270,亿元,,,,",
    "gdp,GDP,2025,400,亿元,,,,",
    "budget_revenue,Budget revenue,2025,50,亿元,,,,",
)
ENGLISH = (*GDP, "trade_total,Imports and exports,2020,104,亿元,,,,10")
FOREIGN = {
    "growth": (GROWTH, (), "2018-03-01", "[2018, 2019, 2020]"),
    "gaps": (
        GAPS,
        ("gdp,2014,170,亿元,,2015-11-01", "gdp,2018,231,亿元,,2019-11-01"),
        "2019-12-30",
        "[2020, 2021, 2022, 2023, 2024, 2025]",
    ),
    "english": (ENGLISH, ("gdp,2016,205,亿元,,2017-11-01",), "2018-10-30", "[2018, 2019, 2020]"),
}


def draw_all(plan):
    """Every chart by language and id, and the reasons of those that are not drawn."""
    entries, made, why = brief_charts(plan), {lang: {} for lang in LANGS}, []
    for entry in entries:
        for lang in LANGS:
            chart = entry.draw(lang)
            if isinstance(chart, Nothing):
                why.append(chart.why)
            else:
                assert chart.id not in made[lang]
                made[lang][chart.id] = chart
    return made, why


@pytest.fixture(scope="module")
def both(plan):
    made, why = draw_all(plan)
    assert why == []
    return made


@pytest.fixture(scope="module", params=FOREIGN)
def foreign(request, tmp_path_factory):
    targets, seen, day, years = FOREIGN[request.param]
    about = f"id: {request.param}\nzone_en: Port of Example\nadopted: {day}\nyears: {years}\n"
    folder = tmp_path_factory.mktemp("plans") / request.param
    return draw_all(load_plan(plan_folder(folder, targets, seen, about)))


def without_names(chart, text):
    """A text without the source line and the names of publishers."""
    for name in (chart.source, *chart.caption.names):
        text = re.sub(r"\s*".join(map(re.escape, "".join(name.split()))), "", text)
    return text


def points(chart, colour, marker):
    """The values of the points with one colour and marker, all panels together."""
    drawn = (
        y
        for ax in chart.figure.axes
        for line in ax.lines
        if line.get_color() == colour and line.get_marker() == marker
        for y in line.get_ydata()
    )
    return sorted(y for y in drawn if not np.isnan(y))


def test_both_languages_draw_the_same_charts_in_the_same_order(both):
    assert list(both["en"]) == list(both["zh"])
    assert len(both["en"]) > 30
    for lang in LANGS:
        assert {c.lang for c in both[lang].values()} == {lang}


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_keeps_the_contract(both, lang):
    assert {id: c.problems() for id, c in both[lang].items() if c.problems()} == {}


def test_both_languages_hold_the_same_figures(both):
    for id, english in both["en"].items():
        one, two = english.table(), both["zh"][id].table()
        assert one.shape == two.shape, id
        assert list(one.columns) == list(two.columns), id
        units = two["unit"] if "unit" in two else [""] * len(two)
        money = np.array([WORTH.get(u, 1.0) for u in units])
        for column in one.select_dtypes("number"):
            a, b = one[column].to_numpy("float64"), two[column].to_numpy("float64")
            assert np.allclose(a, b, equal_nan=True) or np.allclose(money * a, b, equal_nan=True), (
                id,
                column,
            )


def test_money_is_drawn_in_the_unit_of_the_reader(both):
    for id in ("swings_gdp", "zones_mean", "zones_catching_up"):
        assert set(both["en"][id].table()["unit"]) == {"CNY billion"}
        assert set(both["zh"][id].table()["unit"]) == {"亿元"}
    for lang, unit, worth in (("en", "USD million", 84.0), ("zh", "万美元", 8400.0)):
        data = both[lang]["fans"].table()
        last = data[(data["indicator_id"] == "fdi_actual") & (data["series"] == "target")].iloc[-1]
        assert (last["unit"], last["value"]) == (unit, pytest.approx(worth))


@pytest.mark.parametrize(("lang", "factor"), [("en", 0.1), ("zh", 1.0)])
def test_the_artists_of_the_paths_are_their_data(plan, both, lang, factor):
    chart, data = both[lang]["fans"], both[lang]["fans"].table()
    targets = data.loc[data["series"] == "target", "value"]
    assert points(chart, theme.TARGET, "D") == pytest.approx(sorted(targets))
    gdp = data[(data["indicator_id"] == "gdp") & (data["series"] == "target")]
    assert gdp["value"].tolist() == pytest.approx(
        [factor * plan.target("gdp", y).value for y in plan.years]
    )
    published = data.loc[data["series"] == "published", "value"]
    assert points(chart, theme.ZONE, "o") == pytest.approx(
        sorted([*published, *data.loc[data["series"] == "other_scope", "value"]])
    )


def test_the_first_chart_holds_every_chance_of_the_last_year(both, judged):
    final = judged.assessable().set_index("indicator_id")["probability_low"]
    for lang in LANGS:
        drawn = both[lang]["odds_2020"].table().drop_duplicates("indicator_id")
        low = drawn.set_index("indicator_id")["low"]
        assert low.reindex(final.index).tolist() == pytest.approx(final.tolist())


def test_the_page_of_promises_holds_every_one_of_them(both, made):
    page = made.promises()
    words_of = {"en": ("set by decision", "not assessable", "33 %, or 96 % as a sum"),
                "zh": ("由行政决定", "无法测算", "33%，按累计数96%")}  # fmt: skip
    for lang in LANGS:
        chart = both[lang]["promises"]
        drawn = chart.table()
        assert set(drawn["target_id"]) == set(page.rows["target_id"])
        assert len(drawn) == len(page.rows) == 47
        shown = [t.replace("\u00a0", " ") for t in chart.texts()]
        assert shown.count(words_of[lang][0]) == (page.rows["status"] == "by_decision").sum()
        assert shown.count(words_of[lang][1]) == (page.rows["status"] == "not_assessable").sum()
        assert shown.count(words_of[lang][2]) == 2
        grey = [t for t in chart.figure.findobj(Text) if t.get_text() == words_of[lang][1]]
        assert {t.get_color() for t in grey} == {theme.SOFT}
        # Printed 17 cm wide it fits the 26.2 cm of an A4 page, with a line of caption.
        wide, high = chart.figure.get_size_inches()
        assert high / wide * 17 < 25


def test_scenarios_are_shown_for_the_targets_that_they_move(both, made):
    rows, drawn = made.by_scenario().rows, both["en"]["scenarios"].table()
    moved = rows[rows["change"].abs().round() > 0]["indicator_id"].unique()
    assert set(drawn["indicator_id"]) == set(moved)
    assert set(drawn["scenario"]) == set(rows["scenario"])
    gdp = rows.loc[rows["indicator_id"] == "gdp", "probability"]
    told = typeset(odds_range(gdp.min(), gdp.max(), "en"))
    assert both["en"]["scenarios"].title == f"Across the scenarios the chance of GDP is {told}"


def test_english_charts_hold_no_chinese(both):
    for id, chart in both["en"].items():
        every = (*chart.texts(), chart.title, chart.subtitle, chart.alt)
        assert [t for t in every if HAN.search(without_names(chart, t))] == [], id


def test_chinese_charts_are_set_as_chinese_is(both):
    for id, chart in both["zh"].items():
        for text in (*chart.texts(), chart.alt):
            own = without_names(chart, text)
            assert not re.search(r"(?<=\S)\s%", text), (id, text)
            assert not re.search(r"[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", own), (id, text)
        assert chart.source.startswith("资料来源：")
        assert chart.source.endswith("。")
        assert all(HAN.search(t) for t in (chart.title, chart.subtitle, chart.alt))


def test_titles_tell_a_finding_within_their_limit(both):
    for lang in LANGS:
        neutral = {t for k, t in words(lang).group("figures").items() if k.endswith(".neutral")}
        for id, chart in both[lang].items():
            assert word_count(chart.title) <= theme.TITLE_WORDS, id
            assert chart.title not in neutral, id
            assert chart.title == chart.caption.title, id


def test_nothing_is_too_small_in_print(both):
    for lang in LANGS:
        for id, chart in both[lang].items():
            sizes = [t.get_fontsize() for t in chart.figure.findobj(Text) if t.get_text().strip()]
            assert min(sizes) * PRINTED >= 6.5, id


def test_no_page_of_panels_is_half_empty(both):
    for id, chart in both["en"].items():
        boxes = [ax.get_position() for ax in chart.figure.axes]
        rows = {}
        for box in boxes:
            rows.setdefault(round(box.y0, 4), []).append(box)
        most, last = max(map(len, rows.values())), len(rows[min(rows)])
        assert 2 * last >= most, id


def test_charts_of_other_plans_are_all_printed(foreign):
    made, why = foreign
    assert list(made["en"]) == list(made["zh"])
    assert len(made["en"]) >= 9
    for lang in LANGS:
        assert {c.id: c.problems() for c in made[lang].values() if c.problems()} == {}
    # Reasons are sentences, one of each pair in Chinese.
    assert all(re.search(r"[.。]$", reason) for reason in why)
    assert sum(bool(HAN.search(reason)) for reason in why) == len(why) // 2


def test_charts_of_other_plans_do_not_speak_of_the_shipped_one(foreign):
    for lang in LANGS:
        for chart in foreign[0][lang].values():
            for text in (*chart.texts(), chart.subtitle, chart.alt):
                assert not re.search(r"Zhenan|浙南|Oujiang|瓯", text), (chart.id, text)
    assert "neighbours" not in foreign[0]["en"]


@pytest.mark.parametrize("lang", LANGS)
def test_no_title_counts_one_of_one(foreign, lang):
    for chart in foreign[0][lang].values():
        assert not re.search(r"\b1 of 1\b|(?<!\d)1项目标中1项|1项指标中1项", chart.title), chart.id
