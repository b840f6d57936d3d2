"""Is the plan's growth ambitious? Each planned rate within classes of regions, window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import indicators
from zoneplan.forecasting.classes import LONGEST, ReferenceClass, class_of, spread_units
from zoneplan.messages import words
from zoneplan.peers.growth import levels
from zoneplan.peers.zones import ALL_ZONES, PeerResult, Record, need
from zoneplan.text import day, num, odds, pct

if TYPE_CHECKING:
    from zoneplan.plan.document import PlanDocument

# The classes compared, by level and name.
REGIONS = (
    *(("county", "coastal_size_matched"), ("county", "zhejiang"), ("prefecture", "zhejiang")),
    *(("prefecture", "coastal_provinces"), ("prefecture", "china")),
)
QUANTILES = ["p10", "p25", "p50", "p75", "p90"]
# Windows that are pooled where a reader asks for more than the last.
POOLED = 3
KEYS = ["indicator_id", "stand_in", "is_proxy", "basis", "plan_growth", "regions", "is_main"]


def compared(plan: PlanDocument) -> Iterator[tuple[dict[str, Any], ReferenceClass]]:
    """Each planned growth rate with each class of regions; ``is_main`` marks that of the forecast.

    GDP stands twice: read as nominal, as the annex levels are, and as real, as its growth is by
    convention.
    """
    asked = [a.indicator_id for a in indicators() if a.shows_in("ambition")]
    for i in (i for i in asked if i in plan.series() and pd.notna(plan.stated_growth(i))):
        real = {"real": class_of(plan, "gdp_growth")} if i == "gdp" else {}
        for basis, main in ({"nominal": class_of(plan, i)} | real).items():
            if main is None:
                continue
            shared = i, main.indicator_id, main.is_proxy, basis, plan.stated_growth(i)
            for level, name in REGIONS:
                class_ = replace(main, level=level, name=name)
                values = *shared, f"{level}_{name}", class_ == main
                yield dict(zip(KEYS, values, strict=True)), class_


@dataclass(frozen=True)
class Placed(PeerResult):
    """Planned growth rates by class of regions."""

    def named(self, lang: str) -> pd.DataFrame:
        """The rows with the indicator, what stands in for it, and the regions in words."""
        w, rows = words(lang), self.rows
        columns = (rows[c] for c in ("indicator_id", "basis", "stand_in", "is_proxy"))
        label, note = [], []
        for i, basis, series, proxy in zip(*columns, strict=True):
            name, said = self.plan.name(i, lang), w(f"common.series.{series}")
            label.append(w(f"figures.reading.{basis}", name=name) if i == "gdp" else name)
            note.append(w("figures.reading.proxy", series=said) if proxy else "")
        column = rows["regions"].map(w.group("common.region"))
        return rows.assign(label=label, row_note=note, column=column)


@dataclass(frozen=True)
class Availability(Placed):
    """Which indicator has which class, and how many zones print level and growth for one area."""

    SUBJECT = "peers.availability"
    SHOWN = ("label", "row_note", "column", "units", "windows", "first", "last")
    DIGITS = {"*": 0}

    def facts(self, lang: str) -> dict[str, Any]:
        """How many rates, proxies, classes and zone-years."""
        zones, rates = self.rows["regions"] == ALL_ZONES, self.rows.groupby("indicator_id")
        return {
            "n": rates.ngroups,
            "proxies": rates["is_proxy"].first().sum(),
            "classes": (self.rows.loc[~zones, "windows"] > 0).sum(),
            "zone_years": self.rows.loc[zones, "windows"].sum(),
            "own": (self.rows.loc[zones, "units"] > 0).sum(),
            "day": day(self.plan.as_of, lang),
        }


def availability(peers: Record, horizon: int = 3) -> Availability:
    """What can each planned growth rate be compared with at all?

    Parameters
    ----------
    horizon : length of the windows in years (1 to 3).

    Returns
    -------
    Per indicator and class the units of the last window and the number of windows known on the day;
    for national zones the zones and zone-years whose level and growth stand for the same area.

    Interpretation: a row marked as proxy compares something else that moves alike.
    """
    out = []
    for row, class_ in compared(peers.plan):
        found = class_.windows(horizon, peers.plan.as_of)
        units = int(found["n_units"].iloc[-1]) if len(found) else 0
        ends = {"first": found["origin_year"].min(), "last": found["end_year"].max()}
        ids = ";".join(sorted(set(found["source_id"])))
        out.append({**row, "units": units, "windows": len(found), **ends, "source_id": ids})
        if row["regions"] == "_".join(REGIONS[-1]):
            out.append({**row, "regions": ALL_ZONES, "is_main": False, **_zones(peers, row)})
    return peers.result(Availability, pd.DataFrame(out), why="peers.why.no_rates")


def _zones(peers: Record, row: dict[str, Any]) -> dict[str, Any]:
    """How many zones print level and growth of an indicator; real growth is no nominal one."""
    seen = levels(peers, 1990, 2030, row["indicator_id"]).rows
    seen = seen.head(0) if (row["indicator_id"], row["basis"]) == ("gdp", "nominal") else seen
    ends = {"first": seen["year"].min(), "last": seen["year"].max()}
    ids = ";".join(sorted({*seen["level_source_id"], *seen["growth_source_id"]}))
    return {"units": seen["zone_id"].nunique(), "windows": len(seen), **ends, "source_id": ids}


@dataclass(frozen=True)
class Ambition(Placed):
    """Share of regions (0 to 1) that reached each planned rate, by class and window."""

    horizon: int
    SUBJECT = "peers.ambition"
    SHOWN = ("label", "row_note", "plan_growth", "column", "n_units", "share", "end_year")
    DIGITS = {"share": 2, "n_units": 0}

    def overview(self, last: int = POOLED) -> Ambition:
        """The mean share over the last windows known, by planned rate and class."""
        recent = self.rows.groupby(KEYS, sort=False).tail(last).groupby(KEYS, sort=False)
        ends = recent.agg({"n_units": "min", "origin_year": "min", "end_year": "max"})
        share = recent["share"].agg(share="mean", lowest="min", highest="max", windows="size")
        rows = share.join(ends).assign(source_id=recent["source_id"].first()).reset_index()
        return Ambition(self.plan, rows, self.horizon)

    def facts(self, lang: str) -> dict[str, Any]:
        """The first rate in the forecast's class, lately and last, and in the strictest class."""
        named, seen = self.named(lang), self.overview().named(lang)
        named, seen = (f[f["label"] == f["label"].iloc[0]] for f in (named, seen))
        main, far = seen.sort_values("is_main").iloc[-1], seen.sort_values("share").iloc[0]
        last = named.loc[named["regions"] == main["regions"], "share"].iloc[-1]
        told = {"share": main["share"], "last": last, "far": far["share"]}
        return {key: odds(p, lang) for key, p in told.items()} | {
            **{"growth": pct(main["plan_growth"], 0, lang), "name": main["label"]},
            **{"regions": main["column"], "far_regions": far["column"], "n": main["windows"]},
        }


