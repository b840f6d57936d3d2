"""Charts: one theme, one function per kind, and a contract that export enforces.

A chart carries its title, subtitle, source line, alternative text and exactly the data that it draws. Margins
and line breaks are measured with the fonts that print, so that no label is cut off or lies on another.
"""

from __future__ import annotations

import functools
import io
import itertools
import logging
import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.messages import Words, words
from zoneplan.plan.document import PlanDocument, latin_names
from zoneplan.plan.loading import load
from zoneplan.text import cells, num, odds, odds_range, pct, upper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

ZONE, TARGET, PEER, FAN, INK, SOFT = (
    "#12355B",
    "#C8102E",
    "#9AA0A6",
    "#4F81BD",
    "#222222",
    "#5F6368",
)
# The fan's own blue is too pale for small print; its words use this one.
FAN_TEXT, GRID, SHADE = "#2F5F9E", "#E5E7EB", "#F3F4F6"
SERIES = (ZONE, "#96690B", "#2E7D6B", "#7B4B94")
# Shapes tell series apart where colours cannot, as in grey print.
MARKS = ("o", "s", "^", "D")
# Inches wide and high; charts of rows are as high as their rows need. A slide is as wide as it is shown twice as large.
SIZES = {"column": (3.5, 3.2), "page": (7.2, 4.4), "slide": (7.2, 4.05)}
# Inches that a year below an axis takes.
YEAR_ROOM = 0.34
# An axis shorter than this, in inches, shows nothing.
SHORTEST = 1.35
# Names beside the axes take no more of the width than this.
ASIDE = 0.42
EDGE = 0.14
TITLE_WORDS = 12
CITED = 4
OWN = "own calculation"
UNNAMED = "not stated"
SMALL, TINY = 8.0, 7.0
# What a line takes of the page, in sizes of its letters.
LINE = 1.3
# Texts may touch: their boxes may share so much of the lower one's height.
TOUCH = 0.25
# Latin words that Chinese readers use.
LATIN = frozenset({"GDP", "FDI", "Sobol"})
KINDS = ("png", "svg", "pdf")
CHINESE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
HAN = "\u2e80-\u2fff\u3400-\u9fff\uf900-\ufaff"
# One font for most of a page looks calmer than two side by side.
FAMILIES = {"en": ("DejaVu Sans", "Noto Sans SC"), "zh": ("Noto Sans SC", "DejaVu Sans")}
STYLE = {
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


@lru_cache(maxsize=1)
def _fonts() -> frozenset[int]:
    """Register the Chinese font by its path in the installed wheel; return the characters both fonts can print.

    The font has one weight. It is entered as its own bold too, or every bold title would log a complaint and
    lose the Latin bold.
    """
    from matplotlib.font_manager import findfont, fontManager, get_font
    from pylopdf_fonts_zh_cn import sans_path

    path = str(sans_path())
    if path not in {f.fname for f in fontManager.ttflist}:
        fontManager.addfont(path)
    regular = next(f for f in fontManager.ttflist if f.fname == path)
    bold = replace(regular, weight=700)
    if bold not in fontManager.ttflist:
        fontManager.ttflist.append(bold)
    return frozenset(
        {*get_font(findfont("DejaVu Sans")).get_charmap(), *get_font(path).get_charmap(), ord("\n")}
    )


# The language whose fonts texts are measured and drawn in.
_LANG: ContextVar[str] = ContextVar("lang", default="en")
_SIZE: ContextVar[str] = ContextVar("size", default="page")


@contextmanager
def sized(size: str) -> Iterator[None]:
    """Charts made inside are ``column`` (3.5 inches wide, for a page of two), ``page`` (7.2) or ``slide`` (16:9).

    Raises
    ------
    ValueError
        There is no such size, or a chart made inside is too crowded for it.

    How to read it: ``with sized("column"): path_chart(plan, "gdp")``.
    """
    if size not in SIZES:
        raise ValueError(f"size {size!r}: choose one of {', '.join(SIZES)}")
    before = _SIZE.set(size)
    try:
        yield
    finally:
        _SIZE.reset(before)


@contextmanager
def _theme(lang: str) -> Iterator[None]:
    """The project's settings over matplotlib's own defaults; the reader's settings come back afterwards."""
    import matplotlib as mpl

    _fonts()
    before = _LANG.set(lang)
    try:
        with mpl.rc_context():
            mpl.rcdefaults()
            mpl.rcParams.update(STYLE | {"font.family": list(FAMILIES[lang])})
            yield
    finally:
        _LANG.reset(before)


def _themed(draw: Callable[..., Chart]) -> Callable[..., Chart]:
    @functools.wraps(draw)
    def inside(*args, lang: str = "en", **kwargs) -> Chart:
        with _theme(lang), warnings.catch_warnings():
            # Measuring meets a missing glyph first; export refuses it with words that help.
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            chart = draw(*args, lang=lang, **kwargs)
        if _SIZE.get() != "page":
            _fits(chart, _SIZE.get())
        return chart

    return inside


def _fits(chart: Chart, size: str) -> None:
    """Refuse a chart that is not legible in its size."""
    short = min(ax.get_position().width for ax in chart.figure.axes) * chart.figure.get_figwidth()
    crowded = chart._crowded() or (
        [f"{short:.1f} inches are left for an axis"] if short < SHORTEST else []
    )
    if crowded:
        raise ValueError(
            f"chart {chart.id} is not legible as {size}: {crowded[0]}; draw it as page"
        )


@dataclass(frozen=True)
class Chart:
    """A finished chart with all that a briefing paper needs beside the picture."""

    id: str
    figure: Figure
    title: str
    subtitle: str
    source: str
    alt: str
    data: pd.DataFrame
    lang: str = "en"

    def table(self) -> pd.DataFrame:
        """Exactly the data drawn."""
        return self.data.copy()

    def __repr__(self) -> str:
        return f"Chart {self.id}: {self.title}\n{cells(self.data, 2).to_string(index=False)}"

    def _repr_png_(self) -> bytes:
        return _palette(self._render("png", dpi=110), 110)

    def texts(self) -> list[str]:
        """Every text printed in the picture."""
        from matplotlib.text import Text

        return [
            t.get_text()
            for t in self.figure.findobj(Text)
            if t.get_visible() and t.get_text().strip()
        ]

    def problems(self) -> list[str]:
        """How the chart breaks the contract; empty if it may be exported."""
        found = []
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.id):
            found.append(f"the id {self.id!r} cannot name a file: use letters, digits, - and _")
        if _words(self.title) > TITLE_WORDS:
            found.append(f"the title has {_words(self.title)} words: shorten it to {TITLE_WORDS}")
        for part in ("title", "subtitle", "source", "alt"):
            if not getattr(self, part).strip():
                found.append(f"the {part} is empty: every chart needs one")
        if self.data.empty:
            found.append("no data are attached: pass the frame that is drawn")
        missing = sorted({c for text in self.texts() for c in text if ord(c) not in _fonts()})
        if missing:
            named = ", ".join(f"{c} (U+{ord(c):04X})" for c in missing)
            # Where glyphs are missing nothing can be measured.
            return [
                *found,
                f"no font has a glyph for {named}: replace these characters in the labels",
            ]
        return found + self._foreign() + self._crowded()

    def _foreign(self) -> list[str]:
        """English words in a Chinese chart; names of publishers and of somebody's own plan are of no language."""
        if self.lang != "zh":
            return []
        names = _publishers(tuple(dict.fromkeys(tables.sources()["publisher"])))
        shown = [names.sub("", t) for t in (*self.texts(), self.alt)]
        found = sorted(_latin(shown) - LATIN - _latin(latin_names(load(PlanDocument))))
        return [f"English words in a Chinese chart: {', '.join(found)}"] if found else []

    def _crowded(self) -> list[str]:
        """Texts that the edge of the page cuts, and texts that lie on each other."""
        page, boxes = self.figure.bbox, self._boxes()
        cut = [
            t
            for t, b in boxes
            if b.x0 < page.x0 or b.y0 < page.y0 or b.x1 > page.x1 or b.y1 > page.y1
        ]
        over = [
            pair
            for pair in itertools.combinations(boxes, 2)
            if _on_each_other(pair[0][1], pair[1][1])
        ]
        found = [f"the edge cuts {t!r}: shorten it or give it room" for t in cut]
        return found + [
            f"{one!r} lies on {two!r}: shorten one or give them room" for (one, _), (two, _) in over
        ]

    def _boxes(self) -> list[tuple[str, Bbox]]:
        """Every printed text with the box that it takes, in pixels."""
        from matplotlib.text import Text

        left_out = set()
        with _theme(self.lang):
            self.figure.draw_without_rendering()
            for ax in self.figure.axes:
                for side, labels, (a, b) in (
                    (0, ax.get_xticklabels(), ax.get_xlim()),
                    (1, ax.get_yticklabels(), ax.get_ylim()),
                ):
                    # Labels of ticks outside the axes: the figure keeps them but never prints them.
                    left_out |= {
                        t for t in labels if not min(a, b) <= t.get_position()[side] <= max(a, b)
                    }
            drawn = [
                t
                for t in self.figure.findobj(Text)
                if t.get_visible() and t.get_text().strip() and t not in left_out
            ]
            return [(t.get_text(), t.get_window_extent()) for t in drawn]

    def export(
        self, folder: str | Path, dpi: int = 300, kinds: Sequence[str] = KINDS
    ) -> list[Path]:
        """Write PNG (with ``dpi`` dots an inch), SVG and PDF, or fewer ``kinds``; the bytes change only if the picture does.

        All of them are drawn before the first is written, so that a failure leaves earlier files as they were.

        Raises
        ------
        ValueError
            The chart breaks the contract; the message says how to mend it.
        """
        found = self.problems()
        if found:
            raise ValueError(f"chart {self.id}: " + "; ".join(found))
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        drawn = {folder / f"{self.id}.{kind}": self._render(kind, dpi) for kind in kinds}
        drawn |= {
            file: _palette(content, dpi) for file, content in drawn.items() if file.suffix == ".png"
        }
        for file, content in drawn.items():
            _write(file, content)
        return list(drawn)

    def panel_png(self, dpi: int = 100) -> bytes:
        """The picture alone as PNG, for a page that prints title, subtitle and source as its own text.

        Most of the time of drawing goes into text, so this is also what can follow a slider.
        """
        from matplotlib.transforms import Bbox

        figure = self.figure
        wide, high = figure.get_size_inches()
        box = figure.axes[0].get_position()
        printed = [t for t in figure.texts if t.get_visible()]
        for text in printed:
            text.set_visible(False)
        try:
            # Room for the words above the axes and for the years below them.
            area = Bbox([[0, box.y0 * high - 0.26], [wide, box.y1 * high + 0.26]])
            # Packing tightly would cost a tenth of the time that the eye waits.
            return self._render("png", dpi, bbox_inches=area, pil_kwargs={"compress_level": 1})
        finally:
            for text in printed:
                text.set_visible(True)

    def slide_png(self, dpi: int = 220) -> bytes:
        """The picture without its title, as PNG, for a slide that prints the title as its own text."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.transforms import Bbox

        figure = self.figure
        head = next(
            t for t in figure.texts if "".join(t.get_text().split()) == "".join(self.title.split())
        )
        with _theme(self.lang):
            below = head.get_window_extent(FigureCanvasAgg(figure).get_renderer()).y0 / figure.dpi
        head.set_visible(False)
        try:
            area = Bbox([[0, 0], [figure.get_figwidth(), below]])
            return _palette(self._render("png", dpi, bbox_inches=area), dpi)
        finally:
            head.set_visible(True)

    def _render(self, kind: str, dpi: int, **more) -> bytes:
        fixed = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[
            kind
        ]
        out = io.BytesIO()
        with _theme(self.lang), warnings.catch_warnings(), _quiet("fontTools"):
            # A missing glyph is a box in print: never let one pass.
            warnings.filterwarnings("error", message="Glyph .* missing")
            self.figure.savefig(out, format=kind, dpi=dpi, metadata=fixed, **more)
        return _short(out.getvalue()) if kind == "svg" else out.getvalue()


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library's progress messages out of notebooks."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _write(file: Path, content: bytes) -> None:
    aside = file.with_name(f".{file.name}.part")
    try:
        aside.write_bytes(content)
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)


def _latin(texts: Iterable[str]) -> set[str]:
    """Words of Latin letters, three or more."""
    return {run for t in texts for run in re.findall(r"[A-Za-z]{3,}", t)}


@lru_cache(maxsize=4)
def _publishers(names: tuple[str, ...]) -> re.Pattern:
    """Any of these names, also where a line breaks within it."""
    longest = sorted(("".join(n.split()) for n in names), key=len, reverse=True)
    return re.compile("|".join(r"\s*".join(map(re.escape, n)) for n in longest))


def _on_each_other(a: Bbox, b: Bbox) -> bool:
    """Whether two texts overlap by more than a hair: their boxes hold some air above and below the letters."""
    wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    return wide > 1 and high > TOUCH * min(a.height, b.height)


def _short(svg: bytes) -> bytes:
    """The same picture with coordinates as exact as an eye could tell: a hundredth of a point.

    Letters are drawn on a grid of 6,400 steps to their size, so whole steps are exact enough.
    """

    def rounded(numbers: str, digits: int) -> str:
        return re.sub(
            r"-?\d+\.\d+",
            lambda m: f"{round(float(m[0]), digits) + 0.0:.{digits}f}".rstrip("0").rstrip("."),
            numbers,
        )

    text = svg.decode("utf-8")
    text = re.sub(
        r'(<path id="[^"]+-[0-9a-f]+" d=")([^"]+)', lambda m: m[1] + rounded(m[2], 0), text
    )
    text = re.sub(r'( (?:d|x|y)="|translate\()([^")]+)', lambda m: m[1] + rounded(m[2], 2), text)
    return _shared(text).encode("utf-8")


def _shared(svg: str) -> str:
    """The same picture with outlines that are drawn twice, such as a label over its halo, written once."""
    drawn = r'<path d="([^"]{200,})"([^>]*)/>'
    again = [d for d, n in Counter(d for d, _ in re.findall(drawn, svg)).items() if n > 1]
    ids = {d: f"shared{n}" for n, d in enumerate(again)}
    written: set[str] = set()

    def use(found: re.Match) -> str:
        outline, look = found.groups()
        if outline not in ids:
            return found[0]
        once = (
            "" if outline in written else f'<defs><path id="{ids[outline]}" d="{outline}"/></defs>'
        )
        written.add(outline)
        return f'{once}<use xlink:href="#{ids[outline]}"{look}/>'

    return re.sub(drawn, use, svg)


def _palette(png: bytes, dpi: int) -> bytes:
    """The same picture in at most 128 colours: a third of the size, and no eye can tell."""
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    small = picture.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    # The last step of compression would take three times as long for two percent.
    small.save(out, "PNG", compress_level=8, dpi=(dpi, dpi))
    return out.getvalue()


def _words(title: str) -> int:
    """Words of a title; two Chinese characters count as one word, punctuation as none."""
    return len(re.findall(rf"[{HAN}]{{1,2}}|[^\s{CHINESE}]+", title))


def source_line(ids: Sequence[str] | str, lang: str = "en") -> str:
    """The source line of the rows drawn: publishers with years, shortened to a few, and own calculations.

    A text is taken as it stands; ``lang`` is ``en`` or ``zh`` (names of publishers stay in their own language).

    Raises
    ------
    ValueError
        An id is not in the source list.
    """
    if isinstance(ids, str):
        return ids
    if not len(ids):
        return ""
    known, w = tables.sources(), words(lang)
    unknown = [i for i in dict.fromkeys(ids) if i not in known.index]
    if unknown:
        raise ValueError(
            f"unknown source {', '.join(map(str, unknown))}: add a row to sources.csv or mend the id"
        )
    apart = w("common.semicolon")
    rows = known.loc[list(dict.fromkeys(ids))]
    own = rows["publisher"] == OWN
    names = list(dict.fromkeys(_cited(row, w) for row in rows[~own].to_dict("records")))
    cited = apart.join(names[:CITED])
    if len(names) > CITED:
        cited = w("charts.source.more", names=cited, n=len(names) - CITED)
    # What was worked out names what it was worked out from.
    made = w.group("charts.made")
    rests = apart.join(made.get(i, title) for i, title in rows.loc[own, "title"].items())
    by_us = w("charts.source.own_of", of=rests) if rests else w("charts.source.own")
    return w("charts.source.whole", names=apart.join(x for x in (cited, by_us) if x))


def _cited(source: dict, w: Words) -> str:
    """Publisher and year of one row of the source list."""
    name, year = str(source["publisher"]), str(source["published"])[:4]
    name = w("charts.source.unnamed") if name == UNNAMED else name
    return w("charts.source.cited", name=name, year=year) if year.isdigit() else name


def _alt(w: Words, head: str, parts: Iterable[str]) -> str:
    """An alternative text: what the picture shows, and its figures one after the other."""
    return w("common.colon", head=head, rest=w("common.semicolon").join(parts))


# Measuring ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _ruler():
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(1, 1), dpi=300)
    return figure, FigureCanvasAgg(figure).get_renderer()


@lru_cache(maxsize=8192)
def _line_width(text: str, size: float, bold: bool, lang: str) -> float:
    from matplotlib.text import Text

    figure, renderer = _ruler()
    drawn = Text(0, 0, text, fontsize=size, weight="bold" if bold else "normal", figure=figure)
    drawn.set_fontfamily(FAMILIES[lang])
    # Formats and resolutions hint glyphs differently; four per cent cover the difference.
    return 1.04 * drawn.get_window_extent(renderer).width / 300


def _width(text: str, size: float, bold: bool = False) -> float:
    """Width of the widest line of a text, in inches."""
    return max(
        _line_width(line, size, bold, _LANG.get()) if line.strip() else 0.0
        for line in text.split("\n")
    )


def _height(text: str, size: float) -> float:
    """Height of a text, in inches."""
    return (text.count("\n") + 1) * size * LINE / 72


def _wrap(text: str, width: float, size: float, bold: bool = False) -> str:
    """Lines of at most ``width`` inches; Chinese breaks anywhere, but only if it does not fit a line of its own."""
    lines, line = [], ""
    for token in _tokens(text, width, size, bold):
        joined = line + token
        if line.strip() and _width(joined.rstrip(), size, bold) > width:
            lines.append(line.rstrip())
            joined = token.lstrip()
        line = joined
    return "\n".join([*lines, line.rstrip()])


def _even(text: str, width: float, size: float, bold: bool = False) -> str:
    """As :func:`_wrap`, with lines of similar length, so that no single word is left over."""
    lines = _wrap(text, width, size, bold)
    for narrower in np.arange(width, width / 3, -0.1):
        tried = _wrap(text, float(narrower), size, bold)
        if tried.count("\n") > lines.count("\n"):
            break
        lines = tried
    return lines


def _tokens(text: str, width: float, size: float, bold: bool) -> Iterator[str]:
    # A figure and its sign of percent stay together.
    for word in re.findall(r"\s*\S+(?: %\S*)?", text):
        if _width(word.strip(), size, bold) <= width:
            yield word
        else:
            yield from re.findall(
                rf"\s*[（“《(]*(?:[{CHINESE}]|[^\s{CHINESE}]+)[，。；：、）)”》]*", word
            )


# The page -------------------------------------------------------------------------------------------------------


class _Page:
    """A figure with its title block on top and its footer below; the kinds draw on ``ax``.

    ``left`` and ``right`` are the inches kept free beside the axes, ``above`` those between title block and axes;
    ``axes_height`` is for charts of rows, without it the page has the standard height. ``key`` explains marks in words above the axes: (text, colour, marker).
    """

    def __init__(
        self,
        title,
        subtitle,
        sources,
        note="",
        *,
        left=0.55,
        right=0.2,
        axes_height=None,
        xlabel="",
        ticks=True,
        key=(),
        above=0.0,
        lang="en",
    ):
        from matplotlib.figure import Figure

        self.lang, self.title, self.subtitle, self.source = (
            lang,
            title,
            subtitle,
            source_line(sources, lang),
        )
        width, standard = SIZES[_SIZE.get()]
        wide = width - 2 * EDGE
        head = [
            (_even(title, wide, 12.5, bold=True), 12.5, INK, "bold"),
            (_even(subtitle, wide, 8.5), 8.5, SOFT, "normal"),
        ]
        foot = "\n".join(_wrap(t, wide, 6.8) for t in (note, self.source) if t.strip())
        key_lines = _key_lines(key, wide)
        top = (
            EDGE
            + sum(_height(t, s) + 0.05 for t, s, _, _ in head)
            + 0.2 * len(key_lines)
            + 0.1
            + above
        )
        below = EDGE + _height(foot, 6.8) + 0.08 + (0.24 if ticks else 0) + (0.2 if xlabel else 0)
        # A narrow page has a long title block and footer: the picture keeps at least half of the standard height.
        height = (
            top
            + below
            + (max(standard - top - below, standard / 2) if axes_height is None else axes_height)
        )
        if width - left - right < SHORTEST:
            raise ValueError(
                f"names leave {width - left - right:.1f} of {width} inches for the axes: draw the chart as page"
            )
        self.width, self.figure = width, Figure(figsize=(width, height))
        self.size = (width - left - right, height - top - below)
        self.ax: Axes = self.figure.add_axes(
            (left / width, below / height, self.size[0] / width, self.size[1] / height)
        )
        self.ax.set_xlabel(xlabel)
        at = height - EDGE
        for text, size, colour, weight in head:
            self.figure.text(
                EDGE / width,
                at / height,
                text,
                fontsize=size,
                weight=weight,
                color=colour,
                va="top",
            )
            at -= _height(text, size) + 0.05
        for line in key_lines:
            self._key(line, at - 0.1, height)
            at -= 0.2
        self.figure.text(
            EDGE / width, (EDGE - 0.04) / height, foot, fontsize=6.8, color=SOFT, va="bottom"
        )

    def _key(self, line, at, height):
        from matplotlib.lines import Line2D

        for x, (text, colour, marker) in line:
            if marker:
                self.figure.add_artist(
                    Line2D(
                        [(x + 0.05) / self.width],
                        [at / height],
                        marker=marker,
                        color=colour,
                        ls="none",
                        ms=6,
                        transform=self.figure.transFigure,
                    )
                )
            self.figure.text(
                (x + (0.16 if marker else 0)) / self.width,
                at / height,
                text,
                fontsize=SMALL,
                color=colour,
                va="center",
            )

    def side(self, x: float, y: float, text: str, **style) -> None:
        """A text beside the axes: ``x`` in inches from their right end (negative: from their left), ``y`` in data."""
        edge = 1 + x / self.size[0] if x >= 0 else x / self.size[0]
        self.ax.text(edge, y, text, transform=self.ax.get_yaxis_transform(), va="center", **style)

    def end_labels(
        self, labels: Sequence[tuple[float, str, str]], start: float, size: float = SMALL
    ) -> None:
        """Names beside the right end of the axes, moved apart where they would touch, then tied to their value."""
        low, high = self.ax.get_ylim()
        flip = -1 if low > high else 1
        per_inch = abs(high - low) / self.size[1]
        gaps = [_height(text, size) * per_inch for _, text, _ in labels]
        at = flip * _spread(
            [flip * v for v, _, _ in labels],
            gaps,
            min(flip * low, flip * high),
            max(flip * low, flip * high),
        )
        for (value, text, colour), y in zip(labels, at, strict=True):
            # The tie starts where the mark ends, and is left out where the name stands beside its value.
            if abs(y - value) > 0.04 * per_inch:
                self.ax.plot(
                    [1 + 0.09 / self.size[0], 1 + (start - 0.03) / self.size[0]],
                    [value, y],
                    color=colour,
                    lw=0.6,
                    transform=self.ax.get_yaxis_transform(),
                    clip_on=False,
                )
            self.side(start, y, text, color=colour, fontsize=size)

    def _set_in_chinese(self) -> None:
        """Chinese letters fill their line, so lines stand further apart; the font has one weight, so bold is outlined."""
        from matplotlib.patheffects import Stroke
        from matplotlib.text import Text

        for text in self.figure.findobj(Text):
            if "\n" in text.get_text():
                text.set_linespacing(LINE)
            if text.get_weight() == "bold":
                outline = Stroke(linewidth=0.035 * text.get_size(), foreground=text.get_color())
                # The first of the effects is the halo, where there is one.
                text.set_path_effects([*text.get_path_effects()[:1], outline])

    def chart(self, id: str, alt: str, data: pd.DataFrame) -> Chart:
        if self.lang == "zh":
            self._set_in_chinese()
        return Chart(id, self.figure, self.title, self.subtitle, self.source, alt, data, self.lang)


def _key_lines(key, wide):
    lines, x = [], wide + 1
    for entry in key:
        span = _width(entry[0], SMALL) + (0.16 if entry[2] else 0)
        if x + span > wide + EDGE:
            lines.append([])
            x = EDGE
        lines[-1].append((x, entry))
        x += span + 0.22
    return lines


def _spread(
    positions: Sequence[float],
    gap: float | Sequence[float],
    low: float = -np.inf,
    high: float = np.inf,
) -> np.ndarray:
    """Positions moved as little as needed so that neighbours do not touch, kept between ``low`` and ``high``.

    ``gap`` is the room each one takes, one number or one per position. The smallest sum of squared moves under
    minimum distances is a monotone regression, found by pooling neighbours that collide.
    """
    at = np.asarray(positions, dtype=float)
    if not len(at):
        return at
    room = np.broadcast_to(np.asarray(gap, dtype=float), at.shape)
    order = np.argsort(at, kind="stable")
    half = room[order] / 2
    offsets = np.concatenate([[0.0], np.cumsum(half[:-1] + half[1:])])
    pools: list[list[float]] = []
    for value in at[order] - offsets:
        pools.append([value, 1])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            mean, n = pools.pop()
            pools[-1] = [
                (pools[-1][0] * pools[-1][1] + mean * n) / (pools[-1][1] + n),
                pools[-1][1] + n,
            ]
    flat = np.concatenate([np.full(int(n), mean) for mean, n in pools])
    # Bounds hold for the middle of each text; where room is short the upper bound gives way.
    flat = np.maximum(np.minimum(flat, high - offsets[-1]), low)
    moved = np.empty_like(at)
    moved[order] = flat + offsets
    return moved


# Where a small text may stand around its point: offset in points, horizontal and vertical alignment.
_SPOTS = [
    (0, 6, "center", "bottom"),
    (0, -6, "center", "top"),
    (7, 0, "left", "center"),
    (-7, 0, "right", "center"),
    (5, 5, "left", "bottom"),
    (-5, 5, "right", "bottom"),
    (5, -5, "left", "top"),
    (-5, -5, "right", "top"),
    (0, 15, "center", "bottom"),
    (0, -15, "center", "top"),
]
_Box = tuple[float, float, float, float]


def _overlap(a: _Box, b: _Box) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))


def _gap(box: _Box, x: float, y: float) -> float:
    """Distance of a point from a box, in inches."""
    return float(np.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3])))


class _Labels:
    """Texts near points: each takes the first free spot around its point; one that has none is left out or squeezed in."""

    def __init__(self, page: _Page):
        self.page, self.boxes, self.points = page, [], []

    def _inches(self, x, y):
        ax = self.page.ax
        # A date-free figure of fixed size: the transform needs no drawing.
        u, v = ax.transAxes.inverted().transform(ax.transData.transform((float(x), float(y))))
        return u * self.page.size[0], v * self.page.size[1]

    def keep_point(self, x, y, radius=0.05) -> None:
        """Nothing may be printed on this point."""
        u, v = self._inches(x, y)
        self.boxes.append((u - radius, v - radius, u + radius, v + radius))
        self.points.append((u, v))

    def keep_line(self, xs, ys) -> None:
        """Nothing may be printed on this line."""
        points = [self._inches(x, y) for x, y in zip(xs, ys, strict=True)]
        for (a, b), (c, d) in zip(points[:-1], points[1:], strict=True):
            for t in np.linspace(0, 1, max(2, int(np.hypot(c - a, d - b) / 0.03))):
                u, v = a + t * (c - a), b + t * (d - b)
                self.boxes.append((u - 0.01, v - 0.01, u + 0.01, v + 0.01))

    def put(self, x, y, text, colour, size=TINY, must=False, bold=False) -> bool:
        """Print a text near a point; whether it was printed."""
        u, v = self._inches(x, y)
        w, h = _width(text, size, bold), 0.85 * _height(text, size)
        best = None
        for spot in _SPOTS:
            box = self._box(u + spot[0] / 72, v + spot[1] / 72, w, h, spot)
            clash = sum(_overlap(box, b) for b in self.boxes) + self._outside(box)
            if not must and self._misread(box, u, v):
                continue
            if best is None or clash < best[0] - 1e-9:
                best = (clash, spot, box)
        if best is None or (best[0] > 1e-6 and not must):
            return False
        _, (dx, dy, ha, va), box = best
        self.boxes.append(box)
        self.page.ax.annotate(
            text,
            (x, y),
            xytext=(dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            color=colour,
            fontsize=size,
            weight="bold" if bold else "normal",
            zorder=6,
            path_effects=_halo(),
        )
        return True

    @staticmethod
    def _box(u, v, w, h, spot) -> _Box:
        left = {"left": u, "center": u - w / 2, "right": u - w}[spot[2]]
        low = {"bottom": v, "center": v - h / 2, "top": v - h}[spot[3]]
        return (left, low, left + w, low + h)

    def _misread(self, box: _Box, u: float, v: float) -> bool:
        """Whether a name in this box stands nearer to another point than to its own."""
        others = [_gap(box, *p) for p in self.points if np.hypot(p[0] - u, p[1] - v) > 0.02]
        return min(others, default=np.inf) < _gap(box, u, v) + 0.02

    def _outside(self, box: _Box) -> float:
        wide, high = self.page.size
        return (
            _overlap(box, (-9, -9, 0, 99))
            + _overlap(box, (wide + 0.05, -9, 99, 99))
            + _overlap(box, (-9, high + 0.02, 99, 99))
            + _overlap(box, (-9, -9, 99, 0))
        )


def _halo():
    from matplotlib.patheffects import Normal, Stroke

    return [Stroke(linewidth=1.6, foreground="white"), Normal()]


def _years(ax: Axes, years: Sequence[int]) -> None:
    """Years below the axis, the last one and as many before it as stand apart."""
    low, high = ax.get_xlim()
    per_year = ax.get_position().width * ax.figure.get_figwidth() / (high - low)
    shown: list[int] = []
    for year in sorted((int(y) for y in years), reverse=True):
        if not shown or (shown[-1] - year) * per_year >= YEAR_ROOM:
            shown.append(year)
    ax.set_xticks(list(years), [str(int(y)) if int(y) in shown else "" for y in years])


def _row_axes(page: _Page, n: int, labels: Sequence[str], size: float = SMALL) -> None:
    """One row per entry, the first on top, named at the left."""
    ax = page.ax
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for y, text in enumerate(labels):
        page.side(-0.1, y, text, ha="right", color=INK, fontsize=size, linespacing=1.15)


def _thousands(ax: Axes) -> None:
    """Thousands on the upright axis apart, as in every other number."""
    if max(map(abs, ax.get_ylim())) >= 1000:
        ax.yaxis.set_major_formatter(lambda v, _: num(v, 0))


def _room(widest: float) -> float:
    """Room for names beside the axes, in inches."""
    return min(widest, ASIDE * SIZES[_SIZE.get()][0])


def _names(labels: Sequence[str], widest: float, size: float = SMALL) -> tuple[list[str], float]:
    """Row names broken to fit, and the margin that they need."""
    names = [_wrap(str(t), _room(widest), size) for t in labels]
    return names, EDGE + 0.12 + max(_width(t, size) for t in names)


def _band_limits(
    low: float, high: float, room_left: float, room_right: float, width: float
) -> tuple[float, float]:
    """Limits that leave room, in inches, beside the lowest and the highest value."""
    per_inch = (high - low) / max(width - room_left - room_right, 0.5) or 1.0
    return low - room_left * per_inch, high + room_right * per_inch


def _unit(page: _Page, text: str) -> None:
    page.ax.text(
        -0.4 / page.size[0],
        1 + 0.1 / page.size[1],
        text,
        transform=page.ax.transAxes,
        fontsize=TINY + 0.5,
        color=SOFT,
        va="bottom",
    )


# The kinds ------------------------------------------------------------------------------------------------------


def _digits(highest: float) -> int:
    """Decimals for figures of this size: three digits in all, and never more than two after the point."""
    return 2 if highest < 5 else 1 if highest < 100 else 0


@_themed
def path_to_target(
    id,
    history,
    fan,
    targets,
    *,
    title,
    subtitle,
    unit,
    sources,
    naive=None,
    note="",
    base_label="",
    base=None,
    lang="en",
) -> Chart:
    """History, forecast fan and targets by year.

    Parameters
    ----------
    history : frame year, value, source_id, scope_note; only points of one scope are joined.
    fan : frame year, q10, q25, q50, q75, q90.
    targets : frame year, value.
    sources : ids of the source list, or a finished source line.
    naive : frame year, value of the last value carried forward, or None.
    base : (year, value) where the forecast starts, or None; the fan then opens from it.
    lang : language of the words in the picture, ``en`` or ``zh``.

    How to read it: the dark band holds half of the outcomes, the light band four in five.
    """
    w = words(lang)
    last, goal = fan.iloc[-1], float(targets["value"].iloc[-1])
    highest = float(targets["value"].max())
    digits = _digits(highest)
    # What was observed is told to the last digit printed, up to thousands.
    fine = max(digits, 1) if highest < 1000 else 0
    ends = [
        ("target", goal, TARGET),
        *((q, last[q], FAN_TEXT) for q in ("q90", "q75")),
        ("q50", last["q50"], ZONE),
        *((q, last[q], FAN_TEXT) for q in ("q25", "q10")),
    ]
    if naive is not None:
        ends.append(("naive", float(naive["value"].iloc[-1]), SOFT))
    labels = [
        (value, w(f"charts.path.{name}", value=num(value, digits)), colour)
        for name, value, colour in ends
    ]
    start = 0.3
    right = start + max(_width(t, SMALL) for _, t, _ in labels) + EDGE
    page = _Page(title, subtitle, sources, note, right=right, above=0.2, lang=lang)
    ax = page.ax
    opened = (
        fan
        if base is None
        else pd.concat(
            [
                pd.DataFrame(
                    {
                        "year": [base[0]],
                        **dict.fromkeys(("q10", "q25", "q50", "q75", "q90"), [base[1]]),
                    }
                ),
                fan,
            ]
        )
    )
    first, end = int(min([*history["year"], *opened["year"]])), int(last["year"])
    ax.set_xlim(first - 0.35, end + 0.06)
    every = np.concatenate(
        [
            history["value"],
            fan["q10"],
            fan["q90"],
            targets["value"],
            [] if naive is None else naive["value"],
        ]
    )
    span = np.ptp(every) or 1.0
    ax.set_ylim(every.min() - 0.08 * span, every.max() + 0.06 * span)
    shaded = float(fan["year"].min()) - 0.5 if base is None else base[0]
    ax.axvspan(shaded, end + 0.06, color=SHADE, zorder=0, lw=0)
    ax.fill_between(opened["year"], opened["q10"], opened["q90"], color=FAN, alpha=0.24, lw=0)
    ax.fill_between(opened["year"], opened["q25"], opened["q75"], color=FAN, alpha=0.42, lw=0)
    ax.plot(opened["year"], opened["q50"], color=ZONE, lw=1.3)
    placed = _Labels(page)
    for x, y in zip(
        [*history["year"], *targets["year"]], [*history["value"], *targets["value"]], strict=True
    ):
        placed.keep_point(x, y, 0.06)
    if naive is not None:
        ax.plot(naive["year"], naive["value"], color=SOFT, lw=1, ls=(0, (4, 3)), zorder=2)
        placed.keep_line(naive["year"], naive["value"])
    for _, part in history.sort_values("year").groupby("scope_note", sort=False, dropna=False):
        ax.plot(part["year"], part["value"], color=ZONE, lw=2, marker="o", ms=6, zorder=4)
        placed.keep_line(part["year"], part["value"])
    ax.plot(
        targets["year"],
        targets["value"],
        ls="none",
        marker="D",
        ms=6.5,
        color=TARGET,
        zorder=5,
        clip_on=False,
        mec="white",
        mew=0.6,
    )
    if base is not None:
        ax.plot(*base, marker="o", ms=6, mfc="white", mec=ZONE, mew=1.4, ls="none", zorder=4)
        placed.keep_point(*base, 0.06)
        placed.put(*base, num(base[1], fine), ZONE, SMALL, must=True)
    for r in history.itertuples():
        placed.put(r.year, r.value, num(r.value, fine), ZONE, SMALL, must=True)
    for r in targets.iloc[:-1].itertuples():
        placed.put(r.year, r.value, num(r.value, digits), TARGET, SMALL, must=True, bold=True)
    page.end_labels(labels, start)
    _thousands(ax)
    head = w("charts.path.from", base=base_label) if base_label else w("charts.path.forecast")
    ax.text(
        1,
        1 + 0.04 / page.size[1],
        head,
        transform=ax.transAxes,
        ha="right",
        va="bottom",
        fontsize=TINY + 0.5,
        color=SOFT,
    )
    free = page.size[0] + 0.4 - _width(head, TINY + 0.5)
    if free > _width(unit, TINY + 0.5) + 0.2:
        _unit(page, unit)
    _years(ax, range(first, end + 1))
    data = pd.concat(
        [
            history.assign(series="observed"),
            targets.assign(series="target", source_id="plan"),
            *(
                []
                if base is None
                else [
                    pd.DataFrame(
                        {"series": ["base"], "year": base[0], "value": base[1], "source_id": OWN}
                    )
                ]
            ),
            *([] if naive is None else [naive.assign(series="no change", source_id=OWN)]),
            *(
                fan[["year", q]].rename(columns={q: "value"}).assign(series=q, source_id=OWN)
                for q in ("q10", "q25", "q50", "q75", "q90")
            ),
        ],
        ignore_index=True,
    )[["series", "year", "value", "source_id"]].assign(unit=unit)
    figure = functools.partial(num, digits=fine)
    observed = w("common.list").join(
        w("charts.path.point", year=r.year, value=figure(r.value)) for r in history.itertuples()
    )
    alt = w(
        "charts.path.alt",
        subtitle=subtitle,
        observed=observed or w("common.none"),
        year=end,
        target=figure(goal),
        unit=unit,
        **{q: figure(last[q]) for q in ("q10", "q50", "q90")},
    )
    return page.chart(id, alt, data)


@_themed
def lines(
    id, data, *, title, subtitle, sources, note="", unit="", planned_from=None, lang="en"
) -> Chart:
    """Labelled lines: frame label, x (year), y, source_id; the years from ``planned_from`` on are shaded.

    How to read it: each line carries its name at its end; markers are the figures.
    """
    w = words(lang)
    groups = [
        (upper(str(label)), part.sort_values("x"))
        for label, part in data.groupby("label", sort=False)
    ]
    names = [_wrap(label, _room(2.0), SMALL) for label, _ in groups]
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        right=0.34 + max(_width(t, SMALL) for t in names) + EDGE,
        above=0.2 if unit or planned_from else 0.0,
        lang=lang,
    )
    ax = page.ax
    span, low, high = (
        float(np.ptp(data["y"])) or 1.0,
        float(data["y"].min()),
        float(data["y"].max()),
    )
    first, last = float(data["x"].min()), float(data["x"].max())
    ax.set_ylim(low - 0.1 * span, high + 0.1 * span)
    ax.set_xlim(first - 0.05 * (last - first), last + 0.02 * (last - first))
    if planned_from is not None:
        ax.axvspan(planned_from - 0.5, ax.get_xlim()[1], color=SHADE, zorder=0, lw=0)
        ax.text(
            1,
            1 + 0.04 / page.size[1],
            w("charts.lines.planned"),
            transform=ax.transAxes,
            ha="right",
            va="bottom",
            fontsize=TINY + 0.5,
            color=SOFT,
        )
    placed = _Labels(page)
    for n, (_, part) in enumerate(groups):
        ax.plot(
            part["x"],
            part["y"],
            color=SERIES[n % len(SERIES)],
            lw=1.8,
            marker="o",
            ms=4.5,
            clip_on=False,
        )
        placed.keep_line(part["x"], part["y"])
        for r in part.itertuples():
            placed.keep_point(r.x, r.y, 0.03)
    # The ends of a line are printed first: they are what the text speaks of.
    for n, (_, part) in enumerate(groups):
        for r in part.iloc[sorted({0, len(part) - 1})].itertuples():
            placed.put(r.x, r.y, num(r.y), SERIES[n % len(SERIES)], must=True)
    for n, (_, part) in enumerate(groups):
        for r in part.iloc[1:-1].itertuples():
            placed.put(r.x, r.y, num(r.y), SERIES[n % len(SERIES)])
    page.end_labels(
        [
            (float(part["y"].iloc[-1]), name, SERIES[n % len(SERIES)])
            for n, ((_, part), name) in enumerate(zip(groups, names, strict=True))
        ],
        0.34,
    )
    if unit:
        _unit(page, unit)
    _years(ax, sorted(set(data["x"])))
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.lines.alt",
                label=label,
                first=num(part["y"].iloc[0]),
                start=part["x"].iloc[0],
                last=num(part["y"].iloc[-1]),
                end=part["x"].iloc[-1],
            )
            for label, part in groups
        ),
    )
    return page.chart(id, alt, data)


@_themed
def audit_tally(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Counts of findings: frame finding, n.

    How to read it: the bars add up to all statements that were checked; the red ones disagree.
    """
    names, left = _names(data["finding"], 2.4, 9)
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.5,
        axes_height=0.36 * len(data),
        ticks=False,
        lang=lang,
    )
    ax = page.ax
    _row_axes(page, len(data), names, 9)
    colours = [ZONE, FAN, TARGET, PEER]
    for y, n in enumerate(data["n"]):
        ax.barh(y, n, color=colours[y % len(colours)], height=0.62)
        ax.annotate(
            str(n),
            (n, y),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            weight="bold",
        )
    ax.set_xlim(0, max(float(data["n"].max()), 1))
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    ax.axvline(0, color=SOFT, lw=0.8)
    w = words(lang)
    alt = _alt(
        w, subtitle, (w("charts.tally.alt", label=r.finding, value=r.n) for r in data.itertuples())
    )
    drawn = (
        data
        if "source_id" in data
        else data.assign(source_id=sources if isinstance(sources, str) else ";".join(sources))
    )
    return page.chart(id, alt, drawn)


