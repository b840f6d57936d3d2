"""Which regions stand in for an indicator of the zone, and how they grew, window by window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import growth_of, indicator
from zoneplan.data.units import convert
from zoneplan.errors import Problem
from zoneplan.messages import words
from zoneplan.plan.document import PlanDocument, known

LEVELS = np.array([1, *range(5, 100, 5), 99])
PERCENTILES = [f"p{q:02d}" for q in LEVELS]
# Probabilities are read on a grid of the middle of each half per cent.
GRID = np.arange(0.25, 100, 0.5)
# Windows are printed over at most so many years.
LONGEST = 3
PROVINCE = "province"
SIZE, COAST = ("county", "coastal_size_matched"), ("coastal_provinces", "coastal_7")
# Classes that are no likeness of a zone: the whole country, and one province alone.
LEFT_OUT = (("county", "china"), ("prefecture", "china"), (PROVINCE, "zhejiang"))
# Series whose classes are printed in dollars.
DOLLARS = ("exports",)
# The counties of the size class have 0.4 to 2.5 times the 204.72 亿元 of GDP that the Zhenan zone
# had in 2016. They are no likeness of a much larger or smaller zone: others stand in for it.
MATCHED = (82.0, 512.0)
# A year's growth of regions is printed late in the next, so the record usually ends two years
# before a plan's first year.
OLD = 2
# Windows across a new definition (B) or a census (C) measure no growth.
BROKEN = ("B", "C")
# The investment that tells how much smoother provinces are than the regions next to a zone.
WHOLE, WHOLE_OF_PROVINCES = "fixed_asset_investment", "fai_excl_rural"
COASTAL = ["tianjin", "shanghai", "jiangsu", "zhejiang", "fujian", "shandong", "guangdong"]


@dataclass(frozen=True)
class ReferenceClass:
    """Regions of one level and name whose growth of a series stands in for an indicator, perhaps as
    a proxy.

    ``in_yuan`` says that a series in dollars is turned into yuan before it meets a target in yuan.
    ``wider`` holds by length of window how much wider a zone lies from the middle than these
    regions do, in logs; nothing means as wide.
    """

    level: str
    name: str
    indicator_id: str
    is_proxy: bool = False
    in_yuan: bool = False
    wider: tuple[float, ...] = ()

    def describe(self, lang: str = "en") -> str:
        """Which regions these are, in the words of a language."""
        w = words(lang)
        series = w.texts.get(f"common.series.{self.indicator_id}", self.indicator_id)
        regions = w.texts.get(
            f"common.region.{self.level}_{self.name}", f"{self.level} {self.name}"
        )
        parts = {"series": series.replace("_", " "), "regions": regions.replace("_", " ")}
        said = w("common.proxy" if self.is_proxy else "common.class", **parts)
        return w("common.in_yuan", what=said) if self.in_yuan else said

    def windows(self, horizon: int, as_of: date) -> pd.DataFrame:
        """The growth windows of the class known on a day, as printed at the time, oldest first.

        Parameters
        ----------
        horizon : length of the window in years (1 to 3).
        as_of : day of judgement; a window is known from 1 November after its last year.

        Returns
        -------
        Rows of growth_reference: average annual growth in percent, percentiles p01 to p99 over
        units.
        """
        return _windows(self, horizon, as_of, stamps()).copy(deep=False)


def stamps() -> tuple[Any, ...]:
    """What the windows of classes depend on: equal stamps mean equal windows."""
    return tuple(tables.stamp(t) for t in ("growth_reference", "province_rd", "exchange_rate"))


@lru_cache(maxsize=1024)
def _windows(
    class_: ReferenceClass, horizon: int, as_of: date, stamps: tuple[Any, ...]
) -> pd.DataFrame:
    key = class_.level, class_.name, class_.indicator_id, horizon
    rows = _by_class(stamps).get(key)
    if rows is None:
        return tables.read("growth_reference").iloc[:0]
    rows = known(rows, as_of)
    return _yuan(rows, horizon) if class_.in_yuan else rows


def _yuan(rows: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """Growth in dollars as growth in yuan, at the mean rates of the first and last year; without
    them a window is left out.
    """
    rate = tables.read("exchange_rate").set_index("year")["value"]
    first, last = (rows[c].map(rate).to_numpy() for c in ("origin_year", "end_year"))
    factor = (last / first) ** (1 / horizon)
    turned = 100 * ((1 + rows[PERCENTILES] / 100).mul(factor, axis=0) - 1)
    return rows.assign(**turned)[~np.isnan(factor)].reset_index(drop=True)


@lru_cache(maxsize=2)
def _by_class(stamps: tuple[Any, ...]) -> dict[tuple[Any, ...], pd.DataFrame]:
    rows = pd.concat([tables.read("growth_reference"), rd_windows()], ignore_index=True)
    # Of provinces there is only what a database held later.
    series = np.where(rows["level"] == PROVINCE, "database", "as_printed")
    broken = rows["flag"].fillna("").str.startswith(BROKEN)
    keys = ["level", "reference_class", "indicator_id", "horizon_years"]
    rows = rows[(rows["series"] == series) & ~broken].sort_values("origin_year", kind="stable")
    return dict(tuple(rows.groupby(keys)))


def rd_windows() -> pd.DataFrame:
    """Windows of R&D spending and of its share of GDP in the provinces, laid out like
    growth_reference.

    A share ``s`` is read on the logit scale: its "growth" is that of its odds ``s / (100 - s)``, so
    that it never leaves 0 to 100 % and a point weighs as much as its distance from these ends
    allows. Source: Aitchison (1986).
    """
    rows = tables.read("province_rd")
    rows = rows[rows["entity_id"] != "china"]
    share = rows["rd_to_gdp"]
    out = []
    for series, values in (
        ("rd_to_gdp", share / (100 - share)),
        ("rd_spending", rows["rd_spending"]),
    ):
        logs = np.log(
            rows.assign(value=values).pivot(index="year", columns="entity_id", values="value")
        )
        for name, units in (("coastal_7", COASTAL), ("china_31", list(logs.columns))):
            for h in range(1, LONGEST + 1) if len(rows) else ():
                rates = 100 * np.expm1(logs[units].diff(h) / h).dropna()
                quantiles = np.percentile(rates, LEVELS, axis=1).T
                made = pd.DataFrame(quantiles, rates.index, PERCENTILES).rename_axis("end_year")
                place = {"level": PROVINCE, "reference_class": name, "indicator_id": series}
                span = {"horizon_years": h, "origin_year": made.index - h, "n_units": len(units)}
                out.append(made.reset_index().assign(**place, **span, series="database"))
    if not out:
        return pd.DataFrame()
    known_from = rows.groupby("year")["known_from"].max()
    table = pd.concat(out, ignore_index=True)
    last = table["end_year"].map(known_from)
    return table.assign(known_from=last, source_id=rows["source_id"].iloc[0])


def classes_of(plan: PlanDocument, indicator_id: str) -> list[ReferenceClass]:
    """Every class that could stand in for an indicator of a plan, the best first.

    The written rule, the same for every indicator: classes that the plan names itself; then the
    same indicator before a proxy, regions of the zone's size before others, counties before
    prefectures, the coast before the province. Counties of the size class serve zones of that size
    only; for a larger zone prefectures come before counties. Provinces serve where no nearer region
    counts a series, as a proxy whatever they count, and only if :func:`widening` tells how much
    smoother they are. Growth that is real by convention is never compared with nominal growth.
    """
    key = "classes", indicator_id, stamps()
    return list(plan.once(key, lambda: _classes_of(plan, indicator_id)))


def _classes_of(plan: PlanDocument, indicator_id: str) -> list[ReferenceClass]:
    if indicator_id in plan.about.classes:
        level, name, series = plan.about.classes[indicator_id]
        return [ReferenceClass(level, name, series, True)]
    about = growth_of(indicator_id) if plan.is_rate(indicator_id) else indicator(indicator_id)
    yuan = not str(plan.unit(indicator_id) or "").endswith("美元")
    gdp = gdp_of(plan)
    matched = gdp is not None and MATCHED[0] <= gdp <= MATCHED[1]
    larger = gdp is not None and gdp > MATCHED[1]
    found = []
    for series, is_proxy in ((about.series, False), (about.proxy, True)):
        in_yuan = yuan and series in DOLLARS
        for level, name in regions_of(series, matched, larger):
            wider = widening(plan, name) if level == PROVINCE else ()
            if wider is not None:
                proxy = is_proxy or level == PROVINCE
                found.append(ReferenceClass(level, name, series, proxy, in_yuan, wider))
    return found


def widening(plan: PlanDocument, name: str) -> tuple[float, ...] | None:
    """How much wider the regions next to a zone spread than provinces, by length of window; None
    where nothing tells.

    The root mean square of log deviations from the median, for total investment, of the class that
    stands in for the zone over that of provinces, in all windows that both have and that were known
    on the day. It is a lower bound: a zone is smaller than a county, and one kind of investment is
    lumpier than all of it. The answer with the factor doubled is therefore the other end of the
    range.
    """
    near = class_of(plan, WHOLE)
    if near is None or near.level == PROVINCE:
        return None
    return _widening(near, ReferenceClass(PROVINCE, name, WHOLE_OF_PROVINCES), plan.as_of, stamps())


@lru_cache(maxsize=64)
def _widening(
    near: ReferenceClass, far: ReferenceClass, as_of: date, stamps: tuple[Any, ...]
) -> tuple[float, ...] | None:
    out = []
    for h in range(1, LONGEST + 1):
        both = [c.windows(h, as_of).set_index("end_year") for c in (near, far)]
        years = both[0].index.intersection(both[1].index)
        if years.empty:
            return None
        spread = [np.mean(apart(rows.loc[years]) ** 2) for rows in both]
        out.append(max(1.0, float(np.sqrt(spread[0] / spread[1]))))
    return tuple(out)


def apart(windows: pd.DataFrame) -> np.ndarray:
    """How far equally many units of each window lie from its median, in log growth a year (windows
    by units).
    """
    printed = windows.loc[:, PERCENTILES[0] : PERCENTILES[-1]].to_numpy(dtype="float64")
    units = np.stack([_spread(v) for v in printed])
    return np.log1p(units / 100) - np.log1p(printed[:, [PERCENTILES.index("p50")]] / 100)


def class_of(plan: PlanDocument, indicator_id: str) -> ReferenceClass | None:
    """The class that stands in for an indicator of a plan: the first of :func:`classes_of`; None
    without any.
    """
    return next(iter(classes_of(plan, indicator_id)), None)


def regions_of(series: str, matched: bool = True, larger: bool = False) -> list[tuple[str, str]]:
    """Regions that growth of a series is known of, the best first, without those unlike any zone.

    ``matched`` and ``larger`` say how the zone's size is to the counties of the size class.
    Provinces are named only where no nearer region counts the series.
    """
    found = {(k[0], k[1]) for k in _by_class(stamps()) if k[2] == series} - set(LEFT_OUT)
    fit = [r for r in found if matched or r != SIZE]
    fit = [r for r in fit if r[0] != PROVINCE] or fit
    return sorted(
        fit, key=lambda r: (r != SIZE, (r[0] == "county") == larger, r[1] not in COAST, r)
    )


def gdp_of(plan: PlanDocument) -> float | None:
    """The zone's GDP in 亿元: the last level observed, else the first promised; None if the plan
    knows neither.
    """
    seen = plan.levels("gdp").tail(1)
    if seen.empty and "gdp" in plan.series() and not plan.is_rate("gdp"):
        seen = plan.annex("gdp").dropna(subset=["value"]).head(1)
    if seen.empty:
        return None
    last = seen.iloc[-1]
    return convert(float(last["value"]), last["unit"], "亿元")


def record_ends(plan: PlanDocument) -> int | None:
    """The last year in which growth of all the plan's classes was known on its day; None if it has
    no class.

    Targets more than :data:`OLD` years later rest on a growth that nobody at hand has seen.
    """
    classes = {class_of(plan, i) for i in plan.series()} - {None}
    windows = [c.windows(1, plan.as_of) for c in classes if c is not None]
    ends = [rows["end_year"].max() for rows in windows if len(rows)]
    return int(min(ends)) if ends else None


def class_problems(plan: PlanDocument) -> list[Problem]:
    """Classes that a plan names itself and nobody has figures of."""
    rows = tables.read("growth_reference")
    there = set(zip(rows["level"], rows["reference_class"], rows["indicator_id"], strict=True))
    listed = "one of " + "; ".join(", ".join(c) for c in sorted(there))
    return [
        Problem("plan.yml", None, f"classes: {i}", ", ".join(c), listed)
        for i, c in plan.about.classes.items()
        if tuple(c) not in there
    ]


def spread_units(row: pd.Series) -> np.ndarray:
    """Growth of equally many units of a window, percent a year, read between its printed
    percentiles.
    """
    return _spread(row[PERCENTILES].to_numpy(dtype="float64"))


def _spread(percentiles: np.ndarray) -> np.ndarray:
    return np.interp(GRID, LEVELS, percentiles)