def ambition(peers: Record, horizon: int = 3) -> Ambition:
    """How often did regions reach each growth rate that the plan prints?

    Parameters
    ----------
    horizon : length of the windows in years (1 to 3).

    Returns
    -------
    Per planned rate (percent a year), class and window known on the day the share of regions at or
    above it (0 or 1 beyond the printed percentiles); ``is_main`` marks the class of the forecast.

    Interpretation: 0.46 means that 46 of 100 regions grew at least that fast.
    """
    out = [
        _shares(peers, class_, row["plan_growth"], horizon).assign(**row)
        for row, class_ in compared(peers.plan)
    ]
    columns = "origin_year end_year n_units share percentile known_from source_id"
    keep = [*KEYS, *columns.split()]
    rows = pd.concat(out, ignore_index=True)[keep] if out else pd.DataFrame()
    why = "peers.why.no_window" if out else "peers.why.no_rates"
    return Ambition(peers.plan, rows, horizon, why=why)


def _shares(peers: Record, class_: ReferenceClass, growth: float, horizon: int) -> pd.DataFrame:
    """The windows of a class known on the day, with the share of regions that reached a rate."""
    windows = class_.windows(horizon, peers.plan.as_of)
    shares = np.array([(spread_units(row) >= growth).mean() for _, row in windows.iterrows()])
    columns = ["origin_year", "end_year", "n_units", *QUANTILES, "known_from", "source_id"]
    return windows[columns].assign(share=shares, percentile=100 * shares)


