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
import points
import windows

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
    columns = [c for c in rows if re.search("(^|_)(years?|origin)$", c)]
    wrong = [
        Problem(file, n, c, repr(text), "a year, or how many")
        for c in columns
        for n, text in enumerate(rows[c], start=2)
        if not re.fullmatch("[0-9]{0,4}", text)
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
        note=[
            CONFLICTS.get(key, "")
            for key in zip(rows["unit_id"], rows["indicator_id"], rows["year"], strict=True)
        ],
    )


POINTS = ("city_rd", "hightech_points", "investment_points", "county_points", "hidden_champions")
# The download of provincial figures from the National Bureau of Statistics.
PANEL = "sc7e26f21"
# Series of the Zhejiang cities that no other class holds, by the name of the indicator.
CITY_SERIES = {
    "retail_sales": "retail_sales",
    "budget_expenditure": "budget_expenditure",
    "fiscal_revenue_total": "fiscal_revenue_total",
    "industrial_va": "industrial_value_added_all",
    "imports": "imports",
    "population_resident": "population",
    "population_registered": "population_registered",
}
# Figures that contradict their neighbours; they stay in the table of cities and out of its windows.
CONFLICTS = {("330800", "imports", "2019"): "looks like imports and exports together"}


def kept_by_hand(name: str) -> pd.DataFrame:
    """A table that is written by hand, every cell as text."""
    file = HERE / "reference" / f"{name}.csv"
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")


def entities() -> pd.DataFrame:
    """The names of countries, provinces, cities, counties and zones."""
    return kept_by_hand("entities")


def yearbook(rows: pd.DataFrame, year: str = "year") -> pd.DataFrame:
    """Add ``known_from``: 1 November after the year of the data."""
    return rows.assign(known_from=rows[year].map(lambda y: f"{int(y) + 1}-11-01"))


def numbered(rows: list[dict], prefix: str) -> pd.DataFrame:
    """Rows worked out here, as text, with keys in their order."""
    keys = [f"{prefix}-{n:04d}" for n in range(1, len(rows) + 1)]
    return pd.DataFrame({"row_id": keys}).join(pd.DataFrame(rows).astype(str))


def province_levels() -> dict[str, pd.DataFrame]:
    """Yearly levels of 31 provinces by series: years in rows, provinces in columns."""
    rows = printed("province_nbs_panel")
    rows = rows.assign(year=rows["year"].astype(int), value=rows["value"].astype(float))
    wide = {
        i: part.pivot(index="year", columns="unit_name_zh", values="value")
        for i, part in rows.groupby("indicator_id")
    }
    rates = kept_by_hand("province_series").query("unit == '%'")["printed_as"]
    return wide | {i: windows.index(wide[i]) for i in rates}


def province_classes() -> dict[str, list[str]]:
    """The provinces of each class."""
    every = entities().query("level == 'province'")["name_zh"].tolist()
    return {"china_31": every, "coastal_7": windows.COASTAL}


def province_windows() -> list[dict]:
    """Windows of growth of provinces; of Zhejiang alone the single years, as a check of level."""
    levels, out = province_levels(), []
    for series in kept_by_hand("province_series").to_dict("records"):
        name, flow = series["indicator_id"], series["unit"]
        prices = {"%": "comparable", "个": ""}.get(flow, "current")
        for class_, units in {**province_classes(), "zhejiang": ["浙江"]}.items():
            horizons = windows.HORIZONS if len(units) > 1 else (1,)
            for window in windows.windows(levels[series["printed_as"]], units, horizons):
                trap = windows.flag(
                    window["end_year"],
                    window["horizon_years"],
                    series["break_year"],
                    name.startswith("fai_"),
                )
                about = {"level": "province", "reference_class": class_, "indicator_id": name}
                rest = {"source_id": PANEL, "price_basis": prices, "flag": trap}
                out.append({**about, "series": "database", **window, **rest})
    return out


