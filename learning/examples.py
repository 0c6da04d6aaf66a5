"""The rows to learn from, checked and put into an order of their own, so that the same rows give the same model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from domain.learned import NO_FEATURES
from learning.errors import CannotLearn, TooFewRows
from learning.views import plain

LEAST_PER_LABEL = 5
"""Fewer texts of a label can be learned by heart, but nobody could say how sure to be of it."""
MAX_LABEL = 200


@dataclass(frozen=True)
class Example:
    """A text and the label it had. `features` are further signs, named, with their strength above 0."""

    text: str
    label: str
    features: Mapping[str, float] = field(default_factory=lambda: NO_FEATURES)


def in_order(examples: Iterable[Example]) -> list[Example]:
    """The examples with plain texts, without empty texts and exact repeats, in an order that is theirs alone."""
    known: dict[tuple[str, str], Example] = {}
    for example in examples:
        text, label = plain(example.text), _one_line(example.label)
        if text:
            features = {_one_line(name): strength for name, strength in example.features.items() if strength > 0}
            known.setdefault((text, label), Example(text, label, features))
    return [known[key] for key in sorted(known)]


def check(examples: Sequence[Example]) -> tuple[str, ...]:
    """The labels, sorted. Raises CannotLearn when there are no two of them or one of them has too few texts."""
    counts = Counter(example.label for example in examples)
    if "" in counts:
        raise CannotLearn("有的行没有标签，请补上或删去这些行")
    if not counts:
        raise CannotLearn("没有一行有文字，无从学习")
    if len(counts) == 1:
        raise CannotLearn(f"只有一种标签“{next(iter(counts))}”，至少要有两种才有得可学")
    long = next((label for label in counts if len(label) > MAX_LABEL), None)
    if long is not None:
        raise CannotLearn(f"标签“{long[:20]}…”有{len(long)}字，最长{MAX_LABEL}字；标签列选错了吗？")
    few = {label: count for label, count in sorted(counts.items()) if count < LEAST_PER_LABEL}
    if few:
        raise TooFewRows(few, LEAST_PER_LABEL)
    return tuple(sorted(counts))


def dealt(examples: Sequence[Example], folds: int) -> list[int]:
    """Which of the `folds` each example is in. Labels are spread evenly; the same text never lies in two folds."""
    first: dict[str, str] = {}
    for example in examples:
        first.setdefault(example.text, example.label)
    by_label: dict[str, list[str]] = {}
    for text, label in first.items():
        by_label.setdefault(label, []).append(text)
    fold_of: dict[str, int] = {}
    for texts in by_label.values():
        shuffled = sorted(texts, key=lambda text: sha256(text.encode(errors="replace")).digest())
        fold_of |= {text: (len(fold_of) + place) % folds for place, text in enumerate(shuffled)}
    return [fold_of[example.text] for example in examples]


def _one_line(name: str) -> str:
    return " ".join(name.split())
