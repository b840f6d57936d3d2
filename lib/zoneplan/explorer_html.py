"""What the explorer shows as HTML: the verdict, problems, a button that copies, links to files."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan.messages import Words, words
from zoneplan.stress.own_scenarios import as_yaml
from zoneplan.text import rounded

if TYPE_CHECKING:
    from zoneplan.charts.chart import Chart
    from zoneplan.errors import DataError
    from zoneplan.forecasting.scenario import Scenario
    from zoneplan.stress.whatif import WhatIf

NAVY, RED, GREY = "#12355B", "#C8102E", "#5F6368"
SMALL = f"font-size:11.5px;color:{GREY}"
# The clipboard is open to encrypted pages and those of one's own machine; elsewhere a selection is
# copied.
COPY = (
    "(async b=>{const t=b.dataset.text;try{await navigator.clipboard.writeText(t)}catch{"
    "const a=document.createElement('textarea');a.value=t;document.body.append(a);a.select();"
    "document.execCommand('copy');a.remove()}b.textContent=b.dataset.done})(this)"
)
KINDS = {".png": "image/png", ".svg": "image/svg+xml", ".pdf": "application/pdf"}


def block(text: str, style: str = "") -> str:
    """A paragraph of plain text."""
    return f'<div style="line-height:1.4;{style}">{escape(text)}</div>'


def card(inside: str) -> str:
    """White behind dark type, in a dark notebook too."""
    return f'<div style="background:#fff;color:#222;padding:6px 10px">{inside}</div>'


def small(texts: Iterable[str]) -> str:
    """Small print below a picture."""
    return card("".join(block(t, SMALL) for t in texts))


def verdict(made: WhatIf, lang: str) -> str:
    """The chance in large type, what it is the chance of, and what it rests on."""
    w, facts = words(lang), made.facts(lang)
    last = made.rows[made.rows["base"] == made.rows["base"].iloc[0]].iloc[-1]
    ends = {q: rounded(last[q], made.target.unit, lang) for q in ("q10", "q50", "q90")}
    beside = [] if made.case() == "same" else [w("explore.panel.headline", **facts)]
    rests = w("common.space").join([*beside, str(facts["bases"]).strip()])
    large = f"font-size:46px;font-weight:700;line-height:1.1;color:{NAVY}"
    return card(
        f'<span class="zoneplan-chance" style="{large}">{escape(str(facts["chance"]))}</span>'
        '<span style="font-size:16px;margin-left:12px">'
        f"{escape(w('explore.panel.reach', **facts))}</span>"
        + block(rests, "margin-top:6px")
        + block(w("explore.panel.spread", **ends), f"color:{GREY}")
        + "".join(block(remark, f"color:{RED}") for remark in made.remarks(lang))
    )


def problems(error: DataError, w: Words) -> str:
    """Why a choice cannot be."""
    told = "".join(f"<li>{escape(str(p))}</li>" for p in error.problems)
    return card(block(w("explore.wrong.head"), f"font-weight:600;color:{RED}") + f"<ul>{told}</ul>")


def copy_button(scenario: Scenario, w: Words) -> str:
    """A button that puts a scenario into the clipboard of the browser, and the block to look at."""
    text = escape(as_yaml(scenario))
    said = {k: escape(w(f"explore.panel.{k}")) for k in ("copy", "copied", "yaml")}
    return (
        '<button class="jupyter-button mod-primary" style="width:200px" '
        f'data-text="{text}" data-done="{said["copied"]}" onclick="{COPY}">{said["copy"]}</button>'
        f"<details><summary>{said['yaml']}</summary>"
        f'<pre style="{SMALL};white-space:pre-wrap;line-height:1.4">{text}</pre></details>'
    )


def links(chart: Chart, w: Words) -> str:
    """Links that hold the files of a chart."""
    with tempfile.TemporaryDirectory() as folder:
        files = {f: base64.b64encode(f.read_bytes()).decode() for f in chart.export(Path(folder))}
    named = [
        f'<a download="{f.name}" href="data:{KINDS[f.suffix]};base64,{data}">{f.suffix[1:]}</a>'
        for f, data in files.items()
    ]
    return f"{escape(w('explore.panel.download'))} {' '.join(named)}"
