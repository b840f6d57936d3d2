"""How other zones did: size against growth, ranks, shares in national totals, and what their targets came to.

Every comparison keeps full years apart from parts of years, levels from growth, and real growth from nominal.
Where several sources print one figure, one rule decides: the better grade, then the later publication, then the
order of the row ids, so that nothing depends on the order of rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import shown_in
from zoneplan.forecasting import classes
from zoneplan.messages import words
from zoneplan.plan.document import REAL
from zoneplan.text import pct

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

HOME = "wenzhou"
# The years in which zones printed anything, and those of the totals of all zones.
FIRST_YEAR, LAST_YEAR = 1990, 2030
DOLLARS = ("trade_total", "exports", "imports", "fdi_actual")
PERIODS = {
    "part_year": "covers part of a year",
    "full_year_approx": "estimate, threshold or uncertain year",
    "multi_year_average": "average over several years",
    "target": "target, not an outcome",
    "forecast": "forecast, not an outcome",
}
PROVINCES = {
    "beijing": "北京",
    "shanghai": "上海",
    "tianjin": "天津",
    "jilin": "吉林",
    "sichuan": "四川",
    "anhui": "安徽",
    "shandong": "山东",
    "guangdong": "广东",
    "guangxi": "广西",
    "jiangsu": "江苏",
    "henan": "河南",
    "zhejiang": "浙江",
    "hubei": "湖北",
    "hunan": "湖南",
    "gansu": "甘肃",
    "fujian": "福建",
    "liaoning": "辽宁",
    "shaanxi": "陕西",
    "heilongjiang": "黑龙江",
}
_NAMES = {"gdp": "GDP", "gdp_real": "real GDP", "fdi_actual": "foreign investment used"}


@lru_cache(maxsize=4096)
def published_by(text: str | float) -> str:
    """The last day a printed publication date allows, as sortable text; empty where none is printed."""
    match = re.match(
        r"(?:c\.)?(?:\d{4}-(?=\d{4}))?(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?!\d)",
        "" if pd.isna(text) else text,
    )
    return "" if match is None else f"{match[1]}-{match[2] or '12'}-{match[3] or '31'}"


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows from best to worst source: better grade, later publication (undated last), row id."""
    printed = tables.sources()["published"].map(published_by)
    dated = rows.assign(published=rows["source_id"].map(printed).fillna(""))
    by_id = dated.sort_values("row_id", kind="stable").sort_values(
        "published", ascending=False, kind="stable"
    )
    return by_id.sort_values("grade", kind="stable").reset_index(drop=True)


