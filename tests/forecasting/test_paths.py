"""Draws of growth: stratified, coupled over the years, each marginal exact."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.forecasting.classes import ReferenceClass, spread_units
from zoneplan.forecasting.paths import (
    expected_path,
    fractional,
    growth_paths,
    increments,
    ranks,
    stratified,
    together,
)  # fmt: skip
from zoneplan.forecasting.settings import Settings

DAY = date(2018, 11, 5)
GDP = ReferenceClass("county", "coastal_size_matched", "gdp")


def test_every_column_holds_each_stratum_once():
    points = stratified(1024, 9)
    middles = (np.arange(1024) + 0.5) / 1024
    assert np.array_equal(np.sort(points, axis=0), np.tile(middles[:, None], 9))


def test_columns_are_nearly_independent():
    r = np.corrcoef(stratified(8192, 9).T)
    assert np.abs(r - np.eye(9)).max() < 0.02


def test_ranks_by_hand():
    values = np.array([[3.0, 1.0], [1.0, 1.0], [2.0, 0.0]])
    assert ranks(values).tolist() == [[2, 1], [0, 2], [1, 0]]


@settings(max_examples=20)
@given(st.floats(-0.9, 0.9))
def test_coupling_permutes_and_moves_together_as_asked(rho):
    order = together(stratified(4096, 2), np.array([[1.0, rho], [rho, 1.0]]))
    assert np.array_equal(np.sort(order, axis=0), np.tile(np.arange(4096)[:, None], 2))
    spearman = 6 / np.pi * np.arcsin(rho / 2)
    assert np.corrcoef(order.T)[0, 1] == pytest.approx(spearman, abs=0.02)


def test_fractional_correlation_by_hand():
    # Cov(1, 3) = (1 + 3^1.7 - 2^1.7) / 2, Var(3) = 3^1.7.
    want = (1 + 3**1.7 - 2**1.7) / 2 / np.sqrt(3**1.7)
    assert fractional(np.arange(1, 4), 0.85)[0, 2] == pytest.approx(want)
    assert increments(np.arange(1, 3), 0.85)[0, 1] == pytest.approx((2**1.7 - 2) / 2)
    assert increments(np.arange(1, 5), 0.5) == pytest.approx(np.eye(4))


def test_known_years_carry_no_common_error():
    made = growth_paths(GDP, DAY, 2016, [2020], True)
    assert made.years == (2017, 2018, 2019, 2020)
    assert made.known_to == 2017
    assert np.all(made.common[:, 0] == 0)
    assert made.common[:, 1].std() > 0


def test_unit_deviations_are_those_of_the_last_windows():
    made = growth_paths(GDP, DAY, 2017, [2020], True)
    for h in (1, 2, 3):
        row = GDP.windows(h, DAY).iloc[-1]
        apart = h * (np.log1p(spread_units(row) / 100) - np.log1p(row["p50"] / 100))
        want = np.quantile(apart, [0.1, 0.5, 0.9])
        assert np.quantile(made.unit[:, h - 1], [0.1, 0.5, 0.9]) == pytest.approx(want, abs=1e-3)


def test_more_than_three_years_stretch_the_window_of_three():
    made = growth_paths(GDP, DAY, 2016, [2020], True)
    assert np.sort(made.unit[:, 3]) == pytest.approx(4 / 3 * np.sort(made.unit[:, 2]))


def test_points_move_every_draw_of_their_year_and_later():
    made = growth_paths(GDP, DAY, 2017, [2020], True)
    plain, more = made.draws(True, {}), made.draws(True, {2019: 1.0})
    assert np.array_equal(plain[:, 0], more[:, 0])
    step = np.log1p(np.expm1(made.middle[1]) + 0.01) - made.middle[1]
    assert (more - plain)[:, 1:] == pytest.approx(step)


def test_single_years_of_a_rate_are_alike():
    investment = ReferenceClass("county", "coastal_size_matched", "fixed_asset_investment")
    made = growth_paths(investment, DAY, 2017, [2018, 2019, 2020], False)
    spread = made.unit.std(axis=0)
    assert spread == pytest.approx(np.full(3, spread[0]))
    errors = made.common.std(axis=0)
    assert errors == pytest.approx(np.full(3, errors[0]))


def test_switches_take_knowledge_away():
    bare = growth_paths(GDP, DAY, 2017, [2020], True, Settings(common_error=False))
    assert not bare.common.any()
    flat = growth_paths(GDP, DAY, 2017, [2020], True, Settings(slowing=False))
    last = GDP.windows(3, DAY)["p50"].iloc[-1]
    assert flat.middle == pytest.approx(np.full(3, np.log1p(last / 100)))
    wide = growth_paths(GDP, DAY, 2017, [2020], True, Settings(windows="all"))
    assert wide.unit[:, 2].std() > bare.unit[:, 2].std()


def test_too_short_a_record_gives_no_paths():
    assert growth_paths(GDP, date(2006, 1, 1), 2005, [2008], True) is None
    assert growth_paths(ReferenceClass("county", "nowhere", "gdp"), DAY, 2017, [2020], True) is None


def test_nothing_later_than_the_day_is_read():
    early = expected_path(GDP, date(2012, 10, 30), 2015)
    assert int(early.index[early["known"]][-1]) == 2010
    later = expected_path(GDP, DAY, 2015)
    both = early.index[early["known"]]
    assert early.loc[both, "growth"].equals(later.loc[both, "growth"])
