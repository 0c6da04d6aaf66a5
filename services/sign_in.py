"""Signing in to the pages: one name, one password, one session; whoever fails too often waits."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

import clock
from domain.accounts import fault_of_password
from domain.actions import Actor, Role
from domain.errors import Incomplete, Missing
from domain.single_sign_on import Outcome, Way
from models.accounts import Account, WebSession
from services.accounts import NO_PASSWORD, end_sessions
from services.context import Context
from services.passwords import hashed, is_outdated, is_right
from services.sign_in_history import LONGEST_ADDRESS, note, refused
from services.sign_in_tries import SignInRefused, begin_try, tries_of, tries_to_change
from services.transactions import Transaction, reading, transaction

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES = 32
_NOTED_EVERY = dt.timedelta(minutes=1)
"""A session's last use is written down no oftener: a page that is looked at costs no write each time."""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in."""

    account_id: int
    actor: Actor
    must_change: bool
    """Whether they signed in with a password that somebody else gave out."""
    has_password: bool


def sign_in(context: Context, name: str, password: str, address: str, browser: str = "") -> str:
    """Begin a session; the token that stands for it, which is kept nowhere else.

    `browser` is the secret of a browser that this account was signed in with before (`services.known_browsers`): it is
    heard although strangers locked the account or its address, as long as it does not itself fail too often.

    Raises:
        SignInRefused: wrong, disabled, or tried too often by this name or from this address.
    """
    name = name.strip()
    tried = tries_of(context, name, address, browser)
    try:
        counted = begin_try(context, tried)
    except SignInRefused:
        refused(context, Way.PASSWORD, Outcome.LOCKED, name, address)
        raise
    with reading(context) as session:
        account = session.scalar(select(Account).where(Account.name == name)) if name.isprintable() else None
        kept = account.password if account is not None and account.disabled_at is None else None
    if not is_right(password, kept) or account is None:
        outcome = Outcome.DISABLED if account is not None and account.disabled_at is not None else Outcome.WRONG
        refused(context, Way.PASSWORD, outcome, name, address)
        raise SignInRefused
    with transaction(context) as tx:
        row = tx.session.get_one(Account, account.id, with_for_update=True, populate_existing=True)
        if row.disabled_at is not None or row.password != kept:  # changed while the password was looked at
            raise SignInRefused
        if is_outdated(row.password):
            row.password = hashed(password)
        counted.forgive(tx)
        note(tx, Way.PASSWORD, Outcome.SIGNED_IN, row, name, address)
        return begin_session(tx, row, Way.PASSWORD, address)


def session_of(context: Context, token: str, *, by_hand: bool = True) -> SignedIn | None:
    """Who is signed in with this token; `None` when nobody is any more.

    Unless it was somebody's own doing (`by_hand`), such as a page that keeps itself up to date, it does not count as
    use: a screen that everybody left signs out all the same.
    """
    if not _TOKEN.fullmatch(token):
        return None
    now, digest = clock.now(), digest_of(token)
    with reading(context) as session:
        row = session.get(WebSession, digest, options=[joinedload(WebSession.account)])
        if row is None or row.account.disabled_at is not None:
            return None
        if context.sign_in.is_over(row.began_at, row.used_at, now):
            return None
        account, used_at, way = row.account, row.used_at, row.way
    if by_hand and now - used_at >= _NOTED_EVERY:
        with transaction(context) as tx:
            again = tx.session.get(WebSession, digest)
            if again is not None:
                again.used_at = now
    must_change = account.must_change and way != Way.PROVIDER
    actor = Actor(Role(account.role), account.unit, account.name)
    return SignedIn(account.id, actor, must_change, account.password != NO_PASSWORD)


def sign_out(context: Context, token: str, address: str = "") -> Way | None:
    """End the session; one that is over already stays so. How it was begun; `None` where there was none."""
    with transaction(context) as tx:
        row = tx.session.get(WebSession, digest_of(token), options=[joinedload(WebSession.account)])
        if row is None:
            return None
        way = Way(row.way or Way.PASSWORD)
        note(tx, way, Outcome.SIGNED_OUT, row.account, row.account.name, address)
        tx.session.delete(row)
        return way


def change_password(context: Context, who: SignedIn, former: str, new: str, address: str = "") -> str:
    """Give oneself another password; every session of the account ends, and this one begins anew with the token given.

    Raises:
        Incomplete: the former one is wrong, now or too often before, or nobody should have the new one.
    """
    with reading(context) as session:
        account = session.get_one(Account, who.account_id)
        name, kept = account.name, account.password
    try:
        counted = begin_try(context, tries_to_change(context, name))
    except SignInRefused as refusal:
        raise Incomplete([Missing("former", refusal.message)]) from None
    right = is_right(former, kept)
    problems = [] if right else [Missing("former", "现在的密码不对")]
    fault = "新密码不能与现在的相同" if former == new else fault_of_password(new, name)
    if fault is not None:
        problems.append(Missing("new", fault))
    if right:
        with transaction(context) as tx:
            counted.forgive(tx)
    if problems:
        raise Incomplete(problems)
    fresh = hashed(new)
    with transaction(context) as tx:
        row = tx.session.get_one(Account, who.account_id, with_for_update=True, populate_existing=True)
        row.password, row.must_change = fresh, False
        end_sessions(tx, row)
        return begin_session(tx, row, Way.PASSWORD, address)


def begin_session(tx: Transaction, account: Account, way: Way, address: str) -> str:
    """A session that nobody had before, and the end of all that are too old for anybody."""
    now, token = clock.now(), secrets.token_urlsafe(_TOKEN_BYTES)
    tx.session.execute(delete(WebSession).where(WebSession.began_at < now - tx.context.sign_in.longest))
    tx.session.add(
        WebSession(
            digest=digest_of(token),
            account_id=account.id,
            began_at=now,
            used_at=now,
            way=way.value,
            address=address[:LONGEST_ADDRESS],
        )
    )
    return token


def digest_of(token: str) -> str:
    """A plain hash will do: the token is 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
