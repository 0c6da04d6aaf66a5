"""Days, weeks, months and years as people of the district count them: from midnight to midnight in Asia/Shanghai."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from pendulum import DateTime

from domain.calendar import CHINA, DAY, local, utc


class PeriodKind(StrEnum):
    """How long a period is (时段). A week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


PERIOD_LABELS = {PeriodKind.DAY: "日", PeriodKind.WEEK: "周", PeriodKind.MONTH: "月", PeriodKind.YEAR: "年"}


@dataclass(frozen=True)
class Period:
    """From `since` up to, and without, `until`; `None` leaves that side open. Both are moments in UTC."""

    since: DateTime | None = None
    until: DateTime | None = None

    def __str__(self) -> str:
        """The first and the last day, both of which belong to it, as people write them."""
        first = local(self.since).date() if self.since else None
        last = (local(self.until) - dt.timedelta(microseconds=1)).date() if self.until else None
        if first is None:
            return f"截至{_said(last)}" if last else "历来"
        if last is None:
            return f"{_said(first)}以来"
        if first == last:
            return _said(first)
        return f"{_said(first)}至{_said(last, with_year=last.year != first.year)}"


def period_between(first: dt.date | None, last: dt.date | None) -> Period:
    """From the first day to the last, both included; `None` leaves that side open."""
    return Period(_midnight(first) if first else None, _midnight(last + DAY) if last else None)


def period_of(kind: PeriodKind, moment: dt.datetime) -> Period:
    """The day, week, month or year in which `moment` lies."""
    first = _first_day(kind, local(moment).date())
    return Period(_midnight(first), _midnight(_next_first(kind, first)))


def period_before(kind: PeriodKind, moment: dt.datetime) -> Period:
    """The one before that in which `moment` lies: the last that was over by then."""
    first = _first_day(kind, local(moment).date())
    return Period(_midnight(_first_day(kind, first - DAY)), _midnight(first))


def _said(day: dt.date, *, with_year: bool = True) -> str:
    year = f"{day.year}年" if with_year else ""
    return f"{year}{day.month}月{day.day}日"


def _first_day(kind: PeriodKind, day: dt.date) -> dt.date:
    match kind:
        case PeriodKind.DAY:
            return day
        case PeriodKind.WEEK:
            return day - day.weekday() * DAY
        case PeriodKind.MONTH:
            return day.replace(day=1)
        case PeriodKind.YEAR:
            return day.replace(month=1, day=1)


_LONGEST = {PeriodKind.DAY: 1, PeriodKind.WEEK: 7, PeriodKind.MONTH: 31, PeriodKind.YEAR: 366}


def _next_first(kind: PeriodKind, first: dt.date) -> dt.date:
    return _first_day(kind, first + _LONGEST[kind] * DAY)


def _midnight(day: dt.date) -> DateTime:
    return utc(dt.datetime.combine(day, dt.time(), CHINA))
