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
        "(median 7.4 %)."
    )


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
    )
    found = plan.peers.neighbours()
    assert found.rows.empty
    assert found.summary() == found.plot().why
    assert found.summary().startswith("No neighbour has figures of both")
