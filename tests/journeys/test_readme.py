"""The README names only what exists; the two environments agree."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import rattler
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from zoneplan import cli
from zoneplan.data import tables

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Names that differ between the package index and conda-forge.
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def commands() -> list[str]:
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", README, flags=re.S)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    inline = re.findall(r"`((?:make|zoneplan|python -m zoneplan|conda) [^`]+)`", README)
    return [line for line in lines + inline if line]


def make_targets() -> set[str]:
    return set(
        re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    )


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("make ")])
def test_make_targets_exist(command):
    assert {word for word in command.split()[1:] if "=" not in word} <= make_targets()


def zoneplan_commands() -> list[str]:
    found = [re.sub(r"^(?:\.venv/bin/)?(?:python -m )?", "", c) for c in commands()]
    return [c for c in found if c.startswith("zoneplan ")]


@pytest.mark.parametrize("command", zoneplan_commands())
def test_zoneplan_commands_parse(command):
    cli.parser().parse_args(command.split()[1:])


def test_readme_names_the_commands_that_matter():
    assert {"make brief", "make test"} <= set(commands())
    named = {c.split()[1] for c in zoneplan_commands()}
    assert named == set(cli.COMMANDS)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#\s]+)[^)]*\)", README))))
def test_linked_files_exist(target):
    if not target.startswith("http"):
        assert (ROOT / target).exists()


def test_every_notebook_is_described():
    names = {p.name for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert names == set(re.findall(r"\(notebooks/([\w.]+\.ipynb)\)", README))


def codebook(name: str) -> set[str]:
    section = README.split(f"### {name}")[1].split("\n#")[0]
    first_cells = re.findall(r"^\| ([^|]+) \|", section, flags=re.M)
    return {c for cell in first_cells for c in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("name", ["targets", "observations"])
def test_codebook_has_every_column(name):
    assert codebook(f"{name}.csv") == set(tables.read(name).columns)


def environment() -> tuple[list[str], list[str]]:
    text = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [d for d in text["dependencies"] if isinstance(d, str)]
    pip = next(d["pip"] for d in text["dependencies"] if isinstance(d, dict))
    return conda, pip


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.mark.parametrize("line", environment()[0])
def test_conda_lines_are_valid(line):
    assert rattler.MatchSpec(line, strict=True).name is not None


def test_environment_is_in_step_with_pyproject():
    conda, pip = environment()
    wanted = project()["dependencies"] + project()["optional-dependencies"]["test"]
    listed = set(conda) | set(pip)
    for requirement in wanted:
        name, bound = re.fullmatch(r"([\w.-]+)(.*)", requirement).groups()
        assert f"{CONDA_NAMES.get(name, name)}{bound}" in listed or requirement in listed
    extra = {"pip", "-e .", f"python{project()['requires-python']}", "setuptools>=75"}
    assert len(listed - extra) == len(wanted)


def test_citation_is_complete():
    card = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= set(card)
    assert card["version"] == project()["version"]
    assert card["license"] == project()["license"]


def test_locks_name_the_extras_that_packages_ask_of_each_other():
    """An older pip takes a newest version, without a hash, for an extra that the lock lacks."""
    wanted = {}
    for package in metadata.distributions():
        for text in package.requires or ():
            needed = Requirement(text)
            if needed.extras and (needed.marker is None or needed.marker.evaluate({"extra": ""})):
                wanted[canonicalize_name(needed.name)] = needed.extras
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = {
        canonicalize_name(r.name): r.extras
        for r in (Requirement(x.rstrip("\\ ")) for x in lines if x[:1].isalnum())
    }
    assert {"coverage"} <= wanted.keys()
    assert {
        n: sorted(e - locked[n]) for n, e in wanted.items() if n in locked and e - locked[n]
    } == {}
