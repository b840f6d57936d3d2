"""What every question returns: rows about a plan, which show, say and draw themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pandas as pd

from zoneplan.data.sources import ids_in
from zoneplan.messages import words
from zoneplan.text import MISSING, Shown, cells, day, odds

if TYPE_CHECKING:
    from zoneplan.charts import Chart


@dataclass(frozen=True)
class Result:
    """Rows without words, and the plan that they are about.

    Shown in a notebook it is a table in the language of the plan; ``summary`` says it in a
    sentence, ``plot`` draws it. One without rows shows the reason.
    """

    plan: Any
    rows: pd.DataFrame
    # What was asked for and is not among the rows, each with the key of its reason.
    left_out: pd.DataFrame = field(default_factory=pd.DataFrame, kw_only=True)
    # The message that says why there are no rows, where there is more than one reason.
    why: str = field(default="", kw_only=True)
    # The group of its messages: a summary and, for a result without rows, the reason.
    SUBJECT: ClassVar[str] = ""
    # The columns that a reader is shown; all of them where none is named.
    SHOWN: ClassVar[tuple[str, ...]] = ()
    # Decimals by column where they are not the usual one.
    DIGITS: ClassVar[Mapping[str, int]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # Otherwise each dataclass would write a representation of its own.
        if "__repr__" not in vars(cls):
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def table(self) -> pd.DataFrame:
        """The rows, as a frame of one's own."""
        return self.rows.copy()

    def filter(self, **columns: object) -> Self:
        """Only the rows whose columns have these values (or one of a list of values)."""
        if self.rows.empty:
            return self
        keep = pd.Series(True, index=self.rows.index)
        for column, value in columns.items():
            keep &= self.rows[column].isin(
                value if isinstance(value, (list, tuple, set)) else [value]
            )
        why = self.why if keep.any() else "result.none_left"
        return replace(self, rows=self.rows[keep].reset_index(drop=True), why=why)

    @property
    def sources(self) -> pd.DataFrame:
        """Publisher, title and date of every source that the rows name."""
        return self.plan.sources.known(ids_in(self.rows))

    def facts(self, lang: str) -> dict[str, Any]:
        """The numbers and names of the summary, as they are printed in a language."""
        return {}

    def reason(self, lang: str | None = None) -> str:
        """Why there is nothing to show; empty where there is something."""
        if not self.rows.empty:
            return ""
        lang = lang or self.plan.lang
        w, usual = words(lang), f"{self.SUBJECT}.nothing"
        key = self.why or (usual if usual in w.texts else "result.nothing")
        return w(key, day=self.when(lang), zone=self.plan.zone(lang))

    def when(self, lang: str) -> str:
        """The day up to which figures are known to it, in words."""
        return day(self.plan.as_of, lang)

    def case(self) -> str:
        """Which message of its group tells the result, where there are several."""
        return "summary"

    def summary(self, lang: str | None = None) -> str:
        """The result in a sentence or two, in a language (that of the plan, if none is named)."""
        lang = lang or self.plan.lang
        said = self.reason(lang)
        if said or not self.SUBJECT:
            return said or self.evidence_note(lang)
        return words(lang)(f"{self.SUBJECT}.{self.case()}", **self.facts(lang))

    def evidence_note(self, lang: str | None = None) -> str:
        """How many figures stand behind the rows, by the grade of their sources if there is one."""
        w = words(lang or self.plan.lang)
        if "grade" not in self.rows or self.rows.empty:
            return w("result.evidence.ungraded", n=len(self.rows))
        count = self.rows["grade"].value_counts().sort_index()
        grades = [w("result.evidence.grade", grade=g, n=n) for g, n in count.items()]
        return w("result.evidence.graded", n=len(self.rows), grades=w("common.list").join(grades))

    def plot(
        self, lang: str | None = None, *, title: str = "", size: str = "page", **options: Any
    ) -> Chart | Nothing:
        """The result as a chart, or the reason why there is none.

        Parameters
        ----------
        lang : language; None takes that of the plan.
        title : a title of one's own in place of the one that tells the finding.
        size : ``page``, ``column`` (half a page) or ``slide``.
        """
        from zoneplan.charts import draw

        lang = lang or self.plan.lang
        said = self.reason(lang)
        return Nothing(said) if said else draw(self, lang, title=title, size=size, **options)

    def export(self, folder: str | Path, lang: str | None = None, **options: Any) -> list[Path]:
        """Write the chart (PNG, SVG, PDF) and its data (CSV) into a folder; the files written.

        Options are those of :meth:`plot`.
        """
        chart = self.plot(lang, **options)
        return [] if isinstance(chart, Nothing) else chart.export(folder, table=True)

    def shown(self, lang: str | None = None) -> Shown:
        """The rows as a reader sees them: heads and names in a language, fixed decimals."""
        lang = lang or self.plan.lang
        rows = self.named(lang)
        rows = rows[list(self.SHOWN)] if self.SHOWN else rows
        return Shown(readable(rows, lang, self.DIGITS))

    def named(self, lang: str) -> pd.DataFrame:
        """The rows with names in place of ids."""
        rows = self.rows.copy()
        for column in rows.columns.intersection(["indicator_id"]):
            rows[column] = [self.plan.name(i, lang) for i in rows[column]]
        return rows

    def __repr__(self) -> str:
        return self.reason() or repr(self.shown())

    def _repr_html_(self) -> str | None:
        return None if self.rows.empty else self.shown()._repr_html_()


@dataclass(frozen=True)
class Nothing:
    """No chart, and why."""

    why: str

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.why

    def _repr_markdown_(self) -> str:
        return self.why


def readable(
    rows: pd.DataFrame, lang: str, digits: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Rows as text with heads, keys and chances in the words of a language, decimals fixed."""
    w = words(lang)
    shown = cells(rows, {"*": 1, **(digits or {})})
    for column in rows.columns:
        said = w.group(f"columns.value.{column}")
        if str(column).startswith("probability"):
            shown[column] = [odds(p, lang) for p in rows[column]]
        elif pd.api.types.is_bool_dtype(rows[column]):
            shown[column] = [w(f"result.{'yes' if v else 'no'}") for v in rows[column]]
        elif said:
            shown[column] = [
                said.get(v, t) for v, t in zip(rows[column], shown[column], strict=True)
            ]
    return shown.fillna(MISSING).rename(columns=lambda c: w.texts.get(f"columns.head.{c}", str(c)))
