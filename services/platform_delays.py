"""What the platform itself held up of one petition: outages, late dispatch, deadlines that it saw too late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pendulum import DateTime
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import clock
from domain.conduct import DEADLINE_LABELS, DeadlineKind
from domain.platform_delay import DELAY_LABELS, Delay, DelayCause, due_without_platform
from domain.policy import Policy
from domain.stages import WORKING_STAGES, Stage, Trigger
from domain.workdays import WorkCalendar
from models.tables import HistoryRow, Outage, Petition, TimerRow
from services.facts import facts_of

_WAITED_FOR_THE_PLATFORM = frozenset(
    {
        DeadlineKind.ACCEPTANCE,
        DeadlineKind.DISPATCH,
        DeadlineKind.RETURN_DECISION,
        DeadlineKind.EXTENSION_DECISION,
        DeadlineKind.FIRST_REVIEW,
        DeadlineKind.SECOND_REVIEW,
    }
)
"""Here the platform acts where an office did not, and until it does nobody can go on. A card or a reminder that comes
late costs no unit a minute."""
_BY_THE_PLATFORM = frozenset({Trigger.DISPATCH.value, Trigger.REFER_TO_DESK.value})


def delays_of(session: Session, petition: Petition, policy: Policy) -> list[Delay]:
    """Every delay of the platform's since the petition came in, the earliest first."""
    late = dt.timedelta(minutes=policy.supervision.late_minutes)
    since, until = petition.registered_at, petition.closed_at or clock.now()
    found = [
        *_outages(session, since, until),
        *_late_timers(session, petition.id, late),
        *_late_dispatches(session, petition.id, late),
    ]
    return sorted(found, key=lambda item: (item.since, item.until))


def excused_until(session: Session, petition: Petition, policy: Policy, calendar: WorkCalendar) -> DateTime | None:
    """Until when the unit has met its deadline, the platform's share taken out; `None` where it has none."""
    return due_without_platform(facts_of(petition), policy, calendar, delays_of(session, petition, policy))


def was_in_time(session: Session, petition: Petition, policy: Policy, calendar: WorkCalendar) -> bool:
    """Whether the unit's last handing in, or the present where it hands in still, lies before the excused date."""
    excused = excused_until(session, petition, policy, calendar)
    query = select(func.max(HistoryRow.at)).where(
        HistoryRow.petition_id == petition.id, HistoryRow.trigger == Trigger.SUBMIT_COMPLETION.value
    )
    handed_in = None if Stage(petition.stage) in WORKING_STAGES else session.scalar(query)
    return excused is not None and (handed_in or clock.now()) <= excused


def _outages(session: Session, since: DateTime, until: DateTime) -> Iterator[Delay]:
    query = select(Outage).where(Outage.ended_at > since, Outage.started_at < until, Outage.withdrawn_at.is_(None))
    for row in session.scalars(query.order_by(Outage.started_at)):
        told = f"{DELAY_LABELS[DelayCause.OUTAGE]}：{row.reason}"
        yield Delay(max(row.started_at, since), min(row.ended_at, until), DelayCause.OUTAGE, told)


def _late_timers(session: Session, petition_id: str, late: dt.timedelta) -> Iterator[Delay]:
    kinds = sorted(_WAITED_FOR_THE_PLATFORM)
    query = select(TimerRow).where(
        TimerRow.petition_id == petition_id, TimerRow.outcome == "fired", TimerRow.kind.in_(kinds)
    )
    for row in session.scalars(query.order_by(TimerRow.id)):
        if row.ended_at is not None and row.ended_at - row.due_at > late:
            told = f"{DEADLINE_LABELS[DeadlineKind(row.kind)]}到期后迟迟未处理"
            yield Delay(row.due_at, row.ended_at, DelayCause.LATE_TIMER, told)


def _late_dispatches(session: Session, petition_id: str, late: dt.timedelta) -> Iterator[Delay]:
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    accepted: DateTime | None = None
    for row in session.scalars(query):
        engine = row.actor_role == "platform" and row.trigger in _BY_THE_PLATFORM
        if accepted is not None and engine and row.at - accepted > late:
            yield Delay(accepted, row.at, DelayCause.LATE_DISPATCH, "受理后迟迟未派遣")
        if row.stage_after != Stage.ACCEPTED or row.trigger in _BY_THE_PLATFORM:
            accepted = None
        elif row.stage_before != row.stage_after:
            accepted = row.at
