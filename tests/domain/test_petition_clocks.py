"""The clocks that run beside a stage: cards, the unit's own deadline with pauses and extensions, reminders."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from pendulum import DateTime

from domain.conduct import DeadlineKind, RequestType, Urgency
from domain.errors import PolicyMissing
from domain.petition import Card, Facts, Step, deadlines, decide, handling_due, is_overdue
from domain.stages import Stage
from domain.workdays import Duration, Extension, Pause, TimeUnit
from tests.domain.calendars import WITH_2027
from tests.domain.deciding import (
    CALENDAR,
    DISSATISFIED,
    DUE,
    LATER,
    POLICY,
    RED,
    SUPERVISED,
    YELLOW,
    clock_of,
    due_of,
    kinds_of,
)
from tests.support.facts import MONDAY, a_policy, at, facts, hours, with_deadline, working_days
from tests.support.life import settle

# --- overdue ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("petition", "late"),
    [
        (facts(), True),
        (facts(Stage.DISPATCHED), True),
        (facts(Stage.RETURN_REQUESTED), True),
        (facts(Stage.FIRST_REVIEW), True),
        (facts(Stage.COMPLETION_SUBMITTED), False),
        (facts(Stage.COMPLETION_SUBMITTED, DUE, clock_started_at=MONDAY), False),
        (facts(Stage.COMPLETION_SUBMITTED, DUE.add(minutes=1), clock_started_at=MONDAY), True),
        (facts(Stage.FIRST_REVIEW, **DISSATISFIED), False),
        (facts(Stage.SECOND_REVIEW, **DISSATISFIED), False),
        (facts(Stage.COMPLETED), False),
        (facts(Stage.ARCHIVED), False),
    ],
)
def test_what_was_handed_in_in_time_is_not_late_however_slow_others_are(petition: Facts, late: bool) -> None:
    due = due_of(petition)
    assert due == DUE
    assert is_overdue(petition, due, LATER) is late
    assert not is_overdue(petition, due, due)
    assert not is_overdue(petition, None, LATER)


# --- cards ------------------------------------------------------------------------------------------------------------


def test_yellow_one_working_day_before_and_red_on_the_first_working_day_after() -> None:
    times = {item.kind: item.due_at for item in deadlines(facts(), POLICY, CALENDAR)}
    assert times == {DeadlineKind.YELLOW_CARD: YELLOW, DeadlineKind.HANDLING: DUE, DeadlineKind.RED_CARD: RED}


def test_cards_step_over_a_holiday() -> None:
    before = facts(since=at("2022-04-22 10:00"))  # five days on: 24 (worked), 25, 26, 27, 28 April
    assert clock_of(DeadlineKind.RED_CARD, before).due_at == at("2022-04-29 08:30")
    across = facts(since=at("2022-04-25 10:00"))  # 26, 27, 28, 29 April, then 5 May
    assert due_of(across) == at("2022-05-05 17:30")
    assert clock_of(DeadlineKind.YELLOW_CARD, across).due_at == at("2022-04-29 17:30")
    assert clock_of(DeadlineKind.RED_CARD, across).due_at == at("2022-05-06 08:30")


@pytest.mark.parametrize(("card", "left"), [(Card.NONE, "yh r"), (Card.YELLOW, "h r"), (Card.RED, "h")])
def test_each_card_is_shown_once(card: Card, left: str) -> None:
    names = {"y": DeadlineKind.YELLOW_CARD, "h": DeadlineKind.HANDLING, "r": DeadlineKind.RED_CARD}
    assert kinds_of(facts(card=card)) == {names[letter] for letter in left if letter in names}


def test_a_red_card_comes_when_the_policy_says() -> None:
    policy = with_deadline(DeadlineKind.RED_CARD, working_days(3))
    (red,) = [item for item in deadlines(facts(), policy, CALENDAR) if item.kind is DeadlineKind.RED_CARD]
    assert red.due_at == at("2022-03-17 08:30")


def test_a_deadline_shorter_than_the_warning_shows_no_yellow_card() -> None:
    assert DeadlineKind.YELLOW_CARD not in kinds_of(facts(urgency=Urgency.EMERGENCY))


def test_whoever_looks_only_after_the_deadline_shows_no_warning_of_it() -> None:
    end, steps = settle(facts(), POLICY, CALENDAR, at("2022-03-16 10:00"))
    assert steps == [Step.CLIMB, Step.SHOW_RED_CARD]
    assert end.card is Card.RED


# --- the units clock --------------------------------------------------------------------------------------------------


def test_another_category_counts_its_rule_from_the_same_start() -> None:
    assert due_of(facts(category="roads")) == at("2022-03-16 17:30")
    assert due_of(facts(category="roads", request_type=RequestType.CONSULTATION)) == at("2022-03-10 17:30")
    assert due_of(facts(category="roads", urgency=Urgency.EMERGENCY)) == at("2022-03-08 09:00")


PAUSE = Pause(at("2022-03-08 10:00"), at("2022-03-10 10:00"), "听证")


def test_a_pause_survives_a_change_of_category() -> None:
    paused = facts(pauses=(PAUSE,))
    assert due_of(paused) == at("2022-03-16 17:30")
    assert due_of(dataclasses.replace(paused, category="roads")) == at("2022-03-18 17:30")


@pytest.mark.parametrize("since", [MONDAY.add(hours=1), DUE.add(days=1)], ids=["in-time", "overdue"])
def test_while_suspended_there_is_no_deadline_but_the_end_of_the_suspension(since: DateTime) -> None:
    petition = facts(Stage.SUSPENDED, since, clock_started_at=MONDAY)
    assert handling_due(petition, POLICY, CALENDAR) is None
    assert kinds_of(petition) == {DeadlineKind.SUSPENSION_LIMIT}


def test_an_extension_adds_to_the_deadline_and_an_older_one_does_not_lengthen_a_redo() -> None:
    extension = Extension(working_days(4), at("2022-03-09 10:00"), "情况复杂")
    assert due_of(facts(extensions=(extension,))) == at("2022-03-18 17:30")
    redo = facts(Stage.REDO, at("2022-03-21 09:00"), clock_kind=DeadlineKind.REDO, extensions=(extension,))
    assert due_of(redo) == at("2022-03-25 17:30")


def test_a_redo_under_supervision_is_not_reminded_of_in_its_first_moment() -> None:
    long_ago: dict[str, Any] = {**SUPERVISED, "reminded_at": at("2022-03-14 17:30")}
    redo = facts(Stage.REDO, LATER, clock_started_at=LATER, clock_kind=DeadlineKind.REDO, **long_ago)
    assert clock_of(DeadlineKind.SUPERVISION_REMINDER, redo).due_at == at("2022-04-26 17:30")


def test_a_reminder_counts_no_day_on_which_the_clock_stood_still() -> None:
    watched = facts(**SUPERVISED)
    assert clock_of(DeadlineKind.SUPERVISION_REMINDER, watched).due_at == DUE
    paused = dataclasses.replace(watched, pauses=(PAUSE,))
    assert clock_of(DeadlineKind.SUPERVISION_REMINDER, paused).due_at == at("2022-03-16 17:30")


def test_a_decision_of_a_review_says_so_in_the_place_of_a_rule() -> None:
    found = handling_due(facts(clock_decided=hours(30)), POLICY, CALENDAR)
    assert found is not None
    assert (found.rule, found.source, found.due_at) == (
        "review-decision",
        "2022年3月7日研判决定",
        at("2022-03-08 15:00"),
    )
    assert found.due.steps[0].text == "2022年3月7日（周一）09:00起算，期限30小时（2022年3月7日研判决定），即时起算"
    ruled = handling_due(facts(), POLICY, CALENDAR)
    assert ruled is not None
    assert (ruled.rule, ruled.due.rule) == ("handling", "办理时限")


# --- the calendar -----------------------------------------------------------------------------------------------------


def test_the_guangji_road_spring_of_2022_counts_its_makeup_days() -> None:
    """Trap: holidays ignored or hard-coded. 24 April and 7 May 2022 are worked, 30 April to 4 May are free."""
    assert due_of(facts(since=at("2022-04-22 09:00"), clock_decided=working_days(12))) == at("2022-05-11 17:30")


def test_a_date_in_an_unknown_year_is_provisional_and_changes_when_the_year_is_published() -> None:
    petition = facts(since=at("2026-12-28 09:00"))
    weekdays_only = handling_due(petition, POLICY, CALENDAR)
    published = handling_due(petition, POLICY, WITH_2027)
    assert weekdays_only is not None
    assert published is not None
    assert weekdays_only.due.awaits == {2027}
    assert weekdays_only.due_at == at("2027-01-04 17:30")
    assert not published.due.provisional
    assert published.due_at == at("2027-01-06 17:30")
    cards = [item for item in deadlines(petition, POLICY, CALENDAR) if "card" in item.kind]
    assert all(card.due.provisional for card in cards)


def test_a_policy_without_a_rule_says_which_one_is_missing() -> None:
    rules = tuple(rule for rule in POLICY.deadlines if rule.kind is not DeadlineKind.HANDLING)
    with pytest.raises(PolicyMissing, match="办理时限"):
        decide(facts(), a_policy(deadlines=rules), CALENDAR, MONDAY)


def test_every_deadline_tells_how_it_came_about_and_where_its_rule_is_from() -> None:
    for stage in Stage:
        for item in deadlines(facts(stage), POLICY, CALENDAR):
            assert item.rule
            assert item.source
            assert item.due.steps[-1].ends == item.due_at


def test_minutes_count_day_and_night() -> None:
    policy = with_deadline(DeadlineKind.SIGNING, Duration(30, TimeUnit.MINUTES))
    petition = facts(Stage.DISPATCHED, at("2022-03-12 23:50"))
    upcoming = decide(petition, policy, CALENDAR, at("2022-03-12 23:50")).next_deadline
    assert upcoming is not None
    assert upcoming.due_at == at("2022-03-13 00:20")
