"""The words and place names of a policy by which petitions are dispatched, made ready to be looked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.alarms import AlarmRules, Danger
from domain.elsewhere import ElsewhereRule, ElsewhereRules
from domain.evidence import Weighing
from domain.gazetteer import Gazetteer, PlaceName
from domain.plain_text import Reading
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
class Spoken:
    """A rule whose word a text says so many times, maybe in its opening, and how much its weight counts there."""

    rule: KeywordRule
    factor: float = 1.0
    times: int = 1
    opening: bool = False


@dataclass(frozen=True)
class DispatchRules:
    """Words, the place names of each town, and when the engine is sure enough.

    `threshold` is the least weight and `margin` the least lead over the runner-up for dispatching without a person.
    """

    threshold: float
    margin: float
    keywords: tuple[KeywordRule, ...]
    town_words: Mapping[str, tuple[str, ...]]
    proposal_weight: float
    """Weight of the unit that a returning unit names as the right one."""
    emergency_words: tuple[str, ...] = ()
    urgent_words: tuple[str, ...] = ()
    desk_words: tuple[str, ...] = ()
    """Of policies kept from before `alarms` and `elsewhere`: danger, supplies, and what needs a person first."""
    alarms: AlarmRules | None = None
    elsewhere: ElsewhereRules | None = None
    roads: tuple[str, ...] = ()
    """Roads whose names hold a keyword or resemble a town; they speak for nothing."""
    weighing: Weighing = field(default_factory=Weighing)
    reading: Reading = field(default_factory=Reading)
    margin_share: float = 0.0
    """The lead must also be this share of the best score: among many words one more says little."""

    places: tuple[PlaceName, ...] = ()
    outside: tuple[str, ...] = ()
    """Names of places outside the district."""
    near: int = 0
    """How many letters from its town's name a bare name still is a place."""

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """Reads place names. Policies kept from before know no more than the names of each town."""
        return Gazetteer(self.town_words, self.places, self.roads, self.outside, self.near)

    def all_words(self) -> Iterator[str]:
        """Every word and phrase that is ever looked for in a text."""
        for rule in self.keywords:
            yield from (rule.word, *rule.excluded)
        for words in self.town_words.values():
            yield from words
        for place in self.places:
            yield from (place.name, *place.words)
        for danger in self.dangers.dangers:
            yield from danger.words
        for other in self.others.rules:
            yield from other.words
        for around in (self.dangers.around, self.others.around):
            yield from (*around.harmless, *around.denials, *around.calming, *around.after)
        yield from (
            *self.dangers.urgent_words,
            *self.roads,
            *self.outside,
            *self.weighing.denials,
            *self.weighing.beside,
        )

    @cached_property
    def dangers(self) -> AlarmRules:
        """What is urgent; policies from before knew the words alone, and no unit to send."""
        former = (Danger("former", "突发", None, self.emergency_words),)
        return self.alarms or AlarmRules(former, self.urgent_words)

    @cached_property
    def others(self) -> ElsewhereRules:
        """What belongs elsewhere; policies from before knew the words alone."""
        former = ElsewhereRule("former", "不属平台办理的事项", self.desk_words, "由专席确认是否受理", "规则的词表")
        return self.elsewhere or ElsewhereRules((former,))

    def spoken_in(self, text: str) -> list[Spoken]:
        """The rules whose word counts in this text, in the order of the policy.

        A word inside a longer one or inside the name of a place or road says nothing there, and neither does one that
        touches a phrase its rule excludes, is denied, or tells beside what the matter is; it counts where it stands
        for itself.
        """
        spans = self._vocabulary.find(text)
        folded = text.lower()
        standing: dict[str, list[Span]] = {}
        anywhere: dict[str, list[Span]] = {}
        for span in spans:
            anywhere.setdefault(span.word, []).append(span)
        for span in longest([span for span in spans if span.word in self._speaking]):
            if self.weighing.says_something(span, folded):
                standing.setdefault(span.word, []).append(span)
        numbers = sorted(number for word in anywhere for number in self._numbers.get(word, ()))
        found = []
        for number in numbers:
            rule, word = self.keywords[number], self.keywords[number].word.lower()
            places = anywhere[word] if rule.sub_category is None else standing.get(word, [])
            masks = [mask for phrase in self._excluded[number] for mask in anywhere.get(phrase, ())]
            if places := [span for span in places if not any(map(span.touches, masks))]:
                opening = self.weighing.opens(places[0])
                found.append(Spoken(rule, self.weighing.factor(places), len(places), opening))
        return found

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

    @cached_property
    def _excluded(self) -> Sequence[tuple[str, ...]]:
        return [tuple(phrase.lower() for phrase in rule.excluded) for rule in self.keywords]
