"""The plan: its targets, what has been observed of it, and the date from which each figure was known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import convert, convertible
from zoneplan.data.yaml_file import read_yaml
from zoneplan.errors import DataError, Problem
from zoneplan.messages import words
from zoneplan.text import MISSING

if TYPE_CHECKING:
    from zoneplan.forecasting.forecasts import Assumptions, Forecast
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.audit import Audit
    from zoneplan.stress.scenarios import Scenario

# A user's own figures come first: nobody knows them better.
GRADE_ORDER = {tables.PRIVATE: 0, "A": 1, "B": 2, "C": 3}


@dataclass(frozen=True)
class Plan:
    """A plan with its targets and observations, seen from one day.

    ``as_of`` is the day of judgement; ``observations`` are those of ``all_observations`` known on it. ``home`` is the
    zone's id among the peer zones and ``host`` that of its city, where they have one; figures before
    ``comparable_from`` are of another area; ``classes`` names the regions that stand in for an indicator where the
    plan chooses them itself; ``yearly_counts`` are series that count the new cases of each year, so that one year tells
    of the next; ``yearly`` says that each target is announced in its own year; ``glossary`` has texts of the tables in
    both languages.
    """

    id: str
    folder: Path
    name_zh: str
    name_en: str
    zone_zh: str
    zone_en: str
    adopted: date
    base_year: int
    years: tuple[int, ...]
    as_of: date
    targets: pd.DataFrame
    observations: pd.DataFrame
    all_observations: pd.DataFrame
    evidence: pd.DataFrame
    measures: pd.DataFrame
    resolutions: pd.DataFrame
    home: str | None = None
    host: str | None = None
    comparable_from: int = 0
    classes: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    yearly_counts: tuple[str, ...] = ()
    yearly: bool = False
    glossary: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=["text", "en", "zh"])
    )

    def seen_from(self, as_of: str | date | None) -> Plan:
        """The same plan as it could be judged on another day.

        Parameters
        ----------
        as_of : ISO date or date; None keeps the day it is seen from.

        Returns
        -------
        Plan whose observations were all known on that day.

        How to read it: a figure missing here was not published yet, so no odds may rest on it.
        """
        day = self.as_of if as_of is None else _day(as_of)
        return replace(self, as_of=day, observations=known(self.all_observations, day))

    def levels(self, indicator_id: str) -> pd.DataFrame:
        """Observed levels of the zone for one indicator on boundaries that can be compared, by year.

        Returns a frame with the columns of ``observations``; one row a year, in the unit of the plan's own series where
        the two are of one kind. Where sources differ the better grade wins, then the later publication.

        How to read it: ``scope_note`` tells which of the zone's scopes each level stands for.
        """
        rows = chosen(self.observations, indicator_id, ("level", "count"), self.comparable_from)
        return in_unit(rows, self.unit(indicator_id))

    def growths(self, indicator_id: str) -> pd.DataFrame:
        """Observed growth of the zone for one indicator over full years, by year, percent; one row a year.

        Growth that by convention is real (:data:`REAL`) is never joined to nominal growth.
        """
        return chosen(
            self.observations, indicator_id, (growth_kind(indicator_id),), self.comparable_from
        )

    def unit(self, indicator_id: str) -> str | None:
        """The unit in which the annex prints an indicator; None if it does not."""
        rows = self.targets
        printed = rows.loc[
            (rows["indicator_id"] == indicator_id) & (rows["section"] == "annex"), "unit"
        ]
        return None if printed.empty else str(printed.iloc[0])

    def annex(self, indicator_id: str) -> pd.DataFrame:
        """The yearly targets of one annex series, by year."""
        rows = self.targets
        rows = rows[(rows["indicator_id"] == indicator_id) & (rows["section"] == "annex")]
        if rows.empty:
            raise KeyError(
                f"{indicator_id!r} is no annex series; there are: {', '.join(self.series())}"
            )
        return rows.sort_values("year").reset_index(drop=True)

    def target(self, indicator_id: str, year: int) -> float:
        """The printed target of an annex series in one year, in its printed unit (NaN where that cell is blank)."""
        rows = self.annex(indicator_id)
        printed = rows.loc[rows["year"] == year, "value"]
        return float(printed.iloc[0]) if len(printed) else float("nan")

    def goal(self, indicator_id: str, year: int) -> Goal:
        """All values with which the promise of a year counts as kept. See :func:`goal_of`."""
        rows = self.annex(indicator_id)
        return goal_of(rows[rows["year"] == year].iloc[0])

    def stated_growth(self, indicator_id: str) -> float:
        """The average growth printed beside an annex series, percent a year (NaN where none is)."""
        return float(self.annex(indicator_id)["stated_growth"].iloc[-1])

    def is_rate(self, indicator_id: str) -> bool:
        """Whether the plan promises growth of an indicator rather than its level."""
        rows = self.targets
        kinds = rows.loc[rows["indicator_id"] == indicator_id, "kind"]
        return bool((kinds == "growth").any())

    def series(self) -> list[str]:
        """The annex series, in printed order."""
        rows = self.targets
        return list(dict.fromkeys(rows.loc[rows["section"] == "annex", "indicator_id"]))

    def name(self, indicator_id: str, lang: str = "en") -> str:
        """The name of an indicator in English (``en``) or Chinese (``zh``)."""
        rows = self.targets
        return str(rows.loc[rows["indicator_id"] == indicator_id, f"name_{lang}"].iloc[0])

    def zone(self, lang: str = "en") -> str:
        """The name of the zone in English (``en``) or Chinese (``zh``)."""
        return self.zone_zh if lang == "zh" else self.zone_en

    def said(self, text: object, lang: str = "en") -> str:
        """A text of the plan's tables in a language, where the glossary has it; otherwise as it stands.

        How to read it: a missing text is a dash.
        """
        if pd.isna(text):
            return MISSING
        rows = self.glossary
        hit = rows.loc[rows["text"] == text, lang]
        return str(text) if hit.empty else str(hit.iloc[0])

    def annex_departments(self) -> pd.DataFrame:
        """The responsible department of each annex series: columns indicator_id and responsible."""
        rows = self.targets[self.targets["section"] == "annex"]
        return rows.drop_duplicates("indicator_id")[["indicator_id", "responsible"]]

    def distinct(self) -> pd.DataFrame:
        """Every quantified promise once: repeats (``same_as``) and planned sizes are left out."""
        rows = self.targets
        # 10.8 square kilometres is the size of a project, not something to be reached.
        rows = rows[
            rows["value"].notna()
            & rows["same_as"].isna()
            & (rows["indicator_id"] != "core_project_area")
        ]
        return rows.drop_duplicates("indicator_id", keep="last").reset_index(drop=True)

    def audit(self) -> Audit:
        """Does the plan agree with itself? See :mod:`zoneplan.plan.audit`."""
        from zoneplan.plan.audit import audit

        return audit(self)

    def forecast(
        self, indicator_id: str, assumed: Assumptions | str = "implied"
    ) -> Forecast | None:
        """Forecast one annex series. See :func:`zoneplan.forecasting.forecasts.forecast`."""
        from zoneplan.forecasting.forecasts import forecast

        return forecast(self, indicator_id, assumed)

    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the plan by id. See :mod:`zoneplan.stress.scenarios`."""
        from zoneplan.stress.scenarios import scenarios

        return scenarios(self)

    def scenario(self, name: str) -> Scenario:
        """One scenario by its id; an unknown name is answered with the known ones."""
        known_ones = self.scenarios()
        if name not in known_ones:
            raise DataError(
                [Problem("scenario", None, None, repr(name), "one of " + ", ".join(known_ones))]
            )
        return known_ones[name]

    def verdicts(self, as_of: str | date | None = None) -> Verdicts:
        """The odds of every quantified target. See :mod:`zoneplan.forecasting.verdicts`."""
        from zoneplan.forecasting.verdicts import verdicts

        return verdicts(self if as_of is None else self.seen_from(as_of))


