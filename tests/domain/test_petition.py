"""What is due and when: each stage before, at and after its deadline, the ladder, the cards, and whole lives."""

from __future__ import annotations

from typing import Any

import pytest

from domain.conduct import DeadlineKind
from domain.petition import Card, Facts, Rung, Satisfaction, Step, decide, next_rung
from domain.stages import Stage
from tests.domain.deciding import (
    CALENDAR,
    DISSATISFIED,
    DUE,
    LATER,
    POLICY,
    RED,
    SUPERVISED,
    YELLOW,
    due_of,
    kinds_of,
    step_at,
)
from tests.support.facts import MONDAY, at, facts, working_days
from tests.support.life import wait

# Each stage with the clock it brings: entered on Monday 7 March at 09:00, due then, and what the platform does.
STAGE_CLOCKS = [
    (Stage.REGISTERED, {"needs_desk": True}, "2022-03-08 17:30", Step.ACCEPT),
    (Stage.AWAITING_SUPPLEMENT, {}, "2022-03-14 17:30", Step.LAPSE),
    (Stage.ACCEPTED, {"needs_desk": True}, "2022-03-08 09:00", Step.CLIMB),
    (Stage.DISPATCHED, {}, "2022-03-08 17:30", Step.REMIND_SIGNING),
    (Stage.REDO, {"clock_kind": DeadlineKind.REDO}, "2022-03-08 17:30", Step.REMIND_SIGNING),
    (Stage.RETURN_REQUESTED, {}, "2022-03-08 17:30", Step.GRANT_RETURN),
    (Stage.EXTENSION_REQUESTED, {}, "2022-03-08 17:30", Step.REFUSE_EXTENSION),
    (Stage.IN_HAND, {"card": Card.YELLOW}, "2022-03-14 17:30", Step.CLIMB),
    (Stage.SUSPENDED, {}, "2022-04-06 17:30", Step.RESUME),
    (Stage.COMPLETION_SUBMITTED, {}, "2022-03-09 17:30", Step.APPROVE_COMPLETION),
    (Stage.FIRST_REVIEW, {"rung": Rung.FIRST_REVIEW, "card": Card.RED}, "2022-03-21 17:30", Step.CLIMB),
    (Stage.SECOND_REVIEW, {"rung": Rung.SECOND_REVIEW, "card": Card.RED}, "2022-03-17 17:30", Step.CLIMB),
    (Stage.COMPLETED, {}, "2022-03-14 17:30", Step.BEGIN_FOLLOW_UP),
    (Stage.FOLLOW_UP, {}, "2022-03-15 17:30", Step.ARCHIVE),
]


@pytest.mark.parametrize(
    ("stage", "changes", "due", "step"), STAGE_CLOCKS, ids=[case[0].value for case in STAGE_CLOCKS]
)
def test_a_stage_acts_at_its_deadline_and_not_a_moment_before(
    stage: Stage, changes: dict[str, Any], due: str, step: Step
) -> None:
    petition, moment = facts(stage, **changes), at(due)
    before = decide(petition, POLICY, CALENDAR, moment.subtract(microseconds=1))
    assert before.step is None
    assert before.cause is None
    assert before.next_deadline is not None
    assert before.next_deadline.due_at == moment
    for late in (moment, moment.add(seconds=1)):
        ruling = decide(petition, POLICY, CALENDAR, late)
        assert ruling.step is step
        assert ruling.cause is not None
        assert (ruling.cause.step, ruling.cause.due_at) == (step, moment)
        assert ruling.cause.source


