"""Figures of other zones as they were known on a day: read, ordered by one written rule, named.

Every comparison keeps full years apart from parts of years, levels from growth, and real growth
from nominal. Where several sources print one figure the better grade comes first, then the later
publication, then the order of the row ids, so that nothing depends on the order of rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from zoneplan.data import tables
from zoneplan.errors import DataError, Problem
from zoneplan.messages import words
from zoneplan.plan.document import known
from zoneplan.result import Result
from zoneplan.text import day

if TYPE_CHECKING:
    from zoneplan.plan.document import PlanDocument

# Words in a scope note that tell of more than the zone: a merged district, a new area.
WIDER = re.compile(
    r"merged|combined|incl\b|wide\b|whole|with jurisdiction|subdistrict|区街合一|合署"
    r"|(?<!part of 北部)新区|[^发]区 =|widened|金普|ETDZ\+高新区",
    re.IGNORECASE,
)
# Wenzhou is both a zone and its city, so ids of regions are marked.
REGION = "region_"
ALL_ZONES, CHINA = "national_zones", "china"
NO_HOME, NO_RATE = "peers.why.no_home", "peers.why.no_rate"
# Columns for tracing a figure, which a reader of a table is not shown.
TRACED = r"^(note|province|(level|growth|total)_note|\w+_row|row_id|source_id_to)$"
R = TypeVar("R", bound="PeerResult")


@dataclass(frozen=True)
class Record:
    """What is on record of other zones and regions: as known on a plan's day, or everything."""

    plan: PlanDocument
    hindsight: bool = False

    @property
    def known_on(self) -> date | None:
        """The last day on which a figure may have become known; None with hindsight."""
        return None if self.hindsight else self.plan.as_of

    def read(self, table: str, **columns: object) -> pd.DataFrame:
        """One table without what was published later; only rows with these values in columns."""
        rows = tables.read(table)
        return pick(rows if self.hindsight else known(rows, self.plan.as_of), **columns)

    def result(self, kind: type[R], rows: pd.DataFrame, *more: object, **options: Any) -> R:
        """A result about the plan that says whether hindsight is in it."""
        return kind(self.plan, rows, *more, hindsight=self.hindsight, **options)

    @property
    def home(self) -> pd.Series | None:
        """Names, province and city of the plan's own zone; None where the tables know none."""
        own = pick(tables.read("peer_zones").sort_values("row_id"), zone_id=self.plan.home)
        return None if own.empty else own.iloc[0]

    def others(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of other zones: a zone is never its own peer."""
        return rows[rows["zone_id"] != self.plan.home]

    def ordered(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows from best to worst source: grade, later publication (undated last), row id."""
        printed = self.plan.sources.rows["published"].map(published_by)
        dated = rows.assign(published=rows["source_id"].map(printed).fillna(""))
        by, ascending = ["grade", "published", "row_id"], [True, False, True]
        return dated.sort_values(by, ascending=ascending, ignore_index=True)

    def best(self, rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
        """One row per key, chosen by the written rule, sorted by key."""
        return self.ordered(rows).drop_duplicates(keys).sort_values(keys, ignore_index=True)

    def whole(self, indicator: str, of: str = ALL_ZONES) -> pd.DataFrame:
        """Full-year totals of all national zones or of China, one row per year and unit."""
        where = {"indicator_id": indicator, "period": "full_year", "kind": ["level", "count"]}
        if of == CHINA:
            rows = self.read("context_observations", entity_id=CHINA, **where)
        else:
            rows = self.read("national_zones", region="all", **where)
        return self.best(rows, ["year", "unit"])

    def above_china(self, rows: pd.DataFrame, growth: str) -> pd.DataFrame:
        """Rows with China's growth of the year, the difference to it, and if the area is wider."""
        china = self.china().rename(columns={"value": "china", "source_id": "china_source_id"})
        both = rows.merge(china.drop(columns="grade"), on="year", how="left")
        wider = is_wider(both["scope_note"])
        return both.assign(above_china=both[growth] - both["china"], wider=wider)

    def china(self) -> pd.DataFrame:
        """China's real GDP growth by year: year, value, grade, source_id."""
        of = {"entity_id": CHINA, "indicator_id": "gdp", "kind": "growth_real"}
        rows = self.read("context_observations", **of, period="full_year")
        return self.best(rows, ["year"])[["year", "value", "grade", "source_id"]]


@dataclass(frozen=True)
class PeerResult(Result):
    """A result about other zones or regions; tells if figures published after the day are in it."""

    hindsight: bool = field(default=False, kw_only=True)

    def named(self, lang: str) -> pd.DataFrame:
        """The rows with names in place of ids, without the columns that only trace a figure."""
        rows = super().named(lang)
        rows = rows.drop(columns=rows.filter(regex=TRACED).columns)
        for column in rows.columns.intersection(["zone_id", "entity_id"]):
            rows[column] = names(self.plan, rows[column], lang)
        # Years that some rows lack are no decimals.
        return rows.astype({c: "Int64" for c in rows if c.endswith("year")})

    def when(self, lang: str) -> str:
        """The plan's day, or today."""
        return words(lang)("peers.today") if self.hindsight else super().when(lang)

    def excluded(self) -> Result:
        """What was left out, counted by reason."""
        count = self.left_out.reindex(columns=["reason"]).value_counts(sort=False).rename("n")
        order = ["n", "reason"]
        rows = count.reset_index().sort_values(order, ascending=[False, True], ignore_index=True)
        return Result(self.plan, rows, why="peers.why.none_out")

    def evidence_note(self, lang: str | None = None) -> str:
        """How many figures, by grade, of how many zones or issuers; and whether with hindsight."""
        lang = lang or self.plan.lang
        w, said = words(lang), [super().evidence_note(lang)]
        for column in self.rows.columns.intersection(["zone_id", "entity_id"]):
            said.append(w(f"peers.evidence.{column}", n=self.rows[column].nunique()))
        if self.hindsight:
            said.append(w("peers.evidence.hindsight", day=day(self.plan.as_of, lang)))
        return w("common.space").join(said)

    def last(self) -> pd.Series:
        """The last row of the plan's own zone or, if it has none, of any."""
        own = pick(self.rows, zone_id=self.plan.home)
        return (own if len(own) else self.rows).iloc[-1]

    def counted(self) -> dict[str, Any]:
        """How many figures of how many zones, and from when to when."""
        rows, years = self.rows, self.rows.filter(regex=r"^(evaluation_)?year$").iloc[:, 0]
        zones = rows["zone_id"].nunique()
        return {"n": len(rows), "zones": zones, "first": years.min(), "last": years.max()}


@lru_cache(maxsize=4096)
def published_by(text: str | float) -> str:
    """The last day a printed publication date allows, as sortable text; empty where none is."""
    match = re.match(
        r"(?:c\.)?(?:\d{4}-(?=\d{4}))?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?!\d)",
        "" if pd.isna(text) else str(text),
    )
    return "" if match is None else f"{match[1]}-{match[2] or '12'}-{match[3] or '31'}"


def pick(rows: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Only the rows whose columns have these values, or one of a list or range of values."""
    for column, value in columns.items():
        wanted = value if isinstance(value, list | range) else [value]
        rows = rows[rows[column].isin(wanted)]
    return rows


def is_wider(scope_notes: pd.Series) -> pd.Series:
    """Whether a note says that a figure covers more than the zone itself; no note says nothing."""
    return scope_notes.fillna("").str.contains(WIDER)


def names(plan: PlanDocument, ids: Iterable[str], lang: str) -> list[str]:
    """Short names of zones and regions by their ids; the Chinese one where no other is known."""
    w, columns = words(lang), ["zone_id", "zone_en", "zone_zh", "row_id"]
    every = [tables.read(t)[columns].sort_values("row_id") for t in ("peer_zones", "rankings")]
    zones = pd.concat(every).drop_duplicates("zone_id").set_index("zone_id")
    full = zones["zone_zh"] if lang == "zh" else zones["zone_en"].fillna(zones["zone_zh"])
    # In English the plan's own zone keeps its full name, which tells it from its city.
    short = full.where(full.index == plan.home, full.str.replace(" ETDZ", "", regex=False))
    there = short.str.replace("经济技术开发区", "经开区", regex=False).to_dict()
    there[CHINA] = w("figures.region.china")
    there |= {f"{REGION}{i}": text for i, text in w.group("figures.region").items()}
    there |= {"plan": plan.zone(lang), ALL_ZONES: w("figures.promises.everyone")}
    return [there.get(i, str(i).removeprefix(REGION)) for i in ids]


def rate_of(plan: PlanDocument) -> float:
    """The average growth of GDP that the plan prints, percent a year; NaN where it prints none."""
    return plan.stated_growth("gdp") if "gdp" in plan.series() else float("nan")


def need(what: str, value: str, among: Iterable[str]) -> None:
    """Refuse a word that the tables do not know (DataError), and list those they do."""
    choices = sorted(set(among))
    if value not in choices:
        raise DataError([Problem(what, None, None, repr(value), "one of " + ", ".join(choices))])


def cited(rows: pd.DataFrame, home: str | None, more: Iterable[str] = ()) -> list[str]:
    """Source ids with the zone's first, then the best graded: a chart cites a few by name."""
    by = ["other", "grade", "year", "source_id"]
    order = rows.assign(other=rows["zone_id"] != home).sort_values(by, kind="stable")
    return list(dict.fromkeys([*order["source_id"], *more]))
