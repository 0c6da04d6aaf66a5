"""The inspectors' side: a dossier that tells the truth, and a file that is opened, answered and closed."""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable
from unittest.mock import ANY

import pendulum
import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import NotPermitted, RuleRefusal, StaleVersion
from domain.petition import Step
from domain.stages import Trigger
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.tables import HistoryRow, Petition
from services import chains, decisions, dispatching, dossiers, handling, queries, queues, runs, supervision
from services.context import Context
from services.ledger import digest_of
from services.transactions import transaction
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, EVIDENCE, INSPECTOR, LIVES, OTHER_UNIT, UNIT, WORDS, petition_of, told
from tests.support import steps

AT_OTHER_UNIT = Actor(Role.UNIT, OTHER_UNIT)
TERM = Duration(3, TimeUnit.WORKING_DAYS)
DUE = pendulum.datetime(2026, 3, 5, 17, 30, tz=clock.SHANGHAI)
"""TERM from the morning on which every petition of these tests begins."""


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_every_kind_of_petition_has_a_dossier_with_a_whole_chain(
    context: Context, life: Callable[[Context], str]
) -> None:
    petition = petition_of(context, life(context))
    dossier = dossiers.dossier(context, petition.id, INSPECTOR)
    assert (dossier.chain.intact, dossier.chain.rows) == (True, petition.version)
    assert dossier.petition.petitioner is None
    assert petition.query_code not in dossier.model_dump_json()
    assert dossier.timers
    assert dossier.notices
    assert len([timer for timer in dossier.timers if timer.ended_at is None]) == len(dossier.clocks.deadlines)


def test_who_held_it_for_how_long(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    story.move_to(pendulum.datetime(2026, 3, 3, 9, tz=clock.SHANGHAI))
    handling.request_return(context, petition_id, AT_UNIT, reason=WORDS, proposed_unit=OTHER_UNIT, basis=WORDS)
    story.move_to(pendulum.datetime(2026, 3, 3, 11, tz=clock.SHANGHAI))
    decisions.decide_return(context, petition_id, DESK, granted=False, reason=WORDS)
    story.move_to(pendulum.datetime(2026, 3, 4, 9, tz=clock.SHANGHAI))
    held = dossiers.dossier(context, petition_id, INSPECTOR).held
    assert [(item.holder.code, item.stage.code, item.minutes, item.working_minutes) for item in held] == [
        ("desk", "registered", 0, 0),
        ("desk", "accepted", 0, 0),
        (UNIT, "dispatched", 0, 0),
        (UNIT, "in_hand", 24 * 60, 450),
        ("desk", "return_requested", 120, 120),
        (UNIT, "in_hand", 22 * 60, 330),
    ]
    assert held[-1].until is None
    assert all(item.until == after.since for item, after in itertools.pairwise(held))


def test_why_it_is_overdue(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    steps.settle_until(context, petition_id, story, pendulum.datetime(2026, 3, 11, tz=clock.SHANGHAI))
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    due = dossier.clocks.handling
    assert due is not None
    assert (due.rule, due.passed, due.minutes_left < 0) == ("handling", True, True)
    assert "山东省政务服务热线管理办法" in due.source
    assert dossier.clocks.policy_version == petition_of(context, petition_id).policy_version
    outcomes = {(timer.kind.code, timer.outcome) for timer in dossier.timers}
    assert {("yellow_card", "fired"), ("handling", "fired"), ("red_card", "fired")} <= outcomes


def test_an_altered_or_a_missing_row_breaks_the_chain_where_it_is(context: Context) -> None:
    petition_id = lives.completed(context)
    last = petition_of(context, petition_id).version
    assert chains.verify_chain(context, petition_id).broken_at is None
    with context.sessions.begin() as session:
        session.execute(sa.delete(HistoryRow).where(HistoryRow.petition_id == petition_id, HistoryRow.version == last))
    assert chains.verify_chain(context, petition_id).broken_at == last
    with context.sessions.begin() as session:
        row = session.get_one(HistoryRow, (petition_id, 3))
        row.reason = "改过的理由"
    broken = chains.verify_chain(context, petition_id)
    assert (broken.intact, broken.broken_at) == (False, 3)


def test_a_file_is_asked_answered_and_closed(context: Context) -> None:
    petition_id = lives.supervised(context)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何逾期", duration=TERM)
    opened = dossiers.dossier(context, petition_id, INSPECTOR).supervision
    assert opened is not None
    assert opened.explanation is not None
    assert opened.explanation.unit.code == UNIT
    assert opened.explanation.due_at == DUE
    assert (opened.explanation.overdue, opened.explanation.reminded_at) == (False, None)
    supervision.answer(context, petition_id, AT_UNIT, "备件到货延迟")
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.INTERVIEW, opinion="约谈分管负责人")
    closed = dossiers.dossier(context, petition_id, INSPECTOR).supervision
    assert closed is not None
    assert closed.disposition is not None
    assert (closed.disposition.name, closed.opinion, closed.closed_by) == ("约谈", "约谈分管负责人", INSPECTOR.name)
    assert closed.explanation is None
    entries = queries.history(context, petition_id, INSPECTOR).entries[-3:]
    assert [entry.trigger for entry in entries] == ["demand_explanation", "explain", "close_supervision"]
    assert {entry.details["unit"] for entry in entries} == {UNIT}
    assert (entries[1].details["late"], entries[2].details["unanswered"]) == (False, False)
    assert petition_of(context, petition_id).stage == "in_hand"
    assert chains.verify_chain(context, petition_id).intact


def test_what_may_not_be_written_into_a_file(context: Context) -> None:
    petition_id = lives.supervised(context)
    with pytest.raises(RuleRefusal, match="没有要求说明"):
        supervision.answer(context, petition_id, AT_UNIT, "说明")
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何逾期", duration=TERM)
    with pytest.raises(NotPermitted):
        supervision.answer(context, petition_id, Actor(Role.UNIT, OTHER_UNIT), "说明")
    with pytest.raises(StaleVersion):
        supervision.answer(context, petition_id, AT_UNIT, "说明", version=1)
    with pytest.raises(NotPermitted):
        supervision.dispose(context, petition_id, AT_UNIT, disposition=Disposition.UNFOUNDED, opinion="不成立")
    with pytest.raises(NotPermitted):
        dossiers.dossier(context, petition_id, AT_UNIT)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="查无违规")
    with pytest.raises(RuleRefusal, match="督办件已了结"):
        supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.RECTIFY, opinion="责令整改")


