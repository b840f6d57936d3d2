"""Can the method be trusted? Forecasts made again from every earlier year, and how they turned out.

A forecast from an origin sees nothing later. Units of one origin share their shocks, so origins,
not units, are the independent cases: every band is a bootstrap over origins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from zoneplan.data import cities, tables
from zoneplan.data.panel import Panel
from zoneplan.forecasting import baselines
from zoneplan.forecasting.panel_model import QUANTILES, Settings, learn, odds
from zoneplan.messages import words

METHOD = "zoneplan"
HORIZON = 3
BENCH = tables.project_dir() / "reports" / "bench"
HOST = "330300"
# The series of the Zhejiang cities as a reader calls them.
SERIES = {
    i: words("en")(f"figures.cities.{i}")
    for i in (
        "gdp_nominal",
        "industrial_va",
        "secondary_va",
        "fiscal_revenue_total",
        "budget_revenue",
        "budget_expenditure",
        "fai_total",
        "retail_sales",
        "exports",
        "imports",
        "population_resident",
        "population_registered",
    )
}
# Central intervals by their share, as bounds.
INTERVALS = {50: ("q25", "q75"), 80: ("q10", "q90"), 90: ("q05", "q95")}
PSEUDO = (25, 50, 75, 90)
RESAMPLES = 2000
SEED = 20181030
# Odds are compared with outcomes in bins of a fifth.
BINS = np.linspace(0, 1, 6)


@dataclass(frozen=True)
class Scores:
    """Forecasts beside outcomes: one row per method, unit, origin and year, the same cases for
    every method.
    """

    rows: pd.DataFrame
    fallbacks: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """By method and horizon: loss, coverage of the 50, 80 and 90 % intervals (percent), cases,
        origins.

        ``loss`` is the mean pinball loss of the logarithm over the quantiles from 5 to 95 %, times
        100: roughly percent of the level. Every origin counts the same.
        """
        return self._mean(["method", "horizon"])

    def where(self, keep: pd.Series) -> Scores:
        """The cases marked in a boolean series over ``rows``."""
        return Scores(self.rows[keep].reset_index(drop=True), self.fallbacks)

    def by_origin(self) -> pd.DataFrame:
        """The same by method, horizon and origin."""
        return self._by_origin(["method", "horizon", "origin_year"])

    def skill(self, against: str) -> pd.DataFrame:
        """How much smaller each method's loss is than another's, percent, with a 90 % band over
        origins.

        ``skill = 100 (1 - loss / loss of the other)``; low and high are the 5th and 95th percentile
        when origins are drawn anew with replacement.

        How to read it: a band that spans zero means that so few origins cannot tell the two apart.
        """
        losses = self.by_origin().pivot(
            index="origin_year", columns=["method", "horizon"], values="loss"
        )
        rows = []
        for method, horizon in losses.columns:
            if method == against:
                continue
            pair = losses[[(method, horizon), (against, horizon)]].dropna().to_numpy()
            drawn = np.random.default_rng(SEED).integers(0, len(pair), (RESAMPLES, len(pair)))
            means = pair[drawn].mean(axis=1)
            low, high = np.quantile(1 - means[:, 0] / means[:, 1], [0.05, 0.95])
            skill = 1 - pair[:, 0].mean() / pair[:, 1].mean()
            rows.append((method, horizon, 100 * skill, 100 * low, 100 * high, len(pair)))
        table = pd.DataFrame(rows, columns=["method", "horizon", "skill", "low", "high", "origins"])
        return table.sort_values(["horizon", "skill"], ascending=[True, False], ignore_index=True)

    def _by_origin(self, keys: list[str]) -> pd.DataFrame:
        inside = {f"coverage{share}": self._inside(share) for share in INTERVALS}
        grouped = self.rows.assign(**inside).groupby(keys, sort=False)
        means = grouped[["loss", *inside]].mean()
        return means.assign(cases=grouped.size()).reset_index()

    def _mean(self, keys: list[str]) -> pd.DataFrame:
        grouped = self._by_origin([*keys, "origin_year"]).groupby(keys, sort=False)
        means = grouped[["loss", *(f"coverage{share}" for share in INTERVALS)]].mean()
        return means.assign(cases=grouped["cases"].sum(), origins=grouped.size()).reset_index()

    def _inside(self, share: int) -> pd.Series:
        low, high = INTERVALS[share]
        return 100.0 * self.rows["actual"].between(self.rows[low], self.rows[high])


def rolling(
    panel: Panel,
    origins: Iterable[int],
    horizon: int,
    methods: Sequence[str],
    settings: Settings | None = None,
) -> Scores:
    """Forecast a panel again from every origin, by every method, and score what came.

    Parameters
    ----------
    panel : yearly levels.
    origins : last years known to the forecasts.
    horizon : years ahead.
    methods : ``zoneplan`` and any of :data:`zoneplan.forecasting.baselines.METHODS`.
    settings : constants of the panel method other than those shipped.

    Returns
    -------
    Scores of the units known in the origin's year, where the outcome is known and every method
    gives an interval.

    Raises
    ------
    ValueError
        A method is unknown, or no case is left.
    """
    parts, fallbacks = [], []
    for origin in origins:
        seen = panel.until(origin)
        for method in methods:
            made, count = _made(seen, origin + horizon, method, settings)
            parts.append(made[made["origin_year"] == origin].assign(method=method))
            fallbacks.append((method, origin, *count))
    table = pd.concat(parts, ignore_index=True).dropna(subset=list(QUANTILES))
    rows = judged(table, panel)
    complete = rows.groupby(["unit_id", "origin_year", "year"])["method"].transform("size") == len(
        methods
    )
    if not complete.any():
        raise ValueError(
            f"no outcome after the origins {list(origins)} that every method has an interval for"
        )
    counts = pd.DataFrame(fallbacks, columns=["method", "origin_year", "too_short", "blown_up"])
    return Scores(rows[complete].reset_index(drop=True), counts)


def _made(
    seen: Panel, to: int, method: str, settings: Settings | None
) -> tuple[pd.DataFrame, tuple[int, int]]:
    if method == METHOD:
        return learn(seen, to, settings).forecast(seen).table(), (0, 0)
    made = baselines.baseline(seen, to, method)
    return made.table(), (made.too_short, made.blown_up)


def judged(table: pd.DataFrame, panel: Panel) -> pd.DataFrame:
    """Forecasts beside the outcomes of a panel: adds horizon, actual and loss; drops what has no
    outcome.
    """
    rows = table.merge(panel.rows().rename(columns={"value": "actual"}), on=["unit_id", "year"])
    rows = rows.assign(horizon=rows["year"] - rows["origin_year"])
    return rows.assign(loss=pinball(rows["actual"].to_numpy(), rows[list(QUANTILES)].to_numpy()))


def pinball(actual: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Mean pinball loss of log levels over the quantile levels, times 100, for each case.

    ``(1 / m) sum_tau max(tau (y - q), (tau - 1) (y - q))`` with ``y`` and ``q`` logarithms.

    Source: Koenker and Bassett (1978); computed by scoringrules.
    """
    from scoringrules import quantile_score

    levels = np.array(list(QUANTILES.values()))
    scores = quantile_score(
        np.log(actual)[:, None], np.log(quantiles), np.broadcast_to(levels, quantiles.shape)
    )
    return 100 * scores.mean(axis=1)


