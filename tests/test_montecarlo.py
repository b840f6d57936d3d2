"""Simulation of all targets: closed forms, seeds, correlation, and what an assumption may move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from zoneplan.forecasting import joint_odds
from zoneplan.forecasting.forecasts import Assumptions
from zoneplan.stress import simulation
from zoneplan.stress.drivers import drivers, root
from zoneplan.stress.simulation import count_hits, simulate

DRAWS = 60_000


def two(rho, sd=0.1, goal=0.0, draws=200_000, seed=1):
    """One year, two indicators of equal spread and goal."""
    mix = root(np.array([[1.0, rho], [rho, 1.0]]))
    return count_hits(
        np.zeros((1, 2)), np.full((1, 2), sd), mix, np.full((1, 2), goal), draws, seed
    )


@pytest.mark.parametrize("rho", [-0.9, -0.3, 0.0, 0.3, 0.6, 0.95])
def test_both_are_met_as_often_as_the_correlation_says(rho):
    hits, counts = two(rho)
    # Sheppard 1899: both of two correlated normals are positive with a quarter plus arcsin(rho) / (2 pi).
    assert counts[2] / 200_000 == pytest.approx(0.25 + np.arcsin(rho) / (2 * np.pi), abs=0.004)
    assert hits[0] / 200_000 == pytest.approx([0.5, 0.5], abs=0.004)


def test_hits_by_hand_over_two_years():
    mean, sd = np.array([[0.02], [0.03]]), np.array([[0.06], [0.08]])
    hits, counts = count_hits(mean, sd, np.eye(1), np.array([[0.05], [0.10]]), 200_000, 3)
    assert hits[:, 0] / 200_000 == pytest.approx([norm.sf(0.5), norm.sf(0.5)], abs=0.004)
    assert counts.tolist() == [200_000 - hits[1, 0], hits[1, 0]]


def test_without_spread_only_the_middle_counts():
    hits, counts = count_hits(
        np.array([[0.1, 0.1]]), np.zeros((1, 2)), np.eye(2), np.array([[0.0, 0.2]]), 1000, 1
    )
    assert hits.tolist() == [[1000, 0]] and counts.tolist() == [0, 1000, 0]


def test_the_same_seed_gives_the_same_paths():
    one, two_, other = (two(0.5, draws=30_000, seed=s) for s in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two_, strict=True))
    assert not np.array_equal(one[0], other[0])


@settings(derandomize=True, max_examples=10, deadline=None)
@given(st.integers(1, 3 * simulation.BLOCK // 2))
def test_every_path_is_counted_once_whatever_the_blocks(draws):
    hits, counts = two(0.2, draws=draws)
    assert counts.sum() == draws and hits.sum() == (counts * np.arange(3)).sum()


@pytest.fixture(scope="module")
def usual(plan):
    return simulate(plan, draws=DRAWS)


def test_single_odds_are_those_of_the_drivers(plan, usual):
    rows = usual.table()
    last = rows[rows["year"] == 2020].set_index("indicator_id")["odds"]
    assert list(last.index) == [
        "gdp",
        "industrial_value_added",
        "fiscal_revenue_total",
        "budget_revenue",
        "trade_total",
        "fdi_actual",
    ]
    assert len(rows) == 18 and not usual.repaired
    for i in ("gdp", "trade_total"):
        assert last[i] == pytest.approx(float(drivers(plan, i).odds()), abs=0.007)
    met = usual.met()
    assert met["share"].sum() == pytest.approx(1) and (
        met["met"] * met["share"]
    ).sum() == pytest.approx(last.sum())


def test_correlation_moves_how_they_go_together_and_nothing_else(plan, usual):
    tied = simulate(plan, 0.9, DRAWS)
    assert tied.table()["odds"].to_numpy() == pytest.approx(
        usual.table()["odds"].to_numpy(), abs=0.012
    )
    assert tied.met()["share"].iloc[0] > 1.2 * usual.met()["share"].iloc[0]


def test_an_assumption_moves_its_own_indicator_from_its_year_on(plan, usual):
    moved = simulate(plan, draws=DRAWS, assumed={"gdp": Assumptions(extra={2019: 1.0})}).table()
    changed = usual.table()[usual.table()["odds"] != moved["odds"]]
    assert set(changed["indicator_id"]) == {"gdp"} and changed["year"].tolist() == [2019, 2020]
    assert (moved.loc[changed.index, "odds"] > changed["odds"]).all()


def test_another_base_with_an_earlier_year_can_be_simulated(plan):
    observed = Assumptions(base="observed")
    made = simulate(plan, draws=DRAWS, assumed={"gdp": observed, "fdi_actual": observed}).table()
    odds = made.set_index(["indicator_id", "year"])["odds"]["gdp"][2020]
    assert odds == pytest.approx(float(drivers(plan, "gdp", observed).odds()), abs=0.01)
    # Foreign investment was never observed.
    assert "fdi_actual" not in set(made["indicator_id"])


def test_an_impossible_correlation_is_repaired_and_said(plan, monkeypatch):
    impossible = joint_odds.panel_correlation(plan)
    for a, b, rho in (
        ("gdp", "trade_total", 0.95),
        ("gdp", "budget_revenue", 0.95),
        ("trade_total", "budget_revenue", -0.95),
    ):
        impossible.loc[a, b] = impossible.loc[b, a] = rho
    monkeypatch.setattr(joint_odds, "panel_correlation", lambda _: impossible)
    made = simulate(plan, draws=DRAWS)
    assert made.repaired
    last = made.table().query("year == 2020").set_index("indicator_id")["odds"]
    assert last["gdp"] == pytest.approx(float(drivers(plan, "gdp").odds()), abs=0.01)
