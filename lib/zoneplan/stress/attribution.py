"""What decides a target: the base and the growth of each year, read from the draws behind its
chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from zoneplan.forecasting.forecasts import Forecast, ForecastTable
from zoneplan.forecasting.scenario import BASES
from zoneplan.messages import words
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import num, odds, pct, rounded

BASE = "base"
# The steps of the two axes of a two-way table, from the 2nd to the 98th percentile of a driver.
GRID_STEPS, GRID_ENDS = 41, (0.02, 0.98)
DECILES = np.arange(0.1, 0.95, 0.1)
# A rule with two drivers must be better by so much to be worth reading.
WORTH_A_SECOND = 0.02


@dataclass(frozen=True)
class Drivers:
    """What the logarithm of a level is the sum of, draw by draw: the log base and the log growth of
    each year.
    """

    forecast: Forecast
    target: Target
    names: tuple[str, ...]
    draws: np.ndarray

    @property
    def log_level(self) -> np.ndarray:
        """The log level of the target's year."""
        return self.draws.sum(axis=1)

    @property
    def met(self) -> np.ndarray:
        """Which draws keep the target."""
        return self.target.is_met(self.forecast.draws[self.target.year])

    def moving(self) -> list[int]:
        """The places of the drivers that are not known."""
        return [k for k, sd in enumerate(self.draws.std(axis=0)) if sd > 1e-12]

    def place(self, name: str) -> int:
        """The place of a driver that moves.

        Raises
        ------
        ValueError
            There is no such driver.
        """
        moving = [self.names[k] for k in self.moving()]
        if name not in moving:
            raise ValueError(f"{name!r} is no driver that moves; there are: {', '.join(moving)}")
        return self.names.index(name)

    def shown(self, name: str, logs: np.ndarray) -> np.ndarray:
        """A driver's log values as a reader knows them: percent growth, or the base in its unit."""
        return np.exp(logs) if name == BASE else 100 * np.expm1(logs)


def drivers(made: ForecastTable, indicator_id: str, base: str = BASES[0]) -> Drivers | None:
    """The drivers of a level series and its last target; None where it has no chance."""
    f, target = made.of(indicator_id, base), made.plan.target(indicator_id)
    if f is None or target is None or f.base is None or f.paths is None:
        return None
    # A share is no product of a base and growth.
    if target.year not in f.open_years or made.plan.is_share(indicator_id):
        return None
    yearly = np.diff(f.log_growth(), axis=1, prepend=0.0)
    level = np.log(f.draws[target.year]) - f.log_growth()[:, -1]
    names = (BASE, *(f"growth {y}" for y in f.paths.years))
    return Drivers(f, target, names, np.column_stack([level, yearly]))


def named_driver(driver: str, lang: str) -> str:
    """A driver in the words of a language."""
    kind, _, year = driver.partition(" ")
    return words(lang)(f"answers.driver.{kind}", year=year)


@dataclass(frozen=True)
class Swings(Result):
    """The value in the last year when one assumption at a time moves from its P10 to its P90,
    widest first.
    """

    indicator_id: str
    centre: float
    target: float
    SUBJECT: ClassVar[str] = "answers.swings"

    def facts(self, lang: str) -> dict[str, Any]:
        """The assumption that moves the last year most, and how far."""
        widest, unit = self.rows.iloc[0], str(self.plan.unit(self.indicator_id))
        levels = {"low": widest["low"], "high": widest["high"], "target": self.target}
        named = {"name": self.plan.name(self.indicator_id, lang)}
        named["driver"] = named_driver(widest["driver"], lang)
        return named | {k: rounded(v, unit, lang) for k, v in levels.items()}


def tornado(made: ForecastTable, indicator_id: str) -> Swings:
    """Move one assumption at a time from its P10 to its P90, the others at their medians.

    Returns
    -------
    Swings with the columns driver, low and high (level of the last year), low_at and high_at (the
    driver's values, percent or in the unit of the target) and span. The base swings over its
    rounding and, where the zone was observed, over both bases carried to one year by the class's
    expected growth. Bars cannot be added up: one-way swings ignore that good and bad years come
    together.
    """
    model = drivers(made, indicator_id)
    columns = ["driver", "low", "high", "low_at", "high_at", "span"]
    if model is None:
        return Swings(made.plan, pd.DataFrame(columns=columns), indicator_id, np.nan, np.nan)
    middle = np.median(model.draws, axis=0)
    centre, rows = float(np.exp(middle.sum())), []
    for k in model.moving():
        ends = np.quantile(model.draws[:, k], [0.1, 0.9])
        rows.append(
            (model.names[k], *_moved(centre, middle[k], ends), *model.shown(model.names[k], ends))
        )
    if (bases := _both_bases(made, indicator_id, model)) is not None:
        ends = np.sort(bases)
        rows.append(("which_base", *_moved(centre, middle[0], ends), *np.exp(ends)))
    table = pd.DataFrame(rows, columns=columns[:-1])
    table = table.assign(span=table["high"] - table["low"])
    table = table.sort_values("span", ascending=False, kind="stable", ignore_index=True)
    return Swings(made.plan, table, indicator_id, centre, model.target.value)