@dataclass(frozen=True)
class Goal:
    """All values with which a promise counts as kept: from ``low`` to ``high``, both included."""

    low: float
    high: float

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Which values lie inside."""
        return (values >= self.low) & (values <= self.high)


# By convention these growth rates are reported at comparable prices; money flows are reported at current ones.
REAL = ("gdp", "industrial_value_added", "secondary_value_added")


def growth_kind(indicator_id: str) -> str:
    """``growth_real`` or ``growth_nominal``: which growth is reported of an indicator by convention."""
    return "growth_real" if indicator_id.removesuffix("_growth") in REAL else "growth_nominal"


def goal_of(target: pd.Series) -> Goal:
    """All values with which a promise counts as kept, from its row of targets.

    ``at_least`` and ``at_most`` reach to infinity, ``range`` from value to value_high. ``about`` holds what prints as the
    target, half a step of its precision each way; but more than about so much growth, money or firms is no miss, so
    there it has no upper end.
    """
    value, direction = float(target["value"]), target["direction"]
    if direction == "at_most":
        return Goal(-np.inf, value)
    if direction == "range" and pd.notna(target["value_high"]):
        return Goal(value, float(target["value_high"]))
    if direction == "about" and pd.notna(target["precision"]):
        step = float(target["precision"]) / 2
        return Goal(value - step, value + step if target["kind"] in ("area", "rank") else np.inf)
    return Goal(value, np.inf)


def chosen(
    rows: pd.DataFrame, indicator_id: str, kinds: tuple[str, ...], first: int = 0
) -> pd.DataFrame:
    """Full-year observations of an indicator in some kinds, one a year: the better grade wins, then the later publication.

    Growth of ``x`` may be booked under ``x`` or ``x_growth``.
    """
    names = {indicator_id, indicator_id.removesuffix("_growth")}
    rows = rows[
        rows["indicator_id"].isin(names)
        & rows["kind"].isin(kinds)
        & (rows["period"] == "full_year")
        & (rows["year"] >= first)
    ]
    order = rows.assign(rank=rows["grade"].map(GRADE_ORDER)).sort_values(
        ["year", "rank", "known_from", "row_id"], ascending=[True, True, False, True]
    )
    return order.drop_duplicates("year").drop(columns="rank").reset_index(drop=True)


def in_unit(rows: pd.DataFrame, unit: str | None) -> pd.DataFrame:
    """Observations in the unit of the plan; those of another kind of unit stay as they are."""
    wanted = [unit is not None and u != unit and convertible(u, unit) for u in rows["unit"]]
    if not any(wanted):
        return rows
    values = [
        convert(v, u, unit) if w else v
        for v, u, w in zip(rows["value"], rows["unit"], wanted, strict=True)
    ]
    return rows.assign(
        value=values, unit=[unit if w else u for u, w in zip(rows["unit"], wanted, strict=True)]
    )


def known(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows known on a day; a row without ``known_from`` is hindsight and never known."""
    return rows[rows["known_from"] <= pd.Timestamp(as_of)].reset_index(drop=True)


