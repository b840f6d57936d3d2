"""The facts of the project's own plan, made once, and plans of a reader's own."""

from __future__ import annotations

import pytest
from stand_ins import ABOUT, FakeChart, typed

from zoneplan import load_plan
from zoneplan.messages import LANGS
from zoneplan.report.context import context
from zoneplan.report.render import render


@pytest.fixture
def pictures(tmp_path):
    """A folder with one picture."""
    FakeChart("gdp").export(tmp_path / "figures")
    return tmp_path


@pytest.fixture(scope="session")
def facts(plan):
    """The facts of the reports without charts, by language."""
    return {lang: context(plan.forecast(), [], lang) for lang in LANGS}


@pytest.fixture(scope="session")
def papers(facts):
    """The parts of the paper without charts, by language."""
    made = {lang: render("brief", lang, **told.facts()) for lang, told in facts.items()}
    return {lang: {k: typed(text) for k, text in parts.items()} for lang, parts in made.items()}


@pytest.fixture
def user_plan(tmp_path):
    """Write and load a plan: rows of targets with unit and growth, of observations with a kind."""

    def made(targets, seen=(), about=ABOUT):
        heads = "indicator_id,name_en,year,value,unit,stated_growth"
        tables = {"targets": [heads, *targets]}
        tables["observations"] = ["indicator_id,year,value,unit,kind", *seen]
        (tmp_path / "plan.yml").write_text(about, encoding="utf-8")
        for name, rows in tables.items():
            (tmp_path / f"{name}.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
        return load_plan(tmp_path)

    return made
