"""One workbook with the data and a native chart of every figure, and further tables of the plan."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.messages import words
from zoneplan.report.live_sheet import LiveSheet
from zoneplan.report.native import HIDDEN, Native, Series, native

if TYPE_CHECKING:
    from zoneplan.study import Forecasts

# Beside a chart a column stays narrow, so that the chart is in sight; longer texts are wrapped.
WIDEST, WIDEST_BESIDE, LINE = 60, 40, 15
NAVY, GREY = "#12355B", "#5F6368"
HEAD, FIRST = 4, 5
# Screen points of a native chart; it takes about this many columns of the usual width.
WIDE, HIGH, TALL, COLUMNS_WIDE = 760, 430, 620, 13
# Formats of columns: years without a comma, shares of one in percent; others as large as they are.
YEAR, SHARE = "0", "0.0 %"
FORMATS = {
    **dict.fromkeys(
        ["year", "end_year", "origin_year", "evaluation_year", "data_year", "origin"], YEAR
    ),
    **{f"probability{of}": SHARE for of in ("", "_low", "_high", "_implied", "_observed")},
    **dict.fromkeys(["p", "share", "first_conf", "total_conf"], SHARE),
}


def write_workbook(
    path: Path,
    charts: Sequence[Chart],
    tables: Sequence[tuple[str, str, pd.DataFrame]],
    title: str,
    day: date,
    figures: Path | None = None,
    lang: str = "en",
    live: Forecasts | None = None,
) -> Path:
    """Write the workbook.

    Parameters
    ----------
    charts : one sheet each, with the data as drawn and a native chart.
    tables : further sheets: name, note and frame.
    title, day : heading and fixed date of the file.
    figures : folder with the charts as PNG, for kinds of charts that a spreadsheet does not have.
    lang : ``en`` or ``zh``, as the charts and tables are.
    live : forecasts for a sheet on which growth, base and target can be changed.
    """
    import xlsxwriter

    from zoneplan.report.apart import taken_apart

    # A text that begins with "=" is still a text.
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), safe) as book:
        # The date of creation is fixed so that equal data gives an equal file.
        made = datetime.combine(day, time())
        book.set_properties({"title": title, "author": "zoneplan", "created": made})
        writer, sheet = _Writer(book, lang), None
        if live is not None and (every := taken_apart(live)):
            sheet = LiveSheet(writer, every, live.plan)
        writer.write(charts, tables, title, figures, sheet)
    return path


def sheet_names(ids: Sequence[str], taken: Sequence[str] = ()) -> dict[str, str]:
    """Name sheets as a spreadsheet accepts it: at most 31 characters, none twice in any case."""
    used, out = {name.lower() for name in taken}, {}
    for i in ids:
        name = base = re.sub(r"[\[\]:*?/\\']", " ", i).strip()[:31] or "chart"
        n = 2
        while name.lower() in used:
            name, n = f"{base[:28]} {n}", n + 1
        used.add(name.lower())
        out[i] = name
    return out


def number_format(name: str, values: Sequence[Any], shares: Collection[str] = ()) -> str:
    """Choose the number format of a column: its own, or decimals that fit its numbers.

    ``shares`` are further columns of shares of one; a share that is told in percent already stays.
    """
    numbers = [float(v) for v in values if _is_number(v)]
    most = max((abs(x) for x in numbers), default=0.0)
    usual = SHARE if name in shares else FORMATS.get(name)
    if usual is not None and (usual != SHARE or 0 < most <= 1):
        return usual
    if all(x.is_integer() for x in numbers):
        return "#,##0"
    return "#,##0.00" if most < 100 else "#,##0.0"


class _Writer:
    """Writes the sheets of one workbook in a language; equal formats are made once."""

    def __init__(self, book: Any, lang: str):
        self.book, self.w = book, words(lang)
        self.made: dict[tuple[Any, ...], Any] = {}
        self.back = self.w("workbook.contents")

    def write(
        self,
        charts: Sequence[Chart],
        tables: Sequence[tuple[str, str, pd.DataFrame]],
        title: str,
        figures: Path | None,
        live: LiveSheet | None = None,
    ) -> None:
        taken = [self.back, *(name for name, _, _ in tables), *([live.name] if live else [])]
        names = sheet_names([c.id for c in charts], taken)
        rows = [live.about] if live else []
        rows += [(names[c.id], c.title, c.subtitle, c.source) for c in charts]
        rows += [(name, name.capitalize(), note, "") for name, note, _ in tables]
        self.contents(title, rows)
        if live:
            live.write(FIRST)
        for chart in charts:
            self.chart(chart, names[chart.id], figures)
        for name, note, frame in tables:
            self.sheet(name, (name.capitalize(), note, ""), [(0, frame)], WIDEST)

    def style(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]

    def text(self, value: str) -> Any:
        """A text that a spreadsheet might take for a formula keeps its quote when it is edited."""
        quoted = {"quote_prefix": True} if value[:1] in tuple("=+-@") else {}
        return self.style(valign="top", align="left", indent=1, text_wrap=True, **quoted)

    def head(self, **properties: Any) -> Any:
        look = {"bold": True, "bottom": 1, "bg_color": "#E8EDF3", "text_wrap": True}
        return self.style(**look, valign="top", **properties)

    def link(self, sheet: Any, row: int, to: str) -> None:
        style = self.style(font_color="#0563C1", underline=1, valign="top")
        sheet.write_url(row, 0, f"internal:'{to}'!A1", style, to)

    def lines(self, sheet: Any, lines: Sequence[str]) -> None:
        """Title and notes on top; on paper a sheet is as wide as the page."""
        title = self.style(bold=True, font_size=14, font_color=NAVY)
        for r, line in enumerate(lines):
            sheet.write_string(r, 0, line, self.style(font_color=GREY) if r else title)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)

    def contents(self, title: str, rows: Sequence[tuple[str, ...]]) -> None:
        sheet = self.book.add_worksheet(self.back)
        self.lines(sheet, (title, self.w("workbook.leads")))
        widths = (30, WIDEST, WIDEST, WIDEST)
        for c, (name, width) in enumerate(
            zip(("sheet", "title", "what", "source"), widths, strict=True)
        ):
            sheet.set_column(c, c, width)
            sheet.write_string(
                2, c, self.w(f"workbook.head.{name}"), self.head(align="left", indent=1)
            )
        for r, row in enumerate(rows, start=3):
            self.link(sheet, r, row[0])
            for c, text in enumerate(map(_plain, row[1:]), start=1):
                sheet.write_string(r, c, text, self.text(text))
            high = max(_lines(_plain(x), n) for x, n in zip(row, widths, strict=True))
            sheet.set_row(r, LINE * high)
        sheet.freeze_panes(3, 0)

    def sheet(
        self,
        name: str,
        lines: Sequence[str],
        tables: Sequence[tuple[int, pd.DataFrame]],
        widest: int,
        shares: Collection[str] = (),
    ) -> Any:
        """Three lines of text, the way back, then tables, each with its first column.

        Columns named in ``shares`` hold shares of one; so do then all of the second table.
        """
        sheet = self.book.add_worksheet(name)
        self.lines(sheet, lines)
        self.link(sheet, HEAD - 1, self.back)
        heights: dict[int, int] = {}
        columns = [(at + n, str(c), t.iloc[:, n]) for at, t in tables for n, c in enumerate(t)]
        for c, key, values in columns:
            told = self.told(key, values)
            arranged = {key} if shares and c >= tables[-1][0] > 0 else shares
            number = self.style(num_format=number_format(key, told, arranged), valign="top")
            head = self.w.texts.get(f"columns.head.{key}", key)
            side = (
                {"align": "right"} if any(map(_is_number, told)) else {"align": "left", "indent": 1}
            )
            sheet.write_string(HEAD, c, head, self.head(**side))
            width = max(9, min(max(_width(v) for v in [head, *told]) + 3, widest))
            sheet.set_column(c, c, width)
            for r, value in enumerate([head, *told], start=HEAD):
                heights[r] = max(heights.get(r, 1), _lines(value, width))
                if r > HEAD:
                    self.cell(sheet, r, c, value, number)
        # Not every program finds the height of wrapped texts by itself.
        for r, high in heights.items():
            sheet.set_row(r, LINE * high)
        sheet.freeze_panes(FIRST, 0)
        return sheet

    def told(self, key: str, values: Sequence[Any]) -> list[Any]:
        """The values of a column with what is noted by a key said in words."""
        known = self.w.group(f"columns.value.{key}")
        return [known.get(v, v) if isinstance(v, str) else v for v in values]

    def cell(self, sheet: Any, r: int, c: int, value: Any, number: Any) -> None:
        if isinstance(value, bool) or type(value).__name__ == "bool":
            sheet.write_boolean(r, c, bool(value))
        elif _is_number(value):
            sheet.write_number(r, c, float(value), number)
        elif isinstance(value, (date, pd.Timestamp)) and value is not pd.NaT:
            day = self.style(num_format="yyyy-mm-dd", valign="top")
            sheet.write_datetime(r, c, pd.Timestamp(value).to_pydatetime(), day)
        elif pd.isna(value):
            sheet.write_blank(r, c, None, self.text(""))
        else:
            sheet.write_string(r, c, str(value), self.text(str(value)))

    def chart(self, chart: Chart, name: str, figures: Path | None) -> None:
        """The data, its native chart (else the picture) beside it, and what that one stands on."""
        data, made, w = chart.data, native(chart), self.w
        left, tables, notes = len(data.columns) + 1, [(0, data)], {}
        if made is None:
            notes[left] = w("workbook.no_counterpart")
        elif chart.encoding.only:
            notes[left] = w("workbook.left_out", what=chart.encoding.only)
        if made is not None and made.frame is not data:
            tables.append((left + COLUMNS_WIDE, made.frame))
            notes[left + COLUMNS_WIDE] = w("workbook.arranged")
        lines = (chart.title, chart.subtitle, w("workbook.source", source=_plain(chart.source)))
        sheet = self.sheet(name, lines, tables, WIDEST_BESIDE, chart.encoding.shares)
        for c, note in notes.items():
            sheet.write_string(HEAD - 1, c, note, self.style(font_color=GREY))
        if made is not None:
            drawn = _drawn(self.book, name, made, tables[-1][0])
            font = {"size": 12, "color": NAVY}
            drawn.set_title({"name": chart.title, "overlay": False, "name_font": font})
            about = {"description": chart.alt, "object_position": 3}
            sheet.insert_chart(FIRST, left, drawn, about)
        elif figures is not None:
            # 300 dots an inch on paper would fill four screens.
            scale = {"x_scale": 0.8, "y_scale": 0.8, "object_position": 2}
            file = str(figures / f"{chart.id}.png")
            sheet.insert_image(FIRST, left, file, {"description": chart.alt, **scale})


def _drawn(book: Any, sheet: str, made: Native, first: int) -> Any:
    """The chart object, with its series, axes and legend."""
    stacked = {"subtype": "stacked"} if made.stacked else {}
    drawn = upper = book.add_chart({"type": made.kind, **stacked})
    if made.area:
        drawn = book.add_chart({"type": "area", "subtype": "stacked"})
        drawn.combine(upper)
    place = {c: first + n for n, c in enumerate(made.frame)}
    # A plan may have nothing of a kind, such as promises that a later figure has settled.
    area, over = (
        [s for s in part if made.frame[s.values].notna().any()] for part in (made.area, made.series)
    )
    for series in area:
        drawn.add_series(_series(sheet, series, made.frame, place, "area"))
    for series in over:
        upper.add_series(_series(sheet, series, made.frame, place, made.kind))
    _axes(drawn, made)
    every = (*area, *over)
    hidden = [n for n, series in enumerate(every) if series.colour == HIDDEN]
    one = len(every) - len(hidden) == 1
    drawn.set_legend({"none": True} if one else {"position": "bottom", "delete_series": hidden})
    drawn.show_blanks_as("span" if made.kind in ("line", "scatter") and not made.area else "gap")
    drawn.set_size({"width": WIDE, "height": TALL if made.tall else HIGH})
    return drawn


def _series(
    sheet: str, series: Series, frame: pd.DataFrame, place: dict[Any, int], kind: str
) -> dict[str, Any]:
    from xlsxwriter.utility import xl_range_formula

    # A column that is shorter than its table ends with its last value: blanks would bend the axis.
    last = FIRST + int(frame[series.values].notna().to_numpy().nonzero()[0].max())
    at = {c: [sheet, FIRST, place[c], last, place[c]] for c in place}
    out: dict[str, Any] = {
        "name": series.name,
        "categories": at[series.across],
        "values": at[series.values],
    }
    if kind in ("area", "bar"):
        out["fill"] = {"none": True} if series.colour == HIDDEN else {"color": series.colour}
        out |= {"border": {"none": True}} | ({"gap": 60} if kind == "bar" else {})
        if series.reach is not None:
            ends = ("=" + xl_range_formula(*at[c]) for c in series.reach)
            bars = dict(zip(("minus_values", "plus_values"), ends, strict=True))
            line = {"color": GREY, "width": 1}
            out["x_error_bars"] = {"type": "custom", **bars, "line": line}
        return out
    dash = {"dash_type": "dash"} if series.dashed else {}
    line = {"color": series.colour, "width": 1.5, **dash} if series.line else {"none": True}
    look = {"size": 7, "fill": {"color": series.colour}, "border": {"color": series.colour}}
    out |= {
        "line": line,
        "marker": {"type": series.mark, **look} if series.mark else {"type": "none"},
    }
    return out


def _axes(drawn: Any, made: Native) -> None:
    """Axes with names and quiet lines; the words of an axis stand at its lower end."""
    grid = {"visible": True, "line": {"color": "#E5E7EB", "width": 0.75}}
    low: dict[str, Any] = {"label_position": "low"}
    sideways = made.kind == "bar"
    across = low | {"major_gridlines": grid if made.kind != "line" else {"visible": False}}
    up = low | {"major_gridlines": {"visible": False} if sideways else grid}
    if sideways:
        # A bar chart of a spreadsheet grows upwards; the first row belongs on top.
        across |= {"label_position": "high", "major_tick_mark": "none"}
        up["reverse"] = True
    elif made.area:
        across["position_axis"] = "on_tick"
    drawn.set_x_axis(across | made.x)
    drawn.set_y_axis(up | made.y)


def _lines(value: Any, width: float) -> int:
    """Lines of a text in a column of so many digits; narrow letters pay for the words' ends."""
    return math.ceil(_width(value) / width) if isinstance(value, str) and value else 1


def _width(value: Any) -> int:
    # A Chinese character takes two columns.
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return sum(2 if ord(x) > 0x2E80 else 1 for x in text)


def _is_number(value: Any) -> bool:
    is_one = hasattr(value, "__float__") and not isinstance(value, (str, bool, pd.Timestamp))
    return is_one and math.isfinite(float(value))


def _plain(text: str) -> str:
    # Here the reader has the workbook already.
    return re.sub(r"^Sources?:\s*|^资料来源：| \(see the workbook\)|见数据工作簿", "", text or "")
