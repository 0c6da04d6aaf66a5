"""The sessions of an account that go on: shown to whoever they are of, and ended one by one or all but one's own."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

import clock
from domain.actions import Actor
from domain.errors import NotFound
from domain.single_sign_on import WAY_LABELS, Outcome, Way
from models.accounts import Account, WebSession
from models.administration_answers import SessionView
from services.administration import require_administrator
from services.context import Context
from services.sign_in import SignedIn, digest_of
from services.sign_in_history import note
from services.transactions import reading, transaction

_MARK = 16
"""Letters of a session's digest by which it is named: enough to tell them apart, and no way back to the token."""


def own_sessions(context: Context, who: SignedIn, token: str) -> list[SessionView]:
    """Where one is signed in, the latest first; `token` is that of the session that asks."""
    return _sessions(context, who.account_id, digest_of(token))


def sessions_of(context: Context, actor: Actor, account_id: int) -> list[SessionView]:
    """Where somebody is signed in, for whoever administers. Raises `NotPermitted`."""
    require_administrator(actor)
    return _sessions(context, account_id, "")


def end_one(context: Context, who: SignedIn, mark: str, address: str = "") -> None:
    """End the one session of one's own with this mark. Raises `NotFound` where there is none (any more)."""
    if not _end(context, who, address, lambda row: row.digest[:_MARK] == mark):
        raise NotFound("这处登录（可能已经退出）")


def end_others(context: Context, who: SignedIn, token: str, address: str = "") -> None:
    """End every session of the account but the one with this token."""
    _end(context, who, address, lambda row: row.digest != digest_of(token))


def _sessions(context: Context, account_id: int, own: str) -> list[SessionView]:
    rules, now = context.sign_in, clock.now()
    query = select(WebSession).where(WebSession.account_id == account_id).order_by(WebSession.used_at.desc())
    with reading(context) as session:
        return [
            SessionView(
                mark=row.digest[:_MARK],
                began_at=row.began_at,
                used_at=row.used_at,
                way=WAY_LABELS[Way(row.way or Way.PASSWORD)],
                address=row.address or "",
                here=row.digest == own,
            )
            for row in session.scalars(query)
            if not rules.is_over(row.began_at, row.used_at, now)
        ]


def _end(context: Context, who: SignedIn, address: str, is_meant: Callable[[WebSession], bool]) -> int:
    """How many were ended; each is on record."""
    with transaction(context) as tx:
        account = tx.session.get_one(Account, who.account_id)
        rows = tx.session.scalars(select(WebSession).where(WebSession.account_id == who.account_id)).all()
        meant = [row for row in rows if is_meant(row)]
        for row in meant:
            note(tx, Way(row.way or Way.PASSWORD), Outcome.SIGNED_OUT, account, account.name, address)
            tx.session.delete(row)
        return len(meant)
