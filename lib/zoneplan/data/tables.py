"""Tables: where they lie, how they are read, and everything that can be wrong with them.

``data/datapackage.json`` describes each table once; reading and checking both follow it.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from zoneplan.data.units import CANONICAL, canonical, convert
from zoneplan.errors import DataError, Problem

# More problems than this in one file are a wrong file rather than wrong cells.
MOST_PROBLEMS = 1000
# In the ledger a part-year figure carries its months in the name of the indicator.
PERIOD = re.compile(r"_(h1|9m|11m)(?=_|$)")
WHOLE = re.compile(r"[+-]?[0-9]+")
NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The plan that is read if nobody names another, and the tables that a plan may do without.
SHIPPED = Path("plans") / "zhenan"
OPTIONAL = ("evidence", "measures", "resolutions", "glossary")
# The source that a plan's figures are booked under if no other is named, and its grade: private, the user's own.
OWN, PRIVATE = "own", "P"
# The source under which the plan's own document is cited.
PLAN = "plan"


@dataclass(frozen=True)
class Sheet:
    """One table as text: its rows with their numbers (the header is row 1) and what is wrong with it.

    ``readable`` is false where the file as a whole cannot be used, so that nothing further is said of it.
    """

    file: str
    rows: tuple[tuple[int, dict[str, str]], ...]
    problems: tuple[Problem, ...]
    readable: bool = True


def data_dir() -> Path:
    """The data folder: ``ZONEPLAN_DATA`` if set, else the one beside the library, whatever the working directory."""
    return Path(os.environ.get("ZONEPLAN_DATA") or Path(__file__).resolve().parents[3] / "data")


def plan_dir() -> Path:
    """The folder of the plan: ``ZONEPLAN_PLAN`` if set, else the shipped one.

    A relative name counts from the working directory or, for notebooks, from the project's folder.
    """
    named = Path(os.environ.get("ZONEPLAN_PLAN") or data_dir() / SHIPPED)
    return named if named.is_absolute() or named.exists() else data_dir().parent / named


def package(folder: Path | None = None) -> dict[str, dict]:
    """The Frictionless description of every table, by table name.

    Raises
    ------
    DataError
        ``datapackage.json`` is missing, is not JSON, or describes a table without path or columns.
    """
    file = (folder or data_dir()) / "datapackage.json"
    return _package(file, _version(file))


@lru_cache(maxsize=8)
def _package(file: Path, _versions: tuple | None) -> dict[str, dict]:
    try:
        resources = {
            r["name"]: r for r in json.loads(file.read_text(encoding="utf-8"))["resources"]
        }
        # Touching what is used later turns a wrong description into one message here.
        columns = {
            n: {f["name"]: f["type"] for f in r["schema"]["fields"]}
            for n, r in resources.items()
            if r["path"]
        }
        for n, r in resources.items():
            for key in r["schema"].get("foreignKeys", []):
                _ = (
                    columns[n][key["fields"]],
                    columns[key["reference"]["resource"] or n][key["reference"]["fields"]],
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"{type(error).__name__}: {error}"
        raise DataError(
            [Problem(file.name, None, None, found, "a readable Frictionless data package")]
        ) from None
    return resources


def read(name: str, plan: Path | None = None) -> pd.DataFrame:
    """One table by its name in the data package, with the types described there.

    Parameters
    ----------
    name : such as ``observations`` or ``peer_zones``.
    plan : folder of the plan, for one of its tables; None means :func:`plan_dir`. In somebody's own plan, columns
        that are not there are filled in (:func:`filled`), and a table that a plan may do without is empty.

    Returns
    -------
    A frame of its own: changing it changes nothing else.

    Raises
    ------
    DataError
        The table is unknown, missing or does not fit its description; all problems are listed.

    How to read it: one row is one figure; empty cells are missing values; a row with an empty ``known_from`` is
    hindsight that nobody could know on any day of judgement.
    """
    mark = stamp(name, plan)
    if name in OPTIONAL and not mark[2].exists() and not is_shipped(mark[2].parent):
        fields = package()[name]["schema"]["fields"]
        return pd.DataFrame({f["name"]: _typed([], f["type"]) for f in fields})
    return _read(*mark).copy()


def is_shipped(folder: Path) -> bool:
    """Whether a plan folder is the one that ``datapackage.json`` describes in full."""
    return folder.resolve() == (data_dir() / SHIPPED).resolve()


def stamp(name: str, plan: Path | None = None) -> tuple:
    """What :func:`read` of the same name depends on: equal stamps mean equal tables.

    Raises
    ------
    DataError
        The table is unknown.
    """
    folder = data_dir()
    resources = package(folder)
    if name not in resources:
        raise DataError(
            [
                Problem(
                    "datapackage.json",
                    None,
                    None,
                    f"no table {name!r}",
                    ", ".join(sorted(resources)),
                )
            ]
        )
    path = Path(resources[name]["path"])
    of_plan = path.parent == SHIPPED
    file = (plan or plan_dir()).resolve() / path.name if plan or of_plan else folder / path
    return folder, name, file, tuple(_version(f) for f in (folder / "datapackage.json", file))


def sources() -> pd.DataFrame:
    """Every source by its id: publisher, title, address, date of publication.

    Of another plan than the shipped one the plan itself is another document: its ``sources.csv`` comes first.
    """
    shipped, own = read("sources").set_index("source_id"), plan_dir()
    if is_shipped(own):
        return shipped
    named = pd.DataFrame(
        [
            {"source_id": i, "publisher": "own plan", "title": own.resolve().name}
            for i in (PLAN, OWN)
        ]
    )
    tables = [read("sources", own)] if (own / "sources.csv").exists() else []
    every = pd.concat([*tables, named, shipped.drop(index=PLAN).reset_index()], ignore_index=True)
    return every.drop_duplicates("source_id").set_index("source_id")[list(shipped.columns)]


def check(folder: Path | str | None = None) -> list[Problem]:
    """Everything that is wrong with the tables below a data folder; an empty list means all is well.

    Looks at encoding, headers, types, limits, units, keys and sources of every table, and holds every figure
    against the row of the ledger that it names. The standard's own validator gives a second opinion.

    Parameters
    ----------
    folder : a folder with ``datapackage.json``; None means the project's own data.

    How to read it: each problem names file, row (the header is row 1) and column, what was found and what was
    expected.
    """
    folder = Path(folder) if folder else data_dir()
    try:
        resources = package(folder)
    except DataError as error:
        return list(error.problems)
    sheets = {name: _sheet(folder, r["path"], r["schema"]) for name, r in resources.items()}
    problems = [p for s in sheets.values() for p in s.problems]
    problems += _key_problems(resources, sheets)
    problems += ledger_problems(folder, resources, sheets)
    # What is already reported in plain words is not said again in the validator's.
    told = {p.file for p in problems}
    return problems + [p for p in _frictionless_problems(folder) if p.file not in told]


def plan_problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with the tables of somebody's own plan folder; the project's are not looked at.

    How to read it: as :func:`check`; file names are those inside the folder.
    """
    resources = {n: r for n, r in package().items() if Path(r["path"]).parent == SHIPPED}
    resources["sources"] = package()["sources"]
    optional = (*OPTIONAL, "sources")
    sheets = {
        name: _sheet(folder, Path(r["path"]).name, r["schema"], DEFAULTS.get(name))
        for name, r in resources.items()
        if name not in optional or (folder / Path(r["path"]).name).exists()
    }
    problems = [p for s in sheets.values() for p in s.problems]
    # A source may be the project's or the plan's own.
    known = tuple(read("sources")["source_id"]) + (OWN,)
    mine = sheets.get("sources", Sheet("sources.csv", (), ()))
    sheets["sources"] = Sheet(
        mine.file, (*mine.rows, *((0, {"source_id": i}) for i in known)), (), mine.readable
    )
    described = {
        n: {**r, "path": Path(r["path"]).name} for n, r in resources.items() if n in sheets
    }
    return problems + _key_problems(described, sheets)


