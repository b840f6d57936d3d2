"""Targets and figures typed in a spreadsheet, read into a plan folder: what was understood, what was not, and where."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, reduce
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from zoneplan.data.suspicious_jumps import jumps
from zoneplan.data.own_plan import OWN, PLAN, printed_step
from zoneplan.data.tables import read as read_table
from zoneplan.data.units import UNITS, canonical, convert, convertible
from zoneplan.errors import DataError, Problem
from zoneplan.plan.document import growth_kind

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

# A spreadsheet of targets is small; what unpacks to more is no such file.
MOST_BYTES = 20_000_000
MOST_CELLS = 100_000
# Below the first rows there is no header any more.
HEADER_WITHIN = 20
LONGEST_HEAD = 40
NOT_READ = "a column of neither years nor units: it is not read"
NO_HEADER = "no header row with years, or with indicator, year and value, above it"
YEARS_DOWN = "years run down a column: copy the table, paste it transposed, and import again"
TARGET, SEEN, GROWTH = "target", "observation", "average growth"
COLUMNS = (
    "table indicator_id name year value value_high unit kind direction sheet cell known".split()
)
WORDS = {
    TARGET: ("目标", "计划", "规划", "预期", "target", "plan"),
    SEEN: (
        "实际",
        "完成",
        "实绩",
        "历史",
        "现状",
        "基数",
        "actual",
        "observ",
        "outturn",
        "result",
        "history",
    ),
    GROWTH: ("年均", "平均增", "average growth", "growth a year", "cagr"),
}
COUNTING = ("序号", "编号", "no.", "no", "nr", "#")
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
    "percent": ("%", 1.0),
    "百分比": ("%", 1.0),
    "项": ("个", 1.0),
    "户": ("家", 1.0),
    "名": ("位", 1.0),
    "千万元": ("百万元", 10.0),
    "十亿元": ("亿元", 10.0),
    "亿人民币": ("亿元", 1.0),
    "100millionyuan": ("亿元", 1.0),
    "cny100million": ("亿元", 1.0),
    "rmb100million": ("亿元", 1.0),
    "100millioncny": ("亿元", 1.0),
    "100millionrmb": ("亿元", 1.0),
    "cnybillion": ("亿元", 10.0),
    "cnybn": ("亿元", 10.0),
    "rmbbn": ("亿元", 10.0),
    "billionyuan": ("亿元", 10.0),
    "rmbbillion": ("亿元", 10.0),
    "billioncny": ("亿元", 10.0),
    "cnymillion": ("百万元", 1.0),
    "millionyuan": ("百万元", 1.0),
    "rmbmillion": ("百万元", 1.0),
    "millioncny": ("百万元", 1.0),
    "10,000yuan": ("万元", 1.0),
    "cny10,000": ("万元", 1.0),
    "10,000cny": ("万元", 1.0),
    "10,000rmb": ("万元", 1.0),
    "usd100million": ("亿美元", 1.0),
    "us$100million": ("亿美元", 1.0),
    "100millionusd": ("亿美元", 1.0),
    "100millionusdollars": ("亿美元", 1.0),
    "usdbn": ("亿美元", 10.0),
    "us$billion": ("亿美元", 10.0),
    "us$million": ("百万美元", 1.0),
    "millionusdollars": ("百万美元", 1.0),
    "usdbillion": ("亿美元", 10.0),
    "billionusd": ("亿美元", 10.0),
    "usdmillion": ("百万美元", 1.0),
    "millionusd": ("百万美元", 1.0),
    "usd10,000": ("万美元", 1.0),
    "us$10,000": ("万美元", 1.0),
    "10,000usd": ("万美元", 1.0),
    "firms": ("家", 1.0),
    "companies": ("家", 1.0),
    "enterprises": ("家", 1.0),
    "projects": ("个", 1.0),
    "people": ("人", 1.0),
    "persons": ("人", 1.0),
    "10,000people": ("万人", 1.0),
    "sqkm": ("平方公里", 1.0),
    "km2": ("平方公里", 1.0),
    "mu": ("亩", 1.0),
    "hectares": ("公顷", 1.0),
}
COUNTS = ("家", "个", "count", "zones")
AREAS = ("平方公里", "公顷", "亩")
YEAR = re.compile(r"(?<![0-9.,])((?:19|20)[0-9]{2})(?![0-9]|,[0-9]|\.[0-9]*[1-9])")
# Where a cell or a row stands, or the last corner of a block, as any part writes it; what a sheet says of its own size is no place.
PLACE = re.compile(
    rb"""<(?!dimension)(?:\w+:)?\w+\b[^>]*?\br(?:ef)?=["'](?:[$A-Za-z]+[$0-9]+:)?[$]?([A-Za-z]{0,4})[$]?([0-9]{1,9})["']"""
)
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
# "7-8", "7%～8%": a range of targets.
RANGE = re.compile(rf"({NUMBER.pattern})%?(?:[-~–—至到]|to)({NUMBER.pattern})")
BRACKETS = re.compile(r"\(([^()]*)\)")
# A comma ends what a title says of units, unless it parts thousands.
# What may stand before a number and says nothing of it; a fall is not among it, for its sign would be lost.
LEAD = re.compile(r"^(?:增长|增速|达到|达|完成|实现|力争|确保|控制在)+")
EMPTY = ("", "-", "--", "–", "—", "——", "/", "…", "n/a")
UNIT_OF = re.compile(r"(?:单位|unit)s?\s*[:=]?\s*((?:[^,;、()]|,(?=[0-9]))+)")
GROWS = re.compile(r"增长率|增长|增速|增幅|growthrate|growth")
FALLS = re.compile(r"降低|下降|减少|降幅|降速|reduc|decline|decrease|\bfall")
SHARE = re.compile(r"占|比重|比例|率$|share|ratio|rate$|to ?gdp")
# What should become less: its target is an upper limit.
LESS = re.compile(r"能耗|排放|电耗|水耗|失业|energy intensity|emission|unemployment")
DIRECTIONS = (
    ("at_most", ("以内", "以下", "不超过", "≤", "at most", "max")),
    ("about", ("左右", "约", "about", "around")),
    ("at_least", ("以上", "不低于", "突破", "超过", "≥", ">", "at least")),
)


