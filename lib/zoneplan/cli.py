"""The commands. Heavy modules are loaded by the command that needs them, so that help is instant."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan import app, panel_commands, whatif_command

if TYPE_CHECKING:
    from zoneplan.errors import Problem

# What shells say of a program that Ctrl-C has stopped.
INTERRUPTED = 130


def parser() -> argparse.ArgumentParser:
    """The command line: one sub-command for each thing a reader can ask."""
    top = argparse.ArgumentParser(
        prog="zoneplan", description="Will a development zone meet its plan?"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    check = commands.add_parser(
        "check", help="validate every table; list every problem with file, row and column"
    )
    verdicts = commands.add_parser("verdicts", help="one row per target and year, with the odds")
    audit = commands.add_parser("audit", help="does the plan agree with itself?")
    brief = commands.add_parser("brief", help="run every notebook and write the reports")
    ask = commands.add_parser("whatif", help="what if growth or the base were different")
    served = commands.add_parser("app", help="the explorer alone, in a browser")
    panel_commands.add_parsers(commands)
    books = commands.add_parser("run-notebooks", help="run every notebook and say whether it works")
    again = commands.add_parser(
        "rebaseline", help="run every notebook, show every number that moved, save after a yes"
    )
    new = commands.add_parser(
        "new", help="an empty plan to fill in; check --plan leads on from there"
    )
    taken = commands.add_parser(
        "import", help="a plan from a spreadsheet; shows what it understood and asks"
    )

    whatif_command.arguments(ask)
    app.arguments(served)
    for command in (check, verdicts, audit, brief, books, ask, served):
        command.add_argument(
            "--plan", type=Path, metavar="DIR", help="folder of the plan (default: the one shipped)"
        )
    verdicts.add_argument(
        "--as-of", metavar="DATE", help="day of judgement, such as 2018-10-30 (default: adoption)"
    )
    verdicts.add_argument(
        "--json", action="store_true", help="print JSON records instead of a table"
    )
    brief.add_argument(
        "--lang",
        choices=["en", "zh", "both"],
        default="both",
        help="language of the papers (default: both)",
    )
    brief.add_argument("--out", type=Path, metavar="DIR", help="folder to write (default: reports)")
    again.add_argument(
        "--why", required=True, metavar="TEXT", help="the reason, written to CHANGES.md"
    )
    again.add_argument("--yes", action="store_true", help="do not ask")
    new.add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    taken.add_argument(
        "file", type=Path, metavar="FILE.xlsx", help="targets, figures of the past, or both"
    )
    taken.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="folder of the plan (default: named like the file, beside it)",
    )
    taken.add_argument("--yes", action="store_true", help="do not ask")
    books.add_argument("--save", action="store_true", help="save each notebook as one clean run")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 means fine, 1 that a message says what is wrong, 130 that Ctrl-C has stopped it."""
    args = parser().parse_args(argv)
    from zoneplan.errors import DataError

    try:
        with plan_in_force(getattr(args, "plan", None)):
            if args.command in ("brief", "verdicts", "audit", "run-notebooks"):
                refuse_faulty_tables(always=args.command == "brief")
            return COMMANDS[args.command](args)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


@contextlib.contextmanager
def plan_in_force(plan: Path | None) -> Iterator[None]:
    """Inside, everything reads the plan of this folder (None: the one in force already); notebooks inherit it."""
    from zoneplan.errors import DataError, Problem

    before = os.environ.get("ZONEPLAN_PLAN")
    folder = plan or (Path(before) if before else None)
    if folder is None:
        yield
        return
    if not folder.is_dir():
        raise DataError(
            [
                Problem(
                    str(folder),
                    None,
                    None,
                    "no such folder",
                    "a folder with plan.yml and its tables",
                )
            ]
        )
    os.environ["ZONEPLAN_PLAN"] = str(folder.resolve())
    try:
        yield
    finally:
        os.environ.pop("ZONEPLAN_PLAN")
        if before is not None:
            os.environ["ZONEPLAN_PLAN"] = before


