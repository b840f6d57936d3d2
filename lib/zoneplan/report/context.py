"""Everything the reports say of one plan, each result made once; the templates add the words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.charts.wording import CHANCE_STEPS, reached_by
from zoneplan.data import tables
from zoneplan.data.indicators import indicator
from zoneplan.data.tables import PRIVATE
from zoneplan.evaluation.class_record import past_record
from zoneplan.evaluation.plausibility import outside
from zoneplan.forecasting.chances import BASE_DEPENDENT, Chances, chances
from zoneplan.forecasting.classes import LONGEST, OLD, ReferenceClass, record_ends
from zoneplan.forecasting.forecasts import base_of
from zoneplan.forecasting.overview import BOUNDED, SETTLED, UNKNOWN, Overview
from zoneplan.forecasting.scenario import BASES
from zoneplan.forecasting.settings import register
from zoneplan.forecasting.values import HEADLINE
from zoneplan.messages import words
from zoneplan.plan.document import ADMINISTRATIVE
from zoneplan.plan.findings import BREAK, CONTEXT, CONTRADICTS, FINDINGS, SLACK
from zoneplan.report import shown
from zoneplan.report.request import request
from zoneplan.text import MISSING

if TYPE_CHECKING:
    from zoneplan.study import Forecasts, Plan

# The findings that are told one by one.
APART = (CONTRADICTS, BREAK, SLACK)
# Rows of the first page's table, and the figures to ask for first.
MAIN, WANTED = 10, 4
# Readings of the first year that the paper prints, by their place in its own distribution.
READINGS = (0.25, 0.5, 0.75)
EVEN = 0.5
# Whose promises the scores are of.
PROMISED = ("provinces", "prefectures")

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Context:
    """The facts behind every sentence, named as the templates name them.

    Rows are those of the results that they come from: chances run from 0 to 1, values stand in the
    unit beside them, growth in percent a year. What a plan does not have is None or empty.
    """

    # Names of indicators by id, and texts of the plan, in the language.
    name: Callable[[str], str]
    told: Callable[[object], str]
    lang: str
    zone: str
    plan: str
    first: int
    last: int
    base_year: int
    day: date
    adopted: date
    # Whether figures of the user's own are known, whether the plan implies a base, and whether the
    # day of adoption came before the day of judgement.
    own: bool
    implied: bool
    earlier: bool
    # Points between the bases beyond which a range is the answer.
    apart: float
    # Words for chances with the least chance of each, and the same by key.
    scale: Sequence[tuple[str, float]]
    least: Mapping[str, float]
    # The final targets with a chance, the likeliest first; those of the first page.
    chances: Rows
    main: Rows
    lead: Row | None
    real: Row | None
    best: Row | None
    weak: Rows
    total: int
    together: Row | None
    # Every promise in the cells of its row, and how many there are of each status.
    promises: Sequence[Sequence[str]]
    counts: Row
    # Whether any figure is missing that a request asks for.
    waiting: bool
    # The headline levels by case of growth or of the base; revenue that a miss would cost.
    sensitivity: Rows
    lost: Row | None
    departments: Rows
    audit: Row
    record: Rows
    record_gap: bool
    private: Rows
    # The chance after each step to the answer, and otherwise.
    ladder: Mapping[str, float]
    levels: Rows
    stories: Row | None
    warning: Rows
    wanted: Rows
    windows: Row
    national: Rows
    next_door: Rows
    # What the counties beside the zone printed, in a sentence.
    beside: str
    span: int
    past: Rows
    eras: Rows
    constants: Rows
    stale: Row | None
    unlike: Rows
    scenarios: int
    # The charts of the paper by section, those of its annex, all numbered; those of the slides.
    figures: Mapping[str, Sequence[Chart]]
    annexed: Sequence[Chart]
    number: Mapping[str, int]
    slides: Sequence[Chart]
    sources: Rows
    more_sources: int
    slide_sources: Sequence[str]
    more_than_slides: int
    # The ids of all sources, also of charts that only the workbook has.
    behind: Sequence[str]

    def facts(self) -> dict[str, Any]:
        """The facts by name, as a template takes them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def context(made: Forecasts, drawn: shown.Drawn, lang: str = "en") -> Context:
    """The facts of the reports of a plan.

    Parameters
    ----------
    made : the forecasts of the plan, seen from the day of judgement.
    drawn : all charts of the brief in the language, with where each stands.
    lang : ``en`` or ``zh``, for names and for texts of the plan.
    """
    plan = made.plan
    warning = [
        _warned(i, rows)
        for i, rows in made.early_warning().rows.groupby("indicator_id", sort=False)
    ]
    return Context(
        name=lambda i: plan.name(i, lang),
        told=lambda text: plan.translate(text, lang),
        lang=lang,
        zone=plan.zone(lang),
        plan=plan.title(lang),
        first=plan.years[0],
        last=plan.years[-1],
        base_year=plan.base_year,
        day=plan.as_of,
        adopted=plan.adopted,
        earlier=plan.adopted < plan.as_of,
        scenarios=len(plan.scenarios),
        sensitivity=_sensitivity(made),
        lost=made.aims().lost() if len(made.aims().rows) else None,
        departments=rows_of(made.scorecard().rows),
        constants=rows_of(register()),
        audit=_audit(plan, lang),
        warning=warning,
        **_chances(made, warning, words(lang).group("charts.chance")),
        **_promises(made.promises(), lang),
        **_record(plan),
        **_levels(made),
        **_what_if(made, lang),
        **_compared(plan, lang),
        **_trusted(made),
        **_shown(plan, drawn, lang),
    )


