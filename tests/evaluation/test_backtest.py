"""Scores: losses by hand, the same cases for all, bands over origins, published tables."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from zoneplan.data.panel import Panel
from zoneplan.evaluation import backtest
from zoneplan.evaluation.backtest import METHOD, Reliability, Scores, pinball, rolling
from zoneplan.forecasting import baselines
from zoneplan.forecasting.panel_model import QUANTILES, Settings, odds

LEVELS = np.array(list(QUANTILES.values()))


def walk(seed=1, units=12, years=14, sd=0.05):
    rng = np.random.default_rng(seed)
    steps = 0.08 + rng.normal(0, 0.02, years) + rng.normal(0, sd, (units, years))
    return Panel(
        np.array([f"u{k:02}" for k in range(units)]),
        np.arange(2000, 2000 + years),
        np.cumsum(steps, axis=1),
    )


def case(method, origin, actual, shift, unit="a", horizon=1):
    quantiles = np.exp(np.linspace(-0.3, 0.3, 7) + shift)
    row = {
        "method": method,
        "unit_id": unit,
        "origin_year": origin,
        "year": origin + horizon,
        "horizon": horizon,
    }
    return (
        row
        | {"actual": actual, "loss": pinball(np.array([actual]), quantiles[None])[0]}
        | dict(zip(QUANTILES, quantiles, strict=True))
    )


def test_pinball_by_hand():
    # All quantiles at 1, outcome e: the loss of a level tau is tau; the mean of the levels is one
    # half.
    assert pinball(np.array([np.e]), np.ones((1, 7)))[0] == pytest.approx(100 * LEVELS.mean())
    assert LEVELS.mean() == pytest.approx(0.5)
    # Outcome below: 1 - tau, the same by symmetry; only the outer quantile off by one: 0.05 of it.
    assert pinball(np.array([1 / np.e]), np.ones((1, 7)))[0] == pytest.approx(50)
    wide = np.ones((1, 7))
    wide[0, 0] = 1 / np.e
    assert pinball(np.array([1.0]), wide)[0] == pytest.approx(100 * 0.05 / 7)


def test_the_true_distribution_has_the_smallest_loss():
    outcomes = np.exp(np.random.default_rng(3).normal(0, 0.2, 20_000))
    losses = {
        s: pinball(outcomes, np.tile(np.exp(s * norm.ppf(LEVELS)), (20_000, 1))).mean()
        for s in (0.1, 0.2, 0.4)
    }
    assert losses[0.2] < losses[0.1]
    assert losses[0.2] < losses[0.4]


def test_means_count_every_origin_the_same():
    # Three cases inside in one origin, one outside in another: coverage is a half, not three
    # quarters.
    rows = [case("m", 2000, 1.0, 0, unit) for unit in "abc"] + [case("m", 2001, 5.0, 0)]
    table = Scores(pd.DataFrame(rows), pd.DataFrame()).table()
    assert table["coverage80"].tolist() == [50.0]
    assert table[["cases", "origins"]].to_numpy().tolist() == [[4, 2]]
    first, second = rows[0]["loss"], rows[3]["loss"]
    assert table["loss"].tolist() == pytest.approx([(first + second) / 2])


def test_coverage_counts_the_interval_it_names():
    # Quantiles at -.3 -.2 -.1 0 .1 .2 .3 in logs; outcomes at .05, .15, .25 and .35.
    rows = [case("m", 2000, float(np.exp(x)), 0, str(x)) for x in (0.05, 0.15, 0.25, 0.35)]
    table = Scores(pd.DataFrame(rows), pd.DataFrame()).table().iloc[0]
    assert [table["coverage50"], table["coverage80"], table["coverage90"]] == [25, 50, 75]


def test_skill_by_hand_and_its_band():
    rows = [case("good", y, 1.0, 0.05) for y in range(2000, 2006)] + [
        case("bad", y, 1.0, 0.5) for y in range(2000, 2006)
    ]
    skill = Scores(pd.DataFrame(rows), pd.DataFrame()).skill("bad")
    expected = 100 * (1 - rows[0]["loss"] / rows[-1]["loss"])
    assert skill[["skill", "low", "high"]].to_numpy()[0] == pytest.approx([expected] * 3)
    assert skill["method"].tolist() == ["good"]
    assert skill["origins"].tolist() == [6]


def test_the_band_spans_the_mean_and_widens_with_fewer_origins():
    full = rolling(walk(), range(2004, 2012), 1, [METHOD, "naive"])
    few = full.where(full.rows["origin_year"] > 2009)
    one, two = (s.skill("naive").iloc[0] for s in (full, few))
    assert one["low"] < one["skill"] < one["high"]
    assert two["origins"] == 2
    assert one["origins"] == 8


def test_every_method_is_scored_on_the_same_cases():
    panel = walk()
    panel.logs[:3, :8] = np.nan
    found = rolling(panel, range(2005, 2011), 3, [METHOD, "drift", "pooled"])
    cases = found.rows.groupby("method").apply(
        lambda g: sorted(zip(g["unit_id"], g["origin_year"], g["year"], strict=False))
    )
    assert cases["drift"] == cases[METHOD] == cases["pooled"]
    # Units that begin in 2008 have an interval by drift from 2010 on only.
    late = found.rows[found.rows["unit_id"].isin(["u00", "u01", "u02"])]
    assert late["origin_year"].min() == 2010


def test_nothing_later_than_the_origin_is_seen():
    panel = walk()
    changed = panel.logs.copy()
    changed[:, panel.years > 2009] += 1.0
    one, two = (
        rolling(p, [2009], 2, [METHOD, "pooled"]).rows
        for p in (panel, Panel(panel.units, panel.years, changed))
    )
    assert (one[list(QUANTILES)].to_numpy() == two[list(QUANTILES)].to_numpy()).all()
    assert two["loss"].mean() > 5 * one["loss"].mean()


def test_origins_without_outcomes_are_refused():
    with pytest.raises(ValueError, match="no outcome after the origins"):
        rolling(walk(), [2013], 2, [METHOD])


def test_fallbacks_are_counted_by_origin():
    found = rolling(walk(units=6), [2004, 2005], 1, [METHOD, "theta"])
    counted = found.fallbacks.set_index(["method", "origin_year"])["too_short"]
    assert counted["theta", 2004] == 6
    assert counted["theta", 2005] == 0
    assert counted[METHOD, 2004] == 0


# Odds from quantiles.


def test_odds_of_a_normal_logarithm_are_exact():
    sd = np.array([0.1, 0.3])
    quantiles = np.exp(1 + np.multiply.outer(sd, norm.ppf(LEVELS)))
    for target in (1.0, np.e, 3.5, 6.0):
        assert odds(quantiles, np.full(2, target)) == pytest.approx(
            norm.sf((np.log(target) - 1) / sd)
        )


def test_odds_at_a_quantile_are_its_level():
    rng = np.random.default_rng(5)
    quantiles = np.exp(np.sort(rng.normal(0, 1, (20, 7)), axis=1))
    for k, level in enumerate(LEVELS):
        assert odds(quantiles, quantiles[:, k]) == pytest.approx(np.full(20, 1 - level))


# Reliability.


def test_reliability_and_brier_by_hand():
    rows = pd.DataFrame(
        {
            "origin_year": [1, 1, 2, 2],
            "percentile": [75, 75, 50, 50],
            "odds": [0.1, 0.3, 0.5, 0.9],
            "met": [0.0, 1.0, 0.5, 1.0],
        }
    )
    found = Reliability(rows)
    assert found.table()["odds"].tolist() == pytest.approx([0.1, 0.3, 0.5, 0.9])
    assert found.worst_gap() == pytest.approx(0.7)
    brier = found.brier()
    # Half met counts as half a one and half a nought.
    assert brier["odds"] == pytest.approx((0.01 + 0.49 + 0.25 + 0.01) / 4)
    assert brier["base_rate"] == pytest.approx((0.0625 + 0.5625 + 0.25 + 0.25) / 4)
    assert brier["hindsight"] == pytest.approx(
        (0.25 + 0.25 + (0.5 * 0.0625 + 0.5 * 0.5625) + 0.0625) / 4
    )
    assert brier["skill"] == pytest.approx(1 - brier["odds"] / brier["base_rate"])


def test_odds_of_targets_set_on_simulated_units_are_honest():
    panels = [walk(seed, units=40, years=16) for seed in range(12)]
    rows = pd.concat([backtest.pseudo_targets(p, [2010], 3).rows for p in panels])
    found = Reliability(rows)
    assert len(found.rows) == 12 * 40 * 4
    assert found.brier()["skill"] > 0
    assert found.worst_gap() < 0.12


# The cities and the saved tables.


def test_city_panels_are_the_table_without_yiwu():
    panels = backtest.city_panels()
    assert set(panels) == set(backtest.SERIES)
    assert all(len(p.units) == 11 for p in panels.values())
    wenzhou = panels["gdp_nominal"].where(
        panels["gdp_nominal"].units.astype("str") == backtest.HOST
    )
    assert wenzhou.rows().set_index("year")["value"][2019] == pytest.approx(6606.11)


def test_the_saved_table_is_what_the_code_gives():
    quick = [METHOD, "naive", "drift", "pooled"]
    made = backtest.all_tables(backtest.back_test(backtest.city_panels(), quick))
    both = made.merge(
        backtest.saved_bench("cities"), on=["panel", "method", "horizon"], suffixes=("", "_saved")
    )
    assert len(both) == len(made)
    for column in ("loss", "coverage50", "coverage80", "cases", "origins"):
        assert both[column].to_numpy() == pytest.approx(
            both[f"{column}_saved"].to_numpy(), abs=0.001
        )


def test_the_saved_bench_reaches_what_was_asked():
    table = backtest.saved_bench("forecast").set_index(["case", "horizon", "method"]).sort_index()
    for horizon in (1, 2, 3):
        loss = table.loc["full history", horizon]["loss"]
        assert loss[METHOD] <= 0.95 * loss["pooled"]
        assert loss[METHOD] <= 0.75 * loss["AutoETS (logs)"]
        assert 72 <= table.loc["full history", horizon].loc[METHOD, "coverage80"] <= 90
        sparse = table.loc["sparse", horizon]
        assert sparse.loc[METHOD, "loss"] <= 0.35 * sparse.loc["drift, point", "loss"]
        assert 74 <= sparse.loc[METHOD, "coverage80"] <= 88


def test_contest_divides_our_loss_by_theirs():
    rows = [("p", METHOD, 3, 1.0, 50, 80, 90, 5, 2), ("p", "drift", 3, 4.0, 50, 80, 90, 5, 2)]
    table = pd.DataFrame(
        rows,
        columns=[
            "panel",
            "method",
            "horizon",
            "loss",
            "coverage50",
            "coverage80",
            "coverage90",
            "cases",
            "origins",
        ],
    )
    assert backtest.contest(table)["drift"].tolist() == [0.25]


# Constants.


def test_stress_moves_one_constant_at_a_time_and_puts_it_back():
    table = backtest.stress(walk(units=8, years=9), [2006], 1)
    assert len(table) == 1 + 2 * len(backtest.STRESSED)
    moved = table[table["constant"] == "growth_share"]
    assert (moved["change"] != 0).all()


def test_every_constant_of_the_method_is_stressed_or_said_why_not():
    named = {name for name, *_ in backtest.STRESSED}
    # How much of a panel is looked at, and lists that belong together.
    exempt = {"warm_up", "fewest_pairs", "sample", "regression_sample"}
    exempt |= {"speeds", "speed_weights", "speed_years", "mix"}
    assert {f.name for f in fields(Settings)} == named | exempt
    assert all(low < getattr(Settings(), name) < high for name, low, high in backtest.STRESSED)


@pytest.mark.parametrize("method", baselines.METHODS)
def test_every_method_can_be_scored(method):
    found = rolling(walk(units=6, years=12), [2008], 2, [METHOD, method])
    assert set(found.table()["method"]) == {METHOD, method}
    assert np.isfinite(found.table()["loss"]).all()
