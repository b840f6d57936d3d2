"""Charts: kinds that know only their data, and for every result the one that tells it."""

from __future__ import annotations

import functools
from typing import Any

from zoneplan.charts.kinds import Chart
from zoneplan.result import Nothing


@functools.singledispatch
def draw(result: object, lang: str = "en", **options: Any) -> Chart | Nothing:
    """The chart of a result, in a language."""
    raise TypeError(f"no chart is known for {type(result).__name__}")


from zoneplan.charts import stories_core, stories_peers  # noqa: E402, F401