def _sensitivity(made: Forecasts) -> Rows:
    """Both ends of the chance by case, a row a series."""
    ends = made.sensitivity().wide()
    return [
        {"indicator_id": i}
        | {case: (row["low", case], row["high", case]) for case in row.index.unique(1)}
        for i, row in ends.iterrows()
    ]


def rows_of(frame: pd.DataFrame) -> Rows:
    """A table as rows that a template can go through."""
    return list(frame.to_dict("records"))


def _chances(made: Forecasts, warning: Rows, said: Mapping[str, str]) -> dict[str, Any]:
    """The targets of the last year, those of the first page, and all promises at once."""
    judged = made.odds()
    given = judged.assessable()
    least = {key: p for p, key in CHANCE_STEPS}
    main = _main(made, judged, warning)
    lead = judged.lead()["indicator_id"] if len(given) else None
    plain = [r for r in main if not r["real"]]
    joint = made.joint().rows if len(given) else None
    return {
        "apart": 100 * BASE_DEPENDENT,
        "scale": [(said[key], p) for p, key in CHANCE_STEPS],
        "least": least,
        "chances": rows_of(given.sort_values("probability_high", ascending=False, kind="stable")),
        "main": main,
        "lead": next((r for r in plain if r["indicator_id"] == lead), None),
        "real": next((r for r in main if r["real"]), None),
        "best": max(plain, key=lambda r: r["probability_low"], default=None),
        "weak": [r for r in plain if r["probability_high"] < least["third"]],
        "total": len(judged.final()),
        "together": None if joint is None else joint.agg(["min", "max"]).to_dict(),
    }


