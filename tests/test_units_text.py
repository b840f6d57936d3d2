"""Units and the one formatter."""

from __future__ import annotations

import datetime
import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan import text
from zoneplan.data.units import UNITS, convert
from zoneplan.errors import DataError, Problem

YUAN = ("亿元", "百万元", "万元", "元")
DOLLARS = ("亿美元", "百万美元", "万美元")
AMOUNTS = st.floats(1e-3, 1e9)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (9870, "万元", "亿元", 0.987),
        (10200, "万美元", "亿美元", 1.02),
        (500, "百万美元", "亿美元", 5),
        (1, "亿元", "元", 1e8),
        (1, "平方公里", "公顷", 100),
        (1, "平方公里", "亩", 1500),
        (12.5, "%", "%", 12.5),
        (50, "位", "位", 50),
    ],
)
def test_known_conversions(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected, rel=1e-12)


def test_dollars_to_yuan_at_the_mean_of_2016():
    assert convert(1, "亿美元", "亿元", 6.6444) == pytest.approx(6.6444)
    assert convert(8400, "万美元", "亿元", 6.6444) == pytest.approx(5.581296)
    assert convert(6.6444, "亿元", "亿美元", 6.6444) == pytest.approx(1)


@given(AMOUNTS, st.sampled_from(YUAN + DOLLARS), st.sampled_from(YUAN + DOLLARS), st.floats(1, 10))
def test_there_and_back(value, unit, to, rate):
    assert convert(convert(value, unit, to, rate), to, unit, rate) == pytest.approx(
        value, rel=1e-12
    )


@pytest.mark.parametrize(
    ("unit", "to", "says"),
    [
        ("亿圆", "亿元", "亿圆"),
        ("亿元", "", "no scale"),
        ("亿圆", "亿圆", "亿圆"),
        ("%", "亿元", "no scale"),
        ("亿元", "亩", "yuan is not area"),
        ("亿元", "亿美元", "needs the exchange rate"),
    ],
)
def test_what_cannot_be_converted_is_refused(unit, to, says):
    with pytest.raises(ValueError, match=says):
        convert(1, unit, to)


def test_units_are_listed_once():
    assert len(set(UNITS)) == len(UNITS)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (204.72, 1, "204.7"),
        (204.72, 2, "204.72"),
        (270, 0, "270"),
        (1234567.891, 1, "1,234,567.9"),
        (-0.04, 1, "0.0"),
        (-3.25, 2, "-3.25"),
        (0, 1, "0.0"),
        (math.nan, 1, "–"),
        (None, 1, "–"),
        (pd.NA, 1, "–"),
    ],
)
def test_num(value, digits, shown):
    assert text.num(value, digits) == shown


def test_pct():
    assert text.pct(8.62) == "8.6 %"
    assert text.pct(8.62, 0) == "9 %"
    assert text.pct(math.nan) == "–"


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0, "<1 %"),
        (0.0099, "<1 %"),
        (0.01, "1 %"),
        (0.374, "37 %"),
        (0.99, "99 %"),
        (0.995, ">99 %"),
        (1, ">99 %"),
        (math.nan, "–"),
    ],
)
def test_odds(p, shown):
    assert text.odds(p) == shown


@given(st.floats(0, 1))
def test_odds_never_claim_certainty(p):
    assert text.odds(p) not in ("0 %", "100 %")


@given(st.floats(0, 1), st.floats(0, 1))
def test_odds_keep_their_order(p, q):
    def rank(shown: str) -> float:
        return {"<1 %": 0.5, ">99 %": 99.5}.get(shown) or float(shown.removesuffix(" %"))

    low, high = sorted((p, q))
    assert rank(text.odds(low)) <= rank(text.odds(high))


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_num_reads_back(x, digits):
    assert float(text.num(x, digits).replace(",", "")) == pytest.approx(
        x, abs=0.5001 * 10**-digits, rel=1e-12
    )


def test_frame_has_fixed_decimals_and_keeps_chinese():
    table = pd.DataFrame(
        {
            "名": ["生产总值", "出口"],
            "x": [1.25, math.nan],
            "n": [3, 4],
            "day": pd.to_datetime(["2018-10-30"] * 2),
        }
    )
    shown = text.frame(table, {"x": 2})
    assert "生产总值" in shown and "1.25" in shown and "–" in shown and "2018-10-30" in shown
    assert "3.0" not in shown


def test_a_problem_leaves_out_what_has_no_place():
    assert (
        str(Problem("a.csv", 3, "value", "'x'", "a number"))
        == "a.csv:3:value: found 'x'; expected a number"
    )
    assert (
        str(Problem("a.csv", None, None, "no such file", "a table"))
        == "a.csv: found no such file; expected a table"
    )
    assert str(Problem("a.csv", 1, None, "x", "y")) == "a.csv:1: found x; expected y"


def test_a_problem_is_one_readable_line_whatever_a_file_holds():
    told = str(Problem("a\x1b[31m.csv", 2, "v\u202e\n", "x" * 5000, "a 温州　number"))
    assert (
        told
        == "a\\x1b[31m.csv:2:v\\u202e\\n: found " + "x" * 200 + "…; expected a 温州\\u3000number"
    )
    assert len(str(Problem("a.csv", None, None, "x", "one of " + "y, " * 300))) < 1000


def test_an_error_lists_every_problem():
    problems = [Problem("a.csv", n, "value", "x", "y") for n in (2, 3)]
    error = DataError(problems)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [str(p) for p in problems]


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (270, "亿元", "CNY 27 billion", "270亿元"),
        (228, "亿元", "CNY 22.8 billion", "228亿元"),
        (204.72, "亿元", "CNY 20.47 billion", "204.72亿元"),
        (8400, "万美元", "USD 84 million", "8,400万美元"),
        (35, "家", "35", "35家"),
        (9, "%", "9 %", "9%"),
        (8.5, "%", "8.5 %", "8.5%"),
    ],
)
def test_amounts_as_each_reader_is_told_them(value, unit, english, chinese):
    assert (text.amount(value, unit), text.amount(value, unit, "zh")) == (english, chinese)


def test_odds_and_days_in_chinese():
    assert (text.odds(0.004, "zh"), text.odds(0.37, "zh"), text.odds(0.999, "zh")) == (
        "<1%",
        "37%",
        ">99%",
    )
    assert (text.odds_range(0.37, 0.55, "zh"), text.odds_range(0.37, 0.55)) == (
        "37%～55%",
        "37-55 %",
    )
    day = datetime.date(2018, 10, 30)
    assert (text.day(day), text.day(day, "zh")) == ("30 October 2018", "2018年10月30日")


@pytest.mark.parametrize("name", ["<b>Zone</b>", "<script>alert(1)</script>", "a <!-- b", "x </p>"])
def test_what_looks_like_a_tag_is_shown(name):
    shown = text.say(f"Odds of {name}: **<1 %**.").data
    assert shown.endswith(": **<1 %**.") and "&lt;" in shown and not re.search("<[a-z/!]", shown)
