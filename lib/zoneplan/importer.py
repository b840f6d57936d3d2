"""Targets and figures typed in a spreadsheet, read into a plan folder: what was understood, what was not, and where."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.plan import growth_kind
from zoneplan.tables import OWN, printed_step
from zoneplan.units import UNITS, convert

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

# A spreadsheet of targets is small; what unpacks to more is no such file.
MOST_BYTES = 20_000_000
MOST_CELLS = 100_000
# Below the first rows there is no header any more.
HEADER_WITHIN = 20
TARGET, SEEN, GROWTH = "target", "observation", "average growth"
COLUMNS = "table indicator_id name year value unit kind direction sheet cell known".split()
WORDS = {
    TARGET: ("目标", "计划", "规划", "预期", "target", "plan"),
    SEEN: ("实际", "完成", "实绩", "历史", "现状", "基数", "actual", "observ", "outturn", "result", "history"),
    GROWTH: ("年均", "平均增", "average growth", "growth a year", "cagr"),
}
NAME = ("指标", "指标名称", "主要指标", "项目", "名称", "indicator", "name", "item")
FIELDS = {
    "year": ("年份", "年度", "年", "year"),
    "value": ("数值", "值", "数据", "value", "figure"),
    "unit": ("单位", "计量单位", "unit", "units"),
    "table": ("类型", "类别", "性质", "type", "kind"),
}
# A unit as typed, the unit as the project names it, and what one of the former is in the latter.
UNIT_WORDS = {
    **{u: (u, 1.0) for u in UNITS if u != "无"},
    "percent": ("%", 1.0), "百分比": ("%", 1.0), "项": ("个", 1.0), "户": ("家", 1.0), "名": ("位", 1.0), "千万元": ("百万元", 10.0),
    "十亿元": ("亿元", 10.0), "亿人民币": ("亿元", 1.0), "100millionyuan": ("亿元", 1.0), "cny100million": ("亿元", 1.0),
    "rmb100million": ("亿元", 1.0), "cnybillion": ("亿元", 10.0), "billionyuan": ("亿元", 10.0), "rmbbillion": ("亿元", 10.0),
    "billioncny": ("亿元", 10.0), "cnymillion": ("百万元", 1.0), "millionyuan": ("百万元", 1.0), "rmbmillion": ("百万元", 1.0),
    "millioncny": ("百万元", 1.0), "10,000yuan": ("万元", 1.0), "cny10,000": ("万元", 1.0), "usd100million": ("亿美元", 1.0),
    "usdbillion": ("亿美元", 10.0), "billionusd": ("亿美元", 10.0), "usdmillion": ("百万美元", 1.0), "millionusd": ("百万美元", 1.0),
    "usd10,000": ("万美元", 1.0), "10,000usd": ("万美元", 1.0), "firms": ("家", 1.0), "companies": ("家", 1.0),
    "projects": ("个", 1.0), "people": ("人", 1.0), "persons": ("人", 1.0), "10,000people": ("万人", 1.0), "sqkm": ("平方公里", 1.0),
    "km2": ("平方公里", 1.0), "mu": ("亩", 1.0), "hectares": ("公顷", 1.0),
}  # fmt: skip
# Observed money is kept in one unit of its currency.
CANONICAL = {"百万元": "亿元", "万元": "亿元", "元": "亿元", "百万美元": "亿美元", "万美元": "亿美元"}
COUNTS = ("家", "个", "count", "zones")
AREAS = ("平方公里", "公顷", "亩")
YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})(?![0-9])")
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
BRACKETS = re.compile(r"\(([^()]*)\)")
UNIT_OF = re.compile(r"(?:单位|unit)\s*[:=]?\s*([^\s,;()]+(?: [a-z]+)*)")
GROWS = re.compile(r"增长率|增长|增速|增幅|growthrate|growth")
SHARE = re.compile(r"占|比重|比例|率$|share|ratio|rate$|to gdp")
DIRECTIONS = (("at_most", ("以内", "以下", "不超过", "≤", "at most", "max")), ("about", ("左右", "约", "about", "around")),
              ("at_least", ("以上", "不低于", "突破", "超过", "≥", ">", "at least")))  # fmt: skip


@dataclass(frozen=True)
class Understood:
    """What a spreadsheet was understood to say: figures, and every filled cell that says something else."""

    file: str
    title: str
    rows: pd.DataFrame
    left: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns table (target, observation or average growth), indicator_id, name, year, value, unit, kind, direction,
        sheet, cell and known (whether the name is one that reference classes know)."""
        return self.rows.copy()

    def not_understood(self) -> pd.DataFrame:
        """Columns sheet, cell, text and why: every cell that looks like a figure or a name and was not used."""
        return self.left.copy()

    def years(self) -> list[int]:
        """The years that have targets, rising."""
        return sorted({int(y) for y in self.rows.loc[self.rows["table"] == TARGET, "year"]})