AT_ONCE = [
    ("registered", facts(Stage.REGISTERED), Step.ACCEPT),
    ("accepted", facts(Stage.ACCEPTED), Step.DISPATCH),
    ("completed-unasked", facts(Stage.COMPLETED, rating_asked=False), Step.ASK_RATING),
    ("satisfied", facts(Stage.RATED, satisfaction=Satisfaction.SATISFIED), Step.ARCHIVE),
    ("basically-satisfied", facts(Stage.RATED, satisfaction=Satisfaction.BASICALLY_SATISFIED), Step.ARCHIVE),
    ("dissatisfied", facts(Stage.RATED, **DISSATISFIED), Step.BEGIN_REDO),
    ("dissatisfied-after-redo", facts(Stage.RATED, redos=1, **DISSATISFIED), Step.CLIMB),
    ("dissatisfied-under-supervision", facts(Stage.RATED, redos=1, **DISSATISFIED, **SUPERVISED), Step.CLIMB),
]


@pytest.mark.parametrize(("petition", "step"), [case[1:] for case in AT_ONCE], ids=[case[0] for case in AT_ONCE])
def test_what_waits_for_no_clock_is_due_at_once(petition: Facts, step: Step) -> None:
    ruling = decide(petition, POLICY, CALENDAR, MONDAY)
    assert (ruling.step, ruling.cause) == (step, None)


# --- the ladder -------------------------------------------------------------------------------------------------------


def test_nobody_ever_acting_the_petition_climbs_to_supervision_and_is_reminded_from_then_on() -> None:
    _, story = wait(facts(Stage.REGISTERED), POLICY, CALENDAR, MONDAY, at("2022-05-13 00:00"), engine_finds="housing")
    assert story == [
        (MONDAY, Step.ACCEPT),
        (MONDAY, Step.DISPATCH),
        (at("2022-03-08 17:30"), Step.REMIND_SIGNING),
        (YELLOW, Step.SHOW_YELLOW_CARD),
        (DUE, Step.CLIMB),
        (RED, Step.SHOW_RED_CARD),
        (at("2022-03-28 17:30"), Step.CLIMB),
        (at("2022-04-08 17:30"), Step.CLIMB),  # 清明: 2 April worked, 3 to 5 April free
        (at("2022-04-15 17:30"), Step.REMIND_SUPERVISED),
        (at("2022-04-22 17:30"), Step.REMIND_SUPERVISED),
        (at("2022-04-28 17:30"), Step.REMIND_SUPERVISED),  # Sunday 24 April is worked
        (at("2022-05-09 17:30"), Step.REMIND_SUPERVISED),  # 劳动节 to 4 May, Saturday 7 May is worked
    ]


def test_a_petition_that_nobody_owns_climbs_too() -> None:
    end, story = wait(facts(Stage.ACCEPTED), POLICY, CALENDAR, MONDAY, LATER)
    assert story[:2] == [(MONDAY, Step.DISPATCH), (at("2022-03-08 09:00"), Step.CLIMB)]
    assert (end.unit, end.rung, end.stage) == (None, Rung.SUPERVISION, Stage.SECOND_REVIEW)
    assert story[-1][1] is Step.REMIND_SUPERVISED


def test_returned_and_then_nobodys_it_still_owes_the_first_deadline() -> None:
    returned = facts(Stage.ACCEPTED, at("2022-03-14 16:00"), clock_started_at=MONDAY, card=Card.YELLOW, needs_desk=True)
    assert due_of(returned) == DUE
    assert step_at(DUE, returned) is Step.CLIMB


@pytest.mark.parametrize("stage", [Stage.DISPATCHED, Stage.IN_HAND, Stage.RETURN_REQUESTED, Stage.EXTENSION_REQUESTED])
def test_the_clock_runs_signed_or_not_and_while_a_request_waits(stage: Stage) -> None:
    petition = facts(stage, at("2022-03-14 16:00"), clock_started_at=MONDAY, card=Card.YELLOW)
    assert step_at(DUE.subtract(seconds=1), petition) is None
    assert step_at(DUE, petition) is Step.CLIMB


@pytest.mark.parametrize(
    ("stage", "rung"), [(Stage.FIRST_REVIEW, Rung.FIRST_REVIEW), (Stage.SECOND_REVIEW, Rung.SECOND_REVIEW)]
)
def test_a_review_is_not_pushed_up_by_the_units_deadline(stage: Stage, rung: Rung) -> None:
    petition = facts(stage, DUE, clock_started_at=MONDAY, rung=rung, card=Card.RED)
    assert kinds_of(petition) == {DeadlineKind(stage.value)}


