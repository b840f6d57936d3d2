"""Units, converted in one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.data.units import (
    UNITS,
    canonical,
    convert,
    convertible,
    kind_of,
    readable,
    shown_in,
)  # fmt: skip

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
    ("value", "unit", "kept"),
    [
        (9870, "万元", (0.987, "亿元")),
        (500, "百万美元", (5, "亿美元")),
        (3, "亿元", (3, "亿元")),
        (9.5, "%", (9.5, "%")),
    ],
)
def test_money_is_kept_in_one_unit_of_its_currency(value, unit, kept):
    assert canonical(value, unit) == kept


def test_what_converts_without_a_rate():
    assert convertible("万元", "亿元")
    assert convertible("%", "%")
    assert convertible("亩", "公顷")
    assert not convertible("亿元", "亿美元")
    assert not convertible("亿元", "亩")
    assert not convertible("家", "个")
    assert not convertible("亿圆", "亿圆")


def test_what_a_unit_measures():
    assert [kind_of(u) for u in ("家", "亩", "位", "亿元")] == ["count", "area", "rank", "flow"]


def test_units_as_readers_of_a_language_know_them():
    assert shown_in("亿元", "en") == (0.1, "CNY billion")
    assert shown_in("亿元", "zh") == (1.0, "亿元")
    assert readable(270, "亿元", "en") == (27.0, "CNY {} billion")
    assert readable(3, "zones", "en") == (3, "{} zones")
