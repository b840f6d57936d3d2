"""Web pages: nothing fetched, code folded, contents and languages at hand."""

from __future__ import annotations

import re

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from stand_ins import placed, typed

from zoneplan.messages import LANGS
from zoneplan.report import pages, paper
from zoneplan.report.pages import fetched, page
from zoneplan.text import odds_range


def executed(output=None, source="show()", **metadata):
    outputs = [] if output is None else [output]
    cell = new_code_cell(source, execution_count=1, outputs=outputs, metadata=metadata)
    return new_notebook(cells=[new_markdown_cell("# Is it so?\n\n## The answer"), cell])


def test_a_page_needs_no_network():
    html = page(executed(new_output("stream", text="温州")), "Is it so?")
    assert "温州" in html
    assert fetched(html) == []
    assert "<script" not in html


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
    assert fetched(html) != []


def test_links_to_click_are_no_leaks():
    assert fetched('<a href="https://a.org">x</a><img src="data:image/png;base64,aa">') == []


def test_a_page_with_a_leak_is_refused():
    leak = new_output("display_data", {"text/html": '<img src="https://a.org/x.png">'})
    with pytest.raises(paper.RenderError, match="a.org"):
        page(executed(leak), "Is it so?")


@pytest.mark.parametrize(
    ("source", "metadata", "folds"),
    [
        ("a = 1\nb = 2\nc = 3", {}, 0),
        ("a = 1\nb = 2\nc = 3\nd = 4", {}, 1),
        ("a = 1", {"jupyter": {"source_hidden": True}}, 1),
    ],
)
def test_long_or_hidden_code_waits_behind_a_fold(source, metadata, folds):
    notebook = executed(source=source, **metadata)
    html = page(notebook, "title")
    assert html.count("<details>") == html.count("<summary>show code</summary>") == folds
    assert "显示代码" in page(executed(source="1\n2\n3\n4"), "t", "zh")
    # The notebook itself stays as it was.
    assert "folded" not in notebook.cells[1].metadata


def test_contents_and_other_languages_stand_at_the_side():
    notebook = executed()
    notebook.cells.append(new_markdown_cell("## Step 1: *how* & why"))
    html = page(notebook, "t", links={"English": "index.html", "中文": "index_zh.html"})
    nav = re.search(r"<nav>(.*?)</nav>", html, flags=re.S).group(1)
    assert re.findall(r'href="(index\w*\.html)"', nav) == ["index.html", "index_zh.html"]
    entries = re.findall(r'<li><a href="#([^"]+)">(.*?)</a></li>', nav)
    assert [text for _, text in entries] == ["The answer", "Step 1: how &amp; why"]
    assert all(f'id="{place}"' in html for place, _ in entries)
    assert 'name="viewport"' in html


def test_formulas_are_drawn_without_a_script():
    text = "For $i$ and $t$:\n\n$$y_{it} = c_t$$\n\nAgain $i$; prices stay `a $ b`."
    html = page(new_notebook(cells=[new_markdown_cell(text)]), "title")
    assert (html.count("<math"), html.count('display="block"')) == (4, 1)
    assert "$$" not in html
    assert "zpformula" not in html
    assert "a $ b" in html


@pytest.mark.parametrize("lang", LANGS)
def test_the_index_leads_to_answer_figure_file_and_notebook(lang, pictures, facts, papers):
    runs = {n: new_notebook(cells=[new_markdown_cell("# Is it [so]?")]) for n in ("00_a", "09_b")}
    (pictures / "notebooks").mkdir()
    tail = "" if lang == "en" else "_zh"
    for name in ("brief.pdf", "brief.docx", "brief.pptx", "zoneplan.xlsx", "data_request.xlsx"):
        stem, kind = name.split(".")
        (pictures / f"{stem}{tail}.{kind}").write_text("")
    (pictures / f"data_request{tail}.docx").write_text("")
    for name in runs:
        (pictures / "notebooks" / f"{name}.ipynb").write_text("{}")
    drawn = placed("gdp", section="answer") + placed("other", places=())
    for folder in ("figures", "figures/zh"):
        for _, chart in drawn:
            chart.export(pictures / folder)
    pages.notebook_pages(runs, pictures / "html", LANGS)
    for told, said, others in ((facts[x], papers[x], set(LANGS) - {x}) for x in LANGS):
        args = (told, said, runs, drawn, pictures / "html", "../notebooks", sorted(others))
        pages.index_page(*args)
    html = (pictures / "html" / pages.index_file(lang)).read_text(encoding="utf-8")
    assert "Is it [so]?" in html
    assert 'alt="GDP rises from 1 to 3"' in html
    links = re.findall(r'(?:href|src)="([^"#]+)"', html)
    assert {"00_a.html", "../notebooks/09_b.ipynb"} <= set(links)
    assert all((pictures / "html" / link).exists() for link in links), links
    assert "//" not in "".join(links)
    # The first answer is that of the paper.
    lead = facts[lang].lead
    assert odds_range(lead["probability_low"], lead["probability_high"], lang) in typed(html)
