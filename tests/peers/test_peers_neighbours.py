"""What came next door: rates by hand from the yearbook, cities of the own province only."""

from dataclasses import replace

import pytest

from zoneplan.data import tables

WENZHOU = 330300


def test_growth_of_the_host_by_hand(found):
    """Levels of the yearbook of 2017 and 2020; the plan needs 270 of its implied base."""
    rows = found["neighbours"].rows.set_index(["indicator_id", "place"])
    host = rows[rows["group"] == "host"]
    assert set(host.index.get_level_values("place").astype(str)) == {str(WENZHOU)}
    book = tables.read("zhejiang_cities").query("unit_name_en == 'Wenzhou'")
    level = book.set_index(["indicator_id", "year"])["value"]
    gdp = host.xs("gdp").iloc[0]
    by_hand = 100 * ((level["gdp_nominal", 2020] / level["gdp_nominal", 2017]) ** (1 / 3) - 1)
    assert gdp["growth"] == pytest.approx(by_hand)
    assert (gdp["first"], gdp["last"], gdp["reached"]) == (2017, 2020, 0)
    # Exports of 2017 are printed in dollars, those of 2020 in yuan.
    rate = tables.read("exchange_rate").set_index("year")["value"]
    times = level["exports", 2020] / (level["exports", 2017] * rate[2017])
    by_hand = 100 * (times ** (1 / 3) - 1)
    assert host.xs("trade_total").iloc[0]["growth"] == pytest.approx(by_hand)


def test_every_city_of_the_province_is_counted(found):
    cities = found["neighbours"].cities()
    assert len(cities) == 11
    assert cities["reached"].sum() == (cities["growth"] >= cities["planned"]).sum() == 1
    assert found["neighbours"].summary() == (
        "GDP: 1 of 11 cities of the province grew by the 8.9 % a year that the plan needs "
        "(median 7.4 %). Counties beside the zone, as printed: Longwan 2018-2019, GDP 7.6 % a "
        "year in real terms (planned 9.0 %); Longwan 2018-2019, General public budget revenue "
        "11.8 % a year (planned 15.3 %)."
    )


def test_the_district_around_the_zone_by_hand(found):
    """Printed growth of 2018 and 2019, held against the plan on the same price basis."""
    rows = found["neighbours"].rows
    longwan = rows[rows["group"] == "district"].set_index("indicator_id")
    assert set(longwan["place"]) == {"longwan"}
    gdp, budget = longwan.loc["gdp"], longwan.loc["budget_revenue"]
    assert gdp["growth"] == pytest.approx(100 * ((1.07 * 1.082) ** 0.5 - 1))
    assert budget["growth"] == pytest.approx(100 * ((1.10 * 1.137) ** 0.5 - 1))
    assert (gdp["kind"], gdp["planned"]) == ("growth_real", 9)
    assert (budget["kind"], round(budget["planned"], 2)) == ("growth_nominal", 15.31)
    assert longwan["last"].tolist() == [2019, 2019]
    # The revenue of Rui'an is printed for 2018 alone: one year is no pace.
    assert "ruian" not in set(rows["place"])
    assert "龙湾区2018—2019年地区生产总值" in found["neighbours"].summary("zh")


def test_where_no_county_is_held_it_is_said(plan):
    about = plan.about.model_copy(update={"host": "hangzhou"})
    found = replace(plan, about=about, _made={}).peers.neighbours()
    assert found.summary().endswith("No figures of the counties beside the zone are held.")
    assert found.summary("zh").endswith("无毗邻区县数据。")


def test_names_are_those_of_the_language_and_proxies_are_named(found):
    english, chinese = (found["neighbours"].named(lang) for lang in ("en", "zh"))
    assert "Taizhou (Zhejiang)" in set(english["place"])
    assert "台州市" in set(chinese["place"])
    assert chinese["place"].notna().all()
    assert set(english.loc[english["row_note"] != "", "indicator_id"]) == {"Imports and exports"}
    assert set(english["row_note"]) == {"", "proxy: exports"}
    classes = english[english["group"] == "class"]
    assert classes["reached"].str.endswith("%").all()
    assert set(english.loc[english["group"] != "class", "reached"]) == {"yes", "no"}


@pytest.mark.parametrize("host", [None, "nanjing"])
def test_no_city_of_another_province_is_a_neighbour(plan, host):
    about = plan.about.model_copy(update={"host": host})
    found = replace(plan, about=about, _made={}).peers.neighbours()
    assert set(found.rows["group"]) == {"class"}
    assert found.summary().startswith("The tables hold no cities of the zone's province")
    assert found.plot().why == found.summary()


def test_years_that_no_yearbook_has_are_said(plan, put):
    put(
        zhejiang_cities=lambda t: t[t["year"] != 2020],
        growth_reference=lambda t: t[t["end_year"] != 2020],
        county_points=lambda t: t.head(0),
    )
    found = plan.peers.neighbours()
    assert found.rows.empty
    assert found.summary() == found.plot().why
    assert found.summary().startswith("No neighbour has figures of both")
