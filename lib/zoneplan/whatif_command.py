"""The command ``whatif``: one question to one series, answered in a sentence and a table."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from zoneplan.errors import DataError, Problem

if TYPE_CHECKING:
    from zoneplan.stress.whatif import WhatIf
    from zoneplan.study import Plan

# What a command line calls the bases.
BASES = {"implied": "implied", "published": "observed"}


def arguments(command: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add = command.add_argument
    add("indicator", metavar="INDICATOR", help="a series of the plan, such as gdp")
    growth = "growth of similar regions as it is meant, such as 2019=8,2020=7"
    add("--growth", metavar="YEAR=PERCENT,...", default="", help=growth)
    base = "implied, published, or a level in the unit of the plan (default: both bases)"
    add("--base", help=base)
    add("--scenario", metavar="NAME[+NAME]", help="scenarios of the plan, added together")
    add("--json", action="store_true", help="print JSON instead of a table")
    add("--lang", choices=["en", "zh"], default="en", help="language of the answer")


def run(args: argparse.Namespace) -> int:
    """Answer on standard output."""
    from zoneplan.study import load_plan

    found = answer(load_plan(args.plan, lang=args.lang), args)
    if args.json:
        print(json.dumps(record(found), ensure_ascii=False, indent=1))
    else:
        print("\n".join([found.summary(), *found.remarks(), "", repr(found)]))
    return 0


def answer(plan: Plan, args: argparse.Namespace) -> WhatIf:
    """Put the question of a command line to a plan.

    Raises
    ------
    DataError
        An option cannot be read, or the question cannot be asked of the plan.
    """
    from zoneplan.forecasting.scenario import Scenario
    from zoneplan.stress.own_scenarios import compose

    growth, problems = read_growth(args.growth)
    base, levels = BASES.get(args.base), {}
    if args.base is not None and base is None:
        try:
            levels = {args.indicator: float(args.base)}
        except ValueError:
            expected = ", ".join([*BASES, "a level"])
            problems.append(Problem("--base", None, None, repr(args.base), expected))
    if problems:
        raise DataError(problems)
    meant = {args.indicator: growth} if growth else {}
    own = Scenario(growth=meant, base=base, levels=levels)
    stories = [plan.scenario(name) for name in args.scenario.split("+")] if args.scenario else []
    made = compose(plan, args.indicator, own, stories, lang=plan.lang)
    return plan.forecast().what_if(made, args.indicator)


def read_growth(text: str) -> tuple[dict[int, float], list[Problem]]:
    """Percent by year of ``2019=8,2020=7``, and what cannot be read."""
    growth: dict[int, float] = {}
    problems = []
    for part in filter(None, text.split(",")):
        year, _, value = (x.strip() for x in part.partition("="))
        try:
            if int(year) in growth:
                raise ValueError
            growth[int(year)] = float(value)
        except ValueError:
            expected = "YEAR=PERCENT such as 2019=8, each year once"
            problems.append(Problem("--growth", None, None, repr(part), expected))
    return growth, problems


def record(found: WhatIf) -> dict[str, Any]:
    """Chances from 0 to 1, growth in percent, levels in the unit of the target."""
    target = found.target
    return {
        "indicator_id": found.indicator_id,
        "scenario": found.scenario.id,
        "year": target.year,
        "target": target.value,
        "unit": target.unit,
        "probability": found.chances,
        "headline": dict(found.without),
        "remarks": found.remarks(),
        "rows": json.loads(found.rows.to_json(orient="records")),
    }
