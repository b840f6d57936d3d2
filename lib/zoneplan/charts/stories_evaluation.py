"""Charts of how chances given before turned out: on the plan itself, and on real promises."""

from __future__ import annotations

import pandas as pd

from zoneplan.charts import story
from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.page import Caption
from zoneplan.charts.paths import paths
from zoneplan.charts.rows import rows
from zoneplan.charts.theme import PEER, SERIES, ZONE
from zoneplan.charts.wording import captioned
from zoneplan.data.sources import ids_in
from zoneplan.evaluation.promise_record import PromiseRecord
from zoneplan.evaluation.track_record import TrackRecord
from zoneplan.messages import Words, words
from zoneplan.result import Nothing
from zoneplan.text import day, num, odds

ERAS = ("before 2012", "from 2012")
COLOURS = dict(zip(ERAS, (SERIES[1], ZONE), strict=True))
# So many points between chances and share met are about right.
ABOUT = 3


@story.register
def _track_record(result: TrackRecord, lang: str = "en") -> Chart:
    """Chances given against the share that came true, with the number of cases."""
    w, data, plan = words(lang), result.rows, result.plan
    facts = result.facts(lang) | {
        "first": int(data["year"].min()), "last": int(data["year"].max()),
        "day": day(max(data["as_of"]), lang),
    }  # fmt: skip
    mark = Mark(
        "all",
        look="line",
        width=1.4,
        label="all",
        text="cases",
        name=w("charts.reliability.came_true"),
    )
    return paths(
        f"hits_{plan.id}",
        result.calibration().assign(source_id=";".join(sorted(set(data["source_id"])))),
        Encoding(
            "odds",
            "met",
            (mark,),
            unit=mark.name,
            scale="chance",
            across="chance",
            only=w("charts.only.cases"),
        ),
        captioned(
            plan,
            lang,
            "hits",
            "right",
            sorted({*data["source_id"], *plan.targets["source_id"]}),
            **facts,
        ),
        xlabel=w("charts.reliability.given"),
        high=2.3,
    )


@story.register
def _promise_record(
    result: PromiseRecord, lang: str = "en", *, by: str = "reliability"
) -> Chart | Nothing:
    """Chances against what came, by era; or ``by`` ``years``, ``methods`` or ``stretch``."""
    draw = {"years": _years, "methods": _methods, "stretch": _stretch}.get(by, _reliability)
    return draw(result, lang)


def _caption(result: PromiseRecord, lang: str, key: str, title: str, **facts: object) -> Caption:
    told = {"of": words(lang)(f"figures.record.{result.of}")} | result.facts(lang) | facts
    return captioned(result.plan, lang, key, title, ids_in(result.rows), **told)


def _reliability(result: PromiseRecord, lang: str) -> Chart:
    """Share met along the scale of chances, before and from the year growth slowed."""
    w, data = words(lang), result.reliability
    data = data[data["era"].isin(ERAS) & (data["cases"] >= 3)]
    parts = [
        data[["era", "chance", "cases"]].assign(
            value=data[c], series=data["era"].astype(str) + "_" + c
        )
        for c in ("met", "low", "high")
    ]
    marks: list[Mark] = []
    for era in (e for e in ERAS if (data["era"] == e).any()):
        name, colour = w(f"figures.record.{era.replace(' ', '_')}"), COLOURS[era]
        marks += [
            Mark(f"{era}_high", f"{era}_low", "band", colour=colour, marker="", alpha=0.16),
            Mark(f"{era}_met", look="line", name=name, colour=colour, marker="", width=2.0),
        ]
    ours = result.rows[result.rows["method"] == "odds"].set_index("era")
    gaps = 100 * (ours["met"] - ours["mean"]).reindex(ERAS)
    told = [_gap(g, w) for g in gaps]
    facts = dict(zip(("then", "since"), told, strict=True))
    title = "neutral" if gaps.isna().any() else "eras"
    return paths(
        "promises_reliability",
        pd.concat(parts, ignore_index=True).assign(source_id=result.rows["source_id"].iloc[0]),
        Encoding(
            "chance",
            "value",
            tuple(marks),
            group="series",
            unit=w("charts.reliability.came_true"),
            scale="chance",
            across="chance",
            only=w("charts.only.bands"),
        ),
        _caption(result, lang, "record_reliability", title, **facts),
        xlabel=w("charts.reliability.given"),
        key=[(m.name, m.hue, "_") for m in marks if m.name],
        high=2.3,
    )


