"""What a user may leave out of a plan's tables, and what then stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from zoneplan.data.units import CANONICAL, canonical, kind_of

# The tables of a plan folder: those that it needs, and those that it may do without.
NEEDED = ("targets", "observations")
OPTIONAL = ("evidence", "measures", "resolutions", "glossary", "sources")
# The source that figures are booked under if no other is named, and their grade; the plan itself.
OWN, PRIVATE, PLAN = "own", "P", "plan"
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
YEAR = re.compile(r"[0-9]{4}")
# A day as spreadsheets of Chinese offices write it: the year first, so that it has one reading.
DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")

Row = dict[str, str]
Rule = Callable[[Row], str]


def filled(table: str, row: Row) -> Row:
    """Fill missing and empty cells of a user's row with the documented defaults.

    Days are put in ISO form, and observed money in one unit of its currency.
    """
    row = dict(row)
    # In this order: later rules read what earlier ones put in.
    for column, rule in DEFAULTS.get(table, {}).items():
        row[column] = row.get(column) or rule(row)
    if day := DAY.fullmatch(row.get("known_from", "")):
        row["known_from"] = f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    if table == "observations" and row.get("unit") in CANONICAL and NUMBER.fullmatch(row["value"]):
        value, row["unit"] = canonical(float(row["value"]), row["unit"])
        row["value"] = f"{value:.12g}"
    return row


def printed_step(text: str) -> str:
    """Find the step to which a figure was rounded: ``3.70`` to 0.01, ``270`` to 1."""
    decimals = len(text.partition(".")[2])
    return f"{10**-decimals:.{decimals}f}" if decimals else "1"


def _nothing(_: Row) -> str:
    return ""


def _kind(row: Row) -> str:
    unit = row.get("unit", "")
    if unit == "%":
        # A rate may be growth or a share; only a name tells.
        return "growth" if row.get("indicator_id", "").endswith("_growth") else ""
    return kind_of(unit)


def _observed_kind(row: Row) -> str:
    kind = _kind(row)
    return {"flow": "level", "area": "level", "growth": ""}.get(kind, kind)


def _known_from(row: Row) -> str:
    # Figures of a year are public by the end of next March, as is the rule for the project's own.
    year = row.get("year", "")
    return f"{int(year) + 1}-03-31" if YEAR.fullmatch(year) else ""


DEFAULTS: Mapping[str, Mapping[str, Rule]] = {
    "targets": {
        "name_en": lambda r: r.get("name_zh") or r.get("indicator_id", ""),
        "name_zh": lambda r: r["name_en"],
        "kind": _kind,
        "target_id": lambda r: "-".join(filter(None, (r.get("indicator_id"), r.get("year")))),
        "group": lambda _: "headline",
        "period": lambda r: r.get("year", ""),
        "aggregation": lambda _: "end",
        "precision": lambda r: printed_step(r["value"]) if r.get("value") else "",
        "direction": lambda _: "at_least",
        "force": lambda _: "expected",
        "section": lambda _: "annex",
        "source_id": lambda _: OWN,
        **dict.fromkeys(("value_high", "qualifier_zh", "responsible", "stated_growth"), _nothing),
        **dict.fromkeys(("same_as", "locator", "note"), _nothing),
    },
    "evidence": dict.fromkeys(("holder", "missing_span"), _nothing),
    "observations": {
        "kind": _observed_kind,
        "period": lambda _: "full_year",
        "row_id": lambda r: (
            "own-" + "-".join(r.get(k, "") for k in ("indicator_id", "year", "period", "kind"))
        ),
        "entity_id": lambda _: "zone",
        "known_from": _known_from,
        "grade": lambda _: PRIVATE,
        "source_id": lambda _: OWN,
        **dict.fromkeys(("scope_note", "note"), _nothing),
    },
}
