"""What holds the figures: two statements of each, and a guard over both that answers a changed one by name."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import guard_code
import guard_data
import guard_notebooks
import nbformat
import pytest

from zoneplan.report import notebooks

DATA = guard_data.ROOT / "data"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(DATA, tmp_path / "data"))


# Data


def test_every_figure_agrees_with_its_second_statement():
    found = guard_data.problems(DATA)
    assert not found, "\n".join(map(str, found))


def test_a_dozen_random_edits_are_answered_by_name(folder):
    for edit in guard_data.edits(folder, 12, seed=20181030):
        file = folder / edit.file
        before = file.read_bytes()
        file.write_bytes(edit.text.encode("utf-8"))
        found = guard_data.problems(folder)
        file.write_bytes(before)
        assert guard_data.answers(edit, found), (edit.file, edit.rows, edit.what, found[:3])


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        (
            "plans/zhenan/targets.csv",
            ",270,",
            ",272.7,",
            "'270' as in second_transcription.csv row 4",
        ),
        (
            "plans/zhenan/targets.csv",
            "亿元,0.1,flow",
            "亿元,0.101,flow",
            "'0.1' as in tests/statements/",
        ),
        ("plans/zhenan/plan.yml", "base_year: 2017", "base_year: 2016", "base_year: 2017"),
        ("plans/zhenan/scenarios.yml", "project: 100,", "project: 101,", "project: 100,"),
        ("sourced/sources.csv", ",2024-07-02\n", ",2024-07-03\n", "sourced/sources.csv row 3"),
        ("sourced/exchange_rate.csv", "7.9737", "8.053437", "8.053437"),
        (
            "reference/exchange_rate.csv",
            "2006-12-31",
            "2006-12-30",
            "'2006-12-31' as made from sourced/exchange_rate.csv row 2",
        ),
    ],
)
def test_one_edit_is_one_message_with_file_row_and_other_statement(name, old, new, says, folder):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    edit = guard_data.Edit(name, (text.count("\n", 0, text.index(old)) + 1,), "", "")
    found = guard_data.problems(folder)
    assert guard_data.answers(edit, found), found
    assert any(says in p.expected for p in found), found


def test_a_lost_a_new_and_a_moved_row_are_named(folder):
    file = folder / "plans/zhenan/measures.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join([head, *rows[1:], "new_one,statistics\n"]), encoding="utf-8", newline="\n"
    )
    found = list(guard_data.stated_otherwise(folder))
    assert {p.row for p in found} == set(range(2, len(rows) + 2))
    file.write_text("".join([head, *rows, "new_one,statistics\n"]), encoding="utf-8", newline="\n")
    [problem] = guard_data.stated_otherwise(folder)
    assert (problem.row, problem.found) == (
        len(rows) + 2,
        "new_one,statistics",
    ) and "no row" in problem.expected


def test_a_file_without_a_second_statement_is_named(folder):
    (folder / "plans/zhenan/extra.yml").write_text("a: 1\n", encoding="utf-8")
    [problem] = guard_data.stated_otherwise(folder)
    assert problem.file == "plans/zhenan/extra.yml" and "second statement" in problem.found


def test_an_answer_must_name_file_and_row():
    edit = guard_data.Edit("a.csv", (3,), "", "")
    problem = guard_data.Problem
    assert guard_data.answers(edit, [problem("a.csv", 3, "value", "1", "2")])
    assert guard_data.answers(edit, [problem("b.csv", 9, "value", "1", "2 as in a.csv row 3 (x)")])
    assert not guard_data.answers(
        edit, [problem("a.csv", None, None, "another checksum", "this one")]
    )
    assert not guard_data.answers(
        edit, [problem("b.csv", 3, "value", "1", "2 as in a.csv row 31 (x)")]
    )


# Code


def test_a_survivor_needs_a_reason():
    listed = "- `plan`: `a < b` → `a <= b`: equal levels cannot meet\n- `plan`: `x` → `y`:\n"
    assert guard_code.explained(listed) == {("plan", "a < b", "a <= b"), ("plan", "x", "y")}


def test_lines_that_are_never_run_are_no_places_for_mutants():
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\ndef f(x: int | None = 1 + 2) -> str | None:\n    return 1 | 2\n"
    spans = guard_code._never_run(source)
    inside = [
        bool(any(a <= (n, k) <= b for a, b in spans))
        for n, k in ((3, 4), (4, 9), (4, 20), (4, 35), (5, 11))
    ]
    assert inside == [True, True, False, True, False]


def test_the_tests_of_a_line_come_quickest_first_then_those_beside_them():
    lines = {"plan": {7: ["", "a::slow", "a::quick"], 8: ["b::other", "a::quick"]}}
    seconds = {
        "a::slow": 2.0,
        "a::quick": 0.1,
        "a::shares": 0.2,
        "b::other": 0.0,
        "b::long": 30.0,
        "c::far": 0.0,
    }
    found = guard_code.stages_for({"module": "plan", "line": 7}, lines, seconds)
    assert found == [["a::quick", "a::slow"], [], ["a::shares", "b::other"]]
    # A constant runs under no test, so every test of a file that runs its module may notice, as far as they are quick.
    found = guard_code.stages_for({"module": "plan", "line": 1}, lines, seconds)
    assert found == [[], [], ["b::other", "a::quick", "a::shares", "a::slow"]]
    assert guard_code.changed_lines("a\nb < c\n", "a\nb <= c\n") == ("b < c", "b <= c")


# Notebooks


def test_an_edit_of_a_number_a_picture_its_data_or_the_prose_is_noticed():
    [path] = (p for p in notebooks.paths() if p.stem.startswith("02"))
    saved = nbformat.read(path, as_version=4)
    untouched = [
        guard_notebooks.Edit(path.stem, kind, 0, "nothing", saved) for kind in ("number", "prose")
    ]
    found = guard_notebooks.edits(path.stem, saved, random.Random(20181030))
    assert [e.kind for e in found] == list(guard_notebooks.KINDS)
    assert guard_notebooks.red([*untouched, *found[1:]]) == [False, False, True, True, True]
    assert guard_notebooks.red(found[:1]) == [True]
