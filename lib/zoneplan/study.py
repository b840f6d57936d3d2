"""A plan and its forecasts as an economist asks them: every question is a verb of one of
the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.forecasting import aims, chances, fans, joint, ladder, overview, sensitivity
from zoneplan.forecasting.forecasts import Forecast, ForecastTable
from zoneplan.forecasting.scenario import BASES, HEADLINE, Scenario
from zoneplan.plan import audit, ratios
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.loading import load
from zoneplan.plan.outcomes import resolutions
from zoneplan.result import Result
from zoneplan.stress import attribution, consistency, needed_growth, scenarios, whatif

if TYPE_CHECKING:
    from zoneplan.charts import Chart
    from zoneplan.evaluation.promise_record import PromiseRecord
    from zoneplan.evaluation.track_record import TrackRecord
    from zoneplan.forecasting.aims import EarlyWarning
    from zoneplan.forecasting.joint import Scorecard
    from zoneplan.forecasting.ladder import Alternatives
    from zoneplan.result import Nothing
    from zoneplan.stress.needed_growth import MissingNumbers


def load_plan(path: str | Path | None = None, lang: str = "en") -> Plan:
    """Load a plan folder: its description, targets, observations and evidence.

    Parameters
    ----------
    path : folder with ``plan.yml`` and its tables; None means the one that the variable
        ``ZONEPLAN_PLAN`` names, else the Zhenan plan that comes with the project.
    lang : ``en`` or ``zh``, the language in which results show themselves.

    Returns
    -------
    Plan, seen from ``as_of`` of its description or, if that is not there, from the day of its
    publication (or adoption) or, if the user's own figures (grade P) came later, from the day on
    which the last of them was known.

    Raises
    ------
    DataError
        A file is missing, lacks a key or does not fit its description; all problems of it are
        listed.
    """
    return load(Plan, path, lang)


@dataclass(frozen=True, repr=False)
class Plan(PlanDocument):
    """A plan, seen from one day, with every question that can be asked of it."""

    def forecast(self, scenario: Scenario | str = HEADLINE) -> Forecasts:
        """Forecasts of every series and base under a scenario (one of :attr:`scenarios` by its id),
        each made once.
        """
        made = self.scenario(scenario) if isinstance(scenario, str) else scenario
        if made is not HEADLINE:
            return Forecasts(self, made)
        if "headline" not in self._made:
            self._made["headline"] = Forecasts(self)
        return self._made["headline"]

    def history(self, *indicators: str) -> Result:
        """What was observed of some indicators (all of the annex, if none is named), with scope,
        grade and source.
        """
        rows = [self.observed(i).assign(indicator_id=i) for i in indicators or self.series()]
        columns = ["indicator_id", "year", "value", "unit", "scope_note", "grade", "known_from"]
        return Result(self, pd.concat(rows, ignore_index=True)[[*columns, "source_id"]])

    def audit(self) -> audit.Audit:
        """Does the plan agree with itself, and with what was observed?"""
        return audit.audit(self)

    def ratios(self) -> ratios.Ratios:
        """The ratios that the targets lead to, beside those that were published."""
        return ratios.ratios(self)

    def outcomes(self) -> Result:
        """What later figures say of the plan's promises, hindsight included."""
        return resolutions(self)

    def track_record(self) -> TrackRecord:
        """Chances that the plan's promises were given before, beside what came of them."""
        from zoneplan.evaluation.track_record import track_record

        return track_record(self)

    def promise_record(self, of: str = "provinces", **options: Any) -> PromiseRecord:
        """How chances of real growth targets (of provinces or prefectures) turned out."""
        from zoneplan.evaluation.promise_record import promise_record

        return promise_record(self, of, **options)

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios of the plan's folder by id, or the usual ones."""
        return scenarios.scenarios(self)

    def scenario(self, id: str) -> Scenario:
        """One scenario by its id, or several added up: ``"trade_slump+tax_cut"``."""
        parts = id.split("+")
        unknown = [p for p in parts if p not in self.scenarios]
        if unknown:
            expected = "one of " + ", ".join(self.scenarios)
            raise DataError([Problem("scenario", None, None, repr(p), expected) for p in unknown])
        first, *others = (self.scenarios[p] for p in parts)
        return sum(others, start=first)

    def story_check(self) -> consistency.Consistency:
        """The ratios that the scenarios lead to, against what the cities of the province have ever
        shown.
        """
        return consistency.consistency(self, self.scenarios.values())

    @property
    def peers(self) -> Any:
        """Comparisons with regions and national zones, from what was known on the plan's day."""
        from zoneplan.peers.wing import Peers

        return Peers(self)

    def neighbours(self) -> Any:
        """What the neighbours did over the plan's years: hindsight, and outside every chance."""
        return self.peers.neighbours()

    def data_request(self, folder: str | Path, lang: str = "zh") -> list[Path]:
        """Write a request for the missing figures, in Excel to fill in and in Word; the files
        written.

        What a statistics station fills in is read back by ``zoneplan import``.
        """
        from zoneplan.report.request import write_request

        return write_request(self.forecast().promises(), Path(folder), lang)

    def brief(self, out: str | Path | None = None, **options: Any) -> Path:
        """Write the paper, slides, workbook and web pages; see
        :func:`zoneplan.report.brief.brief`.
        """
        from zoneplan.report.brief import brief

        return brief(out, plan=self, **options)

    def __repr__(self) -> str:
        counts = f"{len(self.series())} series, {len(self.observations)} known figures of the zone"
        return f"{self.title()}: seen from {self.as_of.isoformat()}, {counts}"


