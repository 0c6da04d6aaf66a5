"""Whether anything changed in the queues that people look at: one number for each, asked for again and again."""

from __future__ import annotations

import zlib
from collections.abc import Collection

from sqlalchemy import case

from domain.actions import Actor
from models.tables import Petition
from services.access import not_recused
from services.context import Context
from services.queues import MAX_PAGE, rows_for
from services.transactions import reading


def fingerprints(context: Context, actors: Collection[Actor]) -> dict[Actor, int]:
    """For each queue a number that is another one when a petition came, went or changed among its first rows.

    No more rows than a page may have are looked at: what is further down is not on anybody's screen.

    Raises `NotPermitted` for whom nothing ever waits.
    """
    with reading(context) as session:
        found = {}
        for actor in actors:
            rows = rows_for(actor)
            undated = case((rows.due.is_(None), 1), else_=0)
            query = rows.query.with_only_columns(Petition.id, Petition.version).where(not_recused(actor))
            query = query.order_by(undated, rows.due, rows.key).limit(MAX_PAGE)
            said = ";".join(f"{key}:{version}" for key, version in session.execute(query).tuples())
            found[actor] = zlib.crc32(said.encode())
        return found
