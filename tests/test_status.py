"""The page of the project's state says what was measured, and says so where something was not."""

import json

import pandas as pd
import pytest

from zoneplan import scores, status


def test_lines_run_come_from_the_report(tmp_path):
    report = tmp_path / "coverage.json"
    report.write_text(json.dumps({"totals": {"percent_covered": 97.26, "num_statements": 5210}}), encoding="utf-8")
    assert status.lines_run(report) == "97.3 % of 5,210"
    assert status.lines_run(tmp_path / "none.json") == status.lines_run(None) == status.NOT_MEASURED


def test_tests_are_counted_by_pytest(tmp_path):
    (tmp_path / "test_two.py").write_text("def test_a(): pass\n\n\ndef test_b(): pass\n", encoding="utf-8")
    assert status.count_tests(tmp_path) == "2"
    (tmp_path / "test_two.py").write_text("def broken(:\n", encoding="utf-8")
    assert status.count_tests(tmp_path) == status.NOT_MEASURED


def test_the_last_change_is_named(tmp_path):
    file = tmp_path / "CHANGES.md"
    assert status.last_change(file) == "None noted yet."
    file.write_text("# Changes\n\n## 2026-01-02: first\n\n## 2026-03-04: new census\n\n| a |\n", encoding="utf-8")
    assert status.last_change(file) == "2026-03-04: new census (CHANGES.md lists every number)."


def test_skill_is_that_of_the_saved_bench():
    rows = status.skill().set_index("years ahead")
    saved = scores.saved_bench("forecast").query("case == 'full history' and horizon == 3").set_index("method")["loss"]
    rival = saved.drop(scores.METHOD)
    assert float(rows.loc["3", "pinball loss"]) == pytest.approx(saved[scores.METHOD], abs=5e-4)
    assert float(rows.loc["3", "ratio"]) == pytest.approx(saved[scores.METHOD] / rival.min(), abs=5e-3)
    assert rival.idxmin() in rows.loc["3", "best rival"]


def test_versions_that_are_missing_are_said_so():
    found = status.versions(["pandas", "no-such-package"]).set_index("package")["version"]
    assert found["pandas"] == pd.__version__ and found["no-such-package"] == "not installed"


def test_the_page_prints_every_section(monkeypatch, tmp_path):
    times = pd.DataFrame({"notebook": ["00_index", "01_read_the_plan"], "seconds": [3.14159, 12.0]})
    monkeypatch.setattr(status, "run_times", lambda: times)
    monkeypatch.setattr(status, "count_tests", lambda folder: "1,234")
    made = status.measure()
    page = made.markdown()
    assert made.table().equals(times)
    for said in ("| 3.1 |", "| 12.0 |", "Unit tests: 1,234", "run: not measured", "zoneplan", "Brier skill", "AutoARIMA"):
        assert said in page, said
