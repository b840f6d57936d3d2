"""The sheets of the workbook beside its charts: chances, targets, assumptions, audit, sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from zoneplan.forecasting.classes import LONGEST, class_of
from zoneplan.forecasting.forecasts import base_of
from zoneplan.forecasting.scenario import BASES
from zoneplan.messages import words
from zoneplan.text import day

if TYPE_CHECKING:
    from zoneplan.study import Forecasts, Plan

COLUMNS = [
    "kind", "name", "indicator_id", "year", "value", "low",
    "high", "expected", "unit", "source_id", "note",
]  # fmt: skip

# What the sheet of promises has beside the cells of the paper.
NUMBERS = [
    "probability_low", "probability_high", "even_chance", "average", "every_year", "record",
    "record_n",
]  # fmt: skip


def sheets(
    made: Forecasts, sources: Sequence[str], lang: str = "en"
) -> list[tuple[str, str, pd.DataFrame]]:
    """Name, note and table of every sheet.

    Parameters
    ----------
    made : the forecasts of a plan.
    sources : ids of the sources that the reports rest on.
    lang : ``en`` or ``zh``; texts that the plan's glossary has are in it.
    """
    plan, w = made.plan, words(lang)
    asked = made.promises()
    tables = {
        "promises": pd.concat([asked.shown(lang).texts, asked.rows[NUMBERS]], axis=1),
        "verdicts": made.odds().table(),
        "targets": plan.targets,
        "assumptions": assumptions(plan, lang),
        "audit": plan.audit().told(lang),
        "observations": plan.observations,
        "sources": plan.sources.known(sources).reset_index(),
    }
    when, known = day(plan.as_of, lang), set(plan.glossary["text"])

    def told(cell: Any) -> Any:
        return plan.translate(cell, lang) if isinstance(cell, str) and cell in known else cell

    return [
        (w(f"workbook.sheet.{key}"), w(f"workbook.note.{key}", day=when), rows.map(told))
        for key, rows in tables.items()
    ]


def assumptions(plan: Plan, lang: str = "en") -> pd.DataFrame:
    """Bases, reference classes and scenarios of a plan, one row a figure.

    Returns
    -------
    Columns kind, name, indicator_id, year, value, low, high, expected, unit, source_id (of a
    scenario the rows it is sized on) and note. Of a class ``value``, ``low`` and ``high`` are
    median, P10 and P90 of its growth in the last window known; of a base its level with its
    rounding; of a scenario the growth it stands for, beside the one expected.
    """
    rows = [*_bases(plan, lang), *_classes(plan, lang), *_scenarios(plan, lang)]
    return pd.DataFrame(rows, columns=COLUMNS).astype("object")


def _bases(plan: Plan, lang: str) -> Iterator[dict[str, Any]]:
    w = words(lang)
    for i in plan.series():
        bases = [] if plan.is_rate(i) else [base_of(plan, i, kind) for kind in BASES]
        for base in filter(None, bases):
            level = {"value": base.level.mid, "low": base.level.low, "high": base.level.high}
            place = {"year": base.year, "source_id": base.source_id, "note": base.scope_note}
            name = w(f"workbook.assumed.{base.kind}")
            kind, unit = w("workbook.kind.base"), plan.unit(i)
            yield {"kind": kind, "name": name, "indicator_id": i, "unit": unit, **level, **place}


def _classes(plan: Plan, lang: str) -> Iterator[dict[str, Any]]:
    w = words(lang)
    for i in plan.series():
        class_ = class_of(plan, i)
        if class_ is None:
            continue
        windows = class_.windows(min(len(plan.years), LONGEST), plan.as_of)
        if windows.empty:
            continue
        last, how = windows.iloc[-1], "proxy" if class_.is_proxy else "regions"
        yield {
            "kind": w("workbook.kind.class"),
            "name": class_.describe(lang),
            "indicator_id": i,
            "year": int(last["end_year"]),
            "value": last["p50"],
            "low": last["p10"],
            "high": last["p90"],
            "unit": w("common.unit.percent_year"),
            "source_id": last["source_id"],
            "note": w(f"workbook.assumed.{how}", n=last["n_units"]),
        }


def _scenarios(plan: Plan, lang: str) -> Iterator[dict[str, Any]]:
    w = words(lang)
    for story in plan.scenarios.values():
        head = {"kind": w("workbook.kind.scenario"), "name": story.said("title", lang)}
        yield head | {"note": story.said("text", lang)}
        for r in story.rows.itertuples():
            sized = {"indicator_id": r.indicator_id, "year": r.year, "value": r.growth}
            sized |= {"expected": r.expected, "unit": "%", "source_id": r.rows}
            yield head | sized | ({"note": w("workbook.assumed.hindsight")} if r.hindsight else {})
