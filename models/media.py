"""What the media follow and what is told in public: who follows which case, publications with their versions."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.petition import new_id


class Tracking(Base):
    """An outlet that follows a case, or asked to (媒体跟踪)."""

    __tablename__ = "tracking"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    outlet: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int]
    standing: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[DateTime]
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[DateTime | None]
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decision: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("petition_id", "outlet"),
        CheckConstraint("standing IN ('asked', 'following', 'declined', 'ended')", name="standing"),
    )


class MediaObjection(Base):
    """The petitioner does not want their case told in public; it stands for good."""

    __tablename__ = "media_objection"

    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    at: Mapped[DateTime]


class Publication(Base):
    """What is, was or may be told in public of a petition. All its texts were scrubbed before they came here."""

    __tablename__ = "publication"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    """Counts the changes; the step of each carries the same number."""
    standing: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    removed: Mapped[dict[str, Any]]
    """How many of each kind of personal particulars were taken out of title and text; not what they said."""
    outlet: Mapped[str | None] = mapped_column(String(40), index=True)
    """Who proposed it, where that was not the desk."""
    unit: Mapped[str | None] = mapped_column(String(60), index=True)
    """Whom it speaks of; of an exposure the unit that was shown the red card."""
    reply_due_at: Mapped[DateTime | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[DateTime | None]
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    """Given when it is published, in one series a year."""
    published_at: Mapped[DateTime | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of what was published."""
    correction: Mapped[str] = mapped_column(Text, default="")
    corrected_at: Mapped[DateTime | None]
    withdrawn_at: Mapped[DateTime | None]
    withdrawal: Mapped[str] = mapped_column(Text, default="")

    steps: Mapped[list[PublicationStep]] = relationship(order_by="PublicationStep.version")

    __table_args__ = (
        CheckConstraint("kind IN ('process', 'praise', 'exposure')", name="kind"),
        CheckConstraint(
            "standing IN ('proposed', 'asked', 'replied', 'lapsed', 'published', 'declined', 'withdrawn')",
            name="standing",
        ),
    )


class PublicationStep(Base):
    """One change of a publication, with what it said then; appended, never edited."""

    __tablename__ = "publication_step"

    publication_id: Mapped[str] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    act: Mapped[str] = mapped_column(String(20))
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_unit: Mapped[str | None] = mapped_column(String(60))
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]]
    left_as: Mapped[str | None] = mapped_column(String(64))
    """A digest of the whole publication as the use case left it, on its last step."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """Chains the step to the one before; both are empty in steps of a version from before that."""
