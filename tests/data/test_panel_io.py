"""Files of panels as people bring them: each shape is read, each fault is told or refused with its
place.
"""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.data.panel import panel_of
from zoneplan.data.panel_io import read_panel
from zoneplan.errors import DataError

HEADER = "unit_id,year,value"
LAST = 2012


def wave(k: int) -> float:
    return 1 + 0.02 * k


def rows(units="ABCDEFG", years=range(2001, LAST + 1)) -> list[str]:
    """Sound rows: every unit grows at its own pace, with a wave so that no two years are alike."""
    return [
        f"{unit},{year},{100 * (1.05 + 0.01 * i) ** (year - 2000) * wave((3 * i + year) % 5):.2f}"
        for i, unit in enumerate(units)
        for year in years
    ]


SOUND = "\n".join([HEADER, *rows()]) + "\n"


@pytest.fixture
def write(tmp_path):
    def write(content, name="series.csv"):
        file = tmp_path / name
        text = "\n".join(content) + "\n" if isinstance(content, list) else content
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


@pytest.fixture
def sound(write):
    return read_panel(write(SOUND, "sound.csv")).panel


def same(one, two) -> bool:
    return (
        one.units.tolist() == two.units.tolist()
        and one.years.tolist() == two.years.tolist()
        and np.allclose(one.logs, two.logs, rtol=1e-12, equal_nan=True)
    )


def refused(file, **options) -> list[tuple]:
    with pytest.raises(DataError) as caught:
        read_panel(file, **options)
    assert all(p.file.startswith(str(file)) for p in caught.value.problems)
    return [(p.row, p.column) for p in caught.value.problems]


def levels(reading) -> dict:
    return {(r.unit_id, r.year): round(r.value, 6) for r in reading.panel.rows().itertuples()}


# What a sound file gives.


def test_known_answer_of_a_small_file(write):
    lines = [HEADER, "B,2003,20", "A,2001,50", " A , 2003 , 1e2 ", "", "B,2002,15.5"]
    reading = read_panel(write(lines))
    assert reading.told == ()
    assert reading.left_out == ()
    panel = reading.panel
    assert panel.units.tolist() == ["A", "B"]
    assert panel.years.tolist() == [2001, 2002, 2003]
    assert np.allclose(np.exp(panel.logs), [[50, np.nan, 100], [np.nan, 15.5, 20]], equal_nan=True)
    assert panel.last_years.tolist() == [2003, 2003]


def test_names_may_hold_commas_colons_quotes_and_chinese(write):
    names = ["a, b", "x:7:value", 'say "so"', "温州市", "NA", "007", "-1"]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["unit_id", "year", "value"], *[[n, 2001, 1] for n in names]])
    assert sorted(read_panel(write(buffer.getvalue())).panel.units) == sorted(names)


def test_the_order_of_rows_does_not_matter(write, sound):
    assert same(read_panel(write([HEADER, *reversed(rows())])).panel, sound)


def test_the_quick_and_the_careful_reader_agree(write, sound):
    # A blank line sends the file to the careful reader.
    assert same(read_panel(write(SOUND + "\n\n")).panel, sound)


# The same panel in other shapes.