def saved_bench(name: str) -> pd.DataFrame:
    """A table that ``make bench-forecast`` wrote last:

    ``forecast`` (a panel by choice) or ``cities`` (as shipped).

    How to read it: ``cities`` is made of the figures at hand and can be computed again; the panel
    behind ``forecast`` is not shipped.
    """
    return pd.read_csv(BENCH / f"{name}.csv")


def city_panels() -> dict[str, Panel]:
    """The Zhejiang cities as their yearbooks printed them, one panel per series."""
    return cities.city_panels(SERIES)


def described(panels: Mapping[str, Panel]) -> pd.DataFrame:
    """What each panel holds: series, first and last year, units and figures."""
    rows = [
        (SERIES.get(n, n), p.years[0], p.years[-1], len(p.units), int(np.isfinite(p.logs).sum()))
        for n, p in panels.items()
    ]
    return pd.DataFrame(rows, columns=["series", "first_year", "last_year", "units", "figures"])


def back_test(
    panels: Mapping[str, Panel], methods: Sequence[str], horizon: int = HORIZON
) -> dict[str, Scores]:
    """:func:`rolling` of every panel from every year that has two before it and one after it.

    Panels without such a year are left out.
    """
    spans = {name: range(int(p.years[0]) + 2, int(p.years[-1])) for name, p in panels.items()}
    return {
        name: rolling(panels[name], span, horizon, methods)
        for name, span in spans.items()
        if len(span)
    }


