"""The zone among zones: shares by hand, nothing unlike is mixed, thin tables say why, and row order never matters."""

import ast
import json
from dataclasses import FrozenInstanceError, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import load_plan
from zoneplan.charts import kinds
from zoneplan.data import tables
from zoneplan.data.panel import panel_of
from zoneplan.forecasting import classes
from zoneplan.peers import comparison, convergence, similar, zones
from zoneplan.peers.ambition import COLUMNS, Ambition, ambition, availability

READ = tables.read
NOTEBOOK = Path(__file__).resolve().parents[1] / "notebooks" / "05_compare_zones.ipynb"


@pytest.fixture(scope="module")
def plan():
    return load_plan()


@pytest.fixture
def put(monkeypatch):
    """Change tables as they are read; tables that are not named stay as shipped."""

    def change(**changes):
        monkeypatch.setattr(tables, "read", lambda name: changes.get(name, lambda t: t)(READ(name)))

    return change


def zone_rows(*rows: dict) -> pd.DataFrame:
    usual = {
        "zone_id": "wenzhou",
        "zone_zh": "温州经济技术开发区",
        "zone_en": "Wenzhou ETDZ",
        "province": "浙江",
        "city": "温州",
        "indicator_id": "gdp",
        "year": 2015,
        "value": 9.0,
        "unit": "%",
        "kind": "growth_real",
        "period": "full_year",
        "scope_note": None,
        "source_id": "s308013b6",
        "grade": "B",
        "note": None,
        "price_basis": "comparable, by convention",
    }
    return pd.DataFrame([{"row_id": f"p{n}", **usual, **row} for n, row in enumerate(rows)])


def window(**change) -> pd.DataFrame:
    """A window of ten percentiles that lie on a straight line: p is growth times ten."""
    levels = dict(zip(classes.COLUMNS, classes.LEVELS / 10, strict=True))
    usual = {
        "row_id": "g1",
        "level": "county",
        "reference_class": "coastal_size_matched",
        "indicator_id": "gdp",
        "series": "as_printed",
        "horizon_years": 3,
        "origin_year": 2013,
        "end_year": 2016,
        "n_units": 100,
        "share_ge_9pct": 0.1,
        "known_from": pd.Timestamp("2017-11-01"),
        "source_id": "cityyb",
    }
    return pd.DataFrame([{**usual, **levels, **change}])


# Ambition ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("growth", "share"), [(5.0, 0.5), (2.0, 0.8), (9.0, 0.1), (0.05, 1.0), (9.95, 0.0)]
)
def test_a_share_by_hand(monkeypatch, growth, share):
    rows = window()
    monkeypatch.setattr(classes, "windows", lambda *_: rows.copy())
    found = zones.percentile_of(growth, classes.CLASSES["gdp"])
    assert found.rows["share"].tolist() == [share]


def test_shares_of_the_plan_are_those_of_its_classes(plan):
    rows = (
        ambition(plan)
        .table()
        .query("label == 'GDP, read as nominal' and column == 'all prefectures'")
        .set_index("end_year")
    )
    printed = READ("growth_reference").query(
        "level == 'prefecture' and reference_class == 'china' and indicator_id == 'gdp' and series == 'as_printed' "
        "and horizon_years == 3"
    )
    by_hand = printed.set_index("end_year")["share_ge_9pct"].reindex(rows.index)
    assert plan.stated_growth("gdp") == 9
    assert (rows["share"] - by_hand).abs().max() < 0.03


def test_proxies_are_named_and_nominal_never_meets_real(plan):
    rows = ambition(plan).table()
    named = rows.drop_duplicates("label").set_index("label")
    assert named.loc[named["is_proxy"], "stand_in"].tolist() == [
        "secondary_value_added",
        "budget_revenue",
        "exports",
    ]
    assert named.loc[named["is_proxy"], "row_note"].str.startswith("proxy: ").all()
    assert (rows.loc[rows["basis"] == "real", "stand_in"] == "gdp_real").all()
    assert not (rows.loc[rows["basis"] == "nominal", "stand_in"] == "gdp_real").any()


