"""Which native spreadsheet chart shows a chart's data, and on which numbers it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.charts import FAN, INK, PEER, SERIES, SOFT, TARGET, ZONE

if TYPE_CHECKING:
    from zoneplan.charts import Chart

HIDDEN = "none"
# Points of a scatter that carry their name: a spreadsheet moves no names apart, so only those that stand free.
NAMED = 3
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
    data = chart.table()
    for needed, made in KINDS:
        if needed <= set(data.columns):
            return made(data)
    return None


def _fan(data: pd.DataFrame) -> Native:
    wide = _by_year(data, "year", "series", "value")
    first = wide["base"].first_valid_index() if "base" in wide else None
    levels = wide[["q10", "q25", "q50", "q75", "q90"]].copy()
    if first is not None:
        # The fan opens from the base.
        levels.loc[first] = wide.loc[first, "base"]
    # A blank counts as zero in a stacked area: before the fan the invisible floor goes on, without any width on it.
    levels = levels.bfill()
    frame = pd.DataFrame({"year": wide.index}, index=wide.index)
    frame["lowest (P10, not drawn)"] = levels["q10"]
    steps = (("q10", "q25", "P10 to P25"), ("q25", "q75", "P25 to P75"), ("q75", "q90", "P75 to P90"))
    for low, high, name in steps:
        frame[name] = levels[high] - levels[low]
    frame["median"] = levels["q50"].where(levels.index >= (wide["q50"].first_valid_index() if first is None else first))
    for name in ("observed", "target", "no change"):
        if name in wide:
            frame[name] = wide[name]
    if "no change" in frame:
        frame["no change"] = frame["no change"].ffill()
    drawn = {"median": (ZONE, "", True, False), "observed": (ZONE, "circle", False, False),
             "target": (TARGET, "diamond", False, False), "no change": (SOFT, "", True, True)}  # fmt: skip
    shades = (HIDDEN, "#C9D8EB", "#8FB0D8", "#C9D8EB")
    return Native(
        "line",
        tuple(_series(n, look) for n, look in drawn.items() if n in frame),
        frame.reset_index(drop=True),
        area=tuple(Series(n, n, "year", shade) for n, shade in zip(frame.columns[1:5], shades, strict=True)),
        y=_limits(wide.to_numpy(), str(data["unit"].iloc[0])),
    )


def _series(name: str, look: tuple[str, str, bool, bool]) -> Series:
    colour, mark, line, dashed = look
    return Series(name, name, "year", colour, mark, line, dashed)


def _lines(data: pd.DataFrame) -> Native:
    return _named_lines(_by_year(data, "x", "label", "y"), _limits(data["y"].to_numpy()))


def _ladder(data: pd.DataFrame) -> Native:
    wide = _by_year(data, "evaluation_year", "label", "rank")
    return _named_lines(wide, {"name": "rank", "reverse": True, "min": 1})


def _named_lines(wide: pd.DataFrame, y: dict) -> Native:
    frame = wide.rename_axis("year").rename(columns=str).reset_index()
    names = list(frame.columns[1:])
    colours = (SERIES * (len(names) // len(SERIES) + 1))[: len(names)]
    series = tuple(Series(n, n, "year", c, "circle") for n, c in zip(names, colours, strict=True))
    return Native("line", series, frame, y=y)


def _hedgehog(data: pd.DataFrame) -> Native:
    happened = data[data["series"] == "what happened"].set_index("year")["value"]
    middle = data[data["series"] == "q50"]
    frame = pd.DataFrame({"what happened": happened})
    for origin, part in middle.groupby("origin"):
        # Each path starts at the figure it was made from.
        path = pd.concat([happened.loc[[origin]], part.set_index("year")["value"]])
        frame[f"forecast from {int(origin)}"] = path.reindex(frame.index)
    frame = frame.rename_axis("year").reset_index()
    series = [Series(n, n, "year", FAN, dashed=True) for n in frame.columns[2:]]
    series.append(Series("what happened", "what happened", "year", ZONE, "circle"))
    y = _limits(frame.iloc[:, 1:].to_numpy(), str(data["unit"].iloc[0]))
    return Native("line", tuple(series), frame, y=y, left_out="the ranges from P10 to P90")


def _counts(data: pd.DataFrame) -> Native:
    return Native("bar", (Series("statements", "n", "finding"),))


def _odds(data: pd.DataFrame) -> Native:
    colours = {"low": FAN, "high": ZONE}
    series = tuple(Series(f"{c}er of the two bases", c, "label", colour) for c, colour in colours.items())
    return Native("bar", series, x={"min": 0, "max": 1, "num_format": "0 %"})


def _needed(data: pd.DataFrame) -> Native:
    looks = {"needed": ("needed from the implied base", TARGET), "achieved": ("needed from the last observed level", ZONE),
             "class_median": ("median of similar regions", PEER)}  # fmt: skip
    series = tuple(Series(name, c, "label", colour) for c, (name, colour) in looks.items())
    return Native("bar", series, x={"name": "percent a year"}, tall=True)


def _tornado(data: pd.DataFrame) -> Native:
    series = (Series("low", "low", "assumption", HIDDEN), Series("from low to high", "span", "assumption", FAN))
    ends = data[["low", "high"]].to_numpy()
    return Native("bar", series, stacked=True, x=_limits(ends), left_out="the lines of centre and target")


def _panels(data: pd.DataFrame) -> Native:
    frame = pd.DataFrame({"target and driver": data["label"] + ": " + data["driver"], "down to P10": data["low"],
                          "up to P90": data["high"]})  # fmt: skip
    looks = {"down to P10": "#A9C1E0", "up to P90": FAN}
    series = tuple(Series(n, n, "target and driver", colour) for n, colour in looks.items())
    x = {"name": "percent away from the middle"}
    return Native("bar", series, frame, stacked=True, x=x, tall=True, left_out="the lines of the targets")


def _shares(data: pd.DataFrame) -> Native:
    looks = {"exact": ("share of the variance", FAN), "total": ("Sobol total index", TARGET)}
    series = tuple(Series(n, c, "driver", colour) for c, (n, colour) in looks.items() if c in data)
    return Native("bar", series, x={"min": 0, "num_format": "0 %"})


def _percentiles(data: pd.DataFrame) -> Native:
    frame = pd.DataFrame({"label": data["label"], "planned growth": data["plan_growth"], "median region": data["p50"],
                          "down to P10": data["p50"] - data["p10"], "up to P90": data["p90"] - data["p50"]})  # fmt: skip
    series = (Series("planned growth", "planned growth", "label", TARGET),
              Series("median of similar regions; thin line: P10 to P90", "median region", "label", PEER,
                     reach=("down to P10", "up to P90")))  # fmt: skip
    return Native("bar", series, frame, x={"name": "percent a year"}, tall=True, left_out="the quartiles")


def _sizes(data: pd.DataFrame) -> Native:
    labels = tuple(f"{r.label} {r.year}" if r.Index in _named(data) else "" for r in data.itertuples())
    series = (Series("zones", "growth", "size", ZONE, "circle", line=False, labels=labels),)
    x = {"name": "size, log scale", "log_base": 10, "min": 10 ** np.floor(np.log10(data["size"].min()))}
    y = {"name": "growth, percent", "crossing": "min"}
    return Native("scatter", series, x=x, y=y, left_out="the line of the planned growth and the other names")


def _named(data: pd.DataFrame) -> list:
    """The fastest that can carry their names without touching each other."""
    x, y = np.log(data["size"]), data["growth"]
    kept: list = []
    for i in y.nlargest(NAMED).index:
        if all(abs(x[i] - x[k]) > ROOM[0] * np.ptp(x) or abs(y[i] - y[k]) > ROOM[1] * np.ptp(y) for k in kept):
            kept.append(i)
    return kept


def _coverage(data: pd.DataFrame) -> Native:
    wide = data.pivot(index="label", columns="horizon", values="coverage").reindex(dict.fromkeys(data["label"]))
    wide.columns = [f"{h} year{'s' if h > 1 else ''} ahead" for h in wide.columns]
    series = tuple(Series(n, n, "label", c) for n, c in zip(wide.columns, SERIES, strict=False))
    x = {"min": 0, "max": 1, "num_format": "0 %"}
    return Native("bar", series, wide.reset_index(), x=x, tall=True, left_out="the line of the nominal share")


def _reliability(data: pd.DataFrame) -> Native:
    ends = [0.0, 1.0]
    frame = pd.DataFrame({"odds given": data["forecast"], "came true": data["observed"]}).reset_index(drop=True)
    frame = pd.concat([frame, pd.DataFrame({"honest odds": ends})], axis=1)
    axis = {"min": 0, "max": 1, "num_format": "0 %"}
    series = (Series("came true", "came true", "odds given", ZONE, "circle"),
              Series("honest odds", "honest odds", "honest odds", SOFT, dashed=True))  # fmt: skip
    return Native("scatter", series, frame, x={"name": "odds given", **axis}, y={"name": "came true", **axis},
                  left_out="the number of cases beside each point")  # fmt: skip


def _bounds(data: pd.DataFrame) -> Native:
    looks = {"break_even": ("break-even", TARGET), "even_odds": ("even odds", INK)}
    series = tuple(Series(n, c, "second", colour) for c, (n, colour) in looks.items())
    return Native("scatter", series, left_out="the shades of the odds")


def _paths(data: pd.DataFrame) -> Native:
    frame = pd.DataFrame({"second": data["second"], "met": data["first"].where(data["met"]),
                          "missed": data["first"].where(~data["met"])})  # fmt: skip
    looks = {"met": (ZONE, "circle"), "missed": (TARGET, "x")}
    series = tuple(Series(n, n, "second", colour, mark, line=False) for n, (colour, mark) in looks.items())
    return Native("scatter", series, frame, left_out="the shade of the rule")


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
    return {"min": start, "max": float(step * np.ceil(high / step)), **({"name": name} if name else {})}


# The first kind whose columns are all there is the one; the narrower stand first.
KINDS: Sequence[tuple[set[str], Callable[[pd.DataFrame], Native]]] = (
    ({"series", "origin", "year", "value"}, _hedgehog),
    ({"series", "year", "value", "unit"}, _fan),
    ({"finding", "n"}, _counts),
    ({"label", "driver", "low", "high"}, _panels),
    ({"assumption", "low", "high", "span"}, _tornado),
    ({"driver", "exact"}, _shares),
    ({"label", "p10", "p25", "p50", "p75", "p90", "plan_growth"}, _percentiles),
    ({"label", "needed", "achieved", "class_median"}, _needed),
    ({"zone_id", "label", "size", "growth"}, _sizes),
    ({"zone_id", "label", "evaluation_year", "rank"}, _ladder),
    ({"label", "horizon", "coverage"}, _coverage),
    ({"forecast", "observed", "n"}, _reliability),
    ({"second", "break_even", "even_odds"}, _bounds),
    ({"first", "second", "met"}, _paths),
    ({"label", "x", "y"}, _lines),
    ({"label", "low", "high", "p"}, _odds),
)
