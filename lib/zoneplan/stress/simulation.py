"""Many targets at once by simulation: correlated shocks, every year of the plan, one seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.forecasting.correlation import filled, is_repaired, panel_correlation, root
from zoneplan.forecasting.forecasts import ForecastTable
from zoneplan.messages import words
from zoneplan.plan.document import PlanDocument
from zoneplan.stress.drivers import Drivers, drivers
from zoneplan.text import num, pct

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

DRAWS = 200_000
SEED = 20181030
# Draws are made in blocks, so that a million of them fit into a small memory.
BLOCK = 20_000


@dataclass(frozen=True)
class Simulation:
    """Share of paths that reach each target, and how many reach several."""

    odds: pd.DataFrame
    counts: np.ndarray
    draws: int
    repaired: bool

    def table(self) -> pd.DataFrame:
        """Columns indicator_id, name, year and odds."""
        return self.odds.copy()

    def met(self) -> pd.DataFrame:
        """Columns met (number of last-year targets reached) and share of paths."""
        return pd.DataFrame({"met": np.arange(len(self.counts)), "share": self.counts / self.draws})

    def plot(self, lang: str = "en") -> Chart:
        """Share of paths by the number of last-year targets that they reach."""
        from zoneplan.charts.kinds import shares

        w = words(lang)
        met, n, last = self.met(), len(self.counts) - 1, int(self.odds["year"].max())
        data = pd.DataFrame(
            {
                "driver": [w("figures.simulation.reached", k=k, n=n) for k in met["met"]],
                "exact": met["share"],
            }
        )
        return shares(
            "simulation",
            data,
            title=w(
                "figures.simulation.title", share=pct(100 * met["share"].iloc[0], 0, lang), n=n
            ),
            subtitle=w("figures.simulation.subtitle", draws=num(self.draws, 0), year=last),
            sources=["plan", "cityyb", "zjyb"],
            lang=lang,
        )


def simulate(
    table: ForecastTable, correlation: float = 0.3, draws: int = DRAWS, seed: int = SEED
) -> Simulation:
    """Simulate every level target of the plan with shocks that move together.

    Parameters
    ----------
    table : the forecasts of a plan.
    correlation : between indicators whose correlation the Zhejiang cities cannot tell.
    draws : number of paths.
    seed : the same seed gives the same paths.

    Returns
    -------
    Simulation. In each year the shocks to log growth are normal with the estimated correlations between
    indicators (:func:`zoneplan.forecasting.correlation.panel_correlation`); a matrix that is none is repaired to the nearest one and
    ``repaired`` says so.

    How to read it: single odds are those of :mod:`zoneplan.stress.drivers`; what simulation adds is how they go together.
    """
    plan, models = table.plan, [drivers(table, i) for i in table.levels()]
    if not models:
        raise ValueError(
            "no level target of the last year is open and has a base and a class, so nothing can be simulated"
        )
    names = [m.indicator_id for m in models]
    matrix = filled(names, panel_correlation(plan, plan.series()), correlation)
    years = plan.years
    mean, sd, goals = (
        np.stack(x, axis=1) for x in zip(*(_by_year(plan, m) for m in models), strict=True)
    )
    hits, counts = count_hits(mean, sd, root(matrix), goals, draws, seed)
    targets = (
        (n, m, k, y)
        for n, m in enumerate(models)
        for k, y in enumerate(years)
        if not np.isnan(goals[k, n])
    )
    rows = [(m.indicator_id, m.name, y, hits[k, n] / draws) for n, m, k, y in targets]
    frame = pd.DataFrame(rows, columns=["indicator_id", "name", "year", "odds"])
    return Simulation(frame, counts, draws, is_repaired(matrix))


def count_hits(
    mean: np.ndarray, sd: np.ndarray, mix: np.ndarray, goals: np.ndarray, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Count the paths that reach each target.

    Parameters
    ----------
    mean, sd : of log growth, year by indicator; the first year holds the base too.
    mix : square root of the correlation between indicators.
    goals : log targets, year by indicator; NaN where a year has none, which no path reaches.
    draws, seed : number of paths; seed of the generator.

    Returns
    -------
    Number of paths with ``cumsum(growth) >= goal`` by year and indicator, and number of paths by how many
    last-year goals they reach.
    """
    years, n = mean.shape
    rng = np.random.default_rng(seed)
    hits, counts = np.zeros((years, n), dtype="int64"), np.zeros(n + 1, dtype="int64")
    # What a standard normal has to be is compared, in single precision: half the memory, twice the speed.
    scaled = [(mix * sd[y][:, None]).astype("float32") for y in range(years)]
    short = (goals - np.cumsum(mean, axis=0)).astype("float32")
    for start in range(0, draws, BLOCK):
        # One row per indicator: whole rows are counted several times as fast as columns.
        total = np.zeros((n, min(BLOCK, draws - start)), dtype="float32")
        for y in range(years):
            # Not a matrix product: its threads would wait for each other much longer than so small a sum takes.
            total += np.einsum(
                "ij,jk->ik", scaled[y], rng.standard_normal(total.shape, dtype="float32")
            )
            met = total >= short[y][:, None]
            hits[y] += [np.count_nonzero(row) for row in met]
        counts += np.bincount(met.sum(axis=0, dtype="int16"), minlength=n + 1)
    return hits, counts


def _by_year(plan: PlanDocument, model: Drivers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and spread of log growth up to each year of the plan from the one before it, and the log goals.

    The base, and what has grown since it before the plan, stand in the first year that is open. The spread of single
    years is brought to what their sum has, because years are drawn apart from each other.
    """
    years = np.array(plan.years)
    scale = np.sqrt(model.covariance[1:, 1:].sum() / (model.sd[1:] ** 2).sum())
    spread = np.array([model.sd[0], *(scale * model.sd[1:])])
    base = years[-1] - len(spread) + 1
    # A plan need not have targets in every year: growth counts in the next one that has.
    place = np.searchsorted(years, np.arange(base, years[-1] + 1))
    place[0] = place[1]
    mean = np.bincount(place, weights=model.mean, minlength=len(years))
    sd = np.sqrt(np.bincount(place, weights=spread**2, minlength=len(years)))
    goals = np.log(
        [t.value if (t := plan.target(model.indicator_id, int(y))) else np.nan for y in years]
    )
    # Years of the plan that lie behind the base are over: nothing moves in them.
    return mean, sd, np.where(years <= base, -np.inf, goals)
