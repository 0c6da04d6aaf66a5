"""What is answered, and asked, about media tracking and publications."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from domain.media import PublicationKind
from models.act_answers import ActView
from models.answers import Answer, Named, Shown
from models.shapes import Code, Line, Reason, Shape, Words

Title = Annotated[Line, Field(min_length=2)]


class TrackIn(Shape):
    """Let an outlet follow a case."""

    outlet: Code = Field(examples=["shizhong-yunbao"])
    reason: Reason = Field(examples=["群众关注度高"])


class AskTrackIn(Shape):
    """An outlet asks to follow a case."""

    number: Code = Field(examples=["SZ-20260302-00001"], description="案号，或已公开件的编号")
    reason: Reason = Field(examples=["读者多次来电问起"])


class TrackDecisionIn(Shape):
    """What becomes of an outlet's request, or of its following."""

    granted: bool = Field(examples=[True])
    reason: Reason = Field(examples=["事关公共设施，可以跟踪"])


class ProposalIn(Shape):
    """What may be told in public."""

    case_number: Code = Field(examples=["SZ-20260302-00001"])
    kind: PublicationKind = Field(examples=["process"])
    title: Title = Field(examples=["广济路路灯修复过程"])
    text: Words = Field(default="", examples=[""], description="办理过程可不写，由公开时间线拟稿")


class EditIn(Shape):
    """Another wording, scrubbed again."""

    title: Title = Field(examples=["广济路路灯修复过程"])
    text: Annotated[Words, Field(min_length=2)] = Field(examples=["3月2日登记，3月4日修复。"])


class ReplyIn(Shape):
    """What the unit says to its exposure; published with it."""

    text: Reason = Field(examples=["因电缆采购延误，已于今日修复，向市民致歉。"])


class PublicStep(Answer):
    """What happened, without what anybody wrote about it."""

    at: Shown
    label: str


class TrackedCase(Answer):
    """The public process of a case that an outlet follows."""

    id: str
    case_number: str
    category: str
    place: str = Field(description="只到镇街")
    unit: str | None
    stage: Named
    card: str
    due_at: Shown | None
    timeline: list[PublicStep]
    allowed_actions: list[str]


class TrackingView(Answer):
    """An outlet and a case it follows or asked for."""

    id: str
    version: int
    case_number: str
    outlet: Named
    standing: Named
    asked_at: Shown
    reason: str
    decided_at: Shown | None
    decision: str
    allowed_actions: list[str]


class TrackingsView(Answer):
    """The latest first."""

    trackings: list[TrackingView]
    next: int | None = Field(description="下一页的 offset")


class Proposable(Answer):
    """What may be proposed of a case; `refusal` says why it may not be yet."""

    kind: Named
    refusal: str


class PublicationPreview(Answer):
    """What would be told in public, and how many of each kind of thing were taken out of it."""

    title: str
    text: str
    reply: str
    removed: dict[str, int]


class PublicationHead(Answer):
    """A publication in a list."""

    id: str
    version: int
    case_number: str
    kind: Named
    standing: Named
    title: str
    outlet: Named | None
    unit: Named | None
    reply_due_at: Shown | None
    number: str | None
    allowed_actions: list[str]


class PublicationView(PublicationHead):
    """A publication for those who propose, answer and decide it."""

    text: str
    removed: dict[str, int] = Field(description="脱敏去掉的各类内容的处数")
    before: str | None = Field(description="脱敏前的公开时间线，仅派遣专席审定前可见")
    reply: str
    published_at: Shown | None
    digest: str
    correction: str
    withdrawal: str
    history: list[ActView]


class PublicationsView(Answer):
    """The latest first."""

    publications: list[PublicationHead]
    next: int | None = Field(description="下一页的 offset")


class PublicPublication(Answer):
    """What everybody may read."""

    number: str
    version: int
    kind: Named
    title: str
    text: str = Field(description="已撤回的为空")
    category: str
    place: str
    unit: str | None
    reply: str = Field(description="曝光时单位的答复；逾期未答复的如实写明")
    published_at: Shown
    correction: str
    corrected_at: Shown | None
    withdrawn_at: Shown | None
    withdrawal: str
    digest: str = Field(description="公开内容的 SHA-256")


class PublicPublications(Answer):
    """What was published, the latest first."""

    publications: list[PublicPublication]
    next: int | None = Field(description="下一页的 offset")
