"""The four lists as they are shown: one item a case, and how many there are of what standing."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, Shown


class ListItem(Answer):
    """What every list says of a case: what it is about, whose it is, and whether it is struck off."""

    id: str
    case: str
    category: Named | None
    sub_category: Named | None
    topic: Named | None = Field(description="所属的现有热点")
    town: Named | None
    unit: Named | None = Field(description="主办单位；尚未派出的为空")
    registered_at: Shown
    listed: Named = Field(description="清单状态：在办、待销号、已销号等")
    lacks: list[Named] = Field(description="离销号还缺什么；已销号的为空")


class ProblemItem(ListItem):
    """What was reported, where, since when and by how many."""

    place: str
    request_type: Named
    urgency: Named
    people: int = Field(description="现有几位诉求人：本单和并入的，不含已撤出的")


class AssistItem(Answer):
    """What an assisting unit has to do, and until when."""

    unit: Named
    duty: str
    due_at: Shown | None
    reported: bool


class ResponsibilityItem(ListItem):
    """Who has to do what until when, and how high it has climbed."""

    holder: Named | None = Field(description="现在由谁处理；结束后为空")
    duty: str = Field(description="研判交办的任务，或职责清单的一条")
    due_at: Shown | None
    rung: Named
    designated: bool = Field(description="指定承办，不得退单")
    assists: list[AssistItem]


class LastStep(Answer):
    """The latest step that the petitioner was shown."""

    at: Shown
    label: str
    reason: str


class ProgressItem(ListItem):
    """How far it is, and how much time is left."""

    stage: Named
    last_step: LastStep
    due_at: Shown | None
    minutes_left: int | None = Field(description="距到期的工作分钟数，已逾期为负；期限内已交办结的为空")
    days_left: float | None = Field(description="同上，折合工作日，保留一位小数")
    card: Named
    supervised: bool


class ResultItem(ListItem):
    """What came of it: how it was solved, what the petitioner says, and the evidence."""

    completed_at: Shown | None = Field(description="末次办结审核通过的时间")
    solved: bool | None = Field(description="末次审核通过的凭据所载；没有凭据的为空")
    contacted: bool | None
    reply: str = Field(description="公开答复")
    receipt: str | None = Field(description="凭据的 SHA-256")
    verdict: Named | None = Field(description="末次评价；未评价的为空")
    redos: int
    struck_off_at: Shown | None


class ListTotals(Answer):
    """How many items there are of one standing."""

    listed: Named
    items: int


class ListPage(Answer):
    """What all lists have: as of when, how many in all, and where the next page begins."""

    name: Named
    as_of: Shown
    rule: str = Field(description="何时销号")
    totals: list[ListTotals] = Field(description="符合筛选条件的全部，按清单状态")
    next: str | None = Field(description="下一页的 after")


class ProblemList(ListPage):
    """问题清单."""

    items: list[ProblemItem]


class ResponsibilityList(ListPage):
    """责任清单."""

    items: list[ResponsibilityItem]


class ProgressList(ListPage):
    """进度清单."""

    items: list[ProgressItem]


class ResultList(ListPage):
    """成效清单."""

    items: list[ResultItem]


AnyList = ProblemList | ResponsibilityList | ProgressList | ResultList


class ListGroup(Answer):
    """The items of one unit, town, matter or topic by their standing."""

    group: Named
    totals: list[ListTotals]


class ListSummary(Answer):
    """How the lists stand, group by group, most items first."""

    by: Named
    as_of: Shown
    rule: str
    totals: list[ListTotals]
    groups: list[ListGroup]
