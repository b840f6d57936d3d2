"""Somebody's first day: from a spreadsheet to a paper in three commands, without a network, without
the right to change
the project's data, and with names that other programs would obey.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from zoneplan.data import tables

pytestmark = pytest.mark.slow

LONGEST = 600
CUT = ("unshare", "--net"), ("unshare", "--map-root-user", "--net")
# The administrator of a machine may write everywhere: this right is given up.
NO_OVERRIDE = "setpriv", "--bounding-set=-dac_override"
SCRIPT, TAG, FORMULA = "<script>alert(1)</script>", "<b>A&B</b> zone", '=HYPERLINK("http://x.org")'


def works(command: tuple[str, ...]) -> bool:
    return (
        shutil.which(command[0]) is not None
        and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    )


@functools.cache
def walls() -> tuple[str, ...]:
    """What a command begins with to run in a namespace without a network, as somebody who may not
    write everywhere.
    """
    cut = next(filter(works, CUT), ())
    return (*cut, *(NO_OVERRIDE if works((*cut, *NO_OVERRIDE)) else ()))


def program(*arguments: object, **more: object) -> subprocess.CompletedProcess:
    command = [*walls(), sys.executable, "-m", "zoneplan", *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONGEST,
        check=False,
        **more,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A copy of the project's data that nobody may change."""
    folder = Path(shutil.copytree(tables.data_dir(), tmp_path_factory.mktemp("readonly") / "data"))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def sheet(file: Path) -> Path:
    """Suzhou Industrial Park as published (rows of peer_zones), with made-up targets, as an office
    types it.
    """
    book = openpyxl.Workbook()
    page = book.active
    page.append([f"{TAG}: three-year plan 2024-2026, main indicators"])
    page.append(["Unit: CNY 100 million unless stated"])
    page.append(["Indicator", "Unit", "Actual", None, None, "Target", None, None, "Remarks"])
    page.append([None, None, 2015, 2020, 2023, 2024, 2025, 2026, None])
    for block in ("A1:I1", "A2:I2", "C3:E3", "F3:H3"):
        page.merge_cells(block)
    for row in [
        [
            "Gross domestic product (GDP)",
            None,
            2070,
            2907,
            3686,
            3900,
            4130,
            "4,400",
            "about 6 % a year",
        ],
        ["General public budget revenue", None, 257.2, 377, 411.1, 425, 440, "４５５", None],
        ["Actual use of foreign capital", "USD 100 million", None, None, 19.5, 20, 20, 20, None],
        ["Fixed asset investment", None, None, None, 592.9, 620, 650, 690, None],
        ["Total import and export", None, None, None, 6069.7, 6200, 6400, 6700, None],
        [
            "Gross industrial output above designated size",
            None,
            None,
            None,
            6509.4,
            6800,
            7100,
            7500,
            None,
        ],
        ["R&D expenditure as share of GDP", "%", None, None, None, "5.0%", "5.1%", 0.052, None],
        ["High-tech enterprises", "firms", None, None, None, 2600, 2800, "≥3,000", None],
        [f"Park tax {SCRIPT}", None, 670, None, None, 780, 810, 850, None],
        [FORMULA, None, None, None, None, 5, 6, 7, None],
    ]:
        page.append(row)
    page["H11"].number_format = "0.0%"
    page.cell(page.max_row, 1).data_type = "s"
    book.save(file)
    return file


def everything(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory, data) -> tuple[Path, list[subprocess.CompletedProcess]]:
    """The plan's folder after the three commands, and what each of them said."""
    folder = tmp_path_factory.mktemp("newcomer")
    file, env = sheet(folder / "zone.xlsx"), os.environ | {"ZONEPLAN_DATA": str(data)}
    plan = folder / "zone"
    commands = (
        ["import", file, "--yes"],
        ["check", "--plan", plan],
        ["brief", "--plan", plan, "--lang", "en"],
    )
    return plan, [program(*c, cwd=folder, env=env) for c in commands]


