"""What inspectors go by: who read an identity, what the whole ledger was like at a moment, and what must be kept."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class IdentityRead(Base):
    """One reading of a petitioner's identity; appended, never edited. `digest` chains it to the one before."""

    __tablename__ = "identity_read"

    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Counts the readings of this petitioner, from 1."""
    at: Mapped[DateTime]
    reader_role: Mapped[str] = mapped_column(String(20))
    reader_unit: Mapped[str | None] = mapped_column(String(60))
    reader_name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text, default="")
    """Why, as the reader put it."""
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_identity_read_at", "at"),
        Index("ix_identity_read_reader", "reader_role", "reader_unit", "reader_name", "at"),
    )


class AuditAnchor(Base):
    """Where every chain that had grown since the anchor before stood; appended, and to be kept outside as well."""

    __tablename__ = "audit_anchor"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[DateTime]
    """When its round began; a round writes as many anchors as it needs."""
    closes: Mapped[bool]
    """Whether it is the last of its round: whatever was written before `at` is in an anchor then."""
    heads: Mapped[dict[str, Any]]
    """By petition id: case number, version, digest and seal of its history; number and digest of its read log.

    And where it has any, by publication id the number and digest of that trail's newest step."""
    digest: Mapped[str] = mapped_column(String(64))


class LegalHold(Base):
    """Why a petitioner's identity must not be erased yet (保全), and how that ended."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    placed_at: Mapped[DateTime]
    placed_by: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    lifted_at: Mapped[DateTime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(120))
    lifted_because: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "uq_legal_hold_one_open",
            "petition_id",
            unique=True,
            sqlite_where=sql_text("lifted_at IS NULL"),
            postgresql_where=sql_text("lifted_at IS NULL"),
        ),
    )
