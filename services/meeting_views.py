"""Meetings as they are shown: names for codes, and no case that the reader may not see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.actions import Actor
from domain.petition import stage_term
from domain.policy import Policy
from domain.reviews import (
    LEVEL_LABELS,
    MEETING_LABELS,
    OUTCOME_LABELS,
    STAGE_OF,
    Level,
    MeetingStatus,
    Outcome,
)
from domain.workdays import Duration, TimeUnit
from models.answers import Named
from models.review_answers import (
    AttendeeView,
    CaseOnAgenda,
    MeetingHead,
    MeetingView,
    MemberView,
    QuorumView,
    TaskView,
)
from models.tables import Petition, ReviewItem, ReviewMeeting
from services.access import may_see
from services.context import Context
from services.facts import facts_of
from services.views import stage_named


def meeting_head(meeting: ReviewMeeting, policy: Policy) -> MeetingHead:
    """A meeting in a list."""
    return MeetingHead(**_head(meeting, policy))


def meeting_view(
    context: Context, session: Session, meeting: ReviewMeeting, policy: Policy, actor: Actor
) -> MeetingView:
    """A meeting with its cases, as far as `actor` may see them."""
    level = Level(meeting.level)
    present = {row.member for row in meeting.attendees if row.member}
    there, needed = sum(member.code in present for member in policy.reviews.of(level)), policy.reviews.needed(level)
    petitions = _petitions(session, [item.petition_id for item in meeting.items])
    seen = [item for item in meeting.items if may_see(session, petitions[item.petition_id], actor)]
    terms = {key: decide_by(context, session, each) for key, each in petitions.items() if each.stage == STAGE_OF[level]}
    return MeetingView(
        **_head(meeting, policy),
        invited=[_unit(code, policy) for code in meeting.invited],
        called_by=meeting.called_by,
        called_at=meeting.called_at,
        held_at=meeting.held_at,
        ended_at=meeting.ended_at,
        ended_by=meeting.ended_by,
        reason=meeting.reason,
        attendance=[
            AttendeeView(member=row.member, unit=_unit(row.unit, policy), title=row.title) for row in meeting.attendees
        ],
        quorum=QuorumView(needed=needed, present=there, reached=there >= needed),
        items=[_case(item, petitions[item.petition_id], terms.get(item.petition_id), policy) for item in seen],
        hidden=len(meeting.items) - len(seen),
    )


def decide_by(context: Context, session: Session, petition: Petition) -> DateTime | None:
    """Until when a case that is at a review is to be decided, also where that has passed and it waits all the same."""
    if petition.stage_due_at is not None:
        return petition.stage_due_at
    policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
    return stage_term(facts_of(petition), policy, context.rules.calendar)


def matter_of(petition: Petition, policy: Policy) -> str:
    """What a case is about, without a word of whoever reported it."""
    parts = [policy.category_name(petition.category)]
    if petition.sub_category:
        parts.append(policy.sub_category_name(petition.sub_category))
    if petition.town:
        parts.append(policy.unit_name(petition.town))
    return "、".join(parts)


def _head(meeting: ReviewMeeting, policy: Policy) -> dict[str, Any]:
    chair = policy.reviews.member(meeting.chair)
    level, status = Level(meeting.level), MeetingStatus(meeting.status)
    return {
        "id": meeting.id,
        "number": meeting.number,
        "level": Named(code=level, name=LEVEL_LABELS[level]),
        "title": meeting.title,
        "planned_at": meeting.planned_at,
        "place": meeting.place,
        "chair": MemberView.of(chair) if chair else None,
        "status": Named(code=status, name=MEETING_LABELS[status]),
        "version": meeting.version,
        "cases": len(meeting.items),
        "undecided": sum(item.outcome is None for item in meeting.items),
    }


def _case(item: ReviewItem, petition: Petition, term: DateTime | None, policy: Policy) -> CaseOnAgenda:
    return CaseOnAgenda(
        petition_id=petition.id,
        number=petition.case_number,
        matter=matter_of(petition, policy),
        stage=stage_named(petition.stage),
        decide_by=term,
        outcome=Named(code=item.outcome, name=OUTCOME_LABELS[Outcome(item.outcome)]) if item.outcome else None,
        discussion=item.discussion,
        reason=item.reason,
        tasks=[_task(task, policy) for task in item.tasks],
        decided_at=item.decided_at,
        decided_by=item.decided_by,
    )


def _task(task: dict[str, object], policy: Policy) -> TaskView:
    duration = Duration(int(str(task["amount"])), TimeUnit(str(task["time_unit"])))
    return TaskView(
        unit=_unit(str(task["unit"]), policy), part=str(task["part"]), duty=str(task["duty"]), term=str(duration)
    )


def _petitions(session: Session, ids: Sequence[str]) -> dict[str, Petition]:
    query = select(Petition).where(Petition.id.in_(ids))
    query = query.options(
        selectinload(Petition.pauses),
        selectinload(Petition.extensions),
        selectinload(Petition.assignments),
        joinedload(Petition.supervision),
    )
    return {petition.id: petition for petition in session.scalars(query)}


def _unit(code: str, policy: Policy) -> Named:
    return Named(code=code, name=policy.unit_name(code))
