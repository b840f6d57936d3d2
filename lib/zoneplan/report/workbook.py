"""One workbook with the data and a native chart of every figure, the targets, the verdicts and the sources."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.messages import Words, words
from zoneplan.report.native import HIDDEN, Native, Series, native

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

# Beside a chart a column stays narrow, so that the chart is in sight; longer texts are wrapped.
WIDEST, WIDEST_BESIDE = 60, 40
LINE = 15
NAVY, GREY = "#12355B", "#5F6368"
HEAD, FIRST = 4, 5
# Screen points of a native chart; it takes about this many columns of the usual width.
WIDE, HIGH, TALL, COLUMNS_WIDE = 760, 430, 620, 13
YEARS = re.compile(r"(.*_)?years?|x|horizon|origins?|n|n_units|cases|grade")
SHARES = re.compile(
    r"probability.*|p|low|high|forecast|observed|coverage|exact|total|first|first_conf|total_conf|share"
    r"|odds given|came true|honest odds|\d years? ahead|给出的概率|实际达成|概率完全准确|提前\d年"
)


def write_workbook(
    path: Path,
    charts: Sequence[Chart],
    tables: Sequence[tuple[str, str, pd.DataFrame]],
    title: str,
    day: date,
    figures: Path | None = None,
    lang: str = "en",
) -> Path:
    """Write the workbook.

    Parameters
    ----------
    charts : one sheet each, with the data as drawn and a native chart.
    tables : further sheets: name, note and frame.
    title, day : heading and fixed date of the file.
    figures : folder with the charts as PNG, for kinds of charts that a spreadsheet does not have.
    lang : ``en`` or ``zh``, as the charts and tables are.

    How to read it: start at the sheet "contents"; each line there leads to one sheet.
    """
    import xlsxwriter

    # A text that begins with "=" is still a text.
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    w = words(lang)
    back = w("workbook.contents")
    names = sheet_names([c.id for c in charts], taken=[back, *(name for name, _, _ in tables)])
    with xlsxwriter.Workbook(str(path), safe) as book:
        # Creation date is fixed so that equal data gives an equal file.
        book.set_properties(
            {"title": title, "author": "zoneplan", "created": datetime.combine(day, time())}
        )
        style = _Styles(book)
        rows = [(names[c.id], c.title, c.subtitle, c.source) for c in charts]
        rows += [(name, name.capitalize(), note, "") for name, note, _ in tables]
        _contents(book.add_worksheet(back), title, rows, style, w)
        for chart in charts:
            sheet = book.add_worksheet(names[chart.id])
            data, made = chart.table(), native(chart)
            left = len(data.columns) + 1
            right = (
                None if made is None or made.frame is None else (left + COLUMNS_WIDE, made.frame)
            )
            lines = (chart.title, chart.subtitle, w("workbook.source", source=_plain(chart.source)))
            _sheet(sheet, lines, data, right, style, WIDEST_BESIDE, w)
            if made is not None:
                _native(book, sheet, chart, made, left, style, w)
                continue
            sheet.write_string(HEAD - 1, left, w("workbook.no_counterpart"), style.note)
            if figures is not None:
                _picture(sheet, figures / f"{chart.id}.png", chart.alt, left)
        for name, note, frame in tables:
            _sheet(
                book.add_worksheet(name),
                (name.capitalize(), note, ""),
                frame,
                None,
                style,
                WIDEST,
                w,
            )
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


class _Styles:
    """The formats of one workbook; equal ones are made once."""

    def __init__(self, book):
        self.book = book
        self.made: dict[tuple, object] = {}
        self.title = self(bold=True, font_size=14, font_color=NAVY)
        self.note = self(font_color=GREY)
        head = {
            "bold": True,
            "bottom": 1,
            "bg_color": "#E8EDF3",
            "text_wrap": True,
            "valign": "top",
        }
        self.head, self.head_right = (
            self(**head, align="left", indent=1),
            self(**head, align="right"),
        )
        self.link = self(font_color="#0563C1", underline=1, valign="top")
        self.day = self(num_format="yyyy-mm-dd", valign="top")

    def __call__(self, **properties):
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]

    def number(self, name: str, values: Sequence):
        """One number format for a whole column, so that its decimals stand under each other."""
        return self(num_format=number_format(name, values), valign="top")

    def text(self, value: str):
        """A text that a spreadsheet might take for a formula keeps its quote when a reader edits the cell."""
        quoted = {"quote_prefix": True} if value[:1] in tuple("=+-@") else {}
        return self(valign="top", align="left", indent=1, text_wrap=True, **quoted)


def number_format(name: str, values: Sequence) -> str:
    """The number format of a column: years and counts plain, shares in percent, others with fitting decimals."""
    numbers = [float(v) for v in values if _is_number(v)]
    whole = all(x.is_integer() for x in numbers)
    most = max((abs(x) for x in numbers), default=0.0)
    if SHARES.fullmatch(name) and numbers and 0 <= min(numbers) and most <= 1:
        return "0.0 %"
    if YEARS.fullmatch(name) and whole:
        return "0"
    if whole:
        return "#,##0"
    return "#,##0.00" if most < 100 else "#,##0.0"


def _contents(sheet, title: str, rows: list[tuple], style: _Styles, w: Words) -> None:
    sheet.write_string(0, 0, title, style.title)
    sheet.write_string(1, 0, w("workbook.leads"), style.note)
    widths = (30, WIDEST, WIDEST, WIDEST)
    for column, head in enumerate(("sheet", "title", "what", "source")):
        sheet.write_string(2, column, w(f"workbook.head.{head}"), style.head)
    for r, row in enumerate(rows, start=3):
        sheet.write_url(r, 0, f"internal:'{row[0]}'!A1", style.link, row[0])
        for column, text in enumerate(row[1:], start=1):
            sheet.write_string(r, column, _plain(text), style.text(_plain(text)))
        sheet.set_row(r, LINE * max(_lines(_plain(x), w) for x, w in zip(row, widths, strict=True)))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(3, 0)
    _printable(sheet)


def _sheet(
    sheet,
    lines: Sequence[str],
    left: pd.DataFrame,
    right: tuple[int, pd.DataFrame] | None,
    style: _Styles,
    widest: int,
    w: Words,
) -> None:
    """Three lines of text, the way back, then the table; ``right`` is a second table with its first column."""
    for r, line in enumerate(lines):
        sheet.write_string(r, 0, line, style.note if r else style.title)
    back = w("workbook.contents")
    sheet.write_url(HEAD - 1, 0, f"internal:'{back}'!A1", style.link, back)
    heights: dict[int, int] = {}
    for at, frame in ((0, left), *([] if right is None else [right])):
        for c, name in enumerate(map(str, frame.columns), start=at):
            values = told(name, list(frame.iloc[:, c - at]), w)
            number = style.number(name, values)
            name = w.texts.get(f"columns.head.{name}", name)
            sheet.write_string(
                HEAD, c, name, style.head_right if any(map(_is_number, values)) else style.head
            )
            longest = max([_width(name), *(_width(v) for v in values)])
            width = max(9, min(longest + 3, widest))
            sheet.set_column(c, c, width)
            for r, value in enumerate([name, *values], start=HEAD):
                heights[r] = max(heights.get(r, 1), _lines(value, width))
            for r, value in enumerate(values, start=FIRST):
                _cell(sheet, r, c, value, style, number)
    # Not every program finds the height of wrapped texts by itself.
    for r, high in heights.items():
        sheet.set_row(r, LINE * high)
    sheet.freeze_panes(FIRST, 0)
    _printable(sheet)


def _printable(sheet) -> None:
    """On paper a sheet is as wide as the page, table and chart together."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def told(name: str, values: Sequence, w: Words) -> list:
    """The values of a column with what is noted by a key said in words."""
    known = w.group(f"columns.value.{name}")
    return [known.get(v, v) if isinstance(v, str) else v for v in values]


