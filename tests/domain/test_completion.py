"""What a completion must show, rule by rule; and which numbers have no place in a public reply."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.completion import HandlingRules, Particular, Said, When, missing, personal_numbers
from domain.conduct import RequestType, Urgency
from tests.support.context import shipped_policy

FOUND = shipped_policy().handling
assert FOUND is not None
RULES: HandlingRules = FOUND
EVERYTHING = dict.fromkeys(Particular, 100)


def lacking(rules: HandlingRules = RULES, category: str | None = None, **said: Any) -> list[str]:
    answers: dict[str, Any] = {
        "is_true": True,
        "contacted": True,
        "solved": True,
        "beyond_duty": False,
        "given": EVERYTHING,
    } | said
    return [item.field for item in missing(Said(**answers), rules, Urgency.ORDINARY, RequestType.HELP, category)]


ALWAYS = ["is_true", "contacted", "solved", "internal_account", "public_reply"]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({}, ["contacted_at", "contact_way"]),
        ({"is_true": None, "contacted": None, "solved": None}, []),
        ({"is_true": False}, ["untrue_reason", "contacted_at", "contact_way"]),
        ({"contacted": False}, ["not_contacted_reason"]),
        ({"solved": False}, ["contacted_at", "contact_way", "unsolved_reason"]),
        (
            {"beyond_duty": True},
            ["contacted_at", "contact_way", "beyond_duty_kind", "beyond_duty_basis", "beyond_duty_proof"],
        ),
    ],
    ids=["solved", "nothing-said", "untrue", "not-contacted", "unsolved", "beyond-duty"],
)
def test_what_is_asked_for_when(said: dict[str, Any], asked: list[str]) -> None:
    assert lacking(**said) == []
    assert sorted(lacking(**said, given={})) == sorted([*ALWAYS, *asked])


def test_a_reply_that_is_too_short_is_none() -> None:
    assert lacking(given=EVERYTHING | {Particular.PUBLIC_REPLY: 9}) == ["public_reply"]
    assert lacking(given=EVERYTHING | {Particular.PUBLIC_REPLY: 10}) == []


def test_a_rule_for_some_petitions_asks_the_others_nothing() -> None:
    some: dict[str, Any] = {
        "field": Particular.ATTACHMENTS,
        "when": When.SOLVED,
        "categories": frozenset({"municipal"}),
    }
    photo = dataclasses.replace(RULES.required[0], id="photo", **some)
    rules = dataclasses.replace(RULES, required=(*RULES.required, photo))
    bare = EVERYTHING | {Particular.ATTACHMENTS: 0}
    assert lacking(rules, "municipal", given=bare) == ["attachments"]
    assert lacking(rules, "municipal", given=bare, solved=False) == []
    assert lacking(rules, "water", given=bare) == []


answers = st.sampled_from([None, True, False])


@given(answers, answers, answers, st.booleans(), st.sets(st.sampled_from(sorted(Particular))))
def test_whatever_is_named_once_given_is_missed_no_more(
    is_true: bool | None, contacted: bool | None, solved: bool | None, beyond: bool, left_out: set[Particular]
) -> None:
    said: dict[str, Any] = {"is_true": is_true, "contacted": contacted, "solved": solved, "beyond_duty": beyond}
    lacks = lacking(**said, given={name: 100 for name in Particular if name not in left_out})
    assert len(lacks) == len(set(lacks))
    assert set(lacks) <= {name.value for name in left_out}
    assert lacking(**said) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请联系张师傅13800138000", ["手机号码"]),
        ("请联系138-0013-8000", ["手机号码"]),
        ("请联系１３８００１３８０００。", ["手机号码"]),
        ("请拨打+8613800138000", ["手机号码"]),
        ("身份证11010519491231002X已核对", ["身份证号码"]),
        ("身份证 110105 19491231 002x 已核对", ["身份证号码"]),
        ("退款至6222021234567890128", ["银行卡号"]),
        ("13800138000和11010519491231002X", ["手机号码", "身份证号码"]),
        ("请拨打0632-3312345或12345", []),
        ("路灯已于2026年3月4日修复，编号GJ-017", []),
        ("案号SZ-20260302-00017", []),
        ("统一社会信用代码91370402123456789A", []),
        ("身份证110105194912310021", []),  # no such number: the check character is another one
        ("", []),
    ],
)
def test_personal_numbers(text: str, found: list[str]) -> None:
    assert personal_numbers(text) == found


@given(st.text(st.characters(exclude_categories=("N", "C")), max_size=60))
def test_a_text_without_figures_has_none(text: str) -> None:
    assert personal_numbers(text) == []


@given(st.integers(13_000_000_000, 19_999_999_999), st.sampled_from([" ", "-", "", "·"]))
def test_every_mobile_number_is_found_however_it_is_cut(number: int, between: str) -> None:
    said = str(number)
    cut = between.join((said[:3], said[3:7], said[7:]))
    assert "手机号码" in personal_numbers(f"请拨打{cut}联系")
