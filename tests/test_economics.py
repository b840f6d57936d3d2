"""The economics worked out a second time: classes, windows, chosen figures, odds and swings, by hand.

Each number here is computed from printed rows with plain arithmetic, apart from the code it holds.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom
from scipy.stats import t as student

import zoneplan
from zoneplan.data import tables
from zoneplan.errors import DataError
from zoneplan.forecasting import classes as reference
from zoneplan.forecasting import growth as common
from zoneplan.forecasting.forecasts import Assumptions, base_of, forecast
from zoneplan.forecasting.verdicts import _like_its_twin, verdicts
from zoneplan.plan.audit import implied_base
from zoneplan.plan.document import chosen, known, target_problems, unit_problems
from zoneplan.stress import tornado

NOVEMBER = "-11-01"
SIZE, COAST = ("county", "coastal_size_matched"), ("prefecture", "coastal_provinces")


def test_every_result_is_frozen():
    modules = [
        importlib.import_module(m.name)
        for m in pkgutil.walk_packages(zoneplan.__path__, "zoneplan.")
        if not m.name.endswith("__main__")
    ]
    classes = {
        c
        for m in modules
        for c in vars(m).values()
        if dataclasses.is_dataclass(c) and isinstance(c, type)
    }
    assert len(classes) > 40
    thawed = [c.__name__ for c in classes if not c.__dataclass_params__.frozen]
    assert not thawed, thawed


# Reference classes


def test_which_regions_stand_in_for_what():
    classes = {
        i: (c.level, c.name, c.indicator_id, c.is_proxy) for i, c in reference.CLASSES.items()
    }
    assert classes == {
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
    for class_ in reference.CLASSES.values():
        assert ("(proxy)" in class_.label) == class_.is_proxy


def test_percentiles_are_read_where_the_table_prints_them():
    printed = [
        c for c in tables.read("growth_reference").columns if c[:1] == "p" and c[1:].isdigit()
    ]
    assert reference.COLUMNS == printed and [f"p{q:02d}" for q in reference.LEVELS] == printed


def test_units_are_read_between_printed_percentiles():
    # Percentile q grows by q percent, so two hundred units grow by the middles of the half per cents between 1 and 99.
    row = pd.Series({f"p{q:02d}": float(q) for q in reference.LEVELS})
    units = reference.grown(row)
    assert (
        len(units) == 200
        and units[:2].tolist() == [1.0, 1.0]
        and units[-2:].tolist() == [99.0, 99.0]
    )
    assert units[2:-2] == pytest.approx(1.25 + 0.5 * np.arange(196))


def test_units_move_with_their_path_by_hand():
    # Two units, at 0 and +10 % around a median of 10 %: on a path of 21 % they grow by 10 % and 21 %.
    flat = {f"p{q:02d}": 0.0 if q < 50 else 10.0 for q in reference.LEVELS}
    rows = pd.DataFrame([flat])
    draws = reference.Growth(reference.CLASSES["gdp"], 1, rows, (21.0,)).draws
    assert (
        draws[0] == pytest.approx(10.0) and draws[-1] == pytest.approx(21.0) and len(draws) == 200
    )
    both = reference.Growth(reference.CLASSES["gdp"], 1, rows, (21.0, 10.0)).draws
    assert (both[0], both[-1], len(both)) == (pytest.approx(0.0), pytest.approx(21.0), 400)
    assert reference.Growth(reference.CLASSES["gdp"], 1, rows).draws[[0, -1]].tolist() == [
        0.0,
        10.0,
    ]


def windows_by_hand(class_, horizon, as_of):
    rows = tables.read("growth_reference")
    same = (
        (rows["level"] == class_.level)
        & (rows["reference_class"] == class_.name)
        & (rows["indicator_id"] == class_.indicator_id)
    )
    rows = rows[same & (rows["series"] == "as_printed") & (rows["horizon_years"] == horizon)]
    return rows[
        [f"{int(y) + 1}{NOVEMBER}" <= as_of.isoformat() for y in rows["end_year"]]
    ].sort_values("end_year")


@pytest.mark.parametrize("indicator", ["gdp", "trade_total", "fdi_actual"])
@pytest.mark.parametrize("horizon", [1, 2, 3])
def test_windows_are_those_printed_by_the_day(plan, indicator, horizon):
    class_ = reference.CLASSES[indicator]
    mine, theirs = (
        windows_by_hand(class_, horizon, plan.as_of),
        reference.windows(class_, horizon, plan.as_of),
    )
    assert theirs["row_id"].tolist() == mine["row_id"].tolist() and theirs.index.tolist() == list(
        range(len(mine))
    )


@pytest.mark.parametrize(
    ("indicator", "horizon", "end"),
    [("gdp", 3, 2020), ("gdp", 1, 2018), ("trade_total", 2, 2019), ("gdp", 4, 2020)],
)
def test_coming_growth_by_hand(plan, indicator, horizon, end):
    class_ = reference.CLASSES[indicator]
    made = reference.coming_growth(indicator, horizon, plan.as_of, end, {end: 1.0})
    known = np.log1p(windows_by_hand(class_, 1, plan.as_of)["p50"].to_numpy() / 100)
    # The class was known to 2016; on from there growth fades and its error widens.
    weights = 0.5 ** np.arange(len(known))[::-1]
    g = (weights * known).sum() / weights.sum()
    ahead = {2016 + k: g / (1 + g * k) for k in range(1, 6)}
    one = common.spread(known, 1)[0]
    steps = [np.expm1(ahead[y]) + 0.01 * (y == end) for y in range(end - horizon + 1, end + 1)]
    variance = {2016 + k: (one * k**0.85) ** 2 for k in range(6)}
    sd = np.sqrt(variance[end] - variance[end - horizon])
    unit = np.sqrt(6 / 8) * student(8).ppf((np.arange(41) + 0.5) / 41)
    paths = np.expm1((np.log1p(steps).sum() + sd * unit) / horizon)
    assert made.paths == pytest.approx(100 * paths)
    assert made.horizon == min(horizon, 3)
    last = windows_by_hand(class_, min(horizon, 3), plan.as_of).iloc[-1]
    assert (
        made.rows["row_id"].tolist() == [last["row_id"]]
        and made.rows.index.tolist() == [0]
        and "index" not in made.rows
    )


def test_surprise_by_hand(plan):
    class_ = reference.CLASSES["trade_total"]
    rows = windows_by_hand(class_, 1, plan.as_of).set_index("end_year")["p50"]
    before = np.log1p(rows[rows.index < 2009].to_numpy() / 100)
    weights = 0.5 ** np.arange(len(before))[::-1]
    g = (weights * before).sum() / weights.sum()
    points, row = reference.surprise(class_, 2009, plan.as_of)
    assert points == pytest.approx(rows[2009] - 100 * np.expm1(g / (1 + abs(g)))) and points < 0
    assert row["p50"] == rows[2009]
    first = int(rows.index[0])
    with pytest.raises(ValueError, match="with 3 years before it"):
        reference.surprise(class_, first + 2, plan.as_of)
    assert reference.surprise(class_, first + 3, plan.as_of)[1]["p50"] == rows[first + 3]
    with pytest.raises(ValueError, match="no growth of"):
        reference.surprise(class_, 2017, plan.as_of)


@pytest.mark.parametrize(("years", "made"), [(2, False), (3, True)])
def test_three_years_are_the_fewest(plan, years, made):
    class_ = reference.CLASSES["gdp"]
    first = int(windows_by_hand(class_, 1, plan.as_of)["end_year"].min())
    path = reference.expected_path(class_, date(first + years, 11, 1), first + 8)
    assert (path is not None) == made
    if made:
        assert path["known"].sum() == 3 and path.index.tolist() == list(range(first, first + 9))
        assert (path.loc[path["known"], "sd"] == 0).all() and (
            path.loc[~path["known"], "sd"].diff().dropna() > 0
        ).all()


def test_forecasts_made_before_knew_what_was_printed_by_30_october(plan):
    for horizon in (1, 3):
        made = list(reference.past_forecasts("gdp", horizon, plan.as_of))
        assert made
        for year, row, growth in made:
            assert row["end_year"] == year + horizon - 1
            # The yearbook of the autumn prints the year before the last.
            assert growth.rows["end_year"].tolist() == [year - 2]
    record = reference.past_record("gdp", 3, plan.as_of)
    year, row, growth = next(iter(reference.past_forecasts("gdp", 3, plan.as_of)))
    low, middle, high = np.quantile(growth.draws, [0.1, 0.5, 0.9])
    units = reference.grown(row)
    first = record.iloc[0]
    assert first["coverage"] == pytest.approx(((units >= low) & (units <= high)).mean())
    assert (first["made_in"], first["end_year"], first["error"]) == (
        year,
        row["end_year"],
        pytest.approx(row["p50"] - middle),
    )


def test_share_of_regions_by_origin(plan):
    growth = reference.past_growth("gdp", 3, plan.as_of)
    table = growth.odds_by_origin(9.0)
    assert table["share"].tolist() == [
        pytest.approx((reference.grown(r) >= 9.0).mean()) for _, r in growth.rows.iterrows()
    ]
    assert table.columns.tolist() == ["origin_year", "end_year", "n_units", "share"]


# Chosen figures


def seen(*rows: dict) -> pd.DataFrame:
    """Observations with only what a test is about; the rest is filled in."""
    usual = {
        "indicator_id": "gdp",
        "year": 2016,
        "period": "full_year",
        "value": 1.0,
        "unit": "亿元",
        "kind": "level",
        "grade": "B",
        "known_from": pd.Timestamp("2017-03-31"),
        "scope_note": "x",
        "source_id": "s",
    }
    return pd.DataFrame([{"row_id": f"o{n}", **usual, **r} for n, r in enumerate(rows)])


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (
            [
                {"value": 1.0, "grade": "C", "known_from": pd.Timestamp("2019-01-01")},
                {"value": 2.0, "grade": "B"},
                {"value": 3.0, "grade": "A"},
            ],
            3.0,
        ),
        (
            [
                {"value": 1.0},
                {"value": 2.0, "known_from": pd.Timestamp("2018-03-31")},
                {"value": 3.0},
            ],
            2.0,
        ),
        (
            [
                {"value": 1.0, "grade": "C", "known_from": pd.Timestamp("2019-01-01")},
                {"value": 2.0},
            ],
            2.0,
        ),
        ([{"value": 1.0, "row_id": "z"}, {"value": 2.0, "row_id": "b"}], 2.0),
        ([{"value": 1.0, "grade": "A"}, {"value": 2.0, "grade": "P"}], 2.0),
    ],
)
def test_the_better_grade_wins_then_the_later_publication_then_the_row(rows, value):
    table = chosen(seen(*rows), "gdp", ("level", "count"))
    assert (
        table["value"].tolist() == [value] and table.index.tolist() == [0] and "rank" not in table
    )


def test_only_full_years_of_the_kind_on_one_area_are_chosen():
    rows = seen(
        {"year": 2012},
        {"year": 2013, "value": 3.0},
        {"year": 2014, "period": "h1"},
        {"year": 2014, "kind": "growth_real"},
        {"year": 2015, "indicator_id": "exports"},
        {"year": 2016, "value": 6.0, "kind": "count"},
    )
    table = chosen(rows, "gdp", ("level", "count"), 2013)
    assert table[["year", "value"]].to_numpy().tolist() == [[2013, 3.0], [2016, 6.0]]
    assert table.index.tolist() == [0, 1] and table.columns.tolist() == rows.columns.tolist()


def test_what_is_known_on_a_day_keeps_its_columns(plan):
    rows = plan.all_observations
    for day in (date(2014, 3, 31), plan.as_of):
        table = known(rows, day)
        assert table.columns.tolist() == rows.columns.tolist() and table.index.tolist() == list(
            range(len(table))
        )
        assert table["row_id"].tolist() == [
            i
            for i, d in zip(rows["row_id"], rows["known_from"], strict=True)
            if d <= pd.Timestamp(day)
        ]


def test_a_level_in_a_unit_of_another_kind_is_named_by_row():
    targets = pd.DataFrame(
        [{"indicator_id": "gdp", "section": "annex", "kind": "flow", "unit": "亿元"}]
    )
    rows = seen(
        {"unit": "亿美元"},
        {"unit": "万元"},
        {"unit": "家"},
        {"unit": "家", "year": 2012},
        {"unit": "家", "kind": "growth_real"},
    )
    told = unit_problems(targets, rows, 2013, "o.csv")
    # The header is row 1; ten thousand yuan converts, dollars and firms do not.
    assert [(p.row, p.column, p.found) for p in told] == [
        (2, "unit", "亿美元 of gdp"),
        (4, "unit", "家 of gdp"),
    ]


def test_the_shipped_zone_is_comparable_from_2013(plan):
    assert plan.comparable_from == 2013
    assert plan.levels("gdp")["year"].min() == 2013
    assert plan.levels("budget_revenue")["year"].min() >= 2013


def test_targets_nothing_can_be_read_from_are_named_by_row(plan):
    rows = plan.targets.copy()
    annex = rows.index[rows["section"] == "annex"]
    assert target_problems(rows, plan.years, "t.csv") == []
    wrong = rows.copy()
    wrong.loc[annex[4], "year"], wrong.loc[annex[7], "value"], wrong.loc[annex[1], "year"] = (
        2031,
        0.0,
        2020,
    )
    told = {(p.row, p.column): p for p in target_problems(wrong, plan.years, "t.csv")}
    # The header is row 1, so the row with index k is row k + 2.
    assert set(told) == {(6, "year"), (9, "value"), (4, "indicator_id,year")}
    assert told[6, "year"].found == "2031" and told[9, "value"].expected == "a flow above zero"
    rate = rows.copy()
    rate.loc[rows.index[rows["kind"] == "growth"][0], "value"] = -3.0
    assert target_problems(rate, plan.years, "t.csv") == [], "growth may be negative"


# Verdicts


@pytest.fixture(scope="module")
def judged(plan):
    return verdicts(plan).table().set_index("target_id")


def test_odds_of_both_bases_by_hand(plan, judged):
    for i in ("gdp", "budget_revenue", "trade_total"):
        for year in plan.years:
            target = plan.target(i, year)
            odds = {}
            for kind in ("implied", "observed"):
                base = base_of(plan, i, kind)
                growth = reference.coming_growth(i, year - base.year, plan.as_of, year)
                starts = base.level.low + (np.arange(5) + 0.5) / 5 * (
                    base.level.high - base.level.low
                )
                draws = np.concatenate(
                    [s * (1 + growth.draws / 100) ** (year - base.year) for s in starts]
                )
                odds[kind] = (draws >= target).mean()
                if kind == "implied":
                    quantiles, start = np.quantile(draws, [0.1, 0.5, 0.9]), base
            row = judged.loc[f"{i}-{year}"]
            assert (row["probability_implied"], row["probability_observed"]) == pytest.approx(
                (odds["implied"], odds["observed"])
            )
            assert (row["probability_low"], row["probability_high"]) == pytest.approx(
                (min(odds.values()), max(odds.values()))
            )
            assert row[["q10", "q50", "q90"]].tolist() == pytest.approx(quantiles.tolist())
            needed = 100 * ((target / start.level.mid) ** (1 / (year - start.year)) - 1)
            assert row["needed_growth"] == pytest.approx(needed)
            apart = row["probability_high"] - row["probability_low"]
            assert np.isnan(row["probability"]) == (apart > 0.15)
            assert apart > 0.15 or row["probability"] == row["probability_implied"]


def test_naive_is_the_last_published_figure(plan, judged):
    naive = judged[judged["section"] == "annex"].groupby("indicator_id")["naive"].first()
    assert naive[["gdp", "industrial_value_added", "trade_total"]].tolist() == [204.72, 82.98, 70.7]
    rows = plan.observations[
        (plan.observations["indicator_id"] == "fixed_asset_investment")
        & (plan.observations["kind"] == "growth_nominal")
    ]
    rows = rows[(rows["period"] == "full_year") & (rows["year"] >= 2013)].sort_values("year")
    assert naive["fixed_asset_investment"] == rows["value"].iloc[-1]
    assert np.isnan(naive["backbone_firms"]) and np.isnan(naive["fdi_actual"])


def test_count_by_hand(judged):
    # One year with 35 new firms and half a case before: the next year is negative binomial around 35.5.
    row, count = judged.loc["upgraded_to_above_scale-2020"], nbinom(35.5, 0.5)
    assert row[["q10", "q50", "q90"]].tolist() == [count.ppf(0.1), count.ppf(0.5), count.ppf(0.9)]
    assert (
        row["probability_implied"]
        == row["probability_low"]
        == row["probability_high"]
        == row["probability"]
    )
    assert row["naive"] == 35 and row["basis"] == "one observed year: 35"


def test_text_promises_by_hand(plan, judged):
    # An average over three years is one window of three years; each year is three windows of one.
    growth = reference.coming_growth("gdp_growth", 3, plan.as_of, 2020)
    row = judged.loc["gdp_growth"]
    assert (
        row["probability"] == pytest.approx((growth.draws >= 9.0).mean()) and row["evidence"] == "D"
    )
    assert row[["q10", "q50", "q90"]].tolist() == pytest.approx(
        np.quantile(growth.draws, [0.1, 0.5, 0.9]).tolist()
    )
    yearly = [
        reference.coming_growth("trade_growth_each_year", 1, plan.as_of, y)
        for y in (2018, 2019, 2020)
    ]
    odds = [(g.draws >= 10).mean() for g in yearly]
    row = judged.loc["trade_growth_each_year"]
    assert (row["probability_low"], row["probability_high"]) == pytest.approx(
        (np.prod(odds), min(odds))
    )
    assert np.isnan(row["probability"]) == (min(odds) - np.prod(odds) > 0.15)
    assert row["q50"] == pytest.approx(np.quantile(yearly[-1].draws, 0.5))
    # A promise of growth needs just that growth.
    assert (
        judged.loc["fixed_asset_investment-2020", "needed_growth"] == 18
        and row["needed_growth"] == 10
    )
    core = judged.loc["core_output"]
    assert (
        core["evidence"] == "N"
        and core["missing_number"] == "zone figure for 2017: Core-area industrial output"
    )
    assert np.isnan(core["probability_low"]) and core["basis"] == "none"


def test_tables_begin_at_row_zero(plan):
    made = plan.verdicts()
    for table in (
        made.table(),
        made.final(),
        made.assessable(),
        tornado.missing_numbers(plan),
        tornado.swings(plan, "gdp").table(),
    ):
        assert table.index.tolist() == list(range(len(table))) and "index" not in table.columns
    final = made.final()
    assert set(final["year"]) == {2020} and final["section"].eq("annex").all() and len(final) == 22
    assert made.assessable()["probability_low"].notna().all()


def test_the_strip_shows_the_likeliest_first(plan):
    drawn = plan.verdicts().plot().table()
    assert drawn["low"].is_monotonic_decreasing and len(drawn) == len(plan.verdicts().assessable())


# What decides it


def test_needed_growth_names_the_last_window(plan):
    table = tornado.needed_growth(plan).table().set_index("indicator_id")
    growth = reference.past_growth("gdp", 3, plan.as_of)
    row = table.loc["gdp"]
    assert row[["class_p10", "class_median", "class_p90"]].tolist() == pytest.approx(
        np.quantile(growth.draws, [0.1, 0.5, 0.9]).tolist()
    )
    assert row["source_id"] == growth.rows["source_id"].tolist()[-1] == "cityyb"
    assert row["odds_observed"] == forecast(plan, "gdp", "observed").odds(2020, 270)
    assert tornado.needed_growth(plan).plot().subtitle.count("2020")
    harder = int((table["needed_implied"] > table["class_median"]).sum())
    assert (
        f"{harder} " in tornado.needed_growth(plan).plot().title
        or str(harder) in tornado.needed_growth(plan).plot().title
    )


def test_swings_by_hand(plan):
    made = tornado.swings(plan, "gdp")
    base, seen_base = base_of(plan, "gdp", "implied"), base_of(plan, "gdp", "observed")
    growth = {
        y: reference.coming_growth("gdp", 1, plan.as_of, y).quantile([0.1, 0.5, 0.9])
        for y in (2018, 2019, 2020)
    }
    centre = base.level.mid * np.prod([1 + q[1] / 100 for q in growth.values()])
    assert made.centre == pytest.approx(centre) and made.target == 270 and made.year == 2020
    rows = made.rows.set_index(["kind", "year"])
    for year, (q10, q50, q90) in growth.items():
        row = rows.loc[("growth", year)]
        assert row[["low", "high"]].tolist() == pytest.approx(
            [centre * (1 + q / 100) / (1 + q50 / 100) for q in (q10, q90)]
        )
        assert (
            row[["low_at", "high_at"]].tolist() == pytest.approx([q10, q90])
            and row["source_id"] == "cityyb"
        )
    rounding = rows.loc[("rounding", 2017)]
    assert rounding[["low", "high"]].tolist() == pytest.approx(
        [centre * base.level.low / base.level.mid, centre * base.level.high / base.level.mid]
    )
    # 204.72 of 2016, carried one year by what the class was expected to grow, against the implied base.
    step = reference.expected_path(reference.CLASSES["gdp"], plan.as_of, 2017).loc[2017, "growth"]
    ends = sorted([204.72 * (1 + step / 100), base.level.mid])
    row = rows.loc[("base", 2016)]
    assert (
        row[["low_at", "high_at"]].tolist() == pytest.approx(ends)
        and row["source_id"] == seen_base.source_id
    )
    assert row[["low", "high"]].tolist() == pytest.approx(
        [centre * e / base.level.mid for e in ends]
    )
    assert (
        rows["span"].tolist() == pytest.approx((rows["high"] - rows["low"]).tolist())
        and rows["span"].is_monotonic_decreasing
    )


def test_a_series_never_observed_swings_around_the_implied_base_alone(plan):
    kinds = tornado.swings(plan, "fiscal_revenue_total").rows["kind"]
    assert (
        set(kinds) == {"growth", "rounding"}
        and base_of(plan, "fiscal_revenue_total", "observed") is None
    )


def test_the_tornado_is_drawn_in_the_reader_s_unit(plan):
    made = tornado.swings(plan, "gdp")
    english, chinese = made.plot("GDP", "Zhenan"), made.plot("地区生产总值", "浙南", "zh")
    assert english.table()["span"].tolist() == pytest.approx((made.rows["span"] / 10).tolist())
    assert chinese.table()["span"].tolist() == pytest.approx(made.rows["span"].tolist())
    # 270 of 100 million yuan are 27 billion; the widest span stands in the title with one decimal.
    for chart, target, factor in ((english, 27.0, 0.1), (chinese, 270.0, 1.0)):
        lines = [line.get_xdata() for axes in chart.figure.axes for line in axes.lines]
        assert any(np.allclose(np.asarray(x, dtype=float), target) for x in lines if len(x))
        assert f"{made.rows['span'].iloc[0] * factor:.1f}" in chart.title
        assert f"{made.rows['span'].iloc[0] * factor:.2f}" not in chart.title
    rounding = made.table().set_index("source_id").loc["plan"]
    base = base_of(plan, "gdp", "implied").level
    assert rounding["low_label"] == f"{base.low / 10:.2f}"
    assert made.table("zh").set_index("source_id").loc["plan"]["low_label"] == f"{base.low:.1f}"


def test_an_older_base_is_carried_over_every_year(plan):
    old = plan.observations[
        ~((plan.observations["indicator_id"] == "gdp") & (plan.observations["year"] > 2013))
    ]
    then = replace(plan, observations=old)
    path = reference.expected_path(reference.CLASSES["gdp"], plan.as_of, 2017)["growth"]
    carried = 175.15 * (1 + path.loc[2014:2017] / 100).prod()
    row = tornado.swings(then, "gdp").rows.set_index("kind").loc["base"]
    assert row["year"] == 2013 and sorted(row[["low_at", "high_at"]]) == pytest.approx(
        sorted([carried, implied_base(plan, "gdp").mid])
    )


def test_every_choice_made_otherwise_by_hand(plan):
    made = tornado.decomposition(plan, "gdp").rows.set_index("choice")
    assert made.loc["headline", ["odds", "change"]].tolist() == [
        forecast(plan, "gdp").odds(2020, 270),
        0.0,
    ]
    class_ = reference.CLASSES["gdp"]
    path = reference.expected_path(class_, plan.as_of, 2020)
    last = path.loc[2016, "growth"]
    extra = {y: last - path.loc[y, "growth"] for y in (2017, 2018, 2019, 2020)}
    assert made.loc["trend", "odds"] == forecast(plan, "gdp", Assumptions(extra=extra)).odds(
        2020, 270
    )
    nominal = dataclasses.replace(class_, level="prefecture", name="coastal_provinces")
    real = dataclasses.replace(nominal, indicator_id="gdp_real")
    odds = [forecast(plan, "gdp", Assumptions(class_=c)).odds(2020, 270) for c in (nominal, real)]
    assert made.loc["price_basis", ["odds", "change"]].tolist() == pytest.approx(
        [odds[1], 100 * (odds[1] - odds[0])]
    )
    assert made.index.value_counts()["scope"] == 3
    trade = tornado.decomposition(plan, "trade_total").rows.set_index("choice")
    expected = reference.expected_path(reference.CLASSES["trade_total"], plan.as_of, 2020).loc[
        2018, "growth"
    ]
    # Wenzhou's trade grew by 14.3 % in the first half of 2018.
    half = forecast(plan, "trade_total", Assumptions(extra={2018: 14.3 - expected})).odds(2020, 104)
    assert trade.loc["first_half", "odds"] == half
    assert "price_basis" not in trade.index and "price_basis" in made.index
    # The host of an investment class is no GDP class either.
    assert "price_basis" not in tornado.decomposition(plan, "fdi_actual").rows["choice"].tolist()
    # The coastal prefectures are not compared with themselves, and no county prints budget revenue.
    assert tornado.decomposition(plan, "budget_revenue").rows["choice"].tolist().count("scope") == 1


def test_shares_of_the_panels_add_up(plan):
    rows = tornado.panels(plan).rows
    assert rows.groupby("indicator_id")["share"].sum().tolist() == pytest.approx(
        [1.0] * rows["indicator_id"].nunique()
    )
    chart = tornado.panels(plan).plot()
    main = rows.loc[rows.groupby("indicator_id")["share"].idxmax(), "driver"]
    assert f"{int((main == main.mode().iloc[0]).sum())} in {len(main)}" in chart.title


# Descriptions


def test_a_truth_value_is_no_year():
    with pytest.raises(DataError, match="base_year"):
        raise_for("base_year: 2017", "base_year: true")


def raise_for(old: str, new: str) -> None:
    """Load the shipped plan with one line of its description changed."""
    import shutil
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(
            shutil.copytree(tables.data_dir() / "plans" / "zhenan", Path(scratch) / "plan")
        )
        text = (folder / "plan.yml").read_text(encoding="utf-8")
        assert old in text
        (folder / "plan.yml").write_text(text.replace(old, new), encoding="utf-8")
        zoneplan.load_plan(folder)


def test_all_years_may_be_comparable():
    # The old zone's trade is in dollars, so the description passes and its figures are named instead.
    with pytest.raises(DataError) as error:
        raise_for("comparable_from: 2013", "comparable_from: 0")
    assert {p.file for p in error.value.problems} == {"observations.csv"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("base_year: 2017", "base_year: '2017'"),
        ("base_year: 2017", "base_year: 1899"),
        ("base_year: 2017", "base_year: 2017.0"),
        ("years: [2018, 2019, 2020]", "years: [2018, 2018, 2020]"),
        ("years: [2018, 2019, 2020]", "years: [2020, 2019, 2018]"),
        ("years: [2018, 2019, 2020]", "years: []"),
        ("years: [2018, 2019, 2020]", "years: ['2018', 2019, 2020]"),
        ("years: [2018, 2019, 2020]", "years: [2018, 2019, 2201]"),
        ("years: [2018, 2019, 2020]", "years: 2018"),
        ("id: zhenan", "id: 7"),
        ("id: zhenan", "id: '  '"),
        ("zone_en: the Zhenan zone", "zone_en: [a]"),
        ("comparable_from: 2013", "comparable_from: -1"),
        ("comparable_from: 2013", "comparable_from: soon"),
        ("adopted: 2018-10-30", "adopted: soon"),
        ("adopted: 2018-10-30", "adopted: 20181030"),
    ],
)
def test_a_description_nobody_can_use_is_refused_by_key(old, new):
    with pytest.raises(DataError) as error:
        raise_for(old, new)
    assert [p.column for p in error.value.problems] == [old.split(":")[0]]


# What mutants of the code have shown to be untested


def test_windows_longer_than_three_years_are_those_of_three(plan):
    assert reference.past_growth("gdp", 5, plan.as_of).rows.equals(
        reference.past_growth("gdp", 3, plan.as_of).rows
    )


def test_growth_of_names_nobody_knows_has_no_class():
    known_by_name = {
        i: reference.has_class(i)
        for i in (
            "gdp_growth",
            "industrial_value_added_growth",
            "park_tax_growth",
            "park_tax",
            "gdp",
        )
    }
    assert known_by_name == {
        "gdp_growth": True,
        "industrial_value_added_growth": False,
        "park_tax_growth": False,
        "park_tax": False,
        "gdp": True,
    }


def test_swings_have_these_columns_only(plan):
    columns = "kind year low high low_at high_at source_id span".split()
    assert tornado.swings(plan, "gdp").rows.columns.tolist() == columns


@pytest.mark.parametrize(
    ("own", "twin", "taken"),
    [
        ("N", "N", True),
        ("N", "administrative", True),
        ("N", "B", False),
        ("B", "N", False),
        ("B", "B", False),
    ],
)
def test_only_a_text_row_without_odds_waits_for_what_its_twin_waits_for(own, twin, taken):
    row, other = (
        {"evidence": own, "missing_number": "mine", "year": 1},
        {"evidence": twin, "missing_number": "its", "year": 2},
    )
    assert _like_its_twin(row, other) == (
        {"evidence": twin, "missing_number": "its", "year": 1} if taken else row
    )
    assert _like_its_twin(row, None) == row
