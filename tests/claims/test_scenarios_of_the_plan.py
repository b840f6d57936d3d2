"""The shipped scenarios against the rows that they are sized on, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from zoneplan.data import tables
from zoneplan.forecasting.classes import class_of

CITIES = "zhejiang_cities"


@pytest.fixture(scope="module")
def shipped(plan):
    return plan.scenarios


@pytest.fixture(scope="module")
def printed():
    return tables.read("growth_reference").set_index("row_id")


def growth(scenario, indicator, year) -> float:
    return float(scenario.rows.set_index(["indicator_id", "year"])["growth"][indicator, year])


def signs(scenario) -> dict:
    return {(r.indicator_id, r.year): r.sign for r in scenario.rows.itertuples()}


def test_they_are_all_there_in_both_languages(shipped):
    assert list(shipped) == [
        "baseline", "plan_as_printed", "national_average", "trade_slump", "pandemic", "tax_cut",
        "investment_drought", "one_large_project", "catch_up",
    ]  # fmt: skip
    for story in shipped.values():
        assert any("\u4e00" <= c <= "\u9fff" for c in story.text["zh"] + story.title["zh"])
        assert story.title["en"].isascii()
    assert shipped["baseline"].rows.empty


def test_every_deviation_names_rows_that_exist(shipped):
    names = ("growth_reference", "observations", "context_observations")
    known = {i for t in names for i in tables.read(t)["row_id"]}
    for story in shipped.values():
        for rows in story.rows["rows"]:
            row = rows.removesuffix(" and the years before")
            assert row == "plan" or row in known or row.startswith(CITIES), (story.id, rows)


def test_sign_growth_and_points_agree(shipped):
    for story in shipped.values():
        rows = story.rows
        apart = rows["growth"] - rows["expected"]
        assert apart.to_numpy() == pytest.approx(rows["points"].to_numpy(float))
        assert (rows["sign"] == np.where(rows["points"] > 0, "+", "-")).all(), story.id


def test_trade_rose_in_the_pandemic_and_all_else_grew_less(shipped):
    story = shipped["pandemic"]
    wenzhou = tables.read("context_observations").set_index("row_id").loc["obs-257"]
    assert (wenzhou["entity_id"], wenzhou["indicator_id"], wenzhou["year"]) == (
        "wenzhou",
        "trade_total",
        2020,
    )
    assert growth(story, "trade_total", 2020) == wenzhou["value"] == 15.1
    assert {k for k, v in signs(story).items() if v == "+"} == {("trade_total", 2020)}
    assert len(story.rows) == 5
    assert story.rows["hindsight"].all()


def median_of_cities(series: str, year: int) -> float:
    """City by city; Yiwu lies inside Jinhua."""
    value = {
        (r.unit_id, r.year): r.value for r in tables.read(CITIES).itertuples()
        if r.indicator_id == series and r.unit_id != "330782"
    }  # fmt: skip
    cities = sorted({unit for unit, y in value if y == year})
    assert len(cities) == 11
    return sorted(100 * (value[c, year] / value[c, year - 1] - 1) for c in cities)[5]


@pytest.mark.parametrize(
    ("scenario", "indicator", "series", "years"),
    [
        ("pandemic", "gdp", "gdp_nominal", [2020]),
        ("pandemic", "industrial_value_added", "industrial_va", [2020]),
        ("tax_cut", "fiscal_revenue_total", "fiscal_revenue_total", [2019, 2020]),
        ("tax_cut", "budget_revenue", "budget_revenue", [2019, 2020]),
    ],
)
def test_sizes_taken_from_the_cities(shipped, scenario, indicator, series, years):
    for year in years:
        want = median_of_cities(series, year)
        assert growth(shipped[scenario], indicator, year) == pytest.approx(want, abs=1e-9)
    assert shipped[scenario].rows["hindsight"].all()


def test_rows_named_are_rows_used(shipped):
    # In 2018 Yiwu is printed beside the eleven cities; it lies inside one of them and is not used.
    assert (
        shipped["tax_cut"].rows["rows"].iloc[0]
        == f"{CITIES} fiscal_revenue_total 2018-2019, 22 rows"
    )


def test_the_slump_is_what_2009_2015_and_2016_fell_short_of(plan, shipped, printed):
    rows = shipped["trade_slump"].rows
    for r in rows.itertuples():
        row = printed.loc[r.rows.split()[0]]
        assert (row["horizon_years"], row["end_year"]) == (
            1,
            {2018: 2009, 2019: 2015, 2020: 2016}[r.year],
        )
        # By hand: growth halves its weight year by year into the past, and fades by its own size.
        same = printed[
            (printed["level"] == row["level"])
            & (printed["reference_class"] == row["reference_class"])
            & (printed["indicator_id"] == row["indicator_id"])
            & (printed["horizon_years"] == 1)
            & (printed["series"] == "as_printed")
        ]
        past = np.log(
            1 + same[same["end_year"] < row["end_year"]].sort_values("end_year")["p50"] / 100
        )
        weights = 0.5 ** np.arange(len(past))[::-1]
        g = weights @ past / weights.sum()
        assert r.points == pytest.approx(row["p50"] - 100 * (np.exp(g / (1 + g)) - 1), abs=1e-9)
    found = rows.set_index(["indicator_id", "year"])["points"]
    assert found["trade_total", 2018] < -25
    assert (rows.query("year < 2020")["sign"] == "-").all()
    assert not rows["hindsight"].any()


def test_catch_up_takes_the_upper_quartile_of_the_last_window_of_each_class(plan, shipped):
    for r in shipped["catch_up"].rows.itertuples():
        window = class_of(plan, r.indicator_id).windows(3, plan.as_of).iloc[-1]
        assert (r.rows, r.growth) == (window["row_id"], window["p75"])
        assert r.sign == "+"


def test_the_drought_is_the_weakest_tenth_of_2017(shipped, printed):
    row = printed.loc["gref-0590"]
    assert (row["indicator_id"], row["end_year"], row["horizon_years"]) == (
        "fixed_asset_investment",
        2017,
        1,
    )
    assert (row["level"], row["reference_class"], row["p10"]) == (
        "prefecture",
        "coastal_provinces",
        1.0,
    )
    assert set(shipped["investment_drought"].rows["growth"]) == {1.0}
    assert set(signs(shipped["investment_drought"]).values()) == {"-"}


def test_the_plan_as_printed_is_printed(plan, shipped):
    rows = shipped["plan_as_printed"].rows
    assert rows["growth"].tolist() == [plan.stated_growth(i) for i in rows["indicator_id"]]
    assert len(rows) == 18


def test_one_large_project_by_hand(shipped):
    rows = shipped["one_large_project"].rows.set_index("year")
    # 134.91 in 2016 grows as the class did in 2017; then 100 over three years adds a third a year.
    before = 134.91 * 1.155
    levels = [before, *(before * np.cumprod(1 + rows["expected"] / 100) + 100 / 3)]
    want = [100 * (b / a - 1) for a, b in zip(levels, levels[1:], strict=False)]
    assert rows["growth"].tolist() == pytest.approx(want)
    # The leap comes once: after it growth falls short of what was expected.
    assert rows["sign"].tolist() == ["+", "-", "-"]
