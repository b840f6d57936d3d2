"""Where small texts stand: moved apart in a column, or on a free spot around their point."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from zoneplan.charts.theme import LINE, TINY

if TYPE_CHECKING:
    from zoneplan.charts.page import Panel

# Offset in points, horizontal and vertical alignment.
Spot = tuple[float, float, str, str]
ABOVE, BELOW = (0, 6, "center", "bottom"), (0, -6, "center", "top")
RIGHT, LEFT = (7, 0, "left", "center"), (-7, 0, "right", "center")
SPOTS: tuple[Spot, ...] = (
    ABOVE,
    BELOW,
    RIGHT,
    LEFT,
    (5, 5, "left", "bottom"),
    (-5, 5, "right", "bottom"),
    (5, -5, "left", "top"),
    (-5, -5, "right", "top"),
    (0, 15, "center", "bottom"),
    (0, -15, "center", "top"),
)
# Left, low, right and high end, in inches.
Box = tuple[float, float, float, float]


def spread(
    positions: Sequence[float],
    gap: float | Sequence[float],
    low: float = -np.inf,
    high: float = np.inf,
) -> np.ndarray:
    """Move positions as little as needed so that neighbours do not touch, within bounds.

    ``gap`` is the room each one takes, one number or one per position. The smallest sum of squared
    moves under minimum distances is a monotone regression, found by pooling what collides.
    """
    at = np.asarray(positions, dtype=float)
    if not len(at):
        return at
    room = np.broadcast_to(np.asarray(gap, dtype=float), at.shape)
    order = np.argsort(at, kind="stable")
    half = room[order] / 2
    offsets = np.concatenate([[0.0], np.cumsum(half[:-1] + half[1:])])
    pools: list[tuple[float, int]] = []
    for value in at[order] - offsets:
        pools.append((float(value), 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (one, m), (two, n) = pools.pop(-2), pools.pop()
            pools.append(((one * m + two * n) / (m + n), m + n))
    flat = np.concatenate([np.full(n, mean) for mean, n in pools])
    # Bounds hold for the middle of each text; where room is short the upper bound gives way.
    flat = np.maximum(np.minimum(flat, high - offsets[-1]), low)
    moved = np.empty_like(at)
    moved[order] = flat + offsets
    return moved


def _overlap(a: np.ndarray | Box, b: np.ndarray) -> float:
    """The area that a box shares with many boxes."""
    wide = np.minimum(a[2], b[:, 2]) - np.maximum(a[0], b[:, 0])
    high = np.minimum(a[3], b[:, 3]) - np.maximum(a[1], b[:, 1])
    return float((np.clip(wide, 0, None) * np.clip(high, 0, None)).sum())


def _gap(box: Box, x: float, y: float) -> float:
    """Distance of a point from a box, in inches."""
    return float(np.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3])))


class Labels:
    """Texts near points: each takes the first free spot; else it is left out or squeezed in."""

    def __init__(self, panel: Panel):
        self.panel = panel
        wide, high = panel.wide, panel.high
        outside = [(-9, -9, 0, 99), (wide + 0.05, -9, 99, 99), (-9, high + 0.02, 99, 99)]
        self.boxes: list[Box] = [*outside, (-9, -9, 99, 0)]
        self.points: list[tuple[float, float]] = []

    def _inches(self, x: float, y: float) -> tuple[float, float]:
        ax = self.panel.ax
        # A figure of fixed size: the transform needs no drawing.
        u, v = ax.transAxes.inverted().transform(ax.transData.transform((float(x), float(y))))
        return u * self.panel.wide, v * self.panel.high

    def keep_point(self, x: float, y: float, radius: float = 0.05) -> None:
        """Nothing may be printed on this point."""
        u, v = self._inches(x, y)
        self.boxes.append((u - radius, v - radius, u + radius, v + radius))
        self.points.append((u, v))

    def keep_line(self, xs: Iterable[float], ys: Iterable[float]) -> None:
        """Nothing may be printed on this line."""
        points = [self._inches(x, y) for x, y in zip(xs, ys, strict=True)]
        for (a, b), (c, d) in zip(points[:-1], points[1:], strict=True):
            for t in np.linspace(0, 1, max(2, int(np.hypot(c - a, d - b) / 0.03))):
                u, v = a + t * (c - a), b + t * (d - b)
                self.boxes.append((u - 0.01, v - 0.01, u + 0.01, v + 0.01))

    def put(
        self,
        x: float,
        y: float,
        text: str,
        colour: str,
        size: float = TINY,
        must: bool = False,
        bold: bool = False,
        spots: Sequence[Spot] = SPOTS,
    ) -> bool:
        """Print a text near a point; whether it was printed."""
        u, v = self._inches(x, y)
        wide = self.panel.ruler.width(text, size, bold)
        high = 0.85 * (text.count("\n") + 1) * size * LINE / 72
        taken = np.array(self.boxes)
        best = None
        for spot in spots:
            box = self._box(u + spot[0] / 72, v + spot[1] / 72, wide, high, spot)
            if not must and self._misread(box, u, v):
                continue
            clash = _overlap(box, taken)
            if best is None or clash < best[0] - 1e-9:
                best = clash, spot, box
            if clash <= 1e-9:
                break
        if best is None or (best[0] > 1e-6 and not must):
            return False
        _, (dx, dy, ha, va), box = best
        self.boxes.append(box)
        at = (u + dx / 72) / self.panel.wide, (v + dy / 72) / self.panel.high
        self.panel.write(
            *at,
            text,
            "axes",
            color=colour,
            fontsize=size,
            bold=bold,
            ha=ha,
            va=va,
            halo=True,
            zorder=6,
        )
        return True

    @staticmethod
    def _box(u: float, v: float, wide: float, high: float, spot: Spot) -> Box:
        left = {"left": u, "center": u - wide / 2, "right": u - wide}[spot[2]]
        low = {"bottom": v, "center": v - high / 2, "top": v - high}[spot[3]]
        return (left, low, left + wide, low + high)

    def _misread(self, box: Box, u: float, v: float) -> bool:
        """Whether a name in this box stands nearer to another point than to its own."""
        others = [_gap(box, *p) for p in self.points if np.hypot(p[0] - u, p[1] - v) > 0.02]
        return min(others, default=np.inf) < _gap(box, u, v) + 0.02
