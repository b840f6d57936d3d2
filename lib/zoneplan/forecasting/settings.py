"""Every constant of the rule behind the chances, with what it was set on: the register that the
paper prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import pandas as pd


def _set(default: Any, on: str, until: int | None, hindsight: bool = False) -> Any:
    """A constant, what it was set on, and the last year of the figures that it was set on."""
    about = {"set_on": on, "until": until, "hindsight": hindsight}
    return field(default=default, metadata=about)


@dataclass(frozen=True)
class Settings:
    """How the growth of a class becomes a distribution; the switches take one piece of knowledge
    away each.

    ``windows`` is ``last`` (how far units lie from their median in the last window known) or
    ``all``; ``slowing`` lets the common path slow down (else the last window's median goes on),
    ``common_error`` adds the error of the common path, ``host`` the news of the host city's running
    year.
    """

    smoothing: float = _set(
        0.5, "errors of class medians; 0.3 to 0.8 change them by under 6 %", 2018, True
    )
    exponent: float = _set(
        0.85, "how errors of class medians grow over one to four years", 2018, True
    )
    prior_share: float = _set(1 / 3, "coverage of 80 % intervals, origins before 2012", 2011)
    prior_weight: float = _set(1.0, "coverage of 80 % intervals, origins before 2012", 2011)
    half_life: float = _set(4.0, "coverage of 80 % intervals, origins before 2012", 2011)
    bad_years: float = _set(1 / 14, "one year as bad as 2009 in the record of 2004 to 2017", 2017)
    freedom: int = _set(8, "tails of a t distribution; few common shocks are ever seen", None)
    base_dependent: float = _set(
        0.15, "a gap between the bases that readers take for one answer", None
    )
    few_origins: int = _set(5, "fewer errors than this are widened as Student's t has it", None)
    level_points: float = _set(
        5.0,
        "points that move an even chance by base_dependent where units spread as counties do",
        None,
    )
    draws: int = _set(2**13, "chances to half a percentage point", None)
    windows: str = "last"
    slowing: bool = True
    common_error: bool = True
    host: bool = True
    widening: float = 1.0
    level_shift: float = 0.0
    nested: bool = True


SETTINGS = Settings()


def register() -> pd.DataFrame:
    """The register of constants: columns constant, value, set_on, until (last year) and
    hindsight.
    """
    rows = [(f.name, f.default, *f.metadata.values()) for f in fields(Settings) if f.metadata]
    return pd.DataFrame(rows, columns=["constant", "value", "set_on", "until", "hindsight"])