def _main(made: Forecasts, judged: Chances, warning: Rows) -> Rows:
    """The rows of the first page: headline targets, and growth that the text prints as real.

    Each has its chance on the day and on the day of adoption, over the comparison groups, the
    targets with an even chance and with two in three over the bases, the first year's growth that
    makes it an even bet, and the arrow that reports of indicators print.
    """
    plan, head, text = made.plan, _headline(made), judged.rows
    text = text[(text["section"] == "text") & text["probability_low"].notna()]
    is_real = [indicator(i).is_real for i in text["indicator_id"]]
    both = pd.concat([head.assign(real=False), text[is_real].assign(real=True)], ignore_index=True)
    if both.empty:
        return []
    then = judged.rows.head(0)
    if plan.adopted < plan.as_of:
        then = chances(made.on_adoption()).rows
    then = then.set_index("target_id")[["probability_low", "probability_high"]]
    both = both.join(then.add_suffix("_then"), on="target_id")
    by_class = (
        made.classes().rows.groupby("indicator_id")["probability"].agg(["min", "max", "size"])
    )
    both = both.join(by_class.add_prefix("class_"), on="indicator_id")
    aims = made.aims().rows.set_index("target_id")
    for part in ("even", "two_in_three"):
        ends = aims[[f"{part}_{base}" for base in BASES]].agg(["min", "max"], axis=1)
        both = both.join(ends.add_prefix(f"{part}_"), on="target_id")
    watch = {r["indicator_id"]: r["even"] for r in warning}
    both["watch"] = both["indicator_id"].map(watch)
    # The real reading stands below the level that it reads.
    order = {i: n for n, i in enumerate(head["indicator_id"])}
    twins = both["target_id"].map(plan.targets.set_index("target_id")["same_as"])
    pairs = zip(both["indicator_id"], twins, strict=True)
    place = [order.get(i, order.get(twin, len(order))) for i, twin in pairs]
    return rows_of(both.assign(place=place).sort_values("place", kind="stable"))


def _promises(asked: Overview, lang: str) -> dict[str, Any]:
    """Every promise as the cells of a row; the last says what came of it, or what is missing."""
    texts = asked.shown(lang).texts.to_numpy().tolist()
    cells = []
    for row, told in zip(rows_of(asked.rows), texts, strict=True):
        came = row["status"] in (SETTLED, BOUNDED) and pd.notna(row["reservation"])
        said = row["reservation"] if came else row["missing_number"]
        step = MISSING if row["evidence"] == ADMINISTRATIVE else told[2]
        end = asked.plan.translate(said, lang) if said else MISSING
        if row["status"] == UNKNOWN and row["check"]:
            # What the check found is the reason why there is no chance.
            end = words(lang)("common.semicolon").join((asked.checked(row, lang), end))
        cells.append((told[0], told[1], step, *told[3:5], end))
    waiting = not request(asked, lang).empty
    return {"promises": cells, "counts": asked.facts(lang), "waiting": waiting}


def _audit(plan: Plan, lang: str) -> Row:
    """What the plan's statements were held against: how many, what is told apart, and ratios."""
    found = plan.audit()
    told, finding = found.told(lang), found.rows["finding"]
    held = finding[finding != CONTEXT]
    order = [f for f in FINDINGS if f in set(held)]
    first = {f: told.loc[finding == f, "finding"].iloc[0] for f in order}
    counts = [(first[f], int((held == f).sum())) for f in order]
    bad, macro = (rows_of(told[finding.isin(kinds)]) for kinds in (APART, [CONTEXT]))
    against = int((held == CONTRADICTS).sum())
    return {"n": len(held), "counts": counts, "bad": bad, "macro": macro, "against": against}


def _record(plan: Plan) -> dict[str, Any]:
    """What was observed of the zone, and figures of the user's own that no public source shows."""
    levels = {i: plan.levels(i) for i in plan.series() if not plan.is_rate(i)}
    levels = {i: rows for i, rows in levels.items() if not rows.empty}
    own = plan.observations[plan.observations["grade"] == PRIVATE]
    bases = (base_of(plan, i, "implied") for i in plan.series() if not plan.is_rate(i))
    return {
        "own": not own.empty,
        "implied": any(base is not None and base.kind == "implied" for base in bases),
        "record": [{"indicator_id": i, "points": rows_of(rows)} for i, rows in levels.items()],
        "record_gap": all(plan.base_year not in set(rows["year"]) for rows in levels.values()),
        "private": rows_of(own),
    }


