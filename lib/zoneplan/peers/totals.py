"""Zones held against wholes: the country, all national zones, the host city."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.peers.zones import (
    ALL_ZONES,
    CHINA,
    FIRST,
    LAST,
    NO_HOME,
    REGION,
    PeerResult,
    Record,
    home_of,
    names,
    need,
    pick,
)
from zoneplan.text import MISSING, num, pct, rounded


@dataclass(frozen=True)
class Shares(PeerResult):
    """Zones in percent of a total (``of``) of the same year."""

    of: str
    SUBJECT = "peers.shares"
    DIGITS = {"share": 3, "n_zones": 0}

    def case(self) -> str:
        """Whether the plan's own zone is among them."""
        return "summary" if self.plan.home in set(self.rows["zone_id"]) else "summary_others"

    def facts(self, lang: str) -> dict[str, object]:
        own = pick(self.rows, zone_id=self.plan.home)
        last = (own if len(own) else self.rows).iloc[-1]
        of = f"{REGION}{CHINA}" if self.of == CHINA else self.of
        zone, whole = names(self.plan, [last["zone_id"], of], lang)
        return self.counted() | {
            "zone": zone,
            "whole": whole,
            "year": last["year"],
            "size": rounded(last["size"], last["unit"], lang),
            "share": pct(last["share"], 3, lang),
        }


def shares(peers: Record, of: str = CHINA, indicator: str = "gdp") -> Shares:
    """What share does each zone have in a national total?

    Parameters
    ----------
    of : ``china`` (the whole country) or ``national_zones`` (all national-level zones together).
    indicator : indicator of the zone table, in 亿元 or 亿美元; only equal units are compared.

    Returns
    -------
    One row per zone and year in which both are printed for a full year: size, total, share in
    percent, both sources, and for totals of zones their number and the size in terms of the average
    zone (``times_mean``).

    Raises
    ------
    DataError
        There is no such total.

    Interpretation: totals of zones are rounded and their number changes; a share is not a trend.
    """
    need("total", of, [ALL_ZONES, CHINA])
    printed = {"indicator_id": indicator, "kind": "level", "period": "full_year"}
    sizes = peers.best(peers.read("peer_zones", **printed), ["zone_id", "year", "unit"])
    columns = {"value": "total", "row_id": "total_row"}
    columns |= {c: f"total_{c}" for c in ("grade", "source_id", "note")}
    whole = peers.whole(indicator, of)[["year", "unit", *columns]].rename(columns=columns)
    count = peers.whole("zone_count", of)[["year", "value"]].rename(columns={"value": "n_zones"})
    both = sizes.rename(columns={"value": "size"}).merge(whole, on=["year", "unit"])
    both = both.merge(count, on="year", how="left")
    both = both.assign(share=100 * both["size"] / both["total"])
    both = both.assign(times_mean=both["share"] * both["n_zones"] / 100)
    keep = (
        "zone_id year size total unit share n_zones times_mean scope_note grade total_grade"
        " source_id total_source_id total_note row_id total_row"
    )
    return peers.result(Shares, both[keep.split()], of)


@dataclass(frozen=True)
class Totals(PeerResult):
    """All national zones together by year, with the average zone; ``zone`` holds the plan's own."""

    zone: pd.DataFrame
    SUBJECT = "peers.totals"
    DIGITS = {"n_zones": 0}

    def nearest(self) -> pd.DataFrame:
        """Each level of the zone against the total of the nearest year: an order of magnitude.

        Columns year, value, total_year, total, mean_zone, years_apart, percent (of the total),
        times (the average zone), source_id, total_source_id.
        """
        named = {"year": "total_year", "value": "total", "source_id": "total_source_id"}
        totals = self.rows.rename(columns=named)[[*named.values(), "mean_zone"]]
        near = self.zone[["year", "value", "source_id"]].merge(totals, how="cross")
        near["years_apart"] = (near["total_year"] - near["year"]).abs()
        near["percent"] = 100 * near["value"] / near["total"]
        near["times"] = near["value"] / near["mean_zone"]
        near = near.sort_values(["year", "years_apart", "total_year"])
        return near.drop_duplicates("year").reset_index(drop=True)

    def case(self) -> str:
        """Whether there is a level of the plan's own zone."""
        return "summary_all" if self.zone.empty else "summary"

    def facts(self, lang: str) -> dict[str, object]:
        last, near = self.rows.iloc[-1], self.nearest().tail(1).to_dict("records")
        told = {
            "total": rounded(last["value"], last["unit"], lang),
            "total_year": last["year"],
            "n_zones": num(last["n_zones"], 0),
            "mean_zone": rounded(last["mean_zone"], last["unit"], lang),
        }
        for row in near:
            told["zone"] = names(self.plan, [self.plan.home], lang)[0]
            told |= {"year": row["year"], "mean_year": row["total_year"]}
            told |= {"times": num(row["times"]), "percent": pct(row["percent"], 2, lang)}
        return told


