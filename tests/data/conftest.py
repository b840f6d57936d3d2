"""Copies of the data to damage; the whole takes the validator seconds, a part does not."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from damage import DATA

sys.path += [str(DATA.parent / "tools"), str(DATA)]
# Tables that refer to each other and to nothing else.
PART = (
    "sources",
    "targets",
    "observations",
    "resolutions",
    "exchange_rate",
    "rankings",
    "peer_zones",
)


@pytest.fixture
def whole(tmp_path):
    """A copy of all data."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


@pytest.fixture
def folder(tmp_path):
    """A copy of a part of the data, with a description of that part."""
    described = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    described["resources"] = [r for r in described["resources"] if r["name"] in PART]
    part = tmp_path / "part"
    for resource in described["resources"]:
        (part / resource["path"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / resource["path"], part / resource["path"])
    (part / "datapackage.json").write_text(json.dumps(described), encoding="utf-8")
    return part
