"""The paper in both languages: nothing of the other one is left over, and both tell the same numbers."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from zoneplan.messages import LANGS, words
from zoneplan.plan.outcomes import resolutions
from zoneplan.report import prose

HAN = re.compile(r"[\u4e00-\u9fff]")
# Names and abbreviations that a Chinese paper writes in Latin letters.
KNOWN = {"Brier", "zoneplan", "forecast", "AutoARIMA", "levels", "copula", "GDP"}


@pytest.fixture(scope="module")
def papers(plan):
    verdicts = plan.verdicts()
    return {lang: prose.brief_markdown(plan, verdicts, [], lang) for lang in LANGS}


def body(text: str) -> str:
    """The paper without its head and without the list of sources, whose titles stay in their own language."""
    front, *sections = re.split(r"^# ", text, flags=re.M)
    return "\n".join(sections[:-1])


def test_the_chinese_paper_has_no_english_words(papers):
    text = re.sub(r"\bs[0-9a-f]{8}\b", "", body(papers["zh"]))
    assert {x for x in re.findall(r"[A-Za-z]{3,}", text)} - KNOWN == set()


def test_the_english_paper_has_no_chinese_but_the_printed_names(papers, plan):
    text = body(papers["en"])
    for name in sorted(set(plan.targets["name_zh"]), key=len, reverse=True):
        text = text.replace(prose.escape(name), "")
    assert HAN.findall(text) == []


def test_the_glossary_has_every_text_that_the_paper_takes_from_the_tables(plan):
    said = [
        *plan.verdicts().final()["missing_number"],
        *plan.targets["responsible"],
        *plan.observations["scope_note"],
        *resolutions(plan).table()["reservation"],
    ]
    for text in {x for x in said if isinstance(x, str) and x}:
        assert HAN.search(plan.said(text, "zh")), text
        assert not HAN.search(plan.said(text, "en")), text


def test_what_the_glossary_does_not_know_stays_as_it_is(plan):
    assert plan.said("never heard of", "zh") == "never heard of" and plan.said(pd.NA, "zh") == "–"


def test_both_languages_give_the_same_odds(plan):
    verdicts = plan.verdicts()
    english, chinese = (prose.verdict_columns(verdicts, lang) for lang in LANGS)
    bare = [re.findall(r"[<>]?\d+|\*", text) for text in english["odds"]]
    assert bare == [re.findall(r"[<>]?\d+|\*", text) for text in chinese["odds"]]
    assert english["evidence"] == chinese["evidence"] and len(english["target"]) == len(
        verdicts.assessable()
    )


def test_values_are_in_the_unit_that_the_reader_uses(plan):
    rows = plan.verdicts().assessable().set_index("indicator_id")
    gdp, money = rows.loc["gdp"], rows.loc["fdi_actual"]
    # 27 billion are 270 亿; 84 million are 8,400 万.
    assert (
        float(prose.short(gdp["target"], gdp["unit"], "en")) == 27.0
        and float(prose.short(gdp["target"], gdp["unit"], "zh")) == 270.0
    )
    assert (
        prose.short(money["target"], money["unit"], "en") == "84.0"
        and prose.short(money["target"], money["unit"], "zh") == "8,400"
    )


@pytest.mark.parametrize(
    ("x", "unit", "lang", "shown"),
    [
        (258.66, "亿元", "en", "25.9"),
        (258.66, "亿元", "zh", "258.7"),
        (15.6, "亿元", "en", "1.56"),
        (35.0, "家", "en", "35"),
        (7.49, "%", "zh", "7.5"),
        (float("nan"), "%", "en", "–"),
        (2.14, "", "en", "2.1"),
    ],
)
def test_three_digits_without_false_decimals(x, unit, lang, shown):
    assert prose.short(x, unit, lang) == shown


def test_words_for_odds_are_explained_where_they_are_used():
    for lang in LANGS:
        w = words(lang)
        told = prose.scale(w)
        assert all(word in told for word in w.group("charts.odds").values())
    assert prose.scale(words("en")).startswith(
        "very likely from 90 %"
    ) and "“很有可能”" in prose.scale(words("zh"))


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
    assert (prose.publisher(name, "en"), prose.publisher(name, "zh")) == (english, chinese)


def test_a_plan_without_home_or_odds_gets_a_paper_all_the_same(plan):
    from dataclasses import replace

    bare = replace(
        plan,
        home=None,
        host=None,
        resolutions=plan.resolutions.head(0),
        measures=plan.measures.head(0),
    )
    for lang in LANGS:
        text = prose.brief_markdown(bare, bare.verdicts(), [], lang)
        assert words(lang)("paper.compare.closest") not in text and not re.search(
            r"\b(nan|None|NaT|inf)\b", text
        )


def test_own_figures_are_named_as_such(plan):
    from dataclasses import replace

    rows = plan.observations
    mine = rows[rows["indicator_id"] == "gdp"].tail(1).assign(grade="P", year=2017, value=212.5)
    told = replace(plan, observations=pd.concat([rows, mine], ignore_index=True))
    assert prose.private(plan, "en") == []
    assert (
        "GDP in 2017: CNY 21.25 billion" in prose.private(told, "en")[0]
        and "2017年地区生产总值212.5亿元" in prose.private(told, "zh")[0]
    )


def test_a_section_without_content_has_no_heading(plan):
    from dataclasses import replace

    growth = (plan.targets["kind"] == "growth") & (plan.targets["section"] == "annex")
    rates = replace(
        plan,
        targets=plan.targets[growth].reset_index(drop=True),
        resolutions=plan.resolutions.head(0),
    )
    text = prose.brief_markdown(rates, rates.verdicts(), [], "en")
    heads = re.findall(r"^# (.+)$", text, flags=re.M)
    assert (
        words("en")("paper.head.forecast", year=2020) not in heads
        and words("en")("paper.head.sources") in heads
    )
    assert not re.search(r"^# .+\n\n(#|$)", text, flags=re.M)
