"""The guard of the code: what it changes, which tests it asks, and what it lets live."""

from __future__ import annotations

from pathlib import Path

import guard_code


def test_a_survivor_needs_a_reason():
    listed = (
        "- `plan.audit`: `a < b` → `a <= b`: equal levels cannot meet\n- `result`: `x` → `y`:\n"
    )
    assert guard_code.explained(listed) == {("plan.audit", "a < b", "a <= b"), ("result", "x", "y")}


def test_lines_that_are_never_run_are_no_places_for_mutants():
    source = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n"
        "def f(x: int | None = 1 + 2) -> str | None:\n    return 1 | 2\n"
    )
    spans = guard_code._never_run(source)
    places = ((3, 4), (4, 9), (4, 20), (4, 35), (5, 11))
    inside = [any(a <= place <= b for a, b in spans) for place in places]
    assert inside == [True, True, False, True, False]


def test_the_tests_of_a_line_come_quickest_first_then_those_beside_them():
    lines = {"plan": {7: ["", "a::slow", "a::quick"], 8: ["b::other", "a::quick"]}}
    seconds = {"a::slow": 2.0, "a::quick": 0.1, "a::shares": 0.2}
    seconds |= {"b::other": 0.0, "b::long": 30.0, "c::far": 0.0}
    found = guard_code.stages_for({"module": "plan", "line": 7}, lines, seconds)
    assert found == [["a::quick", "a::slow"], [], ["a::shares", "b::other"]]
    # A constant runs under no test, so every test of a file that runs its module may notice.
    found = guard_code.stages_for({"module": "plan", "line": 1}, lines, seconds)
    assert found == [[], [], ["b::other", "a::quick", "a::shares", "a::slow"]]
    assert guard_code.changed_lines("a\nb < c\n", "a\nb <= c\n") == ("b < c", "b <= c")


def test_packages_and_modules_are_found(tmp_path):
    for name in ("plan/__init__.py", "plan/audit.py", "plan/targets.py", "result.py", "text.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    files = guard_code.modules_in(tmp_path, ["plan", "result"])
    assert [guard_code.module_of(f, tmp_path) for f in files] == [
        "plan.audit",
        "plan.targets",
        "result",
    ]
    assert guard_code.modules_in(tmp_path, ["plan.audit"]) == [tmp_path / "plan" / "audit.py"]


def test_what_is_changed_and_asked_is_there():
    root = Path(__file__).parents[2]
    files = guard_code.modules_in(root / "lib" / "zoneplan", list(guard_code.MODULES))
    assert files
    assert all(f.exists() for f in files)
    assert all((root / "tests" / name).exists() for name in guard_code.TESTS)