@dataclass(frozen=True)
class Understood:
    """What a spreadsheet was understood to say: figures, and every filled cell that says something else."""

    file: str
    title: str
    rows: pd.DataFrame
    left: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Columns table (target, observation or average growth), indicator_id, name, year, value, value_high (the upper end of
        a range of targets, which counts as met from its nearer end on), unit, kind, direction, sheet, cell and known (whether the name is one that reference classes know)."""
        return self.rows.copy()

    def not_understood(self) -> pd.DataFrame:
        """Columns sheet, cell, text and why: every cell that looks like a figure or a name and was not used."""
        return self.left.copy()

    def yearly_counts(self) -> list[str]:
        """Counts whose name says that each year's new cases are meant."""
        rows = self.rows[
            (self.rows["kind"] == "count") & self.rows["name"].str.contains("新增|new ", case=False)
        ]
        return list(dict.fromkeys(rows["indicator_id"]))

    def jumps(self) -> list[str]:
        """Levels that jump from one year to the next: often a slip of the keys."""
        flows = self.rows[self.rows["kind"] == "flow"]
        return jumps(flows.assign(where=flows["sheet"] + "!" + flows["cell"]))

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
    raw = file.read_bytes()
    try:
        values, typed = (
            load_workbook(io.BytesIO(raw), data_only=True),
            load_workbook(io.BytesIO(raw)),
        )
    # Whatever stops the reader is a fault of the file, and is reported like any other.
    except Exception as error:  # noqa: BLE001
        raise DataError(
            [
                Problem(
                    file.name,
                    None,
                    None,
                    f"{type(error).__name__}: {error}",
                    "a spreadsheet that opens",
                )
            ]
        ) from None
    found: list[dict] = []
    left: list[tuple] = []
    titles = []
    for values_of in values.worksheets:
        sheet = _Sheet(values_of, typed[values_of.title])
        layouts = list(sheet.layouts())
        if not layouts:
            filled = next(
                (c for row in values_of.iter_rows() for c in row if c.value is not None), None
            )
            why = YEARS_DOWN if sheet.years_run_down() else NO_HEADER
            left += (
                [(values_of.title, filled.coordinate, str(filled.value)[:60], why)]
                if filled
                else []
            )
        for at in layouts:
            titles += at.titles
            left += [(values_of.title, *head, NOT_READ) for head in sheet.unread(at)]
            for cell, formula in sheet.cells(at):
                made = sheet.read(cell, formula, at)
                if isinstance(made, str):
                    left.append(
                        (
                            values_of.title,
                            cell.coordinate,
                            str(formula if cell.value is None else cell.value)[:60],
                            made,
                        )
                    )
                else:
                    found.append(made)
    rows, again = _once(found)
    if not rows:
        say = (
            "; ".join(f"{s}!{c} {text!r}: {why}" for s, c, text, why in left[:5])
            or "no filled cell"
        )
        expected = "a header row with years, and the word 目标/target or 实际/actual in it, above it or in the sheet's name"
        raise DataError([Problem(file.name, None, None, say, expected)])
    title = next((t for t in titles if len(t) > 3), file.stem)
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"value_high": "float64"})
    return Understood(
        file.name,
        title,
        table,
        pd.DataFrame(left + again, columns=["sheet", "cell", "text", "why"]),
    )


