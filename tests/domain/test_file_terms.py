"""When a unit is told of a date in the inspectors' files: once shortly before, once when it has passed."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.file_terms import FileTerm, Owed, Telling, telling_due
from tests.support.facts import HOUSING, MONDAY, a_calendar, at

CALENDAR = a_calendar()
THURSDAY = at("2022-03-10 17:30")
TERM = FileTerm(Owed.ANSWER, HOUSING, since=MONDAY, due_at=THURSDAY)


@pytest.mark.parametrize(
    ("moment", "warned", "reminded", "telling"),
    [
        ("2022-03-09 17:29", False, False, None),
        ("2022-03-09 17:30", False, False, Telling.WARNING),
        ("2022-03-10 17:29", False, False, Telling.WARNING),
        ("2022-03-10 17:29", True, False, None),
        ("2022-03-10 17:30", True, False, Telling.REMINDER),
        ("2022-03-10 17:30", False, False, Telling.REMINDER),
        ("2022-04-10 09:00", True, True, None),
        ("2022-04-10 09:00", False, True, None),
    ],
)
def test_what_is_told_when(moment: str, *, warned: bool, reminded: bool, telling: Telling | None) -> None:
    term = dataclasses.replace(TERM, warned=warned, reminded=reminded)
    assert telling_due(term, 1, CALENDAR, at(moment)) == telling


def test_the_lead_is_counted_in_working_days() -> None:
    monday = dataclasses.replace(TERM, due_at=at("2022-03-14 17:30"))
    assert telling_due(monday, 1, CALENDAR, at("2022-03-11 17:29")) is None
    assert telling_due(monday, 1, CALENDAR, at("2022-03-11 17:30")) == Telling.WARNING
    assert telling_due(monday, 2, CALENDAR, at("2022-03-10 17:30")) == Telling.WARNING


def test_a_term_no_longer_than_the_lead_and_a_lead_of_none_are_not_warned_of() -> None:
    short = dataclasses.replace(TERM, since=at("2022-03-09 17:30"))
    for term, ahead in ((short, 1), (TERM, 0)):
        assert telling_due(term, ahead, CALENDAR, at("2022-03-10 17:29")) is None
        assert telling_due(term, ahead, CALENDAR, THURSDAY) == Telling.REMINDER


@given(minutes=st.lists(st.integers(0, 60 * 24 * 40), min_size=1, max_size=40), ahead=st.integers(0, 5))
def test_however_often_somebody_looks_each_is_told_once_and_the_reminder_never_too_early(
    minutes: list[int], ahead: int
) -> None:
    term, told = TERM, []
    for minute in sorted(minutes):
        now = MONDAY.add(minutes=minute)
        telling = telling_due(term, ahead, CALENDAR, now)
        if telling is not None:
            told.append(telling)
            assert (telling is Telling.REMINDER) == (now >= THURSDAY)
            term = dataclasses.replace(
                term,
                warned=term.warned or telling is Telling.WARNING,
                reminded=term.reminded or telling is Telling.REMINDER,
            )
    assert told in ([], [Telling.WARNING], [Telling.REMINDER], [Telling.WARNING, Telling.REMINDER])
    assert (Telling.REMINDER in told) == (MONDAY.add(minutes=max(minutes)) >= THURSDAY)
