"""The brief is all or nothing: an earlier one stays whole until the next is finished."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import docx
import nbformat
import pypdf
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image
from plan_folders import GDP
from stand_ins import FakeChart

from zoneplan.errors import DataError
from zoneplan.report import brief, notebooks, sheets
from zoneplan.report.render import starred


def filled(folder, **texts):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def contents(folder):
    return {p.name: p.read_text() for p in folder.iterdir() if p.is_file()}


def test_install_replaces_an_earlier_brief(tmp_path):
    new, out = tmp_path / "new", tmp_path / "out"
    filled(new / "figures")
    filled(new, brief__md="new")
    filled(out / "figures", gone__png="old")
    filled(out, brief__md="old", mine__txt="mine")
    brief.install(new, out, tmp_path / "old")
    assert contents(out) == {"brief.md": "new", "mine.txt": "mine"}
    assert not (out / "figures" / "gone.png").exists()
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize("failing", ["brief.md", "zoneplan.xlsx"])
def test_install_gives_everything_back_after_an_error(failing, tmp_path, monkeypatch):
    new = filled(tmp_path / "new", brief__md="new", zoneplan__xlsx="new")
    out = filled(tmp_path / "out", brief__md="old", zoneplan__xlsx="old", brief_zh__md="old")
    rename = type(new).rename

    def fail(self, target):
        if self.parent == new and self.name == failing:
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(type(new), "rename", fail)
    with pytest.raises(OSError, match="disk full"):
        brief.install(new, out, tmp_path / "old")
    assert contents(out) == dict.fromkeys(("brief.md", "zoneplan.xlsx", "brief_zh.md"), "old")


def test_a_brief_in_one_language_leaves_none_of_another_behind(tmp_path):
    new = filled(tmp_path / "new", brief_zh__md="", brief_zh__pdf="")
    out = filled(tmp_path / "out", brief__md="", brief__docx="", zoneplan__xlsx="", mine__xlsx="")
    brief.install(new, out, tmp_path / "old")
    assert sorted(contents(out)) == ["brief_zh.md", "brief_zh.pdf", "mine.xlsx"]


def test_a_folder_with_other_work_is_refused(plan, tmp_path):
    filled(tmp_path, thesis__docx="years of work")
    with pytest.raises(DataError, match=r"thesis\.docx"):
        brief.brief(tmp_path, plan, progress=False)
    with pytest.raises(DataError, match="a file"):
        brief.brief(tmp_path / "thesis.docx", plan, progress=False)


def test_a_failing_notebook_keeps_the_earlier_brief(plan, tmp_path, monkeypatch):
    out, bad = filled(tmp_path / "out", brief__md="old"), filled(tmp_path / "notebooks")
    cells = [new_markdown_cell("# Is it?\n\n## The check"), new_code_cell("assert 1 == 2, 'no'")]
    nbformat.write(new_notebook(cells=cells), bad / "01_bad.ipynb")
    monkeypatch.setattr(notebooks, "folder", lambda: bad)
    with pytest.raises(DataError, match=r"01_bad\.ipynb:cell \[1\] under 'The check'.*not so: no"):
        brief.brief(out, plan, progress=False)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert contents(out) == {"brief.md": "old"}


@pytest.fixture
def small(own, monkeypatch, tmp_path):
    """A plan of one series, no chart and one notebook: a brief of it is soon written."""
    books = filled(tmp_path / "notebooks")
    cell = new_code_cell("import os\nprint(os.environ['ZONEPLAN_PLAN'])")
    cells = [new_markdown_cell("# Is it?"), cell]
    nbformat.write(new_notebook(cells=cells), books / "00_index.ipynb")
    monkeypatch.setattr(notebooks, "folder", lambda: books)
    stories = SimpleNamespace(drawn=lambda plan, lang, place=None: ([], ["chart x: no figure"]))
    monkeypatch.setitem(sys.modules, "zoneplan.charts.stories", stories)
    return own(GDP, ["gdp,2016,204.7,亿元,level,2017-11-01"])


def here(plan, runs, work, langs, notebooks_at, options, tell):
    """As ``write_reports``, in this process, where a stand-in for the charts is known."""
    from zoneplan.report.pages import notebook_pages

    work.mkdir()
    notebook_pages(runs, work / "html", langs)
    return brief.write_language(plan, langs[0], work, runs, notebooks_at, [], options, tell)


def test_a_whole_brief_in_one_language(small, tmp_path, monkeypatch, capsys):
    out = tmp_path / "out"
    monkeypatch.setattr(brief, "write_reports", here)
    assert brief.brief(out, small, "en", False, title="A title of mine", author="A. Uthor") == out
    names = {"brief.md", "brief.docx", "brief.pdf", "brief.pptx", "zoneplan.xlsx"}
    names |= {"data_request.xlsx", "data_request.docx"}
    assert names <= set(p.name for p in out.iterdir())
    text = (out / "brief.md").read_text(encoding="utf-8")
    assert text.startswith('---\ntitle: "A title of mine"\n')
    assert 'author: "A. Uthor"' in text.split("---")[1]
    assert str(small.folder.resolve()) in (out / "html" / "00_index.html").read_text("utf-8")
    printed = capsys.readouterr().out
    assert starred(small.forecast().odds().lead()) in printed
    assert "Charts left out: chart x: no figure" in printed
    assert "brief.pdf" in printed


def test_seen_from_another_day_no_notebook_is_run(small, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(brief, "write_reports", here)
    monkeypatch.setattr(notebooks, "run_all", lambda **_: pytest.fail("a notebook was run"))
    brief.brief(tmp_path / "out", small.at("2018-12-31"), "en", False)
    page = (tmp_path / "out" / "html" / "index.html").read_text("utf-8")
    assert "31 December 2018" in page
    assert "00_index" not in page


def test_a_quick_brief_is_the_paper_alone_beside_the_reports(small, monkeypatch, capsys):
    monkeypatch.setattr(notebooks, "run_all", lambda **_: pytest.fail("a notebook was run"))
    out = brief.brief(None, small, progress=False, quick=True)
    assert out == brief.reports_dir(small) / "quick"
    assert {p.name for p in out.iterdir()} == {"brief.md", "brief.docx", "brief.pdf"}
    first = {p.name: p.read_bytes() for p in out.iterdir()}
    brief.brief(None, small, progress=False, quick=True)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == first


def test_logo_and_template_show_in_the_paper(small, tmp_path, monkeypatch, capsys):
    logo, template = tmp_path / "logo.png", tmp_path / "mine.docx"
    Image.new("RGB", (40, 20), "red").save(logo)
    house = docx.Document()
    house.styles["Title"].font.name = "Georgia"
    house.save(template)
    out = tmp_path / "quick"
    brief.brief(out, small, "en", False, logo=logo, template=template, quick=True)
    made = docx.Document(str(out / "brief.docx"))
    assert made.styles["Title"].font.name == "Georgia"
    assert len(made.inline_shapes) == 1
    assert any(page.images for page in pypdf.PdfReader(out / "brief.pdf").pages)


def test_what_is_no_logo_and_no_template_is_refused_before_any_work(plan, tmp_path):
    filled(tmp_path, logo__txt="", mine__docx="no archive")
    wrong = {"logo": tmp_path / "logo.txt", "template": tmp_path / "mine.docx"}
    with pytest.raises(DataError) as refused:
        brief.brief(tmp_path / "out", plan, progress=False, **wrong)
    assert [problem.found for problem in refused.value.problems] == ["no picture", "no Word file"]
    assert not (tmp_path / "out").exists()


def test_reports_of_a_user_plan_stand_in_its_folder(plan, tmp_path):
    from dataclasses import replace

    assert brief.reports_dir(plan).name == "reports"
    assert brief.reports_dir(replace(plan, folder=tmp_path)) == tmp_path / "reports"


def test_two_charts_of_one_name_are_an_error(tmp_path):
    with pytest.raises(ValueError, match="two charts are called gdp"):
        brief.write_figures([FakeChart("gdp"), FakeChart("gdp")], tmp_path)


def test_every_chart_file_twice_is_the_same(plan, tmp_path):
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        brief.write_figures([plan.ratios().plot(), plan.promise_record().plot()], folder)
    made = [{p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders]
    assert made[0] == made[1]
    assert len(made[0]) == 2


def test_summary_gives_odds_or_says_how_many_have_none(plan):
    judged = plan.forecast().odds()
    text = brief.summary(judged.final())
    assert all(name in text for name in judged.assessable()["name_en"])
    left = len(judged.final()) - len(judged.assessable())
    assert f"{left} of 22 series cannot be assessed" in text
    # Aim and range in one unit: 266.8 亿元 are CNY 26.7 billion.
    gdp = next(line for line in text.splitlines() if line.split()[:2] == ["GDP", "2020"])
    range_ = [f"{judged.lead()[q] / 10:.1f}" for q in ("q10", "q50", "q90")]
    assert gdp.split()[2:8] == ["CNY", "27", "billion", *range_]


def test_the_sheets_hold_what_the_reports_rest_on(plan):
    made = {name: frame for name, _, frame in sheets.sheets(plan.forecast(), ["zjyb", "cityyb"])}
    assert list(made["sources"]["source_id"]) == ["zjyb", "cityyb"]
    assert len(made["verdicts"]) == len(plan.forecast().odds().rows)
    assumed = made["assumptions"].set_index(["kind", "indicator_id"])
    assert list(assumed.columns) == [c for c in sheets.COLUMNS if c not in ("kind", "indicator_id")]
    # 228 over one plus 9 percent, with both roundings.
    base = assumed.loc[("base", "gdp")].iloc[0]
    assert (base["year"], round(base["value"], 2)) == (2017, 209.17)
    assert base["low"] < base["value"] < base["high"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_scenario_is_among_the_assumptions(plan, lang):
    rows = sheets.assumptions(plan, lang)
    titles = {s.said("title", lang) for s in plan.scenarios.values()}
    assert titles <= set(rows["name"])
    sized = sum(len(s.rows) for s in plan.scenarios.values())
    assert rows["expected"].notna().sum() == sized
