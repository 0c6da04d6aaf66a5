"""What one unit owes beside the work of whoever holds the petition: an assisting unit's task, an explanation."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from domain.conduct import DECIDED_KINDS, DeadlineKind
from domain.petition import (
    Facts,
    Obligation,
    Rung,
    Step,
    assist_deadlines,
    deadlines,
    decide,
    explanation_due,
    stage_due,
)
from domain.stages import ASSISTED_STAGES, FINAL_STAGES, OPEN_STAGES, Stage, Trigger
from domain.workdays import Pause
from tests.support.facts import HOUSING, MONDAY, PARKS, WATER, a_calendar, a_policy, at, facts, hours, working_days
from tests.support.life import move, settle, wait

POLICY, CALENDAR = a_policy(), a_calendar()
TASK = Obligation(PARKS, MONDAY, working_days(2))
LONGER_TASK = Obligation(WATER, MONDAY, working_days(3))
DUE, LATER_DUE = at("2022-03-09 17:30"), at("2022-03-10 17:30")
ASKED: dict[str, Any] = {
    "supervised_at": MONDAY,
    "supervised_unit": HOUSING,
    "explanation": Obligation(HOUSING, MONDAY, working_days(2)),
}
"""The inspectors asked on Monday; the first reminder of the supervised work itself comes a week later."""
BESIDE = {DeadlineKind.ASSIST, DeadlineKind.EXPLANATION}


def reminders(petition: Facts) -> list[tuple[DeadlineKind, str | None, str]]:
    """Kind, unit and date of what runs beside the holder's own clocks."""
    running = [item for item in deadlines(petition, POLICY, CALENDAR) if item.kind in BESIDE]
    return [(item.kind, item.unit, item.due_at.in_timezone("Asia/Shanghai").format("MM-DD HH:mm")) for item in running]


# --- assisting units (协办) -------------------------------------------------------------------------------------------


def test_of_several_assisting_units_the_earliest_runs_and_then_the_next() -> None:
    petition = facts(assists=(LONGER_TASK, TASK))
    assert reminders(petition) == [(DeadlineKind.ASSIST, PARKS, "03-09 17:30")]
    _, story = wait(petition, POLICY, CALENDAR, MONDAY, LATER_DUE)
    assert story == [(DUE, Step.REMIND_ASSIST), (LATER_DUE, Step.REMIND_ASSIST)]


def test_two_that_are_due_at_once_are_each_reminded_of_in_the_order_they_were_given() -> None:
    petition = facts(assists=(TASK, dataclasses.replace(TASK, unit=WATER)))
    assert reminders(petition) == [(DeadlineKind.ASSIST, PARKS, "03-09 17:30")]
    end, steps = settle(petition, POLICY, CALENDAR, DUE)
    assert steps == [Step.REMIND_ASSIST, Step.REMIND_ASSIST]
    assert [item.reminded for item in end.assists] == [True, True]


def test_a_reminder_touches_neither_the_leads_clock_nor_its_stage_nor_the_ladder() -> None:
    petition = facts(assists=(TASK,))
    reminded, steps = settle(petition, POLICY, CALENDAR, DUE)
    assert steps == [Step.REMIND_ASSIST]
    assert dataclasses.replace(reminded, assists=petition.assists) == petition
    assert reminders(reminded) == []
    assert decide(reminded, POLICY, CALENDAR, DUE).next_deadline == decide(facts(), POLICY, CALENDAR, DUE).next_deadline


@pytest.mark.parametrize("stage", Stage)
def test_an_assisting_unit_is_reminded_while_there_is_work_that_is_not_handed_in(stage: Stage) -> None:
    kinds = {kind for kind, _, _ in reminders(facts(stage, assists=(TASK,)))}
    assert kinds == ({DeadlineKind.ASSIST} if stage in ASSISTED_STAGES else set())


def test_a_suspension_does_not_count_and_whoever_resumes_late_does_not_find_it_overdue() -> None:
    suspended = move(facts(assists=(TASK,)), Trigger.SUSPEND, at("2022-03-08 10:00"))
    assert reminders(suspended) == []
    assert assist_deadlines(suspended, CALENDAR) == ()
    resumed = move(suspended, Trigger.RESUME, at("2022-03-21 10:00"))
    assert reminders(resumed) == [(DeadlineKind.ASSIST, PARKS, "03-22 17:30")]
    assert settle(resumed, POLICY, CALENDAR, at("2022-03-21 10:00"))[1] == [], "nothing is late"


def test_a_pause_from_before_the_task_was_given_changes_nothing() -> None:
    paused = facts(assists=(TASK,), pauses=(Pause(at("2022-02-21 10:00"), at("2022-02-25 10:00"), "听证"),))
    assert reminders(paused) == [(DeadlineKind.ASSIST, PARKS, "03-09 17:30")]


