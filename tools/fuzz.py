"""Feed mangled files to every reader: each loads with the right values or is answered with a clear
message.

Run ``make fuzz`` (or ``python tools/fuzz.py --cases 10000 --seed 1``); ``make test`` runs a few
hundred. A case is a sound file, mangled in one to three ways: bytes, lines and cells of CSV; tokens
of YAML; parts and cells of XLSX. What must never happen: another error than DataError, more than
five seconds, a message nobody can read, or a figure that is read otherwise than it stands in the
file.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from unittest import mock

import fuzz_shapes
import fuzz_sheets
import pandas as pd

from zoneplan import load_plan
from zoneplan.data import tables
from zoneplan.data.importer import read_workbook
from zoneplan.data.panel_io import read_panel
from zoneplan.errors import DataError
from zoneplan.stress.scenarios import scenarios

DATA = Path(__file__).resolve().parents[1] / "data"
LONGEST = 5.0
LONGEST_MESSAGE = 2000
MOST_MEMORY = 4 << 30
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
RANGE_END = re.compile(r"(?<=[\d%])[-~]|%|[^\d.eE+-]+")


class Failure(Exception):
    """Something that must never happen."""


class Hang(BaseException):
    """A reader that does not end; no reader may catch it as a fault of the file."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer."""

    def stop(*_: object) -> None:
        raise Hang(f"more than {seconds:g} s")

    # Seconds of work, so that a busy machine is no fault of a reader.
    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


# Ways to mangle any file


def flip(raw: bytes, rng: random.Random) -> bytes:
    """Some bytes become others."""
    out = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 8])):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def cut(raw: bytes, rng: random.Random) -> bytes:
    """A piece is lost, or everything from a place on."""
    a = rng.randrange(len(raw) + 1)
    return raw[:a] + (b"" if rng.random() < 0.5 else raw[a + rng.randrange(1, 40) :])


def repeat(raw: bytes, rng: random.Random) -> bytes:
    """A piece stands twice."""
    a = rng.randrange(len(raw) + 1)
    b = min(len(raw), a + rng.randrange(1, 200))
    return raw[:b] + raw[a:]


def insert(raw: bytes, rng: random.Random) -> bytes:
    """Foreign bytes in between."""
    junk = rng.choice(
        [
            b"\x00",
            b"\xff\xfe",
            b'"',
            b"'",
            b"\n",
            b"\r",
            b"\t",
            b"\x1b[31m",
            "\u202e".encode(),
            b"\xef\xbb\xbf",
            rng.randbytes(5),
            b"9",
            b"#",
        ]
    )
    a = rng.choice([0, rng.randrange(len(raw) + 1), len(raw)])
    return raw[:a] + junk * rng.choice([1, 1, 1, 30]) + raw[a:]


def recode(raw: bytes, rng: random.Random) -> bytes:
    """Another encoding or other line ends."""
    text = raw.decode("utf-8", errors="replace")
    encoding = rng.choice(
        ["utf-16", "utf-16-le", "gb18030", "utf-8-sig", "utf-32", "big5", "\r\n", "\r"]
    )
    if encoding in ("\r\n", "\r"):
        return text.replace("\n", encoding).encode()
    return text.encode(encoding, errors="replace")


def lines_moved(raw: bytes, rng: random.Random) -> bytes:
    """Lines swap, are lost or stand twice."""
    lines = raw.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(3)
    if what == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 1:
        lines.insert(j, lines[i])
    else:
        lines.pop(i)
    return b"\n".join(lines)


ANY = (flip, cut, repeat, insert, recode, lines_moved)
NUMBERS = (
    "２７０",
    "1,000",
    "12,5",
    " 12",
    "12 ",
    "1e3",
    "1E400",
    "1e-400",
    "0x10",
    "nan",
    "NaN",
    "inf",
    "-inf",
    "1_000",
    "--5",
    "+5",
    "٣",
    "五",
    "5%",
    "=1+1",
    "@SUM(1)",
    "<b>5</b>",
    "",
    "0",
    "-7",
    "00270",
    "270.0",
    "−5",
    "1/2",
    "2018-10-30",
    "TRUE",
    "#DIV/0!",
    "5 亿元",
    "9" * 400,
    "0." + "0" * 400 + "1",
    "1" * 5000,
    "\u200b5",
    "5\u00a0",
    "½",
    "²",
    "7-8",
    "２%～３%",
    "1980",
    "2016-2017",
)
TEXTS = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@x",
    "../../etc/passwd",
    "C:\\x",
    "\x00",
    "a\nb",
    '"',
    "a,b",
    "\u202eabc",
    "x" * 200_000,
    "{{7*7}}",
    "%s%n",
    "é",
    "e\u0301",
    "🙂",
    "\ud7ff",
    "NULL",
    "None",
    " ",
    "\t",
    "#",
    "'; DROP TABLE",
)


