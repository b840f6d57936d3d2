"""Stand-ins for charts, and the facts of the project's own plan, made once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from zoneplan import load_plan
from zoneplan.messages import LANGS
from zoneplan.report.context import context
from zoneplan.report.render import render


@dataclass(frozen=True)
class FakeChart:
    """Stands in for a chart: the same names, a plain drawing."""

    id: str
    title: str = "GDP rises to 3"
    subtitle: str = "GDP, the zone, CNY 100 million, 2016-2018"
    source: str = "Source: s1, s2"
    alt: str = "GDP rises from 1 to 3"
    lang: str = "en"

    @property
    def data(self) -> pd.DataFrame:
        values = {"year": [2016, 2017], "value": [1.0, float("nan")], "note": ["=1+1", "温州"]}
        return pd.DataFrame({**values, "source_id": ["cityyb", "cityyb;zjyb"]})

    def table(self) -> pd.DataFrame:
        return self.data

    def export(self, folder: Path, **_: object) -> list[Path]:
        from matplotlib.figure import Figure

        folder.mkdir(parents=True, exist_ok=True)
        drawing = Figure(figsize=(4, 2))
        drawing.subplots().plot([1, 2, 3])
        files = [folder / f"{self.id}.{kind}" for kind in ("png", "svg")]
        for file in files:
            drawing.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
        return files

    def slide_png(self, dpi: int = 100) -> bytes:
        return self.export(Path(self.id).parent)[0].read_bytes()


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
    return {lang: render("brief", lang, **told.facts()) for lang, told in facts.items()}


ABOUT = "id: mine\nzone_en: Test zone\nadopted: 2018-10-30\nyears: [2018, 2019, 2020]\n"
GDP = ["gdp,GDP,2018,228,亿元,", "gdp,GDP,2019,249,亿元,", "gdp,GDP,2020,270,亿元,9"]


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
