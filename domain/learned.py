"""What dispatch expects of something that learned from past petitions. What it is made of is in `learning/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

NO_FEATURES: Mapping[str, float] = {}


@dataclass(frozen=True)
class Guess:
    """A label a text may have. `probability` (0 to 1) is calibrated: of guesses at .9, nine in ten are right.

    `reasons` are Chinese sentences; only the first few guesses of an answer have them.
    """

    label: str
    probability: float
    reasons: tuple[str, ...] = ()


def edge(guesses: Sequence[Guess]) -> float:
    """How far the first guess is ahead of the second (or of whatever else it may be), 0 to 1; alike is a half.

    Whether to dispatch alone is better told by it than by the probability, which others that are out of question lower.
    """
    if not guesses:
        return 0.0
    first = guesses[0].probability
    second = guesses[1].probability if len(guesses) > 1 else 1 - first
    return first / (first + second)


class Learned(Protocol):
    """A model in use. `version` tells which one; the same rows give the same version."""

    @property
    def version(self) -> str: ...

    @property
    def labels(self) -> tuple[str, ...]: ...

    def predict(self, text: str, features: Mapping[str, float] = NO_FEATURES) -> list[Guess]:
        """Every label, the most probable first; none at all when the text holds nothing that was ever seen.

        `features` are further signs with their strength above 0, named as they were when it was trained.
        """
        ...


@dataclass(frozen=True)
class Experience:
    """A model in force. Its labels are units, and `TOWN_OF_PLACE` for whichever town the place lies in."""

    model: Learned
    alone_at: float
    """How far ahead (`edge`) the first guess must be to be dispatched without a person; above 1: none ever is."""
    practice: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By sub-category, how many of its closed cases each label handled."""
