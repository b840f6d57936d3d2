"""Which assumption decides a target: the log-linear model of a level, and every way to ask it.

The logarithm of the level in the last year is the logarithm of the base plus the log growth of each year. With each
of these drivers normal, shares of variance and odds have closed forms; simulation and Sobol indices check them where
they are not exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data.units import shown_in
from zoneplan.forecasting.correlation import root
from zoneplan.forecasting.distribution import coming_growth, expected_path
from zoneplan.forecasting.forecasts import Base, ForecastTable, base_of
from zoneplan.messages import words
from zoneplan.text import amount, num, pct, upper

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

# P10 to P90 of a normal distribution spans so many standard deviations.
SPAN = 2.5631031
# The middle of each step of the two axes of a two-way table.
GRID_STEPS = 41
SOBOL_SAMPLES = 2**12
DISCOVERY_DRAWS = 20_000
PATHS_DRAWN = 200
DECILES = np.arange(0.1, 0.95, 0.1)
# A rule with two drivers must be better by so much to be worth reading.
WORTH_A_SECOND = 0.02
SEED = 20181030
BASE = "base"


@dataclass(frozen=True)
class Drivers:
    """Normal drivers of a log level: names, mean, standard deviation, correlation; ``goal`` is the log target."""

    indicator_id: str
    name: str
    unit: str
    year: int
    names: tuple[str, ...]
    mean: np.ndarray
    sd: np.ndarray
    correlation: np.ndarray
    goal: float
    name_zh: str = ""

    def said(self, lang: str = "en") -> str:
        """The name of the level in a language."""
        return self.name_zh if lang == "zh" else self.name

    def aimed(self, lang: str = "en") -> str:
        """The target with its unit as a reader of the language is told it."""
        # The target went through a logarithm and back: the last digits are noise.
        return amount(round(float(np.exp(self.goal)), 6), self.unit, lang)

    @property
    def covariance(self) -> np.ndarray:
        """Covariance matrix of the drivers."""
        return self.correlation * np.outer(self.sd, self.sd)

    def odds(self, known: dict[str, np.ndarray] | None = None) -> np.ndarray:
        """Probability of the target, given the log values of some drivers.

        ``p = Phi((m - goal) / s)`` with ``m`` and ``s`` the mean and standard deviation of the sum of all drivers
        conditional on the known ones.
        """
        from scipy.stats import norm

        known = known or {}
        at = [self.names.index(n) for n in known]
        rest = [k for k in range(len(self.names)) if k not in at]
        values = np.stack(np.broadcast_arrays(*known.values()), axis=-1) if known else np.zeros(0)
        cov = self.covariance
        # A driver that does not move pulls at no other: the pseudo-inverse leaves it out.
        pull = np.linalg.pinv(cov[np.ix_(at, at)], hermitian=True) @ cov[np.ix_(at, rest)]
        middle = (
            self.mean[rest].sum()
            + values.sum(axis=-1)
            + (values - self.mean[at]) @ pull.sum(axis=1)
        )
        left = cov[np.ix_(rest, rest)] - cov[np.ix_(rest, at)] @ pull
        sd = np.sqrt(max(left.sum(), 0.0))
        return (
            norm.cdf((middle - self.goal) / sd)
            if sd > 0
            else (middle >= self.goal).astype("float64")
        )

    def sample(self, draws: int, seed: int = SEED) -> np.ndarray:
        """Correlated draws of the drivers (draws by driver), the same for the same seed."""
        normal = np.random.default_rng(seed).standard_normal((draws, len(self.names)))
        return self.mean + normal @ root(self.correlation).T * self.sd


def drivers(table: ForecastTable, indicator_id: str) -> Drivers:
    """The drivers of one level target of the last year.

    Parameters
    ----------
    table : the forecasts of a plan.
    indicator_id : an annex series with a level, a base and a class.

    Returns
    -------
    Drivers: the base and the growth of each year since. Growth of a year is normal in logs with the P10 to P90 of
    the class's one-year growth; years are equally correlated, so that their sum has the spread of the class's
    growth over the whole span. The base has the spread of its rounding and of the quarrel between the implied and
    the observed level, half their distance.

    Raises
    ------
    ValueError
        The series has no base or no class.

    How to read it: the model behind variance shares, two-way tables and simulation; the odds of the verdicts
    come from the class's own distribution and differ by a few points.
    """
    plan, made = table.plan, table.of(indicator_id)
    if made is None or made.base is None or plan.years[-1] not in made.growth:
        raise ValueError(
            f"{indicator_id!r} has no base or no reference class, or its last year is known, so it has no drivers"
        )
    base = made.base
    last, class_ = plan.years[-1], table.class_of(indicator_id)
    years, extra = range(base.year + 1, last + 1), table.scenario.extra(plan, indicator_id)
    yearly = [coming_growth(class_, 1, plan.as_of, y, extra) for y in years]
    logs = [np.log1p(g.quantile([0.1, 0.5, 0.9]) / 100) for g in yearly]
    sd = np.array([(q[2] - q[0]) / SPAN for q in logs])
    whole = np.log1p(made.growth[last].quantile([0.1, 0.5, 0.9]) / 100) * len(years)
    # Middle of the whole span, shared out as the single years are.
    mean = np.array([q[1] for q in logs])
    mean = mean + (whole[1] - mean.sum()) / len(years)
    between = _equal_correlation(sd, (whole[2] - whole[0]) / SPAN)
    start = np.log(base.level.mid)
    base_sd = 0.0 if indicator_id in table.scenario.levels else _base_sd(table, indicator_id, base)
    correlation = np.full((len(years) + 1, len(years) + 1), between)
    correlation[0, :] = correlation[:, 0] = 0.0
    np.fill_diagonal(correlation, 1.0)
    names = (BASE, *(f"growth {y}" for y in years))
    return Drivers(
        indicator_id,
        plan.name(indicator_id, "en"),
        made.unit,
        last,
        names,
        np.array([start, *mean]),
        np.array([base_sd, *sd]),
        correlation,
        float(np.log(plan.target(indicator_id, last).value)),
        plan.name(indicator_id, "zh"),
    )


def _equal_correlation(sd: np.ndarray, whole: float) -> float:
    """The one correlation between years that gives their sum its standard deviation, kept within what is possible."""
    pairs = sd.sum() ** 2 - (sd**2).sum()
    lowest = -1 / max(len(sd) - 1, 1)
    return (
        float(np.clip((whole**2 - (sd**2).sum()) / pairs, lowest + 0.01, 0.99))
        if pairs > 0
        else 0.0
    )


def _base_sd(table: ForecastTable, indicator_id: str, base: Base) -> float:
    plan = table.plan
    rounding = (
        (np.log(base.level.high) - np.log(base.level.low)) / np.sqrt(12)
        if base.level.low < base.level.high
        else 0.0
    )
    seen = base_of(plan, indicator_id, "observed")
    if seen is None or base.kind == "observed" or seen.year >= base.year:
        return float(rounding)
    path = expected_path(table.class_of(indicator_id), plan.as_of, base.year)
    carried = (
        np.log(seen.level.mid) + np.log1p(path.loc[seen.year + 1 : base.year, "growth"] / 100).sum()
    )
    return float(np.hypot(rounding, (carried - np.log(base.level.mid)) / 2))


@dataclass(frozen=True)
class VarianceShares:
    """Shares of the variance of a level: exact in logs, Sobol indices of the level itself."""

    drivers: Drivers
    rows: pd.DataFrame
    interaction: float

    def table(self) -> pd.DataFrame:
        """Columns driver, exact (share of log variance), first, first_conf, total, total_conf (Sobol, 95 %)."""
        return self.rows.copy()

    def plot(self, lang: str = "en") -> Chart:
        """The shares as bars, beside the tornado."""
        from zoneplan.charts.kinds import shares

        w, top = words(lang), self.rows.loc[self.rows["exact"].idxmax()]
        share = pct(100 * top["exact"], 0, lang)
        return shares(
            f"swings_{self.drivers.indicator_id}_shares",
            self.rows.assign(driver=[driver_name(d, lang) for d in self.rows["driver"]]),
            title=upper(
                w("figures.shares.title", driver=driver_name(top["driver"], lang), share=share)
            ),
            subtitle=w(
                "figures.shares.subtitle", name=self.drivers.said(lang), year=self.drivers.year
            ),
            sources=["plan", "cityyb"],
            lang=lang,
        )


def variance_shares(
    model: Drivers, samples: int = SOBOL_SAMPLES, seed: int = SEED
) -> VarianceShares:
    """How much of the uncertainty of a level each driver makes.

    Parameters
    ----------
    model : the drivers.
    samples : base samples of the Sobol sequence, a power of two.
    seed : of the scrambling and the bootstrap.

    Exact for the log level ``S = sum x``: ``cov(x_k, S) / var(S)``, which adds to one also when drivers are
    correlated (Borgonovo and Plischke 2016). Sobol first-order and total indices (Saltelli 2010, by SALib) are of
    the level ``exp(S)`` with independent drivers of the same spread; what the first-order indices leave is interaction.

    How to read it: a driver with 0.6 makes six tenths of the uncertainty; settle it first.
    """
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    cov = model.covariance
    moving = [k for k, s in enumerate(model.sd) if s > 0]
    problem = {
        "num_vars": len(moving),
        "names": [model.names[k] for k in moving],
        "bounds": [[float(model.mean[k]), float(model.sd[k])] for k in moving],
        "dists": ["norm"] * len(moving),
    }
    drawn = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    level = np.exp(drawn.sum(axis=1))
    found = analyse.analyze(problem, level, calc_second_order=False, seed=seed, num_resamples=100)
    rows = pd.DataFrame(
        {
            "driver": problem["names"],
            "exact": cov.sum(axis=1)[moving] / cov.sum(),
            "first": found["S1"],
            "first_conf": found["S1_conf"],
            "total": found["ST"],
            "total_conf": found["ST_conf"],
        }
    )
    rows = rows.sort_values("exact", ascending=False, kind="stable").reset_index(drop=True)
    return VarianceShares(model, rows, float(1 - found["S1"].sum()))


@dataclass(frozen=True)
class TwoWay:
    """Odds over any two drivers, with the line of even odds and the line where the middle path just arrives."""

    drivers: Drivers
    first: str
    second: str
    odds: pd.DataFrame
    lines: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Odds with the first driver down and the second across, in percent growth (the base in its unit)."""
        return self.odds.copy()

    def plot(self, lang: str = "en") -> Chart:
        """Odds as shades with both lines."""
        from zoneplan.charts.kinds import two_way as draw

        w, model, name = words(lang), self.drivers, self.drivers.said(lang)
        down, across = (axis_factor(model, n, lang) for n in (self.first, self.second))
        first, second = (driver_name(n, lang) for n in (self.first, self.second))
        return draw(
            f"two_way_{model.indicator_id}_{self.first}_{self.second}".replace(" ", "_"),
            self.odds.set_axis(down * self.odds.index, axis=0).set_axis(
                across * self.odds.columns, axis=1
            ),
            self.lines.assign(
                second=across * self.lines["second"],
                **down * self.lines[["break_even", "even_odds"]],
            ),
            first=axis_name(model, self.first, lang),
            second=axis_name(model, self.second, lang),
            title=w("figures.two_way.title", target=model.aimed(lang), first=first, second=second),
            subtitle=w("figures.two_way.subtitle", year=model.year, name=name),
            sources=["plan", "cityyb"],
            lang=lang,
        )


