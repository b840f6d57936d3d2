"""The paper in both languages: no word of the other, the same numbers, and nothing a plan lacks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stand_ins import ABOUT, GDP, placed, typed

from zoneplan.charts.wording import CHANCE_STEPS
from zoneplan.messages import LANGS, words
from zoneplan.plan.outcomes import resolutions
from zoneplan.report import shown
from zoneplan.report.context import _warned, context
from zoneplan.report.render import render

HAN = re.compile(r"[\u4e00-\u9fff]")
GAP = re.compile(r"\b(nan|None|NaT|inf|Undefined)\b")
# Names and abbreviations that a Chinese paper writes in Latin letters.
KNOWN = {"Brier", "GDP", "keep", "note", "small", "long", "newpage"}
# Expressions that were struck, as expressions and not as words.
STRUCK = {
    "en": (
        r"odds of \d", "should be met", "invented one", "the number that would change that",
        "hand on", "in other words", "a missing zone", "1 years", "agreeing only through rounding",
        "fast growth always", "first [−-]?[0-9.]+ points, then",
    ),
    "zh": (
        "大概率", "承诺", "自相矛盾", "印出", "达标", "硬给", "有多可信", "什么决定成败", "高不高",
        "观测值", "先变动", "同好同坏", "本报告中从不混用", "AutoARIMA",
    ),
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_message_template_or_notebook_uses_what_was_struck(lang):
    project = Path(__file__).resolve().parents[2]
    package = project / "lib" / "zoneplan"
    files = [*(package / "messages" / lang).glob("*.toml")]
    files += (package / "report" / "templates").glob(f"*.{lang}.*")
    files += (project / "notebooks" / ("zh" if lang == "zh" else "")).glob("*.ipynb")
    assert len(files) > 20
    found = [(f.name, e) for f in files for e in STRUCK[lang] if re.search(e, f.read_text("utf-8"))]
    assert not found


def body(text: str) -> str:
    """The paper without the list of sources, whose titles stay in their own language."""
    return "\n".join(re.split(r"^# ", text, flags=re.M)[:-1])


def heads(text: str) -> list[str]:
    return re.findall(r"^# (.+)$", text, flags=re.M)


def parts(plan, lang="en", drawn=()):
    made = render("brief", lang, **context(plan.forecast(), drawn, lang).facts())
    return {name: typed(text) for name, text in made.items()}


def paper(plan, lang="en", drawn=()):
    return parts(plan, lang, drawn)["paper"]


def test_the_chinese_paper_has_no_english_words(papers):
    text = re.sub(r"\bs[0-9a-f]{8}\b", "", body(papers["zh"]["paper"]))
    assert {x for x in re.findall(r"[A-Za-z]{3,}", text)} - KNOWN == set()


def test_the_english_paper_has_no_chinese(papers):
    assert HAN.findall(body(papers["en"]["paper"]) + papers["en"]["title"]) == []


@pytest.mark.parametrize("lang", LANGS)
def test_struck_expressions_stay_out(lang, papers):
    text = "\n".join(papers[lang].values()).lower()
    assert [x for x in STRUCK[lang] if re.search(x.lower(), text)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_order_of_the_paper(lang, papers):
    text = papers[lang]["paper"]
    assert not GAP.search(text)
    # Page one has no head of its own.
    assert text.startswith("- **")
    told = {
        "en": ["All promises", "What the plan", "GDP", "The other levels", "What if", "Compared",
               "How far to trust it", "Annex A. Method", "Annex B. Sources"],
        "zh": ["一、全部目标", "二、", "三、地区生产总值", "四、", "五、情景", "六、", "七、可靠性",
               "附录一", "附录二"],
    }[lang]  # fmt: skip
    assert all(h.startswith(t) for h, t in zip(heads(text), told, strict=True))
    assert not re.search(r"^# .+\n\n(#|$)", text, flags=re.M)


def tables(text: str) -> list[list[list[str]]]:
    """Every table as rows of cells, without its head."""
    found = re.findall(r"(?:^\|.*\n)+", text + "\n", flags=re.M)
    split = [[line.strip("| ").split(" | ") for line in t.splitlines()] for t in found]
    return [rows[2:] for rows in split]


def test_both_languages_tell_the_same_numbers(papers, facts):
    first = {lang: tables(papers[lang]["paper"]) for lang in LANGS}
    assert len(first["en"]) == len(first["zh"])
    assert [len(t) for t in first["en"]] == [len(t) for t in first["zh"]]
    # The chances of the first page, and of every promise.
    for table, column in ((0, 3), (2, 1)):
        told = [
            [re.findall(r"[<>]?\d+", row[column].split("(")[0].split("（")[0]) for row in t[table]]
            for t in first.values()
        ]
        assert told[0] == told[1]
        assert any(told[0])
    assert len(first["en"][2]) == facts["en"].counts["n"] == 47


def test_the_first_page_has_both_days_and_both_readings(facts, plan):
    main = facts["en"].main
    assert [r["indicator_id"] for r in main if r["real"]] == ["gdp_growth"]
    assert [r["indicator_id"] for r in main][:2] == ["gdp", "gdp_growth"]
    now = plan.forecast().odds().rows.set_index("target_id")
    then = plan.at(plan.adopted).forecast().odds().rows.set_index("target_id")
    for row in main:
        at = row["target_id"]
        assert row["probability_low"] == now.loc[at, "probability_low"]
        assert row["probability_low_then"] == then.loc[at, "probability_low"]
        assert not row["class_min"] > row["class_max"]
    assert facts["en"].earlier


def test_the_growth_to_watch_is_an_even_bet(facts):
    """By hand: between two readings the chance rises in a straight line."""
    rows = pd.DataFrame(
        {"quantile": [0.25, 0.5, 0.75, 0.6], "growth": [4.0, 6.0, 8.0, 7.0],
         "probability": [0.2, 0.4, 0.8, 0.6], "planned": [False, False, False, True], "year": 2018}
    ).sort_values("growth")  # fmt: skip
    told = _warned("gdp", rows)
    assert told["even"] == pytest.approx(6.5)
    assert told["cells"] == [(4.0, 0.2), (6.0, 0.4), (8.0, 0.8)]
    assert told["planned"] == (7.0, 0.6)
    low = rows.assign(probability=rows["probability"] / 2)
    assert np.isnan(_warned("gdp", low)["even"])


def test_every_constant_is_told_in_both_languages(facts, papers):
    for lang in LANGS:
        assert len(tables(papers[lang]["paper"])[-3]) == len(facts[lang].constants) > 5


def test_the_facts_of_both_languages_are_the_same_numbers(facts):
    english, chinese = (facts[lang].facts() for lang in LANGS)
    for key in ("total", "least", "apart", "span", "more_sources", "behind", "scenarios", "eras"):
        assert english[key] == chinese[key], key
    assert english["together"] == chinese["together"]


def test_the_glossary_has_every_text_that_the_paper_takes_from_the_tables(plan):
    rows = plan.forecast().promises().rows
    said = [
        *rows["missing_number"],
        *rows["holder"],
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


def test_the_paper_shows_charts_in_their_sections_and_numbers_them(user_plan):
    drawn = [
        *placed("ratios", section="plan"),
        *placed("steps_gdp", "fans"),
        *placed("early_warning", section="whatif"),
        *placed("promises", section="answer"),
        *placed("aims", places=()),
    ]
    text = paper(user_plan(GDP), drawn=drawn)
    shown = re.findall(r"!\[Figure (\d)\. [^]]+\]\(figures/(\w+)\.png\)", text)
    # What the annex holds comes last, in its own order; what a table tells is not drawn.
    assert shown == [("1", "steps_gdp"), ("2", "fans"), ("3", "promises"), ("4", "ratios")]
    assert "GDP rises to 3" not in text
    assert "figures/zh/fans.png" in paper(user_plan(GDP), "zh", placed("fans"))


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


def test_hindsight_is_told_as_such(papers):
    assert "was known only later, enters no chance" in papers["en"]["paper"]
    assert "均为事后数据" in papers["zh"]["paper"] or "为事后数据" in papers["zh"]["paper"]


@pytest.mark.slow
def test_a_plan_without_home_or_outcomes_gets_a_paper_all_the_same(plan):
    about = plan.about.model_copy(update={"home": None, "host": None})
    none = {"resolutions": plan.resolutions.head(0), "measures": plan.measures.head(0)}
    bare = replace(plan, about=about, _made={}, **none)
    for lang, said in (("en", "Host city"), ("zh", "其他城市中位数")):
        text = paper(bare, lang)
        assert said not in text
        assert not GAP.search(text)


@pytest.mark.slow
def test_a_plan_of_growth_rates_alone_gets_a_paper(plan, tmp_path):
    growth = (plan.targets["kind"] == "growth") & (plan.targets["section"] == "annex")
    rows = plan.targets[growth].reset_index(drop=True)
    none = {"resolutions": plan.resolutions.head(0), "folder": tmp_path}
    text = paper(replace(plan, targets=rows, _made={}, **none))
    assert not any(h.startswith("The other levels") for h in heads(text))
    assert not re.search(r"^# .+\n\n(#|$)", text, flags=re.M)
    assert not GAP.search(text)


def test_signs_in_names_of_a_user_plan_show_as_they_are(user_plan):
    rows = [row.replace(",GDP,", ",Zone *A* [1] <b>,") for row in GDP]
    assert "Zone \\*A\\* \\[1\\] \\<b\\>" in parts(user_plan(rows))["title"]


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
    assert all(x in both for x in ("Two starting points are tried", "that the plan implies"))
    rows = [row.removesuffix("9") for row in GDP]
    one = paper(user_plan(rows, ["gdp,2017,211,亿元,level"]))
    assert "Each level starts from the last published value" in one
    assert not re.search("two starting points|Two starting|implies|在地", one)


def test_a_plan_without_any_chance_gets_a_paper(user_plan):
    plan = user_plan(["park_tax,Park *tax*,2020,5,亿元,"])
    for lang in LANGS:
        told = parts(plan, lang)
        assert not GAP.search(told["paper"])
        assert "Park \\*tax\\*" in told["paper"]
    assert parts(plan)["title"].startswith("Public figures do not tell whether")


def test_no_sentence_of_another_plan_speaks_of_the_shipped_one(user_plan):
    for lang in LANGS:
        told = "\n".join(parts(user_plan(GDP), lang).values())
        assert not re.search("Zhenan|Wenzhou|Zhejiang|浙南|温州|浙江|瓯飞", told)
