"""A copied plan folder, changed as its owner likes: every question of the library has an answer."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from plan_folders import ABOUT, GDP

from zoneplan import load_plan
from zoneplan.result import Result

SCENARIO = {
    "id": "mine",
    "title_en": "Mine",
    "title_zh": "自拟",
    "text_en": "It grows.",
    "text_zh": "增长。",
    "growth": [{"indicators": ["gdp"], "years": [2019, 2020], "points": 40}],
}


@pytest.fixture
def copy(plan, tmp_path):
    """A copy of the shipped folder, and ways to change it."""
    folder = Path(shutil.copytree(plan.folder, tmp_path / "copy"))

    def change(name: str, by) -> None:
        file = folder / name
        file.write_text(by(file.read_text(encoding="utf-8")), encoding="utf-8")

    return folder, change


def answers(plan, *series: str) -> dict[str, Result]:
    """Every question of a plan and of its forecasts, of each series and under each scenario."""
    made = plan.forecast()
    found = {
        name: getattr(plan, name)()
        for name in ("history", "audit", "outcomes", "track_record", "story_check")
    }
    verbs = "odds unassessable joint scorecard needed_growth missing_numbers aims"
    found |= {name: getattr(made, name)() for name in verbs.split()}
    for i in series or made:
        for name in ("odds", "ladder", "classes", "even_chance", "early_warning", "tornado",
                     "variance_shares", "discover"):  # fmt: skip
            found[f"{i}.{name}"] = getattr(made[i], name)()
    for story in list(plan.scenarios)[-2:]:
        found[f"compare.{story}"] = plan.forecast(story).compare(made)
    return found


def sound(found: dict[str, Result]) -> None:
    """Each answer shows and says itself in both languages and cites sources that are there."""
    for name, result in found.items():
        for lang in ("en", "zh"):
            assert result.shown(lang).texts.shape[0] == len(result.rows), name
            assert result.summary(lang), name
        assert result.sources["title"].notna().all(), name
        assert (result.reason() != "") == result.rows.empty, name
        for column in result.rows.columns:
            if str(column).startswith("probability"):
                known = result.rows[column].dropna().astype(float)
                assert known.between(0, 1).all(), (name, column)


def test_the_shipped_plan_answers_everything(plan):
    sound(answers(plan, "gdp", "fixed_asset_investment", "fdi_actual", "rd_to_gdp"))


def test_another_id_changes_no_number(plan, judged, copy):
    folder, change = copy
    change("plan.yml", lambda s: s.replace("id: zhenan", "id: elsewhere"))
    other = load_plan(folder)
    assert other.id == "elsewhere"
    assert other.forecast().odds().rows.equals(judged.rows)
    assert other.sources.rows.loc["plan"].equals(plan.sources.rows.loc["plan"])


def test_the_same_id_with_other_targets_is_another_plan(judged, copy):
    folder, change = copy
    change(
        "targets.csv",
        lambda s: s.replace(
            "gdp,地区生产总值,GDP,headline,2020,2020,end,270",
            # fmt: skip
            "gdp,地区生产总值,GDP,headline,2020,2020,end,250",
        ),
    )
    other = load_plan(folder)
    assert other.target("gdp").value == 250
    chance = other.forecast().odds().lead()["probability_implied"]
    assert chance > judged.lead()["probability_implied"]
    assert other.audit().finding("average growth", "gdp") == "contradicts"


def test_half_the_targets_are_enough(copy):
    folder, _ = copy
    with (folder / "targets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [r for r in rows if r["indicator_id"] in ("budget_revenue", "private_investment")]
    for row in kept:
        row["same_as"] = ""
    with (folder / "targets.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(kept)
    for name in ("resolutions.csv", "scenarios.yml", "evidence.csv"):
        (folder / name).unlink()
    plan = load_plan(folder)
    assert set(plan.series()) == {"private_investment", "budget_revenue"}
    sound(answers(plan))


def test_scenarios_of_ones_own_beat_the_usual_ones(copy):
    folder, change = copy
    change("scenarios.yml", lambda _: yaml.safe_dump([SCENARIO], allow_unicode=True))
    plan = load_plan(folder)
    assert list(plan.scenarios) == ["mine"]
    rows = plan.forecast("mine").compare(plan.forecast()).rows.set_index("indicator_id")
    assert rows.loc["gdp", "probability"] > 0.99
    assert plan.story_check().rows["scenario"].unique().tolist() == ["mine"]
    (folder / "scenarios.yml").unlink()
    assert "trade_slump" in load_plan(folder).scenarios


@pytest.mark.parametrize("drop", ["evidence", "measures", "resolutions", "glossary", "sources"])
def test_tables_that_a_plan_may_do_without(copy, drop):
    folder, _ = copy
    (folder / f"{drop}.csv").unlink()
    plan = load_plan(folder)
    made = plan.forecast()
    # Without the table that says what is set by decision one more series has a chance.
    assert len(made.odds().assessable()) == (17 if drop == "evidence" else 16)
    assert made.scorecard().rows.empty == (drop == "measures")
    assert plan.audit().told("zh").shape[0] == len(plan.audit().rows)


@pytest.mark.parametrize(
    ("targets", "seen"),
    [
        (GDP, []),
        ([r.removesuffix("9") for r in GDP], []),
        (["gdp_growth,G,2018,7,%,growth,,,", "gdp_growth,G,2020,7,%,growth,,,"], []),
        (
            ["park_tax,T,2020,5,亿元,,,,", "new_firms,N,2019,3,家,,,,"],
            ["park_tax,2016,3,亿元,level,"],
        ),
        ([*GDP, "green_area,A,2020,12,平方公里,,about,,", "rank,R,2020,30,位,,at_most,,"], []),
        (GDP, ["gdp,2018,230,亿元,level,", "gdp,2019,251,亿元,level,", "gdp,2020,280,亿元,level,"]),
    ],
)
def test_small_plans_answer_everything(own, targets, seen):
    sound(answers(own(targets, seen)))


def test_a_plan_of_one_year(own):
    about = ABOUT.replace("[2018, 2019, 2020]", "[2019]")
    plan = own(["gdp,GDP,2019,230,亿元,,,,9"], ["gdp,2017,205,亿元,level,"], about=about)
    sound(answers(plan))
    assert plan.base_year == 2018
    assert plan.forecast().of("gdp").base.kind == "implied"


def test_a_plan_later_than_every_record(own):
    about = "id: late\nzone_en: Late\nadopted: 2028-03-31\nyears: [2028, 2029, 2030]\n"
    rows = [f"gdp,GDP,{y},{v},亿元,,,,9" for y, v in ((2028, 228), (2029, 249), (2030, 270))]
    plan = own(rows, about=about)
    sound(answers(plan))
    f = plan.forecast().of("gdp")
    assert f.paths.years == (2028, 2029, 2030)
    assert f.paths.known_to == 2018, "nobody has seen similar regions since"
    assert np.isfinite(f.draws[2030]).all()


def test_chinese_answers_in_chinese(copy):
    folder, _ = copy
    plan = load_plan(folder, lang="zh")
    assert plan.history("gdp").shown().texts.iloc[0, 0] == "地区生产总值"
    rows = plan.forecast().unassessable().rows["missing_number"]
    assert not [t for t in rows if t.isascii()]
