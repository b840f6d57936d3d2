"""Word, PDF and web pages from Markdown and notebooks: no network, equal bytes for equal input."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan.messages import words

if TYPE_CHECKING:
    from nbformat import NotebookNode

LATIN = "Arial"
CHINESE = "Microsoft YaHei"
PDF_FONT = "Noto Sans SC"
NAVY = "12355B"
# No smart quotes: the text says exactly what the tables say.
MARKDOWN = "markdown-smart-citations-raw_html-raw_tex-tex_math_dollars"
FILTER = Path(__file__).with_name("figure.lua")


# How a language is named in files: for Word and web pages, and for Typst.
TAGS = {"en": ("en", 'lang: "en"'), "zh": ("zh-CN", 'lang: "zh", region: "cn"')}
# The number of the page, in the middle of its foot.
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr xmlns:w="{WORD}"><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:rPr><w:sz w:val="16"/></w:rPr><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
)
FOOTER_LINK = f'<Relationship Id="rIdFooter" Type="{LINKS}/footer" Target="footer1.xml"/>'
FOOTER_TYPE = (
    '<Override PartName="/word/footer1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>'
)


class RenderError(RuntimeError):
    """A paper came out, but not as it should look (a missing font, a link to the network)."""


def stamp(day: date) -> int:
    """Seconds of the midnight (UTC) that begins ``day``: the date written into every file."""
    return int(datetime.combine(day, time(), timezone.utc).timestamp())


@contextlib.contextmanager
def fixed_clock(day: date) -> Iterator[None]:
    """Programs started inside believe in one build date."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = str(stamp(day))
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def word(markdown: str, folder: Path, name: str, day: date, lang: str = "en") -> Path:
    """Write a Word file with a table of its figures at the end; pictures are looked up in ``folder``.

    How to read it: the styles are Word's own, so a reader can restyle the paper with one click.
    """
    import pypandoc

    out = folder / f"{name}.docx"
    # Two languages may be written into one folder at the same time.
    with tempfile.TemporaryDirectory() as scratch, fixed_clock(day):
        reference = Path(scratch) / "reference.docx"
        reference.write_bytes(reference_document(lang))
        args = [f"--reference-doc={reference}", f"--resource-path={folder}", "--fail-if-warnings"]
        pypandoc.convert_text(
            markdown, "docx", format=MARKDOWN, outputfile=str(out), extra_args=args
        )
    heading = words(lang)("paper.head.figures")
    edits = {
        "word/document.xml": lambda xml: _table_of_figures(_whole_rows(xml), heading),
        # Word knows the language by its region, not by its script.
        "word/styles.xml": lambda xml: xml.replace('w:eastAsia="zh-Hans"', 'w:eastAsia="zh-CN"'),
    }
    out.write_bytes(edited(out.read_bytes(), edits))
    return out


def _whole_rows(xml: str) -> str:
    """Rows of tables that stay on one page, heads that stay with the row below them."""
    xml = xml.replace("<w:tr>", "<w:tr><w:trPr><w:cantSplit/></w:trPr>")
    xml = xml.replace("<w:trPr><w:cantSplit/></w:trPr><w:trPr>", "<w:trPr><w:cantSplit/>")
    heads = r"<w:tr><w:trPr><w:cantSplit/><w:tblHeader\b.*?</w:tr>"
    return re.sub(
        heads,
        lambda row: re.sub(r"(<w:pStyle [^>]*/>)", r"\1<w:keepNext/>", row.group()),
        xml,
        flags=re.S,
    )


