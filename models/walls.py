"""Screens on walls: each is let see the district's sums, and nothing else."""

from __future__ import annotations

from pendulum import DateTime
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class WallScreen(Base):
    """A screen. Its code is in its browser alone."""

    __tablename__ = "wall_screen"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[DateTime]
    seen_at: Mapped[DateTime | None]
    revoked_at: Mapped[DateTime | None]
