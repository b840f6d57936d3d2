"""Tables by name: where they lie, how they are read, and whether they are sound.

``data/datapackage.json`` describes each table once; reading and checking both follow it.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from zoneplan.data.own_plan import NEEDED, OPTIONAL
from zoneplan.data.own_plan import OWN as OWN
from zoneplan.data.own_plan import PLAN as PLAN
from zoneplan.data.own_plan import PRIVATE as PRIVATE
from zoneplan.data.own_plan import printed_step as printed_step
from zoneplan.data.sheets import Sheet, decode, read_sheet
from zoneplan.data.validate import all_sound, is_sound, keys, problems_of
from zoneplan.errors import DataError, Problem

# The plan that is read if nobody names another.
SHIPPED = Path("plans") / "zhenan"
# What a wheel carries of the project's folder lies inside the package.
PACKAGE = Path(__file__).resolve().parents[1]
CARRIED = PACKAGE / "shipped"

Stamp = tuple[Any, ...]


def project_dir() -> Path:
    """Find the project's folder; a library from a wheel carries the parts it needs inside."""
    return CARRIED if is_installed() else PACKAGE.parents[1]


def is_installed() -> bool:
    """Whether the library came in a wheel, whose folder is nobody's to write into."""
    return CARRIED.is_dir()


def output_dir() -> Path:
    """Where to write what is made of a shipped plan: never into an installed library."""
    return Path() if is_installed() else project_dir()


def data_dir() -> Path:
    """Find the data folder: ``ZONEPLAN_DATA`` if set, else the one beside the library."""
    return _folder(os.environ.get("ZONEPLAN_DATA", ""))


@lru_cache(maxsize=8)
def _folder(named: str) -> Path:
    return Path(named) if named else project_dir() / "data"


def plan_dir() -> Path:
    """Find the folder of the default plan: ``ZONEPLAN_PLAN`` if set, else the shipped one.

    A relative name counts from the working directory or, for notebooks, from the project's folder.
    """
    named = Path(os.environ.get("ZONEPLAN_PLAN") or data_dir() / SHIPPED)
    return named if named.is_absolute() or named.exists() else data_dir().parent / named


