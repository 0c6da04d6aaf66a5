"""Who signed in, when, from where, and who was refused (登录记录): kept for as long as the law asks at least."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, func, select

import clock
from domain.actions import Actor
from domain.administration import RECORD_READERS
from domain.single_sign_on import OUTCOME_LABELS, WAY_LABELS, Outcome, Way
from models.accounts import Account, SignInEvent
from models.administration_answers import SignInView
from services.access import require_role
from services.context import Context
from services.transactions import Transaction, reading, transaction

PAGE = 100
LONGEST_ADDRESS = 45
_LOGIN = 120


def note(tx: Transaction, way: Way, outcome: Outcome, account: Account | None, login: str, address: str) -> None:
    """Write it down, and forget what is older than it must be. Of names that nobody has nothing is written."""
    now = clock.now()
    tx.session.execute(delete(SignInEvent).where(SignInEvent.at < now - tx.context.sign_in.history))
    tx.session.add(
        SignInEvent(
            at=now,
            account_id=account.id if account is not None else None,
            way=way.value,
            outcome=outcome.value,
            login=(account.name if account is not None else login)[:_LOGIN],
            address=address[:LONGEST_ADDRESS],
        )
    )


def refused(context: Context, way: Way, outcome: Outcome, name: str, address: str) -> None:
    """Write down that an account was refused, by its name; nothing where there is no such account."""
    with transaction(context) as tx:
        account = tx.session.scalar(select(Account).where(Account.name == name)) if name.isprintable() else None
        if account is not None:
            note(tx, way, outcome, account, name, address)


def history(context: Context, actor: Actor, name: str | None = None, before: int | None = None) -> list[SignInView]:
    """The latest sign-ins, of one account or of all, the newest first; `before` is the last number that was seen.

    Raises `NotPermitted` for whoever is neither an operator nor an inspector.
    """
    require_role(actor, *RECORD_READERS)
    query = select(SignInEvent).order_by(SignInEvent.id.desc()).limit(PAGE)
    if name is not None:
        query = query.join(Account, Account.id == SignInEvent.account_id).where(Account.name == name)
    if before is not None:
        query = query.where(SignInEvent.id < before)
    with reading(context) as session:
        return [
            SignInView(
                number=row.id,
                at=row.at,
                login=row.login,
                known=row.account_id is not None,
                way=WAY_LABELS[Way(row.way)],
                outcome=OUTCOME_LABELS[Outcome(row.outcome)],
                refused=row.outcome not in {Outcome.SIGNED_IN, Outcome.SIGNED_OUT},
                address=row.address,
            )
            for row in session.scalars(query)
        ]


def last_sign_ins(context: Context) -> dict[int, dt.datetime]:
    """When each account was last signed in with, by its id, as far as it is on record."""
    query = select(SignInEvent.account_id, func.max(SignInEvent.at)).where(
        SignInEvent.outcome == Outcome.SIGNED_IN.value, SignInEvent.account_id.is_not(None)
    )
    with reading(context) as session:
        rows = session.execute(query.group_by(SignInEvent.account_id)).tuples().all()
    return {account: at for account, at in rows if account is not None}
