"""What a clerk does with a plan: an empty one, a spreadsheet read into it, one more figure, and a check of it all."""

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

# How often an answer that fits no question is asked for again.
TRIES = 3
# Columns of a line: Chinese characters take two.
WIDTH = {"en": 110, "zh": 60}
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
    """Chinese where the machine is set to it and its console can show it, else English."""
    named = (os.environ.get(k) for k in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, named), None) or locale.getlocale()[0] or ""
    try:
        "中".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return "en"
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def command(*parts: object) -> str:
    """A command of this program that can be pasted, whatever is in the names of files."""
    texts = ["zoneplan", *map(str, parts)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)


def own_plan() -> Path | None:
    """The folder of the plan in force if it is one of the user's own."""
    from zoneplan.data import tables

    folder = tables.plan_dir()
    return None if tables.is_shipped(folder) else folder


# An empty plan, one more figure -----------------------------------------------------------------


def new(folder: Path, lang: str) -> int:
    """Write the files of an empty plan that are not there yet."""
    from zoneplan.data.importer.write import guard
    from zoneplan.data.template import start

    guard(folder)
    w, written = words(lang), start(folder, lang)
    for file in written:
        print(w("import.written", file=file))
    print(w("import.new.fill" if written else "import.new.there", command=command("check", "--plan", folder)))
    return 0


def add(name: str, year: int, value: str, yes: bool, lang: str) -> int:
    """Write one more figure of the past into the plan in force."""
    from zoneplan.data import tables
    from zoneplan.data.importer import write

    w, folder = words(lang), tables.plan_dir()
    write.guard(folder)
    row = write.observation(name, year, value, folder)
    first = row.iloc[0]
    new_one = f"{first['value']} {first['unit']}"
    old = write.changes({write.OBSERVATIONS: row}, folder)
    facts = {"indicator": first["indicator_id"], "year": year, "new": new_one}
    print(w("import.add.change", old=old[0].old, **facts) if old else w("import.add.fresh", **facts))
    if old and not yes and not agreed(w("import.add.sure")):
        print(w("import.nothing"))
        return 1
    write.merge(folder / write.OBSERVATIONS, row, replace=True)
    print(w("import.written", file=folder / write.OBSERVATIONS))
    print(w("import.next", command=command("check", "--plan", folder)))
    return 0


def agreed(question: str) -> bool:
    """Whether a question is answered with yes."""
    try:
        return input(question).strip().lower() in ("y", "yes", "是", "好")
    except EOFError:
        return False


# A spreadsheet ----------------------------------------------------------------------------------


def import_file(
    file: Path, to: Path | None, answers: Mapping[str, str], answers_file: Path | None, yes: bool, lang: str
) -> int:
    """Read a file, show what was understood, ask what it does not say, and write it into a plan folder."""
    from zoneplan.data.importer import OPEN_KINDS, changes, guard, plan_tables, read_workbook, write_plan

    w = words(lang)
    folder = to or file.with_suffix("")
    guard(folder)
    given = dict(answers)
    replace = given.pop("replace", None)
    if answers_file is not None and answers_file.exists():
        given = read_answers_of(answers_file) | given
        replace = replace or given.pop("replace", None)
    same = {o: [words(x).texts[f"import.option.{o}"] for x in LANGS] for o in words("en").group("import.option")}
    read = read_workbook(file, given, same)
    show(read, w)
    written_to = answers_file or folder.with_name(f"{folder.name}-answers.txt")
    while read.questions:
        firm = [q for q in read.questions if not q.safe]
        replies = None if yes else _replies(read.questions, same, w)
        if replies is None:
            print_questions(read.questions, w)
        if yes and not firm:
            break
        if replies is None:
            return _unanswered(firm, read.questions, written_to, w, file, folder)
        given |= replies
        again = read_workbook(file, given, same)
        if not again.rows.equals(read.rows):
            show(again, w)
        read = again
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
    for path in write_plan(read, folder, lang, replace != "old", chosen):
        print(w("import.written", file=path))
    print(w("import.next", command=command("check", "--plan", folder)))
    return 0


def pairs(texts: Iterable[str]) -> dict[str, str]:
    """Answers as typed on the command line: ID=ANSWER."""
    wrong = [t for t in texts if "=" not in t]
    if wrong:
        expected = "ID=ANSWER, such as day=2018-10-30"
        raise DataError([Problem("--answer", None, None, repr(t), expected) for t in wrong])
    parts = (t.partition("=") for t in texts)
    return {name.strip(): value.strip() for name, _, value in parts}


