"""Files as people brought them: each is read right, asked about, or refused with advice."""

from __future__ import annotations

import tomllib
from pathlib import Path

import openpyxl
import pytest

from zoneplan import load_plan
from zoneplan.data import tables
from zoneplan.data.importer import read_workbook, write_plan
from zoneplan.errors import DataError

CASES = Path(__file__).parent / "cases"
EXPECTED = tomllib.loads((CASES / "expected.toml").read_text(encoding="utf-8"))
KINDS = tomllib.loads(CASES.with_name("kinds.toml").read_text(encoding="utf-8"))
READ = {name: case for name, case in EXPECTED.items() if "refused" not in case}
# Tables of five-year plans and of zones, as they are typed from the printed ones.
PLANS = [
    "10_traceback_only_growth_understood/b3_wenzhou.xlsx",
    "12_national_plan_table/b1_national135.xlsx",
    "13_jiangsu_plan_table/b2_jiangsu135.xlsx",
    "14_jintan_zone/b4_jintan.xlsx",
    "94_right_gedian/b5b_gedian.xlsx",
]


def line(row) -> str:
    """A figure in the words of expected.toml."""
    year = "" if row.year is None or row.year != row.year else f" {int(row.year)}"
    high = "" if row.value_high != row.value_high else f"-{row.value_high:.10g}"
    more = " ".join(x for x in (row.direction, row.force) if x not in ("", "at_least"))
    what = f"{row.table.split()[0]} {row.indicator_id}{year} {row.value:.10g}{high}"
    return f"{row.sheet}!{row.cell} {what} {row.unit} {row.kind} {more}".strip()


def lines(read) -> list[str]:
    return [line(row) for row in read.table().itertuples()]


def firm(read) -> list[str]:
    return [q.id for q in read.questions if not q.safe]


def test_every_case_is_looked_at():
    there = {p.relative_to(CASES).as_posix() for p in CASES.glob("*/*") if p.name != "README.txt"}
    assert there == set(EXPECTED)


@pytest.mark.parametrize("name", READ)
def test_a_case_is_read_right_or_asked_about(name):
    hold(CASES / name, READ[name])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read_right_or_asked_about(kind, tmp_path):
    case, book = KINDS[kind], openpyxl.Workbook()
    page = book.active
    for row in case["sheet"].strip().splitlines():
        page.append([typed(cell.strip()) for cell in row.split("|")])
    for cell, shown in case.get("formats", {}).items():
        page[cell].number_format = shown
    book.save(tmp_path / "kind.xlsx")
    hold(tmp_path / "kind.xlsx", case)


def typed(cell: str) -> str | float | None:
    """A cell as a spreadsheet keeps what is typed."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return cell


def hold(file: Path, case: dict) -> None:
    """What is read without and with answers is what is expected of a case."""
    read = read_workbook(file)
    assert firm(read) == case["asked"]
    # What can be read before the answers is no other than what is read with them.
    assert set(lines(read)) <= set(case["figures"])
    answered = read_workbook(file, case["answers"])
    assert firm(answered) == []
    assert lines(answered) == case["figures"]
    left = [f"{r.sheet}!{r.cell} {r.why}" for r in answered.not_understood().itertuples()]
    assert left == case["left"]


@pytest.mark.parametrize("name", sorted(EXPECTED.keys() - READ.keys()))
def test_another_file_is_refused_with_advice(name):
    with pytest.raises(DataError) as error:
        read_workbook(CASES / name)
    assert str(error.value) == EXPECTED[name]["refused"]
    [problem] = error.value.problems
    assert "save" in problem.expected


def test_the_tables_of_plans_take_three_questions_at_most(tmp_path):
    for name in PLANS:
        read = read_workbook(CASES / name)
        kinds = {q.kind for q in read.questions} - {"day", "scope", "zone", "name"}
        assert len(kinds) <= 3, name
        folder = tmp_path / Path(name).stem
        write_plan(read_workbook(CASES / name, READ[name]["answers"]), folder)
        assert tables.plan_problems(folder) == []
        plan = load_plan(folder)
        figures = [x.split() for x in READ[name]["figures"] if " target " in x]
        assert len(plan.targets) == len(figures) > 0
        assert plan.targets["value"].tolist() == [float(x[4].split("-")[0]) for x in figures]


def test_the_day_of_adoption_follows_the_base(tmp_path):
    folder = tmp_path / "plan"
    read = read_workbook(CASES / "15_day_of_adoption/q01_fiveyear.xlsx")
    assert (read.day, read.base_year) == ("2016-03-31", 2015)
    write_plan(read, folder)
    plan = load_plan(folder)
    assert (plan.adopted.isoformat(), plan.base_year) == ("2016-03-31", 2015)
    other = read_workbook(CASES / "15_day_of_adoption/q01_fiveyear.xlsx", {"day": "2016年2月1日"})
    assert other.day == "2016-02-01"


def test_the_log_of_the_cases_tells_what_is_read():
    import case_log

    assert case_log.PAGE.read_text(encoding="utf-8") == case_log.page()
    assert len(list(case_log.rows())) == 44
