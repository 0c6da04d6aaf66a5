"""What figures count of each case, written down once per change, so that they need not read its history every time."""

from __future__ import annotations

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class CountedCase(Base):
    """A case as figures count it after its newest step: a row of `services.figure_tables`, kept.

    It follows from the history and may be thrown away at any time. It holds where `petition.counted_version` is the
    petition's version; nobody reads it otherwise, nor for a moment before its last step.
    """

    __tablename__ = "counted_case"

    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    until_at: Mapped[DateTime]
    """The moment of the last step, or of the decision on a completion: from it on the row is how the case stands."""
    case_number: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))
    grid: Mapped[str | None] = mapped_column(String(60))
    version: Mapped[int]
    at: Mapped[DateTime]
    """When it was registered."""
    unit: Mapped[str | None] = mapped_column(String(60))
    town: Mapped[str | None] = mapped_column(String(60))
    category: Mapped[str | None] = mapped_column(String(60))
    sub_category: Mapped[str | None] = mapped_column(String(60))
    stage: Mapped[str] = mapped_column(String(30))
    card: Mapped[str | None] = mapped_column(String(10))
    due_at: Mapped[DateTime | None]
    due_met: Mapped[bool | None]
    in_time: Mapped[bool | None]
    satisfaction: Mapped[str | None] = mapped_column(String(30))
    contacted: Mapped[bool | None]
    solved: Mapped[bool | None]
    # The version of the last step of each kind.
    yellow: Mapped[int | None]
    red: Mapped[int | None]
    first_review: Mapped[int | None]
    second_review: Mapped[int | None]
    supervised: Mapped[int | None]
    concluded: Mapped[int | None]
    tracked: Mapped[int | None]
    asked: Mapped[int | None]
    replied: Mapped[int | None]
    lapsed: Mapped[int | None]
    exposed: Mapped[int | None]
    corrected: Mapped[int | None]
    excluded: Mapped[int | None]
    approved: Mapped[int | None]
    judged: Mapped[int | None]
    # How many there were.
    approvals: Mapped[int]
    redos: Mapped[int]

    __table_args__ = (
        # Figures are asked of the cases of a period, and those that changed since a moment are counted from history.
        Index("ix_counted_case_at", "at"),
        Index("ix_counted_case_until_at", "until_at"),
    )