def read_workbook(file: str | Path) -> Understood:
    """Read targets and observations from a spreadsheet; nothing is written.

    Parameters
    ----------
    file : an .xlsx file. One row an indicator with years across, or one row a figure; headers in Chinese or English;
        title rows, merged headers, units in headers or names, thousands separators, full-width digits and percent cells
        are understood. Formulas count with the value that was saved with them.

    Returns
    -------
    Understood.

    Raises
    ------
    DataError
        The file is no such spreadsheet, unpacks to more than 20 MB or 100,000 cells, or no figure was understood in it.

    How to read it: compare ``table()`` with the sheet, then look at every line of ``not_understood()``.
    """
    from openpyxl import load_workbook

    file = Path(file)
    _refuse_unfit(file)
    try:
        values, typed = load_workbook(file, data_only=True), load_workbook(file)
    # Whatever stops the reader is a fault of the file, and is reported like any other.
    except Exception as error:  # noqa: BLE001
        raise DataError([Problem(file.name, None, None, f"{type(error).__name__}: {error}", "a spreadsheet that opens")]) from None
    found: list[dict] = []
    left: list[tuple] = []
    titles = []
    for sheet in values.worksheets:
        reading = _Reading(sheet, typed[sheet.title])
        reading.read(found, left)
        titles += reading.titles
    rows, again = _once(found)
    if not rows:
        say = "; ".join(f"{s}!{c} {text!r}: {why}" for s, c, text, why in left[:5]) or "no filled cell"
        expected = "a header row with years and the word 目标/target or 实际/actual in it, above or in the sheet's name"
        raise DataError([Problem(file.name, None, None, say, expected)])
    title = next((t for t in titles if len(t) > 3), file.stem)
    return Understood(file.name, title, pd.DataFrame(rows, columns=COLUMNS), pd.DataFrame(left + again, columns=["sheet", "cell", "text", "why"]))


def _refuse_unfit(file: Path) -> None:
    """Stop before anything is unpacked into memory that no sheet of targets could need."""

    def refuse(found: str, expected: str) -> DataError:
        return DataError([Problem(file.name, None, None, found, expected)])

    if not file.is_file():
        raise refuse("no such file", "an .xlsx file")
    if not zipfile.is_zipfile(file):
        raise refuse("no spreadsheet of this kind", "an .xlsx file; save older or other files as .xlsx")
    size = cells = 0
    try:
        with zipfile.ZipFile(file) as packed:
            for part in packed.infolist():
                with packed.open(part) as stream:
                    # The size that a part states may be a lie, so what comes out is counted.
                    while block := stream.read(1 << 16):
                        size += len(block)
                        cells += block.count(b"<c ") if "worksheets" in part.filename else 0
                        if size > MOST_BYTES or cells > MOST_CELLS:
                            raise refuse(f"over {MOST_BYTES:,} bytes or {MOST_CELLS:,} cells unpacked", "a small sheet of targets")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise refuse(str(error), "a spreadsheet that opens without a password") from None