def best(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One row per key, chosen by the written rule, sorted by key."""
    return ordered(rows).drop_duplicates(keys).sort_values(keys).reset_index(drop=True)


def _zone_rows(indicator: str, year_from: int, year_to: int) -> pd.DataFrame:
    rows = tables.read("peer_zones")
    rows = rows[(rows["indicator_id"] == indicator) & rows["year"].between(year_from, year_to)]
    if rows.empty:
        raise ValueError(f"no zone has {indicator!r} between {year_from} and {year_to}")
    return rows.assign(scope_note=rows["scope_note"].fillna(""), note=rows["note"].fillna(""))


def label(rows: pd.DataFrame, lang: str = "en") -> pd.Series:
    """Short name of a zone in a language; the Chinese one where no English one is known."""
    if lang == "zh":
        return rows["zone_zh"].str.replace("经济技术开发区", "经开区", regex=False)
    return rows["zone_en"].fillna(rows["zone_zh"]).str.replace(" ETDZ", "", regex=False)


def named(zone_ids: pd.Series, lang: str = "en") -> pd.Series:
    """Short names of zones by their ids, in a language."""
    columns = ["zone_id", "zone_en", "zone_zh", "row_id"]
    every = pd.concat(
        [tables.read(t)[columns].sort_values("row_id") for t in ("peer_zones", "rankings")]
    )
    every = every.drop_duplicates("zone_id").set_index("zone_id")
    return zone_ids.map(label(every, lang))


def name(zone_id: str, lang: str = "en") -> str:
    """Short name of one zone in a language."""
    return str(named(pd.Series([zone_id]), lang).iloc[0])


def rests_on(
    rows: pd.DataFrame, zone: str = "zone_id", things: tuple[str, str] = ("figure", "zone")
) -> str:
    """How many figures and zones stand behind a result, and of which grades, in one sentence."""
    if rows.empty:
        return f"Rests on no {things[0]}."
    count = rows["grade"].value_counts().sort_index()
    grades = ", ".join(f"{n} of grade {g}" for g, n in count.items())
    what, who = (
        f"{n} {word}{'' if n == 1 else 's'}"
        for n, word in zip((len(rows), rows[zone].nunique()), things, strict=True)
    )
    return f"Rests on {what} of {who}: {grades}."


def zone(zone_id: str) -> pd.Series:
    """Names, province and city of a zone by its id: zone_id, zone_zh, label, province, city.

    Raises
    ------
    ValueError
        No such zone; what exists is listed.
    """
    rows = tables.read("peer_zones").sort_values("row_id")
    hit = rows[rows["zone_id"] == zone_id]
    if hit.empty:
        raise ValueError(
            f"no zone {zone_id!r}; there are: {', '.join(sorted(set(rows['zone_id'])))}"
        )
    return hit.assign(label=label(hit)).iloc[0][["zone_id", "zone_zh", "label", "province", "city"]]


@dataclass(frozen=True)
class PeerResult:
    """Level and growth of the same zone, year and area, and every figure that was left out."""

    indicator: str
    year_from: int
    year_to: int
    unit: str
    growth_kind: str
    rows: pd.DataFrame
    excluded: pd.DataFrame

    @property
    def n_zones(self) -> int:
        return int(self.rows["zone_id"].nunique())

    @property
    def n_figures(self) -> int:
        return len(self.rows)

    @property
    def sources(self) -> list[str]:
        return sorted({*self.rows["level_source_id"], *self.rows["growth_source_id"]})

    def table(self) -> pd.DataFrame:
        """One row per zone and year: size, growth, scope, grade (the worse of the two) and sources."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)

    def summary(self) -> pd.DataFrame:
        """Counts: figures and zones used, by grade and price basis, and figures left out by reason."""
        used = [("used", "zone-years", self.n_figures), ("used", "zones", self.n_zones)]
        grades = [
            ("grade", str(g), int(n))
            for g, n in self.rows["grade"].value_counts().sort_index().items()
        ]
        basis = [
            ("price basis", str(b), int(n))
            for b, n in self.rows["price_basis"].value_counts().sort_index().items()
        ]
        left = [
            ("left out", str(r), int(n))
            for r, n in self.excluded["reason"].value_counts().sort_index().items()
        ]
        return pd.DataFrame(used + grades + basis + left, columns=["what", "which", "n"])

    def plot(self, target_growth: float, highlight: str = HOME, lang: str = "en") -> Chart:
        """GDP against growth, one point per zone and year, with the planned growth.

        How to read it: points above the target line are zones that reported the planned growth or more.
        """
        from zoneplan.charts.kinds import size_against_growth

        if self.rows.empty:
            raise ValueError(
                f"no zone prints level and growth for one area in {self.year_from}-{self.year_to}, so nothing is drawn"
            )
        if self.indicator != "gdp":
            raise ValueError(f"the chart is drawn for GDP only; {self.indicator!r} has a table")
        above = int((self.rows["growth"] >= target_growth).sum())
        w = words(lang)
        factor, unit = shown_in(self.unit, lang)
        drawn = self.rows.rename(columns={"level_source_id": "source_id"})
        drawn = drawn.assign(
            label=named(drawn["zone_id"], lang), size=factor * drawn["size"], unit=unit
        )
        # A chart cites a few sources by name: those of the zone itself and the best graded stand first.
        first = drawn.assign(other=drawn["zone_id"] != highlight).sort_values(
            ["other", "grade", "year"], kind="stable"
        )
        columns = [
            "zone_id",
            "label",
            "year",
            "size",
            "unit",
            "growth",
            "grade",
            "source_id",
            "growth_source_id",
        ]
        return size_against_growth(
            "peers",
            drawn[columns],
            highlight,
            target_growth,
            title=w(
                "figures.peers.title",
                above=above,
                n=self.n_figures,
                rate=pct(target_growth, 0, lang),
            ),
            subtitle=w(
                "figures.peers.subtitle",
                unit=unit,
                zones=self.n_zones,
                first=f"{self.rows['year'].min():.0f}",
                last=f"{self.rows['year'].max():.0f}",
            ),
            sources=list(dict.fromkeys([*first["source_id"], *self.sources])),
            size_label=w("figures.zones.size", unit=unit),
            growth_label=w("figures.zones.growth"),
            note=w("figures.zones.full_years"),
            lang=lang,
        )


def size_and_growth(year_from: int, year_to: int, indicator: str = "gdp") -> PeerResult:
    """Level and growth of the same zone in the same year on the same area, full years only.

    Parameters
    ----------
    year_from, year_to : first and last year, both included.
    indicator : an indicator of the zone table. GDP and value added pair with real growth, money flows with
        nominal growth; trade and foreign investment are in 亿美元, all else in 亿元.

    Returns
    -------
    PeerResult. The area counts as the same where both figures carry the same scope note, or where one document
    prints both; ``scope_basis`` says which. If several pairs fit, the same note comes first, then the better
    grade, then the later publication.

    Raises
    ------
    ValueError
        No zone has the indicator in these years.

    How to read it: levels of different zones may cover a merged district; compare growth, and never chain levels.
    """
    growth_kind = "growth_real" if indicator in REAL else "growth_nominal"
    unit = "亿美元" if indicator in DOLLARS else "亿元"
    rows = _zone_rows(indicator, year_from, year_to)
    full = rows["period"] == "full_year"
    levels = rows[full & (rows["kind"] == "level") & (rows["unit"] == unit)]
    growths = rows[full & (rows["kind"] == growth_kind)]
    pairs = _pairs(levels, growths)
    used = {*pairs["level_row"], *pairs["growth_row"]}
    left = rows[~rows["row_id"].isin(used)]
    paired = set(zip(pairs["zone_id"], pairs["year"], strict=True))
    reasons = [_reason(row, unit, growth_kind, paired, rows) for row in left.to_dict("records")]
    columns = [
        "zone_id",
        "year",
        "kind",
        "period",
        "value",
        "unit",
        "scope_note",
        "grade",
        "source_id",
        "note",
        "row_id",
    ]
    excluded = left[columns].assign(reason=reasons).sort_values("row_id").reset_index(drop=True)
    return PeerResult(indicator, year_from, year_to, unit, growth_kind, pairs, excluded)


def _pairs(levels: pd.DataFrame, growths: pd.DataFrame) -> pd.DataFrame:
    """Level and growth side by side where the area is the same; the best pair of each zone and year."""
    level, rate = ordered(levels), ordered(growths)
    both = level.merge(rate, on=["zone_id", "year"], suffixes=("", "_g"))
    noted = (both["scope_note"] == both["scope_note_g"]) & (both["scope_note"] != "")
    together = both["source_id"] == both["source_id_g"]
    both = both.assign(
        label=label(both),
        size=both["value"],
        growth=both["value_g"],
        scope_basis=noted.map({True: "same note", False: "same document"}),
        worst=both[["grade", "grade_g"]].max(axis=1),
        price_basis=both["price_basis_g"].str.removeprefix("comparable, "),
    )[noted | together]
    both = (
        both.sort_values(["row_id", "row_id_g"], kind="stable")
        .sort_values(["published", "published_g"], ascending=False, kind="stable")
        .sort_values(["scope_basis", "worst"], ascending=[False, True], kind="stable")
        .drop_duplicates(["zone_id", "year"])
        .sort_values(["year", "zone_id"])
        .reset_index(drop=True)
    )
    both["grade"] = both["worst"]
    names = {
        "source_id": "level_source_id",
        "source_id_g": "growth_source_id",
        "row_id": "level_row",
        "row_id_g": "growth_row",
        "note": "level_note",
        "note_g": "growth_note",
    }
    keep = [
        "zone_id",
        "label",
        "province",
        "year",
        "size",
        "growth",
        "unit",
        "scope_note",
        "scope_basis",
        "price_basis",
        "grade",
        "level_source_id",
        "growth_source_id",
        "level_note",
        "growth_note",
        "level_row",
        "growth_row",
    ]
    return both.rename(columns=names)[keep]


def _reason(row: dict, unit: str, growth_kind: str, paired: set[tuple], rows: pd.DataFrame) -> str:
    """Why one figure is not in the comparison."""
    if row["period"] in PERIODS:
        return PERIODS[row["period"]]
    if row["kind"] not in ("level", growth_kind):
        return f"{row['kind'].removeprefix('growth_')} figure, not {growth_kind.removeprefix('growth_')} growth"
    if row["kind"] == "level" and row["unit"] != unit:
        return f"level in {row['unit']}, not {unit}"
    if (row["zone_id"], row["year"]) in paired:
        return "another source comes first (grade, then publication)"
    other = growth_kind if row["kind"] == "level" else "level"
    full = (
        (rows["zone_id"] == row["zone_id"])
        & (rows["year"] == row["year"])
        & (rows["period"] == "full_year")
    )
    if (full & (rows["kind"] == other)).any():
        return "level and growth are of different areas"
    return (
        "level without growth in that year"
        if row["kind"] == "level"
        else "growth without a level in that year"
    )


@dataclass(frozen=True)
class PercentileResult:
    """Share of regions at or above a growth rate, one row per past window."""

    growth: float
    class_: classes.ReferenceClass
    horizon: int
    as_of: date
    rows: pd.DataFrame

    @property
    def sources(self) -> list[str]:
        return sorted(set(self.rows["source_id"]))

    def table(self) -> pd.DataFrame:
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many windows and regions, in one sentence; aggregates of yearbooks carry no grade."""
        fewest, most = int(self.rows["n_units"].min()), int(self.rows["n_units"].max())
        return f"Rests on {len(self.rows)} windows of {fewest} to {most} regions, aggregates without a grade of their own."

    def plot(self, lang: str = "en") -> Chart:
        """The growth rate within each past window's percentiles.

        How to read it: the diamond is the growth asked about; the number is how many of 100 regions reached it.
        """
        from zoneplan.charts.kinds import reached_by, reference_percentile

        w, first, last = words(lang), self.rows.iloc[0], self.rows.iloc[-1]
        drawn = self.rows.assign(
            reference_class=[
                w("figures.windows.regions", n=f"{n:.0f}") for n in self.rows["n_units"]
            ]
        )
        return reference_percentile(
            f"percentile_{self.class_.indicator_id}_{self.horizon}y",
            drawn,
            title=w(
                "figures.windows.title",
                growth=pct(self.growth, 0, lang),
                share=reached_by(last["percentile"], lang),
                year=f"{last['end_year']:.0f}",
            ),
            subtitle=w(
                "figures.windows.subtitle",
                span=self.horizon,
                first=f"{first['origin_year']:.0f}",
                last=f"{last['end_year']:.0f}",
                class_=self.class_.said(lang),
            ),
            sources=self.sources,
            lang=lang,
        )


def percentile_of(
    growth: float,
    reference_class: str | classes.ReferenceClass = "coastal_size_matched",
    indicator: str = "gdp",
    horizon: int = 3,
    as_of: date = date(2018, 10, 30),
    level: str | None = None,
) -> PercentileResult:
    """Share of regions that grew at least this fast, by past window.

    Parameters
    ----------
    growth : average annual growth, percent (real for ``gdp_real``, nominal otherwise).
    reference_class : name of a class, or a class from ``reference.CLASSES``.
    indicator, horizon : indicator of the reference table; length of the window in years (1 to 3).
    as_of : only windows known on that day count.
    level : ``county`` or ``prefecture``; None takes counties where the class has them.

    Returns
    -------
    PercentileResult with origin_year, end_year, n_units, share (0 to 1), percentile (0 to 100), the printed
    percentiles and the source. Beyond p01 and p99 the share is 1 or 0, since nothing is known there.

    Raises
    ------
    ValueError
        No such class, or no window was known on the day; what exists is listed.

    How to read it: a share of 0.46 means that 46 of 100 regions grew at least that fast in that window.
    """
    class_ = _class(reference_class, indicator, level)
    windows = classes.windows(class_, horizon, as_of)
    if windows.empty:
        raise ValueError(
            f"no {horizon}-year window of {class_.label} was known on {as_of:%Y-%m-%d}"
        )
    shares = classes.Growth(class_, horizon, windows).odds_by_origin(growth)
    printed = windows[["p10", "p25", "p50", "p75", "p90", "known_from", "source_id"]]
    rows = pd.concat([shares, printed], axis=1).assign(
        percentile=100 * shares["share"],
        plan_growth=growth,
        indicator_id=class_.indicator_id,
        reference_class=class_.label,
        label=[
            f"{a:.0f}–{b:.0f}"
            for a, b in zip(shares["origin_year"], shares["end_year"], strict=True)
        ],
    )
    return PercentileResult(growth, class_, horizon, as_of, rows)


def _class(
    name: str | classes.ReferenceClass, indicator: str, level: str | None
) -> classes.ReferenceClass:
    if isinstance(name, classes.ReferenceClass):
        return name
    table = tables.read("growth_reference")
    there = table[(table["reference_class"] == name) & (table["indicator_id"] == indicator)][
        "level"
    ].unique()
    fitting = sorted(x for x in there if level in (None, x))
    if not fitting:
        known = sorted(
            {
                " ".join(k)
                for k in zip(
                    table["level"], table["reference_class"], table["indicator_id"], strict=True
                )
            }
        )
        raise ValueError(f"no class {name!r} for {indicator!r}; there are: {', '.join(known)}")
    for class_ in classes.CLASSES.values():
        if (class_.level, class_.name, class_.indicator_id, class_.is_proxy) == (
            fitting[0],
            name,
            indicator,
            False,
        ):
            return class_
    places = {"county": "counties", "prefecture": "prefectures"}[fitting[0]]
    text = f"{_NAMES.get(indicator, indicator.replace('_', ' '))} of {places}, {name.replace('_', ' ')}"
    return classes.ReferenceClass(fitting[0], name, indicator, False, text)


@dataclass(frozen=True)
class RankHistory:
    """Ranks of zones in the Ministry's evaluation; lower is better."""

    where: str
    list_id: str
    rows: pd.DataFrame

    def rests_on(self) -> str:
        """How many ranks and zones, by grade, in one sentence."""
        return rests_on(self.rows)

    def table(self) -> pd.DataFrame:
        return self.rows.copy()

    def pivot(self) -> pd.DataFrame:
        """One row per zone, one column per evaluation year; a gap means that no rank is known, not a poor one."""
        return self.rows.pivot(index="label", columns="evaluation_year", values="rank")

    def plot(self, highlight: str = HOME, lang: str = "en") -> Chart:
        """The ranks as lines over the evaluations, one zone in bold.

        How to read it: rank 1 is on top; a line joins the years in which a rank is known, across gaps.
        """
        from zoneplan.charts.kinds import rank_ladder

        w, years = words(lang), self.rows["evaluation_year"]
        drawn = self.rows.assign(label=named(self.rows["zone_id"], lang))
        known = drawn[drawn["zone_id"] == highlight]
        told = (known if len(known) else drawn).iloc[-1]
        return rank_ladder(
            f"ranks_{self.list_id}",
            drawn,
            highlight=highlight,
            title=w(
                "figures.ranks.title",
                zone=told["label"],
                rank=f"{told['rank']:.0f}",
                year=f"{told['evaluation_year']:.0f}",
            ),
            subtitle=w(
                "figures.ranks.subtitle",
                which=w(f"figures.ranks.{self.list_id}"),
                first=f"{years.min():.0f}",
                last=f"{years.max():.0f}",
            ),
            sources=sorted(set(self.rows["source_id"])),
            note=w("figures.ranks.note"),
            lang=lang,
        )


def rank_history(where: str = HOME, list_id: str = "comprehensive") -> RankHistory:
    """Published ranks of one zone or of all zones of a province.

    Parameters
    ----------
    where : zone id, zone name (Chinese or English) or province (浙江 or Zhejiang).
    list_id : comprehensive, east, west, fdi or trade; the old system of 2010 only if named.

    Returns
    -------
    RankHistory: one row per zone and evaluation, chosen by the written rule; ``n_sources`` counts the sources,
    ``derived`` marks ranks worked out from "up N places".

    Raises
    ------
    ValueError
        No rank fits; what exists is listed.

    How to read it: an evaluation judges the year before it; ``data_year`` is that year.
    """
    rows = tables.read("rankings")
    province = PROVINCES.get(where.lower(), where)
    names = ["zone_id", "zone_zh", "zone_en"]
    mask = (rows["province"] == province) | rows[names].apply(
        lambda c: c.str.lower() == where.lower()
    ).any(axis=1)
    hit = rows[mask & (rows["list"] == list_id)]
    if hit.empty:
        raise ValueError(
            f"no {list_id!r} rank for {where!r}; lists: {', '.join(sorted(set(rows['list'])))}; "
            f"zones: {', '.join(sorted(set(rows['zone_id'])))}"
        )
    keys = ["zone_id", "evaluation_year"]
    chosen = best(hit, keys)
    seen = hit.groupby(keys).agg(
        n_sources=("source_id", "nunique"), best_rank=("rank", "min"), worst_rank=("rank", "max")
    )
    chosen = chosen.merge(seen.reset_index(), on=keys)
    chosen = chosen.assign(label=label(chosen), derived=chosen["basis"] == "derived")
    keep = [
        "zone_id",
        "label",
        "province",
        "evaluation_year",
        "data_year",
        "rank",
        "derived",
        "best_rank",
        "worst_rank",
        "n_sources",
        "grade",
        "source_id",
        "note",
        "row_id",
    ]
    return RankHistory(where, list_id, chosen[keep].sort_values(keys).reset_index(drop=True))


@dataclass(frozen=True)
class ShareResult:
    """Shares of zones in a total, percent."""

    indicator: str
    of: str
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)


