"""Everything the reports say of one plan, each result made once; the templates add the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.charts.wording import CHANCE_STEPS, reached_by
from zoneplan.data.tables import PRIVATE
from zoneplan.evaluation import backtest
from zoneplan.evaluation.class_record import TODAY, class_pseudo_targets, past_record
from zoneplan.evaluation.plausibility import outside
from zoneplan.forecasting.chances import BASE_DEPENDENT
from zoneplan.forecasting.classes import LONGEST, OLD, ReferenceClass, record_ends
from zoneplan.forecasting.forecasts import base_of
from zoneplan.messages import words
from zoneplan.peers.zones import REGION, names
from zoneplan.plan.document import ANNEX
from zoneplan.plan.findings import BREAK, CONTEXT, CONTRADICTS, FINDINGS, ROUNDING, SLACK
from zoneplan.plan.intervals import cagr
from zoneplan.plan.outcomes import OPEN as UNDECIDED
from zoneplan.plan.outcomes import resolutions
from zoneplan.report import shown
from zoneplan.text import MISSING

if TYPE_CHECKING:
    from zoneplan.study import Forecasts, Plan

LADDER = ("A", "B", "C", "D", "N", "administrative")
# The findings that are told one by one.
APART = (CONTRADICTS, BREAK, SLACK)
CLOSEST, WANTED = 5, 3

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Context:
    """The facts behind every sentence, named as the templates name them.

    Rows are those of the results that they come from: chances run from 0 to 1, values stand in the
    unit beside them, growth in percent a year. What a plan does not have is None or empty.
    """

    # Names of indicators and zones by id, and texts of the plan, in the language.
    name: Callable[[str], str]
    zone_name: Callable[[str], str]
    told: Callable[[object], str]
    lang: str
    zone: str
    plan: str
    first: int
    last: int
    base_year: int
    day: date
    # Whether figures of the user's own are known, and whether the plan implies a base.
    own: bool
    implied: bool
    # Points between the bases beyond which a range is the answer.
    apart: float
    # Words for chances with the least chance of each, and the same by key.
    scale: Sequence[tuple[str, float]]
    least: Mapping[str, float]
    # The likeliest first; the others in printed order.
    chances: Rows
    likely: Rows
    unlikely: Rows
    undecided: Rows
    hanging: Rows
    total: int
    steps: Mapping[str, int]
    given_steps: Sequence[str]
    together: Row | None
    departments: Rows
    waiting: Mapping[str, Rows]
    later: Rows
    promised: Row
    audit: Row
    record: Rows
    record_gap: bool
    private: Rows
    medians: Rows
    harder: Row
    swing: Row | None
    lead: str
    ladder: Rows
    wanted: Rows
    windows: Row
    weight: Row | None
    yearly: Row | None
    rank: Row | None
    closest: Rows
    province: Mapping[str, str]
    span: int
    past: Rows
    tested: Row
    stale: Row | None
    unlike: Rows
    scenarios: int
    # The charts of the paper by section, with their numbers, and those of the slides.
    figures: Mapping[str, Sequence[Chart]]
    number: Mapping[str, int]
    slides: Sequence[Chart]
    sources: Rows
    more_sources: int
    slide_sources: Rows
    more_than_slides: int
    # The ids of all sources, also of charts that only the workbook has.
    behind: Sequence[str]

    def facts(self) -> dict[str, Any]:
        """The facts by name, as a template takes them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def context(made: Forecasts, charts: Sequence[Chart], lang: str = "en") -> Context:
    """The facts of the reports of a plan.

    Parameters
    ----------
    made : the forecasts of the plan, seen from the day of judgement.
    charts : all charts of the brief in the language; paper and slides show the most telling.
    lang : ``en`` or ``zh``, for names and for texts of the plan.
    """
    plan, around = made.plan, Around.of(made.plan)
    later = resolutions(plan).rows.merge(plan.targets[["target_id", "indicator_id"]])
    return Context(
        name=lambda i: plan.name(i, lang),
        zone_name=lambda i: names(plan, [i], lang)[0],
        told=lambda text: plan.translate(text, lang),
        lang=lang,
        zone=plan.zone(lang),
        plan=plan.title(lang),
        first=plan.years[0],
        last=plan.years[-1],
        base_year=plan.base_year,
        day=plan.as_of,
        scenarios=len(plan.scenarios),
        departments=rows_of(made.scorecard().rows),
        later=rows_of(later[later["resolution"] != UNDECIDED]),
        promised=_promised(plan),
        audit=_audit(plan, lang),
        **_chances(made, words(lang).group("charts.chance")),
        **_record(plan),
        **_decides(made, lang),
        **_compared(plan, around, lang),
        **_trusted(made),
        **_shown(plan, around, charts, lang),
    )


