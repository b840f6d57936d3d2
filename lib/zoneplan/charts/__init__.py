"""Charts: a few general forms that draw tables by their encoding, measured and checked on export.

``theme`` holds colours, sizes and fonts, ``page`` title block, margins and panels, ``labels`` where
small texts stand, ``encoding`` which columns are drawn as what, ``chart`` the finished chart; the
forms are ``rows``, ``paths``, ``scatter`` and ``grid``. ``draw`` finds the story of a result.
"""

from __future__ import annotations

import functools
from typing import Any

from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.theme import sized
from zoneplan.result import Nothing

__all__ = ["Chart", "draw", "sized", "source_line"]


@functools.singledispatch
def draw(result: object, lang: str = "en", **options: Any) -> Chart | Nothing:
    """The chart of a result, in a language."""
    raise TypeError(f"no chart is known for {type(result).__name__}")


from zoneplan.charts import stories_core, stories_peers, what_if  # noqa: E402, F401
