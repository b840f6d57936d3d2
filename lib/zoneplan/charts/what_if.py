"""The path under a scenario: what was published, the fan, the other base and the targets."""

from __future__ import annotations

from dataclasses import replace

from zoneplan.charts import draw
from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.encoding import Mark
from zoneplan.charts.kinds import fan_encoding
from zoneplan.charts.page import Caption
from zoneplan.charts.paths import paths
from zoneplan.charts.theme import ZONE
from zoneplan.charts.wording import digits
from zoneplan.data.sources import ids_in
from zoneplan.data.units import shown_in
from zoneplan.messages import words
from zoneplan.plan.document import latin_names
from zoneplan.stress.whatif import WhatIf
from zoneplan.text import day


@draw.register
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
    places = digits(highest)
    # What was published is told to its last digit.
    usual = fan_encoding(lang, unit, places, 0 if highest >= 1000 else max(places, 1))
    name, end = w("explore.path.other_name"), ("", w.raw("explore.path.other"))
    line = Mark(
        "other", None, "line", name, ZONE, "", width=1.0, dashed=True, digits=places, ends=end
    )
    encoding = replace(usual, marks=(*usual.marks, line), split="scope_note")
    start = made.base.year if made.base else min(made.rows["year"]) - 0.5
    planned = float(start), w("explore.path.planned")
    return paths(f"explore_{made.scenario.id}", data, encoding, caption, planned=planned)
