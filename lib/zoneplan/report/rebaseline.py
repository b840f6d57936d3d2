"""Change the published numbers on purpose: show every one that moved, and write down why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.report import notebooks
from zoneplan.report.compare import BOTH, run_again, shown

HEAD = "# Changes of published numbers\n\nThe newest stand last.\n"


def rebaseline(why: str, agreed: Callable[[str], bool], tell: Callable[[str, bool], None]) -> bool:
    """Run every notebook, show what fails and what moved, and after a yes save the runs with the
    reason.

    Returns
    -------
    False if the answer was no, or a cell fails: a notebook in which one does stays as it is.
    """
    if not why.strip():
        expected = "the reason why published numbers change"
        raise DataError([Problem("--why", None, None, "nothing", expected)])
    before, after, failed = run_again(BOTH, tell)
    rows = shown(before, after, failed)
    broken = {p.file for p in failed}
    sound = {n: run for n, run in after.items() if f"{n.rpartition('/')[2]}.ipynb" not in broken}
    rows = rows[rows["notebook"].isin(sound)]
    if failed:
        print(
            f"{len(failed)} cells fail: mend them first; {', '.join(sorted(broken))} is not saved"
        )
    if rows.empty:
        print("nothing else changed; nothing was written")
        return not failed
    if not agreed(f"Save {len(rows)} changes? [y/N] "):
        print("nothing was written")
        return False
    record(rows, why, date.today(), notebooks.folder().parent / "CHANGES.md")
    for name, run in sound.items():
        notebooks.save_clean(notebooks.folder() / f"{name}.ipynb", run)
    print(f"{len(rows)} changes saved; CHANGES.md says why. Now make the reports anew: make brief")
    return not failed


def entry(rows: pd.DataFrame, why: str, day: date) -> str:
    """A paragraph of the list of changes: the day, the reason, how much moved, and one example."""
    kind = rows["what"].where(rows["what"].isin(["text", "picture", "output"]), "number")
    counts = [f"{n} {k}{'' if n == 1 else 's'}" for k, n in kind.value_counts().items()]
    where = ", ".join(rows["notebook"].unique())
    moved = rows[kind == "number"].head(1)
    example = [f", such as “{r.what}”: {r.saved}, now {r.now}" for r in moved.itertuples()]
    text = f"{' and '.join(counts)} changed in {where}{''.join(example)}."
    return f"\n## {day.isoformat()}: {why.strip()}\n\n{text}\n"


def record(rows: pd.DataFrame, why: str, day: date, file: Path) -> None:
    """Append a paragraph to the list of changes."""
    text = file.read_text(encoding="utf-8") if file.exists() else HEAD
    part = file.with_suffix(".part")
    part.write_text(text + entry(rows, why, day), encoding="utf-8", newline="\n")
    part.replace(file)
