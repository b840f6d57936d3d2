"""Printed figures stand for intervals: 228 printed in whole units means 227.5 to 228.5."""

from __future__ import annotations

from dataclasses import dataclass

from zoneplan.text import num


@dataclass(frozen=True)
class Interval:
    """All values that print as one figure: ``low`` to ``high`` around ``mid``."""

    low: float
    mid: float
    high: float

    @classmethod
    def printed(cls, value: float, precision: float) -> Interval:
        """The interval a printed value stands for, half a step of precision each way."""
        return cls(value - precision / 2, value, value + precision / 2)

    @classmethod
    def exact(cls, value: float) -> Interval:
        """A value without rounding."""
        return cls(value, value, value)

    def growth_to(self, later: Interval, years: int) -> Interval:
        """Compound annual growth to a later level, percent:

        ``100 ((later / self)^(1/years) - 1)``.
        """
        ends = ((self.high, later.low), (self.mid, later.mid), (self.low, later.high))
        return Interval(*(cagr(first, last, years) for first, last in ends))

    def overlaps(self, other: Interval) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def __str__(self) -> str:
        return f"{num(self.mid, 2)} [{num(self.low, 2)}, {num(self.high, 2)}]"


def cagr(first: float, last: float, years: int) -> float:
    """Compound annual growth from one level to another, percent a year.

    Raises
    ------
    ValueError
        A level or the number of years is not above zero.
    """
    if first <= 0 or last <= 0 or years <= 0:
        raise ValueError(f"growth needs positive levels and years, found {first}, {last}, {years}")
    return 100 * ((last / first) ** (1 / years) - 1)
