"""Browsers that an account was signed in with before: strangers who guess its password cannot keep those out.

A browser keeps a random secret and, for each of its last accounts, a keyed mark of both; here nothing is kept, and
nothing in it names anybody. Whoever takes it may try as often as the browser may, and no more.
"""

from __future__ import annotations

import hmac
import re
import secrets

from services.accounts import subject_of
from services.context import Context

_KEPT = re.compile(r"([A-Za-z0-9_-]{43})((?:\.[0-9a-f]{64}){1,5})", re.ASCII)
_MOST = 5
"""Accounts that one browser keeps, such as those of a shared desk (our own decision)."""
_SECRET_BYTES = 32


def secret_of(context: Context, kept: str, name: str) -> str:
    """The secret of the browser that keeps `kept`, if it is known to the account `name`; else nothing."""
    found = _KEPT.fullmatch(kept)
    if found is None:
        return ""
    mark, marks = _mark(context, found[1], name), found[2].split(".")
    return found[1] if any(hmac.compare_digest(mark, one) for one in marks) else ""


def with_account(context: Context, kept: str, name: str) -> str:
    """What a browser that kept `kept` is to keep, now that the account `name` was signed in with it."""
    found = _KEPT.fullmatch(kept)
    secret = found[1] if found else secrets.token_urlsafe(_SECRET_BYTES)
    mark = _mark(context, secret, name)
    others = [one for one in (found[2].split(".")[1:] if found else ()) if one != mark]
    return ".".join([secret, mark, *others[: _MOST - 1]])


def _mark(context: Context, secret: str, name: str) -> str:
    return subject_of(context, "known", f"{secret} {name.strip()}")
