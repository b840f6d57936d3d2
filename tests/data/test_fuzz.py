"""Mangled files: a short seeded run of the fuzzer, and the spreadsheets that would cost most."""

from __future__ import annotations

import io
import itertools
import random
import zipfile
from dataclasses import replace

import fuzz
import fuzz_shapes
import fuzz_sheets
import pytest

from zoneplan.data.importer import read_workbook
from zoneplan.data.panel import Reading
from zoneplan.errors import DataError


@pytest.mark.parametrize("cases", [30, pytest.param(250, marks=pytest.mark.slow)])
def test_mangled_files_are_read_right_or_answered(cases):
    count, failures = fuzz.run(cases, seed=20181030)
    assert not failures, "\n".join(failures)
    outcomes = {outcome for _, outcome in count}
    assert outcomes == {"loaded", "answered"}
    assert len({name for name, _ in count}) == 9


@pytest.mark.parametrize(
    ("sheets", "least"), [(15, 70), pytest.param(150, 700, marks=pytest.mark.slow)]
)
def test_typed_sheets_are_read_as_they_were_typed(sheets, least):
    (figures, at_once, answered), failures = fuzz.typed_sheets(sheets, seed=20181030)
    assert not failures, "\n".join(failures)
    # Refusing everything would be no reading.
    assert answered > 0.7 * figures > least
    assert at_once > 0.5 * figures


@pytest.mark.parametrize("panels", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_typed_panels_are_read_as_they_were_typed(panels):
    count, failures = fuzz.typed_panels(panels, seed=20181030)
    assert not failures, "\n".join(failures)
    assert count["read"] > 0.9 * panels


def test_the_fuzzer_sees_a_misread_panel(monkeypatch):
    """A reader that loses a unit, or moves a year, is found out."""
    read = fuzz_shapes.read_panel

    def careless(file):
        made = read(file).panel
        return Reading(replace(made, years=made.years + 1), (), ())

    monkeypatch.setattr(fuzz_shapes, "read_panel", careless)
    _, failures = fuzz.typed_panels(5, seed=3)
    assert any("Misread" in f for f in failures)


def test_the_fuzzer_sees_a_misread_sheet(monkeypatch):
    """A year, a unit, a kind or an area that is taken for another is found out."""
    wrong = {"year": 1999, "unit": "亩", "kind": "growth", "table": "observation", "value": 1.5}
    read = fuzz_sheets.read_workbook

    def careless(column):
        def reading(*given):
            made = read(*given)
            rows = made.rows.assign(**{column: wrong[column]})
            return replace(made, rows=rows)

        return reading

    for column in wrong:
        monkeypatch.setattr(fuzz_sheets, "read_workbook", careless(column))
        _, failures = fuzz.typed_sheets(12, seed=3)
        assert any("Misread" in f for f in failures), column


def test_the_sound_files_load(tmp_path, monkeypatch):
    monkeypatch.setattr(fuzz, "PLAN", fuzz.load_plan())
    for _, file, _, read in dict((str(r[1]), r) for r in fuzz.readers(tmp_path)).values():
        read(file)


def test_the_fuzzer_sees_a_changed_figure(tmp_path, monkeypatch):
    """A reader that takes full-width digits, or loses rows, is found out."""
    import pandas as pd

    from zoneplan.data.panel import panel_of

    def careless(file, *_):
        table = pd.read_csv(file, dtype={"unit_id": str})
        return Reading(panel_of(table.drop_duplicates(["unit_id", "year"])), (), ())

    monkeypatch.setattr(fuzz, "read_panel", careless)
    file = fuzz.a_panel(tmp_path / "panel.csv")
    fuzz.panel_reader(file)
    text = file.read_text(encoding="utf-8")
    file.write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")
    with pytest.raises(fuzz.Failure, match="rows lost"):
        fuzz.panel_reader(file)


def test_a_reader_that_does_not_end_is_interrupted():
    with pytest.raises(fuzz.Hang), fuzz.at_most(0.05):
        sum(1 for _ in itertools.count())


def packed(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, text in parts.items():
            book.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def rewritten(tmp_path, old: str, new: str) -> bytes:
    """The sound wide sheet with one place of its text changed."""
    raw = fuzz.a_workbook(tmp_path / "a.xlsx", long=False).read_bytes()

    def change(parts):
        text = parts[fuzz.SHEET].decode()
        assert old in text
        parts[fuzz.SHEET] = text.replace(old, new, 1).encode()

    return fuzz.repacked(raw, change, random.Random(1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('r="B4"', 'r="XFD1048576"', "1,048,576 rows and 16,384 columns"),
        (
            "</sheetData>",
            '</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>',
            "1,048,576 rows",
        ),
        ('<row r="3"', '<row r="1048576"', "1,048,576 rows"),
        ("<sheetData>", "<sheetData>" + " " * 21_000_000, "over 20,000,000 bytes"),
    ],
)
def test_a_small_file_cannot_ask_for_much(old, new, said, tmp_path):
    file = tmp_path / "big.xlsx"
    file.write_bytes(rewritten(tmp_path, old, new))
    assert file.stat().st_size < 100_000
    with pytest.raises(DataError, match=said), fuzz.at_most(fuzz.LONGEST):
        read_workbook(file)


@pytest.mark.parametrize(
    "raw", [b"", b"PK", packed(), packed(xl__workbook="x"), packed(**{"..__..__evil": "x"})]
)
def test_what_is_no_spreadsheet_is_one_message(raw, tmp_path):
    file = tmp_path / "a.xlsx"
    file.write_bytes(raw)
    with pytest.raises(DataError) as error:
        read_workbook(file)
    [problem] = error.value.problems
    assert problem.file == "a.xlsx"
    assert not list(tmp_path.parent.rglob("evil"))


def test_a_merged_block_of_one_cell_is_a_cell(tmp_path):
    file = tmp_path / "one.xlsx"
    file.write_bytes(
        rewritten(
            tmp_path,
            "</sheetData>",
            '</sheetData><mergeCells count="1"><mergeCell ref="B4:B4"/></mergeCells>',
        )
    )
    read = read_workbook(file)
    assert len(read.table()) + len(read.not_understood()) == 16


def test_a_long_table_with_a_column_that_says_target_is_read_from_its_header(tmp_path):
    table = read_workbook(fuzz.a_workbook(tmp_path / "long.xlsx", long=True)).table()
    assert table["indicator_id"].value_counts().to_dict() == {
        "gdp": 3,
        "exports": 3,
        "rd_to_gdp": 3,
    }
    assert table["year"].tolist() == [2018, 2019, 2020] * 3
    assert table.loc[0, "cell"] == "C2"
    assert table.loc[table["indicator_id"] == "rd_to_gdp", "kind"].unique().tolist() == ["share"]