Defaults: TypeAlias = "dict[str, Callable[[dict[str, str]], str]]"


def filled(row: dict[str, str], defaults: Defaults | None) -> dict[str, str]:
    """A row with its missing and empty cells put in, where one rule for somebody's own plan tells them; observed money in
    one unit of its currency.

    How to read it: a user types what only the user knows: indicator, name, year, value and unit.
    """
    if defaults is None:
        return row
    row = dict(row)
    # In this order: later rules read what earlier ones put in.
    for column, rule in defaults.items():
        row[column] = row.get(column) or rule(row)
    if (
        defaults is DEFAULTS["observations"]
        and row.get("unit") in CANONICAL
        and NUMBER.fullmatch(row.get("value", ""))
    ):
        value, row["unit"] = canonical(float(row["value"]), row["unit"])
        row["value"] = f"{value:.12g}"
    return row


def _nothing(_: dict[str, str]) -> str:
    return ""


def printed_step(text: str) -> str:
    """The step to which a figure was rounded, by its decimals: ``3.70`` to 0.01, ``270`` to 1."""
    decimals = len(text.partition(".")[2])
    return f"{10**-decimals:.{decimals}f}" if decimals else "1"


def _kind(row: dict[str, str]) -> str:
    unit = row.get("unit", "")
    if unit == "%":
        # A rate may be growth or a share; only a name tells.
        return "growth" if row.get("indicator_id", "").endswith("_growth") else ""
    return {
        "家": "count",
        "个": "count",
        "count": "count",
        "位": "rank",
        "亩": "area",
        "公顷": "area",
        "平方公里": "area",
    }.get(unit, "flow")


