"""Scores of promises and their rivals, worked by hand."""

import numpy as np
import pandas as pd
import pytest

from zoneplan.evaluation.promise_scores import (
    METHODS,
    auc,
    by_year,
    compared,
    judged,
    progress_arrow,
    reliability,
    rivals,
    scores,
    shares,
    slope,
    tenths,
    three_years,
)


@pytest.mark.parametrize(
    ("last", "target", "step"),
    [
        # From 100 in 2010 to the target in 2020: what a straight way has reached by 2015.
        (100 * 1.05**5, 100 * 1.05**10, "on_track"),
        (100 * 1.0476**5, 100 * 1.05**10, "on_track"),
        (100 * 1.0474**5, 100 * 1.05**10, "moderate"),
        (100 * 1.0301**5, 100 * 1.05**10, "moderate"),
        (100 * 1.0299**5, 100 * 1.05**10, "slow"),
        (100.0, 100 * 1.05**10, "slow"),
        (99.9, 100 * 1.05**10, "away"),
        (163.0, 100 * 1.05**10, "reached"),
        (80.0, 90.0, "away"),
        (0.0, 110.0, "unknown"),
        (np.nan, 110.0, "unknown"),
    ],
)
def test_the_arrow_worked_by_hand(last, target, step):
    assert progress_arrow(100, 2010, last, 2015, target, 2020) == step


def test_the_arrow_needs_years():
    assert progress_arrow(100, 2015, 100, 2015, 110, 2020) == "unknown"
    assert progress_arrow(100, 2010, 101, 2015, 110, 2010) == "unknown"


LEVELS = pd.DataFrame(
    [("A", y, v) for y, v in [(2005, 100.0), (2006, 110.0), (2007, 121.0), (2009, 130.0)]]
    + [("B", 2006, 100.0), ("B", 2007, 108.0)],
    columns=["unit_id", "year", "value"],
)


def test_outcomes_are_read_off_the_levels():
    asked = pd.DataFrame(
        {
            "unit_id": ["A", "A", "A", "B", "B", "C"],
            "year": [2007, 2008, 2009, 2007, 2007, 2007],
            "target": [10.0, 10.0, 130.0, 8.1, 8.0, 1.0],
            "kind": ["growth", "growth", "level", "growth", "growth", "growth"],
            "made_in": [2006, 2007, 2007, 2006, 2006, 2006],
        }
    )
    rows = judged(asked, LEVELS)
    assert rows["outcome"].tolist() == pytest.approx([10, np.nan, 130, 8, 8, np.nan], nan_ok=True)
    # Ten per cent chained is ten per cent met, to the last digit or not.
    assert rows["met"].tolist() == pytest.approx([1, np.nan, 1, 0, 1, np.nan], nan_ok=True)
    assert rows["last"].tolist() == pytest.approx([10, 10, 10, np.nan, np.nan, np.nan], nan_ok=True)
    # A grew by 10 % a year from 2005; to 130 in 2009 it needs 6.8 %.
    steps = ["on_track", "on_track", "on_track", "unknown", "unknown", "unknown"]
    assert rows["step"].tolist() == steps


def test_three_years_ahead_the_average_counts():
    asked = three_years(pd.DataFrame({"unit_id": ["A"], "year": [2006], "target": [9.0]}))
    levels = LEVELS.assign(year=LEVELS["year"].replace(2009, 2008))
    rows = judged(asked, levels)
    assert rows[["made_in", "year"]].to_numpy().tolist() == [[2005, 2008]]
    assert rows["outcome"][0] == pytest.approx(100 * (1.3 ** (1 / 3) - 1))
    assert rows["met"][0] == 1


def known(n: int = 12) -> pd.DataFrame:
    """Two years of promises: in 2007 a third was met, in 2008 all; 2009 is open."""
    year = np.repeat([2007, 2008, 2009], n)
    met = np.concatenate([np.arange(n) % 3 == 0, np.ones(n), np.full(n, np.nan)])
    step = np.where(np.arange(3 * n) % 2, "slow", "on_track")
    return pd.DataFrame(
        {"year": year, "made_in": year - 1, "met": met, "step": step, "target": 10.0, "last": 10.0}
    )


