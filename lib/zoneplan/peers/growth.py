"""What growth zones reported, how large they were, and how friendly their reports are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import indicator as about
from zoneplan.messages import words
from zoneplan.peers.zones import (
    CHINA,
    NO_RATE,
    PeerResult,
    Record,
    cited,
    is_wider,
    names,
    need,
    pick,
    rate_of,
)
from zoneplan.text import num, pct

# From this year on the whole country grew more slowly: reports of both ages are counted apart.
SLOWER = 2013


@dataclass(frozen=True)
class Growth(PeerResult):
    """Real GDP growth that zones reported for full years, beside China's (``china``)."""

    china: pd.DataFrame
    SUBJECT = "peers.growth"

    def by_grade(self) -> pd.DataFrame:
        """Growth above China's of the year (points) by grade: figures, zones, mean, median."""
        seen = self.rows[self.rows["above_china"].notna()].groupby("grade")
        above = seen["above_china"].agg(figures="size", mean="mean", median="median")
        return above.assign(zones=seen["zone_id"].nunique()).reset_index()

    def facts(self, lang: str) -> dict[str, Any]:
        """Growth, and by grade above China's."""
        w, above = words(lang), self.by_grade().set_index("grade")["median"]
        grades = [w("peers.growth.grade", grade=g, above=num(x)) for g, x in above.items()]
        told = {"median": pct(self.rows["value"].median(), lang=lang)}
        told["grades"] = w("common.list").join(grades) or w("common.none")
        return self.counted() | told


def growth(peers: Record, first: int = 2006, last: int = 2030) -> Growth:
    """What real GDP growth did zones report for full years?

    Parameters
    ----------
    first, last : first and last year, both included.

    Returns
    -------
    One row per zone and year by the written rule: growth in percent, China's growth of the year,
    the difference (``above_china``), and whether a note tells of a merged district (``wider``).

    Interpretation: ``above_china`` lets years be compared. Good years are over-represented.
    """
    years = range(first, last + 1)
    rows = peers.others(peers.read("peer_zones", indicator_id="gdp", unit="%", year=years))
    full, real = rows["period"] == "full_year", rows["kind"] == "growth_real"
    chosen = peers.above_china(peers.best(rows[full & real], ["zone_id", "year"]), "value")
    reason = np.where(full, np.where(real, "another_source", "other_kind"), rows["period"])
    left = rows.assign(reason=reason)[~rows["row_id"].isin(chosen["row_id"])]
    left = left.sort_values(["zone_id", "year", "row_id"], ignore_index=True)
    left_columns = "zone_id year kind period value source_id row_id reason"
    keep = (
        "zone_id province year value unit china above_china wider scope_note grade source_id"
        " china_source_id note row_id"
    )
    left = left[left_columns.split()]
    return peers.result(Growth, chosen[keep.split()], peers.china(), left_out=left)


@dataclass(frozen=True)
class Beside(PeerResult):
    """Real GDP growth of the plan's zone, of zones of one's choice and of China, year by year."""

    SUBJECT = "peers.beside"
    SHOWN = ("zone_id", "year", "value", "wider", "grade")

    def facts(self, lang: str) -> dict[str, Any]:
        """Who is compared, how many rates are on record, and how many reach the planned one."""
        own, goal = self.rows["zone_id"] == self.plan.home, rate_of(self.plan)
        others = self.rows[~own & (self.rows["zone_id"] != CHINA)]
        peers = names(self.plan, dict.fromkeys(others["zone_id"]), lang)
        met = {"met": int((others["value"] >= goal).sum()), "rate": pct(goal, 0, lang)}
        years = {"first": self.rows["year"].min(), "last": self.rows["year"].max()}
        told = {"peers": words(lang)("common.list").join(peers), "n": len(others)}
        return told | met | years | {"own": int(own.sum())}


def beside(peers: Record, *zones: str) -> Beside:
    """How did the plan's zone grow beside zones of one's choice?

    Parameters
    ----------
    zones : ids of zones in the zone table, such as ``suzhoupark``.

    Returns
    -------
    One row per zone and year with real growth of GDP over the full year, percent, by the written
    rule; the plan's zone first (``home``), then the others as named, then China, over their years.

    Raises
    ------
    DataError
        No zone is named, or the zone table does not know one.

    Interpretation: rates can be compared, since areas differ from zone to zone and over the years.
    Zones print good years more often than bad ones.
    """
    table = tables.read("peer_zones")
    for zone in zones or ("",):
        need("zone", zone, table["zone_id"])
    order = list(dict.fromkeys([*([peers.plan.home] if peers.plan.home else []), *zones]))
    real = {"indicator_id": "gdp", "unit": "%", "kind": "growth_real", "period": "full_year"}
    seen = peers.best(peers.read("peer_zones", zone_id=order, **real), ["zone_id", "year"])
    china = peers.china().assign(zone_id=CHINA)
    china = china[china["year"].between(seen["year"].min(), seen["year"].max())]
    rows = pd.concat([seen.assign(wider=is_wider(seen["scope_note"])), china], ignore_index=True)
    place = rows["zone_id"].map({i: n for n, i in enumerate([*order, CHINA])})
    rows = rows.assign(place=place).sort_values(["place", "year"], ignore_index=True)
    keep = ["zone_id", "year", "value", "wider", "scope_note", "grade", "source_id", "row_id"]
    none = set(rows["zone_id"]).isdisjoint(zones)
    return peers.result(Beside, rows[:0] if none else rows[keep])


