"""Keys: shown once, kept as a hash, opening exactly what they were made for."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, NotFound, RuleRefusal
from models.tables import ApiKey
from services.context import Context
from services.keys import create_key, find_actor, list_keys, revoke_key
from tests.support import ledgers


def test_a_key_opens_for_its_actor_alone(context: Context) -> None:
    key = create_key(context, Role.UNIT, "housing", "住建系统")
    assert find_actor(context, key) == Actor(Role.UNIT, "housing", "住建系统")
    other = create_key(context, Role.DESK, None, "专席")
    assert find_actor(context, other) == Actor(Role.DESK, None, "专席")
    _, prefix, _ = key.split("_", 2)
    _, _, secret = other.split("_", 2)
    assert find_actor(context, f"ret_{prefix}_{secret}") is None


def test_only_a_hash_is_kept(context: Context) -> None:
    key = create_key(context, Role.DESK, None, "专席")
    secret = key.split("_", 2)[2]
    assert len(secret) == 43  # 256 bits
    with context.readers() as session:
        row = session.scalars(sa.select(ApiKey)).one()
        assert row.digest == hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in str(vars(row))


def test_a_revoked_key_opens_nothing_for_ever(context: Context, frozen_clock: clock.StoryClock) -> None:
    key = create_key(context, Role.INSPECTOR, None, "督查")
    prefix = key.split("_")[1]
    revoke_key(context, prefix)
    first = list_keys(context)[0].revoked_at
    frozen_clock.move_to(frozen_clock.now().add(days=1))
    revoke_key(context, prefix)
    assert find_actor(context, key) is None
    assert [(item.prefix, item.role, item.revoked_at) for item in list_keys(context)] == [(prefix, "inspector", first)]
    assert first is not None


@pytest.mark.parametrize(
    "key", ["", "ret", "ret__", "ret_00000000_", "ret_00000000_" + "x" * 43, "\x00", "密钥", "x" * 9999]
)
def test_what_is_no_key_opens_nothing(context: Context, key: str) -> None:
    create_key(context, Role.DESK, None, "专席")
    assert find_actor(context, key) is None


@pytest.mark.parametrize(
    ("role", "unit", "label", "field"),
    [
        (Role.PLATFORM, None, "平台", "role"),
        (Role.PETITIONER, None, "诉求人", "role"),
        (Role.UNIT, None, "住建", "unit"),
        (Role.DESK, "no-such-unit", "专席", "unit"),
        (Role.CHANNEL, "微信", "渠道", "unit"),
        (Role.DESK, None, "  ", "label"),
        (Role.DESK, None, "专席\n二", "label"),
        (Role.DESK, None, "席" * 81, "label"),
    ],
)
@ledgers.ON_ONE
def test_keys_that_cannot_be(context: Context, role: Role, unit: str | None, label: str, field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        create_key(context, role, unit, label)
    assert [item["field"] for item in refused.value.missing] == [field]
    assert list_keys(context) == []


@pytest.mark.parametrize("unit", ["no-such-unit", "discipline"])
def test_a_units_key_needs_a_unit_that_handles_petitions(context: Context, unit: str) -> None:
    with pytest.raises(RuleRefusal):
        create_key(context, Role.UNIT, unit, "单位")


def test_nothing_is_revoked_that_is_not_there(context: Context) -> None:
    for prefix in ("00000000", "\x00"):
        with pytest.raises(NotFound):
            revoke_key(context, prefix)
