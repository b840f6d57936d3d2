"""The log of the files that people brought: what happened in the first round, and what happens now.

Run ``python tools/case_log.py`` to write docs/cases.md; a test holds it against what is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "data" / "cases"
PAGE = ROOT / "docs" / "cases.md"
HEAD = """# Files as people bring them

Each case was made after public reports of people who do this job, and stands for a kind. The
second column tells what the first version did with it, the third what is read now, as
`tests/data/cases/expected.toml` and the tests named hold it.

| case | first round | now |
|---|---|---|
"""
# What is no sheet of targets, and the test that holds it.
OTHERS = {
    "30": "read, with what was assumed (`test_panel_io.py`)",
    "31": "read (`test_panel_io.py`)",
    "32": "one unit, told (`test_panel_io.py`)",
    "33": "read, and the jump is asked about (`test_panel_io.py`)",
    "34": "dates and texts are years, a level of zero is a DataError (`test_panel.py`)",
    "36": "a line for each series says what is missing (`test_cli.py`)",
    "38": "printed, with signs that the console lacks spelled out (`test_run.py`)",
}


def rows() -> Iterator[tuple[str, str, str]]:
    """Case, what happened in the first round, and what happens now."""
    expected = tomllib.loads((CASES / "expected.toml").read_text(encoding="utf-8"))
    for folder in sorted(p for p in CASES.iterdir() if p.is_dir()):
        text = (folder / "README.txt").read_text(encoding="utf-8")
        what = re.search(r"^What: (?:Task B: )?(.*)$", text, re.MULTILINE)
        before = re.search(r"^Happened \([^)]*\): (.*)$", text, re.MULTILINE)
        number = folder.name[:2]
        files = [case for name, case in expected.items() if name.startswith(folder.name)]
        now = OTHERS.get(number) or "; ".join(dict.fromkeys(map(_now, files)))
        if what is None or before is None or not now:
            raise ValueError(f"{folder.name}: no line What or Happened, or nothing that is read")
        yield f"{number} {what[1]}", before[1], now


def _now(case: dict) -> str:
    if "refused" in case:
        return "refused with advice"
    asked = sorted({q.partition("-")[0] for q in case["asked"]})
    said = f"{len(case['figures'])} figures read"
    said += f", asked first: {', '.join(asked)}" if asked else ""
    return said + (f", {len(case['left'])} cells named with the reason" if case["left"] else "")


def page() -> str:
    """The page with a line for each case."""
    lines = ("| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in rows())
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
