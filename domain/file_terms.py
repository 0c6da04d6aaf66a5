"""What a unit owes inspectors by a date: it is warned shortly before, and reminded once the date has passed.

An answer to the party-committee inspectors, an explanation to the discipline inspectors, and what these ordered to be
put right. None of it is a clock of the petition: the files outlive it, and so do their dates.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.deriving import same_time_before
from domain.workdays import WorkCalendar


class Owed(StrEnum):
    """What is owed (须交什么)."""

    ANSWER = "answer"
    EXPLANATION = "explanation"
    RECTIFICATION = "rectification"


class Telling(StrEnum):
    """What is told of a date (告知): that it comes, that it has passed."""

    WARNING = "warning"
    REMINDER = "reminder"


@dataclass(frozen=True)
class FileTerm:
    """Until when `unit` owes it, as it was told when it was asked; and what was told of the date since."""

    owed: Owed
    unit: str
    since: DateTime
    due_at: DateTime
    warned: bool = False
    reminded: bool = False


def telling_due(term: FileTerm, ahead: int, calendar: WorkCalendar, now: dt.datetime) -> Telling | None:
    """What is to be told at `now` (aware); `ahead` is the warning's lead in working days, 0 for none.

    Each is told once. Whoever looks only after the date has passed warns no more; and a term no longer than the lead
    is not warned of, because the demand itself was as late.
    """
    if term.due_at <= now:
        return None if term.reminded else Telling.REMINDER
    if term.warned or not ahead:
        return None
    warned_at = same_time_before(term.due_at, ahead, calendar)
    return Telling.WARNING if term.since < warned_at <= now else None