def own_plan() -> Path | None:
    """The folder of the plan in force if it is not the shipped one."""
    from zoneplan.data import tables

    folder = tables.plan_dir()
    return None if tables.is_shipped(folder) else folder


def refuse_faulty_tables(always: bool) -> None:
    """Nothing is computed or written from tables that are not sound; every problem is listed at once."""
    from zoneplan.errors import DataError

    problems = all_problems() if always or own_plan() else []
    if problems:
        raise DataError(problems)


def all_problems() -> list[Problem]:
    """What is wrong with the plan in force, or with the project's tables if it is the shipped one.

    Description, tables, their agreement and scenarios are looked at in this order; what rests on a faulty part is left
    for later, so that one fault is not told many times.
    """
    from zoneplan import load_plan
    from zoneplan.data import tables
    from zoneplan.errors import DataError
    from zoneplan.evaluation import plausibility
    from zoneplan.forecasting import classes
    from zoneplan.plan.document import read_description
    from zoneplan.stress import scenarios

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
            scenarios.scenarios(plan)
    except DataError as error:
        return list(error.problems)
    return problems


def _check(args: argparse.Namespace) -> int:
    from zoneplan.data.template import next_step

    problems, own = all_problems(), own_plan()
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found", file=sys.stderr)
        if own:
            print(next_step(problems, own), file=sys.stderr)
        return 1
    print("all tables and scenarios are valid")
    if own:
        from datetime import date

        from zoneplan import load_plan
        from zoneplan.evaluation import plausibility

        if asked := plausibility.doubts(load_plan(), date.today()):
            print("\nLook at these again; each may be right:")
            print(
                "\n".join(
                    textwrap.fill(line, 120, initial_indent="  - ", subsequent_indent="    ")
                    for line in asked
                )
                + "\n"
            )
        print(what_now(own))
    return 0


def what_now(folder: Path) -> str:
    """What a valid plan of one's own can be asked, and how."""
    from zoneplan import load_plan
    from zoneplan.forecasting import classes

    plan = load_plan()
    final = plan.verdicts().final()
    given, ends = int(final["probability_low"].notna().sum()), classes.record_ends(plan)
    old = ends is not None and plan.years[0] - ends > classes.OLD
    return (
        f"{plan.name_en}: seen from {plan.as_of.isoformat()}, {given} of {len(final)} series have odds.\n"
        + (
            f"Mind: growth of similar regions is on record only to {ends}; the odds rest on its own fade after that.\n"
            if old
            else ""
        )
        + f"Next: zoneplan verdicts --plan {folder}, zoneplan brief --plan {folder}"
    )


