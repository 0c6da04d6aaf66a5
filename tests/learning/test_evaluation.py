"""The figures by which a model is judged, on answers whose figures are known."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from domain.learned import NO_FEATURES, Guess, edge
from learning.evaluation import Answer, Report, evaluate
from learning.examples import Example

ANSWERS = [
    Answer("甲", "甲", 0.95, 0.99),
    Answer("甲", "甲", 0.91, 0.95),
    Answer("甲", "乙", 0.55, 0.6),
    Answer("乙", "乙", 0.85, 0.9),
    Answer("丙", None, 0.0, 0.0),
]


def test_accuracy_and_macro_f1() -> None:
    report = Report(ANSWERS)
    assert report.accuracy == 3 / 5
    found = {each.label: (each.rows, each.precision, each.recall) for each in report.labels()}
    assert found == {"甲": (3, 1.0, 2 / 3), "乙": (1, 0.5, 1.0), "丙": (1, 0.0, 0.0)}
    assert report.macro_f1 == pytest.approx((0.8 + 2 / 3 + 0) / 3)


def test_how_far_confidence_and_truth_lie_apart() -> None:
    report = Report(ANSWERS)
    assert [(step.rows, step.confidence, step.right) for step in report.bins()] == [
        (1, 0.0, 0.0),
        (1, 0.55, 0.0),
        (1, 0.85, 1.0),
        (2, pytest.approx(0.93), 1.0),
    ]
    assert report.calibration_error == pytest.approx((0 + 0.55 + 0.15 + 2 * 0.07) / 5)


@pytest.mark.parametrize(("threshold", "share", "precision"), [(0.95, 0.4, 1.0), (0.5, 0.8, 0.75), (1.0, 0.0, 0.0)])
def test_what_is_dispatched_alone(threshold: float, share: float, precision: float) -> None:
    alone = Report(ANSWERS).alone(threshold)
    assert (alone.share, alone.precision) == (share, precision)


def test_no_answers_have_no_figures() -> None:
    report = Report([])
    assert (report.accuracy, report.macro_f1, report.calibration_error, report.bins()) == (0, 0, 0, [])


class Echo:
    """Guesses the text itself."""

    version, labels = "echo", ("甲", "乙")

    def predict(self, text: str, features: Mapping[str, float] = NO_FEATURES) -> list[Guess]:
        return [Guess(text, 0.9), Guess("丙", 0.1)] if text else []


def test_a_model_is_asked_about_every_row() -> None:
    told: list[tuple[int, int]] = []
    rows = [Example("甲", "甲"), Example("甲", "乙"), Example("", "甲")]
    report = evaluate(Echo(), rows, progress=lambda done, whole: told.append((done, whole)))
    assert [(answer.guess, answer.right, answer.edge) for answer in report.answers] == [
        ("甲", True, 0.9),
        ("甲", False, 0.9),
        (None, False, 0.0),
    ]
    assert told == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize(
    ("chances", "expected"),
    [([], 0), ([1.0], 1), ([0.8], 0.8), ([0.5, 0.5], 0.5), ([0.6, 0.2, 0.2], 0.75), ([0.9, 0.1], 0.9)],
)
def test_how_far_the_first_guess_is_ahead(chances: list[float], expected: float) -> None:
    assert edge([Guess(str(place), chance) for place, chance in enumerate(chances)]) == pytest.approx(expected)
