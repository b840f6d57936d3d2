"""The sheet with yellow cells: recalculated by an office program it says what the library says."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from zoneplan import Scenario
from zoneplan.data.units import shown_in
from zoneplan.messages import LANGS, words
from zoneplan.report.apart import taken_apart
from zoneplan.report.workbook import write_workbook
from zoneplan.stress.whatif import what_if
from zoneplan.text import odds

pytestmark = pytest.mark.slow

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
YELLOW = "FFFFF2CC"
HEAD, FIRST = 5, 6
# Series, growth by year, own level of the first base, own target; level and target in the plan's
# unit. Each series once a workbook, since its second base follows.
SETTINGS = [
    [
        ("gdp", {2019: 8.0}, None, None),
        ("industrial_value_added", {2018: 5.0, 2019: 4.0}, 82.0, None),
        ("budget_revenue", {}, None, 17.0),
        ("transport_investment", {2020: 12.0}, None, None),
        ("rd_to_gdp", {2019: 4.0}, 3.5, 3.6),
    ],
    [
        ("gdp", {2018: 7.5, 2019: 6.0, 2020: 5.5}, 200.0, 250.0),
        ("trade_total", {2020: -3.0}, None, None),
        ("fixed_asset_investment", {2020: 18.0}, None, 15.0),
        ("returned_merchant_funds", {2019: 9.0}, None, 48.0),
        ("fdi_actual", {}, 7000.0, None),
    ],
]


@pytest.fixture(scope="module")
def books(made, tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    day = made.plan.as_of
    return {x: write_workbook(folder / f"{x}.xlsx", [], [], "t", day, None, x, made) for x in LANGS}


def live(book, lang):
    """The sheet, and its columns by key."""
    w = words(lang)
    sheet = book[w("workbook.live.sheet")]
    heads = {cell.value: cell.column for cell in sheet[HEAD] if cell.value}
    keys = ("target", "base", "level", "aim", "needed", "q10", "q50", "q90", "chance", "brief")
    at = {k: heads[w(f"workbook.live.{k}", year=2020)] for k in keys}
    years = range(2018, 2021)
    return sheet, at | {y: heads[w("workbook.live.growth", year=y)] for y in years}


def rows_of(sheet, at, name) -> list[int]:
    return [r for r in range(FIRST, FIRST + 40) if sheet.cell(r, at["target"]).value == name]


def test_what_a_reader_may_change_is_yellow(books, made):
    sheet, at = live(openpyxl.load_workbook(books["en"]), "en")
    first, second = rows_of(sheet, at, made.plan.name("gdp"))
    for key in (2018, 2019, 2020, "aim", "level"):
        assert sheet.cell(first, at[key]).fill.start_color.rgb == YELLOW
        assert isinstance(sheet.cell(first, at[key]).value, (int, float))
    assert sheet.cell(second, at["level"]).fill.start_color.rgb == YELLOW
    # Growth and target of the second base follow the first.
    assert str(sheet.cell(second, at[2019]).value).startswith("=")
    for key in ("needed", "q10", "q50", "q90", "chance"):
        assert str(sheet.cell(first, at[key]).value).startswith("=")


def test_every_series_opens_with_the_chance_of_the_brief(books, made):
    sheet, at = live(openpyxl.load_workbook(books["en"], data_only=True), "en")
    every = [part for parts in taken_apart(made).values() for part in parts]
    for r, part in enumerate(every, start=FIRST):
        chance = part.forecast.probability(part.target)
        assert sheet.cell(r, at["chance"]).value == sheet.cell(r, at["brief"]).value == chance


def test_the_sheet_is_found_in_the_contents(books):
    for lang in LANGS:
        book, w = openpyxl.load_workbook(books[lang]), words(lang)
        cells = [c.value for c in book[w("workbook.contents")]["A"]]
        assert w("workbook.live.sheet") in cells


def recalculated(file: Path, folder: Path) -> Path:
    """The workbook as an office program saves it, all formulas worked out anew."""
    out = folder / "out"
    own = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [OFFICE, "--headless", own, "--convert-to", "xlsx", "--outdir", str(out), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return out / file.name


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="no office program: apt-get install libreoffice-calc")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("settings", SETTINGS, ids=["one", "two"])
def test_recalculated_it_says_what_the_library_says(books, made, tmp_path, lang, settings):
    book = openpyxl.load_workbook(books[lang])
    sheet, at = live(book, lang)
    plan = made.plan
    for i, growth, level, target in settings:
        (r, *_), factor = rows_of(sheet, at, plan.name(i, lang)), shown_in(plan.unit(i), lang)[0]
        for year, percent in growth.items():
            sheet.cell(r, at[year]).value = percent
        if level is not None:
            sheet.cell(r, at["level"]).value = level * factor
        if target is not None:
            sheet.cell(r, at["aim"]).value = target * factor
    # Without saved values everything is worked out anew.
    book.save(tmp_path / "typed.xlsx")
    again = openpyxl.load_workbook(recalculated(tmp_path / "typed.xlsx", tmp_path), data_only=True)
    sheet, at = live(again, lang)
    compared = 0
    for i, growth, level, target in settings:
        factor = shown_in(plan.unit(i), lang)[0]
        meant = {i: growth} if growth else {}
        usual = what_if(made, Scenario(growth=meant), i)
        own = (
            usual if level is None else what_if(made, Scenario(growth=meant, levels={i: level}), i)
        )
        moved = 0.0 if target is None else target - usual.target.value
        aim = replace(usual.target, low=usual.target.low + moved, high=usual.target.high + moved)
        first, *others = rows_of(sheet, at, plan.name(i, lang))
        expected = [own.forecasts[next(iter(own.forecasts))], *list(usual.forecasts.values())[1:]]
        for r, made_so in zip([first, *others], expected, strict=True):
            told = {k: sheet.cell(r, at[k]).value for k in ("chance", "q10", "q50", "q90")}
            assert odds(told["chance"]) == odds(made_so.probability(aim)), (i, r)
            last = made_so.table().set_index("year").loc[2020] * factor
            for q in ("q10", "q50", "q90"):
                assert told[q] == pytest.approx(last[q], rel=1e-4, abs=1e-3), (i, r, q)
            compared += 1
        needed = own.needed_growth if target is None else None
        if needed is not None:
            assert sheet.cell(first, at["needed"]).value == pytest.approx(needed, rel=1e-9)
    assert compared >= len(settings)