def load_plan(path: str | Path | None = None) -> Plan:
    """Load a plan folder: its description, targets, observations and evidence.

    Parameters
    ----------
    path : folder with ``plan.yml`` and its tables; None means the one that the variable ``ZONEPLAN_PLAN`` names, else
        the plan shipped with the project.

    Returns
    -------
    Plan, seen from ``as_of`` of its description or, if that is not there, from the day of its adoption or, if the
    user's own figures (grade P) came later, from the day on which the last of them was known.

    Raises
    ------
    DataError
        A file is missing, lacks a key or does not fit its description; all problems of it are listed.

    How to read it: ``plan.targets`` is one row per printed figure, ``plan.observations`` one row per
    published figure known on ``plan.as_of``.
    """
    folder = tables.plan_dir() if path is None else Path(path)
    about = read_description(folder / "plan.yml")
    own = {
        t: tables.read(t, folder)
        for t in ("targets", "observations", "evidence", "measures", "resolutions", "glossary")
    }
    years = tuple(about["years"])
    problems = target_problems(own["targets"], years, "targets.csv")
    problems += unit_problems(
        own["targets"], own["observations"], about["comparable_from"], "observations.csv"
    )
    if about["base_year"] >= min(years):
        problems.append(
            Problem(
                "plan.yml",
                None,
                "base_year",
                str(about["base_year"]),
                "a year before the plan's first",
            )
        )
    if problems:
        raise DataError(problems)
    adopted = _day(about["adopted"])
    as_of = _day(about["as_of"]) if about["as_of"] else last_own(own["observations"], adopted)
    return Plan(
        **{
            key: about[key]
            for key in (
                "id",
                "name_zh",
                "name_en",
                "zone_zh",
                "zone_en",
                "base_year",
                "home",
                "host",
            )
        },
        folder=folder,
        adopted=adopted,
        years=years,
        as_of=as_of,
        targets=own["targets"],
        observations=known(own["observations"], as_of),
        all_observations=own["observations"],
        evidence=own["evidence"],
        measures=own["measures"],
        resolutions=own["resolutions"],
        glossary=pd.concat(
            [
                own["glossary"],
                lacking_words(own["targets"], own["observations"], about["base_year"]),
            ],
            ignore_index=True,
        ),
        comparable_from=about["comparable_from"],
        classes={i: tuple(c) for i, c in about["classes"].items()},
        yearly_counts=tuple(about["yearly_counts"]),
        yearly=about["announced"] == YEARLY,
    )