def rows_of(frame: pd.DataFrame) -> Rows:
    """A table as rows that a template can go through."""
    return list(frame.to_dict("records"))


def _chances(made: Forecasts, said: Mapping[str, str]) -> dict[str, Any]:
    """The targets of the last year, with a chance and without, and all promises at once."""
    final, given = made.odds().final(), made.odds().assessable()
    least, steps = {key: p for p, key in CHANCE_STEPS}, final["evidence"].value_counts()
    # A range counts where both of its ends do.
    likely = given["probability_low"] >= least["likely"]
    unlikely = given["probability_high"] < least["even"]
    waiting: dict[str, list[Row]] = {}
    number = MISSING
    for row in rows_of(final[final["probability_low"].isna()]):
        # A reader may cut or sort the table, so what is the same is written out.
        number = number if row["missing_number"] == "same" else row["missing_number"] or MISSING
        waiting.setdefault(number, []).append(row)
    joint = made.joint().rows if len(given) else None
    return {
        "apart": 100 * BASE_DEPENDENT,
        "scale": [(said[key], p) for p, key in CHANCE_STEPS],
        "least": least,
        "chances": rows_of(given.sort_values("probability_high", ascending=False, kind="stable")),
        "likely": rows_of(given[likely]),
        "unlikely": rows_of(given[unlikely]),
        "undecided": rows_of(given[~(likely | unlikely)]),
        "hanging": rows_of(given[given["probability"].isna()]),
        "total": len(final),
        "steps": {k: int(steps[k]) for k in LADDER if k in steps},
        "given_steps": [k for k in LADDER if k in set(given["evidence"])],
        "together": None if joint is None else joint.agg(["min", "max"]).to_dict(),
        "waiting": waiting,
    }


def _promised(plan: Plan) -> Row:
    """How much the plan promises, and what one printed figure stands for."""
    targets = plan.targets[plan.targets["value"].notna()]
    annex, texts = (targets[targets["section"] == s] for s in (ANNEX, "text"))
    one, half = targets.iloc[0]["value"], targets.iloc[0]["precision"] / 2
    counts = {"series": len(plan.series()), "figures": len(annex), "texts": len(texts)}
    example = {"value": one, "low": one - half, "high": one + half}
    return {"promises": len(plan.distinct()), **counts, **example}


def _audit(plan: Plan, lang: str) -> Row:
    found = plan.audit()
    told, finding = found.told(lang), found.rows["finding"]
    held, told = finding[finding != CONTEXT], told[finding != CONTEXT]
    order = [f for f in FINDINGS if f in set(held)]
    counts = [(told.loc[held == f, "finding"].iloc[0], int((held == f).sum())) for f in order]
    bad, near = (rows_of(told[held.isin(kinds)]) for kinds in (APART, [ROUNDING]))
    return {"n": len(held), "counts": counts, "bad": bad, "near": near}


