"""Plain words for chances and percentiles, shared by charts and reports."""

from __future__ import annotations

import re

from zoneplan.messages import words
from zoneplan.text import num

# A minus sign, ranges of figures, and a figure with its sign of percent.
SIGNS = ((r"(?<![\w.)\]-])-(?=\.?\d)", "\u2212"), (r"(?<=\d)-(?=\d)", "\u2013"), (r"(?<=\d) %", "\u00a0%"))

# Names of the words for chances, from the lower bound of each step, as climate reports use them.
CHANCE_STEPS = (
    (0.9, "very_likely"),
    (0.66, "likely"),
    (0.33, "even"),
    (0.1, "unlikely"),
    (0.0, "very_unlikely"),
)


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


def typeset(text: str) -> str:
    """Figures as they are printed: one minus sign, ranges with a dash, percent on the same line."""
    for found, sign in SIGNS:
        text = re.sub(found, sign, text)
    return text
