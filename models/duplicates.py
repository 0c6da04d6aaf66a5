"""The answers about probable duplicates and hot topics, for the desk, inspectors and operators."""

from __future__ import annotations

from pydantic import Field

from models.answers import Answer, Named, PetitionHead, Shown


class MergeBody(Answer):
    """What to send to `/petitions/{id}/merge`, as it is."""

    into: str
    reason: str


class Duplicate(Answer):
    """A petition and the case that it is probably part of."""

    petition: PetitionHead
    text: str
    place: str
    same_as: PetitionHead
    same_as_text: str
    same_as_place: str
    metres: int | None = Field(description="两件相距多少米；有一件没有坐标的为空")
    score: float = Field(description="把握，0 至 1")
    reasons: list[str] = Field(description="凭什么认为是同一事项")
    found_at: Shown
    merge: MergeBody = Field(description="原样提交到 petition 的 merge 即并单；不是同一事项的提交到 not-same")


class DuplicatePage(Answer):
    """Probable duplicates; `next` is the `after` of the page that follows."""

    items: list[Duplicate]
    next: int | None


class DuplicateQueue(Answer):
    """Probable duplicates for whoever works through them, the likeliest first; `next` is how many came before."""

    items: list[Duplicate]
    total: int
    next: int | None


class HotTopicCount(Answer):
    """How many had reported a topic at one look."""

    seen_at: Shown
    recent: int
    usual: float


class HotTopicView(Answer):
    """A matter that more and more people report."""

    topic: str = Field(description="热点的编号；同一热点在各次统计中不变")
    name: str = Field(description="地点和事项")
    category: Named | None
    sub_category: Named | None
    town: Named | None
    recent: int = Field(description="最近若干天的件数")
    usual: float = Field(description="此前同样天数的平均件数")
    cases: list[str] = Field(description="最近的诉求编号")
    history: list[HotTopicCount] = Field(description="历次统计，从早到晚")


class HotTopicCase(Answer):
    """A case of a hot topic."""

    id: str
    case_number: str
    registered_at: Shown
    opening: str = Field(description="诉求内容的开头")
    place: str
    stage: Named
    unit: Named | None
    town: Named | None
    overdue: bool
    recent: bool = Field(description="是最近若干天里的")


class HotTopicCases(Answer):
    """A hot topic case by case, the latest first."""

    topic: HotTopicView
    seen_at: Shown
    current: bool = Field(description="最近一次统计仍是热点")
    recent_days: int
    said: list[str] = Field(description="半数以上的诉求里都有的话")
    cases: list[HotTopicCase]


class HotTopics(Answer):
    """The hot topics of the last look, the largest first."""

    seen_at: Shown | None = Field(description="最近一次统计的时间；没有热点的为空")
    recent_days: int
    topics: list[HotTopicView]
