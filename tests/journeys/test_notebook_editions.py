"""The Chinese notebooks are the English ones in other words: same cells, same calls."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "notebooks"
NAMES = sorted(p.name for p in FOLDER.glob("[0-9][0-9]_*.ipynb"))
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Where a language is named; all else of the code is the same in both.
LANGUAGE = re.compile(r'(?:, )?lang="(?:en|zh)"|--lang (?:en|zh)')
# Half-width marks beside a Chinese character; those of code and links are left out before.
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]")
LINK = re.compile(r"\]\(([^)#]+)\)")


def read(name: str, lang: str):
    return nbformat.read(FOLDER / ("" if lang == "en" else lang) / name, as_version=4)


def calls(cell) -> str:
    return LANGUAGE.sub("", cell.source)


def bare(markdown: str) -> str:
    """Prose without code and without the addresses of links."""
    return LINK.sub("]", re.sub(r"```.*?```|`[^`]*`", "", markdown, flags=re.S))


def apart(english, chinese) -> list[str]:
    """Where the two editions of a notebook are out of step."""
    kinds = [[(c.id, c.cell_type) for c in nb.cells] for nb in (english, chinese)]
    if kinds[0] != kinds[1]:
        return [f"cells {sorted(set(kinds[0]) ^ set(kinds[1])) or 'in another order'}"]
    out = []
    for one, other in zip(english.cells, chinese.cells, strict=True):
        if one.cell_type == "code":
            shown = [[sorted(o.get("data", {})) for o in c.outputs] for c in (one, other)]
            out += [f"{one.id}: other calls"] if calls(one) != calls(other) else []
            out += [f"{one.id}: other kinds of output"] if shown[0] != shown[1] else []
        else:
            out += [f"{one.id}: Chinese in English"] if CHINESE.search(bare(one.source)) else []
            out += [f"{one.id}: not Chinese"] if not CHINESE.search(other.source) else []
            found = HALF_WIDTH.search(bare(other.source))
            out += [f"{one.id}: half-width mark in {found[0]!r}"] if found else []
    return out


def test_each_notebook_has_its_chinese_edition():
    assert sorted(p.name for p in (FOLDER / "zh").glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_in_step(name):
    assert apart(read(name, "en"), read(name, "zh")) == []


@pytest.mark.parametrize("name", NAMES)
def test_charts_are_in_chinese(name):
    data = [o.get("data", {}) for c in read(name, "zh").cells for o in c.get("outputs", [])]
    titles = [d["text/plain"].splitlines()[0] for d in data if "image/png" in d]
    assert titles
    assert [t for t in titles if not CHINESE.search(t)] == []


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name, lang):
    prose = [c.source for c in read(name, lang).cells if c.cell_type == "markdown"]
    links = [x for text in prose for x in LINK.findall(text) if "://" not in x]
    where = FOLDER / ("" if lang == "en" else lang)
    assert [x for x in links if not (where / x).exists()] == []


def first(notebook, kind: str):
    return next(c for c in notebook.cells if c.cell_type == kind)


def edited(kind: str, **cell: str):
    notebook = copy.deepcopy(read(NAMES[0], "zh"))
    first(notebook, kind).update(cell)
    return notebook


@pytest.mark.parametrize(
    "chinese",
    [
        edited("code", id="elsewhere"),
        edited("code", source="plan.audit()"),
        edited("code", outputs=[]),
        edited("markdown", source="# Will the zone meet its plan?"),
        edited("markdown", source="# 计划目标能否实现?"),
    ],
)
def test_what_is_out_of_step_goes_red(chinese):
    english = read(NAMES[0], "en")
    assert apart(english, read(NAMES[0], "zh")) == []
    assert apart(english, chinese) != []
