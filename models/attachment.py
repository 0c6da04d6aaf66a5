"""The files that are stored with a petition; their content is in the file store, under its digest."""

from __future__ import annotations

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.petition import new_id


class Attachment(Base):
    """One file: what it is for, what is kept of it, and who added it."""

    __tablename__ = "attachment"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(ForeignKey("petition.id"))
    """The petition whose query code it came with: of several petitioners of a matter each sees their own files only."""
    purpose: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    """Bytes of what is kept."""
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of the file as it was sent. A photo is kept without what its camera wrote beside it, under another digest."""
    kept_sha256: Mapped[str] = mapped_column(String(64), index=True)
    thumbnail_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    width: Mapped[int | None]
    height: Mapped[int | None]
    likeness: Mapped[str | None] = mapped_column(String(16))
    """64 bits in hexadecimal figures; see `domain.files.look_alike`."""
    added_at: Mapped[DateTime]
    added_role: Mapped[str] = mapped_column(String(20))
    added_unit: Mapped[str | None] = mapped_column(String(60))
    added_by: Mapped[str] = mapped_column(String(120))

    __table_args__ = (Index("ix_attachment_added_unit_added_at", "added_unit", "added_at"),)
