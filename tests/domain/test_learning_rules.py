"""How sure the keywords are before anything was learned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.learning_rules import ConfidenceStep, LearningRules
from tests.support.context import shipped_policy

RULES = LearningRules(keyword_confidence=(ConfidenceStep(0, (0.2, 0.25, 0.1)), ConfidenceStep(0.8, (0.6, 0.05, 0.05))))


@pytest.mark.parametrize(
    ("scores", "confidence"),
    [
        ([], ()),
        ([0.0], ()),
        ([3.0], (0.6,)),
        ([4.0, 1.0], (0.6, 0.05)),
        ([3.9, 1.0, 0.5], (0.2, 0.25, 0.1)),
        ([3.0, 3.0], (0.2, 0.25)),
    ],
    ids=["nobody", "nothing said", "no runner-up", "just far enough", "not far enough", "alike"],
)
def test_how_sure_the_keywords_are(scores: list[float], confidence: tuple[float, ...]) -> None:
    assert RULES.confidence_of(scores) == confidence


@given(st.lists(st.floats(0.1, 50), max_size=6).map(lambda scores: sorted(scores, reverse=True)))
def test_no_more_is_certain_than_that_one_is_right(scores: list[float]) -> None:
    confidence = shipped_policy().learning.confidence_of(scores)
    assert sum(confidence) <= 1
    assert len(confidence) == min(len(scores), 3)


def test_every_candidate_says_how_sure_it_is_and_former_policies_say_nothing() -> None:
    request = DispatchRequest("停水又停电，没人管")
    shipped = KeywordDispatcher(shipped_policy()).rank(request)
    assert all(item.confidence is not None for item in shipped.candidates)
    assert LearningRules().confidence_of([3.0]) == ()
