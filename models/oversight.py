"""What inspectors are shown and decide beside single cases: patterns found in conduct, and bulletins."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.petition import new_id


class Finding(Base):
    """A pattern that the platform found and a person judges. What was judged is never changed by another look."""

    __tablename__ = "finding"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(200))
    """The code of a unit, the codes of two with a bar between them, or the name of an account."""
    version: Mapped[int]
    """Counts the changes; the step of each carries the same number."""
    standing: Mapped[str] = mapped_column(String(20), index=True)
    """`raised`, `lapsed` (a later look does not find it any more), or what a person decided."""
    since: Mapped[DateTime]
    until: Mapped[DateTime]
    """What was looked at: from `since` up to `until`."""
    found_at: Mapped[DateTime]
    seen_at: Mapped[DateTime]
    """The last look that found it."""
    rule_version: Mapped[str] = mapped_column(String(80))
    """The policy by which it was found last."""
    numbers: Mapped[dict[str, Any]]
    """`numerator`, `base`, `peers_numerator`, `peers_base`, `low`, `high`, `p`, `tests`, `expected_false`."""
    cases: Mapped[list[Any]]
    """Of each case behind it: its number, and in words what speaks for the pattern."""

    steps: Mapped[list[FindingStep]] = relationship(order_by="FindingStep.version")

    __table_args__ = (
        CheckConstraint("standing IN ('raised', 'lapsed', 'confirmed', 'set_aside', 'file_opened')", name="standing"),
        Index("ix_finding_kind_subject", "kind", "subject"),
        Index(
            "uq_finding_one_raised",
            "kind",
            "subject",
            unique=True,
            sqlite_where=sql_text("standing = 'raised'"),
            postgresql_where=sql_text("standing = 'raised'"),
        ),
    )


class FindingStep(Base):
    """One change of a finding; appended, never edited."""

    __tablename__ = "finding_step"

    finding_id: Mapped[str] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    act: Mapped[str] = mapped_column(String(20))
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]]


class Bulletin(Base):
    """The supervision bulletin (督导通报) of a week or month: drafted by the platform, issued by a person."""

    __tablename__ = "bulletin"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    since: Mapped[DateTime]
    as_of: Mapped[DateTime]
    """The end of its period."""
    made_at: Mapped[DateTime]
    version: Mapped[int]
    """Counts the changes; the step of each carries the same number."""
    standing: Mapped[str] = mapped_column(String(20))
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    """Given when it is issued, in one series a year."""
    content: Mapped[dict[str, Any]]
    """Sections of text and tables: figures, names of units and case numbers, no person."""
    issued_at: Mapped[DateTime | None]
    shown_at: Mapped[DateTime | None]
    """When its present standing was published to Prefect."""

    steps: Mapped[list[BulletinStep]] = relationship(order_by="BulletinStep.version")

    __table_args__ = (
        UniqueConstraint("kind", "since"),
        CheckConstraint("standing IN ('draft', 'issued', 'discarded')", name="standing"),
    )


class BulletinStep(Base):
    """One change of a bulletin; appended, never edited."""

    __tablename__ = "bulletin_step"

    bulletin_id: Mapped[str] = mapped_column(ForeignKey("bulletin.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    act: Mapped[str] = mapped_column(String(20))
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
