"""The same request twice is one: its first answer is kept in the transaction that it answers, for a while.

An answer may hold what somebody reported and how to reach them, so it is kept for as long as a client may repeat its
request (`Context.replies_kept`) and no longer: `once` no longer sees it then, and `forget_replies` deletes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pendulum import DateTime
from sqlalchemy import delete, select, tuple_
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
    apart. Work that raises is rolled back and leaves the key free, so a refused request may be sent again. A key whose
    reply is kept no longer is free, too.

    Raises:
        IdempotencyConflict: the key belongs to another request.
    """
    kept = kept_reply(context, caller, key, fingerprint)
    if kept is not None:
        return kept
    try:
        with transaction(context) as tx:
            same = (IdempotentReply.caller == caller, IdempotentReply.key == key)
            tx.session.execute(delete(IdempotentReply).where(*same, IdempotentReply.kept_at <= _oldest(context)))
            row = IdempotentReply(
                caller=caller, key=key, fingerprint=fingerprint, status=0, body={}, kept_at=clock.now()
            )
            tx.session.add(row)
            tx.session.flush()  # whoever comes second with this key waits here, or fails, before anything is done
            reply = work()
            row.status, row.body = reply.status, reply.body
            return reply
    except IntegrityError:
        kept = kept_reply(context, caller, key, fingerprint)
        if kept is None:  # it was the work that met another writer, not the key
            raise
        return kept


def forget_replies(context: Context, batch: int = 1000) -> int:
    """Delete every reply that is kept no longer, `batch` in a transaction; how many."""
    names = (IdempotentReply.caller, IdempotentReply.key)
    old = select(*names).where(IdempotentReply.kept_at <= _oldest(context)).limit(batch)
    forgotten = 0
    while True:
        with context.sessions.begin() as session:
            some = session.execute(old).tuples().all()
            session.execute(delete(IdempotentReply).where(tuple_(*names).in_(some)))
        forgotten += len(some)
        if len(some) < batch:
            return forgotten


def _oldest(context: Context) -> DateTime:
    return clock.now() - context.replies_kept


def kept_reply(context: Context, caller: str, key: str, fingerprint: str) -> Reply | None:
    """What was answered to this request before, if it was. Raises `IdempotencyConflict` as `once` does."""
    with reading(context) as session:
        row = session.get(IdempotentReply, (caller, key))
        if row is None or row.kept_at <= _oldest(context):
            return None
        if row.fingerprint != fingerprint:
            raise IdempotencyConflict
        return Reply(row.status, row.body, replayed=True)
