"""Figures read by hand, one by one: periods, kinds and units parted from names and remarks."""

from __future__ import annotations

import re

import pandas as pd

# An indicator as printed: its name in the tables, and the part of the year.
NAMES = {
    "rd_spend": ("rd_spending", ""),
    "rd_spend_growth": ("rd_spending", ""),
    "rd_spend_above_scale_growth_h1": ("rd_spend_above_scale_industry", "h1"),
    "hightech_va_share_jan_apr": ("hightech_va_share", "4m"),
    "hightech_va_share_jan_oct": ("hightech_va_share", "10m"),
    "hightech_va_growth_jan_apr": ("hightech_value_added", "4m"),
    "hightech_va_growth_h1": ("hightech_value_added", "h1"),
    "hightech_investment_growth_jan_apr": ("hightech_industry_investment", "4m"),
    "transport_investment_plan": ("transport_investment", ""),
    "transport_investment_5y": ("transport_investment", "5y"),
    "industrial_value_added_above_scale": ("industrial_value_added", ""),
    "gdp_cagr_2015_2020": ("gdp", "5y"),
    "hidden_champion_candidates_入库": ("hidden_champion_candidates", ""),
}
REAL = ("gdp", "industrial_value_added", "hightech_value_added")
SHARES = ("rd_to_gdp", "hightech_va_share")
# What a scope says of a project: brought in, started or only signed.
DEFINITIONS = {"开工": "started", "签约": "signed", "引进": "introduced", "回归": "introduced"}


def entity_ids(entities: pd.DataFrame) -> dict[str, str]:
    """The id of an entity by each of its Chinese names."""
    rows = entities.to_dict("records")
    return {r[name]: r["entity_id"] for r in rows for name in ("name_zh", "also_zh")}


def tidy(rows: pd.DataFrame, entities: pd.DataFrame) -> pd.DataFrame:
    """Rows of one table of points, with entity, period, kind, unit and basis as columns."""
    if "growth_pct" in rows:
        rows = _growth_apart(rows)
    ids = entity_ids(entities)
    return pd.DataFrame([_point(row, ids) for row in rows.to_dict("records")])


def _growth_apart(rows: pd.DataFrame) -> pd.DataFrame:
    """Levels and the growth printed beside them as rows of their own."""
    levels = rows[rows["value"] != ""]
    rates = rows[rows["growth_pct"] != ""]
    rates = rates.assign(
        row_id=rates["row_id"] + "-g", value=rates["growth_pct"], unit_of_value="%"
    )
    return pd.concat([levels, rates]).sort_values("row_id").drop(columns="growth_pct")


def _point(row: dict[str, str], ids: dict[str, str]) -> dict[str, str]:
    name, part = NAMES.get(row["indicator_id"], (row["indicator_id"], ""))
    year, months = _when(row.get("year") or row["period"])
    unit, more = re.fullmatch("([^ ,]*)[ ,]*(.*)", row["unit_of_value"]).groups()
    is_target = "target" in more or row["indicator_id"].endswith("_plan")
    note = "; ".join(filter(None, (row.get("note", ""), more.removeprefix("target").strip(" ()"))))
    return {
        "row_id": row["row_id"],
        "entity_id": ids[row["unit"]],
        "scope_note": row["unit"],
        "indicator_id": name,
        "year": year,
        "period": part or months or "full_year",
        "value": row["value"],
        "unit": unit,
        "kind": "target" if is_target else _kind(name, unit),
        "basis": basis(row.get("note", "")),
        "flag": row["flag"],
        "grade": row["grade"],
        "source_id": row["source_id"],
        "note": note,
    }


def basis(note: str) -> str:
    """Whether a figure was printed, or worked out from others as its remark says."""
    return "derived" if note.startswith("DERIVED") else "printed"


def _kind(name: str, unit: str) -> str:
    if unit != "%":
        return "count" if unit in ("家", "个") else "level"
    if name in SHARES:
        return "share"
    return "growth_real" if name in REAL else "growth_nominal"


def _when(text: str) -> tuple[str, str]:
    """Year and part of it: ``2016-01..09`` is nine months of 2016, ``2016-2020`` five years."""
    year = text[:4] if text[:4].isdigit() else ""
    if span := re.fullmatch(r"[0-9]{4}-([0-9]{4})", text):
        return span[1], "5y"
    months = re.fullmatch(r"[0-9]{4}-01\.\.([0-9]{2})", text)
    return year, {"06": "h1"}.get(months[1], f"{int(months[1])}m") if months else ""


def _definition(scope: str) -> str:
    return next(d for word, d in DEFINITIONS.items() if word in scope)


def sizes(rows: pd.DataFrame) -> pd.DataFrame:
    """Projects by size: bounds of the class in 亿元, definition and the money named beside it."""
    bounds = rows["size_class_100m_yuan"].str.extract(r"^(?:[>=]*)([0-9]+)(?:-([0-9]+))?")
    amount = rows["note"].str.extract(r"([0-9.]+) 亿元")[0]
    return pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "entity_id": rows["entity_id"],
            "scope_note": rows["scope"],
            "definition": rows["scope"].map(_definition),
            "sector": [
                "industry" if "产业" in s or "制造业" in s or "industrial" in n else "all"
                for s, n in zip(rows["scope"], rows["note"], strict=True)
            ],
            "year": rows["year"],
            "size_class": rows["size_class_100m_yuan"],
            "size_from": bounds[0].fillna("0"),
            "size_to": bounds[1].fillna(""),
            "value": rows["count"],
            "unit": "个",
            "amount": amount.fillna(""),
            "basis": rows["note"].map(basis),
            "grade": rows["grade"],
            "source_id": rows["source_id"],
            "note": rows["note"],
        }
    )


def funds(rows: pd.DataFrame) -> pd.DataFrame:
    """Returned-merchant funds with kind, part of the year and basis as columns."""
    kinds = rows["kind"].str.extract("^(target|level|cumulative)(?:_(h1|q1|10m_lower_bound))?")
    lower, periods = kinds[1] == "10m_lower_bound", kinds[1].fillna("full_year")
    return pd.DataFrame(
        {
            "row_id": rows["row_id"],
            "entity_id": rows["entity_id"],
            "scope_note": rows["scope"],
            "indicator_id": "returned_merchant_funds",
            "year": rows["year"],
            "period": periods.mask(lower, "10m").mask(kinds[0] == "cumulative", "58m"),
            "value": rows["value"],
            "unit": rows["unit"],
            "kind": kinds[0].mask(lower, "lower_bound"),
            "basis": rows["note"].map(basis),
            "grade": rows["grade"],
            "source_id": rows["source_id"],
            "note": rows["note"],
        }
    )
