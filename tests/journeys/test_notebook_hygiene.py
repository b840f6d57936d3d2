"""What nbval lets pass in silence: never-run cells, stale prose, warnings saved for ever."""

from __future__ import annotations

import copy
import io
import re
import statistics
import tokenize
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from zoneplan.report import notebooks

ROOT = Path(__file__).resolve().parents[2]
PATHS = notebooks.paths(ROOT / "notebooks")
LONGEST_P90 = 12
MOST_IGNORED = 0
FEWEST_ASSERTS = 3


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
    wanted = list(range(1, len(counts) + 1))
    return (
        [] if counts == wanted and counts else [f"cells were run as {counts}, not 1..{len(counts)}"]
    )


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
        f"no output, and more than imports or asserts: {c.source[:60]!r}"
        for c in silent
        if not prepares(c.source)
    ]


def prepares(source: str) -> bool:
    import ast

    def fits(node: ast.stmt) -> bool:
        # What is claimed of the shipped plan alone stands under a condition.
        guarded = (
            isinstance(node, ast.If)
            and not node.orelse
            and all(isinstance(n, ast.Assert) for n in node.body)
        )
        return guarded or isinstance(node, (ast.Import, ast.ImportFrom, ast.Assert))

    return all(map(fits, ast.parse(source).body))


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
    return [f"{len(found)} cells escape nbval: {found}"] if len(found) > MOST_IGNORED else []


def claims_are_asserted(notebook) -> list[str]:
    import ast

    # The claims of a notebook in the short vocabulary stand in tests/claims.
    if any("import zoneplan as zp" in c.source for c in code_cells(notebook)):
        return []
    n = sum(
        isinstance(x, ast.Assert)
        for c in code_cells(notebook)
        for x in ast.walk(ast.parse(c.source))
    )
    return [] if n >= FEWEST_ASSERTS else [f"{n} asserts, fewer than {FEWEST_ASSERTS}"]


def answer_is_rendered(notebook) -> list[str]:
    rendered = [o for o in outputs(notebook) if "text/markdown" in o.get("data", {})]
    numbered = [o for o in rendered if re.search(r"\d", "".join(o.data["text/markdown"]))]
    return [] if numbered else ["no answer with numbers rendered as Markdown"]


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
    claims_are_asserted,
    answer_is_rendered,
    title_asks,
    prose_has_no_typed_results,
]


def long_cells(collection: list) -> list[str]:
    lengths = [len(c.source.splitlines()) for nb in collection for c in code_cells(nb)]
    p90 = (
        statistics.quantiles(lengths, n=10, method="inclusive")[-1]
        if len(lengths) > 1
        else max(lengths, default=0)
    )
    return [] if p90 <= LONGEST_P90 else [f"one cell in ten is longer than {p90:.0f} lines"]


def read(path: Path):
    return nbformat.read(path, as_version=4)


def test_there_are_notebooks():
    assert [p.stem[:2] for p in PATHS] == [f"{n:02d}" for n in range(len(PATHS))]
    assert len(PATHS) >= 6


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_notebook(path, check):
    assert check(read(path)) == []


def test_cells_are_short():
    assert long_cells([read(p) for p in PATHS]) == []


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_saved_as_the_save_command_saves(path):
    before = read(path)
    assert nbformat.writes(before) == nbformat.writes(notebooks.normalise(copy.deepcopy(before)))


def good():
    """The smallest notebook that passes every check."""
    answer = new_output(
        "display_data", {"text/markdown": "The answer is 42 %.", "text/plain": "<Markdown>"}
    )
    cells = [
        new_markdown_cell("# Is it so?"),
        new_code_cell("import pandas as pd", execution_count=1),
        new_code_cell("show(answer)", execution_count=2, outputs=[answer]),
        new_code_cell("assert a > 1\nassert b > 1\nassert c > 1", execution_count=3),
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
    (silent_cells_only_prepare, with_source(3, "x = 1")),
    (silent_cells_only_prepare, with_source(3, "if shipped:\n    x = 1")),
    (nothing_ignored, changed(lambda n: n.cells[2].metadata.update(tags=["nbval-ignore-output"]))),
    (nothing_ignored, with_source(2, "# NBVAL_IGNORE_OUTPUT (times)\nshow(answer)")),
    (claims_are_asserted, with_source(3, "assert a > 1")),
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


def test_long_cells_go_red():
    assert long_cells([good()]) == []
    assert long_cells([with_source(2, "\n".join(["x = 1"] * 40))]) != []
