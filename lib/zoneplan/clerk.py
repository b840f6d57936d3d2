"""What a clerk does with a plan: begin one, read a spreadsheet into it, add a figure, check it."""

from __future__ import annotations

import locale
import os
import shlex
import subprocess
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoneplan.errors import DataError, Problem
from zoneplan.messages import LANGS, Words, words
from zoneplan.messages.problems import told, translated

if TYPE_CHECKING:
    import pandas as pd

    from zoneplan.data.importer import Question, Understood

# Columns of a line on a console, where Chinese characters take two.
WIDTH = {"en": 110, "zh": 55}
# How often an answer that fits no question is asked for again.
TRIES = 3
YES = ("y", "yes", "是", "好")
EXAMPLES = {
    "id": "id: my_zone",
    "zone_en": "zone_en: Jiaxing development zone",
    "zone_zh": "zone_zh: 嘉兴经济技术开发区",
    "adopted": "adopted: 2026-03-31",
    "as_of": "as_of: 2026-06-30",
    "base_year": "base_year: 2025",
    "years": "years: [2026, 2027, 2028]",
    "classes": "classes: {my_tax: [prefecture, coastal_provinces, budget_revenue]}",
    "targets.csv": "gdp,地区生产总值,GDP,2026,320,亿元,flow,at_least,",
    "observations.csv": "gdp,2024,270.5,亿元,level,",
    "indicator_id": "gdp",
    "year": "2026",
    "value": "320",
    "unit": "亿元",
    "kind": "growth, share",
    "direction": "at_least",
    "known_from": "2025-03-31",
    "stated_growth": "8.5",
    "source_id": "own",
}