def national_share(
    indicator: str = "gdp", zone_id: str | None = None, of: str = "national_zones"
) -> ShareResult:
    """Share of each zone in a national total, for the years in which both are printed for a full year.

    Parameters
    ----------
    indicator : indicator of the zone table, in 亿元 or 亿美元; only equal units are compared.
    zone_id : one zone, or None for all.
    of : ``national_zones`` (all national-level zones together) or ``china`` (the whole country).

    Returns
    -------
    ShareResult: size, total, share in percent, both sources, and for zone totals the number of zones and the
    size in terms of the mean zone (``times_mean``), where the number was published for that year.

    How to read it: zone totals are rounded and their number of zones changes; a share is not a trend. An empty
    table means that no year has both figures.
    """
    zones = tables.read("peer_zones")
    zones = zones[
        (zones["indicator_id"] == indicator)
        & (zones["kind"] == "level")
        & (zones["period"] == "full_year")
    ]
    if zone_id is not None:
        if zone_id not in set(tables.read("peer_zones")["zone_id"]):
            raise ValueError(f"no zone {zone_id!r} in the zone table")
        zones = zones[zones["zone_id"] == zone_id]
    sizes = best(zones, ["zone_id", "year", "unit"]).rename(columns={"value": "size"})
    total = _totals(indicator, of).rename(
        columns={
            "value": "total",
            "source_id": "total_source_id",
            "grade": "total_grade",
            "note": "total_note",
            "row_id": "total_row",
        }
    )
    both = sizes.merge(
        total[
            ["year", "unit", "total", "total_grade", "total_source_id", "total_note", "total_row"]
        ],
        on=["year", "unit"],
    )
    count = _totals("zone_count", of)[["year", "value"]].rename(columns={"value": "n_zones"})
    both = both.merge(count, on="year", how="left")
    both = both.assign(label=label(both), share=100 * both["size"] / both["total"])
    both = both.assign(times_mean=both["share"] * both["n_zones"] / 100)
    keep = [
        "zone_id",
        "label",
        "year",
        "size",
        "total",
        "unit",
        "share",
        "n_zones",
        "times_mean",
        "scope_note",
        "grade",
        "total_grade",
        "source_id",
        "total_source_id",
        "total_note",
        "row_id",
        "total_row",
    ]
    return ShareResult(
        indicator, of, both[keep].sort_values(["zone_id", "year"]).reset_index(drop=True)
    )