def test_every_class_of_the_issue_is_asked(plan):
    there = availability(plan).table()
    assert set(COLUMNS.values()) < set(there["column"])
    counted = there.set_index(["label", "column"])
    assert counted.loc[
        ("GDP, read as real", "national zones, level and growth"), ["units", "windows"]
    ].tolist() == [24, 29]
    # Zones print real growth only, so the nominal reading has none.
    assert counted.loc[("GDP, read as nominal", "national zones, level and growth"), "units"] == 0
    assert counted.loc[("Imports and exports", "all prefectures"), "windows"] == 0


def test_windows_known_later_change_nothing(plan):
    before = ambition(plan).table()
    assert before["end_year"].max() == 2016
    later = ambition(plan, as_of=date(2018, 11, 2)).table()
    assert later["end_year"].max() == 2017
    with pytest.raises(ValueError, match="no window of 3 years was known on 1999-01-01"):
        ambition(plan, as_of=date(1999, 1, 1))


def test_main_class_is_that_of_the_forecast(plan):
    main = (
        ambition(plan).rows.query("is_main").drop_duplicates("label").set_index("label")["column"]
    )
    assert main["GDP, read as nominal"] == "coastal counties of the zone's size"
    assert main["GDP, read as real"] == main["Total fiscal revenue"] == "coastal prefectures"
    assert len(main) == ambition(plan).rows["label"].nunique()


# Zones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"period": "part_year"}, "covers part of a year"),
        ({"kind": "growth_nominal"}, "growth_nominal, not real growth"),
        ({"period": "multi_year_average"}, "average over several years"),
        ({"kind": "target", "period": "target"}, "target, not an outcome"),
    ],
)
def test_only_full_year_real_growth_is_reported_growth(put, change, reason):
    level = {"year": 2016, "unit": "亿元", "kind": "level", "value": 200.0}
    put(peer_zones=lambda _: zone_rows({}, {"year": 2014, "value": 99.0, **change}, level))
    found = comparison.reported_growth()
    assert found.rows["value"].tolist() == [9.0]
    assert found.left_out["reason"].tolist() == [reason]


def test_growth_above_china_takes_the_same_year(put):
    put(
        peer_zones=lambda _: zone_rows(
            {}, {"year": 2016, "value": 8.0}, {"year": 2035, "value": 8.0}
        )
    )
    rows = comparison.reported_growth(year_to=2040).rows.set_index("year")
    assert rows.loc[2015, "above_china"] == pytest.approx(9.0 - 6.9)
    assert rows.loc[2016, "above_china"] == pytest.approx(8.0 - 6.7)
    # No growth of China: a dash, never another year's.
    assert np.isnan(rows.loc[2035, "above_china"])


def test_weaker_grades_are_lowered_by_their_excess(put):
    same = {"year": 2015}
    put(
        peer_zones=lambda _: zone_rows(
            {**same, "zone_id": "a", "grade": "A", "value": 7.9},
            {**same, "zone_id": "b", "grade": "C", "value": 9.9},
            {**same, "zone_id": "c", "grade": "C", "value": 11.9},
            {**same},
        )
    )
    found = comparison.reported_growth().reached(9.5).set_index("way")["share"]
    # C stands 3 points above A (median 10.9 against 7.9), B 1.1: 8.9 twice below and 6.9, 7.9.
    assert found["as printed"] == 0.5
    assert found["grade A only"] == 0.0
    assert found["weaker grades less their excess"] == 0.0
    assert (
        comparison.reported_growth()
        .reached(8.8)
        .set_index("way")["share"]["weaker grades less their excess"]
        == 0.25
    )


def test_the_bias_chart_draws_every_way_of_counting():
    chart = comparison.reported_growth().plot_bias(9.0)
    ways = comparison.reported_growth().reached(9.0)
    assert chart.table()["exact"].tolist() == ways["share"].tolist()
    bars = [p.get_width() for p in chart.figure.axes[0].patches]
    assert bars == pytest.approx(list(100 * ways["share"]))
    assert "Grade A only (6)" in chart.texts() and chart.problems() == []


def test_the_bias_chart_without_china_says_why(put):
    put(context_observations=lambda t: t[t["entity_id"] != "china"])
    assert (
        "nothing is drawn"
        in comparison.chart_or_reason(comparison.reported_growth().plot_bias, 9.0).data
    )


