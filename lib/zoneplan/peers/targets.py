"""What others set out to reach, and what came of it where that was published."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.indicators import indicator
from zoneplan.data.sources import PLAN
from zoneplan.peers.zones import ALL_ZONES, NO_RATE, REGION, PeerResult, Record, pick, rate_of
from zoneplan.text import pct


@dataclass(frozen=True)
class Targets(PeerResult):
    """Targets of others, each beside what became of it where that was published."""

    SUBJECT = "peers.targets"

    def counts(self) -> pd.DataFrame:
        """How many targets of each issuer were reached, missed or are open."""
        return self.rows.groupby(["entity_id", "status"]).size().rename("n").reset_index()

    def facts(self, lang: str) -> dict[str, Any]:
        """How many have a result, and how many were reached."""
        s = self.rows["status"]
        return {"n": len(s), "known": (s != "open").sum(), "reached": (s == "reached").sum()}


def targets(peers: Record) -> Targets:
    """What did other zones set out to reach, and what is known of the result?

    Returns
    -------
    Per target its basis (level, growth of one year, share, or an average over a plan), the result
    of the same zone, indicator, year and unit, and for levels the nearest ones before and after
    with their scopes: areas change, so no growth is worked out between them and the target.

    Interpretation: ``open`` means that no result was found: no sign of a miss or of success.
    """
    rows = peers.read("peer_zones").rename(columns={"zone_id": "entity_id"})
    set_out = pick(rows, kind="target").assign(target_high=np.nan)
    return _scored(peers, set_out, rows)


def region_targets(peers: Record) -> Targets:
    """What did the regions above the zone promise for each year, and what came of it?

    Returns
    -------
    As :func:`targets`, for China, Zhejiang, Wenzhou and its zone; ``target_high`` is the upper end
    of a range.

    Interpretation: ``below`` compares printed figures only; many targets were given as "around".
    """
    rows, key = peers.read("growth_targets"), ["entity_id", "year", "value"]
    upper = rows["indicator_id"] == "gdp_target_upper"
    high = peers.best(rows[upper], key[:2])[key].rename(columns={"value": "target_high"})
    low = pick(rows[~upper], unit=["%", "亿元"])
    low = low.merge(high.assign(indicator_id="gdp"), on=[*key[:2], "indicator_id"], how="left")
    both = low, peers.read("context_observations")
    return _scored(peers, *(f.assign(entity_id=REGION + f["entity_id"]) for f in both))


def _scored(peers: Record, set_out: pd.DataFrame, seen: pd.DataFrame) -> Targets:
    """Each target beside its result; only like is held against like."""
    like, seen = ["entity_id", "indicator_id", "kind", "unit"], pick(seen, period="full_year")
    set_out = peers.best(set_out, ["entity_id", "indicator_id", "year", "unit", "value"])
    parts = set_out[["note", "unit", "indicator_id"]].itertuples(index=False)
    basis, columns = [_basis(*part) for part in parts], ["basis", "kind"]
    set_out[columns] = pd.DataFrame(basis, columns=columns, dtype="str")
    there = peers.best(seen.fillna({"scope_note": ""}), [*like, "year"])
    there = there[[*like, "year", "value", "scope_note", "source_id"]]
    named = {"value": "result", "scope_note": "result_scope", "source_id": "result_source_id"}
    rows = set_out.rename(columns={"value": "target"}).fillna({"scope_note": ""})
    rows = rows.merge(there.rename(columns=named), on=[*like, "year"], how="left")
    judged = np.where(rows["result"] >= rows["target"], "reached", "below")
    rows["status"] = np.where(rows["result"].isna(), "open", judged)
    # Levels only: a rate of another year says nothing about this one.
    levels = pick(there, kind="level").drop(columns="source_id").sort_values("year")
    if rows.empty or levels.empty:
        # Arrow cannot join by the texts of an empty table.
        rows, levels = (f.astype(dict.fromkeys(like, object)) for f in (rows, levels))
    for which, direction in (("before", "backward"), ("after", "forward")):
        beside = {c: f"{which}_{c.removesuffix('_note')}" for c in ("year", "value", "scope_note")}
        rows = pd.merge_asof(
            rows.sort_values("year"),
            levels.rename(columns=beside),
            left_on="year",
            right_on=f"{which}_year",
            by=like,
            direction=direction,
            allow_exact_matches=False,
        )
    rows = rows.sort_values(["entity_id", "indicator_id", "year", "row_id"], ignore_index=True)
    keep = (
        "entity_id indicator_id year basis target target_high unit result status before_year"
        " before_value before_scope after_year after_value after_scope scope_note result_scope"
        " grade source_id result_source_id note row_id"
    )
    return peers.result(Targets, rows[keep.split()])


def _basis(note: object, unit: str, i: str) -> tuple[str, str]:
    """What a target is measured in, and the kind of figure that can be its result."""
    # One year's figure is no result for an average over a plan, so averages stay open.
    average = "average_" if re.search(r"\bavg\b|average", str(note)) else ""
    if unit != "%":
        return f"{average}level", f"{average}level"
    if i.endswith(("_share", "_to_gdp")):
        return "share", "share"
    kind = "growth_real" if indicator(i).is_real else "growth_nominal"
    return f"{average}growth", f"{average}{kind}"


@dataclass(frozen=True)
class Promised(PeerResult):
    """Growth rates that other zones and regions set out to reach, the plan's own first."""

    SUBJECT = "peers.promised"

    def others(self) -> pd.DataFrame:
        """The rows without the plan's own."""
        return self.rows[self.rows["entity_id"] != PLAN]

    def facts(self, lang: str) -> dict[str, Any]:
        """Others beside the plan."""
        others, gdp = self.others(), pick(self.others(), indicator_id="gdp")
        told = {"n": len(others), "issuers": others["entity_id"].nunique()}
        median, rate = gdp["target"].median(), rate_of(self.plan)
        told |= {"median": pct(median, 1, lang), "rate": pct(rate, 0, lang)}
        status = others["status"]
        return told | {"known": (status != "open").sum(), "reached": (status == "reached").sum()}


