"""The brief: every notebook run, every chart drawn, a paper and a workbook in each language; all of it or nothing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from zoneplan.errors import DataError, Problem
from zoneplan.messages import LANGS, words
from zoneplan.text import day, frame

if TYPE_CHECKING:
    from zoneplan.charts.kinds import Chart
    from zoneplan.forecasting.verdicts import Verdicts
    from zoneplan.plan.document import Plan

NAME, WORKBOOK, INDEX = "brief", "zoneplan", "index"
ANSWER = "## The answer"
BOTH = "both"
# What a brief consists of: all of it goes when the next one takes its place.
OWN = re.compile(rf"({NAME}|{WORKBOOK})(_\w+)?\.(md|docx|pdf|pptx|xlsx)|figures|html")
# Sharp on paper at the width of a page.
DPI = 200
# What `zoneplan verdicts` promises to other tools.
COLUMNS = (
    "indicator_id year target unit q10 q50 q90 probability evidence needed_growth naive".split()
)


def reports_dir() -> Path:
    """The project's reports folder, wherever the program was started."""
    return Path(__file__).resolve().parents[3] / "reports"


def brief(out: str | Path | None = None, progress: bool = True, lang: str = BOTH) -> Path:
    """Run every notebook and write figures, web pages, Word, PDF, slides and workbook.

    Parameters
    ----------
    out : folder to write; None means the project's ``reports``. It must be new, empty or an earlier brief.
    progress : show on stderr what is running.
    lang : ``en``, ``zh`` or ``both``; an earlier brief in another language goes.

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
    from zoneplan.report.notebooks import folder, run_all

    out = Path(out) if out is not None else reports_dir()
    refuse_foreign(out)
    langs = LANGS if lang == BOTH else (lang,)
    plan = load_plan()
    with Progress(progress, len(langs)) as bar:
        runs = run_all(tell=bar.notebook)
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zoneplan-", dir=out.parent) as scratch:
            work = Path(scratch) / "new"
            left = write_reports(
                runs,
                work,
                langs,
                Path(os.path.relpath(folder(), out / "html")).as_posix(),
                bar.step,
            )
            install(work, out, Path(scratch) / "old")
    print(verdict_summary(plan.verdicts().final(), short=True))
    print(where(out))
    if left:
        print("Charts left out: " + "; ".join(left))
    return out


def write_reports(
    runs: dict,
    work: Path,
    langs: Sequence[str],
    notebooks_at: str,
    tell: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Everything but the notebooks: each language in a process of its own, the web pages beside them.

    Returns the reasons why charts were left out.

    Parameters
    ----------
    runs : executed notebooks by name.
    work : a folder to make.
    langs : languages to write.
    notebooks_at : the way from the web pages to the notebooks.
    tell : called with the name of each part when it is written.
    """
    import multiprocessing

    work.mkdir()
    # Started afresh, because copies of a process with threads may hang.
    with ProcessPoolExecutor(len(langs), multiprocessing.get_context("spawn")) as pool:
        made = {}
        for lang in langs:
            others = [x for x in langs if x != lang]
            made[pool.submit(write_language, lang, work, runs, notebooks_at, others)] = words(lang)(
                "paper.index.name"
            )
        write_pages(runs, work / "html")
        tell("web pages")
        left: dict[str, None] = {}
        for done in as_completed(made):
            left |= dict.fromkeys(done.result())
            tell(made[done])
    return list(left)


def write_language(
    lang: str, work: Path, runs: dict, notebooks_at: str, others: Sequence[str]
) -> list[str]:
    """Figures, paper, slides, workbook and index page in one language; ``others`` have an index page too.

    Returns the reasons why charts were left out: the plan lacks what they draw.
    """
    from zoneplan import load_plan
    from zoneplan.charts.stories import drawn
    from zoneplan.report.prose import figure_folder
    from zoneplan.report.slides import write_slides

    plan = load_plan()
    (charts, left), judged = drawn(plan, lang), plan.verdicts()
    write_figures(charts, work / figure_folder(lang))
    write_paper(plan, judged, charts, work, lang)
    write_slides(plan, judged, charts, work, named(NAME, lang), lang)
    write_tables(plan, judged, charts, work, lang)
    write_index(plan, judged, runs, work / "html", charts, notebooks_at, lang, others)
    return left


def named(name: str, lang: str) -> str:
    """A file's name in a language: English is the plain one."""
    return name if lang == "en" else f"{name}_{lang}"


