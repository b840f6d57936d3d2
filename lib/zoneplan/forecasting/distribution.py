"""Growth to expect of similar regions: their common path with its error, and how far units lie from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.forecasting import growth as common
from zoneplan.forecasting.classes import LONGEST, ReferenceClass, spread_units

# Past growth is described over three windows: one alone carries a single common shock, many reach back to a faster
# age. `shares_by_origin` shows what each window alone would say.
WINDOWS_DESCRIBED = 3
# Fewer yearly growth rates of a class than this say nothing about how far its path can move.
FEWEST_YEARS = 3
# The error of the common path is read at the middle of so many equally likely steps of a t distribution.
PATH_STEPS = 41


@dataclass(frozen=True)
class Growth:
    """Average annual growth of a class over one horizon, ready to be read as a distribution.

    ``paths`` are equally likely growth rates of the class median, in percent a year, for the time to come; where there
    are none, the windows are described as they were.
    """

    class_: ReferenceClass
    horizon: int
    rows: pd.DataFrame
    paths: tuple[float, ...] = ()

    @cached_property
    def draws(self) -> np.ndarray:
        """Equally likely growth rates, percent: every unit of the windows, moved to each path."""
        units = [spread_units(row) for _, row in self.rows.iterrows()]
        if not self.paths:
            return np.sort(np.concatenate(units))
        medians = zip(units, self.rows["p50"], strict=True)
        apart = [np.log1p(u / 100) - np.log1p(m / 100) for u, m in medians]
        moved = np.add.outer(np.concatenate(apart), np.log1p(np.asarray(self.paths) / 100))
        return np.sort(100 * np.expm1(moved).ravel())

    def quantile(self, q: float | list[float]) -> np.ndarray:
        """Growth at probability ``q`` (0 to 1), percent a year."""
        return np.quantile(self.draws, q)

    def probability(self, needed: float) -> float:
        """Probability of at least ``needed`` percent a year."""
        return float((self.draws >= needed).mean())

    def shares_by_origin(self, needed: float) -> pd.DataFrame:
        """The share of regions that reached ``needed``, window by window: how much hangs on the year."""
        shares = [float((spread_units(row) >= needed).mean()) for _, row in self.rows.iterrows()]
        return self.rows[["origin_year", "end_year", "n_units"]].assign(share=shares)

    def table(self) -> pd.DataFrame:
        """The windows with their main percentiles."""
        columns = ["origin_year", "end_year", "n_units", "p10", "p25", "p50", "p75", "p90"]
        return self.rows[[*columns, "source_id"]]


def past_growth(
    class_: ReferenceClass | None, horizon: int, as_of: date, last: int = WINDOWS_DESCRIBED
) -> Growth | None:
    """How a reference class grew in the last windows known on a day.

    Parameters
    ----------
    class_ : a reference class; None gives None.
    horizon : years; above three the three-year windows are used.
    as_of : day of judgement.
    last : how many windows are taken, each with equal weight.

    Returns
    -------
    Growth, or None where fewer than ``last`` windows were known. The distribution is the equal mixture of the windows'
    distributions over units, each read by linear interpolation between its printed percentiles; beyond p01 and p99
    nothing is assumed.
    """
    if class_ is None:
        return None
    rows = class_.windows(min(horizon, LONGEST), as_of)
    if len(rows) < last:
        return None
    return Growth(class_, min(horizon, LONGEST), rows.tail(last).reset_index(drop=True))


def coming_growth(
    class_: ReferenceClass | None,
    horizon: int,
    as_of: date,
    end_year: int,
    extra: Mapping[int, float] | None = None,
) -> Growth | None:
    """What growth to expect over the ``horizon`` years that end in ``end_year``, from what was known on a day.

    Parameters
    ----------
    class_ : a reference class; None gives None.
    horizon : years of growth; above three the three-year windows give the spread between units.
    as_of : day of judgement.
    end_year : last year of the growth.
    extra : percentage points added to the expected growth of the class, by year: a scenario.

    Returns
    -------
    Growth, or None where fewer than three yearly medians were known, or the years lie before them.

    ``g = (c[end] - c[end - horizon]) / horizon + e + u``: ``c`` the path of the class median from
    :func:`expected_path`; ``e`` its error, t-distributed with variance ``s[end]^2 - s[end - horizon]^2``; ``u`` how far
    units lay from the median in the last known window.

    Method: reference-class forecasting (Kahneman and Tversky 1979; Flyvbjerg 2008) around a damped common path.
    """
    if class_ is None:
        return None
    added = tuple(sorted((extra or {}).items()))
    stamp = tables.stamp("growth_reference")
    return _coming_growth(class_, horizon, as_of, end_year, added, stamp)


@lru_cache(maxsize=512)
def _coming_growth(
    class_: ReferenceClass,
    horizon: int,
    as_of: date,
    end_year: int,
    extra: tuple[tuple[int, float], ...],
    stamp: tuple,
) -> Growth | None:
    rows = class_.windows(min(horizon, LONGEST), as_of).tail(1).reset_index(drop=True)
    path, start = expected_path(class_, as_of, end_year), end_year - horizon
    if path is None or rows.empty or start not in path.index:
        return None
    years = range(start + 1, end_year + 1)
    added = pd.Series(dict(extra), dtype="float64").reindex(years, fill_value=0.0)
    steps = path.loc[start + 1 : end_year, "growth"] + added
    sd = np.sqrt(path.loc[end_year, "sd"] ** 2 - path.loc[start, "sd"] ** 2)
    middle = np.log1p(steps / 100).sum()
    paths = 100 * np.expm1((middle + sd * common.t_quantiles(PATH_STEPS)) / horizon)
    return Growth(class_, min(horizon, LONGEST), rows, tuple(paths))


def expected_path(class_: ReferenceClass, as_of: date, to: int) -> pd.DataFrame | None:
    """The yearly growth of a class median, known and expected, as of a day.

    Returns
    -------
    A frame by year with the columns growth (percent), known (whether it was known on the day) and sd (standard
    deviation of the cumulated log path since the last known year); None where fewer than three yearly medians were
    known. Later years slow from smoothed past growth (:func:`zoneplan.forecasting.growth.expected_growth`).
    """
    seen = class_.windows(1, as_of).set_index("end_year")["p50"]
    if len(seen) < FEWEST_YEARS:
        return None
    logs, last = np.log1p(seen.to_numpy() / 100), int(seen.index[-1])
    horizon = max(to - last, 0)
    coming = 100 * np.expm1(common.expected_growth(logs, horizon))
    growth = pd.concat([seen, pd.Series(coming, index=range(last + 1, last + horizon + 1))])
    sd = np.concatenate([np.zeros(len(logs)), common.error_sd(logs, horizon)])
    return pd.DataFrame(
        {"growth": growth, "known": growth.index <= last, "sd": sd}, index=growth.index
    )


def surprise(class_: ReferenceClass, year: int, as_of: date) -> tuple[float, pd.Series]:
    """How far the class median's growth in a year lay from what the years before it had let expect.

    Returns
    -------
    Percentage points (negative: it came in lower), and the row of that year.

    Raises
    ------
    ValueError
        The year, or three years before it, were not known on the day.
    """
    rows = class_.windows(1, as_of).set_index("end_year")
    before = rows.index[rows.index < year]
    if year not in rows.index or len(before) < FEWEST_YEARS:
        before_it = f"with {FEWEST_YEARS} years before it"
        raise ValueError(f"no growth of {class_.describe()} in {year} {before_it}")
    logs = np.log1p(rows.loc[before, "p50"].to_numpy() / 100)
    expected = common.expected_growth(logs, 1)[0]
    return float(rows.loc[year, "p50"] - 100 * np.expm1(expected)), rows.loc[year]