def test_bias_holds_totals_against_the_same_year_only():
    rows = comparison.promotional_bias().table().set_index("year")
    assert rows.index.tolist() == [2017, 2019, 2020]
    reports = comparison.reported_growth(year_from=2017, year_to=2017).rows["value"]
    assert rows.loc[2017, "mean"] == pytest.approx(reports.mean())
    assert rows.loc[2017, "difference"] == pytest.approx(reports.mean() - 9.9)
    # What is mixed is said: the totals print no price basis.
    assert rows["total_basis"].str.contains("not stated|isn't stated").all()


def test_totals_and_the_average_zone():
    found = comparison.national_totals()
    rows = found.table().set_index("year")
    assert rows.index.tolist() == [2006, 2017, 2019, 2020, 2021, 2022]
    assert rows.loc[2017, "mean_zone"] == pytest.approx(91000 / 219)
    assert rows.loc[2017, "growth_levels"] == pytest.approx(
        100 * ((91000 / 10136.9) ** (1 / 11) - 1)
    )
    assert rows.loc[2019, "growth_levels"] == pytest.approx(100 * ((105000 / 91000) ** 0.5 - 1))
    assert (
        rows.loc[2021, "zones_changed"] == np.False_ and rows.loc[2022, "zones_changed"] == np.True_
    )
    # No year has both, so there is a nearest year and no share.
    assert found.zone["share"].isna().all()
    near = found.nearest().set_index("year").loc[2016]
    assert (near["total_year"], near["years_apart"], near["percent"]) == (
        2017,
        1,
        pytest.approx(100 * 204.72 / 91000),
    )


def test_the_share_in_the_total_and_growth_a_year_by_hand(put):
    """100 of 2,000 is 5 %; from 40 zones of 50 in 2013 to 50 of 98 in 2015 the average zone grew 40 % a year."""
    usual = {
        "region": "all",
        "unit": "亿元",
        "kind": "level",
        "period": "full_year",
        "source_id": "s308013b6",
        "grade": "B",
        "note": None,
        "indicator_id": "gdp",
    }
    count = {"indicator_id": "zone_count", "unit": "count", "kind": "count"}
    rows = [
        {"year": 2013, "value": 2000.0},
        {"year": 2015, "value": 4900.0},
        {"year": 2013, "value": 40.0, **count},
        {"year": 2015, "value": 50.0, **count},
    ]
    put(
        national_zones=lambda t: pd.DataFrame(
            [{"row_id": f"n{k}", **usual, **row} for k, row in enumerate(rows)]
        ),
        peer_zones=lambda t: zone_rows(
            {"kind": "level", "unit": "亿元", "value": 100.0, "year": 2013}
        ),
    )
    found = comparison.national_totals()
    assert found.zone["share"].tolist() == pytest.approx([5.0])
    assert found.rows["growth_mean_zone"].iloc[-1] == pytest.approx(40.0)
    assert found.rows["growth_levels"].iloc[-1] == pytest.approx(100 * ((4900 / 2000) ** 0.5 - 1))


def test_a_part_year_total_is_no_total(put):
    put(national_zones=lambda t: t.assign(period="part_year"))
    found = comparison.national_totals()
    assert found.rows.empty
    with pytest.raises(ValueError, match="no total of all zones"):
        found.plot()


def test_movers():
    found = comparison.movers()
    big = found.big().set_index("zone_id")
    assert big["moved"].to_dict() == {
        "wenzhou": 119,
        "qinzhougang": 94,
        "shaoxing": 84,
        "longyan": 64,
        "gxasean": 58,
    }
    assert big.loc["wenzhou", "derived"] and "merged" in big.loc["wenzhou", "area"]
    step = found.rows.query("zone_id == 'shaoxing' and from_year == 2019 and to_year == 2020").iloc[
        0
    ]
    assert (step["later_year"], step["later_rank"]) == (2021, 77)
    assert (found.rows["to_year"] - found.rows["from_year"]).between(1, 2).all()
    assert (found.rows["from_year"] > 2010).all(), "the list of 2010 is another system"
    with pytest.raises(ValueError, match="no ranking list 'best'; there are: comprehensive"):
        comparison.movers(list_id="best")
    with pytest.raises(ValueError, match="no published move of 500 places"):
        found.plot(500)


