"""Web pages of notebooks and texts: contents at the side, code folded, nothing fetched."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from zoneplan.messages import words
from zoneplan.report import notebooks
from zoneplan.report.paper import NAVY, RenderError, convert
from zoneplan.report.render import FOLDER, render

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from zoneplan.charts.chart import Chart
    from zoneplan.report.context import Context
    from zoneplan.report.shown import Drawn

INDEX = "index"
TAGS = {"en": "en", "zh": "zh-CN"}
# Longer code than this waits behind a fold.
LINES = 3
# TeX between dollars, on one line or set apart.
FORMULA = re.compile(r"\$\$[^$]+\$\$|\$[^$\n]+\$")


def notebook_pages(
    runs: Mapping[str, NotebookNode], folder: Path, langs: Sequence[str], lang: str = "en"
) -> None:
    """Every notebook as a web page, with links to the index pages in some languages."""
    folder.mkdir(parents=True, exist_ok=True)
    links = {words(x)("paper.language"): index_file(x) for x in langs}
    for name, notebook in runs.items():
        html = page(notebook, notebooks.title(notebook), lang, links)
        (folder / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")


def index_file(lang: str) -> str:
    """The name of the index page in a language; the English one is the plain one."""
    return f"{INDEX}.html" if lang == "en" else f"{INDEX}_{lang}.html"


def index_page(
    told: Context,
    said: Mapping[str, str],
    runs: Mapping[str, NotebookNode],
    drawn: Drawn,
    folder: Path,
    notebooks_at: str,
    others: Sequence[str] = (),
) -> None:
    """Write the page that leads to every answer, figure, file and notebook.

    Parameters
    ----------
    told, said : the facts of the reports, and the parts of the paper by name.
    runs, drawn : executed notebooks by name; the charts, which lie beside the folder as files.
    folder, notebooks_at : where to write, and the way from there to the notebooks.
    others : languages that have an index page too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    leads = [
        {"name": n, "title": notebooks.title(run), "file": f"{notebooks_at}/{n}.ipynb"}
        for n, run in runs.items()
    ]
    there = [{"name": words(x)("paper.language"), "file": index_file(x)} for x in others]
    groups: dict[str, list[Chart]] = {}
    for entry, chart in drawn:
        groups.setdefault(entry.section, []).append(chart)
    more = {"groups": groups, "dashboard": groups.get("answer", [])[:1], "pages": leads}
    made = render(INDEX, told.lang, **told.facts(), **more, said=said, others=there)
    html = text_page(made["index"], made["title"], told.lang)
    (folder / index_file(told.lang)).write_text(html, encoding="utf-8", newline="\n")


def text_page(markdown: str, title: str, lang: str = "en") -> str:
    """One web page of a Markdown text; pictures stay files beside it."""
    return _page(convert(markdown, "html"), title, lang)


def page(
    notebook: NotebookNode, title: str, lang: str = "en", links: Mapping[str, str] | None = None
) -> str:
    """One self-contained web page of an executed notebook: no server, network or script."""
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    exporter = HTMLExporter(template_file=str(FOLDER / "notebook.html.j2"), embed_images=True)
    notebook, formulas = _apart(notebook)
    for cell in notebook.cells:
        hidden = cell.metadata.get("jupyter", {}).get("source_hidden", False)
        if hidden or len(cell.source.splitlines()) > LINES:
            cell.metadata["folded"] = escape(words(lang)("paper.code"))
    body, _ = exporter.from_notebook_node(notebook)
    for word, formula in formulas.items():
        body = body.replace(word, formula)
    code = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    return _page(body, title, lang, links, code)


def _page(
    body: str, title: str, lang: str, links: Mapping[str, str] | None = None, code: str = ""
) -> str:
    """The whole page, if it fetches nothing."""
    heads = re.findall(r'<h2[^>]*? id="([^"]+)"[^>]*>(.*?)</h2>', body, flags=re.S)
    named = [(f"#{id_}", re.sub(r"<[^>]+>|¶", "", text).strip()) for id_, text in heads]
    rows = "".join(f'<li><a href="{place}">{text}</a></li>\n' for place, text in named)
    others = " · ".join(f'<a href="{h}">{escape(t)}</a>' for t, h in (links or {}).items())
    facts: dict[str, Any] = {"title": escape(title, quote=False), "lang": TAGS[lang], "navy": NAVY}
    form = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    html = form.substitute(
        body=body, links=others, contents=f"<ul>\n{rows}</ul>", code=code, **facts
    )
    leaks = fetched(html)
    if leaks:
        raise RenderError(f"{title}: would fetch {', '.join(leaks)}")
    return html


def _apart(notebook: NotebookNode) -> tuple[NotebookNode, dict[str, str]]:
    """A copy of the notebook with a word for each formula, and each word's formula as MathML.

    The exporter takes out every tag that it does not know, so formulas come back when it is done.
    """
    import pypandoc

    notebook = copy.deepcopy(notebook)
    texts = [c for c in notebook.cells if c.cell_type == "markdown"]
    formulas = list(dict.fromkeys(m.group() for c in texts for m in FORMULA.finditer(c.source)))
    if not formulas:
        return notebook, {}
    # One paragraph each, so that one call of pandoc serves them all; MathML needs no script.
    drawn = pypandoc.convert_text(
        "\n\n".join(formulas), "html", format="markdown", extra_args=["--mathml"]
    )
    maths = re.findall(r"<math\b.*?</math>", drawn, flags=re.S)
    if len(maths) != len(formulas):
        raise RenderError(f"{len(formulas)} formulas, but {len(maths)} could be drawn")
    named = {f: f"zpformula{k:03d}" for k, f in enumerate(formulas)}
    for cell in texts:
        cell.source = FORMULA.sub(lambda m: named[m.group()], cell.source)
    return notebook, {named[f]: " ".join(m.split()) for f, m in zip(formulas, maths, strict=True)}


def fetched(html: str) -> list[str]:
    """Addresses that a browser would load by itself (links to click are allowed)."""
    loading = "script|img|link|iframe|video|audio|source|embed"
    tags = rf"<(?:{loading})\b[^>]*?(?:src|href)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)"
    styles = r"(?:@import\s+(?:url\()?|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)"
    modules = r"import\s[^;]*?[\"'](https?://[^\"']+)"
    scripts = " ".join(re.findall(r"<script\b[^>]*>(.*?)</script>", html, flags=re.S | re.I))
    found = [m for p in (tags, styles) for m in re.findall(p, html, flags=re.I)]
    return found + re.findall(modules, scripts)