def long(heads="unit_id year value", year="{}", value="{}", mark=",") -> str:
    """The sound rows with other heads, spellings and marks."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator="\n")
    writer.writerow(heads.split())
    for row in rows():
        u, y, v = row.split(",")
        writer.writerow(
            [u, year.format(y), value.format(v).replace(".", "," if mark == ";" else ".")]
        )
    return buffer.getvalue()


def wide(head="{}", first="unit_id", tail="") -> str:
    frame = pd.read_csv(io.StringIO(SOUND), dtype={"value": str})
    table = frame.pivot(index="unit_id", columns="year", values="value")
    lines = [",".join([first, *(head.format(y) for y in table.columns)]) + tail]
    return "\n".join(
        [
            *lines,
            *(",".join([u, *r]) + tail for u, r in zip(table.index, table.to_numpy(), strict=True)),
        ]
    )


def across() -> str:
    frame = pd.read_csv(io.StringIO(SOUND), dtype={"value": str})
    return frame.pivot(index="year", columns="unit_id", values="value").to_csv()


WORLD = '"Data Source","World Development Indicators",\n\n"Last Updated Date","2019-10-28",\n\n'
SHAPES = {
    "nixtla": long("unique_id ds y"),
    "capitals": long("Unit_ID Year Value"),
    "chinese": long("地区 年份 数值"),
    "county": long("县 年度 值"),
    "sdmx": long("REF_AREA TIME_PERIOD OBS_VALUE"),
    "dates": long(year="{}-12-31"),
    "moments": long(year="{}-12-31 00:00:00"),
    "whole floats": long(year="{}.0"),
    "nian": long(year="{}年"),
    "nian du": long(year="{}年度"),
    "semicolons and decimal commas": long(mark=";"),
    "tabs": long(mark="\t"),
    "bars": long(mark="|"),
    "byte-order mark": "\ufeff" + SOUND,
    "windows lines": SOUND.replace("\n", "\r\n"),
    "utf-16": SOUND.encode("utf-16"),
    "utf-16 without a mark": SOUND.encode("utf-16-le"),
    "gb18030": long("地区 年份 数值").encode("gb18030"),
    "wide": wide(),
    "wide nian": wide("{}年", "县"),
    "wide with a prefix": wide("gdp{}"),
    "wide of R": wide("X{}"),
    "units across": across(),
    "a title above": "Panel of towns\n\n" + SOUND,
    "world bank": WORLD + wide(first='"Country Name"', tail=","),
    "fullwidth": SOUND.replace("2001", "２００１"),
}


@pytest.mark.parametrize("cut", [SOUND.encode("utf-16")[:-1], SOUND.encode("utf-16-be") + b"\x00"])
def test_text_that_breaks_off_within_a_sign_is_refused(cut, tmp_path):
    file = tmp_path / "panel.csv"
    file.write_bytes(cut)
    with pytest.raises(DataError, match="bytes that are no text in utf-16"):
        read_panel(file)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_panel_in_another_shape(shape, write, sound):
    reading = read_panel(write(SHAPES[shape]))
    assert same(reading.panel, sound)
    assert reading.left_out == ()


@pytest.mark.parametrize("heads", ["town when amount", "town year amount extra"])
def test_columns_are_named_where_their_heads_do_not_say_it(heads, write, sound):
    file = write(
        SOUND.replace(HEADER, heads.replace(" ", ","))
        .replace("\n", ",1\n" if "extra" in heads else "\n")
        .replace("extra,1", "extra")
    )
    assert refused(file)[0][0] == 1
    names = heads.split()
    assert same(read_panel(file, id=names[0], year=names[1], value=names[2]).panel, sound)


def test_a_single_column_that_is_left_is_taken_and_told(write, sound):
    reading = read_panel(write(SOUND.replace("value", "GDP (bn)")))
    assert same(reading.panel, sound)
    assert "'GDP (bn)' read as the value" in reading.told[0]


def test_a_column_that_is_asked_for_must_be_there(write):
    assert refused(write(SOUND), id="town") == [(1, None)]


def test_a_series_is_chosen_by_what_stands_before_the_years(write):
    text = "county,gdp2001,gdp2002,pop2001,pop2002\nA,1,2,30,40\n"
    with pytest.raises(DataError, match="'gdp', 'pop'"):
        read_panel(write(text))
    assert levels(read_panel(write(text), value="pop")) == {("A", 2001): 30, ("A", 2002): 40}


@pytest.mark.parametrize("kind", ["xlsx", "dta", "parquet"])
@pytest.mark.parametrize("shape", ["long", "wide"])
def test_excel_stata_and_parquet(kind, shape, write, sound, tmp_path):
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    frame = pd.read_csv(io.StringIO(SOUND))
    if shape == "wide":
        frame = frame.pivot(index="unit_id", columns="year", values="value").reset_index()
        frame.columns = ["unit_id", *(f"y{c}" for c in frame.columns[1:])]
    file = tmp_path / f"panel.{kind}"
    {
        "xlsx": lambda: frame.to_excel(file, index=False),
        "dta": lambda: frame.to_stata(file, write_index=False),
        "parquet": lambda: frame.to_parquet(file),
    }[kind]()
    assert same(read_panel(file).panel, sound)


def test_excel_with_a_title_dates_gaps_and_codes(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["a note"])
    sheet = book.create_sheet("data")
    for row in [
        ["GDP"],
        [],
        ["代码", "地区代码", "年份", "数值"],
        [1, 330300, 2001, 5],
        [2, 330300.0, "2002年", "…"],
        [3, 330400, 2002, "1,234.5"],
    ]:
        sheet.append(row)
    file = tmp_path / "book.xlsx"
    book.save(file)
    reading = read_panel(file)
    assert levels(reading) == {("330300", 2001): 5, ("330400", 2002): 1234.5}
    assert any("sheet 'data' was read" in line for line in reading.told)


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"PK\x03\x04 no workbook", "x.xlsx", "does not open as Excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x.xls", "saved as .xlsx or CSV"),
        (b"<stata_dta>", "x.dta", "a Stata file"),
        (b"unit_id,year,value\n\x81\xff\xff,2001,1\n", "x.csv", "expected UTF-8 text"),
        (b"", "x.csv", "an empty file"),
    ],
)
def test_a_file_that_does_not_open_is_named(content, name, said, write):
    with pytest.raises(DataError, match=said):
        read_panel(write(content, name))


def test_a_broken_parquet_file_is_named(write):
    pytest.importorskip("pyarrow")
    with pytest.raises(DataError, match="a Parquet file"):
        read_panel(write(b"PAR1" + b"\x00" * 40 + b"PAR1", "x.parquet"))


def test_western_accents_are_not_read_as_chinese(write):
    reading = read_panel(write("unit_id,year,value\nOrléans,2001,5\n".encode("cp1252")))
    assert reading.panel.units.tolist() == ["Orléans"]
    assert "Windows-1252" in reading.told[0]


# Figures and gaps.


@pytest.mark.parametrize("mark", ["..", ":", "n.a.", "—", "NA", "", "-", "缺失", "…", "nan"])
def test_marks_of_missing_figures_are_gaps_and_told(mark, write):
    reading = read_panel(write([HEADER, *rows(), f"H,2001,{mark}", "H,2002,3"]))
    assert reading.left_out == ()
    assert "left as a gap" in reading.told[0]
    assert levels(reading)[("H", 2002)] == 3
    assert ("H", 2001) not in levels(reading)


@pytest.mark.parametrize(
    ("text", "figure", "told"),
    [
        ('"112,080.5"', 112080.5, "parting thousands"),
        ('"1,234"', 1234, "parting thousands"),
        ('"1 234"', 1234, "parting thousands"),
        ("412.5 p", 412.5, "a mark behind a figure"),
        ("412.5*", 412.5, "a mark behind a figure"),
        ("１２", 12, None),
    ],
)
def test_figures_as_offices_write_them(text, figure, told, write):
    reading = read_panel(write([HEADER, f"A,2001,{text}", "A,2002,5"]))
    assert levels(reading)[("A", 2001)] == figure
    assert (told is None) or any(told in line for line in reading.told)


@pytest.mark.parametrize(
    ("texts", "decimal", "figures"),
    [
        (["1,5", "1.234,5"], None, [1.5, 1234.5]),
        (["1.234", "12,75"], None, [1234, 12.75]),
        (["1,234.5", "1,234"], None, [1234.5, 1234]),
        (["1,234", "1,235"], ",", [1.234, 1.235]),
        (["1,234", "1,235"], ".", [1234, 1235]),
        (["0,234", "12"], None, [0.234, 12]),
    ],
)
def test_decimal_commas(texts, decimal, figures, write):
    lines = ["unit_id;year;value", *(f"A;{2001 + k};{t}" for k, t in enumerate(texts))]
    assert list(levels(read_panel(write(lines), decimal=decimal)).values()) == pytest.approx(
        figures
    )


def test_commas_that_may_be_either_are_asked_about(write):
    with pytest.raises(DataError, match="--decimal"):
        read_panel(write(["unit_id;year;value", "A;2001;1,234", "A;2002;1,235"]))


# What is left out, and where.

BAD = {
    "text": ("X,2010,many", "value"),
    "zero": ("X,2010,0", "value"),
    "too small to be told from zero": ("X,2010,1e-400", "value"),
    "negative": ("X,2010,-3", "value"),
    "infinite": ("X,2010,inf", "value"),
    "too large": ("X,2010,1e400", "value"),
    "underscore": ("X,2010,1_000", "value"),
    "a unit behind the figure": ("X,2010,5k", "value"),
    "no unit": (" ,2010,1", "unit_id"),
    "text year": ("X,last,1", "year"),
    "no year": ("X,,1", "year"),
    "part of a year": ("X,2010.5,1", "year"),
    "quarter": ("X,2010Q1,1", "year"),
    "early year": ("X,1899,1", "year"),
    "late year": ("X,2201,1", "year"),
    "raised digits": ("X,⁰¹⁰,1", "year"),
    "endless year": ("X," + "9" * 5000 + ",1", "year"),
    "cut in two": ("X,2010,1,234", None),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_bad_row_is_named_and_left_out_or_refused(kind, write, sound):
    line, column = BAD[kind]
    file = write([HEADER, *rows(), line])
    place = (len(rows()) + 2, column)
    assert refused(file, strict=True) == [place]
    reading = read_panel(file)
    assert [(p.row, p.column) for p in reading.left_out] == [place]
    assert [line.startswith("left out: ") for line in reading.told] == [True]
    assert same(reading.panel, sound)


def test_equal_problems_are_one_line_with_a_count_and_three_examples(write):
    zeros = [f"Z{k},2010,0" for k in range(1500)]
    (problem,) = read_panel(write([HEADER, *zeros, *rows()])).left_out
    assert problem.found == "1500 times '0' (row 2), '0' (row 3), '0' (row 4)"
    assert problem.column == "value"
    assert problem.row is None


def test_heads_of_the_file_are_named_in_problems(write):
    (problem,) = read_panel(write(["地区,年份,数值", "甲,2001,0", "甲,2002,5"])).left_out
    assert problem.column == "数值"


def test_wide_tables_name_the_year_of_a_bad_figure(write):
    (problem,) = read_panel(write(["unit_id,2001,2002", "A,5,x", "B,5,6"])).left_out
    assert problem.found == "'x' in 2002"
    assert problem.row == 2


def test_a_figure_with_two_values_is_used_neither_way(write):
    reading = read_panel(write([HEADER, *rows(), "A,2003,1"]))
    (problem,) = reading.left_out
    assert "A,2003 with another value again (row 4)" in problem.found
    assert "(row 86)" in problem.found
    assert ("A", 2003) not in levels(reading)
    assert ("A", 2004) in levels(reading)


def test_the_same_figure_twice_is_used_once_and_told(write, sound):
    reading = read_panel(write([HEADER, *rows(), rows()[2]]))
    assert same(reading.panel, sound)
    assert "used once" in reading.told[0]


def test_several_series_in_one_file_are_refused(write):
    lines = [f"{line},gdp" for line in rows()] + [f"{line},pop" for line in rows("ABC")]
    with pytest.raises(DataError, match="one series in a file"):
        read_panel(write([HEADER + ",indicator", *[x.replace(",100", ",101") for x in lines]]))


def test_months_are_refused(write):
    lines = [f"A,2001-{m:02}-01,{m}" for m in range(1, 13)]
    with pytest.raises(DataError, match="one figure a year"):
        read_panel(write([HEADER, *lines]))


@pytest.mark.parametrize(("to", "stale"), [(2022, False), (2023, True)])
def test_ten_years_ahead_is_the_furthest(to, stale, write):
    # Unit A ends a year later than the others, so only they are too old.
    file = write([HEADER, *rows(), "A,2013,300"])
    reading = read_panel(file, to)
    assert reading.panel.units.tolist() == (["A"] if stale else list("ABCDEFG"))
    assert any("6 times B: last in 2012, C: last" in p.found for p in reading.left_out) == stale


def test_one_stale_unit_does_not_refuse_the_file(write, sound):
    reading = read_panel(write([HEADER, *rows(), "old,1990,3"]), 2015)
    assert reading.panel.units.tolist() == sound.units.tolist()
    assert "old: last in 1990" in reading.told[0]


# Names that differ by blanks, and figures that jump.


def test_names_that_differ_by_blanks_are_one_unit_and_told(write, sound):
    lines = [
        r.replace("A,", "温 州," if y % 2 else "温　 州,") if r.startswith("A") else r
        for y, r in enumerate(rows())
    ]
    lines[0] = lines[0].replace("温　 州", "温州")
    reading = read_panel(write([HEADER, *lines]))
    assert len(reading.panel.units) == 7
    assert np.isfinite(reading.panel.logs).all()
    assert "differ by blanks only, read as one unit" in reading.told[0]


def test_names_that_differ_by_blanks_but_share_years_stay_apart(write):
    reading = read_panel(write([HEADER, *rows(), "A A,2001,5", "AA,2001,7"]))
    assert {"A A", "AA"} <= set(reading.panel.units)
    assert "kept apart" in reading.told[0]


def test_a_break_in_level_is_asked_about(write):
    broken = [
        f"{u},{y},{float(v) * (3.1 if u == 'C' and int(y) >= 2008 else 1):.3f}"
        for u, y, v in (r.split(",") for r in rows())
    ]
    reading = read_panel(write([HEADER, *broken]))
    assert len(reading.told) == 1
    assert reading.left_out == ()
    assert "more than double" in reading.told[0]
    assert " in 2007, " in reading.told[0]
    assert reading.told[0].count("C: ") == 1


def test_growth_that_all_units_share_is_no_break(write):
    grown = [
        f"{u},{y},{float(v) * 3.0 ** (int(y) - 2001):.3f}"
        for u, y, v in (r.split(",") for r in rows())
    ]
    assert read_panel(write([HEADER, *grown])).told == ()


# What cannot be used at all.


@pytest.mark.parametrize(
    ("content", "places"),
    [
        ("unit_id,year,value\n", [(None, None)]),
        ("A,2001,1\n", [(1, None)]),
        ("unit_id,year,value,value\nA,2001,1,2\n", [(1, None)]),
        ("unit_id,year,gdp,population\nA,2001,1,2\n", [(1, None)]),
        ('unit_id,year,value\n"A,2001,1\n', [(None, None)]),
        (HEADER + "\nA,2001,0\nB,2001,-1\n", [(None, "value"), (None, None)]),
    ],
    ids=["heads only", "no heads", "twice a head", "no value", "open quote", "nothing left"],
)
def test_a_file_without_a_panel(content, places, write):
    assert refused(write(content)) == places


@pytest.mark.parametrize("place", ["nowhere.csv", "."])
def test_no_such_file(place, tmp_path):
    assert refused(tmp_path / place) == [(None, None)]


def test_heads_that_were_found_are_told(write):
    with pytest.raises(
        DataError, match=r"'where', 'when', 'how much'.*the unit, year, value.*--id --year --value"
    ):
        read_panel(write("where,when,how much\nA,2001,1\n"))


# Round trip: a panel written in any of the shapes is the panel that is read.


@settings(derandomize=True, max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["a", "b c", "温州", "007"]), st.integers(1990, 1999)),
        st.floats(1e-3, 1e6),
        min_size=2,
        max_size=20,
    ),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
    st.booleans(),
)
def test_a_panel_that_is_written_is_read(tmp_path_factory, levels, mark, encoding, long):
    table = pd.DataFrame([(u, y, v) for (u, y), v in levels.items()], columns=HEADER.split(","))
    shown = (
        table
        if long
        else table.pivot(index="unit_id", columns="year", values="value").reset_index()
    )
    if not long and len(shown.columns) < 3:
        return
    file = tmp_path_factory.mktemp("round") / "panel.csv"
    shown.to_csv(file, index=False, sep=mark, encoding=encoding)
    assert same(read_panel(file).panel, panel_of(table))


def typed(line: str) -> list[str]:
    """Sound rows in other words: unit, year and value in the places of a line."""
    return [line.format(*r.split(",")) for r in rows()]


@pytest.mark.parametrize(
    "year", ["{}年12月31日", "{}年12月", "31.12.{}", "12/31/{}", "{}-12-31", "{}.0"]
)
def test_dates_are_years_in_any_order(year, write, sound):
    file = write([HEADER, *typed(f"{{}},{year.format('{}')},{{}}")])
    reading = read_panel(file)
    assert reading.told == ()
    assert same(reading.panel, sound)


@pytest.mark.parametrize(
    ("head", "line", "told"),
    [
        ("unit_id,ds,value", "{},{}-06-30,{}", "dates inside a year"),
        ("地区,单位,年份,数值", "{0},亿元,{1},{2}\n{0}x,万元,{1},{2}", "several units in '单位'"),
        ("unit,geo,year,value", "MIO_EUR,{},{},{}", "'geo' read as the unit"),
    ],
)
def test_what_may_be_meant_otherwise_is_told(head, line, told, write):
    reading = read_panel(write([head, *typed(line)]))
    assert [told in x for x in reading.told] == [True]


def test_a_column_of_growth_is_no_level(write):
    file = write(["地区,年份,GDP增速(%)", *rows()])
    with pytest.raises(DataError, match="a column of growth"):
        read_panel(file)
    assert read_panel(file, value="GDP增速(%)").told == ()


def test_utf16_needs_no_mark(tmp_path, sound):
    file = tmp_path / "panel.csv"
    file.write_bytes("\n".join(["县,年份,数值", *rows()]).encode("utf-16-le"))
    assert same(read_panel(file).panel, sound)
