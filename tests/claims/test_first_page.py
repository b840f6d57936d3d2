"""Every headline figure of the Zhenan plan once more, from the tables with plain arithmetic.

Nothing here asks the library for a number but to compare it: files are read with ``csv``, chances
come from draws of their own (another random scheme, another way of joining the parts).
"""

from __future__ import annotations

import csv
from datetime import date
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from zoneplan.forecasting.classes import ReferenceClass
from zoneplan.forecasting.forecasts import forecast
from zoneplan.forecasting.settings import Settings

DATA = Path(__file__).resolve().parents[2] / "data"
DAY = "2018-11-05"
SIZE, COAST = ("county", "coastal_size_matched"), ("prefecture", "coastal_provinces")
PERCENTS = [1, *range(5, 100, 5), 99]
DRAWS = 400_000
# Which regions stand in for what.
CLASSES = {
    "gdp": (*SIZE, "gdp"),
    "industrial_value_added": (*SIZE, "secondary_value_added"),
    "fiscal_revenue_total": (*COAST, "budget_revenue"),
    "budget_revenue": (*COAST, "budget_revenue"),
    "trade_total": (*COAST, "trade_total"),
    "fixed_asset_investment": (*SIZE, "fixed_asset_investment"),
    "industrial_investment": (*SIZE, "fixed_asset_investment"),
    "fdi_actual": (*COAST, "fdi_actual"),
    "returned_merchant_funds": (*SIZE, "fixed_asset_investment"),
}


@lru_cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def promised(indicator: str, year: int = 2020) -> float:
    return next(float(r["value"]) for r in rows("plans/zhenan/targets")
                if r["target_id"] == f"{indicator}-{year}")  # fmt: skip


def stated(indicator: str) -> float:
    return next(float(r["stated_growth"]) for r in rows("plans/zhenan/targets")
                if r["target_id"] == f"{indicator}-2020")  # fmt: skip


def last_seen(indicator: str, kind: str = "level") -> tuple[int, float]:
    """The zone's last full-year figure from 2013 on that was known on the day."""
    found = [
        (int(r["year"]), float(r["value"])) for r in rows("plans/zhenan/observations")
        if r["indicator_id"] == indicator and r["kind"] == kind and r["period"] == "full_year"
        and int(r["year"]) >= 2013 and "" < r["known_from"] <= DAY
    ]  # fmt: skip
    return max(found)


def windows(
    level: str, name: str, series: str, horizon: int, day: str = DAY
) -> list[dict[str, str]]:
    found = [
        r for r in rows("reference/growth_reference")
        if (r["level"], r["reference_class"], r["indicator_id"]) == (level, name, series)
        and r["series"] == "as_printed" and int(r["horizon_years"]) == horizon
        and "" < r["known_from"] <= day
    ]  # fmt: skip
    return sorted(found, key=lambda r: int(r["end_year"]))


def quantiles(row: dict[str, str]) -> np.ndarray:
    return np.array([float(row[f"p{q:02d}"]) for q in PERCENTS])


def share_at_least(row: dict[str, str], growth: float) -> float:
    """The share of units of a window with so much growth, read between its printed percentiles."""
    return 1 - np.interp(growth, quantiles(row), PERCENTS) / 100


# What the plan asks ------------------------------------------------------------------------------


def test_the_plan_implies_a_base_of_209_17(plan):
    base = promised("gdp", 2018) / (1 + stated("gdp") / 100)
    assert round(base, 2) == 209.17
    assert plan.implied_base("gdp").mid == pytest.approx(base)


def test_gdp_needs_8_88_percent_from_one_base_and_7_16_from_the_other(made):
    year, seen = last_seen("gdp")
    assert (year, seen) == (2016, 204.72)
    implied = 100 * ((270 * 1.09 / 228) ** (1 / 3) - 1)
    observed = 100 * ((270 / seen) ** (1 / 4) - 1)
    assert (round(implied, 2), round(observed, 2)) == (8.88, 7.16)
    needed = made.needed_growth().rows.set_index("indicator_id").loc["gdp"]
    assert needed[["needed_implied", "needed_observed"]].tolist() == pytest.approx(
        [implied, observed]
    )


