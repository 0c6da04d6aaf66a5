"""A model in use: from a text to its labels, each with a probability and the words that speak for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.learned import NO_FEATURES, Guess
from learning.calibration import Calibration
from learning.encoding import RUNS, SIGNS, WORDS, Floats, damped, places_of
from learning.fitting import Weights
from learning.views import PAIR, Runs, are_chinese, plain, runs_of, words_and_pairs

TOLD_GUESSES = 3
"""Guesses that come with reasons."""
TOLD_WORDS = 4
FEW_WORDS = 4
"""Known words of a text below which people are told so."""
ROOM = 1.0
"""Standard errors that a threshold keeps above what is asked for."""
_ALMOST_NOTHING = np.float32(1e-9)


@dataclass(frozen=True)
class NameView:
    """The words and pairs, or the signs, that are known, and how telling each is by its rarity."""

    terms: tuple[str, ...]
    rarity: Floats

    @cached_property
    def places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}


@dataclass(frozen=True)
class RunView:
    """The runs of letters that are known, sorted, and how telling each is by its rarity."""

    terms: Runs
    rarity: Floats


@dataclass(frozen=True)
class Record:
    """How far ahead the first guess was in texts unseen while learning, surest first, and which of them were right."""

    edges: Floats
    right: NDArray[np.bool_]

    @classmethod
    def of(cls, chances: NDArray[np.float64], truth: NDArray[np.intp]) -> Record:
        """`chances` has a row for each text and a column for each label; `truth` the column that was right."""
        ordered = np.sort(chances, axis=1)
        edges = (ordered[:, -1] / (ordered[:, -1] + ordered[:, -2])).astype(np.float32)
        order = np.argsort(-edges, kind="stable")
        return cls(edges[order], np.asarray((chances.argmax(axis=1) == truth)[order], dtype=np.bool_))

    @property
    def accuracy(self) -> float:
        """The share of them it had right, 0 to 1."""
        return float(self.right.mean())

    def threshold_for(self, precision: float) -> float | None:
        """The least edge (`domain.learned.edge`) from which on this share (0 to 1) was right; `None`: there is none.

        A standard error is put on top, because the threshold is chosen where these texts happened to allow it.
        """
        many = np.arange(1, len(self.right) + 1)
        wanted = precision * many + ROOM * np.sqrt(precision * (1 - precision) * many)
        reached = np.flatnonzero(np.cumsum(self.right) >= np.minimum(wanted, many))
        return float(self.edges[reached[-1]]) if len(reached) else None


@dataclass(frozen=True)
class Found:
    """The known terms of a text: their rows in the table of weights, and how strong each is.

    The first `words` of them are words and pairs of words, the last `signs` what the caller knew besides.
    """

    rows: NDArray[np.intp]
    strength: Floats
    words: int
    signs: int
    heard: bool
    """Whether anything in it means something: a word, a sign, or two Chinese letters that follow each other."""


@dataclass(frozen=True)
class Model:
    """What was learned. It never changes, so any number of threads may ask it."""

    labels: tuple[str, ...]
    words: NameView
    runs: RunView
    signs: NameView
    weights: Weights
    """The terms of the words, then those of the runs, then the signs."""
    calibration: Calibration
    record: Record
    rows: int
    """How many rows it learned from."""

    @cached_property
    def version(self) -> str:
        """A digest of everything that was learned."""
        digest = sha256()
        for name, value in parts_of(self):
            digest.update(f"{name} {value.dtype.str} {value.shape}\n".encode() + value.tobytes())
        return digest.hexdigest()

    def predict(self, text: str, features: Mapping[str, float] = NO_FEATURES) -> list[Guess]:
        """Every label, the most probable first; none when nothing in the text is known."""
        found = self._find(text, features)
        if not found.heard:
            return []
        scores = found.strength @ self.weights.terms[found.rows] + self.weights.starts
        chances = self.calibration.probabilities(scores, found.words)
        order = np.argsort(-chances, kind="stable")
        return [
            Guess(self.labels[label], float(chances[label]), self._reasons(found, label) if rank < TOLD_GUESSES else ())
            for rank, label in enumerate(order)
        ]

    def _find(self, text: str, features: Mapping[str, float]) -> Found:
        letters = plain(text)
        words = [place for place in map(self.words.places.get, words_and_pairs(letters)) if place is not None]
        signs = {self.signs.places[name]: value for name, value in features.items() if name in self.signs.places}
        runs = places_of(runs_of(letters), self.runs.terms)
        counted: list[tuple[NDArray[np.intp], NDArray[Any]]] = [
            np.unique(np.array(words, dtype=np.intp), return_counts=True),
            np.unique(runs, return_counts=True),
            (np.fromiter(signs.keys(), np.intp), np.fromiter(signs.values(), np.float32)),
        ]
        rows, strengths, begin = [], [], 0
        for name, (places, counts) in zip((WORDS, RUNS, SIGNS), counted, strict=True):
            known = self._rarities[name]
            strong = damped(name, counts.astype(np.float32)) * known[places]
            strengths.append(strong / max(np.sqrt(strong @ strong * self._in_use), _ALMOST_NOTHING))
            rows.append(begin + places)
            begin += len(known)
        heard = bool(words or signs or are_chinese(self.runs.terms[runs]).any())
        return Found(np.concatenate(rows), np.concatenate(strengths), len(rows[0]), len(rows[2]), heard)

    @cached_property
    def _rarities(self) -> Mapping[str, Floats]:
        return {WORDS: self.words.rarity, RUNS: self.runs.rarity, SIGNS: self.signs.rarity}

    @cached_property
    def _in_use(self) -> int:
        """How many views share the length of a text."""
        return sum(len(known) > 0 for known in self._rarities.values())

    def _reasons(self, found: Found, label: np.intp) -> tuple[str, ...]:
        """The words that set this label most apart from the others."""
        said = self.weights.terms[found.rows]
        apart = found.strength * (said[:, label] - said.mean(axis=1))
        words = _telling(self.words, found.rows[: found.words], apart[: found.words])
        last, before = len(found.rows) - found.signs, len(self.words.terms) + len(self.runs.terms)
        signs = _telling(self.signs, found.rows[last:] - before, apart[last:])
        reasons = [f"以往这类诉求多有“{'”“'.join(words)}”"] if words else ["没有突出的词语，只是字面相近"]
        if signs:
            reasons.append(f"并有“{'”“'.join(signs)}”")
        if found.words < FEW_WORDS:
            reasons.append(f"认得的词语只有{found.words}个")
        return tuple(reasons)


def _telling(view: NameView, places: NDArray[np.intp], apart: Floats) -> list[str]:
    """The terms with the most to say, none of them part of another."""
    told: list[str] = []
    for best in np.argsort(-apart, kind="stable"):
        if apart[best] <= 0 or len(told) == TOLD_WORDS:
            break
        word = view.terms[places[best]].replace(PAIR, "")
        if len(word) > 1 and not word.isdecimal() and not any(word in other or other in word for other in told):
            told.append(word)
    return told


def parts_of(model: Model) -> list[tuple[str, NDArray[Any]]]:
    """Everything a model is, as named arrays, always in the same order. Texts are UTF-8, one to a line."""
    calibration = model.calibration
    return [
        ("labels", as_bytes(model.labels)),
        ("rows", np.array([model.rows], dtype=np.int64)),
        ("words", as_bytes(model.words.terms)),
        ("words rarity", model.words.rarity),
        ("runs", model.runs.terms),
        ("runs rarity", model.runs.rarity),
        ("signs", as_bytes(model.signs.terms)),
        ("signs rarity", model.signs.rarity),
        ("weights", model.weights.terms),
        ("starts", model.weights.starts),
        ("steepness", calibration.steepness),
        ("lifts", calibration.lifts),
        ("edges", model.record.edges),
        ("right", model.record.right.astype(np.uint8)),
    ]


def as_bytes(lines: Sequence[str]) -> NDArray[np.uint8]:
    """Lines of text as an array; none of them may hold a line break."""
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