def _verdicts(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.report.brief import verdict_summary

    table = load_plan().verdicts(as_of=args.as_of).table()
    if args.json:
        print(table.to_json(orient="records", force_ascii=False, indent=1))
    else:
        print(verdict_summary(table))
    return 0


def _audit(args: argparse.Namespace) -> int:
    from zoneplan import load_plan

    for row in load_plan().audit().table().itertuples():
        print(f"{row.check} | {row.item}: {row.finding}\n    {row.explanation}")
    return 0


def _brief(args: argparse.Namespace) -> int:
    from zoneplan.report.brief import brief

    own = own_plan()
    # The project's reports are those of the shipped plan.
    brief(out=args.out or (own / "reports" if own else None), lang=args.lang)
    return 0


def _new(args: argparse.Namespace) -> int:
    from zoneplan.data.template import start

    written = start(args.folder)
    for file in written:
        print(f"written: {file}")
    print(
        f"{'Fill them in' if written else 'All files were there already'}, then: zoneplan check --plan {args.folder}"
    )
    return 0


def _import(args: argparse.Namespace) -> int:
    from zoneplan.data.importer import read_workbook, write_plan
    from zoneplan.forecasting.classes import has_class
    from zoneplan.text import frame

    read = read_workbook(args.file)
    years, named = (
        read.rows["year"].map(lambda y: "" if y != y else str(int(y))),
        read.rows["known"].map({True: "yes", False: "no"}),
    )
    shown = read.table().assign(year=years, known=named).rename(columns={"known": "name known"})
    print(f"Understood in {args.file}:")
    print(frame(shown.dropna(axis=1, how="all"), 2))
    if read.rows["value_high"].notna().any():
        print(
            "\nA range counts as met from its nearer end on. If what lies beyond is a miss, write range as direction in targets.csv."
        )
    if jumping := read.jumps():
        print("\nLook at these again: they more than double, or fall to less than half, in a year:")
        print("\n".join(f"  {line}" for line in jumping))
    if len(read.left):
        print(f"\nNot understood, {len(read.left)} cell{'s' if len(read.left) > 1 else ''}:")
        for why, cells in read.left.groupby("why", sort=False):
            named = ", ".join(f"{row.sheet}!{row.cell} {row.text!r}" for row in cells.itertuples())
            print(
                f"  {why}\n{textwrap.fill(named, 120, initial_indent='    ', subsequent_indent='    ')}"
            )
    unknown = list(dict.fromkeys(read.rows.loc[~read.rows["indicator_id"].map(has_class), "name"]))
    if unknown:
        print(
            f"\nNo similar regions are known for: {'; '.join(unknown)}. They get no odds before plan.yml names a class."
        )
    folder = args.to or args.file.with_suffix("")
    if not args.yes and not _agreed(f"\nWrite {len(read.rows)} figures to {folder}? [y/N] "):
        print("nothing was written")
        return 1
    for file in write_plan(read, folder):
        print(f"written: {file}")
    print(f"Now: zoneplan check --plan {folder}")
    return 0


def refuse_own_plan(what: str) -> None:
    """The saved notebooks and their numbers are those of the shipped plan."""
    from zoneplan.errors import DataError, Problem

    own = own_plan()
    if own:
        raise DataError(
            [
                Problem(
                    str(own),
                    None,
                    None,
                    f"{what} with a plan of one's own",
                    "it without --plan and ZONEPLAN_PLAN",
                )
            ]
        )


def _run_notebooks(args: argparse.Namespace) -> int:
    from zoneplan.report.notebooks import run_all

    if args.save:
        refuse_own_plan("run-notebooks --save")
    runs = run_all(write=args.save, tell=_tell)
    print(f"{len(runs)} notebooks ran without error{' and were saved' if args.save else ''}")
    return 0


def _rebaseline(args: argparse.Namespace) -> int:
    import datetime

    import nbformat

    from zoneplan.errors import DataError, Problem
    from zoneplan.report import notebooks
    from zoneplan.report.rebaseline import changed, record
    from zoneplan.text import frame

    refuse_own_plan("rebaseline")
    if not args.why.strip():
        raise DataError(
            [Problem("--why", None, None, "nothing", "the reason why published numbers change")]
        )
    before = {p.stem: nbformat.read(p, as_version=4) for p in notebooks.paths()}
    after = notebooks.run_all(tell=_tell)
    rows = changed(before, after)
    if rows.empty:
        print("no number, text or picture changed; nothing was written")
        return 0
    print(frame(rows))
    if not args.yes and not _agreed(f"Save {len(rows)} changes? [y/N] "):
        print("nothing was written")
        return 1
    record(rows, args.why, datetime.date.today(), notebooks.folder().parent / "CHANGES.md")
    for path in notebooks.paths():
        notebooks.save_clean(path, after[path.stem])
    print(f"{len(rows)} changes saved; CHANGES.md says why. Now make the reports anew: make brief")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _tell(name: str, finished: bool) -> None:
    print(f"{'done   ' if finished else 'running'} {name}", file=sys.stderr)


COMMANDS = {
    "check": _check,
    "verdicts": _verdicts,
    "audit": _audit,
    "whatif": whatif_command.run,
    "app": app.run,
    "brief": _brief,
    "forecast": panel_commands.forecast,
    "learn": panel_commands.learn,
    "odds": panel_commands.odds,
    "run-notebooks": _run_notebooks,
    "rebaseline": _rebaseline,
    "new": _new,
    "import": _import,
}
