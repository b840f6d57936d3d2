"""Every block of code in the documentation runs, in the order in which it stands on its page."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import matplotlib as mpl
import pytest
import yaml

from zoneplan import cli

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
sys.path.append(str(DOCS))
blocks = import_module("blocks")
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md"), ROOT / "data" / "README.md"])
CODE = [p for p in PAGES if any(blocks.blocks(p))]
RUN = SimpleNamespace(**runpy.run_path(str(ROOT / "run.py")))
# What is not run here: the project's own targets, and programs that are not the project's.
KNOWN = ("make", "python", ".venv/bin/python", ".venv/bin/pre-commit")
# Commands that need nothing more.
ALONE = ("check", "verdicts", "audit", "brief", "app", "run-notebooks")


def commands(page: Path) -> list[list[str]]:
    """The commands of a page, in blocks and within the text."""
    lines = [c for b in blocks.blocks(page) if b.language == "sh" for c in b.lines()]
    lines += re.findall(r"`((?:make|zoneplan|python run\.py) [^`]+)`", page.read_text("utf-8"))
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_are_known(page):
    for program, *words in commands(page):
        if program == "zoneplan":
            # One that stands for any, such as `zoneplan new DIR`, or is only named, is not whole.
            whole = len(words) > 1 and not any(re.fullmatch(r"[A-Z-]{2,}", w) for w in words)
            if whole or words[0] in ALONE:
                cli.parser().parse_args(words)
            assert words[0] in (*cli.COMMANDS, "COMMAND")
        target = words[1] if words[:1] == ["run.py"] else words[0] if program == "make" else None
        assert target in (None, "TARGET", *RUN.TARGETS), (page.name, target)


def test_every_command_is_documented():
    named = set(
        re.findall(r"^\| `zoneplan ([\w-]+)", (DOCS / "commands.md").read_text("utf-8"), re.M)
    )
    assert named == set(cli.COMMANDS)


def test_every_extra_is_documented():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    section = (DOCS / "commands.md").read_text("utf-8").split("## Extras")[1]
    named = {
        w
        for row in re.findall(r"^\| (`.+?) \|", section, re.M)
        for w in re.findall(r"`(\w+)`", row)
    }
    assert named == set(project["optional-dependencies"])


@pytest.mark.slow
@pytest.mark.parametrize("page", CODE, ids=lambda p: p.name)
def test_code_runs(page, tmp_path, monkeypatch):
    for file in (DOCS / "examples").iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(mpl, "rcParams", mpl.rcParams.copy())
    names: dict[str, object] = {}
    for block in blocks.blocks(page):
        if block.mark == "not run":
            continue
        if block.language == "python":
            shown = blocks.run(block.text, names)
            # A notebook shows the value of the last line, so that has to work as well.
            assert repr(shown)
        elif block.language == "sh":
            for program, *words in map(shlex.split, block.lines()):
                assert program == "zoneplan" or program in KNOWN
                if program == "zoneplan":
                    assert cli.main(words) == 0, (page.name, words)


@pytest.mark.slow
def test_pages_are_built_without_a_warning(tmp_path):
    trees, site = tmp_path / "trees", tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-d", trees, DOCS, site]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    made = {p.stem for p in site.glob("*.html")}
    assert {p.stem for p in DOCS.glob("*.md")} <= made
    text = "".join(p.read_text("utf-8") for p in site.glob("*.html"))
    # Nothing is loaded from elsewhere: links may lead away, parts of a page may not.
    assert re.findall(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"(?:https?:)?//", text) == []
    assert "<math" in text


def test_the_picture_of_the_layers_names_every_layer():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = re.findall(r"zoneplan\.(\w+)", " ".join(project["contracts"][0]["layers"]))
    drawn = (DOCS / "layers.svg").read_text("utf-8")
    hidden = {"__main__", "explorer_html"}
    assert [n for n in layers if n not in hidden and not re.search(rf"\b{n}\b", drawn)] == []


def test_two_constants_were_set_with_hindsight():
    from zoneplan.forecasting.settings import register

    assert int(register()["hindsight"].sum()) == 2
    assert "Two of them were." in (DOCS / "faq.md").read_text("utf-8")


def test_a_block_shows_the_value_of_its_last_line():
    assert blocks.run("a = 2\na + 1", names := {}) == 3
    assert names["a"] == 2
    assert blocks.run("b = 1", {}) is None


def test_every_service_runs_what_the_readme_says():
    github = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text("utf-8"))
    ran = {job: steps["steps"][-1]["run"] for job, steps in github["jobs"].items()}
    assert ran == {"linux": ".ci/run", "windows": "python run.py test"}
    assert {job: gitlab[job]["script"] for job in ran} == {job: [line] for job, line in ran.items()}
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0][
        "hooks"
    ]
    assert {"ruff", "ruff-format", "mypy", "layers"} <= {h["id"] for h in hooks}
