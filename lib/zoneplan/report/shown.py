"""Which charts a report shows, and the sources that stand behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from zoneplan.charts.chart import Chart
from zoneplan.data.sources import Sources, ids_in
from zoneplan.messages import words

if TYPE_CHECKING:
    from zoneplan.charts.stories import BriefChart

# The sections of the paper, the charts of its annex (a page of its own, then pairs), what it tells
# in a table instead.
SECTIONS = ("answer", "plan", "growth", "whatif", "compared", "trust")
ANNEXED = ("promises", "scenarios", "promises_by_year", "ratios", "compare_city", "ambition_*")
TOLD = ("early_warning", "classes")
# The charts of a brief, each with its section and where it stands.
Drawn: TypeAlias = "Sequence[tuple[BriefChart, Chart]]"
# What rests on more sources than this names them in the workbook.
LISTED = 12
OWN, NAMELESS = "own calculation", "not stated"
# A publisher that is nothing but the address of a page.
HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.(com|cn|net|org|info|cc)( \(.*\))?")


def named(name: str, lang: str) -> str:
    """A file's name in a language: English is the plain one."""
    return name if lang == "en" else f"{name}_{lang}"


def figure_folder(lang: str) -> str:
    """Where the charts of a language lie, below the reports."""
    return "figures" if lang == "en" else f"figures/{lang}"


def of_paper(drawn: Drawn) -> tuple[dict[str, list[Chart]], list[Chart]]:
    """The charts that the paper shows, by section, and those of its annex."""
    body: dict[str, list[Chart]] = {section: [] for section in SECTIONS}
    annexed: list[tuple[int, Chart]] = []
    for entry, chart in drawn:
        if "paper" not in entry.places or chart.id in TOLD:
            continue
        late = [n for n, pattern in enumerate(ANNEXED) if fnmatch(chart.id, pattern)]
        if late:
            annexed.append((late[0], chart))
        else:
            body[entry.section].append(chart)
    return body, [chart for _, chart in sorted(annexed, key=lambda pair: pair[0])]


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