# Names of the words for odds, from the lower bound of each step; the steps are those that climate reports use.
ODDS_STEPS = (
    (0.9, "very_likely"),
    (0.66, "likely"),
    (0.33, "even"),
    (0.1, "unlikely"),
    (0.0, "very_unlikely"),
)


def odds_words(low: float, high: float, lang: str = "en") -> str:
    """Plain words for odds between two probabilities."""
    w = words(lang)
    first, last = (
        next(w(f"charts.odds.{step}") for least, step in ODDS_STEPS if p >= least)
        for p in (low, high)
    )
    return (
        w("charts.strip.word", word=first)
        if first == last
        else w("charts.strip.words", low=first, high=last)
    )


@_themed
def odds_strip(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Odds per target: frame label, low, high (0 to 1 over the bases); the best odds on top.

    How to read it: left is unlikely, right likely; a bar spans the answers of the two bases.
    """
    w = words(lang)
    data = data.sort_values(["low", "high"], ascending=False, kind="stable").reset_index(drop=True)
    names, left = _names(data["label"], 2.1)
    values = [odds_range(r.low, r.high, lang) for r in data.itertuples()]
    said = [_even(odds_words(r.low, r.high, lang), 1.0, TINY + 0.5) for r in data.itertuples()]
    value_wide = max(_width(t, 9, bold=True) for t in values)
    right = 0.16 + value_wide + 0.1 + max(_width(t, TINY + 0.5) for t in said) + EDGE
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=right,
        axes_height=0.33 * len(data),
        lang=lang,
    )
    ax = page.ax
    _row_axes(page, len(data), names)
    ax.set_xlim(0, 100)
    ax.axvline(50, color=SOFT, lw=0.8, ls=(0, (4, 3)))
    for y, r in enumerate(data.itertuples()):
        ax.plot(
            [100 * r.low, 100 * r.high],
            [y, y],
            color=ZONE,
            lw=4,
            marker="o",
            ms=7,
            solid_capstyle="round",
            clip_on=False,
        )
        page.side(0.16, y, values[y], color=ZONE, fontsize=9, weight="bold")
        page.side(0.26 + value_wide, y, said[y], color=SOFT, fontsize=TINY + 0.5)
    ax.set_xticks(
        [0, 25, 50, 75, 100],
        [w("charts.strip.even") if p == 50 else pct(p, 0, lang) for p in (0, 25, 50, 75, 100)],
    )
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w("charts.strip.alt", label=r.label, low=odds(r.low, lang), high=odds(r.high, lang))
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data)


@_themed
def needed_growth(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Dumbbells: frame label, needed (implied base), achieved (observed base), class_median, percent a year.

    How to read it: a diamond to the right of the grey square asks for more than the median region managed.
    """
    w = words(lang)
    marks = {"needed": (TARGET, "D"), "achieved": (ZONE, "o"), "class_median": (SOFT, "s")}
    if data["needed"].equals(data["achieved"]):
        # Where no base is implied there is one need only.
        marks.pop("needed")
    names, left = _names(data["label"], 2.1)
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.3,
        axes_height=0.44 * len(data),
        lang=lang,
        xlabel=w("common.unit.percent_year"),
        key=[(w(f"charts.needed.{c}"), colour, marker) for c, (colour, marker) in marks.items()],
    )
    ax = page.ax
    values = data[list(marks)].astype(float)
    ax.set_xlim(
        _band_limits(min(0.0, values.min().min()), values.max().max(), 0.2, 0.3, page.size[0])
    )
    _row_axes(page, len(data), names)
    placed = _Labels(page)
    for y, row in enumerate(values.itertuples(index=False)):
        ends = [v for v in row if not np.isnan(v)]
        ax.plot([min(ends), max(ends)], [y, y], color="#D5D8DC", lw=2, zorder=1)
        for v in ends:
            placed.keep_point(v, y, 0.05)
    for y, row in enumerate(values.to_dict("records")):
        for column, (colour, marker) in marks.items():
            if not np.isnan(row[column]):
                # Equal values show as one mark inside the other.
                ax.plot(
                    row[column],
                    y,
                    ls="none",
                    marker=marker,
                    color=colour,
                    ms={"needed": 8, "achieved": 5.5}.get(column, 6),
                    zorder={"needed": 3, "achieved": 4}.get(column, 2),
                )
                placed.put(row[column], y, num(row[column]), colour, TINY + 0.5, must=True)
    if ax.get_xlim()[0] < 0 < ax.get_xlim()[1]:
        ax.axvline(0, color=SOFT, lw=0.8)
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w("charts.needed.alt", label=r.label, needed=num(r.needed), median=num(r.class_median))
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data)


