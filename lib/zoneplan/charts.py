"""Charts: one theme, one function per kind, and a contract that export enforces.

A chart carries its title, subtitle, source line, alternative text and exactly the data that it draws.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from zoneplan import tables
from zoneplan.text import cells, num, odds, odds_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ZONE, TARGET, PEER, FAN, INK, SOFT = "#12355B", "#C8102E", "#9AA0A6", "#4F81BD", "#222222", "#5F6368"
SERIES = (ZONE, "#B8860B", "#2E7D6B", "#7B4B94")
SIZE = (7.2, 4.5)
TITLE_WORDS = 12
CITED = 4
STYLE = {
    "font.family": ["DejaVu Sans", "Noto Sans SC"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "svg.hashsalt": "zoneplan",
    "savefig.facecolor": "white",
}


@lru_cache(maxsize=1)
def _font() -> None:
    """Register the Chinese font by its path in the installed wheel, so that no system font is needed."""
    from matplotlib.font_manager import fontManager
    from pylopdf_fonts_zh_cn import sans_path

    fontManager.addfont(str(sans_path()))


@dataclass(frozen=True)
class Chart:
    """A finished chart with all that a briefing paper needs beside the picture."""

    id: str
    figure: Figure
    title: str
    subtitle: str
    source: str
    alt: str
    data: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Exactly the data drawn."""
        return self.data.copy()

    def __repr__(self) -> str:
        return f"Chart {self.id}: {self.title}\n{cells(self.data, 2).to_string(index=False)}"

    def _repr_png_(self) -> bytes:
        return self._render("png", dpi=110)

    def problems(self) -> list[str]:
        """How the chart breaks the contract; empty if it may be exported."""
        found = []
        if len(self.title.split()) > TITLE_WORDS:
            found.append(f"the title has {len(self.title.split())} words: shorten it to {TITLE_WORDS}")
        for part in ("title", "subtitle", "source", "alt"):
            if not getattr(self, part).strip():
                found.append(f"the {part} is empty: every chart needs one")
        if self.data.empty:
            found.append("no data are attached: pass the frame that is drawn")
        return found

    def export(self, folder: str | Path) -> list[Path]:
        """Write PNG (300 dpi), SVG and PDF; the bytes change only if the picture does.

        Raises
        ------
        ValueError
            The chart breaks the contract; the message says how to mend it.
        """
        found = self.problems()
        if found:
            raise ValueError(f"chart {self.id}: " + "; ".join(found))
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return [self._write(folder / f"{self.id}.{kind}", kind) for kind in ("png", "svg", "pdf")]

    def _write(self, file: Path, kind: str) -> Path:
        aside = file.with_suffix(f".{kind}.part")
        aside.write_bytes(self._render(kind, dpi=300))
        os.replace(aside, file)
        return file

    def _render(self, kind: str, dpi: int) -> bytes:
        import warnings

        import matplotlib as mpl

        fixed = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}[kind]
        out = io.BytesIO()
        with mpl.rc_context(STYLE), warnings.catch_warnings():
            # A missing glyph is a box in print: never let one pass.
            warnings.filterwarnings("error", message="Glyph .* missing")
            self.figure.savefig(out, format=kind, dpi=dpi, metadata=fixed)
        return out.getvalue()


def source_line(ids: Sequence[str]) -> str:
    """The source line of the rows drawn: publishers with years, shortened to a few, and own calculations."""
    known = tables.sources()
    names = []
    for i in dict.fromkeys(ids):
        row = known.loc[i]
        year = str(row["published"])[:4]
        names.append(f"{row['publisher']} ({year})" if year.isdigit() else str(row["publisher"]))
    names = [n for n in dict.fromkeys(names) if n != "own calculation"]
    more = f" and {len(names) - CITED} more (see the workbook)" if len(names) > CITED else ""
    return "Source: " + "; ".join(names[:CITED]) + more + "; own calculations."


