"""The gravest danger goes first, and supplies are urgent however often they fail."""

from __future__ import annotations

from domain.alarms import AlarmRules, Danger
from domain.conduct import Urgency
from domain.dispatch import find_alarm, find_urgency
from domain.phrases import Around
from tests.support.facts import HOUSING, WATER, a_policy

FIRE = Danger("fire", "火灾", HOUSING, ("着火",))
FLOOD = Danger("flood", "决口", WATER, ("决口", "溃坝"))
RULES = AlarmRules((FIRE, FLOOD), ("停水",), Around(harmless=("停水泥",), denials=("没有",), calming=("经常",)))


def test_the_first_danger_of_the_rules_goes_before_the_first_in_the_text() -> None:
    alarm = RULES.alarm("溃坝之后又着火")
    assert alarm is not None
    assert (alarm.danger, alarm.word) == (FIRE, "着火")


def test_nothing_dangerous_is_no_alarm() -> None:
    assert RULES.alarm("没有着火") is RULES.alarm("停水") is RULES.alarm("") is None


def test_supplies_that_often_fail_are_urgent_and_dangers_that_often_happen_are_none_now() -> None:
    assert RULES.is_urgent("经常停水")
    assert not RULES.is_urgent("不许停水泥车")
    assert not RULES.is_urgent("没有停水")
    assert RULES.alarm("经常着火") is None


def test_policies_kept_from_before_know_the_words_and_no_unit_to_send() -> None:
    rules = a_policy().dispatch
    alarm = find_alarm("路边着火", rules)
    assert alarm is not None
    assert (alarm.word, alarm.danger.unit) == ("着火", None)
    assert find_urgency("路边着火", rules) is Urgency.EMERGENCY


def test_hidden_and_strange_letters_do_not_hide_a_danger() -> None:
    rules = a_policy().dispatch
    for text in ("着\u200b火", "着 火", "着·火", "着-火"):
        assert find_urgency(text, rules) is Urgency.EMERGENCY, text
