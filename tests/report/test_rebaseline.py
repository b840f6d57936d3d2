"""Changing published numbers on purpose: every change is shown, asked for and written down."""

from __future__ import annotations

import base64
import copy
import io
from datetime import date

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from zoneplan import cli
from zoneplan.errors import Problem
from zoneplan.report import notebooks
from zoneplan.report.compare import changed, side_by_side
from zoneplan.report.pages import fetched
from zoneplan.report.rebaseline import entry, record


def notebook(*outputs, picture="AAAA"):
    cells = [new_markdown_cell("# Title", id="title"), new_markdown_cell("## Step 1", id="step")]
    for k, text in enumerate(outputs):
        data = {"text/plain": text} | ({"image/png": picture} if k == 0 else {})
        shown = [new_output("display_data", data)]
        cells.append(new_code_cell(f"cell({k})", outputs=shown, id=f"cell-{k}"))
    return new_notebook(cells=cells)


def rows(before, after):
    return changed({"01_a": before}, {"01_a": after}).to_numpy().tolist()


def test_the_same_run_changes_nothing():
    one = notebook("GDP 258.8", "odds 36-55 %")
    assert changed({"01_a": one}, {"01_a": copy.deepcopy(one)}).empty


def test_a_number_is_shown_old_and_new_with_its_words():
    before = notebook("x", "GDP of 258.8 in 2020, odds -1.5 %")
    after = notebook("x", "GDP of 1,259.1 in 2020, odds -1.5 %")
    shown = ["01_a", "Step 1", "GDP of # in #, odds # %", "258.8", "1,259.1"]
    assert rows(before, after) == [shown]


def test_columns_of_a_table_may_shift():
    # A wider number moves the blanks of its line; that is no other text.
    shown = ["01_a", "Step 1", "GDP # x", "9.9", "10.1"]
    assert rows(notebook("GDP    9.9  x"), notebook("GDP   10.1  x")) == [shown]
    assert rows(notebook("a   b"), notebook("a b")) == []


def test_other_words_are_shown_as_lines():
    shown = ["01_a", "Step 1", "text", "likely met", "hardly met"]
    assert rows(notebook("likely met"), notebook("hardly met")) == [shown]
    assert rows(notebook("a\nb"), notebook("a")) == [["01_a", "Step 1", "text", "b", ""]]


def test_a_line_more_leaves_the_others_alone():
    found = rows(notebook("a 1\nb 2\nc 3"), notebook("a 1\nnew 9\nb 2\nc 4"))
    assert found == [["01_a", "Step 1", "text", "", "new 9"], ["01_a", "Step 1", "c #", "3", "4"]]


def test_a_picture_counts():
    found = rows(notebook("x"), notebook("x", picture="BBBB"))
    assert found == [["01_a", "Step 1", "picture", "as saved", "drawn otherwise"]]


def test_cells_are_the_same_where_their_ids_are():
    before, after = notebook("1", "2"), notebook("1", "3")
    after.cells.insert(2, new_code_cell("new()", id="new"))
    assert rows(before, after) == [["01_a", "Step 1", "#", "2", "3"]]


def test_the_list_of_changes_gets_one_short_paragraph_and_keeps_what_it_has(tmp_path):
    before, after = notebook("GDP 1\nodds 2"), notebook("GDP 3\nodds 4", picture="BBBB")
    found = changed({"01_a": before}, {"01_a": after})
    file = tmp_path / "CHANGES.md"
    record(found, " newer yearbook ", date(2026, 1, 2), file)
    first = file.read_text(encoding="utf-8")
    said = "2 numbers and 1 picture changed in 01_a, such as “GDP #”: 1, now 3."
    assert first.endswith(f"\n## 2026-01-02: newer yearbook\n\n{said}\n")
    record(found, "again", date(2026, 1, 3), file)
    assert file.read_text(encoding="utf-8") == first + entry(found, "again", date(2026, 1, 3))


