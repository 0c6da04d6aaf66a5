"""Return visits as people work on them: the list, attempts, another officer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, Missing, NotFound, RuleRefusal, StaleVersion
from domain.petition import SATISFACTION_LABELS, Satisfaction
from domain.stages import Stage, Trigger
from domain.visits import (
    RISK_LABELS,
    VISIT_LABELS,
    WAY_LABELS,
    Risk,
    VisitStatus,
    Way,
    check_open,
    status_after,
)
from models.answers import Named
from models.tables import HistoryRow, Petition, Visit, VisitAttempt
from models.visit_answers import (
    AttemptIn,
    AttemptView,
    ReturnVisit,
    ReturnVisitCounts,
    ReturnVisitHead,
    ReturnVisitPage,
    SeatView,
)
from services.access import not_recused, petition_for, require_role
from services.context import Context
from services.ledger import move
from services.ratings import given_for, speaker_of
from services.transactions import Transaction, reading, transaction
from services.verdict import rate
from services.visit_draws import seats_out

READERS = (Role.FOLLOW_UP, Role.DESK, Role.LEADER, Role.INSPECTOR, Role.OPERATOR)
GIVERS = (Role.FOLLOW_UP, Role.DESK)
"""Who may give a visit to another seat."""
MOST = 500
"""Visits shown at once (our own decision)."""


def visits(
    context: Context,
    actor: Actor,
    *,
    status: VisitStatus | None = VisitStatus.OPEN,
    officer: str | None = None,
    contradicting: bool = False,
) -> ReturnVisitPage:
    """Visits that `actor` may see, due first on top; `status` of `None`: all of them.

    Raises:
        NotPermitted: not a role that has to do with visits.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        among = [not_recused(actor)]
        if officer is not None:
            among.append(Visit.officer == officer)
        if contradicting:
            among.append(Visit.contradicts.is_(True))
        joined = select(Visit, Petition).join(Petition, Petition.id == Visit.petition_id).where(*among)
        shown = joined.where(Visit.status == status.value) if status is not None else joined
        rows = session.execute(shown.order_by(Visit.due_at, Visit.id).limit(MOST))
        counted = select(Visit.status, func.count()).join(Petition, Petition.id == Visit.petition_id)
        counts = {str(key): number for key, number in session.execute(counted.where(*among).group_by(Visit.status))}
        return ReturnVisitPage(
            items=[ReturnVisitHead(**_head(context, session, visit, petition)) for visit, petition in rows],
            counts=ReturnVisitCounts(
                drawn=sum(counts.values()), **{key.value: counts.get(key, 0) for key in VisitStatus}
            ),
            as_of=clock.now(),
        )


def visit(context: Context, visit_id: int, actor: Actor) -> ReturnVisit:
    """One visit with its draw and its attempts.

    Raises:
        NotPermitted: not a role that has to do with visits.
        NotFound: no such visit, or of a petition that `actor` must stay out of.
    """
    require_role(actor, *READERS)
    with reading(context) as session:
        found = session.get(Visit, visit_id)
        if found is None:
            raise NotFound("该回访")
        return _view(context, session, found, petition_for(session, found.petition_id, actor))


def attempt(context: Context, visit_id: int, actor: Actor, body: AttemptIn, version: int | None = None) -> ReturnVisit:
    """Write down one attempt. Whoever is reached and has not rated yet rates by it; afterwards it is a spot check.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        Incomplete: reached without what the petitioner said, or not reached and yet with it.
        RuleRefusal: the visit is over (`visit-over`), or the last failed attempt was just now (`attempt-too-soon`).
    """
    require_role(actor, Role.FOLLOW_UP)
    _check_said(body)
    with transaction(context) as tx:
        found, petition = _locked(tx, visit_id, actor, version)
        rules = tx.policy_of(petition).visits
        if not body.reached:
            _check_apart(found, rules.hours_apart)
        failed = sum(not row.reached for row in found.attempts)
        after = status_after(rules, reached=body.reached, failed_before=failed)
        found.attempts.append(
            VisitAttempt(
                at=clock.now(),
                way=body.way.value,
                reached=body.reached,
                words=body.words,
                officer=found.officer,
                recorded_by=actor.name,
            )
        )
        found.status, found.version = after.value, found.version + 1
        found.ended_at = None if after is VisitStatus.OPEN else clock.now()
        _write(tx, found, petition, actor, body)
        if body.satisfaction is not None:
            _take_down(tx, found, petition, actor, body, body.satisfaction)
        tx.session.flush()
        return _view(context, tx.session, found, petition)


def give(
    context: Context, visit_id: int, actor: Actor, *, officer: str, reason: str, version: int | None = None
) -> ReturnVisit:
    """Give an open visit to another seat.

    Raises:
        NotFound, NotPermitted, StaleVersion: nothing was written.
        Incomplete: no such seat.
        RuleRefusal: the visit is over, or the seat is of a unit that handled the case (`officer-not-apart`).
    """
    require_role(actor, *GIVERS)
    with transaction(context) as tx:
        found, petition = _locked(tx, visit_id, actor, version)
        rules = tx.policy_in_force().visits
        seat = rules.seat(officer)
        if seat is None:
            known = "、".join(item.code for item in rules.seats)
            raise Incomplete([Missing("officer", f"没有代码为“{officer}”的席位，现有：{known}")])
        if seat.unit in seats_out(tx, petition):
            raise RuleRefusal("officer-not-apart", "该席位办过或应当回避该诉求，不能回访")
        found.officer, found.officer_reason, found.stranded_at = seat.code, f"{actor.name}：{reason}", None
        found.version += 1
        details = {"visit": found.id, "officer": seat.code}
        move(tx, petition, Trigger.GIVE_CALL, actor, reason=reason, public=False, details=details)
        return _view(context, tx.session, found, petition)


