"""The dossier of a petition (案卷): all that an inspector asks of it, gathered by the platform; never who reported it.

What is late is laid at the door of whoever had it, the platform's own share first taken out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import ROLE_LABELS, Actor, Role
from domain.clock_forensics import Standing, edits_of
from domain.conduct import ORIGIN_LABELS, DeadlineKind
from domain.errors import NotFound
from domain.petition import DECIDED, handling_due, is_met, is_overdue
from domain.platform_delay import DELAY_LABELS, Delay, Held, due_without_platform, share_of
from domain.policy import Policy
from domain.stages import Stage, Trigger, trigger_label
from domain.workdays import working_minutes_between
from models.answers import Named, StepView
from models.dossier import (
    AskedAndDecided,
    Choice,
    ClockEdit,
    DelayView,
    Dispatched,
    Dossier,
    Holding,
    NoticeView,
    PlatformShare,
    Proof,
    Reminder,
    RuleUnder,
    TimerView,
)
from models.tables import Completion, DecisionRequest, HistoryRow, Notice, Petition, RatingRow, TimerRow
from services import inspections
from services.access import petition_for, require_role
from services.chains import check_chain, history_of
from services.context import Context
from services.facts import facts_of
from services.inspection_file import file_view
from services.labels import holder_at, recipient_name
from services.platform_delays import delays_of
from services.queries import clocks_of, detail_of
from services.recusals import views_of
from services.transactions import reading
from services.views import Lens, history_entry, kind_named, lens_of, stage_named

READERS = (Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.LEADER)
_REMINDING = {
    Trigger.REMIND_SIGNING,
    Trigger.REMIND_ASSIST,
    Trigger.REMIND_SUPERVISED,
    Trigger.WARN_EXPLANATION,
    Trigger.REMIND_EXPLANATION,
    Trigger.WARN_RECTIFICATION,
    Trigger.REMIND_RECTIFICATION,
    Trigger.QUERY_UNIT,
    Trigger.WARN_INSPECTION,
    Trigger.REMIND_INSPECTION,
    Trigger.SHOW_YELLOW_CARD,
    Trigger.SHOW_RED_CARD,
    Trigger.CLIMB_TO_FIRST_REVIEW,
    Trigger.CLIMB_TO_SECOND_REVIEW,
    Trigger.SUPERVISE,
    Trigger.DEMAND_EXPLANATION,
}
_GIVING = {
    Trigger.DISPATCH,
    Trigger.REDISPATCH,
    Trigger.CORRECT_DISPATCH,
    Trigger.ASSIGN,
    Trigger.REFER_TO_DESK,
}
_ASKED = {"return": "退单", "extension": "延期", "exclusion": "不纳入评价"}


def dossier(context: Context, petition_id: str, actor: Actor) -> Dossier:
    """All an inspector needs about one petition, and whether its history is as it was written.

    Raises:
        NotPermitted: only inspectors and the leadership read dossiers.
        NotFound: no such petition, or the reader must stay out of it.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        lens = lens_of(context, session, petition, actor)
        rows = history_of(session, petition.id)
        notices = _notices(session, petition.id, lens.policy)
        delays = delays_of(session, petition, lens.policy)
        return Dossier(
            petition=detail_of(context, session, petition, lens, with_people=False),
            supervision=file_view(petition, rows, lens),
            held=_holdings(rows, lens, delays),
            clocks=clocks_of(session, petition, lens),
            timers=_timers(session, petition.id, lens),
            notices=notices,
            ratings=_ratings(session, petition.id),
            history=[history_entry(row, lens) for row in rows],
            chain=check_chain(rows, petition.version),
            evidence=_evidence(session, petition.id, lens.policy),
            under=_rule_under(petition, lens),
            platform=_platform(petition, lens, delays),
            asked=_asked(session, petition, rows, lens),
            reminders=_reminders(rows, notices),
            clock_edits=_clock_edits(rows, lens),
            dispatched=[_dispatched(row, lens) for row in rows if row.trigger in _GIVING],
            recusals=views_of(context, session, petition),
            inspections=inspections.views_of(session, petition, lens),
            as_of=clock.now(),
        )


def dossier_by_number(context: Context, case_number: str, actor: Actor) -> Dossier:
    """The dossier of the case with this number. Raises as `dossier`."""
    with reading(context) as session:
        found = session.scalar(select(Petition.id).where(Petition.case_number == case_number))
        if found is None:
            raise NotFound("该诉求")
        return dossier(context, found, actor)


