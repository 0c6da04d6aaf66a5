"""What goes into a due date beside its start: how long, in which unit, and what stopped or lengthened it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from domain.calendar import DAY, in_words, local, utc
from domain.errors import DomainError

# Generous for any rule (274 years of days), small enough that no date leaves the range of the type.
MAX_AMOUNT = 100_000

_LONG_DAYS = 2
"""From how many working days on a length is said in days (our own decision): 12 hours are plain, 189 are not."""


class TimeUnit(StrEnum):
    """How a term is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    WORKING_HOURS = "working_hours"
    HOURS = "hours"
    MINUTES = "minutes"

    @property
    def is_days(self) -> bool:
        """Whether whole days are counted rather than elapsed time."""
        return self in (TimeUnit.WORKING_DAYS, TimeUnit.CALENDAR_DAYS)


_UNIT_TEXT = {
    TimeUnit.WORKING_DAYS: "个工作日",
    TimeUnit.CALENDAR_DAYS: "个自然日",
    TimeUnit.WORKING_HOURS: "个工作小时",
    TimeUnit.HOURS: "小时",
    TimeUnit.MINUTES: "分钟",
}


@dataclass(frozen=True)
class Duration:
    """A length of time in its own unit. Raises ValueError unless 1 <= amount <= MAX_AMOUNT."""

    amount: int
    unit: TimeUnit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= MAX_AMOUNT:
            raise ValueError(f"a duration needs an amount from 1 to {MAX_AMOUNT}, got {self.amount}")

    def __str__(self) -> str:
        return f"{self.amount}{_UNIT_TEXT[self.unit]}"

    @property
    def elapsed(self) -> dt.timedelta:
        """The length of an hour or minute unit. Raises ValueError for days, which have no fixed length."""
        if self.unit.is_days:
            raise ValueError(f"{self} has no fixed length")
        return dt.timedelta(minutes=self.amount if self.unit is TimeUnit.MINUTES else self.amount * 60)


@dataclass(frozen=True)
class Pause:
    """A time in which the clock stood still, both ends aware; `ended_at` is None while it still does."""

    started_at: dt.datetime
    ended_at: dt.datetime | None
    reason: str

    def __post_init__(self) -> None:
        begin = local(self.started_at)
        if self.ended_at is not None and local(self.ended_at) < begin:
            raise ValueError(f"a pause cannot end before it starts: {self.started_at} to {self.ended_at}")


@dataclass(frozen=True)
class Extension:
    """More time, granted at an aware moment."""

    duration: Duration
    granted_at: dt.datetime
    reason: str

    def __post_init__(self) -> None:
        local(self.granted_at)


class ClockStopped(DomainError):
    """There is no due date yet: the clock stopped before the term ran out and has not started again."""

    code = "clock-stopped"

    def __init__(self, *, since: dt.datetime, reason: str) -> None:
        self.since = utc(local(since))
        self.reason = reason
        self.message = f"自{in_words(since)}起暂停计时（{reason}），恢复计时后才有到期时间"


@dataclass(frozen=True)
class Standstill:
    """One stretch of standing still on the Chinese wall clock, made of pauses that overlap or touch."""

    begin: dt.datetime
    end: dt.datetime | None
    reason: str

    def days(self, closes: dt.time) -> tuple[dt.date, dt.date | None] | None:
        """First and last day not counted because of it: those with `begin < close of business <= end`; None if none."""
        first = self.begin.date() + (DAY if self.begin.time() >= closes else dt.timedelta())
        if self.end is None:
            return first, None
        last = self.end.date() - (DAY if self.end.time() < closes else dt.timedelta())
        return (first, last) if first <= last else None

    def stopped(self) -> ClockStopped:
        """The refusal to give a due date while this stretch has no end."""
        return ClockStopped(since=self.begin, reason=self.reason)


def standstills(pauses: Iterable[Pause]) -> list[Standstill]:
    """The union of `pauses`, in order; pauses without length are dropped, reasons are joined."""
    merged: list[Standstill] = []
    for pause in sorted(pauses, key=lambda pause: (local(pause.started_at), pause.reason)):
        begin = local(pause.started_at)
        end = None if pause.ended_at is None else local(pause.ended_at)
        if end == begin:
            continue
        if merged and (merged[-1].end is None or begin <= merged[-1].end):
            last = merged.pop()
            begin, end = last.begin, None if last.end is None or end is None else max(last.end, end)
            reasons = dict.fromkeys([*last.reason.split("、"), pause.reason])
            merged.append(Standstill(begin, end, "、".join(reasons)))
        else:
            merged.append(Standstill(begin, end, pause.reason))
    return merged


def worktime_said(minutes: int, working_day: int, *, exact: bool = False) -> str:
    """Office time as people say it: `40分钟`, `12个工作小时`, and from two days on `25个工作日1小时`.

    `working_day` is the office time of one day in minutes. Whether time is left or passed is for the caller to say, so
    the sign is dropped. Minutes beside hours are left out unless `exact`, for papers in which nothing may be lost.
    """
    length = abs(minutes)
    days = length // working_day if length >= _LONG_DAYS * working_day else 0
    hours, rest = divmod(length - days * working_day, 60)
    said = f"{days}个工作日" if days else ""
    if hours:
        said += f"{hours}{'小时' if days else '个工作小时'}"
    return f"{said}{rest}分钟" if not said or (exact and rest) else said
