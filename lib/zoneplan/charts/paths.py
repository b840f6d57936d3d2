"""Courses over years: history, fans, targets, lines, ranks, slopes, and chances that came true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneplan.charts.chart import form
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.labels import Labels
from zoneplan.charts.page import Caption, Key, Page, Panel, Rule, Ruler, Style, room, tick_room
from zoneplan.charts.theme import EDGE, NOTE, SHADE, SIZES, SMALL, SOFT, TINY, size
from zoneplan.text import num

# Inches from the axes to the names at their right, what these may take, and the height of panels.
START, NAMES, LOW = 0.32, 2.2, 1.45
# Inches that a fourth panel beside three others needs.
NARROW = 1.1
QUARTERS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True)
class Piece:
    """One unbroken stretch of a mark: its rows, points and, of a band, its lower edge."""

    rows: np.ndarray
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray | None = None

    @property
    def edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper edge."""
        return (self.y if self.low is None else self.low), self.y


def pieces(data: pd.DataFrame, encoding: Encoding, mark: Mark) -> Iterator[Piece]:
    """Cut a mark into stretches; one that opens from another mark begins at its last point."""
    x, y = data[encoding.x].to_numpy(float), data[encoding.y].to_numpy(float)
    every = np.full(len(data), mark.at)
    groups = data[encoding.group].to_numpy() if encoding.group else every
    apart = np.zeros(len(data), int)
    if encoding.split:
        apart = pd.factorize(data[encoding.split], use_na_sentinel=False)[0]
    chosen, order = (groups == mark.at) & ~np.isnan(y), np.argsort(x, kind="stable")
    for part in dict.fromkeys(apart[chosen]):
        here = order[(chosen & (apart == part))[order]]
        xs, ys, low = x[here], y[here], None
        if mark.start is not None:
            low = y[order[((groups == mark.start) & (apart == part))[order]]]
        before = order[((groups == mark.opens) & (x < xs[0]))[order]]
        if mark.opens is not None and len(before):
            here, (xs, ys) = (
                np.insert(here, 0, before[-1]),
                (x[[before[-1], *here]], y[[before[-1], *here]]),
            )
            low = None if low is None else np.insert(low, 0, ys[0])
        yield Piece(here, xs, ys, low)


@form
def paths(
    data: pd.DataFrame,
    encoding: Encoding,
    caption: Caption,
    *,
    planned: tuple[float, str] | None = None,
    rules: Sequence[Rule] = (),
    ticks: Mapping[int, str] | None = None,
    xlabel: str = "",
    high: float | None = None,
    key: Key = (),
) -> Page:
    """Draw a long table over the years: each mark is the rows with one value of the group.

    Parameters
    ----------
    data : columns ``x`` (years, or chances), ``y`` and the group.
    planned : the years from here on are shaded, under these words.
    rules : level lines, named at the right.
    ticks : words for years; two of them make a chart of slopes.
    xlabel : words below the axis.
    high : inches of a panel.
    key : marks in words, where they are not named at the end.
    """
    ruler, parts = Ruler(caption.lang), encoding.panels(data)
    several = len(parts) > 1
    notes = [str(part[encoding.note].iloc[0]) for _, part in parts] if encoding.note else ()

    def widest(drawn: Sequence[tuple[str, pd.DataFrame]]) -> float:
        ends = [end for _, part in drawn for end in _ends(part, encoding, rules, ruler)]
        return max((START + ruler.width(text, SMALL) for _, text, _ in ends), default=0.0)

    left = tick_room(ruler, data[encoding.y], 0.42 if several else 0.55)
    right = max(widest(parts), 0.12)
    page = Page(
        caption,
        left=EDGE if several else left,
        inner=(left, right + 0.06) if several else (0.0, right),
        heads=[head for head, _ in parts],
        notes=notes,
        across=_across(len(parts), left + right),
        high=high or (LOW if several else None),
        above=0.2 if encoding.unit or (planned and planned[1]) else 0.06,
        xlabel=xlabel,
        key=key,
    )

    def redraw(new: pd.DataFrame) -> bool:
        drawn = encoding.panels(new)
        fits = widest(drawn) <= right + 0.01 and tick_room(ruler, new[encoding.y], left) <= left
        if len(drawn) != len(parts) or not fits:
            return False
        for panel, (_, part) in zip(page.panels, drawn, strict=True):
            panel.clear()
            _draw(panel, part, encoding, planned, rules, ticks)
        return True

    redraw(data)
    page.redraw = redraw
    return page


def _across(panels: int, beside: float) -> int:
    """Three panels side by side, or four where they leave less of the last row empty and fit."""
    narrow = SIZES[size()][0] / 4 - beside < NARROW
    return 3 if narrow else min((3, 4), key=lambda k: -panels % k)


def _draw(
    panel: Panel,
    data: pd.DataFrame,
    encoding: Encoding,
    planned: tuple[float, str] | None,
    rules: Sequence[Rule],
    ticks: Mapping[int, str] | None,
) -> None:
    _axes(panel, data, encoding, rules, ticks)
    free = panel.wide + 0.4
    if planned is not None:
        panel.ax.axvspan(planned[0], panel.ax.get_xlim()[1], color=SHADE, zorder=0, lw=0)
        panel.above(planned[1], ha="right")
        free -= panel.ruler.width(planned[1], NOTE) + 0.2
    if panel.ruler.width(encoding.unit, NOTE) < free:
        panel.above(encoding.unit)
    placed = Labels(panel)
    for rule in rules:
        panel.ax.axhline(float(rule.at), zorder=1, **rule.look)
    drawn = [(m, list(pieces(data, encoding, m))) for m in encoding.marks]
    for mark, piece in ((m, p) for m, parts in drawn for p in parts):
        _piece(panel, mark, piece)
        if mark.look == "line":
            placed.keep_line(piece.x, piece.y)
        for x, y in zip(piece.x, piece.y, strict=True) if mark.marker else ():
            placed.keep_point(x, y, mark.size / 144 + 0.015)
    _values(placed, data, drawn)
    panel.end_labels(_ends(data, encoding, rules, panel.ruler), START)