def _observed_kind(row: dict[str, str]) -> str:
    kind = _kind(row)
    return {"flow": "level", "area": "level", "growth": ""}.get(kind, kind)


# Figures of a year are public by the end of next March, as is the rule for the project's own.
def _known_from(row: dict[str, str]) -> str:
    return f"{int(row['year']) + 1}-03-31" if WHOLE.fullmatch(row.get("year", "")) else ""


# What may be left out in somebody's own plan, and what then stands there.
DEFAULTS: dict[str, Defaults] = {
    "targets": {
        "name_en": lambda r: r.get("name_zh") or r.get("indicator_id", ""),
        "name_zh": lambda r: r["name_en"],
        "kind": _kind,
        "target_id": lambda r: "-".join(filter(None, (r.get("indicator_id"), r.get("year")))),
        "group": lambda _: "headline",
        "period": lambda r: r.get("year", ""),
        "aggregation": lambda _: "end",
        "precision": lambda r: printed_step(r.get("value", "")) if r.get("value") else "",
        "direction": lambda _: "at_least",
        "force": lambda _: "expected",
        "section": lambda _: "annex",
        "source_id": lambda _: OWN,
        **dict.fromkeys(
            (
                "value_high",
                "qualifier_zh",
                "responsible",
                "stated_growth",
                "same_as",
                "locator",
                "note",
            ),
            _nothing,
        ),
    },
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


def split_period(indicator_id: str) -> tuple[str, str]:
    """The name of an indicator without its part-year mark, and the period: ``gdp_h1`` is ``gdp`` of ``h1``."""
    mark = PERIOD.search(indicator_id)
    return PERIOD.sub("", indicator_id), mark[1] if mark else "full_year"


def disagreements(row: dict[str, str], printed: dict[str, str]) -> list[tuple[str, str, str]]:
    """Where a row of a table differs from the row of the ledger that it comes from.

    Parameters
    ----------
    row, printed : cells as text by column; money in ``row`` may stand in another unit of the same currency.

    Returns
    -------
    (column, found, expected) for each difference; an empty list means that they agree.
    """
    expected = dict(printed)
    # Only observations carry their months in the name of the indicator.
    if "period" in row and "period" not in printed and "entity_id" in printed:
        expected["indicator_id"], expected["period"] = split_period(printed["indicator_id"])
    shared = [c for c in row if c in expected and c not in ("value", "unit")]
    wrong = [(c, repr(row[c]), repr(expected[c])) for c in shared if row[c] != expected[c]]
    if "value" in row and not _same_amount(row, printed):
        wrong.append(("value", _amount(row), _amount(printed)))
    return wrong


def ledger_problems(folder: Path, resources: dict, sheets: dict[str, Sheet]) -> list[Problem]:
    """Where tables disagree with the ledger rows they name, and ledger rows that no table holds."""
    problems: list[Problem] = []
    for file in dict.fromkeys(r["ledger"] for r in resources.values() if "ledger" in r):
        ledger = _sheet(folder, file)
        problems += ledger.problems
        users = [sheets[name] for name, r in resources.items() if r.get("ledger") == file]
        if ledger.readable and all(s.readable for s in users):
            problems += _against(ledger, users)
    return problems


def _against(ledger: Sheet, users: list[Sheet]) -> list[Problem]:
    printed = {row.get("row_id", ""): (n, row) for n, row in ledger.rows}
    problems, seen, complete = [], set(), True
    for sheet in users:
        ids = {row["row_id"] for _, row in sheet.rows}
        if ids.isdisjoint(printed):
            # Somebody's own zone in place of the shipped plan: its figures never were in this ledger.
            complete = False
            continue
        seen |= ids
        for n, row in sheet.rows:
            if row["row_id"] not in printed:
                problems.append(
                    Problem(
                        sheet.file, n, "row_id", repr(row["row_id"]), f"a row_id of {ledger.file}"
                    )
                )
                continue
            line, source = printed[row["row_id"]]
            place = f"as in {ledger.file} row {line} ({row['row_id']})"
            problems += [
                Problem(sheet.file, n, c, found, f"{want} {place}")
                for c, found, want in disagreements(row, source)
            ]
    files = " or ".join(s.file for s in users)
    problems += [
        Problem(
            ledger.file,
            printed[i][0],
            "row_id",
            f"{i} that no table holds",
            f"its figure in {files}",
        )
        for i in printed
        if complete and i not in seen
    ]
    return problems


def _amount(row: dict[str, str]) -> str:
    return f"{row.get('value', '')} {row.get('unit', '')}".strip()


def _same_amount(row: dict[str, str], printed: dict[str, str]) -> bool:
    if row["value"] == printed["value"] and row.get("unit") == printed.get("unit"):
        return True
    try:
        converted = convert(float(printed["value"]), printed["unit"], row["unit"])
        return row["unit"] != printed["unit"] and math.isclose(
            converted, float(row["value"]), rel_tol=1e-9
        )
    except (KeyError, ValueError):
        return False


def _version(file: Path) -> tuple[int, int] | None:
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=64)
def _read(folder: Path, name: str, file: Path, _versions: tuple) -> pd.DataFrame:
    schema = package(folder)[name]["schema"]
    place = str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)
    sheet = _sheet(folder, place, schema, None if is_shipped(file.parent) else DEFAULTS.get(name))
    if sheet.problems:
        raise DataError(sheet.problems)
    fields = schema["fields"]
    # Remarks between the rows do not move the numbers by which a row is named.
    table = pd.DataFrame(
        {f["name"]: _typed([row[f["name"]] for _, row in sheet.rows], f["type"]) for f in fields}
    )
    return table.set_axis([n - 2 for n, _ in sheet.rows]) if _has_gaps(sheet) else table


