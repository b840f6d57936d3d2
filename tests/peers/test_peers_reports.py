"""Reports of zones: only like is held against like, and bias is taken off as written."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from zoneplan.data import tables
from zoneplan.errors import DataError

RATE = {"unit": "%", "kind": "growth_real", "value": 9.0}
# Of another zone than the plan's, which is not its own peer.
GROWTH = {**RATE, "zone_id": "weihai", "scope_note": None, "source_id": "s308013b6"}


# Levels beside growth ---------------------------------------------------------------------------


def test_all_pairs_of_the_shipped_table(peers):
    everything = peers.levels(1990, 2030)
    # 29 pairs less two of the zone itself (2013 and 2015), which is not its own peer.
    assert len(everything.rows) == 27
    rows = everything.table().set_index(["zone_id", "year"])
    assert "wenzhou" not in rows.index
    others = peers(hindsight=True, home="weihai").levels(1990, 2030).table()
    others = others.set_index(["zone_id", "year"])
    assert others.loc[("wenzhou", 2013), ["size", "growth"]].tolist() == [175.15, 9.7]
    assert others.loc[("wenzhou", 2015), ["size", "growth"]].tolist() == [200.0, 8.5]
    assert rows.loc[("ningbo", 2021), "scope_basis"] == "same document"
    # 1689.5 is half a year, 5.1 % a full one: they must never meet.
    assert ("tianjin", 2017) not in rows.index
    # 8.1 % is an average over nine years.
    assert ("guangzhou", 2021) not in rows.index


def test_every_figure_is_used_or_left_out_with_a_reason(peers):
    result = peers.levels(1990, 2030)
    every = tables.read("peer_zones").query("indicator_id == 'gdp'")
    # Figures of the zone itself are nobody's peers, so no reason is told for them.
    all_rows = set(every.loc[every["zone_id"] != "wenzhou", "row_id"])
    used = {*result.rows["level_row"], *result.rows["growth_row"]}
    left = set(result.left_out["row_id"])
    assert used | left == all_rows
    assert not used & left
    counted = result.excluded().rows
    assert counted["n"].sum() == len(left)
    assert counted["n"].is_monotonic_decreasing
    assert counted.set_index("reason")["n"].to_dict()["part_year"] == 20


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"period": "part_year"}, "part_year"),
        ({"period": "full_year_approx"}, "full_year_approx"),
        ({"period": "multi_year_average"}, "multi_year_average"),
        ({"period": "target", "kind": "target"}, "target"),
        ({"kind": "growth_nominal"}, "other_kind"),
        ({"year": 2014}, "no_level"),
        ({"scope_note": "core", "source_id": "s2"}, "other_area"),
        ({"scope_note": None, "source_id": "s2"}, "other_area"),
    ],
)
def test_unlike_figures_never_meet(of_rows, zone_rows, change, reason):
    result = of_rows(zone_rows({}, {**RATE, **change})).levels(2010, 2020)
    assert result.rows.empty
    assert reason in set(result.left_out["reason"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        *(({"unit": u}, "other_unit") for u in ("亿美元", "万元", "元")),
        ({}, "no_growth"),
        ({"kind": "growth_nominal", "unit": "%"}, "other_kind"),
    ],
)
def test_why_a_figure_is_left_out(of_rows, zone_rows, change, reason):
    # Another zone has a pair, and the same zone growth of another kind.
    other = {"kind": "growth_nominal", "unit": "%"}
    rows = zone_rows(change, other, {"zone_id": "y"}, {"zone_id": "y", **RATE})
    left = of_rows(rows).levels(2010, 2020).left_out.set_index("row_id")["reason"]
    assert left["p0"] == reason


def test_two_documents_speak_of_one_area_only_with_one_note(of_rows, zone_rows):
    def basis(level: dict, rate: dict) -> list[str]:
        rows = zone_rows(level, {**RATE, **rate})
        return of_rows(rows).levels(2010, 2020).rows["scope_basis"].tolist()

    assert basis({}, {"source_id": "other"}) == ["same note"]
    assert basis({"scope_note": "a"}, {"scope_note": "b"}) == ["same document"]
    assert basis({"scope_note": None}, {"scope_note": None, "source_id": "s2"}) == []


def test_the_better_grade_wins_then_the_later_publication(of_rows, zone_rows):
    rows = zone_rows({"value": 1.0, "source_id": "s2", "grade": "C"}, {"value": 2.0}, RATE)
    assert of_rows(rows).levels(2010, 2020).rows["size"].tolist() == [2.0]
    sizes = ({"value": v, "source_id": s} for v, s in [(1.0, "s3"), (2.0, "s1"), (3.0, "s2")])
    result = of_rows(zone_rows(*sizes, RATE)).levels(2010, 2020)
    assert result.rows["size"].tolist() == [3.0]
    assert set(result.left_out["reason"]) == {"another_source"}


def test_a_pair_is_as_good_as_its_worse_half(of_rows, zone_rows):
    rows = zone_rows({"grade": "A"}, {**RATE, "grade": "C"})
    assert of_rows(rows).levels(2010, 2020).rows["grade"].tolist() == ["C"]


def test_money_flows_pair_with_nominal_growth_only(of_rows, zone_rows):
    budget = {"indicator_id": "budget_revenue"}
    for kind, pairs in (("growth_real", 0), ("growth_nominal", 1)):
        rows = zone_rows({}, {**RATE, "kind": kind}, **budget)
        found = of_rows(rows).levels(2010, 2020, "budget_revenue")
        assert len(found.rows) == pairs
    # Trade is printed in dollars.
    rows = zone_rows({"unit": "亿美元"}, {**RATE, "kind": "growth_nominal"}, indicator_id="exports")
    assert len(of_rows(rows).levels(2010, 2020, "exports").rows) == 1


def test_levels_are_frozen_copied_and_refused(peers):
    result = peers.levels()
    with pytest.raises(FrozenInstanceError):
        result.indicator = "x"
    mine = result.table()
    mine["size"] = 0.0
    assert result.rows["size"].min() > 0
    with pytest.raises(DataError, match="indicator: found 'gpd'; expected one of .*gdp"):
        peers.levels(indicator="gpd")
    assert peers.levels(1900, 1901).rows.empty
    # The zone's own 9.7 % and 8.5 %, both of grade C, are gone: 25 less 2, 14 less 1.
    assert "13 of them reach 9 %" in result.summary()
    assert "13个达到9%" in result.summary("zh")
    assert result.evidence_note().startswith(
        "Number of figures: 23 (grade A: 4, grade B: 6, grade C: 13). Zones: 20."
    )


# Reported growth --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"period": "part_year"}, "part_year"),
        ({"kind": "growth_nominal"}, "other_kind"),
        ({"period": "multi_year_average"}, "multi_year_average"),
        ({"kind": "target", "period": "target"}, "target"),
        ({"year": 2015, "grade": "C"}, "another_source"),
    ],
)
def test_only_full_year_real_growth_is_reported_growth(of_rows, zone_rows, change, reason):
    level = {"year": 2016, "value": 200.0}
    rows = zone_rows(GROWTH, {**GROWTH, "year": 2014, "value": 99.0, **change}, level)
    found = of_rows(rows).growth()
    assert found.rows["value"].tolist() == [9.0]
    assert found.left_out["reason"].tolist() == [reason]


def test_growth_above_china_takes_the_same_year(of_rows, zone_rows):
    later = ({**GROWTH, "year": y, "value": 8.0} for y in (2016, 2035))
    rows = of_rows(zone_rows(GROWTH, *later)).growth(last=2040).rows.set_index("year")
    assert rows.loc[2015, "above_china"] == pytest.approx(9.0 - 6.9)
    assert rows.loc[2016, "above_china"] == pytest.approx(8.0 - 6.7)
    # No growth of China: a dash, never another year's.
    assert np.isnan(rows.loc[2035, "above_china"])


def test_weaker_grades_are_lowered_by_their_excess(of_rows, zone_rows):
    graded = [("a", "A", 7.9), ("b", "C", 9.9), ("c", "C", 11.9), ("d", "B", 9.0)]
    rows = zone_rows(*({**GROWTH, "zone_id": z, "grade": g, "value": v} for z, g, v in graded))
    peers = of_rows(rows)
    found = peers.reaching(9.5).rows.set_index("way")["share"]
    # C stands 3 points above A (median 10.9 against 7.9), B 1.1: 8.9 twice below and 6.9, 7.9.
    assert found[["printed", "official", "excess"]].tolist() == [0.5, 0.0, 0.0]
    assert peers.reaching(8.8).rows.set_index("way").loc["excess", "share"] == 0.25
    above = peers.growth().by_grade().set_index("grade")
    assert above["figures"].to_dict() == {"A": 1, "B": 1, "C": 2}
    assert above.loc["C", "median"] == pytest.approx(10.9 - 6.9)


def test_bias_holds_totals_against_the_same_year_only(peers):
    rows = peers.bias().table().set_index("year")
    assert rows.index.tolist() == [2017, 2019, 2020]
    reports = peers.growth(2017, 2017).rows["value"]
    assert rows.loc[2017, "mean"] == pytest.approx(reports.mean())
    assert rows.loc[2017, "difference"] == pytest.approx(reports.mean() - 9.9)
    # What is mixed is said: the totals print no price basis.
    assert rows["total_basis"].str.contains("not stated|isn't stated").all()


def test_the_bias_chart_draws_every_way_of_counting(found, drawn):
    shares, chart = found["reaching"].rows["share"].tolist(), drawn("reaching")
    assert chart.table()["share"].tolist() == shares
    # The printed reports, the four ways of taking bias off, and those before and from 2013.
    assert len(shares) == 6
    bars = [p.get_width() for p in chart.figure.axes[0].patches]
    assert bars == pytest.approx([100 * share for share in shares])
    # Six less one of the zone itself (2021).
    assert "Grade A only (5)" in chart.texts()
    assert chart.problems() == []


def test_without_growth_of_china_no_bias_can_be_measured(plan, put):
    put(context_observations=lambda t: t[t["entity_id"] != "china"])
    found = plan.peers(hindsight=True).reaching()
    assert found.rows.empty
    assert found.plot().why == found.summary()
    assert found.summary() == "No report beside China's growth of its year was known by today."


def test_the_chart_of_reports_draws_its_table(found, drawn):
    result, chart = found["growth"], drawn("growth")
    assert len(chart.table()) == len(result.rows)
    # 18 of 37 reports reach 9 %, less three of the zone itself (9.7, 8.5 and 8.9 %): 17 of 34,
    # told by the year in which the whole country had slowed.
    early = result.rows["year"] < 2013
    met = [(result.rows.loc[part, "value"] >= 9).agg(["sum", "size"]) for part in (early, ~early)]
    assert [m.tolist() for m in met] == [[11, 12], [6, 22]]
    assert chart.title == "Until 2012, 11 of 12 reports reached 9\xa0%, since then 6 of 22"
    met = [(result.rows.loc[part, "value"] >= 12).sum() for part in (early, ~early)]
    assert result.plot(goal=12.0).title == (
        f"Until 2012, {met[0]} of 12 reports reached 12\xa0%, since then {met[1]} of 22"
    )
    assert chart.table()["label"].notna().all()


# Beside zones of one's choice -------------------------------------------------------------------


def test_the_zone_beside_others_year_by_year(peers):
    """Full years with real growth only, the zone first and China last, over their years."""
    rows = peers(hindsight=True).beside("suzhoupark").rows
    own = rows[rows["zone_id"] == "wenzhou"].set_index("year")["value"]
    assert own.to_dict() == {2013: 9.7, 2015: 8.5, 2021: 8.9}
    assert rows[rows["zone_id"] == "suzhoupark"]["year"].tolist() == [2012, 2023]
    assert rows["zone_id"].iloc[0] == "wenzhou"
    assert rows["zone_id"].iloc[-1] == "china"
    assert rows["year"].between(2012, 2023).all()


def test_without_hindsight_nothing_later_stands_beside(peers):
    rows = peers(hindsight=False).beside("suzhoupark").rows
    assert set(rows.loc[rows["zone_id"] == "wenzhou", "year"]) == {2013, 2015}


@pytest.mark.parametrize("asked", [(), ("nowhere",)])
def test_a_zone_that_is_not_on_record_is_refused(peers, asked):
    with pytest.raises(DataError, match="one of"):
        peers.beside(*asked)
