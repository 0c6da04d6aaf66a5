"""Accounts of those who sign in to the pages: made, listed, disabled, given a new password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

import clock
from domain.accounts import ACCOUNT_ROLES
from domain.actions import ROLE_LABELS, Actor, Role
from domain.administration import COMMAND_LINE, Act
from domain.errors import Incomplete, Missing, NotFound, RuleRefusal
from models.accounts import Account, SignInFailure, WebSession
from models.administration_answers import AccountView
from services.administration import record, require_administrator
from services.context import Context
from services.keys import capacity, require_known_unit
from services.passwords import hashed
from services.sign_in_history import last_sign_ins
from services.transactions import Transaction, reading, transaction

NAME_LENGTH, LOGIN_LENGTH = 60, 120
NO_PASSWORD = "!"  # noqa: S105 - it opens nothing
"""What is kept of an account that signs in at the identity provider alone: no password makes it."""
_FOR_SOMEBODY = {Role.UNIT: "单位", Role.MEDIA: "媒体"}
_WORDS, _LETTERS = 4, "abcdefghjkmnpqrstuvwxyz23456789"
_WORD_LENGTH = 4


def create_account(
    context: Context,
    name: str,
    role: Role,
    unit: str | None,
    login: str | None = None,
    actor: Actor = COMMAND_LINE,
) -> str:
    """Make an account and give out its first password, this one time; it must be changed at the first sign-in.

    `login` is what the identity provider calls whoever may also sign in there.

    Raises:
        Incomplete: name, role or unit cannot be.
        RuleRefusal: the unit does not handle petitions.
    """
    require_administrator(actor)
    name = name.strip()
    problems = [*_faults_of_standing(role, unit), *_faults_of_login(login)]
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        problems.append(Missing("name", f"账号名须为1至{NAME_LENGTH}字，不含换行"))
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
            record(tx, actor, Act.CREATE_ACCOUNT, name, capacity(tx.policy_in_force(), role, unit))
            tx.session.flush()
    except IntegrityError:
        raise Incomplete([Missing("name", f"已有名为“{name}”的账号")]) from None
    return password


def reset_password(context: Context, name: str, actor: Actor = COMMAND_LINE, stamp: str | None = None) -> str:
    """Give the account a new first password, this one time; whoever is signed in with it no longer is.

    Whoever waits because of failures need not wait longer. `stamp`: what was seen of it, `None` expects nothing.
    Raises `NotFound`, `RuleRefusal` where somebody changed it meanwhile.
    """
    password = _random_password()
    with _changing(context, name, actor, Act.RESET_PASSWORD, stamp) as (tx, account):
        account.password, account.must_change = hashed(password), True
        forget_failures(tx, account.name)
        end_sessions(tx, account)
    return password


def unlock_account(context: Context, name: str, actor: Actor) -> None:
    """Whoever waits because of failures need not wait longer. Raises `NotFound`."""
    with _changing(context, name, actor, Act.UNLOCK_ACCOUNT) as (tx, account):
        forget_failures(tx, account.name)


def end_all_sessions(context: Context, name: str, actor: Actor) -> None:
    """Whoever is signed in with the account no longer is. Raises `NotFound`."""
    with _changing(context, name, actor, Act.END_SESSIONS) as (tx, account):
        end_sessions(tx, account)


def change_standing(
    context: Context, name: str, role: Role, unit: str | None, actor: Actor, stamp: str | None = None
) -> None:
    """Let the account act in another capacity from now on; what it did before stays as it is written.

    Raises as `create_account` and `reset_password` do; also `RuleRefusal` for oneself and for the last operator.
    """
    problems = _faults_of_standing(role, unit)
    if problems:
        raise Incomplete(problems)

    def words(tx: Transaction, account: Account) -> str:
        policy = tx.policy_in_force()
        return f"{capacity(policy, Role(account.role), account.unit)} → {capacity(policy, role, unit)}"

    with _changing(context, name, actor, Act.CHANGE_STANDING, stamp, words) as (tx, account):
        require_known_unit(tx, role, unit)
        if role is not Role.OPERATOR:
            _require_another_operator(tx, account, actor)
        account.role, account.unit, account.from_directory = role.value, unit, None


def link_account(
    context: Context, name: str, login: str | None, actor: Actor = COMMAND_LINE, stamp: str | None = None
) -> None:
    """Let whoever the identity provider calls `login` sign in to the account, from their next time on; `None`: nobody.

    Whoever was linked before no longer is. Raises `Incomplete`, `NotFound`, `RuleRefusal`.
    """
    problems = _faults_of_login(login)
    if problems:
        raise Incomplete(problems)
    with _changing(context, name, actor, Act.LINK_ACCOUNT, stamp, lambda *_: login or "取消关联") as (tx, account):
        _require_free_login(tx, login, account)
        account.login, account.subject, account.from_directory = login, None, None
        end_sessions(tx, account)


def disable_account(context: Context, name: str, actor: Actor = COMMAND_LINE, stamp: str | None = None) -> None:
    """Nobody signs in with the account any more, and whoever is signed in no longer is.

    Raises `NotFound`; `RuleRefusal` for oneself and for the last operator.
    """
    with _changing(context, name, actor, Act.DISABLE_ACCOUNT, stamp) as (tx, account):
        _require_another_operator(tx, account, actor)
        account.disabled_at = account.disabled_at or clock.now()
        end_sessions(tx, account)


def enable_account(context: Context, name: str, actor: Actor = COMMAND_LINE, stamp: str | None = None) -> None:
    """A disabled account is open again, with the password it had. Raises `NotFound`."""
    with _changing(context, name, actor, Act.ENABLE_ACCOUNT, stamp) as (_, account):
        account.disabled_at = None


def list_accounts(context: Context) -> list[AccountView]:
    """Every account, by name."""
    now, rules = clock.now(), context.sign_in
    seen = last_sign_ins(context)
    with reading(context) as session:
        waiting = set(
            session.scalars(
                select(SignInFailure.subject).where(
                    SignInFailure.failures >= rules.failures_of_account, SignInFailure.last_at > now - rules.locked
                )
            )
        )
        live = Counter(
            row.account_id
            for row in session.scalars(select(WebSession))
            if not rules.is_over(row.began_at, row.used_at, now)
        )
        return [
            AccountView(
                number=row.id,
                name=row.name,
                role=row.role,
                unit=row.unit,
                created_at=row.created_at,
                disabled_at=row.disabled_at,
                must_change=row.must_change,
                login=row.login,
                from_directory=bool(row.from_directory),
                seen_at=seen.get(row.id),
                sessions=live[row.id],
                locked=subject_of(context, "account", row.name) in waiting,
                stamp=_stamp(row),
            )
            for row in session.scalars(select(Account).order_by(Account.name))
        ]


def is_first_account(context: Context) -> bool:
    """Whether there is no account yet, so that nobody can open one at the pages."""
    with reading(context) as session:
        return session.scalar(select(Account.id).limit(1)) is None


def end_sessions(tx: Transaction, account: Account) -> None:
    """Whoever is signed in with this account no longer is."""
    tx.session.execute(delete(WebSession).where(WebSession.account_id == account.id))


def forget_failures(tx: Transaction, name: str) -> None:
    """What went wrong with this name before counts no longer."""
    tx.session.execute(delete(SignInFailure).where(SignInFailure.subject == subject_of(tx.context, "account", name)))


def subject_of(context: Context, kind: str, said: str) -> str:
    """Under what failures are counted: neither the names people typed nor their addresses are kept."""
    return hmac.new(context.person_key(), f"sign-in {kind} {said.lower()}".encode(), hashlib.sha256).hexdigest()


@contextmanager
def _changing(
    context: Context,
    name: str,
    actor: Actor,
    act: Act,
    stamp: str | None = None,
    words: Callable[[Transaction, Account], str] = lambda *_: "",
) -> Iterator[tuple[Transaction, Account]]:
    """The account, held against every other writer; what is done is on record, with `words` about how it was before."""
    require_administrator(actor)
    with transaction(context) as tx:
        query = select(Account).where(Account.name == name.strip()).with_for_update()
        account = tx.session.scalar(query) if name.isprintable() else None
        if account is None:
            raise NotFound(f"名为“{name}”的账号")
        if stamp is not None and stamp != _stamp(account):
            raise RuleRefusal("changed-meanwhile", "这个账号刚被别人改过，请看一眼现在的情况再决定")
        said = words(tx, account)
        yield tx, account
        record(tx, actor, act, account.name, said)


def _stamp(account: Account) -> str:
    """What tells whether somebody changed the account since it was seen."""
    seen = (account.role, account.unit, account.login, account.password, str(account.disabled_at))
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]


def _require_another_operator(tx: Transaction, account: Account, actor: Actor) -> None:
    """Nobody shuts themselves out, and somebody must be left who lets others in."""
    if account.name == actor.name:
        raise RuleRefusal("own-account", "不能停用自己的账号或改自己的角色，请由另一位运维操作")
    others = select(Account.id).where(
        Account.role == Role.OPERATOR.value, Account.disabled_at.is_(None), Account.id != account.id
    )
    if account.role == Role.OPERATOR.value and tx.session.scalar(others.limit(1)) is None:
        raise RuleRefusal("last-operator", "这是最后一个能用的运维账号。请先另开一个运维账号")


def _faults_of_standing(role: Role, unit: str | None) -> list[Missing]:
    problems = []
    if role not in ACCOUNT_ROLES:
        problems.append(Missing("role", f"{ROLE_LABELS[role]}不使用账号"))
    if role in {Role.UNIT, Role.MEDIA} and unit is None:
        problems.append(
            Missing("unit", "承办单位的账号须写明单位代码" if role is Role.UNIT else "媒体的账号须写明媒体代码")
        )
    return problems


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
