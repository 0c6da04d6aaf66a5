"""Days, opening hours and small sums on working time."""

from __future__ import annotations

import datetime as dt

import pendulum
import pytest

from domain.workdays import (
    OfficeHours,
    WorkCalendar,
    is_office_time,
    next_moment_between,
    working_minutes_between,
)
from tests.domain.calendars import REAL, WITH_2027
from tests.domain.test_workdays import at


@pytest.mark.parametrize(
    ("day", "works", "name"),
    [
        ("2025-10-01", False, "国庆节"),
        ("2025-10-06", False, "中秋节"),
        ("2025-10-11", True, "调休上班"),
        ("2025-10-12", False, "周末"),
        ("2025-10-13", True, "工作日"),
        ("2031-10-01", True, "工作日"),
    ],
)
def test_days(day: str, works: bool, name: str) -> None:
    date = dt.date.fromisoformat(day)
    assert REAL.is_working_day(date) is works
    assert REAL.day_name(date) == name


def test_which_year_still_decides_a_day() -> None:
    assert REAL.is_published(2026)
    assert not REAL.is_published(2027)
    assert REAL.awaited_year(dt.date(2026, 12, 24)) is None
    assert REAL.awaited_year(dt.date(2026, 12, 25)) == 2027
    assert REAL.awaited_year(dt.date(2027, 3, 1)) == 2027
    assert WITH_2027.awaited_year(dt.date(2026, 12, 25)) is None


def test_a_day_is_not_both_off_and_worked() -> None:
    day = dt.date(2026, 10, 1)
    with pytest.raises(ValueError, match="2026-10-01"):
        WorkCalendar("broken", frozenset({2026}), {day: "国庆节"}, frozenset({day}))


def test_office_hours_in_order() -> None:
    with pytest.raises(ValueError, match="out of order"):
        OfficeHours(opens=dt.time(12, 30))


@pytest.mark.parametrize(
    ("a", "b", "minutes"),
    [
        ("2025-03-03 09:00", "2025-03-03 10:30", 90),
        ("2025-03-03 11:30", "2025-03-03 14:00", 60),
        ("2025-03-03 17:00", "2025-03-04 09:00", 60),
        ("2025-03-03 00:00", "2025-03-07 23:00", 5 * 450),
        ("2025-09-30 17:00", "2025-10-09 09:00", 60),
        ("2025-10-01 09:00", "2025-10-07 09:00", 0),
        ("2025-03-03 12:10", "2025-03-03 13:20", 0),
    ],
)
def test_working_minutes(a: str, b: str, minutes: int) -> None:
    assert working_minutes_between(at(a), at(b), REAL) == minutes
    assert working_minutes_between(at(b), at(a), REAL) == -minutes


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2025-03-03 08:29", False),
        ("2025-03-03 08:30", True),
        ("2025-03-03 12:00", False),
        ("2025-03-03 13:30", True),
        ("2025-03-03 17:30", False),
        ("2025-03-02 10:00", False),
        ("2025-10-11 10:00", True),
    ],
)
def test_office_time(moment: str, inside: bool) -> None:
    assert is_office_time(at(moment), REAL) is inside


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-03-03 07:59", "2025-03-03 08:00"),
        ("2025-03-03 08:00", "2025-03-03 08:00"),
        ("2025-03-03 20:59", "2025-03-03 20:59"),
        ("2025-03-03 21:00", "2025-03-04 08:00"),
        ("2025-12-31 23:00", "2026-01-01 08:00"),
    ],
)
def test_not_at_night(moment: str, expected: str) -> None:
    assert next_moment_between(at(moment), dt.time(8), dt.time(21)) == at(expected)


def test_a_window_past_midnight_is_refused() -> None:
    with pytest.raises(ValueError, match="begin before it ends"):
        next_moment_between(pendulum.datetime(2025, 3, 3), dt.time(21), dt.time(8))
