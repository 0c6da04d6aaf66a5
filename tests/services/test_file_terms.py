"""Dates in the inspectors' files: told before they pass and once they did, at whatever stage the petition is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.durations import Duration, TimeUnit
from domain.stages import FINAL_STAGES, Stage, Trigger
from domain.supervision import Disposition
from services import (
    audit,
    decisions,
    dispatching,
    dossiers,
    file_terms,
    inspections,
    queries,
    queues,
    recusals,
    supervision,
)
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, OTHER_UNIT, UNIT, petition_of, told, triggers_of
from tests.support.context import a_context, shipped_policy

PARTY = Actor(Role.PARTY_INSPECTOR, name="区委督查室")
LEADER = Actor(Role.LEADER, name="测试领导")
TERM = Duration(3, TimeUnit.WORKING_DAYS)
DUE = pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
BEFORE = DUE.subtract(days=1)
AT = f"unit:{UNIT}"


def answer_asked(context: Context, life: Callable[[Context], str] = lives.in_hand) -> str:
    petition_id = life(context)
    inspections.open_inspection(context, petition_id, PARTY, "典型事项")
    inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮", duration=TERM)
    return petition_id


def ordered(context: Context) -> str:
    petition_id = lives.supervised(context)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion="限期恢复", term=TERM)
    return petition_id


def demanded_after_the_end(context: Context) -> str:
    petition_id = lives.supervised(context)
    decisions.terminate(context, petition_id, DESK, "诉求人已撤场")
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何终止", duration=TERM)
    return petition_id


OWED = {
    "answer": (answer_asked, Trigger.WARN_INSPECTION, Trigger.REMIND_INSPECTION, "role:party_inspection"),
    "explanation": (demanded_after_the_end, Trigger.WARN_EXPLANATION, Trigger.REMIND_EXPLANATION, "role:discipline"),
    "order": (ordered, Trigger.WARN_RECTIFICATION, Trigger.REMIND_RECTIFICATION, "role:discipline"),
}


@pytest.mark.parametrize(("make", "warning", "reminder", "watcher"), OWED.values(), ids=OWED)
def test_the_unit_is_warned_before_and_both_are_told_once_it_passed(
    context: Context,
    story: clock.StoryClock,
    make: Callable[[Context], str],
    warning: Trigger,
    reminder: Trigger,
    watcher: str,
) -> None:
    petition_id = make(context)
    stood = petition_of(context, petition_id)
    story.move_to(BEFORE.subtract(seconds=1))
    assert file_terms.tell_due(context) == 0
    story.move_to(BEFORE)
    assert (file_terms.tell_due(context), file_terms.tell_due(context)) == (1, 0)
    [(recipient, _, body)] = told(context, petition_id, warning)
    assert recipient == AT
    assert "2026-03-05 17:30" in body
    story.move_to(DUE)
    assert (file_terms.tell_due(context), file_terms.tell_due(context)) == (1, 0)
    assert {recipient for recipient, _, _ in told(context, petition_id, reminder)} == {AT, watcher}
    story.move_to(DUE.add(days=60))
    assert file_terms.tell_due(context) == 0
    now = petition_of(context, petition_id)
    assert (now.stage, now.unit, now.rung, now.due_at) == (stood.stage, stood.unit, stood.rung, stood.due_at)
    assert [triggers_of(context, petition_id).count(each.value) for each in (warning, reminder)] == [1, 1]
    reminders = dossiers.dossier(context, petition_id, INSPECTOR).reminders
    assert sum(bool(item.notices) for item in reminders if "将到期" in item.label) == 1
    assert audit.verify(context) == []


def test_whoever_looks_only_after_the_date_warns_no_more(context: Context, story: clock.StoryClock) -> None:
    petition_id = answer_asked(context)
    story.move_to(DUE.add(days=2))
    assert (file_terms.tell_due(context), file_terms.tell_due(context)) == (1, 0)
    assert Trigger.WARN_INSPECTION.value not in triggers_of(context, petition_id)


def test_an_answer_in_time_ends_it_and_a_new_question_is_told_of_anew(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = answer_asked(context)
    story.move_to(BEFORE)
    assert file_terms.tell_due(context) == 1
    inspections.answer(context, petition_id, AT_UNIT, "备件周三到货")
    story.move_to(DUE.add(hours=1))
    assert file_terms.tell_due(context) == 0
    inspections.ask_unit(context, petition_id, PARTY, question="周三修了没有", duration=TERM)
    [item] = queues.queue_for(context, PARTY).items
    assert item.inspection is not None
    due_at = item.inspection.due_at
    story.move_to(pendulum.instance(due_at))
    assert file_terms.tell_due(context) == 1
    [item] = queues.queue_for(context, PARTY).items
    assert item.inspection is not None
    assert (item.inspection.overdue, item.inspection.reminded_at) == (True, due_at)


@pytest.mark.parametrize("ends", ["closed", "corrected", "checked"])
def test_what_is_not_owed_any_more_is_told_of_no_more(context: Context, story: clock.StoryClock, ends: str) -> None:
    petition_id = answer_asked(context) if ends == "closed" else ordered(context)
    if ends == "closed":
        inspections.close_inspection(context, petition_id, PARTY, "督查办结")
    elif ends == "corrected":
        supervision.correct(context, petition_id, INSPECTOR, disposition=Disposition.CIRCULAR, opinion="改为通报")
    else:
        supervision.check_rectification(context, petition_id, INSPECTOR, done=True, opinion="已整改到位")
    story.move_to(DUE.add(days=1))
    assert file_terms.tell_due(context) == 0


def test_with_a_run_a_late_explanation_is_a_timer_of_the_petition(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.asked(context)
    story.move_to(BEFORE)
    assert file_terms.tell_due(context) == 1
    assert petition_of(context, petition_id).stage not in FINAL_STAGES
    story.move_to(DUE)
    assert file_terms.tell_due(context) == 0
    lives.settle(context, petition_id)
    assert triggers_of(context, petition_id).count(Trigger.REMIND_EXPLANATION.value) == 1
    assert file_terms.tell_due(context) == 0


def test_a_round_that_is_killed_is_finished_by_the_next(
    context: Context, story: clock.StoryClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed with the second petition's step written and not committed: what was told stays told, the rest is told."""
    petitions = [answer_asked(context), ordered(context)]
    story.move_to(DUE)
    real, written = file_terms._write, []

    def killed_at_the_second(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        written.append(arguments)
        if len(written) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(file_terms, "_write", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        file_terms.tell_due(context)
    monkeypatch.setattr(file_terms, "_write", real)
    assert (file_terms.tell_due(context), file_terms.tell_due(context)) == (1, 0)
    steps = [step for each in petitions for step in triggers_of(context, each)]
    assert [steps.count(each) for each in ("remind_inspection", "remind_rectification")] == [1, 1]
    assert audit.verify(context) == []


def test_one_that_fails_holds_up_no_other(
    context: Context, story: clock.StoryClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_asked(context)
    ordered(context)
    story.move_to(DUE)
    real, tried = file_terms._tell, []

    def fails_once(a_context: Context, petition_id: str) -> int:
        tried.append(petition_id)
        if len(tried) == 1:
            raise RuntimeError
        return real(a_context, petition_id)

    monkeypatch.setattr(file_terms, "_tell", fails_once)
    assert (file_terms.tell_due(context), file_terms.tell_due(context)) == (1, 1)


def test_whom_it_is_about_is_told_nothing(context: Context, story: clock.StoryClock) -> None:
    petition_id = ordered(context)
    recusals.recuse_unit(context, petition_id, INSPECTOR, unit=UNIT, reason="收受好处")
    story.move_to(BEFORE)
    assert file_terms.tell_due(context) == 0
    story.move_to(DUE)
    assert file_terms.tell_due(context) == 1
    assert [recipient for recipient, _, _ in told(context, petition_id, Trigger.REMIND_RECTIFICATION)] == [
        "role:discipline"
    ]


def test_the_overdue_list_has_it_for_those_who_read_the_file(context: Context, story: clock.StoryClock) -> None:
    petition_id = answer_asked(context, lives.archived)
    dispatched_on = queues.overdue_list(context, PARTY).items
    assert dispatched_on == []
    story.move_to(DUE.add(minutes=1))
    for actor in (PARTY, INSPECTOR, LEADER):
        for chosen in ({}, {"unit": UNIT}, {"supervised": False}):
            [late] = queues.overdue_list(context, actor, **chosen).items
            assert late.inspection is not None
            assert (late.id, late.inspection.unit.code, late.inspection.overdue) == (petition_id, UNIT, True)
        assert queues.overdue_list(context, actor, unit=OTHER_UNIT).items == []
        assert queues.overdue_list(context, actor, supervised=True).items == []
    assert queues.overdue_list(context, DESK).items == []
    inspections.answer(context, petition_id, AT_UNIT, "已恢复照明")
    assert queues.overdue_list(context, PARTY).items == []


def test_the_unit_finds_what_it_owes_in_its_queue_with_its_own_date(context: Context) -> None:
    petition_id = answer_asked(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason="按职责改派")
    [item] = queues.unit_queue(context, AT_UNIT).items
    assert item.inspection is not None
    assert (item.inspection.question, item.task_due_at) == ("为何仍不亮", DUE)
    [other] = queues.unit_queue(context, Actor(Role.UNIT, OTHER_UNIT, "测试丙")).items
    assert other.inspection is None


@pytest.mark.parametrize(
    ("answer", "explanation"), [(None, None), (Duration(2, TimeUnit.WORKING_DAYS), Duration(1, TimeUnit.WORKING_DAYS))]
)
def test_without_a_term_the_policy_sets_it(
    engine: sa.Engine, answer: Duration | None, explanation: Duration | None
) -> None:
    shipped = shipped_policy()
    five = pendulum.datetime(2026, 3, 9, 17, 30, tz=clock.SHANGHAI)
    due, asked = five, five
    if answer and explanation:
        rules = dataclasses.replace(shipped.supervision, answer=answer, explanation=explanation)
        shipped = dataclasses.replace(shipped, supervision=rules, version="shorter")
        due, asked = five.subtract(days=5), five.subtract(days=6)
    context = a_context(engine, policy=shipped)
    petition_id = lives.supervised(context)
    inspections.open_inspection(context, petition_id, PARTY, "典型事项")
    inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮")
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何未修")
    file = dossiers.dossier(context, petition_id, INSPECTOR)
    assert file.supervision is not None
    assert file.supervision.explanation is not None
    assert (file.inspections[0].answer_due_at, file.supervision.explanation.due_at) == (due, asked)


def test_units_read_what_was_told_to_them(context: Context, story: clock.StoryClock) -> None:
    petition_id = answer_asked(context)
    story.move_to(BEFORE)
    file_terms.tell_due(context)
    entry = queries.history(context, petition_id, AT_UNIT).entries[-1]
    assert (entry.label, entry.reason) == (
        "督查说明将到期",
        "区市政园林服务中心须于2026-03-05 17:30前向党委督查作出说明",
    )
    assert Stage(entry.stage_after) is Stage.IN_HAND
