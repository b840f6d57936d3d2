"""One small chart for each thing that the forms can draw, of made-up figures."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.grid import grid, two_way
from zoneplan.charts.page import Caption, Rule
from zoneplan.charts.paths import paths
from zoneplan.charts.rows import Aside, rows, waterfall
from zoneplan.charts.scatter import scatter
from zoneplan.charts.theme import FAN, INK, PEER, SERIES, SOFT, TARGET, ZONE

CAPTION = Caption(
    "GDP target of 270 in 2020",
    "GDP, the zone, Wenzhou, CNY 100 million (亿元), 2013-2020",
    "Source: 温州市统计局 (2018); own calculations.",
)
QUANTILES = {"q10": 0.8, "q25": 0.9, "q50": 1.0, "q75": 1.1, "q90": 1.3}


def frame(columns: str, *lines: tuple) -> pd.DataFrame:
    return pd.DataFrame(lines, columns=columns.split())


def fan_data(scale: float = 1.0) -> pd.DataFrame:
    seen = [(2013, 175.15, "a"), (2015, 200.0, "b"), (2016, 204.72, "a")]
    middle = {2018: 228.2, 2019: 243.7, 2020: 268.6}
    return frame(
        "series year value source_id _scope",
        *(("observed", y, scale * v, "s1", scope) for y, v, scope in seen),
        *(
            ("target", y, scale * v, "plan", None)
            for y, v in zip(middle, (228.0, 249.0, 270.0), strict=True)
        ),
        ("base", 2017, scale * 209.2, "own", None),
        *(("no change", y, scale * 204.72, "own", None) for y in (2016, 2020)),
        *(
            (q, y, scale * m * k, "own", None)
            for q, k in QUANTILES.items()
            for y, m in middle.items()
        ),
    )


def bands(opens: str) -> tuple[Mark, ...]:
    return (
        Mark("q90", "q10", "band", "P10 to P90", FAN, "", alpha=0.24, digits=0, opens=opens,
             ends=("1 in 10 below {value}", "1 in 10 above {value}")),
        Mark("q75", "q25", "band", "P25 to P75", FAN, "", alpha=0.42, digits=0, opens=opens),
        Mark("q50", look="line", name="median", marker="", width=1.3, digits=0, opens=opens,
             ends=("", "median {value}")),
    )  # fmt: skip


FAN_ENCODING = Encoding(
    "year",
    "value",
    (
        Mark("target", name="target", marker="D", colour=TARGET, label="all", digits=0,
             ends=("", "target {value}")),
        *bands("base"),
        Mark("no change", look="line", name="no change", colour=SOFT, marker="", dashed=True),
        Mark("observed", look="line", name="observed", width=2.0, label="all"),
        Mark("base", look="hollow", name="base", label="all"),
    ),
    group="series",
    split="_scope",
    unit="亿元",
    scale="free",
)  # fmt: skip


def fan(data: pd.DataFrame | None = None, caption: Caption = CAPTION) -> Chart:
    drawn = fan_data() if data is None else data
    return paths("path_gdp", drawn, FAN_ENCODING, caption, planned=(2017, "forecast"))


def fans() -> Chart:
    data = pd.concat(
        [fan_data(k).assign(name=n) for n, k in (("GDP", 1), ("Trade", 0.1), ("FDI", 7))]
    )
    marks = tuple(dataclasses.replace(m, ends=("", ""), label="") for m in FAN_ENCODING.marks)
    encoding = dataclasses.replace(FAN_ENCODING, marks=marks, panel="name")
    return paths("fans", data.reset_index(drop=True), encoding, CAPTION, key=encoding.key[:2])


def lines() -> Chart:
    data = frame(
        "label x y source_id",
        *(
            ("Value added / GDP", x, y, "plan")
            for x, y in ((2016, 40.5), (2018, 38.6), (2020, 39.3))
        ),
        *(
            ("进出口总额 / GDP", x, y, "plan")
            for x, y in ((2016, 34.5), (2018, 37.7), (2020, 38.5))
        ),
        *(("Revenue / GDP", x, y, "plan") for x, y in ((2018, 11.8), (2020, 13.3))),
    )
    marks = tuple(
        Mark(n, look="line", name=n, colour=SERIES[k], size=4.5, label="room", ends=("", n))
        for k, n in enumerate(data["label"].unique())
    )
    encoding = Encoding("x", "y", marks, group="label", unit="percent", scale="free")
    return paths("ratios", data, encoding, CAPTION, planned=(2017.5, "planned"))


def ladder() -> Chart:
    data = frame(
        "zone_id label evaluation_year rank",
        *(("a", "Wenzhou", 2019, 65), ("a", "Wenzhou", 2020, 55), ("b", "Ningbo", 2019, 21)),
        *(("b", "Ningbo", 2020, 22), ("c", "宁波", 2019, 54)),
    )
    marks = tuple(
        Mark(z, look="line", name=n, colour=c, ends=("", n), width=w)
        for z, n, c, w in (
            ("a", "Wenzhou", ZONE, 2.2),
            ("b", "Ningbo", PEER, 1.0),
            ("c", "宁波", PEER, 1.0),
        )
    )
    encoding = Encoding(
        "evaluation_year", "rank", marks, group="zone_id", unit="rank", scale="rank"
    )
    return paths("ranks", data, encoding, CAPTION, rules=(Rule(50, "top 50", TARGET, True),))


def hedgehog() -> Chart:
    data = frame(
        "series origin year value unit",
        *(("what happened", np.nan, 2014 + k, 100.0 + 10 * k, "u") for k in range(6)),
        *((q, o, o + h, (100.0 + 10 * (o - 2014)) * k * (1 + 0.08 * h), "u")
          for q, k in (("q10", 0.97), ("q50", 1.0), ("q90", 1.05))
          for o in (2015, 2016) for h in (1, 2)),
    )  # fmt: skip
    marks = (
        Mark("q90", "q10", "band", "P10 to P90", FAN, "", alpha=0.18, opens="what happened"),
        Mark("q50", look="line", name="forecast", colour=FAN, size=3.0, opens="what happened"),
        Mark("what happened", look="line", name="what happened", size=3.5, width=2.2),
    )
    encoding = Encoding(
        "year", "value", marks, group="series", split="origin", unit="u", scale="free"
    )
    return paths("hedgehog", data, encoding, CAPTION, key=encoding.key)


def slopes() -> Chart:
    data = frame(
        "label x y", ("Longwan", 0, 8.1), ("Longwan", 1, 7.0), ("plan", 0, 9.0), ("plan", 1, 8.9)
    )
    marks = tuple(
        Mark(n, look="line", name=n, colour=c, label="all", ends=("", n))
        for n, c in (("Longwan", PEER), ("plan", TARGET))
    )
    encoding = Encoding("x", "y", marks, group="label", unit="percent a year", scale="free")
    return paths("slopes", data, encoding, CAPTION, ticks={0: "2014-17", 1: "2017-20"})


def reliability(panel: str = "", group: str = "") -> Chart:
    bins = [(0.1, 0.07, 139), (0.29, 0.19, 76), (0.49, 0.47, 41), (0.69, 0.67, 14), (0.81, 0.89, 2)]
    data = frame("era given came n", *(("all", *b) for b in bins))
    if panel or group:
        data = pd.concat(
            [data.assign(era=era) for era in ("2008-11", "2012-16")], ignore_index=True
        )
    mark = Mark("all", look="line", name="came true", label="all", text="n")
    marks = tuple(dataclasses.replace(mark, at=e, ends=("", e)) for e in ("2008-11", "2012-16"))
    encoding = Encoding(
        "given", "came", marks if group else (mark,), group, panel=panel, unit="came true",
        scale="chance", across="chance",
    )  # fmt: skip
    return paths(
        "reliability", data, encoding, CAPTION, xlabel="given", high=None if panel else 3.2
    )


def odds(row: float = 0.33) -> Chart:
    data = frame(
        "label low high _said",
        ("Sure thing", 0.995, 0.999, "very likely"),
        ("GDP 地区生产总值", 0.49, 0.7, "about even to\nlikely"),
        ("Revenue 财政总收入", 0.2, 0.2, "unlikely"),
    )
    marks = (
        Mark("high", "low", "line", width=4.0),
        Mark("low", name="lower", size=7.0),
        Mark("high", name="higher", size=7.0),
    )
    encoding = Encoding(y="label", marks=marks, scale="chance")
    rules = (Rule(0.5, "even", SOFT, True),)
    asides = (Aside("_said", SOFT, head="in words"),)
    return rows("odds", data, encoding, CAPTION, row=row, asides=asides, rules=rules)


def dumbbells() -> Chart:
    data = frame(
        "label needed achieved class_median",
        ("GDP", 8.9, 7.2, 9.7),
        ("财政总收入", 15.3, np.nan, 11.6),
    )
    marks = (
        Mark(
            "needed", name="from the implied base", colour=TARGET, marker="D", size=8.0, label="all"
        ),
        Mark("achieved", name="from the observed level", size=5.5, label="all"),
        Mark(
            "class_median", name="median of similar regions", colour=SOFT, marker="s", label="all"
        ),
    )
    encoding = Encoding(y="label", marks=marks, unit="percent a year")
    return rows("needed", data, encoding, CAPTION, row=0.44, key=encoding.key, joined=True)


def pairs() -> Chart:
    data = frame(
        "label first second",
        ("A, 2013", 15.0, 12.0),
        ("B, 2014", 9.0, np.nan),
        ("C, 2015", 7.0, 7.0),
    )
    marks = (
        Mark("first", name="promised", colour=TARGET, marker="D", size=5.5, label="beside"),
        Mark("second", name="result", size=6.5, label="beside"),
    )
    encoding = Encoding(y="label", marks=marks, unit="percent")
    rules = (Rule(9.0, "plan: 9 %", TARGET, True),)
    return rows(
        "pairs", data, encoding, CAPTION, row=0.25, joined=True, key=encoding.key, rules=rules
    )


def tornado() -> Chart:
    data = frame(
        "assumption low high low_label high_label",
        ("Growth in 2018", 258.7, 280.3, "4.6 %", "13.3 %"),
        ("2017年基数", 267.3, 286.5, "207.8", "222.7"),
    )
    mark = Mark(
        "high", "low", "bar", "from low to high", FAN, ends=("low_label", "high_label"), turn=269.1
    )
    encoding = Encoding(y="assumption", marks=(mark,), scale="free", only="the lines")
    rules = (Rule(269.1, "centre 269", ZONE), Rule(270.0, "target 270"))
    return rows("swings", data, encoding, CAPTION, row=0.42, rules=rules)


def fences() -> Chart:
    data = frame(
        "label class p10 p25 p50 p75 p90 plan _reached",
        ("GDP", "GDP of coastal counties", 6.3, 7.8, 9.7, 11.5, 13.7, 9.0, "61 of 100"),
        ("Trade 进出口总额", "exports (proxy)", -5.4, 1.0, 6.8, 12.6, 17.4, 10.0, "35 of 100"),
    )
    marks = (
        Mark("p75", "p25", "line", colour=PEER, width=9.0),
        Mark("plan", name="planned", colour=TARGET, marker="D", size=7.0, label="bold", digits=0),
        Mark("p50", name="median", colour=INK, marker="|", size=13.0, reach=("p10", "p90")),
    )
    encoding = Encoding(y="label", marks=marks, note="class", unit="percent a year")
    asides = (Aside("_reached", bold=True, head="reached it"),)
    return rows("percentiles", data, encoding, CAPTION, asides=asides, key=encoding.key)


def coverage() -> Chart:
    data = frame(
        "label horizon coverage",
        ("GDP", 1, 0.8),
        ("GDP", 2, 0.7),
        ("imports", 1, 0.6),
        ("exports", 1, 0.5),
    )
    marks = tuple(Mark(h, name=f"{h} ahead", colour=SERIES[h]) for h in (1, 2))
    encoding = Encoding("coverage", "label", marks, group="horizon", scale="chance")
    return rows("coverage", data, encoding, CAPTION, key=encoding.key, rules=(Rule(0.8, "80 %"),))


def shares() -> Chart:
    data = frame(
        "driver exact total",
        ("growth 2018", 0.27, 0.28),
        ("growth 2020", 0.36, 0.37),
        ("base", 0.05, 0.08),
    )
    data["_said"] = [f"{100 * x:.0f} %" for x in data["exact"]]
    marks = (
        Mark("exact", look="bar", name="share of the variance", colour=FAN),
        Mark("total", name="Sobol total index", colour=TARGET, size=5.0),
    )
    encoding = Encoding(y="driver", marks=marks, scale="share")
    return rows(
        "shares", data, encoding, CAPTION, asides=(Aside("_said", bold=True),), key=encoding.key
    )


def tally() -> Chart:
    data = frame(
        "finding n _n",
        ("agrees", 22, "22"),
        ("agrees only through rounding", 9, "9"),
        ("contradicts", 5, "5"),
    )
    mark = Mark("n", look="bar", name="statements", colour=(ZONE, FAN, TARGET), ends=("", "_n"))
    return rows("tally", data, Encoding(y="finding", marks=(mark,)), CAPTION, axis=False)


def panels(n: int = 6, label: str = "Above-scale industrial value added") -> Chart:
    data = frame(
        "label driver low high target share",
        *((f"{label} {k}", d, -9.0 - 5 * k, 10.0 + 5 * k, 4.0 + k, s) for k in range(n)
          for d, s in (("base", 0.05), ("growth 2018", 0.27), ("growth 2019", 0.68))),
    )  # fmt: skip
    data["_share"] = [f"{100 * s:.0f}" for s in data["share"]]
    mark = Mark("high", "low", "bar", "P10 to P90", FAN)
    encoding = Encoding(y="driver", marks=(mark,), panel="label", scale="change")
    asides, rules = (Aside("_share"),), (Rule("target"),)
    return rows("panels", data, encoding, CAPTION, row=0.2, asides=asides, rules=rules, size=7.5)


def steps() -> Chart:
    data = frame("step chance", ("All windows", 0.633), ("Last window", 0.465), ("2017 known", 0.6))
    encoding = Encoding(x="chance", y="step", scale="chance")
    return waterfall("steps", data, encoding, CAPTION)


def peers(n: int = 40, top: float | None = None) -> Chart:
    draw = np.random.default_rng(2018)
    data = pd.DataFrame(
        {
            "zone_id": [f"z{i}" for i in range(n)],
            "label": [f"Zone {i} 2015" for i in range(n)],
            "size": 10 ** draw.uniform(1.6, 3.5, n),
            "growth": draw.normal(9, 4, n),
        }
    )
    data.loc[0, "growth"] = data["growth"][0] if top is None else top
    data["_mine"] = data["zone_id"] == "z3"
    encoding = Encoding(
        "size", "growth", unit="percent", scale="free", across="log", only="the line"
    )
    rules, about = (Rule(9.0, "plan: 9 %"),), {"text": "label", "mine": "_mine"}
    off = "{label}: {value}, off the scale"
    return scatter("peers", data, encoding, CAPTION, rules=rules, off=off, xlabel="GDP", **about)


def by_year() -> Chart:
    data = frame("label year value", ("A", 2012, 5.0), ("B", 2014, 9.0), ("C", 2013, 7.0))
    data["_mine"] = data["label"] == "B"
    line = frame("x y", (2012, 8.0), (2014, 7.0))
    encoding = Encoding("year", "value", unit="percent", scale="free", across="years")
    about = {"text": "label", "mine": "_mine", "line": line, "line_words": "China"}
    return scatter("by_year", data, encoding, CAPTION, **about)


def fitted() -> Chart:
    draw = np.random.default_rng(7)
    data = pd.DataFrame(
        {"label": [f"Zone {k}" for k in range(12)], "x": 10 ** draw.uniform(0, 2, 12)}
    )
    data["y"] = 5 - 2 * np.log10(data["x"]) + draw.normal(0, 1, 12)
    xs = np.linspace(1, 100, 20)
    line = pd.DataFrame({"x": xs, "y": 5 - 2 * np.log10(xs)})
    line["low"], line["high"] = line["y"] - 1, line["y"] + 1
    encoding = Encoding("x", "y", unit="points", scale="free", across="log")
    return scatter("fitted", data, encoding, CAPTION, text="label", line=line)


def matrix(columns: int = 0) -> Chart:
    data = frame(
        "label note column value text",
        *(("GDP", "", "near", 60.0, "60"), ("GDP", "", "far", 30.0, "30\nfew")),
        ("Trade", "proxy: exports", "near", 10.0, "10"),
        *(("GDP", "", f"further {k}", 5.0, "5 of 100") for k in range(columns)),
    )
    encoding = Encoding("column", "label", (Mark("value", text="text"),), note="note")
    return grid("matrix", data, encoding, CAPTION)


def shades() -> Chart:
    axis = np.linspace(-5, 20, 41)
    grown = 1 / (1 + np.exp(-(axis[:, None] + axis[None, :] - 15) / 4))
    data = pd.DataFrame({"second": axis, "break_even": 15 - axis, "even": 13 - 0.8 * axis})
    marks = (
        Mark("break_even", look="line", name="break-even", colour=TARGET),
        Mark("even", look="line", name="even chance", colour=INK, dashed=True),
    )
    encoding = Encoding("second", marks=marks, unit="growth 2019, percent", scale="free")
    chances = pd.DataFrame(grown, index=axis, columns=axis)
    about = {"xlabel": "growth 2020, percent", "step": "{low}-{high} %"}
    return two_way("two_way", data, encoding, CAPTION, chances=chances, **about)


ALL = [
    *(fan, fans, lines, ladder, hedgehog, slopes, reliability, odds, dumbbells, pairs, tornado),
    *(fences, coverage, shares, tally, panels, steps, peers, by_year, fitted, matrix),
    shades,
]  # fmt: skip
