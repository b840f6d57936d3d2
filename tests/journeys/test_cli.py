"""Commands: what they print, how they end, and that failure is one message without a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import zoneplan
from zoneplan import cli
from zoneplan.errors import DataError, Problem
from zoneplan.report import brief, notebooks

LONGEST = 120


def program(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "zoneplan", *arguments]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=LONGEST
    )


def test_works_from_any_directory(tmp_path):
    done = program("audit", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "contradicts" in done.stdout
    assert done.stderr == ""


def test_verdicts_as_json(capsys):
    assert cli.main(["verdicts", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert set(cli.COLUMNS) <= set(rows[0])
    assert {r["indicator_id"] for r in rows} >= {"gdp", "trade_total"}
    assert all(r["probability"] is None or 0 <= r["probability"] <= 1 for r in rows)


def test_verdicts_as_table_has_a_row_per_target(capsys):
    assert cli.main(["verdicts"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == cli.COLUMNS
    odds = zoneplan.load_plan().forecast().odds().rows
    assert len([x for x in lines if ": no chance without " not in x]) == 1 + len(odds)
    without = odds.loc[odds["probability_low"].isna(), "indicator_id"].unique()
    assert [x.partition(":")[0] for x in lines[1 + len(odds) :]] == list(without)


def test_verdicts_are_written_for_a_spreadsheet(tmp_path, capsys):
    import openpyxl

    odds = zoneplan.load_plan().forecast().odds().table()
    for name in ("odds.xlsx", "odds.csv"):
        assert cli.main(["verdicts", "--out", str(tmp_path / name), "--lang", "zh"]) == 0
    assert len(pd.read_csv(tmp_path / "odds.csv")) == len(odds)
    page = openpyxl.load_workbook(tmp_path / "odds.xlsx").worksheets[-1]
    assert [c.value for c in page["A"]][-1] == odds.iloc[-1, 0]
    for name, said in (("odds.txt", ".csv"), ("none/odds.xlsx", "odds.xlsx")):
        assert cli.main(["verdicts", "--out", str(tmp_path / name)]) == 1
        assert said in capsys.readouterr().err


def test_an_earlier_day_knows_less(capsys):
    assert cli.main(["verdicts", "--as-of", "2016-01-01", "--json"]) == 0
    early = json.loads(capsys.readouterr().out)
    cli.main(["verdicts", "--json"])
    late = json.loads(capsys.readouterr().out)
    known = [sum(r["naive"] is not None for r in rows) for rows in (early, late)]
    assert known[0] <= known[1]


def test_a_wrong_day_is_one_message(tmp_path):
    done = program("verdicts", "--as-of", "yesterday", cwd=tmp_path)
    assert done.returncode == 1
    assert "yesterday" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_missing_plan_is_one_message(tmp_path):
    done = program("audit", "--plan", str(tmp_path / "nowhere"), cwd=tmp_path)
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr


def copied_plan(folder: Path) -> Path:
    from shutil import copytree

    from zoneplan.data import tables

    return copytree(tables.data_dir() / tables.SHIPPED, folder / "my_plan")


def test_another_plan_folder_is_read(tmp_path, capsys):
    plan = copied_plan(tmp_path)
    file = plan / "targets.csv"
    text = file.read_text(encoding="utf-8")
    assert ",2020,end,270," in text
    file.write_text(text.replace(",2020,end,270,", ",2020,end,300,"), encoding="utf-8")
    assert cli.main(["verdicts", "--plan", str(plan), "--json"]) == 0
    mine = json.loads(capsys.readouterr().out)
    assert [r["target"] for r in mine if r["target_id"] == "gdp-2020"] == [300]
    assert zoneplan.load_plan().target("gdp", 2020).value == 270


def test_a_plan_loaded_from_a_folder_brings_its_own_tables(tmp_path):
    plan = copied_plan(tmp_path)
    file = plan / "targets.csv"
    file.write_text(
        file.read_text(encoding="utf-8").replace(",2020,end,270,", ",2020,end,300,"),
        encoding="utf-8",
    )
    own = zoneplan.load_plan(plan)
    both = (own, zoneplan.load_plan())
    assert [p.target("gdp", 2020).value for p in both] == [300, 270]
    day = both[1].as_of
    assert own.at(day).observations.equals(both[1].observations)
    (plan / "observations.csv").unlink()
    with pytest.raises(DataError, match=r"observations\.csv.*no such file"):
        zoneplan.load_plan(plan)


@pytest.mark.parametrize("change", ["missing", "empty", "text", "no text"])
def test_a_broken_plan_folder_is_one_message(change, tmp_path, capsys):
    file = copied_plan(tmp_path) / "targets.csv"
    text = file.read_text(encoding="utf-8")
    if change == "missing":
        file.unlink()
    else:
        wrong = {
            "empty": b"",
            "text": text.replace(",270,", ",many,").encode(),
            "no text": bytes(range(256)),
        }
        file.write_bytes(wrong[change])
    for command in ("check", "verdicts"):
        assert cli.main([command, "--plan", str(file.parent)]) == 1
        said = "".join(capsys.readouterr())
        assert "targets.csv" in said
        assert "Traceback" not in said


def test_check_passes_on_the_shipped_data(capsys):
    assert cli.main(["check"]) == 0
    assert "valid" in capsys.readouterr().out


def test_check_prints_every_problem(monkeypatch, capsys):
    from zoneplan.data import tables

    problems = [
        Problem("a.csv", 2, "value", "'x'", "a number"),
        Problem("b.csv", None, None, "nothing", "a table"),
    ]
    monkeypatch.setattr(tables, "check", lambda *_: problems)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().out.splitlines() == [str(p) for p in problems]


def test_data_errors_end_with_one(monkeypatch, capsys):
    def fail(*_, **__):
        raise DataError([Problem("01_x.ipynb", None, None, "an error", "none")])

    monkeypatch.setattr(brief, "brief", fail)
    assert cli.main(["brief"]) == 1
    captured = capsys.readouterr()
    assert "01_x.ipynb" in captured.err
    assert "Traceback" not in captured.err


def test_run_notebooks_saves_only_when_asked(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        notebooks, "run_all", lambda write, tell, env: asked.append(write) or {"00_index": None}
    )
    assert [cli.main(["run-notebooks"]), cli.main(["run-notebooks", "--save"])] == [0, 0]
    assert asked == [False, True]


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["brief", "--lang", "xx"]])
def test_wrong_use_explains_itself(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "usage: zoneplan" in capsys.readouterr().err


def test_help_loads_nothing_heavy():
    heavy = ("matplotlib", "statsmodels", "nbclient", "frictionless", "scipy")
    code = "import sys; from zoneplan import cli; cli.parser(); "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=LONGEST, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (
            "targets.csv",
            "2020,2020,end,270,",
            "2020,2020,end,-270,",
            "targets.csv:4:value: found -270.0",
        ),
        (
            "targets.csv",
            "headline,2019,2019,end,249",
            "headline,2021,2021,end,249",
            "targets.csv:3:year: found 2021",
        ),
        (
            "targets.csv",
            "headline,2019,2019,end,249",
            "headline,2020,2020,end,249",
            "gdp in 2020 again",
        ),
        ("targets.csv", "end,249,,亿元", "end,249,,万元", "several units of gdp"),
        ("plan.yml", "base_year: 2017", "base_year: abc", "base_year: found 'abc'"),
        (
            "plan.yml",
            "base_year: 2017",
            "base_year: 2025",
            "found 2025; expected a year before the plan's first",
        ),
        ("plan.yml", "years: [2018, 2019, 2020]", "years: 2018-2020", "years: found '2018-2020'"),
    ],
)
def test_figures_that_no_odds_could_be_read_from_are_named(
    file, old, new, told, tmp_path, monkeypatch, capsys
):
    from zoneplan.data import tables

    # What the tables themselves refuse is tried elsewhere.
    monkeypatch.setattr(tables, "check", list)
    path = copied_plan(tmp_path) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for command in ("check", "verdicts"):
        assert cli.main([command, "--plan", str(path.parent)]) == 1
        said = "".join(capsys.readouterr())
        assert told in said
        assert "Traceback" not in said


def test_a_text_row_that_repeats_the_annex_lacks_the_same_number():
    table = zoneplan.load_plan().forecast().odds().table().set_index("target_id")
    twins = {
        "backbone_firms_per_year": "backbone_firms-2020",
        "returned_merchant_funds_total": "returned_merchant_funds-2020",
    }
    for text, annex in twins.items():
        assert (
            table.loc[text, ["evidence", "missing_number"]].tolist()
            == table.loc[annex, ["evidence", "missing_number"]].tolist()
        )
    assert table.loc["fdi_actual_cumulative", "missing_number"].startswith("zone FDI 2015-2017")
    none = table[table["evidence"] == "N"]
    assert none["missing_number"].str.len().min() > 0
    # Text rows that repeat nothing are each told apart.
    assert none.loc[none["section"] == "text", "missing_number"].nunique() > 15