def city_windows() -> list[dict]:
    """Windows of growth of the eleven cities of Zhejiang, each within one unit."""
    rows = printed("zhejiang_cities").query("level == 'prefecture'")
    keys = zip(rows["unit_id"], rows["indicator_id"], rows["year"], strict=True)
    rows = rows[[key not in CONFLICTS for key in keys]]
    rows = rows.assign(year=rows["year"].astype(int), value=rows["value"].astype(float))
    out = []
    for (name, unit), part in rows.groupby(["indicator_id", "unit"], sort=True):
        if name not in CITY_SERIES:
            continue
        wide = part.pivot(index="year", columns="unit_id", values="value")
        for window in windows.windows(wide, list(wide.columns)):
            about = {
                "level": "prefecture",
                "reference_class": "zhejiang",
                "indicator_id": CITY_SERIES[name],
                "series": "as_printed",
            }
            first, last = window["origin_year"], window["end_year"]
            trap = ""
            if name in ("industrial_va", "retail_sales") and first <= 2018 <= last:
                trap = "C2018"
            if name == "population_resident" and first < 2020 <= last:
                trap = "C2020"
            prices = "current" if "元" in unit else ""
            rest = {"source_id": "zjyb", "price_basis": prices, "flag": trap}
            out.append({**about, **window, **rest})
    return out


def growth_reference() -> pd.DataFrame:
    """Every class of growth: as its compilers printed it, then worked out here.

    A window is printed in the yearbook of the autumn after its last year; revised is hindsight.
    """
    given = printed("growth_reference")
    prices = (given["indicator_id"] == "gdp_real").map({True: "comparable", False: "current"})
    given = given.assign(price_basis=prices, flag="")
    ours = pd.concat([numbered(province_windows(), "prov"), numbered(city_windows(), "zjcw")])
    rows = yearbook(pd.concat([given, ours]), "end_year")
    known = rows["known_from"].mask(rows["series"] == "revised", "")
    last = ["known_from", "source_id", "price_basis", "flag"]
    return rows.assign(known_from=known)[[c for c in rows if c not in last] + last]


def structural_investment() -> pd.DataFrame:
    """How many provinces grew in three years as the plan promises of its investment series."""
    targets = printed_targets()
    levels, out = province_levels(), []
    for series in kept_by_hand("province_series").to_dict("records"):
        promised = targets[targets["indicator_id"] == series["plan_indicator"]]
        if not series["indicator_id"].startswith("fai_") or set(promised["kind"]) != {"growth"}:
            continue
        mean = float(promised["stated_growth"].iloc[-1])
        for class_, units in province_classes().items():
            wide = levels[series["printed_as"]]
            for window in windows.met(wide, units, mean, promised["value"].astype(float).tolist()):
                trap = windows.flag(window["end_year"], 3, series["break_year"], True)
                about = {
                    "indicator_id": series["plan_indicator"],
                    "series": series["indicator_id"],
                    "is_proxy": series["is_proxy"],
                    "reference_class": class_,
                }
                out.append({**about, **window, "flag": trap})
    return yearbook(numbered(out, "str"), "end_year").assign(source_id=PANEL)


def printed_targets() -> pd.DataFrame:
    """The annex of the Zhenan plan, every cell as text."""
    file = HERE / "plans" / "zhenan" / "targets.csv"
    rows = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    return rows[rows["section"] == "annex"]


def province_rd() -> pd.DataFrame:
    """R&D spending of provinces and of the nation."""
    ids = points.entity_ids(entities())
    rows = printed("province_rd")
    first = {"row_id": rows["row_id"], "entity_id": rows["province"].map(ids)}
    names = {"rd_to_gdp_pct": "rd_to_gdp", "rd_spend_100m": "rd_spending"}
    return pd.DataFrame(first).join(rows.drop(columns="row_id").rename(columns=names))