def test_the_unit_that_was_asked_answers_even_after_the_case_moved_on(context: Context) -> None:
    petition_id = lives.asked(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert queries.head(context, petition_id, AT_UNIT).allowed_actions == ["explain"]
    assert "explain" not in queries.head(context, petition_id, AT_OTHER_UNIT).allowed_actions
    supervision.answer(context, petition_id, AT_UNIT, "此前已联系诉求人")
    assert told(context, petition_id, Trigger.EXPLAIN) == [("role:discipline", "explained", ANY)]
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="查无违规")
    assert told(context, petition_id, Trigger.CLOSE_SUPERVISION) == [(f"unit:{UNIT}", "supervision-closed", ANY)]


def test_the_unit_asked_is_told_until_when_and_what_stands_in_no_notice(context: Context) -> None:
    petition_id = lives.asked(context)
    [(recipient, rule, body)] = told(context, petition_id, Trigger.DEMAND_EXPLANATION)
    assert (recipient, rule) == (f"unit:{UNIT}", "explanation-demanded")
    assert "区市政园林服务中心于2026-03-05 17:30前" in body
    assert WORDS not in body


def test_without_an_answer_in_time_the_unit_asked_and_the_inspectors_are_told_once(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.asked(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    steps.settle_until(context, petition_id, story, DUE.subtract(seconds=1))
    stood = petition_of(context, petition_id)
    assert (stood.wake_at, stood.wake_kind) == (DUE, "explanation")
    assert steps.settle_until(context, petition_id, story, DUE) == [Step.REMIND_EXPLANATION]
    reminded = told(context, petition_id, Trigger.REMIND_EXPLANATION)
    assert [(recipient, rule) for recipient, rule, _ in reminded] == [
        (f"unit:{UNIT}", "explanation-reminded"),
        ("role:discipline", "explanation-reminded"),
    ]
    assert all("区市政园林服务中心应于2026-03-05 17:30前" in body for _, _, body in reminded)
    after = petition_of(context, petition_id)
    assert (after.stage, after.unit, after.due_at, after.rung) == (stood.stage, OTHER_UNIT, stood.due_at, stood.rung)
    later = steps.settle_until(context, petition_id, story, DUE.add(days=30))
    assert Step.REMIND_EXPLANATION not in later
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    [timer] = [timer for timer in dossier.timers if timer.kind.code == "explanation"]
    assert timer.unit is not None
    assert (timer.unit.code, timer.due_at, timer.outcome) == (UNIT, DUE, "fired")
    assert dossier.supervision is not None
    assert dossier.supervision.explanation is not None
    assert (dossier.supervision.explanation.overdue, dossier.supervision.explanation.reminded_at) == (True, DUE)
    assert dossier.chain.intact


def test_a_new_demand_takes_the_place_of_the_one_before_and_has_its_own_reminder(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.asked(context)
    steps.settle_until(context, petition_id, story, DUE)
    hours = Duration(2, TimeUnit.HOURS)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="请立即说明", duration=hours)
    assert petition_of(context, petition_id).wake_at == DUE.add(hours=2)
    assert steps.settle_until(context, petition_id, story, DUE.add(hours=2)) == [Step.REMIND_EXPLANATION]
    supervision.answer(context, petition_id, AT_UNIT, "备件到货延迟")
    entry = queries.history(context, petition_id, INSPECTOR).entries[-1]
    assert (entry.details["late"], entry.details["due_at"]) == (False, DUE.add(hours=2).in_timezone("UTC").isoformat())


def test_asked_after_the_petition_is_over_there_is_no_timer_and_inspectors_find_it_overdue(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.supervised(context)
    decisions.terminate(context, petition_id, DESK, WORDS)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question="为何终止", duration=TERM)
    assert petition_of(context, petition_id).wake_at is None
    assert told(context, petition_id, Trigger.DEMAND_EXPLANATION)[0][0] == f"unit:{UNIT}"
    assert queues.overdue_list(context, INSPECTOR).items == []
    story.move_to(DUE.add(minutes=1))
    assert steps.settle(context, petition_id) == []
    for chosen in ({}, {"supervised": True}, {"unit": UNIT}):
        [late] = queues.overdue_list(context, INSPECTOR, **chosen).items
        assert late.explanation is not None
        assert (late.id, late.explanation.unit.code, late.explanation.overdue) == (petition_id, UNIT, True)
    assert queues.overdue_list(context, INSPECTOR, unit=OTHER_UNIT).items == []
    assert queues.overdue_list(context, INSPECTOR, supervised=False).items == []
    [shown] = [dossiers.dossier(context, petition_id, INSPECTOR).supervision]
    assert shown is not None
    assert shown.explanation is not None
    assert shown.explanation.overdue
    supervision.answer(context, petition_id, AT_UNIT, "诉求人已撤场，无从办理")
    assert queues.overdue_list(context, INSPECTOR).items == []


def test_the_unit_that_owes_the_explanation_is_found_by_its_own_code(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.asked(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    steps.settle_until(context, petition_id, story, DUE.add(minutes=1))
    for unit in (UNIT, OTHER_UNIT):
        assert [item.id for item in queues.overdue_list(context, INSPECTOR, unit=unit).items] == [petition_id]


def test_closing_the_file_ends_what_was_asked(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.asked(context)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.CIRCULAR, opinion="通报批评")
    assert queries.history(context, petition_id, INSPECTOR).entries[-1].details["unanswered"] is True
    assert "explain" not in queries.head(context, petition_id, AT_UNIT).allowed_actions
    with pytest.raises(RuleRefusal, match="督办件已了结"):
        supervision.answer(context, petition_id, AT_UNIT, "说明")
    timers = dossiers.dossier(context, petition_id, INSPECTOR).timers
    assert [timer.outcome for timer in timers if timer.kind.code == "explanation"] == ["cancelled"]
    assert Step.REMIND_EXPLANATION not in steps.settle_until(context, petition_id, story, DUE)


def test_an_explanation_that_is_due_hides_until_when_the_stage_lasts_from_nobody(context: Context) -> None:
    petition_id = lives.asked(context)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    steps.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert petition.wake_kind == "explanation"
    rating_until = pendulum.datetime(2026, 3, 9, 17, 30, tz=clock.SHANGHAI)
    assert queries.public_progress(context, petition.query_code).due_at == rating_until
    assert runs.look(context, petition_id).label.name.endswith("due 03-09")


# --- what an older version of the program left ------------------------------------------------------------------------


def write_as_before(context: Context, petition_id: str) -> None:
    """Demand an explanation as the first version of the program did."""
    with context.sessions.begin() as session:
        petition = session.get_one(Petition, petition_id)
        last = session.get_one(HistoryRow, (petition_id, petition.version))
        assert petition.supervision is not None
        petition.supervision.explanation_due_at = DUE
        petition.version += 1
        row = HistoryRow(
            petition_id=petition_id,
            version=petition.version,
            at=clock.now(),
            trigger="record_supervision",
            stage_before=petition.stage,
            stage_after=petition.stage,
            unit=petition.unit,
            rung=petition.rung,
            actor_role="inspector",
            actor_unit=None,
            actor_name="督查员",
            reason="为何逾期",
            public=False,
            details={"act": "demand", "due_at": DUE.isoformat(), "unit": UNIT},
        )
        row.digest = digest_of(row, last.digest)
        session.add(row)


def test_an_old_row_stays_readable_and_chained_and_cannot_be_written_again(context: Context) -> None:
    petition_id = lives.supervised(context)
    write_as_before(context, petition_id)
    handling.note(context, petition_id, AT_UNIT, WORDS)
    before, _ = queries.history(context, petition_id, AT_UNIT).entries[-2:]
    assert (before.trigger, before.label, before.reason) == ("record_supervision", "记录督办情况", "为何逾期")
    dossier = dossiers.dossier(context, petition_id, INSPECTOR)
    assert dossier.chain.intact
    assert [entry.label for entry in dossier.history][-2:] == ["记录督办情况", "记录办理情况"]
    assert "记录督办情况" in runs.case_file(context, petition_id)
    assert [change.trigger for change in runs.changes_since(context, petition_id, 0)][-2:] == [
        "记录督办情况",
        "记录办理情况",
    ]
    assert queries.public_progress(context, petition_of(context, petition_id).query_code).timeline
    for actor in (INSPECTOR, AT_UNIT):
        assert "record_supervision" not in queries.head(context, petition_id, actor).allowed_actions


def test_what_was_asked_before_is_reminded_of_by_the_hour_and_can_be_answered(
    context: Context, story: clock.StoryClock
) -> None:
    petition_id = lives.supervised(context)
    write_as_before(context, petition_id)
    handling.note(context, petition_id, AT_UNIT, WORDS)
    shown = dossiers.dossier(context, petition_id, INSPECTOR).supervision
    assert shown is not None
    assert shown.explanation is not None
    assert shown.explanation.due_at == DUE
    assert steps.settle_until(context, petition_id, story, DUE) == []
    assert steps.settle_until(context, petition_id, story, DUE.add(minutes=30)) == [Step.REMIND_EXPLANATION]
    supervision.answer(context, petition_id, AT_UNIT, "备件到货延迟")
    assert queries.history(context, petition_id, INSPECTOR).entries[-1].details["late"] is True


@pytest.mark.parametrize("database_kind", ["postgresql"])  # SQLite lets no second writer in
def test_who_waited_for_another_sees_what_the_other_wrote(context: Context) -> None:
    petition_id = lives.asked(context)
    with transaction(context) as tx:
        seen_before = tx.session.get_one(Petition, petition_id).supervision
        assert seen_before is not None
        contextvars.Context().run(supervision.answer, context, petition_id, AT_UNIT, "备件到货延迟")
        assert tx.lock(petition_id).supervision is seen_before
        assert seen_before.explanation_due_at is None
        with pytest.raises(RuleRefusal, match="没有要求说明"):
            supervision.answer(context, petition_id, AT_UNIT, "再说一遍")
