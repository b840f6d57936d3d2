"""The table of indicators: its classes are pinned, and a row is all that a new one takes."""

import shutil
from dataclasses import astuple

import pandas as pd
import pytest

from zoneplan.data import tables, units
from zoneplan.data.importer import listed_names
from zoneplan.data.indicators import Indicator, growth_of, indicator, indicators
from zoneplan.errors import DataError

COAST = ("prefecture", "coastal_provinces")
SIZE = ("county", "coastal_size_matched")
# Regions, series and whether it is a proxy: a change here moves every chance.
CLASSES = {
    "gdp": (*SIZE, "gdp", False),
    "industrial_value_added": (*SIZE, "secondary_value_added", True),
    "fiscal_revenue_total": (*COAST, "budget_revenue", True),
    "budget_revenue": (*COAST, "budget_revenue", False),
    "trade_total": (*SIZE, "exports", True),
    "exports": (*SIZE, "exports", False),
    "secondary_value_added": (*SIZE, "secondary_value_added", False),
    "fixed_asset_investment": (*COAST, "fixed_asset_investment", False),
    "industrial_investment": (*COAST, "fixed_asset_investment", True),
    "fdi_actual": (*COAST, "fdi_actual", False),
    "gdp_growth": (*COAST, "gdp_real", False),
    "fiscal_revenue_total_growth": (*COAST, "budget_revenue", True),
    "above_limit_investment_growth": (*COAST, "fixed_asset_investment", True),
    "trade_growth_each_year": (*SIZE, "exports", True),
}


def class_of(i: Indicator) -> tuple:
    return i.class_level, i.class_name, i.class_series, i.is_proxy


@pytest.mark.parametrize("name", CLASSES)
def test_an_indicator_has_the_class_that_was_argued_for(name):
    assert class_of(indicator(name)) == CLASSES[name]


def test_nothing_else_has_a_class():
    assert {i.indicator_id for i in indicators() if i.has_class} <= CLASSES.keys()


def test_every_class_is_on_record():
    rows = tables.read("growth_reference")
    there = set(zip(rows["level"], rows["reference_class"], rows["indicator_id"], strict=True))
    for i in indicators():
        if i.has_class:
            assert class_of(i)[:3] in there
        if i.larger_name:
            assert (i.larger_level, i.larger_name, i.class_series) in there


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("gdp", (*COAST, "gdp_real", False)),
        ("budget_revenue", (*COAST, "budget_revenue", False)),
        ("trade_growth_each_year", (*SIZE, "exports", True)),
        # Real by convention, and no class prints real growth of it.
        ("industrial_value_added", ("", "", "", False)),
        ("never_heard_of", ("", "", "", False)),
    ],
)
def test_growth_takes_the_class_of_its_level_unless_it_is_real(of, expected):
    assert class_of(growth_of(of)) == expected


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


def test_a_new_indicator_is_a_row(own_data):
    table = pd.read_csv(own_data, dtype=str, keep_default_na=False)
    row = table[table["indicator_id"] == "exports"].assign(
        indicator_id="tea", name_en="Tea", name_zh="茶叶"
    )
    pd.concat([table, row]).to_csv(own_data, index=False, encoding="utf-8", lineterminator="\n")
    assert class_of(indicator("tea")) == (*SIZE, "exports", False)
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
