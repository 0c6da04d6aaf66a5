"""What inspectors are shown of one petition (案卷): who held it, every timer and notice, and their own file."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.answers import (
    Answer,
    ChainCheck,
    Clocks,
    ExplanationView,
    HistoryEntry,
    Named,
    PetitionDetail,
    Shown,
    StepView,
)
from models.inspection_answers import InspectionView
from models.recusal_answers import RecusalView


class Holding(Answer):
    """Who had to act, from when to when."""

    holder: Named
    stage: Named
    since: Shown
    until: Shown | None
    minutes: int
    working_minutes: int
    platform_minutes: int = Field(description="其中平台延误的分钟数，不算持有者的")
    platform_working_minutes: int = Field(description="其中平台延误的工作分钟数，不算持有者的")


class Proof(Answer):
    """The receipt of a completion, with the hashes of its files."""

    unit: str
    unit_name: str
    submitted_at: Shown
    receipt: str
    attachments: list[dict[str, Any]]
    flags: list[dict[str, Any]]
    outcome: str | None


class NoticeView(Answer):
    """A message that was owed, and the proof of its delivery; its text stays out."""

    version: int
    rule: str
    recipient: str
    told: str = Field(description="发给谁，如单位、岗位或值班成员的名称；诉求人只称“诉求人”")
    title: str
    urgent: bool
    owed_at: Shown
    sent_at: Shown | None
    status: str
    attempts: int
    proof: str


class TimerView(Answer):
    """A timer that was armed, and how it ended."""

    kind: Named
    unit: Named | None = Field(description="受此时限约束的单位；为空即当时的责任人")
    due_at: Shown
    armed_at: Shown
    ended_at: Shown | None
    outcome: str | None
    rule: str
    source: str
    provisional: bool


class RectificationView(Answer):
    """What a unit was ordered to put right (责令整改), and whether it was."""

    due_at: Shown
    overdue: bool = Field(description="期限已过而尚未核查")
    checked_at: Shown | None
    done: bool | None


class OpeningView(Answer):
    """One time that the inspectors' file was opened, and how it ended; it may be opened again later."""

    opened_at: Shown
    cause: str
    unit: Named | None
    disposition: Named | None = None
    opinion: str = ""
    closed_at: Shown | None = None
    closed_by: str | None = None


class SupervisionView(Answer):
    """The inspectors' file (督办件) as it stands."""

    opened_at: Shown
    cause: str
    unit: Named | None
    explanation: ExplanationView | None
    disposition: Named | None
    opinion: str
    closed_at: Shown | None
    closed_by: str | None
    ground: Named | None = Field(description="容错的情形")
    rectification: RectificationView | None
    openings: list[OpeningView] = Field(description="历次立督办件及了结，最早的在前")


class DelayView(Answer):
    """A time in which the platform should have acted and did not."""

    cause: Named
    since: Shown
    until: Shown
    told: str


class PlatformShare(Answer):
    """The platform's own share of the time (平台延误)."""

    delays: list[DelayView]
    due_at: Shown | None = Field(description="办理到期；对诉求人的承诺，不因平台延误改动")
    excused_until: Shown | None = Field(description="扣除平台延误后的到期；承办单位在此前交办结即为按时")
    charged: bool = Field(description="扣除平台延误后，承办单位仍算逾期")
    said: str


class RuleUnder(Answer):
    """The rule by which a petition is or was due, as the version says it under which it lives."""

    kind: Named
    rule: str
    source: str
    origin: str = Field(description="公开规定、自定，或研判决定")
    policy_version: str
    calendar_version: str
    due_at: Shown
    met: bool
    steps: list[StepView]


class AskedAndDecided(Answer):
    """A return, an extension, a pause or a redo, with its reason and who decided."""

    kind: Named
    unit: Named | None
    asked_at: Shown
    reason: str
    basis: str
    decided_at: Shown | None
    decided_by: str | None
    outcome: str | None


class Reminder(Answer):
    """Something by which somebody was reminded or warned, with the proof that it reached them."""

    at: Shown
    label: str
    reason: str
    notices: list[NoticeView]


class ClockEdit(Answer):
    """A step that moved the due date (计时核查)."""

    version: int
    at: Shown
    label: str
    by: str
    reason: str
    due_before: Shown | None
    due_after: Shown | None
    working_minutes_left: int | None = Field(description="当时距原到期的工作分钟数，已过为负")
    near: bool = Field(description="临近到期或到期之后才改动")


class Choice(Answer):
    """A unit that the engine considered, and why."""

    unit: Named
    score: float
    confidence: float | None
    reasons: list[str]


class Dispatched(Answer):
    """Why it went where it went: the engine's answer, or the person's reason."""

    at: Shown
    label: str
    unit: Named | None
    by: str
    reason: str
    rule_version: str | None
    candidates: list[Choice]


class Dossier(Answer):
    """All an inspector needs about one petition (案卷)."""

    petition: PetitionDetail
    supervision: SupervisionView | None
    held: list[Holding]
    clocks: Clocks
    timers: list[TimerView]
    notices: list[NoticeView]
    ratings: list[dict[str, Any]]
    history: list[HistoryEntry]
    chain: ChainCheck
    evidence: list[Proof]
    under: RuleUnder | None = Field(description="据以到期的规则；派遣前为空")
    platform: PlatformShare
    asked: list[AskedAndDecided] = Field(description="退单、延期、挂起、重办及其理由")
    reminders: list[Reminder]
    clock_edits: list[ClockEdit]
    dispatched: list[Dispatched]
    recusals: list[RecusalView]
    inspections: list[InspectionView] = Field(description="党委督查的各件，与纪检监察的督办件各自立、各自了结")
    as_of: Shown
