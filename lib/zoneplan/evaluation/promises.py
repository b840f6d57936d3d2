"""Chances for any list of promises, each from nothing later than the year in which it was made.

The plain rule is that of the plan: the last level times the growth of the class, as the panel
method learns it from all histories known by then. Where earlier promises and what became of them
are known too, they move its middle and set its width; its shape stays, so that chance and quantiles
are of one distribution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd

from zoneplan.data.panel import FURTHEST, YEARS, Panel, panel_of
from zoneplan.data.sheets import records
from zoneplan.errors import DataError, Problem
from zoneplan.forecasting.panel_model import QUANTILES, ReferenceModel, learn
from zoneplan.forecasting.panel_model import odds as chance
from zoneplan.messages import words

KINDS = ("growth", "level")
NEEDED = ("unit_id", "year", "target")
GIVEN = ("probability", "q10", "q50", "q90")
LOW, MIDDLE, HIGH = (list(QUANTILES).index(q) for q in ("q10", "q50", "q90"))
# The width of a forecast: the deviation of a normal distribution with its 10 and 90 % quantiles.
SPAN = 2 * NormalDist().inv_cdf(0.9)


@dataclass(frozen=True)
class Settings:
    """What the record of promises weighs.

    Set on the promises of prefectures (2005-2011) and provinces (2002-2011), one year ahead, by
    the Brier score of chances made forward in time. Provinces 2012-2017 and prefectures 2012 stood
    beside every trial: that only the last year's shortfall counts, uncushioned, was decided with
    them in view, so they are no fresh test. That a year can be as bad as 2020 and the next one good
    was known when ``news`` and ``largest`` were chosen among values that the years before 2012
    hardly tell apart. So much is hindsight. Each comment says by how much the score to 2011 moves
    over a range of values.
    """

    # Share of the way from the plain rule to the year's middle target in the first year ahead; its
    # powers after that. 0.5 to 1: 0.006.
    news: float = 0.75
    # No year moves the middle by more than so many widths of the plain rule. 0.4 to 0.6: 0.008.
    largest: float = 0.5
    # Shared and own part of the width, in widths of the plain rule, each with the weight of one
    # year before any is seen. 0.3 to 0.7: 0.008, 0.3 being the best; years are few, so wider.
    parts: float = 0.5
    # A unit's own target and last growth have no say before any year is seen, with the weight of so
    # many years. 1 to 6: 0.001.
    own_years: float = 2.0
    # The most that its target can have, so that a higher target is never the likelier one.
    own_most: float = 0.9
    # Deviations beyond so many robust ones are cut there, as in the panel method. 2 to 4: 0.001.
    cut: float = 3.0


SETTINGS = Settings()


@dataclass(frozen=True)
class _Record:
    """Weights of a unit's own target and last growth, shared shock and width, from a record."""

    target: float = 0.0
    pace: float = 0.0
    shock: float = 0.0
    width: float = 1.0
    known: bool = False


