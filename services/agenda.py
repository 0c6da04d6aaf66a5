"""The agenda of a review: every case that waits for its decision, due first on top, with why it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

import clock
from domain.actions import Actor
from domain.policy import Policy
from domain.reviews import LEVEL_LABELS, STAGE_OF, Level, MeetingStatus, Outcome, on_duty
from domain.stages import REVIEW_CLIMBS, Trigger
from models.answers import Named
from models.review_answers import Agenda, AgendaItem, MemberView, PlannedFor
from models.tables import DecisionRequest, DutyChange, HistoryRow, Petition, ReviewItem, ReviewMeeting
from services.access import may_see, require_role
from services.context import Context
from services.meeting_views import decide_by
from services.meetings import READERS
from services.transactions import reading
from services.views import ask_view, head_of, lens_of

LONGEST = 500
"""Cases shown at once (our own decision); the seed's group heard 539 in all its time."""
_MOST_CANDIDATES = 5
_OPENING = 60
"""Letters of what was reported (our own decision: two lines)."""
_TOLD = (*REVIEW_CLIMBS.values(), Trigger.DISPATCH, Trigger.REFER_TO_DESK, Trigger.HAND_TO_LEADER)


def agenda(context: Context, actor: Actor, level: Level) -> Agenda:
    """What waits for this review, as far as `actor` may see it.

    Raises:
        NotPermitted: not a role that has to do with reviews.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        policy = context.rules.active(session)
        petitions = [petition for petition in _waiting(session, level) if may_see(session, petition, actor)]
        ids = [petition.id for petition in petitions]
        told, asked, items = _told(session, ids), _asked(session, ids), _items(session, ids)
        waiting = [
            _item(context, session, actor, petition, policy, told[petition.id], asked[petition.id], items)
            for petition in petitions
        ]
        return Agenda(
            level=Named(code=level, name=LEVEL_LABELS[level]),
            on_duty=_on_duty(session, policy, level),
            # A case without a term comes last; one whose term has passed has it still, though its clock is over.
            items=sorted(waiting, key=lambda item: (item.decide_by is None, item.decide_by or item.arrived_at)),
            as_of=clock.now(),
        )


def _waiting(session: Session, level: Level) -> Sequence[Petition]:
    query = select(Petition).where(Petition.stage == STAGE_OF[level].value)
    query = query.options(
        selectinload(Petition.pauses),
        selectinload(Petition.extensions),
        selectinload(Petition.assignments),
        joinedload(Petition.supervision),
    )
    # Those whose clock is over are overdue: first, in every database.
    order = (Petition.stage_due_at.is_not(None), Petition.stage_due_at, Petition.id)
    return session.scalars(query.order_by(*order).limit(LONGEST)).all()


def _item(
    context: Context,
    session: Session,
    actor: Actor,
    petition: Petition,
    policy: Policy,
    told: Sequence[HistoryRow],
    asked: Sequence[DecisionRequest],
    items: Sequence[tuple[ReviewItem, ReviewMeeting]],
) -> AgendaItem:
    lens = lens_of(context, session, petition, actor)
    climbs = [row for row in told if row.trigger in set(REVIEW_CLIMBS.values())]
    offered = [row for row in told if row.details.get("candidates")]
    handed = [row for row in told if row.trigger == Trigger.HAND_TO_LEADER]
    leader = policy.reviews.member(str(handed[-1].details.get("leader"))) if handed else None
    own = [(item, meeting) for item, meeting in items if item.petition_id == petition.id]
    planned = next((meeting for item, meeting in own if item.outcome is None), None)
    candidates = offered[-1].details["candidates"][:_MOST_CANDIDATES] if offered else []
    return AgendaItem(
        **head_of(petition, lens),
        arrived_at=petition.stage_entered_at,
        why=climbs[-1].reason if climbs else "",
        decide_by=decide_by(context, session, petition),
        opening=petition.text[:_OPENING] + ("…" if len(petition.text) > _OPENING else ""),
        place=petition.place,
        meeting=PlannedFor(id=planned.id, number=planned.number, planned_at=planned.planned_at) if planned else None,
        put_off=sum(item.outcome == Outcome.PUT_OFF for item, _ in own),
        leader_in_charge=MemberView.of(leader) if leader else None,
        returned=[ask_view(row, petition, lens) for row in asked if row.kind == "return"],
        candidates=[lens.named_unit(str(candidate["unit"])) for candidate in candidates],
    )


def _told(session: Session, ids: Sequence[str]) -> dict[str, list[HistoryRow]]:
    query = select(HistoryRow).where(
        HistoryRow.petition_id.in_(ids), HistoryRow.trigger.in_([trigger.value for trigger in _TOLD])
    )
    found: dict[str, list[HistoryRow]] = defaultdict(list)
    for row in session.scalars(query.order_by(HistoryRow.version)):
        found[row.petition_id].append(row)
    return found


def _asked(session: Session, ids: Sequence[str]) -> dict[str, list[DecisionRequest]]:
    query = select(DecisionRequest).where(DecisionRequest.petition_id.in_(ids)).order_by(DecisionRequest.id)
    found: dict[str, list[DecisionRequest]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.petition_id].append(row)
    return found


def _items(session: Session, ids: Sequence[str]) -> Sequence[tuple[ReviewItem, ReviewMeeting]]:
    query = (
        select(ReviewItem, ReviewMeeting)
        .join(ReviewMeeting, ReviewMeeting.id == ReviewItem.meeting_id)
        .where(ReviewItem.petition_id.in_(ids), ReviewMeeting.status != MeetingStatus.CANCELLED.value)
    )
    return [(item, meeting) for item, meeting in session.execute(query)]


def _on_duty(session: Session, policy: Policy, level: Level) -> MemberView | None:
    today = clock.now().in_timezone(clock.SHANGHAI).date()
    query = select(DutyChange).where(DutyChange.level == level.value, DutyChange.day == today)
    changes = {row.day: row.member for row in session.scalars(query.order_by(DutyChange.id))}
    member = on_duty(policy.reviews, level, today, changes)
    return MemberView.of(member) if member else None
