"""Roots of correlation matrices, and of those that could not stand as given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneplan.errors import DataError
from zoneplan.forecasting.correlation import is_repaired, root


def whole(matrix) -> np.ndarray:
    made = root(np.asarray(matrix, dtype="float64"))
    return made @ made.T


def test_a_valid_matrix_comes_back():
    given_ = np.full((4, 4), 0.3) + 0.7 * np.eye(4)
    assert whole(given_) == pytest.approx(given_)
    assert not is_repaired(given_)
    assert not is_repaired(np.ones((3, 3)))


def test_an_impossible_one_becomes_the_nearest():
    # The nearest keeps the symmetry: all three fall to a half, the edge of what equal sizes allow.
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert is_repaired(impossible)
    want = np.array([[1, 0.5, -0.5], [0.5, 1, 0.5], [-0.5, 0.5, 1]])
    assert whole(impossible) == pytest.approx(want, abs=1e-6)


def test_the_nearest_is_that_of_the_literature():
    # Higham 2002, "Computing the nearest correlation matrix", section 4.
    want = np.array([[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]])
    assert whole([[1, 1, 0], [1, 1, 1], [0, 1, 1]]) == pytest.approx(want, abs=1e-4)


@settings(max_examples=40)
@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
def test_a_repaired_matrix_is_a_correlation_and_no_other_is_nearer(cells):
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = cells
    matrix = matrix + matrix.T - np.eye(4)
    made = whole(matrix)
    assert np.diag(made) == pytest.approx(np.ones(4))
    if not is_repaired(matrix):
        assert made == pytest.approx(matrix, abs=1e-6)
    # Cutting negative eigenvalues and scaling back is possible too, but never nearer.
    values, vectors = np.linalg.eigh(matrix)
    cut = vectors * np.sqrt(np.maximum(values, 0))
    cut /= np.linalg.norm(cut, axis=1, keepdims=True)
    assert np.linalg.norm(made - matrix) <= np.linalg.norm(cut @ cut.T - matrix) + 1e-6


@pytest.mark.parametrize(
    "wrong", [np.ones((2, 3)), np.ones(3), 2 * np.eye(2), np.array([[1, 0.2], [0.3, 1]])]
)
def test_what_is_no_correlation_is_refused(wrong):
    with pytest.raises(DataError, match="symmetric matrix with ones"):
        root(wrong)
