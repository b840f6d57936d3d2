"""The audit against findings worked by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.plan.audit import (
    AGREES,
    CONTRADICTS,
    FINDINGS,
    OPEN,
    ROUNDING,
    Interval,
    audit,
    cagr,
    implied_base,
)


def test_cagr_known_answers():
    assert cagr(100, 121, 2) == pytest.approx(10)
    assert cagr(228, 270, 2) == pytest.approx(8.8214, abs=1e-4)


@pytest.mark.parametrize("levels", [(0, 1, 1), (1, -1, 1), (1, 1, 0)])
def test_cagr_refuses_what_has_no_growth(levels):
    with pytest.raises(ValueError, match="positive"):
        cagr(*levels)


@given(st.floats(1, 1e6), st.floats(-50, 200), st.integers(1, 10))
def test_cagr_inverts_compounding(first, rate, years):
    assert cagr(first, first * (1 + rate / 100) ** years, years) == pytest.approx(rate, abs=1e-6)


def test_printed_228_means_227_5_to_228_5():
    assert Interval.printed(228, 1) == Interval(227.5, 228, 228.5)


@given(st.floats(1, 1e4), st.floats(0.01, 1), st.floats(1, 1e4))
def test_interval_growth_is_ordered(value, precision, later):
    a, b = Interval.printed(value + 1, precision), Interval.printed(later + 1, precision)
    growth = a.growth_to(b, 2)
    assert growth.low <= growth.mid <= growth.high


@pytest.mark.parametrize(
    ("check", "item", "finding"),
    [
        # 270 / 228 over two years is 8.82 %, its rounding interval 8.60 to 9.04 holds 9.
        ("average growth", "gdp", ROUNDING),
        # 104 / 86 is 9.97 %, within 0.05 of 10.
        ("average growth", "trade_total", AGREES),
        # 8400 / 7000 is 9.54 %.
        ("average growth", "fdi_actual", ROUNDING),
        # (10 + 15 + 16) / 3 is 13.67, printed 13.
        ("average of yearly rates", "private_investment", ROUNDING),
        ("average of yearly rates", "fixed_asset_investment", AGREES),
        # 41.8 + 46 + 50.6 = 138.4, at least 138.
        ("sum", "returned_merchant_funds_total", AGREES),
        ("sum", "projects_over_1bn_total", AGREES),
        ("text repeats annex", "gdp_growth", AGREES),
        # 7000 + 7700 + 8400 = 23100, not 8400.
        ("cumulative or yearly", "fdi_actual", CONTRADICTS),
        # 94 / 86 is 9.30 %, up to 10.53 % unrounded; 104 / 94 is 10.64 %.
        ("growth in each year", "trade_total 2019", ROUNDING),
        ("growth in each year", "trade_total 2020", AGREES),
        # sqrt(3.7 * 270 / (3.5 * 228)) is 11.9 % a year against at least 15.
        ("R&D spending", "rd_to_gdp", CONTRADICTS),
        ("total against parts", "fixed_asset_investment", OPEN),
        # 88 / 1.10 = 80.0 lies below the 82.98 of 2016.
        ("implied base", "industrial_value_added", CONTRADICTS),
        ("implied base", "fiscal_revenue_total", OPEN),
    ],
)
def test_findings_worked_by_hand(plan, check, item, finding):
    assert plan.audit().finding(check, item) == finding


def test_every_finding_is_one_of_four_and_counted(plan):
    result = plan.audit()
    assert set(result.table()["finding"]) <= set(FINDINGS)
    assert result.tally()["n"].sum() == len(result.table())


def test_implied_base_of_gdp(plan):
    base = implied_base(plan, "gdp")
    assert base.mid == pytest.approx(228 / 1.09)
    assert (base.low, base.high) == (pytest.approx(227.5 / 1.095), pytest.approx(228.5 / 1.085))


def test_a_changed_target_changes_the_finding(plan):
    targets = plan.targets.copy()
    targets.loc[targets["target_id"] == "gdp-2020", "value"] = 300.0
    assert audit(replace(plan, targets=targets)).finding("average growth", "gdp") == CONTRADICTS