def test_lists_are_never_mixed():
    # 29th in the east and 50th in the whole are ranks of one year on two lists.
    whole, east = comparison.movers().history, comparison.movers(list_id="east").history
    assert not set(whole["row_id"]) & set(east["row_id"])
    assert whole.query("zone_id == 'wenzhou' and evaluation_year == 2024")["rank"].tolist() == [50]


def test_against_the_city():
    found = comparison.against_city()
    rows = found.table().set_index("year")
    assert rows.loc[2013, ["growth", "city_growth"]].tolist() == [9.7, 7.7]
    assert rows.loc[2015, "difference"] == pytest.approx(0.2)
    assert rows.loc[2016, "share"] == pytest.approx(100 * 204.72 / rows.loc[2016, "city_size"])
    assert np.isnan(rows.loc[2016, "difference"]) and np.isnan(rows.loc[2021, "share"])
    assert found.mean_share["value"].tolist() == [14.1]
    assert 2003 not in rows.index, "an older, smaller zone"


@pytest.mark.parametrize("zone", ["suzhoupark", "zhenjiang"])
def test_a_city_that_is_not_in_the_tables_is_said_so(zone):
    found = comparison.against_city(zone)
    assert found.rows.empty and "the tables hold no figure of" in found.why
    with pytest.raises(ValueError, match="the tables hold no figure of"):
        found.plot()
    assert "No chart" in comparison.chart_or_reason(found.plot).data


def test_city_levels_of_half_a_year_are_left_out(put):
    def half(table):
        return table.assign(period=table["period"].where(table["entity_id"] != "wenzhou", "h1"))

    put(context_observations=half)
    # The yearbook still has levels; growth came from the context table only.
    rows = comparison.against_city().rows
    assert rows["difference"].isna().all() and rows["share"].notna().any()


def test_a_zone_level_of_half_a_year_is_held_against_no_city(put):
    half = zone_rows(
        {"kind": "level", "unit": "亿元", "value": 90.0, "year": 2016, "period": "part_year"},
        {"year": 2015, "value": 8.5, "period": "part_year"},
    )
    put(peer_zones=lambda t: half)
    assert comparison.against_city().rows.empty


def test_promises(plan):
    rows = comparison.promised_growth(plan).table()
    assert rows.iloc[0][["entity_id", "target"]].tolist() == ["plan", 9.0]
    assert set(rows["unit"]) == {"%"} and rows["basis"].isin(["growth", "average growth"]).all()
    assert rows.loc[rows["basis"] == "average growth", "result"].isna().all()
    china = rows.query("entity_id == 'region_china'").set_index("year")
    assert china.loc[2014, ["target", "result", "status"]].tolist() == [7.5, 7.4, "below"]
    assert rows.query("entity_id == 'wenzhou'").empty, "the city is no zone"


# Similar zones ----------------------------------------------------------------------------------------------------


def test_ages():
    ages = similar.zone_ages(date(2018, 10, 30)).set_index("zone_zh")["age"]
    assert ages["温州经济技术开发区"] == 26 and ages["镇江经济技术开发区"] == 8
    assert "台州湾经济技术开发区" not in ages, "approved in 2021"
    assert "苏州工业园区" not in ages, "no date is printed"


def test_comparable_zones_and_the_rest_are_all_zones():
    found = similar.comparable("wenzhou", by=("size", "coast"))
    everyone = set(READ("peer_zones")["zone_id"]) - {"wenzhou"}
    kept, left = set(found.rows["zone_id"]), set(found.excluded["zone_id"])
    assert kept | left == everyone and not kept & left
    assert found.rows["times"].between(*similar.TIMES).all() and found.rows["coast"].all()
    assert (found.excluded["reason"] != "").all()
    assert set(similar.comparable("wenzhou", by=("province",)).rows["province"]) == {"浙江"}
    few = similar.comparable("wenzhou", by=("size", "coast", "province")).rows
    assert set(few["zone_id"]) <= kept


