"""What was done in administration, and policies on their way into force."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AdministrationAct(Base):
    """One thing that somebody did to accounts, keys or rules (操作记录); rows are only ever added."""

    __tablename__ = "administration_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    by: Mapped[str] = mapped_column(String(120))
    act: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    """Which account, key or version: its name, prefix or number."""
    words: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_administration_act_at", "at"),)


class PolicyChange(Base):
    """A policy on its way into force, or one that was put there: who wanted what, from when, and why."""

    __tablename__ = "policy_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(80))
    content: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    """The whole policy, until it is in force and kept as a version."""
    standing: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    before: Mapped[str | None] = mapped_column(String(80))
    """What was in force until then."""
    valid_from: Mapped[DateTime | None]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[DateTime]
    ended_at: Mapped[DateTime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
    ended_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_policy_change_standing", "standing"),)


class PolicyFile(Base):
    """A file of a version as it was uploaded, with its comments, so that the next change starts from it."""

    __tablename__ = "policy_file"

    version: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