def package(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """Read the Frictionless description of every table, by its name.

    Raises
    ------
    DataError
        ``datapackage.json`` is missing, is not JSON, or describes a table without path or columns.
    """
    file = (folder or data_dir()) / "datapackage.json"
    return _package(file, _version(file))


@lru_cache(maxsize=8)
def _package(file: Path, _versions: Stamp | None) -> dict[str, dict[str, Any]]:
    try:
        described = json.loads(file.read_text(encoding="utf-8"))["resources"]
        resources = {r["name"]: r for r in described if r["path"]}
        # Touching what is used later turns a wrong description into one message here.
        fields = {
            n: {f["name"]: f["type"] for f in r["schema"]["fields"]} for n, r in resources.items()
        }
        for name, resource in resources.items():
            _ = [fields[name][column] for key in keys(resource["schema"]) for column in key]
            for key in resource["schema"].get("foreignKeys", []):
                there = key["reference"]
                _ = fields[name][key["fields"]], fields[there["resource"] or name][there["fields"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        found = f"{type(error).__name__}: {error}"
        expected = "a readable Frictionless data package"
        raise DataError([Problem(file.name, None, None, found, expected)]) from None
    return resources


def read(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Read one table with the types of its description.

    Parameters
    ----------
    name
        Such as ``peer_zones``.
    folder
        The folder of a plan, for one of its tables. There, columns with a default may be missing,
        and a table that a plan may do without is empty.

    Returns
    -------
    A frame of its own: changing it changes nothing else. One row is one figure. An empty
    ``known_from`` marks hindsight that nobody could know on any day of judgement.

    Raises
    ------
    DataError
        The table is unknown, missing or does not fit its description; all problems are listed.
    """
    return _read(*stamp(name, folder)).copy(deep=False)


def stamp(name: str, folder: Path | None = None) -> Stamp:
    """Tell what :func:`read` of the same table depends on: equal stamps mean equal tables.

    Raises
    ------
    DataError
        The table is unknown.
    """
    data = data_dir()
    resources = package(data)
    if name not in resources:
        there = ", ".join(sorted(resources))
        raise DataError([Problem("datapackage.json", None, None, f"no table {name!r}", there)])
    path = Path(resources[name]["path"])
    file = data / path if folder is None else folder.resolve() / path.name
    versions = _version(data / "datapackage.json"), _version(file)
    return data, name, file, folder is not None, versions


def _version(file: Path) -> Stamp | None:
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=64)
def _read(data: Path, name: str, file: Path, of_plan: bool, _versions: Stamp) -> pd.DataFrame:
    schema = package(data)[name]["schema"]
    fields = schema["fields"]
    if of_plan and name in OPTIONAL and not file.exists():
        return pd.DataFrame({f["name"]: _typed(pd.Series([], dtype="str"), f) for f in fields})
    label = file.relative_to(data).as_posix() if file.is_relative_to(data) else str(file)
    sheet = read_sheet(file, label, schema, plan_table=name if of_plan else "")
    if sheet.cells is None or sheet.problems or not is_sound(sheet.cells, schema):
        alone = {k: v for k, v in schema.items() if k != "foreignKeys"}
        raise DataError(problems_of({name: sheet}, {name: alone}))
    # Remarks between the rows do not move the numbers by which a row is named.
    rows = [int(n) - 2 for n in sheet.cells.index]
    index = pd.RangeIndex(len(rows)) if rows == list(range(len(rows))) else pd.Index(rows)
    cells = sheet.cells.set_axis(index)
    return pd.DataFrame({f["name"]: _typed(cells[f["name"]], f) for f in fields}, index=index)


def _typed(cells: pd.Series, field: dict[str, Any]) -> pd.Series:
    kind, full = field["type"], cells.mask(cells == "")
    if kind == "date":
        return pd.to_datetime(full, format="%Y-%m-%d")
    if kind == "boolean":
        return full == "true"
    if kind not in ("number", "integer"):
        return full
    numbers = pd.to_numeric(full)
    whole = kind == "integer" and bool(numbers.notna().all())
    return numbers.astype("int64" if whole else "float64")


def check(folder: Path | str | None = None) -> list[Problem]:
    """List everything that is wrong with the tables of a data folder, in their full form.

    Parameters
    ----------
    folder
        A folder with ``datapackage.json``; None means the project's own data.

    Returns
    -------
    Problems by file, row (the header is row 1) and column; none means that all is well.
    """
    folder = Path(folder) if folder else data_dir()
    try:
        resources = package(folder)
    except DataError as error:
        return list(error.problems)
    schemas = {name: r["schema"] for name, r in resources.items()}
    sheets = {
        n: read_sheet(folder / r["path"], r["path"], r["schema"]) for n, r in resources.items()
    }
    return [] if all_sound(sheets, schemas) else problems_of(sheets, schemas)


def plan_problems(folder: Path) -> list[Problem]:
    """List everything that is wrong with the tables of a plan folder; the project's are trusted.

    Files are named as inside the folder.
    """
    schemas = {name: package()[name]["schema"] for name in (*NEEDED, *OPTIONAL)}
    sheets = {
        name: read_sheet(folder / f"{name}.csv", f"{name}.csv", schema, plan_table=name)
        for name, schema in schemas.items()
        if name in NEEDED or (folder / f"{name}.csv").exists()
    }
    # A source may be the plan's own or the project's.
    known = pd.concat([read("sources"), pd.DataFrame({"source_id": [OWN]})]).fillna("")
    mine = sheets.setdefault("sources", Sheet("sources.csv", known[:0]))
    if mine.cells is not None:
        others = known[~known["source_id"].isin(mine.cells["source_id"])]
        sheets["sources"] = replace(mine, cells=pd.concat([mine.cells, others]))
    return [] if all_sound(sheets, schemas) else problems_of(sheets, schemas)


def encodings(folder: Path) -> dict[str, str]:
    """Name the tables of a plan folder that are not in UTF-8, and how they were read."""
    found = {}
    for file in (folder / f"{name}.csv" for name in (*NEEDED, *OPTIONAL)):
        try:
            found[file.name] = decode(file.read_bytes())[1]
        except (OSError, UnicodeDecodeError):
            continue
    return {name: encoding for name, encoding in found.items() if encoding != "UTF-8"}


def is_shipped(folder: Path) -> bool:
    """Tell whether a plan folder is the one that ships with the project."""
    return folder.resolve() == (data_dir() / SHIPPED).resolve()


def sources() -> pd.DataFrame:
    """Read every source by its id, those of another plan than the shipped one first."""
    shipped, own = read("sources").set_index("source_id"), plan_dir()
    if is_shipped(own):
        return shipped
    named = {"publisher": "own plan", "title": own.resolve().name}
    unnamed = pd.DataFrame([{"source_id": i, **named} for i in (PLAN, OWN)])
    mine = [read("sources", own)] if (own / "sources.csv").exists() else []
    every = pd.concat([*mine, unnamed, shipped.drop(index=PLAN).reset_index()], ignore_index=True)
    return every.drop_duplicates("source_id").set_index("source_id")[list(shipped.columns)]