@_themed
def tornado(
    id, data, *, centre, target, title, subtitle, sources, note="", xlabel="", lang="en"
) -> Chart:
    """One-way swings: frame assumption, low, high, low_label, high_label, around ``centre``.

    How to read it: the widest bar moves the outcome most; the words at its ends are the assumption's two values.
    """
    w = words(lang)
    digits = _digits(target)
    names, left = _names(data["assumption"], 2.1)
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.2,
        axes_height=0.42 * len(data),
        xlabel=xlabel,
        above=0.2,
        lang=lang,
    )
    ax = page.ax
    low = min(float(data["low"].min()), centre, target)
    high = max(float(data["high"].max()), centre, target)
    rooms = [
        0.12 + max(_width(str(t), SMALL) for t in data[c]) for c in ("low_label", "high_label")
    ]
    ax.set_xlim(_band_limits(low, high, *rooms, page.size[0]))
    _row_axes(page, len(data), names)
    for y, r in enumerate(data.itertuples()):
        middle = min(max(centre, r.low), r.high)
        ax.barh(y, middle - r.low, left=r.low, color="#A9C1E0", height=0.55)
        ax.barh(y, r.high - middle, left=middle, color=FAN, height=0.55)
        for x, text, dx, ha in (
            (r.low, r.low_label, -4, "right"),
            (r.high, r.high_label, 4, "left"),
        ):
            ax.annotate(
                str(text),
                (x, y),
                xytext=(dx, 0),
                textcoords="offset points",
                ha=ha,
                va="center",
                fontsize=SMALL,
                path_effects=_halo(),
                color=INK,
                zorder=5,
            )
    lines_ = [
        (v, colour, w(f"charts.tornado.{name}", value=num(v, digits)))
        for v, colour, name in ((centre, ZONE, "centre"), (target, TARGET, "target"))
    ]
    for (value, colour, text), (x, ha) in zip(lines_, _apart(page, lines_), strict=True):
        ax.axvline(value, color=colour, lw=1.4, zorder=2)
        ax.text(
            x,
            1 + 0.05 / page.size[1],
            text,
            transform=ax.get_xaxis_transform(),
            ha=ha,
            va="bottom",
            color=colour,
            fontsize=SMALL,
            weight="bold",
        )
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w("charts.tornado.alt", label=r.assumption, low=num(r.low), high=num(r.high))
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data)


