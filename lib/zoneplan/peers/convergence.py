"""Do the small grow faster? A robust line where there are points enough, and the cities of Zhejiang beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data.panel import Panel, panel_of
from zoneplan.data.units import shown_in
from zoneplan.evaluation import backtest
from zoneplan.messages import words
from zoneplan.peers import comparison, zones
from zoneplan.peers.zones import HOME, rests_on
from zoneplan.text import num, pct, upper

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart

# A line through fewer points says more about the points than about zones.
FEWEST_POINTS = 20
LEVEL = 0.95
# Series of the cities whose convergence is asked for.
SERIES = ("gdp_nominal", "gdp_per_head", "budget_revenue")
# Points of the drawn line.
STEPS = 40


@dataclass(frozen=True)
class CatchUp:
    """Growth of zones above China's against their size, with a robust line if the points allow one.

    ``slope`` is in percentage points of growth for each doubling of size; ``why`` says why there is no line.
    """

    rows: pd.DataFrame
    left_out: pd.DataFrame
    slope: float
    low: float
    high: float
    without_one: pd.DataFrame
    line: pd.DataFrame | None
    why: str
    zone_alone: bool = False

    def table(self) -> pd.DataFrame:
        """One row per zone and year: size, growth, growth above China's, scope, grade, sources."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How many figures and zones, by grade, in one sentence."""
        return rests_on(self.rows)

    def answer(self, lang: str = "en") -> str:
        """What the points say, in one sentence."""
        w = words(lang)
        if self.line is None:
            return w("figures.catchup.no_line", n=len(self.rows), fewest=FEWEST_POINTS)
        ends = self.without_one["slope"]
        return w(
            "figures.catchup.line",
            slope=num(self.slope),
            level=pct(100 * LEVEL, 0, lang),
            low=num(self.low),
            high=num(self.high),
            word=w(
                "figures.catchup.not_told" if self.low < 0 < self.high else "figures.catchup.told"
            ),
            least=num(ends.min()),
            most=num(ends.max()),
        )

    def plot(self, highlight: str = HOME, lang: str = "en") -> Chart:
        """The points, and the line with its band where one is fitted.

        How to read it: a line that falls means that small zones grew faster; a band that holds a flat line, that
        size tells nothing.

        Raises
        ------
        ValueError
            No point is left.
        """
        from zoneplan.charts.kinds import fitted

        if self.rows.empty:
            raise ValueError(f"no point is left, so nothing is drawn: {self.why}")
        w, rows = words(lang), self.rows
        factor, unit = shown_in(str(rows["unit"].iloc[0]), lang)
        kind = (
            "title_few"
            if self.line is None
            else "title_flat"
            if self.low < 0 < self.high
            else "title"
        )
        named = [
            w("charts.figure_in_year", label=t, year=y)
            for t, y in zip(zones.named(rows["zone_id"], lang), rows["year"], strict=True)
        ]
        size = factor * rows["size"]
        data = rows.assign(size=size, x=size, y=rows["above_china"], label=named, unit=unit)
        first = data.assign(other=data["zone_id"] != highlight).sort_values(
            ["other", "grade", "year"], kind="stable"
        )
        return fitted(
            "zones_alone" if self.zone_alone else "zones_catching_up",
            data,
            highlight,
            title=w(f"figures.catchup.{kind}", n=len(rows), slope=num(self.slope)),
            subtitle=w(
                "figures.catchup.subtitle",
                zones=rows["zone_id"].nunique(),
                first=rows["year"].min(),
                last=rows["year"].max(),
            ),
            sources=list(
                dict.fromkeys(
                    [*first["source_id"], *first["growth_source_id"], *first["china_source_id"]]
                )
            ),
            xlabel=w("figures.zones.size", unit=unit),
            unit=w("figures.catchup.unit"),
            # The last digits of an iterated fit differ from machine to machine, and must not move a pixel.
            fit=None if self.line is None else self.line.assign(x=factor * self.line["x"]).round(4),
            note=self.answer(lang),
            lang=lang,
        )


