"""Problems in the language of the reader:

English texts of the lower layers, found again by their templates.
"""

from __future__ import annotations

import re
from functools import cache

from zoneplan.errors import Problem, readable
from zoneplan.messages import words


def told(problem: Problem, lang: str) -> str:
    """A problem in one line: place, what was found and what is expected."""
    if lang == "en":
        return str(problem)
    w = words(lang)
    where = [readable(str(problem.file))]
    where += [w("problems.line.row", row=problem.row)] if problem.row is not None else []
    where += (
        [w("problems.line.column", column=problem.column)] if problem.column is not None else []
    )
    found, expected = (
        readable(translated(t, lang), 1000) for t in (problem.found, problem.expected)
    )
    return w("problems.line.said", where=" ".join(where), found=found, expected=expected)


def translated(text: str, lang: str) -> str:
    """A text of a problem, a reason or a remark in a language; as it stands where no
    template fits.
    """
    if lang == "en":
        return text
    for key, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            parts = {k: translated(v, lang) for k, v in found.groupdict().items()}
            return words(lang)(key, **parts)
    return text


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    """The English templates as patterns, those with the most words of their own first."""
    texts = words("en").group("problems.text")
    parts = {k: re.split(r"\{(\w+)\}", t) for k, t in texts.items()}
    order = sorted(parts, key=lambda k: -sum(map(len, parts[k][::2])))
    return [(f"problems.text.{k}", re.compile(_pattern(parts[k]), re.DOTALL)) for k in order]


def _pattern(parts: list[str]) -> str:
    return "".join(f"(?P<{p}>.+?)" if n % 2 else re.escape(p) for n, p in enumerate(parts))