def _refuse_unfit(file: Path) -> None:
    """Stop before anything is unpacked into memory that no sheet of targets could need."""

    def refuse(found: str, expected: str) -> DataError:
        return DataError([Problem(file.name, None, None, found, expected)])

    if not file.is_file():
        raise refuse("a folder" if file.is_dir() else "no such file", "an .xlsx file")
    if not zipfile.is_zipfile(file):
        raise refuse(
            "no spreadsheet of this kind", "an .xlsx file; save older or other files as .xlsx"
        )
    size = 0
    try:
        with zipfile.ZipFile(file) as packed:
            for part in packed.infolist():
                texts = []
                with packed.open(part) as stream:
                    # The size that a part states may be a lie, so what comes out is counted.
                    while block := stream.read(1 << 16):
                        size += len(block)
                        if size > MOST_BYTES:
                            raise refuse(
                                f"over {MOST_BYTES:,} bytes unpacked", "a small sheet of targets"
                            )
                        texts.append(block)
                # One cell or merged block far out would make the reader fill in all that lies before it.
                ends = PLACE.findall(b"".join(texts))
                across, down = (
                    max((_column(c) for c, _ in ends), default=0),
                    max((int(r) for _, r in ends), default=0),
                )
                if max(across * down, len(ends)) > MOST_CELLS:
                    raise refuse(
                        f"{part.filename} with {down:,} rows and {across:,} columns",
                        f"at most {MOST_CELLS:,} cells",
                    )
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise refuse(
            str(error) or "a part that ends too early",
            "a spreadsheet that opens without a password",
        ) from None


def _column(letters: bytes) -> int:
    """The number of a column by its letters: A is 1, AA is 27."""
    return reduce(lambda n, letter: 26 * n + letter - ord("A") + 1, letters.upper(), 0)


def plain(value: Any) -> str:
    """A cell as text: full-width signs made plain, blanks squeezed, small letters."""
    return " ".join(
        unicodedata.normalize("NFKC", "" if value is None else str(value)).split()
    ).lower()


def bare(value: Any) -> str:
    """A name without what does not name: numbering, brackets, blanks and marks."""
    text = BRACKETS.sub("", plain(value))
    text = re.sub(
        r"^(?:其中|#|\*)+[:,]?|^(?:[0-9]+|[一二三四五六七八九十]+)[.、)]\s*", "", text.strip()
    )
    return re.sub(r"[\s:,;·\"“”'’]", "", text)


@cache
def known_names() -> dict[str, str]:
    """Indicator ids by every name that is known for them."""
    return {bare(name): i for i, names in listed_names().items() for name in [*names, i]}


@cache
def listed_names() -> dict[str, list[str]]:
    """The names of each indicator, the first of each language being the one that readers see."""
    import yaml

    return yaml.safe_load((Path(__file__).parent / "indicators.yml").read_text(encoding="utf-8"))


def without_unit(name: str) -> str:
    """A name without the brackets that hold its unit."""
    return (
        re.sub(r"[(（][^()（）]*[)）]", lambda m: "" if unit_in(m[0]) else m[0], name).strip()
        or name
    )


def in_both(name: str, indicator_id: str) -> tuple[str, str]:
    """The Chinese and the English name of an indicator: as typed in its own language, else as usual."""
    plain_id = indicator_id.removesuffix("_growth")
    names = listed_names().get(plain_id)
    if names is None:
        return name, name
    zh, en = (next(n for n in names if n.isascii() == ascii_) for ascii_ in (False, True))
    if plain_id != indicator_id:
        zh, en = f"{zh}增长", f"{en} growth"
    return (zh, name) if name.isascii() else (name, en)


