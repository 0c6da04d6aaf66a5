"""What holds for every due date, whatever the term, the pauses and the extensions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import pendulum
from hypothesis import given, settings
from hypothesis import strategies as st
from pendulum import DateTime

from domain.workdays import (
    DueDate,
    Duration,
    ExplanationStep,
    Extension,
    Pause,
    StepKind,
    TimeUnit,
    due_date,
    is_office_time,
    working_minutes_between,
)
from tests.domain.calendars import REAL, WITH_2027

SHANGHAI = pendulum.timezone("Asia/Shanghai")
CLOSE = dt.time(17, 30)
DAY = dt.timedelta(days=1)
HOUR_UNITS = [TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.WORKING_HOURS]

# From late 2025 into unpublished 2027; many at, or one minute beside, the moments that matter.
_DATES = st.dates(dt.date(2025, 9, 1), dt.date(2027, 2, 28))
_EDGES = [dt.time(0), dt.time(8, 30), dt.time(12), dt.time(13, 30), dt.time(17, 29), CLOSE, dt.time(17, 31)]
_TIMES = st.sampled_from(_EDGES) | st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
moments = st.builds(
    lambda day, time: pendulum.instance(dt.datetime.combine(day, time, SHANGHAI)).in_timezone("UTC"), _DATES, _TIMES
)
near = st.integers(0, 40 * 24 * 60).map(lambda minutes: dt.timedelta(minutes=minutes))
durations = st.builds(Duration, st.integers(1, 40), st.sampled_from(TimeUnit)) | st.builds(
    Duration, st.integers(1, 90), st.just(TimeUnit.CALENDAR_DAYS)
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[DateTime, Duration, list[Pause], list[Extension]]:
    start = draw(moments)
    pauses = []
    for ahead, length in draw(st.lists(st.tuples(near, near | st.just(dt.timedelta())), max_size=3)):
        begin = start + ahead - 2 * DAY
        pauses.append(Pause(begin, begin + length, draw(st.sampled_from(["听证", "补充材料"]))))
    extensions = [
        Extension(length, start + ahead, "情况复杂")
        for length, ahead in draw(st.lists(st.tuples(durations, near), max_size=2))
    ]
    return start, draw(durations), pauses, extensions


Case = tuple[DateTime, Duration, list[Pause], list[Extension]]


def due_of(case: Case) -> DueDate:
    start, duration, pauses, extensions = case
    return due_date(start, duration, WITH_2027, pauses, extensions)


@given(cases())
def test_pure_after_the_start_and_in_utc(case: Case) -> None:
    start, duration, pauses, extensions = case
    due = due_of(case)
    assert due == due_date(start, duration, WITH_2027, pauses[::-1], extensions[::-1])
    assert due.due_at > start
    assert due.due_at.utcoffset() == dt.timedelta()


@given(cases(), near)
def test_monotone_in_start(case: Case, later: dt.timedelta) -> None:
    start, duration, pauses, extensions = case
    assert due_date(start + later, duration, WITH_2027, pauses, extensions).due_at >= due_of(case).due_at


@given(cases(), st.integers(1, 20))
def test_monotone_in_duration(case: Case, extra: int) -> None:
    start, duration, pauses, extensions = case
    longer = Duration(duration.amount + extra, duration.unit)
    assert due_date(start, longer, WITH_2027, pauses, extensions).due_at >= due_of(case).due_at


@given(cases(), near, near)
def test_monotone_in_pauses(case: Case, ahead: dt.timedelta, length: dt.timedelta) -> None:
    start, duration, pauses, extensions = case
    more = [*pauses, Pause(start + ahead, start + ahead + length, "听证")]
    assert due_date(start, duration, WITH_2027, more, extensions).due_at >= due_of(case).due_at


@given(cases(), durations, near)
def test_monotone_in_extensions(case: Case, length: Duration, ahead: dt.timedelta) -> None:
    start, duration, pauses, extensions = case
    more = [*extensions, Extension(length, start + ahead, "再延")]
    assert due_date(start, duration, WITH_2027, pauses, more).due_at >= due_of(case).due_at


@given(cases())
def test_terms_in_days_end_at_the_close_of_a_working_day(case: Case) -> None:
    start, duration, pauses, extensions = case
    in_days = [item for item in extensions if item.duration.unit.is_days]
    if duration.unit.is_days:
        end = due_date(start, duration, WITH_2027, pauses, in_days).due_at.in_timezone(SHANGHAI)
        assert end.time() == CLOSE
        assert WITH_2027.is_working_day(end.date())


@given(cases())
def test_two_extensions_of_one_unit_are_one_of_their_sum(case: Case) -> None:
    start, duration, pauses, _ = case
    halves = [Extension(duration, start, "一"), Extension(duration, start + DAY, "二")]
    tripled = Duration(duration.amount * 3, duration.unit)
    assert (
        due_date(start, duration, WITH_2027, pauses, halves).due_at
        == due_date(start, tripled, WITH_2027, pauses).due_at
    )


@given(cases())
def test_days_match_the_definition_counted_one_by_one(case: Case) -> None:
    """The plainest reading of the rule: list the days, strike out those that do not count, take the N-th."""
    start, duration, pauses, _ = case
    counts: Callable[[dt.date], bool] = WITH_2027.is_working_day
    if duration.unit is TimeUnit.CALENDAR_DAYS:
        counts = lambda _: True  # noqa: E731 - two readings side by side
    elif duration.unit is not TimeUnit.WORKING_DAYS:
        return
    day = start.in_timezone(SHANGHAI).date()
    left = duration.amount
    while left:
        day += DAY
        left -= counts(day) and not stopped_at_close(day, pauses)
    while not WITH_2027.is_working_day(day) or stopped_at_close(day, pauses):
        day += DAY
    assert due_date(start, duration, WITH_2027, pauses).due_at == close_of(day)


@settings(max_examples=40, deadline=None)
@given(cases(), st.sampled_from(HOUR_UNITS))
def test_hours_match_the_definition_counted_minute_by_minute(case: Case, unit: TimeUnit) -> None:
    start, duration, pauses, _ = case
    asked = Duration(duration.amount % 20 + 1, unit)
    due = due_date(start, asked, WITH_2027, pauses).due_at
    minute, counted, last = dt.timedelta(minutes=1), 0, False
    moment = dt.datetime.fromtimestamp(start.timestamp(), dt.UTC)
    while moment < due:
        last = (unit is not TimeUnit.WORKING_HOURS or is_office_time(moment, WITH_2027)) and not any(
            pause.started_at <= moment < pause.ended_at for pause in pauses if pause.ended_at
        )
        counted += last
        moment += minute
    assert dt.timedelta(minutes=counted) == asked.elapsed
    assert last, "the due date is the moment the last minute is spent, none later"


@given(cases())
def test_the_explanation_replays_to_the_due_date(case: Case) -> None:
    start, duration, _, extensions = case
    due = due_of(case)
    granted = sorted(extensions, key=lambda item: (item.granted_at, item.duration.unit, item.duration.amount))
    lengths = [step.duration for step in due.steps if step.kind in (StepKind.START, StepKind.EXTENSION)]
    assert lengths == [duration, *(item.duration for item in granted)]
    assert due.steps[0].begins == start
    assert replay(due.steps) == due.due_at
    assert all(step.text for step in due.steps)
    folded = [(a, b) for a, b in zip(due.steps, due.steps[1:], strict=False) if a.kind is b.kind is StepKind.WEEKEND]
    assert not [pair for pair in folded if pair[0].last + DAY == pair[1].first]


@given(cases())
def test_what_is_not_flagged_does_not_change_when_a_year_is_published(case: Case) -> None:
    start, duration, pauses, extensions = case
    before = due_date(start, duration, REAL, pauses, extensions)
    after = due_date(start, duration, WITH_2027, pauses, extensions)
    assert before.provisional or before.due_at == after.due_at
    assert before.awaits <= {2027}
    assert not after.provisional or after.due_at.year >= 2027


@given(moments, moments, moments)
def test_working_minutes_add_up(a: DateTime, b: DateTime, c: DateTime) -> None:
    def between(x: DateTime, y: DateTime) -> int:
        return working_minutes_between(x, y, WITH_2027)

    assert between(a, b) + between(b, c) == between(a, c)


@given(moments, st.integers(1, 60))
def test_working_hours_and_working_minutes_agree(start: DateTime, amount: int) -> None:
    due = due_date(start, Duration(amount, TimeUnit.WORKING_HOURS), WITH_2027)
    assert working_minutes_between(start, due.due_at, WITH_2027) == amount * 60


def close_of(day: dt.date) -> DateTime:
    return pendulum.instance(dt.datetime.combine(day, CLOSE, SHANGHAI))


def stopped_at_close(day: dt.date, pauses: Sequence[Pause]) -> bool:
    """Overlapping and touching pauses need no union here: one of them holds the moment just before the close."""
    close = close_of(day)
    return any(pause.started_at < close <= pause.ended_at for pause in pauses if pause.ended_at)


def replay(steps: Sequence[ExplanationStep]) -> DateTime:
    """Walks the explanation with no calendar and no pauses at hand: only what the steps say."""
    start = steps[0]
    assert start.begins is not None
    at, day, unit, term, spent = start.begins, start.first, start.unit, start.duration, 0
    for step in steps[1:]:
        if step.kind is StepKind.DEADLINE:
            assert (spent, step.ends) == (owed(term), at)
            return at
        if step.kind is StepKind.EXTENSION:
            assert spent == owed(term)
            unit, term, spent, day = step.unit, step.duration, 0, at.in_timezone(SHANGHAI).date()
        elif step.kind is StepKind.ROLLED:
            assert step.first == day
            at, day = close_of(step.last), step.last
        elif step.begins is not None and step.ends is not None:
            assert step.begins >= at
            at, spent = step.ends, spent + step.counted
        elif unit is not None and unit.is_days and step.kind is not StepKind.PROVISIONAL:
            assert step.first == day + DAY, "no day is left untold"
            day, spent = step.last, spent + step.counted
            if step.counted:
                assert step.counted == (step.last - step.first).days + 1
                assert step.total == spent
                at = close_of(step.last)
    raise AssertionError("the explanation has no end")


def owed(term: Duration | None) -> int:
    """Days, or seconds for units of hours."""
    assert term is not None
    return term.amount if term.unit.is_days else int(term.elapsed.total_seconds())
