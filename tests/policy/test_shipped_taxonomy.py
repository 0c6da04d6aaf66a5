"""The shipped taxonomy, duty list and places: what a clerk of the district may rely on."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from domain.conduct import Urgency
from domain.dispatch import DispatchRequest, KeywordDispatcher, find_urgency
from domain.dispatch_rules import TOWN_OF_PLACE
from domain.policy import Policy
from domain.units import UnitKind


def test_the_numbers_are_those_the_district_decided_on(policy: Policy) -> None:
    assert len(policy.categories) == 20
    assert len(policy.sub_categories) == 475
    assert {item.category for item in policy.sub_categories} == {category.code for category in policy.categories}


def test_every_matter_is_the_duty_of_exactly_one_unit(policy: Policy) -> None:
    covers = Counter(code for duty in policy.duties for code in duty.covers)
    assert covers == Counter(item.code for item in policy.sub_categories)
    for item in policy.sub_categories:
        assert policy.duties_by_sub_category[item.code].unit == item.lead


def test_a_towns_part_never_makes_it_the_lead(policy: Policy) -> None:
    helped = [item for item in policy.sub_categories if item.town_part]
    assert len(helped) > 50
    assert all(policy.units_by_code[item.lead].kind is UnitKind.DEPARTMENT for item in helped)
    assert TOWN_OF_PLACE in {item.lead for item in policy.sub_categories}


def test_duties_have_begun(policy: Policy) -> None:
    assert all(dt.date(2000, 1, 1) < duty.valid_from < dt.date(2026, 1, 1) for duty in policy.duties)


def test_each_matter_finds_itself_by_its_own_name_or_words(policy: Policy) -> None:
    """A special word said alone names its matter, and nothing else more."""
    lost = []
    for rule in policy.dispatch.keywords:
        if rule.weight == max(item.weight for item in policy.dispatch.keywords):
            answer = KeywordDispatcher(policy).rank(DispatchRequest(f"{rule.word}的事", town="kuangqu-street"))
            if answer.sub_category != rule.sub_category or answer.unit is None:
                lost.append((rule.word, rule.sub_category, answer.sub_category))
    assert lost == []


def test_special_words_of_urgent_matters_make_urgent(policy: Policy) -> None:
    urgencies = {item.code: item.urgency for item in policy.sub_categories}
    heaviest = max(rule.weight for rule in policy.dispatch.keywords)
    for rule in policy.dispatch.keywords:
        wanted = urgencies[rule.sub_category or ""]
        if wanted is not Urgency.ORDINARY and rule.weight == heaviest:
            found = find_urgency(rule.word, policy.dispatch)
            assert found in (wanted, Urgency.EMERGENCY), rule.word


def test_170_villages_lie_in_the_11_towns(policy: Policy) -> None:
    towns = {unit.code for unit in policy.units if unit.kind is UnitKind.TOWN}
    assert set(policy.dispatch.town_words) == towns
    assert policy.dispatch.gazetteer.read("光明社区门口").town == "getabu-street"
    assert policy.dispatch.gazetteer.read("光明路").town is None
    assert len(policy.dispatch.places) == 170


def test_the_name_of_a_place_is_no_complaint(policy: Policy) -> None:
    for place in ("公园社区", "文化路", "工业区社区", "市委社区"):
        assert KeywordDispatcher(policy).rank(DispatchRequest(f"{place}的事")).candidates == ()
