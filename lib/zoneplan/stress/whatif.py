"""What if growth, base, regions or prices were different: what follows for one target."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.sources import PLAN, ids_in
from zoneplan.data.units import shown_in
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.classes import PROVINCE, class_of
from zoneplan.forecasting.forecasts import QUANTILES, Base, Forecast, ForecastTable
from zoneplan.forecasting.scenario import BASES, CONSTANT, HEADLINE, Scenario
from zoneplan.messages import Words, words
from zoneplan.plan.document import PlanDocument
from zoneplan.plan.intervals import cagr
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.stress.scenarios import MOST_POINTS
from zoneplan.text import MISSING, amount, day, odds, odds_range, pct, rounded

# The kind of base of a series that is promised as growth.
RATE = "rate"
ByYear = Mapping[int, float]
FAN = ("base", *QUANTILES)
COLUMNS = ["base", "year", "expected", "scenario", "assumed", *QUANTILES, "target", "probability"]


@dataclass(frozen=True)
class Wrong(Problem):
    """A problem told in the language of the reader."""

    lang: str = "en"

    def __str__(self) -> str:
        return words(self.lang)(
            "explore.wrong.line", place=self.file, found=self.found, expected=self.expected
        )


@dataclass(frozen=True, repr=False)
class WhatIf(Result):
    """What follows from a scenario for the last target of one series, from each base left open.

    ``rows`` hold, by base and year, the growth expected of the class, the points that the scenario
    adds, their sum (percent), quantiles of the series and its target (in the unit of the target)
    and the chance of it (0 to 1). The difference between ``probability`` and ``headline`` is what
    the scenario is worth.
    """

    indicator_id: str
    scenario: Scenario
    forecasts: Mapping[str, Forecast]
    without: Mapping[str, float]
    SUBJECT: ClassVar[str] = "explore"

    @property
    def target(self) -> Target:
        """The promise of the last year."""
        target: Target | None = self.plan.target(self.indicator_id)
        assert target is not None
        return target

    @property
    def chances(self) -> dict[str, float]:
        """The chance of the target (0 to 1) by kind of base."""
        return {kind: f.probability(self.target) for kind, f in self.forecasts.items()}

    @property
    def probability(self) -> float:
        """The chance of the target (0 to 1) from the first base."""
        return next(iter(self.chances.values()), math.nan)

    @property
    def headline(self) -> float:
        """The chance without the scenario (0 to 1), from the first base of the headline."""
        return next(iter(self.without.values()), math.nan)

    @property
    def base(self) -> Base | None:
        """The first base; None for a series that is promised as growth."""
        return next(iter(self.forecasts.values())).base

    @property
    def needed_growth(self) -> float:
        """Growth from the first base to the target, ``100 ((target / base)^(1 / years) - 1)``."""
        return self._needed(self.base)

    def _needed(self, base: Base | None) -> float:
        target = self.target
        if base is None:
            return target.value
        return cagr(base.level.mid, target.value, target.year - base.year)

    def name(self, lang: str | None = None) -> str:
        """The name of the indicator."""
        return str(self.plan.name(self.indicator_id, lang or self.plan.lang))

    def chance(self, lang: str | None = None) -> str:
        """The chance as it is printed, a range where two bases are open."""
        if not self.forecasts:
            return MISSING
        return _range(self.chances, lang or self.plan.lang)

    def reach(self, lang: str | None = None) -> str:
        """What the chance is the chance of: name, target and year."""
        lang, t = lang or self.plan.lang, self.target
        low, high = (amount(v, t.unit, lang) for v in (t.low, t.high))
        how = "least" if math.isinf(t.high) else "most" if math.isinf(t.low) else "range"
        aimed = {"target": amount(t.value, t.unit, lang), "low": low, "high": high}
        return words(lang)(f"explore.reach.{how}", name=self.name(lang), year=t.year, **aimed)

    def case(self) -> str:
        """Whether it says anything else than the headline."""
        return "same" if self.chances == self.without else "summary"

    def facts(self, lang: str) -> dict[str, Any]:
        """The parts of the summary."""
        w, joint = words(lang), words(lang)("explore.join")
        bases = [f for f in self.forecasts.values() if f.base is not None]
        needs = [self._need(w, f) for f in bases]
        years = self.rows.drop_duplicates("year").sort_values("year").dropna(subset=["assumed"])
        growth = [
            w("explore.year", year=r.year, rate=pct(r.assumed, lang=lang))
            for r in years.itertuples()
        ]
        return {
            "reach": self.reach(lang),
            "chance": self.chance(lang),
            "headline": _range(self.without, lang),
            "bases": w("explore.bases", needs=joint.join(needs)) if needs else "",
            "growth": w("common.list").join(growth),
        }

    def _need(self, w: Words, made: Forecast) -> str:
        return w(
            "explore.need",
            start=self.start(made, w.lang),
            chance=odds(made.probability(self.target), w.lang),
            needed=pct(self._needed(made.base), lang=w.lang),
        )

    def start(self, made: Forecast, lang: str) -> str:
        """A base in words: where it comes from, its year and level."""
        base = made.base
        if base is None:
            return ""
        kind = "own" if self.indicator_id in self.scenario.levels else base.kind
        level = rounded(base.level.mid, made.unit, lang)
        return words(lang)(f"explore.start.{kind}", year=base.year, level=level)

    def remarks(self, lang: str | None = None) -> list[str]:
        """What a reader must know besides: hindsight, silence about the series, regions, prices."""
        lang, said = lang or self.plan.lang, self.scenario
        if self.rows.empty:
            return []
        about = said.rows[said.rows["indicator_id"] == self.indicator_id]
        growth = {*said.growth, *said.points}
        first = next(iter(self.forecasts.values()))
        usual, used = class_of(self.plan, self.indicator_id), first.class_
        assert used is not None
        touched = {*growth, *said.levels} & {self.indicator_id} or said.base or used != usual
        regions = None if said.regions is None else said.regions == (used.level, used.name)
        found = {
            "hindsight": bool(about["hindsight"].any()),
            "untouched": bool(growth) and not touched,
            "regions": regions is False,
            "constant": used.indicator_id == "gdp_real"
            and not self.plan.is_rate(self.indicator_id),
        }
        parts = {"name": self.name(lang), "day": day(self.plan.as_of, lang)}
        return [words(lang)(f"explore.remark.{r}", **parts) for r, is_so in found.items() if is_so]

    def note(self, lang: str | None = None) -> str:
        """What a chart of it assumes, with all reservations."""
        lang = lang or self.plan.lang
        w, first = words(lang), next(iter(self.forecasts.values()))
        regions = first.class_.describe(lang) if first.class_ else MISSING
        title = self.scenario.title.get(lang) or told(self.scenario, self.indicator_id, lang)
        parts = [w("explore.note", scenario=title, class_=regions)]
        if (news := first.news) is not None:
            numbers = {"growth": news.growth, "expected": news.expected}
            numbers["moved"] = 100 * np.expm1(news.shift[-1])
            said = {k: pct(x, lang=lang) for k, x in numbers.items()}
            parts.append(w("explore.news", first=news.year, year=self.target.year, **said))
        return w("common.space").join([*parts, *self.remarks(lang)])

    def sketch(self, lang: str | None = None) -> pd.DataFrame:
        """The picture as data, in the unit in which a language tells it.

        Returns
        -------
        Columns series, year, value, scope_note and source_id: what was ``observed``, the ``base``
        and the quantiles of the first forecast from it, the median from the ``other`` base where
        one is open, the ``target`` of each year.
        """
        lang = lang or self.plan.lang
        factor, _ = shown_in(self.target.unit, lang)
        first, *others = self.forecasts
        seen, targets = self.plan.observed(self.indicator_id), self.plan.annex(self.indicator_id)
        if self.base is not None and self.base.kind == "observed":
            # Where the path begins at a published level it is drawn once.
            seen = seen[seen["year"] != self.base.year]
        parts = [seen.assign(series="observed"), self._fan(first, dict(zip(FAN, FAN, strict=True)))]
        parts += [self._fan(kind, {"base": "other", "q50": "other"}) for kind in others]
        parts.append(targets.dropna(subset=["value"]).assign(series="target", source_id=PLAN))
        rows = pd.concat(parts, ignore_index=True)
        rows["value"] *= factor
        return rows[["series", "year", "value", "scope_note", "source_id"]]

    def _fan(self, kind: str, names: Mapping[str, str]) -> pd.DataFrame:
        """Level of a base and quantiles from it, under names of their own."""
        made, rows = self.forecasts[kind], self.rows[self.rows["base"] == kind]
        base, source = made.base, made.paths.window["source_id"] if made.paths else PLAN
        long = rows.melt("year", [q for q in names if q in QUANTILES], "series").dropna()
        long = long.assign(series=long["series"].map(names), source_id=source)
        if base is None:
            return long
        start = {"series": names["base"], "year": base.year, "value": base.level.mid}
        return pd.concat([pd.DataFrame([start | {"source_id": base.source_id}]), long])

    @property
    def sources(self) -> pd.DataFrame:
        """Publisher, title and date of every source behind it."""
        return self.plan.sources.known(ids_in(self.sketch()))


def told(scenario: Scenario, indicator_id: str, lang: str) -> str:
    """What a scenario without a title assumes of a series, in short."""
    w, meant = words(lang), sorted(scenario.growth.get(indicator_id, {}).items())
    growth = [w("explore.year", year=y, rate=pct(g, lang=lang)) for y, g in meant]
    plain = "plain" if scenario.is_plain else "other"
    return w("common.list").join(growth) or w(f"explore.own.{plain}")


def what_if(
    head: ForecastTable,
    scenario: Scenario = HEADLINE,
    indicator_id: str | None = None,
    lang: str | None = None,
) -> WhatIf:
    """What follows from a scenario for one target: chance, path, growth needed.

    Parameters
    ----------
    head : the forecasts that it is compared with, usually those of the headline.
    scenario : growth as it is meant, stories, another base, class or prices.
    indicator_id : an annex series with a class and a target in the last year; None means the one
        that leads.
    lang : language of what is wrong (that of the plan, if none is named).

    Returns
    -------
    WhatIf, from both bases unless the scenario names a base or a level; without rows where the plan
    has no series that could be asked about, and none was named.

    Raises
    ------
    DataError
        It cannot be: every problem is named.
    """
    plan, lang = head.plan, lang or head.plan.lang
    if indicator_id is None:
        known, (lead, *_) = explorable(head), head.leading() or ("",)
        if not known:
            return WhatIf(plan, pd.DataFrame(columns=COLUMNS), "", scenario, {}, {})
        indicator_id = lead if lead in known else known[0]
    found = list(_problems(head, scenario, indicator_id, words(lang)))
    if found:
        raise DataError(found)
    target = plan.target(indicator_id)
    assert target is not None
    made = by_base(ForecastTable(plan, scenario), indicator_id)
    without = {k: f.probability(target) for k, f in by_base(head, indicator_id).items()}
    expected = scenario.path(plan, indicator_id)
    extra = pd.Series(scenario.extra(plan, indicator_id), dtype="float64")
    rows = [_rows(plan, kind, f, expected, extra) for kind, f in made.items()]
    table = pd.concat(rows, ignore_index=True)[COLUMNS]
    return WhatIf(plan, table, indicator_id, scenario, made, without)


def by_base(table: ForecastTable, indicator_id: str) -> dict[str, Forecast]:
    """The open forecasts of a series by the kind of their base (``rate`` for promised growth).

    A base or level that the scenario names leaves one.
    """
    scenario, last = table.scenario, table.plan.years[-1]
    kinds = BASES[:1] if scenario.base or indicator_id in scenario.levels else BASES
    made = [f for kind in kinds if (f := table.of(indicator_id, kind)) is not None]
    return {f.base.kind if f.base else RATE: f for f in made if f.paths and last in f.open_years}


def explorable(head: ForecastTable) -> list[str]:
    """The series with a target, a class and a path that is not known yet."""
    plan = head.plan
    return [i for i in plan.series() if plan.target(i) is not None and by_base(head, i)]


def regions_of(plan: PlanDocument, indicator_id: str, prices: str) -> list[tuple[str, str]]:
    """Level and name of the regions whose growth of the series is known on the day; provinces only
    where no nearer region counts it, and no region alone: it says nothing of how far zones spread.
    """
    usual, rows = class_of(plan, indicator_id), tables.read("growth_reference")
    if usual is None or (prices == CONSTANT and usual.indicator_id != "gdp"):
        return []
    series = "gdp_real" if prices == CONSTANT else usual.indicator_id
    there = rows.loc[rows["indicator_id"] == series, ["level", "reference_class"]].drop_duplicates()

    def is_used(level: str, name: str) -> bool:
        assumed = Scenario(regions=(level, name), prices=prices)
        used, path = assumed.class_of(plan, indicator_id), assumed.path(plan, indicator_id)
        # Where regions say too little of the series the usual ones stand in.
        if used is None or (used.level, used.name) != (level, name) or path.empty:
            return False
        return bool(used.windows(1, plan.as_of)["n_units"].max() > 1)

    named = [(str(level), str(name)) for level, name in there.itertuples(index=False)]
    found = [r for r in named if is_used(*r)]
    return [r for r in found if r[0] != PROVINCE] or found


def _rows(
    plan: PlanDocument, kind: str, made: Forecast, expected: pd.Series, extra: pd.Series
) -> pd.DataFrame:
    first, last = made.base.year + 1 if made.base else plan.years[0], plan.years[-1]
    quantiles = made.table().set_index("year")
    years = pd.Index(range(first, last + 1), name="year")
    grown = expected.reindex(years)
    added = extra.reindex(years, fill_value=0.0)
    targets = {y: t for y in years if (t := plan.target(made.indicator_id, y)) is not None}
    chances = {y: made.probability(t) for y, t in targets.items() if y in made.draws}
    out = quantiles.reindex(years).assign(
        base=kind, expected=grown, scenario=added, assumed=grown + added,
        target=pd.Series({y: t.value for y, t in targets.items()}, dtype="float64"),
        probability=pd.Series(chances, dtype="float64"),
    )  # fmt: skip
    return out.reset_index()


def _range(chances: Mapping[str, float], lang: str) -> str:
    return odds_range(min(chances.values()), max(chances.values()), lang)


def wrong(w: Words, key: str, **parts: object) -> Wrong:
    """A problem by the key of its message."""
    place, found, expected = (
        w(f"explore.wrong.{key}.{part}", **parts) for part in ("place", "found", "expected")
    )
    return Wrong(place, None, None, found, expected, w.lang)


def _problems(head: ForecastTable, scenario: Scenario, i: str, w: Words) -> Iterator[Wrong]:
    plan, known = head.plan, explorable(head)
    if i not in known:
        key = "closed" if i in plan.series() else "unknown"
        yield wrong(w, key, id=i, known=w("common.list").join(known))
        return
    name, level = plan.name(i, w.lang), scenario.levels.get(i, 1.0)
    if not (math.isfinite(level) and level > 0):
        yield wrong(w, "level", level=f"{level:g}")
    elif plan.is_share(i) and level >= 100:
        yield wrong(w, "share", level=f"{level:g}")
    if scenario.base and head.of(i, scenario.base) is None:
        yield wrong(w, "unseen", name=name)
    if scenario.prices == CONSTANT and scenario.class_of(plan, i) == class_of(plan, i):
        yield wrong(w, "prices", name=name)
    path = scenario.path(plan, i)
    if path.empty:
        yield wrong(w, "regions", name=name)
        return
    open_years = sorted({y for f in by_base(head, i).values() for y in f.open_years})
    listed = w("common.list").join(map(str, open_years))
    meant, points = (dict(part.get(i, {})) for part in (scenario.growth, scenario.points))
    # Stories of a file may speak of years that are known by now.
    told = set(scenario.rows.loc[scenario.rows["indicator_id"] == i, "year"])
    for year in sorted({*meant, *points} - (told - set(open_years))):
        values = [part[year] for part in (meant, points) if year in part]
        if year not in open_years:
            yield wrong(w, "year", year=year, years=listed)
        elif not all(map(math.isfinite, values)):
            yield wrong(w, "number", year=year)
        else:
            yield from _unlikely(w, year, float(path.loc[year]), meant, points)


def _unlikely(
    w: Words, year: int, expected: float, meant: ByYear, points: ByYear
) -> Iterator[Wrong]:
    """Growth that is a slip of the pen, or that leaves nothing."""
    typed = meant.get(year, expected)
    assumed = typed + points.get(year, 0.0)
    if abs(typed - expected) > MOST_POINTS:
        low, high = (pct(expected + s * MOST_POINTS, lang=w.lang) for s in (-1, 1))
        yield wrong(w, "far", year=year, rate=pct(typed, lang=w.lang), low=low, high=high)
    elif assumed <= -100:
        yield wrong(w, "low", year=year, rate=pct(assumed, lang=w.lang))
