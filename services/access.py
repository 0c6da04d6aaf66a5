"""Who may look at which petition: a unit sees its own cases, past ones too, and nothing else.

Who may know who reported is for `services.identity`. Whom a petition is about (回避) sees and touches nothing of it,
whatever else they may: every list of petitions is filtered by `not_recused`, every single one by `may_see`, every
change by `require_not_recused`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, exists, false, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.actions import Actor, Role
from domain.attachments import Purpose
from domain.errors import NotFound, NotPermitted
from domain.stages import Trigger
from domain.supervision import SECRET_DISPOSITIONS
from models.petition import new_id
from models.tables import Assignment, HistoryRow, Petition, Recusal

ALL_SEEING = frozenset(
    {Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.PARTY_INSPECTOR, Role.OPERATOR, Role.FOLLOW_UP}
)
"""Roles whose work may concern any petition."""

_NOBODYS_SUBJECT = frozenset({Role.PLATFORM, Role.PETITIONER, Role.CHANNEL})
"""Nothing that they could see or do is about themselves."""
_NOT_FOR_UNITS = frozenset(
    {
        Trigger.RECUSE.value,
        Trigger.LIFT_RECUSAL.value,
        Trigger.OPEN_INSPECTION.value,
        Trigger.RECORD_VISIT.value,
        Trigger.CLOSE_INSPECTION.value,
        Trigger.RECORD_CALL.value,
        Trigger.GIVE_CALL.value,
        Trigger.STRAND_CALL.value,
        Trigger.DECLINE_TRACK.value,
    }
)
_ID_LENGTH = len(new_id())


def petition_for(session: Session, petition_id: str, actor: Actor) -> Petition:
    """The petition with everything its facts are made of.

    Raises:
        NotFound: there is none, or this caller may not know that there is.
    """
    petition = None
    # Checked here, because PostgreSQL answers an overlong or unprintable id with an error of its own.
    if len(petition_id) == _ID_LENGTH and petition_id.isascii() and petition_id.isprintable():
        query = select(Petition).where(Petition.id == petition_id)
        loaded = query.options(selectinload(Petition.pauses), selectinload(Petition.extensions))
        petition = session.scalar(loaded.options(selectinload(Petition.assignments), joinedload(Petition.supervision)))
    if petition is None or not may_see(session, petition, actor):
        raise NotFound("该诉求")
    return petition


def may_see(session: Session, petition: Petition, actor: Actor) -> bool:
    """Whether `actor` may look at this petition."""
    if is_recused(session, petition, actor):
        return False
    if actor.role is Role.UNIT:
        had = exists().where(Assignment.petition_id == petition.id, Assignment.unit == actor.unit)
        return actor.unit is not None and bool(session.scalar(select(had)))
    return actor.role in ALL_SEEING


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Petition` that `may_see` is, for queries of many."""
    if actor.role is Role.UNIT and actor.unit is not None:
        had = exists().where(Assignment.petition_id == Petition.id, Assignment.unit == actor.unit)
        return and_(had, not_recused(actor))
    return not_recused(actor) if actor.role in ALL_SEEING else false()


def is_recused(session: Session, petition: Petition, actor: Actor) -> bool:
    """Whether the petition is about `actor` or the unit they act for, so that they must stay out of it."""
    if actor.role in _NOBODYS_SUBJECT:
        return False
    about = select(Recusal.id).where(Recusal.petition_id == petition.id, _names(actor)).limit(1)
    return session.scalar(about) is not None


def not_recused(actor: Actor, of: type[Petition] = Petition) -> ColumnElement[bool]:
    """For lists of petitions: holds for those that `actor` need not stay out of; `of` may be an alias."""
    if actor.role in _NOBODYS_SUBJECT:
        return true()
    return ~exists().where(Recusal.petition_id == of.id, _names(actor))


def nobody_recused() -> ColumnElement[bool]:
    """For what many read alike, such as a bulletin: holds for petitions that nobody must stay out of."""
    return ~exists().where(Recusal.petition_id == Petition.id, Recusal.lifted_at.is_(None))


def hidden_cases(actor: Actor) -> Select[tuple[str]]:
    """The case numbers that `actor` must stay out of, for lists that hold nothing else of a petition."""
    query = select(Petition.case_number).join(Recusal, Recusal.petition_id == Petition.id)
    return query.where(_names(actor))


def require_not_recused(session: Session, petition: Petition, actor: Actor) -> None:
    """Raises `NotFound` where `actor` must stay out: they are not even told that there is a petition."""
    if is_recused(session, petition, actor):
        raise NotFound("该诉求")


def _names(actor: Actor) -> ColumnElement[bool]:
    who = Recusal.unit == (actor.unit or "") if actor.role is Role.UNIT else Recusal.account == actor.name
    if actor.role is Role.UNIT and actor.name:
        who = who | (Recusal.account == actor.name)
    return and_(Recusal.lifted_at.is_(None), who)


def may_read(row: HistoryRow, actor: Actor) -> bool:
    """Whether `actor` may read this row.

    Units are not told of leads that were handed over about them, nor who else must stay out of a case and why, nor
    what party-committee inspectors saw, what was said on a return visit, or which outlet asked in vain. Whoever reads
    identities is not told that they were noticed, nor anybody but inspectors what inspectors put into their file.
    """
    if row.trigger == Trigger.FLAG_READING.value and actor.role not in (Role.INSPECTOR, Role.OPERATOR):
        return False
    if actor.role is Role.UNIT and row.trigger in _NOT_FOR_UNITS:
        return False
    if row.details.get("purpose") == Purpose.SUPERVISION:
        return actor.role is Role.INSPECTOR
    told = {row.details.get("disposition"), row.details.get("from")}
    return actor.role is not Role.UNIT or not told & SECRET_DISPOSITIONS


def require_role(actor: Actor, *roles: Role) -> None:
    """Raises `NotPermitted` unless `actor` has one of `roles`."""
    if actor.role not in roles:
        raise NotPermitted
