"""The zone among national zones: reported growth by year, promotional bias, the total of all zones, rank moves,
the host city, and what others promised.

Levels of different areas are never joined or chained: growth is compared, and a level is held against a whole of the
same year only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import readable, shown_in
from zoneplan.messages import words
from zoneplan.peers import zones as peers
from zoneplan.peers.zones import HOME, best, label, rests_on
from zoneplan.text import num, odds_range, pct, say

if TYPE_CHECKING:
    from IPython.display import Markdown

    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan

TOTALS_FROM, TOTALS_TO = 2006, 2022
# Words in a scope note that tell of more than the zone itself: a merged district, a new area, several zones.
WIDER = re.compile(
    r"merged|combined|incl\b|wide\b|whole|with jurisdiction|subdistrict|区街合一|合署|(?<!part of 北部)新区|[^发]区 =|widened|金普|ETDZ\+高新区",
    re.IGNORECASE,
)
# A move of so many places in one or two years changes what a rank says about a zone.
BIG_MOVE = 40
# The zone and its city share an id in their tables, so regions are named in full.
REGION = "region_"
# How reports are counted: as printed, and with promotional bias taken off.
WAYS = ("printed", "official", "excess", "totals")
TOP = 50


def chart_or_reason(draw: Callable[..., Chart], *args) -> Chart | Markdown:
    """A chart, or in its place the reason why there is none: a page goes on where the tables hold nothing.

    How to read it: a sentence in the place of a chart names the figure that is missing.
    """
    try:
        return draw(*args)
    except ValueError as reason:
        return say(f"**No chart:** {reason}.")


def is_wider(scope_notes: pd.Series) -> pd.Series:
    """Whether a scope note says that a figure covers more than the zone itself; no note says nothing."""
    return scope_notes.fillna("").str.contains(WIDER)


@dataclass(frozen=True)
class ReportedGrowth:
    """Real GDP growth that zones reported for full years, beside China's in the same year."""

    zone_id: str
    rows: pd.DataFrame
    china: pd.DataFrame
    left_out: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per zone and year: growth, China's growth, difference, wider scope or not, grade, source."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)

    def by_grade(self) -> pd.DataFrame:
        """Growth above China's in the same year (points), by grade of the source: median, mean, figures, zones.

        How to read it: if the weaker sources stand higher, their growth is the friendlier half of the truth.
        """
        known = self.rows[self.rows["above_china"].notna()]
        return (
            known.groupby("grade")
            .agg(
                figures=("above_china", "size"),
                zones=("zone_id", "nunique"),
                mean=("above_china", "mean"),
                median=("above_china", "median"),
            )
            .reset_index()
        )

    def reached(self, goal: float) -> pd.DataFrame:
        """Share of the reports at or above a growth rate: as printed, and with promotional bias taken off in two ways.

        ``less_excess``: every report of a weaker grade is lowered by what its grade stands above grade A, measured as
        the median growth above China's; ``totals``: all are moved by the mean difference to the growth of all zones.

        How to read it: the ways need not agree; where they do not, the bias is not known. A dash: no figure to measure it.
        """
        rows = self.rows[self.rows["above_china"].notna()]
        over = rows.groupby("grade")["above_china"].median()
        excess = rows["grade"].map((over - over.get("A", np.nan)).clip(lower=0))
        official = rows[rows["grade"] == "A"]["value"]
        gap = promotional_bias().rows["difference"].mean()
        counted, w = (
            (rows["value"], official, rows["value"] - excess, rows["value"] - gap),
            words("en"),
        )
        return pd.DataFrame(
            [
                (
                    w(f"figures.bias.{way}"),
                    len(v),
                    np.nan if v.isna().any() or v.empty else float((v >= goal).mean()),
                )
                for way, v in zip(WAYS, counted, strict=True)
            ],
            columns=["way", "figures", "share"],
        )

    def plot_bias(self, goal: float, lang: str = "en") -> Chart:
        """How many reports reach a growth rate: as printed, in official texts, and with promotional bias taken off.

        How to read it: as :meth:`reached`; bars that differ say that the answer hangs on whose reports are believed.

        Raises
        ------
        ValueError
            No way of counting has a report to count.
        """
        from zoneplan.charts.kinds import shares

        w, rate = words(lang), pct(goal, 0, lang)
        ways = self.reached(goal).assign(way=[w(f"figures.bias.{way}") for way in WAYS])
        ways = ways[ways["share"].notna()]
        if ways.empty:
            raise ValueError(
                "no report beside China's growth of its year is left, so nothing is drawn"
            )
        named = [w("figures.bias.way", way=r.way, n=r.figures) for r in ways.itertuples()]
        data = pd.DataFrame({"driver": named, "exact": ways["share"]})
        return shares(
            "zones_bias",
            data.reset_index(drop=True),
            title=w(
                "figures.bias.title",
                rate=rate,
                shares=odds_range(data["exact"].min(), data["exact"].max(), lang),
            ),
            subtitle=w(
                "figures.bias.subtitle",
                rate=rate,
                first=self.rows["year"].min(),
                last=self.rows["year"].max(),
            ),
            sources=_first(
                self.rows,
                self.zone_id,
                [*promotional_bias().rows["source_id"], *self.china["source_id"]],
            ),
            note=w("figures.bias.note"),
            lang=lang,
        )

    def plot(self, goal: float, lang: str = "en") -> Chart:
        """The reports by year, with the growth that the plan asks for.

        How to read it: points are single reports, mostly of good years; the blue line is China as a whole.

        Raises
        ------
        ValueError
            No zone reported growth of a full year; there is nothing to draw.
        """
        from zoneplan.charts.kinds import by_year

        if self.rows.empty:
            raise ValueError("no full-year growth of any zone is left, so nothing is drawn")
        w, rate = words(lang), pct(goal, 0, lang)
        met = int((self.rows["value"] >= goal).sum())
        china = self.china[
            self.china["year"].between(self.rows["year"].min(), self.rows["year"].max())
        ]
        return by_year(
            "zones_by_year",
            self.rows.assign(label=peers.named(self.rows["zone_id"], lang)),
            self.zone_id,
            title=w(
                "figures.by_year.title_fewer"
                if _fewer(self.rows, goal)
                else "figures.by_year.title",
                met=met,
                n=len(self.rows),
                rate=rate,
            ),
            subtitle=w(
                "figures.by_year.subtitle",
                zones=self.rows["zone_id"].nunique(),
                first=self.rows["year"].min(),
                last=self.rows["year"].max(),
            ),
            sources=_first(self.rows, self.zone_id, [*china["source_id"]]),
            unit=w("figures.zones.growth"),
            line=china if len(china) else None,
            line_label=w("figures.zones.china"),
            goal=(goal, w("figures.zones.plan", rate=rate)),
            note=w("figures.zones.basis"),
            lang=lang,
        )


