"""How long a session lives, and what a password must not be."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import ACCOUNT_ROLES, SHORTEST_PASSWORD, SignInRules, fault_of_password
from domain.actions import Role

BEGAN = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
RULES = SignInRules(idle=dt.timedelta(minutes=30), longest=dt.timedelta(hours=12))


@pytest.mark.parametrize(
    ("used", "now", "over"),
    [
        ("00:00", "00:29", False),
        ("00:00", "00:30", True),
        ("11:40", "11:59", False),
        ("11:59", "12:00", True),
        ("05:00", "05:29", False),
    ],
)
def test_a_session_ends_when_nobody_used_it_and_at_the_latest_after_half_a_day(used: str, now: str, over: bool) -> None:
    def after(text: str) -> dt.datetime:
        hours, minutes = map(int, text.split(":"))
        return BEGAN + dt.timedelta(hours=hours, minutes=minutes)

    assert RULES.is_over(BEGAN, after(used), after(now)) is over


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "至少10位"),
        ("1234567890123", "只用数字"),
        ("aaaaaaaaaaaaa", "同样几个字符"),
        ("zhangsan-2026!", "账号名"),
        ("x" * 201, "最多200位"),
        ("Password123!", "太常见"),
        ("P@ssw0rd2026", "太常见"),
        ("qwertyuiop12", "太常见"),
        ("1qaz2wsx3edc", "太常见"),
        ("woaini1314520", "太常见"),
        ("Rongetong@2026", "太常见"),
        ("admin12345!@#", "太常见"),
        ("abcdefghij12", "太常见"),
        ("poiuytrewq99", "太常见"),
        ("zhongguo20261001", "太常见"),
        ("8#3!92$7@1", None),
        ("kx7m-2fqd-99ab", None),
        ("password of the lamplighter", None),
        ("灯亮了水通了路平了人笑了", None),
        ("correct horse battery", None),
    ],
)
def test_passwords_that_nobody_should_have(password: str, reason: str | None) -> None:
    found = fault_of_password(password, "ZhangSan")
    assert (found is None) == (reason is None)
    assert reason is None or reason in str(found)


@given(st.text(max_size=SHORTEST_PASSWORD - 1))
def test_nothing_short_is_a_password(password: str) -> None:
    assert fault_of_password(password, "") is not None


def test_people_sign_in_with_every_role_but_three() -> None:
    assert set(Role) - ACCOUNT_ROLES == {Role.PLATFORM, Role.PETITIONER, Role.CHANNEL}
