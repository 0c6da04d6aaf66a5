"""Petitions put into groups of one matter, one after the other, each compared with a few that may be alike."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, replace
from functools import lru_cache

from domain.likeness import grams_of, without
from domain.same_matter import UNLIKE, Likeness, SameMatterRules, Traits, asked_marks, compare, marks

MOST_OF_A_MARK = 40
"""Of those found under one mark the latest are looked at, so that a crowd costs no more than a few."""
MOST_COMPARED = 12
"""Those with the most marks in common are compared."""


@dataclass(frozen=True)
class Placed:
    """The group a petition belongs to, and the earlier one that put it there; both count from 0 in order of arrival.

    A group's number is that of its first petition; a petition like none before begins a group of its own.
    """

    group: int
    like: int | None = None
    likeness: Likeness = UNLIKE


class Groups:
    """Takes petitions in as they come. Each joins the group of the earlier one it is most like, if it is enough."""

    def __init__(self, rules: SameMatterRules) -> None:
        self._rules = rules
        self._members: list[Traits] = []
        self._groups: list[int] = []
        self._marked: dict[int, deque[int]] = defaultdict(lambda: deque(maxlen=MOST_OF_A_MARK))
        # Of a hundred thousand long texts the grams do not fit into memory; the letters do.
        self._grams = lru_cache(maxsize=2000)(self._grams_of)

    def place(self, traits: Traits) -> Placed:
        """Take in the next petition and say where it belongs."""
        number = len(self._members)
        placed = self._best(traits) or Placed(number)
        self._members.append(replace(traits, grams=frozenset()))
        self._groups.append(placed.group)
        for mark in marks(traits, self._rules):
            self._marked[mark].append(number)
        return placed

    def _best(self, traits: Traits) -> Placed | None:
        common = Counter(number for mark in asked_marks(traits, self._rules) for number in self._marked.get(mark, ()))
        near = sorted(common, key=lambda number: (-common[number], number))[:MOST_COMPARED]
        compared = [(number, compare(traits, self._whole(number), self._rules)) for number in near]
        like = max(compared, key=lambda pair: (pair[1].score, -pair[0]), default=None)
        if like is None or like[1].score < self._rules.threshold:
            return None
        return Placed(self._groups[like[0]], *like)

    def _whole(self, number: int) -> Traits:
        return replace(self._members[number], grams=self._grams(number))

    def _grams_of(self, number: int) -> frozenset[str]:
        return grams_of(without(self._members[number].letters, self._rules.courtesies))
