"""Templates: facts show exactly their characters, gaps are errors, both languages say the same."""

from __future__ import annotations

import re

import jinja2
import pypandoc
import pytest
from jinja2 import meta, nodes

from zoneplan.messages import LANGS
from zoneplan.report import paper, render
from zoneplan.report.render import FOLDER, environment, lower, markdown, plain, short

TEMPLATES = sorted({p.name.split(".")[0] for p in FOLDER.glob("*.md.j2")})


@pytest.fixture
def written(monkeypatch):
    """Fill a template that is given as a text."""

    def fill(text, **facts):
        made = environment("en").overlay(loader=jinja2.DictLoader({"a.en.md.j2": text}))
        monkeypatch.setattr(render, "environment", lambda lang: made)
        return render.render("a", "en", **facts)

    return fill


@pytest.mark.parametrize(
    "text", ["a|b", "<1", "~200", "*x*", "[a](b)", "$5", "x_y_z", "#1", "a\\b", "`c`", "s@b.c"]
)
def test_a_fact_shows_exactly_its_characters(text, written):
    table = "{% block t %}\n| x | y |\n{{ columns('50l 50r') }}\n| {{ x }} | 1 |\n{% endblock %}"
    made = written(table, x=text)["t"]
    assert text in pypandoc.convert_text(made, "plain", format=paper.MARKDOWN)
    assert plain(str(markdown(text))) == text


def test_figures_are_printed_with_their_signs(written):
    said = "{% block t %}{{ a }}; {{ b }}; {{ c }}; {{ d }}{% endblock %}"
    made = written(said, a="-5.6 %", b="45-72 %", c="CNY 27 billion", d="2018-10-30, x-1")["t"]
    assert made == "\u22125.6\u00a0%; 45\u201372\u00a0%; CNY\u00a027 billion; 2018-10-30, x-1"


def test_a_gap_is_an_error(written):
    with pytest.raises(jinja2.UndefinedError, match="nowhere"):
        written("{% block t %}{{ nowhere }}{% endblock %}")
    with pytest.raises(jinja2.UndefinedError, match="attribute 'b'"):
        written("{% block t %}{{ a.b }}{% endblock %}", a={"c": 1})


def test_what_a_macro_or_another_text_has_made_is_not_escaped_again(written):
    macro = "{% macro m(x) %}*{{ x }}*{% endmacro %}"
    made = written(
        macro + "{% block t %}{{ m('a*b') }}, {{ said.u }}{% endblock %}", said={"u": "**c**"}
    )
    assert made["t"] == "*a\\*b*, **c**"


def test_a_column_takes_its_share_of_the_width():
    assert render.columns("2l 1r") == "|:---|-:|"


def attributes(source: str) -> set[str]:
    """Every attribute and filter that a template asks of its facts."""
    tree = environment("en").parse(source)
    found = {f".{n.attr}" for n in tree.find_all(nodes.Getattr)}
    found |= {
        f"[{n.arg.value}]" for n in tree.find_all(nodes.Getitem) if isinstance(n.arg, nodes.Const)
    }
    return found | {f"|{n.name}" for n in tree.find_all(nodes.Filter)}


@pytest.mark.parametrize("name", TEMPLATES)
def test_both_languages_have_the_same_blocks_facts_and_attributes(name):
    english, chinese = ((FOLDER / f"{name}.{x}.md.j2").read_text(encoding="utf-8") for x in LANGS)
    sides = [environment("en").parse(text) for text in (english, chinese)]
    blocks = [[b.name for b in side.find_all(nodes.Block)] for side in sides]
    assert blocks[0] == blocks[1] != []
    facts = [meta.find_undeclared_variables(side) for side in sides]
    assert facts[0] == facts[1]
    assert attributes(english) ^ attributes(chinese) <= ONE_SIDED[name]


# Reasons of constants stand in English in the register; only Latin letters have capitals.
ONE_SIDED = {
    "brief": {".set_on", "|lower", "|replace", "[0]", "[1]"},
    "slides": set(),
    "index": set(),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_parity_of_templates_can_fail(name):
    text = (FOLDER / f"{name}.en.md.j2").read_text(encoding="utf-8")
    tree = environment("en").parse(text + "{{ one_more.thing }}")
    assert "one_more" in meta.find_undeclared_variables(tree)
    assert ".thing" in attributes(text + "{{ one_more.thing }}")


# Names of blocks that the paper's filter sets apart.
CLASSES = ("keep", "note", "small", "long", "newpage")


def test_no_language_is_left_in_the_template_of_the_other():
    han = re.compile(r"[\u4e00-\u9fff]")
    for name in TEMPLATES:
        source = (FOLDER / f"{name}.en.md.j2").read_text(encoding="utf-8")
        assert han.findall(source) == [], name
        tree = environment("zh").parse((FOLDER / f"{name}.zh.md.j2").read_text(encoding="utf-8"))
        data = " ".join(n.data for n in tree.find_all(nodes.TemplateData))
        words = re.findall(
            r"[A-Za-z]{3,}", re.sub(r"\]\([^)]*\)?|\{[^}]*\}|\w+\.\w+|`[^`]*`", "", data)
        )
        assert set(words) <= {"Brier", "PDF", "Word", "alt", "width", *CLASSES}, words


def test_chinese_punctuation_is_full_width():
    for name in TEMPLATES:
        source = (FOLDER / f"{name}.zh.md.j2").read_text(encoding="utf-8")
        bare = re.sub(r"\{[{%#].*?[}%#]\}|\]\([^)]*\)", "", source, flags=re.S)
        assert re.findall(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", bare) == [], name


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
        (12345.0, "亿元", "zh", "12,345"),
    ],
)
def test_three_digits_without_false_decimals(x, unit, lang, shown):
    assert short(x, unit, lang) == shown


def test_values_are_told_in_the_words_of_the_language():
    assert render.rounded(54.8, "亿元") == "CNY 5.48 billion"
    assert render.rounded(54.8, "亿元", "zh") == "54.8亿元"
    assert render.interval(2.1, 2.4) == "2.1 to 2.4"
    assert render.interval(2.1, 2.4, lang="zh") == "2.1～2.4"
    assert render.interval(0.11, 0.12) == "0.1"
    chance = {"probability_low": 0.37, "probability_high": 0.55, "probability": float("nan")}
    assert render.starred(chance) == "37-55 % *"
    assert render.starred(chance | {"probability": 0.4}, "zh") == "37%～55%"
    assert [lower(x) for x in ("Growth in 2020", "GDP in 2020")] == [
        "growth in 2020",
        "GDP in 2020",
    ]
