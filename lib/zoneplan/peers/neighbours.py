"""What came next door: growth of the neighbours over the plan's years, after the verdict and
outside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.cities import INSIDE_ANOTHER
from zoneplan.data.indicators import indicator
from zoneplan.forecasting.classes import spread_units
from zoneplan.messages import LANGS, words
from zoneplan.peers.zones import PeerResult, Record
from zoneplan.plan.intervals import cagr
from zoneplan.text import num


@dataclass(frozen=True)
class Neighbours(PeerResult):
    """Average growth of neighbours over the plan's years beside the planned rates."""

    SUBJECT = "peers.neighbours"
    SHOWN = ("indicator_id", "place", "growth", "planned", "reached")

    def facts(self, lang: str) -> dict[str, Any]:
        """How many of the province's cities reached the planned rate of GDP."""
        cities = self.rows[self.rows["group"] == "cities"]
        gdp = cities[cities["indicator_id"] == "gdp"]
        return {
            "n": len(gdp),
            "reached": int(gdp["reached"].sum()),
            "planned": num(gdp["planned"].iloc[0]) if len(gdp) else "",
            "median": num(gdp["growth"].median()),
        }


def neighbours(peers: Record) -> Neighbours:
    """What did the neighbours do over the plan's years, whatever was known of it on the day?

    Returns
    -------
    One row per indicator and neighbour: group (``host``, ``cities`` of the province, ``class``:
    regions in revised figures), place, first and last year, growth (percent a year, average),
    planned (the growth that the target needs from the plan's implied base) and reached (1 or 0; of
    a class the share of its regions).
    Trade in dollars is turned into yuan at each year's mean rate. Hindsight by its nature: the best
    proxy of an outcome that nobody published, and a test of the chances.
    """
    plan, out = peers.plan, []
    span = plan.base_year, plan.years[-1]
    for i in plan.series() if plan.host else ():
        target = plan.target(i)
        if target is None or plan.is_rate(i) or not plan.implies_base(i):
            continue
        planned = cagr(plan.implied_base(i).mid, target.value, span[1] - span[0])
        for row in (*_cities(i, *span, plan.host), *_class(i, *span, planned)):
            reached = float(row["growth"] >= planned)
            ends = {"indicator_id": i, "first": span[0], "last": span[1], "planned": planned}
            out.append({"reached": reached, **ends, **row})
    columns = "indicator_id group place place_zh first last growth planned reached source_id"
    return Neighbours(plan, pd.DataFrame(out, columns=columns.split()), hindsight=True)


def _cities(i: str, first: int, last: int, host: str | None) -> Iterator[dict[str, Any]]:
    """Cities of the province, the host apart."""
    rows = tables.read("zhejiang_cities")
    inside = rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    kept = (rows["indicator_id"] == indicator(i).panel_series) & rows["year"].isin([first, last])
    rows = rows[kept & ~inside]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    dollars = rows["unit"].eq("亿美元")
    rows = rows.assign(yuan=rows["value"].where(~dollars, rows["value"] * rows["year"].map(rate)))
    names = ["unit_name_en", "unit_name_zh"]
    wide = rows.pivot(index=names, columns="year", values="yuan").dropna()
    for (place, zh), levels in wide.iterrows():
        growth = cagr(float(levels[first]), float(levels[last]), last - first)
        group = "host" if str(place).lower() == host else "cities"
        yield {
            "group": group,
            "place": place,
            "place_zh": zh,
            "growth": growth,
            "source_id": "zjyb",
        }


def _class(i: str, first: int, last: int, planned: float) -> Iterator[dict[str, Any]]:
    """Regions of the class in revised figures: their median, and the share that reached the
    rate.
    """
    rows = tables.read("growth_reference")
    rows = rows[
        (rows["series"] == "revised")
        & (rows["indicator_id"] == (indicator(i).series or indicator(i).proxy))
        & (rows["origin_year"] == first)
        & (rows["end_year"] == last)
    ]
    for _, r in rows.iterrows():
        regions = f"{r['level']}_{r['reference_class']}"
        share = float((spread_units(r) >= planned).mean())
        names = {lang: words(lang).texts.get(f"common.region.{regions}", regions) for lang in LANGS}
        row = {"group": "class", "place": names["en"], "place_zh": names["zh"]}
        yield row | {"growth": float(r["p50"]), "reached": share, "source_id": r["source_id"]}