def _levels(made: Forecasts) -> dict[str, Any]:
    """The steps to the lead's chance; medians against targets, with the growth still needed."""
    plan, judged = made.plan, made.odds()
    need = made.needed_growth().rows
    rows = judged.assessable()
    if not need.empty:
        kept = ["indicator_id", "class_median", "reached_implied", "origin_year", "end_year"]
        rows = rows.merge(need[kept], on="indicator_id")
        rows["gap"] = 100 * (rows["q50"] / rows["target"] - 1)
        bases = [b for i in rows["indicator_id"] if (b := base_of(plan, i, BASES[0]))]
        rows["start"] = [base.level.mid for base in bases]
        rows["start_year"] = [base.year for base in bases]
    lead = None if rows.empty else judged.lead()["indicator_id"]
    wanted = made.missing_numbers().rows.dropna(subset=["points"])
    return {
        "ladder": {} if lead is None else _steps(made[lead].ladder().rows),
        "levels": [] if need.empty else rows_of(rows),
        "wanted": rows_of(wanted[wanted["probability"].notna()].head(WANTED)),
    }


def _steps(rows: pd.DataFrame) -> Mapping[str, float]:
    return dict(zip(rows["step"], rows["probability"], strict=True))


def _what_if(made: Forecasts, lang: str) -> dict[str, Any]:
    """The scenarios with what each does to the headline targets."""
    plan, found = made.plan, made.by_scenario().rows
    main = list(_headline(made)["indicator_id"])
    found = found[found["indicator_id"].isin(main)]
    stories = None
    if not found.empty:
        wide = found.pivot(index="scenario", columns="indicator_id", values="probability")
        wide = wide[[i for i in main if i in wide]].loc[list(dict.fromkeys(found["scenario"]))]
        titles = {s: plan.scenarios[s].said("title", lang) for s in wide.index}
        rows = [
            (titles[s], list(cells)) for s, cells in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        stories = {"heads": list(wide.columns), "rows": rows}
    return {"stories": stories}


def _headline(made: Forecasts) -> pd.DataFrame:
    """The headline targets with a chance; of a plan without such, the first that have one."""
    final, groups = made.odds().assessable(), made.plan.targets.set_index("target_id")["group"]
    head = final[final["target_id"].map(groups).eq(HEADLINE).to_numpy(bool)]
    return (final if head.empty else head).head(MAIN)


def _warned(i: str, rows: pd.DataFrame) -> Row:
    """Readings of the first year with the chance that each leaves, and the growth that makes the
    last target an even bet (missing where no reading does).
    """
    plain = rows[~rows["planned"].astype(bool)].set_index("quantile")
    own = rows[rows["planned"].astype(bool)]
    chance, growth = rows["probability"].to_numpy(), rows["growth"].to_numpy()
    inside = chance.min() <= EVEN <= chance.max()
    even = float(np.interp(EVEN, chance, growth)) if inside else float("nan")
    cells = [(plain.loc[q, "growth"], plain.loc[q, "probability"]) for q in READINGS]
    planned = None if own.empty else (own["growth"].iloc[0], own["probability"].iloc[0])
    year = int(rows["year"].iloc[0])
    return {"indicator_id": i, "year": year, "cells": cells, "planned": planned, "even": even}


def _compared(plan: Plan, lang: str) -> dict[str, Any]:
    """Earlier windows, all national zones in the base year, and what the neighbours did."""
    windows = plan.peers.percentile()
    told: dict[str, Any] = {}
    if not windows.rows.empty:
        ends = {"first": windows.rows.iloc[0], "last": windows.rows.iloc[-1]}
        reached = {k: reached_by(r["percentile"], lang) for k, r in ends.items()}
        first, last = (row["percentile"] for row in ends.values())
        told = windows.facts(lang) | reached | {"rarer": first >= 100 * EVEN > last}
    near = plan.neighbours()
    return {
        "windows": told,
        "national": _national(plan),
        "next_door": _next_door(plan, near.rows),
        "beside": near.beside(lang),
    }


def _national(plan: Plan) -> Rows:
    """Growth of all national zones together in the base year, as far as it was known on the day."""
    if plan.home is None:
        return []
    rows = tables.read("national_zones")
    rows = rows[(rows["region"] == "all") & (rows["kind"] == "growth_nominal")]
    rows = rows[(rows["year"] == plan.base_year) & (rows["known_from"].dt.date <= plan.as_of)]
    rows = rows[rows["indicator_id"].isin(plan.series())]
    return rows_of(rows.assign(planned=[plan.stated_growth(i) for i in rows["indicator_id"]]))


def _next_door(plan: Plan, rows: pd.DataFrame) -> Rows:
    """By indicator: the planned growth, that of the host, and how many neighbours reached it."""
    if plan.host is None:
        return []
    out = []
    for i, part in rows.groupby("indicator_id", sort=False):
        host = part[part["group"] == "host"]
        # The host is one of the cities of its province.
        cities = part[part["group"].isin(("cities", "host"))]
        if len(cities) == len(host):
            continue
        out.append(
            {
                "indicator_id": i,
                "planned": part["planned"].iloc[0],
                "host": host["growth"].mean(),
                "median": cities.loc[cities["group"] == "cities", "growth"].median(),
                "reached": int(cities["reached"].sum()),
                "n": len(cities),
            }
        )
    return out


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
            {
                "class_": c,
                "indicators": users[c],
                **rows.agg(["size", "mean", "min", "max"]).to_dict(),
            }
            for c, rows in past.items()
        ],
        "eras": [row for of in PROMISED for row in _eras(plan, of)],
        "stale": {"last": ends, "years": ago} if ago is not None and ago > OLD else None,
        "unlike": rows_of(outside(made)),
    }


