"""What dispatch has learned from closed cases, version by version, with how each one fared when it was tried."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class DispatchModel(Base):
    """A model that was learned, whether it went into force or not: a year later it can still be asked why."""

    __tablename__ = "dispatch_model"

    version: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The model as data; reading it runs no code. `None` for one that was rejected."""
    learned_at: Mapped[DateTime]
    rule_version: Mapped[str] = mapped_column(String(80))
    """The rules whose words and duties it was learned beside."""
    cases: Mapped[int]
    """How many closed cases it was learned from."""
    alone_at: Mapped[float]
    """How far ahead the first unit must be to need no person (`domain.learned.edge`), 0 to 1; above 1: never."""
    practice: Mapped[dict[str, Any]]
    """By sub-category, how many of its closed cases each unit handled."""
    figures: Mapped[dict[str, Any]]
    """How it and what was in force fared on the cases that were held out; empty where there were none."""
    outcome: Mapped[str] = mapped_column(String(12))
    """`adopted` or `rejected`."""
    reason: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("outcome IN ('adopted', 'rejected')", name="outcome"),
        CheckConstraint("content IS NOT NULL OR outcome = 'rejected'", name="adopted_is_kept"),
    )


class ModelActivation(Base):
    """One time that a model was put in force, or that dispatch went back to the keywords alone; appended only."""

    __tablename__ = "dispatch_model_activation"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str | None] = mapped_column(ForeignKey("dispatch_model.version"))
    """`None`: keywords alone."""
    activated_at: Mapped[DateTime]
    activated_by: Mapped[str] = mapped_column(String(120))
