"""What came next door over the plan's years, after the verdict and outside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.cities import INSIDE_ANOTHER
from zoneplan.data.indicators import indicator
from zoneplan.forecasting.classes import spread_units
from zoneplan.messages import words
from zoneplan.peers.zones import PeerResult, Record
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.intervals import cagr
from zoneplan.text import pct

CITIES, DISTRICT = ("host", "cities"), "district"
# So many years in a row tell a pace.
FEWEST = 2


@dataclass(frozen=True)
class Neighbours(PeerResult):
    """Average growth of neighbours over the plan's years beside the planned rates."""

    SUBJECT = "peers.neighbours"
    SHOWN = ("indicator_id", "row_note", "place", "last", "kind", "growth", "planned", "reached")

    def cities(self) -> pd.DataFrame:
        """The cities of the province, its host among them, by the first planned rate."""
        cities = self.rows[self.rows["group"].isin(CITIES)]
        return cities[cities["indicator_id"] == cities["indicator_id"].head(1).squeeze()]

    def case(self) -> str:
        """Whether there are cities to be counted."""
        return "no_city" if self.cities().empty else "summary"

    def named(self, lang: str) -> pd.DataFrame:
        """The rows with names, what stands in, and who (of a class: how many) reached the rate."""
        w, books = words(lang), tables.read("zhejiang_cities").drop_duplicates("unit_id")
        names = books.set_index("unit_id")[f"unit_name_{lang}"].to_dict() | _districts(lang)
        said = [
            pct(100 * p, 0, lang) if group == "class" else w(f"result.{'yes' if p else 'no'}")
            for group, p in zip(self.rows["group"], self.rows["reached"], strict=True)
        ]
        place = self.rows["place"].map(names | w.group("common.region"))
        asked = map(indicator, self.rows["indicator_id"])
        stand_in = [a.proxy if a.proxy == a.panel_series else "" for a in asked]
        note = [i and w("figures.reading.proxy", series=w(f"common.series.{i}")) for i in stand_in]
        return super().named(lang).assign(place=place, reached=said, row_note=note)

    def facts(self, lang: str) -> dict[str, Any]:
        """How many of the province's cities reached the first planned rate."""
        cities = self.cities()
        if cities.empty:
            return {}
        lead = cities.iloc[0]
        return {
            "name": self.plan.name(lead["indicator_id"], lang),
            "n": len(cities),
            "reached": int(cities["reached"].sum()),
            "planned": pct(lead["planned"], lang=lang),
            "median": pct(cities["growth"].median(), lang=lang),
            "beside": self.beside(lang),
        }

    def beside(self, lang: str) -> str:
        """What the counties around the zone printed, or that nothing is held of any."""
        w, rows = words(lang), self.rows[self.rows["group"] == DISTRICT]
        if rows.empty:
            return w("peers.neighbours.no_district")
        names, told = _districts(lang), []
        for r in rows.to_dict("records"):
            growths = {k: pct(r[k], lang=lang) for k in ("growth", "planned")}
            place, name = names[r["place"]], self.plan.name(r["indicator_id"], lang)
            said = {"place": place, "name": name, "first": r["first"] + 1, "last": r["last"]}
            told.append(w(f"peers.neighbours.{r['kind']}", **said, **growths))
        return w("peers.neighbours.district", told=w("common.semicolon").join(told))


