"""The eleven tasks of a trial with economists: each takes at most three steps.

A step is a command in a terminal, a line of Python, or a row typed into a file.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image

import zoneplan as zp
from zoneplan import cli


class Steps:
    """Counts what a reader does."""

    def __init__(self, capsys):
        self.capsys, self.taken = capsys, 0

    def command(self, *words: object) -> str:
        """One command; what it printed."""
        self.taken += 1
        self.capsys.readouterr()
        assert cli.main([str(w) for w in words]) == 0, self.capsys.readouterr().err
        return self.capsys.readouterr().out

    def python(self, made):
        """One line of Python, which has been evaluated."""
        self.taken += 1
        return made

    def type_row(self, file: Path, **cells: object) -> None:
        """One row at the end of a table."""
        self.taken += 1
        columns = pd.read_csv(file, nrows=0).columns
        row = pd.DataFrame([{c: cells.get(c, "") for c in columns}])
        row.to_csv(file, mode="a", header=False, index=False, lineterminator="\n")


@pytest.fixture
def steps(capsys):
    made = Steps(capsys)
    yield made
    assert 1 <= made.taken <= 3


@pytest.fixture
def mine(plan, tmp_path):
    """A copy of the plan, to be changed."""
    return Path(shutil.copytree(plan.folder, tmp_path / "mine"))


def chance_of(text: str, indicator: str, year: int = 2020) -> dict:
    (row,) = [r for r in json.loads(text) if (r["indicator_id"], r["year"]) == (indicator, year)
              and r["target_id"].startswith(f"{indicator}-")]  # fmt: skip
    return row


def size_of(picture: Path) -> tuple[int, int]:
    with Image.open(picture) as opened:
        return opened.size


def test_growth_of_8_and_7_percent(steps, made):
    said = json.loads(steps.command("whatif", "gdp", "--growth", "2019=8,2020=7", "--json"))
    meant = zp.Scenario(growth={"gdp": {2019: 8.0, 2020: 7.0}})
    assert said["probability"] == made.what_if(meant, "gdp").chances
    assert said["probability"] != said["headline"]


def test_a_figure_of_ones_own(steps, mine, plan, made):
    steps.command("add", "gdp", 2017, 215, "--plan", mine, "--yes")
    row = chance_of(steps.command("verdicts", "--plan", mine, "--json"), "gdp")
    now = zp.load_plan(mine).forecast().of("gdp", "observed")
    assert (now.base.year, now.base.level.mid) == (2017, 215.0)
    chance = now.probability(plan.target("gdp"))
    assert row["probability_observed"] == pytest.approx(chance)
    assert chance != made.of("gdp", "observed").probability(plan.target("gdp"))


def test_another_class(steps, plan, made):
    coast = zp.Scenario("coast", regions=("prefecture", "coastal_provinces"))
    odds = steps.python(plan.forecast(coast)["gdp"].odds(2020))
    by_hand = plan.forecast(coast).of("gdp")
    assert by_hand.class_.level == "prefecture"
    shown = odds.table()["probability_implied"].iloc[0]
    assert shown == by_hand.probability(plan.target("gdp")) != made["gdp"].odds(2020).rows[
        "probability_implied"
    ].iloc[0]  # fmt: skip


def test_a_chinese_chart_for_a_slide_with_a_title_of_ones_own(steps, made, tmp_path):
    title = "2020年地区生产总值能否达到270亿元"
    chart = steps.python(made["gdp"].plot(lang="zh", title=title, size="slide"))
    files = steps.python(chart.export(tmp_path, kinds=("png",)))
    assert chart.title == title
    assert size_of(files[0])[0] >= 1920


def test_a_chart_for_a_slide_has_the_shape_of_a_slide(made, tmp_path):
    (file,) = made["gdp"].plot(lang="zh", size="slide").export(tmp_path, kinds=("png",))
    wide, high = size_of(file)
    assert wide / high == pytest.approx(16 / 9, abs=0.02)


def test_the_zone_beside_a_peer_of_choice(steps, plan, tmp_path):
    beside = steps.python(plan.peers(hindsight=True).beside("suzhoupark", "ningbo"))
    assert list(dict.fromkeys(beside.rows["zone_id"])) == [
        "wenzhou",
        "suzhoupark",
        "ningbo",
        "china",
    ]
    chart = steps.python(beside.plot(lang="zh", size="slide"))
    (file,) = steps.python(chart.export(tmp_path, kinds=("png",)))
    wide, high = size_of(file)
    assert wide / high == pytest.approx(16 / 9, abs=0.02)


def test_chances_to_excel(steps, judged, tmp_path):
    file = tmp_path / "chances.xlsx"
    steps.python(judged.table().to_excel(file, index=False))
    sheet = openpyxl.load_workbook(file).active
    assert sheet.max_row == 1 + len(judged.rows)
    assert "probability" in [c.value for c in sheet[1]]


def test_judged_from_another_day(steps, plan):
    row = chance_of(steps.command("verdicts", "--as-of", "2019-12-31", "--json"), "gdp")
    later = plan.at("2019-12-31").forecast().odds().filter(indicator_id="gdp", year=2020)
    today = plan.forecast().odds().filter(indicator_id="gdp", year=2020)
    ends = ["probability_low", "probability_high"]
    assert [row[e] for e in ends] == pytest.approx(later.table()[ends].iloc[0].tolist())
    assert later.table()[ends].iloc[0].tolist() != today.table()[ends].iloc[0].tolist()


def test_a_new_target(steps, mine):
    new = {"indicator_id": "retail_sales", "name_zh": "社会消费品零售总额", "unit": "亿元"}
    steps.type_row(mine / "targets.csv", **new, year=2020, value=120)
    assert "valid" in steps.command("check", "--plan", mine, "--lang", "en")
    said = json.loads(steps.command("verdicts", "--plan", mine, "--json"))
    (row,) = [r for r in said if r["indicator_id"] == "retail_sales"]
    assert row["target"] == 120
    # A chance, or the figure that is missing: never silence.
    assert row["probability"] is not None or row["missing_number"]


def test_two_shocks_together(steps, plan, made):
    said = json.loads(steps.command("whatif", "gdp", "--scenario", "trade_slump+tax_cut", "--json"))
    both = made.what_if(plan.scenario("trade_slump+tax_cut"), "gdp")
    assert said["probability"] == both.chances
    assert both.probability < made.what_if(zp.Scenario(), "gdp").probability


def test_a_county_panel_of_ones_own(steps, tmp_path):
    rng = np.random.default_rng(1)
    walk = np.exp(rng.normal(0.08, 0.03, (40, 12)).cumsum(axis=1)) * 100
    wide = pd.DataFrame(walk.round(2), [f"county {n}" for n in range(40)], range(2010, 2022))
    long = wide.rename_axis("unit_id").reset_index().melt("unit_id", var_name="year")
    long.to_csv(tmp_path / "counties.csv", index=False)
    pd.DataFrame({"unit_id": ["county 3"], "year": [2022], "target": [9.0]}).to_csv(
        tmp_path / "promises.csv", index=False
    )
    out = tmp_path / "quantiles.csv"
    steps.command("forecast", tmp_path / "counties.csv", "--to", 2024, "--out", out)
    said = steps.command("odds", tmp_path / "promises.csv", "--history", tmp_path / "counties.csv")
    made = pd.read_csv(out)
    assert made["unit_id"].nunique() == 40
    assert made["year"].max() == 2024
    assert "county 3" in said


@pytest.mark.slow
def test_a_chinese_brief_with_title_organisation_logo_and_template(steps, tmp_path):
    logo, template, out = (tmp_path / n for n in ("logo.png", "house.docx", "paper"))
    Image.new("RGB", (200, 60), "navy").save(logo)
    docx.Document().save(template)
    cover = {"title": "三年行动计划目标可行性评估", "organisation": "发展研究中心"}
    options = [x for k, v in cover.items() for x in (f"--{k}", v)]
    files = ["--logo", logo, "--template", template, "--out", out]
    steps.command("brief", "--lang", "zh", "--quick", *options, *files)
    (paper,) = out.glob("*.docx")
    with zipfile.ZipFile(paper) as archive:
        text = archive.read("word/document.xml").decode("utf-8")
        assert [n for n in archive.namelist() if n.startswith("word/media/")]
    assert all(v in text for v in cover.values())


@pytest.mark.slow
def test_a_brief_judged_from_another_day(steps, tmp_path):
    steps.command("brief", "--lang", "zh", "--quick", "--as-of", "2019-12-31", "--out", tmp_path)
    (paper,) = tmp_path.glob("*.md")
    assert "2019年12月31日" in paper.read_text(encoding="utf-8")
