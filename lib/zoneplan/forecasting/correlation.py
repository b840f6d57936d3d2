"""How indicators move together: correlations of growth, and what makes normal draws of them."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from zoneplan.data import tables
from zoneplan.data.cities import INSIDE_ANOTHER
from zoneplan.data.indicators import indicator
from zoneplan.errors import DataError, Problem
from zoneplan.plan.document import PlanDocument, known

# Exports change their currency after 2018.
LAST_DOLLAR_YEAR = 2018


def panel_correlation(plan: PlanDocument, indicators: list[str]) -> pd.DataFrame:
    """Correlation of yearly growth between indicators in the Zhejiang cities, as known on the plan's day.

    Each city's growth is taken as its difference from the indicator's mean over cities and years, so that shocks common to
    all cities count; rank correlations are turned into those of a normal copula, ``2 sin(pi r / 6)``.
    """
    rows = known(tables.read("zhejiang_cities"), plan.as_of)
    inside = rows["unit_id"].astype("str").isin(INSIDE_ANOTHER)
    rows = rows[(rows["year"] <= LAST_DOLLAR_YEAR) & ~inside]
    growth = {}
    for i in indicators:
        part = rows[rows["indicator_id"] == indicator(i).panel_series]
        if len(part):
            wide = part.pivot(index="unit_id", columns="year", values="value")
            growth[i] = np.log(wide).diff(axis=1).stack()
    ranks = pd.DataFrame(growth).corr(method="spearman")
    return 2 * np.sin(np.pi * ranks / 6)


def filled(indicators: list[str], block: pd.DataFrame, rho: float) -> np.ndarray:
    """The correlation matrix of the promises: the estimated block, and one value for all the rest."""
    matrix = block.reindex(index=indicators, columns=indicators).fillna(rho).to_numpy(copy=True)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def root(correlation: np.ndarray) -> np.ndarray:
    """A square root of a correlation matrix: independent normals times it have these correlations.

    Raises
    ------
    DataError
        The matrix is not square, not symmetric or has another diagonal than one.

    A matrix that is not positive semi-definite is replaced by the nearest one that is, by alternating projections (Higham
    2002, as in statsmodels); :func:`is_repaired` tells.
    """
    c = np.asarray(correlation, dtype="float64")
    square = c.ndim == 2 and c.shape[0] == c.shape[1]
    if not square or not np.allclose(c, c.T) or not np.allclose(np.diag(c), 1):
        expected = "a symmetric matrix with ones on the diagonal"
        found = f"a matrix of shape {c.shape}"
        raise DataError([Problem("correlation", None, None, found, expected)])
    values, vectors = np.linalg.eigh(_nearest(c) if is_repaired(c) else c)
    return vectors * np.sqrt(np.maximum(values, 0))


def _nearest(correlation: np.ndarray) -> np.ndarray:
    from statsmodels.stats.correlation_tools import corr_nearest
    from statsmodels.tools.sm_exceptions import IterationLimitWarning

    with warnings.catch_warnings():
        # The nearest matrix lies on the edge, which the projections only ever approach: they always use all steps.
        warnings.simplefilter("ignore", IterationLimitWarning)
        return corr_nearest(correlation)


def is_repaired(correlation: np.ndarray) -> bool:
    """Whether a correlation matrix could not stand as given, so that :func:`root` belongs to a near one."""
    return bool(np.linalg.eigvalsh(correlation).min() < -1e-9)
