"""What may not be, each with its status and code, and with how the petition stands."""

from __future__ import annotations

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Role
from models.tables import Completion, HistoryRow, Petition
from services import keys
from tests.api.conftest import EVIDENCE, LAMPS, OTHER, UNIT, Api

REASON = {"reason": "说明理由"}
RETURN = {"reason": "不属本单位管养", "proposed_unit": OTHER, "basis": "三定方案第三条", "not_listed": True}
SATISFIED = {"satisfaction": "satisfied"}
TASK = {"unit": UNIT, "duty": "修复路灯", "term": {"amount": 3}}

# How far the petition is, who asks for what, and the status and code of the refusal.
REFUSALS: list[tuple[str, str, str, Any, int, str]] = [
    ("dispatched", "anybody", "signature", None, 401, "unauthenticated"),
    ("dispatched", "desk", "signature", None, 403, "not-permitted"),
    ("dispatched", "inspector", "completion", EVIDENCE, 403, "not-permitted"),
    ("dispatched", "unit", "dispatch", {"unit": OTHER, **REASON}, 403, "not-permitted"),
    ("dispatched", "other", "signature", None, 404, "not-found"),
    ("dispatched", "other", "notes", {"text": "看一看"}, 404, "not-found"),
    ("dispatched", "channel", "notes", {"text": "看一看"}, 404, "not-found"),
    ("dispatched", "desk", "acceptance", None, 409, "forbidden-transition"),
    ("dispatched", "desk", "dispatch", {"unit": OTHER, **REASON}, 409, "forbidden-transition"),
    ("dispatched", "desk", "redispatch", {"unit": UNIT, **REASON}, 409, "same-unit"),
    ("dispatched", "desk", "redispatch", {"unit": "no-such-unit", **REASON}, 422, "unknown-unit"),
    ("dispatched", "desk", "redispatch", {"unit": "discipline", **REASON}, 422, "not-a-handling-unit"),
    ("dispatched", "desk", "category", {"category": "no-such", **REASON}, 422, "incomplete"),
    ("dispatched", "desk", "return-decision", {"granted": True, **REASON}, 409, "forbidden-transition"),
    ("dispatched", "desk", "merge", {"into": str(uuid.UUID(int=7)), **REASON}, 404, "not-found"),
    ("dispatched", "unit", "report", {"text": "已配合"}, 404, "not-found"),
    ("dispatched", "unit", "return", RETURN | {"proposed_unit": UNIT}, 422, "incomplete"),
    ("dispatched", "unit", "return", RETURN | {"proposed_unit": "no-such-unit"}, 422, "unknown-unit"),
    ("dispatched", "unit", "extension", {"amount": 3, "reason_code": "other", **REASON}, 409, "forbidden-transition"),
    ("dispatched", "reviewer", "assignment", {"lead": TASK, **REASON}, 409, "forbidden-transition"),
    ("dispatched", "reviewer", "second-review", REASON, 409, "forbidden-transition"),
    (
        "dispatched",
        "inspector",
        "supervision/demand",
        {"question": "为何", "term": {"amount": 3}},
        409,
        "not-supervised",
    ),
    ("dispatched", "unit", "supervision/answer", {"text": "说明"}, 409, "not-supervised"),
    ("dispatched", "follow_up", "rating", SATISFIED, 409, "forbidden-transition"),
    ("in_hand", "unit", "signature", None, 409, "forbidden-transition"),
    ("in_hand", "unit", "extension", {"amount": 99, "reason_code": "other", **REASON}, 422, "incomplete"),
    ("in_hand", "unit", "completion", {}, 422, "incomplete"),
    ("completed", "unit", "completion", EVIDENCE, 409, "forbidden-transition"),
    ("completed", "desk", "termination", REASON, 409, "forbidden-transition"),
]


@pytest.mark.parametrize(
    ("reached", "who", "what", "body", "status", "code"),
    REFUSALS,
    ids=[f"{reached}-{who}-{what}-{code}" for reached, who, what, _, _, code in REFUSALS],
)
def test_a_refusal_is_a_problem_and_writes_nothing(
    api: Api, reached: str, who: str, what: str, body: Any, status: int, code: str
) -> None:
    petition, _ = getattr(api, reached)()
    before = api.rows(), api.stage(petition)
    answer = api.post(who, f"/petitions/{petition}/{what}", body, Idempotency_Key=str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["type"]) == (status, f"urn:rongetong:problem:{code}")
    assert problem["title"]
    assert not problem["detail"].isascii()
    if status == 422:
        assert problem["errors"]
        assert all(item["field"] and not item["reason"].isascii() for item in problem["errors"])
    if code == "forbidden-transition":
        assert problem["current"]["stage"]["code"] == api.stage(petition)
        assert problem["allowed_actions"] == problem["current"]["allowed_actions"]
    assert (api.rows(), api.stage(petition)) == before


def test_a_completion_is_told_everything_that_is_missing(api: Api) -> None:
    petition, _ = api.in_hand()
    answer = api.post("unit", f"/petitions/{petition}/completion", {"contacted": False, "solved": False})
    assert {item["field"] for item in answer.json()["errors"]} == {
        "is_true",
        "not_contacted_reason",
        "unsolved_reason",
        "internal_account",
        "public_reply",
    }


