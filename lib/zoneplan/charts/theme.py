"""Colours, sizes and fonts of every chart."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

ZONE, TARGET, PEER, FAN = "#12355B", "#C8102E", "#9AA0A6", "#4F81BD"
INK, SOFT, GRID, SHADE, RAIL = "#222222", "#5F6368", "#E5E7EB", "#F3F4F6", "#D5D8DC"
# The part of a bar below its turning point.
PALE = "#A9C1E0"
SERIES = (ZONE, "#96690B", "#2E7D6B", "#7B4B94")
# Shapes tell series apart where colours cannot, as in grey print.
MARKERS = ("o", "s", "^", "D")
# Pale to dark blue, so that shades read in grey print too.
SHADES = ("#f7f7f7", "#e3e9ef", "#c6d5e4", "#9dbbd6", "#6d9bc3", "#3f78a8")
# Marks too pale for small print: their words use a darker shade.
_WORDS = {FAN: "#2F5F9E", PEER: SOFT, PALE: "#2F5F9E"}
# Inches wide and high; charts of rows are as high as they need. A slide is shown twice as large.
SIZES = {"column": (3.5, 3.2), "page": (7.2, 4.4), "slide": (7.2, 4.05)}
EDGE = 0.14
# Points of letters.
TITLE, SUBTITLE, NAME, SMALL, NOTE, TINY = 12.5, 8.5, 9.0, 8.0, 7.5, 7.0
# What a line takes of the page, in sizes of its letters; of the height of the font itself.
LINE, SPACING = 1.3, 1.3 / 1.362
# A longer title gives way to a neutral one, where there is one.
TITLE_WORDS = 16
CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
HAN = "\u2e80-\u2fff\u3400-\u9fff\uf900-\ufaff"
# One typeface in both scripts; the last font only helps out with rare letters.
FAMILY = ("Noto Sans", "Noto Sans SC", "DejaVu Sans")
FONTS = Path(__file__).with_name("fonts")
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.labelsize": SMALL,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "svg.hashsalt": "zoneplan",
    "savefig.facecolor": "white",
}
_SIZE: ContextVar[str] = ContextVar("size", default="page")
_TITLE: ContextVar[str] = ContextVar("title", default="")


def ink(colour: str) -> str:
    """The colour of words about a mark."""
    return _WORDS.get(colour, colour)


def size() -> str:
    """The size that charts are made in."""
    return _SIZE.get()


def title() -> str:
    """The title that charts are given in place of their own; empty for none."""
    return _TITLE.get()


@contextmanager
def sized(name: str, title: str = "") -> Iterator[None]:
    """Make charts as ``column`` (3.5 inches wide, for a page of two), ``page`` (7.2) or ``slide``.

    ``title`` takes the place of their own.

    Raises
    ------
    ValueError
        There is no such size, or a chart made inside is too crowded for it.
    """
    if name not in SIZES:
        raise ValueError(f"size {name!r}: choose one of {', '.join(SIZES)}")
    before = _SIZE.set(name), _TITLE.set(title)
    try:
        yield
    finally:
        _SIZE.reset(before[0])
        _TITLE.reset(before[1])


@lru_cache(maxsize=1)
def glyphs() -> frozenset[int]:
    """Register the fonts by their paths; return what can be printed.

    They come first, before fonts of the machine with the same name. The Chinese font has one
    weight. It is entered as its own bold too, or every bold title would log a complaint.
    """
    from matplotlib.font_manager import fontManager, get_font

    own = paths(bold=True)[:2] + paths()[:1]
    for path in own:
        fontManager.addfont(path)
    ours = {f.fname: f for f in fontManager.ttflist if f.fname in own}
    fontManager.ttflist[:0] = [*ours.values(), replace(ours[own[1]], weight=700)]
    letters = (get_font(path).get_charmap() for path in (*own, paths()[-1]))
    return frozenset({ord("\n"), *(code for font in letters for code in font)})


@lru_cache(maxsize=2)
def paths(bold: bool = False) -> tuple[str, ...]:
    """Where the fonts lie: Latin, Chinese, and the one that helps out."""
    from matplotlib.font_manager import findfont
    from pylopdf_fonts_zh_cn import sans_path

    latin = FONTS / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf"
    return str(latin), str(sans_path()), findfont(FAMILY[-1])


@contextmanager
def theme(missing: Literal["ignore", "error"] = "ignore") -> Iterator[None]:
    """Set the project's style over matplotlib's defaults; the reader's settings come back.

    Measuring may ignore a ``missing`` glyph, since export refuses it with words that help.
    """
    import matplotlib as mpl

    glyphs()
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update({**STYLE, "font.family": list(FAMILY)})
        warnings.filterwarnings(missing, message="Glyph .* missing")
        yield
