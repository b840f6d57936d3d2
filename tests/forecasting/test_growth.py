"""The common path of a class: its smoothed growth, its slowing, its errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.forecasting import growth
from zoneplan.forecasting.settings import SETTINGS, Settings, register

RATES = st.lists(st.floats(-0.2, 0.4), min_size=4, max_size=15).map(np.array)


def test_smoothed_growth_halves_the_weight_of_each_year_before():
    # (0.10 * 1 + 0.06 * 1/2 + 0.02 * 1/4) / (1 + 1/2 + 1/4) = 0.135 / 1.75
    assert growth.smoothed(np.array([0.02, 0.06, 0.10])) == pytest.approx(0.135 / 1.75)


def test_growth_of_a_fifth_slows_to_an_eighth_in_three_years():
    coming = growth.expected_growth(np.array([0.2, 0.2, 0.2]), 3)
    assert coming == pytest.approx([0.2 / 1.2, 0.2 / 1.4, 0.2 / 1.6])
    assert coming[-1] == pytest.approx(0.125)


def test_errors_of_a_path_without_surprise_are_its_slowing():
    # Expected 0.1 / 1.1, came 0.1.
    errors = growth.past_errors(np.full(6, 0.1))
    assert errors == pytest.approx(np.full(3, 0.1 - 0.1 / 1.1))


def test_error_joins_past_errors_and_a_third_of_growth():
    path = np.full(4, 0.12)
    error, prior = 0.12 - 0.12 / 1.12, 0.04
    assert growth.error_sd(path) == pytest.approx(np.sqrt((error**2 + prior**2) / 2))


def test_recent_errors_weigh_more():
    early = np.array([0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert growth.error_sd(early) < growth.error_sd(early[[0, 1, 2, 4, 5, 6, 7, 8, 3, 9]])


def test_common_errors_without_bad_years_are_those_of_students_t():
    from scipy.stats import t

    settings = Settings(bad_years=0.0)
    found = growth.common_quantiles(0.02, -0.1, 3, 4096, settings)
    scale = 0.02 * 3**0.85 * np.sqrt(6 / 8)
    assert found == pytest.approx(t(8).ppf((np.arange(4096) + 0.5) / 4096) * scale, abs=2e-4)


def test_bad_years_pull_the_lower_end_only():
    plain = growth.common_quantiles(0.02, -0.08, 3, 4096, Settings(bad_years=0.0))
    with_bad = growth.common_quantiles(0.02, -0.08, 3, 4096)
    assert with_bad[409] < plain[409] - 0.02
    assert with_bad[-409] == pytest.approx(plain[-409], abs=0.01)


def test_a_bad_year_in_three_is_as_likely_as_one_minus_none_of_three():
    # Without any error but the shock, the share of draws at the shock is 1 - (13/14)^3.
    found = growth.common_quantiles(1e-6, -0.1, 3, 8192)
    assert (found < -0.05).mean() == pytest.approx(1 - (13 / 14) ** 3, abs=2e-4)


@given(RATES)
def test_errors_scale_with_the_path(path):
    assert growth.error_sd(path) >= 0
    assert growth.bad_shock(path) <= -growth.LEAST_SHOCK


def test_the_register_says_what_every_constant_was_set_on():
    rows = register()
    assert {"smoothing", "exponent", "half_life", "bad_years", "prior_share"} <= set(
        rows["constant"]
    )
    assert rows["set_on"].str.len().min() > 10
    hindsight = rows.set_index("constant")["hindsight"]
    assert hindsight["exponent"]
    assert not hindsight["half_life"]
    assert rows.set_index("constant")["value"]["draws"] == SETTINGS.draws


def test_without_any_error_nothing_moves():
    assert not growth.common_quantiles(0.0, -0.1, 3, 16).any()