def rd_reference() -> pd.DataFrame:
    """Windows of R&D spending: of all provinces, of those that spent much, of the coast."""
    rows = printed("province_rd").query("province != '全国'")
    rows = rows.assign(year=rows["year"].astype(int))
    share, spending = (
        rows.pivot(index="year", columns="province", values=c).astype(float)
        for c in ("rd_to_gdp_pct", "rd_spend_100m")
    )
    regions = {"china_31": list(share), "level_ge_1.5": 1.5, "coastal_7": windows.COASTAL}
    found = list(windows.rd_windows(share, spending, regions))
    return yearbook(numbered(found, "rdw"), "end_year").assign(source_id=rows["source_id"].iloc[0])


HIGHTECH = {
    "企业数": "hightech_firms",
    "主营业务收入": "hightech_revenue",
    "利润总额": "hightech_profit",
    "经费内部支出": "hightech_rd_spending",
    "投资额": "hightech_investment",
}


def hightech_industry() -> pd.DataFrame:
    """High-tech manufacturing of provinces: a weak proxy of Zhejiang's high-tech industry."""
    ids = points.entity_ids(entities())
    rows = printed("province_hightech_industry")
    # The compiler printed whole numbers with a decimal.
    values = rows["value"].str.removesuffix(".0")
    rows = rows.assign(
        value=values,
        entity_id=rows["province"].map(ids),
        indicator_id=rows["indicator_zh"].map(HIGHTECH),
        is_proxy="true",
    )
    first = ["row_id", "entity_id", "indicator_id", "year", "value", "unit", "is_proxy"]
    return in_one_unit(rows)[[*first, "grade", "source_id"]]


def province_targets() -> pd.DataFrame:
    """Growth targets of provinces with what came of them, and the days both were known from."""
    ids = points.entity_ids(entities())
    rows = printed("province_growth_targets")
    return pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "entity_id": rows["unit_name_zh"].map(ids),
            "code": rows["unit_id"],
            "indicator_id": "gdp",
            "year": rows["year"],
            "value": rows["gdp_growth_target_pct"],
            "unit": "%",
            "qualifier_zh": rows["qualifier"],
            "coded": rows["target_as_coded"],
            "outcome": rows["gdp_real_growth_nbs_pct"],
            "flag": rows["flag"].replace("I", "odd_value"),
            "known_from": rows["year"] + "-03-31",
            "outcome_known_from": [
                f"{int(y) + 1}-11-01" if out else ""
                for y, out in zip(rows["year"], rows["gdp_real_growth_nbs_pct"], strict=True)
            ],
            "grade": rows["grade"],
            "source_id": rows["source_id"],
            "outcome_source_id": rows["outcome_source_id"],
        }
    )


def city_targets(src: pd.DataFrame) -> pd.DataFrame:
    """Targets of provinces, cities and counties read by hand, with outcomes that may be shown."""
    rows = printed("city_targets_printed")
    worked_out = rows["wording"].str.startswith("DERIVED")
    table = pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "entity_id": rows["unit"].map(points.entity_ids(entities())),
            "scope_note": rows["unit"],
            "indicator_id": rows["indicator_id"],
            "year": rows["year"],
            "value": rows["target"],
            "unit": rows["unit_of_value"],
            "kind": "target",
            "qualifier_zh": rows["wording"].mask(worked_out, ""),
            "basis": worked_out.map({True: "derived", False: "printed"}),
            "outcome": rows["outcome"],
            "flag": rows["flag"],
            "grade": rows["grade"],
            "source_id": rows["source_id"],
            "outcome_source_id": rows["outcome_source_id"],
            "note": rows["note"],
        }
    )
    return dated(table, src)


# The last year of each record of targets; growth as revised later was never known on a day.
RECORDS = {"am2": 2022, "li2019": 2012, "provinces": 2017}


