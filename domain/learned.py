"""What dispatch expects of something that learned from past petitions. What it is made of is in `learning/`."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The confidence from which dispatch needs no person, 0 to 1; above 1: it always does."""
    practice: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By sub-category, how many of its closed cases each label handled."""
