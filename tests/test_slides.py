"""The slides: same findings as the paper, pictures that can be read aloud, equal bytes for equal input."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from PIL import Image

from zoneplan.messages import words
from zoneplan.report import paper, slides

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


@pytest.fixture(scope="module")
def charts(plan):
    from zoneplan.charts.stories import path_chart

    return [
        plan.audit().plot(),
        path_chart(plan, "gdp"),
        plan.verdicts().plot(),
        path_chart(plan, "budget_revenue"),
    ]


@pytest.fixture(scope="module")
def made(plan, charts, tmp_path_factory):
    return slides.write_slides(
        plan, plan.verdicts(), charts, tmp_path_factory.mktemp("slides"), "brief"
    )


def pages(file) -> list[ElementTree.Element]:
    with zipfile.ZipFile(file) as archive:
        names = [n for n in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
        return [
            ElementTree.fromstring(archive.read(n))
            for n in sorted(names, key=lambda n: int(re.sub(r"\D", "", n)))
        ]


def title(page) -> str:
    for shape in page.iter(f"{P}sp"):
        kind = shape.find(f".//{P}ph")
        if kind is not None and kind.get("type") in ("title", "ctrTitle"):
            return "".join(t.text for t in shape.iter(f"{A}t"))
    return ""


def test_one_finding_a_slide(made, plan, charts):
    titles = [title(p) for p in pages(made)]
    shown = [c.title for i in slides.SHOWN for c in charts if c.id == i]
    assert len(shown) == 3 and titles[0].startswith("Will ")
    w = words("en")
    assert titles[1:-1] == [w("slides.answer"), w("slides.table"), *shown, w("slides.trust")]
    assert re.fullmatch(re.escape(w("slides.sources", n="N")).replace("N", r"\d+"), titles[-1])


def test_every_picture_has_its_own_alternative_text(made, charts):
    pictures = [
        (title(p), p.find(f".//{P}pic/{P}nvPicPr/{P}cNvPr").get("descr"))
        for p in pages(made)
        if p.find(f".//{P}pic") is not None
    ]
    assert pictures == [
        (c.title, " ".join(c.alt.split())) for i in slides.SHOWN for c in charts if c.id == i
    ]


def test_nothing_lies_outside_the_slide_or_on_the_title(made):
    for page in pages(made):
        for frame in [*page.iter(f"{P}pic"), *page.iter(f"{P}graphicFrame")]:
            off, ext = next(frame.iter(f"{A}off")), next(frame.iter(f"{A}ext"))
            x, y, wide, high = (
                int(e.get(k)) for e, k in ((off, "x"), (off, "y"), (ext, "cx"), (ext, "cy"))
            )
            assert x >= 0 and y >= 760000 and x + wide <= 9144000 and y + high <= 5143500


def test_tables_stay_text(made, plan):
    table = pages(made)[2].find(f".//{A}tbl")
    rows = ["".join(t.text for t in row.iter(f"{A}t")) for row in table.iter(f"{A}tr")]
    assert len(rows) == 1 + len(plan.verdicts().assessable()) and any(
        "地区生产总值" in r for r in rows
    )


def test_no_slide_shows_a_gap_in_the_results(made):
    text = " ".join(t.text for p in pages(made) for t in p.iter(f"{A}t"))
    assert not re.search(r"\b(nan|None|NaT|inf)\b", text)


def test_slides_twice_are_the_same_file(made, plan, charts, tmp_path):
    assert (
        slides.write_slides(plan, plan.verdicts(), charts, tmp_path, "again").read_bytes()
        == made.read_bytes()
    )


def test_the_reference_has_the_house_fonts_and_colours():
    with zipfile.ZipFile(io.BytesIO(slides.reference_slides())) as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode()
    assert (
        theme.count(f'<a:latin typeface="{paper.LATIN}"/><a:ea typeface="{paper.CHINESE}"/>') == 2
    )
    assert f'<a:accent1><a:srgbClr val="{paper.NAVY}"/>' in theme
    assert slides.reference_slides() == slides.reference_slides()


def test_a_picture_for_a_slide_has_no_title_and_leaves_the_chart_as_it_was(charts):
    before = charts[1]._repr_png_()
    whole, cut = (Image.open(io.BytesIO(b)) for b in (before, charts[1].slide_png(110)))
    assert cut.width == whole.width and 0.85 < cut.height / whole.height < 0.99
    assert charts[1]._repr_png_() == before


def test_a_missing_picture_is_an_error(charts, tmp_path, plan):
    (tmp_path / "a.png").write_bytes(charts[0].slide_png(50))
    with pytest.raises(paper.RenderError, match="2 pictures, but 1"):
        slides.presentation(
            "# A\n\n![](a.png)\n", ["one", "two"], tmp_path, tmp_path / "a.pptx", plan.as_of
        )
    assert not (tmp_path / "a.pptx").exists()
