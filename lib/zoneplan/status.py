"""The state of the project on one page, measured: run times, versions, tests, coverage, skill, the last change of numbers."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import pandas as pd

from zoneplan import notebooks, scores
from zoneplan.prose import grid
from zoneplan.text import num, pct

PACKAGES = ("zoneplan", "pandas", "numpy", "scipy", "matplotlib", "statsmodels", "jupyterlab", "nbval", "typst")
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Status:
    """What was measured, one frame or text a section."""

    day: date
    machine: str
    times: pd.DataFrame
    versions: pd.DataFrame
    tests: str
    coverage: str
    skill: pd.DataFrame
    odds: str
    changed: str

    def table(self) -> pd.DataFrame:
        """Seconds of each notebook: columns notebook and seconds, two ran at a time."""
        return self.times.copy()

    def markdown(self) -> str:
        """The page STATUS.md.

        How to read it: run times depend on the machine named above them; everything else does not.
        """
        times = self.times.assign(seconds=[num(s) for s in self.times["seconds"]])
        parts = [
            "# Status",
            f"Measured on {self.day.isoformat()} on {self.machine}. Written by `make status`; nothing here is typed.",
            "## Run time of the notebooks, two at a time",
            grid(times, (70, 30), ["seconds"]),
            "## Tests",
            f"- Unit tests: {self.tests}\n- Lines of the library that they run: {self.coverage}",
            "## Skill in back-tests",
            self.odds,
            grid(self.skill, (28, 14, 19, 20, 19), self.skill.columns[1:]),
            "## Last change of published numbers",
            self.changed,
            "## Versions",
            grid(self.versions, (60, 40)),
        ]
        return "\n\n".join(parts) + "\n"


def measure(coverage: Path | None = None) -> Status:
    """Run every notebook, count the tests and gather what the project knows of itself.

    Parameters
    ----------
    coverage : a JSON report of coverage.py from a run of the tests; None or a missing file says that it was not measured.

    Returns
    -------
    Status.

    Raises
    ------
    DataError
        A notebook failed.

    How to read it: a section that says "not measured" needs a package or a report that is not here.
    """
    root = notebooks.folder().parent
    return Status(
        date.today(),
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        run_times(),
        versions(),
        count_tests(root / "tests"),
        lines_run(coverage),
        skill(),
        odds_skill(),
        last_change(root / "CHANGES.md"),
    )


def run_times() -> pd.DataFrame:
    """Seconds that each notebook takes when all are run, two at a time."""
    began: dict[str, float] = {}
    took: dict[str, float] = {}

    def tell(name: str, finished: bool) -> None:
        if finished:
            took[name] = time.perf_counter() - began[name]
        else:
            began[name] = time.perf_counter()

    names = list(notebooks.run_all(tell=tell))
    return pd.DataFrame({"notebook": names, "seconds": [took[n] for n in names]})


def versions(names: Iterable[str] = PACKAGES) -> pd.DataFrame:
    """Installed versions of the packages that make the numbers: columns package and version."""
    return pd.DataFrame([(n, _version(n)) for n in names], columns=["package", "version"])


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def count_tests(folder: Path) -> str:
    """How many tests pytest finds in a folder, or that it could not look."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(folder)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=folder.parent, check=False)
    count = re.search(r"^(\d+) tests? collected", found.stdout, flags=re.M)
    return num(int(count[1]), 0) if count else NOT_MEASURED


def lines_run(report: Path | None) -> str:
    """The share of the library's lines that the tests run, from a report of coverage.py."""
    if report is None or not report.is_file():
        return NOT_MEASURED
    totals = json.loads(report.read_text(encoding="utf-8"))["totals"]
    return f"{pct(totals['percent_covered'])} of {num(totals['num_statements'], 0)}"


def skill() -> pd.DataFrame:
    """Loss and coverage of the forecaster and of the pooled rule on the saved bench, by years ahead."""
    rows = scores.saved_bench("forecast").query("case == 'full history'")
    loss = rows.pivot(index="horizon", columns="method", values="loss")
    covered = rows[rows["method"] == scores.METHOD].set_index("horizon")["coverage80"]
    others = loss.drop(columns=scores.METHOD)
    return pd.DataFrame(
        {
            "years ahead": [str(h) for h in loss.index],
            "pinball loss": [num(x, 3) for x in loss[scores.METHOD]],
            "best rival": [f"{num(m, 3)} ({n})" for m, n in zip(others.min(axis=1), others.idxmin(axis=1), strict=True)],
            "ratio": [num(a / b, 2) for a, b in zip(loss[scores.METHOD], others.min(axis=1), strict=True)],
            "inside 80 %": [pct(covered[h]) for h in loss.index],
        }
    )


def odds_skill() -> str:
    """How the odds of verdicts fared on targets of the past, in one sentence."""
    found = scores.class_pseudo_targets(scores.HORIZON, scores.TODAY)
    return (
        f"Odds given to targets of the past lay at most {num(100 * found.worst_gap(), 0)} points from how often such targets were "
        f"met; Brier skill {pct(100 * found.brier()['skill'], 0)} over the base rate. The panel forecaster on prefectures, every origin:"
    )


def last_change(file: Path) -> str:
    """Heading of the last entry in the list of changes."""
    heads = re.findall(r"^## (.+)$", file.read_text(encoding="utf-8"), flags=re.M) if file.is_file() else []
    return f"{heads[-1]} (CHANGES.md lists every number)." if heads else "None noted yet."
