"""In what classes numbers are coloured on a map: few, equal, and never a single case told from a few."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CLASSES = 4


@dataclass(frozen=True)
class Class:
    """From `low` to `high`, both of which belong to it."""

    low: int
    high: int

    def __str__(self) -> str:
        return f"{self.low}" if self.low == self.high else f"{self.low}至{self.high}"


def classes(most: int, least: int) -> tuple[Class, ...]:
    """Classes of equal width from 1 to at least `most`; the first one holds everything below `least` (1 or more)."""
    if most <= 0:
        return ()
    width = max(-(-most // CLASSES), least - 1, 1)
    return tuple(Class(low, low + width - 1) for low in range(1, most + 1, width))


def class_of(number: int, among: Sequence[Class]) -> int:
    """The place of the class that holds `number`, from 1; 0 for nothing at all."""
    return next((place for place, item in enumerate(among, 1) if item.low <= number <= item.high), 0)


def told(number: int, least: int) -> str:
    """The number as people read it where it must not be told exactly: `1至4`."""
    return str(number) if number == 0 or number >= least else str(Class(1, least - 1))


def spread(numbers: Mapping[str, int], places: Mapping[str, tuple[float, float]], reach: float) -> dict[str, int]:
    """Heat: of each place its own number and those of all places at most `reach` away, in the unit of the places.

    Where single areas have one or two each, it shows where they lie together; as a sum of many it tells less of one.
    """
    some = [(places[code], number) for code, number in numbers.items() if number and code in places]
    return {
        code: sum(number for other, number in some if math.dist(place, other) <= reach)
        for code, place in places.items()
    }
