"""The table of indicators: its classes are pinned, and a row is all that a new one takes."""

import shutil
from dataclasses import astuple

import pandas as pd
import pytest

from zoneplan.data import tables, units
from zoneplan.data.importer import listed_names
from zoneplan.data.indicators import Indicator, growth_of, indicator, indicators
from zoneplan.errors import DataError
from zoneplan.forecasting.classes import class_of, regions_of

# Regions, series and whether it is a proxy, for a zone of the size of Zhenan: a change here moves
# every chance. What the plan's own annex takes is pinned in tests/forecasting/test_classes.py.
SIZE, COAST = ("county", "coastal_size_matched"), ("prefecture", "coastal_provinces")
CITIES, PROVINCES = ("prefecture", "zhejiang"), ("province", "coastal_7")
CLASSES = {
    "exports": (*SIZE, "exports", False),
    "secondary_value_added": (*SIZE, "secondary_value_added", False),
    "core_output": (*SIZE, "secondary_value_added", True),
    "returned_merchant_funds": (*SIZE, "fixed_asset_investment", True),
    "above_limit_investment_growth": (*SIZE, "fixed_asset_investment", True),
    "trade_growth_each_year": (*COAST, "trade_total", False),
    "fiscal_revenue_total_growth": (*COAST, "budget_revenue", True),
    "budget_revenue_growth": (*COAST, "budget_revenue", False),
    "retail_sales": (*CITIES, "retail_sales", False),
    "transport_investment": (*PROVINCES, "fai_transport_storage_post", True),
    "rd_to_gdp": (*PROVINCES, "rd_to_gdp", True),
}


@pytest.mark.parametrize("name", CLASSES)
def test_an_indicator_has_the_class_that_was_argued_for(name, plan):
    found = class_of(plan, name)
    assert (found.level, found.name, found.indicator_id, found.is_proxy) == CLASSES[name]


def test_an_indicator_has_a_class_where_its_row_names_a_series(plan):
    for i in indicators():
        assert (class_of(plan, i.indicator_id) is not None) == i.has_class, i.indicator_id


def test_every_series_is_on_record():
    series = {s for i in indicators() for s in (i.series, i.proxy)} - {""}
    assert [s for s in sorted(series) if not regions_of(s)] == []


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("gdp", ("gdp_real", "")),
        ("budget_revenue", ("budget_revenue", "")),
        ("trade_growth_each_year", ("trade_total", "exports")),
        # Real by convention, and no class prints real growth of it.
        ("industrial_value_added", ("", "")),
        ("never_heard_of", ("", "")),
    ],
)
def test_growth_takes_the_series_of_its_level_unless_it_is_real(of, expected):
    growth = growth_of(of)
    assert (growth.series, growth.proxy) == expected


def test_growth_is_named_after_its_level():
    growth = indicator("retail_sales_growth")
    assert (growth.kind, growth.name("en"), growth.name("zh")) == (
        "growth", "Retail sales growth", "社会消费品零售总额增长",
    )  # fmt: skip


def test_an_unknown_indicator_is_neutral():
    unknown = indicator("tea_houses")
    assert astuple(unknown) == astuple(Indicator("tea_houses"))
    assert not unknown.has_class
    assert not unknown.is_real
    assert unknown.name("zh") == "tea houses"


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("gdp", "GDP"),
        ("gdp_real", "real GDP"),
        ("rd_to_gdp", "R&D spending to GDP"),
        ("exports", "exports"),
    ],
)
def test_a_name_stands_inside_a_sentence(name, inside):
    assert indicator(name).name(inside=True) == inside


def test_what_the_usual_charts_show():
    def shown(chart):
        return [i.indicator_id for i in indicators() if i.shows_in(chart)]

    headline = [
        "gdp",
        "industrial_value_added",
        "fiscal_revenue_total",
        "budget_revenue",
        "trade_total",
    ]
    assert shown("ambition") == [*headline, "fixed_asset_investment", "fdi_actual"]
    assert shown("path") == ["gdp", "industrial_value_added", "budget_revenue", "trade_total"]
    assert shown("tornado") == ["gdp", "trade_total"]


def test_ratios_are_of_indicators_in_the_table():
    pairs = [(i.indicator_id, i.ratio_to) for i in indicators() if i.ratio_to]
    assert pairs == [
        ("industrial_value_added", "gdp"),
        ("fiscal_revenue_total", "gdp"),
        ("budget_revenue", "fiscal_revenue_total"),
        ("trade_total", "gdp"),
    ]


def test_panel_series_are_those_of_the_cities():
    there = set(tables.read("zhejiang_cities")["indicator_id"])
    assert {i.panel_series for i in indicators()} - {""} == there


def test_every_series_of_the_plan_and_every_name_of_the_importer_has_a_row(plan):
    known = {i.indicator_id for i in indicators()}
    assert set(plan.series()) <= known
    assert set(listed_names()) <= known


def test_what_should_fall_is_better_lower():
    less = {i.indicator_id for i in indicators() if i.better == "less"}
    assert less == {
        "mofcom_rank", "energy_intensity", "co2_intensity", "water_intensity",
        "pollutant_emissions", "unemployment_rate",
    }  # fmt: skip


@pytest.fixture
def own_data(tmp_path, monkeypatch):
    """A copy of the data whose table of indicators may be edited."""
    folder = tmp_path / "data"
    shutil.copytree(tables.data_dir(), folder)
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    return folder / "reference" / "indicators.csv"


def test_a_new_indicator_is_a_row(own_data, plan):
    table = pd.read_csv(own_data, dtype=str, keep_default_na=False)
    row = table[table["indicator_id"] == "exports"].assign(
        indicator_id="tea", name_en="Tea", name_zh="茶叶"
    )
    pd.concat([table, row]).to_csv(own_data, index=False, encoding="utf-8", lineterminator="\n")
    assert class_of(plan, "tea").indicator_id == "exports"
    assert indicator("tea_growth").name("zh") == "茶叶增长"
    assert indicators()[-1].indicator_id == "tea"


def test_a_wrong_word_is_named(own_data):
    text = own_data.read_text(encoding="utf-8")
    own_data.write_text(text.replace(",real,", ",constant,", 1), encoding="utf-8")
    with pytest.raises(DataError, match="price_basis: found 'constant'"):
        indicator("gdp")


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("家", "count"),
        ("zones", "count"),
        ("亩", "area"),
        ("位", "rank"),
        ("亿元", "flow"),
        ("无", "flow"),
    ],
)
def test_a_unit_tells_what_is_measured(unit, kind):
    assert units.kind_of(unit) == kind
