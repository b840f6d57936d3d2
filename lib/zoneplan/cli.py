"""The commands. Each loads its heavy modules itself, so that help is instant."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from zoneplan import app, panel_commands, whatif_command

if TYPE_CHECKING:
    from zoneplan.errors import DataError, Problem

# What shells say of a program that Ctrl-C has stopped.
INTERRUPTED = 130
WIDTH = 120
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
    for name in ("check", "verdicts", "audit", "whatif", "app", "brief", "run-notebooks"):
        said = "folder of the plan (default: the one shipped)"
        made[name].add_argument("--plan", type=Path, metavar="DIR", help=said)
    add = made["verdicts"].add_argument
    add("--as-of", metavar="DATE", help="day of judgement, such as 2018-10-30 (default: adoption)")
    add("--json", action="store_true", help="print JSON records instead of a table")
    add = made["brief"].add_argument
    add("--lang", choices=["en", "zh", "both"], default="both", help="language (default: both)")
    add("--out", type=Path, metavar="DIR", help="folder to write (default: reports)")
    for part in ("title", "subtitle", "author", "organisation"):
        add(f"--{part}", default="", metavar="TEXT", help=f"{part} on the cover")
    add = made["rebaseline"].add_argument
    add("--why", required=True, metavar="TEXT", help="the reason, written to CHANGES.md")
    add("--yes", action="store_true", help="do not ask")
    made["new"].add_argument("folder", type=Path, metavar="DIR", help="folder to make")
    add = made["import"].add_argument
    add("file", type=Path, metavar="FILE.xlsx", help="targets, figures of the past, or both")
    said = "folder of the plan (default: named like the file, beside it)"
    add("--to", type=Path, metavar="DIR", help=said)
    add("--yes", action="store_true", help="do not ask")
    said = "save each notebook as one clean run"
    made["run-notebooks"].add_argument("--save", action="store_true", help=said)
    return top


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 is fine, 1 means that a message says what is wrong, 130 is Ctrl-C."""
    args = parser().parse_args(argv)
    from zoneplan.errors import DataError

    try:
        return COMMANDS[args.command](args)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever reads the pipe has seen enough; what is still in the buffer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        return INTERRUPTED


def _wrong(where: object, found: str, expected: str) -> DataError:
    from zoneplan.errors import DataError, Problem

    return DataError([Problem(str(where), None, None, found, expected)])


def user_plan(folder: Path | None) -> Path | None:
    """The folder of the plan that is asked about if it is not the project's own."""
    from zoneplan.data.tables import is_shipped
    from zoneplan.plan.loading import plan_dir

    found = folder or plan_dir()
    if not found.is_dir():
        raise _wrong(found, "no such folder", "a folder with plan.yml and its tables")
    return None if is_shipped(found) else found


def all_problems(folder: Path | None) -> list[Problem]:
    """What is wrong with a user plan, or with the project's tables if none is named.

    Description, tables, their agreement and scenarios are looked at in this order; what rests on a
    faulty part is left for later, so that one fault is not told many times.
    """
    from zoneplan import load_plan
    from zoneplan.data import tables
    from zoneplan.errors import DataError
    from zoneplan.evaluation.plausibility import place_problems
    from zoneplan.forecasting.classes import class_problems
    from zoneplan.plan.description import FILE, read_description

    try:
        if folder:
            read_description(folder / FILE)
        if problems := tables.plan_problems(folder) if folder else tables.check():
            return problems
        plan = load_plan(folder)
        if problems := [*class_problems(plan), *place_problems(plan)]:
            return problems
        _ = plan.scenarios
    except DataError as error:
        return list(error.problems)
    return []


def _refuse_faulty(folder: Path | None) -> None:
    """Nothing is computed or written from tables that are not sound; all problems are listed."""
    from zoneplan.errors import DataError

    if problems := all_problems(folder):
        raise DataError(problems)


def _refuse_user_plan(folder: Path | None, what: str) -> None:
    """The saved notebooks and their numbers are those of the project's own plan."""
    if own := user_plan(folder):
        raise _wrong(own, f"{what} with a user plan", "it without --plan and ZONEPLAN_PLAN")


def _check(args: argparse.Namespace) -> int:
    from zoneplan.data.template import next_step

    own = user_plan(args.plan)
    problems = all_problems(own)
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''} found", file=sys.stderr)
        if own:
            print(next_step(problems, own), file=sys.stderr)
        return 1
    print("all tables and scenarios are valid")
    if own:
        _look_again(own)
    return 0


def _look_again(folder: Path) -> None:
    """What is unusual about a valid user plan, and what it can be asked."""
    from datetime import date

    from zoneplan import load_plan
    from zoneplan.evaluation.plausibility import plausibility
    from zoneplan.forecasting.classes import OLD, record_ends

    plan = load_plan(folder)
    if asked := plausibility(plan.forecast(), date.today()):
        print("\nLook at these again; each may be right:")
        print("\n".join(_item(line, "  - ") for line in asked) + "\n")
    final, ends = plan.forecast().odds().final(), record_ends(plan)
    given = int(final["probability_low"].notna().sum())
    seen = f"seen from {plan.as_of.isoformat()}, {given} of {len(final)} series have odds."
    print(f"{plan.title('en')}: {seen}")
    if ends is not None and plan.years[0] - ends > OLD:
        fade = "the odds rest on its own fade after that."
        print(f"Mind: growth of similar regions is on record only to {ends}; {fade}")
    print(f"Next: zoneplan verdicts --plan {folder}, zoneplan brief --plan {folder}")


