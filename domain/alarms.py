"""Danger to life or property, recognised before anything else: which kind it is, and who goes there at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from domain.phrases import Around, Listener


@dataclass(frozen=True)
class Danger:
    """A kind of danger: the words it is told in, and the unit that is sent at once, whatever else a petition says.

    `unit` may be that of every town (`TOWN_OF_PLACE`), or nobody's in policies that did not name one.
    """

    id: str
    name: str
    unit: str | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class Alarm:
    """A danger that was recognised, and the word it was recognised by."""

    danger: Danger
    word: str


@dataclass(frozen=True)
class AlarmRules:
    """The dangers, the first of which goes before the others, and what a household cannot do without."""

    dangers: tuple[Danger, ...]
    urgent_words: tuple[str, ...]
    around: Around = field(default_factory=Around)

    def alarm(self, text: str) -> Alarm | None:
        """The gravest danger that `text` speaks of, if any."""
        found = {span.word for span in self._dangerous.heard(text)}
        if not found:
            return None
        named = ((danger, word) for danger in self.dangers for word in danger.words)
        return next(Alarm(danger, word) for danger, word in named if word.lower() in found)

    def is_urgent(self, text: str) -> bool:
        """Whether `text` speaks of what cannot wait, though nobody is in danger."""
        return bool(self._urgent.heard(text))

    @cached_property
    def _dangerous(self) -> Listener:
        return Listener((word for danger in self.dangers for word in danger.words), self.around)

    @cached_property
    def _urgent(self) -> Listener:
        # A household that is often without water is without it: only what a word cannot mean is left out.
        return Listener(self.urgent_words, Around(self.around.harmless, self.around.denials))
