"""Hearing the words of a list in a text only where they mean what they say: not in another word, not denied, not past.

Used where one word decides much (danger, matters that belong elsewhere), so that "没有水平" is no cut of water.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.words import Span, WordIndex, longest

_CLAUSE_ENDS = "，,。；;！!？?：:\n"
_NEAR = 4
"""So many letters after a word may begin what takes its meaning away, as in “起火的隐患”."""


@dataclass(frozen=True)
class Around:
    """What takes a word's meaning away.

    `harmless` phrases contain the word and mean something else; `denials` stand right before it, `calming` words
    anywhere before it in the same clause, `after` words up to a few letters behind it.
    """

    harmless: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    calming: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Listener:
    """A list of words with what is around them, made ready once."""

    def __init__(self, words: Iterable[str], around: Around) -> None:
        self._words = frozenset(word.lower() for word in words)
        self._index = WordIndex((*self._words, *around.harmless))
        self._denials = tuple(word.lower() for word in around.denials)
        self._calming = tuple(word.lower() for word in around.calming)
        self._after = tuple(word.lower() for word in around.after)

    def heard(self, text: str) -> list[Span]:
        """Where a word means what it says, from left to right."""
        folded = text.lower()
        standing = longest(self._index.find(folded))
        return [span for span in standing if span.word in self._words and self._is_meant(span, folded)]

    def _is_meant(self, span: Span, text: str) -> bool:
        if text.endswith(self._denials, 0, span.start):
            return False
        before = text[_clause_start(text, span.start) : span.start]
        behind = text[span.end : _clause_end(text, span.end)]
        return not (_has(before, self._calming) or _follows(behind, self._after))


def _clause_start(text: str, position: int) -> int:
    while position > 0 and text[position - 1] not in _CLAUSE_ENDS:
        position -= 1
    return position


def _clause_end(text: str, position: int) -> int:
    while position < len(text) and text[position] not in _CLAUSE_ENDS:
        position += 1
    return position


def _has(part: str, words: Sequence[str]) -> bool:
    return any(word in part for word in words)


def _follows(part: str, words: Sequence[str]) -> bool:
    return any(part[: _NEAR + len(word)].find(word) >= 0 for word in words)
