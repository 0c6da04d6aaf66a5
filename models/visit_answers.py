"""What is asked and shown of return visits."""

from __future__ import annotations

from pydantic import Field

from domain.petition import Satisfaction
from domain.visits import Way
from models.answers import Answer, Named, Shown
from models.bodies import Code
from models.shapes import Reason
from models.shapes import Shape as Body


class AttemptIn(Body):
    """One attempt to reach the petitioner; what they said only where they were reached."""

    way: Way
    reached: bool = Field(strict=True, examples=[True])
    words: Reason = Field(description="联系情况，诉求人怎么说", examples=["诉求人称路灯已亮，答复属实"])
    satisfaction: Satisfaction | None = Field(None, description="联系上的必填；诉求人尚未评价的即代录为评价")
    reason_code: Code | None = Field(None, description="不满意的原因，见规则 dissatisfied_reasons")
    account_true: bool | None = Field(None, strict=True, description="联系上的必填；答复是否属实", examples=[True])


class OfficerIn(Body):
    """Another seat, and why."""

    officer: Code = Field(description="席位代码", examples=["info-kuangqu"])
    reason: Reason = Field(examples=["原席位人员与诉求人相识"])


class SeatView(Answer):
    """An information officer's seat."""

    code: str
    title: str
    unit: str


class AttemptView(Answer):
    """One attempt."""

    at: Shown
    way: Named
    reached: bool
    words: str
    officer: str
    recorded_by: str


class ReturnVisitHead(Answer):
    """A visit in a list."""

    id: int
    petition_id: str
    petition_number: str = Field(description="诉求编号")
    unit: Named | None
    officer: SeatView
    stranded: bool = Field(False, description="现有席位都不能回访，待派遣专席改派")
    status: Named
    due_at: Shown
    late: bool
    attempts: int
    risks: list[Named]
    satisfaction: Named | None = Field(description="回访时诉求人的评价")
    account_true: bool | None = Field(description="诉求人称答复是否属实")
    spot_check: bool = Field(description="诉求人此前已评价，回访为抽查")
    contradicts: bool = Field(description="与台账中的评价或答复不一致")
    version: int


class ReturnVisit(ReturnVisitHead):
    """A visit in full: how it was drawn can be computed anew from what is here."""

    rated: Named | None = Field(description="台账中诉求人的评价")
    drawn_at: Shown
    policy_version: str
    completion_digest: str = Field(description="办结那条历史记录的校验值；与诉求 id、规则版本一起算出抽签数")
    number: float
    rate: float
    reason: str
    officer_reason: str
    ended_at: Shown | None
    history: list[AttemptView]


class ReturnVisitCounts(Answer):
    """How many were drawn, and what came of them."""

    drawn: int
    open: int
    reached: int
    not_reached: int
    overtaken: int


class ReturnVisitPage(Answer):
    """Visits, due first on top, and the counts of all that the caller may see."""

    items: list[ReturnVisitHead]
    counts: ReturnVisitCounts
    as_of: Shown