def test_sizes_of_different_years_are_held_in_shares_of_china():
    rows = similar.features("wenzhou", (2008, 2021)).set_index("zone_id")
    china = zones.national_share(of="china").rows.set_index(["zone_id", "year"])["share"]
    assert rows.loc["weihai", "times"] == pytest.approx(
        china["weihai", 2015] / china["wenzhou", 2016]
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: similar.comparable("wenzhou", by=("colour",)), "unknown criterion colour"),
        (lambda: similar.comparable("atlantis"), "no zone 'atlantis'"),
        (lambda: similar.closest("hefei"), "Hefei has no full-year GDP"),
        (lambda: comparison.reported_growth("atlantis"), "there are: beijing"),
        (lambda: comparison.against_city("atlantis"), "no zone 'atlantis'"),
    ],
)
def test_what_cannot_be_answered_says_why(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_distance_by_hand():
    found = similar.closest("wenzhou", n=99)
    rows = found.table().set_index("zone_id")
    spread = np.ptp(np.log([*rows["times"], 1.0]))
    lishui = (abs(np.log(rows.loc["lishui", "times"])) / spread + 0.0) / 2
    assert rows.loc["lishui", "distance"] == pytest.approx(lishui)
    # Both ages are known: size, another coastal province, the same age.
    yingkou = (np.log(rows.loc["yingkou", "times"]) / spread + 0.5 + 0.0) / 3
    assert rows.loc["yingkou", "distance"] == pytest.approx(yingkou)
    assert rows["distance"].is_monotonic_increasing and rows["known"].between(2, 3).all()
    far = found.excluded[found.excluded["reason"] == "level too far off in time"]
    assert len(far) and ((far["year"] - 2016).abs() > similar.YEARS_APART).all()
    assert ((rows["year"] - 2016).abs() <= similar.YEARS_APART).all()
    assert (
        list(found.briefing().columns)[-1] == "Source"
        and found.briefing()["Why"].str.len().min() > 0
    )


@settings(derandomize=True, deadline=None, max_examples=5)
@given(st.sampled_from(["wenzhou", "suzhoupark", "zhenjiang", "ningbo", "weihai", "yingkou"]))
def test_distances_lie_between_alike_and_unlike(zone):
    rows = similar.closest(zone, n=99).rows
    assert rows["distance"].between(0, 1).all() and zone not in set(rows["zone_id"])


# Catching up ------------------------------------------------------------------------------------------------------


def points(n: int, slope: float) -> pd.DataFrame:
    sizes = np.geomspace(50, 3200, n)
    rows = [
        (
            {
                "zone_id": f"z{i:02d}",
                "value": s,
                "unit": "亿元",
                "kind": "level",
                "scope_note": "Z",
            },
            {
                "zone_id": f"z{i:02d}",
                "value": 16.9 + slope * np.log2(s) + 0.1 * (-1) ** i,
                "scope_note": "Z",
            },
        )
        for i, s in enumerate(sizes)
    ]
    return zone_rows(*(r for pair in rows for r in pair))


@pytest.mark.parametrize("slope", [-1.5, 0.0, 2.0])
def test_the_line_finds_a_known_slope(put, slope):
    put(peer_zones=lambda _: points(24, slope))
    found = convergence.small_zones()
    assert found.slope == pytest.approx(slope, abs=0.02)
    assert found.without_one["slope"].to_numpy() == pytest.approx(slope, abs=0.04)


def test_one_wild_figure_does_not_turn_the_line(put):
    wild = points(24, 0.5)
    wild.loc[1, "value"] += 100
    put(peer_zones=lambda _: wild)
    found = convergence.small_zones()
    straight = np.polyfit(np.log2(found.rows["size"]), found.rows["above_china"], 1)[0]
    assert abs(found.slope - 0.5) < 0.2 < abs(straight - 0.5)


def test_under_twenty_points_there_is_no_line(put):
    put(peer_zones=lambda _: points(19, -1.0))
    found = convergence.small_zones()
    assert found.line is None and found.why == "19 scope-clean points remain, fewer than 20"
    assert np.isnan(found.slope) and found.without_one.empty
    assert "too few" in found.plot().title and found.plot().problems() == []
    put(peer_zones=lambda _: points(20, -1.0))
    assert convergence.small_zones().line is not None


def test_merged_districts_are_left_out_where_the_zone_alone_is_asked():
    whole, alone = convergence.small_zones(), convergence.small_zones(zone_alone=True)
    assert set(alone.rows["zone_id"]) < set(whole.rows["zone_id"])
    assert not comparison.is_wider(alone.rows["scope_note"]).any()
    assert len(alone.rows) + len(alone.left_out) == 29


@pytest.mark.parametrize(
    ("note", "wider"),
    [
        ("南沙区 (merged district)", True),
        ("区街合一 with 钟埭街道", True),
        ("ETDZ incl. 碧溪/滨江", True),
        ("镇江新区 223 km2", True),
        ("ETDZ", False),
        ("ETDZ part of 北部新区", False),
        ("before the later merger", False),
        (None, False),
    ],
)
def test_notes_of_a_wider_area(note, wider):
    assert comparison.is_wider(pd.Series([note], dtype="object")).tolist() == [wider]


def test_convergence_by_hand():
    years = np.arange(2012, 2015)
    start, rate = np.log([100, 200, 400, 800]), np.array([0.08, 0.06, 0.04, 0.02])
    rows = [
        (u, int(y), float(np.exp(start[u] + rate[u] * (y - 2012)))) for u in range(4) for y in years
    ]
    beta, sigma = convergence._converged(
        "x", panel_of(pd.DataFrame(rows, columns=["unit_id", "year", "value"])), 2012, 2022
    )
    # Each doubling grows two points a year less.
    assert beta["beta"] == pytest.approx(-2.0) and beta["without_one_high"] == pytest.approx(-2.0)
    assert (
        sigma["y"].tolist()[0] == pytest.approx(100 * start.std(ddof=1))
        and sigma["y"].is_monotonic_decreasing
    )


def test_the_interval_of_a_slope_is_the_textbook_one():
    from statsmodels.api import OLS, add_constant

    x, y = np.array([1.0, 2, 3, 4, 6]), np.array([2.0, 1.5, 3.0, 2.5, 5.0])
    assert convergence._ols(x, y)[1:] == pytest.approx(
        OLS(y, add_constant(x)).fit().conf_int(0.05)[1]
    )


def test_cities_of_zhejiang():
    found = convergence.city_convergence()
    rows = found.table().set_index("series")
    assert rows.loc["GDP", ["first_year", "last_year", "cities"]].tolist() == [2012, 2022, 11]
    # Registered and resident population are two series: a head is counted from the first year of residents.
    assert rows.loc["GDP a head", "first_year"] == 2016
    assert (rows["low"] < rows["beta"]).all() and (rows["beta"] < rows["high"]).all()
    assert (rows["without_one_low"] <= rows["beta"]).all() and (
        rows["beta"] <= rows["without_one_high"]
    ).all()


# All together -----------------------------------------------------------------------------------------------------


def results(plan, zone: str = "wenzhou") -> list:
    return [
        availability(plan),
        ambition(plan),
        comparison.reported_growth(zone),
        comparison.promotional_bias(),
        comparison.national_totals(zone),
        comparison.movers(zone),
        comparison.against_city(zone),
        comparison.promised_growth(plan),
        convergence.small_zones(),
        convergence.small_zones(zone_alone=True),
        convergence.city_convergence(),
    ]


def drawings(found: list, zone: str = "wenzhou") -> list:
    """Every chart of these results as (draw, arguments)."""
    there, placed, reports, _, totals, moves, city, promises, line, alone, cities = found
    return [
        (there.plot, ()),
        (placed.plot, ()),
        (placed.plot_windows, ()),
        (reports.plot, (9.0,)),
        (totals.plot, ()),
        (moves.plot, ()),
        (city.plot, ()),
        (promises.plot, ()),
        (line.plot, (zone,)),
        (alone.plot, (zone,)),
        (cities.plot, ()),
    ]


@pytest.fixture(scope="module")
def found(plan) -> list:
    """Every result of the shipped tables, with the closest and the comparable zones."""
    return [*results(plan), similar.closest(), similar.comparable()]


def test_row_order_changes_nothing(plan, put, found):
    names = (
        "peer_zones",
        "national_zones",
        "rankings",
        "zone_register",
        "context_observations",
        "growth_targets",
        "zhejiang_cities",
    )
    put(**{n: lambda t: t.sample(frac=1, random_state=7) for n in names})
    for left, right in zip(
        found, [*results(plan), similar.closest(), similar.comparable()], strict=True
    ):
        pd.testing.assert_frame_equal(left.table(), right.table())


def test_every_result_counts_what_it_rests_on_and_every_row_has_a_source(found):
    known = set(tables.sources().index)
    for result in found:
        assert result.rests_on().startswith(("Rests on", "Counts"))
        table = result.table()
        cited = {
            s
            for c in table.columns
            if c.endswith("source_id")
            for text in table[c].dropna()
            for s in str(text).split(";")
            if s
        }
        assert cited and cited <= known
    text = comparison.reported_growth().rests_on()
    count = comparison.reported_growth().rows["grade"].value_counts()
    assert all(f"{count[g]} of grade {g}" in text for g in "ABC")


def test_without_grade_c_every_chart_is_drawn_or_says_why(plan, put):
    graded = (
        "peer_zones",
        "national_zones",
        "rankings",
        "zone_register",
        "context_observations",
        "growth_targets",
    )
    put(**{n: lambda t: t[t["grade"] != "C"] for n in graded})
    reasons = 0
    # The classes of regions carry no grade; all others do.
    for draw, arguments in drawings(results(plan))[3:]:
        made = comparison.chart_or_reason(draw, *arguments)
        if isinstance(made, kinds.Chart):
            assert made.problems() == []
            continue
        reasons += 1
        assert "No chart:" in made.data and len(made.data) > 30
    assert 0 < reasons < 6
    assert zones.size_and_growth(2006, 2022).plot(9.0).problems() == []
    assert "C" not in set(comparison.reported_growth().rows["grade"])


def test_with_nothing_left_every_chart_says_why(plan, put):
    put(
        **{
            n: lambda t: t[t["grade"] == "X"]
            for n in ("national_zones", "context_observations", "growth_targets")
        },
        rankings=lambda t: t,
    )
    assert (
        "no total of all zones"
        in comparison.chart_or_reason(comparison.national_totals().plot).data
    )
    assert (
        comparison.promotional_bias().why
        == "no year has both the growth of all zones and a single report"
    )
    assert convergence.small_zones().why.startswith("0 scope-clean points")
    assert "nothing is drawn" in comparison.chart_or_reason(convergence.small_zones().plot).data


def test_charts_of_another_zone_hold_what_they_draw(plan):
    drawn = [
        comparison.chart_or_reason(draw, *more)
        for draw, more in drawings(results(plan, "suzhoupark"), "suzhoupark")
    ]
    made = {c.id: c for c in drawn if isinstance(c, kinds.Chart)}
    # The city is not in the tables.
    assert len(made) == len(drawn) - 1 and "compare_city" not in made
    for chart in made.values():
        assert chart.problems() == []
        assert any(c.endswith("source_id") for c in chart.table().columns), chart.id
    assert {"proxy: exports", "proxy: budget revenue"} <= set(made["ambition_classes"].texts())
    assert made["zones_mean"].title.startswith("Suzhou Industrial Park 2020: CNY 291 billion")
    # One picture is enough to find a box or a missing glyph: all share the theme.
    assert chart._repr_png_()[:4] == b"\x89PNG"


def test_results_are_frozen(plan):
    found: Ambition = ambition(plan)
    with pytest.raises(FrozenInstanceError):
        found.horizon = 1
    table = found.table()
    table["share"] = 2.0
    assert found.rows["share"].max() <= 1
    assert replace(found, horizon=1).horizon == 1


@pytest.mark.parametrize("zone", ["suzhoupark", "zhenjiang"])
def test_the_notebook_runs_with_another_zone(zone):
    """One name changed at the top; every cell and assert runs, and the answer speaks of the other zone."""
    cells = [
        c
        for c in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        if c["cell_type"] == "code"
    ]
    sources = ["".join(c["source"]) for c in cells]
    assert sum('ZONE = "wenzhou"' in s for s in sources) == 1
    space, shown = {}, []
    for source in sources:
        tree = ast.parse(source.replace('ZONE = "wenzhou"', f'ZONE = "{zone}"'))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)  # noqa: S102
        if last is not None:
            shown.append(eval(compile(ast.Expression(last.value), "cell", "eval"), space))  # noqa: S307
    assert all(made.problems() == [] for made in shown if isinstance(made, kinds.Chart))
    assert sum(isinstance(made, kinds.Chart) for made in shown) >= 12
    assert space["zone"]["label"] in shown[0].data and "Wenzhou (" not in shown[0].data
    assert space["totals"].zone_id == zone