def odds(
    promises: pd.DataFrame,
    history: pd.DataFrame | Panel,
    reference: pd.DataFrame | Panel | None = None,
    record: bool = True,
    settings: Settings = SETTINGS,
) -> pd.DataFrame:
    """Give every promise of a list its chance, from what was known when it was made.

    Parameters
    ----------
    promises : columns unit_id, year, target and optionally kind (``growth``: percent a year from
        made_in to year; ``level``; default growth) and made_in (last year of history that was
        known; default the year before).
    history : unit_id, year, value: positive levels of the units that promise, of any years.
    reference : the same of similar units (default: the history itself is the class).
    record : learn from earlier promises and their outcomes too.
    settings : constants of the record.

    Returns
    -------
    All rows in their order with probability, q10, q50 and q90 of what was promised; empty where
    nothing can be said. ``attrs["left_out"]`` counts these by reason (see :func:`reasons`).

    Raises
    ------
    DataError
        A column is missing, or a history cannot be used; all problems are listed.

    In log growth a year, with ``m`` the middle of the plain rule, ``t`` the target, ``g`` the last
    growth, ``x = t - m`` and ``y = g - m``, the distribution keeps the shape of the plain rule, and
    its middle in the ``j``-th year ahead is::

        m + b (x - X) + c (y - Y) + news^j X + A

    ``X`` and ``Y`` are medians over the promises of the same year. ``A``, the shock, is the median
    of ``e - news X`` in the newest year with outcomes, ``e`` being how far growth in the first year
    of a promise exceeded ``m``; ``b`` and ``c`` come from a ridge regression of ``e`` on ``x`` and
    ``y`` within years. The width is ``k`` times that of the plain rule: ``k^2`` is the mean square,
    over years, of the errors of chances given at the time in such widths, parted into what the
    promises of a year shared and what not. A year with ``n`` promises weighs ``n / (n + 1)``.

    Source: combination of forecasts with fixed weights (Clemen 1989; Stock and Watson 2004);
    intercept correction after a shared miss (Clements and Hendry 1998); recalibration of location
    and scale (Gneiting, Balabdaoui and Raftery 2007).

    How to read it: of promises with 0.3, three in ten are met over many years; in a single year,
    whose shock all share, far more or fewer.
    """
    cases, why = _usable(promises)
    series = _panel(history)
    known = series if reference is None else _joined(_panel(reference), series)
    parts = []
    for (made_in, year), group in cases.groupby(["made_in", "year"], sort=True):
        made, refused = _plain(group, series, known, int(made_in), int(year))
        why.loc[refused.index] = refused
        parts.append(made)
    out = promises.copy()
    out[list(GIVEN)] = np.nan
    if parts:
        made = pd.concat(parts)
        made = _with_record(made, settings) if record else made
        made = made[made["wide"].notna()]
        out.iloc[made.index, -len(GIVEN) :] = _given(made)
    out.attrs["left_out"] = why[why != ""].value_counts().sort_index().to_dict()
    return out


def reasons(judged: pd.DataFrame, lang: str = "en") -> list[str]:
    """Say why rows of :func:`odds` are empty: a sentence for each reason, with their number."""
    w = words(lang)
    left_out = judged.attrs["left_out"]
    return [w(f"promises.left_out.{reason}", n=n) for reason, n in left_out.items()]


def read_promises(file: str | Path) -> pd.DataFrame:
    """Read the cells of a CSV file as text, for :func:`odds`.

    Raises
    ------
    DataError
        The file cannot be read as a table.
    """
    name = str(file)
    rows = [(n, r) for n, r in records(Path(file), name, own=True) if any(map(str.strip, r))]
    size = len(rows[0][1])
    long = [(n, len(r)) for n, r in rows if len(r) > size]
    if long:
        expected = f"{size} cells; a comma inside a cell needs quotes around it"
        raise DataError([Problem(name, n, None, f"{found} cells", expected) for n, found in long])
    cells = [r + [""] * (size - len(r)) for _, r in rows[1:]]
    return pd.DataFrame(cells, columns=[c.strip() for c in rows[0][1]], dtype=object)