def test_the_record_of_counties_of_its_size_on_the_day_of_adoption(made):
    known = windows(*CLASSES["gdp"], 3, "2018-10-30")
    needed = 100 * ((270 * 1.09 / 228) ** (1 / 3) - 1)
    shares = [share_at_least(r, needed) for r in known]
    assert (known[0]["origin_year"], known[-1]["end_year"]) == ("2003", "2016")
    steps = made["gdp"].ladder().rows.set_index("step")["probability"]
    assert steps["all_windows"] == pytest.approx(np.mean(shares), abs=0.005)
    assert steps["last_window"] == pytest.approx(shares[-1], abs=0.005)
    # The tables print the share at 9 % themselves.
    assert shares[-1] == pytest.approx(float(known[-1]["share_ge_9pct"]), abs=0.03)


def test_dollars_become_yuan_at_the_mean_rates_of_both_ends():
    rate = {int(r["year"]): float(r["value"]) for r in rows("reference/exchange_rate")}
    printed = {int(r["end_year"]): r for r in windows(*SIZE, "exports", 3)}
    found = ReferenceClass(*SIZE, "exports", in_yuan=True).windows(3, date.fromisoformat(DAY))
    for row in found.itertuples():
        dollars = 1 + float(printed[row.end_year]["p50"]) / 100
        yuan = 100 * (dollars * (rate[row.end_year] / rate[row.origin_year]) ** (1 / 3) - 1)
        assert row.p50 == pytest.approx(yuan)
    assert len(found) >= 5


def test_how_late_growth_as_expected_would_come(made):
    late = made.needed_growth().rows.set_index("indicator_id")["late_implied"]
    for i, want in late.items():
        level, path, year = promised(i, 2018) / (1 + stated(i) / 100), _path(CLASSES[i], 2060), 2017
        while level < promised(i):
            year += 1
            level *= 1 + path[year]
        assert max(year - 2020, 0) == want, i


# What the audit says ------------------------------------------------------------------------------


def test_macroeconomic_ratios(plan):
    facts = plan.audit().rows.drop_duplicates("check").set_index("check")["facts"]
    grown = {
        i: 100 * ((promised(i) * (1 + stated(i) / 100) / promised(i, 2018)) ** (1 / 3) - 1)
        for i in ("gdp", "budget_revenue")
    }
    assert facts["buoyancy"]["ratio"] == f"{grown['budget_revenue'] / grown['gdp']:.1f}" == "1.7"
    seen = {int(r["year"]): float(r["value"]) for r in rows("plans/zhenan/observations")
            if r["indicator_id"] == "fixed_asset_investment" and r["kind"] == "level"
            and r["period"] == "full_year" and "" < r["known_from"] <= DAY
            and int(r["year"]) >= 2013}  # fmt: skip
    last, before = sorted(seen)[-1], sorted(seen)[-2]
    known = (seen[last] / seen[before]) ** (1 / (last - before))
    level, spent = seen[last] * known ** (2017 - last), 0.0
    for year in (2018, 2019, 2020):
        level *= 1 + promised("fixed_asset_investment", year) / 100
        spent += level
    assert facts["capital"]["share"] == f"{100 * level / 270:.0f}" == "85"
    assert facts["capital"]["ratio"] == f"{spent / (270 - 228 / 1.09):.1f}" == "9.8"
    assert facts["value added rate"]["change"] == f"{100 * (1 - (1.10 / 1.15) ** 3):.1f}" == "12.5"
    whole = max((int(r["year"]), float(r["value"])) for r in rows("plans/zhenan/observations")
                if r["indicator_id"] == "industrial_output_all" and r["kind"] == "level"
                and "" < r["known_from"] <= DAY and int(r["year"]) >= 2013)  # fmt: skip
    needed = 100 * ((800 / whole[1]) ** (1 / (2020 - whole[0])) - 1)
    assert facts["output bound"]["needed"][0] == f"{needed:.1f}" == "5.3"


