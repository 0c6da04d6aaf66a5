"""Whoever signs in to the pages: accounts, their sessions, failures to sign in, and the filters they keep."""

from __future__ import annotations

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Account(Base):
    """Somebody who works with the pages, in one capacity. The name is the one that history shows."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(60))
    password: Mapped[str] = mapped_column(String(200))
    """Argon2id, with its salt and its costs."""
    must_change: Mapped[bool]
    """The password was given out by somebody else and is good for one sign-in."""
    created_at: Mapped[DateTime]
    disabled_at: Mapped[DateTime | None]
    login: Mapped[str | None] = mapped_column(String(120), unique=True)
    """What the identity provider calls them; without one they sign in with their password alone."""
    subject: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Who that is for good, learned at the first sign-in: a digest of the provider's name and the person's id there."""
    from_directory: Mapped[bool | None]
    """Opened by what the provider said, so that role and unit go on being what it says."""


class WebSession(Base):
    """Somebody is signed in. The token itself is in their browser alone."""

    __tablename__ = "web_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[DateTime] = mapped_column(index=True)
    used_at: Mapped[DateTime]
    way: Mapped[str | None] = mapped_column(String(10))
    """How they signed in (`domain.single_sign_on.Way`); empty for sessions of the version before: by password."""
    address: Mapped[str | None] = mapped_column(String(45))
    """Where they signed in from, by which people know their own sessions from others'."""

    account: Mapped[Account] = relationship()


class SignInFailure(Base):
    """How often a name or an address failed lately; kept under a keyed digest, also of names that nobody has."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[DateTime]


class SavedFilter(Base):
    """A filter of the queue that an account keeps by a name of its own."""

    __tablename__ = "saved_filter"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    query: Mapped[str] = mapped_column(String(500))
    """As it stands in the address, in the one order that `domain.queue_filter` writes it."""
    saved_at: Mapped[DateTime]


class ProviderVisit(Base):
    """Somebody was sent to the identity provider and is not back yet; good for one return, by the same browser."""

    __tablename__ = "provider_visit"

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    """A digest of the word by which the return is known."""
    browser: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    to: Mapped[str] = mapped_column(String(500))
    """The page that they wanted."""
    began_at: Mapped[DateTime]

    __table_args__ = (Index("ix_provider_visit_began_at", "began_at"),)


class SignInEvent(Base):
    """Somebody signed in, was refused, or was signed out (登录记录). Names that nobody has are not kept."""

    __tablename__ = "sign_in_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    way: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(30))
    login: Mapped[str] = mapped_column(String(120))
    """The account's name; of somebody without an account what the identity provider, having asked them, calls them."""
    address: Mapped[str] = mapped_column(String(45))

    __table_args__ = (Index("ix_sign_in_event_account_id", "account_id"), Index("ix_sign_in_event_at", "at"))
