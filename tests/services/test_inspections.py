"""The party-committee inspectors' own file: beside the discipline inspectors', with a history and an end of its own."""

from __future__ import annotations

from collections.abc import Callable

import pendulum
import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, NotPermitted, RuleRefusal
from domain.stages import Trigger
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.inspection_answers import InspectionView
from services import chains, dispatching, dossiers, inspections, ladder, queries, queues, recusals, supervision
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, LIVES, OTHER_UNIT, UNIT, WORDS, petition_of, told

PARTY = Actor(Role.PARTY_INSPECTOR, name="区委督查室")
TERM = Duration(3, TimeUnit.WORKING_DAYS)
MORNING = pendulum.datetime(2026, 3, 2, 8, 30, tz=clock.SHANGHAI)
VISIT = inspections.Visit(
    MORNING, "广济路口", ("区委督查室", "区市政园林服务中心"), "三盏路灯不亮", (("现场.jpg", "0" * 64),)
)


def open_file(context: Context, petition_id: str) -> None:
    inspections.open_inspection(context, petition_id, PARTY, "群众反映集中的典型事项")


def files_of(context: Context, petition_id: str) -> list[InspectionView]:
    return inspections.inspections(context, petition_id, PARTY).files


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_a_typical_case_is_looked_at_at_any_time_and_goes_on_as_it_was(
    context: Context, life: Callable[[Context], str]
) -> None:
    petition_id = life(context)
    before = petition_of(context, petition_id)
    open_file(context, petition_id)
    inspections.record_visit(context, petition_id, PARTY, VISIT)
    inspections.close_inspection(context, petition_id, PARTY, "现场已整改")
    after = petition_of(context, petition_id)
    assert (after.stage, after.unit, after.due_at, after.rung) == (
        before.stage,
        before.unit,
        before.due_at,
        before.rung,
    )
    [file] = files_of(context, petition_id)
    assert (file.closed_by, file.conclusion) == (PARTY.name, "现场已整改")
    [visit] = file.visits
    assert (visit.visited_at, visit.place, visit.found, visit.photos[0].sha256) == (
        MORNING,
        "广济路口",
        "三盏路灯不亮",
        "0" * 64,
    )
    with context.readers() as session:
        assert chains.check_chain(chains.history_of(session, petition_id), after.version).intact


def test_two_files_stand_side_by_side_and_end_apart(context: Context) -> None:
    petition_id = lives.in_hand(context)
    open_file(context, petition_id)
    ladder.open_supervision(context, petition_id, INSPECTOR, WORDS)
    with pytest.raises(RuleRefusal) as refusal:
        open_file(context, petition_id)
    assert refusal.value.code == "already-inspected"
    inspections.close_inspection(context, petition_id, PARTY, "督查办结")
    dossier = dossiers.dossier(context, petition_id, PARTY)
    assert dossier.supervision is not None
    assert dossier.supervision.closed_at is None
    assert [file.conclusion for file in dossier.inspections] == ["督查办结"]
    open_file(context, petition_id)
    supervision.dispose(context, petition_id, INSPECTOR, disposition=Disposition.UNFOUNDED, opinion="不成立")
    assert [file.closed_at is None for file in files_of(context, petition_id)] == [False, True]
    with pytest.raises(NotPermitted):
        supervision.dispose(context, petition_id, PARTY, disposition=Disposition.UNFOUNDED, opinion=WORDS)
    with pytest.raises(NotPermitted):
        inspections.close_inspection(context, petition_id, INSPECTOR, WORDS)


def test_the_unit_that_was_asked_answers_even_after_the_case_moved_on(context: Context) -> None:
    petition_id = lives.in_hand(context)
    open_file(context, petition_id)
    inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮", duration=TERM)
    assert [recipient for recipient, _, _ in told(context, petition_id, Trigger.QUERY_UNIT)] == [f"unit:{UNIT}"]
    asked = inspections.inspections(context, petition_id, AT_UNIT)
    assert asked.asked is not None
    assert (asked.asked.question, asked.asked.overdue, asked.files) == ("为何仍不亮", False, [])
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert [item.id for item in queues.unit_queue(context, AT_UNIT).items] == [petition_id]
    other = Actor(Role.UNIT, OTHER_UNIT, "测试丙")
    assert inspections.inspections(context, petition_id, other).asked is None
    with pytest.raises(NotPermitted):
        inspections.answer(context, petition_id, other, "不是我们")
    inspections.answer(context, petition_id, AT_UNIT, "备件周三到货")
    assert queues.unit_queue(context, AT_UNIT).items == []
    assert [recipient for recipient, _, _ in told(context, petition_id, Trigger.ANSWER_INSPECTION)] == [
        "role:party_inspection"
    ]
    with pytest.raises(RuleRefusal) as refusal:
        inspections.answer(context, petition_id, other, WORDS)
    assert refusal.value.code == "no-answer-demanded"


def test_a_unit_is_told_of_the_question_and_of_nothing_else(context: Context) -> None:
    petition_id = lives.in_hand(context)
    open_file(context, petition_id)
    inspections.record_visit(context, petition_id, PARTY, VISIT)
    inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮", duration=TERM)
    inspections.close_inspection(context, petition_id, PARTY, "另案处理")
    seen = queries.history(context, petition_id, AT_UNIT).model_dump_json()
    assert "为何仍不亮" in seen
    for hidden in ("三盏路灯不亮", "另案处理", "典型事项"):
        assert hidden not in seen


def test_what_they_have_open_waits_for_them(context: Context) -> None:
    petition_id = lives.in_hand(context)
    lives.at_the_desk(context)
    assert queues.queue_for(context, PARTY).items == []
    open_file(context, petition_id)
    assert [item.id for item in queues.queue_for(context, PARTY).items] == [petition_id]
    inspections.close_inspection(context, petition_id, PARTY, "督查办结")
    assert queues.queue_for(context, PARTY).items == []


def test_what_cannot_be_is_refused_by_name(context: Context, story: clock.StoryClock) -> None:
    petition_id = lives.at_the_desk(context)
    with pytest.raises(RuleRefusal) as refusal:
        inspections.record_visit(context, petition_id, PARTY, VISIT)
    assert refusal.value.code == "not-inspected"
    with pytest.raises(RuleRefusal) as refusal:
        inspections.close_inspection(context, petition_id, PARTY, WORDS)
    assert refusal.value.code == "not-inspected"
    open_file(context, petition_id)
    with pytest.raises(RuleRefusal) as refusal:
        inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮", duration=TERM)
    assert refusal.value.code == "no-unit-to-ask"
    ahead = inspections.Visit(story.now().add(hours=1), "广济路口", ("区委督查室",), "三盏路灯不亮")
    with pytest.raises(Incomplete) as early:
        inspections.record_visit(context, petition_id, PARTY, ahead)
    assert early.value.missing[0]["field"] == "visited_at"
    with pytest.raises(NotPermitted):
        inspections.inspections(context, petition_id, DESK)


def test_whom_it_is_about_is_asked_nothing_and_nothing_more(context: Context) -> None:
    petition_id = lives.in_hand(context)
    open_file(context, petition_id)
    inspections.ask_unit(context, petition_id, PARTY, question="为何仍不亮", duration=TERM)
    recusals.recuse_unit(context, petition_id, PARTY, unit=UNIT, reason="现场发现收受好处")
    [file] = files_of(context, petition_id)
    assert file.answer_due_at is None
    assert queues.unit_queue(context, AT_UNIT).items == []
    with pytest.raises(NotFound):
        inspections.answer(context, petition_id, AT_UNIT, WORDS)