def _axes(
    panel: Panel,
    data: pd.DataFrame,
    encoding: Encoding,
    rules: Sequence[Rule],
    ticks: Mapping[int, str] | None,
) -> None:
    """A little air around all values; rank 1 is on top, and chances lie beside their diagonal."""
    ax, told = panel.ax, encoding.axis(panel.ruler.lang, 1.0)
    if encoding.across == "chance" and told:
        ax.set(xlim=(0, 1), ylim=(0, 1), xticks=QUARTERS, yticks=QUARTERS)
        ax.xaxis.set_major_formatter(told)
        ax.plot([0, 1], [0, 1], color=SOFT, lw=0.9, ls=(0, (4, 3)))
    else:
        first, last = (float(data[encoding.x].agg(f)) for f in ("min", "max"))
        ax.set_xlim(first - 0.05 * (last - first or 1), last + 0.015 * (last - first or 1))
        if ticks:
            ax.set_xticks(list(ticks), list(ticks.values()))
        elif encoding.across == "values":
            ax.locator_params(axis="x", nbins=5)
        else:
            panel.years(range(int(first), int(last) + 1))
        values = [*data[encoding.y].dropna(), *(float(r.at) for r in rules)]
        low, high = float(min(values)), float(max(values))
        air = 0.08 * ((high - low) or abs(high) or 1.0)
        if encoding.scale == "rank":
            ax.set_ylim(high + air, max(low - air, 0.5))
        elif encoding.scale == "plain" and low >= 0:
            ax.set_ylim(0, 1.12 * high)
        else:
            # A broken axis needs room for its sign.
            ax.set_ylim(low - (2 if low > 0 else 1) * air, high + air)
        ax.locator_params(axis="y", nbins=5 if panel.high < 2 else 8)
        if encoding.scale == "chance":
            ax.set(ylim=(0, 1), yticks=QUARTERS)
        panel.broken()
    if told is not None:
        ax.yaxis.set_major_formatter(told)
    else:
        panel.thousands()


def _piece(panel: Panel, mark: Mark, piece: Piece) -> None:
    if mark.look == "band":
        style: Style = {"color": mark.colour, "alpha": mark.alpha, "lw": 0}
        panel.ax.fill_between(piece.x, *piece.edges, **style)
    elif mark.look != "none":
        look: dict[str, Style] = {
            "hollow": {"mfc": "white", "mew": 1.4},
            "dot": {"mec": "white", "mew": 0.6},
        }
        style = {"marker": mark.marker or None, "ms": mark.size, **look.get(mark.look, {})}
        style["ls"] = ((0, (4, 3)) if mark.dashed else "-") if mark.look == "line" else "none"
        # A heavier line stands out and lies over the others.
        order = {"line": 3, "hollow": 4}.get(mark.look, 5) + (mark.width > 2)
        style |= {"color": mark.colour, "lw": mark.width, "zorder": order, "clip_on": False}
        panel.ax.plot(piece.x, piece.y, **style)


def _values(
    placed: Labels, data: pd.DataFrame, drawn: Sequence[tuple[Mark, Sequence[Piece]]]
) -> None:
    """Words beside points: all of a mark, or its ends first and the others where there is room."""
    later = []
    for mark, piece in ((m, p) for m, parts in drawn for p in parts if m.label):
        texts = [num(y, mark.digits) for y in piece.y]
        if mark.text:
            texts = [str(t) for t in data[mark.text].iloc[piece.rows]]
        last = len(piece.x) - 1
        style: Style = {"size": TINY if mark.label == "room" else SMALL, "bold": mark.marker == "D"}
        for n, (x, y, text) in enumerate(zip(piece.x, piece.y, texts, strict=True)):
            # What the name at the end tells is not told twice.
            if n == last and "{value}" in mark.ends[1]:
                continue
            if mark.label == "all" or (n in (0, last) and mark.label != "free"):
                placed.put(x, y, text, mark.ink, must=True, **style)
            else:
                later.append((x, y, text, mark.ink, style))
    for x, y, text, colour, style in later:
        placed.put(x, y, text, colour, **style)


def _ends(
    data: pd.DataFrame, encoding: Encoding, rules: Sequence[Rule], ruler: Ruler
) -> list[tuple[float, str, str]]:
    """Value, words and colour of each name at the right; of a band both edges may have one."""
    found = [(float(r.at), r.words, r.colour) for r in rules if r.words]
    for mark in (m for m in encoding.marks if any(m.ends)):
        for last in list(pieces(data, encoding, mark))[-1:]:
            for values, text in zip((last.low, last.y), mark.ends, strict=True):
                if values is not None and text:
                    told = text.replace("{value}", num(values[-1], mark.digits))
                    found.append((values[-1], ruler.even(told, room(NAMES), SMALL), mark.ink))
    return found