def _fewer(rows: pd.DataFrame, goal: float) -> bool:
    """Whether a smaller share of the reports of the later half of years reaches the goal."""
    late = rows["year"] > rows["year"].median()
    return (
        late.any()
        and (rows.loc[late, "value"] >= goal).mean() < (rows.loc[~late, "value"] >= goal).mean()
    )


def _first(rows: pd.DataFrame, zone_id: str, more: list[str]) -> list[str]:
    """Source ids with those of the zone first, then the best graded: a chart cites a few by name."""
    sort = rows.assign(other=rows["zone_id"] != zone_id).sort_values(
        ["other", "grade", "year", "source_id"], kind="stable"
    )
    return list(dict.fromkeys([*sort["source_id"], *more]))


def china_growth() -> pd.DataFrame:
    """China's real GDP growth by year, as printed first choice: year, value, grade, source_id."""
    rows = tables.read("context_observations")
    rows = rows[
        (rows["entity_id"] == "china")
        & (rows["indicator_id"] == "gdp")
        & (rows["kind"] == "growth_real")
    ]
    rows = rows[rows["period"] == "full_year"]
    return best(rows, ["year"])[["year", "value", "grade", "source_id"]]


def reported_growth(
    zone_id: str = HOME, year_from: int = TOTALS_FROM, year_to: int = peers.LAST_YEAR
) -> ReportedGrowth:
    """Real GDP growth that zones reported for full years.

    Parameters
    ----------
    zone_id : the zone in bold.
    year_from, year_to : first and last year, both included.

    Returns
    -------
    ReportedGrowth: one row per zone and year by the written rule; ``wider`` marks notes that tell of a merged
    district; everything else of these years stands in ``left_out`` with its reason.

    Raises
    ------
    ValueError
        No such zone.

    How to read it: ``above_china`` takes the year's national growth off, so that years can be compared.
    """
    peers.zone(zone_id)
    rows = tables.read("peer_zones")
    rows = rows[
        (rows["indicator_id"] == "gdp")
        & rows["year"].between(year_from, year_to)
        & (rows["unit"] == "%")
    ]
    fits = (rows["kind"] == "growth_real") & (rows["period"] == "full_year")
    chosen = best(rows[fits], ["zone_id", "year"])
    china = china_growth()
    chosen = chosen.merge(
        china.rename(columns={"value": "china", "source_id": "china_source_id"}).drop(
            columns="grade"
        ),
        on="year",
        how="left",
    )
    chosen = chosen.assign(
        label=label(chosen),
        above_china=chosen["value"] - chosen["china"],
        wider=is_wider(chosen["scope_note"]),
    )
    keep = [
        "zone_id",
        "label",
        "province",
        "year",
        "value",
        "unit",
        "china",
        "above_china",
        "wider",
        "scope_note",
        "grade",
        "source_id",
        "china_source_id",
        "note",
        "row_id",
    ]
    left = rows[~rows["row_id"].isin(chosen["row_id"])]
    why = [
        peers.PERIODS.get(r.period)
        or (
            "another source comes first"
            if r.kind == "growth_real"
            else f"{r.kind}, not real growth"
        )
        for r in left.itertuples()
    ]
    left = left.assign(reason=why)[
        ["zone_id", "year", "kind", "period", "value", "source_id", "row_id", "reason"]
    ]
    sort = ["zone_id", "year", "row_id"]
    return ReportedGrowth(
        zone_id,
        chosen[keep].sort_values(sort).reset_index(drop=True),
        china,
        left.sort_values(sort).reset_index(drop=True),
    )


