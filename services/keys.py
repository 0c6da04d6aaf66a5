"""API keys: shown once, kept as a hash, good until a day, looked up by their prefix and compared in constant time."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from contextlib import suppress

import pendulum
from pendulum import DateTime
from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.exc import DBAPIError

import clock
from domain.actions import ROLE_LABELS, Actor, Role
from domain.administration import COMMAND_LINE, Act
from domain.calendar import local
from domain.channels import channel_named
from domain.errors import Incomplete, KeyLapsed, Missing, NotFound
from domain.key_rules import KeyRules
from domain.policy import Policy
from models.administration_answers import KeyView
from models.tables import ApiKey
from services.administration import record, require_administrator
from services.assignments import require_handling_unit
from services.context import Context
from services.transactions import Transaction, reading, transaction

KEY_ROLES = frozenset(Role) - {Role.PLATFORM, Role.PETITIONER}
"""Roles that act with a key; the platform needs none, and the petitioner's is the query code."""

_MARK = "ret"
_PREFIX_BYTES = 4
_SECRET_BYTES = 32
_KEY = re.compile(r"ret_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_CHANNEL = re.compile(r"[a-z0-9-]{2,40}")
_LABEL_LENGTH = 80
_LONGEST = dt.timedelta(days=3660)
"""From today to the last day that anybody may name (our own decision): a slip of the pen makes no key for ever."""
_NOTED_EVERY = dt.timedelta(hours=1)
"""A key's last use is written down no oftener: a request costs no write of its own."""


def create_key(
    context: Context,
    role: Role,
    unit: str | None,
    label: str,
    actor: Actor = COMMAND_LINE,
    *,
    last_day: dt.date | None = None,
    endless: bool = False,
) -> str:
    """Make a key and give it out, this one time.

    `unit` is the unit a key of role `unit` acts for, or the one channel that a key of role `channel` may register
    for (`None`: any); `label` is the account's name as history shows it, 1 to 80 characters.
    The key is good until the end of `last_day` in Shanghai: by the policy's lifetime unless one is named, or `endless`.

    Raises:
        Incomplete: role, unit, label or day cannot be.
        RuleRefusal: the unit does not handle petitions.
    """
    require_administrator(actor)
    label = label.strip()
    problems = []
    if role not in KEY_ROLES:
        problems.append(Missing("role", f"{ROLE_LABELS[role]}不使用密钥"))
    if not 1 <= len(label) <= _LABEL_LENGTH or not label.isprintable():
        problems.append(Missing("label", f"须填写密钥的名称，1至{_LABEL_LENGTH}字，不含换行"))
    if role is Role.UNIT and unit is None:
        problems.append(Missing("unit", "承办单位的密钥须写明单位代码"))
    if role is Role.CHANNEL and unit is not None and not _CHANNEL.fullmatch(unit):
        problems.append(Missing("unit", "渠道代码只能含小写字母、数字和连字符，2至40位"))
    today = local(clock.now()).date()
    if last_day is not None and (endless or not today <= last_day <= today + _LONGEST):
        said = "要么写明日期，要么不到期" if endless else "有效期须在今天之后、十年之内"
        problems.append(Missing("last_day", said))
    if problems:
        raise Incomplete(problems)
    with transaction(context) as tx:
        require_known_unit(tx, role, unit)
        policy = tx.policy_in_force()
        if last_day is None and not endless:
            last_day = policy.keys.last_day(today)
        prefix, secret = secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        tx.session.add(
            ApiKey(
                prefix=prefix,
                digest=_digest(secret),
                role=role.value,
                unit=unit,
                label=label,
                created_at=clock.now(),
                expires_at=_end_of(last_day) if last_day is not None else None,
            )
        )
        until = f"有效至{last_day}" if last_day is not None else "不到期"
        record(tx, actor, Act.CREATE_KEY, prefix, f"{capacity(policy, role, unit)}：{label}，{until}")
    return f"{_MARK}_{prefix}_{secret}"


def capacity(policy: Policy, role: Role, unit: str | None) -> str:
    """In what capacity somebody acts, as people say it: the role, and the unit, outlet or channel by its name."""
    if unit is None:
        return ROLE_LABELS[role]
    names = {Role.MEDIA: policy.media.outlet_name, Role.CHANNEL: channel_named}
    return f"{ROLE_LABELS[role]} {names.get(role, policy.unit_name)(unit)}"


def require_known_unit(tx: Transaction, role: Role, unit: str | None) -> None:
    """Whoever acts for a unit acts for one that there is. Raises `Incomplete` or `RuleRefusal`."""
    if role is Role.MEDIA:
        if not tx.policy_in_force().media.knows(unit):
            raise Incomplete([Missing("unit", "媒体的密钥须写明 media.yaml 中的媒体代码")])
    elif role is Role.UNIT and unit is not None:
        require_handling_unit(tx, unit)
    elif role is not Role.CHANNEL and unit is not None and unit not in tx.policy_in_force().units_by_code:
        raise Incomplete([Missing("unit", f"没有代码为“{unit}”的单位")])


def revoke_key(context: Context, prefix: str, actor: Actor = COMMAND_LINE) -> None:
    """Let the key with this prefix open nothing any more; once revoked, it stays revoked.

    Raises:
        NotFound: there is no such key.
    """
    require_administrator(actor)
    with transaction(context) as tx:
        row = tx.session.scalar(select(ApiKey).where(ApiKey.prefix == prefix)) if prefix.isprintable() else None
        if row is None:
            raise NotFound(f"前缀为“{prefix}”的密钥")
        if row.revoked_at is None:
            row.revoked_at = clock.now()
            record(tx, actor, Act.REVOKE_KEY, prefix, row.label)


def find_actor(context: Context, key: str) -> Actor | None:
    """Who acts with this key; `None` when it is unknown, malformed or revoked.

    Raises:
        KeyLapsed: it is a key, and its time is over; whoever does not hold the whole key is not told.
    """
    parts = _KEY.fullmatch(key)
    if parts is None:
        return None
    prefix, secret = parts.groups()
    with reading(context) as session:
        row = session.scalar(select(ApiKey).where(ApiKey.prefix == prefix))
    # A comparison is made in any case, so that the time taken does not tell which prefixes exist.
    known = hmac.compare_digest(_digest(secret), row.digest if row else _digest(""))
    if row is None or not known or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= clock.now():
        raise KeyLapsed(row.prefix, row.label, str(_last_day(row.expires_at)))
    _note_use(context, row.id, row.last_used_at)
    return Actor(Role(row.role), row.unit, row.label)


def list_keys(context: Context) -> list[KeyView]:
    """Every key there ever was, oldest first; never the key itself."""
    with reading(context) as session:
        rules = context.rules.active(session).keys
        today = local(clock.now()).date()
        return [_view(row, rules, today) for row in session.scalars(select(ApiKey).order_by(ApiKey.id))]


def usual_last_day(context: Context) -> dt.date | None:
    """Until when a key that is made today is good unless somebody says otherwise."""
    with reading(context) as session:
        return context.rules.active(session).keys.last_day(local(clock.now()).date())


def still_opens() -> ColumnElement[bool]:
    """Keys that open what they were made for."""
    return ApiKey.revoked_at.is_(None) & or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > clock.now())


def _view(row: ApiKey, rules: KeyRules, today: dt.date) -> KeyView:
    last_day = _last_day(row.expires_at) if row.expires_at is not None else None
    return KeyView(
        prefix=row.prefix,
        role=row.role,
        unit=row.unit,
        label=row.label,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        last_day=last_day,
        lapsed=last_day is not None and last_day < today,
        ends_soon=last_day is not None and row.revoked_at is None and rules.tells_of(last_day, today),
    )


def _end_of(day: dt.date) -> DateTime:
    return pendulum.datetime(day.year, day.month, day.day, tz=clock.SHANGHAI).add(days=1)


def _last_day(end: DateTime) -> dt.date:
    return local(end - dt.timedelta(seconds=1)).date()


def _note_use(context: Context, key_id: int, before: DateTime | None) -> None:
    """Keep when it was last used; a ledger that cannot be written now answers its readers all the same."""
    now = clock.now()
    if before is not None and now - before < _NOTED_EVERY:
        return
    with suppress(DBAPIError), context.sessions.begin() as session:
        session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now))


def _digest(secret: str) -> str:
    """A plain hash will do: the secret is 256 random bits, which nobody guesses."""
    return hashlib.sha256(secret.encode()).hexdigest()
