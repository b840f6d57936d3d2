"""Which native spreadsheet chart shows a chart's data, and on which numbers it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.charts.kinds import FAN, INK, PEER, SERIES, SOFT, TARGET, ZONE
from zoneplan.messages import Words, words

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

HIDDEN = "none"
# Points of a scatter that carry their name: a spreadsheet moves no names apart, so only those that stand free.
NAMED = 3
# A table with more columns than this is drawn as lines along them.
MANY = 6
# What a name takes of the width and the height of the axes.
ROOM = (0.3, 0.07)


@dataclass(frozen=True)
class Series:
    """One series: the columns of its values and of its categories (or x values), and how it looks.

    ``reach`` are two columns, how far a thin line goes below and above each value.
    """

    name: str
    values: str
    across: str
    colour: str = ZONE
    mark: str = ""
    line: bool = True
    dashed: bool = False
    labels: tuple[str, ...] = ()
    reach: tuple[str, str] | None = None


@dataclass(frozen=True)
class Native:
    """A native chart.

    ``kind`` is a chart type of spreadsheets, ``frame`` the numbers behind it (None: the chart's own table),
    ``area`` are series stacked behind the others. ``left_out`` says what only the drawn chart shows.
    """

    kind: str
    series: tuple[Series, ...]
    frame: pd.DataFrame | None = None
    stacked: bool = False
    area: tuple[Series, ...] = ()
    x: dict = field(default_factory=dict)
    y: dict = field(default_factory=dict)
    tall: bool = False
    left_out: str = ""


def native(chart: Chart) -> Native | None:
    """The native chart for the data of a chart; None where a spreadsheet has no sensible counterpart.

    The columns of the data say which kind of chart it is.

    How to read it: every series names columns that hold numbers; nothing is computed by the spreadsheet.
    """
    data, w = chart.table(), words(chart.lang)
    for needed, made in KINDS:
        if needed <= set(data.columns):
            return made(data, w)
    return None


def _fan(data: pd.DataFrame, w: Words) -> Native:
    wide = _by_year(data, "year", "series", "value")
    first = wide["base"].first_valid_index() if "base" in wide else None
    levels = wide[["q10", "q25", "q50", "q75", "q90"]].copy()
    if first is not None:
        # The fan opens from the base.
        levels.loc[first] = wide.loc[first, "base"]
    # A blank counts as zero in a stacked area: before the fan the invisible floor goes on, without any width on it.
    levels = levels.bfill()
    frame = pd.DataFrame({"year": wide.index}, index=wide.index)
    frame[w("workbook.native.floor")] = levels["q10"]
    for low, high in (("q10", "q25"), ("q25", "q75"), ("q75", "q90")):
        frame[w(f"workbook.native.p{low[1:]}_p{high[1:]}")] = levels[high] - levels[low]
    bands = list(frame.columns[1:])
    looks = {
        "median": (ZONE, "", True, False),
        "observed": (ZONE, "circle", False, False),
        "target": (TARGET, "diamond", False, False),
        "no_change": (SOFT, "", True, True),
    }
    start = wide["q50"].first_valid_index() if first is None else first
    drawn = {"median": levels["q50"].where(levels.index >= start)}
    drawn |= {key: wide[name] for key in looks if (name := key.replace("_", " ")) in wide}
    if "no_change" in drawn:
        drawn["no_change"] = drawn["no_change"].ffill()
    series = []
    for key, values in drawn.items():
        name = w(f"workbook.native.{key}")
        frame[name] = values
        series.append(Series(name, name, "year", *looks[key]))
    shades = (HIDDEN, "#C9D8EB", "#8FB0D8", "#C9D8EB")
    return Native(
        "line",
        tuple(series),
        frame.reset_index(drop=True),
        area=tuple(Series(n, n, "year", shade) for n, shade in zip(bands, shades, strict=True)),
        y=_limits(wide.to_numpy(), str(data["unit"].iloc[0])),
    )


def _lines(data: pd.DataFrame, w: Words) -> Native:
    return _named_lines(_by_year(data, "x", "label", "y"), _limits(data["y"].to_numpy()))


def _ladder(data: pd.DataFrame, w: Words) -> Native:
    wide = _by_year(data, "evaluation_year", "label", "rank")
    return _named_lines(wide, {"name": w("workbook.native.rank"), "reverse": True, "min": 1})


def _named_lines(wide: pd.DataFrame, y: dict) -> Native:
    frame = wide.rename_axis("year").rename(columns=str).reset_index()
    names = list(frame.columns[1:])
    colours = (SERIES * (len(names) // len(SERIES) + 1))[: len(names)]
    series = tuple(Series(n, n, "year", c, "circle") for n, c in zip(names, colours, strict=True))
    return Native("line", series, frame, y=y)


def _hedgehog(data: pd.DataFrame, w: Words) -> Native:
    happened = data[data["series"] == "what happened"].set_index("year")["value"]
    middle, actual = data[data["series"] == "q50"], w("workbook.native.happened")
    frame = pd.DataFrame({actual: happened})
    for origin, part in middle.groupby("origin"):
        # Each path starts at the figure it was made from.
        path = pd.concat([happened.loc[[origin]], part.set_index("year")["value"]])
        frame[w("workbook.native.forecast_from", year=int(origin))] = path.reindex(frame.index)
    frame = frame.rename_axis("year").reset_index()
    series = [Series(n, n, "year", FAN, dashed=True) for n in frame.columns[2:]]
    series.append(Series(actual, actual, "year", ZONE, "circle"))
    y = _limits(frame.iloc[:, 1:].to_numpy(), str(data["unit"].iloc[0]))
    return Native("line", tuple(series), frame, y=y, left_out=w("workbook.only.bands"))


def _counts(data: pd.DataFrame, w: Words) -> Native:
    return Native("bar", (Series(w("workbook.native.statements"), "n", "finding"),))


def _odds(data: pd.DataFrame, w: Words) -> Native:
    looks = {"low": ("lower", FAN), "high": ("higher", ZONE)}
    return Native("bar", _bars(looks, w, "label"), x={"min": 0, "max": 1, "num_format": "0 %"})


def _bars(looks: dict[str, tuple[str, str]], w: Words, across: str) -> tuple[Series, ...]:
    """One series a column, each with its name and its colour."""
    return tuple(
        Series(w(f"workbook.native.{name}"), c, across, colour)
        for c, (name, colour) in looks.items()
    )


def _needed(data: pd.DataFrame, w: Words) -> Native:
    looks = {
        "needed": ("needed", TARGET),
        "achieved": ("achieved", ZONE),
        "class_median": ("class_median", PEER),
    }
    if data["needed"].equals(data["achieved"]):
        looks.pop("needed")
    return Native(
        "bar", _bars(looks, w, "label"), x={"name": w("workbook.native.percent_year")}, tall=True
    )


def _tornado(data: pd.DataFrame, w: Words) -> Native:
    series = _bars({"low": ("low_end", HIDDEN), "span": ("from_to", FAN)}, w, "assumption")
    ends = data[["low", "high"]].to_numpy()
    return Native("bar", series, stacked=True, x=_limits(ends), left_out=w("workbook.only.centre"))


def _panels(data: pd.DataFrame, w: Words) -> Native:
    named, down, up = (w(f"workbook.native.{key}") for key in ("driver", "down", "up"))
    both = [w("common.colon", head=r.label, rest=r.driver) for r in data.itertuples()]
    frame = pd.DataFrame({named: both, down: data["low"], up: data["high"]})
    series = tuple(Series(n, n, named, colour) for n, colour in ((down, "#A9C1E0"), (up, FAN)))
    x = {"name": w("workbook.native.away")}
    return Native(
        "bar", series, frame, stacked=True, x=x, tall=True, left_out=w("workbook.only.targets")
    )


def _shares(data: pd.DataFrame, w: Words) -> Native:
    looks = {
        c: look
        for c, look in {"exact": ("variance", FAN), "total": ("sobol", TARGET)}.items()
        if c in data
    }
    return Native("bar", _bars(looks, w, "driver"), x={"min": 0, "num_format": "0 %"})


def _percentiles(data: pd.DataFrame, w: Words) -> Native:
    planned, middle, down, up = (
        w(f"workbook.native.{key}") for key in ("planned", "middle", "down", "up")
    )
    frame = pd.DataFrame(
        {
            "label": data["label"],
            planned: data["plan_growth"],
            middle: data["p50"],
            down: data["p50"] - data["p10"],
            up: data["p90"] - data["p50"],
        }
    )
    series = (
        Series(planned, planned, "label", TARGET),
        Series(w("workbook.native.middle_reach"), middle, "label", PEER, reach=(down, up)),
    )
    x = {"name": w("workbook.native.percent_year")}
    return Native("bar", series, frame, x=x, tall=True, left_out=w("workbook.only.quartiles"))


def _sizes(data: pd.DataFrame, w: Words) -> Native:
    labels = tuple(
        f"{r.label} {r.year}" if r.Index in _named(data) else "" for r in data.itertuples()
    )
    series = (
        Series(
            w("workbook.native.zones"), "growth", "size", ZONE, "circle", line=False, labels=labels
        ),
    )
    x = {
        "name": w("workbook.native.size"),
        "log_base": 10,
        "min": 10 ** np.floor(np.log10(data["size"].min())),
    }
    y = {"name": w("workbook.native.growth"), "crossing": "min"}
    return Native("scatter", series, x=x, y=y, left_out=w("workbook.only.planned"))


def _named(data: pd.DataFrame) -> list:
    """The fastest that can carry their names without touching each other."""
    x, y = np.log(data["size"]), data["growth"]
    kept: list = []
    for i in y.nlargest(NAMED).index:
        if all(
            abs(x[i] - x[k]) > ROOM[0] * np.ptp(x) or abs(y[i] - y[k]) > ROOM[1] * np.ptp(y)
            for k in kept
        ):
            kept.append(i)
    return kept


def _coverage(data: pd.DataFrame, w: Words) -> Native:
    wide = data.pivot(index="label", columns="horizon", values="coverage").reindex(
        dict.fromkeys(data["label"])
    )
    wide.columns = [
        w("workbook.native.ahead_1" if h == 1 else "workbook.native.ahead", n=h)
        for h in wide.columns
    ]
    series = tuple(Series(n, n, "label", c) for n, c in zip(wide.columns, SERIES, strict=False))
    x = {"min": 0, "max": 1, "num_format": "0 %"}
    return Native(
        "bar", series, wide.reset_index(), x=x, tall=True, left_out=w("workbook.only.nominal")
    )


def _reliability(data: pd.DataFrame, w: Words) -> Native:
    given, came_true, honest = (
        w(f"workbook.native.{key}") for key in ("given", "came_true", "honest")
    )
    frame = pd.DataFrame({given: data["forecast"], came_true: data["observed"]}).reset_index(
        drop=True
    )
    frame = pd.concat([frame, pd.DataFrame({honest: [0.0, 1.0]})], axis=1)
    axis = {"min": 0, "max": 1, "num_format": "0 %"}
    series = (
        Series(came_true, came_true, given, ZONE, "circle"),
        Series(honest, honest, honest, SOFT, dashed=True),
    )
    return Native(
        "scatter",
        series,
        frame,
        x={"name": given, **axis},
        y={"name": came_true, **axis},
        left_out=w("workbook.only.cases"),
    )


def _bounds(data: pd.DataFrame, w: Words) -> Native:
    looks = {"break_even": ("break_even", TARGET), "even_odds": ("even_odds", INK)}
    return Native("scatter", _bars(looks, w, "second"), left_out=w("workbook.only.shades"))


def _paths(data: pd.DataFrame, w: Words) -> Native:
    met, missed = w("workbook.native.met"), w("workbook.native.missed")
    frame = pd.DataFrame(
        {
            "second": data["second"],
            met: data["first"].where(data["met"]),
            missed: data["first"].where(~data["met"]),
        }
    )
    looks = {met: (ZONE, "circle"), missed: (TARGET, "x")}
    series = tuple(
        Series(n, n, "second", colour, mark, line=False) for n, (colour, mark) in looks.items()
    )
    return Native("scatter", series, frame, left_out=w("workbook.only.rule"))


def _matrix(data: pd.DataFrame, w: Words) -> Native:
    wide = data.pivot(index="label", columns="column", values="value")
    wide = wide.reindex(
        index=dict.fromkeys(data["label"]), columns=list(dict.fromkeys(data["column"]))
    )
    # Many columns are a course of time, few are things to compare.
    if len(wide.columns) > MANY:
        return _named_lines(wide.T, {})
    series = tuple(
        Series(n, n, "label", c)
        for n, c in zip(wide.columns, SERIES * len(wide.columns), strict=False)
    )
    return Native("bar", series, wide.reset_index(), tall=True)


def _points(data: pd.DataFrame, w: Words) -> Native:
    series = (Series(w("workbook.native.zones"), "value", "year", ZONE, "circle", line=False),)
    x = {"min": int(data["year"].min()) - 1, "max": int(data["year"].max()) + 1, "num_format": "0"}
    return Native(
        "scatter",
        series,
        x=x,
        y={"name": str(data["unit"].iloc[0])},
        left_out=w("workbook.only.names"),
    )


def _pairs(data: pd.DataFrame, w: Words) -> Native:
    first, second = ("promised", "came") if "target" in data else ("zone", "city")
    series = _bars({"first": (first, FAN), "second": (second, TARGET)}, w, "label")
    return Native("bar", series, x={"name": w("workbook.native.growth")}, tall=True)


def _fitted(data: pd.DataFrame, w: Words) -> Native:
    series = (Series(w("workbook.native.zones"), "y", "x", ZONE, "circle", line=False),)
    return Native("scatter", series, y={"crossing": "min"}, left_out=w("workbook.only.line"))


def _by_year(data: pd.DataFrame, year: str, name: str, value: str) -> pd.DataFrame:
    """One row a year without gaps, one column a name in the order of the data."""
    wide = data.pivot(index=year, columns=name, values=value)[list(dict.fromkeys(data[name]))]
    wide.index = wide.index.astype(int)
    return wide.reindex(range(wide.index.min(), wide.index.max() + 1))


def _limits(values: np.ndarray, name: str = "") -> dict:
    """An axis a little longer than its values, on round numbers; it starts at zero only where they come near it."""
    numbers = np.asarray(values, dtype="float64")
    low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
    step = 10 ** np.floor(np.log10((high - low) or 1.0)) / 2
    start = 0.0 if 0 <= low < (high - low) / 2 else float(step * np.floor(low / step))
    return {
        "min": start,
        "max": float(step * np.ceil(high / step)),
        **({"name": name} if name else {}),
    }


# The first kind whose columns are all there is the one; the narrower stand first.
KINDS: Sequence[tuple[set[str], Callable[[pd.DataFrame, Words], Native]]] = (
    ({"series", "origin", "year", "value"}, _hedgehog),
    ({"series", "year", "value", "unit"}, _fan),
    ({"finding", "n"}, _counts),
    ({"label", "driver", "low", "high"}, _panels),
    ({"assumption", "low", "high", "span"}, _tornado),
    ({"driver", "exact"}, _shares),
    ({"label", "p10", "p25", "p50", "p75", "p90", "plan_growth"}, _percentiles),
    ({"label", "needed", "achieved", "class_median"}, _needed),
    ({"label", "first", "second"}, _pairs),
    ({"zone_id", "label", "x", "y"}, _fitted),
    ({"zone_id", "label", "size", "growth"}, _sizes),
    ({"zone_id", "label", "year", "value"}, _points),
    ({"label", "column", "value", "text"}, _matrix),
    ({"zone_id", "label", "evaluation_year", "rank"}, _ladder),
    ({"label", "horizon", "coverage"}, _coverage),
    ({"forecast", "observed", "n"}, _reliability),
    ({"second", "break_even", "even_odds"}, _bounds),
    ({"first", "second", "met"}, _paths),
    ({"label", "x", "y"}, _lines),
    ({"label", "low", "high", "p"}, _odds),
)
