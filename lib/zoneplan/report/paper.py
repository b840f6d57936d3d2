"""Word and PDF from one Markdown text: no network, equal bytes for equal input."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from zoneplan.messages import words
from zoneplan.report.render import FOLDER, markdown

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

PDF_FONT = "Noto Sans SC"
NAVY = "12355B"
# No smart quotes: the text says exactly what the tables say.
MARKDOWN = "markdown-smart-citations-raw_html-raw_tex-tex_math_dollars"
FILTER = Path(__file__).with_name("figure.lua")
# Word's styles, fonts and page; a reader may bring a file of their own.
REFERENCE = FOLDER / "reference.docx"
# How a language is named for pandoc and for Typst.
PANDOC = {"en": "en", "zh": "zh-Hans"}
TYPST = {"en": 'lang: "en"', "zh": 'lang: "zh", region: "cn"'}
# The style of the list of captions, and the height of a logo in millimetres.
LISTED, LOGO_HIGH = "table of figures", 14
# A table of so many rows stays on one page of Word.
SHORT = 16
# The field that lists the captions.
FIELD = r' TOC \h \z \n \t "Image Caption,1" '


class RenderError(RuntimeError):
    """A paper came out, but not as it should look (a missing font, a link to the network)."""


@dataclass(frozen=True)
class Cover:
    """What stands above the text; author and organisation only if they are named."""

    title: str
    subtitle: str
    author: str = ""
    organisation: str = ""
    logo: Path | None = None

    @property
    def by(self) -> str:
        """Author and organisation in one line."""
        return ", ".join(x for x in (self.author, self.organisation) if x)

    def front(self, lang: str) -> str:
        """The YAML block that pandoc takes the cover from."""
        lines = {"title": self.title, "subtitle": self.subtitle, "author": self.by}
        said = [f"{k}: {quoted(str(markdown(v)))}\n" for k, v in lines.items() if v]
        return f"---\n{''.join(said)}lang: {PANDOC[lang]}\n---\n\n"


def quoted(text: str) -> str:
    """A text between quotation marks, as YAML and Typst take it."""
    return json.dumps(text, ensure_ascii=False)


def stamp(day: date) -> int:
    """Seconds of the midnight (UTC) that begins ``day``: the date written into every file."""
    return int(datetime.combine(day, time(), UTC).timestamp())


@contextlib.contextmanager
def fixed_clock(day: date) -> Iterator[None]:
    """Programs started inside believe in one build date."""
    name = "SOURCE_DATE_EPOCH"
    before = os.environ.get(name)
    os.environ[name] = str(stamp(day))
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before


def convert(text: str, to: str, *options: str, out: Path | None = None) -> str:
    """Markdown in another form, as a text or into a file; a warning of pandoc is an error."""
    import pypandoc

    args, file = ["--fail-if-warnings", "--wrap=none", *options], None if out is None else str(out)
    made = pypandoc.convert_text(text, to, format=MARKDOWN, outputfile=file, extra_args=args)
    return str(made)


def edited(archive: bytes, edits: Mapping[str, Callable[[str], str]] | None = None) -> bytes:
    """An Office file with some parts edited; the times in it are fixed, and so its bytes."""
    out, edits = io.BytesIO(), edits or {}
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name in edits:
                content = edits[name](content.decode("utf-8")).encode("utf-8")
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, content)
    return out.getvalue()


def word(
    text: str,
    cover: Cover,
    pictures: Path,
    out: Path,
    day: date,
    lang: str = "en",
    template: Path | None = None,
) -> Path:
    """Write a Word file with a list of its figures; pictures are looked up in a folder.

    A ``template`` is a Word file whose styles, fonts and page are taken in place of the house's.
    """
    import docx

    with tempfile.TemporaryDirectory() as scratch, fixed_clock(day):
        made = Path(scratch) / "made.docx"
        options = (
            f"--reference-doc={template or REFERENCE}",
            f"--resource-path={pictures}",
            f"--lua-filter={FILTER}",
        )
        convert(cover.front(lang) + text, "docx", *options, out=made)
        document = docx.Document(str(made))
    if cover.logo is not None:
        _add_logo(document, cover.logo)
    for table in document.tables:
        _keep_together(table)
    _list_figures(document, words(lang)("paper.figures"))
    _chinese(document, lang)
    out.write_bytes(saved(document))
    return out


def saved(document: Document) -> bytes:
    """The bytes of a Word file."""
    out = io.BytesIO()
    document.save(out)
    return edited(out.getvalue())


def element(tag: str, inside: Any = None, **attributes: str) -> Any:
    """An element of Word with attributes, put into another one if that is named."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    if inside is not None:
        inside.append(made)
    return made


