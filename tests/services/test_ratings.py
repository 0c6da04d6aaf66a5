"""Everybody whose matter it is rates once for themselves, and nobody is waited for without end."""

from __future__ import annotations

import pytest

import clock
from domain.actions import Actor, Role
from domain.errors import RuleRefusal
from domain.petition import Satisfaction
from domain.stages import Stage, Trigger
from services import decisions, handling, intake, invariants, queries, verdict
from services.context import Context
from tests.services.lives import (
    AT_UNIT,
    CITIZEN,
    DESK,
    EVIDENCE,
    dispatched,
    in_hand,
    petition_of,
    settle,
    told,
    triggers_of,
)

S, B, D = Satisfaction.SATISFIED, Satisfaction.BASICALLY_SATISFIED, Satisfaction.DISSATISFIED
OFFICER = Actor(Role.FOLLOW_UP, name="信息员专班")


def three(context: Context) -> tuple[str, str, str]:
    """A completed matter of three petitioners: the main case first."""
    main, first, second = in_hand(context), dispatched(context), dispatched(context)
    for merged in (first, second):
        intake.merge(context, merged, main, DESK, "同一盏路灯")
    complete(context, main)
    return main, first, second


def complete(context: Context, main: str) -> None:
    handling.submit_completion(context, main, AT_UNIT, EVIDENCE)
    decisions.decide_completion(context, main, DESK, approved=True, reason="答复完整")
    settle(context, main)


def rate(context: Context, main: str, party: str, said: Satisfaction) -> None:
    verdict.rate(context, main, CITIZEN, satisfaction=said, reason="说明", party=party)
    settle(context, main)


def may_rate(context: Context, petition_id: str) -> bool:
    return "rate" in queries.public_progress(context, petition_of(context, petition_id).query_code).allowed_actions


def test_each_is_told_with_their_own_code(context: Context) -> None:
    parties = three(context)
    owed = {recipient: body for recipient, rule, body in told(context, parties[0], Trigger.ASK_RATING) if "pet" in rule}
    for party in parties:
        assert petition_of(context, party).query_code in owed[f"petitioner:{party}"]


def test_it_waits_for_all_and_the_least_content_decides(context: Context) -> None:
    main, first, second = three(context)
    rate(context, main, first, S)
    rate(context, main, main, B)
    assert petition_of(context, main).stage == Stage.COMPLETED
    assert [may_rate(context, party) for party in (main, first, second)] == [False, False, True]
    rate(context, main, second, S)
    ended = petition_of(context, main)
    assert (ended.stage, ended.satisfaction) == (Stage.ARCHIVED, B)
    shown = queries.detail(context, main, DESK).ratings
    assert [(item.party, item.satisfaction.code) for item in shown] == [
        (petition_of(context, party).case_number, said) for party, said in ((first, S), (main, B), (second, S))
    ]
    assert invariants.check_invariants(context) == []


def test_one_who_is_dissatisfied_decides_at_once_and_all_rate_the_redo(context: Context) -> None:
    main, first, second = three(context)
    rate(context, main, first, S)
    rate(context, main, second, D)
    assert petition_of(context, main).stage == Stage.REDO
    handling.sign(context, main, AT_UNIT)
    complete(context, main)
    assert all(may_rate(context, party) for party in (main, first, second))


def test_nobody_rates_one_completion_twice(context: Context) -> None:
    main, first, _ = three(context)
    rate(context, main, first, S)
    with pytest.raises(RuleRefusal) as refused:
        rate(context, main, first, D)
    assert refused.value.code == "already-rated"
    assert petition_of(context, main).stage == Stage.COMPLETED


def test_when_the_time_is_over_those_who_rated_decide(context: Context, story: clock.StoryClock) -> None:
    main, first, _ = three(context)
    rate(context, main, first, B)
    due = petition_of(context, main).wake_at
    assert due is not None
    story.move_to(due)
    settle(context, main)
    ended = petition_of(context, main)
    assert (ended.stage, ended.satisfaction) == (Stage.ARCHIVED, B)
    assert Trigger.BEGIN_FOLLOW_UP not in triggers_of(context, main)


def test_where_nobody_rated_the_first_answer_to_the_officer_decides(context: Context, story: clock.StoryClock) -> None:
    main, _, _ = three(context)
    due = petition_of(context, main).wake_at
    assert due is not None
    story.move_to(due)
    settle(context, main)
    assert petition_of(context, main).stage == Stage.FOLLOW_UP
    verdict.rate(context, main, OFFICER, satisfaction=S)
    settle(context, main)
    assert petition_of(context, main).stage == Stage.ARCHIVED


def test_whoever_left_is_not_waited_for(context: Context) -> None:
    main, first = in_hand(context), dispatched(context)
    intake.merge(context, first, main, DESK, "同一盏路灯")
    intake.withdraw(context, first, CITIZEN)
    complete(context, main)
    rate(context, main, main, S)
    assert petition_of(context, main).stage == Stage.ARCHIVED
