"""Anybody's panel: what is read, what is refused and how it is said; the forecast command around it."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan import cli
from zoneplan.data.panel import Panel, panel_of, read_panel
from zoneplan.errors import DataError

HEADER = "unit_id,year,value"
COLUMNS = ["unit_id", "origin_year", "year", "q05", "q10", "q25", "q50", "q75", "q90", "q95"]
LAST = 2012


def rows(units="ABCDEFG", years=range(2001, LAST + 1)) -> list[str]:
    """Sound rows: every unit grows at its own pace, with a wave so that no two years are alike."""
    return [
        f"{unit},{year},{100 * (1.05 + 0.01 * i) ** (year - 2000) * (1 + 0.02 * ((3 * i + year) % 5)):.3f}"
        for i, unit in enumerate(units)
        for year in years
    ]


@pytest.fixture
def write(tmp_path):
    def write(lines, name="series.csv"):
        file = tmp_path / name
        file.write_bytes(lines if isinstance(lines, bytes) else ("\n".join(lines) + "\n").encode())
        return file

    return write


def refused(file, to=None) -> list[tuple]:
    with pytest.raises(DataError) as caught:
        read_panel(file, to)
    assert all(p.file == str(file) for p in caught.value.problems)
    return [(p.row, p.column) for p in caught.value.problems]


def forecast(capsys, *arguments) -> tuple[int, str, str]:
    code = cli.main(["forecast", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


# What a sound file gives.


def test_known_answer_of_a_small_file(write):
    panel, problems = read_panel(
        write([HEADER, "B,2003,20", "A,2001,1", " A , 2003 , 1e2 ", "", "B,2002,.5"])
    )
    assert problems == []
    assert panel.units.tolist() == ["A", "B"] and panel.years.tolist() == [2001, 2002, 2003]
    assert np.allclose(np.exp(panel.logs), [[1, np.nan, 100], [np.nan, 0.5, 20]], equal_nan=True)
    assert panel.last_years.tolist() == [2003, 2003]


def test_a_mark_at_the_start_and_further_columns_do_not_matter(write):
    plain, _ = read_panel(write([HEADER, *rows()]))
    wider = [
        f"{i},{r.split(',')[2]},{r.split(',')[1]},note,{r.split(',')[0]}"
        for i, r in enumerate(rows())
    ]
    other = write(
        ("\ufeff" + "\r\n".join(["no,value,year,,unit_id", *wider])).encode(), "other.csv"
    )
    panel, problems = read_panel(other)
    assert (
        problems == []
        and np.array_equal(panel.logs, plain.logs)
        and np.array_equal(panel.units, plain.units)
    )


def test_names_may_hold_commas_colons_quotes_and_chinese(write):
    names = ["a, b", "x:7:value", 'say "so"', "温州市", "NA", "007", "-1"]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["unit_id", "year", "value"], *[[n, 2001, 1] for n in names]])
    panel, _ = read_panel(write(buffer.getvalue().encode()))
    assert sorted(panel.units) == sorted(names)


def test_the_order_of_rows_does_not_matter(write):
    one, _ = read_panel(write([HEADER, *rows()]))
    two, _ = read_panel(write([HEADER, *reversed(rows())], "reversed.csv"))
    assert np.array_equal(one.logs, two.logs) and one.units.tolist() == two.units.tolist()


# What is refused, and where.

BAD = {
    "text": ("X,2010,many", "value"),
    "nothing": ("X,2010,", "value"),
    "zero": ("X,2010,0", "value"),
    "too small to be told from zero": ("X,2010,1e-400", "value"),
    "negative": ("X,2010,-3", "value"),
    "nan": ("X,2010,nan", "value"),
    "infinite": ("X,2010,inf", "value"),
    "too large": ("X,2010,1e400", "value"),
    "full-width digits": ("X,2010,１２", "value"),
    "underscore": ("X,2010,1_000", "value"),
    "thousands": ('X,2010,"1,000"', "value"),
    "no unit": (" ,2010,1", "unit_id"),
    "text year": ("X,last,1", "year"),
    "decimal year": ("X,2010.0,1", "year"),
    "signed year": ("X,+2010,1", "year"),
    "leading zero": ("X,02010,1", "year"),
    "early year": ("X,1899,1", "year"),
    "late year": ("X,2201,1", "year"),
    "full-width year": ("X,２０１０,1", "year"),
    "raised digits": ("X,²⁰¹⁰,1", "year"),
    "endless year": ("X," + "9" * 5000 + ",1", "year"),
    "again": ("A,2003,1", "unit_id,year"),
    "short": ("X,2010", "value"),
}


@pytest.mark.parametrize("kind", BAD)
def test_each_bad_row_is_named_by_row_and_column(kind, write):
    line, column = BAD[kind]
    assert refused(write([HEADER, *rows(), line])) == [(len(rows()) + 2, column)]


def test_all_bad_rows_are_listed_at_once_in_order(write):
    lines = [
        r for pair in zip([line for line, _ in BAD.values()], rows(), strict=False) for r in pair
    ]
    sound = [
        HEADER,
        "A,2003,5",
        *[r for r in lines if not r.startswith("A,2003,") or r == "A,2003,1"],
    ]
    places = {line: n for n, line in enumerate(sound, start=1)}
    assert refused(write(sound)) == [(places[line], column) for line, column in BAD.values()]


def test_a_row_wrong_in_every_cell_has_three_problems(write):
    assert refused(write([HEADER, ",never,nothing"])) == [(2, "unit_id"), (2, "year"), (2, "value")]


def test_a_thousands_separator_is_not_read_as_two_cells(write):
    assert refused(write([HEADER, "A,2001,1,234", 'B,2001,"1,234"', "C,2001,5"])) == [
        (2, "value"),
        (3, "value"),
    ]


def test_blank_lines_count_as_rows_but_are_no_problem(write):
    assert refused(write([HEADER, "", " , , ", "A,2001,x"])) == [(4, "value")]


def test_the_second_of_two_says_where_the_first_is(write):
    with pytest.raises(
        DataError, match=r":4:unit_id,year: found A,2001 again; expected once, as in row 2"
    ):
        read_panel(write([HEADER, "A,2001,1", "A,2002,1", "A,2001,1"]))


@pytest.mark.parametrize("to, stale", [(2022, False), (2023, True)])
def test_ten_years_ahead_is_the_furthest(to, stale, write):
    file = write([HEADER, *rows(), "A,2013,300"])
    # Unit A ends a year later than the others, so only they are too old.
    if stale:
        assert refused(file, to) == [(n * 12 + 1, "year") for n in range(2, 8)]
        panel, problems = read_panel(file, to, skip_bad=True)
        assert (
            panel.units.tolist() == ["A"]
            and len(problems) == 6
            and "B: last in 2012" in str(problems[0])
        )
    else:
        assert read_panel(file, to)[1] == []


UNUSABLE = {
    "empty": (b"", [(1, "unit_id"), (1, "year"), (1, "value")]),
    "header only": (b"unit_id,year,value\n", [(None, None)]),
    "other header": (b"unit,year,value\nA,2001,1\n", [(1, "unit_id")]),
    "no header": (b"A,2001,1\n", [(1, "unit_id"), (1, "year"), (1, "value")]),
    "twice the same column": (b"unit_id,year,value,value\nA,2001,1,2\n", [(1, "value")]),
    "not UTF-8": ("unit_id,year,value\n温州,2001,1\n".encode("gb18030"), [(2, "unit_id")]),
    "UTF-16": ("unit_id,year,value\nA,2001,1\n".encode("utf-16"), [(None, None)]),
    "tabs": (b"unit_id\tyear\tvalue\nA\t2001\t1\n", [(1, None)]),
    "open quote": (b'unit_id,year,value\n"A,2001,1\n', [(None, None)]),
    "semicolons": (b"unit_id;year;value\nA;2001;1\n", [(1, None)]),
}


@pytest.mark.parametrize("kind", UNUSABLE)
@pytest.mark.parametrize("skip_bad", [False, True])
def test_a_file_that_cannot_be_used_at_all(kind, skip_bad, write):
    content, places = UNUSABLE[kind]
    with pytest.raises(DataError) as caught:
        read_panel(write(content), skip_bad=skip_bad)
    assert [(p.row, p.column) for p in caught.value.problems] == places


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("not UTF-8", "reads as GB18030"),
        ("UTF-16", "text in UTF-16"),
        ("tabs", r"parted by '\\t'"),
        ("semicolons", "parted by ';'"),
    ],
)
def test_the_cause_of_an_unusable_file_is_named(kind, cause, write):
    with pytest.raises(DataError, match=cause):
        read_panel(write(UNUSABLE[kind][0]))


def test_a_repeated_column_is_not_called_missing(write):
    with pytest.raises(DataError, match="2 columns of this name"):
        read_panel(write(UNUSABLE["twice the same column"][0]))


@pytest.mark.parametrize("place", ["nowhere.csv", "."])
def test_no_such_file(place, tmp_path):
    assert refused(tmp_path / place) == [(None, None)]


def test_nothing_left_after_skipping_names_every_row(write):
    with pytest.raises(DataError) as caught:
        read_panel(write([HEADER, "A,2001,0", "B,2001,-1"]), skip_bad=True)
    assert [p.row for p in caught.value.problems] == [2, 3, None]


# Round trips.

LEVELS = st.dictionaries(
    st.tuples(st.sampled_from("abcdef"), st.integers(1990, 2005)),
    st.floats(1e-6, 1e9),
    min_size=1,
    max_size=30,
)


def table_of(levels: dict) -> pd.DataFrame:
    return pd.DataFrame(
        [(u, y, v) for (u, y), v in levels.items()], columns=["unit_id", "year", "value"]
    )


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS)
def test_a_panel_and_its_rows_are_the_same(levels):
    table = table_of(levels)
    panel = panel_of(table)
    back = panel.rows().sort_values(["unit_id", "year"], ignore_index=True)
    expected = table.sort_values(["unit_id", "year"], ignore_index=True)
    assert (
        back[["unit_id", "year"]].values.tolist() == expected[["unit_id", "year"]].values.tolist()
    )
    assert np.allclose(back["value"], expected["value"], rtol=1e-12)
    again = panel_of(panel.rows())
    assert np.allclose(again.logs, panel.logs, rtol=1e-12, equal_nan=True)
    assert np.array_equal(again.years, panel.years) and np.array_equal(again.units, panel.units)
    assert panel.last_years.tolist() == expected.groupby("unit_id")["year"].max().tolist()


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS, st.integers(1988, 2007))
def test_until_keeps_what_was_known(levels, year):
    known = panel_of(table_of(levels)).until(year)
    expected = {k: v for k, v in levels.items() if k[1] <= year}
    got = {(r.unit_id, r.year): r.value for r in known.rows().itertuples()}
    assert got.keys() == expected.keys() and known.units.tolist() == sorted(
        {u for u, _ in expected}
    )
    assert np.allclose([got[k] for k in expected], list(expected.values()))
    assert known.years.max(initial=0) <= year


@settings(derandomize=True, max_examples=40, deadline=None)
@given(LEVELS, st.integers(1985, 2010), st.integers(1, 20))
def test_on_another_grid(levels, first, n):
    panel = panel_of(table_of(levels))
    years = np.arange(first, first + n)
    logs = panel.on(years)
    for i, unit in enumerate(panel.units):
        expected = [levels.get((unit, y), np.nan) for y in years.tolist()]
        assert np.allclose(np.exp(logs[i]), expected, equal_nan=True)


def test_since_keeps_what_came_later():
    panel = panel_of(table_of({("a", 2001): 1.0, ("b", 2002): 2.0, ("a", 2003): 3.0})).since(2002)
    assert panel.units.tolist() == ["a", "b"] and panel.years.tolist() == [2002, 2003]
    assert np.allclose(np.exp(panel.logs), [[np.nan, 3.0], [2.0, np.nan]], equal_nan=True)
    assert panel.since(2003).units.tolist() == ["a"]


def test_where_keeps_the_marked_units():
    panel = panel_of(table_of({("a", 2001): 1.0, ("b", 2001): 2.0, ("c", 2002): 3.0}))
    kept = panel.where(panel.units != "b")
    assert isinstance(kept, Panel) and kept.units.tolist() == ["a", "c"]
    assert np.allclose(np.exp(kept.logs), [[1, np.nan], [np.nan, 3]], equal_nan=True)


# The command.


def test_the_command_prints_a_table(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows()]), "--to", LAST + 3)
    assert code == 0 and err == ""
    table = pd.read_csv(io.StringIO(out))
    assert list(table.columns) == COLUMNS and out.splitlines()[0] == ",".join(COLUMNS)
    assert table["unit_id"].tolist() == [u for u in "ABCDEFG" for _ in range(3)]
    assert table["year"].tolist() == [LAST + 1, LAST + 2, LAST + 3] * 7 and set(
        table["origin_year"]
    ) == {LAST}
    assert (np.diff(table[COLUMNS[3:]].to_numpy(), axis=1) > 0).all()


def test_the_command_writes_what_it_would_print(write, capsys, tmp_path):
    file = write([HEADER, *rows()])
    _, printed, _ = forecast(capsys, file, "--to", LAST + 3)
    code, out, _ = forecast(capsys, file, "--to", LAST + 3, "--out", tmp_path / "out.csv")
    assert code == 0 and out == f"21 rows written to {tmp_path / 'out.csv'}\n"
    assert (tmp_path / "out.csv").read_bytes() == printed.encode()


def test_names_survive_the_command(write, capsys):
    names = ["a, b", "x:7:value", "温州市", "NA", "007", "#1"]
    lines = [
        [f'"{n}"', *r.split(",")[1:]]
        for n, r in zip(np.repeat(names, 12), rows("ABCDEF"), strict=True)
    ]
    _, out, _ = forecast(capsys, write([HEADER, *map(",".join, lines)]), "--to", LAST + 1)
    assert sorted(r["unit_id"] for r in csv.DictReader(io.StringIO(out))) == sorted(names)


def test_bad_rows_end_the_command_and_nothing_is_written(write, tmp_path):
    file = write([HEADER, *rows(), "X,2010,many", "A,2003,1"])
    command = [
        sys.executable,
        "-m",
        "zoneplan",
        "forecast",
        str(file),
        "--to",
        "2015",
        "--out",
        "out.csv",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 1 and done.stdout == "" and not (tmp_path / "out.csv").exists()
    assert done.stderr.splitlines() == [
        f"{file}:86:value: found 'many'; expected a level above zero",
        f"{file}:87:unit_id,year: found A,2003 again; expected once, as in row 4",
    ]


def test_bad_rows_can_be_left_out(write, capsys):
    bad = [line for line, _ in BAD.values()]
    code, out, err = forecast(
        capsys, write([HEADER, *rows(), *bad]), "--to", LAST + 3, "--skip-bad"
    )
    said = err.splitlines()
    assert (
        code == 0 and len(said) == len(bad) and all(line.startswith("left out: ") for line in said)
    )
    assert [f":{n}:" in line for n, line in enumerate(said, start=len(rows()) + 2)] == [True] * len(
        bad
    )
    clean = write([HEADER, *rows()], "clean.csv")
    assert out == forecast(capsys, clean, "--to", LAST + 3)[1]


def test_stale_units_can_be_left_out(write, capsys):
    file = write([HEADER, *rows(), "old,2001,1", "old,2002,2"])
    code, out, err = forecast(capsys, file, "--to", LAST + 1)
    assert code == 1 and out == "" and f"{file}:87:year: found old: last in 2002" in err
    code, out, err = forecast(capsys, file, "--to", LAST + 1, "--skip-bad")
    assert code == 0 and "left out: " in err and "old" not in out and len(out.splitlines()) == 8


def test_a_reference_of_its_own(write, capsys):
    reference = write([HEADER, *rows()], "reference.csv")
    series = write([HEADER, "zone,2011,7", "zone,2012,8"])
    code, out, err = forecast(capsys, series, "--reference", reference, "--to", LAST + 2)
    assert code == 0 and err == ""
    assert pd.read_csv(io.StringIO(out))[["unit_id", "year"]].values.tolist() == [
        ["zone", 2013],
        ["zone", 2014],
    ]
    faulty = write([HEADER, *rows(), "X,2010,0"], "faulty.csv")
    code, out, err = forecast(capsys, series, "--reference", faulty, "--to", LAST + 2)
    assert code == 1 and out == "" and err.startswith(f"{faulty}:86:value:")
    code, _, err = forecast(capsys, series, "--reference", faulty, "--to", LAST + 2, "--skip-bad")
    assert code == 0 and err.startswith(f"left out: {faulty}:86:value:")


def test_too_few_units_are_told_of_the_option(write, capsys):
    file = write([HEADER, *rows("ABCD")])
    code, out, err = forecast(capsys, file, "--to", LAST + 1)
    assert code == 1 and out == "" and "fewer than 5 units" in err and "--reference" in err
    code, out, _ = forecast(
        capsys, file, "--to", LAST + 1, "--reference", write([HEADER, *rows()], "reference.csv")
    )
    assert code == 0 and len(out.splitlines()) == 5


def test_five_units_are_enough(write, capsys):
    assert forecast(capsys, write([HEADER, *rows("ABCDE")]), "--to", LAST + 1)[0] == 0


def test_two_years_are_enough(write, capsys):
    code, out, _ = forecast(capsys, write([HEADER, *rows(years=(2011, 2012))]), "--to", LAST + 1)
    assert code == 0 and len(out.splitlines()) == 8


def test_a_unit_that_reaches_the_year_has_no_rows_and_this_is_said(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows(), "A,2013,200"]), "--to", LAST + 1)
    assert code == 0 and [line[0] for line in out.splitlines()[1:]] == list("BCDEFG")
    assert err == "no rows for 1 of 7 units: they reach 2013 already\n"


def test_a_gap_before_the_last_figure_is_not_forecast(write, capsys):
    # The unit has figures for 2012 and 2014 only; 2013 lies behind it and beyond the others' last year.
    code, out, _ = forecast(capsys, write([HEADER, *rows(), "A,2014,200"]), "--to", LAST + 1)
    assert code == 0 and [line[0] for line in out.splitlines()[1:]] == list("BCDEFG")


@pytest.mark.parametrize("to", [LAST, LAST - 3, 1900])
def test_nothing_to_forecast_is_a_message(to, write, capsys, tmp_path):
    out_file = tmp_path / "out.csv"
    code, out, err = forecast(capsys, write([HEADER, *rows()]), "--to", to, "--out", out_file)
    assert (
        code == 1 and out == "" and f"no unit to forecast to {to}" in err and not out_file.exists()
    )


def test_no_rows_after_the_year_asked_for(write, capsys):
    # The reference runs two years past the year asked for.
    series = write([HEADER, "zone,2008,7"])
    reference = write([HEADER, *rows()], "reference.csv")
    code, out, _ = forecast(capsys, series, "--reference", reference, "--to", 2010)
    assert code == 0 and pd.read_csv(io.StringIO(out))["year"].tolist() == [2009, 2010]


def test_a_unit_that_ends_before_the_reference_begins_is_named(write, capsys):
    series = write([HEADER, "past,1998,5", "zone,2012,7"])
    arguments = [series, "--reference", write([HEADER, *rows()], "reference.csv"), "--to", 2008]
    code, out, err = forecast(capsys, *arguments)
    assert code == 1 and out == "" and "past: last in 1998" in err and "from 2001" in err
    # Left out, nothing remains: the other unit ends after the year.
    code, out, err = forecast(capsys, *arguments, "--skip-bad")
    assert (
        code == 1
        and out == ""
        and "past: last in 1998" in err
        and "no unit to forecast to 2008" in err
    )
    arguments[0] = write([HEADER, "past,1998,5", "zone,2007,7"])
    code, out, err = forecast(capsys, *arguments, "--skip-bad")
    assert (
        code == 0
        and out.splitlines()[1].startswith("zone,2007,2008,")
        and err.startswith("left out: ")
    )


@pytest.mark.parametrize("place", [".", "nowhere/out.csv"])
def test_a_place_that_cannot_be_written_is_a_message(place, write, capsys, tmp_path):
    code, out, err = forecast(
        capsys, write([HEADER, *rows()]), "--to", LAST + 1, "--out", tmp_path / place
    )
    assert code == 1 and out == "" and len(err.splitlines()) == 1 and str(tmp_path / place) in err


def test_figures_too_far_apart_are_a_message(write, capsys):
    code, out, err = forecast(
        capsys, write([HEADER, *rows(years=(2000, 2010, 2020))]), "--to", 2023
    )
    assert code == 1 and out == "" and "within 8 years" in err


def test_a_year_must_be_given(write, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["forecast", str(write([HEADER, *rows()]))])
    assert end.value.code == 2 and "--to" in capsys.readouterr().err
