"""Matters that belong elsewhere: courts, discipline, other districts … recognised, with what the desk is advised.

A refusal stays a person's decision; the rules only say what it looks like, whose it is, and where that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from domain.phrases import Around, Listener


@dataclass(frozen=True)
class ElsewhereRule:
    """A kind of matter that is not the platform's, the words it is told in, and the advice to the desk.

    A rule that `holds` lets nobody be dispatched before a person has looked; another only adds its advice. `unit` is
    the one of ours that takes such a matter or passes it on. `in_place`: the words are looked for in the place alone.
    """

    id: str
    name: str
    words: tuple[str, ...]
    advice: str
    source: str
    unit: str | None = None
    holds: bool = True
    in_place: bool = False


@dataclass(frozen=True)
class Suspicion:
    """A rule that a text meets, and the word it met it by."""

    rule: ElsewhereRule
    word: str

    @property
    def told(self) -> str:
        """The Chinese sentence that the desk reads."""
        return f"出现“{self.word}”，像是{self.rule.name}：{self.rule.advice}(依据：{self.rule.source})"


@dataclass(frozen=True)
class ElsewhereRules:
    """The kinds of matters; the first that is met is told."""

    rules: tuple[ElsewhereRule, ...]
    around: Around = field(default_factory=Around)

    def suspicions(self, text: str, place: str = "") -> tuple[Suspicion, ...]:
        """Every kind of matter that the petition looks like, in the order of the rules, with its first word."""
        found = {False: self._first_words(text), True: self._first_words(place)}
        met = ((rule, [word for word in rule.words if word.lower() in found[rule.in_place]]) for rule in self.rules)
        return tuple(
            Suspicion(rule, min(words, key=lambda word: found[rule.in_place][word.lower()]))
            for rule, words in met
            if words
        )

    def _first_words(self, text: str) -> Mapping[str, int]:
        """Each word that is meant, with where it first stands."""
        return {span.word: span.start for span in reversed(self._listener.heard(text))}

    @cached_property
    def _listener(self) -> Listener:
        return Listener((word for rule in self.rules for word in rule.words), self.around)
