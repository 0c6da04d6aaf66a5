"""The keyword dispatch table: when it is sure, when it asks a person, and what it says of its reasons."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conduct import RequestType, Urgency
from domain.coordinates import Position
from domain.dispatch import (
    Dispatch,
    DispatchRequest,
    KeywordDispatcher,
    find_urgency,
    needs_person,
    town_codes,
)
from domain.dispatch_rules import TOWN_OF_PLACE, KeywordRule
from domain.place import Grid, Located, NearestPoint
from domain.policy import Policy
from domain.units import Duty, SubCategory
from tests.support.facts import HOUSING, NORTH_TOWN, PARKS, SOUTH_TOWN, WATER, a_policy

POLICY = a_policy()
RULES = POLICY.dispatch


def with_dispatch(**changes: Any) -> Policy:
    return a_policy(dispatch=dataclasses.replace(RULES, **changes))


def rank(text: str, policy: Policy = POLICY, **more: Any) -> Dispatch:
    return KeywordDispatcher(policy).rank(DispatchRequest(text, **more))


SURE = [
    ("one-special-word", "路灯不亮三天了", PARKS, "lights"),
    ("at-the-threshold", "家里停水", WATER, "water"),
    ("two-words-for-one-unit", "停水后又漏水", WATER, "water"),
    ("place-in-the-text", "北街的小巷坑洼", NORTH_TOWN, "roads"),
]


@pytest.mark.parametrize(("text", "unit", "category"), [case[1:] for case in SURE], ids=[case[0] for case in SURE])
def test_sure(text: str, unit: str, category: str) -> None:
    answer = rank(text)
    assert (answer.unit, answer.category) == (unit, category)
    assert answer.candidates[0].unit == unit
    assert answer.explanation.startswith(POLICY.unit_name(unit))
    assert answer.rule_version == POLICY.version


UNSURE = [
    ("nothing-known", "邻居太吵", "没有匹配到任何关键词"),
    ("empty", "", "诉求没有文字"),
    ("below-the-threshold", "好像漏水", "把握不足"),
    ("two-units-alike", "新建道路的路灯", "把握不足"),
    ("town-unknown", "小巷坑洼", "不知在哪个镇街"),
]


@pytest.mark.parametrize(("text", "because"), [case[1:] for case in UNSURE], ids=[case[0] for case in UNSURE])
def test_unsure_goes_to_a_person(text: str, because: str) -> None:
    answer = rank(text)
    assert answer.unit is None
    assert because in answer.explanation
    assert "转人工派遣" in answer.explanation


@pytest.mark.parametrize(("margin", "unit"), [(2.0, PARKS), (2.01, None)])
def test_the_lead_over_the_runner_up_must_reach_the_margin(margin: float, unit: str | None) -> None:
    assert rank("路灯不亮", with_dispatch(margin=margin)).unit == unit  # 3 against 1


@pytest.mark.parametrize(("threshold", "unit"), [(3.0, PARKS), (3.01, None)])
def test_the_weight_must_reach_the_threshold(threshold: float, unit: str | None) -> None:
    assert rank("路灯不亮", with_dispatch(threshold=threshold)).unit == unit


def test_among_many_words_a_lead_must_be_a_share_of_the_score() -> None:
    assert rank("路灯不亮", with_dispatch(margin_share=0.66)).unit == PARKS  # a lead of 2 in 3
    assert rank("路灯不亮", with_dispatch(margin_share=0.67)).unit is None


def test_tenths_add_up_to_what_a_person_would_say() -> None:
    words = tuple(KeywordRule(word, 0.1, "lights", PARKS) for word in "甲乙丙")
    policy = with_dispatch(keywords=words, threshold=0.3, margin=0.3)
    answer = rank("甲乙丙", policy)
    assert (answer.unit, answer.candidates[0].score) == (PARKS, 0.3)


def test_a_towns_duty_goes_to_no_department_while_the_town_is_unknown() -> None:
    answer = rank("小巷停水")
    assert answer.unit is None
    assert answer.explanation == "像是镇街的事务，但不知在哪个镇街，转人工派遣"
    assert [candidate.unit for candidate in answer.candidates] == [WATER]


def test_a_word_said_twice_counts_once() -> None:
    assert rank("漏水漏水漏水").unit is None


def test_a_lone_candidate_leads_by_its_whole_weight() -> None:
    assert rank("停水", with_dispatch(margin=2)).unit == WATER
    assert rank("停水", with_dispatch(margin=2.5)).unit is None


def test_a_unit_that_returned_the_petition_is_not_asked_again() -> None:
    answer = rank("路灯不亮", excluded=frozenset({PARKS}))
    assert answer.unit is None
    assert [candidate.unit for candidate in answer.candidates] == [HOUSING]
    town = rank("北街小巷", excluded=frozenset({NORTH_TOWN}))
    assert (town.unit, town.candidates, town.town) == (None, (), NORTH_TOWN)


def test_after_a_return_a_person_chooses_however_sure_the_words_are() -> None:
    answer = rank("停水", excluded=frozenset({PARKS}))
    assert answer.unit is None
    assert answer.explanation == "已被1个单位退单，转人工派遣"
    assert [candidate.unit for candidate in answer.candidates] == [WATER]


def test_a_proposal_alone_is_not_enough_but_leads_the_candidates_with_a_word_beside_it() -> None:
    alone = rank("邻居太吵", proposed=WATER, category="water")
    assert alone.unit is None
    assert (alone.candidates[0].unit, alone.candidates[0].category) == (WATER, "water")
    beside = rank("路灯不亮，漏水", proposed=HOUSING, excluded=frozenset({PARKS}))
    assert [(item.unit, item.score) for item in beside.candidates] == [(HOUSING, 2.5), (WATER, 1)]
    assert "退单单位建议由其承办" in beside.candidates[0].reasons


@pytest.mark.parametrize("proposed", [PARKS, "gone-unit"], ids=["returned-it-itself", "unknown"])
def test_a_proposal_of_a_unit_that_cannot_have_it_is_passed_over(proposed: str) -> None:
    answer = rank("路灯不亮", proposed=proposed, excluded=frozenset({PARKS}))
    assert [candidate.unit for candidate in answer.candidates] == [HOUSING]


def test_candidates_are_the_best_three_with_their_words() -> None:
    answer = rank("北街新建道路的小巷：路灯不亮，停水、漏水")
    assert [(item.unit, item.score) for item in answer.candidates] == [(HOUSING, 3), (PARKS, 3), (WATER, 3)]
    assert answer.candidates[0].reasons == ("出现“路灯”(路灯，权重1)", "出现“新建道路”(道路，权重2)")
    assert answer.candidates[0].category == "roads"  # the category of the heavier word


def test_a_town_says_by_which_place_it_was_found() -> None:
    assert "地点“北街”属于北街道" in rank("小巷坑洼", place="北街12号").explanation
    assert "地点属于南街道" in rank("北街的小巷坑洼", town=SOUTH_TOWN).explanation


def test_the_place_goes_before_what_the_text_mentions() -> None:
    answer = rank("小巷坑洼，我是从广济路南段搬来的", place="北街12号")
    assert (answer.town, answer.unit) == (NORTH_TOWN, NORTH_TOWN)


def test_a_town_of_a_former_policy_is_looked_for_again() -> None:
    answer = rank("小巷坑洼", place="北街12号", town="town-that-was-merged")
    assert (answer.town, answer.unit) == (NORTH_TOWN, NORTH_TOWN)


HERE = Position(117.5, 34.8)
GRID = Grid("G1", "一网格", NORTH_TOWN)
IN_THE_NORTH = Located(HERE, "geo-1", NORTH_TOWN, GRID, NearestPoint("P1", "路灯", "一号路灯", 12.0))
OUTSIDE = Located(HERE, "geo-1", outside=True)


def test_a_coordinate_says_the_town_its_grid_and_how_far_the_nearest_point_is() -> None:
    answer = rank("小巷坑洼", located=IN_THE_NORTH, town=SOUTH_TOWN)
    assert (answer.unit, answer.town) == (NORTH_TOWN, NORTH_TOWN)
    assert "坐标位于一网格(北街道)，最近点位“一号路灯”，相距 12 米" in answer.candidates[0].reasons


def test_a_department_is_told_the_place_too() -> None:
    assert any("相距 12 米" in reason for reason in rank("路灯不亮", located=IN_THE_NORTH).candidates[0].reasons)


@pytest.mark.parametrize("text", ["路灯不亮", "小巷坑洼", "不明"])
def test_nothing_outside_the_district_is_dispatched(text: str) -> None:
    answer = rank(text, located=OUTSIDE, place="北街")
    assert (answer.unit, answer.town) == (None, None)
    assert answer.explanation == "坐标在本区范围以外，转人工派遣"


def test_words_of_another_town_than_the_coordinate_s_leave_a_town_s_matter_to_a_person() -> None:
    answer = rank("南街的小巷坑洼", located=IN_THE_NORTH)
    assert (answer.unit, answer.town) == (None, None)
    assert "坐标在北街道，文字中地点“南街”属于南街道" in answer.explanation
    assert rank("南街路灯不亮", located=IN_THE_NORTH).unit == PARKS, "a department's matter is its own anywhere"


def test_a_town_that_the_policy_does_not_know_is_no_town() -> None:
    gone = dataclasses.replace(IN_THE_NORTH, town="town-that-was-merged")
    assert rank("小巷坑洼", located=gone, place="南街").unit == SOUTH_TOWN


def test_what_speaks_of_other_districts_alone_goes_to_a_person() -> None:
    policy = with_dispatch(outside=("西城区",))
    answer = rank("西城区的路灯不亮", policy)
    assert (answer.unit, answer.explanation) == (None, "“西城区”在本区以外，转人工派遣")
    assert rank("从西城区到北街的路灯不亮", policy).unit == PARKS


URGENCIES = [
    ("路边着火", Urgency.EMERGENCY),
    ("整栋楼停水", Urgency.URGENT),
    ("停水时着火", Urgency.EMERGENCY),
    ("路灯不亮", Urgency.ORDINARY),
    ("", Urgency.ORDINARY),
]


@pytest.mark.parametrize(("text", "urgency"), URGENCIES)
def test_danger_goes_before_supplies_and_supplies_before_the_rest(text: str, urgency: Urgency) -> None:
    assert find_urgency(text, RULES) is urgency


@pytest.mark.parametrize(("text", "word"), [("法院已受理", "法院"), ("仲裁裁决后", "仲裁"), ("路灯不亮", None)])
def test_matters_for_a_person_name_the_word(text: str, word: str | None) -> None:
    found = needs_person(text, RULES)
    assert (found.word if found else None) == word


def test_towns_are_units_of_their_kind_only() -> None:
    assert town_codes(POLICY) == {NORTH_TOWN, SOUTH_TOWN}


WORDS = [rule.word for rule in RULES.keywords] + ["北街", "南街", "人民路", "，", "不明"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map("".join)
CODES = sorted(POLICY.units_by_code)


@given(TEXTS, TEXTS, st.frozensets(st.sampled_from(CODES), max_size=3), st.none() | st.sampled_from(CODES))
def test_an_answer_is_the_same_each_time_ordered_and_never_an_excluded_unit(
    text: str, place: str, excluded: frozenset[str], proposed: str | None
) -> None:
    answer = rank(text, place=place, excluded=excluded, proposed=proposed)
    assert answer == rank(text, place=place, excluded=excluded, proposed=proposed)
    scores = [candidate.score for candidate in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    assert not {candidate.unit for candidate in answer.candidates} & excluded
    assert all(candidate.reasons and candidate.unit in CODES for candidate in answer.candidates)
    assert answer.unit is None or not excluded
    if answer.unit is not None:
        assert answer.unit == answer.candidates[0].unit
        assert scores[0] >= RULES.threshold
        assert len(scores) == 1 or scores[0] - scores[1] >= RULES.margin


# ---- sub-categories ----

LAMP_OUT, LAMP_NEW, VILLAGE_LAMP = "lamp-out", "lamp-new", "village-lamp"


def with_matters() -> Policy:
    """Matters with words of their own, one of them every town's duty."""
    matters = (
        SubCategory(LAMP_OUT, "路灯不亮", "lights", PARKS, frozenset({RequestType.COMPLAINT})),
        SubCategory(LAMP_NEW, "增设路灯", "lights", PARKS, frozenset({RequestType.SUGGESTION})),
        SubCategory(VILLAGE_LAMP, "村居路灯", "lights", TOWN_OF_PLACE, frozenset({RequestType.COMPLAINT})),
    )
    keywords = (
        KeywordRule("路灯不亮", 3, "lights", PARKS, LAMP_OUT, ("村里路灯",)),
        KeywordRule("路灯", 2, "lights", PARKS, LAMP_OUT, ("村里路灯",)),
        KeywordRule("增设路灯", 3, "lights", PARKS, LAMP_NEW),
        KeywordRule("路灯", 2, "lights", PARKS, LAMP_NEW, ("村里路灯",)),
        KeywordRule("村里路灯", 3, "lights", TOWN_OF_PLACE, VILLAGE_LAMP),
        KeywordRule("街", 3, "roads", HOUSING, "streets"),
        KeywordRule("停水", 2, "water", WATER),
    )
    duties = (Duty(PARKS, "路灯管护", dt.date(2019, 1, 1), (LAMP_OUT, LAMP_NEW)),)
    policy = with_dispatch(keywords=keywords, roads=("路灯路",))
    return dataclasses.replace(policy, sub_categories=matters, duties=duties)


