"""The workbook: what is drawn can be read back; native charts stand on cells that hold numbers."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
import sample_charts as sample

from zoneplan.messages import words
from zoneplan.report import workbook
from zoneplan.report.native import FORMS, HIDDEN, _limits, native
from zoneplan.report.workbook import sheet_names, write_workbook

DAY = date(2018, 10, 30)
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def unheard_of():
    """A chart of a form that spreadsheets do not know."""
    caption = dataclasses.replace(sample.CAPTION, alt="something new")
    return dataclasses.replace(sample.tally(), kind="unheard_of", caption=caption)


def charts():
    """One chart of each sample, and one of a form that spreadsheets do not know."""
    made = [draw() for draw in sample.ALL]
    unheard = dataclasses.replace(unheard_of(), id="unheard_of")
    return [*(dataclasses.replace(c, id=f"{n}_{c.id}") for n, c in enumerate(made)), unheard]


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    texts = pd.DataFrame(
        {
            "text": ["=1+1", "+1", "-1", "@x", "plain"],
            "flag": [True] * 5,
            "day": [pd.Timestamp(DAY)] * 5,
            "direction": ["at_least", None, "about", "x", "range"],
        }
    )
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    return write_workbook(path, charts(), [("sources", "where from", texts)], "Data", DAY)


def references(path: Path) -> dict[str, list[tuple[str, str]]]:
    """For every chart part: (what it is, cell range) of each reference."""
    kinds, out = ("cat", "val", "xVal", "yVal", "plus", "minus"), {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
                root = ElementTree.fromstring(archive.read(name))
                parts = [p for p in root.iter() if p.tag.removeprefix(C) in kinds]
                out[name] = [(p.tag.removeprefix(C), p.find(f".//{C}f").text) for p in parts]
    return out


def check_references(path: Path) -> int:
    """Every native chart refers to cells that exist and hold numbers; the number of charts."""
    opened, found = openpyxl.load_workbook(path), references(path)
    for what, text in (part for parts in found.values() for part in parts):
        sheet, cells = text.rsplit("!", 1)
        first, last = (cells.replace("$", "").split(":") * 2)[:2]
        values = [c.value for row in opened[sheet.strip("'")][f"{first}:{last}"] for c in row]
        if what == "cat":
            assert all(v is not None for v in values), text
            continue
        numbers = [v for v in values if v is not None]
        assert numbers, text
        assert all(isinstance(v, (int, float)) for v in numbers), text
        assert what not in ("val", "yVal") or values[-1] is not None, text
    cells = (c for sheet in opened for row in sheet.iter_rows() for c in row)
    assert not [c for c in cells if c.data_type == "f"]
    return len(found)


def test_every_native_chart_stands_on_numbers(book):
    assert check_references(book) == len(sample.ALL)


def test_every_form_has_a_counterpart():
    made = {draw().kind for draw in sample.ALL}
    assert made == set(FORMS) - {"chances"}
    assert all(native(draw()) is not None for draw in sample.ALL)
    assert native(unheard_of()) is None


def test_a_form_without_counterpart_says_so(book):
    sheet = openpyxl.load_workbook(book)["unheard_of"]
    assert words("en")("workbook.no_counterpart") in [c.value for c in sheet[4]]


def test_the_picture_stands_where_there_is_no_counterpart(tmp_path):
    chart = unheard_of()
    chart.export(tmp_path, dpi=50, kinds=("png",))
    path = write_workbook(tmp_path / "a.xlsx", [chart], [], "Data", DAY, tmp_path)
    with zipfile.ZipFile(path) as archive:
        assert any(n.startswith("xl/media/") for n in archive.namelist())


def test_a_mark_without_any_value_is_left_out(tmp_path):
    """A plan may have nothing of a kind, such as promises that a later figure has settled."""
    drawn = (draw() for draw in sample.ALL)
    chart = next(c for c in drawn if c.kind == "rows" and len(c.encoding.marks) > 1)
    gone = chart.encoding.marks[-1]
    chart = dataclasses.replace(chart, data=chart.data.assign(**{gone.at: float("nan")}))
    path = write_workbook(tmp_path / "a.xlsx", [chart], [], "Data", DAY)
    assert openpyxl.load_workbook(path).sheetnames


def test_what_is_drawn_can_be_read_back(book):
    for chart in charts():
        read = pd.read_excel(book, chart.id, header=4, usecols=range(len(chart.data.columns)))
        for n, column in enumerate(chart.data):
            if (
                pd.api.types.is_numeric_dtype(chart.data[column])
                and chart.data[column].dtype != bool
            ):
                shown = read.iloc[: len(chart.data), n].astype(float)
                np.testing.assert_allclose(shown, chart.data[column].astype(float))


def test_a_native_chart_carries_title_and_alternative_text(book):
    with zipfile.ZipFile(book) as archive:
        parts = {
            n: archive.read(n).decode()
            for n in archive.namelist()
            if "/drawing" in n or "/chart" in n
        }
    titles = sum(sample.CAPTION.title in text for n, text in parts.items() if "charts/" in n)
    assert titles == len(sample.ALL)
    drawings = "".join(parts.values())
    assert "Revenue 财政总收入: lower 20 %, higher 20 %" in drawings


def test_the_fan_is_stacked_from_widths():
    made = native(sample.fan(sample.fan_data()))
    assert made.kind == "line"
    assert made.area[0].colour == HIDDEN
    frame = made.frame.set_index("year")
    widths = frame.loc[2018, [s.values for s in made.area]].tolist()
    assert widths == pytest.approx([0.8 * 228.2, 0.1 * 228.2, 0.2 * 228.2, 0.2 * 228.2])
    assert [s.name for s in made.area[1:]] == ["P10 to P25", "P25 to P75", "P75 to P90"]
    # The bands open from the base, and before it the floor goes on without width.
    assert frame.loc[2017, "median"] == 209.2
    assert frame.loc[2017, "P25 to P75"] == 0.0
    assert frame.loc[2013, "P25 to P75"] == 0.0
    assert frame["median"].notna().sum() == 4
    assert frame["no change"].dropna().tolist() == [204.72] * 5


def test_forecasts_start_at_the_figure_they_were_made_from():
    made = native(sample.hedgehog())
    frame = made.frame.set_index("year")
    assert frame.loc[2015, "forecast from 2015"] == 110.0
    assert not made.area
    assert frame.loc[[2016, 2017], "forecast from 2015"].tolist() == pytest.approx([118.8, 127.6])


def test_ranges_are_stacked_in_parts_below_and_above_zero():
    made = native(sample.panels(1))
    frame = made.frame.set_index("driver")
    assert made.stacked
    assert frame.iloc[0].tolist() == [-9.0, 10.0]
    assert frame.index[0] == "Above-scale industrial value added 0: base"
    floor = native(sample.tornado())
    assert floor.frame.iloc[0, 1:].tolist() == pytest.approx([258.7, 21.6])
    assert floor.series[0].colour == HIDDEN
    assert floor.x["min"] <= 258.7


def test_bars_points_and_lines_are_told_by_the_encoding():
    kinds = {
        **{sample.odds: "bar", sample.coverage: "bar", sample.matrix: "bar", sample.fans: "line"},
        **{sample.ladder: "line", sample.slopes: "line", sample.reliability: "scatter"},
        **{sample.shades: "scatter", sample.by_year: "scatter"},
    }
    assert {draw: native(draw()).kind for draw in kinds} == kinds
    ladder = native(sample.ladder())
    assert ladder.y["reverse"]
    assert len({s.colour for s in ladder.series}) == 3
    reach = native(sample.fences()).series[1].reach
    assert native(sample.fences()).frame[list(reach)].iloc[0].tolist() == pytest.approx([3.4, 4.0])
    assert native(sample.odds()).x["max"] == 1
    colours = [s.colour for s in native(sample.odds()).series]
    assert len(set(colours)) == 2


def test_many_columns_are_a_course_of_time():
    chart = sample.matrix()
    many = pd.DataFrame(
        [("GDP", "", str(y), float(y), "x") for y in range(2010, 2018)], columns=chart.data.columns
    )
    made = native(dataclasses.replace(chart, data=many))
    assert made.kind == "line"
    assert made.frame["GDP"].tolist() == [float(y) for y in range(2010, 2018)]


def test_an_axis_holds_all_values_and_starts_at_zero_only_near_it():
    assert _limits(np.array([1.0, 9.0])) == {"min": 0.0, "max": 9.0}
    axis = _limits(np.array([203.0, np.nan, 298.0]), "u")
    assert axis["name"] == "u"
    assert 190 <= axis["min"] <= 203
    assert 298 <= axis["max"] <= 310


def test_texts_stay_texts_and_keep_their_quote(book):
    sheet = openpyxl.load_workbook(book)["sources"]
    cells = [sheet.cell(row, 1) for row in range(6, 11)]
    assert [c.value for c in cells] == ["=1+1", "+1", "-1", "@x", "plain"]
    assert all(c.data_type == "s" for c in cells)
    assert [c.quotePrefix for c in cells] == [True] * 4 + [False]
    assert sheet["B6"].value is True
    assert sheet["C6"].is_date
    # Keys are said in words; a missing value is an empty cell.
    assert [sheet.cell(r, 4).value for r in range(6, 11)] == [
        "at least",
        None,
        "about",
        "x",
        "range",
    ]


def test_heads_stay_in_sight_and_columns_fit(book):
    for sheet in openpyxl.load_workbook(book).worksheets[1:]:
        assert sheet.freeze_panes == "A6"
        assert sheet["A4"].hyperlink.location == "'contents'!A1"
        widths = [sheet.column_dimensions[c.column_letter].width for c in sheet[5] if c.value]
        assert all(9 <= width <= workbook.WIDEST + 1 for width in widths)


@pytest.mark.parametrize(
    ("name", "values", "shares", "expected"),
    [
        ("year", [2015, 2016], (), "0"),
        ("probability_low", [0.2, None], (), "0.0 %"),
        ("value", [1000, 20], (), "#,##0"),
        ("low", [0.1, 0.9], ("low",), "0.0 %"),
        ("low", [0.1, 0.9], (), "#,##0.00"),
        ("share", [37.5, 4.0], (), "#,##0.00"),
        ("value", [204.72, 9.1], (), "#,##0.0"),
    ],
)
def test_number_formats(name, values, shares, expected):
    assert workbook.number_format(name, values, shares) == expected


def test_shares_are_told_in_percent_where_they_are_drawn_so(book):
    opened = openpyxl.load_workbook(book)
    formats = {
        s.title: {c.number_format for c in s[6] if c.data_type == "n" and c.value} for s in opened
    }
    by_id = {name.partition("_")[2]: formats[name] for name in formats if "_" in name}
    assert by_id["odds"] == {"0.0 %"}
    assert "0.0 %" in by_id["reliability"]
    assert "0.0 %" not in by_id["swings"]


def test_sheet_names_fit_and_differ():
    long = "swings_industrial_value_added_shares"
    assert list(sheet_names([long, long.upper(), "a/b", "contents"], ["contents"]).values()) == [
        *("swings_industrial_value_added_s", "SWINGS_INDUSTRIAL_VALUE_ADDE 2", "a b", "contents 2")
    ]


def test_equal_data_gives_an_equal_file_in_both_languages(tmp_path):
    for lang in ("en", "zh"):
        files = [
            write_workbook(
                tmp_path / f"{lang}{n}.xlsx", [sample.fan()], [], "数据", DAY, None, lang
            )
            for n in (1, 2)
        ]
        assert files[0].read_bytes() == files[1].read_bytes()
    read = openpyxl.load_workbook(files[0])
    assert read.sheetnames == [words("zh")("workbook.contents"), "path_gdp"]
    heads = [c.value for c in read["path_gdp"][5]][:4]
    assert heads == ["序列", "年份", "数值", "来源"]
    assert {c.value for c in read["path_gdp"]["A"][5:]} >= {"公布数", "目标", "基数"}
