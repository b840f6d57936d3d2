"""What holds the figures: two statements of each, and a guard that names a changed one."""

from __future__ import annotations

import guard_data
import pytest
from damage import DATA


def test_every_figure_agrees_with_its_second_statement():
    found = guard_data.problems(DATA)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("count", [1, pytest.param(6, marks=pytest.mark.slow)])
def test_random_edits_are_answered_by_name(count, whole):
    for edit in guard_data.edits(whole, count, seed=20181030):
        file = whole / edit.file
        before = file.read_bytes()
        file.write_bytes(edit.text.encode("utf-8"))
        found = guard_data.problems(whole)
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
        (
            "sourced/sources.csv",
            ",2024-07-02\n",
            ",2024-07-03\n",
            "as made from sourced/sources.csv row",
        ),
        ("sourced/exchange_rate.csv", "7.9737", "8.053437", "8.053437"),
        (
            "reference/exchange_rate.csv",
            "2006-12-31",
            "2006-12-30",
            "'2006-12-31' as made from sourced/exchange_rate.csv row 2",
        ),
    ],
)
def test_one_edit_is_one_message_with_file_row_and_other_statement(name, old, new, says, whole):
    text = (whole / name).read_text(encoding="utf-8")
    assert old in text
    (whole / name).write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    edit = guard_data.Edit(name, (text.count("\n", 0, text.index(old)) + 1,), "", "")
    by_hand = name.startswith("plans/")
    stated = [*guard_data.stated_otherwise(whole), *guard_data.transcribed_otherwise(whole)]
    found = stated if by_hand else list(guard_data.made_otherwise(whole))
    assert guard_data.answers(edit, found), found
    assert any(says in p.expected for p in found), found


def test_a_lost_a_new_and_a_moved_row_are_named(whole):
    file = whole / "plans/zhenan/measures.csv"
    head, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text(
        "".join([head, *rows[1:], "new_one,statistics\n"]), encoding="utf-8", newline="\n"
    )
    found = list(guard_data.stated_otherwise(whole))
    assert {p.row for p in found} == set(range(2, len(rows) + 2))
    file.write_text("".join([head, *rows, "new_one,statistics\n"]), encoding="utf-8", newline="\n")
    [problem] = guard_data.stated_otherwise(whole)
    assert (problem.row, problem.found) == (len(rows) + 2, "new_one,statistics")
    assert "no row" in problem.expected


def test_a_file_without_a_second_statement_is_named(whole):
    (whole / "plans/zhenan/extra.yml").write_text("a: 1\n", encoding="utf-8")
    [problem] = guard_data.stated_otherwise(whole)
    assert problem.file == "plans/zhenan/extra.yml"
    assert "second statement" in problem.found


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