@dataclass(frozen=True, repr=False)
class Forecasts(ForecastTable):
    """The forecasts of a plan under a scenario; ``forecasts["gdp"]`` is one series."""

    plan: Plan

    def __getitem__(self, indicator_id: str) -> Series:
        """One series with the questions that can be asked of it."""
        if indicator_id not in self.plan.series():
            expected = "one of " + ", ".join(self.plan.series())
            raise DataError([Problem("forecast", None, None, repr(indicator_id), expected)])
        return Series(self, indicator_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self.plan.series())

    @cached_property
    def _chances(self) -> chances.Chances:
        return chances.chances(self)

    def odds(self) -> chances.Chances:
        """The chance of every quantified target, and what it rests on."""
        return self._chances

    def unassessable(self) -> Result:
        """The final targets without a chance, each with the missing figure."""
        final = self.odds().final()
        rows = final.loc[
            final["probability_low"].isna(), ["indicator_id", "evidence", "missing_number"]
        ]
        said = [self.plan.translate(t) for t in rows["missing_number"]]
        return Result(self.plan, rows.assign(missing_number=said).reset_index(drop=True))

    def promises(self) -> overview.Overview:
        """Every distinct promise on one page: what is known of it, what came of it, which figure is
        missing.
        """
        return overview.overview(self, self.odds())

    def joint(self) -> joint.Joint:
        """How many promises will be met together, and the chance that all headline ones are."""
        return joint.joint(self)

    def scorecard(self) -> Scorecard:
        """Targets, chances and who counts them, by responsible department."""
        return joint.scorecard(self, self.odds())

    def needed_growth(self) -> needed_growth.NeededGrowth:
        """Growth still needed from both bases, beside what similar regions achieved."""
        return needed_growth.needed_growth(self)

    def missing_numbers(self) -> MissingNumbers:
        """Which unpublished number would move the chances most."""
        return needed_growth.missing_numbers(self, self.odds())

    def aims(self) -> aims.Aims:
        """The targets that would have had an even chance, and a chance of two in three."""
        return aims.aims(self)

    def sensitivity(self) -> sensitivity.Sensitivity:
        """The headline chances if zones outgrow similar regions by one or two points a year, and
        under each account of where the plan starts.
        """
        return sensitivity.sensitivity(self)

    def fans(self) -> fans.Fans:
        """Paths of every level series from both bases to its targets."""
        return fans.fans(self)

    def classes(self) -> Alternatives:
        """The chance of every target under each class of regions that could stand in for
        the zone.
        """
        return self._classes

    @cached_property
    def _classes(self) -> ladder.Alternatives:
        return ladder.alternatives(self)

    def early_warning(self, base: str = BASES[0]) -> EarlyWarning:
        """The chance of every last target at each reading of its first open year."""
        return aims.early_warning(self, base=base)

    def compare(self, other: Forecasts) -> scenarios.Comparison:
        """What this scenario does to every assessable target, beside other forecasts."""
        return scenarios.compare(other, self)

    def by_scenario(self) -> scenarios.Comparison:
        """What each scenario of the plan does to every assessable target, beside these
        forecasts.
        """
        return self._by_scenario

    @cached_property
    def _by_scenario(self) -> scenarios.Comparison:
        others = (self.plan.forecast(s) for s in self.plan.scenarios if s != self.scenario.id)
        return scenarios.compare(self, *others)

    def what_if(
        self, scenario: Scenario = HEADLINE, indicator_id: str | None = None
    ) -> whatif.WhatIf:
        """What follows for one target (the leading one, if none is named) under a scenario."""
        return whatif.what_if(self, scenario, indicator_id)

    def __repr__(self) -> str:
        return f"{self.plan!r}; forecasts under {self.scenario.id}"


