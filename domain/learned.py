"""What was learned from closed cases, as dispatch may ask it; who learns it and how is not the domain's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Guess:
    """A label, how often such a guess is right (0 to 1), and in Chinese what in the text spoke for it."""

    label: str
    probability: float
    reasons: tuple[str, ...] = ()


class Classifier(Protocol):
    """Says of a text which of its labels it is."""

    @property
    def labels(self) -> Sequence[str]: ...

    def predict(self, text: str, scores: Mapping[str, float]) -> Sequence[Guess]:
        """The likeliest labels, the likeliest first. `scores` is what the keywords say for each label."""
        ...


@dataclass(frozen=True)
class Learned:
    """A model in force. Its labels are units, and `TOWN_OF_PLACE` for whichever town the place lies in."""

    version: str
    classifier: Classifier
    alone_at: float
    """The confidence from which it dispatches without a person; above 1: never."""
    practice: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By sub-category, how many of its closed cases each label handled."""