def test_the_longest_word_names_the_matter_and_its_duty_is_told() -> None:
    answer = rank("北街的路灯不亮", with_matters())
    assert (answer.unit, answer.category, answer.sub_category) == (PARKS, "lights", LAMP_OUT)
    assert answer.candidates[0].score == 3  # “路灯” inside “路灯不亮” says nothing more
    assert answer.candidates[0].reasons == ("出现“路灯不亮”(路灯·路灯不亮，权重3)", "职责：路灯管护")


def test_a_word_of_two_matters_of_one_unit_counts_once() -> None:
    assert rank("路灯", with_matters()).candidates[0].score == 2


@pytest.mark.parametrize(
    ("request_type", "matter"), [(RequestType.COMPLAINT, LAMP_OUT), (RequestType.SUGGESTION, LAMP_NEW)]
)
def test_of_two_matters_alike_the_one_that_fits_what_is_asked_for(request_type: RequestType, matter: str) -> None:
    assert rank("路灯的事", with_matters(), request_type=request_type).sub_category == matter


def test_what_only_looks_like_it_does_not_count() -> None:
    answer = rank("村里路灯不亮", with_matters(), town=NORTH_TOWN)
    assert [(item.unit, item.sub_category) for item in answer.candidates] == [(NORTH_TOWN, VILLAGE_LAMP)]