def _rule_under(petition: Petition, lens: Lens) -> RuleUnder | None:
    facts = facts_of(petition)
    due = handling_due(facts, lens.policy, lens.calendar)
    if due is None:
        return None
    rule = next((rule for rule in lens.policy.deadlines if rule.id == due.rule), None)
    origin = ORIGIN_LABELS[rule.origin] if rule else "研判决定" if due.rule == DECIDED else ""
    return RuleUnder(
        kind=kind_named(due.kind),
        rule=due.rule,
        source=due.source,
        origin=origin,
        policy_version=petition.policy_version,
        calendar_version=due.due.calendar_version,
        due_at=due.due_at,
        met=is_met(facts, due.due_at),
        steps=[StepView(kind=step.kind.value, text=step.text) for step in due.due.steps],
    )


def _platform(petition: Petition, lens: Lens, delays: Sequence[Delay]) -> PlatformShare:
    facts = facts_of(petition)
    excused = due_without_platform(facts, lens.policy, lens.calendar, delays)
    late = is_overdue(facts, petition.due_at, lens.now)
    charged = is_overdue(facts, excused, lens.now)
    if not delays:
        said = "平台没有延误"
    elif late and not charged:
        said = "已过到期，但扣除平台延误后承办单位尚未逾期：系平台责任，不计入承办单位"
    else:
        said = "平台有延误，不计入承办单位的时间"
    return PlatformShare(
        delays=[
            DelayView(
                cause=Named(code=item.cause.value, name=DELAY_LABELS[item.cause]),
                since=item.since,
                until=item.until,
                told=item.told,
            )
            for item in delays
        ],
        due_at=petition.due_at,
        excused_until=excused,
        charged=charged,
        said=said,
    )