def own_names() -> list[str]:
    """What somebody's own plan calls itself, its zone and its indicators; nothing for the shipped plan, whose names stand
    in both languages."""
    folder = tables.plan_dir()
    if tables.is_shipped(folder):
        return []
    about, targets = read_description(folder / "plan.yml"), tables.read("targets")
    names = [about[key] for key in ("name_zh", "name_en", "zone_zh", "zone_en")]
    return [*names, *targets["name_zh"].dropna(), *targets["name_en"].dropna()]


def target_problems(targets: pd.DataFrame, years: tuple[int, ...], file: str) -> list[Problem]:
    """Annex rows that no odds could be read from: outside the plan's years, twice, or not above zero."""
    annex = targets[targets["section"] == "annex"]
    found = []
    for n, row in annex.iterrows():
        # The header is the first row of the file.
        if row["year"] not in years:
            found.append(
                Problem(
                    file,
                    n + 2,
                    "year",
                    f"{row['year']:.0f}",
                    f"one of {', '.join(map(str, years))}",
                )
            )
        if row["kind"] != "growth" and row["value"] <= 0:
            found.append(
                Problem(file, n + 2, "value", str(row["value"]), f"a {row['kind']} above zero")
            )
    again = annex[annex.duplicated(["indicator_id", "year"])]
    found += [
        Problem(
            file,
            n + 2,
            "indicator_id,year",
            f"{r['indicator_id']} in {r['year']:.0f} again",
            "once",
        )
        for n, r in again.iterrows()
    ]
    units = annex.groupby("indicator_id")["unit"].nunique()
    found += [
        Problem(file, None, "unit", f"several units of {i}", "one unit for all years")
        for i in units[units > 1].index
    ]
    return found


def unit_problems(
    targets: pd.DataFrame, seen: pd.DataFrame, first: int, file: str
) -> list[Problem]:
    """Comparable levels in a unit that has nothing to do with the one in which the plan prints the same indicator."""
    printed = targets[
        (targets["section"] == "annex") & (targets["kind"] != "growth")
    ].drop_duplicates("indicator_id")
    units = printed.set_index("indicator_id")["unit"]
    levels = seen[
        seen["kind"].isin(["level", "count"])
        & seen["indicator_id"].isin(units.index)
        & (seen["year"] >= first)
    ]
    return [
        # The header is the first row of the file.
        Problem(
            file,
            n + 2,
            "unit",
            f"{row['unit']} of {row['indicator_id']}",
            f"{units[row['indicator_id']]}, as in the targets, or one that converts to it",
        )
        for n, row in levels.iterrows()
        if not convertible(row["unit"], units[row["indicator_id"]])
    ]


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200


