"""Make the reference files that Word papers and slides take their looks from.

They are pandoc's own with the fonts, colours and sizes of the house; run this after a change of
them, or open the files in Word and PowerPoint and restyle them there.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zoneplan.report.paper import NAVY, REFERENCE, edited, element, saved
from zoneplan.report.slides import REFERENCE as SLIDES

if TYPE_CHECKING:
    from docx.document import Document

LATIN, CHINESE = "Arial", "Microsoft YaHei"
# Size in points, space before and after, colour, bold. Body text names no size, or tables, which
# are based on it, would not be smaller.
STYLES: Mapping[str, tuple[float | None, float | None, float | None, str, bool | None]] = {
    "Title": (18, None, 3, NAVY, True),
    "Subtitle": (10, None, 6, "", False),
    "Author": (10, None, 6, "", False),
    "Heading 1": (14, None, None, NAVY, True),
    "Heading 2": (12, None, None, NAVY, True),
    "Body Text": (None, 6, 4.5, "", None),
    "Image Caption": (9, None, None, "", None),
    "table of figures": (8, 0, 0, "", None),
}
# Sizes in hundredths of a point; places in English Metric Units, 914,400 an inch.
TITLE_SIZE, TEXT_SIZE, TABLE_SIZE = 2000, 1500, 1000
LEFT, WIDE = 400_000, 8_344_000


def default_file(name: str) -> bytes:
    """One of the reference documents that pandoc brings."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", name]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def reference_document() -> bytes:
    """Pandoc's reference document with fonts for Latin and Chinese, A4 paper and quiet tables."""
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm

    document = docx.Document(io.BytesIO(default_file("reference.docx")))
    document.styles.add_style("table of figures", WD_STYLE_TYPE.PARAGRAPH)
    for name, look in STYLES.items():
        _style(document, name, *look)
    _table_style(document)
    _fonts(document.styles.element)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(20)
    section.header_distance = section.footer_distance = Mm(10)
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    element("t", element("r", element("fldSimple", foot._p, instr=" PAGE "))).text = "1"
    return saved(document)


def _style(
    document: Document,
    name: str,
    size: float | None,
    before: float | None,
    after: float | None,
    colour: str,
    bold: bool | None,
) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style = document.styles[name]
    for tag in ("w:pPr", "w:rPr") if not name.startswith("Heading") else ():
        for old in style.element.findall(qn(tag)):
            style.element.remove(old)
    style.font.bold, style.font.italic = bold, False
    if size is not None:
        style.font.size = Pt(size)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    if before is not None:
        style.paragraph_format.space_before = Pt(before)
    if after is not None:
        style.paragraph_format.space_after = Pt(after)


def _table_style(document: Document) -> None:
    """Small print with a bold head, as in the PDF."""
    from docx.oxml.ns import qn
    from docx.shared import Pt

    table, compact = document.styles["Table"], document.styles["Compact"]
    table.font.size = Pt(8)
    compact.paragraph_format.space_before = compact.paragraph_format.space_after = Pt(1)
    head = table.element.find(qn("w:tblStylePr"))
    head.insert(0, element("rPr"))
    element("b", head[0])


def _fonts(styles: Any) -> None:
    """One font a script everywhere; sizes, colours and language that no theme of Word's changes."""
    from docx.oxml.ns import qn

    names = {"ascii": LATIN, "hAnsi": LATIN, "eastAsia": CHINESE, "cs": LATIN}
    for fonts in styles.iter(qn("w:rFonts")):
        fonts.attrib.clear()
        for key, value in names.items():
            fonts.set(qn(f"w:{key}"), value)
    for colour in styles.iter(qn("w:color")):
        if colour.get(qn("w:themeColor")) is not None:
            colour.attrib.clear()
            colour.set(qn("w:val"), NAVY)
    # Tables are smaller through their style, which works only if paragraphs name no size.
    for tag in ("w:sz", "w:szCs"):
        for size in styles.find(qn("w:docDefaults")).iter(qn(tag)):
            size.set(qn("w:val"), "19")
    # Word knows Chinese by its region, not by its script.
    for tongue in styles.iter(qn("w:lang")):
        tongue.set(qn("w:eastAsia"), "zh-CN")


def reference_slides() -> bytes:
    """Pandoc's reference slides in the fonts and colours of the paper, with room for a chart."""
    edits = {
        "ppt/theme/theme1.xml": _theme,
        "ppt/slideMasters/slideMaster1.xml": _master,
        "ppt/slideLayouts/slideLayout1.xml": _title_slide,
        "ppt/presentation.xml": _small_tables,
    }
    return edited(default_file("reference.pptx"), edits)


def _theme(xml: str) -> str:
    for colour in ("dk2", "accent1"):
        xml = re.sub(rf'(<a:{colour}><a:srgbClr val=")[0-9A-F]{{6}}', rf"\g<1>{NAVY}", xml)
    fonts = f'<a:latin typeface="{LATIN}"/><a:ea typeface="{CHINESE}"/>'
    return re.sub(r'<a:latin typeface="[^"]*"/><a:ea typeface="[^"]*"/>', fonts, xml)


def _place(xml: str, kind: str, y: int, high: int) -> str:
    """Move one placeholder."""
    spot = f'<a:off x="{LEFT}" y="{y}"/><a:ext cx="{WIDE}" cy="{high}"/>'
    before = rf'<p:ph type="{kind}"[^>]*/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>'
    return re.sub(rf"({before})<a:off[^>]*/><a:ext[^>]*/>", rf"\g<1>{spot}", xml)


def _within(xml: str, tag: str, *changes: tuple[str, str]) -> str:
    """Change an element of the master by patterns, within it alone."""
    found = re.search(rf"<p:{tag}>.*?</p:{tag}>", xml, flags=re.S)
    if found is None:
        raise RuntimeError(f"pandoc's reference slides have no {tag}")
    new = found.group()
    for old, made in changes:
        new = re.sub(old, made, new)
    return xml.replace(found.group(), new)


def _master(xml: str) -> str:
    xml = _place(_place(xml, "title", 160_000, 600_000), "body", 800_000, 4_150_000)
    xml = _within(
        xml,
        "titleStyle",
        ('algn="ctr"', 'algn="l"'),
        ('<a:schemeClr val="tx1"/>', '<a:schemeClr val="tx2"/>'),
        (r'<a:defRPr sz="\d+"', f'<a:defRPr sz="{TITLE_SIZE}" b="1"'),
    )
    return _within(
        xml,
        "bodyStyle",
        (r'<a:defRPr sz="\d+"', f'<a:defRPr sz="{TEXT_SIZE}"'),
        ('marL="342900" indent="-342900"', 'marL="230000" indent="-230000"'),
        ('<a:spcPct val="20000"/>', '<a:spcPts val="700"/>'),
    )


def _title_slide(xml: str) -> str:
    xml = _place(_place(xml, "ctrTitle", 1_300_000, 1_000_000), "subTitle", 2_400_000, 1_300_000)
    return xml.replace('algn="ctr"', 'algn="l"')


def _small_tables(xml: str) -> str:
    # Tables take the default size of the presentation; titles and texts have one in the master.
    return re.sub(r'<a:defRPr sz="1800"', f'<a:defRPr sz="{TABLE_SIZE}"', xml)


def main() -> None:
    """Write both files."""
    REFERENCE.write_bytes(reference_document())
    SLIDES.write_bytes(reference_slides())


if __name__ == "__main__":
    main()
