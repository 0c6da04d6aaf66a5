"""The inspectors' side: the dossier of a petition, and what is written into their file. The unit's work goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from pendulum import DateTime
from sqlalchemy import select
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.conduct import DeadlineKind
from domain.errors import RuleRefusal
from domain.petition import Deadline
from domain.stages import Stage, Trigger
from domain.supervision import DISPOSITION_LABELS, SECRET_DISPOSITIONS, Disposition
from domain.workdays import Duration, due_date, working_minutes_between
from models.dossier import Dossier, Holding, NoticeView, TimerView
from models.tables import Completion, HistoryRow, Notice, Petition, RatingRow, Supervision, TimerRow
from services.access import petition_for, require_role
from services.chains import check_chain, history_of
from services.context import Context
from services.facts import duration_to_json
from services.inspection_file import file_view
from services.labels import holder_at
from services.ledger import move
from services.notices import Concern
from services.queries import clocks_of, detail_of
from services.transactions import Transaction, acting, reading
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
            supervision=file_view(petition, rows, lens),
            held=_holdings(rows, lens),
            clocks=clocks_of(session, petition, lens),
            timers=_timers(session, petition.id, lens),
            notices=_notices(session, petition.id),
            ratings=_ratings(session, petition.id),
            history=[history_entry(row, lens) for row in rows],
            chain=check_chain(rows, petition.version),
            evidence=_evidence(session, petition.id),
            as_of=clock.now(),
        )


def demand_explanation(
    context: Context, petition_id: str, actor: Actor, *, question: str, duration: Duration, version: int | None = None
) -> Petition:
    """Ask the unit for a written explanation within `duration` from now.

    It is asked of whoever has the petition, or had it last. A new demand takes the place of one not answered yet.

    Raises:
        RuleRefusal: there is no open file on this petition, or no unit to ask.
    """
    with acting(context, petition_id, actor, Trigger.DEMAND_EXPLANATION, version) as (tx, petition):
        file, now = _file(petition), clock.now()
        file.unit = petition.unit or file.unit
        file.explanation_due_at = due_date(now, duration, context.rules.calendar, rule="督办要求").due_at
        file.explanation_demanded_at, file.explanation_term = now, duration_to_json(duration)
        file.explanation_reminded_at = None
        return _write(tx, petition, actor, Trigger.DEMAND_EXPLANATION, question, due_at=file.explanation_due_at)


def answer(context: Context, petition_id: str, actor: Actor, text: str, version: int | None = None) -> Petition:
    """The unit that was asked explains itself in writing (条例第四十条), wherever the petition is by now.

    Raises:
        NotPermitted: another unit is asked.
        RuleRefusal: nothing is asked.
    """
    with acting(context, petition_id, actor, Trigger.EXPLAIN, version) as (tx, petition):
        due_at = _no_longer_asked(_file(petition))
        details = {"late": due_at is not None and clock.now() > due_at}
        return _write(tx, petition, actor, Trigger.EXPLAIN, text, due_at=due_at, details=details)


def remind_explanation(tx: Transaction, petition: Petition, cause: Deadline) -> None:
    """The explanation did not come in time: the unit that was asked and the inspectors are told, once a demand."""
    file = _file(petition)
    file.explanation_reminded_at = clock.now()
    reason = f"{tx.policy_of(petition).unit_name(file.unit)}逾期未作说明，催交说明"
    _write(tx, petition, PLATFORM, Trigger.REMIND_EXPLANATION, reason, due_at=cause.due_at, cause=cause)


def dispose(
    context: Context,
    petition_id: str,
    actor: Actor,
    *,
    disposition: Disposition,
    opinion: str,
    version: int | None = None,
) -> Petition:
    """Close the file with a conclusion; the petition itself goes on as it stands. What was asked is asked no more.

    Raises:
        RuleRefusal: there is no open file on this petition.
    """
    with acting(context, petition_id, actor, Trigger.CLOSE_SUPERVISION, version) as (tx, petition):
        file = _file(petition)
        unanswered = _no_longer_asked(file)
        file.disposition, file.opinion = disposition.value, opinion
        file.closed_at, file.closed_by = clock.now(), actor.name
        details = {
            "disposition": disposition.value,
            "label": DISPOSITION_LABELS[disposition],
            "unanswered": unanswered is not None,
        }
        # Told that its file is closed and not how, a unit would know that a lead was handed over.
        told = disposition not in SECRET_DISPOSITIONS
        return _write(tx, petition, actor, Trigger.CLOSE_SUPERVISION, opinion, details=details, told=told)


def _file(petition: Petition) -> Supervision:
    """The file, which is there and open: the permission to write into it says so."""
    if petition.supervision is None:
        raise RuleRefusal("not-supervised", "该诉求未被督办")
    return petition.supervision


def _no_longer_asked(file: Supervision) -> DateTime | None:
    """Forget what was asked of the unit; until when it was to be answered."""
    due_at = file.explanation_due_at
    file.explanation_due_at = file.explanation_demanded_at = file.explanation_reminded_at = None
    file.explanation_term = None
    return due_at


def _write(  # noqa: PLR0913 - see ledger.move
    tx: Transaction,
    petition: Petition,
    actor: Actor,
    trigger: Trigger,
    reason: str,
    *,
    due_at: DateTime | None = None,
    details: dict[str, Any] | None = None,
    cause: Deadline | None = None,
    told: bool = True,
) -> Petition:
    unit = _file(petition).unit
    kept = {"unit": unit, "due_at": due_at.isoformat()} if due_at else {"unit": unit}
    move(
        tx,
        petition,
        trigger,
        actor,
        reason=reason,
        public=False,
        details=kept | (details or {}),
        cause=cause,
        concerns=[Concern(unit, due_at)] if unit and told else [],
    )
    return petition


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
            "flags": row.flags or [],
            "outcome": row.outcome,
        }
        for row in session.scalars(query)
    ]