def _wrap(text: str, width: int) -> str:
    """Lines of at most ``width`` columns; Chinese characters count two and may break anywhere."""
    lines, line, used = [], "", 0
    for word in text.split(" "):
        pieces = [word] if all(ord(c) < 0x2E80 for c in word) else list(word)
        for n, piece in enumerate(pieces):
            gap = " " if line and n == 0 else ""
            size = len(gap) + sum(2 if ord(c) >= 0x2E80 else 1 for c in piece)
            if used + size > width and line:
                lines.append(line)
                line, used, gap = "", 0, ""
                size = sum(2 if ord(c) >= 0x2E80 else 1 for c in piece)
            line += gap + piece
            used += size
    return "\n".join([*lines, line])


def _bold_family(text: str) -> str:
    """The Chinese font has one weight only; asking it for bold would log a complaint on every draw."""
    return "DejaVu Sans" if all(ord(c) < 0x2E80 for c in text) else "Noto Sans SC"


class _Canvas:
    """A figure with title block and footer; the kinds draw on ``ax``."""

    def __init__(self, title: str, subtitle: str, sources: Sequence[str], note: str, height: float, left: float, right: float,
                 key: bool):
        from matplotlib.figure import Figure

        _font()
        self.title, self.subtitle, self.source = title, subtitle, source_line(sources)
        self.figure = Figure(figsize=(SIZE[0], height))
        footer = _wrap((note + " " if note else "") + self.source, 128)
        below = 0.16 * (footer.count("\n") + 1) + (0.62 if key else 0.45)
        head = _wrap(subtitle, 112)
        above = 0.5 + 0.17 * (head.count("\n") + 1) + (0.28 if key else 0)
        self.ax: Axes = self.figure.add_axes(
            (left, below / height, 1 - left - right, 1 - (above + below) / height)
        )
        self.figure.text(0.02, 1 - 0.1 / height, title, fontsize=12.5, weight="bold", family=_bold_family(title),
                         color=INK, va="top")  # fmt: skip
        self.figure.text(0.02, 1 - 0.37 / height, head, fontsize=8.5, color=SOFT, va="top")
        self.figure.text(0.02, 0.08 / height, footer, fontsize=6.8, color=SOFT, va="bottom")

    def chart(self, id: str, alt: str, data: pd.DataFrame) -> Chart:
        return Chart(id, self.figure, self.title, self.subtitle, self.source, alt, data)


def _canvas(title, subtitle, sources, note="", height=SIZE[1], left=0.09, right=0.05, key=False) -> _Canvas:
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        return _Canvas(title, subtitle, sources, note, height, left, right, key)


def _spread(positions: Sequence[float], gap: float) -> np.ndarray:
    """Positions moved as little as needed so that neighbours stand at least ``gap`` apart."""
    at = np.array(positions, dtype=float)
    order = np.argsort(at, kind="stable")
    for _ in range(200):
        moved = False
        for a, b in zip(order[:-1], order[1:], strict=True):
            short = gap - (at[b] - at[a])
            if short > 1e-9:
                at[a] -= short / 2
                at[b] += short / 2
                moved = True
        if not moved:
            break
    return at


def _plain_years(ax: Axes, years: Sequence[int]) -> None:
    ax.set_xticks(list(years), [str(y) for y in years])


