"""The two reviews as bodies: turns on duty, quorum, what a meeting in each state may still do."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Incomplete, RuleRefusal
from domain.reviews import (
    Level,
    MeetingStatus,
    Member,
    ReviewRules,
    check_assignments,
    check_quorum,
    check_status,
    on_duty,
)

MONDAY = dt.date(2026, 3, 2)
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2060, 1, 1))


def rules(members: int, quorum: float = 0.5) -> ReviewRules:
    seats = [Member(f"expert-{number}", f"专家{number}", "housing", Level.FIRST) for number in range(members)]
    return ReviewRules((*seats, Member("leader", "组长", "group", Level.SECOND)), quorum)


@given(DAYS, st.integers(1, 12))
def test_a_turn_lasts_from_monday_to_sunday(day: dt.date, members: int) -> None:
    monday = day - dt.timedelta(days=day.weekday())
    week = {on_duty(rules(members), Level.FIRST, monday + dt.timedelta(days=number), {}) for number in range(7)}
    assert len(week) == 1


@given(DAYS, st.integers(1, 12))
def test_everybody_has_a_turn_before_anybody_has_another(day: dt.date, members: int) -> None:
    turns = [on_duty(rules(members), Level.FIRST, day + dt.timedelta(weeks=number), {}) for number in range(members)]
    assert len(set(turns)) == members


def test_whoever_stands_in_is_on_duty_that_day_and_no_other() -> None:
    group = rules(3)
    in_turn = on_duty(group, Level.FIRST, MONDAY, {})
    other = next(member for member in group.of(Level.FIRST) if member != in_turn)
    changes = {MONDAY: other.code}
    assert on_duty(group, Level.FIRST, MONDAY, changes) == other
    assert on_duty(group, Level.FIRST, MONDAY + dt.timedelta(days=1), changes) == in_turn


def test_a_former_member_does_not_stand_in() -> None:
    group = rules(3)
    assert on_duty(group, Level.FIRST, MONDAY, {MONDAY: "gone"}) == on_duty(group, Level.FIRST, MONDAY, {})


def test_where_nobody_belongs_nobody_is_on_duty() -> None:
    assert on_duty(ReviewRules(), Level.FIRST, MONDAY, {}) is None
    assert ReviewRules().needed(Level.FIRST) == 0


@pytest.mark.parametrize(
    ("members", "quorum", "needed"), [(8, 0.5, 4), (7, 0.5, 4), (1, 0.5, 1), (8, 1.0, 8), (8, 0.01, 1)]
)
def test_how_many_must_come(members: int, quorum: float, needed: int) -> None:
    group = rules(members, quorum)
    assert group.needed(Level.FIRST) == needed
    codes = [member.code for member in group.of(Level.FIRST)]
    check_quorum(group, Level.FIRST, codes[:needed])
    with pytest.raises(RuleRefusal) as refusal:
        check_quorum(group, Level.FIRST, [*codes[: needed - 1], "leader", "nobody"])
    assert refusal.value.code == "no-quorum"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (MeetingStatus.SCHEDULED, "meeting-not-held"),
        (MeetingStatus.CLOSED, "meeting-closed"),
        (MeetingStatus.CANCELLED, "meeting-cancelled"),
    ],
)
def test_a_meeting_decides_only_while_it_is_held(status: MeetingStatus, code: str) -> None:
    check_status(MeetingStatus.HELD, MeetingStatus.HELD)
    with pytest.raises(RuleRefusal) as refusal:
        check_status(status, MeetingStatus.HELD)
    assert refusal.value.code == code


def test_one_unit_has_one_part() -> None:
    check_assignments("housing", ["water"])
    for assists in (["housing"], ["water", "water"]):
        with pytest.raises(Incomplete):
            check_assignments("housing", assists)
