"""The sessions of an account: seen by their owner and by operators, ended one by one; and what somebody leaves."""

from __future__ import annotations

import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import NotFound, NotPermitted
from services import accounts, departures, keys, sessions, sign_in, sign_in_history
from services.context import Context

pytestmark = pytest.mark.usefixtures("cheap_passwords")
OPERATOR = Actor(Role.OPERATOR, name="测试运维")


def begun(context: Context, *addresses: str) -> tuple[sign_in.SignedIn, list[str]]:
    password = accounts.create_account(context, "测试专席", Role.DESK, None)
    tokens = [sign_in.sign_in(context, "测试专席", password, address) for address in addresses]
    who = sign_in.session_of(context, tokens[0])
    assert who is not None
    return who, tokens


def test_each_session_is_shown_with_its_place_and_ended_alone(context: Context) -> None:
    who, tokens = begun(context, "192.0.2.1", "192.0.2.2", "192.0.2.3")
    shown = sessions.own_sessions(context, who, tokens[0])
    assert sorted((one.address, one.here) for one in shown) == [
        ("192.0.2.1", True),
        ("192.0.2.2", False),
        ("192.0.2.3", False),
    ]
    [second] = [one for one in shown if one.address == "192.0.2.2"]
    sessions.end_one(context, who, second.mark, "192.0.2.1")
    alive = [sign_in.session_of(context, token) is not None for token in tokens]
    assert alive == [True, False, True]
    with pytest.raises(NotFound):
        sessions.end_one(context, who, second.mark)
    sessions.end_others(context, who, tokens[0])
    assert [one.here for one in sessions.own_sessions(context, who, tokens[0])] == [True]
    outcomes = [line.outcome for line in sign_in_history.history(context, OPERATOR, "测试专席")]
    assert outcomes == ["退出", "退出", "登录", "登录", "登录"]


def test_what_is_over_is_not_shown_as_going_on(context: Context, frozen_clock: clock.StoryClock) -> None:
    who, tokens = begun(context, "192.0.2.1")
    frozen_clock.move_to(frozen_clock.now() + context.sign_in.idle)
    assert sessions.own_sessions(context, who, tokens[0]) == []


def test_only_operators_see_the_sessions_of_others_and_what_they_leave(context: Context) -> None:
    who, _ = begun(context, "192.0.2.1")
    [account] = accounts.list_accounts(context)
    assert [one.address for one in sessions.sessions_of(context, OPERATOR, who.account_id)] == ["192.0.2.1"]
    for work in (
        lambda: sessions.sessions_of(context, who.actor, who.account_id),
        lambda: departures.left_behind(context, who.actor, account),
    ):
        with pytest.raises(NotPermitted):
            work()


def test_whoever_leaves_leaves_the_keys_they_gave_out(context: Context) -> None:
    begun(context, "192.0.2.1")
    [account] = accounts.list_accounts(context)
    giver = Actor(Role.OPERATOR, name=account.name)
    keys.create_key(context, Role.CHANNEL, "wechat", "测试公众号", giver)
    keys.create_key(context, Role.CHANNEL, "hotline", "测试热线", OPERATOR)
    left = departures.left_behind(context, OPERATOR, account)
    assert ([key.label for key in left.keys_given_out], left.nobody_for) == (["测试公众号"], "派遣专席")
    accounts.create_account(context, "测试专席乙", Role.DESK, None)
    keys.revoke_key(context, left.keys_given_out[0].prefix)
    assert not departures.left_behind(context, OPERATOR, account)
