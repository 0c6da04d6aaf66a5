"""The same request twice is one: its first answer is kept in the transaction that it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError

import clock
from domain.errors import IdempotencyConflict
from models.tables import IdempotentReply
from services.context import Context
from services.transactions import reading, transaction


@dataclass(frozen=True)
class Reply:
    """An answer as it goes over the wire; `replayed` when it was given before."""

    status: int
    body: dict[str, Any]
    replayed: bool = False


def once(context: Context, caller: str, key: str, fingerprint: str, work: Callable[[], Reply]) -> Reply:
    """Do `work` and keep its reply, or give the reply kept from the first time.

    `caller` (at most 80 characters) separates the keys of different callers, `fingerprint` (64) tells their requests
    apart. Work that raises is rolled back and leaves the key free, so a refused request may be sent again.

    Raises:
        IdempotencyConflict: the key belongs to another request.
    """
    kept = _kept(context, caller, key, fingerprint)
    if kept is not None:
        return kept
    try:
        with transaction(context) as tx:
            row = IdempotentReply(
                caller=caller, key=key, fingerprint=fingerprint, status=0, body={}, kept_at=clock.now()
            )
            tx.session.add(row)
            tx.session.flush()  # whoever comes second with this key waits here, or fails, before anything is done
            reply = work()
            row.status, row.body = reply.status, reply.body
            return reply
    except IntegrityError:
        kept = _kept(context, caller, key, fingerprint)
        if kept is None:  # it was the work that met another writer, not the key
            raise
        return kept


def _kept(context: Context, caller: str, key: str, fingerprint: str) -> Reply | None:
    with reading(context) as session:
        row = session.get(IdempotentReply, (caller, key))
        if row is None:
            return None
        if row.fingerprint != fingerprint:
            raise IdempotencyConflict
        return Reply(row.status, row.body, replayed=True)