def table(growth: str, picture="AAAA", **metadata):
    html = (
        "<table><thead><tr><th>indicator</th><th>year</th><th>growth</th></tr></thead><tbody>"
        f"<tr><td>GDP</td><td>2019</td><td>8.0</td></tr>"
        f"<tr><td>trade</td><td>2019</td><td>{growth}</td></tr></tbody></table>"
    )
    shown = new_output("execute_result", {"text/html": html, "text/plain": growth}, **metadata)
    drawn = new_output("display_data", {"image/png": picture, "text/plain": "Chart a: b"})
    cells = [new_markdown_cell("# Title", id="t"), new_code_cell("x", outputs=[shown], id="a")]
    return new_notebook(cells=[*cells, new_code_cell("y", outputs=[drawn], id="b")])


def test_a_cell_of_a_table_is_named_by_row_and_column():
    shown = ["01_a", "Title", "trade / growth", "7.1", "7.2"]
    assert rows(table("7.1"), table("7.2")) == [shown]


def test_what_a_front_end_notes_is_no_change():
    """JupyterLab saves counts, times and versions of its own, and ends a picture with a line."""
    before, after = table("7.1"), table("7.1", "AAAA\n", execution_count=7)
    after.metadata = {"kernelspec": {"display_name": "Python 3 (ipykernel)"}, "widgets": {"x": 1}}
    for cell in after.cells:
        cell.metadata = {"editable": True, "execution": {"iopub.status.busy": "now"}}
    assert rows(before, after) == []


def test_another_kind_of_output_is_never_passed_over():
    before, after = table("7.1"), table("7.1")
    after.cells[1].outputs[0].data["application/json"] = "{}"
    assert rows(before, after) == [
        ["01_a", "Title", "output", "as saved", "another kind of output"]
    ]


def picture(shade: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), (shade, shade, shade)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_a_tolerance_lets_last_digits_and_shades_pass_and_no_more():
    before = {"01_a": table("7.1000", picture(100))}
    near, far = {"01_a": table("7.1001", picture(101))}, {"01_a": table("7.3", picture(200))}
    assert len(changed(before, near)) == 2
    assert changed(before, near, 0.01).empty
    assert len(changed(before, far, 0.01)) == 2
    words = {"01_a": table("eight", picture(100))}
    assert changed(before, words, 0.5)["now"].tolist() == ["eight"]


def test_the_page_holds_both_pictures_and_every_failed_claim():
    before, after = {"01_a": table("7.1")}, {"01_a": table("7.2<", picture="BBBB")}
    failed = [Problem("01_a.ipynb", None, "cell [1]", "not so: a > 1 (a = 0)", "it to hold")]
    page = side_by_side(before, after, changed(before, after), failed)
    assert page.index("base64,AAAA") < page.index("base64,BBBB")
    assert "not so: a &gt; 1 (a = 0)" in page
    assert "7.2&lt;" in page
    assert fetched(page) == []


# Comparing and rebaselining.


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of one notebook, and a run of it that shows another number."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebooks.save_clean(folder / "01_a.ipynb", notebook("GDP 1"))
    after = {"01_a": notebooks.normalise(notebook("GDP 2"))}
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    monkeypatch.setattr(notebooks, "run_all", lambda **_: after)
    return tmp_path


@pytest.mark.parametrize(
    ("answer", "saved"), [("y", True), ("n", False), ("", False), (None, False)]
)
def test_nothing_is_saved_without_a_yes(project, monkeypatch, capsys, answer, saved):
    def reply(_):
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", reply)
    before = (project / "notebooks/01_a.ipynb").read_bytes()
    assert cli.main(["rebaseline", "--why", "a reason"]) == (0 if saved else 1)
    said = ["01_a, under 'Step 1'", "    GDP #: 1 -> 2"]
    assert capsys.readouterr().out.splitlines()[:2] == said
    assert ((project / "notebooks/01_a.ipynb").read_bytes() != before) == saved
    assert (project / "CHANGES.md").exists() == saved


