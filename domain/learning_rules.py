"""By what measure rules of dispatch are judged and dispatch learns; the values and their reasons stand in `policy/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ConfidenceStep:
    """How often each of the first three candidates was right (0 to 1) from a lead on.

    The lead is best / (best + second) of the keywords' scores: a half where they are alike, 1 without a second.
    """

    ahead: float
    right: tuple[float, ...]


@dataclass(frozen=True)
class LearningRules:
    """The values here are those of policies kept from before `learning.yaml`."""

    least_cases: int = 30
    """With fewer closed cases nothing is judged."""
    tolerance: float = 0.005
    """The share of the cases by which a figure may fall before a change counts as worse."""
    least_training_cases: int = 200
    """With fewer closed cases nothing is learned: the keywords do it alone."""
    held_out: float = 0.2
    """The share of the cases, the latest ones, on which what was learned is tried before it goes into force."""
    precision: float = 0.98
    """Of what is dispatched without a person this share must have been right on cases that were not learned from."""
    return_cost: int = 10
    """How many decisions of the desk one case sent to a wrong unit costs."""
    keyword_confidence: tuple[ConfidenceStep, ...] = ()
    """How sure the keywords are while nothing was learned yet, the smallest lead first; none: it is not told."""
    most_cases: int = 50_000
    """Only the latest so many cases are looked at: duties and words change."""

    def confidence_of(self, scores: Sequence[float]) -> tuple[float, ...]:
        """How often the candidates with these scores are right, the best first; of at most three."""
        if not scores or scores[0] <= 0:
            return ()
        second = scores[1] if len(scores) > 1 else 0.0
        ahead = scores[0] / (scores[0] + second)
        reached = [step for step in self.keyword_confidence if step.ahead <= ahead]
        return reached[-1].right[: len(scores)] if reached else ()
