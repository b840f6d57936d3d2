"""The guards of code and notebooks: a changed line or number is noticed."""

from __future__ import annotations

import random

import guard_code
import guard_notebooks
import nbformat

from zoneplan.report import notebooks

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
