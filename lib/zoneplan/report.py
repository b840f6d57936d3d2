"""The brief: every notebook run, every chart drawn, one paper and one workbook; all of it or nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.text import frame

if TYPE_CHECKING:
    from zoneplan.charts import Chart
    from zoneplan.plan import Plan

NAME = "brief"
INDEX_TITLE = "Questions, answers, figures, notebooks"
ANSWER = "## The answer"
WORKBOOK = "zoneplan.xlsx"
STEPS_AFTER_NOTEBOOKS = 5
# What `zoneplan verdicts` promises to other tools.
COLUMNS = "indicator_id year target unit q10 q50 q90 probability evidence needed_growth naive".split()


def reports_dir() -> Path:
    """The project's reports folder, wherever the program was started."""
    return Path(__file__).resolve().parents[2] / "reports"


def brief(out: str | Path | None = None, progress: bool = True) -> Path:
    """Run every notebook and write figures, web pages, Word, PDF, slides and workbook.

    Parameters
    ----------
    out : folder to write; None means the project's ``reports``. It must be new, empty or an earlier brief.
    progress : show on stderr what is running.

    Returns
    -------
    The folder written.

    Raises
    ------
    DataError
        The data is wrong, a notebook failed, or ``out`` holds something else; the earlier brief stays whole.

    How to read it: the table printed at the end is the answer; the paper explains it.
    """
    from zoneplan import load_plan
    from zoneplan.figures import figures
    from zoneplan.notebooks import folder, run_all
    from zoneplan.slides import write_slides

    out = Path(out) if out is not None else reports_dir()
    refuse_foreign(out)
    plan = load_plan()
    with Progress(progress) as bar:
        runs = run_all(tell=bar.notebook)
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zoneplan-", dir=out.parent) as scratch:
            work = Path(scratch) / "new"
            work.mkdir()
            bar.step("charts")
            charts = write_figures(figures(plan), work / "figures")
            bar.step("web pages")
            write_pages(runs, work / "html", charts, Path(os.path.relpath(folder(), out / "html")).as_posix())
            bar.step("paper")
            write_paper(plan, charts, work)
            bar.step("slides")
            write_slides(plan, charts, work, NAME)
            bar.step("workbook")
            write_tables(plan, charts, work)
            install(work, out, Path(scratch) / "old")
    print(verdict_summary(plan.verdicts().final(), short=True))
    print(where(out))
    return out


class Progress:
    """A bar on stderr; threads may report at the same time."""

    def __init__(self, shown: bool):
        from tqdm import tqdm

        from zoneplan.notebooks import paths

        total = len(paths()) + STEPS_AFTER_NOTEBOOKS
        form = "{percentage:3.0f} % |{bar:24}| {n}/{total} {desc} [{elapsed}]"
        self.bar = tqdm(total=total, file=sys.stderr, disable=not shown, bar_format=form)
        self.running: list[str] = []
        self.lock = threading.Lock()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()

    def notebook(self, name: str, finished: bool) -> None:
        """A notebook began or ended."""
        with self.lock:
            if finished:
                self.running.remove(name)
                self.bar.update()
            else:
                self.running.append(name)
            self.bar.set_description_str("running " + ", ".join(self.running) if self.running else "notebooks done")

    def step(self, name: str) -> None:
        """A step after the notebooks began."""
        with self.lock:
            self.bar.update()
            self.bar.set_description_str(f"writing {name}")


def refuse_foreign(out: Path) -> None:
    """A folder with other work in it is never touched."""
    if not out.exists():
        return
    if not out.is_dir():
        raise DataError([Problem(str(out), None, None, "a file", "a folder for the reports")])
    names = [p.name for p in out.iterdir() if not p.name.startswith(".")]
    if names and f"{NAME}.md" not in names:
        found = f"other files ({sorted(names)[0]})"
        raise DataError([Problem(str(out), None, None, found, "a new or empty folder, or an earlier brief")])


def write_figures(charts: Sequence[Chart], folder: Path) -> list[Chart]:
    """Every chart as PNG, SVG and PDF."""
    folder.mkdir(parents=True)
    seen = set()
    for chart in charts:
        if chart.id in seen:
            raise ValueError(f"two charts are called {chart.id}")
        seen.add(chart.id)
        chart.export(folder)
    return list(charts)


