"""The plan: its targets, what has been observed of it, and the date from which each figure was known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan import tables
from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from zoneplan.audit import Audit
    from zoneplan.forecast import Assumptions, Forecast
    from zoneplan.scenarios import Scenario
    from zoneplan.verdicts import Verdicts

# 1998-2003 is an older, smaller zone, and later text speaks of the core area or a larger new area:
# no level crosses these lines.
FIRST_COMPARABLE_YEAR = 2013
GRADE_ORDER = {"A": 0, "B": 1, "C": 2}


@dataclass(frozen=True)
class Plan:
    """A plan with its targets and observations, seen from one day.

    ``as_of`` is the day of judgement; ``observations`` are those of ``all_observations`` known on it.
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

    def seen_from(self, as_of: str | date | None) -> Plan:
        """The same plan as it could be judged on another day.

        Parameters
        ----------
        as_of : ISO date or date; None keeps the day of adoption.

        Returns
        -------
        Plan whose observations were all known on that day.

        How to read it: a figure missing here was not published yet, so no odds may rest on it.
        """
        day = self.adopted if as_of is None else _day(as_of)
        return replace(self, as_of=day, observations=known(self.all_observations, day))

    def levels(self, indicator_id: str) -> pd.DataFrame:
        """Observed levels of the zone for one indicator on boundaries that can be compared, by year.

        Returns a frame with the columns of ``observations``; one row a year. Where sources differ the
        better grade wins, then the later publication.

        How to read it: ``scope_note`` tells which of the zone's scopes each level stands for.
        """
        rows = self.observations
        rows = rows[
            (rows["indicator_id"] == indicator_id)
            & rows["kind"].isin(["level", "count"])
            & (rows["period"] == "full_year")
            & (rows["year"] >= FIRST_COMPARABLE_YEAR)
        ]
        order = rows.assign(rank=rows["grade"].map(GRADE_ORDER)).sort_values(
            ["year", "rank", "known_from", "row_id"], ascending=[True, True, False, True]
        )
        return order.drop_duplicates("year").drop(columns="rank").reset_index(drop=True)

    def annex(self, indicator_id: str) -> pd.DataFrame:
        """The yearly targets of one annex series, by year."""
        rows = self.targets
        rows = rows[(rows["indicator_id"] == indicator_id) & (rows["section"] == "annex")]
        if rows.empty:
            raise KeyError(f"{indicator_id!r} is no annex series; there are: {', '.join(self.series())}")
        return rows.sort_values("year").reset_index(drop=True)

    def target(self, indicator_id: str, year: int) -> float:
        """The printed target of an annex series in one year, in its printed unit."""
        rows = self.annex(indicator_id)
        return float(rows.loc[rows["year"] == year, "value"].iloc[0])

    def stated_growth(self, indicator_id: str) -> float:
        """The average growth printed beside an annex series, percent a year (NaN where none is)."""
        return float(self.annex(indicator_id)["stated_growth"].iloc[-1])

    def series(self) -> list[str]:
        """The annex series, in printed order."""
        rows = self.targets
        return list(dict.fromkeys(rows.loc[rows["section"] == "annex", "indicator_id"]))

    def name(self, indicator_id: str, lang: str = "en") -> str:
        """The name of an indicator in English (``en``) or Chinese (``zh``)."""
        rows = self.targets
        return str(rows.loc[rows["indicator_id"] == indicator_id, f"name_{lang}"].iloc[0])

    def annex_departments(self) -> pd.DataFrame:
        """The responsible department of each annex series: columns indicator_id and responsible."""
        rows = self.targets[self.targets["section"] == "annex"]
        return rows.drop_duplicates("indicator_id")[["indicator_id", "responsible"]]

    def distinct(self) -> pd.DataFrame:
        """Every quantified promise once: repeats (``same_as``) and planned sizes are left out."""
        rows = self.targets
        # 10.8 square kilometres is the size of a project, not something to be reached.
        rows = rows[rows["value"].notna() & rows["same_as"].isna() & (rows["indicator_id"] != "core_project_area")]
        return rows.drop_duplicates("indicator_id", keep="last").reset_index(drop=True)

    def audit(self) -> Audit:
        """Does the plan agree with itself? See :mod:`zoneplan.audit`."""
        from zoneplan.audit import audit

        return audit(self)

    def forecast(self, indicator_id: str, assumed: Assumptions | str = "implied") -> Forecast | None:
        """Forecast one annex series. See :func:`zoneplan.forecast.forecast`."""
        from zoneplan.forecast import forecast

        return forecast(self, indicator_id, assumed)

    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the plan by id. See :mod:`zoneplan.scenarios`."""
        from zoneplan.scenarios import scenarios

        return scenarios(self)

    def scenario(self, name: str) -> Scenario:
        """One scenario by its id; an unknown name is answered with the known ones."""
        known_ones = self.scenarios()
        if name not in known_ones:
            raise DataError([Problem("scenario", None, None, repr(name), "one of " + ", ".join(known_ones))])
        return known_ones[name]

    def verdicts(self, as_of: str | date | None = None) -> Verdicts:
        """The odds of every quantified target. See :mod:`zoneplan.verdicts`."""
        from zoneplan.verdicts import verdicts

        return verdicts(self if as_of is None else self.seen_from(as_of))


def known(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows known on a day; a row without ``known_from`` is hindsight and never known."""
    return rows[rows["known_from"] <= pd.Timestamp(as_of)].reset_index(drop=True)


