"""Petitions for the tests of services, brought to where they are wanted by the use cases themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pendulum
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.completion import ContactWay
from domain.petition import Satisfaction
from domain.stages import Stage, Trigger
from domain.workdays import Duration, TimeUnit
from models.evidence import CompletionEvidence
from models.shapes import PetitionerIn, Registration
from models.tables import HistoryRow, Notice, Petition
from services import decisions, dispatching, handling, intake, ladder, platform_steps, runs, supervision, verdict
from services.context import Context

UNIT = "municipal-parks"
OTHER_UNIT = "kuangqu-street"
CHANNEL = Actor(Role.CHANNEL, name="12345")
DESK = Actor(Role.DESK, name="测试专席")
AT_UNIT = Actor(Role.UNIT, UNIT, "测试经办")
REVIEWER = Actor(Role.REVIEWER, name="专家")
INSPECTOR = Actor(Role.INSPECTOR, name="督查员")
CITIZEN = Actor(Role.PETITIONER)
TEXT = "测试甲反映广济路路灯不亮三天了"
WORDS = "请找测试甲13800001234"
"""What a person may type as a reason: it names somebody."""
REPLY = "路灯已于今日全部修复，请测试甲放心"
EVIDENCE = CompletionEvidence(
    is_true=True,
    contacted=True,
    contacted_at=pendulum.datetime(2026, 3, 2, 9, tz=clock.SHANGHAI),
    contact_way=ContactWay.PHONE,
    solved=True,
    internal_account=WORDS,
    public_reply=REPLY,
)


def settle(context: Context, petition_id: str) -> None:
    """Let the platform take every step that is due, as the flow run does before it parks."""
    while (step := runs.look(context, petition_id).step) is not None:
        assert platform_steps.take(context, petition_id, step)


def petition_of(context: Context, petition_id: str) -> Petition:
    with context.readers() as session:
        return session.get_one(Petition, petition_id)


def told(context: Context, petition_id: str, trigger: Trigger) -> list[tuple[str, str, str]]:
    """Recipient, rule and body of every notice that the newest step of this kind owed."""
    steps = sa.select(sa.func.max(HistoryRow.version)).where(
        HistoryRow.petition_id == petition_id, HistoryRow.trigger == trigger.value
    )
    query = sa.select(Notice).where(Notice.petition_id == petition_id, Notice.version == steps.scalar_subquery())
    with context.readers() as session:
        return [(row.recipient, row.rule, row.body) for row in session.scalars(query.order_by(Notice.id))]


def triggers_of(context: Context, petition_id: str) -> list[str]:
    """Every step of the petition, oldest first."""
    query = sa.select(HistoryRow.trigger).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    with context.readers() as session:
        return list(session.scalars(query))


def notice_to(context: Context, recipient: str, **changes: Any) -> int:
    """The id of the newest notice owed to `recipient`, after `changes` to it."""
    with context.sessions.begin() as session:
        rows = session.query(Notice).where(Notice.recipient == recipient).order_by(Notice.id)
        notice = rows.all()[-1]
        for name, value in changes.items():
            setattr(notice, name, value)
        return notice.id


def stored(context: Context, notice_id: int) -> Notice:
    with context.readers() as session:
        return session.get_one(Notice, notice_id)


def register(context: Context, text: str = TEXT, petitioner: PetitionerIn | None = None) -> str:
    """A petition just registered; its id."""
    registration = Registration(channel="hotline", text=text, petitioner=petitioner or PetitionerIn())
    return intake.register(context, registration, CHANNEL).id


def dispatched(context: Context) -> str:
    petition_id = register(context)
    settle(context, petition_id)
    assert petition_of(context, petition_id).unit == UNIT
    return petition_id


def in_hand(context: Context) -> str:
    petition_id = dispatched(context)
    handling.sign(context, petition_id, AT_UNIT)
    return petition_id


def at_the_desk(context: Context) -> str:
    petition_id = register(context, "有些话想说一说")
    settle(context, petition_id)
    return petition_id


def return_requested(context: Context) -> str:
    petition_id = in_hand(context)
    handling.request_return(context, petition_id, AT_UNIT, reason=WORDS, proposed_unit=OTHER_UNIT, basis=WORDS)
    return petition_id


def returned(context: Context) -> str:
    petition_id = return_requested(context)
    decisions.decide_return(context, petition_id, DESK, granted=True, reason=WORDS)
    return petition_id


def extended(context: Context) -> str:
    petition_id = in_hand(context)
    handling.request_extension(context, petition_id, AT_UNIT, amount=2, reason=WORDS)
    decisions.decide_extension(context, petition_id, DESK, granted=True, reason=WORDS)
    return petition_id


def suspended(context: Context) -> str:
    petition_id = in_hand(context)
    decisions.suspend(context, petition_id, DESK, WORDS)
    return petition_id


def awaiting_supplement(context: Context) -> str:
    petition_id = at_the_desk(context)
    intake.ask_supplement(context, petition_id, DESK, WORDS)
    return petition_id


def in_review(context: Context) -> str:
    petition_id = in_hand(context)
    ladder.refer_to_first_review(context, petition_id, DESK, WORDS)
    return petition_id


def assigned(context: Context) -> str:
    petition_id = in_review(context)
    lead = ladder.Task(OTHER_UNIT, WORDS, Duration(5, TimeUnit.WORKING_DAYS))
    assist = ladder.Task(UNIT, WORDS, Duration(3, TimeUnit.WORKING_DAYS))
    ladder.assign(context, petition_id, REVIEWER, ladder.Decision(lead, WORDS, (assist,)))
    return petition_id


def supervised(context: Context) -> str:
    petition_id = in_hand(context)
    ladder.open_supervision(context, petition_id, INSPECTOR, WORDS)
    return petition_id


def asked(context: Context) -> str:
    """The unit has three working days to explain itself to the inspectors."""
    petition_id = supervised(context)
    term = Duration(3, TimeUnit.WORKING_DAYS)
    supervision.demand_explanation(context, petition_id, INSPECTOR, question=WORDS, duration=term)
    return petition_id


def submitted(context: Context) -> str:
    petition_id = in_hand(context)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    return petition_id


def completed(context: Context) -> str:
    petition_id = submitted(context)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    settle(context, petition_id)
    return petition_id


def redone(context: Context) -> str:
    petition_id = completed(context)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason=WORDS)
    settle(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.REDO
    return petition_id


def dissatisfied_after_a_visit_was_drawn(context: Context) -> str:
    """It had been extended, so that a return visit was drawn for certain."""
    petition_id = extended(context)
    handling.submit_completion(context, petition_id, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason=WORDS)
    settle(context, petition_id)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.DISSATISFIED, reason_code="not-solved")
    settle(context, petition_id)
    return petition_id


def archived(context: Context) -> str:
    petition_id = completed(context)
    verdict.rate(context, petition_id, CITIZEN, satisfaction=Satisfaction.SATISFIED)
    settle(context, petition_id)
    assert petition_of(context, petition_id).stage == Stage.ARCHIVED
    return petition_id


def merged(context: Context) -> str:
    petition_id = in_hand(context)
    intake.merge(context, petition_id, dispatched(context), DESK, WORDS)
    return petition_id


def redispatched(context: Context) -> str:
    petition_id = dispatched(context)
    dispatching.redispatch(context, petition_id, DESK, unit=OTHER_UNIT, reason=WORDS)
    return petition_id


def terminated(context: Context) -> str:
    petition_id = suspended(context)
    decisions.terminate(context, petition_id, DESK, WORDS)
    return petition_id


LIVES: tuple[Callable[[Context], str], ...] = (
    register,
    dispatched,
    in_hand,
    at_the_desk,
    return_requested,
    returned,
    extended,
    suspended,
    awaiting_supplement,
    in_review,
    assigned,
    supervised,
    asked,
    submitted,
    completed,
    redone,
    archived,
    merged,
    redispatched,
    terminated,
)
"""A petition of each kind that the ledger must get right."""
