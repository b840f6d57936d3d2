"""The commands forecast and learn: what they print, write, tell and refuse."""

from __future__ import annotations

import csv
import io
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from zoneplan import cli, panel_commands

HEADER = "unit_id,year,value"
COLUMNS = ["unit_id", "origin_year", "year", "q05", "q10", "q25", "q50", "q75", "q90", "q95"]
LAST = 2012


def wave(k: int) -> float:
    return 1 + 0.02 * k


def rows(units="ABCDEFG", years=range(2001, LAST + 1)) -> list[str]:
    """Sound rows: every unit grows at its own pace, with a wave so that no two years are alike."""
    return [
        f"{unit},{year},{100 * (1.05 + 0.01 * i) ** (year - 2000) * wave((3 * i + year) % 5):.3f}"
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


def forecast(capsys, *arguments) -> tuple[int, str, str]:
    code = cli.main(["forecast", *map(str, arguments)])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return code, captured.out, captured.err


# The command.


def test_the_command_prints_a_table(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows()]), "--to", LAST + 3)
    assert code == 0
    assert err == ""
    table = pd.read_csv(io.StringIO(out))
    assert list(table.columns) == COLUMNS
    assert out.splitlines()[0] == ",".join(COLUMNS)
    assert table["unit_id"].tolist() == [u for u in "ABCDEFG" for _ in range(3)]
    assert table["year"].tolist() == [LAST + 1, LAST + 2, LAST + 3] * 7
    assert set(table["origin_year"]) == {LAST}
    assert (np.diff(table[COLUMNS[3:]].to_numpy(), axis=1) > 0).all()


def test_the_command_writes_what_it_would_print(write, capsys, tmp_path):
    file = write([HEADER, *rows()])
    _, printed, _ = forecast(capsys, file, "--to", LAST + 3)
    code, out, _ = forecast(capsys, file, "--to", LAST + 3, "--out", tmp_path / "out.csv")
    assert code == 0
    assert out == f"21 rows written to {tmp_path / 'out.csv'}\n"
    assert (tmp_path / "out.csv").read_bytes() == printed.encode()


def test_names_survive_the_command(write, capsys):
    names = ["a, b", "x:7:value", "温州市", "NA", "007", "#1"]
    lines = [
        [f'"{n}"', *r.split(",")[1:]]
        for n, r in zip(np.repeat(names, 12), rows("ABCDEF"), strict=True)
    ]
    _, out, _ = forecast(capsys, write([HEADER, *map(",".join, lines)]), "--to", LAST + 1)
    assert sorted(r["unit_id"] for r in csv.DictReader(io.StringIO(out))) == sorted(names)


BAD = ["X,2010,many", "X,2010,0", " ,2010,1", "X,last,1", "A,2003,1"]


def test_strict_refuses_what_would_be_left_out_and_writes_nothing(write, tmp_path):
    file = write([HEADER, *rows(), "X,2010,many", "A,2003,1"])
    command = [sys.executable, "-m", "zoneplan", "forecast", str(file), "--to", "2015", "--strict"]
    done = subprocess.run(
        [*command, "--out", "out.csv"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert not (tmp_path / "out.csv").exists()
    first, second = done.stderr.splitlines()
    assert first == f"{file}:86:value: found 'many'; expected a level above zero, the number alone"
    assert second.startswith(f"{file}:unit_id,year: found 2 times A,2003 with another value again")


def test_bad_rows_are_left_out_and_told(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows(), *BAD]), "--to", LAST + 3)
    assert code == 0
    assert [line.startswith("left out: ") for line in err.splitlines()] == [True] * 4
    code, again, more = forecast(
        capsys, write([HEADER, *rows(), *BAD]), "--to", LAST + 3, "--skip-bad"
    )
    assert (code, again) == (0, out)
    assert more.splitlines() == [
        "--skip-bad is the default now; --strict refuses bad rows",
        *err.splitlines(),
    ]


def test_a_stale_unit_is_left_out_and_told(write, capsys):
    code, out, err = forecast(
        capsys, write([HEADER, *rows(), "old,2001,1", "old,2002,2"]), "--to", LAST + 1
    )
    assert code == 0
    assert "old: last in 2002" in err
    assert "old" not in out