def unit_in(text: str) -> tuple[str, float] | None:
    """The unit that a text names in brackets, after a stroke or by itself, with its factor; None if it names none."""
    text = plain(text)
    # After the unit a title may go on: "CNY 100 million unless stated".
    said = [
        " ".join(words[:n])
        for words in map(str.split, UNIT_OF.findall(text))
        for n in range(len(words), 0, -1)
    ]
    for part in [*BRACKETS.findall(text), *said, text.rpartition("/")[2], text]:
        found = UNIT_WORDS.get(re.sub(r"\s|^(?:单位|unit)[:=]?", "", part))
        if found:
            return found
    return None


class Typed(NamedTuple):
    """A number as typed, with the unit, the direction and the upper end of a range that may stand in the same cell."""

    value: float
    unit: str | None = None
    direction: str | None = None
    high: float | None = None


def number_in(cell: Cell) -> Typed | None:
    """What a cell says if it is a number or a range; None if it holds anything else."""
    value = cell.value
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        percent = "%" in (cell.number_format or "")
        # Fifteen digits are what a spreadsheet keeps; the rest is noise of the binary fraction.
        return Typed(float(f"{100 * value if percent else value:.12g}"), "%" if percent else None)
    text = plain(value).replace(" ", "")
    direction = next(
        (d for d, words in DIRECTIONS if any(w.replace(" ", "") in text for w in words)), None
    )
    for word in (w.replace(" ", "") for _, words in DIRECTIONS for w in words):
        text = text.replace(word, "")
    text = LEAD.sub("", text)
    found = RANGE.match(text) or NUMBER.match(text)
    if found is None:
        return None
    rest = text[found.end() :]
    unit, factor = UNIT_WORDS.get(rest, (None, 1.0))
    if rest and unit is None:
        return None
    if not rest and len(found.groups()) == 2 and all(map(YEAR.fullmatch, found.groups())):
        return None
    value, *high = (float(n.replace(",", "")) * factor for n in found.groups() or (found[0],))
    if high and high[0] <= value:
        return None
    return Typed(value, unit, direction, *high)


def table_in(text: str) -> str | None:
    """Whether a text speaks of targets, of observations or of average growth; a text that speaks of two tells nothing."""
    text = plain(text)
    said = [t for t in (TARGET, SEEN) if any(w in text for w in WORDS[t])]
    if any(w in text for w in WORDS[GROWTH]):
        return GROWTH
    return said[0] if len(said) == 1 else None


@dataclass(frozen=True)
class _Layout:
    """Where a table of a sheet keeps what: its rows of figures, what its columns hold, and what it is called."""

    first: int
    last: int
    name: int
    columns: dict[int, tuple[int | None, str | None]]
    fields: dict[str, int]
    heads: dict[int, str]
    unit: tuple[str, float] | None
    table: str | None
    titles: list[str]


