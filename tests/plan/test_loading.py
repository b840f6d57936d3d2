"""Loading a plan folder: which one, in which language, and whether its tables fit each other."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from plan_folders import ABOUT, GDP, plan_folder

from zoneplan import DataError, load_plan
from zoneplan.plan.loading import lacking, plan_dir, target_problems, unit_problems


def test_the_variable_names_the_plan(tmp_path, monkeypatch):
    folder = plan_folder(tmp_path / "mine", GDP)
    monkeypatch.setenv("ZONEPLAN_PLAN", str(folder))
    assert load_plan().id == "mine"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZONEPLAN_PLAN", "mine")
    assert load_plan().folder.name == "mine"
    # What is not beside the working directory is looked for in the project, as notebooks do.
    monkeypatch.setenv("ZONEPLAN_PLAN", "data/plans/china")
    assert plan_dir().is_absolute()
    assert load_plan().id == "china"
    monkeypatch.delenv("ZONEPLAN_PLAN")
    assert load_plan().id == "zhenan"


def test_a_path_comes_before_the_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_PLAN", "nowhere")
    assert load_plan(plan_folder(tmp_path / "mine", GDP)).id == "mine"
    with pytest.raises(DataError, match=r"found no such folder; expected a folder with plan\.yml"):
        load_plan()


def test_a_language_nobody_speaks_is_refused():
    with pytest.raises(DataError, match="lang: found 'fr'; expected en or zh"):
        load_plan(lang="fr")


def test_a_plan_shows_itself_in_its_language():
    assert load_plan(lang="zh").lang == "zh"


def test_the_own_document_is_cited_not_the_shipped_one(tmp_path, plan):
    mine = load_plan(plan_folder(tmp_path / "my zone", GDP))
    assert mine.sources.rows.loc["plan", "title"] == "my zone"
    assert plan.sources.rows.loc["plan", "title"] != "my zone"
    assert mine.sources.rows.index.is_unique


def test_an_empty_folder_is_told_what_it_lacks(tmp_path):
    with pytest.raises(DataError, match=r"plan\.yml"):
        load_plan(tmp_path)


def test_a_plan_without_targets_is_refused(tmp_path):
    folder = plan_folder(tmp_path / "mine", GDP)
    (folder / "targets.csv").unlink()
    with pytest.raises(DataError, match=r"targets\.csv"):
        load_plan(folder)


def test_the_base_year_lies_before_the_first(tmp_path):
    with pytest.raises(DataError, match=r"plan\.yml:base_year: found 2018; expected a year before"):
        load_plan(plan_folder(tmp_path / "mine", GDP, about=ABOUT + "base_year: 2018\n"))


def test_an_earlier_base_year_is_taken(own):
    plan = own(GDP, about=ABOUT + "base_year: 2016\n")
    assert plan.base_year == 2016


def test_all_years_may_be_comparable(plan, tmp_path):
    # The old zone's trade is in dollars, so the description passes and its figures are named.
    folder = shutil.copytree(plan.folder, tmp_path / "copy")
    text = (folder / "plan.yml").read_text(encoding="utf-8")
    changed = text.replace("comparable_from: 2013", "comparable_from: 0")
    (folder / "plan.yml").write_text(changed, encoding="utf-8")
    with pytest.raises(DataError) as error:
        load_plan(folder)
    assert {p.file for p in error.value.problems} == {"observations.csv"}


def test_a_level_in_another_kind_of_unit_is_named_by_row(tmp_path):
    seen = ["gdp,2016,2100000,万元,level,", "gdp,2017,30,亿美元,level,", "gdp,2015,3,家,count,"]
    with pytest.raises(DataError) as error:
        load_plan(plan_folder(tmp_path / "mine", GDP, seen))
    # The header is row 1; ten thousand yuan converts, dollars and firms do not.
    assert [str(p).split("; ")[0] for p in error.value.problems] == [
        "observations.csv:3:unit: found 亿美元 of gdp",
        "observations.csv:4:unit: found 家 of gdp",
    ]
    assert "亿元, as in the targets" in error.value.problems[0].expected


def test_units_of_rates_and_of_older_areas_do_not_matter():
    targets = pd.DataFrame(
        [
            {"indicator_id": "gdp", "section": "annex", "kind": "flow", "unit": "亿元"},
            {"indicator_id": "tax", "section": "annex", "kind": "growth", "unit": "%"},
            {"indicator_id": "rank", "section": "text", "kind": "rank", "unit": "位"},
        ]
    )
    usual = {"indicator_id": "gdp", "unit": "家", "kind": "level", "year": 2016}
    changes = ({"year": 2012}, {"kind": "growth_real"}, {"indicator_id": "tax"})
    rows = pd.DataFrame([usual | c for c in (*changes, {"indicator_id": "rank"}, {"year": 2013})])
    assert [p.row for p in unit_problems(targets, rows, 2013)] == [6]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({4: {"year": 2031}}, [(6, "year", "2031", "one of 2018, 2019, 2020")]),
        ({7: {"value": 0.0}}, [(9, "value", "0.0", "a flow above zero")]),
        ({7: {"value": -1.0}}, [(9, "value", "-1.0", "a flow above zero")]),
        ({1: {"year": 2020}}, [(4, "indicator_id,year", "gdp in 2020 again", "once")]),
        ({1: {"unit": "万元"}}, [(None, "unit", "several units of gdp", "one unit for all years")]),
        ({1: {"stated_growth": 8.0}},
         [(None, "stated_growth", "several printed averages of gdp",
           "one printed average for all years")]),
        ({1: {"stated_growth": 9.0}}, []),
        # Growth may be negative.
        ({15: {"value": -3.0}}, []),
    ],
)  # fmt: skip
def test_targets_nothing_can_be_read_from_are_named_by_row(plan, changes, told):
    rows = plan.targets.copy()
    assert rows.loc[15, "kind"] == "growth"
    for n, change in changes.items():
        for column, value in change.items():
            rows.loc[n, column] = value
    found = target_problems(rows, plan.years)
    assert [(p.row, p.column, p.found, p.expected) for p in found] == told
    assert {p.file for p in found} <= {"targets.csv"}


def test_promises_of_the_text_may_lie_outside_the_years(plan):
    rows = plan.targets.copy()
    rows.loc[rows["section"] == "text", "year"] = 2035
    assert target_problems(rows, plan.years) == []


def test_missing_numbers_are_named_in_both_languages():
    assert lacking("base", "GDP", 2017) == "zone figure for 2017: GDP"
    assert lacking("after", "GDP", 2016) == "zone figure after 2016: GDP"
    assert "2017" in lacking("base", "地区生产总值", 2017, "zh")
    assert "no reference class for T; name one under classes" in lacking("class", "T")
