"""The regression over all units and years: found again where it is known, and silent where it knows
nothing.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_worlds import SET

from zoneplan.forecasting import pooled_regression
from zoneplan.forecasting.pooled_regression import learn_regression


def momentum(seed, n=400, width=14, memory=0.5):
    """Deviations whose yearly change is a share of the change before, plus noise."""
    rng = np.random.default_rng(seed)
    change = rng.normal(0, 0.02, (n, width))
    for k in range(1, width):
        change[:, k] += memory * change[:, k - 1]
    return np.cumsum(change, axis=1)


def test_coefficients_of_least_absolute_deviations():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(5000, 3))
    y = x @ [0.5, -0.2, 0.0] + 0.1 * rng.standard_t(2, 5000)
    found = pooled_regression._least_absolute(x, y, 1e-6)
    assert found == pytest.approx([0.5, -0.2, 0.0], abs=0.01)


def test_the_ridge_draws_to_zero():
    x = np.eye(2).repeat(50, axis=0)
    found = pooled_regression._least_absolute(x, x @ [1.0, 1.0], 0.25)
    assert found == pytest.approx([0.8, 0.8])


def test_momentum_is_found_again():
    sample = momentum(2)
    model = learn_regression(sample[:, :11], SET)
    told, known = model.change(sample[:, :11], np.full(len(sample), 10))
    came = sample[:, 11] - sample[:, 10]
    assert known.all()
    assert np.corrcoef(told[:, 0], came)[0, 1] > 0.4
    assert np.abs(came - told[:, 0]).mean() < 0.95 * np.abs(came - np.median(came)).mean()
    # Half of the last change next year and half of that again, 0.5, 0.75, 0.875 of it in all; the
    # ridge takes some.
    last = (sample[:, 10] - sample[:, 9]) / 0.02
    slopes = [np.polyfit(last, told[:, h] / 0.02, 1)[0] for h in range(3)]
    assert slopes == pytest.approx([0.5, 0.75, 0.875], abs=0.2)


def test_a_growth_that_all_share_is_not_learnt():
    sample = momentum(3)
    common = np.cumsum(np.linspace(0.2, -0.1, sample.shape[1]))
    one, two = (learn_regression(d, SET) for d in (sample, sample + common))
    # The same changes over and above the others would be foretold; what they share adds nothing of
    # its own.
    assert one.coefficients[0, :3].sum() == pytest.approx(two.coefficients[0, :3].sum(), abs=0.3)


def test_scaling_deviations_scales_what_is_foretold():
    sample = momentum(4, n=60)
    last = np.full(60, 13)
    for size in (1e-3, 30.0):
        told, _ = learn_regression(size * sample, SET).change(size * sample, last)
        plain, _ = learn_regression(sample, SET).change(sample, last)
        # Only the level is not divided by roughness; its part is small here.
        assert np.corrcoef((told / size).ravel(), plain.ravel())[0, 1] > 0.98


def test_too_few_pairs_foretell_nothing():
    model = learn_regression(momentum(5, n=10, width=4), SET)
    told, known = model.change(momentum(5, n=10, width=4), np.full(10, 3))
    assert told.shape == (10, 0)
    assert not known.any()
    assert len(
        learn_regression(momentum(5, n=10, width=4), replace(SET, fewest_pairs=5)).coefficients
    )


def test_a_unit_without_a_change_in_its_last_year_is_not_foretold():
    sample = momentum(6, n=60)
    gap = sample.copy()
    gap[0, :-1] = np.nan
    _, known = learn_regression(sample, SET).change(gap, np.full(60, 13))
    assert not known[0]
    assert known[1:].all()
