"""Zones held against wholes of the same year: shares and growth by hand, nothing spliced."""

import numpy as np
import pandas as pd
import pytest

from zoneplan.errors import DataError

TOTAL = {
    **{"region": "all", "indicator_id": "gdp", "unit": "亿元", "kind": "level"},
    **{"period": "full_year", "source_id": "s1", "grade": "B", "note": None},
    "known_from": pd.Timestamp("2016-06-01"),
}
COUNT = {"indicator_id": "zone_count", "unit": "count", "kind": "count"}


@pytest.fixture
def of_totals(of_rows, put):
    """The wing over zones and national totals of one's own."""

    def made(zones: pd.DataFrame, *totals: dict):
        peers = of_rows(zones)
        rows = [{"row_id": f"n{k}", **TOTAL, **row} for k, row in enumerate(totals)]
        put(peer_zones=lambda _: zones.copy(), national_zones=lambda _: pd.DataFrame(rows))
        return peers

    return made


def test_shares(peers):
    rows = peers.shares("national_zones").table().set_index(["zone_id", "year"])
    assert rows.loc[("ningbo", 2021), "share"] == pytest.approx(100 * 2382.5 / 128000)
    assert rows.loc[("ningbo", 2021), "times_mean"] == pytest.approx(2382.5 / (128000 / 217))
    # No year has both a figure of the zone and a total of all zones.
    assert peers.shares("national_zones").filter(zone_id="wenzhou").rows.empty
    country = peers.shares().filter(zone_id="wenzhou")
    share = country.rows.set_index("year").loc[2013, "share"]
    assert share == pytest.approx(100 * 175.15 / 592963.2)
    said = country.summary()
    assert said.startswith("Wenzhou ETDZ in 2016: CNY 20.5 billion, 0.027 % of the total of China.")
    with pytest.raises(DataError, match="total: found 'mars'; expected one of china"):
        peers.shares("mars")


def test_shares_are_of_full_year_levels_only(of_totals, zone_rows):
    zones = zone_rows(
        {},
        {"zone_id": "part", "period": "part_year"},
        {"zone_id": "aim", "kind": "target"},
        {"zone_id": "other", "indicator_id": "exports"},
    )
    regions = ({"region": r, "value": v, "grade": "A"} for r, v in (("a", 9.0), ("z", 8.0)))
    peers = of_totals(
        zones, {"year": 2015, "value": 500.0}, *({"year": 2015, **r} for r in regions)
    )
    found = peers.shares("national_zones").rows
    assert found[["zone_id", "share"]].to_numpy().tolist() == [["z", 20.0]]


def test_part_year_totals_are_no_totals(of_totals, zone_rows, peers, put):
    part = {"year": 2015, "value": 500.0, "period": "part_year"}
    assert of_totals(zone_rows({}), part).shares("national_zones").rows.empty
    put(national_zones=lambda t: t.assign(period="part_year"))
    found = peers.totals()
    assert found.rows.empty
    assert found.plot().why.startswith("No total of all national zones")


def test_totals_and_the_average_zone(peers):
    found = peers.totals()
    rows = found.table().set_index("year")
    assert rows.index.tolist() == [2006, 2017, 2019, 2020, 2021, 2022]
    assert rows.loc[2017, "mean_zone"] == pytest.approx(91000 / 219)
    growth = 100 * ((91000 / 10136.9) ** (1 / 11) - 1)
    assert rows.loc[2017, "growth_levels"] == pytest.approx(growth)
    assert rows.loc[2019, "growth_levels"] == pytest.approx(100 * ((105000 / 91000) ** 0.5 - 1))
    assert not rows.loc[2021, "zones_changed"]
    assert rows.loc[2022, "zones_changed"]
    # No year has both, so there is a nearest year and no share.
    assert found.zone["share"].isna().all()
    near = found.nearest().set_index("year").loc[2016]
    assert (near["total_year"], near["years_apart"]) == (2017, 1)
    assert near["percent"] == pytest.approx(100 * 204.72 / 91000)
    assert near["times"] == pytest.approx(204.72 / (91000 / 219))


