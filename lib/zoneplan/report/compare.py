"""Two runs of the same notebooks beside each other: numbers, texts, pictures and failed claims."""

from __future__ import annotations

import base64
import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from html import escape
from html.parser import HTMLParser
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.report import notebooks
from zoneplan.text import MISSING

if TYPE_CHECKING:
    from nbformat import NotebookNode

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")
COLUMNS = ["notebook", "under", "what", "saved", "now"]
# Enough of a line to find it again.
LABEL = 60
PNG = "image/png"
FRONT = "\0"
# Where the Chinese edition lies, below the other; what names both of them.
ZH = "zh"
BOTH = ("", ZH)
STYLE = (
    "body{font-family:Arial,'Noto Sans SC',sans-serif;margin:1rem;color:#222}img{max-width:100%}"
    "table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd;padding:.2rem .6rem;"
    "text-align:left;vertical-align:top}.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}"
)


def compare(
    numbers: Sequence[str] = (),
    tell: Callable[[str, bool], None] = lambda name, finished: None,
    tolerance: float = 0.0,
    page: Path | None = None,
) -> bool:
    """Run notebooks again and show what is otherwise than saved; whether nothing is.

    Parameters
    ----------
    numbers : how their names begin, such as ``03`` or ``zh/03``; none means the English ones.
    tolerance : numbers that differ by at most this share of the larger count as equal, as do
        pictures of one size whose colours differ by no more on average.
    page : where saved and new stand side by side; None means ``build/notebooks.html``.
    """
    before, after, failed = run_again(numbers, tell)
    return shown(before, after, failed, tolerance, page).empty and not failed


def run_again(
    numbers: Sequence[str], tell: Callable[[str, bool], None]
) -> tuple[dict[str, NotebookNode], dict[str, NotebookNode], list[Problem]]:
    """The saved runs and new ones by name, and the cells that fail."""
    import nbformat

    before: dict[str, NotebookNode] = {}
    after: dict[str, NotebookNode] = {}
    failed: list[Problem] = []
    for edition in BOTH:
        named = [n for n in numbers or BOTH[:1] if n.startswith(ZH) == bool(edition)]
        begins = tuple(n.removeprefix(ZH).strip("/") for n in named)
        where = notebooks.folder() / edition
        files = [p for p in notebooks.paths(where) if p.stem.startswith(begins)]
        if files:
            runs = notebooks.run_all(where=where, only=files, tell=tell, failed=failed)
            before |= {f"{edition}/{p.stem}".strip("/"): nbformat.read(p, 4) for p in files}
            after |= {f"{edition}/{name}".strip("/"): run for name, run in runs.items()}
    if not after:
        found = " ".join(numbers) or "no notebook"
        raise DataError([Problem("notebooks", None, None, found, "how a notebook begins: 03")])
    return before, after, failed


def shown(
    before: Mapping[str, NotebookNode],
    after: Mapping[str, NotebookNode],
    failed: Sequence[Problem],
    tolerance: float = 0.0,
    page: Path | None = None,
) -> pd.DataFrame:
    """Print what fails and what moved, write the page of it; the rows of what moved."""
    rows = changed(before, after, tolerance)
    page = page or notebooks.folder().parent / "build" / "notebooks.html"
    if failed:
        print("\n".join(map(str, failed)))
    for (name, under), some in rows.groupby(["notebook", "under"], sort=False):
        print(f"{name}, under '{under}'")
        for row in some.itertuples():
            print(f"    {row.what}: {row.saved or MISSING} -> {row.now or MISSING}")
    if failed or len(rows):
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(side_by_side(before, after, rows, failed), encoding="utf-8")
        print(f"Saved and new side by side, with the pictures: {page}")
    return rows


def changed(
    before: Mapping[str, NotebookNode], after: Mapping[str, NotebookNode], tolerance: float = 0.0
) -> pd.DataFrame:
    """Every number, text and picture that another run of the same notebooks shows otherwise.

    Parameters
    ----------
    before, after : notebooks with outputs, by file stem; cells are the same where their ids are.
    tolerance : see :func:`compare`.

    Returns
    -------
    One row per change: notebook, the heading it stands under, what (row and column of a table, the
    words around a number, ``text``, ``picture`` or ``output``), saved and now. A row that nobody
    can explain is a mistake.
    """
    rows = []
    for name, under, old, new in _cells(before, after):
        found = [row for pair in _pairs(old, new) for row in _moved(*pair)]
        told = [row for row in found if not _close(*row, tolerance)]
        if not found and _bare(old) != _bare(new):
            told = [("output", "as saved", "another kind of output")]
        rows += [(name, under, what, *_words(what, a, b)) for what, a, b in told]
    return pd.DataFrame(rows, columns=COLUMNS)


def _cells(
    before: Mapping[str, NotebookNode], after: Mapping[str, NotebookNode]
) -> Iterator[tuple[str, str, list[Any], list[Any]]]:
    """Notebook, heading, saved and new outputs of every cell."""
    for name, now in after.items():
        then = {c.id: c for c in before[name].cells} if name in before else {}
        for k, cell in enumerate(now.cells):
            old = then.get(cell.id)
            saved = old.get("outputs", []) if old is not None else []
            shows = cell.get("outputs", [])
            # Of a cell that fails the reason is told; what it would have shown is not known.
            if all(o.output_type != "error" for o in shows):
                yield name, notebooks.heading(now, k), saved, shows


