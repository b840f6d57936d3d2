"""Slides: the brief in a dozen pages, from the same results, through pandoc."""

from __future__ import annotations

import io
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from zoneplan.evaluation import backtest
from zoneplan.messages import words
from zoneplan.report import paper, prose
from zoneplan.text import day, num

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.document import Plan

# One slide each, in this order; all others are in the paper.
SHOWN = (
    "odds_2020",
    "plan_audit",
    "path_gdp",
    "needed_growth",
    "swings_all",
    "peers",
    "reliability_classes",
)
TITLE_SIZE, TEXT_SIZE, TABLE_SIZE = 2000, 1500, 1000


def write_slides(
    plan: Plan,
    verdicts: Verdicts,
    charts: Sequence[Chart],
    folder: Path,
    name: str,
    lang: str = "en",
) -> Path:
    """Write the slides as a PowerPoint file: titles and tables stay text, every picture has its alternative text.

    How to read it: each title is the finding; the slide shows what it rests on.
    """
    shown = [c for i in SHOWN for c in charts if c.id == i]
    with tempfile.TemporaryDirectory() as scratch:
        for chart in shown:
            (Path(scratch) / f"{chart.id}.png").write_bytes(chart.slide_png())
        text, alts = markdown(plan, verdicts, charts, shown, lang), [c.alt for c in shown]
        return presentation(text, alts, Path(scratch), folder / f"{name}.pptx", plan.as_of)


def presentation(text: str, alts: Sequence[str], pictures: Path, out: Path, made_on: date) -> Path:
    """Turn Markdown into slides; ``alts`` are the alternative texts of its pictures in their order."""
    import pypandoc

    reference, made = pictures / "reference.pptx", pictures / "made.pptx"
    reference.write_bytes(reference_slides())
    args = [
        f"--reference-doc={reference}",
        f"--resource-path={pictures}",
        "--slide-level=1",
        "--fail-if-warnings",
    ]
    with paper.fixed_clock(made_on):
        pypandoc.convert_text(
            text, "pptx", format=paper.MARKDOWN, outputfile=str(made), extra_args=args
        )
    out.write_bytes(_described(made.read_bytes(), alts))
    return out


def markdown(
    plan: Plan,
    verdicts: Verdicts,
    charts: Sequence[Chart],
    shown: Sequence[Chart],
    lang: str = "en",
) -> str:
    """All slides as Markdown, one heading a slide; ``charts`` are all of the brief, ``shown`` have a slide."""
    w = words(lang)
    # A paragraph or a caption beside a table would open a slide of its own or lie on it: the note is in the title.
    parts = [
        f"# {w('slides.answer')}",
        prose.answers(plan, verdicts, lang)[0],
        prose.bullets(prose.together(plan, verdicts, lang)),
        f"# {prose.escape(w('slides.table'))}",
        verdict_table(plan, verdicts, lang),
        *(part for c in shown for part in (f"# {prose.escape(c.title)}", f"![]({c.id}.png)")),
        f"# {w('slides.trust')}",
        trust(plan, verdicts, lang),
        *source_slide(plan, charts, shown, lang),
    ]
    return prose.front_matter(plan, lang) + "\n\n".join(parts) + "\n"


def verdict_table(plan: Plan, verdicts: Verdicts, lang: str = "en") -> str:
    """Targets that can be judged, the likeliest first."""
    columns = {
        k: v
        for k, v in prose.verdict_columns(verdicts, lang).items()
        if k in ("target", "target_year", "median", "range", "odds")
    }
    return prose.table(columns, (38, 18, 10, 18, 16), lang, year=plan.years[-1])


def trust(plan: Plan, verdicts: Verdicts, lang: str = "en") -> str:
    """What the odds rest on and what they cannot know, in a few lines."""
    w, found = words(lang), backtest.class_pseudo_targets(backtest.HORIZON, backtest.TODAY)
    return prose.bullets(
        [
            w("slides.count", n=len(verdicts.assessable()), total=len(verdicts.final())),
            w("slides.tested", gap=num(100 * found.worst_gap(), 0)),
            *(w(f"slides.{key}") for key in ("own", "shocks", "proxy")),
            w("paper.trust.day", day=day(plan.as_of, lang)),
        ]
    )


def source_slide(
    plan: Plan, charts: Sequence[Chart], shown: Sequence[Chart], lang: str = "en"
) -> list[str]:
    """Title and table of the sources of the slides, without those of charts that rest on dozens."""
    every = prose.source_table(plan, charts)
    rows = every[
        every["source_id"].isin(set().union(*prose.few(prose.cited(c.table()) for c in shown)))
    ].fillna("–")
    columns = {
        "publisher": [prose.publisher(x, lang) for x in rows["publisher"]],
        "title": [prose.source_title(r, lang) for r in rows.to_dict("records")],
        "date": rows["published"],
    }
    return [
        f"# {words(lang)('slides.sources', n=len(every) - len(rows))}",
        prose.table(columns, (38, 44, 18), lang),
    ]


