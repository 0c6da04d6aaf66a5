"""Which days are worked, at which hours, and the small sums on working time that need nothing else.

Days are Chinese days: UTC+8 all year. China has kept no summer time since 1992, so a fixed offset is exact
and a day always has 24 hours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import pendulum
from pendulum import DateTime

CHINA = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
DAY = dt.timedelta(days=1)
_SATURDAY = 5
_OFFSET = dt.timedelta(hours=8)

# The State Council's notice for a year also sets the last days of the year before: 29 to 31 December 2007 and 2018
# (work on a Saturday, then a free Monday) came with the notices for 2008 and 2019. A week is kept for safety.
_YEAR_END = (12, 25)


def local(moment: dt.datetime) -> dt.datetime:
    """`moment` on the Chinese wall clock. Raises ValueError if it is naive."""
    offset = moment.utcoffset()
    if offset is None:
        raise ValueError(f"a moment needs a time zone: {moment!r}")
    # Built by hand: pendulum's own conversion costs twenty times as much, and a sweep makes tens of thousands.
    at = dt.datetime(
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond, CHINA
    )
    return at + (_OFFSET - offset)


def in_words(moment: dt.datetime) -> str:
    """`2026年3月2日 09:00` on the Chinese wall clock. Raises ValueError if `moment` is naive."""
    at = local(moment)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def utc(moment: dt.datetime) -> DateTime:
    """A moment of the Chinese wall clock (as `local` gives it) as pendulum's DateTime in UTC."""
    at = moment - _OFFSET
    return DateTime(at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=pendulum.UTC)


@dataclass(frozen=True)
class OfficeHours:
    """The hours of a working day, Chinese wall clock. A day without a break has `break_starts == break_ends`."""

    opens: dt.time = dt.time(8, 30)
    break_starts: dt.time = dt.time(12, 0)
    break_ends: dt.time = dt.time(13, 30)
    closes: dt.time = dt.time(17, 30)

    def __post_init__(self) -> None:
        if not self.opens < self.break_starts <= self.break_ends < self.closes:
            raise ValueError(f"office hours are out of order: {self}")

    @property
    def minutes(self) -> int:
        """The office time of one working day."""
        length = sum((end - begin for begin, end in self.spans(dt.date.min)), dt.timedelta())
        return length // dt.timedelta(minutes=1)

    def spans(self, day: dt.date) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
        """Morning and afternoon of `day` as [begin, end) moments of the Chinese wall clock."""
        return (
            (dt.datetime.combine(day, self.opens, CHINA), dt.datetime.combine(day, self.break_starts, CHINA)),
            (dt.datetime.combine(day, self.break_ends, CHINA), dt.datetime.combine(day, self.closes, CHINA)),
        )


@dataclass(frozen=True)
class WorkCalendar:
    """The published days off and make-up workdays of some years; every other day follows the weekday.

    `version` changes whenever the data does, `years` are those whose arrangement is published, `holidays` maps each
    day off to its name ("国庆节"), weekends inside a holiday included, and `makeup_workdays` are the weekends worked
    in exchange (调休上班).
    """

    version: str
    years: frozenset[int]
    holidays: Mapping[dt.date, str] = field(hash=False)
    makeup_workdays: frozenset[dt.date]
    office: OfficeHours = OfficeHours()

    def __post_init__(self) -> None:
        if both := sorted(day for day in self.makeup_workdays if day in self.holidays):
            raise ValueError(f"a day cannot be both off and worked: {both[0]}")

    def is_published(self, year: int) -> bool:
        """Whether the holiday arrangement of `year` is known."""
        return year in self.years

    def awaited_year(self, day: dt.date) -> int | None:
        """The year whose notice has yet to say whether `day` is worked; None if that is settled.

        The last week of December is settled only with the notice for the year after, too.
        """
        if day.year not in self.years:
            return day.year
        if (day.month, day.day) >= _YEAR_END and day.year + 1 not in self.years:
            return day.year + 1
        return None

    def is_working_day(self, day: dt.date) -> bool:
        """Monday to Friday unless the calendar says otherwise; in an unpublished year the weekday alone decides."""
        if day in self.makeup_workdays:
            return True
        return day not in self.holidays and day.weekday() < _SATURDAY

    def day_name(self, day: dt.date) -> str:
        """What people call the day: "国庆节", "调休上班", "周末" or "工作日"."""
        if day in self.makeup_workdays:
            return "调休上班"
        return self.holidays.get(day) or ("工作日" if day.weekday() < _SATURDAY else "周末")

    def close_of(self, day: dt.date) -> dt.datetime:
        """The close of business of `day`, worked or not, on the Chinese wall clock."""
        return dt.datetime.combine(day, self.office.closes, CHINA)


def is_office_time(moment: dt.datetime, calendar: WorkCalendar) -> bool:
    """Whether `moment` lies in the office hours of a working day; the break and the moment of closing do not."""
    at = local(moment)
    return calendar.is_working_day(at.date()) and any(
        begin <= at < end for begin, end in calendar.office.spans(at.date())
    )


def working_minutes_between(a: dt.datetime, b: dt.datetime, calendar: WorkCalendar) -> int:
    """Whole minutes of office time from `a` to `b`, rounded towards zero; negative if `b` is before `a`."""
    start, stop = local(a), local(b)
    if stop < start:
        return -working_minutes_between(b, a, calendar)
    total, day, last = dt.timedelta(), start.date(), stop.date()
    full_day = sum((end - begin for begin, end in calendar.office.spans(day)), dt.timedelta())
    while day <= last:
        if calendar.is_working_day(day):
            if start.date() < day < last:
                total += full_day
            else:
                for begin, end in calendar.office.spans(day):
                    total += max(min(end, stop) - max(begin, start), dt.timedelta())
        day += DAY
    return total // dt.timedelta(minutes=1)


def next_moment_between(moment: dt.datetime, start_time: dt.time, end_time: dt.time) -> DateTime:
    """`moment` itself if its Chinese time of day is in [start_time, end_time), else the next start_time, in UTC.

    Holds back what must not be sent at night. Raises ValueError if the window is empty or passes midnight.
    """
    if start_time >= end_time:
        raise ValueError(f"the window must begin before it ends: {start_time} to {end_time}")
    at = local(moment)
    if start_time <= at.time() < end_time:
        return utc(at)
    day = at.date() if at.time() < start_time else at.date() + DAY
    return utc(dt.datetime.combine(day, start_time, CHINA))
