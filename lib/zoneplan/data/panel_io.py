"""Files of panels as people bring them: text, Excel, Parquet and Stata; long or wide; with any
usual heads.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from zoneplan.data.importer.heads import head_of
from zoneplan.data.panel import Heap, Reading, year_head
from zoneplan.data.sheets import decode, not_utf8, utf16
from zoneplan.errors import DataError, Problem

# Heads that name the unit, its year and its level, the surest first; finer regions come before
# coarser ones.
UNIT, YEAR, VALUE = (
    names.split()
    for names in (
        """unitid uniqueid id refarea geo geocode countrycode iso3 iso3c isocode county
        district city province state region regioncode area country countryname economy entity
        location code name unit 县 县市 县区 县域 区县 区县名称 县名 园区 开发区 城市代码 城市
        城市名称 地级市 市 地区代码 行政区划代码 区划代码 地区 地区名称 行政区 行政区划 省市
        省份 省 企业 公司 名称""",
        "year ds timeperiod time date period yr 年份 年度 年 时间 日期 统计年度",
        "value y obsvalue val level observation 数值 值 数据 指标值 数据值 统计值",
    )
)
# The head of the table is looked for in so many rows.
TOP = 12
BATCH = 20_000
# Files from so many bytes on show how far they are.
SLOW = 30_000_000
MARKS = ",;\t|"
# Heads of what the levels are measured in.
MEASURES = ["unitmeasure", "unitofmeasure", "uom", "measure", "unit", "units", "单位", "计量单位"]
_Batches: TypeAlias = Iterator[tuple[np.ndarray, list[Any]]]
_Read: TypeAlias = Callable[[Sequence[int], Heap], _Batches]


@dataclass(frozen=True)
class _Shape:
    """Where unit, year and value stand; or the columns of a wide table, each with its year or its
    unit.
    """

    unit: int | None
    year: int | None
    value: int | None
    wide: tuple[tuple[int, object], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Table:
    """A table in a file: its heads and, for chosen columns, batches of cells with the numbers of
    their rows.
    """

    heads: list[str]
    shape: _Shape
    read: _Read
    notes: tuple[str, ...] = ()
    ask_decimal: bool = False
    fast: _Read | None = None


def read_panel(
    file: str | Path,
    to: int | None = None,
    *,
    id: str | None = None,
    year: str | None = None,
    value: str | None = None,
    decimal: str | None = None,
    strict: bool = False,
) -> Reading:
    """Read anybody's panel from a file.

    Parameters
    ----------
    file : text (UTF-8, UTF-16, GB18030; cells parted by commas, semicolons, tabs or bars), Excel,
        Parquet or
        Stata. One row a figure, or one row a unit with years across, or one row a year with units
        across.
    to : last year to forecast; a unit whose last figure lies more than ten years before it is left
        out.
    id, year, value : heads of the columns, where their names do not say it; ``value`` may also be
        what stands
        before the years of a wide table (``gdp`` for gdp2009, gdp2010).
    decimal : ``,`` or ``.`` where commas could be either.
    strict : refuse the file where anything would be left out.

    Returns
    -------
    Reading with the panel, lines on what was assumed, is asked or was left out, and the problems
    left out.

    Raises
    ------
    DataError
        The file cannot be used at all, or something would be left out and ``strict`` is set.

    How to read it: nothing told means that every figure is in the panel as it stands in the file.
    """
    name, asked = str(file), _Asked(id, year, value)
    table = _opened(Path(file), asked)
    _refuse_growth(name, table, asked)
    measured = _measures(table, name)
    for read in [r for r in (table.fast if decimal in (None, ".") else None, table.read) if r]:
        heap = Heap(name, _named(table), decimal, table.ask_decimal, wide=bool(table.shape.wide))
        notes = (*table.notes, *table.shape.notes, *measured)
        heap.notes += [f"{name}: {note}" for note in notes]
        try:
            _pour(table.shape, read, heap)
        except _NotPlain:
            continue
        break
    return heap.reading(to, strict)


@dataclass(frozen=True)
class _Asked:
    id: str | None = None
    year: str | None = None
    value: str | None = None


class _NotPlain(Exception):
    """The quick reader met a cell that needs the careful one."""


def _named(table: _Table) -> tuple[str, str, str]:
    heads, s = table.heads, table.shape
    unit, year, value = (heads[k] if k is not None else None for k in (s.unit, s.year, s.value))
    return unit or "head", year or "head", value or "cells"


def _refuse_growth(name: str, table: _Table, asked: _Asked) -> None:
    """Growth is no level, unless its column is asked for by name."""
    head = _named(table)[2]
    if asked.value is None and "growth" in head_of(head).said:
        advice = "levels; if they are, name the column with --value"
        raise DataError([Problem(name, None, head, "a column of growth", advice)])


def _measures(table: _Table, name: str) -> list[str]:
    """Tell of levels that are not all measured in one unit."""
    shape = table.shape
    used = shape.unit, shape.year, shape.value
    heads = [k for k, h in enumerate(table.heads) if _plain(h) in MEASURES and k not in used]
    notes = []
    for k in heads:
        cells = (c for _, (column,) in table.read([k], Heap(name)) for c in column)
        found = sorted({str(c).strip() for c in cells} - {"", "None", "nan"})
        said = f"several units in {table.heads[k]!r}: {_listed(found)}; levels as they stand"
        notes += [said] if len(found) > 1 else []
    return notes


def _pour(shape: _Shape, read: _Read, heap: Heap) -> None:
    """All rows of a table into the heap; wide rows one figure each."""
    if not shape.wide:
        columns = [shape.unit, shape.year, shape.value]
        for rows, cells in read([c for c in columns if c is not None], heap):
            unit, year, value = cells
            heap.add(unit, year, value, rows=rows)
        return
    key = shape.unit if shape.unit is not None else shape.year
    across = [label for _, label in shape.wide]
    for rows, (keys, *cells) in read([key or 0, *(k for k, _ in shape.wide)], heap):
        each = np.repeat(np.arange(len(rows)), len(across))
        labels = pd.Series(across * len(rows))
        figures = pd.Series(np.stack([np.asarray(c, dtype=object) for c in cells], 1).ravel())
        repeated = pd.Series(keys).iloc[each].reset_index(drop=True)
        pair = (repeated, labels) if shape.unit is not None else (labels, repeated)
        heap.add(pair[0], pair[1], figures, rows=rows[each])


def _opened(path: Path, asked: _Asked) -> _Table:
    name = str(path)
    try:
        with path.open("rb") as stream:
            top = stream.read(1 << 16)
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError([Problem(name, None, None, found, "a table in a file")]) from None
    if top.startswith(b"PK\x03\x04"):
        return _excel(path, asked)
    if top.startswith(b"\xd0\xcf\x11\xe0"):
        raise DataError(
            [Problem(name, None, None, "an old Excel file", "it saved as .xlsx or CSV")]
        )
    if top.startswith(b"PAR1"):
        return _parquet(path, asked)
    if top.startswith(b"<stata_dta>") or path.suffix.lower() == ".dta":
        return _stata(path, asked)
    return _text(path, top, asked)


# What the heads say.


def _plain(head: object) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", str(head)).lower())


def _shape(heads: Sequence[object], asked: _Asked) -> _Shape | str:
    """The shape that a row of heads tells, or what is missing in it."""
    plain = ["" if h is None else _plain(h) for h in heads]
    given = [k for k, h in enumerate(plain) if h and not h.startswith("unnamed")]
    unit, units = _role(heads, plain, UNIT, asked.id)
    year, _ = _role(heads, plain, YEAR, asked.year)
    value, _ = _role(heads, plain, VALUE, asked.value)
    years = {
        k: found for k in given if (found := year_head(heads[k])) and k not in (unit, year, value)
    }
    wide = {k: y for k, (before, y) in years.items() if asked.value in (None, before, before + "_")}
    if len(wide) >= 2 and (value is None or year is None):
        return _across_years(heads, given, wide, {years[k][0] for k in wide}, unit)
    rest = [k for k in given if k not in (unit, year, value)]
    notes = (
        [f"{heads[unit]!r} read as the unit; --id names another"]
        if len(units) > 1 and unit is not None
        else []
    )
    if year == given[0] and unit is None and value is None and len(rest) > 1 if given else False:
        notes.append(f"the columns {_listed([heads[k] for k in rest])} read as units")
        return _Shape(None, year, None, tuple((k, str(heads[k])) for k in rest), tuple(notes))
    missing = [n for n, k in (("unit", unit), ("year", year), ("value", value)) if k is None]
    named = {"unit": asked.id, "year": asked.year, "value": asked.value}
    if len(missing) == 1 and len(rest) == 1 and named[missing[0]] is None:
        notes.append(f"{heads[rest[0]]!r} read as the {missing[0]}")
        unit, year, value = (rest[0] if k is None else k for k in (unit, year, value))
        return _Shape(unit, year, value, (), tuple(notes))
    return ", ".join(missing) if missing else _Shape(unit, year, value, (), tuple(notes))


def _across_years(
    heads: Sequence[object],
    given: list[int],
    wide: dict[int, int],
    before: set[str],
    unit: int | None,
) -> _Shape | str:
    if len(before) > 1:
        return (
            "one series: the years stand behind " + _listed(sorted(before)) + " (--value chooses)"
        )
    others = [k for k in given if k not in wide]
    if unit is None and not others:
        return "unit"
    notes = (
        () if unit is not None else (f"{heads[others[0]]!r} read as the unit; --id names another",)
    )
    return _Shape(others[0] if unit is None else unit, None, None, tuple(wide.items()), notes)


def _role(
    heads: Sequence[object], plain: list[str], names: list[str], asked: str | None
) -> tuple[int | None, list[int]]:
    """The column that a name was asked for or that is called like one of the usual names, and all
    such.
    """
    if asked is not None:
        exact = [k for k, h in enumerate(heads) if str(h).strip() == asked.strip()]
        return (exact[0] if len(exact) == 1 else None), exact
    places = {h: k for k, h in reversed(list(enumerate(plain))) if h in names}
    found = [places[n] for n in names if n in places]
    twice = found and plain.count(plain[found[0]]) > 1
    return (found[0] if found and not twice else None), found


def _headed(name: str, rows: list[list[Any]], asked: _Asked) -> tuple[int, _Shape]:
    """The row that holds the heads among the first ones, and what it tells.

    Raises
    ------
    DataError
        No row does.
    """
    tried = [(k, _shape(row, asked)) for k, row in enumerate(rows) if _filled(row)]
    for k, shape in tried:
        if isinstance(shape, _Shape):
            over = [n + 1 for n in range(k) if _filled(rows[n]) >= _filled(rows[k])]
            said = f"not read, as it stands above the heads: row {', '.join(map(str, over))}"
            return k, replace(shape, notes=(*shape.notes, said)) if over else shape
    if not tried:
        raise DataError([Problem(name, None, None, "an empty file", "a table with heads")])
    k, lacking = min(tried, key=lambda t: (str(t[1]).count(","), -len(rows[t[0]])))
    heads = [str(c) for c in rows[k] if str(c or "").strip()]
    found = f"the heads {_listed(heads)}, of which none or several name the {lacking}"
    advice = "heads such as unit_id, year, value; or name the columns with --id --year --value"
    raise DataError([Problem(name, k + 1, None, found, advice)])


def _filled(row: list[Any]) -> int:
    return sum(bool(str(c or "").strip()) for c in row)


def _listed(names: Sequence[object], most: int = 12) -> str:
    shown = ", ".join(repr(str(n)) for n in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


# Text.


def _text(path: Path, top: bytes, asked: _Asked) -> _Table:
    name = str(path)
    encoding, note = _encoding(path, top)
    start = top.decode(encoding, errors="ignore")
    lines = start.splitlines()[: 3 * TOP]
    parted: dict[str, list[list[str]]] = {}
    broken = None
    for mark in MARKS:
        try:
            parted[mark] = list(islice(csv.reader(lines, delimiter=mark, strict=True), TOP))
        except csv.Error as error:
            broken = broken or error
    if not parted:
        wanted = "cells parted by commas, with quotes in pairs"
        raise DataError([Problem(name, None, None, str(broken), wanted)])
    whole = {
        m: rows
        for m, rows in parted.items()
        if any(isinstance(_shape(r, asked), _Shape) for r in rows)
    }
    mark = max(whole or parted, key=lambda m: max(map(len, parted[m]), default=0))
    at, shape = _headed(name, parted[mark], asked)
    heads = [h.strip() for h in parted[mark][at]]
    notes = [note] if note else []

    def read(columns: Sequence[int], heap: Heap) -> _Batches:
        return _careful(path, encoding, mark, at, len(heads), columns, heap)

    def fast(columns: Sequence[int], heap: Heap) -> _Batches:
        return _quick(path, mark, heads, columns)

    plain = encoding == "utf-8-sig" and at == 0 and not shape.wide and len(set(heads)) == len(heads)
    return _Table(heads, shape, read, tuple(notes), mark != ",", fast if plain else None)


def _encoding(path: Path, top: bytes) -> tuple[str, str]:
    """The encoding of a text, and what to tell of it."""
    if wide := utf16(top):
        return wide, ""
    raw = path.read_bytes() if len(top) == 1 << 16 else top
    try:
        return {"UTF-8": "utf-8-sig", "GB18030": "gb18030"}[decode(raw)[1]], ""
    except UnicodeDecodeError as error:
        broken = error
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        raise DataError([not_utf8(str(path), raw, broken.start)]) from None
    return "cp1252", "read as Western European text (Windows-1252)"


def _careful(
    path: Path, encoding: str, mark: str, at: int, width: int, columns: Sequence[int], heap: Heap
) -> _Batches:
    """Batches of text cells; rows with more cells than heads hold a figure that was cut in two."""
    with path.open(encoding=encoding, newline="") as stream:
        numbered = enumerate(csv.reader(stream, delimiter=mark, strict=True), start=1)
        try:
            for _ in islice(numbered, at + 1):
                pass
            while batch := list(islice(numbered, BATCH)):
                lengths = {len(r) for _, r in batch}
                if lengths != {width}:
                    batch = list(_even(batch, width, heap))
                kept = [(n, r) for n, r in batch if r[columns[0]] or any(map(str.strip, r))]
                cells = [[r[c] for _, r in kept] for c in columns]
                yield np.array([n for n, _ in kept], dtype=int), cells
        except csv.Error as error:
            wanted = "cells parted evenly, with quotes in pairs"
            raise DataError([Problem(str(path), None, None, str(error), wanted)]) from None
        except UnicodeDecodeError as error:
            found = f"bytes that are no text in {encoding} ({error.reason})"
            raise DataError([Problem(str(path), None, None, found, "UTF-8 text")]) from None


def _even(
    batch: list[tuple[int, list[str]]], width: int, heap: Heap
) -> Iterator[tuple[int, list[str]]]:
    """Rows of one width: short ones filled up, those with more cells told and left out."""
    for n, row in batch:
        if any(map(str.strip, row[width:])):
            heap.wrong("cells", n, f"{len(row)} cells in a row of {width}")
        else:
            yield n, row[:width] + [""] * (width - len(row))


def _quick(path: Path, mark: str, heads: list[str], columns: Sequence[int]) -> _Batches:
    """Batches by Arrow where every year is a whole number and every level a plain one.

    Raises
    ------
    _NotPlain
        Something else stands in the file.
    """
    try:
        import pyarrow as pa
        from pyarrow import csv as arrow
    except ImportError:
        raise _NotPlain from None
    wanted = [heads[c] for c in columns]
    types = dict(zip(wanted, (pa.string(), pa.int32(), pa.float64()), strict=True))
    row = 2
    try:
        with arrow.open_csv(
            path,
            arrow.ReadOptions(column_names=heads, skip_rows=1, block_size=8 << 20),
            arrow.ParseOptions(delimiter=mark, ignore_empty_lines=False),
            arrow.ConvertOptions(
                column_types=types,
                include_columns=wanted,
                null_values=[],
                strings_can_be_null=False,
            ),
        ) as batches:
            for batch in _shown(batches, path):
                yield np.arange(row, row + len(batch)), _arrow_columns(batch, wanted)
                row += len(batch)
    except pa.ArrowInvalid:
        raise _NotPlain from None


def _arrow_columns(batch: Any, names: list[str]) -> list[Any]:
    """Columns of an Arrow batch for the heap: names as categories, so that each is looked at
    once.
    """
    return [
        batch.column(n).dictionary_encode().to_pandas()
        if str(batch.schema.field(n).type) in ("string", "large_string")
        else batch.column(n).to_pandas()
        for n in names
    ]


def _shown(batches: Any, path: Path) -> Any:
    """The same batches, with a bar on a screen where the file is large."""
    from tqdm import tqdm

    quiet = True if path.stat().st_size < SLOW else None
    return tqdm(batches, desc=path.name, unit=" batches", disable=quiet)


# Other files.


def _excel(path: Path, asked: _Asked) -> _Table:
    import warnings
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    name = str(path)
    try:
        with warnings.catch_warnings():
            # Styles and extensions that openpyxl does not know say nothing of the figures.
            warnings.simplefilter("ignore")
            book = load_workbook(path, data_only=True)
            sheets = {
                s.title: [list(r) for r in s.iter_rows(values_only=True)] for s in book.worksheets
            }
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        SyntaxError,
    ) as error:
        found = f"a file that does not open as Excel ({error})"
        raise DataError(
            [Problem(name, None, None, found, "an Excel workbook or a CSV file")]
        ) from None
    refusal: DataError | None = None
    for title, rows in sheets.items():
        try:
            at, shape = _headed(f"{name}!{title}", rows[:TOP], asked)
        except DataError as error:
            refusal = refusal or error
            continue
        notes = (
            (f"sheet {title!r} was read, of {_listed(list(sheets))}",) if len(sheets) > 1 else ()
        )
        return _rows_of(rows, at, shape, notes)
    raise refusal or DataError([Problem(name, None, None, "no sheet", "a sheet with a table")])


def _rows_of(rows: list[list[Any]], at: int, shape: _Shape, notes: tuple[str, ...]) -> _Table:
    filled = [(n, r) for n, r in enumerate(rows, 1) if n > at + 1 and any(c is not None for c in r)]

    def read(columns: Sequence[int], heap: Heap) -> _Batches:
        numbers = np.array([n for n, _ in filled], dtype=int)
        yield numbers, [pd.Series([r[c] for _, r in filled], dtype=object) for c in columns]

    return _Table(["" if h is None else str(h) for h in rows[at]], shape, read, notes)


def _parquet(path: Path, asked: _Asked) -> _Table:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        wanted = "the package pyarrow, or the table as CSV"
        raise DataError([Problem(str(path), None, None, "a Parquet file", wanted)]) from None
    try:
        heads = [str(n) for n in parquet.read_schema(path).names]
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError([Problem(str(path), None, None, str(error), "a Parquet file")]) from None
    _, shape = _headed(str(path), [heads], asked)

    def read(columns: Sequence[int], heap: Heap) -> _Batches:
        row, wanted = 2, [heads[c] for c in columns]
        batches = parquet.ParquetFile(path).iter_batches(1 << 20, columns=wanted)
        for batch in _shown(batches, path):
            yield np.arange(row, row + len(batch)), _arrow_columns(batch, wanted)
            row += len(batch)

    return _Table(heads, shape, read)


def _stata(path: Path, asked: _Asked) -> _Table:
    try:
        frame = pd.read_stata(path)
    except (ValueError, OSError, KeyError) as error:
        raise DataError([Problem(str(path), None, None, str(error), "a Stata file")]) from None
    heads = [str(c) for c in frame.columns]
    _, shape = _headed(str(path), [heads], asked)

    def read(columns: Sequence[int], heap: Heap) -> _Batches:
        yield np.arange(2, len(frame) + 2), [frame.iloc[:, c] for c in columns]

    return _Table(heads, shape, read)
