"""Whoever signs in to the pages: accounts, their sessions, failures to sign in, and the filters they keep."""

from __future__ import annotations

from pendulum import DateTime
from sqlalchemy import ForeignKey, String
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


class WebSession(Base):
    """Somebody is signed in. The token itself is in their browser alone."""

    __tablename__ = "web_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[DateTime] = mapped_column(index=True)
    used_at: Mapped[DateTime]

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
