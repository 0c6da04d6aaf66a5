"""One weight for each term and label: support vector machines on terms scaled by how one-sidedly labels use them.

The scaling is that of naive Bayes (Wang and Manning 2012, "Baselines and Bigrams"), softened by a square root. Both
halves are good where the other is not: the counts with few rows and short texts, the machine with many and long.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.svm import LinearSVC

from learning.encoding import Floats

SOFTNESS = 0.5
"""Exponent of the scaling: 0 leaves it out, 1 lets a term used by one label alone drown the others."""
COST = 1.0
TOLERANCE = 0.01
"""Finer ones cost twice the time and change no score by more than a thousandth."""
BALANCE = 0.5
"""How far rare labels are lifted to the weight of frequent ones: 0 not at all, 1 wholly."""


@dataclass(frozen=True)
class Weights:
    """What each term says for each label (one row a term, one column a label), and where each label starts."""

    terms: Floats
    starts: Floats

    def scores(self, matrix: sparse.csr_array) -> NDArray[np.float64]:
        """Above 0 speaks for the label, below against it; one row a text."""
        return np.asarray(matrix @ self.terms + self.starts, dtype=np.float64)


def fit(
    matrix: sparse.csr_array,
    truth: NDArray[np.intp],
    weights: NDArray[np.float64],
    labels: int,
    done: Callable[[], None] = lambda: None,
) -> Weights:
    """Weights for `labels` labels; `truth` holds each row's, `weights` how much each row counts.

    `done` is told after each label.
    """
    shares = _shares(matrix, truth, weights, labels)
    terms, starts = np.zeros((matrix.shape[1], labels), dtype=np.float32), np.full(labels, -1, dtype=np.float32)
    # Stacking widens the indices at will, and the machine takes no wide ones.
    inner = (np.zeros(matrix.nnz), matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32))
    scaled = sparse.csr_array(inner, shape=matrix.shape)
    for label in range(labels):
        own = truth == label
        if own.any():  # contradictory labels of the same texts may leave a part without one of them
            scale = np.abs(shares[:, label]) ** SOFTNESS
            scaled.data = matrix.data * scale[matrix.indices]
            # A fixed seed, and one machine at a time: those at work together share their random numbers.
            machine = LinearSVC(C=COST, tol=TOLERANCE, dual=True, random_state=0)
            machine.fit(scaled, own, sample_weight=_balanced(own, weights))
            terms[:, label] = machine.coef_[0] * scale
            starts[label] = machine.intercept_[0]
        done()
    return Weights(terms, starts)


def _shares(
    matrix: sparse.csr_array, truth: NDArray[np.intp], weights: NDArray[np.float64], labels: int
) -> NDArray[np.float64]:
    """How many times as often a label uses a term as the others do, as a logarithm; one row a term."""
    present = sparse.csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
    belongs = sparse.csr_array((weights, (np.arange(len(truth)), truth)), shape=(len(truth), labels))
    here = 1 + (present.T @ belongs).toarray()
    there = here.sum(axis=1, keepdims=True) - here + 1 - (labels - 1)
    return np.asarray(np.log(here / here.sum(axis=0)) - np.log(there / there.sum(axis=0)))


def _balanced(own: NDArray[np.bool_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    share = weights[own].sum() / weights.sum()
    return np.asarray(weights * np.where(own, (0.5 / share) ** BALANCE, (0.5 / (1 - share)) ** BALANCE))
