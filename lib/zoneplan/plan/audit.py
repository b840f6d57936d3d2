"""Does the plan agree with itself, and with what was observed?

Every printed figure stands for an interval. A statement is checked against all values the print
allows, so that rounding alone is never called a contradiction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd

from zoneplan.data.indicators import indicators
from zoneplan.data.sources import PLAN
from zoneplan.data.units import convert, convertible
from zoneplan.messages import words
from zoneplan.plan import macro
from zoneplan.plan.document import ANNEX, PlanDocument
from zoneplan.plan.findings import (
    AGREES,
    BREAK,
    CONTEXT,
    CONTRADICTS,
    FINDINGS,
    OPEN,
    ROUNDING,
    SLACK,
    Finding,
)  # fmt: skip
from zoneplan.plan.intervals import Interval
from zoneplan.plan.targets import Target
from zoneplan.result import Result
from zoneplan.text import MISSING, amount, num

# A gap of up to 0.05 vanishes at the one decimal in which growth is usually quoted.
SAME = 0.05
INVESTMENT = "fixed_asset_investment"


@dataclass(frozen=True)
class Audit(Result):
    """The findings of the audit, one row a statement: what was checked, what was found, and the
    facts behind it.
    """

    SUBJECT: ClassVar[str] = "answers.audit"

    def told(self, lang: str | None = None) -> pd.DataFrame:
        """Columns check, item, stated, implied, finding, explanation, in the words of a
        language.
        """
        lang = lang or self.plan.lang
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

    def named(self, lang: str) -> pd.DataFrame:
        """What a reader is shown: the findings in words."""
        return self.told(lang)

    def _name(self, item: str, lang: str) -> str:
        """The printed name of an item: an indicator, an indicator and a year, or a ratio of two."""
        named = [self.plan.name(p, lang) if self.plan.has(p) else p for p in item.split(" ")]
        return " ".join(named)

    def _why(self, why: str, facts: dict[str, Any], lang: str) -> str:
        w = words(lang)

        def said(key: str, value: Any) -> Any:
            # Several values are a list, a value with its unit is a pair.
            if isinstance(value, tuple):
                number, unit = value
                return amount(number, unit, lang)
            if isinstance(value, list):
                return w("common.list").join(value)
            return self.plan.translate(value, lang) if key == "scope" else value

        return w(f"audit.why.{why}", **{k: said(k, v) for k, v in facts.items()})

    def tally(self) -> pd.DataFrame:
        """How many statements end in each finding, in a fixed order."""
        counts = self.rows["finding"].value_counts()
        return pd.DataFrame({"finding": FINDINGS, "n": [int(counts.get(f, 0)) for f in FINDINGS]})

    def finding(self, check: str, item: str) -> str:
        """The finding of one check on one item."""
        return str(self.filter(check=check, item=item).rows["finding"].iloc[0])

    def facts(self, lang: str) -> dict[str, Any]:
        """How many statements were checked, and how many end in each finding that a reader has to
        know.
        """
        counts = {f: int((self.rows["finding"] == f).sum()) for f in FINDINGS}
        kinds = {"bad": CONTRADICTS, "slack": SLACK}
        # The record is broken with once, however many series show it.
        broken = int(counts[BREAK] > 0)
        return {"n": len(self.rows), "broken": broken, **{k: counts[f] for k, f in kinds.items()}}


def key(text: str) -> str:
    """A check or a finding as part of the name of a message."""
    return re.sub(r"\W+", "_", text).lower()


def audit(plan: PlanDocument) -> Audit:
    """Hold every statement of the plan that can be computed against the plan's other figures.

    Returns
    -------
    Audit; findings are ``agrees``, ``agrees only through rounding`` (the central values differ by
    more than 0.05 but some unrounded values fit), ``contradicts`` (the plan with itself), ``breaks
    with the record`` (the base that the plan implies with what was observed: another scope, a
    revision or padding may be behind it), ``leaves room`` (two floors of which one asks for more),
    ``for information`` (macroeconomic ratios) and ``cannot be checked``.

    A contradiction is no proof of error; it says that two printed figures cannot both be meant on
    the same base, scope or definition, and names them. Rules about indicators that the plan does
    not have are left out.
    """
    rules: tuple[Callable[[PlanDocument], Iterator[Finding]], ...] = (
        _average_growth, _average_rates, _sums, _repeats, _cumulative_foreign_investment,
        _trade_each_year, _rd_spending, _investment_parts, _base_years, _ratios, *macro.RULES,
    )  # fmt: skip
    rows = [finding for rule in rules for finding in rule(plan)]
    return Audit(plan, pd.DataFrame(rows, columns=Finding._fields))


def _text(plan: PlanDocument, indicator_id: str) -> Interval:
    row = plan.targets.set_index("indicator_id").loc[indicator_id]
    return Interval.printed(float(row["value"]), float(row["precision"]))


def _printed(plan: PlanDocument, indicator_id: str, *years: int) -> list[Interval]:
    targets = [plan.target(indicator_id, y) for y in years]
    return [t.printed for t in targets if isinstance(t, Target)]


def _judge(stated: Interval, implied: Interval) -> str:
    if abs(stated.mid - implied.mid) <= SAME:
        return AGREES
    return ROUNDING if stated.overlaps(implied) else CONTRADICTS


def _reaches(stated: Interval, implied: Interval) -> str:
    """The finding on a floor: growth of at least so much."""
    if implied.mid >= stated.mid:
        return AGREES
    return ROUNDING if implied.high >= stated.low else CONTRADICTS


def _with_levels_and_average(plan: PlanDocument) -> list[str]:
    rows = plan.targets
    printed = (rows["section"] == ANNEX) & rows["stated_growth"].notna() & (rows["kind"] == "flow")
    return [i for i in rows.loc[printed, "indicator_id"] if plan.is_whole(i)]


def _average_growth(plan: PlanDocument) -> Iterator[Finding]:
    first, last = plan.years[0], plan.years[-1]
    for i in _with_levels_and_average(plan) if last > first else []:
        stated = Interval.printed(plan.stated_growth(i), 1)
        start, end = _printed(plan, i, first, last)
        implied = start.growth_to(end, last - first)
        said = num(stated.mid, 0)
        facts = {"stated": said, "first": first, "last": last, "implied": str(implied)}
        finding = _judge(stated, implied)
        yield Finding("average growth", i, said, str(implied), finding, "average_growth", facts)


def _average_rates(plan: PlanDocument) -> Iterator[Finding]:
    rates = [i for i in plan.series() if plan.is_rate(i)]
    for i in rates:
        part = plan.annex(i)
        if part["stated_growth"].isna().all() or not (part["kind"] == "growth").all():
            continue
        stated, mean = Interval.printed(plan.stated_growth(i), 1), float(part["value"].mean())
        implied = Interval.printed(mean, float(part["precision"].mean()))
        finding, said = _judge(stated, implied), num(stated.mid, 0)
        facts: dict[str, Any] = {"rates": [num(v, 0) for v in part["value"]], "mean": num(mean, 2)}
        facts |= {"stated": said, "exact": num(mean, 0)}
        why = "average_of_exact_rates" if finding == ROUNDING else "average_of_rates"
        yield Finding("average of yearly rates", i, said, str(implied), finding, why, facts)


def _sums(plan: PlanDocument) -> Iterator[Finding]:
    rows = plan.targets
    for _, total in rows[(rows["aggregation"] == "sum") & rows["same_as"].notna()].iterrows():
        part = plan.annex(total["same_as"])
        summed, blanks = float(part["value"].sum()), len(plan.years) - len(part)
        finding = AGREES if summed >= total["value"] else CONTRADICTS
        stated, implied = num(total["value"], 0), num(summed, 1)
        facts = {"summed": implied, "stated": stated, "blanks": blanks}
        why = "sum_with_blanks" if blanks else "sum"
        yield Finding("sum", total["indicator_id"], stated, implied, finding, why, facts)


def _repeats(plan: PlanDocument) -> Iterator[Finding]:
    rows = plan.targets[plan.targets["same_as"].notna()]
    how = (
        (rows["aggregation"] == "average", plan.stated_growth),
        (rows["kind"] == "share", lambda i: plan.annex(i)["value"].iloc[-1]),
        (rows["aggregation"] == "each_year", lambda i: plan.annex(i)["value"].min()),
    )
    for chosen, annex_value in how:
        for _, row in rows[chosen].iterrows():
            value = float(annex_value(row["same_as"]))
            finding = AGREES if abs(value - row["value"]) <= SAME else CONTRADICTS
            said = num(row["value"], 1), num(value, 1)
            facts = dict(zip(("text", "annex"), said, strict=True))
            item = row["indicator_id"]
            yield Finding("text repeats annex", item, *said, finding, "repeats", facts)


def _cumulative_foreign_investment(plan: PlanDocument) -> Iterator[Finding]:
    if not plan.has("fdi_actual_cumulative", "fdi_actual"):
        return
    stated, yearly = _text(plan, "fdi_actual_cumulative").mid, plan.annex("fdi_actual")["value"]
    unit, summed = plan.unit("fdi_actual"), yearly.sum()
    facts: dict[str, Any] = {"stated": (stated, unit), "last": (yearly.iloc[-1], unit)}
    facts |= {"year": plan.years[-1], "summed": (summed, unit)}
    finding = AGREES if abs(summed - stated) <= SAME else CONTRADICTS
    said = num(stated, 0), num(summed, 0)
    yield Finding("cumulative or yearly", "fdi_actual", *said, finding, "cumulative", facts)


def _trade_each_year(plan: PlanDocument) -> Iterator[Finding]:
    if not plan.has("trade_growth_each_year", "trade_total") or not plan.is_whole("trade_total"):
        return
    stated = _text(plan, "trade_growth_each_year").mid
    for year in plan.years[1:]:
        before, now = _printed(plan, "trade_total", year - 1, year)
        implied = before.growth_to(now, 1)
        finding = _reaches(Interval.exact(stated), implied)
        facts = {"stated": num(stated, 0), "implied": str(implied), "year": year}
        item, said = f"trade_total {year}", num(stated, 0)
        yield Finding("growth in each year", item, said, str(implied), finding, "each_year", facts)


def _rd_spending(plan: PlanDocument) -> Iterator[Finding]:
    needed = ("rd_to_gdp", "gdp")
    if not plan.has(*needed, "rd_spending_growth") or plan.is_rate("gdp"):
        return
    if not all(plan.is_whole(i) for i in needed):
        return
    first, last = plan.years[0], plan.years[-1]
    ratio, gdp = (_printed(plan, i, first, last) for i in needed)
    spend = [
        Interval(r.low * g.low, r.mid * g.mid, r.high * g.high)
        for r, g in zip(ratio, gdp, strict=True)
    ]
    implied = spend[0].growth_to(spend[1], last - first)
    stated = _text(plan, "rd_spending_growth")
    grown = (1 + stated.mid / 100) ** (last - first)
    at_stated = ratio[0].mid * grown * gdp[0].mid / gdp[1].mid
    facts: dict[str, Any] = {
        "low": num(ratio[0].mid),
        "high": num(ratio[1].mid),
        "implied": str(implied),
    }
    facts |= {"stated": num(stated.mid, 0), "ratio": num(at_stated, 2), "last": last}
    # Both are floors: spending on its own floor lifts the ratio above the other.
    said, reached = num(stated.mid, 0), _reaches(stated, implied)
    finding = SLACK if reached == CONTRADICTS and at_stated >= ratio[1].mid else reached
    yield Finding("R&D spending", "rd_to_gdp", said, str(implied), finding, "rd", facts)


def _investment_parts(plan: PlanDocument) -> Iterator[Finding]:
    rates_of = [i for i in plan.series() if plan.is_rate(i) and plan.is_whole(i)]
    parts = [i for i in rates_of if i.endswith("_investment") and i != INVESTMENT]
    if not parts or INVESTMENT not in rates_of:
        return
    rates = pd.DataFrame({i: plan.annex(i).set_index("year")["value"] for i in parts})
    total, first = plan.annex(INVESTMENT).set_index("year")["value"], plan.years[0]
    below, mean = int((rates.le(total, axis=0)).to_numpy().sum()), float(rates.loc[first].mean())
    rest = 2 * float(total[first]) - mean
    facts = {"below": below, "pairs": rates.size, "mean": num(mean), "year": first}
    facts |= {"rest": num(rest)}
    said = num(total.mean(), 0), f"{below} / {rates.size}"
    yield Finding("total against parts", INVESTMENT, *said, OPEN, "parts", facts)


def _base_years(plan: PlanDocument) -> Iterator[Finding]:
    for i in _with_levels_and_average(plan):
        base, seen, year = plan.implied_base(i), plan.levels(i), plan.base_year
        seen = seen[seen["year"] <= year]
        if seen.empty:
            facts = {"base": (base.mid, plan.unit(i)), "year": year}
            yield Finding("implied base", i, MISSING, str(base), OPEN, "base_alone", facts)
            continue
        last = seen.iloc[-1]
        said, years = num(last["value"], 2), year - int(last["year"])
        if years == 0:
            finding = AGREES if base.low <= last["value"] <= base.high else BREAK
            facts = {"seen": said, "base": str(base), "year": year}
            yield Finding("implied base", i, said, str(base), finding, "base_seen", facts)
            continue
        implied = Interval.exact(last["value"]).growth_to(base, years)
        stated = Interval.printed(plan.stated_growth(i), 1)
        facts = {"seen": (last["value"], last["unit"]), "seen_year": int(last["year"])}
        facts |= {"scope": last["scope_note"], "base": (base.mid, last["unit"]), "year": year}
        facts |= {"implied": str(implied), "stated": num(stated.mid, 0)}
        finding = _judge(stated, implied)
        finding = BREAK if finding == CONTRADICTS else finding
        yield Finding("implied base", i, said, str(base), finding, "base", facts)


def ratio_paths(plan: PlanDocument) -> dict[tuple[str, str], pd.DataFrame]:
    """Ratios between the plan's own targets by year, with the observed ratio where both parts are
    known.

    Returns
    -------
    By part and whole a frame with the columns year, percent and source_id (``plan`` or the
    observation's). A ratio that turns or jumps shows that two targets were not set together.
    """
    out = {}
    for part, whole in ((i.indicator_id, i.ratio_to) for i in indicators() if i.ratio_to):
        if not {part, whole} <= set(plan.series()) or plan.is_rate(part):
            continue
        units = str(plan.unit(part)), str(plan.unit(whole))
        if not convertible(*units) or not (plan.is_whole(part) and plan.is_whole(whole)):
            continue
        seen = plan.levels(part).merge(
            plan.levels(whole), on=["year", "scope_note"], suffixes=("", "_whole")
        )
        same = 100 * convert(1.0, *units)
        rows = [
            (int(r.year), same * r.value / r.value_whole, r.source_id)
            for r in seen.itertuples()
            if r.year < plan.years[0]
        ]
        pairs = zip(plan.annex(part)["value"], plan.annex(whole)["value"], plan.years, strict=True)
        rows += [(y, same * a / b, PLAN) for a, b, y in pairs]
        out[part, whole] = pd.DataFrame(rows, columns=["year", "percent", "source_id"])
    return out


def _ratios(plan: PlanDocument) -> Iterator[Finding]:
    for pair, path in ratio_paths(plan).items():
        item, planned = " / ".join(pair), path.loc[path["source_id"] == PLAN, "percent"]
        seen, values = path[path["source_id"] != PLAN], [num(v) for v in planned]
        listed = ", ".join(values)
        if seen.empty:
            facts: dict[str, Any] = {"values": values}
            yield Finding("ratio path", item, MISSING, listed, OPEN, "ratio_alone", facts)
            continue
        last = seen.iloc[-1]
        before = planned.iloc[0] - last["percent"]
        within = planned.iloc[-1] - planned.iloc[0]
        said = num(last["percent"])
        facts = {"seen": said, "year": int(last["year"]), "values": values}
        facts |= {"before": num(before, 1), "within": num(within, 1)}
        yield Finding("ratio path", item, said, listed, CONTEXT, "ratio", facts)
