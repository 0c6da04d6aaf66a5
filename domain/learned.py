"""What dispatch expects of something that learned from past petitions. What it is made of is in `learning/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.policy import Policy

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
    """How far the first guess is ahead of the second, from .5 (alike) to 1; 0 when there is none.

    Whether to dispatch alone is better told by it than by the probability, which others that are out of question lower.
    """
    if not guesses:
        return 0.0
    first = guesses[0].probability
    second = guesses[1].probability if len(guesses) > 1 else 0.0
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


def signs_of(policy: Policy, text: str) -> Mapping[str, float]:
    """What the policy's words say of a text, as features: the weight for each category and sub-category, by name."""
    signs: dict[str, float] = {}
    for rule in policy.dispatch.spoken_in(text):
        category = policy.category_name(rule.category)
        named = [category] if rule.sub_category is None else [category, policy.sub_category_name(rule.sub_category)]
        for name in {category, "·".join(named)}:
            signs[name] = signs.get(name, 0.0) + rule.weight
    return signs