def small_zones(
    year_from: int = zones.FIRST_YEAR, year_to: int = zones.LAST_YEAR, zone_alone: bool = False
) -> CatchUp:
    """Do small national zones grow faster than large ones?

    Parameters
    ----------
    year_from, year_to : first and last year, both included.
    zone_alone : keep only figures whose scope note tells of no wider area (a merged district, a new area).

    Returns
    -------
    CatchUp: points whose level and growth stand for the same area (:func:`peers.size_and_growth`), growth less
    China's real growth of the year. From 20 points on a robust line ``growth - China's = a + b log2(size)``: Huber's
    M-estimator with tuning constant 1.345, the 95 % interval from its asymptotic covariance, and the slope again
    without each zone in turn.

    Source: Huber (1981), Robust Statistics; statsmodels RLM.

    How to read it: growth is reported mostly in good years and zones repeat, so the interval is too narrow if anything.
    """
    found = zones.size_and_growth(year_from, year_to)
    china = comparison.china_growth().rename(
        columns={"value": "china", "source_id": "china_source_id"}
    )
    rows = found.rows.merge(china[["year", "china", "china_source_id"]], on="year", how="left")
    rows = rows.assign(
        above_china=rows["growth"] - rows["china"],
        wider=comparison.is_wider(rows["scope_note"]),
        source_id=rows["level_source_id"],
    )
    why = np.where(
        rows["china"].isna(),
        "no growth of China in the tables",
        np.where(rows["wider"] & zone_alone, "more than the zone alone", ""),
    )
    left = (
        rows[why != ""]
        .assign(reason=why[why != ""])[["zone_id", "year", "scope_note", "reason"]]
        .reset_index(drop=True)
    )
    kept = rows[why == ""].sort_values(["zone_id", "year"], ignore_index=True)
    if len(kept) < FEWEST_POINTS:
        text = f"{len(kept)} scope-clean points remain, fewer than {FEWEST_POINTS}"
        empty = pd.DataFrame(columns=["without", "slope"])
        return CatchUp(kept, left, np.nan, np.nan, np.nan, empty, None, text, zone_alone)
    result = _robust(kept)
    low, high = result.conf_int(1 - LEVEL)[1]
    each = [
        (z, float(_robust(kept[kept["zone_id"] != z]).params[1]))
        for z in sorted(set(kept["zone_id"]))
    ]
    without = pd.DataFrame(each, columns=["without", "slope"])
    return CatchUp(
        kept,
        left,
        float(result.params[1]),
        float(low),
        float(high),
        without,
        _line(result, kept),
        "",
        zone_alone,
    )


def _robust(rows: pd.DataFrame):
    """Huber's line of growth above China's on the logarithm (base 2) of size."""
    # Loading takes a second, so only those who ask for a line pay for it.
    from statsmodels.robust.norms import HuberT
    from statsmodels.robust.robust_linear_model import RLM

    x = np.column_stack([np.ones(len(rows)), np.log2(rows["size"].to_numpy(dtype="float64"))])
    return RLM(rows["above_china"].to_numpy(dtype="float64"), x, M=HuberT()).fit()


def _line(result, rows: pd.DataFrame) -> pd.DataFrame:
    """The fitted line with the interval of its mean."""
    from scipy.stats import norm

    sizes = np.geomspace(rows["size"].min(), rows["size"].max(), STEPS)
    x = np.column_stack([np.ones(STEPS), np.log2(sizes)])
    middle = x @ result.params
    half = norm.ppf((1 + LEVEL) / 2) * np.sqrt(np.einsum("ij,jk,ik->i", x, result.cov_params(), x))
    return pd.DataFrame({"x": sizes, "y": middle, "low": middle - half, "high": middle + half})


