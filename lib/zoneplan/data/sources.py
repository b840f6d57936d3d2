"""Where figures come from: publishers, titles and dates by source id, of the project and of one
plan.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from zoneplan.data import tables

# The plan's own document, and figures that a user brings without naming a source.
PLAN, OWN = "plan", "own"


@dataclass(frozen=True)
class Sources:
    """Publisher, title, address and date of every source, by ``source_id``."""

    rows: pd.DataFrame

    @classmethod
    def of_plan(cls, folder: Path) -> Sources:
        """The project's sources and, before them, those of a plan's own ``sources.csv``.

        A plan without one is cited by the name of its folder.
        """
        own = [tables.read("sources", folder)] if (folder / "sources.csv").exists() else []
        named = {"publisher": "own plan", "title": folder.resolve().name}
        unnamed = pd.DataFrame([{"source_id": i, **named} for i in (PLAN, OWN)])
        every = pd.concat([*own, unnamed, tables.read("sources")], ignore_index=True)
        return cls(every.drop_duplicates("source_id").set_index("source_id"))

    def known(self, ids: Iterable[str]) -> pd.DataFrame:
        """The rows of some ids, each once, in their order.

        Raises
        ------
        ValueError
            An id is not in the list.
        """
        wanted = list(dict.fromkeys(ids))
        unknown = [str(i) for i in wanted if i not in self.rows.index]
        if unknown:
            raise ValueError(f"unknown source {', '.join(unknown)}: add a row to sources.csv")
        return self.rows.loc[wanted]


def ids_in(frame: pd.DataFrame) -> list[str]:
    """The source ids in every column of a table that holds them, each once, in their order."""
    columns: Sequence[str] = [c for c in frame.columns if str(c).endswith("source_id")]
    texts = (text for c in columns for text in frame[c].dropna())
    return list(
        dict.fromkeys(x.strip() for t in texts for x in re.split("[;,]", str(t)) if x.strip())
    )