def cell_changed(raw: bytes, rng: random.Random) -> bytes:
    """A cell of a CSV file holds something else."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"))))
    except (UnicodeDecodeError, csv.Error):
        return flip(raw, rng)
    filled = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    if not filled:
        return insert(raw, rng)
    i, j = rng.choice(filled)
    rows[i][j] = rng.choice(NUMBERS if rng.random() < 0.6 else TEXTS)
    out = io.StringIO()
    csv.writer(
        out, lineterminator="\n", quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    ).writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")


def cell_unquoted(raw: bytes, rng: random.Random) -> bytes:
    """A figure is typed over without quotes, or other marks part the cells."""
    text = raw.decode("utf-8", errors="replace")
    if rng.random() < 0.3:
        return text.replace(",", rng.choice([";", "\t", "|", " ", "，"])).encode()
    found = list(re.finditer(r"(?<=,)[\d.]+(?=[,\n])", text))
    if not found:
        return flip(raw, rng)
    at = rng.choice(found)
    return (text[: at.start()] + rng.choice(NUMBERS) + text[at.end() :]).encode(
        "utf-8", errors="replace"
    )


def columns_changed(raw: bytes, rng: random.Random) -> bytes:
    """Columns move, are lost, stand twice or have other names."""
    try:
        rows = [r for r in csv.reader(io.StringIO(raw.decode("utf-8"))) if r]
    except (UnicodeDecodeError, csv.Error):
        return flip(raw, rng)
    if not rows:
        return insert(raw, rng)
    width = len(rows[0])
    order = list(range(width))
    what = rng.randrange(4)
    if what == 0:
        rng.shuffle(order)
    elif what == 1:
        order.pop(rng.randrange(width))
    elif what == 2:
        order.insert(rng.randrange(width), rng.randrange(width))
    else:
        rows[0] = [rng.choice([c.upper(), f" {c}", f"{c} ", f"{c}\u200b", c]) for c in rows[0]]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        [[r[k] if k < len(r) else "" for k in order] for r in rows]
    )
    return out.getvalue().encode("utf-8", errors="replace")


CSV = (*ANY, cell_changed, cell_changed, cell_unquoted, columns_changed)


def token_changed(raw: bytes, rng: random.Random) -> bytes:
    """A value of a YAML file becomes something else."""
    text = raw.decode("utf-8", errors="replace")
    found = list(re.finditer(r"(?<=: )\S.*|(?<=[\[ ])[\w.-]+(?=[,\]])", text))
    if not found:
        return flip(raw, rng)
    at = rng.choice(found)
    bomb = "[" + ", ".join(["&a [x, x]", *["*a"] * 9]) + "]"
    value = rng.choice(
        [
            "!!python/object/apply:os.system ['true']",
            "!!python/name:os.system",
            "&a x",
            "*a",
            "<<: *a",
            bomb,
            "[" * 3000,
            "{" * 40,
            "\t",
            "010",
            "1:30",
            "1_000",
            "0x1F",
            "0b1",
            ".inf",
            ".nan",
            "-.inf",
            "1e3",
            "2018-13-45",
            "2018-10-30 12:00:00",
            "20181030",
            "yes",
            "null",
            "~",
            "[]",
            "{}",
            "[2020, 2019]",
            "2018.0",
            "'2018'",
            "|",
            ">",
            "'",
            '"\\x00"',
            "? x",
            "- x",
            "a: b",
            "9" * 5000,
            "x" * 100_000,
            *NUMBERS,
        ]
    )
    return (text[: at.start()] + value + text[at.end() :]).encode("utf-8", errors="replace")


def key_changed(raw: bytes, rng: random.Random) -> bytes:
    """A key is doubled, lost, renamed or indented otherwise."""
    lines = raw.decode("utf-8", errors="replace").split("\n")
    i = rng.randrange(len(lines))
    new = [
        lines[i] + "\n" + lines[i],
        "",
        "x" + lines[i],
        "  " + lines[i],
        lines[i].lstrip(),
        lines[i].replace(":", ""),
    ]
    lines[i] = rng.choice(new)
    return "\n".join(lines).encode("utf-8", errors="replace")


YAML = (*ANY, token_changed, token_changed, token_changed, key_changed)


SHEET = "xl/worksheets/sheet1.xml"
BOMB = '<!DOCTYPE x [<!ENTITY a "{}">{}]>'.format(
    "x" * 100,
    "".join(f'<!ENTITY a{k} "{("&a" + str(k - 1 or "") + ";") * 10}">' for k in range(1, 9)),
)


def repacked(raw: bytes, change: Callable[[dict[str, bytes]], None], rng: random.Random) -> bytes:
    """A packed file with its parts changed."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            parts = {i.filename: packed.read(i) for i in packed.infolist()}
        change(parts)
    except Exception:  # noqa: BLE001 - another way has broken it already.
        return flip(raw, rng)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