def attainment() -> pd.DataFrame:
    """How often growth targets were met elsewhere; a pooled row is known with its last year."""
    rows = printed("growth_target_attainment").rename(
        columns={"share_within_0.5pp_or_met": "share_near_or_met"}
    )
    named = rows["value"].where(rows["slice"].isin(["year", "years", "all", "coastal_year"]), "")
    spans = (rows["slice"] + " " + named).str.extractall("((?:19|20)[0-9]{2})")[0]
    last = spans.groupby(level=0).last().reindex(rows.index)
    years = pd.to_numeric(last).fillna(rows["data"].map(RECORDS)).astype(int)
    known = pd.Series([f"{y + 1}-11-01" for y in years])
    series = rows["growth_series"].mask(rows["data"] == "provinces", "database")
    known = known.mask(series == "revised", "")
    return rows.assign(growth_series=series, last_year=years.astype(str), known_from=known)


def correlations() -> pd.DataFrame:
    """How indicators move together; known once the last window has ended and was printed."""
    rows = printed("correlations")
    ends = rows["last_origin"].astype(int) + rows["horizon_years"].astype(int)
    revised = rows[["indicator_a", "indicator_b"]].eq("gdp_revised").any(axis=1)
    known = (ends + 1).astype(str) + "-11-01"
    return rows.assign(known_from=known.mask(revised, ""), source_id="cityyb")


def yearly_targets(rows: pd.DataFrame, src: pd.DataFrame) -> pd.DataFrame:
    """China's yearly growth targets as a plan: one row a year, better grade before earlier day.

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
    evidence = printed("evidence")
    step = evidence["step_as_of_2018-10-30"]
    short = step.str.extract(r"^([A-DN])")[0].mask(
        step.str.contains("administrative"), "administrative"
    )
    return {
        "sources.csv": src,
        "plans/zhenan/observations.csv": seen[seen["entity_id"] == "zone"],
        "plans/zhenan/evidence.csv": evidence.drop(
            columns=["indicator", "holder", "missing_span"]
        ).assign(
            indicator_id=[*SERIES, *evidence["indicator"][len(SERIES) :]],
            step=short,
            holder=evidence["holder"],
            missing_span=evidence["missing_span"],
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
        "reference/growth_reference.csv": growth_reference(),
        "reference/exchange_rate.csv": rates.assign(known_from=rates["year"] + "-12-31"),
        "reference/peer_zones.csv": peers(src),
        "reference/national_zones.csv": national(src),
        "reference/rankings.csv": ranks(src),
        "reference/zone_register.csv": printed("zone_register"),
        "reference/growth_targets.csv": dated(in_one_unit(printed("growth_targets")), src),
        **{f"reference/{n}.csv": dated(points.tidy(printed(n), entities()), src) for n in POINTS},
        "reference/project_sizes.csv": dated(points.sizes(printed("project_sizes")), src),
        "reference/returned_merchant_funds.csv": dated(
            points.funds(printed("returned_merchant_funds")), src
        ),
        "reference/city_targets_printed.csv": city_targets(src),
        "reference/province_growth_targets.csv": province_targets(),
        "reference/growth_target_attainment.csv": attainment(),
        "reference/province_rd.csv": yearbook(province_rd()),
        "reference/rd_reference.csv": rd_reference(),
        "reference/province_hightech_industry.csv": yearbook(hightech_industry()),
        "reference/structural_investment_inputs.csv": structural_investment(),
        "reference/correlations.csv": correlations(),
        "reference/host_beta.csv": yearbook(printed("host_beta"), "last_end_year").assign(
            source_id="cityyb"
        ),
        # Tried on three-year growth from origins up to 2014, which ended in 2017.
        "reference/host_prediction.csv": printed("host_prediction").assign(
            known_from="2018-11-01", source_id="cityyb"
        ),
    }


def build(folder: Path = HERE) -> None:
    """Write every derived table and the descriptions below ``folder``."""
    # First what describes the tables: making them reads some that stand here already.
    docs = folder.parent / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    schemas = describe.schemas(HERE / "schemas.yml")
    texts = {
        folder / "datapackage.json": describe.datapackage(schemas),
        docs / "codebook.md": describe.codebook(schemas),
    }
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8", newline="\n")
    for name, table in tables().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(file, index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
