"""What a clerk is told stands in both languages: reasons, remarks, questions and problems."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

import zoneplan
from zoneplan.clerk import _numbered
from zoneplan.data.importer import read_workbook
from zoneplan.data.importer.words import WORDS
from zoneplan.errors import DataError, Problem
from zoneplan.messages import words
from zoneplan.messages.problems import told, translated

LIB = Path(zoneplan.__file__).parent
CASES = Path(__file__).parent / "data" / "cases"
EXPECTED = tomllib.loads((CASES / "expected.toml").read_text(encoding="utf-8"))
# Texts that stand between, or are no words.
WORDLESS = re.compile(r"[\W\d_]*|[\w.]*")


def constants(module: Path) -> set[str]:
    """The sentences that a module names at its top, as the reasons of the importer are."""
    found = set()
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        value = node.value if isinstance(node, ast.Assign) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value:
            found.add(value.value)
    return found


def in_chinese(text: str) -> bool:
    return translated(text, "zh") != text


REASONS = {
    text
    for module in ("columns", "figures", "numbers", "reading", "workbook")
    for text in constants(LIB / "data" / "importer" / f"{module}.py")
    if re.match("[a-z]", text.split()[0]) and "[" not in text and len(text) > 8
}


def test_every_reason_of_the_importer_is_in_chinese():
    assert len(REASONS) > 15
    assert {r for r in REASONS | set(WORDS["not_read"].values()) if not in_chinese(r)} == set()


@pytest.mark.parametrize("name", EXPECTED)
def test_what_the_cases_are_told_is_in_chinese(name):
    try:
        read = read_workbook(CASES / name)
    except DataError as error:
        [problem] = error.problems
        assert in_chinese(problem.found)
        assert in_chinese(problem.expected)
        return
    said = [*read.not_understood()["why"], *read.told["how"], *read.jumps()]
    assert [text for text in said if not in_chinese(text)] == []
    for lang in ("en", "zh"):
        asked = "\n".join(_numbered(read.questions, words(lang)))
        assert "{" not in asked
        assert ("？" in asked) == (lang == "zh")


def test_a_problem_is_one_line_in_both_languages():
    problem = Problem("targets.csv", 10, "unit", "'亿'", "one of 亿元, 万元")
    assert told(problem, "en") == str(problem)
    assert told(problem, "zh") == "targets.csv 第 10 行 unit：现为 '亿'；应为 以下之一：亿元, 万元"
    # What has no template stays as it is.
    assert translated("never heard of", "zh") == "never heard of"


def test_a_template_finds_its_parts_again():
    en, zh = (words(x).group("problems.text") for x in ("en", "zh"))
    assert en.keys() == zh.keys()
    for key, template in en.items():
        parts = re.findall(r"\{(\w+)\}", template)
        assert set(parts) == set(re.findall(r"\{(\w+)\}", zh[key])), key
        text = template.format(**{p: f"<{p}>" for p in parts})
        assert translated(text, "zh") == zh[key].format(**{p: f"<{p}>" for p in parts}), key
