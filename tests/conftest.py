"""Shared fixtures: the plan is loaded once, and nothing reaches the network."""

import os
import runpy
from pathlib import Path

import pytest

from zoneplan import load_plan

OFFLINE = Path(__file__).parent / "offline"
runpy.run_path(str(OFFLINE / "sitecustomize.py"))
# Kernels and commands that tests start find it by themselves.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")])
)


@pytest.fixture(scope="session")
def plan():
    return load_plan()
