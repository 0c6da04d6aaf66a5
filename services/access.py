"""Who may look at which petition, and at whose name: a unit sees its own cases, past ones too, and nothing else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from domain.actions import Actor, Role
from domain.errors import NotFound, NotPermitted
from domain.supervision import SECRET_DISPOSITIONS
from models.petition import new_id
from models.tables import Assignment, HistoryRow, Petition, Petitioner

ALL_SEEING = frozenset({Role.DESK, Role.REVIEWER, Role.LEADER, Role.INSPECTOR, Role.OPERATOR, Role.FOLLOW_UP})
"""Roles whose work may concern any petition."""

_CONTACTING = frozenset({Role.DESK, Role.FOLLOW_UP})
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
    if actor.role is Role.UNIT:
        had = exists().where(Assignment.petition_id == petition.id, Assignment.unit == actor.unit)
        return actor.unit is not None and bool(session.scalar(select(had)))
    return actor.role in ALL_SEEING


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Petition` that `may_see` is, for queries of many."""
    if actor.role is Role.UNIT and actor.unit is not None:
        return exists().where(Assignment.petition_id == Petition.id, Assignment.unit == actor.unit)
    return true() if actor.role in ALL_SEEING else false()


def may_contact(petition: Petition, person: Petitioner, actor: Actor) -> bool:
    """Whether `actor` must be able to reach `person`, whose matter the petition is.

    Whoever confided in the platform stays unknown to every unit.
    """
    if actor.role is Role.UNIT:
        return not person.confidential and actor.unit is not None and actor.unit == petition.unit
    return actor.role in _CONTACTING


def may_read(row: HistoryRow, actor: Actor) -> bool:
    """Whether `actor` may read this row: units are not told of leads that were handed over about them."""
    return actor.role is not Role.UNIT or row.details.get("disposition") not in SECRET_DISPOSITIONS


def require_role(actor: Actor, *roles: Role) -> None:
    """Raises `NotPermitted` unless `actor` has one of `roles`."""
    if actor.role not in roles:
        raise NotPermitted
