"""How units stray: by hand, against the textbook, and found again where it is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_worlds import MIXED, SET, deviations, world

from zoneplan.errors import DataError
from zoneplan.forecasting import variogram
from zoneplan.forecasting.panel_model import learn

few = settings(derandomize=True, max_examples=20, deadline=None)


def test_parts_of_the_variogram():
    # Fading growth of memory .6: one year 1, two years 2 (1 + .6), three years 3 + 2 (2 .6 + .36).
    expected = [[0, 0, 0, 0], [2, 1, 1, 1], [2, 2, 3.2, 4], [2, 3, 6.12, 9]]
    assert variogram.parts(np.arange(4), (0.6,)) == pytest.approx(np.array(expected))
    assert variogram.parts(np.array([-2]), (0.6,)) == pytest.approx(np.array(expected[2:3]))


def test_variance_of_cut_sizes():
    sizes, limit = np.array([100.0, 1, 1, 1]), 3 / 0.6745
    assert variogram.cut_variance(sizes, np.ones(4), 3) == pytest.approx((3 + limit**2) / 4)
    some = variogram.cut_variance(sizes, np.array([1, 3, 3, 3.0]), 3)
    assert some == pytest.approx((9 + limit**2) / 10)


def test_row_medians_leave_gaps_out():
    rows = np.array([[3, np.nan, 1, 2], [np.nan, 4, 1, np.nan], [5, *[np.nan] * 3], [np.nan] * 4])
    assert np.allclose(variogram.row_median(rows), [2, 2.5, 5, np.nan], equal_nan=True)


@pytest.mark.parametrize(
    "weights",
    [MIXED, (0, 4e-3, 0, 0, 0, 0), (2e-3, 3e-4, 0, 0, 0, 0), (1e-4, 2e-4, 1e-3, 0, 0, 4e-4)],
)
def test_the_variogram_is_found_again(weights):
    sample = deviations(np.random.default_rng(5), 4000, 16, weights)
    shapes = variogram.parts(np.arange(1, SET.longest_lag + 1), SET.fading)
    assert shapes @ variogram.fit(sample, SET) == pytest.approx(
        shapes @ np.array(weights), rel=0.06
    )


def test_steps_that_stay_never_vanish():
    # Every unit grows at its own constant pace: only growth that stays would be left.
    paces = np.linspace(-0.1, 0.1, 40)[:, None] * np.arange(12)
    weights = variogram.fit(paces, SET)
    one = variogram.parts(1, SET.fading) @ weights
    assert weights[1] >= 0.8 * SET.floor * one > 0


def test_figures_too_far_apart_teach_nothing():
    panel = world(1)
    panel.logs[:, 1:-1] = np.nan
    with pytest.raises(DataError, match="within 8 years"):
        learn(panel, 2020)


def kriging(known, weights):
    """Weights of the points and variances for every year of the grid."""
    known = np.array([known], dtype=bool)
    ahead = np.arange(known.shape[1])
    solved, variance = variogram.kriging(known, np.array(weights, dtype=float), ahead, SET.fading)
    return solved[0], variance[0]


def test_a_random_walk_forgets_all_but_the_last_point():
    weights, variance = kriging([1, 0, 1, 1, 1, 0, 0, 0], (0, 0.04, 0, 0, 0, 0))
    assert weights[:, 5:] == pytest.approx(0, abs=1e-6)
    assert variance[5:] == pytest.approx([0.04, 0.08, 0.12], rel=1e-6)


@pytest.mark.parametrize("known", [[1, 1, 1, 1, 0, 0], [1, 0, 0, 1, 0, 0], [0, 0, 0, 1, 0, 0]])
def test_pure_noise_is_averaged(known):
    weights, variance = kriging(known, (0.01, 0, 0, 0, 0, 0))
    n = sum(known)
    expected = np.where(np.arange(6) < 3, np.array(known) / n, 0)
    assert weights[:, 4] == pytest.approx(expected, rel=1e-6)
    assert weights[:, 5] == pytest.approx(expected, rel=1e-6)
    # The new year's own noise and the error of the mean of n points.
    assert variance[4:] == pytest.approx(0.01 * (1 + 1 / n), rel=1e-6)


def test_growth_that_stays_is_carried_on():
    # Relative to the last point, the only earlier one lies three years back: two years on, minus
    # two thirds of it.
    weights, variance = kriging([1, 0, 0, 1, 0, 0], (0, 0, 0, 0, 0, 0.01))
    assert weights[0, 4:] == pytest.approx([-1 / 3, -2 / 3], rel=1e-5)
    assert variance[4:] == pytest.approx(0, abs=1e-6)


@few
@given(
    st.integers(0, 10**6), st.integers(2, 7), st.lists(st.floats(0.01, 1), min_size=6, max_size=6)
)
def test_weights_are_those_of_ordinary_kriging(seed, n, weights):
    # Written the textbook way (Cressie 1993): weights that sum to one and a Lagrange multiplier.
    rng = np.random.default_rng(seed)
    width = 12
    at = np.sort(rng.choice(width - 2, n, replace=False))
    known = np.isin(np.arange(width), at)
    lags = np.subtract.outer(np.arange(width), np.arange(width))
    half = variogram.parts(lags, SET.fading) @ np.array(weights) / 2
    system = np.ones((n + 1, n + 1))
    system[:n, :n], system[n, n] = half[np.ix_(at, at)], 0
    got, variance = kriging(known, weights)
    for year in range(at[-1] + 1, width):
        solved = np.linalg.solve(system, np.append(half[at, year], 1))
        assert got[at[:-1], year] == pytest.approx(solved[: n - 1], abs=1e-5)
        assert variance[year] == pytest.approx(solved @ np.append(half[at, year], 1), rel=1e-4)


WALK = np.array([0, 0.01, 0, 0, 0, 0])


def guess_of(*steps, weights=WALK):
    """Guess the next year of a unit from its steps, counted in the class's own."""
    path = np.concatenate([[0], np.cumsum(steps)]) * 0.1
    return variogram.guess(path[None, :], weights, np.array([len(path)]), SET)


