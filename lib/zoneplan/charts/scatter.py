"""Single figures over two axes, with their names."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from zoneplan.charts.chart import form
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.labels import Labels
from zoneplan.charts.page import Caption, Key, Page, Panel, Rule, Ruler, Style, tick_room
from zoneplan.charts.paths import START
from zoneplan.charts.theme import EDGE, FAN, PEER, SMALL, SOFT, ZONE, ink
from zoneplan.text import num

LOG_TICKS = [n * 10**k for k in range(5) for n in (1, 2, 5)]


def far(values: pd.Series) -> pd.Series:
    """Mark values three quartile distances beyond the quartiles, which would squeeze all others.

    These are the outer fences of Tukey (1977), Exploratory Data Analysis.
    """
    low, high = values.quantile([0.25, 0.75])
    return ~values.between(low - 3 * (high - low), high + 3 * (high - low))


@form
def scatter(
    data: pd.DataFrame,
    encoding: Encoding,
    caption: Caption,
    *,
    text: str = "",
    mine: str = "",
    off: str = "",
    xlabel: str = "",
    rules: Sequence[Rule] = (),
    line: pd.DataFrame | None = None,
    line_words: str = "",
    upright: Rule | None = None,
    key: Key = (),
) -> Page:
    """Draw points of the columns ``x`` and ``y``.

    Parameters
    ----------
    data : one row a point.
    text : column of names, printed where there is room.
    mine : column that is true for the points in bold, whose names are always printed.
    off : words with places for ``{label}`` and ``{value}``: peers far from all others then stand at
        the edge as triangles.
    xlabel : words below the axis.
    rules : level lines, named at the right.
    line : frame x, y and, with a band, low and high; ``line_words`` name it at the right.
    upright : a line across the years, named on top.
    key : marks in words.
    """
    ruler, own = (
        Ruler(caption.lang),
        data[mine].astype(bool) if mine else pd.Series(False, data.index),
    )
    named = [(float(r.at), r.words, r.colour) for r in rules if r.words]
    if line is not None and line_words:
        named.append((float(line["y"].iloc[-1]), line_words, ink(FAN)))
    right = max((START + ruler.width(w, SMALL) for _, w, _ in named), default=0.1)
    left = tick_room(ruler, data[encoding.y], 0.55)
    page = Page(caption, left=left, right=right + EDGE, above=0.2, xlabel=xlabel, key=key)
    (panel,) = page.panels
    beyond = far(data[encoding.y]) & ~own if off else ~own & False
    low, high = _axes(panel, data, encoding, beyond, rules, line)
    placed = Labels(panel)
    if low < 0 < high:
        rules = [*rules, Rule(0, colour=SOFT)]
    panel.broken()
    if upright is not None:
        panel.ax.axvline(float(upright.at), zorder=1, **upright.look)
        style: Style = {"color": upright.colour, "ha": "center", "va": "bottom"}
        panel.write(float(upright.at), 1 + 0.05 / panel.high, upright.words, "x", **style)
    for rule in rules:
        panel.ax.axhline(float(rule.at), zorder=1, **rule.look)
        placed.keep_line(panel.ax.get_xlim(), [float(rule.at)] * 2)
    if line is not None:
        _line(panel, placed, line)
    for mark, part in _marked(data[~beyond], own):
        edge: Style = {"mec": "white", "mew": 0.5} if mark.size > 4 else {"mew": 0.8}
        look: Style = {
            "marker": mark.marker,
            "ms": mark.size,
            "alpha": mark.alpha,
            "ls": "none",
            **edge,
        }
        x, y = part[encoding.x], part[encoding.y]
        panel.ax.plot(x, y, color=mark.colour, zorder=3 + (mark.size > 7), **look)
        for spot in zip(x, y, strict=True) if text else ():
            placed.keep_point(*spot, mark.size / 144 + 0.01)
    edges = {"v": low - 0.07 * (high - low), "^": high + 0.11 * (high - low)}
    for r in data[beyond].to_dict("records"):
        marker, x = "^" if r[encoding.y] > high else "v", r[encoding.x]
        panel.ax.plot(x, edges[marker], ls="none", marker=marker, ms=7, color=PEER)
        placed.keep_point(x, edges[marker], 0.06)
        told = off.format(label=r[text], value=num(r[encoding.y]))
        placed.put(x, edges[marker], told, SOFT, must=True)
    if text:
        _names(placed, data[~beyond], encoding, text, own)
    panel.end_labels(named, START)
    panel.above(encoding.unit)
    return page


def _marked(data: pd.DataFrame, own: pd.Series) -> list[tuple[Mark, pd.DataFrame]]:
    """Each mark with its points: peers, and one's own."""
    peers, zone = Mark("peers", colour=PEER, size=5.5), Mark("own", colour=ZONE, size=8.5)
    mine = own.reindex(data.index)
    return [(peers, data[~mine]), (zone, data[mine])]


def _axes(
    panel: Panel,
    data: pd.DataFrame,
    encoding: Encoding,
    beyond: pd.Series,
    rules: Sequence[Rule],
    line: pd.DataFrame | None,
) -> tuple[float, float]:
    """Scale both axes; return the ends of what is not off the scale."""
    ax, x = panel.ax, data[encoding.x]
    values = [*data.loc[~beyond, encoding.y], *(float(r.at) for r in rules)]
    if line is not None:
        values += [v for c in ("y", "low", "high") if c in line for v in line[c]]
    low, high = float(min(values)), float(max(values))
    under, over = (0.14, 0.2) if beyond.any() else (0.08, 0.1)
    ax.set_ylim(low - under * (high - low), high + over * (high - low))
    ax.locator_params(axis="y", nbins=6, steps=[1, 2, 5, 10])
    if encoding.across == "log":
        ax.set(xscale="log", xlim=(x.min() / 1.25, x.max() * 1.25))
        ticks = [t for t in LOG_TICKS if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
        ax.set_xticks(ticks, [num(t, 0) for t in ticks])
        ax.minorticks_off()
    elif encoding.across == "years":
        years = {*x.astype(int), *(() if line is None else line["x"].astype(int))}
        ax.set_xlim(min(years) - 0.6, max(years) + 0.6)
        panel.years(range(min(years), max(years) + 1))
    else:
        air = 0.02 * float(x.max() - x.min())
        ax.set_xlim(x.min() - air, x.max() + air)
    panel.thousands()
    return low, high


def _line(panel: Panel, placed: Labels, line: pd.DataFrame) -> None:
    if "low" in line:
        panel.ax.fill_between(line["x"], line["low"], line["high"], color=FAN, alpha=0.18, lw=0)
    marker = "" if "low" in line else "o"
    panel.ax.plot(line["x"], line["y"], color=FAN, lw=1.6, marker=marker, ms=2.5, zorder=2)
    placed.keep_line(line["x"], line["y"])


def _names(
    placed: Labels, data: pd.DataFrame, encoding: Encoding, text: str, own: pd.Series
) -> None:
    """Names beside points: one's own, then the extremes, then what has room."""
    mine = own.reindex(data.index)
    others = data[~mine]
    ends = [others.nlargest(3, encoding.y), others.nsmallest(2, encoding.y)]
    if encoding.across == "log":
        ends.append(others.nlargest(3, encoding.x))
    order = pd.concat([data[mine], *ends, others])
    for i, r in order[~order.index.duplicated()].iterrows():
        style: Style = {"size": SMALL, "must": True, "bold": True} if mine[i] else {}
        placed.put(r[encoding.x], r[encoding.y], str(r[text]), ZONE if mine[i] else SOFT, **style)
