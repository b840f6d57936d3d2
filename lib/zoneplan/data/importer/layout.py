"""Where the tables of a page are, and what each of their columns holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise

from zoneplan.data.importer.heads import Head, column_of, head_of
from zoneplan.data.importer.names import saying, scope_in
from zoneplan.data.importer.numbers import Typed, figure
from zoneplan.data.importer.words import WORDS, Unit, unit_in, unit_line
from zoneplan.data.importer.workbook import Cell, Page, place

# Below the first rows there is no header any more.
HEADER_WITHIN = 20
LONGEST_HEAD = 40
YEAR = re.compile("(?:19|20)[0-9]{2}")
HOLDS = {
    "scope": scope_in,
    "force": lambda t: any(t in words for words in WORDS["force"].values()),
    "kind": lambda t: len(head_of(t).kinds) == 1 and not head_of(t).unknown,
    "unit": lambda t: (unit := unit_in(t)) and unit.name,
}


@dataclass(frozen=True)
class Column:
    """A column of figures: where its head stands, and what it says."""

    index: int
    place: str
    head: Head


@dataclass(frozen=True)
class Block:
    """A table, or one of several side by side: its rows, its names and its columns.

    ``fields`` are the columns of one meaning (unit, force, year, value ...) by that meaning;
    ``units`` those that the lines above the table name; ``titles`` what else stands above it.
    """

    page: Page
    first: int
    last: int
    names: tuple[int, ...]
    columns: tuple[Column, ...]
    fields: dict[str, int]
    units: tuple[Unit | str, ...]
    titles: tuple[str, ...]

    @property
    def is_long(self) -> bool:
        """Whether a row is one figure."""
        return {"year", "value"} <= self.fields.keys()

    @cached_property
    def context(self) -> tuple[Head, ...]:
        """What the name of the sheet and the titles say."""
        return tuple(head_of(t) for t in (self.page.title, *self.titles))

    @cached_property
    def sections(self) -> bool:
        """Whether lines such as 目标 and 实际 head the rows below them."""
        return bool(saying(self.page.text(self.first, self.names[-1])).kinds)

    @cached_property
    def kinds_run_down(self) -> bool:
        """Whether rows say that they hold targets or actual figures."""
        return "kind" in self.fields or any(saying(t).kinds for t in self.texts(self.names[-1]))

    def texts(self, column: int) -> list[str]:
        """List what a column holds, without the marks of nothing."""
        texts = (self.page.text(r, column) for r in range(self.first, self.last + 1))
        return [t for t in texts if t not in WORDS["figure"]["empty"]]


def blocks(page: Page) -> list[Block]:
    """Find the tables of a page, below one another and side by side; one with years down is
    turned.
    """
    found = list(_blocks(page))
    if found or not _years_run_down(page):
        return found
    rows = range(1, page.rows + 1)
    first = next(r for r in rows if len(set(page.texts(r).values())) > 1)
    below = page.part(range(first, page.rows + 1), range(1, page.columns + 1))
    return list(_blocks(below.turned(), [t for r in range(1, first) for t in _lines(page, r)]))


def _blocks(page: Page, said: Sequence[str] = ()) -> Iterator[Block]:
    top, units = 1, tuple[Unit | str, ...]()
    while (rows := _head_rows(page, top)) is not None:
        first, last = rows
        again = _again(page, last)
        # What says one thing only between two tables is the title of the second.
        end = next((r for r in range(again - 1, last, -1) if _figures(page, r)), last)
        end = page.rows if again > page.rows else end
        heads = [r for r in range(top, last + 1) if r >= first or _is_head_row(page, r)]
        titles = [*said, *(t for r in range(top, last) if r not in heads for t in _lines(page, r))]
        # A unit said at the top of the sheet holds until another is said.
        units = next(filter(None, map(unit_line, titles)), units)
        starts = _starts(page, heads)
        if len(starts) > 1:
            # Each block has a header of its own, which may be deeper than the others.
            for start, stop in pairwise([*starts, page.columns + 1]):
                part = page.part(range(first, end + 1), range(start, stop))
                yield from _blocks(part, titles)
        else:
            yield _block(page, heads, end, units, tuple(titles))
        top = end + 1
        if again > page.rows:
            return


def _lines(page: Page, row: int) -> list[str]:
    """What a row above a table says, as typed."""
    cells = (page.cells.get((row, c)) for c in range(1, page.columns + 1))
    return [str(c.value).strip() for c in cells if c is not None and str(c.value).strip()]


# Which rows are heads ---------------------------------------------------------------------------


def _head_rows(page: Page, top: int) -> tuple[int, int] | None:
    """The first and the last row of a header: what names year and value, else what names years."""
    within = range(top, min(top + HEADER_WITHIN, page.rows + 1))
    for row in within:
        if {"year", "value"} <= set(map(column_of, page.texts(row).values())):
            return row, row
    naming = [r for r in within if _names_columns(page, r)]
    naming = [r for r in naming if len(set(page.texts(r).values())) > 1] or naming
    if not naming:
        return None
    below = range(naming[0] + 1, page.rows + 1)
    data = next((r for r in below if _is_data(page, r)), page.rows + 1)
    above = [r for r in naming if r < data]
    anchor = last = max([r for r in above if _has_name(page, r)] or above)
    while last + 1 < data and _goes_on(page, last, last + 1):
        last += 1
    return anchor, last


def _has_name(page: Page, row: int) -> bool:
    return any(column_of(t) == "name" for t in page.texts(row).values())


def _figures(page: Page, row: int) -> list[str]:
    """The texts of a row that are numbers, among them years without a word."""
    texts = {c: t for c, t in page.texts(row).items() if any(map(str.isdigit, t))}
    bare = {c: t for c, t in texts.items() if YEAR.fullmatch(t) or not _is_year(t)}
    return [t for c, t in bare.items() if _is_number(page.cell(row, c))]


def _is_number(cell: Cell | None) -> bool:
    return cell is not None and isinstance(figure(cell.value, cell.format), Typed)


def _is_year(text: str) -> bool:
    dated = re.search("(?:19|20)[0-9]{2}|年|五", text)
    return bool(dated) and len(head_of(text).years) == 1 and not head_of(text).unknown


def _is_data(page: Page, row: int) -> bool:
    """Whether a row holds figures of its own, and not the years of a head."""
    figures = _figures(page, row)
    if not figures or _has_name(page, row):
        return False
    first = next(iter(page.texts(row).values()))
    return not (all(map(YEAR.fullmatch, figures)) and _is_year(first))


def _names_columns(page: Page, row: int) -> bool:
    """Whether a row heads columns: years with a word or more, or 指标 above figures."""
    texts = list(page.texts(row).values())
    short = [head_of(t) for t in texts if len(t) < LONGEST_HEAD and column_of(t) is None]
    if _has_name(page, row):
        return any(h.heads_figures for h in short)
    if any(not YEAR.fullmatch(t) for t in _figures(page, row)):
        return False
    years = [h for h in short if h.years and (len(texts) > 1 or not h.unknown)]
    return bool(years) and (len(years) > 1 or any(head_of(t).kinds or "年" in t for t in texts))


def _is_head(text: str) -> bool:
    return column_of(text) is not None or not head_of(text).unknown


def _is_head_row(page: Page, row: int) -> bool:
    """Whether a row above a header is part of it: it says several things, and all as heads."""
    texts = list(page.texts(row).values())
    return len(set(texts)) > 1 and not any(map(unit_line, texts)) and all(map(_is_head, texts))


def _goes_on(page: Page, above: int, row: int) -> bool:
    """Whether a row heads what stands below a head, and names nothing of its own."""
    heads, texts = page.texts(above), page.texts(row)
    name = min([c for c, t in heads.items() if column_of(t) == "name"] or heads)
    named = texts.get(name, "")
    own = named not in ("", page.text(above, name)) and column_of(named) is None
    own = own or max(texts, default=name) < min(heads)
    said = [head_of(t) for t in texts.values()]
    fit = all(_is_head(h.text) or h.heads_figures for h in said)
    return not own and fit and any(h.heads_figures or h.unit or h.said for h in said)


def _again(page: Page, last: int) -> int:
    """The row in which another header begins; beyond the last row if there is none."""
    name = min(page.texts(last) or [1])
    # Directly below a header stands no other, but that of a block beside may go deeper.
    for row in range(last + 2, page.rows + 1):
        blank = page.text(row, name) in ("", page.text(last, name))
        if (blank or _has_name(page, row)) and _names_columns(page, row):
            return row
    return page.rows + 1


def _years_run_down(page: Page) -> bool:
    """Whether a column names a year in one row and another in the next."""
    for column in range(1, page.columns + 1):
        texts = (page.text(r, column) for r in range(1, min(HEADER_WITHIN, page.rows) + 1))
        years = [head_of(t).years if len(t) < LONGEST_HEAD else () for t in texts]
        if any(len(a) == len(b) == 1 and a != b for a, b in pairwise(years)):
            return True
    return False


# What the columns hold --------------------------------------------------------------------------


def _starts(page: Page, heads: list[int]) -> list[int]:
    """The first columns of the blocks that stand side by side: each begins with its own names."""
    starts, figures, before = [1], False, ""
    for c in range(1, page.columns + 1):
        texts = [t for r in heads if (t := page.text(r, c))]
        meant = {column_of(t) for t in texts}
        if "name" in meant and figures:
            # Rows may be numbered before their names.
            starts.append(c - 1 if before == "count" else c)
            figures = False
        figures = figures or any(column_of(t) is None and head_of(t).heads_figures for t in texts)
        before = next(iter(meant), "") or ""
    return starts


def _block(
    page: Page, heads: list[int], end: int, units: tuple[Unit | str, ...], titles: tuple[str, ...]
) -> Block:
    """A table by the rows of its header."""
    first, start = heads[-1] + 1, min(c for _, c in page.cells)
    parts = {
        c: list(dict.fromkeys(t for r in heads if (t := _head_text(page, heads, r, c))))
        for c in range(start, page.columns + 1)
    }
    names = _name_columns(page, parts, range(first, end + 1))
    fields: dict[str, int] = {}
    columns = []
    for c in (c for c in parts if c not in names):
        meant = {column_of(t) for t in parts[c]}
        only = meant.pop() if len(meant) == 1 else None
        if not any(head_of(t).heads_figures for t in parts[c]):
            values = [t for r in range(first, end + 1) if (t := page.text(r, c))]
            fits = (what for what, test in HOLDS.items() if values and all(map(test, values)))
            only = next(fits, only)
        if only:
            fields.setdefault(only, c)
        elif parts[c] or c > names[0]:
            head = reduce(lambda above, h: h.under(above), map(head_of, parts[c]), Head())
            cell = page.cell(heads[-1], c) or page.cell(heads[0], c)
            columns.append(Column(c, cell.place if cell else place(heads[-1], c), head))
    # What a head such as 指标（单位：亿元） says holds for its rows.
    units = next(filter(None, (unit_line(t) for c in names for t in parts.get(c, []))), units)
    return Block(page, first, end, names, tuple(columns), fields, units, titles)


def _head_text(page: Page, heads: list[int], row: int, column: int) -> str:
    """The text of a head; over a lower one a blank belongs to the text on its left, as in a file
    that cannot merge cells.
    """
    below = any(page.text(r, column) for r in heads if r > row)
    if (text := page.text(row, column)) or not below:
        return text
    before = (c for c in range(column - 1, 0, -1) if page.text(row, c))
    left = next(before, column)
    text = page.text(row, left)
    return text if (row, left) not in page.merged and column_of(text) is None else ""


def _name_columns(page: Page, parts: dict[int, list[str]], rows: range) -> tuple[int, ...]:
    """The columns of names, from the outer to the inner."""
    cells = {c: [x for r in rows if (x := page.cell(r, c))] for c in (*parts, page.columns + 1)}
    named = [c for c, texts in parts.items() if any(column_of(t) == "name" for t in texts)]
    named = named or [min((c for c in parts if any(map(_is_name, cells[c]))), default=1)]
    # A column without a head of its own beside the names holds those of what they are made of.
    beside = named[-1] + 1
    headless = parts.get(beside, []) in ([], parts.get(named[-1]))
    inner = headless and cells[beside] and all(map(_is_name, cells[beside]))
    return (*named, beside) if inner else tuple(named)


def _is_name(cell: Cell) -> bool:
    return not _is_number(cell) and any(map(str.isalpha, cell.text))
