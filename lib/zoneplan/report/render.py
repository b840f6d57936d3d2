"""Texts of the reports: a template a language, filled from one context, numbers in its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from zoneplan.charts.wording import chance_words
from zoneplan.data.units import readable
from zoneplan.messages import words
from zoneplan.text import MISSING, amount, day, exact, num, odds, odds_range, pct, upper

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).with_name("templates")
# What Markdown would take for its own signs.
SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~^$@])")
# A minus sign, a percent sign and a currency on the line of their figure, the dash of a range.
PRINTED = (
    (r"(?<![\w.)\]-])-(?=\.?\d)", "\u2212"),
    (r"(?<=\d) %", "\u00a0%"),
    (r"\b(CNY|USD) (?=\d)", "\\1\u00a0"),
    (r"(?<=\d)-(?=[\d.]+\u00a0%)", "\u2013"),
)
# From one year to another.
YEARS = re.compile(r"\b((?:19|20)\d\d)-((?:19|20)\d\d)\b")
# What is counted has no decimals.
COUNTED = ("家", "个", "位")


def render(
    template: str, lang: str, /, said: Mapping[str, str] | None = None, **facts: Any
) -> dict[str, str]:
    """The blocks of a template as Markdown; every fact shows exactly its own characters.

    Parameters
    ----------
    template, lang : for ``brief`` and ``en`` the file ``brief.en.md.j2``.
    said : blocks of another template, printed as they stand.
    facts : whatever the template names.
    """
    source = environment(lang).get_template(f"{template}.{lang}.md.j2")
    context = source.new_context(facts | {"said": {k: Markup(v) for k, v in (said or {}).items()}})
    # What stands outside the blocks, macros among them, is known only when it was run.
    for _ in source.root_render_func(context):
        pass
    made = {part: "".join(block(context)) for part, block in source.blocks.items()}
    made = {part: YEARS.sub("\\1\u2013\\2", text) for part, text in made.items()}
    return {part: re.sub(r"\n{3,}", "\n\n", text).strip() for part, text in made.items()}


@cache
def environment(lang: str) -> Environment:
    """The templates with the filters of a language; an unknown name is an error, not a gap."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        # What a filter or a macro has made is not escaped twice.
        autoescape=True,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= filters(lang)
    made.globals["columns"] = columns
    return made


def filters(lang: str) -> dict[str, Callable[..., object]]:
    """How values are told in a language."""
    told = (pct, amount, exact, day, short, interval, rounded, starred)
    local: dict[str, Callable[..., object]] = {f.__name__: f for f in told}
    local |= {"chance": odds, "chance_range": odds_range, "said": chance_words}
    raw: dict[str, Callable[..., object]] = {
        "num": num,
        "lower": lower,
        "first_upper": upper,
        "place": Markup,
        "alt": alternative,
    }
    return {name: partial(f, lang=lang) for name, f in local.items()} | raw


def markdown(value: object) -> Markup:
    """A value as Markdown that shows exactly its characters; what is Markdown already stays."""
    is_markdown = hasattr(value, "__html__")
    return Markup(value if is_markdown else SIGNS.sub(r"\\\1", str(value)).replace("\n", " "))


def printed(value: object) -> Markup:
    """A value as Markdown, its figures as they are printed."""
    if hasattr(value, "__html__"):
        return Markup(value)
    text = str(value)
    for found, sign in PRINTED:
        text = re.sub(found, sign, text)
    return markdown(text)


def plain(text: str) -> str:
    """Escaped Markdown as the characters that it shows."""
    return re.sub(r"\\([\W_])", r"\1", text)


def alternative(value: object) -> Markup:
    """An alternative text as the value of an attribute."""
    return Markup(str(value).replace("\\", "\\\\").replace('"', "'").replace("\n", " "))


def columns(spec: str) -> Markup:
    """The line below the head of a table: ``22l 12r`` for 22 percent left and 12 percent right."""
    # Widths count only where a line is longer than a page column: each percent takes two dashes.
    dashes = [("-" * (2 * int(c[:-1]) - 1), c[-1]) for c in spec.split()]
    return Markup("|" + "|".join(f"{d}:" if side == "r" else f":{d}" for d, side in dashes) + "|")


def short(x: float, unit: str = "", lang: str = "en") -> str:
    """A value as its readers count it, in three digits or more; its unit stands elsewhere."""
    if pd.isna(x):
        return MISSING
    shown = readable(float(x), unit, lang)[0]
    if unit in COUNTED or abs(shown) >= 1000:
        return num(shown, 0)
    return num(shown, 2 if unit not in ("", "%") and abs(shown) < 10 else 1)


def rounded(x: float, unit: str, lang: str = "en") -> str:
    """A value that was worked out, in three digits, with its unit."""
    return readable(0.0, unit, lang)[1].format(short(x, unit, lang))


def interval(low: float, high: float, unit: str = "", lang: str = "en") -> str:
    """Two values as a range, or one where both print alike."""
    first, last = short(low, unit, lang), short(high, unit, lang)
    return first if first == last else words(lang)("paper.range", low=first, high=last)


def starred(chance: Mapping[str, Any], lang: str = "en") -> str:
    """Both ends of a chance; a star where the base decides."""
    low, high = chance["probability_low"], chance["probability_high"]
    return odds_range(low, high, lang) + (" *" if pd.isna(chance["probability"]) else "")


def lower(text: str) -> str:
    """A text for the middle of a sentence; names such as GDP stay."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
