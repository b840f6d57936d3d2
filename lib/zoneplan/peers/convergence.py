"""Do the small grow faster? A robust line for zones, and the cities of Zhejiang beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data.cities import city_panels
from zoneplan.data.panel import Panel
from zoneplan.peers.growth import levels
from zoneplan.peers.zones import PeerResult, Record
from zoneplan.text import num, pct

# A line through fewer points says more about the points than about zones.
FEWEST_POINTS = 20
CONFIDENCE = 0.95
SERIES, PEOPLE = ("gdp_nominal", "gdp_per_head", "budget_revenue"), "population_resident"


@dataclass(frozen=True)
class SmallZones(PeerResult):
    """Growth of zones above China's against their size, with a robust line if the points allow one.

    ``slope`` is in points of growth for each doubling of size, with its interval; ``without`` has
    it again without each zone; ``line`` is the drawn line.
    """

    zone_alone: bool
    slope: tuple[float, float, float] = (np.nan, np.nan, np.nan)
    without: pd.Series = field(default_factory=lambda: pd.Series(dtype="float64"))
    line: pd.DataFrame | None = None
    SUBJECT = "peers.small_zones"

    def case(self) -> str:
        """Whether there is a line, and whether it can be told from a flat one."""
        _, low, high = self.slope
        return "few" if self.line is None else "flat" if low < 0 < high else "summary"

    def facts(self, lang: str) -> dict[str, Any]:
        """The slope with its interval, and its extremes without one zone."""
        ends = (*self.slope, self.without.min(), self.without.max())
        told = zip(("slope", "low", "high", "least", "most"), map(num, ends), strict=True)
        level = pct(100 * CONFIDENCE, 0, lang)
        return dict(told) | {"n": len(self.rows), "fewest": FEWEST_POINTS, "level": level}


def small_zones(
    peers: Record, first: int = 1990, last: int = 2030, *, zone_alone: bool = False
) -> SmallZones:
    """Do small national zones grow faster than large ones?

    Parameters
    ----------
    first, last : first and last year, both included.
    zone_alone : keep only figures whose scope note tells of no wider area (a merged district).

    Returns
    -------
    Points whose level and growth stand for the same area (:func:`levels`), with growth less China's
    of the year. From 20 points on a robust line ``growth - China's = a + b log2(size)``: Huber's
    M-estimator with tuning constant 1.345, the 95 % interval from its asymptotic covariance, and
    the slope again without each zone in turn.

    Source: Huber (1981), Robust Statistics; statsmodels RLM.

    Interpretation: good years prevail and zones repeat, so the interval is too narrow if anything.
    """
    found = levels(peers, first, last).rows
    rows = peers.above_china(found.assign(source_id=found["level_source_id"]), "growth")
    known = rows["china"].notna()
    keep = known & ~(rows["wider"] & zone_alone)
    left = rows.assign(reason=np.where(known, "wider", "no_china"))[~keep]
    left = left[["zone_id", "year", "scope_note", "reason"]].reset_index(drop=True)
    kept = rows[keep].sort_values(["zone_id", "year"], ignore_index=True)
    if len(kept) < FEWEST_POINTS:
        return peers.result(SmallZones, kept, zone_alone, left_out=left)
    fit = _robust(kept)
    slope = float(fit.params[1]), *map(float, fit.conf_int(1 - CONFIDENCE)[1])
    without = {
        zone: float(_robust(kept[kept["zone_id"] != zone]).params[1])
        for zone in sorted(set(kept["zone_id"]))
    }
    more = zone_alone, slope, pd.Series(without), _line(fit, kept)
    return peers.result(SmallZones, kept, *more, left_out=left)


def _robust(rows: pd.DataFrame) -> Any:
    """Huber's line of growth above China's on the logarithm (base 2) of size."""
    # Loading takes a second, so only those who ask for a line pay for it.
    from statsmodels.robust.norms import HuberT
    from statsmodels.robust.robust_linear_model import RLM

    x = np.column_stack([np.ones(len(rows)), np.log2(rows["size"].to_numpy("float64"))])
    return RLM(rows["above_china"].to_numpy("float64"), x, M=HuberT()).fit()


def _line(fit: Any, rows: pd.DataFrame) -> pd.DataFrame:
    """The fitted line with the interval of its mean."""
    from scipy.stats import norm

    sizes = np.geomspace(rows["size"].min(), rows["size"].max(), 40)
    x = np.column_stack([np.ones(len(sizes)), np.log2(sizes)])
    middle, spread = x @ fit.params, np.einsum("ij,jk,ik->i", x, fit.cov_params(), x)
    half = norm.ppf((1 + CONFIDENCE) / 2) * np.sqrt(spread)
    return pd.DataFrame({"x": sizes, "y": middle, "low": middle - half, "high": middle + half})


@dataclass(frozen=True)
class Convergence(PeerResult):
    """Beta and sigma convergence of the Zhejiang cities; ``sigma`` has the spread by year."""

    sigma: pd.DataFrame
    SUBJECT = "peers.convergence"
    DIGITS = {"*": 2}

    def facts(self, lang: str) -> dict[str, Any]:
        """How many slopes are flat, and how many spreads grew."""
        rows, flat = self.rows, (self.rows["low"] < 0) & (self.rows["high"] > 0)
        told = {"grew": (rows["sigma_last"] > rows["sigma_first"]).sum(), "flat": flat.sum()}
        told |= {"figures": rows["figures"].sum(), "cities": rows["cities"].max()}
        return told | {"n": len(rows)}


def convergence(peers: Record, first: int = 2012, last: int = 2022) -> Convergence:
    """Did the poorer or smaller cities of Zhejiang catch up?

    Parameters
    ----------
    first, last : first and last year, both included.

    Returns
    -------
    For GDP, GDP a head (of residents, from 2016) and budget revenue the slope of average log growth
    on the log of the first year (``beta``, points a year for each doubling; negative: catching up),
    its 95 % t-interval, the range when one city is left out, and the standard deviation of logs in
    the first and the last year (``sigma``).

    Source: Barro and Sala-i-Martin (1992), Convergence, Journal of Political Economy 100.

    Interpretation: a negative beta alone may be regression to the mean, so sigma stands beside it.
    """
    panels = city_panels((*SERIES, PEOPLE), peers.known_on)
    gdp, people = panels.get("gdp_nominal"), panels.pop(PEOPLE, None)
    if gdp is not None and people is not None:
        heads = gdp.logs - people.on(gdp.years)
        panels["gdp_per_head"] = Panel(gdp.units, gdp.years, heads)
    found = [m for i in SERIES if i in panels and (m := _converged(i, panels[i], first, last))]
    sigma = pd.concat([pd.DataFrame(), *(spread for _, spread in found)], ignore_index=True)
    return peers.result(Convergence, pd.DataFrame([beta for beta, _ in found]), sigma)


def _converged(
    series: str, panel: Panel, first: int, last: int
) -> tuple[dict[str, Any], pd.DataFrame] | None:
    """Beta and sigma over the years in which every unit has a figure; None below two years."""
    whole = (panel.years >= first) & (panel.years <= last) & np.isfinite(panel.logs).all(axis=0)
    years, logs = panel.years[whole], panel.logs[:, whole]
    if len(years) < 2:
        return None
    growth = 100 * (logs[:, -1] - logs[:, 0]) / (years[-1] - years[0])
    start, sigma = logs[:, 0] / np.log(2), 100 * logs.std(axis=0, ddof=1)
    slope, low, high = _ols(start, growth)
    each = [_ols(np.delete(start, i), np.delete(growth, i))[0] for i in range(len(start))]
    beta = {
        **{"series": series, "first_year": int(years[0]), "last_year": int(years[-1])},
        **{"cities": len(start), "figures": int(logs.size), "beta": slope, "low": low},
        **{"high": high, "without_one_low": min(each), "without_one_high": max(each)},
        **{"sigma_first": sigma[0], "sigma_last": sigma[-1], "source_id": "zjyb"},
    }
    spread = {"series": series, "x": years.astype(int), "y": sigma, "source_id": "zjyb"}
    return beta, pd.DataFrame(spread)


def _ols(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Slope of a straight line with its 95 % t-interval."""
    from scipy.stats import linregress, t

    line = linregress(x, y)
    half = t.ppf((1 + CONFIDENCE) / 2, len(x) - 2) * line.stderr
    return float(line.slope), float(line.slope - half), float(line.slope + half)