def totals(peers: Record, first: int = FIRST, last: int = LAST, indicator: str = "gdp") -> Totals:
    """What did all national zones have, what did that grow by, how large was the average zone?

    Parameters
    ----------
    first, last : first and last year, both included.
    indicator : an indicator printed for the total.

    Returns
    -------
    One row per year: ``growth_printed`` as printed (basis mostly unstated), ``growth_levels`` the
    average growth a year between two totals at current prices, ``growth_mean_zone`` the same of the
    average zone, ``zones_changed`` whether the number of zones moved in between. The plan's zone
    stands beside, with its share where one year has both.

    Interpretation: growth between totals includes new zones; it is no growth of the same zones.
    """
    total, count = peers.whole(indicator), peers.whole("zone_count")
    count = count[["year", "value", "source_id"]].set_axis(
        ["year", "n_zones", "count_source_id"], axis=1
    )
    rows = total[total["year"].between(first, last)].merge(count, on="year", how="left")
    rows["mean_zone"] = rows["value"] / rows["n_zones"]
    # The average zone is another matter than the total: most of its growth came from new zones.
    for column, levels in (("growth_mean_zone", "mean_zone"), ("growth_levels", "value")):
        times = rows[levels] / rows[levels].shift()
        rows[column] = 100 * (times ** (1 / rows["year"].diff()) - 1)
    rows["zones_changed"] = rows["n_zones"].diff().fillna(0) != 0
    printed = {"growth_printed": ["growth_nominal", "growth_real"], "share_of_china": "share"}
    whole = {"region": "all", "indicator_id": indicator, "period": "full_year"}
    for column, kind in printed.items():
        found = peers.best(peers.read("national_zones", kind=kind, **whole), ["year"])
        rows[column] = rows["year"].map(found.set_index("year")["value"])
    own = {"zone_id": peers.plan.home, "indicator_id": indicator, "period": "full_year"}
    zone = peers.read("peer_zones", **own, kind="level", unit=list(rows["unit"].unique()))
    zone = peers.best(zone[zone["year"].between(first, last)], ["year"])
    zone["total"] = zone["year"].map(rows.set_index("year")["value"])
    zone["share"] = 100 * zone["value"] / zone["total"]
    keep = (
        "year value unit n_zones mean_zone growth_levels growth_mean_zone growth_printed"
        " zones_changed share_of_china grade source_id count_source_id note"
    )
    mine = "zone_id year value unit scope_note total share grade source_id row_id"
    return peers.result(Totals, rows[keep.split()], zone[mine.split()])


@dataclass(frozen=True)
class AgainstCity(PeerResult):
    """The zone beside its host city; ``mean_share`` is what all zones were of their host cities."""

    city: str
    mean_share: pd.DataFrame
    SUBJECT = "peers.city"

    def city_name(self, lang: str) -> str:
        """The city's name; the Chinese one where the provincial yearbook has no English one."""
        book = pick(tables.read("zhejiang_cities"), unit_name_zh=f"{self.city}市")["unit_name_en"]
        return self.city if lang == "zh" or book.empty else str(book.iloc[0])

    def facts(self, lang: str) -> dict[str, object]:
        both, sized = self.rows["difference"].dropna(), self.rows.dropna(subset=["share"])
        told = {"zone": names(self.plan, [self.plan.home], lang)[0], "city": self.city_name(lang)}
        told |= {"ahead": (both > 0).sum(), "n": len(both)}
        for key, rows, column in (("share", sized, "share"), ("mean", self.mean_share, "value")):
            told[key] = pct(rows[column].iloc[-1], 1, lang) if len(rows) else MISSING
            told[f"{key}_year"] = rows["year"].iloc[-1] if len(rows) else MISSING
        return told