def plain(value: Any) -> str:
    """A cell as text: full-width signs made plain, blanks squeezed, small letters."""
    return " ".join(unicodedata.normalize("NFKC", "" if value is None else str(value)).split()).lower()


def bare(value: Any) -> str:
    """A name without what does not name: numbering, brackets, blanks and marks."""
    text = BRACKETS.sub("", plain(value))
    text = re.sub(r"^(?:其中|#|\*)+[:,]?|^(?:[0-9]+|[一二三四五六七八九十]+)[.、)]\s*", "", text.strip())
    return re.sub(r"[\s:,;·\"“”'’]", "", text)


@cache
def known_names() -> dict[str, str]:
    """Indicator ids by every name that is known for them."""
    import yaml

    listed = yaml.safe_load((Path(__file__).parent / "indicators.yml").read_text(encoding="utf-8"))
    return {bare(name): i for i, names in listed.items() for name in [*names, i]}


def unit_in(text: str) -> tuple[str, float] | None:
    """The unit that a text names in brackets, after a stroke or by itself, with its factor; None if it names none."""
    text = plain(text)
    for part in [*BRACKETS.findall(text), *UNIT_OF.findall(text), text.rpartition("/")[2], text]:
        found = UNIT_WORDS.get(re.sub(r"\s|^(?:单位|unit)[:=]?", "", part))
        if found:
            return found
    return None


def number_in(cell: Cell) -> tuple[float, str | None, str | None] | None:
    """A number with the unit and the direction that stand in the same cell; None if the cell holds no one number."""
    value = cell.value
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        percent = "%" in (cell.number_format or "")
        # Fifteen digits are what a spreadsheet keeps; the rest is noise of the binary fraction.
        return float(f"{100 * value if percent else value:.12g}"), "%" if percent else None, None
    text = plain(value).replace(" ", "")
    direction = next((d for d, words in DIRECTIONS if any(w.replace(" ", "") in text for w in words)), None)
    for word in (w.replace(" ", "") for _, words in DIRECTIONS for w in words):
        text = text.replace(word, "")
    found = NUMBER.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    unit = UNIT_WORDS.get(rest)
    if rest and unit is None:
        return None
    return float(found[0].replace(",", "")) * (unit[1] if unit else 1.0), unit[0] if unit else None, direction


def table_in(text: str) -> str | None:
    """Whether a text speaks of targets, of observations or of average growth."""
    text = plain(text)
    return next((t for t in (GROWTH, SEEN, TARGET) if any(w in text for w in WORDS[t])), None)