def path_to_target(id, history, fan, targets, *, title, subtitle, unit, sources, naive=None, note="", base_label=""):
    """History, forecast fan and targets by year.

    Parameters
    ----------
    history : frame year, value, source_id, scope_note; points of one scope in a row are joined.
    fan : frame year, q10, q25, q50, q75, q90.
    targets : frame year, value.
    naive : frame year, value of the last value carried forward, or None.

    How to read it: the dark band holds half of the outcomes, the light band four in five.
    """
    c = _canvas(title, subtitle, sources, note, right=0.17)
    ax = c.ax
    ax.fill_between(fan["year"], fan["q10"], fan["q90"], color=FAN, alpha=0.22, lw=0)
    ax.fill_between(fan["year"], fan["q25"], fan["q75"], color=FAN, alpha=0.42, lw=0)
    ax.plot(fan["year"], fan["q50"], color=FAN, lw=1.6)
    for _, part in history.groupby((history["scope_note"] != history["scope_note"].shift()).cumsum()):
        ax.plot(part["year"], part["value"], color=ZONE, lw=2, marker="o", ms=6)
    ax.plot(targets["year"], targets["value"], ls="none", marker="D", ms=6, color=TARGET, zorder=5, clip_on=False)
    for r in history.itertuples():
        ax.annotate(num(r.value, 1), (r.year, r.value), xytext=(0, 8), textcoords="offset points", ha="center",
                    color=ZONE, fontsize=8)  # fmt: skip
    for r in targets.iloc[:-1].itertuples():
        ax.annotate(num(r.value, 0), (r.year, r.value), xytext=(0, 8), textcoords="offset points", ha="center",
                    color=TARGET, fontsize=8)  # fmt: skip
    last = fan.iloc[-1]
    labels = [(targets["value"].iloc[-1], f"target {num(targets['value'].iloc[-1], 0)}", TARGET),
              (last["q90"], f"1 in 10 above {num(last['q90'], 0)}", FAN),
              (last["q50"], f"median {num(last['q50'], 0)}", FAN),
              (last["q10"], f"1 in 10 below {num(last['q10'], 0)}", FAN)]  # fmt: skip
    if naive is not None:
        ax.plot(naive["year"], naive["value"], color=SOFT, lw=1, ls=(0, (4, 3)))
        labels.append((naive["value"].iloc[-1], "no change", SOFT))
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.04 * (high - low), high + 0.05 * (high - low))
    low, high = ax.get_ylim()
    for (_, text, colour), y in zip(labels, _spread([v for v, _, _ in labels], 0.055 * (high - low)), strict=True):
        ax.annotate(text, (last["year"], y), xytext=(9, 0), textcoords="offset points", va="center", color=colour,
                    fontsize=8, annotation_clip=False)  # fmt: skip
    ax.axvspan(fan["year"].min() - 0.5, fan["year"].max(), color="#F3F4F6", zorder=0, lw=0)
    ax.text(fan["year"].min() - 0.45, high, "forecast" + (f" from {base_label}" if base_label else ""), fontsize=7.5,
            color=SOFT, va="top")  # fmt: skip
    _plain_years(ax, range(int(history["year"].min()), int(last["year"]) + 1))
    ax.set_xlim(int(history["year"].min()) - 0.4, int(last["year"]))
    data = pd.concat(
        [history.assign(series="observed"), targets.assign(series="target", source_id="plan"),
         *(fan[["year", q]].rename(columns={q: "value"}).assign(series=q, source_id="own calculation")
           for q in ("q10", "q25", "q50", "q75", "q90"))],
        ignore_index=True,
    )[["series", "year", "value", "source_id"]].assign(unit=unit)  # fmt: skip
    alt = (f"{subtitle}. Observed: " + ", ".join(f"{r.year} {num(r.value)}" for r in history.itertuples()) +
           f". Forecast for {int(last['year'])}: median {num(last['q50'])}, 80 percent range {num(last['q10'])} to "
           f"{num(last['q90'])}; target {num(targets['value'].iloc[-1])} {unit}.")  # fmt: skip
    return c.chart(id, alt, data)


def lines(id, data, *, title, subtitle, sources, note=""):
    """Labelled lines: frame label, x (year), y, source_id.

    How to read it: each line carries its name at its end; markers are the figures.
    """
    c = _canvas(title, subtitle, sources, note, right=0.33)
    ax = c.ax
    groups = list(data.groupby("label", sort=False))
    ends = [float(part.sort_values("x")["y"].iloc[-1]) for _, part in groups]
    span = float(data["y"].max() - data["y"].min())
    last = int(data["x"].max())
    for n, ((label, part), y) in enumerate(zip(groups, _spread(ends, 0.1 * span), strict=True)):
        part = part.sort_values("x")
        colour = SERIES[n % len(SERIES)]
        ax.plot(part["x"], part["y"], color=colour, lw=1.8, marker="o", ms=4.5)
        for r in part.itertuples():
            # A figure goes below its point where another line runs close above it.
            near = data[(data["x"] == r.x) & (data["label"] != label)]["y"] - r.y
            below = bool(((near > 0) & (near < 0.1 * span)).any())
            ax.annotate(num(r.y), (r.x, r.y), xytext=(0, -12 if below else 6), textcoords="offset points", ha="center",
                        fontsize=7, color=colour)  # fmt: skip
        ax.annotate(_wrap(label, 34), (last, y), xytext=(14, 0), textcoords="offset points", va="center",
                    color=colour, fontsize=8, annotation_clip=False)  # fmt: skip
    _plain_years(ax, sorted(set(data["x"])))
    ax.margins(y=0.12)
    alt = f"{subtitle}. " + "; ".join(
        f"{label}: {num(part['y'].iloc[0])} in {part['x'].iloc[0]} to {num(part['y'].iloc[-1])} in {part['x'].iloc[-1]}"
        for label, part in groups
    )
    return c.chart(id, alt, data)


