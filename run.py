"""What make does, also where there is no make: ``python run.py brief``, ``test`` and the rest.

Only the standard library is used, so that any Python from 3.11 on runs it, on Windows as well. The
first run makes an environment in .venv beside this file; later ones work offline.
``python run.py test 03`` compares one notebook.
"""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
LOCKS = ROOT / "requirements"
OLDEST = "oldest"
# What the oldest versions are tried on: the library, not what holds the bytes that the newest draw.
LIBRARY = ("data", "plan", "forecasting", "stress", "peers", "evaluation")
LOCK = [
    *("uv", "pip", "compile", "pyproject.toml", "--all-extras"),
    *("--universal", "--generate-hashes", "--no-header", "--no-annotate"),
    *("--no-strip-extras", "--no-emit-index-url", "--quiet"),
]
NBVAL = [
    *("--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
    *("-n", "2", "--dist=loadscope"),
]
DIFFERS = (
    "A saved number differs. To see which: python run.py test 03. "
    'If that is meant: python run.py rebaseline --why "the reason"'
)


class Stopped(Exception):
    """A step that failed, by its exit code."""


def home(name: str = "") -> Path:
    """The folder of an environment."""
    return ROOT / (f".venv-{name}" if name else ".venv")


def program(python: str = "python", name: str = "") -> str:
    """A program of an environment, where the machine keeps such things."""
    windows = os.name == "nt"
    folder = home(name) / ("Scripts" if windows else "bin")
    return str(folder / (f"{python}.exe" if windows else python))


def call(*command: object, **variables: str) -> None:
    """Run a command in the project's folder; what it says goes to the console as it is."""
    # Whatever the console's encoding, Chinese characters are written as UTF-8 or spelled out.
    env = os.environ | {"PYTHONUTF8": os.environ.get("PYTHONUTF8", "1")} | variables
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, check=False)
    if done.returncode:
        raise Stopped(done.returncode)


