"""Whom a text accuses, who handles it then, and who may say so."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import Actor, Role, allowed_actions, may_recuse
from domain.petition import Satisfaction, Step, decide
from domain.recusal import RecusalRules, accused_units, handler_for
from domain.stages import Stage
from tests.support.context import shipped_policy
from tests.support.facts import HOUSING, MONDAY, PARKS, a_calendar, a_policy, facts

POLICY = shipped_policy()
RULES = POLICY.recusal
CODES = st.sampled_from("abcde")


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("区城乡水务局的人收受好处，给没交钱的小区先通水", {"water"}),
        ("城乡水务局工作人员吃拿卡要", {"water"}),
        ("有人索贿，是区住房和城乡建设局验收的人", {"housing"}),
        ("矿区街道办事处领导态度恶劣", {"kuangqu-street"}),
        # A place is not the office in it.
        ("矿区街道有人打人", set()),
        ("矿区街道门口有人殴打保安", set()),
        # Named, and nothing bad said of it; something bad, said of nobody near.
        ("请区城乡水务局来修水管", set()),
        ("区城乡水务局修了水管，后来楼上那户因为漏水把我们家的天花板泡坏了还辱骂我", set()),
        ("区综合行政执法局打人，\n区民政局 贪污低保", {"urban-management", "civil-affairs"}),
    ],
)
def test_whom_a_text_accuses(text: str, accused: set[str]) -> None:
    assert {item.unit.code for item in accused_units(text, POLICY.units, RULES)} == accused


@pytest.mark.parametrize(
    ("recused", "handler"),
    [
        ({"a"}, "b"),
        ({"a", "b"}, "c"),  # a superior that is accused itself is passed over for its own
        ({"c"}, None),
        ({"a", "d"}, None),  # two with different superiors: a person chooses
        ({"e"}, None),  # a circle has nobody above it
        (set(), None),
    ],
)
def test_who_handles_it_then(recused: set[str], handler: str | None) -> None:
    rules = RecusalRules(superiors={"a": "b", "b": "c", "d": "f", "e": "g", "g": "e"})
    assert handler_for(recused, rules) == handler if recused != {"e"} else handler_for({"e", "g"}, rules) is None


@given(st.dictionaries(CODES, CODES), st.sets(CODES))
def test_it_is_never_handled_by_whom_it_is_about(superiors: dict[str, str], recused: set[str]) -> None:
    assert handler_for(recused, RecusalRules(superiors=superiors)) not in recused


@pytest.mark.parametrize("stage", Stage)
def test_a_unit_may_do_nothing_with_a_petition_that_is_about_it(stage: Stage) -> None:
    own = facts(stage, recused=frozenset({HOUSING}))
    assert allowed_actions(Actor(Role.UNIT, HOUSING), own, a_policy(), a_calendar(), MONDAY) == ()


def test_what_it_did_badly_it_does_not_do_again() -> None:
    rated = facts(Stage.RATED, satisfaction=Satisfaction.DISSATISFIED)
    about = dataclasses.replace(rated, recused=frozenset({HOUSING}))
    another = dataclasses.replace(rated, recused=frozenset({PARKS}))
    steps = [decide(item, a_policy(), a_calendar(), MONDAY).step for item in (rated, another, about)]
    assert steps == [Step.BEGIN_REDO, Step.BEGIN_REDO, Step.CLIMB]


@pytest.mark.parametrize("role", Role)
def test_everybody_may_speak_of_themselves_and_few_of_others(role: Role) -> None:
    actor = Actor(role, name="测试甲")
    assert may_recuse(actor, "测试甲")
    assert (
        may_recuse(actor, "测试乙")
        is may_recuse(actor, None)
        is (role in {Role.DESK, Role.INSPECTOR, Role.PARTY_INSPECTOR})
    )
