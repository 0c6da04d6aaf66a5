"""Texts as numbers: for each view the terms worth knowing, how rare each is, and how strongly a text shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import CountVectorizer

from domain.learned import NO_FEATURES
from learning.errors import CannotLearn
from learning.examples import Example
from learning.views import Runs, runs_of, words_and_pairs

Floats = NDArray[np.float32]
WORDS, RUNS, SIGNS = "words", "runs", "signs"
"""The views of a text: its words and pairs of words, its runs of letters, and what the caller knows besides."""
LEAST_TEXTS = 2
"""A term seen in one text alone says nothing of others."""
_AT_ONCE = 5_000


class Counter:
    """Counts terms in texts; which terms there are is decided by the examples it is made with."""

    def __init__(self, examples: Sequence[Example], *, with_runs: bool, most_terms: int) -> None:
        """`most_terms` is the greatest number of terms for each view; the most frequent are kept.

        Raises CannotLearn when no word is in two texts.
        """
        texts = [example.text for example in examples]
        self._words = CountVectorizer(
            analyzer=words_and_pairs, min_df=LEAST_TEXTS, max_features=most_terms, dtype=np.float32
        )
        try:
            counts = self._words.fit_transform(texts)
        except ValueError:  # no word is left
            raise CannotLearn("没有一个词语出现在两行以上，行数太少，请补充") from None
        self.words = tuple(self._words.get_feature_names_out())
        self.runs = _frequent_runs(texts, most_terms) if with_runs else np.zeros(0, dtype=np.uint64)
        self.signs = tuple(sorted({name for example in examples for name in example.features}))
        self._signs = DictVectorizer(dtype=np.float32) if self.signs else None
        if self._signs is not None:
            self._signs.fit([dict.fromkeys(self.signs, 1.0)])
        self.views = (WORDS, *([RUNS] if with_runs else []), *([SIGNS] if self.signs else []))
        self.first = [sparse.csr_array(counts), *self._others(texts, [example.features for example in examples])]
        """The examples themselves: a matrix for each view, one row a text, one column a term."""

    def count(self, texts: Sequence[str]) -> list[sparse.csr_array]:
        """Other texts, of which nothing else is known, counted by the same terms."""
        return [sparse.csr_array(self._words.transform(texts)), *self._others(texts, [NO_FEATURES] * len(texts))]

    def _others(self, texts: Sequence[str], features: Sequence[Mapping[str, float]]) -> list[sparse.csr_array]:
        counted = [_counted_runs(texts, self.runs)] if RUNS in self.views else []
        if self._signs is not None:
            counted.append(sparse.csr_array(self._signs.transform(features)))
        return counted


def _frequent_runs(texts: Sequence[str], most: int) -> Runs:
    """The runs that are in at least `LEAST_TEXTS` texts, sorted; of too many the most frequent."""
    known, having = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    for begin in range(0, len(texts), _AT_ONCE):
        each = [np.unique(runs_of(text)) for text in texts[begin : begin + _AT_ONCE]]
        new, count = np.unique(np.concatenate(each), return_counts=True)
        both, place = np.unique(np.concatenate([known, new]), return_inverse=True)
        having = np.bincount(place, weights=np.concatenate([having, count])).astype(np.int64)
        known = both
    telling = having >= LEAST_TEXTS
    if telling.sum() > most:
        telling &= having >= np.sort(having)[-most]
    return known[telling]


def _counted_runs(texts: Sequence[str], known: Runs) -> sparse.csr_array:
    places, ends = [np.zeros(0, dtype=np.int64)], [0]
    for text in texts:
        places.append(places_of(runs_of(text), known))
        ends.append(ends[-1] + len(places[-1]))
    indices = np.concatenate(places)
    counts = sparse.csr_array(
        (np.ones(len(indices), dtype=np.float32), indices, np.array(ends)),
        shape=(len(texts), len(known)),
    )
    counts.sum_duplicates()
    return counts


def places_of(runs: Runs, known: Runs) -> NDArray[np.intp]:
    """Where in the sorted `known` each of the runs is that is there at all."""
    if not len(known):
        return np.zeros(0, dtype=np.intp)
    places = np.searchsorted(known, runs)
    places[places == len(known)] = 0
    return np.asarray(places[known[places] == runs])


def rarity(counts: sparse.csr_array) -> Floats:
    """How telling each term is by how few of the texts have it; 0 for a term of fewer than `LEAST_TEXTS`."""
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    found = np.log((1 + counts.shape[0]) / (1 + having)) + 1
    return np.where(having >= LEAST_TEXTS, found, 0).astype(np.float32)


def damped(view: str, counts: Floats) -> Floats:
    """A word said ten times does not say ten times as much. Signs may be weaker than 1, so theirs starts at 0."""
    return np.log1p(counts) if view == SIGNS else 1 + np.log(counts)


def weighed(views: Sequence[str], counted: Sequence[sparse.csr_array], rarities: Sequence[Floats]) -> sparse.csr_array:
    """All views side by side, each of the same length in every text, however long the text is."""
    blocks = []
    for view, counts, rare in zip(views, counted, rarities, strict=True):
        block = counts.copy()
        block.data = damped(view, block.data) * rare[block.indices]
        lengths = np.sqrt(np.asarray(block.multiply(block).sum(axis=1)).ravel())
        scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0) / np.sqrt(len(views))
        blocks.append(sparse.diags_array(scale.astype(np.float32)) @ block)
    return sparse.csr_array(sparse.hstack(blocks, format="csr"))
