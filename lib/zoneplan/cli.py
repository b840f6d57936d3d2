"""The commands. Heavy modules are loaded by the command that needs them, so that help is instant."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan import panel_commands

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
    panel_commands.add_parsers(commands)
    books = commands.add_parser("run-notebooks", help="run every notebook and say whether it works")
    again = commands.add_parser(
        "rebaseline", help="run every notebook, show every number that moved, save after a yes"
    )
    new = commands.add_parser(
        "new", help="an empty plan to fill in; check --plan leads on from there"
    )
    more = commands.add_parser("add", help="one more figure of the past for a plan of your own")
    taken = commands.add_parser(
        "import", help="a plan from a spreadsheet; shows what it understood and asks"
    )

    for command in (check, verdicts, audit, brief, books):
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
    more.add_argument("indicator", metavar="INDICATOR", help="its id or name, such as gdp")
    more.add_argument("year", type=int, metavar="YEAR")
    more.add_argument("value", metavar="VALUE", help="such as 215, or 215亿元")
    more.add_argument("--plan", type=Path, metavar="DIR", help="folder of the plan")
    more.add_argument("--yes", action="store_true", help="do not ask")
    taken.add_argument(
        "file", type=Path, metavar="FILE", help="xlsx or csv: targets, figures of the past, or both"
    )
    taken.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="folder of the plan (default: named like the file, beside it)",
    )
    taken.add_argument(
        "--answer",
        action="append",
        default=[],
        metavar="ID=ANSWER",
        help="the answer to a question, or to all of a kind; may be repeated",
    )
    taken.add_argument(
        "--answers", type=Path, metavar="FILE", help="file with lines ID = ANSWER, made if need be"
    )
    taken.add_argument(
        "--yes", action="store_true", help="take proposals that change no figure; ask nothing"
    )
    for command in (check, new, more, taken):
        command.add_argument(
            "--lang", choices=["en", "zh"], help="language (default: that of the machine)"
        )
    books.add_argument("--save", action="store_true", help="save each notebook as one clean run")
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 means fine, 1 that a message says what is wrong, 130 that Ctrl-C has stopped it."""
    never_fail_to_print()
    args = parser().parse_args(argv)
    from zoneplan.errors import DataError

    try:
        with plan_in_force(getattr(args, "plan", None)):
            if args.command in ("brief", "verdicts", "audit", "run-notebooks"):
                refuse_faulty_tables(always=args.command == "brief")
            return COMMANDS[args.command](args)
    except DataError as error:
        from zoneplan.messages.problems import told

        lang = _lang(args)
        print("\n".join(told(p, lang) for p in error.problems), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


def never_fail_to_print() -> None:
    """A sign that a console cannot show is spelled out, and one that it cannot read is a question mark."""
    for stream, errors in (
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
        (sys.stdin, "replace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


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


def refuse_faulty_tables(always: bool) -> None:
    """Nothing is computed or written from tables that are not sound; every problem is listed at once."""
    from zoneplan.clerk import all_problems, own_plan
    from zoneplan.errors import DataError

    problems = all_problems() if always or own_plan() else []
    if problems:
        raise DataError(problems)


def _lang(args: argparse.Namespace) -> str:
    """The language a command speaks: as asked for, else that of the machine."""
    from zoneplan.clerk import usual_language

    named = getattr(args, "lang", None)
    return named if named in ("en", "zh") else usual_language()


def _check(args: argparse.Namespace) -> int:
    from zoneplan.clerk import check

    return check(_lang(args))


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
    from zoneplan.clerk import own_plan
    from zoneplan.report.brief import brief

    own = own_plan()
    # The project's reports are those of the shipped plan.
    brief(out=args.out or (own / "reports" if own else None), lang=args.lang)
    return 0


def _new(args: argparse.Namespace) -> int:
    from zoneplan.clerk import new

    return new(args.folder, _lang(args))


def _add(args: argparse.Namespace) -> int:
    from zoneplan.clerk import add

    return add(args.indicator, args.year, args.value, args.yes, _lang(args))


def _import(args: argparse.Namespace) -> int:
    from zoneplan.clerk import import_file, pairs

    answers = pairs(args.answer)
    return import_file(args.file, args.to, answers, args.answers, args.yes, _lang(args))


def refuse_own_plan(what: str) -> None:
    """The saved notebooks and their numbers are those of the shipped plan."""
    from zoneplan.clerk import own_plan
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

    from zoneplan.clerk import agreed
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
    if not args.yes and not agreed(f"Save {len(rows)} changes? [y/N] "):
        print("nothing was written")
        return 1
    record(rows, args.why, datetime.date.today(), notebooks.folder().parent / "CHANGES.md")
    for path in notebooks.paths():
        notebooks.save_clean(path, after[path.stem])
    print(f"{len(rows)} changes saved; CHANGES.md says why. Now make the reports anew: make brief")
    return 0


def _tell(name: str, finished: bool) -> None:
    print(f"{'done   ' if finished else 'running'} {name}", file=sys.stderr)


COMMANDS = {
    "check": _check,
    "verdicts": _verdicts,
    "audit": _audit,
    "brief": _brief,
    "forecast": panel_commands.forecast,
    "learn": panel_commands.learn,
    "odds": panel_commands.odds,
    "run-notebooks": _run_notebooks,
    "rebaseline": _rebaseline,
    "new": _new,
    "add": _add,
    "import": _import,
}