def write_pages(runs: dict, folder: Path, charts: Sequence[Chart] = (), notebooks_at: str = "") -> None:
    """Every notebook as a web page that needs no network, and an index of questions, answers, figures and notebooks.

    ``charts`` lie in ``../figures``; ``notebooks_at`` is the way from the pages to the notebooks.
    """
    from zoneplan.notebooks import title
    from zoneplan.paper import page, text_page

    folder.mkdir(parents=True)
    for name, notebook in runs.items():
        html = page(notebook, title(notebook))
        (folder / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")
    index = text_page(index_markdown(runs, charts, notebooks_at), INDEX_TITLE)
    (folder / "index.html").write_text(index, encoding="utf-8", newline="\n")


def index_markdown(runs: dict, charts: Sequence[Chart], notebooks_at: str) -> str:
    """Question, answer, figures and notebook of every run, as Markdown.

    How to read it: the question leads to the whole page, the small picture to the figure as the paper prints it.
    """
    from zoneplan.notebooks import title
    from zoneplan.prose import escape

    known = {c.id: c for c in charts}
    files = [("brief.pdf", "the paper as PDF"), ("brief.docx", "for Word"), ("brief.pptx", "the slides"), (WORKBOOK, "the data")]
    parts = [f"# {INDEX_TITLE}", "To hand on: " + ", ".join(f"[{text}](../{file})" for file, text in files) + "."]
    for name, notebook in runs.items():
        drawn = [known[i] for i in drawn_charts(notebook) if i in known]
        parts += [f"## [{escape(title(notebook))}]({name}.html)", answer(notebook)]
        if drawn:
            alt = drawn[0].alt.replace('"', "'").replace("\n", " ")
            parts.append(f'[![{escape(drawn[0].title)}](../figures/{drawn[0].id}.svg){{alt="{alt}" width=26rem}}](../figures/{drawn[0].id}.svg)')
            parts.append("Figures: " + "; ".join(f"[{escape(c.title)}](../figures/{c.id}.svg)" for c in drawn) + ".")
        parts.append(f"Notebook: [page]({name}.html), [to run]({notebooks_at}/{name}.ipynb).")
    return "\n\n".join(parts) + "\n"


def answer(notebook) -> str:
    """What a notebook says under its heading "The answer", as Markdown."""
    found, inside = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            inside = cell.source.startswith(ANSWER)
        elif inside and cell.cell_type == "code":
            found += [o.data["text/markdown"] for o in cell.outputs if "text/markdown" in o.get("data", {})]
    return "\n".join(found)


def drawn_charts(notebook) -> list[str]:
    """Ids of the charts that a notebook shows, in their order."""
    shown = [o.data.get("text/plain", "") for c in notebook.cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    return [m.group(1) for text in shown if (m := re.match(r"Chart ([\w-]+):", text))]


def write_paper(plan: Plan, charts: Sequence[Chart], folder: Path) -> None:
    """The paper as Markdown, Word and PDF, from one text."""
    from zoneplan import paper, prose

    text = prose.brief_markdown(plan, charts)
    (folder / f"{NAME}.md").write_text(text, encoding="utf-8", newline="\n")
    paper.word(text, folder, NAME, plan.as_of)
    paper.pdf(text, folder, NAME, plan.as_of, prose.title(plan), prose.subtitle(plan))


def write_tables(plan: Plan, charts: Sequence[Chart], folder: Path) -> None:
    """The workbook: the data of every chart, verdicts, targets, audit, sources."""
    from zoneplan.prose import source_table
    from zoneplan.workbook import write_workbook

    tables = {
        "verdicts": (f"Odds of every quantified target, as of {plan.as_of.isoformat()}", plan.verdicts().table()),
        "targets": ("Every target as printed; units in their column", plan.targets),
        "assumptions": ("What the odds and the scenarios take for granted: bases, classes of regions, stories", assumption_table(plan)),
        "audit": ("Every statement of the plan that other figures can test", plan.audit().table()),
        "observations": ("The zone's public record on that day", plan.observations),
        "sources": ("Sources behind the charts and the record", source_table(plan, charts)),
    }
    title = f"{plan.name_en}: data of the brief"
    write_workbook(folder / WORKBOOK, charts, tables, title, plan.as_of, folder / "figures")


def assumption_table(plan: Plan) -> pd.DataFrame:
    """Bases, reference classes and scenarios of a plan, one row a figure.

    Returns columns kind, name, indicator_id, year, value, low, high, expected, unit, source_id (of a scenario: the ids of
    the rows it is sized on) and note. Of a class ``value``, ``low`` and ``high`` are median, P10 and P90 of its past growth;
    of a base its level with its rounding; of a scenario the growth it stands for, beside the one expected.

    How to read it: change one row in a copy of the plan, and see which odds move.
    """
    from zoneplan import reference
    from zoneplan.forecast import BASES, base_of

    rows = []
    for i in plan.series():
        unit = plan.annex(i)["unit"].iloc[0]
        is_rate = plan.annex(i)["kind"].iloc[0] == "growth"
        for base in [b for k in BASES if not is_rate and (b := base_of(plan, i, k)) is not None]:
            level = base.level
            rows.append(("base", base.kind, i, base.year, level.mid, level.low, level.high, None, unit, base.source_id, base.scope_note))
    for i in plan.series():
        past = reference.past_growth(i, len(plan.years), plan.as_of)
        if past is not None:
            low, middle, high = past.quantile([0.1, 0.5, 0.9])
            note = f"{past.rows['n_units'].min()} regions or more{', a proxy' if past.class_.is_proxy else ''}"
            source, last = past.rows["source_id"].iloc[-1], int(past.rows["end_year"].max())
            rows.append(("class", past.class_.label, i, last, middle, low, high, None, "% a year", source, note))
    for story in plan.scenarios().values():
        rows.append(("scenario", story.title_en, None, None, None, None, None, None, None, None, story.text_en))
        for r in story.table().itertuples():
            note = "known only afterwards" if r.hindsight else None
            rows.append(("scenario", story.title_en, r.indicator_id, r.year, r.growth, None, None, r.expected, "%", r.rows, note))
    columns = "kind name indicator_id year value low high expected unit source_id note".split()
    return pd.DataFrame(rows, columns=columns)


def install(new: Path, out: Path, old: Path) -> None:
    """Put a finished brief in place of the earlier one; after any error the earlier one is back.

    Parameters
    ----------
    new : folder with the finished brief, on the same disk as ``out``.
    old : a place on the same disk for what is replaced.
    """
    out.mkdir(exist_ok=True)
    old.mkdir()
    undo: list[Callable[[], object]] = []
    try:
        for source in sorted(new.iterdir()):
            target = out / source.name
            if target.exists():
                target.rename(old / source.name)
                undo.append(lambda t=target, o=old / source.name: o.rename(t))
            source.rename(target)
            undo.append(lambda t=target, s=source: t.rename(s))
    except OSError:
        for step in reversed(undo):
            step()
        raise
    shutil.rmtree(old)


def verdict_summary(table: pd.DataFrame, short: bool = False) -> str:
    """Verdicts as a text table with fixed decimals.

    Parameters
    ----------
    table : rows of ``Verdicts.table()``.
    short : one line a series with odds, for the end of a run; otherwise the columns other tools read.
    """
    from zoneplan.prose import amount, odds_text
    from zoneplan.prose import short as rounded

    if not short:
        shown = table[COLUMNS].copy()
        shown["year"] = [year_text(y) for y in shown["year"]]
        shown["probability"] = [odds_text(r) for _, r in table.iterrows()]
        return frame(shown)
    rows = table[table["probability_low"].notna()]
    shown = pd.DataFrame(
        {
            "target": rows["name_en"],
            "year": [year_text(y) for y in rows["year"]],
            "aim": [amount(r["target"], r["unit"]) for _, r in rows.iterrows()],
            "P10": [rounded(x) for x in rows["q10"]],
            "median": [rounded(x) for x in rows["q50"]],
            "P90": [rounded(x) for x in rows["q90"]],
            "odds": [odds_text(r) for _, r in rows.iterrows()],
            "evidence": rows["evidence"],
        }
    )
    left = f"{len(table) - len(rows)} of {len(table)} series cannot be assessed on public figures"
    return f"{frame(shown)}\n{left}; the brief says what is missing."


def where(out: Path) -> str:
    """What was written, and where."""
    lines = [f"{NAME}.docx, {NAME}.pdf, {NAME}.md: the paper", f"{NAME}.pptx: the slides", f"{WORKBOOK}: data of every chart"]
    lines += [f"{part}/: {len(list((out / part).iterdir()))} files" for part in ("figures", "html")]
    return "\n".join([f"Written to {out}", *(f"  {line}" for line in lines)])


def year_text(year: float) -> str:
    """A year without a thousands separator; a dash where a target has no date."""
    return "–" if pd.isna(year) else str(int(year))
