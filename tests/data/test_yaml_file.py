"""YAML written by hand: plain values come through, everything else is named by its line."""

from __future__ import annotations

import pytest

from zoneplan.data.yaml_file import DEEPEST, MOST_BYTES, read_yaml
from zoneplan.errors import DataError


@pytest.fixture
def told(tmp_path):
    def read(text: str | bytes) -> list[str]:
        file = tmp_path / "a.yml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            return [str(p) for p in read_yaml(file)[1]]
        except DataError as error:
            return [str(p) for p in error.problems]

    return read


def test_plain_values_come_through(tmp_path):
    file = tmp_path / "a.yml"
    file.write_text("a: [1, -2.5, 1e3, 0.5, 0]\nb: {c: 名称, d: yes}\ne:\n", encoding="utf-8")
    assert read_yaml(file) == (
        {"a": [1, -2.5, "1e3", 0.5, 0], "b": {"c": "名称", "d": True}, "e": None},
        [],
    )


@pytest.mark.parametrize(
    "number", ["010", "1:30", "1_000", "0x10", "0b11", "1_0.5", "190:20:30.15"]
)
def test_a_number_that_is_not_what_it_looks_like_is_named(told, number):
    assert told(f"a: 1\nb:\n  - {number}\n") == [
        f"a.yml:3: found {number}; expected a plain decimal number"
    ]


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("a: &x [1]\nb: *x\n", 2, "the reference *x"),
        (
            "a: 1\nb: !!python/object/apply:os.system [true]\n",
            2,
            "the type tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !own 1\n", 1, "the type !own"),
        ("a: 1\nb: " + "[" * 50 + "]" * 50, 2, f"more than {DEEPEST} values inside each other"),
        ("a: 1\nb: " + "[" * 100_000, 2, f"more than {DEEPEST} values inside each other"),
        ("a: 1\na: 2\n", 2, "the key twice"),
        ("a: [1\nb: 2\n", 2, "expected ',' or ']'"),
        ("a: 1\n\tb: 2\n", 2, "found character '\\t' that cannot start any token"),
        ("? [a]\n: 1\n", 1, "found unhashable key"),
        ("a: 2018-13-45\n", None, "month must be in 1..12"),
        (b"a: \xff\n", None, "text that is not UTF-8"),
        ("a: \x07\n", None, "unacceptable character"),
        (b"#" * (MOST_BYTES + 1), None, f"{MOST_BYTES + 1} bytes"),
    ],
)
def test_what_is_more_than_plain_values_is_one_problem(told, text, line, found):
    [problem] = told(text)
    place = "a.yml" if line is None else f"a.yml:{line}"
    assert problem.startswith(place + ":")
    assert f"found {found}" in problem
    assert "\n" not in problem


def test_everything_doubtful_is_listed_at_once(told):
    assert len(told("a: *x\nb: !own 1\n")) == 2
    assert len(told("a: 010\nb: 1\nb: 2\n")) == 2
