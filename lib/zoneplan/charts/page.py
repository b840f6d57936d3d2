"""The page of a chart: measured title block and footer, panels, and room for names beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan.charts import theme
from zoneplan.charts.labels import spread
from zoneplan.charts.theme import EDGE, INK, LINE, NOTE, SMALL, SOFT, TARGET, TINY
from zoneplan.charts.wording import typeset
from zoneplan.text import num, upper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: what a year below an axis takes, and the shortest axis that shows anything, by panels.
YEAR_ROOM, SHORTEST = 0.34, {1: 1.35, 2: 1.0, 3: 0.9}
# Names beside the axes take no more of the width than this.
ASIDE = 0.42
# Inches that a row of ticks, a name below an axis, a line of the key and two rows of panels take.
TICKS, XLABEL, KEY, APART = 0.24, 0.2, 0.2, 0.12
# In a key: a hollow dot.
HOLLOW = "hollow"
# Marks in words: (words, colour, marker), and where such an entry stands; the style of an artist.
Key = Sequence[tuple[str, str, str]]
Placed = list[tuple[float, tuple[str, str, str]]]
Style = dict[str, Any]


@dataclass(frozen=True)
class Caption:
    """The words around a picture, in one language.

    A title of too many words gives way to the ``neutral`` one, where there is one.
    ``names`` may stand in Latin letters in a Chinese chart: those of a plan, and publishers.
    ``alt`` takes the place of the alternative text that is made from the data.
    """

    title: str
    subtitle: str
    source: str
    note: str = ""
    lang: str = "en"
    names: frozenset[str] = field(default_factory=frozenset)
    alt: str = ""
    neutral: str = ""

    def __post_init__(self) -> None:
        for part in ("title", "subtitle", "source", "note", "alt", "neutral"):
            object.__setattr__(self, part, typeset(getattr(self, part)))

    @property
    def heading(self) -> str:
        """The title that is printed."""
        long = word_count(self.title) > theme.TITLE_WORDS
        return self.neutral if long and self.neutral else self.title


def word_count(title: str) -> int:
    """Count the words of a title; two Chinese characters are one, punctuation is none."""
    found = re.findall(rf"[{theme.HAN}]{{1,2}}|[^\s{theme.CHINESE}]+", title)
    # A sign of percent belongs to its figure.
    return sum(any(x.isalnum() for x in word) for word in found)


@cache
def _advance(letter: str, bold: bool) -> float:
    """What a letter takes of a line, in sizes of the letters."""
    from matplotlib.font_manager import get_font

    theme.glyphs()
    for path in theme.paths(bold):
        font = get_font(path)
        if font.get_char_index(ord(letter)):
            font.set_size(100, 72)
            return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100
    return 1.0


@lru_cache(maxsize=8192)
def _line_width(text: str, size: float, bold: bool) -> float:
    # Formats and resolutions hint glyphs differently; four per cent cover the difference.
    return 1.04 * size / 72 * sum(_advance(letter, bold) for letter in text)


def height(text: str, size: float) -> float:
    """Height of a text, in inches; none for no text."""
    return (text.count("\n") + 1) * size * LINE / 72 if text else 0.0


@dataclass(frozen=True)
class Ruler:
    """Measures and breaks texts in the fonts of a language; widths in inches, sizes in points."""

    lang: str

    def width(self, text: str, size: float, bold: bool = False) -> float:
        """Width of the widest line of a text."""
        lines = [line for line in typeset(text).split("\n") if line.strip()]
        return max((_line_width(line, size, bold) for line in lines), default=0.0)

    def wrap(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """Break into lines of at most this width; Chinese anywhere, if it does not fit one line."""
        lines, line = [], ""
        for token in self._tokens(text, width, size, bold):
            joined = line + token if line else token.lstrip()
            if line.strip() and self.width(joined.rstrip(), size, bold) > width:
                lines.append(line.rstrip())
                joined = token.lstrip()
            line = joined
        return "\n".join([*lines, line.rstrip()])

    def even(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """Break into lines of similar length, so that no single word is left over."""
        lines = self.wrap(text, width, size, bold)
        for narrower in np.arange(width, width / 3, -0.1) if "\n" in lines else ():
            tried = self.wrap(text, float(narrower), size, bold)
            if tried.count("\n") > lines.count("\n"):
                break
            lines = tried
        return lines

    def _tokens(self, text: str, width: float, size: float, bold: bool) -> Iterator[str]:
        any_ = theme.CHINESE
        chinese = rf" *[（“《(]*(?:[{any_}]|[^ {any_}]+)[，。；：、）)”》]*"
        for word in re.findall(r"[ \n]*[^ \n]+", typeset(text)):
            fits = self.width(word.strip(), size, bold) <= width
            yield from [word] if fits else re.findall(chinese, word)


def tick_room(ruler: Ruler, values: pd.Series, least: float) -> float:
    """Inches that the ticks of an upright axis with these values take, at least so many."""
    return max(least, 0.2 + max(ruler.width(num(v, 0), SMALL) for v in values.agg(["min", "max"])))


def room(widest: float) -> float:
    """Inches that names beside the axes may take."""
    return min(widest, ASIDE * theme.SIZES[theme.size()][0])


def write(where: Figure | Axes, x: float, y: float, text: str, lang: str, **style: Any) -> None:
    """Print a text, ``bold`` or with a ``halo``.

    In Chinese bold is outlined, because the font has one weight.
    """
    from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

    if not text:
        return
    bold, halo = style.pop("bold", False), style.pop("halo", False)
    heavy = "bold" if bold and lang == "en" else "normal"
    look: Style = {
        "fontsize": SMALL,
        "va": "center",
        "weight": heavy,
        "linespacing": theme.SPACING,
        **style,
    }
    drawn = where.text(x, y, typeset(text), **look)
    effects: list[AbstractPathEffect] = [Stroke(linewidth=1.6, foreground="white")] if halo else []
    if bold and lang == "zh":
        outline = Stroke(linewidth=0.035 * look["fontsize"], foreground=drawn.get_color())
        effects.append(outline)
    elif halo:
        effects.append(Normal())
    drawn.set_path_effects(effects)


@dataclass(frozen=True)
class Rule:
    """A line across the axes: at a value, or at the first one of a column in each panel."""

    at: float | str
    words: str = ""
    colour: str = TARGET
    dashed: bool = False

    def value(self, part: pd.DataFrame) -> float:
        """Where the line stands in a panel."""
        return float(part[self.at].iloc[0]) if isinstance(self.at, str) else self.at

    @property
    def look(self) -> Style:
        """The style of the line."""
        width, dash = 0.8 if self.colour == SOFT else 1.3, (0, (4, 2)) if self.dashed else "-"
        return {"color": self.colour, "lw": width, "ls": dash}


@dataclass(frozen=True)
class Panel:
    """Axes with their size in inches, and texts around them."""

    ax: Axes
    wide: float
    high: float
    ruler: Ruler

    def write(self, x: float, y: float, text: str, where: str = "data", **style: Any) -> None:
        """Print at data, or at shares of the ``axes`` (with ``x`` or ``y`` in data)."""
        transform = {
            "data": self.ax.transData,
            "axes": self.ax.transAxes,
            "x": self.ax.get_xaxis_transform(),
            "y": self.ax.get_yaxis_transform(),
        }[where]
        write(self.ax, x, y, text, self.ruler.lang, transform=transform, **style)

    def side(self, x: float, y: float, text: str, **style: Any) -> None:
        """Print ``x`` inches from the right (negative: left) end of the axes, ``y`` in data."""
        self.write((x >= 0) + x / self.wide, y, text, "y", **style)

    def above(self, text: str, **style: Any) -> None:
        """Print small above the left end of the axes, or with ``ha="right"`` the right one."""
        x = 1.0 if style.get("ha") == "right" else -0.4 / self.wide
        style = {"fontsize": NOTE, "color": SOFT, "va": "bottom", **style}
        self.write(x, 1 + 0.06 / self.high, text, "axes", **style)

    def broken(self, across: bool = False) -> None:
        """Mark an axis that does not begin at zero: two strokes cut its lower end."""
        low, high = self.ax.get_xlim() if across else self.ax.get_ylim()
        if low * high <= 0 or low > high:
            return
        style: Style = {"transform": self.ax.transAxes, "clip_on": False, "zorder": 5}
        long, wide = (0.09 / s for s in ((self.wide, self.high)[:: 1 if across else -1]))
        for lw, colour in ((3.0, "white"), (0.8, SOFT)):
            for at in (0.6, 1.0) if lw < 1 else (0.8,):
                ends = [at * long - 0.25 * long, at * long + 0.25 * long], [-wide / 2, wide / 2]
                x, y = ends if across else ends[::-1]
                self.ax.plot(x, y, color=colour, lw=lw, **style)

    def end_labels(self, labels: Sequence[tuple[float, str, str]], start: float) -> None:
        """Print names beside the right end, moved apart and then tied to their value."""
        low, high = self.ax.get_ylim()
        flip = -1 if low > high else 1
        per_inch = abs(high - low) / self.high
        gaps = [height(text, SMALL) * per_inch for _, text, _ in labels]
        ends = sorted((flip * low, flip * high))
        at = flip * spread([flip * v for v, _, _ in labels], gaps, *ends)
        # A tie starts where the mark ends.
        tie = [1 + 0.09 / self.wide, 1 + (start - 0.03) / self.wide]
        style: Style = {"lw": 0.6, "clip_on": False}
        style["transform"] = self.ax.get_yaxis_transform()
        for (value, text, colour), y in zip(labels, at, strict=True):
            if abs(y - value) > 0.04 * per_inch:
                self.ax.plot(tie, [value, y], color=colour, **style)
            self.side(start, y, text, color=colour)

    def years(self, years: Sequence[int]) -> None:
        """Name years below the axis, the last one and as many before it as stand apart."""
        low, high = self.ax.get_xlim()
        shown: list[int] = []
        for year in sorted(years, reverse=True):
            if not shown or (shown[-1] - year) * self.wide / (high - low) >= YEAR_ROOM:
                shown.append(year)
        self.ax.set_xticks(list(years), [str(y) if y in shown else "" for y in years])

    def thousands(self) -> None:
        """Set thousands on the upright axis apart, as in every other number."""
        if max(map(abs, self.ax.get_ylim())) >= 1000:
            self.ax.yaxis.set_major_formatter(lambda v, _: num(v, 0))

    def clear(self) -> None:
        """Take away all that was drawn; axes, ticks and words around the panel stay."""
        for artist in (*self.ax.lines, *self.ax.patches, *self.ax.collections, *self.ax.texts):
            artist.remove()


class Page:
    """A figure with its title block on top, its footer below, and panels between them.

    All measures are inches. ``left`` and ``right`` are kept free beside all panels, ``inner``
    beside each; ``high`` is the height of a panel, without it the page has the standard height.
    ``heads`` name the panels, ``across`` stand side by side; ``above`` is kept free over each.
    """

    def __init__(
        self,
        caption: Caption,
        *,
        left: float = 0.55,
        right: float = EDGE,
        inner: tuple[float, float] = (0.0, 0.0),
        heads: Sequence[str] = ("",),
        notes: Sequence[str] = (),
        across: int = 3,
        high: float | Sequence[float] | None = None,
        above: float = 0.0,
        ticks: bool = True,
        xlabel: str = "",
        key: Key = (),
    ):
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.ruler = ruler = Ruler(caption.lang)
        # Draws other data on the same page, where a form can; False where their words do not fit.
        self.redraw: Callable[[pd.DataFrame], bool] | None = None
        self.width, standard = theme.SIZES[theme.size()]
        slide = self.width / standard if theme.size() == "slide" else 0.0
        across = min(across, len(heads))
        down = -(-len(heads) // across)
        while True:
            share = (self.width - left - right) / across
            wide = share - sum(inner)
            if wide < SHORTEST.get(across, SHORTEST[3]):
                said = f"names leave {wide:.1f} of {self.width} inches for the axes"
                raise ValueError(f"{said}: draw the chart as page")
            beside = share - 0.06
            named = [ruler.wrap(h, beside, SMALL, bold=True) for h in heads]
            noted = [ruler.wrap(n, beside, NOTE) for n in notes] or [""] * len(named)
            small = max(height(n, NOTE) for n in noted)
            over = above + small + max(height(h, SMALL) + 0.08 * bool(h) for h in named)
            under = TICKS * ticks + XLABEL * bool(xlabel)
            words = self._words(caption)
            keys, foot = self._key_lines(key), words.pop()
            lines = sum(height(t, s["fontsize"]) + 0.05 for t, s in words)
            top, bottom = (
                EDGE + lines + KEY * len(keys) + 0.1,
                EDGE + height(*foot[:1], TINY) + 0.08,
            )
            around = top + bottom + down * (over + under) + (down - 1) * APART
            # A narrow page has a long title block: the picture keeps at least half of the height.
            usual = max(standard - around, standard / 2) / down if high is None else high
            highs = [usual] * down if isinstance(usual, float | int) else list(usual)
            self.height = around + sum(highs)
            if not slide or self.height <= self.width / slide + 1e-9:
                break
            # A slide keeps its shape: what is too high for it gets a wider one.
            self.width = self.height * slide
        if slide:
            spare = self.width / slide - self.height
            highs, self.height = [h + spare / down for h in highs], self.width / slide
        self.figure = Figure(figsize=(self.width, self.height))
        FigureCanvasAgg(self.figure)
        self._print(words, keys, foot)
        self.panels = []
        y = self.height - top + under + APART
        for n, (head, note) in enumerate(zip(named, noted, strict=True)):
            tall, x = highs[n // across], left + (n % across) * share + inner[0]
            if n % across == 0:
                y -= under + APART + over + tall
            box = x / self.width, y / self.height, wide / self.width, tall / self.height
            self.panels.append(Panel(self.figure.add_axes(box), wide, tall, ruler))
            self.panels[-1].ax.set_xlabel(xlabel)
            # Heads begin at the left end of the panel's share of the page.
            start, at = max(x - inner[0], EDGE) if across > 1 else EDGE, y + tall + above + 0.05
            self._write(start, at + small, head, color=INK, bold=True, va="bottom")
            self._write(start, at, note, color=SOFT, fontsize=NOTE, va="bottom")

    def _words(self, caption: Caption) -> list[tuple[str, Style]]:
        """Title, subtitle and footer, broken into lines, with their styles."""
        wide = self.width - 2 * EDGE
        lines = (self.ruler.wrap(t, wide - 0.15, TINY) for t in (caption.note, caption.source))
        title = self.ruler.even(caption.heading, wide, theme.TITLE, bold=True)
        subtitle = self.ruler.even(caption.subtitle, wide, theme.SUBTITLE)
        foot = "\n".join(line for line in lines if line)
        return [
            (title, {"fontsize": theme.TITLE, "color": INK, "bold": True, "va": "top"}),
            (subtitle, {"fontsize": theme.SUBTITLE, "color": SOFT, "va": "top"}),
            (foot, {"fontsize": TINY, "color": SOFT, "va": "bottom"}),
        ]

    def _write(self, x: float, y: float, text: str, **style: Any) -> None:
        write(self.figure, x / self.width, y / self.height, text, self.ruler.lang, **style)

    def _print(
        self, words: list[tuple[str, Style]], keys: list[Placed], foot: tuple[str, Style]
    ) -> None:
        from matplotlib.lines import Line2D

        at = self.height - EDGE
        for text, style in words:
            self._write(EDGE, at, text, **style)
            at -= height(text, style["fontsize"]) + 0.05
        at -= KEY / 2
        for line in keys:
            for x, (text, colour, marker) in line:
                if marker:
                    spot = [(x + 0.05) / self.width], [at / self.height]
                    shape = "o" if marker == HOLLOW else marker
                    look: Style = {"marker": shape, "ms": 6, "ls": "none", "color": colour}
                    look |= {"mfc": "white", "mew": 1.4} if marker == HOLLOW else {}
                    placed = Line2D(*spot, transform=self.figure.transFigure, **look)
                    self.figure.add_artist(placed)
                self._write(x + 0.16 * bool(marker), at, text, color=theme.ink(colour))
            at -= KEY
        self._write(EDGE, EDGE - 0.04, foot[0], **foot[1])

    def _key_lines(self, key: Key) -> list[Placed]:
        lines: list[Placed] = []
        x = self.width
        for entry in key:
            span = self.ruler.width(entry[0], SMALL) + 0.16 * bool(entry[2])
            if x + span > self.width - EDGE:
                lines.append([])
                x = EDGE
            lines[-1].append((x, entry))
            x += span + 0.22
        return lines


@dataclass(frozen=True)
class Names:
    """Names of rows with a small note under each, broken to fit, and the room that they need.

    ``width`` is the margin and ``high`` the distance of two rows, in inches.
    """

    texts: list[tuple[str, str]]
    size: float
    width: float
    high: float

    @classmethod
    def of(
        cls,
        ruler: Ruler,
        names: Sequence[str],
        notes: Sequence[str],
        widest: float,
        size: float = SMALL,
    ) -> Names:
        """Measure names; ``widest`` is the room for them, in inches."""
        named = [ruler.wrap(upper(str(t)), room(widest), size) for t in names]
        noted = [ruler.even(str(t), room(widest), TINY) for t in notes] or [""] * len(named)
        texts = list(zip(named, noted, strict=True))
        wide = max(max(ruler.width(a, size), ruler.width(b, TINY)) for a, b in texts)
        blocks = [height(a, size) + height(b, TINY) for a, b in texts]
        # Two neighbours share the distance between their rows.
        high = max([(a + b) / 2 for a, b in pairwise(blocks)] or blocks)
        return cls(texts, size, EDGE + 0.12 + wide, high)

    def write(self, panel: Panel) -> None:
        """Print the names at the left of the rows of a panel, the first one on top."""
        row = panel.high / len(self.texts)
        for y, (name, note) in enumerate(self.texts):
            over, under = height(name, self.size) / row, height(note, TINY) / row
            middles = y - under / 2, y + over / 2
            style: Style = {"ha": "right", "color": INK, "fontsize": self.size}
            panel.side(-0.1, middles[0], name, **style)
            panel.side(-0.1, middles[1], note, **style | {"color": SOFT, "fontsize": TINY})


def row_axes(panel: Panel, n: int) -> None:
    """Lay out axes with one row an entry, the first on top."""
    panel.ax.set_ylim(n - 0.5, -0.5)
    panel.ax.set_yticks([])
    panel.ax.spines["left"].set_visible(False)