def test_own_roughness_starts_as_the_class_and_moves_with_each_step():
    assert guess_of().scale[0] == 1
    assert guess_of(2).scale[0] == pytest.approx(np.sqrt((3 + 4) / 4))
    assert guess_of(0).scale[0] == pytest.approx(np.sqrt(3 / 4))
    assert guess_of(100).scale[0] == pytest.approx(np.sqrt((3 + 9) / 4))
    age = 0.5 ** (1 / 12)
    assert guess_of(3, 1).scale[0] == pytest.approx(np.sqrt((3 + 9 * age + 1) / (4 + age)))


def test_wild_steps_are_cut_before_they_are_averaged():
    # Noise only: the mean of two points, but the step of a thousand deviations counts as three own
    # scales.
    made = variogram.guess(
        np.array([[0.0, 100]]), np.array([0.005, 0, 0, 0, 0, 0]), np.array([2]), SET
    )
    assert made.change[0, 0] == pytest.approx(-0.5 * 3 * np.sqrt(12 / 4) * 0.1, rel=1e-6)


def test_many_patterns_of_gaps_and_few_are_treated_alike():
    rng = np.random.default_rng(3)
    sample = deviations(rng, 40, 9)
    sample[rng.random(sample.shape) < 0.4] = np.nan
    sample = sample[np.isfinite(sample).any(axis=1)]
    weights, ahead = np.array(MIXED), np.array([9, 10])
    together = variogram.guess(sample, weights, ahead, SET)
    for k in range(len(sample)):
        alone = variogram.guess(sample[k : k + 1], weights, ahead, SET)
        assert alone.change[0] == pytest.approx(together.change[k], rel=1e-9, abs=1e-12)
        assert alone.variance[0] == pytest.approx(together.variance[k], rel=1e-9)
