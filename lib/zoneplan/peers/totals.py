"""Zones held against wholes: the country, all national zones, the host city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from zoneplan.data import tables
from zoneplan.messages import words
from zoneplan.peers.zones import ALL_ZONES, CHINA, NO_HOME, PeerResult, Record, names, need, pick
from zoneplan.text import num, pct, rounded


@dataclass(frozen=True)
class Shares(PeerResult):
    """Zones in percent of a total (``of``) of the same year."""

    of: str
    SUBJECT = "peers.shares"
    DIGITS = {"share": 3, "n_zones": 0}

    def facts(self, lang: str) -> dict[str, Any]:
        """The last share of the plan's own zone or, if it has none, of any."""
        last = self.last()
        zone, whole = names(self.plan, [last["zone_id"], self.of], lang)
        told = {"zone": zone, "whole": whole, "share": pct(last["share"], 3, lang)}
        size = rounded(last["size"], last["unit"], lang)
        return self.counted() | told | {"year": last["year"], "size": size}


def shares(peers: Record, of: str = CHINA, indicator: str = "gdp") -> Shares:
    """What share does each zone have in a national total?

    Parameters
    ----------
    of : ``china`` (the whole country) or ``national_zones`` (all national-level zones together).
    indicator : indicator of the zone table, in 亿元 or 亿美元; only equal units are compared.

    Returns
    -------
    One row per zone and year in which both are printed for a full year: size, total, share in
    percent, and of all zones their number and the size in times the average zone (``times_mean``).

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
    both = sizes.rename(columns={"value": "size"}).merge(whole, on=["year", "unit"])
    both["n_zones"] = both["year"].map(peers.whole("zone_count", of).set_index("year")["value"])
    both["share"] = 100 * both["size"] / both["total"]
    both["times_mean"] = both["share"] * both["n_zones"] / 100
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

        With ``years_apart``, ``percent`` of the total and ``times`` the average zone.
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

    def facts(self, lang: str) -> dict[str, Any]:
        """The last total, and the zone's last level against the nearest one."""
        last, told = self.rows.iloc[-1], {}
        for row in self.nearest().tail(1).to_dict("records"):
            told = {"zone": names(self.plan, [self.plan.home], lang)[0], "year": row["year"]}
            told |= {"times": num(row["times"]), "percent": pct(row["percent"], 2, lang)}
            told |= {"mean_year": row["total_year"]}
        total, mean = (rounded(last[c], last["unit"], lang) for c in ("value", "mean_zone"))
        told |= {"total": total, "total_year": last["year"], "mean_zone": mean}
        return told | {"n_zones": num(last["n_zones"], 0)}


def totals(peers: Record, first: int = 2006, last: int = 2022, indicator: str = "gdp") -> Totals:
    """What did all national zones have, what did that grow by, how large was the average zone?

    Parameters
    ----------
    first, last : first and last year, both included.
    indicator : an indicator printed for the total.

    Returns
    -------
    One row per year: ``growth_printed`` (basis mostly unstated), ``growth_levels`` the growth a
    year between two totals at current prices, ``growth_mean_zone`` that of the average zone, and
    whether the number of zones changed. The plan's own zone stands beside.

    Interpretation: growth between totals includes new zones; it is no growth of the same zones.
    """
    years = range(first, last + 1)
    count = peers.whole("zone_count").set_index("year")
    rows = pick(peers.whole(indicator), year=years)
    rows["n_zones"] = rows["year"].map(count["value"])
    rows["count_source_id"] = rows["year"].map(count["source_id"])
    rows["mean_zone"] = rows["value"] / rows["n_zones"]
    # The average zone is another matter than the total: most of its growth came from new zones.
    for column, levels in (("growth_mean_zone", "mean_zone"), ("growth_levels", "value")):
        times = rows[levels] / rows[levels].shift()
        rows[column] = 100 * (times ** (1 / rows["year"].diff()) - 1)
    rows["zones_changed"] = rows["n_zones"].diff().fillna(0) != 0
    of: dict[str, Any] = {"indicator_id": indicator, "period": "full_year"}
    printed = {"growth_printed": ["growth_nominal", "growth_real"], "share_of_china": "share"}
    for column, kind in printed.items():
        found = peers.read("national_zones", region="all", kind=kind, **of)
        rows[column] = rows["year"].map(peers.best(found, ["year"]).set_index("year")["value"])
    of |= {"kind": "level", "unit": list(rows["unit"]), "year": years}
    zone = peers.best(peers.read("peer_zones", zone_id=peers.plan.home, **of), ["year"])
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

    def facts(self, lang: str) -> dict[str, Any]:
        """Years in which the zone was ahead, and the last shares."""
        both, sized = self.rows["difference"].dropna(), self.rows.dropna(subset=["share"])
        book = pick(tables.read("zhejiang_cities"), unit_name_zh=f"{self.city}市")["unit_name_en"]
        city = self.city if lang == "zh" or book.empty else str(book.iloc[0])
        told = {"zone": names(self.plan, [self.plan.home], lang)[0], "city": city}
        w, mean = words(lang), self.mean_share.rename(columns={"value": "share"})
        for key, rows in {"share": sized, "mean": mean}.items():
            last = rows[["share", "year"]].tail(1).to_numpy()
            said = (w(f"peers.city.{key}", share=pct(p, 1, lang), year=int(y)) for p, y in last)
            told[key] = "".join(said)
        return told | {"ahead": (both > 0).sum(), "n": len(both)}


