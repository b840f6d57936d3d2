"""Tables: where they lie, how they are read, and everything that can be wrong with them.

``data/datapackage.json`` describes each table once; reading and checking both follow it.
"""

from __future__ import annotations

import csv
import json
import math
import os
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.units import convert

DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "date": "str"}
# More problems than this are a wrong file rather than wrong cells.
MOST_PROBLEMS = 1000


def data_dir() -> Path:
    """The data folder: ``ZONEPLAN_DATA`` if set, else the one beside the library, whatever the working directory."""
    return Path(os.environ.get("ZONEPLAN_DATA") or Path(__file__).resolve().parents[2] / "data")


def package(folder: Path | None = None) -> dict:
    """The Frictionless description of every table, by table name."""
    file = (folder or data_dir()) / "datapackage.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {r["name"]: r for r in content["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError([Problem(file.name, None, None, str(error), "a readable Frictionless data package")]) from None


def read(name: str) -> pd.DataFrame:
    """One table by its name in the data package, with the types described there.

    Returns
    -------
    A frame of its own: changing it changes nothing else.

    Raises
    ------
    DataError
        The table is unknown, missing or does not fit its description; all problems are listed.
    """
    folder = data_dir()
    return _read(folder, name, (folder / package(folder).get(name, {}).get("path", "")).stat().st_mtime_ns).copy()


@lru_cache(maxsize=64)
def _read(folder: Path, name: str, _changed: int) -> pd.DataFrame:
    resources = package(folder)
    if name not in resources:
        raise DataError([Problem("datapackage.json", None, None, f"no table {name!r}", ", ".join(sorted(resources)))])
    resource = resources[name]
    problems = _file_problems(folder, resource)
    if problems:
        raise DataError(problems)
    fields = resource["schema"]["fields"]
    texts = pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False, encoding="utf-8")
    return pd.DataFrame({f["name"]: _typed(texts[f["name"]], f["type"]) for f in fields})


def _typed(column: pd.Series, kind: str) -> pd.Series:
    filled = column.mask(column == "")
    if kind == "date":
        return pd.to_datetime(filled, format="%Y-%m-%d")
    if kind == "integer":
        numbers = pd.to_numeric(filled)
        return numbers.astype("int64") if numbers.notna().all() else numbers.astype("float64")
    return pd.to_numeric(filled).astype("float64") if kind == "number" else filled


def sources() -> pd.DataFrame:
    """Every source by its id: publisher, title, address, date of publication."""
    return read("sources").set_index("source_id")


