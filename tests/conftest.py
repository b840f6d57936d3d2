"""Shared fixtures: plans are loaded and forecast once, and nothing reaches the network."""

import os
import runpy
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from plan_folders import plan_folder

from zoneplan import load_plan
from zoneplan.data import tables

# The same examples on every machine, however slow it is.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.load_profile("fixed")

OFFLINE = Path(__file__).parent / "offline"
runpy.run_path(str(OFFLINE / "sitecustomize.py"))
sys.path.append(str(Path(__file__).parents[1] / "tools"))
# Kernels and commands that tests start find it by themselves.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")])
)


@pytest.fixture(scope="session")
def plan():
    return load_plan()


@pytest.fixture(scope="session")
def china():
    return load_plan(tables.data_dir() / "plans" / "china")


@pytest.fixture(scope="session")
def made(plan):
    """The forecasts of the shipped plan."""
    return plan.forecast()


@pytest.fixture(scope="session")
def judged(made):
    return made.odds()


@pytest.fixture
def own(tmp_path):
    """A plan of one's own, typed into a folder."""
    return lambda *rows, **about: load_plan(plan_folder(tmp_path / "mine", *rows, **about))
