"""Make every table in data/ from data/sourced/, which holds the figures as printed.

Run ``python data/build.py``. Nothing is typed here but rules: units, periods, the date from which a
figure was known. Each row keeps the ``row_id`` of the row that it comes from. What the columns hold
stands in schemas.yml; describe.py writes datapackage.json and docs/codebook.md from it.
"""

from __future__ import annotations

import calendar
import re
import sys
from pathlib import Path

import describe
import pandas as pd

from zoneplan.data.indicators import indicator
from zoneplan.data.own_plan import printed_step
from zoneplan.data.units import CANONICAL, canonical
from zoneplan.errors import DataError, Problem

HERE = Path(__file__).parent
# Steps of the evidence ladder are written with remarks; the step itself is their first word.
SERIES = [
    "gdp",
    "industrial_value_added",
    "fiscal_revenue_total",
    "budget_revenue",
    "trade_total",
    "fixed_asset_investment",
    "transport_investment",
    "hightech_industry_investment",
    "eco_public_investment",
    "private_investment",
    "industrial_investment",
    "projects_over_1bn",
    "projects_over_2bn",
    "projects_over_5bn",
    "returned_merchant_funds",
    "fdi_actual",
    "backbone_firms",
    "high_growth_firms",
    "hidden_champions",
    "upgraded_to_above_scale",
    "rd_to_gdp",
    "hightech_va_share",
]
# Two sources that the facts cite in words only.
EXTRA_SOURCES = [
    (
        "plan",
        "温州浙南沿海先进装备产业集聚区(经开区、瓯飞)管委会",
        "加快推进对外开放平台建设三年行动计划(2018-2020), 温浙集(开)管〔2018〕61号, "
        "dated 2018-10-30",
        "",
        "2018-11-05",
    ),
    (
        "cityyb",
        "own calculation",
        "Percentiles over units from city and county yearbook series 2000-2023, "
        "as compiled by several data vendors",
        "",
        "",
    ),
]


def printed(name: str) -> pd.DataFrame:
    """One table of the facts as printed, every cell as text; its years must be years."""
    file = f"sourced/{name}.csv"
    rows = pd.read_csv(HERE / file, dtype=str, keep_default_na=False, encoding="utf-8")
    columns = [c for c in rows if c == "year" or c.endswith("_year")]
    wrong = [
        Problem(file, n, c, repr(text), "a year")
        for c in columns
        for n, text in enumerate(rows[c], start=2)
        if not re.fullmatch("([0-9]{4})?", text)
    ]
    if wrong:
        raise DataError(wrong)
    return rows


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
    """The sources, the plan itself and the yearbook aggregates."""
    rows = printed("sources")
    extra = pd.DataFrame(EXTRA_SOURCES, columns=rows.columns)
    table = pd.concat([rows, extra])
    # A few documents have neither publisher nor date: a citation is never empty.
    return table.assign(
        publisher=table["publisher"].where(table["publisher"] != "", "not stated")
    ).sort_values("source_id")


def dated(rows: pd.DataFrame, src: pd.DataFrame, year: str = "year") -> pd.DataFrame:
    """Add ``known_from``: publication, else a lag after the year of the data.

    Yearbooks appear by 1 November of the next year, communiques and lists by 31 March; a target is
    announced by 31 March of its own year. A row without a year stays without a date.
    """
    cited = src.set_index("source_id").loc[rows["source_id"]].reset_index()
    day = cited["published"].map(published_on)
    yearbook = (cited["publisher"] + cited["title"]).str.contains("年鉴|Yearbook")
    announced = (rows["kind"] == "target").tolist() if "kind" in rows else [False] * len(rows)
    years = [int(y) if y else None for y in rows[year]]
    lag = [
        "" if y is None else f"{y}-03-31" if ahead else f"{y + 1}-{'11-01' if book else '03-31'}"
        for y, book, ahead in zip(years, yearbook, announced, strict=True)
    ]
    return rows.assign(known_from=[d or late for d, late in zip(day, lag, strict=True)])


