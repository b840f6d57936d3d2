"""Which columns of a table are drawn as what, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import pandas as pd

from zoneplan.charts import theme
from zoneplan.charts.page import HOLLOW, Caption, Key
from zoneplan.messages import Words, words
from zoneplan.text import num, odds, pct


@dataclass(frozen=True)
class Mark:
    """What is drawn of a column or, in a long table, of the rows with one value of the group.

    Attributes
    ----------
    at, start : column (or value of the group); where ``start`` is named, the mark reaches from it.
    look : ``dot``, ``hollow`` (a dot), ``bar``, ``line``, ``band`` or ``none`` (only named).
    name : what it is, in the key, the workbook and the alternative text.
    colour : one for all rows, or one a row.
    marker, size, width : shape and points of a dot (none, if empty), points of a line.
    label : which points carry words: ``all``, ``room`` (the ends, others where there is room),
        ``free`` (only where there is room), ``beside`` (at the left and right of a row), ``bold``
        or none.
    text, digits : the column of these words, else the value with so many decimals.
    ends : words at the start and at the end: columns, or over years texts with a ``{value}``.
    reach : columns between which a thin line runs through a point.
    opens : value of the group from whose last earlier point a line or band opens.
    turn : a bar is pale below this value.
    """

    at: Hashable
    start: Hashable = None
    look: str = "dot"
    name: str = ""
    colour: str | tuple[str, ...] = theme.ZONE
    marker: str = "o"
    size: float = 6.0
    width: float = 1.8
    alpha: float = 1.0
    dashed: bool = False
    label: str = ""
    text: str = ""
    digits: int = 1
    ends: tuple[str, str] = ("", "")
    reach: tuple[str, str] | None = None
    opens: Hashable = None
    turn: float | None = None

    @property
    def hue(self) -> str:
        """The colour, or the first of them."""
        return self.colour if isinstance(self.colour, str) else self.colour[0]

    @property
    def ink(self) -> str:
        """The colour of words about the mark."""
        return theme.ink(self.hue)


@dataclass(frozen=True)
class Encoding:
    """Which columns are drawn as what.

    Attributes
    ----------
    x, y : columns of the two axes; in charts of rows ``y`` names the rows.
    marks : what is drawn, see :class:`Mark`.
    group : column of a long table whose values the marks stand for.
    split, panel : columns whose values are drawn apart from each other, or in small panels.
    note : column of small words under the name of a row or of a panel.
    unit : words for the values.
    scale : of the values: ``plain`` (with zero), ``free``, ``chance`` (0 to 1), ``share`` (0 to 1,
        as far as they go), ``change`` (percent, signed) or ``rank`` (1 on top).
    across : scale of the other axis: ``plain`` (over years in paths), ``values``, ``log``,
        ``years`` or ``chance``.
    only : words for what a spreadsheet's own chart does not show.
    """

    x: str = ""
    y: str = ""
    marks: tuple[Mark, ...] = ()
    group: str = ""
    split: str = ""
    panel: str = ""
    note: str = ""
    unit: str = ""
    scale: str = "plain"
    across: str = "plain"
    only: str = ""

    @property
    def factor(self) -> float:
        """From a value to what is printed on its axis."""
        return 100.0 if self.scale in ("chance", "share") else 1.0

    @property
    def shares(self) -> set[str]:
        """The columns that hold shares of one."""
        columns = (self.x, self.y, *(c for m in self.marks for c in (m.at, m.start)))
        return {str(c) for c in columns} if self.factor > 1 else set()

    @property
    def named(self) -> list[Mark]:
        """The marks with a name, or the last one."""
        return [m for m in self.marks if m.name] or list(self.marks[-1:])

    @property
    def key(self) -> Key:
        """The marks in words, those that have a name."""
        looks = {"bar": "s", "band": "s", "hollow": HOLLOW}
        return [(m.name, m.hue, looks.get(m.look, m.marker or "_")) for m in self.marks if m.name]

    def value(self, x: float, lang: str) -> str:
        """Tell a value."""
        if self.scale == "chance":
            return odds(x, lang)
        digits = 0 if self.scale in ("share", "rank") else 1
        told = self.scale in ("share", "change")
        return pct(self.factor * x, digits, lang) if told else num(x, digits)

    def axis(self, lang: str, one: float = 100.0) -> Callable[[float, object], str] | None:
        """How ticks are told, None as numbers; a share of one stands at ``one``."""
        if self.scale == "change":
            return lambda x, _: ("+" if x > 0 else "") + pct(x, 0, lang) if x else "0"
        return (lambda x, _: pct(100 * x / one, 0, lang)) if self.factor > 1 else None

    def panels(self, data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
        """Cut data into those of each panel, with its name."""
        if not self.panel:
            return [("", data)]
        return [(str(name), part) for name, part in data.groupby(self.panel, sort=False)]

    def wide(self, data: pd.DataFrame) -> pd.DataFrame:
        """Lay out the data of rows: one row an entry, one column a mark."""
        return pivoted(data, self.y, self.group, self.x).reset_index() if self.group else data


def pivoted(data: pd.DataFrame, index: str, columns: str, values: str) -> pd.DataFrame:
    """Make a long table wide, in the order of its rows."""
    wide = data.pivot(index=index, columns=columns, values=values)
    return wide.reindex(index=data[index].unique(), columns=data[columns].unique())


def described(kind: str, encoding: Encoding, caption: Caption, data: pd.DataFrame) -> str:
    """Tell what a picture shows, and its figures one after the other."""
    w = words(caption.lang)
    tell = {"rows": _rows, "paths": _paths, "grid": _grid}.get(kind, _points)
    tell = _chances if encoding.across == "chance" else tell
    told = w("common.semicolon").join(tell(encoding, data, w))
    return w("common.colon", head=caption.subtitle, rest=told)


def _ends(values: list[str], w: Words) -> str:
    return w("charts.alt.range", low=values[0], high=values[1]) if values[1:] else values[0]


def _rows(encoding: Encoding, data: pd.DataFrame, w: Words) -> Iterator[str]:
    for head, part in encoding.panels(data):
        for r in encoding.wide(part).to_dict("records"):
            told = []
            for m in (m for m in encoding.named if not pd.isna(r[m.at])):
                ends = [encoding.value(r[c], w.lang) for c in (m.start, m.at) if c is not None]
                told.append(w("charts.alt.value", name=m.name, value=_ends(ends, w)).strip())
            name = w("common.list").join(x for x in (head, str(r[encoding.y])) if x)
            yield w("charts.alt.row", name=name, values=w("common.list").join(told))


def _paths(encoding: Encoding, data: pd.DataFrame, w: Words) -> Iterator[str]:
    for head, part in encoding.panels(data):
        known = part.dropna(subset=[encoding.y]).sort_values(encoding.x, kind="stable")
        for m in (m for m in encoding.named if m.look != "none"):
            low, seen = (known[known[encoding.group] == c] for c in (m.start, m.at))
            if seen.empty:
                continue
            first, last = (encoding.value(v, w.lang) for v in seen[encoding.y].iloc[[0, -1]])
            start, end = (f"{x:g}" for x in seen[encoding.x].iloc[[0, -1]])
            lower = [encoding.value(v, w.lang) for v in low[encoding.y].iloc[-1:]]
            name = w("common.list").join(x for x in (head, m.name) if x)
            one = "point" if lower or start == end else "path"
            about = {"first": first, "start": start, "last": _ends([*lower, last], w), "end": end}
            yield w(f"charts.alt.{one}", name=name, **about)


def _grid(encoding: Encoding, data: pd.DataFrame, w: Words) -> Iterator[str]:
    text = encoding.marks[0].text
    for row, part in data.groupby(encoding.y, sort=False):
        told = [f"{c} {v}" for c, v in zip(part[encoding.x], part[text], strict=True)]
        values = " ".join(w("common.list").join(told).split())
        yield w("charts.alt.row", name=row, values=values)


def _chances(encoding: Encoding, data: pd.DataFrame, w: Words) -> Iterator[str]:
    for name, part in _chance_parts(encoding, data):
        pairs = part[[encoding.x, encoding.y]].map(lambda v: encoding.value(v, w.lang))
        told = (w("charts.alt.row", name=x, values=y) for x, y in pairs.to_numpy())
        yield w("common.list").join([*name, *told])


def _chance_parts(
    encoding: Encoding, data: pd.DataFrame
) -> Iterator[tuple[list[str], pd.DataFrame]]:
    """The points of each panel and named mark."""
    for head, part in encoding.panels(data):
        for m in encoding.named if encoding.group else [None]:
            seen = part if m is None else part[part[encoding.group] == m.at]
            yield [x for x in (head, "" if m is None else m.name) if x], seen


def _points(encoding: Encoding, data: pd.DataFrame, w: Words) -> Iterator[str]:
    spans = {c: (num(data[c].min()), num(data[c].max())) for c in data.select_dtypes("number")}
    if encoding.y:
        x, y = (_ends(list(spans[c]), w) for c in (encoding.x, encoding.y))
        yield w("charts.alt.points", n=len(data), x=x, y=y)
        return
    for m in encoding.marks:
        yield w("charts.alt.value", name=m.name, value=_ends(list(spans[str(m.at)]), w))
