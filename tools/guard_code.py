"""Change the code in small ways and see whether the tests notice: mutation testing of the
economics.

Run ``make guard-code`` (or ``python tools/guard_code.py --sample 300 --seed 1``); it is no part of
``make test``. The mutants are Cosmic Ray's, made in an environment of its own. A sample takes a
place of the code at random, then one of its mutants, so that the many variants of one operator do
not crowd out the rest. Each mutant meets the tests that run its line, quickest first, then others
that run its module, in a copy of the committed tree. A mutant that lives must stand in
guard_survivors.md with the reason.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import itertools
import json
import multiprocessing
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter, defaultdict
from multiprocessing.connection import wait
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Packages and modules that are changed, and the tests that hold what they compute.
MODULES = ("plan", "forecasting", "stress", "peers", "result", "study")
TESTS = (
    "plan", "forecasting", "stress", "evaluation", "peers", "claims", "test_result.py",
    "test_study.py", "journeys/test_copied_plans.py",
)  # fmt: skip
LEAST_KILLED = 0.90
# Of the tests that run a mutant's line so many seconds, and of those beside them fewer, quickest
# first.
LINE_SECONDS, MORE_SECONDS = 60, 25
# A mutant that takes so many times as long as its tests did, and a minute on top, has no end.
PATIENCE = 5
SURVIVORS = ROOT / "tools" / "guard_survivors.md"


def mutants(sources: dict[str, str], most: int, seed: int) -> list[dict]:
    """Draw a seeded sample of Cosmic Ray's mutants, at most one a place, where it is installed."""
    from cosmic_ray import plugins
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.mutating import mutate_code

    places = defaultdict(list)
    operators = {n: plugins.get_operator(n) for n in plugins.operator_names()}
    operators = {n: o() for n, o in sorted(operators.items()) if not o.arguments()}
    for module, source in sorted(sources.items()):
        tree, skipped = get_ast(source), _never_run(source)
        for name, operator in operators.items():
            found = (p for node in ast_nodes(tree) for p in operator.mutation_positions(node))
            for k, (start, end) in enumerate(found):
                if not any(a <= start <= b for a, b in skipped):
                    places[module, start, end].append((name, k))
    rng = random.Random(seed)
    out = []
    for (module, start, _end), choices in rng.sample(
        sorted(places.items()), min(most, len(places))
    ):
        name, k = rng.choice(choices)
        code = mutate_code(sources[module], operators[name], k)
        out.append(
            {
                "module": module,
                "line": start[0],
                "operator": name.removeprefix("core/"),
                "code": code,
                "places": len(places),
            }
        )
    return out


