"""API keys: shown once, kept as a hash, looked up by their prefix and compared in constant time."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from contextlib import suppress

from pendulum import DateTime
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

import clock
from domain.actions import ROLE_LABELS, Actor, Role
from domain.administration import COMMAND_LINE, Act
from domain.errors import Incomplete, Missing, NotFound
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
_NOTED_EVERY = dt.timedelta(hours=1)
"""A key's last use is written down no oftener: a request costs no write of its own."""


def create_key(context: Context, role: Role, unit: str | None, label: str, actor: Actor = COMMAND_LINE) -> str:
    """Make a key and give it out, this one time.

    `unit` is the unit a key of role `unit` acts for, or the one channel that a key of role `channel` may register
    for (`None`: any); `label` is the account's name as history shows it, 1 to 80 characters.

    Raises:
        Incomplete: role, unit or label cannot be.
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
    if problems:
        raise Incomplete(problems)
    with transaction(context) as tx:
        require_known_unit(tx, role, unit)
        prefix, secret = secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
        tx.session.add(
            ApiKey(
                prefix=prefix,
                digest=_digest(secret),
                role=role.value,
                unit=unit,
                label=label,
                created_at=clock.now(),
            )
        )
        record(tx, actor, Act.CREATE_KEY, prefix, f"{ROLE_LABELS[role]}{f' {unit}' if unit else ''}：{label}")
    return f"{_MARK}_{prefix}_{secret}"


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
    """Who acts with this key; `None` when it is unknown, malformed or revoked."""
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
    _note_use(context, row.id, row.last_used_at)
    return Actor(Role(row.role), row.unit, row.label)


def list_keys(context: Context) -> list[KeyView]:
    """Every key there ever was, oldest first; never the key itself."""
    with reading(context) as session:
        return [
            KeyView(
                prefix=row.prefix,
                role=row.role,
                unit=row.unit,
                label=row.label,
                created_at=row.created_at,
                revoked_at=row.revoked_at,
                last_used_at=row.last_used_at,
            )
            for row in session.scalars(select(ApiKey).order_by(ApiKey.id))
        ]


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