def part_changed(raw: bytes, rng: random.Random) -> bytes:
    """A part is mangled, lost, swollen or under another name."""

    def change(parts: dict[str, bytes]) -> None:
        name = rng.choice([SHEET, SHEET, *parts])
        what = rng.randrange(5)
        if what == 0:
            parts.pop(name)
        elif what == 1:
            parts[rng.choice(["../../evil.xml", "/etc/passwd", "xl/worksheets/sheet9.xml"])] = (
                parts[name]
            )
        elif what == 2:
            parts[rng.choice([name, "xl/media/x.bin"])] = b" " * rng.choice([1, 30_000_000])
        else:
            parts[name] = rng.choice(ANY)(parts[name], rng)

    return repacked(raw, change, rng)


def sheet_changed(raw: bytes, rng: random.Random) -> bytes:
    """The text of a sheet says something that no spreadsheet program would write."""

    def change(parts: dict[str, bytes]) -> None:
        text = parts[SHEET].decode("utf-8")
        replaced = rng.choice(
            [
                (r'<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"'),
                (r'<row r="3"', '<row r="1048576"'),
                (r'r="B4"', 'r="XFD1048576"'),
                (r'r="B4"', 'r="ZZZZ9"'),
                (r'r="C4"', 'r="B4"'),
                (
                    r"</sheetData>",
                    '</sheetData><mergeCells count="1">'
                    '<mergeCell ref="A1:XFD1048576"/></mergeCells>',
                ),
                (
                    r"</sheetData>",
                    '</sheetData><mergeCells count="1"><mergeCell ref="B4:C6"/></mergeCells>',
                ),
                (r"<v>[^<]*</v>", "<v>1e999</v>"),
                (r"<v>(\d+)</v></c></row>", r"<f>A1*2</f><v>\1</v></c></row>"),
                (r"<v>[^<]*</v>", ""),
                (r' t="n"', ' t="e"'),
                (r' t="s"', ' t="b"'),
                (r' t="s"', ' t="d"'),
                (r' t="n"', ' t="s"'),
                (r"<sheetData>", "<sheetData><row/><row/>"),
                (r"<\?xml[^>]*\?>", BOMB),
                (r"<v>[^<]*</v>", "<v>&a8;</v>"),
                (r"<\?xml[^>]*\?>", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
                (r"<v>\d+", lambda m: m[0] + rng.choice("0123456789.")),
                (r' s="\d+"', ' s="99"'),
                (r"<row ", '<row hidden="1" '),
            ]
        )
        parts[SHEET] = re.sub(*replaced, text, count=rng.choice([1, 1, 0])).encode("utf-8")

    return repacked(raw, change, rng)


def typed_over(raw: bytes, rng: random.Random) -> bytes:
    """A cell holds something else, is merged, hidden or shown otherwise."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw))
        sheet = book.active
        cell = sheet.cell(
            rng.randrange(1, sheet.max_row + 1), rng.randrange(1, sheet.max_column + 1)
        )
        what = rng.randrange(6)
        if what == 0:
            sheet.merge_cells(
                start_row=cell.row,
                end_row=cell.row + rng.randrange(3),
                start_column=cell.column,
                end_column=cell.column + rng.randrange(3),
            )
        elif what == 1:
            sheet.row_dimensions[cell.row].hidden = True
        elif what == 2:
            cell.number_format = rng.choice(["0%", "0.00%", "#,##0", "@", "yyyy-mm-dd", '0"亿元"'])
        else:
            odd = [
                datetime.datetime(2018, 10, 30),
                datetime.time(1),
                True,
                None,
                1e308,
                float("1e-320"),
                0,
                -5,
                2019,
                0.123456789012345678,
            ]
            cell.value = rng.choice([*odd, *NUMBERS, *(t[:30_000] for t in TEXTS)])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    except Exception:  # noqa: BLE001 - a sign that no sheet can hold, or a file that another way has broken already.
        return part_changed(raw, rng)


XLSX = (
    flip,
    cut,
    insert,
    part_changed,
    sheet_changed,
    sheet_changed,
    typed_over,
    typed_over,
    typed_over,
)


# What a file says, read apart from the library


def figure(text: str) -> Decimal | None:
    """A plain number as it stands, or None."""
    if not NUMBER.fullmatch(text) or not text.isascii():
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(loaded: float, text: str) -> bool:
    """Whether a loaded number is the one that stands in a cell."""
    said = figure(text.strip())
    return said is not None and float(said) == float(loaded)


def rows_of(raw: bytes) -> list[dict[str, str]]:
    """The rows of a CSV text that hold anything, by header; in the encoding and with the marks it
    has.
    """
    encodings = ["utf-8-sig", "gb18030"]
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    elif raw[:400].count(0) > 40:
        first = raw[:400:2].count(0) > raw[1:400:2].count(0)
        encodings = ["utf-16-be" if first else "utf-16-le"]
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            text = raw.decode("utf-8", errors="replace")
    lines = [x for x in text.splitlines() if x.strip() and not x.startswith(("#", '"#'))]
    mark = max(",;\t|", key=lines[0].strip().count) if lines else ","
    read = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    header, *rows = [r for r in read if any(c.strip() for c in r)] or [[]]
    return [
        dict(zip((c.strip() for c in header), r, strict=False))
        for r in rows
        if any(c.strip() for c in r)
    ]


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Failure(what)


# Readers: each takes the mangled file, and fails where it was read otherwise than it stands


def normal(text: str) -> str:
    """A text in the usual signs and on one line: full-width signs and ligatures become usual."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def head(text: str) -> str:
    """A head by its letters and digits alone, as people mean it."""
    return re.sub("[^a-z0-9]", "", normal(text).lower())


def panel_reader(file: Path) -> None:
    """Anybody's panel for the forecast command."""
    reading = read_panel(file, 2020)
    rows = [{head(k): normal(v) for k, v in r.items()} for r in rows_of(file.read_bytes())]
    rows = [r for r in rows if r.keys() >= {"unitid", "year", "value"}]
    # The year of a date is its first number.
    said = {(r["unitid"], r["year"].split("-")[0]): r["value"] for r in rows}
    loaded = reading.panel.rows()
    expect(bool(reading.told) or len(loaded) == len(rows), "rows lost in silence")
    for unit, year, value in loaded.itertuples(index=False):
        number = figure(said.get((unit, str(year)), ""))
        expect(
            bool(reading.told) or (number is not None and abs(float(number) / value - 1) < 1e-9),
            f"{unit} {year}: {said.get((unit, str(year)))!r} read as {value}",
        )


def project_reader(file: Path) -> None:
    """A table of the project: what passes the check is read as it stands in the file."""
    folder = file.parents[1] if file.parent.name == "reference" else file.parent
    problems = tables.check(folder)
    if problems:
        raise DataError(problems)
    name = {r["path"]: n for n, r in tables.package(folder).items()}[
        file.relative_to(folder).as_posix()
    ]
    with mock.patch.dict(os.environ, ZONEPLAN_DATA=str(folder)):
        loaded = tables.read(name)
    key = loaded.columns[0]
    original = rows_of(file.read_bytes())
    if name == "sources":
        return
    expect(sorted(loaded[key]) == sorted(r[key] for r in original), "rows came or went in silence")
    by_key = loaded.set_index(key)
    for row in original:
        for column in loaded.columns.drop(key):
            value = by_key.at[row[key], column]
            if loaded[column].dtype.kind in "fi" and row[column]:
                expect(
                    same(value, row[column]), f"{row[key]} {column}: {row[column]!r} became {value}"
                )


def own_reader(file: Path) -> None:
    """A plan of somebody's own: its tables and its description."""
    problems = tables.plan_problems(file.parent)
    if problems:
        raise DataError(problems)
    plan = load_plan(file.parent)
    if file.suffix == ".csv":
        loaded = plan.targets if file.name == "targets.csv" else plan.all_observations
        said = [r for r in rows_of(file.read_bytes()) if not next(iter(r.values())).startswith("#")]
        expect(len(loaded) == len(said), "rows lost in silence")
        for (_, row), cells in zip(loaded.iterrows(), said, strict=True):
            for column in ("year", "value"):
                if cells.get(column):
                    expect(
                        same(row[column], cells[column]),
                        f"{column}: {cells[column]!r} read as {row[column]}",
                    )
    else:
        numbers_stand(file, [plan.base_year, *plan.years])


def scenario_reader(file: Path) -> None:
    """Stories on the shipped plan."""
    stories = scenarios(PLAN, file)
    points = [s.levels.values() for s in stories.values()]
    numbers_stand(file, [x for values in points for x in values])


def workbook_reader(file: Path) -> None:
    """A spreadsheet to import: what was understood has the digits of its cell."""
    import openpyxl

    read = read_workbook(file)
    book = openpyxl.load_workbook(file, data_only=True)
    for row in read.table().itertuples():
        raw = book[row.sheet][row.cell].value
        text = unicodedata.normalize("NFKC", str(raw)).translate({0x2212: "-", 44: "", 32: ""})
        said = (
            [raw]
            if isinstance(raw, (int, float))
            else RANGE_END.sub(" ", text).split()
            if pd.notna(row.value_high)
            else [NUMBER.search(text)[0]]
        )
        for value in (row.value, row.value_high):
            found = (
                float(x) == value or (value != 0 and _digits(float(x)) == _digits(value))
                for x in said
            )
            expect(pd.isna(value) or any(found), f"{row.cell}: {raw!r} read as {value}")
    read.not_understood()


def _digits(value: float) -> str:
    """The digits of a number without its power of ten, as far as a spreadsheet keeps them."""
    return f"{value:.11e}".split("e")[0]


def numbers_stand(file: Path, numbers: list[Any]) -> None:
    """Each number that was read stands in the file as a plain one."""
    text = file.read_text(encoding="utf-8")
    said = {float(m[0]) for m in re.finditer(r"[+-]?\d+(?:\.\d+)?", text)}
    for number in numbers:
        expect(
            float(number) in said or number == min(numbers), f"{number} stands nowhere in the file"
        )


PLAN = None


def own_plan(folder: Path) -> Path:
    """A small sound plan of somebody's own."""
    folder.mkdir()
    (folder / "plan.yml").write_text(
        "id: mine\nname_zh: 我的规划\nname_en: My plan\nzone_zh: 我区\nzone_en: my zone\n"
        "adopted: 2018-10-30\nbase_year: 2017\nyears: [2018, 2019, 2020]\n",
        encoding="utf-8",
    )
    targets = ["indicator_id,name_zh,year,value,unit"]
    targets += [
        f"{i},{n},{y},{v + 10 * k},亿元"
        for i, n, v in (("gdp", "生产总值", 228), ("budget_revenue", "财政收入", 15))
        for k, y in enumerate((2018, 2019, 2020))
    ]
    (folder / "targets.csv").write_text("\n".join(targets) + "\n", encoding="utf-8")
    seen = ["indicator_id,year,value,unit,known_from"]
    seen += [
        f"gdp,{y},{150 + 12.5 * k},亿元,{y + 1}-03-31" for k, y in enumerate(range(2013, 2018))
    ]
    (folder / "observations.csv").write_text("\n".join(seen) + "\n", encoding="utf-8")
    return folder


def small_data(folder: Path) -> Path:
    """A few of the project's tables with their ledgers."""
    keep = ("sources", "exchange_rate", "growth_targets")
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] in keep]
    for r in package["resources"]:
        for name in filter(None, (r["path"], r.get("ledger"))):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DATA / name, folder / name)
    (folder / "datapackage.json").write_text(
        json.dumps(package, ensure_ascii=False), encoding="utf-8"
    )
    return folder


