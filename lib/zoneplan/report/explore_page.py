"""One page to send: growth, base and target are set in a browser; no Python, server or network."""

from __future__ import annotations

import base64
import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneplan.charts import theme
from zoneplan.charts.chart import source_line
from zoneplan.data.sources import ids_in
from zoneplan.data.units import readable, shown_in
from zoneplan.forecasting.forecasts import QUANTILES
from zoneplan.forecasting.scenario import Scenario
from zoneplan.messages import Words, words
from zoneplan.report.apart import Apart, taken_apart
from zoneplan.report.pages import TAGS
from zoneplan.report.render import FOLDER
from zoneplan.stress.scenarios import MOST_POINTS
from zoneplan.stress.whatif import WhatIf, what_if
from zoneplan.text import PERCENT, WAVE, day, rounded

if TYPE_CHECKING:
    from zoneplan.study import Forecasts

# Draws are stored as the distances between them, in rising order: whole millionths of the log.
STEP, LARGEST = 1e-6, 2**16 - 1
COLOURS = {"zone": theme.ZONE, "target": theme.TARGET, "fan": theme.FAN, "soft": theme.SOFT}


def write_explore_page(made: Forecasts, path: Path, lang: str = "en") -> Path | None:
    """Write the page of all series that can be asked about; None where there are none.

    Parameters
    ----------
    made : the forecasts of a plan; the page has the same draws.
    path : the file, which needs no other.
    lang : ``en`` or ``zh``.
    """
    every = [_series(made, parts, lang) for parts in taken_apart(made).values()]
    if not every:
        return None
    w, plan = words(lang), made.plan
    lead = w("explore.page.lead", plan=plan.title(lang), day=day(plan.as_of, lang))
    said = w.group("explore.page") | {"lead": lead}
    wrong = {k: w.group(f"explore.wrong.{k}") for k in ("far", "number", "level", "share")}
    texts: dict[str, Any] = {
        **w.group("explore.panel"), **said, "join": w.raw("explore.join"),
        "need": w.raw("explore.need"), "bases": w.raw("explore.bases"),
        "line": w.raw("explore.wrong.line"), "wrong": wrong,
        **{f"at_{k}": t for k, t in w.group("explore.start").items()},
    }  # fmt: skip
    data = {
        "words": texts, "percent": PERCENT[lang], "wave": WAVE[lang], "most": MOST_POINTS,
        "step": STEP, "largest": LARGEST, "colours": COLOURS, "series": every,
    }  # fmt: skip
    # A name could hold what ends a script.
    text = json.dumps(data, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    form = Template((FOLDER / "explore.html").read_text(encoding="utf-8"))
    shown = {k: escape(v, quote=False) for k, v in texts.items() if isinstance(v, str)}
    html = form.substitute(shown, data=text, lang=TAGS[lang], **COLOURS)
    path.write_text(html, encoding="utf-8", newline="\n")
    return path


def _series(made: Forecasts, parts: list[Apart], lang: str) -> dict[str, Any]:
    """What a page knows of one series."""
    first, w = parts[0], words(lang)
    here = Scenario(title={lang: w("explore.page.here")})
    head = what_if(made, here, first.indicator_id)
    target, sketch = first.target, head.sketch(lang)
    factor, unit = shown_in(target.unit, lang)
    said = sketch[sketch["series"] == "observed"]
    notes = list(dict.fromkeys(said["scope_note"].fillna("")))
    seen = zip(said["year"], said["value"], said["scope_note"].fillna(""), strict=True)
    aims = sketch.loc[sketch["series"] == "target", ["year", "value"]].to_numpy(float).tolist()
    return {
        "name": head.name(lang), "kind": first.kind, "factor": factor, "unit": unit,
        "form": readable(0.0, target.unit, lang)[1], "percent": target.unit == "%",
        "years": list(first.years), "last": target.year, "reach": _reach(head, w),
        "target": [target.value, *(v if np.isfinite(v) else None for v in _ends(first))],
        "headline": w("explore.panel.headline", **head.facts(lang)), "note": head.note(lang),
        "source": source_line(made.plan.sources, ids_in(sketch), lang),
        "seen": [[int(y), float(v), notes.index(n)] for y, v, n in seen], "aims": aims,
        "bases": [_base(part, lang) for part in parts],
    }  # fmt: skip


def _ends(part: Apart) -> tuple[float, float]:
    return part.target.low, part.target.high


def _reach(head: WhatIf, w: Words) -> str:
    """What the chance is the chance of, with places for the target and its ends."""
    places = {k: f"{{{k}}}" for k in ("target", "low", "high")}
    low, high = head.target.low, head.target.high
    how = "least" if np.isinf(high) else "most" if np.isinf(low) else "range"
    return w(f"explore.reach.{how}", name=head.name(w.lang), year=head.target.year, **places)


def _base(part: Apart, lang: str) -> dict[str, Any]:
    """One base: its level, the growth expected since, the errors of the last year and the fan's."""
    base, w, ends = part.base, words(lang), list(QUANTILES.values())
    known: dict[str, Any] = {"kind": "rate", "level": None, "year": None, "label": ""}
    if base is not None:
        level = rounded(base.level.mid, part.target.unit, lang)
        label = w(f"explore.panel.{base.kind}", year=base.year, level=level)
        known = {"kind": base.kind, "level": float(base.level.mid), "year": base.year}
        known["label"] = label

    def stored(errors: dict[int, np.ndarray]) -> dict[str, Any]:
        fan = {y: np.quantile(e, ends).round(9).tolist() for y, e in errors.items()}
        return {"fan": fan, "draws": packed(errors[part.target.year])}

    exact, usual = part.errors, part.rounded
    growth = {str(y): g for y, g in part.growth.items()}
    draws = {"exact": stored(exact)} | ({} if usual is exact else {"rounded": stored(usual)})
    return known | {"growth": growth} | draws


def packed(rising: np.ndarray) -> str:
    """Values in rising order as text: distances of two bytes; the largest one means "and more"."""
    steps = np.diff(np.rint(rising / STEP).astype("int64"), prepend=0)
    first, rest = steps[:1].astype("<i4"), steps[1:]
    whole, left = np.divmod(rest, LARGEST)
    distances = np.insert(left, np.repeat(np.arange(len(rest)), whole), LARGEST).astype("<u2")
    return base64.b64encode(first.tobytes() + distances.tobytes()).decode()
