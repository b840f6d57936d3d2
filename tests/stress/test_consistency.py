"""The check of stories: ratios by hand, findings from made-up panels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.forecasting.scenario import Scenario
from zoneplan.stress import consistency as c
from zoneplan.stress.scenarios import middle_path

TRADE = "Imports and exports / GDP"
BASELINE = Scenario("baseline")


def panel(*rows) -> pd.DataFrame:
    """Ratios of made-up cities, one row each, from 2012 on."""
    return pd.DataFrame(rows, columns=range(2012, 2012 + len(rows[0])), dtype="float64")


@pytest.fixture
def ask(plan, monkeypatch):
    """The row of trade to GDP, of a story that changes the ratio by some percent in three years."""

    def found(shown: pd.DataFrame, change: float) -> pd.Series:
        monkeypatch.setattr(c, "city_ratios", lambda *_: shown)
        years = [2017, 2018, 2019, 2020]
        ratio = 40 * np.linspace(1, 1 + change / 100, 4)
        paths = {"trade_total": pd.Series(ratio, years), "gdp": pd.Series(100.0, years)}
        monkeypatch.setattr(c, "middle_path", lambda _, __, i: paths.get(i))
        rows = c.consistency(plan, [BASELINE]).rows
        assert rows["ratio"].tolist() == [TRADE]
        return rows.iloc[0]

    return found


def test_changes_by_hand():
    made = c.changes(panel([10, 11, 12, 13, 15], [20, np.nan, 20, 10, 20]), 3)
    assert sorted(made) == pytest.approx([-50, 30, 100 * (15 / 11 - 1)])
    assert c.changes(panel([10, 11]), 3).empty


def test_city_ratios_by_hand():
    rows = tables.read("zhejiang_cities").set_index(["unit_id", "indicator_id", "year"])["value"]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    made = c.city_ratios("trade_total", "gdp")
    # Exports are in dollars until 2018 and in yuan after.
    for year, factor in ((2017, rate[2017]), (2019, 1.0)):
        exports, gdp = (rows["330300", i, year] for i in ("exports", "gdp_nominal"))
        assert made.loc["330300", year] == pytest.approx(100 * exports * factor / gdp)
    assert made.shape == (11, 11)
    assert made.notna().all(axis=None)
    assert "330782" not in made.index


@pytest.mark.parametrize(
    ("shown", "change", "finding", "reason"),
    [
        (panel([40, 40, 40, 20]), -10, c.SEEN, ""),
        (panel([40, 40, 40, 38]), -10, c.UNHEARD, "no city's ratio changed by -10.0 % in 3 years"),
        (panel([40, 40, 40, 50]), -10, c.UNHEARD, "no city's ratio changed by -10.0 % in 3 years"),
        (panel([40, 40, 40, 60]), 10, c.SEEN, ""),
        (panel(*[[40, 40, 40, 39]] * 20, [40, 40, 40, 20]), -10, c.RARE, "1 of 21 windows of 3"),
        (panel(*[[40, 40, 40, 39]] * 19, [40, 40, 40, 20]), -10, c.SEEN, ""),
        # The change was seen, the level it ends at never.
        (
            panel([60, 50, 40, 38]),
            -20,
            c.UNHEARD,
            "no city's ratio was ever 32.0 %; the range is 38.0 to 60.0 %",
        ),
        # Always outside: other things are counted, which says nothing of the story.
        (panel([80, 80, 80, 60]), -20, c.SEEN, ""),
    ],
)
def test_findings(ask, shown, change, finding, reason):
    row = ask(shown, change)
    assert row["finding"] == finding
    assert row["reason"].startswith(reason)
    assert bool(row["reason"]) == bool(reason)


def test_columns_by_hand(ask):
    row = ask(panel([40, 40, 40, 30], [40, 40, 40, 36], [40, 40, 40, 39], [40, 40, 40, 60]), -10)
    assert (row["start"], row["end"], row["change"]) == pytest.approx((40, 36, -10))
    # Two of four windows fell by a tenth or more.
    assert (row["as_far"], row["windows"]) == (0.5, 4)
    assert (row["change_low"], row["change_high"]) == pytest.approx((-25, 50))
    assert (row["ratio_low"], row["ratio_high"]) == (30, 60)
    assert ask(panel([40, 40, 40, 30], [40, 40, 40, 60]), 10)["as_far"] == 0.5


def test_equal_growth_is_no_change(ask):
    assert ask(panel([40, 40, 40, 40.0]), 0)["as_far"] == 1.0
    assert ask(panel([40, 40, 40, 40.0]), 1e-11)["change"] == 0.0


@pytest.fixture(scope="module")
def checked(plan):
    return c.consistency(plan, [BASELINE, plan.scenarios["plan_as_printed"]])


def test_ratios_of_the_plan_as_printed(plan, checked):
    row = checked.rows.set_index(["scenario", "ratio"]).loc[("plan_as_printed", TRADE)]
    # 86 / 1.10 over 228 / 1.09 in 2017; both grow as printed for three years.
    start = 100 * (86 / 1.1) / (228 / 1.09)
    assert row["start"] == pytest.approx(start)
    assert row["end"] == pytest.approx(start * 1.1**3 / 1.09**3)
    assert row["change"] == pytest.approx(100 * (1.1**3 / 1.09**3 - 1))


def test_every_story_and_ratio_is_checked(checked):
    assert checked.rows.groupby("scenario", sort=False).size().tolist() == [4, 4]
    assert (checked.rows["windows"] == 88).all(), "eleven cities, eleven years, three years apart"


def test_an_absurd_story_is_unheard_of(plan):
    boom = Scenario("boom", points={"trade_total": dict.fromkeys(plan.years, 60.0)})
    before, after = (set(c.consistency(plan, [s]).unheard()["ratio"]) for s in (BASELINE, boom))
    assert after - before == {TRADE}


def test_constant_prices_make_no_ratio_with_current_ones(plan):
    rows = c.consistency(plan, [Scenario("x", prices="constant")]).rows
    assert rows["ratio"].tolist() == ["General public budget revenue / Total fiscal revenue"]


def test_an_earlier_base_begins_at_the_base_year(plan):
    rows = c.consistency(plan, [Scenario("x", base="observed")]).rows.set_index("ratio")
    trade, gdp = (
        middle_path(plan, Scenario("x", base="observed"), i) for i in ("trade_total", "gdp")
    )
    assert rows.loc[TRADE, "start"] == pytest.approx(100 * trade[2017] / gdp[2017])


def test_without_parts_there_is_no_ratio(own):
    plan = own(["gdp,GDP,2020,270,亿元,,,,9", "trade_total,T,2020,1,亿美元,,,,9"])
    assert c.consistency(plan, [BASELINE]).rows.empty
    rates = own([f"{i},X,{y},9,%,growth,,,9" for i in ("gdp", "trade_total") for y in (2018, 2020)])
    assert c.consistency(rates, [BASELINE]).rows.empty
