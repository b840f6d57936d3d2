"""Shared fixtures: the plan is loaded once."""

import pytest

from zoneplan import load_plan


@pytest.fixture(scope="session")
def plan():
    return load_plan()
