"""The petition and what belongs to it: petitioner, assignments, pauses, extensions, requests, completions, ratings."""

from __future__ import annotations

import uuid
from typing import Any

from pendulum import DateTime
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.records import Supervision


def new_id() -> str:
    """A random petition id; it says nothing about the petition, so it may travel to Prefect."""
    return str(uuid.uuid4())


class Petition(Base):
    """One petition. Its stage, version, rung, card and timers are written by `services.ledger` only."""

    __tablename__ = "petition"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    case_number: Mapped[str] = mapped_column(String(40), unique=True)
    query_code: Mapped[str] = mapped_column(String(20), unique=True)
    channel: Mapped[str] = mapped_column(String(40))
    channel_reference: Mapped[str | None] = mapped_column(String(120))
    request_type: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(60))
    sub_category: Mapped[str | None] = mapped_column(String(60))
    """Always one of the category's own; `None` where nobody and no engine said more than the category."""
    text: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text, default="")
    longitude: Mapped[float | None] = mapped_column(Double)
    latitude: Mapped[float | None] = mapped_column(Double)
    """WGS-84 degrees. What was given, and in which system, stands beside it; older rows came without a system."""
    given_longitude: Mapped[float | None] = mapped_column(Double)
    given_latitude: Mapped[float | None] = mapped_column(Double)
    crs: Mapped[str | None] = mapped_column(String(10))
    geography_version: Mapped[str | None] = mapped_column(String(40))
    """The geography that located it last; `located` is what it said."""
    located: Mapped[dict[str, Any] | None]
    town: Mapped[str | None] = mapped_column(String(60))
    unit: Mapped[str | None] = mapped_column(String(60), index=True)

    stage: Mapped[str] = mapped_column(String(30))
    stage_entered_at: Mapped[DateTime]
    version: Mapped[int]
    """Counts the writes of the ledger; the history row of each write carries the same number."""
    rung: Mapped[int] = mapped_column(default=0)
    card: Mapped[str] = mapped_column(String(10), default="none")
    needs_desk: Mapped[bool] = mapped_column(default=False)
    designated: Mapped[bool] = mapped_column(default=False)
    returns: Mapped[int] = mapped_column(default=0)
    transfers: Mapped[int] = mapped_column(default=0)
    redos: Mapped[int] = mapped_column(default=0)
    extensions_granted: Mapped[int] = mapped_column(default=0)

    registered_at: Mapped[DateTime]
    unit_assigned_at: Mapped[DateTime | None]
    chosen_at: Mapped[DateTime | None]
    """When the desk chose the unit by hand; a correction leaves it, any other step that gives it away empties it."""
    signed_at: Mapped[DateTime | None]
    signing_reminded: Mapped[bool] = mapped_column(default=False)
    clock_started_at: Mapped[DateTime | None]
    clock_kind: Mapped[str] = mapped_column(String(30), default="handling")
    clock_decided: Mapped[dict[str, Any] | None]
    """A duration decided by a review: {"amount": …, "unit": …}."""
    satisfaction: Mapped[str | None] = mapped_column(String(30))
    rating_asked: Mapped[bool] = mapped_column(default=False)
    supervised_at: Mapped[DateTime | None]
    reminded_at: Mapped[DateTime | None]
    closed_at: Mapped[DateTime | None]
    recused: Mapped[dict[str, Any] | None]
    """Who must stay out of it now, as the recusals say: {"units": […], "accounts": how many}."""
    inspected: Mapped[dict[str, Any] | None]
    """The party-committee inspectors' open file, {"unit": who owes an answer}; `None` while there is none."""
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("petition.id"), index=True)

    policy_version: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[DateTime | None]
    """The unit's deadline as last computed; `None` before the first dispatch or while the clock is stopped."""
    due_met: Mapped[bool | None]
    """Whether the unit has met `due_at`, so that it is not late however long others take."""
    due_provisional: Mapped[bool] = mapped_column(default=False)
    """Whether `due_at` falls in a year without a published calendar; each other date has its own in its timer."""
    calendar_version: Mapped[str] = mapped_column(String(80), default="")
    wake_at: Mapped[DateTime | None]
    """The one live timer: when the parked run must look again. `None` exactly in final stages."""
    stage_due_at: Mapped[DateTime | None]
    """When the present stage runs out, as last computed: the run may have to look earlier, for something beside it."""
    wake_kind: Mapped[str | None] = mapped_column(String(30))

    striking_refused: Mapped[bool | None]
    """Whether the desk refused to have it struck off the lists; `None` until it ever decided."""
    reopens: Mapped[int | None]
    """How often its petitioner had it taken up again after its end; `None` until they ever did."""
    exclusion: Mapped[str | None] = mapped_column(String(20))
    """How a request not to assess its present completion stands; `None`: nobody asked since it was completed."""
    exclusion_due_at: Mapped[DateTime | None]
    """Until when that request is decided; `None` while none waits."""
    run_id: Mapped[str | None] = mapped_column(String(36))
    looked_version: Mapped[int] = mapped_column(default=0)
    """The version at which the flow run last looked and parked; behind `version` means a wake is owed."""
    announced_version: Mapped[int] = mapped_column(default=0)
    """The version up to which operators were shown the changes (run name, artifact, events)."""
    parked_until: Mapped[DateTime | None]
    counted_version: Mapped[int] = mapped_column(default=0, server_default="0")
    """The version that `CountedCase` was written for; behind `version`, figures count the case from its history."""

    petitioner: Mapped[Petitioner | None] = relationship(back_populates="petition", uselist=False)
    pauses: Mapped[list[PauseRow]] = relationship(order_by="PauseRow.started_at")
    extensions: Mapped[list[ExtensionRow]] = relationship(order_by="ExtensionRow.granted_at")
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.id", back_populates="petition")
    supervision: Mapped[Supervision | None] = relationship(uselist=False)

    __table_args__ = (
        UniqueConstraint("channel", "channel_reference"),
        Index("ix_petition_stage_due_at", "stage", "due_at"),
        # Figures are asked of the petitions of a period.
        Index("ix_petition_registered_at", "registered_at"),
        # The desk is shown how the latest cases of a matter ended.
        Index("ix_petition_sub_category_closed_at", "sub_category", "closed_at"),
        # Sweeps look for open petitions only, and ask which wake earliest.
        Index("ix_petition_open_wake_at", "wake_at", postgresql_where=sql_text("wake_at IS NOT NULL")),
        Index(
            "ix_petition_exclusion_due_at",
            "exclusion_due_at",
            sqlite_where=sql_text("exclusion_due_at IS NOT NULL"),
            postgresql_where=sql_text("exclusion_due_at IS NOT NULL"),
        ),
        # Reconcile asks which petitions a run has not seen yet; of millions archived there are none.
        Index(
            "ix_petition_unseen",
            "id",
            sqlite_where=sql_text("looked_version < version"),
            postgresql_where=sql_text("looked_version < version"),
        ),
        # Figures count these from their history, and of all others they have the row that is kept.
        Index(
            "ix_petition_uncounted",
            "id",
            sqlite_where=sql_text("counted_version < version"),
            postgresql_where=sql_text("counted_version < version"),
        ),
        CheckConstraint("version >= 1", name="version_positive"),
        CheckConstraint("looked_version <= version", name="looked_not_ahead"),
    )


