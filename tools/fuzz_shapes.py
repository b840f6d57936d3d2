"""More shapes of sheets, and panels, made at random together with what they say.

Kinds over years, years over measures, sections, rows and columns of kinds, nested names, English
heads; panels long, wide and turned in any encoding, with any mark between cells.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from fuzz_sheets import (
    ACTUAL,
    GROWTH,
    TARGET,
    THINGS,
    Col,
    Misread,
    Sheet,
    Thing,
    Truth,
    kind_text,
    letter,
    number,
    typed,
)

from zoneplan.data.panel_io import read_panel

ENGLISH = (
    Thing(("GDP", "Gross regional product"), "gdp", "亿元", ("CNY 100 million", "RMB 100 mn")),
    Thing(("Exports", "Total exports"), "exports", "百万美元", ("USD million", "US$ mn")),
    Thing(("R&D to GDP", "R&D intensity"), "rd_to_gdp", "%", ("%", "percent"), "share", 2.6),
    Thing(("Tax revenue",), "tax_revenue", "亿元", ("RMB 100 million",), size=30),
)
RATE, CHANGE = "完成率（%）", "净增"


def sheet(rng: random.Random, plain_file: bool) -> Sheet:
    """A sheet of one of the shapes, with its truth."""
    return rng.choice(SHAPES)(Sheet("Sheet1"), plain_file, rng)


def figure(
    made: Sheet, at: tuple[int, int], thing: Thing, col: Col, plain_file: bool, rng: random.Random
) -> None:
    """Type a figure of an indicator into a cell, and note what it is."""
    grows = col.measure == "growth"
    value = rng.uniform(1.5, 15) if grows else thing.size * rng.uniform(0.9, 1.3)
    value, unit = float(f"{value:.3g}"), "%" if grows else thing.unit
    way = typed(value, col, unit, plain_file, f"{letter(at[1])}{at[0]}", rng)
    made.put(*at, way.value, way.format)
    made.answers |= dict(way.answers)
    made.answers |= {f"fraction-{letter(c)}{at[0]}": "typed" for c in range(1, 5)}
    measure = "growth" if grows else thing.measure
    made.truth[at] = Truth(
        thing.names[0], thing.id, col.table, col.year, value, unit, measure,
        way.direction, way.high, usable=col.usable,
    )  # fmt: skip


def things(rng: random.Random) -> list[Thing]:
    """Some indicators that the project knows."""
    return rng.sample([t for t in THINGS if t.id], rng.randrange(2, 5))


def named(thing: Thing, rng: random.Random) -> str:
    """A name with its unit, as they are typed."""
    name, unit = rng.choice(thing.names), thing.unit
    return name + rng.choice([f"（{unit}）", f"({unit})", f"/{unit}", f" {unit}", f"，{unit}"])


def years_and_kinds(rng: random.Random) -> list[Col]:
    base = rng.choice([2015, 2017, 2020])
    seen = [Col(y, ACTUAL, "") for y in range(base - rng.randrange(2), base + 1)]
    return [*seen, *(Col(y, TARGET, "") for y in (base + 1, base + 2)[: rng.choice([1, 2])])]


def grouped(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """实际 and 目标 merged over their years, or years merged over 总量, 增速 and 占比."""
    cols, by_kind = years_and_kinds(rng), rng.random() < 0.5
    made.put(1, 1, rng.choice(["指标", "主要指标"]))
    made.merged.append((1, 1, 2, 1))
    if by_kind:
        across = cols
        for table in (ACTUAL, TARGET):
            places = [k for k, c in enumerate(cols, start=2) if c.table == table]
            made.put(1, places[0], kind_text(table, rng))
            made.merged.append((1, places[0], 1, places[-1]))
        below = [f"{c.year}年" for c in cols]
    else:
        across, below = [], []
        for c in cols:
            parts = [
                ("总量", "level", True),
                ("增速（%）", "growth", True),
                ("占全市%", "level", False),
            ]
            parts = parts[: rng.choice([2, 3])]
            at = 2 + len(across)
            made.put(1, at, f"{c.year}年{kind_text(c.table, rng)}")
            made.merged.append((1, at, 1, at + len(parts) - 1))
            across += [Col(c.year, c.table, "", measure, usable) for _, measure, usable in parts]
            below += [text for text, _, _ in parts]
    if plain_file:
        # A file of text has no merged cells: what stands beside the first is not told.
        made.answers |= {f"kind-{c.year}": "leave" for c in cols}
        made.answers["year"] = "leave"
    for k, text in enumerate(below, start=2):
        made.put(2, k, text)
    for row, thing in enumerate(things(rng), start=3):
        made.put(row, 1, named(thing, rng))
        for k, col in enumerate(across, start=2):
            figure(made, (row, k), thing, col, plain_file, rng)
    return made


def down(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """Rows that hold targets or actual figures: in sections, below names, or by a column."""
    years, how = [2018, 2019, 2020], rng.choice(["sections", "below", "column"])
    first = 3 if how == "column" else 2
    made.put(1, 1, "指标")
    if how == "column":
        made.put(1, 2, rng.choice(["类型", "数据类型"]))
    for k, y in enumerate(years, start=first):
        made.put(1, k, f"{y}年")
    row = 2
    kinds = [(TARGET, "level"), (ACTUAL, "level"), (ACTUAL, "growth"), (RATE, ""), (CHANGE, "")]
    shown = [kinds[:2], things(rng)] if how == "sections" else [things(rng), kinds]
    for outer in shown[0]:
        if how == "sections":
            made.put(row, 1, kind_text(outer[0], rng))
            row += 1
        elif how == "below":
            made.put(row, 1, named(outer, rng))
            row += 1
        name = "" if how == "sections" else named(outer, rng)
        for inner in shown[1] if how == "sections" else kinds[: rng.randrange(2, 6)]:
            thing, (table, measure) = (inner, outer) if how == "sections" else (outer, inner)
            usable = table in (TARGET, ACTUAL)
            word = table if not usable else kind_text(table, rng)
            word = "同比增长" if measure == "growth" else word
            texts = {"sections": [named(thing, rng)], "below": [word], "column": [name, word]}
            for c, text in enumerate(texts[how], start=1):
                made.put(row, c, text)
            for k, y in enumerate(years, start=first):
                # Whether growth without a word is a target cannot be told.
                col = Col(y, table if usable else ACTUAL, "", measure or "level", usable)
                made.answers[f"kind-{y}"] = "actual"
                figure(made, (row, k), thing, col, plain_file, rng)
            row += 1
    return made


def nested(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """Names in levels; the innermost one counts."""
    levels = rng.choice([["一级指标", "二级指标"], ["一级指标", "二级指标", "三级指标"]])
    for c, text in enumerate([*levels, "单位", "2017年实际", "2020年目标"], start=1):
        made.put(1, c, text)
    for row, thing in enumerate(things(rng), start=2):
        outer = ["经济发展", "规模"][: len(levels) - 1]
        for c, text in enumerate([*outer, rng.choice(thing.names), thing.unit], start=1):
            made.put(row, c, text)
        for k, col in enumerate([Col(2017, ACTUAL, ""), Col(2020, TARGET, "")]):
            figure(made, (row, len(levels) + 2 + k), thing, col, plain_file, rng)
    return made


def english(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """English heads, with growth, change, share and completion beside levels."""
    base, aim = 2017, rng.choice([2018, 2020])
    average = aim > base + 1
    head = rng.choice(["Annual growth, %", "annual growth rate (%)"])
    more = [
        Col(None if average else aim, GROWTH if average else TARGET, head, "growth"),
        Col(aim, TARGET, "Change, %", usable=False),
        Col(aim, TARGET, rng.choice(["Completion, %", "% of target"]), usable=False),
        Col(aim, TARGET, "of which: core area", usable=False),
        Col(aim, TARGET, "Share of city, %", usable=False),
    ]
    seen = rng.choice([f"{base} actual", f"FY{base % 100} outturn", f"Actual {base}"])
    cols = [Col(base, ACTUAL, seen), Col(base, ACTUAL, "YoY, %", "growth")][: rng.choice([1, 2])]
    cols += [Col(aim, TARGET, rng.choice([f"{aim} target", f"Plan {aim}"]))]
    cols += rng.sample(more, rng.randrange(3))
    made.answers["annual"] = "average"
    for c, text in enumerate(["Indicator", "Unit", *(c.head for c in cols)], start=1):
        made.put(1, c, text)
    for row, thing in enumerate(rng.sample(ENGLISH, 3), start=2):
        made.put(row, 1, rng.choice(thing.names))
        made.put(row, 2, rng.choice(thing.typed))
        for k, col in enumerate(cols, start=3):
            figure(made, (row, k), thing, col, plain_file, rng)
    return made


SHAPES = (grouped, down, nested, english)


# Panels -----------------------------------------------------------------------------------------

UNITS = ("温州", "台 州", "宁波", "嘉兴市", "A County", "x-y", "绍兴", "Ürümqi")
HEADS = {
    "unit": ("unit_id", "unique_id", "地区", "县", "REF_AREA", "Country Name"),
    "year": ("year", "ds", "年份", "TIME_PERIOD", "时间"),
    "value": ("value", "y", "数值", "OBS_VALUE"),
}
YEARS = ("{}", "{}", "{}年", "{}-12-31", "{}.0", "31.12.{}", "12/31/{}", "{}年12月31日")


def panel(folder: Path, rng: random.Random) -> int:
    """A panel of known figures is read as it was typed, or refused; how many were read.

    Raises
    ------
    Misread
        A figure was read otherwise, or lost without a word.
    """
    units, years = rng.sample(UNITS, rng.randrange(5, 9)), range(2009, rng.choice([2012, 2018]))
    level = {u: rng.choice([80.0, 1500.0, 230000.0]) * rng.uniform(1, 2) for u in units}
    truth = {
        (" ".join(u.split()), y): float(number(round(level[u] * 1.07 ** (y - 2009), 2)))
        for u in units
        for y in years
        if y in (years[0], years[-1]) or rng.random() < 0.95
    }
    mark, comma = rng.choice([(",", False), (",", False), ("\t", False), (";", True), (";", False)])
    parted = rng.random() < 0.3
    missing = rng.choice(["", "..", "n.a.", ":", "—"])

    def cell(u: str, y: int) -> str:
        value = truth.get((u, y))
        text = missing if value is None else f"{value:,.2f}" if parted else f"{value:.2f}"
        return text.translate(str.maketrans(",.", ".,")) if comma and value is not None else text

    rows = list(_rows([" ".join(u.split()) for u in units], years, cell, rng))
    file = folder / "panel.csv"
    if not comma and rng.random() < 0.2:
        file, book = folder / "panel.xlsx", openpyxl.Workbook()
        for row in rows:
            book.active.append([_number(c) for c in row])
        book.save(file)
    else:
        out = io.StringIO()
        csv.writer(out, delimiter=mark, lineterminator=rng.choice(["\n", "\r\n"])).writerows(rows)
        encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
        file.write_bytes(out.getvalue().encode(encoding))
    reading = read_panel(file)
    read = {(r.unit_id, r.year): r.value for r in reading.panel.rows().itertuples()}
    for key, value in read.items():
        if key not in truth or abs(value / truth[key] - 1) > 1e-9:
            raise Misread(f"panel {key}: {value} instead of {truth.get(key)}")
    if read.keys() != truth.keys() and not reading.told:
        raise Misread(f"panel: {len(truth) - len(read)} figures lost without a word")
    return len(read)


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _rows(units: list[str], years: range, cell, rng: random.Random) -> Iterator[list[str]]:
    """The rows of a panel: long, with years across, or with units across."""
    unit, year, value = (rng.choice(HEADS[h]) for h in ("unit", "year", "value"))
    shape = rng.choice(["long", "long", "wide", "turned"])
    spelt = rng.choice(YEARS)
    if shape == "long":
        more = rng.random() < 0.3
        yield [unit, year, value, *(["单位"] if more else [])]
        for u in units:
            yield from (
                [u, spelt.format(y), cell(u, y), *(["亿元"] if more else [])] for y in years
            )
    elif shape == "wide":
        across = rng.choice(["{}", "{}年", "{} [YR{}]", "gdp{}"])
        yield [unit, *(across.format(y, y) for y in years)]
        yield from ([u, *(cell(u, y) for y in years)] for u in units)
    else:
        yield [year, *units]
        yield from ([spelt.format(y), *(cell(u, y) for u in units)] for y in years)
