"""The walk from a start to a due date, told step by step. `domain.workdays` says what is counted and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from domain.calendar import CHINA, DAY, WorkCalendar, utc
from domain.durations import Duration, Extension, Standstill, TimeUnit
from domain.explanation import DueDate, ExplanationStep, StepKind

WORKED = (StepKind.COUNTED, StepKind.MAKEUP)
"""Kinds of days that are worked."""

# First and last day on which the clock stood still at close of business (None: it still does), and the stretch itself.
_StillDays = tuple[tuple[dt.date, dt.date | None], Standstill]


class Count:
    """A walk from the start to the due date: where it stands (`_at`), and the steps it has taken.

    Call `begin`, then `add` (after `extend` for an extension), `roll` where the rule wants it, and `finish`.
    `add` and `roll` raise ClockStopped when they meet a standstill without an end.
    """

    def __init__(self, calendar: WorkCalendar, still: Sequence[Standstill], start: dt.datetime) -> None:
        closes = calendar.office.closes
        self._calendar = calendar
        self._still = still
        self._still_days = [(days, stretch) for stretch in still if (days := stretch.days(closes))]
        self._at = start
        self._total = 0
        self._unrolled = False
        self._awaits: set[int] = set()
        self._steps: list[ExplanationStep] = []
        self._run: list[dt.date] = []  # consecutive days of one kind, told as one step when the run is over
        self._run_kind = StepKind.COUNTED

    def begin(self, duration: Duration, rule: str) -> None:
        """Tells the start, the term and its rule."""
        day, at = self._at.date(), utc(self._at)
        self._tell(
            ExplanationStep(StepKind.START, day, day, at, None, unit=duration.unit, duration=duration, note=rule)
        )

    def extend(self, extension: Extension) -> None:
        """Tells an extension; its length is then added like any other."""
        day, length = self._at.date(), extension.duration
        self._total = 0
        self._tell(
            ExplanationStep(StepKind.EXTENSION, day, day, unit=length.unit, duration=length, note=extension.reason)
        )

    def finish(self, rule: str) -> DueDate:
        """The place reached, as the due date."""
        day, at = self._at.date(), utc(self._at)
        if self._awaits:
            years = "、".join(str(year) for year in sorted(self._awaits))
            self._tell(ExplanationStep(StepKind.PROVISIONAL, day, day, note=years))
        self._tell(ExplanationStep(StepKind.DEADLINE, day, day, None, at))
        return DueDate(at, tuple(self._steps), frozenset(self._awaits), rule, self._calendar.version)

    def add(self, duration: Duration) -> None:
        """Walks on by `duration`."""
        self._unrolled = duration.unit is TimeUnit.CALENDAR_DAYS
        match duration.unit:
            case TimeUnit.WORKING_DAYS:
                self._add_working_days(duration.amount)
            case TimeUnit.CALENDAR_DAYS:
                self._add_calendar_days(duration.amount)
            case TimeUnit.WORKING_HOURS:
                self._add_working_time(duration.elapsed)
            case TimeUnit.HOURS | TimeUnit.MINUTES:
                self._add_time(duration.elapsed, duration.unit)

    def roll(self) -> None:
        """Art. 203: calendar days that end on a day off end on the next working day on which the clock runs."""
        if not self._unrolled:
            return
        self._unrolled = False
        last = day = self._at.date()
        while True:
            if found := self._still_on(day):
                day = _end_of(found)
            elif self._is_working(day):
                break
            day += DAY
        if day != last:
            self._tell(ExplanationStep(StepKind.ROLLED, last, day, note=self._calendar.day_name(last)))
            self._at = self._calendar.close_of(day)

    def _add_working_days(self, amount: int) -> None:
        day, left = self._at.date(), amount
        while left:
            day += DAY
            if self._still_days and (found := self._still_on(day)):
                day = self._stand_still_for_days(day, found)
                continue
            kind = self._kind_of(day)
            self._see(day, kind)
            left -= kind in WORKED
        self._tell_run()
        self._at = self._calendar.close_of(day)

    def _add_calendar_days(self, amount: int) -> None:
        day, left = self._at.date(), amount
        for found in self._still_days:
            (first, last), _ = found
            if last is not None and last <= day:
                continue
            free = (first - day).days - 1
            if left <= free:
                break
            if free > 0:
                self._count_days(day, free)
                day, left = day + free * DAY, left - free
            day = self._stand_still_for_days(day + DAY, found)
        self._count_days(day, left)
        self._at = self._calendar.close_of(day + left * DAY)

    def _add_time(self, length: dt.timedelta, unit: TimeUnit) -> None:
        left = length
        for stretch in self._still:
            if stretch.end is not None and stretch.end <= self._at:
                continue
            if left <= stretch.begin - self._at:
                break
            if stretch.begin > self._at:
                left -= stretch.begin - self._at
                self._pass_until(stretch.begin, unit)
            self._stand_still(stretch)
        self._pass_until(self._at + left, unit)

    def _add_working_time(self, length: dt.timedelta) -> None:
        left = length
        while left:
            ahead = next((stretch for stretch in self._still if stretch.end is None or stretch.end > self._at), None)
            if ahead and ahead.begin <= self._at:
                self._stand_still(ahead)
                continue
            day = self._at.date()
            kind = self._kind_of(day)
            spans = self._calendar.office.spans(day) if kind in WORKED else ()
            span = next((span for span in spans if self._at < span[1]), None)
            if span is None:
                if kind not in WORKED:
                    self._see(day, kind)
                self._at = dt.datetime.combine(day + DAY, dt.time(), CHINA)
            elif self._at < span[0]:
                self._at = span[0]  # a pause may begin just here, so look again
            else:
                until = min(self._at + left, span[1], ahead.begin if ahead else span[1])
                left -= until - self._at
                self._pass_until(until, TimeUnit.WORKING_HOURS)

    def _is_working(self, day: dt.date) -> bool:
        """Asks the calendar, and remembers if it could not know."""
        if (year := self._calendar.awaited_year(day)) is not None:
            self._awaits.add(year)
        return self._calendar.is_working_day(day)

    def _kind_of(self, day: dt.date) -> StepKind:
        self._is_working(day)
        return day_kind(day, self._calendar)

    def _still_on(self, day: dt.date) -> _StillDays | None:
        return next(
            (found for found in self._still_days if found[0][0] <= day and (found[0][1] is None or day <= found[0][1])),
            None,
        )

    def _stand_still_for_days(self, day: dt.date, found: _StillDays) -> dt.date:
        """Tells that `day` and those after it do not count, and gives the last of them."""
        last = _end_of(found)
        self._tell(ExplanationStep(StepKind.PAUSE, day, last, note=found[1].reason))
        return last

    def _stand_still(self, stretch: Standstill) -> None:
        if stretch.end is None:
            raise stretch.stopped()
        self._tell_between(StepKind.PAUSE, self._at, stretch.end, note=stretch.reason)
        self._at = stretch.end

    def _pass_until(self, moment: dt.datetime, unit: TimeUnit) -> None:
        seconds = (moment - self._at) // dt.timedelta(seconds=1)
        self._total += seconds
        self._tell_between(StepKind.COUNTED, self._at, moment, counted=seconds, unit=unit)
        self._at = moment

    def _count_days(self, after: dt.date, days: int) -> None:
        self._total += days
        first, last, unit = after + DAY, after + days * DAY, TimeUnit.CALENDAR_DAYS
        self._tell(ExplanationStep(StepKind.COUNTED, first, last, counted=days, total=self._total, unit=unit))

    def _see(self, day: dt.date, kind: StepKind) -> None:
        if kind is not self._run_kind:
            self._tell_run()
            self._run_kind = kind
        self._run.append(day)

    def _tell_run(self) -> None:
        if not self._run:
            return
        run, self._run = self._run, []
        if self._run_kind in WORKED:
            self._total += len(run)
            step = ExplanationStep(
                self._run_kind, run[0], run[-1], counted=len(run), total=self._total, unit=TimeUnit.WORKING_DAYS
            )
        else:
            names = "、".join(dict.fromkeys(self._calendar.day_name(day) for day in run))
            step = ExplanationStep(self._run_kind, run[0], run[-1], note=names)
        self._steps.append(step)

    def _tell_between(
        self,
        kind: StepKind,
        begin: dt.datetime,
        end: dt.datetime,
        counted: int = 0,
        unit: TimeUnit | None = None,
        note: str = "",
    ) -> None:
        self._tell(
            ExplanationStep(kind, begin.date(), end.date(), utc(begin), utc(end), counted, self._total, unit, note=note)
        )

    def _tell(self, step: ExplanationStep) -> None:
        self._tell_run()
        self._steps.append(step)


def day_kind(day: dt.date, calendar: WorkCalendar) -> StepKind:
    """As what a day is told: counted, worked in exchange, a weekend or a holiday."""
    if calendar.is_working_day(day):
        return StepKind.MAKEUP if day in calendar.makeup_workdays else StepKind.COUNTED
    return StepKind.HOLIDAY if day in calendar.holidays else StepKind.WEEKEND


def _end_of(found: _StillDays) -> dt.date:
    """The last day not counted. Raises ClockStopped if the clock has not started again."""
    (_, last), stretch = found
    if last is None:
        raise stretch.stopped()
    return last