def test_a_reference_of_its_own(write, capsys):
    reference = write([HEADER, *rows()], "reference.csv")
    series = write([HEADER, "zone,2011,7", "zone,2012,8"])
    code, out, err = forecast(capsys, series, "--reference", reference, "--to", LAST + 2)
    assert code == 0
    assert err == ""
    assert pd.read_csv(io.StringIO(out))[["unit_id", "year"]].values.tolist() == [
        ["zone", 2013],
        ["zone", 2014],
    ]
    faulty = write([HEADER, *rows(), "X,2010,0"], "faulty.csv")
    code, _, err = forecast(capsys, series, "--reference", faulty, "--to", LAST + 2)
    assert code == 0
    assert err.startswith(f"left out: {faulty}:86:value:")
    code, out, err = forecast(capsys, series, "--reference", faulty, "--to", LAST + 2, "--strict")
    assert code == 1
    assert out == ""
    assert err.startswith(f"{faulty}:86:value:")


def test_too_few_units_are_told_of_the_option(write, capsys):
    file = write([HEADER, *rows("ABCD")])
    code, out, err = forecast(capsys, file, "--to", LAST + 1)
    assert code == 1
    assert out == ""
    assert "fewer than 5 units" in err
    assert "--reference" in err
    code, out, _ = forecast(
        capsys, file, "--to", LAST + 1, "--reference", write([HEADER, *rows()], "reference.csv")
    )
    assert code == 0
    assert len(out.splitlines()) == 5


def test_five_units_are_enough(write, capsys):
    assert forecast(capsys, write([HEADER, *rows("ABCDE")]), "--to", LAST + 1)[0] == 0


def test_two_years_are_enough(write, capsys):
    code, out, _ = forecast(capsys, write([HEADER, *rows(years=(2011, 2012))]), "--to", LAST + 1)
    assert code == 0
    assert len(out.splitlines()) == 8


def test_a_unit_that_reaches_the_year_has_no_rows_and_this_is_said(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows(), "A,2013,200"]), "--to", LAST + 1)
    assert code == 0
    assert [line[0] for line in out.splitlines()[1:]] == list("BCDEFG")
    assert err == "no rows for 1 of 7 units: they reach 2013 already\n"


def test_a_gap_before_the_last_figure_is_not_forecast(write, capsys):
    # The unit has figures for 2012 and 2014 only; 2013 lies behind it and beyond the others' last
    # year.
    code, out, _ = forecast(capsys, write([HEADER, *rows(), "A,2014,200"]), "--to", LAST + 1)
    assert code == 0
    assert [line[0] for line in out.splitlines()[1:]] == list("BCDEFG")


@pytest.mark.parametrize("to", [LAST, LAST - 3, 1900])
def test_nothing_to_forecast_is_a_message(to, write, capsys, tmp_path):
    out_file = tmp_path / "out.csv"
    code, out, err = forecast(capsys, write([HEADER, *rows()]), "--to", to, "--out", out_file)
    assert code == 1
    assert out == ""
    assert f"no unit to forecast to {to}" in err
    assert not out_file.exists()


def test_no_rows_after_the_year_asked_for(write, capsys):
    # The reference runs two years past the year asked for.
    series = write([HEADER, "zone,2008,7"])
    reference = write([HEADER, *rows()], "reference.csv")
    code, out, _ = forecast(capsys, series, "--reference", reference, "--to", 2010)
    assert code == 0
    assert pd.read_csv(io.StringIO(out))["year"].tolist() == [2009, 2010]


def test_a_unit_that_ends_before_the_reference_begins_is_named(write, capsys):
    series = write([HEADER, "past,1998,5", "zone,2012,7"])
    arguments = [series, "--reference", write([HEADER, *rows()], "reference.csv"), "--to", 2008]
    # Left out, nothing remains: the other unit ends after the year.
    code, out, err = forecast(capsys, *arguments)
    assert code == 1
    assert out == ""
    assert "past: last in 1998" in err
    assert "no unit to forecast to 2008" in err
    arguments[0] = write([HEADER, "past,1998,5", "zone,2007,7"])
    code, out, err = forecast(capsys, *arguments, "--strict")
    assert code == 1
    assert out == ""
    assert "past: last in 1998" in err
    assert "from 2001" in err
    code, out, err = forecast(capsys, *arguments)
    assert code == 0
    assert out.splitlines()[1].startswith("zone,2007,2008,")
    assert err.startswith("left out: ")


