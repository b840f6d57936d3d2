"""Which national zones are like this one, and why: size, coast, province and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.peers import zones as peers
from zoneplan.peers.comparison import is_wider
from zoneplan.peers.zones import HOME, rests_on
from zoneplan.text import num

# Provinces with a sea coast.
COAST = frozenset("辽宁 河北 天津 山东 江苏 上海 浙江 福建 广东 广西 海南".split())
CRITERIA = ("size", "coast", "province")
# The size band of the reference class of counties, so that both comparisons mean the same by "of its size".
TIMES = (0.4, 2.5)
# Levels further apart than this stand for different ages of the same zone.
YEARS_APART = 5


def zone_ages(on: date) -> pd.DataFrame:
    """Years since approval as a national-level zone, for the zones whose approval date is printed.

    Returns a frame zone_zh, approval_date, age (whole years; approval counts by its year, since many dates print no
    day), source_id, grade; zones without a date are left out.

    How to read it: an old zone has had longer to fill its land; age says nothing about its boundaries.
    """
    rows = tables.read("zone_register")
    rows = rows[rows["approval_date"].notna()]
    age = on.year - rows["approval_date"].astype("str").str[:4].astype(int)
    rows = rows.assign(age=age)[age >= 0]
    return rows[
        ["zone_zh", "province", "approval_date", "age", "grade", "source_id", "row_id"]
    ].sort_values("row_id", ignore_index=True)


def features(zone_id: str, years: tuple[int, int]) -> pd.DataFrame:
    """What zones can be told apart by: one row per zone with size, coast, province and age.

    Size is GDP of a full year in per mille of China's GDP of that year, so that levels of different years can be held
    against each other; each zone's level nearest in time to the zone's own last one is taken.

    Raises
    ------
    ValueError
        The zone is unknown or has no full-year GDP in these years.
    """
    name = peers.zone(zone_id)["label"]
    shares = peers.national_share(of="china").rows
    shares = shares[shares["year"].between(*years)]
    own = shares[shares["zone_id"] == zone_id]
    if own.empty:
        raise ValueError(
            f"{name} has no full-year GDP beside China's in {years[0]}-{years[1]}, so no size to compare"
        )
    last = int(own["year"].max())
    near = shares.assign(apart=(shares["year"] - last).abs()).sort_values(
        ["zone_id", "apart", "year"], kind="stable"
    )
    near = near.drop_duplicates("zone_id")
    zones = (
        tables.read("peer_zones")
        .sort_values("row_id")
        .drop_duplicates("zone_id")[["zone_id", "zone_zh", "province"]]
    )
    rows = zones.merge(
        near[
            [
                "zone_id",
                "label",
                "year",
                "size",
                "unit",
                "share",
                "apart",
                "scope_note",
                "grade",
                "source_id",
            ]
        ],
        how="left",
    )
    ages = zone_ages(date(years[1], 12, 31)).rename(columns={"source_id": "age_source_id"})
    rows = rows.merge(
        ages[["zone_zh", "approval_date", "age", "age_source_id"]], on="zone_zh", how="left"
    )
    base = rows.loc[rows["zone_id"] == zone_id, "share"].iloc[0]
    return rows.assign(
        share=10 * rows["share"],
        times=rows["share"] / base,
        coast=rows["province"].isin(COAST),
        wider=is_wider(rows["scope_note"]),
    ).sort_values("zone_id", ignore_index=True)


@dataclass(frozen=True)
class Comparable:
    """The zones that pass the filters, and those that do not, each with its reason."""

    zone_id: str
    by: tuple[str, ...]
    years: tuple[int, int]
    rows: pd.DataFrame
    excluded: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per comparable zone: size, times the zone's size, year, coast, province, age, scope, source."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)


def comparable(
    zone_id: str = HOME,
    by: Sequence[str] = ("size",),
    years: tuple[int, int] = (2008, 2021),
    times: tuple[float, float] = TIMES,
) -> Comparable:
    """The zones that may be held against this one.

    Parameters
    ----------
    zone_id : the zone.
    by : any of size (between ``times`` of the zone's), coast (both on the coast or neither), province (the same one).
    years : first and last year of the levels that count.
    times : smallest and largest size, in times the zone's own, each in its share of China's GDP.

    Returns
    -------
    Comparable: the zones that pass, nearest in size first; the others in ``excluded`` with the first reason that fits.

    Raises
    ------
    ValueError
        An unknown criterion or zone, or a zone without a level in these years.

    How to read it: nothing is deleted in silence: both tables together hold every zone of the table.
    """
    unknown = sorted(set(by) - set(CRITERIA))
    if unknown:
        raise ValueError(
            f"unknown criterion {', '.join(unknown)}; there are: {', '.join(CRITERIA)}"
        )
    rows = features(zone_id, years)
    own = rows[rows["zone_id"] == zone_id].iloc[0]
    others = rows[rows["zone_id"] != zone_id]
    reasons = [_misfit(r, own, by, years, times) for _, r in others.iterrows()]
    others = others.assign(reason=reasons)
    kept = others[others["reason"] == ""].drop(columns="reason")
    kept = (
        kept.assign(off=np.abs(np.log(kept["times"])))
        .sort_values(["off", "zone_id"], ignore_index=True)
        .drop(columns="off")
    )
    left = others[others["reason"] != ""][
        ["zone_id", "province", "size", "year", "times", "reason", "source_id"]
    ]
    return Comparable(zone_id, tuple(by), years, kept, left.reset_index(drop=True))


def _misfit(
    row: pd.Series,
    own: pd.Series,
    by: Sequence[str],
    years: tuple[int, int],
    times: tuple[float, float],
) -> str:
    """The first reason why a zone is not comparable; empty if it is."""
    if "province" in by and row["province"] != own["province"]:
        return "another province"
    if "coast" in by and row["coast"] != own["coast"]:
        return "not on the coast" if own["coast"] else "on the coast"
    if "size" in by and pd.isna(row["times"]):
        return f"no full-year GDP in {years[0]}-{years[1]}"
    if "size" in by and not times[0] <= row["times"] <= times[1]:
        return f"{num(row['times'])} times its size"
    return ""


@dataclass(frozen=True)
class Closest:
    """The most similar zones by distance, with the reasons."""

    zone_id: str
    rows: pd.DataFrame
    excluded: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per zone, the closest first: distance, each part of it, reasons, sources."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)

    def briefing(self) -> pd.DataFrame:
        """The table as a briefing paper prints it: zone, GDP with year, times the zone, why, scope, source."""
        return pd.DataFrame(
            {
                "Zone": self.rows["label"],
                "GDP, 亿元": [
                    f"{num(r.size_, 0)} ({r.year:.0f})"
                    for r in self.rows.rename(columns={"size": "size_"}).itertuples()
                ],
                "Times the zone": [num(t) for t in self.rows["times"]],
                "Why": self.rows["reasons"],
                "Area of the figure": self.rows["scope_note"].fillna("not printed"),
                "Grade": self.rows["grade"],
                "Source": self.rows["source_id"],
            }
        )


def closest(zone_id: str = HOME, n: int = 8, years: tuple[int, int] = (2008, 2021)) -> Closest:
    """The zones most like this one.

    Parameters
    ----------
    zone_id : the zone.
    n : how many zones.
    years : first and last year of the levels that count.

    Returns
    -------
    Closest. The distance is Gower's: the mean of the differences of size (logarithm, as a share of its range), place
    (0 in the same province, a half in another one of the same kind, coastal or inland, else 1) and age (as a share of
    its range) over the features known of both zones, from 0 (alike in all) to 1. Zones without a size, or whose size lies more than five years off, are in ``excluded``.

    Source: Gower (1971), A general coefficient of similarity and some of its properties, Biometrics 27.

    How to read it: ``known`` counts the features behind a distance; a small one from few features is a guess.
    """
    rows = features(zone_id, years)
    own = rows[rows["zone_id"] == zone_id].iloc[0]
    others = rows[rows["zone_id"] != zone_id]
    why = np.where(
        others["times"].isna(),
        f"no full-year GDP in {years[0]}-{years[1]}",
        np.where(others["apart"] > YEARS_APART, "level too far off in time", ""),
    )
    left = others.assign(reason=why)[why != ""][
        ["zone_id", "province", "size", "year", "reason", "source_id"]
    ]
    kept = others[why == ""]
    # Ranges over all compared zones with the zone itself, so that each part runs from 0 to 1.
    logs, age = (
        np.log(pd.concat([kept["times"], pd.Series([1.0])])),
        pd.concat([kept["age"], pd.Series([own["age"]])]),
    )
    parts = pd.DataFrame(
        {
            "size": np.abs(np.log(kept["times"])) / (np.ptp(logs) or 1.0),
            "place": np.where(
                kept["province"] == own["province"],
                0.0,
                np.where(kept["coast"] == own["coast"], 0.5, 1.0),
            ),
            "age": (kept["age"] - own["age"]).abs() / ((age.max() - age.min()) or 1.0),
        }
    )
    kept = kept.assign(
        distance=parts.mean(axis=1), known=parts.notna().sum(axis=1), **parts.add_prefix("d_")
    )
    kept = kept.assign(reasons=[_reasons(r, own) for _, r in kept.iterrows()])
    kept = kept.sort_values(["distance", "zone_id"], kind="stable").head(n)
    return Closest(zone_id, kept.reset_index(drop=True), left.reset_index(drop=True))


def _reasons(row: pd.Series, own: pd.Series) -> str:
    """Why a zone is near or far, in words."""
    words = [f"{num(row['times'])} times its size"]
    words.append("same province" if row["province"] == own["province"] else "another province")
    if row["coast"] != own["coast"]:
        words.append("inland" if own["coast"] else "on the coast")
    if pd.notna(row["age"]) and pd.notna(own["age"]):
        apart = int(abs(row["age"] - own["age"]))
        words.append(
            "same age"
            if apart == 0
            else f"{apart} years {'younger' if row['age'] < own['age'] else 'older'}"
        )
    if row["wider"]:
        words.append("with a wider area")
    return ", ".join(words)
