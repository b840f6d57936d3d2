"""The charts of the project's results by the names they had before, drawn by the general forms.

Goes when the results draw themselves through :func:`zoneplan.charts.draw`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.charts.chart import OWN, Chart, cited, source_line as _source_line
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.grid import grid, two_way as _two_way
from zoneplan.charts.page import Caption
from zoneplan.charts.paths import paths
from zoneplan.charts.page import Rule
from zoneplan.charts.rows import Aside, rows
from zoneplan.charts.scatter import far, scatter
from zoneplan.charts.theme import *  # noqa: F403
from zoneplan.charts.theme import FAN, INK, MARKERS, NAME, NOTE, PEER, SERIES, SOFT, TARGET, ZONE
from zoneplan.charts.wording import CHANCE_STEPS as ODDS_STEPS
from zoneplan.charts.wording import chance_words as odds_words
from zoneplan.charts.wording import digits as _digits
from zoneplan.charts.wording import reached_by
from zoneplan.data import tables
from zoneplan.data.sources import Sources
from zoneplan.messages import words
from zoneplan.text import num, odds_range, pct, upper

__all__ = ["ODDS_STEPS", "Chart", "odds_words", "reached_by"]


@cache
def _sources(folder: str) -> Sources:
    return Sources(tables.sources())


def source_line(ids: Any, lang: str = "en") -> str:
    if isinstance(ids, str):
        return ids
    return _source_line(_sources(str(tables.plan_dir())), ids, lang)


def _caption(title, subtitle, sources, note="", lang="en") -> Caption:
    return Caption(title, subtitle, source_line(sources, lang), note, lang)


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
    w = words(lang)
    highest = float(targets["value"].max())
    places = _digits(highest)
    # What was observed is told to the last digit printed, up to thousands.
    fine = max(places, 1) if highest < 1000 else 0
    parts = [
        history.rename(columns={"scope_note": "_scope"}).assign(series="observed"),
        targets.assign(series="target", source_id="plan"),
    ]
    if base is not None:
        at = {"series": ["base"], "year": base[0], "value": base[1], "source_id": OWN}
        parts.append(pd.DataFrame(at))
    if naive is not None:
        parts.append(naive.assign(series="no change", source_id=OWN))
    for q in ("q10", "q25", "q50", "q75", "q90"):
        one = fan[["year", q]].rename(columns={q: "value"})
        parts.append(one.assign(series=q, source_id=OWN))
    data = pd.concat(parts, ignore_index=True)
    data = data[["series", "year", "value", "source_id", "_scope"]].assign(unit=unit)
    start = base[0] if base is not None else float(fan["year"].min()) - 0.5
    head = w("charts.path.from", base=base_label) if base_label else w("charts.path.forecast")
    return paths(
        id,
        data,
        fan_encoding(lang, unit, places, fine),
        _caption(title, subtitle, sources, note, lang),
        planned=(start, head),
    )


def fan_encoding(lang: str, unit: str, places: int, fine: int) -> Encoding:
    """History, fan and targets of one series."""
    w = words(lang)
    said = {
        k: w.raw(f"charts.path.{k}") for k in ("q10", "q25", "q50", "q75", "q90", "target", "naive")
    }
    marks = (
        Mark(
            "target",
            marker="D",
            size=6.5,
            colour=TARGET,
            label="all",
            digits=places,
            name=w("charts.series.target"),
            ends=("", said["target"]),
        ),
        Mark(
            "q90",
            "q10",
            "band",
            w("charts.series.q10_q90"),
            FAN,
            "",
            alpha=0.24,
            digits=places,
            ends=(said["q10"], said["q90"]),
            opens="base",
        ),
        Mark(
            "q75",
            "q25",
            "band",
            w("charts.series.q25_q75"),
            FAN,
            "",
            alpha=0.42,
            digits=places,
            ends=(said["q25"], said["q75"]),
            opens="base",
        ),
        Mark(
            "q50",
            look="line",
            name=w("charts.series.q50"),
            marker="",
            width=1.3,
            digits=places,
            ends=("", said["q50"]),
            opens="base",
        ),
        Mark(
            "no change",
            look="line",
            name=w("charts.series.naive"),
            colour=SOFT,
            marker="",
            width=1.0,
            dashed=True,
            digits=places,
            ends=("", said["naive"]),
        ),
        Mark(
            "observed",
            look="line",
            name=w("charts.series.observed"),
            width=2.0,
            label="all",
            digits=fine,
        ),
        Mark("base", look="hollow", name=w("charts.series.base"), label="all", digits=fine),
    )
    return Encoding("year", "value", marks, group="series", split="_scope", unit=unit, scale="free")


def lines(
    id, data, *, title, subtitle, sources, note="", unit="", planned_from=None, lang="en"
) -> Chart:
    w = words(lang)
    named = [(label, upper(str(label))) for label in data["label"].unique()]
    marks = tuple(
        Mark(
            label,
            look="line",
            name=name,
            colour=SERIES[n % len(SERIES)],
            size=4.5,
            label="room",
            ends=("", name),
        )
        for n, (label, name) in enumerate(named)
    )
    planned = None if planned_from is None else (planned_from - 0.5, w("charts.lines.planned"))
    encoding = Encoding("x", "y", marks, group="label", unit=unit, scale="free")
    return paths(
        id, data, encoding, _caption(title, subtitle, sources, note, lang), planned=planned
    )


def audit_tally(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    if "source_id" not in data:
        data = data.assign(source_id=sources if isinstance(sources, str) else ";".join(sources))
    drawn = data.assign(_n=data["n"].astype(str))
    mark = Mark(
        "n",
        look="bar",
        name=words(lang)("charts.series.statements"),
        colour=(ZONE, FAN, TARGET, PEER),
        ends=("", "_n"),
        digits=0,
    )
    return rows(
        id,
        drawn,
        Encoding(y="finding", marks=(mark,)),
        _caption(title, subtitle, sources, note, lang),
        axis=False,
        size=NAME,
    )


def odds_strip(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    data = data.sort_values(["low", "high"], ascending=False, kind="stable").reset_index(drop=True)
    drawn = data.assign(
        _chance=[odds_range(r.low, r.high, lang) for r in data.itertuples()],
        _words=[odds_words(r.low, r.high, lang) for r in data.itertuples()],
    )
    marks = (
        Mark("high", "low", "line", width=4.0),
        Mark("low", name=w("charts.series.lower"), colour=ZONE, size=7.0),
        Mark("high", name=w("charts.series.higher"), colour=ZONE, size=7.0),
    )
    encoding = Encoding(y="label", marks=marks, scale="chance")
    return rows(
        id,
        drawn,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        row=0.33,
        asides=(Aside("_chance", ZONE, NAME, True), Aside("_words", SOFT, NOTE, room=1.0)),
        rules=(Rule(0.5, w("charts.strip.even"), SOFT, True),),
    )


def needed_growth(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    marks = [
        Mark(
            "needed",
            name=w("charts.needed.needed"),
            colour=TARGET,
            marker="D",
            size=8.0,
            label="all",
        ),
        Mark("achieved", name=w("charts.needed.achieved"), size=5.5, label="all"),
        Mark(
            "class_median",
            name=w("charts.needed.class_median"),
            colour=SOFT,
            marker="s",
            label="all",
        ),
    ]
    if data["needed"].equals(data["achieved"]):
        # Where no base is implied there is one need only.
        marks.pop(0)
    encoding = Encoding(y="label", marks=tuple(marks), unit=w("common.unit.percent_year"))
    return rows(
        id,
        data,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        row=0.44,
        key=encoding.key,
        joined=True,
    )


def tornado(
    id, data, *, centre, target, title, subtitle, sources, note="", xlabel="", lang="en"
) -> Chart:
    w, places = words(lang), _digits(target)
    mark = Mark(
        "high",
        "low",
        "bar",
        w("charts.series.from_to"),
        FAN,
        ends=("low_label", "high_label"),
        turn=centre,
    )
    rules = [
        Rule(v, w(f"charts.tornado.{name}", value=num(v, places)), colour)
        for v, colour, name in ((centre, ZONE, "centre"), (target, TARGET, "target"))
    ]
    encoding = Encoding(
        y="assumption", marks=(mark,), unit=xlabel, scale="free", only=w("charts.only.centre")
    )
    return rows(
        id, data, encoding, _caption(title, subtitle, sources, note, lang), row=0.42, rules=rules
    )


def reference_percentile(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    drawn = data.assign(_reached=[reached_by(v, lang) for v in data["percentile"]])
    marks = (
        Mark("p75", "p25", "line", colour=PEER, width=9.0),
        Mark(
            "plan_growth",
            name=w("charts.percentile.planned"),
            colour=TARGET,
            marker="D",
            size=7.0,
            label="bold",
            digits=0,
        ),
        Mark(
            "p50",
            name=w("charts.percentile.median"),
            colour=INK,
            marker="|",
            size=13.0,
            reach=("p10", "p90"),
        ),
    )
    encoding = Encoding(
        y="label",
        marks=marks,
        note="reference_class",
        unit=w("common.unit.percent_year"),
        only=w("charts.only.quartiles"),
    )
    key = [(w("charts.percentile.planned"), TARGET, "D"), (w("charts.percentile.bars"), SOFT, "")]
    return rows(
        id,
        drawn,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        key=key,
        asides=(Aside("_reached", INK, NAME, True, w("charts.percentile.reached")),),
    )


def _off_scale(points: pd.DataFrame, value: str, lang: str) -> tuple[str, list[str]]:
    """Points beyond the axis in words: value, name, year and source; and the publishers named."""
    w = words(lang)
    ids = points.get("growth_source_id", points["source_id"])
    rows_ = _sources(str(tables.plan_dir())).rows.loc[ids].to_dict("records")
    named = [
        w(
            "charts.size.off_point",
            rate=pct(v, 0, lang),
            label=r.label,
            year=r.year,
            source=cited(s, w),
        )
        for r, v, s in zip(points.itertuples(), points[value], rows_, strict=True)
    ]
    publishers = [str(r["publisher"]) for r in rows_]
    return (
        w("charts.size.off_note", points=w("common.semicolon").join(named)) if named else ""
    ), publishers


def _with_far(caption_args, points, value, own, lang):
    import dataclasses

    beyond = points[far(points[value]) & ~own]
    off, publishers = _off_scale(beyond, value, lang)
    title, subtitle, sources, note = caption_args
    note = words(lang)("common.space").join(t for t in (note, off) if t)
    caption = _caption(title, subtitle, sources, note, lang)
    return dataclasses.replace(caption, names=caption.names | frozenset(publishers))


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
    w = words(lang)
    own = zones["zone_id"] == highlight
    dated = [w("charts.figure_in_year", label=r.label, year=r.year) for r in zones.itertuples()]
    caption = _with_far(
        (title, subtitle, sources or sorted(set(zones["source_id"])), note),
        zones,
        "growth",
        own,
        lang,
    )
    encoding = Encoding(
        "size",
        "growth",
        unit=growth_label,
        scale="free",
        across="log",
        only=w("charts.only.planned"),
    )
    return scatter(
        id,
        zones.assign(_text=dated, _mine=own),
        encoding,
        caption,
        text="_text",
        mine="_mine",
        off=w.raw("charts.size.off"),
        xlabel=size_label,
        rules=(Rule(target_growth, w("charts.size.plan", rate=pct(target_growth, 0, lang))),),
    )


def rank_ladder(
    id, data, *, highlight, title, subtitle, sources, note="", goal=None, lang="en"
) -> Chart:
    w, last, marks = words(lang), int(data["evaluation_year"].max()), []
    for zone, part in data.groupby("zone_id"):
        end, mine = part.sort_values("evaluation_year").iloc[-1], zone == highlight
        # A line that ends early is named at its last value all the same; the year stands with it.
        key = "charts.ladder.end" if end["evaluation_year"] == last else "charts.ladder.ended"
        name = w(key, label=end["label"], rank=int(end["rank"]), year=int(end["evaluation_year"]))
        look = (ZONE, 4.5, 2.2) if mine else (PEER, 3.5, 1.0)
        marks.append(
            Mark(
                zone,
                look="line",
                name=str(end["label"]),
                colour=look[0],
                size=look[1],
                width=look[2],
                ends=("", name),
            )
        )
    encoding = Encoding(
        "evaluation_year",
        "rank",
        tuple(marks),
        group="zone_id",
        unit=w("charts.ladder.rank"),
        scale="rank",
    )
    rules = [Rule(goal[0], goal[1], TARGET, True)] if goal else []
    return paths(
        id,
        data,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        rules=rules,
        high=max(3.0, 0.17 * len(marks)),
    )


def hedgehog(id, actual, forecasts, *, title, subtitle, unit, sources, note="", lang="en") -> Chart:
    w = words(lang)
    happened, median, band = (
        w(f"charts.hedgehog.{name}") for name in ("happened", "median", "band")
    )
    parts = [
        forecasts[["origin", "year", q]].rename(columns={q: "value"}).assign(series=q)
        for q in ("q10", "q50", "q90")
    ]
    data = pd.concat([actual.assign(series="what happened"), *parts], ignore_index=True)
    data = data.assign(unit=unit, source_id=";".join(sources))
    marks = (
        Mark(
            "q90", "q10", "band", band, FAN, "", alpha=0.18, ends=("", band), opens="what happened"
        ),
        Mark(
            "q50",
            look="line",
            name=median,
            colour=FAN,
            size=3.0,
            width=1.2,
            ends=("", median),
            opens="what happened",
        ),
        Mark("what happened", look="line", name=happened, size=3.5, width=2.2, ends=("", happened)),
    )
    encoding = Encoding(
        "year",
        "value",
        marks,
        group="series",
        split="origin",
        unit=unit,
        scale="free",
        only=w("charts.only.bands"),
    )
    return paths(id, data, encoding, _caption(title, subtitle, sources, note, lang))


def coverage(id, data, *, nominal, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    marks = tuple(
        Mark(
            h,
            name=w("charts.coverage.ahead" if h > 1 else "charts.coverage.ahead_1", n=h),
            colour=SERIES[n],
            marker=MARKERS[n],
            size=7.0,
            alpha=0.9,
        )
        for n, h in enumerate(sorted(set(data["horizon"])))
    )
    encoding = Encoding(
        "coverage", "label", marks, group="horizon", scale="chance", only=w("charts.only.nominal")
    )
    drawn = data.assign(source_id=";".join(sources))
    return rows(
        id,
        drawn,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        key=encoding.key,
        rules=(Rule(nominal, pct(100 * nominal, 0, lang)),),
    )


def reliability(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    mark = Mark(
        "all", look="line", width=1.4, label="all", text="n", name=w("charts.reliability.came_true")
    )
    encoding = Encoding(
        "forecast",
        "observed",
        (mark,),
        unit=w("charts.reliability.came_true"),
        scale="chance",
        across="chance",
        only=w("charts.only.cases"),
    )
    caption = _caption(title, subtitle, sources, note, lang)
    return paths(
        id,
        data.assign(source_id=";".join(sources)),
        encoding,
        caption,
        xlabel=w("charts.reliability.given"),
        high=3.2,
    )


def shares(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w, marked = words(lang), "total" in data
    drawn = data.assign(
        source_id=";".join(sources), _share=[pct(100 * x, 0, lang) for x in data["exact"]]
    )
    marks = [
        Mark(
            "exact",
            look="bar",
            name=w("charts.shares.share" if marked else "charts.series.share"),
            colour=FAN,
        )
    ]
    if marked:
        marks.append(Mark("total", name=w("charts.shares.total"), colour=TARGET, size=5.0))
    encoding = Encoding(y="driver", marks=tuple(marks), scale="share")
    return rows(
        id,
        drawn,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        asides=(Aside("_share", bold=True),),
        key=encoding.key if marked else (),
    )


def two_way(
    id, odds, lines, *, first, second, title, subtitle, sources, note="", lang="en"
) -> Chart:
    w = words(lang)
    marks = (
        Mark(
            "break_even", look="line", name=w("charts.two_way.break_even"), colour=TARGET, width=1.6
        ),
        Mark(
            "even_odds",
            look="line",
            name=w("charts.two_way.even_odds"),
            colour=INK,
            width=1.6,
            dashed=True,
        ),
    )
    encoding = Encoding(
        "second", marks=marks, unit=first, scale="free", only=w("charts.only.shades")
    )
    return _two_way(
        id,
        lines.assign(source_id=";".join(sources)),
        encoding,
        _caption(title, subtitle, sources, note, lang),
        chances=odds,
        xlabel=second,
        step=w.raw("charts.two_way.step"),
    )


def discovery(
    id, points, rule, *, first, second, title, subtitle, sources, note="", lang="en"
) -> Chart:
    w = words(lang)
    marks = (
        Mark(True, name=w("charts.discovery.met"), size=3.0, alpha=0.7),
        Mark(
            False, name=w("charts.discovery.missed"), colour=TARGET, marker="x", size=3.0, alpha=0.7
        ),
    )
    encoding = Encoding(
        "second", "first", marks, group="met", unit=first, scale="free", only=w("charts.only.rule")
    )
    up, across, above = rule
    area = ((across, None), (up, None)) if above else ((None, across), (None, up))
    key = [*encoding.key, (w("charts.discovery.rule"), SOFT, "s")]
    return scatter(
        id,
        points.assign(source_id=";".join(sources)),
        encoding,
        _caption(title, subtitle, sources, note, lang),
        xlabel=second,
        area=area,
        key=key,
    )


def driver_panels(id, data, *, title, subtitle, sources, note="", lang="en") -> Chart:
    w = words(lang)
    drawn = data.assign(
        source_id=";".join(sources), _share=[num(100 * s, 0) for s in data["share"]]
    )
    mark = Mark("high", "low", "bar", w("charts.panels.bar"), FAN)
    encoding = Encoding(
        y="driver", marks=(mark,), panel="label", scale="change", only=w("charts.only.targets")
    )
    key = [
        *encoding.key,
        (w("charts.panels.target"), TARGET, "$|$"),
        (w("charts.panels.share"), INK, ""),
    ]
    return rows(
        id,
        drawn,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        row=0.2,
        rules=(Rule("target"),),
        asides=(Aside("_share", size=NOTE),),
        key=key,
        size=NOTE,
    )


def matrix(id, data, *, title, subtitle, sources, note="", deep=100.0, lang="en") -> Chart:
    encoding = Encoding("column", "label", (Mark("value", text="text"),), note="row_note")
    return grid(id, data, encoding, _caption(title, subtitle, sources, note, lang), deep=deep)


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
    w = words(lang)
    own = points["zone_id"] == highlight
    text = [
        f"{r.label} {num(r.value)}" if mine else r.label
        for r, mine in zip(points.itertuples(), own, strict=True)
    ]
    caption = _with_far((title, subtitle, sources, note), points, "value", own, lang)
    encoding = Encoding(
        "year", "value", unit=unit, scale="free", across="years", only=w("charts.only.names")
    )
    return scatter(
        id,
        points.assign(_text=text, _mine=own),
        encoding,
        caption,
        text="_text",
        mine="_mine",
        off=w.raw("charts.size.off"),
        rules=[Rule(goal[0], goal[1])] if goal else [],
        line=None if line is None else line.rename(columns={"year": "x", "value": "y"}),
        line_words=line_label,
    )


def pairs(
    id, data, *, first, second, title, subtitle, sources, unit, note="", line=None, lang="en"
) -> Chart:
    w = words(lang)
    marks = (
        Mark("first", name=first, colour=TARGET, marker="D", size=5.5, label="beside"),
        Mark("second", name=second, size=6.5, label="beside"),
    )
    encoding = Encoding(y="label", marks=marks, unit=unit)
    return rows(
        id,
        data,
        encoding,
        _caption(title, subtitle, sources, note, lang),
        row=0.25,
        joined=True,
        key=encoding.key,
        rules=[Rule(line[0], line[1], TARGET, True)] if line else [],
    )


def fitted(
    id, points, highlight, *, title, subtitle, sources, xlabel, unit, fit=None, note="", lang="en"
) -> Chart:
    w = words(lang)
    own = points["zone_id"] == highlight
    encoding = Encoding("x", "y", unit=unit, scale="free", across="log", only=w("charts.only.line"))
    return scatter(
        id,
        points.assign(_text=points["label"], _mine=own),
        encoding,
        _caption(title, subtitle, sources, note, lang),
        text="_text",
        mine="_mine",
        off=w.raw("charts.size.off"),
        xlabel=xlabel,
        line=fit,
    )