def in_one_unit(rows: pd.DataFrame) -> pd.DataFrame:
    """Money in 亿元 or 亿美元; all other units as printed."""

    def value(row: pd.Series) -> str:
        return (
            f"{canonical(float(row['value']), row['unit'])[0]:.10g}"
            if row["unit"] in CANONICAL
            else row["value"]
        )

    return rows.assign(value=rows.apply(value, axis=1), unit=rows["unit"].replace(CANONICAL))


# In the facts as printed a part-year figure carries its months in the name of the indicator.
PART = re.compile(r"_(h1|9m|11m)(?=_|$)")


def split_period(indicator_id: str) -> tuple[str, str]:
    """Part the name of an indicator from its months: ``gdp_h1`` is ``gdp`` of ``h1``."""
    mark = PART.search(indicator_id)
    return PART.sub("", indicator_id), mark[1] if mark else "full_year"


def with_period(rows: pd.DataFrame) -> pd.DataFrame:
    """Move a part-year mark from the name of the indicator into a column."""
    names, periods = zip(*map(split_period, rows["indicator_id"]), strict=True)
    return rows.assign(indicator_id=names, period=periods)


# What a note says of the time a national total stands for; every other one stands for the year.
TARGET, PART_YEAR = r"\bTARGET\b", r"\bONLY\b|\bH[12]\b|\bQ[1-4]\b"


def price_basis(rows: pd.DataFrame) -> list[str]:
    """At which prices money and its growth stand; empty where there are no prices."""

    def basis(row: dict) -> str:
        growth, real = (
            row["kind"].startswith("growth"),
            indicator(row["indicator_id"].removesuffix("_target")).is_real,
        )
        if not growth:
            return "current" if "元" in row["unit"] else ""
        if "comparable prices" in row["note"]:
            return "comparable, stated"
        if row["kind"] == "growth_real":
            return "comparable, by convention"
        return "not stated" if real else "current"

    return [basis(row) for row in rows.to_dict("records")]


def national(src: pd.DataFrame) -> pd.DataFrame:
    """Totals of all zones, with period and price basis as columns."""
    rows = dated(printed("national_zones"), src)
    part = (
        rows["note"]
        .str.contains(PART_YEAR, case=False)
        .map({True: "part_year", False: "full_year"})
    )
    period = part.mask(rows["note"].str.contains(TARGET), "target")
    return rows.assign(period=period, price_basis=price_basis(rows))


def peers(src: pd.DataFrame) -> pd.DataFrame:
    """Figures of other zones, with their price basis as a column."""
    rows = dated(in_one_unit(printed("peer_zones")), src)
    return rows.assign(price_basis=price_basis(rows))


def ranks(src: pd.DataFrame) -> pd.DataFrame:
    """Ranks, those that were worked out from "up N places" apart from those that were printed."""
    rows = dated(printed("rankings"), src, "evaluation_year")
    derived = rows["note"].str.contains("ARITHMETIC|^derived")
    return rows.assign(basis=derived.map({True: "derived", False: "printed"}))


def city_book() -> pd.DataFrame:
    """The provincial yearbook: full years of whole cities, grade A, money at current prices."""
    rows = printed("zhejiang_cities")
    money = rows["unit"].str.contains("元")
    return rows.assign(
        known_from=rows["year"].map(lambda y: f"{int(y) + 1}-11-01"),
        period="full_year",
        scope_note="whole city",
        price_basis=money.map({True: "current", False: ""}),
        grade="A",
    )