def _usable(promises: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series]:
    """Part the rows that promise something, by position, from those that do not, with reasons."""
    columns = list(promises.columns)
    wrong = [(c, "no such column", "a column of this name") for c in NEEDED if c not in columns]
    twice = sorted({str(c) for c in columns if columns.count(c) > 1})
    wrong += [(c, "the column twice", "each once") for c in twice]
    wrong += [(c, "the column", "none: it is what is asked for") for c in GIVEN if c in columns]
    if wrong:
        raise DataError([Problem("promises", 1, *w) for w in wrong])
    rows = promises.reset_index(drop=True)
    blank = pd.Series("", index=rows.index, dtype=object)
    text = {c: _text(rows[c]) if c in rows else blank for c in (*NEEDED, "kind", "made_in")}
    number = {c: pd.to_numeric(text[c], errors="coerce") for c in ("year", "target", "made_in")}
    cases = pd.DataFrame(
        {
            "unit_id": text["unit_id"],
            "year": number["year"],
            "target": number["target"],
            "kind": text["kind"].where(text["kind"] != "", "growth"),
            "made_in": number["made_in"].where(text["made_in"] != "", number["year"] - 1),
        }
    )
    lowest = np.where(cases["kind"] == "level", 0.0, -100.0)
    faults = {
        "unit": cases["unit_id"] == "",
        "year": ~_is_year(cases["year"]),
        "target": ~(np.isfinite(cases["target"]) & (cases["target"] > lowest)),
        "kind": ~cases["kind"].isin(KINDS),
        "made_in": ~_is_year(cases["made_in"]),
        "over": cases["made_in"] >= cases["year"],
        "far": cases["year"] - cases["made_in"] > FURTHEST,
    }
    why = blank.copy()
    for reason, fault in faults.items():
        why[(why == "") & fault] = reason
    good = cases[why == ""].astype({"year": int, "made_in": int})
    # The same promise twice is one event.
    return good.assign(counts=~good.duplicated()), why


def _text(column: pd.Series) -> pd.Series:
    return column.map(lambda v: "" if pd.isna(v) else str(v).strip()).astype(object)


def _is_year(column: pd.Series) -> pd.Series:
    return column.between(*YEARS) & (column % 1 == 0)


def _panel(rows: pd.DataFrame | Panel) -> Panel:
    """Order units by their figures, so that no sum depends on names or on the order of rows."""
    if isinstance(rows, pd.DataFrame) and "unit_id" in rows:
        rows = rows.assign(unit_id=_text(rows["unit_id"]))
    panel = rows if isinstance(rows, Panel) else panel_of(rows)
    return panel.where(np.lexsort(np.nan_to_num(panel.logs, nan=-np.inf).T))


def _joined(reference: Panel, series: Panel) -> Panel:
    """Make one class of both; a unit that is in both counts once, as the reference has it."""
    rows, more = reference.rows(), series.rows()
    return _panel(pd.concat([rows, more[~more["unit_id"].isin(rows["unit_id"])]]))


