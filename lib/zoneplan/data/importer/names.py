"""What names of indicators say: which one it is, and what stands around it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from zoneplan.data.importer.heads import AREAS, Head, head_of
from zoneplan.data.importer.words import (
    BRACKETS,
    WORDS,
    Unit,
    any_of,
    is_mark,
    part_marks,
    plain,
    unit_in,
)
from zoneplan.data.indicators import indicator as indicator_of
from zoneplan.data.indicators import indicators

NAME = WORDS["name"]
ORDINAL = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
NUMBERING = re.compile(rf"^\s*(?:\((?:{ORDINAL})\)|(?:{ORDINAL})(?:[、)]|\.(?![0-9])))\s*")
LEAD = re.compile(rf"^(?:(?:{any_of(NAME['lead'])}|[-—]+(?=\s*[^\x00-\x7f]))\s*[:,]?\s*)+")
NOTE = re.compile(r"\s*(?:\[注?[0-9]{1,2}\]|[(（]注[0-9]{0,2}[)）]|注[0-9]{1,2}\s*$)")
RISES = re.compile(rf"(?:{any_of(NAME['growth'])})+[\s,:]*(?:%|\(%\)|percent)?\s*")
SAYS = {what: re.compile("|".join(words)) for what, words in NAME["says"].items()}
# What parts a unit from the name before it; in English a blank does not.
AROUND_UNIT = r"\s*[/,:]\s*|\s+(?=[^\x00-\x7f])|(?<=[^\x00-\x7f])\s+"
# How alike two names are that are asked about.
ALIKE = 0.75


@dataclass(frozen=True)
class Name:
    """What the name in a row says.

    ``key`` is the form in which names are compared; ``near`` the indicator that an unknown name may
    mean; ``of_above`` growth or a share of what stands in the row above.
    """

    text: str
    key: str
    indicator: str | None = None
    near: str | None = None
    growth: bool = False
    average: bool = False
    share: bool = False
    of_above: bool = False
    scope: str = ""
    unit: Unit | None = None
    marks: str = ""

    def says(self, what: str) -> bool:
        """Tell whether a word of a list of the vocabulary is in it."""
        return SAYS[what].search(plain(self.text)) is not None


@cache
def listed_names() -> dict[str, list[str]]:
    """The names of each indicator, those that readers see first."""
    import yaml

    listed = yaml.safe_load((Path(__file__).parent / "names.yml").read_text(encoding="utf-8"))
    shown = {i.indicator_id: [i.name_zh, i.name_en] for i in indicators() if i.kind != "growth"}
    return {i: [*shown.get(i, []), *listed.get(i, [])] for i in shown | listed}


@cache
def known_names() -> dict[str, str]:
    """Indicator ids by every name that is known for them, as :func:`bare` puts it."""
    return {bare(name): i for i, names in listed_names().items() for name in [i, *names]}


@cache
def bare(name: str) -> str:
    """Put a name as names are compared: no blanks or marks, one word for the same thing.

    Brackets go where they hold a unit or a remark that changes nothing; what else they hold stands
    behind a stroke.
    """
    text = plain(part_marks(name)[0])
    inside = [i for i in BRACKETS.findall(text) if not _says_nothing(i)]
    key = re.sub(r"[\s:,;·\"“”'’、()]", "", NUMBERING.sub("", BRACKETS.sub("", text) or text))
    for pattern, word in NAME["same"]:
        key = re.sub(pattern, word, key)
    return "|".join([key, *inside]) if key != "".join(inside) else key


def _says_nothing(inside: str) -> bool:
    return inside in NAME["remarks"] or bool(_unit(inside) or re.fullmatch(ORDINAL, inside))


def _unit(text: str) -> Unit | None:
    found = unit_in(text)
    return found if found and found.name else None


@cache
def name_of(text: str) -> Name:
    """Read the name in a row."""
    kept, marks = _without_marks(text)
    shown = LEAD.sub("", NUMBERING.sub("", unicodedata.normalize("NFKC", kept)).lstrip())
    shown = " ".join(NUMBERING.sub("", shown).split())
    unit, scope = None, ""
    for inside in BRACKETS.findall(shown):
        found, area = _unit(inside), scope_in(inside)
        if plain(inside) not in NAME["remarks"] and (found or area):
            unit, scope = unit or found, scope or area
            shown = shown.replace(f"({inside})", "").strip()
    for mark in re.finditer(AROUND_UNIT, shown) if unit is None else ():
        if unit := _unit(shown[mark.end() :]):
            shown = shown[: mark.start()]
            break
    scope, shown = (scope, shown) if scope else _without_scope(shown)
    level = RISES.sub("", plain(shown))
    growth = level != plain(shown) and bare(shown) not in known_names()
    key = (bare(level) if level else "") if growth else bare(shown)
    known = known_names().get(key)
    made = Name(shown or plain(text), key, known, None, growth, scope=scope, unit=unit, marks=marks)
    share = not growth and (made.says("share") or indicator_of(known or "").kind == "share")
    near = None if known or not key else _near(key)
    alike = near and share == (indicator_of(near).kind == "share")
    return replace(
        made,
        near=near if alike else None,
        average=growth and made.says("average"),
        share=share,
        of_above=(growth and not key) or (share and made.says("of_above")),
    )


def _without_marks(text: str) -> tuple[str, str]:
    """A name without the marks around it and before its brackets; a lowered 2 inside
    belongs to it.
    """
    marks = "".join(m.strip() for m in NOTE.findall(text))
    text = NOTE.sub("", text).strip()
    ends = re.match(r"(.*?)(\S?)(\s*(?:[(（][^()（）]*[)）])?)$", text, re.DOTALL)
    while ends and ends[2] and is_mark(ends[2]) and not re.search("[m米][²³]$", ends[1] + ends[2]):
        marks, text = ends[2] + marks, (ends[1].rstrip() + ends[3]).strip()
        ends = re.match(r"(.*?)(\S?)(\s*(?:[(（][^()（）]*[)）])?)$", text, re.DOTALL)
    while text and is_mark(text[0]) and text[0] != "*":
        text = text[1:].lstrip()
    return text, marks


def scope_in(text: str) -> str:
    """Find the area that a text names, if it names nothing else."""
    text = NUMBERING.sub("", plain(text)).strip(":")
    return text if text in AREAS else ""


def _without_scope(shown: str) -> tuple[str, str]:
    """The area before or behind a name, where what is left is a known one; and what is left."""
    known = known_names()
    if bare(shown) in known:
        return next((w for w in WORDS["scope"]["whole"] if shown.startswith(w)), ""), shown
    for area in sorted(AREAS, key=len, reverse=True):
        rest = shown.removeprefix(area) if shown.startswith(area) else shown.removesuffix(area)
        rest = rest.strip(" -—:·、")
        if rest and rest != shown and bare(RISES.sub("", plain(rest)) or rest) in known:
            return area, rest
    return "", shown


def saying(text: str) -> Head:
    """What a line says that names no indicator: only words of heads; else nothing."""
    head = head_of(text)
    named = head.unknown or head.dated or head.scope or bare(text) in known_names()
    return Head() if named or name_of(text).growth else head


def growth_name(name: str, head: str) -> str:
    """Name the growth of something, in the language of a head."""
    return f"{name} growth" if f"{name}{head}".isascii() else f"{name}增长"


def _near(key: str) -> str | None:
    """The indicator with the name that is most like an unknown one, if one is like it."""
    known = known_names()
    if stem := known.get(key.partition("|")[0]):
        return stem
    # What shares few of its signs cannot be alike; the rest is compared sign by sign.
    signs, rare = set(key), key.isascii()
    many = (k for k in known if len(k) > 3 and k.isascii() == rare)
    likely = [k for k in many if 4 * len(signs.intersection(k)) > len(signs) + len(set(k))]
    found = get_close_matches(key, likely, n=1, cutoff=ALIKE)
    return known[found[0]] if found and len(key) > 3 else None


def zone_name(title: str) -> str | None:
    """Find the name of a zone or region that a title begins with; None if it begins otherwise."""
    found = re.match(WORDS["title"]["zone"], title, flags=re.IGNORECASE)
    return found[1].strip() if found else None
