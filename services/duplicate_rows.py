"""Rows of a table put into groups of one matter, by the same rules as petitions that come in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from domain.errors import PolicyMissing
from domain.grouping import Groups, Placed
from domain.likeness import number
from domain.policy import Policy
from domain.same_matter import traits_of
from services.imprints import matter_of


@dataclass(frozen=True)
class Reported:
    """What a row says; `place` and `person` may be empty. The person is only compared, never kept."""

    text: str
    place: str = ""
    person: str = ""


@dataclass(frozen=True)
class Grouped:
    """Where a row belongs: the number of its group from 1, how many it has, and why; `group` 0 is a row by itself."""

    group: int
    size: int
    like: int | None
    """The earlier row it is most like, counted from 0; `None` for the first of a group."""
    score: float
    reasons: tuple[str, ...]


def group_rows(policy: Policy, rows: Iterable[Reported]) -> list[Grouped]:
    """Every row's group, in the order of the rows; the whole table counts as one window.

    Raises:
        PolicyMissing: the policy has no rules for it.
    """
    rules = policy.same_matter
    if rules is None:
        raise PolicyMissing("同一事项的规则(same_matter.yaml)")
    groups = Groups(rules)
    placed = [
        groups.place(
            traits_of(
                rules,
                row.text,
                place=row.place,
                matter=matter_of(policy, row.text),
                person=number("person", row.person) if row.person else None,
            )
        )
        for row in rows
    ]
    return list(_numbered(placed))


def _numbered(placed: list[Placed]) -> Iterator[Grouped]:
    """Groups of several rows get numbers from 1 in the order of their first rows."""
    sizes = Counter(item.group for item in placed)
    numbers: dict[int, int] = {}
    for item in placed:
        size = sizes[item.group]
        group = numbers.setdefault(item.group, len(numbers) + 1) if size > 1 else 0
        yield Grouped(group, size, item.like, item.likeness.score, item.likeness.reasons)