def promised(peers: Record, first: int = 2011) -> Promised:
    """What growth did others promise, beside what this plan promises?

    Parameters
    ----------
    first : regions promise every year; earlier years are left out.

    Returns
    -------
    Growth targets (percent) of all national zones together, of single zones (one year or an average
    over a plan) and of regions; no levels, since areas change. Empty if the plan prints no rate.

    Interpretation: only a one-year promise can be held against a year's result; averages stay open.
    """
    rate = rate_of(peers.plan)
    zones = pick(targets(peers).rows, basis=["growth", "average_growth"])
    regions = pick(region_targets(peers).rows, basis="growth", indicator_id="gdp")
    average = {"indicator_id": "gdp", "basis": "average_growth", "status": "open"}
    everyone = peers.read("national_zones", indicator_id="gdp_target", unit="%")
    everyone = peers.best(everyone, ["year"]).rename(columns={"value": "target"})
    own = {"entity_id": PLAN, "year": peers.plan.years[-1], "target": rate, "unit": "%"}
    mine = pd.DataFrame([{**own, **average, "grade": "A", "source_id": PLAN}])
    keep = (
        "entity_id indicator_id year basis target unit result status grade source_id"
        " result_source_id note row_id"
    )
    everyone = everyone.assign(**average, entity_id=ALL_ZONES)
    parts = [mine, everyone, zones, regions[regions["year"] >= first]]
    every = pd.concat([f.reindex(columns=keep.split()).astype(object) for f in parts if len(f)])
    rows = every.infer_objects().astype({"year": int, "target": float, "result": float})
    rows = rows.head(0) if np.isnan(rate) else rows.reset_index(drop=True)
    return peers.result(Promised, rows, why=NO_RATE)