def _apart(page: _Page, marks) -> list[tuple[float, str]]:
    """Where the names of two upright lines stand: centred where there is room, else turned away from each other."""
    (a, _, one), (b, _, two) = marks
    low, high = page.ax.get_xlim()
    inches = page.size[0] / (high - low)
    wide = [_width(t, SMALL, bold=True) for t in (one, two)]
    if abs(a - b) * inches > sum(wide) / 2 + 0.1:
        return [(a, "center"), (b, "center")]
    return [(a, "right"), (b, "left")] if a <= b else [(a, "left"), (b, "right")]


def reached_by(percentile: float, lang: str = "en") -> str:
    """How many regions in 100 reached a growth rate, in words beyond the last percentiles known (1st and 99th)."""
    w = words(lang)
    if percentile > 99:
        return w("charts.percentile.below")
    return (
        w("charts.percentile.above")
        if percentile < 1
        else w("charts.percentile.share", n=num(percentile, 0))
    )


@_themed
def reference_percentile(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """The plan's growth in its classes: frame label, reference_class, p10 to p90, plan_growth, percentile.

    ``percentile`` is the number of regions in 100 that reached the plan's growth; beyond the 1st and the 99th
    percentile the chart says so in words, since nothing is known there.

    How to read it: a diamond in the right half of a bar asks for more than most similar regions managed.
    """
    w = words(lang)
    names, left = _names(data["label"], 2.55)
    classes = [_even(str(t), _room(2.55), TINY) for t in data["reference_class"]]
    left = max(left, EDGE + 0.12 + max(_width(t, TINY) for t in classes))
    heights = [_height(a, SMALL) + _height(b, TINY) for a, b in zip(names, classes, strict=True)]
    shares, reached = (
        [reached_by(v, lang) for v in data["percentile"]],
        w("charts.percentile.reached"),
    )
    right = 0.14 + max(_width(t, 9, bold=True) for t in [*shares, reached]) + EDGE
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=right,
        axes_height=len(data) * (max(heights) + 0.06),
        xlabel=w("common.unit.percent_year"),
        above=0.12,
        lang=lang,
        key=[
            (w("charts.percentile.planned"), TARGET, "D"),
            (w("charts.percentile.bars"), SOFT, None),
        ],
    )
    ax = page.ax
    ends = data[["p10", "p90", "plan_growth"]].astype(float)
    ax.set_xlim(
        _band_limits(min(0.0, ends.min().min()), ends.max().max(), 0.12, 0.16, page.size[0])
    )
    _row_axes(page, len(data), [])
    row = page.size[1] / len(data)
    for y, (r, name, group, block) in enumerate(
        zip(data.itertuples(), names, classes, heights, strict=True)
    ):
        top = y - block / 2 / row
        split = top + _height(name, SMALL) / row
        for at, text, size, colour in ((top, name, SMALL, INK), (split, group, TINY, SOFT)):
            ax.text(
                -0.1 / page.size[0],
                at,
                text,
                transform=ax.get_yaxis_transform(),
                ha="right",
                va="top",
                fontsize=size,
                color=colour,
                linespacing=1.15,
            )
        ax.plot([r.p10, r.p90], [y, y], color=PEER, lw=3, solid_capstyle="butt", alpha=0.6)
        ax.plot([r.p25, r.p75], [y, y], color=PEER, lw=9, solid_capstyle="butt")
        ax.plot([r.p50], [y], marker="|", color=INK, ms=13, mew=1.6, ls="none")
        ax.plot(
            [r.plan_growth],
            [y],
            marker="D",
            color=TARGET,
            ms=7,
            zorder=4,
            ls="none",
            mec="white",
            mew=0.6,
        )
        ax.annotate(
            num(r.plan_growth, 0),
            (r.plan_growth, y),
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            color=TARGET,
            fontsize=SMALL,
            weight="bold",
        )
        page.side(0.14, y, shares[y], color=INK, fontsize=9, weight="bold")
    ax.text(
        1 + 0.14 / page.size[0],
        1 + 0.02 / page.size[1],
        reached,
        transform=ax.transAxes,
        fontsize=SMALL,
        color=SOFT,
    )
    if ax.get_xlim()[0] < 0:
        ax.axvline(0, color=SOFT, lw=0.8, zorder=0)
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.percentile.alt",
                label=r.label,
                growth=pct(r.plan_growth, 0, lang),
                share=reached_by(r.percentile, lang),
            )
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data)


