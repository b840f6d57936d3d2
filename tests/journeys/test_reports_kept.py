"""The committed reports are what the code makes of data and notebooks, and they stay small."""

from __future__ import annotations

import math
import shutil
import zipfile
from pathlib import Path

import nbformat
import openpyxl
import pypdf
import pytest

from zoneplan.messages import LANGS
from zoneplan.report import brief, notebooks

# Two pages to send and two live sheets hold 8,192 draws of every series: 4 MB of it all.
MOST_BYTES = 18_000_000
# Written by the benches, which run by themselves, and quick papers.
APART = ("bench", "quick")


def files(folder: Path) -> dict[str, Path]:
    """Every file of a brief by its place in the folder."""
    return {
        p.relative_to(folder).as_posix(): p
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.relative_to(folder).parts[0] not in APART
    }


def differences(kept: Path, made: Path) -> list[str]:
    """What is missing, too much or different, file by file."""
    old, new = files(kept), files(made)
    found = [f"{name}: only in the committed reports" for name in old.keys() - new.keys()]
    found += [f"{name}: not in the committed reports" for name in new.keys() - old.keys()]
    for name in sorted(old.keys() & new.keys()):
        if old[name].read_bytes() == new[name].read_bytes():
            continue
        found += [
            f"{name}: {what}" for what in KINDS.get(old[name].suffix, whole)(old[name], new[name])
        ]
    return found


def whole(old: Path, new: Path) -> list[str]:
    return [f"{old.stat().st_size} bytes, made anew {new.stat().st_size}, not the same"]


def office(old: Path, new: Path) -> list[str]:
    """Word and slides: texts hold formatted numbers, so every part is the same."""
    with zipfile.ZipFile(old) as a, zipfile.ZipFile(new) as b:
        if a.namelist() != b.namelist():
            return ["other parts"]
        return [f"{part} differs" for part in a.namelist() if a.read(part) != b.read(part)]


def cells(old: Path, new: Path) -> list[str]:
    """Workbooks: equal texts, and numbers that agree to nine digits."""
    a, b = openpyxl.load_workbook(old), openpyxl.load_workbook(new)
    if a.sheetnames != b.sheetnames:
        return ["other sheets"]
    found = []
    for x, y in zip(a, b, strict=True):
        if x.dimensions != y.dimensions:
            found.append(f"{x.title}: {x.dimensions}, made anew {y.dimensions}")
            continue
        pairs = (
            (c, d)
            for p, q in zip(x.iter_rows(), y.iter_rows(), strict=True)
            for c, d in zip(p, q, strict=True)
        )
        found += [
            f"{x.title}!{c.coordinate}: {c.value!r}, made anew {d.value!r}"
            for c, d in pairs
            if not same(c.value, d.value)
        ]
    return found


def same(x: object, y: object) -> bool:
    if isinstance(x, (int, float)) and isinstance(y, (int, float)):
        return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-12)
    return x == y


def printed(old: Path, new: Path) -> list[str]:
    """PDF: the same words on the same pages."""
    a, b = ([page.extract_text() for page in pypdf.PdfReader(file).pages] for file in (old, new))
    if len(a) != len(b):
        return [f"{len(a)} pages, made anew {len(b)}"]
    return [
        f"page {n} differs" for n, (x, y) in enumerate(zip(a, b, strict=True), start=1) if x != y
    ]


KINDS = {".docx": office, ".pptx": office, ".xlsx": cells, ".pdf": printed}


# One test, so that the reports are made once however the tests are spread over processes.
@pytest.mark.slow
def test_the_committed_reports_are_what_the_code_makes(plan, tmp_path):
    kept = brief.reports_dir(plan)
    runs = {path.stem: nbformat.read(path, as_version=4) for path in notebooks.paths()}
    brief.write_reports(plan, runs, tmp_path / "reports", LANGS, "../../notebooks")
    found = differences(kept, tmp_path / "reports")
    assert not found, "the reports are not those of this code: make brief\n" + "\n".join(found[:40])
    pages = {
        name: len(pypdf.PdfReader(path).pages)
        for name, path in files(kept).items()
        if path.suffix == ".pdf"
    }
    assert set(pages) == {"brief.pdf", "brief_zh.pdf"}
    assert all(8 <= n <= 14 for n in pages.values()), pages


def test_the_reports_are_small(plan):
    every = [p for p in brief.reports_dir(plan).rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in every) < MOST_BYTES


@pytest.fixture
def two(tmp_path):
    """Two equal small briefs."""
    a, b = tmp_path / "a", tmp_path / "b"
    (a / "figures").mkdir(parents=True)
    (a / "figures" / "x.png").write_bytes(b"picture")
    (a / "brief.md").write_text("words")
    book = openpyxl.Workbook()
    book.active.append([1.0, "text"])
    book.save(a / "zoneplan.xlsx")
    with zipfile.ZipFile(a / "brief.docx", "w") as archive:
        archive.writestr("word/document.xml", "<p>37 %</p>")
    shutil.copytree(a, b)
    return a, b


def rewritten(file: Path, value: float) -> None:
    book = openpyxl.load_workbook(file)
    book.active["A1"].value = value
    book.save(file)


def test_equal_briefs_do_not_differ_and_a_last_digit_is_no_difference(two):
    a, b = two
    rewritten(b / "zoneplan.xlsx", 1.0 + 1e-12)
    assert differences(a, b) == []


def test_every_difference_is_named(two):
    a, b = two
    rewritten(b / "zoneplan.xlsx", 1.01)
    (b / "figures" / "x.png").write_bytes(b"pictura")
    (b / "figures" / "new.png").write_bytes(b"")
    (b / "brief.md").unlink()
    with zipfile.ZipFile(b / "brief.docx", "w") as archive:
        archive.writestr("word/document.xml", "<p>38 %</p>")
    assert differences(a, b) == [
        "brief.md: only in the committed reports",
        "figures/new.png: not in the committed reports",
        "brief.docx: word/document.xml differs",
        "figures/x.png: 7 bytes, made anew 7, not the same",
        "zoneplan.xlsx: Sheet!A1: 1, made anew 1.01",
    ]
