"""Draws return visits when a case is completed, in the same transaction, and lets go of those a redo overtakes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

import clock
from domain.petition import Rung, is_overdue
from domain.stages import Stage
from domain.visits import Risk, VisitStatus, draw, lot, officer_for
from domain.workdays import due_date
from models.tables import HistoryRow, Petition, Visit
from services.facts import facts_of, recused_units
from services.transactions import Transaction

_COUNTED = dt.timedelta(days=30)
"""For how long a visit counts when seats share them out (our own decision): a new seat has not to catch up on years."""


def risks_of(petition: Petition) -> frozenset[Risk]:
    """The classes a petition belongs to; asked while its completion still waits, for afterwards no clock runs."""
    late = is_overdue(facts_of(petition), petition.due_at, clock.now()) and not petition.due_met
    holds = {
        Risk.REDONE: petition.redos > 0 or bool(petition.reopens),
        Risk.EXTENDED: petition.extensions_granted > 0,
        Risk.REVIEWED: petition.rung >= Rung.FIRST_REVIEW,
        Risk.SUPERVISED: petition.supervised_at is not None,
        Risk.OVERDUE: late,
    }
    return frozenset(risk for risk, applies in holds.items() if applies)


def draw_visit(tx: Transaction, petition: Petition, completed: HistoryRow, risks: frozenset[Risk]) -> Visit | None:
    """Draw the lot of a completion and, where it is drawn, give the visit to an officer; `None`: it is not.

    By the rules the petition lives under, so that no later change of the rates picks it; the seats are those of today.
    """
    rules = tx.policy_of(petition).visits
    drawn = draw(rules, risks, lot(petition.id, petition.policy_version, completed.digest))
    seats = tx.policy_in_force().visits
    handled = {row.unit for row in petition.assignments} | {petition.unit or ""} | recused_units(petition)
    officer = officer_for(seats, handled, _loads(tx)) if drawn.drawn else None
    if officer is None:
        return None
    now = clock.now()
    visit = Visit(
        petition_id=petition.id,
        completion_version=completed.version,
        drawn_at=now,
        policy_version=petition.policy_version,
        number=drawn.number,
        rate=drawn.rate,
        risks=sorted(risks) or [Risk.OTHERS.value],
        reason=drawn.told(),
        officer=officer.code,
        due_at=due_date(now, rules.term, tx.context.rules.calendar, rule="follow_up.term").due_at,
        status=VisitStatus.OPEN.value,
        version=1,
    )
    tx.session.add(visit)
    return visit


def overtake_visit(tx: Transaction, petition: Petition) -> None:
    """The petitioner's dissatisfaction took the case on: whoever has not been asked is asked about what comes of it."""
    if Stage(petition.stage) is Stage.RATED:
        give_up_visit(tx, petition)


def give_up_visit(tx: Transaction, petition: Petition) -> None:
    """Nobody need ask any more about the completion there was; the next one is drawn anew."""
    query = select(Visit).where(Visit.petition_id == petition.id, Visit.status == VisitStatus.OPEN.value)
    for visit in tx.session.scalars(query.with_for_update()):
        visit.status, visit.ended_at = VisitStatus.OVERTAKEN.value, clock.now()
        visit.version += 1


def give_away_visit(tx: Transaction, petition: Petition, unit: str) -> None:
    """The unit must stay out of the case since it was drawn: no officer of it asks the petitioner about it any more.

    It goes to the seat that would have got it. Where there is none left, it stays and waits for the desk to give it.
    """
    query = select(Visit).where(Visit.petition_id == petition.id, Visit.status == VisitStatus.OPEN.value)
    visit = tx.session.scalars(query.with_for_update()).one_or_none()
    seats = tx.policy_in_force().visits
    seat = seats.seat(visit.officer) if visit is not None else None
    if visit is None or seat is None or seat.unit != unit:
        return
    out = {row.unit for row in petition.assignments} | {petition.unit or "", unit} | recused_units(petition)
    other = officer_for(seats, out, _loads(tx))
    if other is not None:
        visit.officer, visit.officer_reason = other.code, "原席位所属单位应当回避，自动改派"
        visit.version += 1


def _loads(tx: Transaction) -> dict[str, int]:
    lately = Visit.drawn_at > clock.now() - _COUNTED
    rows = tx.session.execute(select(Visit.officer, func.count()).where(lately).group_by(Visit.officer))
    return {officer: number for officer, number in rows}  # noqa: C416
