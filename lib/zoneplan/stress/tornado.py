"""What decides the outcome: growth still needed, and one-way swings of each assumption."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.units import readable, shown_in
from zoneplan.forecasting import classes
from zoneplan.forecasting.forecasts import Assumptions, Base, Forecast, base_of, forecast
from zoneplan.messages import words
from zoneplan.plan.audit import cagr
from zoneplan.plan.document import known
from zoneplan.stress.drivers import BASE, SPAN, driver_name, drivers, shown
from zoneplan.stress.simulation import level_series
from zoneplan.text import num, odds_range, pct, upper

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.document import Plan

# A target that growth as expected does not reach within so many years counts as never reached.
LATEST = 30


@dataclass(frozen=True)
class NeededGrowth:
    """Growth needed from each base to the last target, how late it comes otherwise, and what similar regions did."""

    plan: Plan
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per indicator: needed growth (percent a year), years late and odds by base, the class's growth."""
        return self.rows.copy()

    def plot(self, lang: str = "en") -> Chart:
        """Needed growth against the class as a dumbbell per indicator."""
        from zoneplan.charts.kinds import needed_growth

        w, rows, plan = words(lang), self.rows, self.plan
        if rows.empty:
            raise ValueError("no level target of the last year is open and has a base and a class")
        harder = int((rows["needed_implied"] > rows["class_median"]).sum())
        chart = pd.DataFrame(
            {
                "label": [plan.name(i, lang) for i in rows["indicator_id"]],
                "needed": rows["needed_implied"],
                "achieved": rows["needed_observed"],
                "class_median": rows["class_median"],
            }
        )
        return needed_growth(
            "needed_growth",
            chart,
            title=w("figures.needed.title", harder=harder, n=len(rows)),
            subtitle=w("figures.needed.subtitle", year=plan.years[-1], zone=plan.zone(lang)),
            sources=["plan", *sorted(set(rows["source_id"]))],
            lang=lang,
        )


def needed_growth(plan: Plan) -> NeededGrowth:
    """Growth needed to reach each level target of the last year, from both bases, and how late it comes otherwise.

    ``needed = 100 ((target / base)^(1 / years) - 1)``, percent a year; ``late`` as in :func:`years_late`; ``odds`` of
    the forecast from the same base (0 to 1). What has no observed base has no such figures (missing); where the plan
    implies no base, the observed one stands in both places (:func:`zoneplan.forecasting.forecasts.base_of`).

    How to read it: a need above the class's P90 asks for what fewer than one region in ten achieved; three years late
    means that a zone growing as expected of its class gets there, but three years after the plan's end.
    """
    last = plan.years[-1]
    rows = []
    for i in level_series(plan):
        growth = classes.past_growth(classes.class_of(plan, i), last - plan.base_year, plan.as_of)
        if growth is None:
            continue
        bases = {kind: base_of(plan, i, kind) for kind in ("implied", "observed")}
        need = {
            f"needed_{kind}": cagr(b.level.mid, plan.target(i, last), last - b.year)
            if b
            else float("nan")
            for kind, b in bases.items()
        }
        late = {
            f"late_{kind}": years_late(plan, i, b) if b else float("nan")
            for kind, b in bases.items()
        }
        made = {kind: forecast(plan, i, kind) for kind in bases}
        chances = {
            f"odds_{kind}": f.odds(last, plan.target(i, last)) if f else float("nan")
            for kind, f in made.items()
        }
        p10, p50, p90 = growth.quantile([0.1, 0.5, 0.9])
        rows.append(
            {
                "indicator_id": i,
                "name": plan.name(i),
                **need,
                **late,
                **chances,
                "class_p10": p10,
                "class_median": p50,
                "class_p90": p90,
                "class": growth.class_.label,
                "source_id": growth.rows["source_id"].iloc[-1],
            }
        )
    return NeededGrowth(plan, pd.DataFrame(rows))


def years_late(plan: Plan, indicator_id: str, base: Base) -> float:
    """Years after the end of the plan in which the last target is first reached if growth is as expected of the class.

    The base is carried by the damped common path of the class (:func:`zoneplan.forecasting.classes.expected_path`), year by year,
    until the level is at least the target of the last year; figures are yearly, so the delay is in whole years.

    Parameters
    ----------
    plan : the plan, seen from a day.
    indicator_id : a level series with a reference class.
    base : where the path starts.

    Returns
    -------
    0 for on time (or earlier), infinity for not within 30 years.

    How to read it: 3 means that the target of 2020 is what 2023 brings if nothing but the usual happens.
    """
    last = plan.years[-1]
    path = classes.expected_path(classes.class_of(plan, indicator_id), plan.as_of, last + LATEST)
    levels = base.level.mid * (1 + path.loc[base.year + 1 :, "growth"] / 100).cumprod()
    reached = levels.index[levels >= plan.target(indicator_id, last)]
    return float(max(reached[0] - last, 0)) if len(reached) else float("inf")