SIZE_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000)


def _fences(values: pd.Series) -> tuple[float, float]:
    """Three quartile distances beyond the quartiles: what lies outside would squeeze all others (Tukey's outer fences)."""
    low, high = values.quantile([0.25, 0.75])
    return low - 3 * (high - low), high + 3 * (high - low)


def _off_scale(points: pd.DataFrame, w: Words) -> str:
    """Points beyond the axis in words: value, name, year and source."""
    ids = points.get("growth_source_id", points["source_id"])
    cited = [_cited(source, w) for source in tables.sources().loc[ids].to_dict("records")]
    named = [
        w(
            "charts.size.off_point",
            rate=pct(r.growth, 0, w.lang),
            label=r.label,
            year=r.year,
            source=c,
        )
        for r, c in zip(points.itertuples(), cited, strict=True)
    ]
    return w("charts.size.off_note", points=w("common.semicolon").join(named)) if named else ""


def _dated(w: Words, row) -> str:
    """Name and year of one figure."""
    return w("charts.figure_in_year", label=row.label, year=row.year)


@_themed
def size_against_growth(
    id,
    zones,
    highlight,
    target_growth,
    *,
    title,
    subtitle,
    size_label,
    growth_label,
    sources=None,
    note="",
    lang="en",
) -> Chart:
    """Growth against size: frame zone_id, label, year, size, growth, source_id; the zone bold, peers grey.

    A peer far from all others (see :func:`_fences`) is a triangle at the edge, and the note names its value and its
    source (``growth_source_id`` where the frame has it); the data keep it.

    How to read it: points above the red line reported at least the growth that the plan asks for.
    """
    w = words(lang)
    name = w("charts.size.plan", rate=pct(target_growth, 0, lang))
    right = 0.12 + _width(name, 9, bold=True) + EDGE
    own = zones["zone_id"] == highlight
    fences = _fences(zones["growth"])
    far = ~zones["growth"].between(*fences) & ~own
    note = w("common.space").join(t for t in (note, _off_scale(zones[far], w)) if t)
    page = _Page(
        title,
        subtitle,
        sources or sorted(set(zones["source_id"])),
        note,
        right=right,
        xlabel=size_label,
        above=0.2,
        lang=lang,
    )
    ax = page.ax
    near = zones.loc[~far, "growth"]
    low, high = float(min(near.min(), target_growth, 0)), float(max(near.max(), target_growth))
    ax.set_xscale("log")
    ax.set_xlim(zones["size"].min() / 1.25, zones["size"].max() * 1.25)
    edges = {"v": low - 0.08 * (high - low), "^": high + 0.12 * (high - low)}
    ax.set_ylim(
        low - (0.14 if far.any() else 0.03) * (high - low),
        high + (0.18 if far.any() else 0.06) * (high - low),
    )
    others = zones[~own & ~far]
    ax.plot(
        others["size"],
        others["growth"],
        ls="none",
        marker="o",
        ms=5.5,
        color=PEER,
        mec="white",
        mew=0.5,
    )
    ax.plot(
        zones.loc[own, "size"],
        zones.loc[own, "growth"],
        ls="none",
        marker="o",
        ms=9,
        color=ZONE,
        zorder=4,
    )
    ax.axhline(target_growth, color=TARGET, lw=1.4, zorder=1)
    page.side(0.06, target_growth, name, color=TARGET, fontsize=9, weight="bold")
    placed = _Labels(page)
    for r in zones[~far].itertuples():
        placed.keep_point(r.size, r.growth, 0.045)
    for r in zones[far].itertuples():
        marker = "^" if r.growth > high else "v"
        edge = edges[marker]
        ax.plot(r.size, edge, ls="none", marker=marker, ms=7, color=PEER)
        placed.keep_point(r.size, edge, 0.06)
        off = w("charts.size.off", label=_dated(w, r), rate=pct(r.growth, 0, lang))
        placed.put(r.size, edge, off, SOFT, TINY, must=True)
    placed.keep_line(ax.get_xlim(), (target_growth, target_growth))
    for r in zones[own].itertuples():
        placed.put(r.size, r.growth, _dated(w, r), ZONE, SMALL, must=True, bold=True)
    # The extremes are what a reader asks about first; any other peer is named where there is room.
    ends = pd.concat(
        [
            others.nlargest(3, "size"),
            others.nlargest(3, "growth"),
            others.nsmallest(2, "growth"),
            others,
        ]
    )
    for r in ends.drop_duplicates(["zone_id", "year"]).itertuples():
        placed.put(r.size, r.growth, _dated(w, r), SOFT, TINY)
    ticks = [t for t in SIZE_TICKS if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [num(t, 0) for t in ticks])
    ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
    ax.minorticks_off()
    _unit(page, growth_label)
    alt = _alt(
        w,
        subtitle,
        [
            w(
                "charts.size.alt",
                n=len(zones),
                target=pct(target_growth, 0, lang),
                median=pct(float(zones["growth"].median()), 1, lang),
            )
        ],
    )
    return page.chart(id, alt, zones)


