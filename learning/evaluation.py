"""How good a model is on rows it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.learned import Guess, Learned, edge
from learning.examples import Example

BINS = 10


@dataclass(frozen=True)
class Answer:
    """What a row really was and what was guessed; no label and confidence 0 when nothing was guessed.

    `edge` tells how far ahead the guess was.
    """

    truth: str
    guess: str | None
    confidence: float
    edge: float

    @property
    def right(self) -> bool:
        return self.guess == self.truth


@dataclass(frozen=True)
class LabelResult:
    """One label: its rows, how many of the guesses of it were right, how many of its rows were found (0 to 1)."""

    label: str
    rows: int
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Bin:
    """Guesses of about the same confidence: how sure they were on average, and how many were right (0 to 1)."""

    rows: int
    confidence: float
    right: float


@dataclass(frozen=True)
class Share:
    """What is dispatched without a person from an edge on: how much of all, and how much of it is right."""

    threshold: float
    share: float
    precision: float


@dataclass(frozen=True)
class Report:
    """The answers, counted."""

    answers: Sequence[Answer]

    @property
    def accuracy(self) -> float:
        return _share(sum(answer.right for answer in self.answers), len(self.answers))

    @property
    def macro_f1(self) -> float:
        """The mean over the labels that occur, each counting the same."""
        labels = self.labels()
        return _share(sum(label.f1 for label in labels), len(labels))

    def labels(self) -> list[LabelResult]:
        """Every label that really occurs or was guessed, by name."""
        names = {answer.truth for answer in self.answers} | {a.guess for a in self.answers if a.guess is not None}
        found = []
        for name in sorted(names):
            own = [answer for answer in self.answers if answer.truth == name]
            guessed = [answer for answer in self.answers if answer.guess == name]
            right = sum(answer.right for answer in own)
            found.append(LabelResult(name, len(own), _share(right, len(guessed)), _share(right, len(own))))
        return found

    def bins(self) -> list[Bin]:
        """The answers in ten steps of confidence; steps without one are left out."""
        found = []
        for step in range(BINS):
            own = [answer for answer in self.answers if min(int(answer.confidence * BINS), BINS - 1) == step]
            if own:
                sure = sum(answer.confidence for answer in own) / len(own)
                found.append(Bin(len(own), sure, _share(sum(answer.right for answer in own), len(own))))
        return found

    @property
    def calibration_error(self) -> float:
        """How far confidence and truth lie apart on average (expected calibration error), 0 at best."""
        return _share(sum(step.rows * abs(step.confidence - step.right) for step in self.bins()), len(self.answers))

    def alone(self, threshold: float) -> Share:
        """What is dispatched without a person from this edge on."""
        sure = [answer for answer in self.answers if answer.edge >= threshold]
        return Share(threshold, _share(len(sure), len(self.answers)), _share(sum(a.right for a in sure), len(sure)))


def evaluate(
    model: Learned, examples: Sequence[Example], progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Report:
    """Ask the model about every example. The examples must be others than those it learned from."""
    answers = []
    for done, example in enumerate(examples, 1):
        answers.append(answered(example.label, model.predict(example.text, example.features)))
        progress(done, len(examples))
    return Report(answers)


def answered(truth: str, guesses: Sequence[Guess]) -> Answer:
    """The first guess, beside the truth."""
    first = guesses[0] if guesses else Guess("", 0.0)
    return Answer(truth, first.label or None, first.probability, edge(guesses))


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 0.0