def _totals(indicator: str, of: str) -> pd.DataFrame:
    """Full-year totals, one per year and unit, by the written rule."""
    if of == "national_zones":
        rows = tables.read("national_zones")
        whole = (rows["region"] == "all") & (rows["period"] == "full_year")
    elif of == "china":
        rows = tables.read("context_observations")
        whole = (rows["entity_id"] == "china") & (rows["period"] == "full_year")
    else:
        raise ValueError(f"{of!r} is not a total; expected 'national_zones' or 'china'")
    rows = rows[whole & (rows["indicator_id"] == indicator) & rows["kind"].isin(["level", "count"])]
    return best(rows, ["year", "unit"])


@dataclass(frozen=True)
class TargetsResult:
    """Targets of others, each beside what became of it where that was published."""

    rows: pd.DataFrame
    counts: pd.DataFrame = field(repr=False)

    def rests_on(self) -> str:
        """How many targets, by grade, in one sentence."""
        return rests_on(self.rows, "entity_id", ("target", "issuer"))

    def table(self) -> pd.DataFrame:
        return self.rows.copy()


_TARGET_COLUMNS = [
    "entity_id",
    "label",
    "indicator_id",
    "year",
    "basis",
    "target",
    "target_high",
    "unit",
    "result",
    "status",
    "before_year",
    "before_value",
    "before_scope",
    "after_year",
    "after_value",
    "after_scope",
    "scope_note",
    "result_scope",
    "grade",
    "source_id",
    "result_source_id",
    "note",
    "row_id",
]