def two_way(model: Drivers, first: str, second: str, steps: int = GRID_STEPS) -> TwoWay:
    """The odds of the target over two drivers, each from two standard deviations below its middle to two above.

    Raises
    ------
    ValueError
        A driver is unknown, both are the same, or one does not move.

    On the break-even line the sum of the middles equals the log target; on the line of even odds the conditional
    odds are one half, which differs from it where years are correlated.

    How to read it: stand where you think the two will be; above the lines the target is likelier met than not.
    """
    names = [n for n, s in zip(model.names, model.sd, strict=True) if s > 0]
    if first == second or not {first, second} <= set(names):
        raise ValueError(
            f"two different drivers of {', '.join(names)} are needed; found {first!r} and {second!r}"
        )
    a, b = (_axis(model, n, steps) for n in (first, second))
    odds = model.odds({first: a[:, None], second: b[None, :]})
    grid = pd.DataFrame(odds, index=shown(model, first, a), columns=shown(model, second, b))
    others = sum(
        m for n, m in zip(model.names, model.mean, strict=True) if n not in (first, second)
    )
    even = [
        float(np.interp(0.5, column, a)) if column[0] < 0.5 < column[-1] else np.nan
        for column in odds.T
    ]
    lines = pd.DataFrame(
        {
            "second": shown(model, second, b),
            "break_even": shown(model, first, model.goal - others - b),
            "even_odds": shown(model, first, np.array(even)),
        }
    )
    return TwoWay(model, first, second, grid, lines)