def _holdings(rows: Sequence[HistoryRow], lens: Lens, delays: Sequence[Delay]) -> list[Holding]:
    """Who had to act and for how long; a new one begins with each change of holder or stage."""
    found: list[Holding] = []
    starts: list[tuple[str, str, dt.datetime]] = []
    for row in rows:
        holder = holder_at(Stage(row.stage_after), row.unit, lens.policy)
        if not starts or starts[-1][:2] != (holder or "", row.stage_after):
            starts.append((holder or "", row.stage_after, row.at))
    for index, (code, stage, since) in enumerate(starts):
        if not code:
            continue
        until = starts[index + 1][2] if index + 1 < len(starts) else None
        end = until or lens.now
        share = share_of(Held(code, since, end), delays, lens.calendar)
        found.append(
            Holding(
                holder=lens.named_unit(code),
                stage=stage_named(stage),
                since=since,
                until=until,
                minutes=int((end - since).total_seconds() // 60),
                working_minutes=working_minutes_between(since, end, lens.calendar),
                platform_minutes=share.minutes,
                platform_working_minutes=share.working_minutes,
            )
        )
    return found


def _asked(session: Session, petition: Petition, rows: Sequence[HistoryRow], lens: Lens) -> list[AskedAndDecided]:
    requests = select(DecisionRequest).where(DecisionRequest.petition_id == petition.id).order_by(DecisionRequest.id)
    found = [
        AskedAndDecided(
            kind=Named(code=row.kind, name=_ASKED[row.kind]),
            unit=lens.unit(row.unit),
            asked_at=row.asked_at,
            reason=row.reason,
            basis=row.basis or (f"{row.amount}个工作日" if row.amount else ""),
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            outcome=row.outcome,
        )
        for row in session.scalars(requests)
    ]
    found += [
        AskedAndDecided(
            kind=Named(code="pause", name="暂停计时"),
            unit=lens.unit(petition.unit),
            asked_at=row.started_at,
            reason=row.reason,
            basis="",
            decided_at=row.ended_at,
            decided_by=row.approved_by,
            outcome="ended" if row.ended_at else None,
        )
        for row in petition.pauses
    ]
    found += [
        AskedAndDecided(
            kind=Named(code="redo", name="重办"),
            unit=lens.unit(row.unit),
            asked_at=row.at,
            reason=_verdict_before(session, row) or row.reason,
            basis="",
            decided_at=row.at,
            decided_by=row.actor_name,
            outcome="granted",
        )
        for row in rows
        if row.trigger == Trigger.BEGIN_REDO
    ]
    return sorted(found, key=lambda item: item.asked_at)


def _verdict_before(session: Session, redo: HistoryRow) -> str:
    """Why the petitioner was dissatisfied."""
    rated = select(RatingRow).where(RatingRow.petition_id == redo.petition_id, RatingRow.rated_at <= redo.at)
    row = session.scalars(rated.order_by(RatingRow.id.desc()).limit(1)).first()
    return row.reason if row is not None else ""


def _reminders(rows: Sequence[HistoryRow], notices: Sequence[NoticeView]) -> list[Reminder]:
    return [
        Reminder(
            at=row.at,
            label=trigger_label(row.trigger),
            reason=row.reason,
            notices=[notice for notice in notices if notice.version == row.version],
        )
        for row in rows
        if row.trigger in _REMINDING
    ]


def _clock_edits(rows: Sequence[HistoryRow], lens: Lens) -> list[ClockEdit]:
    """Rows from before it was kept how each step left the petition say nothing of their date, and are passed over."""
    kept = [row for row in rows if row.card is not None]
    known = {row.version: row for row in kept}
    standings = [Standing(row.version, row.at, row.due_at) for row in kept]
    return [
        ClockEdit(
            version=edit.version,
            at=known[edit.version].at,
            label=trigger_label(known[edit.version].trigger),
            by=_by(known[edit.version], lens),
            reason=known[edit.version].reason,
            due_before=edit.before,
            due_after=edit.after,
            working_minutes_left=edit.working_minutes_left,
            near=edit.near,
        )
        for edit in edits_of(standings, lens.policy.supervision.near_minutes, lens.calendar)
    ]


def _by(row: HistoryRow, lens: Lens) -> str:
    role = ROLE_LABELS[Role(row.actor_role)]
    unit = lens.policy.unit_name(row.actor_unit) if row.actor_unit else ""
    return " ".join(part for part in (role, unit, row.actor_name) if part)


def _dispatched(row: HistoryRow, lens: Lens) -> Dispatched:
    return Dispatched(
        at=row.at,
        label=trigger_label(row.trigger),
        unit=lens.unit(row.unit),
        by=_by(row, lens),
        reason=row.reason,
        rule_version=row.details.get("rule_version"),
        candidates=[
            Choice(
                unit=lens.named_unit(item["unit"]),
                score=item["score"],
                confidence=item.get("confidence"),
                reasons=[str(reason) for reason in item["reasons"]],
            )
            for item in row.details.get("candidates", [])
        ],
    )


def _timers(session: Session, petition_id: str, lens: Lens) -> list[TimerView]:
    query = select(TimerRow).where(TimerRow.petition_id == petition_id).order_by(TimerRow.id)
    return [
        TimerView(
            kind=kind_named(DeadlineKind(row.kind)),
            unit=lens.unit(row.unit),
            due_at=row.due_at,
            armed_at=row.armed_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            rule=row.rule,
            source=row.source,
            provisional=row.provisional,
        )
        for row in session.scalars(query)
    ]


def _notices(session: Session, petition_id: str, policy: Policy) -> list[NoticeView]:
    """Title and proof only: a body may hold the petitioner's query code."""
    query = select(Notice).where(Notice.petition_id == petition_id).order_by(Notice.id)
    return [
        NoticeView(
            version=row.version,
            rule=row.rule,
            recipient=row.recipient,
            told=recipient_name(row.recipient, policy),
            title=row.title,
            urgent=row.urgent,
            owed_at=row.owed_at,
            sent_at=row.sent_at,
            status=row.status,
            attempts=row.attempts,
            proof=row.proof,
        )
        for row in session.scalars(query)
    ]


def _ratings(session: Session, petition_id: str) -> list[dict[str, Any]]:
    query = select(RatingRow).where(RatingRow.petition_id == petition_id).order_by(RatingRow.id)
    return [
        {
            "satisfaction": row.satisfaction,
            "reason": row.reason,
            "rated_at": row.rated_at.in_timezone(clock.SHANGHAI).isoformat(),
            "given_by": row.given_by,
        }
        for row in session.scalars(query)
    ]


def _evidence(session: Session, petition_id: str, policy: Policy) -> list[Proof]:
    query = select(Completion).where(Completion.petition_id == petition_id).order_by(Completion.id)
    return [
        Proof(
            unit=row.unit,
            unit_name=policy.unit_name(row.unit),
            submitted_at=row.submitted_at,
            receipt=row.receipt,
            attachments=row.evidence.get("attachments", []),
            flags=row.flags or [],
            outcome=row.outcome,
        )
        for row in session.scalars(query)
    ]
