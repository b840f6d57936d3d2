"""Figures as people type them: a number with bounds, sign, unit and marks, or why it is none."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache

from zoneplan.data.importer.words import WORDS, Unit, any_of, part_marks, plain, unit_in

FIGURE = WORDS["figure"]
NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
# "7-8", "7%～8%": a range of targets.
RANGE = re.compile(rf"({NUMBER})([^0-9.,+-]{{0,4}}?)(?:[-~—–至到]|to)({NUMBER})(.*)")
ONE = re.compile(rf"([^0-9+-]*)({NUMBER})(.*)")
MINUS = re.compile(rf"^[{''.join(FIGURE['minus'])}](?=[0-9])")
RISES = any_of(FIGURE["growth"])
LEAD = re.compile(rf"^(?:{any_of(FIGURE['lead'])}|{RISES})+")
LIMITS = {
    d: any_of(w.replace(" ", "") for w in FIGURE[d]) for d in ("at_most", "at_least", "about")
}
FORCES = {force: any_of(words) for force, words in FIGURE["force"].items()}
FLAG = re.compile(rf"(?<=[0-9%元人家个件])(?:{any_of(FIGURE['flags'])})$|{FIGURE['note']}")
NO_NUMBER = "no number"
SEVERAL = "more than one figure in a cell"
CUMULATIVE = (
    "a figure over the whole period, which is no target of one year: to keep it, add it to "
    "targets.csv with section text and aggregation sum"
)
DERIVED = "a figure that has to be worked out: type the value that is meant"
TYPE_AGAIN = "Excel made a date of it: format the cell as text and type it again"


@dataclass(frozen=True)
class Typed:
    """A number as typed.

    ``doubt`` is a question that it raises, ``other`` the number if that is answered the other way;
    ``bound`` what limits it, as typed: 约, 超, 以上; ``force`` how firmly it is meant; ``average``
    growth a year over several years, and not of the year of its column; ``rises`` growth of the
    year.
    """

    value: float
    high: float | None = None
    unit: Unit | None = None
    direction: str | None = None
    marks: str = ""
    doubt: str = ""
    other: float = 0.0
    bound: str = ""
    force: str = ""
    average: bool = False
    rises: bool = False

    def times(self, factor: float) -> Typed:
        """Multiply it, without the noise of the binary fraction."""
        high = None if self.high is None else exact(self.high * factor)
        return replace(self, value=exact(self.value * factor), high=high)


def exact(value: float) -> float:
    """Round to what a spreadsheet keeps."""
    return float(f"{value:.12g}")


def figure(value: object, number_format: str = "General") -> Typed | str | None:
    """Read a cell: a number, the reason why it is none, or None for nothing."""
    if isinstance(value, (bool, time)):
        return NO_NUMBER
    if isinstance(value, date):
        return f"Excel made a date of it; {value.month}-{value.day} may have been typed"
    if isinstance(value, (int, float)):
        return _stored(float(value), number_format or "General")
    return figure_text("" if value is None else str(value))


@cache
def shown_by(number_format: str) -> tuple[float, bool, str]:
    """Tell what a format does to a number: its divisor, whether it shows percent, its words."""
    part = re.sub(r"\[[^\]]*\]|_.|\*.", "", number_format.split(";")[0])
    words = "".join(a or b for a, b in re.findall(r'"([^"]*)"|[\\!]([^0-9.])', part))
    point = re.search(r'[0#?](?:[\\!]\.|"\.")([0#?]+)', part)
    bare = re.sub(r'"[^"]*"|[\\!].', "", part)
    thousands = re.search(r"[0#?](,+)(?![0#?,])", bare)
    power = (len(point[1]) if point else 0) + 3 * (len(thousands[1]) if thousands else 0)
    return 10.0**power, "%" in bare, words.replace(".", "").strip()


def _stored(value: float, number_format: str) -> Typed | str:
    divisor, percent, words = shown_by(number_format)
    made = Typed(exact(100 * value if percent else value), unit=Unit("%") if percent else None)
    if re.search(r"[^\W\d_]", words):
        # What is shown counts, in the unit that is shown.
        known = _with_unit(replace(made, value=exact(value / divisor)), words)
        return known or f"its format adds {words!r}, which is no unit that is known"
    if divisor != 1:
        return replace(made, doubt="format", other=exact(value / divisor))
    slip = percent and abs(made.value) >= 200
    return replace(made, doubt="percent", other=value) if slip else made


def figure_text(text: str) -> Typed | str | None:
    """Read a number typed as text: every sign of it is read, or it is no number."""
    text, marks = part_marks(text)
    text = plain(text)
    if text in FIGURE["empty"]:
        return f"a mark without a figure: {marks}" if marks else None
    grouped = r"[+-]?[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?"
    if re.search("[0-9] [0-9]", text) and not re.fullmatch(grouped, text):
        return SEVERAL
    text = text.replace(" ", "")
    if any(re.fullmatch(pattern, text) for pattern in FIGURE["date"]):
        return TYPE_AGAIN
    flag = FLAG.search(text)
    text = text[: flag.start()] if flag else text
    whole = re.fullmatch(r"[\[〔【](.+)[\]〕】]", text)
    if whole:
        return CUMULATIVE if isinstance(_number(whole[1]), Typed) else NO_NUMBER
    if text.startswith(FIGURE["cumulative"]):
        return CUMULATIVE
    if any(re.fullmatch(pattern, text) for pattern in FIGURE["derived"]):
        return DERIVED
    level = re.sub(FIGURE["average"], "", text)
    made = _signed(level)
    if isinstance(made, str):
        return made
    said = (force for force, words in FORCES.items() if re.search(words, text))
    marks += flag[0] if flag else ""
    average = level != text
    rises = not average and bool(re.search(RISES, text))
    return replace(made, marks=marks, force=next(said, ""), average=average, rises=rises)


def _signed(text: str) -> Typed | str:
    """A number whose brackets or triangle mean minus to some and not to others."""
    inside = re.fullmatch(r"\((.+)\)", text)
    triangle = text[:1] in FIGURE["triangle"] and text[1:]
    if not (inside or triangle):
        return _number(text)
    made = _number(inside[1] if inside else text[1:])
    if isinstance(made, str) or made.value < 0 or made.high is not None:
        return NO_NUMBER
    doubt = "brackets" if inside else "triangle"
    return replace(made, value=-made.value, other=made.value, doubt=doubt)


def _number(text: str) -> Typed | str:
    """A number or a range, with bounds and a unit around it."""
    text, direction, bound = _bounds(MINUS.sub("-", text))
    if direction == "several":
        return SEVERAL
    text = MINUS.sub("-", text)
    if (found := RANGE.fullmatch(text)) and found[2] in ("", found[4]):
        low, _, high, unit = found.groups()
        years = not unit and all(re.fullmatch("(?:19|20)[0-9]{2}", x) for x in (low, high))
        made = Typed(_float(low), _float(high), direction=direction, bound=bound)
        return (
            NO_NUMBER
            if years or _float(high) <= _float(low)
            else _with_unit(made, unit) or NO_NUMBER
        )
    found = ONE.fullmatch(text)
    if found is None:
        return NO_NUMBER
    before, number, unit = found.groups()
    if more := re.match(FIGURE["more"], unit) or re.search(f"(?:{FIGURE['more']})$", unit):
        unit = unit[: more.start()] + unit[more.end() :]
        direction, bound = direction or "at_least", bound + more[0]
    typed = _with_unit(Typed(_float(number), direction=direction, bound=bound), before + unit)
    if typed is None and re.search("[0-9]", unit):
        return SEVERAL
    return typed or (NO_NUMBER if before else f"words that are no unit: {unit}")


def _with_unit(made: Typed, text: str) -> Typed | None:
    """A number in the unit that stands beside it; None if the text is none."""
    unit = unit_in(text) if text else None
    if unit is None:
        return None if text else made
    return (
        replace(made.times(unit.factor), unit=Unit(unit.name))
        if unit.name
        else replace(made, unit=unit)
    )


def _float(text: str) -> float:
    return float(text.replace(",", ""))


def _bounds(text: str) -> tuple[str, str | None, str]:
    """A text without the words of a limit at its ends, the limit, and those words."""
    text = re.sub(FIGURE["inclusive"], "", text)
    said: dict[str, str] = {}
    before: str | None = None
    while before != text:
        before = text = LEAD.sub("", text)
        for limit, words in LIMITS.items():
            found = re.match(words, text) or re.search(f"(?:{words})$", text)
            if found and found[0] != text:
                text = text[: found.start()] + text[found.end() :]
                said[limit] = said.get(limit, "") + found[0]
    firm = [d for d in said if d != "about"]
    direction = "several" if len(firm) > 1 else next(iter(firm or said), None)
    return text, direction, "".join(said.values())