def ready(name: str = "", project: bool = True) -> None:
    """Make an environment from its lock, where it is not there or older than that."""
    lock = LOCKS / f"{name or 'newest'}.lock"
    stamp, needs = home(name) / ".ready", [lock, *([ROOT / "pyproject.toml"] if project else [])]
    if stamp.exists() and all(stamp.stat().st_mtime >= file.stat().st_mtime for file in needs):
        return
    call(sys.executable, "-m", "venv", home(name))
    pip = (program(name=name), "-m", "pip", "install", "--quiet")
    call(*pip, "--require-hashes", "-r", lock)
    if project:
        call(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    stamp.touch()


def python(*arguments: object, name: str = "", **variables: str) -> None:
    """Run the Python of an environment."""
    call(program(name=name), *arguments, **variables)


def zoneplan(*arguments: str) -> None:
    """Run a command of the project."""
    ready()
    python("-m", "zoneplan", *arguments)


def lint() -> None:
    """Style, layers and types."""
    ready()
    python("-m", "ruff", "check", ".")
    python("-m", "ruff", "format", "--check", "--quiet", ".")
    call(program("lint-imports"), "--no-cache")
    python("-m", "mypy", "--no-error-summary")


def compare(*command: object) -> None:
    """Run notebooks and compare every output with the one that was saved."""
    offline = os.pathsep.join([str(ROOT / "tests" / "offline"), os.environ.get("PYTHONPATH", "")])
    try:
        python("-m", *command, PYTHONPATH=offline)
    except Stopped:
        print(DIFFERS)
        raise


def nbval(folder: str) -> None:
    """Every notebook of a folder."""
    compare("pytest", *NBVAL, *sorted((ROOT / folder).glob("*.ipynb")))


def test(*arguments: str) -> None:
    """Style, checks of the data, tests and every notebook; or the notebooks of some numbers
    (``test 03``, ``test zh/03``; ``test 03 --tolerance 0.001`` lets last digits pass).
    """
    ready()
    if not arguments:
        lint()
        zoneplan("check")
        python("-m", "pytest", "-n", "2", "-m", "not slow", "-rs", "tests")
        nbval("notebooks")
    else:
        compare("zoneplan", "run-notebooks", "--compare", *arguments)


def test_slow() -> None:
    """What takes long: whole journeys and the Chinese notebooks."""
    ready()
    python("-m", "pytest", "-n", "2", "-m", "slow", "-rs", "tests")
    nbval("notebooks/zh")


def test_oldest() -> None:
    """The tests of the library once more with the oldest versions that pyproject.toml allows."""
    ready(OLDEST)
    folders = [f"tests/{folder}" for folder in LIBRARY]
    python("-m", "pytest", "-n", "2", "-q", "-m", "not slow", *folders, name=OLDEST)


def lab() -> None:
    """JupyterLab with the notebooks."""
    ready()
    python("-m", "jupyterlab", "notebooks")


def bench_forecast(panel: str = "", first: str = "2008", last: str = "2018") -> None:
    """The forecaster beside textbook models on any panel."""
    if not panel:
        raise SystemExit("name a panel: python run.py bench-forecast my_panel.csv [2008 2018]")
    ready()
    # The rivals need an older pandas, hence an environment of their own.
    ready("rivals", project=False)
    rivals = program(name="rivals")
    python("tools/bench_forecast.py", panel, first, last, rivals, "reports/bench")


def bench_m3() -> None:
    """The forecaster on the yearly series of M1, M3 and the tourism competition."""
    ready()
    ready("rivals", project=False)
    python("tools/bench_m3.py", program(name="rivals"), "reports/bench/m3.csv")


def bench_panels(prefectures: str = "") -> None:
    """The forecaster beside twelve rivals on many panels, and on prefectures if named."""
    ready()
    ready("rivals", project=False)
    more = [prefectures] if prefectures else []
    python("tools/bench_panels.py", program(name="rivals"), "reports/bench/panels.csv", *more)


def tool(file: str, *usual: str, guard: bool = False) -> Callable[..., None]:
    """A tool of the project with its usual arguments, which others may follow."""

    def run(*arguments: str) -> None:
        ready()
        if guard:
            ready("guard", project=False)
        python(file, *usual, *arguments)

    return run


def locks() -> None:
    """Pin all versions anew, newest and oldest; needs uv."""
    call(*LOCK, "--output-file", LOCKS / "newest.lock")
    call(*LOCK, "--resolution", "lowest-direct", "--output-file", LOCKS / "oldest.lock")


def clean() -> None:
    """Remove every environment."""
    for name in ("", "rivals", "guard", OLDEST):
        shutil.rmtree(home(name), ignore_errors=True)


TARGETS: dict[str, Callable[..., None]] = {
    "brief": lambda *more: zoneplan("brief", *more),
    "lint": lint,
    "test": test,
    "test-slow": test_slow,
    "test-oldest": test_oldest,
    "lab": lab,
    "app": lambda *more: zoneplan("app", *more),
    "setup": ready,
    "check": lambda *more: zoneplan("check", *more),
    "rebaseline": lambda *more: zoneplan("rebaseline", *more),
    "bench": tool("tests/bench.py"),
    "bench-forecast": bench_forecast,
    "bench-m3": bench_m3,
    "bench-panels": bench_panels,
    "guard-data": tool("tools/guard_data.py", "--edits", "100", "--seed", "1"),
    "guard-code": tool("tools/guard_code.py", "--sample", "300", "--seed", "1", guard=True),
    "guard-notebooks": tool("tests/guard_notebooks.py", "--rounds", "3", "--seed", "1"),
    "fuzz": tool("tools/fuzz.py", "--cases", "10000", "--seed", "1"),
    "docs": tool("-m", "sphinx", "-W", "-q", "-d", "build/docs", "docs", "reports/docs"),
    "locks": locks,
    "clean": clean,
}


def main(arguments: list[str]) -> int:
    """Run one target; 0 means fine, 2 that it is not known, 130 that Ctrl-C has stopped it."""
    target, *more = arguments or ["help"]
    if target not in TARGETS:
        print(f"usage: python run.py {' | '.join(TARGETS)}")
        return 0 if target in ("help", "-h", "--help") else 2
    try:
        inspect.signature(TARGETS[target]).bind(*more)
    except TypeError as error:
        print(f"{target}: {error}")
        return 2
    try:
        TARGETS[target](*more)
    except Stopped as stopped:
        return int(stopped.args[0])
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