@dataclass(frozen=True)
class Bias:
    """Growth of all zones together beside the mean of single reports of the same year."""

    rows: pd.DataFrame
    why: str

    def table(self) -> pd.DataFrame:
        """One row per year: growth of the total, its basis, mean of the reports, zones, difference in points."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many years and single reports the difference rests on, in one sentence."""
        return f"Rests on {len(self.rows)} years with {int(self.rows['reports'].sum())} single reports."


def promotional_bias(year_from: int = TOTALS_FROM, year_to: int = TOTALS_TO) -> Bias:
    """How much higher single reports stand than the official total of all zones in the same year.

    Returns
    -------
    Bias: per year with both the growth of the total, the mean of the single reports and the difference (points).
    ``total_basis`` repeats what the total's text says of its basis: most print none, and hold it against real
    growth of China; the table marks such growth as nominal, the reports are read as real.

    How to read it: a positive difference means that zones which print growth print more than all zones had. An empty
    table comes with its reason in ``why``.
    """
    totals = tables.read("national_zones")
    totals = totals[
        (totals["region"] == "all")
        & (totals["indicator_id"] == "gdp")
        & totals["kind"].str.startswith("growth")
    ]
    totals = totals[totals["year"].between(year_from, year_to) & (totals["period"] == "full_year")]
    totals = best(totals, ["year"])
    reports = reported_growth(year_from=year_from, year_to=year_to).rows
    mean = (
        reports.groupby("year")
        .agg(
            mean=("value", "mean"),
            reports=("value", "size"),
            report_source_id=("source_id", lambda s: ";".join(sorted(set(s)))),
        )
        .reset_index()
    )
    rows = totals.merge(mean, on="year").rename(
        columns={"value": "total", "note": "total_basis", "kind": "total_kind"}
    )
    rows = rows.assign(difference=rows["mean"] - rows["total"])
    keep = [
        "year",
        "total",
        "total_kind",
        "total_basis",
        "mean",
        "reports",
        "difference",
        "grade",
        "source_id",
        "report_source_id",
    ]
    why = "" if len(rows) else "no year has both the growth of all zones and a single report"
    return Bias(rows[keep].reset_index(drop=True), why)