@dataclass(frozen=True)
class Swings:
    """The value in the last year when one assumption at a time moves from its P10 to its P90.

    ``rows`` hold the kind of assumption (growth of a year, rounding of the base, which base), its two values and the
    level that each leads to.
    """

    indicator_id: str
    unit: str
    year: int
    centre: float
    target: float
    rows: pd.DataFrame

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Columns assumption, low, high (values of the last year), low_label, high_label, source_id, span; widest first.

        Values are in the printed unit; the words and the unit of the two labels are those of the language.
        """
        w, factor = words(lang), shown_in(self.unit, lang)[0]
        named = [w(f"figures.swing.{r.kind}", year=r.year) for r in self.rows.itertuples()]
        rows = self.rows.assign(assumption=named)
        for end in ("low", "high"):
            values = zip(rows["kind"], rows[f"{end}_at"], strict=True)
            rows[f"{end}_label"] = [
                pct(v, lang=lang) if k == "growth" else num(factor * v, 1 if factor == 1 else 2)
                for k, v in values
            ]
        return rows[["assumption", "low", "high", "low_label", "high_label", "source_id", "span"]]

    def plot(self, name: str, place: str, lang: str = "en") -> Chart:
        """The swings as a tornado around the central path; ``name`` and ``place`` are those of the language."""
        from zoneplan.charts.kinds import tornado

        w = words(lang)
        factor, unit = shown_in(self.unit, lang)
        rows = self.table(lang)
        rows[["low", "high", "span"]] *= factor
        widest = self.rows.iloc[0]
        top = w(f"figures.swing_short.{widest['kind']}", year=widest["year"])
        span = readable(0.0, self.unit, lang)[1].format(num(factor * widest["span"], 1))
        return tornado(
            f"swings_{self.indicator_id}",
            rows.assign(unit=unit),
            centre=factor * self.centre,
            target=factor * self.target,
            title=w("figures.swings.title", name=name, assumption=top, span=span),
            subtitle=w(
                "figures.swings.subtitle", name=name, year=self.year, place=place, unit=unit
            ),
            sources=["plan", *sorted(set(rows["source_id"]))],
            lang=lang,
        )


def swings(plan: Plan, indicator_id: str) -> Swings:
    """Move one assumption at a time from its P10 to its P90 and read the level of the last year.

    The central path is the implied base carried by the median one-year growth expected of similar regions.
    Growth of each year swings over its P10 to P90; the base swings over its rounding interval and, where the
    zone was observed, to the last observed level carried to the base year by the class.

    Returns
    -------
    Swings, widest first.

    Raises
    ------
    ValueError
        The series has no reference class or no implied base.

    How to read it: the longest bar is the assumption to argue about first. Bars cannot be added up: one-way
    swings ignore that good and bad years come together.
    """
    base = base_of(plan, indicator_id, "implied")
    class_, last = classes.class_of(plan, indicator_id), plan.years[-1]
    years = range(base.year + 1, last + 1) if base and class_ else ()
    growth = {y: classes.coming_growth(class_, 1, plan.as_of, y) for y in years}
    if not growth or None in growth.values():
        raise ValueError(
            f"{indicator_id!r} has no reference class, no base or no year to come, so there is nothing to swing"
        )
    spread = {y: g.quantile([0.1, 0.5, 0.9]) for y, g in growth.items()}
    centre = base.level.mid * float(np.prod([1 + q[1] / 100 for q in spread.values()]))
    source = growth[plan.years[-1]].rows["source_id"].iloc[-1]
    rows = []
    for y, (q10, q50, q90) in spread.items():
        ends = (centre * (1 + q / 100) / (1 + q50 / 100) for q in (q10, q90))
        rows.append(("growth", y, *ends, q10, q90, source))
    low, high = base.level.low, base.level.high
    if low < high:
        rows.append(
            (
                "rounding",
                base.year,
                centre * low / base.level.mid,
                centre * high / base.level.mid,
                low,
                high,
                "plan",
            )
        )
    seen = base_of(plan, indicator_id, "observed")
    if seen is not None and seen != base:
        path = classes.expected_path(class_, plan.as_of, base.year)
        carried = seen.level.mid * float(
            (1 + path.loc[seen.year + 1 : base.year, "growth"] / 100).prod()
        )
        ends = sorted([carried, base.level.mid])
        rows.append(
            ("base", seen.year, *(centre * e / base.level.mid for e in ends), *ends, seen.source_id)
        )
    table = pd.DataFrame(
        rows, columns=["kind", "year", "low", "high", "low_at", "high_at", "source_id"]
    )
    table = table.assign(span=table["high"] - table["low"]).sort_values(
        "span", ascending=False, kind="stable"
    )
    unit = str(plan.annex(indicator_id)["unit"].iloc[0])
    return Swings(
        indicator_id,
        unit,
        plan.years[-1],
        centre,
        plan.target(indicator_id, plan.years[-1]),
        table.reset_index(drop=True),
    )


@dataclass(frozen=True)
class DriverPanels:
    """What each driver moves in each level series of the plan, with its share of the uncertainty."""

    last: int
    rows: pd.DataFrame
    name_zh: Mapping[str, str] = field(default_factory=dict)

    def table(self) -> pd.DataFrame:
        """Columns indicator_id, label, driver, low, high, target (percent from the middle), share (0 to 1)."""
        return self.rows.copy()

    def plot(self, lang: str = "en") -> Chart:
        """One small panel per series: the tornado with the shares beside it."""
        from zoneplan.charts.kinds import driver_panels

        w = words(lang)
        if self.rows.empty:
            raise ValueError("no level target of the last year is open and has a base and a class")
        main = self.rows.loc[
            self.rows.groupby("indicator_id", sort=False)["share"].idxmax(), "driver"
        ]
        word, n = main.mode().iloc[0], len(main)
        labels = self.rows["label"] if lang == "en" else self.rows["indicator_id"].map(self.name_zh)
        drawn = self.rows.assign(
            label=labels, driver=[driver_name(d, lang) for d in self.rows["driver"]]
        )
        return driver_panels(
            "swings_all",
            drawn.drop(columns="indicator_id"),
            title=upper(
                w(
                    "figures.panels.title",
                    driver=driver_name(word, lang),
                    k=int((main == word).sum()),
                    n=n,
                )
            ),
            subtitle=w("figures.panels.subtitle", year=self.last),
            sources=["plan", "cityyb"],
            lang=lang,
        )


def panels(plan: Plan) -> DriverPanels:
    """Swings and variance shares of every level series, on one scale.

    With the drivers of :func:`zoneplan.stress.drivers.drivers`, normal in logs: a driver with standard deviation ``s`` moves
    the level by ``exp(-1.28 s) - 1`` to ``exp(1.28 s) - 1``; the target lies ``exp(goal - middle) - 1`` away; shares
    are ``cov(x_k, S) / var(S)``.

    How to read it: long bars far from the target are worth no argument; a bar that crosses it is.
    """
    rows = []
    for i in level_series(plan):
        model = drivers(plan, i)
        share = model.covariance.sum(axis=1) / model.covariance.sum()
        gap = 100 * np.expm1(model.goal - model.mean.sum())
        for name, sd, part in zip(model.names, model.sd, share, strict=True):
            low, high = 100 * np.expm1(np.array([-1, 1]) * SPAN / 2 * sd)
            rows.append((i, plan.name(i), name, low, high, gap, part))
    columns = ["indicator_id", "label", "driver", "low", "high", "target", "share"]
    return DriverPanels(
        plan.years[-1],
        pd.DataFrame(rows, columns=columns),
        {i: plan.name(i, "zh") for i in level_series(plan)},
    )


def one_page(plan: Plan, judged: Verdicts | None = None) -> pd.DataFrame:
    """Every target of the last year that growth decides, on one page; ``judged`` are the verdicts, if they are at hand.

    Returns columns indicator_id, name_en, target, unit, odds (as text, over both bases), needed_growth (percent a year
    from the headline base, or the promised rate), main_driver with its share of the variance, and breaks_when: below
    which value of the main driver the target is missed if all else comes as expected.

    A rate depends on the growth of its own year alone.

    How to read it: if the expected value stands below the bound, the target needs luck already.
    """
    rows = []
    for line in (judged or plan.verdicts()).assessable().itertuples():
        made = forecast(plan, line.indicator_id)
        if made is None:
            continue
        if made.base is None:
            name, share = f"growth {int(line.year)}", 1.0
            bound, middle = line.target, line.q50
        else:
            model = drivers(plan, line.indicator_id)
            parts = model.covariance.sum(axis=1) / model.covariance.sum()
            k = int(parts.argmax())
            name, share, others = model.names[k], float(parts[k]), model.mean.sum() - model.mean[k]
            bound, middle = shown(model, name, np.array([model.goal - others, model.mean[k]]))
        unit = line.unit if name == BASE else "%"
        breaks = f"{name} below {num(bound)} {unit}, expected {num(middle)} {unit}"
        chances = odds_range(line.probability_low, line.probability_high)
        rows.append(
            (
                line.indicator_id,
                line.name_en,
                line.target,
                line.unit,
                chances,
                line.needed_growth,
                f"{name} ({pct(100 * share, 0)})",
                breaks,
            )
        )
    columns = [
        "indicator_id",
        "name_en",
        "target",
        "unit",
        "odds",
        "needed_growth",
        "main_driver",
        "breaks_when",
    ]
    return pd.DataFrame(rows, columns=columns)


# Other classes that could stand in for the zone: larger regions of its coast, of its province, of the country.
SCOPES = {
    "coastal prefectures": ("prefecture", "coastal_provinces"),
    "Zhejiang prefectures": ("prefecture", "zhejiang"),
    "all counties": ("county", "china"),
}
# The host's growth in the first half of the plan's first year, where it is of the kind of the target.
FIRST_HALF = {
    "fiscal_revenue_total": "growth_nominal",
    "budget_revenue": "growth_nominal",
    "trade_total": "growth_nominal",
    "fixed_asset_investment": "growth_nominal",
}


# Without any odds the number could still move them from zero to one.
ANYWHERE = 100.0


@dataclass(frozen=True)
class Decomposition:
    """The odds of one target when one choice at a time is made otherwise."""

    indicator_id: str
    class_: classes.ReferenceClass
    rows: pd.DataFrame

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Columns choice (base, scope, price basis, trend, first half), otherwise, odds, change (points)."""
        w = words(lang)

        def told(choice: str, facts: dict) -> str:
            if choice == "headline":
                return self.class_.said(lang)
            region = {"region": w(f"common.region.{facts['region']}")} if "region" in facts else {}
            rate = {"rate": pct(facts["rate"], lang=lang)} if "rate" in facts else {}
            return w(f"sensitivity.otherwise.{choice}", **facts | region | rate)

        said = {
            "choice": [w(f"sensitivity.choice.{c}") for c in self.rows["choice"]],
            "otherwise": [told(r.choice, r.facts) for r in self.rows.itertuples()],
        }
        return pd.DataFrame(said).join(self.rows[["odds", "change"]])


