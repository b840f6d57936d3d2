"""Forecasts taken apart: what a reader may change, and the draws of the error that stays.

On its scale (the log of a level, the logit of a share, the log of one plus a rate) the value of a
year is that of the base, plus the log growth of the class since the base (of a rate: of the year
itself), plus an error. Growth, base and target can so be changed where there is no Python, and the
chance is a count of draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from zoneplan.forecasting.forecasts import Base, Forecast
from zoneplan.plan.targets import Target
from zoneplan.stress.whatif import by_base, explorable

if TYPE_CHECKING:
    from zoneplan.study import Forecasts

SCALES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "level": np.log,
    "share": lambda x: np.log(x / (100 - x)),
    "rate": lambda x: np.log1p(x / 100),
}


@dataclass(frozen=True)
class Apart:
    """One series on one base; ``kind`` is ``level``, ``share`` or ``rate``."""

    indicator_id: str
    kind: str
    forecast: Forecast
    target: Target
    growth: dict[int, float]

    @property
    def base(self) -> Base | None:
        """What it grows from; None for a rate."""
        return self.forecast.base

    @property
    def years(self) -> tuple[int, ...]:
        """The years whose growth a reader may change."""
        return self.forecast.open_years

    def grown(self, year: int) -> float:
        """Log growth of the class since the base; of a rate, that of the year."""
        years = [y for y in self.growth if (y == year if self.base is None else y <= year)]
        return float(np.log1p([self.growth[y] / 100 for y in years]).sum())

    @cached_property
    def errors(self) -> dict[int, np.ndarray]:
        """Errors on the scale by open year, in rising order: those from a level that is exact."""
        paths, logs = self.forecast.paths, self.forecast.log_growth()
        assert paths is not None
        return {y: np.sort(logs[:, paths.years.index(y)] - self.grown(y)) for y in self.years}

    @cached_property
    def rounded(self) -> dict[int, np.ndarray]:
        """The same with the rounding of the base, as the library has it."""
        base, scale = self.base, SCALES[self.kind]
        if base is None or base.level.low == base.level.high:
            return self.errors
        start, draws = float(scale(np.array(base.level.mid))), self.forecast.draws
        return {y: np.sort(scale(draws[y]) - start - self.grown(y)) for y in self.years}


def taken_apart(made: Forecasts) -> dict[str, list[Apart]]:
    """Every series that a reader can ask about, on each of its bases."""
    plan, out = made.plan, dict[str, list[Apart]]()
    for i in explorable(made):
        target = plan.target(i)
        assert target is not None
        kind = "rate" if plan.is_rate(i) else "share" if plan.is_share(i) else "level"
        for made_from in by_base(made, i).values():
            paths = made_from.paths
            assert paths is not None
            growth = dict(zip(paths.years, map(float, 100 * np.expm1(paths.middle)), strict=True))
            out.setdefault(i, []).append(Apart(i, kind, made_from, target, growth))
    return out
