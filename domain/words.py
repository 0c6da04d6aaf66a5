"""Finding every word of a list in a text: one pass over the text, however long the list is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from typing import NamedTuple


class Span(NamedTuple):
    """A word found in a text: from `start` up to `end`. Latin letters are found in any case and told in small ones."""

    start: int
    end: int
    word: str

    def touches(self, other: Span) -> bool:
        """Whether the two have a letter in common."""
        return self.start < other.end and other.start < self.end


class WordIndex:
    """A list of words, made ready once. Asked at each pair of letters: is there a word of a length that begins so?

    Pairs, because of a hundred thousand words some begin with nearly every letter, but few with the next two of a text.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word.lower() for word in words if word)
        self._letters = frozenset(word for word in self._words if len(word) == 1)
        lengths: dict[str, set[int]] = {}
        for word in self._words - self._letters:
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {begin: tuple(sorted(found)) for begin, found in lengths.items()}

    def find(self, text: str) -> list[Span]:
        """Every occurrence of every word, overlapping ones too, from left to right."""
        folded = text.lower()
        spans = []
        lengths, words, letters = self._lengths, self._words, self._letters
        for start, pair in enumerate(map(add, folded, folded[1:] + " ")):
            if letters and folded[start] in letters:
                spans.append(Span(start, start + 1, folded[start]))
            for length in lengths.get(pair, ()):
                word = folded[start : start + length]
                if word in words and start + length <= len(folded):
                    spans.append(Span(start, start + length, word))
        return spans


def longest(spans: Sequence[Span]) -> list[Span]:
    """The spans that lie in no other one: “井盖丢失” says what is meant, the “井盖” in it nothing more."""
    kept, reached = [], 0
    for span in sorted(spans, key=lambda item: (item.start, -item.end)):
        if span.end > reached:
            kept.append(span)
            reached = span.end
    return kept