class Progress:
    """A bar on stderr; threads may report at the same time."""

    def __init__(self, shown: bool, languages: int):
        from tqdm import tqdm

        from zoneplan.report.notebooks import paths

        total = len(paths()) + 1 + languages
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
            self.bar.set_description_str(
                "running " + ", ".join(self.running) if self.running else "writing the papers"
            )

    def step(self, name: str) -> None:
        """A part of the reports was written."""
        with self.lock:
            self.bar.update()
            self.bar.set_description_str(f"{name} done")


def refuse_foreign(out: Path) -> None:
    """A folder with other work in it is never touched."""
    if not out.exists():
        return
    if not out.is_dir():
        raise DataError([Problem(str(out), None, None, "a file", "a folder for the reports")])
    names = [p.name for p in out.iterdir() if not p.name.startswith(".")]
    if names and not {f"{named(NAME, lang)}.md" for lang in LANGS} & set(names):
        found = f"other files ({sorted(names)[0]})"
        raise DataError(
            [Problem(str(out), None, None, found, "a new or empty folder, or an earlier brief")]
        )


def write_figures(charts: Sequence[Chart], folder: Path) -> None:
    """Every chart as PNG; as drawings they stand in the PDF, and :meth:`Chart.export` gives one."""
    folder.mkdir(parents=True, exist_ok=True)
    seen = set()
    for chart in charts:
        if chart.id in seen:
            raise ValueError(f"two charts are called {chart.id}")
        seen.add(chart.id)
        chart.export(folder, dpi=DPI, kinds=("png",))


def write_pages(runs: dict, folder: Path) -> None:
    """Every notebook as a web page that needs no network."""
    from zoneplan.report.notebooks import title
    from zoneplan.report.paper import page

    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in runs.items():
        html = page(notebook, title(notebook))
        (folder / f"{name}.html").write_text(html, encoding="utf-8", newline="\n")


def write_index(
    plan: Plan,
    judged: Verdicts,
    runs: dict,
    folder: Path,
    charts: Sequence[Chart],
    notebooks_at: str,
    lang: str = "en",
    others: Sequence[str] = (),
) -> None:
    """The page that leads to every question, answer, figure and notebook.

    ``charts`` lie beside the folder, ``notebooks_at`` is the way from the pages to the notebooks, ``others`` are the
    languages that have an index of their own.
    """
    from zoneplan.report.paper import text_page

    folder.mkdir(parents=True, exist_ok=True)
    text = index_markdown(plan, judged, runs, charts, notebooks_at, lang, others)
    html = text_page(text, words(lang)("paper.index.title"), lang)
    (folder / f"{named(INDEX, lang)}.html").write_text(html, encoding="utf-8", newline="\n")


def index_markdown(
    plan: Plan,
    judged: Verdicts,
    runs: dict,
    charts: Sequence[Chart],
    notebooks_at: str,
    lang: str = "en",
    others: Sequence[str] = (),
) -> str:
    """Question, answer, figures and notebook of every run, as Markdown.

    How to read it: the question leads to the whole page, the small picture to the figure as the paper prints it.
    """
    from zoneplan.report.prose import escape, figure_folder

    w, known = words(lang), {c.id: c for c in charts}
    files = [
        (f"{named(NAME, lang)}.{kind}", w(f"paper.index.{kind}"))
        for kind in ("pdf", "docx", "pptx")
    ]
    files.append((f"{named(WORKBOOK, lang)}.xlsx", w("paper.index.xlsx")))
    links = w("common.list").join(f"[{text}](../{file})" for file, text in files)
    there = w("common.list").join(
        f"[{words(x)('paper.index.name')}]({named(INDEX, x)}.html)" for x in others
    )
    parts = [f"# {w('paper.index.title')}", w("paper.index.hand_on", files=links)]
    if there:
        parts.append(w("paper.index.other", links=there))
    for name, notebook in runs.items():
        asked, said = question_and_answer(plan, judged, name, notebook, lang)
        parts += [f"## [{escape(asked)}]({name}.html)", said]
        drawn = [known[i] for i in drawn_charts(notebook) if i in known]
        at = {c.id: f"../{figure_folder(lang)}/{c.id}.png" for c in drawn}
        if drawn:
            first = drawn[0]
            alt = first.alt.replace("\\", "\\\\").replace('"', "'").replace("\n", " ")
            parts.append(
                f'[![{escape(first.title)}]({at[first.id]}){{alt="{alt}" width=34em}}]({at[first.id]})'
            )
            parts.append(
                w(
                    "paper.index.figures",
                    links=w("common.semicolon").join(
                        f"[{escape(c.title)}]({at[c.id]})" for c in drawn
                    ),
                )
            )
        parts.append(
            w("paper.index.notebook", page=f"{name}.html", file=f"{notebooks_at}/{name}.ipynb")
        )
    return "\n\n".join(parts) + "\n"