class _Reading:
    """One sheet while it is read."""

    def __init__(self, values: Worksheet, typed: Worksheet):
        self.sheet, self.typed = values, typed
        self.merged = {c: str(r) for r in values.merged_cells.ranges for row in values[r.coord] for c in [x.coordinate for x in row]}
        self.above = {c: values[r.coord][0][0].value for r in values.merged_cells.ranges for row in values[r.coord] for c in [x.coordinate for x in row]}
        self.titles: list[str] = []

    def text(self, row: int, column: int) -> str:
        cell = self.sheet.cell(row, column)
        return plain(self.above.get(cell.coordinate, cell.value))

    def read(self, found: list[dict], left: list[tuple]) -> None:
        header = self.header()
        if header is None:
            filled = [c for row in self.sheet.iter_rows() for c in row if c.value is not None]
            left += [self.note(c, "no header row with years or with indicator, year and value above it") for c in filled[:1]]
            return
        self.titles = [str(unicodedata.normalize("NFKC", str(c.value))).strip() for row in self.sheet.iter_rows(max_row=header - 1) for c in row if isinstance(c.value, str)]
        usual = next((u for t in self.titles if (u := unit_in(t)) and ("单位" in t or "unit" in t.lower())), None)
        heads = {c: self.text(header, c) for c in range(1, self.sheet.max_column + 1)}
        over = {c: " ".join(self.text(r, c) for r in range(1, header)) for c in heads}
        sheet_table = table_in(self.sheet.title) or next(filter(None, map(table_in, self.titles)), None)
        names = [c for c, h in heads.items() if bare(h) in NAME] or [min(heads)]
        fields = {f: c for f, words in FIELDS.items() for c, h in heads.items() if bare(h) in words}
        if {"year", "value"} <= set(fields):
            columns = {fields["value"]: (None, None)}
        else:
            columns = {c: (self.year(h), table_in(h) or self.over(over[c]) or sheet_table) for c, h in heads.items() if c not in names}
            columns = {c: (y, t) for c, (y, t) in columns.items() if y is not None or t == GROWTH}
        for row in range(header + 1, self.sheet.max_row + 1):
            self.row(row, names[0], columns, fields, heads, (usual, sheet_table), found, left)

    def year(self, head: str) -> int | None:
        years = YEAR.findall(head)
        return int(years[0]) if len(years) == 1 else None

    def over(self, text: str) -> str | None:
        """What a merged header above speaks of; titles that name both sides decide nothing."""
        said = {t for t in (TARGET, SEEN) if any(w in text for w in WORDS[t])}
        return said.pop() if len(said) == 1 else None

    def header(self) -> int | None:
        """The last of the first rows that names years, or indicator, year and value."""
        for row in range(min(HEADER_WITHIN, self.sheet.max_row), 0, -1):
            texts = [self.text(row, c) for c in range(1, self.sheet.max_column + 1)]
            words = {f for f, ws in FIELDS.items() if any(bare(t) in ws for t in texts)}
            # A year is a heading where it stands alone or with words, and not as a figure among figures.
            years = [t for t in texts if self.year(t) and len(t) < 40]
            named = any(bare(t) in NAME for t in texts)
            if {"year", "value"} <= words or (years and (named or len(years) > 1 or table_in(years[0]))):
                return row
        return None

    def note(self, cell: Cell, why: str) -> tuple:
        return self.sheet.title, cell.coordinate, str(cell.value)[:60], why

    def hidden(self, row: int, column: int) -> str | None:
        from openpyxl.utils import get_column_letter

        if self.sheet.sheet_state != "visible":
            return "a hidden sheet: show it to import it"
        if self.sheet.row_dimensions[row].hidden:
            return "a hidden row: show it to import it"
        if self.sheet.column_dimensions[get_column_letter(column)].hidden:
            return "a hidden column: show it to import it"
        return None

    def row(self, row: int, name_at: int, columns: dict, fields: dict, heads: dict, usual: tuple, found: list, left: list) -> None:
        name = self.above.get(self.sheet.cell(row, name_at).coordinate, self.sheet.cell(row, name_at).value)
        for column, (year, table) in columns.items():
            cell = self.sheet.cell(row, column)
            raw = self.typed.cell(row, column).value
            if cell.value is None and not (isinstance(raw, str) and raw.startswith("=")):
                continue
            why = self.hidden(row, column) or self.unusable(cell, raw, name)
            if why is None and "value" in fields:
                year = self.year(self.text(row, fields["year"]))
                table = table_in(self.text(row, fields["table"])) if "table" in fields else usual[1]
            if why is None and year is None and table != GROWTH:
                why = "no year for it"
            if why is None and table is None:
                why = "a target or an observation? write 目标/target or 实际/actual into its header or the sheet's name"
            number = number_in(cell) if why is None else None
            if why is None and number is None:
                why = "no number"
            if why is not None:
                left.append(self.note(cell if cell.value is not None else self.typed.cell(row, column), why))
                continue
            units = (number[1] and (number[1], 1.0), unit_in(self.text(row, fields["unit"])) if "unit" in fields else None,
                     self.bracketed(name), self.bracketed(heads[column]), usual[0])  # fmt: skip
            unit = next(filter(None, units), None)
            if table == GROWTH:
                unit = ("%", 1.0)
            made = figure(str(name), year, number[0], unit, number[2], table)
            if isinstance(made, str):
                left.append(self.note(cell, made))
            else:
                found.append(made | {"sheet": self.sheet.title, "cell": cell.coordinate})

    def bracketed(self, text: Any) -> tuple[str, float] | None:
        text = plain(text)
        return unit_in(text) if BRACKETS.search(text) or "/" in text or "," in text or "单位" in text else None

    def unusable(self, cell: Cell, raw: Any, name: Any) -> str | None:
        """Why a filled cell in a column of figures is no figure, if it is none."""
        formula = isinstance(raw, str) and raw.startswith("=") and self.typed[cell.coordinate].data_type == "f"
        if formula and cell.value is None:
            return "a formula without a saved value: open the file, save it and import again"
        if cell.data_type == "e":
            return "an error of a formula"
        if cell.coordinate in self.merged:
            return f"merged over {self.merged[cell.coordinate]}: one figure for several cells"
        if name is None or not bare(name):
            return "no name of an indicator in its row"
        return None


