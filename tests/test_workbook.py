"""The workbook: what is drawn can be read back, and every native chart stands on cells that hold numbers."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest

from zoneplan.messages import words
from zoneplan.report import brief, workbook
from zoneplan.report.native import KINDS, native

DAY = date(2018, 10, 30)
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def frame(text: str, *rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=text.split())


# One small table for each kind of chart, with the columns that the kind draws.
TABLES = {
    "fan": frame(
        "series year value source_id unit",
        ("observed", 2015, 9.0, "s1", "u"),
        ("target", 2018, 15.0, "plan", "u"),
        ("base", 2017, 12.0, "own", "u"),
        ("no change", 2015, 9.0, "own", "u"),
        ("no change", 2018, 9.0, "own", "u"),
        *(
            (q, 2018, v, "own", "u")
            for q, v in zip(
                ("q10", "q25", "q50", "q75", "q90"), (10.0, 11.0, 13.0, 14.0, 17.0), strict=True
            )
        ),
    ),
    "hedgehog": frame(
        "series origin year value unit",
        ("what happened", np.nan, 2015, 1.0, "u"),
        ("what happened", np.nan, 2016, 2.0, "u"),
        ("q10", 2015, 2016, 1.5, "u"),
        ("q50", 2015, 2016, 1.8, "u"),
        ("q90", 2015, 2016, 2.5, "u"),
    ),
    "tally": frame("finding n source_id", ("agrees", 2, "plan"), ("contradicts", 1, "plan")),
    "panels": frame(
        "label driver low high target share",
        ("GDP", "growth", -3.0, 4.0, 1.0, 0.7),
        ("GDP", "base", -1.0, 1.0, 1.0, 0.3),
    ),
    "tornado": frame(
        "assumption low high span low_label",
        ("growth", 8.0, 12.0, 4.0, "-1 %"),
        ("base", 9.0, 10.0, 1.0, "=1"),
    ),
    "shares": frame("driver exact total", ("growth", 0.7, 0.8), ("base", 0.3, 0.3)),
    "percentile": frame(
        "label p10 p25 p50 p75 p90 plan_growth",
        ("GDP", 2.0, 4.0, 6.0, 8.0, 10.0, 9.0),
        ("Trade", -5.0, 1.0, 4.0, 7.0, 9.0, 9.0),
    ),
    "needed": frame(
        "label needed achieved class_median", ("GDP", 9.0, np.nan, 8.0), ("Trade", 10.0, 9.0, 7.0)
    ),
    "size": frame(
        "zone_id label year size growth", ("a", "A", 2010, 12.0, 9.0), ("b", "B", 2011, 1200.0, 4.0)
    ),
    "ladder": frame(
        "zone_id label evaluation_year rank",
        ("a", "A", 2018, 30),
        ("a", "A", 2019, 20),
        ("b", "B", 2018, 3),
    ),
    "coverage": frame(
        "label horizon coverage", ("GDP", 1, 0.8), ("GDP", 2, 0.7), ("imports", 1, 0.6)
    ),
    "reliability": frame("forecast observed n", (0.1, 0.2, 5), (0.5, 0.4, 9), (0.9, 0.8, 4)),
    "two_way": frame("second break_even even_odds", (1.0, 5.0, 6.0), (2.0, 4.0, np.nan)),
    "discovery": frame("first second met", (1.0, 2.0, True), (2.0, 1.0, False)),
    "lines": frame("label x y", ("a", 2015, 1.0), ("a", 2017, 2.0), ("b", 2016, 1.5)),
    "odds": frame("label low high p", ("GDP", 0.4, 0.5, np.nan), ("Trade", 0.1, 0.1, 0.1)),
    "matrix": frame(
        "label column value text",
        ("GDP", "near", 60.0, "60"),
        ("GDP", "far", 30.0, "30"),
        ("Trade", "near", 10.0, "10"),
    ),
    "pairs": frame(
        "label first second target", ("A, 2013", 15.0, 12.0, 15.0), ("B, 2014", 9.0, np.nan, 9.0)
    ),
    "fitted": frame("zone_id label x y", ("a", "A", 3.0, 9.0), ("b", "B", 30.0, 4.0)),
    "by_year": frame(
        "zone_id label year value unit", ("a", "A", 2012, 5.0, "%"), ("b", "B", 2014, 9.0, "%")
    ),
    "unheard_of": frame("colour taste", ("red", "sweet")),
}


def fake(name: str, data: pd.DataFrame) -> SimpleNamespace:
    texts = {
        "title": f"The {name} tells",
        "subtitle": "what, where, percent",
        "source": "Source: s1.",
        "alt": f"alt of {name}",
    }
    return SimpleNamespace(id=name, table=lambda: data.copy(), data=data, lang="en", **texts)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    charts = [fake(name, data) for name, data in TABLES.items()]
    texts = pd.DataFrame(
        {
            "text": ["=1+1", "+1", "-1", "@x", "plain"],
            "flag": [True] * 5,
            "day": [pd.Timestamp(DAY)] * 5,
        }
    )
    return workbook.write_workbook(
        tmp_path_factory.mktemp("book") / "a.xlsx",
        charts,
        [("sources", "where from", texts)],
        "Data",
        DAY,
    )


def references(path: Path) -> dict[str, list[tuple[str, str]]]:
    """For every chart part: (what it is, cell range) of each reference."""
    out = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"xl/charts/chart\d+\.xml", name):
                root = ElementTree.fromstring(archive.read(name))
                out[name] = [
                    (parent.tag.removeprefix(C), part.find(f".//{C}f").text)
                    for parent in root.iter()
                    if parent.tag.removeprefix(C) in ("cat", "val", "xVal", "yVal", "plus", "minus")
                    for part in [parent]
                ]
    return out


def check_references(path: Path) -> int:
    """Every native chart refers to cells that exist; values are numbers, at least one each; the number of charts."""
    opened = openpyxl.load_workbook(path)
    found = references(path)
    for parts in found.values():
        assert parts
        for what, text in parts:
            sheet, cells = text.rsplit("!", 1)
            first, last = (cells.replace("$", "").split(":") * 2)[:2]
            values = [c.value for row in opened[sheet.strip("'")][f"{first}:{last}"] for c in row]
            if what == "cat":
                assert all(v is not None for v in values), text
            else:
                numbers = [v for v in values if v is not None]
                assert numbers and all(isinstance(v, (int, float)) for v in numbers), text
                assert what not in ("val", "yVal") or values[-1] is not None, text
    assert not [
        c for sheet in opened for row in sheet.iter_rows() for c in row if c.data_type == "f"
    ]
    return len(found)


def test_every_kind_of_chart_is_native_and_stands_on_numbers(book):
    made = [name for name, data in TABLES.items() if native(fake(name, data)) is not None]
    assert len(made) == len(KINDS) == len(TABLES) - 1 and "unheard_of" not in made
    assert check_references(book) == len(made)


def test_each_kind_is_told_by_its_columns():
    used = [
        next(made for needed, made in KINDS if needed <= set(TABLES[n].columns))
        for n in TABLES
        if n != "unheard_of"
    ]
    assert len(set(used)) == len(KINDS)


def test_a_kind_without_counterpart_says_so(book):
    sheet = openpyxl.load_workbook(book)["unheard_of"]
    assert words("en")("workbook.no_counterpart") in [c.value for c in sheet[4]]


def test_a_native_chart_carries_title_and_alternative_text(book):
    with zipfile.ZipFile(book) as archive:
        charts = "".join(
            archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/charts/chart")
        )
        drawings = "".join(
            archive.read(n).decode()
            for n in archive.namelist()
            if n.startswith("xl/drawings/drawing")
        )
    for name in set(TABLES) - {"unheard_of"}:
        assert f"The {name} tells" in charts and f'descr="alt of {name}"' in drawings


def test_the_fan_is_stacked_from_widths():
    made = native(fake("fan", TABLES["fan"]))
    last = made.frame.set_index("year").loc[2018]
    assert list(last[[s.values for s in made.area]]) == [10.0, 1.0, 3.0, 3.0]
    opened = made.frame.set_index("year").loc[2017]
    assert opened["median"] == 12.0 and opened["P25 to P75"] == 0.0
    assert list(made.frame["no change"]) == [9.0] * 4 and made.frame["median"].notna().sum() == 2


def test_an_axis_holds_all_values_and_starts_at_zero_only_near_it():
    from zoneplan.report.native import _limits

    assert _limits(np.array([1.0, 9.0])) == {"min": 0.0, "max": 9.0}
    axis = _limits(np.array([203.0, np.nan, 298.0]), "u")
    assert axis["name"] == "u" and 190 <= axis["min"] <= 203 and 298 <= axis["max"] <= 310


def test_texts_stay_texts_and_keep_their_quote(book):
    opened = openpyxl.load_workbook(book)
    cells = [opened["sources"].cell(row, 1) for row in range(6, 11)]
    assert [c.value for c in cells] == ["=1+1", "+1", "-1", "@x", "plain"]
    assert all(c.data_type == "s" for c in cells) and [c.quotePrefix for c in cells] == [
        True
    ] * 4 + [False]
    assert opened["sources"]["B6"].value is True and opened["sources"]["C6"].is_date


def test_heads_stay_in_sight_and_columns_fit(book):
    for sheet in openpyxl.load_workbook(book).worksheets[1:]:
        assert sheet.freeze_panes == "A6" and sheet["A4"].hyperlink.location == "'contents'!A1"
        assert all(
            9 <= sheet.column_dimensions[c.column_letter].width <= workbook.WIDEST + 1
            for c in sheet[5]
            if c.value
        )


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("year", [2015, 2016], "0"),
        ("probability_low", [0.2, None], "0.0 %"),
        ("value", [1000, 20], "#,##0"),
        ("low", [0.1, 0.9], "0.0 %"),
        ("low", [-3.5, 4.0], "#,##0.00"),
        ("value", [204.72, 9.1], "#,##0.0"),
    ],
)
def test_number_formats(name, values, expected):
    assert workbook.number_format(name, values) == expected


def test_the_project_workbook(plan, tmp_path):
    from zoneplan.charts.stories import path_chart, ratio_chart

    charts = [
        plan.audit().plot(),
        ratio_chart(plan),
        path_chart(plan, "gdp"),
        plan.verdicts().plot(),
    ]
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        brief.write_tables(plan, plan.verdicts(), charts, tmp_path / name)
        files.append(tmp_path / name / "zoneplan.xlsx")
    assert files[0].read_bytes() == files[1].read_bytes()
    assert check_references(files[0]) == len(charts)
    names = openpyxl.load_workbook(files[0]).sheetnames
    assert {"verdicts", "targets", "assumptions", "sources"} <= set(names)
    for chart in charts:
        read = pd.read_excel(
            files[0], sheet_name=chart.id, header=4, usecols=range(len(chart.data.columns))
        )
        drawn = chart.table()
        for column in drawn.select_dtypes("number"):
            shown = read.iloc[: len(drawn), list(drawn).index(column)]
            np.testing.assert_allclose(shown.astype(float), drawn[column].astype(float))


def test_the_chinese_workbook_has_chinese_sheets_heads_and_values(plan, tmp_path):
    from zoneplan.charts.stories import path_chart

    brief.write_tables(plan, plan.verdicts(), [path_chart(plan, "gdp", "zh")], tmp_path, "zh")
    book = openpyxl.load_workbook(tmp_path / "zoneplan_zh.xlsx")
    w = words("zh")
    assert book.sheetnames == [
        w("workbook.contents"),
        "path_gdp",
        *w.group("workbook.sheet").values(),
    ]
    path, targets = book["path_gdp"], book[w("workbook.sheet.targets")]
    assert [c.value for c in path[5]][:5] == ["序列", "年份", "数值", "来源", "单位"]
    assert {c.value for c in path["A"][5:29]} >= {"观测值", "目标", "基数"}
    for sheet in book:
        heads = [str(c.value) for c in sheet[3 if sheet is book.worksheets[0] else 5] if c.value]
        assert heads and not [h for h in heads if re.search(r"[A-Za-z]{4,}", h)], sheet.title
    directions = {
        c.value for c in targets[next(c.column_letter for c in targets[5] if c.value == "方向")][5:]
    }
    assert "不低于" in directions and not {"at_least", "about"} & directions


def test_assumptions_name_their_sizes_and_rows(plan):
    table = brief.assumption_table(plan)
    assert set(table["kind"]) == {"base", "class", "scenario"}
    gdp = table[(table["kind"] == "base") & (table["indicator_id"] == "gdp")].set_index("name")
    assert gdp.loc["observed", "value"] == plan.levels("gdp")["value"].iloc[-1]
    assert gdp.loc["implied", "low"] < gdp.loc["implied", "value"] < gdp.loc["implied", "high"]
    stories = table[(table["kind"] == "scenario") & table["indicator_id"].notna()]
    assert stories["source_id"].notna().all() and stories["value"].notna().all()
    assert {s.title_en for s in plan.scenarios().values()} == set(
        table.loc[table["kind"] == "scenario", "name"]
    )
