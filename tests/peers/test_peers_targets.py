"""Targets are held against like results only; an average is never one year's figure."""

import numpy as np
import pytest

TARGET = {"kind": "target", "period": "target", "value": 90.0}
RATE = {"unit": "%", "kind": "growth_real", "value": 9.0}


def first(found):
    return found.rows.iloc[0]


def test_results_are_those_of_the_same_zone_indicator_year_and_unit(of_rows, zone_rows):
    core = {"year": 2013, "value": 70.0, "scope_note": "core"}
    row = first(of_rows(zone_rows(TARGET, {}, core)).targets())
    assert row[["result", "status", "before_value", "before_scope"]].tolist() == [
        *(100.0, "reached"),
        *(70.0, "core"),
    ]
    others = (
        *({"indicator_id": i} for i in ("gdp_above_scale", "exports")),
        *({"zone_id": z} for z in ("y", "zz")),
        {"unit": "亿美元"},
        {"period": "part_year"},
        RATE,
    )
    assert first(of_rows(zone_rows(TARGET, *others)).targets())["status"] == "open"
    row = first(of_rows(zone_rows(TARGET, {"value": 89.9})).targets())
    assert (row["status"], row["result"], row["result_source_id"]) == ("below", 89.9, "s1")
    assert np.isnan(row["before_year"])
    assert first(of_rows(zone_rows(TARGET, {"value": 90.0})).targets())["status"] == "reached"


def test_the_nearest_levels_stand_beside_a_target(of_rows, zone_rows):
    levels = ({"year": y, "value": float(y)} for y in (2011, 2013, 2017, 2019))
    row = first(of_rows(zone_rows(TARGET, *levels)).targets())
    assert row[["before_year", "before_value"]].tolist() == [2013, 2013.0]
    assert row[["after_year", "after_value"]].tolist() == [2017, 2017.0]
    assert row["status"] == "open"
    assert np.isnan(row["result"])
    # A rate of another year says nothing about this one.
    rates = ({**RATE, "year": y} for y in (2014, 2016))
    row = first(of_rows(zone_rows({**TARGET, "unit": "%", "value": 9.0}, *rates)).targets())
    assert row["basis"] == "growth"
    assert np.isnan(row["before_year"])
    assert np.isnan(row["after_year"])


@pytest.mark.parametrize(
    ("change", "basis", "status"),
    [
        ({"note": "12th FYP TARGET avg growth"}, "average_growth", "open"),
        ({"note": "average of five years"}, "average_growth", "open"),
        ({"note": "ANNUAL TARGET"}, "growth", "reached"),
        ({"note": "savage"}, "growth", "reached"),
        ({"indicator_id": "rd_to_gdp"}, "share", "open"),
        ({"unit": "亿元", "note": "avg"}, "average_level", "open"),
    ],
)
def test_one_year_says_nothing_about_an_average_over_a_plan(
    of_rows, zone_rows, change, basis, status
):
    rows = zone_rows({**TARGET, "unit": "%", "value": 8.0, **change}, RATE, {})
    assert first(of_rows(rows).targets())[["basis", "status"]].tolist() == [basis, status]


def test_shipped_targets(peers):
    found = peers.targets()
    assert len(found.rows) == 20
    assert found.summary().startswith("Of 20 targets 0 have a published result")
    rows = peers.region_targets().rows
    china = rows.query("entity_id == 'region_china' and indicator_id == 'gdp'").set_index("year")
    assert china.index.is_unique
    assert china.loc[2014, ["target", "result", "status"]].tolist() == [7.5, 7.4, "below"]
    assert china.loc[2016, ["target", "target_high"]].tolist() == [6.5, 7.0]
    counts = peers.region_targets().counts()
    assert counts["n"].sum() == len(rows)
    assert set(counts["status"]) == {"open", "reached", "below"}


def test_promised(found, drawn):
    found, chart = found["promised"], drawn("promised")
    rows = found.table()
    assert rows.iloc[0][["entity_id", "target"]].tolist() == ["plan", 9.0]
    assert set(rows["unit"]) == {"%"}
    assert set(rows["basis"]) == {"growth", "average_growth"}
    assert rows.loc[rows["basis"] == "average_growth", "result"].isna().all()
    china = rows.query("entity_id == 'region_china'").set_index("year")
    assert china.loc[2014, ["target", "result", "status"]].tolist() == [7.5, 7.4, "below"]
    assert rows.query("entity_id == 'wenzhou'").empty, "the city is no zone"
    assert "the plan promises 9 %" in found.summary()
    assert "本计划为9%" in found.summary("zh")
    # The title tells the finding: of 23 promises of GDP 14 have a result, counted by hand here.
    known = rows[(rows["entity_id"] != "plan") & rows["result"].notna()]
    known = known[known["indicator_id"] == "gdp"]
    met = sum(r >= t for r, t in zip(known["result"], known["target"], strict=True))
    assert (met, len(known)) == (11, 14)
    assert chart.title == "Others met 11 of 14 promises of GDP growth with a published result"
    assert chart.table()["label"].iloc[0] == "the Zhenan zone, average to 2020"


def test_promises_of_nobody_are_not_drawn(plan, put):
    put(
        peer_zones=lambda t: t[t["kind"] != "target"],
        growth_targets=lambda t: t.head(0),
        national_zones=lambda t: t[t["indicator_id"] != "gdp_target"],
    )
    found = plan.peers(hindsight=True).promised()
    assert found.rows["entity_id"].tolist() == ["plan"]
    assert found.plot().why.startswith("No promised GDP growth of another zone or region")
