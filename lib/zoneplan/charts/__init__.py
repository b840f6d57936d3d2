"""Charts: a few general forms that draw tables by their encoding, measured and checked on export.

``theme`` holds colours, sizes and fonts, ``page`` title block, margins and panels, ``labels`` where
small texts stand, ``encoding`` which columns are drawn as what, ``chart`` the finished chart; the
forms are ``rows``, ``paths``, ``scatter`` and ``grid``. A story says which columns of a result a
form draws and finds the title that fits the finding; ``draw`` tells the story of a result, and
``stories`` lists those of the brief.
"""

from __future__ import annotations

import functools
from typing import Any

from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.theme import sized
from zoneplan.messages import words
from zoneplan.result import Nothing, Result

__all__ = ["Chart", "draw", "sized", "source_line", "story"]


@functools.singledispatch
def story(result: object, lang: str = "en", **options: Any) -> Chart | Nothing:
    """The chart of a result in a language; modules of stories register theirs."""
    if isinstance(result, Result):
        return Nothing(words(lang)("charts.none"))
    raise TypeError(f"no chart is known for {type(result).__name__}")


def draw(
    result: object, lang: str = "en", *, title: str = "", size: str = "page", **options: Any
) -> Chart | Nothing:
    """Tell the story of a result, under its own title or a given one, in a size."""
    with sized(size, title):
        return story(result, lang, **options)


from zoneplan.charts import (  # noqa: E402
    stories_evaluation,  # noqa: F401
    stories_forecast,  # noqa: F401
    stories_peers,  # noqa: F401
    stories_stress,  # noqa: F401
    what_if,  # noqa: F401
)
