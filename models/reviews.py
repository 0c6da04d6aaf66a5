"""What the two reviews keep: meetings, who attended, what was made of each case, and who stood in on duty."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pendulum import DateTime
from sqlalchemy import Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class ReviewMeeting(Base):
    """A meeting of a review (专题研判会议) and how far it is."""

    __tablename__ = "review_meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    level: Mapped[str] = mapped_column(String(10))
    title: Mapped[str] = mapped_column(String(120))
    planned_at: Mapped[DateTime]
    place: Mapped[str] = mapped_column(String(120), default="")
    chair: Mapped[str] = mapped_column(String(40))
    """The code of the member who presides."""
    invited: Mapped[list[Any]] = mapped_column(default=list)
    """Codes of the units that were called, beside the members."""
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    called_by: Mapped[str] = mapped_column(String(120))
    called_at: Mapped[DateTime]
    held_at: Mapped[DateTime | None]
    ended_at: Mapped[DateTime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was cancelled."""

    attendees: Mapped[list[ReviewAttendee]] = relationship(
        order_by="ReviewAttendee.id", cascade="all, delete-orphan", lazy="selectin"
    )
    items: Mapped[list[ReviewItem]] = relationship(order_by="(ReviewItem.position, ReviewItem.id)", lazy="selectin")

    __table_args__ = (Index("ix_review_meeting_level_status", "level", "status"),)


class ReviewAttendee(Base):
    """Who came to a meeting: a member by its seat, or whoever a unit sent."""

    __tablename__ = "review_attendee"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("review_meeting.id"), index=True)
    member: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60))
    """The office of whoever came, such as 副局长."""


class ReviewItem(Base):
    """One case on a meeting's agenda, and what was made of it."""

    __tablename__ = "review_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("review_meeting.id"))
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    position: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(20))
    discussion: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    tasks: Mapped[list[Any]] = mapped_column(default=list)
    """What was assigned, the lead first: {"unit", "part", "duty", "amount", "time_unit"}."""
    decided_at: Mapped[DateTime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))

    __table_args__ = (
        UniqueConstraint("meeting_id", "petition_id"),
        Index(
            "uq_review_item_one_meeting",
            "petition_id",
            unique=True,
            sqlite_where=sql_text("outcome IS NULL"),
            postgresql_where=sql_text("outcome IS NULL"),
        ),
    )


class DutyChange(Base):
    """Who stands in for whoever's turn it is; the newest row of a day counts, the others are its history."""

    __tablename__ = "duty_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(String(10))
    day: Mapped[dt.date] = mapped_column(Date)
    member: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[DateTime]

    __table_args__ = (Index("ix_duty_change_level_day", "level", "day"),)
