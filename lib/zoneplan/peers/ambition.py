"""Is the plan's growth ambitious? Each planned growth rate within classes of regions, window by window."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.forecasting import classes as reference
from zoneplan.messages import Words, words
from zoneplan.peers import zones as peers
from zoneplan.text import MISSING, day, num, pct

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.plan.document import Plan

WINDOW = 3
# The indicators whose growth a reader asks about first, in the order of the plan's annex.
ASKED = (
    "gdp",
    "industrial_value_added",
    "fiscal_revenue_total",
    "budget_revenue",
    "trade_total",
    "fixed_asset_investment",
    "fdi_actual",
)
# The same promise of GDP growth, read as real: by convention growth of GDP is, while the annex levels are nominal.
REAL = "gdp_real"
# The classes compared, by level and name, each with its name in the tables.
COLUMNS = {
    (level, name): words("en")(f"common.region.{level}_{name}")
    for level, name in (
        ("county", "coastal_size_matched"),
        ("county", "zhejiang"),
        ("prefecture", "zhejiang"),
        ("prefecture", "coastal_provinces"),
        ("prefecture", "china"),
    )
}
ZONES = words("en")("figures.reading.zones")
# With fewer units the outer percentiles are just the extremes.
FEW_UNITS = 30


@dataclass(frozen=True)
class Availability:
    """Which indicator has which class, and how many zones print level and growth for one area."""

    plan: Plan
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per indicator and class: stand-in, whether it is a proxy, units, windows, first and last year."""
        return self.rows.copy()

    def rests_on(self) -> str:
        """How much the matrix counts, in one sentence."""
        zones = self.rows[self.rows["column"] == ZONES]
        own = int((zones["units"] > 0).sum())
        return (
            f"Counts {int((self.rows['windows'] > 0).sum() - own)} classes with windows known on {self.plan.as_of:%Y-%m-%d}, and "
            f"{int(zones['windows'].sum())} zone-years of {own} indicators."
        )

    def plot(self, lang: str = "en") -> Chart:
        """The matrix as a picture.

        How to read it: the upper number counts units, the lower one windows (for zones: zone-years); a dash means that
        no comparison can be made.
        """
        from zoneplan.charts.kinds import matrix

        w, rows = words(lang), self.rows
        data = _told(rows, self.plan, lang).assign(
            value=rows["units"].where(rows["units"] > 0), text=_counted(rows, w)
        )
        named = data[["indicator_id", "is_proxy"]].drop_duplicates()
        return matrix(
            "availability",
            data,
            title=w(
                "figures.availability.title", proxies=int(named["is_proxy"].sum()), n=len(named)
            ),
            subtitle=w("figures.availability.subtitle"),
            sources=sorted({s for text in rows["source_id"] for s in text.split(";") if s}),
            note=w(
                "figures.availability.note",
                day=day(self.plan.as_of, lang),
                few=w("figures.matrix.few", n=FEW_UNITS),
            ),
            deep=400.0,
            lang=lang,
        )


def _counted(rows: pd.DataFrame, w: Words) -> list[str]:
    kinds = {True: "figures.availability.zone_years", False: "figures.availability.windows"}
    return [
        w(kinds[r.column == ZONES], units=num(r.units, 0), windows=num(r.windows, 0))
        if r.units > 0
        else MISSING
        for r in rows.itertuples()
    ]


def _told(rows: pd.DataFrame, plan: Plan, lang: str) -> pd.DataFrame:
    """The same rows with label, row_note and column in the words of a language."""
    w = words(lang)
    columns = {
        text: w(f"common.region.{level}_{name}") for (level, name), text in COLUMNS.items()
    } | {ZONES: w("figures.reading.zones")}
    return rows.assign(
        label=[_label(plan, r.indicator_id, r.basis, w) for r in rows.itertuples()],
        row_note=[_row_note(r.stand_in, r.is_proxy, w) for r in rows.itertuples()],
        column=rows["column"].map(columns),
    )


def _label(plan: Plan, indicator_id: str, basis: str, w: Words) -> str:
    name = plan.name(indicator_id, w.lang)
    return w(f"figures.reading.{basis}", name=name) if indicator_id == "gdp" else name


def _row_note(stand_in: str, is_proxy: bool, w: Words) -> str:
    return w("figures.reading.proxy", series=w(f"common.series.{stand_in}")) if is_proxy else ""


def readings(plan: Plan) -> pd.DataFrame:
    """The planned growth rates with what stands in for each: indicator_id, label, stand_in, is_proxy, basis, growth.

    GDP stands twice, read as nominal (the annex prints levels) and as real (the convention for its growth).
    """
    rows = []
    for i in ASKED:
        if i not in plan.series() or pd.isna(plan.stated_growth(i)):
            continue
        class_ = reference.class_of(plan, i)
        if class_ is None:
            continue
        row = {
            "indicator_id": i,
            "label": _label(plan, i, "nominal", words("en")),
            "stand_in": class_.indicator_id,
            "is_proxy": class_.is_proxy,
            "basis": "nominal",
            "plan_growth": plan.stated_growth(i),
        }
        rows.append(row)
        if i == "gdp":
            rows.append(
                {
                    **row,
                    "label": _label(plan, i, "real", words("en")),
                    "stand_in": REAL,
                    "basis": "real",
                }
            )
    return pd.DataFrame(rows)


