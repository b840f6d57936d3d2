"""A wheel in an empty folder: it carries its plan and tables, and asks for an extra by name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import zoneplan as zp

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# The modules of packages that only extras name, where they are not called as the package is.
MODULES = {"python_docx": "docx", "pypandoc_binary": "pypandoc"}
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
from zoneplan.cli import main
sys.exit(main(sys.argv[1:]))
"""


def names(requirements: list[str]) -> set[str]:
    found = {re.match(r"[\w-]+", r).group().replace("-", "_") for r in requirements}
    return {MODULES.get(n, n) for n in found}


def only_in_extras() -> list[str]:
    extras = PROJECT["optional-dependencies"]
    asked = names([r for e in ("notebooks", "brief", "app", "dask") for r in extras[e]])
    # The library reads with frictionless, which brings jinja2.
    return sorted(asked - names(PROJECT["dependencies"]) - {"jinja2"} | {"nbformat", "IPython"})


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(out)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return out


@pytest.fixture(scope="module")
def site(built, tmp_path_factory) -> Path:
    """The wheel installed alone into a folder, beside the packages of this environment."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--target", folder, *built.glob("*.whl")], check=True)
    return folder


@pytest.fixture
def run(site, tmp_path):
    """A command of the installed library, in a folder where nothing of the project is."""

    def called(*arguments: object, missing: bool = True) -> subprocess.CompletedProcess:
        start = ["-c", WITHOUT.format(names=only_in_extras())] if missing else ["-m", "zoneplan"]
        path = os.pathsep.join([str(site), str(ROOT / "tests" / "offline")])
        own = {k: v for k, v in os.environ.items() if not k.startswith("ZONEPLAN")}
        return subprocess.run(
            [sys.executable, *start, *map(str, arguments)],
            cwd=tmp_path,
            env=own | {"PYTHONPATH": path, "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return called


def test_version_stands_in_one_place(built):
    (wheel,) = built.glob("*.whl")
    assert wheel.name.startswith(f"zoneplan-{zp.__version__}-")
    assert list(built.glob(f"zoneplan-{zp.__version__}.tar.gz"))


def test_wheel_holds_every_file_of_the_library_and_no_row_as_printed(built):
    (wheel,) = built.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "lib", "data/plans", "data/reference", "notebooks"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout.split("\0")[:-1]
    carried = {f.removeprefix("lib/") for f in tracked if f.startswith("lib/")}
    carried |= {f"zoneplan/shipped/{f}" for f in tracked if not f.startswith("lib/")}
    assert len(carried) > 100
    assert carried <= held
    assert not [f for f in held if "sourced" in f]


def test_chances_are_those_of_the_checkout(run, made):
    done = run("verdicts", "--json")
    assert done.returncode == 0, done.stderr
    wanted = made.odds().table().to_json(orient="records", force_ascii=False, indent=1)
    assert json.loads(done.stdout) == json.loads(wanted)


def test_library_needs_no_extra(run, tmp_path):
    case = ROOT / "tests/data/cases/91_right_percent_cells"
    (table,) = [f for f in case.iterdir() if f.suffix in (".xlsx", ".csv")]
    (tmp_path / "levels.csv").write_text(
        "unit_id,year,value\n"
        + "".join(
            f"u{u},{2000 + y},{100 * 1.05**y * (1 + u / 50):.3f}\n"
            for u in range(9)
            for y in range(12)
        ),
        encoding="utf-8",
    )
    (tmp_path / "promises.csv").write_text("unit_id,year,target\nu1,2012,4\n", encoding="utf-8")
    for command in (
        ("check",),
        ("new", "empty"),
        ("import", table, "--to", "mine", "--yes"),
        ("whatif", "gdp", "--growth", "2019=8"),
        ("forecast", "levels.csv", "--to", "2014"),
        ("odds", "promises.csv", "--history", "levels.csv"),
        ("notebooks", "books"),
    ):
        done = run(*command)
        assert done.returncode == 0, (command, done.stderr)
    assert {p.name for p in (ROOT / "notebooks").glob("*.ipynb")} <= {
        p.name for p in (tmp_path / "books").iterdir()
    }


@pytest.mark.parametrize(("command", "extra"), [("brief", "brief"), ("app", "app")])
def test_missing_extra_is_named(run, command, extra):
    done = run(command)
    assert done.returncode == 1
    assert f'pip install "zoneplan[{extra}]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_notebooks_never_overwrite(run, tmp_path):
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "mine.txt").write_text("kept", encoding="utf-8")
    done = run("notebooks", "books")
    assert done.returncode == 1
    assert "an empty or new folder" in done.stderr
    assert [p.name for p in (tmp_path / "books").iterdir()] == ["mine.txt"]


def test_paper_is_written_where_one_stands(run, site, tmp_path):
    before = {p for p in site.rglob("*") if "__pycache__" not in p.parts}
    done = run("brief", "--lang", "en", missing=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / "reports" / "brief.pdf").stat().st_size > 10_000
    assert before == {p for p in site.rglob("*") if "__pycache__" not in p.parts}
