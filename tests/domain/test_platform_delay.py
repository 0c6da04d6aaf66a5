"""The platform's share: minute for minute, never twice, and never more than there was."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pendulum import DateTime

from domain.calendar import utc, working_minutes_between
from domain.clock_forensics import Standing, edits_of
from domain.petition import handling_due
from domain.platform_delay import Delay, DelayCause, Held, after_working_minutes, due_without_platform, share_of, united
from domain.stages import Stage
from domain.workdays import Duration, Pause, TimeUnit
from tests.support.facts import MONDAY, a_calendar, a_policy, at, facts

CALENDAR, POLICY = a_calendar(), a_policy()
DAYS = st.integers(0, 12 * 24 * 60).map(lambda minutes: MONDAY.add(minutes=minutes))


def delay(since: DateTime, until: DateTime) -> Delay:
    return Delay(since, until, DelayCause.OUTAGE)


DELAYS = st.lists(st.tuples(DAYS, DAYS).map(lambda pair: delay(min(pair), max(pair))), max_size=5)


@pytest.mark.parametrize(
    ("outages", "wall", "working"),
    [
        ([], 0, 0),
        ([("09:30", "10:30")], 60, 60),
        ([("09:30", "10:30"), ("10:00", "11:00")], 90, 90),  # two at once are one
        ([("12:00", "13:30")], 90, 0),  # nobody works at noon
        ([("07:00", "09:30")], 30, 30),  # before it had it: not its share
        ([("17:00", "23:00")], 60, 30),
    ],
)
def test_a_holders_share(outages: list[tuple[str, str]], wall: int, working: int) -> None:
    day = MONDAY.format("YYYY-MM-DD")
    held = Held("parks", at(f"{day} 09:00"), at(f"{day} 18:00"))
    found = share_of(held, [delay(at(f"{day} {a}"), at(f"{day} {b}")) for a, b in outages], CALENDAR)
    assert (found.minutes, found.working_minutes) == (wall, working)


@given(DELAYS, st.tuples(DAYS, DAYS, DAYS))
def test_shares_add_up_and_are_never_more_than_was_held(delays: list[Delay], moments: tuple[DateTime, ...]) -> None:
    first, middle, last = sorted(moments)
    whole, one, two = (
        share_of(Held("x", begin, end), delays, CALENDAR)
        for begin, end in ((first, last), (first, middle), (middle, last))
    )
    assert whole.minutes == one.minutes + two.minutes
    assert 0 <= whole.working_minutes <= whole.minutes <= (last - first).total_seconds() // 60
    spans = united(delays)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spans))
    assert share_of(Held("x", first, last), [*delays, *delays], CALENDAR) == whole


WORKED = facts(Stage.IN_HAND, clock_started_at=MONDAY)


@given(DELAYS)
def test_the_deadline_without_the_platform_is_later_by_what_was_lost(delays: list[Delay]) -> None:
    due = handling_due(WORKED, POLICY, CALENDAR)
    excused = due_without_platform(WORKED, POLICY, CALENDAR, delays)
    assert due is not None
    assert excused is not None
    lost = share_of(Held("x", MONDAY, excused), delays, CALENDAR).working_minutes
    assert excused >= due.due_at
    assert working_minutes_between(due.due_at, excused, CALENDAR) == lost
    assert due_without_platform(WORKED, POLICY, CALENDAR, []) == due.due_at


def test_an_outage_of_an_hour_wins_an_hour_and_no_day() -> None:
    due = handling_due(WORKED, POLICY, CALENDAR)
    assert due is not None
    closing = due.due_at
    around_the_close = delay(closing.subtract(minutes=1), closing.add(minutes=1))
    excused = due_without_platform(WORKED, POLICY, CALENDAR, [around_the_close])
    assert working_minutes_between(closing, excused or closing, CALENDAR) == 1


def test_what_the_platform_lost_while_the_clock_stood_still_is_lost_to_nobody() -> None:
    stopped = Pause(MONDAY.add(hours=1), MONDAY.add(hours=3), "听证")
    paused = dataclasses.replace(WORKED, pauses=(stopped,))
    within = delay(MONDAY.add(hours=1), MONDAY.add(hours=2))
    due = handling_due(paused, POLICY, CALENDAR)
    assert due is not None
    assert due_without_platform(paused, POLICY, CALENDAR, [within]) == due.due_at


def test_a_term_in_hours_loses_hours_of_the_night_too() -> None:
    night = delay(MONDAY.add(hours=12), MONDAY.add(hours=14))
    decided = dataclasses.replace(WORKED, clock_decided=Duration(24, TimeUnit.HOURS))
    due = handling_due(decided, POLICY, CALENDAR)
    assert due is not None
    assert due_without_platform(decided, POLICY, CALENDAR, [night]) == due.due_at.add(hours=2)


def test_before_the_first_dispatch_there_is_no_deadline() -> None:
    waiting = facts(Stage.ACCEPTED, clock_started_at=None)
    assert due_without_platform(waiting, POLICY, CALENDAR, [delay(MONDAY, MONDAY.add(hours=1))]) is None


@given(DAYS, st.integers(0, 3000))
def test_office_minutes_added_are_office_minutes_counted(moment: DateTime, minutes: int) -> None:
    assert working_minutes_between(moment, after_working_minutes(moment, minutes, CALENDAR), CALENDAR) == minutes


def test_which_steps_moved_the_date_and_how_near_it_was() -> None:
    due, later = utc(dt.datetime(2026, 3, 9, 17, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))), at("2026-03-12 17:30")
    rows = [
        Standing(1, at("2026-03-02 09:00"), None),
        Standing(2, at("2026-03-02 09:00"), due),
        Standing(3, at("2026-03-04 09:00"), due),
        Standing(4, at("2026-03-09 16:30"), later),
        Standing(5, at("2026-03-10 09:00"), None),
        Standing(6, at("2026-03-13 09:00"), at("2026-03-16 17:30")),
    ]
    edits = edits_of(rows, 480, CALENDAR)
    assert [(edit.version, edit.before, edit.after, edit.near) for edit in edits] == [
        (4, due, later, True),
        (5, later, None, False),
        (6, None, at("2026-03-16 17:30"), True),  # what it had been had passed
    ]
    assert (edits[0].working_minutes_left, (edits[2].working_minutes_left or 0) < 0) == (60, True)
