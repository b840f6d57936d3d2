"""Sheets of targets as offices type them, made at random together with what they say.

A case is a sheet whose every figure is known: its value, unit, kind, year, area and whether it is a
target. Read without answers, each figure is right or named; read again with the answers that a
clerk would give, most are right. What must never happen is a figure that is read otherwise than it
was typed, or lost without a word.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter as letter

from zoneplan.data.importer import Question, Understood, read_workbook
from zoneplan.data.units import convert, convertible

TARGET, ACTUAL, GROWTH = "target", "observation", "average growth"
YEARS = range(2014, 2026)


class Misread(Exception):
    """A figure that was read otherwise than it was typed, or lost."""


@dataclass(frozen=True)
class Truth:
    """What a figure is; ``usable`` is false for what is no figure of the year, such as nine
    months.
    """

    name: str
    indicator_id: str | None
    table: str
    year: int | None
    value: float
    unit: str
    measure: str
    direction: str = ""
    high: float | None = None
    area: str = ""
    usable: bool = True
    version: str = ""


@dataclass
class Sheet:
    """A grid of cells, their formats, merged blocks, and the truth of each cell that holds a
    figure.
    """

    title: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    truth: dict[tuple[int, int], Truth] = field(default_factory=dict)
    heads: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    # The answers that a clerk would give.
    answers: dict[str, str] = field(default_factory=dict)

    def put(self, row: int, column: int, value: Any, number_format: str = "") -> None:
        """Type a value into a cell."""
        if value is not None:
            self.cells[row, column] = value
        if number_format:
            self.formats[row, column] = number_format


@dataclass(frozen=True)
class Thing:
    """An indicator: names by which it is typed, its id, its unit and what may stand for
    that unit.
    """

    names: tuple[str, ...]
    id: str | None
    unit: str
    typed: tuple[str, ...]
    measure: str = "level"
    size: float = 100.0


MONEY = ("亿元", "亿元", "億元", "亿元（人民币）", "人民币亿元")
THINGS = (
    Thing(
        ("地区生产总值", "GDP", "生产总值（GDP）", "地 区 生 产 总 值", "国内生产总值"),
        "gdp",
        "亿元",
        MONEY,
        size=270,
    ),
    Thing(
        ("规上工业增加值", "规模以上工业增加值", "规模工业增加值"),
        "industrial_value_added",
        "亿元",
        MONEY,
        size=118,
    ),
    Thing(("财政总收入", "财政收入"), "fiscal_revenue_total", "亿元", MONEY, size=41),
    Thing(
        ("一般公共预算收入", "公共财政预算收入"),
        "budget_revenue",
        "亿元",
        (*MONEY, "万元"),
        size=25,
    ),
    Thing(
        ("固定资产投资", "固定资产投资额", "全社会固定资产投资"),
        "fixed_asset_investment",
        "亿元",
        MONEY,
        size=95,
    ),
    Thing(("进出口总额", "外贸进出口总额"), "trade_total", "亿元", MONEY, size=36),
    Thing(("实际利用外资", "实际使用外资金额"), "fdi_actual", "万美元", ("万美元",), size=9800),
    Thing(
        ("研发经费占GDP比重", "R&D经费支出占GDP比重", "研究与试验发展经费投入强度"),
        "rd_to_gdp",
        "%",
        ("%",),
        "share",
        2.6,
    ),
    Thing(("常住人口", "年末常住人口"), "population", "万人", ("万人",), size=32),
    Thing(("高新技术企业数",), None, "家", ("家", "户"), "count", 62),
    Thing(("全员劳动生产率",), None, "万元/人", ("万元/人",), size=14.6),
    Thing(
        ("单位GDP能耗",),
        "energy_intensity",
        "吨标准煤/万元",
        ("吨标准煤/万元", "吨标煤/万元"),
        size=0.42,
    ),
    Thing(("港口吞吐量",), None, "万吨", ("万吨",), size=820),
    Thing(("人均可支配收入",), "income_per_head", "元", ("元",), size=46800),
)


@dataclass(frozen=True)
class Col:
    """A column: the year and kind of its figures, what they measure, and whether they are figures
    of the year.
    """

    year: int | None
    table: str
    head: str
    measure: str = "level"
    usable: bool = True
    area: str = ""
    version: str = ""


def year_text(year: int, rng: random.Random) -> str:
    """A year as it is typed."""
    chinese = "".join("〇一二三四五六七八九"[int(c)] for c in str(year))
    plan = {2015: "“十二五”末", 2020: "十三五末", 2025: "“十四五”末"}.get(year, f"{year}年")
    usual = [f"{year}年"] * 6
    return rng.choice(
        [*usual, f"{year}", f"FY{year}", f"{chinese}年", plan, f"{year}年度", f"{year} 年"]
    )


def kind_text(table: str, rng: random.Random) -> str:
    """A word for targets or actual figures."""
    words = {
        TARGET: ("目标", "目标值", "计划", "预期目标", "规划目标", "任务数"),
        ACTUAL: ("实际", "完成", "实绩", "实际完成", "完成数", "现状"),
    }
    return rng.choice(words[table])


def columns(rng: random.Random) -> list[Col]:
    """Some columns of figures, and among them some that are not figures of the year."""
    base = rng.choice([2015, 2017, 2020])
    seen = [y for y in range(base - rng.choice([0, 0, 1, 2]), base + 1)]
    aims = rng.choice(
        [[base + 1, base + 2, base + 3], [base + 5], [base + 1], [base + 1, base + 3]]
    )
    cols = []
    for table, years in ((ACTUAL, seen), (TARGET, aims)):
        for y in years:
            marked = rng.random() < 0.85
            head = year_text(y, rng) + (kind_text(table, rng) if marked else "")
            cols.append(Col(y, table, head))
    y = aims[0]
    strange = [
        Col(y, ACTUAL, f"{y}年1-9月完成", usable=False),
        Col(y, ACTUAL, f"{y}年前三季度", usable=False),
        Col(y, TARGET, f"{y}年上半年目标", usable=False),
        Col(y, ACTUAL, f"{y}年完成率（%）", usable=False),
        Col(y, ACTUAL, f"完成{y}年目标进度", usable=False),
        Col(y, TARGET, f"{y}年排名", usable=False),
        Col(y, TARGET, f"{y}年目标（原）", version="original"),
        Col(y, TARGET, f"{y}年目标（市下达）", version="given"),
        Col(y, TARGET, f"{y}年较{y - 3}年增长（%）", usable=False),
        Col(y, TARGET, f"{y}年目标（不含托管区）", usable=False),
        Col(None, GROWTH, "年均增长（%）", "growth"),
        Col(y, TARGET, f"{y}年目标增长（%）", "growth"),
        Col(base, ACTUAL, f"{base}年增速（%）", "growth"),
        Col(base, ACTUAL, f"{base}年同比增长", "growth"),
        Col(y, TARGET, f"{y - 1}-{y}年累计目标", usable=False),
    ]
    for col in rng.sample(strange, rng.choice([0, 0, 1, 1, 2, 3])):
        cols.insert(rng.randrange(len(cols) + 1), col)
    return cols


def number(value: float) -> str:
    """A number without noise."""
    return f"{value:.10g}"


@dataclass(frozen=True)
class Typing:
    """A figure as it is typed into a cell."""

    value: Any
    format: str = ""
    direction: str = ""
    high: float | None = None
    answers: tuple[tuple[str, str], ...] = ()


def typed(
    value: float, col: Col, unit: str, plain_file: bool, where: str, rng: random.Random
) -> Typing:
    """One of the many ways of typing a figure."""
    text = number(value)
    wide = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
    ways: list[Callable[[], Typing]] = [
        lambda: Typing(value if not plain_file else text),
        lambda: Typing(text),
        lambda: Typing(f"{value:,.10g}"),
        lambda: Typing(text.translate(wide)),
        lambda: Typing(f" {text} "),
        lambda: Typing(text + rng.choice(["①", "②", "¹", "²", "*", "※", "†", " ①", "⑴", "ᵃ"])),
        lambda: Typing(rng.choice(["①", "*"]) + text),
        lambda: Typing(text + rng.choice(["（预计）", "(初步)", "p", " e", "（快报数）", "[注1]"])),
        lambda: Typing(text + unit.replace("公斤", "千克")),
    ]
    if col.table == TARGET and col.measure != "average":
        bounds = {
            "at_least": (
                "{}以上",
                "≥{}",
                "不低于{}",
                "超{}",
                "突破{}",
                "{}＋",
                "{}（含）以上",
                ">{}",
                "{}多",
            ),
            "at_most": ("<{}", "{}以内", "不超过{}", "≤{}", "控制在{}以内"),
            "about": ("{}左右", "约{}", "近{}"),
        }
        aim = rng.choice(list(bounds))
        form = rng.choice(bounds[aim])
        ways.append(lambda: Typing(form.format(text), direction=aim))
        high = float(number(value * 1.1))
        sign = rng.choice(["-", "～", "—", "至"])
        ways.append(lambda: Typing(f"{text}{sign}{number(high)}", high=high))
    if unit == "%" and not plain_file:
        ways.append(lambda: Typing(float(number(value / 100)), "0.0%"))
    if unit in ("亿元", "家") and not plain_file:
        ways.append(lambda: Typing(value, f'0.0"{unit}"'))
    if unit == "万元" and not plain_file:
        shown = float(number(value * 10000))
        column = where.rstrip("0123456789")
        ways.append(lambda: Typing(shown, "0!.0,", answers=((f"format-{column}", "shown"),)))
    if value < 0:
        ways = [
            lambda: Typing(text.replace("-", rng.choice(["-", "−", "－", "–"]))),
            lambda: Typing(f"({number(-value)})", answers=(("sign-brackets", "minus"),)),
            lambda: Typing(f"▲{number(-value)}", answers=(("sign-triangle", "minus"),)),
        ]
    return rng.choice([ways[0], ways[0], ways[1], *ways])()


NOT_TEXT = ("10亿元2个，20亿元1个", "待定", "比2015年翻一番", "〔15〕", "1.5倍", "完成省定任务")


def sheet(rng: random.Random, plain_file: bool = False) -> Sheet:
    """A sheet at random, with its truth."""
    made = Sheet(rng.choice(["指标", "Sheet1", "主要指标", "任务分解"]))
    shape = rng.choice(
        ["wide"] * 12 + ["long", "long", "titled", "titled", "areas", "areas", "turned", "turned"]
    )
    if shape != "wide":
        return SHAPES[shape](made, plain_file, rng)
    cols = columns(rng)
    things = rng.sample(THINGS, rng.randrange(2, 6))
    units = rng.choice(["column", "column", "name", "head", "title"])
    if units in ("head", "title"):
        fitting = ("亿元", "%") if units == "title" else ("亿元",)
        things = [t for t in things if t.unit in fitting] or [THINGS[0]]
    top = _titles(made, units, things, rng)
    blocks = rng.random() < 0.15 and len(cols) > 2 and units != "title"
    parts = [cols[: len(cols) // 2], cols[len(cols) // 2 :]] if blocks else [cols]
    left = 1
    for part in parts:
        order = rng.sample(things, len(things)) if blocks else things
        left = _block(made, part, order, units, top, left, plain_file, rng) + (1 if blocks else 0)
    return made


def _titles(made: Sheet, units: str, things: list[Thing], rng: random.Random) -> int:
    """Lines above the table; the row in which its head begins."""
    row = 1
    if rng.random() < 0.6:
        made.put(
            row,
            1,
            rng.choice(
                ["东岭经济开发区主要指标", "海湾新区“十三五”规划主要指标", "主要目标任务分解表"]
            ),
        )
        row += 1
    if units == "title":
        money = any(t.unit == "亿元" for t in things)
        share = any(t.unit == "%" for t in things)
        said = "、".join(u for u, there in (("亿元", money), ("%", share)) if there)
        made.put(row, 1, f"单位：{said}")
        row += 1
    return row


def _block(
    made: Sheet, cols: list[Col], things: list[Thing], units: str, top: int, left: int,
    plain_file: bool, rng: random.Random,
) -> int:  # fmt: skip
    """A block of a table; the column behind it."""
    name_at = left + (rng.random() < 0.3)
    if name_at > left:
        made.put(top, left, "序号")
    made.put(top, name_at, rng.choice(["指标", "指标名称", "主要指标", "项目"]))
    unit_at = name_at + 1 if units == "column" else None
    if unit_at:
        made.put(top, unit_at, rng.choice(["单位", "计量单位"]))
    first = (unit_at or name_at) + 1
    deep = _heads(made, cols, things, units, top, first, name_at, plain_file, rng)
    row = top + deep
    growth_rows = rng.random() < 0.25 and units in ("column", "name")
    for thing in things:
        _row(made, thing, cols, units, row, name_at, unit_at, first, plain_file, rng)
        row += 1
        if growth_rows and thing.measure == "level" and thing.id not in (None, "energy_intensity"):
            _growth_row(made, thing, cols, units, row, name_at, unit_at, first, plain_file, rng)
            row += 1
    return first + len(cols)


def _heads(
    made: Sheet,
    cols: list[Col],
    things: list[Thing],
    units: str,
    top: int,
    first: int,
    name_at: int,
    plain_file: bool,
    rng: random.Random,
) -> int:
    """The heads of the columns, in one row or in two; how many rows they take."""
    unit = f"（{things[0].unit}）" if units == "head" else ""
    for k, col in enumerate(cols):
        own = unit if col.measure == "level" and "%" not in col.head else ""
        made.put(top, first + k, col.head + own)
        bare = not any(
            w in col.head
            for w in ("目标", "计划", "任务", "实际", "完成", "实绩", "现状", "增", "季度")
        )
        if bare and col.year and col.usable:
            made.answers[f"kind-{col.year}"] = "target" if col.table == TARGET else "actual"
        if col.version:
            made.answers[f"version-{col.year}"] = "plain"
    split = [
        k
        for k, c in enumerate(cols)
        if c.year and c.usable and c.head.startswith(f"{c.year}年") and c.head != f"{c.year}年"
    ]
    if not split or rng.random() < 0.6 or "（" in "".join(cols[k].head for k in split):
        return 1
    # Years above, what they are below.
    for k in range(len(cols)):
        text = made.cells.pop((top, first + k))
        if k in split:
            made.put(top, first + k, f"{cols[k].year}年")
            made.put(top + 1, first + k, text.removeprefix(f"{cols[k].year}年"))
        else:
            made.put(top + 1, first + k, text)
    return 2


def _name(thing: Thing, units: str, rng: random.Random) -> str:
    name = rng.choice(thing.names)
    name = rng.choice(["", "", "", "1.", "（一）", "一、", "其中：", "  "]) + name
    name += rng.choice(["", "", "", "①", "*", "¹", "（注1）"])
    return name + (f"（{thing.unit}）" if units == "name" else "")


def _row(
    made: Sheet,
    thing: Thing,
    cols: list[Col],
    units: str,
    row: int,
    name_at: int,
    unit_at: int | None,
    first: int,
    plain_file: bool,
    rng: random.Random,
) -> None:
    name = _name(thing, units, rng)
    made.put(row, name_at, name)
    unit = thing.unit
    if unit_at:
        unit = rng.choice(thing.typed)
        made.put(row, unit_at, unit)
    unit = {"户": "家", "吨标煤/万元": "吨标准煤/万元"}.get(unit, unit)
    unit = "亿元" if unit in MONEY else unit
    scale = 10000.0 if unit == "万元" else 1.0
    place = f"{letter(name_at)}{row}"
    for k, col in enumerate(cols):
        at = row, first + k
        if rng.random() < 0.08:
            continue
        if rng.random() < 0.04:
            made.put(*at, rng.choice(NOT_TEXT))
            made.heads[at] = (0, 0)
            continue
        grows = col.measure == "growth"
        value = float(
            number(rng.choice([1, -1]) * rng.uniform(1.5, 15))
            if grows
            else number(scale * thing.size * rng.uniform(0.9, 1.3))
        )
        value = float(f"{value:.3g}")
        in_unit = "%" if grows else unit
        way = typed(value, col, in_unit, plain_file, f"{letter(at[1])}{row}", rng)
        made.put(*at, way.value, way.format)
        made.answers |= dict(way.answers)
        measure = "growth" if grows else thing.measure
        made.truth[at] = Truth(
            name, thing.id, col.table, col.year, value, in_unit, measure, way.direction, way.high,
            usable=col.usable, version=col.version,
        )  # fmt: skip
        made.heads[at] = (row, first + k)
        if units in ("title", "head") and thing.unit == "%":
            made.answers[f"unit-{place}"] = "%"
    if units == "head":
        made.answers.setdefault(f"unit-{place}", unit)
    made.answers.setdefault(f"fraction-{place}", "typed")


def _growth_row(
    made: Sheet,
    thing: Thing,
    cols: list[Col],
    units: str,
    row: int,
    name_at: int,
    unit_at: int | None,
    first: int,
    plain_file: bool,
    rng: random.Random,
) -> None:
    """Growth of the row above, named as such or not named at all."""
    named = units == "name" or rng.random() < 0.8
    name = rng.choice(["  比上年增长", "增速", "同比增长", "  其中：增长"]) if named else None
    made.put(row, name_at, f"{name}（%）" if units == "name" else name)
    if unit_at:
        made.put(row, unit_at, "%")
    made.answers["rows"] = "growth"
    for k, col in enumerate(cols):
        if col.measure == "growth" or not col.usable or rng.random() < 0.2:
            continue
        value = float(f"{rng.uniform(1.5, 15):.3g}")
        way = typed(value, col, "%", plain_file, f"{letter(first + k)}{row}", rng)
        at = row, first + k
        made.put(*at, way.value, way.format)
        made.truth[at] = Truth(
            "growth",
            thing.id,
            col.table,
            col.year,
            value,
            "%",
            "growth",
            way.direction,
            way.high,
            version=col.version,
        )


# Other shapes -----------------------------------------------------------------------------------


def long_table(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """A row for each figure, with its year, unit and kind beside it."""
    heads = [
        "指标",
        rng.choice(["年份", "时间", "年度"]),
        rng.choice(["数值", "数据"]),
        "单位",
        rng.choice(["类型", "性质"]),
    ]
    order = [0, *rng.sample([1, 2, 3, 4], 4)]
    for c, k in enumerate(order, start=1):
        made.put(1, c, heads[k])
    row = 2
    for thing in rng.sample(THINGS, rng.randrange(2, 5)):
        for year in sorted(rng.sample(YEARS, rng.randrange(1, 4))):
            table = rng.choice([TARGET, ACTUAL])
            part = rng.random() < 0.15
            when = (
                f"{year}" + rng.choice(["年1-9月", "Q3", "年上半年", "年9月"])
                if part
                else year_text(year, rng)
            )
            value = float(f"{thing.size * rng.uniform(0.9, 1.3):.3g}")
            col = Col(year, table, "")
            at = row, order.index(2) + 1
            way = typed(value, col, thing.unit, plain_file, f"{letter(at[1])}{row}", rng)
            cells = [rng.choice(thing.names), when, way.value, thing.unit, kind_text(table, rng)]
            for c, k in enumerate(order, start=1):
                made.put(row, c, cells[k], way.format if k == 2 else "")
            made.answers |= dict(way.answers)
            made.answers[f"fraction-A{row}"] = "typed"
            made.truth[at] = Truth(
                cells[0],
                thing.id,
                table,
                year,
                value,
                thing.unit,
                thing.measure,
                way.direction,
                way.high,
                usable=not part,
            )
            row += 1
    return made


def titled(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """The year stands in the title or in the name of the sheet only."""
    year = rng.choice(YEARS)
    text = rng.choice(
        [
            f"{year}年度主要目标任务分解表",
            f"海湾新区{year}年主要经济指标",
            f"{year}年1-9月主要指标完成情况",
        ]
    )
    part = "1-9月" in text
    top = 1
    if rng.random() < 0.7 or plain_file:
        made.put(1, 1, text)
        top = 2
    else:
        made.title = text[:25]
    cols = [
        Col(year, TARGET, rng.choice(["全年目标", "全年计划", "全年目标任务"])),
        Col(year, ACTUAL, rng.choice(["完成", "实际"]), usable=not part),
        Col(year, TARGET, "上半年目标", usable=False),
        Col(year, ACTUAL, "完成率（%）", usable=False),
        Col(year - 1, ACTUAL, rng.choice(["上年完成", "去年实际"]), usable=not part),
        Col(year, ACTUAL, "本年完成增长（%）", "growth", usable=not part),
    ]
    cols = rng.sample(cols, rng.randrange(1, 5))
    _block(made, cols, rng.sample(THINGS, rng.randrange(2, 5)), "column", top, 1, plain_file, rng)
    return made


def areas(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """Figures of the zone and of a part of it, in columns, rows, sections or brackets."""
    part = rng.choice(["核心区", "起步区", "托管区", "区本级"])
    two = rng.sample(["全区", part], 2)
    how = rng.choice(["columns", "column", "sections", "brackets"])
    cols = [Col(2017, ACTUAL, "2017年实际"), Col(2020, TARGET, "2020年目标")]
    things = rng.sample([t for t in THINGS if t.id], rng.randrange(2, 4))
    made.answers["scope"] = rng.choice(two)
    made.put(1, 1, "指标")
    made.put(1, 2, "范围" if how == "column" else "单位")
    row, first = 2, 3
    if how == "column":
        made.put(1, 3, "单位")
        first = 4
    if how == "columns":
        row = 3
        for k, area in enumerate(two):
            made.put(1, 3 + 2 * k, area)
            made.merged.append((1, 3 + 2 * k, 1, 4 + 2 * k))
    across = [(a, c) for a in two for c in cols] if how == "columns" else [("", c) for c in cols]
    for k, (_, col) in enumerate(across):
        made.put(row - 1, first + k, col.head)
    lines = [("", t) for t in things] if how == "columns" else [(a, t) for a in two for t in things]
    section = ""
    for area, thing in lines:
        if how == "sections" and area != section:
            made.put(row, 1, f"{'一二'[two.index(area)]}、{area}")
            section, row = area, row + 1
        name = rng.choice(thing.names) + (f"（{area}）" if how == "brackets" else "")
        made.put(row, 1, name)
        made.put(row, first - 1, thing.unit)
        if how == "column":
            made.put(row, 2, area)
        for k, (above, col) in enumerate(across):
            value = float(f"{thing.size * rng.uniform(0.9, 1.3):.3g}")
            way = typed(value, col, thing.unit, plain_file, f"{letter(first + k)}{row}", rng)
            made.put(row, first + k, way.value, way.format)
            made.answers |= dict(way.answers)
            made.truth[row, first + k] = Truth(
                name,
                thing.id,
                col.table,
                col.year,
                value,
                thing.unit,
                thing.measure,
                way.direction,
                way.high,
                area=area or above,
            )
        made.answers[f"fraction-A{row}"] = "typed"
        row += 1
    return made


def turned(made: Sheet, plain_file: bool, rng: random.Random) -> Sheet:
    """The years run down."""
    years = range(2016, 2016 + rng.randrange(3, 6))
    things = rng.sample([t for t in THINGS if t.id], rng.randrange(2, 5))
    made.put(1, 1, "年份")
    for k, thing in enumerate(things):
        made.put(1, 2 + k, f"{rng.choice(thing.names)}（{thing.unit}）")
        made.answers[f"fraction-{letter(2 + k)}1"] = "typed"
    for row, year in enumerate(years, start=2):
        col = Col(year, TARGET if year > 2017 else ACTUAL, "")
        made.put(row, 1, f"{year}年{kind_text(col.table, rng)}")
        for k, thing in enumerate(things):
            value = float(f"{thing.size * rng.uniform(0.9, 1.3):.3g}")
            way = typed(value, col, thing.unit, True, "", rng)
            made.put(row, 2 + k, way.value)
            made.truth[row, 2 + k] = Truth(
                thing.names[0],
                thing.id,
                col.table,
                year,
                value,
                thing.unit,
                thing.measure,
                way.direction,
                way.high,
            )
    return made


SHAPES = {"long": long_table, "titled": titled, "areas": areas, "turned": turned}


# Files ------------------------------------------------------------------------------------------


def write(made: Sheet, file: Path, rng: random.Random) -> None:
    """Save a sheet as a workbook, or as CSV in one of the usual encodings."""
    if file.suffix == ".csv":
        rows = max(r for r, _ in made.cells)
        width = max(c for _, c in made.cells)
        out = io.StringIO()
        mark = rng.choice([",", ",", ";", "\t"])
        writer = csv.writer(out, delimiter=mark, lineterminator="\r\n")
        for r in range(1, rows + 1):
            writer.writerow([made.cells.get((r, c), "") for c in range(1, width + 1)])
        encoding = rng.choice(["utf-8", "utf-8-sig", "gb18030", "utf-16"])
        file.write_bytes(out.getvalue().encode(encoding))
        return
    book = openpyxl.Workbook()
    page = book.active
    page.title = made.title
    for (r, c), value in made.cells.items():
        page.cell(r, c).value = value
        if made.formats.get((r, c)):
            page.cell(r, c).number_format = made.formats[r, c]
    for r, c, last_r, last_c in made.merged:
        page.merge_cells(start_row=r, start_column=c, end_row=last_r, end_column=last_c)
    book.save(file)


def hold(read: Understood, made: Sheet, complete: bool) -> int:
    """Every figure is read as it was typed, or named; how many were read."""
    named = set(read.not_understood()["cell"])
    rows = {r.cell: r for r in read.table().itertuples()}
    by_place = {f"{letter(c)}{r}": truth for (r, c), truth in made.truth.items()}
    areas = {by_place[cell].area for cell in rows if cell in by_place}
    if len(areas) > 1:
        raise Misread(f"figures of several areas: {', '.join(areas)}")
    chosen = made.answers.get("scope")
    if complete and rows and chosen and areas != {chosen}:
        raise Misread(f"figures of {areas} instead of {chosen}")
    for cell, row in rows.items():
        truth = by_place.get(cell)
        if truth is None:
            raise Misread(f"{cell}: {row.value} was read where no figure is")
        wrong = mismatch(row, truth)
        if wrong:
            raise Misread(f"{cell}: {wrong} (typed {truth})")
    for (r, c), truth in made.truth.items():
        cell = f"{letter(c)}{r}"
        heads = {f"{letter(c)}{k}" for k in range(1, r)}
        if cell not in rows and cell not in named and not heads & named:
            raise Misread(f"{cell}: {truth} was lost without a word")
        if cell in rows and not truth.usable:
            raise Misread(f"{cell}: {truth} is no figure of the year")
    return len(rows)


def _other_value(row: Any, truth: Truth) -> str:
    """How the figures of a row differ from those that were typed; empty if they do not."""
    # A limit from above is met up to the upper end of a range.
    upper = truth.high is not None and row.direction == "at_most"
    for value, said in ((row.value, truth.value), (row.value_high, truth.high)):
        if said is None and value != value:
            continue
        if said is None or value != value:
            if upper and row.value == truth.high:
                continue
            return f"{value} instead of {said}"
        if (
            abs(convert(value, row.unit, truth.unit) - said) > 1e-9 * max(1, abs(said))
            and not upper
        ):
            return f"{value} {row.unit} instead of {said} {truth.unit}"
    return ""


def mismatch(row: Any, truth: Truth) -> str:
    """How a row that was read differs from the truth; empty if it does not."""
    if row.table != truth.table:
        return f"{row.table} instead of {truth.table}"
    if truth.table != GROWTH and row.year != truth.year:
        return f"of {row.year} instead of {truth.year}"
    if not convertible(row.unit, truth.unit):
        return f"in {row.unit} instead of {truth.unit}"
    if other := _other_value(row, truth):
        return other
    if (row.kind == "growth") != (truth.measure == "growth") or (row.kind == "share") != (
        truth.measure == "share"
    ):
        return f"{row.kind} instead of {truth.measure}"
    stem = row.indicator_id.removesuffix("_growth")
    if truth.indicator_id and stem != truth.indicator_id:
        return f"{stem} instead of {truth.indicator_id}"
    if truth.direction and row.direction != truth.direction:
        return f"{row.direction} instead of {truth.direction}"
    return ""


def answer(question: Question, made: Sheet) -> str:
    """What a clerk who typed the sheet would say."""
    known = made.answers.get(question.id) or made.answers.get(question.kind)
    if known:
        return known
    if question.kind in ("kind", "twice", "column", "year", "rate", "date", "percent", "measure"):
        return "leave"
    return question.default or "leave"


def one_case(
    folder: Path, rng: random.Random, make: Callable[[random.Random, bool], Sheet] = sheet
) -> tuple[int, int, int]:
    """A sheet, read without answers and with them: figures typed, read at once, and read with
    answers.
    """
    plain_file = rng.random() < 0.25
    made = make(rng, plain_file)
    file = folder / ("case.csv" if plain_file else "case.xlsx")
    write(made, file, rng)
    from zoneplan.errors import DataError

    try:
        read = read_workbook(file)
    except DataError:
        return len(made.truth), 0, 0
    at_once = hold(read, made, False)
    answers: dict[str, str] = {}
    for _ in range(6):
        if not read.questions:
            break
        answers |= {q.id: answer(q, made) for q in read.questions}
        try:
            read = read_workbook(file, answers)
        except DataError:
            return len(made.truth), at_once, at_once
        after = hold(read, made, True)
    return len(made.truth), at_once, after if answers else at_once
