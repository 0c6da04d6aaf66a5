"""Accounts, sessions, and whoever fails too often."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.errors import DomainError, Incomplete, NotFound
from models.accounts import Account, SignInFailure, WebSession
from services import accounts, sign_in
from services.context import Context
from services.sign_in_tries import SignInRefused

pytestmark = pytest.mark.usefixtures("cheap_passwords")

NAME = "测试园林"
GOOD = "three lamps of guangji"
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def password(context: Context) -> str:
    return accounts.create_account(context, NAME, Role.UNIT, "municipal-parks")


def signed_in(context: Context, token: str) -> sign_in.SignedIn:
    found = sign_in.session_of(context, token)
    assert found is not None
    return found


def refusal(context: Context, name: str, password: str, address: str = HERE) -> str:
    with pytest.raises(SignInRefused) as refused:
        sign_in.sign_in(context, name, password, address)
    return str(refused.value)


def rows(context: Context, table: type) -> int:
    with context.readers() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_an_account_acts_as_its_role_for_its_unit(context: Context, password: str) -> None:
    who = signed_in(context, sign_in.sign_in(context, NAME, password, HERE))
    assert who.actor == Actor(Role.UNIT, "municipal-parks", NAME)
    assert who.must_change


def test_neither_password_nor_token_is_kept(context: Context, password: str) -> None:
    token = sign_in.sign_in(context, NAME, password, HERE)
    with context.readers() as session:
        assert session.scalars(sa.select(Account.password)).one().startswith("$argon2id$")
        kept = {*session.scalars(sa.select(Account.password)), *session.scalars(sa.select(WebSession.digest))}
    assert not any(secret in text for text in kept for secret in (password, token))


@pytest.mark.parametrize(
    ("name", "role", "unit", "field"),
    [
        ("", Role.DESK, None, "name"),
        ("一\n二", Role.DESK, None, "name"),
        ("x" * 61, Role.DESK, None, "name"),
        ("甲", Role.UNIT, None, "unit"),
        ("甲", Role.DESK, "nosuch", "unit"),
        ("甲", Role.CHANNEL, "wechat", "role"),
        ("甲", Role.PETITIONER, None, "role"),
        (NAME, Role.DESK, None, "name"),
    ],
)
def test_accounts_that_cannot_be(
    context: Context, password: str, name: str, role: Role, unit: str | None, field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        accounts.create_account(context, name, role, unit)
    assert [item["field"] for item in refused.value.missing] == [field]
    assert rows(context, Account) == 1


def test_an_account_of_an_office_is_no_account_of_a_unit(context: Context) -> None:
    with pytest.raises(DomainError):
        accounts.create_account(context, "甲", Role.UNIT, "nosuch")
    assert rows(context, Account) == 0


def test_it_is_not_told_whether_there_is_such_an_account(context: Context, password: str) -> None:
    accounts.create_account(context, "停用的", Role.DESK, None)
    accounts.disable_account(context, "停用的")
    said = {refusal(context, name, "wrong") for name in (NAME, "nobody", "停用的", "\x00", "x" * 300)}
    assert said == {"账号或密码不对"}


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_whoever_fails_too_often_waits_whether_there_is_such_an_account_or_not(
    context: Context, password: str, frozen_clock: clock.StoryClock, name: str
) -> None:
    for _ in range(context.sign_in.failures_of_account):
        assert "账号或密码不对" in refusal(context, name, "wrong")
    assert "15分钟后再试" in refusal(context, name, password, THERE)
    frozen_clock.move_to(frozen_clock.now().add(minutes=14, seconds=30))
    assert "1分钟后再试" in refusal(context, name, password, THERE)
    frozen_clock.move_to(frozen_clock.now().add(seconds=30))
    if name == NAME:
        assert sign_in.sign_in(context, name, password, THERE)


def test_a_new_first_password_ends_the_waiting(context: Context, password: str) -> None:
    for _ in range(context.sign_in.failures_of_account):
        refusal(context, NAME, "wrong")
    assert sign_in.sign_in(context, NAME, accounts.reset_password(context, NAME), THERE)


def test_whoever_tries_many_names_from_one_address_waits(context: Context, password: str) -> None:
    for number in range(context.sign_in.failures_of_address):
        refusal(context, f"name {number}", "wrong")
    assert "分钟后再试" in refusal(context, NAME, password)
    assert sign_in.sign_in(context, NAME, password, THERE)


def test_an_own_account_does_not_wipe_out_what_the_address_did(context: Context, password: str) -> None:
    for number in range(context.sign_in.failures_of_address - 1):
        refusal(context, f"name {number}", "wrong")
    sign_in.sign_in(context, NAME, password, HERE)
    refusal(context, "one more", "wrong")
    assert "分钟后再试" in refusal(context, NAME, password)


def test_strangers_cannot_lock_out_whoever_was_signed_in_with_this_browser_before(
    context: Context, password: str
) -> None:
    for number in range(context.sign_in.failures_of_address):
        refusal(context, NAME if number < context.sign_in.failures_of_account else f"name {number}", "wrong")
    assert "分钟后再试" in refusal(context, NAME, password)
    assert sign_in.sign_in(context, NAME, password, HERE, "a browser of theirs")


def test_a_known_browser_guesses_no_oftener_than_others(context: Context, password: str) -> None:
    for _ in range(context.sign_in.failures_of_account):
        with pytest.raises(SignInRefused, match="账号或密码不对"):
            sign_in.sign_in(context, NAME, "wrong", HERE, "one browser")
    with pytest.raises(SignInRefused, match="分钟后再试"):
        sign_in.sign_in(context, NAME, password, HERE, "one browser")
    assert sign_in.sign_in(context, NAME, accounts.reset_password(context, NAME), HERE, "one browser")


def test_guesses_that_come_all_at_once_are_no_more_than_those_one_after_the_other(
    context: Context, password: str
) -> None:
    begin = threading.Barrier(12)

    def guess(number: int) -> str:
        begin.wait(120)
        return refusal(context, NAME, f"guess {number}")

    with ThreadPoolExecutor(12) as pool:
        said = list(pool.map(guess, range(12)))
    assert said.count("账号或密码不对") == context.sign_in.failures_of_account


def test_an_address_is_not_held_to_what_was_right(
    context: Context, password: str, frozen_clock: clock.StoryClock
) -> None:
    refusal(context, "nobody", "wrong")
    for _ in range(context.sign_in.failures_of_address + 1):
        frozen_clock.move_to(frozen_clock.now().add(seconds=20))
        assert sign_in.sign_in(context, NAME, password, HERE)
    with context.readers() as session:
        assert session.scalars(sa.select(SignInFailure.failures)).all() == [1, 1], "what was wrong: name and address"
    frozen_clock.move_to(frozen_clock.now().add(minutes=5))
    assert sign_in.sign_in(context, NAME, password, HERE)
    assert rows(context, SignInFailure) == 0, "good tries do not keep the old one alive"


def test_a_whole_ipv6_network_is_one_address(context: Context, password: str) -> None:
    for number in range(context.sign_in.failures_of_address):
        refusal(context, f"name {number}", "wrong", f"2001:db8:1:2::{number:x}")
    assert "分钟后再试" in refusal(context, NAME, password, "2001:db8:1:2:ffff::1")
    assert sign_in.sign_in(context, NAME, password, "2001:db8:1:3::1")


def test_failures_that_are_long_over_are_forgotten(
    context: Context, password: str, frozen_clock: clock.StoryClock
) -> None:
    for _ in range(context.sign_in.failures_of_account - 1):
        refusal(context, NAME, "wrong")
    frozen_clock.move_to(frozen_clock.now().add(minutes=15))
    refusal(context, NAME, "wrong")
    assert sign_in.sign_in(context, NAME, password, HERE)
    assert rows(context, SignInFailure) == 1, "that of the address"


def test_neither_names_nor_addresses_of_failures_are_kept(context: Context) -> None:
    refusal(context, NAME, "wrong")
    with context.readers() as session:
        kept = " ".join(session.scalars(sa.select(SignInFailure.subject)))
    assert NAME not in kept
    assert HERE not in kept


def test_two_failures_at_once_are_two(context: Context) -> None:
    begin = threading.Barrier(2)

    def fail() -> None:
        begin.wait(120)
        refusal(context, NAME, "wrong")

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(fail) for _ in range(2)]:
            done.result(30)
    with context.readers() as session:
        assert session.scalars(sa.select(SignInFailure.failures)).all() == [2, 2]


def test_a_session_lasts_while_it_is_used_and_half_a_day_at_most(
    context: Context, password: str, frozen_clock: clock.StoryClock
) -> None:
    token = sign_in.sign_in(context, NAME, password, HERE)
    began = frozen_clock.now()
    while frozen_clock.now() < began.add(hours=11, minutes=40):
        frozen_clock.move_to(frozen_clock.now().add(minutes=20))
        assert sign_in.session_of(context, token) is not None
    frozen_clock.move_to(began.add(hours=12))
    assert sign_in.session_of(context, token) is None


def test_a_session_that_nobody_uses_ends(context: Context, password: str, frozen_clock: clock.StoryClock) -> None:
    token = sign_in.sign_in(context, NAME, password, HERE)
    frozen_clock.move_to(frozen_clock.now().add(minutes=30))
    assert sign_in.session_of(context, token) is None


@pytest.mark.parametrize("token", ["", "x" * 43, "ü" * 43, "a" * 5000])
def test_a_token_that_nobody_has_opens_nothing(context: Context, token: str) -> None:
    assert sign_in.session_of(context, token) is None


def test_signing_out_ends_this_session_alone(context: Context, password: str) -> None:
    one, other = (sign_in.sign_in(context, NAME, password, HERE) for _ in range(2))
    assert one != other
    sign_in.sign_out(context, one)
    assert sign_in.session_of(context, one) is None
    assert sign_in.session_of(context, other) is not None


def test_another_password_ends_every_session_but_the_one_it_gives(context: Context, password: str) -> None:
    one, other = (sign_in.sign_in(context, NAME, password, HERE) for _ in range(2))
    fresh = sign_in.change_password(context, signed_in(context, one), password, GOOD)
    assert [sign_in.session_of(context, token) for token in (one, other)] == [None, None]
    assert not signed_in(context, fresh).must_change
    refusal(context, NAME, password)
    assert sign_in.sign_in(context, NAME, GOOD, HERE)


@pytest.mark.parametrize(
    ("former", "new", "fields"),
    [
        ("wrong", GOOD, ["former"]),
        (None, "short", ["new"]),
        ("wrong", "short", ["former", "new"]),
        (None, None, ["new"]),
    ],
)
def test_passwords_that_are_not_taken(
    context: Context, password: str, former: str | None, new: str | None, fields: list[str]
) -> None:
    who = signed_in(context, sign_in.sign_in(context, NAME, password, HERE))
    with pytest.raises(Incomplete) as refused:
        sign_in.change_password(context, who, former or password, new or password)
    assert [item["field"] for item in refused.value.missing] == fields
    assert sign_in.sign_in(context, NAME, password, HERE)


def test_whoever_took_a_session_does_not_guess_the_password_with_it(context: Context, password: str) -> None:
    who = signed_in(context, sign_in.sign_in(context, NAME, password, HERE))
    for _ in range(context.sign_in.failures_of_account):
        with pytest.raises(Incomplete, match="现在的密码不对"):
            sign_in.change_password(context, who, "a guess of many", GOOD)
    with pytest.raises(Incomplete, match="分钟后再试"):
        sign_in.change_password(context, who, password, GOOD)
    assert sign_in.sign_in(context, NAME, password, HERE), "it keeps nobody from signing in"


def test_a_new_password_that_is_not_taken_is_no_guess(context: Context, password: str) -> None:
    who = signed_in(context, sign_in.sign_in(context, NAME, password, HERE))
    for _ in range(context.sign_in.failures_of_account + 1):
        with pytest.raises(Incomplete, match="至少10位"):
            sign_in.change_password(context, who, password, "short")
    assert sign_in.change_password(context, who, password, GOOD)


def test_a_disabled_account_is_out_at_once_and_can_come_back(context: Context, password: str) -> None:
    token = sign_in.sign_in(context, NAME, password, HERE)
    accounts.disable_account(context, NAME)
    assert sign_in.session_of(context, token) is None
    refusal(context, NAME, password)
    accounts.enable_account(context, NAME)
    assert sign_in.sign_in(context, NAME, password, HERE)


def test_a_new_first_password_ends_what_the_old_one_began(context: Context, password: str) -> None:
    token = sign_in.sign_in(context, NAME, password, HERE)
    fresh = accounts.reset_password(context, NAME)
    assert sign_in.session_of(context, token) is None
    refusal(context, NAME, password)
    assert signed_in(context, sign_in.sign_in(context, NAME, fresh, HERE)).must_change


def test_nobody_of_that_name(context: Context) -> None:
    for work in (accounts.disable_account, accounts.enable_account, accounts.reset_password):
        with pytest.raises(NotFound):
            work(context, "nobody")


def test_sessions_that_are_too_old_for_anybody_are_deleted(
    context: Context, password: str, frozen_clock: clock.StoryClock
) -> None:
    sign_in.sign_in(context, NAME, password, HERE)
    frozen_clock.move_to(frozen_clock.now().add(hours=13))
    sign_in.sign_in(context, NAME, password, HERE)
    assert rows(context, WebSession) == 1


def test_the_list_says_who_and_since_when(context: Context, password: str) -> None:
    [account] = accounts.list_accounts(context)
    assert (account.name, account.role, account.unit) == (NAME, "unit", "municipal-parks")
    assert account.must_change