def all_tables(tests: Mapping[str, Scores]) -> pd.DataFrame:
    """The tables of several panels below each other, with the panel's name in front."""
    return pd.concat(
        [t.table().assign(panel=name) for name, t in tests.items() if len(t.rows)],
        ignore_index=True,
    )


def contest(table: pd.DataFrame, horizon: int = HORIZON) -> pd.DataFrame:
    """One row per panel: our loss and coverage at a horizon, and the loss as a multiple of each
    other method's.

    Parameters
    ----------
    table : of :func:`all_tables`, or :func:`saved_bench` of the cities.

    How to read it: 0.8 under ``drift`` means that the errors are a fifth smaller than those of
    drift.
    """
    at = table[table["horizon"] == horizon]
    ours = at[at["method"] == METHOD].set_index("panel")
    losses = at.pivot(index="panel", columns="method", values="loss").reindex(ours.index)
    others = [m for m in dict.fromkeys(at["method"]) if m != METHOD]
    ratios = losses[others].rdiv(ours["loss"], axis=0)
    return ours[["origins", "cases", "loss", "coverage50", "coverage80"]].join(ratios).reset_index()


# Constants of the panel method, each with a value well below and well above the one shipped.
STRESSED: list[tuple[str, Any, Any]] = [
    ("longest_lag", 5, 10),
    ("fading", (0.3, 0.7), (0.5, 0.9)),
    ("half_life", 6.0, 24.0),
    ("cut", 2.5, 4.0),
    ("wild", 4.0, 10.0),
    ("floor", 0.005, 0.1),
    ("scale_weight", 2.0, 8.0),
    ("origins", 3, 10),
    ("tail_weight", 20.0, 180.0),
    ("tail_freedom", 3.0, 10.0),
    ("speed_power", 6.0, 24.0),
    ("growth_share", 0.2, 0.5),
    ("step_share", 0.25, 1.0),
    ("path_weight", 1.0, 6.0),
    ("widening", 0.5, 1.2),
    ("path_half_life", 6.0, 24.0),
    ("path_freedom", 4.0, 30.0),
    ("bad_share", 0.0, 1 / 6),
    ("bad_size", 1.5, 4.0),
    ("median_error", 0.6, 2.5),
    ("shift", 0.25, 0.75),
    ("ridge", 0.01, 0.2),
    ("trend_years", 1.0, 16.0),
    ("mix_power", 0.0, 40.0),
    ("mix_years", 0.5, 8.0),
    ("sparse", 1.0, 4.0),
]