def _axis(model: Drivers, name: str, steps: int) -> np.ndarray:
    k = model.names.index(name)
    return model.mean[k] + model.sd[k] * np.linspace(-2, 2, steps)


def driver_name(name: str, lang: str = "en") -> str:
    """A driver of :class:`Drivers` in the words of a language."""
    return words(lang)(
        "figures.driver.base" if name == BASE else "figures.driver.growth", year=name.split()[-1]
    )


def axis_name(model: Drivers, name: str, lang: str = "en") -> str:
    """A driver with the unit in which it is drawn."""
    w = words(lang)
    unit = shown_in(model.unit, lang)[1] if name == BASE else w("common.unit.percent")
    return w("figures.driver.with_unit", name=driver_name(name, lang), unit=unit)


def axis_factor(model: Drivers, name: str, lang: str = "en") -> float:
    """What turns a driver as :func:`shown` gives it into the unit in which it is drawn."""
    return shown_in(model.unit, lang)[0] if name == BASE else 1.0


def shown(model: Drivers, name: str, logs: np.ndarray) -> np.ndarray:
    """A driver's log values as a reader knows them: percent growth, or the base in its unit."""
    return np.exp(logs) if name == BASE else 100 * np.expm1(logs)


@dataclass(frozen=True)
class Discovery:
    """One readable rule for when a target is missed, or met, whichever is rarer."""

    drivers: Drivers
    met: bool
    rule: tuple[tuple[str, float], ...]
    coverage: float
    density: float
    share: float

    def table(self) -> pd.DataFrame:
        """Columns driver and bound: the rule holds where every driver lies beyond its bound."""
        return pd.DataFrame(self.rule, columns=["driver", "bound"])

    def text(self) -> str:
        """The rule as a sentence."""
        word, side = ("met", "above") if self.met else ("missed", "below")
        if not self.rule:
            return (
                f"{self.drivers.name} is {word} on none of the paths drawn, so no rule tells when."
            )
        parts = [
            f"{d} is {side} {num(v)} {self.drivers.unit if d == BASE else '%'}"
            for d, v in self.rule
        ]
        return (
            f"{self.drivers.name} is {word} mostly when {' and '.join(parts)}: this covers {pct(100 * self.coverage, 0)} of the "
            f"paths on which it is {word}, and holds true on {pct(100 * self.density, 0)} of the paths where it applies "
            f"(overall {pct(100 * self.share, 0)} are {word})."
        )

    def plot(self, lang: str = "en") -> Chart:
        """Some of the paths by two drivers, met and missed, and where the rule applies."""
        from zoneplan.charts.kinds import discovery

        w, model, bounds = words(lang), self.drivers, dict(self.rule)
        spread = [
            n
            for _, n in sorted(zip(model.sd, model.names, strict=True), reverse=True)
            if n not in bounds
        ]
        second, first = [*bounds, *spread][:2]
        values = model.sample(PATHS_DRAWN)
        factor = {n: axis_factor(model, n, lang) for n in (first, second)}
        seen = {
            n: factor[n] * shown(model, n, values[:, model.names.index(n)]) for n in (first, second)
        }
        corner = [factor[n] * bounds[n] if n in bounds else None for n in (first, second)]
        points = pd.DataFrame(
            {"first": seen[first], "second": seen[second], "met": values.sum(axis=1) >= model.goal}
        )
        return discovery(
            f"discovery_{model.indicator_id}",
            points,
            (*corner, self.met),
            first=axis_name(model, first, lang),
            second=axis_name(model, second, lang),
            title=w(
                f"figures.discovery.title_{'met' if self.met else 'missed'}",
                name=model.said(lang),
                target=model.aimed(lang),
            ),
            subtitle=w(
                "figures.discovery.subtitle", n=PATHS_DRAWN, name=model.said(lang), year=model.year
            ),
            sources=["plan", "cityyb"],
            lang=lang,
        )