def _table_of_figures(xml: str, heading: str) -> str:
    """The captions as a Word field at the end, already filled in, so that Word asks for no update when it opens the file."""
    entries: list[str] = []

    def marked(caption: re.Match) -> str:
        n = len(entries) + 1
        entries.append("".join(re.findall(r"<w:t\b[^>]*>([^<]*)</w:t>", caption.group())))
        mark = f'<w:bookmarkStart w:id="{9000 + n}" w:name="figure_{n}"/>'
        head, body = caption.group(1), caption.group(2)
        return f'{head}{mark}{body}<w:bookmarkEnd w:id="{9000 + n}"/></w:p>'

    caption = (
        r'(<w:p><w:pPr>(?:(?!</w:pPr>).)*<w:pStyle w:val="ImageCaption" ?/>.*?</w:pPr>)(.*?)</w:p>'
    )
    xml = re.sub(caption, marked, xml, flags=re.S)
    if not entries:
        return xml
    command = r' TOC \h \z \n \t "Image Caption,1" '
    begin = (
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">{_html(command)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    style = '<w:pPr><w:pStyle w:val="TableofFigures"/></w:pPr>'
    lines = [
        f'<w:p>{style}{begin if n == 1 else ""}<w:hyperlink w:anchor="figure_{n}" w:history="1"><w:r>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:hyperlink>{end if n == len(entries) else ""}</w:p>'
        for n, text in enumerate(entries, start=1)
    ]
    head = f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{_html(heading)}</w:t></w:r></w:p>'
    at = xml.rindex("<w:sectPr")
    return xml[:at] + head + "".join(lines) + xml[at:]


def reference_document(lang: str = "en") -> bytes:
    """Pandoc's reference document with fonts set for Latin and Chinese, A4 paper and quiet tables."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    default = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    edits = {
        "word/styles.xml": partial(_styles, lang=lang),
        "word/document.xml": _page,
        "word/_rels/document.xml.rels": lambda xml: xml.replace(
            "</Relationships>", FOOTER_LINK + "</Relationships>"
        ),
        "[Content_Types].xml": lambda xml: xml.replace("</Types>", FOOTER_TYPE + "</Types>"),
    }
    return edited(default, edits, {"word/footer1.xml": FOOTER})


def edited(
    archive: bytes,
    edits: Mapping[str, Callable[[str], str]],
    added: Mapping[str, str] | None = None,
) -> bytes:
    """An Office file with some parts edited or added; the times in it are fixed, so equal parts give equal bytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {name: old.read(name) for name in old.namelist()}
        parts |= {
            name: edit(parts[name].decode("utf-8")).encode("utf-8") for name, edit in edits.items()
        }
        parts |= {name: text.encode("utf-8") for name, text in (added or {}).items()}
        for name, text in parts.items():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, text)
    return out.getvalue()


def _styles(xml: str, lang: str) -> str:
    # Quotation marks and dashes are of both scripts; in a Chinese paper they are Chinese.
    hint = ' w:hint="eastAsia"' if lang == "zh" else ""
    fonts = f'<w:rFonts{hint} w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:eastAsia="{CHINESE}" w:cs="{LATIN}"/>'
    xml = re.sub(r"<w:rFonts\b[^>]*/>", fonts, xml)
    # Theme colours differ between versions of Word; the house colour does not.
    blue = f'<w:color w:val="{NAVY}"/>'
    xml = re.sub(r"<w:color\b[^>]*w:themeColor[^>]*/>", blue, xml)
    # Tables are smaller through their table style, which only works if the paragraph styles name no size.
    defaults = re.search(r"<w:docDefaults>.*?</w:docDefaults>", xml, flags=re.S).group(0)
    xml = xml.replace(defaults, re.sub(r'(<w:szC?s? w:val=")\d+', r"\g<1>19", defaults))
    xml = _style(
        xml,
        "Title",
        '<w:spacing w:after="60"/><w:jc w:val="left"/>',
        f"{fonts}<w:b/>{blue}{_size(36)}",
    )
    # Based on the title, which is bold.
    xml = _style(
        xml,
        "Subtitle",
        '<w:spacing w:after="120"/><w:jc w:val="left"/>',
        f'{fonts}<w:b w:val="0"/>{_size(20)}',
    )
    xml = _style(xml, "Compact", '<w:spacing w:before="20" w:after="20"/>', "")
    xml = _style(xml, "Table", None, _size(16))
    # Word's head rows are bold like those of the PDF.
    xml = xml.replace(
        '<w:tblStylePr w:type="firstRow">', '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr>'
    )
    for level, size in ((1, 28), (2, 24)):
        xml = _style(xml, f"Heading{level}", None, f"{fonts}<w:b/>{blue}{_size(size)}")
    xml = _style(xml, "ImageCaption", "", f'{fonts}<w:i w:val="0"/>{_size(18)}')
    listed = (
        '<w:style w:type="paragraph" w:styleId="TableofFigures"><w:name w:val="table of figures"/><w:basedOn w:val="Normal"/>'
        f'<w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr><w:rPr>{_size(16)}</w:rPr></w:style>'
    )
    xml = xml.replace("</w:styles>", f"{listed}</w:styles>")
    return _style(xml, "BodyText", '<w:spacing w:before="120" w:after="90"/>', "")


