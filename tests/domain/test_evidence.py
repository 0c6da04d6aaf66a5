"""A word weighs by where and how often it stands; denied, or naming the place beside which something is, it is mute."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dispatch import Dispatch, DispatchRequest, KeywordDispatcher
from domain.dispatch_rules import KeywordRule
from domain.evidence import Pile, Weighing
from domain.words import Span
from tests.support.facts import HOUSING, PARKS, WATER, a_policy

WEIGHING = Weighing(
    opening=4,
    opening_factor=1.5,
    repeat_gain=1,
    least_decisive=1,
    denials=("不是", "并非"),
    beside=("旁边", "对面"),
)
KEYWORDS = (
    KeywordRule("路灯", 2, "lights", PARKS, "lamps"),
    KeywordRule("漏水", 2, "water", WATER, "leaks"),
    KeywordRule("业主", 0.5, "roads", HOUSING, "owners"),
    KeywordRule("小区", 0.5, "roads", HOUSING, "owners"),
    KeywordRule("住户", 0.5, "roads", HOUSING, "owners"),
    KeywordRule("物业", 0.5, "roads", HOUSING, "owners"),
)


def rank(text: str) -> Dispatch:
    policy = a_policy()
    rules = dataclasses.replace(policy.dispatch, keywords=KEYWORDS, weighing=WEIGHING)
    return KeywordDispatcher(dataclasses.replace(policy, dispatch=rules)).rank(DispatchRequest(text))


SCORES = [
    ("in-passing", "某处一直有路灯", 2),
    ("in-the-opening", "路灯在某处", 3),
    ("twice", "某处一直有路灯和路灯", 4),
    ("four-times", "某处一直有路灯路灯路灯路灯", 6),
    ("first-and-again", "路灯，一直是路灯", 6),
]


@pytest.mark.parametrize(("text", "score"), [case[1:] for case in SCORES], ids=[case[0] for case in SCORES])
def test_a_word_weighs_by_where_and_how_often_it_stands(text: str, score: float) -> None:
    assert rank(text).candidates[0].score == score


def test_the_reason_tells_where_and_how_often() -> None:
    assert rank("路灯，还是路灯").candidates[0].reasons == ("出现“路灯”(路灯·lamps，权重2，在开头，2次)",)


@pytest.mark.parametrize("text", ["这里不是路灯的事", "并非路灯", "在路灯旁边", "路灯对面"])
def test_what_is_denied_or_names_a_place_says_nothing(text: str) -> None:
    assert rank(text).candidates == ()


def test_a_word_that_also_stands_for_itself_counts_there_alone() -> None:
    found = rank("路灯旁边的另一盏路灯坏了")
    assert found.candidates[0].score == 2
    assert rank("漏水不是路灯的事").unit == WATER


def test_words_that_only_tell_the_field_of_life_rank_but_never_decide() -> None:
    answer = rank("本人反映业主、小区、住户和物业")
    assert answer.unit is None
    assert (answer.candidates[0].unit, answer.candidates[0].score) == (HOUSING, 2)
    assert "把握不足" in answer.explanation


def test_saying_one_light_word_often_is_no_second_word() -> None:
    assert rank("业主业主业主业主业主业主业主业主").unit is None


@given(st.integers(1, 50), st.integers(0, 300))
def test_without_factors_a_word_weighs_the_same_wherever_and_however_often(times: int, start: int) -> None:
    spans = [Span(start + 2 * number, start + 2 * number + 2, "路灯") for number in range(times)]
    assert Weighing().factor(spans) == 1
    assert Weighing().says_something(spans[0], "路灯" * 400)


@given(st.integers(1, 50), st.integers(0, 300))
def test_saying_it_once_more_never_weighs_less(times: int, start: int) -> None:
    spans = [Span(start + 2 * number, start + 2 * number + 2, "路灯") for number in range(times + 1)]
    assert WEIGHING.factor(spans) > WEIGHING.factor(spans[:-1]) >= 1


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.floats(0.1, 9))))
def test_a_pile_is_as_heavy_as_the_heaviest_of_each_word(added: list[tuple[str, float]]) -> None:
    pile = Pile()
    for word, weight in added:
        pile.add(word, weight)
    heaviest = {word: max(weight for other, weight in added if other == word) for word, _ in added}
    assert pile.total == pytest.approx(sum(heaviest.values()), abs=0.01)
