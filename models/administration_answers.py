"""What pages and commands of administration show."""

from __future__ import annotations

import datetime as dt

from models.answers import Answer, Named, Shown


class AccountView(Answer):
    """An account as it is listed."""

    number: int
    name: str
    role: str
    unit: str | None
    created_at: Shown
    disabled_at: Shown | None
    must_change: bool
    login: str | None
    """What the identity provider calls them."""
    from_directory: bool
    """Whether the provider says in what capacity they act."""
    seen_at: Shown | None
    """When somebody last signed in with it, as far as it is on record."""
    sessions: int
    """How many are signed in with it now."""
    locked: bool
    """Whether it has to wait after failures."""
    stamp: str
    """Changes whenever somebody changes the account."""


class SessionView(Answer):
    """Somebody is signed in: since when, how and from where."""

    mark: str
    """By which it is named; not what opens it."""
    began_at: Shown
    used_at: Shown
    way: str
    address: str
    """Empty for sessions that the version before began."""
    here: bool
    """Whether it is the one that asks."""


class ActView(Answer):
    """One act of administration."""

    number: int
    at: Shown
    by: str
    act: str
    subject: str
    words: str


class SignInView(Answer):
    """A line of the record of sign-ins."""

    number: int
    at: Shown
    login: str
    known: bool
    """Whether there is an account."""
    way: str
    outcome: str
    refused: bool
    address: str


class KeyView(Answer):
    """An API key as it is listed; the key itself is shown once, when it is made."""

    prefix: str
    role: str
    unit: str | None
    label: str
    created_at: Shown
    revoked_at: Shown | None
    last_used_at: Shown | None
    last_day: dt.date | None
    """The last day on which it opens anything; `None`: it does not end by itself."""
    lapsed: bool
    """Whether that day is over."""
    ends_soon: bool
    """Whether that day is so near that it is told, or over."""

    @property
    def opens(self) -> bool:
        """Whether it still opens what it was made for."""
        return self.revoked_at is None and not self.lapsed


class PolicyChangeView(Answer):
    """A policy on its way into force, or there."""

    number: int
    version: str
    standing: Named
    kind: str
    before: str | None
    valid_from: Shown | None
    reason: str
    by: str
    recorded_at: Shown
    ended_at: Shown | None
    ended_by: str | None
    ended_because: str | None
    waiting: bool
    """Whether it may still be put in force or withdrawn."""
