"""What the leaders are shown of a case that waits for their decision, and the record of what they decided."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown
from models.dossier import AskedAndDecided, Holding
from models.review_answers import AgendaItem, TaskView


class Recommended(Answer):
    """What the first review made of the case at one of its meetings."""

    meeting_id: int
    meeting: str = Field(description="会议编号")
    outcome: Named
    reason: str
    discussion: str
    decided_at: Shown


class Waiting(Answer):
    """A case that waits for the leaders, with what the first review says of it."""

    item: AgendaItem
    minutes_left: int | None = Field(description="距议定时限的工作分钟数，已过为负；没有时限的为空")
    brought_by: str = Field(description="由谁提请：一级研判小组，或平台到期自动提级")
    recommended: list[Recommended]


class DecisionRecord(Answer):
    """A decision of the leaders as it stands in the history, with what it was made of."""

    case_number: str
    matter: str
    brought: str = Field(description="为何提级")
    recommended: list[Recommended]
    handed: list[str] = Field(description="交哪位分管领导，为何")
    meeting: str | None = Field(description="议定它的会议；不经会议的为空")
    decided_at: Shown
    decided_by: str
    reason: str
    tasks: list[TaskView]


class Brief(Answer):
    """A case in one look: who had it for how long, what was asked for, and what was decided."""

    waiting: Waiting | None = Field(description="不在二级研判的为空")
    held: list[Holding]
    asked: list[AskedAndDecided]
    warned: int = Field(description="提醒、亮牌、提级和督办共几次")
    decided: DecisionRecord | None
