"""Notebooks run in fresh kernels, keep no trace of time, and fail with words that help."""

from __future__ import annotations

import copy
import os
import signal
import threading

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from zoneplan.errors import DataError
from zoneplan.report import notebooks


@pytest.fixture
def written(tmp_path):
    """Write notebooks of one code cell each: stem and source."""

    def write(**sources):
        for name, source in sources.items():
            cells = [new_markdown_cell("# Is it?\n\n## The check"), new_code_cell(source)]
            nbformat.write(new_notebook(cells=cells), tmp_path / f"{name[1:]}.ipynb")
        return tmp_path

    return write


def kernels() -> list[list[str]]:
    lines = [p.cmdline() for p in psutil.Process().children(recursive=True)]
    return [line for line in lines if "ipykernel_launcher" in " ".join(line)]


def told(folder) -> str:
    with pytest.raises(DataError) as error:
        notebooks.run_all(where=folder)
    return str(error.value)


def test_a_failed_claim_is_told_with_its_values(written):
    found = told(written(_00_a="x = 3\ny = [1]\nassert x + 1 == len(y)"))
    place = "00_a.ipynb:cell [1] under 'The check'"
    assert found.startswith(f"{place}: found not so: x + 1 == len(y) (x + 1 = 4, len(y) = 1);")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 3\nassert x > 4, 'x is large'", "not so: x is large (x = 3)"),
        ("assert all([False])", "not so: all([False]);"),
        ("def f():\n    assert 1 == 2\n\n\nf()", "not so: f();"),
        ("1 / 0", "found ZeroDivisionError: division by zero;"),
        ("raise KeyError", "found KeyError;"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_no_error_is_told_bare(source, said, written):
    found = told(written(_00_a=source))
    assert said in found
    assert "AssertionError" not in found


def test_a_cell_that_does_not_end_is_told(written, monkeypatch):
    monkeypatch.setattr(notebooks, "CELL_SECONDS", 2)
    assert "cell [1] under 'The check': found no end after 2 s" in told(
        written(_00_a="import time\ntime.sleep(60)")
    )


def test_all_problems_are_told_and_all_notebooks_saved_or_none(written):
    folder = written(_00_good="1", _01_bad="1 / 0", _02_worse="{}['x']")
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(DataError) as error:
        notebooks.run_all(write=True, where=folder)
    assert [p.file for p in error.value.problems] == ["01_bad.ipynb", "02_worse.ipynb"]
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


def test_runs_come_in_reading_order_and_are_told(written):
    folder, heard = written(_00_a="1", _01_b="2", _02_c="3"), []
    runs = notebooks.run_all(True, folder, lambda name, end: heard.append((name, end)))
    assert list(runs) == ["00_a", "01_b", "02_c"]
    # The last ones, which take longest, begin first.
    assert heard[0] == ("02_c", False)
    assert {name for name, end in heard if end} == set(runs)
    assert b'"execution_count": 1' in (folder / "01_b.ipynb").read_bytes()


def test_a_folder_without_notebooks_is_told(tmp_path):
    with pytest.raises(DataError, match="no notebook"):
        notebooks.run_all(where=tmp_path)


def test_the_plan_reaches_the_kernel(written):
    folder = written(_00_a="import os\nprint(os.environ['ZONEPLAN_PLAN'])")
    runs = notebooks.run_all(where=folder, env={"ZONEPLAN_PLAN": "/somewhere"})
    assert runs["00_a"].cells[1].outputs[0].text == "/somewhere\n"
    assert "ZONEPLAN_PLAN" not in os.environ


def test_no_kernel_is_left_behind(written):
    before = kernels()
    notebooks.run(written(_00_a="1") / "00_a.ipynb")
    assert [k for k in kernels() if k not in before] == []


def test_an_interruption_stops_the_kernels(written, monkeypatch):
    folder = written(_00_a="import time\ntime.sleep(60)", _01_b="import time\ntime.sleep(60)")
    begun, before = threading.Event(), kernels()

    def tell(name, finished):
        begun.set()

    def interrupt():
        begun.wait(30)
        signal.raise_signal(signal.SIGINT) if os.name == "nt" else os.kill(
            os.getpid(), signal.SIGINT
        )

    threading.Timer(3, interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        notebooks.run_all(where=folder, tell=tell)
    assert [k for k in kernels() if k not in before] == []


def test_a_run_leaves_no_trace_of_time(tmp_path):
    cell = new_code_cell("1 + 1", metadata={"execution": {"iopub.execute_input": "2020"}})
    file = tmp_path / "00_a.ipynb"
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Is it?"), cell]), file)
    saved = [notebooks.save_clean(file).read_bytes() for _ in range(2)]
    assert saved[0] == saved[1]
    assert b"iopub" not in saved[0]
    assert b'"execution_count": 1' in saved[0]


def test_ids_hidden_input_and_tags_are_kept_and_missing_ids_are_given():
    hidden = {"jupyter": {"source_hidden": True, "outputs_hidden": True}, "tags": ["a"]}
    cells = [new_code_cell("1", id="gdp-path", metadata=hidden), new_code_cell("2")]
    notebook = new_notebook(cells=cells)
    del notebook.cells[1]["id"]
    notebook.cells[1].metadata = nbformat.from_dict({"collapsed": True, "trusted": True})
    once = notebooks.normalise(copy.deepcopy(notebook))
    assert [c.id for c in once.cells] == ["gdp-path", "cell-01"]
    kept = {"jupyter": {"source_hidden": True}, "tags": ["a"]}
    assert [dict(c.metadata) for c in once.cells] == [kept, {}]
    assert notebooks.normalise(copy.deepcopy(once)) == once
