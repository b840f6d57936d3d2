"""How deviations go on, learnt from all units and years at once: a least-absolute-deviation
regression.

What is foretold is the change of a unit's *deviation* over one, two and three years, less its
median over units: the same regression on raw growth would carry the common path on and fails where
the path turns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneplan.forecasting.panel_settings import Settings
from zoneplan.forecasting.variogram import row_median

# Years of changes that the predictors look back on.
_SHORT, _LONG = 3, 8
_ROUNDS = 8
# Robust deviations at which predictors and outcomes are cut.
_CUT = 3.0


@dataclass(frozen=True)
class PooledRegression:
    """Coefficients by year ahead and predictor, the sizes at which predictors are cut, and the
    class's own.

    ``roughness`` is the class's median size of yearly changes, ``middle`` its median deviation by
    year. Without coefficients nothing is foretold.
    """

    coefficients: np.ndarray
    cuts: np.ndarray
    roughness: float
    middle: np.ndarray

    def change(self, deviations: np.ndarray, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the foretold change of deviation by unit and year ahead, and the units it is known
        for.

        Parameters
        ----------
        deviations : units by years with gaps bridged.
        last : place of each unit's last figure.

        """
        years = len(self.coefficients)
        place = np.minimum(last, len(self.middle) - 1)
        predictors, rough, known = _predictors(deviations, last, self.middle[place], self.roughness)
        if not years:
            return np.zeros((len(last), 0)), np.zeros(len(last), dtype=bool)
        cut = np.clip(predictors[:, None, :], -self.cuts, self.cuts)
        return np.einsum("nhk,hk->nh", cut, self.coefficients) * rough[:, None], known


def learn_regression(deviations: np.ndarray, settings: Settings) -> PooledRegression:
    """Learn from every unit and origin inside a panel.

    Parameters
    ----------
    deviations : units by years with gaps bridged.
    settings : of the method.

    """
    middle = np.array(
        [np.median(c[np.isfinite(c)]) if np.isfinite(c).any() else 0.0 for c in deviations.T]
    )
    rough = row_median(np.abs(np.diff(deviations[:, -1 - _LONG :], axis=1)))
    class_rough = float(np.nanmedian(rough)) if np.isfinite(rough).any() else 0.0
    origins = [_origin(deviations, o, middle[o]) for o in range(1, deviations.shape[1] - 1)]
    found = []
    for ahead in range(1, _SHORT + 1):
        pairs = [_pairs(deviations, o + 1, ahead, *seen) for o, seen in enumerate(origins)]
        pairs = [p for p in pairs if len(p[1])]
        if sum(len(y) for _, y in pairs) < settings.fewest_pairs:
            break
        x, y = np.concatenate([p[0] for p in pairs]), np.concatenate([p[1] for p in pairs])
        cut = _CUT * _robust(x)
        limit = _CUT * _robust(y)
        found.append(
            (_least_absolute(np.clip(x, -cut, cut), np.clip(y, -limit, limit), settings.ridge), cut)
        )
    shape = (len(found), _SHORT + 4)
    return PooledRegression(
        np.array([c for c, _ in found]).reshape(shape),
        np.array([c for _, c in found]).reshape(shape),
        class_rough,
        middle,
    )


def _robust(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.median(np.abs(x), axis=0) / 0.6745)


def _origin(deviations: np.ndarray, origin: int, middle: float) -> tuple[np.ndarray, ...]:
    seen = deviations[:, : origin + 1]
    rough = row_median(np.abs(np.diff(seen[:, -1 - _LONG :], axis=1)))
    size = float(np.nanmedian(rough)) if np.isfinite(rough).any() else 0.0
    last = np.full(len(seen), origin)
    return _predictors(seen, last, np.full(len(seen), middle), size)


def _predictors(
    deviations: np.ndarray, last: np.ndarray, middle: np.ndarray, class_rough: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return predictors, each unit's roughness, and the units that have a change in their last
    year.

    The last three yearly changes, their three- and eight-year means, the latter shrunk by the
    number of points, all divided by the unit's roughness, and its level above the class's middle.
    """
    rows = np.arange(len(deviations))[:, None]
    back = last[:, None] - np.arange(_LONG + 1)
    values = np.where(back >= 0, deviations[rows, np.maximum(back, 0)], np.nan)
    changes = values[:, :-1] - values[:, 1:]
    there = np.isfinite(changes)
    filled = np.where(there, changes, 0.0)
    points = np.isfinite(deviations).sum(axis=1)
    short = filled[:, :_SHORT].sum(axis=1) / np.maximum(there[:, :_SHORT].sum(axis=1), 1)
    long = filled.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    own = row_median(np.abs(changes))
    # Never nothing, so that units that move exactly as one have no ratio of noughts.
    rough = (np.where(np.isfinite(own), own, class_rough) + class_rough) / 2 + 1e-12
    moves = np.column_stack([filled[:, :_SHORT], short, long, long * points / (points + 4)])
    level = np.nan_to_num(values[:, 0] - middle)
    return np.column_stack([moves / rough[:, None], level]), rough, there[:, 0]


def _pairs(
    deviations: np.ndarray,
    origin: int,
    ahead: int,
    predictors: np.ndarray,
    rough: np.ndarray,
    known: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return predictors and changes that came, each less its median over units and in units of
    roughness.
    """
    if origin + ahead >= deviations.shape[1]:
        return predictors[:0], rough[:0]
    change = deviations[:, origin + ahead] - deviations[:, origin]
    both = known & np.isfinite(change)
    if both.sum() < 5:
        return predictors[:0], rough[:0]
    return predictors[both], (change[both] - np.median(change[both])) / rough[both]


def _least_absolute(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Return coefficients of least absolute deviations, by reweighting, drawn to zero by a light
    ridge.

    Source: iteratively reweighted least squares (Schlossmacher 1973).
    """
    weights = np.ones(len(y))
    least = 0.01 * np.median(np.abs(y)) + 1e-9
    found = np.zeros(x.shape[1])
    for _ in range(_ROUNDS):
        square = (x.T * weights) @ x
        system = square + np.diag(ridge * np.diag(square) + 1e-12)
        found = np.linalg.solve(system, (x.T * weights) @ y)
        weights = 1.0 / np.maximum(np.abs(y - x @ found), least)
    return found
