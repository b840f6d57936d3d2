"""Charts of a plan's forecasts: chances, paths, what led to a chance, and what would have been
even.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from zoneplan.charts import story
from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.grid import grid
from zoneplan.charts.page import Rule
from zoneplan.charts.paths import paths
from zoneplan.charts.rows import Aside, rows, waterfall
from zoneplan.charts.theme import FAN, INK, NAME, NOTE, PEER, SERIES, SOFT, TARGET, TINY, ZONE
from zoneplan.charts.wording import captioned, chance_words, digits, inside, short, span
from zoneplan.data.indicators import indicator
from zoneplan.data.sources import PLAN, ids_in
from zoneplan.data.units import shown_in
from zoneplan.forecasting.aims import Aims, EarlyWarning
from zoneplan.forecasting.arrow import SIGNS
from zoneplan.forecasting.chances import Chances
from zoneplan.forecasting.fans import Fans
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.joint import COUPLINGS, Joint, Scorecard
from zoneplan.forecasting.ladder import ADDED, Alternatives, Ladder
from zoneplan.forecasting.overview import BOUNDED, DECIDED, SETTLED, UNKNOWN, UPPER, Overview
from zoneplan.forecasting.values import promise
from zoneplan.messages import words
from zoneplan.plan.document import ADMINISTRATIVE, ANNEX
from zoneplan.result import Nothing
from zoneplan.text import WAVE, amount, day, num, odds, odds_range, pct, upper

EVEN = 0.5
# Kinds of targets that have a level: what is left of a target with an even chance is a share of it.
LEVELS = ("flow", "level")
# The other base: ochre tells it from the blue of the implied one, also in grey print.
OTHER = SERIES[1]


@story.register
def _chances(result: Chances, lang: str = "en", *, by: str = "targets") -> Chart | Nothing:
    """Chances of the last targets; ``by="years"`` those of every year of each series."""
    return (_by_years if by == "years" else _by_targets)(result, lang)


def _by_targets(result: Chances, lang: str) -> Chart | Nothing:
    w, plan = words(lang), result.plan
    top = _judged(result)
    if top.empty:
        return Nothing(result.summary(lang))
    names = [
        w("figures.odds.real", name=r.name) if r.real else r.name
        for r in top.assign(name=top[f"name_{lang}"]).itertuples()
    ]
    table = top[["indicator_id", "low", "high", "before"]].assign(label=names)
    spans = list(zip(table["low"], table["high"], strict=True))
    drawn = table.assign(
        _chance=[odds_range(*s, lang) for s in spans],
        _words=[chance_words(*s, lang) for s in spans],
    )
    marks = [
        Mark("high", "low", "line", width=4.0),
        Mark("low", name=w("charts.series.lower"), size=7.0),
        Mark("high", name=w("charts.series.higher"), size=7.0),
    ]
    key = []
    if drawn["before"].notna().any():
        told = w("figures.odds.before", day=day(plan.adopted, lang))
        marks.append(Mark("before", name=told, colour=OTHER, marker="|", size=9.0))
        key = [(w("figures.odds.now", day=day(plan.as_of, lang)), ZONE, "o"), (told, OTHER, "|")]
    else:
        drawn = drawn.drop(columns="before")
    title, facts = _odds_title(result, table, lang)
    return rows(
        f"odds_{plan.years[-1]}",
        drawn,
        Encoding(y="label", marks=tuple(marks), scale="chance"),
        captioned(plan, lang, "odds", title, [PLAN, "cityyb"], **facts),
        row=0.33,
        asides=(Aside("_chance", ZONE, NAME, True), Aside("_words", SOFT, NOTE, room=1.0)),
        rules=(Rule(EVEN, w("charts.strip.even"), SOFT, True),),
        key=key,
    )


def _judged(result: Chances) -> pd.DataFrame:
    """Final targets with a chance, and growth of the text that is read as real, likeliest first."""
    final, text = result.assessable(), result.rows[result.rows["section"] == "text"]
    real = [indicator(i).is_real for i in text["indicator_id"]]
    text = text[np.array(real, bool) & text["probability_low"].notna().to_numpy()]
    both = pd.concat([final.assign(real=False), text.assign(real=True)], ignore_index=True)
    both = both.assign(low=both["probability_low"], high=both["probability_high"], before=np.nan)
    made, plan = result.made, result.plan
    if made is not None and plan.as_of > plan.adopted:
        both["before"] = [_lowest(made.on_adoption(), t) for t in both["target_id"]]
    return both.sort_values(["low", "high"], ascending=False, kind="stable", ignore_index=True)


@story.register
def _overview(result: Overview, lang: str = "en") -> Chart:
    """Every promise, by part of the plan: a chance or range where there is one, else its state."""
    w, plan, data = words(lang), result.plan, result.rows
    parts = w.group("columns.value.group")
    order = {g: n for n, g in enumerate(dict.fromkeys(data["group"]))}
    data = data.sort_values("group", key=lambda g: g.map(order), kind="stable", ignore_index=True)
    state, step = data["status"], data["evidence"].where(data["evidence"] != ADMINISTRATIVE, "")
    told = [result.said(r, w) for r in data.to_dict("records")]
    low, high = data["probability_low"], data["probability_high"]
    bound = data["reading"] == UPPER
    # Where a figure of a wider area speaks against a promise no chance was worked out.
    against = state.eq(BOUNDED) & high.isna()
    settled = data["resolution"].map({"met": 1.0, "missed": 0.0}).where(state == SETTLED)
    first = data["group"].where(data["group"].ne(data["group"].shift()), "")
    drawn = data[["target_id", "indicator_id", "status"]].assign(
        label=[w("common.colon", head=short(plan, i, lang), rest=amount(t, u, lang))
               for i, t, u in zip(data["indicator_id"], data["target"], data["unit"], strict=True)],
        low=low.mask(bound),
        high=high.mask(bound),
        bound=high.where(bound).mask(against, 0.0),
        settled=settled,
        zero=0.0,
        _group=data["group"],
        _said=told,
        _arrow=[SIGNS[a] for a in data["arrow"]],
        _step=step,
        _part=[upper(parts.get(g, g)) for g in first],
    )  # fmt: skip
    plain = [SOFT if s in (UNKNOWN, DECIDED) else ZONE for s in state]
    kinds = (
        Mark("high", "low", "line", width=3.0),
        Mark("bound", "zero", "line", colour=PEER, width=3.0),
        Mark("low", name=w("figures.overview.chance"), size=5.0),
        Mark("high", size=5.0),
        Mark("bound", name=w("figures.overview.bound"), colour=PEER, marker="<", size=5.5),
        Mark("settled", name=w("figures.overview.settled"), colour=TARGET, marker="X", size=6.5),
    )
    marks = tuple(m for m in kinds if drawn[m.at].notna().any())
    facts = result.facts(lang)
    return rows(
        "promises",
        drawn,
        Encoding(y="label", marks=marks, scale="chance"),
        captioned(plan, lang, "overview", "some", [PLAN, "cityyb", *ids_in(data)], **facts),
        row=0.16,
        gap=0.035,
        size=TINY,
        band="_group",
        rules=(Rule(EVEN, "", SOFT, True),),
        key=[(m.name, m.hue, m.marker) for m in marks if m.name],
        asides=(
            Aside("_said", plain, TINY, room=1.8),
            Aside("_arrow", SOFT, NOTE),
            Aside("_step", SOFT, TINY, head=w("figures.overview.step")),
            Aside("_part", INK, TINY, bold=True, room=0.8),
        ),
    )


def _lowest(made: ForecastTable, target_id: str) -> float:
    """The lower end of the chance of a target; missing where there is none."""
    targets = made.plan.targets
    found = promise(made, targets[targets["target_id"] == target_id].iloc[0])
    if found is None:
        return np.nan
    return min([*found.by_base().values(), *(p for ends in found.ends().values() for p in ends)])


def _odds_title(result: Chances, table: pd.DataFrame, lang: str) -> tuple[str, dict[str, Any]]:
    """Which targets are likelier than not; none, one, some or all of them."""
    plan, n = result.plan, len(table)
    sure, hope = table[table["low"] > EVEN], table[table["high"] > EVEN]
    lead = table.iloc[0] if hope.empty else hope.iloc[0]
    facts: dict[str, Any] = {
        "n": n,
        "sure": len(sure),
        "name": inside(short(plan, lead["indicator_id"], lang)),
        "odds": odds_range(lead["low"], lead["high"], lang),
        "year": plan.years[-1],
    }
    if n < 2:
        return "one", facts
    if sure.empty:
        return ("none", "none_alone", "none_both")[min(len(hope), 2)], facts
    return ("all" if len(sure) == n else "some"), facts


def _by_years(result: Chances, lang: str) -> Chart | Nothing:
    """Chance of each year's target, by series and base."""
    w, plan = words(lang), result.plan
    annex = result.rows[
        result.rows["probability_low"].notna() & (result.rows["section"] == "annex")
    ]
    if annex.empty:
        return Nothing(result.summary(lang))
    several = annex.groupby("indicator_id")["year"].transform("nunique") > 1
    kept = annex[several] if several.any() else annex
    long = kept.melt(
        ["indicator_id", "year"], ["probability_implied", "probability_observed"], "base", "chance"
    ).dropna()
    long["base"] = long["base"].str.removeprefix("probability_")
    order = {i: n for n, i in enumerate(dict.fromkeys(kept["indicator_id"]))}
    long = long.sort_values(
        ["indicator_id", "year"],
        key=lambda c: c.map(order) if c.name == "indicator_id" else c,
        kind="stable",
    )
    drawn = long.assign(
        panel=[short(plan, i, lang) for i in long["indicator_id"]],
        _told=[odds(p, lang) for p in long["chance"]],
    )
    marks = tuple(
        Mark(
            b,
            look="line",
            name=w(f"figures.base.{b}"),
            colour=c,
            dashed=d,
            label="room" if b == "implied" else "free",
            text="_told",
            size=4.5,
        )
        for b, c, d in (("implied", ZONE, False), ("observed", OTHER, True))
        if (long["base"] == b).any()
    )
    ends = long[long["base"] == "implied"].groupby("indicator_id")["chance"].agg(["first", "last"])
    fell, n = int((ends["last"] < ends["first"]).sum()), len(ends)
    title = "falls_all" if fell == n > 1 else "falls" if 2 * fell > n > 1 else "neutral"
    if fell == n == 1:
        title = "falls_one"
    return paths(
        "odds_by_year",
        drawn,
        Encoding("year", "chance", marks, group="base", panel="panel", scale="chance"),
        captioned(
            plan,
            lang,
            "odds_by_year",
            title,
            [PLAN, "cityyb"],
            fell=fell,
            n=n,
            name=inside(drawn["panel"].iloc[0]),
        ),  # fmt: skip
        key=[(m.name, m.hue, "o") for m in marks],
        high=1.15,
    )