def _keep_together(table: Table) -> None:
    """Rows stay on one page, heads with the row below them, short tables whole and with the words
    before them.
    """
    from docx.text.paragraph import Paragraph

    kept = table.rows[: len(table.rows) - 1 if len(table.rows) <= SHORT else 1]
    for row in table.rows:
        row._tr.get_or_add_trPr().insert(0, element("cantSplit"))
    for row in kept:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
    before = table._tbl.getprevious()
    if before is not None and before.tag.endswith("}p"):
        Paragraph(before, table._parent).paragraph_format.keep_with_next = True


def _add_logo(document: Document, logo: Path) -> None:
    """The logo above the title."""
    from docx.shared import Mm

    above = document.paragraphs[0].insert_paragraph_before()
    above.add_run().add_picture(str(logo), height=Mm(LOGO_HIGH))


def _list_figures(document: Document, heading: str) -> None:
    """The captions as a field at the end, filled in already, so that Word asks for no update."""
    from docx.enum.style import WD_STYLE_TYPE

    captions = [p for p in document.paragraphs if p.style and p.style.name == "Image Caption"]
    if not captions:
        return
    if LISTED not in [style.name for style in document.styles]:
        document.styles.add_style(LISTED, WD_STYLE_TYPE.PARAGRAPH)
    document.add_paragraph(heading, style="Heading 1").paragraph_format.keep_with_next = True
    for n, caption in enumerate(captions, start=1):
        mark = {"id": str(9000 + n), "name": f"figure_{n}"}
        caption._p.insert_element_before(element("bookmarkStart", **mark), "w:r")
        element("bookmarkEnd", caption._p, id=mark["id"])
        listed = document.add_paragraph(style=LISTED)
        # The list stays with its heading.
        listed.paragraph_format.keep_with_next = n < len(captions)
        line = listed._p
        if n == 1:
            element("fldChar", element("r", line), fldCharType="begin")
            element("instrText", element("r", line)).text = FIELD
            element("fldChar", element("r", line), fldCharType="separate")
        link = element("hyperlink", line, anchor=mark["name"], history="1")
        element("t", element("r", link)).text = caption.text
    element("fldChar", element("r", line), fldCharType="end")


def _chinese(document: Document, lang: str) -> None:
    """Word knows Chinese by its region, and whose quotation marks and dashes are by a hint."""
    from docx.oxml.ns import qn

    styles = document.styles.element
    for tongue in styles.iter(qn("w:lang")):
        tongue.set(qn("w:eastAsia"), "zh-CN")
    for fonts in styles.iter(qn("w:rFonts")) if lang == "zh" else ():
        fonts.set(qn("w:hint"), "eastAsia")


def pdf(text: str, cover: Cover, pictures: Path, out: Path, day: date, lang: str = "en") -> Path:
    """Write a tagged PDF with alternative texts; drawings are looked up in a folder.

    Fonts are part of the file, so that Chinese looks the same on every machine.

    Raises
    ------
    RenderError
        Typst warned, for example about a font that it could not find.
    """
    import pylopdf_fonts_zh_cn
    import typst

    logo = ""
    if cover.logo is not None:
        logo = f"logo{cover.logo.suffix.lower()}"
        shutil.copyfile(cover.logo, pictures / logo)
    form = Template((FOLDER / "paper.typ").read_text(encoding="utf-8"))
    head = form.substitute(
        title=quoted(cover.title),
        subtitle=quoted(cover.subtitle),
        by=quoted(cover.by),
        logo=quoted(logo),
        high=LOGO_HIGH,
        authors=f"({quoted(cover.by)},)" if cover.by else "()",
        day=f"datetime(year: {day.year}, month: {day.month}, day: {day.day})",
        font=PDF_FONT,
        lang=TYPST[lang],
        navy=NAVY,
    )
    source = pictures / "paper.typ"
    body = convert(text, "typst", f"--lua-filter={FILTER}")
    source.write_text(head + body, encoding="utf-8", newline="\n")
    try:
        data, warnings = typst.compile_with_warnings(
            str(source),
            root=str(pictures),
            font_paths=[str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)],
            ignore_system_fonts=True,
            format="pdf",
            timestamp=stamp(day),
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        raise RenderError(f"{out.name}: {error}") from None
    if warnings:
        raise RenderError(f"{out.name}: " + "; ".join(str(w) for w in warnings))
    out.write_bytes(data)
    return out
