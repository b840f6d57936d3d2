"""Which regions stand in for an indicator, by one written rule, and their windows."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from zoneplan.data import tables
from zoneplan.forecasting.classes import (
    GRID,
    LEVELS,
    MATCHED,
    PERCENTILES,
    ReferenceClass,
    class_of,
    classes_of,
    gdp_of,
    spread_units,
)  # fmt: skip

DAY = date(2018, 11, 5)
SIZE, COAST = ("county", "coastal_size_matched"), ("prefecture", "coastal_provinces")


@pytest.mark.parametrize(
    ("indicator", "regions", "series", "is_proxy", "in_yuan"),
    [
        ("gdp", SIZE, "gdp", False, False),
        ("industrial_value_added", SIZE, "secondary_value_added", True, False),
        ("fiscal_revenue_total", COAST, "budget_revenue", True, False),
        ("budget_revenue", COAST, "budget_revenue", False, False),
        ("trade_total", COAST, "trade_total", False, False),
        ("fixed_asset_investment", SIZE, "fixed_asset_investment", False, False),
        ("industrial_investment", SIZE, "fixed_asset_investment", True, False),
        ("fdi_actual", COAST, "fdi_actual", False, False),
        ("gdp_growth", COAST, "gdp_real", False, False),
    ],
)
def test_the_rule_by_indicator(plan, indicator, regions, series, is_proxy, in_yuan):
    assert class_of(plan, indicator) == ReferenceClass(*regions, series, is_proxy, in_yuan)


def test_the_same_indicator_comes_before_a_proxy_and_size_before_level(plan):
    found = [(c.indicator_id, c.level, c.name, c.in_yuan) for c in classes_of(plan, "trade_total")]
    assert found == [
        ("trade_total", "prefecture", "coastal_provinces", False),
        ("trade_total", "prefecture", "zhejiang", False),
        ("exports", "county", "coastal_size_matched", True),
        ("exports", "county", "coastal_provinces", True),
        ("exports", "county", "zhejiang", True),
    ]


def test_real_growth_never_meets_a_nominal_class(plan):
    assert classes_of(plan, "industrial_value_added_growth") == []


def test_what_nobody_knows_has_no_class(plan):
    assert class_of(plan, "hidden_champions") is None


def test_the_size_of_the_zone_is_its_last_observed_gdp(plan):
    assert gdp_of(plan) == 204.72
    assert MATCHED[0] < gdp_of(plan) < MATCHED[1]


def test_dollars_become_yuan_at_the_mean_rates_of_both_ends():
    dollars = ReferenceClass(*SIZE, "exports", True)
    yuan = ReferenceClass(*SIZE, "exports", True, True)
    before = dollars.windows(3, DAY).set_index("end_year").loc[2016, "p50"]
    after = yuan.windows(3, DAY).set_index("end_year").loc[2016, "p50"]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    factor = (rate[2016] / rate[2013]) ** (1 / 3)
    assert after == pytest.approx(100 * ((1 + before / 100) * factor - 1))
    # Rates are at hand from 2006 on: earlier windows are left out, not guessed.
    assert yuan.windows(1, DAY)["origin_year"].min() == 2006


@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_windows_are_those_printed_by_the_day(horizon):
    rows = ReferenceClass(*SIZE, "gdp").windows(horizon, DAY)
    assert rows["known_from"].max() <= np.datetime64(DAY)
    assert rows["end_year"].max() == 2017
    assert rows["origin_year"].is_monotonic_increasing


def test_units_are_read_between_printed_percentiles():
    row = ReferenceClass(*SIZE, "gdp").windows(1, DAY).iloc[-1]
    units = spread_units(row)
    assert len(units) == len(GRID) == 200
    assert np.percentile(units, 50) == pytest.approx(row["p50"], abs=0.05)
    assert list(PERCENTILES) == [f"p{q:02d}" for q in LEVELS]


def test_classes_are_named_in_both_languages():
    class_ = ReferenceClass(*SIZE, "exports", True, True)
    assert "yuan" in class_.describe("en")
    assert "人民币" in class_.describe("zh")