def test_yes_may_be_said_before_and_the_next_run_finds_nothing(project, capsys):
    assert cli.main(["rebaseline", "--why", "a reason", "--yes"]) == 0
    assert "a reason" in (project / "CHANGES.md").read_text(encoding="utf-8")
    before = (project / "CHANGES.md").read_bytes()
    assert cli.main(["rebaseline", "--why", "another", "--yes"]) == 0
    assert "nothing was written" in capsys.readouterr().out
    assert (project / "CHANGES.md").read_bytes() == before


def test_a_reason_is_demanded(project, capsys):
    assert cli.main(["rebaseline", "--why", " "]) == 1
    assert "the reason why" in capsys.readouterr().err


def test_the_numbers_of_the_notebooks_are_those_of_the_shipped_plan(
    project, tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv("ZONEPLAN_PLAN", str(tmp_path))
    assert cli.main(["rebaseline", "--why", "a reason"]) == 1
    assert "with a user plan" in capsys.readouterr().err


def claim(*lines: str):
    cells = [new_markdown_cell("# Is it so?", id="t"), new_markdown_cell("## Checks", id="u")]
    cells += [new_code_cell(line, id=f"c{k}") for k, line in enumerate(lines)]
    return new_notebook(cells=cells)


@pytest.fixture
def claims(tmp_path, monkeypatch):
    """A notebook whose claim has become wrong, and whose number has moved."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = claim("growth = 3.2", 'assert growth > 4, "growth is above 4"', "print(growth)")
    notebook.cells[-1].outputs = [new_output("stream", name="stdout", text="4.4\n")]
    notebooks.save_clean(folder / "03_a.ipynb", notebook)
    monkeypatch.setattr(notebooks, "folder", lambda: folder)
    return tmp_path


def test_a_failed_claim_and_all_that_moved_are_shown_together(claims, capsys):
    before = (claims / "notebooks/03_a.ipynb").read_bytes()
    assert cli.main(["run-notebooks", "--compare", "03"]) == 1
    said = capsys.readouterr().out
    assert "growth is above 4" in said
    assert "growth = 3.2" in said
    assert "under 'Checks'" in said
    assert "#: 4.4 -> 3.2" in said
    page = (claims / "build" / "notebooks.html").read_text(encoding="utf-8")
    assert "growth is above 4" in page
    # With a claim that fails its notebook is not saved, whatever is answered.
    assert cli.main(["rebaseline", "--why", "a reason", "--yes"]) == 1
    said = capsys.readouterr().out
    assert "growth is above 4" in said
    assert "mend them first" in said
    assert (claims / "notebooks/03_a.ipynb").read_bytes() == before
    assert not (claims / "CHANGES.md").exists()


def test_notebooks_without_a_failed_claim_are_saved_beside_one(claims):
    folder = claims / "notebooks"
    sound = claim("print(3.2)")
    sound.cells[-1].outputs = [new_output("stream", name="stdout", text="4.4\n")]
    notebooks.save_clean(folder / "04_b.ipynb", sound)
    before = (folder / "03_a.ipynb").read_bytes()
    assert cli.main(["rebaseline", "--why", "a reason", "--yes"]) == 1
    assert (folder / "03_a.ipynb").read_bytes() == before
    assert "3.2" in (folder / "04_b.ipynb").read_text(encoding="utf-8")
    assert "04_b" in (claims / "CHANGES.md").read_text(encoding="utf-8")


def test_an_installed_library_is_not_written_into(claims, monkeypatch, capsys):
    from zoneplan.data import tables

    monkeypatch.setattr(tables, "is_installed", lambda: True)
    for command in (["rebaseline", "--why", "x", "--yes"], ["run-notebooks", "--save"]):
        assert cli.main(command) == 1
        assert "an installed library" in capsys.readouterr().err


def test_a_number_that_no_notebook_has_is_told(claims, capsys):
    assert cli.main(["run-notebooks", "--compare", "77"]) == 1
    assert "77" in capsys.readouterr().err
