"""Horizontal rows with marks: dots, ranges, bars and boxes, in one panel or in several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.charts import theme
from zoneplan.charts.chart import Chart, form
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.labels import ABOVE, BELOW, LEFT, RIGHT, SPOTS, Labels
from zoneplan.charts.page import Caption, Key, Names, Page, Panel, Rule, Ruler, Style, row_axes
from zoneplan.charts.theme import INK, NOTE, SMALL, SOFT, TINY, ZONE
from zoneplan.text import num

# Inches that names of rows may take: in one panel, and in several.
NAMES, FEW_NAMES = 2.55, 1.2
# Inches before the first column of words at the right, and between two.
START, BETWEEN = 0.16, 0.12


@dataclass(frozen=True)
class Aside:
    """A column of words at the right of the rows, broken to lines of at most ``room`` inches;
    ``colour`` is one for all rows or one a row.
    """

    column: str
    colour: str | Sequence[str] = INK
    size: float = SMALL
    bold: bool = False
    head: str = ""
    room: float = 3.0


@form
def rows(
    data: pd.DataFrame,
    encoding: Encoding,
    caption: Caption,
    *,
    row: float = 0.36,
    asides: Sequence[Aside] = (),
    rules: Sequence[Rule] = (),
    key: Key = (),
    joined: bool = False,
    axis: bool = True,
    across: int = 3,
    size: float = SMALL,
    band: str = "",
    gap: float = 0.06,
) -> Page:
    """Draw rows named by the column ``y``, each with its marks over the axis of values.

    Parameters
    ----------
    data : one row an entry or, where the encoding has a group, one an entry and mark.
    row : least height of a row, inches.
    asides, rules : words at the right, and lines across all rows.
    key : marks in words.
    joined, axis : whether a thin line joins the marks of a row, and whether the axis is drawn.
    across : panels side by side; below each other (1) each has rows of its own.
    size : points of the names of the rows.
    band : column of parts; every other one of them is shaded over the whole width.
    gap : inches between the names of two rows, at least.
    """
    ruler = Ruler(caption.lang)
    for a in asides:
        broken = [ruler.even(str(t), a.room, a.size, a.bold) for t in data[a.column]]
        data = data.assign(**{a.column: broken})
    parts = encoding.panels(data)
    tables = [encoding.wide(part) for _, part in parts]
    beside = min(across, len(parts)) > 1
    named = [
        Names.of(
            ruler, t[encoding.y], t[encoding.note] if encoding.note else (),
            FEW_NAMES if beside else NAMES, size,
        )
        for t in tables
    ]  # fmt: skip
    least = max(row, *(n.high + gap for n in named))
    rooms = [max(ruler.width(t, a.size, a.bold) for t in (*data[a.column], a.head)) for a in asides]
    worded = any(r.words for r in rules) or any(a.head for a in asides)
    page = Page(
        caption,
        left=max(n.width for n in named),
        inner=(0.0, START + sum(rooms) + BETWEEN * len(rooms) if rooms else 0.12),
        heads=[head for head, _ in parts],
        across=across,
        high=[least * len(t) for t in tables[:: 1 if across == 1 else across]],
        above=0.2 if worded else 0.06,
        ticks=axis,
        xlabel=encoding.unit if axis else "",
        key=key,
    )
    standing = [
        [replace(r, at=encoding.factor * r.value(part)) for r in rules] for _, part in parts
    ]
    limits = _limits(page.panels[0], encoding, pd.concat(tables), [r for s in standing for r in s])
    for n, (panel, table, crossing) in enumerate(zip(page.panels, tables, standing, strict=True)):
        row_axes(panel, len(table))
        panel.ax.set_xlim(limits)
        if band:
            _bands(panel, table[band], named[n].width)
        if n % across == 0:
            named[n].write(panel)
        _axis(panel, encoding, axis)
        _rules(panel, crossing)
        for mark in encoding.marks:
            _mark(panel, encoding, mark, table)
        if joined:
            ends = encoding.factor * table[[m.at for m in encoding.marks]].astype(float)
            low, high = ends.min(axis=1), ends.max(axis=1)
            panel.ax.hlines(range(len(ends)), low, high, color=theme.RAIL, lw=2, zorder=1)
        _values(panel, encoding, table, crossing)
        _asides(panel, asides, rooms, parts[n][1], headed=n < across)
        if encoding.scale == "free":
            panel.broken(across=True)
    return page


def _bands(panel: Panel, parts: pd.Series, left: float) -> None:
    """Shade every other part of the rows, from edge to edge of the page."""
    part = parts.ne(parts.shift()).cumsum().to_numpy()
    wide = theme.SIZES[theme.size()][0] - 2 * theme.EDGE
    start = (theme.EDGE - left) / panel.wide
    for k in range(2, part[-1] + 1, 2):
        (at,) = np.nonzero(part == k)
        style: Style = {"xmin": start, "xmax": start + wide / panel.wide, "clip_on": False}
        panel.ax.axhspan(at[0] - 0.5, at[-1] + 0.5, color=theme.SHADE, lw=0, zorder=-1, **style)


def _limits(
    panel: Panel, encoding: Encoding, table: pd.DataFrame, rules: Sequence[Rule]
) -> tuple[float, float]:
    """The ends of the axis, with room beside the lowest and the highest mark for words."""
    marks = encoding.marks
    columns = [c for m in marks for c in (m.at, m.start, *(m.reach or ())) if c is not None]
    drawn = encoding.factor * table[columns].to_numpy(float)
    values = [*drawn[~np.isnan(drawn)], *(float(r.at) for r in rules)]
    if encoding.scale != "free":
        values.append(0.0)
    low, high = min(values), max(values)
    if encoding.scale in ("chance", "share"):
        return 0.0, 100.0 if encoding.scale == "chance" else max(1.03 * high, 0.5)
    beside = 0.3 if any(m.label == "beside" for m in marks) else 0.16
    rooms = [beside if any(m.look == "dot" for m in marks) else 0.0] * 2
    for side, column in ((n, m.ends[n]) for m in marks for n in (0, 1) if m.ends[n]):
        rooms[side] = max(0.12 + panel.ruler.width(str(t), SMALL) for t in table[column])
    # Bars that grow from zero stand on the axis.
    grown = low == 0 and all(m.look == "bar" and m.start is None for m in marks)
    rooms = [0.0 if grown else rooms[0] + 0.06, rooms[1] + 0.06]
    per_inch = (high - low) / max(panel.wide - sum(rooms), 0.5) or 1.0
    return low - rooms[0] * per_inch, high + rooms[1] * per_inch


def _axis(panel: Panel, encoding: Encoding, shown: bool) -> None:
    ax = panel.ax
    if shown:
        if encoding.scale == "chance":
            ax.set_xticks([0, 25, 50, 75, 100])
        else:
            ax.locator_params(axis="x", nbins=4 if panel.wide < 2 else 8, steps=[1, 2, 5, 10])
        if told := encoding.axis(panel.ruler.lang):
            ax.xaxis.set_major_formatter(told)
        ax.grid(axis="x", color=theme.GRID, lw=0.6)
    else:
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
    if ax.get_xlim()[0] <= 0 < ax.get_xlim()[1]:
        ax.axvline(0, color=SOFT, lw=0.8, zorder=1)


def _rules(panel: Panel, rules: Sequence[Rule]) -> None:
    """Lines across all rows; the words above two that stand close turn away from each other."""
    named = sorted((r for r in rules if r.words), key=lambda r: r.at)
    low, high = panel.ax.get_xlim()
    inches = [float(r.at) * panel.wide / (high - low) for r in named]
    needed = sum(panel.ruler.width(r.words, SMALL, bold=True) for r in named) / 2 + 0.1
    close = len(named) == 2 and inches[1] - inches[0] < needed
    for rule in rules:
        panel.ax.axvline(float(rule.at), zorder=2, **rule.look)
    for rule, side in zip(named, ("right", "left") if close else ["center"] * 9, strict=False):
        style = {"color": rule.colour, "bold": True, "ha": side, "va": "bottom"}
        panel.write(float(rule.at), 1 + 0.05 / panel.high, rule.words, "x", **style)


def _mark(panel: Panel, encoding: Encoding, mark: Mark, table: pd.DataFrame) -> None:
    ax, ys = panel.ax, np.arange(len(table))
    start, at = (
        ys * 0.0 if c is None else encoding.factor * table[c].to_numpy(float)
        for c in (mark.start, mark.at)
    )
    if mark.reach:
        low, high = (encoding.factor * table[c] for c in mark.reach)
        ax.hlines(ys, low, high, color=theme.PEER, lw=3, alpha=0.6, zorder=1)
    if mark.look == "bar":
        _bars(panel, mark, start, at)
    elif mark.look == "line":
        ax.hlines(ys, start, at, color=mark.colour, lw=mark.width, alpha=mark.alpha)
    else:
        edge: Style = {"mew": 1.6} if mark.marker == "|" else {"mec": "white", "mew": 0.5}
        look: Style = {
            "marker": mark.marker,
            "ms": mark.size,
            "color": mark.colour,
            "alpha": mark.alpha,
        }
        # The smaller mark lies on top.
        ax.plot(at, ys, ls="none", clip_on=False, zorder=4 - mark.size / 20, **look, **edge)
    pad = 4 / 72 * np.ptp(ax.get_xlim()) / panel.wide
    for column, xs, turn in zip(mark.ends, (start - pad, at + pad), ("right", "left"), strict=True):
        for y, text in enumerate(table[column] if column else ()):
            panel.write(xs[y], y, str(text), ha=turn, halo=True, color=INK, zorder=5)


def _bars(panel: Panel, mark: Mark, start: np.ndarray, end: np.ndarray) -> None:
    colours = cycle([mark.colour] if isinstance(mark.colour, str) else mark.colour)
    for y, (a, b, colour) in enumerate(zip(start, end, colours, strict=False)):
        if np.isnan(b):
            continue
        if mark.turn is not None:
            middle = float(np.clip(mark.turn, *sorted((a, b))))
            panel.ax.barh(y, middle - a, left=a, color=theme.PALE, height=0.58)
            a = middle
        panel.ax.barh(y, b - a, left=a, color=colour, height=0.58)


def _values(panel: Panel, encoding: Encoding, table: pd.DataFrame, rules: Sequence[Rule]) -> None:
    """The values of dots that carry theirs, beside or above them; equal ones are printed once."""
    dots = [m for m in encoding.marks if m.look == "dot"]
    placed = Labels(panel)
    for rule in rules:
        placed.keep_line((float(rule.at),) * 2, panel.ax.get_ylim())
    for m in dots:
        for y, value in enumerate(encoding.factor * table[m.at].to_numpy(float)):
            if not np.isnan(value):
                placed.keep_point(value, y, 0.02 if m.marker == "|" else m.size / 144 + 0.01)
    for y, r in enumerate(table.to_dict("records")):
        shown = [
            (encoding.factor * r[m.at], m) for m in dots[::-1] if m.label and r[m.at] == r[m.at]
        ]
        told = {num(value, m.digits): (value, m) for value, m in shown}
        for n, (text, (value, m)) in enumerate(sorted(told.items(), key=lambda t: t[1][0])):
            sides = (LEFT, RIGHT) if n < len(told) - 1 else (RIGHT, LEFT)
            spots = (sides[0], ABOVE, BELOW, sides[1]) if m.label == "beside" else SPOTS
            points = TINY if m.label == "beside" else NOTE
            style: Style = {"size": points, "bold": m.label == "bold", "spots": spots, "must": True}
            placed.put(value, y, text, m.ink, **style)


def _asides(
    panel: Panel, asides: Sequence[Aside], rooms: Sequence[float], part: pd.DataFrame, headed: bool
) -> None:
    x = START
    for a, taken in zip(asides, rooms, strict=True):
        colours = cycle([a.colour] if isinstance(a.colour, str) else a.colour)
        for (y, text), colour in zip(enumerate(part[a.column]), colours, strict=False):
            panel.side(x, y, text, color=colour, fontsize=a.size, bold=a.bold)
        head = {"color": SOFT, "va": "bottom"}
        if headed:
            panel.write(1 + x / panel.wide, 1 + 0.06 / panel.high, a.head, "axes", **head)
        x += taken + BETWEEN


def waterfall(
    id: str, data: pd.DataFrame, encoding: Encoding, caption: Caption, **options: Any
) -> Chart:
    """Draw steps of a value, one row each: a bar from the value before to the one after.

    Parameters
    ----------
    data : columns ``y`` (what was taken into account) and ``x`` (the value after it), in order;
        ``before`` where the value before is not that of the row above.
    """
    after = data[encoding.x].astype(float)
    before = data["before"] if "before" in data else after.shift(1)
    # By how much the printed values differ.
    moved = (encoding.factor * after).round() - (encoding.factor * before).round()
    # What raised the value has another colour than what lowered it.
    ends = {
        f"_{way}": after.where(keep)
        for way, keep in (("up", after >= before), ("down", after < before))
    }
    steps = data.assign(
        before=before,
        **ends,
        _value=[encoding.value(v, caption.lang) for v in after],
        _moved=["" if np.isnan(d) else f"{d:+.0f}" for d in moved],
    )
    bars = (
        Mark("_up", "before", "bar", colour=theme.FAN),
        Mark("_down", "before", "bar", colour=theme.PEER),
    )
    asides = [Aside("_value", ZONE, theme.NAME, bold=True), Aside("_moved", SOFT, NOTE)]
    drawn = replace(encoding, marks=(*encoding.marks, *bars, Mark(encoding.x, size=5.0)))
    return rows(id, steps, drawn, caption, asides=asides, row=0.3, **options)
