"""Does every figure in data/ stand twice, and do both agree? And does a changed one answer by name?

Run ``make guard-data`` (or ``python tools/guard_data.py --edits 100 --seed 1``); the comparisons
themselves are part of ``make test``. Tables made from data/sourced are made again and compared cell
by cell; figures written by hand are held against the second statement in tests/statements/. An edit
is answered if a message names the edited file, the row and what it no longer agrees with.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import itertools
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zoneplan.data import tables
from zoneplan.data.sheets import read_sheet
from zoneplan.data.validate import is_sound, problems_of
from zoneplan.errors import DataError, Problem

ROOT = Path(__file__).resolve().parents[1]
STATEMENTS = ROOT / "tests" / "statements"
TRANSCRIPTION = ROOT / "tests" / "claims" / "second_transcription.csv"
TARGETS = "plans/zhenan/targets.csv"
# Files that say how tables look and what names mean; they hold no figures.
NO_FIGURES = (
    "schemas.yml",
    "reference/indicators.csv",
    "reference/entities.csv",
    "reference/province_series.csv",
)
# Only percentiles of it stand in a table, and they do not tell which figure moved them.
ONE_STATEMENT = "sourced/province_nbs_panel.csv"
# A number that stands alone: no part of a word, an id, a date or a decimal.
NUMBER = re.compile(r"(?<![\w.])(?<!\w-)\d+(?:\.\d+)?(?!-?[\w.]*\w)")


def problems(folder: Path) -> list[Problem]:
    """Everything below a data folder that no longer agrees with its other statement."""
    found = list(unsound(folder))
    try:
        found += made_otherwise(folder)
    except DataError as error:
        found += error.problems
    return found + list(stated_otherwise(folder)) + list(transcribed_otherwise(folder))


def unsound(folder: Path) -> Iterator[Problem]:
    """What is wrong with tables that do not fit their description.

    The standard's validator takes seconds, so only they are shown to it.
    """
    for name, about in tables.package(folder).items():
        sheet, schema = (
            read_sheet(folder / about["path"], about["path"], about["schema"]),
            about["schema"],
        )
        if sheet.cells is None or sheet.problems or not is_sound(sheet.cells, schema):
            yield from problems_of({name: sheet}, {name: schema})


def made_otherwise(folder: Path) -> Iterator[Problem]:
    """Where a table differs from what data/build.py makes, and sources that are out of order."""
    sys.path.append(str(ROOT / "data"))
    spec = importlib.util.spec_from_file_location("data_build", folder / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    sources = {r["path"]: r["made"].split(" ")[0] for r in tables.package(folder).values()}
    for name, table in build.tables().items():
        header, *rows = [list(table.columns), *table.astype(str).values.tolist()]
        # The first column is the key; its row in the file as printed is what a reader can look up.
        there = sources[name] if sources[name].startswith("sourced/") else None
        rows_there = read_rows(folder / there) if there else []
        line = {row[0]: n for n, row in enumerate(rows_there, start=1)}

        def place(
            n: int, row: list[str], line: dict[str, int] = line, there: str | None = there
        ) -> str:
            found = next((line[c] for c in row if c in line), n)
            return f"as made from {there or 'the facts'} row {found}"

        yield from different(name, read_rows(folder / name), [header, *rows], place)
    ids = [row[0] for row in read_rows(folder / "sourced/sources.csv")[1:]]
    for n, (one, two) in enumerate(zip(ids, sorted(ids), strict=True), start=2):
        if one != two:
            yield Problem(
                "sourced/sources.csv", n, "source_id", repr(one), f"{two!r}, in rising order"
            )


def stated_otherwise(folder: Path) -> Iterator[Problem]:
    """Where a file written by hand differs from its second statement."""
    for name in by_hand(folder):
        second = STATEMENTS / name

        def place(n: int, _row: list[str], name: str = name) -> str:
            return f"as in tests/statements/{name} row {n}"

        if not second.exists():
            yield Problem(
                name,
                None,
                None,
                "no second statement",
                f"one, read against its source, as tests/statements/{name}",
            )
        elif name.endswith(".csv"):
            yield from different(name, read_rows(folder / name), read_rows(second), place)
        else:
            one, two = (
                [[line] for line in f.read_text(encoding="utf-8").splitlines()]
                for f in (folder / name, second)
            )
            yield from different(name, [["line"], *one], [["line"], *two], place, first=1)


def by_hand(folder: Path) -> list[str]:
    """Files with figures that are not made from others: tables typed by hand, stories, plans."""
    described = tables.package(folder).values()
    made = {r["path"] for r in described if r["made"].startswith(("sourced/", "worked out"))}
    return [f for f in with_figures(folder) if f not in made and not f.startswith("sourced/")]


def with_figures(folder: Path) -> list[str]:
    """Every file of the data folder that holds figures."""
    files = (
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in (".csv", ".yml")
    )
    return sorted(f for f in files if f not in NO_FIGURES)


def read_rows(file: Path) -> list[list[str]]:
    """A CSV file as lists of cells, the header first."""
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def different(
    name: str,
    ours: list[list[str]],
    theirs: list[list[str]],
    place: Callable[[int, list[str]], str],
    first: int = 2,
) -> Iterator[Problem]:
    """Each cell that differs between two tables, the header first; rows that only one of them has.

    ``place`` says in words where a row of the other table stands, by its number and its cells.
    """
    if ours[0] != theirs[0]:
        yield Problem(
            name, 1, None, ",".join(ours[0]), f"{','.join(theirs[0])} {place(1, theirs[0])}"
        )
        return
    for n, (one, two) in enumerate(itertools.zip_longest(ours[1:], theirs[1:]), start=first):
        if one is None or two is None:
            there = place(n, two) if two else "there"
            yield Problem(name, n, None, said(one), f"{said(two)} {there}")
            continue
        for column, a, b in zip(ours[0], one, two, strict=True):
            if a != b:
                yield Problem(name, n, column, repr(a), f"{b!r} {place(n, two)} ({two[0].strip()})")


def said(row: list[str] | None) -> str:
    return "no row" if row is None else ",".join(row)


def transcribed_otherwise(folder: Path) -> Iterator[Problem]:
    """Where the targets differ from the plan as somebody else read it."""
    second: dict[tuple, tuple[int, dict]] = {}
    averages = {}
    header, *rows = read_rows(TRANSCRIPTION)
    for n, cells in enumerate(rows, start=2):
        row = dict(zip(header, cells, strict=True))
        if row["indicator_id"].endswith("@average"):
            averages[row["indicator_id"].removesuffix("@average")] = (n, row)
        else:
            second[row["indicator_id"], row["section"], row["year"]] = (n, row)
    header, *rows = read_rows(folder / TARGETS)
    ours = [(n, dict(zip(header, cells, strict=True))) for n, cells in enumerate(rows, start=2)]
    for n, row in ours:
        key = row["indicator_id"], row["section"], row["year"]
        if not row["value"]:
            continue
        if key not in second:
            yield Problem(
                TARGETS,
                n,
                "indicator_id,section,year",
                "/".join(key),
                f"a row of {TRANSCRIPTION.name}",
            )
            continue
        line, other = second.pop(key)
        for column in ("value", "value_high", "unit", "aggregation", "force", "responsible"):
            if not same(row[column], other[column]):
                yield Problem(
                    TARGETS,
                    n,
                    column,
                    repr(row[column]),
                    f"{other[column]!r} as in {TRANSCRIPTION.name} row {line}",
                )
        if row["stated_growth"]:
            line, other = averages.get(row["indicator_id"], (None, {"value": "none"}))
            if not same(row["stated_growth"], other["value"]):
                place = f"{other['value']} as in {TRANSCRIPTION.name} row {line}"
                yield Problem(TARGETS, n, "stated_growth", row["stated_growth"], place)
    stated = {row["indicator_id"] for _, row in ours if row["stated_growth"]}
    lost = [*second.values(), *(x for i, x in averages.items() if i not in stated)]
    for line, row in lost:
        yield Problem(
            TARGETS,
            None,
            None,
            "no such row",
            f"{row['indicator_id']} {row['year']} as in {TRANSCRIPTION.name} row {line}",
        )


def same(one: str, two: str) -> bool:
    try:
        return float(one) == float(two)
    except ValueError:
        return one == two


@dataclass(frozen=True)
class Edit:
    """One edit of one file: the rows it touches and what it did, in words."""

    file: str
    rows: tuple[int, ...]
    what: str
    text: str


def edits(folder: Path, count: int, seed: int) -> list[Edit]:
    """Seeded edits: three in four change one number by 1 %, the others swap two rows."""
    rng = random.Random(seed)
    files, out = [f for f in with_figures(folder) if f != ONE_STATEMENT], []
    while len(out) < count:
        name = rng.choice(files)
        raw = (folder / name).read_text(encoding="utf-8")
        numbers = [m for m in NUMBER.finditer(raw, raw.index("\n")) if float(m[0])]
        rows = name.endswith(".csv") and len(raw.splitlines()) > 2
        # Two rows are needed to change places, and a number to change by 1 %.
        if not (rows or numbers):
            continue
        swaps = rows and (not numbers or rng.random() < 0.25)
        out.append(swap(name, raw, rng) if swaps else nudge(name, raw, rng.choice(numbers)))
    return out


def nudge(name: str, raw: str, at: re.Match) -> Edit:
    """One number of a file by 1 %."""
    new = f"{float(at[0]) * 1.01:.12g}"
    row = raw.count("\n", 0, at.start()) + 1
    return Edit(name, (row,), f"{at[0]} becomes {new}", raw[: at.start()] + new + raw[at.end() :])


def swap(name: str, raw: str, rng: random.Random) -> Edit:
    """Two rows change places."""
    lines = raw.splitlines(keepends=True)
    one, two = sorted(rng.sample(range(1, len(lines)), 2))
    lines[one], lines[two] = lines[two], lines[one]
    return Edit(name, (one + 1, two + 1), "rows change places", "".join(lines))


def answers(edit: Edit, found: list[Problem]) -> bool:
    """Whether one message names the edited file, an edited row, and what no longer agrees."""
    return any(_names(p, edit.file, row) for p in found for row in edit.rows)


def _names(problem: Problem, file: str, row: int) -> bool:
    other = re.search(rf"{re.escape(file)} row {row}\b", problem.expected)
    return bool(other) or (problem.file == file and problem.row == row and bool(problem.expected))


def main() -> int:
    """Print each edit with the message that answers it; 1 if one was not answered by name."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--edits", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="zoneplan-guard-") as scratch:
        folder = Path(shutil.copytree(ROOT / "data", Path(scratch) / "data"))
        for n, edit in enumerate(edits(folder, args.edits, args.seed), start=1):
            file = folder / edit.file
            before = file.read_bytes()
            file.write_bytes(edit.text.encode("utf-8"))
            found = problems(folder)
            file.write_bytes(before)
            named = answers(edit, found)
            missed += not named
            first = next(
                (p for p in found if any(_names(p, edit.file, row) for row in edit.rows)), None
            )
            rows = " and ".join(map(str, edit.rows))
            print(
                f"{n:3} {edit.file} row {rows}: {edit.what}\n"
                f"    {first or 'NOT ANSWERED: ' + str(found[:1])}"
            )
    print(f"{args.edits - missed} of {args.edits} edits answered by file, row and what disagrees")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
