"""The sheet to try things on: growth, base and target in yellow cells, answers as formulas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneplan.data.units import shown_in
from zoneplan.plan.intervals import cagr
from zoneplan.report.apart import Apart
from zoneplan.text import day

if TYPE_CHECKING:
    from zoneplan.messages import Words
    from zoneplan.plan.document import PlanDocument

YELLOW = "#FFF2CC"
# What a spreadsheet computes of a cell on the scale of a series, and back.
THERE = {"level": "LN({0})", "share": "LN({0}/(100-{0}))", "rate": "LN(1+{0}/100)"}
BACK = {"level": "EXP({0})", "share": "100/(1+EXP(-({0})))", "rate": "100*(EXP({0})-1)"}
QUANTILES = {"q10": 0.1, "q50": 0.5, "q90": 0.9}
# Decimals of a draw: equal chances to all digits shown, in a third of the space.
PLACES = 6


class LiveSheet:
    """Writes the sheet: a row a series and base, its draws in columns at the right.

    ``writer`` makes the formats and links of the workbook, ``every`` holds the series of a plan.
    """

    def __init__(self, writer: Any, every: Mapping[str, Sequence[Apart]], plan: PlanDocument):
        self.writer, self.plan = writer, plan
        self.rows = [(part, k) for parts in every.values() for k, part in enumerate(parts)]
        self.w: Words = writer.w
        self.last = max(part.target.year for part, _ in self.rows)
        first = min(min(part.growth) for part, _ in self.rows)
        self.years = range(first, self.last + 1)
        growth = [f"growth {y}" for y in self.years]
        keys = ["target", "base", "year", "level", "unit", *growth, "aim", "chance", "brief"]
        keys += ["needed", *QUANTILES, "", "zero", "start"]
        self.at = {key: n for n, key in enumerate(keys)}

    @property
    def name(self) -> str:
        """The name of the sheet."""
        return self.w("workbook.live.sheet")

    @property
    def about(self) -> tuple[str, str, str, str]:
        """The sheet in the list of contents."""
        w = self.w
        return self.name, w("workbook.live.title"), w("workbook.live.note"), ""

    def write(self, first: int) -> None:
        """Write everything; ``first`` is the row of the first series, below a row of heads."""
        w, sheet = self.w, self.writer.book.add_worksheet(self.name)
        source = w("workbook.live.source", day=day(self.plan.as_of, w.lang))
        self.writer.lines(sheet, (*self.about[1:3], source))
        self.writer.link(sheet, first - 2, self.writer.back)
        for key, c in self.at.items():
            name, _, year = key.partition(" ")
            told = w(f"workbook.live.{name}", year=year or self.last) if name else ""
            sheet.write_string(first - 1, c, told, self.writer.head(align="left"))
        sheet.set_column(0, 0, 40)
        sheet.set_column(1, 1, 24)
        sheet.set_column(2, len(self.at), 12)
        free = len(self.at) + 1
        for r, (part, k) in enumerate(self.rows, start=first):
            free = self._row(sheet, r, part, r - k, free, first)
        sheet.set_column(len(self.at) + 1, free, 16)
        sheet.set_row(first - 1, 45)
        sheet.freeze_panes(first, 2)

    def _row(self, sheet: Any, r: int, part: Apart, lead: int, free: int, first: int) -> int:
        """One series on one base; ``lead`` is the row of its first base. The next free column."""
        from xlsxwriter.utility import xl_range_abs

        columns = {"rounded": part.rounded} if part.rounded is not part.errors else {}
        base = self.w(f"workbook.live.{part.base.kind if part.base else 'rate'}")
        ranges = []
        for key, draws in (columns | {"exact": part.errors}).items():
            values = draws[part.target.year].round(PLACES)
            head = self.w(f"workbook.live.{key}", name=self._of(part), base=base)
            sheet.write_string(first - 1, free, head, self.writer.head(align="left"))
            sheet.write_column(first, free, values)
            ranges.append(xl_range_abs(first, free, first + len(values) - 1, free))
            free += 1
        self._typed(sheet, r, part, base, lead)
        self._answers(sheet, r, part, ranges)
        return free

    def _of(self, part: Apart) -> str:
        return self.plan.name(part.indicator_id, self.w.lang)

    def _cell(self, r: int, key: str) -> str:
        from xlsxwriter.utility import xl_rowcol_to_cell

        return str(xl_rowcol_to_cell(r, self.at[key]))

    def _typed(self, sheet: Any, r: int, part: Apart, base: str, lead: int) -> None:
        """What it starts from, and the yellow cells."""
        factor, unit = shown_in(part.target.unit, self.w.lang)
        plain, style = self.writer.text(""), self.writer.style
        for key, text in (("target", self._of(part)), ("base", base), ("unit", unit)):
            sheet.write_string(r, self.at[key], text, plain)
        amounts = {"aim": part.target.value * factor}
        if part.base is not None:
            sheet.write_number(r, self.at["year"], part.base.year, style(num_format="0"))
            amounts["level"] = part.base.level.mid * factor
            sheet.write_number(r, self.at["start"], amounts["level"], style(num_format="0.00"))
        number, yellow = {"num_format": "#,##0.0#"}, {"bg_color": YELLOW, "border": 1}
        refused = {"error_message": self.w("workbook.live.refused"), "validate": "decimal"}
        open_ = {f"growth {y}": part.growth[y] for y in part.years}
        least = {"level": 0, "aim": -100 if part.kind == "rate" else 0}
        for key, value in (amounts | open_).items():
            c = self.at[key]
            if r == lead or key == "level":
                sheet.write_number(r, c, value, style(**number, **yellow))
                limit = {"criteria": ">", "value": least.get(key, -100)}
                sheet.data_validation(r, c, r, c, refused | limit)
            else:
                sheet.write_formula(r, c, f"={self._cell(lead, key)}", style(**number), value)
        for y in part.growth.keys() - set(part.years):
            sheet.write_number(r, self.at[f"growth {y}"], part.growth[y], style(**number))

    def _answers(self, sheet: Any, r: int, part: Apart, ranges: list[str]) -> None:
        """Formulas with the values that they have as the sheet opens."""
        kind, target, base = part.kind, part.target, part.base
        factor, _ = shown_in(target.unit, self.w.lang)
        aim, level, zero = (self._cell(r, key) for key in ("aim", "level", "zero"))
        there, back = THERE[kind], BACK[kind]
        first, last = (self._cell(r, f"growth {y}") for y in (self.years[0], self.last))
        grown = f"SUMPRODUCT(LN(1+{first}:{last}/100))"
        # A level in another unit is on another log: the unit cancels out.
        start = f"{there.format(level)}+{grown}" if base else there.format(last)
        draws = ranges[0]
        if len(ranges) > 1:
            draws = f"IF({level}={self._cell(r, 'start')},{ranges[0]},{ranges[1]})"
        tests = []
        for sign, end in ((">=", target.low), ("<=", target.high)):
            if np.isfinite(end):
                off = (end - target.value) * factor
                moved = f"({aim}{off:+.12g})" if off else aim
                tests.append(f"({draws}{sign}{there.format(moved)}-{zero})")
        met = f"SUMPRODUCT({'*'.join(tests)}*1)/COUNT({ranges[-1]})"
        needed, growth = f"={aim}", target.value
        if base is not None:
            years = f"({target.year}-{self._cell(r, 'year')})"
            needed = f"=100*(({aim}/{level})^(1/{years})-1)"
            growth = cagr(base.level.mid, target.value, target.year - base.year)
        quantiles = np.quantile(part.forecast.draws[target.year], list(QUANTILES.values())) * factor
        chance, number = part.forecast.probability(target), self.writer.style(num_format="#,##0.0#")
        share = self.writer.style(num_format="0 %", bold=True)
        sheet.write_formula(r, self.at["zero"], f"={start}", self.writer.style(num_format="0.0000"))
        sheet.write_formula(r, self.at["needed"], needed, number, growth)
        for (key, q), value in zip(QUANTILES.items(), quantiles, strict=True):
            formula = "=" + back.format(f"{zero}+PERCENTILE({draws},{q})")
            sheet.write_formula(r, self.at[key], formula, number, float(value))
        sheet.write_formula(r, self.at["chance"], f"={met}", share, chance)
        sheet.write_number(r, self.at["brief"], chance, self.writer.style(num_format="0 %"))