class _Sheet:
    """One sheet: its cells as values and as typed, with merged cells spread out."""

    def __init__(self, values: Worksheet, typed: Worksheet):
        self.values, self.typed = values, typed
        blocks = (
            (r, values.iter_rows(r.min_row, r.max_row, r.min_col, r.max_col))
            for r in values.merged_cells.ranges
        )
        self.merged = {c.coordinate: r for r, rows in blocks for row in rows for c in row}

    def raw(self, row: int, column: int) -> Any:
        """The value of a cell, of a merged one that of its first."""
        cell = self.values.cell(row, column)
        block = self.merged.get(cell.coordinate)
        return self.values.cell(block.min_row, block.min_col).value if block else cell.value

    def texts(self, row: int) -> list[str]:
        return [plain(self.raw(row, c)) for c in range(1, self.values.max_column + 1)]

    def layouts(self) -> Iterator[_Layout]:
        """The tables of the sheet, one below the other; none without a header within the first rows."""
        top, unit, header = 1, None, self.header(range(1, HEADER_WITHIN + 1))
        while header is not None:
            at = self.layout(top, header)
            # A unit said at the top of the sheet holds until another is said.
            unit = at.unit or unit
            at = replace(at, unit=unit)
            again = next(
                (row for row in range(at.first, at.last + 1) if self._heads_again(row, at)), None
            )
            if again is None:
                yield at
                return
            # What says one thing only between two tables is the title of the second.
            last = max(
                (row for row in range(at.first, again) if self._holds_figures(row)), default=header
            )
            yield replace(at, last=last)
            top, header = last + 1, self.header(range(last + 1, again + HEADER_WITHIN))

    def header(self, within: range) -> int | None:
        """The last row of the header: what names year and value, else what names years, with what goes on below it."""
        rows = {row: self.texts(row) for row in within if row <= self.values.max_row}
        # The rows below a header of year and value hold years themselves.
        long = next(
            (
                row
                for row, texts in rows.items()
                if {"year", "value"} <= {field_of(t) for t in texts}
            ),
            None,
        )
        if long is not None:
            return long
        # A title, a heading within the table and a footnote say one thing only, also where it is a year.
        naming = [
            row
            for row, texts in rows.items()
            if self._names_years(texts) and not self._holds_figures(row, but_years=True)
        ]
        naming = [row for row in naming if len(set(filter(None, rows[row]))) > 1] or naming
        if not naming:
            return None
        figures = next(
            (row for row in rows if row > naming[0] and self._holds_figures(row)), within.stop
        )
        above = [row for row in naming if row < figures]
        last = max([row for row in above if any(bare(t) in NAME for t in rows[row])] or above)
        while last + 1 < figures and self._goes_on(rows[last], rows.get(last + 1, [])):
            last += 1
        return last

    @staticmethod
    def _names_years(texts: list[str]) -> bool:
        years = [t for t in texts if year_in(t) and len(t) < LONGEST_HEAD]
        marked = any(table_in(t) or "年" in t or bare(t) in NAME for t in texts)
        return bool(years) and (marked or len(years) > 1)

    def _holds_figures(self, row: int, but_years: bool = False) -> bool:
        """Whether a row that is not headed 指标/indicator holds a number, or one that does not look like a year."""
        texts = dict(enumerate(self.texts(row), start=1))
        if any(bare(t) in NAME for t in texts.values()):
            return False
        numbers = (t for c, t in texts.items() if number_in(self.values.cell(row, c)) is not None)
        return any(not (but_years and YEAR.fullmatch(t)) for t in numbers)

    def years_run_down(self) -> bool:
        """Whether a column names a year in one row and another in the next, as where the table is turned."""
        columns = zip(
            *(self.texts(row) for row in range(1, min(HEADER_WITHIN, self.values.max_row) + 1)),
            strict=True,
        )
        years = (
            [year_in(t) if len(t) < LONGEST_HEAD else None for t in column] for column in columns
        )
        return any(a and b and a != b for column in years for a, b in pairwise(column))

    def _heads_again(self, row: int, at: _Layout) -> bool:
        """Whether a row below the figures names years in their columns anew, as a second table does."""
        texts = self.texts(row)
        said, name = [texts[c - 1] for c in at.columns if texts[c - 1]], bare(texts[at.name - 1])
        heading = not name or name in (*NAME, bare(self.raw(at.first - 1, at.name)))
        return (
            "value" not in at.fields
            and heading
            and self._names_years(texts)
            and bool(said)
            and all(map(year_in, said))
        )

    @staticmethod
    def _goes_on(above: list[str], below: list[str]) -> bool:
        """Whether a row says years, targets or actual figures under what stands above it, and names nothing of its own."""
        name = next((k for k, t in enumerate(above) if bare(t) in NAME), 0)
        return any(table_in(t) or year_in(t) for t in below) and below[name] in ("", above[name])

    def titles(self, top: int, header: int) -> list[str]:
        """Rows above the header that say one thing only, as typed."""
        rows = [
            dict.fromkeys(
                str(self.raw(r, c)).strip()
                for c in range(1, self.values.max_column + 1)
                if self.raw(r, c) is not None
            )
            for r in range(top, header)
        ]
        return [
            unicodedata.normalize("NFKC", next(iter(texts))) for texts in rows if len(texts) == 1
        ]

    def layout(self, top: int, header: int) -> _Layout:
        """What the header, which may be several rows deep, says of each column."""
        titles = self.titles(top, header)
        block = [
            self.texts(r)
            for r in range(top, header + 1)
            if len(set(filter(None, self.texts(r)))) > 1 or r == header
        ]
        parts = {
            c: list(dict.fromkeys(filter(None, column)))
            for c, column in enumerate(zip(*block, strict=True), start=1)
        }
        heads = {c: " ".join(texts) for c, texts in parts.items()}
        usual = next(
            (
                u
                for t in titles
                if re.search(r"单位|unit|^\(.*\)$", t.lower()) and (u := unit_in(t))
            ),
            None,
        )
        table = next(filter(None, map(table_in, [self.values.title, *titles])), None)
        fields = {
            f: c
            for c, texts in parts.items()
            if (f := next(filter(None, map(field_of, texts)), None))
        }
        name = next(
            (c for c, texts in parts.items() if any(bare(t) in NAME for t in texts)), min(heads)
        )
        if {"year", "value"} <= set(fields):
            columns = {fields["value"]: (None, None)}
        else:
            said = {
                c: (year_in(h), table_in(h) or table)
                for c, h in heads.items()
                if c != name and c not in fields.values()
            }
            columns = {
                c: (year, t) for c, (year, t) in said.items() if year is not None or t == GROWTH
            }
        return _Layout(
            header + 1, self.values.max_row, name, columns, fields, heads, usual, table, titles
        )

    def unread(self, at: _Layout) -> Iterator[tuple[str, str]]:
        """The heads, with their cells, of columns that hold something and are not read; counting the rows says nothing."""
        for column, head in at.heads.items():
            used = {at.name, *at.columns, *at.fields.values()}
            filled = any(self.raw(row, column) is not None for row in range(at.first, at.last + 1))
            if head and filled and column not in used and bare(head) not in COUNTING:
                yield self.values.cell(at.first - 1, column).coordinate, head[:60]

    def cells(self, at: _Layout) -> Iterator[tuple[Cell, Any]]:
        """Every filled cell among the figures, with the formula or value typed into it."""
        for row in range(at.first, at.last + 1):
            for column in at.columns:
                cell, typed = self.values.cell(row, column), self.typed.cell(row, column).value
                if (cell.value is not None or typed is not None) and plain(
                    cell.value if typed is None else typed
                ) not in EMPTY:
                    yield cell, typed

    def unusable(self, cell: Cell, typed: Any, name: Any) -> str | None:
        """Why a filled cell in a column of figures is no figure, if it is none."""
        from openpyxl.utils import get_column_letter

        hidden = (
            ("sheet", self.values.sheet_state != "visible"),
            ("row", self.values.row_dimensions[cell.row].hidden),
            ("column", self.values.column_dimensions[get_column_letter(cell.column)].hidden),
        )
        for what, is_hidden in hidden:
            if is_hidden:
                return f"a hidden {what}: show it to import it"
        if cell.value is None and self.typed[cell.coordinate].data_type == "f":
            return f"a formula without a saved value ({typed}): open the file, save it and import again"
        if cell.data_type == "e":
            return "an error of a formula"
        if cell.coordinate in self.merged:
            return f"merged over {self.merged[cell.coordinate]}: one figure for several cells"
        return None if bare(name) else "no name of an indicator in its row"

    def read(self, cell: Cell, typed: Any, at: _Layout) -> dict | str:
        """One figure as a row of :meth:`Understood.table`, or why it is none."""
        name, (year, table) = self.raw(cell.row, at.name), at.columns[cell.column]
        why = self.unusable(cell, typed, name)
        if why is not None:
            return why
        beside = {f: plain(self.raw(cell.row, c)) for f, c in at.fields.items()}
        if "value" in at.fields:
            year, table = year_in(beside["year"]), table_in(beside.get("table", "")) or at.table
        number = number_in(cell)
        if number is None:
            return "no number"
        if table is None:
            return "a target or an observation? write 目标/target or 实际/actual into its header or the sheet's name"
        if year is None and table != GROWTH:
            return "no year for it"
        if number.high is not None and table != TARGET:
            return "a range where one number is expected: only targets may be ranges"
        in_cell = (number.unit, 1.0) if number.unit else None
        units = (
            in_cell,
            unit_in(beside.get("unit", "")),
            marked_unit(name),
            marked_unit(at.heads[cell.column]),
            at.unit,
        )
        made = figure(
            str(name),
            year,
            number,
            ("%", 1.0) if table == GROWTH else next(filter(None, units), None),
            table,
        )
        return (
            made
            if isinstance(made, str)
            else made | {"sheet": self.values.title, "cell": cell.coordinate}
        )


