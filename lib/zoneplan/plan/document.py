"""The plan as printed, with what was observed of it, seen from one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.indicators import indicator
from zoneplan.data.sources import Sources
from zoneplan.data.units import convert, convertible
from zoneplan.errors import DataError, Problem
from zoneplan.plan.description import YEARLY, Description
from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target
from zoneplan.text import MISSING

# A user's own figures come first: nobody knows them better.
GRADE_ORDER = {tables.PRIVATE: 0, "A": 1, "B": 2, "C": 3}
ANNEX, GROWTH = "annex", "growth"
ADMINISTRATIVE = "administrative"
# What a sum promised by the text adds up, where it does not say that it repeats a series.
ENDINGS = ("_total", "_cumulative")


@dataclass(frozen=True)
class PlanDocument:
    """A plan with its targets and observations, seen from one day.

    ``as_of`` is the day of judgement; ``observations`` are those of ``all_observations`` known on
    it. ``about`` holds the keys of plan.yml, ``sources`` the project's sources and the plan's own,
    ``glossary`` texts of the tables in both languages, ``lang`` the language in which results show
    themselves.
    """

    about: Description
    folder: Path
    as_of: date
    targets: pd.DataFrame
    observations: pd.DataFrame
    all_observations: pd.DataFrame
    evidence: pd.DataFrame
    measures: pd.DataFrame
    resolutions: pd.DataFrame
    glossary: pd.DataFrame
    sources: Sources
    lang: str = "en"
    # What is made once for a plan and a day, by name.
    _made: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False, compare=False)

    def at(self, day: str | date | None) -> Self:
        """The same plan as it could be judged on another day.

        Parameters
        ----------
        day : ISO date or date; None keeps the day it is seen from.

        Raises
        ------
        DataError
            The day cannot be read.
        """
        day = self.as_of if day is None else as_day(day)
        seen = known(self.all_observations, day)
        return replace(self, as_of=day, observations=seen, _made={})

    @property
    def id(self) -> str:
        """The short name of the plan."""
        return self.about.id

    @property
    def years(self) -> tuple[int, ...]:
        """The years that have targets, rising."""
        return tuple(self.about.years)

    @property
    def base_year(self) -> int:
        """The last year before the plan's growth begins."""
        return self.about.base_year

    @property
    def home(self) -> str | None:
        """The zone's id among the peer zones, if it has one."""
        return self.about.home

    @property
    def host(self) -> str | None:
        """The id of the zone's city, if it has one."""
        return self.about.host

    @property
    def adopted(self) -> date:
        """The day of adoption."""
        return self.about.adopted

    @property
    def published(self) -> date:
        """The day on which the plan was published, where it is known; else that of adoption."""
        return self.about.published or self.about.adopted

    @property
    def yearly(self) -> bool:
        """Whether each target is announced in its own year."""
        return self.about.announced == YEARLY

    def levels(self, indicator_id: str) -> pd.DataFrame:
        """Observed levels of the zone on boundaries that can be compared, one row a year, in the
        plan's own unit.

        Where sources differ the better grade wins, then the later publication.
        """
        return in_unit(self._chosen(indicator_id, "level", "count"), self.unit(indicator_id))

    def _chosen(self, indicator_id: str, *kinds: str) -> pd.DataFrame:
        first, key = self.about.comparable_from, (indicator_id, *kinds)
        made = self.once(key, lambda: chosen(self._ordered, indicator_id, kinds, first))
        return made.copy(deep=False)

    @cached_property
    def _ordered(self) -> pd.DataFrame:
        return ordered(self.observations)

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What is made for the plan and its day when it is first asked for, and kept."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def known(self, table: str) -> pd.DataFrame:
        """Rows of a table that were known on the plan's day, read once; not to be changed."""
        key = "known", tables.stamp(table)
        return self.once(key, lambda: known(tables.read(table), self.as_of))

    def growths(self, indicator_id: str) -> pd.DataFrame:
        """Observed growth of the zone over full years, percent, one row a year; real and nominal
        are never joined.
        """
        kind = "growth_real" if indicator(indicator_id).is_real else "growth_nominal"
        return self._chosen(indicator_id, kind)

    def observed(self, indicator_id: str) -> pd.DataFrame:
        """What the plan promises of an indicator, as observed: growth or levels."""
        return (self.growths if self.is_rate(indicator_id) else self.levels)(indicator_id)

    def unit(self, indicator_id: str) -> str | None:
        """The unit in which the annex prints an indicator; None if it does not."""
        rows = self._annex.get(indicator_id)
        return None if rows is None else str(rows["unit"].iloc[0])

    def annex(self, indicator_id: str) -> pd.DataFrame:
        """The yearly targets of one annex series, by year.

        Raises
        ------
        KeyError
            There is no such series.
        """
        if indicator_id not in self._annex:
            known_ones = ", ".join(self.series())
            raise KeyError(f"{indicator_id!r} is no annex series; there are: {known_ones}")
        return self._annex[indicator_id].copy()

    @cached_property
    def _annex(self) -> dict[str, pd.DataFrame]:
        rows = self.targets[self.targets["section"] == ANNEX]
        groups = rows.groupby("indicator_id", sort=False)
        return {str(i): part.sort_values("year").reset_index(drop=True) for i, part in groups}

    @cached_property
    def _targets(self) -> dict[tuple[str, int], Target]:
        rows = self.targets[(self.targets["section"] == ANNEX) & self.targets["value"].notna()]
        made = [Target.of(row) for _, row in rows.iterrows()]
        return {(t.indicator_id, t.year): t for t in made}

    def target(self, indicator_id: str, year: int | None = None) -> Target | None:
        """The promise of an annex series for a year (the last, if none is named); None where that
        cell is blank.
        """
        return self._targets.get((indicator_id, self.years[-1] if year is None else year))

    def stated_growth(self, indicator_id: str) -> float:
        """The average growth printed beside an annex series, percent a year (NaN where none is)."""
        printed = self.annex(indicator_id)["stated_growth"].dropna()
        return float(printed.iloc[-1]) if len(printed) else float("nan")

    def implies_base(self, indicator_id: str) -> bool:
        """Whether the annex implies the base-year level of a series: by printed growth or, of a
        share, by its own steps.
        """
        if self.is_share(indicator_id):
            return len(self.years) > 1 and self.is_whole(indicator_id)
        first = self.target(indicator_id, self.years[0])
        return first is not None and not pd.isna(self.stated_growth(indicator_id))

    def implied_base(self, indicator_id: str) -> Interval:
        """The base-year level that the plan's own first target and printed growth imply.

        ``base = first target / (1 + printed growth / 100)``, in the unit of the target, over both
        roundings: the only base on the plan's own scope, but arithmetic on the plan and no
        observation. A share steps back as it steps forward: ``base = first - (last - first) /
        (years - 1)``.
        """
        first = self.target(indicator_id, self.years[0])
        if first is None:
            raise KeyError(f"{indicator_id!r} has no target for {self.years[0]}")
        level = first.printed
        if self.is_share(indicator_id):
            end, n = self._targets[indicator_id, self.years[-1]].printed, len(self.years) - 1
            ends = ((level.low, end.high), (level.mid, end.mid), (level.high, end.low))
            return Interval(*(a - (b - a) / n for a, b in ends))
        growth = Interval.printed(self.stated_growth(indicator_id), 1)
        ends = ((level.low, growth.high), (level.mid, growth.mid), (level.high, growth.low))
        return Interval(*(value / (1 + rate / 100) for value, rate in ends))

    def other_reading(self, target_id: str) -> pd.Series | None:
        """The promise that means the same printed number otherwise: one as the value of the last
        year, the other as the sum of all years; None where the plan reads it one way.
        """
        return self._read_twice.get(target_id)

    @cached_property
    def _read_twice(self) -> dict[str, pd.Series]:
        rows = self.targets
        out: dict[str, pd.Series] = {}
        for _, text in rows[rows["same_as"].isna() & (rows["aggregation"] == "sum")].iterrows():
            ending = next((e for e in ENDINGS if text["indicator_id"].endswith(e)), "")
            same = rows["indicator_id"] == text["indicator_id"].removesuffix(ending)
            same &= (rows["value"] == text["value"]) & (rows["aggregation"] == "end")
            for _, row in rows[same & (rows["year"] == text["year"])].iterrows():
                out |= {row["target_id"]: text, text["target_id"]: row}
        return out

    def is_share(self, indicator_id: str) -> bool:
        """Whether an annex series is a share of something, in percent."""
        return indicator_id in self._shares

    @cached_property
    def _shares(self) -> frozenset[str]:
        rows = self.targets
        shares = (rows["section"] == ANNEX) & (rows["kind"] == "share")
        return frozenset(rows.loc[shares, "indicator_id"])

    def by_decision(self, indicator_id: str) -> bool:
        """Whether a promise is kept by deciding so, such as a list that the promiser draws up."""
        return indicator_id in self._decided

    @cached_property
    def _decided(self) -> frozenset[str]:
        rows = self.evidence
        return frozenset(rows.loc[rows["step"] == ADMINISTRATIVE, "indicator_id"])

    def is_rate(self, indicator_id: str) -> bool:
        """Whether the plan promises growth of an indicator rather than its level."""
        return indicator_id in self._rates

    @cached_property
    def _rates(self) -> frozenset[str]:
        return frozenset(self.targets.loc[self.targets["kind"] == GROWTH, "indicator_id"])

    def series(self) -> list[str]:
        """The annex series, in printed order."""
        return list(self._annex)

    def has(self, *indicators: str) -> bool:
        """Whether the plan has targets of all these indicators."""
        return set(indicators) <= set(self.targets["indicator_id"])

    def is_whole(self, indicator_id: str) -> bool:
        """Whether an annex series has a target in every year of the plan."""
        return all(self.target(indicator_id, year) for year in self.years)

    @cached_property
    def _names(self) -> pd.DataFrame:
        rows = self.targets.drop_duplicates("indicator_id").set_index("indicator_id")
        return rows[["name_en", "name_zh"]]

    def name(self, indicator_id: str, lang: str | None = None) -> str:
        """The name of an indicator; one that the plan has no target of goes by its usual name."""
        lang = lang or self.lang
        if indicator_id in self._names.index:
            return str(self._names.at[indicator_id, f"name_{lang}"])
        return indicator(indicator_id).name(lang)

    def zone(self, lang: str | None = None) -> str:
        """The name of the zone."""
        return self.about.zone_zh if (lang or self.lang) == "zh" else self.about.zone_en

    def title(self, lang: str | None = None) -> str:
        """The name of the plan."""
        return self.about.name_zh if (lang or self.lang) == "zh" else self.about.name_en

    def translate(self, text: object, lang: str | None = None) -> str:
        """A text of the plan's tables in a language, where the glossary has it; otherwise as it
        stands.
        """
        if pd.isna(text):
            return MISSING
        return str(self._glossary.get(text, {}).get(lang or self.lang, text))

    @cached_property
    def _glossary(self) -> Mapping[object, dict[str, str]]:
        rows = self.glossary.drop_duplicates("text").set_index("text")
        return rows[["en", "zh"]].to_dict("index")

    def departments(self) -> pd.DataFrame:
        """The responsible department of each annex series: columns indicator_id and responsible."""
        rows = self.targets[self.targets["section"] == ANNEX]
        return rows.drop_duplicates("indicator_id")[["indicator_id", "responsible"]]

    def distinct(self) -> pd.DataFrame:
        """Every quantified promise once: repeats (``same_as``) and what is not promised are left
        out.
        """
        rows = self.targets
        sizes = rows["indicator_id"].isin(self.about.not_promised)
        rows = rows[rows["value"].notna() & rows["same_as"].isna() & ~sizes]
        return rows.drop_duplicates("indicator_id", keep="last").reset_index(drop=True)


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """Full-year observations by year, the best of each first: by grade, then by publication."""
    rows = rows[rows["period"] == "full_year"]
    rows = rows.assign(rank=rows["grade"].map(GRADE_ORDER)).sort_values(
        ["year", "rank", "known_from", "row_id"], ascending=[True, True, False, True]
    )
    return rows.drop(columns="rank")


