"""What inspectors are shown of one petition (案卷): who held it, every timer and notice, and their own file."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from models.answers import Answer, ChainCheck, Clocks, ExplanationView, HistoryEntry, Named, PetitionDetail, Shown


class Holding(Answer):
    """Who had to act, from when to when."""

    holder: Named
    stage: Named
    since: Shown
    until: Shown | None
    minutes: int
    working_minutes: int


class NoticeView(Answer):
    """A message that was owed, and the proof of its delivery; its text stays out."""

    version: int
    rule: str
    recipient: str
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
    openings: list[OpeningView] = Field(description="历次立督办件及了结，最早的在前")


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
    evidence: list[dict[str, Any]]
    as_of: Shown
