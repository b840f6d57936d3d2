"""The paper in both languages: no word of the other, the same numbers, and nothing a plan lacks."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from stand_ins import ABOUT, GDP, FakeChart

from zoneplan.charts.wording import CHANCE_STEPS
from zoneplan.messages import LANGS, words
from zoneplan.plan.outcomes import resolutions
from zoneplan.report import shown
from zoneplan.report.context import Around, context
from zoneplan.report.render import markdown, render

HAN = re.compile(r"[\u4e00-\u9fff]")
GAP = re.compile(r"\b(nan|None|NaT|inf|Undefined)\b")
# Names and abbreviations that a Chinese paper writes in Latin letters.
KNOWN = {"Brier", "zoneplan", "forecast", "AutoARIMA", "levels", "copula", "GDP"}


def body(text: str) -> str:
    """The paper without the list of sources, whose titles stay in their own language."""
    return "\n".join(re.split(r"^# ", text, flags=re.M)[:-1])


def heads(text: str) -> list[str]:
    return re.findall(r"^# (.+)$", text, flags=re.M)


def paper(plan, lang="en", charts=()):
    return render("brief", lang, **context(plan.forecast(), charts, lang).facts())["paper"]


def test_the_chinese_paper_has_no_english_words(papers):
    text = re.sub(r"\bs[0-9a-f]{8}\b", "", body(papers["zh"]["paper"]))
    assert {x for x in re.findall(r"[A-Za-z]{3,}", text)} - KNOWN == set()


def test_the_english_paper_has_no_chinese_but_the_printed_names(papers, plan):
    text = body(papers["en"]["paper"])
    for name in sorted(set(plan.targets["name_zh"]), key=len, reverse=True):
        text = text.replace(str(markdown(name)), "")
    assert HAN.findall(text) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_answers_stand_first_and_nothing_is_missing(lang, papers):
    text = papers[lang]["paper"]
    assert not GAP.search(text)
    assert len(heads(text)) == 9
    assert heads(text)[0] == {"en": "The answers first", "zh": "一、核心结论"}[lang]
    assert not re.search(r"^# .+\n\n(#|$)", text, flags=re.M)
    title = papers[lang]["title"]
    assert title.endswith("?" if lang == "en" else "？")


def test_both_languages_tell_the_same_chances(papers, facts):
    rows = {}
    for lang in LANGS:
        _, table, *_ = papers[lang]["paper"].split("\n\n| ")
        cells = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
        cells = [c for c in cells if len(c) == 8]
        rows[lang] = [(re.findall(r"[<>]?\d+|\*", c[4]), c[7]) for c in cells]
    assert rows["en"] == rows["zh"]
    assert len(rows["en"]) == len(facts["en"].chances) > 5


def test_the_facts_of_both_languages_are_the_same_numbers(facts):
    english, chinese = (facts[lang].facts() for lang in LANGS)
    for key in ("total", "steps", "least", "apart", "span", "more_sources", "behind", "scenarios"):
        assert english[key] == chinese[key], key
    assert english["together"] == chinese["together"]
    assert {k: v for k, v in english["tested"].items()} == chinese["tested"]


def test_the_glossary_has_every_text_that_the_paper_takes_from_the_tables(plan):
    said = [
        *plan.forecast().odds().final()["missing_number"],
        *plan.targets["responsible"],
        *plan.observations["scope_note"],
        *resolutions(plan).table()["reservation"],
    ]
    for text in {x for x in said if isinstance(x, str) and x}:
        assert HAN.search(plan.translate(text, "zh")), text
        assert not HAN.search(plan.translate(text, "en")), text


def test_words_for_chances_are_explained_where_they_are_used(papers):
    for lang in LANGS:
        said = words(lang).group("charts.chance")
        assert all(said[key] in papers[lang]["paper"] for _, key in CHANCE_STEPS)
    assert "In words: very likely from 90 %, likely from 66 %," in papers["en"]["paper"]
    assert "90%及以上为“很有可能”、66%及以上为“较有可能”、" in papers["zh"]["paper"]


def test_the_paper_shows_the_chosen_charts_and_numbers_them(plan):
    ids = ["plan_audit", "path_gdp", "odds_2020", "peers", "swings_gdp", "zones_mean"]
    text = paper(plan, charts=[FakeChart(i) for i in ids])
    assert "zones_mean" not in text
    assert all(text.count(f"(figures/{i}.png)") == 1 for i in ids[:-1])
    assert re.findall(r"!\[Figure (\d+)\. GDP rises to 3\]", text) == list("12345")
    text = paper(plan, "zh", [FakeChart("odds_2020")])
    assert "![图1　GDP rises to 3](figures/zh/odds_2020.png)" in text


def test_the_most_telling_charts_come_first_and_no_more_than_fit():
    charts = [FakeChart(i) for i in ("path_a", "path_gdp", "path_b", "path_trade_total")]
    assert [c.id for c in shown.of_paper(charts)["forecast"]] == ["path_gdp", "path_trade_total"]
    assert [c.id for c in shown.of_slides(charts)] == ["path_gdp"]


def test_what_rests_on_dozens_of_sources_is_not_listed():
    many = pd.DataFrame({"source_id": [f"s{n}" for n in range(shown.LISTED + 1)]})
    few = pd.DataFrame({"source_id": ["a; b", "own calculation"], "growth_source_id": ["b", "c"]})
    assert shown.sources_of([many, few], shown.LISTED) == {"a", "b", "c"}
    assert len(shown.sources_of([many, few])) == shown.LISTED + 4


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (
            "yuanqu123.com (zone profile)",
            "publisher not named, page on yuanqu123.com (zone profile)",
            "未注明发布者，网页载于yuanqu123.com（园区简介）",
        ),
        ("not stated", "publisher not stated", "未注明发布者"),
        ("own calculation", "own calculation", "本项目测算"),
        ("国际在线 copy", "国际在线 copy", "国际在线（转载）"),
        ("新华网", "新华网", "新华网"),
    ],
)
def test_a_bare_address_is_called_one(name, english, chinese):
    assert (shown.publisher(name, "en"), shown.publisher(name, "zh")) == (english, chinese)


def test_context_stands_apart_from_the_chances(plan, papers):
    around = Around.of(plan)
    assert around.yearly["year"].max() < plan.as_of.year
    cited = set(around.yearly["source_id"]) | set(around.ranks["source_id"])
    assert cited <= set(context(plan.forecast(), []).behind)
    assert "- Published later, and in no odds:" in papers["en"]["compared"]


def test_a_plan_without_home_or_outcomes_gets_a_paper_all_the_same(plan):
    about = plan.about.model_copy(update={"home": None, "host": None})
    none = {"resolutions": plan.resolutions.head(0), "measures": plan.measures.head(0)}
    bare = replace(plan, about=about, _made={}, **none)
    for lang, said in (("en", "most like this one"), ("zh", "最接近的有")):
        text = paper(bare, lang)
        assert said not in text
        assert not GAP.search(text)


def test_figures_of_the_users_own_are_named_as_such(plan, facts):
    rows = plan.observations
    mine = rows[rows["indicator_id"] == "gdp"].tail(1).assign(grade="P", year=2017, value=212.5)
    told = replace(plan, observations=pd.concat([rows, mine], ignore_index=True), _made={})
    assert list(facts["en"].private) == []
    assert "GDP in 2017: CNY 21.25 billion" in paper(told)
    assert "2017年地区生产总值212.5亿元" in paper(told, "zh")
    assert "The figures at hand support" in paper(told)


def test_a_section_without_content_has_no_heading(plan, tmp_path):
    growth = (plan.targets["kind"] == "growth") & (plan.targets["section"] == "annex")
    rows = plan.targets[growth].reset_index(drop=True)
    none = {"resolutions": plan.resolutions.head(0), "folder": tmp_path}
    rates = replace(plan, targets=rows, _made={}, **none)
    text = paper(rates)
    assert "The forecast for 2020" not in heads(text)
    assert "Sources" in heads(text)
    assert not re.search(r"^# .+\n\n(#|$)", text, flags=re.M)
    assert not GAP.search(text)


def test_signs_in_names_of_a_user_plan_show_as_they_are(plan):
    about = plan.about.model_copy(update={"zone_en": "Zone *A* [1] | <b>"})
    facts = context(replace(plan, about=about, _made={}).forecast(), []).facts()
    assert "Zone \\*A\\* \\[1\\] \\| \\<b\\>" in render("brief", "en", **facts)["title"]


# What a user plan has that the project's own has not.


def test_figures_of_the_users_own_are_told_as_they_were_typed(user_plan):
    seen = [
        "gdp,2016,204.725,亿元,level",
        "rd_to_gdp,2016,2.15,%,share",
        "fdi_actual,2015,0.987,亿美元,level",
        "fdi_actual,2016,10450,万美元,level",
    ]
    plan = user_plan(GDP, seen)
    english = ("GDP in 2016: CNY 20.4725 billion", "in 2016: 2.15 %", "USD 0.0987 billion")
    assert all(x in paper(plan) for x in (*english, "in 2016: USD 0.1045 billion"))
    assert all(
        x in paper(plan, "zh") for x in ("204.725亿元", "2.15%", "0.987亿美元", "1.045亿美元")
    )


def test_a_record_unlike_that_of_similar_regions_is_told(user_plan):
    rows = [f"gdp,{y},{v},亿元,level" for y, v in ((2014, 250), (2015, 240), (2017, 210))]
    plan = user_plan(GDP, rows)
    assert "GDP grew by -5.6 % a year from 2014 to 2017 (regions " in paper(plan)
    assert "2014—2017年年均增长-5.6%（同类地区为" in paper(plan, "zh")


def test_growth_on_record_long_ago_is_told(user_plan, plan):
    about = ABOUT.replace("2018-10-30", "2024-03-31").replace("[2018, 2019, 2020]", "[2024, 2025]")
    late = user_plan(["gdp,GDP,2024,228,亿元,", "gdp,GDP,2025,270,亿元,9"], about=about)
    assert "on record only to 2018, 6 years before the first target" in paper(late)
    assert "on record only" not in paper(plan)


def test_the_paper_speaks_of_the_bases_that_there_are(user_plan, papers):
    both = papers["en"]["paper"]
    assert all(x in both for x in ("Two bases are always tried", "the plan itself implies"))
    rows = [row.removesuffix("9") for row in GDP]
    one = paper(user_plan(rows, ["gdp,2017,211,亿元,level"]))
    assert "Each level starts from the last observed value" in one
    assert not re.search("two possible base years|Two bases|implies,|public value|在地", one)


def test_a_plan_without_any_chance_gets_a_paper(user_plan):
    plan = user_plan(["park_tax,Park *tax*,2020,5,亿元,"])
    for lang in LANGS:
        text = paper(plan, lang)
        assert not GAP.search(text)
        assert "Park \\*tax\\*" in text
    assert "support odds for 0 of the 1 series" in paper(plan)
