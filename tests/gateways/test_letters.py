"""Traditional letters are known where the word lists need them, and no others."""

from __future__ import annotations

import json

import pytest

from domain.dispatch import DispatchRequest, KeywordDispatcher, find_alarm
from domain.policy import Policy
from gateways.letters import variants_of
from gateways.policy_files import dump, load_policy, policy_from_dict
from settings import PROJECT_ROOT


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(PROJECT_ROOT / "policy")


def test_each_traditional_letter_has_its_plain_form() -> None:
    assert variants_of(["路灯", "坏"]) == ("壞燈", "坏灯")
    assert variants_of(["人口"]) == ("", "")


def test_a_petition_in_traditional_letters_goes_where_the_same_one_in_plain_letters_goes(policy: Policy) -> None:
    dispatcher = KeywordDispatcher(policy)
    for traditional, plain in (
        ("廣濟路路燈壞了三天", "广济路路灯坏了三天"),
        ("拖欠農民工工資", "拖欠农民工工资"),
        ("垃圾沒人清運", "垃圾没人清运"),
    ):
        written, usual = (dispatcher.rank(DispatchRequest(text)) for text in (traditional, plain))
        assert written.unit == usual.unit
        assert written.unit is not None
    alarm = find_alarm("樓道裡聞到煤氣味", policy.dispatch)
    assert alarm is not None
    assert alarm.word == "煤气味"


def test_the_letters_are_kept_with_the_policy_they_belong_to(policy: Policy) -> None:
    again = policy_from_dict(json.loads(json.dumps(dump(policy))))
    assert again.dispatch.reading == policy.dispatch.reading
    variants, plain = again.dispatch.reading.variants
    assert len(variants) == len(plain) == len(set(variants))
    assert not set(variants) & set(plain)
