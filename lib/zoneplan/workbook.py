"""One workbook with the data of every chart, the targets, the verdicts and the sources."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from zoneplan.charts import Chart

WIDEST = 60
NAVY = "#12355B"


def write_workbook(
    path: Path,
    charts: Sequence[Chart],
    tables: dict[str, tuple[str, pd.DataFrame]],
    title: str,
    day: date,
    figures: Path | None = None,
) -> Path:
    """Write the workbook.

    Parameters
    ----------
    charts : one sheet each, with the data as drawn.
    tables : further sheets, ``{sheet: (note, frame)}``.
    title, day : heading and fixed date of the file.
    figures : folder with the charts as PNG; where given, each sheet shows its picture.

    How to read it: start at the sheet "contents"; each line there leads to one sheet.
    """
    import xlsxwriter

    # A text that begins with "=" is still a text.
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    names = sheet_names([c.id for c in charts], taken=["contents", *tables])
    with xlsxwriter.Workbook(str(path), safe) as book:
        # Creation date is fixed so that equal data gives an equal file.
        book.set_properties({"title": title, "author": "zoneplan", "created": datetime.combine(day, time())})
        style = _styles(book)
        rows = [(names[c.id], c.title, c.subtitle, c.source) for c in charts]
        rows += [(name, name.capitalize(), note, "") for name, (note, _) in tables.items()]
        _contents(book.add_worksheet("contents"), title, rows, style)
        for chart in charts:
            sheet = book.add_worksheet(names[chart.id])
            lines = (chart.title, chart.subtitle, f"Source: {_plain(chart.source)}")
            width = _sheet(sheet, lines, chart.table(), style)
            if figures is not None:
                _picture(sheet, figures / f"{chart.id}.png", chart.alt, width)
        for name, (note, frame) in tables.items():
            _sheet(book.add_worksheet(name), (name.capitalize(), note, ""), frame, style)
    return path


def sheet_names(ids: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Sheet names that a spreadsheet accepts: at most 31 characters, none twice whatever the case."""
    used = {name.lower() for name in taken}
    out = {}
    for i in ids:
        base = re.sub(r"[\[\]:*?/\\']", " ", i).strip()[:31] or "chart"
        name, n = base, 2
        while name.lower() in used:
            name, n = f"{base[:28]} {n}", n + 1
        used.add(name.lower())
        out[i] = name
    return out


def _styles(book) -> dict:
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_color": NAVY}),
        "note": book.add_format({"font_color": "#555555"}),
        "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF3", "text_wrap": True, "valign": "top"}),
        "link": book.add_format({"font_color": "#0563C1", "underline": 1}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "text": book.add_format({"valign": "top"}),
    }


def _contents(sheet, title: str, rows: list[tuple], style: dict) -> None:
    sheet.write_string(0, 0, title, style["title"])
    for column, head in enumerate(("sheet", "title", "what and unit", "source")):
        sheet.write_string(2, column, head, style["head"])
    for r, row in enumerate(rows, start=3):
        sheet.write_url(r, 0, f"internal:'{row[0]}'!A1", style["link"], row[0])
        for column, text in enumerate(row[1:], start=1):
            sheet.write_string(r, column, _plain(text), style["text"])
    for column, width in enumerate((30, 60, 70, 60)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)


def _sheet(sheet, lines: Sequence[str], frame: pd.DataFrame, style: dict) -> int:
    """Three lines of text, a blank one, then the table; gives the number of columns."""
    for r, line in enumerate(lines):
        sheet.write_string(r, 0, line, style["note" if r else "title"])
    sheet.write_url(3, 0, "internal:'contents'!A1", style["link"], "contents")
    for c, name in enumerate(frame.columns):
        sheet.write_string(4, c, str(name), style["head"])
        values = list(frame[name])
        for r, value in enumerate(values, start=5):
            _cell(sheet, r, c, value, style)
        longest = max([len(str(name)), *(_width(v) for v in values)])
        sheet.set_column(c, c, min(longest + 2, WIDEST))
    sheet.freeze_panes(5, 0)
    return len(frame.columns)


def _width(value) -> int:
    # A Chinese character takes two columns.
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return sum(2 if ord(x) > 0x2E80 else 1 for x in text)


def _cell(sheet, r: int, c: int, value, style: dict) -> None:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        sheet.write_blank(r, c, None, style["text"])
    elif isinstance(value, (bool,)):
        sheet.write_boolean(r, c, value)
    elif isinstance(value, (pd.Timestamp, datetime, date)):
        sheet.write_datetime(r, c, pd.Timestamp(value).to_pydatetime(), style["day"])
    elif hasattr(value, "__float__") and not isinstance(value, str):
        sheet.write_number(r, c, float(value))
    else:
        sheet.write_string(r, c, str(value), style["text"])


def _picture(sheet, file: Path, alt: str, columns: int) -> None:
    # 300 dots an inch on paper would fill four screens.
    options = {"description": alt, "x_scale": 0.8, "y_scale": 0.8, "object_position": 2}
    sheet.insert_image(5, columns + 1, str(file), options)


def _plain(text: str) -> str:
    return re.sub(r"^Sources?:\s*", "", text or "")
