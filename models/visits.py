"""Return visits that were drawn, and every attempt to reach the petitioner."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Visit(Base):
    """A return visit (回访): how it was drawn, whose it is, and what the petitioner said."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    completion_version: Mapped[int]
    """The version of the history row by which the case was completed; its digest went into the lot."""
    drawn_at: Mapped[DateTime]
    policy_version: Mapped[str] = mapped_column(String(60))
    number: Mapped[float]
    rate: Mapped[float]
    risks: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str] = mapped_column(Text)
    officer: Mapped[str] = mapped_column(String(40))
    """The code of the seat."""
    officer_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was given to another seat; empty: as it was assigned first."""
    stranded_at: Mapped[DateTime | None]
    """Since when no seat is left that may make it; `None`: the seat it has may."""
    due_at: Mapped[DateTime]
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    ended_at: Mapped[DateTime | None]
    satisfaction: Mapped[str | None] = mapped_column(String(30))
    """What the petitioner said of the whole."""
    account_true: Mapped[bool | None]
    """Whether, by the petitioner, the unit's account is true (属实)."""
    spot_check: Mapped[bool] = mapped_column(default=False)
    """The petitioner had rated before they were reached."""
    contradicts: Mapped[bool] = mapped_column(default=False)
    """What was said here and what stands in the ledger do not agree."""

    attempts: Mapped[list[VisitAttempt]] = relationship(
        order_by="VisitAttempt.id", cascade="all, delete-orphan", lazy="selectin"
    )

    __table_args__ = (
        Index("ix_visit_status_due_at", "status", "due_at"),
        Index("ix_visit_officer_status", "officer", "status"),
        Index(
            "uq_visit_one_open",
            "petition_id",
            unique=True,
            sqlite_where=sql_text("status = 'open'"),
            postgresql_where=sql_text("status = 'open'"),
        ),
        Index("ix_visit_petition_id", "petition_id"),
        Index("ix_visit_drawn_at", "drawn_at"),
    )


class VisitAttempt(Base):
    """One attempt to reach the petitioner."""

    __tablename__ = "visit_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    at: Mapped[DateTime]
    way: Mapped[str] = mapped_column(String(20))
    reached: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    officer: Mapped[str] = mapped_column(String(40))
    recorded_by: Mapped[str] = mapped_column(String(120))
