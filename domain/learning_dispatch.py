"""Keywords and what was learned from closed cases, put together.

The keywords' scores are part of what was learned from, so the confidence of a unit tells how often such words and such
a text were that unit's. A unit that the closed cases do not know yet is judged by the keywords alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from domain.dispatch import Candidate, Considered, Dispatch, DispatchRequest, KeywordDispatcher
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.learned import Experience, Guess, edge
from domain.past_cases import role_of
from domain.policy import Policy

MOST_GUESSES = 5


def signs_of(considered: Considered, policy: Policy) -> dict[str, float]:
    """What the keywords say, as signs to learn from that a clerk may read; a town's score counts for all towns."""
    signs: dict[str, float] = {}
    for item in considered.answer.candidates:
        of_town = role_of(item.unit, policy) == TOWN_OF_PLACE
        name = f"关键词指向{'镇街' if of_town else policy.unit_name(item.unit)}"
        signs[name] = max(signs.get(name, 0.0), item.score)
    if considered.unplaced:
        signs["关键词指向镇街"] = max(signs.get("关键词指向镇街", 0.0), considered.unplaced)
    return signs


class LearningDispatcher:
    """Ranks by confidence; dispatches what is as far ahead of the runner-up as was right often enough."""

    def __init__(self, policy: Policy, experience: Experience) -> None:
        self._policy, self._experience = policy, experience
        self._model = experience.model
        self._keywords = KeywordDispatcher(policy)
        self._known = frozenset(experience.model.labels)

    def rank(self, request: DispatchRequest) -> Dispatch:
        """Rank the units; the answer names one only where nothing speaks against an engine's dispatching it."""
        considered = self._keywords.consider(request)
        said = considered.answer
        if said.unit is not None and role_of(said.unit, self._policy) not in self._known:
            return replace(self._keywords.answer_of(considered), model_version=self._model.version)
        guesses = self._model.predict(request.text, signs_of(considered, self._policy))
        candidates = tuple(self._candidates(request, considered, guesses[:MOST_GUESSES]))
        best = candidates[0] if candidates else None
        ahead = edge(guesses) if guesses and best is not None and best.confidence == guesses[0].probability else 0.0
        unplaced = guesses[0].label == TOWN_OF_PLACE and said.town is None if guesses else False
        sure = best is not None and not considered.barred and not unplaced and ahead >= self._experience.alone_at
        return replace(
            said,
            unit=best.unit if best is not None and sure else None,
            category=(best.category if best is not None else None) or request.category,
            sub_category=best.sub_category if best is not None else None,
            candidates=candidates[:3],
            explanation=self._explanation(considered, best, sure=sure, unplaced=unplaced),
            model_version=self._model.version,
        )

    def _candidates(
        self, request: DispatchRequest, considered: Considered, guesses: Sequence[Guess]
    ) -> Iterator[Candidate]:
        """Those that were guessed, the likeliest first; then those that only words speak for."""
        spoken = {item.unit: item for item in considered.answer.candidates}
        for guess in guesses:
            unit = considered.answer.town if guess.label == TOWN_OF_PLACE else guess.label
            if unit is None or unit in request.excluded or unit not in self._policy.units_by_code:
                continue
            known = spoken.pop(unit, None) or Candidate(unit, None, 0.0, ())
            reasons = (*known.reasons, *guess.reasons, *self._practice(known.sub_category, guess.label))
            yield replace(known, reasons=reasons, confidence=guess.probability)
        yield from spoken.values()

    def _practice(self, sub_category: str | None, label: str) -> Iterator[str]:
        handled = self._experience.practice.get(sub_category or "", {})
        if sub_category is not None and (total := sum(handled.values())):
            name = self._policy.sub_category_name(sub_category)
            yield f"办结的“{name}”{total}件，其中{handled.get(label, 0)}件由其承办"

    def _explanation(self, considered: Considered, best: Candidate | None, *, sure: bool, unplaced: bool) -> str:
        if considered.barred:
            return considered.barred
        if unplaced:
            return "像是镇街的事务，但不知在哪个镇街，转人工派遣"
        if best is None:
            return "既没有匹配到关键词，也不像办结过的诉求，转人工派遣"
        share = f"把握{best.confidence or 0:.0%}"
        if not sure:
            return f"把握不足({share})，转人工派遣"
        # The words that were learned are the petition's own: the clerk reads them, whoever runs the platform does not.
        spoken = next((item.reasons for item in considered.answer.candidates if item.unit == best.unit), ())
        return f"{self._policy.unit_name(best.unit)}：{'；'.join((share, '与其办结过的诉求相似', *spoken))}"
