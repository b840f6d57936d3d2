"""Charts of a plan's own results: its chances, its audit, the growth it needs, its record."""

from __future__ import annotations

import pandas as pd

from zoneplan.charts import draw, kinds
from zoneplan.charts.kinds import Chart
from zoneplan.evaluation.track_record import TrackRecord
from zoneplan.forecasting.chances import Chances
from zoneplan.messages import words
from zoneplan.plan.audit import CONTRADICTS, Audit, key
from zoneplan.stress.needed_growth import NeededGrowth
from zoneplan.text import day, num, odds_range


@draw.register
def _chances(result: Chances, lang: str = "en") -> Chart:
    """Chances of the final annex targets as dots and ranges."""
    w, plan = words(lang), result.plan
    top = result.assessable().sort_values("probability_low", ascending=False)
    drawn = {"label": f"name_{lang}", "low": "probability_low", "high": "probability_high"}
    table = pd.DataFrame({k: top[c] for k, c in drawn.items()}).assign(p=top["probability"])
    lead = result.lead()
    span = odds_range(lead["probability_low"], lead["probability_high"], lang)
    facts = {"year": int(lead["year"]), "zone": plan.zone(lang), "day": day(plan.as_of, lang)}
    return kinds.odds_strip(
        "odds_2020",
        table.reset_index(drop=True),
        title=w("figures.odds.title", name=lead[f"name_{lang}"], year=facts["year"], odds=span),
        subtitle=w("figures.odds.subtitle", **facts),
        sources=["plan", "cityyb"],
        lang=lang,
    )


@draw.register
def _audit(result: Audit, lang: str = "en") -> Chart:
    """How many statements end in each finding."""
    w, plan, tally = words(lang), result.plan, result.tally()
    bad = int(tally.loc[tally["finding"] == CONTRADICTS, "n"].iloc[0])
    years = {"first": plan.years[0], "last": plan.years[-1]}
    return kinds.audit_tally(
        "plan_audit",
        tally.assign(finding=[w(f"audit.finding.{key(f)}") for f in tally["finding"]]),
        title=w("figures.audit.title", bad=bad, n=int(tally["n"].sum())),
        subtitle=w("figures.audit.subtitle", zone=plan.zone(lang), **years),
        sources=["plan"],
        lang=lang,
    )


@draw.register
def _needed(result: NeededGrowth, lang: str = "en") -> Chart:
    """Needed growth against the class, one dumbbell an indicator."""
    w, rows, plan = words(lang), result.rows, result.plan
    drawn = {"needed": "needed_implied", "achieved": "needed_observed"}
    table = pd.DataFrame({"label": [plan.name(i, lang) for i in rows["indicator_id"]]})
    table = table.assign(**{k: rows[c] for k, c in drawn.items()})
    return kinds.needed_growth(
        "needed_growth",
        table.assign(class_median=rows["class_median"]),
        title=w("figures.needed.title", **result.facts(lang)),
        subtitle=w("figures.needed.subtitle", year=plan.years[-1], zone=plan.zone(lang)),
        sources=["plan", *sorted(set(rows["source_id"]))],
        lang=lang,
    )


@draw.register
def _track_record(result: TrackRecord, lang: str = "en") -> Chart:
    """Chances given against the share that came true, with the number of cases."""
    w, s, rows, plan = words(lang), result.scores().iloc[0], result.rows, result.plan
    columns = {"odds": "forecast", "met": "observed", "cases": "n"}
    span = {"first": int(rows["year"].min()), "last": int(rows["year"].max())}
    return kinds.reliability(
        f"hits_{plan.id}",
        result.calibration().rename(columns=columns),
        title=w("track_record.title", right=num(s["right"], 0), cases=num(s["cases"], 0)),
        subtitle=w("track_record.subtitle", zone=plan.zone(lang), **span),
        sources=sorted({*rows["source_id"], *plan.targets["source_id"]}),
        note=w("track_record.note", day=day(max(rows["as_of"]), lang)),
        lang=lang,
    )