# Chances by another road -------------------------------------------------------------------------


def _logs(class_: tuple[str, str, str]) -> tuple[np.ndarray, int]:
    """Log growth of the class median by year, and the last year of it."""
    known = windows(*class_, 1)
    return np.log1p([float(r["p50"]) / 100 for r in known]), int(known[-1]["end_year"])


def _smooth(logs: np.ndarray) -> float:
    weights = 0.5 ** np.arange(len(logs))[::-1]
    return float((weights * logs).sum() / weights.sum())


def _path(class_: tuple[str, str, str], to: int) -> dict[int, float]:
    """Growth by year, known and then slowing down."""
    known, (logs, last) = windows(*class_, 1), _logs(class_)
    path = {int(r["end_year"]): float(r["p50"]) / 100 for r in known}
    g = _smooth(logs)
    return path | {last + k: np.expm1(g / (1 + abs(g) * k)) for k in range(1, to - last + 1)}


def _errors(logs: np.ndarray) -> tuple[float, float]:
    """Standard deviation of one-year errors, and the worst one."""
    made = []
    for t in range(3, len(logs)):
        g = _smooth(logs[:t])
        made.append(logs[t] - g / (1 + abs(g)))
    made = np.array(made)
    weights = 0.5 ** (np.arange(len(made))[::-1] / 4)
    prior = (_smooth(logs) / 3) ** 2
    return float(np.sqrt((weights @ made**2 + prior) / (weights.sum() + 1))), float(
        min(made.min(), -0.02)
    )


def _common(class_: tuple[str, str, str], years: int, ahead: int, rng) -> np.ndarray:
    """Error of the common path cumulated over some years, of which the last so many are open."""
    logs, _ = _logs(class_)
    sd, shock = _errors(logs)
    k = min(years, ahead)
    if k == 0:
        return np.zeros(DRAWS)
    normal, chi = rng.standard_normal(DRAWS), rng.chisquare(8, DRAWS)
    bad = rng.random(DRAWS) < 1 - (13 / 14) ** k
    # Student's t with eight degrees of freedom as a normal over the root of a chi square.
    return sd * k**0.85 * np.sqrt(6 / 8) * normal / np.sqrt(chi / 8) + shock * bad


def _unit(class_: tuple[str, str, str], years: int, rng) -> np.ndarray:
    """How far a unit lies from the median over some years, from the last window of that length."""
    h = min(years, 3)
    row = windows(*class_, h)[-1]
    drawn = np.interp(100 * rng.random(DRAWS), PERCENTS, quantiles(row))
    return years * (np.log1p(drawn / 100) - np.log1p(float(row["p50"]) / 100))


@lru_cache
def host(series: str) -> tuple[float, float, float]:
    """The news of Wenzhou's half year: shift over three years, and what it leaves of both
    errors.
    """
    real = (*COAST, "gdp_real")
    path, (logs, known_to) = _path(real, 2018), _logs(real)
    beside = [r for r in rows("reference/context_observations")
              if r["entity_id"] == "wenzhou" and r["indicator_id"] == "gdp"
              and r["kind"] == "growth_real" and "" < r["known_from"] <= DAY]  # fmt: skip
    half = next(float(r["value"]) for r in beside if (r["year"], r["period"]) == ("2018", "h1"))
    own = {}
    for r in sorted(beside, key=lambda r: (r["grade"], r["row_id"])):
        if r["period"] == "full_year":
            own.setdefault(int(r["year"]), float(r["value"]))
    apart = [own[y] - 100 * path[y] for y in sorted(own) if y in path and y <= known_to][-3:]
    says = {r["predictors"]: r for r in rows("reference/host_prediction")
            if r["indicator_id"] == series and "" < r["known_from"] <= DAY}  # fmt: skip
    past = says.get("host past 3 years")
    past = float(past["coefficients"]) if past and float(past["mae_gain_percent"]) > 0 else 0.0
    beta = says["host first year of the span"]
    expected = 100 * path[2018] + past * np.mean(apart)
    s = _errors(logs)[0]
    printed = np.interp(np.arange(0.25, 100, 0.5), PERCENTS, quantiles(windows(*real, 1)[-1]))
    k = s**2 / (s**2 + np.std(np.log1p(printed / 100)) ** 2)
    surprise = np.log1p(half / 100) - np.log1p(expected / 100)
    over_three = (1 + 3**1.7 - 2**1.7) / 2
    shift = surprise * (k * over_three + (1 - k) * 3 * float(beta["coefficients"]))
    tied = over_three / np.sqrt(3**1.7)
    unit = np.sqrt(1 - (1 - k) * float(beta["r2_out_of_sample"]))
    return shift, np.sqrt(1 - k * tied**2), unit