def reference_slides() -> bytes:
    """Pandoc's reference slides with the fonts and colours of the paper, titles at the left, and room for a chart."""
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.pptx"]
    default = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    return paper.edited(
        default,
        {
            "ppt/theme/theme1.xml": _theme,
            "ppt/slideMasters/slideMaster1.xml": _master,
            "ppt/slideLayouts/slideLayout1.xml": _title_slide,
            "ppt/presentation.xml": _small_tables,
        },
    )


def _theme(xml: str) -> str:
    for colour in ("dk2", "accent1"):
        xml = re.sub(rf'(<a:{colour}><a:srgbClr val=")[0-9A-F]{{6}}', rf"\g<1>{paper.NAVY}", xml)
    fonts = f'<a:latin typeface="{paper.LATIN}"/><a:ea typeface="{paper.CHINESE}"/>'
    return re.sub(r'<a:latin typeface="[^"]*"/><a:ea typeface="[^"]*"/>', fonts, xml)


def _place(xml: str, kind: str, x: int, y: int, wide: int, high: int) -> str:
    """Move one placeholder; English Metric Units, 914,400 an inch."""
    spot = f'<a:off x="{x}" y="{y}"/><a:ext cx="{wide}" cy="{high}"/>'
    pattern = rf'(<p:ph type="{kind}"[^>]*/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>)<a:off[^>]*/><a:ext[^>]*/>'
    return re.sub(pattern, rf"\g<1>{spot}", xml)


LEFT, WIDE = 400000, 8344000


def _master(xml: str) -> str:
    xml = _place(xml, "title", LEFT, 160000, WIDE, 600000)
    xml = _place(xml, "body", LEFT, 800000, WIDE, 4150000)
    title = re.search(r"<p:titleStyle>.*?</p:titleStyle>", xml, flags=re.S).group(0)
    bold = title.replace('algn="ctr"', 'algn="l"').replace(
        '<a:schemeClr val="tx1"/>', '<a:schemeClr val="tx2"/>'
    )
    xml = xml.replace(
        title, re.sub(r'<a:defRPr sz="\d+"', f'<a:defRPr sz="{TITLE_SIZE}" b="1"', bold)
    )
    body = re.search(r"<p:bodyStyle>.*?</p:bodyStyle>", xml, flags=re.S).group(0)
    text = re.sub(r'<a:defRPr sz="\d+"', f'<a:defRPr sz="{TEXT_SIZE}"', body)
    text = text.replace('marL="342900" indent="-342900"', 'marL="230000" indent="-230000"')
    return xml.replace(body, text.replace('<a:spcPct val="20000"/>', '<a:spcPts val="700"/>'))


def _title_slide(xml: str) -> str:
    xml = _place(xml, "ctrTitle", LEFT, 1300000, WIDE, 1000000)
    return _place(xml, "subTitle", LEFT, 2400000, WIDE, 1300000).replace('algn="ctr"', 'algn="l"')


def _small_tables(xml: str) -> str:
    # Tables and captions take the default size of the presentation; titles and texts have their own in the master.
    return re.sub(r'<a:defRPr sz="1800"', f'<a:defRPr sz="{TABLE_SIZE}"', xml)


def _described(archive: bytes, alts: Sequence[str]) -> bytes:
    """The slides with an alternative text on every picture: pandoc would show it as a caption instead."""
    with zipfile.ZipFile(io.BytesIO(archive)) as made:
        names = [n for n in made.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
        pictured = [
            n
            for n in sorted(names, key=lambda n: int(re.sub(r"\D", "", n)))
            if b"<p:pic>" in made.read(n)
        ]
    if len(pictured) != len(alts):
        raise paper.RenderError(f"{len(alts)} pictures, but {len(pictured)} slides show one")
    return paper.edited(
        archive, {n: partial(_describe, alt=alt) for n, alt in zip(pictured, alts, strict=True)}
    )


def _describe(xml: str, alt: str) -> str:
    named = re.sub(r"(<p:nvPicPr>\s*<p:cNvPr\b[^>]*?) descr=\"[^\"]*\"", r"\g<1>", xml)
    return re.sub(
        r"(<p:nvPicPr>\s*<p:cNvPr\b)",
        lambda m: f"{m.group(1)} descr={quoteattr(' '.join(alt.split()))}",
        named,
    )
