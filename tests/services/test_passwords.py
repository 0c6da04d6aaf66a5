"""How passwords are kept."""

from __future__ import annotations

import argon2
import pytest

from services import passwords


def test_a_password_costs_what_rfc_9106_asks_for_and_has_a_salt_of_its_own() -> None:
    one, other = (passwords.hashed("three lamps of guangji") for _ in range(2))
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != other
    assert passwords.is_right("three lamps of guangji", one)
    assert not passwords.is_right("three lamps", one)


@pytest.mark.usefixtures("cheap_passwords")
def test_nobody_has_no_password() -> None:
    assert not passwords.is_right("nobody's password", None)
    assert not passwords.is_right("anything", "not a hash")


@pytest.mark.usefixtures("cheap_passwords")
def test_what_was_kept_at_other_costs_is_outdated() -> None:
    assert not passwords.is_outdated(passwords.hashed("a"))
    assert passwords.is_outdated(argon2.PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash("a"))