@_themed
def rank_ladder(
    id, data, *, highlight, title, subtitle, sources, note="", goal=None, lang="en"
) -> Chart:
    """Ranks over the evaluations: frame zone_id, label, evaluation_year, rank; rank 1 at the top.

    ``goal``: (rank, words), drawn in red.

    How to read it: a line that climbs is a zone that overtook others.
    """
    groups = [(zone, part.sort_values("evaluation_year")) for zone, part in data.groupby("zone_id")]
    last = int(data["evaluation_year"].max())
    # A line that ends early is named at its last value all the same; the year stands with it.
    w = words(lang)
    names = [
        w(
            "charts.ladder.end" if r["evaluation_year"] == last else "charts.ladder.ended",
            label=r["label"],
            rank=int(r["rank"]),
            year=int(r["evaluation_year"]),
        )
        for r in (part.iloc[-1] for _, part in groups)
    ]
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        right=0.34 + max(_width(t, SMALL) for t in names) + EDGE,
        above=0.2,
        axes_height=max(3.0, 0.17 * len(groups)),
        lang=lang,
    )
    ax = page.ax
    first = int(data["evaluation_year"].min())
    worst, best = float(data["rank"].max()), float(data["rank"].min())
    ax.set_ylim(worst + 0.03 * (worst - best) + 1, best - 0.03 * (worst - best) - 1)
    ax.set_xlim(first - 0.1, last + 0.04 * (last - first))
    for zone, part in groups:
        mine = zone == highlight
        ax.plot(
            part["evaluation_year"],
            part["rank"],
            color=ZONE if mine else PEER,
            marker="o",
            ms=4.5 if mine else 3.5,
            lw=2.2 if mine else 1,
            zorder=3 if mine else 2,
        )
    if goal:
        ax.axhline(goal[0], color=TARGET, lw=1.2, ls=(0, (4, 2)), zorder=1)
        ax.annotate(
            goal[1],
            (first, goal[0]),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=TINY + 0.5,
            color=TARGET,
            path_effects=_halo(),
        )
    ends = [
        (float(p["rank"].iloc[-1]), t, ZONE if z == highlight else SOFT)
        for (z, p), t in zip(groups, names, strict=True)
    ]
    page.end_labels(ends, 0.34)
    _unit(page, w("charts.ladder.rank"))
    _years(ax, sorted(set(data["evaluation_year"])))
    alt = _alt(w, subtitle, names)
    return page.chart(id, alt, data)


@_themed
def hedgehog(id, actual, forecasts, *, title, subtitle, unit, sources, note="", lang="en") -> Chart:
    """What happened and what was forecast from each origin.

    ``actual``: frame year, value; ``forecasts``: frame origin, year, q10, q50, q90 (each from the year after its
    origin on).

    How to read it: spines that leave the line upwards were too high; four of five ends should lie in their band.
    """
    w = words(lang)
    happened, median, band = (
        w(f"charts.hedgehog.{name}") for name in ("happened", "median", "band")
    )
    right = 0.34 + max(_width(t, SMALL) for t in (happened, median, band)) + EDGE
    page = _Page(title, subtitle, sources, note, right=right, above=0.2, lang=lang)
    ax = page.ax
    known = actual.set_index("year")["value"]
    for origin, part in forecasts.sort_values("year").groupby("origin"):
        years = [origin, *part["year"]]
        start = known[origin]
        ax.fill_between(
            years, [start, *part["q10"]], [start, *part["q90"]], color=FAN, alpha=0.18, lw=0
        )
        ax.plot(years, [start, *part["q50"]], color=FAN, lw=1.2, marker="o", markevery=[-1], ms=3)
    ax.plot(actual["year"], actual["value"], color=ZONE, lw=2.2, marker="o", ms=3.5, zorder=5)
    low, high = (
        float(f)
        for f in (
            min(known.min(), forecasts["q10"].min()),
            max(known.max(), forecasts["q90"].max()),
        )
    )
    ax.set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    last = forecasts[forecasts["origin"] == forecasts["origin"].max()].iloc[-1]
    _thousands(ax)
    page.end_labels(
        [
            (float(known.iloc[-1]), happened, ZONE),
            (float(last["q50"]), median, FAN_TEXT),
            (float(last["q90"]), band, SOFT),
        ],
        0.34,
    )
    _unit(page, unit)
    _years(ax, sorted({*actual["year"], *forecasts["year"]}))
    inside = forecasts.merge(actual, on="year").eval("q10 <= value <= q90")
    data = pd.concat(
        [
            actual.assign(series="what happened"),
            *(
                forecasts[["origin", "year", q]].rename(columns={q: "value"}).assign(series=q)
                for q in ("q10", "q50", "q90")
            ),
        ],
        ignore_index=True,
    ).assign(unit=unit, source_id=";".join(sources))
    alt = w(
        "charts.hedgehog.alt",
        subtitle=subtitle,
        inside=int(inside.sum()),
        n=len(inside),
        last=num(known.iloc[-1]),
        unit=unit,
    )
    return page.chart(id, alt, data)


@_themed
def coverage(id, data, *, nominal, title, subtitle, sources, note="", lang="en") -> Chart:
    """How many outcomes fell inside the intervals: frame label, horizon, coverage (0 to 1).

    How to read it: dots left of the line mean intervals that were too narrow, right of it too wide.
    """
    w = words(lang)
    labels = list(dict.fromkeys(data["label"]))
    horizons = sorted(set(data["horizon"]))
    names, left = _names([upper(t) for t in labels], 2.2)
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.35,
        axes_height=0.36 * len(labels),
        lang=lang,
        key=[
            (
                w("charts.coverage.ahead" if h > 1 else "charts.coverage.ahead_1", n=h),
                SERIES[n],
                MARKS[n],
            )
            for n, h in enumerate(horizons)
        ],
    )
    ax = page.ax
    _row_axes(page, len(labels), names)
    ax.set_xlim(0, 100)
    ax.axvline(100 * nominal, color=TARGET, lw=1.2)
    ax.annotate(
        pct(100 * nominal, 0, lang),
        (100 * nominal, -0.62),
        ha="center",
        va="bottom",
        fontsize=TINY + 0.5,
        color=TARGET,
        annotation_clip=False,
    )
    for n, h in enumerate(horizons):
        part = data[data["horizon"] == h].set_index("label")["coverage"]
        ax.plot(
            100 * part.reindex(labels),
            range(len(labels)),
            ls="",
            marker=MARKS[n],
            ms=7,
            color=SERIES[n],
            alpha=0.9,
            clip_on=False,
        )
    ax.set_xticks([0, 20, 40, 60, 80, 100], [pct(t, 0, lang) for t in (0, 20, 40, 60, 80, 100)])
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.coverage.alt",
                label=r.label,
                n=r.horizon,
                share=pct(100 * r.coverage, 0, lang),
            )
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data.assign(source_id=";".join(sources)))


