"""Signing in at the district's identity provider: to it, back from it, and whose account that is."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, replace

from sqlalchemy import delete, or_, select

import clock
from domain.actions import Role
from domain.errors import DomainError, NotFound
from domain.single_sign_on import MAIL, MAIL_VERIFIED, Outcome, Person, Way, person_of
from gateways.openid import NotProven, OpenIdProvider
from models.accounts import Account, ProviderVisit
from services.accounts import NAME_LENGTH, NO_PASSWORD
from services.context import Context
from services.keys import require_known_unit
from services.sign_in import begin_session
from services.sign_in_history import note
from services.sign_in_tries import SignInRefused, note_failure, refuse_locked, tries_from
from services.transactions import Transaction, transaction

VISIT = dt.timedelta(minutes=15)
"""How long somebody may take at the provider (our own decision)."""
_BYTES = 32


@dataclass(frozen=True)
class _Refusal:
    """Why whoever came back is not signed in."""

    outcome: Outcome
    said: str
    account: Account | None = None


def begin(context: Context, browser: str, to: str, address: str) -> str:
    """Where to send the browser called `browser`, which wanted the page `to` and asks from `address`.

    Raises:
        NotFound: there is no provider.
        SignInRefused: too many failures from this address.
        ProviderAway: the provider does not answer.
    """
    provider = _provider(context)
    refuse_locked(context, tries_from(context, address))
    state, nonce, verifier = (secrets.token_urlsafe(_BYTES) for _ in range(3))
    there = provider.address(state, nonce, verifier)
    now = clock.now()
    with transaction(context) as tx:
        tx.session.execute(delete(ProviderVisit).where(ProviderVisit.began_at < now - VISIT))
        tx.session.add(
            ProviderVisit(
                state=_digest(state), browser=_digest(browser), nonce=nonce, verifier=verifier, to=to, began_at=now
            )
        )
    return there


def finish(
    context: Context, browser: str, state: str, code: str, address: str, said_by: str | None = None
) -> tuple[str, str]:
    """Begin a session for whoever came back: its token, and the page they wanted.

    `said_by` is which provider says that it sends them, where it says so (RFC 9207).

    Raises:
        NotProven: this browser was not sent there, too long ago, it was back already, or the provider denies it.
        SignInRefused: there is no account for them; the words say what to do.
        ProviderAway: the provider does not answer.
    """
    provider, rules = _provider(context), context.directory
    tried = tries_from(context, address)
    refuse_locked(context, tried)
    visit = _taken(context, browser, state)
    if visit is None or not code or said_by not in {None, provider.registration.issuer}:
        note_failure(context, tried)
        raise NotProven
    wanted = frozenset(
        claim.partition(".")[0] for claim in (rules.login_claim, rules.role_claim, rules.unit_claim) if claim
    ) | ({MAIL_VERIFIED} if rules.login_claim == MAIL else set())
    try:
        claims = provider.identify(code, visit.nonce, visit.verifier, wanted)
    except NotProven:
        note_failure(context, tried)
        raise
    person = person_of(claims, rules)
    with transaction(context) as tx:
        found = _account_for(tx, person)
        account = found.account if isinstance(found, _Refusal) else found
        outcome = found.outcome if isinstance(found, _Refusal) else Outcome.SIGNED_IN
        note(tx, Way.PROVIDER, outcome, account, person.login, address)
        if isinstance(found, Account):
            return begin_session(tx, found, Way.PROVIDER, address), visit.to
    note_failure(context, tried)
    raise SignInRefused(found.said)


def sign_out_address(context: Context) -> str | None:
    """Where somebody signs out at the provider, too; `None` where there is none."""
    return context.identity_provider.sign_out_address() if context.identity_provider else None


def _provider(context: Context) -> OpenIdProvider:
    if context.identity_provider is None:
        raise NotFound("统一身份认证，平台没有接入")
    return context.identity_provider


def _taken(context: Context, browser: str, state: str) -> ProviderVisit | None:
    """The visit that ends here; it ends once, whoever else brings the same word."""
    with transaction(context) as tx:
        visit = tx.session.get(ProviderVisit, _digest(state), with_for_update=True)
        if visit is None:
            return None
        tx.session.delete(visit)
    fits = visit.browser == _digest(browser) and clock.now() < visit.began_at + VISIT
    return visit if fits else None


def _account_for(tx: Transaction, person: Person) -> Account | _Refusal:
    """Theirs by who they are; before the first sign-in, the one that an operator opened for what they are called."""
    either = or_(Account.subject == person.subject, Account.login == person.login)
    found = tx.session.scalars(select(Account).where(either).with_for_update()).all()
    account = min(found, key=lambda one: one.subject != person.subject, default=None)
    if account is None:
        return _opened(tx, person)
    if account.disabled_at is not None:
        return _Refusal(Outcome.DISABLED, "您的账号已停用。如仍需使用，请联系平台运维", account)
    if account.subject not in {None, person.subject}:
        said = f"登录名“{person.login}”首次登录时是另一个人，没有登录。请联系平台运维核实后重新关联"
        return _Refusal(Outcome.OTHER_PERSON, said, account)
    if account.from_directory:
        fault = _fault_of_standing(tx, person)
        if fault is not None:
            return replace(fault, account=account)
        assert person.role is not None  # noqa: S101 - or there was a fault
        account.role, account.unit = person.role.value, person.unit
    account.subject = person.subject
    return account


def _opened(tx: Transaction, person: Person) -> Account | _Refusal:
    """A new account for somebody whose role the directory says, or why there is none."""
    if not tx.context.directory.role_claim:
        return _Refusal(Outcome.UNKNOWN, _unknown(person))
    fault = _fault_of_standing(tx, person)
    if fault is not None:
        return fault
    if not 1 <= len(person.login) <= NAME_LENGTH or not person.login.isprintable():
        return _Refusal(Outcome.UNKNOWN, "统一身份认证没有给出可用的登录名，请联系平台运维")
    if tx.session.scalar(select(Account.id).where(Account.name == person.login)) is not None:
        said = f"平台上已有名为“{person.login}”的账号，尚未与统一身份关联。请联系平台运维关联"
        return _Refusal(Outcome.UNKNOWN, said)
    assert person.role is not None  # noqa: S101 - or there was a fault
    account = Account(
        name=person.login,
        role=person.role.value,
        unit=person.unit,
        password=NO_PASSWORD,
        must_change=False,
        created_at=clock.now(),
        login=person.login,
        subject=person.subject,
        from_directory=True,
    )
    tx.session.add(account)
    tx.session.flush()
    return account


def _fault_of_standing(tx: Transaction, person: Person) -> _Refusal | None:
    """Why nobody can act as the directory says: no role, several, or a unit that handles nothing."""
    if person.role is None:
        said = "统一身份目录中没有您在本平台的角色，或不止一个，没有登录。请联系平台运维"
        return _Refusal(Outcome.NO_ROLE, said)
    if person.role is Role.UNIT and person.unit is None:
        return _Refusal(Outcome.NO_ROLE, "统一身份目录中没有您的承办单位，没有登录。请联系平台运维")
    try:
        require_known_unit(tx, person.role, person.unit)
    except DomainError as fault:
        return _Refusal(Outcome.NO_ROLE, f"统一身份目录中您的单位在平台上不能用：{fault.message}。请联系平台运维")
    return None


def _unknown(person: Person) -> str:
    named = f"统一身份认证已确认您是“{person.login}”，但" if person.login else ""
    return f"{named}平台上没有您的账号，没有登录。请联系平台运维开通，并告知这个登录名"


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode()).hexdigest()
