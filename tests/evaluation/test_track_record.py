"""Chances given before, held against what came: scores by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from plan_folders import ABOUT, GDP

from zoneplan.evaluation.track_record import TrackRecord
from zoneplan.forecasting.forecasts import forecast


def test_scores_and_calibration_by_hand(plan):
    rows = pd.DataFrame(
        {
            "odds": [0.2, 0.5, 0.9, 0.8],
            "met": [False, True, True, False],
            "right": [True, False, True, False],
        }
    )
    made = TrackRecord(plan, rows)
    score = made.scores().iloc[0]
    # (0.04 + 0.25 + 0.01 + 0.64) / 4
    assert score["brier"] == pytest.approx(0.235)
    assert score["skill"] == pytest.approx(0.06)
    assert score["brier_even"] == pytest.approx(0.25)
    assert score["brier_share"] == pytest.approx(0.25)
    assert score[["cases", "met", "right"]].tolist() == [4, 2, 2]
    bins = made.calibration()
    assert bins[["cases", "odds", "met"]].to_numpy().tolist() == [
        [1, 0.2, 0], [1, 0.5, 1], [2, pytest.approx(0.85), 0.5],
    ]  # fmt: skip
    assert bins["low"].tolist() == [0, 1 / 3, 2 / 3]
    assert bins["high"].tolist() == [1 / 3, 2 / 3, 1]
    facts = made.facts("en")
    assert (facts["brier"], facts["even"], facts["cases"], facts["mean"]) == (
        "0.235",
        "0.25",
        "4",
        "60 %",
    )


@pytest.mark.parametrize(("odds", "low"), [(0.0, 0), (1 / 3, 1 / 3), (2 / 3, 2 / 3), (1.0, 2 / 3)])
def test_bins_hold_their_lower_end(plan, odds, low):
    rows = pd.DataFrame({"odds": [odds], "met": [True], "right": [True]})
    assert TrackRecord(plan, rows).calibration()["low"].tolist() == [low]


def test_a_promise_is_judged_on_the_day_of_adoption(own):
    plan = own(GDP, ["gdp,2016,204.72,亿元,level,", "gdp,2018,230,亿元,level,2020-06-30"])
    (row,) = plan.track_record().rows.to_dict("records")
    assert (row["year"], row["as_of"], row["target"], row["outcome"]) == (
        2018,
        date(2018, 10, 30),
        228,
        230,
    )
    assert bool(row["met"]) is True
    early = plan.at("2018-10-30")
    assert row["odds"] == forecast(early, "gdp").probability(plan.target("gdp", 2018))
    assert row["right"] == (row["odds"] > 0.5)
    assert row["known_from"] == pd.Timestamp("2020-06-30")


def test_a_miss_that_was_called_unlikely_is_right(own):
    rows = ["gdp,GDP,2018,400,亿元,,,,9", "gdp,GDP,2020,500,亿元,,,,9"]
    plan = own(
        rows, ["gdp,2017,204.72,亿元,level,2018-01-01", "gdp,2018,230,亿元,level,2020-06-30"]
    )
    (row,) = plan.track_record().rows.to_dict("records")
    assert (row["met"], row["right"]) == (False, True)


def test_what_was_known_by_then_is_no_case(own):
    plan = own(GDP, ["gdp,2016,204.72,亿元,level,", "gdp,2018,230,亿元,level,2018-10-01"])
    assert plan.track_record().rows.empty
    assert own(GDP, ["gdp,2016,204.72,亿元,level,"]).track_record().rows.empty


def test_a_yearly_plan_is_judged_in_march_of_each_year(own):
    about = ABOUT + "announced: yearly\nclasses: {gdp: [prefecture, china, gdp_real]}\n"
    rows = [f"gdp,GDP,{y},7,%,growth,,," for y in (2018, 2019)]
    plan = own(rows, ["gdp,2018,6,%,growth_real,", "gdp,2019,8,%,growth_real,"], about=about)
    record = plan.track_record().rows
    assert record["as_of"].tolist() == [date(2018, 3, 31), date(2019, 3, 31)]
    assert record["met"].tolist() == [False, True]
    assert np.isfinite(record["odds"]).all()


def test_the_first_release_counts(own):
    plan = own(GDP, ["gdp,2016,204.72,亿元,level,", "gdp,2018,230,亿元,level,2020-06-30"])
    seen = plan.all_observations
    first = seen[seen["year"] == 2018].assign(value=225.0, known_from=pd.Timestamp("2019-02-01"))
    both = replace(plan, all_observations=pd.concat([seen, first], ignore_index=True), _made={})
    assert both.track_record().rows["outcome"].tolist() == [225.0]
