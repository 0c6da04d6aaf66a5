"""Patterns as inspectors are shown them, and what they decide."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.findings import FindingDecision
from models.act_answers import ActView
from models.answers import Answer, Named, Shown
from models.shapes import Reason, Shape


class FindingCase(Answer):
    """A case behind a finding, and what of it shows the pattern."""

    case: str
    said: str


class FindingShare(Answer):
    """Cases that show the pattern, of how many."""

    numerator: int
    base: int
    shown: str


class FindingView(Answer):
    """A pattern that stands out: flagged for a person, decided by nobody else."""

    id: str
    version: int
    kind: Named
    standing: Named
    units: list[Named] = Field(description="所涉单位；来回推的为两个")
    account: str | None = Field(description="所涉账号；只有“一人代录件件满意”有")
    base: str = Field(description="分母是什么")
    numerator: str = Field(description="分子是什么")
    innocent: str = Field(description="什么正当的情形也会如此")
    share: FindingShare
    peers: FindingShare = Field(description="其他各单位(账号)合计，即基准")
    low: float = Field(description="本单位之率的区间下限")
    high: float = Field(description="本单位之率的区间上限")
    p: float = Field(description="若与其他单位无异，碰巧高到如此的概率(精确检验，单侧)")
    tests: int = Field(description="同次一并检验了多少个单位和苗头")
    expected_false: float = Field(description="同次提示中预期的误报件数上限")
    since: Shown
    until: Shown
    found_at: Shown
    seen_at: Shown = Field(description="最近一次发现")
    rule_version: str
    cases: list[FindingCase]
    history: list[ActView]
    allowed_actions: list[str]


class FindingsView(Answer):
    """Findings, the latest first, and the rule by which they are found."""

    as_of: Shown
    rule: str
    total: int
    findings: list[FindingView]
    next: int | None = Field(description="下一页的 offset")


class FindingDecisionIn(Shape):
    """What an inspector decides on a finding, and why."""

    decision: FindingDecision
    reason: Reason = Field(examples=["已抽查五件，答复雷同且未到现场"])
    case: Annotated[str, Field(pattern="^[A-Z0-9-]{1,40}$")] | None = Field(
        None, description="立案核查时，同时就其中哪一件(案号)立督办件", examples=["SZ-20260302-00001"]
    )