def _write(tx: Transaction, found: Visit, petition: Petition, actor: Actor, body: AttemptIn) -> None:
    """Into the history, so that neither the attempt nor what was said can be taken back unseen."""
    details = {
        "visit": found.id,
        "officer": found.officer,
        "way": body.way.value,
        "reached": body.reached,
        "satisfaction": body.satisfaction.value if body.satisfaction else None,
        "account_true": body.account_true,
    }
    move(tx, petition, Trigger.RECORD_CALL, actor, reason=body.words, public=False, details=details)


def _check_said(body: AttemptIn) -> None:
    asked = {"satisfaction": body.satisfaction, "account_true": body.account_true}
    reason = "联系上的请填写" if body.reached else "未联系上的不能填写"
    wrong = [Missing(name, reason) for name, value in asked.items() if (value is not None) != body.reached]
    if wrong:
        raise Incomplete(wrong)


def _locked(tx: Transaction, visit_id: int, actor: Actor, version: int | None) -> tuple[Visit, Petition]:
    """The open visit and its petition, held: the petition first, as everybody does."""
    petition_id = tx.session.scalar(select(Visit.petition_id).where(Visit.id == visit_id))
    if petition_id is None:
        raise NotFound("该回访")
    petition_for(tx.session, petition_id, actor)
    petition = tx.lock(petition_id)
    found = tx.session.get_one(Visit, visit_id, with_for_update=True, populate_existing=True)
    if version is not None and version != found.version:
        raise StaleVersion(expected=version, current=found.version)
    check_open(VisitStatus(found.status))
    return found, petition


def _check_apart(found: Visit, hours: int) -> None:
    failed = [row.at for row in found.attempts if not row.reached]
    if failed and clock.now() < failed[-1] + dt.timedelta(hours=hours):
        raise RuleRefusal("attempt-too-soon", f"距上次未联系上不足{hours}小时，请稍后再联系")


def _take_down(
    tx: Transaction, found: Visit, petition: Petition, actor: Actor, body: AttemptIn, said: Satisfaction
) -> None:
    """What the petitioner said: their rating where there is none yet, else a check of the one there is."""
    before = given_for(tx.session, petition).get(speaker_of(tx.session, petition))
    known = before or petition.satisfaction
    found.satisfaction, found.account_true = said.value, body.account_true
    if known is None and Stage(petition.stage) in (Stage.COMPLETED, Stage.FOLLOW_UP):
        rate(tx.context, petition.id, actor, satisfaction=said, reason=body.words, reason_code=body.reason_code)
        found.contradicts = body.account_true is False
        return
    found.spot_check = True
    other = known is not None and _content(Satisfaction(known)) != _content(said)
    found.contradicts = other or body.account_true is False


def _content(satisfaction: Satisfaction) -> bool:
    return satisfaction is not Satisfaction.DISSATISFIED


def _head(context: Context, session: Session, found: Visit, petition: Petition) -> dict[str, Any]:
    policy = context.rules.of(session, petition.policy_version, naming=petition.unit)
    seat = context.rules.active(session).visits.seat(found.officer) or policy.visits.seat(found.officer)
    status = VisitStatus(found.status)
    return {
        "id": found.id,
        "petition_id": petition.id,
        "petition_number": petition.case_number,
        "unit": Named(code=petition.unit, name=policy.unit_name(petition.unit)) if petition.unit else None,
        "officer": SeatView(
            code=found.officer,
            title=seat.title if seat else found.officer or "尚无席位",
            unit=seat.unit if seat else "",
        ),
        "stranded": found.stranded_at is not None,
        "status": Named(code=status, name=VISIT_LABELS[status]),
        "due_at": found.due_at,
        "late": (found.ended_at or clock.now()) > found.due_at,
        "attempts": len(found.attempts),
        "risks": [Named(code=risk, name=RISK_LABELS[Risk(risk)]) for risk in found.risks],
        "satisfaction": _named(found.satisfaction),
        "account_true": found.account_true,
        "spot_check": found.spot_check,
        "contradicts": found.contradicts,
        "version": found.version,
    }


def _view(context: Context, session: Session, found: Visit, petition: Petition) -> ReturnVisit:
    completed = session.get_one(HistoryRow, (petition.id, found.completion_version))
    return ReturnVisit(
        **_head(context, session, found, petition),
        rated=_named(petition.satisfaction),
        drawn_at=found.drawn_at,
        policy_version=found.policy_version,
        completion_digest=completed.digest,
        number=found.number,
        rate=found.rate,
        reason=found.reason,
        officer_reason=found.officer_reason,
        ended_at=found.ended_at,
        history=[
            AttemptView(
                at=row.at,
                way=Named(code=row.way, name=WAY_LABELS[Way(row.way)]),
                reached=row.reached,
                words=row.words,
                officer=row.officer,
                recorded_by=row.recorded_by,
            )
            for row in found.attempts
        ],
    )


def _named(satisfaction: str | None) -> Named | None:
    return Named(code=satisfaction, name=SATISFACTION_LABELS[Satisfaction(satisfaction)]) if satisfaction else None
