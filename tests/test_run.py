"""run.py does what make does, with any console, with or without make, where programs lie in bin or
Scripts.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIB = ROOT / "lib"
SHEETS = ROOT / "tests" / "data" / "cases" / "38_console_encoding"
ENCODINGS = [
    "gbk",
    *(pytest.param(e, marks=pytest.mark.slow) for e in ("utf-8", "cp1252", "cp437", "ascii")),
]
run = SimpleNamespace(**runpy.run_path(str(ROOT / "run.py")))


def program(*arguments: object, cwd: Path, **variables: str) -> subprocess.CompletedProcess:
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONUTF8", "LANG", "LC_ALL")}
    env |= {"PYTHONPATH": os.pathsep.join([str(LIB), env.get("PYTHONPATH", "")])} | variables
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=120, check=False)


def test_make_and_run_know_the_same_targets():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(re.findall(r"^([a-z][a-z0-9-]*):", text, flags=re.M))
    assert made == set(run.TARGETS) - {"check"}
    called = re.findall(r"^([a-z][a-z0-9-]*):\n\t\$\(RUN\) ([a-z0-9-]+)", text, flags=re.M)
    assert [a for a, b in called if a != b] == []
    assert {a for a, _ in called} == made


def test_only_the_standard_library_is_used():
    names = re.findall(r"^(?:import|from) (\w+)", (ROOT / "run.py").read_text("utf-8"), flags=re.M)
    assert set(names) <= set(sys.stdlib_module_names)
    assert not {"resource", "fcntl", "signal"} & set(names)


def test_an_unknown_target_is_answered_with_the_known_ones(tmp_path):
    done = program(ROOT / "run.py", "reprot", cwd=tmp_path)
    assert done.returncode == 2
    assert b"brief | lint | test" in done.stdout
    assert program(ROOT / "run.py", "lab", "03", cwd=tmp_path).returncode == 2
    assert program(ROOT / "run.py", cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("system", "ends"), [("nt", ("Scripts", "python.exe")), ("posix", ("bin", "python"))]
)
def test_programs_lie_where_the_system_keeps_them(system, ends, monkeypatch):
    monkeypatch.setattr(os, "name", system)
    found = run.program()
    monkeypatch.undo()
    assert Path(found).parts[-2:] == ends


def test_it_works_where_there_is_no_make(tmp_path):
    """A project with an environment that is ready, and a PATH without any program."""
    (tmp_path / "requirements").mkdir()
    for name in ("run.py", "requirements/newest.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin")
    programs.mkdir(parents=True)
    name = "python.exe" if os.name == "nt" else "python"
    (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    (programs / name).chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    (tmp_path / "empty").mkdir()
    done = program("run.py", "check", "--lang", "en", cwd=tmp_path, PATH=str(tmp_path / "empty"))
    assert done.returncode == 0, done.stderr
    assert b"all tables and scenarios are valid" in done.stdout
    # What fails is passed on.
    failed = program("run.py", "check", "--plan", "nowhere", cwd=tmp_path, PATH="")
    assert failed.returncode == 1
    assert b"Traceback" not in failed.stderr


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_output_never_fails_for_a_console(encoding, lang, tmp_path):
    quiet = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    plan, sheet = tmp_path / "plan", SHEETS / "i11_units.xlsx"
    told = ("-m", "zoneplan", "import", sheet, "--to", plan, "--lang", lang)
    done = program(*told, "--yes", "--answer", "unit=default", cwd=tmp_path, **quiet)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr[-500:]
    if encoding in ("utf-8", "gbk"):
        assert "地区生产总值" in done.stdout.decode(encoding)
    else:
        assert b"\\u5730\\u533a" in done.stdout
    done = program("-m", "zoneplan", "check", "--plan", plan, "--lang", lang, cwd=tmp_path, **quiet)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr[-500:]
    failed = program(*told, "--yes", cwd=tmp_path, **quiet)
    assert (failed.returncode, b"Traceback" in failed.stderr) == (1, False)
