"""Every trigger that a person may pull, each with arguments that are valid whatever is drawn: one line a trigger."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

import clock
from domain.actions import Actor, Role, may_recuse
from domain.attachments import MAY_ADD, Purpose
from domain.conduct import DeadlineKind
from domain.petition import Satisfaction
from domain.reviews import STAGE_OF, Level
from domain.stages import Trigger
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.evidence import CompletionEvidence
from models.review_answers import MeetingView
from models.tables import Petition, Recusal, ReviewItem, ReviewMeeting
from services import (
    attachments,
    decisions,
    dispatching,
    exclusions,
    handling,
    inspections,
    intake,
    ladder,
    meeting_decisions,
    meetings,
    queries,
    recusals,
    striking,
    supervision,
    verdict,
)
from services.context import Context
from services.facts import facts_of, recused_units
from tests.services.lives import EVIDENCE, WORDS
from tests.support.files import a_photo

T = TypeVar("T")

UNITS = ("municipal-parks", "housing", "water", "kuangqu-street", "lighting-centre")
"""Some of them are there only under one policy or the other."""
CATEGORIES = ("municipal", "water", "property")
"""Deadlines differ between the first of them and the others."""
NEVER_AT_WORK = ("tax", "justice", "health", "education", "commerce", "veterans", "finance", "tobacco")
"""Units that nothing here is sent to."""
NO_UNITS = ("desk", "petitioner", "nobody")
"""An office, a holder and no unit at all: none of them handles petitions."""
ACTORS = (
    *(Actor(role, name=f"测试甲{role}") for role in Role if role not in {Role.PLATFORM, Role.UNIT, Role.PETITIONER}),
    Actor(Role.PETITIONER),
    *(Actor(Role.UNIT, unit, "测试乙") for unit in UNITS),
)
"""Everybody but the platform, which takes the steps that are due and no others."""


@dataclass(frozen=True)
class Hand:
    """`actor` about to act on `petition`; what the act needs beside them is drawn from `data`."""

    context: Context
    petition: Petition
    actor: Actor
    units: Sequence[str]
    """The units there are today, of those above."""
    others: Sequence[str]
    """Other open petitions."""
    data: DataObject

    @property
    def at(self) -> tuple[Context, str, Actor]:
        """Where it acts: a petitioner on whatever case their query code leads to, as the API does."""
        if self.actor.role is Role.PETITIONER:
            return self.context, queries.matter_by_code(self.context, self.petition.query_code), self.actor
        return self.own

    @property
    def own(self) -> tuple[Context, str, Actor]:
        return self.context, self.petition.id, self.actor

    def one_of(self, values: Sequence[T]) -> T:
        return self.data.draw(st.sampled_from(values))

    def draw(self, strategy: SearchStrategy[T]) -> T:
        return self.data.draw(strategy)

    def words(self) -> str:
        return self.one_of(("情况说明", WORDS))

    def unit_but(self, *excluded: str | None) -> str:
        return self.one_of([unit for unit in self.units if unit not in excluded])

    def term(self) -> Duration:
        return Duration(self.draw(st.integers(1, 12)), self.one_of(tuple(TimeUnit)))

    def longest_extension(self) -> int:
        facts, policy = facts_of(self.petition), self.context.rules.known(self.petition.policy_version)
        kind = DeadlineKind.EXTENSION_LIMIT
        return policy.deadline(kind, facts.urgency, facts.request_type, facts.category).duration.amount


Pull = Callable[[Hand], Any]


def _assign(hand: Hand) -> object:
    lead, *assists = hand.draw(st.lists(st.sampled_from(hand.units), min_size=1, max_size=3, unique=True))
    tasks = tuple(ladder.Task(unit, hand.words(), hand.term()) for unit in assists)
    decision = ladder.Decision(ladder.Task(lead, hand.words(), hand.term()), hand.words(), tasks)
    return ladder.assign(*hand.at, decision)


def _submit(hand: Hand) -> object:
    variants: tuple[dict[str, Any], ...] = (
        {"contacted_at": clock.now()},
        {"contacted": False, "not_contacted_reason": "空号"},
        {"solved": False, "unsolved_reason": WORDS},
    )
    changes = hand.one_of(variants)
    return handling.submit_completion(*hand.at, CompletionEvidence(**(EVIDENCE.model_dump() | changes)))


def _rate(hand: Hand) -> object:
    satisfaction = hand.one_of((Satisfaction.DISSATISFIED, *Satisfaction))
    return verdict.rate(*hand.at, satisfaction=satisfaction, reason=hand.words())


def _recuse(hand: Hand) -> object:
    """Two units at most of those at work, and then others; whoever may speak of themselves alone does."""
    if not may_recuse(hand.actor, None):
        return recusals.recuse_account(*hand.at, account=hand.actor.name, reason=hand.words())
    already = recused_units(hand.petition)
    unit = hand.one_of([code for code in (*hand.units[:2], *NEVER_AT_WORK) if code not in already])
    return recusals.recuse_unit(*hand.at, unit=unit, reason=hand.words())


def liftable(context: Context, petition: Petition, actor: Actor) -> list[int]:
    """The numbers of the recusals that `actor` may lift: what the inspectors said, the desk does not take back."""
    with context.readers() as session:
        rows = session.scalars(sa.select(Recusal).where(Recusal.petition_id == petition.id).order_by(Recusal.id)).all()
    standing = ((at, row) for at, row in enumerate(rows, 1) if row.lifted_at is None)
    return [at for at, row in standing if actor.role is not Role.DESK or row.stated_by != "inspectors"]


def _lift(hand: Hand) -> object:
    number = next(iter(liftable(hand.context, hand.petition, hand.actor)), 1)
    return recusals.lift(*hand.at, number=number, reason=hand.words())


def _conclusion(hand: Hand) -> dict[str, Any]:
    disposition = hand.one_of(tuple(Disposition))
    tolerated = disposition is Disposition.TOLERATE
    return {"disposition": disposition, "opinion": hand.words()} | ({"ground": "diligent"} if tolerated else {})


def _request_return(hand: Hand) -> object:
    proposed = hand.unit_but(hand.actor.unit)
    return handling.request_return(*hand.at, reason=hand.words(), proposed_unit=proposed, basis=hand.words())


def _convene(hand: Hand) -> object:
    level = next(level for level, stage in STAGE_OF.items() if stage == hand.petition.stage)
    planned = meetings.Call("专题研判会", clock.now().add(days=1), "", _seats(hand, level)[0])
    found = _meeting_of(hand)
    if found is None:
        return meetings.call(hand.context, hand.actor, level, planned, [hand.petition.id])
    if found.status.code == "scheduled":
        return meetings.change(hand.context, found.id, hand.actor, planned, [hand.petition.id])
    return _put_off(hand)


def _put_off(hand: Hand) -> object:
    found = _meeting_of(hand)
    if found is None:
        _convene(hand)
        found = _meeting_of(hand)
    assert found is not None
    meetings.attend(hand.context, found.id, hand.actor, _seats(hand, Level(found.level.code)), [])
    heard = meeting_decisions.Heard(found.id, hand.petition.id, hand.actor, "")
    return meeting_decisions.put_off(hand.context, heard, hand.words())


def _meeting_of(hand: Hand) -> MeetingView | None:
    """The meeting of the review the petition is with that has still to hear it."""
    query = (
        sa.select(ReviewMeeting.id)
        .join(ReviewItem, ReviewItem.meeting_id == ReviewMeeting.id)
        .where(ReviewItem.petition_id == hand.petition.id, ReviewItem.outcome.is_(None))
    )
    with hand.context.readers() as session:
        found = session.scalar(query)
    meeting = meetings.meeting(hand.context, found, hand.actor) if found is not None else None
    return meeting if meeting and STAGE_OF[Level(meeting.level.code)] == hand.petition.stage else None


def _seats(hand: Hand, level: Level) -> list[str]:
    with hand.context.readers() as session:
        return [member.code for member in hand.context.rules.active(session).reviews.of(level)]


_another = itertools.count()
"""The same photo again would be the one that is there already."""


def _purposes(hand: Hand) -> Sequence[Purpose]:
    return sorted(MAY_ADD.get(hand.actor.role, ())) or (Purpose.EVIDENCE,)


PULLS: dict[Trigger, Pull] = {
    Trigger.ACCEPT: lambda hand: intake.accept(*hand.at),
    Trigger.REFUSE: lambda hand: intake.refuse(*hand.at, hand.words()),
    Trigger.ASK_SUPPLEMENT: lambda hand: intake.ask_supplement(*hand.at, hand.words()),
    Trigger.SUPPLEMENT: lambda hand: intake.supplement(*hand.at, hand.words(), place=hand.one_of(("", "矿区街道"))),
    Trigger.DISPATCH: lambda hand: dispatching.dispatch(
        *hand.at, unit=hand.one_of(hand.units), reason=hand.words(), category=hand.one_of((None, *CATEGORIES))
    ),
    Trigger.REDISPATCH: lambda hand: dispatching.redispatch(
        *hand.at, unit=hand.unit_but(hand.petition.unit), reason=hand.words()
    ),
    Trigger.CORRECT_DISPATCH: lambda hand: dispatching.correct_dispatch(
        *hand.at, unit=hand.unit_but(hand.petition.unit), reason=hand.words()
    ),
    Trigger.SIGN: lambda hand: handling.sign(*hand.at),
    Trigger.NOTE: lambda hand: handling.note(*hand.at, hand.words(), public=hand.draw(st.booleans())),
    Trigger.ATTACH: lambda hand: attachments.add(
        *hand.at,
        "照片",
        a_photo(next(_another)),
        hand.one_of(_purposes(hand)),
    ),
    Trigger.RECLASSIFY: lambda hand: intake.reclassify(*hand.at, category=hand.one_of(CATEGORIES), reason=hand.words()),
    Trigger.REQUEST_RETURN: _request_return,
    Trigger.GRANT_RETURN: lambda hand: decisions.decide_return(*hand.at, granted=True, reason=hand.words()),
    Trigger.REFUSE_RETURN: lambda hand: decisions.decide_return(*hand.at, granted=False, reason=hand.words()),
    Trigger.REQUEST_EXTENSION: lambda hand: handling.request_extension(
        *hand.at, amount=hand.draw(st.integers(1, hand.longest_extension())), reason=hand.words()
    ),
    Trigger.GRANT_EXTENSION: lambda hand: decisions.decide_extension(*hand.at, granted=True, reason=hand.words()),
    Trigger.REFUSE_EXTENSION: lambda hand: decisions.decide_extension(*hand.at, granted=False, reason=hand.words()),
    Trigger.SUSPEND: lambda hand: decisions.suspend(*hand.at, hand.words()),
    Trigger.RESUME: lambda hand: handling.resume(*hand.at, hand.one_of(("", WORDS))),
    Trigger.SUBMIT_COMPLETION: _submit,
    Trigger.APPROVE_COMPLETION: lambda hand: decisions.decide_completion(*hand.at, approved=True, reason=hand.words()),
    Trigger.REJECT_COMPLETION: lambda hand: decisions.decide_completion(*hand.at, approved=False, reason=hand.words()),
    Trigger.RATE: _rate,
    Trigger.CLIMB_TO_FIRST_REVIEW: lambda hand: ladder.refer_to_first_review(*hand.at, hand.words()),
    Trigger.CLIMB_TO_SECOND_REVIEW: lambda hand: ladder.propose_second_review(*hand.at, hand.words()),
    Trigger.CONVENE: _convene,
    Trigger.PUT_OFF: _put_off,
    Trigger.HAND_TO_LEADER: lambda hand: meeting_decisions.hand_to_leader(
        *hand.at, hand.one_of(_seats(hand, Level.SECOND)), hand.words()
    ),
    Trigger.ASSIGN: _assign,
    Trigger.SUPERVISE: lambda hand: ladder.open_supervision(*hand.at, hand.words()),
    Trigger.DEMAND_EXPLANATION: lambda hand: supervision.demand_explanation(
        *hand.at, question=hand.words(), duration=hand.term()
    ),
    Trigger.EXPLAIN: lambda hand: supervision.answer(*hand.at, hand.words()),
    Trigger.CLOSE_SUPERVISION: lambda hand: supervision.dispose(*hand.at, **_conclusion(hand)),
    Trigger.CORRECT_DISPOSITION: lambda hand: supervision.correct(*hand.at, **_conclusion(hand)),
    Trigger.CHECK_RECTIFICATION: lambda hand: supervision.check_rectification(
        *hand.at, done=hand.draw(st.booleans()), opinion=hand.words()
    ),
    Trigger.REFUSE_STRIKING: lambda hand: striking.refuse(*hand.at, hand.words()),
    Trigger.REOPEN: lambda hand: verdict.reopen(*hand.at, reason_code="came-back", reason=hand.words()),
    Trigger.REQUEST_EXCLUSION: lambda hand: exclusions.ask(*hand.at, reason_code="judicial", evidence=hand.words()),
    Trigger.GRANT_EXCLUSION: lambda hand: exclusions.decide(*hand.at, granted=True, reason=hand.words()),
    Trigger.REFUSE_EXCLUSION: lambda hand: exclusions.decide(*hand.at, granted=False, reason=hand.words()),
    Trigger.RESTORE_STRIKING: lambda hand: striking.restore(*hand.at, hand.words()),
    Trigger.MERGE: lambda hand: intake.merge(
        hand.context, hand.petition.id, hand.one_of(hand.others), hand.actor, hand.words()
    ),
    Trigger.WITHDRAW: lambda hand: intake.withdraw(*hand.own, hand.one_of(("", WORDS))),
    Trigger.TERMINATE: lambda hand: decisions.terminate(*hand.at, hand.words()),
    Trigger.RECUSE: _recuse,
    Trigger.LIFT_RECUSAL: _lift,
    Trigger.OPEN_INSPECTION: lambda hand: inspections.open_inspection(*hand.at, hand.words()),
    Trigger.RECORD_VISIT: lambda hand: inspections.record_visit(
        *hand.at, inspections.Visit(clock.now(), "广济路", ("区委督查室",), hand.words())
    ),
    Trigger.QUERY_UNIT: lambda hand: inspections.ask_unit(*hand.at, question=hand.words(), duration=hand.term()),
    Trigger.ANSWER_INSPECTION: lambda hand: inspections.answer(*hand.at, hand.words()),
    Trigger.CLOSE_INSPECTION: lambda hand: inspections.close_inspection(*hand.at, hand.words()),
}


SPOILT: dict[Trigger, tuple[Pull, ...]] = {
    Trigger.DISPATCH: (
        lambda hand: dispatching.dispatch(*hand.at, unit=hand.one_of(NO_UNITS), reason=WORDS),
        lambda hand: dispatching.dispatch(*hand.at, unit=hand.units[0], reason=WORDS, category="nothing"),
    ),
    Trigger.REDISPATCH: (
        lambda hand: dispatching.redispatch(*hand.at, unit=hand.one_of(NO_UNITS), reason=WORDS),
        lambda hand: dispatching.redispatch(*hand.at, unit=str(hand.petition.unit), reason=WORDS),
    ),
    Trigger.NOTE: (lambda hand: handling.note(*hand.at, WORDS, version=hand.petition.version + 1),),
    Trigger.ATTACH: (lambda hand: attachments.add(*hand.at, "照片", b"<svg/>", _purposes(hand)[0]),),
    Trigger.RECLASSIFY: (lambda hand: intake.reclassify(*hand.at, category="nothing", reason=WORDS),),
    Trigger.REQUEST_RETURN: (
        lambda hand: handling.request_return(
            *hand.at, reason=WORDS, proposed_unit=hand.one_of((*NO_UNITS, str(hand.actor.unit))), basis=WORDS
        ),
    ),
    Trigger.REQUEST_EXTENSION: (
        lambda hand: handling.request_extension(*hand.at, amount=hand.longest_extension() + 1, reason=WORDS),
    ),
    Trigger.SUBMIT_COMPLETION: (lambda hand: handling.submit_completion(*hand.at, CompletionEvidence()),),
    Trigger.REOPEN: (
        lambda hand: verdict.reopen(*hand.at, reason_code="nothing"),
        lambda hand: verdict.reopen(*hand.at, reason_code="other"),
    ),
    Trigger.REQUEST_EXCLUSION: (lambda hand: exclusions.ask(*hand.at, reason_code="nothing", evidence=WORDS),),
    Trigger.RATE: (lambda hand: verdict.rate(*hand.at, satisfaction=Satisfaction.DISSATISFIED),),
    Trigger.ASSIGN: (
        lambda hand: ladder.assign(*hand.at, ladder.Decision(_task(hand.units[0]), WORDS, (_task(hand.units[0]),))),
        lambda hand: ladder.assign(
            *hand.at, ladder.Decision(_task(hand.units[0]), WORDS, (_task(hand.one_of(NO_UNITS)),))
        ),
        lambda hand: ladder.assign(*hand.at, ladder.Decision(_task(hand.one_of(NO_UNITS)), WORDS)),
    ),
    Trigger.MERGE: (lambda hand: intake.merge(hand.context, hand.petition.id, hand.petition.id, hand.actor, WORDS),),
}
"""The same with an argument that is never valid, whoever pulls."""


def _task(unit: str) -> ladder.Task:
    return ladder.Task(unit, WORDS, Duration(3, TimeUnit.WORKING_DAYS))
