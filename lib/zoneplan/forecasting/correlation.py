"""What makes correlated normals of independent ones."""

from __future__ import annotations

import warnings
from functools import lru_cache

import numpy as np

from zoneplan.errors import DataError, Problem


def root(correlation: np.ndarray) -> np.ndarray:
    """A square root of a correlation matrix: independent normals times it have these correlations.

    Raises
    ------
    DataError
        The matrix is not square, not symmetric or has another diagonal than one.

    A matrix that is not positive semi-definite is replaced by the nearest one that is, by
    alternating projections (Higham 2002, as in statsmodels); :func:`is_repaired` tells.
    """
    c = np.asarray(correlation, dtype="float64")
    square = c.ndim == 2 and c.shape[0] == c.shape[1]
    if not square or not np.allclose(c, c.T) or not np.allclose(np.diag(c), 1):
        expected = "a symmetric matrix with ones on the diagonal"
        found = f"a matrix of shape {c.shape}"
        raise DataError([Problem("correlation", None, None, found, expected)])
    return _root(c.tobytes(), len(c))


@lru_cache(maxsize=256)
def _root(correlation: bytes, n: int) -> np.ndarray:
    c = np.frombuffer(correlation).reshape(n, n)
    values, vectors = np.linalg.eigh(_nearest(c) if is_repaired(c) else c)
    return vectors * np.sqrt(np.maximum(values, 0))


def _nearest(correlation: np.ndarray) -> np.ndarray:
    from statsmodels.stats.correlation_tools import corr_nearest
    from statsmodels.tools.sm_exceptions import IterationLimitWarning

    with warnings.catch_warnings():
        # The nearest matrix lies on the edge, which the projections only ever approach: they always
        # use all steps.
        warnings.simplefilter("ignore", IterationLimitWarning)
        return corr_nearest(correlation)


def is_repaired(correlation: np.ndarray) -> bool:
    """Whether a correlation matrix could not stand as given, so that :func:`root` belongs to a near
    one.
    """
    return bool(np.linalg.eigvalsh(correlation).min() < -1e-9)
