"""An empty plan to fill in: files in English and Chinese that are copied into a folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from zoneplan.errors import DataError, Problem

PLAN = "plan.yml"
FOLDER = Path(__file__).parent / "templates" / "plan"


def start(folder: Path, lang: str = "en") -> list[Path]:
    """Copy the files of an empty plan that are not there yet.

    Returns
    -------
    The files written.

    Raises
    ------
    DataError
        The folder cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in sorted((FOLDER / lang).iterdir()):
            if not (folder / file.name).exists():
                written.append(Path(shutil.copy(file, folder / file.name)))
        if folder / PLAN in written:
            name = re.sub(r"\W+", "_", folder.resolve().name).strip("_") or "my_zone"
            set_keys(folder / PLAN, {"id": name})
    except OSError as error:
        found = error.strerror or str(error)
        raise DataError(
            [Problem(str(folder), None, None, found, "a folder that can be written")]
        ) from None
    return written


def set_keys(file: Path, values: Mapping[str, str]) -> None:
    """Write values of a plan's description; a key that is a remark, or not there, comes to
    stand.
    """
    text = file.read_text(encoding="utf-8")
    for key, value in values.items():
        line = f"{key}: {value}".rstrip()
        # A function, as a backslash in a name is no reference to a group.
        text, there = re.subn(rf"(?m)^(?:# )?{key}:.*$", lambda _, line=line: line, text, count=1)  # type: ignore[misc]
        text = text if there else f"{text.rstrip()}\n{line}\n"
    file.write_text(text, encoding="utf-8", newline="\n")


def quoted(text: str) -> str:
    """A text as a value of YAML, whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' if text else ""
