"""How often somebody may try to sign in: who waits, and why a stranger cannot make somebody else wait.

A try is counted before the password is looked at, and taken back when it was right: tries that come all at once are
as many as those that come one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from pendulum import DateTime
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

import clock
from domain.addresses import network_of
from domain.errors import DomainError
from models.accounts import SignInFailure
from services.accounts import subject_of
from services.context import Context
from services.transactions import Transaction, transaction


class SignInRefused(DomainError):
    """Not signed in; the words are the same whether there is such an account or not."""

    code = "sign-in-refused"

    def __init__(self, message: str = "账号或密码不对") -> None:
        self.message = message


@dataclass(frozen=True)
class Tries:
    """Under what a try is counted, each with how often it may fail."""

    account: dict[str, int]
    address: dict[str, int]
    browser: dict[str, int]
    """Empty where the browser is a stranger to the account."""

    @property
    def all(self) -> dict[str, int]:
        return self.account | self.address | self.browser


def tries_of(context: Context, name: str, address: str, browser: str = "") -> Tries:
    """How a try to sign in as `name` is counted; `browser` is empty for one that is not known to the account."""
    rules = context.sign_in
    own = {subject_of(context, "browser", f"{browser} {name}"): rules.failures_of_account} if browser else {}
    return Tries({subject_of(context, "account", name): rules.failures_of_account}, _of(context, address), own)


def tries_to_change(context: Context, name: str) -> Tries:
    """How a try is counted to say the password of the account that one is signed in with: a session may be stolen."""
    return Tries({subject_of(context, "change", name): context.sign_in.failures_of_account}, {}, {})


def tries_from(context: Context, address: str) -> Tries:
    """How a try is counted that names nobody yet."""
    return Tries({}, _of(context, address), {})


@dataclass(frozen=True)
class Try:
    """A try that is counted, until it turns out to be a good one."""

    tried: Tries
    at: DateTime
    address_failed_at: dict[str, DateTime]
    """When the address had failed before."""

    def forgive(self, tx: Transaction) -> None:
        """Count it no longer, nor what was wrong before it.

        What the address did wrong stays: whoever guesses has an account of their own, too.
        """
        own = [*self.tried.account, *self.tried.browser]
        tx.session.execute(delete(SignInFailure).where(SignInFailure.subject.in_(own)))
        for subject in self.tried.address:
            row = tx.session.get(SignInFailure, subject, with_for_update=True, populate_existing=True)
            if row is None:
                continue
            row.failures -= 1
            if row.failures <= 0:
                tx.session.delete(row)
            elif row.last_at == self.at and subject in self.address_failed_at:
                row.last_at = self.address_failed_at[subject]


def begin_try(context: Context, tried: Tries) -> Try:
    """Count a try, to be forgiven if it was a good one.

    Raises `SignInRefused`, and counts nothing, while the account or the address has failed as often as it may, unless
    the browser is known to the account and has not.
    """
    return _repeated(context, tried, refuse=True, count=True)


def refuse_locked(context: Context, tried: Tries) -> None:
    """Raises `SignInRefused` as `begin_try` does; nothing is counted."""
    _repeated(context, tried, refuse=True, count=False)


def note_failure(context: Context, tried: Tries) -> None:
    """Count a failure that was not begun as a try."""
    _repeated(context, tried, refuse=False, count=True)


def _repeated(context: Context, tried: Tries, *, refuse: bool, count: bool) -> Try:
    try:
        return _tried(context, tried, refuse=refuse, count=count)
    except IntegrityError:  # another try of the same was the first one at this very moment
        return _tried(context, tried, refuse=refuse, count=count)


def _tried(context: Context, tried: Tries, *, refuse: bool, count: bool) -> Try:
    rules, now = context.sign_in, clock.now()
    with transaction(context) as tx:
        tx.session.execute(delete(SignInFailure).where(SignInFailure.last_at <= now - rules.locked))
        rows = {
            subject: tx.session.get(SignInFailure, subject, with_for_update=True, populate_existing=True)
            for subject in sorted(tried.all)
        }
        locked = {
            subject: row.last_at + rules.locked
            for subject, row in rows.items()
            if row is not None and row.failures >= tried.all[subject]
        }
        general = [until for subject, until in locked.items() if subject not in tried.browser]
        heard = tried.browser and not tried.browser.keys() & locked.keys()
        if refuse and general and not heard:
            raise SignInRefused(_wait(max(general), now))
        before = {subject: row.last_at for subject, row in rows.items() if row is not None}
        for subject, row in rows.items() if count else ():
            if row is None:
                tx.session.add(SignInFailure(subject=subject, failures=1, last_at=now))
            else:
                row.failures, row.last_at = row.failures + 1, now
        return Try(tried, now, before)


def _wait(until: DateTime, now: DateTime) -> str:
    minutes = -(-int((until - now).total_seconds()) // 60)
    return f"连续多次不对，请{minutes}分钟后再试，或请平台运维重置密码"


def _of(context: Context, address: str) -> dict[str, int]:
    return {subject_of(context, "address", network_of(address)): context.sign_in.failures_of_address}
