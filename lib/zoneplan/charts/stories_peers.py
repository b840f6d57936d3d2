"""Charts of the zone among other zones and regions."""

from __future__ import annotations

import pandas as pd

from zoneplan.charts import draw, kinds
from zoneplan.charts.kinds import Chart, reached_by
from zoneplan.data.units import readable, shown_in
from zoneplan.messages import Words, words
from zoneplan.peers.ambition import Ambition, Availability, Percentile, Percentiles
from zoneplan.peers.convergence import Convergence, SmallZones
from zoneplan.peers.growth import Growth, Levels, Reaching
from zoneplan.peers.ranks import BIG_MOVE, TOP, Movers, Ranks
from zoneplan.peers.targets import Promised
from zoneplan.peers.totals import AgainstCity, Totals
from zoneplan.peers.zones import ALL_ZONES, NO_RATE, PeerResult, cited, names, rate_of
from zoneplan.result import Nothing
from zoneplan.text import MISSING, day, num, odds_range, pct

# With fewer units the outer percentiles are just the extremes.
FEW_UNITS = 30


def _nothing(result: PeerResult, key: str, lang: str) -> Nothing:
    return Nothing(words(lang)(key, day=result.when(lang)))


def _labelled(result: PeerResult, rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Rows with the name of each zone beside its id."""
    rows = rows.copy()
    rows.insert(1, "label", names(result.plan, rows["zone_id"], lang))
    return rows


def _span(result: PeerResult) -> dict[str, object]:
    """Zones and years, as a subtitle tells them."""
    counted = result.counted()
    return {key: counted[key] for key in ("zones", "first", "last")}


@draw.register
def _levels(result: Levels, lang: str = "en", goal: float | None = None) -> Chart | Nothing:
    """GDP against growth, one point per zone and year, with the planned growth."""
    goal, rows, home = rate_of(result.plan) if goal is None else goal, result.rows, result.plan.home
    if result.indicator != "gdp":
        return _nothing(result, "peers.levels.gdp_only", lang)
    if pd.isna(goal):
        return _nothing(result, NO_RATE, lang)
    w, above = words(lang), int((rows["growth"] >= goal).sum())
    factor, unit = shown_in(rows["unit"].iloc[0], lang)
    drawn = rows.rename(columns={"level_source_id": "source_id"})
    drawn = _labelled(result, drawn.assign(size=factor * drawn["size"], unit=unit), lang)
    keep = "zone_id label year size unit growth grade source_id growth_source_id"
    title = {"above": above, "n": len(rows), "rate": pct(goal, 0, lang)}
    return kinds.size_against_growth(
        "peers",
        drawn[keep.split()],
        home,
        goal,
        title=w("figures.peers.title", **title),
        subtitle=w("figures.peers.subtitle", unit=unit, **_span(result)),
        sources=cited(drawn, home, sorted({*drawn["source_id"], *drawn["growth_source_id"]})),
        size_label=w("figures.zones.size", unit=unit),
        growth_label=w("figures.zones.growth"),
        note=w("figures.zones.full_years"),
        lang=lang,
    )


@draw.register
def _growth(result: Growth, lang: str = "en", goal: float | None = None) -> Chart | Nothing:
    """The reports by year, with China's growth and the growth that the plan asks for."""
    goal = rate_of(result.plan) if goal is None else goal
    if pd.isna(goal):
        return _nothing(result, NO_RATE, lang)
    w, rows, rate = words(lang), result.rows, pct(goal, 0, lang)
    china = result.china[result.china["year"].between(rows["year"].min(), rows["year"].max())]
    late, met = rows["year"] > rows["year"].median(), rows["value"] >= goal
    fewer = late.any() and met[late].mean() < met[~late].mean()
    title = "figures.by_year.title_fewer" if fewer else "figures.by_year.title"
    return kinds.by_year(
        "zones_by_year",
        _labelled(result, rows, lang),
        result.plan.home,
        title=w(title, met=int(met.sum()), n=len(rows), rate=rate),
        subtitle=w("figures.by_year.subtitle", **_span(result)),
        sources=cited(rows, result.plan.home, china["source_id"]),
        unit=w("figures.zones.growth"),
        line=china if len(china) else None,
        line_label=w("figures.zones.china"),
        goal=(goal, w("figures.zones.plan", rate=rate)),
        note=w("figures.zones.basis"),
        lang=lang,
    )


@draw.register
def _reaching(result: Reaching, lang: str = "en") -> Chart:
    """How many reports reach a growth rate, by way of counting."""
    w, rows, rate = words(lang), result.rows, pct(result.goal, 0, lang)
    said = w.group("columns.value.way")
    ways = [
        w("figures.bias.way", way=said[way], n=n)
        for way, n in zip(rows["way"], rows["figures"], strict=True)
    ]
    low_to_high = odds_range(rows["share"].min(), rows["share"].max(), lang)
    ends = {key: result.reports.counted()[key] for key in ("first", "last")}
    return kinds.shares(
        "zones_bias",
        pd.DataFrame({"driver": ways, "exact": rows["share"]}),
        title=w("figures.bias.title", rate=rate, shares=low_to_high),
        subtitle=w("figures.bias.subtitle", rate=rate, **ends),
        sources=rows["source_id"].iloc[0].split(";"),
        note=w("figures.bias.note"),
        lang=lang,
    )


@draw.register
def _totals(result: Totals, lang: str = "en") -> Chart | Nothing:
    """The average zone as a line, levels of the zone as points."""
    means, zone = result.rows[result.rows["mean_zone"].notna()], result.zone
    if means.empty or zone.empty:
        key = "peers.totals.no_count" if means.empty else "peers.totals.no_zone"
        return _nothing(result, key, lang)
    w, printed = words(lang), str(zone["unit"].iloc[0])
    factor, unit = shown_in(printed, lang)
    drawn = zone.drop(columns=["total", "share"]).assign(value=factor * zone["value"], unit=unit)
    drawn = _labelled(result, drawn, lang)
    last = drawn.iloc[-1]
    near = means.iloc[(means["year"] - last["year"]).abs().argmin()]
    value, mean = (
        num(x, 0 if x >= 100 else 1) for x in (last["value"], factor * near["mean_zone"])
    )
    title = {"zone": last["label"], "year": last["year"], "mean_year": near["year"], "mean": mean}
    counts = {"fewest": num(means["n_zones"].min(), 0), "most": num(means["n_zones"].max(), 0)}
    ids = [*zone["source_id"], *means["source_id"], *means["count_source_id"]]
    return kinds.by_year(
        "zones_mean",
        drawn,
        result.plan.home,
        title=w("figures.mean.title", value=readable(0.0, printed, lang)[1].format(value), **title),
        subtitle=w("figures.mean.subtitle", unit=unit, **counts),
        sources=list(dict.fromkeys(ids)),
        unit=unit,
        line=means[["year"]].assign(value=factor * means["mean_zone"]),
        line_label=w("figures.mean.label"),
        note=w("figures.mean.note"),
        lang=lang,
    )


@draw.register
def _ranks(result: Ranks, lang: str = "en") -> Chart:
    """The ranks as lines over the evaluations, one zone in bold."""
    w, facts = words(lang), result.facts(lang)
    title = {key: facts[key] for key in ("zone", "rank", "year")}
    ends = {key: f"{facts[key]:.0f}" for key in ("first", "last")}
    which = w(f"figures.ranks.{result.ranking}")
    return kinds.rank_ladder(
        f"ranks_{result.ranking}",
        _labelled(result, result.rows, lang),
        highlight=result.plan.home,
        title=w("figures.ranks.title", **title),
        subtitle=w("figures.ranks.subtitle", which=which, **ends),
        sources=sorted(set(result.rows["source_id"])),
        note=w("figures.ranks.note"),
        lang=lang,
    )


@draw.register
def _movers(result: Movers, lang: str = "en", places: int = BIG_MOVE) -> Chart | Nothing:
    """The ranks of the zones that moved far, with the line of the top fifty."""
    far, w = result.big(places).rows, words(lang)
    if far.empty:
        return _nothing(result, "peers.movers.none_far", lang)
    shown = result.history["zone_id"].isin([*far["zone_id"], result.plan.home])
    drawn, into = result.history[shown], int((far["to_rank"] <= TOP).sum())
    years = drawn["evaluation_year"]
    return kinds.rank_ladder(
        "ranks_movers",
        _labelled(result, drawn, lang),
        highlight=result.plan.home,
        title=w("figures.movers.title", n=len(far), places=places, into=into, top=TOP),
        subtitle=w(
            "figures.movers.subtitle", first=f"{years.min():.0f}", last=f"{years.max():.0f}"
        ),
        sources=sorted(set(drawn["source_id"])),
        note=w("figures.movers.note"),
        goal=(TOP, w("figures.movers.top", top=TOP)),
        lang=lang,
    )


@draw.register
def _against_city(result: AgainstCity, lang: str = "en") -> Chart | Nothing:
    """Real growth of the zone and of its city."""
    seen = result.rows[result.rows["difference"].notna()]
    if seen.empty:
        return _nothing(result, "peers.city.no_growth", lang)
    w, facts = words(lang), result.facts(lang)
    zone, city, ahead = (facts[key] for key in ("zone", "city", "ahead"))
    years = {"first": seen["year"].min(), "last": seen["year"].max()}
    drawn = seen.assign(first=seen["growth"], second=seen["city_growth"])
    drawn.insert(1, "label", seen["year"].astype(str))
    return kinds.pairs(
        "compare_city",
        drawn,
        first=w("figures.city.zone"),
        second=w("figures.city.city"),
        title=w("figures.city.title", zone=zone, ahead=ahead, n=len(seen)),
        subtitle=w("figures.city.subtitle", zone=zone, city=city, **years),
        sources=[s for t in [*seen["source_id"], *seen["city_source_id"]] for s in t.split(";")],
        unit=w("figures.zones.growth"),
        note=w("figures.city.note"),
        lang=lang,
    )


@draw.register
def _promised(result: Promised, lang: str = "en") -> Chart | Nothing:
    """Promised growth of GDP, the result where one is known, and the plan's own rate."""
    gdp = result.filter(indicator_id="gdp")
    others, w, rate = gdp.others(), words(lang), rate_of(result.plan)
    if others.empty:
        return _nothing(result, "peers.promised.no_others", lang)
    rows = gdp.rows
    average = rows["basis"].str.startswith("average")
    label = [
        w(f"figures.promises.{'average' if mean else 'of_year'}", label=who, year=year)
        for who, mean, year in zip(
            names(result.plan, rows["entity_id"], lang), average, rows["year"], strict=True
        )
    ]
    drawn = rows.assign(first=rows["target"], second=rows["result"])
    drawn.insert(1, "label", label)
    known = int(others["result"].notna().sum())
    return kinds.pairs(
        "compare_promises",
        drawn,
        first=w("figures.promises.promised"),
        second=w("figures.promises.result"),
        title=w("figures.promises.title", n=len(others), known=known),
        subtitle=w("figures.promises.subtitle"),
        sources=list(dict.fromkeys([*rows["source_id"], *rows["result_source_id"].dropna()])),
        unit=w("common.unit.percent_year"),
        line=(rate, w("figures.zones.plan", rate=pct(rate, 0, lang))),
        note=w("figures.promises.note"),
        lang=lang,
    )


@draw.register
def _small_zones(result: SmallZones, lang: str = "en") -> Chart:
    """The points, and the line with its band where one is fitted."""
    w, rows, home = words(lang), result.rows, result.plan.home
    factor, unit = shown_in(str(rows["unit"].iloc[0]), lang)
    kind = {"few": "title_few", "flat": "title_flat", "summary": "title"}[result.case()]
    named = zip(names(result.plan, rows["zone_id"], lang), rows["year"], strict=True)
    size = factor * rows["size"]
    drawn = rows.assign(size=size, x=size, y=rows["above_china"], unit=unit)
    drawn.insert(1, "label", [w("charts.figure_in_year", label=t, year=y) for t, y in named])
    by_rank = drawn.sort_values(["grade", "year"], kind="stable")
    own = by_rank["zone_id"] == home
    first = pd.concat([by_rank[own], by_rank[~own]])
    ids = [*first["source_id"], *first["growth_source_id"], *first["china_source_id"]]
    # The last digits of an iterated fit differ from machine to machine, and must not move a pixel.
    fit = None if result.line is None else result.line.assign(x=factor * result.line["x"]).round(4)
    return kinds.fitted(
        "zones_alone" if result.zone_alone else "zones_catching_up",
        drawn,
        home,
        title=w(f"figures.catchup.{kind}", n=len(rows), slope=num(result.slope[0])),
        subtitle=w("figures.catchup.subtitle", **_span(result)),
        sources=list(dict.fromkeys(ids)),
        xlabel=w("figures.zones.size", unit=unit),
        unit=w("figures.catchup.unit"),
        fit=fit,
        note=result.summary(lang),
        lang=lang,
    )


@draw.register
def _convergence(result: Convergence, lang: str = "en") -> Chart:
    """The spread between the cities, year by year."""
    w, rows = words(lang), result.sigma.rename(columns={"series": "label"})
    ends = rows.sort_values("x").groupby("label", sort=False)["y"].agg(["first", "last"])
    fell, years = int((ends["last"] < ends["first"]).sum()), result.sigma["x"]
    span = {"first": years.min(), "last": years.max(), "cities": result.rows["cities"].max()}
    return kinds.lines(
        "compare_convergence",
        rows.assign(label=[w(f"figures.cities.{i}") for i in rows["label"]]),
        title=w("figures.convergence.title", fell=fell, n=len(ends)),
        subtitle=w("figures.convergence.subtitle", **span),
        sources=["zjyb"],
        unit=w("figures.convergence.unit"),
        note=w("figures.convergence.note"),
        lang=lang,
    )


@draw.register
def _availability(result: Availability, lang: str = "en") -> Chart:
    """What each planned rate can be compared with, as a matrix of counts."""
    w, rows = words(lang), result.named(lang)
    text = []
    for regions, units, windows in zip(
        rows["regions"], rows["units"], rows["windows"], strict=True
    ):
        kind = "zone_years" if regions == ALL_ZONES else "windows"
        said = w(f"figures.availability.{kind}", units=num(units, 0), windows=num(windows, 0))
        text.append(said if units else MISSING)
    facts = result.facts(lang)
    few = w("figures.matrix.few", n=FEW_UNITS)
    return kinds.matrix(
        "availability",
        rows.assign(value=rows["units"].where(rows["units"] > 0), text=text),
        title=w("figures.availability.title", proxies=facts["proxies"], n=facts["n"]),
        subtitle=w("figures.availability.subtitle"),
        sources=sorted({s for ids in rows["source_id"] for s in ids.split(";") if s}),
        note=w("figures.availability.note", day=day(result.plan.as_of, lang), few=few),
        deep=400.0,
        lang=lang,
    )


def _cells(rows: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Shares as cells of a matrix, whole percent."""
    rated = [
        w("figures.reading.with_rate", label=label, rate=pct(rate, 0, w.lang))
        for label, rate in zip(rows["label"], rows["plan_growth"], strict=True)
    ]
    share = 100 * rows["share"]
    return rows.assign(label=rated, value=share, text=[num(s, 0) for s in share])


@draw.register
def _ambition(result: Ambition, lang: str = "en", *, by: str = "classes") -> Chart | Nothing:
    """How many regions in 100 reached each rate: lately by class, or ``by="windows"``."""
    return (_by_windows if by == "windows" else _by_classes)(result, lang)


def _by_classes(result: Ambition, lang: str) -> Chart:
    w, rows = words(lang), result.overview().named(lang)
    first = rows.iloc[0]
    far = rows[rows["label"] == first["label"]].sort_values("share", kind="stable").iloc[0]
    share, growth = pct(100 * far["share"], 0, lang), pct(first["plan_growth"], 0, lang)
    ends = {"first": rows["origin_year"].min(), "last": rows["end_year"].max()}
    known = {"few": w("figures.matrix.few", n=FEW_UNITS), "day": day(result.plan.as_of, lang)}
    return kinds.matrix(
        "ambition_classes",
        _cells(rows, w),
        title=w("figures.ambition.title", growth=growth, share=share, regions=far["column"]),
        subtitle=w(
            "figures.ambition.subtitle", n=rows["windows"].max(), span=result.horizon, **ends
        ),
        sources=["plan", *sorted(set(rows["source_id"]))],
        note=w("figures.ambition.note", **known),
        lang=lang,
    )


def _by_windows(result: Ambition, lang: str) -> Chart | Nothing:
    """Window by window, in the class behind the forecast."""
    w, rows = words(lang), result.named(lang)
    rows = rows[rows["is_main"]]
    if rows.empty:
        return _nothing(result, "peers.ambition.no_main", lang)
    least = rows.groupby("label", sort=False)["share"].agg(lambda x: x.iloc[-1] == x.min())
    spans = zip(rows["origin_year"], rows["end_year"], strict=True)
    notes = zip(rows["row_note"], rows["column"], strict=True)
    drawn = _cells(rows, w).assign(
        column=[
            w("figures.reading.window", first=f"{first:.0f}", last=f"{last:.0f}")
            for first, last in spans
        ],
        row_note=[w("common.list").join(x for x in both if x) for both in notes],
    )
    ends = {"first": int(rows["origin_year"].min()), "last": int(rows["end_year"].max())}
    return kinds.matrix(
        "ambition_windows",
        drawn,
        title=w("figures.ambition_windows.title", least=int(least.sum()), n=len(least)),
        subtitle=w("figures.ambition_windows.subtitle", span=result.horizon, **ends),
        sources=["plan", *sorted(set(rows["source_id"]))],
        note=w("figures.ambition_windows.note", day=day(result.plan.as_of, lang)),
        lang=lang,
    )


@draw.register
def _percentile(result: Percentile, lang: str = "en") -> Chart:
    """A growth rate within each past window's percentiles."""
    w, rows = words(lang), result.rows
    spans = zip(rows["origin_year"], rows["end_year"], strict=True)
    drawn = rows.assign(
        reference_class=[w("figures.windows.regions", n=f"{n:.0f}") for n in rows["n_units"]],
        label=[f"{first:.0f}–{last:.0f}" for first, last in spans],
    )
    last = rows.iloc[-1]
    title = {"growth": pct(result.growth, 0, lang), "year": f"{last['end_year']:.0f}"}
    ends = {"first": f"{rows['origin_year'].iloc[0]:.0f}", "last": f"{last['end_year']:.0f}"}
    class_ = result.class_.describe(lang)
    return kinds.reference_percentile(
        f"percentile_{result.class_.indicator_id}_{result.horizon}y",
        drawn,
        title=w("figures.windows.title", share=reached_by(last["percentile"], lang), **title),
        subtitle=w("figures.windows.subtitle", span=result.horizon, class_=class_, **ends),
        sources=sorted(set(rows["source_id"])),
        lang=lang,
    )


@draw.register
def _percentiles(result: Percentiles, lang: str = "en") -> Chart | Nothing:
    """The plan's growth rates within the pooled windows of their classes."""
    w, rows = words(lang), result.named(lang)
    gdp = result.rows.loc[result.rows["indicator_id"] == "gdp", "percentile"]
    if gdp.empty:
        return _nothing(result, NO_RATE, lang)
    kind = "title" if 1 <= gdp.iloc[0] <= 99 else "title_beyond"
    ends = {"first": rows["origin_year"].min(), "last": rows["end_year"].max()}
    return kinds.reference_percentile(
        "reference_percentile",
        rows.assign(label=rows["indicator_id"], indicator_id=result.rows["indicator_id"]),
        title=w(f"figures.percentile.{kind}", share=reached_by(gdp.iloc[0], lang)),
        subtitle=w("figures.percentile.subtitle", zone=result.plan.zone(lang), **ends),
        sources=["plan", *sorted(set(rows["source_id"]))],
        lang=lang,
    )
