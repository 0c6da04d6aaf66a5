"""The inspectors' side: the dossier of a petition, and what is written into their file. The unit's work goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import NotPermitted, RuleRefusal
from domain.policy import DeadlineKind
from domain.stages import Stage, Trigger
from domain.supervision import DISPOSITION_LABELS, Disposition, SupervisionAct
from domain.workdays import Duration, due_date, working_minutes_between
from models.answers import ChainCheck, Dossier, Holding, Named, NoticeView, SupervisionView, TimerView
from models.tables import Completion, HistoryRow, Notice, Petition, RatingRow, Supervision, TimerRow
from services.access import petition_for, require_role
from services.context import Context
from services.labels import holder_at
from services.ledger import digest_of, move
from services.queries import clocks_of, detail_of
from services.transactions import Transaction, acting, reading, transaction
from services.views import Lens, history_entry, kind_named, lens_of, stage_named

_READERS = (Role.INSPECTOR, Role.LEADER)


def dossier(context: Context, petition_id: str, actor: Actor) -> Dossier:
    """All an inspector needs about one petition, and whether its history is as it was written.

    Raises:
        NotPermitted: only inspectors and the leadership read dossiers.
        NotFound: no such petition.
    """
    require_role(actor, *_READERS)
    with reading(context) as session:
        petition = petition_for(session, petition_id, actor)
        lens = lens_of(context, session, petition, actor)
        rows = history_of(session, petition.id)
        return Dossier(
            petition=detail_of(session, petition, lens),
            supervision=_file_view(session, petition, lens),
            held=_holdings(rows, lens),
            clocks=clocks_of(petition, lens),
            timers=_timers(session, petition.id),
            notices=_notices(session, petition.id),
            ratings=_ratings(session, petition.id),
            history=[history_entry(row, lens) for row in rows],
            chain=check_chain(rows, petition.version),
            evidence=_evidence(session, petition.id),
            as_of=clock.now(),
        )


def verify_chain(context: Context, petition_id: str) -> ChainCheck:
    """Whether the petition's history is whole: every digest right, every version there."""
    with reading(context) as session:
        petition = session.get_one(Petition, petition_id)
        return check_chain(history_of(session, petition_id), petition.version)


def check_chain(rows: Sequence[HistoryRow], version: int) -> ChainCheck:
    """Compute the chain of `rows` (oldest first) anew, up to the petition's `version`."""
    previous = ""
    for expected, row in enumerate(rows, start=1):
        if row.version != expected or digest_of(row, previous) != row.digest:
            return ChainCheck(intact=False, rows=len(rows), broken_at=expected)
        previous = row.digest
    broken_at = None if len(rows) == version else min(len(rows), version) + 1
    return ChainCheck(intact=broken_at is None, rows=len(rows), broken_at=broken_at)


def history_of(session: Session, petition_id: str) -> Sequence[HistoryRow]:
    """Every row of a petition's history, oldest first."""
    query = select(HistoryRow).where(HistoryRow.petition_id == petition_id).order_by(HistoryRow.version)
    return session.scalars(query).all()


def demand_explanation(
    context: Context, petition_id: str, actor: Actor, *, question: str, duration: Duration, version: int | None = None
) -> Petition:
    """Ask the unit for a written explanation within `duration` from now.

    Raises:
        RuleRefusal: there is no open file on this petition.
    """
    with acting(context, petition_id, actor, Trigger.RECORD_SUPERVISION, version) as (tx, petition):
        require_role(actor, Role.INSPECTOR)
        record = _open_file(tx, petition)
        record.explanation_due_at = due_date(clock.now(), duration, context.rules.calendar, rule="督办要求").due_at
        record.unit = petition.unit or record.unit
        details = {"due_at": record.explanation_due_at.isoformat(), "unit": record.unit}
        return _record(tx, petition, actor, SupervisionAct.DEMAND, question, details)


