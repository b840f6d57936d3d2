"""Peers: only like is held against like, one written rule decides, and row order never matters."""

from dataclasses import FrozenInstanceError
from datetime import date

import pandas as pd
import pytest

from zoneplan.data import tables
from zoneplan.forecasting import classes
from zoneplan.peers import zones as peers

READ = tables.read


def zones(*rows: dict) -> pd.DataFrame:
    """A zone table with only what a test is about; the rest is filled in."""
    usual = {
        "zone_id": "z",
        "zone_zh": "区",
        "zone_en": "Z ETDZ",
        "province": "浙江",
        "city": "温州",
        "indicator_id": "gdp",
        "year": 2015,
        "value": 100.0,
        "unit": "亿元",
        "kind": "level",
        "period": "full_year",
        "scope_note": "whole",
        "source_id": "s1",
        "grade": "B",
        "note": None,
        "price_basis": "comparable, by convention",
    }
    return pd.DataFrame([{"row_id": f"p{n}", **usual, **row} for n, row in enumerate(rows)])


RATE = {"unit": "%", "kind": "growth_real", "value": 9.0}
SOURCES = pd.DataFrame({"published": ["2016-01-01", "2017", None]}, index=["s1", "s2", "s3"])


@pytest.fixture
def use(monkeypatch):
    """Put small tables in place of the real ones."""

    def put(**replaced):
        monkeypatch.setattr(tables, "read", lambda name: replaced[name].copy())
        monkeypatch.setattr(tables, "sources", lambda: SOURCES)

    return put


@pytest.fixture
def shuffled(monkeypatch):
    """The real tables with their rows in another order."""

    def put(seed: int):
        monkeypatch.setattr(
            tables, "read", lambda name: READ(name).sample(frac=1, random_state=seed)
        )

    return put


def test_all_pairs_of_the_shipped_table():
    everything = peers.size_and_growth(1990, 2030)
    assert everything.n_figures == 29
    rows = everything.table().set_index(["zone_id", "year"])
    assert rows.loc[("wenzhou", 2013), ["size", "growth"]].tolist() == [175.15, 9.7]
    assert rows.loc[("ningbo", 2021), "scope_basis"] == "same document"
    # 1689.5 is half a year, 5.1 % a full one: they must never meet.
    assert ("tianjin", 2017) not in rows.index
    # 8.1 % is an average over nine years.
    assert ("guangzhou", 2021) not in rows.index


def test_every_figure_is_used_or_left_out_with_a_reason():
    result = peers.size_and_growth(1990, 2030)
    all_rows = set(READ("peer_zones").query("indicator_id == 'gdp'")["row_id"])
    used = {*result.rows["level_row"], *result.rows["growth_row"]}
    left = set(result.excluded["row_id"])
    assert used | left == all_rows
    assert not used & left
    assert result.excluded["reason"].str.len().min() > 0
    summary = result.summary().set_index(["what", "which"])["n"]
    assert summary["grade"].sum() == result.n_figures == summary[("used", "zone-years")]
    assert summary["left out"].sum() == len(left)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"period": "part_year"}, "covers part of a year"),
        ({"period": "full_year_approx"}, "estimate, threshold or uncertain year"),
        ({"period": "multi_year_average"}, "average over several years"),
        ({"period": "target", "kind": "target"}, "target, not an outcome"),
        ({"kind": "growth_nominal"}, "nominal figure, not real growth"),
        ({"year": 2014}, "growth without a level in that year"),
        ({"scope_note": "core", "source_id": "s2"}, "level and growth are of different areas"),
        ({"scope_note": None, "source_id": "s2"}, "level and growth are of different areas"),
    ],
)
def test_unlike_figures_never_meet(use, change, reason):
    use(peer_zones=zones({}, {**RATE, **change}))
    result = peers.size_and_growth(2010, 2020)
    assert result.n_figures == 0
    assert reason in set(result.excluded["reason"])


def test_two_documents_without_any_area_are_not_the_same_area(use):
    use(peer_zones=zones({"scope_note": None}, {**RATE, "scope_note": None, "source_id": "s2"}))
    assert peers.size_and_growth(2010, 2020).n_figures == 0


def test_the_better_grade_wins_then_the_later_publication(use):
    use(peer_zones=zones({"value": 1.0, "source_id": "s2", "grade": "C"}, {"value": 2.0}, {**RATE}))
    assert peers.size_and_growth(2010, 2020).rows["size"].tolist() == [2.0]
    use(
        peer_zones=zones(
            {"value": 1.0, "source_id": "s3"},
            {"value": 2.0},
            {"value": 3.0, "source_id": "s2"},
            {**RATE},
        )
    )
    result = peers.size_and_growth(2010, 2020)
    assert result.rows["size"].tolist() == [3.0]
    assert set(result.excluded["reason"]) == {
        "another source comes first (grade, then publication)"
    }


def test_a_pair_is_as_good_as_its_worse_half(use):
    use(peer_zones=zones({"grade": "A"}, {**RATE, "grade": "C"}))
    assert peers.size_and_growth(2010, 2020).rows["grade"].tolist() == ["C"]


