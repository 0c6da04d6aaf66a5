"""What waits for the leaders (二级研判): what the first review said, the history in one look, the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import MEETING_ROLES, Actor, Role
from domain.reviews import OUTCOME_LABELS, Level, Outcome
from domain.stages import Stage, Trigger
from domain.workdays import working_minutes_between
from models.answers import Named
from models.review_answers import AgendaItem, TaskView
from models.second_review import Brief, DecisionRecord, Recommended, Waiting
from models.tables import Assignment, HistoryRow, Petition, ReviewItem, ReviewMeeting
from services import dossiers
from services.access import petition_for, require_role
from services.agenda import agenda
from services.context import Context
from services.facts import duration_of
from services.meeting_views import matter_of
from services.meetings import READERS
from services.transactions import reading
from services.views import Lens, lens_of

_BROUGHT_BY = {
    Role.REVIEWER.value: "一级研判小组提请",
    Role.PLATFORM.value: "平台按时限自动提级",
}


def waiting(context: Context, actor: Actor) -> list[Waiting]:
    """Every case that waits for the leaders' decision, due first on top.

    Raises:
        NotPermitted: not whoever decides at the second review.
    """
    require_role(actor, *MEETING_ROLES[Level.SECOND])
    with reading(context) as session:
        items = agenda(context, actor, Level.SECOND).items
        ids = [item.id for item in items]
        said, brought = _recommended(session, ids), _brought(session, ids)
        return [_waiting(context, item, said[item.id], brought.get(item.id)) for item in items]


def brief(context: Context, petition_id: str, actor: Actor) -> Brief:
    """The case in one look, also after it was decided.

    Raises:
        NotPermitted: not whoever decides at the second review.
        NotFound: no such petition, or the leader must stay out of it.
    """
    require_role(actor, *MEETING_ROLES[Level.SECOND])
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        file = dossiers.dossier(context, petition_id, actor)
        here = Stage(petition.stage) is Stage.SECOND_REVIEW
        lens = lens_of(context, session, petition, actor)
        return Brief(
            waiting=next((each for each in waiting(context, actor) if each.item.id == petition_id), None)
            if here
            else None,
            held=file.held,
            asked=file.asked,
            warned=len(file.reminders),
            decided=_record(session, petition, lens),
        )


def record(context: Context, petition_id: str, actor: Actor) -> DecisionRecord | None:
    """The leaders' latest decision on a case, for whoever has to do with reviews; `None` while there is none.

    Raises:
        NotPermitted, NotFound: not such a role; no such petition, or one that `actor` must stay out of.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        return _record(session, petition, lens_of(context, session, petition, actor))


def _waiting(context: Context, item: AgendaItem, said: list[Recommended], brought: HistoryRow | None) -> Waiting:
    left = working_minutes_between(clock.now(), item.decide_by, context.rules.calendar) if item.decide_by else None
    return Waiting(
        item=item,
        minutes_left=left,
        brought_by=_BROUGHT_BY.get(brought.actor_role, "") if brought else "",
        recommended=said,
    )


def _recommended(session: Session, ids: Sequence[str]) -> dict[str, list[Recommended]]:
    """What the first review made of each, the latest first."""
    query = (
        select(ReviewItem, ReviewMeeting)
        .join(ReviewMeeting, ReviewMeeting.id == ReviewItem.meeting_id)
        .where(
            ReviewItem.petition_id.in_(ids),
            ReviewMeeting.level == Level.FIRST.value,
            ReviewItem.outcome.in_([Outcome.ASSIGNED.value, Outcome.HANDED_UP.value, Outcome.PUT_OFF.value]),
        )
    )
    found: dict[str, list[Recommended]] = defaultdict(list)
    for item, meeting in session.execute(query.order_by(ReviewItem.id.desc())):
        if item.outcome is None or item.decided_at is None:
            continue
        found[item.petition_id].append(
            Recommended(
                meeting_id=meeting.id,
                meeting=meeting.number,
                outcome=Named(code=item.outcome, name=OUTCOME_LABELS[Outcome(item.outcome)]),
                reason=item.reason,
                discussion=item.discussion,
                decided_at=item.decided_at,
            )
        )
    return found


def _brought(session: Session, ids: Sequence[str]) -> dict[str, HistoryRow]:
    """The last step by which each came to the leaders."""
    query = select(HistoryRow).where(
        HistoryRow.petition_id.in_(ids), HistoryRow.trigger == Trigger.CLIMB_TO_SECOND_REVIEW.value
    )
    return {row.petition_id: row for row in session.scalars(query.order_by(HistoryRow.version))}


def _record(session: Session, petition: Petition, lens: Lens) -> DecisionRecord | None:
    """The latest decision of the leaders on a case; `None` while there is none."""
    query = select(HistoryRow).where(HistoryRow.petition_id == petition.id).order_by(HistoryRow.version)
    rows = session.scalars(query).all()
    decided = [
        row for row in rows if row.trigger == Trigger.ASSIGN.value and row.stage_before == Stage.SECOND_REVIEW.value
    ]
    if not decided:
        return None
    last = decided[-1]
    before = [row for row in rows if row.version < last.version]
    climbs = [row for row in before if row.trigger == Trigger.CLIMB_TO_SECOND_REVIEW.value]
    return DecisionRecord(
        case_number=petition.case_number,
        matter=matter_of(petition, lens.policy),
        brought=climbs[-1].reason if climbs else "",
        recommended=_recommended(session, [petition.id])[petition.id],
        handed=[row.reason for row in before if row.trigger == Trigger.HAND_TO_LEADER.value],
        meeting=last.details.get("meeting"),
        decided_at=last.at,
        decided_by=last.actor_name,
        reason=last.reason,
        tasks=_tasks(petition.assignments, last, lens),
    )


def _tasks(assignments: Sequence[Assignment], decision: HistoryRow, lens: Lens) -> list[TaskView]:
    """What the decision gave to whom: the last task that each had been given by then."""
    found = []
    for part, codes in (("lead", [decision.details["lead"]]), ("assist", decision.details["assists"])):
        for code in codes:
            given = [
                row for row in assignments if (row.unit, row.part) == (code, part) and row.assigned_at <= decision.at
            ]
            term = decision.details["duration"] if part == "lead" else given[-1].term if given else None
            found.append(
                TaskView(
                    unit=lens.named_unit(code),
                    part=part,
                    duty=given[-1].duty if given else "",
                    term=str(duration_of(term) or ""),
                )
            )
    return found
