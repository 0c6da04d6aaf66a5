"""Finding every word of a list in a text: one pass over the text, however long the list is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Span:
    """A word found in a text: from `start` up to `end`. Latin letters are found in any case and told in small ones."""

    start: int
    end: int
    word: str

    def touches(self, other: Span) -> bool:
        """Whether the two have a letter in common."""
        return self.start < other.end and other.start < self.end


class WordIndex:
    """A list of words, made ready once. Asked at each letter: is there a word of one of the lengths that begin so?"""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(word.lower() for word in words if word)
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            lengths.setdefault(word[0], set()).add(len(word))
        self._lengths = {first: tuple(sorted(found)) for first, found in lengths.items()}

    def find(self, text: str) -> list[Span]:
        """Every occurrence of every word, overlapping ones too, from left to right."""
        folded = text.lower()
        spans = []
        for start, letter in enumerate(folded):
            for length in self._lengths.get(letter, ()):
                word = folded[start : start + length]
                if len(word) == length and word in self._words:  # near the end a slice is shorter than was asked for
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
