"""Charts: kinds that know only their data, and for every result the one that tells it."""

from __future__ import annotations

import functools
from typing import Any

from zoneplan.charts.kinds import Chart


@functools.singledispatch
def draw(result: object, lang: str = "en", **options: Any) -> Chart:
    """The chart of a result, in a language."""
    raise TypeError(f"no chart is known for {type(result).__name__}")


from zoneplan.charts import stories_core as _  # noqa: E402, F401