def decomposition(plan: Plan, indicator_id: str) -> Decomposition:
    """What the odds of the last year's target owe to the base, the scope, the price basis and the trend.

    Each choice is changed alone, all else as in the headline: the base to the observed one; the scope of the
    class to wider regions; the price basis from current to constant prices, within one class (GDP only: no other
    real class exists); the trend from fading growth to the class's last known growth going on; the first year to
    the host's reported first half, where that is of the same kind.

    Raises
    ------
    ValueError
        The series has no odds.

    How to read it: the largest change names the choice that a critic should attack first.
    """
    year, head = plan.years[-1], forecast(plan, indicator_id)
    if head is None or year not in head.growth:
        raise ValueError(
            f"{indicator_id!r} has no odds, or its last year is known, so there is nothing to take apart"
        )
    target = plan.goal(indicator_id, year)
    class_ = head.growth[year].class_
    # What the odds are measured against: the headline, but for prices the same class at current prices.
    against = head.odds(year, target)
    rows = [("headline", {}, against, 0.0)]
    for choice, facts, assumed, start in _otherwise(plan, head, class_):
        made = forecast(plan, indicator_id, assumed)
        if made is None or year not in made.growth:
            continue
        before = (
            against if start is None else forecast(plan, indicator_id, start).odds(year, target)
        )
        odds = made.odds(year, target)
        rows.append((choice, facts, odds, 100 * (odds - before)))
    return Decomposition(
        indicator_id, class_, pd.DataFrame(rows, columns=["choice", "facts", "odds", "change"])
    )


