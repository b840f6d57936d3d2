"""Charts of what decides a plan: growth still needed, scenarios, drivers, ratios, missing
figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from zoneplan.charts import story
from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.grid import grid, two_way
from zoneplan.charts.page import Rule
from zoneplan.charts.paths import paths
from zoneplan.charts.rows import Aside, rows
from zoneplan.charts.stories_forecast import OTHER
from zoneplan.charts.theme import FAN, INK, NAME, PEER, SOFT, TARGET, ZONE
from zoneplan.charts.wording import captioned, digits, inside, reached_by, short
from zoneplan.data.sources import PLAN, ids_in
from zoneplan.data.units import shown_in
from zoneplan.messages import words
from zoneplan.plan.ratios import Ratios
from zoneplan.result import Nothing
from zoneplan.stress.attribution import BASE, Shares, Swings, TwoWay
from zoneplan.stress.needed_growth import MissingNumbers, NeededGrowth
from zoneplan.stress.scenarios import Comparison
from zoneplan.text import amount, num, odds, odds_range, pct

# Columns for which a page has room.
MOST_TARGETS = 10


@story.register
def _needed(result: NeededGrowth, lang: str = "en") -> Chart:
    """Growth still needed from both bases on the last window of similar regions, a strip a
    target.
    """
    w, plan, data = words(lang), result.plan, result.rows
    both = data["needed_observed"].notna() & (data["needed_observed"] != data["needed_implied"])
    span = zip(data["origin_year"], data["end_year"], strict=True)
    drawn = data.assign(
        label=[short(plan, i, lang) for i in data["indicator_id"]],
        needed_observed=data["needed_observed"].where(both),
        window=[w("figures.reading.window", first=f"{a:.0f}", last=f"{b:.0f}") for a, b in span],
        _reached=[reached_by(100 * s, lang) for s in data["reached_implied"]],
    )
    keep = (
        "indicator_id label window needed_implied needed_observed class_p10 class_p25 class_median"
    )
    keep += " class_p75 class_p90 reached_implied reached_observed source_id _reached"
    marks = [
        Mark("class_p75", "class_p25", "line", colour=PEER, width=9.0, alpha=0.8),
        Mark(
            "class_median", name=w("figures.needed.median"), colour=INK, marker="|", size=13.0,
            reach=("class_p10", "class_p90"),
        ),
        Mark(
            "needed_implied", name=w("figures.needed.implied"), colour=TARGET, marker="D", size=7.0,
            label="bold",
        ),
    ]  # fmt: skip
    if both.any():
        name = w("figures.needed.observed")
        marks.append(Mark("needed_observed", name=name, colour=OTHER, size=6.0, label="all"))
    above = int((data["needed_implied"] > data["class_median"]).sum())
    beyond = int((data["needed_implied"] > data["class_p90"]).sum())
    facts: dict[str, Any] = {
        "above": above,
        "beyond": beyond,
        "n": len(data),
        "year": plan.years[-1],
    }
    facts["name"] = inside(str(drawn["label"].iloc[0]))
    title = "all" if above == len(data) > 1 else "some" if above else "none"
    if above == len(data) == 1:
        title = "one"
    key = [(w("figures.needed.bars"), PEER, "s")]
    key += [(m.name, m.hue, m.marker) for m in marks if m.name]
    return rows(
        "needed_growth",
        drawn[keep.split()],
        Encoding(
            y="label", marks=tuple(marks), note="window", unit=w("common.unit.percent_year"),
            only=w("charts.only.quartiles"),
        ),
        captioned(plan, lang, "needed", title, [PLAN, *ids_in(data)], **facts),
        asides=(Aside("_reached", INK, NAME, True, w("charts.percentile.reached")),),
        key=key,
        row=0.46,
    )  # fmt: skip


@story.register
def _comparison(result: Comparison, lang: str = "en") -> Chart | Nothing:
    """Chances under each scenario, with the change in points, of the targets moved most."""
    plan, data = result.plan, result.rows
    if data.empty:
        return Nothing(result.reason(lang))
    # Of scenarios that add up each is named.
    usual = {i: s.title.get(lang, i) for i, s in plan.scenarios.items()}
    titled = {
        s: " + ".join(usual.get(part, part) for part in s.split("+")) for s in data["scenario"]
    }
    told = [
        odds(p, lang) + (f"\n{round(c):+d}" if round(c) else "")
        for p, c in zip(data["probability"], data["change"], strict=True)
    ]
    drawn = data.assign(
        label=[titled[s] for s in data["scenario"]],
        column=[short(plan, i, lang) for i in data["indicator_id"]],
        value=100 * data["probability"],
        text=told,
    )
    furthest = data["change"].abs().round().groupby(data["indicator_id"], sort=False).max()
    moved = furthest[furthest > 0] if furthest.any() else furthest
    shown = moved.nlargest(MOST_TARGETS).index
    lead = data[data["indicator_id"] == next(i for i in furthest.index if i in shown)]
    top = lead.loc[lead["change"].abs().idxmax()]
    facts: dict[str, Any] = {
        "name": inside(short(plan, top["indicator_id"], lang)), "year": plan.years[-1],
        "what": inside(titled[top["scenario"]]), "points": num(abs(top["change"]), 0),
        "range": odds_range(lead["probability"].min(), lead["probability"].max(), lang),
        "n": len(furthest), "shown": len(shown),
    }  # fmt: skip
    several = data["scenario"].nunique() > 1
    every = "range" if furthest.any() else "still"
    one = "costs" if round(top["change"]) < 0 else "adds" if round(top["change"]) else "neutral"
    return grid(
        "scenarios" if several else f"scenario_{data['scenario'].iloc[0]}",
        drawn.loc[
            data["indicator_id"].isin(shown),
            ["scenario", "label", "indicator_id", "column", "value", "change", "text"],
        ],
        Encoding("column", "label", (Mark("value", text="text"),)),
        captioned(plan, lang, "scenarios", every if several else one, [PLAN, "cityyb"], **facts),
    )


@story.register
def _missing(result: MissingNumbers, lang: str = "en") -> Chart | Nothing:
    """How far the chance would move if the missing figure came out low or high."""
    w, plan = words(lang), result.plan
    data = result.rows[result.rows["probability_high"].notna()].reset_index(drop=True)
    if data.empty:
        return Nothing(w("figures.missing.none"))
    low, high = (
        data[[f"probability_{e}" for e in ("low", "high")]].agg(f, axis=1) for f in ("min", "max")
    )
    drawn = data.assign(
        label=[plan.name(i, lang) for i in data["indicator_id"]],
        missing=[plan.translate(t, lang) for t in data["missing_number"]],
        probability_low=low, probability_high=high,
    )  # fmt: skip
    marks = (
        Mark(
            "probability_high",
            "probability_low",
            "line",
            w("figures.missing.range"),
            FAN,
            width=6.0,
        ),
        Mark("probability", name=w("figures.missing.now"), size=7.0),
    )
    top = drawn.loc[(high - low).idxmax()]
    facts: dict[str, Any] = {
        "name": inside(short(plan, top["indicator_id"], lang)),
        "low": odds(top["probability_low"], lang), "high": odds(top["probability_high"], lang),
    }  # fmt: skip
    keep = [
        "indicator_id",
        "label",
        "missing",
        "probability",
        "probability_low",
        "probability_high",
    ]
    return rows(
        "missing_figures",
        drawn[keep],
        Encoding(y="label", marks=marks, note="missing", scale="chance"),
        captioned(plan, lang, "missing", "lead", [PLAN, "cityyb"], **facts),
        rules=(Rule(0.5, w("charts.strip.even"), SOFT, True),),
        key=[(marks[0].name, FAN, "s"), (marks[1].name, ZONE, "o")],
    )


def _driver(name: str, plan_years: tuple[int, int], lang: str) -> str:
    """A driver in words; the base stands for its rounding."""
    w, (base, _) = words(lang), plan_years
    kind, _, year = name.partition(" ")
    return w(f"figures.driver.{kind}", year=year or base)


@story.register
def _swings(result: Swings, lang: str = "en") -> Chart:
    """The level of the last year when one assumption at a time moves, widest on top."""
    w, plan, i = words(lang), result.plan, result.indicator_id
    factor, unit = shown_in(str(plan.unit(i)), lang)
    data, years = result.rows, (plan.base_year, plan.years[-1])
    low, high, centre, target = (
        factor * x for x in (data["low"], data["high"], result.centre, result.target)
    )
    rate = [d.startswith("growth") for d in data["driver"]]
    ends = {
        f"{e}_label": [
            pct(v, 1, lang) if r else num(factor * v, digits(target))
            for v, r in zip(data[f"{e}_at"], rate, strict=True)
        ]
        for e in ("low", "high")
    }
    drawn = data[["driver"]].assign(
        assumption=[_driver(d, years, lang) for d in data["driver"]],
        low=low,
        high=high,
        unit=unit,
        **ends,
    )
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
        Rule(v, w(f"charts.tornado.{name}", value=num(v, digits(target))), colour)
        for v, colour, name in ((centre, ZONE, "centre"), (target, TARGET, "target"))
    ]
    grown = bool(rate[0])
    widest = str(data["driver"].iloc[0])
    facts: dict[str, Any] = {
        "name": inside(short(plan, i, lang)), "unit": unit, "year": years[1],
        "what": inside(_driver(widest, years, lang)),
    }  # fmt: skip
    return rows(
        f"swings_{i}",
        drawn,
        Encoding(
            y="assumption", marks=(mark,), unit=unit, scale="free", only=w("charts.only.centre")
        ),
        captioned(plan, lang, "swings", "growth" if grown else "other", [PLAN, "cityyb"], **facts),
        row=0.42,
        rules=rules,
    )


@story.register
def _shares(result: Shares, lang: str = "en") -> Chart:
    """What share of the uncertainty each driver makes."""
    w, plan, data = words(lang), result.plan, result.rows
    years = plan.base_year, plan.years[-1]
    told = [_driver(d, years, lang) for d in data["driver"]]
    drawn = data.assign(label=told, _share=[odds(x, lang) for x in data["exact"]])
    marks = (
        Mark("exact", look="bar", name=w("figures.shares.exact"), colour=FAN),
        Mark("first", name=w("figures.shares.first"), colour=TARGET, size=5.0),
    )
    encoding = Encoding(y="label", marks=marks, scale="share")
    lead, share = str(data["driver"].iloc[0]), float(data["exact"].iloc[0])
    facts: dict[str, Any] = {
        "name": inside(short(plan, result.indicator_id, lang)), "year": years[1],
        "what": inside(_driver(lead, years, lang)), "share": pct(100 * share, 0, lang),
    }  # fmt: skip
    base = data.loc[data["driver"] == BASE, "exact"]
    title = "growth" if len(base) and base.iloc[0] < 0.1 else "lead"
    return rows(
        f"shares_{result.indicator_id}",
        drawn,
        encoding,
        captioned(plan, lang, "shares", title, [PLAN, "cityyb"], **facts),
        asides=(Aside("_share", bold=True),),
        key=encoding.key,
    )


@story.register
def _two_way(result: TwoWay, lang: str = "en") -> Chart:
    """The chance over two drivers as shades, with the line of even chances."""
    w, plan, i = words(lang), result.plan, result.indicator_id
    years, target = (plan.base_year, plan.years[-1]), plan.target(i)
    factor, unit = shown_in(target.unit, lang)

    def axis(name: str) -> tuple[float, str]:
        of = factor if name == BASE else 1.0
        said = unit if name == BASE else w("common.unit.percent")
        return of, w("common.with_unit", name=_driver(name, years, lang), unit=said)

    (down, first), (across, second) = axis(result.first), axis(result.second)
    lines = pd.DataFrame(
        {"second": across * result.even["second"], "even": down * result.even["first"]}
    )
    chances = result.rows.set_axis(down * result.rows.index.to_numpy()).set_axis(
        across * result.rows.columns.to_numpy(), axis=1
    )
    even = Mark("even", look="line", name=w("figures.two_way.even"), colour=INK, width=1.6)
    facts: dict[str, Any] = {
        "name": inside(short(plan, i, lang)),
        "target": amount(target.value, target.unit, lang),
        "year": target.year,
        "first": inside(first.partition(",")[0]),
        "second": inside(second.partition(",")[0]),
    }
    return two_way(
        f"two_way_{i}",
        lines.assign(source_id=PLAN),
        Encoding("second", marks=(even,), unit=first, scale="free", only=w("charts.only.shades")),
        captioned(plan, lang, "two_way", "neutral", [PLAN, "cityyb"], **facts),
        chances=chances,
        xlabel=second,
        step=w.raw("charts.two_way.step"),
    )


@story.register
def _ratios(result: Ratios, lang: str = "en") -> Chart:
    """Ratios between levels as published and as planned, a panel each."""
    w, plan, data = words(lang), result.plan, result.rows
    names = {i: short(plan, i, lang) for i in {*data["part"], *data["whole"]}}
    panels = [
        w("figures.ratios.of", part=names[a], whole=inside(names[b]))
        for a, b in zip(data["part"], data["whole"], strict=True)
    ]
    carried = data.groupby(["part", "whole"])["carried"].transform("any")
    drawn = data.assign(
        panel=panels,
        series=np.where(data["planned"], "planned", "published"),
        note=[w(f"figures.ratios.{'carried' if c else 'own'}") for c in carried],
    )
    marks = (
        Mark("published", look="line", name=w("figures.ratios.published"), label="all"),
        Mark(
            "planned",
            look="line",
            name=w("figures.ratios.planned"),
            colour=TARGET,
            marker="D",
            size=5.0,
            label="room",
        ),
    )
    facts: dict[str, Any] = {}
    title = "neutral"
    ends = (
        data.groupby(["part", "whole"], sort=False)["percent"].agg(["first", "last"]).reset_index()
    )
    ends["moved"] = ends["last"] - ends["first"]
    if len(ends):
        top = ends.loc[ends["moved"].abs().idxmax()]
        facts = {
            "part": inside(names[top["part"]]), "whole": inside(names[top["whole"]]),
            "start": pct(top["first"], 0, lang), "end": pct(top["last"], 0, lang),
        }  # fmt: skip
        if facts["start"] != facts["end"]:
            title = "rise" if top["moved"] > 0 else "fall"
    return paths(
        "ratios",
        drawn[
            ["panel", "part", "whole", "series", "year", "percent", "carried", "source_id", "note"]
        ].rename(columns={"note": "_note"}),
        Encoding("year", "percent", marks, group="series", panel="panel", note="_note"),
        captioned(plan, lang, "ratios", title, [PLAN, *ids_in(data)], **facts),
        key=[(m.name, m.hue, m.marker) for m in marks],
        high=1.2,
    )
