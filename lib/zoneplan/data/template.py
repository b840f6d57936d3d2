"""An empty plan to fill in, and the way from empty to valid, one step at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from zoneplan.errors import DataError, Problem

PLAN = "plan.yml"
MAY_BE_ADDED = "base_year as_of name_zh name_en comparable_from classes yearly_counts home host announced".split()
TARGETS = """\
# One row is one target. Only what you know is asked for; the README lists more columns that may be added.
# indicator_id  a short name; gdp, industrial_value_added, budget_revenue, fiscal_revenue_total, trade_total,
#               fixed_asset_investment and fdi_actual are known to the reference classes; growth of x is x_growth
# kind          flow, level, growth, share, count, rank or area; needed where the unit is %
# direction     at_least (if empty), at_most, about or range (then with a column value_high)
# stated_growth the average growth printed beside the series, percent a year, in its last row; may be empty
# Such as:  gdp,地区生产总值,GDP,2026,320,亿元,flow,at_least,
indicator_id,name_zh,name_en,year,value,unit,kind,direction,stated_growth
"""
OBSERVATIONS = """\
# One row is one figure of the past: your own, or a published one. It may stay empty, but then little can be said.
# kind          level, growth_nominal, growth_real, share, count or rank
# known_from    the day from which it was known; if empty, 31 March of the next year
# Such as:  gdp,2024,270.5,亿元,level,
indicator_id,year,value,unit,kind,known_from
"""
EXAMPLES = {
    "id": "id: my_zone",
    "zone_en": "zone_en: Jiaxing development zone",
    "zone_zh": "zone_zh: 嘉兴经济技术开发区",
    "adopted": "adopted: 2026-03-31",
    "as_of": "as_of: 2026-06-30",
    "base_year": "base_year: 2025",
    "years": "years: [2026, 2027, 2028]",
    "classes": "classes: {my_tax: [prefecture, coastal_provinces, budget_revenue]}",
    "targets.csv": "gdp,地区生产总值,GDP,2026,320,亿元,flow,at_least,",
    "observations.csv": "gdp,2024,270.5,亿元,level,",
    "indicator_id": "gdp",
    "year": "2026",
    "value": "320 (no unit, no thousands separators)",
    "unit": "亿元",
    "kind": "growth (or share, for a part of something)",
    "direction": "at_least",
    "known_from": "2025-03-31",
    "stated_growth": "8.5",
    "source_id": "own",
}


def start(folder: Path) -> list[Path]:
    """Write the files of an empty plan that are not there yet.

    Returns
    -------
    The files written.

    Raises
    ------
    DataError
        The folder cannot be written.

    How to read it: open plan.yml first, then run ``zoneplan check --plan`` on the folder and follow it.
    """
    texts = {
        PLAN: description(folder.resolve().name),
        "targets.csv": TARGETS,
        "observations.csv": OBSERVATIONS,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        for name, text in texts.items():
            if not (folder / name).exists():
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
                written.append(folder / name)
    except OSError as error:
        raise DataError(
            [
                Problem(
                    str(folder),
                    None,
                    None,
                    error.strerror or str(error),
                    "a folder that can be written",
                )
            ]
        ) from None
    return written


def description(
    name: str,
    zone: tuple[str, str] = ("", ""),
    years: Sequence[int] = (),
    adopted: str = "",
    file: str = "",
    counts: Sequence[str] = (),
    home: str = "",
) -> str:
    """The text of plan.yml, with what is known put in."""
    short = re.sub(r"\W+", "_", name).strip("_") or "my_zone"
    listed = f"[{', '.join(map(str, years))}]" if years else ""
    zh, en = ('"' + z.replace("\\", "\\\\").replace('"', '\\"') + '"' if z else "" for z in zone)
    counted = (
        f"# Series that count the new cases of each year.\nyearly_counts: [{', '.join(counts)}]\n"
        if counts
        else ""
    )
    at_home = (
        f"# The zone among the national zones of peer_zones, found by its name.\nhome: {home}\n"
        if home
        else ""
    )
    given = {"yearly_counts": counted, "home": at_home}
    others = ", ".join(key for key in MAY_BE_ADDED if not given.get(key))
    origin = f"# Made from {file}; look at every line.\n" if file else ""
    return f"""\
{origin}# A short name without blanks.
id: {short}
# The zone, in Chinese and in English; one of them is enough.
zone_zh: {zh}
zone_en: {en}
# The day on which the plan was adopted: odds rest on what was known then, or when the last of your own figures was.
adopted: {adopted}
# The years that have targets, in rising order.
years: {listed}
{counted}{at_home}# May be added: {others} (README).
"""


def has_rows(file: Path) -> bool:
    """Whether a table of a plan folder holds anything but remarks and a header."""
    if not file.exists():
        return False
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return len([x for x in lines if x.strip() and not x.startswith("#")]) > 1


def next_step(problems: list[Problem], folder: Path) -> str:
    """The first problem in plain words: where, what is there, what is expected, an example.

    How to read it: do this one thing, then check again; other problems often go with it.
    """
    first = problems[0]
    where = [f"open {folder / Path(first.file).name}"]
    where += [f"row {first.row}"] if first.row else []
    where += (
        [f"{'key' if first.file.endswith('yml') else 'column'} {first.column}"]
        if first.column
        else []
    )
    example = EXAMPLES.get(str(first.column)) or EXAMPLES.get(Path(first.file).name)
    lines = [
        f"Next step: {', '.join(where)}.",
        f"  There is {first.found}; expected is {first.expected}.",
    ]
    lines += [f"  For example: {example}"] if example else []
    more = len(problems) - 1
    lines += (
        [f"  Then check again; {more} more problem{'s' if more > 1 else ''} listed above."]
        if more
        else []
    )
    return "\n".join(lines)
