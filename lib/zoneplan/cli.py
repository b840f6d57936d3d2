"""The commands. Each loads its heavy modules itself, so that help is instant."""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan import app, panel_commands, whatif_command

if TYPE_CHECKING:
    import pandas as pd

    from zoneplan import Plan
    from zoneplan.errors import DataError

# What shells say of a program that Ctrl-C has stopped.
INTERRUPTED = 130
# The extra of the package that a command needs beside the library.
EXTRAS = {"app": "app", "run-notebooks": "notebooks"}
# What `zoneplan verdicts` promises to other tools.
COLUMNS = [
    "indicator_id",
    "year",
    "target",
    "unit",
    "q10",
    "q50",
    "q90",
    "probability",
    "evidence",
    "needed_growth",
    "naive",
    "arrow",
]


def parser() -> argparse.ArgumentParser:
    """The command line: one sub-command for each thing a reader can ask."""
    about = "Will a development zone meet its plan?"
    top = argparse.ArgumentParser(prog="zoneplan", description=about)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {name: commands.add_parser(name, help=said) for name, (_, said) in OWN.items()}
    panel_commands.add_parsers(commands)

    whatif_command.arguments(made["whatif"])
    app.arguments(made["app"])
    for name in ("check", "verdicts", "audit", "whatif", "app", "brief", "run-notebooks", "add"):
        said = "folder of the plan (default: the one shipped)"
        made[name].add_argument("--plan", type=Path, metavar="DIR", help=said)
    add = made["verdicts"].add_argument
    add(
        "--as-of",
        metavar="DATE",
        help="day of judgement, such as 2018-10-30 (default: publication)",
    )
    add("--json", action="store_true", help="print JSON records instead of a table")
    add("--out", type=Path, metavar="FILE", help="write every column to an .xlsx or .csv file")
    add = made["brief"].add_argument
    add("--lang", choices=["en", "zh", "both"], default="both", help="language (default: both)")
    add("--out", type=Path, metavar="DIR", help="folder to write (default: reports)")
    for part in ("title", "subtitle", "author", "organisation"):
        add(f"--{part}", default="", metavar="TEXT", help=f"{part} on the cover")
    add("--logo", type=Path, metavar="FILE", help="PNG or JPEG above the title")
    add("--template", type=Path, metavar="FILE", help="Word file to take styles and page from")
    add("--as-of", metavar="DATE", help="day of judgement, such as 2019-12-31")
    add("--quick", action="store_true", help="the paper and its charts alone, in one language")
    add = made["rebaseline"].add_argument
    add("--why", required=True, metavar="TEXT", help="the reason, written to CHANGES.md")
    add("--yes", action="store_true", help="do not ask")
    for name in ("new", "notebooks"):
        made[name].add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    add = made["add"].add_argument
    add("indicator", metavar="INDICATOR", help="its id or name, such as gdp")
    add("year", type=int, metavar="YEAR")
    add("value", metavar="VALUE", help="such as 215, or 215亿元")
    add("--yes", action="store_true", help="do not ask")
    add = made["import"].add_argument
    add("file", type=Path, metavar="FILE", help="xlsx or csv: targets, past figures, or both")
    said = "folder of the plan (default: named like the file, beside it)"
    add("--to", type=Path, metavar="DIR", help=said)
    said = "the answer to a question, or to all of a kind; may be repeated"
    add("--answer", action="append", default=[], metavar="ID=ANSWER", help=said)
    said = "file with lines ID = ANSWER, made if need be"
    add("--answers", type=Path, metavar="FILE", help=said)
    said = "take proposals that change no figure; ask nothing"
    add("--yes", action="store_true", help=said)
    for name in ("check", "verdicts", "new", "add", "import", "notebooks"):
        said = "language (default: that of the machine)"
        made[name].add_argument("--lang", choices=["en", "zh"], help=said)
    said = "save each notebook as one clean run"
    add = made["run-notebooks"].add_argument
    add("--save", action="store_true", help=said)
    said = "show what is otherwise than saved, and write both side by side to a page"
    add("--compare", nargs="*", metavar="NN", help=f"{said}; all, or those of some numbers")
    said = "with --compare: share by which numbers and pictures may differ (default: not at all)"
    add("--tolerance", type=float, default=0.0, metavar="SHARE", help=said)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 is fine, 1 means that a message says what is wrong, 130 is Ctrl-C."""
    never_fail_to_print()
    args = parser().parse_args(argv)
    from zoneplan.errors import DataError

    try:
        return COMMANDS[args.command](args)
    except DataError as error:
        return _refused(error, _lang(args))
    except ModuleNotFoundError as error:
        return _refused(_without_extra(args.command, error), _lang(args))
    except BrokenPipeError:
        # Whoever reads the pipe has seen enough; what is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # On Windows a file that another program has open cannot be written.
        if error.filename is None:
            raise
        return _refused(_unusable(error), _lang(args))
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


def _refused(error: DataError, lang: str) -> int:
    from zoneplan.messages.problems import told

    print("\n".join(told(p, lang) for p in error.problems), file=sys.stderr)
    return 1


def _unusable(error: OSError) -> DataError:
    from zoneplan.errors import DataError, Problem

    free = isinstance(error, PermissionError)
    expected = "a file that is free: close it elsewhere" if free else "a file that can be written"
    found = error.strerror or str(error)
    return DataError([Problem(str(error.filename), None, None, found, expected)])


def _without_extra(command: str, error: ModuleNotFoundError) -> DataError:
    """Say which extra holds a package that only some commands need."""
    from zoneplan.errors import DataError, Problem

    if error.name is None or error.name.startswith("zoneplan"):
        raise error
    expected = f'pip install "zoneplan[{EXTRAS.get(command, "brief")}]"'
    return DataError(
        [Problem(f"zoneplan {command}", None, None, f"no package {error.name}", expected)]
    )


def never_fail_to_print() -> None:
    """A sign that a console cannot show is spelled out, and one it cannot read is a
    question mark.
    """
    ways = (
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
        (sys.stdin, "replace"),
    )
    for stream, errors in ways:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


def _lang(args: argparse.Namespace) -> str:
    """The language a command speaks: as asked for, else that of the machine."""
    from zoneplan.clerk import usual_language

    named = getattr(args, "lang", None)
    return named if named in ("en", "zh") else usual_language()


def _refuse_faulty(folder: Path | None) -> None:
    """Nothing is computed or written from tables that are not sound; all problems are listed."""
    from zoneplan.clerk import all_problems
    from zoneplan.errors import DataError

    if problems := all_problems(folder):
        raise DataError(problems)


def _refuse_user_plan(folder: Path | None, what: str) -> None:
    """The saved notebooks and their numbers are those of the project's own plan, in its folder."""
    from zoneplan.clerk import own_plan
    from zoneplan.data.tables import is_installed
    from zoneplan.errors import DataError, Problem

    if is_installed():
        found, expected = "an installed library", "the folder of the project: git clone it"
        raise DataError([Problem(f"zoneplan {what}", None, None, found, expected)])
    if own := own_plan(folder):
        found, expected = f"{what} with a user plan", "it without --plan and ZONEPLAN_PLAN"
        raise DataError([Problem(str(own), None, None, found, expected)])