def _size(half_points: int) -> str:
    return f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _style(xml: str, style_id: str, paragraph: str | None, run: str) -> str:
    """Replace paragraph and run properties of one style; None keeps what is there."""

    def edit(match: re.Match) -> str:
        body = match.group(0)
        for tag, inside in (("pPr", paragraph), ("rPr", run)):
            if inside is None:
                continue
            body = re.sub(rf"\s*<w:{tag}\b[^>]*/>|\s*<w:{tag}\b.*?</w:{tag}>", "", body, flags=re.S)
            if inside:
                body = body.replace("</w:style>", f"<w:{tag}>{inside}</w:{tag}></w:style>")
        return body

    return re.sub(rf'<w:style\b[^>]*w:styleId="{style_id}".*?</w:style>', edit, xml, flags=re.S)


def _page(xml: str) -> str:
    edges = "".join(f' w:{side}="1134"' for side in ("top", "right", "bottom", "left"))
    size = '<w:pgSz w:w="11906" w:h="16838"/>'
    foot = f'<w:footerReference w:type="default" r:id="rIdFooter" xmlns:r="{LINKS}"/>'
    page = f'<w:sectPr>{foot}{size}<w:pgMar{edges} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    return re.sub(r"<w:sectPr\b[^>]*/>|<w:sectPr\b.*?</w:sectPr>", page, xml, flags=re.S)


PREAMBLE = """\
#set document(title: {title}, author: "zoneplan", date: datetime(year: {y}, month: {m}, day: {d}))
#set page(paper: "a4", margin: (x: 2cm, y: 2cm), numbering: "1")
#set text(font: "{font}", size: 9.5pt, {lang})
#set par(leading: 0.65em, spacing: 0.95em)
#let bold(body) = text(stroke: 0.03em, body)
#show strong: it => bold(it.body)
#show heading: it => block(above: 1.3em, below: 0.7em, sticky: true, text(fill: rgb("#{navy}"), bold(it.body)))
#show heading.where(level: 1): set text(size: 13pt)
#show heading.where(level: 2): set text(size: 11pt)
#set table(stroke: none, inset: (x: 3pt, y: 2.5pt))
#set table.cell(breakable: false)
#show table: set text(size: 7.5pt)
#show table: set par(leading: 0.45em)
#show table.cell.where(y: 0): it => bold(it)
#show figure.where(kind: table): set block(breakable: true)
#set figure(numbering: none)
#show figure.caption: set text(size: 8.5pt)
#show figure.caption: set align(left)
#let horizontalrule = line(length: 100%, stroke: 0.5pt)
#block(below: 1.1em, text(size: 18pt, fill: rgb("#{navy}"), bold[#{title}]))
#block(below: 1.2em, text(size: 10pt, fill: rgb("#555555"))[#{subtitle}])
"""


