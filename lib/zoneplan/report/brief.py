"""The brief: notebooks run, charts drawn, paper, slides, workbook and pages in each language."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from zoneplan.data import tables
from zoneplan.errors import DataError, Problem
from zoneplan.messages import LANGS, words
from zoneplan.report.render import short, starred
from zoneplan.report.shown import named
from zoneplan.text import amount, frame

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from zoneplan.charts.chart import Chart
    from zoneplan.study import Plan

NAME, WORKBOOK, REQUEST = "brief", "zoneplan", "data_request"
BOTH, QUICK = "both", "quick"
# What a brief consists of: all of it goes when the next one takes its place.
OWN = re.compile(
    rf"({NAME}|{WORKBOOK}|{REQUEST})(_\w+)?\.(md|docx|pdf|pptx|xlsx)|explore(_\w+)?\.html|figures|html"
)
# Sharp on paper at the width of a page.
DPI = 200
LOGOS = (".png", ".jpg", ".jpeg")
# Called with the name of a part, and whether it is finished.
Tell: TypeAlias = Callable[[str, bool], None]


@dataclass(frozen=True)
class Options:
    """What of a brief may be otherwise: words of the cover, a logo, a Word file to take the looks
    from; ``quick`` leaves all but the paper and its charts out.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    logo: Path | None = None
    template: Path | None = None
    quick: bool = False


USUAL = Options()
# The parts of a quick brief, as its progress names them.
PARTS = ("charts", "paper")


def silent(name: str, finished: bool) -> None:
    """Tell nobody."""


def reports_dir(plan: Plan) -> Path:
    """Where the reports of a plan go: the project's folder, or for a user plan its own."""
    if tables.is_shipped(plan.folder):
        return tables.output_dir() / "reports"
    return plan.folder / "reports"


def brief(
    out: str | Path | None,
    plan: Plan,
    lang: str = BOTH,
    progress: bool = True,
    *,
    title: str = "",
    subtitle: str = "",
    author: str = "",
    organisation: str = "",
    logo: str | Path | None = None,
    template: str | Path | None = None,
    quick: bool = False,
) -> Path:
    """Run every notebook and write figures, web pages, Word, PDF, slides, workbook and the request.

    Parameters
    ----------
    out : folder to write; None means that of the plan (``quick``: a folder in it). It must be new,
        empty or an earlier brief.
    plan : the plan, seen from the day of judgement. The notebooks speak of its usual day and are
        left out where it is seen from another one.
    lang : ``en``, ``zh`` or ``both``; an earlier brief in another language goes.
    progress : show on stderr what is running.
    title, subtitle, author, organisation : for the cover; without them the title is the finding.
    logo : a PNG or JPEG above the title of the paper.
    template : a Word file whose styles, fonts and page the paper takes.
    quick : only the paper and its charts, in one language (that of the plan for ``both``).

    Returns
    -------
    The folder written.

    Raises
    ------
    DataError
        A notebook failed, a logo or template is not one, or ``out`` holds something else; the
        earlier brief stays whole.
    """
    from zoneplan.plan.loading import load
    from zoneplan.report.notebooks import folder, paths, run_all

    out = reports_dir(plan) / (QUICK if quick else "") if out is None else Path(out)
    refuse_foreign(out)
    refuse_unusable(logo, template)
    said = {"title": title, "subtitle": subtitle, "author": author, "organisation": organisation}
    at_logo, at_template = (None if f is None else Path(f).resolve() for f in (logo, template))
    options = Options({k: text for k, text in said.items() if text}, at_logo, at_template, quick)
    langs = LANGS if lang == BOTH else (lang,)
    if quick:
        langs = (plan.lang if lang == BOTH else lang,)
    books = (
        0 if quick or load(type(plan), plan.folder, plan.lang).as_of != plan.as_of else len(paths())
    )
    with progress_bar(progress, books + (len(PARTS) if quick else 1 + len(langs))) as tell:
        env = {"ZONEPLAN_PLAN": str(plan.folder.resolve())}
        runs = run_all(tell=tell, env=env) if books else {}
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".zoneplan-", dir=out.parent) as scratch:
            work, there = Path(scratch) / "new", os.path.relpath(folder(), out / "html")
            at = Path(there).as_posix()
            left = write_reports(plan, runs, work, langs, at, options, tell)
            install(work, out, Path(scratch) / "old")
    print(summary(plan.forecast().odds().final()))
    print(where(out))
    if left:
        print("Charts left out: " + "\n  ".join(left))
    return out


