"""What came of promises: words of later figures, and never in chances before them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from plan_folders import GDP

from zoneplan.plan.outcomes import first_released, outcome, outcomes, resolutions


@pytest.mark.parametrize(
    ("reading", "settles", "target", "found", "word"),
    [
        ("value", True, 20, 20, "met"),
        ("value", True, 20, 19, "missed"),
        ("value", False, 20, 19, "bounded"),
        ("upper", True, 20, 6, "missed"),
        ("upper", False, 20, 6, "bounded"),
        ("upper", True, 20, 30, "open"),
        ("lower", True, 20, 30, "met"),
        ("lower", True, 20, 6, "open"),
        ("yes_no", True, 50, 0, "missed"),
        ("yes_no", True, 50, 1, "met"),
        ("later", True, 1, 99, "open"),
    ],
)
def test_words_of_later_figures(reading, settles, target, found, word):
    assert outcome(reading, settles, target, found) == word


def test_resolutions_stand_beside_the_chances_and_never_in_them(plan, judged):
    found = resolutions(plan).rows.set_index("target_id")
    assert found["resolution"].to_dict() == {
        "mofcom_rank": "missed",
        "core_output": "bounded",
        "core_output_strive": "bounded",
        "listed_companies": "bounded",
        "hightech_va_share-2020": "open",
        "projects_over_1bn-2020": "open",
        "projects_over_5bn-2020": "open",
        "firms_over_1bn": "open",
        "enterprise_rd_centres": "open",
        "backbone_firms-2020": "open",
        "high_growth_firms-2020": "open",
        "upgraded_to_above_scale-2020": "open",
        "rd_to_gdp-2020": "open",
    }
    assert (found["known_from"] > pd.Timestamp(plan.as_of)).all()
    assert found["reservation"].str.len().min() > 10
    said = judged.rows.set_index("target_id")["resolution"]
    assert (said["listed_companies"], said["gdp-2020"]) == ("bounded", "open")
    row = plan.all_observations.set_index("row_id").loc[found.loc["core_output", "row_id"]]
    assert found.loc["core_output", "found"] == row["value"]
    assert found.loc["core_output", "target"] == 800


def test_without_a_table_figures_of_the_same_year_settle(own):
    seen = ["gdp,2018,230,亿元,level,", "gdp,2019,240,亿元,level,"]
    rows = resolutions(own(GDP, seen)).rows
    assert rows["resolution"].tolist() == ["met", "missed"]
    assert rows["reservation"].tolist() == ["230.00 亿元 (2018)", "240.00 亿元 (2019)"]
    assert rows["target"].tolist() == [228, 249]
    assert rows["year"].tolist() == [2018, 2019]
    assert resolutions(own(GDP)).rows.empty


def test_an_outcome_is_what_was_published_first(own):
    plan = own(GDP, ["gdp,2018,230,亿元,level,2020-06-30"])
    early = plan.all_observations.assign(value=225.0, known_from=pd.Timestamp("2019-02-01"))
    both = pd.concat([plan.all_observations, early], ignore_index=True)
    plan = replace(plan, all_observations=both, _made={})
    assert first_released(both)["value"].tolist() == [225.0]
    assert outcomes(plan, "gdp")["value"].to_dict() == {2018: 225.0}


def test_hindsight_without_a_date_stays():
    rows = {"entity_id": "z", "indicator_id": "x", "year": [1, 1, 2], "period": "full_year"}
    rows |= {"kind": "level", "known_from": pd.to_datetime([None, None, "2020-01-01"])}
    assert len(first_released(pd.DataFrame(rows))) == 3


def test_outcomes_settle_the_promises_of_china(china):
    found = resolutions(china).rows.set_index("year")["resolution"]
    assert (found[2014], found[2018]) == ("missed", "met")
    assert 2022 not in found.index
