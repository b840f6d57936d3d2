"""Make every table in data/ from the ledger in data/sourced/, which holds the figures as printed.

Run ``python data/build.py``. Nothing is typed here but rules: units, periods, the date from which a figure was
known. Each row keeps the ``row_id`` of the ledger row that it comes from.
"""

from __future__ import annotations

import calendar
import re
import sys
from pathlib import Path

import pandas as pd

from zoneplan.units import convert

HERE = Path(__file__).parent
CANONICAL = {"万元": "亿元", "万美元": "亿美元", "百万美元": "亿美元"}
PERIOD = re.compile(r"_(h1|9m|11m)(?=_|$)")
# Steps of the evidence ladder are written with remarks; the step itself is their first word.
SERIES = (
    "gdp industrial_value_added fiscal_revenue_total budget_revenue trade_total fixed_asset_investment "
    "transport_investment hightech_industry_investment eco_public_investment private_investment "
    "industrial_investment projects_over_1bn projects_over_2bn projects_over_5bn returned_merchant_funds fdi_actual "
    "backbone_firms high_growth_firms hidden_champions upgraded_to_above_scale rd_to_gdp hightech_va_share"
).split()
# Two sources that the facts cite in words only.
EXTRA_SOURCES = [
    (
        "plan",
        "温州浙南沿海先进装备产业集聚区(经开区、瓯飞)管委会",
        "加快推进对外开放平台建设三年行动计划(2018-2020), 温浙集(开)管〔2018〕61号, dated 2018-10-30",
        "",
        "2018-11-05",
    ),
    (
        "cityyb",
        "own calculation",
        "Percentiles over units from city and county yearbook series 2000-2023, as compiled by several data vendors",
        "",
        "",
    ),
]


def ledger(name: str) -> pd.DataFrame:
    """One ledger table, every cell as text."""
    return pd.read_csv(HERE / "sourced" / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8")


def published_on(text: str) -> str:
    """The last day that a printed publication date allows, ISO; empty where none is printed."""
    text = text.split(" ")[0].removeprefix("c.")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        year, month = int(match[1]), int(match[2])
        return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]}"
    if match := re.fullmatch(r"(?:\d{4}-)?(\d{4})", text):
        return f"{match[1]}-12-31"
    return ""


def sources() -> pd.DataFrame:
    """The ledger's sources, the plan itself and the yearbook aggregates."""
    rows = ledger("sources")
    extra = pd.DataFrame(EXTRA_SOURCES, columns=rows.columns)
    table = pd.concat([rows, extra])
    # A few documents have neither publisher nor date; the title stands in, so that a citation is never empty.
    return table.assign(publisher=table["publisher"].where(table["publisher"] != "", "not stated")).sort_values("source_id")


def dated(rows: pd.DataFrame, published: pd.Series) -> pd.DataFrame:
    """Add ``known_from``: publication, else 31 March of the next year (the lag of yearly communiques)."""
    day = rows["source_id"].map(published).map(published_on)
    lag = rows["year"].map(lambda y: f"{int(y) + 1}-03-31" if y else "")
    return rows.assign(known_from=day.where(day != "", lag))


def in_one_unit(rows: pd.DataFrame) -> pd.DataFrame:
    """Money in 亿元 or 亿美元; all other units as printed."""

    def value(row: pd.Series) -> str:
        to = CANONICAL.get(row["unit"])
        return row["value"] if to is None else f"{convert(float(row['value']), row['unit'], to):.10g}"

    return rows.assign(value=rows.apply(value, axis=1), unit=rows["unit"].replace(CANONICAL))


def with_period(rows: pd.DataFrame) -> pd.DataFrame:
    """Move a part-year mark from the name of the indicator into a column."""
    mark = rows["indicator_id"].str.extract(PERIOD)[0].fillna("full_year")
    return rows.assign(indicator_id=rows["indicator_id"].str.replace(PERIOD, "", regex=True), period=mark)


def tables() -> dict[str, pd.DataFrame]:
    """Every derived table by its path under data/, in the order of its ledger."""
    src = sources()
    published = src.set_index("source_id")["published"]
    seen = dated(in_one_unit(with_period(ledger("observations"))), published)
    columns = [
        "row_id", "entity_id", "indicator_id", "year", "period", "value", "unit", "kind", "scope_note", "known_from",
        "grade", "source_id", "note",
    ]  # fmt: skip
    seen = seen[columns]
    cities = ledger("zhejiang_cities")
    growth = ledger("growth_reference")
    revised = growth["series"] == "revised"
    after = growth["end_year"].map(lambda y: f"{int(y) + 1}-11-01").mask(revised, "")
    evidence = ledger("evidence")
    step = evidence["step_as_of_2018-10-30"]
    short = step.str.extract(r"^([A-DN])")[0].mask(step.str.contains("administrative"), "administrative")
    return {
        "sources.csv": src,
        "plans/zhenan/observations.csv": seen[seen["entity_id"] == "zone"],
        "plans/zhenan/evidence.csv": evidence.drop(columns=["indicator"]).assign(indicator_id=SERIES, step=short),
        "reference/context_observations.csv": seen[seen["entity_id"] != "zone"],
        "reference/zhejiang_cities.csv": cities.assign(known_from=cities["year"].map(lambda y: f"{int(y) + 1}-11-01")),
        "reference/growth_reference.csv": growth.assign(known_from=after, source_id="cityyb"),
        "reference/exchange_rate.csv": ledger("exchange_rate"),
        "reference/peer_zones.csv": in_one_unit(ledger("peer_zones")),
        "reference/national_zones.csv": ledger("national_zones"),
        "reference/rankings.csv": ledger("rankings"),
        "reference/zone_register.csv": ledger("zone_register"),
        "reference/growth_targets.csv": ledger("growth_targets"),
    }


def build(folder: Path = HERE) -> None:
    """Write every derived table below ``folder``."""
    for name, table in tables().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
