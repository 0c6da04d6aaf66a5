"""Words speak for a matter and the unit whose duty it is, place names for a town; what is unsure goes to the desk.

`Dispatcher` is the seam: whatever ranks better later answers the same question with the same `Dispatch`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Protocol

from domain.alarms import Alarm
from domain.conduct import RequestType, Urgency
from domain.dispatch_rules import TOWN_OF_PLACE, DispatchRules, KeywordRule, Spoken
from domain.elsewhere import Suspicion
from domain.evidence import Pile
from domain.place import Located
from domain.policy import Policy
from domain.units import UnitKind
from domain.where import Where, where


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
    request_type: RequestType | None = None
    located: Located | None = None
    """Where its coordinate lies, if it has one."""
    day: dt.date | None = None
    """The day of registration in the district: a duty that begins later is still its former holder's."""


@dataclass(frozen=True)
class Candidate:
    """A unit that might be the right one; `reasons` are Chinese sentences: which words, which place, which duty."""

    unit: str
    category: str | None
    score: float
    reasons: tuple[str, ...]
    sub_category: str | None = None
    confidence: float | None = None
    """How often such a candidate was right, 0 to 1: among the district's closed cases, before that by the policy's own
    figures; `None` where neither says."""


@dataclass(frozen=True)
class Dispatch:
    """The answer: the unit if the engine is sure, the candidates best first, and which rules and model said so."""

    unit: str | None
    category: str | None
    town: str | None
    candidates: tuple[Candidate, ...]
    explanation: str
    rule_version: str
    sub_category: str | None = None
    model_version: str | None = None


@dataclass(frozen=True)
class Considered:
    """What the keywords say in full: an answer with every candidate, and what else bears on it."""

    answer: Dispatch
    unplaced: float
    """What speaks for a town while nobody knows which."""
    barred: str
    """Why no engine may dispatch it, be it ever so sure; empty: it may."""


Matter = tuple[str, str | None]
"""A category and a sub-category of it."""


class Dispatcher(Protocol):
    """Finds the unit whose duty a petition is."""

    def rank(self, request: DispatchRequest) -> Dispatch: ...


@dataclass
class _Tally:
    """What speaks for one unit. A word speaks once for it, with the greatest weight any of its matters gives it."""

    words: Pile = field(default_factory=Pile)
    spoken: dict[str, Spoken] = field(default_factory=dict)
    matters: dict[Matter, float] = field(default_factory=lambda: defaultdict(float))
    proposal: float = 0.0

    def add(self, spoken: Spoken) -> None:
        rule, weight = spoken.rule, spoken.rule.weight * spoken.factor
        self.matters[rule.category, rule.sub_category] += weight
        if self.words.add(rule.word, weight):
            self.spoken[rule.word] = spoken

    @property
    def score(self) -> float:
        return round(self.words.total + self.proposal, 2)

    def decisive(self, least: float) -> float:
        """What the words weigh by themselves, wherever and however often they stand, those lighter than `least` not."""
        weights = [spoken.rule.weight for spoken in self.spoken.values()]
        return round(sum(weight for weight in weights if weight >= least), 2)


@dataclass(frozen=True)
class _Doubt:
    """What keeps the engine from being sure.

    `unplaced` is what speaks for a town while nobody knows which: it leads to no unit. `decisive` is what the words of
    the best unit weigh by themselves, `flaw` why the text cannot be relied on.
    """

    unplaced: float
    decisive: float
    flaw: str | None