class Petitioner(Base):
    """Who reported, kept apart from the case and sealed: `services.identity` alone opens it, and says for whom."""

    __tablename__ = "petitioner"

    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    plain_name: Mapped[str | None] = mapped_column("name", String(100))
    contact_kind: Mapped[str | None] = mapped_column(String(20))
    """There is one exactly where a contact was left."""
    plain_contact: Mapped[str | None] = mapped_column("contact", String(200))
    """Both are of rows from before identities were sealed, until `services.identity_keeping` has emptied them."""
    confidential: Mapped[bool] = mapped_column(default=False)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Name and contact, encrypted and bound to the petition; `None`: anonymous, erased, or not sealed yet."""
    key_id: Mapped[str | None] = mapped_column(String(16), index=True)
    """The key that opens it, of several."""
    person: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """A keyed hash of the contact: the same person is found again, and nobody is named by it."""
    reads: Mapped[int | None]
    """How often it was read; the last row of its read log bears this number."""
    erased_at: Mapped[DateTime | None]

    petition: Mapped[Petition] = relationship(back_populates="petitioner")


class Assignment(Base):
    """What a unit must do for a petition: as the lead (主办) or assisting (协办)."""

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    unit: Mapped[str] = mapped_column(String(60))
    part: Mapped[str] = mapped_column(String(10))
    """`lead` or `assist`."""
    duty: Mapped[str] = mapped_column(Text, default="")
    assigned_at: Mapped[DateTime]
    term: Mapped[dict[str, Any] | None]
    """How long an assisting unit has, from `assigned_at`: {"amount": …, "unit": …}."""
    due_at: Mapped[DateTime | None]
    """The assisting unit's date as last computed from the term; `None` while the clock is stopped. The lead's is the
    petition's own, which follows pauses, extensions and the calendar."""
    reminded_at: Mapped[DateTime | None]
    """When an assisting unit was told that its date has passed."""
    signed_at: Mapped[DateTime | None]
    ended_at: Mapped[DateTime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    """How it ended: `returned`, `moved`, `completed`, `reported`, `climbed`, `closed`; `leads`: who assisted has the
    lead now."""
    report: Mapped[str] = mapped_column(Text, default="")
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    """Why this unit: the dispatch engine's reasons, or the decision's."""

    petition: Mapped[Petition] = relationship(back_populates="assignments")

    __table_args__ = (
        CheckConstraint("part IN ('lead', 'assist')", name="part"),
        Index(
            "uq_assignment_one_lead",
            "petition_id",
            unique=True,
            sqlite_where=sql_text("part = 'lead' AND ended_at IS NULL"),
            postgresql_where=sql_text("part = 'lead' AND ended_at IS NULL"),
        ),
        Index("ix_assignment_unit_open", "unit", "ended_at"),
    )


class PauseRow(Base):
    """A stop of the handling clock, with who allowed it and why."""

    __tablename__ = "pause"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    started_at: Mapped[DateTime]
    ended_at: Mapped[DateTime | None]
    reason: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[str] = mapped_column(String(120))


class ExtensionRow(Base):
    """An extension that was granted: it adds to the handling clock."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(20))
    granted_at: Mapped[DateTime]
    reason: Mapped[str] = mapped_column(Text)
    approved_by: Mapped[str] = mapped_column(String(120))


class DecisionRequest(Base):
    """A unit's request for a decision: to return the petition, for more time, or not to be assessed by its end."""

    __tablename__ = "decision_request"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """`return`, `extension` or `exclusion`."""
    unit: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    proposed_unit: Mapped[str | None] = mapped_column(String(60))
    basis: Mapped[str] = mapped_column(Text, default="")
    basis_duty: Mapped[str | None] = mapped_column(String(60))
    """The sub-category that the duty list gives to the proposed unit; `None`: the basis is in words alone."""
    list_says: Mapped[str | None] = mapped_column(Text)
    """What the duty list in force said when it was asked."""
    reason_code: Mapped[str | None] = mapped_column(String(40))
    """Why more time is needed, or why it should not be assessed, by the policy's list."""
    files: Mapped[list[Any] | None]
    """The stored files that show it: [{"id": …, "name": …, "sha256": …}]."""
    amount: Mapped[int | None]
    asked_at: Mapped[DateTime]
    decided_at: Mapped[DateTime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_reason: Mapped[str | None] = mapped_column(Text)
    default_rule: Mapped[str | None] = mapped_column(String(80))
    """The rule by which it was decided because nobody decided in time; `None`: somebody did."""
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`granted`, `refused`, or `overtaken` when the petition moved on before a decision."""


class Completion(Base):
    """What a unit handed in as done: internal account and public reply apart, with the evidence of contact."""

    __tablename__ = "completion"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    unit: Mapped[str] = mapped_column(String(60))
    submitted_at: Mapped[DateTime]
    evidence: Mapped[dict[str, Any]]
    receipt: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the evidence as accepted, so that neither side can deny it."""
    decided_at: Mapped[DateTime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`approved`, `rejected`, or `overtaken` when the petitioner withdrew before a decision."""
    flags: Mapped[list[Any] | None]
    """What whoever checks it should look at, e.g. a photo that was used before; see `services.used_before`."""


class RatingRow(Base):
    """One verdict of a petitioner; a redo is followed by another one."""

    __tablename__ = "rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    satisfaction: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text, default="")
    rated_at: Mapped[DateTime]
    given_by: Mapped[str] = mapped_column(String(20))
    """`petitioner`, or `follow_up` when the information officer recorded it."""
    reason_code: Mapped[str | None] = mapped_column(String(40))
    """Why they are dissatisfied, by the policy's list; `None` where they are not, and in rows of before."""
    party_id: Mapped[str | None] = mapped_column(ForeignKey("petition.id"))
    """What the petitioner who rates reported: this petition, or one merged into it; `None` in rows of before."""
    completion_version: Mapped[int | None]
    """The version of the history row of the completion that is rated; `None` in rows of before."""
