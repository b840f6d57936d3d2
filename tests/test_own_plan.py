"""Any plan: from an empty folder to valid, odds worked out by hand, private figures, and the second real plan."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneplan import cli, load_plan
from zoneplan.charts.stories import drawn, figures, path_chart
from zoneplan.data import tables, template
from zoneplan.errors import DataError, Problem
from zoneplan.evaluation.plausibility import doubts, outside, records
from zoneplan.evaluation.track_record import Hits, hits
from zoneplan.forecasting import classes as reference
from zoneplan.forecasting.forecasts import forecast
from zoneplan.forecasting.verdicts import graded
from zoneplan.plan.document import Goal, goal_of
from zoneplan.plan.outcomes import resolutions
from zoneplan.report import notebooks, prose, standin
from zoneplan.stress.drivers import drivers
from zoneplan.stress.scenarios import USUAL, scenarios
from zoneplan.stress.simulation import leading, level_series, simulate
from zoneplan.stress.tornado import needed_growth, one_page, swings

CHINA = tables.data_dir() / "plans" / "china"
ABOUT = "id: mine\nzone_en: Test zone\nadopted: 2018-10-30\nyears: [2018, 2019, 2020]\n"
TARGETS = "indicator_id,name_en,year,value,unit,kind,direction,value_high,stated_growth"
SEEN = "indicator_id,year,value,unit,kind,known_from"


def plan_folder(folder: Path, targets: list[str], seen: list[str] = (), about: str = ABOUT) -> Path:
    folder = folder / "mine"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yml").write_text(about, encoding="utf-8")
    (folder / "targets.csv").write_text("\n".join([TARGETS, *targets]) + "\n", encoding="utf-8")
    (folder / "observations.csv").write_text("\n".join([SEEN, *seen]) + "\n", encoding="utf-8")
    return folder


def own(*arguments, **more):
    return load_plan(plan_folder(*arguments, **more))


GDP = ["gdp,GDP,2018,228,亿元,,,,", "gdp,GDP,2019,249,亿元,,,,", "gdp,GDP,2020,270,亿元,,,,9"]


@pytest.fixture(scope="module")
def china():
    return load_plan(CHINA)


# From empty to valid ---------------------------------------------------------------------------------------------


def said_by_check(folder: Path, capsys) -> tuple[int, str]:
    code = cli.main(["check", "--plan", str(folder)])
    return code, "".join(capsys.readouterr())


def test_check_leads_from_an_empty_folder_to_a_valid_plan(tmp_path, capsys):
    folder = tmp_path / "my zone"
    assert cli.main(["new", str(folder)]) == 0
    assert sorted(p.name for p in folder.iterdir()) == [
        "observations.csv",
        "plan.yml",
        "targets.csv",
    ]
    capsys.readouterr()
    file = folder / "plan.yml"
    for key, text in (
        ("zone_en", "Test zone"),
        ("adopted", "2018-10-30"),
        ("years", "[2018, 2020]"),
    ):
        code, said = said_by_check(folder, capsys)
        assert code == 1 and f"plan.yml, key {key}." in said and f"For example: {key}: " in said
        # What rests on the description is not spoken of yet.
        assert "targets.csv" not in said
        file.write_text(
            file.read_text(encoding="utf-8").replace(f"\n{key}: ", f"\n{key}: {text}"),
            encoding="utf-8",
        )
    code, said = said_by_check(folder, capsys)
    assert code == 1 and "a header without rows" in said and "For example: gdp," in said
    rows = (folder / "targets.csv").read_text(encoding="utf-8")
    (folder / "targets.csv").write_text(rows + 'gdp,,GDP,2018,"1,200",亿元,,,\n', encoding="utf-8")
    code, said = said_by_check(folder, capsys)
    # The remarks above count as rows of the file.
    assert (
        code == 1
        and f"targets.csv, row {len(rows.splitlines()) + 1}, column value" in said
        and "found '1,200'" in said
    )
    (folder / "targets.csv").write_text(
        rows + "gdp,,GDP,2018,1200,亿元,,,\ngdp,,GDP,2020,1400,亿元,,,8\n", encoding="utf-8"
    )
    code, said = said_by_check(folder, capsys)
    assert code == 0 and "1 of 1 series have odds" in said
    assert cli.main(["verdicts", "--plan", str(folder)]) == 0


def test_new_never_overwrites(tmp_path, capsys):
    folder = plan_folder(tmp_path, GDP)
    before = (folder / "targets.csv").read_bytes()
    assert cli.main(["new", str(folder)]) == 0
    assert (
        folder / "targets.csv"
    ).read_bytes() == before and "there already" in capsys.readouterr().out


def test_the_next_step_is_one_thing_in_plain_words(tmp_path):
    problems = [
        Problem("targets.csv", 4, "unit", "'yuan'", "one of 亿元"),
        Problem("a", None, None, "x", "y"),
    ]
    assert template.next_step(problems, tmp_path).splitlines() == [
        f"Next step: open {tmp_path / 'targets.csv'}, row 4, column unit.",
        "  There is 'yuan'; expected is one of 亿元.",
        "  For example: 亿元",
        "  Then check again; 1 more problem listed above.",
    ]


@pytest.mark.parametrize(
    "about, told",
    [
        ("years: [2018, 2019, 2020]", "no such key"),
        (ABOUT + "colour: red\n", "an unknown key"),
        (ABOUT + "home: 5\n", "home: found 5"),
        (ABOUT + "announced: monthly\n", "at once or yearly"),
        (ABOUT + "classes: {gdp: [county]}\n", "such as {my_tax:"),
        (ABOUT + "classes: [gdp]\n", "such as {my_tax:"),
        (ABOUT + "as_of: yesterday\n", "as_of: found 'yesterday'"),
        (ABOUT.replace("zone_en: Test zone\n", ""), "no name of the zone"),
    ],
)
def test_a_wrong_description_is_named_by_its_key(about, told, tmp_path):
    with pytest.raises(DataError, match="plan.yml") as error:
        own(tmp_path, GDP, about=about)
    assert told in str(error.value)


def test_a_class_without_figures_is_a_problem(tmp_path, capsys):
    folder = plan_folder(tmp_path, GDP, about=ABOUT + "classes: {gdp: [county, moon, gdp]}\n")
    code, said = said_by_check(folder, capsys)
    assert code == 1 and "classes: gdp: found county, moon, gdp; expected one of " in said


def test_a_level_in_another_kind_of_unit_is_a_problem(tmp_path):
    with pytest.raises(
        DataError, match=r"observations\.csv:2:unit: found 亿美元 of gdp; expected 亿元"
    ):
        own(tmp_path, GDP, ["gdp,2017,30,亿美元,level,"])


def test_a_place_that_no_table_knows_is_a_problem(tmp_path, capsys):
    folder = plan_folder(tmp_path, GDP, about=ABOUT + "home: nowhere\nhost: moon\n")
    code, said = said_by_check(folder, capsys)
    assert (
        code == 1
        and "plan.yml:home: found 'nowhere'; expected nothing, or an id of peer_zones such as "
        in said
    )
    assert (
        "plan.yml:host: found 'moon'; expected nothing, or an id of context_observations such as "
        in said
    )
    assert (
        said_by_check(
            plan_folder(tmp_path, GDP, about=ABOUT + "home: suzhoupark\nhost: wenzhou\n"), capsys
        )[0]
        == 0
    )


def test_a_reason_for_a_chart_left_out_is_short(tmp_path):
    plan = own(tmp_path, GDP, ["gdp,2016,204.72,亿元,level,"], about=ABOUT + "home: qinhuangdao\n")
    reasons = drawn(plan)[1]
    assert (
        any(r.startswith("No rank of the zone or province on this list") for r in reasons)
        and max(map(len, reasons)) < 200
    )


# What is valid, but unusual --------------------------------------------------------------------------------------

TODAY = date(2026, 1, 1)


def asked(tmp_path, seen: list[str], targets: list[str] = GDP, about: str = ABOUT) -> list[str]:
    return doubts(own(tmp_path, targets, seen, about=about), TODAY)


def test_a_usual_plan_raises_no_doubt(tmp_path, capsys):
    seen = [f"gdp,{y},{v},亿元,level," for y, v in ((2015, 180), (2016, 195), (2017, 210))]
    assert asked(tmp_path, [*seen, "gdp,2016,8,%,growth_real,"]) == []
    assert "Look at these again" not in said_by_check(plan_folder(tmp_path, GDP, seen), capsys)[1]


@pytest.mark.parametrize(
    "row, line",
    [
        # A unit, a digit or a point in the wrong place.
        (
            "gdp,2017,210,万元,level,",
            "GDP: 195 亿元 in 2016, 0.021 亿元 in 2017 (observations.csv)",
        ),
        ("gdp,2017,2100,亿元,level,", "GDP: 2,100 亿元 in 2017, 228 亿元 in 2018 (targets.csv)"),
        # A name that nobody knows, also one that is a name but no id.
        (
            "gpd,2017,210,亿元,level,",
            "observations.csv: 'gpd' has no target and is no known name, so 1 of its figures are not used",
        ),
        (
            "地区生产总值,2017,210,亿元,level,",
            "observations.csv: '地区生产总值' has no target and is no known name, so 1 of its figures are not used",
        ),
        # A year that is not over.
        (
            "gdp,2029,210,亿元,level,2018-01-01",
            "observations.csv: a figure of gdp for all of 2029, which was not over on 2026-01-01",
        ),
        # Growth that its levels do not have.
        (
            "gdp_growth,2016,-8,%,growth_real,",
            "gdp in 2016: its levels grew by 8.3 %, its growth is given as -8.0 %: other areas or prices?",
        ),
    ],
)
def test_a_slip_of_the_keys_is_asked_about(row, line, tmp_path, capsys):
    seen = ["gdp,2015,180,亿元,level,", "gdp,2016,195,亿元,level,", row]
    assert line in asked(tmp_path, seen)
    code, said = said_by_check(plan_folder(tmp_path, GDP, seen), capsys)
    # The command asks today.
    assert code == 0 and (line in " ".join(said.split()) or "which was not over" in line)


def test_a_record_unlike_that_of_similar_regions_is_told(tmp_path):
    plan = own(
        tmp_path,
        GDP,
        ["gdp,2014,250,亿元,level,", "gdp,2015,240,亿元,level,", "gdp,2017,210,亿元,level,"],
    )
    (row,) = records(plan).to_dict("records")
    p10, p90 = reference.past_growth(reference.class_of(plan, "gdp"), 3, plan.as_of).quantile(
        [0.1, 0.9]
    )
    assert (row["indicator_id"], row["start"], row["end"], row["p10"], row["p90"]) == (
        "gdp",
        2014,
        2017,
        p10,
        p90,
    )
    assert row["own"] == pytest.approx(100 * ((210 / 250) ** (1 / 3) - 1)) and row["own"] < p10
    assert len(outside(plan)) == 1 and doubts(plan, TODAY)[0].startswith(
        "GDP grew by -5.6 % a year from 2014 to 2017; four in five similar regions had "
    )
    paper = prose.brief_markdown(plan, plan.verdicts(), [])
    assert "GDP grew by -5.6 % a year from 2014 to 2017 (regions " in paper
    assert "GDP2014—2017年年均增长-5.6%（同类地区为" in prose.brief_markdown(
        plan, plan.verdicts(), [], "zh"
    )
    # Within the range nothing is said, and levels of different areas tell no growth.
    assert outside(
        own(tmp_path, GDP, ["gdp,2014,165,亿元,level,", "gdp,2017,210,亿元,level,"])
    ).empty
    assert records(load_plan(CHINA.parent / "zhenan")).empty


def test_figures_of_one_s_own_are_told_as_they_were_typed(tmp_path):
    plan = own(
        tmp_path,
        GDP,
        [
            "gdp,2016,204.725,亿元,level,",
            "rd_to_gdp,2016,2.15,%,share,",
            "fdi_actual,2015,0.987,亿美元,level,",
            "fdi_actual,2016,10450,万美元,level,",
        ],
    )
    said = prose.private(plan)[0]
    assert all(
        x in said
        for x in (
            "GDP in 2016: CNY 20.4725 billion",
            "in 2016: 2.15 %",
            "in 2015: USD 0.0987 billion",
            "in 2016: USD 0.1045 billion",
        )
    )
    assert all(
        x in prose.private(plan, "zh")[0]
        for x in ("204.725亿元", "2.15%", "0.987亿美元", "1.045亿美元")
    )


def test_what_the_paper_cannot_tell_is_said_before(tmp_path):
    lines = asked(tmp_path, [], ["gdp,GDP,2018,228,亿元,,,,9", "park_tax,T,2020,5,亿元,,,,"])
    assert "GDP: no target for 2020, the year that the paper tells odds of" in lines
    assert "no target of 2020 has odds; zoneplan verdicts names the missing numbers" in lines
    named = asked(tmp_path, [], about=ABOUT.replace("Test zone", "试验区"))
    assert "plan.yml: zone_en is '试验区'; the English paper would print a name in English" in named


# One mechanism ---------------------------------------------------------------------------------------------------


def test_the_variable_names_the_plan(tmp_path, monkeypatch):
    folder = plan_folder(tmp_path, GDP)
    monkeypatch.setenv("ZONEPLAN_PLAN", str(folder))
    assert load_plan().id == "mine" and len(load_plan().targets) == 3
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZONEPLAN_PLAN", "mine")
    assert load_plan().id == "mine"
    # What is not beside the working directory is looked for in the project, as notebooks do.
    monkeypatch.setenv("ZONEPLAN_PLAN", "data/plans/china")
    assert load_plan().id == "china"
    monkeypatch.delenv("ZONEPLAN_PLAN")
    assert load_plan().id == "zhenan"


def test_the_own_document_is_cited_not_the_shipped_one(tmp_path, monkeypatch):
    shipped = tables.sources().loc["plan", "title"]
    monkeypatch.setenv("ZONEPLAN_PLAN", str(plan_folder(tmp_path, GDP)))
    assert tables.sources().loc["plan", "title"] == "mine" != shipped
    assert tables.sources().index.is_unique


@pytest.mark.parametrize("arguments", [["run-notebooks", "--save"], ["rebaseline", "--why", "x"]])
def test_saved_numbers_are_those_of_the_shipped_plan(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ZONEPLAN_PLAN", str(plan_folder(tmp_path, GDP)))
    monkeypatch.setattr(notebooks, "run_all", lambda *_, **__: pytest.fail("was run"))
    assert cli.main(arguments) == 1
    assert "with a plan of one's own" in capsys.readouterr().err


# Odds of any plan ------------------------------------------------------------------------------------------------


def test_a_short_plan_gives_the_odds_of_the_full_one(tmp_path, plan):
    """The same three figures, typed with nine columns or with twenty-three, have the same odds."""
    mine = own(tmp_path, GDP).verdicts().table()
    theirs = plan.verdicts().table().query("indicator_id == 'gdp'")
    assert mine["probability_implied"].tolist() == theirs["probability_implied"].tolist()
    assert mine["evidence"].tolist() == ["C"] * 3 and not mine["own"].any()


@pytest.mark.parametrize(
    "direction, high, kind, goal",
    [
        ("at_least", np.nan, "flow", Goal(7, np.inf)),
        ("at_most", np.nan, "flow", Goal(-np.inf, 7)),
        ("range", 8, "flow", Goal(7, 8)),
        ("about", np.nan, "flow", Goal(6.5, np.inf)),
        ("about", np.nan, "area", Goal(6.5, 7.5)),
    ],
)
def test_every_direction_has_its_goal(direction, high, kind, goal):
    row = pd.Series(
        {"value": 7.0, "value_high": high, "precision": 1.0, "direction": direction, "kind": kind}
    )
    assert goal_of(row) == goal


def test_an_upper_limit_has_the_other_odds(tmp_path):
    least = own(tmp_path, GDP).verdicts().table()["probability_implied"]
    most = (
        own(tmp_path, [row.replace("亿元,,,,", "亿元,,at_most,,") for row in GDP])
        .verdicts()
        .table()["probability_implied"]
    )
    # No draw lies on the target itself.
    assert (least + most).to_numpy() == pytest.approx(np.ones(3))


def test_a_range_has_the_odds_between_its_ends(tmp_path):
    rows = [
        "gdp,GDP,2018,228,亿元,,,,",
        "gdp,GDP,2019,249,亿元,,,,",
        "gdp,GDP,2020,250,亿元,,range,270,9",
    ]
    plan = own(tmp_path, rows)
    draws = forecast(plan, "gdp").draws[2020]
    expected = ((draws >= 250) & (draws <= 270)).mean()
    assert plan.verdicts().final()["probability_implied"].tolist() == [pytest.approx(expected)]
    assert level_series(plan) == [], "neither needed growth nor a simulation knows an upper end"


def test_without_a_printed_growth_the_last_level_is_the_base(tmp_path):
    rows = ["gdp,GDP,2018,228,亿元,,,,", "gdp,GDP,2020,270,亿元,,,,"]
    plan = own(tmp_path, rows, ["gdp,2016,2047200,万元,level,"])
    row = plan.verdicts().final().iloc[0]
    made = forecast(plan, "gdp")
    assert (made.base.kind, made.base.year, made.base.level.mid) == (
        "observed",
        2016,
        pytest.approx(204.72),
    )
    assert row["probability_low"] == row["probability_high"] == made.odds(2020, 270)
    assert row["needed_growth"] == pytest.approx(100 * ((270 / 204.72) ** 0.25 - 1))
    assert needed_growth(plan).table()["needed_implied"].tolist() == [
        pytest.approx(row["needed_growth"])
    ]
    kinds = swings(plan, "gdp").rows["kind"]
    assert set(kinds) == {"growth"} and len(kinds) == 4, (
        "four years of growth and no quarrel about the base"
    )
    assert simulate(plan, draws=2000).table()["year"].tolist() == [2018, 2020], (
        "no odds of a target that is not there"
    )


def test_years_without_targets_change_no_odds(tmp_path):
    rows = ["gdp,2016,204.72,亿元,level,", "exports,2016,41,亿元,level,"]
    whole = [
        f"{i},X,{y},{v},亿元,,,,"
        for i, v in (("gdp", 228), ("exports", 45))
        for y in (2018, 2019, 2020, 2021)
    ]
    gaps = [row for row in whole if ",2019," not in row and ",2020," not in row]
    plans = [
        own(tmp_path / n, t, rows, about=ABOUT.replace("[2018, 2019, 2020]", y))
        for n, t, y in (("a", whole, "[2018, 2019, 2020, 2021]"), ("b", gaps, "[2018, 2021]"))
    ]
    every, some = (simulate(p).table().set_index(["indicator_id", "year"])["odds"] for p in plans)
    assert list(some.index) == [(i, y) for i in ("gdp", "exports") for y in (2018, 2021)]
    # Other draws, so equal up to their number.
    assert some.to_numpy() == pytest.approx(every[some.index].to_numpy(), abs=0.005)
    # What the simulation says of one year alone is what the drivers say.
    assert some["gdp", 2021] == pytest.approx(float(drivers(plans[1], "gdp").odds()), abs=0.005)


def test_a_series_without_a_last_target_is_passed_over(tmp_path):
    targets = [*GDP, "exports,X,2018,45,亿元,,,,"]
    plan = own(tmp_path, targets, ["gdp,2016,204.72,亿元,level,", "exports,2016,41,亿元,level,"])
    assert level_series(plan) == ["gdp"]
    with pytest.raises(
        ValueError, match="'exports' has no target for 2020, so there is no path to draw"
    ):
        path_chart(plan, "exports")
    for story in plan.scenarios().values():
        assert story.odds()["indicator_id"].tolist() == ["gdp"]
    # Its earlier target has odds all the same.
    assert (
        plan.verdicts()
        .table()
        .set_index(["indicator_id", "year"])["probability"]
        .notna()["exports", 2018]
    )


def test_a_year_that_is_known_is_not_forecast(tmp_path):
    rows = ["gdp,2017,210,亿元,level,", "gdp,2018,230,亿元,level,", "gdp,2019,240,亿元,level,"]
    plan = own(tmp_path, GDP, rows)
    assert plan.as_of == date(2020, 3, 31), (
        "seen from the day on which the last own figure was known"
    )
    table = plan.verdicts().table()
    assert table["probability"].tolist()[:2] == [1.0, 0.0] and table["resolution"].tolist() == [
        "met",
        "missed",
        "open",
    ]
    assert table["q10"].tolist()[:2] == table["q90"].tolist()[:2] == [230, 240]
    assert forecast(plan, "gdp").growth.keys() == {2020}
    assert (
        table["basis"].tolist()[:2] == ["known figure"] * 2
        and table["basis"].iloc[2] != "known figure"
    )
    assert swings(plan, "gdp").rows.query("kind == 'growth'")["year"].tolist() == [2020]
    # Seen from an earlier day the same plan knows less.
    assert 0 < plan.verdicts(as_of="2018-10-30").table()["probability_implied"][0] < 1
    found = simulate(plan, draws=2000).table().set_index("year")["odds"]
    assert found[2018] == 1 and 0 < found[2020] < 1


def test_growth_is_judged_by_growth_of_its_kind(tmp_path):
    rows = [
        f"{i},X,{y},7,%,growth,,,"
        for i in ("gdp_growth", "budget_revenue_growth", "industrial_value_added_growth")
        for y in (2018, 2020)
    ]
    plan = own(tmp_path, rows)
    classes = [reference.class_of(plan, i) for i in plan.series()]
    assert [c and c.indicator_id for c in classes] == ["gdp_real", "budget_revenue", None]
    final = plan.verdicts().final().set_index("indicator_id")
    assert final["evidence"].tolist() == ["D", "D", "N"] and final[
        "probability"
    ].isna().tolist() == [False, False, True]
    shown, note = standin.with_levels(plan)
    assert (
        shown.id == "zhenan"
        and note.startswith("**What follows is about ")
        and "not about Test zone**, whose plan has no level target" in note
    )
    assert standin.with_odds(plan) == (plan, "")
    assert standin.with_average(plan)[0].id == "zhenan"
    with pytest.raises(ValueError, match="no open level target"):
        leading(plan)


def test_the_steps_of_evidence_are_worked_out(tmp_path):
    targets = [
        *GDP,
        "budget_revenue,B,2020,20,亿元,,,,15",
        "budget_revenue,B,2018,15,亿元,,,,",
        "park_tax,T,2020,5,亿元,,,,",
        "trade_total,F,2020,104,亿元,,,,",
    ]
    seen = [f"gdp,{y},{170 + 9 * n},亿元,level," for n, y in enumerate(range(2012, 2017))]
    plan = own(tmp_path, targets, [*seen, "budget_revenue,2016,11.3,亿元,level,"])
    steps = {i: graded(plan, i, list(filter(None, [forecast(plan, i)]))) for i in plan.series()}
    assert {i: s for i, (s, _) in steps.items()} == {
        "gdp": "A",
        "budget_revenue": "B",
        "park_tax": "N",
        "trade_total": "N",
    }
    assert "no reference class for T; name one under classes" in steps["park_tax"][1]
    assert steps["trade_total"][1] == "zone figure for 2017: F"
    assert steps["gdp"][1] == "zone figure after 2016: GDP"


def test_a_plan_may_name_a_class_for_an_indicator_of_its_own(tmp_path):
    targets = ["park_tax,T,2018,15,亿元,,,,", "park_tax,T,2020,20,亿元,,,,15"]
    about = ABOUT + "classes: {park_tax: [prefecture, coastal_provinces, budget_revenue]}\n"
    named = own(tmp_path, targets, about=about)
    usual = own(tmp_path, [t.replace("park_tax", "budget_revenue") for t in targets])
    odds = [p.verdicts().final()["probability"].iloc[0] for p in (named, usual)]
    assert (
        odds[0] == odds[1]
        and forecast(named, "park_tax").is_proxy
        and not forecast(usual, "budget_revenue").is_proxy
    )


@pytest.mark.parametrize(
    "rows, seen, regions",
    [
        # 0.4 and 2.5 times the shipped zone's 204.72 亿元 are 81.9 and 511.8.
        (GDP, [], ("county", "coastal_size_matched")),
        (GDP, ["gdp,2017,82,亿元,level,"], ("county", "coastal_size_matched")),
        (GDP, ["gdp,2017,81,亿元,level,"], ("county", "coastal_provinces")),
        (GDP, ["gdp,2017,512,亿元,level,"], ("county", "coastal_size_matched")),
        (
            GDP,
            ["gdp,2015,90,亿元,level,", "gdp,2017,513,亿元,level,"],
            ("prefecture", "coastal_provinces"),
        ),
        (["gdp,GDP,2020,5200000,万元,,,,"], [], ("prefecture", "coastal_provinces")),
        (["gdp,GDP,2020,,亿元,flow,,,"], [], ("county", "coastal_provinces")),
        (["gdp,GDP,2020,7,%,growth,,,"], [], ("county", "coastal_provinces")),
        (["budget_revenue,B,2020,20,亿元,,,,"], [], ("county", "coastal_provinces")),
    ],
)
def test_counties_stand_in_for_a_zone_of_their_size_only(rows, seen, regions, tmp_path):
    series = [
        "secondary_value_added,V,2020,90,亿元,,,,",
        "trade_total,T,2020,90,亿元,,,,",
        "fdi_actual,F,2020,3,亿美元,,,,",
    ]
    plan = own(tmp_path, [*rows, *series], seen)
    classes = {i: reference.class_of(plan, i) for i in plan.series()}
    assert (
        classes["secondary_value_added"].level,
        classes["secondary_value_added"].name,
    ) == regions
    # No prefecture's exports are at hand.
    exports = classes["trade_total"]
    assert (exports.level, exports.name, exports.is_proxy) == (
        "county",
        "coastal_provinces" if regions[0] == "prefecture" else regions[1],
        True,
    )
    assert classes["fdi_actual"] is reference.CLASSES["fdi_actual"], "prefectures of any size"
    assert all(len(reference.windows(c, 1, date(2018, 10, 30))) > 5 for c in classes.values() if c)
    if regions != ("county", "coastal_size_matched"):
        assert classes["secondary_value_added"].label == "secondary value added of coastal " + (
            "prefectures" if regions[0] == "prefecture" else "counties"
        )


def test_size_is_what_was_seen_last_or_else_promised_first(tmp_path, plan):
    assert reference.gdp_of(own(tmp_path, GDP)) == 228
    assert (
        reference.gdp_of(
            own(tmp_path, GDP, ["gdp,2016,204,亿元,level,", "gdp,2017,211,亿元,level,"])
        )
        == 211
    )
    assert reference.gdp_of(own(tmp_path, ["gdp,GDP,2020,5200000,万元,,,,"])) == 520
    assert reference.gdp_of(own(tmp_path, ["gdp,GDP,2020,7,%,growth,,,"])) is None
    assert reference.gdp_of(plan) == 204.72


def test_an_old_record_of_similar_regions_is_told(tmp_path, plan, capsys):
    assert reference.record_ends(plan) == 2016 == plan.years[0] - reference.OLD, (
        "known on 30 October 2018"
    )
    assert reference.record_ends(own(tmp_path, ["park_tax,T,2020,5,亿元,,,,"])) is None
    late = own(
        tmp_path,
        [
            "gdp,GDP,2024,228,亿元,,,,",
            "gdp,GDP,2025,270,亿元,,,,9",
            "fdi_actual,F,2025,3,亿美元,,,,",
        ],
        about=ABOUT.replace("2018-10-30", "2024-03-31").replace(
            "[2018, 2019, 2020]", "[2024, 2025]"
        ),
    )
    # Growth of counties is printed to 2018, that of foreign investment to 2021.
    assert reference.record_ends(late) == 2018
    text = prose.brief_markdown(late, late.verdicts(), [])
    assert "on record only to 2018, 6 years before the first target" in text
    assert "on record only" not in prose.brief_markdown(plan, plan.verdicts(), [])
    code, said = said_by_check(late.folder, capsys)
    assert code == 0 and "Mind: growth of similar regions is on record only to 2018" in said


def test_the_paper_speaks_of_the_bases_and_figures_that_there_are(tmp_path, plan):
    both = prose.brief_markdown(plan, plan.verdicts(), [])
    assert (
        "Two bases are always tried" in both
        and "value that the plan itself implies" in both
        and "Public figures support" in both
    )
    mine = own(tmp_path, [row.removesuffix("9") for row in GDP], ["gdp,2017,211,亿元,level,"])
    one = prose.brief_markdown(mine, mine.verdicts(), [])
    assert (
        "Each level starts from the last observed value" in one
        and "The figures at hand support" in one
    )
    assert not re.search("two possible base years|Two bases|implies,|public value|在地", one)


def test_new_cases_of_a_year_follow_the_year_before(tmp_path):
    """Gamma-Poisson by hand: after 2 cases the next count is negative binomial with 2.5 and 1/2; P(0) = 0.5^2.5."""
    plan = own(
        tmp_path,
        ["new_firms,N,2018,1,家,,,,"],
        ["new_firms,2017,2,家,count,"],
        about=ABOUT + "yearly_counts: [new_firms]\n",
    )
    assert plan.verdicts().table()["probability"].tolist() == [pytest.approx(1 - 0.5**2.5)]


def test_a_count_among_the_targets_hides_none_of_those_that_follow(tmp_path):
    targets = ["new_firms,N,2018,1,家,,,,", "new_firms,N,2020,3,家,,,,", *GDP]
    plan = own(
        tmp_path,
        targets,
        ["new_firms,2017,2,家,count,"],
        about=ABOUT + "yearly_counts: [new_firms]\n",
    )
    assert plan.verdicts().assessable()["indicator_id"].tolist() == ["new_firms", "gdp"]
    assert one_page(plan)["indicator_id"].tolist() == ["gdp"]


def test_private_figures_change_grades_and_verdicts_at_once(tmp_path, plan):
    folder = Path(shutil.copytree(plan.folder, tmp_path / "mine"))
    same = load_plan(folder).verdicts().table()
    assert (
        same.drop(columns="own").equals(plan.verdicts().table().drop(columns="own"))
        and not same["own"].any()
    )
    with (folder / "observations.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("own-1,zone,gdp,2017,full_year,209,亿元,level,,2018-03-31,P,own,\n")
        file.write(
            "own-2,zone,fiscal_revenue_total,2017,full_year,23,亿元,level,,2018-03-31,P,own,\n"
        )
    mine = load_plan(folder).verdicts().final().set_index("indicator_id")
    before = plan.verdicts().final().set_index("indicator_id")
    assert mine.index[mine["own"]].tolist() == ["gdp", "fiscal_revenue_total"]
    assert np.isnan(before.loc["gdp", "probability"]) and mine.loc["gdp", "probability"] > 0
    assert mine.loc["fiscal_revenue_total", "probability_observed"] > 0 and np.isnan(
        before.loc["fiscal_revenue_total", "probability_observed"]
    )
    # Where two figures stand for one year, the private one is used.
    with (folder / "observations.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("own-3,zone,gdp,2016,full_year,190,亿元,level,,2017-03-31,P,own,\n")
    assert load_plan(folder).levels("gdp").set_index("year").loc[2016, "value"] == 190


def test_a_plan_without_scenarios_has_the_usual_ones(tmp_path):
    plan = own(tmp_path, GDP)
    stories = scenarios(plan)
    assert tuple(stories) == USUAL
    assert stories["baseline"].odds()["change"].tolist() == [0]
    assert stories["trade_slump"].odds()["change"].iloc[0] < 0
    assert stories["trade_slump"].table()["year"].tolist() == [2018, 2019, 2020]
    # Nothing is printed, so nothing can grow as printed.
    assert "plan_as_printed" not in scenarios(own(tmp_path, [row.removesuffix("9") for row in GDP]))


# Charts and notebooks --------------------------------------------------------------------------------------------


def test_of_the_shipped_plan_nothing_is_left_out(plan):
    charts, reasons = drawn(plan)
    assert reasons == [] and len(charts) > 25


def test_what_cannot_be_drawn_is_left_out_with_its_reason(china, tmp_path, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_PLAN", str(CHINA))
    charts, reasons = drawn(china)
    assert {"odds_2020", "hits_china", "reliability_classes"} <= {c.id for c in charts}
    assert any(r.startswith("The plan prints no average growth of GDP") for r in reasons) and all(
        c.problems() == [] for c in charts
    )
    monkeypatch.setenv("ZONEPLAN_PLAN", str(plan_folder(tmp_path, GDP)))
    made = [c.id for c in figures(load_plan())]
    assert {"path_gdp", "swings_gdp", "needed_growth", "reference_percentile"} <= set(made) and len(
        made
    ) == len(set(made))


def test_names_in_one_language_stand_in_charts_of_both(tmp_path, monkeypatch):
    folder = plan_folder(tmp_path, GDP)
    chart = load_plan(folder).verdicts().plot("zh")
    assert "Test" in chart.alt and any(
        "English words in a Chinese chart: Test, zone" in p for p in chart.problems()
    )
    # Of the plan in force they are names, not words that nobody has translated.
    monkeypatch.setenv("ZONEPLAN_PLAN", str(folder))
    assert chart.problems() == []
    charts, reasons = drawn(load_plan(), "zh")
    assert {"odds_2020", "path_gdp", "needed_growth"} <= {c.id for c in charts} and not [
        r for r in reasons if "English words" in r
    ]


def test_a_name_that_no_chart_can_hold_leaves_its_charts_out(tmp_path, monkeypatch):
    name = " ".join(["Value added that is not above scale"] * 6)
    monkeypatch.setenv(
        "ZONEPLAN_PLAN",
        str(
            plan_folder(
                tmp_path, [*GDP, *(row.replace("gdp,GDP", f"exports,{name}") for row in GDP)]
            )
        ),
    )
    charts, reasons = drawn(load_plan())
    left = [r for r in reasons if r.startswith("chart ")]
    assert left and all(re.match(r"chart \w+: ", r) for r in left)
    assert "plan_audit" in {c.id for c in charts} and all(c.problems() == [] for c in charts)


@pytest.mark.parametrize("stem", ["00", "01", "02", "03", "04", "05", "06"])
def test_notebooks_run_on_a_plan_of_ones_own(stem, tmp_path):
    targets = [
        *GDP,
        "budget_revenue,Budget revenue,2018,15,亿元,,,,",
        "budget_revenue,Budget revenue,2020,20,亿元,,,,15",
        "park_tax,Park tax,2020,5,亿元,,,,",
    ]
    folder = plan_folder(
        tmp_path,
        targets,
        [
            "gdp,2016,204,亿元,level,",
            "gdp,2017,211,亿元,level,",
            "budget_revenue,2017,13,亿元,level,",
        ],
    )
    path = next(p for p in notebooks.paths() if p.stem.startswith(stem))
    assert "Test zone" in str(notebooks.run(path, {"ZONEPLAN_PLAN": str(folder)}).cells)


@pytest.mark.parametrize("stem", ["03", "06"])
def test_notebooks_run_on_a_plan_of_growth_alone(stem):
    path = next(p for p in notebooks.paths() if p.stem.startswith(stem))
    run = str(notebooks.run(path, {"ZONEPLAN_PLAN": str(CHINA)}).cells)
    # Levels are shown on the shipped plan, and the page says whose they are.
    assert ("Zhenan agglomeration area" in run) == (stem == "06")


# The second real plan --------------------------------------------------------------------------------------------


def test_every_target_of_china_is_a_row_of_the_ledger(china):
    ledger = pd.read_csv(tables.data_dir() / "sourced" / "growth_targets.csv", dtype=str).set_index(
        "row_id"
    )
    rows = china.targets
    for row in rows.itertuples():
        printed = ledger.loc[row.locator]
        assert (printed["entity_id"], printed["indicator_id"], int(printed["year"])) == (
            "china",
            "gdp",
            row.year,
        )
        assert float(printed["value"]) == row.value and printed["source_id"] == row.source_id
    assert len(rows) == rows["year"].nunique() == 16
    assert rows.set_index("year").loc[[2016, 2019], "value_high"].tolist() == [7, 6.5]


def test_the_score_of_china_is_what_its_rows_make(china):
    found = hits(china)
    rows = found.table().set_index("year")
    assert rows.index.tolist() == [*range(2008, 2020), 2021], (
        "2007 is too early for a class, 2020 had no target"
    )
    assert rows.loc[2014, ["target", "outcome", "met"]].tolist() == [7.5, 7.4, False]
    assert rows.index[~rows["met"]].tolist() == [2014, 2015]
    assert rows.loc[2009, "outcome"] == 8.7, "as first released; 9.4 was said later"
    s = found.summary().iloc[0]
    assert s["brier"] == pytest.approx(
        sum((p - m) ** 2 for p, m in zip(rows["odds"], rows["met"], strict=True)) / 13
    )
    assert s["skill"] == pytest.approx(1 - s["brier"] / 0.25) and s["brier_share"] == pytest.approx(
        11 / 13 * 2 / 13
    )
    assert found.calibration()["cases"].sum() == 13


def test_an_outcome_is_what_was_published_first(tmp_path):
    plan = own(tmp_path, GDP)
    seen = own(tmp_path, GDP, ["gdp,2018,230,亿元,level,2020-06-30"]).all_observations
    both = pd.concat(
        [seen, seen.assign(value=225.0, known_from=pd.Timestamp("2019-02-01"))], ignore_index=True
    )
    found = hits(replace(plan, all_observations=both)).table()
    assert found[["year", "outcome", "met"]].to_numpy().tolist() == [[2018, 225, False]]
    # What was known when the plan was adopted is no case.
    early = both.assign(known_from=pd.Timestamp("2018-10-01"))
    with pytest.raises(ValueError, match="no promise"):
        hits(replace(plan, all_observations=early))


def test_odds_of_a_year_know_nothing_of_it(china):
    row = hits(china).table().set_index("year").loc[2015]
    early = china.seen_from("2015-03-31")
    assert (
        row["odds"] == forecast(early, "gdp").odds(2015, 7)
        and 2015 not in early.growths("gdp")["year"].tolist()
    )
    # Whatever is published later moves nothing.
    moved = china.all_observations.assign(
        value=lambda r: r["value"].where(r["known_from"] < "2015-03-31", 99.0)
    )
    again = hits(replace(china, all_observations=moved)).table().set_index("year").loc[2015]
    assert again["odds"] == row["odds"] and again["outcome"] == 99


def test_brier_score_and_calibration_by_hand(china):
    rows = pd.DataFrame(
        {
            "odds": [0.2, 0.5, 0.9, 0.8],
            "met": [False, True, True, False],
            "right": [True, False, True, False],
        }
    )
    made = Hits(china, rows)
    s = made.summary().iloc[0]
    # (0.04 + 0.25 + 0.01 + 0.64) / 4
    assert (
        s["brier"] == pytest.approx(0.235) and s["skill"] == pytest.approx(0.06) and s["right"] == 2
    )
    assert made.calibration()[["cases", "odds", "met"]].to_numpy().tolist() == [
        [1, 0.2, 0],
        [1, 0.5, 1],
        [2, pytest.approx(0.85), 0.5],
    ]


def test_a_plan_without_outcomes_has_no_score(plan):
    with pytest.raises(ValueError, match="no promise of the Zhenan zone has both"):
        hits(plan)


def test_outcomes_settle_the_promises_of_a_plan_without_a_table_of_them(china):
    found = resolutions(china).table().set_index("year")
    assert (
        found.loc[2014, "resolution"] == "missed"
        and found.loc[2018, "resolution"] == "met"
        and 2022 not in found.index
    )


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_score_is_told_and_drawn_in_both_languages(china, lang, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_PLAN", str(CHINA))
    found = hits(china)
    assert "13" in found.answer(lang) and "0.182" in found.answer(lang)
    assert found.plot(lang).problems() == []