@dataclass(frozen=True)
class Percentile(PeerResult):
    """How many regions of a class reached a growth rate, one row per past window."""

    growth: float
    class_: ReferenceClass | Any
    horizon: int
    SUBJECT = "peers.percentile"
    SHOWN = ("origin_year", "end_year", "n_units", "percentile", "p10", "p50", "p90", "known_from")
    DIGITS = {"n_units": 0, "percentile": 0}

    def facts(self, lang: str) -> dict[str, Any]:
        """The share of the first and of the last window."""
        told = {"growth": pct(self.growth, 0, lang), "class_": self.class_.describe(lang)}
        to = "—" if lang == "zh" else "–"
        for key, row in (("first", self.rows.iloc[0]), ("last", self.rows.iloc[-1])):
            told[key] = odds(row["share"], lang)
            told[f"{key}_window"] = f"{row['origin_year']:.0f}{to}{row['end_year']:.0f}"
        return told


def percentile(
    peers: Record,
    indicator: str = "gdp",
    growth: float | None = None,
    horizon: int = 3,
    regions: str | None = None,
) -> Percentile:
    """Where does a growth rate stand among regions, window by window?

    Parameters
    ----------
    indicator : an indicator of the plan or, with ``regions``, of the reference table.
    growth : average annual growth, percent; None takes what the plan prints for the indicator.
    horizon : length of the windows in years (1 to 3).
    regions : a class such as ``prefecture_china``; None takes the class of the forecast.

    Returns
    -------
    Windows known on the day with their printed percentiles and the number of regions in 100 at or
    above the rate (100 or 0 beyond p01 and p99, where nothing is known).

    Raises
    ------
    DataError
        No such class; what exists is listed.
    """
    plan, class_ = peers.plan, class_of(peers.plan, indicator)
    if regions is not None:
        rows = tables.read("growth_reference").query("indicator_id == @indicator")
        need("regions", regions, rows["level"] + "_" + rows["reference_class"])
        level, _, name = regions.partition("_")
        class_ = ReferenceClass(level, name, indicator)
    if growth is None:
        growth = plan.stated_growth(indicator) if indicator in plan.series() else np.nan
    why, rows = "no_class" if class_ is None else "no_rate_of", pd.DataFrame()
    if class_ is not None and not np.isnan(growth):
        why, rows = "no_window", _shares(peers, class_, growth, horizon)
        rows = rows.assign(plan_growth=growth, indicator_id=class_.indicator_id)
    return Percentile(plan, rows, growth, class_, horizon, why=f"peers.why.{why}")


@dataclass(frozen=True)
class Percentiles(PeerResult):
    """Where each planned rate stands in its reference class (``classes``), in the last window."""

    classes: Mapping[str, ReferenceClass]
    SUBJECT = "peers.percentiles"
    DIGITS = {"n_units": 0, "percentile": 0}

    def named(self, lang: str) -> pd.DataFrame:
        """The rows with names, and the reference class in words."""
        said = [self.classes[i].describe(lang) for i in self.rows["indicator_id"]]
        return super().named(lang).assign(reference_class=said)

    def facts(self, lang: str) -> dict[str, Any]:
        """The rate that fewest regions reached."""
        least = self.rows.loc[self.rows["percentile"].idxmin()]
        i = least["indicator_id"]
        told = {"name": self.plan.name(i, lang), "class_": self.classes[i].describe(lang)}
        told |= {"growth": pct(least["plan_growth"], 0, lang), "n": len(self.rows)}
        return told | {"share": num(least["percentile"], 0)}


def percentiles(peers: Record) -> Percentiles:
    """Where does each planned growth rate stand in the class behind its forecast?

    Returns
    -------
    One row per indicator: percentiles of average annual growth (percent) over the last window known
    on the day, the planned growth, how many regions in 100 reached it in that window
    (``percentile``) and over the last three pooled (``pooled``).
    """
    plan, out, used = peers.plan, [], {}
    for i in plan.series():
        class_, stated = class_of(plan, i), plan.stated_growth(i)
        if class_ is None or pd.isna(stated):
            continue
        seen = _shares(peers, class_, stated, min(len(plan.years), LONGEST)).tail(POOLED)
        if len(seen) < POOLED:
            continue
        used[i], last = class_, seen.iloc[-1]
        row = {"indicator_id": i, **last[["origin_year", "end_year", "n_units", *QUANTILES]]}
        row |= {"plan_growth": stated, "percentile": last["percentile"]}
        out.append({**row, "pooled": seen["percentile"].mean(), "source_id": last["source_id"]})
    return Percentiles(plan, pd.DataFrame(out), used, why="peers.why.no_rates")
