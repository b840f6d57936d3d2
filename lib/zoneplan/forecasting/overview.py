"""Every distinct promise of a plan on one page: what is known of it, what came of it, and which
figure is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.aims import aim
from zoneplan.forecasting.arrow import SIGNS
from zoneplan.forecasting.chances import BASE_DEPENDENT, Chances
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.forecasting.proxies import FAILED
from zoneplan.forecasting.record import record
from zoneplan.forecasting.scenario import BASES
from zoneplan.forecasting.values import BOUND, READING, promise
from zoneplan.messages import Words, words
from zoneplan.plan.document import ADMINISTRATIVE, ANNEX
from zoneplan.plan.outcomes import resolutions
from zoneplan.result import Result
from zoneplan.text import MISSING, Shown, amount, num, odds, odds_range

SETTLED, BOUNDED, CHANCE, RANGE = "settled", "bounded", "chance", "range"
DECIDED, UNKNOWN = "by_decision", "not_assessable"
UPPER = "upper_bound"
STATUS = (SETTLED, CHANCE, RANGE, BOUNDED, DECIDED, UNKNOWN)
OUTCOME = ["resolution", "reservation", "source_id"]
COLUMNS = [
    "target_id",
    "indicator_id",
    "group",
    "year",
    "target",
    "unit",
    "direction",
    "status",
    "reading",
    "probability",
    "probability_low",
    "probability_high",
    "range_reason",
    "evidence",
    "check",
    "check_points",
    "check_years",
    "check_needed",
    "arrow",
    "even_chance",
    "average",
    "every_year",
    "responsible",
    "measured_by",
    "resolution",
    "reservation",
    "missing_number",
    "holder",
    "record",
    "record_n",
    "record_to",
    "record_of",
    "afterwards",
    "source_id",
]


@dataclass(frozen=True)
class Overview(Result):
    """One row a promise; shown in six columns, all of them in the rows."""

    SUBJECT: ClassVar[str] = "overview"
    DIGITS: ClassVar[Mapping[str, int]] = {"year": 0, "record_n": 0, "record_to": 0}

    def facts(self, lang: str) -> dict[str, Any]:
        """How many promises there are, how many of each status, how many of those that cannot be
        assessed fail a check that was written down before any figure was tried (``demanded``), and
        how many have an answer or such a check (``answered``).
        """
        count = self.rows["status"].value_counts()
        told = {s: int(count.get(s, 0)) for s in STATUS}
        without = self.rows["status"].eq(UNKNOWN) & self.rows["check"].eq(FAILED)
        told |= {"n": len(self.rows), "demanded": int(without.sum())}
        given = sum(told[s] for s in (SETTLED, CHANCE, RANGE, BOUNDED))
        return told | {"answered": given + told["demanded"]}

    def shown(self, lang: str | None = None) -> Shown:
        """Six columns: promise, chance or status, evidence, even-chance target, who, and what came
        of it or is missing.
        """
        w = words(lang or self.plan.lang)
        heads = list(w.group("overview.head").values())
        told = [self._told(row, w) for row in self.rows.to_dict("records")]
        return Shown(pd.DataFrame(told, columns=heads))

    def _told(self, row: dict[str, Any], w: Words) -> tuple[str, ...]:
        lang, plan = w.lang, self.plan
        target = amount(row["target"], row["unit"], lang)
        name = w("common.colon", head=plan.name(row["indicator_id"], lang), rest=target)
        step = w.texts.get(f"columns.value.evidence.{row['evidence']}", row["evidence"])
        even = amount(row["even_chance"], row["unit"], lang) if row["even_chance"] > 0 else MISSING
        counted = w.texts.get(f"overview.measured_by.{row['measured_by']}", MISSING)
        who = w("overview.who", who=plan.translate(row["responsible"], lang), counted=counted)
        return name, self._chance(row, w), step, even, who, self._outcome(row, w)

    def said(self, row: dict[str, Any], w: Words) -> str:
        """What can be said of a promise, in a few words: its chance or range, or its status."""
        low, high = row["probability_low"], row["probability_high"]
        if row["status"] == SETTLED:
            return w.texts[f"columns.value.resolution.{row['resolution']}"]
        if pd.isna(low):
            return w(f"overview.status.{row['status']}")
        if row["reading"] == UPPER:
            return w("overview.at_most", chance=odds(high, w.lang))
        if READING in row["range_reason"].split():
            return w("overview.twice", low=odds(low, w.lang), high=odds(high, w.lang))
        return odds_range(low, high, w.lang)

    def _chance(self, row: dict[str, Any], w: Words) -> str:
        said = " ".join(filter(None, (self.said(row, w), SIGNS[row["arrow"]])))
        why = [row["reading"]] if row["reading"] == "if_base_holds" else []
        told = [w(f"overview.reading.{r}") for r in why]
        if row["status"] == RANGE:
            reasons = (r for r in row["range_reason"].split() if r != READING)
            told += [w(f"overview.range_reason.{r}") for r in reasons]
        because = w("common.semicolon").join(told)
        return w("overview.because", chance=said, why=because) if told else said

    def checked(self, row: Mapping[str, Any], lang: str) -> str:
        """What the check of a proxy found, with its figures."""
        figures = {"points": num(row["check_points"])}
        figures |= {k: num(row[f"check_{k}"], 0) for k in ("years", "needed")}
        return words(lang)(f"overview.check.{row['check']}", **figures)

    def _outcome(self, row: dict[str, Any], w: Words) -> str:
        plan, lang = self.plan, w.lang
        said = [self.checked(row, lang)] if row["check"] else []
        if pd.notna(row["reservation"]):
            word = w.texts[f"columns.value.resolution.{row['resolution']}"]
            said.append(w("common.colon", head=word, rest=plan.translate(row["reservation"], lang)))
        if row["status"] != SETTLED and row["missing_number"]:
            place = {"number": plan.translate(row["missing_number"], lang)}
            place["holder"] = plan.translate(row["holder"], lang)
            said.append(w("overview.missing", **place))
        if pd.isna(row["probability_low"]) and pd.notna(row["record_of"]):
            places = {
                "share": odds(row["record"], lang),
                "to": num(row["record_to"], 0).replace(",", ""),
            }
            said.append(
                w(f"overview.record.{row['record_of']}", n=num(row["record_n"], 0), **places)
            )
        return w("common.semicolon").join(said) or MISSING


def overview(made: ForecastTable, judged: Chances) -> Overview:
    """Every distinct promise of the plan: what is known of each, and which figure would tell more.

    Returns
    -------
    Overview with a row for each of :meth:`PlanDocument.distinct`, the annex first, and the columns
    target_id, indicator_id, group, year, target, unit, direction, status (``settled`` by a later
    figure, ``chance`` one number, ``range`` two ends more than 15 points apart, ``bounded`` from
    one side only, ``by_decision``, ``not_assessable``); reading, the probabilities, range_reason,
    evidence, check, arrow, missing_number and holder as in
    :func:`zoneplan.forecasting.chances.chances`; even_chance (the target that would have had one
    chance in two, from the headline base); average and every_year (the chance that the printed
    average growth of a rate is kept, compounded as 年均增长 is, and that the targets of all years
    are); responsible, measured_by (who
    counts it), resolution and reservation (what came of it: hindsight, in no chance); and the
    record of such promises
    elsewhere (:func:`zoneplan.forecasting.record.record`): a base rate that replaces no chance.
    """
    plan = made.plan
    chance = judged.rows.set_index("target_id")
    outcome = resolutions(plan).rows.drop_duplicates("target_id").set_index("target_id")[OUTCOME]
    measured = plan.measures.set_index("indicator_id")["measured_by"]
    rows = []
    for _, target in plan.distinct().iterrows():
        said = chance.loc[target["target_id"]].to_dict()
        found = promise(made, target)
        row = dict.fromkeys(COLUMNS, np.nan) | target.to_dict() | said
        row |= {"even_chance": np.nan, "measured_by": measured.get(target["indicator_id"])}
        if found is not None and BOUND not in found.others:
            row["even_chance"] = float(aim(found.target, found.on(BASES[0]))[0])
        row |= _years(made, target) | record(made, target, said["needed_growth"])
        row |= (
            outcome.loc[target["target_id"]].to_dict()
            if target["target_id"] in outcome.index
            else {}
        )
        rows.append(row | {"status": _status(row)})
    return Overview(plan, pd.DataFrame(rows, columns=COLUMNS))


def _status(row: dict[str, Any]) -> str:
    if row["resolution"] in ("met", "missed"):
        return SETTLED
    if row["resolution"] == BOUNDED or row["range_reason"] == BOUND:
        return BOUNDED
    if pd.notna(row["probability_low"]):
        return (
            CHANCE if row["probability_high"] - row["probability_low"] <= BASE_DEPENDENT else RANGE
        )
    return DECIDED if row["evidence"] == ADMINISTRATIVE else UNKNOWN


def _years(made: ForecastTable, target: pd.Series) -> dict[str, float]:
    """The chance of an annex series' printed average, if it is a rate, and of all its targets
    together.
    """
    plan, i = made.plan, target["indicator_id"]
    found = made.of(i) if target["section"] == ANNEX and not plan.by_decision(i) else None
    targets = [t for y in plan.years if (t := plan.target(i, y)) is not None] if found else []
    if found is None or not {t.year for t in targets} <= set(found.draws):
        return {}
    kept = [t.is_met(found.draws[t.year]) for t in targets]
    out = {"every_year": float(np.all(kept, axis=0).mean())}
    if plan.is_rate(i) and pd.notna(target["stated_growth"]):
        logs = np.log1p(np.stack([found.draws[t.year] for t in targets]) / 100).mean(axis=0)
        out["average"] = float((100 * np.expm1(logs) >= target["stated_growth"]).mean())
    return out