@dataclass(frozen=True)
class Bias(PeerResult):
    """Growth of all national zones beside the mean of single reports of the same year."""

    SUBJECT = "peers.bias"

    def facts(self, lang: str) -> dict[str, Any]:
        """The mean difference and its extremes."""
        apart = self.rows["difference"]
        ends = {"mean": apart.mean(), "low": apart.min(), "high": apart.max()}
        return {"n": len(apart)} | {key: num(x) for key, x in ends.items()}


def bias(peers: Record, first: int = 2006, last: int = 2022) -> Bias:
    """How much higher do single reports stand than the total of all zones in the same year?

    Parameters
    ----------
    first, last : first and last year, both included.

    Returns
    -------
    Per year with both: growth of the total, mean of the reports, difference in points.
    ``total_basis`` repeats what the total's text says of its price basis: most print none and hold
    it against China's real growth; the table marks it as nominal, the reports are read as real.

    Interpretation: positive where zones that print growth print more than all zones had.
    """
    of = {"indicator_id": "gdp", "period": "full_year", "kind": ["growth_real", "growth_nominal"]}
    totals = peers.read("national_zones", region="all", year=range(first, last + 1), **of)
    by_year = growth(peers, first, last).rows.groupby("year")
    mean = by_year["value"].agg(mean="mean", reports="size")
    mean["report_source_id"] = by_year["source_id"].agg(lambda ids: ";".join(sorted(set(ids))))
    named = {"value": "total", "kind": "total_kind", "note": "total_basis"}
    rows = peers.best(totals, ["year"]).rename(columns=named).merge(mean, on="year")
    rows["difference"] = rows["mean"].astype("float64") - rows["total"].astype("float64")
    keep = (
        "year total total_kind total_basis mean reports difference grade source_id report_source_id"
    )
    return peers.result(Bias, rows[keep.split()])


@dataclass(frozen=True)
class Reaching(PeerResult):
    """Share of the reports at or above a growth rate, as printed and with bias taken off."""

    goal: float
    reports: Growth
    SUBJECT = "peers.reaching"
    SHOWN = ("way", "figures", "share")
    DIGITS = {"share": 2}

    def facts(self, lang: str) -> dict[str, Any]:
        """The share by way of counting."""
        ways = list(words(lang).group("columns.value.way"))
        share = self.rows.set_index("way")["share"].reindex(ways)
        told = {"n": self.rows["figures"].max(), "rate": pct(self.goal, 0, lang)}
        return told | {way: pct(100 * p, 0, lang) for way, p in share.items()}

    def evidence_note(self, lang: str | None = None) -> str:
        """That of the reports behind the shares."""
        return self.reports.evidence_note(lang)


def reaching(peers: Record, goal: float | None = None) -> Reaching:
    """How many reports reach a growth rate, and how many if they are not taken at their word?

    Parameters
    ----------
    goal : percent a year; None takes the average growth of GDP that the plan prints.

    Returns
    -------
    One row per way of counting, with the number of figures and the share (0 to 1): ``printed``;
    ``official``, texts of grade A only; ``excess``, reports of a weaker grade lowered by what their
    grade stands above grade A (median growth above China's); ``totals``, all moved by the mean
    difference to the growth of all zones; ``early`` and ``late``, printed growth before 2013 and
    from 2013 on, when the whole country had slowed. A way without a figure to measure the bias is
    left out.

    Interpretation: the ways need not agree; where they do not, the size of the bias is not known.
    """
    goal = rate_of(peers.plan) if goal is None else goal
    reports, total = growth(peers), bias(peers).rows
    rows = reports.rows[reports.rows["above_china"].notna()]
    over = rows.groupby("grade")["above_china"].median()
    beyond = (over - over.get("A", np.nan)).clip(lower=0)
    counted = {
        "printed": rows["value"],
        "official": pick(rows, grade="A")["value"],
        "excess": rows["value"]
        - np.array([beyond.get(g, np.nan) for g in rows["grade"]], "float64"),
        "totals": rows["value"] - total["difference"].mean(),
        "early": rows.loc[rows["year"] < SLOWER, "value"],
        "late": rows.loc[rows["year"] >= SLOWER, "value"],
    }
    ids = cited(reports.rows, None, [*total["source_id"], *reports.china["source_id"]])
    found = [
        (way, len(v), float((v >= goal).mean()), ";".join(ids))
        for way, v in counted.items()
        if not (np.isnan(goal) or v.empty or v.isna().any())
    ]
    shares = pd.DataFrame(found, columns=["way", "figures", "share", "source_id"])
    return peers.result(Reaching, shares, goal, reports, why=NO_RATE if np.isnan(goal) else "")