def a_panel(file: Path) -> Path:
    rows = [
        f"{u},{y},{100 * (1 + 0.05 * k) ** (y - 2000):.3f}"
        for k, u in enumerate(("A", "温州", "x y", "D", "E", "F"))
        for y in range(2005, 2018)
    ]
    file.write_text("\n".join(["unit_id,year,value", *rows]) + "\n", encoding="utf-8")
    return file


def a_workbook(file: Path, long: bool) -> Path:
    """Targets typed in a spreadsheet: a row for each indicator, or a row for each figure."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    if long:
        sheet.title = "Targets"
        sheet.append(["Indicator", "Year", "Value", "Unit", "Type"])
        for name, unit, first in (
            ("GDP", "亿元", 228),
            ("Exports", "亿元", 41.8),
            ("R&D to GDP", "%", 3.5),
        ):
            for k, year in enumerate((2018, 2019, 2020)):
                sheet.append([name, year, first * 1.1**k, unit, "target"])
    else:
        sheet.append(["某开发区主要目标", None, None, None, None])
        sheet.append(["单位：亿元", None, None, None, None])
        sheet.append(["指标", "2017年实际", "2018年目标", "2019年目标", "2020年目标"])
        for name, values in (
            ("地区生产总值", (209, 228, 249, 270)),
            ("一般公共预算收入", (13, 15, 17, 20)),
            ("进出口总额", ("78.5", "86", "94", "1,040")),
        ):
            sheet.append([name, *values])
        sheet.append(["研发经费占GDP比重（%）", 0.034, 0.035, 0.036, 0.037])
        for column in "BCDE":
            sheet[f"{column}7"].number_format = "0.0%"
    book.save(file)
    return file


Reader = tuple[str, Path, tuple[Callable, ...], Callable[[Path], None]]


def readers(folder: Path) -> list[Reader]:
    """Name, sound file, ways to mangle it, and the reader of it; more often fuzzed ones stand more
    often.
    """
    data, own = small_data(folder / "data"), own_plan(folder / "own")
    stories = Path(shutil.copy(DATA / "plans/zhenan/scenarios.yml", folder / "scenarios.yml"))
    return [
        *[("panel", a_panel(folder / "panel.csv"), CSV, panel_reader)] * 5,
        *[
            ("project table", data / f, CSV, project_reader)
            for f in ("reference/exchange_rate.csv", "reference/growth_targets.csv", "sources.csv")
        ],
        ("own targets", own / "targets.csv", CSV, own_reader),
        ("own observations", own / "observations.csv", CSV, own_reader),
        *[("own plan.yml", own / "plan.yml", YAML, own_reader)] * 2,
        ("scenarios.yml", stories, YAML, scenario_reader),
        (
            "xlsx, a row an indicator",
            a_workbook(folder / "wide.xlsx", False),
            XLSX,
            workbook_reader,
        ),
        ("xlsx, a row a figure", a_workbook(folder / "long.xlsx", True), XLSX, workbook_reader),
        (
            "datapackage.json",
            data / "datapackage.json",
            ANY,
            lambda f: project_reader(f.parent / "reference/exchange_rate.csv"),
        ),
    ]


def clear(error: DataError) -> None:
    """Every problem says in one readable line where it is, what was found and what was expected."""
    expect(bool(error.problems), "an error without problems")
    for problem in error.problems:
        line = str(problem)
        expect(all((problem.file, problem.found, problem.expected)), f"an unclear message: {line}")
        expect("MemoryError" not in line, "memory without end")
        expect(len(line) <= LONGEST_MESSAGE, f"a message of {len(line)} characters: {line[:100]}")
        odd = [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
        expect(not odd, f"signs that a terminal would obey: {line[:100]!r}")


def one_case(reader: Reader, rng: random.Random) -> tuple[str, str]:
    """Mangle, read, put the sound file back: what came of it, and which ways it was mangled."""
    _, file, ways, read = reader
    sound = file.read_bytes()
    raw, used = sound, []
    # What opens the file to change it comes first: a sheet that claims a million rows would take
    # the fuzzer's memory, not the reader's.
    for way in sorted(
        rng.choices(ways, k=rng.choice([1, 1, 2, 3])), key=lambda w: w is not typed_over
    ):
        raw = way(raw, rng)
        used.append(way.__name__)
    file.write_bytes(raw)
    started = time.process_time()
    try:
        with at_most(LONGEST), warnings.catch_warnings():
            warnings.simplefilter("error")
            read(file)
        outcome = "loaded"
    except DataError as error:
        outcome = "answered"
        clear(error)
    finally:
        file.write_bytes(sound)
    expect(time.process_time() - started < LONGEST, f"more than {LONGEST:g} s")
    return outcome, "+".join(used)


def run(cases: int, seed: int) -> tuple[Counter, list[str]]:
    """Run seeded cases: outcomes by reader, and what must never happen, with what is needed to see
    it again.
    """
    global PLAN
    PLAN = load_plan(DATA / "plans/zhenan")
    count, failures = Counter(), []
    with tempfile.TemporaryDirectory(prefix="zoneplan-fuzz-") as scratch:
        kinds = readers(Path(scratch))
        for n in range(cases):
            rng = random.Random(f"{seed}-{n}")
            reader = rng.choice(kinds)
            sound = reader[1].read_bytes()
            try:
                outcome, _ = one_case(reader, rng)
            # Whatever it is, it is what the fuzzer looks for.
            except (Exception, Hang) as error:  # noqa: BLE001
                outcome = "FAILED"
                reader[1].write_bytes(sound)
                failures.append(f"case {n} ({reader[0]}): {told(error)}")
            count[reader[0], outcome] += 1
    return count, failures


def told(error: BaseException) -> str:
    """An error in one line, with the place where it arose."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}:{last.lineno}"
    return f"{type(error).__name__}: {str(error)[:300]} [{where}]"


