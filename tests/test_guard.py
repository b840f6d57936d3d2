"""The guard of notebooks: a changed number is noticed."""

from __future__ import annotations

import random

import guard_notebooks
import nbformat
import pytest

from zoneplan.report import notebooks

pytestmark = pytest.mark.slow


def test_an_edit_of_a_number_a_picture_its_data_or_the_prose_is_noticed():
    [path] = (p for p in notebooks.paths() if p.stem.startswith("02"))
    saved = nbformat.read(path, as_version=4)
    untouched = [
        guard_notebooks.Edit(path.stem, kind, 0, "nothing", saved) for kind in ("number", "prose")
    ]
    found = guard_notebooks.edits(path.stem, saved, random.Random(20181030))
    assert [e.kind for e in found] == list(guard_notebooks.KINDS)
    assert guard_notebooks.red([*untouched, *found[1:]]) == [False, False, True, True, True]
    assert guard_notebooks.red(found[:1]) == [True]
