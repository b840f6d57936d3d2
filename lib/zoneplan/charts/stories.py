"""Every chart of the brief in reading order: the one list that notebooks and reports share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from zoneplan.charts.chart import Chart
from zoneplan.messages import words
from zoneplan.result import Nothing, Result

if TYPE_CHECKING:
    from zoneplan.study import Plan

# Where a chart stands: on paper (with the section), on a slide, or on the pages of the index only.
Place = Literal["paper", "slide"]


@dataclass(frozen=True)
class BriefChart:
    """One chart of the brief: the section that it belongs to, where it stands, and how it
    is made.
    """

    section: str
    places: frozenset[Place]
    draw: Callable[[str], Chart | Nothing]


def brief_charts(plan: Plan) -> list[BriefChart]:
    """The charts of the brief of a plan, in reading order; results are made when they are drawn.

    Sections are those of the paper: ``answer``, ``plan``, ``growth``, ``whatif``, ``compared`` and
    ``trust``; a chart without a place stands on the pages of the index and in the workbook.
    """
    return [BriefChart(section, frozenset(places), draw) for section, places, draw in _listed(plan)]


def drawn(
    plan: Plan, lang: str, place: Place | None = None
) -> tuple[list[tuple[BriefChart, Chart]], list[str]]:
    """The charts (of one place, if it is named) that can be drawn of a plan, and why others are
    left out, each reason once.
    """
    made, reasons = [], []
    for entry in brief_charts(plan):
        if place is not None and place not in entry.places:
            continue
        chart = entry.draw(lang)
        if isinstance(chart, Nothing):
            reasons.append(chart.why)
        elif found := chart.problems():
            reasons.append(words(lang)("charts.unprintable", title=chart.title, why=found[0]))
        else:
            made.append((entry, chart))
    return made, list(dict.fromkeys(reasons))


def _listed(plan: Plan) -> Iterator[tuple[str, tuple[Place, ...], Callable[[str], Any]]]:
    made = plan.forecast()
    levels, peers = made.levels(), plan.peers
    lead, *others = levels or list(made)[:1]

    def of(ask: Callable[[], Result], **options: Any) -> Callable[[str], Any]:
        return lambda lang: ask().plot(lang, **options)

    yield "answer", ("slide",), of(made.odds)
    yield "answer", ("paper",), of(made.promises)
    yield "answer", (), of(made.scorecard)
    yield "answer", (), of(made.joint)
    yield "plan", ("paper",), of(plan.ratios)
    yield "growth", ("paper", "slide"), of(made[lead].ladder)
    yield "growth", ("paper", "slide"), of(made.fans)
    yield "growth", ("paper", "slide"), of(made.needed_growth)
    yield "growth", (), of(made.aims)
    for i in others:
        yield "growth", (), of(made[i].ladder)
    yield "whatif", ("paper", "slide"), of(made.by_scenario)
    yield "whatif", ("paper", "slide"), of(made.early_warning)
    yield "whatif", (), of(made.odds, by="years")
    yield "whatif", (), of(made.missing_numbers)
    for i in (lead, *others)[:2]:
        # One-way swings never stand alone: the shares say what each is worth when all move
        # together.
        yield "whatif", (), of(made[i].tornado)
        yield "whatif", (), of(made[i].variance_shares)
    yield "compared", ("paper",), of(peers.ambition)
    yield "compared", (), of(peers.ambition, by="classes")
    yield "compared", ("paper",), of(made.classes)
    yield "compared", ("paper",), of(peers.against_city)
    yield "compared", ("paper", "slide"), of(plan.neighbours)
    # What zones reported is context: figures of every year, those published later too.
    late = peers(hindsight=True)
    for ask in (late.growth, late.reaching, late.totals, late.ranks, late.promised):
        yield "compared", (), of(ask)
    yield "compared", (), of(late.small_zones)
    yield "trust", ("paper", "slide"), of(plan.promise_record)
    yield "trust", ("paper",), of(plan.promise_record, by="years")
    yield "trust", (), of(plan.promise_record, by="methods")
    yield "trust", (), of(plan.promise_record, by="stretch")
    if plan.yearly:
        yield "trust", ("paper",), of(plan.track_record)
