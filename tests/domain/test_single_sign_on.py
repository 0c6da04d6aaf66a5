"""Who somebody is here, by what an identity provider says of them."""

from __future__ import annotations

from typing import Any

import pytest

from domain.actions import Role
from domain.single_sign_on import OUTCOME_LABELS, WAY_LABELS, DirectoryRules, Outcome, Way, person_of

RULES = DirectoryRules(
    role_claim="realm.roles",
    roles={"派遣": Role.DESK, "办理": Role.UNIT, "承办": Role.UNIT},
    unit_claim="department",
    units={"园林中心": "municipal-parks"},
)
SAID = {"iss": "https://id.example", "sub": "42", "preferred_username": "yuanlin"}


@pytest.mark.parametrize(
    ("claims", "role", "unit"),
    [
        ({}, None, None),
        ({"realm": {"roles": ["派遣"]}}, Role.DESK, None),
        ({"realm": {"roles": "派遣"}}, Role.DESK, None),
        ({"realm": {"roles": ["派遣", "别的系统的"]}}, Role.DESK, None),
        ({"realm": {"roles": ["办理", "承办"]}, "department": "园林中心"}, Role.UNIT, "municipal-parks"),
        ({"realm": {"roles": ["派遣", "承办"]}}, None, None),
        ({"realm": ["派遣"]}, None, None),
        ({"realm": {"roles": [1, None, {}]}}, None, None),
        ({"department": ["园林中心", "不认识的"]}, None, "municipal-parks"),
        ({"department": "不认识的"}, None, None),
    ],
)
def test_roles_and_units_are_what_the_table_says_or_nothing(
    claims: dict[str, Any], role: Role | None, unit: str | None
) -> None:
    person = person_of(SAID | claims, RULES)
    assert (person.role, person.unit, person.login) == (role, unit, "yuanlin")


@pytest.mark.parametrize(
    ("verified", "login"),
    [(True, "yuanlin@example.cn"), (False, ""), (None, ""), ("true", "")],
)
def test_an_address_that_the_provider_did_not_verify_names_nobody(verified: object, login: str) -> None:
    said = SAID | {"email": "yuanlin@example.cn"} | ({} if verified is None else {"email_verified": verified})
    assert person_of(said, DirectoryRules(login_claim="email")).login == login


def test_without_a_table_of_units_the_claim_is_the_code() -> None:
    assert person_of(SAID | {"unit": "housing"}, DirectoryRules(unit_claim="unit")).unit == "housing"


@pytest.mark.parametrize("other", [{"sub": "43"}, {"iss": "https://other.example"}, {"iss": "https://id.example\n4"}])
def test_another_provider_or_another_number_is_another_person(other: dict[str, str]) -> None:
    assert person_of(SAID, RULES).subject != person_of(SAID | other, RULES).subject
    assert person_of(SAID | {"preferred_username": "改了名"}, RULES).subject == person_of(SAID, RULES).subject


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (DirectoryRules(), []),
        (RULES, []),
        (DirectoryRules(role_claim="groups"), ["须同时写明取值与角色的对应"]),
        (DirectoryRules(login_claim=""), ["须写明登录名的声明"]),
        (DirectoryRules(role_claim="groups", roles={"x": Role.CHANNEL}), ["这些角色不能登录页面：channel"]),
    ],
)
def test_rules_that_cannot_be_used_say_why(rules: DirectoryRules, said: list[str]) -> None:
    problems = rules.problems()
    assert len(problems) == len(said)
    assert all(words in problem for words, problem in zip(said, problems, strict=True))


def test_everything_has_a_name() -> None:
    assert set(WAY_LABELS) == set(Way)
    assert set(OUTCOME_LABELS) == set(Outcome)
