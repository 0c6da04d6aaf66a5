"""Every step that moved a due date: how far, and whether it came when the deadline was near (计时核查)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from domain.calendar import WorkCalendar, working_minutes_between


@dataclass(frozen=True)
class Standing:
    """How one step left the due date; `due_at` is `None` while there is none."""

    version: int
    at: dt.datetime
    due_at: dt.datetime | None


@dataclass(frozen=True)
class Edit:
    """A step that moved the due date; `working_minutes_left` is what was left of the one before, negative if passed."""

    version: int
    before: dt.datetime | None
    after: dt.datetime | None
    working_minutes_left: int | None
    near: bool
    """Whether it came within the minutes that count as near, or after the deadline had passed."""


def edits_of(standings: Sequence[Standing], near_minutes: int, calendar: WorkCalendar) -> list[Edit]:
    """The steps, oldest first, that left another due date than they found; the first one that set one is no edit.

    A clock that is stopped has no date: what counts then is the last one there was.
    """
    found: list[Edit] = []
    before: dt.datetime | None = None
    last: dt.datetime | None = None
    for standing in standings:
        if standing.due_at != before and (before is not None or last is not None):
            known = before or last
            left = working_minutes_between(standing.at, known, calendar) if known is not None else None
            near = left is not None and left <= near_minutes
            found.append(Edit(standing.version, before, standing.due_at, left, near))
        before = standing.due_at
        last = standing.due_at or last
    return found
