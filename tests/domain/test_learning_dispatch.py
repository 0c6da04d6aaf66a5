"""Keywords and experience together: who decides, who is asked, and what the clerk reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.learned import NO_FEATURES, Experience, Guess
from domain.learning_dispatch import LearningDispatcher, signs_of
from tests.support.context import shipped_policy

PARKS, POWER, TOWN = "municipal-parks", "power-supply", "kuangqu-street"
LIGHT = "广济路路灯不亮三天了"
UNHEARD = "湖心岛那边夜里看不清"


@dataclass
class Fixed:
    """A model that always guesses the same, and remembers what it was told besides the text."""

    guesses: list[Guess]
    labels: tuple[str, ...] = (PARKS, POWER, TOWN_OF_PLACE)
    version: str = "fixed"
    signs: dict[str, float] = field(default_factory=dict)

    def predict(self, text: str, features: Mapping[str, float] = NO_FEATURES) -> list[Guess]:
        self.signs = dict(features)
        return self.guesses


def guessing(*guesses: tuple[str, float], alone_at: float = 0.9, **others: object) -> LearningDispatcher:
    model = Fixed([Guess(label, probability, ("以往这类诉求多有“湖心岛”",)) for label, probability in guesses])
    return LearningDispatcher(shipped_policy(), Experience(model, alone_at, **others))  # type: ignore[arg-type]


@pytest.mark.parametrize(("probability", "unit"), [(0.9, PARKS), (0.95, PARKS), (0.8999, None)])
def test_it_dispatches_from_the_confidence_on_that_was_right_often_enough(probability: float, unit: str | None) -> None:
    answer = guessing((PARKS, probability), (POWER, 1 - probability)).rank(DispatchRequest(UNHEARD))
    assert answer.unit == unit
    assert answer.candidates[0].confidence == probability
    assert ("把握不足" in answer.explanation) == (unit is None)


def test_the_clerk_reads_words_duty_likeness_and_what_was_done_before() -> None:
    dispatcher = guessing((PARKS, 0.97), practice={"street-light-out": {PARKS: 35, POWER: 2}})
    best = dispatcher.rank(DispatchRequest(LIGHT)).candidates[0]
    reasons = "；".join(best.reasons)
    assert all(part in reasons for part in ("出现“路灯不亮”", "职责：", "以往这类诉求多有“湖心岛”"))
    assert "办结的“路灯不亮”37件，其中35件由其承办" in reasons
    assert best.sub_category == "street-light-out"


def test_words_of_the_petition_itself_stay_with_the_clerk() -> None:
    """The explanation is shown in Prefect's UI, too; a learned word may be a name."""
    answer = guessing((PARKS, 0.97)).rank(DispatchRequest(LIGHT))
    assert answer.unit == PARKS
    assert "湖心岛" not in answer.explanation
    assert "湖心岛" in "".join(answer.candidates[0].reasons)
    assert "出现“路灯不亮”" in answer.explanation


def test_the_model_is_told_what_the_keywords_say() -> None:
    policy = shipped_policy()
    model = Fixed([])
    LearningDispatcher(policy, Experience(model, 0.9)).rank(DispatchRequest(LIGHT))
    assert model.signs[f"关键词指向{policy.unit_name(PARKS)}"] > 0


def test_a_towns_duty_speaks_for_towns_whether_its_place_is_known_or_not() -> None:
    policy = shipped_policy()
    text = "邻居噪音纠纷请村委调解"
    keywords = KeywordDispatcher(policy)
    unplaced = signs_of(keywords.consider(DispatchRequest(text)), policy)
    placed = signs_of(keywords.consider(DispatchRequest(text, town=TOWN)), policy)
    assert unplaced.get("关键词指向镇街") == placed.get("关键词指向镇街")


def test_towns_are_one_label_and_the_place_says_which() -> None:
    dispatcher = guessing((TOWN_OF_PLACE, 0.99))
    assert dispatcher.rank(DispatchRequest(UNHEARD, town=TOWN)).unit == TOWN
    nowhere = dispatcher.rank(DispatchRequest(UNHEARD))
    assert nowhere.unit is None
    assert "不知在哪个镇街" in nowhere.explanation


def test_a_unit_that_no_closed_case_knows_is_judged_by_the_keywords_alone() -> None:
    text = "家庭困难申请低保，民政没人管"
    alone = KeywordDispatcher(shipped_policy()).rank(DispatchRequest(text))
    assert alone.unit is not None
    both = guessing((PARKS, 0.99)).rank(DispatchRequest(text))
    assert (both.unit, both.candidates) == (alone.unit, alone.candidates)
    assert both.model_version == "fixed"


def test_who_returned_it_is_not_asked_again_and_a_person_chooses() -> None:
    answer = guessing((PARKS, 0.99), (POWER, 0.98)).rank(DispatchRequest(LIGHT, excluded=frozenset({PARKS})))
    assert answer.unit is None
    assert "退单" in answer.explanation
    assert [item.unit for item in answer.candidates][:1] == [POWER]


def test_a_unit_that_the_rules_no_longer_know_is_no_candidate() -> None:
    answer = guessing(("former-unit", 0.97), (PARKS, 0.02)).rank(DispatchRequest(UNHEARD))
    assert [item.unit for item in answer.candidates] == [PARKS]
    assert answer.unit is None


def test_where_neither_knows_a_word_the_desk_is_told_so() -> None:
    answer = guessing().rank(DispatchRequest("有些话想说一说"))
    assert (answer.unit, answer.candidates) == (None, ())
    assert "既没有匹配到关键词，也不像办结过的诉求" in answer.explanation


def test_units_that_only_words_speak_for_come_after_those_that_were_guessed() -> None:
    answer = guessing((POWER, 0.6)).rank(DispatchRequest(LIGHT))
    assert [(item.unit, item.confidence) for item in answer.candidates][:2] == [(POWER, 0.6), (PARKS, None)]
