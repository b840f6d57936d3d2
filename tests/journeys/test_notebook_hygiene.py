"""What nbval lets pass in silence: never-run cells, stale prose, warnings saved for ever; and how
much code a reader meets.
"""

from __future__ import annotations

import ast
import base64
import io
import re
import statistics
import tokenize
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zoneplan.report import compare, notebooks

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
EDITIONS = {"en": notebooks.paths(FOLDER), "zh": notebooks.paths(FOLDER / "zh")}
PATHS = [p for paths in EDITIONS.values() for p in paths]
# Lines of a code cell, characters of a line, and lines from which on code is folded away.
LONGEST_P90, LONGEST_CELL, LONGEST_LINE, FOLDED = 6, 10, 100, 4
# Of the notebooks on the plan itself (00 to 07), and of each of the others.
MOST_CELLS, MOST_NAMES, MOST_CELLS_OF_ONE = 110, 12, 15
# Where the first chart stands, counted in cells, and how high it is in pixels: both fit a screen
# of 1440 x 900.
FIRST_CHART, TALLEST = 4, 640


def code_cells(notebook) -> list:
    return [c for c in notebook.cells if c.cell_type == "code"]


def outputs(notebook) -> Iterable:
    return (o for c in code_cells(notebook) for o in c.outputs)


def output_text(output) -> str:
    data = output.get("data", {})
    parts = [output.get("text", ""), *(v for k, v in data.items() if k.startswith("text/"))]
    return "\n".join("".join(p) if isinstance(p, list) else str(p) for p in parts)


def one_clean_run(notebook) -> list[str]:
    counts = [c.execution_count for c in code_cells(notebook)]
    wanted = sorted({n for n in counts if n})
    return [] if counts == wanted != [] else [f"cells were run as {counts}, not one after another"]


def no_noise(notebook) -> list[str]:
    out = []
    for output in outputs(notebook):
        if output.output_type == "error":
            out.append(f"error saved: {output.ename}")
        elif output.get("name") == "stderr":
            out.append(f"stderr saved: {output_text(output)[:80]}")
        elif re.search(r"\w*Warning\b", output_text(output)):
            out.append(f"warning saved: {output_text(output)[:80]}")
    return out


def no_missing_glyph(notebook) -> list[str]:
    texts = (output_text(o) for o in outputs(notebook))
    return [
        "a character had no picture in the font"
        for t in texts
        if re.search(r"Glyph \d+", t) or "\ufffd" in t
    ]


def no_def(notebook) -> list[str]:
    # A name of a key such as "def" inside a text is no definition: look at tokens, not at lines.
    found = [
        t.string for c in code_cells(notebook) for t in tokens(c.source) if t.type == tokenize.NAME
    ]
    return [
        f"{word} in a cell: functions live in the library"
        for word in found
        if word in ("def", "class")
    ]


def parsed(notebook) -> Iterable[ast.AST]:
    """The code of each cell, commands of the notebook turned into Python."""
    turn = TransformerManager().transform_cell
    return (ast.parse(turn(c.source)) for c in code_cells(notebook))


def tokens(source: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def no_dead_code(notebook) -> list[str]:
    comments = [
        t.string
        for c in code_cells(notebook)
        for t in tokens(c.source)
        if t.type == tokenize.COMMENT
    ]
    return [f"commented-out code: {x}" for x in comments if looks_like_code(x.lstrip("#").strip())]


def looks_like_code(comment: str) -> bool:
    try:
        compile(comment, "comment", "exec")
    except SyntaxError:
        return False
    return bool(re.search(r"[=(\[]|^(import|from|assert|del|return|print)\b", comment))


def no_absolute_path(notebook) -> list[str]:
    where = [c.source for c in notebook.cells] + [output_text(o) for o in outputs(notebook)]
    pattern = re.compile(r"(?<![\w.:/])/(?:home|work|tmp|root|Users|usr|opt|var)/|\b[A-Za-z]:\\")
    return [f"absolute path: {m.group(0)}" for text in where for m in pattern.finditer(text)]


def no_hiding_semicolon(notebook) -> list[str]:
    lines = [c.source.rstrip().splitlines()[-1] for c in code_cells(notebook) if c.source.strip()]
    return [f"trailing semicolon: {line}" for line in lines if line.rstrip().endswith(";")]


def silent_cells_only_prepare(notebook) -> list[str]:
    silent = [c for c in code_cells(notebook) if not c.outputs]
    return [
        f"no output, and more than imports: {c.source[:60]!r}"
        for c in silent
        if not prepares(c.source)
    ]


def prepares(source: str) -> bool:
    return all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in ast.parse(source).body)