def _lines(value, width: float) -> int:
    """Lines that a text takes in a column of so many digits; letters are narrower, which pays for the words' ends."""
    return math.ceil(_width(value) / width) if isinstance(value, str) and value else 1


def _width(value) -> int:
    # A Chinese character takes two columns.
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return sum(2 if ord(x) > 0x2E80 else 1 for x in text)


def _is_number(value) -> bool:
    is_one = hasattr(value, "__float__") and not isinstance(value, (str, bool, pd.Timestamp))
    return is_one and math.isfinite(float(value))


def _cell(sheet, r: int, c: int, value, style: _Styles, number) -> None:
    if isinstance(value, bool) or type(value).__name__ == "bool":
        sheet.write_boolean(r, c, bool(value))
    elif _is_number(value):
        sheet.write_number(r, c, float(value), number)
    elif value is None or value is pd.NaT or value is pd.NA or isinstance(value, float):
        sheet.write_blank(r, c, None, style.text(""))
    elif isinstance(value, (pd.Timestamp, datetime, date)):
        sheet.write_datetime(r, c, pd.Timestamp(value).to_pydatetime(), style.day)
    else:
        text = str(value)
        sheet.write_string(r, c, text, style.text(text))


def _native(book, sheet, chart: Chart, made: Native, left: int, style: _Styles, w: Words) -> None:
    """The native chart between the data and, where it needs them otherwise, its own numbers."""
    frame, at = (chart.table(), 0) if made.frame is None else (made.frame, left + COLUMNS_WIDE)
    if at:
        sheet.write_string(HEAD - 1, at, w("workbook.arranged"), style.note)
    place = {c: at + n for n, c in enumerate(frame.columns)}
    kind = {"type": made.kind, **({"subtype": "stacked"} if made.stacked else {})}
    if made.area:
        drawn = book.add_chart({"type": "area", "subtype": "stacked"})
        upper = book.add_chart({"type": made.kind})
        for series in made.area:
            drawn.add_series(_series(sheet.name, series, frame, place, "area"))
        for series in made.series:
            upper.add_series(_series(sheet.name, series, frame, place, made.kind))
        drawn.combine(upper)
    else:
        drawn = book.add_chart(kind)
        for series in made.series:
            drawn.add_series(_series(sheet.name, series, frame, place, made.kind))
    _axes(drawn, made)
    drawn.set_title(
        {"name": chart.title, "overlay": False, "name_font": {"size": 12, "color": NAVY}}
    )
    every = (*made.area, *made.series)
    hidden = [n for n, series in enumerate(every) if series.colour == HIDDEN]
    named = {"position": "bottom", "delete_series": hidden}
    drawn.set_legend({"none": True} if len(every) - len(hidden) == 1 else named)
    drawn.show_blanks_as("span" if made.kind in ("line", "scatter") and not made.area else "gap")
    drawn.set_size({"width": WIDE, "height": TALL if made.tall else HIGH})
    sheet.insert_chart(FIRST, left, drawn, {"description": chart.alt, "object_position": 3})
    if made.left_out:
        sheet.write_string(HEAD - 1, left, w("workbook.left_out", what=made.left_out), style.note)