def against_city(peers: Record, first: int = 2006) -> AgainstCity:
    """Did the zone outrun its host city, and what share of the city's GDP was it?

    Parameters
    ----------
    first : first year; older figures are of another, smaller zone.

    Returns
    -------
    Years with a full-year figure of both: real growth against real growth, level against level of
    the same year (share in percent). Where the two stand for different areas both notes are kept.

    Interpretation: above the share of all zones the city depends on its zone more than most do.
    """
    home = peers.home
    mean = peers.read("national_zones", indicator_id="gdp_share_of_host_city", region="all")
    mean = peers.best(mean, ["year"])[["year", "value", "unit", "grade", "source_id", "note"]]
    if home is None:
        return peers.result(AgainstCity, pd.DataFrame(), "", mean, why=NO_HOME)
    of = {"indicator_id": "gdp", "period": "full_year"}
    zone, city = peers.read("peer_zones", zone_id=home["zone_id"], **of), _city(peers, home["city"])
    columns, parts = ["year", "value", "scope_note", "grade", "source_id"], []
    for kind in ({"kind": "growth_real", "unit": "%"}, {"kind": "level", "unit": "亿元"}):
        printed = (pick(f, **kind) for f in (zone[zone["year"] >= first], city))
        one, two = (peers.best(f, ["year"])[columns] for f in printed)
        pair = one.merge(two, on="year", suffixes=("", "_city"))
        parts.append(pair.assign(grade=pair[["grade", "grade_city"]].max(axis=1)))
    both = parts[0].merge(parts[1], on="year", how="outer", suffixes=("", "_size"))
    named = {"value": "growth", "value_city": "city_growth"}
    named |= {"value_size": "size", "value_city_size": "city_size"}
    rows = both.rename(columns=named).assign(
        zone_id=home["zone_id"],
        scope_note=_joined(both, "scope_note", " / "),
        grade=both[["grade", "grade_size"]].fillna("").max(axis=1),
        source_id=_joined(both, "source_id", ";"),
        city_source_id=_joined(both, "source_id_city", ";"),
    )
    rows["difference"] = rows["growth"] - rows["city_growth"]
    rows["share"] = 100 * rows["size"] / rows["city_size"]
    keep = (
        "zone_id year growth city_growth difference size city_size share scope_note grade"
        " source_id city_source_id"
    )
    why = "peers.city.no_city" if city.empty else "peers.city.no_year"
    return peers.result(AgainstCity, rows[keep.split()], home["city"], mean, why=why)


def _joined(rows: pd.DataFrame, column: str, by: str) -> list[str | None]:
    """What growth and level say in a column, each once."""
    both = zip(rows[column], rows[f"{column}_size"], strict=True)
    return [by.join(dict.fromkeys(str(t) for t in pair if pd.notna(t))) or None for pair in both]


def _city(peers: Record, city: str) -> pd.DataFrame:
    """GDP of a city for full years, from the yearbook (grade A) and the context table."""
    book = peers.read("zhejiang_cities", unit_name_zh=f"{city}市", indicator_id="gdp_nominal")
    of = {"entity_id": [str(n).lower() for n in book["unit_name_en"]], "indicator_id": "gdp"}
    context = peers.read("context_observations", period="full_year", **of)
    columns = "row_id year value unit kind scope_note grade source_id"
    parts = book.assign(kind="level", grade="A", scope_note="全市"), context
    return pd.concat([f[columns.split()].astype(object) for f in parts]).infer_objects()
