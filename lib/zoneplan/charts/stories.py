"""Every chart of the brief, made from a plan: the one list that the notebooks and the reports share."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import shown_in
from zoneplan.evaluation import backtest
from zoneplan.evaluation.class_record import TODAY, class_pseudo_targets
from zoneplan.messages import words
from zoneplan.plan.audit import ratio_paths
from zoneplan.result import Nothing
from zoneplan.stress.drivers import drivers, variance_shares
from zoneplan.stress.tornado import panels, swings
from zoneplan.text import amount, day, num, odds_range, pct

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.forecasting.forecasts import Forecast
    from zoneplan.study import Forecasts, Plan

# What is drawn of a level series by series; where the plan lacks some, its other levels take their places.
PATHS = ("gdp", "industrial_value_added", "trade_total", "budget_revenue")
SWINGS = ("gdp", "trade_total")


def figures(plan: Plan, lang: str = "en") -> list[Chart]:
    """All charts of the brief that can be drawn, in reading order, with their texts in ``lang`` (``en`` or ``zh``)."""
    return drawn(plan, lang)[0]


def drawn(plan: Plan, lang: str = "en") -> tuple[list[Chart], list[str]]:
    """The charts of the brief, and for each that cannot be drawn of somebody's own plan the reason why.

    How to read it: a reason names the figure that is missing, or the name that is too long to be printed; of the
    shipped plan nothing is left out.
    """
    charts, reasons = [], []
    for draw in recipes(plan, lang):
        try:
            chart = draw()
        except ValueError as reason:
            # What a programmer could have asked for instead stands after the first semicolon.
            reasons.append(str(reason).partition(";")[0])
            continue
        if isinstance(chart, Nothing):
            reasons.append(chart.why)
            continue
        # The shipped plan's own charts are mended instead: there export refuses them.
        found = [] if tables.is_shipped(plan.folder) else chart.problems()
        if found:
            reasons.append(f"chart {chart.id}: {found[0]}")
        else:
            charts.append(chart)
    return charts, list(dict.fromkeys(reasons))


def recipes(plan: Plan, lang: str) -> list[Callable[[], Chart]]:
    """How each chart of the brief is drawn, in reading order."""
    made = plan.forecast()
    levels = made.levels()
    paths, swung = (
        [*(i for i in usual if i in levels), *(i for i in levels if i not in usual)][: len(usual)]
        for usual in (PATHS, SWINGS)
    )
    return [
        lambda: plan.audit().plot(lang),
        lambda: ratio_chart(plan, lang),
        *(partial(path_chart, plan, i, lang) for i in paths),
        lambda: made.odds().plot(lang),
        lambda: made.needed_growth().plot(lang),
        # One-way swings never stand alone: the shares beside them say what each is worth when all move together.
        *(
            draw
            for i in swung
            for draw in (
                lambda i=i: swings(made, i).plot(short(plan, i, lang), plan.zone(lang), lang),
                lambda i=i: variance_shares(drivers(made, i)).plot(lang),
            )
        ),
        lambda: panels(made).plot(lang),
        *comparisons(plan, lang),
        partial(hedgehog_chart, lang),
        partial(coverage_chart, lang),
        partial(reliability_chart, lang),
        *([lambda: plan.track_record().plot(lang)] if plan.yearly else []),
    ]


def short(plan: Plan, indicator_id: str, lang: str = "en") -> str:
    """A name of an indicator that fits into a title; the printed one where there is no shorter."""
    return words(lang).texts.get(f"figures.short.{indicator_id}") or plan.name(indicator_id, lang)


def comparisons(plan: Plan, lang: str) -> list[Callable[[], Chart | Nothing]]:
    """How the zone is drawn among regions and other zones: context, with what was published later."""
    peers = plan.peers(hindsight=True)
    placed = cache(peers.ambition)
    return [
        lambda: peers.percentiles().plot(lang),
        lambda: peers.availability().plot(lang),
        lambda: placed().plot(lang),
        lambda: placed().plot(lang, by="windows"),
        lambda: peers.levels().plot(lang),
        lambda: peers.growth().plot(lang),
        lambda: peers.reaching().plot(lang),
        lambda: peers.totals().plot(lang),
        lambda: peers.ranks().plot(lang),
        lambda: peers.movers().plot(lang),
        lambda: peers.small_zones().plot(lang),
        lambda: peers.small_zones(zone_alone=True).plot(lang),
        lambda: peers.promised().plot(lang),
        lambda: peers.against_city().plot(lang),
        lambda: peers.convergence().plot(lang),
    ]


def path_chart(plan: Plan, indicator_id: str, lang: str = "en") -> Chart:
    """History, forecast fan and targets of one annex level.

    How to read it: the darker band holds half of the outcomes, the lighter one four in five; a target
    above the band asks for more than similar regions managed.
    """
    w, made = (
        words(lang),
        plan.forecast().of(indicator_id) if indicator_id in plan.series() else None,
    )
    if made is None or made.base is None:
        raise ValueError(
            f"{indicator_id!r} has no forecast of a level, so there is no path to draw"
        )
    last, target = plan.years[-1], plan.target(indicator_id)
    if target is None:
        raise ValueError(f"{indicator_id!r} has no target for {last}, so there is no path to draw")
    both = (made, plan.forecast().of(indicator_id, "observed") or made)
    low, high = sorted(f.probability(target) for f in both)
    return draw_path(
        plan,
        made,
        f"path_{indicator_id}",
        title=w(
            "figures.path.title",
            name=short(plan, indicator_id, lang),
            target=amount(target.value, made.unit, lang),
            year=last,
            odds=odds_range(low, high, lang),
        ),
        note=w("figures.path.note", class_=made.growth[last].class_.describe(lang)),
        base_label=w(f"figures.path.base_{made.base.kind}", year=made.base.year),
        lang=lang,
    )


def draw_path(
    plan: Plan, made: Forecast, id: str, *, title: str, note: str, base_label: str, lang: str = "en"
) -> Chart:
    """History, fan and targets of one forecast of a level, whatever it assumes, in the unit that the language tells it in.

    How to read it: as :func:`path_chart`.
    """
    from zoneplan.charts.kinds import path_to_target, source_line

    i, last, base = made.indicator_id, plan.years[-1], made.base
    factor, unit = shown_in(made.unit, lang)
    history, targets = (
        rows.assign(value=factor * rows["value"]) for rows in (plan.levels(i), plan.annex(i))
    )
    history = history[["year", "value", "source_id", "scope_note"]]
    seen = history.tail(1)
    naive = (
        None
        if seen.empty
        else pd.DataFrame(
            {"year": [int(seen["year"].iloc[0]), last], "value": [*seen["value"]] * 2}
        )
    )
    ids = [
        "plan",
        *sorted(set(history["source_id"])),
        *sorted(set(made.growth[last].rows["source_id"])),
    ]
    return path_to_target(
        id,
        history,
        made.table().set_index("year").mul(factor).reset_index(),
        targets[["year", "value"]],
        title=title,
        subtitle=words(lang)(
            "figures.path.subtitle",
            name=plan.name(i, lang),
            zone=plan.zone(lang),
            unit=unit,
            last=last,
            first=int(min([*history["year"], base.year])),
            day=day(plan.as_of, lang),
        ),
        unit=unit,
        sources=source_line(ids, lang),
        naive=naive,
        note=note,
        base=(base.year, factor * base.level.mid),
        base_label=base_label,
        lang=lang,
    )


def ratio_chart(plan: Plan, lang: str = "en") -> Chart:
    """The paths of the ratios between targets, with the last observed ratios."""
    from zoneplan.charts.kinds import lines

    w = words(lang)
    each = [
        path.assign(ratio=" / ".join(plan.name(i, lang) for i in pair))
        for pair, path in ratio_paths(plan).items()
    ]
    columns = ["ratio", "year", "percent", "source_id"]
    paths = pd.concat(each, ignore_index=True)[columns] if each else pd.DataFrame(columns=columns)
    first, last, part = plan.years[0], plan.years[-1], "industrial_value_added"
    named = (
        paths["ratio"].str.startswith(plan.name(part, lang))
        if part in plan.series()
        else paths["ratio"].isna()
    )
    added = paths[named].set_index("year")["percent"]
    if added.empty or min(added.index) >= first:
        raise ValueError("no observed ratio of value added to GDP")
    seen = max(y for y in added.index if y < first)
    return lines(
        "ratio_paths",
        paths.rename(columns={"ratio": "label", "year": "x", "percent": "y"}),
        title=w(
            "figures.ratio.title",
            seen=pct(added[seen], lang=lang),
            year=seen,
            planned=pct(added[last], lang=lang),
        ),
        subtitle=w(
            "figures.ratio.subtitle",
            zone=plan.zone(lang),
            first=int(paths["year"].min()),
            last=last,
        ),
        sources=sorted(set(paths["source_id"])),
        unit=w("common.unit.percent"),
        planned_from=first,
        lang=lang,
    )


def hedgehog_chart(lang: str = "en") -> Chart:
    """GDP of the host city, and what would have been forecast from each year before."""
    from zoneplan.charts.kinds import hedgehog

    w, panel = words(lang), backtest.city_panels()["gdp_nominal"]
    factor, unit = shown_in("亿元", lang)
    city = panel.units.astype("str") == backtest.HOST
    made = backtest.back_test({"gdp": panel}, [backtest.METHOD])["gdp"].rows
    made = made[made["unit_id"].astype("str") == backtest.HOST].rename(
        columns={"origin_year": "origin"}
    )
    late = made[made["horizon"] == backtest.HORIZON]
    inside = int(late["actual"].between(late["q10"], late["q90"]).sum())
    bands = made[["origin", "year"]].join(factor * made[["q10", "q50", "q90"]])
    name = w("figures.cities.host")
    return hedgehog(
        "hedgehog_gdp",
        panel.where(city)
        .rows()
        .assign(value=lambda rows: factor * rows["value"])[["year", "value"]],
        bands,
        title=w("figures.hedgehog.title", inside=inside, n=len(late), city=name),
        subtitle=w("figures.hedgehog.subtitle", city=name, unit=unit),
        unit=unit,
        sources=["zjyb"],
        lang=lang,
    )


def coverage_chart(lang: str = "en") -> Chart:
    """How many outcomes of the Zhejiang cities fell into the 80 % intervals, by indicator and years ahead."""
    from zoneplan.charts.kinds import coverage

    w, tests = words(lang), backtest.back_test(backtest.city_panels(), [backtest.METHOD])
    table = backtest.all_tables(tests)
    data = table.assign(label=table["panel"].map(w.group("figures.cities")))[
        ["label", "horizon", "coverage80", "origins", "cases"]
    ]
    mean = data.loc[data["horizon"] == backtest.HORIZON, "coverage80"].mean()
    return coverage(
        "coverage_cities",
        data.assign(coverage=data["coverage80"] / 100),
        nominal=0.8,
        title=w("figures.coverage.title", share=pct(mean, 0, lang)),
        subtitle=w("figures.coverage.subtitle"),
        sources=["zjyb"],
        lang=lang,
    )


def reliability_chart(lang: str = "en") -> Chart:
    """Odds that the rule behind the verdicts gave to targets at percentiles of past growth, and what came of them."""
    from zoneplan.charts.kinds import reliability

    w, found = words(lang), class_pseudo_targets(backtest.HORIZON, TODAY)
    data = found.table().rename(columns={"odds": "forecast", "met": "observed", "cases": "n"})
    return reliability(
        "reliability_classes",
        data,
        title=w("figures.reliability.title", gap=num(100 * found.worst_gap(), 0)),
        subtitle=w("figures.reliability.subtitle"),
        sources=["cityyb"],
        lang=lang,
    )