@_themed
def reliability(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Probabilities given against how often they came true: frame forecast, observed (0 to 1) and n per bin.

    How to read it: points on the diagonal are honest odds; the number beside a point counts its cases.
    """
    w = words(lang)
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        right=0.35,
        axes_height=3.2,
        xlabel=w("charts.reliability.given"),
        above=0.2,
        lang=lang,
    )
    ax = page.ax
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    ax.plot([0, 100], [0, 100], color=SOFT, lw=0.9, ls=(0, (4, 3)))
    ax.plot(
        100 * data["forecast"],
        100 * data["observed"],
        color=ZONE,
        lw=1.4,
        marker="o",
        ms=6,
        clip_on=False,
    )
    placed = _Labels(page)
    placed.keep_line(100 * data["forecast"], 100 * data["observed"])
    placed.keep_line([0, 100], [0, 100])
    for r in data.itertuples():
        placed.put(100 * r.forecast, 100 * r.observed, f"{r.n:,}", SOFT, must=True)
    _unit(page, w("charts.reliability.came_true"))
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.reliability.alt",
                given=pct(100 * r.forecast, 0, lang),
                share=pct(100 * r.observed, 0, lang),
                n=r.n,
            )
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data.assign(source_id=";".join(sources)))


@_themed
def shares(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Shares as bars: frame driver, exact (0 to 1) and, where Sobol indices were found, total (0 to 1).

    How to read it: the longest bar is what to settle first; a mark beyond its bar is what works only together with others.
    """
    w = words(lang)
    names, left = _names([upper(str(d)) for d in data["driver"]], 2.2)
    marked = "total" in data
    key = (
        [(w("charts.shares.share"), FAN_TEXT, "s"), (w("charts.shares.total"), TARGET, "o")]
        if marked
        else ()
    )
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.6,
        axes_height=0.36 * len(data),
        key=key,
        lang=lang,
    )
    ax = page.ax
    _row_axes(page, len(data), names)
    ax.set_xlim(0, 100 * max(float(data.filter(["exact", "total"]).max().max()), 0.5))
    for y, r in enumerate(data.itertuples()):
        ax.barh(y, 100 * r.exact, color=FAN, height=0.6)
        if marked:
            ax.plot([100 * r.total], [y], marker="o", ms=5, color=TARGET, clip_on=False)
        page.side(0.1, y, pct(100 * r.exact, 0, lang), color=INK, fontsize=SMALL, weight="bold")
    ax.xaxis.set_major_formatter(lambda x, _: pct(x, 0, lang))
    ax.grid(axis="x", color=GRID, lw=0.6)
    alt = _alt(
        w,
        subtitle,
        (
            w("charts.shares.alt", label=r.driver, share=pct(100 * r.exact, 0, lang))
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data.assign(source_id=";".join(sources)))


@_themed
def two_way(
    id, odds, lines, *, first, second, title, subtitle, sources, note="", lang="en"
) -> Chart:
    """Odds over two assumptions, with the line of even odds and the break-even line.

    ``odds``: frame of probabilities, the first assumption down, the second across; ``lines``: frame second,
    break_even, even_odds.

    How to read it: find your two assumptions; right of and above the lines the target is likelier met than missed.
    """
    w = words(lang)
    page = _Page(
        title, subtitle, sources, note, left=0.62, right=1.15, xlabel=second, above=0.2, lang=lang
    )
    ax = page.ax
    x, y = odds.columns.to_numpy(dtype="float64"), odds.index.to_numpy(dtype="float64")
    steps = [0, 10, 25, 50, 75, 90, 100]
    shades = ["#f7f7f7", "#e3e9ef", "#c6d5e4", "#9dbbd6", "#6d9bc3", "#3f78a8"]
    ax.contourf(x, y, 100 * odds.to_numpy(), levels=steps, colors=shades)
    ax.plot(lines["second"], lines["break_even"], color=TARGET, lw=1.6)
    ax.plot(lines["second"], lines["even_odds"], color=INK, lw=1.6, ls=(0, (4, 2)))
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    middle = len(steps) - 1
    for k, (low, high) in enumerate(zip(steps, steps[1:], strict=False)):
        at = y[0] + (y[-1] - y[0]) * (k + 0.5) / middle
        page.ax.add_patch(_patch(page, k / middle, 1 / middle, shades[k]))
        page.side(0.34, at, w("charts.two_way.step", low=low, high=high), color=INK, fontsize=SMALL)
    placed = _Labels(page)
    inside = {c: lines[lines[c].between(y[0], y[-1])] for c in ("break_even", "even_odds")}
    for column, part in inside.items():
        placed.keep_line(part["second"], part[column])
    for column, colour, apart in (("break_even", TARGET, 3), ("even_odds", INK, 2)):
        if not inside[column].empty:
            at = inside[column].iloc[len(inside[column]) // apart]
            placed.put(
                at["second"], at[column], w(f"charts.two_way.{column}"), colour, SMALL, must=True
            )
    _unit(page, first)
    low, middle, high = (
        pct(100 * float(odds.iloc[at]), 0, lang)
        for at in ((0, 0), (len(y) // 2, len(x) // 2), (-1, -1))
    )
    alt = w("charts.two_way.alt", subtitle=subtitle, low=low, middle=middle, high=high)
    return page.chart(id, alt, lines.assign(source_id=";".join(sources)))


@_themed
def discovery(
    id, points, rule, *, first, second, title, subtitle, sources, note="", lang="en"
) -> Chart:
    """Paths by two assumptions, met and missed, with the bounds of a rule.

    ``points``: frame first, second (as shown on the axes), met (bool); ``rule``: (bound of the first or None, bound of
    the second or None, whether the rule lies above its bounds).

    How to read it: inside the shaded corner one outcome prevails; where both mix, the two assumptions do not decide.
    """
    w = words(lang)
    marks = {"met": (ZONE, "o"), "missed": (TARGET, "x"), "rule": (SOFT, "s")}
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=0.62,
        right=0.25,
        xlabel=second,
        above=0.2,
        lang=lang,
        key=[(w(f"charts.discovery.{name}"), *look) for name, look in marks.items()],
    )
    ax = page.ax
    ax.set_xlim(float(points["second"].min()), float(points["second"].max()))
    ax.set_ylim(float(points["first"].min()), float(points["first"].max()))
    (down, up), (near, far) = ax.get_ylim(), ax.get_xlim()
    bound_first, bound_second, above = rule
    y = (
        (down if bound_first is None else bound_first, up)
        if above
        else (down, up if bound_first is None else bound_first)
    )
    x = (
        (near if bound_second is None else bound_second, far)
        if above
        else (near, far if bound_second is None else bound_second)
    )
    ax.fill_between(x, y[0], y[1], color=SOFT, alpha=0.18, lw=0, zorder=0)
    for met, (colour, marker) in ((True, marks["met"]), (False, marks["missed"])):
        part = points[points["met"] == met]
        ax.plot(
            part["second"],
            part["first"],
            ls="none",
            marker=marker,
            ms=3,
            color=colour,
            alpha=0.7,
            mew=0.8,
        )
    _unit(page, first)
    alt = w(
        "charts.discovery.alt",
        subtitle=subtitle,
        met=int(points["met"].sum()),
        n=len(points),
        second=second,
        first=first,
        second_low=num(x[0]),
        second_high=num(x[1]),
        first_low=num(y[0]),
        first_high=num(y[1]),
    )
    return page.chart(id, alt, points.assign(source_id=";".join(sources)))


PANEL_COLUMNS = 3


@_themed
def driver_panels(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    """Small multiples: what each driver moves in each series, and its share of the uncertainty.

    ``data``: frame label (one panel each), driver, low, high, target (percent away from the middle of the forecast) and
    share (of the variance, 0 to 1); the same drivers in every panel, on one scale.

    How to read it: a red line right of all bars is a target that no single driver reaches; numbers are shares of variance.
    """
    w = words(lang)
    groups = list(data.groupby("label", sort=False))
    names, left = _names([upper(str(d)) for d in dict.fromkeys(data["driver"])], 1.2, TINY + 0.5)
    across, down = min(PANEL_COLUMNS, len(groups)), -(-len(groups) // PANEL_COLUMNS)
    width = SIZES[_SIZE.get()][0]
    wide, apart, share = (width - left - EDGE) / across, 0.12, 0.36
    heads = [_wrap(str(label), wide - apart, SMALL, bold=True) for label, _ in groups]
    head, foot = max(_height(t, SMALL) for t in heads) + 0.1, 0.3
    high = head + 0.2 * len(names) + foot
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=EDGE,
        axes_height=down * high,
        ticks=False,
        key=[
            (w("charts.panels.bar"), FAN_TEXT, "s"),
            (w("charts.panels.target"), TARGET, "$|$"),
            (w("charts.panels.share"), INK, ""),
        ],
        lang=lang,
    )
    page.ax.set_axis_off()
    page.ax.set(xticks=[], yticks=[])
    spans = data[["low", "high", "target"]].to_numpy(dtype="float64")
    low, top = min(spans.min(), 0.0), max(spans.max(), 0.0)
    pad = 0.04 * (top - low)
    box = page.ax.get_position()
    for n, (_, part) in enumerate(groups):
        x, y = (
            left + (n % across) * wide,
            box.y1 * page.figure.get_figheight() - (n // across + 1) * high + foot,
        )
        ax = page.figure.add_axes(
            (
                x / width,
                y / page.figure.get_figheight(),
                (wide - apart - share) / width,
                0.2 * len(names) / page.figure.get_figheight(),
            )
        )
        ax.set_xlim(low - pad, top + pad)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_yticks(
            range(len(names)), names if n % across == 0 else [""] * len(names), fontsize=TINY + 0.5
        )
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.tick_params(axis="x", labelsize=TINY)
        ax.spines["left"].set_visible(False)
        ax.axvline(0, color=SOFT, lw=0.8)
        for row, r in enumerate(part.itertuples()):
            ax.barh(row, r.high - r.low, left=r.low, color=FAN, height=0.62)
            ax.text(
                1.03,
                row,
                num(100 * r.share, 0),
                transform=ax.get_yaxis_transform(),
                fontsize=TINY + 0.5,
                color=INK,
                va="center",
            )
        ax.axvline(float(part["target"].iloc[0]), color=TARGET, lw=1.4)
        ax.locator_params(axis="x", nbins=4)
        ax.xaxis.set_major_formatter(
            lambda v, _: ("+" if v > 0 else "") + pct(v, 0, lang) if v else "0"
        )
        ax.text(
            0,
            1 + 0.06 / (0.2 * len(names)),
            heads[n],
            transform=ax.transAxes,
            fontsize=SMALL,
            weight="bold",
            color=INK,
            va="bottom",
        )
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.panels.alt",
                label=label,
                target=pct(part["target"].iloc[0], 1, lang),
                driver=part.loc[part["share"].idxmax(), "driver"],
                share=pct(100 * part["share"].max(), 0, lang),
            )
            for label, part in groups
        ),
    )
    return page.chart(id, alt, data.assign(source_id=";".join(sources)))


def _patch(page: _Page, low: float, height: float, colour: str):
    """One step of the colour key beside the axes."""
    from matplotlib.patches import Rectangle

    return Rectangle(
        (1 + 0.12 / page.size[0], low),
        0.16 / page.size[0],
        height,
        transform=page.ax.transAxes,
        color=colour,
        clip_on=False,
        lw=0,
    )


# Comparison with others -----------------------------------------------------------------------------------------

# Pale to dark blue, so that a matrix reads in grey print too.
SHADES = ("#f7f7f7", "#e3e9ef", "#c6d5e4", "#9dbbd6", "#6d9bc3")


@_themed
def matrix(id, data, *, title, subtitle, sources, note="", deep=100.0, lang="en") -> Chart:
    """A table as a picture: frame label, row_note, column, value (shade, 0 to ``deep``) and text, one row a cell.

    Rows and columns stand in the order of the frame; a cell without a row in it stays white with a dash.

    How to read it: the darker a cell, the larger its value; ``row_note`` says what stands in for the row's indicator.
    """
    labels, columns = list(dict.fromkeys(data["label"])), list(dict.fromkeys(data["column"]))
    notes = data.drop_duplicates("label").set_index("label")["row_note"]
    names, left = _names(labels, 1.9)
    under = [_even(str(notes[t]), _room(1.9), TINY) for t in labels]
    left = max(left, EDGE + 0.12 + max(_width(t, TINY) for t in under))
    wide = (SIZES[_SIZE.get()][0] - left - EDGE) / len(columns)
    heads = [_wrap(str(c), wide - 0.06, TINY + 0.5) for c in columns]
    blocks = [
        _height(a, SMALL) + (_height(b, TINY) if b else 0)
        for a, b in zip(names, under, strict=True)
    ]
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=EDGE,
        axes_height=len(labels) * (max(blocks) + 0.1),
        ticks=False,
        above=max(_height(h, TINY + 0.5) for h in heads) + 0.06,
        lang=lang,
    )
    ax = page.ax
    ax.set_xlim(-0.5, len(columns) - 0.5)
    _row_axes(page, len(labels), [])
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    row = page.size[1] / len(labels)
    for y, (name, small, block) in enumerate(zip(names, under, blocks, strict=True)):
        top = y - block / 2 / row
        for at, text, size, colour in (
            (top, name, SMALL, INK),
            (top + _height(name, SMALL) / row, small, TINY, SOFT),
        ):
            ax.text(
                -0.1 / page.size[0],
                at,
                text,
                transform=ax.get_yaxis_transform(),
                ha="right",
                va="top",
                fontsize=size,
                color=colour,
                linespacing=1.15,
            )
    for x, head in enumerate(heads):
        ax.annotate(
            head,
            (x, -0.5),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=TINY + 0.5,
            color=SOFT,
            annotation_clip=False,
            linespacing=1.15,
        )
    filled = {(r.label, r.column): r for r in data.itertuples()}
    for (y, label), (x, column) in ((a, b) for a in enumerate(labels) for b in enumerate(columns)):
        cell = filled.get((label, column))
        known = cell is not None and not np.isnan(cell.value)
        step = int(np.clip(cell.value / deep * len(SHADES), 0, len(SHADES) - 1)) if known else 0
        ax.fill_between(
            [x - 0.48, x + 0.48], y - 0.46, y + 0.46, color=SHADES[step] if known else "white", lw=0
        )
        ax.text(
            x,
            y,
            cell.text if cell is not None else "–",
            ha="center",
            va="center",
            fontsize=SMALL,
            linespacing=1.15,
            color=INK if known else SOFT,
        )
    w = words(lang)
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "common.colon",
                head=label,
                rest=w("common.list").join(
                    f"{r.column} {r.text}".replace("\n", " ") for r in part.itertuples()
                ),
            )
            for label, part in data.groupby("label", sort=False)
        ),
    )
    return page.chart(id, alt, data)


