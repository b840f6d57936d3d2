"""The one formatter: every shown number has fixed decimals, so that any machine prints the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import pandas as pd

from zoneplan.data.units import readable

MISSING = "–"
# Named here, because the machine's own names depend on its settings.
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
# Chinese sets the sign close to the figure and a wave between the ends of a range.
PERCENT = {"en": " %", "zh": "%"}
WAVE = {"en": "-", "zh": "～"}


def num(x: float, digits: int = 1) -> str:
    """A number with fixed decimals and thousands separators; a dash where it is missing."""
    if pd.isna(x):
        return MISSING
    # Adding zero turns a rounded -0.0 into 0.0.
    return f"{round(float(x), digits) + 0.0:,.{digits}f}"


def pct(x: float, digits: int = 1, lang: str = "en") -> str:
    """A percent number with its sign: 8.62 becomes ``8.6 %``, in Chinese ``8.6%``."""
    return MISSING if pd.isna(x) else num(x, digits) + PERCENT[lang]


def odds(p: float, lang: str = "en") -> str:
    """A probability (0 to 1) as whole percent; never a false 0 or 100."""
    if pd.isna(p):
        return MISSING
    shown = "<1" if p < 0.01 else ">99" if p > 0.99 else f"{100 * p:.0f}"
    return shown + PERCENT[lang]


def odds_range(low: float, high: float, lang: str = "en") -> str:
    """The odds over two bases: one number where both print alike, else ``49-58 %``, in Chinese
    ``49%～58%``.
    """
    first, last = odds(low, lang), odds(high, lang)
    if first == last:
        return first
    return (first.removesuffix(PERCENT["en"]) if lang == "en" else first) + WAVE[lang] + last


def amount(value: float, unit: str, lang: str = "en") -> str:
    """A value with its unit, converted for the reader:

    270 亿元 becomes ``CNY 27 billion``, in Chinese ``270亿元``.
    """
    if pd.isna(value):
        return MISSING
    if unit == "%":
        return pct(value, 0 if float(value).is_integer() else 1, lang)
    shown, template = readable(value, unit, lang)
    return template.format(num(shown, _places(shown)))


def exact(value: float, unit: str, lang: str = "en") -> str:
    """As :func:`amount`, with every digit of a figure as it was typed."""
    shown, template = readable(value, unit, lang)
    return f"{value:,.12g}{PERCENT[lang]}" if unit == "%" else template.format(f"{shown:,.12g}")


def rounded(value: float, unit: str, lang: str = "en") -> str:
    """As :func:`amount`, for a figure that was worked out: rounded to three digits or more."""
    shown, template = readable(value, unit, lang)
    return template.format(num(shown, 0 if abs(shown) >= 1000 else 1 if abs(shown) >= 10 else 2))


def _places(x: float) -> int:
    """Decimals that a value needs, at most two: 27 takes none, 22.8 takes one."""
    return next((n for n in (0, 1) if abs(x - round(x, n)) < 1e-9), 2)


def day(when: date, lang: str = "en") -> str:
    """A day as readers write it: ``30 October 2018``, in Chinese ``2018年10月30日``."""
    if lang == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def upper(text: str) -> str:
    """A text with its first letter as a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def cells(frame: pd.DataFrame, digits: int | Mapping[str, int] = 1) -> pd.DataFrame:
    """Every cell as text; ``digits`` is one number for all columns or a mapping (``*`` for the
    rest).
    """
    places = digits if isinstance(digits, Mapping) else {"*": digits}

    def column(values: pd.Series) -> list[str]:
        n = places.get(values.name, places.get("*", 1))
        return [_cell(v, n) for v in values]

    return pd.DataFrame({c: column(frame[c]) for c in frame.columns}, index=frame.index)


def _cell(value: object, digits: int) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return MISSING
    if isinstance(value, float):
        return num(value, digits)
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def frame(df: pd.DataFrame, digits: int | Mapping[str, int] = 1) -> str:
    """A table as plain text with fixed decimals."""
    return cells(df, digits).to_string(index=False)


@dataclass(frozen=True)
class Shown:
    """A table as a notebook shows it: text and HTML from the same formatted cells."""

    texts: pd.DataFrame

    def __repr__(self) -> str:
        return self.texts.to_string(index=False)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(str(c))}</th>" for c in self.texts.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(v)}</td>" for v in row) + "</tr>"
            for row in self.texts.to_numpy()
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def show(df: pd.DataFrame, digits: int | Mapping[str, int] = 1) -> Shown:
    """A table for a notebook; see :func:`cells` for ``digits``."""
    return Shown(cells(df, digits))


def say(markdown: str) -> Any:
    """Prose with rendered numbers, shown as Markdown; what looks like a tag is somebody's name, and
    shown as such.
    """
    from IPython.display import Markdown

    return Markdown(re.sub(r"<(?=[A-Za-z/!?])", "&lt;", markdown))
