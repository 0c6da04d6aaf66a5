"""The whole identity through the interface: for a purpose, once, never kept; and who has read it."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from models.tables import IdempotentReply
from tests.api.conftest import OTHER, Api
from tests.api.routes import LOOK, LOOKING, REASON, Case

NAME, CONTACT = "测试甲乙丙", "13800001234"
PERSON = {"name": NAME, "contact_kind": "sms", "contact": CONTACT}


@pytest.fixture
def case(api: Api) -> Case:
    return api.in_hand(petitioner=PERSON)


def path_of(case: Case) -> str:
    return LOOKING.format(petition_id=case[0])


def test_it_is_given_for_a_purpose_and_shown_to_whoever_watches(api: Api, case: Case) -> None:
    answer = api.post("unit", path_of(case), LOOK)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["contact"]) == (NAME, CONTACT)
    assert answer.headers["cache-control"] == "no-store"
    [read] = api.get("inspector", f"{path_of(case)}/readers").json()["reads"]
    assert (read["account"], read["purpose"]["code"], read["words"]) == ("测试 unit", "contact", LOOK["words"])
    assert NAME not in api.get("inspector", f"{path_of(case)}/readers").text
    assert api.get("operator", f"{path_of(case)}/readers").status_code == 200
    assert api.get("desk", f"{path_of(case)}/readers").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"words": "核实情况"}, "purpose"),
        ({"purpose": "contact"}, "words"),
        ({"purpose": "contact", "words": " "}, "words"),
        ({"purpose": "curiosity", "words": "看一看"}, "purpose"),
        ({"purpose": "notice", "words": "看一看"}, "purpose"),
    ],
)
def test_without_a_purpose_nothing_is_read(api: Api, case: Case, body: dict[str, str], field: str) -> None:
    answer = api.post("unit", path_of(case), body)
    assert (answer.status_code, [item["field"] for item in answer.json()["errors"]]) == (422, [field])
    assert api.get("inspector", f"{path_of(case)}/readers").json()["reads"] == []


def test_the_same_request_twice_is_two_readings_and_no_answer_is_kept(api: Api, case: Case) -> None:
    for _ in range(2):
        assert api.post("desk", path_of(case), LOOK, Idempotency_Key="the-same-request").status_code == 200
    assert len(api.get("inspector", f"{path_of(case)}/readers").json()["reads"]) == 2
    keyed = {"Idempotency_Key": "another-request"}
    assert api.post("desk", f"/petitions/{case[0]}/redispatch", {"unit": OTHER, **REASON}, **keyed).status_code == 200
    with api.context.readers() as session:
        kept = session.scalars(sa.select(IdempotentReply)).all()
    assert len(kept) == 1
    said = json.dumps(kept[0].body, ensure_ascii=False)
    assert "138****1234" in said
    assert NAME not in said
    assert CONTACT not in said


def test_whoever_hands_the_case_on_cannot_call_any_more(api: Api, case: Case) -> None:
    api.done("desk", f"/petitions/{case[0]}/redispatch", {"unit": OTHER, **REASON})
    refused = api.post("unit", path_of(case), LOOK)
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    assert api.post("other", path_of(case), LOOK).json()["contact"] == CONTACT


def test_refusals_name_nobody(api: Api, case: Case) -> None:
    for who, body in (("reviewer", LOOK), ("channel", LOOK), ("unit", {"purpose": "x", "words": "核实"})):
        text = api.post(who, path_of(case), body).text
        assert NAME not in text
        assert CONTACT not in text
    wrong = {"channel": "web", "text": "路灯不亮很久了", "petitioner": PERSON | {"contact_kind": "pigeon"}}
    text = api.post("anybody", "/petitions", wrong).text
    assert NAME not in text
    assert CONTACT not in text