@_themed
def by_year(
    id,
    points,
    highlight,
    *,
    title,
    subtitle,
    sources,
    unit,
    line=None,
    line_label="",
    goal=None,
    note="",
    lang="en",
) -> Chart:
    """Figures of many zones by year: frame zone_id, label, year, value, source_id; the zone bold, peers grey.

    ``line``: frame year, value of a whole that the zones are held against; ``goal``: (value, words) in red. Points
    are never joined, since figures of one zone may stand for different areas.

    How to read it: points above the line did better than the whole in that year.
    """
    w = words(lang)
    ends = [line_label] if line is not None else []
    ends += [goal[1]] if goal else []
    right = 0.16 + max([_width(t, SMALL, bold=True) for t in ends], default=0.0) + EDGE
    fences = _fences(points["value"])
    far = ~points["value"].between(*fences) & (points["zone_id"] != highlight)
    if far.any():
        off = points[far].rename(columns={"value": "growth"})
        note = w("common.space").join(t for t in (note, _off_scale(off, w)) if t)
    page = _Page(title, subtitle, sources, note, right=right, above=0.2, lang=lang)
    ax = page.ax
    near = points[~far]
    values = [
        *near["value"],
        *([] if line is None else line["value"]),
        *([goal[0]] if goal else []),
    ]
    low, high = float(min(values)), float(max(values))
    ax.set_ylim(low - 0.08 * (high - low), high + 0.1 * (high - low))
    years = sorted({*points["year"], *([] if line is None else line["year"])})
    ax.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    own = near["zone_id"] == highlight
    ax.plot(
        near.loc[~own, "year"],
        near.loc[~own, "value"],
        ls="none",
        marker="o",
        ms=5,
        color=PEER,
        mec="white",
        mew=0.5,
    )
    ax.plot(
        near.loc[own, "year"],
        near.loc[own, "value"],
        ls="none",
        marker="o",
        ms=8,
        color=ZONE,
        zorder=4,
    )
    placed = _Labels(page)
    for r in near.itertuples():
        placed.keep_point(r.year, r.value, 0.05)
    labels = []
    if line is not None:
        ax.plot(line["year"], line["value"], color=FAN, lw=1.6, marker="o", ms=2.5, zorder=3)
        placed.keep_line(line["year"], line["value"])
        labels.append((float(line["value"].iloc[-1]), line_label, FAN_TEXT))
    if goal:
        ax.axhline(goal[0], color=TARGET, lw=1.4, zorder=1)
        placed.keep_line(ax.get_xlim(), (goal[0], goal[0]))
        labels.append((goal[0], goal[1], TARGET))
    for r in near[own].itertuples():
        placed.put(r.year, r.value, f"{r.label} {num(r.value)}", ZONE, SMALL, must=True, bold=True)
    others = near[~own]
    for r in (
        pd.concat([others.nlargest(4, "value"), others.nsmallest(3, "value"), others])
        .drop_duplicates()
        .itertuples()
    ):
        placed.put(r.year, r.value, r.label, SOFT, TINY)
    page.end_labels(labels, 0.14)
    ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
    every = years if len(years) <= 14 else years[::-2][::-1]
    _years(ax, every)
    _unit(page, unit)
    mine = w("common.semicolon").join(
        w("charts.by_year.own", label=r.label, year=r.year, value=num(r.value))
        for r in near[own].itertuples()
    )
    alt = _alt(
        w,
        subtitle,
        [
            w(
                "charts.by_year.alt",
                n=len(points),
                median=num(float(points["value"].median())),
                unit=unit,
                own=mine or w("charts.by_year.none"),
            )
        ],
    )
    return page.chart(id, alt, points)


@_themed
def pairs(
    id, data, *, first, second, title, subtitle, sources, unit, note="", line=None, lang="en"
) -> Chart:
    """Two figures a row: frame label, first, second (may be missing), source_id; ``line``: (value, words) in red.

    How to read it: the red diamond is ``first`` (a promise, or the zone), the dot ``second`` (its result, or the city).
    """
    names, left = _names([upper(str(t)) for t in data["label"]], 2.6)
    key = [(first, TARGET, "D"), (second, ZONE, "o")]
    page = _Page(
        title,
        subtitle,
        sources,
        note,
        left=left,
        right=0.45,
        axes_height=0.25 * len(data) + 0.1,
        xlabel=unit,
        key=key,
        above=0.16 if line else 0.0,
        lang=lang,
    )
    ax = page.ax
    values = [*data["first"], *data["second"].dropna(), *([line[0]] if line else []), 0.0]
    ax.set_xlim(_band_limits(min(values), max(values), 0.12, 0.2, page.size[0]))
    _row_axes(page, len(data), names)
    for y, r in enumerate(data.itertuples()):
        if not np.isnan(r.second):
            ax.plot([r.first, r.second], [y, y], color=PEER, lw=1.6, zorder=1)
            ax.plot([r.second], [y], marker="o", ms=6.5, color=ZONE, ls="none", zorder=3)
        ax.plot(
            [r.first],
            [y],
            marker="D",
            ms=5.5,
            color=TARGET,
            ls="none",
            zorder=4,
            mec="white",
            mew=0.5,
        )
        shown = (
            [(r.first, num(r.first), TARGET)]
            if np.isnan(r.second) or num(r.first) == num(r.second)
            else [(r.first, num(r.first), TARGET), (r.second, num(r.second), ZONE)]
        )
        for place, (value, text, colour) in enumerate(sorted(shown)):
            right = place == len(shown) - 1
            ax.annotate(
                text,
                (value, y),
                xytext=(7 if right else -7, 0),
                textcoords="offset points",
                ha="left" if right else "right",
                va="center",
                fontsize=TINY,
                color=colour,
                path_effects=_halo(),
            )
    if line:
        ax.axvline(line[0], color=TARGET, lw=1.2, ls=(0, (4, 2)), zorder=0)
        ax.annotate(
            line[1],
            (line[0], -0.5),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=TINY + 0.5,
            color=TARGET,
            annotation_clip=False,
        )
    ax.grid(axis="x", color=GRID, lw=0.6)
    w = words(lang)
    alt = _alt(
        w,
        subtitle,
        (
            w(
                "charts.pairs.alt",
                label=r.label,
                first_name=first,
                first=num(r.first),
                second_name=second,
                second=num(r.second),
            )
            for r in data.itertuples()
        ),
    )
    return page.chart(id, alt, data)


@_themed
def fitted(
    id, points, highlight, *, title, subtitle, sources, xlabel, unit, fit=None, note="", lang="en"
) -> Chart:
    """Points, and where there are enough of them a fitted line with its band.

    ``points``: frame zone_id, label, x (drawn on a log scale), y, source_id; ``fit``: frame x, y, low, high, or None.

    How to read it: a band that holds a flat line means that size tells nothing about growth.
    """
    w = words(lang)
    own = points["zone_id"] == highlight
    fences = _fences(points["y"])
    far = ~points["y"].between(*fences) & ~own
    page = _Page(
        title, subtitle, sources, note, right=EDGE + 0.2, xlabel=xlabel, above=0.2, lang=lang
    )
    ax = page.ax
    ax.set_xscale("log")
    ax.set_xlim(points["x"].min() / 1.25, points["x"].max() * 1.25)
    shown = [*points.loc[~far, "y"], *([] if fit is None else [*fit["low"], *fit["high"]])]
    low, high = min(shown), max(shown)
    room = 0.22 if far.any() else 0.1
    ax.set_ylim(low - room * (high - low), high + room * (high - low))
    others = points[~own & ~far]
    ax.plot(
        others["x"], others["y"], ls="none", marker="o", ms=5.5, color=PEER, mec="white", mew=0.5
    )
    ax.plot(
        points.loc[own, "x"],
        points.loc[own, "y"],
        ls="none",
        marker="o",
        ms=8,
        color=ZONE,
        zorder=4,
    )
    placed = _Labels(page)
    for r in points[~far].itertuples():
        placed.keep_point(r.x, r.y, 0.05)
    for r in points[far].itertuples():
        marker, edge = (
            ("^", high + 0.15 * (high - low)) if r.y > high else ("v", low - 0.15 * (high - low))
        )
        ax.plot([r.x], [edge], ls="none", marker=marker, ms=7, color=PEER)
        placed.keep_point(r.x, edge, 0.06)
        placed.put(
            r.x, edge, w("charts.size.off", label=r.label, rate=num(r.y)), SOFT, TINY, must=True
        )
    if fit is not None:
        ax.fill_between(fit["x"], fit["low"], fit["high"], color=FAN, alpha=0.18, lw=0)
        ax.plot(fit["x"], fit["y"], color=FAN, lw=1.6)
        placed.keep_line(fit["x"], fit["y"])
    if low < 0 < high:
        ax.axhline(0, color=SOFT, lw=0.8, zorder=0)
        placed.keep_line(ax.get_xlim(), (0, 0))
    for r in points[own].itertuples():
        placed.put(r.x, r.y, r.label, ZONE, SMALL, must=True, bold=True)
    for r in (
        pd.concat([others.nlargest(3, "y"), others.nsmallest(2, "y"), others])
        .drop_duplicates()
        .itertuples()
    ):
        placed.put(r.x, r.y, r.label, SOFT, TINY)
    ticks = [t for t in SIZE_TICKS if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(ticks, [num(t, 0) for t in ticks])
    ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
    ax.minorticks_off()
    _unit(page, unit)
    about = {"n": len(points), "median": num(float(points["y"].median()))}
    alt = _alt(
        w,
        subtitle,
        [
            w("charts.fitted.no_line", **about)
            if fit is None
            else w(
                "charts.fitted.line",
                **about,
                start=num(fit["y"].iloc[0]),
                end=num(fit["y"].iloc[-1]),
            )
        ],
    )
    return page.chart(id, alt, points)