def test_nobody_could_cheat(data):
    if not walls():
        pytest.skip("this machine offers neither namespaces nor a way to give up rights")
    probe = "import socket; socket.create_connection(('192.0.2.1', 80), 1)"
    if "unshare" not in walls():
        probe = "1 / 0"
    quiet = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    out = subprocess.run(
        [*walls(), sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        env=quiet,
        check=False,
    )
    assert "unreachable" in out.stderr or "ZeroDivisionError" in out.stderr
    probe = f"open({str(data / 'sources.csv')!r}, 'a')"
    out = subprocess.run(
        [*walls(), sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert "PermissionError" in out.stderr


def test_three_commands_lead_from_a_spreadsheet_to_a_paper(made, data):
    plan, said = made
    assert [d.returncode for d in said] == [0, 0, 0], said[-1].stderr[-2000:]
    taken, checked, brief = said
    assert "Not understood, 1 cell" in taken.stdout
    assert "remarks" in taken.stdout
    assert "5 of 10 series have odds" in checked.stdout
    assert "on record only to" in checked.stdout
    assert "Traceback" not in brief.stderr
    assert "5 of 10 series cannot be assessed" in brief.stdout
    reports = plan / "reports"
    assert {
        "brief.docx",
        "brief.md",
        "brief.pdf",
        "brief.pptx",
        "zoneplan.xlsx",
        "figures",
        "html",
    } == {p.name for p in reports.iterdir()}
    text = (reports / "brief.md").read_text(encoding="utf-8")
    assert "Figures of the reader's own that are in these odds" in text
    assert "CNY 368.6 billion" in text
    assert everything(data) == everything(tables.data_dir())
    assert [p.name for p in plan.iterdir() if p.name.startswith(".")] == []


def test_names_are_shown_and_never_obeyed(made):
    reports = made[0] / "reports"
    pages = {name: raw.decode("utf-8") for name, raw in everything(reports / "html").items()}
    assert not [name for name, html in pages.items() if SCRIPT in html or "<b>A&B</b>" in html]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages["03_forecast_2020.html"]
    assert "&lt;b&gt;A&amp;B&lt;/b&gt; zone" in pages["00_index.html"]
    with zipfile.ZipFile(reports / "brief.docx") as packed:
        words = re.sub(r"<[^>]+>", "", packed.read("word/document.xml").decode("utf-8"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in words
    assert "HYPERLINK" in words
    cells = [
        c
        for page in openpyxl.load_workbook(reports / "zoneplan.xlsx")
        for row in page.iter_rows()
        for c in row
    ]
    assert [c.data_type for c in cells if c.value == FORMULA]
    assert all(c.data_type == "s" for c in cells if c.value == FORMULA)
    assert not [c.coordinate for c in cells if c.data_type == "f"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_an_interrupted_brief_leaves_the_earlier_one_whole(how, made, tmp_path):
    out = Path(shutil.copytree(made[0] / "reports", tmp_path / "reports"))
    before = everything(out)
    command = [
        sys.executable,
        "-m",
        "zoneplan",
        "brief",
        "--plan",
        str(made[0]),
        "--out",
        str(out),
        "--lang",
        "en",
    ]
    # What a shell starts in the background is deaf to Ctrl-C, and so is what it starts in turn.
    hearing = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        process_group=0,
        preexec_fn=hearing,
    ) as running:
        while "running" not in running.stderr.read(40):
            pass
        # Kernels have begun their work.
        time.sleep(2)
        os.killpg(running.pid, how)
        said = running.stderr.read()
        running.wait(LONGEST)
    assert everything(out) == before
    if how == signal.SIGINT:
        assert running.returncode == 130
        assert said.endswith("interrupted\n")
        assert "Traceback" not in said
        assert [p.name for p in tmp_path.iterdir()] == ["reports"]
