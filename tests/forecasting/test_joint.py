"""All promises together: closed forms for two, correlations by hand, counts and the scorecard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from zoneplan.data import tables
from zoneplan.forecasting import joint as j
from zoneplan.forecasting.values import Promise, promises
from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target

DAY = date(2018, 11, 5)
N = 4096


def promise(chance: float, question: str, common=0.1, unit=0.1, headline=True) -> Promise:
    """A promise that so many of its draws keep."""
    values = (np.arange(N) + 0.5) / N
    target = Target("t" + question, question, 2020, 1 - chance, "x", "flow", 1 - chance, np.inf,
                    Interval.exact(1 - chance))  # fmt: skip
    return Promise(
        target,
        {"implied": values[::-1]},
        question,
        "county",
        headline,
        common,
        unit,
        "printed",
        {"implied": None},
    )


@pytest.fixture
def of(made, monkeypatch):
    """The joint chances of made-up promises with some correlation of every pair."""

    def ask(*listed: Promise, low=0.0, middle=0.0, high=0.0):
        def pairs(some, _):
            rows = [
                (a, b, low, middle, high) for a in range(len(some)) for b in range(a + 1, len(some))
            ]
            return pd.DataFrame(rows, columns=["first", "second", "low", "middle", "high"])

        monkeypatch.setattr(j, "promises", lambda _: list(listed))
        monkeypatch.setattr(j, "correlations", pairs)
        return j.joint(replace(made, settings=replace(made.settings, draws=N)))

    return ask


@pytest.mark.parametrize(("coupling", "rho"), [("independent", 0), ("middle", 0.6), ("close", 0.9)])
def test_two_promises_are_kept_as_often_as_the_correlation_says(of, coupling, rho):
    found = of(promise(0.5, "a"), promise(0.4, "b"), middle=0.6)
    exact = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(norm.ppf([0.5, 0.4]))
    rows = found.rows.set_index(["base", "coupling"])
    assert rows.loc[("implied", coupling), "headline"] == pytest.approx(exact, abs=0.005)
    assert rows["expected"].tolist() == pytest.approx([0.9] * 10, abs=1e-3)


def test_one_base_answers_where_there_is_no_other(of):
    rows = of(promise(0.3, "a")).rows
    assert rows["base"].tolist() == ["implied", "observed"] * 5
    assert rows["headline"].nunique() == 1


def test_the_number_met_has_its_quantiles(of):
    found = of(*(promise(0.5, q) for q in "abcd"))
    row = found.rows.set_index(["base", "coupling"]).loc[("implied", "independent")]
    # Binomial with four halves: P(at most 0) = 1/16, at most 1 = 5/16, at most 2 = 11/16.
    assert row[["promises", "q10", "q50", "q90"]].tolist() == [4, 1, 2, 3]


def test_only_headline_promises_count_among_the_headline(of):
    found = of(promise(0.5, "a"), promise(0.01, "b", headline=False))
    assert found.rows["headline"].tolist() == pytest.approx([0.5] * 10)
    none = of(promise(0.5, "a", headline=False))
    assert none.rows["headline"].isna().all()


def test_facts_by_hand(of):
    facts = of(
        promise(0.5, "a"), promise(0.4, "b"), promise(0.4, "b", headline=False), middle=0.5
    ).facts("en")
    assert (facts["n"], facts["questions"], facts["headline"]) == (3, 2, 2)
    assert facts["low"] == facts["high"] == 1.3
    assert facts["all_independent"] == "20 %"


def test_couplings_rise(of):
    rows = of(promise(0.5, "a"), promise(0.4, "b"), low=0.1, middle=0.4, high=0.7).rows
    head = rows[rows["base"] == "implied"]["headline"].tolist()
    assert head == sorted(head)
    assert len(set(head)) == 5


def test_matrices_by_coupling():
    pairs = pd.DataFrame(
        {"first": [0], "second": [1], "low": [0.1], "middle": [0.2], "high": [0.3]}
    )
    assert np.array_equal(j.matrix(2, pairs, "independent"), np.eye(2))
    for coupling, rho in (("low", 0.1), ("middle", 0.2), ("high", 0.3), ("close", 0.9)):
        assert j.matrix(2, pairs, coupling) == pytest.approx(np.array([[1, rho], [rho, 1]]))


def test_one_question_is_nearly_one_event():
    assert j._pair(promise(0.5, "x"), promise(0.4, "x"), DAY) == (0.9, 0, 1.0, 0, 0.9, 0.9, 0.9)


def test_two_series_by_hand():
    rows = tables.read("correlations")
    one = rows[
        (rows["level"] == "county") & (rows["reference_class"] == "coastal_size_matched")
        & rows["indicator_a"].isin(["gdp", "secondary_value_added"])
        & rows["indicator_b"].isin(["gdp", "secondary_value_added"])
        & (rows["known_from"] <= "2018-11-05")
    ]  # fmt: skip
    last = one.sort_values(["horizon_years", "last_origin", "n"]).groupby("component").last()
    units = last.loc["unit_deviation", "corr_spearman"]
    medians, years = last.loc["class_median_growth_change", ["corr_spearman", "n"]]
    a = promise(0.5, "gdp", common=0.1, unit=0.2)
    b = promise(0.4, "secondary_value_added", common=0.3, unit=0.1)
    found = j._pair(a, b, DAY)
    assert found[0] == units
    assert (found[2], found[3]) == (medians, years)

    def whole(rc: float) -> float:
        sd = np.hypot(0.1, 0.2) * np.hypot(0.3, 0.1)
        return (rc * 0.1 * 0.3 + units * 0.2 * 0.1) / sd

    half = 1.28 / np.sqrt(years - 3)
    ends = [np.tanh(np.arctanh(medians) + k * half) for k in (-1, 0, 1)]
    assert list(found[4:]) == pytest.approx([whole(e) for e in ends])


def test_what_nobody_printed_is_taken_for_a_third_alike():
    found = j._pair(promise(0.5, "moon"), promise(0.4, "mars"), DAY)
    assert found[:4] == (0.3, 0, 0.3, 0)
    assert j._pair(promise(0.5, "moon", 0, 0), promise(0.4, "mars"), DAY)[4:] == (0.0, 0.0, 0.0)


def test_the_best_place_that_prints_a_pair_wins():
    known = j._known(DAY, tables.stamp("correlations"))
    pair = ("gdp", "secondary_value_added")
    here = known["county", "coastal_size_matched", "unit_deviation", *pair]
    assert j._printed(*pair, "unit_deviation", DAY) == here
    assert j._printed(*reversed(pair), "unit_deviation", DAY) == here
    assert j._printed("gdp", "moon", "unit_deviation", DAY) == (None, 0)
    # Series of the classes go by other names there.
    assert j._printed("gdp", "trade_total", "unit_deviation", DAY)[0] is not None


@settings(max_examples=15)
@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=5))
def test_no_promise_is_kept_more_often_than_alone(chances):
    listed = [promise(p, q) for p, q in zip(chances, "abcde", strict=False)]
    order = j._orders(len(listed), np.eye(len(listed)), N)
    met = np.stack([j._met(p, "implied")[order[:, k]] for k, p in enumerate(listed)], axis=1)
    assert met.mean(axis=0).tolist() == [p.probability("implied") for p in listed]
    assert met.all(axis=1).mean() <= min(met.mean(axis=0))


def test_no_promise_is_counted_twice(made):
    listed = promises(made)
    ids = [p.target.indicator_id for p in listed]
    assert len(set(ids)) == len(ids)
    repeated = made.plan.targets.loc[made.plan.targets["same_as"].notna(), "indicator_id"]
    assert not set(ids) & set(repeated)
    assert [p.target.indicator_id for p in listed if p.headline] == [
        "gdp", "industrial_value_added", "fiscal_revenue_total", "budget_revenue", "trade_total",
    ]  # fmt: skip
    assert {p.target.year for p in listed} == {2020}


def test_the_scorecard_counts_every_target_once(made, judged):
    card = made.scorecard().rows
    assert card["targets"].tolist() == [12, 2, 6, 2]
    assert card["assessable"].sum() == len(judged.assessable())
    for end in ("low", "high"):
        want = judged.assessable()[f"probability_{end}"].sum()
        assert card[f"expected_{end}"].sum() == pytest.approx(want)
    treasury = card.set_index("responsible").loc["财政局"]
    assert (treasury["treasury"], treasury["department"]) == (2, 0)
    who = card[["statistics", "customs", "treasury", "authority", "department"]].sum(axis=1)
    assert who.tolist() == card["targets"].tolist()