def _bare(outputs: list[Any]) -> str:
    """Outputs without blanks and what a front end notes beside them."""
    kept = ("data", "text", "name", "ename", "evalue")
    every = [{k: o[k] for k in kept if k in o} for o in outputs]
    return re.sub(r"(\\n|\s)+", "", json.dumps(every, sort_keys=True))


class _Table(HTMLParser):
    """The cells of a table, row by row."""

    def __init__(self, html: str):
        super().__init__()
        self.rows: list[list[str]] = []
        self.inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A row or a cell begins."""
        self.inside = tag in ("td", "th") or (self.inside and tag != "tr")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        """What stands in a cell."""
        if self.inside:
            self.rows[-1][-1] += data


def _lines(outputs: list[Any]) -> list[tuple[str, str]]:
    """What a cell shows, line by line, each with its place; a picture is one line."""
    lines: list[tuple[str, str]] = []
    for output in outputs:
        data = output.get("data", {})
        if PNG in data:
            lines.append(("picture", FRONT + data[PNG].strip()))
        if "<table" in (html := "".join(data.get("text/html", ""))):
            lines += _named(_Table(html).rows)
            continue
        text = data.get("text/markdown") or data.get("text/plain") or output.get("text", "")
        lines += [("", line) for line in "".join(text).splitlines()]
    return lines


def _named(rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    """The cells of a table with the names of row and column; equal rows are numbered."""
    head, *body = rows or [[]]
    yield "", " ".join(head)
    seen: dict[str, int] = {}
    for row in body:
        label = next((c for c in row if c and not NUMBER.fullmatch(c.strip())), " ".join(row[:1]))
        seen[label] = seen.get(label, 0) + 1
        label += f" ({seen[label]})" if seen[label] > 1 else ""
        for column, cell in zip_longest(head, row, fillvalue=""):
            yield f"{label} / {column}", cell


def _pairs(old: list[Any], new: list[Any]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Lines that differ, old beside new."""
    a, b = _lines(old), _lines(new)
    none = ("", "")
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(a[i:j], b[k:m], fillvalue=none)


def _moved(old: tuple[str, str], new: tuple[str, str]) -> Iterator[tuple[str, str, str]]:
    """The numbers that differ, if the words are the same; otherwise the whole lines."""
    (place, a), (other, b) = old, new
    if FRONT in (a[:1], b[:1]):
        yield "picture", a, b
    elif place and place == other:
        yield place, a, b
    else:
        said = NUMBER.sub("#", a).split()
        if said and said == NUMBER.sub("#", b).split():
            pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
            yield from ((" ".join(said)[:LABEL], x, y) for x, y in pairs if x != y)
        elif a.split() != b.split():
            yield place or other or "text", a.strip(), b.strip()


def _words(what: str, old: str, new: str) -> tuple[str, str]:
    """What a list says of a change: of a picture that there is one."""
    return (
        ("as saved", "drawn otherwise")
        if what == "picture"
        else (" ".join(old.split()), " ".join(new.split()))
    )


def _close(what: str, old: str, new: str, tolerance: float) -> bool:
    """Whether a difference is within the tolerance; none is without one."""
    if not tolerance:
        return False
    if what == "picture":
        return _distance(old, new) <= tolerance
    numbers = [NUMBER.findall(x) for x in (old, new)]
    return NUMBER.sub("#", old) == NUMBER.sub("#", new) and all(
        math.isclose(*(float(x.replace(",", "")) for x in pair), rel_tol=tolerance)
        for pair in zip(*numbers, strict=True)
    )


def _distance(old: str, new: str) -> float:
    """How far colours of two pictures lie apart on average, as a share; infinite for two sizes."""
    import numpy as np
    from PIL import Image

    if not (old and new):
        return math.inf
    raw = (base64.b64decode(x.removeprefix(FRONT)) for x in (old, new))
    a, b = (np.asarray(Image.open(io.BytesIO(x)).convert("RGB"), dtype=float) for x in raw)
    return float(np.abs(a - b).mean() / 255) if a.shape == b.shape else math.inf


def side_by_side(
    before: Mapping[str, NotebookNode],
    after: Mapping[str, NotebookNode],
    rows: pd.DataFrame,
    failed: Sequence[Problem],
) -> str:
    """One page without links to anything: claims that fail, what moved, pictures in pairs."""
    moved = rows.map(escape).to_html(index=False, escape=False, border=0) if len(rows) else ""
    claims = "".join(f"<li>{escape(str(p))}</li>" for p in failed)
    parts = [f"<h2>Claims that fail</h2><ul>{claims}</ul>"] if failed else []
    parts += [f"<h2>Saved, and now</h2>{moved}"] if moved else []
    for name, under, old, new in _cells(before, after):
        for was, now in _pairs(old, new):
            if FRONT in (was[1][:1], now[1][:1]):
                pair = "".join(map(_image, (was[1], now[1])))
                parts.append(f'<h3>{escape(f"{name}: {under}")}</h3><div class="two">{pair}</div>')
    head = f'<meta charset="utf-8"><title>Notebooks</title><style>{STYLE}</style>'
    return f"<!DOCTYPE html><html><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _image(line: str) -> str:
    data = line.removeprefix(FRONT) if line[:1] == FRONT else ""
    return f'<img alt="" src="data:{PNG};base64,{data}">' if data else "<p>–</p>"
