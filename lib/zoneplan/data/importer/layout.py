"""Where the tables of a page are, and what each of their columns holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import pairwise

from zoneplan.data.importer.numbers import YEAR, Typed, figure
from zoneplan.data.importer.words import (
    WORDS, Head, Unit, column_of, head_of, plain, scope_in, unit_in, unit_line,
)  # fmt: skip
from zoneplan.data.importer.workbook import Page, place

# Below the first rows there is no header any more.
HEADER_WITHIN = 20
LONGEST_HEAD = 40


@dataclass(frozen=True)
class Column:
    """A column of figures: where its head stands, and what it says."""

    index: int
    place: str
    head: Head


@dataclass(frozen=True)
class Block:
    """A table, or one of several side by side: its rows, its names and its columns.

    ``fields`` are the columns of one meaning (unit, force, year, value ...) by that meaning; ``units`` those that
    the lines above the table name; ``titles`` what else stands above it.
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


def blocks(page: Page) -> list[Block]:
    """The tables of a page, below one another and side by side; of one whose years run down, turned."""
    found = list(_blocks(page))
    if found or not _years_run_down(page):
        return found
    first = next(r for r in range(1, page.rows + 1) if len(set(page.texts(r).values())) > 1)
    turned = Page(
        page.title,
        {(c, r): cell for (r, c), cell in page.cells.items() if r >= first},
        {(c, r): (c0, r0, text) for (r, c), (r0, c0, text) in page.merged.items() if r >= first},
    )
    return list(_blocks(turned, [t for r in range(1, first) for t in _lines(page, r)]))


def _blocks(page: Page, said: Sequence[str] = ()) -> Iterator[Block]:
    top, units = 1, ()
    while (rows := _head_rows(page, top)) is not None:
        first, last = rows
        again = _again(page, last)
        # What says one thing only between two tables is the title of the second.
        end = max((r for r in range(last + 1, again) if _figures(page, r)), default=last)
        end = page.rows if again > page.rows else end
        heads = [r for r in range(top, last + 1) if r >= first or _is_head_row(page, r)]
        titles = [*said, *(t for r in range(top, last) if r not in heads for t in _lines(page, r))]
        # A unit said at the top of the sheet holds until another is said.
        units = next(filter(None, map(unit_line, titles)), units)
        parts = [_parts(page, range(first, end + 1), c) for c in _starts(page, heads)]
        if len(parts) > 1:
            # Each block has a header of its own, which may be deeper than the others.
            for part in parts:
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
    long = (r for r in within if {"year", "value"} <= set(map(column_of, page.texts(r).values())))
    naming = [r for r in within if _names_columns(page, r)]
    naming = [r for r in naming if len(set(page.texts(r).values())) > 1] or naming
    if (row := next(long, None)) is not None:
        return row, row
    if not naming:
        return None
    data = next((r for r in range(naming[0] + 1, page.rows + 1) if _is_data(page, r)), page.rows + 1)
    above = [r for r in naming if r < data]
    anchor = last = max([r for r in above if _has_name(page, r)] or above)
    while last + 1 < data and _goes_on(page, last, last + 1):
        last += 1
    return anchor, last


def _has_name(page: Page, row: int) -> bool:
    return any(column_of(t) == "name" for t in page.texts(row).values())


def _figures(page: Page, row: int) -> list[str]:
    """The texts of a row that are numbers."""
    texts = {c: t for c, t in page.texts(row).items() if any(map(str.isdigit, t))}
    cells = ((page.cell(row, c), t) for c, t in texts.items() if YEAR.fullmatch(t) or not _is_year(t))
    return [t for cell, t in cells if cell and isinstance(figure(cell.value, cell.format), Typed)]


def _is_year(text: str) -> bool:
    return len(head_of(text).years) == 1 and not head_of(text).unknown


def _is_data(page: Page, row: int) -> bool:
    """Whether a row holds figures of its own, and not the years of a head."""
    texts = page.texts(row)
    if _has_name(page, row) or not _figures(page, row):
        return False
    first = next(iter(texts.values()))
    return not (YEAR.fullmatch(first) and all(YEAR.fullmatch(t) for t in _figures(page, row)))


def _names_columns(page: Page, row: int) -> bool:
    """Whether a row heads columns: years with a word or several, or 指标 with what heads figures."""
    texts = list(page.texts(row).values())
    short = [t for t in texts if len(t) < LONGEST_HEAD]
    if _has_name(page, row):
        return any(head_of(t).heads_figures for t in short if column_of(t) is None)
    if any(not YEAR.fullmatch(t) for t in _figures(page, row)):
        return False
    years = [t for t in short if head_of(t).years]
    return bool(years) and (len(years) > 1 or any(head_of(t).kinds or "年" in t for t in texts))


def _is_head(text: str) -> bool:
    return column_of(text) is not None or not head_of(text).unknown


def _is_head_row(page: Page, row: int) -> bool:
    """Whether a row above a header is part of it: it says several things, and all as heads."""
    texts = list(page.texts(row).values())
    return (
        len(set(texts)) > 1
        and not any(unit_line(t) for t in texts)
        and all(map(_is_head, texts))
    )


