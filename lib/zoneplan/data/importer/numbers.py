"""Figures as people type them: a number with its bounds, sign, unit and marks, or the reason why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache

from zoneplan.data.importer.words import WORDS, Unit, _pattern, part_marks, plain, unit_in

FIGURE = WORDS["figure"]
NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
# "7-8", "7%～8%": a range of targets.
RANGE = re.compile(rf"({NUMBER})([^0-9.,+-]{{0,4}}?)(?:[-~—–至到]|to)({NUMBER})(.*)")
ONE = re.compile(rf"([^0-9+-]*)({NUMBER})(.*)")
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
WHOLE_PERIOD = re.compile(r"[\[〔【](.+)[\]〕】]")
ROUND = re.compile(r"\((.+)\)")
NO_NUMBER = "no number"
CUMULATIVE = "a figure over the whole period, which is no target of one year"
DERIVED = "a figure that has to be worked out: type the value that is meant"
SEVERAL = "more than one figure in a cell"


@dataclass(frozen=True)
class Typed:
    """A number as typed; ``other`` is what it is if the doubt that it raises is answered the other way."""

    value: float
    high: float | None = None
    unit: Unit | None = None
    direction: str | None = None
    marks: str = ""
    doubt: str = ""
    other: float | None = None
    # What was said about the number besides it, as typed: 约, 超, 以上; and how firmly it is meant.
    bound: str = ""
    force: str = ""
    # Growth a year over several years, and not of the year of its column.
    average: bool = False


def figure(value: object, number_format: str = "General") -> Typed | str | None:
    """What a cell holds: a number, the reason why it is none, or None for nothing."""
    if isinstance(value, bool):
        return NO_NUMBER
    if isinstance(value, (date, time)):
        return date_shown(value)
    if isinstance(value, (int, float)):
        return _stored(float(value), number_format or "General")
    return figure_text("" if value is None else str(value))


def date_shown(value: date | time) -> str:
    """The reason why a date is no figure, with what was probably typed."""
    if isinstance(value, time):
        return NO_NUMBER
    return f"Excel made a date of it; {value.month}-{value.day} may have been typed"


# What a format shows ----------------------------------------------------------------------------


@cache
def shown_by(number_format: str) -> tuple[float, bool, str]:
    """What a format does to a number: its divisor, whether it shows percent, and the words it adds."""
    part = re.sub(r"\[[^\]]*\]|_.|\*.", "", number_format.split(";")[0])
    words = "".join(a or b for a, b in re.findall(r'"([^"]*)"|[\\!]([^0-9.])', part))
    point = re.search(r'[0#?](?:[\\!]\.|"\.")([0#?]+)', part)
    bare = re.sub(r'"[^"]*"|[\\!].', "", part)
    thousands = re.search(r"[0#?](,+)(?![0#?,])", bare)
    divisor = 10.0 ** (len(point[1]) if point else 0) * 1000.0 ** (
        len(thousands[1]) if thousands else 0
    )
    return divisor, "%" in bare, words.replace(".", "").strip()


def _stored(value: float, number_format: str) -> Typed | str:
    divisor, percent, words = shown_by(number_format)
    # Fifteen digits are what a spreadsheet keeps; the rest is noise of the binary fraction.
    stored = float(f"{100 * value if percent else value:.12g}")
    unit = Unit("%") if percent else None
    if re.search(r"[^\W\d_]", words):
        made = _with_unit(Typed(stored), words)
        return made or f"its format adds {words!r}, which is no unit that is known"
    if divisor != 1:
        return Typed(stored, unit=unit, doubt="scaled", other=float(f"{value / divisor:.12g}"))
    doubt = "percent" if percent and abs(stored) >= 200 else ""
    return Typed(stored, unit=unit, doubt=doubt, other=value if doubt else None)


# What a text says -------------------------------------------------------------------------------


def figure_text(text: str) -> Typed | str | None:
    """A number typed as text: every sign of it is read, or it is no number."""
    text, marks = part_marks(text)
    text = plain(text)
    if text in FIGURE["empty"]:
        return f"a mark without a figure: {marks}" if marks else None
    if re.search(r"[0-9] [0-9]", text):
        grouped = re.fullmatch(r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?", text)
        if grouped is None:
            return SEVERAL
    text = text.replace(" ", "")
    if any(re.fullmatch(pattern, text) for pattern in FIGURE["date"]):
        return "Excel made a date of it: format the cell as text and type it again"
    flag = next((f for f in sorted(FIGURE["flags"], key=len, reverse=True) if _flagged(text, f)), "")
    flag = flag or (m[0] if (m := re.search(FIGURE["note"], text)) else "")
    text = text.removesuffix(flag)
    whole = WHOLE_PERIOD.fullmatch(text)
    if whole:
        return CUMULATIVE if isinstance(_number(whole[1]), Typed) else NO_NUMBER
    if any(re.fullmatch(pattern, text) for pattern in FIGURE["derived"]):
        return DERIVED
    yearly = re.sub(FIGURE["average"], "", text)
    made = _signed(yearly)
    if isinstance(made, str):
        return made
    force = next((f for f, words in FIGURE["force"].items() if re.search(_pattern(words), text)), "")
    return replace(made, marks=f"{marks}{flag}", force=force, average=yearly != text)


def _flagged(text: str, flag: str) -> bool:
    return text.endswith(flag) and bool(re.search(r"[0-9%元人家个件]$", text.removesuffix(flag)))


def _signed(text: str) -> Typed | str:
    """A number whose sign may be brackets or a triangle, which mean minus to some and not to others."""
    inside = ROUND.fullmatch(text)
    if inside:
        return _doubted(_number(inside[1]), "brackets")
    if text[:1] in FIGURE["triangle"] and len(text) > 1:
        return _doubted(_number(text[1:]), "triangle")
    return _number(text)


def _doubted(made: Typed | str, doubt: str) -> Typed | str:
    if isinstance(made, str) or made.value < 0 or made.high is not None:
        return NO_NUMBER
    return replace(made, value=-made.value, other=made.value, doubt=doubt)


def _number(text: str) -> Typed | str:
    """A number or a range, with bounds and a unit around it."""
    text = re.sub(rf"^([+]?)[{''.join(FIGURE['minus'])}](?=[0-9])", "-", text)
    text, direction, bound = _bounds(text)
    if direction == "several":
        return SEVERAL
    text = re.sub(rf"^[{''.join(FIGURE['minus'])}](?=[0-9])", "-", text)
    found = RANGE.fullmatch(text)
    if found is not None:
        low, middle, high, rest = found.groups()
        if middle in ("", rest):
            return _range(low, high, rest, direction, bound)
    if text[-1:] in FIGURE["more"] and text[:-1]:
        text, direction, bound = text[:-1], direction or "at_least", bound + text[-1]
    found = ONE.fullmatch(text)
    if found is None:
        return SEVERAL if len(re.findall(NUMBER, text)) > 1 else NO_NUMBER
    before, number, rest = found.groups()
    if rest[:1] in FIGURE["more"]:
        direction, bound, rest = direction or "at_least", bound + rest[:1], rest[1:]
    made = _with_unit(Typed(_float(number), direction=direction, bound=bound), before + rest)
    if made is None and before:
        return NO_NUMBER
    return made or (SEVERAL if re.search(r"[0-9]", rest) else f"words that are no unit: {rest}")


def _range(low: str, high: str, rest: str, direction: str | None, bound: str) -> Typed | str:
    first, last = _float(low), _float(high)
    if not rest and YEAR.fullmatch(low) and YEAR.fullmatch(high):
        return NO_NUMBER
    if last <= first:
        return NO_NUMBER
    made = _with_unit(Typed(first, last, direction=direction, bound=bound), rest)
    return made or NO_NUMBER


def _with_unit(made: Typed, rest: str) -> Typed | None:
    if not rest:
        return made
    unit = unit_in(rest)
    if unit is None:
        return None
    if not unit.name:
        return replace(made, unit=unit)
    return replace(_times(made, unit.factor), unit=Unit(unit.name))


def _times(made: Typed, factor: float) -> Typed:
    value, high = (
        None if v is None else float(f"{v * factor:.12g}") for v in (made.value, made.high)
    )
    return replace(made, value=value, high=high)


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _bounds(text: str) -> tuple[str, str | None, str]:
    """A text without the words of a limit at its ends, the limit, and those words."""
    text = re.sub(FIGURE["inclusive"], "", text)
    said: list[str] = []
    words = []
    lead = re.compile(rf"^(?:{_pattern(FIGURE['lead'])})+")
    before = None
    while before != text:
        before = text
        text = lead.sub("", text)
        for direction in ("at_most", "at_least", "about"):
            ends = _pattern(w.replace(" ", "") for w in FIGURE[direction])
            found = re.match(rf"(?:{ends})", text) or re.search(rf"(?:{ends})$", text)
            if found and found[0] != text:
                text = text[: found.start()] + text[found.end() :]
                said.append(direction)
                words.append(found[0])
    firm = set(said) - {"about"}
    if len(firm) > 1:
        return text, "several", ""
    return text, next(iter(firm or set(said)), None), "".join(words)