def read_answers_of(file: Path) -> dict[str, str]:
    """The answers of a file."""
    from zoneplan.data.importer import read_answers

    return read_answers(file)


def _unanswered(
    firm: Iterable[Question], asked: Iterable[Question], file: Path, w: Words, source: Path, folder: Path
) -> int:
    """Say which questions have to be answered, and leave a file in which that can be done."""
    lines = [w("import.answers.head")]
    for q in asked:
        lines += ["", f"# {question(q, w)}"]
        lines += [f"# {w('import.answers.options', options=options(q, w))}"] if q.options else []
        lines += [f"{q.id} = {q.default if q.safe else ''}".rstrip()]
    names = ", ".join(q.id for q in firm)
    if names:
        print(w("import.firm", questions=names), file=sys.stderr)
    try:
        file.write_text("\n".join(lines) + "\n", encoding="utf-8-sig", newline="\n")
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError([Problem(str(file), None, None, found, "a file that can be written")]) from None
    again = command("import", source, "--to", folder, "--answers", file)
    print(w("import.answers.written", file=file, command=again), file=sys.stderr)
    print(w("import.nothing"))
    return 1


def show(read: Understood, w: Words) -> None:
    """What will be written, what was read with a remark, and what was not understood."""
    from zoneplan.data.indicators import indicator

    print(w("import.read", file=read.file))
    print(table_of(read, w))
    if read.rows["value_high"].notna().any():
        print(paragraph(w("import.range"), w))
    if jumping := read.jumps():
        print(w("import.jumps"))
        print("\n".join(f"  {line}" for line in jumping))
    _cells(w("import.told"), read.told, "how", w)
    _cells(w("import.left", n=len(read.left)), read.left, "why", w)
    unknown = list(dict.fromkeys(
        r.name for r in read.rows.itertuples(index=False) if not indicator(r.indicator_id).has_class
    ))  # fmt: skip
    if unknown:
        print(paragraph(w("import.no_class", names=w("import.semicolon").join(unknown)), w))


def paragraph(text: str, w: Words) -> str:
    """A text in lines that a console shows."""
    return "\n" + textwrap.fill(text, WIDTH[w.lang])


def _cells(head: str, cells: pd.DataFrame, column: str, w: Words) -> None:
    """Cells under what is said of them, those of one kind together."""
    if cells.empty:
        return
    print(f"\n{head}")
    for why, same in cells.groupby(column, sort=False):
        named = ", ".join(f"{r.sheet}!{r.cell} {r.text!r}" for r in same.itertuples())
        print(f"  {translated(str(why), w.lang)}")
        print(textwrap.fill(named, WIDTH["en"], initial_indent="    ", subsequent_indent="    "))