def against_city(peers: Record, first: int = FIRST) -> AgainstCity:
    """Did the zone outrun its host city, and what share of the city's GDP was it?

    Parameters
    ----------
    first : first year; older figures are of another, smaller zone.

    Returns
    -------
    Years with a full-year figure of the zone and of the city: real growth against real growth, level
    against level of the same year (share in percent). Where growth and level stand for different
    areas both notes are kept.

    Interpretation: a share above that of all zones means that the city depends on its zone more
    than most do.
    """
    home = home_of(peers.plan)
    mean = peers.read("national_zones", indicator_id="gdp_share_of_host_city", region="all")
    mean = peers.best(mean, ["year"])[["year", "value", "unit", "grade", "source_id", "note"]]
    if home is None:
        return peers.result(AgainstCity, pd.DataFrame(), "", mean, why=NO_HOME)
    own = {"zone_id": home["zone_id"], "indicator_id": "gdp", "period": "full_year"}
    zone, city = peers.read("peer_zones", **own), _city(peers, home["city"])
    zone = zone[zone["year"] >= first]
    growth = _beside(peers, zone, city, "growth_real", "%")
    size = _beside(peers, zone, city, "level", "亿元")
    both = growth.merge(size, on="year", how="outer", suffixes=("_growth", "_size"))
    rows = pd.DataFrame(
        {
            "zone_id": home["zone_id"],
            "year": both["year"],
            "growth": both["value_growth"],
            "city_growth": both["value_city_growth"],
            "difference": both["value_growth"] - both["value_city_growth"],
            "size": both["value_size"],
            "city_size": both["value_city_size"],
            "share": 100 * both["value_size"] / both["value_city_size"],
            "scope_note": _joined(both, "scope_note", " / "),
            "grade": both[["grade_growth", "grade_size"]].fillna("").max(axis=1),
            "source_id": _joined(both, "source_id", ";"),
            "city_source_id": _joined(both, "source_id_city", ";"),
        }
    )
    why = "peers.city.no_city" if city.empty else "peers.city.no_year"
    return peers.result(AgainstCity, rows, home["city"], mean, why=why)


def _beside(
    peers: Record, zone: pd.DataFrame, city: pd.DataFrame, kind: str, unit: str
) -> pd.DataFrame:
    """Figures of one kind in the years that have both; the grade is the worse of the two."""
    columns = ["year", "value", "scope_note", "grade", "source_id"]
    one, two = (peers.best(pick(f, kind=kind, unit=unit), ["year"])[columns] for f in (zone, city))
    both = one.merge(two, on="year", suffixes=("", "_city"))
    return both.assign(grade=both[["grade", "grade_city"]].max(axis=1))


def _joined(rows: pd.DataFrame, column: str, by: str) -> list[str | None]:
    """What growth and level say in a column, each once."""
    both = zip(rows[f"{column}_growth"], rows[f"{column}_size"], strict=True)
    return [by.join(dict.fromkeys(str(t) for t in pair if pd.notna(t))) or None for pair in both]


def _city(peers: Record, city: str) -> pd.DataFrame:
    """GDP of a city for full years, from the provincial yearbook (grade A) and the context table."""
    book = peers.read("zhejiang_cities", unit_name_zh=f"{city}市", indicator_id="gdp_nominal")
    ids = list({str(n).lower() for n in book["unit_name_en"]})
    of = {"entity_id": ids, "indicator_id": "gdp", "period": "full_year"}
    parts = [
        book.assign(kind="level", grade="A", scope_note="全市"),
        peers.read("context_observations", **of),
    ]
    columns = "row_id year value unit kind scope_note grade source_id".split()
    return pd.concat([f[columns].astype(object) for f in parts]).infer_objects()
