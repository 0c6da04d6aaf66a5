"""Whom a petition is about never has it: not by the engine, not by hand, and not what it had already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import DomainError, Incomplete, NotFound, NotPermitted, RuleRefusal
from domain.petition import Satisfaction
from domain.stages import FINAL_STAGES, REVIEW_STAGES, Stage, Trigger
from domain.workdays import Duration, TimeUnit
from gateways.channels import AddressBook
from models.shapes import PetitionerIn, Registration
from models.tables import Assignment, HistoryRow, Notice, Petition, Recusal, Supervision
from services import (
    chains,
    delivery,
    dispatching,
    handling,
    intake,
    invariants,
    ladder,
    queries,
    queues,
    recusals,
    separation,
    supervision,
    verdict,
)
from services.context import Context
from tests.services import lives
from tests.services.lives import AT_UNIT, CHANNEL, CITIZEN, DESK, INSPECTOR, LIVES, OTHER_UNIT, UNIT, WORDS, petition_of
from tests.support.context import a_context

SUPERIOR = "housing"
"""Who handles what is reported about UNIT, by the shipped policy."""
LEADER = Actor(Role.LEADER, name="测试领导")
REVIEWER = Actor(Role.REVIEWER, name="测试专家")


def about(context: Context, petition_id: str, unit: str = UNIT, actor: Actor = DESK) -> Petition:
    return recusals.recuse_unit(context, petition_id, actor, unit=unit, reason=WORDS)


def register(context: Context, text: str, **particulars: Any) -> str:
    registration = Registration(channel="hotline", text=text, **particulars)
    return intake.register(context, registration, CHANNEL).id


def held_by(context: Context, petition_id: str) -> set[str]:
    """The units with a task in it."""
    with context.readers() as session:
        open_tasks = sa.select(Assignment.unit).where(
            Assignment.petition_id == petition_id, Assignment.ended_at.is_(None)
        )
        return set(session.scalars(open_tasks))


def owed(context: Context, petition_id: str) -> set[str]:
    with context.readers() as session:
        return set(session.scalars(sa.select(Notice.recipient).where(Notice.petition_id == petition_id)))


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_wherever_it_stands_the_unit_loses_it_and_is_told_nothing(
    context: Context, life: Callable[[Context], str]
) -> None:
    petition_id = life(context)
    before = petition_of(context, petition_id)
    about(context, petition_id, actor=INSPECTOR)
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert UNIT not in held_by(context, petition_id)
    with context.readers() as session:
        late = sa.select(Notice).where(Notice.petition_id == petition_id, Notice.recipient == f"unit:{UNIT}")
        assert session.scalars(late).all() == []
        assert chains.check_chain(chains.history_of(session, petition_id), petition.version).intact
    with pytest.raises(NotFound):
        queries.detail(context, petition_id, AT_UNIT)
    assert petition_id not in [item.id for item in queues.unit_queue(context, AT_UNIT).items]
    assert (petition.stage in FINAL_STAGES) is (before.stage in FINAL_STAGES)
    if before.stage in {Stage.DISPATCHED, Stage.IN_HAND, Stage.SUSPENDED, Stage.COMPLETION_SUBMITTED, Stage.REDO}:
        assert (petition.stage, petition.unit) == (Stage.DISPATCHED, SUPERIOR if before.unit == UNIT else before.unit)
        assert petition.transfers == before.transfers, "it never was the unit's"
        assert petition.clock_started_at == before.clock_started_at
    elif before.stage in REVIEW_STAGES:
        assert (petition.stage, petition.unit) == (before.stage, None)
    assert invariants.check_invariants(context, archive=True) == []


def test_the_petitioner_says_whom_it_is_about(context: Context) -> None:
    petition_id = register(context, "广济路路灯不亮，报了三次没人理", complained_about=[UNIT, UNIT])
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.needs_desk) == (Stage.REGISTERED, True)
    intake.accept(context, petition_id, DESK)
    lives.settle(context, petition_id)
    assert petition_of(context, petition_id).unit == SUPERIOR
    assert f"unit:{UNIT}" not in owed(context, petition_id)
    [row] = recusals.recusals(context, petition_id, DESK).recusals
    assert (row.unit and row.unit.code, row.stated_by.code, row.lifted_at) == (UNIT, "petitioner", None)


def test_the_words_say_whom_it_is_about(context: Context) -> None:
    petition_id = register(context, "区城乡水务局工作人员吃拿卡要，不送东西不给通水")
    assert petition_of(context, petition_id).needs_desk
    intake.accept(context, petition_id, DESK)
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    # Nobody is above the unit by the policy: a person chooses.
    assert (petition.stage, petition.unit, petition.needs_desk) == (Stage.ACCEPTED, None, True)
    with pytest.raises(RuleRefusal) as refusal:
        dispatching.dispatch(context, petition_id, DESK, unit="water", reason=WORDS)
    assert (refusal.value.code, refusal.value.field) == ("recused", "unit")
    dispatching.dispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert petition_of(context, petition_id).unit == OTHER_UNIT


def test_danger_does_not_wait_and_does_not_go_to_whom_it_is_about(context: Context) -> None:
    petition_id = register(context, "消防通道着火了，有人被困", complained_about=["fire-rescue"])
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert not petition.needs_desk or petition.stage == Stage.ACCEPTED
    assert petition.unit != "fire-rescue"


def test_a_unit_that_there_is_not_is_named_and_nothing_is_written(context: Context) -> None:
    with pytest.raises(Incomplete) as refusal:
        register(context, "反映一个不存在的单位的问题", complained_about=[UNIT, "nobody"])
    assert refusal.value.missing[0]["field"] == "complained_about.1"
    with context.readers() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Petition)) == 0


def test_nobody_gives_it_to_whom_it_is_about(context: Context) -> None:
    petition_id = lives.in_hand(context)
    about(context, petition_id, OTHER_UNIT)
    term = Duration(3, TimeUnit.WORKING_DAYS)
    mine, theirs = ladder.Task(UNIT, WORDS, term), ladder.Task(OTHER_UNIT, WORDS, term)
    with pytest.raises(RuleRefusal, match="回避") as refusal:
        dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    assert refusal.value.code == "recused"
    ladder.refer_to_first_review(context, petition_id, DESK, WORDS)
    for decision, field in (
        (ladder.Decision(theirs, WORDS), "lead.unit"),
        (ladder.Decision(mine, WORDS, (theirs,)), "assists.unit"),
    ):
        with pytest.raises(RuleRefusal) as refusal:
            ladder.assign(context, petition_id, REVIEWER, decision)
        assert (refusal.value.code, refusal.value.field) == ("recused", field)
    assert petition_of(context, petition_id).stage == Stage.FIRST_REVIEW


def test_an_assisting_unit_loses_its_part_alone(context: Context) -> None:
    petition_id = lives.assigned(context)
    assert held_by(context, petition_id) == {OTHER_UNIT, UNIT}
    about(context, petition_id, UNIT)
    assert held_by(context, petition_id) == {OTHER_UNIT}
    assert petition_of(context, petition_id).stage == Stage.DISPATCHED
    with pytest.raises(NotFound):
        handling.report(context, petition_id, AT_UNIT, WORDS)


def test_it_is_not_asked_to_explain_what_it_must_not_know(context: Context) -> None:
    petition_id = lives.asked(context)
    about(context, petition_id)
    with context.readers() as session:
        file = session.scalars(sa.select(Supervision).where(Supervision.petition_id == petition_id)).one()
    assert file.explanation_due_at is None
    with pytest.raises(NotFound):
        supervision.answer(context, petition_id, AT_UNIT, WORDS)
    lives.settle(context, petition_id)
    term = Duration(3, TimeUnit.WORKING_DAYS)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question=WORDS, duration=term)
    assert {recipient for recipient, _, _ in lives.told(context, petition_id, Trigger.DEMAND_EXPLANATION)} == {
        f"unit:{SUPERIOR}"
    }


def test_whoever_it_is_about_does_not_do_it_again(context: Context) -> None:
    petition_id = lives.completed(context)
    about(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)
    lives.settle(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.stage, petition.unit, petition.redos) == (Stage.FIRST_REVIEW, None, 0)


def test_a_notice_on_its_way_is_sent_no_more(engine: sa.Engine, story: clock.StoryClock) -> None:
    book = AddressBook(recipients={f"unit:{UNIT}": ("jsons://hooks.example.com/unit",)})
    context = a_context(engine, addresses=book)
    petition_id = lives.dispatched(context)
    busy = clock.now().add(minutes=5)
    notice_id = lives.notice_to(context, f"unit:{UNIT}", claimed_until=busy)
    about(context, petition_id)
    story.move_to(busy.add(minutes=1))
    assert delivery.deliver(context, notice_id) is delivery.Outcome.NOT_DUE
    with context.readers() as session:
        assert session.get(Notice, notice_id) is None
    assert not context.notifier.sent  # type: ignore[attr-defined]


@pytest.mark.parametrize("actor", [REVIEWER, LEADER, INSPECTOR, DESK], ids=lambda actor: actor.role)
def test_people_say_of_themselves_that_they_must_stay_out(context: Context, actor: Actor) -> None:
    petition_id = lives.in_review(context)
    recusals.recuse_account(context, petition_id, actor, account=actor.name, reason="与当事人有亲属关系")
    with pytest.raises(NotFound):
        queries.detail(context, petition_id, actor)
    with pytest.raises(NotFound):
        handling.note(context, petition_id, actor, WORDS)
    assert recusals.receipt(context, petition_id, actor).version == petition_of(context, petition_id).version
    # Whoever else has that office goes on.
    other = Actor(actor.role, name="测试另一人")
    assert queries.detail(context, petition_id, other).id == petition_id
    with pytest.raises(NotFound):
        recusals.receipt(context, petition_id, Actor(Role.UNIT, "tax", actor.name))


def test_only_some_say_it_of_others(context: Context) -> None:
    petition_id = lives.in_review(context)
    for actor in (REVIEWER, LEADER):
        with pytest.raises(NotPermitted):
            recusals.recuse_account(context, petition_id, actor, account=DESK.name, reason=WORDS)
        with pytest.raises(NotPermitted):
            about(context, petition_id, actor=actor)
    recusals.recuse_account(context, petition_id, INSPECTOR, account=LEADER.name, reason=WORDS)
    with pytest.raises(NotFound):
        queries.detail(context, petition_id, LEADER)
    with pytest.raises(NotFound):  # what others say of one leaves not even a receipt
        recusals.receipt(context, petition_id, LEADER)
    with pytest.raises(RuleRefusal) as refusal:
        recusals.recuse_account(context, petition_id, INSPECTOR, account=LEADER.name, reason=WORDS)
    assert refusal.value.code == "already-recused"


def test_a_mistake_is_lifted_and_stays_on_record(context: Context) -> None:
    petition_id = lives.dispatched(context)
    about(context, petition_id)
    [row] = recusals.recusals(context, petition_id, DESK).recusals
    with pytest.raises(RuleRefusal) as refusal:
        about(context, petition_id)
    assert refusal.value.code == "already-recused"
    recusals.lift(context, petition_id, DESK, number=row.number, reason="并非反映该单位")
    [row] = recusals.recusals(context, petition_id, DESK).recusals
    assert (row.lifted_by, row.lifted_because) == (DESK.name, "并非反映该单位")
    assert queries.detail(context, petition_id, AT_UNIT).id == petition_id
    with pytest.raises(RuleRefusal, match="没有需要解除"):
        recusals.lift(context, petition_id, DESK, number=row.number, reason=WORDS)
    about(context, petition_id)
    triggers = [row.trigger for row in chains_of(context, petition_id)]
    assert triggers.count("recuse") == 2


def chains_of(context: Context, petition_id: str) -> list[HistoryRow]:
    with context.readers() as session:
        return list(chains.history_of(session, petition_id))


def test_what_the_inspectors_said_the_desk_does_not_take_back(context: Context) -> None:
    petition_id = lives.dispatched(context)
    about(context, petition_id, actor=INSPECTOR)
    [row] = recusals.recusals(context, petition_id, DESK).recusals
    with pytest.raises(RuleRefusal) as refusal:
        recusals.lift(context, petition_id, DESK, number=row.number, reason=WORDS)
    assert refusal.value.code == "recusal-of-inspectors"
    recusals.lift(context, petition_id, INSPECTOR, number=row.number, reason=WORDS)


def test_it_goes_along_into_the_main_case_and_out_of_it(context: Context) -> None:
    main = lives.in_hand(context)
    part = register(context, "另一个人也说路灯坏了，还说有人收钱", petitioner=PetitionerIn(name="测试乙"))
    about(context, part, actor=INSPECTOR)
    recusals.recuse_account(context, part, INSPECTOR, account=LEADER.name, reason=WORDS)
    intake.merge(context, part, main, DESK, WORDS)
    lives.settle(context, main)
    assert petition_of(context, main).unit == SUPERIOR
    for actor in (AT_UNIT, LEADER):
        with pytest.raises(NotFound):
            queries.detail(context, main, actor)
    anew = separation.separate(context, part, DESK, WORDS)
    assert petition_of(context, anew.id).recused == {"units": [UNIT], "accounts": 1}


def test_a_unit_reads_nowhere_who_else_stays_out(context: Context) -> None:
    petition_id = lives.in_hand(context)
    about(context, petition_id, OTHER_UNIT)
    recusals.recuse_account(context, petition_id, INSPECTOR, account=LEADER.name, reason="系其近亲属")
    shown = [
        queries.detail(context, petition_id, AT_UNIT).model_dump_json(),
        queries.history(context, petition_id, AT_UNIT).model_dump_json(),
        queries.clock_of(context, petition_id, AT_UNIT).model_dump_json(),
    ]
    for text in shown:
        assert OTHER_UNIT not in text
        assert LEADER.name not in text
        assert "近亲属" not in text


def test_killed_in_the_middle_nothing_is_half_done(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    petition_id = lives.submitted(context)
    before = petition_of(context, petition_id).version

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(recusals, "_take_away", die)
    with pytest.raises(KeyboardInterrupt):
        about(context, petition_id)
    petition = petition_of(context, petition_id)
    assert (petition.version, petition.unit, petition.recused) == (before, UNIT, None)
    assert queries.detail(context, petition_id, AT_UNIT).id == petition_id
    with context.readers() as session:
        assert session.scalar(sa.select(Recusal.id)) is None
    monkeypatch.undo()
    about(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.ACCEPTED


def test_two_who_say_it_at_once(context: Context) -> None:
    petition_id = lives.in_hand(context)
    version = petition_of(context, petition_id).version
    recusals.recuse_unit(context, petition_id, DESK, unit=UNIT, reason=WORDS, version=version)
    with pytest.raises(DomainError, match="已被他人更新"):
        recusals.recuse_unit(context, petition_id, INSPECTOR, unit=UNIT, reason=WORDS, version=version)