def _never_run(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans of annotations, which are not evaluated, and of imports for type checkers only."""
    spans = []
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            parts.append(node)
        spans += [
            ((p.lineno, p.col_offset), (p.end_lineno, p.end_col_offset))
            for p in parts
            if p is not None
        ]
    return spans


def changed_lines(before: str, after: str) -> tuple[str, str]:
    """The line that a mutant replaces, and what with."""
    diff = [
        x for x in difflib.ndiff(before.splitlines(), after.splitlines()) if x[:2] in ("- ", "+ ")
    ]
    return tuple(" ".join(x[2:].strip() for x in diff if x[0] == sign) for sign in "-+")


def identity(mutant: dict) -> tuple[str, str, str]:
    """What tells a mutant apart whatever happens to the lines around it."""
    return mutant["module"], mutant["was"], mutant["became"]


def module_of(file: Path, library: Path) -> str:
    """Name a module by its place in the library: ``plan.audit``."""
    return ".".join(file.relative_to(library).with_suffix("").parts)


def modules_in(library: Path, named: list[str]) -> list[Path]:
    """List the files of some packages and modules."""
    places = [library / n.replace(".", "/") for n in named]
    files = [
        f
        for p in places
        for f in (sorted(p.rglob("*.py")) if p.is_dir() else [p.with_suffix(".py")])
    ]
    return [f for f in files if f.name != "__init__.py"]


def copy_of_head(folder: Path) -> Path:
    """The committed tree in a folder of its own."""
    archive = subprocess.run(
        ["git", "-C", ROOT, "archive", "HEAD"], capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return folder


class Recorder:
    """A pytest plugin that notes which lines each test runs and how long it takes."""

    def __init__(self, cov=None):
        self.cov, self.seconds, self.failed = cov, {}, []

    def pytest_runtest_logstart(self, nodeid, location):
        """Lines that run from now on are run by this test."""
        if self.cov:
            self.cov.switch_context(nodeid)

    def pytest_runtest_logreport(self, report):
        """Add up what setting up, running and clearing up took; note what failed."""
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self.failed.append(report.nodeid)


def pytest_in(tree: Path, log: Path, options: list[str], plugin: Recorder) -> int:
    """Run tests of a tree inside this process."""
    import pytest

    os.chdir(tree)
    # An editable install elsewhere must not be found first, neither here nor by commands that tests
    # start.
    sys.path.insert(0, str(tree / "lib"))
    os.environ["PYTHONPATH"] = str(tree / "lib")
    with log.open("w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
        quiet = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        return int(
            pytest.main(["-q", "-p", "no:cacheprovider", *quiet, *options], plugins=[plugin])
        )


def _learn(tree: Path, files: list[str], answer) -> None:
    import coverage

    # Python's own monitoring is quicker, but does not know contexts.
    os.environ["COVERAGE_CORE"] = "ctrace"
    cov = coverage.Coverage(
        source=[str(tree / "lib" / "zoneplan")], data_file=None, config_file=False
    )
    cov.start()
    plugin = Recorder(cov)
    pytest_in(tree, tree.parent / "learn.log", files, plugin)
    cov.stop()
    data = cov.get_data()
    library = tree / "lib" / "zoneplan"
    lines = {module_of(Path(f), library): data.contexts_by_lineno(f) for f in data.measured_files()}
    answer.send((lines, plugin.seconds, plugin.failed))


def _meet(tree: Path, log: Path, stages: list[list[str]], answer) -> None:
    """Send the first test that fails, or None; stages after the first run only if that found
    nothing.
    """
    plugin = Recorder()
    for tests in stages:
        if tests and pytest_in(tree, log, ["-x", *tests], plugin):
            answer.send(plugin.failed[0] if plugin.failed else "collection")
            return
    answer.send(None)


def _warm() -> None:
    """Import what every run needs, so that each forked run starts at once; never the code under
    test.
    """
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    sys.dont_write_bytecode = True
    import hypothesis.extra.pandas  # noqa: F401
    import matplotlib.pyplot as plt
    import nbformat  # noqa: F401
    import pandas  # noqa: F401
    import pytest  # noqa: F401
    import scipy.optimize
    import scipy.stats  # noqa: F401
    import yaml  # noqa: F401

    plt.switch_backend("Agg")


def _fork(target, *args):
    answer, ours = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("fork")

    def alone():
        os.setpgid(0, 0)
        target(*args, ours)

    process = context.Process(target=alone)
    process.start()
    ours.close()
    return process, answer


def stages_for(mutant: dict, lines: dict, seconds: dict[str, float]) -> list[list[str]]:
    """Tests of the mutant's line, quickest first, then others of their files, then of all files
    that run its module.
    """

    def quickest(tests: set[str]) -> list[str]:
        return sorted(tests & seconds.keys(), key=lambda t: (seconds[t], t))

    module = lines.get(mutant["module"], {})
    line = set(module.get(mutant["line"], ())) - {""}
    run = {t for tests in module.values() for t in tests} - {""}

    def beside(tests: set[str]) -> set[str]:
        files = {t.split("::")[0] for t in tests}
        return {t for t in seconds if t.split("::")[0] in files} - line

    def within(tests: list[str], most: float) -> list[str]:
        spent = itertools.accumulate(seconds[t] for t in tests)
        return [t for t, s in zip(tests, spent, strict=True) if s <= most]

    # A result that tests share is seen running under the first of them only, and constants under
    # none.
    first = within(quickest(line), LINE_SECONDS)
    others = [*quickest(beside(line)), *quickest(beside(run) - beside(line))]
    # One long list of tests is slow to collect; beyond some dozens the rest is a stage of its own.
    return [first[:40], first[40:], within(others, MORE_SECONDS)]


def run(found: list[dict], base: Path, jobs: int) -> None:
    """Let every mutant meet its tests, which adds ``killed_by`` to it (None: it lives)."""
    trees = [copy_of_head(base / f"tree{k}") for k in range(jobs)]
    files = [f"tests/{name}" for name in TESTS if (trees[0] / "tests" / name).exists()]
    _warm()
    process, answer = _fork(_learn, trees[0], files)
    try:
        lines, seconds, failed = answer.recv()
    except EOFError:
        raise SystemExit((base / "learn.log").read_text(encoding="utf-8")[-3000:]) from None
    process.join()
    for test in failed:
        print(f"not used, as it fails on the code as it is: {test}", flush=True)
        seconds.pop(test, None)
    free, running, todo = list(trees), {}, list(enumerate(found))[::-1]
    while todo or running:
        while todo and free:
            n, mutant = todo.pop()
            tree = free.pop()
            file = tree / "lib" / "zoneplan" / f"{mutant['module'].replace('.', '/')}.py"
            before = file.read_text(encoding="utf-8")
            file.write_text(mutant["code"], encoding="utf-8")
            stages = stages_for(mutant, lines, seconds)
            limit = 60 + PATIENCE * sum(seconds[t] for tests in stages for t in tests)
            process, answer = _fork(_meet, tree, base / f"mutant{n}.log", stages)
            running[process.sentinel] = (
                process,
                answer,
                mutant,
                tree,
                file,
                before,
                time.monotonic() + limit,
            )
        late = [s for s, r in running.items() if time.monotonic() > r[-1]]
        for sentinel in late or wait(list(running), timeout=0.2):
            process, answer, mutant, tree, file, before, _ = running.pop(sentinel)
            if late:
                os.killpg(process.pid, 9)
                mutant["killed_by"] = "no end"
            else:
                # A process that died without an answer was killed by the mutant as well.
                mutant["killed_by"] = answer.recv() if answer.poll() else "the process died"
            process.join()
            file.write_text(before, encoding="utf-8")
            mutant.pop("code")
            free.append(tree)
            said = mutant["killed_by"] or "LIVES"
            print(
                f"{mutant['module']}:{mutant['line']} {mutant['operator']} | "
                f"{mutant['became'][:90]} | {said}",
                flush=True,
            )


def explained(text: str) -> set[tuple[str, str, str]]:
    """Module, line as it is and line as it became, of each survivor in the list of those with a
    reason.
    """
    return set(re.findall(r"^- `([\w.]+)`: `(.*)` → `(.*)`:", text, flags=re.M))


def main() -> int:
    """Print every mutant, then how many were killed, by module; 1 if too few were or if one lives
    without a reason.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modules", default=",".join(MODULES))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, help="file for the result as JSON")
    parser.add_argument(
        "--only", type=Path, help="a result of the same sample: only the mutants that lived then"
    )
    parser.add_argument("--list", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.list:
        json.dump(mutants(json.load(sys.stdin), args.sample, args.seed), sys.stdout)
        return 0
    with tempfile.TemporaryDirectory(prefix="zoneplan-guard-") as scratch:
        base = Path(scratch)
        library = copy_of_head(base / "head") / "lib" / "zoneplan"
        sources = {
            module_of(f, library): f.read_text(encoding="utf-8")
            for f in modules_in(library, args.modules.split(","))
        }
        command = [
            ROOT / ".venv-guard/bin/python",
            __file__,
            "--list",
            "--sample",
            str(args.sample),
            "--seed",
            str(args.seed),
        ]
        listed = subprocess.run(
            command, input=json.dumps(sources), capture_output=True, text=True, check=True
        ).stdout
        found = json.loads(listed)
        for mutant in found:
            mutant["was"], mutant["became"] = changed_lines(
                sources[mutant["module"]], mutant["code"]
            )
        if args.only:
            lived = {
                identity(m)
                for m in json.loads(args.only.read_text(encoding="utf-8"))
                if m["killed_by"] is None
            }
            found = [m for m in found if identity(m) in lived]
        run(found, base, args.jobs)
    if args.out:
        args.out.write_text(json.dumps(found, indent=1, ensure_ascii=False), encoding="utf-8")
    return report(found)


def report(found: list[dict]) -> int:
    """Say what was killed, what lives and whether that is explained."""
    lives = [m for m in found if m["killed_by"] is None]
    known = explained(SURVIVORS.read_text(encoding="utf-8")) if SURVIVORS.exists() else set()
    total, left = Counter(m["module"] for m in found), Counter(m["module"] for m in lives)
    for module in sorted(total):
        print(f"{module}: {total[module] - left[module]} of {total[module]} killed")
    share = 1 - len(lives) / len(found)
    print(
        f"{len(found) - len(lives)} of {len(found)} killed: {share:.1%}; "
        f"one of {found[0]['places']} places each"
    )
    unexplained = [m for m in lives if identity(m) not in known]
    for m in lives:
        why = "NO REASON YET" if m in unexplained else "see the list"
        print(f"- `{m['module']}`: `{m['was']}` → `{m['became']}`: {why}")
    return 0 if share >= LEAST_KILLED and not unexplained else 1


if __name__ == "__main__":
    sys.exit(main())
