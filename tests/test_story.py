"""The story check: ratios by hand, findings from made-up panels, and what the shipped scenarios lead to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.stress import consistency
from zoneplan.stress.consistency import RARE, SEEN, UNHEARD, changes, city_ratios, story_check

TRADE = "Imports and exports / GDP"


@pytest.fixture(scope="module")
def shipped(plan):
    return plan.scenarios()


@pytest.fixture(scope="module")
def checked(plan, shipped):
    return story_check(plan, shipped.values())


def panel(*rows):
    """Ratios of made-up cities, one row each, from 2012 on."""
    return pd.DataFrame(rows, columns=range(2012, 2012 + len(rows[0])), dtype="float64")


def test_changes_by_hand():
    made = changes(panel([10, 11, 12, 13, 15], [20, np.nan, 20, 10, 20]), 3)
    assert sorted(made) == pytest.approx([-50, 30, 100 * (15 / 11 - 1)])
    assert changes(panel([10, 11]), 3).empty


def test_city_ratios_by_hand():
    rows = tables.read("zhejiang_cities").set_index(["unit_id", "indicator_id", "year"])["value"]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    made = city_ratios("trade_total", "gdp")
    # Exports are in dollars until 2018 and in yuan after.
    assert made.loc["330300", 2017] == pytest.approx(
        100 * rows["330300", "exports", 2017] * rate[2017] / rows["330300", "gdp_nominal", 2017]
    )
    assert made.loc["330300", 2019] == pytest.approx(
        100 * rows["330300", "exports", 2019] / rows["330300", "gdp_nominal", 2019]
    )
    assert made.shape == (11, 11) and made.notna().all().all() and "330782" not in made.index


def test_levels_at_start_and_end_by_hand(checked):
    rows = checked.table().set_index(["scenario", "ratio"]).loc["plan_as_printed", TRADE]
    # 86 / 1.10 over 228 / 1.09 in 2017; both grow as printed for three years.
    start = 100 * (86 / 1.1) / (228 / 1.09)
    assert rows["start"] == pytest.approx(start) and rows["end"] == pytest.approx(
        start * 1.1**3 / 1.09**3
    )
    assert rows["change"] == pytest.approx(100 * (1.1**3 / 1.09**3 - 1))


@pytest.mark.parametrize(
    ("shown", "finding"),
    [
        # Trade grows less than GDP in the baseline: 37.4 % fall to 33.8 %, by a tenth.
        (panel([40, 40, 40, 20]), SEEN),
        (panel([40, 40, 40, 38]), UNHEARD),
        (panel([40, 40, 40, 50]), UNHEARD),
        (panel(*[[40, 40, 40, 39]] * 29, [40, 40, 40, 20]), RARE),
        # The change was seen, the level it ends at never.
        (panel([40, 40, 40, 35]), UNHEARD),
        # Always outside: other things are counted, which says nothing of the story.
        (panel([80, 80, 80, 60]), SEEN),
    ],
)
def test_findings(plan, shipped, monkeypatch, shown, finding):
    monkeypatch.setattr(consistency, "city_ratios", lambda *_: shown)
    rows = story_check(plan, [shipped["baseline"]]).table().set_index("ratio")
    assert rows["finding"][TRADE] == finding
    assert bool(rows["reason"][TRADE]) == (finding != SEEN)


def test_the_share_counts_windows_that_went_as_far(plan, shipped, monkeypatch):
    monkeypatch.setattr(
        consistency,
        "city_ratios",
        lambda *_: panel([40, 40, 40, 30], [40, 40, 40, 37], [40, 40, 40, 20], [40, 40, 40, 60]),
    )
    rows = (
        story_check(plan, [shipped["baseline"], shipped["plan_as_printed"]])
        .table()
        .set_index(["scenario", "ratio"])
    )
    assert rows["as_far"]["baseline", TRADE] == 0.5 and rows["windows"]["baseline", TRADE] == 4
    # Upwards by 2.8 %: one of four rose further.
    assert rows["as_far"]["plan_as_printed", TRADE] == 0.25


def test_findings_follow_from_the_columns(checked):
    rows = checked.table()
    unheard = (rows["as_far"] == 0) | (
        rows["start"].between(rows["ratio_low"], rows["ratio_high"])
        & ~rows["end"].between(rows["ratio_low"], rows["ratio_high"])
    )
    assert (unheard == (rows["finding"] == UNHEARD)).all()
    beyond = (rows["change"] > rows["change_high"]) | (rows["change"] < rows["change_low"])
    assert (beyond == (rows["as_far"] == 0)).all()
    assert (
        checked.unheard()["finding"].eq(UNHEARD).all() and len(checked.unheard()) == unheard.sum()
    )


def test_every_scenario_and_ratio_is_checked(checked, shipped):
    rows = checked.table()
    assert rows.groupby("scenario", sort=False).size().to_dict() == dict.fromkeys(shipped, 4)
    assert (rows["windows"] == 88).all()


def test_what_the_plan_asks_of_revenue_is_rare(checked):
    rows = checked.table().set_index(["scenario", "ratio"])
    one = rows.loc["plan_as_printed", "Total fiscal revenue / GDP"]
    windows = changes(city_ratios("fiscal_revenue_total", "gdp"), 3)
    assert one["finding"] == RARE and one["reason"].startswith(
        f"{(windows >= one['change']).sum()} of 88 windows"
    )
    assert (rows["finding"].xs("baseline") == SEEN).all()


def test_an_absurd_story_is_unheard_of(plan, shipped):
    rows = pd.DataFrame({"indicator_id": "trade_total", "year": [2018, 2019, 2020], "points": 60.0})
    made = story_check(plan, [dataclasses.replace(shipped["baseline"], rows=rows)])
    assert made.unheard()["ratio"].tolist() == [TRADE]


def test_equal_growth_is_no_change(checked):
    rows = checked.table().query("scenario == 'catch_up'").set_index("ratio")
    assert rows["change"]["General public budget revenue / Total fiscal revenue"] == 0


def test_constant_prices_make_no_ratio_with_current_ones(plan, shipped):
    made = story_check(plan, [dataclasses.replace(shipped["baseline"], constant_prices=True)])
    assert made.table()["ratio"].tolist() == [
        "General public budget revenue / Total fiscal revenue"
    ]
