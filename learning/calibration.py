"""From scores to probabilities that hold: of the answers given at .9, nine in ten are right.

Fitted on texts that the scoring model had not seen. Scores of short texts are worth less than those of long ones, so
how steep the probabilities are depends on how many known words there were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from learning.encoding import Floats

Doubles = NDArray[np.float64]
_HOLD = 4.0
"""Rows' worth of belief that labels are as likely as the scores say and that length changes nothing."""


@dataclass(frozen=True)
class Calibration:
    """`steepness` for one known word, `growth` with the logarithm of their number, and a lift for each label."""

    steepness: float
    growth: float
    lifts: Floats

    def probabilities(self, scores: NDArray[np.floating], known: NDArray[np.floating] | float) -> Doubles:
        """Rows of scores, one column a label, as rows that add up to 1. `known` is the number of known words."""
        steep = np.exp(self.steepness + self.growth * np.log1p(np.asarray(known, dtype=np.float64)))
        return np.asarray(softmax(np.asarray(steep)[..., None] * scores + self.lifts, axis=-1))


def calibrate(scores: Doubles, known: Doubles, truth: NDArray[np.intp], weights: Doubles) -> Calibration:
    """The calibration under which the truth was most probable. `truth` holds the column of each row's label."""
    labels = scores.shape[1]
    spread = np.log1p(known)
    # As if each label had been seen once more (Platt): rows that are all told apart do not make sure beyond measure.
    wanted = np.full(scores.shape, 1 / (len(truth) + labels))
    wanted[np.arange(len(truth)), truth] += len(truth) / (len(truth) + labels)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        steep = np.exp(parameters[0] + parameters[1] * spread)
        logits = steep[:, None] * scores + parameters[2:]
        logarithms = log_softmax(logits, axis=1)
        lost = -(weights[:, None] * wanted * logarithms).sum()
        slope = weights[:, None] * (np.exp(logarithms) - wanted)
        by_steep = (slope * scores).sum(axis=1) * steep
        held = _HOLD * parameters[1:]
        gradient = np.concatenate([[by_steep.sum(), (by_steep * spread).sum()], slope.sum(axis=0)])
        gradient[1:] += held
        return lost + 0.5 * float(held @ parameters[1:]), gradient

    # Knowing more words never makes a text worth less.
    bounds = [(None, None), (0, None), *[(None, None)] * labels]
    begin = np.concatenate([[1.0, 0.0], np.zeros(labels)])
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Calibration(float(found[0]), float(found[1]), found[2:].astype(np.float32))