@dataclass(frozen=True)
class Totals:
    """All national zones together, year by year, with the average zone."""

    zone_id: str
    rows: pd.DataFrame
    zone: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per year: total, zones, mean zone, growth since the total before (a year), China's share printed."""
        return self.rows.copy()

    def nearest(self) -> pd.DataFrame:
        """Each level of the zone held against the total of the nearest year: an order of magnitude, not a share.

        How to read it: ``years_apart`` 0 is a share of the same year; anything else is only as good as its order.
        """
        if self.rows.empty or self.zone.empty:
            return pd.DataFrame(
                columns=[
                    "year",
                    "value",
                    "total_year",
                    "total",
                    "years_apart",
                    "percent",
                    "source_id",
                    "total_source_id",
                ]
            )
        totals = self.rows.rename(
            columns={"year": "total_year", "value": "total", "source_id": "total_source_id"}
        )
        pairs = self.zone[["year", "value", "source_id"]].merge(
            totals[["total_year", "total", "total_source_id"]], how="cross"
        )
        pairs["years_apart"] = (pairs["total_year"] - pairs["year"]).abs()
        near = pairs.sort_values(["year", "years_apart", "total_year"]).drop_duplicates("year")
        return near.assign(percent=100 * near["value"] / near["total"]).reset_index(drop=True)

    def rests_on(self) -> str:
        """How many totals and levels of the zone, in one sentence."""
        grades = ", ".join(
            f"{n} of grade {g}" for g, n in self.rows["grade"].value_counts().sort_index().items()
        )
        return f"Rests on {len(self.rows)} totals ({grades or 'none'}) and {len(self.zone)} levels of the zone."

    def plot(self, lang: str = "en") -> Chart:
        """The average zone as a line, levels of the zone as points.

        How to read it: points below the line are years in which the zone was smaller than the average one.

        Raises
        ------
        ValueError
            No total with a number of zones is left.
        """
        from zoneplan.charts.kinds import by_year

        means = self.rows[self.rows["mean_zone"].notna()]
        if means.empty or self.zone.empty:
            missing = (
                "total of all zones with their number"
                if means.empty
                else f"full-year GDP of {peers.zone(self.zone_id)['label']}"
            )
            raise ValueError(f"no {missing} is left, so nothing is drawn")
        w = words(lang)
        factor, unit = shown_in(str(self.zone["unit"].iloc[0]), lang)
        zone = self.zone.drop(columns=["total", "share"])
        zone = zone.assign(
            label=peers.named(zone["zone_id"], lang), value=factor * zone["value"], unit=unit
        )
        line = means[["year"]].assign(value=factor * means["mean_zone"])
        last = zone.iloc[-1]
        near = means.iloc[(means["year"] - last["year"]).abs().argmin()]
        value, mean = (
            num(x, 0 if x >= 100 else 1) for x in (last["value"], factor * near["mean_zone"])
        )
        value = readable(0.0, str(self.zone["unit"].iloc[0]), lang)[1].format(value)
        return by_year(
            "zones_mean",
            zone,
            self.zone_id,
            title=w(
                "figures.mean.title",
                zone=last["label"],
                year=last["year"],
                value=value,
                mean_year=near["year"],
                mean=mean,
            ),
            subtitle=w(
                "figures.mean.subtitle",
                unit=unit,
                fewest=num(means["n_zones"].min(), 0),
                most=num(means["n_zones"].max(), 0),
            ),
            sources=list(
                dict.fromkeys(
                    [*self.zone["source_id"], *means["source_id"], *means["count_source_id"]]
                )
            ),
            unit=unit,
            line=line,
            line_label=w("figures.mean.label"),
            note=w("figures.mean.note"),
            lang=lang,
        )


def national_totals(
    zone_id: str = HOME,
    indicator: str = "gdp",
    year_from: int = TOTALS_FROM,
    year_to: int = TOTALS_TO,
) -> Totals:
    """What all national zones had together, what that grew by, and how large the average zone was.

    Parameters
    ----------
    zone_id : the zone whose levels stand beside.
    indicator : an indicator printed for the total.

    Returns
    -------
    Totals: ``growth_printed`` as printed (basis mostly unstated), ``growth_levels`` the average growth a year between
    two totals at current prices, ``growth_mean_zone`` the same of the average zone, ``zones_changed`` whether the number of zones moved in between; for the zone its
    levels of the same years and the share where one year has both.

    How to read it: growth between totals includes new zones; it is no growth of the same zones.
    """
    peers.zone(zone_id)
    total = peers._totals(indicator, "national_zones")
    total = total[total["year"].between(year_from, year_to)]
    count = peers._totals("zone_count", "national_zones")[["year", "value", "source_id"]]
    rows = total.merge(
        count.rename(columns={"value": "n_zones", "source_id": "count_source_id"}),
        on="year",
        how="left",
    )
    rows = (
        rows.assign(mean_zone=rows["value"] / rows["n_zones"])
        .sort_values("year")
        .reset_index(drop=True)
    )
    apart = rows["year"].diff()
    # The average zone is another matter than the total: most growth of the total came from new zones.
    rows["growth_mean_zone"] = 100 * (
        (rows["mean_zone"] / rows["mean_zone"].shift()) ** (1 / apart) - 1
    )
    rows["growth_levels"] = 100 * ((rows["value"] / rows["value"].shift()) ** (1 / apart) - 1)
    rows["zones_changed"] = rows["n_zones"].diff().ne(0) & rows["n_zones"].diff().notna()
    whole = tables.read("national_zones")
    whole = whole[
        (whole["region"] == "all")
        & (whole["indicator_id"] == indicator)
        & (whole["period"] == "full_year")
    ]
    for column, kinds in (
        ("growth_printed", ["growth_nominal", "growth_real"]),
        ("share_of_china", ["share"]),
    ):
        printed = best(whole[whole["kind"].isin(kinds)], ["year"])[["year", "value"]]
        rows = rows.merge(printed.rename(columns={"value": column}), on="year", how="left")
    zone = tables.read("peer_zones")
    zone = zone[
        (zone["zone_id"] == zone_id)
        & (zone["indicator_id"] == indicator)
        & (zone["kind"] == "level")
    ]
    zone = zone[
        (zone["period"] == "full_year")
        & zone["year"].between(year_from, year_to)
        & zone["unit"].isin(rows["unit"])
    ]
    zone = best(zone, ["year"])
    zone = zone.assign(label=label(zone)).merge(
        rows[["year", "value"]].rename(columns={"value": "total"}), on="year", how="left"
    )
    zone["share"] = 100 * zone["value"] / zone["total"]
    keep = [
        "year",
        "value",
        "unit",
        "n_zones",
        "mean_zone",
        "growth_levels",
        "growth_mean_zone",
        "growth_printed",
        "zones_changed",
        "share_of_china",
        "grade",
        "source_id",
        "count_source_id",
        "note",
    ]
    mine = [
        "zone_id",
        "label",
        "year",
        "value",
        "unit",
        "scope_note",
        "total",
        "share",
        "grade",
        "source_id",
        "row_id",
    ]
    return Totals(zone_id, rows[keep], zone[mine].sort_values("year").reset_index(drop=True))


