"""Word and PDF: equal bytes for equal input, pictures that explain themselves, one house style."""

from __future__ import annotations

import re
import runpy
import zipfile
from datetime import date
from pathlib import Path

import docx
import pypandoc
import pypdf
import pytest

from zoneplan.messages import words
from zoneplan.report import paper
from zoneplan.report.paper import Cover

DAY = date(2018, 10, 30)
COVER = Cover("Will it be met?", "温州 *three* years")
MARKDOWN = """\
# 答案 first

Below \\<1 %.

![Figure 1. GDP 地区生产总值](figures/gdp.png){alt="GDP rises from 1 to 3, \\\\ and more" width=9cm}

| Target | Odds |
|:----------------------------------------------------|--------------------------------------:|
| GDP 地区生产总值 | \\<1 % |
"""
# The pandoc whose own files the reference files were made from.
MADE_WITH = "3.9"
TOOL = Path(__file__).resolve().parents[2] / "tools" / "reference_files.py"


def word(folder: Path, text: str = MARKDOWN, cover: Cover = COVER, lang: str = "en") -> Path:
    return paper.word(text, cover, folder, folder / "a.docx", DAY, lang)


def pdf(folder: Path, cover: Cover = COVER) -> Path:
    return paper.pdf(MARKDOWN, cover, folder, folder / "a.pdf", DAY)


def parts(file: Path, *names: str) -> list[str]:
    with zipfile.ZipFile(file) as archive:
        return [archive.read(f"word/{n}.xml").decode() for n in names]


def test_word_twice_is_the_same_file(pictures):
    assert word(pictures).read_bytes() == word(pictures).read_bytes()


def test_word_keeps_alternative_text_and_chinese_fonts(pictures):
    document, styles = parts(word(pictures), "document", "styles")
    assert "GDP rises from 1 to 3" in document
    assert "地区生产总值" in document
    fonts = re.findall(r"<w:rFonts[^>]*>", styles)
    assert fonts
    assert all('w:eastAsia="Microsoft YaHei"' in f and "Theme" not in f for f in fonts)


def test_word_lists_its_figures_as_a_field_that_is_filled_in(pictures):
    file = word(
        pictures, MARKDOWN.replace("# 答案", "![Figure 2. \\<1 %](figures/gdp.png)\n\n# 答案")
    )
    read = docx.Document(str(file))
    listed = [p.text for p in read.paragraphs if p.style.name == "table of figures"]
    captions = [p.text for p in read.paragraphs if p.style.name == "Image Caption"]
    assert listed == captions == ["Figure 2. <1 %", "Figure 1. GDP 地区生产总值"]
    (document,) = parts(file, "document")
    marks, links = (re.findall(rf'w:{a}="(figure_\d)"', document) for a in ("name", "anchor"))
    assert marks == links == ["figure_1", "figure_2"]
    ends = [document.count(f'fldCharType="{x}"') for x in ("begin", "separate", "end")]
    # Word asks before it opens a file with fields that are marked as out of date.
    assert ends == [1, 1, 1]
    assert "w:dirty" not in document


def test_word_counts_its_pages_and_keeps_rows_whole(pictures):
    file = word(pictures)
    (document,) = parts(file, "document")
    read = docx.Document(str(file))
    assert " PAGE " in read.sections[-1].footer._element.xml
    rows = len(read.tables[0].rows)
    assert document.count("<w:cantSplit/>") == rows == document.count("<w:tr>")
    assert document.count("<w:keepNext/>") >= len(read.tables[0].columns)
    assert (round(read.sections[-1].page_width.mm), round(read.sections[-1].left_margin.mm)) == (
        210,
        20,
    )


def test_word_without_figures_has_no_list_of_them(pictures):
    read = docx.Document(str(word(pictures, "# A\n\ntext\n")))
    assert words("en")("paper.figures") not in [p.text for p in read.paragraphs]


def test_a_chinese_word_file_has_chinese_quotes_and_list_of_figures(pictures):
    document, styles = parts(word(pictures, lang="zh"), "document", "styles")
    assert words("zh")("paper.figures") in document
    fonts = re.findall(r"<w:rFonts[^>]*>", styles)
    assert fonts
    assert all('w:hint="eastAsia"' in f for f in fonts)
    assert 'w:eastAsia="zh-CN"' in styles


@pytest.mark.skipif(
    pypandoc.get_pandoc_version() != MADE_WITH, reason="another pandoc brings other files"
)
def test_the_reference_files_are_what_the_tool_makes():
    made = runpy.run_path(str(TOOL))
    assert made["reference_document"]() == made["REFERENCE"].read_bytes()
    assert made["reference_slides"]() == made["SLIDES"].read_bytes()


def test_tables_are_small_because_body_text_names_no_size():
    styles = docx.Document(str(paper.REFERENCE)).styles
    assert (styles["Table"].font.size.pt, styles["Body Text"].font.size) == (8, None)
    assert styles["Title"].font.color.rgb == docx.shared.RGBColor.from_string(paper.NAVY)


def test_pdf_twice_is_the_same_file(pictures):
    assert pdf(pictures).read_bytes() == pdf(pictures).read_bytes()


def test_pdf_text_and_alternative_text(pictures):
    reader = pypdf.PdfReader(pdf(pictures))
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(x in text for x in ("答案", "<1 %", "地区生产总值", "温州 *three* years"))
    assert reader.metadata.title == "Will it be met?"
    tree = reader.trailer["/Root"]["/StructTreeRoot"]
    assert tree is not None
    # The identification that readers for the blind look for.
    assert b"pdfuaid:part" in reader.trailer["/Root"]["/Metadata"].get_object().get_data()


def test_pdf_fails_on_an_unknown_font(pictures, monkeypatch):
    monkeypatch.setattr(paper, "PDF_FONT", "No Such Font")
    with pytest.raises(paper.RenderError, match="(?i)unknown font"):
        pdf(pictures)
    assert not (pictures / "a.pdf").exists()


def test_nobody_is_the_author_unless_named(pictures):
    assert pypdf.PdfReader(pdf(pictures)).metadata.author is None
    assert docx.Document(str(word(pictures))).core_properties.author == ""
    signed = Cover("T", "S", 'Li "Ming"', "A * B Institute")
    assert signed.by == 'Li "Ming", A * B Institute'
    reader = pypdf.PdfReader(pdf(pictures, signed))
    assert reader.metadata.author == signed.by
    assert signed.by in reader.pages[0].extract_text()
    read = docx.Document(str(word(pictures, cover=signed)))
    assert signed.by in [p.text for p in read.paragraphs if p.style.name == "Author"]


@pytest.mark.parametrize("title", ['A "quoted" title', "50 % * of #1", "a\\b", "x: y", "$5 _a_"])
def test_a_title_shows_exactly_its_characters(title, pictures):
    cover = Cover(title, "s")
    read = docx.Document(str(word(pictures, cover=cover)))
    assert title in [p.text for p in read.paragraphs if p.style.name == "Title"]
    assert pypdf.PdfReader(pdf(pictures, cover)).metadata.title == title


def test_the_clock_is_given_back(monkeypatch):
    import os

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    with paper.fixed_clock(DAY):
        assert os.environ["SOURCE_DATE_EPOCH"] == str(paper.stamp(DAY)) == "1540857600"
    assert os.environ["SOURCE_DATE_EPOCH"] == "7"
