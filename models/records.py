"""What the ledger keeps beside the petition: history, timers, notices, supervision, keys, replies, policies."""

from __future__ import annotations

from typing import Any

from pendulum import DateTime
from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class HistoryRow(Base):
    """One write of the ledger; appended, never edited. `digest` chains it to the row before."""

    __tablename__ = "history"

    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[DateTime]
    trigger: Mapped[str] = mapped_column(String(30))
    stage_before: Mapped[str | None] = mapped_column(String(30))
    stage_after: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str | None] = mapped_column(String(60))
    rung: Mapped[int]
    actor_role: Mapped[str] = mapped_column(String(20))
    actor_unit: Mapped[str | None] = mapped_column(String(60))
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    public: Mapped[bool]
    """Whether the petitioner's timeline shows the reason."""
    details: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))

    # How the step left the petition, for figures as of a past moment. The digest does not cover it: it follows from
    # the steps and the rules. All of it is empty in rows from before it was kept, where `card` is empty too.
    town: Mapped[str | None] = mapped_column(String(60))
    category: Mapped[str | None] = mapped_column(String(60))
    sub_category: Mapped[str | None] = mapped_column(String(60))
    card: Mapped[str | None] = mapped_column(String(10))
    due_at: Mapped[DateTime | None]
    due_met: Mapped[bool | None]
    stage_due_at: Mapped[DateTime | None]

    covers: Mapped[dict[str, Any] | None]
    """What else the petition had when the step was over: by table, a digest of its rows (`services.coverage`)."""
    seal: Mapped[str | None] = mapped_column(String(64))
    """Chains the digest and what it covers to the seal before. Both are empty in steps inside a longer one, and in rows
    from before they were kept."""

    __table_args__ = (Index("ix_history_trigger_at", "trigger", "at"), Index("ix_history_at", "at"))

    LEFT_AS = ("town", "category", "sub_category", "card", "due_at", "due_met", "stage_due_at")
    """What a row keeps of the petition as the step left it, by the names both have."""


class TimerRow(Base):
    """Every timer that was ever armed, with how it ended: what an inspector asks for first."""

    __tablename__ = "timer"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    kind: Mapped[str] = mapped_column(String(30))
    unit: Mapped[str | None] = mapped_column(String(60))
    """Whom it binds, where that is not whoever holds the petition."""
    step: Mapped[str] = mapped_column(String(30))
    rule: Mapped[str] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(Text)
    due_at: Mapped[DateTime]
    provisional: Mapped[bool] = mapped_column(default=False)
    armed_at: Mapped[DateTime]
    ended_at: Mapped[DateTime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    """`fired`, `moved` (another due date), or `cancelled` (no longer needed)."""

    __table_args__ = (
        Index(
            "uq_timer_live",
            "petition_id",
            "kind",
            unique=True,
            sqlite_where=sql_text("ended_at IS NULL"),
            postgresql_where=sql_text("ended_at IS NULL"),
        ),
        Index("ix_timer_petition_id", "petition_id"),
    )


class Notice(Base):
    """One message owed to one recipient for one reason, written with the change that owes it."""

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), index=True)
    version: Mapped[int]
    rule: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(80))
    """`unit:<code>`, `role:<audience>` or `petitioner:<petition id>`; the address is looked up when sending."""
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    urgent: Mapped[bool]
    owed_at: Mapped[DateTime]
    next_attempt_at: Mapped[DateTime | None]
    """When to try (again); `None` once it was sent or given up."""
    claimed_until: Mapped[DateTime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(String(12), default="owed")
    """`owed`, `sent`, `dead` (given up, for a person to see) or `unreachable` (nobody left an address)."""
    sent_at: Mapped[DateTime | None]
    proof: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        UniqueConstraint("petition_id", "version", "rule", "recipient"),
        Index("ix_notice_due", "next_attempt_at", postgresql_where=sql_text("next_attempt_at IS NOT NULL")),
        CheckConstraint("status IN ('owed', 'sent', 'dead', 'unreachable')", name="status"),
    )