@dataclass(frozen=True)
class Movers:
    """Moves of single zones in the Ministry's ranking over one or two evaluations."""

    zone_id: str
    rows: pd.DataFrame
    history: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per move, the largest first: ranks, places won, later rank, what is known of the zone's area."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many ranks and zones, by grade, in one sentence."""
        return rests_on(self.history)

    def big(self, places: int = BIG_MOVE) -> pd.DataFrame:
        """The largest move of each zone that won at least so many places."""
        return (
            self.rows[self.rows["moved"] >= places]
            .drop_duplicates("zone_id")
            .reset_index(drop=True)
        )

    def plot(self, places: int = BIG_MOVE, lang: str = "en") -> Chart:
        """The ranks of the zones that moved far, with the line of the top fifty.

        How to read it: far moves begin far down; whoever wins places near the top wins a few.

        Raises
        ------
        ValueError
            No published move is that far.
        """
        from zoneplan.charts.kinds import rank_ladder

        far = self.big(places)
        if far.empty:
            raise ValueError(f"no published move of {places} places is left, so nothing is drawn")
        w, drawn = (
            words(lang),
            self.history[self.history["zone_id"].isin([*far["zone_id"], self.zone_id])],
        )
        into = int((far["to_rank"] <= TOP).sum())
        return rank_ladder(
            "ranks_movers",
            drawn.assign(label=peers.named(drawn["zone_id"], lang)),
            highlight=self.zone_id,
            title=w("figures.movers.title", n=len(far), places=places, into=into, top=TOP),
            subtitle=w(
                "figures.movers.subtitle",
                first=f"{drawn['evaluation_year'].min():.0f}",
                last=f"{drawn['evaluation_year'].max():.0f}",
            ),
            sources=sorted(set(drawn["source_id"])),
            note=w("figures.movers.note"),
            goal=(TOP, w("figures.movers.top", top=TOP)),
            lang=lang,
        )


def movers(zone_id: str = HOME, within: int = 2, list_id: str = "comprehensive") -> Movers:
    """Who moved how far in the ranking, and what became of them.

    Parameters
    ----------
    zone_id : the zone in bold.
    within : evaluations apart, 1 or 2.
    list_id : a list of the ranking; only ranks of one list are compared.

    Returns
    -------
    Movers: every pair of ranks of one zone at most ``within`` evaluations apart, with places won (``moved``), the next
    rank known (``later_rank``) and ``area``: scope notes of the zone's figures that tell of a wider area.

    Raises
    ------
    ValueError
        No such list.

    How to read it: a gap in ``later_rank`` means that no later rank was published, which is no fall.
    """
    ranks = tables.read("rankings")
    ranks = ranks[ranks["list"] == list_id]
    if ranks.empty:
        raise ValueError(
            f"no ranking list {list_id!r}; there are: {', '.join(sorted(set(tables.read('rankings')['list'])))}"
        )
    ranks = best(ranks, ["zone_id", "evaluation_year"])
    ranks = ranks.assign(label=label(ranks))
    both = ranks.merge(ranks, on="zone_id", suffixes=("", "_to"))
    apart = both["evaluation_year_to"] - both["evaluation_year"]
    both = both[apart.between(1, within)]
    years = both["evaluation_year_to"]
    later = ranks.set_index(["zone_id", "evaluation_year"])["rank"]
    following = [
        later.loc[z].loc[lambda s, y=y: s.index > y]
        for z, y in zip(both["zone_id"], years, strict=True)
    ]
    rows = pd.DataFrame(
        {
            "zone_id": both["zone_id"],
            "label": both["label"],
            "province": both["province"],
            "from_year": both["evaluation_year"],
            "to_year": years,
            "from_rank": both["rank"],
            "to_rank": both["rank_to"],
            "moved": both["rank"] - both["rank_to"],
            "derived": (both["basis"] == "derived") | (both["basis_to"] == "derived"),
            "later_year": [s.index[0] if len(s) else None for s in following],
            "later_rank": [s.iloc[0] if len(s) else None for s in following],
            "area": both["zone_id"].map(_areas()).fillna("nothing printed"),
            "grade": both[["grade", "grade_to"]].max(axis=1),
            "source_id": both["source_id"],
            "source_id_to": both["source_id_to"],
        }
    )
    rows = rows.sort_values(
        ["moved", "zone_id", "from_year", "to_year"],
        ascending=[False, True, True, True],
        ignore_index=True,
    )
    columns = [
        "zone_id",
        "label",
        "province",
        "evaluation_year",
        "rank",
        "grade",
        "source_id",
        "note",
        "row_id",
    ]
    return Movers(
        zone_id,
        rows,
        ranks[columns].sort_values(["zone_id", "evaluation_year"]).reset_index(drop=True),
    )


