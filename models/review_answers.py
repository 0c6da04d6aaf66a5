"""What is shown of the two reviews: the agenda, meetings with what they made of each case, and the roster."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import Field

from domain.reviews import Member
from models.answers import Answer, AskView, Named, PetitionHead, Shown


class MemberView(Answer):
    """A seat in a review."""

    code: str
    title: str
    unit: str

    @classmethod
    def of(cls, member: Member) -> Self:
        """The member as the rules have it."""
        return cls(code=member.code, title=member.title, unit=member.unit)


class DutyDay(Answer):
    """Who is on duty on one day."""

    day: dt.date
    member: MemberView | None
    stands_in: bool = Field(description="替班，而非轮到")
    reason: str
    changed_by: str | None


class Roster(Answer):
    """The members of a review in the order of their turns, and who is on duty when."""

    level: str
    members: list[MemberView]
    days: list[DutyDay]


class MeetingHead(Answer):
    """A meeting in a list."""

    id: int
    number: str
    level: Named
    title: str
    planned_at: Shown
    place: str
    chair: MemberView | None
    status: Named
    version: int
    cases: int
    undecided: int


class AttendeeView(Answer):
    """Who came."""

    member: str | None = Field(description="成员代码；单位来人为空")
    unit: Named
    title: str


class QuorumView(Answer):
    """Whether enough members came."""

    needed: int
    present: int
    reached: bool


class TaskView(Answer):
    """What one unit was given to do."""

    unit: Named
    part: str = Field(description="lead 主办，assist 协办")
    duty: str
    term: str


class CaseOnAgenda(Answer):
    """A case of a meeting, and what was made of it."""

    petition_id: str
    number: str = Field(description="诉求编号")
    matter: str = Field(description="大类、小类和镇街；不含诉求内容和任何人的信息")
    stage: Named
    decide_by: Shown | None = Field(description="本级研判的时限，过了的也写；已离开本级的为空")
    outcome: Named | None
    discussion: str
    reason: str
    tasks: list[TaskView]
    decided_at: Shown | None
    decided_by: str | None


class MeetingView(MeetingHead):
    """A meeting with everything about it."""

    invited: list[Named]
    called_by: str
    called_at: Shown
    held_at: Shown | None
    ended_at: Shown | None
    ended_by: str | None
    reason: str
    attendance: list[AttendeeView]
    quorum: QuorumView
    items: list[CaseOnAgenda]
    hidden: int = Field(description="调用者应回避、不予显示的诉求件数")


class MeetingPage(Answer):
    """Meetings, the latest first."""

    items: list[MeetingHead]


class PlannedFor(Answer):
    """The meeting that is to hear a case."""

    id: int
    number: str
    planned_at: Shown


class AgendaItem(PetitionHead):
    """A case that waits for a review's decision."""

    arrived_at: Shown
    opening: str = Field(description="诉求内容的开头")
    place: str
    why: str = Field(description="为何提级")
    decide_by: Shown | None = Field(description="议定时限，已过的也在；没有时限的为空")
    meeting: PlannedFor | None = Field(description="已列入的会议")
    put_off: int = Field(description="缓议过几次")
    leader_in_charge: MemberView | None = Field(description="二级研判已交哪位分管领导")
    returned: list[AskView] = Field(description="各单位的退单申请和理由")
    candidates: list[Named] = Field(description="派遣时的候选单位，得分高的在前")


class Agenda(Answer):
    """Everything that waits for a review, due first on top."""

    level: Named
    on_duty: MemberView | None
    items: list[AgendaItem]
    as_of: Shown
