"""A request for the missing figures, in Word and Excel, that a statistics station can fill in and
the importer reads back.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import pandas as pd

from zoneplan.data.indicators import indicator
from zoneplan.forecasting.overview import SETTLED, Overview
from zoneplan.messages import words
from zoneplan.report.paper import Cover, word
from zoneplan.report.render import columns, markdown
from zoneplan.report.shown import named
from zoneplan.text import amount, day

NAME = "data_request"
COUNTS = ("家", "个")
WIDE, NARROW = 44, 12
# The letter's columns, in percent of the page.
WIDTHS = "22l 8l 12l 18l 40l"


def request(asked: Overview, lang: str = "zh") -> pd.DataFrame:
    """The figures to ask for: one row an indicator, columns name, unit, first and last (year),
    holder, number and why.

    Promises that a later figure settled need none; a text promise that only reads a series
    otherwise asks for nothing more.
    """
    plan, w = asked.plan, words(lang)
    spans = plan.evidence.set_index("indicator_id")["missing_span"]
    annex, rows, seen = set(plan.series()), [], set()
    for row in asked.rows.to_dict("records"):
        i, number = row["indicator_id"], row["missing_number"]
        again = number in seen and i not in annex and row["unit"] not in COUNTS
        seen.add(number)
        if row["status"] == SETTLED or again or not number:
            continue
        first, _, last = str(spans.get(i) or plan.base_year).partition("-")
        step = w.texts.get(f"columns.value.evidence.{row['evidence']}", row["evidence"])
        why = w("request.why", target=amount(row["target"], row["unit"], lang), step=step)
        holder = plan.translate(row["holder"], lang)
        # The name under which the importer knows it; growth goes by that of the plan.
        known = "" if plan.is_rate(i) else getattr(indicator(i), f"name_{lang}")
        said = known or plan.name(i, lang), row["unit"], int(first), int(last or first), holder
        rows.append((*said, plan.translate(number, lang), why))
    columns = ["name", "unit", "first", "last", "holder", "number", "why"]
    return pd.DataFrame(rows, columns=columns)


def write_request(asked: Overview, folder: Path, lang: str = "zh") -> list[Path]:
    """Write the request:

    ``data_request.xlsx`` to fill in, and a letter with the same list and the reasons.

    Years that are not asked for are shaded. What is filled in is read by ``zoneplan import``.
    Nothing is written where nothing is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = request(asked, lang)
    if rows.empty:
        return []
    return [_sheet(asked, rows, folder, lang), _letter(asked, rows, folder, lang)]


def _years(rows: pd.DataFrame) -> range:
    return range(int(rows["first"].min()), int(rows["last"].max()) + 1)


def _sheet(asked: Overview, rows: pd.DataFrame, folder: Path, lang: str) -> Path:
    import xlsxwriter

    w, plan, out = words(lang), asked.plan, folder / f"{named(NAME, lang)}.xlsx"
    with xlsxwriter.Workbook(str(out), {"strings_to_numbers": False}) as book:
        made = datetime.combine(plan.as_of, time())
        book.set_properties({"title": w("request.title"), "author": "zoneplan", "created": made})
        page = book.add_worksheet(w("request.sheet"))
        bold, shaded = book.add_format({"bold": True}), book.add_format({"bg_color": "#D9D9D9"})
        years = _years(rows)
        heads = [w("request.name"), w("request.unit"), *(w("request.year", year=y) for y in years)]
        page.write_row(0, 0, heads, bold)
        page.set_column(0, 0, WIDE)
        page.set_column(1, len(heads) - 1, NARROW)
        page.freeze_panes(1, 1)
        for n, row in enumerate(rows.itertuples(), start=1):
            page.write_row(n, 0, [row.name, row.unit])
            for k, year in enumerate(years, start=2):
                if not row.first <= year <= row.last:
                    page.write_blank(n, k, None, shaded)
    return out


def _letter(asked: Overview, rows: pd.DataFrame, folder: Path, lang: str) -> Path:
    w, plan = words(lang), asked.plan
    cells = [[w(f"request.{h}") for h in ["name", "unit", "years", "holder", "reason"]]]
    for r in rows.itertuples():
        one = "one" if r.first == r.last else "span"
        span = w(f"request.{one}", first=r.first, last=r.last)
        reason = w("common.semicolon").join((r.number, r.why))
        cells.append([r.name, r.unit, span, r.holder, reason])
    lines = [f"| {' | '.join(str(markdown(cell)) for cell in line)} |" for line in cells]
    lines.insert(1, str(columns(WIDTHS)))
    scope = plan.translate(plan.about.scope, lang) or w("request.any_scope")
    said = {"zone": plan.zone(lang), "plan": plan.title(lang), "scope": scope, "n": len(rows)}
    file = f"{named(NAME, lang)}.xlsx"
    body = markdown(w("request.letter", **said, file=file, day=day(plan.as_of, lang)))
    text, cover = (
        "\n".join([str(body), "", *lines, ""]),
        Cover(w("request.title"), plan.title(lang)),
    )
    return word(text, cover, folder, folder / f"{named(NAME, lang)}.docx", plan.as_of, lang)