def load_plan(path: str | Path | None = None) -> Plan:
    """Load a plan folder: its description, targets, observations and evidence.

    Parameters
    ----------
    path : folder with ``plan.yml`` and its tables; None means the plan shipped with the project.

    Returns
    -------
    Plan, seen from the day of its adoption.

    Raises
    ------
    DataError
        A file is missing, lacks a key or does not fit its description; all problems of it are listed.

    How to read it: ``plan.targets`` is one row per printed figure, ``plan.observations`` one row per
    published figure known on ``plan.as_of``.
    """
    folder = tables.data_dir() / "plans" / "zhenan" if path is None else Path(path)
    about = _read_description(folder / "plan.yml")
    adopted = _day(about["adopted"])
    own = {t: tables.read(t, folder) for t in ("targets", "observations", "evidence", "measures", "resolutions")}
    problems = target_problems(own["targets"], tuple(about["years"]), "targets.csv")
    if about["base_year"] >= min(about["years"]):
        problems.append(Problem("plan.yml", None, "base_year", str(about["base_year"]), "a year before the plan's first"))
    if problems:
        raise DataError(problems)
    return Plan(
        id=about["id"],
        folder=folder,
        name_zh=about["name_zh"],
        name_en=about["name_en"],
        zone_zh=about["zone_zh"],
        zone_en=about["zone_en"],
        adopted=adopted,
        base_year=about["base_year"],
        years=tuple(about["years"]),
        as_of=adopted,
        targets=own["targets"],
        observations=known(own["observations"], adopted),
        all_observations=own["observations"],
        evidence=own["evidence"],
        measures=own["measures"],
        resolutions=own["resolutions"],
    )


def target_problems(targets: pd.DataFrame, years: tuple[int, ...], file: str) -> list[Problem]:
    """Annex rows that no odds could be read from: outside the plan's years, twice, or not above zero."""
    annex = targets[targets["section"] == "annex"]
    found = []
    for n, row in annex.iterrows():
        # The header is the first row of the file.
        if row["year"] not in years:
            found.append(Problem(file, n + 2, "year", f"{row['year']:.0f}", f"one of {', '.join(map(str, years))}"))
        if row["kind"] != "growth" and row["value"] <= 0:
            found.append(Problem(file, n + 2, "value", str(row["value"]), f"a {row['kind']} above zero"))
    again = annex[annex.duplicated(["indicator_id", "year"])]
    found += [Problem(file, n + 2, "indicator_id,year", f"{r['indicator_id']} in {r['year']:.0f} again", "once") for n, r in again.iterrows()]
    units = annex.groupby("indicator_id")["unit"].nunique()
    found += [Problem(file, None, "unit", f"several units of {i}", "one unit for all years") for i in units[units > 1].index]
    return found


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2200


def _are_years(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_year, value)) and value == sorted(set(value))


# What keys of the description have to be.
FITTING = {
    "base_year": (_is_year, "a year such as 2017"),
    "years": (_are_years, "a list of rising years such as [2018, 2019, 2020]"),
}


def _read_description(file: Path) -> dict:
    import yaml

    keys = ("id", "name_zh", "name_en", "zone_zh", "zone_en", "adopted", "base_year", "years")
    try:
        about = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DataError([Problem(str(file), None, None, str(error), "a readable UTF-8 YAML file")]) from None
    if not isinstance(about, dict):
        raise DataError([Problem(str(file), None, None, type(about).__name__, "a mapping of keys to values")])
    missing = [Problem(str(file), None, key, "no such key", "a value") for key in keys if key not in about]
    if missing:
        raise DataError(missing)
    wrong = [Problem(file.name, None, k, repr(about[k]), what) for k, (fits, what) in FITTING.items() if not fits(about[k])]
    if wrong:
        raise DataError(wrong)
    return about


def _day(text: str | date) -> date:
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError([Problem("as-of date", None, None, text, "a date such as 2018-10-30")]) from None
