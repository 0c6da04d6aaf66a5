"""Keys: shown once, kept as a hash, opening exactly what they were made for."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import Incomplete, KeyLapsed, NotFound, RuleRefusal
from models.tables import ApiKey
from services import administration
from services.context import Context
from services.keys import create_key, find_actor, list_keys, revoke_key


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


TODAY = dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("said", "last_day"),
    [
        ({}, TODAY + dt.timedelta(days=365)),
        ({"last_day": TODAY}, TODAY),
        ({"last_day": dt.date(2026, 12, 31)}, dt.date(2026, 12, 31)),
        ({"endless": True}, None),
    ],
)
def test_a_key_ends_when_the_policy_says_unless_somebody_says_otherwise(
    context: Context, said: dict[str, dt.date | bool], last_day: dt.date | None
) -> None:
    create_key(context, Role.DESK, None, "专席", **said)  # type: ignore[arg-type]
    [key] = list_keys(context)
    assert key.last_day == last_day


@pytest.mark.parametrize("day", [dt.date(2026, 3, 1), dt.date(2036, 3, 20), dt.date.max])
def test_no_key_ends_before_it_begins_or_in_the_far_future(context: Context, day: dt.date) -> None:
    with pytest.raises(Incomplete) as refused:
        create_key(context, Role.DESK, None, "专席", last_day=day)
    assert [item["field"] for item in refused.value.missing] == ["last_day"]
    assert list_keys(context) == []


def test_a_key_opens_until_the_end_of_its_last_day_in_shanghai(
    context: Context, frozen_clock: clock.StoryClock
) -> None:
    key = create_key(context, Role.DESK, None, "专席", last_day=dt.date(2026, 3, 5))
    midnight = dt.datetime(2026, 3, 6, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    frozen_clock.move_to(midnight - dt.timedelta(seconds=1))
    assert find_actor(context, key) == Actor(Role.DESK, None, "专席")
    frozen_clock.move_to(midnight)
    with pytest.raises(KeyLapsed, match=r"“专席”.*2026-03-05 到期.*平台运维"):
        find_actor(context, key)
    assert find_actor(context, key[:-1] + ("A" if key[-1] != "A" else "B")) is None, "half a key is told nothing"
    [shown] = list_keys(context)
    assert (shown.lapsed, shown.opens) == (True, False)


def test_the_end_of_a_key_is_told_before_it_comes(context: Context, frozen_clock: clock.StoryClock) -> None:
    create_key(context, Role.DESK, None, "专席", last_day=dt.date(2026, 6, 30))
    create_key(context, Role.DESK, None, "不到期的", endless=True)
    told = []
    for day in (30, 31):
        frozen_clock.move_to(dt.datetime(2026, 5, day, tzinfo=dt.timezone(dt.timedelta(hours=8))))
        told.append([key.label for key in list_keys(context) if key.ends_soon])
    assert told == [[], ["专席"]]
    revoke_key(context, list_keys(context)[0].prefix)
    assert not any(key.ends_soon for key in list_keys(context)), "nobody waits for a key that is revoked"


def test_a_key_of_the_version_before_does_not_end(context: Context, frozen_clock: clock.StoryClock) -> None:
    key = create_key(context, Role.DESK, None, "专席")
    with context.sessions.begin() as session:
        session.execute(sa.update(ApiKey).values(expires_at=None))
    frozen_clock.move_to(frozen_clock.now().add(years=9))
    assert find_actor(context, key) == Actor(Role.DESK, None, "专席")


@pytest.mark.parametrize(
    ("role", "unit", "said"),
    [
        (Role.UNIT, "housing", "承办单位 区住房和城乡建设局"),
        (Role.CHANNEL, "wechat", "来源渠道 微信"),
        (Role.CHANNEL, "own-channel", "来源渠道 own-channel"),
        (Role.DESK, None, "派遣专席"),
    ],
)
def test_the_record_names_units_and_channels_in_words(
    context: Context, role: Role, unit: str | None, said: str
) -> None:
    create_key(context, role, unit, "测试系统")
    [act] = administration.acts(context, Actor(Role.OPERATOR, name="测试运维"))
    assert act.words == f"{said}：测试系统，有效至2027-03-02"