def _moved(centre: float, middle: float, ends: np.ndarray) -> np.ndarray:
    return centre * np.exp(ends - middle)


def _both_bases(made: ForecastTable, indicator_id: str, model: Drivers) -> np.ndarray | None:
    """The log levels of both bases in the year of the implied one, the observed carried by the
    class's expected growth.
    """
    other, base = made.of(indicator_id, BASES[1]), model.forecast.base
    if other is None or other.base is None or base is None or other.base.year >= base.year:
        return None
    if other.paths is None:
        return None
    carried = sum(
        m for y, m in zip(other.paths.years, other.paths.middle, strict=True) if y <= base.year
    )
    return np.array([np.log(base.level.mid), np.log(other.base.level.mid) + carried])


@dataclass(frozen=True)
class Shares(Result):
    """How much of the uncertainty of a series each driver makes."""

    indicator_id: str
    SUBJECT: ClassVar[str] = "answers.shares"

    def facts(self, lang: str) -> dict[str, Any]:
        """The driver that makes most of the uncertainty, and its share."""
        most = self.rows.loc[self.rows["exact"].idxmax()]
        told = {"name": self.plan.name(self.indicator_id, lang)}
        told["driver"] = named_driver(most["driver"], lang)
        return told | {"share": odds(float(most["exact"]), lang)}


def variance_shares(made: ForecastTable, indicator_id: str) -> Shares:
    """How much of the uncertainty of a level each driver makes.

    Returns
    -------
    Shares with the columns driver, exact (``cov(x_k, S) / var(S)`` of the log level ``S = sum x``,
    which add to one also when drivers move together; Borgonovo and Plischke 2016) and first
    (first-order index of the level itself, estimated from the same draws by SALib's RBD-FAST;
    Tarantola 2006). A driver with 0.6 makes six tenths of the uncertainty.
    """
    model = drivers(made, indicator_id)
    if model is None:
        columns = ["driver", "exact", "first"]
        return Shares(made.plan, pd.DataFrame(columns=columns), indicator_id)
    total, moving = model.log_level, model.moving()
    exact = [float(np.cov(model.draws[:, k], total)[0, 1] / total.var(ddof=1)) for k in moving]
    rows = pd.DataFrame(
        {
            "driver": [model.names[k] for k in moving],
            "exact": exact,
            "first": _first_order(model.draws[:, moving], np.exp(total)),
        }
    )
    rows = rows.sort_values("exact", ascending=False, ignore_index=True)
    return Shares(made.plan, rows, indicator_id)


def _first_order(draws: np.ndarray, level: np.ndarray) -> np.ndarray:
    from SALib.analyze import rbd_fast

    names = [f"x{k}" for k in range(draws.shape[1])]
    bounds = [[float(x.min()), float(x.max())] for x in draws.T]
    problem = {"num_vars": len(names), "names": names, "bounds": bounds}
    return rbd_fast.analyze(problem, draws, level, num_resamples=2, seed=0)["S1"]


@dataclass(frozen=True)
class TwoWay(Result):
    """Chances over two drivers: first down, second across; ``even`` is the line of even chances
    (first by second).
    """

    first: str
    second: str
    even: pd.DataFrame
    indicator_id: str
    SUBJECT: ClassVar[str] = "answers.two_way"

    def facts(self, lang: str) -> dict[str, Any]:
        """The two drivers."""
        return {k: named_driver(getattr(self, k), lang) for k in ("first", "second")}


