"""Only what was known is read, one written rule decides, names stand in both languages."""

import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.errors import DataError
from zoneplan.peers.zones import Record, cited, is_wider, names, need, pick, published_by

DATED = ["peer_zones", "national_zones", "rankings", "context_observations", "growth_targets"]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2018-10-30", "2018-10-30"),
        ("2018-10", "2018-10-31"),
        ("2018", "2018-12-31"),
        ("c.2020", "2020-12-31"),
        ("2002-2003", "2003-12-31"),
        ("2016 (网页 2021-09-07)", "2016-12-31"),
        ("daily", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_printed_dates(printed, day):
    assert published_by(printed) == day


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
    assert is_wider(pd.Series([note], dtype="object")).tolist() == [wider]


@pytest.mark.parametrize("table", DATED)
def test_nothing_published_later_is_read(plan, table):
    day = pd.Timestamp("2016-01-01")
    then, ever = plan.at("2016-01-01").peers.read(table), plan.peers(hindsight=True).read(table)
    assert 0 < len(then) < len(ever)
    assert then["known_from"].max() <= day
    assert set(then["row_id"]) == set(ever.loc[ever["known_from"] <= day, "row_id"])


def test_better_grades_come_first_then_later_publications_then_row_ids(of_rows, zone_rows):
    rows = zone_rows(
        *({"source_id": s, "grade": g} for s, g in [("s3", "B"), ("s1", "B"), ("s2", "B")]),
        *({"source_id": s, "grade": g} for s, g in [("s2", "B"), ("s2", "C"), ("s3", "A")]),
    )
    peers = of_rows(rows)
    assert peers.ordered(rows)["row_id"].tolist() == ["p5", "p2", "p3", "p1", "p0", "p4"]
    one = peers.best(rows, ["zone_id"])
    assert one["row_id"].tolist() == ["p5"]
    assert one.index.tolist() == [0]
    assert "index" not in one
    assert "index" not in peers.ordered(rows)


def test_rows_are_picked_by_value_list_and_range():
    rows = pd.DataFrame({"a": [1, 2, 3, 4], "b": list("xyxy")})
    assert pick(rows, a=range(2, 4))["a"].tolist() == [2, 3]
    assert pick(rows, a=[1, 4], b="x")["a"].tolist() == [1]
    assert pick(rows)["a"].tolist() == [1, 2, 3, 4]


def test_names_of_zones_and_regions(plan, put):
    ids = ["wenzhou", "suzhoupark", "region_wenzhou", "china", "national_zones", "plan", "atlantis"]
    english, chinese = names(plan, ids, "en"), names(plan, ids, "zh")
    # The zone and its city share an id and a name; the zone keeps its full one.
    assert english[:4] == ["Wenzhou ETDZ", "Suzhou Industrial Park", "Wenzhou city", "China"]
    assert english[4:] == ["All national zones", "the Zhenan zone", "atlantis"]
    assert chinese[:2] == ["温州经开区", "苏州工业园区"]
    assert chinese[5] == "浙南产业集聚区"


def test_a_short_name_leaves_out_the_kind_of_zone(plan, put):
    columns = ["zone_id", "zone_zh", "zone_en", "row_id"]
    found = pd.DataFrame(
        [
            ("a", "某经济技术开发区", "A ETDZ", "1"),
            ("b", "某区", None, "2"),
            ("c", "乙", "AETDZ x", "3"),
        ],
        columns=columns,
    )
    put(peer_zones=lambda _: found, rankings=lambda _: found.head(0))
    assert names(plan, ["a", "b", "c"], "en") == ["A", "某区", "AETDZ x"]
    assert names(plan, ["a", "b", "c"], "zh") == ["某经开区", "某区", "乙"]


def test_the_zone_of_the_plan_is_known_by_its_id(plan, home):
    assert plan.peers.home[["province", "city"]].tolist() == ["浙江", "温州"]
    # Who and where a zone is was always known.
    assert plan.at("2000-01-01").peers.home["zone_id"] == "wenzhou"
    assert home(None).peers.home is None
    assert home("atlantis").peers.home is None


def test_unknown_words_are_refused_with_those_there_are():
    need("fruit", "pear", ["pear", "apple"])
    with pytest.raises(DataError, match="fruit: found 'plum'; expected one of apple, pear"):
        need("fruit", "plum", ["pear", "apple"])


def test_a_chart_cites_the_zone_first_then_the_best_graded(zone_rows):
    rows = zone_rows(
        {"zone_id": "a", "grade": "A", "source_id": "s2"},
        {"zone_id": "b", "grade": "C", "source_id": "s3"},
        {"grade": "C", "source_id": "s1"},
    )
    assert cited(rows, "z", ["s9", "s1"]) == ["s1", "s2", "s3", "s9"]
    assert cited(rows, None) == ["s2", "s1", "s3"]


def test_totals_are_of_full_years_and_of_the_whole(plan, put):
    usual = {"indicator_id": "gdp", "year": 2015, "unit": "亿元", "kind": "level", "grade": "B"}
    usual |= {"source_id": "plan", "note": None, "known_from": pd.Timestamp("2016-01-01")}
    rows = [
        *({"value": 400.0, "entity_id": "china", "period": p} for p in ("full_year", "9m", "h1")),
        {"value": 5.0, "entity_id": "china", "period": "preliminary"},
        *({"value": 3.0, "entity_id": e, "period": "full_year"} for e in ("zhejiang", "beijing")),
    ]
    table = pd.DataFrame([{"row_id": f"c{n}", **usual, **row} for n, row in enumerate(rows)])
    put(context_observations=lambda _: table)
    assert Record(plan, True).whole("gdp", "china")["value"].tolist() == [400.0]
    assert Record(plan.at("2015-12-31")).whole("gdp", "china").empty


@pytest.mark.parametrize(
    "name", ["peer_zones", "national_zones", "rankings", "zhejiang_cities", "growth_reference"]
)
def test_caveats_are_columns(name):
    """Period, area, price basis and grade of a figure can be filtered in sight."""
    table = tables.read(name)
    wanted = {
        "peer_zones": {"period", "scope_note", "price_basis", "grade"},
        "national_zones": {"period", "region", "price_basis", "grade"},
        "rankings": {"data_year", "list", "basis", "grade"},
        "zhejiang_cities": {"period", "scope_note", "price_basis", "grade"},
        # The window is the period, the class the area; aggregates carry no grade of their own.
        "growth_reference": {"origin_year", "end_year", "reference_class", "price_basis"},
    }[name]
    assert wanted <= set(table.columns)
    if "price_basis" in table:
        unit = table["unit"].isin(["亿元", "亿美元"]) if "unit" in table else None
        money = table["indicator_id"] == "gdp" if unit is None else unit
        assert table.loc[money, "price_basis"].eq("current").all()


def test_what_notes_say_stands_in_the_columns():
    national, zones, ranks = (tables.read(n) for n in ("national_zones", "peer_zones", "rankings"))
    note = national["note"].fillna("")
    part = note.str.contains("H1 2004|Q1-Q3 2010")
    assert set(national.loc[part, "period"]) == {"part_year"}
    assert set(national.loc[note.str.startswith("PLAN TARGET"), "period"]) == {"target"}
    growth = national[(national["indicator_id"] == "gdp") & (national["kind"] == "growth_nominal")]
    assert set(growth["price_basis"]) == {"not stated"}
    stated = zones[zones["price_basis"] == "comparable, stated"]
    assert len(stated) == 2
    assert stated["note"].str.contains("comparable prices").all()
    assert (ranks["basis"] == "derived").sum() == 8