def nothing_ignored(notebook) -> list[str]:
    tags = [
        t
        for c in notebook.cells
        for t in c.metadata.get("tags", [])
        if t.startswith(("nbval", "raises-"))
    ]
    marks = [
        m
        for c in code_cells(notebook)
        for m in re.findall(r"#\s*NBVAL\w*|#\s*PYTEST_VALIDATE\w*", c.source)
    ]
    found = tags + marks
    return [f"{len(found)} cells escape nbval: {found}"] if found else []


def no_claims(notebook) -> list[str]:
    # Claims about the project's plan stand in tests/claims: a notebook answers for any plan.
    found = [n for tree in parsed(notebook) for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    return [f"asserted in a notebook: {ast.unparse(n.test)}" for n in found]


def long_code_is_folded(notebook) -> list[str]:
    def folded(cell) -> bool:
        return cell.metadata.get("jupyter", {}).get("source_hidden", False)

    return [
        f"{len(c.source.splitlines())} lines, folded: {folded(c)}: {c.source[:40]!r}"
        for c in code_cells(notebook)
        if folded(c) != (len(c.source.splitlines()) >= FOLDED)
    ]


def short_code(notebook) -> list[str]:
    cells = [c.source.splitlines() for c in code_cells(notebook)]
    long = [f"a cell of {len(x)} lines: {x[0]!r}" for x in cells if len(x) > LONGEST_CELL]
    return long + [x for lines in cells for x in lines if len(x) > LONGEST_LINE]


def more_prose_than_code(notebook) -> list[str]:
    code = len(code_cells(notebook))
    prose = len(notebook.cells) - code
    return [f"{prose} cells of prose beside {code} of code"] if prose < code else []


def answer_is_rendered(notebook) -> list[str]:
    rendered = [o for o in outputs(notebook) if "text/markdown" in o.get("data", {})]
    numbered = [o for o in rendered if re.search(r"\d", "".join(o.data["text/markdown"]))]
    return [] if numbered else ["no answer with numbers rendered as Markdown"]


def chart_on_the_first_screen(notebook) -> list[str]:
    shown = notebook.cells[:FIRST_CHART]
    data = (o.get("data", {}) for c in shown for o in c.get("outputs", []))
    drawn = [d["image/png"] for d in data if "image/png" in d]
    if not drawn:
        return ["no chart on the first screen"]
    # Width and height stand at fixed places in the head of a PNG.
    high = int.from_bytes(base64.b64decode(drawn[0])[20:24], "big")
    return [f"the first chart is {high} pixels high"] if high > TALLEST else []


def title_asks(notebook) -> list[str]:
    first = notebook.cells[0]
    line = (
        first.source.strip().splitlines()[0]
        if first.cell_type == "markdown" and first.source.strip()
        else ""
    )
    asks = line.startswith("# ") and line.rstrip().endswith(("?", "？"))
    return [] if asks else [f"the title is no question: {line!r}"]


def prose_has_no_typed_results(notebook) -> list[str]:
    """Decimals and percentages typed into Markdown go stale in silence; years and names do not."""
    texts = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    number = re.compile(r"(?<![\w.-])\d+(?:\.\d+)? ?%|(?<![\w.-])\d+\.\d+(?![\w.])")
    found = [m for t in texts for m in number.findall(strip_code(t))]
    return [f"typed number in prose: {m}" for m in found]


def strip_code(markdown: str) -> str:
    return re.sub(r"```.*?```|`[^`]*`|\$[^$]*\$", "", markdown, flags=re.S)


CHECKS: list[Callable] = [
    one_clean_run,
    no_noise,
    no_missing_glyph,
    no_def,
    no_dead_code,
    no_absolute_path,
    no_hiding_semicolon,
    silent_cells_only_prepare,
    nothing_ignored,
    no_claims,
    long_code_is_folded,
    short_code,
    more_prose_than_code,
    answer_is_rendered,
    chart_on_the_first_screen,
    title_asks,
    prose_has_no_typed_results,
]


def too_much_code(collection: dict[str, nbformat.NotebookNode]) -> list[str]:
    """What a reader of all notebooks has to take in, by name of the notebook."""
    plan = [nb for name, nb in collection.items() if name[:2] < "08"]
    cells = sum(len(code_cells(nb)) for nb in plan)
    named = {a.name for nb in plan for t in parsed(nb) for n in ast.walk(t)
             if isinstance(n, (ast.Import, ast.ImportFrom)) for a in n.names}  # fmt: skip
    lengths = [len(c.source.splitlines()) for nb in collection.values() for c in code_cells(nb)]
    p90 = statistics.quantiles(lengths, n=10, method="inclusive")[-1]
    out = [f"{cells} code cells"] if cells > MOST_CELLS else []
    out += [f"imported: {sorted(named)}"] if len(named) > MOST_NAMES else []
    out += [f"one cell in ten is longer than {p90:.0f} lines"] if p90 > LONGEST_P90 else []
    for name, nb in collection.items():
        if name[:2] >= "08" and len(code_cells(nb)) > MOST_CELLS_OF_ONE:
            out.append(f"{name}: {len(code_cells(nb))} code cells")
    return out


def read(path: Path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("lang", EDITIONS)
def test_there_are_notebooks(lang):
    assert [p.stem[:2] for p in EDITIONS[lang]] == [f"{n:02d}" for n in range(10)]


@pytest.mark.parametrize("path", PATHS, ids=lambda p: f"{p.parent.name}-{p.stem}")
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_notebook(path, check):
    assert check(read(path)) == []


@pytest.mark.parametrize("lang", EDITIONS)
def test_code_a_reader_meets(lang):
    assert too_much_code({p.stem: read(p) for p in EDITIONS[lang]}) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_run_and_saved_in_jupyterlab_it_passes_all_the_same(path):
    """What a front end notes beside the content is nobody's business; outputs are compared."""
    before, after = read(path), read(path)
    after.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    after.metadata.language_info.update(version="3.11.7", pygments_lexer="ipython3")
    for n, cell in enumerate(code_cells(after)):
        cell.metadata.update(editable=True, execution={"iopub.status.busy": "2026-01-01"})
        # Some cells were run twice on the way down.
        cell.execution_count += n
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                output.data["image/png"] += "\n"
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count
    assert compare.changed({"x": before}, {"x": after}).empty
    assert [found for check in CHECKS for found in check(after)] == []


def picture(high: int) -> nbformat.NotebookNode:
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (792).to_bytes(4, "big") + high.to_bytes(4, "big")
    data = {"image/png": base64.b64encode(head).decode(), "text/plain": "Chart one: It is so"}
    return new_output("display_data", data)


def good():
    """The smallest notebook that passes every check."""
    answer = new_output(
        "display_data", {"text/markdown": "The answer is 42 %.", "text/plain": "<Markdown>"}
    )
    cells = [
        new_markdown_cell("# Is it so?"),
        new_code_cell("import pandas as pd", execution_count=1),
        new_code_cell("show(answer)", execution_count=2, outputs=[answer, picture(400)]),
        new_markdown_cell("It may not be."),
    ]
    return new_notebook(cells=cells)


def with_output(text: str, name: str = "stdout"):
    notebook = good()
    notebook.cells[2].outputs.append(new_output("stream", name=name, text=text))
    return notebook


def with_source(index: int, source: str):
    notebook = good()
    notebook.cells[index].source = source
    return notebook


def changed(edit: Callable):
    notebook = good()
    edit(notebook)
    return notebook


HIDDEN = {"jupyter": {"source_hidden": True}}
BROKEN = [
    (one_clean_run, changed(lambda n: n.cells[1].update(execution_count=None))),
    (one_clean_run, changed(lambda n: n.cells[1].update(execution_count=7))),
    (one_clean_run, new_notebook(cells=[new_markdown_cell("# Is it so?")])),
    (no_noise, with_output("a message", "stderr")),
    (no_noise, with_output("FutureWarning: soon")),
    (
        no_noise,
        changed(
            lambda n: n.cells[2].outputs.append(new_output("error", ename="KeyError", evalue="x"))
        ),
    ),
    (no_missing_glyph, with_output("Glyph 28201 (\\N{CJK}) missing from font")),
    (no_def, with_source(2, "def f():\n    return 1")),
    (no_def, with_source(2, "x = 1\nclass A:\n    pass")),
    (no_dead_code, with_source(2, "x = 1\n# y = f(x)")),
    (no_dead_code, with_source(2, "x = 1  # print(x)")),
    (no_absolute_path, with_output("saved to /home/somebody/file.csv")),
    (no_absolute_path, with_source(2, r"read('C:\data\file.csv')")),
    (no_absolute_path, with_source(0, "# Where is it?\n\nIn /tmp/a.")),
    (no_hiding_semicolon, with_source(2, "ax.plot(x);")),
    (silent_cells_only_prepare, with_source(1, "x = 1")),
    (silent_cells_only_prepare, with_source(1, "if shipped:\n    x = 1")),
    (nothing_ignored, changed(lambda n: n.cells[2].metadata.update(tags=["nbval-ignore-output"]))),
    (nothing_ignored, with_source(2, "# NBVAL_IGNORE_OUTPUT (times)\nshow(answer)")),
    (no_claims, with_source(2, "show(answer)\nassert a > 1")),
    (no_claims, with_source(2, "%run -m this\nassert a > 1")),
    (long_code_is_folded, with_source(2, "a = 1\nb = 2\nc = 3\nshow(a)")),
    (long_code_is_folded, changed(lambda n: n.cells[2].metadata.update(HIDDEN))),
    (short_code, with_source(2, "\n".join(["x = 1"] * 11))),
    (short_code, with_source(2, f"show({'x' * 100})")),
    (more_prose_than_code, changed(lambda n: n.cells.pop())),
    (chart_on_the_first_screen, changed(lambda n: n.cells[2].outputs.pop())),
    (chart_on_the_first_screen, changed(lambda n: n.cells[2].outputs.insert(0, picture(700)))),
    (answer_is_rendered, changed(lambda n: n.cells[2].update(outputs=[]))),
    (title_asks, with_source(0, "# A title")),
    (prose_has_no_typed_results, with_source(0, "# Is it so?\n\nGrowth was 8.8 % a year.")),
]


@pytest.mark.parametrize(("check", "notebook"), BROKEN, ids=lambda x: getattr(x, "__name__", ""))
def test_each_check_goes_red(check, notebook):
    assert check(good()) == []
    assert check(notebook) != []


def test_every_check_was_broken():
    assert {c for c, _ in BROKEN} == set(CHECKS)


@pytest.mark.parametrize(
    ("name", "notebook"),
    [
        ("00_a", with_source(2, "\n".join(["x = 1"] * 40))),
        ("00_a", with_source(1, f"import {', '.join(f'a{n}' for n in range(13))}")),
        ("00_a", changed(lambda n: n.cells.extend([n.cells[2]] * MOST_CELLS))),
        ("08_a", changed(lambda n: n.cells.extend([n.cells[2]] * MOST_CELLS_OF_ONE))),
    ],
)
def test_too_much_code_goes_red(name, notebook):
    assert too_much_code({name: good()}) == []
    assert too_much_code({name: notebook}) != []