def test_a_stale_version_gets_the_current_state(api: Api) -> None:
    petition, _ = api.dispatched()
    seen = api.get("unit", f"/petitions/{petition}")
    api.done("desk", f"/petitions/{petition}/notes", {"text": "请尽快处理"})
    answer = api.post("unit", f"/petitions/{petition}/signature", If_Match=seen.headers["etag"])
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "stale-version")
    assert problem["current_version"] == problem["expected_version"] + 1 == problem["current"]["version"]
    assert api.stage(petition) == "dispatched"
    fresh = api.get("unit", f"/petitions/{petition}").headers["etag"]
    signed = api.post("unit", f"/petitions/{petition}/signature", If_Match=fresh)
    assert signed.status_code == 200
    assert signed.headers["etag"] == f'"{signed.json()["version"]}"'


def test_the_same_completion_twice_is_one(api: Api) -> None:
    petition, _ = api.in_hand()
    path = f"/petitions/{petition}/completion"
    first = api.post("unit", path, EVIDENCE, Idempotency_Key="completion-0001")
    api.settle(petition)
    again = api.post("unit", path, dict(reversed(EVIDENCE.items())), Idempotency_Key="completion-0001")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert again.headers["etag"] == first.headers["etag"]
    assert ("idempotent-replay" in first.headers, again.headers["idempotent-replay"]) == (False, "true")
    assert api.rows()["completion"] == 1
    other = api.post("unit", path, EVIDENCE | {"solved": False}, Idempotency_Key="completion-0001")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-conflict")


def test_a_refused_request_may_be_corrected_under_its_key(api: Api) -> None:
    petition, _ = api.in_hand()
    path = f"/petitions/{petition}/completion"
    assert api.post("unit", path, {}, Idempotency_Key="completion-0002").status_code == 422
    assert api.post("unit", path, EVIDENCE, Idempotency_Key="completion-0002").status_code == 200


def test_one_key_of_two_callers_are_two(api: Api) -> None:
    petition, _ = api.in_hand()
    note = {"text": "已联系"}
    for who in ("unit", "desk"):
        answer = api.post(who, f"/petitions/{petition}/notes", note, Idempotency_Key="note-number-1")
        assert "idempotent-replay" not in answer.headers


