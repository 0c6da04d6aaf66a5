"""How often something may happen: in general, and otherwise for some petitions."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from domain.actions import Actor, Role, check
from domain.conduct import Limit, LimitException, RequestType, Urgency
from domain.errors import RuleRefusal
from domain.petition import Facts, Satisfaction, Step, decide
from domain.policy import Policy
from domain.stages import Stage, Trigger
from tests.support.facts import HOUSING, MONDAY, a_calendar, a_policy, facts

CALENDAR = a_calendar()
BUSINESS: dict[str, Any] = {"request_type": RequestType.BUSINESS}


def with_exception(limit: Limit, value: int, *more: LimitException) -> Policy:
    """For business `limit` is `value`."""
    business = frozenset({RequestType.BUSINESS})
    rule = LimitException("business", limit, value, "企业诉求另定", 10, request_types=business)
    policy = a_policy()
    return dataclasses.replace(policy, ladder=dataclasses.replace(policy.ladder, exceptions=(rule, *more)))


def step(petition: Facts, policy: Policy) -> Step | None:
    return decide(petition, policy, CALENDAR, MONDAY).step


@pytest.mark.parametrize(
    ("limit", "count"), [(Limit.RETURNS, "returns"), (Limit.TRANSFERS, "transfers")], ids=["returns", "transfers"]
)
def test_some_petitions_climb_sooner(limit: Limit, count: str) -> None:
    policy = with_exception(limit, 2)
    twice: dict[str, Any] = {count: 2}
    assert step(facts(**twice), policy) is None
    assert step(facts(**twice, **BUSINESS), policy) is Step.CLIMB
    assert step(facts(**twice, **BUSINESS), a_policy()) is None


def test_some_petitions_are_redone_more_often() -> None:
    rated = facts(Stage.RATED, satisfaction=Satisfaction.DISSATISFIED, redos=1)
    policy = with_exception(Limit.REDOS, 2)
    assert step(rated, policy) is Step.CLIMB
    assert step(dataclasses.replace(rated, **BUSINESS), policy) is Step.BEGIN_REDO


def test_some_petitions_are_extended_more_often_and_the_refusal_names_its_source() -> None:
    policy, unit = with_exception(Limit.EXTENSIONS, 2), Actor(Role.UNIT, HOUSING)

    def ask(extensions: int, **changes: Any) -> str | None:
        petition = facts(extensions_granted=extensions, **changes)
        try:
            check(Trigger.REQUEST_EXTENSION, unit, petition, policy, CALENDAR, MONDAY)
        except RuleRefusal as refusal:
            return f"{refusal.code} {refusal.source}"
        return None

    assert ask(1) == "extension-limit-reached 只延一次"
    assert ask(1, **BUSINESS) is None
    assert ask(2, **BUSINESS) == "extension-limit-reached 企业诉求另定"


def test_of_two_exceptions_the_higher_priority_wins_and_every_condition_must_hold() -> None:
    roads = LimitException(
        "roads",
        Limit.RETURNS,
        5,
        "道路另定",
        20,
        urgencies=frozenset({Urgency.URGENT}),
        categories=frozenset({"roads"}),
    )
    policy = with_exception(Limit.RETURNS, 2, roads)
    cases = {
        (Urgency.URGENT, RequestType.BUSINESS, "roads"): 5,
        (Urgency.URGENT, RequestType.HELP, "roads"): 5,
        (Urgency.ORDINARY, RequestType.BUSINESS, "roads"): 2,
        (Urgency.URGENT, RequestType.BUSINESS, None): 2,
        (Urgency.ORDINARY, RequestType.HELP, "roads"): 3,
    }
    assert {case: policy.times(Limit.RETURNS, *case).value for case in cases} == cases