def year_in(text: str) -> int | None:
    """The one year that a text names; None if it names none or several."""
    years = set(YEAR.findall(plain(text)))
    return int(years.pop()) if len(years) == 1 else None


def field_of(text: str) -> str | None:
    """Which column of a long table a heading stands for."""
    return next((f for f, words in FIELDS.items() if bare(text) in words), None)


def marked_unit(text: Any) -> tuple[str, float] | None:
    """The unit that a name or a heading carries beside what it names."""
    text = plain(text)
    return unit_in(text) if re.search(r"[(/]|单位|unit", text) else None


def figure(
    name: str, year: int | None, number: Typed, unit: tuple[str, float] | None, table: str
) -> dict | str:
    """One figure as a row of :meth:`Understood.table`, or why it is none."""
    if unit is None:
        return "no unit: write one such as 亿元 into the header, the name or a column 单位/unit"
    plain_name = bare(name)
    growing = GROWS.sub("", plain_name)
    known = known_names()
    indicator = known.get(plain_name) or known.get(growing)
    named_growth = plain_name != growing and plain_name not in known
    if unit[0] == "%":
        is_share = (
            plain_name in known
            and SHARE.search(plain_name)
            or (not named_growth and SHARE.search(plain_name))
        )
        if FALLS.search(plain(name)) and table != GROWTH:
            return "a fall: write it as growth, with a minus sign"
        if not is_share and not named_growth and indicator is None:
            return "growth or a share? write 增长/growth or 占比/share into its name"
        kind = "share" if is_share else "growth"
    else:
        kind = (
            "count"
            if unit[0] in COUNTS
            else "area"
            if unit[0] in AREAS
            else "rank"
            if unit[0] == "位"
            else "flow"
        )
    value, high = (
        None if v is None else float(f"{v * unit[1]:.12g}") for v in (number.value, number.high)
    )
    shown = unit[0]
    stem = (
        f"{indicator}_growth" if indicator and kind == "growth" and table != GROWTH else indicator
    )
    aim = number.direction or ("at_most" if LESS.search(plain(name)) else "at_least")
    if high is not None:
        # A range is met from its nearer end on, as growth above a range is no miss.
        aim, value = ("at_most", high) if aim == "at_most" else ("at_least", value)
    if table == SEEN:
        value, shown = canonical(value, shown)
    return {
        "table": table,
        "indicator_id": stem,
        "name": " ".join(name.split()),
        "year": year,
        "value": value,
        "value_high": high,
        "unit": shown,
        "kind": kind,
        "direction": aim if table == TARGET else "",
        "known": bool(indicator),
    }


