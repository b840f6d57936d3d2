"""The brief's files: equal bytes for equal input, nothing lost on failure, pictures that explain themselves."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pypdf
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zoneplan.errors import DataError
from zoneplan.messages import LANGS, words
from zoneplan.report import brief, notebooks, paper, prose, workbook

DAY = date(2018, 10, 30)
MARKDOWN = """\
---
title: "Will it be met?"
lang: en
---

# 答案 first

Below \\<1 %.

![Figure 1. GDP 地区生产总值](figures/gdp.png){alt="GDP rises from 1 to 3, \\\\ and more" width=16cm}

| Target | Odds |
|:--------------------------------------------------------|---------------------------------------:|
| GDP 地区生产总值 | \\<1 % |
"""


@dataclass(frozen=True)
class FakeChart:
    """Stands in for a chart: the same names, a plain drawing."""

    id: str
    title: str = "GDP rises to 3"
    subtitle: str = "GDP, the zone, CNY 100 million, 2016-2018"
    source: str = "Source: s1, s2"
    alt: str = "GDP rises from 1 to 3"
    lang: str = "en"

    @property
    def data(self) -> pd.DataFrame:
        values = {"year": [2016, 2017], "value": [1.0, float("nan")], "note": ["=1+1", "温州"]}
        return pd.DataFrame({**values, "source_id": ["s1", "s1;s2"]})

    def table(self) -> pd.DataFrame:
        return self.data

    def export(self, folder: Path, **_) -> list[Path]:
        from matplotlib.figure import Figure

        drawing = Figure(figsize=(4, 2))
        drawing.subplots().plot([1, 2, 3])
        files = [folder / f"{self.id}.{kind}" for kind in ("png", "svg")]
        for file in files:
            drawing.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
        return files


@pytest.fixture
def pictures(tmp_path):
    (tmp_path / "figures").mkdir()
    FakeChart("gdp").export(tmp_path / "figures")
    return tmp_path


def test_word_twice_is_the_same_file(pictures):
    first = paper.word(MARKDOWN, pictures, "a", DAY).read_bytes()
    assert paper.word(MARKDOWN, pictures, "b", DAY).read_bytes() == first


def test_word_keeps_alternative_text_and_chinese_fonts(pictures):
    with zipfile.ZipFile(paper.word(MARKDOWN, pictures, "a", DAY)) as archive:
        document, styles = (archive.read(f"word/{n}.xml").decode() for n in ("document", "styles"))
    assert "GDP rises from 1 to 3" in document and "地区生产总值" in document
    assert f'w:eastAsia="{paper.CHINESE}"' in styles and "Theme=" not in "".join(
        re.findall(r"<w:rFonts[^>]*>", styles)
    )


def test_word_lists_its_figures_and_keeps_rows_whole(pictures):
    import docx

    file = paper.word(
        MARKDOWN.replace("# 答案", "![Figure 2. \\<1 %](figures/gdp.png)\n\n# 答案"),
        pictures,
        "a",
        DAY,
    )
    read = docx.Document(file)
    listed = [p.text for p in read.paragraphs if p.style.name == "table of figures"]
    captions = [p.text for p in read.paragraphs if p.style.name == "Image Caption"]
    assert listed == captions == ["Figure 2. <1 %", "Figure 1. GDP 地区生产总值"]
    with zipfile.ZipFile(file) as archive:
        document, footer = (archive.read(f"word/{n}.xml").decode() for n in ("document", "footer1"))
    marks, links = (re.findall(rf'w:{a}="(figure_\d)"', document) for a in ("name", "anchor"))
    assert (
        marks == links
        and document.count('fldCharType="begin"') == document.count('fldCharType="end"') == 1
    )
    # Word asks before it opens a file with fields that are marked as out of date.
    assert (
        "w:dirty" not in document
        and " PAGE " in footer
        and "rIdFooter" not in re.sub(r"<w:sectPr.*", "", document, flags=re.S)
    )
    assert document.count("<w:cantSplit/>") == len(read.tables[0].rows) and document.count(
        "<w:tr>"
    ) == len(read.tables[0].rows)
    assert document.count("<w:keepNext/>") >= len(read.tables[0].columns)


def test_word_without_figures_has_no_list_of_them(pictures):
    import docx

    read = docx.Document(paper.word("# A\n\ntext\n", pictures, "a", DAY))
    assert words("en")("paper.head.figures") not in [p.text for p in read.paragraphs]


def test_a_chinese_word_file_has_chinese_quotes_and_list_of_figures(pictures):
    file = paper.word(MARKDOWN, pictures, "a", DAY, "zh")
    with zipfile.ZipFile(file) as archive:
        document, styles = (archive.read(f"word/{n}.xml").decode() for n in ("document", "styles"))
    assert words("zh")("paper.head.figures") in document
    fonts = re.findall(r"<w:rFonts[^>]*>", styles)
    assert fonts and all('w:hint="eastAsia"' in f for f in fonts)


def test_pdf_twice_is_the_same_file(pictures):
    first = paper.pdf(
        MARKDOWN, pictures, pictures / "a.pdf", DAY, "Will it be met?", "温州"
    ).read_bytes()
    assert (
        paper.pdf(
            MARKDOWN, pictures, pictures / "b.pdf", DAY, "Will it be met?", "温州"
        ).read_bytes()
        == first
    )


def test_pdf_text_and_alternative_text(pictures):
    reader = pypdf.PdfReader(
        paper.pdf(MARKDOWN, pictures, pictures / "a.pdf", DAY, "Will it be met?", "温州")
    )
    text = "".join(page.extract_text() for page in reader.pages)
    assert "答案" in text and "<1 %" in text and "地区生产总值" in text
    raw = (pictures / "a.pdf").read_bytes()
    assert b"/Figure" in raw or b"StructTreeRoot" in raw
    assert reader.metadata.title == "Will it be met?"


def test_pdf_fails_on_an_unknown_font(pictures, monkeypatch):
    monkeypatch.setattr(paper, "PDF_FONT", "No Such Font")
    with pytest.raises(paper.RenderError, match="(?i)unknown font"):
        paper.pdf(MARKDOWN, pictures, pictures / "a.pdf", DAY, "t", "s")
    assert not (pictures / "a.pdf").exists()


def executed(output):
    cells = [
        new_markdown_cell("# Is it so?"),
        new_code_cell("show()", execution_count=1, outputs=[output]),
    ]
    return new_notebook(cells=cells)


def test_page_needs_no_network():
    page = paper.page(executed(new_output("stream", text="温州")), "Is it so?")
    assert "温州" in page and paper.fetched(page) == [] and "<script" not in page


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://a.org/x.js"></script>',
        "<img src=//a.org/x.png>",
        '<link rel="stylesheet" href="http://a.org/x.css">',
        "<style>@import url('https://a.org/f.css')</style>",
        "<style>b { src: url(https://a.org/f.woff) }</style>",
        "<script type='module'>import x from 'https://a.org/x.mjs';</script>",
    ],
)
def test_leaks_are_found(html):
    assert paper.fetched(html) != []


def test_links_to_click_are_no_leaks():
    assert paper.fetched('<a href="https://a.org">x</a><img src="data:image/png;base64,aa">') == []


def test_page_with_a_leak_is_refused():
    leak = new_output("display_data", {"text/html": '<img src="https://a.org/x.png">'})
    with pytest.raises(paper.RenderError, match="a.org"):
        paper.page(executed(leak), "Is it so?")


def test_index_page_leads_to_question_answer_figure_and_notebook(pictures, plan):
    said = new_output(
        "execute_result", {"text/markdown": "1. Odds of **37 %**."}, execution_count=1
    )
    drawn = new_output(
        "execute_result",
        {"image/png": "aa", "text/plain": "Chart gdp: GDP rises to 3"},
        execution_count=2,
    )
    later = new_output("execute_result", {"text/markdown": "not the answer"}, execution_count=3)
    cells = [
        new_markdown_cell("# Is it [so]?"),
        new_markdown_cell("## The answer"),
        new_code_cell("say()", outputs=[said]),
        new_markdown_cell("## Step"),
        new_code_cell("plot()", outputs=[drawn]),
        new_code_cell("say()", outputs=[later]),
    ]
    (pictures / "notebooks").mkdir()
    (pictures / "notebooks" / "01_so.ipynb").write_text("{}")
    for name in ("brief.pdf", "brief.docx", "brief.pptx", "zoneplan.xlsx"):
        (pictures / name).write_text("")
    runs = {"01_so": new_notebook(cells=cells)}
    brief.write_pages(runs, pictures / "html")
    brief.write_index(
        plan,
        plan.verdicts(),
        runs,
        pictures / "html",
        [FakeChart("gdp"), FakeChart("other")],
        "../notebooks",
    )
    html = (pictures / "html" / "index.html").read_text(encoding="utf-8")
    assert (
        "Is it [so]?" in html
        and "Odds of <strong>37 %</strong>" in html
        and "not the answer" not in html
    )
    assert 'alt="GDP rises from 1 to 3"' in html and "other.png" not in html
    links = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert {"01_so.html", "../figures/gdp.png", "../notebooks/01_so.ipynb"} <= set(links)
    assert all((pictures / "html" / link).exists() for link in links) and "//" not in "".join(links)


def test_the_index_asks_what_the_notebooks_ask(plan):
    asked = {
        path.stem: notebooks.title(nbformat.read(path, as_version=4)) for path in notebooks.paths()
    }
    assert words("en").group("paper.question") == asked
    for name in asked:
        question, said = brief.question_and_answer(
            plan, plan.verdicts(), name, new_notebook(), "zh"
        )
        assert question == words("zh")(f"paper.question.{name}") and re.search(
            r"[\u4e00-\u9fff]{4}", said
        )


def make_workbook(path: Path) -> Path:
    charts = [
        FakeChart("gdp"),
        FakeChart("a_name_longer_than_a_sheet_name_may_be_1"),
        FakeChart("GDP"),
    ]
    tables = [
        (
            "sources",
            "where from",
            pd.DataFrame({"source_id": ["s1"], "published": [pd.Timestamp(DAY)]}),
        )
    ]
    return workbook.write_workbook(path, charts, tables, "Data", DAY)


def test_workbook_twice_is_the_same_file(tmp_path):
    assert (
        make_workbook(tmp_path / "a.xlsx").read_bytes()
        == make_workbook(tmp_path / "b.xlsx").read_bytes()
    )


def test_workbook_holds_what_is_drawn(tmp_path):
    book = openpyxl.load_workbook(make_workbook(tmp_path / "a.xlsx"))
    assert book.sheetnames[0] == "contents" and len(book.sheetnames) == 5
    sheet = book["gdp"]
    assert (
        sheet["A1"].value == "GDP rises to 3"
        and "CNY" in sheet["A2"].value
        and "s1" in sheet["A3"].value
    )
    assert [c.value for c in sheet[5]][:4] == ["year", "value", "note", "source"]
    assert [c.value for c in sheet[6]][:4] == [2016, 1, "=1+1", "s1"] and sheet[
        "C6"
    ].data_type == "s"
    assert sheet["B7"].value is None and sheet.freeze_panes == "A6"
    links = [row[0].hyperlink.location for row in book["contents"].iter_rows(min_row=4)]
    assert [x.split("'")[1] for x in links] == book.sheetnames[1:]


def test_sheet_names_fit():
    names = workbook.sheet_names(["a" * 40, "a" * 31, "x/y", "Contents"], taken=["contents"])
    assert len({n.lower() for n in names.values()}) == 4
    assert all(len(n) <= 31 and not set("[]:*?/\\") & set(n) for n in names.values())
    assert names["Contents"].lower() != "contents"


def test_install_replaces_an_earlier_brief(tmp_path):
    new, out = tmp_path / "new", tmp_path / "out"
    (new / "figures").mkdir(parents=True)
    (new / "brief.md").write_text("new")
    (out / "figures").mkdir(parents=True)
    (out / "figures" / "gone.png").write_text("old")
    (out / "brief.md").write_text("old")
    (out / "mine.txt").write_text("mine")
    brief.install(new, out, tmp_path / "old")
    assert (out / "brief.md").read_text() == "new" and (out / "mine.txt").read_text() == "mine"
    assert not (out / "figures" / "gone.png").exists() and not (tmp_path / "old").exists()


def test_install_gives_everything_back_after_an_error(tmp_path, monkeypatch):
    new, out = tmp_path / "new", tmp_path / "out"
    for folder, text in ((new, "new"), (out, "old")):
        folder.mkdir()
        for name in ("brief.md", "zoneplan.xlsx"):
            (folder / name).write_text(text)
    rename = Path.rename

    def fail(self, target):
        if self.parent == new and self.name == "zoneplan.xlsx":
            raise OSError("disk full")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="disk full"):
        brief.install(new, out, tmp_path / "old")
    assert {p.name: p.read_text() for p in out.iterdir()} == {
        "brief.md": "old",
        "zoneplan.xlsx": "old",
    }


def test_a_brief_in_one_language_leaves_none_of_another_behind(tmp_path):
    new, out = tmp_path / "new", tmp_path / "out"
    for folder, names in (
        (new, ("brief_zh.md", "brief_zh.pdf")),
        (out, ("brief.md", "brief.docx", "zoneplan.xlsx", "mine.xlsx")),
    ):
        folder.mkdir()
        for name in names:
            (folder / name).write_text(name)
    brief.install(new, out, tmp_path / "old")
    assert sorted(p.name for p in out.iterdir()) == ["brief_zh.md", "brief_zh.pdf", "mine.xlsx"]


def test_a_folder_with_other_work_is_refused(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(DataError, match="thesis.docx"):
        brief.brief(out=tmp_path, progress=False)


def test_a_failing_notebook_keeps_the_earlier_brief(tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "brief.md").write_text("old")
    bad = tmp_path / "notebooks"
    bad.mkdir()
    cells = [
        new_markdown_cell("# Is it?\n\n## The check"),
        new_code_cell("assert 1 == 2, 'not equal'"),
    ]
    nbformat.write(new_notebook(cells=cells), bad / "01_bad.ipynb")
    monkeypatch.setattr(notebooks, "folder", lambda: bad)
    with pytest.raises(DataError) as error:
        brief.brief(out=out, progress=False)
    message = str(error.value)
    assert (
        "01_bad.ipynb" in message
        and "The check" in message
        and "AssertionError: not equal" in message
    )
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert (out / "brief.md").read_text() == "old"


def test_a_run_leaves_no_trace_of_time(tmp_path):
    cell = new_code_cell("1 + 1", metadata={"execution": {"iopub.execute_input": "2020"}})
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# Is it?"), cell]), tmp_path / "00_a.ipynb"
    )
    saved = [notebooks.save_clean(tmp_path / "00_a.ipynb").read_bytes() for _ in range(2)]
    assert saved[0] == saved[1] and b"iopub" not in saved[0] and b'"execution_count": 1' in saved[0]


def test_no_kernel_is_left_behind(tmp_path):
    import psutil

    before = {p.pid for p in psutil.Process().children(recursive=True)}
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), tmp_path / "00_a.ipynb")
    notebooks.run(tmp_path / "00_a.ipynb")
    left = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
    assert [p.cmdline() for p in left if "ipykernel_launcher" in " ".join(p.cmdline())] == []


def test_all_notebooks_are_saved_or_none(tmp_path):
    for name, source in (("00_good", "1"), ("01_bad", "1 / 0")):
        nbformat.write(new_notebook(cells=[new_code_cell(source)]), tmp_path / f"{name}.ipynb")
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(DataError, match="ZeroDivisionError"):
        notebooks.run_all(write=True, where=tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "text", ["a|b", "<1 %", "~200", "*x*", "[a](b)", "$5", "x_y_z", "#1", "a\\b", "`c`", "s@b.c"]
)
def test_markdown_shows_exactly_the_text(text):
    import pypandoc

    frame = pd.DataFrame({"x": [text], "y": ["1"]})
    plain = pypandoc.convert_text(prose.grid(frame, (50, 50)), "plain", format=paper.MARKDOWN)
    assert text in plain


@pytest.mark.parametrize("lang", LANGS)
def test_brief_markdown_answers_first_and_shows_the_chosen_charts(plan, lang):
    charts = [
        FakeChart(i)
        for i in ("plan_audit", "path_gdp", "odds_2020", "peers", "swings_gdp", "zones_mean")
    ]
    text = prose.brief_markdown(plan, plan.verdicts(), charts, lang)
    heads = re.findall(r"^# (.+)$", text, flags=re.M)
    assert heads[0] == words(lang)("paper.head.answers") and heads[-1] == words(lang)(
        "paper.head.sources"
    )
    folder = prose.figure_folder(lang)
    assert (
        all(text.count(f"{folder}/{c.id}.png") == 1 for c in charts[:-1])
        and "zones_mean" not in text
    )
    number = words(lang)("paper.front.caption", n=r"(\d+)", title="GDP rises").replace(
        "Figure (\\d+).", r"Figure (\d+)\."
    )
    assert re.findall(number, text) == [str(n) for n in range(1, len(charts))]
    assert not re.search(r"\b(nan|None|NaT|inf)\b", text)


def test_context_stands_apart_from_the_odds(plan):
    lines = prose.context(plan)
    assert any(line.startswith("Published later, and in no odds") for line in lines)
    *_, targets = prose.context_rows(plan)
    assert targets["year"].max() < plan.as_of.year
    assert set(targets["source_id"]) <= set(prose.source_table(plan, [])["source_id"])


def test_every_chart_file_twice_is_the_same(plan, tmp_path):
    from zoneplan.charts.stories import ratio_chart

    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        brief.write_figures([plan.audit().plot(), ratio_chart(plan)], folder)
    names = sorted(p.name for p in folders[0].iterdir())
    assert names == sorted(p.name for p in folders[1].iterdir()) and len(names) == 2
    assert all((folders[0] / n).read_bytes() == (folders[1] / n).read_bytes() for n in names)


def test_summary_gives_odds_or_says_how_many_have_none(plan):
    text = brief.verdict_summary(plan.verdicts().final(), short=True)
    rows = plan.verdicts().assessable()
    assert all(name in text for name in rows["name_en"])
    assert "cannot be assessed" in text
    # Aim and range in one unit: 258.7 亿元 are CNY 25.9 billion.
    gdp = next(line for line in text.splitlines() if line.split()[:2] == ["GDP", "2020"])
    assert gdp.split()[2:8] == ["CNY", "27", "billion", "21.7", "25.9", "30.7"]


def test_formulas_are_drawn_without_a_script():
    from nbformat.v4 import new_markdown_cell, new_notebook

    from zoneplan.report.paper import page

    text = "For $i$ and $t$:\n\n$$y_{it} = c_t$$\n\nAgain $i$; prices stay `a $ b`."
    html = page(new_notebook(cells=[new_markdown_cell(text)]), "title")
    assert html.count("<math") == 4 and html.count('display="block"') == 1
    assert (
        "$$" not in html and "zpformula" not in html and "a $ b" in html and "<script" not in html
    )