def test_the_share_in_the_total_and_growth_a_year_by_hand(of_totals, zone_rows):
    """100 of 2,000 is 5 %; from 50 a zone in 2013 to 98 in 2015 the average grew 40 % a year."""
    peers = of_totals(
        zone_rows({"zone_id": "wenzhou", "year": 2013}),
        *({"year": y, "value": v} for y, v in ((2013, 2000.0), (2015, 4900.0))),
        *({"year": y, "value": v, **COUNT} for y, v in ((2013, 40.0), (2015, 50.0))),
    )
    found = peers.totals()
    assert found.zone["share"].tolist() == pytest.approx([5.0])
    assert found.rows["growth_mean_zone"].iloc[-1] == pytest.approx(40.0)
    growth = 100 * ((4900 / 2000) ** 0.5 - 1)
    assert found.rows["growth_levels"].iloc[-1] == pytest.approx(growth)


def test_without_a_level_of_the_zone_the_totals_are_told(home):
    found = home(None).peers(hindsight=True).totals()
    assert len(found.rows) == 6
    assert found.zone.empty
    assert found.nearest().empty
    assert found.summary().startswith("In 2022, 230 national zones had CNY 14,000 billion")
    assert (
        found.plot().why
        == "No full-year figure of the zone was known by today, so nothing is drawn."
    )


def test_totals_without_a_number_of_zones_are_not_drawn(of_totals, zone_rows):
    peers = of_totals(zone_rows({"zone_id": "wenzhou"}), {"year": 2015, "value": 9.0})
    assert peers.totals().plot().why.startswith("No total of all zones with their number")


def test_against_the_city(peers):
    found = peers.against_city()
    rows = found.table().set_index("year")
    assert rows.loc[2013, ["growth", "city_growth"]].tolist() == [9.7, 7.7]
    assert rows.loc[2015, "difference"] == pytest.approx(0.2)
    assert rows.loc[2016, "share"] == pytest.approx(100 * 204.72 / rows.loc[2016, "city_size"])
    assert np.isnan(rows.loc[2016, "difference"])
    assert np.isnan(rows.loc[2021, "share"])
    # Growth and level of one year stand for different areas, and say so.
    assert rows.loc[2015, "scope_note"].count(" / ") == 1
    assert found.mean_share["value"].tolist() == [14.1]
    assert 2003 not in rows.index, "an older, smaller zone"
    assert found.summary().endswith("14.1 % of their host cities in 2019.")
    assert "每" not in found.summary("zh")
    assert "4.0%" in found.summary("zh")


@pytest.mark.parametrize("zone", ["suzhoupark", "zhenjiang"])
def test_a_city_that_is_not_in_the_tables_is_said_so(home, zone):
    found = home(zone).peers(hindsight=True).against_city()
    assert found.rows.empty
    said = "The tables hold no figure of the zone's city that was known by today."
    assert found.summary() == found.plot().why == said


def test_city_levels_of_half_a_year_are_left_out(plan, put):
    def half(table):
        return table.assign(period=table["period"].where(table["entity_id"] != "wenzhou", "h1"))

    put(context_observations=half)
    # The yearbook still has levels; growth came from the context table only.
    found = plan.peers(hindsight=True).against_city()
    assert found.rows["difference"].isna().all()
    assert found.rows["share"].notna().any()
    assert found.plot().why == (
        "No year has real growth of the zone and of its city, only levels are printed."
    )


def test_a_zone_level_of_half_a_year_is_held_against_no_city(of_rows, zone_rows):
    half = {"zone_id": "wenzhou", "period": "part_year"}
    rate = {"year": 2015, "value": 8.5, "kind": "growth_real", "unit": "%"}
    peers = of_rows(zone_rows({**half, "year": 2016}, {**half, **rate}))
    found = peers.against_city()
    assert found.rows.empty
    assert found.why == "peers.city.no_year"
