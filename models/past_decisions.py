"""What the two reviews have decided, in a list: what, when, by whom, and what became of it."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown


class PastDecision(Answer):
    """One decision of a review, as it stands in the history of its case."""

    petition_id: str
    case_number: str
    matter: str = Field(description="大类、小类和镇街；不含诉求内容和任何人的信息")
    what: Named = Field(description="交办、缓议、交分管领导、提请二级研判或终止办理")
    lead: Named | None = Field(description="主办单位；没有交办的为空")
    assists: list[Named]
    term: str = Field(description="主办的期限，如 5个工作日；没有交办的为空")
    due_at: Shown | None
    reason: str
    meeting: Named | None = Field(description="议定它的会议，code 是会议的 id；不经会议的为空")
    decided_at: Shown
    decided_by: str
    stage: Named = Field(description="这件现在的阶段")
    overdue: bool = Field(description="现在逾期未办结")
    superseded: bool = Field(description="这件后来另有交办")
    satisfaction: str = Field(description="诉求人的评价；没有的为空")
    closed_at: Shown | None


class PastDecisions(Answer):
    """A page of them, the latest first."""

    items: list[PastDecision]
    total: int
    next: int | None