def figure(name: str, year: int | None, value: float, unit: tuple[str, float] | None, direction: str | None, table: str) -> dict | str:
    """One figure as a row of :meth:`Understood.table`, or why it is none."""
    if unit is None:
        return "no unit: write one such as 亿元 into the header, the name or a column 单位/unit"
    plain_name = bare(name)
    growing = GROWS.sub("", plain_name)
    known = known_names()
    indicator = known.get(plain_name) or known.get(growing)
    named_growth = plain_name != growing and plain_name not in known
    if unit[0] == "%":
        is_share = plain_name in known and SHARE.search(plain_name) or (not named_growth and SHARE.search(plain_name))
        if not is_share and not named_growth and indicator is None:
            return "growth or a share? write 增长/growth or 占比/share into its name"
        kind = "share" if is_share else "growth"
    else:
        kind = "count" if unit[0] in COUNTS else "area" if unit[0] in AREAS else "rank" if unit[0] == "位" else "flow"
    value, shown = float(f"{value * unit[1]:.12g}"), unit[0]
    stem = indicator or ""
    if kind == "growth" and table != GROWTH:
        stem = f"{stem}_growth" if stem else ""
    if table == SEEN and shown in CANONICAL:
        value, shown = float(f"{convert(value, shown, CANONICAL[shown]):.12g}"), CANONICAL[shown]
    return {"table": table, "indicator_id": stem, "name": " ".join(name.split()), "year": year, "value": value, "unit": shown,
            "kind": kind, "direction": direction or "at_least", "known": bool(indicator)}  # fmt: skip


def _once(found: list[dict]) -> tuple[list[dict], list[tuple]]:
    """Every figure once, with an id for names that nobody knows; what comes again is told."""
    own: dict[str, str] = {}
    first: dict[tuple, str] = {}
    rows, again = [], []
    for row in found:
        name = f"{bare(GROWS.sub('', bare(row['name'])))}{'+' if row['kind'] == 'growth' else ''}"
        if not row["indicator_id"]:
            latin = re.sub(r"[^a-z0-9]+", "_", plain(row["name"])).strip("_")
            made = latin if re.search("[a-z]{3}", latin) else f"own_{len(own) + 1:02d}"
            row = row | {"indicator_id": own.setdefault(name, f"{made}_growth" if row["kind"] == "growth" and not made.endswith("growth") else made)}
        key = row["table"], row["indicator_id"], row["year"]
        if key in first:
            again.append((row["sheet"], row["cell"], f"{row['value']:g}", f"the same figure again, as in {first[key]}"))
            continue
        first[key] = f"{row['sheet']}!{row['cell']}"
        rows.append(row)
    return rows, again