def question_and_answer(
    plan: Plan, judged: Verdicts, name: str, notebook, lang: str
) -> tuple[str, str]:
    """What a notebook asks and answers: in its own words, which are English, or else in those of the paper."""
    from zoneplan.report.notebooks import title
    from zoneplan.report.prose import short_answer

    w = words(lang)
    if lang == "en" or f"paper.question.{name}" not in w.texts:
        return title(notebook), answer(notebook)
    return w(f"paper.question.{name}"), short_answer(plan, judged, name, lang)


def answer(notebook) -> str:
    """What a notebook says under its heading "The answer", as Markdown."""
    found, inside = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and cell.source.startswith("## "):
            inside = cell.source.startswith(ANSWER)
        elif inside and cell.cell_type == "code":
            found += [
                o.data["text/markdown"]
                for o in cell.outputs
                if "text/markdown" in o.get("data", {})
            ]
    return "\n".join(found)


def drawn_charts(notebook) -> list[str]:
    """Ids of the charts that a notebook shows, in their order."""
    shown = [
        o.data.get("text/plain", "")
        for c in notebook.cells
        for o in c.get("outputs", [])
        if "image/png" in o.get("data", {})
    ]
    return [m.group(1) for text in shown if (m := re.match(r"Chart ([\w-]+):", text))]