@dataclass(frozen=True)
class Convergence:
    """Beta and sigma convergence of the Zhejiang cities."""

    beta: pd.DataFrame
    sigma: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per series: first and last year, cities, slope with interval, slopes without each city, sigma."""
        return self.beta.copy()

    def rests_on(self) -> str:
        """How many figures and cities, in one sentence."""
        return f"Rests on {int(self.beta['figures'].sum())} yearbook figures (grade A) of {int(self.beta['cities'].max())} cities."

    def plot(self, lang: str = "en") -> Chart:
        """The spread between the cities, year by year.

        How to read it: a falling line means that the cities became more alike.
        """
        from zoneplan.charts.kinds import lines

        ends = self.sigma.sort_values("x").groupby("label", sort=False)["y"].agg(["first", "last"])
        fell = int((ends["last"] < ends["first"]).sum())
        w, english = words(lang), words("en")
        said = {upper(english(f"figures.cities.{i}")): w(f"figures.cities.{i}") for i in SERIES}
        return lines(
            "compare_convergence",
            self.sigma.assign(label=self.sigma["label"].map(said)),
            title=w("figures.convergence.title", fell=fell, n=len(ends)),
            subtitle=w(
                "figures.convergence.subtitle",
                cities=int(self.beta["cities"].max()),
                first=self.sigma["x"].min(),
                last=self.sigma["x"].max(),
            ),
            sources=["zjyb"],
            unit=w("figures.convergence.unit"),
            note=w("figures.convergence.note"),
            lang=lang,
        )


def city_convergence(year_from: int = 2012, year_to: int = 2022) -> Convergence:
    """Did the poorer or smaller cities of Zhejiang catch up?

    Returns
    -------
    Convergence: for GDP, budget revenue and GDP a head (registered residents to 2015 and resident population from
    2016 are never mixed; a head is taken with residents only) the slope of average log growth on the log of the first
    year (``beta``, points of yearly growth for each doubling; negative: catching up), its 95 % t-interval, the range
    when one city is left out, and the standard deviation of logs in the first and the last year (``sigma``).

    Source: Barro and Sala-i-Martin (1992), Convergence, Journal of Political Economy 100.

    How to read it: eleven cities are few; a beta below zero alone may be regression to the mean, so sigma stands
    beside it.
    """
    panels = backtest.city_panels()
    gdp, heads = panels["gdp_nominal"], panels["population_resident"]
    per_head = gdp.rows().merge(heads.rows(), on=["unit_id", "year"], suffixes=("", "_people"))
    per_head = per_head.assign(value=per_head["value"] / per_head["value_people"])[
        ["unit_id", "year", "value"]
    ]
    series = zip(SERIES, (gdp, panel_of(per_head), panels["budget_revenue"]), strict=True)
    found = [
        _converged(upper(words("en")(f"figures.cities.{i}")), panel, year_from, year_to)
        for i, panel in series
    ]
    return Convergence(
        pd.DataFrame([b for b, _ in found]), pd.concat([s for _, s in found], ignore_index=True)
    )


def _converged(name: str, panel: Panel, year_from: int, year_to: int) -> tuple[dict, pd.DataFrame]:
    """Beta and sigma of one panel over the years in which every unit has a figure."""
    whole = (
        (panel.years >= year_from) & (panel.years <= year_to) & np.isfinite(panel.logs).all(axis=0)
    )
    years, logs = panel.years[whole], panel.logs[:, whole]
    span = int(years[-1] - years[0])
    start, growth = logs[:, 0] / np.log(2), 100 * (logs[:, -1] - logs[:, 0]) / span
    slope, low, high = _ols(start, growth)
    each = [_ols(np.delete(start, i), np.delete(growth, i))[0] for i in range(len(start))]
    sigma = 100 * logs.std(axis=0, ddof=1)
    beta = {
        "series": name,
        "first_year": int(years[0]),
        "last_year": int(years[-1]),
        "cities": len(start),
        "figures": int(logs.size),
        "beta": slope,
        "low": low,
        "high": high,
        "without_one_low": min(each),
        "without_one_high": max(each),
        "sigma_first": sigma[0],
        "sigma_last": sigma[-1],
        "source_id": "zjyb",
    }
    return beta, pd.DataFrame(
        {"label": name, "x": years.astype(int), "y": sigma, "source_id": "zjyb"}
    )


def _ols(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Slope of a straight line with its 95 % t-interval."""
    from scipy.stats import linregress, t

    line = linregress(x, y)
    half = t.ppf((1 + LEVEL) / 2, len(x) - 2) * line.stderr
    return float(line.slope), float(line.slope - half), float(line.slope + half)
