"""What a forecast takes for granted: growth as meant, points on top of what is expected, another
base or class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.classes import ReferenceClass, class_of
from zoneplan.forecasting.paths import expected_path
from zoneplan.forecasting.proxies import PRINTED, level_check
from zoneplan.plan.document import PlanDocument

BASES = ("implied", "observed")
CURRENT, CONSTANT = PRICES = ("current", "constant")
# Real growth is known for prefectures only.
REAL = ("prefecture", "coastal_provinces")
ByYear = Mapping[str, Mapping[int, float]]
ROWS = ["indicator_id", "year", "growth", "expected", "points", "sign", "rows", "hindsight"]


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions; what it does not name is as in the headline, and two of them add up.

    ``growth`` is the growth of the class as it is meant, percent, by indicator and year; ``points``
    are percentage points on top of what is expected of it. ``base`` is ``implied`` or ``observed``,
    ``levels`` replace the level of a base in the unit of the target, ``regions`` (level and name)
    the class, ``prices`` are ``current`` or ``constant``. ``title`` and ``text`` stand by language;
    ``rows`` hold what a story was sized on.
    """

    id: str = "own"
    growth: ByYear = field(default_factory=dict)
    points: ByYear = field(default_factory=dict)
    base: str | None = None
    levels: Mapping[str, float] = field(default_factory=dict)
    regions: tuple[str, str] | None = None
    prices: str | None = None
    title: Mapping[str, str] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=ROWS), compare=False)

    def __post_init__(self) -> None:
        checks = (("base", self.base, BASES), ("prices", self.prices, PRICES))
        wrong = [
            Problem(f"scenario {self.id}", None, key, repr(value), " or ".join(allowed))
            for key, value, allowed in checks
            if value is not None and value not in allowed
        ]
        if wrong:
            raise DataError(wrong)

    def __add__(self, other: Scenario) -> Scenario:
        """Both at once: points add up, and growth that one of them means gets the points of the
        other on top.

        Raises
        ------
        DataError
            Both name another base, level, class, price basis or growth of one year.
        """
        single = {"base": None, "regions": None, "prices": None}
        clashes = [
            k
            for k in single
            if None not in (a := (getattr(self, k), getattr(other, k))) and a[0] != a[1]
        ]
        clashes += [f"level of {i}" for i in self.levels.keys() & other.levels.keys()]
        clashes += [
            f"growth of {i} in {y}"
            for i in self.growth.keys() & other.growth.keys()
            for y in self.growth[i].keys() & other.growth[i].keys()
        ]
        if clashes:
            found = f"{self.id} and {other.id} both name " + ", ".join(sorted(clashes))
            raise DataError([Problem("scenario", None, None, found, "one of the two, or neither")])
        return Scenario(
            f"{self.id}+{other.id}",
            _joined(self.growth, other.growth),
            _joined(self.points, other.points),
            **{k: v if (v := getattr(self, k)) is not None else getattr(other, k) for k in single},
            levels={**self.levels, **other.levels},
            title={k: f"{t} + {other.title[k]}" for k, t in self.title.items() if k in other.title},
            text={k: f"{t} {other.text[k]}" for k, t in self.text.items() if k in other.text},
            rows=pd.concat([r for r in (self.rows, other.rows) if len(r)] or [self.rows]),
        )

    def class_of(self, plan: PlanDocument, indicator_id: str) -> ReferenceClass | None:
        """The class that stands in for an indicator: the scenario's where it has rows, else the
        usual one.
        """
        usual = class_of(plan, indicator_id)
        if usual is None:
            return None
        if self.prices == CONSTANT and usual.indicator_id == "gdp":
            level, name = self.regions or REAL
            return replace(usual, level=level, name=name, indicator_id="gdp_real")
        if self.regions is None:
            return usual
        other = replace(usual, level=self.regions[0], name=self.regions[1])
        path = expected_path(other, plan.as_of, plan.years[-1])
        return usual if path is None else other

    def extra(self, plan: PlanDocument, indicator_id: str) -> dict[int, float]:
        """Percentage points on top of the growth expected of the class, by year."""
        points = dict(self.points.get(indicator_id, {}))
        meant = self.growth.get(indicator_id, {})
        if meant:
            path = self.path(plan, indicator_id)
            for year, growth in meant.items():
                points[year] = points.get(year, 0.0) + growth - float(path.loc[year])
        return points

    def path(self, plan: PlanDocument, indicator_id: str) -> pd.Series:
        """Growth expected of the class by year, percent, without the scenario's own growth (of a
        proxy that failed its check, the printed growth that takes its place); empty without a
        class.
        """
        class_ = self.class_of(plan, indicator_id)
        path = None if class_ is None else expected_path(class_, plan.as_of, plan.years[-1])
        if path is None:
            return pd.Series(dtype="float64")
        check = level_check(plan, indicator_id, class_)
        if check is not None and check.outcome == PRINTED:
            path.loc[list(plan.years), "growth"] = 100 * np.expm1(check.printed(plan.years))
        return path["growth"]

    def concerns(self, indicator_id: str) -> bool:
        """Whether it says anything of an indicator beyond the choice between two bases."""
        named = {*self.growth, *self.points, *self.levels}
        return bool(self.regions or self.prices) or indicator_id in named

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing but its name, such as a baseline."""
        return self == Scenario(self.id, title=self.title, text=self.text)

    def said(self, part: str, lang: str) -> str:
        """Title or text in a language; the id where there is none."""
        texts: Mapping[str, Any] = getattr(self, part)
        return texts.get(lang) or next(iter(texts.values()), self.id)


HEADLINE = Scenario("headline")


def _joined(one: ByYear, two: ByYear) -> dict[str, dict[int, float]]:
    out: dict[str, dict[int, float]] = {i: dict(years) for i, years in one.items()}
    for i, years in two.items():
        for year, value in years.items():
            out.setdefault(i, {})[year] = out.get(i, {}).get(year, 0.0) + value
    return out
