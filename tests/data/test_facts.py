"""The new facts: windows worked out by hand, aggregates computed again, traps kept as columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import windows
from damage import DATA, texts
from hypothesis import given
from hypothesis import strategies as st

from zoneplan.data import tables

WIDE = pd.DataFrame(
    {"a": [100, 110, 121, 133.1], "b": [100, 90, 108, 129.6], "c": [50.0, 0, 60, 66]},
    index=[2010, 2011, 2012, 2013],
)


def test_a_window_by_hand():
    found = {(w["horizon_years"], w["origin_year"]): w for w in windows.windows(WIDE, list("abc"))}
    first = found[1, 2010]
    # a grew by 10 %, b fell by 10 %, c had nothing in 2011.
    assert (first["end_year"], first["n_units"], first["share_ge_9pct"]) == (2011, 2, "0.500")
    assert (first["p01"], first["p50"], first["p99"]) == ("-9.80", "0.00", "9.80")
    # Over three years: 10 %, 100 * (1.296 ** (1 / 3) - 1), 100 * (1.32 ** (1 / 3) - 1).
    last = found[3, 2010]
    assert (last["n_units"], last["p50"]) == (3, "9.70")
    assert len(found) == 3 + 2 + 1


def test_a_gap_in_the_years_makes_no_window():
    gap = WIDE.drop(index=2011)
    found = [(w["origin_year"], w["end_year"]) for w in windows.windows(gap, list("ab"))]
    assert found == [(2012, 2013), (2010, 2012), (2010, 2013)]


def test_promises_met_by_hand():
    [found] = windows.met(WIDE, list("abc"), 9, [5, 15, 19])
    # a: 10, 10, 10; b: -10, 20, 20; c lacks a level. Means 10 and 10.
    assert found["n_units"] == 2
    assert (found["share_mean_met"], found["share_all_years_met"]) == ("1.000", "0.000")
    shares = [found[f"share_year{k}_met"] for k in (1, 2, 3)]
    assert shares == ["0.500", "0.500", "0.500"]
    assert found["median_mean_growth"] == "10.0"


def test_growth_rates_become_levels():
    levels = windows.index(pd.DataFrame({"a": [10.0, 20.0]}, index=[2001, 2002]))
    assert levels["a"].tolist() == pytest.approx([1.0, 1.1, 1.32])
    assert levels.index.tolist() == [2000, 2001, 2002]


@given(st.lists(st.floats(1, 1e6), min_size=4, max_size=8), st.integers(1, 3))
def test_growth_of_a_window_compounds_to_its_ends(levels, horizon):
    rates = windows.growth(np.array([levels]).T, 0, horizon)
    assert levels[0] * (1 + rates[0] / 100) ** horizon == pytest.approx(levels[horizon])


@pytest.mark.parametrize(
    ("end", "horizon", "break_year", "investment", "trap"),
    [
        (2011, 1, "2011", True, "B2011"),
        (2013, 3, "2011", True, "B2011"),
        (2014, 3, "2011", True, ""),
        (2010, 1, "2011", True, ""),
        (2017, 1, "2011", True, "E2017"),
        (2017, 1, "", False, ""),
    ],
)
def test_traps_of_windows(end, horizon, break_year, investment, trap):
    assert windows.flag(end, horizon, break_year, investment) == trap


# Figures of the compiler of these facts, who worked them out apart from the script.
@pytest.mark.parametrize(
    ("class_", "indicator", "horizon", "origin", "n", "p10", "p50", "p90"),
    [
        ("china_31", "fai_transport_storage_post", 3, 2014, 31, "-4.20", "15.81", "27.87"),
        ("coastal_7", "retail_sales", 1, 2016, 7, "5.51", "9.96", "10.97"),
        ("china_31", "gdp", 1, 2010, 31, "15.34", "20.43", "23.46"),
    ],
)
def test_percentiles_of_provinces(class_, indicator, horizon, origin, n, p10, p50, p90):
    rows = texts(DATA / "reference/growth_reference.csv")
    keep = (rows["level"] == "province") & (rows["reference_class"] == class_)
    keep &= (rows["indicator_id"] == indicator) & (rows["horizon_years"] == str(horizon))
    [row] = rows[keep & (rows["origin_year"] == str(origin))].to_dict("records")
    assert (row["n_units"], row["p10"], row["p50"], row["p90"]) == (str(n), p10, p50, p90)
    assert row["series"] == "database"


def test_the_record_of_provinces_is_what_its_rows_make():
    rows = tables.read("province_growth_targets").dropna(subset=["outcome"])
    rows = rows.assign(met=rows["outcome"] >= rows["value"] - 1e-9)
    printed = tables.read("growth_target_attainment").query("data == 'provinces'")
    years = printed[printed["slice"] == "year"].set_index("value")
    for year, part in rows.groupby("year"):
        assert years.loc[str(year), "n"] == len(part)
        assert years.loc[str(year), "share_met"] == pytest.approx(part["met"].mean(), abs=5e-5)
    every = printed.query("slice == 'all' and value == '2000-2017'").iloc[0]
    assert (every["n"], every["share_met"]) == (486, pytest.approx(rows["met"].mean(), abs=5e-5))


def test_pooled_records_are_known_after_their_last_year():
    rows = tables.read("growth_target_attainment")
    known = rows[rows["known_from"].notna()]
    assert (known["known_from"].dt.year == known["last_year"] + 1).all()
    assert (rows.loc[rows["growth_series"] == "revised", "known_from"]).isna().all()
    by = rows.groupby(["data", "slice", "value"])["last_year"].agg(set)
    assert by["am2", "years", "2008-2010"] == {2010}
    assert by["am2", "stretch_2013-2019", "[1,2)"] == {2019}
    assert by["li2019", "qualifier", "none"] == {2012}


def test_thresholds_are_those_of_the_plan():
    rows = tables.read("structural_investment_inputs")
    targets = tables.read("targets").query("section == 'annex'").groupby("indicator_id")
    for indicator, part in rows.groupby("indicator_id"):
        promised = targets.get_group(indicator)
        assert set(part["mean_target"]) == {promised["stated_growth"].iloc[-1]}
        yearly = "/".join(f"{v:g}" for v in promised["value"])
        assert set(part["yearly_targets"]) == {yearly}


def test_nothing_of_prefectures_or_vendors_is_shipped_by_row():
    printed = texts(DATA / "sourced/city_targets_printed.csv")
    vendors = printed["note"].str.contains("vendors")
    assert vendors.sum() == 3
    assert (printed.loc[vendors, "outcome"] == "").all()
    units = tables.read("growth_target_attainment")["n_units"]
    assert units.min() >= 6
    assert not [p for p in DATA.rglob("*li2019*")]


def test_conflicts_are_kept_and_marked():
    cities = tables.read("zhejiang_cities").set_index(["unit_id", "indicator_id", "year"])
    row = cities.loc[("330800", "imports", 2019)]
    assert row["value"] == 346.64
    assert "together" in row["note"]
    windows_ = tables.read("growth_reference").query("indicator_id == 'imports'")
    assert set(windows_.loc[windows_["origin_year"] == 2019, "n_units"]) == {10}


def test_traps_stand_in_columns():
    sizes = tables.read("project_sizes")
    assert set(sizes["definition"]) == {"introduced", "started", "signed"}
    own = sizes[(sizes["entity_id"] == "zone") & (sizes["year"] == 2016)].iloc[0]
    assert (own["value"], own["size_from"], own["sector"]) == (4, 10, "industry")
    county = tables.read("county_points").query("entity_id == 'longwan'")
    assert set(county["flag"]) == {"zone_excluded"}
    series = tables.read("province_series").set_index("indicator_id")
    assert not series.loc["fai_private_plus_individual", "level_usable"]
    assert series.loc["fai_private_plus_individual", "is_proxy"]
    rd = tables.read("province_rd").query("entity_id == 'zhejiang' and year == 2017").iloc[0]
    assert (rd["rd_to_gdp"], rd["flag"]) == (2.45, "revised")


def test_what_was_known_on_the_plans_day():
    day = pd.Timestamp("2018-10-30")
    points = tables.read("investment_points")
    half = points.query("entity_id == 'zhejiang' and year == 2018 and period == 'h1'").iloc[0]
    assert half["known_from"] <= day
    assert (tables.read("hightech_points").query("year >= 2019")["known_from"] > day).all()
    rows = tables.read("correlations")
    known = rows[rows["known_from"] <= day]
    assert (known["last_origin"] + known["horizon_years"] <= 2016).all()
    assert rows.loc[rows["indicator_b"] == "gdp_revised", "known_from"].isna().all()
    funds = tables.read("returned_merchant_funds").query("entity_id == 'zone'").iloc[0]
    assert (funds["value"], funds["known_from"]) == (24.57, pd.Timestamp("2015-03-10"))


def test_every_source_of_the_new_facts_is_listed_once():
    sources = tables.read("sources")
    assert sources["source_id"].is_unique
    # Several files of one repository are several sources.
    addresses = sources.loc[~sources["publisher"].str.contains("GitHub|repository"), "url"].dropna()
    assert sorted(addresses[addresses.duplicated()]) == []
