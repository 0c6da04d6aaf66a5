"""Accounts of those who sign in to the pages: made, listed, disabled, given a new password."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

import clock
from domain.accounts import ACCOUNT_ROLES
from domain.actions import ROLE_LABELS, Role
from domain.errors import Incomplete, Missing, NotFound
from models.accounts import Account, SignInFailure, WebSession
from models.answers import AccountView
from services.context import Context
from services.keys import require_known_unit
from services.passwords import hashed
from services.transactions import Transaction, reading, transaction

NAME_LENGTH, LOGIN_LENGTH = 60, 120
NO_PASSWORD = "!"  # noqa: S105 - it opens nothing
"""What is kept of an account that signs in at the identity provider alone: no password makes it."""
_WORDS, _LETTERS = 4, "abcdefghjkmnpqrstuvwxyz23456789"
_WORD_LENGTH = 4


def create_account(context: Context, name: str, role: Role, unit: str | None, login: str | None = None) -> str:
    """Make an account and give out its first password, this one time; it must be changed at the first sign-in.

    `login` is what the identity provider calls whoever may also sign in there.

    Raises:
        Incomplete: name, role or unit cannot be.
        RuleRefusal: the unit does not handle petitions.
    """
    name = name.strip()
    problems = []
    if role not in ACCOUNT_ROLES:
        problems.append(Missing("role", f"{ROLE_LABELS[role]}不使用账号"))
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        problems.append(Missing("name", f"账号名须为1至{NAME_LENGTH}字，不含换行"))
    if role is Role.UNIT and unit is None:
        problems.append(Missing("unit", "承办单位的账号须写明单位代码"))
    problems += _faults_of_login(login)
    if problems:
        raise Incomplete(problems)
    password = _random_password()
    try:
        with transaction(context) as tx:
            require_known_unit(tx, role, unit)
            _require_free_login(tx, login, None)
            tx.session.add(
                Account(
                    name=name,
                    role=role.value,
                    unit=unit,
                    password=hashed(password),
                    must_change=True,
                    created_at=clock.now(),
                    login=login,
                )
            )
            tx.session.flush()
    except IntegrityError:
        raise Incomplete([Missing("name", f"已有名为“{name}”的账号")]) from None
    return password


def reset_password(context: Context, name: str) -> str:
    """Give the account a new first password, this one time; whoever is signed in with it no longer is.

    Whoever waits because of failures need not wait longer. Raises `NotFound`.
    """
    password = _random_password()
    with transaction(context) as tx:
        account = _account(tx, name)
        account.password, account.must_change = hashed(password), True
        forget_failures(tx, account.name)
        end_sessions(tx, account)
    return password


def link_account(context: Context, name: str, login: str | None) -> None:
    """Let whoever the identity provider calls `login` sign in to the account, from their next time on; `None`: nobody.

    Whoever was linked before no longer is. Raises `Incomplete`, `NotFound`.
    """
    problems = _faults_of_login(login)
    if problems:
        raise Incomplete(problems)
    with transaction(context) as tx:
        account = _account(tx, name)
        _require_free_login(tx, login, account)
        account.login, account.subject, account.from_directory = login, None, None
        end_sessions(tx, account)


def disable_account(context: Context, name: str) -> None:
    """Nobody signs in with the account any more, and whoever is signed in no longer is. Raises `NotFound`."""
    with transaction(context) as tx:
        account = _account(tx, name)
        account.disabled_at = account.disabled_at or clock.now()
        end_sessions(tx, account)


def enable_account(context: Context, name: str) -> None:
    """A disabled account is open again, with the password it had. Raises `NotFound`."""
    with transaction(context) as tx:
        _account(tx, name).disabled_at = None


def list_accounts(context: Context) -> list[AccountView]:
    """Every account, by name."""
    with reading(context) as session:
        return [
            AccountView(
                name=row.name,
                role=row.role,
                unit=row.unit,
                created_at=row.created_at,
                disabled_at=row.disabled_at,
                must_change=row.must_change,
                login=row.login,
                from_directory=bool(row.from_directory),
            )
            for row in session.scalars(select(Account).order_by(Account.name))
        ]


def end_sessions(tx: Transaction, account: Account) -> None:
    """Whoever is signed in with this account no longer is."""
    tx.session.execute(delete(WebSession).where(WebSession.account_id == account.id))


def forget_failures(tx: Transaction, name: str) -> None:
    """What went wrong with this name before counts no longer."""
    tx.session.execute(delete(SignInFailure).where(SignInFailure.subject == subject_of(tx.context, "account", name)))


def subject_of(context: Context, kind: str, said: str) -> str:
    """Under what failures are counted: neither the names people typed nor their addresses are kept."""
    return hmac.new(context.person_key(), f"sign-in {kind} {said.lower()}".encode(), hashlib.sha256).hexdigest()


def _account(tx: Transaction, name: str) -> Account:
    query = select(Account).where(Account.name == name.strip()).with_for_update()
    row = tx.session.scalar(query) if name.isprintable() else None
    if row is None:
        raise NotFound(f"名为“{name}”的账号")
    return row


def _faults_of_login(login: str | None) -> list[Missing]:
    if login is None or (1 <= len(login) <= LOGIN_LENGTH and login.isprintable() and login == login.strip()):
        return []
    return [Missing("login", f"统一身份的登录名须为1至{LOGIN_LENGTH}字，不含换行")]


def _require_free_login(tx: Transaction, login: str | None, account: Account | None) -> None:
    """Raises `Incomplete` where another account has it."""
    other = tx.session.scalar(select(Account).where(Account.login == login)) if login is not None else None
    if other is not None and other is not account:
        raise Incomplete([Missing("login", f"登录名“{login}”已与账号“{other.name}”关联")])


def _random_password() -> str:
    """Sixteen letters that can be told apart when somebody reads them out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_WORD_LENGTH)) for _ in range(_WORDS))