def _item(text: str, mark: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent="    ")


def _verdicts(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.report.render import starred
    from zoneplan.text import MISSING, frame

    if own := user_plan(args.plan):
        _refuse_faulty(own)
    table = load_plan(args.plan).at(args.as_of).forecast().odds().table()
    if args.json:
        print(table.to_json(orient="records", force_ascii=False, indent=1))
        return 0
    years = [MISSING if y != y else str(int(y)) for y in table["year"]]
    odds = [starred(row) for row in table.to_dict("records")]
    print(frame(table[COLUMNS].assign(year=years, probability=odds)))
    return 0


def _audit(args: argparse.Namespace) -> int:
    from zoneplan import load_plan

    if own := user_plan(args.plan):
        _refuse_faulty(own)
    for row in load_plan(args.plan).audit().told("en").itertuples():
        print(f"{row.check} | {row.item}: {row.finding}\n    {row.explanation}")
    return 0


def _brief(args: argparse.Namespace) -> int:
    from zoneplan import load_plan
    from zoneplan.report.brief import brief

    _refuse_faulty(user_plan(args.plan))
    cover = {k: vars(args)[k] for k in ("title", "subtitle", "author", "organisation")}
    brief(args.out, load_plan(args.plan), args.lang, **cover)
    return 0


def _new(args: argparse.Namespace) -> int:
    from zoneplan.data.template import start

    written = start(args.folder)
    for file in written:
        print(f"written: {file}")
    print(
        f"{'Fill them in' if written else 'All files were there already'}, "
        f"then: zoneplan check --plan {args.folder}"
    )
    return 0


def _import(args: argparse.Namespace) -> int:
    from zoneplan.data.importer import read_workbook, write_plan
    from zoneplan.forecasting.classes import usual_class
    from zoneplan.text import frame

    read = read_workbook(args.file)
    years = read.rows["year"].map(lambda y: "" if y != y else str(int(y)))
    known = read.rows["known"].map({True: "yes", False: "no"})
    shown = read.table().assign(year=years, known=known).rename(columns={"known": "name known"})
    print(f"Understood in {args.file}:")
    print(frame(shown.dropna(axis=1, how="all"), 2))
    if read.rows["value_high"].notna().any():
        beyond = "If what lies beyond is a miss, write range as direction in targets.csv."
        print(f"\nA range counts as met from its nearer end on. {beyond}")
    if jumping := read.jumps():
        print("\nLook at these again: they more than double, or fall to less than half, in a year:")
        print("\n".join(f"  {line}" for line in jumping))
    if len(read.left):
        print(f"\nNot understood, {len(read.left)} cell{'s' if len(read.left) > 1 else ''}:")
        for why, cells in read.left.groupby("why", sort=False):
            named = ", ".join(f"{row.sheet}!{row.cell} {row.text!r}" for row in cells.itertuples())
            print(f"  {why}\n{_item(named, '    ')}")
    classless = read.rows["indicator_id"].map(lambda i: usual_class(i) is None)
    if unknown := "; ".join(dict.fromkeys(read.rows.loc[classless, "name"])):
        until = "They get no odds before plan.yml names a class."
        print(f"\nNo similar regions are known for: {unknown}. {until}")
    folder = args.to or args.file.with_suffix("")
    if not args.yes and not _agreed(f"\nWrite {len(read.rows)} figures to {folder}? [y/N] "):
        print("nothing was written")
        return 1
    for file in write_plan(read, folder):
        print(f"written: {file}")
    print(f"Now: zoneplan check --plan {folder}")
    return 0


def _run_notebooks(args: argparse.Namespace) -> int:
    from zoneplan.report.notebooks import run_all

    own = user_plan(args.plan)
    if own:
        _refuse_faulty(own)
    if args.save:
        _refuse_user_plan(args.plan, "run-notebooks --save")
    env = {"ZONEPLAN_PLAN": str(own.resolve())} if own else {}
    runs = run_all(args.save, tell=_tell, env=env)
    print(f"{len(runs)} notebooks ran without error{' and were saved' if args.save else ''}")
    return 0


def _rebaseline(args: argparse.Namespace) -> int:
    from zoneplan.report.rebaseline import rebaseline

    _refuse_user_plan(None, "rebaseline")
    agreed = (lambda _: True) if args.yes else _agreed
    return 0 if rebaseline(args.why, agreed, _tell) else 1


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False


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
    "rebaseline": (_rebaseline, "run every notebook, show what moved, save after a yes"),
    "new": (_new, "an empty plan to fill in; check --plan leads on from there"),
    "import": (_import, "a plan from a spreadsheet; shows what it understood and asks"),
}
COMMANDS = {name: run for name, (run, _) in OWN.items()} | {
    "forecast": panel_commands.forecast,
    "learn": panel_commands.learn,
    "odds": panel_commands.odds,
}
