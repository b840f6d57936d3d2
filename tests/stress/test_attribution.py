"""What decides a target, read from its draws: tornado, shares, two-way table, discovery."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.stress import attribution as at


@pytest.fixture(scope="module")
def made(plan):
    return ForecastTable(plan)


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
    fake = at.Drivers(made.of("gdp"), made.plan.target("gdp"), ("base", "growth 2018"), np.column_stack([a, b]))
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


@pytest.mark.parametrize(("first", "second"), [("growth 2019", "growth 2019"), ("growth 2030", "base")])
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
