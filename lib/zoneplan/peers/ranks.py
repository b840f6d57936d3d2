"""Ranks in the Ministry of Commerce's evaluation of national-level zones, and who moved far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from zoneplan.data import tables
from zoneplan.messages import words
from zoneplan.peers.zones import NO_HOME, PeerResult, Record, is_wider, names, need
from zoneplan.text import num

# A move of so many places in one or two evaluations changes what a rank says about a zone.
BIG_MOVE = 40
TOP = 50
KEYS = ["zone_id", "evaluation_year"]


@dataclass(frozen=True)
class Ranks(PeerResult):
    """Published ranks of zones by evaluation, on one list (``ranking``); rank 1 is the best."""

    ranking: str
    SUBJECT = "peers.ranks"
    DIGITS = {"*": 0}

    def pivot(self) -> pd.DataFrame:
        """One row per zone, one column per evaluation; a gap is an unknown rank, not a poor one."""
        return self.rows.pivot(index="zone_id", columns="evaluation_year", values="rank")

    def facts(self, lang: str) -> dict[str, Any]:
        """The last rank of the plan's own zone or, if it has none, of any."""
        last = self.last()
        told = {"zone": names(self.plan, [last["zone_id"]], lang)[0], "rank": num(last["rank"], 0)}
        return self.counted() | told | {"year": last["evaluation_year"]}


def ranks(peers: Record, where: str | None = None, ranking: str = "comprehensive") -> Ranks:
    """How was a zone, or were the zones of a province, ranked by the Ministry?

    Parameters
    ----------
    where : zone id, or name of a zone or province (Chinese or English); None: the zone's province.
    ranking : comprehensive, east, west, fdi or trade; the old system of 2010 only if named.

    Returns
    -------
    One row per zone and evaluation by the written rule, with the number of sources and their
    extremes; ``derived`` marks ranks worked out from "up N places".

    Raises
    ------
    DataError
        No zone, province or list has this name.

    Interpretation: an evaluation judges the year before it; ``data_year`` is that year.
    """
    home, every = peers.home, tables.read("rankings")
    need("ranking", ranking, every["list"])
    rows = peers.read("rankings", list=ranking)
    where = where or (None if home is None else home["province"])
    if where is None:
        return peers.result(Ranks, rows.head(0), ranking, why=NO_HOME)
    provinces = words("en").group("columns.value.province")
    place = {t.lower(): key for key, t in provinces.items()}.get(where.lower(), where.lower())
    columns = ["province", "zone_id", "zone_zh", "zone_en"]
    need("where", place, [*provinces, *every[columns].stack().str.lower()])
    hit = rows[(rows[columns].apply(lambda c: c.str.lower()) == place).any(axis=1)]
    count = hit.groupby(KEYS)["source_id"].agg(n_sources="nunique")
    seen = hit.groupby(KEYS)["rank"].agg(best_rank="min", worst_rank="max").join(count)
    chosen = peers.best(hit, KEYS).merge(seen.reset_index(), on=KEYS)
    chosen["derived"] = chosen["basis"] == "derived"
    keep = (
        "zone_id province evaluation_year data_year rank derived best_rank worst_rank n_sources"
        " grade source_id note row_id"
    )
    return peers.result(Ranks, chosen[keep.split()], ranking)


@dataclass(frozen=True)
class Movers(PeerResult):
    """Moves over one or two evaluations, the largest first; ``history`` holds the ranks behind."""

    history: pd.DataFrame
    within: int
    SUBJECT = "peers.movers"
    DIGITS = {"*": 0}

    def big(self, places: int = BIG_MOVE) -> Movers:
        """Only the largest move of each zone that won at least so many places."""
        far = self.rows[self.rows["moved"] >= places].drop_duplicates("zone_id")
        return replace(self, rows=far.reset_index(drop=True), why="peers.movers.none_far")

    def facts(self, lang: str) -> dict[str, Any]:
        """Who moved far, and how far those on top move."""
        far = self.big().rows
        near = self.rows.loc[self.rows["from_rank"] <= TOP, "moved"].abs()
        return {
            **{"n": len(far), "places": BIG_MOVE, "within": self.within, "top": TOP},
            **{"into": (far["to_rank"] <= TOP).sum(), "merged": far["area"].notna().sum()},
            **{"later": far["later_rank"].notna().sum(), "near": num(near.median(), 0)},
        }

    def evidence_note(self, lang: str | None = None) -> str:
        """That of the ranks behind the moves."""
        return super(Movers, replace(self, rows=self.history)).evidence_note(lang)


def movers(peers: Record, within: int = 2, ranking: str = "comprehensive") -> Movers:
    """Who moved how far in the ranking, and what became of them?

    Parameters
    ----------
    within : evaluations apart, 1 or 2.
    ranking : a list of the ranking; only ranks of one list are compared.

    Returns
    -------
    Every pair of ranks of one zone at most ``within`` evaluations apart, with places won
    (``moved``), the next rank known (``later_rank``), and the notes of its figures that tell of a
    wider ``area``.

    Raises
    ------
    DataError
        There is no such list.

    Interpretation: where no ``later_rank`` was published, that is no fall.
    """
    need("ranking", ranking, tables.read("rankings")["list"])
    history = peers.best(peers.read("rankings", list=ranking), KEYS)
    both = history.merge(history, on="zone_id", suffixes=("", "_to"))
    both = both[(both["evaluation_year_to"] - both["evaluation_year"]).between(1, within)]
    later = history[[*KEYS, "rank"]].set_axis(["zone_id", "later_year", "later_rank"], axis=1)
    rows = pd.merge_asof(
        both.sort_values("evaluation_year_to"),
        later.sort_values("later_year"),
        left_on="evaluation_year_to",
        right_on="later_year",
        by="zone_id",
        direction="forward",
        allow_exact_matches=False,
    )
    notes = peers.read("peer_zones")
    notes = notes[is_wider(notes["scope_note"])].groupby("zone_id")["scope_note"]
    rows = rows.assign(
        moved=rows["rank"] - rows["rank_to"],
        derived=(rows["basis"] == "derived") | (rows["basis_to"] == "derived"),
        area=rows["zone_id"].map(notes.agg(lambda texts: "; ".join(sorted(set(texts))))),
        grade=rows[["grade", "grade_to"]].max(axis=1),
    )
    ends = {"evaluation_year": "from_year", "evaluation_year_to": "to_year"}
    rows = rows.rename(columns={**ends, "rank": "from_rank", "rank_to": "to_rank"})
    by = ["moved", "zone_id", "from_year", "to_year"]
    rows = rows.sort_values(by, ascending=[False, True, True, True], ignore_index=True)
    keep = (
        "zone_id province from_year to_year from_rank to_rank moved derived later_year later_rank"
        " area grade source_id source_id_to"
    )
    ranked = "zone_id province evaluation_year rank grade source_id note row_id"
    return peers.result(Movers, rows[keep.split()], history[ranked.split()], within)
