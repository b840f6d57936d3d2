"""A plan folder, read and checked: its description, its tables, and whether they fit each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

import pandas as pd

from zoneplan.data import tables
from zoneplan.data.sources import Sources
from zoneplan.data.units import convertible
from zoneplan.errors import DataError, Problem
from zoneplan.messages import LANGS, words
from zoneplan.plan.description import FILE, read_description
from zoneplan.plan.document import ANNEX, GROWTH, PlanDocument, known, last_own

TABLES = ("targets", "observations", "evidence", "measures", "resolutions", "glossary")
DocumentT = TypeVar("DocumentT", bound=PlanDocument)


def plan_dir() -> Path:
    """The folder of the plan that is read if nobody names one:

    ``ZONEPLAN_PLAN`` or else the Zhenan plan.

    A relative name counts from the working directory or, for notebooks, from the project's folder.
    """
    data = tables.data_dir()
    named = Path(os.environ.get("ZONEPLAN_PLAN") or data / "plans" / "zhenan")
    return named if named.is_absolute() or named.exists() else data.parent / named


def load(kind: type[DocumentT], path: str | Path | None = None, lang: str = "en") -> DocumentT:
    """A plan folder as an object of some kind of plan; see :func:`zoneplan.load_plan`."""
    if lang not in LANGS:
        raise DataError([Problem("lang", None, None, repr(lang), " or ".join(LANGS))])
    folder = plan_dir() if path is None else Path(path)
    if not folder.is_dir():
        expected = "a folder with plan.yml and its tables"
        raise DataError([Problem(str(folder), None, None, "no such folder", expected)])
    about = read_description(folder / FILE)
    own = {name: tables.read(name, folder) for name in TABLES}
    targets, seen = own["targets"], own["observations"]
    problems = target_problems(targets, tuple(about.years))
    problems += unit_problems(targets, seen, about.comparable_from)
    if about.base_year >= about.years[0]:
        expected = "a year before the plan's first"
        problems.append(Problem(FILE, None, "base_year", str(about.base_year), expected))
    if problems:
        raise DataError(problems)
    as_of = about.as_of or last_own(seen, about.published or about.adopted)
    own["glossary"] = pd.concat(
        [own["glossary"], lacking_words(targets, seen, about.base_year)], ignore_index=True
    )
    return kind(
        about=about,
        folder=folder,
        as_of=as_of,
        all_observations=seen,
        sources=Sources.of_plan(folder),
        lang=lang,
        **{**own, "observations": known(seen, as_of)},
    )


def target_problems(targets: pd.DataFrame, years: tuple[int, ...]) -> list[Problem]:
    """Annex rows that nothing could be read from: outside the plan's years, twice, or not above
    zero.
    """
    file, annex = "targets.csv", targets[targets["section"] == ANNEX]
    found = []
    for n, row in annex.iterrows():
        # The header is the first row of the file.
        place = (file, int(n) + 2)
        if row["year"] not in years:
            expected = f"one of {', '.join(map(str, years))}"
            found.append(Problem(*place, "year", f"{row['year']:.0f}", expected))
        if row["kind"] != GROWTH and row["value"] <= 0:
            found.append(Problem(*place, "value", str(row["value"]), f"a {row['kind']} above zero"))
    for n, row in annex[annex.duplicated(["indicator_id", "year"])].iterrows():
        twice = f"{row['indicator_id']} in {row['year']:.0f} again"
        found.append(Problem(file, int(n) + 2, "indicator_id,year", twice, "once"))
    for column, what in (("unit", "unit"), ("stated_growth", "printed average")):
        count = annex.groupby("indicator_id")[column].nunique()
        for i in count[count > 1].index:
            found.append(
                Problem(file, None, column, f"several {what}s of {i}", f"one {what} for all years")
            )
    return found


def unit_problems(targets: pd.DataFrame, seen: pd.DataFrame, first: int) -> list[Problem]:
    """Comparable levels in a unit that has nothing to do with the one in which the plan prints the
    same indicator.
    """
    printed = targets[(targets["section"] == ANNEX) & (targets["kind"] != GROWTH)]
    units = printed.drop_duplicates("indicator_id").set_index("indicator_id")["unit"]
    keep = seen["kind"].isin(["level", "count"]) & seen["indicator_id"].isin(units.index)
    return [
        Problem(
            "observations.csv",
            int(n) + 2,
            "unit",
            f"{row['unit']} of {row['indicator_id']}",
            f"{units[row['indicator_id']]}, as in the targets, or one that converts to it",
        )
        for n, row in seen[keep & (seen["year"] >= first)].iterrows()
        if not convertible(row["unit"], units[row["indicator_id"]])
    ]


def lacking(what: str, name: str, year: int | None = None, lang: str = "en") -> str:
    """The words for a number that is missing:

    ``class``, ``base``, ``after``, ``every`` or ``count``.
    """
    places = {} if year is None else {"year": year}
    return words(lang)(f"verdicts.lacking.{what}", name=name, **places)


def lacking_words(targets: pd.DataFrame, seen: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Every missing number that may be named, in the languages of the glossary."""
    rows = []
    named = targets.drop_duplicates("indicator_id")[["indicator_id", "name_en", "name_zh"]]
    for i, en, zh in named.itertuples(index=False):
        years = seen.loc[seen["indicator_id"].isin({i, i.removesuffix("_growth")}), "year"]
        kinds = [("class", None), ("every", None), ("count", None), ("base", base_year)]
        for what, year in [*kinds, *(("after", int(y)) for y in sorted(set(years)))]:
            english = lacking(what, en, year)
            rows.append((english, english, lacking(what, zh, year, "zh")))
    return pd.DataFrame(rows, columns=["text", "en", "zh"])
