"""Drivers of a level: shares and odds with known answers, near correlations, rules that hold on the paths."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from zoneplan.errors import DataError
from zoneplan.forecasting.forecasts import Assumptions
from zoneplan.stress.drivers import (
    BASE,
    Drivers,
    discover,
    drivers,
    is_repaired,
    root,
    shown,
    two_way,
    variance_shares,
)


def model(sd, correlation=None, mean=None, goal=0.0):
    """Drivers made up for a test: the first is the base."""
    n = len(sd)
    names = (BASE, *(f"growth {2017 + k}" for k in range(1, n)))
    made = np.eye(n) if correlation is None else np.asarray(correlation, dtype="float64")
    middle = np.zeros(n) if mean is None else np.asarray(mean, dtype="float64")
    return Drivers(
        "x", "X", "亿元", 2016 + n, names, middle, np.asarray(sd, dtype="float64"), made, goal
    )


def equal(n, rho):
    return np.full((n, n), rho) + (1 - rho) * np.eye(n)


# Variance shares -------------------------------------------------------------------------------------------------


def test_shares_of_independent_drivers_are_their_variances():
    rows = variance_shares(model([0.0, 0.3, 0.4])).table().set_index("driver")
    assert rows["exact"].to_dict() == pytest.approx({"growth 2019": 0.64, "growth 2018": 0.36})
    assert list(rows.index) == ["growth 2019", "growth 2018"]


def test_shares_of_correlated_drivers_by_hand():
    # Variances 0.09 and 0.16, covariance 0.06: the sum has 0.37, of which 0.15 and 0.22 fall to each.
    rows = (
        variance_shares(model([0.0, 0.3, 0.4], [[1, 0, 0], [0, 1, 0.5], [0, 0.5, 1]]))
        .table()
        .set_index("driver")
    )
    assert rows["exact"].to_dict() == pytest.approx(
        {"growth 2018": 0.15 / 0.37, "growth 2019": 0.22 / 0.37}
    )


def test_sobol_of_a_nearly_linear_level_equals_the_closed_form():
    rows = variance_shares(model([0.003, 0.006, 0.008]), samples=2**12).table()
    for column in ("first", "total"):
        assert (abs(rows[column] - rows["exact"]) <= rows[f"{column}_conf"]).all(), column


def test_sobol_of_a_lognormal_level_equals_its_closed_form():
    sd = np.array([0.1, 0.3, 0.5])
    shares = variance_shares(model(sd), samples=2**13)
    rows = shares.table().set_index("driver").loc[[BASE, "growth 2018", "growth 2019"]]
    whole = np.expm1((sd**2).sum())
    first = np.expm1(sd**2) / whole
    total = 1 - np.expm1((sd**2).sum() - sd**2) / whole
    assert (abs(rows["first"] - first) <= rows["first_conf"]).all()
    assert (abs(rows["total"] - total) <= rows["total_conf"]).all()
    assert shares.interaction == pytest.approx(1 - first.sum(), abs=float(rows["first_conf"].sum()))
    assert shares.interaction > 0.01


def test_shares_repeat_by_seed_and_differ_without():
    sd = [0.1, 0.2]
    one, two, other = (variance_shares(model(sd), 2**8, seed).table() for seed in (1, 1, 2))
    assert one.equals(two) and not one.equals(other)
    assert one["exact"].equals(other["exact"])


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.lists(st.floats(0.01, 0.5), min_size=2, max_size=5), st.floats(-0.2, 0.9))
def test_exact_shares_add_up_to_one(sd, rho):
    made = model(sd, equal(len(sd), rho))
    assert variance_shares(made, 2**3).table()["exact"].sum() == pytest.approx(1)


# Odds ------------------------------------------------------------------------------------------------------------


def test_odds_by_hand():
    made = model([0.0, 0.03, 0.04], mean=[5.0, 0.05, 0.05], goal=5.05)
    assert float(made.odds()) == pytest.approx(norm.cdf(1))
    # One year known: what is left has a spread of 0.04.
    assert float(made.odds({"growth 2018": np.array(0.01)})) == pytest.approx(norm.cdf(0.25))
    everything = {n: np.array(m) for n, m in zip(made.names, made.mean, strict=True)}
    assert float(made.odds(everything)) == 1.0


def test_a_known_year_pulls_at_the_correlated_one():
    made = model([0.0, 0.1, 0.2], [[1, 0, 0], [0, 1, 0.6], [0, 0.6, 1]], goal=0.3)
    # Given 0.1 for the first, the second has the middle 0.6 * 0.2 / 0.1 * 0.1 and the spread 0.2 * 0.8.
    assert float(made.odds({"growth 2018": np.array(0.1)})) == pytest.approx(
        norm.cdf((0.1 + 0.12 - 0.3) / 0.16)
    )


def test_a_base_without_spread_can_be_given():
    made = model([0.0, 0.1], goal=0.05)
    assert float(made.odds({BASE: np.array(0.05)})) == pytest.approx(0.5)


def test_odds_are_those_of_the_draws(plan):
    made = drivers(plan, "trade_total")
    hits = made.sample(200_000).sum(axis=1) >= made.goal
    assert float(made.odds()) == pytest.approx(hits.mean(), abs=0.004)


@pytest.mark.parametrize(
    "indicator", ["gdp", "industrial_value_added", "trade_total", "budget_revenue", "fdi_actual"]
)
def test_drivers_of_the_plan_agree_with_its_forecast(plan, indicator):
    odds = plan.forecast(indicator).odds(2020, plan.target(indicator, 2020))
    assert float(drivers(plan, indicator).odds()) == pytest.approx(odds, abs=0.05)


def test_drivers_carry_the_assumptions(plan):
    usual, moved = drivers(plan, "gdp"), drivers(plan, "gdp", Assumptions(extra={2019: 1.0}))
    change = moved.mean - usual.mean
    assert change.sum() == pytest.approx(
        np.log1p(1.0 / (100 + 100 * np.expm1(usual.mean[2]))), rel=0.05
    )
    assert change[0] == 0 and moved.goal == usual.goal
    known = drivers(plan, "gdp", Assumptions(level=210.0))
    assert known.mean[0] == np.log(210.0) and known.sd[0] == 0
    observed = drivers(plan, "gdp", Assumptions(base="observed"))
    assert (
        observed.names == (BASE, "growth 2017", "growth 2018", "growth 2019", "growth 2020")
        and observed.sd[0] == 0
    )


@pytest.mark.parametrize("indicator", ["fixed_asset_investment", "backbone_firms"])
def test_a_series_without_base_or_class_has_no_drivers(plan, indicator):
    with pytest.raises(ValueError, match="no drivers"):
        drivers(plan, indicator)


# Correlation matrices --------------------------------------------------------------------------------------------


def test_root_of_a_correlation_gives_it_back():
    given_ = equal(4, 0.3)
    assert root(given_) @ root(given_).T == pytest.approx(given_)
    assert not is_repaired(given_) and not is_repaired(np.ones((3, 3)))


def test_an_impossible_correlation_is_repaired_to_the_nearest_one():
    # Two move with a third but against each other. The nearest matrix keeps the symmetry: all three correlations fall
    # to a half (the edge of what is possible with equal sizes), at a distance of 0.98 by the same 0.4 in six cells.
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    made = root(impossible) @ root(impossible).T
    assert is_repaired(impossible)
    assert made == pytest.approx(
        np.array([[1, 0.5, -0.5], [0.5, 1, 0.5], [-0.5, 0.5, 1]]), abs=1e-6
    )


def test_the_nearest_correlation_is_that_of_the_literature():
    # Higham 2002, "Computing the nearest correlation matrix", section 4.
    made = root(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]]))
    assert made @ made.T == pytest.approx(
        np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]), abs=1e-4
    )


def matrices():
    cells = st.lists(st.floats(-1, 1), min_size=6, max_size=6)
    return cells.map(lambda c: symmetric(c, 4))


def symmetric(cells, n):
    made = np.eye(n)
    made[np.triu_indices(n, 1)] = cells
    return np.maximum(made, made.T) + np.minimum(made, made.T) - np.eye(n)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(matrices())
def test_a_repaired_matrix_is_a_correlation_and_no_other_is_nearer(matrix):
    made = root(matrix) @ root(matrix).T
    assert np.diag(made) == pytest.approx(1)
    assert np.linalg.eigvalsh(made).min() > -1e-9
    if not is_repaired(matrix):
        assert made == pytest.approx(matrix, abs=1e-6)
    # Cutting negative eigenvalues and scaling back is possible too, but never nearer.
    values, vectors = np.linalg.eigh(matrix)
    cut = vectors * np.sqrt(np.maximum(values, 0))
    cut /= np.linalg.norm(cut, axis=1, keepdims=True)
    assert np.linalg.norm(made - matrix) <= np.linalg.norm(cut @ cut.T - matrix) + 1e-6


@pytest.mark.parametrize(
    "wrong", [np.ones((2, 3)), np.ones(3), 2 * np.eye(2), np.array([[1, 0.2], [0.3, 1]])]
)
def test_what_is_no_correlation_is_refused(wrong):
    with pytest.raises(DataError, match="symmetric matrix with ones"):
        root(wrong)


def test_draws_have_the_asked_correlation_and_repeat_by_seed():
    made = model([0.1, 0.2, 0.3], [[1, 0, 0], [0, 1, 0.7], [0, 0.7, 1]], mean=[1, 2, 3])
    drawn = made.sample(100_000, seed=7)
    assert np.corrcoef(drawn.T) == pytest.approx(made.correlation, abs=0.01)
    assert drawn.mean(axis=0) == pytest.approx([1, 2, 3], abs=0.005)
    assert drawn.std(axis=0) == pytest.approx([0.1, 0.2, 0.3], rel=0.01)
    assert np.array_equal(drawn, made.sample(100_000, seed=7)) and not np.array_equal(
        drawn, made.sample(100_000, seed=8)
    )


# Two-way tables --------------------------------------------------------------------------------------------------


def test_two_way_lines_by_hand():
    made = model([0.0, 0.1, 0.1], mean=[0.0, 0.05, 0.05], goal=0.1)
    table = two_way(made, "growth 2018", "growth 2019")
    odds, lines = table.table(), table.lines
    # With both known the target is met or not: the odds step from 0 to 1 on the break-even line.
    logs = [np.log1p(np.asarray(x, dtype="float64") / 100) for x in (odds.index, odds.columns)]
    met = logs[0][:, None] + logs[1][None, :] >= 0.1
    apart = abs(logs[0][:, None] + logs[1][None, :] - 0.1) > 1e-9
    assert (odds.to_numpy() == met)[apart].all()
    total = np.log1p(lines[["break_even", "second"]].to_numpy() / 100).sum(axis=1)
    assert total == pytest.approx(0.1)


@pytest.mark.parametrize(("rho", "even"), [(0.0, 0.1), (0.5, 0.075)])
def test_even_odds_lie_nearer_where_years_go_together(rho, even):
    # A tenth too much is asked. Two known years must bring it, less what they promise of the third: with all three
    # correlated by a half, a third of the sum of both, so that 0.1 / (1 + 1/3) is enough for even odds.
    tied = np.block([[np.eye(1), np.zeros((1, 3))], [np.zeros((3, 1)), equal(3, rho)]])
    made = model([0.0, 0.1, 0.1, 0.1], tied, mean=[0.0, 0.05, 0.05, 0.05], goal=0.25)
    lines = np.log1p(two_way(made, "growth 2018", "growth 2019").lines.dropna() / 100)
    assert len(lines) > 15
    assert (lines["break_even"] + lines["second"]).to_numpy() == pytest.approx(0.2)
    # Interpolated between steps of a tenth of the axis.
    assert (lines["even_odds"] + lines["second"]).to_numpy() == pytest.approx(0.1 + even, abs=0.002)


def test_two_way_odds_rise_with_both(plan):
    table = two_way(drivers(plan, "gdp"), BASE, "growth 2020").table()
    assert (np.diff(table.to_numpy(), axis=0) > 0).all() and (
        np.diff(table.to_numpy(), axis=1) > 0
    ).all()
    assert table.index[20] == pytest.approx(plan.forecast("gdp").base.level.mid)


@pytest.mark.parametrize(
    ("first", "second"),
    [("growth 2018", "growth 2018"), ("growth 2018", "weather"), (BASE, "growth 2018")],
)
def test_two_way_needs_two_moving_drivers(first, second):
    with pytest.raises(
        ValueError, match="two different drivers of growth 2018, growth 2019 are needed"
    ):
        two_way(model([0.0, 0.1, 0.1]), first, second)


def test_values_are_shown_as_readers_know_them():
    made = model([0.1, 0.1])
    assert shown(made, BASE, np.log([210.0])) == pytest.approx([210.0])
    assert shown(made, "growth 2018", np.log([1.07])) == pytest.approx([7.0])


# Discovery -------------------------------------------------------------------------------------------------------


def test_one_driver_makes_a_rule_of_one_bound():
    found = discover(model([0.0, 0.1, 0.001], mean=[0, 0.05, 0.05], goal=norm.ppf(0.3) * 0.1 + 0.1))
    assert not found.met and found.share == pytest.approx(0.3, abs=0.01)
    assert [d for d, _ in found.rule] == ["growth 2018"]
    assert found.coverage > 0.97 and found.density > 0.97
    assert "is missed mostly when growth 2018 is below" in found.text()


def test_two_equal_drivers_make_a_rule_of_two_bounds():
    found = discover(model([0.0, 0.1, 0.1], goal=0.15))
    assert found.met and [d for d, _ in found.rule] == ["growth 2018", "growth 2019"]
    assert "is met mostly when growth 2018 is above" in found.text()


def test_the_rule_says_what_it_does_on_the_paths(plan):
    made = drivers(plan, "gdp")
    found = discover(made)
    values = made.sample(20_000)
    inside = np.all(
        [shown(made, d, values[:, made.names.index(d)]) > bound for d, bound in found.rule], axis=0
    )
    hits = values.sum(axis=1) >= made.goal
    assert found.met and (inside & hits).sum() / hits.sum() == pytest.approx(found.coverage)
    assert (inside & hits).sum() / inside.sum() == pytest.approx(found.density)
    assert found.density > hits.mean()
    assert found.table().columns.tolist() == ["driver", "bound"]


@pytest.mark.parametrize(("goal", "word"), [(99.0, "met"), (-99.0, "missed")])
def test_a_sure_outcome_has_no_rule(goal, word):
    found = discover(model([0.0, 0.1, 0.1], goal=goal))
    assert found.rule == () and found.share == 0 and found.table().empty
    assert found.text() == f"X is {word} on none of the paths drawn, so no rule tells when."
