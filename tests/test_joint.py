"""All promises together, and what came of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from zoneplan.forecasting import joint_odds as together
from zoneplan.plan.outcomes import outcome, resolutions
from zoneplan.stress.drivers import root


@pytest.fixture(scope="module")
def judged(plan):
    return plan.verdicts()


@pytest.fixture(scope="module")
def result(plan, judged):
    return together.joint(plan, judged)


def test_no_promise_is_counted_twice(plan, result):
    assert result.promises["indicator_id"].is_unique
    repeated = plan.targets.loc[plan.targets["same_as"].notna(), "indicator_id"]
    assert set(result.promises["indicator_id"]).isdisjoint(repeated)
    assert list(result.promises.loc[result.promises["headline"], "indicator_id"]) == [
        "gdp",
        "industrial_value_added",
        "fiscal_revenue_total",
        "budget_revenue",
        "trade_total",
    ]


def test_expected_number_is_the_sum_of_the_odds(result):
    for base in ("implied", "observed"):
        rows = result.rows[result.rows["base"] == base]
        assert rows["expected"].to_numpy() == pytest.approx(result.promises[base].sum())


def test_independent_promises_multiply(plan, judged, monkeypatch):
    promises = pd.DataFrame(
        {
            "indicator_id": ["a", "b"],
            "name_en": "",
            "name_zh": "",
            "headline": True,
            "implied": [0.5, 0.4],
            "observed": [0.5, 0.4],
        }
    )
    monkeypatch.setattr(together, "assessable_promises", lambda *_: promises)
    rows = together.joint(plan, judged).rows
    by_word = rows[rows["base"] == "implied"].set_index("others")["headline"]
    assert by_word["none"] == pytest.approx(0.20, abs=0.005)
    # Two normal shocks with correlation 0.6 beyond 0 and 0.2533: by the bivariate normal distribution.
    from scipy.stats import multivariate_normal

    exact = multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]]).cdf([0, -0.2533471])
    assert by_word["high"] == pytest.approx(exact, abs=0.005)


def test_same_seed_same_numbers(plan, judged, result):
    pd.testing.assert_frame_equal(together.joint(plan, judged).rows, result.rows)


def test_correlation_uses_only_what_was_known(plan):
    early = together.panel_correlation(plan.seen_from("2016-12-31"))
    later = together.panel_correlation(plan)
    assert not np.allclose(early, later)
    assert np.allclose(np.diag(later), 1) and np.allclose(later, later.T)
    assert later.loc["fiscal_revenue_total", "budget_revenue"] > 0.5


def test_root_gives_back_a_valid_correlation_matrix():
    valid = np.array([[1, 0.5], [0.5, 1]])
    made = root(valid)
    assert made @ made.T == pytest.approx(valid)
    # Three variables cannot all be opposed that strongly.
    made = root(np.array([[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1]]))
    mended = made @ made.T
    assert np.diag(mended) == pytest.approx(np.ones(3))
    assert mended[0, 1] == pytest.approx(-0.5)


def test_scorecard_counts_every_target_once(plan, judged):
    card = together.scorecard(plan, judged)
    assert card["targets"].tolist() == [12, 2, 6, 2]
    assert card["assessable"].sum() == len(judged.assessable())
    assert card["expected_low"].sum() == pytest.approx(judged.assessable()["probability_low"].sum())
    treasury = card.set_index("responsible").loc["财政局"]
    assert (treasury["treasury"], treasury["department"]) == (2, 0)


@pytest.mark.parametrize(
    ("reading", "settles", "target", "found", "word"),
    [
        ("value", True, 20, 20, "met"),
        ("value", True, 20, 19, "missed"),
        ("value", False, 20, 19, "bounded"),
        ("upper", True, 20, 6, "missed"),
        ("upper", False, 20, 6, "bounded"),
        ("upper", True, 20, 30, "open"),
        ("lower", True, 20, 30, "met"),
        ("lower", True, 20, 6, "open"),
        ("yes_no", True, 50, 0, "missed"),
        ("yes_no", True, 50, 1, "met"),
        ("later", True, 1, 99, "open"),
    ],
)
def test_words_of_later_figures(reading, settles, target, found, word):
    assert outcome(reading, settles, target, found) == word


def test_resolutions_stand_beside_the_odds_and_never_in_them(plan, judged):
    rows = resolutions(plan).table().set_index("target_id")
    assert rows["resolution"].to_dict() == {
        "mofcom_rank": "missed",
        "core_output": "bounded",
        "core_output_strive": "bounded",
        "listed_companies": "bounded",
        "hightech_va_share-2020": "open",
    }
    assert (rows["known_from"] > pd.Timestamp(plan.as_of)).all()
    table = judged.table().set_index("target_id")
    assert (
        table.loc["listed_companies", "resolution"] == "bounded"
        and table.loc["gdp-2020", "resolution"] == "open"
    )
    without = replace(
        plan,
        all_observations=plan.all_observations.assign(value=plan.all_observations["value"] * 2),
    )
    pd.testing.assert_series_equal(without.verdicts().table()["q50"], judged.table()["q50"])
