"""The first dispatch table as values: what speaks for which unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TOWN_OF_PLACE = "@town"
"""Unit code of a duty that belongs to the town in which the place lies."""


@dataclass(frozen=True)
class KeywordRule:
    """A word that speaks for a unit and a category with some weight; towns share the unit code `TOWN_OF_PLACE`."""

    word: str
    weight: float
    category: str
    unit: str


@dataclass(frozen=True)
class DispatchRules:
    """First dispatch table: words, the place names of each town, and when the engine is sure enough.

    `threshold` is the least weight and `margin` the least lead over the runner-up for dispatching without a person.
    """

    threshold: float
    margin: float
    keywords: tuple[KeywordRule, ...]
    town_words: Mapping[str, tuple[str, ...]]
    emergency_words: tuple[str, ...]
    urgent_words: tuple[str, ...]
    desk_words: tuple[str, ...]
    """Words of matters that need a person before acceptance (courts, arbitration, discipline …)."""
    proposal_weight: float
    """Weight of the unit that a returning unit names as the right one."""
