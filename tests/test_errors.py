"""Problems: one readable line each, all of an input at once."""

from __future__ import annotations

from zoneplan.errors import DataError, Problem


def test_a_problem_leaves_out_what_has_no_place():
    assert (
        str(Problem("a.csv", 3, "value", "'x'", "a number"))
        == "a.csv:3:value: found 'x'; expected a number"
    )
    assert (
        str(Problem("a.csv", None, None, "no such file", "a table"))
        == "a.csv: found no such file; expected a table"
    )
    assert str(Problem("a.csv", 1, None, "x", "y")) == "a.csv:1: found x; expected y"


def test_a_problem_is_one_readable_line_whatever_a_file_holds():
    told = str(Problem("a\x1b[31m.csv", 2, "v\u202e\n", "x" * 5000, "a 温州　number"))
    assert (
        told
        == "a\\x1b[31m.csv:2:v\\u202e\\n: found " + "x" * 200 + "…; expected a 温州\\u3000number"
    )
    assert len(str(Problem("a.csv", None, None, "x", "one of " + "y, " * 300))) < 1000


def test_an_error_lists_every_problem():
    problems = [Problem("a.csv", n, "value", "x", "y") for n in (2, 3)]
    error = DataError(problems)
    assert error.problems == tuple(problems)
    assert str(error).splitlines() == [str(p) for p in problems]