def _once(found: list[dict]) -> tuple[list[dict], list[tuple]]:
    """Every figure once, with an id for names that nobody knows; what comes again is told."""
    own: dict[str, str] = {}
    first: dict[tuple, dict] = {}
    units: dict[tuple, str] = {}
    rows, again = [], []
    for row in found:
        if not row["known"]:
            stem = own.setdefault(
                GROWS.sub("", bare(row["name"])), own_id(row["name"], len(own) + 1)
            )
            row = row | {
                "indicator_id": f"{stem}_growth"
                if row["kind"] == "growth" and row["table"] != GROWTH
                else stem
            }
        row = row | {"name": without_unit(row["name"])}
        unit = units.setdefault((row["table"], row["indicator_id"]), row["unit"])
        place = row["sheet"], row["cell"], f"{row['value']:g}"
        if not convertible(row["unit"], unit):
            again.append((*place, f"another unit than {unit}, which the series begins with"))
            continue
        if row["unit"] != unit:
            moved = {
                k: None if row[k] is None else float(f"{convert(row[k], row['unit'], unit):.12g}")
                for k in ("value", "value_high")
            }
            row = row | moved | {"unit": unit}
        key = row["table"], row["indicator_id"], row["year"]
        before = first.setdefault(key, row)
        if before is row:
            rows.append(row)
        else:
            where = f"{before['sheet']}!{before['cell']}"
            same = (before["value"], before["value_high"]) == (row["value"], row["value_high"])
            again.append(
                (
                    *place,
                    f"the same figure again, as in {where}"
                    if same
                    else f"another figure than in {where}, which is taken",
                )
            )
    return rows, again


def own_id(name: str, number: int) -> str:
    """An id for a name that nobody knows: the name itself if it is short and of plain letters, else a number."""
    made = re.sub(r"[^a-z0-9]+", "_", GROWS.sub("", BRACKETS.sub("", plain(name)))).strip("_")
    fits = plain(name).isascii() and 2 < len(made) < 40 and made not in known_names().values()
    return made if fits else f"own_{number:02d}"


def number_text(value: float) -> str:
    """A value as it is typed into a table: no thousands separators, no noise."""
    return f"{value:.12g}"


