"""The party-committee inspectors' own file on a petition (督查件), and their visits on the spot."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Inspection(Base):
    """One file. A petition has one open at most; earlier ones stay rows of their own."""

    __tablename__ = "inspection"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    opened_at: Mapped[DateTime]
    opened_by: Mapped[str] = mapped_column(String(120))
    cause: Mapped[str] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(60), index=True)
    """The unit asked last."""
    question: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[DateTime | None]
    answer_due_at: Mapped[DateTime | None]
    """Until when `unit` must answer; `None` while nothing is asked of it."""
    answer_warned_at: Mapped[DateTime | None]
    answer_reminded_at: Mapped[DateTime | None]
    closed_at: Mapped[DateTime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    conclusion: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index(
            "uq_inspection_one_open",
            "petition_id",
            unique=True,
            sqlite_where=sql_text("closed_at IS NULL"),
            postgresql_where=sql_text("closed_at IS NULL"),
        ),
    )


class SiteVisit(Base):
    """What the inspectors saw on the spot (现场督查); written once."""

    __tablename__ = "site_visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True)
    visited_at: Mapped[DateTime]
    place: Mapped[str] = mapped_column(Text)
    people: Mapped[list[Any]]
    """Who was there, by office and account or unit; never the petitioner."""
    found: Mapped[str] = mapped_column(Text)
    photos: Mapped[list[Any]]
    """[{"name": …, "sha256": …}]; the files are kept elsewhere."""
    recorded_at: Mapped[DateTime]
    recorded_by: Mapped[str] = mapped_column(String(120))
