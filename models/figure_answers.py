"""Figures as they are shown: each with its numerator, base and definition, and when and of what it was counted."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown


class PeriodView(Answer):
    """From midnight to midnight in Asia/Shanghai; `None` leaves a side open."""

    since: Shown | None
    until: Shown | None = Field(description="不含此刻")
    said: str = Field(description="首日至末日，均含在内")


class DefinitionView(Answer):
    """What a figure counts, of what, and what it leaves out."""

    name: str
    chinese: str
    english: str
    counted: Named
    base: str
    numerator: str
    excluded: str
    source: str
    more_is_better: bool


class ShareView(Answer):
    """A share with what it is made of. `expected`, `rank` and `verdict` only by unit, for figures that are ranked."""

    figure: str
    numerator: int
    base: int
    excluded: int = Field(description="按定义不计入基数的件数或次数")
    share: float | None = Field(description="基数为零时没有")
    shown: str
    low: float | None
    high: float | None
    expected: float | None = Field(default=None, description="各大类若都同全区一样办，该单位应有的率")
    rank: int | None = Field(default=None, description="按实际减应有排列；并列的同位次")
    tied: bool = False
    verdict: Named | None = None


class StageTimeView(Answer):
    """How long the stays in a stage took, in hours of the wall clock."""

    stage: Named
    stays: int
    median_hours: float
    ninetieth_hours: float


class GroupView(Answer):
    """All figures of one group; `group` is `None` for the total."""

    group: Named | None
    counts: dict[str, int]
    shares: list[ShareView]
    times: list[StageTimeView]


class DissatisfiedView(Answer):
    """How often petitioners gave one reason for being dissatisfied."""

    reason: Named = Field(description="不满意的原因；只写了文字、没有选的，code 为空")
    ratings: int = Field(description="次数：每位诉求人对每次办结的评价为一次")


class VisitCountsView(Answer):
    """How many return visits were drawn, and what came of them."""

    drawn: int
    open: int
    late: int = Field(description="待回访而已过期的")
    reached: int
    not_reached: int
    overtaken: int = Field(description="重办、提级或重启而不再需要的")
    contradicting: int = Field(description="诉求人所说与台账中的评价或答复不一致的")


VISIT_COUNT_LABELS = {
    "drawn": "抽取",
    "open": "待回访",
    "late": "其中过期",
    "reached": "已回访",
    "not_reached": "未联系上",
    "overtaken": "不再需要",
    "contradicting": "与台账不一致",
}
"""What each of `VisitCountsView` is called where people read it."""


class FiguresView(Answer):
    """Figures of one selection by one grouping."""

    as_of: Shown
    period: PeriodView
    by: Named | None
    rules: list[str] = Field(description="归期、截至、归属的规则")
    policy_version: str
    least_cases: int
    confidence: float
    total: GroupView
    groups: list[GroupView]
    dissatisfied: list[DissatisfiedView] = Field([], description="全部所选诉求截至时刻的不满意评价，按原因")
    visits: VisitCountsView | None = Field(None, description="全部所选诉求截至时刻的回访")
    definitions: list[DefinitionView]


class FigureCase(Answer):
    """One case, task or stay in the base of a figure; `case` is the case number."""

    case: str
    unit: Named | None
    at: Shown = Field(description="件为登记，次为派遣，停留为进入阶段的时刻")
    counts: bool = Field(description="是否计入分子")
    stage: Named | None = None
    seconds: int | None = None
    category: Named | None = Field(default=None, description="截至时刻的大类")
    town: Named | None = Field(default=None, description="截至时刻的镇街")


class FigureCasesView(Answer):
    """What a figure is made of, oldest case first."""

    as_of: Shown
    period: PeriodView
    definition: DefinitionView
    chosen: list[str] = Field(default=[], description="所选的单位、镇街等；没有即全区")
    base: int
    cases: list[FigureCase]
    next: int | None = Field(description="下一页的 offset")
