"""Every chart of the brief, made from a plan: the one list that the notebooks and the reports share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan import peers, reference, scores
from zoneplan.ambition import ambition, availability
from zoneplan.audit import ratio_paths
from zoneplan.catchup import city_convergence, small_zones
from zoneplan.compare import against_city, movers, national_totals, promised_growth, reported_growth
from zoneplan.drivers import drivers, variance_shares
from zoneplan.forecast import forecast
from zoneplan.sensitivity import needed_growth, panels, swings
from zoneplan.text import num, odds_range

if TYPE_CHECKING:
    from zoneplan.charts import Chart
    from zoneplan.forecast import Forecast
    from zoneplan.plan import Plan

PATHS = ("gdp", "industrial_value_added", "trade_total", "budget_revenue")
SHORT = {
    "gdp": "GDP",
    "industrial_value_added": "Value added",
    "fiscal_revenue_total": "Total revenue",
    "budget_revenue": "Budget revenue",
    "trade_total": "Trade",
    "fixed_asset_investment": "Investment",
    "fdi_actual": "Foreign investment",
}
UNITS = {"亿元": "CNY 100 million (亿元)", "万美元": "USD 10,000 (万美元)", "%": "percent"}


def figures(plan: Plan, lang: str = "en") -> list[Chart]:
    """All charts of the brief, in reading order, with their texts in ``lang`` (``en`` or ``zh``)."""
    return [
        plan.audit().plot(),
        ratio_chart(plan),
        *(path_chart(plan, i) for i in PATHS),
        plan.verdicts().plot(),
        needed_growth(plan).plot(),
        # One-way swings never stand alone: the shares beside them say what each is worth when all move together.
        swings(plan, "gdp").plot("GDP", plan.zone_en),
        variance_shares(drivers(plan, "gdp")).plot(),
        swings(plan, "trade_total").plot("trade", plan.zone_en),
        variance_shares(drivers(plan, "trade_total")).plot(),
        panels(plan).plot(),
        percentile_chart(plan),
        *comparison_charts(plan),
        hedgehog_chart(),
        coverage_chart(),
        reliability_chart(),
    ]


def comparison_charts(plan: Plan) -> list[Chart]:
    """The zone among regions and other zones: every chart of 05_compare_zones but the percentiles."""
    stated = plan.stated_growth("gdp")
    placed, zone, reports = ambition(plan), peers.zone(peers.HOME), reported_growth()
    return [
        availability(plan).plot(),
        placed.plot(),
        placed.plot_windows(),
        peers.size_and_growth(2006, 2022).plot(stated),
        reports.plot(stated),
        reports.plot_bias(stated),
        national_totals().plot(),
        peers.rank_history(zone["province"]).plot(peers.HOME),
        movers().plot(),
        small_zones().plot(),
        small_zones(zone_alone=True).plot(),
        promised_growth(plan).plot(),
        against_city().plot(),
        city_convergence().plot(),
    ]


def path_chart(plan: Plan, indicator_id: str) -> Chart:
    """History, forecast fan and targets of one annex level.

    How to read it: the darker band holds half of the outcomes, the lighter one four in five; a target
    above the band asks for more than similar regions managed.
    """
    from zoneplan.charts import path_to_target

    made = forecast(plan, indicator_id)
    if made is None or made.base is None:
        raise ValueError(f"{indicator_id!r} has no forecast of a level, so there is no path to draw")
    last = plan.years[-1]
    target = plan.target(indicator_id, last)
    low, high = sorted(f.odds(last, target) for f in (made, forecast(plan, indicator_id, "observed") or made))
    return draw_path(
        plan,
        made,
        f"path_{indicator_id}",
        title=f"{SHORT[indicator_id]} of {num(target, 0)} {made.unit} in {last}: odds {odds_range(low, high)}",
        note=f"Fan: {made.growth[last].class_.label}, carried from the base. Observed points may differ in scope.",
        base_label=f"implied {made.base.year} base",
    )


SUBTITLES = {
    "en": "{name}, {zone}, Wenzhou, {unit}, {first}-{last}; as of {day:%d %B %Y}",
    "zh": "{name}，温州{zone}，{unit}，{first}-{last}年；截至{day.year}年{day.month}月{day.day}日",
}


def draw_path(plan: Plan, made: Forecast, id: str, *, title: str, note: str, base_label: str, lang: str = "en",
              words: Mapping[str, str] | None = None) -> Chart:  # fmt: skip
    """History, fan and targets of one forecast of a level, whatever it assumes.

    ``lang`` (``en`` or ``zh``) is the language of subtitle and source line, ``words`` those inside the picture.

    How to read it: as :func:`path_chart`.
    """
    from zoneplan.charts import path_to_target, source_line

    i, last = made.indicator_id, plan.years[-1]
    history = plan.levels(i)[["year", "value", "source_id", "scope_note"]]
    seen = history.tail(1)
    naive = None if seen.empty else pd.DataFrame({"year": [int(seen["year"].iloc[0]), last], "value": [*seen["value"]] * 2})
    about = SUBTITLES[lang].format(
        name=plan.name(i, lang), zone=plan.zone_zh if lang == "zh" else plan.zone_en, day=plan.as_of, last=last,
        unit=made.unit if lang == "zh" else UNITS[made.unit], first=int(min([*history["year"], made.base.year])),
    )  # fmt: skip
    ids = ["plan", *sorted(set(history["source_id"])), *sorted(set(made.growth[last].rows["source_id"]))]
    return path_to_target(
        id,
        history,
        made.table(),
        plan.annex(i)[["year", "value"]],
        title=title,
        subtitle=about,
        unit=made.unit,
        sources=source_line(ids, lang),
        naive=naive,
        note=note,
        base=(made.base.year, made.base.level.mid),
        base_label=base_label,
        words=words,
    )


def ratio_chart(plan: Plan) -> Chart:
    """The paths of the ratios between targets, with the last observed ratios."""
    from zoneplan.charts import lines

    paths = ratio_paths(plan)
    added = paths[paths["ratio"].str.startswith("Above-scale")].set_index("year")["percent"]
    first, last = plan.years[0], plan.years[-1]
    seen = max(y for y in added.index if y < first)
    data = paths.rename(columns={"ratio": "label", "year": "x", "percent": "y"})
    return lines(
        "ratio_paths",
        data,
        title=f"Value added: {num(added[seen])} % of GDP in {seen}, {num(added[last])} % planned",
        subtitle=f"Ratios of planned and observed levels, {plan.zone_en}, Wenzhou, percent, "
        f"{int(paths['year'].min())}-{last}",
        sources=sorted(set(paths["source_id"])),
        unit="percent",
        planned_from=first,
    )


def percentile_table(plan: Plan) -> pd.DataFrame:
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
            {"indicator_id": i, "label": f"{plan.name(i)} {plan.name(i, 'zh')}", "reference_class": growth.class_.label,
             "origin_year": int(growth.rows["origin_year"].min()), "end_year": int(growth.rows["end_year"].max()), **q,
             "n_units": int(growth.rows["n_units"].min()), "plan_growth": stated, "percentile": 100 * growth.odds(stated),
             "source_id": growth.rows["source_id"].iloc[-1]}
        )  # fmt: skip
    return pd.DataFrame(rows)


def percentile_chart(plan: Plan) -> Chart:
    """The plan's growth within the reference classes."""
    from zoneplan.charts import reached_by, reference_percentile

    rows = percentile_table(plan)
    gdp = rows.set_index("indicator_id").loc["gdp"]
    return reference_percentile(
        "reference_percentile",
        rows,
        title=f"{reached_by(gdp['percentile'])} similar counties matched the planned GDP growth"
        if 1 <= gdp["percentile"] <= 99
        else f"Planned GDP growth lies {reached_by(gdp['percentile'])} percentile of similar counties",
        subtitle=f"Average annual growth over three years, percent, windows {rows['origin_year'].min()}-"
        f"{rows['end_year'].max()}, reference classes of {plan.zone_en}",
        sources=["plan", *sorted(set(rows["source_id"]))],
    )