def _class(level: str, name: str, row: pd.Series) -> reference.ReferenceClass:
    label = f"{row['stand_in'].replace('_', ' ')}, {COLUMNS[level, name]}" + (
        " (proxy)" if row["is_proxy"] else ""
    )
    return reference.ReferenceClass(level, name, row["stand_in"], bool(row["is_proxy"]), label)


def availability(plan: Plan, horizon: int = WINDOW) -> Availability:
    """What each planned growth rate can be compared with at all.

    Parameters
    ----------
    plan : the plan, seen from the day of judgement.
    horizon : length of the windows in years (1 to 3).

    Returns
    -------
    Availability: per indicator and class the units of the last window and the number of windows known on the day;
    for national zones the zones and zone-years whose level and growth stand for the same area.

    How to read it: a row marked as proxy compares something else that moves alike; no class of its own exists.
    """
    out = []
    for _, row in readings(plan).iterrows():
        shared = {
            "indicator_id": row["indicator_id"],
            "label": row["label"],
            "row_note": _row_note(row["stand_in"], row["is_proxy"], words("en")),
            "stand_in": row["stand_in"],
            "is_proxy": row["is_proxy"],
            "basis": row["basis"],
        }
        for (level, name), column in COLUMNS.items():
            found = reference.windows(_class(level, name, row), horizon, plan.as_of)
            units = int(found["n_units"].iloc[-1]) if len(found) else 0
            out.append(
                {
                    **shared,
                    "column": column,
                    "units": units,
                    "windows": len(found),
                    "first": found["origin_year"].min(),
                    "last": found["end_year"].max(),
                    "source_id": ";".join(sorted(set(found["source_id"]))),
                }
            )
        out.append({**shared, "column": ZONES, **_zones(row)})
    if not out:
        raise ValueError("the plan prints no average growth that classes could be asked for")
    return Availability(plan, pd.DataFrame(out))


def _zones(row: pd.Series) -> dict:
    """How many zones print level and growth of the plan's own indicator for one area; real growth is no nominal one."""
    nominal_gdp = row["indicator_id"] == "gdp" and row["basis"] == "nominal"
    found = (
        None
        if nominal_gdp
        else peers.size_and_growth(peers.FIRST_YEAR, peers.LAST_YEAR, row["indicator_id"])
    )
    if found is None or not found.n_figures:
        return {
            "units": 0,
            "windows": 0,
            "first": float("nan"),
            "last": float("nan"),
            "source_id": "",
        }
    years = found.rows["year"]
    return {
        "units": found.n_zones,
        "windows": found.n_figures,
        "first": years.min(),
        "last": years.max(),
        "source_id": ";".join(found.sources),
    }


