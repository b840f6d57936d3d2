"""The path under a scenario: what was published, the fan, the other base and the targets."""

from __future__ import annotations

from zoneplan.charts import draw
from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.page import Caption
from zoneplan.charts.paths import paths
from zoneplan.charts.theme import FAN, TARGET
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
    marks = _marks(lang, digits(highest), 0 if highest >= 1000 else max(digits(highest), 1))
    split = {"group": "series", "split": "scope_note"}
    encoding = Encoding("year", "value", marks, unit=unit, scale="free", **split)
    start = made.base.year if made.base else min(made.rows["year"]) - 0.5
    planned = float(start), w("explore.path.planned")
    return paths(f"explore_{made.scenario.id}", data, encoding, caption, planned=planned)


def _marks(lang: str, places: int, fine: int) -> tuple[Mark, ...]:
    """How each series of the picture looks; what was published is told to its last digit."""
    w = words(lang)
    end = {k: w.raw(f"charts.path.{k}") for k in ("q10", "q25", "q50", "q75", "q90", "target")}
    name = {k: w(f"charts.series.{k}") for k in ("q10_q90", "q25_q75", "q50", "observed", "base")}
    band = {"look": "band", "colour": FAN, "marker": "", "digits": places, "opens": "base"}
    line = {"look": "line", "marker": "", "digits": places}
    other = {"name": w("explore.path.other_name"), "ends": ("", w.raw("explore.path.other"))}
    target = {"name": w("charts.series.target"), "ends": ("", end["target"]), "digits": places}
    outer, inner = (end["q10"], end["q90"]), (end["q25"], end["q75"])
    return (
        Mark("target", marker="D", size=6.5, colour=TARGET, label="all", **target),
        Mark("q90", "q10", name=name["q10_q90"], alpha=0.24, ends=outer, **band),
        Mark("q75", "q25", name=name["q25_q75"], alpha=0.42, ends=inner, **band),
        Mark("q50", name=name["q50"], width=1.3, ends=("", end["q50"]), opens="base", **line),
        Mark("other", width=1.0, dashed=True, **line, **other),
        Mark("observed", look="line", name=name["observed"], width=2.0, label="all", digits=fine),
        Mark("base", look="hollow", name=name["base"], label="all", digits=fine),
    )
