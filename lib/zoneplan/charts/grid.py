"""Two-way pictures: a table as shades, and chances over two assumptions."""

from __future__ import annotations

import re
from itertools import product

import numpy as np
import pandas as pd

from zoneplan.charts.chart import form
from zoneplan.charts.encoding import Encoding
from zoneplan.charts.labels import Labels
from zoneplan.charts.page import Caption, Key, Names, Page, Panel, Ruler, Style, height, row_axes
from zoneplan.charts.theme import EDGE, INK, NOTE, SHADES, SIZES, SMALL, SOFT, ZONE, size
from zoneplan.charts.wording import typeset
from zoneplan.text import MISSING

# Inches that names of rows may take, and that the colour key and its words take at the right.
NAMES, KEY = 1.9, 1.15
# Inches that a line of a head takes that is read from below.
UPRIGHT = 1.1
# The corners of a cell, seen from its middle.
CELL = ((-0.48, -0.46), (0.48, -0.46), (0.48, 0.46), (-0.48, 0.46))
# Chances, in percent, between which a shade holds.
STEPS = (0, 10, 25, 50, 75, 90, 100)


@form
def grid(
    data: pd.DataFrame,
    encoding: Encoding,
    caption: Caption,
    *,
    deep: float = 100.0,
    mine: str = "",
    key: Key = (),
) -> Page:
    """A table as a picture: one row of the data a cell, the darker the larger its value.

    Parameters
    ----------
    data : columns ``y`` (rows), ``x`` (columns) and those of the one mark: its value, and the words
        of the cell. Rows and columns stand in the order of the data; a cell without data stays
        white with a dash.
    deep : value of the darkest shade.
    mine : column that is true for cells with a frame around them.
    key : marks in words.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Rectangle

    ruler, (mark,) = Ruler(caption.lang), encoding.marks
    labels, columns = list(data[encoding.y].unique()), list(data[encoding.x].unique())
    notes = data.drop_duplicates(encoding.y)[encoding.note] if encoding.note else ()
    names = Names.of(ruler, labels, list(notes), NAMES)
    wide = (SIZES[size()][0] - names.width - EDGE) / len(columns) - 0.06
    # Spans of years break after their dash.
    fits = [ruler.width(str(c), NOTE) < wide for c in columns]
    heads = [
        str(c) if fit else re.sub("[–—]", r"\g<0>\n", typeset(str(c)))
        for c, fit in zip(columns, fits, strict=True)
    ]
    heads = [ruler.even(h, wide, NOTE) if "\n" not in h else h for h in heads]
    # Words too long for their column are read from below.
    turned = max(ruler.width(h, NOTE) for h in heads) > wide + 0.03
    if turned:
        heads = [ruler.wrap(str(c), UPRIGHT, NOTE) for c in columns]
    tall = max(ruler.width(h, NOTE) if turned else height(h, NOTE) for h in heads)
    page = Page(
        caption,
        left=names.width,
        high=len(labels) * (names.high + 0.1),
        above=tall + 0.06,
        ticks=False,
        key=key,
    )
    (panel,) = page.panels
    row_axes(panel, len(labels))
    panel.ax.set_xlim(-0.5, len(columns) - 0.5)
    panel.ax.set_xticks([])
    panel.ax.spines["bottom"].set_visible(False)
    names.write(panel)
    for x, head in enumerate(heads):
        style: Style = {"fontsize": NOTE, "color": SOFT, "ha": "center", "va": "bottom"}
        style["rotation"] = 90 * turned
        panel.write(x, 1 + 0.04 / panel.high, head, "x", **style)
    keys = zip(data[encoding.y], data[encoding.x], strict=True)
    values = dict(zip(keys, zip(data[mark.at], data[mark.text], strict=True), strict=True))
    framed = {k for k, own in zip(values, data[mine], strict=True) if own} if mine else set()
    boxes, colours, shades = [], [], SHADES[:-1]
    for (y, row), (x, column) in product(enumerate(labels), enumerate(columns)):
        value, text = values.get((row, column), (np.nan, MISSING))
        known = not np.isnan(value)
        step = int(np.clip(value / deep * len(shades), 0, len(shades) - 1)) if known else 0
        colours.append(shades[step] if known else "white")
        boxes.append([(x + a, y + b) for a, b in CELL])
        if (row, column) in framed:
            box = Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, fill=False, ec=ZONE, lw=1.4, zorder=2)
            panel.ax.add_patch(box)
        panel.write(x, y, text, ha="center", color=INK if known else SOFT)
    panel.ax.add_collection(PolyCollection(boxes, facecolors=colours, lw=0), autolim=False)
    return page


@form
def two_way(
    data: pd.DataFrame,
    encoding: Encoding,
    caption: Caption,
    *,
    chances: pd.DataFrame,
    xlabel: str,
    step: str,
) -> Page:
    """Chances over two assumptions as shades, with lines across them.

    Parameters
    ----------
    data : the lines: column ``x`` and one column a mark.
    chances : frame of chances (0 to 1), the first assumption down, the second across.
    xlabel : words for the second assumption; the ``unit`` of the encoding names the first.
    step : words for a shade, with places for ``{low}`` and ``{high}``.
    """
    page = Page(caption, left=0.62, right=KEY, above=0.2, xlabel=xlabel)
    (panel,) = page.panels
    x, y = chances.columns.to_numpy(float), chances.index.to_numpy(float)
    panel.ax.contourf(x, y, 100 * chances.to_numpy(), levels=STEPS, colors=SHADES)
    panel.ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    _colour_key(panel, step)
    placed, lines = Labels(panel), {}
    for mark in encoding.marks:
        dash = (0, (4, 2)) if mark.dashed else "-"
        panel.ax.plot(data[encoding.x], data[mark.at], color=mark.colour, lw=mark.width, ls=dash)
        inside = data[data[mark.at].between(y[0], y[-1])]
        placed.keep_line(inside[encoding.x], inside[mark.at])
        lines[mark] = inside
    for n, (mark, inside) in enumerate(lines.items()):
        if len(inside):
            at = inside.iloc[len(inside) * (n + 1) // (len(lines) + 1)]
            spot = float(at[encoding.x]), float(at[mark.at])
            placed.put(*spot, mark.name, mark.ink, size=SMALL, must=True)
    panel.above(encoding.unit)
    return page


def _colour_key(panel: Panel, step: str) -> None:
    """The shades with their words, beside the axes."""
    from matplotlib.patches import Rectangle

    share = 1 / len(SHADES)
    for k, (low, high, shade) in enumerate(zip(STEPS, STEPS[1:], SHADES, strict=False)):
        spot, wide = (1 + 0.12 / panel.wide, k * share), 0.16 / panel.wide
        style: Style = {"transform": panel.ax.transAxes, "color": shade, "clip_on": False, "lw": 0}
        panel.ax.add_patch(Rectangle(spot, wide, share, **style))
        told = step.format(low=low, high=high)
        panel.write(1 + 0.34 / panel.wide, (k + 0.5) * share, told, "axes", color=INK)
