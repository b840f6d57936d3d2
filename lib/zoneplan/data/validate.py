"""What is wrong with tables: the standard's own validator, and what it accepts in silence."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from zoneplan.data.sheets import Sheet
from zoneplan.errors import Problem

# More problems than this in one file are a wrong file rather than wrong cells.
MOST_PROBLEMS = 1000
WORDS = {
    "number": "a number",
    "integer": "a whole number",
    "date": "a date such as 2018-10-30",
    "boolean": "true or false",
}
# The validator would also take nan, inf, full-width digits, underscores and 2018-3-4.
FORMS = {
    "number": r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?",
    "integer": r"[+-]?[0-9]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "boolean": r"true|false",
}

# What the quick look knows of; a table with other limits is left to the validator.
LIMITS = {"required", "minimum", "maximum", "enum", "pattern"}

Schema = Mapping[str, Any]


def is_sound(cells: pd.DataFrame, schema: Schema) -> bool:
    """Tell quickly whether a table fits its description; `problems_of` tells what does not."""
    if any(cells.duplicated(key).any() for key in keys(schema)):
        return False
    return all(_fits(cells[f["name"]].unique().tolist(), f) for f in schema["fields"])


def all_sound(sheets: Mapping[str, Sheet], schemas: Mapping[str, Schema]) -> bool:
    """Tell quickly whether `problems_of` would find nothing: each table fits, each reference is
    kept.
    """
    for name, sheet in sheets.items():
        if sheet.cells is None or sheet.problems or not is_sound(sheet.cells, schemas[name]):
            return False
    return all(
        set(sheet.cells[key["fields"]]) - {""} <= set(there.cells[key["reference"]["fields"]])
        for name, sheet in sheets.items()
        for key in schemas[name].get("foreignKeys", [])
        if (there := sheets.get(key["reference"]["resource"] or name)) is not None
        and sheet.cells is not None
        and there.cells is not None
    )


def _fits(texts: list[str], field: Schema) -> bool:
    """Tell whether all the different cells of a column fit its field."""
    limits, kind, full = field.get("constraints", {}), field["type"], [t for t in texts if t]
    if not (set(limits) <= LIMITS and (kind in FORMS or kind == "string")):
        return False
    if limits.get("required") and len(full) < len(texts):
        return False
    if any(text != text.strip() for text in full):
        return False
    for form in filter(None, (FORMS.get(kind), limits.get("pattern"))):
        if not all(_is_form(form, kind, text) for text in full):
            return False
    if "enum" in limits and not set(map(str, limits["enum"])).issuperset(full):
        return False
    if kind == "date":
        return all(map(_is_day, full))
    low, high = limits.get("minimum", -math.inf), limits.get("maximum", math.inf)
    return kind not in ("number", "integer") or all(low <= float(t) <= high for t in full)


def _is_form(form: str, kind: str, text: str) -> bool:
    """Tell whether a text has a form, and is no number beyond all bounds."""
    numeric = kind in ("number", "integer")
    return bool(re.fullmatch(form, text)) and not (numeric and math.isinf(float(text)))


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def problems_of(sheets: Mapping[str, Sheet], schemas: Mapping[str, Schema]) -> list[Problem]:
    """List everything that is wrong with some tables, by file, row and column.

    References into tables that are not among them, or cannot be read, are not followed.
    """
    problems = [p for sheet in sheets.values() for p in sheet.problems]
    readable = {name: sheet for name, sheet in sheets.items() if sheet.cells is not None}
    for name, sheet in readable.items():
        found = [*_misformed(sheet, schemas[name]), *_repeated(sheet, schemas[name])]
        problems += found[:MOST_PROBLEMS]
    told = {(p.file, p.row, p.column) for p in problems}
    others = _by_the_standard(readable, schemas)
    return problems + [p for p in others if (p.file, p.row, p.column) not in told]


def _misformed(sheet: Sheet, schema: Schema) -> Iterator[Problem]:
    """Find cells that the validator would take for something else than they look like."""
    assert sheet.cells is not None
    for field in schema["fields"]:
        cells = sheet.cells[field["name"]]
        form = FORMS.get(field["type"])
        for row, text in cells[cells != ""].items():
            if text != text.strip():
                expected = "no space around the value"
            elif form and not _is_form(form, field["type"], text):
                expected = WORDS[field["type"]]
            else:
                continue
            yield Problem(sheet.file, row, field["name"], repr(text), expected)


def keys(schema: Schema) -> list[list[str]]:
    """List the columns of each key of a table."""
    primary = schema.get("primaryKey", [])
    keys = [[primary] if isinstance(primary, str) else primary, *schema.get("uniqueKeys", [])]
    return [key for key in keys if key]


def _repeated(sheet: Sheet, schema: Schema) -> Iterator[Problem]:
    """Find rows whose key stands twice; the validator knows no ``uniqueKeys``."""
    assert sheet.cells is not None
    for key in keys(schema):
        marks = pd.Series(map("/".join, sheet.cells[key].to_numpy()), sheet.cells.index, "str")
        first = marks.drop_duplicates()
        row_of = pd.Series(first.index, index=first)
        for row, mark in marks[marks.duplicated()].items():
            expected = f"once, as in row {row_of[mark]}"
            yield Problem(sheet.file, row, ",".join(key), f"{mark} again", expected)


def _by_the_standard(readable: Mapping[str, Sheet], schemas: Mapping[str, Schema]) -> list[Problem]:
    from frictionless import FrictionlessException, Package, Resource
    from frictionless import Schema as Description

    try:
        package = Package(
            resources=[
                Resource(
                    name=name,
                    data=[list(sheet.cells.columns), *sheet.cells.to_numpy().tolist()],
                    schema=Description.from_descriptor(_followed(schemas[name], readable)),
                )
                for name, sheet in readable.items()
                if sheet.cells is not None
            ]
        )
        report = package.validate(limit_errors=MOST_PROBLEMS)
    except FrictionlessException as error:
        return [Problem("datapackage.json", None, None, str(error), "a valid data package")]
    problems = [
        Problem("datapackage.json", None, None, e.message, "a valid data package")
        for e in report.errors
    ]
    return problems + [
        _translated(e, readable[task.name], schemas[task.name])
        for task in report.tasks
        for e in task.errors
    ]


def _followed(schema: Schema, readable: Mapping[str, Sheet]) -> dict[str, Any]:
    """Leave out the keys, and references into tables that are not at hand."""
    kept = {k: v for k, v in schema.items() if k not in ("primaryKey", "uniqueKeys")}
    references = schema.get("foreignKeys", [])
    kept["foreignKeys"] = [r for r in references if r["reference"]["resource"] in ("", *readable)]
    return kept


def _translated(error: Any, sheet: Sheet, schema: Schema) -> Problem:
    """Say in the words of :class:`Problem` what the validator found."""
    assert sheet.cells is not None
    at = getattr(error, "row_number", None)
    row = None if at is None else int(sheet.cells.index[at - 2])
    column = getattr(error, "field_name", None)
    if error.type == "foreign-key":
        column = error.field_names[0]
    if at is None or column is None:
        return Problem(sheet.file, row, column, error.message, "a valid table")
    text = sheet.cells[column].iloc[at - 2]
    field = next(f for f in schema["fields"] if f["name"] == column)
    expected = error.message
    if error.type == "foreign-key":
        table = error.reference_name
        expected = f"a {error.reference_field_names[0]} of {table or 'the same table'}"
    elif error.type == "type-error":
        expected = WORDS.get(field["type"], f"a {field['type']}")
    elif limit := re.match(r'constraint "(\w+)" is', error.note):
        expected = _limit(limit[1], field["constraints"])
    return Problem(sheet.file, row, column, repr(text) if text else "nothing", expected)


def _limit(kind: str, limits: Mapping[str, Any]) -> str:
    """Put one constraint in words."""
    if kind in ("minimum", "maximum"):
        low, high = limits.get("minimum", "any"), limits.get("maximum", "any")
        return (
            f"a number from {low} to {high}" if "maximum" in limits else f"a number from {low} on"
        )
    return {
        "required": "a value",
        "enum": "one of " + ", ".join(map(str, limits.get("enum", ()))),
        "pattern": f"the form {limits.get('pattern')}",
    }.get(kind, f"{kind} {limits[kind]}")
