"""What a word says where it stands: said first or in passing, once or again and again, denied, or naming a place only.

Every factor is data of the policy; without any (a policy kept from before) a word weighs the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2

from domain.words import Span


@dataclass(frozen=True)
class Weighing:
    """How much more or less a word weighs by where and how often it stands.

    `opening` letters at the beginning of a text weigh `opening_factor` as much; each doubling of how often a word is
    said adds `repeat_gain` of its weight. A word right after one of `denials`, or right before one of `beside`, says
    nothing. Words lighter than `least_decisive` rank the units but never make the engine sure.
    """

    opening: int = 0
    opening_factor: float = 1.0
    repeat_gain: float = 0.0
    least_decisive: float = 0.0
    denials: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def says_something(self, span: Span, text: str) -> bool:
        """Whether the word at `span` of `text` speaks of the matter: not denied, not the place beside which it is."""
        return not (text.endswith(self.denials, 0, span.start) or text.startswith(self.beside, span.end))

    def opens(self, span: Span) -> bool:
        """Whether the word at `span` weighs more because the text begins with it."""
        return span.start < self.opening and self.opening_factor != 1

    def factor(self, spans: Sequence[Span]) -> float:
        """How much the weight of a word counts that stands at all of `spans`, which are from left to right."""
        first = self.opening_factor if self.opens(spans[0]) else 1.0
        return first * (1 + self.repeat_gain * log2(len(spans)))


@dataclass
class Pile:
    """Words that speak for the same thing. Each counts once, with the greatest weight it was added with."""

    weights: dict[str, float] = field(default_factory=dict)

    def add(self, word: str, weight: float) -> bool:
        """Whether the word now weighs more than before."""
        heavier = weight > self.weights.get(word, 0.0)
        if heavier:
            self.weights[word] = weight
        return heavier

    @property
    def total(self) -> float:
        # Weights such as 0.1 have no exact binary form; a lead of 0.9999999999 is a lead of 1. Clerks read two digits.
        return round(sum(self.weights.values()), 2)