def test_money_flows_pair_with_nominal_growth_only(use):
    budget = {"indicator_id": "budget_revenue"}
    use(peer_zones=zones(budget, {**RATE, **budget}))
    assert peers.size_and_growth(2010, 2020, "budget_revenue").n_figures == 0
    use(peer_zones=zones(budget, {**RATE, **budget, "kind": "growth_nominal"}))
    assert peers.size_and_growth(2010, 2020, "budget_revenue").growth_kind == "growth_nominal"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_row_order_changes_nothing(shuffled, seed):
    def all_tables():
        return [
            peers.size_and_growth(1990, 2030).table(),
            peers.size_and_growth(1990, 2030).excluded,
            peers.size_and_growth(1990, 2030, "industrial_output").table(),
            peers.percentile_of(9.0).table(),
            peers.rank_history("浙江").table(),
            peers.national_share().table(),
            peers.national_share(of="china").table(),
            peers.peer_targets().table(),
            peers.region_targets().table(),
        ]

    before = all_tables()
    shuffled(seed)
    for left, right in zip(before, all_tables(), strict=True):
        pd.testing.assert_frame_equal(left, right)


def test_percentile_agrees_with_the_share_printed_in_the_table():
    result = peers.percentile_of(9.0, horizon=3, as_of=date(2018, 10, 30))
    printed = READ("growth_reference").query(
        "level == 'county' and reference_class == 'coastal_size_matched' and indicator_id == 'gdp' "
        "and series == 'as_printed' and horizon_years == 3"
    )
    both = result.rows.merge(printed[["origin_year", "share_ge_9pct"]], on="origin_year")
    assert (both["share"] - both["share_ge_9pct"]).abs().max() < 0.03
    assert both["end_year"].max() == 2016


def test_a_window_is_known_from_november():
    assert peers.percentile_of(9.0, as_of=date(2018, 11, 1)).rows["end_year"].max() == 2017
    with pytest.raises(ValueError, match="was known on 1999"):
        peers.percentile_of(9.0, as_of=date(1999, 1, 1))


def test_percentile_falls_as_growth_rises_and_stays_within_bounds():
    shares = [peers.percentile_of(g).rows["share"].iloc[-1] for g in (-50, 5, 9, 12, 80)]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[-1]) == (1.0, 0.0)


def test_classes_by_name_and_by_object():
    by_object = peers.percentile_of(9.0, classes.CLASSES["gdp_growth"])
    by_name = peers.percentile_of(9.0, "coastal_provinces", "gdp_real")
    pd.testing.assert_frame_equal(by_object.table(), by_name.table())
    with pytest.raises(ValueError, match="there are: .*coastal_size_matched"):
        peers.percentile_of(9.0, "moon")


def test_rank_history():
    own = peers.rank_history("wenzhou").table().set_index("evaluation_year")
    assert own["rank"].to_dict() == {2023: 169, 2024: 50}
    assert own["derived"].to_dict() == {2023: True, 2024: False}
    assert own.loc[2024, "data_year"] == 2023
    province = peers.rank_history("Zhejiang")
    pd.testing.assert_frame_equal(province.table(), peers.rank_history("浙江").table())
    # The list of 2010 is another system.
    assert province.rows["evaluation_year"].min() == 2017
    assert not province.rows.duplicated(["zone_id", "evaluation_year"]).any()
    twice = province.rows.query("zone_id == 'hangzhou' and evaluation_year == 2022")
    assert twice["n_sources"].tolist() == [2]
    assert province.pivot().loc["Wenzhou", 2024] == 50
    with pytest.raises(ValueError, match="zones: .*wenzhou"):
        peers.rank_history("atlantis")


def test_national_share():
    shares = peers.national_share().table().set_index(["zone_id", "year"])
    row = shares.loc[("ningbo", 2021)]
    assert row["share"] == pytest.approx(100 * 2382.5 / 128000)
    assert row["times_mean"] == pytest.approx(2382.5 / (128000 / 217))
    # No year has both a figure of the zone and a total of all zones.
    assert peers.national_share(zone_id="wenzhou").table().empty
    country = peers.national_share(zone_id="wenzhou", of="china").table().set_index("year")
    assert country.loc[2013, "share"] == pytest.approx(100 * 175.15 / 592963.2)
    with pytest.raises(ValueError, match="no zone"):
        peers.national_share(zone_id="atlantis")
    with pytest.raises(ValueError, match="not a total"):
        peers.national_share(of="mars")


def test_part_year_totals_are_no_totals(use):
    total = {
        "region": "all",
        "indicator_id": "gdp",
        "year": 2015,
        "unit": "亿元",
        "kind": "level",
        "grade": "B",
        "source_id": "s1",
    }
    national = pd.DataFrame(
        [{"row_id": "n1", "value": 500.0, "note": "49 zones", "period": "part_year", **total}]
    )
    use(peer_zones=zones({}), national_zones=national)
    assert peers.national_share().table().empty
    use(peer_zones=zones({}), national_zones=national.assign(period="full_year"))
    assert peers.national_share().table()["share"].tolist() == [20.0]