def peer_targets() -> TargetsResult:
    """What other zones set out to reach, with the result where one was published.

    Returns
    -------
    TargetsResult: per target its basis (level, growth of one year, share, or an average over the plan), the result of the same zone,
    indicator, year and unit, and for levels the nearest ones before and after with their scopes. These are
    background only: areas change, so no growth is worked out between them and the target.

    How to read it: ``open`` means that no result was found, which is no sign of a miss or of success.
    """
    rows = tables.read("peer_zones")
    rows = rows.assign(
        entity_id=rows["zone_id"], label=label(rows), scope_note=rows["scope_note"].fillna("")
    )
    targets = rows[rows["kind"] == "target"].assign(target_high=float("nan"))
    return _scored(targets, rows[rows["period"] == "full_year"])


def region_targets() -> TargetsResult:
    """Yearly targets of China, Zhejiang and Wenzhou, and of the zone itself in 2006, with results.

    How to read it: ``below`` says only that the printed result is under the printed target; many targets were
    given as "around", and first results were revised later.
    """
    targets = tables.read("growth_targets")
    upper = targets[targets["indicator_id"] == "gdp_target_upper"]
    high = best(upper, ["entity_id", "year"])[["entity_id", "year", "value"]].rename(
        columns={"value": "target_high"}
    )
    low = targets[
        (targets["indicator_id"] != "gdp_target_upper") & targets["unit"].isin(["%", "亿元"])
    ]
    low = low.merge(
        high.assign(indicator_id="gdp"), on=["entity_id", "year", "indicator_id"], how="left"
    )
    seen = pd.concat(
        [tables.read("context_observations"), tables.read("observations")], ignore_index=True
    )
    seen = seen[seen["period"] == "full_year"].assign(scope_note=seen["scope_note"].fillna(""))
    return _scored(
        low.assign(label=low["entity_id"], scope_note=low["scope_note"].fillna("")), seen
    )


