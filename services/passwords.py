"""Passwords are kept as Argon2id, with the costs of RFC 9106 for machines with little memory."""

from __future__ import annotations

import threading
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 4
"""Each takes 64 MiB: more people than this wait a moment instead of taking the machine's memory."""

_hasher = PasswordHasher()
_turns = threading.BoundedSemaphore(_AT_ONCE)


def hashed(password: str) -> str:
    """The password as it is kept."""
    with _turns:
        return _hasher.hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Whether `kept` is this password; without one it takes as long to say no, so that time tells no name."""
    with _turns:
        try:
            _hasher.verify(kept or _nobodys(), password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was kept at lower costs than today's."""
    return _hasher.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")