def test_where_it_stands_for_itself_as_well_it_counts() -> None:
    answer = rank("村里路灯不亮，城里的路灯也不亮", with_matters(), town=NORTH_TOWN)
    assert {item.unit for item in answer.candidates} == {NORTH_TOWN, PARKS}


@pytest.mark.parametrize("text", ["北街", "路灯路"], ids=["place", "road"])
def test_the_name_of_a_place_says_nothing_of_the_matter(text: str) -> None:
    assert rank(text, with_matters()).candidates == ()


def test_words_of_policies_without_sub_categories_count_wherever_they_stand() -> None:
    assert rank("停水时路灯不亮", with_matters()).candidates[1].unit == WATER


# ---- duties that move ----


def with_a_moving_duty() -> Policy:
    """Lamps were the parks' first and are the water board's from 2026-07-01 on."""
    policy = with_matters()
    former, later = policy.duties[0], Duty(WATER, "路灯管护(划转)", dt.date(2026, 7, 1), (LAMP_OUT, LAMP_NEW))
    return dataclasses.replace(policy, duties=(later, former))


HOLDERS = [
    ("the-day-before", dt.date(2026, 6, 30), PARKS, "职责：路灯管护"),
    ("the-first-day", dt.date(2026, 7, 1), WATER, "职责：路灯管护(划转)"),
    ("long-after", dt.date(2030, 1, 1), WATER, "职责：路灯管护(划转)"),
    ("before-anybody", dt.date(1999, 1, 1), PARKS, "职责：路灯管护"),
]


@pytest.mark.parametrize(("day", "unit", "duty"), [case[1:] for case in HOLDERS], ids=[case[0] for case in HOLDERS])
def test_a_duty_is_whose_it_was_on_the_day_of_registration(day: dt.date, unit: str, duty: str) -> None:
    answer = rank("路灯不亮", with_a_moving_duty(), day=day)
    assert answer.unit == unit
    assert duty in answer.candidates[0].reasons


def test_a_matter_without_any_duty_is_its_words_units() -> None:
    assert rank("停水", with_a_moving_duty(), day=dt.date(2026, 7, 1)).unit == WATER


@given(st.dates(dt.date(2000, 1, 1), dt.date(2040, 1, 1)))
def test_on_every_day_a_matter_has_exactly_one_holder(day: dt.date) -> None:
    duty = with_a_moving_duty().duty_of(LAMP_OUT, day)
    assert duty is not None
    assert duty.unit == (WATER if day >= dt.date(2026, 7, 1) else PARKS)
