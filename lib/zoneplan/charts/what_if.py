"""The path under a scenario: what was published, the fan, the other base and the targets."""

from __future__ import annotations

from typing import Any

from zoneplan.charts import story
from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.page import Caption
from zoneplan.charts.paths import paths
from zoneplan.charts.theme import FAN, TARGET, ZONE
from zoneplan.charts.wording import digits
from zoneplan.data.sources import ids_in
from zoneplan.data.units import shown_in
from zoneplan.messages import words
from zoneplan.plan.document import latin_names
from zoneplan.stress.whatif import WhatIf
from zoneplan.text import day


@story.register
def what_if_chart(made: WhatIf, lang: str = "en", *, bare: bool = False) -> Chart:
    """Draw it; ``bare`` leaves out title and note, for a page that prints these itself.

    Fitting new words into lines takes longer than drawing the picture, too long to follow a field.
    """
    w, plan, data = words(lang), made.plan, made.sketch(lang)
    unit = shown_in(made.target.unit, lang)[1]
    facts = {
        "name": made.name(lang), "zone": plan.zone(lang), "unit": unit,
        "first": int(data["year"].min()), "last": made.target.year, "day": day(plan.as_of, lang),
    }  # fmt: skip
    neutral = w("explore.path.title", **facts)
    caption = Caption(
        neutral if bare else w("explore.chart_title", **made.facts(lang)),
        w("explore.path.subtitle", **facts),
        source_line(plan.sources, ids_in(data), lang),
        "" if bare else made.note(lang),
        lang,
        frozenset(latin_names(plan)) if lang == "zh" else frozenset(),
        neutral=neutral,
    )
    highest = float(data.loc[data["series"] == "target", "value"].max())
    # What was published is told to its last digit.
    places = digits(highest)
    marks = _marks(lang, places, 0 if highest >= 1000 else max(places, 1))
    encoding = Encoding(
        "year", "value", marks, group="series", split="scope_note", unit=unit, scale="free"
    )
    start = made.base.year if made.base else min(made.rows["year"]) - 0.5
    planned = float(start), w("explore.path.planned")
    return paths(f"explore_{made.scenario.id}", data, encoding, caption, planned=planned)


def _marks(lang: str, places: int, fine: int) -> tuple[Mark, ...]:
    w = words(lang)
    parts = ("q10", "q25", "q50", "q75", "q90", "target")
    said = {k: w.raw(f"charts.path.{k}") for k in parts} | {"other": w.raw("explore.path.other")}
    named = {k: w(f"charts.series.{k}") for k in ("q10_q90", "q25_q75", "q50", "target")}
    named |= {k: w(f"charts.series.{k}") for k in ("observed", "base")}
    named |= {"other": w("explore.path.other_name")}

    def band(low: str, high: str, alpha: float) -> Mark:
        name, ends = named[f"{low}_{high}"], (said[low], said[high])
        return Mark(
            high, low, "band", name, FAN, "", alpha=alpha, digits=places, ends=ends, opens="base"
        )

    def line(at: str, **look: Any) -> Mark:
        return Mark(at, look="line", name=named[at], digits=places, **look)

    return (
        Mark(
            "target", name=named["target"], colour=TARGET, marker="D", size=6.5, label="all",
            digits=places, ends=("", said["target"]),
        ),
        band("q10", "q90", 0.24),
        band("q25", "q75", 0.42),
        line("q50", marker="", width=1.3, ends=("", said["q50"]), opens="base"),
        Mark("observed", look="line", name=named["observed"], width=2.0, label="all", digits=fine),
        Mark("base", look="hollow", name=named["base"], label="all", digits=fine),
        line("other", colour=ZONE, marker="", width=1.0, dashed=True, ends=("", said["other"])),
    )  # fmt: skip
