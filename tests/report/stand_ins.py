"""Stand-ins for charts, and rows of a small user plan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ABOUT = "id: mine\nzone_en: Test zone\nadopted: 2018-10-30\nyears: [2018, 2019, 2020]\n"
GDP = ["gdp,GDP,2018,228,亿元,", "gdp,GDP,2019,249,亿元,", "gdp,GDP,2020,270,亿元,9"]


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


@dataclass(frozen=True)
class Entry:
    """Where a stand-in stands."""

    section: str = "growth"
    places: Collection[str] = ("paper", "slide")


def placed(*ids: str, **entry: object) -> list[tuple[Entry, FakeChart]]:
    """Stand-ins with their places, as the list of charts gives them."""
    return [(Entry(**entry), FakeChart(i)) for i in ids]


def typed(text: str) -> str:
    """A text with the signs of a keyboard in place of those of print."""
    return text.replace("\u00a0", " ").replace("\u2212", "-").replace("\u2013", "-")
