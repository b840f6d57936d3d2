"""Whatever is wrong with a table is named by file, row and column."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from damage import DATA, set_cell, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.data import tables
from zoneplan.data.sheets import Sheet, decode, read_sheet
from zoneplan.data.validate import all_sound, is_sound, problems_of
from zoneplan.errors import Problem

OBSERVATIONS = "plans/zhenan/observations.csv"
PEERS = "reference/peer_zones.csv"
RATES = "reference/exchange_rate.csv"
RANKS = "reference/rankings.csv"


def places(problems) -> set[tuple]:
    return {(p.file, p.row, p.column) for p in problems}


def test_shipped_data_are_clean():
    assert tables.check() == []


def test_the_standard_s_own_validator_finds_nothing_in_the_shipped_tables():
    described = tables.package()
    schemas = {name: r["schema"] for name, r in described.items()}
    sheets = {
        n: read_sheet(tables.data_dir() / r["path"], r["path"], r["schema"])
        for n, r in described.items()
    }
    assert problems_of(sheets, schemas) == []


def test_other_tools_read_the_same_tables():
    from frictionless import Package, system

    with system.use_context(trusted=True):
        report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "found", "expected"),
    [
        (OBSERVATIONS, 5, "value", "abc", "'abc'", "a number"),
        (OBSERVATIONS, 5, "value", "nan", "'nan'", "a number"),
        (OBSERVATIONS, 5, "value", "inf", "'inf'", "a number"),
        (OBSERVATIONS, 5, "value", "1_000", "'1_000'", "a number"),
        (OBSERVATIONS, 5, "value", "1,000", "'1,000'", "a number"),
        (OBSERVATIONS, 5, "value", "\uff11\uff12", "'\uff11\uff12'", "a number"),
        (OBSERVATIONS, 5, "value", " 12", "' 12'", "no space around the value"),
        (OBSERVATIONS, 5, "value", "", "nothing", "a value"),
        (OBSERVATIONS, 5, "year", "2018.5", "'2018.5'", "a whole number"),
        (OBSERVATIONS, 5, "year", "1066", "'1066'", "a number from 1978 to 2050"),
        (OBSERVATIONS, 5, "unit", "亿圆", "'亿圆'", "one of 亿元, "),
        (OBSERVATIONS, 5, "unit", "万元", "'万元'", "one of 亿元, "),
        (OBSERVATIONS, 5, "kind", "guess", "'guess'", "one of level, "),
        (OBSERVATIONS, 5, "period", "spring", "'spring'", "one of full_year, h1, 9m, 11m"),
        (OBSERVATIONS, 5, "grade", "D", "'D'", "one of A, B, C, P"),
        (OBSERVATIONS, 5, "known_from", "2018-02-30", "'2018-02-30'", "a date such as 2018-10-30"),
        (OBSERVATIONS, 5, "known_from", "2018-3-4", "'2018-3-4'", "a date such as 2018-10-30"),
        (OBSERVATIONS, 5, "known_from", "30.10.2018", "'30.10.2018'", "a date such as"),
        (OBSERVATIONS, 5, "source_id", "nobody", "'nobody'", "a source_id of sources"),
        (RANKS, 3, "rank", "0", "'0'", "a number from 1 on"),
        ("plans/zhenan/targets.csv", 3, "period", "soon", "'soon'", "the form [0-9]{4}"),
        ("plans/zhenan/targets.csv", 3, "same_as", "x", "'x'", "a indicator_id of the same table"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(name, row, column, value, found, expected, folder):
    set_cell(folder, name, row, column, value)
    [problem] = tables.check(folder)
    assert (problem.file, problem.row, problem.column) == (name, row, column)
    assert problem.found == found
    assert problem.expected.startswith(expected)


def test_a_missing_and_an_unknown_column_are_named(folder):
    file = folder / OBSERVATIONS
    text = file.read_text(encoding="utf-8").replace("scope_note", "scope", 1)
    file.write_text(text, encoding="utf-8", newline="\n")
    wanted = {(OBSERVATIONS, 1, "scope_note"), (OBSERVATIONS, 1, "scope")}
    assert places(tables.check(folder)) == wanted


def test_a_repeated_key_is_named(folder):
    table = texts(folder / OBSERVATIONS)
    again = table.iloc[[0]].assign(row_id="obs-999")
    rows = pd.concat([table, table.iloc[[0]], again])
    rows.to_csv(folder / OBSERVATIONS, index=False, lineterminator="\n")
    found, last = tables.check(folder), len(table) + 3
    assert {(p.row, p.column.split(",")[0]) for p in found} == {
        (last - 1, "row_id"),
        (last - 1, "entity_id"),
        (last, "entity_id"),
    }
    assert all(p.expected == "once, as in row 2" for p in found)


HEADER = b"row_id,indicator_id,year,value,unit,n_days,source_id,known_from\n"


@pytest.mark.parametrize(
    ("raw", "row", "says"),
    [
        (b"", None, "an empty file"),
        (b"  \n", None, "an empty file"),
        (HEADER, 1, "a header without rows"),
        (b"\xef\xbb\xbfrow_id\n1\n", 1, "byte-order mark"),
        (b"row_id;indicator_id\nfx-01;x\n", 1, "cells parted by ';'"),
        (b"row_id\tindicator_id\nfx-01\tx\n", 1, "cells parted by"),
        (b'row_id,indicator_id\n"fx-01,x\n', None, "end of data"),
        (b"\xff\xfer\x00", None, "text in UTF-16"),
        (HEADER + b"fx-01,cny_per_usd\n", 2, "2 cells"),
    ],
)
def test_a_wrong_file_is_named(raw, row, says, folder):
    (folder / RATES).write_bytes(raw)
    [problem] = tables.check(folder)
    assert (problem.file, problem.row) == (RATES, row)
    assert says in problem.found


def test_text_that_is_not_utf8_is_named_with_row_and_column(folder):
    raw = (folder / RATES).read_bytes()
    (folder / RATES).write_bytes(raw.replace("元/美元".encode(), "元/美元".encode("gb18030")))
    [problem] = tables.check(folder)
    assert (problem.file, problem.row, problem.column) == (RATES, 2, "unit")
    assert "reads as GB18030" in problem.found


def test_everything_wrong_is_listed_at_once(folder):
    set_cell(folder, OBSERVATIONS, 5, "value", "abc")
    set_cell(folder, OBSERVATIONS, 9, "unit", "亿圆")
    set_cell(folder, PEERS, 4, "source_id", "nobody")
    set_cell(folder, PEERS, 7, "year", "1066")
    text = (folder / RANKS).read_text(encoding="utf-8")
    (folder / RANKS).write_text(text.replace("zone_id", "zone", 1), encoding="utf-8")
    (folder / "plans/zhenan/targets.csv").write_bytes(b"")
    (folder / RATES).unlink()
    problems = tables.check(folder)
    assert places(problems) == {
        (OBSERVATIONS, 5, "value"),
        (OBSERVATIONS, 9, "unit"),
        (PEERS, 4, "source_id"),
        (PEERS, 7, "year"),
        (RANKS, 1, "zone_id"),
        (RANKS, 1, "zone"),
        ("plans/zhenan/targets.csv", None, None),
        (RATES, None, None),
    }
    assert str(next(p for p in problems if p.column == "unit")).startswith(
        f"{OBSERVATIONS}:9:unit: found '亿圆'; expected"
    )


def test_a_limit_that_only_the_standard_knows_is_kept(folder):
    file = folder / "datapackage.json"
    described = json.loads(file.read_text(encoding="utf-8"))
    title = next(f for f in described["resources"][0]["schema"]["fields"] if f["name"] == "title")
    title["constraints"] = {"minLength": 1000}
    file.write_text(json.dumps(described), encoding="utf-8")
    problems = tables.check(folder)
    assert {p.file for p in problems} == {"sources.csv"}
    assert {p.expected for p in problems} == {"minLength 1000"}


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"resources": [{"name": "a"}]}', b"\xff"])
def test_a_wrong_description_is_one_problem(raw, folder):
    (folder / "datapackage.json").write_bytes(raw)
    assert [p.file for p in tables.check(folder)] == ["datapackage.json"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"resource": "sources"', '"resource": "source"'),
        ('"reference": {"resource": "sources", "fields": "source_id"}', '"reference": {}'),
    ],
)
def test_a_description_that_points_at_nothing_is_one_problem(old, new, folder):
    file = folder / "datapackage.json"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    [problem] = tables.check(folder)
    assert problem.file == "datapackage.json"
    assert problem.found.startswith("KeyError")


def test_a_type_that_the_standard_does_not_know_is_a_problem(folder):
    file = folder / "datapackage.json"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"type": "integer"', '"type": "whole"', 1), encoding="utf-8")
    assert "datapackage.json" in {p.file for p in tables.check(folder)}


def test_a_folder_that_is_not_there_is_one_problem(tmp_path):
    assert [p.file for p in tables.check(tmp_path / "nowhere")] == ["datapackage.json"]


SCHEMA = {
    "fields": [
        {"name": "id", "type": "string", "constraints": {"required": True}},
        {"name": "year", "type": "integer", "constraints": {"minimum": 1978, "maximum": 2030}},
        {"name": "value", "type": "number"},
        {"name": "day", "type": "date"},
        {"name": "kind", "type": "string", "constraints": {"enum": ["level", "share"]}},
        {"name": "period", "type": "string", "constraints": {"pattern": "[0-9]{4}(-[0-9]{4})?"}},
        {"name": "flag", "type": "boolean"},
    ],
    "primaryKey": "id",
    "uniqueKeys": [["year", "kind"]],
    "missingValues": [""],
}
CELLS = st.sampled_from(
    ["", " 1", "1 ", "\u00a0", "a", "b", "2016", "2031", "1977", "2016.5", "0", "-1", "1e3", "nan"]
    + ["inf", "1_0", "１２", "1.", ".5", "+", "2018-02-28", "2018-02-30", "2018-3-4", "2018-2020"]
    + ["9" * 400, "2016-1", "level", "share", "true", "false", "True", "1"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), min_size=1, max_size=3))
def test_the_quick_look_and_the_list_of_problems_agree(rows):
    """What reading lets pass has no problem, and what it refuses has at least one."""
    names = [f["name"] for f in SCHEMA["fields"]]
    index = np.arange(len(rows)) + 2
    cells = pd.DataFrame(rows, index=index, columns=names, dtype="str")
    problems = problems_of({"a": Sheet("a.csv", cells)}, {"a": SCHEMA})
    assert is_sound(cells, SCHEMA) == (not problems), problems


@pytest.mark.parametrize("named", ["b1", "b2", ""])
@pytest.mark.parametrize("resource", ["b", "", "elsewhere"])
def test_the_quick_look_follows_references_as_the_standard_does(named, resource):
    key = {"fields": "to", "reference": {"resource": resource, "fields": "id"}}
    fields = [{"name": name, "type": "string"} for name in ("id", "to")]
    one = {"fields": fields, "primaryKey": "id", "foreignKeys": [key], "missingValues": [""]}
    two = {"fields": fields, "primaryKey": "id", "missingValues": [""]}
    sheets = {
        "a": Sheet("a.csv", pd.DataFrame({"id": ["a1"], "to": [named]}, index=[2], dtype="str")),
        "b": Sheet("b.csv", pd.DataFrame({"id": ["b1"], "to": [""]}, index=[2], dtype="str")),
    }
    schemas = {"a": one, "b": two}
    assert all_sound(sheets, schemas) == (problems_of(sheets, schemas) == [])


def test_a_limit_that_the_quick_look_does_not_know_is_left_to_the_validator():
    field = {"name": "id", "type": "string", "constraints": {"maxLength": 1}}
    assert not is_sound(pd.DataFrame({"id": ["a"]}, dtype="str"), {"fields": [field]})


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_of_chinese_offices_is_read_in_every_encoding(encoding):
    text = "指标,2016年\n地区生产总值（亿元）,204.72\n"
    named = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "gb18030": "GB18030"}
    assert decode(text.encode(encoding)) == (text, named[encoding])


@pytest.mark.parametrize(
    "raw",
    [
        # A Latin text, of which GB18030 would make Chinese characters.
        "zone,Région\n".encode("latin-1"),
        "Zürich,Ärger,Größe\n".encode("latin-1"),
        # UTF-8 with a broken byte.
        "地区生产总值,一般公共预算收入".encode().replace("总".encode(), b"\xe6\x80"),
        b"\xb5\xd8\xc7,1\n",
    ],
)
def test_bytes_that_only_look_like_gb18030_are_refused(raw):
    with pytest.raises(UnicodeDecodeError):
        decode(raw)


def test_problems_are_not_told_twice(folder):
    set_cell(folder, OBSERVATIONS, 5, "year", " 1066")
    assert tables.check(folder) == [
        Problem(OBSERVATIONS, 5, "year", "' 1066'", "no space around the value")
    ]