def _areas() -> pd.Series:
    """The notes of each zone's figures that tell of a wider area, each once."""
    rows = tables.read("peer_zones")
    rows = rows[is_wider(rows["scope_note"])]
    return rows.groupby("zone_id")["scope_note"].agg(lambda notes: "; ".join(sorted(set(notes))))


@dataclass(frozen=True)
class AgainstCity:
    """The zone beside its host city, year by year."""

    zone_id: str
    city: str
    city_en: str
    rows: pd.DataFrame
    mean_share: pd.DataFrame
    why: str

    def table(self) -> pd.DataFrame:
        """One row per year: real growth of both, difference, GDP of both, share in percent, scope, sources."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many years, by grade, in one sentence."""
        return rests_on(self.rows) if len(self.rows) else f"Rests on no figure: {self.why}."

    def plot(self, lang: str = "en") -> Chart:
        """Real growth of the zone and of its city.

        How to read it: a diamond right of its dot is a year in which the zone outran the city.

        Raises
        ------
        ValueError
            No year has both; the message says what is missing.
        """
        from zoneplan.charts.kinds import pairs

        seen = self.rows[self.rows["difference"].notna()]
        if seen.empty:
            raise ValueError(
                f"no year has real growth of {self.zone_id} and of its city: {self.why or 'only levels are printed'}"
            )
        ahead = int((seen["difference"] > 0).sum())
        w, name, city = (
            words(lang),
            peers.name(self.zone_id, lang),
            self.city if lang == "zh" else self.city_en,
        )
        data = seen.assign(
            label=seen["year"].astype(str), first=seen["growth"], second=seen["city_growth"]
        )
        return pairs(
            "compare_city",
            data,
            first=w("figures.city.zone"),
            second=w("figures.city.city"),
            title=w("figures.city.title", zone=name, ahead=ahead, n=len(seen)),
            subtitle=w(
                "figures.city.subtitle",
                zone=name,
                city=city,
                first=seen["year"].min(),
                last=seen["year"].max(),
            ),
            sources=[
                s for text in [*seen["source_id"], *seen["city_source_id"]] for s in text.split(";")
            ],
            unit=w("figures.zones.growth"),
            note=w("figures.city.note"),
            lang=lang,
        )


def against_city(zone_id: str = HOME, year_from: int = TOTALS_FROM) -> AgainstCity:
    """Did the zone outrun its host city, and what share of the city's GDP was it?

    Returns
    -------
    AgainstCity: years from ``year_from`` with a full-year figure of the zone and of the city: real growth against
    real growth, level against level of the same year; ``mean_share`` is what all national zones were of their hosts.

    Raises
    ------
    ValueError
        No such zone.

    How to read it: a share above that of all zones means that the city hangs more on its zone than most do. Where
    the tables hold nothing of the city ``why`` says so.
    """
    home = peers.zone(zone_id)
    zone = tables.read("peer_zones")
    zone = zone[
        (zone["zone_id"] == zone_id) & (zone["period"] == "full_year") & (zone["year"] >= year_from)
    ]
    city = str(home["city"])
    levels = _by_kind(zone[zone["indicator_id"] == "gdp"], "level", "亿元")
    growth = _by_kind(zone[zone["indicator_id"] == "gdp"], "growth_real", "%")
    known = _city_rows(city)
    city_level, city_growth = _by_kind(known, "level", "亿元"), _by_kind(known, "growth_real", "%")
    shares = (
        levels.merge(city_level, on="year", suffixes=("", "_city"))
        if len(levels) and len(city_level)
        else None
    )
    rates = (
        growth.merge(city_growth, on="year", suffixes=("", "_city"))
        if len(growth) and len(city_growth)
        else None
    )
    out: dict[int, dict] = {}
    for frame, mine, theirs in ((rates, "growth", "city_growth"), (shares, "size", "city_size")):
        for r in [] if frame is None else frame.to_dict("records"):
            row = out.setdefault(
                r["year"],
                {
                    "zone_id": zone_id,
                    "year": r["year"],
                    "sources": [],
                    "city_sources": [],
                    "notes": [],
                },
            )
            row |= {
                mine: r["value"],
                theirs: r["value_city"],
                "grade": max(row.get("grade", "A"), r["grade"], r["grade_city"]),
            }
            row["sources"].append(r["source_id"])
            row["city_sources"].append(r["source_id_city"])
            row["notes"].append(r["scope_note"])
    columns = [
        "zone_id",
        "label",
        "year",
        "growth",
        "city_growth",
        "difference",
        "size",
        "city_size",
        "share",
        "scope_note",
        "grade",
        "source_id",
        "city_source_id",
    ]
    rows = pd.DataFrame([_joined(out[y], str(home["label"])) for y in sorted(out)], columns=columns)
    mean = tables.read("national_zones")
    mean = mean[(mean["indicator_id"] == "gdp_share_of_host_city") & (mean["region"] == "all")]
    why = (
        ""
        if len(rows)
        else (
            f"the tables hold no figure of {city}"
            if known.empty
            else "no year has a full-year figure of both"
        )
    )
    return AgainstCity(
        zone_id,
        city,
        _english(city),
        rows,
        best(mean, ["year"])[["year", "value", "unit", "grade", "source_id", "note"]],
        why,
    )