def _plain(
    group: pd.DataFrame, series: Panel, known: Panel, made_in: int, year: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Apply the plain rule to promises of one year made in one year; name those it cannot judge.

    Added in logs: ``base``, the figure that growth counts from, ``years`` before the target's;
    ``target`` and the quantiles, as growth over all these years; of growth in the first year
    ``first`` and ``wide``, its middle and width, and ``seen``, what came; ``pace``, growth before.
    """
    seen = series.until(made_in)
    why = pd.Series("old", index=group.index)
    why[~group["unit_id"].isin(seen.units)] = "history"
    why[~group["unit_id"].isin(series.units)] = "unknown"
    seen = seen.where(np.isin(seen.units, group["unit_id"]))
    if not len(seen.units):
        return group[:0], why
    try:
        model = learn(known.until(made_in), year)
    except DataError:
        named = why == "old"
        return _unled(group[named], series, made_in), why.mask(named, "class")
    seen = seen.where(made_in - seen.last_years <= FURTHEST)
    plain = _forecast(model, seen)
    group = group[group["unit_id"].isin(plain.index.levels[0])]
    units = group["unit_id"].to_numpy()

    # Growth counts from made_in: a unit silent in that year stands where it was expected to.
    here = _at(seen, seen.units, made_in)
    silent = np.isnan(here)
    onward = plain
    if silent.any():
        here[silent] = _rows(plain, seen.units[silent], made_in)[:, MIDDLE]
        past = np.arange(seen.years[0], made_in + 1)
        logs = seen.on(past)
        logs[:, -1] = here
        stands = np.isfinite(here)
        onward = _forecast(model, Panel(seen.units[stands], past, logs[stands]))
    start = pd.Series(here, index=seen.units)[units].to_numpy()
    origin = pd.Series(seen.last_years, index=seen.units)[units].to_numpy()
    level = (group["kind"] == "level").to_numpy()
    base = np.where(level, seen.logs[_places(seen, units), origin - seen.years[0]], start)
    years = np.where(level, year - origin, year - made_in)
    ahead = np.where(level[:, None], _rows(plain, units, year), _rows(onward, units, year))
    next_year = _rows(onward, units, made_in + 1) - start[:, None]
    before, now, then = (_at(series, units, made_in + j) for j in (-1, 0, 1))
    made = group.assign(
        years=years,
        base=base,
        target=_log_growth(group, base, years),
        first=next_year[:, MIDDLE],
        wide=(next_year[:, HIGH] - next_year[:, LOW]) / SPAN,
        pace=now - before,
        seen=then - now,
        **dict(zip(QUANTILES, (ahead - base[:, None]).T, strict=True)),
    )
    return made, why.drop(group.index)


def _forecast(model: ReferenceModel, seen: Panel) -> pd.DataFrame:
    """Log quantiles by unit and year."""
    table = model.forecast(seen).table().set_index(["unit_id", "year"])[list(QUANTILES)]
    return np.log(table)


def _rows(table: pd.DataFrame, units: np.ndarray, year: int) -> np.ndarray:
    return table.reindex(pd.MultiIndex.from_product([units, [year]])).to_numpy()


def _places(panel: Panel, units: np.ndarray) -> np.ndarray:
    return pd.Series(np.arange(len(panel.units)), index=panel.units)[units].to_numpy()


def _at(panel: Panel, units: np.ndarray, year: int) -> np.ndarray:
    """Log levels of units in a year, NaN where there are none."""
    return panel.on(np.array([year]))[_places(panel, units), 0]


def _unled(group: pd.DataFrame, series: Panel, made_in: int) -> pd.DataFrame:
    """Keep promises made before a class showed growth: they have no chance, but come to a record.

    The target itself stands for the plain rule.
    """
    now, then = (_at(series, group["unit_id"].to_numpy(), made_in + j) for j in (0, 1))
    years = (group["year"] - made_in).to_numpy()
    target = _log_growth(group, now, years)
    made = group.assign(years=years, target=target, first=target / years, seen=then - now)
    return made.assign(**dict.fromkeys(("base", "wide", "pace", *QUANTILES), np.nan))


def _log_growth(group: pd.DataFrame, base: np.ndarray, years: np.ndarray) -> np.ndarray:
    """Turn targets into log growth over all years since the base."""
    target = group["target"].to_numpy()
    level = (group["kind"] == "level").to_numpy()
    grown = years * np.log1p(np.where(level, 0.0, target) / 100)
    return np.where(level, np.log(np.where(level, target, 1.0)) - base, grown)


def _with_record(made: pd.DataFrame, s: Settings) -> pd.DataFrame:
    """Set middle and width by what promises known at the time had taught, year by year."""
    made = made.assign(
        x=made["target"] / made["years"] - made["first"],
        y=made["pace"] - made["first"],
        e=made["seen"] - made["first"],
        error=np.nan,
        led=False,
    )
    logs = made[list(QUANTILES)].to_numpy(copy=True)
    place = pd.Series(np.arange(len(made)), index=made.index)
    judged = made[made["wide"].notna()]
    for (made_in, year), group in judged.groupby(["made_in", "year"], sort=True):
        past = made[(made["made_in"] < made_in) & (made["year"] <= year) & made["counts"]]
        learnt = _learn(past[past["e"].notna()], s.largest * group["wide"].median(), s)
        first = _move(group, 1, learnt, s)
        made.loc[group.index, "error"] = (group["e"] - first) / group["wide"]
        made.loc[group.index, "led"] = learnt.known
        q = logs[place[group.index]]
        middle, years = q[:, [MIDDLE]], group["years"]
        whole = group.assign(x=(group["target"] - q[:, MIDDLE]) / years)
        move = _move(whole, year - made_in, learnt, s, years).to_numpy()[:, None]
        logs[place[group.index]] = middle + move + learnt.width * (q - middle)
    made[list(QUANTILES)] = logs
    return made


def _move(
    group: pd.DataFrame, ahead: int, learnt: _Record, s: Settings, years: pd.Series | int = 1
) -> pd.Series:
    """Say how far the middle of growth over all years moves from the plain rule."""
    if not learnt.known:
        return pd.Series(0.0, index=group.index)
    middle = group.loc[group["counts"], ["x", "y"]].median()
    own = learnt.target * (group["x"] - middle["x"])
    own += learnt.pace * (group["y"] - middle["y"]).fillna(0.0)
    news = np.sum(s.news ** np.arange(1, ahead + 1)) * middle["x"]
    return years * own + news + ahead * learnt.shock


def _learn(past: pd.DataFrame, most: float, s: Settings) -> _Record:
    """Learn from promises whose first year is known; no shock is larger than ``most``."""
    if past.empty:
        return _Record()
    weight = led = 0.0
    own = shared = s.parts**2
    cross, square = np.zeros(2), np.zeros((2, 2))
    for _, rows in past.groupby("made_in", sort=True):
        w = len(rows) / (len(rows) + 1)
        shock = w * (np.median(rows["e"]) - s.news * np.median(rows["x"]))
        if rows["wide"].isna().all():
            continue
        x, y, e = (_cut(rows[c].to_numpy(), s.cut) for c in "xye")
        cross += w * np.array([_mean(x * e), _mean(y * e)])
        square += w * np.array([[_mean(x * x), _mean(x * y)], [_mean(x * y), _mean(y * y)]])
        error = rows["error"].to_numpy()
        middle = np.median(error)
        own += w * _mean(np.clip(error - middle, -s.cut, s.cut) ** 2)
        weight += w
        # How well chances are centred only those tell that a record had centred.
        if rows["led"].any():
            shared += w * min(abs(middle), s.cut) ** 2
            led += w
    ridge = np.diag(square.diagonal() * s.own_years / max(weight, 0.5) + 1e-12)
    target, pace = np.linalg.solve(square + ridge, cross)
    return _Record(
        target=float(np.clip(target, 0, s.own_most)),
        pace=float(np.clip(pace, 0, 1)),
        shock=float(np.clip(shock, -most, most)),
        width=math.sqrt(own / (1 + weight) + shared / (1 + led)) if weight else 1.0,
        known=True,
    )


def _mean(values: np.ndarray) -> float:
    """Average without a trace of the order of the values, even in the last digit."""
    return math.fsum(values) / len(values)


def _cut(values: np.ndarray, cut: float) -> np.ndarray:
    """Take deviations from the median, cut at so many robust ones; 0 without a figure."""
    known = np.isfinite(values)
    away = np.where(known, values - (np.median(values[known]) if known.any() else 0.0), 0.0)
    most = cut * np.median(np.abs(away)) / 0.6745
    return np.clip(away, -most, most)


def _given(made: pd.DataFrame) -> np.ndarray:
    """Give chance and quantiles of what was promised: percent a year, or a level."""
    logs = made[list(QUANTILES)].to_numpy()
    p = chance(np.exp(logs), np.exp(made["target"].to_numpy()))
    q = logs[:, [LOW, MIDDLE, HIGH]]
    level = (made["kind"] == "level").to_numpy()[:, None]
    years, base = made["years"].to_numpy()[:, None], made["base"].to_numpy()[:, None]
    return np.column_stack([p, np.where(level, np.exp(base + q), 100 * np.expm1(q / years))])