def table_of(read: Understood, w: Words) -> str:
    """What will be written: a line for each series, with its figures by year."""
    heads = tuple(w(f"import.head.{h}") for h in ("name", "indicator", "what", "unit", "figures"))
    lines = [heads]
    for (table, i), same in read.rows.groupby(["table", "indicator_id"], sort=False):
        first = same.iloc[0]
        what = w(f"import.table.{table.replace(' ', '_')}")
        said = "  ".join(_figure_said(r) for r in same.itertuples())
        lines.append((first["name"], i, what, first["unit"], said))
    if len(lines) == 1:
        return w("import.none")
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(t + " " * (n - _width(t)) for t, n in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """The columns that a text takes on a console, where Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _figure_said(r: Any) -> str:
    high = f"-{r.value_high:,.12g}" if r.value_high == r.value_high else ""
    sign = {"at_most": "≤", "about": "≈"}.get(r.direction, "")
    year = "" if r.year is None or r.year != r.year else f"{int(r.year)}: "
    return f"{year}{sign}{r.value:,.12g}{high}"


def print_questions(questions: Iterable[Question], w: Words) -> None:
    """The open questions, numbered."""
    print(f"\n{w('import.questions')}")
    for n, q in enumerate(questions, start=1):
        print(_asked(n, q, w))


def _asked(n: int, q: Question, w: Words) -> str:
    text = f"{n}. [{q.id}] {question(q, w)}"
    text += " " + w("import.answers.options", options=options(q, w)) if q.options else ""
    text += " " + w("import.default", default=option(q, q.default, w)) if q.default else ""
    return textwrap.fill(text, WIDTH[w.lang], subsequent_indent="   ")


def question(q: Question, w: Words) -> str:
    """A question as a clerk reads it."""
    from zoneplan.data.indicators import indicator

    places = ", ".join(q.places[:3]) + (w("import.more", n=len(q.places) - 3) if len(q.places) > 3 else "")
    form = f"import.ask.{q.kind}"
    form += "_areas" if q.kind == "scope" and q.options else ""
    parts = {**q.parts, "places": places}
    if q.kind == "name":
        parts["near"] = f"{indicator(str(q.parts['near'])).name(w.lang)} ({q.parts['near']})"
    return w(form, **parts)


def options(q: Question, w: Words) -> str:
    """The possible answers with their numbers."""
    return "  ".join(f"{n} {option(q, o, w)}" for n, o in enumerate(q.options, start=1))


def option(q: Question, value: str, w: Words) -> str:
    """An answer in words."""
    named = value in q.options or q.kind == "scope"
    said = w.group("import.option").get(value) if named else None
    return value if said in (None, value) else f"{said} ({value})"


def _replies(
    questions: Iterable[Question], same: Mapping[str, Iterable[str]], w: Words
) -> dict[str, str] | None:
    """Answers from the keyboard, question by question; None if nobody is there who can give them."""
    print(f"\n{w('import.questions')}")
    replies: dict[str, str] = {}
    for n, q in enumerate(questions, start=1):
        answer = _reply(_asked(n, q, w), q, same, w)
        if answer is None:
            return None
        replies[q.id] = answer
    return replies


def _reply(text: str, q: Question, same: Mapping[str, Iterable[str]], w: Words) -> str | None:
    from zoneplan.data.importer.questions import LEAVE, checked

    for _ in range(TRIES):
        try:
            answer = input(f"{text}\n   > ").strip() or q.default or LEAVE
            return checked({q.id: answer}, [q], same)[q.id]
        except EOFError:
            return None
        except DataError as error:
            print("\n".join(told(p, w.lang) for p in error.problems))
    return None


# Check ------------------------------------------------------------------------------------------


def check(lang: str) -> int:
    """Say what is wrong with the plan in force, what is doubtful, what is still open, and what to do next."""
    w, own = words(lang), own_plan()
    problems = all_problems()
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


def all_problems() -> list[Problem]:
    """What is wrong with the plan in force, or with the project's tables if it is the one that comes with it.

    Description, tables, their agreement and scenarios are looked at in this order; what rests on a faulty part is left
    for later, so that one fault is not told many times.
    """
    from zoneplan.data import tables
    from zoneplan.evaluation import plausibility
    from zoneplan.forecasting import classes
    from zoneplan.plan.description import read_description
    from zoneplan.study import load_plan

    own = own_plan()
    try:
        if own:
            read_description(own / "plan.yml")
        problems = tables.plan_problems(own) if own else tables.check()
        if problems:
            return problems
        plan = load_plan()
        problems = [*classes.class_problems(plan), *plausibility.place_problems(plan)]
        if not problems:
            _ = plan.scenarios
    except DataError as error:
        return list(error.problems)
    return problems


def next_step(problems: list[Problem], folder: Path, w: Words) -> str:
    """The first problem in plain words: where, what is there, what is expected, an example."""
    first = problems[0]
    file = folder / Path(first.file).name
    where = [w("import.step.open", file=file)]
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
    """What in a valid plan may be a slip, which answers were taken by default, and what can be asked of it."""
    from datetime import date

    from zoneplan.data.importer import open_answers
    from zoneplan.evaluation.plausibility import plausibility
    from zoneplan.forecasting import classes
    from zoneplan.study import load_plan

    plan = load_plan(lang=w.lang)
    made = plan.forecast()
    lines = [translated(line, w.lang) for line in plausibility(made, date.today())]
    _list(w("import.check.doubts"), lines, w)
    still = [
        w(f"import.open.{name.partition('-')[0]}", name=name, value=value)
        for name, value in open_answers(folder).items()
    ]
    _list(w("import.check.open", file=folder / "questions.txt"), still, w)
    final = made.odds().final()
    given, ends = int(final["probability_low"].notna().sum()), classes.record_ends(plan)
    print(w("import.check.chances", plan=plan.title(), day=plan.as_of.isoformat(), given=given, n=len(final)))
    if ends is not None and plan.years[0] - ends > 2:
        print(w("import.check.old", year=ends))
    print(w("import.check.next", one=command("verdicts", "--plan", folder), two=command("brief", "--plan", folder)))


def _list(head: str, lines: list[str], w: Words) -> None:
    if lines:
        print(f"\n{head}")
        wrap = textwrap.TextWrapper(WIDTH[w.lang], initial_indent="  - ", subsequent_indent="    ")
        print("\n".join(map(wrap.fill, lines)) + "\n")