def chance(indicator: str, base: str, with_host: bool = False) -> float:
    """The chance of the target of 2020, from draws of its own."""
    # One seed a question, of its name and not of its place.
    rng = np.random.default_rng([len(indicator), len(base), int(with_host)])
    class_, target = CLASSES[indicator], promised(indicator)
    _, known_to = _logs(class_)
    if base == "implied":
        year, first, growth = 2017, promised(indicator, 2018), stated(indicator)
        step = next(float(r["precision"]) for r in rows("plans/zhenan/targets")
                    if r["target_id"] == f"{indicator}-2018")  # fmt: skip
        low, high = (
            (first - step / 2) / (1 + (growth + 0.5) / 100),
            (first + step / 2) / (1 + (growth - 0.5) / 100),
        )
        start = rng.uniform(low, high, DRAWS)
    else:
        year, start = last_seen(indicator)
    years = 2020 - year
    path = _path(class_, 2020)
    middle = sum(np.log1p(path[y]) for y in range(year + 1, 2021))
    common = _common(class_, years, 2020 - max(known_to, year), rng)
    unit = _unit(class_, years, rng)
    if with_host:
        # From 2016 the surprise comes in the second year; what follows it is the same three years.
        shift, c, u = host(class_[2])
        common, unit, middle = c * common, u * unit, middle + shift
    return float((start * np.exp(middle + common + unit) >= target).mean())


def rate_chance(indicator: str, year: int) -> float:
    """The chance of a growth target of one year."""
    rng = np.random.default_rng([len(indicator), year])
    class_ = CLASSES[indicator]
    path = _path(class_, year)
    error = _common(class_, 1, int(year > _logs(class_)[1]), rng)
    drawn = np.log1p(path[year]) + error + _unit(class_, 1, rng)
    return float((100 * np.expm1(drawn) >= promised(indicator, year)).mean())


LEVELS = [
    "industrial_value_added",
    "fiscal_revenue_total",
    "budget_revenue",
    "trade_total",
    "fdi_actual",
]


@pytest.mark.parametrize("base", ["implied", "observed"])
@pytest.mark.parametrize("with_host", [False, True])
def test_the_chance_of_gdp(plan, made, base, with_host):
    theirs = forecast(plan, "gdp", base, settings=Settings(host=with_host)).probability(
        plan.target("gdp")
    )
    assert chance("gdp", base, with_host) == pytest.approx(theirs, abs=0.01)
    if with_host:
        assert made.of("gdp", base).probability(plan.target("gdp")) == theirs


@pytest.mark.parametrize("indicator", LEVELS)
@pytest.mark.parametrize("base", ["implied", "observed"])
def test_the_chance_of_the_other_levels(judged, indicator, base):
    theirs = judged.final().set_index("indicator_id").loc[indicator, f"probability_{base}"]
    if base == "observed" and indicator in ("fiscal_revenue_total", "fdi_actual"):
        assert np.isnan(theirs), "never observed"
        return
    # Counties were found to follow their host in GDP and in value added only.
    with_host = indicator == "industrial_value_added"
    assert chance(indicator, base, with_host) == pytest.approx(theirs, abs=0.01)