def _joined(row: dict, name: str) -> dict:
    """One year of zone and city; where growth and level stand for different areas both notes are kept."""
    growth, city = row.get("growth", np.nan), row.get("city_growth", np.nan)
    size, whole = row.get("size", np.nan), row.get("city_size", np.nan)
    notes = (
        " / ".join(dict.fromkeys(str(n) for n in row["notes"] if pd.notna(n))) or "no scope printed"
    )
    return {
        **row,
        "label": name,
        "growth": growth,
        "city_growth": city,
        "difference": growth - city,
        "size": size,
        "city_size": whole,
        "share": 100 * size / whole,
        "scope_note": notes,
        "source_id": ";".join(dict.fromkeys(row["sources"])),
        "city_source_id": ";".join(dict.fromkeys(row["city_sources"])),
    }


def _by_kind(rows: pd.DataFrame, kind: str, unit: str) -> pd.DataFrame:
    fits = rows[(rows["kind"] == kind) & (rows["unit"] == unit)]
    return (
        best(fits, ["year"])[["year", "value", "scope_note", "grade", "source_id"]]
        if len(fits)
        else fits.head(0)
    )


def _english(city: str) -> str:
    """The English name of a city where the provincial yearbook has it, else the Chinese one."""
    book = tables.read("zhejiang_cities")
    names = book.loc[book["unit_name_zh"] == f"{city}市", "unit_name_en"]
    return str(names.iloc[0]) if len(names) else city


def _city_rows(city: str) -> pd.DataFrame:
    """GDP of a city for full years, from the provincial yearbook (grade A) and from the context table."""
    book = tables.read("zhejiang_cities")
    book = book[(book["unit_name_zh"] == f"{city}市") & (book["indicator_id"] == "gdp_nominal")]
    context = tables.read("context_observations")
    names = {str(n).lower() for n in book["unit_name_en"]}
    context = context[
        context["entity_id"].isin(names)
        & (context["indicator_id"] == "gdp")
        & (context["period"] == "full_year")
    ]
    yearly = book.assign(kind="level", grade="A", scope_note="全市")
    columns = ["row_id", "year", "value", "unit", "kind", "scope_note", "grade", "source_id"]
    return pd.concat(
        [f[columns] for f in (yearly, context) if len(f)] or [yearly[columns]], ignore_index=True
    )


