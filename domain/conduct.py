"""The rules of conduct: what is asked for and how urgently, deadlines, and how often something may happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from domain.workdays import Duration


class Urgency(StrEnum):
    """How urgent (紧急程度): danger to life or property, basic supplies, everything else."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ORDINARY = "ordinary"


URGENCY_LABELS = {Urgency.EMERGENCY: "突发", Urgency.URGENT: "紧急", Urgency.ORDINARY: "一般"}


class RequestType(StrEnum):
    """What the petitioner asks for (诉求类型)."""

    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    BUSINESS = "business"


REQUEST_TYPE_LABELS = {
    RequestType.CONSULTATION: "咨询",
    RequestType.HELP: "求助",
    RequestType.COMPLAINT: "投诉",
    RequestType.REPORT: "举报",
    RequestType.SUGGESTION: "建议",
    RequestType.BUSINESS: "企业诉求",
}


class DeadlineKind(StrEnum):
    """What a deadline is for (时限种类)."""

    ACCEPTANCE = "acceptance"
    SUPPLEMENT = "supplement"
    DISPATCH = "dispatch"
    SIGNING = "signing"
    RETURN_WINDOW = "return_window"
    RETURN_DECISION = "return_decision"
    HANDLING = "handling"
    EXTENSION_LIMIT = "extension_limit"
    EXTENSION_DECISION = "extension_decision"
    SUSPENSION_LIMIT = "suspension_limit"
    COMPLETION_CHECK = "completion_check"
    REDO = "redo"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    RATING = "rating"
    FOLLOW_UP = "follow_up"
    ASSIST = "assist"
    EXPLANATION = "explanation"
    SUPERVISION_REMINDER = "supervision_reminder"
    YELLOW_CARD = "yellow_card"
    RED_CARD = "red_card"


DEADLINE_LABELS = {
    DeadlineKind.ACCEPTANCE: "受理时限",
    DeadlineKind.SUPPLEMENT: "补充时限",
    DeadlineKind.DISPATCH: "派遣时限",
    DeadlineKind.SIGNING: "签收时限",
    DeadlineKind.RETURN_WINDOW: "退单申请时限",
    DeadlineKind.RETURN_DECISION: "退单审定时限",
    DeadlineKind.HANDLING: "办理时限",
    DeadlineKind.EXTENSION_LIMIT: "延期上限",
    DeadlineKind.EXTENSION_DECISION: "延期审定时限",
    DeadlineKind.SUSPENSION_LIMIT: "挂起上限",
    DeadlineKind.COMPLETION_CHECK: "办结审核时限",
    DeadlineKind.REDO: "重办时限",
    DeadlineKind.FIRST_REVIEW: "一级研判时限",
    DeadlineKind.SECOND_REVIEW: "二级研判时限",
    DeadlineKind.RATING: "评价时限",
    DeadlineKind.FOLLOW_UP: "回访时限",
    DeadlineKind.ASSIST: "协办时限",
    DeadlineKind.EXPLANATION: "督办说明时限",
    DeadlineKind.SUPERVISION_REMINDER: "督办催办间隔",
    DeadlineKind.YELLOW_CARD: "黄牌预警",
    DeadlineKind.RED_CARD: "红牌警告",
}

DECIDED_KINDS = {DeadlineKind.ASSIST: "研判决定", DeadlineKind.EXPLANATION: "督办要求"}
"""Kinds whose length is set case by case, with the decision that sets it; no rule gives one."""


class Origin(StrEnum):
    """Where a value comes from (来历): a published rule or report, or our own decision."""

    PUBLISHED = "published"
    OWN = "own"


ORIGIN_LABELS = {Origin.PUBLISHED: "公开规定", Origin.OWN: "自定"}


@dataclass(frozen=True)
class Figure:
    """A value of `policy/` that is no deadline, told for people with its source; `id` is its place in the files."""

    id: str
    value: str
    source: str
    origin: Origin


class Conditional:
    """A rule for some petitions; an empty condition applies to all."""

    urgencies: frozenset[Urgency]
    request_types: frozenset[RequestType]
    categories: frozenset[str]

    def applies_to(self, urgency: Urgency, request_type: RequestType, category: str | None) -> bool:
        return (
            (not self.urgencies or urgency in self.urgencies)
            and (not self.request_types or request_type in self.request_types)
            and (not self.categories or category in self.categories)
        )


@dataclass(frozen=True)
class DeadlineRule(Conditional):
    """One deadline with the cases it applies to; an empty condition applies to all.

    `priority` decides between rules that both apply (higher wins); a tie is refused when the policy is loaded.
    """

    id: str
    kind: DeadlineKind
    duration: Duration
    source: str
    priority: int = 0
    urgencies: frozenset[Urgency] = frozenset()
    request_types: frozenset[RequestType] = frozenset()
    categories: frozenset[str] = frozenset()
    origin: Origin = Origin.PUBLISHED


class Limit(StrEnum):
    """What may happen only so often (次数上限), by its name in `ladder.yaml`."""

    RETURNS = "return_limit"
    TRANSFERS = "transfer_limit"
    REDOS = "redo_limit"
    EXTENSIONS = "extension_limit"


@dataclass(frozen=True)
class LimitException(Conditional):
    """Another count for some petitions; `priority` decides as it does between deadlines."""

    id: str
    limit: Limit
    value: int
    source: str
    priority: int
    urgencies: frozenset[Urgency] = frozenset()
    request_types: frozenset[RequestType] = frozenset()
    categories: frozenset[str] = frozenset()
    origin: Origin = Origin.PUBLISHED


@dataclass(frozen=True)
class Times:
    """How often something may happen, and where that is said."""

    value: int
    source: str | None


@dataclass(frozen=True)
class LadderRules:
    """How often something may happen before a petition climbs (counts), each with its source.

    The four counts hold for whatever no exception applies to; ask `Policy.times`.
    """

    return_limit: int
    transfer_limit: int
    redo_limit: int
    extension_limit: int
    sources: Mapping[str, str] = field(default_factory=dict)
    exceptions: tuple[LimitException, ...] = ()
