"""Every chart of the brief, made from a plan: the one list that the notebooks and the reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from zoneplan import peers, reference, scores
from zoneplan.ambition import ambition, availability
from zoneplan.audit import ratio_paths
from zoneplan.catchup import city_convergence, small_zones
from zoneplan.compare import against_city, movers, national_totals, promised_growth, reported_growth
from zoneplan.drivers import drivers, variance_shares
from zoneplan.forecast import forecast
from zoneplan.messages import words
from zoneplan.sensitivity import needed_growth, panels, swings
from zoneplan.text import amount, day, num, odds_range, pct
from zoneplan.units import shown_in

if TYPE_CHECKING:
    from zoneplan.charts import Chart
    from zoneplan.forecast import Forecast
    from zoneplan.plan import Plan

PATHS = ("gdp", "industrial_value_added", "trade_total", "budget_revenue")
SWINGS = ("gdp", "trade_total")
def figures(plan: Plan, lang: str = "en") -> list[Chart]:
    """All charts of the brief, in reading order, with their texts in ``lang`` (``en`` or ``zh``)."""
    return [
        plan.audit().plot(lang),
        ratio_chart(plan, lang),
        *(path_chart(plan, i, lang) for i in PATHS),
        plan.verdicts().plot(lang),
        needed_growth(plan).plot(lang),
        # One-way swings never stand alone: the shares beside them say what each is worth when all move together.
        *(c for i in SWINGS for c in (swings(plan, i).plot(short(plan, i, lang), plan.zone(lang), lang),
                                      variance_shares(drivers(plan, i)).plot(lang))),
        panels(plan).plot(lang),
        percentile_chart(plan, lang),
        *comparison_charts(plan, lang),
        hedgehog_chart(lang),
        coverage_chart(lang),
        reliability_chart(lang),
    ]


def short(plan: Plan, indicator_id: str, lang: str = "en") -> str:
    """A name of an indicator that fits into a title; the printed one where there is no shorter."""
    return words(lang).texts.get(f"figures.short.{indicator_id}") or plan.name(indicator_id, lang)


def comparison_charts(plan: Plan, lang: str = "en") -> list[Chart]:
    """The zone among regions and other zones: every chart of 05_compare_zones but the percentiles."""
    stated = plan.stated_growth("gdp")
    placed, zone, reports = ambition(plan), peers.zone(peers.HOME), reported_growth()
    return [
        availability(plan).plot(lang),
        placed.plot(lang),
        placed.plot_windows(lang),
        peers.size_and_growth(2006, 2022).plot(stated, lang=lang),
        reports.plot(stated, lang),
        reports.plot_bias(stated, lang),
        national_totals().plot(lang),
        peers.rank_history(zone["province"]).plot(peers.HOME, lang),
        movers().plot(lang=lang),
        small_zones().plot(lang=lang),
        small_zones(zone_alone=True).plot(lang=lang),
        promised_growth(plan).plot(lang),
        against_city().plot(lang),
        city_convergence().plot(lang),
    ]


def path_chart(plan: Plan, indicator_id: str, lang: str = "en") -> Chart:
    """History, forecast fan and targets of one annex level.

    How to read it: the darker band holds half of the outcomes, the lighter one four in five; a target
    above the band asks for more than similar regions managed.
    """
    w, made = words(lang), forecast(plan, indicator_id)
    if made is None or made.base is None:
        raise ValueError(f"{indicator_id!r} has no forecast of a level, so there is no path to draw")
    last = plan.years[-1]
    target = plan.target(indicator_id, last)
    low, high = sorted(f.odds(last, target) for f in (made, forecast(plan, indicator_id, "observed") or made))
    return draw_path(
        plan,
        made,
        f"path_{indicator_id}",
        title=w("figures.path.title", name=short(plan, indicator_id, lang), target=amount(target, made.unit, lang), year=last,
                odds=odds_range(low, high, lang)),
        note=w("figures.path.note", class_=made.growth[last].class_.said(lang)),
        base_label=w("figures.path.base", year=made.base.year),
        lang=lang,
    )  # fmt: skip


def draw_path(
    plan: Plan, made: Forecast, id: str, *, title: str, note: str, base_label: str, lang: str = "en"
) -> Chart:
    """History, fan and targets of one forecast of a level, whatever it assumes, in the unit that the language tells it in.

    How to read it: as :func:`path_chart`.
    """
    from zoneplan.charts import path_to_target, source_line

    i, last, base = made.indicator_id, plan.years[-1], made.base
    factor, unit = shown_in(made.unit, lang)
    history, targets = (rows.assign(value=factor * rows["value"]) for rows in (plan.levels(i), plan.annex(i)))
    history = history[["year", "value", "source_id", "scope_note"]]
    seen = history.tail(1)
    naive = None if seen.empty else pd.DataFrame({"year": [int(seen["year"].iloc[0]), last], "value": [*seen["value"]] * 2})
    ids = ["plan", *sorted(set(history["source_id"])), *sorted(set(made.growth[last].rows["source_id"]))]
    return path_to_target(
        id,
        history,
        made.table().set_index("year").mul(factor).reset_index(),
        targets[["year", "value"]],
        title=title,
        subtitle=words(lang)(
            "figures.path.subtitle", name=plan.name(i, lang), zone=plan.zone(lang), unit=unit, last=last,
            first=int(min([*history["year"], base.year])), day=day(plan.as_of, lang),
        ),
        unit=unit,
        sources=source_line(ids, lang),
        naive=naive,
        note=note,
        base=(base.year, factor * base.level.mid),
        base_label=base_label,
        lang=lang,
    )  # fmt: skip


def ratio_chart(plan: Plan, lang: str = "en") -> Chart:
    """The paths of the ratios between targets, with the last observed ratios."""
    from zoneplan.charts import lines

    w, paths = words(lang), ratio_paths(plan, lang)
    added = paths[paths["ratio"].str.startswith(plan.name("industrial_value_added", lang))].set_index("year")["percent"]
    first, last = plan.years[0], plan.years[-1]
    seen = max(y for y in added.index if y < first)
    return lines(
        "ratio_paths",
        paths.rename(columns={"ratio": "label", "year": "x", "percent": "y"}),
        title=w("figures.ratio.title", seen=pct(added[seen], lang=lang), year=seen, planned=pct(added[last], lang=lang)),
        subtitle=w("figures.ratio.subtitle", zone=plan.zone(lang), first=int(paths["year"].min()), last=last),
        sources=sorted(set(paths["source_id"])),
        unit=w("common.unit.percent"),
        planned_from=first,
        lang=lang,
    )


def percentile_table(plan: Plan, lang: str = "en") -> pd.DataFrame:
    """Where the plan's average growth stands in its reference classes.

    Returns one row per indicator: label, class windows pooled, percentiles, plan_growth and the share of
    regions and windows that reached it.

    How to read it: a share of 0.05 means that one region in twenty grew as fast as the plan asks.
    """
    rows = []
    for i in plan.series():
        growth = reference.past_growth(i, len(plan.years), plan.as_of)
        if growth is None or pd.isna(plan.stated_growth(i)):
            continue
        stated = plan.stated_growth(i)
        q = dict(zip(("p10", "p25", "p50", "p75", "p90"), growth.quantile([0.1, 0.25, 0.5, 0.75, 0.9]), strict=True))
        rows.append(
            {"indicator_id": i, "label": plan.name(i, lang), "reference_class": growth.class_.said(lang),
             "origin_year": int(growth.rows["origin_year"].min()), "end_year": int(growth.rows["end_year"].max()), **q,
             "n_units": int(growth.rows["n_units"].min()), "plan_growth": stated, "percentile": 100 * growth.odds(stated),
             "source_id": growth.rows["source_id"].iloc[-1]}
        )  # fmt: skip
    return pd.DataFrame(rows)


def percentile_chart(plan: Plan, lang: str = "en") -> Chart:
    """The plan's growth within the reference classes."""
    from zoneplan.charts import reached_by, reference_percentile

    w, rows = words(lang), percentile_table(plan, lang)
    gdp = rows.set_index("indicator_id").loc["gdp"]
    return reference_percentile(
        "reference_percentile",
        rows,
        title=w("figures.percentile.title" if 1 <= gdp["percentile"] <= 99 else "figures.percentile.title_beyond",
                share=reached_by(gdp["percentile"], lang)),
        subtitle=w("figures.percentile.subtitle", first=rows["origin_year"].min(), last=rows["end_year"].max(), zone=plan.zone(lang)),
        sources=["plan", *sorted(set(rows["source_id"]))],
        lang=lang,
    )  # fmt: skip


