"""Probabilities that hold, for scores whose worth is known."""

from __future__ import annotations

import numpy as np
import pytest

from learning.calibration import calibrate
from learning.model import Record

RANDOM = np.random.default_rng(5)


def drawn(rows: int, labels: int, worth: float) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and truths drawn with exactly the chances that the scores have when a point is worth so much."""
    scores = RANDOM.normal(size=(rows, labels))
    chances = np.exp(worth * scores)
    chances /= chances.sum(axis=1, keepdims=True)
    return scores, np.array([RANDOM.choice(labels, p=chance) for chance in chances])


@pytest.mark.parametrize("worth", [0.5, 2.0, 6.0])
def test_what_a_score_is_worth_is_found_out(worth: float) -> None:
    scores, truth = drawn(3000, 4, worth)
    known = np.full(3000, 50.0)
    chances = calibrate([scores], [known], truth).probabilities(scores, known)
    assert chances.sum(axis=1) == pytest.approx(1)
    sure = chances.max(axis=1)
    right = chances.argmax(axis=1) == truth
    for low in (0.4, 0.6, 0.8):
        own = (sure >= low) & (sure < low + 0.2)
        if own.sum() > 200:
            assert sure[own].mean() == pytest.approx(right[own].mean(), abs=0.08)


def test_scores_of_short_texts_are_worth_less_when_they_are() -> None:
    scores, truth = drawn(2000, 3, 4.0)
    noise = RANDOM.normal(size=scores.shape)
    calibration = calibrate([scores, noise], [np.full(2000, 200.0), np.full(2000, 3.0)], truth)
    assert calibration.probabilities(scores, 200.0).max(axis=1).mean() > 0.75
    assert calibration.probabilities(scores, 3.0).max(axis=1).mean() < 0.45


def test_rows_that_are_all_told_apart_do_not_make_sure_beyond_measure() -> None:
    truth = np.repeat([0, 1], 50)
    scores = np.where(np.arange(2) == truth[:, None], 1.0, -1.0)
    known = np.full(100, 10.0)
    assert calibrate([scores], [known], truth).probabilities(scores, known).max() < 0.9999


RIGHT = [True] * 98 + [False, True] * 10


@pytest.mark.parametrize(("precision", "kept"), [(0.98, 98), (0.5, 118), (0.9999, 98)])
def test_the_threshold_is_where_enough_is_right(precision: float, kept: int) -> None:
    record = Record(np.linspace(1, 0.5, 118, dtype=np.float32), np.array(RIGHT))
    threshold = record.threshold_for(precision)
    assert threshold is not None
    assert int((record.edges >= threshold).sum()) == kept
    assert record.right[record.edges >= threshold].mean() >= precision


def test_there_may_be_no_threshold() -> None:
    assert Record(np.array([0.9, 0.8], dtype=np.float32), np.array([False, True])).threshold_for(0.9) is None
