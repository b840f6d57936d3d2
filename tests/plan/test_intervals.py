"""Printed figures as intervals, and growth between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.plan.intervals import Interval, cagr

LEVELS = st.floats(1, 1e4)


def test_growth_by_hand():
    assert cagr(100, 121, 2) == pytest.approx(10)
    assert cagr(228, 270, 2) == pytest.approx(8.8214, abs=1e-4)
    assert cagr(10, 5, 1) == pytest.approx(-50)


@pytest.mark.parametrize("levels", [(0, 1, 1), (-2, 1, 1), (1, 0, 1), (1, -1, 1), (1, 1, 0)])
def test_what_has_no_growth_is_refused(levels):
    with pytest.raises(ValueError, match=r"positive levels and years, found .*, "):
        cagr(*levels)


@given(st.floats(1, 1e6), st.floats(-50, 200), st.integers(1, 10))
def test_growth_inverts_compounding(first, rate, years):
    assert cagr(first, first * (1 + rate / 100) ** years, years) == pytest.approx(rate, abs=1e-6)


def test_printed_228_means_227_5_to_228_5():
    assert Interval.printed(228, 1) == Interval(227.5, 228, 228.5)
    assert Interval.exact(3.5) == Interval(3.5, 3.5, 3.5)


def test_growth_between_roundings_by_hand():
    found = Interval.printed(100, 2).growth_to(Interval.printed(121, 2), 2)
    # 120 / 101 and 122 / 99 over two years.
    assert found.low == pytest.approx(100 * ((120 / 101) ** 0.5 - 1))
    assert (found.mid, found.high) == pytest.approx((10, 100 * ((122 / 99) ** 0.5 - 1)))
    assert str(found) == "10.00 [9.00, 11.01]"


@given(LEVELS, st.floats(0.01, 1), LEVELS, st.integers(1, 5))
def test_growth_of_any_unrounded_pair_lies_inside(value, precision, later, years):
    a, b = Interval.printed(value + 1, precision), Interval.printed(later + 1, precision)
    growth = a.growth_to(b, years)
    assert growth.low <= growth.mid <= growth.high
    for first, last in ((a.low, b.low), (a.high, b.high)):
        assert growth.low - 1e-9 <= cagr(first, last, years) <= growth.high + 1e-9


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [((0, 2), (2, 3), True), ((0, 2), (2.1, 3), False), ((0, 9), (4, 5), True)],
)
def test_intervals_meet_at_their_ends_too(one, other, meet):
    a, b = (Interval(low, (low + high) / 2, high) for low, high in (one, other))
    assert a.overlaps(b) == b.overlaps(a) == meet