def write_paper(
    plan: Plan, judged: Verdicts, charts: Sequence[Chart], folder: Path, lang: str = "en"
) -> None:
    """The paper as Markdown, Word and PDF, from one text."""
    from zoneplan.report import paper, prose

    text, name = prose.brief_markdown(plan, judged, charts, lang), named(NAME, lang)
    (folder / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
    paper.word(text, folder, name, plan.as_of, lang)
    with tempfile.TemporaryDirectory() as scratch:
        for chart in prose.shown_charts(charts):
            chart.export(Path(scratch) / prose.figure_folder(lang), kinds=("svg",))
        paper.pdf(
            text,
            Path(scratch),
            folder / f"{name}.pdf",
            plan.as_of,
            prose.title(plan, lang),
            prose.subtitle(plan, lang),
            lang,
        )


def write_tables(
    plan: Plan, judged: Verdicts, charts: Sequence[Chart], folder: Path, lang: str = "en"
) -> None:
    """The workbook: the data of every chart, verdicts, targets, audit, sources."""
    from zoneplan.report.prose import figure_folder, source_table
    from zoneplan.report.workbook import write_workbook

    w = words(lang)
    tables = {
        "verdicts": judged.table(),
        "targets": plan.targets,
        "assumptions": assumption_table(plan, lang),
        "audit": plan.audit().table(lang),
        "observations": plan.observations,
        "sources": source_table(plan, charts),
    }
    told = {
        key: (
            w(f"workbook.sheet.{key}"),
            w(f"workbook.note.{key}", day=day(plan.as_of, lang)),
            said(plan, frame, lang),
        )
        for key, frame in tables.items()
    }
    name = plan.name_zh if lang == "zh" else plan.name_en
    file, title = folder / f"{named(WORKBOOK, lang)}.xlsx", w("workbook.title", plan=name)
    write_workbook(
        file, charts, list(told.values()), title, plan.as_of, folder / figure_folder(lang), lang
    )


def said(plan: Plan, rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """A table with the texts that the plan's glossary has in a language."""
    known = set(plan.glossary["text"])
    return rows.map(
        lambda cell: plan.said(cell, lang) if isinstance(cell, str) and cell in known else cell
    )


def assumption_table(plan: Plan, lang: str = "en") -> pd.DataFrame:
    """Bases, reference classes and scenarios of a plan, one row a figure.

    Returns columns kind, name, indicator_id, year, value, low, high, expected, unit, source_id (of a scenario: the ids of
    the rows it is sized on) and note. Of a class ``value``, ``low`` and ``high`` are median, P10 and P90 of its past growth;
    of a base its level with its rounding; of a scenario the growth it stands for, beside the one expected.

    How to read it: change one row in a copy of the plan, and see which odds move.
    """
    from zoneplan.forecasting import classes
    from zoneplan.forecasting.forecasts import BASES, base_of

    w, rows = words(lang), []
    kind = w.group("workbook.kind")
    for i in plan.series():
        unit = plan.annex(i)["unit"].iloc[0]
        is_rate = plan.annex(i)["kind"].iloc[0] == "growth"
        for base in [b for k in BASES if not is_rate and (b := base_of(plan, i, k)) is not None]:
            level = base.level
            rows.append(
                (
                    kind["base"],
                    w(f"workbook.assumed.{base.kind}"),
                    i,
                    base.year,
                    level.mid,
                    level.low,
                    level.high,
                    None,
                    unit,
                    base.source_id,
                    base.scope_note,
                )
            )
    for i in plan.series():
        past = classes.past_growth(classes.class_of(plan, i), len(plan.years), plan.as_of)
        if past is not None:
            low, middle, high = past.quantile([0.1, 0.5, 0.9])
            note = w(
                "workbook.assumed.proxy" if past.class_.is_proxy else "workbook.assumed.regions",
                n=past.rows["n_units"].min(),
            )
            source, last = past.rows["source_id"].iloc[-1], int(past.rows["end_year"].max())
            rows.append(
                (
                    kind["class"],
                    past.class_.said(lang),
                    i,
                    last,
                    middle,
                    low,
                    high,
                    None,
                    w("common.unit.percent_year"),
                    source,
                    note,
                )
            )
    for story in plan.scenarios().values():
        title = getattr(story, f"title_{lang}")
        rows.append(
            (
                kind["scenario"],
                title,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                None,
                getattr(story, f"text_{lang}"),
            )
        )
        for r in story.table().itertuples():
            note = w("workbook.assumed.hindsight") if r.hindsight else None
            rows.append(
                (
                    kind["scenario"],
                    title,
                    r.indicator_id,
                    r.year,
                    r.growth,
                    None,
                    None,
                    r.expected,
                    "%",
                    r.rows,
                    note,
                )
            )
    columns = "kind name indicator_id year value low high expected unit source_id note".split()
    return pd.DataFrame(rows, columns=columns)


def install(new: Path, out: Path, old: Path) -> None:
    """Put a finished brief in place of the earlier one; after any error or interruption the earlier one is back.

    Parameters
    ----------
    new : folder with the finished brief, on the same disk as ``out``.
    old : a place on the same disk for what is replaced.
    """
    out.mkdir(exist_ok=True)
    old.mkdir()
    undo: list[Callable[[], object]] = []
    gone = [
        p for p in sorted(out.iterdir()) if OWN.fullmatch(p.name) and not (new / p.name).exists()
    ]
    try:
        for target in gone:
            target.rename(old / target.name)
            undo.append(lambda t=target, o=old / target.name: o.rename(t))
        for source in sorted(new.iterdir()):
            target = out / source.name
            if target.exists():
                target.rename(old / source.name)
                undo.append(lambda t=target, o=old / source.name: o.rename(t))
            source.rename(target)
            undo.append(lambda t=target, s=source: t.rename(s))
    except BaseException:
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
    from zoneplan.report.prose import amount, odds_text
    from zoneplan.report.prose import short as rounded

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
            "P10": [rounded(r["q10"], r["unit"]) for _, r in rows.iterrows()],
            "median": [rounded(r["q50"], r["unit"]) for _, r in rows.iterrows()],
            "P90": [rounded(r["q90"], r["unit"]) for _, r in rows.iterrows()],
            "odds": [odds_text(r) for _, r in rows.iterrows()],
            "evidence": rows["evidence"],
        }
    )
    left = (
        f"{len(table) - len(rows)} of {len(table)} series cannot be assessed on the figures at hand"
    )
    return f"{frame(shown)}\n{left}; the brief says what is missing."


def where(out: Path) -> str:
    """What was written, and where."""
    parts = {
        f"{NAME}*.*": "the paper as Word, PDF and Markdown, and the slides",
        f"{WORKBOOK}*.xlsx": "data of every chart",
    }
    lines = [
        f"{', '.join(p.name for p in sorted(out.glob(pattern)))}: {what}"
        for pattern, what in parts.items()
    ]
    lines += [
        f"{part}/: {len([p for p in (out / part).rglob('*') if p.is_file()])} files"
        for part in ("figures", "html")
    ]
    return "\n".join([f"Written to {out}", *(f"  {line}" for line in lines)])


def year_text(year: float) -> str:
    """A year without a thousands separator; a dash where a target has no date."""
    return "–" if pd.isna(year) else str(int(year))
