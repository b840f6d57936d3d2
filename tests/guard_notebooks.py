"""Change what the notebooks show, and see whether the tests notice.

Run ``make guard-notebooks`` (or ``python tests/guard_notebooks.py --rounds 3 --seed 1``); ``make
test`` does it to one notebook. Four things are changed, each in every notebook that has it: a
number that is shown, the data of a picture, the picture itself, and a word of the prose. Outputs
are compared by nbval, which runs the notebook again; prose and pictures, which nbval does not look
at, by the committed web pages.
"""

from __future__ import annotations

import argparse
import base64
import copy
import io
import random
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from PIL import Image

from zoneplan import load_plan
from zoneplan.messages import LANGS
from zoneplan.report import brief, notebooks, pages

KINDS = ("number", "picture's data", "picture", "prose")
# What nbval runs again and compares, cell by cell.
RUN_AGAIN = KINDS[:2]
TEXTS = ("text/markdown", "text/plain", "text/html")
DIGIT = re.compile(r"(?<![\w.#&-])\d[\d,.]*")
WORD = re.compile(r"(?<![\w<`/_$\\.-])[a-z]{4,}(?![\w`/_>.-])")


@dataclass(frozen=True)
class Edit:
    """One change of one notebook: which kind, in which code cell (None: in prose), and what it did,
    in words.
    """

    name: str
    kind: str
    cell: int | None
    what: str
    notebook: NotebookNode


def edits(name: str, saved: NotebookNode, rng: random.Random) -> list[Edit]:
    """One edit of each kind that the notebook has a place for."""
    return [edit for kind in KINDS if (edit := _edit(name, saved, kind, rng)) is not None]


def _edit(name: str, saved: NotebookNode, kind: str, rng: random.Random) -> Edit | None:
    notebook = copy.deepcopy(saved)
    if kind == "prose":
        cells = [c for c in notebook.cells if c.cell_type == "markdown" and WORD.search(c.source)]
        cell = rng.choice(cells)
        at = rng.choice(list(WORD.finditer(cell.source)))
        cell.source = cell.source[: at.start()] + "not " + cell.source[at.start() :]
        return Edit(name, kind, None, f"not {at[0]}", notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    drawn = [
        (k, o) for k, c in enumerate(code) for o in c.outputs if "image/png" in o.get("data", {})
    ]
    if kind == "picture":
        if not drawn:
            return None
        k, output = rng.choice(drawn)
        output.data["image/png"] = retouched(output.data["image/png"], rng)
        return Edit(name, kind, k, "a small square of it is painted over", notebook)
    if kind == "picture's data":
        places = [(k, o.data, "text/plain") for k, o in drawn]
    else:
        places = [
            (k, *place)
            for k, c in enumerate(code)
            for o in c.outputs
            if (k, o) not in drawn
            for place in _texts(o)
        ]
    places = [(k, box, key) for k, box, key in places if DIGIT.search(box[key])]
    if not places:
        return None
    k, box, key = rng.choice(places)
    at = rng.choice(list(DIGIT.finditer(box[key])))
    digit = str((int(at[0][0]) + 1) % 10)
    box[key] = box[key][: at.start()] + digit + box[key][at.start() + 1 :]
    return Edit(name, kind, k, f"{at[0]} becomes {digit}{at[0][1:]} in {key}", notebook)


def retouched(png: str, rng: random.Random) -> str:
    """A picture with a small square in another colour."""
    picture = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    x, y = (rng.randrange(side - 8) for side in picture.size)
    colour = tuple(255 - c for c in picture.getpixel((x, y)))
    picture.paste(colour, (x, y, x + 8, y + 8))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode("ascii")


def _texts(output: NotebookNode) -> list[tuple[NotebookNode, str]]:
    """The places of an output that hold text."""
    return (
        [(output, "text")]
        if "text" in output
        else [(output.data, key) for key in TEXTS if key in output.get("data", {})]
    )


def red(found: list[Edit]) -> list[bool]:
    """Whether each edit is noticed, and where it was made."""
    again = [e for e in found if e.kind in RUN_AGAIN]
    failed = cells_that_fail(again) if again else {}
    return [
        e.cell in failed.get((e.name, e.kind), ()) if e.kind in RUN_AGAIN else page_differs(e)
        for e in found
    ]


def cells_that_fail(found: list[Edit]) -> dict[tuple[str, str], set[int]]:
    """The code cells that nbval finds otherwise than saved, by notebook and kind of edit; one run
    for all.
    """
    with tempfile.TemporaryDirectory(prefix="zoneplan-guard-") as scratch:
        names = {}
        for n, e in enumerate(found):
            file = Path(scratch) / f"{n:02d}.ipynb"
            nbformat.write(e.notebook, file)
            names[file.name] = e.name, e.kind
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--nbval",
            "--nbval-current-env",
            "-p",
            "no:cacheprovider",
            "-q",
            "-rf",
            "--rootdir",
            scratch,
            "--nbval-cell-timeout=120",
            "-n",
            "2",
            "--dist",
            "loadscope",
            scratch,
        ]
        said = subprocess.run(
            command, capture_output=True, text=True, cwd=scratch, check=False
        ).stdout
    failed: dict[tuple[str, str], set[int]] = {}
    for file, cell in re.findall(r"^FAILED (?:\S*/)?(\d\d\.ipynb)::Cell (\d+)", said, flags=re.M):
        failed.setdefault(names[file], set()).add(int(cell))
    return failed


def page_differs(edit: Edit) -> bool:
    """Whether the web page made of the notebook is another than the committed one."""
    with tempfile.TemporaryDirectory(prefix="zoneplan-guard-") as scratch:
        pages.notebook_pages({edit.name: edit.notebook}, Path(scratch), LANGS)
        kept = brief.reports_dir(load_plan()) / "html" / f"{edit.name}.html"
        return (Path(scratch) / kept.name).read_bytes() != kept.read_bytes()


def main() -> int:
    """Print each edit and whether it was noticed; 1 if one was not."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    saved = {p.stem: nbformat.read(p, as_version=4) for p in notebooks.paths()}
    made, missed = 0, 0
    for n in range(args.rounds):
        found = [
            e
            for name, notebook in saved.items()
            for e in edits(name, notebook, random.Random(f"{args.seed}-{n}-{name}"))
        ]
        for e, noticed in zip(found, red(found), strict=True):
            print(f"{e.name} {e.kind}: {e.what}: {'red' if noticed else 'NOT NOTICED'}", flush=True)
            made, missed = made + 1, missed + (not noticed)
    print(f"{made - missed} of {made} edits noticed where they were made")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
