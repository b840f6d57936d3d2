"""Charts of the zone among other zones and regions, and of what came next door."""

from __future__ import annotations

from typing import Any

import pandas as pd

from zoneplan.charts import story
from zoneplan.charts.chart import Chart
from zoneplan.charts.encoding import Encoding, Mark
from zoneplan.charts.grid import grid
from zoneplan.charts.page import Rule
from zoneplan.charts.paths import paths
from zoneplan.charts.rows import Aside, rows
from zoneplan.charts.scatter import far, scatter
from zoneplan.charts.theme import FAN, INK, NAME, PEER, SERIES, SOFT, TARGET, ZONE
from zoneplan.charts.wording import captioned, inside, reached_by, short
from zoneplan.data.sources import PLAN, ids_in
from zoneplan.data.units import shown_in
from zoneplan.messages import Words, words
from zoneplan.peers.ambition import Ambition, Percentile
from zoneplan.peers.convergence import SmallZones
from zoneplan.peers.growth import SLOWER, Beside, Growth, Reaching
from zoneplan.peers.neighbours import CITIES, Neighbours
from zoneplan.peers.ranks import Ranks
from zoneplan.peers.targets import Promised
from zoneplan.peers.totals import AgainstCity, Totals
from zoneplan.peers.zones import CHINA, NO_RATE, PeerResult, cited, names, rate_of
from zoneplan.result import Nothing
from zoneplan.text import PERCENT, day, num, odds, odds_range, pct

# With fewer units the outer percentiles are just the extremes.
FEW_UNITS = 30


def _nothing(result: PeerResult, key: str, lang: str) -> Nothing:
    return Nothing(words(lang)(key, day=result.when(lang)))