def _otherwise(plan: Plan, head: Forecast, class_: classes.ReferenceClass) -> list[tuple]:
    """(choice, facts, assumptions, assumptions to compare with or None) for every choice made otherwise."""
    out = []
    if head.base is not None and base_of(plan, head.indicator_id, "observed") not in (
        None,
        head.base,
    ):
        out.append(("base", {}, Assumptions(base="observed"), None))
    for label, (level, name) in SCOPES.items():
        if (level, name) != (class_.level, class_.name):
            other = dataclasses.replace(class_, level=level, name=name, label=label)
            out.append(("scope", {"region": f"{level}_{name}"}, Assumptions(class_=other), None))
    if class_.indicator_id == "gdp":
        nominal = dataclasses.replace(class_, level="prefecture", name="coastal_provinces")
        real = dataclasses.replace(nominal, indicator_id="gdp_real")
        region = f"{nominal.level}_{nominal.name}"
        out.append(
            (
                "price_basis",
                {"region": region},
                Assumptions(class_=real),
                Assumptions(class_=nominal),
            )
        )
    path = classes.expected_path(class_, plan.as_of, plan.years[-1])
    last = path.loc[path["known"], "growth"].iloc[-1]
    ahead = path.loc[~path["known"], "growth"]
    out.append(("trend", {"rate": last}, Assumptions(extra=dict(last - ahead)), None))
    half = first_half(plan, head.indicator_id)
    if half is not None:
        first = plan.years[0]
        extra = {first: half - float(path.loc[first, "growth"])}
        out.append(("first_half", {"rate": half, "year": first}, Assumptions(extra=extra), None))
    return out


