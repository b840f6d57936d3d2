"""How long things take, as medians over fresh processes. Prints figures; judges nothing."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from zoneplan.stress.drivers import drivers, root, variance_shares

from zoneplan import load_plan
from zoneplan.stress import simulation as montecarlo

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 900


def seconds(command: list[str]) -> float:
    """Wall time of one fresh process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=LONGEST)
    return time.perf_counter() - start


def medians(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """Median time of each command; the commands take turns so that a busy moment hits all
    of them.
    """
    times = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)
    for _ in range(runs):
        for name, command in commands.items():
            times[name].append(seconds(command))
    return {name: statistics.median(t) for name, t in times.items()}


def python(code: str) -> list[str]:
    """A command that runs code in a fresh interpreter."""
    return [sys.executable, "-c", code]


def median_of(work: Callable[[], object], runs: int = 5) -> float:
    """Median time of some work in this process, after one run to warm up."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def simulation() -> str:
    """A million correlated draws of 20 indicators over 3 years, beside the bare cost of as many
    normals.
    """
    draws, n, years = 1_000_000, 20, 3
    mix = root(np.full((n, n), 0.3) + 0.7 * np.eye(n))
    mean, sd = np.full((years, n), 0.05), np.full((years, n), 0.08)
    rng = np.random.default_rng(1)
    blocks = [montecarlo.BLOCK] * (years * draws // montecarlo.BLOCK)
    bare = median_of(
        lambda: [len(rng.standard_normal((n, size), dtype="float32")) for size in blocks]
    )
    took = median_of(
        lambda: montecarlo.count_hits(mean, sd, mix, np.cumsum(mean, axis=0), draws, 1)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    return (
        f"1e6 draws x 20 x 3 {took:5.2f} s (limit 3), {took / bare:.2f} of bare normals (aim 3), "
        f"peak {peak:.2f} GB (limit 1.5)"
    )


def sobol() -> str:
    """Variance shares of GDP with 2^14 base samples."""
    model = drivers(load_plan(), "gdp")
    return (
        f"Sobol, 2^14 samples {median_of(lambda: variance_shares(model, 2**14)):4.2f} s (limit 5)"
    )


def main() -> None:
    """Print every figure."""
    print(simulation())
    print(sobol())
    imports = medians({name: python(f"import {name}") for name in ("sys", "pandas", "zoneplan")}, 9)
    for name, t in imports.items():
        print(f"import {name:10} {t:7.3f} s")
    ratio = imports["zoneplan"] / imports["pandas"]
    print(f"import zoneplan / import pandas: {ratio:.2f} (limit 1.30)")
    with tempfile.TemporaryDirectory() as scratch:
        out = str(Path(scratch) / "reports")
        brief = medians({"brief": [sys.executable, "-m", "zoneplan", "brief", "--out", out]}, 1)[
            "brief"
        ]
    print(f"brief, warm       {brief:7.1f} s (limit 90)")
    print(f"make test, warm   {seconds(['make', 'test']):7.1f} s (limit 150)")


if __name__ == "__main__":
    main()