@pytest.mark.parametrize("indicator", ["fixed_asset_investment", "industrial_investment"])
@pytest.mark.parametrize("year", [2018, 2019, 2020])
def test_the_chance_of_investment(judged, indicator, year):
    theirs = judged.rows.set_index("target_id").loc[f"{indicator}-{year}", "probability"]
    assert rate_chance(indicator, year) == pytest.approx(theirs, abs=0.01)


def test_the_chance_of_nine_percent_real_growth_a_year(judged):
    class_, rng = (*COAST, "gdp_real"), np.random.default_rng(9)
    path = _path(class_, 2020)
    logs = sum(np.log1p(path[y]) for y in (2018, 2019, 2020))
    logs = logs + _common(class_, 3, 2020 - _logs(class_)[1], rng) + _unit(class_, 3, rng)
    theirs = judged.rows.set_index("target_id").loc["gdp_growth", "probability"]
    assert float((np.expm1(logs / 3) >= 0.09).mean()) == pytest.approx(theirs, abs=0.01)


# All together ------------------------------------------------------------------------------------

PLACES = [
    SIZE,
    COAST,
    ("prefecture_yearbook", "zhejiang"),
    ("prefecture", "china"),
    ("county", "china"),
]
ALSO = {"gdp": ["gdp_nominal"], "secondary_value_added": ["industrial_va"], "trade_total": []}
HEADLINES = [
    "gdp",
    "industrial_value_added",
    "fiscal_revenue_total",
    "budget_revenue",
    "trade_total",
]


def printed_correlation(one: str, two: str, component: str) -> float:
    """The rank correlation of two series in the best place that prints it, over its longest
    windows.
    """
    names = [{"trade_total": "exports"}.get(i, i) for i in (one, two)]
    for place in PLACES:
        for a in [names[0], *ALSO.get(names[0], [])]:
            for b in [names[1], *ALSO.get(names[1], [])]:
                found = [
                    r
                    for r in rows("reference/correlations")
                    if (r["level"], r["reference_class"]) == place
                    and r["component"] == component
                    and {r["indicator_a"], r["indicator_b"]} == {a, b}
                    and "" < r["known_from"] <= DAY
                ]
                if found:
                    best = max(
                        found,
                        key=lambda r: (int(r["horizon_years"]), int(r["last_origin"]), int(r["n"])),
                    )
                    return float(best["corr_spearman"])
    return 0.3


@pytest.mark.parametrize("base", ["implied", "observed"])
def test_the_chance_of_all_headline_targets(made, judged, base):
    rng = np.random.default_rng(7)
    spread = {
        i: (_common(CLASSES[i], 3, 2020 - max(_logs(CLASSES[i])[1], 2017), rng).std(),
            _unit(CLASSES[i], 3, rng).std())
        for i in HEADLINES
    }  # fmt: skip
    together = np.eye(5)
    for (a, one), (b, two) in combinations(enumerate(HEADLINES), 2):
        series = CLASSES[one][2], CLASSES[two][2]
        if series[0] == series[1]:
            r = 0.9
        else:
            medians, units = (printed_correlation(*series, c) for c in
                              ("class_median_growth_change", "unit_deviation"))  # fmt: skip
            (c1, u1), (c2, u2) = spread[one], spread[two]
            r = (medians * c1 * c2 + units * u1 * u2) / np.hypot(c1, u1) / np.hypot(c2, u2)
        together[a, b] = together[b, a] = r
    final = judged.final().set_index("indicator_id").loc[HEADLINES]
    alone = final[f"probability_{base}"].fillna(final["probability_implied"])
    drawn = rng.standard_normal((DRAWS, 5)) @ np.linalg.cholesky(together).T
    all_met = float((drawn > ndtri(1 - alone.to_numpy())).all(axis=1).mean())
    theirs = made.joint().rows.set_index(["base", "coupling"]).loc[(base, "middle"), "headline"]
    assert all_met == pytest.approx(theirs, abs=0.002)
    assert 0.005 < theirs < 0.03
    expected = sum(alone)
    listed = made.joint().listed
    assert expected == pytest.approx(listed[listed["headline"]][base].sum())
