"""What is left of a name or a contact once it is masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import IdentityRules, Level, PlatformPurpose, Purpose, mask_contact, mask_name


@pytest.mark.parametrize(
    ("name", "shown"), [("测试", "测*"), ("测试甲乙", "测***"), ("测", "*"), ("", None), (None, None), ("Test", "T***")]
)
def test_of_a_name_the_first_character_stays(name: str | None, shown: str | None) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("13800001234", "138****1234"),
        ("+86 138-0000-1234", "+86****1234"),
        ("05321234", "05****34"),
        ("8812345", "****"),
        ("test@example.com", "t***@example.com"),
        ("t@example.com", "***@example.com"),
        ("wx_test_account", "wx_****ount"),
        ("", None),
        (None, None),
    ],
)
def test_of_a_contact_enough_stays_to_tell_two_apart(contact: str | None, shown: str | None) -> None:
    assert mask_contact(contact) == shown


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_nobody_is_named_by_a_mask(secret: str) -> None:
    for shown in (mask_name(secret), mask_contact(secret)):
        assert shown is not None
        assert secret not in shown
        assert sum(char != "*" for char in shown) <= max(1, 7 * len(secret) // 11)


def test_a_role_that_is_not_named_gets_nothing() -> None:
    rules = IdentityRules({"desk": Level.FULL}, (Purpose("contact", "联系", frozenset({"desk"})),))
    assert (rules.level_of("desk"), rules.level_of("unit")) == (Level.FULL, Level.NONE)
    assert [item.code for item in rules.purposes_of("desk")] == ["contact"]
    assert rules.purposes_of("unit") == ()
    names = [rules.purpose_name(code) for code in ("contact", PlatformPurpose.NOTICE, "former")]
    assert names == ["联系", "送达通知", "former"]
