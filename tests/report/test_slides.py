"""The slides: the paper's findings, pictures that can be read aloud, equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from PIL import Image
from stand_ins import Entry

from zoneplan.report import paper, slides
from zoneplan.report.context import context
from zoneplan.report.render import plain, render

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


@pytest.fixture(scope="module")
def charts(plan):
    asked = plan.ratios(), plan.promise_record(), plan.peers.against_city()
    return [result.plot() for result in (*asked, plan.forecast().needed_growth())]


@pytest.fixture(scope="module")
def facts(plan, charts):
    return context(plan.forecast(), [(Entry("growth"), chart) for chart in charts])


def written(facts, folder, name="brief"):
    parts = render("brief", "en", **facts.facts())
    cover = paper.Cover(*(plain(parts[part]) for part in ("title", "subtitle")))
    return slides.write_slides(facts, parts, cover, folder / f"{name}.pptx")


@pytest.fixture(scope="module")
def made(facts, tmp_path_factory):
    return written(facts, tmp_path_factory.mktemp("slides"))


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


def test_one_finding_a_slide(made, facts):
    titles = [title(p) for p in pages(made)]
    shown = [c.title for c in facts.slides]
    assert len(shown) == 4
    assert titles[0].startswith("The Zhenan zone is unlikely to meet its plan for 2018–2020")
    table = "The headline targets (*: the starting point decides)"
    assert titles[1:-1] == ["The answer", table, *shown, "How far to trust it"]
    assert titles[-1] == "Sources"


def test_every_picture_has_its_own_alternative_text(made, facts):
    pictures = [
        (title(p), p.find(f".//{P}pic/{P}nvPicPr/{P}cNvPr").get("descr"))
        for p in pages(made)
        if p.find(f".//{P}pic") is not None
    ]
    assert pictures == [(c.title, " ".join(c.alt.split())) for c in facts.slides]


def test_nothing_lies_outside_the_slide_or_on_the_title(made):
    for page in pages(made):
        for frame in [*page.iter(f"{P}pic"), *page.iter(f"{P}graphicFrame")]:
            off, ext = next(frame.iter(f"{A}off")), next(frame.iter(f"{A}ext"))
            x, y, wide, high = (
                int(e.get(k)) for e, k in ((off, "x"), (off, "y"), (ext, "cx"), (ext, "cy"))
            )
            assert min(x, y - 760_000, 9_144_000 - x - wide, 5_143_500 - y - high) >= 0


def test_tables_stay_text(made, facts):
    table = pages(made)[2].find(f".//{A}tbl")
    rows = ["".join(t.text for t in row.iter(f"{A}t")) for row in table.iter(f"{A}tr")]
    assert len(rows) == 1 + len(facts.main)
    assert any(r.startswith("GDP") for r in rows)


def test_no_slide_shows_a_gap_in_the_results(made):
    text = " ".join(t.text for p in pages(made) for t in p.iter(f"{A}t"))
    assert not re.search(r"\b(nan|None|NaT|inf)\b", text)


def test_slides_twice_are_the_same_file(made, facts, tmp_path):
    assert written(facts, tmp_path, "again").read_bytes() == made.read_bytes()


def test_the_reference_has_the_house_fonts_and_colours():
    with zipfile.ZipFile(slides.REFERENCE) as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode()
    assert theme.count('<a:latin typeface="Arial"/><a:ea typeface="Microsoft YaHei"/>') == 2
    assert f'<a:accent1><a:srgbClr val="{paper.NAVY}"/>' in theme


def test_a_picture_for_a_slide_has_no_title_and_leaves_the_chart_as_it_was(charts):
    before = charts[1]._repr_png_()
    whole, cut = (Image.open(io.BytesIO(b)) for b in (before, charts[1].slide_png(110)))
    assert cut.width == whole.width
    assert 0.85 < cut.height / whole.height < 0.99
    assert charts[1]._repr_png_() == before


def test_a_missing_picture_is_an_error(charts, tmp_path, plan):
    (tmp_path / "a.png").write_bytes(charts[0].slide_png(50))
    out, text = tmp_path / "a.pptx", "# A\n\n![](a.png)\n"
    with pytest.raises(paper.RenderError, match="2 pictures, but 1"):
        slides.presentation(text, ["one", "two"], tmp_path, out, plan.as_of)
    assert not out.exists()