def _are_years(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(map(_is_year, value))
        and value == sorted(set(value))
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_day(value: object) -> bool:
    try:
        # A day without strokes reads as a number.
        return isinstance(value, date) or bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _are_classes(value: object) -> bool:
    three = (
        (isinstance(c, list) and len(c) == 3 and all(map(_is_text, c)) for c in value.values())
        if isinstance(value, dict)
        else [False]
    )
    return all(three)


AT_ONCE, YEARLY = "at once", "yearly"
# What keys of the description have to be.
_TEXT = (_is_text, "a text such as Jiaxing development zone")
_DAY = (_is_day, "a date such as 2018-10-30")
_YEAR = (_is_year, "a year such as 2017")
FITTING = {
    "id": (_is_text, "a short name such as my_zone"),
    **dict.fromkeys(("name_zh", "name_en", "zone_zh", "zone_en"), _TEXT),
    "adopted": _DAY,
    "as_of": _DAY,
    "base_year": _YEAR,
    "years": (_are_years, "a list of rising years such as [2018, 2019, 2020]"),
    "comparable_from": (lambda v: v == 0 or _is_year(v), "a year such as 2013"),
    "classes": (
        _are_classes,
        "a level, a name and an indicator of growth_reference, such as {my_tax: [prefecture, coastal_provinces, budget_revenue]}",
    ),
    "yearly_counts": (
        lambda v: isinstance(v, list) and all(map(_is_text, v)),
        "a list of indicators such as [new_firms]",
    ),
    "announced": (lambda v: v in (AT_ONCE, YEARLY), f"{AT_ONCE} or {YEARLY}"),
    **dict.fromkeys(("home", "host"), (lambda v: v is None or _is_text(v), "an id, or nothing")),
}
NEEDED = ("id", "adopted", "years")
ZONES = ("zone_zh", "zone_en")


def read_description(file: Path) -> dict[str, Any]:
    """What ``plan.yml`` says, with everything that may be left out put in.

    Raises
    ------
    DataError
        The file cannot be read, lacks a key, or a key does not fit; all problems of it are listed.
    """
    about, problems = read_yaml(file)
    if not isinstance(about, dict):
        raise DataError(
            [Problem(file.name, None, None, type(about).__name__, "a mapping of keys to values")]
        )
    # One name of the zone is enough; the other may be left open.
    about = {k: v for k, v in about.items() if not (k in ZONES and v is None)}
    problems += [
        Problem(file.name, None, key, "no such key", FITTING[key][1])
        for key in NEEDED
        if key not in about
    ]
    if not about.keys() & set(ZONES):
        problems.append(
            Problem(file.name, None, ZONES[1], "no name of the zone", FITTING[ZONES[1]][1])
        )
    problems += [
        Problem(file.name, None, str(k), "an unknown key", "one of " + ", ".join(FITTING))
        for k in about
        if k not in FITTING
    ]
    wrong = [k for k, (fits, _) in FITTING.items() if k in about and not fits(about[k])]
    problems += [
        Problem(
            file.name, None, k, "nothing" if about[k] is None else repr(about[k]), FITTING[k][1]
        )
        for k in wrong
    ]
    if problems:
        raise DataError(problems)
    zone_zh, zone_en = (about.get(a) or about[b] for a, b in (ZONES, ZONES[::-1]))
    first, last = about["years"][0], about["years"][-1]
    usual = {
        "zone_zh": zone_zh,
        "zone_en": zone_en,
        "name_zh": f"{zone_zh}发展目标({first}-{last})",
        "name_en": f"{zone_en} - targets {first}-{last}",
        "as_of": None,
        "base_year": first - 1,
        "home": None,
        "host": None,
        "comparable_from": 0,
        "classes": {},
        "yearly_counts": [],
        "announced": AT_ONCE,
    }
    return usual | about


def lacking(what: str, name: str, year: int | None = None, lang: str = "en") -> str:
    """The words for a number that is missing: ``class``, ``base``, ``after``, ``every`` or ``count``."""
    return words(lang)(
        f"verdicts.lacking.{what}", name=name, **({} if year is None else {"year": year})
    )


def lacking_words(targets: pd.DataFrame, seen: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Every missing number that a verdict may name, in the languages of the glossary."""
    rows = []
    for i, en, zh in targets.drop_duplicates("indicator_id")[
        ["indicator_id", "name_en", "name_zh"]
    ].itertuples(index=False):
        names = {i, i.removesuffix("_growth")}
        after = [
            ("after", int(y))
            for y in sorted(set(seen.loc[seen["indicator_id"].isin(names), "year"]))
        ]
        for what, year in [
            ("class", None),
            ("every", None),
            ("count", None),
            ("base", base_year),
            *after,
        ]:
            texts = lacking(what, en, year), lacking(what, zh, year, "zh")
            rows.append((texts[0], *texts))
    return pd.DataFrame(rows, columns=["text", "en", "zh"])


def last_own(rows: pd.DataFrame, adopted: date) -> date:
    """The day from which a plan is seen: that of its adoption or, if the user's own figures came later, of the last of them."""
    own = rows.loc[rows["grade"] == tables.PRIVATE, "known_from"].max()
    return adopted if pd.isna(own) else max(adopted, own.date())


def _day(text: str | date) -> date:
    if isinstance(text, datetime):
        return text.date()
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(
            [Problem("as-of date", None, None, text, "a date such as 2018-10-30")]
        ) from None