@dataclass(frozen=True)
class Levels(PeerResult):
    """Level and growth of the same zone, year and area, and every figure that was left out."""

    indicator: str
    SUBJECT = "peers.levels"

    def facts(self, lang: str) -> dict[str, Any]:
        """How many reach the plan's rate, and how many are left out."""
        goal, stated = rate_of(self.plan), (self.rows["price_basis"] == "stated").sum()
        told = {"above": (self.rows["growth"] >= goal).sum(), "rate": pct(goal, 0, lang)}
        return self.counted() | told | {"stated": stated, "left": len(self.left_out)}


def levels(peers: Record, first: int = 2006, last: int = 2022, indicator: str = "gdp") -> Levels:
    """How large were zones that grew as they did: level and growth of one area in one full year.

    Parameters
    ----------
    first, last : first and last year, both included.
    indicator : an indicator of the zone table. GDP and value added pair with real growth, money
        flows with nominal growth; trade and foreign investment are in 亿美元, all else in 亿元.

    Returns
    -------
    One row per zone and year. The area counts as the same where both figures carry the same scope
    note, or where one document prints both (``scope_basis``). If several pairs fit, the same note
    comes first, then the better grade, then the later publication; ``grade`` is the worse of two.

    Raises
    ------
    DataError
        The zone table has no such indicator.

    Interpretation: levels may cover a merged district; compare growth, and never chain levels.
    """
    need("indicator", indicator, tables.read("peer_zones")["indicator_id"])
    kind = "growth_real" if about(indicator).is_real else "growth_nominal"
    unit = about(indicator).peer_unit or "亿元"
    rows = peers.read("peer_zones", indicator_id=indicator, year=range(first, last + 1))
    rows = peers.others(rows).fillna({"scope_note": "", "note": ""})
    full = peers.ordered(pick(rows, period="full_year"))
    pairs = _pairs(pick(full, kind="level", unit=unit), pick(full, kind=kind))
    return peers.result(Levels, pairs, indicator, left_out=_left_out(rows, pairs, kind, unit))


def _pairs(level: pd.DataFrame, rate: pd.DataFrame) -> pd.DataFrame:
    """Level and growth side by side on the same area; the best pair of each zone and year."""
    both = level.merge(rate, on=["zone_id", "year"], suffixes=("", "_g"))
    noted = (both["scope_note"] == both["scope_note_g"]) & (both["scope_note"] != "")
    both = both.assign(
        scope_basis=noted.map({True: "same note", False: "same document"}),
        grade=both[["grade", "grade_g"]].max(axis=1),
        price_basis=both["price_basis_g"].str.removeprefix("comparable, "),
    )[noted | (both["source_id"] == both["source_id_g"])]
    by = ["scope_basis", "grade", "published", "published_g", "row_id", "row_id_g"]
    both = both.sort_values(by, ascending=[False, True, False, False, True, True])
    both = both.drop_duplicates(["zone_id", "year"])
    named = {"value": "size", "value_g": "growth", "row_id": "level_row", "row_id_g": "growth_row"}
    named |= {"source_id": "level_source_id", "source_id_g": "growth_source_id"}
    named |= {"note": "level_note", "note_g": "growth_note"}
    keep = (
        "zone_id province year size growth unit scope_note scope_basis price_basis grade"
        " level_source_id growth_source_id level_note growth_note level_row growth_row"
    )
    both = both.rename(columns=named)[keep.split()]
    return both.sort_values(["year", "zone_id"], ignore_index=True)


def _left_out(rows: pd.DataFrame, pairs: pd.DataFrame, kind: str, unit: str) -> pd.DataFrame:
    """Every figure that is in no pair, with the first reason that fits."""
    left = rows[~rows["row_id"].isin({*pairs["level_row"], *pairs["growth_row"]})]
    is_level = left["kind"] == "level"
    partner = left.assign(kind=np.where(is_level, kind, "level"))
    reasons = {
        "other_kind": ~left["kind"].isin(["level", kind]),
        "other_unit": is_level & (left["unit"] != unit),
        "another_source": _among(left, pairs, ["zone_id", "year"]),
        "other_area": _among(partner, pick(rows, period="full_year"), ["zone_id", "year", "kind"]),
        "no_growth": is_level,
    }
    reason = np.select([np.asarray(r) for r in reasons.values()], list(reasons), "no_level")
    left = left.assign(reason=left["period"].where(left["period"] != "full_year", reason))
    keep = "zone_id year kind period value unit scope_note grade source_id note row_id reason"
    return left[keep.split()].sort_values("row_id", ignore_index=True)


def _among(rows: pd.DataFrame, others: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Which rows have a key that others have too."""
    there = pd.MultiIndex.from_frame(others[keys])
    return np.asarray(pd.MultiIndex.from_frame(rows[keys]).isin(there))
