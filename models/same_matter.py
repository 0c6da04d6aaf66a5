"""What is kept to find petitions about the same matter, what was found, and the topics that many report."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Imprint(Base):
    """What is compared of a petition beside its text; nobody can be read from it without the person key."""

    __tablename__ = "imprint"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), unique=True)
    registered_at: Mapped[DateTime] = mapped_column(index=True)
    person: Mapped[int | None] = mapped_column(BigInteger)
    """A keyed digest of how to reach whoever reported; `None` for an anonymous petition."""
    category: Mapped[str | None] = mapped_column(String(60))
    sub_category: Mapped[str | None] = mapped_column(String(60))
    """What its words speak for, at the time they were written."""
    marks: Mapped[list[Any]]
    """The numbers it is found under, so that they can be taken out again."""


class ImprintMark(Base):
    """One number under which an imprint is found. Nothing but the primary key, because there are many."""

    __tablename__ = "imprint_mark"

    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    imprint_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)

    __table_args__ = ({"sqlite_with_rowid": False},)


class Proposal(Base):
    """A petition that is probably about the same matter as an earlier one (疑似重复), for the desk to decide."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    same_as_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    """The case that it would be merged into."""
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[list[Any]]
    public: Mapped[bool]
    """Whether the petitioner may be told of the other matter."""
    rule_version: Mapped[str] = mapped_column(String(80))
    """The policy by which they were compared."""
    found_at: Mapped[DateTime]
    decided_at: Mapped[DateTime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`merged`, `dismissed` (another matter), or `overtaken` when it was merged elsewhere."""

    __table_args__ = (
        UniqueConstraint("petition_id", "same_as_id"),
        Index("ix_proposal_open", "outcome", "id"),
        CheckConstraint("outcome IN ('merged', 'dismissed', 'overtaken')", name="outcome"),
    )


class HotTopic(Base):
    """A matter that many report, as it stood at one look; the rows of one `topic` are its history."""

    __tablename__ = "hot_topic"

    topic: Mapped[str] = mapped_column(String(36), primary_key=True)
    """The id of the earliest petition of the group, which stays the same while the group grows."""
    seen_at: Mapped[DateTime] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    """Place and matter; never what somebody wrote of a person."""
    category: Mapped[str | None] = mapped_column(String(60))
    sub_category: Mapped[str | None] = mapped_column(String(60))
    town: Mapped[str | None] = mapped_column(String(60))
    recent: Mapped[int]
    """Petitions within the recent days."""
    usual: Mapped[float] = mapped_column(Float)
    """How many there were in as many days before, on average."""
    cases: Mapped[list[Any]]
    """Numbers of the latest cases."""
    current: Mapped[bool]
    """Whether the last look found it."""

    __table_args__ = (Index("ix_hot_topic_current", "current"),)
