"""The words and place names of a policy by which petitions are dispatched, made ready to be looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from domain.words import Span, WordIndex, longest

TOWN_OF_PLACE = "@town"
"""Unit code of a duty that belongs to the town in which the place lies."""


@dataclass(frozen=True)
class KeywordRule:
    """A word that speaks for a unit and a matter with some weight; towns share the unit code `TOWN_OF_PLACE`."""

    word: str
    weight: float
    category: str
    unit: str
    sub_category: str | None = None
    """Policies kept from before there were sub-categories have none; their words count wherever they stand."""
    excluded: tuple[str, ...] = ()
    """Phrases in which the word means something else, or is another's duty."""


@dataclass(frozen=True)
class DispatchRules:
    """Words, the place names of each town, and when the engine is sure enough.

    `threshold` is the least weight and `margin` the least lead over the runner-up for dispatching without a person.
    """

    threshold: float
    margin: float
    keywords: tuple[KeywordRule, ...]
    town_words: Mapping[str, tuple[str, ...]]
    emergency_words: tuple[str, ...]
    urgent_words: tuple[str, ...]
    desk_words: tuple[str, ...]
    """Words of matters that need a person before acceptance (courts, arbitration, discipline …)."""
    proposal_weight: float
    """Weight of the unit that a returning unit names as the right one."""
    roads: tuple[str, ...] = ()
    """Roads whose names hold a keyword or resemble a town; they speak for nothing."""

    def places_in(self, text: str) -> list[Span]:
        """Every place name of a town in the text."""
        return self._place_index.find(text)

    def spoken_in(self, text: str) -> list[KeywordRule]:
        """The rules whose word counts in this text, in the order of the policy.

        A word inside a longer one or inside the name of a place or road says nothing there, and neither does one that
        touches a phrase its rule excludes; it counts where it stands for itself.
        """
        spans = self._vocabulary.find(text)
        standing = longest([span for span in spans if span.word in self._speaking])
        found = {span.word for span in spans}
        numbers = sorted(number for word in found for number in self._numbers.get(word, ()))
        return [rule for rule in map(self.keywords.__getitem__, numbers) if _counts(rule, standing, spans)]

    @cached_property
    def _place_index(self) -> WordIndex:
        return WordIndex(word for words in self.town_words.values() for word in words)

    @cached_property
    def _speaking(self) -> frozenset[str]:
        """Everything that can be the longer word around another."""
        words = {rule.word for rule in self.keywords if rule.sub_category is not None}
        return frozenset(word.lower() for word in words.union(self.roads, *self.town_words.values()))

    @cached_property
    def _vocabulary(self) -> WordIndex:
        others = (word for rule in self.keywords for word in (rule.word, *rule.excluded))
        return WordIndex((*self._speaking, *others))

    @cached_property
    def _numbers(self) -> Mapping[str, list[int]]:
        numbers: dict[str, list[int]] = {}
        for number, rule in enumerate(self.keywords):
            numbers.setdefault(rule.word.lower(), []).append(number)
        return numbers


def _counts(rule: KeywordRule, standing: Sequence[Span], spans: Sequence[Span]) -> bool:
    if rule.sub_category is None:
        return True
    own, excluded = rule.word.lower(), {phrase.lower() for phrase in rule.excluded}
    masks = [span for span in spans if span.word in excluded]
    return any(span.word == own and not any(map(span.touches, masks)) for span in standing)
