"""Due dates: a pure function of start, term, calendar, pauses and extensions that explains itself.

The counting follows the Civil Code (民法典):

- Art. 201: a term in days does not count the day it starts on; a term in hours runs from its moment.
- Art. 203: a term ends on its last day; if that is a day off, on the day after it; and at the close of business.

Hence

- N working days end at the close of business of the N-th working day after the day of the start.
- N calendar days end at the close of business of the N-th following day, rolled forward to the next working day.
- hours and minutes are elapsed time, day and night; working hours are elapsed time inside office hours.

A pause takes paused time out of a term in hours. A term in days is spent in whole days, and a day is spent at its close
of business, so a day is left out if the clock stood still as that moment arrived (`begin < close <= end`). Looking at
one moment a day makes it impossible to win a day by a short stop in the morning, or two by stopping twice.

An extension adds to the term in its own unit, in order of granting. Calendar days follow calendar days without a roll
between them (60 + 30 days are 90 days); any other extension is counted from the end of what went before.

This module is the front door: durations, calendar sums and explanation can be imported from here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from domain.calendar import (
    OfficeHours,
    WorkCalendar,
    is_office_time,
    local,
    next_moment_between,
    working_minutes_between,
)
from domain.counting import Count
from domain.deriving import opening_after, working_days_before
from domain.durations import ClockStopped, Duration, Extension, Pause, TimeUnit, standstills
from domain.explanation import DueDate, ExplanationStep, StepKind

__all__ = [
    "ClockStopped",
    "DueDate",
    "Duration",
    "ExplanationStep",
    "Extension",
    "OfficeHours",
    "Pause",
    "StepKind",
    "TimeUnit",
    "WorkCalendar",
    "due_date",
    "is_office_time",
    "next_moment_between",
    "opening_after",
    "working_days_before",
    "working_minutes_between",
]


def due_date(
    start: dt.datetime,
    duration: Duration,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    extensions: Iterable[Extension] = (),
    rule: str = "",
    *,
    roll_forward: bool = True,
) -> DueDate:
    """When a term that begins at `start` (aware) ends.

    `pauses` may overlap and come in any order; so may `extensions`. `rule` names the rule and its version and is only
    carried along. `roll_forward` is about calendar days alone: whether a last day that is a day off moves to the next
    working day.

    Raises ClockStopped if a pause that has not ended began before the term ran out; one that began later changes
    nothing, because what is overdue stays overdue. Raises ValueError for a naive start.
    """
    count = Count(calendar, standstills(pauses), local(start))
    count.begin(duration, rule)
    count.add(duration)
    for extension in sorted(extensions, key=_order_of_granting):
        if extension.duration.unit is not TimeUnit.CALENDAR_DAYS and roll_forward:
            count.roll()
        count.extend(extension)
        count.add(extension.duration)
    if roll_forward:
        count.roll()
    return count.finish(rule)


def _order_of_granting(extension: Extension) -> tuple[dt.datetime, str, int, str]:
    length = extension.duration
    return local(extension.granted_at), length.unit, length.amount, extension.reason
