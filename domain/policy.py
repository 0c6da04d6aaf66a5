"""The district's rules of conduct as values: what `policy/` says, after it was checked.

Nothing here has a default figure: every number comes from a policy file, beside its source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from domain.dispatch_rules import DispatchRules
from domain.errors import PolicyMissing
from domain.figure_rules import FigureRules
from domain.learning_rules import LearningRules
from domain.notices import NoticeRules
from domain.same_matter import SameMatterRules
from domain.workdays import Duration, OfficeHours


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


class UnitKind(StrEnum):
    """What a unit is in the ledger (单位类别)."""

    TOWN = "town"
    DEPARTMENT = "department"
    DESK = "desk"
    FIRST_REVIEW = "first_review"
    SECOND_REVIEW = "second_review"
    DISCIPLINE = "discipline"
    FOLLOW_UP = "follow_up"
    PETITIONER = "petitioner"


@dataclass(frozen=True)
class Unit:
    """A unit that can hold a petition. `duty` is its duty in one line, as in its 三定方案."""

    code: str
    name: str
    kind: UnitKind
    duty: str = ""


@dataclass(frozen=True)
class Category:
    """A category of the taxonomy (大类)."""

    code: str
    name: str


@dataclass(frozen=True)
class SubCategory:
    """A kind of matter within a category (小类), with the one unit whose duty it is.

    `lead` is a unit's code, or `TOWN_OF_PLACE` where it is every town's own duty; `town_part` is what a town does
    beside the lead, which never makes it the lead. `rural` is the sub-category that the same matter is in a village.
    """

    code: str
    name: str
    category: str
    lead: str
    request_types: frozenset[RequestType]
    urgency: Urgency = Urgency.ORDINARY
    town_part: str = ""
    rural: str | None = None


@dataclass(frozen=True)
class Duty:
    """A duty of a unit (职责清单), since when it has it, and the sub-categories that it covers."""

    unit: str
    title: str
    valid_from: dt.date
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """All rules in force at one version. `version` names the content: the same files give the same version."""

    version: str
    office: OfficeHours
    units: tuple[Unit, ...]
    categories: tuple[Category, ...]
    deadlines: tuple[DeadlineRule, ...]
    ladder: LadderRules
    dispatch: DispatchRules
    notices: NoticeRules
    district: str = ""
    case_prefix: str = ""
    """First part of every case number, as in SZ-20260302-00017."""
    figures: tuple[Figure, ...] = ()
    learning: LearningRules = field(default_factory=LearningRules)
    figure_rules: FigureRules = field(default_factory=FigureRules)
    sub_categories: tuple[SubCategory, ...] = ()
    duties: tuple[Duty, ...] = ()
    """Both are empty in policies kept from before there were any."""
    same_matter: SameMatterRules | None = None
    """`None` in policies kept from before there were any: nothing is compared then."""
    foreign_units: tuple[Unit, ...] = field(default=(), compare=False)
    foreign_categories: tuple[Category, ...] = field(default=(), compare=False)
    foreign_sub_categories: tuple[SubCategory, ...] = field(default=(), compare=False)
    """What only other versions know. Here it has nothing but a name: a petition that lives under this policy may be
    with such a unit, because duties are those in force."""

    @cached_property
    def units_by_code(self) -> Mapping[str, Unit]:
        return {unit.code: unit for unit in self.units}

    def unit_name(self, code: str | None) -> str:
        """The unit's Chinese name; its code when no policy knows it."""
        if code is None:
            return "（暂无）"
        return self._names.get(code, code)

    def can_name(self, code: str) -> bool:
        """Whether this policy has a name for the unit, be it a foreign one."""
        return code in self._names

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {unit.code: unit.name for unit in (*self.foreign_units, *self.units)}

    def office_of(self, kind: UnitKind) -> str:
        """The code of the one unit of this kind (the desk, the review group …)."""
        for unit in self.units:
            if unit.kind is kind:
                return unit.code
        raise PolicyMissing(f"{kind}类单位")

    def category_name(self, code: str | None) -> str:
        known = (*self.categories, *self.foreign_categories)
        return next((item.name for item in known if item.code == code), code or "未分类")

    def knows_category(self, code: str) -> bool:
        """Whether this or any other version has such a category."""
        return any(item.code == code for item in (*self.categories, *self.foreign_categories))

    def knows_sub_category(self, code: str) -> bool:
        """Whether this or any other version has such a sub-category."""
        return code in self._known_sub_categories

    def sub_category_name(self, code: str) -> str:
        known = self._known_sub_categories.get(code)
        return known.name if known else code

    def is_within(self, sub_category: str, category: str | None) -> bool:
        """Whether it is one of the category's; of one that no policy knows nothing else can be said."""
        known = self._known_sub_categories.get(sub_category)
        return known is None or known.category == category

    @cached_property
    def _known_sub_categories(self) -> Mapping[str, SubCategory]:
        return {item.code: item for item in (*self.foreign_sub_categories, *self.sub_categories)}

    @cached_property
    def sub_categories_by_code(self) -> Mapping[str, SubCategory]:
        return {item.code: item for item in self.sub_categories}

    @cached_property
    def duties_by_sub_category(self) -> Mapping[str, Duty]:
        """The duty that covers each sub-category; of several the one that begins last."""
        return {code: duties[-1] for code, duties in self._duties_of.items()}

    def duty_of(self, sub_category: str | None, day: dt.date | None = None) -> Duty | None:
        """The duty that covers the sub-category on `day`: the latest that has begun; before the first one that one.

        Without a day the last one; `None` when no duty covers it.
        """
        duties = self._duties_of.get(sub_category or "", ())
        begun = [duty for duty in duties if day is None or duty.valid_from <= day] or duties[:1]
        return begun[-1] if begun else None

    @cached_property
    def _duties_of(self) -> Mapping[str, Sequence[Duty]]:
        """Who has had each sub-category, one after the other."""
        found: dict[str, list[Duty]] = {}
        for duty in sorted(self.duties, key=lambda item: item.valid_from):
            for code in duty.covers:
                found.setdefault(code, []).append(duty)
        return found

    def deadline(
        self, kind: DeadlineKind, urgency: Urgency, request_type: RequestType, category: str | None
    ) -> DeadlineRule:
        """The rule of the highest priority that applies.

        Raises:
            PolicyMissing: no rule of this kind applies (a loaded policy has a general one of every kind).
        """
        rules = [
            rule for rule in self.deadlines if rule.kind is kind and rule.applies_to(urgency, request_type, category)
        ]
        if not rules:
            raise PolicyMissing(DEADLINE_LABELS[kind])
        return max(rules, key=lambda rule: rule.priority)

    def times(self, limit: Limit, urgency: Urgency, request_type: RequestType, category: str | None) -> Times:
        """How often it may happen to such a petition: by the exception of the highest priority, else in general."""
        exceptions = [
            item
            for item in self.ladder.exceptions
            if item.limit is limit and item.applies_to(urgency, request_type, category)
        ]
        if exceptions:
            found = max(exceptions, key=lambda item: item.priority)
            return Times(found.value, found.source)
        return Times(getattr(self.ladder, limit.value), self.ladder.sources.get(limit.value))
