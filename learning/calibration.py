"""From scores to probabilities that hold: of the answers given at .9, nine in ten are right.

Fitted on texts that the scoring machine had not seen, in two steps: what each label's scores lack against the others is
learned from whole texts, then how much scores are worth is learned from texts of every length. Scores of short texts
are worth less than those of long ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from learning.encoding import Floats

Doubles = NDArray[np.float64]
OTHER_LENGTHS = 0.5
"""What a beginning counts beside a whole text."""
_HOLD = 1.0
"""Rows' worth of belief that no label lacks anything and that length changes nothing."""


@dataclass(frozen=True)
class Calibration:
    """`steepness`: a curve over the logarithm of the number of known words; `lifts`: added to each label's score."""

    steepness: Doubles
    lifts: Floats

    def probabilities(self, scores: NDArray[np.floating], known: NDArray[np.floating] | float) -> Doubles:
        """Rows of scores, one column a label, as rows that add up to 1. `known` is the number of known words."""
        steep = np.exp(_powers(known) @ self.steepness)
        return np.asarray(softmax(np.asarray(steep)[..., None] * (scores + self.lifts), axis=-1))


def calibrate(scores: Sequence[Doubles], known: Sequence[Doubles], truth: NDArray[np.intp]) -> Calibration:
    """The calibration under which the truth was most probable.

    `scores` and `known` are those of the whole texts first, then of ever shorter beginnings of the same texts; `truth`
    holds the column of each text's label.
    """
    labels = scores[0].shape[1]
    ones = np.ones(len(truth))
    _, lifts = _fitted(scores[0], known[0], truth, ones, np.zeros(labels), 2)
    forms = len(scores)
    weights = np.repeat([1.0, *[OTHER_LENGTHS] * (forms - 1)], len(truth))
    steepness, _ = _fitted(
        np.concatenate(scores) + lifts, np.concatenate(known), np.tile(truth, forms), weights, None, 3
    )
    return Calibration(steepness, lifts.astype(np.float32))


def _fitted(
    scores: Doubles,
    known: Doubles,
    truth: NDArray[np.intp],
    weights: Doubles,
    lifts: Doubles | None,
    powers: int,
) -> tuple[Doubles, Doubles]:
    """Steepness and lifts; without `lifts` to begin from there are none."""
    # As if each label had been seen once more (Platt): rows that are all told apart do not make sure beyond measure.
    labels, rows = scores.shape[1], weights.sum()
    wanted = np.full(scores.shape, 1 / (rows + labels))
    wanted[np.arange(len(truth)), truth] += rows / (rows + labels)
    curve = _powers(known)[:, :powers]

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        steep = np.exp(curve @ parameters[:powers])
        lifted = scores + parameters[powers:] if lifts is not None else scores
        logarithms = log_softmax(steep[:, None] * lifted, axis=1)
        lost = -(weights[:, None] * wanted * logarithms).sum()
        slope = weights[:, None] * (np.exp(logarithms) - wanted)
        gradient = [curve.T @ ((slope * lifted).sum(axis=1) * steep)]
        if lifts is not None:
            gradient.append((slope * steep[:, None]).sum(axis=0))
        held = _HOLD * parameters
        held[0] = 0
        return lost + 0.5 * float(held @ parameters), np.concatenate(gradient) + held

    begin = np.concatenate([np.zeros(powers), lifts if lifts is not None else []])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B").x
    return found[:powers], found[powers:]


def _powers(known: NDArray[np.floating] | float) -> Doubles:
    logarithm = np.log1p(np.asarray(known, dtype=np.float64))
    return np.stack([np.ones_like(logarithm), logarithm, logarithm**2], axis=-1)