def usual_language() -> str:
    """Find the language of the machine: Chinese if its console can show it, else English."""
    named = (os.environ.get(k) for k in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, named), None) or locale.getlocale()[0] or ""
    try:
        "中".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return "en"
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def command(*parts: object) -> str:
    """Write a command of this program that can be pasted, whatever is in the names of files."""
    texts = ["zoneplan", *map(str, parts)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def own_plan(folder: Path | None) -> Path | None:
    """Find the folder of the plan that is asked about if it is one of the user's own.

    Raises
    ------
    DataError
        There is no such folder.
    """
    from zoneplan.data.tables import is_shipped
    from zoneplan.plan.loading import plan_dir

    found = folder or plan_dir()
    if not found.is_dir():
        expected = "a folder with plan.yml and its tables"
        raise DataError([Problem(str(found), None, None, "no such folder", expected)])
    return None if is_shipped(found) else found


# An empty plan, one more figure -----------------------------------------------------------------


def new(folder: Path, lang: str) -> int:
    """Write the files of an empty plan that are not there yet."""
    from zoneplan.data.plan_folder import guard
    from zoneplan.data.template import start

    guard(folder)
    w, written = words(lang), start(folder, lang)
    for file in written:
        print(w("import.written", file=file))
    check_it = command("check", "--plan", folder)
    print(w("import.new.fill" if written else "import.new.there", command=check_it))
    return 0


def add(plan: Path | None, name: str, year: int, value: str, yes: bool, lang: str) -> int:
    """Write one more figure of the past into a plan."""
    from zoneplan.data.importer import observation
    from zoneplan.data.plan_folder import OBSERVATIONS, changes, guard, merge
    from zoneplan.plan.loading import plan_dir

    w, folder = words(lang), plan or plan_dir()
    guard(folder)
    row = observation(name, year, value, folder)
    i, _, number, unit = row.iloc[0][["indicator_id", "year", "value", "unit"]]
    old = changes({OBSERVATIONS: row}, folder)
    facts = {"indicator": i, "year": year, "new": f"{number} {unit}"}
    print(
        w("import.add.change", old=old[0].old, **facts) if old else w("import.add.fresh", **facts)
    )
    if old and not yes and not agreed(w("import.add.sure")):
        print(w("import.nothing"))
        return 1
    merge(folder / OBSERVATIONS, row, replace=True)
    print(w("import.written", file=folder / OBSERVATIONS))
    print(w("import.next", command=command("check", "--plan", folder)))
    return 0


def agreed(question: str) -> bool:
    """Tell whether a question is answered with yes."""
    try:
        return input(question).strip().lower() in YES
    except EOFError:
        return False


# A spreadsheet ----------------------------------------------------------------------------------


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Read answers as typed on the command line: ID=ANSWER.

    Raises
    ------
    DataError
        A text has no sign of equality.
    """
    parts = [t.partition("=") for t in texts]
    if wrong := [name for name, sign, _ in parts if not sign]:
        expected = "ID=ANSWER, such as day=2018-10-30"
        raise DataError([Problem("--answer", None, None, repr(t), expected) for t in wrong])
    return {name.strip(): value.strip() for name, _, value in parts}


def import_file(
    file: Path,
    to: Path | None,
    answers: Mapping[str, str],
    answers_file: Path | None,
    yes: bool,
    lang: str,
) -> int:
    """Read a file, show what was understood, ask what it does not say, and write it into a plan."""
    from zoneplan.data.importer import read_answers, read_workbook
    from zoneplan.data.plan_folder import guard

    w, folder = words(lang), to or file.with_suffix("")
    guard(folder)
    there = answers_file is not None and answers_file.exists()
    given = {**(read_answers(answers_file) if there and answers_file else {}), **answers}
    replace = given.pop("replace", "")
    same = {o: [words(x)(f"import.option.{o}") for x in LANGS] for o in w.group("import.option")}
    read = read_workbook(file, given, same)
    show(read, w)
    while asked := _open(read, folder):
        firm = [q for q in asked if not q.safe]
        replies = None if yes else _replies(asked, same, w)
        if replies is None:
            print("\n".join(["", w("import.questions"), *_numbered(asked, w)]))
        if yes and not firm:
            break
        if replies is None:
            form = answers_file or folder.with_name(f"{folder.name}-answers.txt")
            _leave_form(firm, asked, form, w)
            again = command("import", file, "--to", folder, "--answers", form)
            print(w("import.answers.written", file=form, command=again), file=sys.stderr)
            print(w("import.nothing"))
            return 1
        given |= replies
        again_read = read_workbook(file, given, same)
        if not again_read.rows.equals(read.rows):
            show(again_read, w)
        read = again_read
    return _write(read, folder, replace, yes, w)


def _open(read: Understood, folder: Path) -> list[Question]:
    """List the questions that are open; a plan that is there keeps its zone and its day."""
    from zoneplan.data.template import PLAN

    settled = ("zone", "day") if (folder / PLAN).exists() else ()
    return [q for q in read.questions if q.kind not in settled]


def _write(read: Understood, folder: Path, replace: str, yes: bool, w: Words) -> int:
    """Show what a filled plan holds otherwise, and write after a yes."""
    from zoneplan.data.importer import OPEN_KINDS, plan_tables, write_plan
    from zoneplan.data.plan_folder import changes

    differ = changes(dict(plan_tables(read)), folder)
    for c in differ:
        print(w("import.add.change", indicator=c.indicator_id, year=c.year, old=c.old, new=c.new))
    if differ and yes and replace not in ("new", "old"):
        print(w("import.replace"), file=sys.stderr)
        return 1
    if not yes and not agreed(w("import.sure", n=len(read.rows), folder=folder)):
        print(w("import.nothing"))
        return 1
    chosen = {q.id: q.default for q in read.questions if q.kind in OPEN_KINDS}
    for path in write_plan(read, folder, w.lang, replace != "old", chosen):
        print(w("import.written", file=path))
    print(w("import.next", command=command("check", "--plan", folder)))
    return 0


def _leave_form(firm: Iterable[Question], asked: Iterable[Question], file: Path, w: Words) -> None:
    """Say which questions have to be answered, and write a file in which that can be done."""
    lines = [w("import.answers.head")]
    for q in asked:
        lines += ["", f"# {_question(q, w)}", *(f"# {x}" for x in _help(q, w))]
        lines += [f"{q.id} = {q.default if q.safe else ''}".rstrip()]
    if names := ", ".join(q.id for q in firm):
        print(w("import.firm", questions=names), file=sys.stderr)
    try:
        # With a mark, so that the editors of Windows read it as it is.
        file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\n")
    except OSError as error:
        found, expected = error.strerror or str(error), "a file that can be written"
        raise DataError([Problem(str(file), None, None, found, expected)]) from None


def show(read: Understood, w: Words) -> None:
    """Print what will be written, what was read with a remark, and what was not used."""
    from zoneplan.data.indicators import indicator

    print(w("import.read", file=read.file))
    print(table_of(read, w))
    if read.rows["value_high"].notna().any():
        print("\n" + _folded(w("import.range"), w))
    if jumping := read.jumps():
        print("\n".join([w("import.jumps"), *(f"  {line}" for line in jumping)]))
    _cells(w("import.told"), read.told, "how", w)
    _cells(w("import.left", n=len(read.left)), read.left, "why", w)
    named = read.rows.drop_duplicates("indicator_id")[["name", "indicator_id"]].to_numpy()
    unknown = [name for name, i in named if not indicator(i).has_class]
    if unknown:
        said = w("import.no_class", names=w("import.semicolon").join(unknown))
        print("\n" + _folded(said, w))


def _folded(text: str, w: Words, indent: str = "", rest: str = "") -> str:
    return textwrap.fill(text, WIDTH[w.lang], initial_indent=indent, subsequent_indent=rest)


def _cells(head: str, cells: pd.DataFrame, column: str, w: Words) -> None:
    """Print cells under what is said of them, those of one kind together."""
    if cells.empty:
        return
    print(f"\n{head}")
    for why, same in cells.groupby(column, sort=False):
        named = ", ".join(f"{r.sheet}!{r.cell} {r.text!r}" for r in same.itertuples())
        print(f"  {translated(str(why), w.lang)}")
        print(textwrap.fill(named, 110, initial_indent="    ", subsequent_indent="    "))


def table_of(read: Understood, w: Words) -> str:
    """Set what will be written as a table: a line for each series, with its figures by year."""
    if read.rows.empty:
        return w("import.none")
    series: dict[tuple[str, str], list[Any]] = {}
    for r in read.rows.itertuples():
        series.setdefault((r.table, r.indicator_id), []).append(r)
    columns = ("name", "indicator", "what", "unit", "figures")
    lines = [[w(f"import.head.{h}") for h in columns]]
    for (table, i), same in series.items():
        what = w(f"import.table.{table.replace(' ', '_')}")
        lines.append([same[0].name, i, what, same[0].unit, "  ".join(map(_said, same))])
    widths = [max(map(_width, column)) for column in list(zip(*lines, strict=True))[:-1]]
    return "\n".join(
        "  ".join(
            [*(t + " " * (n - _width(t)) for t, n in zip(line, widths, strict=False)), line[-1]]
        )
        for line in lines
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _said(r: Any) -> str:
    """A figure with its year, its limit and the upper end of a range."""
    high = "" if r.value_high != r.value_high else f"-{r.value_high:,.12g}"
    sign = {"at_most": "≤", "about": "≈"}.get(r.direction, "")
    year = "" if r.year is None or r.year != r.year else f"{int(r.year)}: "
    return f"{year}{sign}{r.value:,.12g}{high}"


# Questions --------------------------------------------------------------------------------------


def _numbered(questions: Iterable[Question], w: Words) -> list[str]:
    """The questions as they are asked: with number, id, possible answers and proposal."""
    lines = []
    for n, q in enumerate(questions, start=1):
        asked = _folded(f"{n}. [{q.id}] {_question(q, w)}", w, rest="   ")
        lines.append("\n".join([asked, *(f"   {x}" for x in _help(q, w))]))
    return lines


def _help(q: Question, w: Words) -> list[str]:
    """The possible answers and the proposal."""
    said = "  ".join(f"{n} {_option(q, o, w)}" for n, o in enumerate(q.options, start=1))
    lines = [w("import.answers.options", options=said)] if q.options else []
    return lines + ([w("import.default", default=_option(q, q.default, w))] if q.default else [])


def _question(q: Question, w: Words) -> str:
    from zoneplan.data.indicators import indicator

    more = w("import.more", n=len(q.places) - 3) if len(q.places) > 3 else ""
    parts = {**q.parts, "places": ", ".join(q.places[:3]) + more}
    if q.kind == "name":
        near = str(q.parts["near"])
        parts["near"] = f"{indicator(near).name(w.lang)} ({near})"
    areas = "_areas" if q.kind == "scope" and q.options else ""
    return w(f"import.ask.{q.kind}{areas}", **parts)


def _option(q: Question, value: str, w: Words) -> str:
    named = value in q.options or q.kind == "scope"
    said = w.group("import.option").get(value, value) if named else value
    return value if said == value else f"{said} ({value})"


def _replies(
    questions: Iterable[Question], same: Mapping[str, Iterable[str]], w: Words
) -> dict[str, str] | None:
    """Answers from the keyboard, question by question; None if nobody is there who gives them."""
    questions = list(questions)
    print(f"\n{w('import.questions')}")
    replies: dict[str, str] = {}
    for q, text in zip(questions, _numbered(questions, w), strict=True):
        answer = _reply(text, q, same, w)
        if answer is None:
            return None
        replies[q.id] = answer
    return replies


def _reply(text: str, q: Question, same: Mapping[str, Iterable[str]], w: Words) -> str | None:
    from zoneplan.data.importer import checked

    for _ in range(TRIES):
        try:
            answer = input(f"{text}\n   > ").strip() or q.default or "leave"
            return checked({q.id: answer}, [q], same)[q.id]
        except EOFError:
            return None
        except DataError as error:
            print("\n".join(told(p, w.lang) for p in error.problems))
    return None


# Check ------------------------------------------------------------------------------------------


def check(folder: Path | None, lang: str) -> int:
    """Say what is wrong with a plan, what is doubtful or open, and what comes next."""
    w, own = words(lang), own_plan(folder)
    problems = all_problems(own)
    for problem in problems:
        print(told(problem, lang))
    if problems:
        print(w("import.check.found", n=len(problems)), file=sys.stderr)
        if own:
            print(next_step(problems, own, w), file=sys.stderr)
        return 1
    print(w("import.check.valid"))
    if own:
        _doubts(own, w)
    return 0


def all_problems(own: Path | None) -> list[Problem]:
    """List what is wrong with a user's plan, or with the project's tables if none is named.

    Description, tables, their agreement and scenarios are looked at in this order; what rests on a
    faulty part is left for later, so that one fault is not told many times.
    """
    from zoneplan.data import tables
    from zoneplan.evaluation import plausibility
    from zoneplan.forecasting import classes
    from zoneplan.plan.description import read_description
    from zoneplan.study import load_plan

    try:
        if own:
            read_description(own / "plan.yml")
        problems = tables.plan_problems(own) if own else tables.check()
        if problems:
            return problems
        plan = load_plan(own)
        problems = [*classes.class_problems(plan), *plausibility.place_problems(plan)]
        if not problems:
            _ = plan.scenarios
    except DataError as error:
        return list(error.problems)
    return problems


def next_step(problems: list[Problem], folder: Path, w: Words) -> str:
    """Put the first problem in plain words: where, what is there, what is expected, an example."""
    first = problems[0]
    where = [w("import.step.open", file=folder / Path(first.file).name)]
    where += [w("import.step.row", row=first.row)] if first.row else []
    place = "key" if first.file.endswith("yml") else "column"
    where += [w(f"import.step.{place}", name=first.column)] if first.column else []
    found, expected = (translated(t, w.lang) for t in (first.found, first.expected))
    lines = [w("import.step.where", where=w("import.comma").join(where))]
    lines += [w("import.step.what", found=found, expected=expected)]
    example = EXAMPLES.get(str(first.column)) or EXAMPLES.get(Path(first.file).name)
    lines += [w("import.step.example", example=example)] if example else []
    lines += [w("import.step.more", n=len(problems) - 1)] if len(problems) > 1 else []
    return "\n".join(lines)


def _doubts(folder: Path, w: Words) -> None:
    """Print what may be a slip, which answers were taken by default, and what can be asked."""
    from datetime import date

    from zoneplan.data.importer import open_answers
    from zoneplan.evaluation.plausibility import plausibility
    from zoneplan.forecasting import classes
    from zoneplan.study import load_plan

    plan = load_plan(folder, w.lang)
    made = plan.forecast()
    doubts = [translated(line, w.lang) for line in plausibility(made, date.today())]
    still = [
        w(f"import.open.{name.partition('-')[0]}", cell=name.partition("-")[2], value=value)
        for name, value in open_answers(folder).items()
    ]
    heads = w("import.check.doubts"), w("import.check.open", file=folder / "questions.txt")
    for head, lines in zip(heads, (doubts, still), strict=True):
        if lines:
            print("\n".join([f"\n{head}", *(_folded(x, w, "  - ", "    ") for x in lines), ""]))
    final = made.odds().final()
    given, ends = int(final["probability_low"].notna().sum()), classes.record_ends(plan)
    day = plan.as_of.isoformat()
    print(w("import.check.chances", plan=plan.title(), day=day, given=given, n=len(final)))
    if ends is not None and plan.years[0] - ends > 2:
        print(w("import.check.old", year=ends))
    two = (command(c, "--plan", folder) for c in ("verdicts", "brief"))
    print(w("import.check.next", one=next(two), two=next(two)))
