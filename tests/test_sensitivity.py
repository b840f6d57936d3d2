"""Needed growth, years late and the one page: answers by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import Base, base_of
from zoneplan.plan.audit import Interval
from zoneplan.stress import tornado
from zoneplan.stress.drivers import drivers, variance_shares
from zoneplan.stress.tornado import LATEST, needed_growth, one_page, panels, years_late


def at(level, year=2017):
    return Base("own", year, Interval(level, level, level), "plan", "")


@pytest.fixture(scope="module")
def need(plan):
    return needed_growth(plan).table().set_index("indicator_id")


@pytest.fixture
def steady(monkeypatch):
    """The class grows by ten percent in every year, or by what is asked."""

    def set_growth(rate=10.0):
        def path(_, __, to):
            years = range(2010, to + 1)
            return pd.DataFrame({"growth": rate, "known": True, "sd": 0.0}, index=years)

        monkeypatch.setattr(classes, "expected_path", path)

    return set_growth


@pytest.mark.parametrize(
    ("level", "late"),
    [
        # 270 is reached from 270 / 1.1^3 in 2020; a hair less needs one year more, and so on.
        (270 / 1.1**3 + 1e-9, 0),
        (270 / 1.1**3 - 1e-9, 1),
        (270 / 1.1**5 + 1e-9, 2),
        (270 / 1.1**5 - 1e-9, 3),
        (270, 0),
        (400, 0),
        (270 / 1.1 ** (3 + LATEST) + 1e-9, LATEST),
        (270 / 1.1 ** (3 + LATEST) - 1e-3, np.inf),
    ],
)
def test_years_late_by_hand(plan, steady, level, late):
    steady()
    assert years_late(plan, "gdp", at(level)) == late


def test_an_earlier_base_has_more_years_to_grow(plan, steady):
    steady()
    assert years_late(plan, "gdp", at(270 / 1.1**4 + 1e-9, 2016)) == 0
    assert years_late(plan, "gdp", at(270 / 1.1**4 + 1e-9, 2017)) == 1


@pytest.mark.parametrize(
    ("rate", "level", "late"),
    [(0.0, 269.0, np.inf), (-2.0, 269.0, np.inf), (0.0, 271.0, 0), (-2.0, 271.0, np.inf)],
)
def test_what_does_not_grow_never_arrives(plan, steady, rate, level, late):
    steady(rate)
    assert years_late(plan, "gdp", at(level, 2019)) == late


def test_years_late_of_the_plan_step_by_step(plan, need):
    # GDP from 228 / 1.09 in 2017; the class is expected to grow 7.84, 7.27, 6.78 and 6.35 %.
    path = classes.expected_path(classes.CLASSES["gdp"], plan.as_of, 2021)["growth"]
    level = 228 / 1.09
    for year in (2018, 2019, 2020):
        level *= 1 + path[year] / 100
    assert level < 270 <= level * (1 + path[2021] / 100)
    assert need["late_implied"]["gdp"] == 1 and need["late_observed"]["gdp"] == 0


def test_a_reached_target_is_reached_in_its_year_and_not_before(plan, need):
    for i in need.index:
        for kind in ("implied", "observed"):
            base, late = base_of(plan, i, kind), need[f"late_{kind}"][i]
            if base is None:
                assert (
                    np.isnan(late)
                    and np.isnan(need[f"needed_{kind}"][i])
                    and np.isnan(need[f"odds_{kind}"][i])
                )
                continue
            growth = classes.expected_path(classes.CLASSES[i], plan.as_of, 2060)["growth"]
            levels = base.level.mid * (1 + growth.loc[base.year + 1 :] / 100).cumprod()
            assert levels[2020 + late] >= plan.target(i, 2020)
            assert late == 0 or levels[2019 + late] < plan.target(i, 2020)


def test_odds_are_those_of_both_forecasts(plan, need):
    assert need["odds_implied"]["gdp"] == plan.forecast("gdp").odds(2020, 270)
    assert need["odds_observed"]["trade_total"] == plan.forecast("trade_total", "observed").odds(
        2020, 104
    )
    # On time means about even odds or better, far too late means small ones.
    assert (need.query("late_implied >= 5")["odds_implied"] < 0.35).all() and need["odds_observed"][
        "gdp"
    ] > 0.45


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.floats(50, 260), st.floats(1.001, 1.3))
def test_a_lower_base_is_never_earlier(plan, level, factor):
    assert years_late(plan, "gdp", at(level)) >= years_late(plan, "gdp", at(level * factor))


def test_needed_growth_inverts_the_path_exactly(plan, need):
    for kind, years in (("implied", 3), ("observed", 4)):
        back = (
            base_of(plan, "gdp", kind).level.mid
            * (1 + need[f"needed_{kind}"]["gdp"] / 100) ** years
        )
        assert back == pytest.approx(270, rel=1e-14)


def test_growing_as_needed_arrives_on_time(plan, need, steady):
    for i in need.index:
        base, rate = base_of(plan, i, "implied"), need["needed_implied"][i]
        steady(rate + 1e-9)
        assert years_late(plan, i, base) == 0
        steady(rate - 1e-6)
        assert years_late(plan, i, base) == 1


# Small multiples and the one page --------------------------------------------------------------------------------


def test_panels_are_the_drivers_of_each_series(plan, monkeypatch):
    monkeypatch.setattr(tornado, "level_series", lambda _: ["gdp", "trade_total"])
    rows = panels(plan).table().set_index(["indicator_id", "driver"])
    model = drivers(plan, "trade_total")
    exact = variance_shares(model, 2**3).table().set_index("driver")["exact"]
    assert rows.loc["trade_total", "share"].to_dict() == pytest.approx(exact.to_dict())
    # P10 and P90 of a normal lie 1.2816 standard deviations off, in logs.
    sd = dict(zip(model.names, model.sd, strict=True))["growth 2020"]
    one = rows.loc["trade_total", "growth 2020"]
    assert [one["low"], one["high"]] == pytest.approx(
        100 * np.expm1([-1.28155 * sd, 1.28155 * sd]), rel=1e-4
    )
    assert one["target"] == pytest.approx(100 * (104 / np.exp(model.mean.sum()) - 1))
    assert rows.groupby("indicator_id")["share"].sum().to_numpy() == pytest.approx(1)
    assert list(rows.index.get_level_values(0).unique()) == ["gdp", "trade_total"]


def test_one_page_by_hand(plan):
    ids = ["gdp", "fixed_asset_investment", "upgraded_to_above_scale"]
    lines = pd.DataFrame(
        {
            "indicator_id": ids,
            "name_en": ["GDP", "Investment", "Firms"],
            "year": 2020,
            "target": [270.0, 18.0, 40.0],
            "unit": ["亿元", "%", "家"],
            "probability_low": [0.36, 0.09, 0.3],
            "probability_high": [0.55, 0.09, 0.3],
            "needed_growth": [8.88, 18.0, np.nan],
            "q50": [258.0, 7.7, 35.0],
        }
    )
    page = one_page(plan, SimpleNamespace(assessable=lambda: lines)).set_index("indicator_id")
    # A count that no growth decides is left out.
    assert list(page.index) == ids[:2] and page["odds"].tolist() == ["36-55 %", "9 %"]
    assert page["needed_growth"].tolist() == [8.88, 18.0] and page["target"].tolist() == [
        270.0,
        18.0,
    ]
    # Base and two years as expected, the last year as bound: GDP is 270 to the digit printed.
    model = drivers(plan, "gdp")
    bound = float(page["breaks_when"]["gdp"].split("below ")[1].split(" %")[0])
    assert np.exp(model.mean[:3].sum()) * (1 + bound / 100) == pytest.approx(270, rel=5e-4)
    assert page["breaks_when"]["gdp"].endswith(f"expected {100 * np.expm1(model.mean[3]):.1f} %")
    share = model.covariance.sum(axis=1)[3] / model.covariance.sum()
    assert page["main_driver"].tolist() == [
        f"growth 2020 ({100 * share:.0f} %)",
        "growth 2020 (100 %)",
    ]
    # A rate hangs on its own year.
    assert (
        page["breaks_when"]["fixed_asset_investment"] == "growth 2020 below 18.0 %, expected 7.7 %"
    )
