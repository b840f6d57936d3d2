"""The workbook of the plan: the same figures as drawn, in the words of its language."""

from __future__ import annotations

import re

import numpy as np
import openpyxl
import pandas as pd
from test_workbook import check_references

from zoneplan.messages import words
from zoneplan.report.sheets import assumptions, sheets
from zoneplan.report.workbook import write_workbook


def written(plan, charts, folder, lang="en"):
    sources = sorted({"plan", "cityyb"})
    rows = sheets(plan.forecast(), sources, lang)
    title = words(lang)("workbook.title", plan=plan.title(lang))
    return write_workbook(folder / "a.xlsx", charts, rows, title, plan.as_of, None, lang)


def test_the_project_workbook(plan, tmp_path):
    made = plan.forecast()
    charts = [plan.ratios().plot(), plan.promise_record().plot(), made.needed_growth().plot()]
    files = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        files.append(written(plan, charts, tmp_path / name))
    assert files[0].read_bytes() == files[1].read_bytes()
    assert check_references(files[0]) == len(charts)
    names = openpyxl.load_workbook(files[0]).sheetnames
    assert {"promises", "verdicts", "targets", "assumptions", "sources"} <= set(names)
    for chart in charts:
        read = pd.read_excel(
            files[0], sheet_name=chart.id, header=4, usecols=range(len(chart.data.columns))
        )
        drawn = chart.table()
        for column in drawn.select_dtypes("number"):
            shown = read.iloc[: len(drawn), list(drawn).index(column)]
            np.testing.assert_allclose(shown.astype(float), drawn[column].astype(float))


def test_the_chinese_workbook_has_chinese_sheets_heads_and_values(plan, tmp_path):
    book = openpyxl.load_workbook(written(plan, [plan.ratios().plot("zh")], tmp_path, "zh"))
    w = words("zh")
    assert book.sheetnames == [
        w("workbook.contents"),
        "ratios",
        *w.group("workbook.sheet").values(),
    ]
    audit, targets = book[w("workbook.sheet.audit")], book[w("workbook.sheet.targets")]
    assert {c.value for row in audit.iter_rows(min_row=6) for c in row} >= {"一致", "矛盾"}
    for sheet in book:
        heads = [str(c.value) for c in sheet[3 if sheet is book.worksheets[0] else 5] if c.value]
        assert heads, sheet.title
        assert not [h for h in heads if re.search(r"[A-Za-z]{4,}", h)], sheet.title
    directions = {
        c.value for c in targets[next(c.column_letter for c in targets[5] if c.value == "方向")][5:]
    }
    assert "不低于" in directions
    assert not {"at_least", "about"} & directions


def test_assumptions_name_their_sizes_and_rows(plan):
    table = assumptions(plan)
    assert set(table["kind"]) == {"base", "class", "scenario"}
    gdp = table[(table["kind"] == "base") & (table["indicator_id"] == "gdp")].set_index("name")
    assert gdp.loc["observed", "value"] == plan.levels("gdp")["value"].iloc[-1]
    assert gdp.loc["implied", "low"] < gdp.loc["implied", "value"] < gdp.loc["implied", "high"]
    stories = table[(table["kind"] == "scenario") & table["indicator_id"].notna()]
    assert stories["source_id"].notna().all()
    assert stories["value"].notna().all()
    told = set(table.loc[table["kind"] == "scenario", "name"])
    assert {s.said("title", "en") for s in plan.scenarios.values()} == told