def audit_tally(id, data, *, title, subtitle, sources, note=""):
    """Counts of findings: frame finding, n."""
    c = _canvas(title, subtitle, sources, note, height=2.9, left=0.31)
    ax = c.ax
    colours = [ZONE, FAN, TARGET, PEER][: len(data)]
    at = range(len(data))
    ax.barh(at, data["n"], color=colours, height=0.62)
    for y, n in zip(at, data["n"], strict=True):
        ax.annotate(str(n), (n, y), xytext=(4, 0), textcoords="offset points", va="center", color=INK)
    ax.set_yticks(list(at), data["finding"])
    ax.invert_yaxis()
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    alt = f"{subtitle}: " + ", ".join(f"{r.finding} {r.n}" for r in data.itertuples())
    return c.chart(id, alt, data.assign(source_id="plan"))


def odds_strip(id, data, *, title, subtitle, sources, note=""):
    """Odds per target: frame label, low, high (0 to 1 over the bases).

    How to read it: left is unlikely, right likely; a bar spans the answers of the two bases.
    """
    c = _canvas(title, subtitle, sources, note, height=1.6 + 0.36 * len(data), left=0.42, right=0.15)
    ax = c.ax
    for y, r in enumerate(data.itertuples()):
        ax.plot([100 * r.low, 100 * r.high], [y, y], color=ZONE, lw=6, solid_capstyle="round")
        ax.plot([100 * r.low, 100 * r.high], [y, y], color=ZONE, ls="none", marker="o", ms=7)
        ax.annotate(odds_range(r.low, r.high), (1.02, y), xycoords=("axes fraction", "data"), va="center", color=ZONE, fontsize=9)
    ax.axvline(50, color=SOFT, lw=0.8, ls=(0, (4, 3)))
    ax.set_yticks(range(len(data)), [_wrap(t, 46) for t in data["label"]], fontsize=8)
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xticks([0, 25, 50, 75, 100], ["0 %", "25 %", "even", "75 %", "100 %"])
    ax.grid(axis="x", color="#E5E7EB", lw=0.6)
    ax.set_axisbelow(True)
    alt = f"{subtitle}: " + "; ".join(f"{r.label} {odds(r.low)} to {odds(r.high)}" for r in data.itertuples())
    return c.chart(id, alt, data)


def needed_growth(id, data, *, title, subtitle, sources, note=""):
    """Dumbbells: frame label, needed (implied base), achieved (observed base), class_median, percent a year."""
    c = _canvas(title, subtitle, sources, note, height=2.1 + 0.42 * len(data), left=0.31, right=0.05, key=True)
    ax = c.ax
    for y, r in enumerate(data.itertuples()):
        ends = [v for v in (r.needed, r.achieved, r.class_median) if not np.isnan(v)]
        ax.plot([min(ends), max(ends)], [y, y], color="#D5D8DC", lw=2, zorder=1)
    at = np.arange(len(data))
    marks = [("needed", TARGET, "D", "from the implied base"), ("achieved", ZONE, "o", "from the observed level"),
             ("class_median", PEER, "s", "median of similar regions")]  # fmt: skip
    for column, colour, marker, _ in marks:
        ax.plot(data[column], at, ls="none", marker=marker, color=colour, ms=7, zorder=3)
        up = column != "achieved"
        for y, v in zip(at, data[column], strict=True):
            if not np.isnan(v):
                ax.annotate(num(v), (v, y), xytext=(0, 7 if up else -13), textcoords="offset points", ha="center",
                            fontsize=7.5, color=colour)  # fmt: skip
    for n, (_, colour, marker, text) in enumerate(marks):
        x = 0.02 + 0.33 * n
        ax.plot(x, 1.05, transform=ax.transAxes, marker=marker, color=colour, clip_on=False, ms=6)
        ax.text(x + 0.02, 1.05, text, transform=ax.transAxes, color=colour, fontsize=8, va="center")
    ax.set_yticks(at, [_wrap(t, 34) for t in data["label"]], fontsize=8)
    ax.set_ylim(len(data) - 0.5, -0.6)
    ax.margins(x=0.08)
    ax.set_xlabel("percent a year")
    alt = f"{subtitle}: " + "; ".join(
        f"{r.label} needs {num(r.needed)}, similar regions' median {num(r.class_median)}" for r in data.itertuples()
    )
    return c.chart(id, alt, data)