def discover(model: Drivers, draws: int = DISCOVERY_DRAWS, seed: int = SEED) -> Discovery:
    """The rule on one or two drivers that best tells the rarer outcome.

    Where misses are rarer, rules ``x_a < u`` and ``x_a < u and x_b < v`` are tried, else rules for hits with the
    opposite signs; bounds are deciles of the drivers. The highest harmonic mean of coverage (share of the outcome
    that the rule catches) and density (share of the outcome where the rule holds) wins; a second driver is taken
    only if it adds two points.

    Source: scenario discovery (Bryant and Lempert 2010), as a search over boxes of at most two bounds.

    How to read it: the drivers in the rule are the early warnings to watch.
    """
    values = model.sample(draws, seed)
    hits = values.sum(axis=1) >= model.goal
    met = bool(hits.mean() <= 0.5)
    event, sign = (hits, -1.0) if met else (~hits, 1.0)
    if not event.any():
        return Discovery(model, met, (), np.nan, np.nan, 0.0)
    moving = [k for k, s in enumerate(model.sd) if s > 0]
    bounds = {k: np.quantile(values[:, k], DECILES) for k in moving}
    beyond = {k: sign * values[:, k, None] < sign * bounds[k] for k in moving}
    singles = [(((k, n),), beyond[k][:, n]) for k in moving for n in range(len(DECILES))]
    pairs = [
        ((*one, *two), a & b) for one, a in singles for two, b in singles if one[0][0] < two[0][0]
    ]
    best, best_pair = (
        max(rules, key=lambda r: _score(r[1], event)[0]) for rules in (singles, pairs)
    )
    if _score(best_pair[1], event)[0] > _score(best[1], event)[0] + WORTH_A_SECOND:
        best = best_pair
    cells, inside = best
    _, covered, dense = _score(inside, event)
    rule = tuple(
        (model.names[k], float(shown(model, model.names[k], bounds[k][n]))) for k, n in cells
    )
    return Discovery(model, met, rule, covered, dense, float(event.mean()))


def _score(inside: np.ndarray, event: np.ndarray) -> tuple[float, float, float]:
    """Harmonic mean of coverage and density, and both."""
    both = float((inside & event).sum())
    if both == 0:
        return 0.0, 0.0, 0.0
    covered, dense = both / event.sum(), both / inside.sum()
    return 2 * covered * dense / (covered + dense), covered, dense
