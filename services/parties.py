"""Whose matter a petition is: whoever reported it, and everybody whose petition was merged into it (ADR 0009)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from domain.stages import Trigger
from models.tables import HistoryRow, Petition

# Leaving is read from the history: it is the only trace of it, and it is never taken back.
_LEAVING = (Trigger.LEAVE.value, Trigger.SEPARATE.value)
_LEFT = exists().where(HistoryRow.petition_id == Petition.id, HistoryRow.trigger.in_(_LEAVING))


def parties_of(session: Session, main_id: str) -> dict[str, str]:
    """The petitions whose petitioners the matter still concerns, each with the query code they know it by."""
    query = select(Petition.id, Petition.query_code).where(
        or_(Petition.id == main_id, Petition.merged_into_id == main_id), ~_LEFT
    )
    return {key: code for key, code in session.execute(query.order_by(Petition.registered_at, Petition.id))}  # noqa: C416


def merged_into(session: Session, main_id: str) -> Sequence[Petition]:
    """The petitions that became part of this case, oldest first, each with whoever reported it."""
    query = select(Petition).where(Petition.merged_into_id == main_id).options(joinedload(Petition.petitioner))
    return session.scalars(query.order_by(Petition.registered_at, Petition.case_number)).all()


def has_left(session: Session, petition_id: str) -> bool:
    """Whether the petitioner of this petition withdrew from a matter that goes on for others, or was taken out."""
    return session.scalar(select(Petition.id).where(Petition.id == petition_id, _LEFT)) is not None


def people_of(session: Session, main_ids: Sequence[str]) -> dict[str, int]:
    """How many petitioners each of these matters still concerns, as `parties_of` counts them."""
    matter = func.coalesce(Petition.merged_into_id, Petition.id)
    either = or_(Petition.id.in_(main_ids), Petition.merged_into_id.in_(main_ids))
    query = select(matter, func.count()).where(either, ~_LEFT).group_by(matter)
    return {str(key): number for key, number in session.execute(query)}
