"""Slides: the brief in a dozen pages, from the same facts, through pandoc."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from zoneplan.report import paper
from zoneplan.report.paper import Cover, RenderError, edited
from zoneplan.report.render import FOLDER, render

if TYPE_CHECKING:
    from zoneplan.report.context import Context

# The looks of the slides, with room for a chart.
REFERENCE = FOLDER / "reference.pptx"


def write_slides(told: Context, said: Mapping[str, str], cover: Cover, out: Path) -> Path:
    """Write the slides as a PowerPoint file, from the facts of the reports and parts of the paper.

    Titles and tables stay text, every picture has its alternative text.
    """
    text = render("slides", told.lang, **told.facts(), said=said)["slides"]
    with tempfile.TemporaryDirectory() as scratch:
        for chart in told.slides:
            (Path(scratch) / f"{chart.id}.png").write_bytes(chart.slide_png())
        alts = [chart.alt for chart in told.slides]
        return presentation(cover.front(told.lang) + text, alts, Path(scratch), out, told.day)


def presentation(text: str, alts: Sequence[str], pictures: Path, out: Path, day: date) -> Path:
    """Turn Markdown into slides; ``alts`` are the texts that its pictures are read aloud as."""
    made = pictures / "made.pptx"
    options = (f"--reference-doc={REFERENCE}", f"--resource-path={pictures}", "--slide-level=1")
    with paper.fixed_clock(day):
        paper.convert(text, "pptx", *options, out=made)
    out.write_bytes(_described(made.read_bytes(), alts))
    return out


def _described(archive: bytes, alts: Sequence[str]) -> bytes:
    """The slides with alternative texts: pandoc would show them as captions instead."""
    with zipfile.ZipFile(io.BytesIO(archive)) as made:
        names = [n for n in made.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
        names.sort(key=lambda n: int(re.sub(r"\D", "", n)))
        pictured = [n for n in names if b"<p:pic>" in made.read(n)]
    if len(pictured) != len(alts):
        raise RenderError(f"{len(alts)} pictures, but {len(pictured)} slides show one")
    pairs = zip(pictured, alts, strict=True)
    return edited(archive, {name: partial(_describe, alt=alt) for name, alt in pairs})


def _describe(xml: str, alt: str) -> str:
    start = r"(<p:nvPicPr>\s*<p:cNvPr\b)"
    xml = re.sub(start + r"([^>]*?) descr=\"[^\"]*\"", r"\g<1>\g<2>", xml)
    described = f" descr={quoteattr(' '.join(alt.split()))}"
    return re.sub(start, lambda m: m.group(1) + described, xml)