def plan_tables(read: Understood) -> Iterator[tuple[str, pd.DataFrame]]:
    """The tables of a plan folder that a spreadsheet fills: (file name, table of texts)."""
    rows = read.rows.assign(
        place=read.rows["sheet"] + "!" + read.rows["cell"],
        year=read.rows["year"].map(lambda y: "" if pd.isna(y) else str(int(y))),
    )
    growth = rows[rows["table"] == GROWTH].set_index("indicator_id")["value"]
    targets = rows[rows["table"] == TARGET]
    last = targets.groupby("indicator_id")["year"].transform("max")
    texts = [number_text(v) for v in targets["value"]]
    names = [in_both(n, i) for n, i in zip(targets["name"], targets["indicator_id"], strict=True)]
    stated = [
        number_text(growth[i]) if i in growth.index and y == z else ""
        for i, y, z in zip(targets["indicator_id"], targets["year"], last, strict=True)
    ]
    yield (
        "targets.csv",
        pd.DataFrame(
            {
                "indicator_id": targets["indicator_id"],
                "name_zh": [zh for zh, _ in names],
                "name_en": [en for _, en in names],
                "year": targets["year"],
                "value": texts,
                "value_high": ["" if pd.isna(v) else number_text(v) for v in targets["value_high"]],
                "unit": targets["unit"],
                "precision": [printed_step(t) for t in texts],
                "kind": targets["kind"],
                "direction": targets["direction"],
                "stated_growth": stated,
                "locator": targets["place"],
                "source_id": OWN,
            }
        ),
    )
    seen = rows[rows["table"] == SEEN]
    yield (
        "observations.csv",
        pd.DataFrame(
            {
                "indicator_id": seen["indicator_id"],
                "year": seen["year"],
                "value": [number_text(v) for v in seen["value"]],
                "unit": seen["unit"],
                "kind": [
                    _seen_kind(i, k)
                    for i, k in zip(seen["indicator_id"], seen["kind"], strict=True)
                ],
                "source_id": OWN,
                "note": seen["place"],
            }
        ),
    )
    cited = {OWN: "own figures", PLAN: "own plan"}
    yield (
        "sources.csv",
        pd.DataFrame(
            [
                {"source_id": i, "publisher": who, "title": read.file, "url": "", "published": ""}
                for i, who in cited.items()
            ]
        ),
    )


def _seen_kind(indicator_id: str, kind: str) -> str:
    return (
        growth_kind(indicator_id)
        if kind == "growth"
        else {"flow": "level", "area": "level"}.get(kind, kind)
    )


def zone_name(title: str) -> str:
    """The name of a zone that a title begins with; the whole title if nothing tells where the name ends."""
    found = re.match(
        r"(.+?(?:开发区|高新区|集聚区|园区|新区|经开区|自贸区|片区|试验区|zone|park|area))",
        title,
        flags=re.IGNORECASE,
    )
    return (
        found[1].strip()
        if found
        else re.split(r"[\"“(（]|十[三四五]五|规划|20[0-9]{2}|主要|目标", title)[0].strip() or title
    )


def national(zone: str) -> tuple[str, str, str]:
    """The id, the Chinese and the English name of a national zone by either name; no id if the tables do not know it."""
    zones = read_table("peer_zones")[["zone_id", "zone_zh", "zone_en"]].drop_duplicates()
    same = zones[(zones["zone_zh"] == zone) | (zones["zone_en"].str.casefold() == zone.casefold())]
    return tuple(same.iloc[0]) if len(same) == 1 else ("", zone, zone)


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
    from zoneplan.data.template import description, has_rows, start

    tables = {name: table for name, table in plan_tables(read) if len(table)}
    taken = [name for name in tables if name != "sources.csv" and has_rows(folder / name)]
    if taken:
        raise DataError(
            [
                Problem(
                    str(folder / n),
                    None,
                    None,
                    "rows already",
                    "an empty table or a new folder: --to DIR",
                )
                for n in taken
            ]
        )
    written = []
    fresh = not (folder / "plan.yml").exists()
    start(folder)
    years = read.years()
    if fresh and years:
        home, *zone = national(zone_name(read.title))
        text = description(
            folder.resolve().name,
            tuple(zone),
            years,
            f"{years[0]}-03-31",
            read.file,
            read.yearly_counts(),
            home,
        )
        (folder / "plan.yml").write_text(text, encoding="utf-8", newline="\n")
        written.append(folder / "plan.yml")
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, encoding="utf-8", lineterminator="\n")
        written.append(folder / name)
    return written
