"""Which national zones are like this one, and why: size, coast, province and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.messages import words
from zoneplan.peers.totals import shares
from zoneplan.peers.zones import NO_HOME, PeerResult, Record, is_wider, names, need, pick
from zoneplan.text import num

COAST = ("辽宁", "河北", "天津", "山东", "江苏", "上海", "浙江", "福建", "广东", "广西", "海南")
# The size band of the reference class of counties, so that "of its size" means the same in both.
TIMES = (0.4, 2.5)
# Levels further apart than this stand for different ages of the same zone.
YEARS_APART = 5
YEARS = (2008, 2021)
NO_SIZE = "peers.why.no_size"


def zone_ages(on: date) -> pd.DataFrame:
    """Years since approval as a national-level zone on a day, of zones whose approval is dated.

    An approval counts by its year, since many dates print no day.
    """
    rows = tables.read("zone_register").rename(columns={"source_id": "age_source_id"})
    approved = rows["approval_date"].astype("str")
    rows = rows[rows["approval_date"].notna() & (approved <= on.isoformat())]
    rows["age"] = on.year - approved[rows.index].str[:4].astype(int)
    return rows[["zone_zh", "approval_date", "age", "age_source_id"]]


def features(peers: Record, years: tuple[int, int]) -> pd.DataFrame:
    """What zones can be told apart by: one row per zone with size, place and age, its own first.

    Size is full-year GDP in per mille of China's GDP of that year, so that levels of different
    years can be compared; each zone's level nearest in time to the zone's own last one is taken.
    Empty where the plan's zone has no such level.
    """
    known = pick(shares(peers).rows, year=range(years[0], years[1] + 1))
    own = pick(known, zone_id=peers.plan.home)
    if own.empty:
        return own
    near = known.assign(apart=(known["year"] - own["year"].max()).abs())
    near = near.sort_values(["zone_id", "apart", "year"]).drop_duplicates("zone_id")
    columns = "zone_id year size unit share apart scope_note grade source_id"
    every = tables.read("peer_zones").sort_values("row_id").drop_duplicates("zone_id")
    every = every[["zone_id", "zone_zh", "province"]]
    rows = every.merge(near[columns.split()], on="zone_id", how="left")
    last = date(years[1], 12, 31)
    ages = zone_ages(min(last, peers.known_on or last))
    rows = rows.merge(ages, on="zone_zh", how="left").drop(columns="zone_zh")
    base = pick(rows, zone_id=peers.plan.home).iloc[0]
    coast, same = rows["province"].isin(COAST), rows["province"] == base["province"]
    place = np.where(coast == (base["province"] in COAST), "same_coast", "other_coast")
    rows = rows.assign(
        share=10 * rows["share"],
        times=rows["share"] / base["share"],
        place=pd.Series(place).where(~same, "same_province"),
        older=rows["age"] - base["age"],
        wider=is_wider(rows["scope_note"]),
        other=rows["zone_id"] != base["zone_id"],
    )
    return rows.sort_values(["other", "zone_id"], ignore_index=True).drop(columns="other")


@dataclass(frozen=True)
class Similar(PeerResult):
    """The zones that pass the filters (``by``), nearest in size first; others in ``left_out``."""

    by: tuple[str, ...]
    SUBJECT = "peers.similar"
    SHOWN = ("zone_id", "size", "unit", "year", "times", "place", "wider", "grade", "source_id")

    def facts(self, lang: str) -> dict[str, Any]:
        """How many pass which criteria."""
        w = words(lang)
        by = w("common.list").join(w(f"peers.criterion.{c}") for c in self.by)
        return {"n": len(self.rows), "left": len(self.left_out), "by": by}


def similar(
    peers: Record,
    by: Sequence[str] = ("size",),
    years: tuple[int, int] = YEARS,
    times: tuple[float, float] = TIMES,
) -> Similar:
    """Which zones may be held against this one?

    Parameters
    ----------
    by : any of size (between ``times`` of the zone's), coast (both on it or neither), province.
    years : first and last year of the levels that count.
    times : smallest and largest size, in times the zone's own, each in its share of China's GDP.

    Returns
    -------
    The zones that pass; ``left_out`` has all others of the table, with the first reason that fits.

    Raises
    ------
    DataError
        An unknown criterion.
    """
    for criterion in by:
        need("criterion", criterion, ("size", "coast", "province"))
    rows = features(peers, years)
    if rows.empty:
        why = NO_SIZE if peers.home is not None else NO_HOME
        return peers.result(Similar, rows, tuple(by), why=why)
    rows = rows.iloc[1:]
    misfits = {
        "other_province": ("province" in by) & (rows["place"] != "same_province"),
        "other_coast": ("coast" in by) & (rows["place"] == "other_coast"),
        "no_size": ("size" in by) & rows["times"].isna(),
        "other_size": ("size" in by) & ~rows["times"].between(*times),
    }
    kept, left = _sorted_out(rows, misfits)
    nearest = np.log(kept["times"]).abs().sort_values(kind="stable").index
    kept = kept.loc[nearest].reset_index(drop=True)
    return peers.result(Similar, kept, tuple(by), left_out=left, why="peers.similar.nobody")


@dataclass(frozen=True)
class Closest(PeerResult):
    """The most similar zones by distance, with each part of it."""

    SUBJECT = "peers.closest"
    SHOWN = (
        *("zone_id", "size", "unit", "year", "times", "place", "older", "wider", "scope_note"),
        *("distance", "known", "grade", "source_id"),
    )
    DIGITS = {"distance": 2, "older": 0}

    def facts(self, lang: str) -> dict[str, Any]:
        """The zones by name, with their size."""
        w, named = words(lang), names(self.plan, self.rows["zone_id"], lang)
        pairs = zip(named, map(num, self.rows["times"]), strict=True)
        told = [w("peers.closest.zone", zone=zone, times=times) for zone, times in pairs]
        return {"zones": w("common.list").join(told)}


def closest(peers: Record, n: int = 8, years: tuple[int, int] = YEARS) -> Closest:
    """Which zones are most like this one?

    Parameters
    ----------
    n : how many zones.
    years : first and last year of the levels that count.

    Returns
    -------
    One row per zone, the closest first. The distance is Gower's: the mean difference of size (its
    logarithm, as a share of the range), place (0 in the same province, a half in another of the
    same kind, coastal or inland, else 1) and age (as a share of the range) over the features known
    of both (``known``), from 0 (alike in all) to 1. Zones whose size is unknown or more than five
    years off are in ``left_out``.

    Source: Gower (1971), A general coefficient of similarity and some of its properties.
    """
    rows = features(peers, years)
    if rows.empty:
        return peers.result(Closest, rows, why=NO_SIZE if peers.home is not None else NO_HOME)
    own, rows = rows.iloc[0], rows.iloc[1:]
    misfits = {"no_size": rows["times"].isna(), "other_time": rows["apart"] > YEARS_APART}
    kept, left = _sorted_out(rows, misfits)
    # Ranges over all compared zones with the zone itself, so that each part runs from 0 to 1.
    logs, ages = np.log([*kept["times"], 1.0]), pd.Series([*kept["age"], own["age"]])
    places = {"same_province": 0.0, "same_coast": 0.5, "other_coast": 1.0}
    parts = pd.DataFrame({"d_place": kept["place"].map(places)})
    parts["d_size"] = np.log(kept["times"]).abs() / (np.ptp(logs) or 1.0)
    parts["d_age"] = kept["older"].abs() / ((ages.max() - ages.min()) or 1.0)
    kept = kept.assign(distance=parts.mean(axis=1), known=parts.notna().sum(axis=1), **parts)
    kept = kept.sort_values(["distance", "zone_id"], ignore_index=True).head(n)
    return peers.result(Closest, kept, left_out=left)


def _sorted_out(
    rows: pd.DataFrame, misfits: dict[str, pd.Series]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that fit, and the others with the first reason why not."""
    reason = np.select([np.asarray(m) for m in misfits.values()], list(misfits), "")
    left = rows.assign(reason=reason)[reason != ""]
    columns = ["zone_id", "province", "size", "year", "times", "reason", "source_id"]
    return rows[reason == ""], left[columns].reset_index(drop=True)
