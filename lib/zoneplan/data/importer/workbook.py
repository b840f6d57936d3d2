"""Spreadsheets and CSV files as pages of cells; what is neither is told how to become one."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zoneplan.data.importer.words import plain
from zoneplan.data.panel import AS_COMMA, AS_POINT, COMMA
from zoneplan.data.sheets import decode
from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# A spreadsheet of targets is small; what unpacks to more is no such file.
MOST_BYTES = 20_000_000
MOST_CELLS = 100_000
TEXTS = (".csv", ".tsv", ".txt")
WEB = (b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml", b"<head")
# Where a cell, a row or the last corner of a block stands; what a sheet says of its size is none.
PLACE = re.compile(
    rb"<(?!dimension)(?:\w+:)?\w+\b[^>]*?\br(?:ef)?=[\"']"
    rb"(?:[$A-Za-z]+[$0-9]+:)?[$]?([A-Za-z]{0,4})[$]?([0-9]{1,9})[\"']"
)
SAVE_AS = "an .xlsx file: open it in Excel or WPS and save it as .xlsx"
PROTECTED = "a file that is protected by a password"
NO_PASSWORD = (
    "an .xlsx file without a password: open it in Excel, take the password off and save it"
)
SMALL = "a small sheet of targets"
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)


class Cell(NamedTuple):
    """A filled cell: what is in it, how it is shown, and why it cannot be used, if it cannot."""

    row: int
    column: int
    value: Any
    format: str = "General"
    fault: str = ""

    @property
    def place(self) -> str:
        """Where it stands, such as C3."""
        return place(self.row, self.column)

    @property
    def text(self) -> str:
        """What it says as a head; a date that is shown as a year is that year."""
        if isinstance(self.value, date) and not re.search("[md]", self.format.lower()):
            return f"{self.value.year}年"
        return plain(self.value)


@dataclass(frozen=True)
class Page:
    """One sheet; ``merged`` holds the first cell of the block that a cell is part of."""

    title: str
    cells: dict[tuple[int, int], Cell]
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def rows(self) -> int:
        """The number of the last filled row."""
        return max((r for r, _ in self.cells), default=0)

    @cached_property
    def columns(self) -> int:
        """The number of the last filled or merged column."""
        return max((c for _, c in (*self.cells, *self.merged)), default=0)

    def cell(self, row: int, column: int) -> Cell | None:
        """Find a filled cell, of a merged block its first."""
        return self.cells.get(self.merged.get((row, column), (row, column)))

    def text(self, row: int, column: int) -> str:
        """Say what a cell holds as plain text."""
        cell = self.cell(row, column)
        return cell.text if cell else ""

    def texts(self, row: int) -> dict[int, str]:
        """List the filled cells of a row as plain text, by column."""
        return {c: t for c in range(1, self.columns + 1) if (t := self.text(row, c))}

    def part(self, rows: range, columns: range) -> Page:
        """Cut some rows and columns out as a page."""
        cells = {at: c for at, c in self.cells.items() if at[0] in rows and at[1] in columns}
        merged = {at: m for at, m in self.merged.items() if at[0] in rows and at[1] in columns}
        return Page(self.title, cells, merged)

    def turned(self) -> Page:
        """Turn rows to columns; the cells keep the names of their places."""
        merged = {(c, r): (c0, r0) for (r, c), (r0, c0) in self.merged.items()}
        return Page(self.title, {(c, r): cell for (r, c), cell in self.cells.items()}, merged)


def place(row: int, column: int) -> str:
    """Name a cell: row 3 of column 2 is B3."""
    letters = ""
    while column > 0:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def refusal(file: Path, found: str, expected: str) -> DataError:
    """Make one problem of a file as a whole."""
    return DataError([Problem(file.name, None, None, found, expected)])


def pages(file: Path) -> list[Page]:
    """Read every sheet of a file that fits.

    Raises
    ------
    DataError
        The file is no spreadsheet or CSV file, or more than a sheet of targets can need.
    """
    if not file.is_file():
        raise refusal(file, "a folder" if file.is_dir() else "no such file", "an .xlsx file")
    raw = file.read_bytes()
    if file.suffix.lower() in TEXTS and not raw.startswith(b"PK\x03\x04"):
        return [_csv_page(file, raw)]
    _refuse_other(file, raw)
    try:
        formulas = _refuse_unfit(file)
    except RuntimeError:
        raise refusal(file, PROTECTED, NO_PASSWORD) from None
    except UNREADABLE as error:
        raise refusal(file, str(error) or "a part that ends too early", SAVE_AS) from None
    return list(_xlsx_pages(file, raw, formulas))


def _refuse_other(file: Path, raw: bytes) -> None:
    """What other programs write is told what to do with it."""
    start = raw[:4096].lstrip().lower()
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        # Excel packs a protected file into a container of the old kind.
        if file.suffix.lower() in (".xlsx", ".xlsm"):
            raise refusal(file, PROTECTED, NO_PASSWORD)
        raise refusal(file, "a file of an old Excel or of WPS", SAVE_AS)
    if start.startswith(WEB):
        raise refusal(file, "a web page that is named like a spreadsheet", SAVE_AS)
    if not zipfile.is_zipfile(file):
        named = "text: name it .csv, or " if raw.strip() and b"\0" not in start else ""
        raise refusal(file, "no spreadsheet of this kind", f"{named}{SAVE_AS}")
    if b"opendocument" in raw[:200]:
        raise refusal(file, "an OpenDocument file", SAVE_AS)


def _refuse_unfit(file: Path) -> bool:
    """Stop before more is unpacked than a sheet of targets could need; tell if it has formulas."""
    size, formulas = 0, False
    with zipfile.ZipFile(file) as packed:
        if "[Content_Types].xml" not in packed.namelist():
            raise refusal(file, "a packed file that is no spreadsheet", SAVE_AS)
        for part in packed.infolist():
            texts = []
            with packed.open(part) as stream:
                # The size that a part states may be a lie, so what comes out is counted.
                while block := stream.read(1 << 16):
                    size += len(block)
                    if size > MOST_BYTES:
                        raise refusal(file, f"over {MOST_BYTES:,} bytes unpacked", SMALL)
                    texts.append(block)
            # One cell or block far out would make the reader fill in all that lies before it.
            whole = b"".join(texts)
            formulas = formulas or bool(re.search(rb"<(?:\w+:)?f[ />]", whole))
            ends = PLACE.findall(whole)
            across = max((_number_of(c) for c, _ in ends), default=0)
            down = max((int(r) for _, r in ends), default=0)
            if max(across * down, len(ends)) > MOST_CELLS:
                found = f"{part.filename} with {down:,} rows and {across:,} columns"
                raise refusal(file, found, f"at most {MOST_CELLS:,} cells")
    return formulas


def _number_of(letters: bytes) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    return reduce(lambda n, letter: 26 * n + letter - ord("A") + 1, letters.upper(), 0)


def _xlsx_pages(file: Path, raw: bytes, formulas: bool) -> Iterator[Page]:
    from openpyxl import load_workbook

    try:
        values = load_workbook(io.BytesIO(raw), data_only=True)
        typed = load_workbook(io.BytesIO(raw)) if formulas else values
    # Whatever stops the reader is a fault of the file, and is reported like any other.
    except Exception as error:  # noqa: BLE001
        raise refusal(file, f"{type(error).__name__}: {error}", SAVE_AS) from None
    for sheet in values.worksheets:
        blocks = {
            (r, c): block
            for block in sheet.merged_cells.ranges
            if block.size["rows"] * block.size["columns"] > 1
            for r in range(block.min_row, block.max_row + 1)
            for c in range(block.min_col, block.max_col + 1)
        }
        filled = (c for row in typed[sheet.title].iter_rows() for c in row)
        cells = [_xlsx_cell(sheet, f, blocks) for f in filled if f.value is not None]
        first = {at: (block.min_row, block.min_col) for at, block in blocks.items()}
        yield Page(sheet.title, {(c.row, c.column): c for c in cells}, first)


def _xlsx_cell(sheet: Worksheet, formula: Any, blocks: dict[tuple[int, int], Any]) -> Cell:
    cell = sheet.cell(formula.row, formula.column)
    column = sheet.column_dimensions[formula.column_letter] if cell.column else None
    hidden = (
        "sheet" * (sheet.sheet_state != "visible")
        or "row" * bool(sheet.row_dimensions[cell.row].hidden)
        or "column" * bool(column and column.hidden)
    )
    value, fault = cell.value, ""
    if hidden:
        fault = f"a hidden {hidden}: show it to import it"
    elif value is None:
        value = str(formula.value)
        fault = (
            f"a formula without a saved value ({value}): open the file, save it and import again"
        )
    elif cell.data_type == "e":
        fault = "an error of a formula"
    elif block := blocks.get((cell.row, cell.column)):
        fault = f"merged over {block}: one figure for several cells"
    return Cell(cell.row, cell.column, value, cell.number_format or "General", fault)


def _with_points(rows: list[list[str]]) -> list[list[str]]:
    """Cells with decimal points where they were typed with decimal commas, as some cells show."""
    texts = [text.strip() for row in rows for text in row]
    if not any(map(AS_COMMA.fullmatch, texts)) or any(map(AS_POINT.fullmatch, texts)):
        return rows
    swap = str.maketrans(",", ".", ".")
    return [[t.translate(swap) if COMMA.fullmatch(t.strip()) else t for t in row] for row in rows]


def _csv_page(file: Path, raw: bytes) -> Page:
    """A CSV file as spreadsheets save it: UTF-8, UTF-16 or GB18030; commas, semicolons or tabs."""
    if len(raw) > MOST_BYTES:
        raise refusal(file, f"over {MOST_BYTES:,} bytes", SMALL)
    try:
        text = decode(raw)[0]
        lines = text.splitlines()[:20]
        mark = max("\t;,", key=lambda m: sum(line.count(m) for line in lines))
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except UnicodeDecodeError:
        encodings = "text in UTF-8, GBK or UTF-16"
        raise refusal(file, "text in an unknown encoding", encodings) from None
    except csv.Error as error:
        raise refusal(file, str(error), "cells parted by commas, with quotes in pairs") from None
    if sum(map(len, rows)) > MOST_CELLS:
        raise refusal(file, f"over {MOST_CELLS:,} cells", f"at most {MOST_CELLS:,} cells")
    rows = _with_points(rows) if mark != "," else rows
    cells = {
        (r, c): Cell(r, c, text)
        for r, row in enumerate(rows, start=1)
        for c, text in enumerate(row, start=1)
        if text.strip()
    }
    return Page(file.stem, cells)