WEAK = ["note-number-1", "00000000-0000-0000-0000-000000000000", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"]
"""A counter, no UUID at all, and one made of a clock and a machine: two people may well send the same."""


@pytest.mark.parametrize("key", WEAK)
def test_a_key_that_a_stranger_might_use_too_is_refused_to_whoever_has_no_account(api: Api, key: str) -> None:
    body = {"channel": "web", "text": LAMPS}
    for _ in range(2):  # the second citizen with the same words and the same key
        answer = api.post("anybody", "/petitions", body, Idempotency_Key=key)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        [error] = answer.json()["errors"]
        assert error["field"] == "Idempotency-Key"
        assert "随机生成的 UUID" in error["reason"]
        assert "query_code" not in answer.text
    assert api.rows()["petition"] == api.rows()["idempotent_reply"] == 0
    by_channel = api.post("channel", "/petitions", body | {"channel": "wechat"}, Idempotency_Key=key)
    assert by_channel.status_code == 201


def test_strangers_with_the_same_words_get_each_their_own_petition(api: Api) -> None:
    body = {"channel": "web", "text": LAMPS}
    own, others = str(uuid.uuid4()), str(uuid.uuid4())
    first, second, again = (
        api.post("anybody", "/petitions", body, Idempotency_Key=key).json() for key in (own, others, own)
    )
    assert first["query_code"] != second["query_code"]
    assert again == first


def test_many_at_once_complete_once(api: Api) -> None:
    petition, _ = api.in_hand()
    path = f"/petitions/{petition}/completion"
    with ThreadPoolExecutor(4) as threads:
        same = list(
            threads.map(lambda _: api.post("unit", path, EVIDENCE, Idempotency_Key="at-the-same-time"), range(4))
        )
    assert {answer.status_code for answer in same} == {200}
    assert len({answer.text for answer in same}) == 1
    assert api.rows()["completion"] == 1


def test_many_registrations_of_one_reference_are_one_petition(api: Api) -> None:
    body = {"channel": "wechat", "channel_reference": "wx-1", "text": LAMPS}
    with ThreadPoolExecutor(4) as threads:
        same = list(threads.map(lambda _: api.post("channel", "/petitions", body), range(4)))
    assert {answer.status_code for answer in same} == {201}
    assert len({answer.json()["query_code"] for answer in same}) == 1
    assert (api.rows()["petition"], api.rows()["history"]) == (1, 1)


@pytest.mark.parametrize(
    ("who", "fields", "status", "code"),
    [
        ("anybody", {"channel": "wechat"}, 403, "not-permitted"),
        ("anybody", {"channel": "web", "channel_reference": "r1"}, 422, "incomplete"),
        ("channel", {"channel": "hotline"}, 403, "not-permitted"),
        ("unit", {"channel": "web"}, 403, "not-permitted"),
    ],
)
def test_who_may_register_for_which_channel(api: Api, who: str, fields: dict[str, str], status: int, code: str) -> None:
    answer = api.post(who, "/petitions", {"text": LAMPS, **fields})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert api.rows()["petition"] == 0


def test_a_unit_sees_its_own_alone(api: Api) -> None:
    petition, _ = api.dispatched()
    for path in ("", "/clock", "/history"):
        assert api.get("unit", f"/petitions/{petition}{path}").status_code == 200
        assert api.get("other", f"/petitions/{petition}{path}").status_code == 404
    assert api.get("other", "/queue").json()["items"] == []
    number = api.get("unit", f"/petitions/{petition}").json()["case_number"]
    assert api.get("unit", "/petitions", case_number=number).json()["id"] == petition
    assert api.get("other", "/petitions", case_number=number).status_code == 404
    assert api.get("unit", f"/petitions/{petition}/dossier").status_code == 403
    assert api.get("unit", "/inspection/overdue").status_code == 403


def test_a_unit_that_had_it_still_reads_it_and_sees_it_leave(api: Api) -> None:
    petition, _ = api.dispatched()
    since = api.get("unit", "/queue").json()["as_of"]
    api.done("desk", f"/petitions/{petition}/redispatch", {"unit": OTHER, "reason": "归住建"})
    assert api.get("unit", "/queue").json()["items"] == []
    assert api.get("unit", f"/petitions/{petition}").json()["unit"]["code"] == OTHER
    answer = api.post("unit", f"/petitions/{petition}/signature")
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
    gone = api.get("unit", "/queue", changed_after="2026-03-02T08:59:00+08:00").json()["items"]
    assert [(item["id"], item["outcome"]) for item in gone] == [(petition, "moved")]
    assert since == "2026-03-02T09:00:00+08:00"


@pytest.mark.parametrize("confidential", [False, True])
def test_only_those_who_must_contact_them_know_the_petitioner(api: Api, confidential: bool) -> None:
    person = {"name": "测试甲", "contact_kind": "sms", "contact": "13800001234", "confidential": confidential}
    petition, code = api.dispatched(petitioner=person)
    path = f"/petitions/{petition}"
    known = {who for who in api.keys if (api.get(who, path).json().get("petitioner") or {}).get("name") == "测**"}
    offices = {"desk", "follow_up", "inspector"}
    assert known == (offices if confidential else offices | {"unit"})
    for who, secret_path in (
        ("anybody", f"/progress/{code}"),
        ("reviewer", path),
        ("inspector", f"{path}/dossier"),
        ("unit", f"{path}/history"),
    ):
        text = api.get(who, secret_path).text
        assert "测试甲" not in text
        assert "13800001234" not in text
    assert LAMPS not in api.get("anybody", f"/progress/{code}").text
    for who in ("desk", "unit", "inspector"):
        for part in ("", "/history", "/dossier"):
            assert code not in api.get(who, f"{path}{part}").text
    api.done("desk", f"{path}/redispatch", {"unit": OTHER, "reason": "归住建"})
    assert api.get("unit", path).json()["petitioner"] is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer ret_00000000_" + "x" * 43},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"X-API-Key": "ret_"},
    ],
)
def test_without_a_key_that_opens(api: Api, headers: dict[str, str]) -> None:
    answer = api.client.get("/queue", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_either_header_carries_the_key_until_it_is_revoked(api: Api) -> None:
    key = api.keys["unit"]
    assert api.client.get("/queue", headers={"X-API-Key": key}).status_code == 200
    keys.revoke_key(api.context, key.split("_")[1])
    assert api.client.get("/queue", headers={"X-API-Key": key}).status_code == 401
    # A wrong key is refused even where none is needed.
    assert api.post("unit", "/petitions", {"channel": "web", "text": LAMPS}).status_code == 401


def test_whoever_holds_a_key_that_is_over_is_told_so_and_whom_to_ask(api: Api, frozen_clock: clock.StoryClock) -> None:
    key = keys.create_key(api.context, Role.DESK, None, "测试专席系统", last_day=dt.date(2026, 3, 2))
    assert api.client.get("/queue", headers={"X-API-Key": key}).status_code == 200
    frozen_clock.move_to(frozen_clock.now().add(days=1))
    answer = api.client.get("/queue", headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (401, "key-lapsed")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert all(said in answer.json()["detail"] for said in ("测试专席系统", "2026-03-02 到期", "平台运维"))
    # Nor is it ignored where no key is needed.
    body = {"channel": "web", "text": LAMPS}
    assert api.client.post("/petitions", json=body, headers={"X-API-Key": key}).status_code == 401


def test_what_was_completed_cannot_be_denied(api: Api) -> None:
    petition, _ = api.completed()
    with api.context.readers() as session:
        receipt = session.scalars(sa.select(Completion.receipt)).one()
        row = session.scalars(sa.select(HistoryRow).where(HistoryRow.trigger == "submit_completion")).one()
        assert row.details["receipt"] == receipt
        assert session.get_one(Petition, petition).stage == "completed"