def number_text(value: float) -> str:
    """A value as it is typed into a table: no thousands separators, no noise."""
    return f"{value:.12g}"


def plan_tables(read: Understood) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of a plan folder that a spreadsheet fills: (file name, table of texts)."""
    rows = read.rows.assign(place=read.rows["sheet"] + "!" + read.rows["cell"], year=read.rows["year"].map(lambda y: "" if pd.isna(y) else str(int(y))))
    growth = rows[rows["table"] == GROWTH].set_index("indicator_id")["value"]
    targets = rows[rows["table"] == TARGET]
    last = targets.groupby("indicator_id")["year"].transform("max")
    texts = [number_text(v) for v in targets["value"]]
    stated = [number_text(growth[i]) if i in growth.index and y == z else "" for i, y, z in zip(targets["indicator_id"], targets["year"], last, strict=True)]
    yield "targets.csv", pd.DataFrame(
        {
            "indicator_id": targets["indicator_id"], "name_zh": targets["name"], "name_en": targets["name"], "year": targets["year"],
            "value": texts, "unit": targets["unit"], "precision": [printed_step(t) for t in texts], "kind": targets["kind"],
            "direction": targets["direction"], "stated_growth": stated, "locator": targets["place"], "source_id": OWN,
        }
    )  # fmt: skip
    seen = rows[rows["table"] == SEEN]
    yield "observations.csv", pd.DataFrame(
        {
            "indicator_id": seen["indicator_id"], "year": seen["year"], "value": [number_text(v) for v in seen["value"]],
            "unit": seen["unit"], "kind": [_seen_kind(i, k) for i, k in zip(seen["indicator_id"], seen["kind"], strict=True)],
            "source_id": OWN, "note": seen["place"],
        }
    )  # fmt: skip
    yield "sources.csv", pd.DataFrame([{"source_id": OWN, "publisher": "own figures", "title": read.file, "url": "", "published": ""}])


def _seen_kind(indicator_id: str, kind: str) -> str:
    return growth_kind(indicator_id) if kind == "growth" else {"flow": "level", "area": "level"}.get(kind, kind)


def zone_name(title: str) -> str:
    """The name of a zone that a title begins with; the whole title if nothing tells where the name ends."""
    found = re.match(r"(.+?(?:开发区|高新区|集聚区|园区|新区|经开区|自贸区|片区|试验区|zone|park|area))", title, flags=re.IGNORECASE)
    return found[1].strip() if found else re.split(r"[\"“(（]|十[三四五]五|规划|20[0-9]{2}|主要|目标", title)[0].strip() or title


def write_plan(read: Understood, folder: Path) -> list[Path]:
    """Write what was understood as a plan folder; what is there already is never overwritten.

    Returns
    -------
    The files written: ``targets.csv``, ``observations.csv``, ``sources.csv`` and ``plan.yml``, as far as there is
    something to write and they hold nothing yet.

    Raises
    ------
    DataError
        A table in the folder holds rows already.

    How to read it: open ``plan.yml`` next, and mend the name of the zone and the day of adoption.
    """
    from zoneplan.template import description, has_rows, start

    tables = {name: table for name, table in plan_tables(read) if len(table)}
    taken = [name for name in tables if name != "sources.csv" and has_rows(folder / name)]
    if taken:
        raise DataError([Problem(str(folder / n), None, None, "rows already", "an empty table or a new folder: --to DIR") for n in taken])
    written = []
    fresh = not (folder / "plan.yml").exists()
    start(folder)
    years = read.years()
    if fresh and years:
        zone = zone_name(read.title)
        text = description(folder.resolve().name, zone, years, f"{years[0]}-03-31", read.file)
        (folder / "plan.yml").write_text(text, encoding="utf-8", newline="\n")
        written.append(folder / "plan.yml")
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
        written.append(folder / name)
    return written