class Supervision(Base):
    """The inspectors' file on a petition, beside the unit's work (督办件)."""

    __tablename__ = "supervision"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"), unique=True)
    opened_at: Mapped[DateTime]
    cause: Mapped[str] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(String(60))
    """Whom it is about: the unit asked last, or that had the petition when the file was opened."""
    explanation_due_at: Mapped[DateTime | None]
    """Until when `unit` must explain itself; `None` while nothing is asked of it."""
    explanation_demanded_at: Mapped[DateTime | None]
    explanation_term: Mapped[dict[str, Any] | None]
    explanation_warned_at: Mapped[DateTime | None]
    explanation_reminded_at: Mapped[DateTime | None]
    disposition: Mapped[str | None] = mapped_column(String(30))
    opinion: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[DateTime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    ground: Mapped[str | None] = mapped_column(String(40))
    """On which ground of the policy a fault was tolerated (容错)."""
    rectify_due_at: Mapped[DateTime | None]
    """Until when what was ordered is to be put right (责令整改); `None` for every other disposition."""
    rectify_warned_at: Mapped[DateTime | None]
    rectify_reminded_at: Mapped[DateTime | None]
    rectify_checked_at: Mapped[DateTime | None]
    rectify_done: Mapped[bool | None]


class Recusal(Base):
    """Who must stay out of a petition (回避): a unit or an account that it is about; lifted, never deleted."""

    __tablename__ = "recusal"

    id: Mapped[int] = mapped_column(primary_key=True)
    petition_id: Mapped[str] = mapped_column(ForeignKey("petition.id"))
    unit: Mapped[str | None] = mapped_column(String(60))
    account: Mapped[str | None] = mapped_column(String(120))
    """The name of an account as the history shows it, whatever its role; a row has this or a unit."""
    stated_by: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[DateTime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    lifted_at: Mapped[DateTime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(120))
    lifted_because: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        # Asked of every petition that is read, by whoever must not read it.
        Index("ix_recusal_petition_id_lifted_at", "petition_id", "lifted_at"),
        CheckConstraint("(unit IS NULL) <> (account IS NULL)", name="of_one"),
    )


class Heartbeat(Base):
    """When a part of the platform was last alive."""

    __tablename__ = "heartbeat"

    part: Mapped[str] = mapped_column(String(40), primary_key=True)
    beaten_at: Mapped[DateTime]


class Outage(Base):
    """A time in which the platform was down (停运); appended, and taken back by a mark, never edited."""

    __tablename__ = "outage"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[DateTime]
    ended_at: Mapped[DateTime]
    found_by: Mapped[str] = mapped_column(String(20))
    """`heartbeat`, or `operator`."""
    reason: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[DateTime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[DateTime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(120))
    withdrawn_because: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        Index("ix_outage_ended_at", "ended_at"),
        CheckConstraint("started_at < ended_at", name="has_length"),
    )


class ApiKey(Base):
    """A key of a unit, channel or office; only its hash is kept."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[DateTime]
    expires_at: Mapped[DateTime | None]
    """From this moment it opens nothing; `None`: it does not end by itself."""
    revoked_at: Mapped[DateTime | None]
    last_used_at: Mapped[DateTime | None]


class IdempotentReply(Base):
    """The answer first given to an Idempotency-Key, so that the same request twice is one."""

    __tablename__ = "idempotent_reply"

    caller: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
    kept_at: Mapped[DateTime] = mapped_column(index=True)
    """Since when; what is old is deleted, because it holds what people wrote."""


class PolicyVersion(Base):
    """A policy that was once in force, whole, so that an old petition's rules can be read a year later."""

    __tablename__ = "policy_version"

    version: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    activated_at: Mapped[DateTime]
    activated_by: Mapped[str] = mapped_column(String(120))
    active: Mapped[bool]

    __table_args__ = (
        Index(
            "uq_policy_version_one_active",
            "active",
            unique=True,
            sqlite_where=sql_text("active"),
            postgresql_where=sql_text("active"),
        ),
    )


class GeographyVersion(Base):
    """A geography that was once in force, whole: the areas and points by which petitions were located."""

    __tablename__ = "geography_version"

    version: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    counted: Mapped[str] = mapped_column(Text)
    """How much there is of what, for people."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """Compressed; its digest is in the version."""


class GeographyActivation(Base):
    """Who put which geography in force, and when; appended, never edited. The last row is what is in force."""

    __tablename__ = "geography_activation"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str | None] = mapped_column(ForeignKey("geography_version.version"))
    """`None`: since then there is none."""
    activated_at: Mapped[DateTime]
    activated_by: Mapped[str] = mapped_column(String(120))


class Counter(Base):
    """The last number given out in a series, e.g. the case numbers of a day."""

    __tablename__ = "counter"

    series: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int]


class FigureReport(Base):
    """The report of a day, week or month, as it was made: once, and never again."""

    __tablename__ = "figure_report"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    since: Mapped[DateTime] = mapped_column(primary_key=True)
    as_of: Mapped[DateTime]
    """The end of its period, however late it was made."""
    made_at: Mapped[DateTime]
    text: Mapped[str] = mapped_column(Text)
    """Markdown; figures and names of units only."""
    shown_at: Mapped[DateTime | None]
    """When it was published to Prefect."""
