"""What was counted, before anything is made of it: per group and category, so that the mix of cases stays visible."""

from __future__ import annotations

from dataclasses import dataclass, field

from pendulum import DateTime

from domain.figures import (
    COUNTS,
    EVERY_FIGURE,
    PERIOD_GROUPINGS,
    SHARES,
    CountName,
    FigureName,
    Grouping,
    ShareName,
)
from domain.periods import Period
from domain.shares import Mix, Share, total
from domain.stages import Stage

Group = str | None
"""The code of a unit, town …; `None` where there is none."""


@dataclass(frozen=True)
class Selection:
    """Which cases are measured, and how far back from now the ledger is read."""

    as_of: DateTime
    period: Period = field(default_factory=Period)
    unit: str | None = None
    town: str | None = None
    category: str | None = None
    sub_category: str | None = None
    channel: str | None = None
    grid: str | None = None


@dataclass(frozen=True)
class StageTime:
    """How long the stays in one stage took, in seconds."""

    stays: int
    median: int
    ninetieth: int


@dataclass
class Measured:
    """The figures of a selection by one grouping."""

    by: Grouping | None
    only: frozenset[FigureName] = EVERY_FIGURE
    """What alone was counted."""
    counts: dict[Group, dict[CountName, int]] = field(default_factory=dict)
    shares: dict[ShareName, dict[Group, dict[str | None, Share]]] = field(default_factory=dict)
    """By figure, group and category."""
    wholes: dict[ShareName, dict[Group, int]] = field(default_factory=dict)
    """How many cases or tasks there were, in the base or not."""
    times: dict[Group, dict[Stage, StageTime]] = field(default_factory=dict)
    all_times: dict[Stage, StageTime] = field(default_factory=dict)
    """Of all groups together, which no sum of theirs gives."""

    @property
    def share_names(self) -> list[ShareName]:
        """The shares that were counted."""
        return [name for name in SHARES if name in self.only]

    @property
    def count_names(self) -> list[CountName]:
        """The numbers of cases that were counted."""
        return [name for name in COUNTS if name in self.only]

    @property
    def groups(self) -> list[Group]:
        """Everybody who has anything, most cases first, nobody last; periods in their order."""
        found = {*self.counts, *self.times, *(group for mixes in self.shares.values() for group in mixes)}
        if self.by in PERIOD_GROUPINGS:
            return sorted(found, key=lambda group: group or "")
        return sorted(found, key=lambda group: (group is None, -self.count(group, CountName.REGISTERED), group or ""))

    def count(self, group: Group, name: CountName) -> int:
        return self.counts.get(group, {}).get(name, 0)

    def mix(self, group: Group, name: ShareName) -> Mix:
        return self.shares.get(name, {}).get(group, {})

    def share(self, group: Group, name: ShareName) -> Share:
        return total(self.mix(group, name))

    def excluded(self, group: Group, name: ShareName) -> int:
        """How many cases or tasks are in no base, by the definition's own rule."""
        return self.wholes.get(name, {}).get(group, 0) - self.share(group, name).base

    def whole(self, name: ShareName) -> Share:
        """All groups together."""
        return sum((total(mix) for mix in self.shares.get(name, {}).values()), Share())