@dataclass(frozen=True)
class Ambition:
    """Share of regions that reached each planned growth rate, by class and window."""

    plan: Plan
    horizon: int
    as_of: date
    rows: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """One row per planned rate, class and window: units, share that reached it, whether it is a proxy, source."""
        return self.rows.copy()

    def overview(self, last: int = reference.WINDOWS_DESCRIBED) -> pd.DataFrame:
        """The mean share over the last windows known, by planned rate and class (0 to 1)."""
        recent = self.rows.groupby(["label", "column"], sort=False).tail(last)
        keys = [
            "indicator_id",
            "label",
            "row_note",
            "stand_in",
            "is_proxy",
            "basis",
            "plan_growth",
            "column",
        ]
        return (
            recent.groupby(keys, sort=False, dropna=False)
            .agg(
                share=("share", "mean"),
                lowest=("share", "min"),
                highest=("share", "max"),
                n_units=("n_units", "min"),
                windows=("share", "size"),
                origin_year=("origin_year", "min"),
                end_year=("end_year", "max"),
                source_id=("source_id", "first"),
            )
            .reset_index()
        )

    def rests_on(self) -> str:
        """How many windows and classes stand behind the shares, in one sentence."""
        classes = self.rows[["stand_in", "column"]].drop_duplicates()
        return (
            f"Rests on {len(self.rows)} shares from {len(classes)} classes and {self.rows['end_year'].nunique()} windows known on "
            f"{self.as_of:%Y-%m-%d}; windows overlap and share their good and bad years."
        )

    def plot(self, lang: str = "en") -> Chart:
        """How many regions in 100 reached each planned rate lately, class by class.

        How to read it: a pale cell is a bold promise; a row whose cells differ hangs on the choice of class.
        """
        from zoneplan.charts.kinds import matrix

        w, seen = words(lang), _told(self.overview(), self.plan, lang)
        first = seen.iloc[0]
        far = seen[(seen["label"] == first["label"])].sort_values("share", kind="stable").iloc[0]
        return matrix(
            "ambition_classes",
            _cells(seen, w),
            title=w(
                "figures.ambition.title",
                growth=pct(first["plan_growth"], 0, lang),
                share=pct(100 * far["share"], 0, lang),
                regions=far["column"],
            ),
            subtitle=w(
                "figures.ambition.subtitle",
                n=seen["windows"].max(),
                span=self.horizon,
                first=seen["origin_year"].min(),
                last=seen["end_year"].max(),
            ),
            sources=["plan", *sorted(set(seen["source_id"]))],
            note=w(
                "figures.ambition.note",
                few=w("figures.matrix.few", n=FEW_UNITS),
                day=day(self.as_of, lang),
            ),
            lang=lang,
        )

    def plot_windows(self, lang: str = "en") -> Chart:
        """How many regions in 100 reached each planned rate, window by window, in the class behind the forecast.

        How to read it: a row that pales to the right asks today for what was usual in a faster age.
        """
        from zoneplan.charts.kinds import matrix

        w, rows = words(lang), _told(self.rows[self.rows["is_main"]], self.plan, lang)
        least = rows.groupby("label", sort=False)["share"].agg(lambda x: x.iloc[-1] == x.min())
        data = _cells(rows, w).assign(
            column=[
                w("figures.reading.window", first=f"{r.origin_year:.0f}", last=f"{r.end_year:.0f}")
                for r in rows.itertuples()
            ],
            row_note=[
                w("common.list").join(x for x in (r.row_note, r.column) if x)
                for r in rows.itertuples()
            ],
        )
        return matrix(
            "ambition_windows",
            data,
            title=w("figures.ambition_windows.title", least=int(least.sum()), n=len(least)),
            subtitle=w(
                "figures.ambition_windows.subtitle",
                span=self.horizon,
                first=int(rows["origin_year"].min()),
                last=int(rows["end_year"].max()),
            ),
            sources=["plan", *sorted(set(rows["source_id"]))],
            note=w("figures.ambition_windows.note", day=day(self.as_of, lang)),
            lang=lang,
        )


def _cells(rows: pd.DataFrame, w: Words) -> pd.DataFrame:
    """Shares as cells of a matrix, whole percent."""
    named = [
        w("figures.reading.with_rate", label=r.label, rate=pct(r.plan_growth, 0, w.lang))
        for r in rows.itertuples()
    ]
    return rows.assign(
        label=named, value=100 * rows["share"], text=[num(100 * s, 0) for s in rows["share"]]
    )


def ambition(plan: Plan, horizon: int = WINDOW, as_of: date | None = None) -> Ambition:
    """How often did regions reach each growth rate that the plan prints?

    Parameters
    ----------
    plan : the plan; its printed average growth rates are read, percent a year.
    horizon : length of the windows in years (1 to 3).
    as_of : only windows known on that day count; None takes the plan's day.

    Returns
    -------
    Ambition: per planned rate, class and window the share of regions at or above it (0 to 1); ``is_main`` marks the
    class that the forecast uses. Beyond the printed percentiles (1st to 99th) a share is 0 or 1.

    Raises
    ------
    ValueError
        No window of any class was known on the day.

    How to read it: 0.46 means that 46 of 100 regions grew at least that fast; ``is_proxy`` says that another
    indicator stands in, because no class of the plan's own exists.
    """
    when = as_of or plan.as_of
    out = []
    for _, row in readings(plan).iterrows():
        main = reference.CLASSES["gdp_growth" if row["basis"] == "real" else row["indicator_id"]]
        for (level, name), column in COLUMNS.items():
            class_ = _class(level, name, row)
            if reference.windows(class_, horizon, when).empty:
                continue
            found = peers.percentile_of(
                row["plan_growth"], class_, horizon=horizon, as_of=when
            ).rows
            same = replace(main, label="", is_proxy=False) == replace(
                class_, label="", is_proxy=False
            )
            columns = [
                "origin_year",
                "end_year",
                "n_units",
                "share",
                "percentile",
                "known_from",
                "source_id",
            ]
            shared = {
                **row,
                "row_note": _row_note(row["stand_in"], row["is_proxy"], words("en")),
                "column": column,
                "is_main": same,
            }
            out.append(found[columns].assign(**shared))
    if not out:
        raise ValueError(
            f"no window of {horizon} years was known on {when:%Y-%m-%d}, so no growth rate can be placed"
        )
    first = [
        "indicator_id",
        "label",
        "row_note",
        "stand_in",
        "is_proxy",
        "basis",
        "plan_growth",
        "column",
        "is_main",
    ]
    rows = pd.concat(out, ignore_index=True)
    return Ambition(
        plan, horizon, when, rows[[*first, *(c for c in rows.columns if c not in first)]]
    )
