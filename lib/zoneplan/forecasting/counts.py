"""How many new cases a year: counts of rare events, and of projects by size."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.forecasting.paths import stratified
from zoneplan.forecasting.settings import SETTINGS, Settings
from zoneplan.plan.document import PlanDocument, known

PROJECTS = re.compile(r"projects_over_(\d+)bn(?:_total)?")
# The zone's own counts, under their plain name or that of the definition.
OWN = r"^projects_over_(\d+)bn(?:_introduced)?$"
EVERY = (1, 1)
# Projects of so many billion yuan, in the 亿元 of the tables.
BILLION = 10
# Jeffreys' prior of a rate, and of a share.
PRIOR = 0.5
# No count is looked for further above its mean than this many standard deviations.
MOST_SD = 20


def counted(
    plan: PlanDocument, indicator_id: str, settings: Settings = SETTINGS
) -> dict[int, np.ndarray] | None:
    """Equally likely counts of each year of a plan, from the zone's own years; None where no rate
    can be told.

    Parameters
    ----------
    plan : the plan, seen from a day.
    indicator_id : one of its ``yearly_counts``, or ``projects_over_Nbn``: projects above N billion
        yuan.
    settings : ``nested`` counts larger projects among the smaller ones too, else only those below
        the plan's next size.

    Returns
    -------
    Counts by year (0, 1, 2, ...), years of one draw having the same rate; a year that was known has
    its count.

    The rate has the gamma distribution ``Gamma(n + 1/2, years)`` after ``n`` cases in some years, a
    year's count is Poisson with it. The zone's projects are counted above one size only; how many
    of them are larger is read from the newest batch of projects that the province listed by size:
    ``k`` of ``m`` gives a share of ``Beta(k + 1/2, m - k + 1/2)``. The batch holds projects
    started, of all kinds, where the plan speaks of industrial ones brought in. Years differ by
    chance only.

    Source: conjugate analysis with Jeffreys' prior (Gelman et al. 2013, ch. 2).
    """
    key = "counted", indicator_id, settings
    return plan.once(key, lambda: _counted(plan, indicator_id, settings))


def _counted(
    plan: PlanDocument, indicator_id: str, settings: Settings
) -> dict[int, np.ndarray] | None:
    if (match := PROJECTS.fullmatch(indicator_id)) is not None:
        own, share = _projects(plan, int(match[1]) * BILLION, settings.nested)
    elif indicator_id in plan.about.yearly_counts and not plan.by_decision(indicator_id):
        own, share = plan.observed(indicator_id)["value"], EVERY
    else:
        return None
    if own.empty or share is None:
        return None
    seen = plan.observed(indicator_id).set_index("year")["value"]
    drawn = draws(own, share, len(plan.years), settings)
    return {
        year: np.full(settings.draws, float(seen[year])) if year in seen.index else drawn[:, k]
        for k, year in enumerate(plan.years)
    }


def draws(own: pd.Series, share: tuple[int, int], years: int, settings: Settings) -> np.ndarray:
    """Counts of some years (draws by years) after own counts of others, of which a share is meant
    (``k`` of ``m``).
    """
    from scipy.special import betaincinv, gammaincinv

    uniform = stratified(settings.draws, years + 2)
    rate = gammaincinv(own.sum() + PRIOR, uniform[:, 0]) / len(own)
    if share != EVERY:
        k, m = share
        rate = rate * betaincinv(k + PRIOR, m - k + PRIOR, uniform[:, 1])
    return poisson_quantiles(uniform[:, 2:], rate)


def poisson_quantiles(probability: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """The smallest counts whose cumulated probability reaches some (draws by years), one rate a
    draw.
    """
    of, reached = np.exp(-rate), np.zeros_like(probability)
    below, k = of.copy(), 0
    while (higher := probability > below[:, None]).any() and k < rate.max() + MOST_SD * (
        1 + np.sqrt(rate.max())
    ):
        reached += higher
        k += 1
        of = of * rate / k
        below += of
    return reached


def _projects(
    plan: PlanDocument, size: float, nested: bool
) -> tuple[pd.Series, tuple[int, int] | None]:
    """The zone's own counts above the smallest size that it counted, and how many of such are
    meant.
    """
    counts = plan.observations[plan.observations["kind"] == "count"]
    of = counts["indicator_id"].str.extract(OWN)[0].astype("float64") * BILLION
    if not (of <= size).any():
        return pd.Series(dtype="float64"), None
    least = float(of.min())
    own = counts.loc[(of == least) & (counts["period"] == "full_year")].drop_duplicates("year")
    listed = sizes(plan.as_of)
    promised = (
        plan.targets["indicator_id"].str.extract(PROJECTS.pattern)[0].astype("float64") * BILLION
    )
    larger = min(promised[promised > size], default=np.inf)
    if size == least and (nested or np.isinf(larger)):
        return own["value"], EVERY
    if listed.empty or listed.index.min() > least:
        return own["value"], None
    above = [int(listed[listed.index >= s].sum()) for s in (least, size, larger)]
    return own["value"], (above[1] - (0 if nested else above[2]), above[0])


def sizes(as_of: date) -> pd.Series:
    """Projects of the newest batch that was listed by size on a day: their number by the least size
    of each class, 亿元.
    """
    rows = known(tables.read("project_sizes"), as_of)
    closed = rows[rows["size_to"].notna()].sort_values("known_from")
    batch = closed[closed["source_id"] == (closed["source_id"].iloc[-1] if len(closed) else None)]
    last = (rows["source_id"].isin(batch["source_id"])) & (
        rows["size_from"] == batch["size_to"].max()
    )
    listed = pd.concat([batch, rows[last & rows["size_to"].isna()]])
    return listed.set_index("size_from")["value"]
