"""Macroeconomic ratios of a plan, by hand."""

from __future__ import annotations

import pytest

from zoneplan.plan import macro

YEARS = (2018, 2019, 2020)
LEVELS = [
    "gdp,GDP,2018,110,亿元,,,,10",
    "gdp,GDP,2019,121,亿元,,,,10",
    "gdp,GDP,2020,133.1,亿元,,,,10",
]
REVENUE = [
    f"budget_revenue,R,{y},{v},亿元,,,,20" for y, v in zip(YEARS, (12, 14.4, 17.28), strict=False)
]
INVESTED = [f"fixed_asset_investment,I,{y},20,%,growth,,,20" for y in YEARS]


@pytest.fixture(scope="module")
def rows(plan):
    return plan.audit().rows.set_index("check")


def test_revenue_buoyancy(rows):
    # 20 / (15 / 1.15) is 15.31 % a year, 270 / (228 / 1.09) 8.88 %: 1.7 to one.
    facts = rows.loc["buoyancy", "facts"]
    assert (facts["revenue"], facts["gdp"], facts["ratio"]) == ("15.3", "8.9", "1.7")
    assert (facts["share"], facts["year"]) == ("7.4", 2020)


def test_investment_against_gdp(rows):
    # 134.91 * (134.91 / before)^... grown by 6.8 % to 2017, then by 16, 17 and 18 %: 230.8.
    row = rows.loc["capital"]
    assert (row["stated"], row["implied"]) == ("85", "9.8")
    facts = row["facts"]
    level = 134.91 * (1 + float(facts["known"]) / 100)
    path = [level * 1.16, level * 1.16 * 1.17, level * 1.16 * 1.17 * 1.18]
    assert facts["last"][0] == pytest.approx(path[-1], rel=1e-3)
    assert facts["sum"][0] == pytest.approx(sum(path), rel=1e-3)
    assert 100 * path[-1] / 270 == pytest.approx(85, abs=0.6)
    assert facts["added"][0] == pytest.approx(270 - 228 / 1.09)
    assert sum(path) / (270 - 228 / 1.09) == pytest.approx(9.8, abs=0.05)
    assert (facts["seen"], facts["seen_year"], facts["year"]) == ((134.91, "亿元"), 2016, 2020)


def test_value_added_for_each_unit_of_output(rows):
    # (1.10 / 1.15)^3 is 0.875.
    facts = rows.loc["value added rate", "facts"]
    assert (facts["output"], facts["added"], facts["change"]) == ("15", "10", "12.5")
    assert facts["years"] == 3


def test_the_core_area_needs_growth_of_the_whole_zone(rows):
    # (800 / 650.77)^(1/4) and (1000 / 650.77)^(1/4).
    row = rows.loc["output bound"]
    assert row["facts"]["needed"] == ["5.3", "11.3"]
    assert (row["stated"], row["implied"]) == ("800", "5.3")
    assert row["facts"]["seen_year"] == 2016


def test_ratios_of_a_plan_of_ones_own(own):
    plan = own([*LEVELS, *REVENUE, *INVESTED],
               ["fixed_asset_investment,2015,40,亿元,level,",
                "fixed_asset_investment,2016,50,亿元,level,"])  # fmt: skip
    (bounce,) = macro.buoyancy(plan)
    assert (bounce.facts["ratio"], bounce.facts["share"]) == ("2.0", "13.0")
    (capital,) = macro.capital(plan)
    # 50 grows by 25 % to 62.5 in 2017, then to 75, 90 and 108 of 133.1; 273 over 33.1 more GDP.
    assert capital.facts["last"] == (pytest.approx(108), "亿元")
    assert (capital.facts["share"], capital.facts["ratio"]) == ("81", num(273 / 33.1))
    assert list(macro.value_added_rate(plan)) == list(macro.output_bound(plan)) == []


def num(x: float) -> str:
    return f"{x:.1f}"


@pytest.mark.parametrize(
    "targets",
    [
        LEVELS,
        REVENUE,
        # A plan of rates, one without printed growth and one that shrinks.
        ["gdp,GDP,2018,9,%,growth,,,9", "gdp,GDP,2020,9,%,growth,,,9", *REVENUE],
        [*(r.removesuffix("10") for r in LEVELS), *REVENUE],
        [*(r.removesuffix("10") + "-10" for r in LEVELS), *REVENUE],
        [*LEVELS[1:], *REVENUE],
        [*LEVELS[:2], *REVENUE],
    ],
)
def test_no_ratio_without_its_parts(own, targets):
    assert list(macro.buoyancy(own(targets))) == []


@pytest.mark.parametrize(
    ("targets", "seen"),
    [
        ([*LEVELS, *INVESTED], ["fixed_asset_investment,2016,50,亿元,level,"]),
        (INVESTED, ["fixed_asset_investment,2015,40,亿元,level,",
                    "fixed_asset_investment,2016,50,亿元,level,"]),
        ([*LEVELS, *INVESTED[:2]], ["fixed_asset_investment,2015,40,亿元,level,",
                                    "fixed_asset_investment,2016,50,亿元,level,"]),
    ],
)  # fmt: skip
def test_no_capital_ratio_without_two_levels_or_rates_of_every_year(own, targets, seen):
    assert list(macro.capital(own(targets, seen))) == []


def test_a_core_area_beside_no_record_of_the_whole_has_no_bound(own):
    assert list(macro.output_bound(own(["core_output,C,2020,800,亿元,,,,"]))) == []


def test_only_the_first_of_two_aims_may_be_there(own):
    plan = own(["core_output,C,2020,800,亿元,,,,"], ["industrial_output_all,2016,650,亿元,level,"])
    (bound,) = macro.output_bound(plan)
    # (800 / 650)^(1/4) is 5.3 %.
    assert (bound.stated, bound.implied, bound.facts["targets"]) == ("800", "5.3", ["800"])