def write_reports(
    plan: Plan,
    runs: Mapping[str, NotebookNode],
    work: Path,
    langs: Sequence[str],
    notebooks_at: str,
    options: Options = USUAL,
    tell: Tell = silent,
) -> list[str]:
    """Everything but the notebooks: each language in a process of its own, web pages beside them.

    Parameters
    ----------
    runs : executed notebooks by name.
    work : a folder to make.
    notebooks_at : the way from the web pages to the notebooks.
    options : what of the brief is otherwise.
    tell : called with the name of each part when it is written.

    Returns
    -------
    The reasons why charts were left out.
    """
    import multiprocessing

    from zoneplan.report.pages import notebook_pages

    work.mkdir()
    if options.quick:
        return write_language(plan, langs[0], work, runs, notebooks_at, [], options, tell)
    bare = replace(plan, _made={})
    # Started afresh, because copies of a process with threads may hang.
    with ProcessPoolExecutor(len(langs), multiprocessing.get_context("spawn")) as pool:
        made = {}
        for lang in langs:
            others = [x for x in langs if x != lang]
            args = (bare, lang, work, runs, notebooks_at, others, options)
            made[pool.submit(write_language, *args)] = words(lang)("paper.language")
        notebook_pages(runs, work / "html", langs)
        tell("web pages", True)
        left: dict[str, None] = {}
        for done in as_completed(made):
            left |= dict.fromkeys(done.result())
            tell(made[done], True)
    return list(left)


def write_language(
    plan: Plan,
    lang: str,
    work: Path,
    runs: Mapping[str, NotebookNode],
    notebooks_at: str,
    others: Sequence[str],
    options: Options = USUAL,
    tell: Tell = silent,
) -> list[str]:
    """Figures, paper, slides, workbook, request and index page in one language; others have an
    index too.

    Returns
    -------
    The reasons why charts were left out: the plan lacks what they draw.
    """
    from zoneplan.charts.stories import drawn
    from zoneplan.report import pages, paper, render, shown
    from zoneplan.report.context import context
    from zoneplan.report.explore_page import write_explore_page
    from zoneplan.report.request import write_request
    from zoneplan.report.sheets import sheets
    from zoneplan.report.slides import write_slides
    from zoneplan.report.workbook import write_workbook

    made, (placed, left) = plan.forecast(), drawn(plan, lang, "paper" if options.quick else None)
    told, figures = context(made, placed, lang), work / shown.figure_folder(lang)
    charts = [chart for _, chart in placed]
    drawings = write_figures(charts, figures)
    tell(PARTS[0], True)
    parts = render.render("brief", lang, **told.facts())
    usual = {k: render.plain(parts[k]) for k in ("title", "subtitle")}
    cover = paper.Cover(**usual | dict(options.words), logo=options.logo)
    text, name = parts["paper"] + "\n", named(NAME, lang)
    file = work / f"{name}.md"
    file.write_text(cover.front(lang) + text, encoding="utf-8", newline="\n")
    paper.word(text, cover, work, work / f"{name}.docx", plan.as_of, lang, options.template)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / shown.figure_folder(lang)
        place.mkdir(parents=True)
        for id_ in told.number:
            (place / f"{id_}.svg").write_bytes(drawings[id_])
        paper.pdf(text, cover, Path(scratch), work / f"{name}.pdf", plan.as_of, lang)
    tell(PARTS[1], True)
    if options.quick:
        return left
    write_slides(told, parts, cover, work / f"{name}.pptx")
    book, title = named(WORKBOOK, lang), words(lang)("workbook.title", plan=plan.title(lang))
    rows = sheets(made, told.behind, lang)
    write_workbook(work / f"{book}.xlsx", charts, rows, title, plan.as_of, figures, lang, made)
    write_request(made.promises(), work, lang)
    pages.index_page(told, parts, runs, placed, work / "html", notebooks_at, others)
    write_explore_page(made, work / f"{named('explore', lang)}.html", lang)
    return left