def yearly_targets(rows: pd.DataFrame, src: pd.DataFrame) -> pd.DataFrame:
    """China's yearly growth targets as a plan: one row a year, the better grade before the earlier day.

    Of a range the lower bound is the target, as the note says. "About" is read as "at least": more
    growth than announced was never called a miss.
    """
    rows = dated(rows[(rows["entity_id"] == "china") & (rows["unit"] == "%")], src)
    gdp = (
        rows[rows["indicator_id"] == "gdp"]
        .sort_values(["year", "grade", "known_from", "row_id"])
        .drop_duplicates("year")
    )
    upper = rows[rows["indicator_id"] == "gdp_target_upper"].set_index("year")["value"]
    words = (
        gdp["note"]
        .str.extract(r"(左右|以上|around|range [\d.-]+)")[0]
        .replace("around", "左右")
        .fillna("")
    )
    typed = {
        "name_zh": "国内生产总值增长",
        "name_en": "GDP growth",
        "group": "headline",
        "aggregation": "end",
        "kind": "growth",
        "direction": "at_least",
        "force": "expected",
        "section": "annex",
        "responsible": "",
        "stated_growth": "",
        "same_as": "",
    }
    table = gdp.assign(
        target_id="gdp-" + gdp["year"],
        period=gdp["year"],
        value_high=gdp["year"].map(upper).fillna(""),
        precision=gdp["value"].map(printed_step),
        qualifier_zh=words.str.removeprefix("range "),
        locator=gdp["row_id"],
        **typed,
    )
    return table[list(pd.read_csv(HERE / "plans" / "zhenan" / "targets.csv", nrows=0).columns)]


def tables() -> dict[str, pd.DataFrame]:
    """Every derived table by its path under data/, in the order of its rows as printed."""
    src = sources()
    seen = dated(in_one_unit(with_period(printed("observations"))), src)
    columns = [
        "row_id",
        "entity_id",
        "indicator_id",
        "year",
        "period",
        "value",
        "unit",
        "kind",
        "scope_note",
        "known_from",
        "grade",
        "source_id",
        "note",
    ]
    seen = seen[columns]
    rates = printed("exchange_rate")
    growth = printed("growth_reference")
    # A window is printed in the yearbook of the autumn after its last year; revised is hindsight.
    revised = growth["series"] == "revised"
    after = growth["end_year"].map(lambda y: f"{int(y) + 1}-11-01").mask(revised, "")
    prices = (growth["indicator_id"] == "gdp_real").map({True: "comparable", False: "current"})
    evidence = printed("evidence")
    step = evidence["step_as_of_2018-10-30"]
    short = step.str.extract(r"^([A-DN])")[0].mask(
        step.str.contains("administrative"), "administrative"
    )
    return {
        "sources.csv": src,
        "plans/zhenan/observations.csv": seen[seen["entity_id"] == "zone"],
        "plans/zhenan/evidence.csv": evidence.drop(columns=["indicator"]).assign(
            indicator_id=SERIES, step=short
        ),
        "plans/china/targets.csv": yearly_targets(printed("growth_targets"), src),
        "plans/china/observations.csv": seen[
            (seen["entity_id"] == "china")
            & (seen["indicator_id"] == "gdp")
            & (seen["kind"] == "growth_real")
            & (seen["period"] == "full_year")
        ],
        "reference/context_observations.csv": seen[seen["entity_id"] != "zone"],
        "reference/zhejiang_cities.csv": city_book(),
        "reference/growth_reference.csv": growth.assign(
            known_from=after, source_id="cityyb", price_basis=prices
        ),
        "reference/exchange_rate.csv": rates.assign(known_from=rates["year"] + "-12-31"),
        "reference/peer_zones.csv": peers(src),
        "reference/national_zones.csv": national(src),
        "reference/rankings.csv": ranks(src),
        "reference/zone_register.csv": printed("zone_register"),
        "reference/growth_targets.csv": dated(in_one_unit(printed("growth_targets")), src),
    }


def build(folder: Path = HERE) -> None:
    """Write every derived table and the descriptions below ``folder``."""
    for name, table in tables().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")
    docs = folder.parent / "docs"
    docs.mkdir(exist_ok=True)
    schemas = describe.schemas(HERE / "schemas.yml")
    texts = {
        folder / "datapackage.json": describe.datapackage(schemas),
        docs / "codebook.md": describe.codebook(schemas),
    }
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