@pytest.mark.parametrize("place", [".", "nowhere/out.csv"])
def test_a_place_that_cannot_be_written_is_a_message(place, write, capsys, tmp_path):
    code, out, err = forecast(
        capsys, write([HEADER, *rows()]), "--to", LAST + 1, "--out", tmp_path / place
    )
    assert code == 1
    assert out == ""
    assert len(err.splitlines()) == 1
    assert str(tmp_path / place) in err


def test_figures_too_far_apart_are_a_message(write, capsys):
    code, out, err = forecast(
        capsys, write([HEADER, *rows(years=(2000, 2010, 2020))]), "--to", 2023
    )
    assert code == 1
    assert out == ""
    assert "within 8 years" in err


def test_a_year_must_be_given(write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows()]))
    assert (code, out) == (1, "")
    assert "--to YEAR" in err


def test_columns_can_be_named(write, capsys):
    named = write(["town,when,gdp,population", *(f"{r},1" for r in rows())])
    code, _, err = forecast(capsys, named, "--to", LAST + 1)
    assert code == 1
    assert "--id --year --value" in err
    options = ["--id", "town", "--year", "when", "--value", "gdp"]
    plain = forecast(capsys, write([HEADER, *rows()], "plain.csv"), "--to", LAST + 1)
    assert forecast(capsys, named, "--to", LAST + 1, *options) == plain


def test_the_old_name_of_the_method_still_works(write, capsys):
    file = write([HEADER, *rows()])
    assert forecast(capsys, file, "--to", LAST + 1, "--method", "borrow") == forecast(
        capsys, file, "--to", LAST + 1
    )


# Learn once, apply anywhere.


def learnt(write, capsys, tmp_path):
    panel, model = write([HEADER, *rows()], "panel.csv"), tmp_path / "model.json"
    code = cli.main(["learn", str(panel), "--to", str(LAST + 3), "--out", str(model)])
    assert (code, capsys.readouterr().out) == (0, f"written: {model}\n")
    return panel, model


def test_a_model_forecasts_as_the_panel_itself(write, capsys, tmp_path):
    panel, model = learnt(write, capsys, tmp_path)
    one = forecast(capsys, panel, "--to", LAST + 3)
    assert forecast(capsys, panel, "--model", model) == one
    assert one[0] == 0
    series = write([HEADER, "zone,2011,7", "zone,2012,8"])
    by_panel = forecast(capsys, series, "--reference", panel, "--to", LAST + 2)
    shorter = forecast(capsys, series, "--model", model, "--to", LAST + 2)
    assert pd.read_csv(io.StringIO(shorter[1]))["year"].tolist() == [LAST + 1, LAST + 2]
    assert shorter == by_panel


def test_a_year_after_the_models_is_refused(write, capsys, tmp_path):
    panel, model = learnt(write, capsys, tmp_path)
    code, out, err = forecast(capsys, panel, "--model", model, "--to", LAST + 5)
    assert (code, out) == (1, "")
    assert f"a year up to {LAST + 3}" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--model", "m.json", "--reference", "p.csv", "--to", "2015"], "one of them"),
        (["--model", "m.json", "--method", "drift"], "only with --method panel"),
        (["--model", "nowhere.json"], "nowhere.json"),
    ],
)
def test_options_that_do_not_go_together(options, said, write, capsys):
    code, out, err = forecast(capsys, write([HEADER, *rows()]), *options)
    assert (code, out) == (1, "")
    assert said in err


def test_bad_years_add_two_wider_columns(write, capsys):
    file = write([HEADER, *rows()])
    _, plain, _ = forecast(capsys, file, "--to", LAST + 1)
    code, out, _ = forecast(capsys, file, "--to", LAST + 1, "--bad-years")
    table = pd.read_csv(io.StringIO(out))
    assert code == 0
    assert list(table.columns) == [*COLUMNS, "q10_bad", "q90_bad"]
    pd.testing.assert_frame_equal(table[COLUMNS], pd.read_csv(io.StringIO(plain)))
    assert (table["q10_bad"] < table["q10"]).all()
    assert (table["q90_bad"] > table["q90"]).all()


def test_many_units_are_written_in_parts_as_at_once(write, capsys, monkeypatch):
    file = write([HEADER, *rows()])
    whole = forecast(capsys, file, "--to", LAST + 2)
    monkeypatch.setattr(panel_commands, "CHUNK", 2)
    assert forecast(capsys, file, "--to", LAST + 2) == whole
