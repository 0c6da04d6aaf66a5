"""What the two reviews have decided: found again by unit, day, number or word, with what became of each case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.calendar import CHINA
from domain.petition import SATISFACTION_LABELS, Satisfaction
from domain.policy import Policy
from domain.reviews import STAGE_OF, Level
from domain.stages import FINAL_STAGES, TRIGGER_LABELS, WORKING_STAGES, Stage, Trigger
from models.answers import Named
from models.past_decisions import PastDecision, PastDecisions
from models.tables import HistoryRow, Petition, ReviewMeeting
from services.access import require_role, seen_by
from services.context import Context
from services.facts import duration_of
from services.meeting_views import matter_of
from services.meetings import READERS
from services.transactions import reading
from services.views import stage_named

_DECIDED = {
    Level.FIRST: (Trigger.ASSIGN, Trigger.PUT_OFF, Trigger.CLIMB_TO_SECOND_REVIEW),
    Level.SECOND: (Trigger.ASSIGN, Trigger.PUT_OFF, Trigger.HAND_TO_LEADER, Trigger.TERMINATE),
}
"""By which steps a review decides while it has a case; what its clock does is no decision."""
STANDINGS = {"": "全部", "open": "未办结", "overdue": "逾期未办结", "closed": "已了结"}


@dataclass(frozen=True)
class Sought:
    """Which decisions: of one review, and of those what is given; days are of Shanghai, both included."""

    level: Level = Level.SECOND
    unit: str | None = None
    """The unit that was given the lead."""
    first: dt.date | None = None
    last: dt.date | None = None
    words: str = ""
    """Part of the reason, or of the case number."""
    standing: str = ""
    """How the case stands now; one of `STANDINGS`."""


def past_decisions(context: Context, actor: Actor, sought: Sought, *, limit: int, offset: int = 0) -> PastDecisions:
    """What was decided, the latest first, as far as `actor` may see the cases.

    Raises:
        NotPermitted: not a role that has to do with reviews.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        policy = context.rules.active(session)
        wanted = and_(*_conditions(sought), seen_by(actor))
        query = select(HistoryRow, Petition).join(Petition, Petition.id == HistoryRow.petition_id).where(wanted)
        count = select(func.count()).select_from(HistoryRow).join(Petition, Petition.id == HistoryRow.petition_id)
        total = session.scalar(count.where(wanted)) or 0
        order = (HistoryRow.at.desc(), HistoryRow.petition_id, HistoryRow.version.desc())
        rows = session.execute(query.order_by(*order).limit(limit).offset(offset)).tuples().all()
        newest, held = _newest(session, [petition.id for _, petition in rows]), _meetings(session, rows)
        items = [_view(row, petition, policy, newest, held) for row, petition in rows]
    shown = offset + len(items)
    return PastDecisions(items=items, total=total, next=shown if shown < total else None)


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    triggers = [trigger.value for trigger in _DECIDED[sought.level]]
    found: list[ColumnElement[bool]] = [
        HistoryRow.trigger.in_(triggers),
        HistoryRow.stage_before == STAGE_OF[sought.level].value,
        HistoryRow.actor_role != Role.PLATFORM.value,
    ]
    if sought.unit:
        found += [HistoryRow.trigger == Trigger.ASSIGN.value, HistoryRow.unit == sought.unit]
    if sought.first:
        found.append(HistoryRow.at >= _midnight(sought.first))
    if sought.last:
        found.append(HistoryRow.at < _midnight(sought.last + dt.timedelta(days=1)))
    if sought.words:
        of_reason = HistoryRow.reason.contains(sought.words, autoescape=True)
        found.append(or_(of_reason, Petition.case_number.contains(sought.words.upper(), autoescape=True)))
    final = Petition.stage.in_(sorted(FINAL_STAGES))
    if sought.standing == "open":
        found.append(~final)
    elif sought.standing == "closed":
        found.append(final)
    elif sought.standing == "overdue":
        found.append(_late())
    return found


def _late() -> ColumnElement[bool]:
    """As `domain.petition.is_overdue` has it, of what the ledger wrote down."""
    working = Petition.stage.in_(sorted(WORKING_STAGES))
    return and_(working, Petition.due_at < clock.now(), Petition.due_met.is_not(True))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), CHINA)


def _newest(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Of each case, the version of its last assignment."""
    query = select(HistoryRow.petition_id, func.max(HistoryRow.version)).where(
        HistoryRow.petition_id.in_(ids), HistoryRow.trigger == Trigger.ASSIGN.value
    )
    return dict(session.execute(query.group_by(HistoryRow.petition_id)).tuples().all())


def _meetings(session: Session, rows: Sequence[tuple[HistoryRow, Petition]]) -> dict[str, int]:
    numbers = {str(row.details["meeting"]) for row, _ in rows if row.details.get("meeting")}
    query = select(ReviewMeeting.number, ReviewMeeting.id).where(ReviewMeeting.number.in_(sorted(numbers)))
    return dict(session.execute(query).tuples().all()) if numbers else {}


def _view(
    row: HistoryRow, petition: Petition, policy: Policy, newest: Mapping[str, int], meetings: Mapping[str, int]
) -> PastDecision:
    def named(code: object) -> Named:
        return Named(code=str(code), name=policy.unit_name(str(code)))

    trigger, details = Trigger(row.trigger), row.details
    assigned = trigger is Trigger.ASSIGN
    number: Any = details.get("meeting")
    late = petition.due_at is not None and petition.due_at < clock.now() and not petition.due_met
    return PastDecision(
        petition_id=petition.id,
        case_number=petition.case_number,
        matter=matter_of(petition, policy),
        what=Named(code=trigger.value, name=TRIGGER_LABELS[trigger]),
        lead=named(details["lead"]) if assigned else None,
        assists=[named(code) for code in details.get("assists", [])] if assigned else [],
        term=str(duration_of(details["duration"]) or "") if assigned else "",
        due_at=row.due_at if assigned else None,
        reason=row.reason,
        meeting=Named(code=str(meetings[number]), name=number) if number in meetings else None,
        decided_at=row.at,
        decided_by=row.actor_name,
        stage=stage_named(petition.stage),
        overdue=Stage(petition.stage) in WORKING_STAGES and late,
        superseded=assigned and newest.get(petition.id, 0) > row.version,
        satisfaction=SATISFACTION_LABELS[Satisfaction(petition.satisfaction)] if petition.satisfaction else "",
        closed_at=petition.closed_at,
    )