def _has_gaps(sheet: Sheet) -> bool:
    return any(n != k for k, (n, _) in enumerate(sheet.rows, start=2))


def _typed(texts: list[str], kind: str) -> pd.Series:
    filled = pd.Series([t or None for t in texts], dtype="str")
    if kind == "date":
        return pd.to_datetime(filled, format="%Y-%m-%d")
    if kind == "integer":
        numbers = pd.to_numeric(filled)
        return numbers.astype("int64" if numbers.notna().all() else "float64")
    return pd.to_numeric(filled).astype("float64") if kind == "number" else filled


def _sheet(
    folder: Path, name: str, schema: dict | None = None, defaults: Defaults | None = None
) -> Sheet:
    """One file as rows of text, with all that its description alone can tell (no description: only its form)."""
    records, wrong = _records(folder, name, own=defaults is not None)
    if wrong:
        return Sheet(name, (), (wrong,), readable=False)
    header = records[0][1]
    problems = _header_problems(name, [r for _, r in records], schema, defaults)
    if problems:
        return Sheet(name, (), tuple(problems), readable=False)
    rows = []
    for n, record in records[1:]:
        if len(record) == len(header):
            rows.append((n, filled(dict(zip(header, record, strict=True)), defaults)))
        else:
            problems.append(Problem(name, n, None, f"{len(record)} cells", f"{len(header)} cells"))
    if schema is not None:
        problems += _cell_problems(name, rows, schema) + _repeated(name, rows, schema)
    return Sheet(name, tuple(rows), tuple(problems[:MOST_PROBLEMS]))