def stress(panel: Panel, origins: Sequence[int], horizon: int) -> pd.DataFrame:
    """What becomes of loss and coverage at a horizon when one constant of the method at a time is
    set otherwise.

    Returns columns constant, value, loss, change (percent of the loss as shipped) and coverage80,
    the shipped setting first.

    How to read it: small changes everywhere mean that no constant was tuned to these data.
    """

    def measured(settings: Settings) -> pd.Series:
        scores = rolling(panel, origins, horizon, [METHOD], settings)
        return scores.table().set_index("horizon").loc[horizon]

    shipped = measured(Settings())
    rows = [("as shipped", np.nan, shipped["loss"], 0.0, shipped["coverage80"])]
    for name, *values in STRESSED:
        for value in values:
            found = measured(replace(Settings(), **{name: value}))
            rows.append(
                (
                    name,
                    value,
                    found["loss"],
                    100 * (found["loss"] / shipped["loss"] - 1),
                    found["coverage80"],
                )
            )
    return pd.DataFrame(rows, columns=["constant", "value", "loss", "change", "coverage80"])


@dataclass(frozen=True)
class Reliability:
    """Odds of targets set on purpose, beside how often they were met."""

    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """By bin of the odds: mean odds, share met, cases and origins (all shares from 0 to 1)."""
        bins = pd.cut(self.rows["odds"], BINS, include_lowest=True)
        grouped = self.rows.groupby(bins, observed=True)
        table = (
            grouped[["odds", "met"]]
            .mean()
            .assign(cases=grouped.size(), origins=grouped["origin_year"].nunique())
        )
        return table.reset_index(drop=True)

    def worst_gap(self) -> float:
        """Largest distance between odds and share met over the bins."""
        table = self.table()
        return float((table["odds"] - table["met"]).abs().max())

    def brier(self) -> dict[str, float]:
        """Brier score of the odds, of the base rate known at the origin, and the skill of the one
        over the other.

        The base rate of a target at the class's p-th percentile of past growth is that ``1 - p`` of
        the units reached it. ``hindsight`` is the score of the share that was reached in the end,
        one for each percentile.
        """
        from scoringrules import brier_score

        rows = self.rows
        final = rows.groupby("percentile")["met"].transform("mean")
        rules = {
            "odds": rows["odds"],
            "base_rate": 1 - rows["percentile"] / 100,
            "hindsight": final,
        }
        met = rows["met"].to_numpy()
        scores = {}
        for name, said in rules.items():
            p = said.to_numpy()
            # A share of units that met it is so many ones and so many noughts.
            each = met * brier_score(np.ones(len(p)), p) + (1 - met) * brier_score(
                np.zeros(len(p)), p
            )
            scores[name] = float(each.mean())
        return scores | {"skill": 1 - scores["odds"] / scores["base_rate"]}


def pseudo_targets(panel: Panel, origins: Iterable[int], horizon: int) -> Reliability:
    """Set every unit the targets that its class's past growth suggests, and see whether the odds
    hold.

    At each origin the targets are the unit's level grown at the 25th, 50th, 75th and 90th
    percentile of the growth that units had over the ``horizon`` years before.

    Returns
    -------
    Reliability with one case per unit, origin and percentile.

    How to read it: of targets given 30 % about three in ten should be met; origins share shocks, so
    a handful of them cannot lie exactly on the line.
    """
    parts = []
    for origin in origins:
        seen = panel.until(origin)
        before = seen.on(np.array([origin - horizon, origin]))
        grown = before[:, 1] - before[:, 0]
        table = learn(seen, origin + horizon).forecast(seen).table()
        table = judged(
            table[(table["origin_year"] == origin) & (table["year"] == origin + horizon)], panel
        )
        start = (
            pd.Series(np.exp(before[:, 1]), index=seen.units).reindex(table["unit_id"]).to_numpy()
        )
        for p in PSEUDO:
            targets = start * np.exp(np.nanpercentile(grown, p))
            said = odds(table[list(QUANTILES)].to_numpy(), targets)
            met = (table["actual"].to_numpy() >= targets).astype("float64")
            keys = {"origin_year": origin, "percentile": p}
            parts.append(pd.DataFrame(keys | {"odds": said, "met": met}))
    return Reliability(pd.concat(parts, ignore_index=True))
