"""The vocabulary of sheets: texts made plain, footnote marks parted from them, and units."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from zoneplan.data.units import UNITS

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
TRADITIONAL = str.maketrans(WORDS["unit"]["traditional"])
BRACKETS = re.compile(r"\(([^()]*)\)")
MARKS = "*※†‡§★☆"
# Whether figures are aimed at, were seen, or are the average growth of a target.
TARGET, ACTUAL, GROWTH = "target", "observation", "average growth"


def is_mark(sign: str) -> bool:
    """Tell whether a sign marks a footnote: raised, lowered or in a circle, or a star."""
    tag = unicodedata.decomposition(sign).partition(" ")[0]
    numbered = tag == "<compat>" and unicodedata.category(sign) == "No"
    return sign in MARKS or tag in ("<super>", "<sub>", "<circle>") or numbered


def part_marks(text: str) -> tuple[str, str]:
    """Part a text from its footnote marks; the 2 of m² is none."""
    text = re.sub(r"(?<=[m米])[²³]", lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return "".join(c for c in text if not is_mark(c)), "".join(filter(is_mark, text))


def plain(value: Any) -> str:
    """Put a cell as text: full-width signs made plain, blanks squeezed, small letters."""
    if isinstance(value, date):
        value = value.isoformat()[:10]
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    text = " ".join(text.translate(TRADITIONAL).split()).lower()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


def any_of(words: Iterable[str]) -> str:
    """Make a pattern of words, the longest first; one in Latin letters stands alone."""
    return "|".join(
        ("(?<![a-z])" if w[0].isascii() and w[0].isalpha() else "")
        + re.escape(w)
        + ("(?![a-z])" if w[-1].isascii() and w[-1].isalpha() else "")
        for w in sorted(words, key=len, reverse=True)
    )


class Unit(NamedTuple):
    """A unit by the name the project prints, and how many of it one of what was typed is.

    Without a name only a power of ten was typed: 亿 of something.
    """

    name: str
    factor: float = 1.0


SCALES: dict[str, float] = WORDS["unit"]["scale"]
BASES = {u: u for u in UNITS if "=" not in u and u != "无"} | {
    w: base for base, others in WORDS["unit"]["words"].items() for w in (base, *others)
}


@cache
def unit_in(text: str) -> Unit | None:
    """Find the unit that a text is, and nothing else; None if it is none that is known."""
    text = re.sub(r"\s|^(?:单位|units?)[:=]?|\((?:人民币|rmb)\)|±", "", plain(text)).strip("()[]")
    text = re.sub(r"^(?:人民币|rmb|cny)(?=.*元)|(?<=元)人民币$|^每|/年$", "", text)
    found = _simple(text)
    above, _, below = text.partition("/")
    parts = _simple(above), _simple(below)
    if found or parts[0] is None or parts[1] is None:
        return found
    name = f"{parts[0].name}/{parts[1].name}"
    return Unit(name, parts[0].factor / parts[1].factor) if name in UNITS else None


def _simple(text: str) -> Unit | None:
    if text in BASES or text in SCALES:
        return Unit(BASES[text]) if text in BASES else Unit("", SCALES[text])
    for scale in sorted(SCALES, key=len, reverse=True):
        rest = text.removeprefix(scale) if text.startswith(scale) else text.removesuffix(scale)
        if rest != text and rest in BASES:
            return _printed(SCALES[scale], BASES[rest])
    return None


def _printed(factor: float, base: str) -> Unit | None:
    """The unit in which the project prints so many of a base: the largest that is not larger."""
    fronts = {u: u.removesuffix(base) for u in UNITS if u.endswith(base)}
    there = {SCALES.get(f, 1.0): u for u, f in fronts.items() if f in ("", *SCALES)}
    size = max((f for f in there if f <= factor), default=min(there, default=0.0))
    return Unit(there[size], factor / size) if size else None


def unit_line(text: str) -> tuple[Unit | str, ...]:
    """List the units that a line such as 单位：亿元、% names; one that is not known stays text."""
    found = re.search(WORDS["title"]["unit"] + r"(.*)", plain(text))
    inside = found[1] if found else next(iter(re.findall(r"^\((.*)\)$", plain(text))), "")
    inside = re.split(r"\)(?!\()|\((?!rmb|人民币)|;", inside)[0]
    parts = [p for p in re.split(r",(?![0-9])|、|/(?=%)|和|及", inside) if p.strip()]
    # After the first unit a title may go on: "CNY 100 million unless stated".
    heads = [" ".join(parts[0].split()[:n]) for n in range(9, 0, -1)] if parts else []
    first = next(filter(None, map(unit_in, heads)), None)
    units = [unit_in(p) or (first if k == 0 else None) or p for k, p in enumerate(parts)]
    return tuple(units) if found or all(isinstance(u, Unit) for u in units) else ()