@dataclass(frozen=True)
class Series:
    """One series of a plan's forecasts, on both bases."""

    forecasts: Forecasts
    indicator_id: str

    def forecast(self, base: str = BASES[0]) -> Forecast | None:
        """The forecast from one base; None without a class or a base."""
        return self.forecasts.of(self.indicator_id, base)

    def odds(self, year: int | None = None) -> chances.Chances:
        """The chances of the series, by year."""
        made = self.forecasts.odds().filter(indicator_id=self.indicator_id)
        return made if year is None else made.filter(year=year)

    def ladder(self) -> ladder.Ladder:
        """What each piece of knowledge did to the chance of the last target."""
        return ladder.ladder(self.forecasts, self.indicator_id)

    def fan(self) -> fans.Fans:
        """The paths of the series from both bases to its targets."""
        return fans.fans(self.forecasts, self.indicator_id)

    def plot(self, lang: str | None = None, **options: Any) -> Chart | Nothing:
        """The paths of the series as a chart; see :meth:`zoneplan.result.Result.plot`."""
        return self.fan().plot(lang, **options)

    def classes(self) -> Alternatives:
        """The chance under every class of regions that could stand in for the zone."""
        return ladder.alternatives(self.forecasts, self.indicator_id)

    def even_chance(self) -> aims.Aims:
        """The target that would have had an even chance, and a chance of two in three."""
        return self.forecasts.aims().filter(indicator_id=self.indicator_id)

    def early_warning(self, base: str = BASES[0]) -> EarlyWarning:
        """The chance of the last target at each reading of the first year."""
        return aims.early_warning(self.forecasts, self.indicator_id, base=base)

    def tornado(self) -> attribution.Swings:
        """How far one assumption at a time moves the last year."""
        return attribution.tornado(self.forecasts, self.indicator_id)

    def variance_shares(self) -> attribution.Shares:
        """How much of the uncertainty each driver makes."""
        return attribution.variance_shares(self.forecasts, self.indicator_id)

    def two_way(self, first: str, second: str) -> attribution.TwoWay:
        """The chance over two drivers."""
        return attribution.two_way(self.forecasts, self.indicator_id, first, second)

    def discover(self) -> attribution.Discovery:
        """The rule that best tells when the target is missed, or met."""
        return attribution.discover(self.forecasts, self.indicator_id)
