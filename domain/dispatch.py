"""The first dispatch table: words speak for a unit, place names for a town, and what is unsure goes to the desk.

`Dispatcher` is the seam: whatever ranks better later answers the same question with the same `Dispatch`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol

from domain.dispatch_rules import TOWN_OF_PLACE, DispatchRules
from domain.policy import Policy, UnitKind, Urgency


@dataclass(frozen=True)
class DispatchRequest:
    """What dispatch may look at. `excluded` are units that already returned the petition."""

    text: str
    place: str = ""
    town: str | None = None
    category: str | None = None
    excluded: frozenset[str] = frozenset()
    proposed: str | None = None
    """The unit that the last returning unit named as the right one."""


@dataclass(frozen=True)
class Candidate:
    """A unit that might be the right one; `reasons` are Chinese sentences made of the words that matched."""

    unit: str
    category: str | None
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Dispatch:
    """The answer: the unit if the engine is sure, the candidates best first, and which rules said so."""

    unit: str | None
    category: str | None
    town: str | None
    candidates: tuple[Candidate, ...]
    explanation: str
    rule_version: str


class Dispatcher(Protocol):
    """Finds the unit whose duty a petition is."""

    def rank(self, request: DispatchRequest) -> Dispatch: ...


class KeywordDispatcher:
    """Adds up the weights of the policy's words found in the text."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules = policy.dispatch

    def rank(self, request: DispatchRequest) -> Dispatch:
        """Rank the units; the answer names one only above the threshold and with the margin over the runner-up."""
        town, place_word = self._town_of(request)
        scores: dict[str, float] = defaultdict(float)
        reasons: dict[str, list[str]] = defaultdict(list)
        categories: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for rule in self._rules.keywords:
            unit = town if rule.unit == TOWN_OF_PLACE else rule.unit
            if unit is None or unit in request.excluded or rule.word not in request.text:
                continue
            scores[unit] += rule.weight
            categories[unit][rule.category] += rule.weight
            reasons[unit].append(f"出现“{rule.word}”({self._policy.category_name(rule.category)}，权重{rule.weight:g})")
        self._add_proposal(request, scores, reasons)
        for unit in scores:
            if unit == town:
                found = f"地点“{place_word}”" if place_word else "地点"
                reasons[unit].append(f"{found}属于{self._policy.unit_name(town)}")
        candidates = tuple(
            Candidate(unit, _best(categories[unit]) or request.category, round(score, 6), tuple(reasons[unit]))
            for unit, score in sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        )
        return self._answer(request, town, candidates)

    def _town_of(self, request: DispatchRequest) -> tuple[str | None, str]:
        """The town that is known, else the one the place lies in, else the one the text speaks of."""
        if request.town in self._policy.units_by_code:  # a former policy may have known a town that is gone
            return request.town, ""
        town, word = find_town(request.place, self._rules)
        return (town, word) if town else find_town(f"{request.place}\n{request.text}", self._rules)

    def _add_proposal(self, request: DispatchRequest, scores: dict[str, float], reasons: dict[str, list[str]]) -> None:
        proposed = request.proposed
        if proposed and proposed in self._policy.units_by_code and proposed not in request.excluded:
            scores[proposed] += self._rules.proposal_weight
            reasons[proposed].append("退单单位建议由其承办")

    def _answer(self, request: DispatchRequest, town: str | None, candidates: tuple[Candidate, ...]) -> Dispatch:
        best = candidates[0] if candidates else None
        # Weights such as 0.1 have no exact binary form; a lead of 0.9999999999 is a lead of 1.
        lead = round(best.score - (candidates[1].score if len(candidates) > 1 else 0.0), 6) if best else 0.0
        sure = best is not None and best.score >= self._rules.threshold and lead >= self._rules.margin
        if request.excluded:
            # An engine that was wrong about this petition once does not guess again: a person chooses.
            sure, explanation = False, f"已被{len(request.excluded)}个单位退单，转人工派遣"
        elif best is None:
            explanation = "没有匹配到任何关键词，转人工派遣"
        elif sure:
            explanation = f"{self._policy.unit_name(best.unit)}：{'；'.join(best.reasons)}"
        else:
            explanation = f"把握不足(得分{best.score:g}，领先{lead:g})，转人工派遣"
        return Dispatch(
            unit=best.unit if best and sure else None,
            category=best.category if best else request.category,
            town=town,
            candidates=candidates[:3],
            explanation=explanation,
            rule_version=self._policy.version,
        )


def find_town(text: str, rules: DispatchRules) -> tuple[str | None, str]:
    """The town whose place name is the longest one found, and that name; `None` when two towns are equally likely."""
    found = [(len(word), town, word) for town, words in rules.town_words.items() for word in words if word in text]
    if not found:
        return None, ""
    longest = max(length for length, _, _ in found)
    towns = {town: word for length, town, word in found if length == longest}
    return next(iter(towns.items())) if len(towns) == 1 else (None, "")


def find_urgency(text: str, rules: DispatchRules) -> Urgency:
    """Danger to life or property first, then what a household cannot do without, then the rest."""
    if any(word in text for word in rules.emergency_words):
        return Urgency.EMERGENCY
    if any(word in text for word in rules.urgent_words):
        return Urgency.URGENT
    return Urgency.ORDINARY


def needs_person(text: str, rules: DispatchRules) -> str | None:
    """The word that makes a person look before acceptance, if there is one."""
    return next((word for word in rules.desk_words if word in text), None)


def town_codes(policy: Policy) -> frozenset[str]:
    """The codes of the district's towns and streets."""
    return frozenset(unit.code for unit in policy.units if unit.kind is UnitKind.TOWN)


def _best(weights: dict[str, float]) -> str | None:
    return max(weights, key=lambda category: (weights[category], category)) if weights else None
