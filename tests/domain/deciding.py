"""What a petition's rules say at a moment, under the small policy of the tests."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime

from domain.conduct import DeadlineKind
from domain.petition import Card, Deadline, Facts, Rung, Satisfaction, Step, deadlines, decide, handling_due
from tests.support.facts import MONDAY, a_calendar, a_policy, at

POLICY, CALENDAR = a_policy(), a_calendar()
DUE = at("2022-03-14 17:30")
"""Five working days after MONDAY."""
YELLOW = at("2022-03-11 17:30")
RED = at("2022-03-15 08:30")
LATER = at("2022-04-20 10:00")
DISSATISFIED: dict[str, Any] = {"satisfaction": Satisfaction.DISSATISFIED}
SUPERVISED: dict[str, Any] = {"rung": Rung.SUPERVISION, "supervised_at": MONDAY, "card": Card.RED}


def step_at(now: DateTime, petition: Facts) -> Step | None:
    return decide(petition, POLICY, CALENDAR, now).step


def clock_of(kind: DeadlineKind, petition: Facts) -> Deadline:
    (found,) = [item for item in deadlines(petition, POLICY, CALENDAR) if item.kind is kind]
    return found


def kinds_of(petition: Facts) -> set[DeadlineKind]:
    return {item.kind for item in deadlines(petition, POLICY, CALENDAR)}


def due_of(petition: Facts) -> DateTime:
    found = handling_due(petition, POLICY, CALENDAR)
    assert found is not None
    return found.due_at
