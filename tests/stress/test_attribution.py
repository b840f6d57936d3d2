"""What decides a target, read from its draws: tornado, shares, two-way table, discovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_folders import GDP

from zoneplan.stress import attribution as at


@pytest.fixture(scope="module")
def model(made):
    return at.drivers(made, "gdp")


def test_the_drivers_add_up_to_the_level(made, model):
    assert model.names == ("base", "growth 2018", "growth 2019", "growth 2020")
    assert np.exp(model.log_level) == pytest.approx(made.of("gdp").draws[2020])


def test_an_observed_base_does_not_move(made):
    model = at.drivers(made, "gdp", "observed")
    assert model.names[:2] == ("base", "growth 2017")
    assert [model.names[k] for k in model.moving()] == [f"growth {y}" for y in range(2017, 2021)]


def test_shares_add_up_to_one(made):
    rows = at.variance_shares(made, "gdp").rows
    assert rows["exact"].sum() == pytest.approx(1.0)
    assert rows["exact"].is_monotonic_decreasing
    # The level is nearly linear in logs, so both measures agree but for the noise of one.
    assert rows["first"].to_numpy() == pytest.approx(rows["exact"].to_numpy(), abs=0.12)


def test_shares_by_hand(made, monkeypatch):
    a, b = np.array([1.0, -1.0, 1.0, -1.0]), np.array([2.0, 2.0, -2.0, -2.0])
    fake = at.Drivers(
        made.of("gdp"), made.plan.target("gdp"), ("base", "growth 2018"), np.column_stack([a, b])
    )
    monkeypatch.setattr(at, "drivers", lambda *_: fake)
    monkeypatch.setattr(at, "_first_order", lambda draws, _: np.zeros(draws.shape[1]))
    rows = at.variance_shares(made, "gdp").rows
    # var(a) : var(b) = 1 : 4.
    assert rows["exact"].tolist() == pytest.approx([0.8, 0.2])


def test_the_tornado_turns_around_its_centre(made, model):
    found = at.tornado(made, "gdp")
    middle = np.median(model.draws, axis=0)
    assert found.centre == pytest.approx(np.exp(middle.sum()))
    row = found.rows.set_index("driver").loc["growth 2020"]
    low, high = np.quantile(model.draws[:, 3], [0.1, 0.9])
    assert row["high"] == pytest.approx(found.centre * np.exp(high - middle[3]))
    assert row["low_at"] == pytest.approx(100 * np.expm1(low))
    assert found.rows["span"].is_monotonic_decreasing


def test_both_bases_are_carried_to_one_year(made):
    row = at.tornado(made, "gdp").rows.set_index("driver").loc["which_base"]
    growth = made.class_of("gdp").windows(1, made.plan.as_of).set_index("end_year").loc[2017, "p50"]
    assert row["high_at"] == pytest.approx(204.72 * (1 + growth / 100))
    assert row["low_at"] == pytest.approx(228 / 1.09)


def test_a_series_never_observed_has_one_base(made):
    assert "which_base" not in set(at.tornado(made, "fiscal_revenue_total").rows["driver"])


def test_chances_rise_with_both_drivers(made):
    grid = at.two_way(made, "gdp", "growth 2019", "growth 2020").rows
    assert (np.diff(grid.to_numpy(), axis=0) >= 0).all()
    assert (np.diff(grid.to_numpy(), axis=1) >= 0).all()
    assert grid.to_numpy().min() >= 0
    assert grid.to_numpy().max() <= 1


def test_the_line_of_even_chances_parts_the_table(made):
    found = at.two_way(made, "gdp", "growth 2019", "growth 2020", steps=15)
    for k, row in found.even.iterrows():
        column = found.rows.iloc[:, k]
        above = column[column.index > row["first"] + 0.3]
        below = column[column.index < row["first"] - 0.3]
        assert (above >= 0.5).all()
        assert (below <= 0.5).all()


@pytest.mark.parametrize(
    ("first", "second"), [("growth 2019", "growth 2019"), ("growth 2030", "base")]
)
def test_two_way_needs_two_moving_drivers(made, first, second):
    with pytest.raises(ValueError, match="driver"):
        at.two_way(made, "gdp", first, second)


def test_the_rule_says_what_it_does_on_the_draws(made, model):
    found = at.discover(made, "gdp")
    inside = np.ones(len(model.draws), dtype=bool)
    for r in found.rows.itertuples():
        values = model.shown(r.driver, model.draws[:, model.names.index(r.driver)])
        inside &= values > r.bound if found.met else values < r.bound
    event = model.met if found.met else ~model.met
    assert found.density == pytest.approx(event[inside].mean())
    assert found.coverage == pytest.approx((event & inside).sum() / event.sum())
    assert found.share == pytest.approx(event.mean())


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_the_score_is_a_harmonic_mean(both, only_event, only_inside):
    event = np.r_[np.ones(both + only_event), np.zeros(only_inside + 1)].astype(bool)
    inside = np.r_[np.ones(both), np.zeros(only_event), np.ones(only_inside), [0]].astype(bool)
    score, covered, dense = at._score(inside, event)
    if both:
        assert score == pytest.approx(2 / (1 / covered + 1 / dense))
    else:
        assert score == 0


def test_a_series_without_a_chance_has_nothing_to_show(made):
    for ask in (at.tornado, at.variance_shares, at.discover):
        assert ask(made, "hidden_champions").rows.empty
    assert at.two_way(made, "hidden_champions", "base", "growth 2019").rows.equals(pd.DataFrame())


# Models made up for a test -----------------------------------------------------------------------


@pytest.fixture
def of(made, monkeypatch):
    """Use drivers with some draws: normal steps of some spreads around a base of one."""

    def put(*sds: float, goal: float, years: int = 8192, **target: float):
        points = np.column_stack(
            [np.zeros(years), *(sd * x for sd, x in zip(sds, normals(years), strict=False))]
        )
        level = np.exp(points.sum(axis=1))
        low = replace(
            made.plan.target("gdp"), value=float(np.exp(goal)), low=float(np.exp(goal)), **target
        )
        f = replace(made.of("gdp"), draws={2020: level})
        names = (at.BASE, *(f"growth {2018 + k}" for k in range(len(sds))))
        monkeypatch.setattr(at, "drivers", lambda *_: at.Drivers(f, low, names, points))
        return points

    return put


def normals(n: int) -> np.ndarray:
    from scipy.special import ndtri

    from zoneplan.forecasting.paths import stratified

    return ndtri(stratified(n, 3)).T


def test_only_what_moves_is_a_driver(made, of):
    of(0.1, 0.2, goal=0.0)
    model = at.drivers(made, "gdp")
    assert model.moving() == [1, 2]
    assert model.place("growth 2019") == 2
    with pytest.raises(
        ValueError, match="'base' is no driver that moves; there are: growth 2018, growth 2019"
    ):
        model.place("base")


def test_shares_are_those_of_the_variances(made, of):
    of(0.3, 0.4, goal=0.0)
    rows = at.variance_shares(made, "gdp").rows
    assert rows["driver"].tolist() == ["growth 2019", "growth 2018"]
    assert rows["exact"].tolist() == pytest.approx([0.64, 0.36], abs=0.01)


def test_one_driver_makes_a_rule_of_one_bound(made, of):
    # Missed in three of ten: below the third decile of the one that matters.
    points = of(0.1, 0.001, goal=0.1 * -0.5244)
    found = at.discover(made, "gdp")
    assert not found.met
    assert found.share == pytest.approx(0.3, abs=0.005)
    assert found.rows["driver"].tolist() == ["growth 2018"]
    assert found.rows["bound"].iloc[0] == pytest.approx(
        100 * np.expm1(np.quantile(points[:, 1], 0.3))
    )
    assert min(found.coverage, found.density) > 0.97


def test_two_equal_drivers_make_a_rule_of_two_bounds(made, of):
    of(0.1, 0.1, goal=0.15)
    found = at.discover(made, "gdp")
    assert found.met
    assert found.rows["driver"].tolist() == ["growth 2018", "growth 2019"]
    assert found.rows["bound"].min() > 0


@pytest.mark.parametrize(("goal", "met", "share"), [(99.0, False, 0.0), (-99.0, True, 1.0)])
def test_a_sure_outcome_has_no_rule(made, of, goal, met, share):
    of(0.1, 0.1, goal=goal)
    found = at.discover(made, "gdp")
    assert found.rows.empty
    assert (found.met, found.share) == (met, share)
    assert np.isnan(found.coverage)


def test_with_two_drivers_alone_the_table_is_a_step(made, of):
    of(0.1, 0.1, goal=0.05)
    found = at.two_way(made, "gdp", "growth 2018", "growth 2019", steps=21)
    down, across = (
        np.log1p(np.asarray(x, dtype=float) / 100) for x in (found.rows.index, found.rows.columns)
    )
    apart = down[:, None] + across[None, :] - 0.05
    clear = np.abs(apart) > 1e-6
    assert (found.rows.to_numpy() == (apart > 0))[clear].all()
    line = np.log1p(found.even[["first", "second"]].to_numpy() / 100).sum(axis=1)
    assert line == pytest.approx(np.full(21, 0.05))
    # From the 2nd to the 98th percentile of a normal, 2.0537 standard deviations each way.
    assert [down[0], down[-1]] == pytest.approx([-0.20537, 0.20537], abs=2e-4)


def test_a_range_is_left_again_at_its_upper_end(made, of):
    of(0.1, 0.1, goal=0.0, high=float(np.exp(0.1)))
    grid = at.two_way(made, "gdp", "growth 2018", "growth 2019", steps=21).rows.to_numpy()
    assert grid[0, 0] == grid[-1, -1] == 0
    assert grid.max() == 1


def test_the_rest_goes_as_it_goes_with_both(made, of):
    # A third driver, independent of both, spreads the step: an even chance on the line itself.
    of(0.1, 0.1, 0.05, goal=0.05)
    found = at.two_way(made, "gdp", "growth 2018", "growth 2019", steps=5)
    line = np.log1p(found.even[["first", "second"]].to_numpy() / 100).sum(axis=1)
    assert line == pytest.approx(np.full(5, 0.05), abs=2e-3)
    middle = found.rows.iloc[2, 2]
    # At medians of both, 0.05 is one standard deviation of the third.
    assert middle == pytest.approx(0.1587, abs=0.01)


def test_values_are_shown_as_readers_know_them(model):
    assert model.shown(at.BASE, np.log([210.0])) == pytest.approx([210.0])
    assert model.shown("growth 2018", np.log([1.07])) == pytest.approx([7.0])


def test_what_is_known_is_no_driver(made):
    assert at.drivers(made, "fixed_asset_investment") is None, "a rate has no base"
    assert at.drivers(made, "nothing_of_the_kind") is None


def test_a_later_observation_leaves_no_choice_of_base(own):
    made = own(GDP, ["gdp,2016,205,亿元,level,", "gdp,2017,210,亿元,level,"]).forecast()
    names = at.tornado(made, "gdp").rows["driver"].tolist()
    assert "which_base" not in names
    row = at.tornado(made, "gdp")
    assert row.target == 270
    assert row.rows["span"].tolist() == (row.rows["high"] - row.rows["low"]).tolist()


def test_a_last_year_that_is_known_has_no_drivers(own):
    made = own(GDP, ["gdp,2017,205,亿元,level,", "gdp,2020,280,亿元,level,"]).forecast()
    assert made.of("gdp").open_years == ()
    assert at.drivers(made, "gdp") is None