def _scored(targets: pd.DataFrame, seen: pd.DataFrame) -> TargetsResult:
    targets = best(targets, ["entity_id", "indicator_id", "year", "unit", "value"])
    records = [_score(target, seen) for target in targets.to_dict("records")]
    rows = pd.DataFrame(records, columns=_TARGET_COLUMNS).sort_values(
        ["entity_id", "indicator_id", "year", "row_id"]
    )
    counts = rows.groupby(["entity_id", "status"]).size().rename("n").reset_index()
    return TargetsResult(rows.reset_index(drop=True), counts)


def _basis(target: dict) -> str:
    """What a target is measured in; an average over a plan is never one year's figure."""
    average = re.search(r"\bavg\b|average", str(target["note"])) is not None
    if target["unit"] != "%":
        return "average level" if average else "level"
    if target["indicator_id"].endswith(("_share", "_to_gdp")):
        return "share"
    return "average growth" if average else "growth"


def _score(target: dict, seen: pd.DataFrame) -> dict:
    """One target beside its result; only like is held against like."""
    basis, indicator = _basis(target), target["indicator_id"]
    growth = "growth_real" if indicator in REAL else "growth_nominal"
    # One year's figure is no result for an average over a plan, so averages stay open.
    kinds = {"level": ["level"], "share": ["share"], "growth": [growth]}.get(basis, [])
    same = seen[(seen["entity_id"] == target["entity_id"]) & (seen["indicator_id"] == indicator)]
    fitting = same[same["kind"].isin(kinds) & (same["unit"] == target["unit"])]
    there = best(fitting, ["year"]).set_index("year")
    known = there.loc[target["year"]] if target["year"] in there.index else None
    result = float("nan") if known is None else known["value"]
    status = "open" if known is None else ("reached" if result >= target["value"] else "below")
    # Levels only: a rate of another year says nothing about this one.
    levels = there if basis == "level" else there.iloc[:0]
    before, after = (
        levels[levels.index < target["year"]].tail(1),
        levels[levels.index > target["year"]].head(1),
    )
    return {
        **target,
        "basis": basis,
        "target": target["value"],
        "result": result,
        "status": status,
        **_nearest("before", before),
        **_nearest("after", after),
        "result_scope": None if known is None else known["scope_note"],
        "result_source_id": None if known is None else known["source_id"],
    }


def _nearest(which: str, levels: pd.DataFrame) -> dict:
    """Year, value and scope of a level beside a target; missing where there is none."""
    if levels.empty:
        return {f"{which}_year": None, f"{which}_value": float("nan"), f"{which}_scope": None}
    row = levels.iloc[0]
    return {
        f"{which}_year": int(row.name),
        f"{which}_value": float(row["value"]),
        f"{which}_scope": row["scope_note"],
    }
