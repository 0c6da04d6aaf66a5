"""Draws return visits when a case is completed, in the same transaction, and lets go of those a redo overtakes."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import clock
from domain.actions import PLATFORM, Role
from domain.petition import Rung, is_overdue
from domain.stages import Stage, Trigger
from domain.visits import Risk, VisitStatus, draw, lot, officer_for
from domain.workdays import due_date
from models.tables import Account, ApiKey, HistoryRow, Petition, Recusal, Visit
from services.facts import facts_of, recused_units
from services.keys import still_opens
from services.ledger import move
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
    Where none of them is apart, the visit waits for the desk to give it, and the desk is told.
    """
    rules = tx.policy_of(petition).visits
    drawn = draw(rules, risks, lot(petition.id, petition.policy_version, completed.digest))
    seats = tx.policy_in_force().visits
    if not drawn.drawn:
        return None
    officer = officer_for(seats, seats_out(tx, petition), _loads(tx))
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
        officer=officer.code if officer else "",
        stranded_at=None if officer else now,
        due_at=due_date(now, rules.term, tx.context.rules.calendar, rule="follow_up.term").due_at,
        status=VisitStatus.OPEN.value,
        version=1,
    )
    tx.session.add(visit)
    if officer is None:
        tell_stranded(tx, petition)
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


def give_away_visit(
    tx: Transaction, petition: Petition, unit: str, why: str = "原席位所属单位应当回避，自动改派"
) -> bool:
    """The unit must stay out of the case since it was drawn: no officer of it asks the petitioner about it any more.

    It goes to the seat that would have got it. Where there is none left it stays, and waits for the desk to give it:
    True, and whoever asked tells so (`tell_stranded`) once the reason stands in the history.
    """
    visit = _open_visit(tx, petition)
    seats = tx.policy_in_force().visits
    seat = seats.seat(visit.officer) if visit is not None else None
    if visit is None or seat is None or seat.unit != unit:
        return False
    other = officer_for(seats, seats_out(tx, petition) | {unit}, _loads(tx))
    visit.version += 1
    if other is None:
        visit.stranded_at = clock.now()
        return True
    visit.officer, visit.officer_reason = other.code, why
    return False


def spare_visit(tx: Transaction, petition: Petition, account: str) -> bool:
    """An officer must stay out: their seat keeps the visit while anybody else there can make it; else as above."""
    unit = tx.session.scalar(select(Account.unit).where(Account.name == account, Account.role == Role.FOLLOW_UP.value))
    if unit is None or unit not in _left_without_officers(tx.session, petition):
        return False
    return give_away_visit(tx, petition, unit, "原席位的信息员应当回避，自动改派")


def take_up_visit(tx: Transaction, petition: Petition) -> None:
    """A recusal was mistaken: a visit that nobody could make is its seat's again, if that may make it now."""
    visit = _open_visit(tx, petition)
    if visit is None or visit.stranded_at is None:
        return
    seat = tx.policy_in_force().visits.seat(visit.officer)
    if seat is not None and seat.unit not in seats_out(tx, petition):
        visit.stranded_at = None
        visit.version += 1


def tell_stranded(tx: Transaction, petition: Petition) -> None:
    """The desk and the operators learn that no seat is left for the visit; `rongetong check` goes on saying so."""
    said = "现有席位不是办过该件就是应当回避，回访待派遣专席改派"
    move(tx, petition, Trigger.STRAND_CALL, PLATFORM, reason=said, public=False)


def seats_out(tx: Transaction, petition: Petition) -> set[str]:
    """The units whose seats do not ask about this case: they handled it, must stay out, or have nobody who need not."""
    handled = {row.unit for row in petition.assignments} | {petition.unit or ""}
    return handled | recused_units(petition) | _left_without_officers(tx.session, petition)


def _left_without_officers(session: Session, petition: Petition) -> set[str]:
    """Units whose information officers must all stay out. One that has no accounts works by its key, and stays."""
    out = select(Recusal.account).where(
        Recusal.petition_id == petition.id, Recusal.account.is_not(None), Recusal.lifted_at.is_(None)
    )
    recused = set(session.scalars(out))
    if not recused:
        return set()
    accounts = select(Account.unit, Account.name).where(
        Account.role == Role.FOLLOW_UP.value, Account.unit.is_not(None), Account.disabled_at.is_(None)
    )
    keys = select(ApiKey.unit, ApiKey.label).where(
        ApiKey.role == Role.FOLLOW_UP.value, ApiKey.unit.is_not(None), still_opens()
    )
    officers: dict[str, set[str]] = defaultdict(set)
    for unit, name in [*session.execute(accounts).tuples(), *session.execute(keys).tuples()]:
        officers[unit or ""].add(name)
    return {unit for unit, names in officers.items() if names <= recused}


def _open_visit(tx: Transaction, petition: Petition) -> Visit | None:
    query = select(Visit).where(Visit.petition_id == petition.id, Visit.status == VisitStatus.OPEN.value)
    return tx.session.scalars(query.with_for_update()).one_or_none()


def _loads(tx: Transaction) -> dict[str, int]:
    lately = Visit.drawn_at > clock.now() - _COUNTED
    rows = tx.session.execute(select(Visit.officer, func.count()).where(lately).group_by(Visit.officer))
    return {officer: number for officer, number in rows}  # noqa: C416
