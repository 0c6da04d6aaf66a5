"""The district's rules of conduct as values: what `policy/` says, after it was checked.

Nothing here has a default figure: every number comes from a policy file, beside its source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from domain.completion import HandlingRules
from domain.conduct import (
    DEADLINE_LABELS,
    DeadlineKind,
    DeadlineRule,
    Figure,
    LadderRules,
    Limit,
    RequestType,
    Times,
    Urgency,
)
from domain.dispatch_rules import DispatchRules
from domain.errors import PolicyMissing
from domain.figure_rules import FigureRules
from domain.files import AttachmentRules
from domain.identity import IdentityRules
from domain.key_rules import KeyRules
from domain.learning_rules import LearningRules
from domain.lists import ListRules
from domain.media_rules import MediaRules
from domain.notices import NoticeRules
from domain.pattern_rules import PatternRules
from domain.recusal import RecusalRules
from domain.reviews import ReviewRules
from domain.same_matter import SameMatterRules
from domain.scrub import ScrubRules
from domain.supervision import SupervisionRules
from domain.units import Category, Duty, SubCategory, Unit, UnitKind
from domain.verdict_rules import VerdictRules
from domain.visits import VisitRules
from domain.workdays import OfficeHours


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
    pattern_rules: PatternRules = field(default_factory=PatternRules)
    list_rules: ListRules = field(default_factory=ListRules)
    sub_categories: tuple[SubCategory, ...] = ()
    duties: tuple[Duty, ...] = ()
    """Both are empty in policies kept from before there were any."""
    same_matter: SameMatterRules | None = None
    """`None` in policies kept from before there were any: nothing is compared then."""
    reviews: ReviewRules = field(default_factory=ReviewRules)
    """Empty in policies kept from before there were any: whoever holds a review's key decides then."""
    identity: IdentityRules = field(default_factory=IdentityRules)
    """Empty in policies kept from before there were any: nobody reads an identity then."""
    recusal: RecusalRules = field(default_factory=RecusalRules)
    supervision: SupervisionRules = field(default_factory=SupervisionRules)
    media: MediaRules = field(default_factory=MediaRules)
    scrub: ScrubRules | None = None
    """A policy from before these rules has none: under it nothing is told in public."""
    """Empty in policies kept from before there were any: there is no outlet, and nothing is told in public then."""
    attachments: AttachmentRules | None = None
    """`None` in policies kept from before there were any: nothing is stored then."""
    handling: HandlingRules | None = None
    """`None` in policies kept from before there were any: those in force hold then."""
    visits: VisitRules = field(default_factory=VisitRules)
    """Empty in policies kept from before there were any: nobody is drawn then."""
    verdict: VerdictRules = field(default_factory=VerdictRules)
    """Empty in policies kept from before there were any: nothing is excluded and nothing reopened then."""
    keys: KeyRules = field(default_factory=KeyRules)
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
            return "（还没有承办单位）"
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