@story.register
def _fans(result: Fans, lang: str = "en") -> Chart:
    """History, fans from both bases, needed growth and targets, a panel a series."""
    _w, plan, data = words(lang), result.plan, result.rows
    parts = dict(tuple(data.groupby("indicator_id", sort=False)))
    alone = len(parts) == 1
    drawn = pd.concat([_fan_rows(result, i, part, lang) for i, part in parts.items()])
    above, met = 0, 0
    for part in parts.values():
        last = part[part["year"] == part["year"].max()]
        middle, goal = last[last["series"] == "q50"]["value"], last[last["series"] == "target"]
        above += bool((middle < goal["value"].iloc[-1]).all())
        met += bool((middle >= goal["value"].iloc[-1]).all())
    n = len(parts)
    facts: dict[str, Any] = {"above": above, "met": met, "n": n, "year": plan.years[-1]}
    lead = next(iter(parts))
    facts |= {"name": inside(short(plan, lead, lang)), "day": day(plan.as_of, lang)}
    title = "neutral" if n == 1 else "all" if above == n else "met" if met == n else "some"
    if n == 1:
        title = "one_above" if above else "one_met" if met else "one_between"
    places = digits(float(drawn["value"].max())) if alone else 1
    marks = _fan_marks(lang, places, alone, set(drawn["series"]))
    return paths(
        f"path_{lead}" if alone else "fans",
        drawn,
        Encoding(
            "year", "value", marks, group="series", split="_scope", panel="panel",
            note="_needed", unit="", scale="free",
        ),
        captioned(plan, lang, "fans", title, [PLAN, *ids_in(data)], **facts),
        planned=(float(plan.base_year), ""),
        key=Encoding(marks=marks).key,
        high=2.6 if alone else 1.3,
    )  # fmt: skip