class KeywordDispatcher:
    """Adds up the weights of the policy's words found in the text."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._rules = policy.dispatch

    def rank(self, request: DispatchRequest) -> Dispatch:
        """Rank the units; the answer names one only above the threshold and with the margin over the runner-up."""
        return self.answer_of(self.consider(request))

    def answer_of(self, considered: Considered) -> Dispatch:
        """What people are told: the first three candidates, and how sure the keywords are of each."""
        answer = considered.answer
        sure = self._policy.learning.confidence_of([item.score for item in answer.candidates[:3]])
        pairs = zip_longest(answer.candidates[:3], sure)
        return replace(answer, candidates=tuple(replace(item, confidence=right) for item, right in pairs))

    def consider(self, request: DispatchRequest) -> Considered:
        """Everything the words and the place say."""
        reading = self._rules.reading
        flaw = reading.flaw(request.text)
        request = replace(request, text=reading.plain(request.text), place=reading.plain(request.place))
        place = where(request.place, request.text, request.town, request.located, self._policy)
        town = place.town
        tallies: dict[str, _Tally] = defaultdict(_Tally)
        unplaced = _Tally()
        for said in self._rules.spoken_in(request.text):
            spoken = self._in_a_village(said) if place.rural else said
            holder = self._holder(spoken.rule, request.day)
            unit = town if holder == TOWN_OF_PLACE else holder
            if unit is None:
                unplaced.add(spoken)
            elif unit not in request.excluded:
                tallies[unit].add(spoken)
        proposed = request.proposed
        if proposed and proposed in self._policy.units_by_code and proposed not in request.excluded:
            tallies[proposed].proposal = self._rules.proposal_weight
        ranked = sorted(tallies.items(), key=lambda item: (-item[1].score, item[0]))
        candidates = tuple(
            self._candidate(request, unit, tally, place.told if unit == town or request.located else "")
            for unit, tally in ranked
        )
        least = self._rules.weighing.least_decisive
        doubt = _Doubt(unplaced.score, ranked[0][1].decisive(least) if ranked else 0.0, flaw)
        return self._answer(request, place, candidates, doubt)

    def _holder(self, rule: KeywordRule, day: dt.date | None) -> str:
        """The unit whose duty the rule's matter is on that day."""
        duty = self._policy.duty_of(rule.sub_category, day) if day is not None else None
        return duty.unit if duty is not None else rule.unit

    def _candidate(self, request: DispatchRequest, unit: str, tally: _Tally, place: str) -> Candidate:
        category, sub_category = self._best(tally, request) or (request.category, None)
        duty = self._policy.duty_of(sub_category, request.day)
        reasons = [self._word_reason(spoken) for spoken in tally.spoken.values()]
        if tally.proposal:
            reasons.append("退单单位建议由其承办")
        if place:
            reasons.append(place)
        if duty is not None:
            reasons.append(f"职责：{duty.title}")
        return Candidate(unit, category, tally.score, tuple(reasons), sub_category)

    def _best(self, tally: _Tally, request: DispatchRequest) -> Matter | None:
        """The matter that most speaks for; of two alike the one that fits what is asked for."""

        def standing(matter: Matter) -> tuple[float, bool, str, str]:
            category, code = matter
            known = self._policy.sub_categories_by_code.get(code or "")
            fits = known is not None and request.request_type in known.request_types
            return round(tally.matters[matter], 6), fits, category, code or ""

        return max(tally.matters, key=standing, default=None)

    def _word_reason(self, spoken: Spoken) -> str:
        rule = spoken.rule
        matter = self._policy.category_name(rule.category)
        if rule.sub_category is not None:
            matter += f"·{self._policy.sub_category_name(rule.sub_category)}"
        where = "，在开头" if spoken.opening else ""
        often = f"，{spoken.times}次" if spoken.times > 1 else ""
        return f"出现“{rule.word}”({matter}，权重{rule.weight:g}{where}{often})"

    def _in_a_village(self, spoken: Spoken) -> Spoken:
        """The same word for what the matter is in a village, where that is another sub-category."""
        here = self._policy.sub_categories_by_code.get(spoken.rule.sub_category or "")
        there = self._policy.sub_categories_by_code.get(here.rural or "") if here else None
        if there is None:
            return spoken
        rule = replace(spoken.rule, category=there.category, unit=there.lead, sub_category=there.code)
        return replace(spoken, rule=rule)

    def _answer(
        self,
        request: DispatchRequest,
        place: Where,
        candidates: tuple[Candidate, ...],
        doubt: _Doubt,
    ) -> Considered:
        best = candidates[0] if candidates else None
        second = max(candidates[1].score if len(candidates) > 1 else 0.0, doubt.unplaced)
        lead = round(best.score - second, 6) if best else 0.0
        needed = max(self._rules.margin, self._rules.margin_share * best.score) if best else 0.0
        sure = best is not None and doubt.decisive >= self._rules.threshold and lead >= needed
        barred = _barred(request, place, doubt.flaw)
        if barred:
            sure, explanation = False, barred
        elif best is not None and sure:
            explanation = f"{self._policy.unit_name(best.unit)}：{'；'.join(best.reasons)}"
        elif doubt.unplaced and (best is None or doubt.unplaced >= best.score):
            explanation = f"像是镇街的事务，但不知在哪个镇街{place.told and f'({place.told})'}，转人工派遣"
        elif best is None:
            explanation = "没有匹配到任何关键词，转人工派遣"
        else:
            explanation = f"把握不足(得分{best.score:g}，领先{lead:g})，转人工派遣"
        answer = Dispatch(
            unit=best.unit if best and sure else None,
            category=best.category if best else request.category,
            town=place.town,
            candidates=candidates,
            explanation=explanation,
            rule_version=self._policy.version,
            sub_category=best.sub_category if best else None,
        )
        return Considered(answer, doubt.unplaced, barred)


def _barred(request: DispatchRequest, place: Where, flaw: str | None) -> str:
    """Why a person has to choose, be the engine ever so sure; empty where nothing speaks against it."""
    if request.excluded:
        # An engine that was wrong about this petition once does not guess again.
        return f"已被{len(request.excluded)}个单位退单，转人工派遣"
    doubt = place.told if place.elsewhere else flaw
    return f"{doubt}，转人工派遣" if doubt else ""


def find_urgency(text: str, rules: DispatchRules) -> Urgency:
    """Danger to life or property first, then what a household cannot do without, then the rest."""
    plain = rules.reading.plain(text)
    if rules.dangers.alarm(plain) is not None:
        return Urgency.EMERGENCY
    return Urgency.URGENT if rules.dangers.is_urgent(plain) else Urgency.ORDINARY


def find_alarm(text: str, rules: DispatchRules) -> Alarm | None:
    """The danger that makes a petition an emergency, if it is one."""
    return rules.dangers.alarm(rules.reading.plain(text))


def needs_person(text: str, rules: DispatchRules, place: str = "") -> Suspicion | None:
    """What makes a person look before acceptance, if anything does."""
    return next((item for item in suspicions(text, rules, place) if item.rule.holds), None)


def suspicions(text: str, rules: DispatchRules, place: str = "") -> tuple[Suspicion, ...]:
    """Everything that looks as if it belonged elsewhere, with the advice to the desk."""
    return rules.others.suspicions(rules.reading.plain(text), rules.reading.plain(place))


def town_codes(policy: Policy) -> frozenset[str]:
    """The codes of the district's towns and streets."""
    return frozenset(unit.code for unit in policy.units if unit.kind is UnitKind.TOWN)