def chosen(
    rows: pd.DataFrame, indicator_id: str, kinds: tuple[str, ...], first: int = 0
) -> pd.DataFrame:
    """Observations of an indicator in some kinds, one a year: the first of :func:`ordered` rows.

    Growth of ``x`` may be booked under ``x`` or ``x_growth``.
    """
    names = {indicator_id, indicator_id.removesuffix("_growth")}
    keep = rows["indicator_id"].isin(names) & rows["kind"].isin(kinds) & (rows["year"] >= first)
    return rows[keep].drop_duplicates("year").reset_index(drop=True)


def in_unit(rows: pd.DataFrame, unit: str | None) -> pd.DataFrame:
    """Observations in the unit of the plan; those of another kind of unit stay as they are."""
    if unit is None or (rows["unit"] == unit).all():
        return rows
    pairs = list(zip(rows["value"], rows["unit"], strict=True))
    wanted = [convertible(u, unit) for _, u in pairs]
    values = [convert(v, u, unit) if w else v for (v, u), w in zip(pairs, wanted, strict=True)]
    units = [unit if w else u for (_, u), w in zip(pairs, wanted, strict=True)]
    return rows.assign(value=values, unit=units)


def known(rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Rows known on a day; a row without ``known_from`` is hindsight and never known."""
    kept = rows["known_from"].to_numpy() <= np.datetime64(as_of)
    return rows[kept].reset_index(drop=True)


def as_day(text: str | date) -> date:
    """A day of judgement.

    Raises
    ------
    DataError
        The text is no ISO date.
    """
    if isinstance(text, date):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        expected = "a date such as 2018-10-30"
        raise DataError([Problem("as-of date", None, None, text, expected)]) from None


def last_own(rows: pd.DataFrame, day: date) -> date:
    """A day or, if the user's own figures came later, the day on which the last of them was
    known.
    """
    own = rows.loc[rows["grade"] == tables.PRIVATE, "known_from"].max()
    return day if pd.isna(own) else max(day, own.date())


def latin_names(plan: PlanDocument) -> list[str]:
    """The plan's own Chinese names: Latin words in them are at home in a Chinese chart."""
    return [plan.zone("zh"), plan.title("zh"), *plan.targets["name_zh"].dropna().unique()]
