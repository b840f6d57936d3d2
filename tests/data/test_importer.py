"""Spreadsheets as people type them: what is understood, what is not and where, and what is
refused.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneplan import cli, load_plan
from zoneplan.data import importer, tables
from zoneplan.data.importer import columns, read_workbook, workbook, write_plan
from zoneplan.data.importer.names import bare
from zoneplan.data.importer.numbers import Typed, figure
from zoneplan.data.units import canonical
from zoneplan.errors import DataError

FULL_WIDTH = str.maketrans("0123456789.,%", "０１２３４５６７８９．，％")
HEADER = ["指标", "单位", "2017年实际", "2018年目标"]


def book(
    folder: Path, rows: list[list], sheet: str = "指标", name: str = "zone.xlsx", change=None
) -> Path:
    made = openpyxl.Workbook()
    page = made.active
    page.title = sheet
    for row in rows:
        page.append(row)
    if change is not None:
        change(page)
    made.save(folder / name)
    return folder / name


def understood(folder: Path, rows: list[list], **more) -> pd.DataFrame:
    return read_workbook(book(folder, rows, **more)).table()


def reasons(folder: Path, rows: list[list], **more) -> dict[str, str]:
    return (
        read_workbook(book(folder, rows, **more))
        .not_understood()
        .set_index("cell")["why"]
        .to_dict()
    )


def said(cell) -> tuple | None:
    """Value, unit, direction and upper end of a cell; None if it is no number."""
    made = figure(cell.value, cell.number_format)
    unit = made.unit.name if isinstance(made, Typed) and made.unit else None
    return (made.value, unit, made.direction, made.high) if isinstance(made, Typed) else None


# What is understood
# ----------------------------------------------------------------------------------------------


def park(folder: Path) -> Path:
    """A made-up park as an office types it: titles, two header rows, merged, mixed number
    styles.
    """

    def change(page) -> None:
        for block in ("A1:H1", "A2:H2", "D3:E3", "F3:G3"):
            page.merge_cells(block)
        page["G7"].number_format = "0%"

    rows = [
        ["示例工业园区三年行动计划(2018-2019)主要指标"],
        ["单位：亿元（另注明者除外）"],
        ["序号", "指标", "单位", "实际", None, "目标", None, "年均增长(%)"],
        [None, None, None, "2016年", "2017年", "2018年", "2019年", None],
        [1, "地区生产总值", "亿元", "2,150.6", 2350.0, 2500, "２６８０", 7],
        [2, "实际利用外资（万美元）", None, 106000, 93000, "95,000", 97000, None],
        [3, "固定资产投资增长", "%", None, None, "5%以上", 0.06, None],
        [4, "高新技术企业数", "家", 700, None, None, "900左右", None],
    ]
    return book(folder, rows, change=change)


def test_an_office_sheet_is_read_as_it_is_meant(tmp_path):
    read = read_workbook(park(tmp_path))
    rows = read.table().set_index("cell")
    assert read.not_understood().empty
    assert len(rows) == 13
    columns = ["table", "indicator_id", "year", "value", "unit", "kind"]
    assert rows.loc["D5", columns].tolist() == ["observation", "gdp", 2016, 2150.6, "亿元", "flow"]
    assert rows.loc["G5", columns].tolist() == ["target", "gdp", 2019, 2680, "亿元", "flow"]
    assert rows.loc["H5", ["table", "indicator_id", "value"]].tolist() == [
        "average growth",
        "gdp",
        7,
    ]
    # Observed money is kept in one unit of its currency, a target in the one it is printed in.
    assert rows.loc["D6", columns].tolist() == [
        "observation",
        "fdi_actual",
        2016,
        10.6,
        "亿美元",
        "flow",
    ]
    assert rows.loc["F6", columns].tolist() == [
        "target",
        "fdi_actual",
        2018,
        95000,
        "万美元",
        "flow",
    ]
    assert rows.loc["F7", [*columns, "direction"]].tolist() == [
        "target",
        "fixed_asset_investment_growth",
        2018,
        5,
        "%",
        "growth",
        "at_least",
    ]
    assert rows.loc["G7", "value"] == 6
    assert rows.loc["G8", ["indicator_id", "direction", "known"]].tolist() == [
        "own_01",
        "about",
        False,
    ]
    assert read.years() == [2018, 2019]


def test_a_long_english_sheet_reads_the_same(tmp_path):
    rows = [
        ["Indicator", "Year", "Value", "Unit", "Type"],
        ["GDP", 2017, 23.5, "CNY billion", "actual"],
        ["GDP", 2018, "25.0", "CNY billion", "target"],
        ["GDP growth", 2018, 0.07, "%", "target"],
    ]
    read = understood(
        tmp_path, rows, change=lambda page: page["C4"].__setattr__("number_format", "0%")
    )
    assert read[["table", "indicator_id", "year", "value", "unit"]].to_numpy().tolist() == [
        ["observation", "gdp", 2017, 235, "亿元"],
        ["target", "gdp", 2018, 250, "亿元"],
        ["target", "gdp_growth", 2018, 7, "%"],
    ]


@pytest.mark.parametrize(
    ("typed", "value", "unit", "direction"),
    [
        ("1,234.5", 1234.5, None, None),
        ("１，２３４．５", 1234.5, None, None),
        ("9%", 9, "%", None),
        ("12.5亿元", 12.5, "亿元", None),
        ("-3", -3, None, None),
        ("+3", 3, None, None),
        ("7左右", 7, None, "about"),
        ("≥8%", 8, "%", "at_least"),
        ("8%以上", 8, "%", "at_least"),
        ("不超过0.5", 0.5, None, "at_most"),
        ("约20", 20, None, "about"),
        (2018, 2018, None, None),
        ("增长8%左右", 8, "%", "about"),
        ("控制在3.5%以内", 3.5, "%", "at_most"),
        ("力争达到120亿元", 120, "亿元", None),
    ],
)
def test_numbers_as_people_type_them(typed, value, unit, direction, tmp_path):
    page = openpyxl.Workbook().active
    page["A1"] = typed
    assert said(page["A1"]) == (value, unit, direction, None)


@pytest.mark.parametrize(
    ("typed", "low", "high", "unit"),
    [
        ("7-8", 7, 8, None),
        ("7.5％～8％", 7.5, 8, "%"),
        ("3 to 4", 3, 4, None),
        ("1,200—1,300万元", 1200, 1300, "万元"),
        ("６至６．５%", 6, 6.5, "%"),
        ("-3--1", -3, -1, None),
        ("5-7千万元", 50, 70, "百万元"),
        ("2000-2050亿元", 2000, 2050, "亿元"),
        ("7-8左右", 7, 8, None),
    ],
)
def test_a_range_has_two_ends(typed, low, high, unit):
    page = openpyxl.Workbook().active
    page["A1"].value = typed
    assert said(page["A1"]) == (low, unit, "about" if "左右" in typed else None, high)


@pytest.mark.parametrize(
    "typed",
    [
        "many",
        "下降3%",
        "1,23,4",
        "4 to 3",
        "5-5",
        "7-",
        "7-8-9",
        "7-8x",
        "12x",
        "=1",
        "",
        "—",
        "2018-10-30",
        "2016-2017",
        True,
    ],
)
def test_what_is_no_one_number_is_none(typed):
    page = openpyxl.Workbook().active
    page["A1"].value = typed
    assert said(page["A1"]) is None


@given(st.decimals(min_value=0, max_value=9_999_999, places=2), st.booleans(), st.booleans())
def test_every_style_of_a_number_is_the_same_number(value, grouped, wide):
    text = f"{value:,.2f}" if grouped else f"{value:.2f}"
    page = openpyxl.Workbook().active
    page["A1"].value = text.translate(FULL_WIDTH) if wide else text
    assert said(page["A1"])[0] == pytest.approx(float(value))


@pytest.mark.parametrize(
    "name",
    ["地区生产总值", "1.地区生产总值（GDP）", "GDP", "Gross domestic product", " 地区 生产总值 "],
)
def test_names_are_matched_whatever_stands_around_them(name, tmp_path):
    assert understood(tmp_path, [HEADER, [name, "亿元", 235, 250]])["indicator_id"].tolist() == [
        "gdp",
        "gdp",
    ]


@pytest.mark.parametrize("name", ["万元GDP投资", "GDP总部企业数", "人均GDP"])
def test_a_known_word_inside_another_name_is_no_match(name, tmp_path):
    read = understood(tmp_path, [HEADER, [name, "亿元", 235, 250]])
    assert set(read["indicator_id"]) == {"own_01"}
    assert not read["known"].any()


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("Unit: CNY 100 million unless stated", "亿元"),
        ("Units: 10,000 yuan, persons", "万元"),
        ("单位：亿元、%", "亿元"),
        ("单位：亿元（另注明者除外）", "亿元"),
        ("(RMB 100 million)", "亿元"),
        ("Unit: US$ million", "百万美元"),
        ("Unit: various", None),
    ],
)
def test_a_title_tells_the_usual_unit(said, unit, tmp_path):
    rows = [
        ["Plan of a park"],
        [said],
        ["Indicator", "2017 actual", "2018 target"],
        ["GDP", 235, 250],
    ]
    if unit is None:
        read = read_workbook(book(tmp_path, rows))
        assert read.table().empty
        assert "unit-A4" in {q.id for q in read.questions}
    else:
        value = canonical(235, unit)
        read = understood(tmp_path, rows)
        assert read[["value", "unit"]].to_numpy().tolist() == [[value[0], value[1]], [250, unit]]
        assert read["direction"].tolist() == ["", "at_least"], "what was observed has no direction"


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("Gross domestic product (GDP)", "gdp"),
        ("Total import and export", "trade_total"),
        ("Actual use of foreign capital", "fdi_actual"),
        ("Gross industrial output above designated size", "industrial_output"),
        ("税收收入", "tax_revenue"),
        ("进出口额", "trade_total"),
    ],
)
def test_usual_names_are_known_in_both_languages(name, indicator, tmp_path):
    assert set(understood(tmp_path, [HEADER, [name, "亿元", 235, 250]])["indicator_id"]) == {
        indicator
    }
    assert all(
        any(n.isascii() == ascii_ for n in names)
        for names in importer.listed_names().values()
        for ascii_ in (True, False)
    )


def test_no_name_stands_for_two_indicators():
    ids: dict[str, set[str]] = {}
    for i, names in importer.listed_names().items():
        for name in names:
            ids.setdefault(bare(name), set()).add(i)
    assert {name: i for name, i in ids.items() if len(i) > 1} == {}
    assert len(ids) > 200


@pytest.mark.parametrize(
    "name",
    ["单位GDP能耗降低率", "Reduction of energy use per unit of GDP (%)", "PM2.5浓度下降幅度"],
)
def test_a_fall_is_asked_about(name, tmp_path):
    assert reasons(tmp_path, [HEADER, ["GDP", "亿元", 1, 2], [name, "%", 3, 3]])["C3"].startswith(
        "a fall: write it as growth"
    )


def test_a_column_that_is_not_read_is_named(tmp_path):
    rows = [
        ["No.", "指标", "2018年目标", "备注", "空", "责任单位"],
        [1, "GDP(亿元)", 250, "约", None, "统计局"],
    ]
    read = read_workbook(book(tmp_path, rows))
    assert read.not_understood().set_index("cell")["why"].to_dict() == {"D1": columns.NOT_READ}
    assert read.table()["responsible"].tolist() == ["统计局"]


def test_what_should_become_less_is_an_upper_limit(tmp_path):
    assert understood(tmp_path, [HEADER, ["化学需氧量排放", "人", 5, 4]])["direction"].tolist() == [
        "",
        "at_most",
    ]


# What is not, and where
# ------------------------------------------------------------------------------------------


def test_every_cell_left_out_is_named_with_its_reason(tmp_path):
    def change(page) -> None:
        page.row_dimensions[3].hidden = True
        page.merge_cells("C4:D4")
        page["C5"], page["C5"].data_type = "#DIV/0!", "e"
        page["D5"] = "=1+2"

    rows = [
        HEADER,
        ["GDP", "亿元", 235, 250],
        ["budget revenue", "亿元", 30, 32],
        ["exports", "亿美元", 5],
        ["fdi", "亿美元"],
        ["park tax", None, 4, 5],
        [None, "亿元", 7, 8],
        ["gdp", "亿元", 1, "many"],
        ["new rate", "%", 1, 2],
    ]
    left = reasons(tmp_path, rows, change=change)
    assert left["C3"] == left["D3"] == "a hidden row: show it to import it"
    assert left["C4"].startswith("merged over C4:D4")
    assert left["C5"] == "an error of a formula"
    assert left["D5"].startswith("a formula without a saved value (=1+2)")
    assert left["C6"] == left["D6"] == "waits for the answer to unit-A6"
    assert left["C7"] == "no name of an indicator in its row"
    assert left["C2"] == left["C8"] == "waits for the answer to twice-gdp-2017"
    assert left["D8"] == "no number"
    # "rate" at the end of a name reads as a share, so nothing has to be asked.
    assert "C9" not in left
    assert set(left) == {"C2", "C3", "D3", "C4", "C5", "D5", "C6", "D6", "C7", "D7", "C8", "D8"}


def test_a_saved_value_of_a_formula_counts(tmp_path):
    file = book(tmp_path, [HEADER, ["GDP", "亿元", 235, "=100+150"]])
    with zipfile.ZipFile(file) as packed:
        parts = {i.filename: packed.read(i) for i in packed.infolist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = re.sub(
        rb"<f>100\+150</f><v\s*/?>(</v>)?", b"<f>100+150</f><v>250</v>", sheet
    )
    assert parts["xl/worksheets/sheet1.xml"] != sheet
    with zipfile.ZipFile(file, "w") as packed:
        for name, raw in parts.items():
            packed.writestr(name, raw)
    assert read_workbook(file).table()["value"].tolist() == [235, 250]


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+cmd", "-cmd", "@sum"])
def test_a_text_that_looks_like_a_formula_stays_text(text, tmp_path):
    def change(page) -> None:
        page["A2"].value = text
        page["A2"].data_type = "s"

    read = read_workbook(book(tmp_path, [HEADER, ["x", "亿元", 235, 250]], change=change))
    assert set(read.table()["name"]) == {text}
    write_plan(read, tmp_path / "plan")
    assert set(pd.read_csv(tmp_path / "plan" / "targets.csv")["name_en"]) == {text}


def test_a_sheet_that_does_not_say_target_or_actual_is_asked_about(tmp_path):
    rows = [["指标", "单位", 2017, 2018], ["GDP", "亿元", 235, 250]]
    read = read_workbook(book(tmp_path, rows, sheet="Sheet1"))
    assert read.table().empty
    assert {"kind-2017", "kind-2018"} < {q.id for q in read.questions}
    answers = {"kind-2017": "actual", "kind-2018": "目标"}
    read = read_workbook(tmp_path / "zone.xlsx", answers, {"target": ["目标"]})
    assert read.table()[["table", "year", "value"]].to_numpy().tolist() == [
        ["observation", 2017, 235],
        ["target", 2018, 250],
    ]
    # The name of the sheet may say it.
    assert set(understood(tmp_path, rows, sheet="历史数据")["table"]) == {"observation"}


def test_a_rate_that_may_be_growth_or_a_share_is_asked_about(tmp_path):
    rows = [HEADER, ["GDP", "亿元", 1, 2], ["质量指数", "%", 40, 50]]
    assert reasons(tmp_path, rows)["C3"] == "waits for the answer to rate-A3"
    read = read_workbook(tmp_path / "zone.xlsx", {"rate": "share"})
    assert read.table().set_index("cell").loc["C3", "kind"] == "share"


# Which row is the header
# ------------------------------------------------------------------------------------------

ACROSS = ["指标", "2016年实际", "2017年实际", "2018年目标", "2019年目标"]
UNIT_ROW = ["某开发区主要指标（单位：亿元）"]


def cells(folder, rows, **more) -> list[list]:
    """Cell, id, year and value of everything understood."""
    return (
        understood(folder, rows, **more)[["cell", "indicator_id", "year", "value"]]
        .to_numpy()
        .tolist()
    )


@pytest.mark.parametrize(
    "levels",
    [
        (1850.5, 1985, 2035, 2090.12),
        (1985, 2018, 2019, 2020),
        ("1985", "2018", "2019", "2020"),
        ("1,985", "2,018", 2019.5, 2020),
    ],
)
def test_figures_that_look_like_years_are_figures(levels, tmp_path):
    numbers = [float(str(x).replace(",", "")) for x in levels]
    assert cells(
        tmp_path, [UNIT_ROW, ACROSS, ["地区生产总值", *levels], ["财政总收入", 190, 199, 205, 210]]
    ) == [
        *(
            [f"{c}3", "gdp", y, v]
            for c, y, v in zip("BCDE", range(2016, 2020), numbers, strict=True)
        ),
        *(
            [f"{c}4", "fiscal_revenue_total", y, v]
            for c, y, v in zip("BCDE", range(2016, 2020), (190, 199, 205, 210), strict=True)
        ),
    ]


def test_plain_years_head_columns_and_figures_like_years_stand_below(tmp_path):
    rows = [
        ["指标", 2018, 2019],
        ["地区生产总值（亿元）", 1985, 2035],
        ["财政总收入（亿元）", 190, 199],
    ]
    assert [row[0] for row in cells(tmp_path, rows, sheet="实际")] == ["B2", "C2", "B3", "C3"]
    # Nothing heads the names.
    assert [
        row[0] for row in cells(tmp_path, [UNIT_ROW, ["", "2018", "2019"], *rows[1:]], sheet="实际")
    ] == ["B3", "C3", "B4", "C4"]


@pytest.mark.parametrize("where", [2, 3, 4])
@pytest.mark.parametrize(
    "line",
    [
        ["一、2018年任务"],
        ["2018年新开工项目投资", 19, 20, 21, 22],
        ["规划编制", None, None, "2018年完成", "2019年完成"],
    ],
)
def test_a_year_in_the_name_of_a_row_heads_nothing(line, where, tmp_path):
    """Headings, names and milestones with a year, above, between and below the figures."""

    def change(page) -> None:
        if len(line) == 1:
            page.merge_cells(start_row=where + 1, end_row=where + 1, start_column=1, end_column=5)

    rows = [
        UNIT_ROW,
        ACROSS,
        ["地区生产总值", 85.5, 98, 105, 120],
        ["财政总收入", 190, 199, 205, 210],
    ]
    found = cells(tmp_path, [*rows[:where], line, *rows[where:]], change=change)
    assert [row[1:] for row in found if not row[1].startswith("own")] == [
        *(["gdp", y, v] for y, v in zip(range(2016, 2020), (85.5, 98, 105, 120), strict=True)),
        *(
            ["fiscal_revenue_total", y, v]
            for y, v in zip(range(2016, 2020), (190, 199, 205, 210), strict=True)
        ),
    ]
    assert len(found) == (12 if 19 in line else 8)


def test_a_footnote_with_a_year_heads_nothing(tmp_path):
    def change(page) -> None:
        page.merge_cells("A4:E4")

    rows = [UNIT_ROW, ACROSS, ["地区生产总值", 85.5, 98, 105, 120], ["注：2018年为预计数"]]
    assert len(cells(tmp_path, rows, change=change)) == 4


def test_targets_and_actual_figures_may_stand_under_merged_years(tmp_path):
    rows = [
        UNIT_ROW,
        ["指标", "2017年", None, "2018年", None, "2020年"],
        [None, "计划", "实际", "计划", "实际", "目标"],
        ["一、经济"],
        ["地区生产总值", 95, 98, 105, 120, 140],
    ]

    def change(page) -> None:
        for block in ("A2:A3", "B2:C2", "D2:E2", "A4:F4"):
            page.merge_cells(block)

    found = understood(tmp_path, rows, change=change)
    assert found[["cell", "table", "year", "value"]].to_numpy().tolist() == [
        ["B5", "target", 2017, 95],
        ["C5", "observation", 2017, 98],
        ["D5", "target", 2018, 105],
        ["E5", "observation", 2018, 120],
        ["F5", "target", 2020, 140],
    ]


def test_a_second_table_below_has_years_and_a_unit_of_its_own(tmp_path):
    rows = [
        ["单位：亿元"],
        ["指标", "2018年目标", "2019年目标"],
        ["地区生产总值", 250, 260],
        ["一般公共预算收入", 20, 21],
        [],
        ["附：历史数据（单位：万元）"],
        ["指标", "2016年实际", "2017年实际"],
        ["财政总收入", 158_500, 174_000],
        ["指标", "2016年实际", "2017年实际"],
        ["进出口总额", 800_000, 810_000],
    ]
    assert cells(tmp_path, rows) == [
        ["B3", "gdp", 2018, 250],
        ["C3", "gdp", 2019, 260],
        ["B4", "budget_revenue", 2018, 20],
        ["C4", "budget_revenue", 2019, 21],
        ["B8", "fiscal_revenue_total", 2016, 15.85],
        ["C8", "fiscal_revenue_total", 2017, 17.4],
        ["B10", "trade_total", 2016, 80],
        ["C10", "trade_total", 2017, 81],
    ]
    # A unit said at the top holds for every table that says none.
    assert [row[3] for row in cells(tmp_path, [*rows[:5], *rows[6:]])][-2:] == [800_000, 810_000]


def test_a_table_with_years_down_is_read_turned(tmp_path):
    rows = [
        UNIT_ROW,
        ["年份", "地区生产总值", "财政总收入"],
        ["2016年实际", 98, 10],
        ["2017年实际", 99, 11],
        ["2018年目标", 100, 12],
    ]
    assert cells(tmp_path, rows) == [
        ["B3", "gdp", 2016, 98],
        ["B4", "gdp", 2017, 99],
        ["B5", "gdp", 2018, 100],
        ["C3", "fiscal_revenue_total", 2016, 10],
        ["C4", "fiscal_revenue_total", 2017, 11],
        ["C5", "fiscal_revenue_total", 2018, 12],
    ]


# What is asked about
# ---------------------------------------------------------------------------------------------


def test_a_figure_that_jumps_is_shown_again(tmp_path):
    rows = [
        UNIT_ROW,
        ACROSS,
        ["进出口总额", 187, "1,955", 210, 222],
        ["地区生产总值", 90, 180, 90, 120],
        ["实际利用外资（万美元）", 9800, 9900, 9950, 20000],
    ]
    assert read_workbook(book(tmp_path, rows)).jumps() == [
        "进出口总额: 187 亿元 in 2016, 1,955 亿元 in 2017 (指标!C3)",
        "进出口总额: 1,955 亿元 in 2017, 210 亿元 in 2018 (指标!D3)",
        # Observed in hundred millions, aimed at in ten thousands.
        "实际利用外资: 9,950 万美元 in 2018, 20,000 万美元 in 2019 (指标!E5)",
    ]


def test_a_range_of_targets_goes_into_the_plan(tmp_path):
    rows = [
        UNIT_ROW,
        ACROSS,
        ["GDP增速（%）", 6.9, 7.2, "7.5-8", "7-8%左右"],
        ["地区生产总值", 85.5, "98-99", 105, 120],
        ["失业占比（%）", 4, 4, 4, "4-4.5"],
    ]
    read = read_workbook(book(tmp_path, rows))
    assert read.not_understood()[["cell", "why"]].to_numpy().tolist() == [
        ["C4", "a range where one number is expected: only targets may be ranges"]
    ]
    write_plan(read, tmp_path / "plan")
    assert tables.plan_problems(tmp_path / "plan") == []
    targets = load_plan(tmp_path / "plan").targets.set_index(["indicator_id", "year"])
    limits = ["value", "value_high", "direction"]
    assert targets.loc["gdp_growth", limits].to_numpy().tolist() == [
        [7.5, 8, "at_least"],
        [7, 8, "at_least"],
    ]
    # What should be less is met up to the upper end.
    assert targets.loc[("own_01", 2019), limits].tolist() == [4.5, 4.5, "at_most"]
    assert targets.loc["gdp", "value_high"].isna().all()


def test_a_series_stands_in_the_unit_it_begins_with(tmp_path):
    rows = [
        ACROSS,
        ["实际利用外资（万美元）", 9800, "1亿美元", 12000, "1.1-1.3亿美元"],
        ["常住人口（万人）", 12, 12.5, 13, "5家"],
    ]
    read = read_workbook(book(tmp_path, rows))
    assert read.table()[["cell", "value", "unit"]].to_numpy().tolist() == [
        ["B2", 0.98, "亿美元"],
        ["C2", 1, "亿美元"],
        ["D2", 12000, "万美元"],
        ["E2", 11000, "万美元"],
        ["B3", 12, "万人"],
        ["C3", 12.5, "万人"],
        ["D3", 13, "万人"],
    ]
    assert read.table()["value_high"].dropna().tolist() == [13000]
    assert read.not_understood()[["cell", "why"]].to_numpy().tolist() == [
        ["E3", "another unit than 万人, which its row has"]
    ]
    # The unit stands beside the name, not in it.
    assert set(read.table()["name"]) == {"实际利用外资", "常住人口"}


def test_a_repeat_is_told_from_a_contradiction_and_a_dash_from_a_figure(tmp_path):
    rows = [UNIT_ROW, ACROSS, ["地区生产总值", 90, "—", "/", 120], ["GDP", "90.0", 95, "-", 125]]
    waits = "waits for the answer to twice-gdp-2019"
    assert reasons(tmp_path, rows) == {
        "B4": "the same figure again, as in 指标!B3",
        "E3": waits,
        "E4": waits,
    }
    assert [row[0] for row in cells(tmp_path, rows)] == ["B3", "C4"]
    for answer, cell, value in (("first", "E3", 120), ("last", "E4", 125)):
        read = read_workbook(tmp_path / "zone.xlsx", {"twice-gdp-2019": answer})
        assert read.table().set_index("cell").loc[cell, "value"] == value


# What is refused
# -------------------------------------------------------------------------------------------------


def test_a_file_that_unpacks_to_too_much_is_refused_before_it_is_read(tmp_path):
    file = book(tmp_path, [HEADER, ["GDP", "亿元", 235, 250]])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/x.bin", bytes(workbook.MOST_BYTES + 1))
    assert file.stat().st_size < 1_000_000
    with pytest.raises(DataError, match="bytes unpacked"):
        read_workbook(file)


def test_a_part_that_ends_before_the_length_it_states_is_one_message(tmp_path):
    file = tmp_path / "x.xlsx"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("[Content_Types].xml", b"<workbook/>")
    # Both lengths in the list of contents at the end, packed and unpacked.
    raw, length = file.read_bytes(), (11).to_bytes(4, "little")
    contents = raw.index(b"PK\x01\x02")
    assert raw[contents:].count(length * 2) == 1
    file.write_bytes(
        raw[:contents] + raw[contents:].replace(length * 2, (9999).to_bytes(4, "little") * 2)
    )
    with pytest.raises(DataError, match=r"x\.xlsx: found a part that ends too early; expected "):
        read_workbook(file)


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04 not really", b"name,value\ngdp,1\n", b"\xd0\xcf\x11\xe0 old"]
)
def test_what_is_no_spreadsheet_is_one_message(raw, tmp_path):
    file = tmp_path / "x.xlsx"
    file.write_bytes(raw)
    with pytest.raises(DataError, match=r"x\.xlsx: found .*; expected "):
        read_workbook(file)


def test_an_empty_or_a_missing_file_is_one_message(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_workbook(tmp_path / "nowhere.xlsx")
    with pytest.raises(DataError, match="found a folder; expected an .xlsx file"):
        read_workbook(tmp_path)
    with pytest.raises(DataError, match="no filled cell"):
        read_workbook(book(tmp_path, []))


# Into a plan folder
# ----------------------------------------------------------------------------------------------


def test_what_is_written_is_a_valid_plan_with_the_same_figures(tmp_path):
    folder = tmp_path / "plan"
    read = read_workbook(park(tmp_path))
    write_plan(read, folder)
    assert tables.plan_problems(folder) == []
    plan = load_plan(folder)
    assert plan.zone("zh") == "示例工业园区"
    assert plan.years == (2018, 2019)
    assert plan.base_year == 2017
    assert plan.target("gdp", 2019).value == 2680
    assert plan.stated_growth("gdp") == 7
    # In the unit of the plan, whatever the figure was kept in.
    assert plan.levels("fdi_actual")[["year", "value", "unit"]].to_numpy().tolist() == [
        [2016, 106000, "万美元"],
        [2017, pytest.approx(93000), "万美元"],
    ]
    # What is known by name is told to readers of both languages.
    assert [plan.name("gdp", lang) for lang in ("en", "zh")] == ["GDP", "地区生产总值"]
    assert plan.name("fixed_asset_investment_growth") == "Fixed-asset investment growth"
    assert plan.name("own_01") == "高新技术企业数"
    assert set(plan.all_observations["grade"]) == {"P"}
    assert (
        plan.all_observations.set_index(["indicator_id", "year"]).loc[("gdp", 2016), "note"]
        == "指标!D5"
    )
    assert plan.targets.set_index("target_id").loc[
        "gdp-2019", ["locator", "precision"]
    ].tolist() == ["指标!G5", 1]
    assert plan.forecast().odds().final().set_index("indicator_id").loc["gdp", "own"]


def test_a_second_file_adds_what_the_first_did_not_bring(tmp_path):
    folder = tmp_path / "plan"
    write_plan(
        read_workbook(book(tmp_path, [["指标", "单位", "2018年目标"], ["GDP", "亿元", 250]])),
        folder,
    )
    seen = book(tmp_path, [["指标", "单位", "2017年实际"], ["GDP", "亿元", 235]], name="past.xlsx")
    before = (folder / "targets.csv").read_bytes()
    write_plan(read_workbook(seen), folder)
    assert load_plan(folder).levels("gdp")["value"].tolist() == [235]
    assert (folder / "targets.csv").read_bytes() == before
    write_plan(read_workbook(seen), folder)
    assert len(pd.read_csv(folder / "observations.csv")) == 1


def test_the_command_shows_and_asks_before_it_writes(tmp_path, monkeypatch, capsys):
    file, folder = park(tmp_path), tmp_path / "plan"
    typed = iter(["", "示例园", "yesterday", "2018年2月1日", "n"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    assert cli.main(["import", str(file), "--to", str(folder), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert "2,680" in said
    assert "高新技术企业数" in said.split("No similar regions are known for")[1]
    assert "found 'yesterday'; expected a day such as 2018-10-30" in said
    assert "Nothing was written" in said
    assert not folder.exists()
    typed = iter(["", "示例园", "2018年2月1日", "y"])
    assert cli.main(["import", str(file), "--to", str(folder), "--lang", "en"]) == 0
    assert (load_plan(folder).adopted.isoformat(), load_plan(folder).zone("zh")) == (
        "2018-02-01",
        "示例园",
    )
    assert cli.main(["check", "--plan", str(folder), "--lang", "en"]) == 0
    checked = capsys.readouterr().out
    assert "3 of 4 series have a chance" in checked
    assert "Taken by default" not in checked


def test_the_same_file_gives_the_same_bytes(tmp_path):
    file = park(tmp_path)
    for name in ("a", "b"):
        write_plan(read_workbook(file), tmp_path / name / "plan")
    names = sorted(p.name for p in (tmp_path / "a" / "plan").iterdir())
    assert names == ["observations.csv", "plan.yml", "sources.csv", "targets.csv"]
    assert all(
        (tmp_path / "a" / "plan" / n).read_bytes() == (tmp_path / "b" / "plan" / n).read_bytes()
        for n in names
    )