def answer(context: Context, petition_id: str, actor: Actor, text: str, version: int | None = None) -> Petition:
    """The supervised unit explains itself in writing (条例第四十条).

    Raises:
        NotPermitted: another unit is asked.
        RuleRefusal: nothing is asked.
    """
    with transaction(context) as tx:
        petition = tx.lock(petition_id)
        tx.expect(petition, version)
        record = _open_file(tx, petition)
        # The unit that was asked answers, even when the petition has moved on to another one since.
        if actor.role is not Role.UNIT or actor.unit is None or actor.unit != record.unit:
            raise NotPermitted("只有被督办的单位可以作出说明")
        if record.explanation_due_at is None:
            raise RuleRefusal("no-explanation-demanded", "目前没有要求说明的事项")
        details = {"due_at": record.explanation_due_at.isoformat(), "late": clock.now() > record.explanation_due_at}
        record.explanation_due_at = None
        return _record(tx, petition, actor, SupervisionAct.ANSWER, text, details)


def dispose(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    disposition: Disposition,
    opinion: str,
    version: int | None = None,
) -> Petition:
    """Close the file with a conclusion; the petition itself goes on as it stands.

    Raises:
        RuleRefusal: there is no open file on this petition.
    """
    with acting(context, petition_id, actor, Trigger.RECORD_SUPERVISION, version) as (tx, petition):
        require_role(actor, Role.INSPECTOR)
        record = _open_file(tx, petition)
        record.disposition, record.opinion = disposition.value, opinion
        record.closed_at, record.closed_by = clock.now(), actor.name
        details = {"disposition": disposition.value, "label": DISPOSITION_LABELS[disposition]}
        return _record(tx, petition, actor, SupervisionAct.DISPOSE, opinion, details)


def _open_file(tx: Transaction, petition: Petition) -> Supervision:
    query = select(Supervision).where(Supervision.petition_id == petition.id).with_for_update()
    record = tx.session.scalar(query)
    if record is None:
        raise RuleRefusal("not-supervised", "该诉求未被督办，没有可记录的督办件；需要时请先立督办件")
    if record.closed_at is not None:
        raise RuleRefusal("supervision-closed", "督办件已了结")
    return record


def _record(
    tx: Transaction, petition: Petition, actor: Actor, act: SupervisionAct, reason: str, details: dict[str, Any]
) -> Petition:
    details = {"act": act.value, **details}
    move(tx, petition, Trigger.RECORD_SUPERVISION, actor, reason=reason, public=False, details=details)
    return petition


def _file_view(session: Session, petition: Petition, lens: Lens) -> SupervisionView | None:
    record = session.scalar(select(Supervision).where(Supervision.petition_id == petition.id))
    if record is None:
        return None
    disposed = Disposition(record.disposition) if record.disposition else None
    return SupervisionView(
        opened_at=record.opened_at,
        cause=record.cause,
        unit=lens.unit(record.unit),
        explanation_due_at=record.explanation_due_at,
        disposition=Named(code=disposed.value, name=DISPOSITION_LABELS[disposed]) if disposed else None,
        opinion=record.opinion,
        closed_at=record.closed_at,
        closed_by=record.closed_by,
    )


def _holdings(rows: Sequence[HistoryRow], lens: Lens) -> list[Holding]:
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
        found.append(
            Holding(
                holder=lens.named_unit(code),
                stage=stage_named(stage),
                since=since,
                until=until,
                minutes=int((end - since).total_seconds() // 60),
                working_minutes=working_minutes_between(since, end, lens.calendar),
            )
        )
    return found


def _timers(session: Session, petition_id: str) -> list[TimerView]:
    query = select(TimerRow).where(TimerRow.petition_id == petition_id).order_by(TimerRow.id)
    return [
        TimerView(
            kind=kind_named(DeadlineKind(row.kind)),
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


def _notices(session: Session, petition_id: str) -> list[NoticeView]:
    """Title and proof only: a body may hold the petitioner's query code."""
    query = select(Notice).where(Notice.petition_id == petition_id).order_by(Notice.id)
    return [
        NoticeView(
            version=row.version,
            rule=row.rule,
            recipient=row.recipient,
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


def _evidence(session: Session, petition_id: str) -> list[dict[str, Any]]:
    """The receipt of each completion and the hashes of its files."""
    query = select(Completion).where(Completion.petition_id == petition_id).order_by(Completion.id)
    return [
        {
            "unit": row.unit,
            "submitted_at": row.submitted_at.in_timezone(clock.SHANGHAI).isoformat(),
            "receipt": row.receipt,
            "attachments": row.evidence.get("attachments", []),
            "outcome": row.outcome,
        }
        for row in session.scalars(query)
    ]