def first_half(plan: Plan, indicator_id: str) -> float | None:
    """The host city's growth in the first half of the plan's first year, percent, if it was known on the day."""
    rows = known(tables.read("context_observations"), plan.as_of)
    rows = rows[
        (rows["entity_id"] == plan.host)
        & (rows["indicator_id"] == indicator_id)
        & (rows["year"] == plan.years[0])
        & (rows["period"] == "h1")
        & (rows["kind"] == FIRST_HALF.get(indicator_id))
    ].sort_values(["grade", "row_id"])
    return None if rows.empty else float(rows["value"].iloc[0])


def missing_numbers(plan: Plan, judged: Verdicts | None = None) -> pd.DataFrame:
    """Which unpublished number would move the odds most; ``judged`` are the verdicts, if they are at hand.

    For a target with an observed base the missing number is the level of the base year: the odds are read with
    that level at the P10 and the P90 of what the class's growth makes of the observed one. A target without odds
    could land anywhere, so its missing number comes first.

    Returns columns indicator_id, name_en, missing_number, odds (headline), odds_low, odds_high (with the number
    known low or high) and points (how far it could move the odds).

    How to read it: ask for the numbers at the top first.
    """
    rows = []
    for line in (judged or plan.verdicts()).final().itertuples():
        if line.evidence == "administrative":
            continue
        low, high = _with_base_known(plan, line.indicator_id)
        points = ANYWHERE if np.isnan(line.probability_low) else 100 * (high - low)
        rows.append(
            (
                line.indicator_id,
                line.name_en,
                line.missing_number,
                line.probability_implied,
                low,
                high,
                points,
            )
        )
    columns = [
        "indicator_id",
        "name_en",
        "missing_number",
        "odds",
        "odds_low",
        "odds_high",
        "points",
    ]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        "points", ascending=False, kind="stable", na_position="last"
    ).reset_index(drop=True)


def _with_base_known(plan: Plan, indicator_id: str) -> tuple[float, float]:
    """Odds if the level of the base year turned out low (P10) or high (P90); missing where nothing tells the range."""
    head, seen = forecast(plan, indicator_id), base_of(plan, indicator_id, "observed")
    ahead = 0 if seen is None else plan.base_year - seen.year
    if head is None or head.base is None or ahead < 1:
        return np.nan, np.nan
    growth = classes.coming_growth(
        classes.class_of(plan, indicator_id), ahead, plan.as_of, plan.base_year
    )
    levels = seen.level.mid * (1 + growth.quantile([0.1, 0.9]) / 100) ** ahead
    year = plan.years[-1]
    made = [forecast(plan, indicator_id, Assumptions(level=float(level))) for level in levels]
    return tuple(m.odds(year, plan.goal(indicator_id, year)) for m in made)