def pdf(
    markdown: str, pictures: Path, out: Path, day: date, title: str, subtitle: str, lang: str = "en"
) -> Path:
    """Write a tagged PDF with alternative texts; drawings are looked up in ``pictures``.

    Raises
    ------
    RenderError
        Typst warned, for example about a font it could not find.

    How to read it: fonts are part of the file, so Chinese looks the same on every machine.
    """
    import pylopdf_fonts_zh_cn
    import pypandoc
    import typst

    body = pypandoc.convert_text(
        markdown, "typst", format=MARKDOWN, extra_args=[f"--lua-filter={FILTER}"]
    )
    head = PREAMBLE.format(
        title=_typst(title),
        subtitle=_typst(subtitle),
        y=day.year,
        m=day.month,
        d=day.day,
        font=PDF_FONT,
        navy=NAVY,
        lang=TAGS[lang][1],
    )
    source = pictures / "paper.typ"
    source.write_text(head + body, encoding="utf-8", newline="\n")
    try:
        data, warnings = typst.compile_with_warnings(
            str(source),
            root=str(pictures),
            font_paths=[str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=stamp(day),
        )
    except typst.TypstError as error:
        raise RenderError(f"{out.name}: {error}") from None
    if warnings:
        raise RenderError(f"{out.name}: " + "; ".join(str(w) for w in warnings))
    out.write_bytes(data)
    return out


def _typst(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# TeX between dollars, on one line or set apart.
FORMULA = re.compile(r"\$\$[^$]+\$\$|\$[^$\n]+\$")

PAGE = """\
<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; line-height: 1.5;
  font-family: "Noto Sans SC", "Microsoft YaHei", "PingFang SC", Arial, sans-serif; color: #222; }}
h1, h2, h3 {{ color: #{navy}; }}
img {{ max-width: 100%; height: auto; }}
pre {{ white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; line-height: 1.35; }}
.highlight {{ background: #f6f7f9; padding: .1rem .8rem; border-left: 3px solid #{navy}; }}
table {{ border-collapse: collapse; font-size: .85rem; }}
table {{ display: block; max-width: 100%; overflow-x: auto; margin: .8rem 0; }}
th, td {{ padding: .2rem .6rem; text-align: right; border-bottom: 1px solid #ddd; vertical-align: top; }}
th:first-child, td:first-child {{ text-align: left; }}
.prompt, .anchor-link {{ display: none; }}
{code}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def text_page(markdown: str, title: str, lang: str = "en") -> str:
    """One web page of a Markdown text; pictures stay files beside it, nothing is fetched from a network."""
    import pypandoc

    body = pypandoc.convert_text(markdown, "html", format=MARKDOWN, extra_args=["--wrap=none"])
    return _own(
        PAGE.format(title=_html(title), body=body, code="", navy=NAVY, lang=TAGS[lang][0]), title
    )


def page(notebook: NotebookNode, title: str) -> str:
    """One self-contained web page of an executed notebook: pictures inside, nothing fetched.

    How to read it: the page needs no server, no network and no script.
    """
    from nbconvert import HTMLExporter
    from pygments.formatters import HtmlFormatter

    exporter = HTMLExporter(template_name="basic", embed_images=True)
    notebook, formulas = _apart(notebook)
    body, _ = exporter.from_notebook_node(notebook)
    for word, formula in formulas.items():
        body = body.replace(word, formula)
    code = HtmlFormatter(style="friendly").get_style_defs(".highlight")
    return _own(PAGE.format(title=_html(title), body=body, code=code, navy=NAVY, lang="en"), title)


def _own(html: str, title: str) -> str:
    """The page, if it fetches nothing."""
    leaks = fetched(html)
    if leaks:
        raise RenderError(f"{title}: would fetch {', '.join(leaks)}")
    return html


def _apart(notebook: NotebookNode) -> tuple[NotebookNode, dict[str, str]]:
    """The notebook with a word in place of each formula, and each word's formula as MathML, which needs no script.

    The exporter takes out every tag that it does not know, so formulas come back when it is done.
    """
    import copy

    import pypandoc

    texts = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    formulas = list(dict.fromkeys(m.group() for t in texts for m in FORMULA.finditer(t)))
    if not formulas:
        return notebook, {}
    # One paragraph each, so that one call of pandoc serves them all.
    drawn = pypandoc.convert_text(
        "\n\n".join(formulas), "html", format="markdown", extra_args=["--mathml"]
    )
    maths = re.findall(r"<math\b.*?</math>", drawn, flags=re.S)
    if len(maths) != len(formulas):
        raise RenderError(f"{len(formulas)} formulas, but {len(maths)} could be drawn")
    words = {f: f"zpformula{k:03d}" for k, f in enumerate(formulas)}
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = FORMULA.sub(lambda m: words[m.group()], cell.source)
    return notebook, {words[f]: " ".join(m.split()) for f, m in zip(formulas, maths, strict=True)}


def fetched(html: str) -> list[str]:
    """Addresses that a browser would load by itself (links to click are allowed)."""
    loading = "script|img|link|iframe|video|audio|source|embed"
    tags = rf"<(?:{loading})\b[^>]*?(?:src|href)\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)"
    styles = r"(?:@import\s+(?:url\()?|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)"
    modules = r"import\s[^;]*?[\"'](https?://[^\"']+)"
    scripts = " ".join(re.findall(r"<script\b[^>]*>(.*?)</script>", html, flags=re.S | re.I))
    return (
        re.findall(tags, html, flags=re.I)
        + re.findall(styles, html, flags=re.I)
        + re.findall(modules, scripts)
    )


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