def typed_sheets(cases: int, seed: int) -> tuple[tuple[int, int, int], list[str]]:
    """Run sheets whose truth is known: figures typed, read at once and read with answers; and
    failures.
    """
    totals, failures = (0, 0, 0), []
    with tempfile.TemporaryDirectory(prefix="zoneplan-sheets-") as scratch:
        for n in range(cases):
            try:
                make = fuzz_shapes.sheet if n % 3 == 2 else fuzz_sheets.sheet
                with at_most(LONGEST):
                    rng = random.Random(f"{seed}-{n}")
                    found = fuzz_sheets.one_case(Path(scratch), rng, make)
                totals = tuple(a + b for a, b in zip(totals, found, strict=True))
            # Whatever it is, it is what the fuzzer looks for.
            except (Exception, Hang) as error:  # noqa: BLE001
                failures.append(f"sheet {n}: {told(error)}")
    return totals, failures


def typed_panels(cases: int, seed: int) -> tuple[Counter, list[str]]:
    """Run panels whose truth is known: how many were read and refused; and failures."""
    count, failures = Counter(), []
    with tempfile.TemporaryDirectory(prefix="zoneplan-panels-") as scratch:
        for n in range(cases):
            try:
                with at_most(LONGEST), warnings.catch_warnings():
                    warnings.simplefilter("error")
                    fuzz_shapes.panel(Path(scratch), random.Random(f"{seed}-{n}"))
                count["read"] += 1
            except DataError:
                count["refused"] += 1
            # Whatever it is, it is what the fuzzer looks for.
            except (Exception, Hang) as error:  # noqa: BLE001
                failures.append(f"panel {n}: {told(error)}")
    return count, failures


def main() -> int:
    """Print the outcomes by reader and every failure; 1 if there was one."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    # What wants more memory than a small file can need fails here, not on the machine.
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    count, failures = run(args.cases, args.seed)
    for name in sorted({n for n, _ in count}):
        print(
            f"{name}: "
            + ", ".join(f"{k} {outcome}" for (n, outcome), k in sorted(count.items()) if n == name)
        )
    totals, wrong = typed_sheets(args.cases, args.seed)
    print("sheets: {:,} figures typed, {:,} read at once, {:,} with answers".format(*totals))
    panels, unlike = typed_panels(args.cases, args.seed)
    print(f"panels: {panels['read']} read as typed, {panels['refused']} refused")
    failures += wrong + unlike
    print("\n".join(failures))
    done = f"{args.cases} mangled files, and as many typed sheets and panels"
    print(f"{done}, {len(failures)} of them with something that must never happen")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
