"""One CSV file as text: its cells by the number of their row, or why it cannot be read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from zoneplan.data.own_plan import DEFAULTS, filled
from zoneplan.errors import DataError, Problem

BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# The two bytes of a common Chinese character, as spreadsheets save it.
GB2312 = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
ABOVE_ASCII = re.compile(rb"[\x80-\xff]")


@dataclass(frozen=True)
class Sheet:
    """The cells of one file as text, by the number of their row, and what is wrong with its form.

    The header is row 1. ``cells`` is None where the file as a whole cannot be used.
    """

    file: str
    cells: pd.DataFrame | None
    problems: tuple[Problem, ...] = ()


def read_sheet(file: Path, label: str, schema: Mapping[str, Any], plan_table: str = "") -> Sheet:
    """Read one file and match its columns to those described.

    Parameters
    ----------
    file, label
        Where it lies, and how problems call it.
    schema
        Its description in the data package.
    plan_table
        The name of the table if it is one of a user's plan: remarks, blank rows, other encodings
        and delimiters are then read, and columns with a default may be missing.
    """
    try:
        (_, header), *rows = records(file, label, own=bool(plan_table))
    except DataError as error:
        return Sheet(label, None, error.problems)
    wanted = [f["name"] for f in schema["fields"]]
    needed = [c for c in wanted if c not in DEFAULTS.get(plan_table, {})]
    wrong = [(c, "the column twice", "each once") for c in header if header.count(c) > 1]
    wrong += [(c, "no such column", "a column of this name") for c in needed if c not in header]
    wrong += [(c, "a description twice", "each once") for c in wanted if wanted.count(c) > 1]
    wrong += [(c, "an unknown column", "only described ones") for c in header if c not in wanted]
    problems = [Problem(label, 1, *w) for w in dict.fromkeys(wrong)]
    # A user may begin with targets alone.
    if not (problems or rows or plan_table not in ("", "targets")):
        problems = [Problem(label, 1, None, "a header without rows", "at least one row")]
    if problems:
        return Sheet(label, None, tuple(problems))
    size = len(header)
    ragged = tuple(
        Problem(label, n, None, f"{len(r)} cells", f"{size} cells")
        for n, r in rows
        if len(r) != size
    )
    whole = [(n, r) for n, r in rows if len(r) == size]
    index = [n for n, _ in whole]
    cells = pd.DataFrame([r for _, r in whole], index=index, columns=header, dtype="str")
    if plan_table:
        full = [filled(plan_table, row) for row in cells.to_dict("records")]
        cells = pd.DataFrame(full, index=index, columns=wanted, dtype="str")
    return Sheet(label, cells[wanted], ragged)


def records(file: Path, label: str, *, own: bool = False) -> list[tuple[int, list[str]]]:
    """Read the rows of a CSV file with their numbers.

    Of a user's ``own`` file any usual encoding and delimiter is read, and blank rows and remarks,
    which begin with #, are passed over.

    Raises
    ------
    DataError
        The one reason why there are none.
    """

    def refused(found: str, expected: str, row: int | None = None) -> DataError:
        return DataError([Problem(label, row, None, found, expected)])

    try:
        raw = file.read_bytes()
        if not raw.strip():
            raise refused("an empty file", "a header and at least one row")
        if raw.startswith(BOM) and not own:
            raise refused("a byte-order mark", "UTF-8 without one", 1)
        text = decode(raw)[0] if own else raw.decode("utf-8")
        lines = io.StringIO(text, newline="")
        rows = list(enumerate(csv.reader(lines, delimiter=_mark(text, own), strict=True), start=1))
    except OSError:
        raise refused("no such file", "a CSV table") from None
    except UnicodeDecodeError as error:
        raise DataError([not_utf8(label, raw, error.start)]) from None
    except csv.Error as error:
        raise refused(str(error), "cells parted by commas, with quotes in pairs") from None
    if own:
        rows = [(n, r) for n, r in rows if any(r) and not r[0].startswith("#")]
    if not rows:
        raise refused("remarks only", "a header and at least one row")
    if other := other_marks(label, rows[0][1]):
        raise DataError([other])
    return rows


def decode(raw: bytes) -> tuple[str, str]:
    """Turn a text file into text, and name its encoding: UTF-8, UTF-16 or GB18030.

    GB18030 gives some character for almost any bytes, so it is believed only where nine in ten
    bytes above ASCII stand in pairs as those of common Chinese characters do.

    Raises
    ------
    UnicodeDecodeError
        It is none of them; the place is the one at which it stops being UTF-8.
    """
    if wide := utf16(raw):
        return raw.decode(wide), "UTF-16"
    try:
        return raw.removeprefix(BOM).decode("utf-8"), "UTF-8"
    except UnicodeDecodeError as error:
        if 20 * len(GB2312.findall(raw)) < 9 * len(ABOVE_ASCII.findall(raw)):
            raise
        try:
            return raw.decode("gb18030"), "GB18030"
        except UnicodeDecodeError:
            raise error from None


def utf16(raw: bytes) -> str | None:
    """Name the kind of UTF-16 that a text is in, with a mark or without; None if it is in none."""
    if raw.startswith(UTF16):
        return "utf-16"
    # Digits, commas and the ends of lines leave every other byte empty.
    empty = {"utf-16-be": raw[:400:2].count(0), "utf-16-le": raw[1:400:2].count(0)}
    kind = max(empty, key=lambda k: empty[k])
    return kind if 16 * empty[kind] > len(raw[:400]) else None


def _mark(text: str, own: bool) -> str:
    """Find what parts the cells of a user's header; a table of the project has commas."""
    lines = (x for x in text.splitlines() if x.strip() and not x.startswith(("#", '"#')))
    return max(",;\t", key=next(lines, "").count) if own else ","


def not_utf8(label: str, raw: bytes, position: int) -> Problem:
    """Say where a text stops being UTF-8, and what else it may be."""
    if raw.startswith(UTF16):
        return Problem(label, None, None, "text in UTF-16", "UTF-8 text")
    good = raw[:position].decode("utf-8", errors="ignore")
    row = good.count("\n") + 1
    try:
        rows = list(csv.reader(io.StringIO(good, newline="")))
        inside = row > 1 and not good.endswith("\n")
        column = rows[0][len(rows[-1]) - 1] if inside else rows[0][0]
    except (csv.Error, IndexError):
        column = None
    byte = position - (raw.rfind(b"\n", 0, position) + 1) + 1
    found = f"byte 0x{raw[position]:02x} at place {byte} of the line"
    try:
        raw.decode("gb18030")
        found += " (the file reads as GB18030)"
    except UnicodeDecodeError:
        pass
    return Problem(label, row, column, found, "UTF-8 text")


def other_marks(label: str, header: list[str]) -> Problem | None:
    """Recognise a header that is one cell because something else than commas parts the columns."""
    marks = [mark for mark in (";", "\t", "|") if len(header) == 1 and mark in header[0]]
    if not marks:
        return None
    return Problem(label, 1, None, f"cells parted by {marks[0]!r}", "cells parted by commas")
