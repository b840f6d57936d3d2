"""One assumption at a time: how far each moves the last year, and below which value a target breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan.data.units import readable, shown_in
from zoneplan.forecasting.chances import Chances
from zoneplan.forecasting.distribution import coming_growth, expected_path
from zoneplan.forecasting.forecasts import ForecastTable, base_of
from zoneplan.messages import words
from zoneplan.stress.drivers import BASE, SPAN, driver_name, drivers, shown
from zoneplan.text import num, odds_range, pct, upper

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart


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


def swings(table: ForecastTable, indicator_id: str) -> Swings:
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
    plan = table.plan
    base = base_of(plan, indicator_id, "implied")
    class_, last = table.class_of(indicator_id), plan.years[-1]
    years = range(base.year + 1, last + 1) if base and class_ else ()
    growth = {y: coming_growth(class_, 1, plan.as_of, y) for y in years}
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
        path = expected_path(class_, plan.as_of, base.year)
        carried = seen.level.mid * float(
            (1 + path.loc[seen.year + 1 : base.year, "growth"] / 100).prod()
        )
        ends = sorted([carried, base.level.mid])
        rows.append(
            ("base", seen.year, *(centre * e / base.level.mid for e in ends), *ends, seen.source_id)
        )
    frame = pd.DataFrame(
        rows, columns=["kind", "year", "low", "high", "low_at", "high_at", "source_id"]
    )
    frame = frame.assign(span=frame["high"] - frame["low"]).sort_values(
        "span", ascending=False, kind="stable"
    )
    unit = str(plan.annex(indicator_id)["unit"].iloc[0])
    return Swings(
        indicator_id,
        unit,
        plan.years[-1],
        centre,
        plan.target(indicator_id, last).value,
        frame.reset_index(drop=True),
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


def panels(table: ForecastTable) -> DriverPanels:
    """Swings and variance shares of every level series, on one scale.

    With the drivers of :func:`zoneplan.stress.drivers.drivers`, normal in logs: a driver with standard deviation ``s`` moves
    the level by ``exp(-1.28 s) - 1`` to ``exp(1.28 s) - 1``; the target lies ``exp(goal - middle) - 1`` away; shares
    are ``cov(x_k, S) / var(S)``.

    How to read it: long bars far from the target are worth no argument; a bar that crosses it is.
    """
    plan, rows = table.plan, []
    for i in table.levels():
        model = drivers(table, i)
        share = model.covariance.sum(axis=1) / model.covariance.sum()
        gap = 100 * np.expm1(model.goal - model.mean.sum())
        for name, sd, part in zip(model.names, model.sd, share, strict=True):
            low, high = 100 * np.expm1(np.array([-1, 1]) * SPAN / 2 * sd)
            rows.append((i, plan.name(i, "en"), name, low, high, gap, part))
    columns = ["indicator_id", "label", "driver", "low", "high", "target", "share"]
    return DriverPanels(
        plan.years[-1],
        pd.DataFrame(rows, columns=columns),
        {i: plan.name(i, "zh") for i in table.levels()},
    )


def one_page(table: ForecastTable, judged: Chances) -> pd.DataFrame:
    """Every target of the last year that growth decides, on one page.

    Returns columns indicator_id, name_en, target, unit, odds (as text, over both bases), needed_growth (percent a year
    from the headline base, or the promised rate), main_driver with its share of the variance, and breaks_when: below
    which value of the main driver the target is missed if all else comes as expected.

    A rate depends on the growth of its own year alone.

    How to read it: if the expected value stands below the bound, the target needs luck already.
    """
    rows = []
    for line in judged.assessable().itertuples():
        made = table.of(line.indicator_id)
        if made is None:
            continue
        if made.base is None:
            name, share = f"growth {int(line.year)}", 1.0
            bound, middle = line.target, line.q50
        else:
            model = drivers(table, line.indicator_id)
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
