"""Reading tables by name, for reference and of a plan's folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from damage import set_cell

from zoneplan.data import tables
from zoneplan.data.own_plan import OPTIONAL, filled, printed_step
from zoneplan.data.units import UNITS
from zoneplan.errors import DataError

OBSERVATIONS = "plans/zhenan/observations.csv"
RATES = "reference/exchange_rate.csv"
ZHENAN = tables.data_dir() / tables.SHIPPED


def test_reading_gives_a_frame_of_its_own():
    own = tables.read("observations", ZHENAN)
    own["value"] = 0.0
    assert (tables.read("observations", ZHENAN)["value"] != 0).any()


def test_types_follow_the_description():
    table = tables.read("observations", ZHENAN)
    assert table["year"].dtype == "int64"
    assert table["value"].dtype == "float64"
    assert pd.api.types.is_datetime64_any_dtype(table["known_from"])
    assert table["scope_note"].str.contains("浙南产业集聚区").any()
    assert tables.read("targets", ZHENAN)["year"].dtype == "float64"
    assert tables.read("province_series")["is_proxy"].dtype == bool


def test_the_shipped_plan_reads_the_same_with_and_without_its_folder():
    for name in ("targets", "observations", "evidence", "measures", "resolutions", "glossary"):
        pd.testing.assert_frame_equal(tables.read(name), tables.read(name, ZHENAN))


def test_importing_is_light():
    code = "import sys, zoneplan; zoneplan.load_plan(); print('frictionless' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_an_unknown_table_is_named():
    with pytest.raises(DataError, match="no table 'peers'"):
        tables.read("peers")


@pytest.mark.parametrize(
    "raw", [None, b"", b"row_id\n", b"\xff\xfe", b"a;b\n1;2\n", b'"row_id\n', b"\x00\n\x00\n"]
)
def test_an_unreadable_file_is_a_data_error(raw, folder, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    file = folder / OBSERVATIONS
    file.unlink() if raw is None else file.write_bytes(raw)
    with pytest.raises(DataError) as error:
        tables.read("observations")
    assert all(p.file == OBSERVATIONS for p in error.value.problems)


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("value", "nan", "a number"), ("grade", "D", "one of A, B, C, P"), ("unit", "", "a value")],
)
def test_a_wrong_cell_is_named_when_it_is_read(column, value, expected, folder, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    set_cell(folder, OBSERVATIONS, 7, column, value)
    with pytest.raises(DataError) as error:
        tables.read("observations")
    [problem] = error.value.problems
    assert (problem.file, problem.row, problem.column) == (OBSERVATIONS, 7, column)
    assert problem.expected == expected


def test_a_changed_file_is_read_again(folder, monkeypatch):
    monkeypatch.setenv("ZONEPLAN_DATA", str(folder))
    before = tables.read("exchange_rate").loc[0, "value"]
    set_cell(folder, RATES, 2, "value", "7.12345")
    assert tables.read("exchange_rate").loc[0, "value"] == 7.12345
    assert before != 7.12345


def test_description_knows_every_unit():
    for name, resource in tables.package().items():
        for field in resource["schema"]["fields"]:
            if field["name"] == "unit":
                assert set(field["constraints"]["enum"]) <= set(UNITS), name


# A plan's folder

TARGETS = "indicator_id,name_zh,year,value,unit\ngdp,地区生产总值,2018,228,亿元\n"
SEEN = "indicator_id,year,value,unit,known_from\ngdp,2016,204.72,亿元,{}\n"


@pytest.fixture
def mine(tmp_path):
    """A folder with the two tables that a plan needs."""
    (tmp_path / "targets.csv").write_text(TARGETS, encoding="utf-8")
    (tmp_path / "observations.csv").write_text(SEEN.format("2018-03-04"), encoding="utf-8")
    return tmp_path


def test_a_plan_needs_two_tables_only(mine):
    assert tables.plan_problems(mine) == []
    for name in OPTIONAL:
        table = tables.read(name, mine)
        assert table.empty
        assert list(table) == [f["name"] for f in tables.package()[name]["schema"]["fields"]]
    (mine / "observations.csv").unlink()
    [problem] = tables.plan_problems(mine)
    assert (problem.file, problem.found) == ("observations.csv", "no such file")


def test_what_is_left_out_is_filled_in(mine):
    target = tables.read("targets", mine).iloc[0]
    assert (target["target_id"], target["kind"], target["precision"]) == ("gdp-2018", "flow", 1.0)
    seen = tables.read("observations", mine).iloc[0]
    assert (seen["grade"], seen["source_id"], seen["kind"]) == ("P", "own", "level")


def test_the_shipped_folder_is_a_plan_like_any_other(tmp_path):
    for name in ("targets", "observations"):
        (tmp_path / f"{name}.csv").write_bytes((ZHENAN / f"{name}.csv").read_bytes())
    assert tables.plan_problems(tmp_path) == []
    assert tables.read("measures", tmp_path).empty


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_tables_saved_by_a_spreadsheet_are_read(encoding, mark, mine):
    text = "# 备注，随意\n" + TARGETS + ",,,,\n"
    (mine / "targets.csv").write_bytes(text.replace(",", mark).encode(encoding))
    assert tables.plan_problems(mine) == []
    table = tables.read("targets", mine)
    assert table["name_zh"].tolist() == ["地区生产总值"]
    assert table.index.tolist() == [1]
    other = {"gb18030": "GB18030", "utf-16": "UTF-16"}
    expected = {"targets.csv": other[encoding]} if encoding in other else {}
    assert tables.encodings(mine) == expected


@pytest.mark.parametrize(
    "day", ["2018-03-04", "2018/3/4", "2018.3.4", "2018年3月4日", "2018/03/04"]
)
def test_days_are_read_as_spreadsheets_write_them(day, mine):
    (mine / "observations.csv").write_text(SEEN.format(day), encoding="utf-8")
    assert tables.read("observations", mine)["known_from"].tolist() == [pd.Timestamp("2018-03-04")]


@pytest.mark.parametrize("day", ["4/3/2018", "3/4/18", "2018/13/4", "2018-02-30", "43163"])
def test_a_day_with_two_readings_or_none_is_refused(day, mine):
    (mine / "observations.csv").write_text(SEEN.format(day), encoding="utf-8")
    for problems in (tables.plan_problems(mine), _problems("observations", mine)):
        assert [(p.row, p.column) for p in problems] == [(2, "known_from")]
        assert problems[0].expected == "a date such as 2018-10-30"


def _problems(name: str, folder: Path) -> tuple:
    with pytest.raises(DataError) as error:
        tables.read(name, folder)
    return error.value.problems


def test_a_row_keeps_its_number_below_remarks(mine):
    text = TARGETS.replace("gdp,", "# note\n\ngdp,", 1).replace("228", "228x")
    (mine / "targets.csv").write_text(text, encoding="utf-8")
    [problem] = tables.plan_problems(mine)
    assert (problem.row, problem.column, problem.found) == (4, "value", "'228x'")


def test_a_source_may_be_the_plans_or_the_projects(mine):
    rows = [("a", "report"), ("b", "plan"), ("c", "own"), ("d", "s327670c8")]
    lines = [f"{i},2016,1,亿元,,{source}" for i, source in rows]
    text = "\n".join(["indicator_id,year,value,unit,known_from,source_id", *lines]) + "\n"
    (mine / "observations.csv").write_text(text, encoding="utf-8")
    [problem] = tables.plan_problems(mine)
    assert (problem.row, problem.found) == (2, "'report'")
    (mine / "sources.csv").write_text(
        "source_id,publisher,title,url,published\nreport,统计局,公报,,2017\nplan,管委会,计划,,2018\n",
        encoding="utf-8",
    )
    assert tables.plan_problems(mine) == []


def test_money_is_put_in_one_unit():
    row = filled(
        "observations", {"indicator_id": "gdp", "year": "2016", "value": "9870", "unit": "万元"}
    )
    assert (row["value"], row["unit"]) == ("0.987", "亿元")
    kept = filled(
        "targets", {"indicator_id": "fdi_actual", "year": "2018", "value": "7000", "unit": "万美元"}
    )
    assert (kept["value"], kept["unit"]) == ("7000", "万美元")


@pytest.mark.parametrize(("text", "step"), [("3.70", "0.01"), ("270", "1"), ("0.5", "0.1")])
def test_the_step_of_a_printed_figure_is_its_last_place(text, step):
    assert printed_step(text) == step