def neighbours(peers: Record) -> Neighbours:
    """What did the neighbours do over the plan's years, whatever was known of it on the day?

    Returns
    -------
    One row per indicator and neighbour: group (``host``, ``cities`` of the province, ``class``:
    regions in revised figures, ``district``: counties of the host), place (code of a city, name of
    a class, id of a county), first and last year, growth (percent a year, average), planned (the
    growth that the target needs from the plan's implied base), reached (1 or 0; of a class the
    share of its regions) and kind (``growth_nominal``, or ``growth_real`` as counties print
    that of GDP: it is held against the growth that the plan prints). Of a county the printed
    growth of the plan's first years is compounded, as many as follow each other, two at least.

    Trade in dollars is turned into yuan at each year's mean rate. Hindsight by its nature: the best
    proxy of an outcome that nobody published, and a test of the chances.
    """
    plan, out, rates = peers.plan, [], 0
    span = plan.base_year, plan.years[-1]
    for i in plan.series():
        target = plan.target(i)
        if target is None or plan.is_rate(i) or not plan.implies_base(i):
            continue
        rates += 1
        planned = cagr(plan.implied_base(i).mid, target.value, span[1] - span[0])
        ends: dict[str, Any] = {"indicator_id": i, "first": span[0], "last": span[1]}
        ends |= {"planned": planned, "kind": "growth_nominal"}
        found = (*_cities(i, *span, plan.host), *_class(i, *span, planned), *_beside(plan, i))
        for row in (ends | row for row in found):
            out.append({"reached": float(row["growth"] >= row["planned"]), **row})
    columns = "indicator_id group place first last growth planned reached kind source_id"
    rows, why = pd.DataFrame(out, columns=columns.split()), "" if rates else "peers.why.no_rates"
    return Neighbours(plan, rows, hindsight=True, why=why)


def _cities(i: str, first: int, last: int, host: str | None) -> Iterator[dict[str, Any]]:
    """Cities of the host's province, the host apart; none where the host is in another."""
    rows = tables.read("zhejiang_cities")
    own = rows.loc[rows["unit_name_en"].str.lower() == host, "unit_id"].unique()
    if not len(own):
        return
    inside = rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    kept = (rows["indicator_id"] == indicator(i).panel_series) & rows["year"].isin([first, last])
    rows = rows[kept & ~inside]
    rate = tables.read("exchange_rate").set_index("year")["value"]
    dollars = rows["unit"].eq("亿美元")
    rows = rows.assign(yuan=rows["value"].where(~dollars, rows["value"] * rows["year"].map(rate)))
    wide = rows.pivot(index="unit_id", columns="year", values="yuan")
    for place, levels in wide.reindex(columns=[first, last]).dropna().iterrows():
        growth = cagr(float(levels[first]), float(levels[last]), last - first)
        group = "host" if place in own else "cities"
        yield {"group": group, "place": place, "growth": growth, "source_id": "zjyb"}


def _class(i: str, first: int, last: int, planned: float) -> Iterator[dict[str, Any]]:
    """Classes of regions in revised figures: the median, and the share that reached the rate."""
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
        row = {"group": "class", "place": regions, "growth": float(r["p50"])}
        yield row | {"reached": share, "source_id": r["source_id"]}


def _beside(plan: PlanDocument, i: str) -> Iterator[dict[str, Any]]:
    """Counties of the host: printed growth of the plan's first years, compounded."""
    places, rows = tables.read("entities").set_index("entity_id"), tables.read("county_points")
    if plan.host not in places.index or pd.isna(places.at[plan.host, "code"]):
        return
    codes, own = places["code"].astype("str").str[:4], str(places.at[plan.host, "code"])[:4]
    counties = places.index[codes.eq(own) & places["level"].eq("county")]
    rows = rows[rows["entity_id"].isin(counties) & rows["indicator_id"].eq(i)]
    rows = rows[rows["kind"].str.startswith("growth_") & rows["period"].eq("full_year")]
    for (place, kind), part in rows.groupby(["entity_id", "kind"], sort=False):
        by_year = part.set_index("year").sort_index()
        years = list(takewhile(set(by_year.index).__contains__, plan.years))
        if len(years) < FEWEST:
            continue
        growth = 100 * (np.prod(1 + by_year.loc[years, "value"] / 100) ** (1 / len(years)) - 1)
        row = {"group": DISTRICT, "place": place, "last": years[-1], "growth": float(growth)}
        if kind == "growth_real":
            row |= {"planned": plan.stated_growth(i), "kind": kind}
        yield row | {"source_id": "; ".join(dict.fromkeys(by_year.loc[years, "source_id"]))}


def _districts(lang: str) -> dict[str, str]:
    """Names of places by id."""
    return tables.read("entities").set_index("entity_id")[f"name_{lang}"].to_dict()