@dataclass(frozen=True)
class Promised:
    """Growth rates that other zones and regions set out to reach, beside the plan's own."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per promise: who, indicator, year, basis, promised rate, result where known, source."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many promises, by grade, in one sentence."""
        others = self.rows[self.rows["entity_id"] != "plan"]
        return rests_on(others, "entity_id", things=("promise", "issuer"))

    def plot(self, lang: str = "en") -> Chart:
        """Promised growth, the result where one is known, and the plan's own rate.

        How to read it: a diamond without a dot is a promise whose result was never found, kept or not.

        Raises
        ------
        ValueError
            No promise of another zone is left.
        """
        from zoneplan.charts.kinds import pairs

        gdp = self.rows[self.rows["indicator_id"] == "gdp"]
        own, others = gdp[gdp["entity_id"] == "plan"], gdp[gdp["entity_id"] != "plan"]
        if others.empty or own.empty:
            raise ValueError(
                "no promised GDP growth of another zone or region is left, so nothing is drawn"
            )
        known = int(others["result"].notna().sum())
        w = words(lang)
        named = [
            w(
                "figures.promises.average"
                if r.basis.startswith("average")
                else "figures.promises.of_year",
                label=_issuer(r, lang),
                year=r.year,
            )
            for r in gdp.itertuples()
        ]
        data = gdp.assign(first=gdp["target"], second=gdp["result"], label=named)
        rate = float(own["target"].iloc[0])
        return pairs(
            "compare_promises",
            data,
            first=w("figures.promises.promised"),
            second=w("figures.promises.result"),
            title=w("figures.promises.title", n=len(others), known=known),
            subtitle=w("figures.promises.subtitle"),
            sources=list(
                dict.fromkeys(["plan", *gdp["source_id"], *gdp["result_source_id"].dropna()])
            ),
            unit=w("common.unit.percent_year"),
            line=(rate, w("figures.zones.plan", rate=pct(rate, 0, lang))),
            note=w("figures.promises.note"),
            lang=lang,
        )


def _issuer(promise, lang: str) -> str:
    """Who promised, in a language; the plan's own rows carry their name in both."""
    w = words(lang)
    if promise.entity_id == "plan":
        return promise.label_zh if lang == "zh" else promise.label
    if promise.entity_id == "national_zones":
        return w("figures.promises.everyone")
    if promise.entity_id.startswith(REGION):
        return w.texts.get(
            f"figures.region.{promise.entity_id.removeprefix(REGION)}", promise.label
        )
    return peers.name(promise.entity_id, lang)


def promised_growth(plan: Plan, year_from: int = 2011) -> Promised:
    """What growth others promised, beside what this plan promises.

    Parameters
    ----------
    plan : the plan; its printed growth of GDP stands in the table as ``plan``.
    year_from : regions promise every year; earlier years are left out.

    Returns
    -------
    Promised: growth targets of other zones (one year or an average over a plan), of all national zones together and
    of regions; levels are left out, since the area behind them changes.

    How to read it: only a one-year promise can be held against one year's result; averages stay open.
    """
    if "gdp" not in plan.series() or np.isnan(plan.stated_growth("gdp")):
        raise ValueError("the plan prints no average growth of GDP")
    zones = peers.peer_targets().rows
    zones = zones[zones["basis"].isin(["growth", "average growth"])]
    regions = peers.region_targets().rows
    regions = regions[
        (regions["basis"] == "growth")
        & (regions["indicator_id"] == "gdp")
        & (regions["year"] >= year_from)
    ]
    regions = regions.assign(
        label=regions["entity_id"]
        .map(words("en").group("figures.region"))
        .fillna(regions["label"]),
        entity_id=REGION + regions["entity_id"],
    )
    everyone = tables.read("national_zones")
    everyone = everyone[(everyone["indicator_id"] == "gdp_target") & (everyone["unit"] == "%")]
    everyone = best(everyone, ["year"]).assign(
        entity_id="national_zones",
        label=words("en")("figures.promises.everyone"),
        indicator_id="gdp",
        basis="average growth",
        result=np.nan,
        status="open",
        result_source_id=None,
    )
    mine = pd.DataFrame(
        {
            "entity_id": "plan",
            "label": plan.zone_en,
            "label_zh": plan.zone_zh,
            "indicator_id": "gdp",
            "year": plan.years[-1],
            "basis": "average growth",
            "target": [plan.stated_growth("gdp")],
            "unit": "%",
            "result": np.nan,
            "status": "open",
            "grade": "A",
            "source_id": "plan",
        }
    )
    columns = [
        "entity_id",
        "label",
        "label_zh",
        "indicator_id",
        "year",
        "basis",
        "target",
        "unit",
        "result",
        "status",
        "grade",
        "source_id",
        "result_source_id",
        "note",
        "row_id",
    ]
    parts = [
        f.reindex(columns=columns).astype(object)
        for f in (mine, zones, everyone.rename(columns={"value": "target"}), regions)
        if len(f)
    ]
    rows = pd.concat(parts, ignore_index=True).infer_objects()
    rows = rows.astype({"year": int, "target": float, "result": float})
    rows["period"] = [
        f"average to {r.year}" if r.basis.startswith("average") else str(r.year)
        for r in rows.itertuples()
    ]
    # The plan first, then zones, then regions.
    order = rows["entity_id"].eq("plan").map({True: 0, False: 1}) + rows[
        "entity_id"
    ].str.startswith(REGION)
    rows = rows.assign(order=order).sort_values(
        ["order", "label", "indicator_id", "year"], kind="stable"
    )
    return Promised(rows.drop(columns="order").reset_index(drop=True))