def _fan_rows(result: Fans, i: str, part: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The points of one panel: series by base, scopes other than the base's apart."""
    w, plan = words(lang), result.plan
    factor, unit = shown_in(str(part["unit"].iloc[0]), lang)
    bases = part[part["series"] == "base"]
    own = bases["scope_note"].iloc[-1]
    named = part["series"].where(part["base"] == "", part["base"] + "_" + part["series"])
    other = (part["series"] == "published") & (part["scope_note"] != own)
    goal = part[part["series"] == "target"].iloc[-1]
    needs = [
        pd.DataFrame(
            {
                "series": f"{b.base}_needed",
                "year": [b.year, goal["year"]],
                "value": [b.value, goal["value"]],
            }
        )
        for b in bases.itertuples()
    ]
    needed = [
        (pct(b.growth, lang=lang), int(b.year)) for b in bases.itertuples() if b.growth == b.growth
    ]
    told = w("figures.fans.or").join(w("figures.fans.from", growth=g, year=y) for g, y in needed)
    scope = part["scope_note"].where(part["series"] == "published", "")
    rows_ = part.assign(series=named.where(~other, "other_scope"), _scope=scope)
    rows_ = pd.concat([rows_, *needs], ignore_index=True)
    head = w("common.with_unit", name=short(plan, i, lang), unit=unit)
    return rows_.assign(
        panel=head,
        value=factor * rows_["value"],
        unit=unit,
        indicator_id=i,
        _needed=w("figures.fans.needed", growth=told) if told else "",
        _scope=rows_["_scope"].fillna(""),
        # fmt: skip
    )[
        [
            "indicator_id",
            "panel",
            "series",
            "year",
            "value",
            "unit",
            "source_id",
            "_scope",
            "_needed",
        ]
    ]


def _fan_marks(lang: str, places: int, alone: bool, there: set[str]) -> tuple[Mark, ...]:
    w = words(lang)
    said = {
        k: w(f"figures.fans.{k}")
        for k in ("implied", "observed", "needed_line", "published", "other_scope", "target")
    }
    marks: list[Mark] = []
    for base, colour, deep in (("implied", FAN, 0.28), ("observed", OTHER, 0.16)):
        if f"{base}_q90" in there:
            opens = f"{base}_base"
            marks += [
                Mark(
                    f"{base}_q90",
                    f"{base}_q10",
                    "band",
                    said[base],
                    colour,
                    "",
                    alpha=deep,
                    opens=opens,
                ),
                Mark(
                    f"{base}_q50",
                    look="line",
                    colour=colour,
                    marker="",
                    width=1.4,
                    opens=opens,
                    dashed=base != "implied",
                ),
            ]
    for base in ("implied", "observed"):
        name = said["needed_line"] if base == "implied" or "implied_needed" not in there else ""
        marks.append(
            Mark(f"{base}_needed", look="line", name=name, colour=TARGET, marker="", width=0.9)
        )
    small = 4.5 if alone else 3.6
    marks += [
        Mark("published", look="line", name=said["published"], size=small, width=1.6),
        Mark("other_scope", look="hollow", name=said["other_scope"], size=small),
        Mark("implied_base", look="hollow", colour=FAN, size=small),
        Mark(
            "target",
            name=said["target"],
            marker="D",
            size=small + 0.8,
            colour=TARGET,
            label="all" if alone else "",
            digits=places,
        ),
    ]
    return tuple(m for m in marks if m.at in there)


@story.register
def _ladder(result: Ladder, lang: str = "en") -> Chart:
    """The chance step by step: the chain that leads to the answer, then the answer made
    otherwise.
    """
    w, plan, i = words(lang), result.plan, result.indicator_id
    data = result.rows
    chain = data["step"].isin(ADDED)
    answer = float(data.loc[chain, "probability"].iloc[-1])
    drawn = data.assign(
        part=[w(f"figures.ladder.{'chain' if c else 'otherwise'}") for c in chain],
        label=[w(f"figures.ladder.step.{s}", day=day(plan.adopted, lang)) for s in data["step"]],
        before=data["probability"].shift(1).where(chain, answer),
    )
    target, kept = plan.target(i), data.loc[chain].set_index("step")["change"].dropna()
    facts: dict[str, Any] = {
        "name": inside(short(plan, i, lang)), "year": target.year,
        "target": amount(target.value, target.unit, lang),
        "start": odds(float(data["probability"].iloc[0]), lang), "end": odds(answer, lang),
    }  # fmt: skip
    title, moved = "neutral", answer - float(data["probability"].iloc[0])
    if len(kept):
        # The step that went the same way as the whole, and furthest.
        widest = str((np.sign(moved) * kept).idxmax())
        facts["what"] = w(f"figures.ladder.short.{widest}")
        title = "falls" if moved < -0.01 else "rises" if moved > 0.01 else "neutral"
    return waterfall(
        f"steps_{i}",
        drawn[["part", "label", "step", "before", "probability"]],
        Encoding("probability", "label", panel="part", scale="chance"),
        captioned(plan, lang, "ladder", title, [PLAN, "cityyb"], **facts),
        across=1,
        rules=(Rule(answer, "", SOFT, True),),
    )


@story.register
def _alternatives(result: Alternatives, lang: str = "en") -> Chart:
    """Chances by comparison group, the one taken framed."""
    w, plan, data = words(lang), result.plan, result.rows
    regions = data["level"] + "_" + data["name"]
    drawn = data.assign(
        label=[short(plan, i, lang) for i in data["indicator_id"]],
        column=[w.texts.get(f"common.region.{r}", r.replace("_", " ")) for r in regions],
        value=100 * data["probability"],
        text=[odds(p, lang) for p in data["probability"]],
    )
    # The most common class first.
    order = (
        drawn.groupby("column", sort=False)["chosen"]
        .sum()
        .sort_values(ascending=False, kind="stable")
    )
    place = {c: n for n, c in enumerate(order.index)}
    drawn = drawn.sort_values("column", key=lambda c: c.map(place), kind="stable")
    rows_ = {i: n for n, i in enumerate(dict.fromkeys(data["indicator_id"]))}
    drawn = drawn.sort_values("indicator_id", key=lambda c: c.map(rows_), kind="stable")
    wide = data.groupby("indicator_id", sort=False)["probability"].agg(["min", "max"])
    apart = int((wide["max"] - wide["min"] >= 0.1).sum())
    most = wide["max"].sub(wide["min"]).idxmax()
    facts: dict[str, Any] = {
        "n": len(wide),
        "apart": apart,
        "name": inside(short(plan, most, lang)),
        "year": plan.years[-1],
        "odds": odds_range(wide.loc[most, "min"], wide.loc[most, "max"], lang),
    }
    title = "wide" if wide.loc[most, "max"] - wide.loc[most, "min"] >= 0.1 else "close"
    id_ = "classes" if len(wide) > 1 else f"classes_{most}"
    columns = ["indicator_id", "label", "column", "value", "text", "is_proxy", "chosen"]
    return grid(
        id_,
        drawn[columns],
        Encoding("column", "label", (Mark("value", text="text"),), scale="plain"),
        captioned(plan, lang, "classes", title, [PLAN, "cityyb"], **facts),
        mine="chosen",
        key=[(w("figures.classes.chosen"), ZONE, "$\u25a1$")],
    )


@story.register
def _aims(result: Aims, lang: str = "en") -> Chart | Nothing:
    """Targets beside what would have had an even chance, in percent of the target."""
    w, plan = words(lang), result.plan
    annex = plan.targets[plan.targets["section"].eq(ANNEX) & plan.targets["kind"].isin(LEVELS)]
    data = result.rows[result.rows["target_id"].isin(annex["target_id"])].reset_index(drop=True)
    if data.empty:
        return Nothing(w("figures.aims.no_level"))
    share = {
        f"{part}_{base}": 100 * data[f"{part}_{base}"] / data["target"]
        for part in ("even", "two_in_three")
        for base in ("implied", "observed")
    }
    even = data[["even_implied", "even_observed"]]
    ends = zip(even.min(axis=1), even.max(axis=1), data["unit"], strict=True)
    told = [span(*end, lang) for end in ends]
    drawn = data[["indicator_id", "target", "unit"]].assign(
        label=[short(plan, i, lang) for i in data["indicator_id"]],
        **share,
        _told=told,
        _goal=[amount(v, u, lang) for v, u in zip(data["target"], data["unit"], strict=True)],
    )
    low = pd.concat([drawn["even_implied"], drawn["even_observed"]], axis=1)
    under, over = low.max(axis=1) < 100, low.min(axis=1) >= 100
    name = inside(short(plan, data["indicator_id"].iloc[0], lang))
    facts: dict[str, Any] = {
        "under": int(under.sum()),
        "n": len(drawn),
        "name": name,
        "even": told[0],
        "year": plan.years[-1],
    }
    title = (
        "lead" if len(drawn) == 1 else "all" if under.all() else "none" if over.all() else "lead"
    )
    marks = [
        Mark(
            "two_in_three_implied",
            name=w("figures.aims.two_in_three"),
            colour=PEER,
            marker="s",
            size=5.5,
        ),
        Mark("two_in_three_observed", colour=PEER, marker="s", size=5.5),
        Mark("even_implied", name=w("figures.aims.implied"), size=7.0),
    ]
    if drawn["even_observed"].notna().any():
        marks.append(Mark("even_observed", name=w("figures.aims.observed"), colour=OTHER, size=7.0))
    encoding = Encoding(y="label", marks=tuple(marks), unit=w("figures.aims.unit"), scale="free")
    return rows(
        "aims",
        drawn,
        encoding,
        captioned(plan, lang, "aims", title, [PLAN, "cityyb"], **facts),
        row=0.36,
        rules=(Rule(100.0, w("charts.series.target"), TARGET),),
        key=encoding.key,
        asides=(
            Aside("_told", ZONE, NOTE, True, w("figures.aims.head"), 1.35),
            Aside("_goal", TARGET, NOTE, head=upper(w("charts.series.target"))),
        ),
    )


@story.register
def _early_warning(result: EarlyWarning, lang: str = "en") -> Chart:
    """The chance of the last target at each growth of the first open year."""
    w, plan, data = words(lang), result.plan, result.rows
    year = int(data["year"].iloc[0])
    panels = [short(plan, i, lang) for i in data["indicator_id"]]
    drawn = data.assign(
        panel=panels, series="reading", _told=[odds(p, lang) for p in data["probability"]]
    )
    own = drawn[drawn["planned"]].assign(series="target")
    marks = (
        Mark(
            "reading",
            look="line",
            name=w("figures.early.reading"),
            size=4.0,
            label="free",
            text="_told",
        ),
        Mark(
            "target",
            name=w("figures.early.target", year=year),
            colour=TARGET,
            marker="D",
            size=5.5,
            label="all",
            text="_told",
        ),
    )
    lead = data[data["indicator_id"] == data["indicator_id"].iloc[0]]
    at = lead[lead["planned"]]
    facts: dict[str, Any] = {
        "year": year,
        "last": plan.years[-1],
        "name": inside(short(plan, data["indicator_id"].iloc[0], lang)),
    }
    title = "neutral"
    if len(at):
        facts |= {"chance": odds(float(at["probability"].iloc[0]), lang)}
        title = "on_track" if at["probability"].iloc[0] >= EVEN else "not_enough"
    return paths(
        "early_warning"
        if data["indicator_id"].nunique() > 1
        else f"early_warning_{lead['indicator_id'].iloc[0]}",
        pd.concat([drawn[~drawn["planned"]], own], ignore_index=True),
        Encoding(
            "growth",
            "probability",
            marks,
            group="series",
            panel="panel",
            scale="chance",
            across="values",
        ),
        captioned(plan, lang, "early", title, [PLAN, "cityyb"], **facts),
        key=[(m.name, m.hue, m.marker) for m in marks],
        xlabel=w("figures.early.growth", year=year),
        high=1.15,
    )


@story.register
def _joint(result: Joint, lang: str = "en") -> Chart | Nothing:
    """How many promises are met together, by how closely they move."""
    w, plan, facts = words(lang), result.plan, result.facts(lang)
    if facts["n"] == 1:
        return Nothing(w("figures.joint.one"))
    ends = (
        result.rows.groupby("coupling", sort=False)
        .agg(
            q10=("q10", "min"),
            q90=("q90", "max"),
            low=("expected", "min"),
            high=("expected", "max"),
            all_=("headline", "max"),
        )
        .reindex(COUPLINGS)
        .reset_index()
    )
    drawn = ends.assign(
        label=[w(f"figures.joint.coupling.{c}") for c in ends["coupling"]],
        _all=[odds(p, lang) for p in ends["all_"]],
    )
    marks = (
        Mark("q90", "q10", "line", w("figures.joint.range"), FAN, width=7.0, alpha=0.6),
        Mark("low", name=w("figures.joint.low"), size=6.5),
        Mark("high", name=w("figures.joint.high"), size=6.5, colour=OTHER),
    )
    expected = [num(float(facts[k]), 1) for k in ("low", "high")]
    facts |= {"most": odds(float(ends["all_"].max()), lang)}
    facts["expected"] = WAVE[lang].join(dict.fromkeys(expected))
    return rows(
        "joint",
        drawn.rename(columns={"all_": "all_headline"}),
        Encoding(y="label", marks=marks, unit=w("figures.joint.unit")),
        captioned(
            plan,
            lang,
            "joint",
            "few" if float(facts["high"]) < facts["n"] / 2 else "neutral",
            [PLAN, "cityyb"],
            **facts,
        ),
        asides=(Aside("_all", ZONE, NAME, True, w("figures.joint.head"), 1.1),),
        key=[(m.name, m.hue, "s" if m.look == "line" else "o") for m in marks],
    )


@story.register
def _scorecard(result: Scorecard, lang: str = "en") -> Chart:
    """Targets and the number expected to be met, by department."""
    w, plan = words(lang), result.plan
    data = result.rows
    named = [plan.translate(t, lang) for t in data["responsible"]]
    alone = data["department"].astype(int)
    drawn = data.assign(
        label=named,
        _counted=[
            w("figures.scorecard.self_of", n=n, of=t)
            for n, t in zip(alone, data["targets"], strict=True)
        ],
    )
    marks = (
        Mark("targets", look="bar", name=w("figures.scorecard.targets"), colour=PEER, alpha=0.5),
        Mark("assessable", look="bar", name=w("figures.scorecard.assessable"), colour=FAN),
        Mark("expected_low", name=w("figures.scorecard.low"), size=6.5),
        Mark("expected_high", name=w("figures.scorecard.high"), colour=OTHER, size=6.5),
    )
    facts: dict[str, Any] = {"alone": int(alone.sum()), "n": int(data["targets"].sum())}
    return rows(
        "departments",
        drawn,
        Encoding(y="label", marks=marks, unit=w("figures.scorecard.unit")),
        captioned(
            plan, lang, "scorecard", "alone" if facts["alone"] else "neutral", [PLAN], **facts
        ),
        asides=(Aside("_counted", INK, NOTE, head=w("figures.scorecard.head"), room=1.4),),
        key=[(m.name, m.hue, "s" if m.look == "bar" else "o") for m in marks],
    )