def _record(plan: Plan) -> dict[str, Any]:
    """What was observed of the zone, and figures of the user's own that no public source shows."""
    levels = {i: plan.levels(i) for i in plan.series() if not plan.is_rate(i)}
    levels = {i: rows for i, rows in levels.items() if not rows.empty}
    own = plan.observations[plan.observations["grade"] == PRIVATE]
    bases = (base_of(plan, i, "implied") for i in plan.series() if not plan.is_rate(i))
    return {
        "own": not own.empty,
        "implied": any(base is not None and base.kind == "implied" for base in bases),
        "record": [
            {"indicator_id": i, "points": rows_of(rows), "growth": _to_first(plan, i, rows)}
            for i, rows in levels.items()
        ],
        "record_gap": all(plan.base_year not in set(rows["year"]) for rows in levels.values()),
        "private": rows_of(own),
    }


def _to_first(plan: Plan, indicator_id: str, levels: pd.DataFrame) -> float:
    """Growth from the last observed level to the plan's first target, percent a year."""
    last = levels.iloc[-1]
    target, years = plan.target(indicator_id, plan.years[0]), plan.years[0] - int(last["year"])
    return float("nan") if target is None or years < 1 else cagr(last["value"], target.value, years)


def _decides(made: Forecasts, lang: str) -> dict[str, Any]:
    """Medians against targets, needed growth, the widest swing, the steps to a chance."""
    plan, rows, need = made.plan, made.odds().assessable(), made.needed_growth()
    levels = rows[(rows["unit"] != "%") & rows["needed_growth"].notna()]
    lead = _lead(made, levels["indicator_id"])
    last = {i: rows_of(plan.levels(i).tail(1)) for i in levels["indicator_id"]}
    medians = levels.assign(gap=100 * (levels["q50"] / levels["target"] - 1), seen=last.values())
    wanted = made.missing_numbers().rows.dropna(subset=["probability", "points"])
    return {
        "medians": rows_of(medians),
        "harder": {} if need.rows.empty else need.facts(lang),
        "swing": None if lead is None else _swing(made, lead),
        "lead": "" if lead is None else plan.name(lead, lang),
        "ladder": [] if lead is None else rows_of(made[lead].ladder().rows),
        "wanted": rows_of(wanted.head(WANTED)),
    }


def _lead(made: Forecasts, levels: Iterable[str]) -> str | None:
    """The level that the paper takes apart: GDP, or the first that is forecast for every year."""
    years = list(made.plan.years)
    for i in sorted(levels, key=lambda i: i != "gdp"):
        head = made.of(i)
        if head is not None and head.base is not None and list(head.open_years) == years:
            return i
    return None


def _swing(made: Forecasts, indicator_id: str) -> Row | None:
    """The widest one-way swing, and which single assumptions reach the target alone."""
    swings = made[indicator_id].tornado()
    if swings.rows.empty:
        return None
    alone = swings.rows.loc[swings.rows["high"] >= swings.target, "driver"].tolist()
    fixed = {"centre": swings.centre, "target": swings.target, "alone": alone}
    return {**swings.rows.iloc[0].to_dict(), "unit": made.plan.unit(indicator_id), **fixed}


class Around(NamedTuple):
    """What is told of other zones and regions: context, in no chance, hindsight included."""

    weights: pd.DataFrame
    ranks: pd.DataFrame
    yearly: pd.DataFrame
    near: pd.DataFrame

    @classmethod
    def of(cls, plan: Plan) -> Around:
        """The home zone's weight and ranks, targets of regions with a result, the zone's like."""
        peers = plan.peers(hindsight=True)
        yearly = peers.region_targets().filter(indicator_id="gdp", unit="%").rows
        yearly = yearly[(yearly["status"] != "open") & (yearly["year"] < plan.as_of.year)]
        own = (result.filter(zone_id=plan.home).rows for result in (peers.shares(), peers.ranks()))
        weights, ranks = (rows.tail(1) for rows in own)
        return cls(weights, ranks, yearly, peers.closest(CLOSEST).rows)


