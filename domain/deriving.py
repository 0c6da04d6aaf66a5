"""Moments taken from a due date, a card before or after it, with the due date's story and the days between."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from itertools import groupby

from pendulum import DateTime

from domain.calendar import CHINA, DAY, WorkCalendar, local, utc
from domain.counting import WORKED, day_kind
from domain.durations import TimeUnit
from domain.explanation import DueDate, ExplanationStep, StepKind


def working_days_before(due: DueDate, days: int, calendar: WorkCalendar, note: str) -> DueDate:
    """The same time of day on the working day that many before the day of `due`, which is not counted itself."""
    at = local(due.due_at)
    path = _walk(at.date(), -DAY, days, calendar)
    return _derived(due, dt.datetime.combine(path.reached, at.time(), CHINA), path, note)


def opening_after(due: DueDate, days: int, calendar: WorkCalendar, note: str) -> DueDate:
    """The opening of the working day that many after the day of `due`."""
    path = _walk(local(due.due_at).date(), DAY, days, calendar)
    return _derived(due, dt.datetime.combine(path.reached, calendar.office.opens, CHINA), path, note)


def same_time_before(moment: dt.datetime, days: int, calendar: WorkCalendar) -> DateTime:
    """As `working_days_before`, of a date that was set and is kept without its story."""
    at = local(moment)
    return utc(dt.datetime.combine(_walk(at.date(), -DAY, days, calendar).reached, at.time(), CHINA))


@dataclass(frozen=True)
class _Path:
    """The days walked over, as steps, and the years whose calendar would have been needed."""

    reached: dt.date
    steps: tuple[ExplanationStep, ...]
    awaits: frozenset[int]


def _walk(day: dt.date, stride: dt.timedelta, amount: int, calendar: WorkCalendar) -> _Path:
    walked: list[tuple[dt.date, StepKind]] = []
    left = amount
    while left:
        day += stride
        walked.append((day, day_kind(day, calendar)))
        left -= walked[-1][1] in WORKED
    awaits = frozenset(year for each, _ in walked if (year := calendar.awaited_year(each)) is not None)
    steps, total = [], 0
    for kind, run in groupby(walked, key=lambda item: item[1]):
        days = sorted(each for each, _ in run)
        if kind in WORKED:
            total += len(days)
            step = ExplanationStep(kind, days[0], days[-1], counted=len(days), total=total, unit=TimeUnit.WORKING_DAYS)
        else:
            names = "、".join(dict.fromkeys(calendar.day_name(each) for each in days))
            step = ExplanationStep(kind, days[0], days[-1], note=names)
        steps.append(step)
    return _Path(day, tuple(steps), awaits)


def _derived(due: DueDate, at: dt.datetime, path: _Path, note: str) -> DueDate:
    day, steps = at.date(), [*due.steps, *path.steps]
    if new := path.awaits - due.awaits:
        years = "、".join(str(year) for year in sorted(new))
        steps.append(ExplanationStep(StepKind.PROVISIONAL, day, day, note=years))
    steps.append(ExplanationStep(StepKind.DERIVED, day, day, None, utc(at), note=note))
    return replace(due, due_at=utc(at), steps=tuple(steps), awaits=due.awaits | path.awaits)
