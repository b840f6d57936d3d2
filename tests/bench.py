"""How long things take, as medians over fresh processes. Prints figures; judges nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 900


def seconds(command: list[str]) -> float:
    """Wall time of one fresh process."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=LONGEST)
    return time.perf_counter() - start


def medians(commands: dict[str, list[str]], runs: int) -> dict[str, float]:
    """Median time of each command; the commands take turns so that a busy moment hits all of them."""
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


def main() -> None:
    """Print every figure."""
    imports = medians({name: python(f"import {name}") for name in ("sys", "pandas", "zoneplan")}, 9)
    for name, t in imports.items():
        print(f"import {name:10} {t:7.3f} s")
    print(f"import zoneplan / import pandas: {imports['zoneplan'] / imports['pandas']:.2f} (limit 1.30)")
    with tempfile.TemporaryDirectory() as scratch:
        out = str(Path(scratch) / "reports")
        brief = medians({"brief": [sys.executable, "-m", "zoneplan", "brief", "--out", out]}, 1)["brief"]
    print(f"brief, warm       {brief:7.1f} s (limit 90)")
    print(f"make test, warm   {seconds(['make', 'test']):7.1f} s (limit 150)")


if __name__ == "__main__":
    main()
