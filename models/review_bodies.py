"""The bodies of requests about the two reviews: a meeting's call, its attendance, its decisions, duty."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from domain.reviews import Level
from models.bodies import Code, TaskIn
from models.shapes import Day, Instant, Line, Printable, Reason, Shape, Words

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100), Printable]
Place = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), Printable]
Office = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), Printable]
CaseId = Annotated[str, Field(pattern="^[0-9a-f-]{36}$", examples=["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"])]
MOST_CASES = 50
"""On one meeting (our own decision; the seed's 61 meetings heard 539 cases, nine each)."""


class CallIn(Shape):
    """What a meeting is called for."""

    title: Title = Field(examples=["广济路路灯等两件专题研判"])
    planned_at: Instant = Field(examples=["2026-03-05T09:00:00+08:00"])
    place: Place = Field("", examples=["分拨中心会议室"])
    chair: Code = Field(description="主持人，本级成员的代码", examples=["expert-municipal"])
    invited: list[Code] = Field([], max_length=60, description="通知到会的单位", examples=[["housing"]])
    cases: list[CaseId] = Field(
        max_length=MOST_CASES, description="列入的诉求的 id", examples=[["3f1f8a52-6d0c-4a7e-9a5b-2f9f3f0c1d11"]]
    )


class MeetingIn(CallIn):
    """A meeting of one of the reviews."""

    level: Level = Field(examples=["first"])


class SentIn(Shape):
    """Whoever a unit sent, by their office there, never by a name."""

    unit: Code = Field(examples=["housing"])
    title: Office = Field(examples=["分管副局长"])


class AttendanceIn(Shape):
    """Who came."""

    members: list[Code] = Field(max_length=60, examples=[["expert-municipal", "expert-housing"]])
    units: list[SentIn] = Field([], max_length=60)


class DecidedIn(Shape):
    """What the meeting makes of one case: assign it, hand it up, or put it off."""

    case: CaseId
    outcome: Literal["assigned", "handed_up", "put_off"] = Field(description="交办、提请二级研判、缓议")
    reason: Reason = Field(examples=["现场会商：由市政园林主办"])
    discussion: Words = Field("", examples=["路灯已竣工未移交，三家单位均称非本单位职责"])
    lead: TaskIn | None = Field(None, description="交办的必填")
    assists: list[TaskIn] = Field([], max_length=10)

    @model_validator(mode="after")
    def _tasks_go_with_the_outcome(self) -> Self:
        if self.outcome == "assigned" and self.lead is None:
            raise ValueError("交办须写明主办单位(lead)及其任务、时限")
        if self.outcome != "assigned" and (self.lead or self.assists):
            raise ValueError("只有交办才有主办、协办")
        return self


class StandInIn(Shape):
    """Who stands in on duty, when and why."""

    level: Level = Level.FIRST
    day: Day = Field(examples=["2026-03-05"])
    member: Code = Field(examples=["expert-water"])
    reason: Line = Field(examples=["外出勘察"])
