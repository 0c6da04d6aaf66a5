"""What was done in administration (操作记录): one row with each act, in its transaction; nothing changes a row."""

from __future__ import annotations

from sqlalchemy import or_, select

import clock
from domain.actions import Actor
from domain.administration import ACT_LABELS, ADMINISTRATORS, RECORD_READERS, Act
from models.administration import AdministrationAct
from models.administration_answers import ActView
from services.access import require_role
from services.context import Context
from services.transactions import Transaction, reading

PAGE = 100


def require_administrator(actor: Actor) -> None:
    """Raises `NotPermitted` for whoever administers nothing."""
    require_role(actor, *ADMINISTRATORS)


def record(tx: Transaction, actor: Actor, act: Act, subject: str, words: str = "") -> None:
    """Write down that `actor` did it to `subject`; `words` hold no secret and nothing of a petition."""
    tx.session.add(AdministrationAct(at=clock.now(), by=actor.name, act=act.value, subject=subject[:120], words=words))


def acts(context: Context, actor: Actor, subject: str | None = None, before: int | None = None) -> list[ActView]:
    """The latest acts, to one subject or to all, the newest first; `before` is the last number that was seen.

    Raises `NotPermitted` for whoever is neither an operator nor an inspector.
    """
    require_role(actor, *RECORD_READERS)
    query = select(AdministrationAct).order_by(AdministrationAct.id.desc()).limit(PAGE)
    if subject is not None:
        query = query.where(or_(AdministrationAct.subject == subject, AdministrationAct.by == subject))
    if before is not None:
        query = query.where(AdministrationAct.id < before)
    with reading(context) as session:
        return [
            ActView(
                number=row.id, at=row.at, by=row.by, act=ACT_LABELS[Act(row.act)], subject=row.subject, words=row.words
            )
            for row in session.scalars(query)
        ]
