"""Change the published numbers on purpose: show every one that moved, and write down why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import SequenceMatcher
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.report import notebooks
from zoneplan.text import frame

if TYPE_CHECKING:
    from nbformat import NotebookNode

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:,\d{3})*(?:\.\d+)?")
COLUMNS = ["notebook", "under", "what", "old", "new"]
# Enough of a line to find it again.
LABEL = 60
HEAD = "# Changes of published numbers\n\nThe newest stand last.\n"


def rebaseline(why: str, agreed: Callable[[str], bool], tell: Callable[[str, bool], None]) -> bool:
    """Run every notebook, show what moved, and after a yes save the runs with the reason.

    Returns
    -------
    False if the answer was no.
    """
    import nbformat

    if not why.strip():
        expected = "the reason why published numbers change"
        raise DataError([Problem("--why", None, None, "nothing", expected)])
    files = notebooks.paths()
    after = notebooks.run_all(tell=tell)
    rows = changed({p.stem: nbformat.read(p, as_version=4) for p in files}, after)
    if rows.empty:
        print("no number, text or picture changed; nothing was written")
        return True
    print(frame(rows))
    if not agreed(f"Save {len(rows)} changes? [y/N] "):
        print("nothing was written")
        return False
    record(rows, why, date.today(), notebooks.folder().parent / "CHANGES.md")
    for path in files:
        notebooks.save_clean(path, after[path.stem])
    print(f"{len(rows)} changes saved; CHANGES.md says why. Now make the reports anew: make brief")
    return True


def changed(before: Mapping[str, NotebookNode], after: Mapping[str, NotebookNode]) -> pd.DataFrame:
    """Every number, text and picture that another run of the same notebooks shows otherwise.

    Parameters
    ----------
    before, after : notebooks with outputs, by file stem; cells are the same where their ids are.

    Returns
    -------
    One row per change: notebook, the heading it stands under, what (the words around a number,
    ``text`` or ``picture``), old and new. A row that nobody can explain is a mistake.
    """
    rows = []
    for name, now in after.items():
        then = {c.id: c for c in before[name].cells} if name in before else {}
        for k, cell in enumerate(now.cells):
            pairs = _pairs(_shown(then.get(cell.id)), _shown(cell))
            under = notebooks.heading(now, k)
            rows += [(name, under, *row) for pair in pairs for row in _moved(*pair)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _shown(cell: NotebookNode | None) -> list[str]:
    """What a cell shows, line by line; a picture is one line."""
    lines: list[str] = []
    for output in cell.get("outputs", []) if cell is not None else []:
        data = output.get("data", {})
        if "image/png" in data:
            lines.append("\0" + data["image/png"])
        text = data.get("text/markdown") or data.get("text/plain") or output.get("text", "")
        lines += "".join(text).splitlines()
    return lines


def _pairs(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    """Lines that differ, old beside new."""
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from zip_longest(old[a:b], new[c:d], fillvalue="")


def _moved(old: str, new: str) -> Iterator[tuple[str, str, str]]:
    """The numbers that differ, if the words are the same; otherwise the whole lines."""
    if "\0" in old[:1] + new[:1]:
        yield "picture", "as saved", "drawn otherwise"
        return
    said = NUMBER.sub("#", old).split()
    if said and said == NUMBER.sub("#", new).split():
        pairs = zip(NUMBER.findall(old), NUMBER.findall(new), strict=True)
        yield from ((" ".join(said)[:LABEL], a, b) for a, b in pairs if a != b)
    elif old.split() != new.split():
        yield "text", old.strip(), new.strip()


def entry(rows: pd.DataFrame, why: str, day: date) -> str:
    """A paragraph of the list of changes: the day, the reason, how much moved, and one example."""
    kind = rows["what"].where(rows["what"].isin(["text", "picture"]), "number")
    counts = [f"{n} {k}{'' if n == 1 else 's'}" for k, n in kind.value_counts().items()]
    where = ", ".join(rows["notebook"].unique())
    moved = rows[kind == "number"].head(1)
    example = [f", such as “{r.what}”: {r.old}, now {r.new}" for r in moved.itertuples()]
    text = f"{' and '.join(counts)} changed in {where}{''.join(example)}."
    return f"\n## {day.isoformat()}: {why.strip()}\n\n{text}\n"


def record(rows: pd.DataFrame, why: str, day: date, file: Path) -> None:
    """Append a paragraph to the list of changes."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD
    part = file.with_suffix(".part")
    part.write_text(text + entry(rows, why, day), encoding="utf-8", newline="\n")
    part.replace(file)