def _file_problems(folder: Path, resource: dict) -> list[Problem]:
    """What the description alone can tell of one file: encoding, header, types, limits, keys."""
    name = resource["path"]
    try:
        raw = (folder / name).read_bytes()
    except OSError:
        return [Problem(name, None, None, "no such file", "a CSV table")]
    if not raw.strip():
        return [Problem(name, None, None, "an empty file", "a header and at least one row")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return [Problem(name, line, None, f"a byte that is not UTF-8 at position {error.start}", "UTF-8 text")]
    if text.startswith("\ufeff"):
        return [Problem(name, 1, None, "a byte-order mark", "UTF-8 without one")]
    records = list(csv.reader(text.splitlines(keepends=True)))
    return _header_problems(name, records, resource) or _row_problems(name, records, resource)


def _header_problems(name: str, records: list[list[str]], resource: dict) -> list[Problem]:
    wanted = [f["name"] for f in resource["schema"]["fields"]]
    header = records[0]
    problems = [Problem(name, 1, c, "no such column", "a column of this name") for c in wanted if c not in header]
    problems += [Problem(name, 1, c, "an unknown column", "only described ones") for c in header if c not in wanted]
    problems += [Problem(name, 1, c, "the column twice", "each once") for c in set(header) if header.count(c) > 1]
    if not problems and len(records) == 1:
        problems.append(Problem(name, 1, None, "a header without rows", "at least one row"))
    return problems


def _row_problems(name: str, records: list[list[str]], resource: dict) -> list[Problem]:
    header, schema = records[0], resource["schema"]
    fields = {f["name"]: f for f in schema["fields"]}
    problems: list[Problem] = []
    keys: dict[tuple, int] = {}
    key = [schema["primaryKey"]] if isinstance(schema.get("primaryKey"), str) else schema.get("primaryKey", [])
    for n, record in enumerate(records[1:], start=2):
        if len(record) != len(header):
            problems.append(Problem(name, n, None, f"{len(record)} cells", f"{len(header)} cells"))
            continue
        row = dict(zip(header, record, strict=True))
        for column, text in row.items():
            wrong = _cell_problem(text, fields[column])
            if wrong:
                problems.append(Problem(name, n, column, *wrong))
        mark = tuple(row[k] for k in key)
        if mark and mark in keys:
            problems.append(Problem(name, n, ",".join(key), f"{'/'.join(mark)} again", f"once, as in row {keys[mark]}"))
        keys.setdefault(mark, n)
        if len(problems) >= MOST_PROBLEMS:
            break
    return problems


def _cell_problem(text: str, field: dict) -> tuple[str, str] | None:
    limits = field.get("constraints", {})
    if text == "":
        return ("nothing", "a value") if limits.get("required") else None
    if text != text.strip():
        return (repr(text), "no space around the value")
    kind = field["type"]
    if kind in ("number", "integer"):
        # float() would accept full-width digits, underscores, nan and inf; a table may not hold them.
        plain = text.isascii() and "_" not in text
        try:
            value = float(text) if plain else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or (kind == "integer" and not value.is_integer()):
            return (repr(text), "a whole number" if kind == "integer" else "a number")
        low, high = limits.get("minimum", -math.inf), limits.get("maximum", math.inf)
        if not low <= value <= high:
            return (text, f"a number from {low} to {high}")
    if kind == "date":
        try:
            datetime.strptime(text, "%Y-%m-%d")
        except ValueError:
            return (repr(text), "a date such as 2018-10-30")
    allowed = limits.get("enum")
    if allowed and text not in map(str, allowed):
        return (repr(text), "one of " + ", ".join(map(str, allowed)))
    return None


def check(folder: Path | str | None = None) -> list[Problem]:
    """Everything that is wrong with the tables below a data folder; an empty list means all is well.

    Looks at encoding, headers, types, limits, units, keys and sources of every table, and holds every figure
    against the row of the ledger that it names.

    How to read it: each problem names file, row (the header is row 1) and column, what was found and what was
    expected.
    """
    folder = Path(folder) if folder else data_dir()
    try:
        resources = package(folder)
    except DataError as error:
        return list(error.problems)
    problems = [p for r in resources.values() for p in _file_problems(folder, r)]
    if problems:
        return problems
    problems = _key_problems(folder, resources)
    return problems or _ledger_problems(folder, resources) or _frictionless_problems(folder)


def _texts(folder: Path, resource: dict) -> pd.DataFrame:
    return pd.read_csv(folder / resource["path"], dtype=str, keep_default_na=False, encoding="utf-8")


def _key_problems(folder: Path, resources: dict) -> list[Problem]:
    problems = []
    for resource in resources.values():
        for key in resource["schema"].get("foreignKeys", []):
            column, target = key["fields"], key["reference"]
            there = _texts(folder, resources[target["resource"]] if target["resource"] else resource)[target["fields"]]
            here = _texts(folder, resource)[column]
            for n in here.index[(here != "") & ~here.isin(there)]:
                expected = f"a {target['fields']} of {target['resource'] or resource['name']}"
                problems.append(Problem(resource["path"], int(n) + 2, column, repr(here[n]), expected))
    return problems


def _ledger_problems(folder: Path, resources: dict) -> list[Problem]:
    """Where a table disagrees with the ledger row it names, in value, unit, year or source."""
    problems = []
    for resource in resources.values():
        ledger_file = resource.get("ledger")
        if ledger_file is None:
            continue
        ledger = pd.read_csv(folder / ledger_file, dtype=str, keep_default_na=False).set_index("row_id")
        table = _texts(folder, resource)
        compared = [c for c in table.columns if c in ledger.columns and c not in ("indicator_id", "unit", "value")]
        for n, row in enumerate(table.to_dict("records"), start=2):
            if row["row_id"] not in ledger.index:
                problems.append(Problem(resource["path"], n, "row_id", row["row_id"], f"a row of {ledger_file}"))
                continue
            printed = ledger.loc[row["row_id"]]
            place = f"in {ledger_file} row {row['row_id']}"
            problems += [
                Problem(resource["path"], n, c, repr(row[c]), f"{printed[c]!r} as {place}")
                for c in compared
                if row[c] != printed[c]
            ]
            if "value" in row and not _same_amount(row, printed):
                expected = f"{printed['value']} {printed['unit']} as {place}"
                problems.append(Problem(resource["path"], n, "value", f"{row['value']} {row['unit']}", expected))
    return problems


def _same_amount(row: dict, printed: pd.Series) -> bool:
    if row["value"] == printed["value"] and row["unit"] == printed["unit"]:
        return True
    try:
        converted = convert(float(printed["value"]), printed["unit"], row["unit"])
        return row["unit"] != printed["unit"] and math.isclose(converted, float(row["value"]), rel_tol=1e-9)
    except ValueError:
        return False


def _frictionless_problems(folder: Path) -> list[Problem]:
    """A second opinion by the standard's own validator, so that other tools read the same tables."""
    from frictionless import FrictionlessException, Package, system

    try:
        with system.use_context(trusted=True):
            report = Package(str(folder / "datapackage.json")).validate(limit_errors=MOST_PROBLEMS)
    except FrictionlessException as error:
        return [Problem("datapackage.json", None, None, str(error), "a valid data package")]
    return [
        Problem(task.place or "datapackage.json", getattr(e, "row_number", None), getattr(e, "field_name", None), e.message, "a valid table")
        for task in report.tasks
        for e in task.errors
    ]
