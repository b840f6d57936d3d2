"""Every text of the messages is used somewhere: what nobody reads is not translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import zoneplan
from zoneplan.messages import words

LIBRARY = Path(zoneplan.__file__).parent
# Texts of charts whose stories are still to be told anew; goes with the last of them.
IN_WORK = ("charts.", "figures.")


def patterns(source: str) -> Iterator[str]:
    """A pattern for every key that a module may ask for; what is put in later fits anything."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(p.value)) if isinstance(p, ast.Constant) else r"[\w. -]+"
                for p in node.values
            ]
            if any(c.isalpha() for p in parts if p != r"[\w. -]+" for c in p):
                yield "".join(parts)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "group":
            for arg in node.args:
                known = isinstance(arg, ast.Constant)
                yield (re.escape(str(arg.value)) if known else r"[\w. -]+") + r"\.[\w. -]+"


def unused(sources: list[str], keys: list[str]) -> list[str]:
    """The keys that no source asks for."""
    every = {p for source in sources for p in patterns(source)}
    asked = re.compile("|".join(sorted(p for p in every if not p.startswith(r"[\w. -]+\."))))
    # Groups whose name is that of a result are looked up by its subject.
    subjects = {s for source in sources for s in re.findall(r'SUBJECT[^=]*= "([\w.]+)"', source)}
    return [k for k in keys if not asked.fullmatch(k) and k.rpartition(".")[0] not in subjects]


def test_every_text_is_used():
    sources = [p.read_text(encoding="utf-8") for p in sorted(LIBRARY.rglob("*.py"))]
    keys = [k for k in sorted(words("en").texts) if not k.startswith(IN_WORK)]
    assert unused(sources, keys) == []


def test_an_unused_text_is_found():
    source = 'w("a.one", x=1)\nw(f"b.{key}.title")\nw.group("c.d")\nw.group(f"e.{x}")'
    keys = ["a.one", "a.two", "b.odds.title", "b.odds.text", "c.d.f", "c.e", "e.f.g"]
    assert unused([source], keys) == ["a.two", "b.odds.text", "c.e"]
