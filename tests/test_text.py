"""The one formatter, in both languages."""

from __future__ import annotations

import datetime
import math
import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan import text


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
    assert "生产总值" in shown
    assert "1.25" in shown
    assert "–" in shown
    assert "2018-10-30" in shown
    assert "3.0" not in shown


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
    assert shown.endswith(": **<1 %**.")
    assert "&lt;" in shown
    assert not re.search("<[a-z/!]", shown)


def test_missing_values_are_a_dash_everywhere():
    nan = math.nan
    for shown in (text.num(nan), text.pct(nan), text.odds(nan), text.amount(nan, "亿元")):
        assert shown == text.MISSING


def test_a_range_that_prints_as_one_number_is_one():
    assert text.odds_range(0.371, 0.374) == "37 %"
    assert text.odds_range(0.004, 0.5) == "<1-50 %"
    assert text.odds_range(0.004, 0.5, "zh") == "<1%～50%"


def test_figures_as_typed_and_as_worked_out():
    assert text.exact(204.725, "亿元") == "CNY 20.4725 billion"
    assert text.exact(204.725, "亿元", "zh") == "204.725亿元"
    assert (text.exact(2.15, "%"), text.exact(2.15, "%", "zh")) == ("2.15 %", "2.15%")
    assert text.rounded(204.725, "亿元", "zh") == "204.7亿元"
    assert text.rounded(7.126, "亿元", "zh") == "7.13亿元"
    assert text.rounded(10.0, "亿元", "zh") == "10.0亿元"
    assert text.rounded(12345.6, "万元", "zh") == "12,346万元"
    assert text.rounded(1000.4, "万元", "zh") == "1,000万元"


def test_capitals_and_tables():
    assert (text.upper("gDP"), text.upper("")) == ("GDP", "")
    shown = text.show(pd.DataFrame({"a<b": [1.25], "c": ["<i>"]}), 2)
    assert repr(shown).split() == ["a<b", "c", "1.25", "<i>"]
    assert shown._repr_html_() == (
        "<table><thead><tr><th>a&lt;b</th><th>c</th></tr></thead>"
        "<tbody><tr><td>1.25</td><td>&lt;i&gt;</td></tr></tbody></table>"
    )


def test_decimals_by_column():
    frame = pd.DataFrame({"a": [1.234], "b": [1.234], "n": [2], "l": [[1, 2]]})
    made = text.cells(frame, {"a": 2, "*": 0})
    assert made.iloc[0].tolist() == ["1.23", "1", "2", "[1, 2]"]