def _gap(points: float, w: Words) -> str:
    """How far the share met lay from the chances given."""
    kind = "right" if abs(points) < ABOUT else "low" if points > 0 else "high"
    return w(f"figures.record.{kind}", points=num(abs(points), 0))


def _years(result: PromiseRecord, lang: str) -> Chart:
    """Share met and mean chance by year."""
    w, data = words(lang), result.years
    long = data.melt(["year", "cases"], ["met", "odds"], "series", "value")
    marks = (
        Mark(
            "met",
            look="line",
            name=w("figures.record.met"),
            width=2.0,
            size=4.5,
            label="room",
            text="_told",
        ),
        Mark(
            "odds",
            look="line",
            name=w("figures.record.given"),
            colour=SERIES[1],
            marker="",
            dashed=True,
        ),
    )
    low = data.loc[data["met"].idxmin()]
    facts = {"year": int(low["year"]), "least": odds(low["met"], lang)}
    facts |= {"first": int(data["year"].min()), "last": int(data["year"].max())}
    cases = result.rows.set_index(["method", "era"])["met"]
    fell = (
        all(("odds", e) in cases.index for e in ERAS)
        and cases[("odds", ERAS[1])] < cases[("odds", ERAS[0])] - 0.1
    )
    return paths(
        "promises_by_year",
        long.assign(
            _told=[odds(v, lang) for v in long["value"]], source_id=result.rows["source_id"].iloc[0]
        ),
        Encoding("year", "value", marks, group="series", scale="chance"),
        _caption(result, lang, "record_years", "fell" if fell else "least", **facts),
        key=[(m.name, m.hue, m.marker or "_") for m in marks],
        high=1.8,
    )


def _methods(result: PromiseRecord, lang: str) -> Chart:
    """Brier score of each method by era, with its band over years."""
    w, data = words(lang), result.rows[result.rows["era"].isin(ERAS)]
    drawn = data.assign(
        panel=[w(f"figures.record.{e.replace(' ', '_')}") for e in data["era"]],
        label=[w(f"figures.record.method.{m}") for m in data["method"]],
    )
    marks = (
        Mark("high", "low", "line", w("figures.record.band"), PEER, width=5.0, alpha=0.7),
        Mark("brier", name=w("figures.record.brier"), colour=ZONE, size=6.5, label="all", digits=2),
    )
    best = data.loc[data.groupby("era")["brier"].idxmin()].set_index("era")["method"]
    wins = int((best == "odds").sum())
    title = {2: "best", 1: "once", 0: "never"}[wins] if len(best) == 2 else "neutral"
    keep = [
        "panel",
        "era",
        "label",
        "method",
        "brier",
        "low",
        "high",
        "cases",
        "years",
        "source_id",
    ]
    return rows(
        "promises_methods",
        drawn[keep],
        Encoding(y="label", marks=marks, panel="panel", unit=w("figures.record.brier")),
        _caption(result, lang, "record_methods", title),
        across=2,
        key=[(marks[0].name, PEER, "s"), (marks[1].name, ZONE, "o")],
        row=0.28,
    )


def _stretch(result: PromiseRecord, lang: str) -> Chart | Nothing:
    """Share met and mean chance by how far the target lay above the last growth."""
    w, data = words(lang), result.stretch
    if data.empty:
        return Nothing(w("figures.record.no_stretch"))
    ends = data["value"].str.split(" to ", expand=True)
    drawn = data.assign(label=[_step(a, b, w) for a, b in zip(ends[0], ends[1], strict=True)])
    marks = (
        Mark("met", name=w("figures.record.met"), size=7.0),
        Mark("chance", name=w("figures.record.given"), colour=SERIES[1], marker="s", size=5.5),
    )
    facts = {"easy": odds(data["met"].iloc[0], lang), "hard": odds(data["met"].iloc[-1], lang)}
    title = "falls" if data["met"].iloc[-1] < data["met"].iloc[0] else "neutral"
    return rows(
        "promises_stretch",
        drawn.assign(source_id=result.rows["source_id"].iloc[0]),
        Encoding(y="label", marks=marks, scale="chance"),
        _caption(result, lang, "record_stretch", title, **facts),
        joined=True,
        key=[(m.name, m.hue, m.marker) for m in marks],
    )


def _step(low: str, high: str, w: Words) -> str:
    """A stretch of points in words."""
    if low == "-inf":
        return w("figures.record.below", high=high.removeprefix("-"))
    if high == "inf":
        return w("figures.record.above", low=low)
    return w("figures.record.between", low=low, high=high)
