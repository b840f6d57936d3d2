"""Change the published numbers on purpose: show every one that moved, and write down why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.report import notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")
COLUMNS = ["notebook", "under", "what", "old", "new"]
# Enough of a line to find it again.
LABEL = 60
HEAD = "# Changes of published numbers\n\nWritten by `make rebaseline`; the newest stand last.\n"


def changed(before: dict[str, NotebookNode], after: dict[str, NotebookNode]) -> pd.DataFrame:
    """Every number and text that another run of the notebooks shows otherwise.

    Parameters
    ----------
    before, after : notebooks with outputs, by file stem.

    Returns
    -------
    One row per change: notebook, the heading it stands under, what (the words around a number, ``picture``, or
    ``cell`` where the code itself came, went or changed), old and new.

    How to read it: a row that nobody can explain is a mistake, not a new baseline.
    """
    rows = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            rows.append(
                (
                    name,
                    "start",
                    "notebook",
                    "" if name not in before else "there",
                    "" if name not in after else "there",
                )
            )
            continue
        rows += [(name, *row) for row in _in_notebook(before[name], after[name])]
    return pd.DataFrame(rows, columns=COLUMNS)


def _in_notebook(before: NotebookNode, after: NotebookNode) -> Iterator[tuple]:
    old, new = (
        [(k, c) for k, c in enumerate(n.cells) if c.cell_type == "code"] for n in (before, after)
    )
    pairs = SequenceMatcher(
        None, [c.source for _, c in old], [c.source for _, c in new], autojunk=False
    )
    for tag, a, b, c, d in pairs.get_opcodes():
        if tag == "equal":
            for (_, one), (k, two) in zip(old[a:b], new[c:d], strict=True):
                under = notebooks.heading(after, k)
                yield from ((under, *row) for row in _in_cell(one, two))
        else:
            # A changed cell is named by its place; its outputs are new, not moved.
            notebook, k = (after, new[c][0]) if d > c else (before, old[a][0])
            yield notebooks.heading(notebook, k), "cell", f"{b - a} cells", f"{d - c} cells"


def _in_cell(one: NotebookNode, two: NotebookNode) -> Iterator[tuple]:
    if _pictures(one) != _pictures(two):
        yield "picture", "as saved", "drawn otherwise"
    old, new = _lines(one), _lines(two)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for k in range(max(b - a, d - c)):
            yield from _in_line(old[a + k] if a + k < b else "", new[c + k] if c + k < d else "")


def _in_line(old: str, new: str) -> Iterator[tuple]:
    """The numbers that differ, if the words are the same; otherwise the whole lines."""
    words = NUMBER.sub("#", old).split()
    if old and words == NUMBER.sub("#", new).split():
        label = " ".join(words)[:LABEL]
        pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
        yield from ((label, a, b) for a, b in pairs if a != b)
    else:
        yield "text", old.strip(), new.strip()


def _lines(cell: NotebookNode) -> list[str]:
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        texts.append(data.get("text/markdown") or data.get("text/plain") or output.get("text", ""))
    return [line for text in texts for line in "".join(text).splitlines()]


def _pictures(cell: NotebookNode) -> list[str]:
    return [o["data"]["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]


def entry(rows: pd.DataFrame, why: str, day: date) -> str:
    """A section of the list of changes: day, reason, every number old and new."""

    def cell(text: object) -> str:
        return str(text).replace("|", "\\|") or "–"

    lines = ["| " + " | ".join(map(cell, row)) + " |" for row in rows.itertuples(index=False)]
    head = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    return "\n".join([f"\n## {day.isoformat()}: {why.strip()}\n", *head, *lines]) + "\n"


def record(rows: pd.DataFrame, why: str, day: date, file: Path) -> None:
    """Append an entry to the list of changes."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD
    part = file.with_suffix(".part")
    part.write_text(text + entry(rows, why, day), encoding="utf-8", newline="\n")
    part.replace(file)