def hedgehog_chart(lang: str = "en") -> Chart:
    """GDP of the host city, and what would have been forecast from each year before."""
    from zoneplan.charts import hedgehog

    w, panel = words(lang), scores.city_panels()["gdp_nominal"]
    factor, unit = shown_in("亿元", lang)
    city = panel.units.astype("str") == scores.HOST
    made = scores.back_test({"gdp": panel}, [scores.METHOD])["gdp"].rows
    made = made[made["unit_id"].astype("str") == scores.HOST].rename(columns={"origin_year": "origin"})
    late = made[made["horizon"] == scores.HORIZON]
    inside = int(late["actual"].between(late["q10"], late["q90"]).sum())
    bands = made[["origin", "year"]].join(factor * made[["q10", "q50", "q90"]])
    name = w("figures.cities.host")
    return hedgehog(
        "hedgehog_gdp",
        panel.where(city).rows().assign(value=lambda rows: factor * rows["value"])[["year", "value"]],
        bands,
        title=w("figures.hedgehog.title", inside=inside, n=len(late), city=name),
        subtitle=w("figures.hedgehog.subtitle", city=name, unit=unit),
        unit=unit,
        sources=["zjyb"],
        lang=lang,
    )


def coverage_chart(lang: str = "en") -> Chart:
    """How many outcomes of the Zhejiang cities fell into the 80 % intervals, by indicator and years ahead."""
    from zoneplan.charts import coverage

    w, tests = words(lang), scores.back_test(scores.city_panels(), [scores.METHOD])
    table = scores.all_tables(tests)
    data = table.assign(label=table["panel"].map(w.group("figures.cities")))[["label", "horizon", "coverage80", "origins", "cases"]]
    mean = data.loc[data["horizon"] == scores.HORIZON, "coverage80"].mean()
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
    from zoneplan.charts import reliability

    w, found = words(lang), scores.class_pseudo_targets(scores.HORIZON, scores.TODAY)
    data = found.table().rename(columns={"odds": "forecast", "met": "observed", "cases": "n"})
    return reliability(
        "reliability_classes",
        data,
        title=w("figures.reliability.title", gap=num(100 * found.worst_gap(), 0)),
        subtitle=w("figures.reliability.subtitle"),
        sources=["cityyb"],
        lang=lang,
    )