def _records(
    folder: Path, name: str, own: bool = False
) -> tuple[list[tuple[int, list[str]]], Problem | None]:
    """The rows of a file with their numbers.

    In somebody's ``own`` table a row that begins with # is a remark and is passed over, and so is the mark that
    spreadsheets put before a text.
    """
    try:
        raw = (folder / name).read_bytes()
    except OSError:
        return [], Problem(name, None, None, "no such file", "a CSV table")
    if not raw.strip():
        return [], Problem(name, None, None, "an empty file", "a header and at least one row")
    if raw.startswith(BOM) and not own:
        return [], Problem(name, 1, None, "a byte-order mark", "UTF-8 without one")
    try:
        raw = raw.removeprefix(BOM)
        text = raw.decode("utf-8")
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1))
        kept = [(n, r) for n, r in rows if not (own and r and r[0].startswith("#"))]
        return kept, None if kept else Problem(
            name, None, None, "remarks only", "a header and at least one row"
        )
    except UnicodeDecodeError as error:
        return [], not_utf8(name, raw, error.start)
    except csv.Error as error:
        return [], Problem(
            name, None, None, str(error), "cells parted by commas, with quotes in pairs"
        )


def not_utf8(name: str, raw: bytes, position: int) -> Problem:
    """Where a text stops being UTF-8: the row, the column if the header can still be read, and what else it may be."""
    if raw.startswith(UTF16):
        return Problem(name, None, None, "text in UTF-16", "UTF-8 text")
    good = raw[:position].decode("utf-8")
    row = good.count("\n") + 1
    try:
        records = list(csv.reader(io.StringIO(good, newline="")))
        column = (
            records[0][len(records[-1]) - 1]
            if row > 1 and not good.endswith("\n")
            else records[0][0]
        )
    except (csv.Error, IndexError):
        column = None
    byte = position - (raw.rfind(b"\n", 0, position) + 1) + 1
    found = f"byte 0x{raw[position]:02x} at place {byte} of the line"
    try:
        raw.decode("gb18030")
        found += " (the file reads as GB18030)"
    except UnicodeDecodeError:
        pass
    return Problem(name, row, column, found, "UTF-8 text")


def other_marks(name: str, header: list[str]) -> Problem | None:
    """A header that is one cell because something else than commas parts the columns."""
    other = [mark for mark in (";", "\t", "|") if len(header) == 1 and mark in header[0]]
    return (
        Problem(name, 1, None, f"cells parted by {other[0]!r}", "cells parted by commas")
        if other
        else None
    )


def _header_problems(
    name: str, records: list[list[str]], schema: dict | None, defaults: Defaults | None
) -> list[Problem]:
    header = records[0]
    other = other_marks(name, header)
    if other:
        return [other]
    problems = [
        Problem(name, 1, c, "the column twice", "each once")
        for c in sorted(set(header))
        if header.count(c) > 1
    ]
    if schema is not None:
        wanted = [f["name"] for f in schema["fields"]]
        needed = [c for c in wanted if c not in (defaults or {})]
        problems += [
            Problem(name, 1, c, "no such column", "a column of this name")
            for c in needed
            if c not in header
        ]
        problems += [
            Problem(name, 1, c, "an unknown column", "only described ones")
            for c in header
            if c not in wanted
        ]
    # Somebody may begin with targets alone.
    if not problems and len(records) == 1 and defaults is not DEFAULTS["observations"]:
        problems.append(Problem(name, 1, None, "a header without rows", "at least one row"))
    return problems