def tornado(id, data, *, centre, target, title, subtitle, sources, note=""):
    """One-way swings: frame assumption, low, high, low_label, high_label, around ``centre``."""
    c = _canvas(title, subtitle, sources, note, height=2.2 + 0.42 * len(data), left=0.27, right=0.06, key=True)
    ax = c.ax
    for y, r in enumerate(data.itertuples()):
        ax.barh(y, r.high - r.low, left=r.low, color=FAN, height=0.55)
        ax.annotate(r.low_label, (r.low, y), xytext=(-4, 0), textcoords="offset points", ha="right", va="center", fontsize=8)
        ax.annotate(r.high_label, (r.high, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    for value, colour, text in ((centre, ZONE, f"centre {num(centre, 0)}"), (target, TARGET, f"target {num(target, 0)}")):
        ax.axvline(value, color=colour, lw=1.4)
        side = "right" if value == min(centre, target) else "left"
        ax.annotate(text, (value, 1.02), xycoords=("data", "axes fraction"), ha=side, color=colour, fontsize=8)
    ax.set_yticks(range(len(data)), [_wrap(t, 30) for t in data["assumption"]], fontsize=8)
    ax.invert_yaxis()
    ax.use_sticky_edges = False
    ax.margins(x=0.14)
    alt = f"{subtitle}: " + "; ".join(f"{r.assumption} {num(r.low)} to {num(r.high)}" for r in data.itertuples())
    return c.chart(id, alt, data)


def reference_percentile(id, data, *, title, subtitle, sources, note=""):
    """The plan's growth in its classes: frame label, reference_class, p10 to p90, plan_growth, percentile."""
    c = _canvas(title, subtitle, sources, note, height=2.1 + 0.5 * len(data), left=0.36, right=0.17, key=True)
    ax = c.ax
    for y, r in enumerate(data.itertuples()):
        ax.plot([r.p10, r.p90], [y, y], color=PEER, lw=3, solid_capstyle="butt", alpha=0.6)
        ax.plot([r.p25, r.p75], [y, y], color=PEER, lw=9, solid_capstyle="butt")
        ax.plot([r.p50], [y], marker="|", color=INK, ms=13, mew=1.6)
        ax.plot([r.plan_growth], [y], marker="D", color=TARGET, ms=7, zorder=4)
        ax.annotate(num(r.plan_growth, 0), (r.plan_growth, y), xytext=(0, 8), textcoords="offset points", ha="center",
                    color=TARGET, fontsize=8)  # fmt: skip
        ax.annotate(f"{num(r.percentile, 0)} of 100", (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=9)
    ax.annotate("reached it", (1.02, 1.02), xycoords="axes fraction", fontsize=8, color=SOFT)
    ax.annotate("plan", (0.0, 1.02), xycoords="axes fraction", fontsize=8, color=TARGET)
    ax.annotate("thin bar: 8 of 10 regions, thick bar: half, tick: median", (0.1, 1.02), xycoords="axes fraction",
                fontsize=8, color=SOFT)  # fmt: skip
    labels = [_wrap(r.label, 38) + "\n" + _wrap(r.reference_class, 44) for r in data.itertuples()]
    ax.set_yticks(range(len(data)), labels, fontsize=7)
    ax.set_ylim(len(data) - 0.5, -0.6)
    ax.set_xlabel("percent a year")
    alt = f"{subtitle}: " + "; ".join(
        f"{r.label} {num(r.plan_growth, 0)} percent, reached by {num(r.percentile, 0)} of 100" for r in data.itertuples()
    )
    return c.chart(id, alt, data)


def size_against_growth(id, zones, highlight, target_growth, *, title, subtitle, sources=None, note=""):
    """Growth against size: frame zone_id, label, year, size, growth, source_id; the zone bold, peers grey."""
    c = _canvas(title, subtitle, sources or sorted(set(zones["source_id"])), note, height=4.8, right=0.14)
    ax = c.ax
    own = zones["zone_id"] == highlight
    ax.set_xscale("log")
    ax.plot(zones.loc[~own, "size"], zones.loc[~own, "growth"], ls="none", marker="o", ms=5, color=PEER, alpha=0.8)
    ax.plot(zones.loc[own, "size"], zones.loc[own, "growth"], ls="none", marker="o", ms=9, color=ZONE, zorder=4)
    ax.axhline(target_growth, color=TARGET, lw=1.4)
    ax.annotate(f"plan: {num(target_growth, 0)} %", (1.01, target_growth), xycoords=("axes fraction", "data"),
                va="center", color=TARGET, fontsize=9)  # fmt: skip
    named = pd.concat([zones[own], zones[~own].nlargest(3, "size"), zones[~own].nlargest(2, "growth"),
                       zones[~own].nsmallest(2, "growth")]).drop_duplicates(["zone_id", "year"])  # fmt: skip
    taken: list[tuple[float, float]] = []
    low, high = float(zones["growth"].min()), float(zones["growth"].max())
    for r in named.itertuples():
        x, y = np.log10(r.size), (r.growth - low) / (high - low)
        down = any(abs(x - a) < 0.5 and abs(y - b) < 0.06 for a, b in taken)
        taken.append((x, y))
        ax.annotate(f"{r.label} {r.year}", (r.size, r.growth), xytext=(6, -11 if down else 5), textcoords="offset points",
                    fontsize=7.5, color=ZONE if r.zone_id == highlight else SOFT)  # fmt: skip
    ticks = [t for t in (20, 50, 100, 200, 500, 1000, 2000, 5000) if zones["size"].min() * 0.7 < t < zones["size"].max() * 1.4]
    ax.set_xticks(ticks, [num(t, 0) for t in ticks])
    ax.minorticks_off()
    ax.set_xlabel("GDP, CNY 100 million (亿元), log scale")
    ax.set_ylabel("real growth, percent")
    alt = f"{subtitle}: {len(zones)} points; the plan asks for {num(target_growth, 0)} percent; median {num(float(zones['growth'].median()))} percent."
    return c.chart(id, alt, zones)


def rank_ladder(id, data, *, highlight, title, subtitle, sources, note=""):
    """Ranks over the evaluations: frame zone_id, label, evaluation_year, rank; rank 1 at the top."""
    c = _canvas(title, subtitle, sources, note, height=5.2, right=0.28)
    ax = c.ax
    last = int(data["evaluation_year"].max())
    groups = [(zone, part.sort_values("evaluation_year")) for zone, part in data.groupby("zone_id")]
    for (zone, part), y in zip(groups, _spread([float(p["rank"].iloc[-1]) for _, p in groups], 7), strict=True):
        colour = ZONE if zone == highlight else PEER
        ax.plot(part["evaluation_year"], part["rank"], color=colour, marker="o", ms=4, lw=2 if zone == highlight else 1)
        ax.annotate(f"{part['label'].iloc[-1]} {int(part['rank'].iloc[-1])}", (last, y), xytext=(10, 0),
                    textcoords="offset points", va="center", fontsize=7.5, annotation_clip=False,
                    color=ZONE if zone == highlight else SOFT)  # fmt: skip
    ax.invert_yaxis()
    _plain_years(ax, sorted(set(data["evaluation_year"])))
    alt = f"{subtitle}: " + "; ".join(f"{p['label'].iloc[-1]} {int(p['rank'].iloc[-1])}" for _, p in groups)
    return c.chart(id, alt, data)
