"""The path that units share: by hand, and what its weights and errors must do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_worlds import SET, world
from scipy.stats import t

from zoneplan.data.panel import Panel
from zoneplan.errors import DataError
from zoneplan.forecasting import common_path
from zoneplan.forecasting.common_path import common_growth
from zoneplan.forecasting.panel_model import learn

ONE_SPEED = replace(SET, speeds=(0.5,), speed_weights=(1.0,))


def test_common_growth_by_hand():
    nan = np.nan
    logs = [
        [0, 0.10, 0.3, 0.4, 0.5],
        [0, 0.20, 0.5, 0.6, 0.7],
        [0, 0.30, 0.4, 0.7, 0.9],
        [0, 0.40, 0.9, 1.0, nan],
        [0, nan, 1.0, 1.1, nan],
        [5, 5.60, nan, nan, nan],
    ]
    # 2001: median of .1 .2 .3 .4 .5 (half of 1.0) .6; 2002: of .2 .3 .1 .5 .5; 2003: of .1 .1 .3 .1
    # .1; 2004: three units only.
    growth = common_growth(Panel(np.arange(6), np.arange(2000, 2005), np.array(logs)))
    assert growth == pytest.approx([0.35, 0.3, 0.1])


def test_years_that_too_few_report_take_the_growth_before():
    logs = np.cumsum(np.tile([0, 0.1, 0.2, 0.3, 0.4], (6, 1)), axis=1)
    # Two units end in 2002 and two others begin in 2003, so only two show growth in 2003.
    logs[:2, 3:] = logs[2:4, :3] = np.nan
    late = Panel(np.arange(6), np.arange(2000, 2005), logs)
    with pytest.raises(DataError, match="fewer than 5 units"):
        common_growth(late)
    more = Panel(np.arange(12), late.years, np.concatenate([logs, logs]))
    more.logs[[0, 1, 6, 7], 3:] = np.nan
    assert common_growth(more) == pytest.approx([0.1, 0.2, 0.2, 0.4])


def test_the_path_ends_where_the_last_five_units_do():
    logs = np.cumsum(np.tile([0, 0.1, 0.2, 0.3, 0.4, 0.5], (6, 1)), axis=1)
    for end in (2, 3, 4, 5):
        short = logs.copy()
        short[1:, end:] = np.nan
        assert len(common_growth(Panel(np.arange(6), np.arange(2000, 2006), short))) == end - 1


@pytest.mark.parametrize("g", [0.2, -0.2, 0.0])
def test_even_growth_fades_at_every_speed(g):
    expected = [g / (1 + abs(g) * k) for k in (1, 2, 3, 4)]
    assert common_path.ahead(np.full(6, g), 4, SET) == pytest.approx(expected)


def test_newer_years_count_twice_as_much_at_one_half():
    now = (0.1 + 0.05 + 0.2) / 1.75
    assert common_path.ahead(np.array([0.4, 0.1, 0.2]), 1, ONE_SPEED) == pytest.approx(
        now / (1 + now)
    )


def test_without_a_past_the_speeds_have_their_given_weights():
    growth = np.array([0.1, 0.2])
    each = [common_path.ahead(growth, 2, replace(ONE_SPEED, speeds=(s,))) for s in SET.speeds]
    expected = np.array(SET.speed_weights) @ np.array(each)
    assert common_path.ahead(growth, 2, SET) == pytest.approx(expected)


def test_speeds_are_chosen_by_the_errors_they_made():
    rng = np.random.default_rng(1)
    noise = 0.05 + rng.normal(0, 0.05, 30)
    walk = 0.05 + np.cumsum(rng.normal(0, 0.02, 30))
    slow, quick = (common_path._weights(g, SET) for g in (noise, walk))
    by_speed = dict(zip(SET.speeds, zip(slow, quick, strict=True), strict=True))
    # Growth that is noise around a mean asks for slow smoothing, growth that wanders for quick one.
    assert by_speed[0.1][0] > 0.3
    assert by_speed[0.1][1] < 0.1
    assert by_speed[0.7][1] > by_speed[0.7][0]
    assert slow.sum() == pytest.approx(1)


def test_spread_of_two_steps_by_hand():
    growth = np.array([0.1, 0.2])
    settings = replace(ONE_SPEED, median_error=0.0)
    smoothed = (0.05 + 0.2) / 1.5
    prior = np.hypot(smoothed / (1 + smoothed) / 3, 0.5 * 0.04)
    one = ((0.2 - 0.1 / 1.1) + 2 * prior) / 3
    found = common_path.spread(growth, 3, 0.04, 10, settings)
    assert found == pytest.approx(one * np.array([1, 2**0.8, 3**0.8]))


def test_the_median_of_few_units_errs_more():
    growth = np.array([0.1, 0.12, 0.09, 0.11])
    few, many = (common_path.spread(growth, 1, 0.1, n, SET)[0] for n in (4, 400))
    assert few**2 - many**2 == pytest.approx((1.25 * 0.1) ** 2 * (1 / 4 - 1 / 400))


def test_recent_errors_weigh_more():
    shock = np.full(24, 0.05)
    early, late = shock.copy(), shock.copy()
    early[4], late[-1] = 0.25, 0.25
    now, then = (common_path.spread(g, 1, 0.0, 100, ONE_SPEED)[0] for g in (late, early))
    assert now > then


def test_errors_are_symmetric_with_unit_variance_in_calm_years():
    errors = common_path.errors(4001, 1, SET, bad_years=False)
    assert np.all(np.diff(errors) > 0)
    assert errors + errors[::-1] == pytest.approx(0, abs=1e-9)
    assert np.var(errors) == pytest.approx(1, rel=0.01)
    assert np.quantile(errors, 0.9) == pytest.approx(t(8).ppf(0.9) * np.sqrt(0.75), rel=1e-3)


def test_bad_years_are_a_stated_share_and_widen_the_tails_most():
    calm, bad = (common_path.errors(4000, 3, SET, b) for b in (False, True))
    share = 1 - (1 - SET.bad_share) ** 3
    assert np.var(bad) == pytest.approx(1 - share + share * SET.bad_size**2, rel=0.03)
    wider = np.quantile(bad, [0.6, 0.9, 0.98]) / np.quantile(calm, [0.6, 0.9, 0.98])
    assert (np.diff(wider) > 0).all()
    assert common_path.errors(99, 0, SET, True) == pytest.approx(common_path.errors(99, 5, SET))


@pytest.mark.parametrize(("n", "enough"), [(4, False), (5, True)])
def test_five_units_are_the_fewest(n, enough):
    panel = world(1, n)
    if enough:
        assert learn(panel, 2020).n_units == n
    else:
        with pytest.raises(DataError, match="--reference"):
            learn(panel, 2020)
