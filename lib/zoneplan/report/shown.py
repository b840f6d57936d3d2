"""Which charts a report shows, and the sources that stand behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch

import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.data.sources import Sources, ids_in
from zoneplan.messages import words

# The most telling charts of each section, the first that there are; the workbook has all.
PAPER: Mapping[str, tuple[int, str]] = {
    "answers": (1, "odds_*"),
    "plan": (2, "plan_audit ratio_*"),
    "forecast": (2, "path_gdp path_trade_total path_*"),
    "decide": (2, "needed_growth swings_all swings_*"),
    "compare": (3, "reference_percentile peers ranks_movers"),
    "trust": (2, "reliability_* hedgehog_*"),
}
SLIDES = [
    "odds_2020", "plan_audit", "path_gdp", "needed_growth",
    "swings_all", "peers", "reliability_classes",
]  # fmt: skip
# What rests on more sources than this names them in the workbook.
LISTED = 12
OWN, NAMELESS = "own calculation", "not stated"
# A publisher that is nothing but the address of a page.
HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.(com|cn|net|org|info|cc)( \(.*\))?")


def figure_folder(lang: str) -> str:
    """Where the charts of a language lie, below the reports."""
    return "figures" if lang == "en" else f"figures/{lang}"


def of_paper(charts: Sequence[Chart]) -> dict[str, list[Chart]]:
    """The charts that the paper shows, by section."""
    shown = {}
    for section, (most, patterns) in PAPER.items():
        fitting = {c.id: c for p in patterns.split() for c in charts if fnmatch(c.id, p)}
        shown[section] = list(fitting.values())[:most]
    return shown


def of_slides(charts: Sequence[Chart]) -> list[Chart]:
    """The charts that have a slide, one each."""
    return [c for i in SLIDES for c in charts if c.id == i]


def sources_of(tables: Iterable[pd.DataFrame], most: float = float("inf")) -> set[str]:
    """The ids of the sources of tables, without those of a table with more than so many."""
    sets = [set(ids_in(table)) - {OWN} for table in tables]
    return {i for ids in sets if len(ids) <= most for i in ids}


def listed(known: Sources, ids: Iterable[str], lang: str) -> pd.DataFrame:
    """Sources as a list prints them; titles that are not of our making stay in their language."""
    w, rows = words(lang), known.known(sorted(ids))
    titles = [w.texts.get(f"charts.made.{i}", t) for i, t in rows["title"].items()]
    by = [publisher(str(name), lang) for name in rows["publisher"]]
    published = rows["published"].fillna("")
    return rows.assign(title=titles, publisher=by, published=published).reset_index()


def publisher(name: str, lang: str = "en") -> str:
    """Who published; where only the host of a page is known, that is said."""
    w = words(lang)
    if name in (OWN, NAMELESS):
        return w("paper.publisher.own" if name == OWN else "paper.publisher.nameless")
    is_host = HOST.fullmatch(name)
    if lang == "zh":
        for key, phrase in words("en").group("paper.copies").items():
            name = name.replace(phrase, w(f"paper.copies.{key}"))
        name = name.replace(" (", "(").replace("(", "（").replace(")", "）")
    return w("paper.publisher.host", host=name) if is_host else name