def test_rivals_know_what_was_known():
    made = rivals(known())
    assert (made[:12] == 0.5).all(axis=None)
    assert made["share"][12:24].tolist() == pytest.approx([1 / 3] * 12)
    assert made["share"][24:].tolist() == [1.0] * 12
    assert (made["half"] == 0.5).all()
    # Two thirds of all known were met, in either step.
    assert made["arrow"][24:].tolist() == pytest.approx([2 / 3] * 12)
    assert made["logit"][24:].tolist() == pytest.approx([2 / 3] * 12, abs=0.001)


def test_a_step_seen_for_the_first_time_takes_the_share_of_all():
    rows = known()
    rows.loc[24, "step"] = "away"
    rows.loc[25, "last"] = np.nan
    made = rivals(rows)
    assert made["arrow"][24] == pytest.approx(2 / 3)
    assert made["logit"][25] == made["share"][25]


def test_the_logit_is_the_textbook_one():
    import statsmodels.api as sm

    rng = np.random.default_rng(5)
    x = rng.normal(size=400)
    met = (rng.random(400) < 1 / (1 + np.exp(-0.5 - 1.2 * x))).astype(float)
    rows = pd.DataFrame({"year": 2007, "made_in": 2006, "met": met, "step": "slow", "target": 0.0})
    later = rows.assign(year=2008, made_in=2007)
    both = pd.concat([rows.assign(last=x), later.assign(last=x)], ignore_index=True)
    expected = sm.Logit(met, sm.add_constant(x)).fit(disp=0).predict()
    assert rivals(both)["logit"][400:].to_numpy() == pytest.approx(expected, abs=2e-4)


ROWS = pd.DataFrame(
    {
        "year": [2011] * 4 + [2012] * 2,
        "met": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
        "odds": [0.8, 0.2, 0.6, 0.6, 0.5, 0.5],
        "plain": [0.5] * 6,
        "share": [0.9] * 6,
        "half": [0.5] * 6,
        "logit": [0.2, 0.8, 0.4, 0.6, 0.3, 0.7],
        "arrow": [0.5] * 6,
        "target": [10.0, 10.0, 10.0, 10.0, 8.0, 8.0],
        "last": [12.0, 8.0, 10.0, 10.0, 6.5, 7.5],
    }
)


def test_scores_worked_by_hand():
    made = scores(ROWS).set_index(["era", "method"])
    assert made.loc[("before 2012", "odds"), "brier"] == pytest.approx((0.04 * 2 + 0.16 + 0.36) / 4)
    assert made.loc[("from 2012", "odds"), "brier"] == pytest.approx(0.25)
    assert made.loc[("all", "share"), "brier"] == pytest.approx((0.01 + 0.81) / 2)
    assert made.loc[("all", "odds"), ["cases", "years"]].tolist() == [6, 2]
    # A single year cannot vary; of two, drawn with replacement, all three mixtures come up.
    assert made.loc[("before 2012", "odds"), ["low", "high"]].tolist() == pytest.approx([0.15] * 2)
    assert made.loc[("all", "odds"), ["low", "high"]].tolist() == pytest.approx([0.15, 0.25])
    # Better than one half wherever 2011 is drawn at all: in three of four draws.
    assert made.loc[("all", "half"), "better"] == pytest.approx(0.75, abs=0.03)
    assert np.isnan(made.loc[("all", "odds"), "better"])


