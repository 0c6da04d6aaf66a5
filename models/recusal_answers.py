"""What is shown of who stays out of a petition (回避)."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown


class RecusalView(Answer):
    """A unit or an account that stays out of a petition (回避), or did."""

    number: int = Field(description="在该诉求的各项回避中的序号，从1起")
    unit: Named | None = Field(description="回避的单位；为空即回避的是账号")
    account: str | None
    stated_by: Named = Field(description="由谁提出或认定")
    reason: str
    recorded_at: Shown
    recorded_by: str
    lifted_at: Shown | None = Field(description="解除的时间；为空即现仍回避")
    lifted_by: str | None
    lifted_because: str


class RecusalsView(Answer):
    """Everybody who stays or stayed out of a petition, oldest first."""

    id: str
    case_number: str
    version: int
    recusals: list[RecusalView]
    allowed_actions: list[str]


class RecusalReceipt(Answer):
    """What is left of a petition for whoever said that they must stay out of it."""

    case_number: str
    version: int
    allowed_actions: list[str] = Field([], description="没有")
