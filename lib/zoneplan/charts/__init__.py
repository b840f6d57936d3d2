"""Charts: a few general forms that draw tables by their encoding, measured and checked on export.

``theme`` holds colours, sizes and fonts, ``page`` title block, margins and panels, ``labels`` where
small texts stand, ``encoding`` which columns are drawn as what, ``chart`` the finished chart; the
forms are ``rows``, ``paths``, ``scatter`` and ``grid``.
"""

from zoneplan.charts.chart import Chart, source_line
from zoneplan.charts.theme import sized

__all__ = ["Chart", "sized", "source_line"]
