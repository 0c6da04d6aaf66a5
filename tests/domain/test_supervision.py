"""The inspectors' file beside the unit's work: reminders while it is open, and what opens it again once closed."""

from __future__ import annotations

from typing import Any

import pytest

from domain.conduct import DeadlineKind
from domain.petition import Card, Facts, Rung, Step, deadlines
from domain.stages import Stage
from tests.support.facts import MONDAY, a_calendar, a_policy, at, facts
from tests.support.life import wait

POLICY, CALENDAR = a_policy(), a_calendar()
LATER = at("2022-04-20 10:00")
CLOSED = at("2022-03-16 10:00")
"""Two days after the deadline of what began on MONDAY."""
CLOSED_FILE: dict[str, Any] = {
    "rung": Rung.SUPERVISION,
    "supervised_at": MONDAY,
    "supervision_closed_at": CLOSED,
    "card": Card.RED,
}
REOPENED = at("2022-03-23 17:30")
"""A full interval of reminders after CLOSED."""


def kinds_of(petition: Facts) -> set[DeadlineKind]:
    return {item.kind for item in deadlines(petition, POLICY, CALENDAR)}


@pytest.mark.parametrize("stage", [Stage.DISPATCHED, Stage.IN_HAND, Stage.FIRST_REVIEW, Stage.SECOND_REVIEW])
def test_a_closed_file_reminds_nobody_and_is_opened_again_when_the_work_is_still_not_done(stage: Stage) -> None:
    petition = facts(stage, MONDAY.subtract(days=30), signing_reminded=True, **CLOSED_FILE)
    end, story = wait(petition, POLICY, CALENDAR, CLOSED, REOPENED)
    assert story == [(REOPENED, Step.CLIMB)]
    assert (end.supervised, end.stage, end.unit, end.rung) == (True, stage, petition.unit, Rung.SUPERVISION)
    assert kinds_of(end) == {DeadlineKind.SUPERVISION_REMINDER}


def test_a_deadline_that_passes_after_the_file_was_closed_opens_it_again() -> None:
    redo = {"clock_started_at": CLOSED.add(days=1), "clock_kind": DeadlineKind.REDO, "signing_reminded": True}
    petition = facts(Stage.REDO, CLOSED.add(days=1), **(CLOSED_FILE | redo | {"card": Card.NONE}))
    assert kinds_of(petition) == {DeadlineKind.YELLOW_CARD, DeadlineKind.REDO, DeadlineKind.RED_CARD}
    end, story = wait(petition, POLICY, CALENDAR, CLOSED.add(days=1), at("2022-03-24 17:30"))
    assert [step for _, step in story] == [Step.SHOW_YELLOW_CARD, Step.CLIMB, Step.SHOW_RED_CARD]
    assert end.supervised
    assert kinds_of(end) == {DeadlineKind.SUPERVISION_REMINDER}


def test_a_review_that_outlasts_its_deadline_opens_a_closed_file_again() -> None:
    petition = facts(Stage.SECOND_REVIEW, CLOSED, **CLOSED_FILE)
    assert kinds_of(petition) == {DeadlineKind.SECOND_REVIEW}
    end, story = wait(petition, POLICY, CALENDAR, CLOSED, at("2022-03-28 17:30"))
    assert ([step for _, step in story], end.supervised) == ([Step.CLIMB], True)


def test_a_file_that_inspectors_opened_and_closed_early_leaves_the_ladder_as_it_is() -> None:
    petition = facts(supervised_at=MONDAY, supervision_closed_at=MONDAY, card=Card.YELLOW)
    assert kinds_of(petition) == {DeadlineKind.HANDLING, DeadlineKind.RED_CARD}
    end, _ = wait(petition, POLICY, CALENDAR, MONDAY, LATER)
    assert (end.rung, end.supervised) == (Rung.SUPERVISION, True)


def test_what_was_handed_in_waits_for_the_desk_and_opens_no_file() -> None:
    assert kinds_of(facts(Stage.COMPLETION_SUBMITTED, **CLOSED_FILE)) == {DeadlineKind.COMPLETION_CHECK}