def _check(args: argparse.Namespace) -> int:
    from zoneplan.clerk import check

    return check(args.plan, _lang(args))


def _verdicts(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.clerk import own_plan
    from zoneplan.report.render import starred
    from zoneplan.text import MISSING, frame

    if own := own_plan(args.plan):
        _refuse_faulty(own)
    plan = load_plan(args.plan).at(args.as_of)
    table = plan.forecast().odds().table()
    if args.out:
        return _write_verdicts(table, plan, args.out, _lang(args))
    if args.json:
        print(table.to_json(orient="records", force_ascii=False, indent=1))
        return 0
    years = [MISSING if y != y else str(int(y)) for y in table["year"]]
    odds = [starred(row) for row in table.to_dict("records")]
    print(frame(table[COLUMNS].assign(year=years, probability=odds)))
    without = table[table["probability_low"].isna() & table["missing_number"].astype(bool)]
    for i, number in dict(without[["indicator_id", "missing_number"]].to_numpy()).items():
        print(f"{i}: no chance without {number}")
    return 0


def _write_verdicts(table: pd.DataFrame, plan: Plan, file: Path, lang: str) -> int:
    from zoneplan.errors import DataError, Problem
    from zoneplan.messages import words
    from zoneplan.report.workbook import write_workbook
    from zoneplan.text import day

    w = words(lang)
    if file.suffix in (".csv", ".xlsx"):
        # Here and not in a library that has words of its own for it: can it be written?
        file.open("ab").close()
    if file.suffix == ".csv":
        # With a mark, so that Excel reads Chinese as it is.
        table.to_csv(file, index=False, encoding="utf-8-sig", lineterminator="\n")
    elif file.suffix == ".xlsx":
        note = w("workbook.note.verdicts", day=day(plan.as_of, lang))
        sheet = w("workbook.sheet.verdicts"), note, table
        write_workbook(file, [], [sheet], plan.title(lang), plan.as_of, lang=lang)
    else:
        raise DataError([Problem("--out", None, None, str(file), "a file named .xlsx or .csv")])
    print(w("import.written", file=file))
    return 0


def _audit(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.clerk import own_plan

    if own := own_plan(args.plan):
        _refuse_faulty(own)
    for row in load_plan(args.plan).audit().told("en").itertuples():
        print(f"{row.check} | {row.item}: {row.finding}\n    {row.explanation}")
    return 0


def _brief(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.clerk import own_plan
    from zoneplan.report.brief import brief

    _refuse_faulty(own_plan(args.plan))
    named = ("title", "subtitle", "author", "organisation", "logo", "template", "quick")
    options = {k: vars(args)[k] for k in named}
    brief(args.out, load_plan(args.plan).at(args.as_of), args.lang, **options)
    return 0


def _new(args: argparse.Namespace) -> int:
    from zoneplan.clerk import new

    return new(args.folder, _lang(args))


def _add(args: argparse.Namespace) -> int:
    from zoneplan.clerk import add

    return add(args.plan, args.indicator, args.year, args.value, args.yes, _lang(args))


def _import(args: argparse.Namespace) -> int:
    from zoneplan.clerk import import_file, pairs

    answers = pairs(args.answer)
    return import_file(args.file, args.to, answers, args.answers, args.yes, _lang(args))


def _run_notebooks(args: argparse.Namespace) -> int:
    from zoneplan.clerk import own_plan
    from zoneplan.report.notebooks import run_all

    if args.compare is not None:
        from zoneplan.report.compare import compare

        _refuse_user_plan(args.plan, "run-notebooks --compare")
        return 0 if compare(args.compare, _tell, args.tolerance) else 1
    own = own_plan(args.plan)
    if own:
        _refuse_faulty(own)
    if args.save:
        _refuse_user_plan(args.plan, "run-notebooks --save")
    env = {"ZONEPLAN_PLAN": str(own.resolve())} if own else {}
    runs = run_all(args.save, tell=_tell, env=env)
    print(f"{len(runs)} notebooks ran without error{' and were saved' if args.save else ''}")
    return 0


def _notebooks(args: argparse.Namespace) -> int:
    """Copy the notebooks out; what stands in the folder already is never written over."""
    from shutil import copytree, ignore_patterns

    from zoneplan.errors import DataError, Problem
    from zoneplan.messages import words
    from zoneplan.report.notebooks import folder

    if args.folder.exists() and (not args.folder.is_dir() or any(args.folder.iterdir())):
        found, expected = "it holds something already", "an empty or new folder"
        raise DataError([Problem(str(args.folder), None, None, found, expected)])
    copytree(folder(), args.folder, ignore=ignore_patterns(".*", "__*"), dirs_exist_ok=True)
    print(words(_lang(args))("import.written", file=args.folder))
    return 0


def _rebaseline(args: argparse.Namespace) -> int:
    from zoneplan.clerk import agreed
    from zoneplan.report.rebaseline import rebaseline

    _refuse_user_plan(None, "rebaseline")
    answer = (lambda _: True) if args.yes else agreed
    return 0 if rebaseline(args.why, answer, _tell) else 1


def _tell(name: str, finished: bool) -> None:
    print(f"{'done   ' if finished else 'running'} {name}", file=sys.stderr)


OWN = {
    "check": (_check, "validate every table; list every problem with file, row and column"),
    "verdicts": (_verdicts, "one row per target and year, with the odds"),
    "audit": (_audit, "does the plan agree with itself?"),
    "whatif": (whatif_command.run, "what if growth or the base were different"),
    "app": (app.run, "the explorer alone, in a browser"),
    "brief": (_brief, "run every notebook and write the reports"),
    "run-notebooks": (_run_notebooks, "run every notebook and say whether it works"),
    "notebooks": (_notebooks, "copy the notebooks to a folder of your own"),
    "rebaseline": (_rebaseline, "run every notebook, show what moved, save after a yes"),
    "new": (_new, "an empty plan to fill in; check --plan leads on from there"),
    "add": (_add, "one more figure of the past for a plan of your own"),
    "import": (_import, "a plan from a spreadsheet; shows what it understood and asks"),
}
COMMANDS = {name: run for name, (run, _) in OWN.items()} | {
    "forecast": panel_commands.forecast,
    "learn": panel_commands.learn,
    "odds": panel_commands.odds,
}