def test_after_the_experts_decided_the_new_deadline_leads_to_the_second_rung() -> None:
    assigned = facts(
        Stage.DISPATCHED, rung=Rung.FIRST_REVIEW, clock_decided=working_days(2), signing_reminded=True, designated=True
    )
    assert due_of(assigned) == at("2022-03-09 17:30")
    end, story = wait(assigned, POLICY, CALENDAR, MONDAY, at("2022-03-09 17:30"))
    assert story[-1][1] is Step.CLIMB
    assert (end.stage, end.rung) == (Stage.SECOND_REVIEW, Rung.SECOND_REVIEW)


def test_supervision_never_takes_the_case_out_of_the_units_hands() -> None:
    working = facts(rung=Rung.SECOND_REVIEW, card=Card.YELLOW)
    end, _ = wait(working, POLICY, CALENDAR, MONDAY, LATER)
    assert (end.stage, end.unit, end.rung) == (Stage.IN_HAND, working.unit, Rung.SUPERVISION)


def test_after_supervision_there_are_only_reminders() -> None:
    for stage in (Stage.ACCEPTED, Stage.IN_HAND, Stage.FIRST_REVIEW, Stage.SECOND_REVIEW):
        changes: dict[str, Any] = {"needs_desk": True} if stage is Stage.ACCEPTED else {}
        assert kinds_of(facts(stage, **SUPERVISED, **changes)) == {DeadlineKind.SUPERVISION_REMINDER}


def test_inspectors_who_open_a_file_early_do_not_cut_the_ladder() -> None:
    watched = facts(supervised_at=MONDAY, reminded_at=at("2022-03-14 17:00"), card=Card.YELLOW)
    assert step_at(DUE, watched) is Step.CLIMB


def test_an_ended_supervision_at_the_top_leaves_no_petition_without_a_timer() -> None:
    assert kinds_of(facts(rung=Rung.SUPERVISION, card=Card.RED)) == {DeadlineKind.SUPERVISION_REMINDER}


def test_there_is_no_rung_above_supervision() -> None:
    assert [next_rung(rung) for rung in Rung] == [1, 2, 3, 3]


# --- too often --------------------------------------------------------------------------------------------------------

TOO_OFTEN = [Stage.ACCEPTED, Stage.DISPATCHED, Stage.IN_HAND, Stage.RETURN_REQUESTED, Stage.EXTENSION_REQUESTED]


@pytest.mark.parametrize("count", ["returns", "transfers"])
@pytest.mark.parametrize("stage", [*TOO_OFTEN, Stage.REDO])
def test_three_times_returned_or_moved_climbs_at_once(stage: Stage, count: str) -> None:
    def counted(number: int, **more: Any) -> Facts:
        more[count] = number
        return facts(stage, needs_desk=stage is Stage.ACCEPTED, **more)

    assert step_at(MONDAY, counted(2)) is None
    assert step_at(MONDAY, counted(3)) is Step.CLIMB
    # Once the experts have seen it the count has had its effect; time alone climbs from there.
    assert step_at(MONDAY, counted(3, rung=Rung.FIRST_REVIEW)) is None


def test_the_third_return_goes_to_the_experts_and_not_to_a_fourth_unit() -> None:
    assert step_at(MONDAY, facts(Stage.ACCEPTED, returns=2)) is Step.DISPATCH
    assert step_at(MONDAY, facts(Stage.ACCEPTED, returns=3)) is Step.CLIMB


@pytest.mark.parametrize("stage", [Stage.SUSPENDED, Stage.COMPLETION_SUBMITTED])
def test_a_stopped_or_finished_case_does_not_climb_for_its_past(stage: Stage) -> None:
    assert step_at(MONDAY, facts(stage, returns=3, transfers=3)) is None