def _eras(plan: Plan, of: str) -> Rows:
    """Scores of real promises by era: chances that learn from earlier promises, those of the plain
    rule, which this plan's are made by, and the share met so far as the rival of both.
    """
    rows = plan.promise_record(of).rows.set_index(["era", "method"])
    eras = [e for e in dict.fromkeys(rows.index.get_level_values("era")) if e != "all"]
    kept = ["cases", "years", "mean", "met", "brier"]
    return [
        {"of": of, "late": n > 0, "rival": rows.loc[(e, "share"), "brier"]}
        | {f"plain_{k}": rows.loc[(e, "plain"), k] for k in ("mean", "brier")}
        | rows.loc[(e, "odds"), kept].to_dict()
        for n, e in enumerate(eras)
    ]


def _shown(plan: Plan, drawn: shown.Drawn, lang: str) -> dict[str, Any]:
    """The charts of paper and slides, and the sources that stand behind them."""
    few, annexed = shown.of_paper(drawn)
    slides = [c for entry, c in drawn if "slide" in entry.places]
    figures = [*(c for part in few.values() for c in part), *annexed]
    every = shown.sources_of([plan.observations, *(c.table() for _, c in drawn)])
    listed = _listed([plan.observations, *(c.table() for c in figures)])
    on_slides = _listed(c.table() for c in slides)
    # The slide's own title says what the lines are.
    head = words(lang).raw("charts.source.whole").partition("{names}")[0]
    return {
        "figures": few,
        "annexed": annexed,
        "number": {c.id: n for n, c in enumerate(figures, start=1)},
        "sources": rows_of(shown.listed(plan.sources, listed, lang)),
        "more_sources": len(every) - len(listed),
        "slides": slides,
        "slide_sources": list(dict.fromkeys(c.source.removeprefix(head) for c in slides)),
        "more_than_slides": len(every) - len(on_slides),
        "behind": sorted(every),
    }


def _listed(frames: Iterable[pd.DataFrame]) -> set[str]:
    return shown.sources_of(frames, shown.LISTED)