def _compared(plan: Plan, around: Around, lang: str) -> dict[str, Any]:
    """Earlier windows, the zone's weight, others' targets, its rank and its like."""
    windows, yearly = plan.peers.percentile(), around.yearly
    told: dict[str, Any] = {}
    if not windows.rows.empty:
        ends = {"first": windows.rows.iloc[0], "last": windows.rows.iloc[-1]}
        reached = {k: reached_by(r["percentile"], lang) for k, r in ends.items()}
        told = windows.facts(lang) | reached
    years = {} if yearly.empty else {"first": yearly["year"].min(), "last": yearly["year"].max()}
    places = yearly["entity_id"].str.removeprefix(REGION).unique().tolist()
    met = int((yearly["status"] == "reached").sum())
    return {
        "windows": told,
        "weight": next(iter(rows_of(around.weights)), None),
        "rank": next(iter(rows_of(around.ranks)), None),
        "yearly": {"n": len(yearly), "met": met, "who": places, **years} if years else None,
        "closest": rows_of(around.near),
        "province": words(lang).group("columns.value.province"),
    }


def _trusted(made: Forecasts) -> dict[str, Any]:
    """How such forecasts fared before, and what makes those of this plan less certain."""
    plan, ends, span = made.plan, record_ends(made.plan), min(len(made.plan.years), LONGEST)
    # Several targets share a class; its record is told once.
    users: dict[ReferenceClass, list[str]] = {}
    for i in plan.series():
        if (class_ := made.class_of(i)) is not None:
            users.setdefault(class_, []).append(i)
    past = {c: rows for c in users if len(rows := past_record(c, span, plan.as_of))}
    ago = None if ends is None else plan.years[0] - ends
    return {
        "span": span,
        "past": [
            {"class_": c, "indicators": users[c], **rows.agg(["size", "mean", "min"]).to_dict()}
            for c, rows in past.items()
        ],
        "tested": _tested(),
        "stale": {"last": ends, "years": ago} if ago is not None and ago > OLD else None,
        "unlike": rows_of(outside(made)),
    }


def _tested() -> Row:
    """How chances and intervals of this kind fared when they were put to the test."""
    found = class_pseudo_targets(backtest.HORIZON, TODAY)
    cities = backtest.contest(backtest.saved_bench("cities"))
    bench = backtest.saved_bench("forecast").set_index("method")
    bench = bench[(bench["case"] == "full history") & (bench["horizon"] == backtest.HORIZON)]
    best = bench.drop(index=backtest.METHOD)["loss"].idxmin()
    ours, theirs = bench.loc[backtest.METHOD], bench.loc[best]
    return {
        "gap": 100 * found.worst_gap(),
        "skill": 100 * found.brier()["skill"],
        "units": bench["cases"].max() / bench["origins"].max(),
        "ratio": ours["loss"] / theirs["loss"],
        "model": best,
        "held": ours["coverage80"],
        "model_held": theirs["coverage80"],
        "cities": cities["coverage80"].mean(),
    }


def _shown(plan: Plan, around: Around, charts: Sequence[Chart], lang: str) -> dict[str, Any]:
    """The charts of paper and slides, and the sources that stand behind them."""
    few, slides = shown.of_paper(charts), shown.of_slides(charts)
    figures, others = [c for part in few.values() for c in part], [plan.observations, *around]
    every = shown.sources_of([*others, *(c.table() for c in charts)])
    paper = [*others, *(c.table() for c in figures)]
    listed = shown.sources_of(paper, shown.LISTED)
    on_slides = shown.sources_of([c.table() for c in slides], shown.LISTED)
    return {
        "figures": few,
        "number": {c.id: n for n, c in enumerate(figures, start=1)},
        "sources": rows_of(shown.listed(plan.sources, listed, lang)),
        "more_sources": len(shown.sources_of(paper)) - len(listed),
        "slides": slides,
        "slide_sources": rows_of(shown.listed(plan.sources, on_slides, lang)),
        "more_than_slides": len(every) - len(on_slides),
        "behind": sorted(every),
    }
