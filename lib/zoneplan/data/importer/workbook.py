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
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from zoneplan.data.importer.words import plain
from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# A spreadsheet of targets is small; what unpacks to more is no such file.
MOST_BYTES = 20_000_000
MOST_CELLS = 100_000
TEXTS = (".csv", ".tsv", ".txt")
# Where a cell or a row stands, or the last corner of a block, as any part writes it; what a sheet says of its own
# size is no place.
PLACE = re.compile(
    rb"<(?!dimension)(?:\w+:)?\w+\b[^>]*?\br(?:ef)?=[\"']"
    rb"(?:[$A-Za-z]+[$0-9]+:)?[$]?([A-Za-z]{0,4})[$]?([0-9]{1,9})[\"']"
)
SAVE_AS = "an .xlsx file: open it in Excel or WPS and save it as .xlsx"
NO_PASSWORD = "an .xlsx file without a password: open it in Excel, take the password off and save it"


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


@dataclass(frozen=True)
class Page:
    """One sheet. ``merged`` holds the first cell and the extent of the block that a cell is part of."""

    title: str
    cells: dict[tuple[int, int], Cell]
    merged: dict[tuple[int, int], tuple[int, int, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """The number of the last filled row."""
        return max((r for r, _ in self.cells), default=0)

    @property
    def columns(self) -> int:
        """The number of the last filled or merged column."""
        return max((c for _, c in (*self.cells, *self.merged)), default=0)

    def cell(self, row: int, column: int) -> Cell | None:
        """A filled cell, of a merged block its first."""
        first = self.merged.get((row, column), (row, column, ""))
        return self.cells.get((first[0], first[1]))

    def raw(self, row: int, column: int) -> Any:
        """What a cell holds; None if it is empty."""
        cell = self.cell(row, column)
        return cell and cell.value

    def text(self, row: int, column: int) -> str:
        """What a cell holds as plain text."""
        return plain(head_text(self.cell(row, column)))

    def texts(self, row: int) -> dict[int, str]:
        """The filled cells of a row as plain text, by column."""
        said = {c: self.text(row, c) for c in range(1, self.columns + 1)}
        return {c: t for c, t in said.items() if t}


def head_text(cell: Cell | None) -> str:
    """What a cell says as a head: of a date that is shown as a year, the year."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, date):
        shows_days = re.search("[md]", cell.format.lower())
        return cell.value.isoformat()[:10] if shows_days else f"{cell.value.year}年"
    return str(cell.value)


def place(row: int, column: int) -> str:
    """The name of a cell: row 3 of column 2 is B3."""
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"


def refusal(file: Path, found: str, expected: str) -> DataError:
    """One problem of a file as a whole."""
    return DataError([Problem(file.name, None, None, found, expected)])


def pages(file: Path) -> list[Page]:
    """Every sheet of a file that fits.

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
    _refuse_unfit(file)
    return list(_xlsx_pages(file, raw))


def _refuse_other(file: Path, raw: bytes) -> None:
    """What other programs write is told what to do with it."""
    start = raw[:4096].lstrip().lower()
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        # Excel packs a protected file into a container of the old kind.
        if file.suffix.lower() in (".xlsx", ".xlsm"):
            raise refusal(file, "a file that is protected by a password", NO_PASSWORD)
        raise refusal(file, "a file of an old Excel or of WPS", SAVE_AS)
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<?xml", b"<head")):
        raise refusal(file, "a web page that is named like a spreadsheet", SAVE_AS)
    if not zipfile.is_zipfile(file):
        text = b"\0" not in raw[:4096] and bool(raw.strip())
        named = "text: name it .csv, or " if text else ""
        raise refusal(file, "no spreadsheet of this kind", f"{named}{SAVE_AS}")
    if b"opendocument" in raw[:200]:
        raise refusal(file, "an OpenDocument file", SAVE_AS)


def _refuse_unfit(file: Path) -> None:
    """Stop before anything is unpacked into memory that no sheet of targets could need."""
    size = 0
    try:
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
                            found = f"over {MOST_BYTES:,} bytes unpacked"
                            raise refusal(file, found, "a small sheet of targets")
                        texts.append(block)
                # One cell or block far out would make the reader fill in all that lies before it.
                ends = PLACE.findall(b"".join(texts))
                across = max((_number_of(c) for c, _ in ends), default=0)
                down = max((int(r) for _, r in ends), default=0)
                if max(across * down, len(ends)) > MOST_CELLS:
                    found = f"{part.filename} with {down:,} rows and {across:,} columns"
                    raise refusal(file, found, f"at most {MOST_CELLS:,} cells")
    except RuntimeError:
        raise refusal(file, "a file that is protected by a password", NO_PASSWORD) from None
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError,
    ) as error:  # fmt: skip
        found = str(error) or "a part that ends too early"
        raise refusal(file, found, "a spreadsheet that opens without a password") from None


def _number_of(letters: bytes) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    return reduce(lambda n, letter: 26 * n + letter - ord("A") + 1, letters.upper(), 0)


def _xlsx_pages(file: Path, raw: bytes) -> Iterator[Page]:
    from openpyxl import load_workbook

    try:
        values = load_workbook(io.BytesIO(raw), data_only=True)
        typed = load_workbook(io.BytesIO(raw))
    # Whatever stops the reader is a fault of the file, and is reported like any other.
    except Exception as error:  # noqa: BLE001
        found = f"{type(error).__name__}: {error}"
        raise refusal(file, found, "a spreadsheet that opens") from None
    for sheet in values.worksheets:
        yield _xlsx_page(sheet, typed[sheet.title])


def _xlsx_page(sheet: Worksheet, typed: Worksheet) -> Page:
    from openpyxl.utils import get_column_letter as letter

    merged = {
        (r, c): (block.min_row, block.min_col, str(block))
        for block in sheet.merged_cells.ranges
        if block.size["rows"] * block.size["columns"] > 1
        for r in range(block.min_row, block.max_row + 1)
        for c in range(block.min_col, block.max_col + 1)
    }
    cells = {}
    hidden_sheet = sheet.sheet_state != "visible"
    for row in typed.iter_rows():
        for formula in row:
            if formula.value is None:
                continue
            r, c = formula.row, formula.column
            cell = sheet.cell(r, c)
            hidden = (
                "sheet" * hidden_sheet
                or "row" * bool(sheet.row_dimensions[r].hidden)
                or "column" * bool(sheet.column_dimensions[letter(c)].hidden)
            )
            fault, value = "", cell.value
            if hidden:
                fault = f"a hidden {hidden}: show it to import it"
            elif value is None and formula.data_type == "f":
                value = str(formula.value)
                fault = f"a formula without a saved value ({value}): open the file, save it and import again"
            elif cell.data_type == "e":
                fault = "an error of a formula"
            elif (r, c) in merged:
                fault = f"merged over {merged[r, c][2]}: one figure for several cells"
            cells[r, c] = Cell(r, c, value, cell.number_format or "General", fault)
    return Page(sheet.title, cells, merged)


def _csv_page(file: Path, raw: bytes) -> Page:
    """A CSV file as Excel and others save it: UTF-8, UTF-16 or GB18030; commas, semicolons or tabs."""
    if len(raw) > MOST_BYTES:
        raise refusal(file, f"over {MOST_BYTES:,} bytes", "a small sheet of targets")
    encodings = ["utf-16"] if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise refusal(file, "text in an unknown encoding", "text in UTF-8, GBK or UTF-16")
    first = text.splitlines()[:20]
    mark = max("\t;,", key=lambda m: sum(line.count(m) for line in first))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as error:
        raise refusal(file, str(error), "cells parted by commas, with quotes in pairs") from None
    if sum(map(len, rows)) > MOST_CELLS:
        raise refusal(file, f"over {MOST_CELLS:,} cells", f"at most {MOST_CELLS:,} cells")
    cells = {
        (r, c): Cell(r, c, text)
        for r, row in enumerate(rows, start=1)
        for c, text in enumerate(row, start=1)
        if text.strip()
    }
    return Page(file.stem, cells)