def test_slope_and_order_are_taken_within_years():
    # 2011: chances stray by 0.25, -0.35, 0.05, 0.05, outcomes by a half; 2012 has no spread.
    cross = 0.5 * (0.25 + 0.35 + 0.05 - 0.05)
    square = 0.25**2 + 0.35**2 + 2 * 0.05**2
    assert slope(ROWS, "odds") == pytest.approx(cross / square)
    assert np.isnan(slope(ROWS, "half"))
    # Pairs: three right and a tie of four in 2011, a tie in 2012.
    assert auc(ROWS, "odds") == pytest.approx((3.5 + 0.5) / 5)
    assert auc(ROWS, "logit") == 0
    moved = ROWS.assign(odds=ROWS["odds"] + 0.3 * (ROWS["year"] == 2012))
    assert (slope(moved, "odds"), auc(moved, "odds")) == pytest.approx(
        (slope(ROWS, "odds"), auc(ROWS, "odds"))
    )


def test_honest_chances_lie_on_the_line():
    rng = np.random.default_rng(1)
    chance = rng.random(40000)
    rows = pd.DataFrame({"odds": chance, "year": np.repeat(np.arange(1992, 2032), 1000)})
    rows["met"] = (rng.random(40000) < chance).astype(float)
    curve = reliability(rows)
    middle = curve[(curve["era"] == "all") & curve["chance"].between(0.2, 0.8)]
    assert (middle["met"] - middle["chance"]).abs().max() < 0.02
    assert (middle["low"] < middle["met"]).all()
    assert (middle["met"] < middle["high"]).all()
    by = tenths(rows)
    assert by["cases"].sum() == 40000
    assert (by["met"] - by["chance"]).abs().max() < 0.03
    wrong = reliability(rows.assign(odds=1 - chance))
    assert (wrong["met"] - wrong["chance"]).abs().max() > 0.5


def test_tables_by_year_and_by_stretch():
    years = by_year(ROWS)
    assert years["cases"].tolist() == [4, 2]
    assert years["brier_odds"].tolist() == pytest.approx([0.15, 0.25])
    table = shares(ROWS.assign(province_target=[10.0, 9.0, 8.0, 10.0, 9.0, 5.0]))
    stretch = table[table["by"] == "stretch"].set_index("value")
    assert stretch["cases"].to_dict() == {
        "-3 to -1.5": 1, "-0.5 to 0.25": 2, "0.25 to 1": 1, "1 to 2": 1, "2 to inf": 1,
    }  # fmt: skip
    assert stretch.loc["-0.5 to 0.25", "met"] == 0.5
    distance = table[table["by"] == "distance"].set_index("value")["cases"]
    assert distance.to_dict() == {
        "-inf to 0": 1, "0 to 0.01": 2, "0.01 to 1.01": 1, "1.01 to 2.01": 1, "2.01 to 4.01": 1,
    }  # fmt: skip
    assert set(shares(ROWS)["by"]) == {"year", "stretch"}


def history(n: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    years = np.arange(2003, 2011)
    logs = np.cumsum(0.09 + 0.02 * rng.standard_normal((n, len(years))), axis=1)
    units = np.repeat([f"u{i:02}" for i in range(n)], len(years))
    levels = 100 * np.exp(logs.ravel())
    return pd.DataFrame({"unit_id": units, "year": np.tile(years, n), "value": levels})


def test_every_method_is_asked_of_the_same_promises():
    levels = history()
    asked = levels[levels["year"] > 2003][["unit_id", "year"]].assign(target=9.0)
    full, short = compared(asked, levels), compared(asked, levels, most=3)
    # Nothing can be said of 2004: no class has shown growth.
    assert sorted(full["year"].unique()) == list(range(2005, 2011))
    assert full.index.tolist() == short.index.tolist()
    assert full[list(METHODS)].notna().all(axis=None)
    last = full["year"] == 2010
    assert (full["plain"][last] != short["plain"][last]).any()
    same = [m for m in METHODS if m not in ("odds", "plain")]
    pd.testing.assert_frame_equal(full[same], short[same])


def test_with_one_point_each_unit_moves_with_its_class():
    levels = history()
    asked = levels[levels["year"] == 2010][["unit_id", "year"]].assign(target=9.0)
    assert compared(asked, levels, most=1)["plain"].round(12).nunique() == 1
    assert compared(asked, levels, most=3)["plain"].nunique() > 1