def _goes_on(page: Page, above: int, row: int) -> bool:
    """Whether a row heads what stands below a head, and names nothing of its own."""
    names = [c for c, t in page.texts(above).items() if column_of(t) == "name"]
    name = min(names or page.texts(above) or [1])
    texts = page.texts(row)
    named = texts.get(name, "")
    own = named not in ("", page.text(above, name)) and column_of(named) is None
    said = [head_of(t) for t in texts.values()]
    heads = any(h.heads_figures or h.unit or h.said for h in said)
    return not own and heads and all(_is_head(t) or head_of(t).heads_figures for t in texts.values())


def _again(page: Page, last: int) -> int:
    """The row below the figures in which another header begins; beyond the last row if there is none."""
    name = min(page.texts(last) or [1])
    for row in range(last + 1, page.rows + 1):
        texts = page.texts(row)
        blank = name not in texts or texts[name] == page.text(last, name)
        if texts and _names_columns(page, row) and (_has_name(page, row) or blank):
            return row
    return page.rows + 1


def _years_run_down(page: Page) -> bool:
    """Whether a column names a year in one row and another in the next, as where the table is turned."""
    rows = range(1, min(HEADER_WITHIN, page.rows) + 1)
    for column in range(1, page.columns + 1):
        texts = [page.text(r, column) for r in rows]
        years = [head_of(t).years if len(t) < LONGEST_HEAD else () for t in texts]
        if any(len(a) == len(b) == 1 and a != b for a, b in pairwise(years)):
            return True
    return False


# What the columns hold --------------------------------------------------------------------------


def _starts(page: Page, heads: list[int]) -> list[tuple[int, int]]:
    """The columns of the blocks that stand side by side: each begins with its own names."""
    said = {c: [t for r in heads if (t := page.text(r, c))] for c in range(1, page.columns + 1)}
    starts, figures = [1], False
    for c, texts in said.items():
        if any(column_of(t) == "name" for t in texts) and figures:
            # Rows may be numbered before their names.
            starts.append(c - 1 if any(column_of(t) == "count" for t in said.get(c - 1, [])) else c)
            figures = False
        figures = figures or any(column_of(t) is None and head_of(t).heads_figures for t in texts)
    return list(zip(starts, [*starts[1:], page.columns + 1], strict=True))


def _parts(page: Page, rows: range, columns: tuple[int, int]) -> Page:
    """Some rows and columns of a page as a page."""
    first, stop = columns
    within = {
        at: cell for at, cell in page.cells.items() if at[0] in rows and first <= at[1] < stop
    }
    merged = {at: m for at, m in page.merged.items() if at[0] in rows and first <= at[1] < stop}
    return Page(page.title, within, merged)


def _block(
    page: Page, heads: list[int], end: int, units: tuple[Unit | str, ...], titles: tuple[str, ...]
) -> Block:
    """A table by the rows of its header."""
    first = heads[-1] + 1
    start = min(c for _, c in page.cells)
    parts = {
        c: list(dict.fromkeys(t for r in heads if (t := page.text(r, c))))
        for c in range(start, page.columns + 1)
    }
    names = _name_columns(page, parts, first, end)
    fields: dict[str, int] = {}
    columns = []
    for c in (c for c in parts if c not in names):
        meant = {column_of(t) for t in parts[c]}
        only = meant.pop() if len(meant) == 1 else None
        figures = any(head_of(t).heads_figures for t in parts[c])
        values = [t for r in range(first, end + 1) if (t := page.text(r, c))]
        only = only if figures else _by_content(values) or only
        if only:
            fields.setdefault(only, c)
        elif parts[c] or c > names[0]:
            head = reduce(lambda above, h: h.under(above), map(head_of, parts[c]), Head())
            cell = page.cell(heads[-1], c) or page.cell(heads[0], c)
            columns.append(Column(c, cell.place if cell else place(heads[-1], c), head))
    return Block(page, first, end, names, tuple(columns), fields, units, titles)


def _by_content(values: list[str]) -> str | None:
    """What a column holds by its cells, where all of them are areas, forces, kinds or units."""
    tests = {
        "scope": scope_in,
        "force": lambda t: any(t in words for words in WORDS["force"].values()),
        "kind": lambda t: len(head_of(t).kinds) == 1 and not head_of(t).unknown,
        "unit": lambda t: (unit := unit_in(t)) is not None and unit.name,
    }
    fitting = (what for what, fits in tests.items() if values and all(map(fits, values)))
    return next(fitting, None)


def _name_columns(
    page: Page, parts: dict[int, list[str]], first: int, end: int
) -> tuple[int, ...]:
    """The columns of names, from the outer to the inner."""
    named = [c for c, texts in parts.items() if any(column_of(t) == "name" for t in texts)]
    if not named:
        holds = [c for c in parts if any(_is_name(page.raw(r, c)) for r in range(first, end + 1))]
        return (min(holds, default=1),)
    # A column without a head beside the names holds the names of what they are made of.
    beside = named[-1] + 1
    texts = [v for r in range(first, end + 1) if (v := page.raw(r, beside)) is not None]
    inner = not parts.get(beside, [""]) and texts and all(map(_is_name, texts))
    return (*named, beside) if inner else tuple(named)


def _is_name(value: object) -> bool:
    text = plain(value)
    return bool(text) and not isinstance(figure(value), Typed) and any(c.isalpha() for c in text)
