"""Probable duplicates as the desk works through them: how many there are, and the likeliest first."""

from __future__ import annotations

from sqlalchemy import func, select

from domain.actions import Actor, Role
from models.duplicates import DuplicateQueue
from models.tables import Petition, Proposal
from services.access import require_role
from services.context import Context
from services.same_matter import open_pairs, pair_of
from services.transactions import reading


def likeliest(context: Context, actor: Actor, *, limit: int, offset: int = 0) -> DuplicateQueue:
    """A page of what waits for somebody to say whether it is one matter. Raises `NotPermitted` but for the desk.

    Pages are counted from the front: what is decided on a page lets the following ones move up into it.
    """
    require_role(actor, Role.DESK)
    with reading(context) as session:
        pairs = open_pairs(actor)
        total = session.scalar(select(func.count()).select_from(pairs.with_only_columns(Proposal.id).subquery())) or 0
        while offset >= total > 0:  # the last page was worked through
            offset = max(0, offset - limit)
        order = (Proposal.score.desc(), Petition.id, Proposal.id)
        rows = session.execute(pairs.order_by(*order).limit(limit).offset(offset)).all()
        items = [pair_of(context, session, actor, *row) for row in rows]
        shown = offset + len(items)
        return DuplicateQueue(items=items, total=total, next=shown if shown < total else None)