def write_figures(charts: Sequence[Chart], folder: Path) -> dict[str, bytes]:
    """Every chart as PNG; by its id the drawing, as which it stands in the PDF."""
    drawings: dict[str, bytes] = {}
    for chart in charts:
        if chart.id in drawings:
            raise ValueError(f"two charts are called {chart.id}")
        chart.export(folder, dpi=DPI, kinds=("svg", "png"))
        drawing = folder / f"{chart.id}.svg"
        drawings[chart.id] = drawing.read_bytes()
        drawing.unlink()
    return drawings


@contextlib.contextmanager
def progress_bar(shown: bool, steps: int) -> Iterator[Tell]:
    """A bar on stderr, and what tells it that a part has begun or is finished."""
    from tqdm import tqdm

    form = "{percentage:3.0f} % |{bar:24}| {n}/{total} {desc} [{elapsed}]"
    with tqdm(total=steps, file=sys.stderr, disable=not shown, bar_format=form) as bar:

        def tell(name: str, finished: bool) -> None:
            bar.update(int(finished))
            bar.set_description_str(f"{name} {'done' if finished else 'running'}")

        yield tell


def refuse_foreign(out: Path) -> None:
    """A folder with other work in it is never touched."""
    if not out.exists():
        return
    if not out.is_dir():
        raise DataError([Problem(str(out), None, None, "a file", "a folder for the reports")])
    names = [p.name for p in out.iterdir() if not p.name.startswith(".")]
    if names and not {f"{named(NAME, lang)}.md" for lang in LANGS} & set(names):
        found = f"other files ({min(names)})"
        expected = "a new or empty folder, or an earlier brief"
        raise DataError([Problem(str(out), None, None, found, expected)])


def refuse_unusable(logo: str | Path | None, template: str | Path | None) -> None:
    """A logo that is no picture and a template that is no Word file are refused before any work."""
    import docx

    found = []
    if logo is not None:
        whole = Path(logo).is_file() and Path(logo).suffix.lower() in LOGOS
        found += [] if whole else [Problem(str(logo), None, None, "no picture", "a PNG or JPEG")]
    if template is not None:
        try:
            docx.Document(str(template))
        except Exception:
            found.append(Problem(str(template), None, None, "no Word file", "a .docx file"))
    if found:
        raise DataError(found)


def install(new: Path, out: Path, old: Path) -> None:
    """Put a finished brief in place of the earlier one; after any error that one is back.

    Parameters
    ----------
    new : folder with the finished brief, on the same disk as ``out``.
    old : a place on the same disk for what is replaced.
    """
    out.mkdir(exist_ok=True)
    old.mkdir()
    coming = {p.name: p for p in sorted(new.iterdir())}
    gone = [p for p in sorted(out.iterdir()) if OWN.fullmatch(p.name) or p.name in coming]
    moves = [(p, old / p.name) for p in gone] + [(p, out / name) for name, p in coming.items()]
    undo: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            undo.append((target, source))
    except BaseException:
        for target, source in reversed(undo):
            target.rename(source)
        raise
    shutil.rmtree(old)


def summary(final: pd.DataFrame) -> str:
    """The targets of the last year that have a chance, one line each, as text."""
    rows = final[final["probability_low"].notna()].to_dict("records")
    shown = {"target": [r["name_en"] for r in rows], "year": [f"{r['year']:.0f}" for r in rows]}
    shown["aim"] = [amount(r["target"], r["unit"]) for r in rows]
    for head, column in {"P10": "q10", "median": "q50", "P90": "q90"}.items():
        shown[head] = [short(r[column], r["unit"]) for r in rows]
    shown |= {"odds": [starred(r) for r in rows], "evidence": [r["evidence"] for r in rows]}
    left = f"{len(final) - len(rows)} of {len(final)} series cannot be assessed"
    text = frame(pd.DataFrame(shown))
    return f"{text}\n{left} on the figures at hand; the brief says what is missing."


def where(out: Path) -> str:
    """What was written, and where."""
    files = ", ".join(p.name for p in sorted(out.iterdir()) if OWN.fullmatch(p.name))
    return f"Written to {out}: {files}"