def test_peer_targets_are_held_against_like_results_only(use):
    target = {"kind": "target", "period": "target", "value": 90.0, "grade": "B"}
    use(peer_zones=zones(target, {}, {"year": 2013, "value": 70.0, "scope_note": "core"}))
    row = peers.peer_targets().table().iloc[0]
    assert (row["result"], row["status"], row["before_value"], row["before_scope"]) == (
        100.0,
        "reached",
        70.0,
        "core",
    )
    use(peer_zones=zones(target, {"period": "part_year"}, RATE))
    assert peers.peer_targets().table()["status"].tolist() == ["open"]
    # One year's growth says nothing about an average over a plan.
    average = {**target, "unit": "%", "value": 8.0, "note": "12th FYP TARGET avg growth"}
    use(peer_zones=zones(average, RATE))
    assert peers.peer_targets().table()[["basis", "status"]].iloc[0].tolist() == [
        "average growth",
        "open",
    ]
    use(peer_zones=zones({**average, "note": "ANNUAL TARGET"}, RATE))
    assert peers.peer_targets().table()[["basis", "status"]].iloc[0].tolist() == [
        "growth",
        "reached",
    ]


def test_shipped_targets():
    assert len(peers.peer_targets().table()) == 20
    china = (
        peers.region_targets()
        .table()
        .query("entity_id == 'china' and indicator_id == 'gdp'")
        .set_index("year")
    )
    assert china.index.is_unique
    assert china.loc[2014, ["target", "result", "status"]].tolist() == [7.5, 7.4, "below"]
    assert china.loc[2016, ["target", "target_high"]].tolist() == [6.5, 7.0]


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
    assert peers.published_by(printed) == day


def test_results_are_frozen_and_tables_are_copies():
    result = peers.size_and_growth(2006, 2022)
    with pytest.raises(FrozenInstanceError):
        result.unit = "x"
    mine = result.table()
    mine["size"] = 0.0
    assert result.rows["size"].min() > 0
    with pytest.raises(ValueError, match="no zone has"):
        peers.size_and_growth(1900, 1901)


def test_charts_draw_their_tables():
    result = peers.size_and_growth(2006, 2022)
    chart = result.plot(9.0)
    assert len(chart.table()) == result.n_figures
    assert f"{(result.rows['growth'] >= 9).sum()} of {result.n_figures}" in chart.title
    windows = peers.percentile_of(9.0)
    ranks = peers.rank_history("Zhejiang")
    assert len(ranks.plot().table()) == len(ranks.rows)
    beyond = [peers.percentile_of(g).plot() for g in (-50, 80)]
    assert "below the 1st" in beyond[0].title and "above the 99th" in beyond[1].title
    for made in (
        chart,
        windows.plot(),
        ranks.plot(),
        peers.rank_history("wenzhou").plot(),
        *beyond,
    ):
        assert made.problems() == []
    with pytest.raises(ValueError, match="for GDP only"):
        peers.size_and_growth(2006, 2022, "industrial_output").plot(9.0)


@pytest.mark.parametrize(
    "name", ["peer_zones", "national_zones", "rankings", "zhejiang_cities", "growth_reference"]
)
def test_caveats_are_columns(name):
    """Period, area, price basis and grade of a figure can be filtered in sight; the ranks tell derived ones apart."""
    table = READ(name)
    wanted = {
        "peer_zones": {"period", "scope_note", "price_basis", "grade"},
        "national_zones": {"period", "region", "price_basis", "grade"},
        "rankings": {"data_year", "list", "basis", "grade"},
        "zhejiang_cities": {"period", "scope_note", "price_basis", "grade"},
        # Aggregates of many yearbooks: the window is the period, the class the area; they carry no grade of their own.
        "growth_reference": {"origin_year", "end_year", "reference_class", "price_basis"},
    }[name]
    assert wanted <= set(table.columns)
    if "price_basis" in table:
        money = (
            table["unit"].isin(["亿元", "亿美元"])
            if "unit" in table
            else table["indicator_id"] == "gdp"
        )
        assert table.loc[money, "price_basis"].eq("current").all()


def test_what_notes_say_stands_in_the_columns():
    national, zones_, ranks = READ("national_zones"), READ("peer_zones"), READ("rankings")
    assert set(
        national.loc[national["note"].fillna("").str.contains("H1 2004|Q1-Q3 2010"), "period"]
    ) == {"part_year"}
    assert set(
        national.loc[national["note"].fillna("").str.startswith("PLAN TARGET"), "period"]
    ) == {"target"}
    growth = national[(national["indicator_id"] == "gdp") & (national["kind"] == "growth_nominal")]
    assert set(growth["price_basis"]) == {"not stated"}
    stated = zones_[zones_["price_basis"] == "comparable, stated"]
    assert len(stated) == 2 and stated["note"].str.contains("comparable prices").all()
    assert (ranks["basis"] == "derived").sum() == 8
