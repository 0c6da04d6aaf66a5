"""Which browser an account was signed in with before."""

from __future__ import annotations

import pytest

from services.context import Context
from services.known_browsers import secret_of, with_account

NAME, OTHER = "测试专席", "测试园林"


@pytest.fixture
def database_kind() -> str:
    """Nothing of it is in the ledger."""
    return "sqlite"


def test_a_browser_is_known_to_the_accounts_that_were_signed_in_with_it(context: Context) -> None:
    kept = with_account(context, "", NAME)
    assert secret_of(context, kept, NAME)
    assert secret_of(context, kept, f" {NAME} ") == secret_of(context, kept, NAME)
    assert secret_of(context, kept, OTHER) == ""
    both = with_account(context, kept, OTHER)
    assert secret_of(context, both, NAME) == secret_of(context, both, OTHER) == secret_of(context, kept, NAME)
    assert NAME not in both


def test_it_keeps_the_last_five(context: Context) -> None:
    kept = with_account(context, "", NAME)
    for number in range(5):
        kept = with_account(context, with_account(context, kept, f"账号{number}"), f"账号{number}")
    assert secret_of(context, kept, NAME) == ""
    assert all(secret_of(context, kept, f"账号{number}") for number in range(5))


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, f"{'A' * 43}.{'0' * 64}", f"{'A' * 43}.{'0' * 64}" * 9])
def test_a_forged_mark_is_none_and_is_replaced(context: Context, forged: str) -> None:
    assert secret_of(context, forged, NAME) == ""
    assert secret_of(context, with_account(context, forged, NAME), NAME)


def test_a_mark_taken_from_another_browser_is_worth_nothing_without_its_secret(context: Context) -> None:
    mine, theirs = with_account(context, "", OTHER), with_account(context, "", NAME)
    assert secret_of(context, f"{mine.partition('.')[0]}.{theirs.partition('.')[2]}", NAME) == ""
