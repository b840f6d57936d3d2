"""Words around and inside charts: captions by a rule, short names, chances and percentiles."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from zoneplan.data.units import readable
from zoneplan.messages import Words, words
from zoneplan.text import WAVE, num, upper

if TYPE_CHECKING:
    from zoneplan.charts.page import Caption

# Names of the words for chances, from the lower bound of each step.
CHANCE_STEPS = (
    (0.9, "very_likely"),
    (0.66, "likely"),
    (0.4, "even"),
    (0.25, "third"),
    (0.1, "unlikely"),
    (0.0, "very_unlikely"),
)
# A minus sign, ranges of figures, and a figure with its sign of percent.
SIGNS = (
    (r"(?<![\w.)\]-])-(?=\.?\d)", "\u2212"),
    (r"(?<=\d)-(?=\d)", "\u2013"),
    (r"(?<=\d) %", "\u00a0%"),
)


def typeset(text: str) -> str:
    """Figures as they are printed: one minus sign, ranges with a dash, percent on the same line."""
    for found, sign in SIGNS:
        text = re.sub(found, sign, text)
    return text


def captioned(
    plan: Any, lang: str, key: str, title: str, sources: Iterable[str], **facts: object
) -> Caption:
    """The words of a chart, from the messages ``figures.KEY``.

    Parameters
    ----------
    title : the message that tells the finding, found by the rule of the story; ``neutral`` where
        the numbers say something that no rule foresees.
    sources : ids of the sources, the most important first.
    facts : what fills the places of the messages, beside the names of plan and zone.
    """
    from zoneplan.charts.chart import source_line
    from zoneplan.charts.page import Caption
    from zoneplan.plan.document import latin_names
    from zoneplan.text import day

    w, head = words(lang), f"figures.{key}"
    said = {"zone": plan.zone(lang), "day": day(plan.as_of, lang), "last": plan.years[-1]}
    said |= {"first": plan.years[0]} | facts

    def told(part: str) -> str:
        return w(f"{head}.{part}", **said) if f"{head}.{part}" in w.texts else ""

    return Caption(
        upper(told(title)),
        upper(told("subtitle")),
        source_line(plan.sources, dict.fromkeys(sources), lang),
        told("note"),
        lang,
        frozenset(latin_names(plan)) if lang == "zh" else frozenset(),
        neutral=upper(told("neutral")),
    )


def short(plan: Any, indicator_id: str, lang: str) -> str:
    """A name that fits into a title or a narrow column; the printed one where none is shorter."""
    said = words(lang).texts.get(f"figures.short.{indicator_id}")
    return said or plan.name(indicator_id, lang)


def span(low: float, high: float, unit: str, lang: str) -> str:
    """Two worked-out values of one unit as a range, in three digits."""
    (first, form), (last, _) = (readable(v, unit, lang) for v in (low, high))
    told = [num(v, digits(abs(v))) for v in (first, last)]
    return form.format(told[0] if told[0] == told[1] else WAVE[lang].join(told))


def inside(name: str) -> str:
    """A name in the middle of a sentence; names such as GDP stay."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def listed(names: Iterable[str], w: Words) -> str:
    """Names one after the other, with a word before the last."""
    every = list(names)
    last = w("common.and") if len(every) > 1 else ""
    return w("common.list").join(every[:-1]) + last + "".join(every[-1:])


def chance_words(low: float, high: float, lang: str = "en") -> str:
    """Plain words for the chances between two probabilities."""
    w = words(lang)
    first, last = (
        next(w(f"charts.chance.{step}") for least, step in CHANCE_STEPS if p >= least)
        for p in (low, high)
    )
    return first if first == last else w("charts.chance.between", low=first, high=last)


def reached_by(percentile: float, lang: str = "en") -> str:
    """How many regions in 100 reached a growth rate; nothing is claimed beyond the 1st and 99th."""
    w = words(lang)
    if percentile > 99:
        return w("charts.percentile.below")
    if percentile < 1:
        return w("charts.percentile.above")
    return w("charts.percentile.share", n=num(percentile, 0))


def digits(highest: float) -> int:
    """Decimals for figures of this size: three digits in all, at most two after the point."""
    return 2 if highest < 5 else 1 if highest < 100 else 0
