"""What texts of a sheet say: heads of columns, names of indicators, units; nothing in them is passed over."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from zoneplan.data.indicators import indicator as indicator_of
from zoneplan.data.indicators import indicators
from zoneplan.data.units import UNITS

WORDS = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
YEAR = r"(?<![0-9.,])((?:19|20)[0-9]{2})(?![0-9]|,[0-9]|\.[0-9]*[1-9])"
BRACKETS = re.compile(r"\(([^()]*)\)")
NUMBERING = re.compile(
    r"^\s*(?:\((?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})\)|(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
    r"(?:[、)]|\.(?![0-9])))\s*"
)
DIGITS = str.maketrans("〇○零o一二三四五六七八九", "0000123456789")
MARKS = "*※†‡§★☆"
# Of a column: whether it is aimed at, was seen, or is the average growth of a target.
TARGET, ACTUAL, GROWTH = "target", "observation", "average growth"
KINDS = {"target": TARGET, "actual": ACTUAL, "estimate": "estimate"}
# What a head may say that makes its column no column of the indicator itself.
OTHER_MEASURES = ("part", "rate", "change", "rank", "share", "cumulative", "real")
VERSIONS = ("original", "revised", "floor", "stretch", "given", "self")
# How alike two names are that are asked about.
ALIKE = 0.75


def is_mark(sign: str) -> bool:
    """Whether a sign marks a footnote: raised, lowered or in a circle, or a star."""
    tag = unicodedata.decomposition(sign).partition(" ")[0]
    numbered = tag == "<compat>" and unicodedata.category(sign) == "No"
    return sign in MARKS or tag in ("<super>", "<sub>", "<circle>") or numbered


def part_marks(text: str) -> tuple[str, str]:
    """A text without its footnote marks, and the marks; the 2 of m² is none."""
    text = re.sub(r"(?<=[m米])[²³]", lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return "".join(c for c in text if not is_mark(c)), "".join(filter(is_mark, text))


def plain(value: Any) -> str:
    """A cell as text: full-width signs made plain, blanks squeezed, small letters."""
    if isinstance(value, datetime):
        value = value.date().isoformat()
    text = unicodedata.normalize("NFKC", "" if value is None else str(value))
    text = text.translate(str.maketrans(WORDS["unit"]["traditional"]))
    text = " ".join(text.split()).lower()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


# Units ------------------------------------------------------------------------------------------


class Unit(NamedTuple):
    """A unit by the name the project prints, and how many of it one of what was typed is.

    Without a name only a power of ten was typed: 亿 of something.
    """

    name: str
    factor: float = 1.0


@cache
def _unit_words() -> tuple[dict[str, str], dict[str, float]]:
    words = WORDS["unit"]["words"]
    bases = {w: base for base, others in words.items() for w in (base, *others)}
    own = {u: u for u in UNITS if "=" not in u and u != "无"}
    return own | bases, WORDS["unit"]["scale"]


@cache
def unit_in(text: str) -> Unit | None:
    """The unit that a text is, and nothing else; None if it is none that is known."""
    text = re.sub(r"\s|^(?:单位|units?)[:=]?|\((?:人民币|rmb)\)|±", "", plain(text)).strip("()[]")
    text = re.sub(r"^(?:人民币|rmb|cny)(?=.*元)|(?<=元)人民币$|^每|/年$", "", text)
    return _simple(text) or _ratio(text)


def _ratio(text: str) -> Unit | None:
    above, stroke, below = text.partition("/")
    parts = _simple(above), _simple(below)
    if not stroke or None in parts:
        return None
    name = "/".join(p.name for p in parts)
    return Unit(name, parts[0].factor / parts[1].factor) if name in UNITS else None


def _simple(text: str) -> Unit | None:
    bases, scales = _unit_words()
    if text in bases:
        return Unit(bases[text])
    if text in scales:
        return Unit("", scales[text])
    for scale in sorted(scales, key=len, reverse=True):
        rest = text.removeprefix(scale) if text.startswith(scale) else text.removesuffix(scale)
        base = bases.get(rest)
        if rest != text and base is not None:
            return _printed(scales[scale], base)
    return None


def _printed(factor: float, base: str) -> Unit | None:
    """The unit in which the project prints so many of a base: the largest that is not larger."""
    scales = WORDS["unit"]["scale"]
    there = {scales.get(u.removesuffix(base), 1.0): u for u in UNITS if u.endswith(base)}
    there = {f: u for f, u in there.items() if u == base or u.removesuffix(base) in scales}
    size = max((f for f in there if f <= factor), default=min(there, default=0.0))
    return Unit(there[size], factor / size) if size else None


def unit_line(text: str) -> tuple[Unit | str, ...]:
    """The units that a line such as 单位：亿元、% names; one that is not known stays text."""
    found = re.search(WORDS["title"]["unit"] + r"(.*)", plain(text))
    inside = found[1] if found else next(iter(re.findall(r"^\((.*)\)$", plain(text))), "")
    inside = re.split(r"\)(?!\()|\((?!rmb|人民币)|;", inside)[0]
    parts = [p for p in re.split(r",(?![0-9])|、|，|/(?=%)| 和 |和|及", inside) if p.strip()]
    units = [_beginning(p) if k == 0 else unit_in(p) or p for k, p in enumerate(parts)]
    return tuple(units) if found or (units and all(isinstance(u, Unit) for u in units)) else ()


def _beginning(text: str) -> Unit | str:
    """After the unit a title may go on: "CNY 100 million unless stated"."""
    words = text.split()
    found = (unit_in(" ".join(words[:n])) for n in range(len(words), 0, -1))
    return next(filter(None, found), text)


# Heads of columns -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """What the head of a column, a title or the name of a sheet says."""

    text: str = ""
    years: tuple[int, ...] = ()
    span: tuple[int, int] | None = None
    relative: int | None = None
    # The year that growth is measured from, where that is said.
    against: int | None = None
    short_year: bool = False
    said: frozenset[str] = frozenset()
    scope: str = ""
    unit: Unit | None = None
    unknown: str = ""

    @property
    def kinds(self) -> list[str]:
        """Target, observation or estimate, as far as it is said."""
        return [kind for word, kind in KINDS.items() if word in self.said]

    @property
    def heads_figures(self) -> bool:
        """Whether a column below it may hold figures of years."""
        other = self.said - {"nothing", "nominal", "real", *VERSIONS, "share"}
        return bool(self.years or self.span or self.relative is not None or other)

    def under(self, above: Head) -> Head:
        """What two heads say together, of which this one stands lower and counts where both do."""
        said = self.said | (above.said - (KINDS.keys() if self.kinds else set()))
        dated = self.years or self.span or self.relative is not None
        when = self if dated else above
        return Head(
            text=f"{above.text} {self.text}".strip(),
            years=when.years,
            span=when.span,
            relative=when.relative,
            against=self.against or above.against,
            short_year=when.short_year,
            said=said,
            scope=self.scope or above.scope,
            unit=self.unit or above.unit,
            unknown=f"{above.unknown} {self.unknown}".strip(),
        )


def _pattern(words: Iterable[str]) -> str:
    """Any of some words, the longest first; a Latin one stands alone."""
    parts = sorted(words, key=len, reverse=True)
    return "|".join(
        (r"(?<![a-z])" if w[0].isascii() and w[0].isalpha() else "")
        + re.escape(w)
        + (r"(?![a-z])" if w[-1].isascii() and w[-1].isalpha() else "")
        for w in parts
    )


@cache
def _head_words() -> tuple[dict[str, str], re.Pattern[str]]:
    of = {w: kind for kind, words in WORDS["head"].items() for w in words}
    of |= {w: f"scope:{w}" for words in WORDS["scope"].values() for w in words}
    return of, re.compile(_pattern(of))


_PATTERNS = {
    "date": re.compile(YEAR + r"[-./]([0-9]{1,2})[-./]([0-9]{1,2})(?![0-9])"),
    "day": re.compile(YEAR + r"年([0-9]{1,2})月([0-9]{1,2})日"),
    "month": re.compile(YEAR + r"\s*[-/]\s*([0-9]{1,2})(?![0-9])"),
    "dotted": re.compile(
        r"((?:19|20)[0-9]{2})\.(0?[1-9]|1[0-2])(?:[-~—–](?:[0-9]{4}\.)?[0-9]{1,2})?(?![0-9.])月?"
    ),
    "against": re.compile(r"(?:比|较|与|对比)" + YEAR + "年?"),
    "span": re.compile(YEAR + r"\s*年?\s*[-~—–至到]+\s*((?:19|20)[0-9]{2})(?![0-9])年?"),
    "plan": re.compile(r"第?十([一二三四五六])(?:个五年|五)[\"”]?(?:时期|期间)?(末|期末|终期|初)?"),
    "year": re.compile(r"(?:fy|cy)?\s*" + YEAR + r"\s*(?:\.0)?(?:年度?)?(?:\(?([aefpb])(?![a-z])\)?)?(?:年度?)?"),
    "short": re.compile(r"(?:fy|cy|['’])([0-9]{2})(?![0-9])(?:年度?)?|([0-9]{2})年度?"),
    "whole": re.compile(WORDS["pattern"]["whole"]),
    "part": re.compile(WORDS["pattern"]["part"]),
    "relative": re.compile(_pattern(WORDS["pattern"]["relative"])),
}
_SEPARATOR = re.compile(r"[\s()\[\]{}〔〕【】“”\"'‘’、，,:;/\\\-—–~·.*±|&?]")


@cache
def head_of(text: str) -> Head:
    """Read a head word by word; what none of the lists holds is ``unknown``."""
    rest, _ = part_marks(text)
    rest = plain(rest)
    unit = None
    for inside in BRACKETS.findall(rest):
        found = unit_in(inside)
        if found is not None and found.name:
            unit, rest = unit or found, rest.replace(f"({inside})", " ", 1)
    rest = re.sub(r"[〇○零o0-9一二三四五六七八九]{4}(?=年)", lambda m: m[0].translate(DIGITS), rest)
    head, unknown = Head(text=plain(text), unit=unit), []
    while rest := rest.lstrip():
        head, taken = _first(head, rest)
        if not taken:
            unknown.append(rest[0])
            taken = 1
        elif unknown and unknown[-1] != " ":
            unknown.append(" ")
        rest = rest[taken:]
    return _with_unit(head, "".join(unknown).split())


def _with_unit(head: Head, unknown: list[str]) -> Head:
    """Words that are left may be a unit without brackets."""
    units = {w: unit_in(w) for w in unknown}
    named = [u for u in units.values() if u is not None and u.name]
    left = [w for w, u in units.items() if u is None or not u.name]
    return replace(head, unit=head.unit or next(iter(named), None), unknown=" ".join(left))


def _first(head: Head, rest: str) -> tuple[Head, int]:
    """What a head says with the first word of the rest of its text, and how long that is."""
    for kind, pattern in _PATTERNS.items():
        found = pattern.match(rest)
        if found:
            return _dated(head, kind, found), found.end()
    of, words = _head_words()
    found = words.match(rest)
    if found:
        kind = of[found[0]]
        if kind.startswith("scope:"):
            return replace(head, scope=kind.removeprefix("scope:")), found.end()
        return replace(head, said=head.said | {kind}), found.end()
    found = _SEPARATOR.match(rest)
    return head, found.end() if found else 0


def _dated(head: Head, kind: str, found: re.Match[str]) -> Head:
    """What a head says with a date, a year, some years or a part of one."""
    if kind in ("whole", "part"):
        return replace(head, said=head.said | {kind})
    if kind == "against":
        return replace(head, against=int(found[1]), said=head.said | {"growth"})
    if kind == "relative":
        return replace(head, relative=WORDS["pattern"]["relative"][found[0]])
    if kind == "short":
        year = 2000 + int(found[1] or found[2])
        return replace(head, years=(*head.years, year), short_year=True)
    if kind == "plan":
        first = 1981 + 5 * ("一二三四五六".index(found[1]) + 5)
        if found[2] in ("末", "期末", "终期"):
            return replace(head, years=(*head.years, first + 4))
        return replace(head, span=(first, first + 4))
    year = int(found[1])
    if kind == "span":
        return replace(head, span=(year, int(found[2])))
    said = head.said
    if kind in ("date", "day"):
        said |= {"whole" if (int(found[2]), int(found[3])) in ((12, 31), (1, 1)) else "part"}
    elif kind == "month" and int(found[2]) > 12:
        return replace(head, years=(*head.years, year, year + 1))
    elif kind in ("month", "dotted"):
        said |= {"part"}
    elif found[2]:
        said |= {"actual" if found[2] == "a" else "estimate"}
    years = head.years if year in head.years else (*head.years, year)
    return replace(head, years=years, said=said)


@cache
def column_of(text: str) -> str | None:
    """What a column holds by its head alone: name, unit, year, value and so on."""
    bare = re.sub(r"[\s:()]", "", BRACKETS.sub("", plain(part_marks(text)[0]))) or plain(text)
    return next((f for f, words in WORDS["column"].items() if bare in words), None)


def fields_of(text: str) -> set[str]:
    """Every kind of column that a head may stand for."""
    bare = re.sub(r"[\s:()]", "", BRACKETS.sub("", plain(part_marks(text)[0])))
    return {f for f, words in WORDS["column"].items() if bare in words}


# Names of indicators ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Name:
    """What the name in a row says: the indicator, if it is known, and what stands around it."""

    text: str
    key: str
    indicator: str | None = None
    near: str | None = None
    growth: bool = False
    average: bool = False
    fall: bool = False
    share: bool = False
    # Growth of what stands in the row above.
    of_above: bool = False
    scope: str = ""
    unit: Unit | None = None
    marks: str = ""

    def says(self, what: str) -> bool:
        """Whether a word of a list of the vocabulary is in it."""
        return bool(_any_of(what).search(plain(self.text)))


@cache
def _any_of(what: str) -> re.Pattern[str]:
    return re.compile("|".join(WORDS["name"][what]))


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
    """A name as names are compared: no blanks or marks, one word for the same thing.

    Brackets go where they hold a unit or a remark that changes nothing; what else they hold stands behind a stroke.
    """
    text = plain(part_marks(name)[0])
    inside = [i for i in BRACKETS.findall(text) if not _says_nothing(i)]
    key = re.sub(r"[\s:,;·\"“”'’、()]", "", NUMBERING.sub("", BRACKETS.sub("", text) or text))
    for pattern, word in WORDS["name"]["same"]:
        key = re.sub(pattern, word, key)
    return "|".join([key, *inside]) if key != "".join(inside) else key


def _says_nothing(inside: str) -> bool:
    unit = unit_in(inside)
    number = re.fullmatch("[0-9]{1,2}|[一二三四五六七八九十]{1,3}", inside)
    return inside in WORDS["name"]["remarks"] or bool(unit and unit.name) or bool(number)


@cache
def name_of(text: str) -> Name:
    """Read the name in a row."""
    kept, marks = _marks_around(text)
    lead = rf"^(?:(?:{_pattern(WORDS['name']['lead'])}|[-—]+(?=\s*[^\x00-\x7f]))\s*[:,：]?\s*)+"
    shown = re.sub(lead, "", NUMBERING.sub("", unicodedata.normalize("NFKC", kept)))
    shown = " ".join(NUMBERING.sub("", shown).split())
    unit, scope = None, ""
    for inside in BRACKETS.findall(shown):
        found, area = unit_in(inside), scope_in(inside)
        if plain(inside) in WORDS["name"]["remarks"]:
            continue
        if area or (found is not None and found.name):
            scope, unit = scope or area, unit or (None if area else found)
            shown = shown.replace(f"({inside})", "").strip()
    before, stroke, last = shown.rpartition("/")
    if stroke and unit is None and before and (found := unit_in(last)) and found.name:
        unit, shown = found, before.strip()
    scope, shown = (scope, shown) if scope else _without_scope(shown)
    without = _GROWTH.sub("", plain(shown))
    growth = without != plain(shown) and bare(shown) not in known_names()
    key = (bare(without) if without else "") if growth else bare(shown)
    known = known_names().get(key)
    made = Name(
        text=shown or plain(text), key=key, indicator=known,
        near=None if known or not key else _near(key), growth=growth,
        average=growth and _any_of("average").search(plain(shown)) is not None,
        of_above=growth and not key, scope=scope, unit=unit, marks=marks,
    )  # fmt: skip
    share = not growth and made.says("share")
    alike = made.near and share == (indicator_of(made.near).kind == "share")
    return replace(made, fall=made.says("fall"), share=share, near=made.near if alike else None)


_GROWTH = re.compile(rf"(?:{_pattern(WORDS['name']['growth'])})+(?:%|\(%\))?\s*")


_NOTE = re.compile(r"\s*(?:\[注?[0-9]{1,2}\]|[(（]注[0-9]{0,2}[)）]|注[0-9]{1,2}\s*$)")


def _marks_around(text: str) -> tuple[str, str]:
    """A name without the marks at its ends; a lowered 2 within a word belongs to it."""
    note = _NOTE.search(text)
    marks, text = (note[0].strip(), _NOTE.sub("", text).strip()) if note else ("", text.strip())
    while text and is_mark(text[-1]) and not re.search(r"[m米][²³]$", text):
        text, marks = text[:-1].rstrip(), text[-1] + marks
    inside = re.search(r"(.*?)([^\w\s]|[⁰-⁹¹²³①-⓿])(?=\s*[(（])", text)
    if inside and is_mark(inside[2]):
        text, marks = text.replace(inside[2], "", 1), inside[2] + marks
    while text and is_mark(text[0]) and text[0] not in "*":
        text = text[1:].lstrip()
    return text, marks


def scope_in(text: str) -> str:
    """The area that a text names, if it names nothing else."""
    text = NUMBERING.sub("", plain(text)).strip(":")
    return next((w for words in WORDS["scope"].values() for w in words if text == w), "")


def _without_scope(shown: str) -> tuple[str, str]:
    """The area before or behind a name, where what is left is a known one; and what is left."""
    known = known_names()
    if bare(shown) in known:
        whole = [w for w in WORDS["scope"]["whole"] if shown.startswith(w)]
        return (whole[0] if whole else ""), shown
    areas = sorted((w for words in WORDS["scope"].values() for w in words), key=len, reverse=True)
    for area in areas:
        rest = shown.removeprefix(area) if shown.startswith(area) else shown.removesuffix(area)
        rest = rest.strip(" -—:·、")
        stem = bare(_GROWTH.sub("", plain(rest)))
        if rest and rest != shown and (bare(rest) in known or stem in known):
            return area, rest
    return "", shown


def _near(key: str) -> str | None:
    """The indicator with the name that is most like an unknown one, if one is like it."""
    known = known_names()
    stem = key.partition("|")[0]
    if stem in known:
        return known[stem]
    found = get_close_matches(key, [k for k in known if len(k) > 3], n=1, cutoff=ALIKE)
    return known[found[0]] if found and len(key) > 3 else None


def zone_name(title: str) -> str | None:
    """The name of a zone or region that a title begins with; None if it begins otherwise."""
    found = re.match(WORDS["title"]["zone"], title, flags=re.IGNORECASE)
    return found[1].strip() if found else None
