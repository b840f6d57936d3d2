"""Feed mangled files to every reader: each loads with the right values or is answered with a clear message.

Run ``make fuzz`` (or ``python tests/fuzz.py --cases 10000 --seed 1``); ``make test`` runs a few hundred. A case is a
sound file, mangled in one to three ways: bytes, lines and cells of CSV; tokens of YAML; parts and cells of XLSX.
What must never happen: another error than DataError, more than five seconds, a message nobody can read, or a
figure that is read otherwise than it stands in the file.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import io
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from zoneplan import load_plan, tables
from zoneplan.errors import DataError
from zoneplan.panel import read_panel
from zoneplan.scenarios import scenarios

DATA = Path(__file__).resolve().parents[1] / "data"
LONGEST = 5.0
LONGEST_MESSAGE = 2000
NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")


class Failure(Exception):
    """Something that must never happen."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer."""

    def stop(*_: object) -> None:
        raise Failure(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# Ways to mangle any file


def flip(raw: bytes, rng: random.Random) -> bytes:
    """Some bytes become others."""
    out = bytearray(raw)
    for _ in range(rng.choice([1, 1, 2, 8])):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def cut(raw: bytes, rng: random.Random) -> bytes:
    """A piece is lost, or everything from a place on."""
    a = rng.randrange(len(raw) + 1)
    return raw[:a] + (b"" if rng.random() < 0.5 else raw[a + rng.randrange(1, 40) :])


def repeat(raw: bytes, rng: random.Random) -> bytes:
    """A piece stands twice."""
    a = rng.randrange(len(raw) + 1)
    b = min(len(raw), a + rng.randrange(1, 200))
    return raw[:b] + raw[a:]


def insert(raw: bytes, rng: random.Random) -> bytes:
    """Foreign bytes in between."""
    junk = rng.choice([b"\x00", b"\xff\xfe", b'"', b"'", b"\n", b"\r", b"\t", b"\x1b[31m", "\u202e".encode(), b"\xef\xbb\xbf", rng.randbytes(5), b"9", b"#"])
    a = rng.choice([0, rng.randrange(len(raw) + 1), len(raw)])
    return raw[:a] + junk * rng.choice([1, 1, 1, 30]) + raw[a:]


def recode(raw: bytes, rng: random.Random) -> bytes:
    """Another encoding or other line ends."""
    text = raw.decode("utf-8", errors="replace")
    encoding = rng.choice(["utf-16", "utf-16-le", "gb18030", "utf-8-sig", "utf-32", "big5", "\r\n", "\r"])
    if encoding in ("\r\n", "\r"):
        return text.replace("\n", encoding).encode()
    return text.encode(encoding, errors="replace")


def lines_moved(raw: bytes, rng: random.Random) -> bytes:
    """Lines swap, are lost or stand twice."""
    lines = raw.split(b"\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    what = rng.randrange(3)
    if what == 0:
        lines[i], lines[j] = lines[j], lines[i]
    elif what == 1:
        lines.insert(j, lines[i])
    else:
        lines.pop(i)
    return b"\n".join(lines)


ANY = (flip, cut, repeat, insert, recode, lines_moved)
NUMBERS = (
    "２７０", "1,000", "12,5", " 12", "12 ", "1e3", "1E400", "1e-400", "0x10", "nan", "NaN", "inf", "-inf", "1_000", "--5", "+5",
    "٣", "五", "5%", "=1+1", "@SUM(1)", "<b>5</b>", "", "0", "-7", "00270", "270.0", "−5", "1/2", "2018-10-30", "TRUE", "#DIV/0!",
    "5 亿元", "9" * 400, "0." + "0" * 400 + "1", "1" * 5000, "\u200b5", "5\u00a0", "½", "²",
)  # fmt: skip
TEXTS = (
    "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "+1", "-1", "@x", "../../etc/passwd", "C:\\x", "\x00", "a\nb", "\"", "a,b",
    "\u202eabc", "x" * 200_000, "{{7*7}}", "%s%n", "é", "e\u0301", "🙂", "\ud7ff", "NULL", "None", " ", "\t", "#", "'; DROP TABLE",
)  # fmt: skip


def cell_changed(raw: bytes, rng: random.Random) -> bytes:
    """A cell of a CSV file holds something else."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"))))
    except (UnicodeDecodeError, csv.Error):
        return flip(raw, rng)
    filled = [(i, j) for i, row in enumerate(rows) for j in range(len(row))]
    if not filled:
        return insert(raw, rng)
    i, j = rng.choice(filled)
    rows[i][j] = rng.choice(NUMBERS if rng.random() < 0.6 else TEXTS)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")


def cell_unquoted(raw: bytes, rng: random.Random) -> bytes:
    """A figure is typed over without quotes, or other marks part the cells."""
    text = raw.decode("utf-8", errors="replace")
    if rng.random() < 0.3:
        return text.replace(",", rng.choice([";", "\t", "|", " ", "，"])).encode()
    found = list(re.finditer(r"(?<=,)[\d.]+(?=[,\n])", text))
    if not found:
        return flip(raw, rng)
    at = rng.choice(found)
    return (text[: at.start()] + rng.choice(NUMBERS) + text[at.end() :]).encode("utf-8", errors="replace")


def columns_changed(raw: bytes, rng: random.Random) -> bytes:
    """Columns move, are lost, stand twice or have other names."""
    try:
        rows = [r for r in csv.reader(io.StringIO(raw.decode("utf-8"))) if r]
    except (UnicodeDecodeError, csv.Error):
        return flip(raw, rng)
    if not rows:
        return insert(raw, rng)
    width = len(rows[0])
    order = list(range(width))
    what = rng.randrange(4)
    if what == 0:
        rng.shuffle(order)
    elif what == 1:
        order.pop(rng.randrange(width))
    elif what == 2:
        order.insert(rng.randrange(width), rng.randrange(width))
    else:
        rows[0] = [rng.choice([c.upper(), f" {c}", f"{c} ", f"{c}\u200b", c]) for c in rows[0]]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([[r[k] if k < len(r) else "" for k in order] for r in rows])
    return out.getvalue().encode("utf-8", errors="replace")


CSV = (*ANY, cell_changed, cell_changed, cell_unquoted, columns_changed)


def token_changed(raw: bytes, rng: random.Random) -> bytes:
    """A value of a YAML file becomes something else."""
    text = raw.decode("utf-8", errors="replace")
    found = list(re.finditer(r"(?<=: )\S.*|(?<=[\[ ])[\w.-]+(?=[,\]])", text))
    if not found:
        return flip(raw, rng)
    at = rng.choice(found)
    bomb = "[" + ", ".join(["&a [x, x]", *["*a"] * 9]) + "]"
    value = rng.choice([
        "!!python/object/apply:os.system ['true']", "!!python/name:os.system", "&a x", "*a", "<<: *a", bomb, "[" * 3000, "{" * 40, "\t",
        "010", "1:30", "1_000", "0x1F", "0b1", ".inf", ".nan", "-.inf", "1e3", "2018-13-45", "2018-10-30 12:00:00", "20181030", "yes", "null",
        "~", "[]", "{}", "[2020, 2019]", "2018.0", "'2018'", "|", ">", "'", '"\\x00"', "? x", "- x", "a: b", "9" * 5000, "x" * 100_000, *NUMBERS,
    ])  # fmt: skip
    return (text[: at.start()] + value + text[at.end() :]).encode("utf-8", errors="replace")


def key_changed(raw: bytes, rng: random.Random) -> bytes:
    """A key is doubled, lost, renamed or indented otherwise."""
    lines = raw.decode("utf-8", errors="replace").split("\n")
    i = rng.randrange(len(lines))
    new = [lines[i] + "\n" + lines[i], "", "x" + lines[i], "  " + lines[i], lines[i].lstrip(), lines[i].replace(":", "")]
    lines[i] = rng.choice(new)
    return "\n".join(lines).encode("utf-8", errors="replace")


YAML = (*ANY, token_changed, token_changed, token_changed, key_changed)


# What a file says, read apart from the library


def figure(text: str) -> Decimal | None:
    """A plain number as it stands, or None."""
    if not NUMBER.fullmatch(text) or not text.isascii():
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def same(loaded: float, text: str) -> bool:
    """Whether a loaded number is the one that stands in a cell."""
    said = figure(text.strip())
    return said is not None and float(said) == float(loaded)


def rows_of(raw: bytes) -> list[dict[str, str]]:
    """The rows of a CSV text that hold anything, by header."""
    header, *rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    return [dict(zip((c.strip() for c in header), r, strict=False)) for r in rows if any(c.strip() for c in r)]


def expect(condition: bool, what: str) -> None:
    if not condition:
        raise Failure(what)


# Readers: each takes the mangled file, and fails where it was read otherwise than it stands


def panel_reader(file: Path) -> None:
    """Anybody's panel for the forecast command."""
    panel, _ = read_panel(file, 2020)
    said = {(r["unit_id"].strip(), r["year"].strip()): r["value"] for r in rows_of(file.read_bytes())}
    loaded = panel.rows()
    expect(len(loaded) == len(rows_of(file.read_bytes())), "rows lost in silence")
    for unit, year, value in loaded.itertuples(index=False):
        text = figure(said[unit, str(year)].strip())
        expect(text is not None and abs(float(text) / value - 1) < 1e-9, f"{unit} {year}: {said[unit, str(year)]!r} read as {value}")


def project_reader(file: Path) -> None:
    """A table of the project, which the ledger guards: what passes the check holds the figures it always held."""
    folder = file.parents[1] if file.parent.name == "reference" else file.parent
    problems = tables.check(folder)
    if problems:
        raise DataError(problems)
    os.environ["ZONEPLAN_DATA"] = str(folder)
    name = {r["path"]: n for n, r in tables.package(folder).items()}[file.relative_to(folder).as_posix()]
    loaded = tables.read(name)
    key = loaded.columns[0]
    original = rows_of((DATA / file.relative_to(folder)).read_bytes())
    if name == "sources":
        return
    expect(sorted(loaded[key]) == sorted(r[key] for r in original), "rows came or went in silence")
    by_key = loaded.set_index(key)
    for row in original:
        for column in loaded.columns.drop(key):
            value = by_key.at[row[key], column]
            if loaded[column].dtype.kind in "fi" and row[column]:
                expect(same(value, row[column]), f"{row[key]} {column}: {row[column]!r} became {value}")


def own_reader(file: Path) -> None:
    """A plan of somebody's own: its tables and its description."""
    problems = tables.plan_problems(file.parent)
    if problems:
        raise DataError(problems)
    plan = load_plan(file.parent)
    if file.suffix == ".csv":
        loaded = plan.targets if file.name == "targets.csv" else plan.all_observations
        said = [r for r in rows_of(file.read_bytes()) if not next(iter(r.values())).startswith("#")]
        expect(len(loaded) == len(said), "rows lost in silence")
        for (_, row), cells in zip(loaded.iterrows(), said, strict=True):
            for column in ("year", "value"):
                if cells.get(column):
                    expect(same(row[column], cells[column]), f"{column}: {cells[column]!r} read as {row[column]}")
    else:
        numbers_stand(file, [plan.base_year, *plan.years])


def scenario_reader(file: Path) -> None:
    """Stories on the shipped plan."""
    stories = scenarios(PLAN, file)
    points = [s.base_levels.values() for s in stories.values()]
    numbers_stand(file, [x for values in points for x in values])


def numbers_stand(file: Path, numbers: list[Any]) -> None:
    """Each number that was read stands in the file as a plain one."""
    text = file.read_text(encoding="utf-8")
    said = {float(m[0]) for m in re.finditer(r"[+-]?\d+(?:\.\d+)?", text)}
    for number in numbers:
        expect(float(number) in said or number == min(numbers), f"{number} stands nowhere in the file")


PLAN = None


def own_plan(folder: Path) -> Path:
    """A small sound plan of somebody's own."""
    folder.mkdir()
    (folder / "plan.yml").write_text(
        "id: mine\nname_zh: 我的规划\nname_en: My plan\nzone_zh: 我区\nzone_en: my zone\nadopted: 2018-10-30\n"
        "base_year: 2017\nyears: [2018, 2019, 2020]\n", encoding="utf-8")  # fmt: skip
    targets = ["indicator_id,name_zh,year,value,unit"]
    targets += [f"{i},{n},{y},{v + 10 * k},亿元" for i, n, v in (("gdp", "生产总值", 228), ("budget_revenue", "财政收入", 15)) for k, y in enumerate((2018, 2019, 2020))]
    (folder / "targets.csv").write_text("\n".join(targets) + "\n", encoding="utf-8")
    seen = ["indicator_id,year,value,unit,known_from"]
    seen += [f"gdp,{y},{150 + 12.5 * k},亿元,{y + 1}-03-31" for k, y in enumerate(range(2013, 2018))]
    (folder / "observations.csv").write_text("\n".join(seen) + "\n", encoding="utf-8")
    return folder


def small_data(folder: Path) -> Path:
    """A few of the project's tables with their ledgers."""
    keep = ("sources", "exchange_rate", "growth_targets")
    package = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] in keep]
    for r in package["resources"]:
        for name in filter(None, (r["path"], r.get("ledger"))):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DATA / name, folder / name)
    (folder / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")
    return folder


def a_panel(file: Path) -> Path:
    rows = [f"{u},{y},{100 * (1 + 0.05 * k) ** (y - 2000):.3f}" for k, u in enumerate(("A", "温州", "x y", "D", "E", "F")) for y in range(2005, 2018)]
    file.write_text("\n".join(["unit_id,year,value", *rows]) + "\n", encoding="utf-8")
    return file


Reader = tuple[str, Path, tuple[Callable, ...], Callable[[Path], None]]


def readers(folder: Path) -> list[Reader]:
    """Name, sound file, ways to mangle it, and the reader of it; more often fuzzed ones stand more often."""
    data, own = small_data(folder / "data"), own_plan(folder / "own")
    stories = Path(shutil.copy(DATA / "plans/zhenan/scenarios.yml", folder / "scenarios.yml"))
    return [
        *[("panel", a_panel(folder / "panel.csv"), CSV, panel_reader)] * 5,
        *[("project table", data / f, CSV, project_reader) for f in ("reference/exchange_rate.csv", "reference/growth_targets.csv", "sources.csv")],
        ("own targets", own / "targets.csv", CSV, own_reader),
        ("own observations", own / "observations.csv", CSV, own_reader),
        *[("own plan.yml", own / "plan.yml", YAML, own_reader)] * 2,
        ("scenarios.yml", stories, YAML, scenario_reader),
        ("datapackage.json", data / "datapackage.json", ANY, lambda f: project_reader(f.parent / "reference/exchange_rate.csv")),
    ]


def clear(error: DataError) -> None:
    """Every problem says in one readable line where it is, what was found and what was expected."""
    expect(bool(error.problems), "an error without problems")
    for problem in error.problems:
        line = str(problem)
        expect(all((problem.file, problem.found, problem.expected)), f"an unclear message: {line}")
        expect(len(line) <= LONGEST_MESSAGE, f"a message of {len(line)} characters: {line[:100]}")
        odd = [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")]
        expect(not odd, f"signs that a terminal would obey: {line[:100]!r}")


def one_case(reader: Reader, rng: random.Random) -> tuple[str, str]:
    """Mangle, read, put the sound file back: what came of it, and which ways it was mangled."""
    _, file, ways, read = reader
    sound = file.read_bytes()
    raw, used = sound, []
    for _ in range(rng.choice([1, 1, 2, 3])):
        way = rng.choice(ways)
        raw = way(raw, rng)
        used.append(way.__name__)
    file.write_bytes(raw)
    started = time.monotonic()
    try:
        with at_most(LONGEST), warnings.catch_warnings():
            warnings.simplefilter("error")
            read(file)
        outcome = "loaded"
    except DataError as error:
        outcome = "answered"
        clear(error)
    finally:
        file.write_bytes(sound)
    expect(time.monotonic() - started < LONGEST, f"more than {LONGEST:g} s")
    return outcome, "+".join(used)


def run(cases: int, seed: int, keep: Path | None = None) -> tuple[Counter, list[str]]:
    """Run seeded cases: outcomes by reader, and what must never happen, with what is needed to see it again."""
    global PLAN
    PLAN = load_plan(DATA / "plans/zhenan")
    count, failures = Counter(), []
    before = os.environ.get("ZONEPLAN_DATA")
    # The standard's own validator takes a second a case and is asked elsewhere.
    opinion, tables._frictionless_problems = tables._frictionless_problems, lambda _: []
    try:
        with tempfile.TemporaryDirectory(prefix="zoneplan-fuzz-") as scratch:
            kinds = readers(Path(scratch))
            for n in range(cases):
                rng = random.Random(f"{seed}-{n}")
                reader = rng.choice(kinds)
                sound = reader[1].read_bytes()
                try:
                    outcome, _ = one_case(reader, rng)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is what the fuzzer looks for.
                    outcome = "FAILED"
                    reader[1].write_bytes(sound)
                    last = traceback.extract_tb(error.__traceback__)[-1]
                    failures.append(f"case {n} ({reader[0]}): {type(error).__name__}: {str(error)[:300]} [{Path(last.filename).name}:{last.lineno}]")
                finally:
                    os.environ.pop("ZONEPLAN_DATA", None)
                count[reader[0], outcome] += 1
    finally:
        tables._frictionless_problems = opinion
        if before is not None:
            os.environ["ZONEPLAN_DATA"] = before
    return count, failures


def main() -> int:
    """Print the outcomes by reader and every failure; 1 if there was one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    count, failures = run(args.cases, args.seed)
    for name in sorted({n for n, _ in count}):
        print(f"{name}: " + ", ".join(f"{k} {outcome}" for (n, outcome), k in sorted(count.items()) if n == name))
    print("\n".join(failures))
    print(f"{args.cases} cases, {len(failures)} of them with something that must never happen")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