@pytest.mark.parametrize("trigger", [Trigger.REDISPATCH, Trigger.NOTE, Trigger.RECLASSIFY, Trigger.SIGN])
def test_another_lead_and_whatever_else_is_written_leave_the_task_as_it_was_given(trigger: Trigger) -> None:
    petition = facts(Stage.DISPATCHED, assists=(TASK,))
    later = move(petition, trigger, at("2022-03-08 11:00"), unit=WATER)
    assert reminders(later) == [(DeadlineKind.ASSIST, PARKS, "03-09 17:30")]


def test_sent_back_for_more_work_a_date_that_passed_meanwhile_is_reminded_of() -> None:
    submitted = facts(Stage.COMPLETION_SUBMITTED, assists=(TASK,))
    back = move(submitted, Trigger.REJECT_COMPLETION, at("2022-03-10 09:00"))
    assert settle(back, POLICY, CALENDAR, at("2022-03-10 09:00"))[1] == [Step.REMIND_ASSIST]


def test_every_assisting_unit_can_be_told_its_own_date_the_reminded_one_too() -> None:
    petition = facts(assists=(LONGER_TASK, dataclasses.replace(TASK, reminded=True)))
    found = [(item.unit, item.due_at) for item in assist_deadlines(petition, CALENDAR)]
    assert found == [(WATER, LATER_DUE), (PARKS, DUE)]


# --- explanations (督办说明) ------------------------------------------------------------------------------------------


def test_an_explanation_that_does_not_come_is_reminded_of_once() -> None:
    petition = facts(**ASKED)
    assert reminders(petition) == [(DeadlineKind.EXPLANATION, HOUSING, "03-09 17:30")]
    _, story = wait(petition, POLICY, CALENDAR, MONDAY, LATER_DUE)
    assert story == [(DUE, Step.REMIND_EXPLANATION)]


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_it_is_asked_of_the_unit_wherever_the_petition_stands_suspended_or_anothers(stage: Stage) -> None:
    petition = facts(stage, **{**ASKED, "unit": WATER})
    assert reminders(petition) == [(DeadlineKind.EXPLANATION, HOUSING, "03-09 17:30")]


@pytest.mark.parametrize("stage", sorted(FINAL_STAGES))
def test_a_petition_that_is_over_has_no_run_to_remind_anybody_and_the_date_stays(stage: Stage) -> None:
    petition = facts(stage, unit=HOUSING, **ASKED)
    assert reminders(petition) == []
    assert decide(petition, POLICY, CALENDAR, LATER_DUE).step is None
    due = explanation_due(petition, CALENDAR)
    assert due is not None
    assert due.due_at == DUE


def test_a_new_demand_is_reminded_of_anew() -> None:
    reminded, _ = settle(facts(**ASKED), POLICY, CALENDAR, DUE)
    assert reminders(reminded) == []
    again = dataclasses.replace(reminded, explanation=Obligation(HOUSING, DUE, hours(4)))
    assert reminders(again) == [(DeadlineKind.EXPLANATION, HOUSING, "03-09 21:30")]


def test_a_reminder_to_explain_leaves_the_work_and_the_ladder_alone() -> None:
    petition = facts(Stage.DISPATCHED, rung=Rung.FIRST_REVIEW, signing_reminded=True, **ASKED)
    reminded, steps = settle(petition, POLICY, CALENDAR, DUE)
    assert steps == [Step.REMIND_EXPLANATION]
    assert dataclasses.replace(reminded, explanation=petition.explanation) == petition


def test_until_when_the_stage_lasts_is_not_until_when_somebody_must_look() -> None:
    review = facts(Stage.FIRST_REVIEW, rung=Rung.FIRST_REVIEW, assists=(TASK,), **ASKED)
    ruling = decide(review, POLICY, CALENDAR, MONDAY)
    assert ruling.next_deadline is not None
    assert ruling.next_deadline.due_at == DUE
    assert stage_due(ruling, review.stage) == at("2022-03-21 17:30")
    assert stage_due(decide(facts(), POLICY, CALENDAR, MONDAY), Stage.IN_HAND) is None


def test_both_say_by_whose_word_they_run_and_how_the_date_came_about() -> None:
    petition = facts(assists=(TASK,), **ASKED)
    running = [item for item in deadlines(petition, POLICY, CALENDAR) if item.kind in DECIDED_KINDS]
    assert {item.kind: item.source for item in running} == DECIDED_KINDS
    for item in running:
        text = item.due.steps[0].text
        assert text == f"2022年3月7日（周一）09:00起算，期限2个工作日（{item.source}），起算当日不计"