def two_way(
    made: ForecastTable, indicator_id: str, first: str, second: str, steps: int = GRID_STEPS
) -> TwoWay:
    """The chance of the target over two drivers, the others as they go with these two.

    What is left of the log level is regressed on both drivers; the chance at a point is the share
    of residuals that reach the target from there, so the table rests on the draws that all answers
    read.

    Raises
    ------
    ValueError
        A driver is unknown, both are the same, or one does not move.
    """
    model = drivers(made, indicator_id)
    if model is None:
        return TwoWay(made.plan, pd.DataFrame(), first, second, pd.DataFrame(), indicator_id)
    if first == second:
        raise ValueError(f"two different drivers are needed; found {first!r} twice")
    at = [model.place(first), model.place(second)]
    pair = model.draws[:, at]
    rest = model.log_level - pair.sum(axis=1)
    design = np.column_stack([np.ones(len(pair)), pair])
    slopes = np.linalg.lstsq(design, rest, rcond=None)[0]
    residual = np.sort(rest - design @ slopes)
    ends = np.quantile(pair, GRID_ENDS, axis=0)
    a, b = np.linspace(ends[0], ends[1], steps, axis=1)
    middle = slopes[0] + np.add.outer((1 + slopes[1]) * a, (1 + slopes[2]) * b)
    goal = np.log(model.target.value)
    chance = 1 - np.searchsorted(residual, goal - middle, side="left") / len(residual)
    if model.target.high < np.inf:
        top = np.searchsorted(residual, np.log(model.target.high) - middle, side="right")
        chance -= 1 - top / len(residual)
    down, across = model.shown(first, a), model.shown(second, b)
    even = (goal - np.median(residual) - slopes[0] - (1 + slopes[2]) * b) / (1 + slopes[1])
    lines = pd.DataFrame({"second": across, "first": model.shown(first, even)})
    grid = pd.DataFrame(chance, index=down, columns=across)
    return TwoWay(made.plan, grid, first, second, lines, indicator_id)


@dataclass(frozen=True)
class Discovery(Result):
    """One readable rule for when a target is missed, or met, whichever is rarer; rows hold driver
    and bound.
    """

    met: bool
    coverage: float
    density: float
    share: float
    SUBJECT: ClassVar[str] = "answers.discovery"

    def case(self) -> str:
        """Which outcome is the rarer one."""
        return "met" if self.met else "missed"

    def facts(self, lang: str) -> dict[str, Any]:
        """The rule in words, and the shares that it is judged by."""
        w, side = words(lang), "above" if self.met else "below"
        bounds = [
            w(f"{self.SUBJECT}.{side}", driver=named_driver(r.driver, lang),
              bound=num(r.bound) if r.driver == BASE else pct(r.bound, lang=lang))
            for r in self.rows.itertuples()
        ]  # fmt: skip
        shares = ("share", "coverage", "density")
        return {k: odds(getattr(self, k), lang) for k in shares} | {
            "rule": w("common.list").join(bounds)
        }


def discover(made: ForecastTable, indicator_id: str) -> Discovery:
    """The rule on one or two drivers that best tells the rarer outcome.

    Rules ``x_a < u`` and ``x_a < u and x_b < v`` are tried for misses, with the opposite signs for
    hits; bounds are deciles. The highest harmonic mean of coverage (share of the outcome that the
    rule catches) and density (share of the outcome where the rule holds) wins; a second driver is
    taken only if it adds two points.

    Source: scenario discovery (Bryant and Lempert 2010), as a search over boxes of at most two
    bounds.
    """
    model, columns = drivers(made, indicator_id), ["driver", "bound"]
    empty = pd.DataFrame(columns=columns)
    if model is None or not 0 < model.met.mean() < 1:
        sure = bool(model is not None and model.met.any())
        return Discovery(made.plan, empty, sure, np.nan, np.nan, float(sure))
    met = bool(model.met.mean() <= 0.5)
    event, sign = (model.met, -1.0) if met else (~model.met, 1.0)
    bounds = {k: np.quantile(model.draws[:, k], DECILES) for k in model.moving()}
    single = {
        (k, n): sign * model.draws[:, k] < sign * bound
        for k, each in bounds.items()
        for n, bound in enumerate(each)
    }
    best = max(([cell] for cell in single), key=lambda r: _score(_inside(single, r), event)[0])
    pairs = [[*p] for p in combinations(single, 2) if p[0][0] != p[1][0]]
    double = max(pairs, key=lambda r: _score(_inside(single, r), event)[0], default=best)
    gain = _score(_inside(single, double), event)[0] - _score(_inside(single, best), event)[0]
    rule = double if gain > WORTH_A_SECOND else best
    _, covered, dense = _score(_inside(single, rule), event)
    rows = [(model.names[k], float(model.shown(model.names[k], bounds[k][n]))) for k, n in rule]
    table = pd.DataFrame(rows, columns=columns)
    return Discovery(made.plan, table, met, covered, dense, float(event.mean()))


def _inside(single: dict[Any, np.ndarray], rule: list[Any]) -> np.ndarray:
    return np.logical_and.reduce([single[cell] for cell in rule])


def _score(inside: np.ndarray, event: np.ndarray) -> tuple[float, float, float]:
    """Harmonic mean of coverage and density, and both."""
    both = float((inside & event).sum())
    if both == 0:
        return 0.0, 0.0, 0.0
    covered, dense = both / event.sum(), both / inside.sum()
    return 2 * covered * dense / (covered + dense), covered, dense
