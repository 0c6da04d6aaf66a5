"""Judging rules of dispatch by cases that are over: what would have been right, what would have been sent wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from domain.dispatch import Dispatch
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.learning_rules import LearningRules
from domain.past_cases import PastCase


@dataclass(frozen=True)
class Replayed:
    """What a dispatcher says of a case now."""

    case: PastCase
    unit: str | None
    """`None`: it goes to the desk."""
    candidates: tuple[str, ...]
    sub_category: str | None

    @property
    def right_alone(self) -> bool:
        return self.unit is not None and self.unit == self.case.unit

    @property
    def misdirected(self) -> bool:
        """Sent to a unit that would have handed it back."""
        return self.unit is not None and self.unit != self.case.unit


def replayed(case: PastCase, answer: Dispatch, towns: frozenset[str]) -> Replayed:
    """`answer` beside what was right. `towns` are all towns' codes: where any town is right, each counts as it."""

    def role(unit: str) -> str:
        return TOWN_OF_PLACE if case.unit == TOWN_OF_PLACE and unit in towns else unit

    return Replayed(
        case=case,
        unit=role(answer.unit) if answer.unit is not None else None,
        candidates=tuple(role(item.unit) for item in answer.candidates),
        sub_category=answer.sub_category,
    )


@dataclass
class Figures:
    """Counts of cases."""

    cases: int = 0
    alone: int = 0
    """Dispatched without a person."""
    right_alone: int = 0
    first: int = 0
    """The first candidate is the right unit, sure or not."""
    among_three: int = 0
    matters: int = 0
    """Cases whose sub-category is known."""
    right_matters: int = 0

    @property
    def misdirected(self) -> int:
        return self.alone - self.right_alone

    def worth(self, return_cost: int) -> int:
        """What dispatching without a person was worth, counted in decisions that the desk was spared."""
        return self.right_alone - return_cost * self.misdirected

    def add(self, one: Replayed) -> None:
        self.cases += 1
        self.alone += one.unit is not None
        self.right_alone += one.right_alone
        self.first += one.case.unit in one.candidates[:1]
        self.among_three += one.case.unit in one.candidates[:3]
        if one.case.sub_category is not None:
            self.matters += 1
            self.right_matters += one.case.sub_category == one.sub_category


FIGURES: Mapping[str, Callable[[Figures], int]] = {
    "首选正确 right first": lambda side: side.first,
    "三选之内 among three": lambda side: side.among_three,
    "自动派遣 dispatched alone": lambda side: side.alone,
    "其中正确 of these right": lambda side: side.right_alone,
    "派错 sent wrong": lambda side: side.misdirected,
    "小类正确 sub-category right": lambda side: side.right_matters,
}
"""The counts that people are shown, by their names."""


@dataclass(frozen=True)
class Move:
    """A case that would go elsewhere than it does now."""

    case_number: str
    sub_category: str | None
    right: str
    before: str | None
    after: str | None

    @property
    def gain(self) -> int:
        """1 better, -1 worse, 0 neither: right beats the desk, the desk beats wrong."""
        return _merit(self.after, self.right) - _merit(self.before, self.right)


@dataclass
class Comparison:
    """Two sets of rules on the same cases, in all and for each sub-category."""

    before: Figures = field(default_factory=Figures)
    after: Figures = field(default_factory=Figures)
    by_matter: dict[str | None, tuple[Figures, Figures]] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    left_out: int = 0
    """Cases of units that the changed rules do not know."""

    def add(self, before: Replayed, after: Replayed) -> None:
        self.before.add(before)
        self.after.add(after)
        pair = self.by_matter.setdefault(after.case.sub_category, (Figures(), Figures()))
        pair[0].add(before)
        pair[1].add(after)
        if before.unit != after.unit:
            case = after.case
            self.moves.append(Move(case.case_number, case.sub_category, case.unit, before.unit, after.unit))

    @property
    def returns_saved(self) -> int:
        """Cases that would no longer be sent to a wrong unit, less those that newly would."""
        return self.before.misdirected - self.after.misdirected

    def faults(self, rules: LearningRules) -> list[str]:
        """In which figures the change is worse by more than is tolerated; none: it may go into force."""
        if self.after.cases < rules.least_cases:
            return []
        allowed = rules.tolerance * self.after.cases
        found = []
        if self.before.first - self.after.first > allowed:
            found.append(f"首选正确由{self.before.first}件降为{self.after.first}件")
        if self.before.worth(rules.return_cost) - self.after.worth(rules.return_cost) > allowed:
            sides = (f"派对{side.right_alone}件、派错{side.misdirected}件" for side in (self.before, self.after))
            found.append("自动派遣由" + "变为".join(sides))
        return found


def most_changed(comparison: Comparison, most: int) -> Sequence[tuple[str | None, tuple[Figures, Figures]]]:
    """The sub-categories of which the first choice changed most, worse ones first; unchanged ones are left out."""
    changed = [
        (matter, pair)
        for matter, pair in comparison.by_matter.items()
        if (pair[0].first, pair[0].right_alone, pair[0].alone) != (pair[1].first, pair[1].right_alone, pair[1].alone)
    ]
    changed.sort(key=lambda item: (item[1][1].first - item[1][0].first, item[0] or ""))
    return changed[:most]


def _merit(unit: str | None, right: str) -> int:
    return 0 if unit is None else 1 if unit == right else -1