def hedgehog_chart() -> Chart:
    """GDP of the host city, and what would have been forecast from each year before."""
    from zoneplan.charts import hedgehog

    panel = scores.city_panels()["gdp_nominal"]
    city = panel.units.astype("str") == scores.HOST
    made = scores.back_test({"gdp": panel}, [scores.METHOD])["gdp"].rows
    made = made[made["unit_id"].astype("str") == scores.HOST].rename(columns={"origin_year": "origin"})
    late = made[made["horizon"] == scores.HORIZON]
    inside = int(late["actual"].between(late["q10"], late["q90"]).sum())
    return hedgehog(
        "hedgehog_gdp",
        panel.where(city).rows()[["year", "value"]],
        made[["origin", "year", "q10", "q50", "q90"]],
        title=f"{inside} of {len(late)} three-year forecasts of Wenzhou's GDP held",
        subtitle="GDP of Wenzhou as printed, and forecasts from each earlier year with P10 to P90, CNY 100 million",
        unit=UNITS["亿元"],
        sources=["zjyb"],
    )


def coverage_chart() -> Chart:
    """How many outcomes of the Zhejiang cities fell into the 80 % intervals, by indicator and years ahead."""
    from zoneplan.charts import coverage

    tests = scores.back_test(scores.city_panels(), [scores.METHOD])
    table = scores.all_tables(tests)
    data = table.assign(label=table["panel"].map(scores.SERIES))[["label", "horizon", "coverage80", "origins", "cases"]]
    mean = data.loc[data["horizon"] == scores.HORIZON, "coverage80"].mean()
    return coverage(
        "coverage_cities",
        data.assign(coverage=data["coverage80"] / 100),
        nominal=0.8,
        title=f"With eleven cities, 80 % intervals held {num(mean, 0)} % three years ahead",
        subtitle="Outcomes between P10 and P90, percent, Zhejiang cities, every forecast from 2014 on, by indicator",
        sources=["zjyb"],
    )


def reliability_chart() -> Chart:
    """Odds that the rule behind the verdicts gave to targets at percentiles of past growth, and what came of them."""
    from zoneplan.charts import reliability

    found = scores.class_pseudo_targets(scores.HORIZON, scores.TODAY)
    data = found.table().rename(columns={"odds": "forecast", "met": "observed", "cases": "n"})
    return reliability(
        "reliability_classes",
        data,
        title=f"Odds and outcomes lay {num(100 * found.worst_gap(), 0)} points apart at most",
        subtitle="Targets at past percentiles of growth: odds given and share met, percent, reference classes, three years",
        sources=["cityyb"],
    )