def _cell_problems(name: str, rows: list[tuple[int, dict]], schema: dict) -> list[Problem]:
    found = (
        (n, f["name"], _cell_problem(row[f["name"]], f))
        for n, row in rows
        for f in schema["fields"]
    )
    return [Problem(name, n, column, *wrong) for n, column, wrong in found if wrong]


def _repeated(name: str, rows: list[tuple[int, dict]], schema: dict) -> list[Problem]:
    """Rows whose key stands twice: the primary key, and each set of columns in ``uniqueKeys``."""
    primary = schema.get("primaryKey", [])
    problems = []
    for key in ([primary] if isinstance(primary, str) else primary, *schema.get("uniqueKeys", [])):
        first: dict[tuple, int] = {}
        for n, row in rows if key else ():
            mark = tuple(row.get(k, "") for k in key)
            if mark in first:
                found = f"{'/'.join(mark)} again"
                problems.append(
                    Problem(name, n, ",".join(key), found, f"once, as in row {first[mark]}")
                )
            first.setdefault(mark, n)
    return problems


def _cell_problem(text: str, field: dict) -> tuple[str, str] | None:
    limits = field.get("constraints", {})
    if text == "":
        return ("nothing", "a value") if limits.get("required") else None
    if text != text.strip():
        return repr(text), "no space around the value"
    kind = field["type"]
    if kind in ("number", "integer"):
        wrong = _number_problem(text, kind, limits)
    else:
        wrong = (
            (repr(text), "a date such as 2018-10-30")
            if kind == "date" and not _is_day(text)
            else None
        )
    form, allowed = limits.get("pattern"), limits.get("enum")
    if form and not re.fullmatch(form, text):
        return repr(text), f"the form {form}"
    if wrong is None and allowed and text not in map(str, allowed):
        return repr(text), "one of " + ", ".join(map(str, allowed))
    return wrong


def _number_problem(text: str, kind: str, limits: dict) -> tuple[str, str] | None:
    # float() would accept full-width digits, underscores, nan and inf; a table may not hold them.
    plain = text.isascii() and "_" not in text and (kind == "number" or WHOLE.fullmatch(text))
    try:
        value = float(text) if plain else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return repr(text), "a whole number" if kind == "integer" else "a number"
    low, high = limits.get("minimum", -math.inf), limits.get("maximum", math.inf)
    return None if low <= value <= high else (text, f"a number from {low} to {high}")


def _is_day(text: str) -> bool:
    try:
        return bool(DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _key_problems(resources: dict, sheets: dict[str, Sheet]) -> list[Problem]:
    """Ids that point at nothing; a table that cannot be read was reported already and is left out."""
    problems = []
    for name, resource in resources.items():
        for key in resource["schema"].get("foreignKeys", []):
            # The standard writes an empty name for the table itself.
            column, target = key["fields"], key["reference"]["resource"] or name
            wanted = key["reference"]["fields"]
            if not (sheets[target].readable and sheets[name].readable):
                continue
            there = {row[wanted] for _, row in sheets[target].rows}
            problems += [
                Problem(resource["path"], n, column, repr(row[column]), f"a {wanted} of {target}")
                for n, row in sheets[name].rows
                if row[column] and row[column] not in there
            ]
    return problems


def _frictionless_problems(folder: Path) -> list[Problem]:
    """A second opinion by the standard's own validator, so that other tools read the same tables."""
    from frictionless import Package, system

    try:
        with system.use_context(trusted=True):
            report = Package(str(folder / "datapackage.json")).validate(limit_errors=MOST_PROBLEMS)
    # Whatever stops the validator is a fault of the folder, and is reported like any other.
    except Exception as error:  # noqa: BLE001
        return [Problem("datapackage.json", None, None, str(error), "a valid data package")]
    problems = [
        Problem("datapackage.json", None, None, e.message, "a valid data package")
        for e in report.errors
    ]
    return problems + [
        Problem(
            t.place,
            getattr(e, "row_number", None),
            getattr(e, "field_name", None),
            e.message,
            "a valid table",
        )
        for t in report.tasks
        for e in t.errors
    ]
