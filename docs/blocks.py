"""Code blocks of a page, for its tests and for the gallery: what stands in a page is what runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A remark before a block says why it is not run, or that it takes long.
BLOCK = re.compile(
    r"(?:<!-- (?P<mark>not run|slow)[^>]*-->\n\n?)?^```(?P<language>\w+)\n(?P<text>.*?)^```$"
    r"(?:\n\n!\[[^\]]*\]\((?P<picture>[^)]+)\))?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """One block of code with its language, the mark before it and the picture that it makes."""

    language: str
    text: str
    mark: str
    picture: str

    def lines(self) -> list[str]:
        """The commands of a block of the console, without remarks."""
        bare = (re.sub(r"\s+# .*", "", line).strip() for line in self.text.splitlines())
        return [line for line in bare if line and not line.startswith("#")]


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in order."""
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        mark, language, text, picture = found.group("mark", "language", "text", "picture")
        yield Block(language, text, mark or "", picture or "")


def run(text: str, names: dict[str, Any]) -> Any:
    """Run a block as a notebook does: the value of its last line is what it shows."""
    code = ast.parse(text)
    last = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
    exec(compile(code, "<page>", "exec"), names)
    return (
        None if last is None else eval(compile(ast.Expression(last.value), "<page>", "eval"), names)
    )


def draw(page: Path, folder: Path) -> None:
    """Run the blocks of a page and write the charts that it shows into a folder, as PNG."""
    names: dict[str, Any] = {}
    for block in blocks(page):
        if block.language == "python":
            shown = run(block.text, names)
            if block.picture:
                file = folder / Path(block.picture).name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(shown._repr_png_())
