"""Does the plan agree with itself, and with what was observed?

Every printed figure stands for an interval: 228 printed in whole units means 227.5 to 228.5. A statement
is checked against all values the print allows, so that rounding alone is never called a contradiction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.data.units import convert, convertible
from zoneplan.messages import words
from zoneplan.text import MISSING, amount, num

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan

AGREES = "agrees"
ROUNDING = "agrees only through rounding"
CONTRADICTS = "contradicts"
OPEN = "cannot be checked"
FINDINGS = (AGREES, ROUNDING, CONTRADICTS, OPEN)

# A gap of up to 0.05 vanishes at the one decimal in which growth is usually quoted.
SAME = 0.05


@dataclass(frozen=True)
class Interval:
    """All values that print as one figure: ``low`` to ``high`` around ``mid``."""

    low: float
    mid: float
    high: float

    @classmethod
    def printed(cls, value: float, precision: float) -> Interval:
        """The interval a printed value stands for, half a step of precision each way."""
        return cls(value - precision / 2, value, value + precision / 2)

    def growth_to(self, later: Interval, years: int) -> Interval:
        """Compound annual growth rate to a later level, percent: ``100 ((later / self)^(1/years) - 1)``."""
        return Interval(
            cagr(self.high, later.low, years),
            cagr(self.mid, later.mid, years),
            cagr(self.low, later.high, years),
        )

    def overlaps(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        return f"{num(self.mid, 2)} [{num(self.low, 2)}, {num(self.high, 2)}]"


def cagr(first: float, last: float, years: int) -> float:
    """Compound annual growth rate from ``first`` to ``last``, percent a year.

    How to read it: the one constant yearly growth that leads from the first level to the last.
    """
    if first <= 0 or last <= 0 or years <= 0:
        raise ValueError(f"growth needs positive levels and years, found {first}, {last}, {years}")
    return 100 * ((last / first) ** (1 / years) - 1)


@dataclass(frozen=True)
class Audit:
    """The findings of the audit, one row a statement: what was checked, what was found, and the facts behind it."""

    plan: Plan
    rows: pd.DataFrame

    def table(self, lang: str = "en") -> pd.DataFrame:
        """Columns check, item, stated, implied, finding, explanation, in the words of a language."""
        w, rows = words(lang), self.rows
        return pd.DataFrame(
            {
                "check": [w(f"audit.check.{key(c)}") for c in rows["check"]],
                "item": [self._name(item, lang) for item in rows["item"]],
                "stated": rows["stated"],
                "implied": rows["implied"],
                "finding": [w(f"audit.finding.{key(f)}") for f in rows["finding"]],
                "explanation": [self._why(r.why, r.facts, lang) for r in rows.itertuples()],
            }
        )

    def _name(self, item: str, lang: str) -> str:
        """The printed name of an item: an indicator, an indicator and a year, or a ratio of two."""
        known = set(self.plan.targets["indicator_id"])
        return " ".join(
            self.plan.name(part, lang) if part in known else part for part in item.split(" ")
        )

    def _why(self, why: str, facts: dict, lang: str) -> str:
        w = words(lang)
        # Several values are a list, a value with its unit is a pair.
        said = {
            k: amount(*v, lang)
            if isinstance(v, tuple)
            else w("common.list").join(v)
            if isinstance(v, list)
            else v
            for k, v in facts.items()
        }
        if "scope" in said:
            said["scope"] = self.plan.said(said["scope"], lang)
        return w(f"audit.why.{why}", **said)

    def tally(self) -> pd.DataFrame:
        """How many statements end in each finding, in a fixed order."""
        counts = self.rows["finding"].value_counts()
        return pd.DataFrame({"finding": FINDINGS, "n": [int(counts.get(f, 0)) for f in FINDINGS]})

    def finding(self, check: str, item: str) -> str:
        """The finding of one check on one item."""
        rows = self.rows
        return str(rows.loc[(rows["check"] == check) & (rows["item"] == item), "finding"].iloc[0])

    def plot(self, lang: str = "en") -> Chart:
        """The tally as a chart."""
        from zoneplan.charts.kinds import audit_tally

        w, plan, tally = words(lang), self.plan, self.tally()
        n = int(tally["n"].sum())
        if n == 0:
            raise ValueError("no two figures of the plan can be held against each other")
        bad = int(tally.loc[tally["finding"] == CONTRADICTS, "n"].iloc[0])
        return audit_tally(
            "plan_audit",
            tally.assign(finding=[w(f"audit.finding.{key(f)}") for f in tally["finding"]]),
            title=w("figures.audit.title", bad=bad, n=n),
            subtitle=w(
                "figures.audit.subtitle",
                first=plan.years[0],
                last=plan.years[-1],
                zone=plan.zone(lang),
            ),
            sources=["plan"],
            lang=lang,
        )


def key(text: str) -> str:
    """A check or a finding as part of the name of a message."""
    return re.sub(r"\W+", "_", text).lower()


def audit(plan: Plan) -> Audit:
    """Hold every statement of the plan that can be computed against the plan's other figures.

    Returns
    -------
    Audit; findings are ``agrees``, ``agrees only through rounding`` (the central values differ by more
    than 0.05 but some unrounded values fit), ``contradicts`` and ``cannot be checked``.

    How to read it: a contradiction is no proof of error; it says that two printed figures cannot both be
    meant on the same base, scope or definition, and names them. Rules about indicators that the plan does not have
    are left out.
    """
    rows = [
        *_average_growth(plan),
        *_average_rates(plan),
        *_sums(plan),
        *_repeats(plan),
        *_cumulative_foreign_investment(plan),
        *_trade_each_year(plan),
        *_rd_spending(plan),
        *_investment_parts(plan),
        *_base_years(plan),
        *_ratios(plan),
    ]
    return Audit(
        plan,
        pd.DataFrame(
            rows, columns=["check", "item", "stated", "implied", "finding", "why", "facts"]
        ),
    )


def _has(plan: Plan, *indicators: str) -> bool:
    return set(indicators) <= set(plan.targets["indicator_id"])


def _is_whole(plan: Plan, indicator_id: str) -> bool:
    """Whether an annex series has a target in every year of the plan."""
    return set(plan.years) <= set(plan.annex(indicator_id)["year"])


def _printed(plan: Plan, indicator_id: str, year: int) -> Interval:
    row = plan.annex(indicator_id).set_index("year").loc[year]
    return Interval.printed(float(row["value"]), float(row["precision"]))


def _text(plan: Plan, indicator_id: str) -> Interval:
    row = plan.targets.set_index("indicator_id").loc[indicator_id]
    return Interval.printed(float(row["value"]), float(row["precision"]))


def _judge(stated: Interval, implied: Interval) -> str:
    if abs(stated.mid - implied.mid) <= SAME:
        return AGREES
    return ROUNDING if stated.overlaps(implied) else CONTRADICTS


def _with_levels_and_average(plan: Plan) -> list[str]:
    rows = plan.targets
    rows = rows[
        (rows["section"] == "annex") & rows["stated_growth"].notna() & (rows["kind"] == "flow")
    ]
    return [i for i in rows["indicator_id"] if _is_whole(plan, i)]


def _average_growth(plan: Plan) -> list[tuple]:
    first, last = plan.years[0], plan.years[-1]
    out = []
    for i in _with_levels_and_average(plan) if last > first else []:
        stated = Interval.printed(plan.stated_growth(i), 1)
        implied = _printed(plan, i, first).growth_to(_printed(plan, i, last), last - first)
        facts = {
            "stated": num(stated.mid, 0),
            "first": first,
            "last": last,
            "implied": str(implied),
        }
        out.append(
            (
                "average growth",
                i,
                num(stated.mid, 0),
                str(implied),
                _judge(stated, implied),
                "average_growth",
                facts,
            )
        )
    return out


def _average_rates(plan: Plan) -> list[tuple]:
    rows = plan.targets
    growth = rows[(rows["section"] == "annex") & (rows["kind"] == "growth")]
    growth = growth[
        growth["indicator_id"].isin(growth.loc[growth["stated_growth"].notna(), "indicator_id"])
    ]
    out = []
    for i, part in growth.groupby("indicator_id", sort=False):
        stated = Interval.printed(plan.stated_growth(i), 1)
        mean = float(part["value"].mean())
        implied = Interval.printed(mean, float(part["precision"].mean()))
        finding = _judge(stated, implied)
        facts = {
            "rates": [num(v, 0) for v in part["value"]],
            "mean": num(mean, 2),
            "stated": num(stated.mid, 0),
            "exact": num(mean, 0),
        }
        why = "average_of_exact_rates" if finding == ROUNDING else "average_of_rates"
        out.append(
            ("average of yearly rates", i, num(stated.mid, 0), str(implied), finding, why, facts)
        )
    return out


def _sums(plan: Plan) -> list[tuple]:
    rows = plan.targets
    totals = rows[(rows["aggregation"] == "sum") & rows["same_as"].notna()]
    out = []
    for _, total in totals.iterrows():
        part = plan.annex(total["same_as"])
        summed = float(part["value"].sum())
        finding = AGREES if summed >= total["value"] else CONTRADICTS
        blanks = len(plan.years) - len(part)
        facts = {"summed": num(summed, 1), "stated": num(total["value"], 0), "blanks": blanks}
        why = "sum_with_blanks" if blanks else "sum"
        out.append(
            (
                "sum",
                total["indicator_id"],
                num(total["value"], 0),
                num(summed, 1),
                finding,
                why,
                facts,
            )
        )
    return out


def _repeats(plan: Plan) -> list[tuple]:
    rows = plan.targets
    growth = rows[rows["same_as"].notna() & (rows["aggregation"] == "average")]
    shares = rows[rows["same_as"].notna() & (rows["kind"] == "share")]
    each = rows[rows["same_as"].notna() & (rows["aggregation"] == "each_year")]
    last = plan.years[-1]
    out = []
    for frame, annex_value in (
        (growth, plan.stated_growth),
        (shares, lambda i: plan.target(i, last)),
        (each, lambda i: float(plan.annex(i)["value"].min())),
    ):
        for _, row in frame.iterrows():
            value = annex_value(row["same_as"])
            finding = AGREES if abs(value - row["value"]) <= SAME else CONTRADICTS
            facts = {"text": num(row["value"], 1), "annex": num(value, 1)}
            out.append(
                (
                    "text repeats annex",
                    row["indicator_id"],
                    facts["text"],
                    facts["annex"],
                    finding,
                    "repeats",
                    facts,
                )
            )
    return out


def _cumulative_foreign_investment(plan: Plan) -> list[tuple]:
    if not _has(plan, "fdi_actual_cumulative", "fdi_actual"):
        return []
    stated = _text(plan, "fdi_actual_cumulative").mid
    yearly = plan.annex("fdi_actual")["value"]
    unit = plan.unit("fdi_actual")
    facts = {
        "stated": (stated, unit),
        "last": (yearly.iloc[-1], unit),
        "year": plan.years[-1],
        "summed": (yearly.sum(), unit),
    }
    finding = AGREES if abs(yearly.sum() - stated) <= SAME else CONTRADICTS
    return [
        (
            "cumulative or yearly",
            "fdi_actual",
            num(stated, 0),
            num(yearly.sum(), 0),
            finding,
            "cumulative",
            facts,
        )
    ]


def _trade_each_year(plan: Plan) -> list[tuple]:
    if not _has(plan, "trade_growth_each_year", "trade_total") or not _is_whole(
        plan, "trade_total"
    ):
        return []
    stated = float(_text(plan, "trade_growth_each_year").mid)
    out = []
    for year in plan.years[1:]:
        implied = _printed(plan, "trade_total", year - 1).growth_to(
            _printed(plan, "trade_total", year), 1
        )
        if implied.mid >= stated:
            finding = AGREES
        else:
            finding = ROUNDING if implied.high >= stated else CONTRADICTS
        facts = {"stated": num(stated, 0), "implied": str(implied), "year": year}
        out.append(
            (
                "growth in each year",
                f"trade_total {year}",
                num(stated, 0),
                str(implied),
                finding,
                "each_year",
                facts,
            )
        )
    return out


def _rd_spending(plan: Plan) -> list[tuple]:
    needed = ("rd_to_gdp", "gdp")
    if (
        not _has(plan, *needed, "rd_spending_growth")
        or plan.is_rate("gdp")
        or not all(_is_whole(plan, i) for i in needed)
    ):
        return []
    first, last = plan.years[0], plan.years[-1]
    ratio = [_printed(plan, "rd_to_gdp", y) for y in (first, last)]
    gdp = [_printed(plan, "gdp", y) for y in (first, last)]
    spend = [
        Interval(r.low * g.low, r.mid * g.mid, r.high * g.high)
        for r, g in zip(ratio, gdp, strict=True)
    ]
    implied = spend[0].growth_to(spend[1], last - first)
    stated = _text(plan, "rd_spending_growth")
    finding = (
        AGREES
        if implied.mid >= stated.mid
        else ROUNDING
        if implied.high >= stated.low
        else CONTRADICTS
    )
    at_stated = ratio[0].mid * (1 + stated.mid / 100) ** (last - first) * gdp[0].mid / gdp[1].mid
    facts = {
        "low": num(ratio[0].mid),
        "high": num(ratio[1].mid),
        "implied": str(implied),
        "stated": num(stated.mid, 0),
        "ratio": num(at_stated, 2),
        "last": last,
    }
    return [("R&D spending", "rd_to_gdp", num(stated.mid, 0), str(implied), finding, "rd", facts)]


def _investment_parts(plan: Plan) -> list[tuple]:
    rates_of = [i for i in plan.series() if plan.is_rate(i) and _is_whole(plan, i)]
    parts = [i for i in rates_of if i.endswith("_investment") and i != "fixed_asset_investment"]
    if not parts or "fixed_asset_investment" not in rates_of:
        return []
    rates = pd.DataFrame({i: plan.annex(i).set_index("year")["value"] for i in parts})
    total = plan.annex("fixed_asset_investment").set_index("year")["value"]
    below = int((rates.le(total, axis=0)).to_numpy().sum())
    pairs = rates.size
    mean = float(rates.loc[plan.years[0]].mean())
    rest = 2 * float(total[plan.years[0]]) - mean
    facts = {
        "below": below,
        "pairs": pairs,
        "mean": num(mean),
        "year": plan.years[0],
        "rest": num(rest),
    }
    found = f"{below} / {pairs}"
    return [
        (
            "total against parts",
            "fixed_asset_investment",
            num(total.mean(), 0),
            found,
            OPEN,
            "parts",
            facts,
        )
    ]


def implied_base(plan: Plan, indicator_id: str) -> Interval:
    """The base-year level that the plan's own first target and printed growth imply.

    ``base = first target / (1 + printed growth / 100)``, in the unit of the target, as an interval over
    both roundings.

    How to read it: the only base on the plan's own scope; it is arithmetic on the plan, not an observation.
    """
    first = _printed(plan, indicator_id, plan.years[0])
    growth = Interval.printed(plan.stated_growth(indicator_id), 1)
    return Interval(
        first.low / (1 + growth.high / 100),
        first.mid / (1 + growth.mid / 100),
        first.high / (1 + growth.low / 100),
    )


def _base_years(plan: Plan) -> list[tuple]:
    out = []
    for i in _with_levels_and_average(plan):
        base = implied_base(plan, i)
        seen = plan.levels(i)
        seen = seen[seen["year"] <= plan.base_year]
        if seen.empty:
            facts = {"base": (base.mid, plan.unit(i)), "year": plan.base_year}
            out.append(("implied base", i, MISSING, str(base), OPEN, "base_alone", facts))
            continue
        last = seen.iloc[-1]
        years = plan.base_year - int(last["year"])
        if years == 0:
            finding = AGREES if base.low <= last["value"] <= base.high else CONTRADICTS
            facts = {"seen": num(last["value"], 2), "base": str(base), "year": plan.base_year}
            out.append(
                ("implied base", i, num(last["value"], 2), str(base), finding, "base_seen", facts)
            )
            continue
        point = Interval(last["value"], last["value"], last["value"])
        implied = point.growth_to(base, years)
        stated = Interval.printed(plan.stated_growth(i), 1)
        facts = {
            "seen": (last["value"], last["unit"]),
            "seen_year": int(last["year"]),
            "scope": last["scope_note"],
            "base": (base.mid, last["unit"]),
            "year": plan.base_year,
            "implied": str(implied),
            "stated": num(stated.mid, 0),
        }
        out.append(
            (
                "implied base",
                i,
                num(last["value"], 2),
                str(base),
                _judge(stated, implied),
                "base",
                facts,
            )
        )
    return out


RATIOS = (
    ("industrial_value_added", "gdp"),
    ("fiscal_revenue_total", "gdp"),
    ("budget_revenue", "fiscal_revenue_total"),
    ("trade_total", "gdp"),
)


def ratio_paths(plan: Plan, lang: str = "en") -> pd.DataFrame:
    """Ratios between the plan's own targets, by year, with the observed ratio where both parts are known.

    Returns columns ratio (the names of both parts in the language), year, percent, source_id ("plan" or the
    observation's).

    How to read it: a ratio that turns or jumps shows that two targets were not set together.
    """
    paths = [
        path.assign(ratio=" / ".join(plan.name(i, lang) for i in pair))
        for pair, path in _ratio_paths(plan).items()
    ]
    every = (
        pd.concat(paths, ignore_index=True)
        if paths
        else pd.DataFrame(columns=["ratio", "year", "percent", "source_id"])
    )
    return every[["ratio", "year", "percent", "source_id"]]


def _ratio_paths(plan: Plan) -> dict[tuple[str, str], pd.DataFrame]:
    """The path of each ratio that the plan has both parts of."""
    out = {}
    for part, whole in RATIOS:
        both = {part, whole} <= set(plan.series())
        if (
            not both
            or not convertible(plan.unit(part), plan.unit(whole))
            or plan.is_rate(part)
            or not (_is_whole(plan, part) and _is_whole(plan, whole))
        ):
            continue
        seen = plan.levels(part).merge(
            plan.levels(whole), on=["year", "scope_note"], suffixes=("", "_whole")
        )
        same = convert(1.0, plan.unit(part), plan.unit(whole))
        rows = [
            (int(r.year), 100 * same * r.value / r.value_whole, r.source_id)
            for r in seen.itertuples()
            if r.year < plan.years[0]
        ]
        rows += [
            (y, 100 * same * plan.target(part, y) / plan.target(whole, y), "plan")
            for y in plan.years
        ]
        out[part, whole] = pd.DataFrame(rows, columns=["year", "percent", "source_id"])
    return out


def _ratios(plan: Plan) -> list[tuple]:
    out = []
    for pair, path in _ratio_paths(plan).items():
        item = " / ".join(pair)
        planned = path[path["source_id"] == "plan"].set_index("year")["percent"]
        seen = path[path["source_id"] != "plan"]
        values = [num(v) for v in planned]
        if seen.empty:
            out.append(
                (
                    "ratio path",
                    item,
                    MISSING,
                    ", ".join(values),
                    OPEN,
                    "ratio_alone",
                    {"values": values},
                )
            )
            continue
        last = seen.iloc[-1]
        before = planned.iloc[0] - last["percent"]
        within = planned.iloc[-1] - planned.iloc[0]
        finding = AGREES if before * within >= 0 else CONTRADICTS
        facts = {
            "seen": num(last["percent"]),
            "year": int(last["year"]),
            "values": values,
            "before": num(before, 1),
            "within": num(within, 1),
        }
        out.append(
            ("ratio path", item, num(last["percent"]), ", ".join(values), finding, "ratio", facts)
        )
    return out
