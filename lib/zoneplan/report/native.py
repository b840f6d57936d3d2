"""Which native spreadsheet chart shows a chart's data, by kind and encoding, on which numbers."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark, pivoted
from zoneplan.charts.paths import Piece, pieces
from zoneplan.charts.theme import FAN, PALE, PEER, SERIES, SOFT, ZONE
from zoneplan.messages import Words, words

HIDDEN = "none"
BANDS = ("#C9D8EB", "#8FB0D8", "#C9D8EB")
MARKERS = {"o": "circle", "D": "diamond", "s": "square", "^": "triangle", "x": "x"}
# A table with more columns than this is drawn as lines along them; one with more bars is tall.
MANY, MANY_BARS = 6, 16
CHANCES = {"min": 0, "max": 1, "num_format": "0 %"}


@dataclass(frozen=True)
class Series:
    """One series: the columns of its values and of its categories (or x values), and how it looks.

    ``reach`` are two columns, how far a thin line goes below and above each value.
    """

    name: str
    values: Hashable
    across: Hashable
    colour: str = ZONE
    mark: str = ""
    line: bool = True
    dashed: bool = False
    reach: tuple[str, str] | None = None


@dataclass(frozen=True)
class Native:
    """A native chart on the numbers of ``frame``, with areas stacked behind the other series.

    ``kind`` is a type of charts of spreadsheets: ``line``, ``bar`` or ``scatter``.
    """

    kind: str
    series: tuple[Series, ...]
    frame: pd.DataFrame
    area: tuple[Series, ...] = ()
    stacked: bool = False
    tall: bool = False
    x: dict[str, Any] = field(default_factory=dict)
    y: dict[str, Any] = field(default_factory=dict)


def native(chart: Chart) -> Native | None:
    """Make the native chart for a chart; None where a spreadsheet has no sensible counterpart.

    Every series names columns that hold numbers; nothing is computed by the spreadsheet.
    """
    made = FORMS.get("chances" if chart.encoding.across == "chance" else chart.kind)
    return None if made is None else made(chart.data, chart.encoding, words(chart.lang))


def _rows(data: pd.DataFrame, encoding: Encoding, w: Words) -> Native:
    """One bar a mark; stretches alone are stacked on an invisible floor."""
    axis: dict[str, Any] = {"name": encoding.unit} if encoding.unit else {}
    axis |= {"chance": CHANCES, "share": CHANCES | {"max": None}}.get(encoding.scale, {})
    marks = encoding.named
    if all(m.start is not None for m in marks):
        return _ranges(data, encoding, marks[0], axis, w)
    frame, series = encoding.wide(data), list[Series]()
    if any(m.reach for m in marks):
        frame = frame[[encoding.y, *(m.at for m in marks)]].copy()
    for m in marks:
        name, reach = m.name or w.texts.get(f"columns.head.{m.at}", str(m.at)), None
        if m.reach:
            reach = (w("workbook.native.down"), w("workbook.native.up"))
            name = w("workbook.native.reach", name=m.name)
            for column, end in zip(reach, m.reach, strict=True):
                frame[column] = (data[end] - data[m.at]).abs()
        # Two bars of one colour could not be told apart.
        hue = FAN if m.hue in (s.colour for s in series) else m.hue
        series.append(Series(name, m.at, encoding.y, PEER if reach else hue, reach=reach))
    tall = len(series) * len(frame) > MANY_BARS
    return Native("bar", tuple(series), frame, tall=tall, x=axis)


def _ranges(
    data: pd.DataFrame, encoding: Encoding, mark: Mark, axis: dict[str, Any], w: Words
) -> Native:
    """Stretches in parts below and above zero, on what lies between them and zero."""
    low, high = data[mark.start].to_numpy(float), data[mark.at].to_numpy(float)
    named = list(data[encoding.y])
    if encoding.panel:
        both = zip(data[encoding.panel], named, strict=True)
        named = [w("common.colon", head=p, rest=n) for p, n in both]
    parts = {
        "floor": (HIDDEN, np.clip(low, 0, None) + np.clip(high, None, 0)),
        "below": (PALE, np.minimum(low, 0) - np.minimum(high, 0)),
        "above": (FAN, np.maximum(high, 0) - np.maximum(low, 0)),
    }
    frame, series = pd.DataFrame({encoding.y: named}), []
    for key, (colour, values) in parts.items():
        if np.any(values):
            name = w(f"workbook.native.{key}", name=mark.name)
            frame[name] = values
            series.append(Series(name, name, encoding.y, colour))
    x = axis | (_limits(np.append(low, high)) if encoding.scale == "free" else {})
    return Native("bar", tuple(series), frame, stacked=True, tall=bool(encoding.panel), x=x)


def _paths(data: pd.DataFrame, encoding: Encoding, w: Words) -> Native:
    """Lines, one row a year without gaps; nested bands become areas on an invisible floor."""
    years = range(int(data[encoding.x].min()), int(data[encoding.x].max()) + 1)
    frame = pd.DataFrame({"year": years}, index=years)
    split = encoding.split if encoding.split in data else ""
    known = Encoding(encoding.x, encoding.y, group=encoding.group, split=split)
    drawn = [
        (head, m, list(pieces(part, known, m)))
        for head, part in encoding.panels(data)
        for m in encoding.marks
        if m.look != "hollow"
    ]
    bands = [(m, p[0]) for head, m, p in drawn if m.look == "band" and len(p) == 1 and not head]
    area = _area(frame, bands, w)
    series = []
    for n, (head, m, piece, alone) in enumerate(
        (head, m, p, len(parts) == 1) for head, m, parts in drawn for p in parts if m.look != "band"
    ):
        name = m.name if alone else w("workbook.native.forecast_from", year=int(piece.x[0]))
        name = w("common.colon", head=head, rest=name) if head else name
        frame[name] = pd.Series(piece.y, piece.x.astype(int)).reindex(years)
        if m.dashed:
            # A line that only says how a value would stay has no points between its ends.
            frame[name] = frame[name].ffill()
        # Grey peers need colours of their own, since a legend names them.
        colour = SERIES[n % len(SERIES)] if m.colour == PEER else m.hue
        marker = MARKERS.get(m.marker, "") if alone else ""
        line = m.look == "line" and not (area and m.marker)
        series.append(Series(name, name, "year", colour, marker, line, m.dashed or not alone))
    values = [frame.drop(columns=["year", *(s.values for s in area[1:])]).to_numpy(float).ravel()]
    y = _limits(np.concatenate([*values, *(p.y for _, p in bands)]), encoding.unit)
    if encoding.scale == "rank":
        y = {"name": encoding.unit, "reverse": True, "min": 1}
    return Native("line", tuple(series), frame.reset_index(drop=True), area, y=y)


def _area(frame: pd.DataFrame, bands: list[tuple[Mark, Piece]], w: Words) -> tuple[Series, ...]:
    """Nested bands as widths on the lowest edge; writes their columns into the frame."""
    edges = [(m.start, p.low, p.x) for m, p in bands] + [(m.at, p.y, p.x) for m, p in bands[::-1]]
    if not edges:
        return ()
    # A blank counts as zero in a stacked area: before the bands the floor goes on, without width.
    levels = {
        w.texts.get(f"columns.head.{c}", str(c)): pd.Series(v, x.astype(int))
        .reindex(frame.index)
        .bfill()
        for c, v, x in edges
    }
    names = list(levels)
    floor = w("workbook.native.floor", name=names[0])
    frame[floor] = levels[names[0]]
    area = [Series(floor, floor, "year", HIDDEN)]
    for low, high, shade in zip(names, names[1:], BANDS, strict=False):
        name = w("workbook.native.between", low=low, high=high)
        frame[name] = levels[high] - levels[low]
        area.append(Series(name, name, "year", shade))
    return tuple(area)


def _scatter(data: pd.DataFrame, encoding: Encoding, w: Words) -> Native:
    """Points: of each value of the group, or all of them; or lines, one a column."""
    x: dict[str, Any] = {"name": w.texts.get(f"columns.head.{encoding.x}", encoding.x)}
    y: dict[str, Any] = {"name": encoding.unit}
    points: dict[str, Any] = {"across": encoding.x, "line": False}
    if not encoding.y:
        lines = tuple(Series(m.name, m.at, encoding.x, m.hue) for m in encoding.marks)
        return Native("scatter", lines, data, y=y)
    if encoding.group:
        frame, of = data[[encoding.x]].copy(), data[encoding.group]
        for m in encoding.marks:
            frame[m.name] = data[encoding.y].where(of == m.at)
        series = [
            Series(m.name, m.name, colour=m.hue, mark=MARKERS[m.marker], **points)
            for m in encoding.marks
        ]
        return Native("scatter", tuple(series), frame, y=y)
    low, high = data[encoding.x].min(), data[encoding.x].max()
    if encoding.across == "log":
        x, y = x | {"log_base": 10, "min": 10 ** np.floor(np.log10(low))}, y | {"crossing": "min"}
    elif encoding.across == "years":
        x = {"min": int(low) - 1, "max": int(high) + 1, "num_format": "0"}
    all_ = Series(w("workbook.native.points"), encoding.y, mark="circle", **points)
    return Native("scatter", (all_,), data, x=x, y=y)


def _chances(data: pd.DataFrame, encoding: Encoding, w: Words) -> Native:
    """Points beside the diagonal on which what was given came true."""
    given, came, honest = (w(f"workbook.native.{key}") for key in ("given", "came_true", "honest"))
    points = pd.DataFrame({given: data[encoding.x].array, came: data[encoding.y].array})
    frame = pd.concat([points, pd.DataFrame({honest: [0.0, 1.0]})], axis=1)
    alone = not (encoding.group or encoding.panel)
    series = (
        Series(came, came, given, ZONE, "circle", line=alone),
        Series(honest, honest, honest, SOFT, dashed=True),
    )
    return Native("scatter", series, frame, x=CHANCES | {"name": given}, y=CHANCES | {"name": came})


def _grid(data: pd.DataFrame, encoding: Encoding, w: Words) -> Native:
    """Few columns are things to compare, many a course of time."""
    wide = pivoted(data, encoding.y, encoding.x, str(encoding.marks[0].at))
    many = len(wide.columns) > MANY
    frame = (wide.T if many else wide).rename(columns=str)
    frame = frame.rename_axis(encoding.x if many else encoding.y).reset_index()
    series = tuple(
        Series(n, n, frame.columns[0], SERIES[k % len(SERIES)], "circle" if many else "")
        for k, n in enumerate(frame.columns[1:])
    )
    return Native("line" if many else "bar", series, frame, tall=not many)


def _limits(values: np.ndarray, name: str = "") -> dict[str, Any]:
    """An axis on round numbers; it starts at zero only where the values come near it."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    step = 10 ** np.floor(np.log10((high - low) or 1.0)) / 2
    start = 0.0 if 0 <= low < (high - low) / 2 else float(step * np.floor(low / step))
    end = float(step * np.ceil(high / step))
    return {"min": start, "max": end, **({"name": name} if name else {})}


# The forms that a spreadsheet has a counterpart for.
FORMS: dict[str, Callable[[pd.DataFrame, Encoding, Words], Native]] = {
    "rows": _rows,
    "paths": _paths,
    "chances": _chances,
    "scatter": _scatter,
    "two_way": _scatter,
    "grid": _grid,
}