def _series(
    sheet: str, series: Series, frame: pd.DataFrame, place: dict[str, int], kind: str
) -> dict:
    from xlsxwriter.utility import xl_range_formula

    # A column that is shorter than its table ends with its last value: blank cells would bend the axis.
    last = FIRST + int(frame[series.values].notna().to_numpy().nonzero()[0].max())

    def cells(column: str) -> list:
        return [sheet, FIRST, place[column], last, place[column]]

    plain: dict = {
        "name": series.name,
        "categories": cells(series.across),
        "values": cells(series.values),
    }
    if kind == "area" or kind == "bar":
        fill = {"none": True} if series.colour == HIDDEN else {"color": series.colour}
        if series.reach is not None:
            down, up = ("=" + xl_range_formula(*cells(c)) for c in series.reach)
            ends = {
                "type": "custom",
                "minus_values": down,
                "plus_values": up,
                "line": {"color": GREY, "width": 1},
            }
            plain["x_error_bars" if kind == "bar" else "y_error_bars"] = ends
        return {
            **plain,
            "fill": fill,
            "border": {"none": True},
            **({"gap": 60} if kind == "bar" else {}),
        }
    dash = {"dash_type": "dash"} if series.dashed else {}
    line = {"color": series.colour, "width": 1.5, **dash} if series.line else {"none": True}
    mark = {"type": series.mark or "none"}
    if series.mark:
        mark |= {"size": 7, "fill": {"color": series.colour}, "border": {"color": series.colour}}
    out = {**plain, "line": line, "marker": mark}
    if series.labels:
        custom = [{"value": text} if text else {"delete": True} for text in series.labels]
        out["data_labels"] = {
            "value": True,
            "custom": custom,
            "position": "above",
            "font": {"size": 8},
        }
    return out


def _axes(drawn, made: Native) -> None:
    """Axes with names and quiet lines; the words of an axis stand at its lower end."""
    grid = {"visible": True, "line": {"color": "#E5E7EB", "width": 0.75}}
    quiet = {"visible": False}
    sideways = made.kind == "bar"
    across = {
        "label_position": "low",
        "major_gridlines": grid if sideways or made.kind == "scatter" else quiet,
    }
    up = {"label_position": "low", "major_gridlines": quiet if sideways else grid}
    if sideways:
        # A bar chart of a spreadsheet grows upwards; the first row belongs on top.
        drawn.set_x_axis({**across, **made.x, "label_position": "high", "major_tick_mark": "none"})
        drawn.set_y_axis({**up, "reverse": True})
        return
    if made.area:
        across["position_axis"] = "on_tick"
    drawn.set_x_axis({**across, **made.x})
    drawn.set_y_axis({**up, **made.y})


def _picture(sheet, file: Path, alt: str, column: int) -> None:
    # 300 dots an inch on paper would fill four screens.
    options = {"description": alt, "x_scale": 0.8, "y_scale": 0.8, "object_position": 2}
    sheet.insert_image(FIRST, column, str(file), options)


def _plain(text: str) -> str:
    # Here the reader has the workbook already.
    return re.sub(r"^Sources?:\s*|^资料来源：| \(see the workbook\)|见数据工作簿", "", text or "")