def _labelled(result: PeerResult, rows_: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Rows with the name of each zone, its year, and whether it is the plan's own."""
    named = names(result.plan, rows_["zone_id"], lang)
    own = rows_["zone_id"] == result.plan.home
    return rows_.assign(label=named, _mine=own)


def _span(result: PeerResult) -> dict[str, Any]:
    """Zones and years, as a subtitle tells them."""
    counted = result.counted()
    return {key: counted[key] for key in ("zones", "first", "last")}


def _far(points: pd.DataFrame, value: str, lang: str) -> str:
    """Points off the scale in words."""
    w, beyond = words(lang), points[far(points[value]) & ~points["_mine"]]
    named = [
        w("charts.size.off_point", rate=pct(v, 0, lang), label=label, year=year)
        for v, label, year in zip(beyond[value], beyond["label"], beyond["year"], strict=True)
    ]
    return w("charts.size.off_note", points=w("common.semicolon").join(named)) if named else ""


@story.register
def _growth(result: Growth, lang: str = "en", goal: float | None = None) -> Chart | Nothing:
    """The reports by year, with China's growth, the planned rate and the year of the slowdown."""
    plan, goal = result.plan, rate_of(result.plan) if goal is None else goal
    if pd.isna(goal):
        return _nothing(result, NO_RATE, lang)
    w, data, rate = words(lang), result.rows, pct(goal, 0, lang)
    china = result.china[result.china["year"].between(data["year"].min(), data["year"].max())]
    met, late = data["value"] >= goal, data["year"] >= SLOWER
    facts = _span(result) | {
        "met": int(met.sum()), "n": len(data), "rate": rate, "turn": SLOWER,
        "early_met": int(met[~late].sum()), "early": int((~late).sum()),
        "late_met": int(met[late].sum()), "late": int(late.sum()),
    }  # fmt: skip
    fewer = late.any() and (~late).any() and met[late].mean() < met[~late].mean()
    drawn = _labelled(result, data, lang)
    facts["off"] = _far(drawn, "value", lang)
    return scatter(
        "zones_by_year",
        drawn.assign(_text=drawn["label"]),
        Encoding(
            "year",
            "value",
            unit=w("figures.zones.growth"),
            scale="free",
            across="years",
            only=w("charts.only.names"),
        ),
        captioned(
            plan,
            lang,
            "by_year",
            "fewer" if fewer else "some",
            cited(data, plan.home, china["source_id"]),
            **facts,
        ),
        text="_text",
        mine="_mine",
        off=w.raw("charts.size.off"),
        rules=[Rule(goal, w("figures.zones.plan", rate=rate))],
        upright=Rule(SLOWER - 0.5, w("figures.by_year.turn", year=SLOWER), SOFT, True),
        line=china.rename(columns={"year": "x", "value": "y"}) if len(china) else None,
        line_words=w("figures.zones.china"),
    )


@story.register
def _beside(result: Beside, lang: str = "en") -> Chart:
    """The paths of growth of the plan's zone, zones of one's choice and China."""
    w, plan, data = words(lang), result.plan, result.rows
    ids = list(dict.fromkeys(data["zone_id"]))
    called = dict(zip(ids, names(plan, ids, lang), strict=True))
    hues = iter(SERIES[1:] * len(ids))
    # Most zones print too few years for a line.
    looks: dict[str, Any] = {"look": "dot", "size": 7.0, "label": "room"}
    path: dict[str, Any] = {"look": "line", "marker": ""}
    marks = tuple(
        Mark(
            i,
            name=called[i],
            colour=PEER if i == CHINA else ZONE if i == plan.home else next(hues),
            **(path if i == CHINA else looks),
        )
        for i in reversed(ids)
    )
    goal, facts = rate_of(plan), result.facts(lang)
    rules = [] if pd.isna(goal) else [Rule(goal, w("figures.zones.plan", rate=facts["rate"]))]
    encoding = Encoding("year", "value", marks, group="zone_id", unit=w("figures.zones.growth"))
    return paths(
        "beside",
        data.assign(label=data["zone_id"].map(called)),
        encoding,
        captioned(
            plan, lang, "beside", "reached" if rules else "neutral", cited(data, plan.home), **facts
        ),
        rules=rules,
        key=encoding.key,
    )


@story.register
def _reaching(result: Reaching, lang: str = "en") -> Chart:
    """How many reports reach a growth rate, by way of counting."""
    w, data, rate = words(lang), result.rows, pct(result.goal, 0, lang)
    said = w.group("columns.value.way")
    ways = zip(data["way"], data["figures"], strict=True)
    drawn = data.assign(
        label=[w("figures.bias.way", way=said[way], n=n) for way, n in ways],
        _share=[odds(x, lang) for x in data["share"]],
    )
    by = data.set_index("way")["share"]
    ends = {key: result.reports.counted()[key] for key in ("first", "last")}
    facts = ends | {
        "rate": rate,
        "shares": odds_range(data["share"].min(), data["share"].max(), lang),
    }
    title = "shares"
    if {"early", "late"} <= set(by.index) and by["late"] < by["early"]:
        facts |= {"early": odds(by["early"], lang), "late": odds(by["late"], lang)}
        title = "slower"
    return rows(
        "zones_bias",
        drawn,
        Encoding(
            y="label",
            marks=(Mark("share", look="bar", name=w("charts.series.share"), colour=FAN),),
            scale="chance",
        ),
        captioned(result.plan, lang, "bias", title, data["source_id"].iloc[0].split(";"), **facts),
        asides=(Aside("_share", ZONE, NAME, True),),
    )


@story.register
def _totals(result: Totals, lang: str = "en") -> Chart | Nothing:
    """The average zone as a line, levels of the zone as points."""
    means, zone, plan = result.rows[result.rows["mean_zone"].notna()], result.zone, result.plan
    if means.empty or zone.empty:
        key = "peers.totals.no_count" if means.empty else "peers.totals.no_zone"
        return _nothing(result, key, lang)
    w, printed = words(lang), str(zone["unit"].iloc[0])
    factor, unit = shown_in(printed, lang)
    drawn = zone.drop(columns=["total", "share"]).assign(value=factor * zone["value"], unit=unit)
    drawn = _labelled(result, drawn, lang)
    times = float(result.nearest()["times"].iloc[-1])
    facts: dict[str, Any] = {
        "unit": unit, "times": pct(100 * round(times, 1), 0, lang),
        "year": int(zone["year"].iloc[-1]), "fewest": num(means["n_zones"].min(), 0),
        "most": num(means["n_zones"].max(), 0),
    }  # fmt: skip
    ids = [*zone["source_id"], *means["source_id"], *means["count_source_id"]]
    return scatter(
        "zones_mean",
        drawn.assign(_text=[num(v) for v in drawn["value"]]),
        Encoding(
            "year", "value", unit=unit, scale="free", across="years", only=w("charts.only.names")
        ),
        captioned(plan, lang, "mean", "times", ids, **facts),
        text="_text",
        mine="_mine",
        line=means[["year"]].rename(columns={"year": "x"}).assign(y=factor * means["mean_zone"]),
        line_words=w("figures.mean.label"),
    )


@story.register
def _ranks(result: Ranks, lang: str = "en") -> Chart:
    """The ranks as lines over the evaluations, one zone in bold."""
    w, told, marks = words(lang), result.facts(lang), []
    data = _labelled(result, result.rows, lang)
    last = int(data["evaluation_year"].max())
    for zone, part in data.groupby("zone_id"):
        end, mine = part.sort_values("evaluation_year").iloc[-1], zone == result.plan.home
        # A line that ends early is named at its last value all the same; the year stands with it.
        key = "charts.ladder.end" if end["evaluation_year"] == last else "charts.ladder.ended"
        name = w(key, label=end["label"], rank=int(end["rank"]), year=int(end["evaluation_year"]))
        colour, size, width = (ZONE, 4.5, 2.2) if mine else (PEER, 3.5, 1.0)
        look: dict[str, Any] = {"look": "line", "colour": colour, "size": size, "width": width}
        marks.append(Mark(zone, name=str(end["label"]), ends=("", name), **look))
    facts: dict[str, Any] = {key: told[key] for key in ("zone", "rank", "year")}
    facts |= {key: f"{told[key]:.0f}" for key in ("first", "last")}
    facts["which"] = w(f"figures.ranks.{result.ranking}")
    return paths(
        f"ranks_{result.ranking}",
        data,
        Encoding(
            "evaluation_year",
            "rank",
            tuple(marks),
            group="zone_id",
            unit=w("charts.ladder.rank"),
            scale="rank",
        ),
        captioned(result.plan, lang, "ranks", "one", ids_in(result.rows), **facts),
        high=max(3.0, 0.17 * len(marks)),
    )


@story.register
def _against_city(result: AgainstCity, lang: str = "en") -> Chart | Nothing:
    """Real growth of the zone and of its city."""
    seen = result.rows[result.rows["difference"].notna()]
    if seen.empty:
        return _nothing(result, "peers.city.no_growth", lang)
    w, facts = words(lang), result.facts(lang)
    ahead, n = int(facts["ahead"]), len(seen)
    facts |= {"first": seen["year"].min(), "last": seen["year"].max(), "n": n}
    facts["points"] = num(seen["difference"].mean(), 1)
    drawn = seen.assign(label=seen["year"].astype(str))
    marks = (
        Mark("city_growth", name=str(facts["city"]), colour=PEER, size=6.0, label="beside"),
        Mark("growth", name=w("figures.city.zone"), size=7.0, label="beside"),
    )
    title = "ahead" if ahead == n else "mixed" if ahead else "behind"
    encoding = Encoding(y="label", marks=marks, unit=w("figures.zones.growth"))
    return rows(
        "compare_city",
        drawn,
        encoding,
        captioned(
            result.plan, lang, "city", title, ids_in(seen[["source_id", "city_source_id"]]), **facts
        ),
        row=0.3,
        joined=True,
        key=encoding.key,
    )


@story.register
def _promised(result: Promised, lang: str = "en") -> Chart | Nothing:
    """Promised growth of GDP, the result where one is known, and the plan's own rate."""
    gdp = result.filter(indicator_id="gdp")
    others, w, rate = gdp.others(), words(lang), rate_of(result.plan)
    if others.empty:
        return _nothing(result, "peers.promised.no_others", lang)
    data = gdp.rows
    average = data["basis"].str.startswith("average")
    named = zip(names(result.plan, data["entity_id"], lang), average, data["year"], strict=True)
    label = [
        w(f"figures.promises.{'average' if mean else 'of_year'}", label=who, year=year)
        for who, mean, year in named
    ]
    seen = others[others["result"].notna()]
    facts: dict[str, Any] = {
        "n": len(others),
        "known": len(seen),
        "met": int((seen["result"] >= seen["target"]).sum()),
    }
    marks = (
        Mark(
            "target",
            name=w("figures.promises.promised"),
            colour=TARGET,
            marker="D",
            size=5.5,
            label="beside",
        ),
        Mark("result", name=w("figures.promises.result"), size=6.5, label="beside"),
    )
    encoding = Encoding(y="label", marks=marks, unit=w("common.unit.percent_year"))
    ids = [*data["source_id"], *data["result_source_id"].dropna()]
    return rows(
        "compare_promises",
        data.assign(label=label),
        encoding,
        captioned(result.plan, lang, "promises", "met" if len(seen) else "neutral", ids, **facts),
        row=0.25,
        joined=True,
        key=encoding.key,
        rules=[Rule(rate, w("figures.zones.plan", rate=pct(rate, 0, lang)), TARGET, True)],
    )


@story.register
def _small_zones(result: SmallZones, lang: str = "en") -> Chart:
    """Growth above China's by size, and the line with its band where one is fitted."""
    w, data = words(lang), result.rows
    factor, unit = shown_in(str(data["unit"].iloc[0]), lang)
    drawn = _labelled(result, data.assign(size=factor * data["size"], unit=unit), lang)
    dated = zip(drawn["label"], drawn["year"], strict=True)
    drawn["_text"] = [w("charts.figure_in_year", label=t, year=y) for t, y in dated]
    # The last digits of an iterated fit differ from machine to machine, and must not move a pixel.
    fit = None if result.line is None else result.line.assign(x=factor * result.line["x"]).round(4)
    facts = _span(result) | {"n": len(data), "slope": num(abs(result.slope[0])), "unit": unit}
    title = {"summary": "falls" if result.slope[0] < 0 else "rises"}.get(
        result.case(), result.case()
    )
    ids = ids_in(data[["source_id", "growth_source_id", "china_source_id"]])
    return scatter(
        "zones_alone" if result.zone_alone else "zones_catching_up",
        drawn,
        Encoding(
            "size",
            "above_china",
            unit=w("figures.catchup.unit"),
            scale="free",
            across="log",
            only=w("charts.only.line"),
        ),
        captioned(result.plan, lang, "catchup", title, ids, **facts),
        text="_text",
        mine="_mine",
        off=w.raw("charts.size.off"),
        xlabel=w("figures.zones.size", unit=unit),
        line=fit,
    )


def _cells(data: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Shares as cells of a grid, whole percent."""
    rated = [
        w("figures.reading.with_rate", label=label, rate=pct(rate, 0, w.lang))
        for label, rate in zip(data["label"], data["plan_growth"], strict=True)
    ]
    share = 100 * data["share"]
    return data.assign(label=rated, value=share, text=[num(s, 0) for s in share])


@story.register
def _ambition(result: Ambition, lang: str = "en", *, by: str = "windows") -> Chart | Nothing:
    """How many regions in 100 reached each rate: window by window, or ``by="classes"`` lately."""
    w, plan = words(lang), result.plan
    data = (result if by == "windows" else result.overview()).named(lang)
    main = data[data["is_main"]]
    if by == "windows" and main.empty:
        return _nothing(result, "peers.ambition.no_main", lang)
    facts: dict[str, Any] = {"span": result.horizon, "few": FEW_UNITS, "day": day(plan.as_of, lang)}
    lead = result.rows["indicator_id"].iloc[0]
    facts["name"] = inside(short(plan, lead, lang))
    if by == "windows":
        data, title, more = _windows(main, w)
    else:
        title, more = _strictest(data, w)
    encoding = Encoding("column", "label", (Mark("value", text="text"),), note="row_note")
    facts |= more | {"first": int(data["origin_year"].min()), "last": int(data["end_year"].max())}
    return grid(
        f"ambition_{by}",
        _cells(data, w),
        encoding,
        captioned(plan, lang, f"ambition_{by}", title, [PLAN, *ids_in(data)], **facts),
    )


def _windows(data: pd.DataFrame, w: Words) -> tuple[pd.DataFrame, str, dict[str, Any]]:
    """Window by window, in the class behind the forecast; the title speaks of the first rate."""
    lead = data.loc[data["label"] == data["label"].iloc[0], "share"]
    facts: dict[str, Any] = {
        "now": odds(lead.iloc[-1], w.lang),
        "rate": pct(data["plan_growth"].iloc[0], 0, w.lang),
    }  # fmt: skip
    spans = zip(data["origin_year"], data["end_year"], strict=True)
    notes = zip(data["row_note"], data["column"], strict=True)
    drawn = data.assign(
        column=[w("figures.reading.window", first=f"{a:.0f}", last=f"{b:.0f}") for a, b in spans],
        row_note=[w("common.list").join(x for x in both if x) for both in notes],
    )
    fell = lead.iloc[0] > 0.5 > lead.iloc[-1] and lead.iloc[-1] < lead.iloc[0] - 0.1
    return drawn, "fell" if fell else "steady", facts


def _strictest(data: pd.DataFrame, w: Words) -> tuple[str, dict[str, Any]]:
    """The first rate in the class in which fewest regions reached it."""
    lead = data[data["label"] == data["label"].iloc[0]].sort_values("share", kind="stable")
    low, high = lead.iloc[0], lead.iloc[-1]
    facts: dict[str, Any] = {
        "rate": pct(low["plan_growth"], 0, w.lang), "n": data["windows"].max(),
        "shares": odds_range(low["share"], high["share"], w.lang),
    }  # fmt: skip
    return "apart" if high["share"] - low["share"] > 0.1 else "alike", facts


@story.register
def _percentile(result: Percentile, lang: str = "en") -> Chart:
    """A growth rate within each past window's percentiles."""
    w, data = words(lang), result.rows
    spans = zip(data["origin_year"], data["end_year"], strict=True)
    drawn = data.assign(
        label=[w("figures.reading.window", first=f"{a:.0f}", last=f"{b:.0f}") for a, b in spans],
        regions=[w("figures.percentile.regions", n=f"{n:.0f}") for n in data["n_units"]],
        _reached=[reached_by(v, lang) for v in data["percentile"]],
    )
    last = data.iloc[-1]
    facts: dict[str, Any] = {
        "rate": pct(result.growth, 0, lang),
        "share": odds(last["share"], lang),
        "span": result.horizon,
        "class_": result.class_.describe(lang),
        "last": f"{last['end_year']:.0f}",
        "first": f"{data['origin_year'].iloc[0]:.0f}",
        "best": odds(data["share"].max(), lang),
    }
    marks = (
        Mark("p75", "p25", "line", colour=PEER, width=9.0, alpha=0.8),
        Mark(
            "p50",
            name=w("figures.needed.median"),
            colour=INK,
            marker="|",
            size=13.0,
            reach=("p10", "p90"),
        ),
        Mark(
            "plan_growth", name=w("charts.percentile.planned"), colour=TARGET, marker="D", size=7.0
        ),
    )
    return rows(
        f"percentile_{result.class_.indicator_id}_{result.horizon}y",
        drawn,
        Encoding(
            y="label",
            marks=marks,
            note="regions",
            unit=w("common.unit.percent_year"),
            only=w("charts.only.quartiles"),
        ),
        captioned(result.plan, lang, "percentile", "last", ids_in(data), **facts),
        key=[
            (w("figures.needed.bars"), PEER, "s"),
            *((m.name, m.hue, m.marker) for m in marks[1:]),
        ],
        asides=(Aside("_reached", INK, NAME, True, w("charts.percentile.reached")),),
    )


@story.register
def _neighbours(result: Neighbours, lang: str = "en") -> Chart | Nothing:
    """What the neighbours added over the plan's years, as slopes beside what the plan needs."""
    lead = result.cities()
    if lead.empty:
        return _nothing(result, "peers.neighbours.no_city", lang)
    w, plan = words(lang), result.plan
    data = result.rows.assign(place=result.named(lang)["place"])
    cities = data[data["group"].isin(CITIES)]
    first, last = int(data["first"].iloc[0]), int(data["last"].iloc[0])

    def slopes(rows_: pd.DataFrame, growth: str, group: pd.Series | str) -> pd.DataFrame:
        ends = rows_.assign(series=group, rate=rows_[growth])
        up = 100 * ((1 + ends["rate"] / 100) ** (last - first) - 1)
        pair = [ends.assign(year=first, change=0.0), ends.assign(year=last, change=up)]
        return pd.concat(pair, ignore_index=True)

    host = cities["group"] == "host"
    classes = data[data["group"] == "class"]
    # The kind of regions that most series know, by its key: equal in every language.
    kinds = result.rows.loc[classes.index, "place"]
    medians = classes[kinds.isin(kinds.mode().head(1))]
    drawn = pd.concat(
        [
            slopes(cities[~host], "growth", cities.loc[~host, "place"]),
            slopes(medians, "growth", "class"),
            slopes(cities[host], "growth", "host"),
            slopes(cities.drop_duplicates("indicator_id"), "planned", "planned"),
        ],
        ignore_index=True,
    ).sort_values(
        "indicator_id",
        key=lambda c: c.map({i: n for n, i in enumerate(plan.series())}),
        kind="stable",
    )
    drawn["panel"] = [short(plan, i, lang) for i in drawn["indicator_id"]]
    hosts = cities.loc[host, "place"].unique()
    grey: dict[str, Any] = {"look": "line", "colour": PEER, "marker": "", "width": 0.9}
    bold: dict[str, Any] = {
        "look": "line",
        "marker": "",
        "width": 2.0,
        "ends": ("", "+{value}" + PERCENT[lang]),
        "digits": 0,
    }
    marks = [Mark(p, **grey) for p in dict.fromkeys(cities.loc[~host, "place"])]
    marks[-1] = Mark(marks[-1].at, name=w("figures.neighbours.cities"), **grey)
    if len(medians):
        told = w("figures.neighbours.class", place=medians["place"].iloc[0])
        marks.append(
            Mark("class", name=told, dashed=True, look="line", colour=FAN, marker="", width=1.4)
        )
    if len(hosts):
        marks.append(Mark("host", name=str(hosts[0]), **bold))
    marks.append(
        Mark(
            "planned", name=w("figures.neighbours.planned"), colour=TARGET, **bold | {"width": 1.6}
        )
    )
    facts: dict[str, Any] = {
        "reached": int(lead["reached"].sum()),
        "n": len(lead),
        "first": first,
        "last": last,
        "name": inside(short(plan, lead["indicator_id"].iloc[0], lang)),
    }
    title = "few" if 3 * facts["reached"] <= facts["n"] else "many"
    title = "none" if not facts["reached"] else title
    return paths(
        "neighbours",
        drawn[["indicator_id", "panel", "series", "place", "year", "change", "rate", "source_id"]],
        Encoding("year", "change", tuple(marks), group="series", panel="panel", scale="change"),
        captioned(plan, lang, "neighbours", title, [PLAN, *ids_in(drawn)], **facts),
        ticks={first: str(first), last: str(last)},
        key=[(m.name, m.hue, "_") for m in marks if m.name],
        high=1.25,
    )
